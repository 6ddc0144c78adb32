// The dispatcher: worker threads of this redirector's own, in the FSP, for what the mini-redirector
// hands over (RxDispatchToWorkerThread, RxPostToWorkerThread) and for RDBSS' own background work.
//
// Items are counted per device (DispatcherContext.NumberOfWorkerThreads, which starts at 1 for the
// device itself), so that a redirector is only stopped or unloaded when none of its routines can
// still run:
//
//      RxInitializeMRxDispatcher      count 1, tear-down event NULL        items accepted
//      RxSpinDownMRxDispatcher        event set, count - 1, wait for 0     items refused with
//      STATUS_UNSUCCESSFUL
//
// Threads: one KQUEUE and one thread per work queue type at first; a thread that finds work waiting
// behind it starts another, up to the queue's maximum. They end when the driver goes away
// (RxUnload).
#include "calldown.h"

RX_DISPATCHER RxDispatcher;
RX_WORK_QUEUE_DISPATCHER RxDispatcherWorkQueues;

namespace {

constexpr LONG RxpMaximumWorkers[RxMaximumWorkQueue] = { 5, 5, 2 };
constexpr LONG RxpMinimumWorkers[RxMaximumWorkQueue] = { 1, 1, 1 };
constexpr ULONG RxpMaximumThreadPointers = 16;

// Serialises starting and ending of worker threads.
FAST_MUTEX RxpSpinUpMutex;

// One item of RxpTerminateItem per thread makes the threads of a queue end.
RX_WORK_DISPATCH_ITEM RxpTerminateItems[RxMaximumWorkQueue][RxpMaximumThreadPointers];

VOID NTAPI RxpEndThisWorker(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
}

void RxpItemFinished(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    if (InterlockedDecrement(&RxDeviceObject->DispatcherContext.NumberOfWorkerThreads) == 0) {
        PKEVENT TearDownEvent = RxDeviceObject->DispatcherContext.pTearDownEvent;
        if (TearDownEvent != nullptr) {
            KeSetEvent(TearDownEvent, IO_NO_INCREMENT, FALSE);
        }
    }
}

bool RxpItemAccepted(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    bool Accepted = false;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    if (RxDeviceObject->DispatcherContext.pTearDownEvent == nullptr
        && RxDeviceObject->DispatcherContext.NumberOfWorkerThreads > 0) {
        InterlockedIncrement(&RxDeviceObject->DispatcherContext.NumberOfWorkerThreads);
        Accepted = true;
    }
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    return Accepted;
}

VOID NTAPI RxWorkItemDispatcher(PVOID Context)
{
    PRX_WORK_DISPATCH_ITEM Item = (PRX_WORK_DISPATCH_ITEM)Context;
    PRX_WORKERTHREAD_ROUTINE Routine = Item->DispatchRoutine;
    PVOID Parameter = Item->DispatchRoutineParameter;
    ExFreePoolWithTag(Item, RX_WORKQ_POOLTAG);
    Routine(Parameter);
}

VOID NTAPI RxpWorkerThread(PVOID Context)
{
    RxpWorkerThreadDispatcher((PRX_WORK_QUEUE)Context, nullptr);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS RxpStartWorker(PRX_WORK_QUEUE WorkQueue)
{
    ExAcquireFastMutex(&RxpSpinUpMutex);
    LONG Active = WorkQueue->NumberOfActiveWorkerThreads;
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    if (WorkQueue->State == RxWorkQueueActive && Active < WorkQueue->MaximumNumberOfWorkerThreads) {
        HANDLE ThreadHandle;
        Status = PsCreateSystemThread(
            &ThreadHandle, THREAD_ALL_ACCESS, nullptr, nullptr, nullptr, RxpWorkerThread,
            WorkQueue);
        if (NT_SUCCESS(Status)) {
            PVOID Thread = nullptr;
            // Kept so that the tear-down can wait until the thread has left this module's code.
            if (NT_SUCCESS(ObReferenceObjectByHandle(
                    ThreadHandle, THREAD_ALL_ACCESS, nullptr, KernelMode, &Thread, nullptr))) {
                WorkQueue->ThreadPointers[Active] = (PETHREAD)Thread;
            }
            ZwClose(ThreadHandle);
            InterlockedIncrement(&WorkQueue->NumberOfActiveWorkerThreads);
        } else {
            WorkQueue->NumberOfFailedSpinUpRequests += 1;
        }
    }
    ExReleaseFastMutex(&RxpSpinUpMutex);
    return Status;
}

VOID NTAPI RxpSpinUpFromSystemWorker(PVOID Context)
{
    PRX_WORK_QUEUE WorkQueue = (PRX_WORK_QUEUE)Context;
    RxpStartWorker(WorkQueue);
    InterlockedExchange(&WorkQueue->WorkQueueItemForSpinUpWorkerThreadInUse, 0);
}

// In a trace, what an item does hangs below the call that posted it. Bound to an address inside the
// item, because the item's own may be that of an object.
[[maybe_unused]] const void* RxpSpanKey(PWORK_QUEUE_ITEM Item)
{
    return (const UCHAR*)Item + 1;
}

void RxpQueueItem(PRX_WORK_QUEUE WorkQueue, PRX_WORK_QUEUE_ITEM Item)
{
    LONG Waiting = InterlockedIncrement(&WorkQueue->NumberOfWorkItemsToBeDispatched);
    WorkQueue->CumulativeQueueLength += Waiting;
    KeInsertQueue(&WorkQueue->Queue, &((PWORK_QUEUE_ITEM)Item)->List);
    if (WorkQueue->NumberOfActiveWorkerThreads != 0) {
        return;
    }
    if (KeGetCurrentIrql() <= APC_LEVEL) {
        RxpStartWorker(WorkQueue);
    } else if (InterlockedExchange(&WorkQueue->WorkQueueItemForSpinUpWorkerThreadInUse, 1) == 0) {
        // A timer's DPC cannot make a thread; a worker of the system can.
        PWORK_QUEUE_ITEM SpinUp = (PWORK_QUEUE_ITEM)&WorkQueue->WorkQueueItemForSpinUpWorkerThread;
        ExInitializeWorkItem(SpinUp, RxpSpinUpFromSystemWorker, WorkQueue);
        ExQueueWorkItem(SpinUp, CriticalWorkQueue);
        WorkQueue->NumberOfSpinUpRequests += 1;
    }
}

} // namespace

VOID NTAPI RxInitializeWorkQueue(
    PRX_WORK_QUEUE WorkQueue,
    WORK_QUEUE_TYPE WorkQueueType,
    ULONG MaximumNumberOfWorkerThreads,
    ULONG MinimumNumberOfWorkerThreads)
{
    RtlZeroMemory(WorkQueue, sizeof(*WorkQueue));
    WorkQueue->Type = (UCHAR)WorkQueueType;
    WorkQueue->State = RxWorkQueueActive;
    WorkQueue->MaximumNumberOfWorkerThreads = (LONG)MaximumNumberOfWorkerThreads;
    WorkQueue->MinimumNumberOfWorkerThreads = (LONG)MinimumNumberOfWorkerThreads;
    KeInitializeSpinLock(&WorkQueue->SpinLock);
    KeInitializeQueue(&WorkQueue->Queue, MaximumNumberOfWorkerThreads);
}

NTSTATUS NTAPI RxInitializeWorkQueueDispatcher(PRX_WORK_QUEUE_DISPATCHER Dispatcher)
{
    for (ULONG Type = 0; Type < RxMaximumWorkQueue; Type += 1) {
        PRX_WORK_QUEUE WorkQueue = &Dispatcher->WorkQueue[Type];
        RxInitializeWorkQueue(
            WorkQueue, (WORK_QUEUE_TYPE)Type, (ULONG)RxpMaximumWorkers[Type],
            (ULONG)RxpMinimumWorkers[Type]);
        WorkQueue->ThreadPointers = (PETHREAD*)ExAllocatePoolWithTag(
            RxpNonPaged, sizeof(PETHREAD) * RxpMaximumThreadPointers, RX_WORKQ_POOLTAG);
        if (WorkQueue->ThreadPointers == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlZeroMemory(WorkQueue->ThreadPointers, sizeof(PETHREAD) * RxpMaximumThreadPointers);
    }
    return STATUS_SUCCESS;
}

/// Readies the queues. Threads start with the first item, so a driver that never posts has none.
NTSTATUS NTAPI RxInitializeDispatcher(VOID)
{
    ExInitializeFastMutex(&RxpSpinUpMutex);
    RtlZeroMemory(&RxDispatcher, sizeof(RxDispatcher));
    RxDispatcher.NumberOfProcessors = 1;
    RxDispatcher.OwnerProcess = RxData.OurProcess;
    RxDispatcher.pWorkQueueDispatcher = &RxDispatcherWorkQueues;
    InitializeListHead(&RxDispatcher.SpinUpRequests);
    KeInitializeSpinLock(&RxDispatcher.SpinUpRequestsLock);
    KeInitializeEvent(&RxDispatcher.SpinUpRequestsEvent, NotificationEvent, FALSE);
    KeInitializeEvent(&RxDispatcher.SpinUpRequestsTearDownEvent, NotificationEvent, FALSE);
    NTSTATUS Status = RxInitializeWorkQueueDispatcher(&RxDispatcherWorkQueues);
    RxDispatcher.State = NT_SUCCESS(Status) ? RxDispatcherActive : RxDispatcherInactive;
    return Status;
}

/// Lets a device use the dispatcher.
NTSTATUS NTAPI RxInitializeMRxDispatcher(PRDBSS_DEVICE_OBJECT pMRxDeviceObject)
{
    pMRxDeviceObject->DispatcherContext.pTearDownEvent = nullptr;
    pMRxDeviceObject->DispatcherContext.NumberOfWorkerThreads = 1;
    return STATUS_SUCCESS;
}

/// The loop of one worker: takes items until one of them tells it to end.
VOID NTAPI RxpWorkerThreadDispatcher(PRX_WORK_QUEUE WorkQueue, PLARGE_INTEGER WaitInterval)
{
    bool Ends = false;
    while (!Ends) {
        InterlockedIncrement(&WorkQueue->NumberOfIdleWorkerThreads);
        PLIST_ENTRY Link = KeRemoveQueue(&WorkQueue->Queue, KernelMode, WaitInterval);
        InterlockedDecrement(&WorkQueue->NumberOfIdleWorkerThreads);
        if ((NTSTATUS)(LONG_PTR)Link == STATUS_TIMEOUT
            || (NTSTATUS)(LONG_PTR)Link == STATUS_USER_APC) {
            continue;
        }
        PWORK_QUEUE_ITEM Item = CONTAINING_RECORD(Link, WORK_QUEUE_ITEM, List);
        PRDBSS_DEVICE_OBJECT RxDeviceObject = ((PRX_WORK_QUEUE_ITEM)Item)->pDeviceObject;
        PWORKER_THREAD_ROUTINE Routine = Item->WorkerRoutine;
        PVOID Parameter = Item->Parameter;
        LONG Waiting = InterlockedDecrement(&WorkQueue->NumberOfWorkItemsToBeDispatched);
        InterlockedIncrement(&WorkQueue->NumberOfWorkItemsDispatched);
        Item->List.Flink = nullptr;
        if (Waiting > 0 && WorkQueue->NumberOfIdleWorkerThreads == 0) {
            RxpStartWorker(WorkQueue);
        }
        Ends = Routine == RxpEndThisWorker;
        RDR_SPAN Span = RdrTraceSpanOf(RxpSpanKey(Item));
        if (Span != 0) {
            RdrTraceBind(RxpSpanKey(Item), 0);
            RdrTraceEnter(Span);
        }
        // The item may be gone once its routine ran.
        Routine(Parameter);
        RdrTraceLeave(Span);
        if (RxDeviceObject != nullptr) {
            RxpItemFinished(RxDeviceObject);
        }
    }
}

/// Runs Routine on a worker thread; the caller's item is busy until the routine starts.
///
/// IRQL     <= DISPATCH_LEVEL
/// Errors   STATUS_UNSUCCESSFUL: the device's dispatcher is spun down
/// Source   windows-driver-docs-ddi: rxworkq/nf-rxworkq-rxposttoworkerthread.md
NTSTATUS NTAPI RxPostToWorkerThread(
    PRDBSS_DEVICE_OBJECT pMRxDeviceObject,
    WORK_QUEUE_TYPE WorkQueueType,
    PRX_WORK_QUEUE_ITEM pWorkQueueItem,
    PRX_WORKERTHREAD_ROUTINE Routine,
    PVOID pContext)
{
    if ((ULONG)WorkQueueType >= RxMaximumWorkQueue || RxDispatcher.State != RxDispatcherActive
        || !RxpItemAccepted(pMRxDeviceObject)) {
        return STATUS_UNSUCCESSFUL;
    }
    ExInitializeWorkItem((PWORK_QUEUE_ITEM)pWorkQueueItem, Routine, pContext);
    pWorkQueueItem->pDeviceObject = pMRxDeviceObject;
    RdrTraceBind(RxpSpanKey((PWORK_QUEUE_ITEM)pWorkQueueItem), RdrTraceCurrent());
    RxpQueueItem(&RxDispatcherWorkQueues.WorkQueue[WorkQueueType], pWorkQueueItem);
    return STATUS_SUCCESS;
}

/// Runs Routine on a worker thread with an item of RDBSS' own.
///
/// IRQL     <= DISPATCH_LEVEL
/// Errors   STATUS_INSUFFICIENT_RESOURCES, STATUS_UNSUCCESSFUL (spun down)
/// Source   windows-driver-docs-ddi: rxworkq/nf-rxworkq-rxdispatchtoworkerthread.md
NTSTATUS NTAPI RxDispatchToWorkerThread(
    PRDBSS_DEVICE_OBJECT pMRxDeviceObject,
    WORK_QUEUE_TYPE WorkQueueType,
    PRX_WORKERTHREAD_ROUTINE Routine,
    PVOID pContext)
{
    PRX_WORK_DISPATCH_ITEM Item = (PRX_WORK_DISPATCH_ITEM)ExAllocatePoolWithTag(
        RxpNonPaged, sizeof(RX_WORK_DISPATCH_ITEM), RX_WORKQ_POOLTAG);
    if (Item == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Item->DispatchRoutine = Routine;
    Item->DispatchRoutineParameter = pContext;
    NTSTATUS Status = RxPostToWorkerThread(
        pMRxDeviceObject, WorkQueueType, &Item->WorkQueueItem, RxWorkItemDispatcher, Item);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Item, RX_WORKQ_POOLTAG);
    }
    return Status;
}

/// Refuses new items of a device and waits for those it has.
///
/// IRQL     PASSIVE_LEVEL, not on a thread of the dispatcher itself
/// Source   windows-driver-docs-ddi: rxworkq/nf-rxworkq-rxspindownmrxdispatcher.md
NTSTATUS NTAPI RxSpinDownMRxDispatcher(PRDBSS_DEVICE_OBJECT pMRxDeviceObject)
{
    KEVENT TearDownEvent;
    KeInitializeEvent(&TearDownEvent, NotificationEvent, FALSE);
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    bool Running = pMRxDeviceObject->DispatcherContext.NumberOfWorkerThreads > 0
        && pMRxDeviceObject->DispatcherContext.pTearDownEvent == nullptr;
    if (Running) {
        pMRxDeviceObject->DispatcherContext.pTearDownEvent = &TearDownEvent;
    }
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    if (Running) {
        if (InterlockedDecrement(&pMRxDeviceObject->DispatcherContext.NumberOfWorkerThreads) > 0) {
            RdrTraceEvent(
                RdrLayerRdbss, RdrEventWait, "RxSpinDownMRxDispatcher", pMRxDeviceObject,
                STATUS_SUCCESS, 0);
            KeWaitForSingleObject(&TearDownEvent, Executive, KernelMode, FALSE, nullptr);
        }
        pMRxDeviceObject->DispatcherContext.pTearDownEvent = nullptr;
    }
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventState, "RxSpinDownMRxDispatcher", pMRxDeviceObject, STATUS_SUCCESS,
        0);
    return STATUS_SUCCESS;
}

/// Ends every worker thread and waits until each has left.
VOID RxpTearDownDispatcher()
{
    if (RxDispatcher.State != RxDispatcherActive) {
        return;
    }
    RxDispatcher.State = RxDispatcherInactive;
    for (ULONG Type = 0; Type < RxMaximumWorkQueue; Type += 1) {
        PRX_WORK_QUEUE WorkQueue = &RxDispatcherWorkQueues.WorkQueue[Type];
        while (WorkQueue->WorkQueueItemForSpinUpWorkerThreadInUse != 0) {
            LARGE_INTEGER Moment;
            Moment.QuadPart
                = -10 * 1000; // a system worker is about to start a thread for this queue
            KeDelayExecutionThread(KernelMode, FALSE, &Moment);
        }
        ExAcquireFastMutex(&RxpSpinUpMutex);
        WorkQueue->State = RxWorkQueueRundownInProgress;
        LONG Threads = WorkQueue->NumberOfActiveWorkerThreads;
        ExReleaseFastMutex(&RxpSpinUpMutex);
        for (LONG Index = 0; Index < Threads; Index += 1) {
            PRX_WORK_QUEUE_ITEM Item = &RxpTerminateItems[Type][Index].WorkQueueItem;
            ExInitializeWorkItem((PWORK_QUEUE_ITEM)Item, RxpEndThisWorker, nullptr);
            Item->pDeviceObject = nullptr;
            RxpQueueItem(WorkQueue, Item);
        }
        for (LONG Index = 0; Index < Threads; Index += 1) {
            PETHREAD Thread = WorkQueue->ThreadPointers[Index];
            if (Thread != nullptr) {
                KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, nullptr);
                ObDereferenceObject(Thread);
                WorkQueue->ThreadPointers[Index] = nullptr;
            }
        }
        WorkQueue->NumberOfActiveWorkerThreads = 0;
        WorkQueue->State = RxWorkQueueInactive;
        KeRundownQueue(&WorkQueue->Queue);
        if (WorkQueue->ThreadPointers != nullptr) {
            ExFreePoolWithTag(WorkQueue->ThreadPointers, RX_WORKQ_POOLTAG);
            WorkQueue->ThreadPointers = nullptr;
        }
    }
}
