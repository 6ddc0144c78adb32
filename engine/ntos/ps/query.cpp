// query.cpp - who am I, who is that: questions about processes and threads.
#include "engine/ntos/ps/psi.h"

namespace {

PETHREAD PspFindThread(HANDLE ThreadId)
{
    for (PLIST_ENTRY Link = PspProcesses.Flink; Link != &PspProcesses; Link = Link->Flink) {
        PEPROCESS Process = CONTAINING_RECORD(Link, struct _EPROCESS, ProcessLinks);
        for (PLIST_ENTRY Inner = Process->ThreadListHead.Flink; Inner != &Process->ThreadListHead;
             Inner = Inner->Flink) {
            PETHREAD Thread = CONTAINING_RECORD(Inner, struct _ETHREAD, ThreadLinks);
            if (Thread->Cid.UniqueThread == ThreadId) {
                return Thread;
            }
        }
    }
    return nullptr;
}

} // namespace

extern "C" {

PETHREAD NTAPI PsGetCurrentThread(VOID)
{
    return CONTAINING_RECORD(KiCurrentThread(), struct _ETHREAD, Tcb);
}

PEPROCESS NTAPI IoGetCurrentProcess(VOID)
{
    return PspCurrentProcess();
}

PEPROCESS PspCurrentProcess(void)
{
    PKPROCESS Process = KiCurrentThread()->ApcState.Process;
    // An interrupt and the first steps of the boot run in no process of their own: they count as
    // System's.
    return Process == &KiIdleProcess || Process == nullptr
        ? PsInitialSystemProcess
        : CONTAINING_RECORD(Process, struct _EPROCESS, Pcb);
}

HANDLE NTAPI PsGetCurrentProcessId(VOID)
{
    PEPROCESS Process = PspCurrentProcess();
    return Process == nullptr ? nullptr : Process->UniqueProcessId;
}

HANDLE NTAPI PsGetCurrentThreadId(VOID)
{
    return KiCurrentThread() == &KiIdleThread ? nullptr : PsGetCurrentThread()->Cid.UniqueThread;
}

HANDLE NTAPI PsGetProcessId(PEPROCESS Process)
{
    return Process->UniqueProcessId;
}

HANDLE NTAPI PsGetThreadId(PETHREAD Thread)
{
    return Thread->Cid.UniqueThread;
}

HANDLE NTAPI PsGetThreadProcessId(PETHREAD Thread)
{
    return Thread->Cid.UniqueProcess;
}

NTKERNELAPI PEPROCESS NTAPI PsGetThreadProcess(PETHREAD Thread)
{
    return Thread->ThreadsProcess;
}

LONGLONG NTAPI PsGetProcessCreateTimeQuadPart(PEPROCESS Process)
{
    return Process->CreateTime.QuadPart;
}

LARGE_INTEGER NTAPI PsGetProcessExitTime(VOID)
{
    return PspCurrentProcess()->ExitTime;
}

PUCHAR NTAPI PsGetProcessImageFileName(PEPROCESS Process)
{
    return reinterpret_cast<PUCHAR>(Process->ImageName);
}

BOOLEAN NTAPI PsIsSystemThread(PETHREAD Thread)
{
    return Thread->SystemThread;
}

BOOLEAN NTAPI PsIsThreadTerminating(PETHREAD Thread)
{
    return Thread->Terminating;
}

BOOLEAN NTAPI PsIsCurrentThreadPrefetching(VOID)
{
    return FALSE;
}

/// Owns     one reference on *Process
NTSTATUS NTAPI PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS* Process)
{
    for (PLIST_ENTRY Link = PspProcesses.Flink; Link != &PspProcesses; Link = Link->Flink) {
        PEPROCESS Candidate = CONTAINING_RECORD(Link, struct _EPROCESS, ProcessLinks);
        if (Candidate->UniqueProcessId == ProcessId) {
            ObfReferenceObject(Candidate);
            *Process = Candidate;
            return STATUS_SUCCESS;
        }
    }
    return STATUS_INVALID_CID;
}

NTSTATUS NTAPI PsLookupThreadByThreadId(HANDLE UniqueThreadId, PETHREAD* Thread)
{
    PETHREAD Found = PspFindThread(UniqueThreadId);
    if (Found == nullptr) {
        return STATUS_INVALID_CID;
    }
    ObfReferenceObject(Found);
    *Thread = Found;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PsLookupProcessThreadByCid(PCLIENT_ID Cid, PEPROCESS* Process, PETHREAD* Thread)
{
    PETHREAD Found = PspFindThread(Cid->UniqueThread);
    if (Found == nullptr || Found->Cid.UniqueProcess != Cid->UniqueProcess) {
        return STATUS_INVALID_CID;
    }
    ObfReferenceObject(Found);
    *Thread = Found;
    if (Process != nullptr) {
        ObfReferenceObject(Found->ThreadsProcess);
        *Process = Found->ThreadsProcess;
    }
    return STATUS_SUCCESS;
}

/// As RtlGetVersion. FALSE: not a checked build.
BOOLEAN NTAPI PsGetVersion(
    PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber, PUNICODE_STRING CSDVersion)
{
    if (MajorVersion != nullptr) {
        *MajorVersion = KiNtVersion.Major;
    }
    if (MinorVersion != nullptr) {
        *MinorVersion = KiNtVersion.Minor;
    }
    if (BuildNumber != nullptr) {
        *BuildNumber = KiNtVersion.Build;
    }
    if (CSDVersion != nullptr) {
        CSDVersion->Length = 0;
    }
    return FALSE;
}

// Pool quota has no limit here; what is charged need not be kept.
NTSTATUS NTAPI PsChargeProcessPoolQuota(PEPROCESS Process, POOL_TYPE PoolType, ULONG_PTR Amount)
{
    UNREFERENCED_PARAMETER(Process);
    UNREFERENCED_PARAMETER(PoolType);
    UNREFERENCED_PARAMETER(Amount);
    return STATUS_SUCCESS;
}

VOID NTAPI PsChargePoolQuota(PEPROCESS Process, POOL_TYPE PoolType, ULONG_PTR Amount)
{
    PsChargeProcessPoolQuota(Process, PoolType, Amount);
}

VOID NTAPI PsReturnPoolQuota(PEPROCESS Process, POOL_TYPE PoolType, ULONG_PTR Amount)
{
    PsChargeProcessPoolQuota(Process, PoolType, Amount);
}

KPROCESSOR_MODE PspSetPreviousMode(KPROCESSOR_MODE Mode)
{
    PKTHREAD Thread = KiCurrentThread();
    const KPROCESSOR_MODE Old = Thread->PreviousMode;
    Thread->PreviousMode = Mode;
    return Old;
}

PVOID* PspObjectTable(PEPROCESS Process)
{
    return &Process->ObjectTable;
}

const char* PspImageName(PEPROCESS Process)
{
    return Process->ImageName;
}

ULONG PspThreadNumber(PETHREAD Thread)
{
    return static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(Thread->Cid.UniqueThread));
}

ULONG PspProcessNumber(PEPROCESS Process)
{
    return static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(Process->UniqueProcessId));
}

} // extern "C"
