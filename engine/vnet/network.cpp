// Hosts, names, links and the table of sockets. What happens to bytes is in connection.cpp and
// realwire.cpp.
#include "engine/vnet/network.h"

#include <algorithm>
#include <charconv>

#include "engine/vnet/connection.h"
#include "engine/vnet/realwire.h"

namespace rdrlab::vnet {

namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool sameName(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

std::optional<Ipv4> parseIpv4(std::string_view text)
{
    std::uint32_t value = 0;
    for (int part = 0; part < 4; ++part) {
        unsigned byte = 0;
        const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), byte);
        if (error != std::errc {} || byte > 255) {
            return std::nullopt;
        }
        value = value << 8 | byte;
        text.remove_prefix(static_cast<std::size_t>(next - text.data()));
        if (part < 3) {
            if (text.empty() || text.front() != '.') {
                return std::nullopt;
            }
            text.remove_prefix(1);
        }
    }
    return text.empty() ? std::optional(Ipv4 { value }) : std::nullopt;
}

std::string formatIpv4(Ipv4 address)
{
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        text += std::to_string(address.value >> shift & 255);
        text += shift ? "." : "";
    }
    return text;
}

Network::Network(Clock& clock, PacketSink* packets)
    : m_clock(clock)
    , m_packets(packets)
    , m_real(std::make_unique<RealWire>(*this))
    , m_alive(std::make_shared<bool>(true))
{
}

Network::~Network()
{
    *m_alive = false; // posts that are still queued find nobody home
}

HostId Network::addHost(std::string_view name, Ipv4 address)
{
    if (auto known = findHost(name)) {
        return *known;
    }
    const HostId id = m_nextHost++;
    m_hosts.emplace(id, std::make_unique<Host>(Host { id, std::string(name), address, true, {} }));
    return id;
}

std::optional<HostId> Network::findHost(std::string_view name) const
{
    for (const auto& [id, host] : m_hosts) {
        if (sameName(host->name, name)) {
            return id;
        }
    }
    return std::nullopt;
}

std::optional<Ipv4> Network::resolve(std::string_view name) const
{
    if (auto literal = parseIpv4(name)) {
        return literal;
    }
    const auto id = findHost(name);
    if (!id || !m_hosts.at(*id)->resolvable) {
        return std::nullopt;
    }
    return m_hosts.at(*id)->address;
}

void Network::setResolvable(std::string_view name, bool resolvable)
{
    if (auto id = findHost(name)) {
        m_hosts.at(*id)->resolvable = resolvable;
    }
}

std::string Network::hostName(HostId host) const
{
    const auto found = m_hosts.find(host);
    return found == m_hosts.end() ? std::string() : found->second->name;
}

Ipv4 Network::address(HostId host) const
{
    const auto found = m_hosts.find(host);
    return found == m_hosts.end() ? Ipv4 {} : found->second->address;
}

void Network::listen(HostId host, std::uint16_t port, Acceptor* acceptor)
{
    if (const auto found = m_hosts.find(host); found != m_hosts.end()) {
        found->second->listeners[port] = acceptor;
    }
}

void Network::stopListening(HostId host, std::uint16_t port)
{
    if (const auto found = m_hosts.find(host); found != m_hosts.end()) {
        found->second->listeners.erase(port);
    }
}

void Network::resetConnections(HostId host)
{
    for (auto& [id, connection] : m_connections) {
        if (connection->touches(host)) {
            connection->crash();
        }
    }
}

Network::Host* Network::hostByAddress(Ipv4 address)
{
    for (auto& [id, host] : m_hosts) {
        if (host->address == address) {
            return host.get();
        }
    }
    return nullptr;
}

Network::Link& Network::linkOf(HostId one, HostId other)
{
    auto& link = m_links[std::minmax(one, other)];
    if (!link) {
        link = std::make_unique<Link>(Link { m_defaultLink });
    }
    return *link;
}

void Network::setLink(HostId one, HostId other, LinkProperties properties)
{
    linkOf(one, other).properties = properties;
}

LinkProperties Network::link(HostId one, HostId other) const
{
    const auto found = m_links.find(std::minmax(one, other));
    return found == m_links.end() ? m_defaultLink : found->second->properties;
}

void Network::cut(HostId one, HostId other)
{
    linkOf(one, other).properties.cut = true;
}

void Network::heal(HostId one, HostId other)
{
    linkOf(one, other).properties.cut = false;
}

SocketId Network::connect(HostId from, Ipv4 address, std::uint16_t port, SocketHandler* handler)
{
    const SocketId id = m_nextSocket++;
    if (m_real->isBound(address, port)) {
        m_real->connect(id, this->address(from), address, port, takePort(), handler);
        return id;
    }
    auto connection = std::make_unique<Connection>(*this, id, from, address, port, handler);
    Connection& created = *connection;
    m_connections.emplace(id, std::move(connection));
    created.start();
    return id;
}

Connection* Network::find(SocketId socket) const
{
    const auto found = m_connections.find(socket);
    return found == m_connections.end() ? nullptr : found->second.get();
}

void Network::bury(SocketId socket)
{
    // Posted: the connection may be on the call stack.
    m_clock.post([this, socket, alive = m_alive] {
        if (*alive) {
            m_connections.erase(socket);
        }
    });
}

void Network::send(SocketId socket, ByteSpan bytes)
{
    send(socket, Buffer(bytes.begin(), bytes.end()));
}

void Network::send(SocketId socket, Buffer bytes)
{
    send(socket, std::make_shared<const Buffer>(std::move(bytes)));
}

void Network::send(SocketId socket, std::shared_ptr<const Buffer> bytes)
{
    if (Connection* connection = find(socket)) {
        connection->enqueue(Connection::Side::Client, std::move(bytes));
    } else if (m_real->owns(socket)) {
        m_real->send(socket, std::move(bytes));
    }
}

std::size_t Network::sendSpace(SocketId socket) const
{
    const Connection* connection = find(socket);
    return connection ? connection->sendSpace() : kSendBufferBytes;
}

void Network::close(SocketId socket)
{
    if (Connection* connection = find(socket)) {
        connection->finish(Connection::Side::Client);
    } else if (m_real->owns(socket)) {
        m_real->close(socket, false);
    }
}

void Network::abort(SocketId socket)
{
    if (Connection* connection = find(socket)) {
        connection->reset(Connection::Side::Client);
    } else if (m_real->owns(socket)) {
        m_real->close(socket, true);
    }
}

std::uint16_t Network::localPort(SocketId socket) const
{
    const Connection* connection = find(socket);
    return connection ? connection->clientPort() : m_real->localPort(socket);
}

void Network::bindReal(
    std::string_view name, std::uint16_t port, std::string_view realHost, std::uint16_t realPort)
{
    const auto host = findHost(name);
    const Ipv4 address
        = host ? this->address(*host) : Ipv4 { 0x0a630001u + m_nextHost }; // 10.99.0.x, made up
    addHost(name, address);
    m_real->bind(address, port, std::string(realHost), realPort);
}

bool Network::hasRealBindings() const
{
    return m_real->hasBindings();
}

void Network::setInputSink(InputSink* sink)
{
    m_real->sink = sink;
}

void Network::setInputSource(InputSource* source)
{
    m_real->source = source;
}

bool Network::waitLive(std::optional<std::uint64_t> deadlineNs, const Delivery& hand)
{
    return m_real->wait(deadlineNs, hand);
}

} // namespace rdrlab::vnet
