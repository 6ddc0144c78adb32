/* rxtimer.h - timed work items. */
#ifndef RDR_RXTIMER_H
#define RDR_RXTIMER_H

#include "rxworkq.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _RX_WORK_ITEM {
    RX_WORK_QUEUE_ITEM WorkQueueItem;
    ULONG LastTick;
    ULONG Options;
} RX_WORK_ITEM, *PRX_WORK_ITEM;

NTSTATUS NTAPI RxPostOneShotTimerRequest(
    PRDBSS_DEVICE_OBJECT pDeviceObject, PRX_WORK_ITEM pWorkItem, PRX_WORKERTHREAD_ROUTINE Routine,
    PVOID pContext, LARGE_INTEGER TimeInterval);
NTSTATUS NTAPI RxInitializeRxTimer(VOID);
NTSTATUS NTAPI RxCancelTimerRequest(
    PRDBSS_DEVICE_OBJECT pDeviceObject, PRX_WORKERTHREAD_ROUTINE Routine, PVOID pContext);
NTSTATUS NTAPI RxPostRecurrentTimerRequest(
    PRDBSS_DEVICE_OBJECT pDeviceObject, PRX_WORKERTHREAD_ROUTINE Routine, PVOID pContext,
    LARGE_INTEGER TimeInterval);

#ifdef __cplusplus
}
#endif

#endif
