// iocontrol.cpp - NtDeviceIoControlFile, NtFsControlFile: buffers as the control code says.
//
//   METHOD_BUFFERED     one system buffer for both directions
//   METHOD_IN_DIRECT    input in the system buffer, the other buffer an MDL for reading
//   METHOD_OUT_DIRECT   input in the system buffer, the other buffer an MDL for writing
//   METHOD_NEITHER      both addresses as the caller gave them, not even probed
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/io/iopriv.h"

namespace {

struct ControlCall
{
    ULONG Code;
    PVOID Input;
    ULONG InputLength;
    PVOID Output;
    ULONG OutputLength;
};

NTSTATUS IopProbeControl(KPROCESSOR_MODE Mode, const ControlCall& Control)
{
    ULONG Method = METHOD_FROM_CTL_CODE(Control.Code);

    if (Method == METHOD_NEITHER) {
        return STATUS_SUCCESS;
    }
    NTSTATUS Status = ObpProbeForRead(Mode, Control.Input, Control.InputLength, 1);
    if (NT_SUCCESS(Status)) {
        Status = Method == METHOD_IN_DIRECT
            ? ObpProbeForRead(Mode, Control.Output, Control.OutputLength, 1)
            : ObpProbeForWrite(Mode, Control.Output, Control.OutputLength, 1);
    }
    return Status;
}

NTSTATUS IopAttachControl(IOP_REQUEST* Request, const ControlCall& Control)
{
    PIRP Irp = Request->Irp;
    ULONG Method = METHOD_FROM_CTL_CODE(Control.Code);
    NTSTATUS Status = STATUS_SUCCESS;

    Irp->UserBuffer = Control.Output;
    switch (Method) {
    case METHOD_BUFFERED: {
        ULONG Longer = Control.InputLength > Control.OutputLength ? Control.InputLength
                                                                  : Control.OutputLength;
        Status = IopAttachSystemBuffer(Irp, Control.Input, Control.InputLength, Longer);
        Irp->Flags |= Control.OutputLength != 0 ? IRP_INPUT_OPERATION : 0;
        break;
    }
    case METHOD_IN_DIRECT:
    case METHOD_OUT_DIRECT:
        Status
            = IopAttachSystemBuffer(Irp, Control.Input, Control.InputLength, Control.InputLength);
        if (NT_SUCCESS(Status)) {
            Status = IopAttachMdl(
                Irp, Request->Mode, Control.Output, Control.OutputLength,
                Method == METHOD_IN_DIRECT ? IoReadAccess : IoWriteAccess);
        }
        break;
    default:
        Request->IrpSp->Parameters.DeviceIoControl.Type3InputBuffer = Control.Input;
        break;
    }
    return Status;
}

NTSTATUS IopControl(
    KPROCESSOR_MODE Mode,
    UCHAR MajorFunction,
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    const ControlCall& Control)
{
    IOP_REQUEST Request;
    IO_STATUS_BLOCK IoStatus {};

    NTSTATUS Status = IopProbeControl(Mode, Control);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopBegin(&Request, Mode, FileHandle, 0, Event, IoStatusBlock);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    // The access a code demands: bits 14 and 15 are FILE_READ_ACCESS and FILE_WRITE_ACCESS.
    ULONG Demanded = (Control.Code >> 14) & (FILE_READ_ACCESS | FILE_WRITE_ACCESS);
    if (Mode != KernelMode && (Demanded & ~Request.HandleInformation.GrantedAccess) != 0) {
        return IopFail(&Request, STATUS_ACCESS_DENIED);
    }
    Status = IopLock(&Request);
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    PFAST_IO_DISPATCH Fast = Request.DeviceObject->DriverObject->FastIoDispatch;
    if (MajorFunction == IRP_MJ_DEVICE_CONTROL && Fast != nullptr
        && Fast->SizeOfFastIoDispatch > FIELD_OFFSET(FAST_IO_DISPATCH, FastIoDeviceControl)
        && Fast->FastIoDeviceControl != nullptr
        && Fast->FastIoDeviceControl(
            Request.FileObject, TRUE, Control.Input, Control.InputLength, Control.Output,
            Control.OutputLength, Control.Code, &IoStatus, Request.DeviceObject)) {
        return IopDone(&Request, &IoStatus);
    }
    Status = IopBuildRequest(&Request, MajorFunction, FALSE);
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    IopSetApc(&Request, ApcRoutine, ApcContext);
    // DeviceIoControl and FileSystemControl have the same layout.
    Request.IrpSp->Parameters.DeviceIoControl.IoControlCode = Control.Code;
    Request.IrpSp->Parameters.DeviceIoControl.InputBufferLength = Control.InputLength;
    Request.IrpSp->Parameters.DeviceIoControl.OutputBufferLength = Control.OutputLength;
    Request.IrpSp->MinorFunction
        = MajorFunction == IRP_MJ_FILE_SYSTEM_CONTROL ? IRP_MN_USER_FS_REQUEST : 0;
    Status = IopAttachControl(&Request, Control);
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    return IopSend(&Request);
}

} // namespace

extern "C" {

NTSTATUS NTAPI NtDeviceIoControlFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    ULONG IoControlCode,
    PVOID InputBuffer,
    ULONG InputBufferLength,
    PVOID OutputBuffer,
    ULONG OutputBufferLength)
{
    NT_SYSTEM_CALL(DeviceIoControlFile);
    ControlCall Control { IoControlCode, InputBuffer, InputBufferLength, OutputBuffer,
                          OutputBufferLength };
    NTSTATUS Status = IopControl(
        Call.Mode(), IRP_MJ_DEVICE_CONTROL, FileHandle, Event, ApcRoutine, ApcContext,
        IoStatusBlock, Control);
    return Call.Leave(
        Status, NT_SUCCESS(Status) && Status != STATUS_PENDING ? IoStatusBlock->Information : 0);
}

NTSTATUS NTAPI ZwDeviceIoControlFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    ULONG IoControlCode,
    PVOID InputBuffer,
    ULONG InputBufferLength,
    PVOID OutputBuffer,
    ULONG OutputBufferLength)
{
    ZwScope Scope;
    return NtDeviceIoControlFile(
        FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, IoControlCode, InputBuffer,
        InputBufferLength, OutputBuffer, OutputBufferLength);
}

NTSTATUS NTAPI NtFsControlFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    ULONG FsControlCode,
    PVOID InputBuffer,
    ULONG InputBufferLength,
    PVOID OutputBuffer,
    ULONG OutputBufferLength)
{
    NT_SYSTEM_CALL(FsControlFile);
    ControlCall Control { FsControlCode, InputBuffer, InputBufferLength, OutputBuffer,
                          OutputBufferLength };
    NTSTATUS Status = IopControl(
        Call.Mode(), IRP_MJ_FILE_SYSTEM_CONTROL, FileHandle, Event, ApcRoutine, ApcContext,
        IoStatusBlock, Control);
    return Call.Leave(
        Status, NT_SUCCESS(Status) && Status != STATUS_PENDING ? IoStatusBlock->Information : 0);
}

NTSTATUS NTAPI ZwFsControlFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    ULONG FsControlCode,
    PVOID InputBuffer,
    ULONG InputBufferLength,
    PVOID OutputBuffer,
    ULONG OutputBufferLength)
{
    ZwScope Scope;
    return NtFsControlFile(
        FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, FsControlCode, InputBuffer,
        InputBufferLength, OutputBuffer, OutputBufferLength);
}

} // extern "C"
