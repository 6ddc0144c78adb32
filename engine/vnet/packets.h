// The observer side of the wire: who wants to see packets, and how the input of real sockets is
// kept and played back.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/vnet/buffer.h"

namespace rdrlab::vnet {

/// An IPv4 address in host byte order: 10.0.0.1 is 0x0a000001.
struct Ipv4
{
    std::uint32_t value = 0;
    friend bool operator==(Ipv4, Ipv4) = default;
    friend auto operator<=>(Ipv4, Ipv4) = default;
};

namespace tcpflag {
inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kPsh = 0x08;
inline constexpr std::uint8_t kAck = 0x10;
}

/// One TCP segment as a capture at the client would see it: what the client sends when it is sent,
/// what it receives when it arrives. A segment the link lost is reported with `lost` and once more
/// when it is retransmitted.
struct PacketInfo
{
    std::uint64_t timeNs = 0;
    std::uint64_t connection = 0; // socket id of the client
    bool fromClient = false;
    bool lost = false;
    bool retransmission = false;
    Ipv4 source;
    Ipv4 destination;
    std::uint16_t sourcePort = 0;
    std::uint16_t destinationPort = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    std::uint8_t flags = 0; // tcpflag
};

class PacketSink
{
public:
    virtual ~PacketSink() = default;
    /// The payload is valid as long as its owner is kept. Must not call back into the network.
    virtual void packet(const PacketInfo& info, const SharedBytes& payload) = 0;
};

enum class InputKind : std::uint8_t
{
    Connected = 1, // status 0, or a ConnectStatus
    Data = 2,
    Closed = 3 // status is a CloseReason
};

/// One thing that reached the machine from a real socket. The list of them, in order, is all that a
/// live run depends on besides its seed.
struct LiveInput
{
    std::uint64_t idleIndex = 0; // how many times the machine had gone idle when it was delivered
    std::uint64_t timeNs = 0; // virtual time of delivery
    std::uint64_t channel = 0; // socket id
    InputKind kind = InputKind::Data;
    std::uint32_t status = 0;
    ByteSpan bytes; // valid during the call
    bool onWire = false; // the packet sink gets the same bytes right after the input sink
};

class InputSink
{
public:
    virtual ~InputSink() = default;
    virtual void input(const LiveInput& input) = 0;
};

/// Plays a recorded list back; the spans of an input stay valid until the next call.
class InputSource
{
public:
    virtual ~InputSource() = default;
    /// The next input without consuming it; nothing when the recording is over.
    virtual std::optional<LiveInput> peek() = 0;
    virtual void pop() = 0;
};

} // namespace rdrlab::vnet
