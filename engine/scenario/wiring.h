// What passes the wire becomes rows of the recording, and rows of a recording become input of the
// wire.
#pragma once

#include "engine/recorder/recorder.h"
#include "engine/vnet/network.h"
#include "traces/model/trace.h"

#include <deque>
#include <vector>

namespace rdrlab::scenario {

/// Every segment becomes a packet row.
class RecordedPackets final : public vnet::PacketSink
{
public:
    explicit RecordedPackets(recorder::Recorder* recorder)
        : m_recorder(recorder)
    {
    }
    void packet(const vnet::PacketInfo& info, const vnet::SharedBytes& payload) override;

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

/// Plays the input rows of a trace back. The status of a connected or closed row is kept in its
/// first four bytes.
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

} // namespace rdrlab::scenario
