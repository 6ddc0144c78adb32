#include "tests/minirdr/sockettransport.h"

#include "tests/minirdr/kernelshim.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

namespace {
struct Stream
{
    int socket;
    const TRANSPORT_EVENTS* events;
    PVOID context;
    bool ended = false;
};

std::vector<Stream*> s_streams;

void end(Stream& stream, NTSTATUS status)
{
    if (stream.ended)
        return;
    stream.ended = true;
    stream.events->Disconnected(stream.context, status);
}

bool pumpStreams()
{
    std::vector<pollfd> polls;
    std::vector<Stream*> streams;
    for (auto* stream : s_streams)
        if (!stream->ended) {
            polls.push_back({ stream->socket, POLLIN, 0 });
            streams.push_back(stream);
        }
    if (polls.empty() || poll(polls.data(), polls.size(), 30000) <= 0)
        return false;
    for (size_t i = 0; i < polls.size(); ++i) {
        if (!polls[i].revents)
            continue;
        PUCHAR buffer;
        ULONG room;
        PMDL mdl;
        if (!streams[i]->events->ReceiveBuffer(streams[i]->context, &buffer, &room, &mdl)) {
            end(*streams[i], STATUS_INSUFFICIENT_RESOURCES);
            continue;
        }
        const ssize_t got = recv(streams[i]->socket, buffer, room, 0);
        if (got <= 0)
            end(*streams[i], STATUS_CONNECTION_DISCONNECTED);
        else if (!streams[i]->events->Received(streams[i]->context, static_cast<ULONG>(got)))
            end(*streams[i], STATUS_INVALID_NETWORK_RESPONSE);
    }
    return true;
}

NTSTATUS connectStream(
    PVOID,
    PCUNICODE_STRING,
    USHORT port,
    ULONG,
    const TRANSPORT_EVENTS* events,
    PVOID context,
    PVOID* result)
{
    const int handle = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(handle, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        close(handle);
        return STATUS_CONNECTION_REFUSED;
    }
    auto* stream = new Stream { handle, events, context };
    s_streams.push_back(stream);
    kernelshim::pump = pumpStreams;
    *result = stream;
    return STATUS_SUCCESS;
}

void sendStream(PVOID handle, TRANSPORT_SEND* send)
{
    auto* stream = static_cast<Stream*>(handle);
    for (auto [data, bytes] :
         { std::pair { send->Head, send->HeadBytes }, std::pair { send->Body, send->BodyBytes } })
        while (bytes && !stream->ended) {
            const ssize_t sent = ::send(stream->socket, data, bytes, MSG_NOSIGNAL);
            if (sent <= 0)
                break;
            data += sent;
            bytes -= static_cast<ULONG>(sent);
        }
    send->Sent(send, STATUS_SUCCESS);
}

void abortStream(PVOID handle)
{
    shutdown(static_cast<Stream*>(handle)->socket, SHUT_RDWR);
}

void closeStream(PVOID handle)
{
    auto* stream = static_cast<Stream*>(handle);
    close(stream->socket);
    std::erase(s_streams, stream);
    delete stream;
}
}

const TRANSPORT* socketTransport()
{
    static const TRANSPORT transport
        = { connectStream, sendStream, abortStream, closeStream, nullptr };
    return &transport;
}
