// worker.cpp - the system's work queues and the threads of the System process that work them off.
//
// Each queue begins with few threads. A worker that takes an item while nobody else is idle starts
// another thread first (up to a limit), so that items which wait for other items of the same queue
// do not lock it up.
#include "engine/ntos/inc/exp.h"
#include "engine/ntos/inc/init.h"
#include "engine/ntos/inc/psp.h"

#include <rdrtrace.h>

namespace {

struct WORK_QUEUE
{
    const char* Name;
    ULONG FirstThreads;
    // below: changed by any thread and by DPCs; no schedule point inside
    LIST_ENTRY Items;
    KSEMAPHORE Arrived;
    ULONG Threads;
    ULONG Idle;
    ULONG Waiting; // items
    ULONG Running; // items
};

constexpr ULONG kMaximumThreads = 16; // a queue
constexpr ULONG kQueues = 3;
constinit WORK_QUEUE ExpQueues[kQueues] = { { "critical worker", 2, {}, {}, 0, 0, 0, 0 },
                                            { "delayed worker", 2, {}, {}, 0, 0, 0, 0 },
                                            { "hypercritical worker", 1, {}, {}, 0, 0, 0, 0 } };

constinit BOOLEAN ExpStopping = FALSE;
constinit BOOLEAN ExpStarted = FALSE;
KEVENT ExpAllStopped;
KEVENT ExpQuiet; // notification: no item waits or runs
constinit PKTHREAD ExpWorkers[kQueues * kMaximumThreads] {};

WORK_QUEUE* ExpQueueOf(WORK_QUEUE_TYPE Type)
{
    switch (Type) {
    case CriticalWorkQueue:
    case RealTimeWorkQueue:
        return &ExpQueues[0];
    case HyperCriticalWorkQueue:
    case SuperCriticalWorkQueue:
        return &ExpQueues[2];
    default:
        return &ExpQueues[1];
    }
}

ULONG ExpBusy()
{
    ULONG Busy = 0;
    for (const WORK_QUEUE& Queue : ExpQueues) {
        Busy += Queue.Waiting + Queue.Running;
    }
    return Busy;
}

void ExpStartThread(WORK_QUEUE* Queue);

// What an item was queued for is bound to an address inside it, because its own may be that of an
// object.
const void* ExpSpanKey(PWORK_QUEUE_ITEM Item)
{
    return reinterpret_cast<const UCHAR*>(Item) + 1;
}

void ExpRunItem(WORK_QUEUE* Queue)
{
    PWORK_QUEUE_ITEM Item = CONTAINING_RECORD(RemoveHeadList(&Queue->Items), WORK_QUEUE_ITEM, List);
    PWORKER_THREAD_ROUTINE Routine = Item->WorkerRoutine;

    Queue->Waiting -= 1;
    Queue->Running += 1;
    Item->List.Flink = nullptr;
    RDR_SPAN Span = RdrTraceActive() ? RdrTraceSpanOf(ExpSpanKey(Item)) : 0;
    if (Span != 0) {
        RdrTraceBind(ExpSpanKey(Item), 0);
        RdrTraceEnter(Span);
    }
    // From here on the item may be queued again or freed by its routine.
    Routine(Item->Parameter);
    RdrTraceLeave(Span);
    if (KiIrql() != PASSIVE_LEVEL || KiCurrentThread()->KernelApcDisable != 0) {
        KiBugCheckNote(
            "a work item returned with its IRQL raised or in a critical region",
            WORKER_THREAD_RETURNED_AT_BAD_IRQL, reinterpret_cast<ULONG_PTR>(Routine), KiIrql(), 0,
            0);
    }
    Queue->Running -= 1;
    if (ExpBusy() == 0) {
        KeSetEvent(&ExpQuiet, 0, FALSE);
    }
}

VOID ExpWorker(PVOID Context)
{
    auto* Queue = static_cast<WORK_QUEUE*>(Context);
    PKTHREAD Self = KiCurrentThread();
    ULONG Slot = 0;

    while (ExpWorkers[Slot] != nullptr) {
        ++Slot;
    }
    ExpWorkers[Slot] = Self;
    for (;;) {
        Queue->Idle += 1;
        KeWaitForSingleObject(&Queue->Arrived, WrQueue, KernelMode, FALSE, nullptr);
        Queue->Idle -= 1;
        if (IsListEmpty(&Queue->Items)) {
            NT_ASSERT(ExpStopping);
            break;
        }
        if (Queue->Idle == 0 && Queue->Threads < kMaximumThreads && !ExpStopping) {
            ExpStartThread(Queue);
        }
        ExpRunItem(Queue);
    }
    ExpWorkers[Slot] = nullptr;
    Queue->Threads -= 1;
    ULONG Left = 0;
    for (const WORK_QUEUE& Other : ExpQueues) {
        Left += Other.Threads;
    }
    if (Left == 0) {
        KeSetEvent(&ExpAllStopped, 0, FALSE);
    }
}

void ExpStartThread(WORK_QUEUE* Queue)
{
    PETHREAD Thread = nullptr;
    if (NT_SUCCESS(PspCreateThread(
            PsInitialSystemProcess, Queue->Name, FALSE, TRUE, ExpWorker, Queue, &Thread))) {
        Queue->Threads += 1;
        ObfDereferenceObject(Thread);
    }
}

} // namespace

extern "C" {

void ExpStartWorkers(void)
{
    ExpStopping = FALSE;
    RtlZeroMemory(ExpWorkers, sizeof(ExpWorkers));
    KeInitializeEvent(&ExpAllStopped, NotificationEvent, FALSE);
    KeInitializeEvent(&ExpQuiet, NotificationEvent, TRUE);
    for (WORK_QUEUE& Queue : ExpQueues) {
        InitializeListHead(&Queue.Items);
        KeInitializeSemaphore(&Queue.Arrived, 0, MAXLONG);
        Queue.Threads = Queue.Idle = Queue.Waiting = Queue.Running = 0;
    }
    for (WORK_QUEUE& Queue : ExpQueues) {
        for (ULONG Index = 0; Index < Queue.FirstThreads; ++Index) {
            ExpStartThread(&Queue);
        }
    }
    ExpStarted = TRUE;
}

/// Lets the workers finish what is queued and end.
void ExpStopWorkers(void)
{
    if (!ExpStarted) {
        return;
    }
    ExpDrainWorkQueues();
    ExpStopping = TRUE;
    ExpStarted = FALSE;
    for (WORK_QUEUE& Queue : ExpQueues) {
        KeReleaseSemaphore(&Queue.Arrived, 0, static_cast<LONG>(Queue.Threads), FALSE);
    }
    KeWaitForSingleObject(&ExpAllStopped, Executive, KernelMode, FALSE, nullptr);
}

BOOLEAN ExpWorkQueuesIdle(void)
{
    return ExpBusy() == 0;
}

void ExpDrainWorkQueues(void)
{
    NT_ASSERT(!ExpIsWorkerThread());
    while (ExpBusy() != 0) {
        KeWaitForSingleObject(&ExpQuiet, Executive, KernelMode, FALSE, nullptr);
    }
}

BOOLEAN ExpIsWorkerThread(void)
{
    for (PKTHREAD Worker : ExpWorkers) {
        if (Worker == KiCurrentThread()) {
            return TRUE;
        }
    }
    return FALSE;
}

/// IRQL     <= DISPATCH_LEVEL
VOID NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)
{
    WORK_QUEUE* Queue = ExpQueueOf(QueueType);

    KiRequireIrql(DISPATCH_LEVEL, "ExQueueWorkItem");
    NT_ASSERT(WorkItem->List.Flink == nullptr); // queued already, or not initialized
    if (RdrTraceActive()) {
        RdrTraceEvent(
            RdrLayerKernel, RdrEventPost, "ExQueueWorkItem", nullptr, STATUS_SUCCESS, QueueType);
        RdrTraceBind(ExpSpanKey(WorkItem), RdrTraceCurrent());
    }
    InsertTailList(&Queue->Items, &WorkItem->List);
    Queue->Waiting += 1;
    KeClearEvent(&ExpQuiet);
    KeReleaseSemaphore(&Queue->Arrived, 0, 1, FALSE);
}

} // extern "C"
