// IRP_MJ_CLOSE: the file object is gone. Closes the server's handle when this was its last user
// here, or delays that for files that are likely to be opened again (facts.md SC-23):
//
//      close ── last user of its SRV_OPEN, FCB collapsible ── FOBX dormant, SRV_OPEN close-delayed
//                                                                 │ opened again       │ about ten
//                                                                 seconds pass, ▼ and collapsed ▼
//                                                                 or it is in somebody's way
//                                                             revived (no calls)   MRxCloseSrvOpen,
//                                                             MRxDeallocateFor...
#include "calldown.h"

namespace {

bool RxpMayDelayClose(PRX_CONTEXT RxContext, PFCB Fcb, PSRV_OPEN SrvOpen)
{
    constexpr ULONG Unfit = SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_COLLAPSING_DISABLED
        | SRVOPEN_FLAG_FILE_RENAMED | SRVOPEN_FLAG_FILE_DELETED | SRVOPEN_FLAG_ORPHANED
        | SRVOPEN_FLAG_BUFFERING_STATE_CHANGE_PENDING;
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    PSRV_CALL SrvCall = RxpSrvCall(Fcb->pNetRoot->pSrvCall);
    return RxpIsFile(Fcb) && FlagOn(Fcb->FcbState, FCB_STATE_COLLAPSING_ENABLED)
        && !FlagOn(
               Fcb->FcbState,
               FCB_STATE_DELETE_ON_CLOSE | FCB_STATE_ORPHANED | FCB_STATE_NAME_ALREADY_REMOVED)
        && SrvOpen->OpenCount == 0 && SrvOpen->Condition == Condition_Good
        && !FlagOn(SrvOpen->Flags, Unfit)
        && !FlagOn(SrvOpen->CreateOptions, FILE_DELETE_ON_CLOSE | FILE_OPEN_FOR_BACKUP_INTENT)
        && RxDeviceObject->pRdbssScavenger != nullptr
        && RxGetRdbssState(RxDeviceObject) == RDBSS_STARTED
        && RXP_SLOT(RxDeviceObject, MRxCollapseOpen) != nullptr
        && SrvCall->NumberOfCloseDelayedFiles < SrvCall->MaximumNumberOfCloseDelayedFiles;
}

void RxpCloseTargetDirectory(PFILE_OBJECT FileObject, PFCB Fcb)
{
    PV_NET_ROOT VNetRoot = Fcb->VNetRoot;
    FileObject->FsContext = nullptr;
    RxFreeFcbObject(Fcb);
    RxpDereference(VNetRoot, LHS_LockNotHeld, "rename target");
}

} // namespace

/// Closes the server's handle of a FOBX whose SRV_OPEN nobody else uses.
///
/// RxContext is the request's, or NULL when RDBSS closes on its own.
///
/// Locks    FCB exclusive
/// Errors   MRxCloseSrvOpen's status; STATUS_SUCCESS when there was nothing to close
NTSTATUS NTAPI RxCloseAssociatedSrvOpen(PRX_CONTEXT RxContext, PFOBX Fobx)
{
    PAGED_CODE();
    PSRV_OPEN SrvOpen = RxpSrvOpen(Fobx->pSrvOpen);
    PFCB Fcb = RxpFcb(SrvOpen->pFcb);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = Fcb->RxDeviceObject;
    NT_ASSERT(RxIsFcbAcquiredExclusive(Fcb));
    SetFlag(Fobx->Flags, FOBX_FLAG_SRVOPEN_CLOSED);
    if (SrvOpen->OpenCount != 0 || SrvOpen->Condition != Condition_Good
        || FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_CLOSED)) {
        return STATUS_SUCCESS;
    }
    PRX_CONTEXT Used = RxContext;
    if (Used == nullptr) {
        Used = RxCreateRxContext(nullptr, RxDeviceObject, RX_CONTEXT_FLAG_WAIT);
        if (Used == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    UCHAR MajorFunction = Used->MajorFunction;
    PMRX_FCB SavedFcb = Used->pFcb;
    PMRX_FOBX SavedFobx = Used->pFobx;
    PMRX_SRV_OPEN SavedSrvOpen = Used->pRelevantSrvOpen;
    Used->MajorFunction = IRP_MJ_CLOSE;
    Used->pFcb = RxpMrx(Fcb);
    Used->pFobx = RxpMrx(Fobx);
    Used->pRelevantSrvOpen = RxpMrx(SrvOpen);
    Used->NonPagedFcb = Fcb->NonPaged;
    NTSTATUS Status = RxpCalldown(
        Used, "MRxCloseSrvOpen", SrvOpen, RXP_SLOT(RxDeviceObject, MRxCloseSrvOpen), Used);
    if (Status == STATUS_RETRY) {
        RdrTraceText(
            RdrLayerRdbss, RdrEventError, "MRxCloseSrvOpen", SrvOpen,
            "contract violation: STATUS_RETRY is not allowed");
    }
    SetFlag(SrvOpen->Flags, SRVOPEN_FLAG_CLOSED);
    SrvOpen->Condition = Condition_Closed;
    RxRemoveShareAccessPerSrvOpens(SrvOpen);
    RxPurgeChangeBufferingStateRequestsForSrvOpen(SrvOpen);
    RdrTraceTouch(SrvOpen);
    if (RxContext == nullptr) {
        RxDereferenceAndDeleteRxContext_Real(Used);
    } else {
        Used->MajorFunction = MajorFunction;
        Used->pFcb = SavedFcb;
        Used->pFobx = SavedFobx;
        Used->pRelevantSrvOpen = SavedSrvOpen;
    }
    return Status;
}

/// Gives up an open whose server handle is dead or shall die now, whatever its users do.
///
/// Locks    FCB exclusive
void RxpForceClosed(PSRV_OPEN SrvOpen)
{
    PFCB Fcb = RxpFcb(SrvOpen->pFcb);
    if (FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_CLOSED)) {
        return;
    }
    SetFlag(SrvOpen->Flags, SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_ORPHANED);
    RxpCalldownThrough(
        "MRxForceClosed", SrvOpen, RXP_SLOT(Fcb->RxDeviceObject, MRxForceClosed), RxpMrx(SrvOpen));
    SrvOpen->Condition = Condition_Closed;
    RxRemoveShareAccessPerSrvOpens(SrvOpen);
    RdrTraceTouch(SrvOpen);
}

NTSTATUS NTAPI RxCommonClose(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    Irp->IoStatus.Information = 0;
    if (Fcb == nullptr) {
        return STATUS_SUCCESS;
    }
    if (RxpFcbType(Fcb) == RDBSS_NTC_OPENTARGETDIR_FCB) {
        RxpCloseTargetDirectory(FileObject, Fcb);
        RxContext->pFcb = nullptr;
        return STATUS_SUCCESS;
    }
    PFOBX Fobx = RxpFobx(RxContext->pFobx);
    PSRV_OPEN SrvOpen = RxpSrvOpen(Fobx->pSrvOpen);
    SetFlag(
        RxContext->Flags,
        RX_CONTEXT_FLAG_WAIT); // a close has nobody left who could be made to wait
    RxAcquireExclusiveFcb(RxContext, Fcb);
    RxpReferenceFcb(Fcb, "close");
    RxContext->FcbResourceAcquired = TRUE;
    if (!Fobx->fOpenCountDecremented) {
        InterlockedDecrement((volatile LONG*)&Fcb->OpenCount);
        SrvOpen->OpenCount -= 1;
        Fobx->fOpenCountDecremented = TRUE;
    }
    Fobx->AssociatedFileObject = nullptr;
    FileObject->FsContext = nullptr;
    FileObject->FsContext2 = nullptr;
    RxMarkFobxOnClose(Fobx);
    if (RxpMayDelayClose(RxContext, Fcb, SrvOpen) && RxpDelayClose(RxContext, Fobx)) {
        RdrTraceTouch(SrvOpen);
    } else {
        RxCloseAssociatedSrvOpen(RxContext, Fobx);
        RxContext->pFobx = nullptr;
        RxContext->pRelevantSrvOpen = nullptr;
        RxpDereference(Fobx, LHS_ExclusiveLockHeld, "file object");
    }
    RxContext->FcbResourceAcquired = FALSE;
    RxContext->pFcb = nullptr;
    RxContext->NonPagedFcb = nullptr;
    RxpReleaseAndDereferenceFcb(RxContext, Fcb, "close");
    return STATUS_SUCCESS;
}
