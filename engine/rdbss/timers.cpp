// Timer requests: run a routine on a worker thread once after a while, or again and again.
//
// One KTIMER for all of them, set to the earliest deadline and not set at all while nothing waits,
// so an idle redirector costs no ticks. RX_WORK_ITEM.LastTick holds the deadline in milliseconds
// since the timer was initialised. Guards:  RxTimerLock guards both lists and the timer.
#include "calldown.h"

namespace {

struct RX_RECURRENT_WORK_ITEM
{
    LIST_ENTRY RecurrentLinks;
    PRDBSS_DEVICE_OBJECT RxDeviceObject;
    PRX_WORKERTHREAD_ROUTINE Routine;
    PVOID WorkItemParameter;
    LARGE_INTEGER TimeInterval;
    BOOLEAN Cancelled;
    volatile LONG Posted;
    RX_WORK_ITEM WorkItem;
};

KSPIN_LOCK RxTimerLock;
LIST_ENTRY RxTimerQueueHead; // RX_WORK_ITEMs by deadline, linked through WorkQueueItem.List
LIST_ENTRY RxRecurrentWorkItemsList;
KTIMER RxTimer;
KDPC RxTimerDpc;
ULONGLONG RxTimerStart;

ULONG RxpNowMs()
{
    return (ULONG)((KeQueryInterruptTime() - RxTimerStart) / 10000);
}

ULONG RxpDeadline(LARGE_INTEGER Interval)
{
    LONGLONG Relative = Interval.QuadPart < 0 ? -Interval.QuadPart : Interval.QuadPart;
    return RxpNowMs() + (ULONG)((Relative + 9999) / 10000);
}

// Holder: RxTimerLock.
void RxpArm()
{
    if (IsListEmpty(&RxTimerQueueHead)) {
        KeCancelTimer(&RxTimer);
        return;
    }
    PRX_WORK_ITEM First
        = CONTAINING_RECORD(RxTimerQueueHead.Flink, RX_WORK_ITEM, WorkQueueItem.List);
    LONG InMs = (LONG)(First->LastTick - RxpNowMs());
    LARGE_INTEGER Due;
    Due.QuadPart = InMs > 0 ? -(LONGLONG)InMs * 10000 : -1;
    KeSetTimer(&RxTimer, Due, &RxTimerDpc);
}

// Holder: RxTimerLock.
void RxpInsertByDeadline(PRX_WORK_ITEM Item)
{
    PLIST_ENTRY Place = RxTimerQueueHead.Flink;
    while (
        Place != &RxTimerQueueHead
        && (LONG)(CONTAINING_RECORD(Place, RX_WORK_ITEM, WorkQueueItem.List)->LastTick - Item->LastTick)
            <= 0) {
        Place = Place->Flink;
    }
    InsertTailList(Place, &Item->WorkQueueItem.List);
}

VOID NTAPI RxTimerDispatch(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    LIST_ENTRY Due;
    InitializeListHead(&Due);
    KeAcquireSpinLockAtDpcLevel(&RxTimerLock);
    ULONG Now = RxpNowMs();
    while (!IsListEmpty(&RxTimerQueueHead)) {
        PRX_WORK_ITEM Item
            = CONTAINING_RECORD(RxTimerQueueHead.Flink, RX_WORK_ITEM, WorkQueueItem.List);
        if ((LONG)(Item->LastTick - Now) > 0) {
            break;
        }
        RemoveEntryList(&Item->WorkQueueItem.List);
        InsertTailList(&Due, &Item->WorkQueueItem.List);
    }
    RxpArm();
    KeReleaseSpinLockFromDpcLevel(&RxTimerLock);
    while (!IsListEmpty(&Due)) {
        PRX_WORK_ITEM Item
            = CONTAINING_RECORD(RemoveHeadList(&Due), RX_WORK_ITEM, WorkQueueItem.List);
        PRX_WORK_QUEUE_ITEM WorkItem = &Item->WorkQueueItem;
        WorkItem->List.Flink = nullptr;
        // A refused item belongs to a device that is spun down: nobody waits for it any more.
        RxPostToWorkerThread(
            WorkItem->pDeviceObject, CriticalWorkQueue, WorkItem, WorkItem->WorkerRoutine,
            WorkItem->Parameter);
    }
}

VOID NTAPI RxRecurrentTimerWorkItemDispatcher(PVOID Context)
{
    RX_RECURRENT_WORK_ITEM* Item = (RX_RECURRENT_WORK_ITEM*)Context;
    Item->Routine(Item->WorkItemParameter);
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxTimerLock, &OldIrql);
    bool Again = !Item->Cancelled;
    KeReleaseSpinLock(&RxTimerLock, OldIrql);
    if (Again) {
        RxPostOneShotTimerRequest(
            Item->RxDeviceObject, &Item->WorkItem, RxRecurrentTimerWorkItemDispatcher, Item,
            Item->TimeInterval);
    } else {
        ExFreePoolWithTag(Item, RX_WORKQ_POOLTAG);
    }
}

} // namespace

NTSTATUS NTAPI RxInitializeRxTimer(VOID)
{
    KeInitializeSpinLock(&RxTimerLock);
    InitializeListHead(&RxTimerQueueHead);
    InitializeListHead(&RxRecurrentWorkItemsList);
    KeInitializeTimer(&RxTimer);
    KeInitializeDpc(&RxTimerDpc, RxTimerDispatch, nullptr);
    RxTimerStart = KeQueryInterruptTime();
    return STATUS_SUCCESS;
}

/// Runs Routine on a worker thread once, after TimeInterval (100 ns units).
///
/// IRQL     <= DISPATCH_LEVEL
/// Owns     pWorkItem is the timer's until the routine runs or the request is cancelled
/// Source   windows-driver-docs-ddi: rxtimer/nf-rxtimer-rxpostoneshottimerrequest.md
NTSTATUS NTAPI RxPostOneShotTimerRequest(
    PRDBSS_DEVICE_OBJECT pDeviceObject,
    PRX_WORK_ITEM pWorkItem,
    PRX_WORKERTHREAD_ROUTINE Routine,
    PVOID pContext,
    LARGE_INTEGER TimeInterval)
{
    ExInitializeWorkItem((PWORK_QUEUE_ITEM)&pWorkItem->WorkQueueItem, Routine, pContext);
    pWorkItem->WorkQueueItem.pDeviceObject = pDeviceObject;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxTimerLock, &OldIrql);
    pWorkItem->LastTick = RxpDeadline(TimeInterval);
    RxpInsertByDeadline(pWorkItem);
    RxpArm();
    KeReleaseSpinLock(&RxTimerLock, OldIrql);
    return STATUS_SUCCESS;
}

/// Runs Routine on a worker thread every TimeInterval (100 ns units) until it is cancelled.
///
/// Errors   STATUS_INSUFFICIENT_RESOURCES
/// Source   windows-driver-docs-ddi: rxtimer/nf-rxtimer-rxpostrecurrenttimerrequest.md
NTSTATUS NTAPI RxPostRecurrentTimerRequest(
    PRDBSS_DEVICE_OBJECT pDeviceObject,
    PRX_WORKERTHREAD_ROUTINE Routine,
    PVOID pContext,
    LARGE_INTEGER TimeInterval)
{
    RX_RECURRENT_WORK_ITEM* Item = (RX_RECURRENT_WORK_ITEM*)ExAllocatePoolWithTag(
        RxpNonPaged, sizeof(RX_RECURRENT_WORK_ITEM), RX_WORKQ_POOLTAG);
    if (Item == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Item, sizeof(*Item));
    Item->RxDeviceObject = pDeviceObject;
    Item->Routine = Routine;
    Item->WorkItemParameter = pContext;
    Item->TimeInterval = TimeInterval;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxTimerLock, &OldIrql);
    InsertTailList(&RxRecurrentWorkItemsList, &Item->RecurrentLinks);
    KeReleaseSpinLock(&RxTimerLock, OldIrql);
    return RxPostOneShotTimerRequest(
        pDeviceObject, &Item->WorkItem, RxRecurrentTimerWorkItemDispatcher, Item, TimeInterval);
}

/// Cancels a timer request, the one with this routine and context. A routine that already runs is
/// not waited for.
///
/// Errors   STATUS_NOT_FOUND: there is no such request, or its routine is already on its way
/// Source   windows-driver-docs-ddi: rxtimer/nf-rxtimer-rxcanceltimerrequest.md
NTSTATUS NTAPI RxCancelTimerRequest(
    PRDBSS_DEVICE_OBJECT pDeviceObject, PRX_WORKERTHREAD_ROUTINE Routine, PVOID pContext)
{
    NTSTATUS Status = STATUS_NOT_FOUND;
    RX_RECURRENT_WORK_ITEM* ToFree = nullptr;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxTimerLock, &OldIrql);
    for (PLIST_ENTRY Link = RxRecurrentWorkItemsList.Flink; Link != &RxRecurrentWorkItemsList;
         Link = Link->Flink) {
        RX_RECURRENT_WORK_ITEM* Item
            = CONTAINING_RECORD(Link, RX_RECURRENT_WORK_ITEM, RecurrentLinks);
        if (Item->RxDeviceObject == pDeviceObject && Item->Routine == Routine
            && Item->WorkItemParameter == pContext) {
            RemoveEntryList(&Item->RecurrentLinks);
            Item->Cancelled = TRUE;
            Status = STATUS_SUCCESS;
            for (PLIST_ENTRY Wait = RxTimerQueueHead.Flink; Wait != &RxTimerQueueHead;
                 Wait = Wait->Flink) {
                if (CONTAINING_RECORD(Wait, RX_WORK_ITEM, WorkQueueItem.List) == &Item->WorkItem) {
                    RemoveEntryList(Wait);
                    ToFree = Item;
                    break;
                }
            }
            break;
        }
    }
    if (Status == STATUS_NOT_FOUND) {
        for (PLIST_ENTRY Wait = RxTimerQueueHead.Flink; Wait != &RxTimerQueueHead;
             Wait = Wait->Flink) {
            PRX_WORK_ITEM Item = CONTAINING_RECORD(Wait, RX_WORK_ITEM, WorkQueueItem.List);
            if (Item->WorkQueueItem.pDeviceObject == pDeviceObject
                && Item->WorkQueueItem.WorkerRoutine == Routine
                && Item->WorkQueueItem.Parameter == pContext) {
                RemoveEntryList(Wait);
                Item->WorkQueueItem.List.Flink = nullptr;
                Status = STATUS_SUCCESS;
                break;
            }
        }
    }
    RxpArm();
    KeReleaseSpinLock(&RxTimerLock, OldIrql);
    if (ToFree != nullptr) {
        ExFreePoolWithTag(ToFree, RX_WORKQ_POOLTAG);
    }
    return Status;
}

VOID RxpTearDownTimers()
{
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxTimerLock, &OldIrql);
    InitializeListHead(&RxTimerQueueHead);
    KeCancelTimer(&RxTimer);
    KeReleaseSpinLock(&RxTimerLock, OldIrql);
    KeFlushQueuedDpcs();
}
