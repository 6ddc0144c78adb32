// Security descriptors and extended attributes: [MS-DTYP] 2.4, [MS-FSCC] 2.4.15.
#include <algorithm>

#include "engine/server/core.h"

namespace rdrlab::server {

namespace {

constexpr std::uint8_t kEveryone[] = { 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 };
constexpr std::uint8_t kAuthenticated[] = { 1, 1, 0, 0, 0, 0, 0, 5, 11, 0, 0, 0 };
constexpr std::uint8_t kAdministrators[] = { 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0 };

ByteSpan span(std::span<const std::uint8_t> bytes)
{
    return std::as_bytes(bytes);
}

/// The SID at the start of `bytes`, or nothing.
ByteSpan sidAt(ByteSpan bytes)
{
    if (bytes.size() < 8 || std::to_integer<int>(bytes[0]) != 1
        || std::to_integer<unsigned>(bytes[1]) > 15) {
        return {};
    }
    const std::size_t size = 8 + 4 * std::to_integer<std::size_t>(bytes[1]);
    return size <= bytes.size() ? bytes.first(size) : ByteSpan();
}

ByteSpan aclAt(ByteSpan bytes)
{
    Reader in(bytes);
    const std::uint8_t revision = in.u8();
    in.u8();
    const std::uint16_t size = in.u16();
    const std::uint16_t count = in.u16();
    if (bytes.size() < 8 || (revision != 2 && revision != 4) || size < 8 || size > bytes.size()) {
        return {};
    }
    Reader entries(bytes.first(size));
    entries.seek(8);
    for (std::uint16_t i = 0; i < count; ++i) {
        entries.u16();
        const std::uint16_t aceSize = entries.u16();
        if (aceSize < 8) {
            return {};
        }
        entries.skip(aceSize - 4u);
    }
    return entries.ok() ? bytes.first(size) : ByteSpan();
}

} // namespace

std::vector<std::uint8_t> ServerCore::sidOf(std::u16string_view user) const
{
    const auto found = users.find(upcase(user));
    const std::uint32_t rid = found == users.end() ? 501 : found->second.rid; // 501 = Guest
    std::vector<std::uint8_t> sid { 1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0 };
    for (std::size_t i = 0; i < 12; ++i) {
        sid.push_back(std::to_integer<std::uint8_t>(guid[i]));
    }
    for (int shift = 0; shift < 32; shift += 8) {
        sid.push_back(static_cast<std::uint8_t>(rid >> shift));
    }
    return sid;
}

std::uint32_t ServerCore::allowed(const Node& node, std::u16string_view user, bool guest) const
{
    if (node.dacl.empty()) {
        return access::kAll;
    }
    const auto own = sidOf(user);
    std::uint32_t granted = 0;
    std::uint32_t denied = 0;
    if (crypto::equal(span(own), node.owner)) {
        granted |= access::kReadControl | access::kWriteDac;
    }
    Reader in(node.dacl);
    in.seek(4);
    const std::uint16_t count = in.u16();
    in.u16();
    for (std::uint16_t i = 0; i < count; ++i) {
        const std::uint8_t type = in.u8();
        const std::uint8_t flags = in.u8();
        const std::uint16_t size = in.u16();
        Reader body(in.bytes(size - 4u));
        std::uint32_t mask = body.u32();
        const ByteSpan sid = sidAt(body.all().subspan(body.at()));
        mask |= (mask & 0x10000000) ? access::kAll : 0;
        mask |= (mask & 0x20000000) ? 0x1200A0u : 0;
        mask |= (mask & 0x40000000) ? 0x120116u : 0;
        mask |= (mask & 0x80000000) ? 0x120089u : 0;
        const bool inheritOnly = (flags & 8) != 0;
        const bool meant = crypto::equal(sid, span(own)) || crypto::equal(sid, span(kEveryone))
            || (!guest && crypto::equal(sid, span(kAuthenticated)));
        if (inheritOnly || !meant || type > 1) {
            continue;
        }
        (type == 0 ? granted : denied) |= mask & ~(type == 0 ? denied : granted);
    }
    return granted & access::kAll;
}

std::uint32_t setSecurity(Node& node, std::uint32_t what, ByteSpan descriptor)
{
    Reader in(descriptor);
    const std::uint8_t revision = in.u8();
    in.u8();
    const std::uint16_t control = in.u16();
    const std::uint32_t owner = in.u32();
    const std::uint32_t group = in.u32();
    const std::uint32_t sacl = in.u32();
    const std::uint32_t dacl = in.u32();
    if (!in.ok() || revision != 1 || !(control & 0x8000)) {
        return status::kInvalidSecurityDescr;
    }
    const auto tail = [&](std::uint32_t offset) {
        return offset >= 20 && offset < descriptor.size() ? descriptor.subspan(offset) : ByteSpan();
    };
    const ByteSpan newOwner = owner ? sidAt(tail(owner)) : ByteSpan();
    const ByteSpan newGroup = group ? sidAt(tail(group)) : ByteSpan();
    const ByteSpan newDacl = (control & 4) && dacl ? aclAt(tail(dacl)) : ByteSpan();
    const ByteSpan newSacl = (control & 0x10) && sacl ? aclAt(tail(sacl)) : ByteSpan();
    if ((owner && newOwner.empty()) || (group && newGroup.empty())
        || ((control & 4) && dacl && newDacl.empty())
        || ((control & 0x10) && sacl && newSacl.empty())) {
        return status::kInvalidSecurityDescr;
    }
    const auto put = [](Buffer& to, ByteSpan from) { to.assign(from.begin(), from.end()); };
    if ((what & 1) && owner) {
        put(node.owner, newOwner);
    }
    if ((what & 2) && group) {
        put(node.group, newGroup);
    }
    if (what & 4) {
        put(node.dacl, newDacl);
    }
    if (what & 8) {
        put(node.sacl, newSacl);
    }
    return status::kSuccess;
}

Buffer securityDescriptor(const ServerCore& server, const Node& node, std::uint32_t what)
{
    Writer out;
    out.u8(1);
    out.u8(0);
    std::uint16_t control = 0x8000;
    out.u16(0);
    out.zeros(16);
    const auto part = [&](std::size_t at, ByteSpan bytes) {
        out.align(4);
        out.put32(at, static_cast<std::uint32_t>(out.size()));
        out.bytes(bytes);
    };
    if (what & 1) {
        part(4, node.owner.empty() ? span(kAdministrators) : ByteSpan(node.owner));
    }
    if (what & 2) {
        part(8, node.group.empty() ? span(kAdministrators) : ByteSpan(node.group));
    }
    if ((what & 8) && !node.sacl.empty()) {
        control |= 0x10;
        part(12, node.sacl);
    }
    if (what & 4) {
        control |= 4;
        if (node.dacl.empty()) {
            Writer acl;
            acl.u16(2);
            acl.u16(8 + 8 + sizeof kEveryone);
            acl.u16(1);
            acl.u16(0);
            acl.u16(0);
            acl.u16(8 + sizeof kEveryone);
            acl.u32(access::kAll);
            acl.bytes(span(kEveryone));
            part(16, acl.buffer);
        } else {
            part(16, node.dacl);
        }
    }
    out.put16(2, control);
    return std::move(out.buffer);
}

std::uint32_t setExtendedAttributes(Node& node, ByteSpan bytes)
{
    std::vector<ExtendedAttribute> updated = node.extendedAttributes;
    std::size_t base = 0;
    for (int bound = 0; !bytes.empty() && bound < 4096; ++bound) {
        Reader in(bytes.subspan(base));
        const std::uint32_t next = in.u32();
        const std::uint8_t flags = in.u8();
        const std::uint8_t nameLength = in.u8();
        const std::uint16_t valueLength = in.u16();
        const ByteSpan nameBytes = in.bytes(nameLength);
        in.u8();
        const ByteSpan value = in.bytes(valueLength);
        if (!in.ok() || nameLength == 0) {
            return 0x80000014u; // STATUS_EA_LIST_INCONSISTENT
        }
        std::string name(reinterpret_cast<const char*>(nameBytes.data()), nameBytes.size());
        for (char& c : name) {
            c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32)
                                     : c; // NTFS keeps EA names in upper case
        }
        std::erase_if(updated, [&](const ExtendedAttribute& ea) { return ea.name == name; });
        if (!value.empty()) {
            updated.push_back({ name, Buffer(value.begin(), value.end()), flags });
        }
        if (next == 0) {
            break;
        }
        if (next % 4 != 0 || next < 9 || next >= bytes.size() - base) {
            return 0x80000014u;
        }
        base += next;
    }
    std::size_t total = 0;
    for (const auto& ea : updated) {
        total += 9 + ea.name.size() + ea.value.size();
    }
    if (total > 65535) {
        return status::kEaTooLarge;
    }
    node.extendedAttributes = std::move(updated);
    return status::kSuccess;
}

} // namespace rdrlab::server
