// bridge_host.cpp - the kernel's side of the scheduler: the one place where a KTHREAD meets a
// sched::Thread.
#include "engine/ntos/ke/bridge_host.h"

#include "engine/host/check.h"
#include "engine/host/fiber.h"
#include "engine/ntos/inc/kep.h"
#include "engine/recorder/recorder.h"
#include "engine/sched/scheduler.h"

#include <memory>
#include <string>
#include <utility>

#include <rdrtrace.h>

namespace rdrlab::ntos {

namespace {

sched::Scheduler* g_scheduler = nullptr;
std::unique_ptr<sched::Random> g_entropy;
std::function<void(std::string_view)> g_printListener;

sched::Scheduler& machine()
{
    RDRLAB_CHECK_NOTE(g_scheduler, "a kernel routine was called while no world is alive");
    return *g_scheduler;
}

struct Exit
{
    KI_ROUTINE ended = nullptr;
    PVOID context = nullptr;
};

} // namespace

void attachScheduler(sched::Scheduler* scheduler)
{
    g_scheduler = scheduler;
    g_entropy.reset();
    if (!scheduler) {
        g_printListener = nullptr;
        return;
    }
    // A stream of its own: drawing a UUID must not move the choices that a replay records.
    g_entropy = std::make_unique<sched::Random>(scheduler->choices().seed() ^ 0x656E74726F7079ull);
    scheduler->setInterruptHook([] { KiDrainDpcs(); });
}

void setPrintListener(std::function<void(std::string_view)> listener)
{
    g_printListener = std::move(listener);
}

std::string describeObject(const void* object)
{
    const auto* header = static_cast<const DISPATCHER_HEADER*>(object);
    switch (header->Type) {
    case KiObjectNotificationEvent:
        return "a notification event";
    case KiObjectSynchronizationEvent:
        return "a synchronization event";
    case KiObjectMutant: {
        const auto* mutant = reinterpret_cast<const KMUTANT*>(header);
        if (mutant->OwnerThread && mutant->OwnerThread->SchedThread) {
            const auto* owner = static_cast<const sched::Thread*>(mutant->OwnerThread->SchedThread);
            return "a mutex that thread " + std::to_string(owner->id()) + " (" + owner->name()
                + ") owns";
        }
        return "a mutex";
    }
    case KiObjectProcess:
        return "the end of a process";
    case KiObjectQueue:
        return "a queue";
    case KiObjectSemaphore:
        return "a semaphore";
    case KiObjectThread: {
        const auto* thread = reinterpret_cast<const _KTHREAD*>(header);
        if (thread->SchedThread)
            return "the end of thread "
                + std::to_string(static_cast<const sched::Thread*>(thread->SchedThread)->id());
        return "the end of a thread";
    }
    case KiObjectNotificationTimer:
    case KiObjectSynchronizationTimer:
        return "a timer";
    default:
        return "an object";
    }
}

} // namespace rdrlab::ntos

using namespace rdrlab;
using namespace rdrlab::ntos;

extern "C" {

PKTHREAD KiCurrentThread(void)
{
    if (!g_scheduler)
        return &KiIdleThread;
    void* owner = g_scheduler->currentOwner();
    return owner ? static_cast<PKTHREAD>(owner) : &KiIdleThread;
}

BOOLEAN KiInInterrupt(void)
{
    return g_scheduler && g_scheduler->inInterrupt();
}

KIRQL KiIrql(void)
{
    return sched::currentContext().irql;
}

void KiSetIrql(KIRQL Irql)
{
    machine().setIrql(Irql);
}

ULONG KiCpu(void)
{
    return sched::currentContext().cpu;
}

ULONGLONG KiNowNs(void)
{
    return sched::currentContext().nowNs;
}

void KiAdvanceNs(ULONGLONG Nanoseconds)
{
    machine().advance(Nanoseconds);
}

void KiBlock(const char* What, PVOID Object, BOOLEAN Timed)
{
    machine().block({ .what = What,
                      .object = Object,
                      .describe = Object ? describeObject : nullptr,
                      .timed = Timed != 0 });
}

void KiWake(PKTHREAD Thread)
{
    machine().wake(*static_cast<sched::Thread*>(Thread->SchedThread));
}

void KiYield(void)
{
    machine().yieldNow();
}

void KiSchedulePoint(void)
{
    machine().schedulePoint();
}

void KiNameProcess(ULONG ProcessId, const char* Name);
void KiNameThread(ULONG ThreadId, ULONG ProcessId, const char* Name);

PVOID KiSetBridgeTimer(ULONGLONG DeadlineNs, KI_ROUTINE Routine, PVOID Context)
{
    const sched::TimerId timer
        = machine().setTimer(DeadlineNs, [Routine, Context] { Routine(Context); });
    return reinterpret_cast<PVOID>(static_cast<ULONG_PTR>(timer));
}

BOOLEAN KiCancelBridgeTimer(PVOID Token)
{
    return machine().cancelTimer(static_cast<sched::TimerId>(reinterpret_cast<ULONG_PTR>(Token)));
}

void KiPostInterrupt(KI_ROUTINE Routine, PVOID Context)
{
    machine().postEvent([Routine, Context] { Routine(Context); });
}

ULONG KiChoose(ULONG Alternatives, const char* What)
{
    return machine().choices().choose(Alternatives, What);
}

void KiEntropy(PVOID Buffer, SIZE_T Bytes)
{
    RDRLAB_CHECK(g_entropy);
    auto* at = static_cast<unsigned char*>(Buffer);
    while (Bytes > 0) {
        const uint64_t word = g_entropy->next();
        const SIZE_T now = Bytes < sizeof(word) ? Bytes : sizeof(word);
        memcpy(at, &word, now);
        at += now;
        Bytes -= now;
    }
}

void KiStartThread(
    PKTHREAD Thread,
    const char* Name,
    ULONG ThreadId,
    ULONG ProcessId,
    BOOLEAN Daemon,
    KI_ROUTINE Start,
    PVOID Context)
{
    sched::ThreadOptions options;
    options.name = Name;
    options.threadId = ThreadId;
    options.processId = ProcessId;
    options.daemon = Daemon != 0;
    options.owner = Thread;
    Thread->SchedThread
        = &machine().spawn(std::move(options), [Start, Context] { Start(Context); });
}

void KiExitThread(KI_ROUTINE Ended, PVOID Context)
{
    sched::Scheduler& scheduler = machine();
    scheduler.exitThread([Ended, Context] { Ended(Context); });
}

void KiStackLimits(PULONG_PTR Low, PULONG_PTR High)
{
    const sched::Thread* thread = machine().current();
    const host::Fiber& fiber = thread ? thread->fiber() : machine().interruptFiber();
    *Low = reinterpret_cast<ULONG_PTR>(fiber.stackLow());
    *High = reinterpret_cast<ULONG_PTR>(fiber.stackHigh());
}

void KiStopMachine(void)
{
    if (g_scheduler)
        g_scheduler->stop();
    // Still here: the bug check happened outside any thread of the machine, where nobody can be
    // told but the person.
    host::checkFailed("bug check outside the machine", __FILE__, __LINE__, KiBugCheckData.Note);
}

void KiNameProcess(ULONG ProcessId, const char* Name)
{
    if (recorder::Recorder* recorder = recorder::Recorder::active())
        recorder->process(ProcessId, Name);
}

void KiNameThread(ULONG ThreadId, ULONG ProcessId, const char* Name)
{
    if (recorder::Recorder* recorder = recorder::Recorder::active())
        recorder->thread(ThreadId, ProcessId, Name);
}

void KiPrint(const char* Text)
{
    if (RdrTraceActive())
        RdrTraceText(RdrLayerKernel, RdrEventNote, "DbgPrint", nullptr, Text);
    if (g_printListener)
        g_printListener(Text);
}

} // extern "C"
