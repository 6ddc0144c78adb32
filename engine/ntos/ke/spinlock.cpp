// spinlock.cpp - spin locks.
//
// A holder runs at DISPATCH_LEVEL and cannot be switched away, so nobody ever finds a lock taken by
// another thread that is about to release it: a lock that is found taken would spin for good, and
// that is told by a bug check. The word holds its owner, so that release by the wrong thread is
// caught as well.
#include "engine/ntos/inc/kep.h"

namespace {

KSPIN_LOCK KipOwner()
{
    return reinterpret_cast<KSPIN_LOCK>(KiCurrentThread()) | 1;
}

void KipTake(PKSPIN_LOCK Lock, const char* Routine)
{
    if (KiIrql() < DISPATCH_LEVEL) {
        char Note[120];
        rdr_snprintf(Note, sizeof(Note), "%s called below DISPATCH_LEVEL", Routine);
        KiBugCheckNote(Note, IRQL_NOT_DISPATCH_LEVEL, KiIrql(), 0, 0, 0);
    }
    if (*Lock != 0) {
        KiBugCheckNote(
            *Lock == KipOwner() ? "a spin lock was acquired twice by one thread"
                                : "a spin lock is held by a thread that cannot run",
            SPIN_LOCK_ALREADY_OWNED, reinterpret_cast<ULONG_PTR>(Lock), 0, 0, 0);
    }
    *Lock = KipOwner();
}

void KipGive(PKSPIN_LOCK Lock)
{
    if (*Lock != KipOwner()) {
        KiBugCheckNote(
            "a spin lock was released by who does not hold it", SPIN_LOCK_NOT_OWNED,
            reinterpret_cast<ULONG_PTR>(Lock), 0, 0, 0);
    }
    *Lock = 0;
}

} // namespace

extern "C" {

VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
    *SpinLock = 0;
}

KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    KiRequireIrql(DISPATCH_LEVEL, "KeAcquireSpinLock");
    KiSchedulePoint();
    const KIRQL Old = KfRaiseIrql(DISPATCH_LEVEL);
    KipTake(SpinLock, "KeAcquireSpinLock");
    return Old;
}

KIRQL NTAPI KeAcquireSpinLockRaiseToSynch(PKSPIN_LOCK SpinLock)
{
    return KeAcquireSpinLockRaiseToDpc(SpinLock);
}

VOID NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    KipTake(SpinLock, "KeAcquireSpinLockAtDpcLevel");
}

BOOLEAN NTAPI KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    if (*SpinLock != 0) {
        return FALSE;
    }
    KipTake(SpinLock, "KeTryToAcquireSpinLockAtDpcLevel");
    return TRUE;
}

BOOLEAN NTAPI KeTestSpinLock(PKSPIN_LOCK SpinLock)
{
    return *SpinLock == 0;
}

VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    KipGive(SpinLock);
    KfLowerIrql(NewIrql);
}

VOID NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    KipGive(SpinLock);
}

KIRQL NTAPI KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock)
{
    return KeAcquireSpinLockRaiseToDpc(SpinLock);
}

VOID NTAPI KeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql)
{
    KeReleaseSpinLock(SpinLock, OldIrql);
}

VOID NTAPI KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    LockHandle->LockQueue.Next = nullptr;
    LockHandle->LockQueue.Lock = SpinLock;
    LockHandle->OldIrql = KeAcquireSpinLockRaiseToDpc(SpinLock);
}

VOID NTAPI KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KeReleaseSpinLock(LockHandle->LockQueue.Lock, LockHandle->OldIrql);
}

VOID NTAPI
KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    LockHandle->LockQueue.Next = nullptr;
    LockHandle->LockQueue.Lock = SpinLock;
    KipTake(SpinLock, "KeAcquireInStackQueuedSpinLockAtDpcLevel");
}

VOID NTAPI KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KipGive(LockHandle->LockQueue.Lock);
}

VOID NTAPI
KeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    KeAcquireInStackQueuedSpinLock(SpinLock, LockHandle);
}

VOID NTAPI KeReleaseInStackQueuedSpinLockForDpc(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KeReleaseInStackQueuedSpinLock(LockHandle);
}

} // extern "C"
