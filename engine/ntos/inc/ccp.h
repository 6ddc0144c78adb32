// ccp.h - the cache manager's structures, and what it offers to the other parts of the executive.
//
// A SHARED_CACHE_MAP exists per file (SECTION_OBJECT_POINTERS.SharedCacheMap) while at least one
// file object caches it, and afterwards until its dirty pages are written. A PRIVATE_CACHE_MAP per
// file object keeps the read-ahead state. The pages themselves belong to the segment of the memory
// manager (mmp.h); both hold the file object that does the paging I/O.
//
//            CcInitializeCacheMap        last CcUninitializeCacheMap
//   (no map) ─────────────────────► open ─────────────┬──► clean: deleted at once
//                                    ▲                └──► dirty: the lazy writer writes, deletes
//                                    └── opened again ─────┘
#pragma once

#include <ntifs.h>

#include "init.h"
#include "mmp.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CCP_NTC_SHARED_CACHE_MAP 0x2FF
#define CCP_NTC_PRIVATE_CACHE_MAP 0x2FE
#define CCP_NTC_BCB 0x2FD

#define CCP_PIN_ACCESS 0x1
#define CCP_DISABLE_READ_AHEAD 0x2
#define CCP_DISABLE_WRITE_BEHIND 0x4
#define CCP_TRACK_VALID_DATA 0x8 // the file system wants to be told when valid data grows

typedef struct _SHARED_CACHE_MAP
{
    CSHORT NodeTypeCode;
    CSHORT NodeByteSize;
    ULONG OpenCount; // private cache maps; guarded by CcpMasterLock
    LARGE_INTEGER FileSize; // CcGetFileSizePointer finds it here
    LARGE_INTEGER SectionSize;
    LARGE_INTEGER ValidDataLength; // what the file system knows to be valid
    LARGE_INTEGER ValidDataGoal; // what is valid when all dirty pages are written
    LIST_ENTRY Links; // CcpSharedMaps
    // constant
    PSECTION_OBJECT_POINTERS Pointers;
    PMMP_SEGMENT Segment;
    PFILE_OBJECT FileObject; // referenced
    CACHE_MANAGER_CALLBACKS Callbacks;
    PVOID LazyWriteContext;
    // guarded by CcpMasterLock
    LIST_ENTRY PrivateMaps;
    LONG References; // operations that need the map to stay
    ULONG Flags;
    ULONG DirtyPageThreshold; // 0: none of its own
    ULONG ReadAheads; // under way
    ULONG WriteFailures; // of the lazy writer, in a row
    ULONG LastPass; // of the lazy writer
    PCACHE_UNINITIALIZE_EVENT UninitializeEvents;
    PVOID LogHandle;
    PFLUSH_TO_LSN FlushToLsn;
} SHARED_CACHE_MAP, *PSHARED_CACHE_MAP;

static_assert(FIELD_OFFSET(SHARED_CACHE_MAP, FileSize) == 8, "CcGetFileSizePointer relies on it");

typedef struct _PRIVATE_CACHE_MAP
{
    CSHORT NodeTypeCode;
    CSHORT NodeByteSize;
    ULONG ReadAheadMask; // granularity - 1
    PFILE_OBJECT FileObject;
    LARGE_INTEGER BeyondLastByte; // where the last read ended
    LARGE_INTEGER ReadAheadEnd; // how far was read ahead
    ULONG ReadAheadWindow; // bytes of the next read-ahead
    ULONG Sequential; // reads in a row that continued the one before
    LIST_ENTRY Links; // SHARED_CACHE_MAP.PrivateMaps
} PRIVATE_CACHE_MAP, *PPRIVATE_CACHE_MAP;

typedef struct _CCP_COUNTERS
{
    ULONG SharedMaps;
    ULONG LazyWriterPasses;
    ULONG LostWrites; // dirty runs given up after an error
    ULONG ReadAheads;
    ULONG DeferredWrites;
    ULONG Throttled; // writers that had to wait
} CCP_COUNTERS, *PCCP_COUNTERS;
void CcpQueryCounters(PCCP_COUNTERS Counters);

/// Pages that may be dirty before writers are held up (default 8192 = 32 MiB).
void CcpSetDirtyThreshold(ULONG Pages);

#ifdef __cplusplus
}
#endif
