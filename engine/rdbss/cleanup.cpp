// IRP_MJ_CLEANUP: the last handle of a file object is closed. (Its IRP_MJ_CLOSE comes when the last
// reference goes, which the cache manager and the memory manager may hold on to.)
//
// Order of the calldowns: LOWIO_OP_UNLOCK_MULTIPLE if it held locks; then, for the last handle of a
// file that is not to be deleted: dirty pages written, MRxSetFileInfoAtCleanup for the times, again
// for the size, MRxTruncate, MRxZeroExtend; then MRxCleanupFobx.
#include "calldown.h"

namespace {

void RxpSetFileInfoAtCleanup(
    PRX_CONTEXT RxContext, PFCB Fcb, FILE_INFORMATION_CLASS Class, PVOID Information, LONG Length)
{
    RxContext->Info.FileInformationClass = Class;
    RxContext->Info.Buffer = Information;
    RxContext->Info.Length = Length;
    RxpCalldown(
        RxContext, "MRxSetFileInfoAtCleanup", Fcb,
        RXP_SLOT(RxContext->RxDeviceObject, MRxSetFileInfoAtCleanup), RxContext);
    RxContext->Info.Buffer = nullptr;
}

/// Tells the server what changed only here: the time of the last cached write, and the size it gave
/// the file.
void RxAdjustFileTimesAndSizeOnCleanup(
    PRX_CONTEXT RxContext, PFCB Fcb, PFILE_OBJECT FileObject, PFOBX Fobx)
{
    if (FlagOn(FileObject->Flags, FO_FILE_MODIFIED)
        && !FlagOn(Fobx->Flags, FOBX_FLAG_USER_SET_LAST_WRITE)) {
        FILE_BASIC_INFORMATION Basic;
        RtlZeroMemory(&Basic, sizeof(Basic)); // a zero time or attribute means: leave it as it is
        KeQuerySystemTime(&Basic.LastWriteTime);
        Fcb->LastWriteTime = Basic.LastWriteTime;
        RxpSetFileInfoAtCleanup(RxContext, Fcb, FileBasicInformation, &Basic, sizeof(Basic));
    }
    if (FlagOn(FileObject->Flags, FO_FILE_SIZE_CHANGED)) {
        FILE_END_OF_FILE_INFORMATION EndOfFile;
        EndOfFile.EndOfFile = Fcb->Header.FileSize;
        RxpSetFileInfoAtCleanup(
            RxContext, Fcb, FileEndOfFileInformation, &EndOfFile, sizeof(EndOfFile));
    }
}

void RxpLastCleanupOfFile(PRX_CONTEXT RxContext, PFCB Fcb, PFILE_OBJECT FileObject, PFOBX Fobx)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    bool Dead = FlagOn(Fobx->pSrvOpen->Flags, SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_ORPHANED) != 0;
    if (FlagOn(Fcb->FcbState, FCB_STATE_DELETE_ON_CLOSE) || Dead) {
        return;
    }
    RxpFlushForCleanup(RxContext, Fcb);
    RxAdjustFileTimesAndSizeOnCleanup(RxContext, Fcb, FileObject, Fobx);
    if (FlagOn(Fcb->FcbState, FCB_STATE_TRUNCATE_ON_CLOSE)) {
        RxpCalldown(
            RxContext, "MRxTruncate", Fcb, RXP_SLOT(RxDeviceObject, MRxTruncate), RxContext);
        ClearFlag(Fcb->FcbState, FCB_STATE_TRUNCATE_ON_CLOSE);
    }
    if (RxpIsFile(Fcb) && !FlagOn(Fcb->FcbState, FCB_STATE_PAGING_FILE)
        && Fcb->Header.FileSize.QuadPart > Fcb->Header.ValidDataLength.QuadPart) {
        RxpCalldown(
            RxContext, "MRxZeroExtend", Fcb, RXP_SLOT(RxDeviceObject, MRxZeroExtend), RxContext);
        Fcb->Header.ValidDataLength = Fcb->Header.FileSize;
    }
}

void RxpUninitializeCaching(PFCB Fcb, PFILE_OBJECT FileObject, bool Last)
{
    bool Deleted = FlagOn(Fcb->FcbState, FCB_STATE_DELETE_ON_CLOSE) != 0;
    LARGE_INTEGER TruncateSize;
    TruncateSize.QuadPart = Deleted ? 0 : Fcb->Header.FileSize.QuadPart;
    PSECTION_OBJECT_POINTERS Sections = &Fcb->NonPaged->SectionObjectPointers;
    bool KeepsCache = FlagOn(Fcb->FcbState, FCB_STATE_READCACHING_ENABLED)
        && FlagOn(Fcb->FcbState, FCB_STATE_COLLAPSING_ENABLED);
    if (Last && !KeepsCache && Sections->DataSectionObject != nullptr) {
        // Nobody will be told when the file changes at the server, so the next open must not find
        // old pages.
        CcPurgeCacheSection(Sections, nullptr, 0, FALSE);
    }
    CcUninitializeCacheMap(FileObject, Deleted && Last ? &TruncateSize : nullptr, nullptr);
}

void RxpUncountHandle(PFCB Fcb, PFILE_OBJECT FileObject, PFOBX Fobx)
{
    PMRX_SRV_OPEN SrvOpen = Fobx->pSrvOpen;
    if (FlagOn(SrvOpen->CreateOptions, FILE_NO_INTERMEDIATE_BUFFERING)
        && Fcb->UncachedUncleanCount != 0) {
        Fcb->UncachedUncleanCount -= 1;
    }
    if (Fcb->pNetRoot->Type != NET_ROOT_PIPE && Fcb->pNetRoot->Type != NET_ROOT_MAILSLOT) {
        RxRemoveShareAccess(FileObject, &Fcb->ShareAccess, (PSZ) "cleanup", (PSZ) "cleanup");
    }
    NT_ASSERT(Fcb->UncleanCount > 0 && SrvOpen->UncleanFobxCount > 0);
    InterlockedDecrement((volatile LONG*)&Fcb->UncleanCount);
    SrvOpen->UncleanFobxCount -= 1;
    InterlockedDecrement((volatile LONG*)&SrvOpen->pVNetRoot->NumberOfOpens);
}

} // namespace

NTSTATUS NTAPI RxCommonCleanup(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    Irp->IoStatus.Information = 0;
    if (Fcb == nullptr || FlagOn(FileObject->Flags, FO_CLEANUP_COMPLETE)) {
        return STATUS_SUCCESS;
    }
    if (RxpFcbType(Fcb) == RDBSS_NTC_OPENTARGETDIR_FCB) {
        SetFlag(FileObject->Flags, FO_CLEANUP_COMPLETE);
        return STATUS_SUCCESS;
    }
    PFOBX Fobx = RxpFobx(RxContext->pFobx);
    RxCancelNotifyChangeDirectoryRequestsForFobx(Fobx);
    NTSTATUS Status = RxAcquireExclusiveFcb(RxContext, Fcb);
    if (Status == STATUS_LOCK_NOT_GRANTED) {
        return RxFsdPostRequest(RxContext);
    }
    RxContext->FcbResourceAcquired = TRUE;
    BOOLEAN NeedPurge = FALSE;
    RxMarkFobxOnCleanup(Fobx, &NeedPurge);
    if (FlagOn(Fobx->Flags, FOBX_FLAG_DELETE_ON_CLOSE)) {
        SetFlag(Fcb->FcbState, FCB_STATE_DELETE_ON_CLOSE);
    }
    bool Last = Fcb->UncleanCount == 1;
    bool OnDisk = RxpIsFile(Fcb) || RxpIsDirectory(Fcb);
    if (RxpIsFile(Fcb)) {
        RxpReleaseAllLocks(RxContext, Irp, Fcb);
    }
    if (Last && OnDisk) {
        RxpLastCleanupOfFile(RxContext, Fcb, FileObject, Fobx);
    }
    if (RxpIsFile(Fcb)) {
        RxpUninitializeCaching(Fcb, FileObject, Last);
    }
    Status = RxpCalldown(
        RxContext, "MRxCleanupFobx", Fobx, RXP_SLOT(RxContext->RxDeviceObject, MRxCleanupFobx),
        RxContext);
    if (Status == STATUS_RETRY) {
        RdrTraceText(
            RdrLayerRdbss, RdrEventError, "MRxCleanupFobx", Fobx,
            "contract violation: STATUS_RETRY is not allowed");
    }
    RxpUncountHandle(Fcb, FileObject, Fobx);
    SetFlag(FileObject->Flags, FO_CLEANUP_COMPLETE);
    RdrTraceTouch(Fcb);
    RdrTraceTouch(Fobx->pSrvOpen);
    RxContext->FcbResourceAcquired = FALSE;
    RxReleaseFcb(RxContext, Fcb);
    return STATUS_SUCCESS;
}
