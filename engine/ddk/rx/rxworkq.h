/* rxworkq.h - work queues. */
#ifndef RDR_RXWORKQ_H
#define RDR_RXWORKQ_H

#include "rxtypes.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _RX_WORK_QUEUE_STATE {
    RxWorkQueueActive = 0,
    RxWorkQueueInactive = 1,
    RxWorkQueueRundownInProgress = 2
} RX_WORK_QUEUE_STATE, *PRX_WORK_QUEUE_STATE;

typedef enum _RX_DISPATCHER_STATE {
    RxDispatcherActive = 0,
    RxDispatcherInactive = 1
} RX_DISPATCHER_STATE, *PRX_DISPATCHER_STATE;

typedef VOID (NTAPI *PRX_WORKERTHREAD_ROUTINE)(PVOID Context);

typedef struct _RX_WORK_QUEUE_ITEM {
    RDR_ANONYMOUS(WORK_QUEUE_ITEM);
    PRDBSS_DEVICE_OBJECT pDeviceObject;
} RX_WORK_QUEUE_ITEM, *PRX_WORK_QUEUE_ITEM;

typedef struct _RX_WORK_DISPATCH_ITEM {
    RX_WORK_QUEUE_ITEM WorkQueueItem;
    PRX_WORKERTHREAD_ROUTINE DispatchRoutine;
    PVOID DispatchRoutineParameter;
} RX_WORK_DISPATCH_ITEM, *PRX_WORK_DISPATCH_ITEM;

typedef struct _RX_WORK_QUEUE_RUNDOWN_CONTEXT {
    KEVENT RundownCompletionEvent;
    LONG NumberOfThreadsSpunDown;
    PETHREAD *ThreadPointers;
} RX_WORK_QUEUE_RUNDOWN_CONTEXT, *PRX_WORK_QUEUE_RUNDOWN_CONTEXT;

typedef struct _RX_WORK_QUEUE {
    USHORT State;
    BOOLEAN SpinUpRequestPending;
    UCHAR Type;
    KSPIN_LOCK SpinLock;
    PRX_WORK_QUEUE_RUNDOWN_CONTEXT pRundownContext;
    volatile LONG NumberOfWorkItemsDispatched;
    volatile LONG NumberOfWorkItemsToBeDispatched;
    LONG CumulativeQueueLength;
    LONG NumberOfSpinUpRequests;
    LONG MaximumNumberOfWorkerThreads;
    LONG MinimumNumberOfWorkerThreads;
    volatile LONG NumberOfActiveWorkerThreads;
    volatile LONG NumberOfIdleWorkerThreads;
    LONG NumberOfFailedSpinUpRequests;
    volatile LONG WorkQueueItemForSpinUpWorkerThreadInUse;
    RX_WORK_QUEUE_ITEM WorkQueueItemForTearDownWorkQueue;
    RX_WORK_QUEUE_ITEM WorkQueueItemForSpinUpWorkerThread;
    RX_WORK_QUEUE_ITEM WorkQueueItemForSpinDownWorkerThread;
    KQUEUE Queue;
    PETHREAD *ThreadPointers;
} RX_WORK_QUEUE, *PRX_WORK_QUEUE;

typedef struct _RX_WORK_QUEUE_DISPATCHER {
    RX_WORK_QUEUE WorkQueue[RxMaximumWorkQueue];
} RX_WORK_QUEUE_DISPATCHER, *PRX_WORK_QUEUE_DISPATCHER;

typedef struct _RX_DISPATCHER {
    LONG NumberOfProcessors;
    PEPROCESS OwnerProcess;
    PRX_WORK_QUEUE_DISPATCHER pWorkQueueDispatcher;
    RX_DISPATCHER_STATE State;
    LIST_ENTRY SpinUpRequests;
    KSPIN_LOCK SpinUpRequestsLock;
    KEVENT SpinUpRequestsEvent;
    KEVENT SpinUpRequestsTearDownEvent;
} RX_DISPATCHER, *PRX_DISPATCHER;

NTSTATUS NTAPI RxPostToWorkerThread(
    PRDBSS_DEVICE_OBJECT pMRxDeviceObject, WORK_QUEUE_TYPE WorkQueueType,
    PRX_WORK_QUEUE_ITEM pWorkQueueItem, PRX_WORKERTHREAD_ROUTINE Routine, PVOID pContext);
NTSTATUS NTAPI RxDispatchToWorkerThread(
    PRDBSS_DEVICE_OBJECT pMRxDeviceObject, WORK_QUEUE_TYPE WorkQueueType, PRX_WORKERTHREAD_ROUTINE Routine,
    PVOID pContext);
NTSTATUS NTAPI RxInitializeDispatcher(VOID);
NTSTATUS NTAPI RxInitializeMRxDispatcher(PRDBSS_DEVICE_OBJECT pMRxDeviceObject);
NTSTATUS NTAPI RxSpinDownMRxDispatcher(PRDBSS_DEVICE_OBJECT pMRxDeviceObject);

#ifdef __cplusplus
}
#endif

#endif
