/* prefix.h - the table of net names: server calls, net roots and virtual net roots by prefix. */
#ifndef RDR_PREFIX_H
#define RDR_PREFIX_H

#include "rxtypes.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RX_PREFIX_TABLE_DEFAULT_LENGTH 32

typedef struct _RX_CONNECTION_ID {
    union {
        ULONG SessionID;
        LUID Luid;
    };
} RX_CONNECTION_ID, *PRX_CONNECTION_ID;

typedef struct _RX_PREFIX_ENTRY {
    NODE_TYPE_CODE NodeTypeCode;
    NODE_BYTE_SIZE NodeByteSize;
    USHORT CaseInsensitiveLength;
    USHORT Spare1;
    ULONG SavedHashValue;
    LIST_ENTRY HashLinks;
    LIST_ENTRY MemberQLinks;
    UNICODE_STRING Prefix;
    PULONG ContainerRefCount;
    PVOID ContainingRecord;
    PVOID Context;
    RX_CONNECTION_ID ConnectionId;
} RX_PREFIX_ENTRY, *PRX_PREFIX_ENTRY;

typedef struct _RX_PREFIX_TABLE {
    NODE_TYPE_CODE NodeTypeCode;
    NODE_BYTE_SIZE NodeByteSize;
    ULONG Version;
    LIST_ENTRY MemberQueue;
    ERESOURCE TableLock;
    PRX_PREFIX_ENTRY TableEntryForNull;
    BOOLEAN CaseInsensitiveMatch;
    BOOLEAN IsNetNameTable;
    ULONG TableSize;
#if DBG
    ULONG Lookups;
#endif
#if DBG
    ULONG FailedLookups;
#endif
#if DBG
    ULONG Considers;
#endif
#if DBG
    ULONG Compares;
#endif
    LIST_ENTRY HashBuckets[RX_PREFIX_TABLE_DEFAULT_LENGTH];
} RX_PREFIX_TABLE, *PRX_PREFIX_TABLE;

PVOID NTAPI RxPrefixTableLookupName(
    PRX_PREFIX_TABLE ThisTable, PUNICODE_STRING CanonicalName, PUNICODE_STRING RemainingName,
    PRX_CONNECTION_ID ConnectionId);
ULONG NTAPI RxTableComputeHashValue(PUNICODE_STRING Name);
PRX_PREFIX_ENTRY NTAPI RxPrefixTableInsertName(
    PRX_PREFIX_TABLE ThisTable, PRX_PREFIX_ENTRY ThisEntry, PVOID Container, PULONG ContainerRefCount,
    USHORT CaseInsensitiveLength, PRX_CONNECTION_ID ConnectionId);
VOID NTAPI RxRemovePrefixTableEntry(PRX_PREFIX_TABLE ThisTable, PRX_PREFIX_ENTRY Entry);
VOID NTAPI RxInitializePrefixTable(PRX_PREFIX_TABLE ThisTable, ULONG TableSize, BOOLEAN CaseInsensitiveMatch);
VOID NTAPI RxExclusivePrefixTableLockToShared(PRX_PREFIX_TABLE Table);

#define RxAcquirePrefixTableLockShared(T, W) ExAcquireResourceSharedLite(&(T)->TableLock, (W))
#define RxAcquirePrefixTableLockExclusive(T, W) ExAcquireResourceExclusiveLite(&(T)->TableLock, (W))
#define RxReleasePrefixTableLock(T) ExReleaseResourceLite(&(T)->TableLock)
#define RxIsPrefixTableLockExclusive(T) ExIsResourceAcquiredExclusiveLite(&(T)->TableLock)
#define RxIsPrefixTableLockAcquired(T) \
    (ExIsResourceAcquiredSharedLite(&(T)->TableLock) || ExIsResourceAcquiredExclusiveLite(&(T)->TableLock))

#ifdef __cplusplus
}
#endif

#endif
