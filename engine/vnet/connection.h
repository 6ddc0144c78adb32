// One connection of the virtual wire: two directions, each a queue of segments on their way.
// Private to the room.
#pragma once

#include <deque>

#include "engine/vnet/network.h"

namespace rdrlab::vnet {

inline constexpr std::size_t kSendBufferBytes = 1u << 20;
inline constexpr std::size_t kMss = 1460; // paced or lossy links
inline constexpr std::size_t kLargeSegment = 61320; // 42 full segments: still a legal IPv4 packet
inline constexpr std::uint64_t kFirstRetransmitNs = 200'000'000;
inline constexpr unsigned kMaxBackoff = 6; // 200 ms doubled at most six times
inline constexpr std::uint64_t kGiveUpNs
    = 21'000'000'000; // as Windows gives up a SYN and RFC 1122's R2 allows
inline constexpr std::uint64_t kUnreachableNs = 3'000'000'000; // unanswered ARP

struct Network::Host
{
    HostId id;
    std::string name;
    Ipv4 address;
    bool resolvable = true;
    std::map<std::uint16_t, Acceptor*> listeners;
};

struct Network::Link
{
    LinkProperties properties;
    std::uint64_t busyUntilNs[2] = { 0, 0 }; // per direction: from the lower host id, to it
};

class Connection final : public PeerChannel
{
public:
    enum class Side
    {
        Client,
        Server
    };

    Connection(
        Network& network,
        SocketId id,
        HostId client,
        Ipv4 address,
        std::uint16_t port,
        SocketHandler* handler);
    ~Connection() override;

    void start();
    void enqueue(Side from, std::shared_ptr<const Buffer> bytes);
    void finish(Side from);
    void reset(Side from);
    std::size_t sendSpace() const;
    bool touches(HostId host) const { return host == m_clientHost || host == m_serverHost; }
    std::uint16_t clientPort() const { return m_clientPort; }
    /// Ends both sides at once with an error: the host crashed.
    void crash();

    // PeerChannel: the server's end
    void send(Buffer bytes) override
    {
        enqueue(Side::Server, std::make_shared<const Buffer>(std::move(bytes)));
    }
    void close() override { finish(Side::Server); }
    void abort() override { reset(Side::Server); }
    Ipv4 remoteAddress() const override { return m_clientAddress; }
    Clock& clock() override { return m_network.m_clock; }

private:
    struct Segment
    {
        std::shared_ptr<const Buffer> bytes; // null for FIN and RST
        std::size_t offset = 0;
        std::size_t length = 0;
        std::uint64_t arriveNs = 0;
        std::uint32_t sequence = 0;
        std::uint32_t acknowledgement = 0;
        std::uint8_t flags = 0;
        unsigned attempts = 0;
    };
    struct Direction
    {
        std::deque<Segment> queue;
        std::size_t queuedBytes = 0;
        std::uint32_t sent = 0; // next sequence number to send
        std::uint32_t received = 0; // next sequence number the other side expects
        std::uint64_t stalledSinceNs = 0;
        bool stalled = false;
        bool finished = false;
        bool wantsSpace = false;
        Clock::TimerId timer = Clock::kNoTimer;
    };

    Direction& direction(Side from) { return m_directions[from == Side::Client ? 0 : 1]; }
    Network::Link& link();
    void dispatch(Side from, Segment segment);
    void arm(Side from);
    void deliver(Side from);
    void arrived(Side from, const Segment& segment);
    void fail(ConnectStatus status);
    void end(Side side, CloseReason reason);
    void endServer(CloseReason reason);
    void dispose();
    void report(Side from, const Segment& segment, std::uint64_t timeNs, bool lost, bool again);
    void handshake(std::uint8_t flags, bool fromClient);
    std::uint64_t backoffNs(unsigned attempts) const;

    // constant after construction
    Network& m_network;
    const SocketId m_id;
    const HostId m_clientHost;
    HostId m_serverHost = kNoHost;
    Ipv4 m_clientAddress;
    Ipv4 m_serverAddress;
    std::uint16_t m_clientPort;
    std::uint16_t m_serverPort;

    SocketHandler* m_handler; // null once the client needs no more callbacks
    std::unique_ptr<Peer> m_peer; // null before accept and after the end
    Direction m_directions[2];
    Clock::TimerId m_connectTimer = Clock::kNoTimer;
    bool m_connected = false;
    bool m_disposed = false;
};

} // namespace rdrlab::vnet
