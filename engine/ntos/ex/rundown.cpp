// rundown.cpp - run-down protection: many users, one end.
//
//   Count   2 x n: n users    1: run down    address | 1: being run down, the address is the
//   waiter's ExpRundownWait
#include "engine/ntos/inc/kep.h"

namespace {

struct RUNDOWN_WAIT
{
    ULONG_PTR Left;
    KEVENT Event;
};

constexpr ULONG_PTR kActive = 1;

} // namespace

extern "C" {

VOID NTAPI ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    RunRef->Count = 0;
}

VOID NTAPI ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    RunRef->Count = 0;
}

BOOLEAN NTAPI ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
    if ((RunRef->Count & kActive) != 0) {
        return FALSE;
    }
    RunRef->Count = RunRef->Count + 2ull * Count;
    return TRUE;
}

BOOLEAN NTAPI ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    return ExAcquireRundownProtectionEx(RunRef, 1);
}

VOID NTAPI ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
    if ((RunRef->Count & kActive) == 0) {
        NT_ASSERT(RunRef->Count >= 2ull * Count);
        RunRef->Count = RunRef->Count - 2ull * Count;
        return;
    }
    auto* Wait = reinterpret_cast<RUNDOWN_WAIT*>(RunRef->Count & ~kActive);
    NT_ASSERT(Wait != nullptr && Wait->Left >= Count);
    Wait->Left -= Count;
    if (Wait->Left == 0) {
        KeSetEvent(&Wait->Event, 0, FALSE);
    }
}

VOID NTAPI ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    ExReleaseRundownProtectionEx(RunRef, 1);
}

VOID NTAPI ExRundownCompleted(PEX_RUNDOWN_REF RunRef)
{
    RunRef->Count = kActive;
}

/// IRQL     <= APC_LEVEL
VOID NTAPI ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef)
{
    RUNDOWN_WAIT Wait;

    KiRequireIrql(APC_LEVEL, "ExWaitForRundownProtectionRelease");
    if (RunRef->Count == kActive) {
        return;
    }
    NT_ASSERT((RunRef->Count & kActive) == 0); // one waiter only
    Wait.Left = RunRef->Count / 2;
    if (Wait.Left != 0) {
        KeInitializeEvent(&Wait.Event, SynchronizationEvent, FALSE);
        RunRef->Count = reinterpret_cast<ULONG_PTR>(&Wait) | kActive;
        KeWaitForSingleObject(&Wait.Event, WrRundown, KernelMode, FALSE, nullptr);
    }
    RunRef->Count = kActive;
}

} // extern "C"
