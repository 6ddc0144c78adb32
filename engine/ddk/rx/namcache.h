/* namcache.h - name caches of a mini-redirector (layouts of the entries are private to RDBSS). */
#ifndef RDR_NAMCACHE_H
#define RDR_NAMCACHE_H

#include "rxprocs.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _NAME_CACHE *PNAME_CACHE;
typedef enum _RX_NC_CHECK_STATUS { RX_NC_SUCCESS = 0, RX_NC_TIME_EXPIRED, RX_NC_MRXCTX_FAIL } RX_NC_CHECK_STATUS;

typedef struct _NAME_CACHE_CONTROL {
    FAST_MUTEX NameCacheLock;
    LIST_ENTRY ActiveList;
    LIST_ENTRY FreeList;
    volatile ULONG EntryCount;
    ULONG MaximumEntries;
    ULONG MRxNameCacheSize;
    ULONG NumberActivates;
    ULONG NumberChecks;
    ULONG NumberNameHits;
    ULONG NumberNetOpsSaved;
    ULONG Spare[4];
} NAME_CACHE_CONTROL, *PNAME_CACHE_CONTROL;

VOID NTAPI RxNameCacheActivateEntry(
    PNAME_CACHE_CONTROL NameCacheCtl, PNAME_CACHE NameCache, ULONG LifeTime, ULONG MRxContext);
RX_NC_CHECK_STATUS NTAPI RxNameCacheCheckEntry(PNAME_CACHE NameCache, ULONG MRxContext);
PNAME_CACHE NTAPI RxNameCacheCreateEntry(
    PNAME_CACHE_CONTROL NameCacheCtl, PUNICODE_STRING Name, BOOLEAN CaseInsensitive);
VOID NTAPI RxNameCacheExpireEntry(PNAME_CACHE_CONTROL NameCacheCtl, PNAME_CACHE NameCache);
VOID NTAPI RxNameCacheExpireEntryWithShortName(PNAME_CACHE_CONTROL NameCacheCtl, PUNICODE_STRING Name);
PNAME_CACHE NTAPI RxNameCacheFetchEntry(PNAME_CACHE_CONTROL NameCacheCtl, PUNICODE_STRING Name);
VOID NTAPI RxNameCacheFinalize(PNAME_CACHE_CONTROL NameCacheCtl);
VOID NTAPI RxNameCacheFreeEntry(PNAME_CACHE_CONTROL NameCacheCtl, PNAME_CACHE NameCache);
VOID NTAPI RxNameCacheInitialize(
    PNAME_CACHE_CONTROL NameCacheCtl, ULONG MRxNameCacheSize, ULONG MaximumEntries);

#ifdef __cplusplus
}
#endif

#endif
