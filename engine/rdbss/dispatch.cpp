// Where every IRP enters, and the one place where an IRP is completed.
//
//      RxFsdDispatch ── gate ── RX_CONTEXT ── RxpRunRequest ─┬─ the routine of the major function
//      answers a status
//           (FSD thread)                          ▲          │      -> RxCompleteRequest here
//                                                 │          └─ STATUS_PENDING: somebody else owns
//                                                 the request now
//      RxpFspDispatch (a worker of the FSP) ──────┘
//
// A routine that needs a worker posts its context (fsp.cpp); the worker runs the same routine
// again, with WAIT and IN_FSP set.
#include "calldown.h"

FCB RxDeviceFCB;

namespace {

constinit RX_FSD_DISPATCH_VECTOR RxFsdDispatchVector[IRP_MJ_MAXIMUM_FUNCTION + 1] = {
    { RxCommonCreate }, // IRP_MJ_CREATE
    { RxCommonUnimplemented }, // IRP_MJ_CREATE_NAMED_PIPE
    { RxCommonClose }, // IRP_MJ_CLOSE
    { RxCommonRead }, // IRP_MJ_READ
    { RxCommonWrite }, // IRP_MJ_WRITE
    { RxCommonQueryInformation }, // IRP_MJ_QUERY_INFORMATION
    { RxCommonSetInformation }, // IRP_MJ_SET_INFORMATION
    { RxCommonQueryEa }, // IRP_MJ_QUERY_EA
    { RxCommonSetEa }, // IRP_MJ_SET_EA
    { RxCommonFlushBuffers }, // IRP_MJ_FLUSH_BUFFERS
    { RxCommonQueryVolumeInformation }, // IRP_MJ_QUERY_VOLUME_INFORMATION
    { RxCommonSetVolumeInformation }, // IRP_MJ_SET_VOLUME_INFORMATION
    { RxCommonDirectoryControl }, // IRP_MJ_DIRECTORY_CONTROL
    { RxCommonFileSystemControl }, // IRP_MJ_FILE_SYSTEM_CONTROL
    { RxCommonDeviceControl }, // IRP_MJ_DEVICE_CONTROL
    { RxCommonDeviceControl }, // IRP_MJ_INTERNAL_DEVICE_CONTROL
    { RxCommonShutdown }, // IRP_MJ_SHUTDOWN
    { RxCommonLockControl }, // IRP_MJ_LOCK_CONTROL
    { RxCommonCleanup }, // IRP_MJ_CLEANUP
    { RxCommonUnimplemented }, // IRP_MJ_CREATE_MAILSLOT
    { RxCommonQuerySecurity }, // IRP_MJ_QUERY_SECURITY
    { RxCommonSetSecurity }, // IRP_MJ_SET_SECURITY
    { RxCommonUnimplemented }, // IRP_MJ_POWER
    { RxCommonUnimplemented }, // IRP_MJ_SYSTEM_CONTROL
    { RxCommonUnimplemented }, // IRP_MJ_DEVICE_CHANGE
    { RxCommonQueryQuotaInformation }, // IRP_MJ_QUERY_QUOTA
    { RxCommonSetQuotaInformation }, // IRP_MJ_SET_QUOTA
    { RxCommonUnimplemented }, // IRP_MJ_PNP
};

constinit const char* const RxpMajorFunctionNames[] = { "IRP_MJ_CREATE",
                                                        "IRP_MJ_CREATE_NAMED_PIPE",
                                                        "IRP_MJ_CLOSE",
                                                        "IRP_MJ_READ",
                                                        "IRP_MJ_WRITE",
                                                        "IRP_MJ_QUERY_INFORMATION",
                                                        "IRP_MJ_SET_INFORMATION",
                                                        "IRP_MJ_QUERY_EA",
                                                        "IRP_MJ_SET_EA",
                                                        "IRP_MJ_FLUSH_BUFFERS",
                                                        "IRP_MJ_QUERY_VOLUME_INFORMATION",
                                                        "IRP_MJ_SET_VOLUME_INFORMATION",
                                                        "IRP_MJ_DIRECTORY_CONTROL",
                                                        "IRP_MJ_FILE_SYSTEM_CONTROL",
                                                        "IRP_MJ_DEVICE_CONTROL",
                                                        "IRP_MJ_INTERNAL_DEVICE_CONTROL",
                                                        "IRP_MJ_SHUTDOWN",
                                                        "IRP_MJ_LOCK_CONTROL",
                                                        "IRP_MJ_CLEANUP",
                                                        "IRP_MJ_CREATE_MAILSLOT",
                                                        "IRP_MJ_QUERY_SECURITY",
                                                        "IRP_MJ_SET_SECURITY",
                                                        "IRP_MJ_POWER",
                                                        "IRP_MJ_SYSTEM_CONTROL",
                                                        "IRP_MJ_DEVICE_CHANGE",
                                                        "IRP_MJ_QUERY_QUOTA",
                                                        "IRP_MJ_SET_QUOTA",
                                                        "IRP_MJ_PNP" };

NTSTATUS RxpCompleteAtOnce(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

bool RxpIsDeviceOpen(PIO_STACK_LOCATION IrpSp)
{
    PFILE_OBJECT FileObject = IrpSp->FileObject;
    return FileObject != nullptr && FileObject->FileName.Length == 0
        && FileObject->RelatedFileObject == nullptr;
}

bool RxpIsOnDeviceFcb(PIO_STACK_LOCATION IrpSp)
{
    return IrpSp->FileObject != nullptr && IrpSp->FileObject->FsContext == &RxDeviceFCB;
}

/// Which requests pass in which state (facts.md section 8, A4). STATUS_SUCCESS lets the request in.
NTSTATUS RxpGate(PRDBSS_DEVICE_OBJECT RxDeviceObject, PIO_STACK_LOCATION IrpSp)
{
    switch (IrpSp->MajorFunction) {
    case IRP_MJ_CREATE_MAILSLOT:
    case IRP_MJ_CREATE_NAMED_PIPE:
        return STATUS_OBJECT_NAME_INVALID;
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
        return STATUS_SUCCESS;
    default:
        break;
    }
    switch (RxGetRdbssState(RxDeviceObject)) {
    case RDBSS_STARTED:
        return STATUS_SUCCESS;
    case RDBSS_STOP_IN_PROGRESS:
        return STATUS_REDIRECTOR_NOT_STARTED;
    default: {
        // Startable: the device itself may be opened and asked to start, nothing else exists yet.
        bool Device = IrpSp->MajorFunction == IRP_MJ_CREATE ? RxpIsDeviceOpen(IrpSp)
                                                            : RxpIsOnDeviceFcb(IrpSp);
        return Device ? STATUS_SUCCESS : STATUS_REDIRECTOR_NOT_STARTED;
    }
    }
}

NTSTATUS RxFsdCommonDispatch(PRDBSS_DEVICE_OBJECT RxDeviceObject, PIRP Irp)
{
    RxpFileSystemScope Scope;
    PRX_CONTEXT RxContext = RxCreateRxContext(Irp, RxDeviceObject, 0);
    if (RxContext == nullptr) {
        return RxpCompleteAtOnce(Irp, STATUS_INSUFFICIENT_RESOURCES);
    }
    RDR_SPAN Span = RdrTraceBegin(
        RdrLayerRdbss, RxpMajorFunctionName(RxContext->MajorFunction), RxContext, 0);
    RdrTraceBind(RxContext, Span);

    RX_TOPLEVELIRP_CONTEXT TopLevelContext;
    BOOLEAN TopLevel = RxTryToBecomeTheTopLevelIrp(&TopLevelContext, Irp, RxDeviceObject, FALSE);
    if (TopLevel) {
        SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_THIS_DEVICE_TOP_LEVEL);
    }
    NTSTATUS Status = RxpRunRequest(RxContext, Irp);
    if (TopLevel) {
        RxUnwindTopLevelIrp(&TopLevelContext);
    }
    RdrTraceLeave(Span);
    return Status;
}

} // namespace

const char* RxpMajorFunctionName(UCHAR MajorFunction)
{
    return MajorFunction <= IRP_MJ_MAXIMUM_FUNCTION ? RxpMajorFunctionNames[MajorFunction]
                                                    : "IRP_MJ_?";
}

/// Makes the IRP pending, once, before anybody else can get hold of the request.
void RxpMarkPending(PRX_CONTEXT RxContext)
{
    if (!FlagOn(RxContext->CurrentIrpSp->Control, SL_PENDING_RETURNED)) {
        IoMarkIrpPending(RxContext->CurrentIrp);
    }
    RxContext->PendingReturned = TRUE;
}

/// Runs the routine of one request, on the caller's thread or on a worker of the FSP, and completes
/// the request unless the routine gave it away.
///
/// IRQL     <= APC_LEVEL
/// Locks    none held
/// Errors   what a dispatch routine returns: STATUS_PENDING if the IRP was marked pending,
/// otherwise its final status
NTSTATUS RxpRunRequest(PRX_CONTEXT RxContext, PIRP Irp)
{
    PRX_FSD_DISPATCH_VECTOR Vector = RxFsdDispatchVector;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    if (RxContext->CurrentIrpSp->MajorFunction != IRP_MJ_CREATE && Fcb != nullptr && RxpIsFcb(Fcb)
        && Fcb->PrivateDispatchVector != nullptr) {
        Vector = Fcb->PrivateDispatchVector;
    }
    PRX_DISPATCH Routine = Vector[RxContext->CurrentIrpSp->MajorFunction].CommonRoutine;
    if (RxContext->ResumeRoutine != nullptr) {
        Routine = RxContext->ResumeRoutine;
        RxContext->ResumeRoutine = nullptr;
    }
    if (Routine == nullptr) {
        Routine = RxCommonUnimplemented;
    }
    RxContext->LastExecutionThread = PsGetCurrentThread();
    RxContext->PostRequest = FALSE;

    NTSTATUS Status = FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_CANCELLED)
            && RxContext->MajorFunction != IRP_MJ_CLEANUP
            && RxContext->MajorFunction != IRP_MJ_CLOSE
        ? STATUS_CANCELLED
        : Routine(RxContext, Irp);
    if (Status == STATUS_PENDING) {
        return STATUS_PENDING;
    }
    bool Marked = FlagOn(RxContext->CurrentIrpSp->Control, SL_PENDING_RETURNED) != 0;
    RxCompleteRequest(RxContext, Status);
    return Marked ? STATUS_PENDING : Status;
}

/// The dispatch routine of a mini-redirector for every major function.
///
/// IRQL     PASSIVE_LEVEL (paging I/O: <= APC_LEVEL)
/// Errors   STATUS_INVALID_DEVICE_REQUEST (not a registered device), STATUS_OBJECT_NAME_INVALID
/// (create mailslot or named
///          pipe), STATUS_REDIRECTOR_NOT_STARTED (not started, or a stop was issued), otherwise the
///          request's status
/// Source   windows-driver-docs-ddi: mrx/nf-mrx-rxfsddispatch.md
NTSTATUS NTAPI RxFsdDispatch(PRDBSS_DEVICE_OBJECT RxDeviceObject, PIRP Irp)
{
    if (!RxpIsRegistered(RxDeviceObject)) {
        return RxpCompleteAtOnce(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(Irp);
    if (IrpSp->MajorFunction == IRP_MJ_SYSTEM_CONTROL) {
        // WMI: there is no device below to pass it to, so it keeps the status it came with.
        NTSTATUS Status = Irp->IoStatus.Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    NTSTATUS Status = RxpGate(RxDeviceObject, IrpSp);
    if (Status != STATUS_SUCCESS) {
        RdrTraceEvent(
            RdrLayerRdbss, RdrEventError, "RxFsdDispatch", Irp, Status, IrpSp->MajorFunction);
        return RxpCompleteAtOnce(Irp, Status);
    }
    return RxFsdCommonDispatch(RxDeviceObject, Irp);
}

// ---- completion
// ------------------------------------------------------------------------------------------------------

/// Completes the IRP of one request and gives the request's reference on its context back.
///
/// IRQL     <= DISPATCH_LEVEL
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxcompleterequest_real.md
VOID NTAPI RxCompleteRequest_Real(PRX_CONTEXT RxContext, PIRP Irp, NTSTATUS Status)
{
    NT_ASSERT(Status != STATUS_PENDING);
    RDR_SPAN Span = RdrTraceSpanOf(RxContext);
    if (Irp != nullptr) {
        (void)IoSetCancelRoutine(Irp, nullptr);
        if (NT_ERROR(Status) && Status != STATUS_MORE_PROCESSING_REQUIRED) {
            Irp->IoStatus.Information = 0;
        }
        Irp->IoStatus.Status = Status;
        RxContext->StoredStatus = Status;
        RdrTraceFinish(Span, Status, (unsigned long long)Irp->IoStatus.Information);
        // Nothing may find the IRP through this context any more; a late cancel looks contexts up
        // by their IRP.
        KIRQL OldIrql;
        KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
        RxContext->CurrentIrp = nullptr;
        RxContext->CurrentIrpSp = nullptr;
        RxContext->MRxCancelRoutine = nullptr;
        KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
        IoCompleteRequest(Irp, (CCHAR)(NT_SUCCESS(Status) ? IO_DISK_INCREMENT : IO_NO_INCREMENT));
    } else {
        RdrTraceFinish(Span, Status, 0);
    }
    RxDereferenceAndDeleteRxContext_Real(RxContext);
}

NTSTATUS NTAPI RxCompleteRequest(PRX_CONTEXT RxContext, NTSTATUS Status)
{
    RxpFreeCanonicalName(RxContext);
    RxCompleteRequest_Real(RxContext, RxContext->CurrentIrp, Status);
    return Status;
}

// ---- the top-level IRP
// -------------------------------------------------------------------------------------------------
//
// A redirector's thread may come back to it (the cache manager reads while a read is served). The
// thread's top-level IRP tells who was first; RDBSS stores a context of its own there, told from an
// IRP by its signature and by the list of live ones.

namespace {

LIST_ENTRY RxTopLevelIrpAllList;
KSPIN_LOCK RxTopLevelIrpSpinLock;

PRX_TOPLEVELIRP_CONTEXT RxpTopLevelOfThread()
{
    ULONG_PTR Top = (ULONG_PTR)IoGetTopLevelIrp();
    if (Top <= FSRTL_MAX_TOP_LEVEL_IRP_FLAG) {
        return nullptr;
    }
    PRX_TOPLEVELIRP_CONTEXT Found = nullptr;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxTopLevelIrpSpinLock, &OldIrql);
    for (PLIST_ENTRY Link = RxTopLevelIrpAllList.Flink; Link != &RxTopLevelIrpAllList;
         Link = Link->Flink) {
        PRX_TOPLEVELIRP_CONTEXT Candidate
            = CONTAINING_RECORD(Link, RX_TOPLEVELIRP_CONTEXT, ListEntry);
        if ((ULONG_PTR)Candidate == Top && Candidate->Signature == RX_TOPLEVELIRP_CONTEXT_SIGNATURE
            && Candidate->Thread == PsGetCurrentThread()) {
            Found = Candidate;
            break;
        }
    }
    KeReleaseSpinLock(&RxTopLevelIrpSpinLock, OldIrql);
    return Found;
}

} // namespace

void RxpInitializeTopLevel()
{
    InitializeListHead(&RxTopLevelIrpAllList);
    KeInitializeSpinLock(&RxTopLevelIrpSpinLock);
}

VOID NTAPI __RxInitializeTopLevelIrpContext(
    PRX_TOPLEVELIRP_CONTEXT TopLevelContext,
    PIRP Irp,
    PRDBSS_DEVICE_OBJECT RxDeviceObject,
    ULONG Flags)
{
    RtlZeroMemory(TopLevelContext, sizeof(*TopLevelContext));
    TopLevelContext->Irp = Irp;
    TopLevelContext->Flags = Flags;
    TopLevelContext->Signature = RX_TOPLEVELIRP_CONTEXT_SIGNATURE;
    TopLevelContext->RxDeviceObject = RxDeviceObject;
    TopLevelContext->Previous = IoGetTopLevelIrp();
    TopLevelContext->Thread = PsGetCurrentThread();
}

BOOLEAN NTAPI RxTryToBecomeTheTopLevelIrp(
    PRX_TOPLEVELIRP_CONTEXT TopLevelContext,
    PIRP Irp,
    PRDBSS_DEVICE_OBJECT RxDeviceObject,
    BOOLEAN ForceTopLevel)
{
    if (IoGetTopLevelIrp() != nullptr && !ForceTopLevel) {
        return FALSE;
    }
    __RxInitializeTopLevelIrpContext(TopLevelContext, Irp, RxDeviceObject, 0);
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxTopLevelIrpSpinLock, &OldIrql);
    InsertTailList(&RxTopLevelIrpAllList, &TopLevelContext->ListEntry);
    KeReleaseSpinLock(&RxTopLevelIrpSpinLock, OldIrql);
    IoSetTopLevelIrp((PIRP)TopLevelContext);
    return TRUE;
}

VOID NTAPI RxUnwindTopLevelIrp(PRX_TOPLEVELIRP_CONTEXT TopLevelContext)
{
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxTopLevelIrpSpinLock, &OldIrql);
    RemoveEntryList(&TopLevelContext->ListEntry);
    TopLevelContext->Signature = 0;
    KeReleaseSpinLock(&RxTopLevelIrpSpinLock, OldIrql);
    IoSetTopLevelIrp((PIRP)TopLevelContext->Previous);
}

PIRP NTAPI RxGetTopIrpIfRdbssIrp(VOID)
{
    PRX_TOPLEVELIRP_CONTEXT Top = RxpTopLevelOfThread();
    return Top != nullptr ? Top->Irp : nullptr;
}

PRDBSS_DEVICE_OBJECT NTAPI RxGetTopDeviceObjectIfRdbssIrp(VOID)
{
    PRX_TOPLEVELIRP_CONTEXT Top = RxpTopLevelOfThread();
    return Top != nullptr ? Top->RxDeviceObject : nullptr;
}

BOOLEAN NTAPI RxIsThisTheTopLevelIrp(PIRP Irp)
{
    PIRP Top = IoGetTopLevelIrp();
    PRX_TOPLEVELIRP_CONTEXT Ours = RxpTopLevelOfThread();
    return (Ours != nullptr ? Ours->Irp : Top) == Irp;
}

NTSTATUS NTAPI RxCommonUnimplemented(PRX_CONTEXT RxContext, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventError, RxpMajorFunctionName(RxContext->MajorFunction), RxContext,
        STATUS_NOT_IMPLEMENTED, 0);
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NTAPI RxCommonShutdown(PRX_CONTEXT RxContext, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
    // Everything that only waits for its time to be closed is closed now, while the network still
    // stands.
    RxPurgeAllFobxs(RxContext->RxDeviceObject);
    RxScavengeAllFobxs(RxContext->RxDeviceObject);
    return STATUS_SUCCESS;
}
