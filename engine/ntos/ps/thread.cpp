// thread.cpp - threads from their creation to the end.
//
// A running thread holds a reference on itself and on its process. It ends by returning from its
// start routine or by PsTerminateSystemThread; then its I/O is cancelled, its APCs run down, its
// mutexes abandoned, and it is signalled.
#include "engine/ntos/ps/psi.h"

namespace {

void PspThreadGone(PVOID Context)
{
    // The host side is gone too: nothing runs on the thread's stack any more. This is the
    // scheduler's loop, PASSIVE_LEVEL, and nothing below blocks.
    ObfDereferenceObject(static_cast<PETHREAD>(Context));
}

void PspThreadStart(PVOID Context)
{
    auto* Thread = static_cast<PETHREAD>(Context);
    Thread->StartRoutine(Thread->StartContext);
    if (KiIrql() != PASSIVE_LEVEL) {
        KiBugCheckNote(
            "a thread ended with its IRQL raised", IRQL_NOT_LESS_OR_EQUAL,
            reinterpret_cast<ULONG_PTR>(Thread->StartRoutine), KiIrql(), 0, 0);
    }
    PspExitThread(STATUS_SUCCESS);
}

// Ends the process when the thread was the last of a program. System has no last thread.
void PspLeaveProcess(PETHREAD Thread)
{
    PEPROCESS Process = Thread->ThreadsProcess;

    RemoveEntryList(&Thread->ThreadLinks);
    InitializeListHead(&Thread->ThreadLinks);
    Process->ActiveThreads -= 1;
    if (Process->ActiveThreads == 0 && Process != PsInitialSystemProcess) {
        PspExitProcess(Process, Thread->ExitStatus);
    }
}

} // namespace

extern "C" {

NTSTATUS PspCreateThread(
    PEPROCESS Process,
    const char* Name,
    BOOLEAN User,
    BOOLEAN Daemon,
    PKSTART_ROUTINE StartRoutine,
    PVOID StartContext,
    PETHREAD* Thread)
{
    PVOID Object = nullptr;

    if (Process->Exiting) {
        return STATUS_PROCESS_IS_TERMINATING;
    }
    const NTSTATUS Status = ObCreateObject(
        KernelMode, PspThreadType, nullptr, KernelMode, nullptr, sizeof(struct _ETHREAD), 0, 0,
        &Object);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    auto* New = static_cast<PETHREAD>(Object);
    KiInitThread(&New->Tcb, &Process->Pcb);
    New->Tcb.PreviousMode = User ? UserMode : KernelMode;
    New->Cid.UniqueProcess = Process->UniqueProcessId;
    New->Cid.UniqueThread = PspNextId();
    New->ThreadsProcess = Process;
    ObfReferenceObject(Process);
    KeQuerySystemTime(&New->CreateTime);
    New->StartRoutine = StartRoutine;
    New->StartContext = StartContext;
    New->SystemThread = !User;
    New->Daemon = Daemon;
    New->ExitStatus = STATUS_PENDING;
    rdr_snprintf(New->Name, sizeof(New->Name), "%s", Name);
    InitializeListHead(&New->IrpList);
    InsertTailList(&Process->ThreadListHead, &New->ThreadLinks);
    Process->ActiveThreads += 1;
    KiNameThread(PspThreadNumber(New), PspProcessNumber(Process), New->Name);
    PspNotifyThread(New, TRUE);
    ObfReferenceObject(New); // of the running thread; PspThreadGone gives it back
    KiStartThread(
        &New->Tcb, New->Name, PspThreadNumber(New), PspProcessNumber(Process), Daemon,
        PspThreadStart, New);
    *Thread = New;
    return STATUS_SUCCESS;
}

void PspExitThread(NTSTATUS Status)
{
    PETHREAD Thread = PsGetCurrentThread();

    KiRequireIrql(PASSIVE_LEVEL, "PsTerminateSystemThread");
    if (Thread->Tcb.KernelApcDisable != 0 || Thread->Tcb.SpecialApcDisable != 0) {
        KiBugCheckNote(
            "a thread ended within a critical or guarded region", KERNEL_APC_PENDING_DURING_EXIT, 0,
            static_cast<ULONG_PTR>(static_cast<LONG>(Thread->Tcb.KernelApcDisable)), 0, 0);
    }
    Thread->Terminating = TRUE;
    Thread->ExitStatus = Status;
    if (IoCancelThreadIo != nullptr) {
        IoCancelThreadIo(Thread);
    }
    PsRevertToSelf();
    PspNotifyThread(Thread, FALSE);
    PspLeaveProcess(Thread);
    KiAbandonMutants(&Thread->Tcb);
    Thread->Tcb.Header.SignalState = 1; // no APC can be queued from here on
    KiFlushApcs(&Thread->Tcb);
    KiWaitTest(&Thread->Tcb.Header);
    KiExitThread(PspThreadGone, Thread);
}

void PspDeleteThread(PVOID Object)
{
    auto* Thread = static_cast<PETHREAD>(Object);

    if (Thread->ImpersonationToken != nullptr) {
        ObfDereferenceObject(Thread->ImpersonationToken);
    }
    if (Thread->ThreadsProcess != nullptr) {
        ObfDereferenceObject(Thread->ThreadsProcess);
    }
}

/// Creates a kernel thread of the System process (ProcessHandle NULL) or of another process.
///
/// IRQL     PASSIVE_LEVEL
/// Owns     *ThreadHandle, close with ZwClose
NTSTATUS NTAPI PsCreateSystemThread(
    PHANDLE ThreadHandle,
    ULONG DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    HANDLE ProcessHandle,
    PCLIENT_ID ClientId,
    PKSTART_ROUTINE StartRoutine,
    PVOID StartContext)
{
    PVOID Process = PsInitialSystemProcess;
    PETHREAD Thread = nullptr;

    PAGED_CODE();
    if (ProcessHandle != nullptr) {
        const NTSTATUS Lookup = ObReferenceObjectByHandle(
            ProcessHandle, 0, PspProcessType, KernelMode, &Process, nullptr);
        if (!NT_SUCCESS(Lookup)) {
            return Lookup;
        }
    } else {
        ObfReferenceObject(Process);
    }
    // A thread that a driver makes works for whoever asks it: no run needs to wait for its end.
    NTSTATUS Status = PspCreateThread(
        static_cast<PEPROCESS>(Process), "system thread", FALSE, TRUE, StartRoutine, StartContext,
        &Thread);
    ObfDereferenceObject(Process);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (ClientId != nullptr) {
        *ClientId = Thread->Cid;
    }
    const ULONG Attributes = ObjectAttributes == nullptr ? 0 : ObjectAttributes->Attributes;
    Status = ObOpenObjectByPointer(
        Thread, Attributes, nullptr, DesiredAccess, PspThreadType, KernelMode, ThreadHandle);
    ObfDereferenceObject(Thread);
    return Status;
}

/// Ends the calling system thread. Returns only to a thread that is none
/// (STATUS_INVALID_PARAMETER).
NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus)
{
    if (!PsGetCurrentThread()->SystemThread) {
        return STATUS_INVALID_PARAMETER;
    }
    PspExitThread(ExitStatus);
}

} // extern "C"
