// psp.h - processes and threads as the other parts of the executive see them.
//
// Both are objects (types Process and Thread); System is process 4, ids go on with 8, 12, ... in
// order of creation, threads and processes from one sequence, as on Windows. The boot thread exists
// before the object manager does and is no object.
#pragma once

#include "engine/ntos/inc/kep.h"

#ifdef __cplusplus
extern "C" {
#endif

struct _EPROCESS
{
    struct _KPROCESS Pcb;

    // constant after creation
    HANDLE UniqueProcessId;
    LARGE_INTEGER CreateTime;
    PACCESS_TOKEN Token; // primary token, one reference
    char ImageName[32]; // UTF-8
    ULONG SessionId;

    PVOID ObjectTable; // of the object manager
    PVOID MmSlot; // of the memory manager
    LIST_ENTRY ThreadListHead; // ETHREAD.ThreadLinks
    LIST_ENTRY ProcessLinks;
    ULONG ActiveThreads;
    BOOLEAN Exiting;
    NTSTATUS ExitStatus;
    LARGE_INTEGER ExitTime;
};

struct _ETHREAD
{
    struct _KTHREAD Tcb;

    // constant after creation
    CLIENT_ID Cid;
    PEPROCESS ThreadsProcess; // referenced
    LARGE_INTEGER CreateTime;
    PKSTART_ROUTINE StartRoutine;
    PVOID StartContext;
    BOOLEAN SystemThread;
    BOOLEAN Daemon;
    char Name[48];

    // own thread
    LIST_ENTRY ThreadLinks; // in ThreadsProcess->ThreadListHead
    LIST_ENTRY IrpList; // of the I/O manager: IRPs the thread has issued
    PVOID TopLevelIrp; // IRP or a FSRTL_xxx_TOP_LEVEL_IRP value
    PVOID CancelData; // free for the I/O manager
    BOOLEAN Terminating;
    NTSTATUS ExitStatus;
    BOOLEAN DisableImpersonation;

    // impersonation; Token NULL: none
    PACCESS_TOKEN ImpersonationToken;
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
    BOOLEAN CopyOnOpen;
    BOOLEAN EffectiveOnly;
};

extern POBJECT_TYPE PspProcessType;
extern POBJECT_TYPE PspThreadType;
extern struct _ETHREAD PspBootThread;

/// Creates a process with the given token (referenced). It lives until PspExitProcess; a caller who
/// wants it longer takes a reference.
NTSTATUS PspCreateProcess(const char* ImageName, PACCESS_TOKEN Token, PEPROCESS* Process);

/// Ends a process that has no threads: closes its handles, frees its user memory, signals it.
void PspExitProcess(PEPROCESS Process, NTSTATUS Status);

/// Creates a thread. User threads run with previous mode UserMode; the process ends with its last
/// user thread. Daemon: World::run does not wait for it.
NTSTATUS PspCreateThread(
    PEPROCESS Process,
    const char* Name,
    BOOLEAN User,
    BOOLEAN Daemon,
    PKSTART_ROUTINE StartRoutine,
    PVOID StartContext,
    PETHREAD* Thread);

/// Ends the calling thread.
void PspExitThread(NTSTATUS Status) __attribute__((noreturn));

KPROCESSOR_MODE PspSetPreviousMode(KPROCESSOR_MODE Mode); // returns the old one
PVOID* PspObjectTable(PEPROCESS Process);
const char* PspImageName(PEPROCESS Process);
NTKERNELAPI PUCHAR NTAPI PsGetProcessImageFileName(PEPROCESS Process);
ULONG PspThreadNumber(PETHREAD Thread);
ULONG PspProcessNumber(PEPROCESS Process);

/// The process whose handles and memory the current thread uses now (after KeStackAttachProcess the
/// attached one).
PEPROCESS PspCurrentProcess(void);

#ifdef __cplusplus
}
#endif
