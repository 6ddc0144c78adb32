// notify.cpp - routines that drivers want called when processes and threads come and go.
#include "engine/ntos/ps/psi.h"

namespace {

constexpr ULONG kMaximum = 8; // PSP_MAX_CREATE_PROCESS_NOTIFY of NT 5.2
constinit PCREATE_PROCESS_NOTIFY_ROUTINE PspProcessRoutines[kMaximum] {};
constinit PCREATE_PROCESS_NOTIFY_ROUTINE_EX PspProcessRoutinesEx[kMaximum] {};
constinit PCREATE_THREAD_NOTIFY_ROUTINE PspThreadRoutines[kMaximum] {};

template <typename Routine>
NTSTATUS PspChange(Routine (&Table)[kMaximum], Routine Remove, Routine Add)
{
    for (Routine& Entry : Table) {
        if (Entry == Remove) {
            Entry = Add;
            return STATUS_SUCCESS;
        }
    }
    return Remove == nullptr ? STATUS_INVALID_PARAMETER : STATUS_PROCEDURE_NOT_FOUND;
}

} // namespace

extern "C" {

void PspInitNotify(void)
{
    RtlZeroMemory(PspProcessRoutines, sizeof(PspProcessRoutines));
    RtlZeroMemory(PspProcessRoutinesEx, sizeof(PspProcessRoutinesEx));
    RtlZeroMemory(PspThreadRoutines, sizeof(PspThreadRoutines));
}

void PspNotifyProcess(PEPROCESS Process, BOOLEAN Create)
{
    for (PCREATE_PROCESS_NOTIFY_ROUTINE Routine : PspProcessRoutines) {
        if (Routine != nullptr) {
            Routine(PsGetCurrentProcessId(), Process->UniqueProcessId, Create);
        }
    }
    for (PCREATE_PROCESS_NOTIFY_ROUTINE_EX Routine : PspProcessRoutinesEx) {
        if (Routine != nullptr) {
            PS_CREATE_NOTIFY_INFO Info {};
            Info.Size = sizeof(Info);
            Info.ParentProcessId = PsGetCurrentProcessId();
            Routine(Process, Process->UniqueProcessId, Create ? &Info : nullptr);
        }
    }
}

void PspNotifyThread(PETHREAD Thread, BOOLEAN Create)
{
    for (PCREATE_THREAD_NOTIFY_ROUTINE Routine : PspThreadRoutines) {
        if (Routine != nullptr) {
            Routine(Thread->Cid.UniqueProcess, Thread->Cid.UniqueThread, Create);
        }
    }
}

NTSTATUS NTAPI
PsSetCreateProcessNotifyRoutine(PCREATE_PROCESS_NOTIFY_ROUTINE NotifyRoutine, BOOLEAN Remove)
{
    return Remove
        ? PspChange(PspProcessRoutines, NotifyRoutine, PCREATE_PROCESS_NOTIFY_ROUTINE(nullptr))
        : PspChange(PspProcessRoutines, PCREATE_PROCESS_NOTIFY_ROUTINE(nullptr), NotifyRoutine);
}

NTSTATUS NTAPI
PsSetCreateProcessNotifyRoutineEx(PCREATE_PROCESS_NOTIFY_ROUTINE_EX NotifyRoutine, BOOLEAN Remove)
{
    return Remove
        ? PspChange(PspProcessRoutinesEx, NotifyRoutine, PCREATE_PROCESS_NOTIFY_ROUTINE_EX(nullptr))
        : PspChange(
            PspProcessRoutinesEx, PCREATE_PROCESS_NOTIFY_ROUTINE_EX(nullptr), NotifyRoutine);
}

NTSTATUS NTAPI PsSetCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine)
{
    const NTSTATUS Status
        = PspChange(PspThreadRoutines, PCREATE_THREAD_NOTIFY_ROUTINE(nullptr), NotifyRoutine);
    return NT_SUCCESS(Status) ? Status : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS NTAPI PsRemoveCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine)
{
    return PspChange(PspThreadRoutines, NotifyRoutine, PCREATE_THREAD_NOTIFY_ROUTINE(nullptr));
}

} // extern "C"
