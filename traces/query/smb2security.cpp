// Security descriptors as they stand in QUERY_INFO, SET_INFO and CREATE ([MS-DTYP] 2.4).
#include "traces/query/smb2bytes.h"
#include "traces/query/smb2decoder.h"

#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

constexpr unsigned kMostSubAuthorities = 15;

// Who is meant by a SID that is the same everywhere ([MS-DTYP] 2.4.2.4).
std::string_view wellKnown(std::string_view sid)
{
    static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        { "S-1-0-0", "Nobody" },
        { "S-1-1-0", "Everyone" },
        { "S-1-2-0", "Local" },
        { "S-1-3-0", "Creator Owner" },
        { "S-1-3-1", "Creator Group" },
        { "S-1-3-4", "Owner Rights" },
        { "S-1-5-2", "Network" },
        { "S-1-5-4", "Interactive" },
        { "S-1-5-7", "Anonymous" },
        { "S-1-5-11", "Authenticated Users" },
        { "S-1-5-18", "Local System" },
        { "S-1-5-19", "Local Service" },
        { "S-1-5-20", "Network Service" },
        { "S-1-5-32-544", "Administrators" },
        { "S-1-5-32-545", "Users" },
        { "S-1-5-32-546", "Guests" },
        { "S-1-5-32-547", "Power Users" },
        { "S-1-5-32-551", "Backup Operators" },
        { "S-1-16-4096", "Low Mandatory Level" },
        { "S-1-16-8192", "Medium Mandatory Level" },
        { "S-1-16-12288", "High Mandatory Level" },
        { "S-1-16-16384", "System Mandatory Level" },
    };
    for (const auto& [known, name] : kNames) {
        if (known == sid) {
            return name;
        }
    }
    return sid.starts_with("S-1-22-1-") ? "Unix user"
        : sid.starts_with("S-1-22-2-")  ? "Unix group"
                                        : "";
}

constexpr WireName kControl[] = {
    { 0x0001, "SE_OWNER_DEFAULTED" },       { 0x0002, "SE_GROUP_DEFAULTED" },
    { 0x0004, "SE_DACL_PRESENT" },          { 0x0008, "SE_DACL_DEFAULTED" },
    { 0x0010, "SE_SACL_PRESENT" },          { 0x0020, "SE_SACL_DEFAULTED" },
    { 0x0040, "SE_DACL_TRUSTED" },          { 0x0080, "SE_SERVER_SECURITY" },
    { 0x0100, "SE_DACL_AUTO_INHERIT_REQ" }, { 0x0200, "SE_SACL_AUTO_INHERIT_REQ" },
    { 0x0400, "SE_DACL_AUTO_INHERITED" },   { 0x0800, "SE_SACL_AUTO_INHERITED" },
    { 0x1000, "SE_DACL_PROTECTED" },        { 0x2000, "SE_SACL_PROTECTED" },
    { 0x4000, "SE_RM_CONTROL_VALID" },      { 0x8000, "SE_SELF_RELATIVE" },
};
constexpr WireName kAceTypes[] = {
    { 0x00, "ACCESS_ALLOWED_ACE_TYPE" },
    { 0x01, "ACCESS_DENIED_ACE_TYPE" },
    { 0x02, "SYSTEM_AUDIT_ACE_TYPE" },
    { 0x05, "ACCESS_ALLOWED_OBJECT_ACE_TYPE" },
    { 0x06, "ACCESS_DENIED_OBJECT_ACE_TYPE" },
    { 0x07, "SYSTEM_AUDIT_OBJECT_ACE_TYPE" },
    { 0x09, "ACCESS_ALLOWED_CALLBACK_ACE_TYPE" },
    { 0x0A, "ACCESS_DENIED_CALLBACK_ACE_TYPE" },
    { 0x0B, "ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE" },
    { 0x0C, "ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE" },
    { 0x0D, "SYSTEM_AUDIT_CALLBACK_ACE_TYPE" },
    { 0x0F, "SYSTEM_AUDIT_CALLBACK_OBJECT_ACE_TYPE" },
    { 0x11, "SYSTEM_MANDATORY_LABEL_ACE_TYPE" },
    { 0x12, "SYSTEM_RESOURCE_ATTRIBUTE_ACE_TYPE" },
    { 0x13, "SYSTEM_SCOPED_POLICY_ID_ACE_TYPE" },
};
constexpr WireName kAceFlags[] = {
    { 0x01, "OBJECT_INHERIT_ACE" },
    { 0x02, "CONTAINER_INHERIT_ACE" },
    { 0x04, "NO_PROPAGATE_INHERIT_ACE" },
    { 0x08, "INHERIT_ONLY_ACE" },
    { 0x10, "INHERITED_ACE" },
    { 0x40, "SUCCESSFUL_ACCESS_ACE_FLAG" },
    { 0x80, "FAILED_ACCESS_ACE_FLAG" },
};
constexpr WireName kObjectFlags[]
    = { { 1, "ACE_OBJECT_TYPE_PRESENT" }, { 2, "ACE_INHERITED_OBJECT_TYPE_PRESENT" } };

bool isObjectAce(std::uint64_t type)
{
    return (type >= 0x05 && type <= 0x08) || type == 0x0B || type == 0x0C || type == 0x0F
        || type == 0x10;
}

// "allowed", "denied" and so on, for the line of an entry.
std::string_view verb(std::uint64_t type)
{
    switch (type) {
    case 0x00:
    case 0x05:
    case 0x09:
    case 0x0B:
        return "allows";
    case 0x01:
    case 0x06:
    case 0x0A:
    case 0x0C:
        return "denies";
    case 0x02:
    case 0x07:
    case 0x0D:
    case 0x0F:
        return "audits";
    default:
        return "is for";
    }
}

void acl(Smb2Decoder& decoder, const char* name, std::size_t at)
{
    constexpr std::size_t kHeader = 8;
    constexpr std::size_t kSmallestAce = 4;
    Smb2Decoder::Scope list(decoder, name, at);
    decoder.number("AclRevision", 1);
    decoder.skip(1);
    const auto size = std::size_t(decoder.number("AclSize", 2));
    const std::uint64_t count = decoder.number("AceCount", 2);
    decoder.skip(2);
    list.say(count == 1 ? "1 entry" : fmt::format("{} entries", count));
    if (size < kHeader || !decoder.has(at, size)) {
        decoder.wrong("AclSize", fmt::format("{} bytes do not fit", size));
        return;
    }
    list.covers(size);
    const Smb2Decoder::Window window(decoder, at + size);
    std::size_t place = at + kHeader;
    for (std::uint64_t i = 0; i < count && !decoder.isFull(); ++i) {
        const auto bytes = std::size_t(decoder.peek(place + 2, 2));
        if (bytes < kSmallestAce || !decoder.has(place, bytes)) {
            decoder.skip(place - decoder.at());
            decoder.wrong("ACE", fmt::format("entry {} of {} does not fit", i + 1, count));
            return;
        }
        Smb2Decoder::Scope entry(decoder, "ACE", place);
        const Smb2Decoder::Window inner(decoder, place + bytes);
        entry.covers(bytes);
        const std::uint64_t type = decoder.choice("AceType", 1, kAceTypes);
        decoder.flags("AceFlags", 1, kAceFlags);
        decoder.number("AceSize", 2);
        decoder.flags("Mask", 4, kWireAccess);
        if (isObjectAce(type)) {
            const std::uint64_t flags = decoder.flags("Flags", 4, kObjectFlags);
            if ((flags & 1) != 0) {
                decoder.guid("ObjectType");
            }
            if ((flags & 2) != 0) {
                decoder.guid("InheritedObjectType");
            }
        }
        const std::string sid = decodeSid(decoder, "Sid");
        entry.say(fmt::format("{} {}", verb(type), sid));
        if (decoder.left() != 0) {
            decoder.raw("ApplicationData", decoder.left());
        }
        place += bytes;
    }
}

} // namespace

std::string decodeSid(Smb2Decoder& decoder, const char* name)
{
    constexpr std::size_t kFixed = 8;
    const std::size_t at = decoder.at();
    const auto count = std::size_t(decoder.peek(at + 1, 1));
    const std::size_t bytes = kFixed + 4 * count;
    if (decoder.hasFailed()) {
        return {};
    }
    if (!decoder.has(at, bytes) || count > kMostSubAuthorities) {
        decoder.wrong(name, "the bytes are no SID");
        return {};
    }
    std::uint64_t authority = 0;
    for (std::size_t i = 2; i < kFixed; ++i) {
        authority = authority << 8 | decoder.peek(at + i, 1);
    }
    std::string text = fmt::format("S-{}-", decoder.peek(at, 1));
    text += authority < (1ull << 32) ? fmt::format("{}", authority)
                                     : fmt::format("0x{:012x}", authority);
    for (std::size_t i = 0; i < count; ++i) {
        text += fmt::format("-{}", decoder.peek(at + kFixed + 4 * i, 4));
    }
    const std::string_view known = wellKnown(text);
    text += known.empty() ? "" : fmt::format(" ({})", known);
    decoder.said(name, text, at, bytes);
    decoder.skip(bytes);
    return text;
}

void decodeSecurityDescriptor(Smb2Decoder& decoder, Smb2Decoder::Area area)
{
    if (!decoder.has(area.at, area.bytes)) {
        decoder.blob("SecurityDescriptor", area);
        return;
    }
    const Smb2Decoder::Scope descriptor(decoder, "SecurityDescriptor", area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    decoder.number("Revision", 1);
    decoder.number("Sbz1", 1);
    decoder.flags("Control", 2, kControl);
    const auto owner = std::size_t(decoder.number("OffsetOwner", 4));
    const auto group = std::size_t(decoder.number("OffsetGroup", 4));
    const auto sacl = std::size_t(decoder.number("OffsetSacl", 4));
    const auto dacl = std::size_t(decoder.number("OffsetDacl", 4));
    if (decoder.hasFailed()) {
        return;
    }
    const auto sid = [&](const char* name, std::size_t offset) {
        if (offset != 0) {
            decoder.skip(area.at + offset - decoder.at());
            decodeSid(decoder, name);
        }
    };
    sid("Owner", owner);
    sid("Group", group);
    if (sacl != 0) {
        acl(decoder, "Sacl", area.at + sacl);
    }
    if (dacl != 0) {
        acl(decoder, "Dacl", area.at + dacl);
    }
}

} // namespace rdrlab::trace
