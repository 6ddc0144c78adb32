// Oplocks and leases: [MS-SMB2] 3.3.4.6, 3.3.4.7, 3.3.5.22; what breaks what: [MS-FSA] 2.1.4.12
// and 2.1.5.18.
//
//   none ◄──────────────── granted ──(conflict)──► breaking ──ack, close or timeout──► the lower
//   level
//                             └─(only R held: no acknowledgement)──► none
#include <algorithm>

#include "engine/server/core.h"

namespace rdrlab::server {

void ConnectionCore::sendOplockBreak(const Open& open, std::uint8_t level)
{
    if (m_ended) {
        return;
    }
    Reply out;
    out.zeros(4 + kHeaderBytes);
    std::byte* header = out.buffer.data() + 4;
    std::memcpy(header, "\xFESMB", 4);
    header[4] = std::byte { 64 };
    header[12] = static_cast<std::byte>(Command::OplockBreak);
    header[16] = std::byte { 1 };
    std::memset(header + 24, 0xFF, 8);
    out.u16(24);
    out.u8(level);
    out.u8(0);
    out.u32(0);
    out.u64(open.persistentId);
    out.u64(open.volatileId);
    transmit(std::move(out.buffer), 0);
}

void ConnectionCore::sendLeaseBreak(const Lease& lease, std::uint32_t newState, bool ackRequired)
{
    if (m_ended) {
        return;
    }
    Reply out;
    out.zeros(4 + kHeaderBytes);
    std::byte* header = out.buffer.data() + 4;
    std::memcpy(header, "\xFESMB", 4);
    header[4] = std::byte { 64 };
    header[12] = static_cast<std::byte>(Command::OplockBreak);
    header[16] = std::byte { 1 };
    std::memset(header + 24, 0xFF, 8);
    out.u16(44);
    out.u16(lease.v2 ? lease.epoch : 0);
    out.u32(ackRequired ? 1 : 0);
    out.bytes(lease.key);
    out.u32(lease.state);
    out.u32(newState);
    out.u32(0);
    out.u32(0);
    out.u32(0);
    transmit(std::move(out.buffer), 0);
}

void ServerCore::startBreak(Open& open, std::uint8_t level)
{
    if (open.oplockBreaking) {
        open.oplockBreakTo = std::min(open.oplockBreakTo, level);
        return;
    }
    const bool needsAck = open.oplockLevel >= oplock::kExclusive;
    if (open.connection) {
        open.connection->sendOplockBreak(open, level);
    }
    if (!open.connection) {
        closeOpen(opens.at(open.persistentId)); // a durable handle whose client is away gives way
        return;
    }
    if (!needsAck) {
        open.oplockLevel = level;
        return;
    }
    open.oplockBreaking = true;
    open.oplockBreakTo = level;
    open.oplockDeadlineNs = nowNs() + options.breakTimeoutNs;
}

void ServerCore::startBreak(Lease& target, std::uint32_t state)
{
    if (target.breaking) {
        target.breakTo &= state;
        return;
    }
    if ((target.state & state) == target.state) {
        return;
    }
    const bool needsAck = (target.state & (lease::kHandle | lease::kWrite)) != 0;
    ConnectionCore* connection = nullptr;
    for (Open* open : target.opens) {
        connection = open->connection ? open->connection : connection;
    }
    ++target.epoch;
    if (connection) {
        connection->sendLeaseBreak(target, target.state & state, needsAck);
    }
    if (!connection) {
        for (Open* open : std::set<Open*>(target.opens)) {
            closeOpen(opens.at(open->persistentId)); // the last one takes the lease along
        }
        return;
    }
    if (!needsAck) {
        target.state &= state;
        return;
    }
    target.breaking = true;
    target.breakTo = target.state & state;
    target.breakDeadlineNs = nowNs() + options.breakTimeoutNs;
}

bool ServerCore::breakForOpen(
    Stream& stream,
    const Open* opener,
    const Guid* client,
    const Guid* key,
    bool overwrite,
    bool handleToo)
{
    bool waits = false;
    const std::vector<Open*> others = stream.opens; // breaking may end opens of absent clients
    for (Open* open : others) {
        if (open == opener || std::ranges::find(stream.opens, open) == stream.opens.end()) {
            continue;
        }
        if (open->lease) {
            const std::shared_ptr<Lease> pinned = open->lease;
            Lease& held = *pinned;
            if (client && key && held.client == *client && held.key == *key) {
                continue;
            }
            std::uint32_t keep = lease::kRead | lease::kHandle;
            keep = overwrite ? 0 : keep;
            keep = handleToo ? keep & ~lease::kHandle : keep;
            if (held.breaking || (held.state & ~keep)) {
                startBreak(held, keep);
                waits |= held.breaking && !held.opens.empty();
            }
        } else if (open->oplockLevel >= oplock::kExclusive) {
            const std::shared_ptr<Open> pinned = opens.at(open->persistentId);
            startBreak(*open, overwrite ? oplock::kNone : oplock::kLevel2);
            waits |= open->oplockBreaking;
        } else if (open->oplockLevel == oplock::kLevel2 && overwrite) {
            startBreak(*open, oplock::kNone);
        }
    }
    return waits;
}

bool ServerCore::breakHandles(Node& node, const Open* actor)
{
    bool waits = false;
    for (auto& [name, stream] : node.streams) {
        for (Open* open : std::vector<Open*>(stream->opens)) {
            if (open == actor || std::ranges::find(stream->opens, open) == stream->opens.end()) {
                continue;
            }
            const std::shared_ptr<Open> pinned = opens.at(open->persistentId);
            const std::shared_ptr<Lease> pinnedLease = open->lease;
            if (open->lease && !(actor && actor->lease == open->lease)
                && (open->lease->breaking || (open->lease->state & lease::kHandle))) {
                startBreak(*pinnedLease, lease::kRead | lease::kWrite);
                waits |= pinnedLease->breaking && !pinnedLease->opens.empty();
            } else if (!open->lease && open->oplockLevel == oplock::kBatch) {
                startBreak(*open, oplock::kLevel2);
                waits |= open->oplockBreaking;
            }
        }
    }
    return waits;
}

void ServerCore::breakReaders(Stream& stream, const Open& writer)
{
    for (Open* open : std::vector<Open*>(stream.opens)) {
        if (open == &writer || (open->lease && open->lease == writer.lease)
            || std::ranges::find(stream.opens, open) == stream.opens.end()) {
            continue;
        }
        if (const std::shared_ptr<Lease> held = open->lease) {
            if (held->state & lease::kRead) {
                startBreak(*held, 0);
            }
        } else if (open->oplockLevel == oplock::kLevel2) {
            startBreak(*open, oplock::kNone);
        }
    }
}

bool ServerCore::anyBreaking(const Stream& stream) const
{
    for (const Open* open : stream.opens) {
        if (open->oplockBreaking || (open->lease && open->lease->breaking)) {
            return true;
        }
    }
    return false;
}

std::uint32_t ConnectionCore::oplockBreak(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    const std::uint16_t size = in.u16();
    if (size == 24) {
        const std::uint8_t level = in.u8();
        in.u8();
        in.u32();
        const std::uint64_t persistentId = in.u64();
        const std::uint64_t volatileId = in.u64();
        if (!in.ok()) {
            return status::kInvalidParameter;
        }
        const auto tree = request.session->trees.find(request.treeId);
        if (tree != request.session->trees.end()) {
            request.tree = tree->second;
        }
        const auto open = findOpen(request, chain, persistentId, volatileId);
        if (!open) {
            return status::kFileClosed;
        }
        if (!open->oplockBreaking) {
            return status::kInvalidOplockProtocol;
        }
        open->oplockBreaking = false;
        if (level > open->oplockBreakTo) {
            open->oplockLevel = oplock::kNone;
            m_server.kick();
            return status::kInvalidOplockProtocol;
        }
        open->oplockLevel = level;
        m_server.kick();
        reply.u16(24);
        reply.u8(level);
        reply.u8(0);
        reply.u32(0);
        reply.u64(persistentId);
        reply.u64(volatileId);
        return status::kSuccess;
    }
    if (size != 36) {
        return status::kInvalidParameter;
    }
    in.u16();
    in.u32();
    Guid key {};
    const ByteSpan keyBytes = in.bytes(16);
    const std::uint32_t state = in.u32();
    in.u64();
    if (!in.ok()) {
        return status::kInvalidParameter;
    }
    std::memcpy(key.data(), keyBytes.data(), key.size());
    const auto found = m_server.leases.find({ clientGuid, key });
    if (found == m_server.leases.end()) {
        return status::kObjectNameNotFound;
    }
    Lease& held = *found->second;
    if (!held.breaking) {
        return status::kUnsuccessful;
    }
    if (state & ~held.breakTo) {
        return status::kRequestNotAccepted;
    }
    held.breaking = false;
    held.state = state;
    m_server.kick();
    reply.u16(36);
    reply.u16(0);
    reply.u32(0);
    reply.bytes(key);
    reply.u32(state);
    reply.u64(0);
    return status::kSuccess;
}

} // namespace rdrlab::server
