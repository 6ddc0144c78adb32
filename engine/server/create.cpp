// CREATE and CLOSE: [MS-SMB2] 3.3.5.9 and 3.3.5.10, [MS-FSA] 2.1.5.1.
#include <algorithm>

#include "engine/server/core.h"
#include "engine/server/createrequest.h"

namespace rdrlab::server {

namespace {

namespace option {
constexpr std::uint32_t kDirectory = 0x1, kNonDirectory = 0x40, kDeleteOnClose = 0x1000,
                        kById = 0x2000;
}
enum Disposition : std::uint32_t
{
    Supersede,
    OpenExisting,
    CreateNew,
    OpenIf,
    Overwrite,
    OverwriteIf
};
enum Action : std::uint32_t
{
    Superseded,
    Opened,
    Created,
    Overwritten
};

std::uint32_t mapGeneric(std::uint32_t wanted)
{
    std::uint32_t mapped = wanted & 0x0FFFFFFF;
    mapped |= (wanted & 0x10000000) ? access::kAll : 0;
    mapped |= (wanted & 0x20000000) ? 0x1200A0u : 0;
    mapped |= (wanted & 0x40000000) ? 0x120116u : 0;
    mapped |= (wanted & 0x80000000) ? 0x120089u : 0;
    return mapped;
}

bool conflicts(const Open& open, std::uint32_t wanted, std::uint32_t share)
{
    constexpr std::uint32_t kRead = access::kReadData | access::kExecute;
    constexpr std::uint32_t kWrite = access::kWriteData | access::kAppendData;
    constexpr std::uint32_t kAny = kRead | kWrite | access::kDelete;
    if (!(wanted & kAny) || !(open.access & kAny)) {
        return false; // an open for attributes alone neither minds nor is minded
    }
    const auto clash = [&](std::uint32_t mask, std::uint32_t bit) {
        return ((wanted & mask) && !(open.shareAccess & bit))
            || ((open.access & mask) && !(share & bit));
    };
    return clash(kRead, 1) || clash(kWrite, 2) || clash(access::kDelete, 4);
}

constexpr std::uint32_t kStatOnly = access::kReadAttributes | access::kWriteAttributes
    | access::kSynchronize | access::kReadControl;

} // namespace

std::uint32_t ConnectionCore::create(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    in.seek(3);
    const std::uint8_t oplockWanted = in.u8();
    in.seek(24);
    const std::uint32_t desired = in.u32();
    const std::uint32_t fileAttributes = in.u32();
    const std::uint32_t shareAccess = in.u32();
    const std::uint32_t disposition = in.u32();
    const std::uint32_t options = in.u32();
    const std::uint16_t nameOffset = in.u16();
    const std::uint16_t nameLength = in.u16();
    const std::uint32_t contextOffset = in.u32();
    const std::uint32_t contextLength = in.u32();
    Reader whole(request.message);
    const std::u16string name = textOf(whole.part(nameOffset, nameLength));
    CreateContexts contexts;
    const ByteSpan contextBytes = whole.part(contextOffset, contextLength);
    if (!in.ok() || !whole.ok() || nameLength % 2 || !parseCreateContexts(contextBytes, contexts)
        || disposition > OverwriteIf || shareAccess > 7) {
        return status::kInvalidParameter;
    }
    request.text = narrow(request.tree->share->name + u"\\" + name);
    Share& share = *request.tree->share;
    if (!share.volume) {
        return status::kObjectNameNotFound; // no pipes behind IPC$
    }
    Volume& volume = *share.volume;
    Session& session = *request.session;
    const std::uint64_t now = m_server.fileTime();

    std::shared_ptr<Open> open;
    std::uint32_t action = Opened;
    std::uint32_t grantedLease = 0;
    const bool durableV2 = contexts.durable2 && dialect >= Dialect::Smb300;

    if ((contexts.reconnect1 || (contexts.reconnect2 && dialect >= Dialect::Smb300))
        && m_server.options.durableHandles) {
        // 3.3.5.9.7 and 3.3.5.9.12
        const auto found = m_server.opens.find(contexts.persistentId);
        if (found == m_server.opens.end() || !found->second->durable || found->second->connection
            || found->second->clientGuid != clientGuid
            || (contexts.reconnect2 && found->second->createGuid != contexts.createGuid)
            || (found->second->lease
                && (!contexts.leaseAsked || found->second->lease->key != contexts.leaseKey))) {
            return status::kObjectNameNotFound;
        }
        if (upcase(found->second->user) != upcase(session.user)) {
            return status::kAccessDenied;
        }
        open = found->second;
        open->connection = this;
        open->session = &session;
        open->tree = request.tree.get();
        open->durableDeadlineNs = 0;
        grantedLease = open->lease ? open->lease->state : 0;
    } else {
        if ((options & option::kDirectory) && (options & option::kNonDirectory)) {
            return status::kInvalidParameter;
        }
        if (options & option::kById) {
            return status::kNotSupported;
        }
        if ((options & option::kDirectory)
            && (disposition == Supersede || disposition == Overwrite
                || disposition == OverwriteIf)) {
            return status::kInvalidParameter;
        }
        std::uint32_t wanted = mapGeneric(desired);
        if ((wanted & ~(access::kMaximumAllowed | access::kSystemSecurity)) == 0
            && !(wanted & access::kMaximumAllowed)) {
            return status::kAccessDenied;
        }
        if (wanted & access::kSystemSecurity) {
            return status::kPrivilegeNotHeld;
        }
        if ((options & option::kDeleteOnClose)
            && !(wanted & (access::kDelete | access::kMaximumAllowed))) {
            return status::kInvalidParameter;
        }
        CreateTarget target;
        if (const std::uint32_t result = resolveCreateName(volume, name, target);
            result != status::kSuccess) {
            return result;
        }
        if (!target.stream.empty() && (options & option::kDirectory)) {
            return status::kNotADirectory;
        }
        Node* node = target.node.get();
        if (node && node->deletePending) {
            return status::kDeletePending;
        }
        Stream* stream = nullptr;
        if (node) {
            const auto found = node->streams.find(upcase(target.stream));
            stream = found == node->streams.end() ? nullptr : found->second.get();
        }
        const bool named = !target.stream.empty();
        const bool exists = node && (!named || stream);
        if (exists && disposition == CreateNew) {
            return status::kObjectNameCollision;
        }
        if (!exists && (disposition == OpenExisting || disposition == Overwrite)) {
            return status::kObjectNameNotFound;
        }
        if (node && !named) {
            if (node->directory && ((options & option::kNonDirectory))) {
                return status::kFileIsADirectory;
            }
            if (!node->directory && ((options & option::kDirectory) || target.indexStream)) {
                return status::kNotADirectory;
            }
            if (node->directory
                && (disposition == Supersede || disposition == Overwrite
                    || disposition == OverwriteIf)) {
                return status::kFileIsADirectory;
            }
        }
        const bool overwrites = exists
            && (disposition == Supersede || disposition == Overwrite || disposition == OverwriteIf);
        std::uint32_t permitted = request.tree->maximalAccess;
        if (node) {
            permitted &= m_server.allowed(*node, session.user, session.guest);
            if (target.parent
                && (m_server.allowed(*target.parent, session.user, session.guest)
                    & access::kDeleteChild)
                && (request.tree->maximalAccess & access::kDelete)) {
                permitted |= access::kDelete;
            }
            if ((node->attributes & attribute::kReadOnly) && !node->directory) {
                if ((wanted & (access::kWriteData | access::kAppendData)) || overwrites) {
                    return status::kAccessDenied;
                }
                if (options & option::kDeleteOnClose) {
                    return status::kCannotDelete;
                }
                permitted &= ~(access::kWriteData | access::kAppendData);
            }
            if (overwrites && !(permitted & access::kWriteData)) {
                return status::kAccessDenied;
            }
        } else {
            // 2.1.5.1.1: making an entry needs the right to add one to the directory.
            const std::uint32_t parentRights
                = m_server.allowed(*target.parent, session.user, session.guest)
                & request.tree->maximalAccess;
            const std::uint32_t need
                = (options & option::kDirectory) ? access::kAppendData : access::kWriteData;
            if (!(parentRights & need)) {
                return status::kAccessDenied;
            }
            if ((options & option::kDeleteOnClose) && (fileAttributes & attribute::kReadOnly)) {
                return status::kCannotDelete;
            }
        }
        if (wanted & access::kMaximumAllowed) {
            wanted = (wanted & ~access::kMaximumAllowed) | permitted;
        }
        if (wanted & ~permitted) {
            return status::kAccessDenied;
        }
        if (node && node->directory && !named && (options & option::kDeleteOnClose)
            && (!node->children.empty() || !target.parent)) {
            return target.parent ? status::kDirectoryNotEmpty : status::kCannotDelete;
        }
        if (exists) {
            const auto& others = stream ? stream->opens : std::vector<Open*> {};
            const bool clash = std::ranges::any_of(
                others, [&](const Open* other) { return conflicts(*other, wanted, shareAccess); });
            if (stream && ((wanted & ~kStatOnly) || overwrites)) {
                const Guid* key = contexts.leaseAsked ? &contexts.leaseKey : nullptr;
                const bool waits = m_server.breakForOpen(
                    *stream, nullptr, &clientGuid, key, overwrites && !clash, clash);
                if (waits) {
                    return status::kPending;
                }
                if (clash && std::ranges::any_of(stream->opens, [&](const Open* other) {
                        return conflicts(*other, wanted, shareAccess);
                    })) {
                    return status::kSharingViolation;
                }
            } else if (clash) {
                return status::kSharingViolation;
            }
            if (!stream) // directories: the opens of the node itself
            {
                for (const auto& [number, other] : m_server.opens) {
                    if (other->node == target.node && !other->stream
                        && conflicts(*other, wanted, shareAccess)) {
                        return status::kSharingViolation;
                    }
                }
            }
        }

        // From here on the request has effects and cannot wait any more.
        const std::uint32_t settable = fileAttributes & attribute::kSettable;
        std::uint32_t result = status::kSuccess;
        if (!node) {
            const bool directory
                = (options & option::kDirectory) != 0 || (target.indexStream && !named);
            target.node = volume.make(directory, now);
            node = target.node.get();
            node->attributes
                = directory ? settable & ~attribute::kTemporary : settable | attribute::kArchive;
            const auto sid = m_server.sidOf(session.user);
            const ByteSpan sidBytes = std::as_bytes(std::span(sid));
            node->owner.assign(sidBytes.begin(), sidBytes.end());
            if (!contexts.attributes.empty()) {
                result = setExtendedAttributes(*node, contexts.attributes);
            }
            if (result == status::kSuccess && !contexts.security.empty()) {
                result = setSecurity(*node, 7, contexts.security);
            }
            if (result != status::kSuccess) {
                return result;
            }
            if (node->directory && named) {
                return status::kInvalidParameter;
            }
            volume.link(target.node, *target.parent, target.last);
            target.parent->written = target.parent->changed = now;
            action = Created;
            m_server.notify(
                share, *target.parent, target.last, notifyaction::kAdded,
                directory ? notifyfilter::kDirName : notifyfilter::kFileName);
        } else if (overwrites) {
            const std::uint32_t must = node->attributes & (attribute::kHidden | attribute::kSystem);
            if (!named && disposition != Supersede && (must & ~fileAttributes)) {
                return status::kAccessDenied; // 2.1.5.1.2.1: hidden and system files must be asked
                                              // for as such
            }
            stream->resize(0);
            if (!named) {
                node->attributes = settable | attribute::kArchive;
                node->extendedAttributes.clear();
                std::erase_if(node->streams, [](const auto& entry) {
                    return !entry.first.empty() && entry.second->opens.empty();
                });
                if (!contexts.attributes.empty()) {
                    setExtendedAttributes(*node, contexts.attributes);
                }
            }
            node->written = node->changed = now;
            action = disposition == Supersede ? Superseded : Overwritten;
            if (target.parent) {
                m_server.notify(
                    share, *target.parent, target.last, notifyaction::kModified,
                    notifyfilter::kSize | notifyfilter::kLastWrite | notifyfilter::kAttributes);
            }
        }
        if (named && !stream) {
            stream = &volume.addStream(*node, target.stream);
            action = Created;
        } else if (!stream && !node->directory) {
            stream = node->data();
        }
        if (contexts.allocation && stream && action != Opened) {
            stream->setAllocation(*contexts.allocation);
        }
        open = std::make_shared<Open>();
        open->persistentId = m_server.nextOpenId();
        open->volatileId = open->persistentId ^ 0x5252'4400'0000'0000ull;
        open->connection = this;
        open->session = &session;
        open->tree = request.tree.get();
        open->share = request.tree->share;
        open->user = session.user;
        open->clientGuid = clientGuid;
        open->node = target.node;
        open->stream = stream;
        open->name = name;
        open->link = { target.parent.get(), target.last };
        open->access = wanted;
        open->shareAccess = shareAccess;
        open->options = options;
        open->deleteOnClose = (options & option::kDeleteOnClose) != 0;
        m_server.opens.emplace(open->persistentId, open);
        ++node->openCount;
        if (stream) {
            stream->opens.push_back(open.get());
        }

        // Oplock or lease: what no other open forbids.
        if (stream && oplockWanted == oplock::kLease && contexts.leaseAsked
            && m_server.options.leases && dialect >= Dialect::Smb210) {
            auto& held = m_server.leases[{ clientGuid, contexts.leaseKey }];
            if (held && held->stream != stream) {
                m_server.closeOpen(open);
                return status::kInvalidParameter;
            }
            if (!held) {
                held = std::make_shared<Lease>();
                held->client = clientGuid;
                held->key = contexts.leaseKey;
                held->parent = contexts.parentKey;
                held->parentSet = contexts.leaseParent;
                held->v2 = contexts.leaseV2 && dialect >= Dialect::Smb300;
                held->epoch = contexts.leaseEpoch;
                held->node = open->node;
                held->stream = stream;
            }
            open->lease = held;
            held->opens.insert(open.get());
            std::uint32_t grant = contexts.leaseState;
            for (const Open* other : stream->opens) {
                if (other != open.get() && other->lease != held) {
                    grant &= lease::kRead | lease::kHandle;
                    if (!other->lease && other->oplockLevel >= oplock::kExclusive) {
                        grant = 0;
                    }
                }
            }
            grant = (grant & lease::kRead) ? grant : 0;
            if (!held->breaking && (held->state | grant) != held->state
                && (held->state & grant) == held->state) {
                held->state = grant;
                ++held->epoch;
            }
            open->oplockLevel = oplock::kNone;
            grantedLease = held->state;
        } else if (
            stream && oplockWanted != oplock::kLease && oplockWanted != 0
            && m_server.options.oplocks) {
            const bool alone = stream->opens.size() == 1;
            const bool quiet = std::ranges::all_of(stream->opens, [&](const Open* other) {
                return other == open.get() || other->oplockLevel == oplock::kLevel2
                    || (other->oplockLevel == 0 && !other->lease)
                    || (other->lease && !(other->lease->state & (lease::kWrite | lease::kHandle)));
            });
            const bool known = oplockWanted == oplock::kBatch || oplockWanted == oplock::kExclusive
                || oplockWanted == oplock::kLevel2;
            open->oplockLevel = !known || !quiet ? oplock::kNone
                : alone                          ? oplockWanted
                                                 : oplock::kLevel2;
        }
        if (m_server.options.durableHandles && stream && (contexts.durable1 || durableV2)) {
            open->durable = open->oplockLevel == oplock::kBatch || (grantedLease & lease::kHandle);
            open->createGuid = contexts.createGuid;
            const std::uint64_t asked = durableV2 ? contexts.durableTimeoutMs : 0;
            open->durableTimeoutNs
                = std::min<std::uint64_t>(asked ? asked : 60'000, 300'000) * 1'000'000;
        }
    }

    Node& node = *open->node;
    chain.persistentId = open->persistentId;
    chain.volatileId = open->volatileId;
    reply.u16(89);
    reply.u8(open->lease ? oplock::kLease : open->oplockLevel);
    reply.u8(0);
    reply.u32(action);
    reply.u64(node.created);
    reply.u64(node.accessed);
    reply.u64(node.written);
    reply.u64(node.changed);
    reply.u64(open->stream ? open->stream->allocation() : 0);
    reply.u64(open->stream ? open->stream->size() : 0);
    reply.u32(node.visibleAttributes());
    reply.u32(0);
    reply.u64(open->persistentId);
    reply.u64(open->volatileId);
    const std::size_t contextsAt = reply.size();
    reply.u32(0);
    reply.u32(0);
    std::size_t previous = 0;
    std::size_t first = 0;
    Writer data;
    if (contexts.maximalAccess) {
        data.u32(0);
        data.u32(request.tree->maximalAccess & m_server.allowed(node, session.user, session.guest));
        writeCreateContext(reply, previous, first, "MxAc", data.buffer);
    }
    if (contexts.queryId) {
        data.buffer.clear();
        data.u64(node.id);
        data.u64(volume.serial);
        data.zeros(16);
        writeCreateContext(reply, previous, first, "QFid", data.buffer);
    }
    if (open->durable && contexts.durable1 && !durableV2) {
        data.buffer.clear();
        data.u64(0);
        writeCreateContext(reply, previous, first, "DHnQ", data.buffer);
    }
    if (open->durable && durableV2) {
        data.buffer.clear();
        data.u32(static_cast<std::uint32_t>(open->durableTimeoutNs / 1'000'000));
        data.u32(0);
        writeCreateContext(reply, previous, first, "DH2Q", data.buffer);
    }
    if (open->lease) {
        const Lease& held = *open->lease;
        data.buffer.clear();
        data.bytes(held.key);
        data.u32(grantedLease);
        data.u32((held.breaking ? 2u : 0u) | (held.v2 && held.parentSet ? 4u : 0u));
        data.u64(0);
        if (held.v2) {
            data.bytes(held.parent);
            data.u16(held.epoch);
            data.u16(0);
        }
        writeCreateContext(reply, previous, first, "RqLs", data.buffer);
    }
    if (first) {
        reply.put32(contextsAt, static_cast<std::uint32_t>(first));
        reply.put32(contextsAt + 4, static_cast<std::uint32_t>(reply.here() - first));
    }
    return status::kSuccess;
}

std::uint32_t ConnectionCore::close(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    in.u16();
    const std::uint16_t flags = in.u16();
    in.u32();
    const std::uint64_t persistentId = in.u64();
    const std::uint64_t volatileId = in.u64();
    const auto open = findOpen(request, chain, persistentId, volatileId);
    if (!open) {
        return status::kFileClosed;
    }
    request.text = narrow(open->share->name + u"\\" + open->name);
    const std::shared_ptr<Node> node = open->node;
    reply.u16(60);
    reply.u16(flags & 1);
    reply.u32(0);
    if (flags & 1) {
        reply.u64(node->created);
        reply.u64(node->accessed);
        reply.u64(node->written);
        reply.u64(node->changed);
        reply.u64(open->stream ? open->stream->allocation() : 0);
        reply.u64(open->stream ? open->stream->size() : 0);
        reply.u32(node->visibleAttributes());
    } else {
        reply.zeros(52);
    }
    m_server.closeOpen(open);
    return status::kSuccess;
}

} // namespace rdrlab::server
