// Low I/O: the one class of calldowns that may finish later, on another thread.
//
//      RxLowIoSubmit ── MRxLowIOSubmit[op] ─┬─ a status ───────────────────────────► completion
//      routine, here
//                                           └─ STATUS_PENDING
//                                                 synchronous request: wait ◄─ RxLowIoCompletion ─►
//                                                 completion routine, here asynchronous request:
//                                                 return STATUS_PENDING
//                                                                              RxLowIoCompletion ─►
//                                                                              completion routine,
//                                                                              there,
//                                                                                                   and the IRP is completed
//
// The completion routine releases what the request holds (FCB, paging resource) in the name of the
// thread that acquired it, fills in IoStatus.Information and answers the final status. It runs
// exactly once. The span of a pended calldown is kept in RdbssDbgExtension until RxLowIoCompletion.
#include "calldown.h"

namespace {

constinit const char* const RxpLowIoNames[LOWIO_OP_MAXIMUM + 1]
    = { "MRxLowIOSubmit[LOWIO_OP_READ]",
        "MRxLowIOSubmit[LOWIO_OP_WRITE]",
        "MRxLowIOSubmit[LOWIO_OP_SHAREDLOCK]",
        "MRxLowIOSubmit[LOWIO_OP_EXCLUSIVELOCK]",
        "MRxLowIOSubmit[LOWIO_OP_UNLOCK]",
        "MRxLowIOSubmit[LOWIO_OP_UNLOCK_MULTIPLE]",
        "MRxLowIOSubmit[LOWIO_OP_FSCTL]",
        "MRxLowIOSubmit[LOWIO_OP_IOCTL]",
        "MRxLowIOSubmit[LOWIO_OP_NOTIFY_CHANGE_DIRECTORY]",
        "MRxLowIOSubmit[LOWIO_OP_CLEAROUT]",
        "MRxLowIOSubmit[LOWIO_OP_MAXIMUM]" };

void RxpKeepSpan(PRX_CONTEXT RxContext, RDR_SPAN Span)
{
    RxContext->RdbssDbgExtension = (PVOID)(ULONG_PTR)Span;
}

RDR_SPAN RxpTakeSpan(PRX_CONTEXT RxContext)
{
    RDR_SPAN Span = (RDR_SPAN)(ULONG_PTR)RxContext->RdbssDbgExtension;
    RxContext->RdbssDbgExtension = nullptr;
    return Span;
}

VOID NTAPI RxpLowIoCompleteInWorker(PVOID Context)
{
    PRX_CONTEXT RxContext = (PRX_CONTEXT)Context;
    RDR_SPAN Span = RdrTraceSpanOf(RxContext);
    RdrTraceEnter(Span);
    FsRtlEnterFileSystem();
    NTSTATUS Status = RxLowIoCompletionTail(RxContext);
    RxCompleteRequest(RxContext, Status);
    FsRtlExitFileSystem();
    RdrTraceLeave(Span);
}

} // namespace

VOID NTAPI RxInitializeLowIoPerFcbInfo(PLOWIO_PER_FCB_INFO LowIoPerFcbInfo)
{
    InitializeListHead(&LowIoPerFcbInfo->PagingIoReadsOutstanding);
    InitializeListHead(&LowIoPerFcbInfo->PagingIoWritesOutstanding);
}

/// Readies the low I/O part of a request; it shares its memory with Create, QueryDirectory and
/// their like.
VOID NTAPI
RxInitializeLowIoContext(PRX_CONTEXT RxContext, ULONG Operation, PLOWIO_CONTEXT LowIoContext)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    RtlZeroMemory(LowIoContext, sizeof(*LowIoContext));
    LowIoContext->Operation = (USHORT)Operation;
    LowIoContext->ResourceThreadId = ExGetCurrentResourceThread();
    if (IrpSp == nullptr) {
        return;
    }
    bool Paging = FlagOn(RxContext->CurrentIrp->Flags, IRP_PAGING_IO) != 0;
    switch (Operation) {
    case LOWIO_OP_READ:
        LowIoContext->ParamsFor.ReadWrite.ByteOffset = IrpSp->Parameters.Read.ByteOffset.QuadPart;
        LowIoContext->ParamsFor.ReadWrite.ByteCount = IrpSp->Parameters.Read.Length;
        LowIoContext->ParamsFor.ReadWrite.Key = IrpSp->Parameters.Read.Key;
        LowIoContext->ParamsFor.ReadWrite.Flags = Paging ? LOWIO_READWRITEFLAG_PAGING_IO : 0;
        break;
    case LOWIO_OP_WRITE:
        LowIoContext->ParamsFor.ReadWrite.ByteOffset = IrpSp->Parameters.Write.ByteOffset.QuadPart;
        LowIoContext->ParamsFor.ReadWrite.ByteCount = IrpSp->Parameters.Write.Length;
        LowIoContext->ParamsFor.ReadWrite.Key = IrpSp->Parameters.Write.Key;
        LowIoContext->ParamsFor.ReadWrite.Flags = Paging ? LOWIO_READWRITEFLAG_PAGING_IO : 0;
        break;
    default:
        break;
    }
}

/// Releases what a read or write holds, in the name of the thread that acquired it.
void RxpReleaseIoResources(PRX_CONTEXT RxContext, PFCB Fcb, ERESOURCE_THREAD Thread)
{
    if (RxContext->FcbPagingIoResourceAcquired) {
        RxReleasePagingIoResourceForThread(RxContext, Fcb, Thread);
    }
    if (RxContext->FcbResourceAcquired) {
        RxContext->FcbResourceAcquired = FALSE;
        if (Thread == ExGetCurrentResourceThread()) {
            RxReleaseFcb(RxContext, Fcb);
        } else {
            RxReleaseFcbForThread(RxContext, Fcb, Thread);
        }
    }
}

/// Acquires an FCB for an operation on its data.
///
/// Errors   STATUS_PENDING: the FCB is held and the request may not wait; it was posted
NTSTATUS RxpAcquireForIo(PRX_CONTEXT RxContext, PFCB Fcb, BOOLEAN Exclusive)
{
    NTSTATUS Status
        = Exclusive ? RxAcquireExclusiveFcb(RxContext, Fcb) : RxAcquireSharedFcb(RxContext, Fcb);
    if (Status == STATUS_LOCK_NOT_GRANTED) {
        return RxFsdPostRequest(RxContext);
    }
    RxContext->FcbResourceAcquired = NT_SUCCESS(Status);
    return Status;
}

/// Hands one operation to the mini-redirector.
///
/// Locks    whatever the request holds; the completion routine releases it
/// Owns     STATUS_PENDING: the request belongs to the mini-redirector until it calls
/// RxLowIoCompletion Errors   the completion routine's status Source   windows-driver-docs:
/// ifs/file-system-object-i-o-routines.md
NTSTATUS NTAPI RxLowIoSubmit(
    PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb, PLOWIO_COMPLETION_ROUTINE CompletionRoutine)
{
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    ULONG Operation = LowIoContext->Operation;
    LowIoContext->CompletionRoutine = CompletionRoutine;
    LowIoContext->Resource = RxpMrx(Fcb)->Header.Resource;
    if (Operation == LOWIO_OP_READ || Operation == LOWIO_OP_WRITE) {
        LowIoContext->ParamsFor.ReadWrite.Buffer = Irp->MdlAddress;
        LowIoContext->ParamsFor.ReadWrite.NonPagedFcb = Fcb->NonPaged;
    }
    PMRX_SRV_OPEN SrvOpen = RxContext->pRelevantSrvOpen;
    if (SrvOpen != nullptr && FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_ORPHANED)) {
        RxContext->StoredStatus = STATUS_FILE_CLOSED;
        return RxLowIoCompletionTail(RxContext);
    }
    PMRX_CALLDOWN Slot = RxDeviceObject->Dispatch->MRxLowIOSubmit[Operation];
    if (Slot == nullptr) {
        RxContext->StoredStatus = STATUS_NOT_IMPLEMENTED;
        return RxLowIoCompletionTail(RxContext);
    }
    bool Synchronous = !RxpIsAsync(RxContext);
    if (Synchronous) {
        SetFlag(LowIoContext->Flags, LOWIO_CONTEXT_FLAG_SYNCCALL);
        KeClearEvent(&RxContext->SyncEvent);
    } else {
        RxpMarkPending(RxContext);
    }
    if (Irp != nullptr && !FlagOn(Irp->Flags, IRP_PAGING_IO)) {
        RxpMakeCancellable(RxContext, Irp);
    }
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_CANCELLED)) {
        RxContext->StoredStatus = STATUS_CANCELLED;
        return RxLowIoCompletionTail(RxContext);
    }
    RtlZeroMemory(&RxContext->MRxContext[0], sizeof(RxContext->MRxContext));
    RxContext->StoredStatus = STATUS_SUCCESS;
    RxContext->InformationToReturn = 0;
    RxContext->PendingReturned = TRUE;
    SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_MINIRDR_INVOKED);
    RxpReferenceContext(RxContext); // the completion may come before the calldown returns
    RDR_SPAN Span = RdrTraceBegin(RdrLayerMrx, RxpLowIoNames[Operation], SrvOpen, 0);
    RxpKeepSpan(RxContext, Span);
    NTSTATUS Status = Slot(RxContext);
    if (Status == STATUS_PENDING) {
        RdrTraceLeave(Span);
        if (!Synchronous) {
            RxDereferenceAndDeleteRxContext_Real(RxContext);
            return STATUS_PENDING;
        }
        RxWaitSync(RxContext);
        Status = RxContext->StoredStatus;
    } else {
        RxpTakeSpan(RxContext);
        RxContext->StoredStatus = Status;
        RdrTraceEnd(Span, Status, (unsigned long long)RxContext->InformationToReturn);
    }
    RxpTouchReachable(RxContext);
    if (RxContext->PostRequest && Status == STATUS_RETRY) {
        RxContext->StoredStatus = STATUS_UNSUCCESSFUL;
    }
    Status = RxLowIoCompletionTail(RxContext);
    RxDereferenceAndDeleteRxContext_Real(RxContext);
    return Status;
}

/// Called by the mini-redirector when an operation it pended is over: StoredStatus and
/// InformationToReturn are set.
///
/// IRQL     <= DISPATCH_LEVEL
/// Errors   STATUS_MORE_PROCESSING_REQUIRED: the request goes on elsewhere (its thread waits, or a
/// worker completes it);
///          otherwise the final status of the request, which is completed
/// Source   windows-driver-docs-ddi: lowio/nf-lowio-rxlowiocompletion.md; facts.md A42
NTSTATUS NTAPI RxLowIoCompletion(PRX_CONTEXT RxContext)
{
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    RDR_SPAN Span = RxpTakeSpan(RxContext);
    RdrTraceFinish(
        Span, RxContext->StoredStatus, (unsigned long long)RxContext->InformationToReturn);
    if (FlagOn(LowIoContext->Flags, LOWIO_CONTEXT_FLAG_SYNCCALL)) {
        RxSignalSynchronousWaiter(RxContext);
        return STATUS_MORE_PROCESSING_REQUIRED;
    }
    if (KeGetCurrentIrql() >= DISPATCH_LEVEL
        && !FlagOn(LowIoContext->Flags, LOWIO_CONTEXT_FLAG_CAN_COMPLETE_AT_DPC_LEVEL)) {
        PWORK_QUEUE_ITEM Item = (PWORK_QUEUE_ITEM)&RxContext->WorkQueueItem;
        ExInitializeWorkItem(Item, RxpLowIoCompleteInWorker, RxContext);
        ExQueueWorkItem(Item, CriticalWorkQueue);
        return STATUS_MORE_PROCESSING_REQUIRED;
    }
    NTSTATUS Status = RxLowIoCompletionTail(RxContext);
    return RxCompleteRequest(RxContext, Status);
}

NTSTATUS NTAPI RxLowIoCompletionTail(PRX_CONTEXT RxContext)
{
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    RxContext->MRxCancelRoutine = nullptr; // too late to cancel
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    if (RxContext->StoredStatus == STATUS_PENDING) {
        RxContext->StoredStatus = STATUS_UNSUCCESSFUL;
    }
    return RxContext->LowIoContext.CompletionRoutine(RxContext);
}

/// Points the low I/O parameters of a control request to its buffers, as its transfer type tells.
///
/// IRQL     <= APC_LEVEL, in the caller's process
/// Errors   STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_USER_BUFFER
NTSTATUS NTAPI RxLowIoPopulateFsctlInfo(PRX_CONTEXT RxContext, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    XXCTL_LOWIO_COMPONENT* Control = &RxContext->LowIoContext.ParamsFor.FsCtl;
    Control->FsControlCode = IrpSp->Parameters.FileSystemControl.FsControlCode;
    Control->InputBufferLength = IrpSp->Parameters.FileSystemControl.InputBufferLength;
    Control->OutputBufferLength = IrpSp->Parameters.FileSystemControl.OutputBufferLength;
    Control->MinorFunction = IrpSp->MinorFunction;
    switch (Control->FsControlCode & 3) {
    case METHOD_BUFFERED:
        Control->pInputBuffer = Irp->AssociatedIrp.SystemBuffer;
        Control->pOutputBuffer = Irp->AssociatedIrp.SystemBuffer;
        break;
    case METHOD_IN_DIRECT:
    case METHOD_OUT_DIRECT:
        Control->pInputBuffer = Irp->AssociatedIrp.SystemBuffer;
        if (Irp->MdlAddress != nullptr) {
            Control->pOutputBuffer
                = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
            if (Control->pOutputBuffer == nullptr) {
                return STATUS_INSUFFICIENT_RESOURCES;
            }
        }
        break;
    default:
        Control->pInputBuffer = IrpSp->Parameters.FileSystemControl.Type3InputBuffer;
        Control->pOutputBuffer = Irp->UserBuffer;
        break;
    }
    return STATUS_SUCCESS;
}
