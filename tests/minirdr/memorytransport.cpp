#include "tests/minirdr/memorytransport.h"

#include "tests/minirdr/kernelshim.h"

#include <algorithm>
#include <cstring>
#include <utility>

using namespace rdrlab;

struct MemoryNetwork::Stream final : server::Output
{
    MemoryNetwork& network;
    const TRANSPORT_EVENTS* events;
    PVOID context;
    std::deque<uint8_t> toClient;
    std::vector<uint8_t> frame; // for recording
    bool serverClosed = false;
    bool ended = false;
    std::unique_ptr<server::Connection> peer;

    Stream(MemoryNetwork& theNetwork, const TRANSPORT_EVENTS* theEvents, PVOID theContext)
        : network(theNetwork)
        , events(theEvents)
        , context(theContext)
    {
    }

    void send(server::Buffer bytes) override
    {
        const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
        toClient.insert(toClient.end(), data, data + bytes.size());
        if (network.recordAnswers && bytes.size() > 4)
            network.recordAnswers->emplace_back(data + 4, data + bytes.size());
    }
    void close() override { serverClosed = true; }

    void end(NTSTATUS status)
    {
        if (ended)
            return;
        ended = true;
        events->Disconnected(context, status);
    }

    bool deliver()
    {
        if (ended)
            return false;
        if (toClient.empty()) {
            if (serverClosed)
                end(STATUS_CONNECTION_RESET);
            return serverClosed;
        }
        PUCHAR buffer;
        ULONG room;
        PMDL mdl;
        if (!events->ReceiveBuffer(context, &buffer, &room, &mdl)) {
            end(STATUS_INSUFFICIENT_RESOURCES);
            return true;
        }
        if (network.onLoan) {
            network.onLoan(buffer, room);
            if (ended) {
                events->Received(context, 0); // as a transport whose receive is called off
                return true;
            }
        }
        const size_t bytes
            = std::min({ static_cast<size_t>(room), network.pieceBytes, toClient.size() });
        std::copy_n(toClient.begin(), bytes, buffer);
        toClient.erase(toClient.begin(), toClient.begin() + static_cast<std::ptrdiff_t>(bytes));
        if (!events->Received(context, static_cast<ULONG>(bytes)))
            end(STATUS_INVALID_NETWORK_RESPONSE);
        return true;
    }
};

namespace {
void sendStream(PVOID handle, TRANSPORT_SEND* send)
{
    auto* stream = static_cast<MemoryNetwork::Stream*>(handle);
    if (!stream->ended) {
        server::Buffer bytes(send->HeadBytes + send->BodyBytes);
        std::memcpy(bytes.data(), send->Head, send->HeadBytes);
        if (send->BodyBytes)
            std::memcpy(bytes.data() + send->HeadBytes, send->Body, send->BodyBytes);
        stream->peer->receive(bytes);
    }
    send->Sent(send, STATUS_SUCCESS);
}

void abortStream(PVOID handle)
{
    static_cast<MemoryNetwork::Stream*>(handle)->end(STATUS_LOCAL_DISCONNECT);
}
}

MemoryNetwork::MemoryNetwork(server::Server& theServer)
    : server(theServer)
{
    m_transport = { [](PVOID provider, PCUNICODE_STRING, USHORT, ULONG,
                       const TRANSPORT_EVENTS* events, PVOID context, PVOID* result) -> NTSTATUS {
                       auto& network = *static_cast<MemoryNetwork*>(provider);
                       if (network.refuse)
                           return STATUS_CONNECTION_REFUSED;
                       auto* stream = new Stream(network, events, context);
                       stream->peer = network.server.connect(*stream);
                       network.m_streams.push_back(stream);
                       *result = stream;
                       return STATUS_SUCCESS;
                   },
                    sendStream, abortStream,
                    [](PVOID handle) {
                        auto* stream = static_cast<Stream*>(handle);
                        std::erase(stream->network.m_streams, stream);
                        stream->ended = true;
                        stream->peer->disconnected();
                        delete stream;
                    },
                    this };
    kernelshim::pump = [this] {
        if (pump())
            return true;
        if (!onIdle)
            return false;
        const auto idle = std::exchange(onIdle, nullptr);
        idle();
        return true;
    };
}

MemoryNetwork::~MemoryNetwork()
{
    kernelshim::pump = nullptr;
}

bool MemoryNetwork::pump()
{
    for (auto* stream : std::vector(m_streams))
        if (stream->deliver())
            return true;
    return false;
}

void MemoryNetwork::cut()
{
    for (auto* stream : std::vector(m_streams)) {
        stream->peer->disconnected();
        stream->end(STATUS_CONNECTION_RESET);
    }
}
