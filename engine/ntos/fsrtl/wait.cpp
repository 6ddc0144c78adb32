// wait.cpp - waits that the cancellation of an IRP ends, and work moved off a full stack.
#include <ntifs.h>

extern "C" {

/// Waits for objects; gives up when the IRP is cancelled.
///
/// differs: the real routine is woken by the cancellation; this one looks every ten milliseconds of
/// virtual time, which costs nothing while the machine is otherwise idle.
///
/// IRQL     <= APC_LEVEL
/// Errors   STATUS_CANCELLED, STATUS_TIMEOUT
NTSTATUS NTAPI FsRtlCancellableWaitForMultipleObjects(
    ULONG Count,
    PVOID ObjectArray[],
    WAIT_TYPE WaitType,
    PLARGE_INTEGER Timeout,
    PKWAIT_BLOCK WaitBlockArray,
    PIRP Irp)
{
    constexpr LONGLONG kLook = 10 * 10000;
    LARGE_INTEGER Now;
    KeQuerySystemTime(&Now);
    const LONGLONG Deadline = Timeout == nullptr ? MAXLONGLONG
        : Timeout->QuadPart > 0                  ? Timeout->QuadPart
                                                 : Now.QuadPart - Timeout->QuadPart;
    for (;;) {
        if (Irp != nullptr && Irp->Cancel) {
            return STATUS_CANCELLED;
        }
        LARGE_INTEGER Until;
        Until.QuadPart = Deadline;
        if (Irp != nullptr && Deadline - Now.QuadPart > kLook) {
            Until.QuadPart = Now.QuadPart + kLook;
        }
        PLARGE_INTEGER Limit = Until.QuadPart == MAXLONGLONG ? nullptr : &Until;
        const NTSTATUS Status = Count == 1
            ? KeWaitForSingleObject(ObjectArray[0], Executive, KernelMode, FALSE, Limit)
            : KeWaitForMultipleObjects(
                Count, ObjectArray, WaitType, Executive, KernelMode, FALSE, Limit, WaitBlockArray);
        if (Status != STATUS_TIMEOUT) {
            return Status;
        }
        KeQuerySystemTime(&Now);
        if (Now.QuadPart >= Deadline) {
            return Irp != nullptr && Irp->Cancel ? STATUS_CANCELLED : STATUS_TIMEOUT;
        }
    }
}

NTSTATUS NTAPI FsRtlCancellableWaitForSingleObject(PVOID Object, PLARGE_INTEGER Timeout, PIRP Irp)
{
    return FsRtlCancellableWaitForMultipleObjects(1, &Object, WaitAny, Timeout, nullptr, Irp);
}

namespace {

struct OverflowItem
{
    WORK_QUEUE_ITEM Work;
    PFSRTL_STACK_OVERFLOW_ROUTINE Routine;
    PVOID Context;
    PKEVENT Event;
};

VOID NTAPI RunOverflow(PVOID Parameter)
{
    const OverflowItem Item = *static_cast<OverflowItem*>(Parameter);
    ExFreePoolWithTag(Parameter, 'voSF');
    Item.Routine(Item.Context, Item.Event);
}

} // namespace

/// Runs a routine on a worker's fresh stack. The routine sets the event.
VOID NTAPI FsRtlPostStackOverflow(
    PVOID Context, PKEVENT Event, PFSRTL_STACK_OVERFLOW_ROUTINE StackOverflowRoutine)
{
    auto Item = static_cast<OverflowItem*>(
        FsRtlAllocatePoolWithTag(NonPagedPool, sizeof(OverflowItem), 'voSF'));
    Item->Routine = StackOverflowRoutine;
    Item->Context = Context;
    Item->Event = Event;
    ExInitializeWorkItem(&Item->Work, RunOverflow, Item);
    ExQueueWorkItem(&Item->Work, CriticalWorkQueue);
}

VOID NTAPI FsRtlPostPagingFileStackOverflow(
    PVOID Context, PKEVENT Event, PFSRTL_STACK_OVERFLOW_ROUTINE StackOverflowRoutine)
{
    FsRtlPostStackOverflow(Context, Event, StackOverflowRoutine);
}

} // extern "C"
