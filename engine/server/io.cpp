// READ, WRITE, FLUSH, LOCK: [MS-SMB2] 3.3.5.11 to 3.3.5.14.
#include <algorithm>

#include "engine/server/core.h"

namespace rdrlab::server {

namespace {

/// Whether I/O by `actor` on a range runs into a lock of someone else ([MS-FSA] 2.1.4.10).
bool locked(
    const Stream& stream,
    const Open& actor,
    std::uint64_t offset,
    std::uint64_t length,
    bool writes)
{
    if (length == 0) {
        return false;
    }
    return std::ranges::any_of(stream.locks, [&](const RangeLock& lock) {
        if (lock.length == 0 || (!lock.exclusive && !writes)
            || (lock.exclusive && lock.owner == &actor)) {
            return false;
        }
        // A shared lock forbids writing to its owner, too.
        return offset <= lock.offset + (lock.length - 1) && lock.offset <= offset + (length - 1);
    });
}

bool overlaps(std::uint64_t offset, std::uint64_t length, const RangeLock& lock)
{
    if (length == 0 || lock.length == 0) {
        // A lock of no bytes lies between two bytes: it conflicts only inside a longer one.
        const std::uint64_t point = length == 0 ? offset : lock.offset;
        const std::uint64_t from = length == 0 ? lock.offset : offset;
        const std::uint64_t bytes = length == 0 ? lock.length : length;
        return bytes != 0 && point > from && point - from < bytes;
    }
    return offset <= lock.offset + (lock.length - 1) && lock.offset <= offset + (length - 1);
}

} // namespace

std::uint32_t ConnectionCore::read(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    in.seek(4);
    const std::uint32_t length = in.u32();
    const std::uint64_t offset = in.u64();
    const std::uint64_t persistentId = in.u64();
    const std::uint64_t volatileId = in.u64();
    const std::uint32_t minimum = in.u32();
    const auto open = findOpen(request, chain, persistentId, volatileId);
    if (!open) {
        return status::kFileClosed;
    }
    request.text = narrow(open->share->name + u"\\" + open->name);
    if (!open->stream) {
        return status::kInvalidDeviceRequest;
    }
    if (!(open->access & (access::kReadData | access::kExecute))) {
        return status::kAccessDenied;
    }
    if (offset >> 63 || minimum > length) {
        return status::kInvalidParameter;
    }
    const Stream& stream = *open->stream;
    if (locked(stream, *open, offset, length, false)) {
        return status::kFileLockConflict;
    }
    if ((offset >= stream.size() && length != 0)
        || (offset < stream.size() && stream.size() - offset < minimum)) {
        return status::kEndOfFile;
    }
    const std::size_t count = offset >= stream.size()
        ? 0
        : static_cast<std::size_t>(std::min<std::uint64_t>(length, stream.size() - offset));
    reply.buffer.reserve(reply.size() + 16 + count);
    reply.u16(17);
    reply.u8(kHeaderBytes + 16);
    reply.u8(0);
    reply.u32(static_cast<std::uint32_t>(count));
    reply.u32(0);
    reply.u32(0);
    stream.read(offset, count, reply.buffer);
    if (count == 0) {
        reply.u8(0);
    }
    if (!open->timesFrozen[1]) {
        open->node->accessed = m_server.fileTime();
    }
    return status::kSuccess;
}

std::uint32_t ConnectionCore::write(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    in.u16();
    const std::uint16_t dataOffset = in.u16();
    const std::uint32_t length = in.u32();
    std::uint64_t offset = in.u64();
    const std::uint64_t persistentId = in.u64();
    const std::uint64_t volatileId = in.u64();
    Reader whole(request.message);
    const ByteSpan data = whole.part(dataOffset, length);
    if (!whole.ok()) {
        return status::kInvalidParameter;
    }
    const auto open = findOpen(request, chain, persistentId, volatileId);
    if (!open) {
        return status::kFileClosed;
    }
    request.text = narrow(open->share->name + u"\\" + open->name);
    if (!open->stream) {
        return status::kInvalidDeviceRequest;
    }
    if (!(open->access & (access::kWriteData | access::kAppendData))) {
        return status::kAccessDenied;
    }
    Stream& stream = *open->stream;
    if (offset == ~0ull) {
        offset = stream.size();
    }
    if (offset >> 63) {
        return status::kInvalidParameter;
    }
    if (!(open->access & access::kWriteData) && offset < stream.size()) {
        return status::kAccessDenied;
    }
    if (locked(stream, *open, offset, length, true)) {
        return status::kFileLockConflict;
    }
    m_server.breakReaders(stream, *open);
    const std::uint64_t before = stream.size();
    if (const std::uint32_t result = stream.write(offset, data); result != status::kSuccess) {
        return result;
    }
    Node& node = *open->node;
    const std::uint64_t now = m_server.fileTime();
    if (!open->timesFrozen[2]) {
        node.written = now;
    }
    if (!open->timesFrozen[3]) {
        node.changed = now;
    }
    node.attributes |= stream.name.empty() ? attribute::kArchive : 0;
    open->writtenTo = true;
    notifyModified(
        m_server, *open,
        notifyfilter::kLastWrite | (stream.size() != before ? notifyfilter::kSize : 0));
    reply.u16(17);
    reply.u16(0);
    reply.u32(length);
    reply.u32(0);
    reply.u32(0);
    return status::kSuccess;
}

std::uint32_t ConnectionCore::flushFile(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    in.seek(8);
    const std::uint64_t persistentId = in.u64();
    const auto open = findOpen(request, chain, persistentId, in.u64());
    if (!open) {
        return status::kFileClosed;
    }
    request.text = narrow(open->share->name + u"\\" + open->name);
    if (!(open->access & (access::kWriteData | access::kAppendData))) {
        return status::kAccessDenied;
    }
    reply.u16(4);
    reply.u16(0);
    return status::kSuccess;
}

std::uint32_t ConnectionCore::lock(Request& request, Reply& reply, Chain& chain)
{
    constexpr std::uint32_t kShared = 1, kExclusive = 2, kUnlock = 4, kFailNow = 0x10;
    constexpr std::uint16_t kMaxElements = 1024;
    Reader in(request.body);
    in.u16();
    const std::uint16_t count = in.u16();
    const std::uint32_t sequence = in.u32();
    const std::uint64_t persistentId = in.u64();
    const std::uint64_t volatileId = in.u64();
    const auto open = findOpen(request, chain, persistentId, volatileId);
    if (!open) {
        return request.resumed ? status::kRangeNotLocked : status::kFileClosed;
    }
    request.text = narrow(open->share->name + u"\\" + open->name);
    if (!open->stream) {
        return status::kInvalidDeviceRequest;
    }
    if (count == 0 || count > kMaxElements) {
        return status::kInvalidParameter;
    }
    struct Element
    {
        std::uint64_t offset, length;
        std::uint32_t flags;
    };
    std::vector<Element> elements(count);
    for (Element& element : elements) {
        element.offset = in.u64();
        element.length = in.u64();
        element.flags = in.u32();
        in.u32();
    }
    if (!in.ok()) {
        return status::kInvalidParameter;
    }
    // 3.3.5.14: a repeated (index, number) is a replay. Index 0 and indices above 64 take no part.
    const unsigned number = sequence & 15;
    const unsigned index = sequence >> 4;
    const bool sequenced = open->durable && dialect >= Dialect::Smb210 && index >= 1 && index <= 64;
    if (sequenced) {
        const auto known = open->lockSequences.find(index);
        if (known != open->lockSequences.end() && known->second == number) {
            reply.u16(4);
            reply.u16(0);
            return status::kSuccess;
        }
        open->lockSequences.erase(index);
    }
    Stream& stream = *open->stream;
    const bool unlocks = (elements[0].flags & kUnlock) != 0;
    const std::vector<RangeLock> before = stream.locks;
    for (const Element& element : elements) {
        const std::uint32_t kind = element.flags & ~kFailNow;
        const bool legal
            = unlocks ? element.flags == kUnlock : (kind == kShared || kind == kExclusive);
        if (!legal || (count > 1 && !unlocks && !(element.flags & kFailNow))) {
            stream.locks = before;
            return status::kInvalidParameter;
        }
        if (element.length != 0 && element.offset + (element.length - 1) < element.offset) {
            stream.locks = before;
            return 0xC00001A1u; // STATUS_INVALID_LOCK_RANGE
        }
        if (unlocks) {
            const auto held = std::ranges::find_if(stream.locks, [&](const RangeLock& lock) {
                return lock.owner == open.get() && lock.offset == element.offset
                    && lock.length == element.length;
            });
            if (held == stream.locks.end()) {
                m_server.kick(); // 3.3.5.14.1: the elements before stay unlocked
                return status::kRangeNotLocked;
            }
            stream.locks.erase(held);
            continue;
        }
        const bool conflict = std::ranges::any_of(stream.locks, [&](const RangeLock& lock) {
            return overlaps(element.offset, element.length, lock)
                && (lock.exclusive || kind == kExclusive);
        });
        if (conflict) {
            stream.locks = before;
            return (element.flags & kFailNow) ? status::kLockNotGranted : status::kPending;
        }
        stream.locks.push_back({ element.offset, element.length, kind == kExclusive, open.get() });
    }
    if (unlocks) {
        m_server.kick();
    } else {
        m_server.breakReaders(stream, *open);
    }
    if (sequenced) {
        open->lockSequences[index] = number;
    }
    reply.u16(4);
    reply.u16(0);
    return status::kSuccess;
}

} // namespace rdrlab::server
