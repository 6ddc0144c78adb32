// How a handle gets its SRV_OPEN: one that is there already when access and sharing are the same
// and the mini-redirector agrees (collapse), otherwise a new one (MRxCreate).
//
// Locks: everything here runs with the FCB held exclusive.
#include "calldown.h"

namespace {

constexpr ULONG RxpNeverCollapsed = FILE_OPEN_FOR_BACKUP_INTENT | FILE_DELETE_ON_CLOSE;
constexpr ULONG RxpOptionsOfTheServer = FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE
    | FILE_WRITE_THROUGH | FILE_NO_INTERMEDIATE_BUFFERING | FILE_OPEN_REPARSE_POINT
    | FILE_OPEN_NO_RECALL;
constexpr ULONG RxpUnfit = SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_FILE_RENAMED
    | SRVOPEN_FLAG_FILE_DELETED | SRVOPEN_FLAG_COLLAPSING_DISABLED | SRVOPEN_FLAG_ORPHANED;

bool RxpMayServe(PSRV_OPEN SrvOpen, PRX_CONTEXT RxContext)
{
    PNT_CREATE_PARAMETERS Wanted = &RxContext->Create.NtCreateParameters;
    ULONG WantedOptions
        = FlagOn(Wanted->CreateOptions, RxpOptionsOfTheServer & ~FILE_NON_DIRECTORY_FILE);
    ULONG HasOptions
        = FlagOn(SrvOpen->CreateOptions, RxpOptionsOfTheServer & ~FILE_NON_DIRECTORY_FILE);
    return SrvOpen->Condition == Condition_Good && !FlagOn(SrvOpen->Flags, RxpUnfit)
        && SrvOpen->pVNetRoot == RxContext->Create.pVNetRoot
        && SrvOpen->DesiredAccess == Wanted->DesiredAccess
        && SrvOpen->ShareAccess == Wanted->ShareAccess && WantedOptions == HasOptions;
}

PSRV_OPEN RxSearchForCollapsibleOpen(PRX_CONTEXT RxContext, PFCB Fcb)
{
    PNT_CREATE_PARAMETERS Wanted = &RxContext->Create.NtCreateParameters;
    bool OpensOnly = Wanted->Disposition == FILE_OPEN || Wanted->Disposition == FILE_OPEN_IF;
    if (!OpensOnly || FlagOn(Wanted->CreateOptions, RxpNeverCollapsed)
        || FlagOn(Fcb->FcbState, FCB_STATE_DELETE_ON_CLOSE)) {
        return nullptr;
    }
    for (PLIST_ENTRY Link = Fcb->SrvOpenList.Flink; Link != &Fcb->SrvOpenList; Link = Link->Flink) {
        PSRV_OPEN SrvOpen = CONTAINING_RECORD(Link, SRV_OPEN, SrvOpenQLinks);
        if (RxpMayServe(SrvOpen, RxContext)) {
            return SrvOpen;
        }
    }
    return nullptr;
}

/// STATUS_SUCCESS: the open is done. Anything else: go on without collapsing.
NTSTATUS RxpCollapse(PRX_CONTEXT RxContext, PIRP Irp, PSRV_OPEN SrvOpen)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    RxContext->pRelevantSrvOpen = RxpMrx(SrvOpen);
    NTSTATUS Status = RxpCalldown(
        RxContext, "MRxShouldTryToCollapseThisOpen", SrvOpen,
        RXP_SLOT(RxDeviceObject, MRxShouldTryToCollapseThisOpen), RxContext);
    if (Status == STATUS_SUCCESS) {
        Status = RxpCalldown(
            RxContext, "MRxCollapseOpen", SrvOpen, RXP_SLOT(RxDeviceObject, MRxCollapseOpen),
            RxContext);
    }
    if (Status == STATUS_SUCCESS && RxContext->pFobx == nullptr
        && RxCreateNetFobx(RxContext, RxpMrx(SrvOpen)) == nullptr) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Status != STATUS_SUCCESS) {
        RxpUndoOpen(RxContext);
        return Status;
    }
    // A delayed close that gets a new handle is no longer delayed: the handle it waited for is
    // closed now, without the server.
    if (FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_CLOSE_DELAYED)) {
        RxpReviveDormant(SrvOpen);
    }
    if (RxContext->Create.ReturnedCreateInformation == 0 && Irp->IoStatus.Information == 0) {
        Irp->IoStatus.Information = FILE_OPENED;
    }
    return STATUS_SUCCESS;
}

NTSTATUS RxConstructSrvOpen(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    PNT_CREATE_PARAMETERS Wanted = &RxContext->Create.NtCreateParameters;
    PV_NET_ROOT VNetRoot = RxpVNetRoot(RxContext->Create.pVNetRoot);
    PSRV_OPEN SrvOpen = RxCreateSrvOpen(VNetRoot, Fcb);
    if (SrvOpen == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    SrvOpen->DesiredAccess = Wanted->DesiredAccess;
    SrvOpen->ShareAccess = Wanted->ShareAccess;
    SrvOpen->CreateOptions = Wanted->CreateOptions;
    RxContext->pRelevantSrvOpen = RxpMrx(SrvOpen);
    RxContext->pFobx = nullptr;
    RxInitiateSrvOpenKeyAssociation(SrvOpen);

    NTSTATUS Status = RxpCalldown(
        RxContext, "MRxCreate", SrvOpen, RXP_SLOT(RxDeviceObject, MRxCreate), RxContext);
    bool Reparse = FlagOn(RxContext->Create.Flags, RX_CONTEXT_CREATE_FLAG_REPARSE) != 0;
    if (Reparse != (Status == STATUS_REPARSE)) {
        RdrTraceText(
            RdrLayerRdbss, RdrEventError, "MRxCreate", SrvOpen,
            "contract violation: STATUS_REPARSE and RxPrepareToReparseSymbolicLink go together");
        Status = NT_SUCCESS(Status) ? STATUS_UNSUCCESSFUL : Status;
    }
    if (Status == STATUS_PENDING) {
        Status = STATUS_UNEXPECTED_NETWORK_ERROR; // MRxCreate is synchronous
    }
    if (Status == STATUS_SUCCESS && RxContext->pFobx == nullptr
        && RxCreateNetFobx(RxContext, RxpMrx(SrvOpen)) == nullptr) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
        RxpCalldown(
            RxContext, "MRxCloseSrvOpen", SrvOpen, RXP_SLOT(RxDeviceObject, MRxCloseSrvOpen),
            RxContext);
    }
    SrvOpen->OpenStatus = Status;
    if (Status == STATUS_SUCCESS) {
        if (RxContext->Create.ReturnedCreateInformation == 0 && Irp->IoStatus.Information == 0
            && Wanted->Disposition != FILE_SUPERSEDE) {
            // FILE_SUPERSEDED is 0 and so is "nothing was said"; only a supersede may mean it.
            Irp->IoStatus.Information = FILE_OPENED;
        }
        RxTransitionSrvOpen(SrvOpen, Condition_Good);
        if (Fcb->Condition != Condition_Good) {
            RxTransitionNetFcb(Fcb, Condition_Good);
        }
        RxUpdateShareAccessPerSrvOpens(SrvOpen);
        RxCompleteSrvOpenKeyAssociation(SrvOpen);
    } else {
        RxTransitionSrvOpen(SrvOpen, Condition_Bad);
        RxCompleteSrvOpenKeyAssociation(SrvOpen);
        RxpUndoOpen(RxContext);
        RxContext->pRelevantSrvOpen = nullptr;
    }
    RxpDereference(SrvOpen, LHS_ExclusiveLockHeld, "create");
    return Status;
}

bool RxpWasTruncated(ULONG_PTR Information)
{
    return Information == FILE_OVERWRITTEN || Information == FILE_SUPERSEDED;
}

/// The file was overwritten at the server: what the cache knows of its contents is gone.
void RxpTruncateAfterOverwrite(PRX_CONTEXT RxContext, PFCB Fcb, PFILE_OBJECT FileObject)
{
    PNON_PAGED_FCB NonPaged = Fcb->NonPaged;
    if (NonPaged->SectionObjectPointers.DataSectionObject == nullptr && Fcb->OpenCount == 0) {
        return;
    }
    RxAcquirePagingIoResource(RxContext, Fcb);
    LONGLONG Zero = 0;
    RxSetFileSizeWithLock(Fcb, &Zero);
    Fcb->Header.ValidDataLength.QuadPart = 0;
    Fcb->Header.AllocationSize.QuadPart = 0;
    RxReleasePagingIoResource(RxContext, Fcb);
    if (NonPaged->SectionObjectPointers.DataSectionObject != nullptr) {
        FileObject->SectionObjectPointer = &NonPaged->SectionObjectPointers;
        RxpReportSizes(Fcb, FileObject);
        CcPurgeCacheSection(&NonPaged->SectionObjectPointers, nullptr, 0, FALSE);
    }
}

} // namespace

/// May this handle exist beside those that are there?
///
/// Errors   STATUS_SHARING_VIOLATION
NTSTATUS RxpCheckFcbShareAccess(PRX_CONTEXT RxContext, PFCB Fcb)
{
    if (Fcb->pNetRoot->Type == NET_ROOT_PIPE || Fcb->pNetRoot->Type == NET_ROOT_MAILSLOT) {
        return STATUS_SUCCESS;
    }
    PNT_CREATE_PARAMETERS Wanted = &RxContext->Create.NtCreateParameters;
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    if (Fcb->ShareAccess.OpenCount != 0) {
        NTSTATUS Status = RxCheckShareAccess(
            Wanted->DesiredAccess, Wanted->ShareAccess, FileObject, &Fcb->ShareAccess, FALSE,
            (PSZ) "create", (PSZ) "create");
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    if (FlagOn(Wanted->DesiredAccess, FILE_WRITE_DATA)
        && Fcb->NonPaged->SectionObjectPointers.ImageSectionObject != nullptr
        && !MmFlushImageSection(&Fcb->NonPaged->SectionObjectPointers, MmFlushForWrite)) {
        return STATUS_SHARING_VIOLATION;
    }
    return STATUS_SUCCESS;
}

/// Takes back the FOBX of an open that failed after it was created.
void RxpUndoOpen(PRX_CONTEXT RxContext)
{
    if (RxContext->pFobx != nullptr) {
        PFOBX Fobx = RxpFobx(RxContext->pFobx);
        RxContext->pFobx = nullptr;
        RxpDereference(Fobx, LHS_ExclusiveLockHeld, "file object");
    }
}

/// Opens a file whose FCB is held: collapses, or asks the server.
///
/// Errors   the mini-redirector's status, STATUS_INSUFFICIENT_RESOURCES
NTSTATUS RxpOpenOnFcb(PRX_CONTEXT RxContext, PIRP Irp)
{
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    PNT_CREATE_PARAMETERS Wanted = &RxContext->Create.NtCreateParameters;
    bool MayCollapse = RXP_SLOT(RxDeviceObject, MRxShouldTryToCollapseThisOpen) != nullptr
        && RXP_SLOT(RxDeviceObject, MRxCollapseOpen) != nullptr;
    PSRV_OPEN Existing = MayCollapse ? RxSearchForCollapsibleOpen(RxContext, Fcb) : nullptr;
    if (Existing != nullptr) {
        NTSTATUS Status = RxpCollapse(RxContext, Irp, Existing);
        if (Status == STATUS_SUCCESS || Status == STATUS_INSUFFICIENT_RESOURCES) {
            return Status;
        }
        RxContext->pRelevantSrvOpen = nullptr;
    }
    // Opens that only wait for their close would make the server refuse this one.
    bool Deletes = FlagOn(Wanted->CreateOptions, FILE_DELETE_ON_CLOSE)
        || FlagOn(Wanted->DesiredAccess, DELETE);
    bool Replaces = Wanted->Disposition != FILE_OPEN && Wanted->Disposition != FILE_OPEN_IF;
    if (Deletes || Replaces
        || RxCheckShareAccessPerSrvOpens(Fcb, Wanted->DesiredAccess, Wanted->ShareAccess)
            != STATUS_SUCCESS) {
        RxpCloseDormantOpens(RxContext, Fcb);
    }
    return RxConstructSrvOpen(RxContext, Irp, Fcb);
}

/// Ties file object, FCB and FOBX together once an open has succeeded, and counts the handle.
void RxpLinkOpen(PRX_CONTEXT RxContext, PIRP Irp)
{
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    PFOBX Fobx = RxpFobx(RxContext->pFobx);
    PSRV_OPEN SrvOpen = RxpSrvOpen(Fobx->pSrvOpen);
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    PNT_CREATE_PARAMETERS Wanted = &RxContext->Create.NtCreateParameters;
    if (RxContext->Create.ReturnedCreateInformation != 0) {
        Irp->IoStatus.Information = RxContext->Create.ReturnedCreateInformation;
    }
    if (RxpWasTruncated(Irp->IoStatus.Information)) {
        RxpTruncateAfterOverwrite(RxContext, Fcb, FileObject);
    }
    FileObject->FsContext = Fcb;
    FileObject->FsContext2 = Fobx;
    FileObject->SectionObjectPointer = &Fcb->NonPaged->SectionObjectPointers;
    Fobx->AssociatedFileObject = FileObject;
    bool Uncached = FlagOn(Wanted->CreateOptions, FILE_NO_INTERMEDIATE_BUFFERING) != 0;
    if (!Uncached && RxpIsFile(Fcb)) {
        SetFlag(FileObject->Flags, FO_CACHE_SUPPORTED);
    }
    bool Shares = Fcb->pNetRoot->Type != NET_ROOT_PIPE && Fcb->pNetRoot->Type != NET_ROOT_MAILSLOT;
    if (Shares && Fcb->ShareAccess.OpenCount == 0) {
        RxSetShareAccess(
            Wanted->DesiredAccess, Wanted->ShareAccess, FileObject, &Fcb->ShareAccess,
            (PSZ) "create", (PSZ) "create");
    } else if (Shares) {
        RxUpdateShareAccess(FileObject, &Fcb->ShareAccess, (PSZ) "create", (PSZ) "create");
    }
    InterlockedIncrement((volatile LONG*)&Fcb->OpenCount);
    InterlockedIncrement((volatile LONG*)&Fcb->UncleanCount);
    if (Uncached) {
        Fcb->UncachedUncleanCount += 1;
    }
    SrvOpen->OpenCount += 1;
    SrvOpen->UncleanFobxCount += 1;
    InterlockedIncrement((volatile LONG*)&SrvOpen->pVNetRoot->NumberOfOpens);
    if (RxpIsFile(Fcb)) {
        RxChangeBufferingState(SrvOpen, nullptr, FALSE);
    }
    RdrTraceTouch(Fcb);
    RdrTraceTouch(SrvOpen);
    RdrTraceTouch(Fobx);
    RdrTraceTouch(SrvOpen->pVNetRoot);
}
