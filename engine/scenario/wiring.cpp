#include "engine/scenario/wiring.h"

#include <algorithm>
#include <cstring>

namespace rdrlab::scenario {

void RecordedPackets::packet(const vnet::PacketInfo& info, const vnet::SharedBytes& payload)
{
    if (!m_recorder)
        return;
    const bool out = info.fromClient;
    recorder::PacketInfo row;
    row.direction = out ? trace::Direction::ToServer : trace::Direction::ToClient;
    row.clientPort = out ? info.sourcePort : info.destinationPort;
    row.serverPort = out ? info.destinationPort : info.sourcePort;
    row.clientAddress = out ? info.source.value : info.destination.value;
    row.serverAddress = out ? info.destination.value : info.source.value;
    row.tcpSequence = info.sequence;
    row.tcpAcknowledge = info.acknowledgement;
    row.connection = static_cast<uint32_t>(info.connection);
    row.flags = static_cast<uint8_t>(
        (info.flags & vnet::tcpflag::kSyn ? trace::kPacketSyn : 0)
        | (info.flags & vnet::tcpflag::kFin ? trace::kPacketFin : 0)
        | (info.flags & vnet::tcpflag::kRst ? trace::kPacketRst : 0)
        | (info.lost ? trace::kPacketLost : 0)
        | (info.retransmission ? trace::kPacketRetransmission : 0));
    m_recorder->packet(row, payload.bytes, payload.owner);
}

void RecordedInputs::input(const vnet::LiveInput& input)
{
    if (!m_recorder)
        return;
    const auto channel = static_cast<uint32_t>(input.channel);
    const auto kind = static_cast<uint32_t>(input.kind);
    if (input.onWire) {
        m_recorder->inputOnWire(input.idleIndex, channel, kind, input.bytes.size());
        return;
    }
    if (input.kind == vnet::InputKind::Data) {
        m_recorder->input(input.idleIndex, channel, kind, input.bytes);
        return;
    }
    std::byte status[sizeof input.status];
    std::memcpy(status, &input.status, sizeof status);
    m_recorder->input(input.idleIndex, channel, kind, status);
}

std::optional<vnet::LiveInput> ReplayedInputs::peek()
{
    if (m_inputs.empty())
        return std::nullopt;
    const trace::Input& row = m_inputs.front();
    vnet::LiveInput input;
    input.idleIndex = row.index;
    input.timeNs = row.timeNs;
    input.channel = row.channel;
    input.kind = static_cast<vnet::InputKind>(row.kind);
    if (input.kind == vnet::InputKind::Data)
        input.bytes = row.bytes;
    else
        std::memcpy(
            &input.status, row.bytes.data(), std::min(row.bytes.size(), sizeof input.status));
    return input;
}

} // namespace rdrlab::scenario
