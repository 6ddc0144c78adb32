// fileinfo.cpp - file information: queries and sets, also those at cleanup.
#include "minirdr/mrx/minirdr.h"

namespace {
constexpr ULONG MAX_NAME_BYTES = 32767 * sizeof(WCHAR);

// FILE_RENAME_INFORMATION and FILE_LINK_INFORMATION as SMB2 carries them: the 64-bit layout whoever
// asks.
#pragma pack(push, 1)
struct WIRE_RENAME
{
    UCHAR ReplaceIfExists;
    UCHAR Reserved[7];
    ULONGLONG RootDirectory;
    ULONG FileNameLength;
};
#pragma pack(pop)
static_assert(sizeof(WIRE_RENAME) == 20);

NTSTATUS SetInfo(PRX_CONTEXT RxContext, UCHAR InfoClass, const VOID* Buffer, ULONG Bytes)
{
    MINIRDR_SRVOPEN* Open;
    const NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    return MinirdrMapIoStatus(
        Smb2SetFileInfo(Open->Tree, Open->FileId, SMB2_0_INFO_FILE, InfoClass, 0, Buffer, Bytes));
}

// The new name below the share. Three ways it is told: the target directory was opened by the I/O
// manager (a full name), the name is relative to the share, or it is a bare name that stays in the
// file's directory.
NTSTATUS TargetName(
    PRX_CONTEXT RxContext,
    const FILE_RENAME_INFORMATION* Info,
    UNICODE_STRING* Directory,
    UNICODE_STRING* Leaf)
{
    *Directory = {};
    PFILE_OBJECT Target = RxContext->CurrentIrpSp->Parameters.SetFile.FileObject;
    if (Target && Target->FsContext) {
        auto* TargetFcb = static_cast<PMRX_FCB>(Target->FsContext);
        if (TargetFcb->pNetRoot != RxContext->pFcb->pNetRoot)
            return STATUS_NOT_SAME_DEVICE;
        *Leaf = MinirdrServerName(GET_ALREADY_PREFIXED_NAME(nullptr, TargetFcb));
        return STATUS_SUCCESS;
    }
    if (Info->FileNameLength == 0 || Info->FileNameLength > MAX_NAME_BYTES)
        return STATUS_OBJECT_NAME_INVALID;
    UNICODE_STRING Given;
    Given.Buffer = const_cast<PWCHAR>(Info->FileName);
    Given.Length = Given.MaximumLength = static_cast<USHORT>(Info->FileNameLength);
    *Leaf = MinirdrServerName(&Given);
    if (Given.Buffer[0] == L'\\')
        return STATUS_SUCCESS;
    *Directory = MinirdrServerName(GET_ALREADY_PREFIXED_NAME(nullptr, RxContext->pFcb));
    while (Directory->Length && Directory->Buffer[Directory->Length / sizeof(WCHAR) - 1] != L'\\')
        Directory->Length -= sizeof(WCHAR);
    return STATUS_SUCCESS; // with its backslash, or empty in the root
}

NTSTATUS RenameOrLink(PRX_CONTEXT RxContext, UCHAR InfoClass)
{
    const auto* Info = static_cast<const FILE_RENAME_INFORMATION*>(RxContext->Info.Buffer);
    const ULONG Fixed = static_cast<ULONG>(FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName));
    if (static_cast<ULONG>(RxContext->Info.Length) < Fixed
        || Info->FileNameLength > static_cast<ULONG>(RxContext->Info.Length) - Fixed)
        return STATUS_INVALID_PARAMETER;
    UNICODE_STRING Directory;
    UNICODE_STRING Leaf;
    NTSTATUS Status = TargetName(RxContext, Info, &Directory, &Leaf);
    if (!NT_SUCCESS(Status))
        return Status;
    const ULONG NameBytes = static_cast<ULONG>(Directory.Length) + Leaf.Length;
    // [MS-FSCC] 2.4.37: at least 24 bytes, whatever the name's length.
    const ULONG Bytes = static_cast<ULONG>(sizeof(WIRE_RENAME)) + (NameBytes < 4 ? 4 : NameBytes);
    auto* Wire = static_cast<WIRE_RENAME*>(MinirdrAllocate(Bytes));
    if (!Wire)
        return STATUS_INSUFFICIENT_RESOURCES;
    Wire->ReplaceIfExists = Info->ReplaceIfExists || RxContext->Info.ReplaceIfExists;
    Wire->FileNameLength = NameBytes;
    auto* Name = reinterpret_cast<PUCHAR>(Wire + 1);
    RtlCopyMemory(Name, Directory.Buffer, Directory.Length);
    RtlCopyMemory(Name + Directory.Length, Leaf.Buffer, Leaf.Length);
    Status = SetInfo(RxContext, InfoClass, Wire, Bytes);
    MinirdrFree(Wire);
    return Status;
}

VOID NoteChange(PRX_CONTEXT RxContext, FILE_INFORMATION_CLASS InfoClass)
{
    // An open whose file changed its name or will go must not serve another open by the old name.
    PMRX_SRV_OPEN SrvOpen = RelevantSrvOpen(RxContext);
    if (InfoClass == FileRenameInformation)
        SrvOpen->Flags |= SRVOPEN_FLAG_FILE_RENAMED | SRVOPEN_FLAG_COLLAPSING_DISABLED;
    else if (InfoClass == FileDispositionInformation) {
        if (static_cast<const FILE_DISPOSITION_INFORMATION*>(RxContext->Info.Buffer)->DeleteFile)
            SrvOpen->Flags |= SRVOPEN_FLAG_FILE_DELETED | SRVOPEN_FLAG_COLLAPSING_DISABLED;
        else
            SrvOpen->Flags &= ~static_cast<ULONG>(SRVOPEN_FLAG_FILE_DELETED);
    }
}

NTSTATUS SetEndOfFile(PRX_CONTEXT RxContext, LONGLONG Size)
{
    FILE_END_OF_FILE_INFORMATION Info;
    Info.EndOfFile.QuadPart = Size;
    return SetInfo(RxContext, FileEndOfFileInformation, &Info, sizeof Info);
}
}

NTSTATUS NTAPI MinirdrQueryFileInfo(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    ULONG Bytes = static_cast<ULONG>(RxContext->Info.LengthRemaining);
    Status = Smb2QueryFileInfo(
        Open->Tree, Open->FileId, SMB2_0_INFO_FILE,
        static_cast<UCHAR>(RxContext->Info.FileInformationClass), 0, nullptr, 0,
        RxContext->Info.Buffer, &Bytes);
    if (NT_SUCCESS(Status) || Status == STATUS_BUFFER_OVERFLOW)
        RxContext->Info.LengthRemaining -= static_cast<LONG>(Bytes);
    else if (Status == STATUS_BUFFER_TOO_SMALL)
        RxContext->InformationToReturn = Bytes;
    return MinirdrMapIoStatus(Status);
}

NTSTATUS NTAPI MinirdrSetFileInfo(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    const FILE_INFORMATION_CLASS InfoClass = RxContext->Info.FileInformationClass;
    NTSTATUS Status;
    if (InfoClass == FileRenameInformation || InfoClass == FileLinkInformation)
        Status = RenameOrLink(RxContext, static_cast<UCHAR>(InfoClass));
    else
        Status = SetInfo(
            RxContext, static_cast<UCHAR>(InfoClass), RxContext->Info.Buffer,
            static_cast<ULONG>(RxContext->Info.Length));
    if (NT_SUCCESS(Status))
        NoteChange(RxContext, InfoClass);
    return Status;
}

/// Times and size that RDBSS kept back while the file was open.
NTSTATUS NTAPI MinirdrSetFileInfoAtCleanup(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    return SetInfo(
        RxContext, static_cast<UCHAR>(RxContext->Info.FileInformationClass), RxContext->Info.Buffer,
        static_cast<ULONG>(RxContext->Info.Length));
}

NTSTATUS NTAPI MinirdrTruncate(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    return SetEndOfFile(RxContext, RxContext->pFcb->Header.FileSize.QuadPart);
}

/// Bytes between the valid data and the end read as zero on the server once its end of file is
/// there.
NTSTATUS NTAPI MinirdrZeroExtend(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    return SetEndOfFile(RxContext, RxContext->pFcb->Header.FileSize.QuadPart);
}
