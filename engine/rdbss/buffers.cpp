// The caller's buffers. A redirector's device asks for neither buffered nor direct I/O, so reads,
// writes, directory queries and the like arrive with a user address; it is locked down and
// described by an MDL before another thread or the network touches it.
#include "calldown.h"

/// Locks the caller's buffer, once.
///
/// Operation is what will be done to the buffer: a read request writes it (facts.md A11).
///
/// IRQL     <= APC_LEVEL, in the caller's process
/// Errors   STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_USER_BUFFER and whatever probing raises
NTSTATUS
RxpLockUserBuffer(PRX_CONTEXT RxContext, PIRP Irp, LOCK_OPERATION Operation, ULONG BufferLength)
{
    UNREFERENCED_PARAMETER(RxContext);
    if (Irp->MdlAddress != nullptr || BufferLength == 0) {
        return STATUS_SUCCESS;
    }
    PMDL Mdl = IoAllocateMdl(Irp->UserBuffer, BufferLength, FALSE, FALSE, Irp);
    if (Mdl == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    NTSTATUS Status = RxpProbeAndLock(Mdl, Irp->RequestorMode, Operation);
    if (!NT_SUCCESS(Status)) {
        IoFreeMdl(Mdl);
        Irp->MdlAddress = nullptr;
    }
    return Status;
}

VOID NTAPI
RxLockUserBuffer(PRX_CONTEXT RxContext, PIRP Irp, LOCK_OPERATION Operation, ULONG BufferLength)
{
    NTSTATUS Status = RxpLockUserBuffer(RxContext, Irp, Operation, BufferLength);
    if (!NT_SUCCESS(Status)) {
        // The operation will find no MDL, try again and answer with this status.
        RdrTraceEvent(
            RdrLayerRdbss, RdrEventError, "RxLockUserBuffer", RxContext, Status, BufferLength);
    }
}

/// The system address of a locked buffer, the caller's own address of one that is not.
PVOID RxpMapUserBuffer(PRX_CONTEXT RxContext, PIRP Irp)
{
    UNREFERENCED_PARAMETER(RxContext);
    return Irp->MdlAddress != nullptr
        ? MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority)
        : Irp->UserBuffer;
}

/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxmapsystembuffer.md; facts.md A10
PVOID NTAPI RxMapSystemBuffer(PRX_CONTEXT RxContext, PIRP Irp)
{
    UNREFERENCED_PARAMETER(RxContext);
    return Irp->MdlAddress != nullptr
        ? MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority)
        : Irp->AssociatedIrp.SystemBuffer;
}

/// The address of a low I/O buffer; NULL when there is nothing to transfer.
///
/// Source   windows-driver-docs-ddi: lowio/nf-lowio-rxlowiogetbufferaddress.md
PVOID NTAPI RxLowIoGetBufferAddress(PRX_CONTEXT RxContext)
{
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    if (LowIoContext->ParamsFor.ReadWrite.ByteCount == 0
        || LowIoContext->ParamsFor.ReadWrite.Buffer == nullptr) {
        return nullptr;
    }
    return MmGetSystemAddressForMdlSafe(
        LowIoContext->ParamsFor.ReadWrite.Buffer, NormalPagePriority);
}

/// Ends a read or write that worked on the cache manager's own pages.
NTSTATUS NTAPI RxCompleteMdl(PRX_CONTEXT RxContext, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFILE_OBJECT FileObject = IrpSp->FileObject;
    if (IrpSp->MajorFunction == IRP_MJ_READ) {
        CcMdlReadComplete(FileObject, Irp->MdlAddress);
    } else {
        CcMdlWriteComplete(FileObject, &IrpSp->Parameters.Write.ByteOffset, Irp->MdlAddress);
    }
    Irp->MdlAddress = nullptr;
    return STATUS_SUCCESS;
}
