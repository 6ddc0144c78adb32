// IRP_MJ_QUERY_INFORMATION and IRP_MJ_SET_INFORMATION.
//
// What RDBSS knows itself (position, name) it answers itself; everything else goes to
// MRxQueryFileInfo and MRxSetFileInfo. Sizes the cache knows better than the server are put over
// the server's. After a set has succeeded, RDBSS' own picture follows it: sizes and cache, delete
// pending, the name.
#include "calldown.h"

namespace {

constexpr ULONG RxpNameHeader = FIELD_OFFSET(FILE_NAME_INFORMATION, FileName);

/// Runs MRxQueryFileInfo for one class into Buffer. *Remaining is lowered by what was written.
NTSTATUS RxpQueryFromServer(
    PRX_CONTEXT RxContext, FILE_INFORMATION_CLASS Class, PVOID Buffer, PLONG Remaining)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    RxContext->Info.FileInformationClass = Class;
    RxContext->Info.Buffer = Buffer;
    RxContext->Info.LengthRemaining = *Remaining;
    RxContext->QueryDirectory.FileIndex = 0;
    RxContext->QueryDirectory.RestartScan = BooleanFlagOn(IrpSp->Flags, SL_RESTART_SCAN);
    RxContext->QueryDirectory.ReturnSingleEntry
        = BooleanFlagOn(IrpSp->Flags, SL_RETURN_SINGLE_ENTRY);
    RxContext->QueryDirectory.IndexSpecified = FALSE;
    RxContext->QueryDirectory.InitialQuery = FALSE;
    NTSTATUS Status = RxpCalldown(
        RxContext, "MRxQueryFileInfo", RxContext->pFobx,
        RXP_SLOT(RxContext->RxDeviceObject, MRxQueryFileInfo), RxContext);
    *Remaining = RxContext->Info.LengthRemaining;
    return Status;
}

void RxpCorrectStandard(PFCB Fcb, PFILE_STANDARD_INFORMATION Standard)
{
    if (!RxpIsFile(Fcb)) {
        return;
    }
    bool Ours
        = FlagOn(Fcb->FcbState, FCB_STATE_FILESIZECACHEING_ENABLED | FCB_STATE_WRITECACHING_ENABLED)
        && Fcb->NonPaged->SectionObjectPointers.SharedCacheMap != nullptr;
    if (Ours) {
        RxGetFileSizeWithLock(Fcb, &Standard->EndOfFile.QuadPart);
        if (Standard->AllocationSize.QuadPart < Fcb->Header.AllocationSize.QuadPart) {
            Standard->AllocationSize = Fcb->Header.AllocationSize;
        }
    }
    if (FlagOn(Fcb->FcbState, FCB_STATE_DELETE_ON_CLOSE)) {
        Standard->DeletePending = TRUE;
    }
}

NTSTATUS RxpQueryStandard(PRX_CONTEXT RxContext, PFCB Fcb, PVOID Buffer, PLONG Remaining)
{
    NTSTATUS Status = RxpQueryFromServer(RxContext, FileStandardInformation, Buffer, Remaining);
    if (NT_SUCCESS(Status)) {
        RxpCorrectStandard(Fcb, (PFILE_STANDARD_INFORMATION)Buffer);
    }
    return Status;
}

NTSTATUS RxpQueryPosition(PFILE_OBJECT FileObject, PVOID Buffer, PLONG Remaining)
{
    if (*Remaining < (LONG)sizeof(FILE_POSITION_INFORMATION)) {
        return STATUS_BUFFER_OVERFLOW;
    }
    ((PFILE_POSITION_INFORMATION)Buffer)->CurrentByteOffset = FileObject->CurrentByteOffset;
    *Remaining -= (LONG)sizeof(FILE_POSITION_INFORMATION);
    return STATUS_SUCCESS;
}

NTSTATUS RxpQueryName(PFCB Fcb, PFOBX Fobx, PVOID Buffer, PLONG Remaining)
{
    if (*Remaining < (LONG)RxpNameHeader) {
        return STATUS_BUFFER_OVERFLOW;
    }
    PFILE_NAME_INFORMATION Name = (PFILE_NAME_INFORMATION)Buffer;
    *Remaining -= (LONG)RxpNameHeader;
    RX_NAME_CONJURING_METHODS Method = VNetRoot_As_UNC_Name;
    RxConjureOriginalName(Fcb, Fobx, &Name->FileNameLength, Name->FileName, Remaining, Method);
    if (*Remaining < 0) {
        *Remaining = 0;
        return STATUS_BUFFER_OVERFLOW;
    }
    return STATUS_SUCCESS;
}

/// FileAllInformation: seven classes one behind the other.
NTSTATUS RxpQueryAll(PRX_CONTEXT RxContext, PFCB Fcb, PFOBX Fobx, PVOID Buffer, PLONG Remaining)
{
    if (*Remaining
        < (LONG)FIELD_OFFSET(FILE_ALL_INFORMATION, NameInformation) + (LONG)RxpNameHeader) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    PFILE_ALL_INFORMATION All = (PFILE_ALL_INFORMATION)Buffer;
    RtlZeroMemory(All, FIELD_OFFSET(FILE_ALL_INFORMATION, NameInformation));
    LONG Part = sizeof(All->BasicInformation);
    NTSTATUS Status
        = RxpQueryFromServer(RxContext, FileBasicInformation, &All->BasicInformation, &Part);
    if (NT_SUCCESS(Status)) {
        Part = sizeof(All->StandardInformation);
        Status = RxpQueryStandard(RxContext, Fcb, &All->StandardInformation, &Part);
    }
    if (NT_SUCCESS(Status)) {
        Part = sizeof(All->InternalInformation);
        Status = RxpQueryFromServer(
            RxContext, FileInternalInformation, &All->InternalInformation, &Part);
    }
    if (NT_SUCCESS(Status)) {
        Part = sizeof(All->EaInformation);
        Status = RxpQueryFromServer(RxContext, FileEaInformation, &All->EaInformation, &Part);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    // Access, mode and alignment are the I/O manager's; it fills them in after us.
    All->PositionInformation.CurrentByteOffset
        = RxContext->CurrentIrpSp->FileObject->CurrentByteOffset;
    *Remaining -= FIELD_OFFSET(FILE_ALL_INFORMATION, NameInformation);
    return RxpQueryName(Fcb, Fobx, &All->NameInformation, Remaining);
}

// ---- set
// ------------------------------------------------------------------------------------------------------------------

NTSTATUS RxpSetOnServer(PRX_CONTEXT RxContext)
{
    return RxpCalldown(
        RxContext, "MRxSetFileInfo", RxContext->pFobx,
        RXP_SLOT(RxContext->RxDeviceObject, MRxSetFileInfo), RxContext);
}

NTSTATUS RxSetBasicInfo(PRX_CONTEXT RxContext, PFCB Fcb, PFOBX Fobx)
{
    NTSTATUS Status = RxpSetOnServer(RxContext);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    PFILE_BASIC_INFORMATION Basic = (PFILE_BASIC_INFORMATION)RxContext->Info.Buffer;
    auto Take = [Fobx](LARGE_INTEGER* To, const LARGE_INTEGER& From, ULONG UserSet) {
        if (From.QuadPart != 0) {
            if (From.QuadPart != -1) {
                *To = From;
            }
            SetFlag(Fobx->Flags, UserSet);
        }
    };
    Take(&Fcb->CreationTime, Basic->CreationTime, FOBX_FLAG_USER_SET_CREATION);
    Take(&Fcb->LastAccessTime, Basic->LastAccessTime, FOBX_FLAG_USER_SET_LAST_ACCESS);
    Take(&Fcb->LastWriteTime, Basic->LastWriteTime, FOBX_FLAG_USER_SET_LAST_WRITE);
    Take(&Fcb->LastChangeTime, Basic->ChangeTime, FOBX_FLAG_USER_SET_LAST_CHANGE);
    if (Basic->FileAttributes != 0) {
        Fcb->Attributes = Basic->FileAttributes;
        PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
        if (FlagOn(Basic->FileAttributes, FILE_ATTRIBUTE_TEMPORARY)) {
            SetFlag(FileObject->Flags, FO_TEMPORARY_FILE);
        } else {
            ClearFlag(FileObject->Flags, FO_TEMPORARY_FILE);
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS RxSetDispositionInfo(PRX_CONTEXT RxContext, PFCB Fcb)
{
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    PFILE_DISPOSITION_INFORMATION Disposition
        = (PFILE_DISPOSITION_INFORMATION)RxContext->Info.Buffer;
    if (Disposition->DeleteFile
        && Fcb->NonPaged->SectionObjectPointers.ImageSectionObject != nullptr
        && !MmFlushImageSection(&Fcb->NonPaged->SectionObjectPointers, MmFlushForDelete)) {
        return STATUS_CANNOT_DELETE;
    }
    NTSTATUS Status = RxpSetOnServer(RxContext);
    if (NT_SUCCESS(Status)) {
        FileObject->DeletePending = Disposition->DeleteFile;
        if (Disposition->DeleteFile) {
            SetFlag(Fcb->FcbState, FCB_STATE_DELETE_ON_CLOSE);
            SetFlag(RxContext->pRelevantSrvOpen->Flags, SRVOPEN_FLAG_FILE_DELETED);
        } else {
            ClearFlag(Fcb->FcbState, FCB_STATE_DELETE_ON_CLOSE);
            ClearFlag(RxContext->pRelevantSrvOpen->Flags, SRVOPEN_FLAG_FILE_DELETED);
        }
    }
    return Status;
}

NTSTATUS RxSetEndOfFileInfo(PRX_CONTEXT RxContext, PFCB Fcb)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFILE_OBJECT FileObject = IrpSp->FileObject;
    if (!RxpIsFile(Fcb)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    LARGE_INTEGER NewSize = ((PFILE_END_OF_FILE_INFORMATION)RxContext->Info.Buffer)->EndOfFile;
    LONGLONG OldSize;
    RxGetFileSizeWithLock(Fcb, &OldSize);
    bool Shrinks = NewSize.QuadPart < OldSize;
    PSECTION_OBJECT_POINTERS Sections = &Fcb->NonPaged->SectionObjectPointers;
    if (Shrinks && !MmCanFileBeTruncated(Sections, &NewSize)) {
        return STATUS_USER_MAPPED_FILE;
    }
    if (IrpSp->Parameters.SetFile.AdvanceOnly && Shrinks) {
        return STATUS_SUCCESS; // the lazy writer only ever moves the end of the data forward
    }
    if (Sections->DataSectionObject != nullptr) {
        RxFlushFcbInSystemCache(Fcb, FALSE);
    }
    NTSTATUS Status = RxpSetOnServer(RxContext);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RxAcquirePagingIoResource(RxContext, Fcb);
    LONGLONG Allocation = Fcb->Header.AllocationSize.QuadPart;
    RxpSetAllSizes(
        Fcb, NewSize.QuadPart,
        Shrinks ? NewSize.QuadPart
                : (Allocation > NewSize.QuadPart ? Allocation : NewSize.QuadPart));
    if (!Shrinks && Sections->SharedCacheMap == nullptr) {
        // The server fills the gap with zeros itself; only cached data has a valid length of its
        // own.
        Fcb->Header.ValidDataLength = NewSize;
    }
    RxReleasePagingIoResource(RxContext, Fcb);
    RxpReportSizes(Fcb, FileObject);
    if (Shrinks && Sections->SharedCacheMap == nullptr && Sections->DataSectionObject != nullptr) {
        CcPurgeCacheSection(Sections, &NewSize, 0, FALSE);
    }
    return STATUS_SUCCESS;
}

NTSTATUS RxSetAllocationInfo(PRX_CONTEXT RxContext, PFCB Fcb)
{
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    if (!RxpIsFile(Fcb)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    LARGE_INTEGER NewAllocation
        = ((PFILE_ALLOCATION_INFORMATION)RxContext->Info.Buffer)->AllocationSize;
    LONGLONG FileSize;
    RxGetFileSizeWithLock(Fcb, &FileSize);
    bool Shrinks = NewAllocation.QuadPart < FileSize;
    if (Shrinks && !MmCanFileBeTruncated(&Fcb->NonPaged->SectionObjectPointers, &NewAllocation)) {
        return STATUS_USER_MAPPED_FILE;
    }
    NTSTATUS Status = RxpSetOnServer(RxContext);
    if (NT_SUCCESS(Status)) {
        RxAcquirePagingIoResource(RxContext, Fcb);
        RxpSetAllSizes(Fcb, Shrinks ? NewAllocation.QuadPart : FileSize, NewAllocation.QuadPart);
        RxReleasePagingIoResource(RxContext, Fcb);
        RxpReportSizes(Fcb, FileObject);
    }
    return Status;
}

/// Rebuilds a rename that names its target by a handle: the name becomes the target's path below
/// the share.
NTSTATUS
RxpBuildRename(PRX_CONTEXT RxContext, PFCB Fcb, PFCB Target, PFILE_RENAME_INFORMATION* Rebuilt)
{
    if (RxpFcbType(Target) != RDBSS_NTC_OPENTARGETDIR_FCB) {
        return STATUS_NOT_IMPLEMENTED;
    }
    if (Target->pNetRoot != Fcb->pNetRoot) {
        return STATUS_NOT_SAME_DEVICE;
    }
    PUNICODE_STRING Path = &Target->PrivateAlreadyPrefixedName;
    ULONG Bytes = FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) + Path->Length
        + Fcb->pNetRoot->DiskParameters.RenameInfoOverallocationSize;
    if (Bytes < sizeof(FILE_RENAME_INFORMATION)) {
        Bytes = sizeof(FILE_RENAME_INFORMATION);
    }
    PFILE_RENAME_INFORMATION Rename
        = (PFILE_RENAME_INFORMATION)ExAllocatePoolWithTag(RxpPaged, Bytes, RX_MISC_POOLTAG);
    if (Rename == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Rename, Bytes);
    Rename->ReplaceIfExists = RxContext->CurrentIrpSp->Parameters.SetFile.ReplaceIfExists;
    Rename->FileNameLength = Path->Length;
    RtlCopyMemory(Rename->FileName, Path->Buffer, Path->Length);
    RxContext->Info.Buffer = Rename;
    RxContext->Info.Length = (LONG)(FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) + Path->Length);
    *Rebuilt = Rename;
    return STATUS_SUCCESS;
}

NTSTATUS RxSetRenameInfo(PRX_CONTEXT RxContext, PFCB Fcb)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFILE_OBJECT TargetObject = IrpSp->Parameters.SetFile.FileObject;
    PFILE_RENAME_INFORMATION Rebuilt = nullptr;
    RxContext->Info.ReplaceIfExists = IrpSp->Parameters.SetFile.ReplaceIfExists;
    if (TargetObject != nullptr && TargetObject->FsContext != nullptr) {
        NTSTATUS Status = RxpBuildRename(RxContext, Fcb, (PFCB)TargetObject->FsContext, &Rebuilt);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    // Pages that only the cache has must reach the server under the name they were written for.
    RxFlushFcbInSystemCache(Fcb, FALSE);
    NTSTATUS Status = RxpSetOnServer(RxContext);
    if (Rebuilt != nullptr) {
        ExFreePoolWithTag(Rebuilt, RX_MISC_POOLTAG);
        RxContext->Info.Buffer = nullptr;
    }
    return Status;
}

/// A renamed file loses its FCB's name: the next open of either name starts afresh. Takes the table
/// lock before the FCB's, so the FCB is given up and taken again.
void RxpForgetName(PRX_CONTEXT RxContext, PFCB Fcb)
{
    PRX_FCB_TABLE Table = &RxpNetRootOf(Fcb)->FcbTable;
    SetFlag(RxContext->pRelevantSrvOpen->Flags, SRVOPEN_FLAG_FILE_RENAMED);
    if (!RxAcquireFcbTableLockExclusive(Table, FALSE)) {
        RxReleaseFcb(RxContext, Fcb);
        RxAcquireFcbTableLockExclusive(Table, TRUE);
        RxAcquireExclusiveFcb(nullptr, Fcb);
    }
    RxRemoveNameNetFcb(Fcb);
    RxReleaseFcbTableLock(Table);
}

} // namespace

NTSTATUS NTAPI RxCommonQueryInformation(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    PFOBX Fobx = RxpFobx(RxContext->pFobx);
    FILE_INFORMATION_CLASS Class = IrpSp->Parameters.QueryFile.FileInformationClass;
    LONG Length = (LONG)IrpSp->Parameters.QueryFile.Length;
    LONG Remaining = Length;
    PVOID Buffer = Irp->AssociatedIrp.SystemBuffer;
    if (Fobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    // Two queries of one file at a time are fine; MRxQueryFileInfo is synchronous.
    NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, FALSE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    switch (Class) {
    case FilePositionInformation:
        Status = RxpQueryPosition(IrpSp->FileObject, Buffer, &Remaining);
        break;
    case FileNameInformation:
        Status = RxpQueryName(Fcb, Fobx, Buffer, &Remaining);
        break;
    case FileAllInformation:
        Status = RxpQueryAll(RxContext, Fcb, Fobx, Buffer, &Remaining);
        break;
    case FileStandardInformation:
        Status = RxpQueryStandard(RxContext, Fcb, Buffer, &Remaining);
        break;
    default:
        Status = RxpQueryFromServer(RxContext, Class, Buffer, &Remaining);
        break;
    }
    RxContext->FcbResourceAcquired = FALSE;
    RxReleaseFcb(RxContext, Fcb);
    if (RxContext->PostRequest) {
        return RxFsdPostRequest(RxContext);
    }
    if (Status == STATUS_BUFFER_TOO_SMALL && RxContext->InformationToReturn != 0) {
        Irp->IoStatus.Information = RxContext->InformationToReturn;
    } else if (!NT_ERROR(Status) && Remaining >= 0 && Remaining <= Length) {
        Irp->IoStatus.Information = (ULONG_PTR)(Length - Remaining);
    }
    return Status;
}

NTSTATUS NTAPI RxCommonSetInformation(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    PFOBX Fobx = RxpFobx(RxContext->pFobx);
    Irp->IoStatus.Information = 0;
    if (Fobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    FILE_INFORMATION_CLASS Class = IrpSp->Parameters.SetFile.FileInformationClass;
    if (Class == FilePositionInformation) {
        IrpSp->FileObject->CurrentByteOffset
            = ((PFILE_POSITION_INFORMATION)Irp->AssociatedIrp.SystemBuffer)->CurrentByteOffset;
        return STATUS_SUCCESS;
    }
    if (FlagOn(Fobx->pSrvOpen->Flags, SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_ORPHANED)) {
        return STATUS_FILE_CLOSED;
    }
    if (Class == FileEndOfFileInformation && IrpSp->Parameters.SetFile.AdvanceOnly) {
        // The lazy writer tells how far the data is valid. The server knows already: it was told by
        // the writes. Taking the FCB here would wait for a writer who waits, with the FCB, for the
        // lazy writer to make room.
        return STATUS_SUCCESS;
    }
    NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, TRUE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    RxContext->Info.FileInformationClass = Class;
    RxContext->Info.Buffer = Irp->AssociatedIrp.SystemBuffer;
    RxContext->Info.Length = (LONG)IrpSp->Parameters.SetFile.Length;
    RxContext->Info.ReplaceIfExists = FALSE;
    switch (Class) {
    case FileBasicInformation:
        Status = RxSetBasicInfo(RxContext, Fcb, Fobx);
        break;
    case FileDispositionInformation:
        Status = RxSetDispositionInfo(RxContext, Fcb);
        break;
    case FileEndOfFileInformation:
        Status = RxSetEndOfFileInfo(RxContext, Fcb);
        break;
    case FileAllocationInformation:
        Status = RxSetAllocationInfo(RxContext, Fcb);
        break;
    case FileRenameInformation:
        Status = RxSetRenameInfo(RxContext, Fcb);
        if (NT_SUCCESS(Status)) {
            RxpForgetName(RxContext, Fcb);
        }
        break;
    case FileLinkInformation:
        Status = RxSetRenameInfo(RxContext, Fcb);
        break;
    default:
        Status = RxpSetOnServer(RxContext);
        break;
    }
    RdrTraceTouch(Fcb);
    RxContext->FcbResourceAcquired = FALSE;
    RxReleaseFcb(RxContext, Fcb);
    if (RxContext->PostRequest) {
        return RxFsdPostRequest(RxContext);
    }
    return Status;
}
