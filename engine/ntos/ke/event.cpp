// event.cpp - events, semaphores, mutexes (mutants).
#include "engine/ntos/inc/kep.h"

namespace {

void KipInitHeader(PDISPATCHER_HEADER Header, UCHAR Type, SIZE_T Bytes, LONG State)
{
    Header->Lock = 0;
    Header->Type = Type;
    Header->Size = static_cast<UCHAR>(Bytes / sizeof(LONG));
    Header->SignalState = State;
    InitializeListHead(&Header->WaitListHead);
}

// The caller of KeSetEvent(..., Wait = TRUE) promises to wait next. Nothing can come between here
// anyway.
void KipAfterSignal(BOOLEAN Wait)
{
    if (!Wait) {
        KiSchedulePoint();
    }
}

} // namespace

extern "C" {

VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    KipInitHeader(&Event->Header, static_cast<UCHAR>(Type), sizeof(KEVENT), State ? 1 : 0);
}

/// IRQL     <= DISPATCH_LEVEL
LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    UNREFERENCED_PARAMETER(Increment);
    KiRequireIrql(DISPATCH_LEVEL, "KeSetEvent");
    const LONG Old = Event->Header.SignalState;
    Event->Header.SignalState = 1;
    if (Old == 0) {
        KiWaitTest(&Event->Header);
    }
    KipAfterSignal(Wait);
    return Old;
}

LONG NTAPI KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    UNREFERENCED_PARAMETER(Increment);
    KiRequireIrql(DISPATCH_LEVEL, "KePulseEvent");
    const LONG Old = Event->Header.SignalState;
    Event->Header.SignalState = 1;
    if (Old == 0) {
        KiWaitTest(&Event->Header);
    }
    Event->Header.SignalState = 0;
    KipAfterSignal(Wait);
    return Old;
}

LONG NTAPI KeResetEvent(PRKEVENT Event)
{
    KiRequireIrql(DISPATCH_LEVEL, "KeResetEvent");
    const LONG Old = Event->Header.SignalState;
    Event->Header.SignalState = 0;
    return Old;
}

VOID NTAPI KeClearEvent(PRKEVENT Event)
{
    KiRequireIrql(DISPATCH_LEVEL, "KeClearEvent");
    Event->Header.SignalState = 0;
}

LONG NTAPI KeReadStateEvent(PRKEVENT Event)
{
    return Event->Header.SignalState;
}

VOID NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
    NT_ASSERT(Count >= 0 && Limit > 0 && Count <= Limit);
    KipInitHeader(&Semaphore->Header, KiObjectSemaphore, sizeof(KSEMAPHORE), Count);
    Semaphore->Limit = Limit;
}

/// Errors   raises STATUS_SEMAPHORE_LIMIT_EXCEEDED when the count would pass the limit; the count
/// is unchanged then
LONG NTAPI
KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment, BOOLEAN Wait)
{
    UNREFERENCED_PARAMETER(Increment);
    KiRequireIrql(DISPATCH_LEVEL, "KeReleaseSemaphore");
    const LONG Old = Semaphore->Header.SignalState;
    if (Adjustment <= 0 || Adjustment > Semaphore->Limit - Old) {
        ExRaiseStatus(STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    }
    Semaphore->Header.SignalState = Old + Adjustment;
    if (Old == 0) {
        KiWaitTest(&Semaphore->Header);
    }
    KipAfterSignal(Wait);
    return Old;
}

LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore)
{
    return Semaphore->Header.SignalState;
}

VOID NTAPI KeInitializeMutant(PRKMUTANT Mutant, BOOLEAN InitialOwner)
{
    KipInitHeader(&Mutant->Header, KiObjectMutant, sizeof(KMUTANT), InitialOwner ? 0 : 1);
    InitializeListHead(&Mutant->MutantListEntry);
    Mutant->OwnerThread = nullptr;
    Mutant->Abandoned = FALSE;
    Mutant->ApcDisable = 0;
    if (InitialOwner) {
        Mutant->OwnerThread = KiCurrentThread();
        InsertHeadList(&Mutant->OwnerThread->MutantListHead, &Mutant->MutantListEntry);
    }
}

/// A mutex is a mutant that disables normal kernel APCs while it is owned.
VOID NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
    UNREFERENCED_PARAMETER(Level);
    KeInitializeMutant(Mutex, FALSE);
    Mutex->ApcDisable = 1;
}

/// Errors   raises STATUS_MUTANT_NOT_OWNED when another thread owns it, STATUS_ABANDONED when
/// nobody does any more
LONG NTAPI KeReleaseMutant(PRKMUTANT Mutant, KPRIORITY Increment, BOOLEAN Abandoned, BOOLEAN Wait)
{
    UNREFERENCED_PARAMETER(Increment);
    KiRequireIrql(DISPATCH_LEVEL, "KeReleaseMutant");
    const LONG Old = Mutant->Header.SignalState;
    PKTHREAD Owner = Mutant->OwnerThread;

    if (Abandoned) {
        Mutant->Header.SignalState = 1;
        Mutant->Abandoned = TRUE;
    } else {
        if (Owner != KiCurrentThread()) {
            ExRaiseStatus(Mutant->Abandoned ? STATUS_ABANDONED : STATUS_MUTANT_NOT_OWNED);
        }
        Mutant->Header.SignalState = Old + 1;
    }
    if (Mutant->Header.SignalState == 1) {
        if (Old <= 0 && Owner != nullptr) {
            RemoveEntryList(&Mutant->MutantListEntry);
            InitializeListHead(&Mutant->MutantListEntry);
            Owner->KernelApcDisable
                = static_cast<SHORT>(Owner->KernelApcDisable + Mutant->ApcDisable);
        }
        Mutant->OwnerThread = nullptr;
        KiWaitTest(&Mutant->Header);
    }
    KipAfterSignal(Wait);
    return Old;
}

LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)
{
    return KeReleaseMutant(Mutex, 1, FALSE, Wait);
}

LONG NTAPI KeReadStateMutant(PRKMUTANT Mutant)
{
    return Mutant->Header.SignalState;
}

LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex)
{
    return Mutex->Header.SignalState;
}

void KiAbandonMutants(PKTHREAD Thread)
{
    while (!IsListEmpty(&Thread->MutantListHead)) {
        PKMUTANT Mutant = CONTAINING_RECORD(Thread->MutantListHead.Flink, KMUTANT, MutantListEntry);
        KeReleaseMutant(Mutant, 1, TRUE, TRUE);
    }
}

} // extern "C"
