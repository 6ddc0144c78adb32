// iocall.cpp - an IRP on its way down and up: IofCallDriver, IofCompleteRequest.
//
// The way down takes one stack location per driver. The way up visits the same locations in reverse
// and calls the completion routines stored there; STATUS_MORE_PROCESSING_REQUIRED stops it until
// the routine's owner completes the IRP again. At the top the I/O manager's own final stage takes
// over (iofinish.cpp).
//
// Each hop is a span of the trace: begun by IofCallDriver, finished when completion walks the hop's
// stack location. A driver that skips its location shares it with the one below, so up to
// kHopsPerLocation spans hang from one location; the byte addresses inside the location serve as
// their keys.
#include "engine/ntos/inc/kep.h"
#include "engine/ntos/io/iopriv.h"

namespace {

constexpr ULONG kHopsPerLocation = 16;

constinit IOP_CALL* IopCalls = nullptr; // innermost first, of all threads

const char* const kMajorNames[] = { "IRP_MJ_CREATE",
                                    "IRP_MJ_CREATE_NAMED_PIPE",
                                    "IRP_MJ_CLOSE",
                                    "IRP_MJ_READ",
                                    "IRP_MJ_WRITE",
                                    "IRP_MJ_QUERY_INFORMATION",
                                    "IRP_MJ_SET_INFORMATION",
                                    "IRP_MJ_QUERY_EA",
                                    "IRP_MJ_SET_EA",
                                    "IRP_MJ_FLUSH_BUFFERS",
                                    "IRP_MJ_QUERY_VOLUME_INFORMATION",
                                    "IRP_MJ_SET_VOLUME_INFORMATION",
                                    "IRP_MJ_DIRECTORY_CONTROL",
                                    "IRP_MJ_FILE_SYSTEM_CONTROL",
                                    "IRP_MJ_DEVICE_CONTROL",
                                    "IRP_MJ_INTERNAL_DEVICE_CONTROL",
                                    "IRP_MJ_SHUTDOWN",
                                    "IRP_MJ_LOCK_CONTROL",
                                    "IRP_MJ_CLEANUP",
                                    "IRP_MJ_CREATE_MAILSLOT",
                                    "IRP_MJ_QUERY_SECURITY",
                                    "IRP_MJ_SET_SECURITY",
                                    "IRP_MJ_POWER",
                                    "IRP_MJ_SYSTEM_CONTROL",
                                    "IRP_MJ_DEVICE_CHANGE",
                                    "IRP_MJ_QUERY_QUOTA",
                                    "IRP_MJ_SET_QUOTA",
                                    "IRP_MJ_PNP" };
static_assert(sizeof(kMajorNames) / sizeof(kMajorNames[0]) == IRP_MJ_MAXIMUM_FUNCTION + 1);

const void* IopHopKey(PIO_STACK_LOCATION IrpSp, ULONG Hop)
{
    return reinterpret_cast<const char*>(IrpSp) + Hop;
}

RDR_SPAN IopBeginHop(PDEVICE_OBJECT DeviceObject, PIRP Irp, PIO_STACK_LOCATION IrpSp)
{
    ULONG Hop = 0;

    while (Hop < kHopsPerLocation - 1 && RdrTraceSpanOf(IopHopKey(IrpSp, Hop)) != 0) {
        Hop++;
    }
    RDR_SPAN Span = RdrTraceBegin(RdrLayerIo, IopMajorName(IrpSp->MajorFunction), DeviceObject, 0);
    RdrTraceBind(IopHopKey(IrpSp, Hop), Span);
    RdrTraceBind(Irp, Span);
    RdrTraceStackLocation(Span, Irp);
    return Span;
}

void IopFinishHops(PIRP Irp, PIO_STACK_LOCATION IrpSp)
{
    ULONG Hop = 0;
    RDR_SPAN Span = 0;

    while (Hop < kHopsPerLocation && RdrTraceSpanOf(IopHopKey(IrpSp, Hop)) != 0) {
        Hop++;
    }
    while (Hop > 0) {
        Hop--;
        Span = RdrTraceSpanOf(IopHopKey(IrpSp, Hop));
        RdrTraceFinish(Span, Irp->IoStatus.Status, Irp->IoStatus.Information);
        if (Irp->PendingReturned) {
            RdrTraceStackPended(Span);
        }
        RdrTraceBind(IopHopKey(IrpSp, Hop), 0);
    }
    // The driver above owns the IRP again.
    RdrTraceBind(
        Irp, Irp->CurrentLocation <= Irp->StackCount ? RdrTraceSpanOf(IopHopKey(IrpSp + 1, 0)) : 0);
}

void IopRemoveCall(IOP_CALL* Call)
{
    IOP_CALL** Link = &IopCalls;

    while (*Link != Call) {
        Link = &(*Link)->Next;
    }
    *Link = Call->Next;
}

// What a dispatch routine returned, against what happened to its IRP while it ran.
void IopCheckReturn(PDEVICE_OBJECT DeviceObject, IOP_CALL* Call, NTSTATUS Status)
{
    if (Status == STATUS_PENDING) {
        // After completion the IRP may be gone: then only what completion saw counts. Before it, a
        // driver that passed the IRP down need not have marked it: completion will carry the mark
        // up.
        BOOLEAN Marked = Call->Completed
            ? Call->PendingReturned
            : Call->Irp->Tail.Overlay.CurrentStackLocation != Call->IrpSp
                || (Call->IrpSp->Control & SL_PENDING_RETURNED) != 0;
        if (!Marked) {
            IopMisuse(
                kMisusePendingStatus, DeviceObject, Call->Irp,
                "a dispatch routine returned STATUS_PENDING without IoMarkIrpPending");
        }
    } else if (!Call->Completed) {
        IopMisuse(
            kMisuseBadStatus, DeviceObject, Call->Irp,
            "a dispatch routine returned a final status, but nobody completed the IRP");
    } else if (Call->PendingReturned) {
        IopMisuse(
            kMisusePendingStatus, DeviceObject, Call->Irp,
            "a dispatch routine marked the IRP pending, but did not return STATUS_PENDING");
    }
}

} // namespace

const char* IopMajorName(UCHAR MajorFunction)
{
    return MajorFunction <= IRP_MJ_MAXIMUM_FUNCTION ? kMajorNames[MajorFunction] : "IRP_MJ_?";
}

/// Stops the machine: a driver broke a rule of the I/O manager. The text goes to the trace and to
/// the report.
void IopMisuse(ULONG Code, PVOID Parameter2, PVOID Parameter3, const char* What)
{
    RdrTraceText(RdrLayerIo, RdrEventError, "I/O manager", Parameter3, What);
    KiBugCheckNote(
        What, DRIVER_VERIFIER_IOMANAGER_VIOLATION, Code, reinterpret_cast<ULONG_PTR>(Parameter2),
        reinterpret_cast<ULONG_PTR>(Parameter3), 0);
}

void IopInitCalls()
{
    IopCalls = nullptr;
}

extern "C" {

/// Sends an IRP to the driver of DeviceObject.
///
/// IRQL     <= DISPATCH_LEVEL
/// Errors   what the dispatch routine returns; STATUS_PENDING: the IRP is no longer the caller's
/// Source   windows-driver-docs: wdm/iocalldriver; bug checks 0x35 and 0xC9
NTSTATUS NTAPI IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    if (Irp->Type != IO_TYPE_IRP) {
        KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, reinterpret_cast<ULONG_PTR>(Irp), 0, 0, 0);
    }
    if (--Irp->CurrentLocation <= 0) {
        KeBugCheckEx(NO_MORE_IRP_STACK_LOCATIONS, reinterpret_cast<ULONG_PTR>(Irp), 0, 0, 0);
    }
    if (Irp->CancelRoutine != nullptr) {
        IopMisuse(
            kMisusePassedDownCancelable, DeviceObject, Irp,
            "an IRP was passed down with its cancel routine set");
    }
    PIO_STACK_LOCATION IrpSp = --Irp->Tail.Overlay.CurrentStackLocation;
    IrpSp->DeviceObject = DeviceObject;
    if (IrpSp->MajorFunction > IRP_MJ_MAXIMUM_FUNCTION) {
        IopMisuse(kMisuseBadStatus, DeviceObject, Irp, "IoCallDriver: no such major function");
    }
    KIRQL Irql = KeGetCurrentIrql();
    RDR_SPAN Span = RdrTraceActive() ? IopBeginHop(DeviceObject, Irp, IrpSp) : 0;
    IOP_CALL Call { IopCalls, Irp, IrpSp, FALSE, FALSE };
    IopCalls = &Call;
    KiSchedulePoint();
    NTSTATUS Status
        = DeviceObject->DriverObject->MajorFunction[IrpSp->MajorFunction](DeviceObject, Irp);
    IopRemoveCall(&Call);
    if (Span != 0) {
        RdrTraceLeave(Span);
        // Before completion the location is still there, and usually marked by now.
        if (!Call.Completed && (IrpSp->Control & SL_PENDING_RETURNED) != 0) {
            RdrTraceStackPended(Span);
        }
    }
    if (KeGetCurrentIrql() != Irql) {
        IopMisuse(
            kMisuseIrqlChanged, DeviceObject, Irp,
            "a dispatch routine returned at another IRQL than it was called");
    }
    IopCheckReturn(DeviceObject, &Call, Status);
    return Status;
}

/// Gives an IRP back up its stack of drivers.
///
/// IRQL     <= DISPATCH_LEVEL, no spin lock held
/// Source   windows-driver-docs: wdm/iocompleterequest; bug checks 0x44 and 0xC9
VOID NTAPI IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
    if (Irp->Type != IO_TYPE_IRP || Irp->CurrentLocation > Irp->StackCount + 1
        || (IopIsAllocated(Irp) && IopIrpHeader(Irp)->FinalStage)) {
        KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, reinterpret_cast<ULONG_PTR>(Irp), 0, 0, 0);
    }
    if (Irp->CancelRoutine != nullptr) {
        IopMisuse(
            kMisuseCancelRoutineSet, Irp, nullptr,
            "an IRP was completed with its cancel routine set");
    }
    if (Irp->IoStatus.Status == STATUS_PENDING
        || Irp->IoStatus.Status == static_cast<NTSTATUS>(-1)) {
        IopMisuse(
            kMisuseCompletedPending, Irp, nullptr, "an IRP was completed with STATUS_PENDING");
    }
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        IopMisuse(kMisuseCompletedHigh, Irp, nullptr, "an IRP was completed above DISPATCH_LEVEL");
    }
    KiSchedulePoint();
    while (Irp->CurrentLocation <= Irp->StackCount) {
        PIO_STACK_LOCATION IrpSp = Irp->Tail.Overlay.CurrentStackLocation;
        UCHAR Control = IrpSp->Control;

        Irp->PendingReturned = (Control & SL_PENDING_RETURNED) != 0;
        Irp->CurrentLocation++;
        Irp->Tail.Overlay.CurrentStackLocation++;
        for (IOP_CALL* Call = IopCalls; Call != nullptr; Call = Call->Next) {
            if (Call->Irp == Irp && Call->IrpSp == IrpSp) {
                Call->Completed = TRUE;
                Call->PendingReturned = Irp->PendingReturned;
            }
        }
        if (RdrTraceActive()) {
            IopFinishHops(Irp, IrpSp);
        }
        BOOLEAN Invoke = (NT_SUCCESS(Irp->IoStatus.Status) && (Control & SL_INVOKE_ON_SUCCESS) != 0)
            || (!NT_SUCCESS(Irp->IoStatus.Status) && (Control & SL_INVOKE_ON_ERROR) != 0)
            || (Irp->Cancel && (Control & SL_INVOKE_ON_CANCEL) != 0);
        // The routine was stored in the location of the driver below by the driver above, or by the
        // issuer of the IRP.
        PIO_COMPLETION_ROUTINE Routine = IrpSp->CompletionRoutine;
        PVOID Context = IrpSp->Context;
        IrpSp->Control = 0;
        IrpSp->CompletionRoutine = nullptr;
        if (Invoke && Routine != nullptr) {
            PDEVICE_OBJECT DeviceObject = Irp->CurrentLocation <= Irp->StackCount
                ? Irp->Tail.Overlay.CurrentStackLocation->DeviceObject
                : nullptr;
            KIRQL Irql = KeGetCurrentIrql();
            NTSTATUS Status = Routine(DeviceObject, Irp, Context);
            if (KeGetCurrentIrql() != Irql) {
                IopMisuse(
                    kMisuseIrqlChanged, DeviceObject, Irp,
                    "a completion routine returned at another IRQL than it was called");
            }
            if (Status == STATUS_MORE_PROCESSING_REQUIRED) {
                return;
            }
        } else if (Irp->PendingReturned && Irp->CurrentLocation <= Irp->StackCount) {
            Irp->Tail.Overlay.CurrentStackLocation->Control |= SL_PENDING_RETURNED;
        }
    }
    IopFinalStage(Irp, PriorityBoost);
}

/// Source   windows-driver-docs: wdm/ioforwardirpsynchronously
static NTSTATUS NTAPI IopForwardCompletion(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (Irp->PendingReturned) {
        KeSetEvent(static_cast<PKEVENT>(Context), IO_NO_INCREMENT, FALSE);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

BOOLEAN NTAPI IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KEVENT Event;

    if (Irp->CurrentLocation <= 1) {
        return FALSE;
    }
    IoCopyCurrentIrpStackLocationToNext(Irp);
    KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
    IoSetCompletionRoutine(Irp, IopForwardCompletion, &Event, TRUE, TRUE, TRUE);
    if (IofCallDriver(DeviceObject, Irp) == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Suspended, KernelMode, FALSE, nullptr);
    }
    return TRUE;
}

NTSTATUS NTAPI IoSetCompletionRoutineEx(
    PDEVICE_OBJECT DeviceObject,
    PIRP Irp,
    PIO_COMPLETION_ROUTINE CompletionRoutine,
    PVOID Context,
    BOOLEAN InvokeOnSuccess,
    BOOLEAN InvokeOnError,
    BOOLEAN InvokeOnCancel)
{
    // Protects against an unload while the routine runs; modules of the emulator stay mapped until
    // their IRPs are back.
    UNREFERENCED_PARAMETER(DeviceObject);
    IoSetCompletionRoutine(
        Irp, CompletionRoutine, Context, InvokeOnSuccess, InvokeOnError, InvokeOnCancel);
    return STATUS_SUCCESS;
}

} // extern "C"
