// dpc.cpp - deferred procedure calls: one queue, drained at DISPATCH_LEVEL (see kep.h for when).
#include "engine/ntos/inc/kep.h"

static constinit LIST_ENTRY KipDpcQueue {};
static constinit LONG KipQueued = 0;
static constinit BOOLEAN KipDraining = FALSE;

// What KDPC.DpcData holds while the DPC is queued.
static constinit UCHAR KipQueuedMark = 0;

extern "C" {

void KipInitDpcs(void)
{
    InitializeListHead(&KipDpcQueue);
    KipQueued = 0;
    KipDraining = FALSE;
}

LONG KiPendingDpcs(void)
{
    return KipQueued;
}

BOOLEAN KiInDpc(void)
{
    return KipDraining;
}

void KiDrainDpcs(void)
{
    if (KipDraining) {
        return;
    }
    KipDraining = TRUE;
    while (!IsListEmpty(&KipDpcQueue)) {
        PKDPC Dpc = CONTAINING_RECORD(RemoveHeadList(&KipDpcQueue), KDPC, DpcListEntry);
        PKDEFERRED_ROUTINE Routine = Dpc->DeferredRoutine;
        PVOID Context = Dpc->DeferredContext;
        PVOID Argument1 = Dpc->SystemArgument1;
        PVOID Argument2 = Dpc->SystemArgument2;

        // From here on the DPC may be queued again or freed by its routine.
        Dpc->DpcData = nullptr;
        --KipQueued;
        Routine(Dpc, Context, Argument1, Argument2);
        if (KiIrql() != DISPATCH_LEVEL) {
            KiBugCheckNote(
                "a DPC returned at another IRQL", IRQL_NOT_DISPATCH_LEVEL, KiIrql(), 0, 0,
                reinterpret_cast<ULONG_PTR>(Routine));
        }
    }
    KipDraining = FALSE;
}

VOID NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)
{
    Dpc->Type = 19;
    Dpc->Importance = MediumImportance;
    Dpc->Number = 0;
    Dpc->DeferredRoutine = DeferredRoutine;
    Dpc->DeferredContext = DeferredContext;
    Dpc->DpcData = nullptr;
}

VOID NTAPI
KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)
{
    // differs: threaded DPCs run as ordinary ones, which the documentation allows for (they may be
    // disabled).
    KeInitializeDpc(Dpc, DeferredRoutine, DeferredContext);
}

/// IRQL     any
BOOLEAN NTAPI KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)
{
    if (Dpc->DpcData != nullptr) {
        return FALSE;
    }
    Dpc->SystemArgument1 = SystemArgument1;
    Dpc->SystemArgument2 = SystemArgument2;
    Dpc->DpcData = &KipQueuedMark;
    ++KipQueued;
    if (Dpc->Importance == HighImportance) {
        InsertHeadList(&KipDpcQueue, &Dpc->DpcListEntry);
    } else {
        InsertTailList(&KipDpcQueue, &Dpc->DpcListEntry);
    }
    if (KiIrql() < DISPATCH_LEVEL) {
        KfLowerIrql(KfRaiseIrql(DISPATCH_LEVEL));
    }
    return TRUE;
}

BOOLEAN NTAPI KeRemoveQueueDpc(PRKDPC Dpc)
{
    if (Dpc->DpcData == nullptr) {
        return FALSE;
    }
    RemoveEntryList(&Dpc->DpcListEntry);
    Dpc->DpcData = nullptr;
    --KipQueued;
    return TRUE;
}

/// Returns when every DPC queued before has run. At PASSIVE_LEVEL none can be pending.
VOID NTAPI KeFlushQueuedDpcs(VOID)
{
    KiRequireIrql(PASSIVE_LEVEL, "KeFlushQueuedDpcs");
    if (KipQueued != 0) {
        KfLowerIrql(KfRaiseIrql(DISPATCH_LEVEL));
    }
}

VOID NTAPI KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance)
{
    Dpc->Importance = static_cast<UCHAR>(Importance);
}

VOID NTAPI KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number)
{
    Dpc->Number = static_cast<USHORT>(Number);
}

NTSTATUS NTAPI KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber)
{
    if (ProcNumber->Group != 0 || ProcNumber->Number >= KeQueryActiveProcessorCount(nullptr)) {
        return STATUS_INVALID_PARAMETER;
    }
    Dpc->Number = ProcNumber->Number;
    return STATUS_SUCCESS;
}

} // extern "C"
