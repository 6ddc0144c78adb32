// apc.cpp - asynchronous procedure calls: code that runs in the context of one thread.
//
// Special kernel APCs (no NormalRoutine) run whenever the thread is below APC_LEVEL and outside
// guarded regions; normal kernel APCs also need PASSIVE_LEVEL and no critical region; user APCs run
// when the thread waits alertably in user mode.
#include "engine/ntos/inc/psp.h"

namespace {

BOOLEAN KipMayRun(PKTHREAD Thread, PKAPC Apc)
{
    if (Thread->SpecialApcDisable != 0 || KiIrql() >= APC_LEVEL) {
        return FALSE;
    }
    return Apc->NormalRoutine == nullptr
        || (Thread->KernelApcDisable == 0 && KiIrql() == PASSIVE_LEVEL
            && !Thread->ApcState.KernelApcInProgress);
}

} // namespace

extern "C" {

VOID NTAPI KeInitializeApc(
    PRKAPC Apc,
    PRKTHREAD Thread,
    KAPC_ENVIRONMENT Environment,
    PKKERNEL_ROUTINE KernelRoutine,
    PKRUNDOWN_ROUTINE RundownRoutine,
    PKNORMAL_ROUTINE NormalRoutine,
    KPROCESSOR_MODE ApcMode,
    PVOID NormalContext)
{
    RtlZeroMemory(Apc, sizeof(*Apc));
    Apc->Type = 18;
    Apc->Size = sizeof(KAPC);
    Apc->Thread = Thread;
    Apc->ApcStateIndex = static_cast<CCHAR>(Environment);
    Apc->KernelRoutine = KernelRoutine;
    Apc->RundownRoutine = RundownRoutine;
    Apc->NormalRoutine = NormalRoutine;
    Apc->ApcMode = NormalRoutine == nullptr ? static_cast<KPROCESSOR_MODE>(KernelMode) : ApcMode;
    Apc->NormalContext = NormalRoutine == nullptr ? nullptr : NormalContext;
}

/// Queues the APC to its thread. FALSE when it is queued already or the thread is past taking any.
///
/// IRQL     <= DISPATCH_LEVEL
BOOLEAN NTAPI
KeInsertQueueApc(PRKAPC Apc, PVOID SystemArgument1, PVOID SystemArgument2, KPRIORITY Increment)
{
    PKTHREAD Thread = Apc->Thread;

    UNREFERENCED_PARAMETER(Increment);
    KiRequireIrql(DISPATCH_LEVEL, "KeInsertQueueApc");
    if (Apc->Inserted || Thread->Header.SignalState != 0) {
        return FALSE;
    }
    Apc->SystemArgument1 = SystemArgument1;
    Apc->SystemArgument2 = SystemArgument2;
    Apc->Inserted = TRUE;
    PLIST_ENTRY List = &Thread->ApcState.ApcListHead[static_cast<int>(Apc->ApcMode)];
    PLIST_ENTRY Before = List;
    if (Apc->ApcMode == KernelMode && Apc->NormalRoutine == nullptr) {
        // Special ones stand before normal ones, in order among themselves.
        for (Before = List->Flink; Before != List; Before = Before->Flink) {
            if (CONTAINING_RECORD(Before, KAPC, ApcListEntry)->NormalRoutine != nullptr) {
                break;
            }
        }
    }
    InsertTailList(Before, &Apc->ApcListEntry);
    if (Apc->ApcMode == KernelMode) {
        if (Thread == KiCurrentThread() && !KiInInterrupt()) {
            KiDeliverKernelApcs();
        } else if (
            Thread->SpecialApcDisable == 0
            && (Apc->NormalRoutine == nullptr || Thread->KernelApcDisable == 0)) {
            KiUnwait(Thread, STATUS_KERNEL_APC);
        }
    } else if (Thread->Alertable && Thread->WaitMode == UserMode) {
        KiUnwait(Thread, STATUS_USER_APC);
    }
    return TRUE;
}

BOOLEAN NTAPI KeRemoveQueueApc(PRKAPC Apc)
{
    if (!Apc->Inserted) {
        return FALSE;
    }
    RemoveEntryList(&Apc->ApcListEntry);
    Apc->Inserted = FALSE;
    return TRUE;
}

void KiDeliverKernelApcs(void)
{
    PKTHREAD Thread = KiCurrentThread();

    if (KiInInterrupt()) {
        return;
    }
    while (!IsListEmpty(&Thread->ApcState.ApcListHead[KernelMode])) {
        PKAPC Apc
            = CONTAINING_RECORD(Thread->ApcState.ApcListHead[KernelMode].Flink, KAPC, ApcListEntry);
        if (!KipMayRun(Thread, Apc)) {
            return;
        }
        PKNORMAL_ROUTINE NormalRoutine = Apc->NormalRoutine;
        PVOID NormalContext = Apc->NormalContext;
        PVOID Argument1 = Apc->SystemArgument1;
        PVOID Argument2 = Apc->SystemArgument2;
        const KIRQL Old = KiIrql();

        RemoveEntryList(&Apc->ApcListEntry);
        Apc->Inserted = FALSE;
        // Not through KfLowerIrql afterwards: that would deliver the next one from in here.
        KiSetIrql(APC_LEVEL);
        Apc->KernelRoutine(Apc, &NormalRoutine, &NormalContext, &Argument1, &Argument2);
        KiSetIrql(Old);
        if (NormalRoutine != nullptr) {
            Thread->ApcState.KernelApcInProgress = TRUE;
            NormalRoutine(NormalContext, Argument1, Argument2);
            Thread->ApcState.KernelApcInProgress = FALSE;
        }
    }
}

void KiDeliverUserApcs(void)
{
    PKTHREAD Thread = KiCurrentThread();

    while (!IsListEmpty(&Thread->ApcState.ApcListHead[UserMode])) {
        PKAPC Apc = CONTAINING_RECORD(
            RemoveHeadList(&Thread->ApcState.ApcListHead[UserMode]), KAPC, ApcListEntry);
        PKNORMAL_ROUTINE NormalRoutine = Apc->NormalRoutine;
        PVOID NormalContext = Apc->NormalContext;
        PVOID Argument1 = Apc->SystemArgument1;
        PVOID Argument2 = Apc->SystemArgument2;
        const KIRQL Old = KiIrql();

        Apc->Inserted = FALSE;
        KiSetIrql(APC_LEVEL);
        Apc->KernelRoutine(Apc, &NormalRoutine, &NormalContext, &Argument1, &Argument2);
        KiSetIrql(Old);
        if (NormalRoutine != nullptr) {
            const KPROCESSOR_MODE Mode = PspSetPreviousMode(UserMode);
            NormalRoutine(NormalContext, Argument1, Argument2);
            PspSetPreviousMode(Mode);
        }
    }
}

/// Runs down what a thread that ends will never take.
void KiFlushApcs(PKTHREAD Thread)
{
    for (int Mode = KernelMode; Mode <= UserMode; ++Mode) {
        while (!IsListEmpty(&Thread->ApcState.ApcListHead[Mode])) {
            PKAPC Apc = CONTAINING_RECORD(
                RemoveHeadList(&Thread->ApcState.ApcListHead[Mode]), KAPC, ApcListEntry);
            Apc->Inserted = FALSE;
            if (Apc->RundownRoutine != nullptr) {
                Apc->RundownRoutine(Apc);
            }
        }
    }
}

/// Delivers pending user APCs; TRUE when the thread had been alerted.
BOOLEAN NTAPI KeTestAlertThread(KPROCESSOR_MODE AlertMode)
{
    PKTHREAD Thread = KiCurrentThread();
    const BOOLEAN Alerted = Thread->Alerted;

    Thread->Alerted = FALSE;
    if (AlertMode == UserMode) {
        KiDeliverUserApcs();
    }
    return Alerted;
}

BOOLEAN NTAPI KeAlertThread(PKTHREAD Thread, KPROCESSOR_MODE AlertMode)
{
    const BOOLEAN Old = Thread->Alerted;

    if (Thread->Alertable && AlertMode <= Thread->WaitMode && KiUnwait(Thread, STATUS_ALERTED)) {
        return Old;
    }
    Thread->Alerted = TRUE;
    return Old;
}

} // extern "C"
