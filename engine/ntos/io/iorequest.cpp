// iorequest.cpp - what all system calls on files share: from the handle to the IRP and back to the
// status.
//
//   IopBegin         handle -> referenced file, event, device; buffers are the caller's business
//   IopLock          synchronous file: its lock, taken before fast I/O and before the current byte
//   offset is read IopBuildRequest  the IRP, its first stack location, who waits on what IopSend to
//   the driver; waits when the file or the call is synchronous
//
// Every path ends in IopEnd (through IopFail, IopDone or IopSend), which gives back lock and
// references.
#include "engine/ntos/io/iopriv.h"

namespace {

void IopEnd(IOP_REQUEST* Request)
{
    if (Request->Synchronous) {
        IopReleaseFileLock(Request->FileObject);
    }
    if (Request->UserEvent != nullptr) {
        ObDereferenceObject(Request->UserEvent);
    }
    if (Request->FileObject != nullptr) {
        ObDereferenceObject(Request->FileObject);
    }
}

// Waits for a request that pended. An alert or a user APC ends an alertable wait: the IRP is then
// cancelled, and the wait goes on until the driver has given it back.
void IopWait(IOP_REQUEST* Request, PKEVENT Event, PIRP Irp)
{
    BOOLEAN Alertable = (Request->FileObject->Flags & FO_ALERTABLE_IO) != 0 && !Request->OwnWait;
    NTSTATUS Status = KeWaitForSingleObject(
        Event, Executive, Alertable ? Request->Mode : static_cast<KPROCESSOR_MODE>(KernelMode),
        Alertable, nullptr);

    if (Status == STATUS_ALERTED || Status == STATUS_USER_APC) {
        if (KeReadStateEvent(Event) == 0) {
            IoCancelIrp(Irp);
            KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, nullptr);
        }
    }
}

} // namespace

/// The final stage of an IRP that was completed before its dispatch routine returned, on its
/// issuer's thread.
void IopFinishHere(PIRP Irp, PFILE_OBJECT FileObject)
{
    KIRQL Irql;

    KeRaiseIrql(APC_LEVEL, &Irql);
    IopFinishIrp(Irp, FileObject, PsGetCurrentThread());
    KeLowerIrql(Irql);
}

/// An IRP for the top of a device stack with its first stack location filled. FileObject (optional)
/// is referenced for it.
PIRP IopAllocateRequest(PFILE_OBJECT FileObject, PDEVICE_OBJECT DeviceObject, UCHAR MajorFunction)
{
    PIRP Irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);

    if (Irp == nullptr) {
        return nullptr;
    }
    PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);
    IrpSp->MajorFunction = MajorFunction;
    IrpSp->FileObject = FileObject;
    Irp->Tail.Overlay.OriginalFileObject = FileObject;
    Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    if (FileObject != nullptr) {
        ObpReference(FileObject, "IRP");
    }
    return Irp;
}

/// Sends an IRP that carries its own event and status block, and waits for its end.
NTSTATUS IopCallAndWait(PDEVICE_OBJECT DeviceObject, PIRP Irp, PKEVENT Event, PIO_STATUS_BLOCK Iosb)
{
    if (IsListEmpty(&Irp->ThreadListEntry)) {
        IopQueueIrp(Irp, PsGetCurrentThread());
    }
    NTSTATUS Status = IofCallDriver(DeviceObject, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, nullptr);
        Status = Iosb->Status;
    }
    return Status;
}

/// Errors   STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT (status block),
/// STATUS_INVALID_HANDLE,
///          STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED. On failure nothing is held.
NTSTATUS IopBegin(
    IOP_REQUEST* Request,
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    HANDLE EventHandle,
    PIO_STATUS_BLOCK IoStatusBlock)
{
    PVOID Object = nullptr;

    PAGED_CODE();
    RtlZeroMemory(Request, sizeof(*Request));
    Request->Mode = Mode;
    Request->UserIosb = IoStatusBlock;
    NTSTATUS Status
        = ObpProbeForWrite(Mode, IoStatusBlock, sizeof(IO_STATUS_BLOCK), alignof(ULONG));
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ObReferenceObjectByHandle(
        FileHandle, DesiredAccess, IopFileObjectType, Mode, &Object, &Request->HandleInformation);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Request->FileObject = static_cast<PFILE_OBJECT>(Object);
    if (EventHandle != nullptr) {
        Status = ObReferenceObjectByHandle(
            EventHandle, EVENT_MODIFY_STATE, *ExEventObjectType, Mode, &Object, nullptr);
        if (!NT_SUCCESS(Status)) {
            ObDereferenceObject(Request->FileObject);
            Request->FileObject = nullptr;
            return Status;
        }
        Request->UserEvent = static_cast<PKEVENT>(Object);
        KeClearEvent(Request->UserEvent);
    }
    Request->DeviceObject = IoGetRelatedDeviceObject(Request->FileObject);
    return STATUS_SUCCESS;
}

NTSTATUS IopLock(IOP_REQUEST* Request)
{
    if ((Request->FileObject->Flags & FO_SYNCHRONOUS_IO) == 0) {
        return STATUS_SUCCESS;
    }
    NTSTATUS Status = IopAcquireFileLock(Request->FileObject, Request->Mode);
    Request->Synchronous = Status == STATUS_SUCCESS;
    return Status;
}

/// SynchronousApi: the call waits whatever the file is (query and set calls), and hands the result
/// out of LocalIosb.
NTSTATUS IopBuildRequest(IOP_REQUEST* Request, UCHAR MajorFunction, BOOLEAN SynchronousApi)
{
    KeClearEvent(&Request->FileObject->Event);
    PIRP Irp = IopAllocateRequest(Request->FileObject, Request->DeviceObject, MajorFunction);
    if (Irp == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Request->Irp = Irp;
    Request->IrpSp = IoGetNextIrpStackLocation(Irp);
    Irp->RequestorMode = Request->Mode;
    if (SynchronousApi) {
        Irp->Flags |= IRP_SYNCHRONOUS_API;
        Irp->UserIosb = &Request->LocalIosb;
        if (!Request->Synchronous) {
            Request->OwnWait = TRUE;
            KeInitializeEvent(&Request->LocalEvent, NotificationEvent, FALSE);
            Irp->UserEvent = &Request->LocalEvent;
        }
    } else {
        Irp->UserIosb = Request->UserIosb;
        Irp->UserEvent = Request->UserEvent;
        Request->UserEvent = nullptr; // the IRP's reference now
    }
    return STATUS_SUCCESS;
}

void IopSetApc(IOP_REQUEST* Request, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext)
{
    Request->Irp->Overlay.AsynchronousParameters.UserApcRoutine = ApcRoutine;
    Request->Irp->Overlay.AsynchronousParameters.UserApcContext = ApcContext;
}

NTSTATUS IopSend(IOP_REQUEST* Request)
{
    PIRP Irp = Request->Irp;
    PFILE_OBJECT FileObject = Request->FileObject;
    BOOLEAN SynchronousApi = (Irp->Flags & IRP_SYNCHRONOUS_API) != 0;

    Irp->Flags |= IRP_DEFER_IO_COMPLETION;
    IopQueueIrp(Irp, PsGetCurrentThread());
    NTSTATUS Status = IofCallDriver(Request->DeviceObject, Irp);
    if (Status == STATUS_PENDING) {
        if (Request->OwnWait) {
            IopWait(Request, &Request->LocalEvent, Irp);
            Status = Request->LocalIosb.Status;
        } else if (Request->Synchronous) {
            IopWait(Request, &FileObject->Event, Irp);
            Status = FileObject->FinalStatus;
        }
    } else {
        IopFinishHere(Irp, FileObject);
    }
    if (SynchronousApi && !NT_ERROR(Status)) {
        IopWriteStatus(Request->Mode, Request->UserIosb, &Request->LocalIosb);
    }
    IopEnd(Request);
    return Status;
}

/// The call failed before its IRP was sent.
NTSTATUS IopFail(IOP_REQUEST* Request, NTSTATUS Status)
{
    PIRP Irp = Request->Irp;

    if (Irp != nullptr) {
        if ((Irp->Flags & IRP_DEALLOCATE_BUFFER) != 0
            && Irp->AssociatedIrp.SystemBuffer != nullptr) {
            ExFreePool(Irp->AssociatedIrp.SystemBuffer);
        }
        while (Irp->MdlAddress != nullptr) {
            PMDL Mdl = Irp->MdlAddress;
            Irp->MdlAddress = Mdl->Next;
            if ((Mdl->MdlFlags & MDL_PAGES_LOCKED) != 0) {
                MmUnlockPages(Mdl);
            }
            IoFreeMdl(Mdl);
        }
        if (Irp->UserEvent != nullptr && (Irp->Flags & IRP_SYNCHRONOUS_API) == 0) {
            ObDereferenceObject(Irp->UserEvent);
        }
        IoFreeIrp(Irp);
        ObpDereference(Request->FileObject, "IRP");
    }
    IopEnd(Request);
    return Status;
}

/// The call is done without an IRP (fast I/O, or answered by the I/O manager).
NTSTATUS IopDone(IOP_REQUEST* Request, PIO_STATUS_BLOCK IoStatus)
{
    NTSTATUS Status = IoStatus->Status;

    IopWriteStatus(Request->Mode, Request->UserIosb, IoStatus);
    if (Request->UserEvent != nullptr) {
        KeSetEvent(Request->UserEvent, IO_NO_INCREMENT, FALSE);
    }
    IopEnd(Request);
    return Status;
}

/// A system buffer of Length bytes, the first CopyLength of them from the caller.
NTSTATUS IopAttachSystemBuffer(PIRP Irp, PVOID Source, ULONG CopyLength, ULONG Length)
{
    if (Length == 0) {
        return STATUS_SUCCESS;
    }
    PVOID Buffer = ExAllocatePoolWithTag(NonPagedPool, Length, IOP_TAG_BUFFER);
    if (Buffer == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->AssociatedIrp.SystemBuffer = Buffer;
    Irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
    if (CopyLength != 0) {
        RtlCopyMemory(Buffer, Source, CopyLength);
    }
    if (Length > CopyLength) {
        // Bytes the driver does not write never carry old pool contents to the caller.
        RtlZeroMemory(static_cast<PUCHAR>(Buffer) + CopyLength, Length - CopyLength);
    }
    return STATUS_SUCCESS;
}

NTSTATUS
IopAttachMdl(PIRP Irp, KPROCESSOR_MODE Mode, PVOID Buffer, ULONG Length, LOCK_OPERATION Operation)
{
    if (Length == 0) {
        return STATUS_SUCCESS;
    }
    PMDL Mdl = IoAllocateMdl(Buffer, Length, FALSE, TRUE, Irp);
    if (Mdl == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return IopLockPages(Mdl, Mode, Operation);
}

/// The buffer of a call whose kind the device decides (IO-3). Write: data goes to the driver.
NTSTATUS IopAttachTransfer(IOP_REQUEST* Request, PVOID Buffer, ULONG Length, BOOLEAN Write)
{
    PIRP Irp = Request->Irp;

    Irp->UserBuffer = Buffer;
    if ((Request->DeviceObject->Flags & DO_BUFFERED_IO) != 0) {
        NTSTATUS Status = IopAttachSystemBuffer(Irp, Buffer, Write ? Length : 0, Length);
        if (!Write) {
            Irp->Flags |= Length != 0 ? IRP_INPUT_OPERATION : 0;
        } else {
            Irp->UserBuffer = nullptr;
        }
        return Status;
    }
    if ((Request->DeviceObject->Flags & DO_DIRECT_IO) != 0) {
        return IopAttachMdl(
            Irp, Request->Mode, Buffer, Length, Write ? IoReadAccess : IoWriteAccess);
    }
    return STATUS_SUCCESS;
}
