// iofinish.cpp - the final stage of an IRP: results to the issuer, events, cleanup.
//
// All drivers have completed the IRP. What is left belongs into the context of the issuing thread,
// so it is queued there as a special kernel APC (IopFinishIrp); when that thread is running right
// here, it happens at once. Three shortcuts, as on Windows:
//
//   paging I/O and closes     IOSB and event are written in any context, the IRP is freed by its
//   issuer's wait IRP_DEFER_IO_COMPLETION   the issuer calls IopFinishIrp itself after IoCallDriver
//   returned a final status associated IRPs           count down their master and complete it with
//   the last one
//
// Who learns what: a request that fails before it was pending is told by its return value alone;
// neither the status block nor the events change. Everything else writes the status block, signals
// the caller's event or the file object, and runs the user APC.
#include "engine/ntos/inc/kep.h"
#include "engine/ntos/io/iopriv.h"

namespace {

VOID NTAPI IopFinishApc(
    PKAPC Apc,
    PKNORMAL_ROUTINE* NormalRoutine,
    PVOID* NormalContext,
    PVOID* SystemArgument1,
    PVOID* SystemArgument2)
{
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument2);
    // The APC lies where thread and file were: they come as its thread and first argument.
    IopFinishIrp(
        CONTAINING_RECORD(Apc, IRP, Tail.Apc), static_cast<PFILE_OBJECT>(*SystemArgument1),
        reinterpret_cast<PETHREAD>(Apc->Thread));
}

VOID NTAPI IopFinishRundown(PKAPC Apc)
{
    IopFinishIrp(
        CONTAINING_RECORD(Apc, IRP, Tail.Apc), static_cast<PFILE_OBJECT>(Apc->SystemArgument1),
        nullptr);
}

VOID NTAPI IopUserApc(
    PKAPC Apc,
    PKNORMAL_ROUTINE* NormalRoutine,
    PVOID* NormalContext,
    PVOID* SystemArgument1,
    PVOID* SystemArgument2)
{
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    IoFreeIrp(CONTAINING_RECORD(Apc, IRP, Tail.Apc));
}

// Calls the issuer's routine. The APC carries status block and routine as its arguments.
VOID NTAPI IopUserNormal(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    reinterpret_cast<PIO_APC_ROUTINE>(SystemArgument2)(
        NormalContext, static_cast<PIO_STATUS_BLOCK>(SystemArgument1), 0);
}

VOID NTAPI IopUserRundown(PKAPC Apc)
{
    IoFreeIrp(CONTAINING_RECORD(Apc, IRP, Tail.Apc));
}

// The last associated IRP completes its master.
void IopFinishAssociated(PIRP Irp, CCHAR PriorityBoost)
{
    PIRP Master = Irp->AssociatedIrp.MasterIrp;
    LONG Left = InterlockedDecrement(&Master->AssociatedIrp.IrpCount);

    for (PMDL Mdl = Irp->MdlAddress; Mdl != nullptr;) {
        PMDL Next = Mdl->Next;
        IoFreeMdl(Mdl);
        Mdl = Next;
    }
    IoFreeIrp(Irp);
    if (Left == 0) {
        IofCompleteRequest(Master, PriorityBoost);
    }
}

// Copies what a buffered request brings back and lets the system buffer go.
void IopFinishBuffer(PIRP Irp)
{
    if ((Irp->Flags & IRP_BUFFERED_IO) == 0) {
        return;
    }
    if ((Irp->Flags & IRP_INPUT_OPERATION) != 0 && !NT_ERROR(Irp->IoStatus.Status)
        && Irp->IoStatus.Information != 0 && Irp->UserBuffer != nullptr
        && Irp->AssociatedIrp.SystemBuffer != nullptr) {
        NTSTATUS Status
            = ObpProbeForWrite(Irp->RequestorMode, Irp->UserBuffer, Irp->IoStatus.Information, 1);
        if (NT_SUCCESS(Status)) {
            RtlCopyMemory(
                Irp->UserBuffer, Irp->AssociatedIrp.SystemBuffer, Irp->IoStatus.Information);
        } else {
            Irp->IoStatus.Status = Status;
        }
    }
    if ((Irp->Flags & IRP_DEALLOCATE_BUFFER) != 0 && Irp->AssociatedIrp.SystemBuffer != nullptr) {
        ExFreePool(Irp->AssociatedIrp.SystemBuffer);
        Irp->AssociatedIrp.SystemBuffer = nullptr;
    }
}

} // namespace

/// Writes a caller's status block. A user thread may have freed it while its request was under way:
/// then it learns nothing, as when the real machine's write faults.
void IopWriteStatus(KPROCESSOR_MODE Mode, PIO_STATUS_BLOCK Target, const IO_STATUS_BLOCK* Source)
{
    if (NT_SUCCESS(ObpProbeForWrite(Mode, Target, sizeof(*Target), alignof(ULONG)))) {
        Target->Information = Source->Information;
        Target->Status = Source->Status;
    }
}

/// What a request has to tell its issuer. Frees the IRP and the file reference it carries.
///
/// IRQL     APC_LEVEL in the issuing thread (any context when the thread is gone)
void IopFinishIrp(PIRP Irp, PFILE_OBJECT FileObject, PETHREAD Thread)
{
    PKEVENT UserEvent = Irp->UserEvent;
    BOOLEAN SynchronousApi = (Irp->Flags & IRP_SYNCHRONOUS_API) != 0;
    BOOLEAN SynchronousFile = FileObject != nullptr && (FileObject->Flags & FO_SYNCHRONOUS_IO) != 0;
    BOOLEAN Freed = FALSE;

    IopFinishBuffer(Irp);
    for (PMDL Mdl = Irp->MdlAddress; Mdl != nullptr;) {
        PMDL Next = Mdl->Next;
        IoFreeMdl(Mdl);
        Mdl = Next;
    }
    Irp->MdlAddress = nullptr;
    NTSTATUS Status = Irp->IoStatus.Status;
    BOOLEAN Tell = !NT_ERROR(Status) || Irp->PendingReturned;
    if (Tell) {
        if (Irp->UserIosb != nullptr) {
            KPROCESSOR_MODE Mode
                = SynchronousApi ? static_cast<KPROCESSOR_MODE>(KernelMode) : Irp->RequestorMode;
            IopWriteStatus(Mode, Irp->UserIosb, &Irp->IoStatus);
        }
        if (UserEvent != nullptr) {
            KeSetEvent(UserEvent, IO_NO_INCREMENT, FALSE);
        }
        // A synchronous API on an asynchronous file waits on an event of its own; the file object
        // stays as it is.
        if (FileObject != nullptr && (UserEvent == nullptr || SynchronousFile)) {
            FileObject->FinalStatus = Status;
            KeSetEvent(&FileObject->Event, IO_NO_INCREMENT, FALSE);
        }
    }
    if (UserEvent != nullptr && FileObject != nullptr && !SynchronousApi) {
        ObDereferenceObject(UserEvent);
    }
    if (!IsListEmpty(&Irp->ThreadListEntry)) {
        IopUnqueueIrp(Irp);
    }
    PIO_APC_ROUTINE ApcRoutine = SynchronousApi || (Irp->Flags & IRP_CREATE_OPERATION) != 0
        ? nullptr
        : Irp->Overlay.AsynchronousParameters.UserApcRoutine;
    if (Tell && ApcRoutine != nullptr && Thread != nullptr && FileObject != nullptr) {
        KeInitializeApc(
            &Irp->Tail.Apc, reinterpret_cast<PRKTHREAD>(Thread), CurrentApcEnvironment, IopUserApc,
            IopUserRundown, IopUserNormal, Irp->RequestorMode,
            Irp->Overlay.AsynchronousParameters.UserApcContext);
        Freed = KeInsertQueueApc(
            &Irp->Tail.Apc, Irp->UserIosb, reinterpret_cast<PVOID>(ApcRoutine), IO_NO_INCREMENT);
    }
    if (!Freed) {
        IoFreeIrp(Irp);
    }
    if (FileObject != nullptr) {
        ObpDereference(FileObject, "IRP");
    }
}

/// Called by IofCompleteRequest when every stack location has been walked.
///
/// IRQL     <= DISPATCH_LEVEL, any thread
void IopFinalStage(PIRP Irp, CCHAR PriorityBoost)
{
    if ((Irp->Flags & IRP_ASSOCIATED_IRP) != 0) {
        IopFinishAssociated(Irp, PriorityBoost);
        return;
    }
    if (!IopIsAllocated(Irp) || (IsListEmpty(&Irp->ThreadListEntry) && Irp->UserIosb == nullptr)) {
        // Nobody of the I/O manager waits for it: its owner had to stop the completion and free it.
        IopMisuse(
            kMisuseNoCompletionRoutine, Irp, nullptr,
            "an IRP of a driver was completed without a completion routine that takes it back");
    }
    IopIrpHeader(Irp)->FinalStage = TRUE;
    if ((Irp->Flags & (IRP_PAGING_IO | IRP_CLOSE_OPERATION)) != 0) {
        PKEVENT Event = Irp->UserEvent;
        *Irp->UserIosb = Irp->IoStatus;
        if (Event != nullptr) {
            KeSetEvent(Event, PriorityBoost, FALSE);
        }
        IopUnqueueIrp(Irp);
        if ((Irp->Flags & IRP_PAGING_IO) == 0) {
            // A driver may have locked the caller's buffer (a security descriptor's); paging I/O
            // brings its own MDL along.
            for (PMDL Mdl = Irp->MdlAddress; Mdl != nullptr;) {
                PMDL Next = Mdl->Next;
                MmUnlockPages(Mdl);
                IoFreeMdl(Mdl);
                Mdl = Next;
            }
        }
        if ((Irp->Flags & IRP_PAGING_IO) != 0 && (Irp->Flags & IRP_SYNCHRONOUS_PAGING_IO) == 0
            && Irp->MdlAddress != nullptr) {
            IoFreeMdl(Irp->MdlAddress);
        }
        IoFreeIrp(Irp);
        return;
    }
    for (PMDL Mdl = Irp->MdlAddress; Mdl != nullptr; Mdl = Mdl->Next) {
        MmUnlockPages(Mdl);
    }
    if ((Irp->Flags & IRP_DEFER_IO_COMPLETION) != 0 && !Irp->PendingReturned) {
        return;
    }
    PETHREAD Thread = Irp->Tail.Overlay.Thread;
    PFILE_OBJECT FileObject = Irp->Tail.Overlay.OriginalFileObject;
    if (Thread == nullptr) {
        IopFinishIrp(Irp, FileObject, nullptr); // disowned at thread exit
        return;
    }
    if (Thread == PsGetCurrentThread() && KeGetCurrentIrql() <= APC_LEVEL) {
        KIRQL Irql;
        KeRaiseIrql(APC_LEVEL, &Irql);
        IopFinishIrp(Irp, FileObject, Thread);
        KeLowerIrql(Irql);
        return;
    }
    KeInitializeApc(
        &Irp->Tail.Apc, reinterpret_cast<PRKTHREAD>(Thread), OriginalApcEnvironment, IopFinishApc,
        IopFinishRundown, nullptr, KernelMode, nullptr);
    if (!KeInsertQueueApc(&Irp->Tail.Apc, FileObject, nullptr, PriorityBoost)) {
        IopFinishIrp(Irp, FileObject, nullptr);
    }
}
