// Real, non-blocking TCP sockets of live runs, and their playback.
//
// Writes are tried at once and what the kernel did not take goes out at the next wait; how that
// splits is invisible to the machine, so it need not be recorded. Reads happen only in wait().
// Virtual time follows real time while a socket is open, and jumps over waits when none is.
#include "engine/vnet/realwire.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "engine/vnet/connection.h"

namespace rdrlab::vnet {

namespace {

constexpr std::size_t kArrivalBytes = 1u << 20;
constexpr std::size_t kLeastRoom = kArrivalBytes / 4; // with less left a new buffer is begun
constexpr int kMaxGather = 64;
constexpr int kMaxPollMs = 60'000;

ConnectStatus statusOf(int error)
{
    switch (error) {
    case 0:
        return ConnectStatus::Connected;
    case ECONNREFUSED:
        return ConnectStatus::Refused;
    case ETIMEDOUT:
        return ConnectStatus::TimedOut;
    default:
        return ConnectStatus::Unreachable;
    }
}

} // namespace

RealWire::~RealWire()
{
    for (auto& [id, socket] : m_sockets) {
        if (socket.fd >= 0) {
            ::close(socket.fd);
        }
    }
}

void RealWire::bind(Ipv4 address, std::uint16_t port, std::string realHost, std::uint16_t realPort)
{
    m_bindings[{ address, port }] = Target { std::move(realHost), realPort };
}

void RealWire::connect(
    SocketId id,
    Ipv4 client,
    Ipv4 address,
    std::uint16_t port,
    std::uint16_t localPort,
    SocketHandler* handler)
{
    Socket& socket = m_sockets[id];
    socket.client = client;
    socket.server = address;
    socket.clientPort = localPort;
    socket.serverPort = port;
    socket.handler = handler;
    if (source) {
        return; // played back
    }
    const Target& target = m_bindings.at({ address, port });
    sockaddr_in remote {};
    remote.sin_family = AF_INET;
    remote.sin_port = htons(target.port);
    const std::string host = target.host == "localhost" ? "127.0.0.1" : target.host;
    if (inet_pton(AF_INET, host.c_str(), &remote.sin_addr) != 1) {
        socket.failure = EHOSTUNREACH;
        return;
    }
    socket.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket.fd < 0) {
        socket.failure = errno;
        return;
    }
    const int on = 1;
    setsockopt(socket.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket.fd, reinterpret_cast<const sockaddr*>(&remote), sizeof remote) != 0
        && errno != EINPROGRESS) {
        socket.failure = errno;
    }
}

std::uint16_t RealWire::localPort(SocketId id) const
{
    const auto found = m_sockets.find(id);
    return found == m_sockets.end() ? std::uint16_t { 0 } : found->second.clientPort;
}

void RealWire::report(
    SocketId id,
    const Socket& socket,
    bool fromClient,
    std::uint8_t flags,
    const SharedBytes& payload)
{
    if (!m_network.m_packets) {
        return;
    }
    PacketInfo info;
    info.timeNs = m_network.m_clock.nowNs();
    info.connection = id;
    info.fromClient = fromClient;
    info.source = fromClient ? socket.client : socket.server;
    info.destination = fromClient ? socket.server : socket.client;
    info.sourcePort = fromClient ? socket.clientPort : socket.serverPort;
    info.destinationPort = fromClient ? socket.serverPort : socket.clientPort;
    info.flags = flags;
    info.sequence = fromClient ? socket.sent : socket.received;
    info.acknowledgement
        = (flags & tcpflag::kAck) ? (fromClient ? socket.received : socket.sent) : 0;
    if (flags & tcpflag::kSyn) {
        info.sequence = 0;
    }
    // Only what fits in one IPv4 packet can be written to a capture file.
    ByteSpan left = payload.bytes;
    do {
        const ByteSpan part = left.first(std::min(left.size(), kLargeSegment));
        left = left.subspan(part.size());
        m_network.m_packets->packet(info, { part, payload.owner });
        info.sequence += static_cast<std::uint32_t>(part.size());
    } while (!left.empty());
}

void RealWire::send(SocketId id, std::shared_ptr<const Buffer> bytes)
{
    Socket& socket = m_sockets.at(id);
    if (socket.closing || !socket.connected || bytes->empty()) {
        return;
    }
    report(id, socket, true, tcpflag::kAck | tcpflag::kPsh, { *bytes, bytes });
    socket.sent += static_cast<std::uint32_t>(bytes->size());
    if (source) {
        return;
    }
    socket.output.push_back(std::move(bytes));
    flush(socket);
}

bool RealWire::flush(Socket& socket)
{
    while (!socket.output.empty() && socket.fd >= 0) {
        iovec parts[kMaxGather];
        int count = 0;
        std::size_t skip = socket.outputOffset;
        for (const auto& buffer : socket.output) {
            parts[count].iov_base = const_cast<std::byte*>(buffer->data()) + skip; // only read
            parts[count].iov_len = buffer->size() - skip;
            skip = 0;
            if (++count == kMaxGather) {
                break;
            }
        }
        msghdr message {};
        message.msg_iov = parts;
        message.msg_iovlen = static_cast<std::size_t>(count);
        const ssize_t written = ::sendmsg(socket.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            // Any real error shows up as an end of the stream when the socket is read.
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        std::size_t left = static_cast<std::size_t>(written);
        while (left > 0) {
            const std::size_t rest = socket.output.front()->size() - socket.outputOffset;
            if (left < rest) {
                socket.outputOffset += left;
                break;
            }
            left -= rest;
            socket.outputOffset = 0;
            socket.output.pop_front();
        }
    }
    return true;
}

void RealWire::drop(SocketId id)
{
    const auto found = m_sockets.find(id);
    if (found != m_sockets.end()) {
        if (found->second.fd >= 0) {
            ::close(found->second.fd);
        }
        m_sockets.erase(found);
    }
}

void RealWire::close(SocketId id, bool abort)
{
    Socket& socket = m_sockets.at(id);
    socket.handler = nullptr;
    report(
        id, socket, true,
        static_cast<std::uint8_t>((abort ? tcpflag::kRst : tcpflag::kFin) | tcpflag::kAck), {});
    if (abort && socket.fd >= 0) {
        const linger hard { 1, 0 };
        setsockopt(socket.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    } else if (!abort && !socket.output.empty() && flush(socket) && !socket.output.empty()) {
        socket.closing = true; // the rest goes out in wait()
        return;
    }
    drop(id);
}

std::uint64_t RealWire::liveNowNs() const
{
    const auto elapsed = std::chrono::steady_clock::now() - m_realAnchor;
    return m_virtualAnchorNs
        + static_cast<std::uint64_t>(std::chrono::nanoseconds(elapsed).count());
}

void RealWire::anchor(std::uint64_t virtualNs)
{
    m_anchored = true;
    m_virtualAnchorNs = virtualNs;
    m_realAnchor = std::chrono::steady_clock::now();
}

void RealWire::take(LiveInput input, SharedBytes bytes, const Delivery& hand)
{
    input.idleIndex = m_idleIndex;
    input.bytes = bytes.bytes;
    hand(input.timeNs, [this, input, owner = std::move(bytes.owner)]() mutable {
        if (sink) {
            const auto found = m_sockets.find(input.channel);
            input.onWire = input.kind == InputKind::Data && m_network.m_packets != nullptr
                && found != m_sockets.end() && found->second.handler != nullptr;
            sink->input(input);
        }
        deliver(input, owner);
    });
}

// Where the next bytes are read to. Arrivals share a buffer, so that what a recorder still holds of
// it is about as much as has not been written.
std::span<std::byte> RealWire::room()
{
    if (!m_arrivals || m_arrivals->size() - m_arrived < kLeastRoom) {
        m_arrivals = m_network.m_buffers.take(kArrivalBytes);
        m_arrived = 0;
    }
    return std::span(*m_arrivals).subspan(m_arrived);
}

void RealWire::deliver(const LiveInput& input, const std::shared_ptr<const void>& owner)
{
    const auto found = m_sockets.find(input.channel);
    if (found == m_sockets.end() || !found->second.handler) {
        return;
    }
    Socket& socket = found->second;
    SocketHandler* handler = socket.handler;
    switch (input.kind) {
    case InputKind::Connected:
        report(input.channel, socket, true, tcpflag::kSyn, {});
        if (input.status == static_cast<std::uint32_t>(ConnectStatus::Connected)) {
            socket.connected = true;
            report(input.channel, socket, false, tcpflag::kSyn | tcpflag::kAck, {});
            report(input.channel, socket, true, tcpflag::kAck, {});
        } else {
            drop(input.channel);
        }
        handler->onConnected(static_cast<ConnectStatus>(input.status));
        break;
    case InputKind::Data:
        report(input.channel, socket, false, tcpflag::kAck | tcpflag::kPsh, { input.bytes, owner });
        socket.received += static_cast<std::uint32_t>(input.bytes.size());
        handler->onData(input.bytes);
        break;
    case InputKind::Closed:
        report(input.channel, socket, false, tcpflag::kFin | tcpflag::kAck, {});
        drop(input.channel);
        handler->onClosed(static_cast<CloseReason>(input.status));
        break;
    }
}

bool RealWire::replay(std::optional<std::uint64_t> deadlineNs, const Delivery& hand)
{
    bool any = false;
    for (auto next = source->peek(); next && next->idleIndex <= m_idleIndex;
         next = source->peek()) {
        const auto copy = m_network.m_buffers.take(next->bytes.size());
        std::copy(next->bytes.begin(), next->bytes.end(), copy->begin());
        const LiveInput input = *next;
        source->pop();
        take(input, { *copy, copy }, hand);
        any = true;
    }
    if (any) {
        return true;
    }
    if (deadlineNs) {
        hand(*deadlineNs, {});
        return true;
    }
    // Idle calls that brought nothing and had no deadline leave no row, so the recording may be
    // ahead of the count.
    if (const auto next = source->peek()) {
        m_idleIndex = next->idleIndex;
        return replay(deadlineNs, hand);
    }
    return false;
}

bool RealWire::wait(std::optional<std::uint64_t> deadlineNs, const Delivery& hand)
{
    ++m_idleIndex;
    if (source) {
        return replay(deadlineNs, hand);
    }
    const std::uint64_t now = m_network.m_clock.nowNs();
    if (!m_anchored || liveNowNs() < now) {
        anchor(now);
    }
    for (;;) {
        // Immediate failures first: they need no waiting.
        for (auto& [id, socket] : m_sockets) {
            if (socket.failure) {
                const int failure = std::exchange(socket.failure, 0);
                take(
                    { 0,
                      now,
                      id,
                      InputKind::Connected,
                      static_cast<std::uint32_t>(statusOf(failure)),
                      {} },
                    {}, hand);
                return true;
            }
        }
        std::vector<pollfd> polls;
        std::vector<SocketId> ids;
        for (auto& [id, socket] : m_sockets) {
            const bool writes = !socket.connected || !socket.output.empty();
            polls.push_back(
                { socket.fd,
                  static_cast<short>((socket.connected ? POLLIN : 0) | (writes ? POLLOUT : 0)),
                  0 });
            ids.push_back(id);
        }
        if (polls.empty()) {
            if (!deadlineNs) {
                return false;
            }
            hand(*deadlineNs, {});
            anchor(*deadlineNs);
            return true;
        }
        int timeoutMs = kMaxPollMs;
        if (deadlineNs) {
            const std::uint64_t live = liveNowNs();
            if (live >= *deadlineNs) {
                timeoutMs = 0;
            } else {
                timeoutMs = static_cast<int>(std::min<std::uint64_t>(
                    (*deadlineNs - live + 999'999) / 1'000'000, kMaxPollMs));
            }
        }
        const int ready = ::poll(polls.data(), polls.size(), timeoutMs);
        if (ready <= 0) {
            if (deadlineNs && liveNowNs() >= *deadlineNs) {
                hand(*deadlineNs, {});
                return true;
            }
            continue;
        }
        bool delivered = false;
        for (std::size_t i = 0; i < polls.size(); ++i) {
            const auto found = m_sockets.find(ids[i]);
            if (!polls[i].revents || found == m_sockets.end()) {
                continue;
            }
            Socket& socket = found->second;
            // Never past the deadline: the timer due then must see the time it asked for.
            const std::uint64_t at = std::max(
                m_network.m_clock.nowNs(), std::min(liveNowNs(), deadlineNs.value_or(UINT64_MAX)));
            if (!socket.connected) {
                int error = 0;
                socklen_t length = sizeof error;
                getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, &error, &length);
                take(
                    { 0,
                      at,
                      ids[i],
                      InputKind::Connected,
                      static_cast<std::uint32_t>(statusOf(error)),
                      {} },
                    {}, hand);
                delivered = true;
                continue;
            }
            if (polls[i].revents & POLLOUT) {
                flush(socket);
                if (socket.closing && socket.output.empty()) {
                    drop(ids[i]);
                    continue;
                }
            }
            if (!(polls[i].revents & (POLLIN | POLLHUP | POLLERR))) {
                continue;
            }
            const std::span<std::byte> free = room();
            const ssize_t count = ::recv(socket.fd, free.data(), free.size(), MSG_DONTWAIT);
            if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
                continue;
            }
            if (socket.closing) {
                if (count <= 0) {
                    drop(ids[i]);
                }
                continue;
            }
            delivered = true;
            if (count > 0) {
                const auto bytes = static_cast<std::size_t>(count);
                m_arrived += bytes;
                take(
                    { 0, at, ids[i], InputKind::Data, 0, {} }, { free.first(bytes), m_arrivals },
                    hand);
            } else {
                const CloseReason reason
                    = count == 0 ? CloseReason::PeerClosed : CloseReason::Reset;
                take(
                    { 0, at, ids[i], InputKind::Closed, static_cast<std::uint32_t>(reason), {} },
                    {}, hand);
            }
        }
        if (delivered) {
            return true;
        }
    }
}

} // namespace rdrlab::vnet
