// The life of a segment on the virtual wire.
//
//   enqueue → dispatch: departure by the link's bandwidth, arrival by its latency, loss adds a
//   retransmission delay
//           → arm: one timer per direction, for the head of its queue (segments arrive in order)
//           → deliver: a cut link postpones the head with back-off, and ends the connection after
//           kGiveUpNs
#include "engine/vnet/connection.h"

#include <algorithm>
#include <utility>

namespace rdrlab::vnet {

Connection::Connection(
    Network& network,
    SocketId id,
    HostId client,
    Ipv4 address,
    std::uint16_t port,
    SocketHandler* handler)
    : m_network(network)
    , m_id(id)
    , m_clientHost(client)
    , m_clientAddress(network.address(client))
    , m_serverAddress(address)
    , m_clientPort(network.takePort())
    , m_serverPort(port)
    , m_handler(handler)
{
}

Connection::~Connection()
{
    for (auto& direction : m_directions) {
        m_network.m_clock.cancelTimer(direction.timer);
    }
    m_network.m_clock.cancelTimer(m_connectTimer);
}

Network::Link& Connection::link()
{
    return m_network.linkOf(m_clientHost, m_serverHost);
}

void Connection::handshake(std::uint8_t flags, bool fromClient)
{
    if (!m_network.m_packets) {
        return;
    }
    PacketInfo info;
    info.timeNs = m_network.m_clock.nowNs();
    info.connection = m_id;
    info.fromClient = fromClient;
    info.source = fromClient ? m_clientAddress : m_serverAddress;
    info.destination = fromClient ? m_serverAddress : m_clientAddress;
    info.sourcePort = fromClient ? m_clientPort : m_serverPort;
    info.destinationPort = fromClient ? m_serverPort : m_clientPort;
    info.flags = flags;
    // Sequence 0 is the SYN of each side; payload starts at 1.
    info.sequence = (flags & tcpflag::kSyn) ? 0 : 1;
    info.acknowledgement = (flags & tcpflag::kAck) ? 1 : 0;
    m_network.m_packets->packet(info, {});
}

void Connection::start()
{
    m_directions[0].sent = m_directions[0].received = 1;
    m_directions[1].sent = m_directions[1].received = 1;
    Clock& clock = m_network.m_clock;
    const std::uint64_t now = clock.nowNs();
    Network::Host* server = m_network.hostByAddress(m_serverAddress);
    handshake(tcpflag::kSyn, true);
    if (!server) {
        m_connectTimer
            = clock.setTimer(now + kUnreachableNs, [this] { fail(ConnectStatus::Unreachable); });
        return;
    }
    m_serverHost = server->id;
    if (link().properties.cut) {
        // A SYN is sent again like any segment; kept simple: the link is looked at once more when
        // the time is up.
        m_connectTimer = clock.setTimer(now + kGiveUpNs, [this] { fail(ConnectStatus::TimedOut); });
        return;
    }
    const std::uint64_t roundTripNs = 2 * link().properties.latencyNs;
    m_connectTimer = clock.setTimer(now + roundTripNs, [this] {
        m_connectTimer = Clock::kNoTimer;
        Network::Host* host = m_network.hostByAddress(m_serverAddress);
        if (link().properties.cut) {
            m_connectTimer = m_network.m_clock.setTimer(
                m_network.m_clock.nowNs() + kGiveUpNs, [this] { fail(ConnectStatus::TimedOut); });
            return;
        }
        const auto listener
            = host ? host->listeners.find(m_serverPort) : decltype(host->listeners.begin()) {};
        if (!host || listener == host->listeners.end()
            || !(m_peer = listener->second->accept(*this))) {
            handshake(tcpflag::kRst | tcpflag::kAck, false);
            fail(ConnectStatus::Refused);
            return;
        }
        m_connected = true;
        handshake(tcpflag::kSyn | tcpflag::kAck, false);
        handshake(tcpflag::kAck, true);
        if (m_handler) {
            m_handler->onConnected(ConnectStatus::Connected);
        }
    });
}

void Connection::fail(ConnectStatus status)
{
    SocketHandler* handler = std::exchange(m_handler, nullptr);
    dispose();
    if (handler) {
        handler->onConnected(status);
    }
}

void Connection::dispose()
{
    if (m_disposed) {
        return;
    }
    m_disposed = true;
    for (auto& direction : m_directions) {
        m_network.m_clock.cancelTimer(std::exchange(direction.timer, Clock::kNoTimer));
        direction.queue.clear();
    }
    m_network.m_clock.cancelTimer(std::exchange(m_connectTimer, Clock::kNoTimer));
    m_network.bury(m_id);
}

std::size_t Connection::sendSpace() const
{
    const Direction& out = m_directions[0];
    const std::size_t space
        = out.queuedBytes >= kSendBufferBytes ? 0 : kSendBufferBytes - out.queuedBytes;
    if (space == 0) {
        const_cast<Direction&>(out).wantsSpace = true;
    }
    return space;
}

void Connection::enqueue(Side from, std::shared_ptr<const Buffer> bytes)
{
    Direction& out = direction(from);
    if (m_disposed || !m_connected || out.finished || bytes->empty()) {
        return;
    }
    const LinkProperties& properties = link().properties;
    const bool small = properties.bandwidthBytesPerSecond != 0 || properties.lossPerMille != 0;
    const std::size_t most = small ? kMss : kLargeSegment;
    for (std::size_t offset = 0; offset < bytes->size();) {
        Segment segment;
        segment.bytes = bytes;
        segment.offset = offset;
        segment.length = std::min(most, bytes->size() - offset);
        segment.flags = tcpflag::kAck;
        offset += segment.length;
        if (offset == bytes->size()) {
            segment.flags |= tcpflag::kPsh;
        }
        dispatch(from, std::move(segment));
    }
}

void Connection::finish(Side from)
{
    Direction& out = direction(from);
    if (from == Side::Client) {
        m_handler = nullptr;
    }
    if (m_disposed || out.finished) {
        return;
    }
    if (!m_connected) {
        dispose();
        return;
    }
    Segment segment;
    segment.flags = tcpflag::kFin | tcpflag::kAck;
    dispatch(from, std::move(segment));
    out.finished = true;
}

void Connection::reset(Side from)
{
    Direction& out = direction(from);
    if (from == Side::Client) {
        m_handler = nullptr;
    }
    if (m_disposed || (out.finished && from == Side::Server)) {
        return;
    }
    if (!m_connected) {
        dispose();
        return;
    }
    // An abort throws away what has not left yet.
    while (!out.queue.empty()
           && out.queue.back().arriveNs > m_network.m_clock.nowNs() + link().properties.latencyNs) {
        out.queuedBytes -= out.queue.back().length;
        out.sent -= static_cast<std::uint32_t>(out.queue.back().length);
        out.queue.pop_back();
    }
    Segment segment;
    segment.flags = tcpflag::kRst | tcpflag::kAck;
    out.finished = false;
    dispatch(from, std::move(segment));
    out.finished = true;
}

void Connection::crash()
{
    if (m_disposed) {
        return;
    }
    m_network.m_clock.post([this, id = m_id, &network = m_network, alive = m_network.m_alive] {
        if (!*alive || network.find(id) != this || m_disposed) {
            return;
        }
        handshake(tcpflag::kRst | tcpflag::kAck, false);
        if (!m_connected) {
            fail(ConnectStatus::Refused);
            return;
        }
        end(Side::Client, CloseReason::Reset);
    });
}

std::uint64_t Connection::backoffNs(unsigned attempts) const
{
    return kFirstRetransmitNs << std::min(attempts, kMaxBackoff);
}

void Connection::report(
    Side from, const Segment& segment, std::uint64_t timeNs, bool lost, bool again)
{
    if (!m_network.m_packets) {
        return;
    }
    const bool fromClient = from == Side::Client;
    PacketInfo info;
    info.timeNs = timeNs;
    info.connection = m_id;
    info.fromClient = fromClient;
    info.lost = lost;
    info.retransmission = again;
    info.source = fromClient ? m_clientAddress : m_serverAddress;
    info.destination = fromClient ? m_serverAddress : m_clientAddress;
    info.sourcePort = fromClient ? m_clientPort : m_serverPort;
    info.destinationPort = fromClient ? m_serverPort : m_clientPort;
    info.sequence = segment.sequence;
    info.acknowledgement = segment.acknowledgement;
    info.flags = segment.flags;
    SharedBytes payload;
    if (segment.bytes) {
        payload
            = { ByteSpan(*segment.bytes).subspan(segment.offset, segment.length), segment.bytes };
    }
    m_network.m_packets->packet(info, payload);
}

void Connection::dispatch(Side from, Segment segment)
{
    Direction& out = direction(from);
    Network::Link& wire = link();
    const LinkProperties& properties = wire.properties;
    const std::uint64_t now = m_network.m_clock.nowNs();

    const bool forward = (from == Side::Client ? m_clientHost : m_serverHost)
        <= (from == Side::Client ? m_serverHost : m_clientHost);
    std::uint64_t departNs = now;
    if (properties.bandwidthBytesPerSecond) {
        std::uint64_t& busyUntilNs = wire.busyUntilNs[forward ? 0 : 1];
        const std::uint64_t frameBytes = segment.length + 54; // Ethernet, IPv4 and TCP headers
        busyUntilNs = std::max(busyUntilNs, now)
            + frameBytes * 1'000'000'000ull / properties.bandwidthBytesPerSecond;
        departNs = busyUntilNs;
    }
    segment.sequence = out.sent;
    segment.acknowledgement
        = direction(from == Side::Client ? Side::Server : Side::Client).received;
    out.sent
        += static_cast<std::uint32_t>(segment.length) + ((segment.flags & tcpflag::kFin) ? 1 : 0);

    bool lost = false;
    std::uint64_t delayNs = 0;
    if (properties.lossPerMille) {
        while (segment.attempts < kMaxBackoff
               && m_network.m_clock.choose(1000) < properties.lossPerMille) {
            lost = true;
            delayNs += backoffNs(segment.attempts++);
        }
    }
    segment.arriveNs = departNs + properties.latencyNs + delayNs;
    if (!out.queue.empty()) {
        segment.arriveNs = std::max(segment.arriveNs, out.queue.back().arriveNs);
    }
    if (from == Side::Client) {
        report(from, segment, now, lost, false);
        if (lost) {
            report(from, segment, departNs + delayNs, false, true);
        }
    }
    out.queuedBytes += segment.length;
    out.queue.push_back(std::move(segment));
    if (out.timer == Clock::kNoTimer) {
        arm(from);
    }
}

void Connection::arm(Side from)
{
    Direction& out = direction(from);
    if (!out.queue.empty()) {
        out.timer = m_network.m_clock.setTimer(
            out.queue.front().arriveNs, [this, from] { deliver(from); });
    }
}

void Connection::deliver(Side from)
{
    Direction& out = direction(from);
    const std::uint64_t now = m_network.m_clock.nowNs();
    if (link().properties.cut) {
        if (!out.stalled) {
            out.stalled = true;
            out.stalledSinceNs = now;
        }
        if (now - out.stalledSinceNs >= kGiveUpNs) {
            out.timer = Clock::kNoTimer;
            end(Side::Client, CloseReason::TimedOut);
            return;
        }
        Segment& head = out.queue.front();
        const std::uint64_t againNs
            = std::min(now + backoffNs(head.attempts++), out.stalledSinceNs + kGiveUpNs);
        for (Segment& segment : out.queue) {
            segment.arriveNs = std::max(segment.arriveNs, againNs);
        }
        arm(from);
        return;
    }
    out.stalled = false;
    // The timer id stays set while segments are handed over, so that answers sent from the
    // callbacks only queue.
    while (!m_disposed && !out.queue.empty() && out.queue.front().arriveNs <= now) {
        const Segment segment = std::move(out.queue.front());
        out.queue.pop_front();
        out.queuedBytes -= segment.length;
        arrived(from, segment);
    }
    if (m_disposed) {
        return;
    }
    out.timer = Clock::kNoTimer;
    arm(from);
    if (from == Side::Client && out.wantsSpace && out.queuedBytes <= kSendBufferBytes / 2) {
        out.wantsSpace = false;
        if (m_handler) {
            m_handler->onSendSpace();
        }
    }
}

void Connection::arrived(Side from, const Segment& segment)
{
    Direction& in = direction(from);
    if (from == Side::Server) {
        report(from, segment, m_network.m_clock.nowNs(), false, segment.attempts != 0);
    }
    if (segment.flags & tcpflag::kRst) {
        end(from == Side::Client ? Side::Server : Side::Client, CloseReason::Reset);
        return;
    }
    in.received = segment.sequence + static_cast<std::uint32_t>(segment.length);
    if (segment.flags & tcpflag::kFin) {
        in.received += 1;
        if (from == Side::Client) {
            endServer(CloseReason::PeerClosed);
            finish(Side::Server);
        } else if (SocketHandler* handler = std::exchange(m_handler, nullptr)) {
            finish(Side::Client);
            handler->onClosed(CloseReason::PeerClosed);
        }
        if (m_directions[0].finished && m_directions[1].finished && m_directions[0].queue.empty()
            && m_directions[1].queue.empty()) {
            endServer(CloseReason::PeerClosed);
            dispose();
        }
        return;
    }
    const ByteSpan payload = ByteSpan(*segment.bytes).subspan(segment.offset, segment.length);
    if (from == Side::Client) {
        if (m_peer) {
            m_peer->onData(payload);
        }
    } else if (m_handler) {
        m_handler->onData(payload);
    }
}

void Connection::endServer(CloseReason reason)
{
    if (m_peer) {
        // Kept alive until the call returned, and until posts the peer made have run.
        const std::shared_ptr<Peer> peer = std::move(m_peer);
        m_network.m_clock.post([peer] {});
        peer->onClosed(reason);
    }
}

void Connection::end(Side side, CloseReason reason)
{
    SocketHandler* handler = std::exchange(m_handler, nullptr);
    dispose();
    endServer(reason);
    if (handler && side == Side::Client) {
        handler->onClosed(reason);
    }
}

} // namespace rdrlab::vnet
