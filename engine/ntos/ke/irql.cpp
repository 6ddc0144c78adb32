// irql.cpp - the IRQL of the virtual CPU, and the regions that hold APCs off.
//
// The IRQL travels with the thread from dispatch to dispatch. At DISPATCH_LEVEL a thread cannot be
// switched away, so whatever it does until it lowers again is atomic for all others.
#include "engine/ntos/inc/kep.h"

extern "C" {

void KiRequireIrql(KIRQL Maximum, const char* Routine)
{
    if (KiIrql() <= Maximum) {
        return;
    }
    char Note[120];
    rdr_snprintf(
        Note, sizeof(Note), "%s called at IRQL %d, highest allowed is %d", Routine, KiIrql(),
        Maximum);
    KiBugCheckNote(
        Note,
        KiInDpc() && Maximum < DISPATCH_LEVEL ? ATTEMPTED_SWITCH_FROM_DPC : IRQL_NOT_LESS_OR_EQUAL,
        0, KiIrql(), 0, reinterpret_cast<ULONG_PTR>(__builtin_return_address(0)));
}

KIRQL NTAPI KeGetCurrentIrql(VOID)
{
    return KiIrql();
}

KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql)
{
    const KIRQL Old = KiIrql();
    if (NewIrql < Old) {
        KeBugCheckEx(IRQL_NOT_GREATER_OR_EQUAL, NewIrql, Old, 0, 0);
    }
    KiSetIrql(NewIrql);
    return Old;
}

KIRQL NTAPI KeRaiseIrqlToDpcLevel(VOID)
{
    return KfRaiseIrql(DISPATCH_LEVEL);
}

KIRQL NTAPI KeRaiseIrqlToSynchLevel(VOID)
{
    return KfRaiseIrql(DISPATCH_LEVEL);
}

/// Runs what the higher IRQL held off: DPCs below DISPATCH_LEVEL, kernel APCs below APC_LEVEL.
VOID NTAPI KfLowerIrql(KIRQL NewIrql)
{
    const KIRQL Old = KiIrql();
    if (NewIrql > Old) {
        KeBugCheckEx(IRQL_NOT_LESS_OR_EQUAL, NewIrql, Old, 0, 0);
    }
    if (NewIrql < DISPATCH_LEVEL && Old >= DISPATCH_LEVEL) {
        if (KiInInterrupt() || KiInDpc()) {
            KiBugCheckNote(
                "the IRQL was lowered below DISPATCH_LEVEL in a DPC", IRQL_NOT_DISPATCH_LEVEL,
                NewIrql, Old, 0, 0);
        }
        if (KiPendingDpcs() != 0) {
            KiSetIrql(DISPATCH_LEVEL);
            KiDrainDpcs();
        }
    }
    KiSetIrql(NewIrql);
    if (NewIrql < APC_LEVEL && Old >= APC_LEVEL) {
        KiDeliverKernelApcs();
    }
}

VOID NTAPI KeLowerIrql(KIRQL NewIrql)
{
    KfLowerIrql(NewIrql);
}

VOID NTAPI KeEnterCriticalRegion(VOID)
{
    KiCurrentThread()->KernelApcDisable -= 1;
}

VOID NTAPI KeLeaveCriticalRegion(VOID)
{
    PKTHREAD Thread = KiCurrentThread();
    if (Thread->KernelApcDisable >= 0) {
        KiBugCheckNote(
            "KeLeaveCriticalRegion without KeEnterCriticalRegion", APC_INDEX_MISMATCH, 0, 0, 0, 0);
    }
    Thread->KernelApcDisable += 1;
    if (Thread->KernelApcDisable == 0) {
        KiDeliverKernelApcs();
    }
}

VOID NTAPI KeEnterGuardedRegion(VOID)
{
    KiCurrentThread()->SpecialApcDisable -= 1;
}

VOID NTAPI KeLeaveGuardedRegion(VOID)
{
    PKTHREAD Thread = KiCurrentThread();
    if (Thread->SpecialApcDisable >= 0) {
        KiBugCheckNote(
            "KeLeaveGuardedRegion without KeEnterGuardedRegion", APC_INDEX_MISMATCH, 0, 0, 0, 0);
    }
    Thread->SpecialApcDisable += 1;
    if (Thread->SpecialApcDisable == 0) {
        KiDeliverKernelApcs();
    }
}

BOOLEAN NTAPI KeAreApcsDisabled(VOID)
{
    PKTHREAD Thread = KiCurrentThread();
    return Thread->KernelApcDisable != 0 || Thread->SpecialApcDisable != 0;
}

BOOLEAN NTAPI KeAreAllApcsDisabled(VOID)
{
    return KiCurrentThread()->SpecialApcDisable != 0 || KiIrql() >= APC_LEVEL;
}

} // extern "C"
