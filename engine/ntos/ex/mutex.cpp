// mutex.cpp - fast mutexes and guarded mutexes.
//
// Count is 1 when free, 0 when owned, and goes below zero by one for each waiter; a release with
// waiters hands the mutex to the first of them through the event, so it is never free in between.
#include "engine/ntos/inc/kep.h"

namespace {

void ExpTakeOrWait(volatile LONG* Count, PKTHREAD* Owner, ULONG* Contention, PVOID Object)
{
    PKTHREAD Thread = KiCurrentThread();
    NT_ASSERT(*Owner != Thread); // acquired twice: it would wait for itself
    *Count = *Count - 1;
    if (*Count < 0) {
        *Contention += 1;
        KiWaitFor("FAST_MUTEX", Object, *Owner);
        KeWaitForSingleObject(Object, WrFastMutex, KernelMode, FALSE, nullptr);
    }
    *Owner = Thread;
}

void ExpGive(volatile LONG* Count, PKTHREAD* Owner, PDISPATCHER_HEADER Object)
{
    NT_ASSERT(*Owner == KiCurrentThread()); // released by who does not own it
    *Owner = nullptr;
    *Count = *Count + 1;
    if (*Count <= 0) {
        KeSetEvent(reinterpret_cast<PRKEVENT>(Object), 0, TRUE);
    }
}

} // namespace

extern "C" {

/// IRQL     <= APC_LEVEL; the holder runs at APC_LEVEL
VOID NTAPI ExAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KiRequireIrql(APC_LEVEL, "ExAcquireFastMutex");
    KiSchedulePoint();
    const KIRQL Old = KfRaiseIrql(APC_LEVEL);
    ExpTakeOrWait(&FastMutex->Count, &FastMutex->Owner, &FastMutex->Contention, &FastMutex->Event);
    FastMutex->OldIrql = Old;
}

VOID NTAPI ExReleaseFastMutex(PFAST_MUTEX FastMutex)
{
    const KIRQL Old = static_cast<KIRQL>(FastMutex->OldIrql);
    KiRequireIrql(APC_LEVEL, "ExReleaseFastMutex");
    ExpGive(&FastMutex->Count, &FastMutex->Owner, &FastMutex->Event.Header);
    KfLowerIrql(Old);
    KiSchedulePoint();
}

BOOLEAN NTAPI ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KiRequireIrql(APC_LEVEL, "ExTryToAcquireFastMutex");
    if (FastMutex->Count != FM_LOCK_BIT) {
        return FALSE;
    }
    const KIRQL Old = KfRaiseIrql(APC_LEVEL);
    FastMutex->Count = 0;
    FastMutex->Owner = KiCurrentThread();
    FastMutex->OldIrql = Old;
    return TRUE;
}

/// The caller is in a critical region or at APC_LEVEL already.
VOID NTAPI ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    KiRequireIrql(APC_LEVEL, "ExAcquireFastMutexUnsafe");
    KiSchedulePoint();
    ExpTakeOrWait(&FastMutex->Count, &FastMutex->Owner, &FastMutex->Contention, &FastMutex->Event);
}

VOID NTAPI ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    ExpGive(&FastMutex->Count, &FastMutex->Owner, &FastMutex->Event.Header);
    KiSchedulePoint();
}

VOID NTAPI KeInitializeGuardedMutex(PKGUARDED_MUTEX GuardedMutex)
{
    RtlZeroMemory(GuardedMutex, sizeof(*GuardedMutex));
    GuardedMutex->Count = 1;
    KeInitializeEvent(reinterpret_cast<PRKEVENT>(&GuardedMutex->Gate), SynchronizationEvent, FALSE);
}

VOID NTAPI KeAcquireGuardedMutex(PKGUARDED_MUTEX GuardedMutex)
{
    KeEnterGuardedRegion();
    KeAcquireGuardedMutexUnsafe(GuardedMutex);
}

VOID NTAPI KeReleaseGuardedMutex(PKGUARDED_MUTEX GuardedMutex)
{
    KeReleaseGuardedMutexUnsafe(GuardedMutex);
    KeLeaveGuardedRegion();
}

BOOLEAN NTAPI KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX GuardedMutex)
{
    if (GuardedMutex->Count != 1) {
        return FALSE;
    }
    KeEnterGuardedRegion();
    GuardedMutex->Count = 0;
    GuardedMutex->Owner = KiCurrentThread();
    return TRUE;
}

VOID NTAPI KeAcquireGuardedMutexUnsafe(PKGUARDED_MUTEX GuardedMutex)
{
    KiRequireIrql(APC_LEVEL, "KeAcquireGuardedMutex");
    KiSchedulePoint();
    ExpTakeOrWait(
        &GuardedMutex->Count, &GuardedMutex->Owner, &GuardedMutex->Contention, &GuardedMutex->Gate);
}

VOID NTAPI KeReleaseGuardedMutexUnsafe(PKGUARDED_MUTEX GuardedMutex)
{
    ExpGive(&GuardedMutex->Count, &GuardedMutex->Owner, &GuardedMutex->Gate.Header);
    KiSchedulePoint();
}

} // extern "C"
