// The virtual wire through its public door: one client, one server, a clock that only the test
// moves.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <thread>

#include "engine/vnet/network.h"
#include "tests/vnet/fakeclock.h"

using namespace rdrlab::vnet;

namespace {

constexpr std::uint64_t kMs = 1'000'000;

struct Client : SocketHandler
{
    std::optional<ConnectStatus> connected;
    std::optional<CloseReason> closed;
    std::string data;
    std::uint64_t bytes = 0;
    int spaces = 0;
    bool keep = true;
    void onConnected(ConnectStatus status) override { connected = status; }
    void onData(ByteSpan part) override
    {
        bytes += part.size();
        if (keep) {
            data.append(reinterpret_cast<const char*>(part.data()), part.size());
        }
    }
    void onSendSpace() override { ++spaces; }
    void onClosed(CloseReason reason) override { closed = reason; }
};

struct Echo : Acceptor
{
    struct EchoPeer : Peer
    {
        Echo& owner;
        PeerChannel& channel;
        EchoPeer(Echo& o, PeerChannel& c)
            : owner(o)
            , channel(c)
        {
        }
        ~EchoPeer() override { ++owner.destroyed; }
        void onData(ByteSpan part) override
        {
            owner.received += part.size();
            if (owner.answers) {
                channel.send(Buffer(part.begin(), part.end()));
            }
            if (owner.closeAfter && owner.received >= owner.closeAfter) {
                channel.close();
            }
        }
        void onClosed(CloseReason reason) override { owner.closed = reason; }
    };
    std::unique_ptr<Peer> accept(PeerChannel& channel) override
    {
        return refuse ? nullptr : std::make_unique<EchoPeer>(*this, channel);
    }
    bool refuse = false;
    bool answers = true;
    std::size_t closeAfter = 0;
    std::uint64_t received = 0;
    int destroyed = 0;
    std::optional<CloseReason> closed;
};

struct Packets : PacketSink
{
    struct Row
    {
        PacketInfo info;
        std::size_t length;
    };
    std::vector<Row> rows;
    std::string log;
    void packet(const PacketInfo& info, const SharedBytes& payload) override
    {
        rows.push_back({ info, payload.bytes.size() });
        log += std::to_string(info.timeNs) + (info.fromClient ? ">" : "<")
            + std::to_string(info.sequence) + "+" + std::to_string(payload.bytes.size())
            + (info.lost ? "lost " : " ");
    }
};

struct Wire
{
    FakeClock clock;
    Packets packets;
    Network network { clock, &packets };
    Echo echo;
    HostId client = network.addHost("client", { 0x0a000001 });
    HostId server = network.addHost("lab", { 0x0a000002 });
    Client handler;
    Wire() { network.listen(server, 445, &echo); }
    SocketId connect()
    {
        const SocketId socket = network.connect(client, *network.resolve("LAB"), 445, &handler);
        clock.run(clock.now + 100 * kMs);
        return socket;
    }
    void send(SocketId socket, std::string_view text)
    {
        network.send(socket, std::as_bytes(std::span(text.data(), text.size())));
    }
};

} // namespace

TEST_CASE("bytes arrive in order after the latency of the link", "[vnet]")
{
    Wire wire;
    wire.network.setLink(wire.client, wire.server, { 5 * kMs, 0, 0, false });
    const SocketId socket = wire.network.connect(wire.client, { 0x0a000002 }, 445, &wire.handler);
    wire.clock.run();
    CHECK(wire.handler.connected == ConnectStatus::Connected);
    CHECK(wire.clock.now == 10 * kMs);
    wire.send(socket, "hello ");
    wire.send(socket, "world");
    wire.clock.run();
    CHECK(wire.handler.data == "hello world");
    CHECK(wire.clock.now == 20 * kMs);
}

TEST_CASE(
    "a port nobody listens on refuses, an address nobody has is unreachable, a cut link times out",
    "[vnet]")
{
    Wire wire;
    wire.network.connect(wire.client, { 0x0a000002 }, 139, &wire.handler);
    wire.clock.run();
    CHECK(wire.handler.connected == ConnectStatus::Refused);

    Client lost;
    const auto before = wire.clock.now;
    wire.network.connect(wire.client, { 0x0a0000fe }, 445, &lost);
    wire.clock.run();
    CHECK(lost.connected == ConnectStatus::Unreachable);
    CHECK(wire.clock.now > before);

    Client silent;
    wire.network.cut(wire.client, wire.server);
    wire.network.connect(wire.client, { 0x0a000002 }, 445, &silent);
    wire.clock.run();
    CHECK(silent.connected == ConnectStatus::TimedOut);

    Client refused;
    wire.network.heal(wire.client, wire.server);
    wire.echo.refuse = true;
    wire.network.connect(wire.client, { 0x0a000002 }, 445, &refused);
    wire.clock.run();
    CHECK(refused.connected == ConnectStatus::Refused);
    CHECK(wire.network.connectionCount() == 0);
}

TEST_CASE("names resolve without case, and not at all when DNS fails", "[vnet]")
{
    Wire wire;
    CHECK(wire.network.resolve("Lab") == Ipv4 { 0x0a000002 });
    CHECK(wire.network.resolve("10.0.0.7") == Ipv4 { 0x0a000007 });
    CHECK_FALSE(wire.network.resolve("elsewhere"));
    CHECK_FALSE(wire.network.resolve("10.0.0.256"));
    wire.network.setResolvable("LAB", false);
    CHECK_FALSE(wire.network.resolve("lab"));
}

TEST_CASE("bandwidth paces what is sent", "[vnet]")
{
    Wire wire;
    wire.echo.answers = false;
    wire.network.setLink(wire.client, wire.server, { kMs, 1'000'000, 0, false });
    const SocketId socket = wire.connect();
    const auto start = wire.clock.now;
    wire.network.send(socket, Buffer(1'000'000));
    wire.clock.run();
    CHECK(wire.echo.received == 1'000'000);
    // One second for the payload and what the headers of 685 segments add.
    CHECK((wire.clock.now - start) / kMs >= 1000);
    CHECK((wire.clock.now - start) / kMs < 1060);
}

TEST_CASE("a lossy link delays but delivers everything, the same way every time", "[vnet]")
{
    const auto run = [] {
        Wire wire;
        wire.network.setLink(wire.client, wire.server, { kMs, 0, 100, false });
        const SocketId socket = wire.connect();
        std::string text;
        for (int i = 0; i < 20000; ++i) {
            text += std::to_string(i);
        }
        wire.send(socket, text);
        wire.clock.run();
        CHECK(wire.handler.data == text);
        return wire.packets.log;
    };
    const std::string first = run();
    CHECK(first.find("lost") != first.npos);
    CHECK(first == run());
}

TEST_CASE(
    "a cut link holds bytes back; healing delivers them, and too long a cut ends the connection",
    "[vnet]")
{
    Wire wire;
    const SocketId socket = wire.connect();
    wire.network.cut(wire.client, wire.server);
    wire.send(socket, "held");
    wire.clock.run(wire.clock.now + 2000 * kMs);
    CHECK(wire.handler.data.empty());
    wire.network.heal(wire.client, wire.server);
    wire.clock.run();
    CHECK(wire.handler.data == "held");

    wire.network.cut(wire.client, wire.server);
    wire.send(socket, "gone");
    wire.clock.run();
    CHECK(wire.handler.closed == CloseReason::TimedOut);
    CHECK(wire.echo.closed == CloseReason::TimedOut);
    CHECK(wire.network.connectionCount() == 0);
    CHECK(wire.echo.destroyed == 1);
}

TEST_CASE("closing delivers what was sent before; aborting resets the other side", "[vnet]")
{
    Wire wire;
    SocketId socket = wire.connect();
    wire.send(socket, "last words");
    wire.network.close(socket);
    wire.clock.run();
    CHECK(wire.echo.received == 10);
    CHECK(wire.echo.closed == CloseReason::PeerClosed);
    CHECK_FALSE(wire.handler.closed);
    CHECK(wire.network.connectionCount() == 0);

    Client second;
    socket = wire.network.connect(wire.client, { 0x0a000002 }, 445, &second);
    wire.clock.run();
    wire.network.abort(socket);
    wire.clock.run();
    CHECK(wire.echo.closed == CloseReason::Reset);
    CHECK(wire.echo.destroyed == 2);
}

TEST_CASE("a server that closes, or crashes, is told to the client once", "[vnet]")
{
    Wire wire;
    wire.echo.closeAfter = 3;
    SocketId socket = wire.connect();
    wire.send(socket, "abc");
    wire.clock.run();
    CHECK(wire.handler.data == "abc");
    CHECK(wire.handler.closed == CloseReason::PeerClosed);
    CHECK(wire.network.connectionCount() == 0);

    wire.echo.closeAfter = 0;
    Client second;
    wire.network.connect(wire.client, { 0x0a000002 }, 445, &second);
    wire.clock.run();
    wire.network.resetConnections(wire.server);
    wire.clock.run();
    CHECK(second.closed == CloseReason::Reset);
    CHECK(wire.network.connectionCount() == 0);
}

TEST_CASE("a full send buffer reports when there is room again", "[vnet]")
{
    Wire wire;
    wire.echo.answers = false;
    const SocketId socket = wire.connect();
    wire.network.send(socket, Buffer(2u << 20));
    CHECK(wire.network.sendSpace(socket) == 0);
    wire.clock.run();
    CHECK(wire.handler.spaces == 1);
    CHECK(wire.network.sendSpace(socket) > 0);
}

TEST_CASE("packets carry sequence numbers that continue on both sides", "[vnet]")
{
    Wire wire;
    const SocketId socket = wire.connect();
    wire.send(socket, std::string(200'000, 'x'));
    wire.clock.run();
    wire.network.close(socket);
    wire.clock.run();
    std::uint32_t next[2] = { 0, 0 };
    for (const auto& [info, length] : wire.packets.rows) {
        const std::size_t side = info.fromClient ? 1 : 0;
        CHECK(info.sequence == next[side]);
        next[side] += static_cast<std::uint32_t>(length)
            + ((info.flags & (tcpflag::kSyn | tcpflag::kFin)) ? 1 : 0);
        CHECK(info.acknowledgement <= next[1 - side]);
    }
    CHECK(next[0] == 200'002);
    CHECK(next[1] == 200'002);
}

TEST_CASE("256 MiB cross the wire whole", "[vnet][slow]")
{
    Wire wire;
    wire.network.setPacketSink(nullptr);
    wire.echo.answers = false;
    const SocketId socket = wire.connect();
    const Buffer block(1u << 20, std::byte { 7 });
    for (int i = 0; i < 256; ++i) {
        wire.network.send(socket, ByteSpan(block));
        wire.clock.run();
    }
    CHECK(wire.echo.received == 256u << 20);
}

TEST_CASE("a large buffer that comes back is lent again, whoever let it go", "[vnet]")
{
    const void* place = nullptr;
    {
        BufferPool pool;
        auto first = pool.take(1u << 20);
        REQUIRE(first->size() == 1u << 20);
        place = first->data();
        CHECK(pool.take(1u << 20)->data() != place);
        std::thread([last = std::move(first)]() mutable { last.reset(); }).join();
        auto again = pool.take(500'000);
        CHECK(again->data() == place);
        CHECK(again->size() == 500'000);
        CHECK(pool.take(10)->size() == 10);
        CHECK(pool.take(0)->empty());
    }
    std::shared_ptr<Buffer> late;
    {
        BufferPool pool;
        late = pool.take(1u << 20);
    }
    late->front() = std::byte(1); // outlives its pool
}
