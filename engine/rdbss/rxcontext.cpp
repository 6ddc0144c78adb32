// RX_CONTEXT: one per request, from its arrival to the completion of its IRP, and one for each
// piece of work RDBSS does on its own (scavenging, closing delayed opens, buffering changes).
//
// Life:   RxCreateRxContext (count 1) -> dispatched, perhaps posted, perhaps pended in the
// mini-redirector
//         -> RxCompleteRequest -> RxDereferenceAndDeleteRxContext (count 0: out of
//         RxActiveContexts, freed)
// A second reference is taken by whoever must look at a context it found on RxActiveContexts, and
// by a low I/O submission across the calldown, because an asynchronous completion may come first.
//
// Guards:  RxStrucSupSpinLock guards RxActiveContexts, NumberOfActiveContexts' meaning for a
// waiting stop, MRxCancelRoutine
//          and RX_CONTEXT_FLAG_CANCELLED.
#include "calldown.h"

RX_SPIN_LOCK RxStrucSupSpinLock;
LIST_ENTRY RxActiveContexts;
FAST_MUTEX RxContextPerFileSerializationMutex;

namespace {

ULONG RxpNextSerialNumber;

// RXP_LIVE_FLAGS may change while another processor cancels the request.
void RxpSetFlagInterlocked(PRX_CONTEXT RxContext, ULONG Flag)
{
    InterlockedOr((volatile LONG*)&RxContext->Flags, (LONG)Flag);
}

bool RxpMayGoAsync(PIRP Irp, PIO_STACK_LOCATION IrpSp)
{
    switch (IrpSp->MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
    case IRP_MJ_DEVICE_CONTROL:
        return true;
    case IRP_MJ_DIRECTORY_CONTROL:
        return IrpSp->MinorFunction == IRP_MN_NOTIFY_CHANGE_DIRECTORY;
    case IRP_MJ_LOCK_CONTROL:
        // differs: the RX_CONTEXT page does not list locks; a lock that waits for another holder
        // must not hold its caller.
        return true;
    case IRP_MJ_FILE_SYSTEM_CONTROL: {
        PFCB Fcb = IrpSp->FileObject != nullptr ? (PFCB)IrpSp->FileObject->FsContext : nullptr;
        PMRX_NET_ROOT NetRoot = Fcb != nullptr ? ((PMRX_FCB)Fcb)->pNetRoot : nullptr;
        return NetRoot != nullptr && NetRoot->Type == NET_ROOT_PIPE;
    }
    default:
        return false;
    }
}

} // namespace

NTSTATUS RxpInitializeContexts()
{
    KeInitializeSpinLock(&RxStrucSupSpinLock);
    InitializeListHead(&RxActiveContexts);
    ExInitializeFastMutex(&RxContextPerFileSerializationMutex);
    RxpNextSerialNumber = 0;
    return STATUS_SUCCESS;
}

/// Fills a context in for one request, or for no request when Irp is NULL, and puts it on the list
/// of active contexts.
///
/// IRQL     <= DISPATCH_LEVEL
/// Source   windows-driver-docs-ddi: rxcontx/nf-rxcontx-rxinitializecontext.md
VOID NTAPI RxInitializeContext(
    PIRP Irp, PRDBSS_DEVICE_OBJECT RxDeviceObject, ULONG InitialContextFlags, PRX_CONTEXT RxContext)
{
    RxContext->NodeTypeCode = RDBSS_NTC_RX_CONTEXT;
    RxContext->NodeByteSize = sizeof(RX_CONTEXT);
    RxContext->ReferenceCount = 1;
    RxContext->SerialNumber = (ULONG)InterlockedIncrement((volatile LONG*)&RxpNextSerialNumber);
    RxContext->RxDeviceObject = RxDeviceObject;
    RxContext->Flags = FlagOn(RxContext->Flags, RX_CONTEXT_PRESERVED_FLAGS) | InitialContextFlags;
    KeInitializeEvent(&RxContext->SyncEvent, SynchronizationEvent, FALSE);
    RxInitializeScavengerEntry(&RxContext->ScavengerEntry);
    InitializeListHead(&RxContext->BlockedOperations);
    RxContext->BlockedOpsMutex = nullptr;
    InitializeListHead(&RxContext->RxContextSerializationQLinks);
    RxContext->OriginalThread = RxContext->LastExecutionThread = PsGetCurrentThread();
    RxContext->CurrentIrp = Irp;
    RxContext->PendingReturned = FALSE;

    if (Irp == nullptr) {
        SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_WAIT | RX_CONTEXT_FLAG_MINIRDR_INITIATED);
    } else {
        PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(Irp);
        RxContext->CurrentIrpSp = IrpSp;
        RxContext->MajorFunction = IrpSp->MajorFunction;
        RxContext->MinorFunction = IrpSp->MinorFunction;
        if (IrpSp->FileObject != nullptr) {
            PFILE_OBJECT FileObject = IrpSp->FileObject;
            RxContext->RealDevice = FileObject->DeviceObject;
            PFCB Fcb = (PFCB)FileObject->FsContext;
            RxContext->pFcb = RxpMrx(Fcb);
            if (Fcb != nullptr && RxpIsFcb(Fcb)) {
                RxContext->NonPagedFcb = Fcb->NonPaged;
            }
            PMRX_FOBX Fobx = (PMRX_FOBX)FileObject->FsContext2;
            RxContext->pFobx = Fobx;
            if (Fobx != nullptr && RxpNodeType(Fobx) == RDBSS_NTC_FOBX) {
                RxContext->pRelevantSrvOpen = Fobx->pSrvOpen;
                RxContext->FobxSerialNumber = (ULONG)RxpIncrement(&RxpFobx(Fobx)->FobxSerialNumber);
            }
            if (FlagOn(FileObject->Flags, FO_WRITE_THROUGH)) {
                SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_WRITE_THROUGH);
            }
        }
        if (!IoIsOperationSynchronous(Irp) && RxpMayGoAsync(Irp, IrpSp)) {
            SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_ASYNC_OPERATION);
        } else {
            SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_WAIT);
        }
        if (IoGetTopLevelIrp() == Irp) {
            SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_RECURSIVE_CALL);
        }
    }

    RdrTraceBorn(RdrObjectRxContext, RxContext, sizeof(RX_CONTEXT), nullptr, Irp);
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    InsertTailList(&RxActiveContexts, &RxContext->ContextListEntry);
    if (RxDeviceObject != nullptr) {
        RxpIncrement(&RxDeviceObject->NumberOfActiveContexts);
    }
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
}

/// A context from nonpaged pool.
///
/// IRQL     <= DISPATCH_LEVEL
/// Owns     the caller holds the one reference, release with RxDereferenceAndDeleteRxContext
/// Errors   NULL when there is no memory
/// Source   windows-driver-docs-ddi: rxcontx/nf-rxcontx-rxcreaterxcontext.md
PRX_CONTEXT NTAPI
RxCreateRxContext(PIRP Irp, PRDBSS_DEVICE_OBJECT RxDeviceObject, ULONG InitialContextFlags)
{
    PRX_CONTEXT RxContext
        = (PRX_CONTEXT)ExAllocatePoolWithTag(RxpNonPaged, sizeof(RX_CONTEXT), RX_IRPC_POOLTAG);
    if (RxContext == nullptr) {
        return nullptr;
    }
    RtlZeroMemory(RxContext, sizeof(RX_CONTEXT));
    SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_FROM_POOL);
    RxInitializeContext(Irp, RxDeviceObject, InitialContextFlags, RxContext);
    return RxContext;
}

void RxpReferenceContext(PRX_CONTEXT RxContext)
{
    RxpIncrement(&RxContext->ReferenceCount);
}

/// Readies a finished context for another use: what a create or a serialized pipe operation left
/// behind must be gone.
VOID NTAPI RxPrepareContextForReuse(PRX_CONTEXT RxContext)
{
    if (RxContext->MajorFunction == IRP_MJ_CREATE) {
        NT_ASSERT(RxContext->Create.CanonicalNameBuffer == nullptr);
        RxContext->Create.RdrFlags = 0;
    } else if (
        RxContext->MajorFunction == IRP_MJ_READ || RxContext->MajorFunction == IRP_MJ_WRITE) {
        NT_ASSERT(IsListEmpty(&RxContext->RxContextSerializationQLinks));
    }
    RxContext->ReferenceCount = 0;
}

VOID NTAPI RxReinitializeContext(PRX_CONTEXT RxContext)
{
    PIRP Irp = RxContext->CurrentIrp;
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    ULONG Kept = FlagOn(RxContext->Flags, RX_CONTEXT_PRESERVED_FLAGS);
    ULONG Initial = FlagOn(RxContext->Flags, RX_CONTEXT_INITIALIZATION_FLAGS);
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    RemoveEntryList(&RxContext->ContextListEntry);
    if (RxDeviceObject != nullptr) {
        RxpDecrement(&RxDeviceObject->NumberOfActiveContexts);
    }
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    RxPrepareContextForReuse(RxContext);
    RdrTraceDied(RxContext);
    RtlZeroMemory(RxContext, sizeof(RX_CONTEXT));
    RxContext->Flags = Kept;
    RxInitializeContext(Irp, RxDeviceObject, Initial, RxContext);
}

/// Wakes a stop that waits for the requests which were in flight when it was issued. Holder:
/// RxStrucSupSpinLock.
void RxpSignalStopIfLast(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    PRX_CONTEXT StopContext = RxDeviceObject->StartStopContext.pStopContext;
    // The stop request is itself an active context (facts.md section 8, A47).
    if (StopContext != nullptr && RxDeviceObject->NumberOfActiveContexts <= 1) {
        KeSetEvent(&StopContext->SyncEvent, IO_NO_INCREMENT, FALSE);
    }
}

/// Gives one reference back; the last one takes the context off the active list, frees it and wakes
/// a waiting stop.
///
/// IRQL     <= DISPATCH_LEVEL
/// Source   windows-driver-docs-ddi: rxcontx/nf-rxcontx-rxdereferenceanddeleterxcontext_real.md
VOID NTAPI RxDereferenceAndDeleteRxContext_Real(PRX_CONTEXT RxContext)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    NT_ASSERT((LONG)RxContext->ReferenceCount > 0);
    if (RxpDecrement(&RxContext->ReferenceCount) != 0) {
        KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
        return;
    }
    RemoveEntryList(&RxContext->ContextListEntry);
    if (RxDeviceObject != nullptr) {
        if (RxDeviceObject->StartStopContext.pStopContext == RxContext) {
            // A stop that was announced but never carried out: the redirector is as started as it
            // was.
            RxDeviceObject->StartStopContext.pStopContext = nullptr;
            if (RxDeviceObject->StartStopContext.State == RDBSS_STOP_IN_PROGRESS) {
                RxDeviceObject->StartStopContext.State = RDBSS_STARTED;
            }
        }
        RxpDecrement(&RxDeviceObject->NumberOfActiveContexts);
        RxpSignalStopIfLast(RxDeviceObject);
    }
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);

    RdrTraceDied(RxContext);
    RxContext->NodeTypeCode = 0;
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_FROM_POOL)) {
        ExFreePoolWithTag(RxContext, RX_IRPC_POOLTAG);
    }
}

// ---- cancellation
// ----------------------------------------------------------------------------------------------------

/// Stores the routine that makes the mini-redirector give up one pended request.
///
/// IRQL     <= DISPATCH_LEVEL
/// Errors   STATUS_CANCELLED: the request was cancelled before; the routine is not stored and the
/// caller must finish it now Source   windows-driver-docs-ddi:
/// rxcontx/nf-rxcontx-rxsetminirdrcancelroutine.md
NTSTATUS NTAPI RxSetMinirdrCancelRoutine(PRX_CONTEXT RxContext, PMRX_CALLDOWN MRxCancelRoutine)
{
    NTSTATUS Status = STATUS_SUCCESS;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    bool Stopping = RxDeviceObject != nullptr
        && RxDeviceObject->StartStopContext.State == RDBSS_STOP_IN_PROGRESS
        && RxDeviceObject->StartStopContext.pStopContext != RxContext;
    if (Stopping && MRxCancelRoutine != nullptr) {
        // What can be cancelled is cancelled once a stop was issued, also what became cancellable
        // after it.
        RxpSetFlagInterlocked(RxContext, RX_CONTEXT_FLAG_CANCELLED);
    }
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_CANCELLED)) {
        Status = STATUS_CANCELLED;
    } else {
        RxContext->MRxCancelRoutine = MRxCancelRoutine;
    }
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    return Status;
}

namespace {

VOID NTAPI RxpCallCancelRoutine(PVOID Context)
{
    PRX_CONTEXT RxContext = (PRX_CONTEXT)Context;
    RxpCancelContext(RxContext);
    RxDereferenceAndDeleteRxContext_Real(RxContext);
}

} // namespace

/// Cancels one request: marks it, then calls the mini-redirector's cancel routine, at most once.
///
/// IRQL     <= APC_LEVEL
/// Owns     the caller holds a reference on the context and keeps it
void RxpCancelContext(PRX_CONTEXT RxContext)
{
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    RxpSetFlagInterlocked(RxContext, RX_CONTEXT_FLAG_CANCELLED);
    PMRX_CALLDOWN Routine = RxContext->MRxCancelRoutine;
    RxContext->MRxCancelRoutine = nullptr;
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);

    RdrTraceEvent(
        RdrLayerRdbss, RdrEventCancel, "RxpCancelContext", RxContext, STATUS_CANCELLED,
        Routine != nullptr);
    RxCancelBlockingOperation(RxContext, RxContext->CurrentIrp);
    if (Routine != nullptr) {
        RDR_SPAN Span
            = RdrTraceBegin(RdrLayerMrx, "MRxCancelRoutine", RxContext, RdrTraceSpanOf(RxContext));
        NTSTATUS Status = Routine(RxContext);
        RdrTraceEnd(Span, Status, 0);
    }
}

/// The cancel routine of every IRP that RDBSS pends.
VOID NTAPI RxCancelRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    // Find the context before the cancel lock goes: the IRP cannot be completed while we hold it.
    PRX_CONTEXT Found = nullptr;
    KeAcquireSpinLockAtDpcLevel(&RxStrucSupSpinLock);
    for (PLIST_ENTRY Link = RxActiveContexts.Flink; Link != &RxActiveContexts; Link = Link->Flink) {
        PRX_CONTEXT Candidate = CONTAINING_RECORD(Link, RX_CONTEXT, ContextListEntry);
        if (Candidate->CurrentIrp == Irp && Candidate->ReferenceCount != 0) {
            Found = Candidate;
            RxpReferenceContext(Found);
            break;
        }
    }
    KeReleaseSpinLockFromDpcLevel(&RxStrucSupSpinLock);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    if (Found == nullptr) {
        return;
    }
    if (KeGetCurrentIrql() <= APC_LEVEL) {
        RxpCallCancelRoutine(Found);
    } else if (!NT_SUCCESS(RxDispatchToWorkerThread(
                   Found->RxDeviceObject, CriticalWorkQueue, RxpCallCancelRoutine, Found))) {
        // No memory for the work item: the request stays pended until the server answers; nothing
        // is lost but time.
        RxDereferenceAndDeleteRxContext_Real(Found);
    }
}

/// Lets IoCancelIrp reach a request that is about to pend. A cancel that came first marks the
/// context.
void RxpMakeCancellable(PRX_CONTEXT RxContext, PIRP Irp)
{
    (void)IoSetCancelRoutine(Irp, RxCancelRoutine);
    if (Irp->Cancel && IoSetCancelRoutine(Irp, nullptr) != nullptr) {
        RxpSetFlagInterlocked(RxContext, RX_CONTEXT_FLAG_CANCELLED);
    }
}

namespace {

template <typename Predicate> PRX_CONTEXT RxpTakeMatchingContext(Predicate Matches)
{
    PRX_CONTEXT Found = nullptr;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    for (PLIST_ENTRY Link = RxActiveContexts.Flink; Link != &RxActiveContexts; Link = Link->Flink) {
        PRX_CONTEXT Candidate = CONTAINING_RECORD(Link, RX_CONTEXT, ContextListEntry);
        if (Candidate->ReferenceCount != 0 && !FlagOn(Candidate->Flags, RX_CONTEXT_FLAG_CANCELLED)
            && Matches(Candidate)) {
            Found = Candidate;
            RxpReferenceContext(Found);
            break;
        }
    }
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    return Found;
}

} // namespace

/// Cancels every request of one redirector that can be cancelled, that is: has a cancel routine or
/// waits in a queue of ours.
void RxpCancelAllFor(PRDBSS_DEVICE_OBJECT RxDeviceObject, PRX_CONTEXT Except)
{
    auto Cancellable = [&](PRX_CONTEXT Candidate) {
        return Candidate->RxDeviceObject == RxDeviceObject && Candidate != Except
            && (Candidate->MRxCancelRoutine != nullptr
                || FlagOn(Candidate->Flags, RX_CONTEXT_FLAG_IN_SERIALIZATION_QUEUE));
    };
    while (PRX_CONTEXT RxContext = RxpTakeMatchingContext(Cancellable)) {
        RxpCancelContext(RxContext);
        RxDereferenceAndDeleteRxContext_Real(RxContext);
    }
}

/// Ends the change notifications of one V_NET_ROOT or of one FOBX.
void RxpCancelNotifies(
    PRDBSS_DEVICE_OBJECT RxDeviceObject, PV_NET_ROOT VNetRoot, PFOBX Fobx, NTSTATUS Status)
{
    auto IsNotify = [&](PRX_CONTEXT Candidate) {
        return Candidate->RxDeviceObject == RxDeviceObject
            && Candidate->MajorFunction == IRP_MJ_DIRECTORY_CONTROL
            && Candidate->MinorFunction == IRP_MN_NOTIFY_CHANGE_DIRECTORY
            && (Fobx == nullptr || Candidate->pFobx == RxpMrx(Fobx))
            && (VNetRoot == nullptr
                || (Candidate->pRelevantSrvOpen != nullptr
                    && Candidate->pRelevantSrvOpen->pVNetRoot == RxpMrx(VNetRoot)));
    };
    while (PRX_CONTEXT RxContext = RxpTakeMatchingContext(IsNotify)) {
        if (Status == STATUS_NOTIFY_CLEANUP) {
            SetFlag(RxContext->FlagsForLowIo, RXP_FLAG4LOWIO_NOTIFY_CLEANUP);
        }
        RxpCancelContext(RxContext);
        RxDereferenceAndDeleteRxContext_Real(RxContext);
    }
}

NTSTATUS NTAPI
RxCancelNotifyChangeDirectoryRequestsForVNetRoot(PV_NET_ROOT VNetRoot, BOOLEAN ForceFilesClosed)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = VNetRoot->pNetRoot->pSrvCall->RxDeviceObject;
    if (!ForceFilesClosed) {
        bool Any = false;
        KIRQL OldIrql;
        KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
        for (PLIST_ENTRY Link = RxActiveContexts.Flink; Link != &RxActiveContexts;
             Link = Link->Flink) {
            PRX_CONTEXT Candidate = CONTAINING_RECORD(Link, RX_CONTEXT, ContextListEntry);
            Any = Any
                || (Candidate->MajorFunction == IRP_MJ_DIRECTORY_CONTROL
                    && Candidate->MinorFunction == IRP_MN_NOTIFY_CHANGE_DIRECTORY
                    && Candidate->pRelevantSrvOpen != nullptr
                    && Candidate->pRelevantSrvOpen->pVNetRoot == RxpMrx(VNetRoot));
        }
        KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
        return Any ? STATUS_FILES_OPEN : STATUS_SUCCESS;
    }
    RxpCancelNotifies(RxDeviceObject, VNetRoot, nullptr, STATUS_CANCELLED);
    return STATUS_SUCCESS;
}

VOID NTAPI RxCancelNotifyChangeDirectoryRequestsForFobx(PFOBX Fobx)
{
    RxpCancelNotifies(Fobx->RxDeviceObject, nullptr, Fobx, STATUS_NOTIFY_CLEANUP);
}
