// SET_INFO: [MS-SMB2] 3.3.5.21, [MS-FSA] 2.1.5.14.
#include <algorithm>

#include "engine/server/core.h"

namespace rdrlab::server {

namespace {

enum FileClass : std::uint8_t
{
    Basic = 4,
    Rename = 10,
    LinkTo = 11,
    Disposition = 13,
    Position = 14,
    FullEa = 15,
    Mode = 16,
    Allocation = 19,
    EndOfFile = 20,
    ValidDataLength = 39,
    ShortName = 40,
    DispositionEx = 64
};

std::uint32_t setBasic(ServerCore& server, Open& open, Reader in)
{
    std::uint64_t times[4];
    for (std::uint64_t& time : times) {
        time = in.u64();
    }
    const std::uint32_t attributes = in.u32();
    if (!in.ok()) {
        return status::kInfoLengthMismatch;
    }
    if (!(open.access & access::kWriteAttributes)) {
        return status::kAccessDenied;
    }
    Node& node = *open.node;
    if ((attributes & attribute::kDirectory) && !node.directory) {
        return status::kInvalidParameter;
    }
    if ((attributes & attribute::kTemporary) && node.directory) {
        return status::kInvalidParameter;
    }
    for (const std::uint64_t time : times) {
        if (static_cast<std::int64_t>(time) < -2) {
            return status::kInvalidParameter;
        }
    }
    std::uint64_t* const fields[4]
        = { &node.created, &node.accessed, &node.written, &node.changed };
    bool changed = false;
    for (int i = 0; i < 4; ++i) {
        if (times[i] == ~0ull) {
            open.timesFrozen[i] = true;
        } else if (times[i] == ~0ull - 1) {
            open.timesFrozen[i] = false;
        } else if (times[i] != 0) {
            *fields[i] = times[i];
            open.timesFrozen[i] = true; // an explicit time holds until the handle is closed
            changed = true;
        }
    }
    if (attributes != 0) {
        constexpr std::uint32_t kKept
            = attribute::kSparse | attribute::kReparse | attribute::kCompressed;
        node.attributes = (attributes & attribute::kSettable) | (node.attributes & kKept);
        changed = true;
    }
    if (changed && times[3] == 0 && !open.timesFrozen[3]) {
        node.changed = server.fileTime();
    }
    std::uint32_t filter = attributes ? notifyfilter::kAttributes : 0;
    filter |= times[0] ? notifyfilter::kCreation : 0;
    filter |= times[1] ? notifyfilter::kLastAccess : 0;
    filter |= times[2] ? notifyfilter::kLastWrite : 0;
    if (changed) {
        notifyModified(server, open, filter);
    }
    return status::kSuccess;
}

/// FileRenameInformation and FileLinkInformation share their layout: [MS-FSCC] 2.4.42.2
/// and 2.4.27.2.
std::uint32_t renameOrLink(ServerCore& server, Open& open, Reader in, bool hardLink)
{
    const bool replace = in.u8() != 0;
    in.skip(7);
    const std::uint64_t rootDirectory = in.u64();
    const std::uint32_t length = in.u32();
    const std::u16string name = textOf(in.bytes(length));
    if (!in.ok() || rootDirectory != 0 || length % 2 != 0 || length == 0) {
        return status::kInvalidParameter;
    }
    Node& node = *open.node;
    Share& share = *open.share;
    Volume& volume = *share.volume;
    if (!hardLink && !(open.access & access::kDelete)) {
        return status::kAccessDenied;
    }
    if (!hardLink && name[0] == u':') {
        // A stream gets another name.
        std::u16string stream
            = name.substr(1, name.find(u':', 1) == name.npos ? name.npos : name.find(u':', 1) - 1);
        if (!open.stream || open.stream->name.empty() || !legalName(stream)) {
            return status::kInvalidParameter;
        }
        const std::u16string key = upcase(stream);
        const auto old = node.streams.find(upcase(open.stream->name));
        if (const auto target = node.streams.find(key);
            target != node.streams.end() && target != old) {
            if (!replace || !target->second->opens.empty()) {
                return status::kObjectNameCollision;
            }
            node.streams.erase(target);
        }
        auto moved = std::move(old->second);
        node.streams.erase(old);
        moved->name = stream;
        node.streams[key] = std::move(moved);
        return status::kSuccess;
    }
    if (!open.link.parent || (hardLink && node.directory)) {
        return hardLink ? status::kFileIsADirectory : status::kInvalidParameter;
    }
    if (node.deletePending) {
        return status::kDeletePending;
    }
    const auto parts = splitPath(name);
    if (parts.empty()) {
        return status::kInvalidParameter;
    }
    std::shared_ptr<Node> parent = volume.root;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        parent = volume.child(*parent, parts[i]);
        if (!parent || !parent->directory) {
            return status::kObjectPathNotFound;
        }
    }
    if (!legalName(parts.back())) {
        return status::kObjectNameInvalid;
    }
    if (!hardLink && parent->isBelow(&node)) {
        return status::kSharingViolation; // into itself
    }
    if (!hardLink && node.directory) {
        for (const auto& [number, other] : server.opens) {
            if (other->node.get() != &node && other->node->isBelow(&node)) {
                return status::kAccessDenied; // 2.1.5.14.11: something below is open
            }
        }
    }
    const auto existing = volume.child(*parent, parts.back());
    if (existing && existing.get() != &node) {
        if (!replace) {
            return status::kObjectNameCollision;
        }
        if (existing->directory || (existing->attributes & attribute::kReadOnly)
            || existing->openCount != 0) {
            return status::kAccessDenied;
        }
    } else if (existing && hardLink) {
        return replace ? status::kSuccess : status::kObjectNameCollision;
    }
    if (!hardLink && server.breakHandles(node, &open)) {
        return status::kPending;
    }
    if (existing && existing.get() != &node) {
        server.deleteNode(*existing, { parent.get(), parts.back() }, share);
    }
    const std::uint64_t now = server.fileTime();
    const std::uint32_t filter = node.directory ? notifyfilter::kDirName : notifyfilter::kFileName;
    if (hardLink) {
        volume.link(open.node, *parent, parts.back());
        node.changed = now;
        parent->written = parent->changed = now;
        server.notify(share, *parent, parts.back(), notifyaction::kAdded, filter);
        return status::kSuccess;
    }
    const Node::Link old = open.link;
    const bool sameDirectory = old.parent == parent.get();
    volume.unlink(*old.parent, old.name);
    volume.link(open.node, *parent, parts.back());
    std::rotate(node.links.begin(), node.links.end() - 1, node.links.end());
    for (auto& [number, other] : server.opens) {
        if (other->node == open.node && other->link.parent == old.parent
            && upcase(other->link.name) == upcase(old.name) && other.get() != &open) {
            other->link = { parent.get(), parts.back() };
            other->name = node.path();
        }
    }
    open.link = { parent.get(), parts.back() };
    open.name = node.path();
    old.parent->written = old.parent->changed = now;
    parent->written = parent->changed = now;
    node.changed = open.timesFrozen[3] ? node.changed : now;
    server.notify(
        share, *old.parent, old.name,
        sameDirectory ? notifyaction::kOldName : notifyaction::kRemoved, filter);
    server.notify(
        share, *parent, parts.back(), sameDirectory ? notifyaction::kNewName : notifyaction::kAdded,
        filter);
    return status::kSuccess;
}

std::uint32_t setDisposition(ServerCore& server, Open& open, std::uint32_t flags)
{
    if (!(open.access & access::kDelete)) {
        return status::kAccessDenied;
    }
    Node& node = *open.node;
    const bool namedStream = open.stream && !open.stream->name.empty();
    if (!(flags & 1)) {
        open.deleteOnClose = false;
        node.deletePending = namedStream ? node.deletePending : false;
        return status::kSuccess;
    }
    if ((node.attributes & attribute::kReadOnly) && !(flags & 0x10) && !namedStream) {
        return status::kCannotDelete;
    }
    if (!open.link.parent) {
        return status::kCannotDelete;
    }
    if (node.directory && !node.children.empty()) {
        return status::kDirectoryNotEmpty;
    }
    if (server.breakHandles(node, &open)) {
        return status::kPending;
    }
    open.deleteOnClose = true;
    if (!namedStream) {
        node.deletePending = true;
    }
    return status::kSuccess;
}

std::uint32_t setSize(ServerCore& server, Open& open, std::uint64_t size, bool allocation)
{
    if (!open.stream) {
        return status::kInvalidParameter;
    }
    if (!(open.access & access::kWriteData)) {
        return status::kAccessDenied;
    }
    server.breakReaders(*open.stream, open);
    const std::uint64_t before = open.stream->size();
    const std::uint32_t result
        = allocation ? open.stream->setAllocation(size) : open.stream->resize(size);
    if (result == status::kSuccess) {
        Node& node = *open.node;
        const std::uint64_t now = server.fileTime();
        if (open.stream->size() != before) {
            node.written = open.timesFrozen[2] ? node.written : now;
            node.changed = open.timesFrozen[3] ? node.changed : now;
            notifyModified(server, open, notifyfilter::kSize | notifyfilter::kLastWrite);
        }
    }
    return result;
}

std::uint32_t setFileSystem(Open& open, bool readOnly, std::uint8_t infoClass, ByteSpan data)
{
    Reader in(data);
    Volume& volume = *open.share->volume;
    if (readOnly) {
        return status::kMediaWriteProtected;
    }
    switch (infoClass) {
    case 2: // Label
    {
        const std::uint32_t length = in.u32();
        const ByteSpan label = in.bytes(length);
        if (!in.ok() || length > 64 || length % 2) {
            return status::kInvalidParameter;
        }
        volume.label = textOf(label);
        return status::kSuccess;
    }
    case 6: // Control
        in.skip(24);
        {
            const std::uint64_t threshold = in.u64();
            const std::uint64_t limit = in.u64();
            const std::uint32_t flags = in.u32();
            if (!in.ok()) {
                return status::kInfoLengthMismatch;
            }
            volume.quotaThreshold = threshold;
            volume.quotaLimit = limit;
            volume.quotaFlags = flags;
        }
        return status::kSuccess;
    case 8: // ObjectId
        if (data.size() < 64) {
            return status::kInfoLengthMismatch;
        }
        volume.objectId.assign(data.begin(), data.begin() + 64);
        return status::kSuccess;
    default:
        return status::kInvalidInfoClass;
    }
}

std::uint32_t setQuota(ServerCore& server, Volume& volume, ByteSpan data)
{
    std::size_t base = 0;
    for (int bound = 0; !data.empty() && bound < 1024; ++bound) {
        Reader in(data.subspan(base));
        const std::uint32_t next = in.u32();
        const std::uint32_t sidLength = in.u32();
        in.u64();
        in.u64();
        const std::uint64_t threshold = in.u64();
        const std::uint64_t limit = in.u64();
        const ByteSpan sid = in.bytes(sidLength);
        if (!in.ok() || sid.size() < 8) {
            return status::kInvalidParameter;
        }
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(sid.data());
        const std::vector<std::uint8_t> key(bytes, bytes + sid.size());
        if (limit == ~0ull - 1) // -2: the entry goes away
        {
            volume.quotas.erase(key);
        } else if (volume.quotas.size() < 4096) {
            volume.quotas[key] = { threshold, limit, server.fileTime() };
        }
        if (next == 0) {
            break;
        }
        if (next < 40 || next >= data.size() - base) {
            return status::kInvalidParameter;
        }
        base += next;
    }
    return status::kSuccess;
}

} // namespace

std::uint32_t ConnectionCore::setInfo(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    in.u16();
    const std::uint8_t type = in.u8();
    const std::uint8_t infoClass = in.u8();
    const std::uint32_t length = in.u32();
    const std::uint16_t offset = in.u16();
    in.u16();
    const std::uint32_t additional = in.u32();
    const std::uint64_t persistentId = in.u64();
    const std::uint64_t volatileId = in.u64();
    Reader whole(request.message);
    const ByteSpan data = whole.part(offset, length);
    if (!in.ok() || !whole.ok()) {
        return status::kInvalidParameter;
    }
    const auto open = findOpen(request, chain, persistentId, volatileId);
    if (!open) {
        return status::kFileClosed;
    }
    request.text = narrow(open->share->name + u"\\" + open->name);
    const bool readOnly = request.tree->maximalAccess != access::kAll;
    Reader value(data);
    std::uint32_t result = status::kInvalidInfoClass;
    if (type == 1) {
        switch (infoClass) {
        case Basic:
            result = setBasic(m_server, *open, value);
            break;
        case Rename:
        case LinkTo:
            result = readOnly ? status::kAccessDenied
                              : renameOrLink(m_server, *open, value, infoClass == LinkTo);
            break;
        case Disposition: {
            const std::uint8_t flag = value.u8();
            result = value.ok() ? setDisposition(m_server, *open, flag ? 1 : 0)
                                : status::kInfoLengthMismatch;
            break;
        }
        case DispositionEx: {
            const std::uint32_t flags = value.u32();
            result
                = value.ok() ? setDisposition(m_server, *open, flags) : status::kInfoLengthMismatch;
            break;
        }
        case Position:
        case Mode:
            result = data.size() >= (infoClass == Mode ? 4u : 8u) ? status::kSuccess
                                                                  : status::kInfoLengthMismatch;
            break;
        case FullEa:
            result = (open->access & access::kWriteEa) ? setExtendedAttributes(*open->node, data)
                                                       : status::kAccessDenied;
            if (result == status::kSuccess) {
                open->node->changed = m_server.fileTime();
                notifyModified(m_server, *open, notifyfilter::kEa);
            }
            break;
        case Allocation:
        case EndOfFile: {
            const std::uint64_t size = value.u64();
            result = value.ok() ? setSize(m_server, *open, size, infoClass == Allocation)
                                : status::kInfoLengthMismatch;
            break;
        }
        case ValidDataLength: {
            const std::uint64_t size = value.u64();
            const bool legal = value.ok() && open->stream && size <= open->stream->size();
            result = !(open->access & access::kWriteData) ? status::kAccessDenied
                : legal                                   ? status::kSuccess
                                                          : status::kInvalidParameter;
            break;
        }
        case ShortName: {
            const std::u16string name = upcase(textOf(value.bytes(value.u32())));
            if (!(open->access & (access::kDelete | access::kWriteAttributes))
                || !open->link.parent) {
                result = status::kAccessDenied;
            } else if (!value.ok() || (!name.empty() && !is83(name))) {
                result = status::kInvalidParameter;
            } else {
                const auto other
                    = name.empty() ? nullptr : open->share->volume->child(*open->link.parent, name);
                result = other && other != open->node ? status::kObjectNameCollision
                                                      : status::kSuccess;
                if (result == status::kSuccess) {
                    open->node->shortName = name;
                }
            }
            break;
        }
        default:
            break;
        }
    } else if (type == 2) {
        result = setFileSystem(*open, readOnly, infoClass, data);
    } else if (type == 3) {
        const std::uint32_t need = ((additional & 3) ? access::kWriteOwner : 0)
            | ((additional & 4) ? access::kWriteDac : 0);
        result = (need & ~open->access) || (additional & 8)
            ? status::kAccessDenied
            : setSecurity(*open->node, additional, data);
        if (result == status::kSuccess) {
            open->node->changed = m_server.fileTime();
            notifyModified(m_server, *open, notifyfilter::kSecurity);
        }
    } else if (type == 4) {
        result = readOnly ? status::kAccessDenied : setQuota(m_server, *open->share->volume, data);
    } else {
        result = status::kInvalidParameter;
    }
    if (result == status::kSuccess) {
        reply.u16(2);
    }
    return result;
}

} // namespace rdrlab::server
