// scheduler.h - the machine's threads, its clock and its choices on one host thread.
//
// Threads are fibers. The loop in run() serves what is due (timers, posted events), dispatches one
// ready thread, and when nobody is ready lets the virtual clock jump to the next timer; so a wait
// of a minute costs nothing, and the same seed gives the same run on every machine.
//
//      Ready --dispatch--> Running --block()--> Blocked --wake()--> Ready
//        ^                    |  \--body returns--> Ended
//        +---schedulePoint()--+
//
// Each dispatch takes the next virtual CPU and kDispatchNs of virtual time, so time moves even when
// all are busy. Timers and events are served with no thread running, at DISPATCH_LEVEL: their
// callbacks must not block.
//
// A thread is a daemon when the run need not wait for it: worker threads and the like.
#pragma once

#include "engine/sched/choice.h"
#include "engine/sched/context.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdrlab::host {
class Fiber;
}

namespace rdrlab::sched {

class Scheduler;

/// The one context of the program, kept current on every switch.
const Context& currentContext();

inline constexpr uint64_t kForever = UINT64_MAX;
inline constexpr uint8_t kDispatchIrql = 2;

enum class ThreadState
{
    Ready,
    Running,
    Blocked,
    Ended
};

struct ThreadOptions
{
    std::string name;
    uint32_t threadId = 0;
    uint32_t processId = 0;
    bool daemon = false;
    void* owner = nullptr; // the kernel's thread object, for Scheduler::currentOwner()
    std::function<void()>
        ended; // runs in the loop, off the thread's stack, after the body has returned
};

/// Why a thread blocks, for the report of a deadlock. `describe` turns `object` into words when
/// somebody asks.
struct BlockReason
{
    const char* what = "wait";
    const void* object = nullptr;
    std::string (*describe)(const void* object) = nullptr;
    bool timed = false; // a timer will end it, so it is no part of a deadlock
};

class Thread
{
public:
    ~Thread();
    const std::string& name() const { return m_options.name; }
    uint32_t id() const { return m_options.threadId; }
    uint32_t processId() const { return m_options.processId; }
    void setProcessId(uint32_t processId) { m_options.processId = processId; }
    bool daemon() const { return m_options.daemon; }
    void* owner() const { return m_options.owner; }
    ThreadState state() const { return m_state; }
    const BlockReason& blockReason() const { return m_reason; }
    const host::Fiber& fiber() const { return *m_fiber; }

private:
    friend class Scheduler;
    Thread() = default;

    ThreadOptions m_options;
    std::unique_ptr<host::Fiber> m_fiber;
    ThreadState m_state = ThreadState::Ready;
    BlockReason m_reason;
    uint8_t m_irql = 0;
};

/// Names one armed timer; 0 is none.
using TimerId = uint64_t;

struct IdleOutcome
{
    bool delivered = false; // input arrived at timeNs and its event was posted
    uint64_t timeNs = 0;
};

/// Input from outside the machine (live sockets, or their recording). Asked only when no thread is
/// ready.
class IdleSource
{
public:
    virtual ~IdleSource() = default;
    /// Waits for input until `nextDeadlineNs` (kForever: no timer is armed); runs as an interrupt.
    /// Delivers what arrived, or posts an event for it, and tells its virtual time (>= nowNs, <=
    /// nextDeadlineNs). Not delivered: the clock may jump to the deadline.
    virtual IdleOutcome wait(uint64_t nowNs, uint64_t nextDeadlineNs) = 0;
};

enum class RunEnd
{
    Finished, // what was waited for has happened
    Deadlock, // nobody can ever run again
    Stopped, // stop() was called (bug check)
    ReplayMismatch, // the recorded choices do not fit
    Limit, // more dispatches than allowed
};

struct SchedulerOptions
{
    uint64_t seed = 1;
    std::vector<uint32_t> replayChoices;
    unsigned cpus = 2;
    uint32_t preemptOneIn = 16; // at a schedule point, with somebody else ready
    uint64_t dispatchLimit = kForever;
    uint64_t stallLimitNs
        = 3600ull * 1000 * 1000 * 1000; // daemons alone may keep the clock running this long
};

class Scheduler
{
public:
    static constexpr uint64_t kDispatchNs = 1000;
    static constexpr uint64_t kSchedulePointNs = 100;

    explicit Scheduler(SchedulerOptions options = {});
    ~Scheduler();
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    // Threads
    // ----------------------------------------------------------------------------------------------------

    /// Makes a ready thread. The reference stays valid until the thread has ended and `ended` has
    /// run.
    Thread& spawn(ThreadOptions options, std::function<void()> body);

    /// The running thread; null while an interrupt is served and outside run().
    Thread* current() const { return m_current; }
    void* currentOwner() const { return m_current ? m_current->m_options.owner : nullptr; }

    /// Suspends the running thread until wake(). Never in an interrupt.
    void block(const BlockReason& reason);

    /// Makes a blocked thread ready; no effect on one that is not blocked.
    void wake(Thread& thread);

    /// A place where another thread may run instead. No effect at DISPATCH_LEVEL or above and in an
    /// interrupt.
    void schedulePoint();

    /// Lets others run: the thread stays ready, one of the other ready threads is dispatched first.
    void yieldNow();

    /// Ends the running thread as if its body had returned, without unwinding its stack: what its
    /// frames own is lost. `ended` runs in the loop afterwards.
    [[noreturn]] void exitThread(std::function<void()> ended);

    // Time
    // -------------------------------------------------------------------------------------------------------

    uint64_t nowNs() const;

    /// Busy time: the running code takes this long.
    void advance(uint64_t ns);

    /// Calls fn once at deadlineNs of virtual time (at once when past). Timers of one deadline fire
    /// in order of arming.
    TimerId setTimer(uint64_t deadlineNs, std::function<void()> fn);
    /// False when it has fired already or never was.
    bool cancelTimer(TimerId timer);

    /// Calls fn in interrupt context before the next dispatch.
    void postEvent(std::function<void()> fn);

    // Running
    // ----------------------------------------------------------------------------------------------------

    /// Runs until `done` returns true (asked between dispatches) or nobody can run. Called from
    /// outside any thread.
    RunEnd run(const std::function<bool()>& done);

    /// Runs until every thread that is no daemon has ended.
    RunEnd run();

    /// Makes run() return Stopped before anything else runs, now and ever after. Does not return to
    /// a thread or an interrupt that calls it.
    void stop();
    bool stopped() const { return m_stopped; }

    void setIdleSource(IdleSource* source) { m_idleSource = source; }

    /// Runs in interrupt context after each timer or event callback (the kernel drains its DPC
    /// queue here).
    void setInterruptHook(std::function<void()> hook) { m_interruptHook = std::move(hook); }

    /// Runs before a thread's first and every later dispatch.
    void setDispatchHook(std::function<void(Thread&)> hook) { m_dispatchHook = std::move(hook); }

    ChoiceSource& choices() { return m_choices; }
    size_t workingThreads() const { return m_working; }
    uint64_t dispatches() const { return m_dispatches; }
    unsigned cpus() const { return m_options.cpus; }

    /// One line per thread that has not ended: who it is and what it waits for.
    std::string describeThreads() const;

    const host::Fiber& interruptFiber() const { return *m_interruptFiber; }
    bool inInterrupt() const { return m_inInterrupt; }
    uint8_t irql() const;
    void setIrql(uint8_t irql);

private:
    struct Timer
    {
        uint64_t deadlineNs;
        TimerId id;
        std::function<void()> fn;
    };

    void buryEnded(Thread& thread);
    void serveInterrupts();
    void interrupt(std::function<void()> fn);
    bool timerDue() const;
    void dispatch();
    bool stalled() const;
    std::optional<RunEnd> idle();
    void popCancelledTimers();

    SchedulerOptions m_options;
    ChoiceSource m_choices;
    std::vector<std::unique_ptr<Thread>> m_threads;
    std::vector<Thread*> m_ready;
    std::deque<std::function<void()>> m_events;
    std::vector<Timer> m_timers; // heap, earliest deadline (then earliest id) first
    std::vector<TimerId> m_armed; // sorted: ids ascend
    std::unique_ptr<host::Fiber> m_interruptFiber; // a bug check in an interrupt abandons it
    std::function<void()> m_interruptBody;
    std::function<void()> m_interruptHook;
    std::function<void(Thread&)> m_dispatchHook;
    IdleSource* m_idleSource = nullptr;
    Thread* m_current = nullptr;
    Thread* m_yielded = nullptr; // ready too, but behind everybody else
    TimerId m_nextTimer = 1;
    uint64_t m_dispatches = 0;
    uint64_t m_lastWorkNs = 0; // when a thread that is no daemon last ran
    size_t m_working = 0; // threads that are no daemons and have not ended
    bool m_inInterrupt = false;
    bool m_running = false;
    bool m_stopped = false;
};

} // namespace rdrlab::sched
