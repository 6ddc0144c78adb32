// The machine's connections to the wire and to the recording: small adapters between rooms that do not know each other.
#pragma once

#include "engine/recorder/recorder.h"
#include "engine/sched/scheduler.h"
#include "engine/vnet/network.h"
#include "traces/model/trace.h"

#include <deque>
#include <vector>

namespace rdrlab::scenario {

/// The scheduler as the wire's clock, timer and source of choices.
class SchedulerClock final : public vnet::Clock
{
public:
    explicit SchedulerClock(sched::Scheduler& scheduler)
        : m_scheduler(scheduler)
    {
    }
    uint64_t nowNs() const override { return m_scheduler.nowNs(); }
    TimerId setTimer(uint64_t deadlineNs, std::function<void()> run) override
    {
        return m_scheduler.setTimer(deadlineNs, std::move(run));
    }
    void cancelTimer(TimerId timer) override { m_scheduler.cancelTimer(timer); }
    void post(std::function<void()> run) override { m_scheduler.postEvent(std::move(run)); }
    uint32_t choose(uint32_t bound) override { return m_scheduler.choices().choose(bound, "segment"); }

private:
    sched::Scheduler& m_scheduler;
};

/// Every segment becomes a packet row.
class RecordedPackets final : public vnet::PacketSink
{
public:
    explicit RecordedPackets(recorder::Recorder* recorder)
        : m_recorder(recorder)
    {
    }
    void packet(const vnet::PacketInfo& info, vnet::ByteSpan payload) override;

private:
    recorder::Recorder* m_recorder;
};

/// Everything a real socket brings becomes an input row.
class RecordedInputs final : public vnet::InputSink
{
public:
    explicit RecordedInputs(recorder::Recorder* recorder)
        : m_recorder(recorder)
    {
    }
    void input(const vnet::LiveInput& input) override;

private:
    recorder::Recorder* m_recorder;
};

/// Plays the input rows of a trace back. The status of a connected or closed row is kept in its first four bytes.
class ReplayedInputs final : public vnet::InputSource
{
public:
    explicit ReplayedInputs(std::vector<trace::Input> inputs)
        : m_inputs(inputs.begin(), inputs.end())
    {
    }
    std::optional<vnet::LiveInput> peek() override;
    void pop() override { m_inputs.pop_front(); }

private:
    std::deque<trace::Input> m_inputs;
};

/// Real sockets feed the machine when it has nothing else to do.
class LiveIdle final : public sched::IdleSource
{
public:
    LiveIdle(sched::Scheduler& scheduler, vnet::Network& network)
        : m_scheduler(scheduler)
        , m_network(network)
    {
    }
    sched::IdleOutcome wait(uint64_t nowNs, uint64_t nextDeadlineNs) override;

private:
    sched::Scheduler& m_scheduler;
    vnet::Network& m_network;
};

} // namespace rdrlab::scenario
