// QUERY_INFO: [MS-SMB2] 3.3.5.20, [MS-FSCC] 2.4 (files), 2.5 (volumes), [MS-FSA] 2.1.5.11.
#include <algorithm>

#include "engine/server/core.h"

namespace rdrlab::server {

namespace {

/// FileXxxInformation numbers, [MS-FSCC] 2.4.
enum FileClass : std::uint8_t
{
    Basic = 4,
    Standard = 5,
    Internal = 6,
    EaSize = 7,
    Access = 8,
    NameOnly = 9,
    Position = 14,
    FullEa = 15,
    Mode = 16,
    Alignment = 17,
    All = 18,
    AlternateName = 21,
    StreamList = 22,
    Compression = 28,
    NetworkOpen = 34,
    AttributeTag = 35,
    NormalizedName = 48,
    IdInfo = 59
};

void basic(Writer& out, const Node& node)
{
    out.u64(node.created);
    out.u64(node.accessed);
    out.u64(node.written);
    out.u64(node.changed);
    out.u32(node.visibleAttributes());
    out.u32(0);
}

void standard(Writer& out, const Open& open)
{
    out.u64(open.stream ? open.stream->allocation() : 0);
    out.u64(open.stream ? open.stream->size() : 0);
    const bool pending = open.node->deletePending
        || (open.deleteOnClose && open.stream && !open.stream->name.empty());
    out.u32(
        static_cast<std::uint32_t>(open.node->links.size())
        - (pending && !open.node->links.empty() ? 1u : 0u));
    out.u8(pending);
    out.u8(open.node->directory);
    out.u16(0);
}

void nameInfo(Writer& out, const Open& open)
{
    const std::u16string path = u"\\" + open.node->path();
    out.u32(static_cast<std::uint32_t>(path.size() * 2));
    out.text(path);
}

std::uint32_t streams(Writer& out, const Node& node)
{
    std::size_t previous = 0;
    bool any = false;
    for (const auto& [key, stream] : node.streams) {
        if (any) {
            out.align(8);
            out.put32(previous, static_cast<std::uint32_t>(out.size() - previous));
        }
        any = true;
        previous = out.size();
        const std::u16string name = u":" + stream->name + u":$DATA";
        out.u32(0);
        out.u32(static_cast<std::uint32_t>(name.size() * 2));
        out.u64(stream->size());
        out.u64(stream->allocation());
        out.text(name);
    }
    return status::kSuccess;
}

std::uint32_t eas(Writer& out, const Node& node, ByteSpan wanted, std::uint32_t room)
{
    std::vector<const ExtendedAttribute*> chosen;
    std::vector<ExtendedAttribute> missing;
    if (wanted.empty()) {
        for (const auto& ea : node.extendedAttributes) {
            chosen.push_back(&ea);
        }
        if (chosen.empty()) {
            return status::kNoEasOnFile;
        }
    }
    missing.reserve(256);
    std::size_t base = 0;
    for (int bound = 0; !wanted.empty() && bound < 256; ++bound) {
        Reader in(wanted.subspan(base));
        const std::uint32_t next = in.u32();
        const ByteSpan bytes = in.bytes(in.u8());
        if (!in.ok()) {
            return 0x80000014u;
        }
        std::string name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        for (char& c : name) {
            c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        }
        const auto found
            = std::ranges::find(node.extendedAttributes, name, &ExtendedAttribute::name);
        if (found != node.extendedAttributes.end()) {
            chosen.push_back(&*found);
        } else {
            missing.push_back({ name, {}, 0 }); // asked for by name: answered with an empty value
            chosen.push_back(&missing.back());
        }
        if (next == 0) {
            break;
        }
        if (next >= wanted.size() - base || next < 5) {
            return 0x80000014u;
        }
        base += next;
    }
    std::size_t previous = 0;
    for (const ExtendedAttribute* ea : chosen) {
        const std::size_t at = roundUp(out.size(), 4);
        if (at + 9 + ea->name.size() + ea->value.size() > room) {
            return out.size() ? status::kBufferOverflow : status::kBufferTooSmall;
        }
        out.align(4);
        if (at) {
            out.put32(previous, static_cast<std::uint32_t>(at - previous));
        }
        previous = at;
        out.u32(0);
        out.u8(ea->flags);
        out.u8(static_cast<std::uint8_t>(ea->name.size()));
        out.u16(static_cast<std::uint16_t>(ea->value.size()));
        out.bytes(bytesOf(ea->name));
        out.u8(0);
        out.bytes(ea->value);
    }
    return status::kSuccess;
}

/// `fixed` is how much must fit; beyond that a cut answer with BUFFER_OVERFLOW is legal.
std::uint32_t fileInfo(
    const Open& open,
    std::uint8_t infoClass,
    ByteSpan input,
    std::uint32_t room,
    Writer& out,
    std::size_t& fixed)
{
    Node& node = *open.node;
    const auto mode = [&] { out.u32(open.options & 0x103E); };
    switch (infoClass) {
    case Basic:
    case NetworkOpen:
    case AttributeTag:
    case All:
        if (!(open.access & access::kReadAttributes)) {
            return status::kAccessDenied;
        }
        break;
    default:
        break;
    }
    switch (infoClass) {
    case Basic:
        basic(out, node);
        break;
    case Standard:
        standard(out, open);
        break;
    case Internal:
        out.u64(node.id);
        break;
    case EaSize:
        out.u32(node.eaBytes());
        break;
    case Access:
        out.u32(open.access);
        break;
    case NameOnly:
        nameInfo(out, open);
        fixed = 4;
        return status::kSuccess;
    case NormalizedName: {
        const std::u16string path = node.path();
        out.u32(static_cast<std::uint32_t>(path.size() * 2));
        out.text(path);
        fixed = 4;
        return status::kSuccess;
    }
    case Position:
        out.u64(0);
        break;
    case FullEa:
        if (!(open.access & access::kReadEa)) {
            return status::kAccessDenied;
        }
        fixed = 0;
        return eas(out, node, input, room);
    case Mode:
        mode();
        break;
    case Alignment:
        out.u32(0);
        break;
    case All:
        basic(out, node);
        standard(out, open);
        out.u64(node.id);
        out.u32(node.eaBytes());
        out.u32(open.access);
        out.u64(0);
        mode();
        out.u32(0);
        fixed = out.size() + 4;
        nameInfo(out, open);
        return status::kSuccess;
    case AlternateName: {
        if (!open.link.parent) {
            return status::kObjectNameNotFound; // the root has no name at all
        }
        const std::u16string alias = alternateName(node, open.link.name);
        out.u32(static_cast<std::uint32_t>(alias.size() * 2));
        out.text(alias);
        fixed = 4;
        return status::kSuccess;
    }
    case StreamList:
        fixed = 24;
        if (node.streams.empty()) {
            fixed = 0;
        }
        return streams(out, node);
    case Compression:
        out.u64(open.stream ? open.stream->allocation() : 0);
        out.u16((node.attributes & attribute::kCompressed) ? 2 : 0);
        out.zeros(6);
        break;
    case NetworkOpen:
        out.u64(node.created);
        out.u64(node.accessed);
        out.u64(node.written);
        out.u64(node.changed);
        out.u64(open.stream ? open.stream->allocation() : 0);
        out.u64(open.stream ? open.stream->size() : 0);
        out.u32(node.visibleAttributes());
        out.u32(0);
        break;
    case AttributeTag: {
        std::uint32_t tag = 0;
        if (node.reparse.size() >= 4) {
            std::memcpy(&tag, node.reparse.data(), sizeof tag);
        }
        out.u32(node.visibleAttributes());
        out.u32(tag);
        break;
    }
    case IdInfo:
        out.u64(open.share->volume->serial);
        out.u64(node.id);
        out.u64(0);
        break;
    default:
        return status::kInvalidInfoClass;
    }
    fixed = out.size();
    return status::kSuccess;
}

std::uint32_t fileSystemInfo(
    const Share& share, bool readOnly, std::uint8_t infoClass, Writer& out, std::size_t& fixed)
{
    const Volume& volume = *share.volume;
    const std::uint64_t total = volume.capacity / kClusterBytes;
    const std::uint64_t unused = (volume.capacity - volume.used) / kClusterBytes;
    switch (infoClass) {
    case 1: // Volume
        out.u64(volume.created);
        out.u32(volume.serial);
        out.u32(static_cast<std::uint32_t>(volume.label.size() * 2));
        out.u8(1);
        out.u8(0);
        fixed = out.size();
        out.text(volume.label);
        return status::kSuccess;
    case 3: // Size
        out.u64(total);
        out.u64(unused);
        out.u32(8);
        out.u32(512);
        break;
    case 4: // Device
        out.u32(7); // FILE_DEVICE_DISK
        out.u32(0x20 | (readOnly ? 0x2u : 0u));
        break;
    case 5: // Attribute: case, unicode, ACLs, compression, quotas, sparse, reparse, streams, object
            // ids, EAs
        out.u32(
            0x1u | 0x2u | 0x4u | 0x8u | 0x10u | 0x20u | 0x40u | 0x80u | 0x10000u | 0x40000u
            | 0x800000u | (readOnly ? 0x80000u : 0u));
        out.u32(255);
        out.u32(8);
        fixed = out.size();
        out.text(u"NTFS");
        return status::kSuccess;
    case 6: // Control
        out.u64(0);
        out.u64(0);
        out.u64(0);
        out.u64(volume.quotaThreshold);
        out.u64(volume.quotaLimit);
        out.u32(volume.quotaFlags);
        out.u32(0);
        break;
    case 7: // FullSize
        out.u64(total);
        out.u64(unused);
        out.u64(unused);
        out.u32(8);
        out.u32(512);
        break;
    case 8: // ObjectId
        if (volume.objectId.size() == 64) {
            out.bytes(volume.objectId);
        } else {
            out.u64(volume.serial);
            out.zeros(56);
        }
        break;
    case 11: // SectorSize
        out.u32(512);
        out.u32(4096);
        out.u32(4096);
        out.u32(4096);
        out.u32(3);
        out.u32(0);
        out.u32(0);
        break;
    default:
        return status::kInvalidInfoClass;
    }
    fixed = out.size();
    return status::kSuccess;
}

std::uint32_t quotaInfo(const Volume& volume, ByteSpan input, std::uint32_t room, Writer& out)
{
    // [MS-SMB2] 2.2.37.1: either a list of SIDs, or one, or all.
    Reader in(input);
    const bool single = in.u8() != 0;
    in.u8();
    in.u16();
    const std::uint32_t listLength = in.u32();
    in.u32();
    in.u32();
    const ByteSpan list = in.bytes(listLength);
    if (!in.ok()) {
        return status::kInvalidParameter;
    }
    std::vector<std::vector<std::uint8_t>> sids;
    std::size_t base = 0;
    for (int bound = 0; !list.empty() && bound < 256; ++bound) {
        Reader entry(list.subspan(base));
        const std::uint32_t next = entry.u32();
        const ByteSpan sid = entry.bytes(entry.u32());
        if (!entry.ok() || sid.size() < 8) {
            return status::kInvalidParameter;
        }
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(sid.data());
        sids.emplace_back(bytes, bytes + sid.size());
        if (next == 0) {
            break;
        }
        if (next < 16 || next >= list.size() - base) {
            return status::kInvalidParameter;
        }
        base += next;
    }
    if (list.empty()) {
        for (const auto& [sid, quota] : volume.quotas) {
            sids.push_back(sid);
        }
        if (sids.empty()) {
            return status::kNoMoreEntries;
        }
    }
    std::size_t previous = 0;
    for (const auto& sid : sids) {
        const std::size_t at = roundUp(out.size(), 8);
        if (at + 40 + sid.size() > room) {
            return out.size() ? status::kSuccess : status::kBufferTooSmall;
        }
        out.align(8);
        if (at) {
            out.put32(previous, static_cast<std::uint32_t>(at - previous));
        }
        previous = at;
        const auto found = volume.quotas.find(sid);
        out.u32(0);
        out.u32(static_cast<std::uint32_t>(sid.size()));
        out.u64(found == volume.quotas.end() ? 0 : found->second.changed);
        out.u64(0);
        out.u64(found == volume.quotas.end() ? volume.quotaThreshold : found->second.threshold);
        out.u64(found == volume.quotas.end() ? volume.quotaLimit : found->second.limit);
        out.bytes(std::as_bytes(std::span(sid)));
        if (single) {
            break;
        }
    }
    return status::kSuccess;
}

} // namespace

std::uint32_t ConnectionCore::queryInfo(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    in.u16();
    const std::uint8_t type = in.u8();
    const std::uint8_t infoClass = in.u8();
    const std::uint32_t room = in.u32();
    const std::uint16_t inputOffset = in.u16();
    in.u16();
    const std::uint32_t inputLength = in.u32();
    const std::uint32_t additional = in.u32();
    in.u32();
    const std::uint64_t persistentId = in.u64();
    const std::uint64_t volatileId = in.u64();
    Reader whole(request.message);
    const ByteSpan input = whole.part(inputOffset, inputLength);
    if (!in.ok() || !whole.ok()) {
        return status::kInvalidParameter;
    }
    const auto open = findOpen(request, chain, persistentId, volatileId);
    if (!open) {
        return status::kFileClosed;
    }
    request.text = narrow(open->share->name + u"\\" + open->name);
    Writer out;
    std::size_t fixed = 0;
    std::uint32_t result = status::kSuccess;
    switch (type) {
    case 1:
        result = fileInfo(*open, infoClass, input, room, out, fixed);
        break;
    case 2:
        result = fileSystemInfo(
            *open->share, request.tree->maximalAccess != access::kAll, infoClass, out, fixed);
        break;
    case 3:
        if ((additional & 8) || ((additional & 7) && !(open->access & access::kReadControl))) {
            return status::kAccessDenied;
        }
        out.buffer = securityDescriptor(m_server, *open->node, additional);
        if (out.size() > room) {
            // 3.3.5.20.3: the needed length comes as error data.
            reply.u16(9);
            reply.u16(0);
            reply.u32(4);
            reply.u32(static_cast<std::uint32_t>(out.size()));
            return status::kBufferTooSmall;
        }
        break;
    case 4:
        result = quotaInfo(*open->share->volume, input, room, out);
        break;
    default:
        return status::kInvalidParameter;
    }
    if (result != status::kSuccess && result != status::kBufferOverflow) {
        return result;
    }
    if (out.size() > room) {
        if (room < fixed || type > 2) {
            return status::kInfoLengthMismatch;
        }
        out.buffer.resize(room);
        result = status::kBufferOverflow;
    }
    reply.u16(9);
    reply.u16(kHeaderBytes + 8);
    reply.u32(static_cast<std::uint32_t>(out.size()));
    reply.bytes(out.buffer);
    return result;
}

} // namespace rdrlab::server
