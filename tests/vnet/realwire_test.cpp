// Real sockets behind the wire, and their playback without any network.
#include <catch2/catch.hpp>

#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/vnet/network.h"
#include "tests/vnet/fakeclock.h"

using namespace rdrlab::vnet;

namespace {

/// Echoes until the client closes. One connection only.
struct RealEcho
{
    RealEcho()
    {
        listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0);
        REQUIRE(::listen(listener, 1) == 0);
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
        port = ntohs(address.sin_port);
        worker = std::thread([this] {
            const int fd = ::accept(listener, nullptr, nullptr);
            char block[65536];
            for (ssize_t count; (count = ::read(fd, block, sizeof block)) > 0;) {
                for (ssize_t done = 0, step; done < count; done += step) {
                    step = ::write(fd, block + done, static_cast<std::size_t>(count - done));
                    if (step <= 0) {
                        break;
                    }
                }
            }
            ::close(fd);
        });
    }
    ~RealEcho()
    {
        worker.join();
        ::close(listener);
    }
    int listener;
    std::uint16_t port = 0;
    std::thread worker;
};

struct Recording : InputSink, InputSource
{
    struct Row
    {
        LiveInput input;
        Buffer bytes;
    };
    std::vector<Row> rows;
    std::size_t at = 0;
    void input(const LiveInput& input) override
    {
        rows.push_back({ input, Buffer(input.bytes.begin(), input.bytes.end()) });
    }
    std::optional<LiveInput> peek() override
    {
        if (at == rows.size()) {
            return std::nullopt;
        }
        LiveInput input = rows[at].input;
        input.bytes = rows[at].bytes;
        return input;
    }
    void pop() override { ++at; }
};

struct Session : SocketHandler
{
    FakeClock clock;
    Network network { clock };
    HostId client = network.addHost("client", { 0x0a000001 });
    SocketId socket = kNoSocket;
    std::string log;
    std::size_t wanted = 0;
    std::size_t got = 0;
    bool over = false;

    void onConnected(ConnectStatus status) override
    {
        log += "connected " + std::to_string(static_cast<int>(status)) + " at "
            + std::to_string(clock.now) + "\n";
        if (status != ConnectStatus::Connected) {
            over = true;
            return;
        }
        network.send(socket, Buffer(wanted, std::byte { 'x' }));
    }
    void onData(ByteSpan bytes) override
    {
        got += bytes.size();
        log += "data " + std::to_string(bytes.size()) + " at " + std::to_string(clock.now) + "\n";
        if (got >= wanted) {
            network.close(socket);
            over = true;
        }
    }
    void onClosed(CloseReason) override { over = true; }

    void run(std::uint16_t port, std::size_t bytes)
    {
        wanted = bytes;
        network.bindReal("lab", 445, "127.0.0.1", port);
        socket = network.connect(client, *network.resolve("lab"), 445, this);
        bool any = true;
        while (!over && any) {
            any = network.waitLive(
                std::nullopt, [this](std::uint64_t timeNs, std::function<void()> deliver) {
                    clock.now = std::max(clock.now, timeNs);
                    if (deliver) {
                        deliver();
                    }
                });
            clock.run(clock.now);
        }
    }
};

} // namespace

TEST_CASE("a live run replays from its recorded input without a network", "[vnet]")
{
    Recording recording;
    std::string live;
    {
        RealEcho echo;
        Session session;
        session.network.setInputSink(&recording);
        session.run(echo.port, 3u << 20);
        CHECK(session.got == 3u << 20);
        live = session.log;
    }
    Session again;
    again.network.setInputSource(&recording);
    again.run(1, 3u << 20);
    CHECK(again.log == live);
}

TEST_CASE("a real port nobody listens on refuses", "[vnet]")
{
    Session session;
    session.run(1, 1);
    CHECK(session.log.substr(0, 11) == "connected 1");
}
