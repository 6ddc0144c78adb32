// pushlock.cpp - push locks: a reader/writer lock of one pointer.
//
//   Value   0 free, 1 exclusive, 2 x n shared by n
//
// Waiters stand in one list for all push locks, each with an event on its stack; a release hands
// the lock to the first that waits for it, and with a shared one to all shared ones up to the next
// exclusive.
#include "engine/ntos/inc/exp.h"
#include "engine/ntos/inc/kep.h"

namespace {

struct PUSH_WAITER
{
    LIST_ENTRY Links;
    PULONG_PTR Lock;
    BOOLEAN Exclusive;
    KEVENT Event;
};

constinit LIST_ENTRY ExpPushWaiters { &ExpPushWaiters, &ExpPushWaiters };

BOOLEAN ExpSomeoneWaits(PULONG_PTR Lock)
{
    for (PLIST_ENTRY Link = ExpPushWaiters.Flink; Link != &ExpPushWaiters; Link = Link->Flink) {
        if (CONTAINING_RECORD(Link, PUSH_WAITER, Links)->Lock == Lock) {
            return TRUE;
        }
    }
    return FALSE;
}

void ExpPushWait(PULONG_PTR Lock, BOOLEAN Exclusive)
{
    PUSH_WAITER Waiter;
    Waiter.Lock = Lock;
    Waiter.Exclusive = Exclusive;
    KeInitializeEvent(&Waiter.Event, SynchronizationEvent, FALSE);
    InsertTailList(&ExpPushWaiters, &Waiter.Links);
    KiWaitFor("EX_PUSH_LOCK", Lock, nullptr);
    KeWaitForSingleObject(&Waiter.Event, WrPushLock, KernelMode, FALSE, nullptr);
}

void ExpPushGrant(PULONG_PTR Lock)
{
    for (PLIST_ENTRY Link = ExpPushWaiters.Flink; Link != &ExpPushWaiters;) {
        PUSH_WAITER* Waiter = CONTAINING_RECORD(Link, PUSH_WAITER, Links);
        Link = Link->Flink;
        if (Waiter->Lock != Lock) {
            continue;
        }
        if (Waiter->Exclusive && *Lock != 0) {
            return;
        }
        const BOOLEAN Exclusive = Waiter->Exclusive;
        *Lock = Exclusive ? 1 : *Lock + 2;
        RemoveEntryList(&Waiter->Links);
        KeSetEvent(&Waiter->Event, 0, TRUE);
        if (Exclusive) {
            return;
        }
    }
}

} // namespace

extern "C" {

void ExpInitPushLocks(void)
{
    InitializeListHead(&ExpPushWaiters);
}

VOID NTAPI ExInitializePushLock(PULONG_PTR PushLock)
{
    *PushLock = 0;
}

NTKERNELAPI VOID NTAPI ExAcquirePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    KiRequireIrql(APC_LEVEL, "ExAcquirePushLockExclusive");
    KiSchedulePoint();
    if (*PushLock == 0) {
        *PushLock = 1;
    } else {
        ExpPushWait(PushLock, TRUE);
    }
}

NTKERNELAPI VOID NTAPI ExAcquirePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    KiRequireIrql(APC_LEVEL, "ExAcquirePushLockShared");
    KiSchedulePoint();
    if (*PushLock != 1 && !ExpSomeoneWaits(PushLock)) {
        *PushLock += 2;
    } else {
        ExpPushWait(PushLock, FALSE);
    }
}

NTKERNELAPI VOID NTAPI ExReleasePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    NT_ASSERT(*PushLock == 1);
    *PushLock = 0;
    ExpPushGrant(PushLock);
    KiSchedulePoint();
}

NTKERNELAPI VOID NTAPI ExReleasePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    NT_ASSERT(*PushLock >= 2 && *PushLock % 2 == 0);
    *PushLock -= 2;
    if (*PushLock == 0) {
        ExpPushGrant(PushLock);
    }
    KiSchedulePoint();
}

} // extern "C"
