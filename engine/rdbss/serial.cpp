// Serialization of blocking operations: on a synchronous pipe handle, reads and writes of one FOBX
// reach the mini-redirector one at a time, in the order in which they came.
//
// The queue is a list of contexts linked through RxContextSerializationQLinks; its first entry is
// the operation that runs. Guards:  RxContextPerFileSerializationMutex (or the mutex a context
// names in BlockedOpsMutex) guards every such queue.
#include "calldown.h"

/// Takes this request's place in the queue of blocking operations of its file.
///
/// IRQL     PASSIVE_LEVEL
/// Locks    Fcb is released and not retaken when DropFcbLock is set and the caller must wait
/// Errors   STATUS_SUCCESS: go on. STATUS_PENDING: queued, the request will be posted when its turn
/// comes (asynchronous
///          requests). STATUS_CANCELLED: cancelled while it waited
/// Source   windows-driver-docs-ddi: rxcontx/nf-rxcontx-__rxsynchronizeblockingoperations.md
NTSTATUS NTAPI __RxSynchronizeBlockingOperations(
    PRX_CONTEXT RxContext, PFCB Fcb, PLIST_ENTRY BlockingIoQ, BOOLEAN DropFcbLock)
{
    ExAcquireFastMutex(&RxContextPerFileSerializationMutex);
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_CANCELLED)) {
        ExReleaseFastMutex(&RxContextPerFileSerializationMutex);
        return STATUS_CANCELLED;
    }
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_BLOCKED_PIPE_RESUME)) {
        // Posted because its turn came; it already heads the queue.
        ExReleaseFastMutex(&RxContextPerFileSerializationMutex);
        return STATUS_SUCCESS;
    }
    bool First = IsListEmpty(BlockingIoQ);
    RxContext->BlockedOpsMutex = &RxContextPerFileSerializationMutex;
    InsertTailList(BlockingIoQ, &RxContext->RxContextSerializationQLinks);
    if (First) {
        ExReleaseFastMutex(&RxContextPerFileSerializationMutex);
        return STATUS_SUCCESS;
    }
    SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_IN_SERIALIZATION_QUEUE);
    bool Async = RxpIsAsync(RxContext);
    if (Async) {
        RxpMarkPending(RxContext);
        RxPrePostIrp(RxContext, RxContext->CurrentIrp);
    }
    ExReleaseFastMutex(&RxContextPerFileSerializationMutex);
    if (DropFcbLock && RxContext->FcbResourceAcquired) {
        RxContext->FcbResourceAcquired = FALSE;
        RxReleaseFcb(RxContext, RxpMrx(Fcb));
    }
    if (Async) {
        return STATUS_PENDING;
    }
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventWait, "__RxSynchronizeBlockingOperations", RxContext, STATUS_SUCCESS,
        0);
    RxWaitSync(RxContext);
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_CANCELLED)) {
        RxRemoveOperationFromBlockingQueue(RxContext);
        return STATUS_CANCELLED;
    }
    return STATUS_SUCCESS;
}

/// Takes the running operation out of its queue and starts the next one.
///
/// Source   windows-driver-docs-ddi: rxcontx/nf-rxcontx-rxresumeblockedoperations_serially.md
VOID NTAPI RxResumeBlockedOperations_Serially(PRX_CONTEXT RxContext, PLIST_ENTRY BlockingIoQ)
{
    PRX_CONTEXT Next = nullptr;
    ExAcquireFastMutex(&RxContextPerFileSerializationMutex);
    if (!IsListEmpty(&RxContext->RxContextSerializationQLinks)) {
        RemoveEntryList(&RxContext->RxContextSerializationQLinks);
        InitializeListHead(&RxContext->RxContextSerializationQLinks);
    }
    ClearFlag(RxContext->Flags, RX_CONTEXT_FLAG_IN_SERIALIZATION_QUEUE);
    if (!IsListEmpty(BlockingIoQ)) {
        Next = CONTAINING_RECORD(BlockingIoQ->Flink, RX_CONTEXT, RxContextSerializationQLinks);
        ClearFlag(Next->Flags, RX_CONTEXT_FLAG_IN_SERIALIZATION_QUEUE);
        SetFlag(Next->Flags, RX_CONTEXT_FLAG_BLOCKED_PIPE_RESUME);
    }
    ExReleaseFastMutex(&RxContextPerFileSerializationMutex);
    if (Next == nullptr) {
        return;
    }
    if (RxpIsAsync(Next)) {
        RxFsdPostRequest(Next);
    } else {
        RxSignalSynchronousWaiter(Next);
    }
}

/// Lets every operation that waits behind this one go on.
VOID NTAPI RxResumeBlockedOperations_ALL(PRX_CONTEXT RxContext)
{
    LIST_ENTRY Waiting;
    InitializeListHead(&Waiting);
    ExAcquireFastMutex(&RxContextPerFileSerializationMutex);
    while (!IsListEmpty(&RxContext->BlockedOperations)) {
        PLIST_ENTRY Link = RemoveHeadList(&RxContext->BlockedOperations);
        InsertTailList(&Waiting, Link);
    }
    ExReleaseFastMutex(&RxContextPerFileSerializationMutex);
    while (!IsListEmpty(&Waiting)) {
        PRX_CONTEXT Next
            = CONTAINING_RECORD(RemoveHeadList(&Waiting), RX_CONTEXT, RxContextSerializationQLinks);
        InitializeListHead(&Next->RxContextSerializationQLinks);
        if (RxpIsAsync(Next)) {
            RxFsdPostRequest(Next);
        } else {
            RxSignalSynchronousWaiter(Next);
        }
    }
}

VOID NTAPI RxRemoveOperationFromBlockingQueue(PRX_CONTEXT RxContext)
{
    ExAcquireFastMutex(&RxContextPerFileSerializationMutex);
    if (!IsListEmpty(&RxContext->RxContextSerializationQLinks)) {
        RemoveEntryList(&RxContext->RxContextSerializationQLinks);
        InitializeListHead(&RxContext->RxContextSerializationQLinks);
    }
    ClearFlag(RxContext->Flags, RX_CONTEXT_FLAG_IN_SERIALIZATION_QUEUE);
    ExReleaseFastMutex(&RxContextPerFileSerializationMutex);
}

/// Takes a cancelled request out of the queue it waits in; it never reached the mini-redirector.
VOID NTAPI RxCancelBlockingOperation(PRX_CONTEXT RxContext, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
    bool Waiting = false;
    ExAcquireFastMutex(&RxContextPerFileSerializationMutex);
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_IN_SERIALIZATION_QUEUE)
        && !IsListEmpty(&RxContext->RxContextSerializationQLinks)) {
        RemoveEntryList(&RxContext->RxContextSerializationQLinks);
        InitializeListHead(&RxContext->RxContextSerializationQLinks);
        ClearFlag(RxContext->Flags, RX_CONTEXT_FLAG_IN_SERIALIZATION_QUEUE);
        Waiting = true;
    }
    ExReleaseFastMutex(&RxContextPerFileSerializationMutex);
    if (!Waiting) {
        return;
    }
    if (RxpIsAsync(RxContext)) {
        RxCompleteRequest(RxContext, STATUS_CANCELLED);
    } else {
        RxSignalSynchronousWaiter(RxContext);
    }
}
