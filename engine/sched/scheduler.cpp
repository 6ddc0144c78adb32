#include "engine/sched/scheduler.h"

#include "engine/host/check.h"
#include "engine/host/fiber.h"

#include <algorithm>
#include <utility>

namespace rdrlab::sched {

namespace {

Context g_context;

// Orders the timer heap: what fires first is at its top.
constexpr auto kLater = [](const auto& a, const auto& b) {
    return a.deadlineNs != b.deadlineNs ? a.deadlineNs > b.deadlineNs : a.id > b.id;
};

} // namespace

const Context& currentContext()
{
    return g_context;
}

Thread::~Thread() = default;

Scheduler::Scheduler(SchedulerOptions options)
    : m_options(std::move(options))
    , m_choices(m_options.seed, std::move(m_options.replayChoices))
{
    RDRLAB_CHECK(m_options.cpus > 0 && m_options.cpus <= 64);
    g_context = {};
}

Scheduler::~Scheduler()
{
    RDRLAB_CHECK(!m_running);
    g_context = {};
}

uint64_t Scheduler::nowNs() const
{
    return g_context.nowNs;
}

void Scheduler::advance(uint64_t ns)
{
    g_context.nowNs += ns;
}

uint8_t Scheduler::irql() const
{
    return g_context.irql;
}

void Scheduler::setIrql(uint8_t irql)
{
    g_context.irql = irql;
}

Thread& Scheduler::spawn(ThreadOptions options, std::function<void()> body)
{
    std::unique_ptr<Thread> thread(new Thread);
    thread->m_options = std::move(options);
    thread->m_fiber = std::make_unique<host::Fiber>(std::move(body));
    Thread& result = *thread;
    m_threads.push_back(std::move(thread));
    m_ready.push_back(&result);
    if (!result.daemon())
        ++m_working;
    return result;
}

void Scheduler::block(const BlockReason& reason)
{
    RDRLAB_CHECK_NOTE(m_current && !m_inInterrupt, "a thread blocked outside a thread");
    Thread& self = *m_current;
    self.m_state = ThreadState::Blocked;
    self.m_reason = reason;
    self.m_fiber->suspend();
}

void Scheduler::wake(Thread& thread)
{
    if (thread.m_state != ThreadState::Blocked)
        return;
    thread.m_state = ThreadState::Ready;
    thread.m_reason = {};
    m_ready.push_back(&thread);
}

void Scheduler::schedulePoint()
{
    if (!m_current || m_inInterrupt || g_context.irql >= kDispatchIrql)
        return;
    g_context.nowNs += kSchedulePointNs;
    const bool interrupted = !m_events.empty() || timerDue();
    if (!interrupted
        && (m_ready.empty() || m_choices.choose(m_options.preemptOneIn, "preemption") != 0))
        return;
    yieldNow();
}

void Scheduler::yieldNow()
{
    RDRLAB_CHECK(m_current && !m_inInterrupt);
    Thread& self = *m_current;
    self.m_state = ThreadState::Ready;
    m_yielded = &self;
    self.m_fiber->suspend();
}

TimerId Scheduler::setTimer(uint64_t deadlineNs, std::function<void()> fn)
{
    const TimerId id = m_nextTimer++;
    m_timers.push_back({ deadlineNs, id, std::move(fn) });
    std::push_heap(m_timers.begin(), m_timers.end(), kLater);
    m_armed.push_back(id);
    return id;
}

bool Scheduler::cancelTimer(TimerId timer)
{
    const auto at = std::lower_bound(m_armed.begin(), m_armed.end(), timer);
    if (at == m_armed.end() || *at != timer)
        return false;
    m_armed.erase(at);
    popCancelledTimers();
    return true;
}

// Cancelled timers stay in the heap until they reach its top.
void Scheduler::popCancelledTimers()
{
    while (!m_timers.empty()
           && !std::binary_search(m_armed.begin(), m_armed.end(), m_timers.front().id)) {
        std::pop_heap(m_timers.begin(), m_timers.end(), kLater);
        m_timers.pop_back();
    }
}

bool Scheduler::timerDue() const
{
    return !m_timers.empty() && m_timers.front().deadlineNs <= g_context.nowNs;
}

void Scheduler::postEvent(std::function<void()> fn)
{
    m_events.push_back(std::move(fn));
}

void Scheduler::interrupt(std::function<void()> fn)
{
    if (!m_interruptFiber || m_interruptFiber->ended()) {
        m_interruptFiber = std::make_unique<host::Fiber>([this] {
            while (true) {
                m_interruptBody();
                if (m_interruptHook)
                    m_interruptHook();
                m_interruptBody = nullptr;
                m_interruptFiber->suspend();
            }
        });
    }
    m_interruptBody = std::move(fn);
    g_context.threadId = 0;
    g_context.processId = 0;
    g_context.irql = kDispatchIrql;
    m_inInterrupt = true;
    const auto left = [this] {
        m_inInterrupt = false;
        g_context.irql = 0;
    };
    try {
        m_interruptFiber->resume();
    } catch (...) {
        left();
        throw;
    }
    left();
}

// Serves everything that is due now.
void Scheduler::serveInterrupts()
{
    while (!m_stopped) {
        popCancelledTimers();
        if (!m_events.empty()) {
            std::function<void()> fn = std::move(m_events.front());
            m_events.pop_front();
            interrupt(std::move(fn));
        } else if (timerDue()) {
            std::pop_heap(m_timers.begin(), m_timers.end(), kLater);
            Timer timer = std::move(m_timers.back());
            m_timers.pop_back();
            m_armed.erase(std::lower_bound(m_armed.begin(), m_armed.end(), timer.id));
            interrupt(std::move(timer.fn));
        } else {
            return;
        }
    }
}

void Scheduler::dispatch()
{
    // Among several ready threads any may come next, but the one that just yielded only when it is
    // alone.
    Thread* const yielded = std::exchange(m_yielded, nullptr);
    if (m_ready.empty())
        m_ready.push_back(yielded);
    const uint32_t choice = m_choices.choose(static_cast<uint32_t>(m_ready.size()), "dispatch");
    Thread& next = *m_ready[choice];
    m_ready.erase(m_ready.begin() + choice);
    if (yielded && yielded != &next)
        m_ready.push_back(yielded);
    ++m_dispatches;
    g_context.nowNs += kDispatchNs;
    g_context.cpu = static_cast<uint8_t>(m_dispatches % m_options.cpus);
    g_context.threadId = next.id();
    g_context.processId = next.processId();
    g_context.irql = next.m_irql;
    if (!next.daemon())
        m_lastWorkNs = g_context.nowNs;
    next.m_state = ThreadState::Running;
    m_current = &next;
    if (m_dispatchHook)
        m_dispatchHook(next);

    const auto left = [&] {
        next.m_irql = g_context.irql;
        m_current = nullptr;
        g_context.threadId = 0;
        g_context.processId = 0;
        g_context.irql = 0;
        if (next.m_fiber->ended() || next.m_state == ThreadState::Ended)
            buryEnded(next);
    };
    try {
        next.m_fiber->resume();
    } catch (...) {
        // A test's failed requirement: the machine is left consistent and the exception goes to
        // whoever called run().
        left();
        throw;
    }
    left();
}

void Scheduler::buryEnded(Thread& thread)
{
    thread.m_state = ThreadState::Ended;
    if (!thread.daemon())
        --m_working;
    const std::function<void()> ended = std::move(thread.m_options.ended);
    const auto at
        = std::find_if(m_threads.begin(), m_threads.end(), [&](const std::unique_ptr<Thread>& one) {
              return one.get() == &thread;
          });
    const std::unique_ptr<Thread> keep = std::move(*at);
    m_threads.erase(at);
    if (ended)
        ended();
}

void Scheduler::exitThread(std::function<void()> ended)
{
    RDRLAB_CHECK(m_current && !m_inInterrupt);
    Thread& self = *m_current;
    self.m_options.ended = std::move(ended);
    self.m_state = ThreadState::Ended;
    self.m_fiber->suspend();
    host::checkFailed("an ended thread ran on", __FILE__, __LINE__);
}

// True when the working threads wait for good and only daemons have kept the clock running for too
// long.
bool Scheduler::stalled() const
{
    if (m_working == 0 || g_context.nowNs - m_lastWorkNs < m_options.stallLimitNs)
        return false;
    return std::none_of(
        m_threads.begin(), m_threads.end(), [](const std::unique_ptr<Thread>& thread) {
            return !thread->daemon()
                && (thread->state() != ThreadState::Blocked || thread->blockReason().timed);
        });
}

// Nobody is ready: input from outside, or the next timer, or the end.
std::optional<RunEnd> Scheduler::idle()
{
    popCancelledTimers();
    const uint64_t deadline = m_timers.empty() ? kForever : m_timers.front().deadlineNs;
    if (m_idleSource) {
        IdleOutcome outcome;
        interrupt([&] { outcome = m_idleSource->wait(g_context.nowNs, deadline); });
        if (m_stopped)
            return std::nullopt;
        if (outcome.delivered) {
            RDRLAB_CHECK(outcome.timeNs <= deadline);
            g_context.nowNs = std::max(g_context.nowNs, outcome.timeNs);
            m_lastWorkNs = g_context.nowNs;
            return std::nullopt;
        }
    }
    if (deadline == kForever)
        return RunEnd::Deadlock;
    g_context.nowNs = std::max(g_context.nowNs, deadline);
    if (stalled())
        return RunEnd::Deadlock;
    return std::nullopt;
}

RunEnd Scheduler::run(const std::function<bool()>& done)
{
    RDRLAB_CHECK_NOTE(!m_running, "run() inside run()");
    struct Running
    {
        bool& flag;
        explicit Running(bool& f)
            : flag(f)
        {
            flag = true;
        }
        ~Running() { flag = false; }
    } running(m_running);

    m_lastWorkNs = g_context.nowNs;
    while (true) {
        if (m_stopped)
            return RunEnd::Stopped;
        if (!m_choices.mismatch().empty())
            return RunEnd::ReplayMismatch;
        serveInterrupts();
        if (m_stopped)
            return RunEnd::Stopped;
        if (done())
            return RunEnd::Finished;
        if (m_dispatches >= m_options.dispatchLimit)
            return RunEnd::Limit;
        if (!m_ready.empty() || m_yielded) {
            dispatch();
            continue;
        }
        if (const std::optional<RunEnd> end = idle())
            return *end;
    }
}

RunEnd Scheduler::run()
{
    return run([this] { return m_working == 0; });
}

void Scheduler::stop()
{
    m_stopped = true;
    if (m_inInterrupt) {
        m_interruptFiber->suspend();
    } else if (m_current) {
        m_current->m_state = ThreadState::Blocked;
        m_current->m_reason = { .what = "the machine has stopped" };
        m_current->m_fiber->suspend();
    } else {
        return;
    }
    RDRLAB_CHECK_NOTE(false, "a stopped machine ran on");
}

std::string Scheduler::describeThreads() const
{
    std::string text;
    for (const std::unique_ptr<Thread>& thread : m_threads) {
        text += "  thread " + std::to_string(thread->id()) + " (" + thread->name() + ")";
        switch (thread->state()) {
        case ThreadState::Ready:
            text += " is ready";
            break;
        case ThreadState::Running:
            text += " is running";
            break;
        case ThreadState::Ended:
            text += " has ended";
            break;
        case ThreadState::Blocked: {
            const BlockReason& reason = thread->blockReason();
            text += " waits: ";
            text += reason.what;
            if (reason.describe && reason.object)
                text += " " + reason.describe(reason.object);
            if (reason.timed)
                text += " (with a time limit)";
            break;
        }
        }
        text += thread->daemon() ? " [daemon]\n" : "\n";
    }
    return text;
}

} // namespace rdrlab::sched
