#include "traces/exporters/exporters.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace rdrlab::trace {

namespace {

// A frame's IPv4 length has 16 bits; this leaves room for the headers and is a multiple of the
// usual segment.
constexpr std::size_t kMaximumPayload = 1460u * 44u;
constexpr std::size_t kHeaderBytes = 14 + 20 + 20;
constexpr std::uint16_t kLinkEthernet = 1;

using Bytes = std::string;

template <typename Number> void little(Bytes& bytes, Number value)
{
    for (std::size_t i = 0; i < sizeof value; ++i) {
        bytes += char(std::uint64_t(value) >> (8 * i));
    }
}

template <typename Number> void big(Bytes& bytes, Number value)
{
    for (std::size_t i = sizeof value; i-- > 0;) {
        bytes += char(std::uint64_t(value) >> (8 * i));
    }
}

void pad(Bytes& bytes)
{
    bytes.resize((bytes.size() + 3) / 4 * 4, '\0');
}

// Blocks carry their length at both ends.
void writeBlock(std::ostream& out, std::uint32_t type, Bytes body)
{
    pad(body);
    Bytes head;
    little(head, type);
    little(head, std::uint32_t(body.size() + 12));
    Bytes tail;
    little(tail, std::uint32_t(body.size() + 12));
    out.write(head.data(), std::streamsize(head.size()));
    out.write(body.data(), std::streamsize(body.size()));
    out.write(tail.data(), std::streamsize(tail.size()));
}

void option(Bytes& bytes, std::uint16_t code, std::string_view value)
{
    little(bytes, code);
    little(bytes, std::uint16_t(value.size()));
    bytes += value;
    pad(bytes);
}

std::uint32_t sum16(std::string_view bytes, std::uint32_t sum)
{
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        sum += std::uint32_t(std::uint8_t(bytes[i])) << 8 | std::uint8_t(bytes[i + 1]);
    }
    if (bytes.size() % 2 != 0) {
        sum += std::uint32_t(std::uint8_t(bytes.back())) << 8;
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

void patch16(Bytes& bytes, std::size_t at, std::uint32_t value)
{
    bytes[at] = char(value >> 8);
    bytes[at + 1] = char(value);
}

// A locally administered address made from the host's IPv4 address.
void hardwareAddress(Bytes& bytes, std::uint32_t address)
{
    bytes += { char(0x02), char(0x00) };
    big(bytes, address);
}

struct Segment
{
    const Packet& packet;
    std::uint16_t serverPort; // as shown
    std::size_t offset;
    std::size_t stored; // bytes of the payload that the trace has
    std::size_t length; // bytes on the wire
    bool isFirst;
    bool isLast;
};

Bytes frameOf(const Segment& segment, std::uint16_t identification)
{
    const Packet& packet = segment.packet;
    const bool toServer = packet.direction == Direction::ToServer;
    const std::uint32_t source = toServer ? packet.clientAddress : packet.serverAddress;
    const std::uint32_t target = toServer ? packet.serverAddress : packet.clientAddress;
    Bytes frame;
    frame.reserve(kHeaderBytes + segment.stored);
    hardwareAddress(frame, target);
    hardwareAddress(frame, source);
    big(frame, std::uint16_t(0x0800));

    Bytes ip;
    ip += { char(0x45), char(0) };
    big(ip, std::uint16_t(40 + segment.length));
    big(ip, identification);
    big(ip, std::uint16_t(0x4000)); // do not fragment
    ip += { char(64), char(6) };
    big(ip, std::uint16_t(0));
    big(ip, source);
    big(ip, target);
    patch16(ip, 10, ~sum16(ip, 0) & 0xffff);

    std::uint8_t flags = 0;
    flags |= packet.flags & kPacketSyn ? 0x02 : 0;
    flags |= packet.flags & kPacketFin && segment.isLast ? 0x01 : 0;
    flags |= packet.flags & kPacketRst ? 0x04 : 0;
    flags |= packet.flags & kPacketSyn && toServer
        ? 0
        : 0x10; // only the first packet acknowledges nothing
    flags |= segment.length != 0 && segment.isLast ? 0x08 : 0;
    Bytes tcp;
    big(tcp, toServer ? packet.clientPort : segment.serverPort);
    big(tcp, toServer ? segment.serverPort : packet.clientPort);
    big(tcp, std::uint32_t(packet.tcpSequence + segment.offset));
    big(tcp, flags & 0x10 ? packet.tcpAcknowledge : 0u);
    tcp += { char(0x50), char(flags) };
    big(tcp, std::uint16_t(0xffff));
    big(tcp, std::uint16_t(0));
    big(tcp, std::uint16_t(0));
    const std::string_view payload(
        reinterpret_cast<const char*>(packet.payload.data()) + segment.offset, segment.stored);
    Bytes pseudo;
    big(pseudo, source);
    big(pseudo, target);
    big(pseudo, std::uint16_t(6));
    big(pseudo, std::uint16_t(20 + segment.length));
    patch16(tcp, 16, ~sum16(payload, sum16(tcp, sum16(pseudo, 0))) & 0xffff);

    frame += ip;
    frame += tcp;
    frame += payload;
    return frame;
}

void writeFrame(std::ostream& out, const Segment& segment, const Bytes& frame)
{
    Bytes body;
    body.reserve(frame.size() + 64);
    little(body, std::uint32_t(0)); // interface
    little(body, std::uint32_t(segment.packet.timeNs >> 32));
    little(body, std::uint32_t(segment.packet.timeNs));
    little(body, std::uint32_t(frame.size()));
    little(body, std::uint32_t(kHeaderBytes + segment.length));
    body += frame;
    pad(body);
    std::string comment = "#" + std::to_string(segment.packet.seq);
    if (segment.serverPort != segment.packet.serverPort) {
        comment += ", server port " + std::to_string(segment.packet.serverPort);
    }
    option(body, 1, comment);
    option(body, 0, {});
    writeBlock(out, 6, std::move(body));
}

// Which port a server is shown on. Two connections that only differ in the real port must not
// become one.
class Ports
{
public:
    std::uint16_t shown(const Packet& packet)
    {
        const std::tuple client(packet.clientAddress, packet.clientPort, packet.serverAddress);
        const auto [first, isNew] = m_first.try_emplace(client, packet.serverPort);
        return first->second == packet.serverPort ? kSmbPort : packet.serverPort;
    }

private:
    static constexpr std::uint16_t kSmbPort = 445;
    std::map<std::tuple<std::uint32_t, std::uint16_t, std::uint32_t>, std::uint16_t> m_first;
};

} // namespace

bool exportPcapng(
    const Reader& reader, std::ostream& out, const PcapngOptions& options, const Progress& progress)
{
    Bytes section;
    little(section, std::uint32_t(0x1A2B3C4D));
    little(section, std::uint16_t(1));
    little(section, std::uint16_t(0));
    little(section, std::uint64_t(UINT64_MAX)); // length not given
    option(section, 4, "rdrlab");
    option(section, 0, {});
    writeBlock(out, 0x0A0D0D0A, std::move(section));

    Bytes interface;
    little(interface, kLinkEthernet);
    little(interface, std::uint16_t(0));
    little(interface, std::uint32_t(0)); // no limit
    option(interface, 2, "rdrlab");
    option(interface, 9, std::string_view("\x09", 1)); // nanoseconds
    option(interface, 0, {});
    writeBlock(out, 1, std::move(interface));

    std::uint16_t identification = 0;
    Ports ports;
    std::uint64_t count = 0;
    bool isGivenUp = false;
    const bool good = reader.packets([&](const Packet& packet) {
        if (++count % 1024 == 0 && progress && !progress(packet.seq, reader.lastSeq())) {
            isGivenUp = true;
            return false;
        }
        // The client's card sees what the client sent even when it is lost later, but never a reply
        // that was.
        if (packet.flags & kPacketLost && packet.direction == Direction::ToClient) {
            return true;
        }
        const std::uint16_t port = options.keepPorts ? packet.serverPort : ports.shown(packet);
        const std::size_t whole = std::max<std::size_t>(packet.length, packet.payload.size());
        std::size_t offset = 0;
        do {
            const std::size_t length = std::min(whole - offset, kMaximumPayload);
            const std::size_t left
                = packet.payload.size() - std::min(offset, packet.payload.size());
            const Segment segment { packet,
                                    port,
                                    std::min(offset, packet.payload.size()),
                                    std::min(length, left),
                                    length,
                                    offset == 0,
                                    offset + length == whole };
            writeFrame(out, segment, frameOf(segment, ++identification));
            offset += length;
        } while (offset < whole);
        return bool(out);
    });
    return good && !isGivenUp && bool(out);
}

} // namespace rdrlab::trace
