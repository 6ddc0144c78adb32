// iorw.cpp - NtReadFile, NtWriteFile.
//
// On a synchronous file the lock is taken first: the current byte offset is the file's. Then a
// cached file is asked through fast I/O; a refusal, and every request on an asynchronous file,
// becomes an IRP.
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/io/iopriv.h"

namespace {

// Where the transfer starts. STATUS_INVALID_PARAMETER: an offset is required, or cannot be.
NTSTATUS IopTransferOffset(
    IOP_REQUEST* Request, PLARGE_INTEGER ByteOffset, BOOLEAN Write, PLARGE_INTEGER Offset)
{
    PFILE_OBJECT FileObject = Request->FileObject;
    BOOLEAN Synchronous = (FileObject->Flags & FO_SYNCHRONOUS_IO) != 0;
    BOOLEAN Positioned = (FileObject->Flags & (FO_NAMED_PIPE | FO_MAILSLOT)) == 0;

    Offset->QuadPart = 0;
    if (ByteOffset != nullptr) {
        NTSTATUS Status
            = ObpProbeForRead(Request->Mode, ByteOffset, sizeof(LARGE_INTEGER), alignof(ULONG));
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        *Offset = *ByteOffset;
    }
    BOOLEAN UsePointer = ByteOffset == nullptr
        || (Offset->LowPart == FILE_USE_FILE_POINTER_POSITION && Offset->HighPart == -1);
    if (UsePointer) {
        if (Synchronous) {
            *Offset = FileObject->CurrentByteOffset;
            return STATUS_SUCCESS;
        }
        if (Positioned) {
            return STATUS_INVALID_PARAMETER;
        }
        Offset->QuadPart = 0;
        return STATUS_SUCCESS;
    }
    if (Write && Offset->LowPart == FILE_WRITE_TO_END_OF_FILE && Offset->HighPart == -1) {
        return STATUS_SUCCESS; // passed on as it is: only the file system knows the end
    }
    return Offset->QuadPart < 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

NTSTATUS IopCheckUncached(IOP_REQUEST* Request, ULONG Length, PLARGE_INTEGER Offset)
{
    ULONG Sector = Request->DeviceObject->SectorSize;

    if ((Request->FileObject->Flags & FO_NO_INTERMEDIATE_BUFFERING) == 0 || Sector == 0) {
        return STATUS_SUCCESS;
    }
    BOOLEAN ToEnd = Offset->LowPart == FILE_WRITE_TO_END_OF_FILE && Offset->HighPart == -1;
    return Length % Sector != 0 || (!ToEnd && Offset->QuadPart % Sector != 0)
        ? STATUS_INVALID_PARAMETER
        : STATUS_SUCCESS;
}

BOOLEAN IopFastTransfer(
    IOP_REQUEST* Request,
    BOOLEAN Write,
    PVOID Buffer,
    ULONG Length,
    PLARGE_INTEGER Offset,
    ULONG Key,
    PIO_STATUS_BLOCK IoStatus)
{
    PFAST_IO_DISPATCH Fast = Request->DeviceObject->DriverObject->FastIoDispatch;

    if (!Request->Synchronous || Request->FileObject->PrivateCacheMap == nullptr
        || Fast == nullptr) {
        return FALSE;
    }
    BOOLEAN Done = FALSE;
    if (Write) {
        Done = Fast->FastIoWrite != nullptr && (Request->FileObject->Flags & FO_WRITE_THROUGH) == 0
            && Fast->FastIoWrite(
                Request->FileObject, Offset, Length, TRUE, Key, Buffer, IoStatus,
                Request->DeviceObject);
    } else {
        Done = Fast->FastIoRead != nullptr
            && Fast->FastIoRead(
                Request->FileObject, Offset, Length, TRUE, Key, Buffer, IoStatus,
                Request->DeviceObject);
    }
    // Anything unexpected goes the long way, which reports it with all its side effects.
    return Done
        && (IoStatus->Status == STATUS_SUCCESS || IoStatus->Status == STATUS_BUFFER_OVERFLOW
            || IoStatus->Status == STATUS_END_OF_FILE);
}

NTSTATUS IopTransfer(
    KPROCESSOR_MODE Mode,
    BOOLEAN Write,
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    PLARGE_INTEGER ByteOffset,
    PULONG Key)
{
    IOP_REQUEST Request;
    IO_STATUS_BLOCK IoStatus {};
    LARGE_INTEGER Offset;
    ULONG LockKey = 0;

    NTSTATUS Status = Write ? ObpProbeForRead(Mode, Buffer, Length, 1)
                            : ObpProbeForWrite(Mode, Buffer, Length, 1);
    if (NT_SUCCESS(Status) && Key != nullptr) {
        Status = ObpProbeForRead(Mode, Key, sizeof(ULONG), alignof(ULONG));
        LockKey = NT_SUCCESS(Status) ? *Key : 0;
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    // A writer may have either kind of write access: which, is looked up below.
    Status = IopBegin(&Request, Mode, FileHandle, Write ? 0 : FILE_READ_DATA, Event, IoStatusBlock);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Write && Mode != KernelMode
        && (Request.HandleInformation.GrantedAccess & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == 0) {
        return IopFail(&Request, STATUS_ACCESS_DENIED);
    }
    Status = IopLock(&Request);
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    Status = IopTransferOffset(&Request, ByteOffset, Write, &Offset);
    if (NT_SUCCESS(Status)) {
        Status = IopCheckUncached(&Request, Length, &Offset);
    }
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    if (Write
        && (Request.HandleInformation.GrantedAccess & (FILE_WRITE_DATA | FILE_APPEND_DATA))
            == FILE_APPEND_DATA) {
        // Append access alone always writes at the end.
        Offset.LowPart = FILE_WRITE_TO_END_OF_FILE;
        Offset.HighPart = -1;
    }
    if (IopFastTransfer(&Request, Write, Buffer, Length, &Offset, LockKey, &IoStatus)) {
        return IopDone(&Request, &IoStatus);
    }
    Status = IopBuildRequest(&Request, Write ? IRP_MJ_WRITE : IRP_MJ_READ, FALSE);
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    IopSetApc(&Request, ApcRoutine, ApcContext);
    Request.Irp->Flags |= Write ? IRP_WRITE_OPERATION : IRP_READ_OPERATION;
    if ((Request.FileObject->Flags & FO_NO_INTERMEDIATE_BUFFERING) != 0) {
        Request.Irp->Flags |= IRP_NOCACHE;
    }
    if (Write && (Request.FileObject->Flags & FO_WRITE_THROUGH) != 0) {
        Request.IrpSp->Flags |= SL_WRITE_THROUGH;
    }
    if (Write) {
        Request.IrpSp->Parameters.Write.Length = Length;
        Request.IrpSp->Parameters.Write.Key = LockKey;
        Request.IrpSp->Parameters.Write.ByteOffset = Offset;
    } else {
        Request.IrpSp->Parameters.Read.Length = Length;
        Request.IrpSp->Parameters.Read.Key = LockKey;
        Request.IrpSp->Parameters.Read.ByteOffset = Offset;
    }
    if (Key != nullptr) {
        Request.IrpSp->Flags |= SL_KEY_SPECIFIED;
    }
    Status = IopAttachTransfer(&Request, Buffer, Length, Write);
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    return IopSend(&Request);
}

} // namespace

extern "C" {

NTSTATUS NTAPI NtReadFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    PLARGE_INTEGER ByteOffset,
    PULONG Key)
{
    NT_SYSTEM_CALL(ReadFile);
    NTSTATUS Status = IopTransfer(
        Call.Mode(), FALSE, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer,
        Length, ByteOffset, Key);
    return Call.Leave(
        Status, NT_SUCCESS(Status) && Status != STATUS_PENDING ? IoStatusBlock->Information : 0);
}

NTSTATUS NTAPI ZwReadFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    PLARGE_INTEGER ByteOffset,
    PULONG Key)
{
    ZwScope Scope;
    return NtReadFile(
        FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length, ByteOffset, Key);
}

NTSTATUS NTAPI NtWriteFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    PLARGE_INTEGER ByteOffset,
    PULONG Key)
{
    NT_SYSTEM_CALL(WriteFile);
    NTSTATUS Status = IopTransfer(
        Call.Mode(), TRUE, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length,
        ByteOffset, Key);
    return Call.Leave(
        Status, NT_SUCCESS(Status) && Status != STATUS_PENDING ? IoStatusBlock->Information : 0);
}

NTSTATUS NTAPI ZwWriteFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    PLARGE_INTEGER ByteOffset,
    PULONG Key)
{
    ZwScope Scope;
    return NtWriteFile(
        FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length, ByteOffset, Key);
}

} // extern "C"
