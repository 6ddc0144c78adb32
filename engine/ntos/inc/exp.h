// exp.h - what the executive support routines offer to the other parts of the executive.
#pragma once

#include <ntifs.h>

#ifdef __cplusplus
extern "C" {
#endif

// Push locks: not documented for drivers in this form, used inside the executive.
typedef struct _EX_PUSH_LOCK
{
    ULONG_PTR Value;
} EX_PUSH_LOCK, *PEX_PUSH_LOCK;

/// Prints every pool block that is still allocated, by tag; returns their number.
typedef void (*EXP_POOL_REPORT)(PVOID Context, ULONG Tag, ULONGLONG Blocks, ULONGLONG Bytes);
ULONGLONG ExpReportPool(EXP_POOL_REPORT Report, PVOID Context);

/// Blocks and bytes allocated now, of one tag (0: of all).
ULONGLONG ExpPoolBlocks(ULONG Tag);
ULONGLONG ExpPoolBytes(ULONG Tag);

/// Frees every block. After a bug check only: nobody may use pool afterwards.
ULONGLONG ExpTakeBackPool(void);

/// Makes every Nth allocation fail from now on (0: none), for tests of error paths.
void ExpFailEveryNthAllocation(ULONG Nth);

/// TRUE when no work item waits or runs.
BOOLEAN ExpWorkQueuesIdle(void);

/// Waits until no work item waits or runs. IRQL PASSIVE_LEVEL, not on a worker thread.
void ExpDrainWorkQueues(void);

/// The current thread works off work items.
BOOLEAN ExpIsWorkerThread(void);

#ifdef __cplusplus
}
#endif
