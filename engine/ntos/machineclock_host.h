// machineclock_host.h - the machine's scheduler as the clock of a wire, and the wire's real sockets
// as the scheduler's input.
#pragma once

#include "engine/sched/scheduler.h"
#include "engine/vnet/clock.h"
#include "engine/vnet/network.h"

#include <utility>

namespace rdrlab::ntos {

class MachineClock : public vnet::Clock
{
public:
    explicit MachineClock(sched::Scheduler& scheduler)
        : m_scheduler(scheduler)
    {
    }

    std::uint64_t nowNs() const override { return m_scheduler.nowNs(); }
    TimerId setTimer(std::uint64_t deadlineNs, std::function<void()> run) override
    {
        return m_scheduler.setTimer(deadlineNs, std::move(run));
    }
    void cancelTimer(TimerId timer) override { m_scheduler.cancelTimer(timer); }
    void post(std::function<void()> run) override { m_scheduler.postEvent(std::move(run)); }
    std::uint32_t choose(std::uint32_t bound) override
    {
        return m_scheduler.choices().choose(bound, "wire");
    }

private:
    sched::Scheduler& m_scheduler;
};

/// Lets real sockets deliver while the machine is idle.
class LiveInput : public sched::IdleSource
{
public:
    LiveInput(sched::Scheduler& scheduler, vnet::Network& network)
        : m_scheduler(scheduler)
        , m_network(network)
    {
    }

    sched::IdleOutcome wait(uint64_t nowNs, uint64_t nextDeadlineNs) override
    {
        sched::IdleOutcome outcome { false, nowNs };
        if (!m_network.hasRealBindings())
            return outcome;
        // This runs as an interrupt of the machine, so what arrived is delivered here and now.
        const auto hand = [&](std::uint64_t timeNs, const std::function<void()>& run) {
            if (timeNs > m_scheduler.nowNs())
                m_scheduler.advance(timeNs - m_scheduler.nowNs());
            outcome = { outcome.delivered || run, m_scheduler.nowNs() };
            if (run)
                run();
        };
        m_network.waitLive(
            nextDeadlineNs == sched::kForever ? std::nullopt
                                              : std::optional<std::uint64_t>(nextDeadlineNs),
            hand);
        return outcome;
    }

private:
    sched::Scheduler& m_scheduler;
    vnet::Network& m_network;
};

} // namespace rdrlab::ntos
