// fsrtlp.h - what the file system run-time library offers to the other parts of the executive.
#pragma once

#include <ntifs.h>

#include "init.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Acquires a file's resources the way the cache manager must before it writes: through the
/// driver's AcquireForCcFlush, or main and paging resource shared when the driver has none.
/// STATUS_SUCCESS: release with FsRtlpReleaseFileForCcFlush.
NTSTATUS FsRtlpAcquireFileForCcFlush(PFILE_OBJECT FileObject);
void FsRtlpReleaseFileForCcFlush(PFILE_OBJECT FileObject);

/// Counters the fast paths keep (FsRtlIncrementCcFastRead...).
typedef struct _FSRTLP_COUNTERS
{
    ULONG FastReadWait;
    ULONG FastReadNoWait;
    ULONG FastReadNotPossible;
    ULONG FastReadResourceMiss;
    ULONG FastMdlReadWait;
} FSRTLP_COUNTERS, *PFSRTLP_COUNTERS;
extern FSRTLP_COUNTERS FsRtlpCounters;

/// Gives back the per-file-object contexts that are still attached to a dying file object.
void FsRtlpTeardownFileObjectContexts(PFILE_OBJECT FileObject);
void FsRtlpInitContexts(void);

#ifdef __cplusplus
}
#endif
