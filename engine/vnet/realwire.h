// Real TCP behind the same sockets. Only three kinds of things come in from outside (connected,
// data, closed); each is delivered while the machine is idle and numbered by the count of idle
// calls, so that a recording of them replays the run.
#pragma once

#include <chrono>
#include <deque>
#include <map>

#include "engine/vnet/network.h"

namespace rdrlab::vnet {

class RealWire
{
public:
    explicit RealWire(Network& network)
        : m_network(network)
    {
    }
    ~RealWire();

    void bind(Ipv4 address, std::uint16_t port, std::string realHost, std::uint16_t realPort);
    bool isBound(Ipv4 address, std::uint16_t port) const
    {
        return m_bindings.contains({ address, port });
    }
    bool hasBindings() const { return !m_bindings.empty(); }

    void connect(
        SocketId id,
        Ipv4 client,
        Ipv4 address,
        std::uint16_t port,
        std::uint16_t localPort,
        SocketHandler* handler);
    bool owns(SocketId id) const { return m_sockets.contains(id); }
    void send(SocketId id, std::shared_ptr<const Buffer> bytes);
    void close(SocketId id, bool abort);
    std::uint16_t localPort(SocketId id) const;
    bool wait(std::optional<std::uint64_t> deadlineNs, const Delivery& hand);

    InputSink* sink = nullptr;
    InputSource* source = nullptr;

private:
    struct Target
    {
        std::string host;
        std::uint16_t port;
    };
    struct Socket
    {
        int fd = -1;
        bool connected = false;
        int failure = 0; // errno of an immediate failure, reported at the next wait
        Ipv4 client;
        Ipv4 server;
        std::uint16_t clientPort = 0;
        std::uint16_t serverPort = 0;
        std::uint32_t sent = 1;
        std::uint32_t received = 1;
        SocketHandler* handler = nullptr; // null once closed by its owner and only draining
        std::deque<std::shared_ptr<const Buffer>> output;
        std::size_t outputOffset = 0;
        bool closing = false;
    };

    bool replay(std::optional<std::uint64_t> deadlineNs, const Delivery& hand);
    void deliver(const LiveInput& input, const std::shared_ptr<const void>& owner);
    void take(LiveInput input, SharedBytes bytes, const Delivery& hand);
    std::span<std::byte> room();
    bool flush(Socket& socket);
    void report(
        SocketId id,
        const Socket& socket,
        bool fromClient,
        std::uint8_t flags,
        const SharedBytes& payload);
    std::uint64_t liveNowNs() const;
    void anchor(std::uint64_t virtualNs);
    void drop(SocketId id);

    Network& m_network;
    std::map<std::pair<Ipv4, std::uint16_t>, Target> m_bindings;
    std::map<SocketId, Socket> m_sockets;
    std::uint64_t m_idleIndex = 0;
    bool m_anchored = false;
    std::uint64_t m_virtualAnchorNs = 0;
    std::chrono::steady_clock::time_point m_realAnchor;
    std::shared_ptr<Buffer> m_arrivals; // what comes in is put one behind the other here
    std::size_t m_arrived = 0; // so many bytes of it are taken
};

} // namespace rdrlab::vnet
