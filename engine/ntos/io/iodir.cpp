// iodir.cpp - directories: NtQueryDirectoryFile, NtNotifyChangeDirectoryFile.
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/io/iopriv.h"

namespace {

// Smallest buffer per directory class; 0: no such class. Source: [MS-FSCC] 2.4
ULONG IopDirectoryLength(FILE_INFORMATION_CLASS Class)
{
    switch (Class) {
    case FileDirectoryInformation:
        return sizeof(FILE_DIRECTORY_INFORMATION);
    case FileFullDirectoryInformation:
        return sizeof(FILE_FULL_DIR_INFORMATION);
    case FileBothDirectoryInformation:
        return sizeof(FILE_BOTH_DIR_INFORMATION);
    case FileNamesInformation:
        return sizeof(FILE_NAMES_INFORMATION);
    case FileIdBothDirectoryInformation:
        return sizeof(FILE_ID_BOTH_DIR_INFORMATION);
    case FileIdFullDirectoryInformation:
        return sizeof(FILE_ID_FULL_DIR_INFORMATION);
    case FileObjectIdInformation:
        return sizeof(FILE_OBJECTID_INFORMATION);
    case FileQuotaInformation:
        return sizeof(FILE_QUOTA_INFORMATION);
    case FileReparsePointInformation:
        return sizeof(FILE_REPARSE_POINT_INFORMATION);
    case FileIdExtdDirectoryInformation:
    case FileIdExtdBothDirectoryInformation:
        return sizeof(FILE_ID_FULL_DIR_INFORMATION);
    default:
        return 0;
    }
}

NTSTATUS IopQueryDirectory(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    FILE_INFORMATION_CLASS Class,
    BOOLEAN ReturnSingleEntry,
    PUNICODE_STRING FileName,
    BOOLEAN RestartScan)
{
    IOP_REQUEST Request;
    PUNICODE_STRING Name = nullptr;
    ULONG Minimum = IopDirectoryLength(Class);

    if (Minimum == 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < Minimum) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    NTSTATUS Status = ObpProbeForWrite(Mode, Buffer, Length, alignof(ULONG));
    if (NT_SUCCESS(Status) && FileName != nullptr) {
        Status = ObpProbeForRead(Mode, FileName, sizeof(UNICODE_STRING), alignof(PVOID));
        if (NT_SUCCESS(Status) && FileName->Length != 0) {
            if (FileName->Length % sizeof(WCHAR) != 0) {
                return STATUS_OBJECT_NAME_INVALID;
            }
            Status = ObpProbeForRead(Mode, FileName->Buffer, FileName->Length, sizeof(WCHAR));
        }
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopBegin(&Request, Mode, FileHandle, FILE_LIST_DIRECTORY, Event, IoStatusBlock);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopLock(&Request);
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    Status = IopBuildRequest(&Request, IRP_MJ_DIRECTORY_CONTROL, FALSE);
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    if (FileName != nullptr && FileName->Length != 0) {
        // The pattern travels with the IRP and goes with it.
        Name = static_cast<PUNICODE_STRING>(ExAllocatePoolWithTag(
            NonPagedPool, sizeof(UNICODE_STRING) + FileName->Length, IOP_TAG_NAME));
        if (Name == nullptr) {
            return IopFail(&Request, STATUS_INSUFFICIENT_RESOURCES);
        }
        Name->Buffer = reinterpret_cast<PWCH>(Name + 1);
        Name->Length = Name->MaximumLength = FileName->Length;
        RtlCopyMemory(Name->Buffer, FileName->Buffer, FileName->Length);
        IopIrpHeader(Request.Irp)->Attached = Name;
    }
    IopSetApc(&Request, ApcRoutine, ApcContext);
    Request.IrpSp->MinorFunction = IRP_MN_QUERY_DIRECTORY;
    Request.IrpSp->Flags = static_cast<UCHAR>(
        (RestartScan ? SL_RESTART_SCAN : 0) | (ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0));
    Request.IrpSp->Parameters.QueryDirectory.Length = Length;
    Request.IrpSp->Parameters.QueryDirectory.FileInformationClass = Class;
    Request.IrpSp->Parameters.QueryDirectory.FileName = Name;
    Request.IrpSp->Parameters.QueryDirectory.FileIndex = 0;
    Status = IopAttachTransfer(&Request, Buffer, Length, FALSE);
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    return IopSend(&Request);
}

NTSTATUS IopNotifyChange(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    ULONG CompletionFilter,
    BOOLEAN WatchTree)
{
    IOP_REQUEST Request;

    if (CompletionFilter == 0
        || (CompletionFilter & ~static_cast<ULONG>(FILE_NOTIFY_VALID_MASK)) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS Status = ObpProbeForWrite(Mode, Buffer, Length, alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(&Request, Mode, FileHandle, FILE_LIST_DIRECTORY, Event, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopLock(&Request);
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    Status = IopBuildRequest(&Request, IRP_MJ_DIRECTORY_CONTROL, FALSE);
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    IopSetApc(&Request, ApcRoutine, ApcContext);
    Request.IrpSp->MinorFunction = IRP_MN_NOTIFY_CHANGE_DIRECTORY;
    Request.IrpSp->Flags = WatchTree ? SL_WATCH_TREE : 0;
    Request.IrpSp->Parameters.NotifyDirectory.Length = Length;
    Request.IrpSp->Parameters.NotifyDirectory.CompletionFilter = CompletionFilter;
    Status = IopAttachTransfer(&Request, Buffer, Length, FALSE);
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    return IopSend(&Request);
}

} // namespace

extern "C" {

NTSTATUS NTAPI NtQueryDirectoryFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FileInformation,
    ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass,
    BOOLEAN ReturnSingleEntry,
    PUNICODE_STRING FileName,
    BOOLEAN RestartScan)
{
    NT_SYSTEM_CALL(QueryDirectoryFile);
    NTSTATUS Status = IopQueryDirectory(
        Call.Mode(), FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, FileInformation,
        Length, FileInformationClass, ReturnSingleEntry, FileName, RestartScan);
    return Call.Leave(
        Status, NT_SUCCESS(Status) && Status != STATUS_PENDING ? IoStatusBlock->Information : 0);
}

NTSTATUS NTAPI ZwQueryDirectoryFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FileInformation,
    ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass,
    BOOLEAN ReturnSingleEntry,
    PUNICODE_STRING FileName,
    BOOLEAN RestartScan)
{
    ZwScope Scope;
    return NtQueryDirectoryFile(
        FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, FileInformation, Length,
        FileInformationClass, ReturnSingleEntry, FileName, RestartScan);
}

NTSTATUS NTAPI NtNotifyChangeDirectoryFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    ULONG CompletionFilter,
    BOOLEAN WatchTree)
{
    NT_SYSTEM_CALL(NotifyChangeDirectoryFile);
    return Call.Leave(IopNotifyChange(
        Call.Mode(), FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length,
        CompletionFilter, WatchTree));
}

} // extern "C"
