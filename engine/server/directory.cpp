// QUERY_DIRECTORY and CHANGE_NOTIFY: [MS-SMB2] 3.3.5.18 and 3.3.5.19, [MS-FSCC] 2.4 and 2.7.1.
#include <algorithm>

#include "engine/server/core.h"

namespace rdrlab::server {

namespace {

constexpr std::size_t kMaxQueuedEvents = 4096;

enum Class : std::uint8_t
{
    Directory = 1,
    FullDirectory = 2,
    BothDirectory = 3,
    Names = 12,
    IdBothDirectory = 37,
    IdFullDirectory = 38,
    IdExtdDirectory = 60
};

/// One entry without its NextEntryOffset. Dots have the times of the directory and its parent.
void writeEntry(Writer& out, std::uint8_t infoClass, Node& node, std::u16string_view name)
{
    Stream* data = node.data();
    const auto nameBytes = static_cast<std::uint32_t>(name.size() * 2);
    out.u32(0);
    out.u32(0); // FileIndex: not used by NTFS
    if (infoClass == Names) {
        out.u32(nameBytes);
        out.text(name);
        return;
    }
    out.u64(node.created);
    out.u64(node.accessed);
    out.u64(node.written);
    out.u64(node.changed);
    out.u64(data ? data->size() : 0);
    out.u64(data ? data->allocation() : 0);
    out.u32(node.visibleAttributes());
    out.u32(nameBytes);
    if (infoClass != Directory) {
        // A reparse point shows its tag in place of the EA size.
        std::uint32_t tag = 0;
        if (node.reparse.size() >= 4) {
            std::memcpy(&tag, node.reparse.data(), sizeof tag);
        }
        out.u32(infoClass == IdExtdDirectory || !tag ? node.eaBytes() : tag);
        if (infoClass == IdExtdDirectory) {
            out.u32(tag);
            out.u64(node.id);
            out.u64(0);
        }
    }
    if (infoClass == BothDirectory || infoClass == IdBothDirectory) {
        std::u16string alias; // a name that is short already has no other
        if (name != u"." && name != u".." && (!is83(name) || !node.shortName.empty())) {
            alias = alternateName(node, name);
        }
        out.u8(static_cast<std::uint8_t>(alias.size() * 2));
        out.u8(0);
        out.text(alias);
        out.zeros(24 - alias.size() * 2);
    }
    if (infoClass == IdBothDirectory) {
        out.u16(0);
        out.u64(node.id);
    } else if (infoClass == IdFullDirectory) {
        out.u32(0);
        out.u64(node.id);
    }
    out.text(name);
}

} // namespace

std::uint32_t ConnectionCore::queryDirectory(Request& request, Reply& reply, Chain& chain)
{
    constexpr std::uint8_t kRestart = 1, kSingle = 2, kReopen = 0x10;
    Reader in(request.body);
    in.u16();
    const std::uint8_t infoClass = in.u8();
    const std::uint8_t flags = in.u8();
    in.u32();
    const std::uint64_t persistentId = in.u64();
    const std::uint64_t volatileId = in.u64();
    const std::uint16_t nameOffset = in.u16();
    const std::uint16_t nameLength = in.u16();
    const std::uint32_t room = in.u32();
    Reader whole(request.message);
    const std::u16string wanted = textOf(whole.part(nameOffset, nameLength));
    if (!in.ok() || !whole.ok()) {
        return status::kInvalidParameter;
    }
    const auto open = findOpen(request, chain, persistentId, volatileId);
    if (!open) {
        return status::kFileClosed;
    }
    request.text = narrow(open->share->name + u"\\" + open->name + u" " + wanted);
    if (!open->node->directory || open->stream) {
        return status::kInvalidParameter;
    }
    if (!(open->access & access::kReadData)) {
        return status::kAccessDenied;
    }
    switch (infoClass) {
    case Directory:
    case FullDirectory:
    case BothDirectory:
    case Names:
    case IdBothDirectory:
    case IdFullDirectory:
    case IdExtdDirectory:
        break;
    default:
        return status::kInvalidInfoClass;
    }
    if ((flags & (kRestart | kReopen)) || !open->scanStarted) {
        if (!open->scanStarted || (flags & kReopen) || !wanted.empty()) {
            open->pattern = wanted.empty() ? std::u16string(u"*") : upcase(wanted);
        }
        open->scanAfter.clear();
        open->dotsDone = 0;
    }
    const bool first = open->scanAfter.empty() && open->dotsDone == 0;
    open->scanStarted = true;
    if (open->pattern == u"*.*") {
        open->pattern = u"*"; // what Windows' own name services make of it
    }

    reply.u16(9);
    reply.u16(kHeaderBytes + 8);
    const std::size_t lengthAt = reply.size();
    reply.u32(0);
    const std::size_t start = reply.size();
    std::size_t previous = 0;
    bool any = false;
    bool full = false;
    Writer entry;
    const auto offer = [&](Node& node, std::u16string_view name) {
        entry.buffer.clear();
        writeEntry(entry, infoClass, node, name);
        const std::size_t padding = any ? (8 - (reply.size() - start) % 8) % 8 : 0;
        if (reply.size() - start + padding + entry.size() > room) {
            full = true;
            return false;
        }
        if (any) {
            reply.zeros(padding);
            reply.put32(previous, static_cast<std::uint32_t>(reply.size() - previous));
        }
        previous = reply.size();
        reply.bytes(entry.buffer);
        any = true;
        return true;
    };
    const bool wild = hasWildcards(open->pattern);
    bool going = true;
    for (; going && open->dotsDone < 2; ++open->dotsDone) {
        const std::u16string_view dots = open->dotsDone ? u".." : u".";
        if (!wild || !matches(open->pattern, dots)) {
            continue;
        }
        Node& parent = open->dotsDone && !open->node->links.empty() && open->node->links[0].parent
            ? *open->node->links[0].parent
            : *open->node;
        going = offer(parent, dots);
        if (!going) {
            break;
        }
        going = !(flags & kSingle);
    }
    if (going) {
        auto& children = open->node->children;
        auto it = !wild ? children.find(open->pattern) : children.upper_bound(open->scanAfter);
        if (!wild && !open->scanAfter.empty()) {
            it = children.end();
        }
        for (; going && it != children.end(); ++it) {
            if (!wild || matches(open->pattern, it->first)) {
                if (!offer(*it->second.node, it->second.name)) {
                    break;
                }
                going = wild && !(flags & kSingle);
            }
            open->scanAfter = it->first;
        }
    }
    if (!any) {
        if (full) {
            return status::kInfoLengthMismatch;
        }
        open->dotsDone = 2;
        return first ? status::kNoSuchFile : status::kNoMoreFiles;
    }
    reply.put32(lengthAt, static_cast<std::uint32_t>(reply.size() - start));
    return status::kSuccess;
}

std::uint32_t ConnectionCore::changeNotify(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    in.u16();
    const std::uint16_t flags = in.u16();
    const std::uint32_t room = in.u32();
    const std::uint64_t persistentId = in.u64();
    const std::uint64_t volatileId = in.u64();
    const std::uint32_t filter = in.u32();
    const auto open = findOpen(request, chain, persistentId, volatileId);
    if (!open) {
        if (request.resumed) {
            reply.u16(9);
            reply.u16(0);
            reply.u32(0);
            reply.u8(0);
            return status::kNotifyCleanup;
        }
        return status::kFileClosed;
    }
    request.text = narrow(open->share->name + u"\\" + open->name);
    if (!open->node->directory || open->stream) {
        return status::kInvalidParameter;
    }
    if (!(open->access & access::kReadData)) {
        return status::kAccessDenied;
    }
    if (open->node->deletePending && request.resumed) {
        return status::kDeletePending;
    }
    if (!open->watching) {
        // The first request fixes filter, depth and the bytes kept between requests.
        open->watching = true;
        open->watchTree = (flags & 1) != 0;
        open->watchFilter = filter;
        open->watchLimit = room;
    }
    if (open->watchOverflow) {
        open->watchOverflow = false;
        open->events.clear();
        open->watchBytes = 0;
        reply.u16(9);
        reply.u16(0);
        reply.u32(0);
        reply.u8(0);
        return status::kNotifyEnumDir;
    }
    if (open->events.empty()) {
        return status::kPending;
    }
    Writer out;
    std::size_t previous = 0;
    while (!open->events.empty()) {
        const NotifyEvent& event = open->events.front();
        const std::size_t at = roundUp(out.size(), 4);
        if (at + 12 + event.name.size() * 2 > room) {
            break;
        }
        out.align(4);
        if (at) {
            out.put32(previous, static_cast<std::uint32_t>(at - previous));
        }
        previous = at;
        out.u32(0);
        out.u32(event.action);
        out.u32(static_cast<std::uint32_t>(event.name.size() * 2));
        out.text(event.name);
        open->watchBytes -= std::min<std::size_t>(open->watchBytes, 16 + event.name.size() * 2);
        open->events.pop_front();
    }
    const bool none = out.size() == 0; // the first does not fit: the client has to look for itself
    if (none) {
        open->events.clear();
        open->watchBytes = 0;
    }
    reply.u16(9);
    reply.u16(none ? 0 : kHeaderBytes + 8);
    reply.u32(static_cast<std::uint32_t>(out.size()));
    reply.bytes(out.buffer);
    if (none) {
        reply.u8(0);
    }
    return none ? status::kNotifyEnumDir : status::kSuccess;
}

void ServerCore::notify(
    Share& share,
    Node& directory,
    std::u16string_view name,
    std::uint32_t action,
    std::uint32_t filter)
{
    for (auto& [number, open] : opens) {
        if (!open->watching || open->share.get() != &share || !(open->watchFilter & filter)
            || open->watchOverflow) {
            continue;
        }
        std::u16string relative(name);
        if (open->node.get() != &directory) {
            if (!open->watchTree || !directory.isBelow(open->node.get())) {
                continue;
            }
            for (const Node* node = &directory; node != open->node.get();
                 node = node->links[0].parent) {
                relative = node->links[0].name + u"\\" + relative;
            }
        }
        const std::size_t bytes = 16 + relative.size() * 2;
        if (open->watchBytes + bytes > std::max<std::size_t>(open->watchLimit, 1)
            || open->events.size() >= kMaxQueuedEvents) {
            open->watchOverflow = true;
        } else if (
            action != notifyaction::kModified || open->events.empty()
            || open->events.back().action != action || open->events.back().name != relative) {
            open->watchBytes += bytes;
            open->events.push_back({ action, std::move(relative) });
        }
        kick();
    }
}

void notifyModified(ServerCore& server, Open& open, std::uint32_t filter)
{
    if (open.link.parent) {
        server.notify(
            *open.share, *open.link.parent, open.link.name, notifyaction::kModified, filter);
    }
}

} // namespace rdrlab::server
