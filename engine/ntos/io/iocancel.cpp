// iocancel.cpp - asking drivers to give IRPs back early: IoCancelIrp, CancelIo, thread exit.
//
// One spin lock guards the Cancel flag and cancel routine of every IRP. IoCancelIrp takes it, sets
// the flag, takes the routine out and calls it with the lock held; the routine releases the lock
// (Irp->CancelIrql) before it completes the IRP.
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/io/iopriv.h"

namespace {

// Guards Cancel and CancelRoutine of all IRPs. Holder may not wait. Rank: innermost of the I/O
// manager.
constinit KSPIN_LOCK IopCancelLock = 0;

constexpr LONGLONG kCancelPollTicks = -10LL * 1000 * 10; // 10 ms, relative, in 100 ns ticks
constexpr ULONG kCancelPolls = 5 * 60 * 100; // five minutes of them. Source: facts IO-8

void IopPause()
{
    LARGE_INTEGER Interval;

    Interval.QuadPart = kCancelPollTicks;
    KeDelayExecutionThread(KernelMode, FALSE, &Interval);
}

// Cancels what matches and waits until all of it is completed. Returns how many were cancelled.
ULONG IopCancelMatching(PFILE_OBJECT FileObject, PIO_STATUS_BLOCK UserIosb, PETHREAD Thread)
{
    ULONG Cancelled = 0;

    for (ULONG Poll = 0; Poll < kCancelPolls; Poll++) {
        // Cancelling one IRP may complete others, so each search starts over.
        while (PIRP Irp = IopFindIrp(FileObject, UserIosb, Thread, TRUE)) {
            IoCancelIrp(Irp);
            Cancelled++;
        }
        if (IopFindIrp(FileObject, UserIosb, Thread, FALSE) == nullptr) {
            break;
        }
        IopPause();
    }
    return Cancelled;
}

NTSTATUS IopCancelIo(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    PIO_STATUS_BLOCK UserIosb,
    PIO_STATUS_BLOCK IoStatusBlock,
    BOOLEAN AnyThread)
{
    PVOID FileObject = nullptr;
    NTSTATUS Status
        = ObpProbeForWrite(Mode, IoStatusBlock, sizeof(IO_STATUS_BLOCK), alignof(ULONG));

    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(
            FileHandle, 0, IopFileObjectType, Mode, &FileObject, nullptr);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    ULONG Cancelled = IopCancelMatching(
        static_cast<PFILE_OBJECT>(FileObject), UserIosb,
        AnyThread ? nullptr : PsGetCurrentThread());
    // Source: CancelIoEx reports ERROR_NOT_FOUND when no request matched; CancelIo succeeds with
    // nothing to do.
    Status = AnyThread && Cancelled == 0 ? STATUS_NOT_FOUND : STATUS_SUCCESS;
    IoStatusBlock->Status = Status;
    IoStatusBlock->Information = 0;
    ObfDereferenceObject(FileObject);
    return Status;
}

} // namespace

void IopInitCancel()
{
    KeInitializeSpinLock(&IopCancelLock);
}

void IoCancelThreadIo(PETHREAD Thread)
{
    PLIST_ENTRY List = &Thread->IrpList;

    PAGED_CODE();
    for (ULONG Poll = 0; !IsListEmpty(List) && Poll < kCancelPolls; Poll++) {
        BOOLEAN Found = TRUE;
        while (Found) {
            Found = FALSE;
            for (PLIST_ENTRY Link = List->Flink; Link != List; Link = Link->Flink) {
                PIRP Irp = CONTAINING_RECORD(Link, IRP, ThreadListEntry);
                if (!Irp->Cancel && !(IopIsAllocated(Irp) && IopIrpHeader(Irp)->FinalStage)) {
                    IoCancelIrp(Irp);
                    Found = TRUE;
                    break;
                }
            }
        }
        if (!IsListEmpty(List)) {
            IopPause();
        }
    }
    while (!IsListEmpty(List)) {
        PIRP Irp = CONTAINING_RECORD(List->Flink, IRP, ThreadListEntry);
        RdrTraceText(
            RdrLayerIo, RdrEventError, "IoCancelThreadIo", Irp,
            "not completed five minutes after its cancellation: disowned");
        DbgPrint("I/O manager: an IRP was not completed five minutes after its cancellation\n");
        // The completion will free it; nobody waits for its result any more.
        IopUnqueueIrp(Irp);
        Irp->Tail.Overlay.Thread = nullptr;
        Irp->UserIosb = nullptr;
        Irp->UserBuffer = nullptr;
        Irp->Overlay.AsynchronousParameters.UserApcRoutine = nullptr;
    }
}

extern "C" {

VOID NTAPI IoAcquireCancelSpinLock(PKIRQL Irql)
{
    KeAcquireSpinLock(&IopCancelLock, Irql);
}

VOID NTAPI IoReleaseCancelSpinLock(KIRQL Irql)
{
    KeReleaseSpinLock(&IopCancelLock, Irql);
}

/// Source   windows-driver-docs: wdm/iocancelirp; bug check 0x48
BOOLEAN NTAPI IoCancelIrp(PIRP Irp)
{
    KIRQL Irql;

    if (Irp->Type != IO_TYPE_IRP) {
        KeBugCheckEx(CANCEL_STATE_IN_COMPLETED_IRP, reinterpret_cast<ULONG_PTR>(Irp), 0, 0, 0);
    }
    RdrTraceEvent(RdrLayerIo, RdrEventCancel, "IoCancelIrp", Irp, STATUS_SUCCESS, 0);
    IoAcquireCancelSpinLock(&Irql);
    Irp->Cancel = TRUE;
    PDRIVER_CANCEL Routine = IoSetCancelRoutine(Irp, nullptr);
    if (Routine == nullptr) {
        IoReleaseCancelSpinLock(Irql);
        return FALSE;
    }
    if (Irp->CurrentLocation > Irp->StackCount + 1) {
        KeBugCheckEx(
            CANCEL_STATE_IN_COMPLETED_IRP, reinterpret_cast<ULONG_PTR>(Irp),
            reinterpret_cast<ULONG_PTR>(Routine), 0, 0);
    }
    Irp->CancelIrql = Irql;
    PDEVICE_OBJECT DeviceObject = Irp->CurrentLocation <= Irp->StackCount
        ? IoGetCurrentIrpStackLocation(Irp)->DeviceObject
        : nullptr;
    Routine(DeviceObject, Irp);
    return TRUE;
}

NTSTATUS NTAPI NtCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    NT_SYSTEM_CALL(CancelIoFile);
    return Call.Leave(IopCancelIo(Call.Mode(), FileHandle, nullptr, IoStatusBlock, FALSE));
}

NTSTATUS NTAPI ZwCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    ZwScope Scope;
    return NtCancelIoFile(FileHandle, IoStatusBlock);
}

NTSTATUS NTAPI NtCancelIoFileEx(
    HANDLE FileHandle, PIO_STATUS_BLOCK IoRequestToCancel, PIO_STATUS_BLOCK IoStatusBlock)
{
    NT_SYSTEM_CALL(CancelIoFileEx);
    return Call.Leave(IopCancelIo(Call.Mode(), FileHandle, IoRequestToCancel, IoStatusBlock, TRUE));
}

} // extern "C"
