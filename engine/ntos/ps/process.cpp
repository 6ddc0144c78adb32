// process.cpp - processes from their creation to the end, and how ps comes up.
//
//      PspCreateProcess ──► has handles, memory, a token ──last user thread ends──► PspExitProcess:
//      handles closed, memory freed, signalled ──last reference──► PspDeleteProcess
#include "engine/ntos/ps/psi.h"

extern "C" {

constinit POBJECT_TYPE PspProcessType = nullptr;
constinit POBJECT_TYPE PspThreadType = nullptr;
POBJECT_TYPE* PsProcessType = &PspProcessType;
POBJECT_TYPE* PsThreadType = &PspThreadType;
constinit PEPROCESS PsInitialSystemProcess = nullptr;
struct _ETHREAD PspBootThread;
constinit LIST_ENTRY PspProcesses {};

static constinit ULONG_PTR PspLastId = 0;

HANDLE PspNextId(void)
{
    PspLastId += 4;
    return reinterpret_cast<HANDLE>(PspLastId);
}

// The boot thread has no object: it exists before the object manager, and is System's first thread
// once there is a System.
void PspInitBootThread(void)
{
    RtlZeroMemory(&PspBootThread, sizeof(PspBootThread));
    KiInitThread(&PspBootThread.Tcb, &KiIdleProcess);
    InitializeListHead(&PspBootThread.IrpList);
    InitializeListHead(&PspBootThread.ThreadLinks);
    PspBootThread.SystemThread = TRUE;
    PspBootThread.Cid = { reinterpret_cast<HANDLE>(4), reinterpret_cast<HANDLE>(8) };
    rdr_snprintf(PspBootThread.Name, sizeof(PspBootThread.Name), "boot");
}

void PsInitSystem(void)
{
    OB_TYPE_PROCEDURES Procedures {};
    PACCESS_TOKEN Token = nullptr;
    UNICODE_STRING User;

    InitializeListHead(&PspProcesses);
    PspLastId = 0;
    PspInitNotify();
    Procedures.WaitOffset = 0;
    Procedures.WaitPointerOffset = OBP_NOT_WAITABLE;
    Procedures.ValidAccessMask = PROCESS_ALL_ACCESS;
    Procedures.GenericMapping = { STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE,
                                  STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, PROCESS_ALL_ACCESS };
    Procedures.Delete = PspDeleteProcess;
    PspProcessType = ObpCreateType(L"Process", &Procedures);
    Procedures.ValidAccessMask = THREAD_ALL_ACCESS;
    Procedures.GenericMapping.GenericAll = THREAD_ALL_ACCESS;
    Procedures.Delete = PspDeleteThread;
    PspThreadType = ObpCreateType(L"Thread", &Procedures);

    RtlInitUnicodeString(&User, L"SYSTEM");
    NTSTATUS Status = SepCreateUserToken(&User, &Token);
    if (NT_SUCCESS(Status)) {
        Status = PspCreateProcess("System", Token, &PsInitialSystemProcess);
        ObfDereferenceObject(Token);
    }
    if (!NT_SUCCESS(Status)) {
        KeBugCheckEx(PROCESS_INITIALIZATION_FAILED, static_cast<ULONG_PTR>(Status), 0, 0, 0);
    }
    PspNextId(); // 8: the boot thread
    PspBootThread.ThreadsProcess = PsInitialSystemProcess;
    PspBootThread.Tcb.Process = &PsInitialSystemProcess->Pcb;
    PspBootThread.Tcb.ApcState.Process = &PsInitialSystemProcess->Pcb;
    KiNameThread(8, 4, PspBootThread.Name);
}

// System threads that were told to end may still be on their last steps.
static void PspAwaitSystemThreads(void)
{
    constexpr ULONG Patience = 1000;
    LARGE_INTEGER Pause;

    Pause.QuadPart = -10000; // 1 ms
    for (ULONG Round = 0; Round < Patience && PsInitialSystemProcess->ActiveThreads != 0; ++Round) {
        KeDelayExecutionThread(KernelMode, FALSE, &Pause);
    }
}

void PsShutdownSystem(void)
{
    PspAwaitSystemThreads();
    // Programs that were never started, or whose threads were stopped in the middle, have handles
    // and memory left.
    while (PspProcesses.Blink != &PsInitialSystemProcess->ProcessLinks) {
        PEPROCESS Process = CONTAINING_RECORD(PspProcesses.Blink, struct _EPROCESS, ProcessLinks);
        PspExitProcess(Process, STATUS_SUCCESS);
    }
    PspBootThread.Tcb.Process = &KiIdleProcess;
    PspBootThread.Tcb.ApcState.Process = &KiIdleProcess;
    PspExitProcess(PsInitialSystemProcess, STATUS_SUCCESS);
    PsInitialSystemProcess = nullptr;
}

NTSTATUS PspCreateProcess(const char* ImageName, PACCESS_TOKEN Token, PEPROCESS* Process)
{
    PVOID Object = nullptr;
    NTSTATUS Status = ObCreateObject(
        KernelMode, PspProcessType, nullptr, KernelMode, nullptr, sizeof(struct _EPROCESS), 0, 0,
        &Object);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    auto* New = static_cast<PEPROCESS>(Object);
    New->Pcb.Header.Type = KiObjectProcess;
    InitializeListHead(&New->Pcb.Header.WaitListHead);
    InitializeListHead(&New->ThreadListHead);
    New->UniqueProcessId = PspNextId();
    KeQuerySystemTime(&New->CreateTime);
    rdr_snprintf(New->ImageName, sizeof(New->ImageName), "%s", ImageName);
    InsertTailList(&PspProcesses, &New->ProcessLinks);
    ObfReferenceObject(Token);
    New->Token = Token;
    SeQuerySessionIdToken(Token, &New->SessionId);
    Status = ObInitProcess(New);
    if (!NT_SUCCESS(Status)) {
        ObfDereferenceObject(New);
        return Status;
    }
    KiNameProcess(PspProcessNumber(New), New->ImageName);
    if (RdrTraceActive()) {
        WCHAR Buffer[sizeof(New->ImageName)];
        UNICODE_STRING Name = { 0, sizeof(Buffer), Buffer };
        for (ULONG Index = 0; New->ImageName[Index] != 0; ++Index) {
            Buffer[Index] = static_cast<UCHAR>(New->ImageName[Index]);
            Name.Length += sizeof(WCHAR);
        }
        RdrTraceBorn(RdrObjectProcess, New, 0, &Name, nullptr);
    }
    PspNotifyProcess(New, TRUE);
    *Process = New;
    return STATUS_SUCCESS;
}

void PspExitProcess(PEPROCESS Process, NTSTATUS Status)
{
    if (Process->Exiting) {
        return;
    }
    Process->Exiting = TRUE;
    Process->ExitStatus = Status;
    // Cleanup and close of its files must see the process as their caller.
    KAPC_STATE Attached;
    KeStackAttachProcess(&Process->Pcb, &Attached);
    ObKillProcess(Process);
    if (MmpDeleteProcess != nullptr) {
        MmpDeleteProcess(Process);
    }
    KeUnstackDetachProcess(&Attached);
    KeQuerySystemTime(&Process->ExitTime);
    PspNotifyProcess(Process, FALSE);
    RemoveEntryList(&Process->ProcessLinks);
    InitializeListHead(&Process->ProcessLinks);
    if (RdrTraceActive()) {
        RdrTraceDied(Process);
    }
    Process->Pcb.Header.SignalState = 1;
    KiWaitTest(&Process->Pcb.Header);
    ObfDereferenceObject(Process); // of its creation
}

void PspDeleteProcess(PVOID Object)
{
    auto* Process = static_cast<PEPROCESS>(Object);

    if (!IsListEmpty(&Process->ProcessLinks)) {
        RemoveEntryList(&Process->ProcessLinks);
    }
    if (Process->Token != nullptr) {
        ObfDereferenceObject(Process->Token);
    }
}

} // extern "C"
