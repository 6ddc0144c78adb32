// wait.cpp - waits: how a thread sleeps on dispatcher objects and how they wake it.
//
// A wait links one KWAIT_BLOCK per object into the object's WaitListHead and blocks. Whoever
// signals an object walks that list from its head and hands the object to the first thread whose
// wait it satisfies: the thread wakes with its status already decided and never competes again, so
// waiters are served in the order they came.
//
//                      KiWaitTest (object signalled), status = index
//      waiting ────────KiUnwait (timer: STATUS_TIMEOUT, alert, user APC) ───► ready with WaitStatus
//                      kernel APC: STATUS_KERNEL_APC, which delivers it and waits again until the
//                      same deadline
#include "engine/ntos/inc/kep.h"
#include "engine/ntos/inc/psp.h"

#include <rdrtrace.h>

namespace {

BOOLEAN KipIsSignalled(PDISPATCHER_HEADER Object, PKTHREAD Thread)
{
    if (Object->Type == KiObjectMutant) {
        return Object->SignalState > 0 || reinterpret_cast<PKMUTANT>(Object)->OwnerThread == Thread;
    }
    return Object->SignalState > 0;
}

// Takes the object for the thread. Returns STATUS_ABANDONED for a mutant whose owner ended without
// release.
NTSTATUS KipTake(PDISPATCHER_HEADER Object, PKTHREAD Thread)
{
    switch (Object->Type) {
    case KiObjectSynchronizationEvent:
    case KiObjectSynchronizationTimer:
        Object->SignalState = 0;
        break;
    case KiObjectSemaphore:
        Object->SignalState -= 1;
        break;
    case KiObjectMutant: {
        PKMUTANT Mutant = reinterpret_cast<PKMUTANT>(Object);
        Object->SignalState -= 1;
        if (Object->SignalState == 0) {
            Mutant->OwnerThread = Thread;
            Thread->KernelApcDisable
                = static_cast<SHORT>(Thread->KernelApcDisable - Mutant->ApcDisable);
            InsertHeadList(&Thread->MutantListHead, &Mutant->MutantListEntry);
            if (Mutant->Abandoned) {
                Mutant->Abandoned = FALSE;
                return STATUS_ABANDONED;
            }
        }
        break;
    }
    default:
        break;
    }
    return STATUS_SUCCESS;
}

void KipUnlink(PKTHREAD Thread)
{
    for (ULONG Index = 0; Index < Thread->WaitCount; ++Index) {
        RemoveEntryList(&Thread->WaitBlocks[Index].WaitListEntry);
    }
    Thread->WaitCount = 0;
    if (Thread->WaitTimer != nullptr) {
        KiCancelBridgeTimer(Thread->WaitTimer);
        Thread->WaitTimer = nullptr;
    }
}

void KipTimeout(PVOID Context)
{
    PKTHREAD Thread = static_cast<PKTHREAD>(Context);
    Thread->WaitTimer = nullptr;
    KiUnwait(Thread, STATUS_TIMEOUT);
}

// Tries to satisfy a wait without sleeping. KI_WAITING when it cannot be.
NTSTATUS KipTryWait(PKTHREAD Thread, ULONG Count, PVOID* Object, WAIT_TYPE WaitType)
{
    if (WaitType == WaitAny) {
        for (ULONG Index = 0; Index < Count; ++Index) {
            auto* Header = static_cast<PDISPATCHER_HEADER>(Object[Index]);
            if (KipIsSignalled(Header, Thread)) {
                const NTSTATUS Status = KipTake(Header, Thread);
                return (Status == STATUS_ABANDONED ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0)
                    + static_cast<LONG>(Index);
            }
        }
        return KI_WAITING;
    }
    for (ULONG Index = 0; Index < Count; ++Index) {
        if (!KipIsSignalled(static_cast<PDISPATCHER_HEADER>(Object[Index]), Thread)) {
            return KI_WAITING;
        }
    }
    NTSTATUS Result = STATUS_SUCCESS;
    for (ULONG Index = 0; Index < Count; ++Index) {
        if (KipTake(static_cast<PDISPATCHER_HEADER>(Object[Index]), Thread) == STATUS_ABANDONED) {
            Result = STATUS_ABANDONED;
        }
    }
    return Result;
}

// User APCs and alerts end an alertable wait before it begins. KI_WAITING when there is neither.
NTSTATUS KipTestAlert(PKTHREAD Thread, KPROCESSOR_MODE WaitMode, BOOLEAN Alertable)
{
    if (!Alertable) {
        return KI_WAITING;
    }
    if (Thread->Alerted) {
        Thread->Alerted = FALSE;
        return STATUS_ALERTED;
    }
    if (WaitMode == UserMode && !IsListEmpty(&Thread->ApcState.ApcListHead[UserMode])) {
        return STATUS_USER_APC;
    }
    return KI_WAITING;
}

const char* KipWaitName(ULONG Count, WAIT_TYPE WaitType)
{
    return Count == 0         ? "a delay"
        : Count == 1          ? "for"
        : WaitType == WaitAll ? "for all of several objects, first"
                              : "for any of several objects, first";
}

ULONG KipThreadNumber(PKTHREAD Thread)
{
    return Thread == nullptr || Thread->SchedThread == nullptr
        ? 0
        : PspThreadNumber(CONTAINING_RECORD(Thread, struct _ETHREAD, Tcb));
}

// Fills in what KiWaitFor did not say.
void KipDescribeWait(PKTHREAD Thread, ULONG Count, PVOID* Object)
{
    if (Thread->WaitWhat != nullptr) {
        return;
    }
    if (Count != 1) {
        Thread->WaitWhat = Count == 0 ? "a delay" : "several objects";
        Thread->WaitLock = Count == 0 ? nullptr : Object[0];
        return;
    }
    Thread->WaitLock = Object[0];
    switch (static_cast<PDISPATCHER_HEADER>(Object[0])->Type) {
    case KiObjectMutant:
        Thread->WaitWhat = "KMUTANT";
        Thread->WaitOwner = static_cast<PKMUTANT>(Object[0])->OwnerThread;
        break;
    case KiObjectProcess:
        Thread->WaitWhat = "the end of a process";
        break;
    case KiObjectQueue:
        Thread->WaitWhat = "KQUEUE";
        break;
    case KiObjectSemaphore:
        Thread->WaitWhat = "KSEMAPHORE";
        break;
    case KiObjectThread:
        Thread->WaitWhat = "the end of a thread";
        Thread->WaitOwner = static_cast<PKTHREAD>(Object[0]);
        break;
    case KiObjectNotificationTimer:
    case KiObjectSynchronizationTimer:
        Thread->WaitWhat = "KTIMER";
        break;
    default:
        Thread->WaitWhat = "KEVENT";
        break;
    }
}

// Blocks until KiUnwait; the wait blocks are linked.
void KipSleep(PKTHREAD Thread, ULONG Count, PVOID* Object, WAIT_TYPE WaitType, BOOLEAN Timed)
{
    KipDescribeWait(Thread, Count, Object);
    Thread->WaitEnder = 0;
    if (RdrTraceActive()) {
        RdrTraceEvent(
            RdrLayerKernel, RdrEventWait, Thread->WaitWhat, Thread->WaitLock,
            Timed ? STATUS_TIMEOUT : STATUS_SUCCESS, KipThreadNumber(Thread->WaitOwner));
    }
    while (Thread->WaitStatus == KI_WAITING) {
        KiBlock(KipWaitName(Count, WaitType), Count == 0 ? nullptr : Object[0], Timed);
    }
    if (RdrTraceActive()) {
        RdrTraceEvent(
            RdrLayerKernel, RdrEventWake, Thread->WaitWhat, Thread->WaitLock, Thread->WaitStatus,
            Thread->WaitEnder);
    }
}

NTSTATUS KipWait(
    ULONG Count,
    PVOID* Object,
    WAIT_TYPE WaitType,
    KPROCESSOR_MODE WaitMode,
    BOOLEAN Alertable,
    PLARGE_INTEGER Timeout,
    PKWAIT_BLOCK WaitBlocks,
    const char* Routine)
{
    PKTHREAD Thread = KiCurrentThread();
    const BOOLEAN NoWait = Timeout != nullptr && Timeout->QuadPart == 0 && Count != 0;
    const ULONGLONG Deadline
        = Timeout != nullptr && !NoWait ? KiDeadlineNs(Timeout->QuadPart) : ~0ull;

    const char* What = Thread->WaitWhat;
    PVOID Lock = Thread->WaitLock;
    PKTHREAD Owner = Thread->WaitOwner;
    KiWaitFor(nullptr, nullptr, nullptr);

    KiRequireIrql(NoWait ? DISPATCH_LEVEL : APC_LEVEL, Routine);
    for (;;) {
        NTSTATUS Status = Count == 0 ? KI_WAITING : KipTryWait(Thread, Count, Object, WaitType);
        if (Status != KI_WAITING) {
            return Status;
        }
        if (NoWait) {
            return STATUS_TIMEOUT;
        }
        if (KiInInterrupt() || Thread->SchedThread == nullptr) {
            KiBugCheckNote(
                "a wait where no thread can sleep", ATTEMPTED_SWITCH_FROM_DPC, 0, 0, 0, 0);
        }
        Status = KipTestAlert(Thread, WaitMode, Alertable);
        if (Status == KI_WAITING) {
            for (ULONG Index = 0; Index < Count; ++Index) {
                PKWAIT_BLOCK Block = &WaitBlocks[Index];
                Block->Thread = Thread;
                Block->Object = Object[Index];
                Block->WaitKey = static_cast<USHORT>(Index);
                Block->WaitType = static_cast<UCHAR>(WaitType);
                Block->NextWaitBlock = &WaitBlocks[(Index + 1) % Count];
                InsertTailList(
                    &static_cast<PDISPATCHER_HEADER>(Object[Index])->WaitListHead,
                    &Block->WaitListEntry);
            }
            Thread->WaitBlocks = WaitBlocks;
            Thread->WaitCount = Count;
            Thread->WaitType = WaitType;
            Thread->WaitMode = WaitMode;
            Thread->Alertable = Alertable;
            Thread->WaitStatus = KI_WAITING;
            Thread->WaitTimer
                = Timeout == nullptr ? nullptr : KiSetBridgeTimer(Deadline, KipTimeout, Thread);
            // An APC between two sleeps of this wait may have waited itself.
            KiWaitFor(What, Lock, Owner);
            KipSleep(Thread, Count, Object, WaitType, Timeout != nullptr);
            KiWaitFor(nullptr, nullptr, nullptr);
            Status = Thread->WaitStatus;
        }
        if (Status == STATUS_KERNEL_APC) {
            KiDeliverKernelApcs();
            continue;
        }
        if (Status == STATUS_USER_APC) {
            KiDeliverUserApcs();
        }
        KiDeliverKernelApcs();
        return Status;
    }
}

} // namespace

extern "C" {

void KiWaitFor(const char* What, PVOID Lock, PKTHREAD Owner)
{
    PKTHREAD Thread = KiCurrentThread();
    Thread->WaitWhat = What;
    Thread->WaitLock = Lock;
    Thread->WaitOwner = Owner;
}

BOOLEAN KiUnwait(PKTHREAD Thread, NTSTATUS Status)
{
    if (Thread->WaitStatus != KI_WAITING) {
        return FALSE;
    }
    KipUnlink(Thread);
    if (RdrTraceActive()) {
        Thread->WaitEnder = KiInInterrupt() ? 0 : KipThreadNumber(KiCurrentThread());
        RdrTraceEvent(
            RdrLayerKernel, RdrEventSignal, Thread->WaitWhat, Thread->WaitLock, Status,
            KipThreadNumber(Thread));
    }
    Thread->WaitStatus = Status;
    KiWake(Thread);
    return TRUE;
}

void KiWaitTest(PDISPATCHER_HEADER Object)
{
    PLIST_ENTRY Link = Object->WaitListHead.Flink;

    while (Link != &Object->WaitListHead) {
        PKWAIT_BLOCK Block = CONTAINING_RECORD(Link, KWAIT_BLOCK, WaitListEntry);
        PKTHREAD Thread = Block->Thread;

        Link = Link->Flink;
        if (!KipIsSignalled(Object, Thread)) {
            // Nobody behind this one gets it either, except the owner of a mutant, who does not
            // wait for it.
            return;
        }
        if (Thread->WaitType == WaitAny) {
            const NTSTATUS Status = KipTake(Object, Thread);
            KiUnwait(
                Thread,
                (Status == STATUS_ABANDONED ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0)
                    + static_cast<LONG>(Block->WaitKey));
            // The thread may have waited on this object twice: start over.
            Link = Object->WaitListHead.Flink;
            continue;
        }
        PVOID Objects[MAXIMUM_WAIT_OBJECTS];
        const ULONG Count = Thread->WaitCount;
        for (ULONG Index = 0; Index < Count; ++Index) {
            Objects[Index] = Thread->WaitBlocks[Index].Object;
        }
        const NTSTATUS Status = KipTryWait(Thread, Count, Objects, WaitAll);
        if (Status != KI_WAITING) {
            KiUnwait(Thread, Status);
            Link = Object->WaitListHead.Flink;
        }
    }
}

/// IRQL     <= APC_LEVEL, <= DISPATCH_LEVEL with a timeout of zero
NTSTATUS NTAPI KeWaitForSingleObject(
    PVOID Object,
    KWAIT_REASON WaitReason,
    KPROCESSOR_MODE WaitMode,
    BOOLEAN Alertable,
    PLARGE_INTEGER Timeout)
{
    UNREFERENCED_PARAMETER(WaitReason);
    PVOID Objects[1] = { Object };
    KWAIT_BLOCK Block;
    return KipWait(
        1, Objects, WaitAny, WaitMode, Alertable, Timeout, &Block, "KeWaitForSingleObject");
}

/// IRQL     <= APC_LEVEL, <= DISPATCH_LEVEL with a timeout of zero
/// Errors   bug check MAXIMUM_WAIT_OBJECTS_EXCEEDED: more than THREAD_WAIT_OBJECTS without an
/// array, more than 64 with one
NTSTATUS NTAPI KeWaitForMultipleObjects(
    ULONG Count,
    PVOID Object[],
    WAIT_TYPE WaitType,
    KWAIT_REASON WaitReason,
    KPROCESSOR_MODE WaitMode,
    BOOLEAN Alertable,
    PLARGE_INTEGER Timeout,
    PKWAIT_BLOCK WaitBlockArray)
{
    UNREFERENCED_PARAMETER(WaitReason);
    if (Count == 0
        || Count > (WaitBlockArray == nullptr ? THREAD_WAIT_OBJECTS : MAXIMUM_WAIT_OBJECTS)) {
        KeBugCheckEx(MAXIMUM_WAIT_OBJECTS_EXCEEDED, Count, 0, 0, 0);
    }
    return KipWait(
        Count, Object, WaitType, WaitMode, Alertable, Timeout,
        WaitBlockArray == nullptr ? KiCurrentThread()->WaitBlock : WaitBlockArray,
        "KeWaitForMultipleObjects");
}

/// IRQL     <= APC_LEVEL
NTSTATUS NTAPI
KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Interval)
{
    if (Interval->QuadPart == 0) {
        // The documented way to give up the rest of one's time slice.
        KiRequireIrql(APC_LEVEL, "KeDelayExecutionThread");
        KiYield();
        return STATUS_SUCCESS;
    }
    const NTSTATUS Status = KipWait(
        0, nullptr, WaitAny, WaitMode, Alertable, Interval, nullptr, "KeDelayExecutionThread");
    return Status == STATUS_TIMEOUT ? STATUS_SUCCESS : Status;
}

} // extern "C"
