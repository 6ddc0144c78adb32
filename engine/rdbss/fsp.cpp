// The file system process: requests that must not run on their caller's thread are posted to system
// worker threads, which live in the process that loaded the driver (RxGetRDBSSProcess).
//
// A device has at most RxpMaximumPosted requests with the workers per queue; the rest wait on the
// device's overflow queue, so that one redirector with a slow server does not take every worker of
// the system. Guards:  RxDeviceObject->OverflowQueueSpinLock guards PostedRequestCount,
// OverflowQueueCount and OverflowQueue.
#include "calldown.h"

namespace {

constexpr LONG RxpMaximumPosted
    = 8; // requests of one device and queue that are with the workers at one time

WORK_QUEUE_TYPE RxpQueueOf(PRX_CONTEXT RxContext)
{
    return FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_FSP_DELAYED_OVERFLOW_QUEUE) ? DelayedWorkQueue
                                                                                : CriticalWorkQueue;
}

PRX_CONTEXT RxpNextPosted(PRDBSS_DEVICE_OBJECT RxDeviceObject, WORK_QUEUE_TYPE Queue)
{
    PRX_CONTEXT Next = nullptr;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxDeviceObject->OverflowQueueSpinLock, &OldIrql);
    if (!IsListEmpty(&RxDeviceObject->OverflowQueue[Queue])) {
        Next = CONTAINING_RECORD(
            RemoveHeadList(&RxDeviceObject->OverflowQueue[Queue]), RX_CONTEXT, OverflowListEntry);
        RxDeviceObject->OverflowQueueCount[Queue] -= 1;
        Next->OverflowListEntry.Flink = nullptr;
    } else {
        InterlockedDecrement(&RxDeviceObject->PostedRequestCount[Queue]);
    }
    KeReleaseSpinLock(&RxDeviceObject->OverflowQueueSpinLock, OldIrql);
    return Next;
}

} // namespace

/// A worker of the FSP: runs one posted request after the other until its device has none waiting.
VOID NTAPI RxpFspDispatch(PVOID Context)
{
    PRX_CONTEXT RxContext = (PRX_CONTEXT)Context;
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    WORK_QUEUE_TYPE Queue = RxpQueueOf(RxContext);
    // The device must outlive this loop although the last request may be the one that takes the
    // driver down.
    ObReferenceObject(RxDeviceObject);
    do {
        PIRP Irp = RxContext->CurrentIrp;
        RDR_SPAN Span = RdrTraceSpanOf(RxContext);
        RdrTraceEnter(Span);
        FsRtlEnterFileSystem();
        SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_WAIT | RX_CONTEXT_FLAG_IN_FSP);
        RX_TOPLEVELIRP_CONTEXT TopLevelContext;
        BOOLEAN TopLevel = RxTryToBecomeTheTopLevelIrp(&TopLevelContext, Irp, RxDeviceObject, TRUE);
        RxpRunRequest(RxContext, Irp);
        if (TopLevel) {
            RxUnwindTopLevelIrp(&TopLevelContext);
        }
        FsRtlExitFileSystem();
        RdrTraceLeave(Span);
        RxContext = RxpNextPosted(RxDeviceObject, Queue);
    } while (RxContext != nullptr);
    ObDereferenceObject(RxDeviceObject);
}

/// Puts a request on the queue of the workers.
VOID NTAPI RxAddToWorkque(PRX_CONTEXT RxContext, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    WORK_QUEUE_TYPE Queue = RxpQueueOf(RxContext);
    bool Overflow = false;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxDeviceObject->OverflowQueueSpinLock, &OldIrql);
    if (RxDeviceObject->PostedRequestCount[Queue] >= RxpMaximumPosted) {
        InsertTailList(&RxDeviceObject->OverflowQueue[Queue], &RxContext->OverflowListEntry);
        RxDeviceObject->OverflowQueueCount[Queue] += 1;
        Overflow = true;
    } else {
        InterlockedIncrement(&RxDeviceObject->PostedRequestCount[Queue]);
    }
    KeReleaseSpinLock(&RxDeviceObject->OverflowQueueSpinLock, OldIrql);
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventPost, "RxAddToWorkque", RxContext, STATUS_PENDING, Overflow);
    if (!Overflow) {
        PWORK_QUEUE_ITEM Item = (PWORK_QUEUE_ITEM)&RxContext->WorkQueueItem;
        ExInitializeWorkItem(Item, RxpFspDispatch, RxContext);
        ExQueueWorkItem(Item, Queue);
    }
}

/// Makes the buffers of a request usable from another process: a user address means nothing to a
/// worker.
VOID NTAPI RxPrePostIrp(PVOID Context, PIRP Irp)
{
    PRX_CONTEXT RxContext = (PRX_CONTEXT)Context;
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_NO_PREPOSTING_NEEDED)) {
        return;
    }
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    switch (IrpSp->MajorFunction) {
    case IRP_MJ_READ:
        if (!FlagOn(IrpSp->MinorFunction, IRP_MN_MDL)) {
            RxLockUserBuffer(RxContext, Irp, IoWriteAccess, IrpSp->Parameters.Read.Length);
        }
        break;
    case IRP_MJ_WRITE:
        if (!FlagOn(IrpSp->MinorFunction, IRP_MN_MDL)) {
            RxLockUserBuffer(RxContext, Irp, IoReadAccess, IrpSp->Parameters.Write.Length);
        }
        break;
    case IRP_MJ_DIRECTORY_CONTROL:
        if (IrpSp->MinorFunction == IRP_MN_QUERY_DIRECTORY) {
            RxLockUserBuffer(
                RxContext, Irp, IoWriteAccess, IrpSp->Parameters.QueryDirectory.Length);
        }
        break;
    case IRP_MJ_QUERY_EA:
        RxLockUserBuffer(RxContext, Irp, IoWriteAccess, IrpSp->Parameters.QueryEa.Length);
        break;
    case IRP_MJ_SET_EA:
        RxLockUserBuffer(RxContext, Irp, IoReadAccess, IrpSp->Parameters.SetEa.Length);
        break;
    default:
        break;
    }
}

/// Hands a request to the FSP, where RxFsdDispatch's work is done again from the start.
///
/// IRQL     <= APC_LEVEL
/// Locks    none of the request's resources may be held
/// Owns     the request; the caller returns STATUS_PENDING and does not touch it again
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxfsdpostrequest.md
NTSTATUS NTAPI RxFsdPostRequest(PRX_CONTEXT RxContext)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PIRP Irp = RxContext->CurrentIrp;
    RxpMarkPending(RxContext);
    RxPrePostIrp(RxContext, Irp);
    if (IrpSp->MajorFunction == IRP_MJ_DEVICE_CONTROL && RxpIsQueryPath(IrpSp)) {
        SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_FSP_DELAYED_OVERFLOW_QUEUE);
    } else {
        SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_FSP_CRITICAL_OVERFLOW_QUEUE);
    }
    if (RxContext->MajorFunction == IRP_MJ_CREATE) {
        RxpPrepareCreateContextForReuse(RxContext);
    }
    RxAddToWorkque(RxContext, Irp);
    return STATUS_PENDING;
}
