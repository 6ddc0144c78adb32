// kep.h - what the kernel layer offers to the other parts of the executive.
//
// There is one host thread, and threads switch only where the kernel says so: in a wait, at
// KiSchedulePoint, when an IRQL is lowered with a DPC pending. Between two such places everything
// is atomic, so the dispatcher needs no lock of its own.
//
//      interrupt (timer, wire) ──► DPC queue ──► drained at DISPATCH_LEVEL: at the end of the
//      interrupt, when a thread
//                                                lowers its IRQL below DISPATCH_LEVEL, or at once
//                                                when it queues below it
#pragma once

#include <ntifs.h>

#include <rdrseh.h>

#ifdef __cplusplus
extern "C" {
#endif

// Values of DISPATCHER_HEADER.Type; the first two and the timers are part of the public interface.
enum
{
    KiObjectNotificationEvent = 0,
    KiObjectSynchronizationEvent = 1,
    KiObjectMutant = 2,
    KiObjectProcess = 3,
    KiObjectQueue = 4,
    KiObjectSemaphore = 5,
    KiObjectThread = 6,
    KiObjectNotificationTimer = 8,
    KiObjectSynchronizationTimer = 9,
};

#define KI_WAITING ((NTSTATUS)0x7FFFFFFF) // WaitStatus while a wait is not over
#define KI_WAIT_BLOCKS 4 // waits on up to this many objects need no array from the caller

struct _KPROCESS
{
    DISPATCHER_HEADER Header; // signalled when the process has ended
};

struct _KTHREAD
{
    DISPATCHER_HEADER Header; // signalled when the thread has ended

    // constant after init
    PVOID SchedThread; // sched::Thread; NULL for the idle thread
    PKPROCESS Process; // the process the thread belongs to

    // own thread only
    SHORT KernelApcDisable; // < 0 inside critical regions
    SHORT SpecialApcDisable; // < 0 inside guarded regions
    KPROCESSOR_MODE PreviousMode;
    BOOLEAN Alertable; // of the wait under way
    KPROCESSOR_MODE WaitMode;
    BOOLEAN Alerted;
    KPRIORITY Priority;
    RDR_SEH_STATE Seh;

    // the wait under way; changed by whoever ends it
    NTSTATUS WaitStatus;
    PKWAIT_BLOCK WaitBlocks; // KI_WAITING: linked into their objects
    ULONG WaitCount;
    WAIT_TYPE WaitType;
    PVOID WaitTimer; // bridge timer that ends it, 0 without one
    const char* WaitWhat; // for the recording: what it waits for, whose that is, who ended it
    PVOID WaitLock;
    PKTHREAD WaitOwner;
    ULONG WaitEnder;
    KWAIT_BLOCK WaitBlock[KI_WAIT_BLOCKS];
    PKQUEUE Queue; // the queue the thread takes entries from
    PLIST_ENTRY QueueEntry; // what a queue handed to the waiting thread
    LIST_ENTRY QueueLinks;

    // APCs wait here; changed by any thread
    KAPC_STATE ApcState; // ApcState.Process is the process whose address space the thread uses
    LIST_ENTRY MutantListHead; // mutants the thread owns
};

// --- Boundary to the scheduler (ke/bridge_host.cpp). No other file of the kernel knows it.

typedef void (*KI_ROUTINE)(PVOID Context);

PKTHREAD KiCurrentThread(void); // the idle thread in an interrupt and outside a run
BOOLEAN KiInInterrupt(void);
KIRQL KiIrql(void);
void KiSetIrql(KIRQL Irql);
ULONG KiCpu(void);
ULONGLONG KiNowNs(void);
void KiAdvanceNs(ULONGLONG Nanoseconds);

/// Suspends the current thread until KiWake. What is a literal; Object (optional) is described in a
/// deadlock report.
void KiBlock(const char* What, PVOID Object, BOOLEAN Timed);
void KiWake(PKTHREAD Thread);
void KiYield(void);

/// Another thread may run here. No effect at DISPATCH_LEVEL and above.
void KiSchedulePoint(void);

/// Calls Routine once in interrupt context at DISPATCH_LEVEL. Returns a token for
/// KiCancelBridgeTimer, never NULL.
PVOID KiSetBridgeTimer(ULONGLONG DeadlineNs, KI_ROUTINE Routine, PVOID Context);
BOOLEAN KiCancelBridgeTimer(PVOID Token);
void KiPostInterrupt(KI_ROUTINE Routine, PVOID Context);

/// One of Alternatives, from the seed. What is a literal.
ULONG KiChoose(ULONG Alternatives, const char* What);

/// Bytes from the seed, in a stream of their own (UUIDs, keys, RtlRandomEx); the same in every run
/// of one seed.
void KiEntropy(PVOID Buffer, SIZE_T Bytes);

/// Makes a thread; Start runs on it. Daemon: the run need not wait for its end.
void KiStartThread(
    PKTHREAD Thread,
    const char* Name,
    ULONG ThreadId,
    ULONG ProcessId,
    BOOLEAN Daemon,
    KI_ROUTINE Start,
    PVOID Context);
/// Ends the calling thread's host side: does not return. Ended runs afterwards, off the thread's
/// stack.
void KiExitThread(KI_ROUTINE Ended, PVOID Context) __attribute__((noreturn));
void KiStackLimits(PULONG_PTR Low, PULONG_PTR High);

/// Stops the machine. Does not return.
void KiStopMachine(void) __attribute__((noreturn));

// --- Threads and waits

extern struct _KTHREAD KiIdleThread;
extern struct _KPROCESS KiIdleProcess;

void KiInitThread(PKTHREAD Thread, PKPROCESS Process);

/// Satisfies the waits of threads that wait for a now signalled object, first come first served.
void KiWaitTest(PDISPATCHER_HEADER Object);

/// Tells the recording what the calling thread's next wait is for, when that is more than the
/// dispatcher object it sleeps on. What is a literal; Owner is optional.
void KiWaitFor(const char* What, PVOID Lock, PKTHREAD Owner);

/// Ends a thread's wait with a status, when it is waiting.
BOOLEAN KiUnwait(PKTHREAD Thread, NTSTATUS Status);

/// Bug checks unless the IRQL is at most Maximum. Routine is a literal that the report names.
void KiRequireIrql(KIRQL Maximum, const char* Routine);

/// Gives up mutants the ending thread still owns (STATUS_ABANDONED for the waiters).
void KiAbandonMutants(PKTHREAD Thread);

// --- APCs

typedef enum _KAPC_ENVIRONMENT
{
    OriginalApcEnvironment,
    AttachedApcEnvironment,
    CurrentApcEnvironment
} KAPC_ENVIRONMENT;
NTKERNELAPI VOID NTAPI KeInitializeApc(
    PRKAPC Apc,
    PRKTHREAD Thread,
    KAPC_ENVIRONMENT Environment,
    PKKERNEL_ROUTINE KernelRoutine,
    PKRUNDOWN_ROUTINE RundownRoutine,
    PKNORMAL_ROUTINE NormalRoutine,
    KPROCESSOR_MODE ApcMode,
    PVOID NormalContext);
NTKERNELAPI BOOLEAN NTAPI
KeInsertQueueApc(PRKAPC Apc, PVOID SystemArgument1, PVOID SystemArgument2, KPRIORITY Increment);
NTKERNELAPI BOOLEAN NTAPI KeRemoveQueueApc(PRKAPC Apc);
NTKERNELAPI BOOLEAN NTAPI KeTestAlertThread(KPROCESSOR_MODE AlertMode);
NTKERNELAPI BOOLEAN NTAPI KeAlertThread(PKTHREAD Thread, KPROCESSOR_MODE AlertMode);

/// Runs what may run now: special kernel APCs below APC_LEVEL, normal ones outside critical
/// regions.
void KiDeliverKernelApcs(void);
/// Runs the queued user APCs of the current thread (NormalRoutine with previous mode UserMode).
void KiDeliverUserApcs(void);
void KiFlushApcs(PKTHREAD Thread);

// --- DPCs

void KiDrainDpcs(void); // at DISPATCH_LEVEL
BOOLEAN KiInDpc(void);
LONG KiPendingDpcs(void);

// --- Time: 100 ns ticks since 1601

/// System time at boot: 1 January 2026, 00:00 UTC.
#define KI_BOOT_TIME 134116992000000000LL
#define KI_TICK_100NS 156250

/// Turns a timeout of the kernel's kind (negative: relative, else absolute system time) into a
/// virtual deadline.
ULONGLONG KiDeadlineNs(LONGLONG DueTime);

// --- The system that is played; set by the world before KiInitSystem

typedef struct _KI_NT_VERSION
{
    ULONG Major;
    ULONG Minor;
    ULONG Build;
} KI_NT_VERSION;
extern KI_NT_VERSION KiNtVersion;
extern ULONG KiProcessorCount;

// --- Bug check

typedef struct _KI_BUGCHECK
{
    BOOLEAN Happened;
    ULONG Code;
    ULONG_PTR Parameters[4];
    ULONG ThreadId;
    ULONG ProcessId;
    UCHAR Irql;
    char Note[200]; // what the caller of KiBugCheckNote said
} KI_BUGCHECK;
extern KI_BUGCHECK KiBugCheckData;

/// KeBugCheckEx with a sentence for the report.
void KiBugCheckNote(
    const char* Note, ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4)
    __attribute__((noreturn));
const char* KiBugCheckName(ULONG Code);

/// One line for a person, kept in the report of the run and in the trace (DbgPrint and notes of the
/// kernel).
void KiPrint(const char* Text);

#ifdef __cplusplus
}
#endif
