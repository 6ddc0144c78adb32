// iocsq.cpp - cancel-safe IRP queues: the queue is the driver's, the cancellation is handled here.
//
// While an IRP is queued, Tail.Overlay.DriverContext[3] leads from the IRP to its queue (or to the
// caller's context, which leads to the queue). Whoever clears the IRP's cancel routine owns its
// removal. Source   windows-driver-docs: kernel/cancel-safe-irp-queues, wdm/iocsqinsertirpex
#include "engine/ntos/io/iopriv.h"

namespace {

VOID NTAPI IopCsqCancel(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_CSQ Csq;
    PIO_CSQ_IRP_CONTEXT Context = nullptr;
    KIRQL Irql;

    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    auto* Link = static_cast<PIO_CSQ_IRP_CONTEXT>(Irp->Tail.Overlay.DriverContext[3]);
    if (Link->Type == IO_TYPE_CSQ_IRP_CONTEXT) {
        Context = Link;
        Csq = Context->Csq;
    } else {
        Csq = reinterpret_cast<PIO_CSQ>(Link);
    }
    Csq->CsqAcquireLock(Csq, &Irql);
    Csq->CsqRemoveIrp(Csq, Irp);
    if (Context != nullptr) {
        Context->Irp = nullptr;
    }
    Irp->Tail.Overlay.DriverContext[3] = nullptr;
    Csq->CsqReleaseLock(Csq, Irql);
    Csq->CsqCompleteCanceledIrp(Csq, Irp);
}

} // namespace

extern "C" {

NTSTATUS NTAPI IoCsqInitialize(
    PIO_CSQ Csq,
    PIO_CSQ_INSERT_IRP CsqInsertIrp,
    PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
    PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
    PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
    PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
    PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)
{
    Csq->Type = IO_TYPE_CSQ;
    Csq->CsqInsertIrp = CsqInsertIrp;
    Csq->CsqRemoveIrp = CsqRemoveIrp;
    Csq->CsqPeekNextIrp = CsqPeekNextIrp;
    Csq->CsqAcquireLock = CsqAcquireLock;
    Csq->CsqReleaseLock = CsqReleaseLock;
    Csq->CsqCompleteCanceledIrp = CsqCompleteCanceledIrp;
    Csq->ReservePointer = nullptr;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoCsqInitializeEx(
    PIO_CSQ Csq,
    PIO_CSQ_INSERT_IRP_EX CsqInsertIrp,
    PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
    PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
    PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
    PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
    PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)
{
    // The public structure has one slot for both kinds of insert routine; Type tells which.
    NTSTATUS Status = IoCsqInitialize(
        Csq, reinterpret_cast<PIO_CSQ_INSERT_IRP>(reinterpret_cast<PVOID>(CsqInsertIrp)),
        CsqRemoveIrp, CsqPeekNextIrp, CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp);
    Csq->Type = IO_TYPE_CSQ_EX;
    return Status;
}

NTSTATUS NTAPI
IoCsqInsertIrpEx(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context, PVOID InsertContext)
{
    KIRQL Irql;
    NTSTATUS Status = STATUS_SUCCESS;

    if (Context != nullptr) {
        Irp->Tail.Overlay.DriverContext[3] = Context;
        Context->Irp = Irp;
        Context->Csq = Csq;
        Context->Type = IO_TYPE_CSQ_IRP_CONTEXT;
    } else {
        Irp->Tail.Overlay.DriverContext[3] = Csq;
    }
    Csq->ReservePointer = nullptr;
    Csq->CsqAcquireLock(Csq, &Irql);
    IoMarkIrpPending(Irp);
    if (Csq->Type == IO_TYPE_CSQ_EX) {
        Status = reinterpret_cast<PIO_CSQ_INSERT_IRP_EX>(
            reinterpret_cast<PVOID>(Csq->CsqInsertIrp))(Csq, Irp, InsertContext);
        if (!NT_SUCCESS(Status)) {
            // Not queued: the caller completes it on this trip, so it was never pending.
            IoGetCurrentIrpStackLocation(Irp)->Control &= static_cast<UCHAR>(~SL_PENDING_RETURNED);
            Irp->Tail.Overlay.DriverContext[3] = nullptr;
            if (Context != nullptr) {
                Context->Irp = nullptr;
            }
            Csq->CsqReleaseLock(Csq, Irql);
            return Status;
        }
    } else {
        Csq->CsqInsertIrp(Csq, Irp);
    }
    (void)IoSetCancelRoutine(Irp, IopCsqCancel);
    if (Irp->Cancel && IoSetCancelRoutine(Irp, nullptr) != nullptr) {
        // Cancelled before it could be: nobody will call the routine, so the work is ours.
        Csq->CsqRemoveIrp(Csq, Irp);
        if (Context != nullptr) {
            Context->Irp = nullptr;
        }
        Irp->Tail.Overlay.DriverContext[3] = nullptr;
        Csq->CsqReleaseLock(Csq, Irql);
        Csq->CsqCompleteCanceledIrp(Csq, Irp);
        return STATUS_SUCCESS;
    }
    Csq->CsqReleaseLock(Csq, Irql);
    return Status;
}

VOID NTAPI IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context)
{
    (void)IoCsqInsertIrpEx(Csq, Irp, Context, nullptr);
}

PIRP NTAPI IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext)
{
    KIRQL Irql;
    PIRP Irp;

    Csq->ReservePointer = nullptr;
    Csq->CsqAcquireLock(Csq, &Irql);
    for (Irp = Csq->CsqPeekNextIrp(Csq, nullptr, PeekContext); Irp != nullptr;
         Irp = Csq->CsqPeekNextIrp(Csq, Irp, PeekContext)) {
        if (IoSetCancelRoutine(Irp, nullptr) == nullptr) {
            continue; // its cancel routine is on the way to remove it
        }
        Csq->CsqRemoveIrp(Csq, Irp);
        auto* Context = static_cast<PIO_CSQ_IRP_CONTEXT>(Irp->Tail.Overlay.DriverContext[3]);
        if (Context != nullptr && Context->Type == IO_TYPE_CSQ_IRP_CONTEXT) {
            Context->Irp = nullptr;
        }
        Irp->Tail.Overlay.DriverContext[3] = nullptr;
        break;
    }
    Csq->CsqReleaseLock(Csq, Irql);
    return Irp;
}

PIRP NTAPI IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context)
{
    KIRQL Irql;

    Csq->ReservePointer = nullptr;
    Csq->CsqAcquireLock(Csq, &Irql);
    PIRP Irp = Context->Irp;
    if (Irp != nullptr && IoSetCancelRoutine(Irp, nullptr) != nullptr) {
        Csq->CsqRemoveIrp(Csq, Irp);
        Context->Irp = nullptr;
        Irp->Tail.Overlay.DriverContext[3] = nullptr;
    } else {
        Irp = nullptr;
    }
    Csq->CsqReleaseLock(Csq, Irql);
    return Irp;
}

} // extern "C"
