// Decoding of what a CREATE brings along: [MS-SMB2] 2.2.13.2, and names with streams:
// [MS-FSCC] 2.1.5.
#include "engine/server/createrequest.h"

namespace rdrlab::server {

bool parseCreateContexts(ByteSpan bytes, CreateContexts& out)
{
    std::size_t base = 0;
    for (int bound = 0; !bytes.empty() && bound < 64; ++bound) {
        Reader in(bytes.subspan(base));
        const std::uint32_t next = in.u32();
        const std::uint16_t nameOffset = in.u16();
        const std::uint16_t nameLength = in.u16();
        in.u16();
        const std::uint16_t dataOffset = in.u16();
        const std::uint32_t dataLength = in.u32();
        const ByteSpan nameBytes = in.part(nameOffset, nameLength);
        const ByteSpan data = in.part(dataOffset, dataLength);
        if (!in.ok()) {
            return false;
        }
        const std::string_view name(
            reinterpret_cast<const char*>(nameBytes.data()), nameBytes.size());
        Reader value(data);
        const auto guid = [&](Guid& to) {
            const ByteSpan part = value.bytes(16);
            if (part.size() == 16) {
                std::memcpy(to.data(), part.data(), 16);
            }
        };
        if (name == "MxAc") {
            out.maximalAccess = true;
        } else if (name == "QFid") {
            out.queryId = true;
        } else if (name == "ExtA") {
            out.attributes = data;
        } else if (name == "SecD") {
            out.security = data;
        } else if (name == "AlSi") {
            out.allocation = value.u64();
        } else if (name == "DHnQ") {
            out.durable1 = true;
        } else if (name == "DHnC") {
            out.reconnect1 = true;
            out.persistentId = value.u64();
            out.volatileId = value.u64();
        } else if (name == "DH2Q") {
            out.durable2 = true;
            out.durableTimeoutMs = value.u32();
            value.u32();
            value.u64();
            guid(out.createGuid);
        } else if (name == "DH2C") {
            out.reconnect2 = true;
            out.persistentId = value.u64();
            out.volatileId = value.u64();
            guid(out.createGuid);
        } else if (name == "RqLs") {
            out.leaseAsked = true;
            out.leaseV2 = data.size() >= 52;
            guid(out.leaseKey);
            out.leaseState = value.u32() & 7;
            const std::uint32_t flags = value.u32();
            value.u64();
            if (out.leaseV2) {
                guid(out.parentKey);
                out.leaseEpoch = value.u16();
                out.leaseParent = (flags & 4) != 0;
            }
        }
        if (!value.ok()) {
            return false;
        }
        if (next == 0) {
            return true;
        }
        if (next % 8 != 0 || next < 16 || next >= bytes.size() - base) {
            return false;
        }
        base += next;
    }
    return bytes.empty();
}

void writeCreateContext(
    Reply& reply, std::size_t& previous, std::size_t& first, std::string_view name, ByteSpan data)
{
    reply.align(8, reply.base);
    if (first == 0) {
        first = reply.here();
    } else {
        reply.put32(previous, static_cast<std::uint32_t>(reply.size() - previous));
    }
    previous = reply.size();
    reply.u32(0);
    reply.u16(16);
    reply.u16(static_cast<std::uint16_t>(name.size()));
    reply.u16(0);
    reply.u16(24);
    reply.u32(static_cast<std::uint32_t>(data.size()));
    reply.bytes(bytesOf(name));
    reply.u32(0);
    reply.bytes(data);
}

std::uint32_t resolveCreateName(const Volume& volume, std::u16string_view name, CreateTarget& out)
{
    if (!name.empty() && name.front() == u'\\') {
        return status::kInvalidParameter;
    }
    if (upcase(name.substr(0, 14)) == u"$EXTEND\\$QUOTA") {
        name = {}; // the quota index is served through the root directory
    }
    std::vector<std::u16string> parts = splitPath(name);
    if (!parts.empty()) {
        std::u16string& last = parts.back();
        if (const std::size_t colon = last.find(u':'); colon != last.npos) {
            out.stream = last.substr(colon + 1);
            last.resize(colon);
            std::u16string type = u"$DATA";
            if (const std::size_t second = out.stream.find(u':'); second != out.stream.npos) {
                type = upcase(out.stream.substr(second + 1));
                out.stream.resize(second);
            }
            out.indexStream = type == u"$INDEX_ALLOCATION";
            if (out.indexStream) {
                out.stream.clear();
            } else if (type != u"$DATA") {
                return status::kInvalidParameter;
            }
            if (!out.stream.empty() && !legalName(out.stream)) {
                return status::kObjectNameInvalid;
            }
            if (last.empty()) {
                parts.pop_back(); // ":stream" of the share's root
            }
        }
    }
    out.node = volume.root;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!legalName(parts[i])) {
            return status::kObjectNameInvalid;
        }
        if (!out.node || !out.node->directory) {
            return status::kObjectPathNotFound;
        }
        out.parent = out.node;
        out.last = parts[i];
        out.node = volume.child(*out.parent, parts[i]);
    }
    return status::kSuccess;
}

} // namespace rdrlab::server
