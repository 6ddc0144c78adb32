// IRP_MJ_DIRECTORY_CONTROL: enumeration and change notification.
//
// The pattern of the first query stays with the handle (Fobx->UnicodeQueryTemplate, or
// FOBX_FLAG_MATCH_ALL for everything); later queries of the handle bring none, or are ignored if
// they do. InitialQuery tells the mini-redirector that this is the first.
#include "calldown.h"

namespace {

bool RxpMatchesAll(PCUNICODE_STRING Pattern)
{
    return (Pattern->Length == sizeof(WCHAR) && Pattern->Buffer[0] == L'*')
        || (Pattern->Length == 3 * sizeof(WCHAR) && Pattern->Buffer[0] == L'*'
            && Pattern->Buffer[1] == L'.' && Pattern->Buffer[2] == L'*');
}

NTSTATUS RxpKeepTemplate(PFOBX Fobx, PCUNICODE_STRING Pattern)
{
    if (Pattern == nullptr || Pattern->Length == 0 || Pattern->Buffer == nullptr
        || RxpMatchesAll(Pattern)) {
        SetFlag(Fobx->Flags, FOBX_FLAG_MATCH_ALL);
        Fobx->ContainsWildCards = TRUE;
        // The redirector may send the pattern as it is, so there is one also when everything
        // matches.
        static constinit const WCHAR Everything = L'*';
        Fobx->UnicodeQueryTemplate.Buffer = (PWCH)&Everything;
        Fobx->UnicodeQueryTemplate.Length = Fobx->UnicodeQueryTemplate.MaximumLength
            = sizeof(WCHAR);
        return STATUS_SUCCESS;
    }
    PWCH Copy = (PWCH)ExAllocatePoolWithTag(RxpPaged, Pattern->Length, RX_DIRCTL_POOLTAG);
    if (Copy == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Copy, Pattern->Buffer, Pattern->Length);
    Fobx->UnicodeQueryTemplate.Buffer = Copy;
    Fobx->UnicodeQueryTemplate.Length = Fobx->UnicodeQueryTemplate.MaximumLength = Pattern->Length;
    Fobx->ContainsWildCards = FsRtlDoesNameContainWildCards(&Fobx->UnicodeQueryTemplate);
    SetFlag(Fobx->Flags, FOBX_FLAG_FREE_UNICODE);
    return STATUS_SUCCESS;
}

NTSTATUS RxQueryDirectory(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    PFOBX Fobx = RxpFobx(RxContext->pFobx);
    LONG Length = (LONG)IrpSp->Parameters.QueryDirectory.Length;
    if (!RxpIsDirectory(Fcb)) {
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS Status = RxpLockUserBuffer(RxContext, Irp, IoWriteAccess, (ULONG)Length);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    PVOID Buffer = Length != 0 ? RxpMapUserBuffer(RxContext, Irp) : nullptr;
    if (Length != 0 && Buffer == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    // Exclusive: the position of an enumeration is part of the FOBX.
    Status = RxpAcquireForIo(RxContext, Fcb, TRUE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    bool Initial
        = Fobx->UnicodeQueryTemplate.Buffer == nullptr && !FlagOn(Fobx->Flags, FOBX_FLAG_MATCH_ALL);
    if (Initial) {
        Status = RxpKeepTemplate(Fobx, (PCUNICODE_STRING)IrpSp->Parameters.QueryDirectory.FileName);
    }
    LONG Remaining = Length;
    if (Status == STATUS_SUCCESS) {
        RxContext->Info.FileInformationClass
            = IrpSp->Parameters.QueryDirectory.FileInformationClass;
        RxContext->Info.Buffer = Buffer;
        RxContext->Info.LengthRemaining = Length;
        RxContext->QueryDirectory.FileIndex = IrpSp->Parameters.QueryDirectory.FileIndex;
        RxContext->QueryDirectory.RestartScan = BooleanFlagOn(IrpSp->Flags, SL_RESTART_SCAN);
        RxContext->QueryDirectory.ReturnSingleEntry
            = BooleanFlagOn(IrpSp->Flags, SL_RETURN_SINGLE_ENTRY);
        RxContext->QueryDirectory.IndexSpecified = BooleanFlagOn(IrpSp->Flags, SL_INDEX_SPECIFIED);
        RxContext->QueryDirectory.InitialQuery = (BOOLEAN)Initial;
        Status = RxpCalldown(
            RxContext, "MRxQueryDirectory", Fobx,
            RXP_SLOT(RxContext->RxDeviceObject, MRxQueryDirectory), RxContext);
        Remaining = RxContext->Info.LengthRemaining;
        if (RxContext->PostRequest && Initial) {
            // The worker asks again, and shall ask as the first.
            if (FlagOn(Fobx->Flags, FOBX_FLAG_FREE_UNICODE)) {
                ExFreePoolWithTag(Fobx->UnicodeQueryTemplate.Buffer, RX_DIRCTL_POOLTAG);
            }
            ClearFlag(Fobx->Flags, FOBX_FLAG_FREE_UNICODE | FOBX_FLAG_MATCH_ALL);
            RtlZeroMemory(&Fobx->UnicodeQueryTemplate, sizeof(Fobx->UnicodeQueryTemplate));
        }
    }
    RxContext->FcbResourceAcquired = FALSE;
    RxReleaseFcb(RxContext, Fcb);
    if (RxContext->PostRequest) {
        return RxFsdPostRequest(RxContext);
    }
    if (!NT_ERROR(Status) && Status != STATUS_NO_MORE_FILES && Remaining >= 0
        && Remaining <= Length) {
        Irp->IoStatus.Information = (ULONG_PTR)(Length - Remaining);
    }
    return Status;
}

NTSTATUS NTAPI RxLowIoNotifyCompletion(PRX_CONTEXT RxContext)
{
    PIRP Irp = RxContext->CurrentIrp;
    NTSTATUS Status = RxContext->StoredStatus;
    if (Status == STATUS_CANCELLED
        && FlagOn(RxContext->FlagsForLowIo, RXP_FLAG4LOWIO_NOTIFY_CLEANUP)) {
        Status = STATUS_NOTIFY_CLEANUP;
    }
    Irp->IoStatus.Information = NT_SUCCESS(Status) && Status != STATUS_NOTIFY_CLEANUP
        ? RxContext->InformationToReturn
        : 0;
    RxpReleaseIoResources(
        RxContext, RxpFcb(RxContext->pFcb), RxContext->LowIoContext.ResourceThreadId);
    return Status;
}

NTSTATUS RxNotifyChangeDirectory(PRX_CONTEXT RxContext, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    ULONG Length = IrpSp->Parameters.NotifyDirectory.Length;
    if (!RxpIsDirectory(Fcb)) {
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS Status = RxpLockUserBuffer(RxContext, Irp, IoWriteAccess, Length);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = RxpAcquireForIo(RxContext, Fcb, FALSE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    RxInitializeLowIoContext(RxContext, LOWIO_OP_NOTIFY_CHANGE_DIRECTORY, &RxContext->LowIoContext);
    auto* Notify = &RxContext->LowIoContext.ParamsFor.NotifyChangeDirectory;
    Notify->WatchTree = BooleanFlagOn(IrpSp->Flags, SL_WATCH_TREE);
    Notify->CompletionFilter = IrpSp->Parameters.NotifyDirectory.CompletionFilter;
    Notify->NotificationBufferLength = Length;
    Notify->pNotificationBuffer = Irp->MdlAddress != nullptr
        ? MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority)
        : nullptr;
    return RxLowIoSubmit(RxContext, Irp, Fcb, RxLowIoNotifyCompletion);
}

} // namespace

NTSTATUS NTAPI RxCommonDirectoryControl(PRX_CONTEXT RxContext, PIRP Irp)
{
    Irp->IoStatus.Information = 0;
    if (RxContext->pFobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (FlagOn(RxContext->pRelevantSrvOpen->Flags, SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_ORPHANED)) {
        return STATUS_FILE_CLOSED;
    }
    switch (RxContext->MinorFunction) {
    case IRP_MN_QUERY_DIRECTORY:
        return RxQueryDirectory(RxContext, Irp);
    case IRP_MN_NOTIFY_CHANGE_DIRECTORY:
        return RxNotifyChangeDirectory(RxContext, Irp);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}
