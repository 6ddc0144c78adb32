// The wire. Hosts with names and addresses, listeners, and byte-stream sockets between them, as a
// discrete-event model: bytes sent become segments that arrive later, in order, by the properties
// of the link. A host's port may be bound to a real TCP address instead; then the same sockets
// speak to a real server (see realwire.h for how that stays replayable).
//
// What callers owe: everything happens on the scheduler's one thread; callbacks come from timers
// and posts (the machine's interrupt context), never from inside a call of this class, and must not
// block. A handler may call any routine of the network from its callbacks. After close() or
// abort(), or after onClosed(), no callback arrives any more.
//
//   connect ──SYN──► Connecting ──► Connected ──close()──► data drains, FIN ──► gone
//                        │              ├──abort()──► RST ──► gone
//                        └► onConnected │
//                           (failure)   └► onClosed(reason): the other side closed, reset, or the
//                           link stayed dead
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/vnet/buffer.h"
#include "engine/vnet/clock.h"
#include "engine/vnet/packets.h"

namespace rdrlab::vnet {

using HostId = std::uint32_t;
using SocketId = std::uint64_t;
inline constexpr HostId kNoHost = 0;
inline constexpr SocketId kNoSocket = 0;

struct LinkProperties
{
    std::uint64_t latencyNs = 200'000; // one way
    std::uint64_t bandwidthBytesPerSecond = 0; // 0 = as fast as memory; then segments are large
    std::uint32_t lossPerMille = 0; // chance of each segment to need a retransmission
    bool cut = false; // nothing arrives while set
};

enum class ConnectStatus : std::uint8_t
{
    Connected,
    Refused, // host answered, nobody listens
    Unreachable, // nobody has that address
    TimedOut // the link is cut
};

enum class CloseReason : std::uint8_t
{
    PeerClosed, // orderly end of stream
    Reset, // the other side aborted
    TimedOut // retransmissions were given up
};

/// Client side of a connection.
class SocketHandler
{
public:
    virtual ~SocketHandler() = default;
    virtual void onConnected(ConnectStatus status) = 0;
    virtual void onData(ByteSpan bytes) = 0;
    /// Sent after sendSpace() had been 0: half of the send buffer is free again.
    virtual void onSendSpace() { }
    virtual void onClosed(CloseReason reason) = 0;
};

/// How a server-side peer answers. Outlives the peer it was given to.
class PeerChannel
{
public:
    virtual ~PeerChannel() = default;
    virtual void send(Buffer bytes) = 0;
    /// Ends the connection after what was sent has arrived.
    virtual void close() = 0;
    virtual void abort() = 0;
    virtual Ipv4 remoteAddress() const = 0;
    virtual Clock& clock() = 0;
};

/// Server side of a connection. Destroyed by the network after onClosed(), or after it closed the
/// channel itself.
class Peer
{
public:
    virtual ~Peer() = default;
    virtual void onData(ByteSpan bytes) = 0;
    virtual void onClosed(CloseReason reason) = 0;
};

class Acceptor
{
public:
    virtual ~Acceptor() = default;
    /// Null refuses the connection.
    virtual std::unique_ptr<Peer> accept(PeerChannel& channel) = 0;
};

/// Takes a virtual time and what to run then.
using Delivery = std::function<void(std::uint64_t timeNs, std::function<void()> run)>;

class Connection;
class RealWire;

class Network
{
public:
    explicit Network(Clock& clock, PacketSink* packets = nullptr);
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    // Hosts and listeners

    /// Adds a host, or returns the one of that name (whose address is kept).
    HostId addHost(std::string_view name, Ipv4 address);
    std::optional<HostId> findHost(std::string_view name) const;
    /// Names are compared without case (ASCII). Dotted addresses resolve to themselves.
    std::optional<Ipv4> resolve(std::string_view name) const;
    /// With false, resolve() fails for that name as if DNS did not know it.
    void setResolvable(std::string_view name, bool resolvable);
    std::string hostName(HostId host) const;
    Ipv4 address(HostId host) const;
    void listen(HostId host, std::uint16_t port, Acceptor* acceptor);
    void stopListening(HostId host, std::uint16_t port);
    /// Aborts every connection to or from `host`, as a crash of it would.
    void resetConnections(HostId host);

    // Links: one per pair of hosts, the same both ways

    void setLink(HostId one, HostId other, LinkProperties properties);
    LinkProperties link(HostId one, HostId other) const;
    void setDefaultLink(LinkProperties properties) { m_defaultLink = properties; }
    void cut(HostId one, HostId other);
    void heal(HostId one, HostId other);

    // Sockets

    /// The outcome arrives by handler->onConnected(). The handler must live until it was told of
    /// the end, or close() was called.
    SocketId connect(HostId from, Ipv4 address, std::uint16_t port, SocketHandler* handler);
    /// Takes all bytes always; a polite caller waits for onSendSpace() when sendSpace() is 0.
    /// Ignored on a socket that ended.
    void send(SocketId socket, ByteSpan bytes);
    void send(SocketId socket, Buffer bytes);
    /// The bytes must not change any more.
    void send(SocketId socket, std::shared_ptr<const Buffer> bytes);
    /// Where large payloads of the machine live on their way out.
    BufferPool& buffers() { return m_buffers; }
    std::size_t sendSpace(SocketId socket) const;
    void close(SocketId socket);
    void abort(SocketId socket);
    std::uint16_t localPort(SocketId socket) const;

    // Real servers

    /// Connections to `name`:`port` go to the real TCP address `realHost`:`realPort` (dotted
    /// address or "localhost").
    void bindReal(
        std::string_view name,
        std::uint16_t port,
        std::string_view realHost,
        std::uint16_t realPort);
    bool hasRealBindings() const;
    void setInputSink(InputSink* sink);
    /// From now on real sockets are played back from a recording; nothing touches the network of
    /// this machine.
    void setInputSource(InputSource* source);
    /// The idle source of live runs: called when nothing can run. Waits for the real sockets until
    /// the virtual time `deadlineNs` and hands each thing that arrived to `hand` with the virtual
    /// time it arrived at; the machine moves its clock there and runs the delivery, at once or
    /// soon, in order, before the next call. An empty delivery means that only time has passed.
    /// Returns false when there is nothing to wait for at all.
    bool waitLive(std::optional<std::uint64_t> deadlineNs, const Delivery& hand);

    Clock& clock() { return m_clock; }
    PacketSink* packetSink() { return m_packets; }
    void setPacketSink(PacketSink* packets) { m_packets = packets; }
    std::size_t connectionCount() const { return m_connections.size(); }

private:
    friend class Connection;
    friend class RealWire;
    struct Host;
    struct Link;

    std::uint16_t takePort()
    {
        return m_nextPort
            = m_nextPort == 65535 ? 49152 : static_cast<std::uint16_t>(m_nextPort + 1);
    }
    Host* hostByAddress(Ipv4 address);
    Link& linkOf(HostId one, HostId other);
    Connection* find(SocketId socket) const;
    void bury(SocketId socket);

    Clock& m_clock;
    PacketSink* m_packets;
    BufferPool m_buffers;
    LinkProperties m_defaultLink;
    std::map<HostId, std::unique_ptr<Host>> m_hosts;
    std::map<std::pair<HostId, HostId>, std::unique_ptr<Link>> m_links;
    std::map<SocketId, std::unique_ptr<Connection>> m_connections;
    std::unique_ptr<RealWire> m_real;
    std::shared_ptr<bool> m_alive;
    HostId m_nextHost = 1;
    SocketId m_nextSocket = 1;
    std::uint16_t m_nextPort = 49151;
};

std::optional<Ipv4> parseIpv4(std::string_view text);
std::string formatIpv4(Ipv4 address);

} // namespace rdrlab::vnet
