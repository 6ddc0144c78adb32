/* fcbtable.h - the table of FCBs of one net root. */
#ifndef RDR_FCBTABLE_H
#define RDR_FCBTABLE_H

#include "rxtypes.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RX_FCB_TABLE_NUMBER_OF_HASH_BUCKETS 32

typedef struct _RX_FCB_TABLE_ENTRY {
    NODE_TYPE_CODE NodeTypeCode;
    NODE_BYTE_SIZE NodeByteSize;
    ULONG HashValue;
    UNICODE_STRING Path;
    LIST_ENTRY HashLinks;
    LONG Lookups;
} RX_FCB_TABLE_ENTRY, *PRX_FCB_TABLE_ENTRY;

typedef struct _RX_FCB_TABLE {
    NODE_TYPE_CODE NodeTypeCode;
    NODE_BYTE_SIZE NodeByteSize;
    volatile ULONG Version;
    BOOLEAN CaseInsensitiveMatch;
    USHORT NumberOfBuckets;
    volatile LONG Lookups;
    volatile LONG FailedLookups;
    volatile LONG Compares;
    ERESOURCE TableLock;
    PRX_FCB_TABLE_ENTRY TableEntryForNull;
    LIST_ENTRY HashBuckets[RX_FCB_TABLE_NUMBER_OF_HASH_BUCKETS];
} RX_FCB_TABLE, *PRX_FCB_TABLE;

VOID NTAPI RxInitializeFcbTable(PRX_FCB_TABLE FcbTable, BOOLEAN CaseInsensitiveMatch);
VOID NTAPI RxFinalizeFcbTable(PRX_FCB_TABLE FcbTable);
PFCB NTAPI RxFcbTableLookupFcb(PRX_FCB_TABLE FcbTable, PUNICODE_STRING Path);
NTSTATUS NTAPI RxFcbTableInsertFcb(PRX_FCB_TABLE FcbTable, PFCB Fcb);
NTSTATUS NTAPI RxFcbTableRemoveFcb(PRX_FCB_TABLE FcbTable, PFCB Fcb);

#define RxAcquireFcbTableLockShared(T, W) ExAcquireResourceSharedLite(&(T)->TableLock, (W))
#define RxAcquireFcbTableLockExclusive(T, W) ExAcquireResourceExclusiveLite(&(T)->TableLock, (W))
#define RxReleaseFcbTableLock(T) ExReleaseResourceLite(&(T)->TableLock)
#define RxIsFcbTableLockExclusive(T) ExIsResourceAcquiredExclusiveLite(&(T)->TableLock)
#define RxIsFcbTableLockAcquired(T) \
    (ExIsResourceAcquiredSharedLite(&(T)->TableLock) || ExIsResourceAcquiredExclusiveLite(&(T)->TableLock))

#ifdef __cplusplus
}
#endif

#endif
