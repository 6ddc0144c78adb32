// wire_host.cpp - where WSK meets the virtual wire.
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/netio/netio_host.h"
#include "engine/netio/netiop.h"
#include "engine/vnet/network.h"

namespace rdrlab::netio {

namespace {

constexpr std::uint32_t kDefaultClientAddress = 0x0A000064; // 10.0.0.100

vnet::Network* s_network;
vnet::HostId s_client;

/// What the wire tells about one connection goes to the socket until it is detached.
class Wire final : public vnet::SocketHandler
{
public:
    explicit Wire(PNETIO_SOCKET socket)
        : m_socket(socket)
    {
    }

    void start(NETIO_WIRE id, vnet::SocketId socket)
    {
        m_id = id;
        m_wire = socket;
    }
    vnet::SocketId socket() const { return m_wire; }

    void onConnected(vnet::ConnectStatus status) override
    {
        NTSTATUS result = STATUS_SUCCESS;
        switch (status) {
        case vnet::ConnectStatus::Connected:
            break;
        case vnet::ConnectStatus::Refused:
            result = STATUS_CONNECTION_REFUSED;
            break;
        case vnet::ConnectStatus::Unreachable:
            result = STATUS_NETWORK_UNREACHABLE;
            break;
        case vnet::ConnectStatus::TimedOut:
            result = STATUS_IO_TIMEOUT;
            break;
        }
        const USHORT port
            = status == vnet::ConnectStatus::Connected ? s_network->localPort(m_wire) : 0;
        PNETIO_SOCKET socket = m_socket;
        if (!NT_SUCCESS(result)) {
            drop(m_id);
        }
        NetioWireConnected(socket, result, port);
    }

    void onData(vnet::ByteSpan bytes) override
    {
        NetioWireData(m_socket, bytes.data(), bytes.size());
    }
    void onSendSpace() override { NetioWireSpace(m_socket); }

    void onClosed(vnet::CloseReason reason) override
    {
        NTSTATUS status = STATUS_SUCCESS;
        if (reason == vnet::CloseReason::Reset) {
            status = STATUS_CONNECTION_RESET;
        } else if (reason == vnet::CloseReason::TimedOut) {
            status = STATUS_IO_TIMEOUT;
        }
        PNETIO_SOCKET socket = m_socket;
        drop(m_id);
        NetioWireClosed(socket, status);
    }

    static void drop(NETIO_WIRE id);

private:
    PNETIO_SOCKET m_socket;
    NETIO_WIRE m_id = 0;
    vnet::SocketId m_wire = vnet::kNoSocket;
};

std::map<NETIO_WIRE, std::unique_ptr<Wire>> s_wires;
std::vector<std::unique_ptr<Wire>> s_buried; // ended inside one of their own callbacks
NETIO_WIRE s_nextWire = 1;

void Wire::drop(NETIO_WIRE id)
{
    const auto found = s_wires.find(id);
    if (found != s_wires.end()) {
        // Its own member function may be running: it is freed at the next connect or detach.
        s_buried.push_back(std::move(found->second));
        s_wires.erase(found);
    }
}

Wire* find(NETIO_WIRE id)
{
    const auto found = s_wires.find(id);
    return found == s_wires.end() ? nullptr : found->second.get();
}

std::string narrow(PCUNICODE_STRING text)
{
    std::string result;
    for (USHORT index = 0; index < text->Length / sizeof(WCHAR); ++index) {
        const WCHAR c = text->Buffer[index];
        if (c >= 0x80 || c == 0) {
            return {}; // names of hosts are ASCII; anything else is not found
        }
        result.push_back(static_cast<char>(c));
    }
    return result;
}

} // namespace

void attachNetwork(vnet::Network* network, const char* clientHost)
{
    s_wires.clear();
    s_buried.clear();
    s_nextWire = 1;
    s_network = network;
    s_client = network != nullptr
        ? network->addHost(clientHost, vnet::Ipv4 { kDefaultClientAddress })
        : vnet::kNoHost;
}

} // namespace rdrlab::netio

using namespace rdrlab;
using netio::s_client;
using netio::s_network;

extern "C" {

NETIO_WIRE NetioOpenWire(PNETIO_SOCKET Socket, ULONG Address, USHORT Port)
{
    if (s_network == nullptr) {
        return 0;
    }
    netio::s_buried.clear();
    const NETIO_WIRE id = netio::s_nextWire++;
    auto wire = std::make_unique<netio::Wire>(Socket);
    netio::Wire* started = wire.get();
    netio::s_wires.emplace(id, std::move(wire));
    started->start(id, s_network->connect(s_client, vnet::Ipv4 { Address }, Port, started));
    return id;
}

BOOLEAN NetioSendWire(NETIO_WIRE Wire, PMDL Mdl, ULONG Offset, SIZE_T Length)
{
    if (s_network == nullptr) {
        return TRUE; // detached: like a connection that ended
    }
    netio::Wire* wire = netio::find(Wire);
    const std::shared_ptr<vnet::Buffer> bytes = s_network->buffers().take(Length);
    SIZE_T done = 0;
    while (Mdl != nullptr && done < Length) {
        const SIZE_T count = MmGetMdlByteCount(Mdl);
        if (Offset < count) {
            const auto* from = static_cast<const std::byte*>(
                MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority));
            if (from == nullptr) {
                return FALSE;
            }
            const SIZE_T piece = count - Offset < Length - done ? count - Offset : Length - done;
            std::memcpy(bytes->data() + done, from + Offset, piece);
            done += piece;
            Offset = 0;
        } else {
            Offset -= static_cast<ULONG>(count);
        }
        Mdl = Mdl->Next;
    }
    if (done < Length) {
        return FALSE;
    }
    // A connection that ended meanwhile swallows the bytes; its end is reported by itself.
    if (wire != nullptr && Length != 0) {
        s_network->send(wire->socket(), std::shared_ptr<const vnet::Buffer>(bytes));
    }
    return TRUE;
}

BOOLEAN NetioWireHasSpace(NETIO_WIRE Wire)
{
    netio::Wire* wire = netio::find(Wire);
    return wire == nullptr || s_network->sendSpace(wire->socket()) != 0;
}

void NetioCloseWire(NETIO_WIRE Wire)
{
    if (netio::Wire* wire = netio::find(Wire)) {
        const vnet::SocketId socket = wire->socket();
        netio::Wire::drop(Wire);
        s_network->close(socket);
    }
}

void NetioAbortWire(NETIO_WIRE Wire)
{
    if (netio::Wire* wire = netio::find(Wire)) {
        const vnet::SocketId socket = wire->socket();
        netio::Wire::drop(Wire);
        s_network->abort(socket);
    }
}

NTSTATUS NetioResolveName(PCUNICODE_STRING Name, PULONG Address)
{
    const std::string name = netio::narrow(Name);
    if (s_network == nullptr || name.empty()) {
        return STATUS_NO_MATCH;
    }
    const std::optional<vnet::Ipv4> found = s_network->resolve(name);
    if (!found) {
        return STATUS_NO_MATCH;
    }
    *Address = found->value;
    return STATUS_SUCCESS;
}

NTSTATUS NetioNameOfAddress(ULONG Address, PUNICODE_STRING Name)
{
    const std::string text = vnet::formatIpv4(vnet::Ipv4 { Address });
    if (Name->MaximumLength < text.size() * sizeof(WCHAR)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    for (std::size_t index = 0; index < text.size(); ++index) {
        Name->Buffer[index] = static_cast<WCHAR>(text[index]);
    }
    Name->Length = static_cast<USHORT>(text.size() * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

ULONG NetioLocalAddress(void)
{
    return s_network != nullptr ? s_network->address(s_client).value : 0;
}

} // extern "C"
