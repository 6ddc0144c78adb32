// iobuild.cpp - IRPs that drivers and the memory manager have built for them.
//
//   IoBuildDeviceIoControlRequest, IoBuildSynchronousFsdRequest   "threaded": on the list of the
//   building thread, freed by
//                                                                 the final stage, result in the
//                                                                 caller's status block
//   IoBuildAsynchronousFsdRequest                                 the caller's: its completion
//   routine frees it IoPageRead, IoSynchronousPageWrite                            paging I/O of
//   the cache and memory managers
#include "engine/ntos/io/iopriv.h"

namespace {

BOOLEAN IopIsTransfer(ULONG MajorFunction)
{
    return MajorFunction == IRP_MJ_READ || MajorFunction == IRP_MJ_WRITE;
}

// The data buffer of a read or write as the device wants it.
NTSTATUS IopBuildTransfer(
    PIRP Irp,
    ULONG MajorFunction,
    PDEVICE_OBJECT DeviceObject,
    PVOID Buffer,
    ULONG Length,
    PLARGE_INTEGER StartingOffset)
{
    PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);
    BOOLEAN Write = MajorFunction == IRP_MJ_WRITE;

    if (Write) {
        IrpSp->Parameters.Write.Length = Length;
        IrpSp->Parameters.Write.ByteOffset.QuadPart
            = StartingOffset != nullptr ? StartingOffset->QuadPart : 0;
    } else {
        IrpSp->Parameters.Read.Length = Length;
        IrpSp->Parameters.Read.ByteOffset.QuadPart
            = StartingOffset != nullptr ? StartingOffset->QuadPart : 0;
    }
    if ((DeviceObject->Flags & DO_BUFFERED_IO) != 0) {
        Irp->UserBuffer = Buffer;
        if (!Write) {
            Irp->Flags |= Length != 0 ? IRP_INPUT_OPERATION : 0;
        }
        return IopAttachSystemBuffer(Irp, Buffer, Write ? Length : 0, Length);
    }
    if ((DeviceObject->Flags & DO_DIRECT_IO) != 0) {
        return IopAttachMdl(Irp, KernelMode, Buffer, Length, Write ? IoReadAccess : IoWriteAccess);
    }
    Irp->UserBuffer = Buffer;
    return STATUS_SUCCESS;
}

void IopDropBuilt(PIRP Irp)
{
    if ((Irp->Flags & IRP_DEALLOCATE_BUFFER) != 0 && Irp->AssociatedIrp.SystemBuffer != nullptr) {
        ExFreePool(Irp->AssociatedIrp.SystemBuffer);
    }
    while (Irp->MdlAddress != nullptr) {
        PMDL Mdl = Irp->MdlAddress;
        Irp->MdlAddress = Mdl->Next;
        IoFreeMdl(Mdl);
    }
    IoFreeIrp(Irp);
}

NTSTATUS IopPage(
    UCHAR MajorFunction,
    PFILE_OBJECT FileObject,
    PMDL Mdl,
    PLARGE_INTEGER Offset,
    PKEVENT Event,
    PIO_STATUS_BLOCK IoStatusBlock)
{
    PDEVICE_OBJECT Top = IoGetRelatedDeviceObject(FileObject);

    PIRP Irp = IopAllocateRequest(nullptr, Top, MajorFunction);
    if (Irp == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);
    Irp->MdlAddress = Mdl;
    Irp->Flags = IRP_PAGING_IO | IRP_NOCACHE | IRP_SYNCHRONOUS_PAGING_IO;
    Irp->RequestorMode = KernelMode;
    Irp->UserIosb = IoStatusBlock;
    Irp->UserEvent = Event;
    Irp->UserBuffer = MmGetMdlVirtualAddress(Mdl);
    Irp->Tail.Overlay.OriginalFileObject = FileObject;
    IrpSp->FileObject = FileObject;
    // Read and Write share their layout.
    IrpSp->Parameters.Read.Length = MmGetMdlByteCount(Mdl);
    IrpSp->Parameters.Read.ByteOffset = *Offset;
    IopQueueIrp(Irp, PsGetCurrentThread());
    return IofCallDriver(Top, Irp);
}

} // namespace

extern "C" {

/// Source   windows-driver-docs: wdm/iobuilddeviceiocontrolrequest
PIRP NTAPI IoBuildDeviceIoControlRequest(
    ULONG IoControlCode,
    PDEVICE_OBJECT DeviceObject,
    PVOID InputBuffer,
    ULONG InputBufferLength,
    PVOID OutputBuffer,
    ULONG OutputBufferLength,
    BOOLEAN InternalDeviceIoControl,
    PKEVENT Event,
    PIO_STATUS_BLOCK IoStatusBlock)
{
    NTSTATUS Status = STATUS_SUCCESS;
    PIRP Irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);

    PAGED_CODE();
    if (Irp == nullptr) {
        return nullptr;
    }
    PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);
    IrpSp->MajorFunction
        = InternalDeviceIoControl ? IRP_MJ_INTERNAL_DEVICE_CONTROL : IRP_MJ_DEVICE_CONTROL;
    IrpSp->Parameters.DeviceIoControl.IoControlCode = IoControlCode;
    IrpSp->Parameters.DeviceIoControl.InputBufferLength = InputBufferLength;
    IrpSp->Parameters.DeviceIoControl.OutputBufferLength = OutputBufferLength;
    Irp->UserBuffer = OutputBuffer;
    switch (METHOD_FROM_CTL_CODE(IoControlCode)) {
    case METHOD_BUFFERED:
        Status = IopAttachSystemBuffer(
            Irp, InputBuffer, InputBufferLength,
            InputBufferLength > OutputBufferLength ? InputBufferLength : OutputBufferLength);
        Irp->Flags |= OutputBufferLength != 0 ? IRP_INPUT_OPERATION : 0;
        break;
    case METHOD_IN_DIRECT:
    case METHOD_OUT_DIRECT:
        Status = InputBuffer != nullptr
            ? IopAttachSystemBuffer(Irp, InputBuffer, InputBufferLength, InputBufferLength)
            : STATUS_SUCCESS;
        if (NT_SUCCESS(Status) && OutputBuffer != nullptr) {
            Status = IopAttachMdl(
                Irp, KernelMode, OutputBuffer, OutputBufferLength,
                METHOD_FROM_CTL_CODE(IoControlCode) == METHOD_IN_DIRECT ? IoReadAccess
                                                                        : IoWriteAccess);
        }
        break;
    default:
        IrpSp->Parameters.DeviceIoControl.Type3InputBuffer = InputBuffer;
        break;
    }
    if (!NT_SUCCESS(Status)) {
        IopDropBuilt(Irp);
        return nullptr;
    }
    Irp->RequestorMode = KernelMode;
    Irp->UserIosb = IoStatusBlock;
    Irp->UserEvent = Event;
    IopQueueIrp(Irp, PsGetCurrentThread());
    return Irp;
}

/// The caller's completion routine frees the IRP (and its buffers) and returns
/// STATUS_MORE_PROCESSING_REQUIRED.
PIRP NTAPI IoBuildAsynchronousFsdRequest(
    ULONG MajorFunction,
    PDEVICE_OBJECT DeviceObject,
    PVOID Buffer,
    ULONG Length,
    PLARGE_INTEGER StartingOffset,
    PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP Irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);

    if (Irp == nullptr) {
        return nullptr;
    }
    IoGetNextIrpStackLocation(Irp)->MajorFunction = static_cast<UCHAR>(MajorFunction);
    Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    Irp->RequestorMode = KernelMode;
    if (IopIsTransfer(MajorFunction)
        && !NT_SUCCESS(
            IopBuildTransfer(Irp, MajorFunction, DeviceObject, Buffer, Length, StartingOffset))) {
        IopDropBuilt(Irp);
        return nullptr;
    }
    Irp->UserIosb = IoStatusBlock;
    return Irp;
}

PIRP NTAPI IoBuildSynchronousFsdRequest(
    ULONG MajorFunction,
    PDEVICE_OBJECT DeviceObject,
    PVOID Buffer,
    ULONG Length,
    PLARGE_INTEGER StartingOffset,
    PKEVENT Event,
    PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP Irp = IoBuildAsynchronousFsdRequest(
        MajorFunction, DeviceObject, Buffer, Length, StartingOffset, IoStatusBlock);

    PAGED_CODE();
    if (Irp != nullptr) {
        Irp->UserEvent = Event;
        IopQueueIrp(Irp, PsGetCurrentThread());
    }
    return Irp;
}

/// Reads pages of a file into an MDL. The caller waits on Event when STATUS_PENDING is returned,
/// then reads *IoStatusBlock (which is filled in every other case too).
///
/// IRQL     <= APC_LEVEL
NTSTATUS NTAPI IoPageRead(
    PFILE_OBJECT FileObject,
    PMDL Mdl,
    PLARGE_INTEGER Offset,
    PKEVENT Event,
    PIO_STATUS_BLOCK IoStatusBlock)
{
    return IopPage(IRP_MJ_READ, FileObject, Mdl, Offset, Event, IoStatusBlock);
}

NTSTATUS NTAPI IoSynchronousPageWrite(
    PFILE_OBJECT FileObject,
    PMDL Mdl,
    PLARGE_INTEGER FileOffset,
    PKEVENT Event,
    PIO_STATUS_BLOCK IoStatusBlock)
{
    return IopPage(IRP_MJ_WRITE, FileObject, Mdl, FileOffset, Event, IoStatusBlock);
}

} // extern "C"
