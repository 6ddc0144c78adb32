// What a hostile server can say to the SMB2 client. The input is a list of answers; each is given
// to the next request, with the message id and command it has to have to be looked at. A run goes
// through logging on, every kind of request, and hanging up.
//
//      answer = u8 flags, u32 status, u16 length, body        flags: 1 = send the body as it is,
//      without a header of ours
//
// When the answers are used up the connection is cut.
#include "tests/minirdr/client.h"
#include "tests/minirdr/kernelshim.h"

#include <cstring>
#include <deque>

namespace {
struct HostileServer
{
    const uint8_t* data;
    size_t bytes;
    const TRANSPORT_EVENTS* events = nullptr;
    PVOID context = nullptr;
    std::deque<std::vector<uint8_t>> toClient;
    std::deque<SMB2_HEADER> asked;
    bool ended = true;

    bool take(void* to, size_t count)
    {
        if (bytes < count)
            return false;
        std::memcpy(to, data, count);
        data += count;
        bytes -= count;
        return true;
    }

    void end(NTSTATUS status)
    {
        if (ended)
            return;
        ended = true;
        events->Disconnected(context, status);
    }

    void deliver(const std::vector<uint8_t>& frame)
    {
        size_t at = 0;
        while (at < frame.size() && !ended) {
            PUCHAR buffer;
            ULONG room;
            PMDL mdl;
            if (!events->ReceiveBuffer(context, &buffer, &room, &mdl))
                return end(STATUS_INSUFFICIENT_RESOURCES);
            const size_t part = std::min<size_t>(room, frame.size() - at);
            std::memcpy(buffer, frame.data() + at, part);
            at += part;
            if (!events->Received(context, static_cast<ULONG>(part)))
                return end(STATUS_INVALID_NETWORK_RESPONSE);
        }
    }

    // Answers the oldest question; without answers left the stream ends.
    bool pump()
    {
        if (ended)
            return false;
        uint8_t flags;
        uint32_t status;
        uint16_t length;
        if (asked.empty() || !take(&flags, 1) || !take(&status, 4) || !take(&length, 2)) {
            end(STATUS_CONNECTION_RESET);
            return true;
        }
        std::vector<uint8_t> frame(4);
        if (!(flags & 1)) {
            SMB2_HEADER header = asked.front();
            header.ProtocolId = SMB2_PROTOCOL_ID;
            header.StructureSize = 64;
            header.Status = status;
            header.Flags = SMB2_FLAGS_SERVER_TO_REDIR | (flags & SMB2_FLAGS_ASYNC_COMMAND);
            header.Credits = 64;
            header.NextCommand = 0;
            frame.resize(4 + sizeof header);
            std::memcpy(frame.data() + 4, &header, sizeof header);
            if (!(status == static_cast<uint32_t>(STATUS_PENDING)
                  && (flags & SMB2_FLAGS_ASYNC_COMMAND)))
                asked.pop_front();
        }
        const size_t body = std::min<size_t>(length, bytes);
        frame.insert(frame.end(), data, data + body);
        data += body;
        bytes -= body;
        const size_t total = frame.size() - 4;
        frame[1] = static_cast<uint8_t>(total >> 16);
        frame[2] = static_cast<uint8_t>(total >> 8);
        frame[3] = static_cast<uint8_t>(total);
        deliver(frame);
        return true;
    }
};

void talk(HostileServer& host)
{
    const TRANSPORT transport
        = { [](PVOID provider, PCUNICODE_STRING, USHORT, ULONG, const TRANSPORT_EVENTS* events,
               PVOID context, PVOID* stream) -> NTSTATUS {
               auto* server = static_cast<HostileServer*>(provider);
               if (server->bytes == 0)
                   return STATUS_CONNECTION_REFUSED;
               server->events = events;
               server->context = context;
               server->ended = false;
               server->asked.clear();
               *stream = server;
               return STATUS_SUCCESS;
           },
            [](PVOID stream, TRANSPORT_SEND* send) {
                SMB2_HEADER header = {};
                std::memcpy(
                    &header, send->Head + 4, std::min<size_t>(sizeof header, send->HeadBytes - 4));
                if (header.ProtocolId != SMB2_PROTOCOL_ID)
                    header = {};
                if (header.Command != Smb2Cancel)
                    static_cast<HostileServer*>(stream)->asked.push_back(header);
                send->Sent(send, STATUS_SUCCESS);
            },
            [](PVOID stream) { static_cast<HostileServer*>(stream)->end(STATUS_LOCAL_DISCONNECT); },
            [](PVOID stream) { static_cast<HostileServer*>(stream)->ended = true; }, &host };
    kernelshim::pump = [&host] { return host.pump(); };

    Client client(&transport, Smb2DefaultConfig);
    SMB2_TREE* tree;
    if (!NT_SUCCESS(client.tree(u"public", u"", u"", &tree)))
        return;
    SMB2_CREATE_PARAMETERS parameters = {};
    parameters.Name = unicode(u"name");
    parameters.OplockLevel = SMB2_OPLOCK_LEVEL_LEASE;
    parameters.LeaseState = 7;
    SMB2_CREATE_RESULT file = {};
    Smb2CreateFile(tree, &parameters, &file);
    std::vector<UCHAR> buffer(3000);
    ULONG count = 1000;
    Smb2QueryFileInfo(
        tree, file.FileId, SMB2_0_INFO_FILE, 18, 0, nullptr, 0, buffer.data(), &count);
    count = 100;
    Smb2ControlFile(tree, file.FileId, 0x900c0, TRUE, nullptr, 0, buffer.data(), &count);
    SMB2_EXCHANGE* listing = nullptr;
    const UCHAR* entries;
    ULONG entryBytes;
    UNICODE_STRING all = unicode(u"*");
    if (NT_SUCCESS(Smb2QueryDirectoryEntries(
            tree, file.FileId, 37, 0, 0, &all, 65536, &listing, &entries, &entryBytes))) {
        // Every byte said to be there must be there.
        volatile UCHAR last = entries[entryBytes - 1];
        (void)last;
        Smb2ReleaseExchange(listing);
    }
    ULONG moved;
    Client::transfer(tree, file.FileId, false, 0, buffer.data(), 3000, &moved);
    std::vector<UCHAR> large(40000); // received where the reader wants it
    Client::transfer(tree, file.FileId, false, 0, large.data(), 40000, &moved);
    Client::transfer(tree, file.FileId, true, 0, buffer.data(), 3000, &moved);
    if (auto* notify = Smb2BuildChangeNotify(tree, file.FileId, TRUE, 1, 100)) {
        Smb2Transact(notify);
        Smb2ReleaseExchange(notify);
    }
    Smb2CloseFile(tree, file.FileId);
}
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t bytes)
{
    HostileServer host { data, bytes };
    const int64_t before = kernelshim::poolBlocks();
    talk(host);
    kernelshim::pump = nullptr;
    if (kernelshim::poolBlocks() != before)
        __builtin_trap(); // what a server says must not make us leak
    return 0;
}
