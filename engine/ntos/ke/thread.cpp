// thread.cpp - what every thread starts with, attaching to processes, and the identity of code that
// runs on no thread.
#include "engine/ntos/inc/init.h"
#include "engine/ntos/inc/psp.h"

extern "C" {

struct _KTHREAD KiIdleThread;
struct _KPROCESS KiIdleProcess;
void KipInitDpcs(void);
void KipInitProcessors(void);

void KiInitThread(PKTHREAD Thread, PKPROCESS Process)
{
    Thread->Header.Type = KiObjectThread;
    Thread->Header.SignalState = 0;
    InitializeListHead(&Thread->Header.WaitListHead);
    InitializeListHead(&Thread->ApcState.ApcListHead[KernelMode]);
    InitializeListHead(&Thread->ApcState.ApcListHead[UserMode]);
    InitializeListHead(&Thread->MutantListHead);
    InitializeListHead(&Thread->QueueLinks);
    Thread->ApcState.Process = Process;
    Thread->Process = Process;
    Thread->Priority = 8;
    Thread->PreviousMode = KernelMode;
}

void KiInitSystem(void)
{
    RtlZeroMemory(&KiIdleThread, sizeof(KiIdleThread));
    RtlZeroMemory(&KiIdleProcess, sizeof(KiIdleProcess));
    RtlZeroMemory(&KiBugCheckData, sizeof(KiBugCheckData));
    KiIdleProcess.Header.Type = KiObjectProcess;
    InitializeListHead(&KiIdleProcess.Header.WaitListHead);
    KiInitThread(&KiIdleThread, &KiIdleProcess);
    KipInitDpcs();
    KipInitProcessors();
}

void KiShutdownSystem(void) { }

PKTHREAD NTAPI KeGetCurrentThread(VOID)
{
    return KiCurrentThread();
}

VOID NTAPI KeStackAttachProcess(PKPROCESS Process, PKAPC_STATE ApcState)
{
    PKTHREAD Thread = KiCurrentThread();

    KiRequireIrql(APC_LEVEL, "KeStackAttachProcess");
    if (KiInDpc()) {
        KiBugCheckNote("KeStackAttachProcess in a DPC", ATTEMPTED_SWITCH_FROM_DPC, 0, 0, 0, 0);
    }
    ApcState->Process = Thread->ApcState.Process;
    Thread->ApcState.Process = Process;
}

VOID NTAPI KeUnstackDetachProcess(PKAPC_STATE ApcState)
{
    KiCurrentThread()->ApcState.Process = ApcState->Process;
}

VOID NTAPI KeAttachProcess(PKPROCESS Process)
{
    PKTHREAD Thread = KiCurrentThread();
    if (Thread->ApcState.Process != Thread->Process) {
        KeBugCheckEx(INVALID_PROCESS_ATTACH_ATTEMPT, 0, 0, 0, 0);
    }
    Thread->ApcState.Process = Process;
}

VOID NTAPI KeDetachProcess(VOID)
{
    PKTHREAD Thread = KiCurrentThread();
    Thread->ApcState.Process = Thread->Process;
}

/// Priorities are kept and told, but the seed decides who runs next: an order that priorities
/// suggest is not guaranteed on a machine with several processors either.
KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)
{
    const KPRIORITY Old = Thread->Priority;
    Thread->Priority = Priority;
    return Old;
}

KPRIORITY NTAPI KeQueryPriorityThread(PRKTHREAD Thread)
{
    return Thread->Priority;
}

LONG NTAPI KeSetBasePriorityThread(PRKTHREAD Thread, LONG Increment)
{
    const LONG Old = Thread->Priority - 8;
    Thread->Priority = 8 + Increment;
    return Old;
}

NTSTATUS NTAPI
KeExpandKernelStackAndCallout(PEXPAND_STACK_CALLOUT Callout, PVOID Parameter, SIZE_T Size)
{
    if (Size > 64 * 1024) {
        return STATUS_INVALID_PARAMETER_3;
    }
    // Stacks are several times as large as on Windows: there is nothing to expand.
    Callout(Parameter);
    return STATUS_SUCCESS;
}

PRDR_SEH_STATE NTAPI RdrSehState(VOID)
{
    return &KiCurrentThread()->Seh;
}

VOID NTAPI RdrSehUnhandled(PEXCEPTION_RECORD Record)
{
    char Note[120];
    rdr_snprintf(
        Note, sizeof(Note), "exception 0x%08x was not handled",
        static_cast<ULONG>(Record->ExceptionCode));
    KiBugCheckNote(
        Note, KMODE_EXCEPTION_NOT_HANDLED, static_cast<ULONG>(Record->ExceptionCode),
        reinterpret_cast<ULONG_PTR>(Record->ExceptionAddress), Record->ExceptionInformation[0],
        Record->ExceptionInformation[1]);
}

} // extern "C"
