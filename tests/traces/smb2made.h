// SMB2 messages made for tests, and what is told of one.
#pragma once

#include "tests/traces/wirebytes.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace rdrlab::test {

enum Command : std::uint16_t
{
    Negotiate = 0,
    SessionSetup = 1,
    Create = 5,
    Ioctl = 11,
    QueryDirectory = 14,
    ChangeNotify = 15,
    QueryInfo = 16,
    SetInfo = 17,
    OplockBreak = 18
};

constexpr std::uint64_t kTime = 132'223'104'000'000'000; // 2020-01-01 00:00:00 UTC
constexpr std::uint32_t kSymlinkTag = 0xA000000C;

class Told
{
public:
    explicit Told(const std::vector<WireMessage>& messages, trace::Smb2Question question = {})
    {
        REQUIRE(messages.size() == 1);
        m_unit.bytes = wireUnit({ messages.front() });
        m_unit.questions = { question };
        decode();
    }
    explicit Told(trace::Smb2Unit unit)
        : m_unit(std::move(unit))
    {
        decode();
    }

    /// The first field of that name behind the one called `behind`.
    std::string operator()(std::string_view name, std::string_view behind = {}) const
    {
        bool isBehind = behind.empty();
        for (const trace::WireField& field : m_fields) {
            if (isBehind && field.name == name) {
                return field.value;
            }
            isBehind = isBehind || field.name == behind || field.value == behind;
        }
        return "(no such field)";
    }
    std::size_t count(std::string_view name) const
    {
        return std::size_t(
            std::count_if(m_fields.begin(), m_fields.end(), [&](const trace::WireField& field) {
                return field.name == name;
            }));
    }
    bool isRight() const
    {
        for (const trace::WireField& field : m_fields) {
            UNSCOPED_INFO(field.name << ": " << field.value);
        }
        return std::none_of(m_fields.begin(), m_fields.end(), [](const trace::WireField& field) {
            return field.isWrong;
        });
    }
    const trace::Smb2Unit& unit() const { return m_unit; }

private:
    void decode()
    {
        m_fields = trace::decodeSmb2(m_unit);
        for (std::size_t i = 0; i < m_fields.size(); ++i) {
            REQUIRE(m_fields[i].parent < std::int32_t(i));
            REQUIRE(m_fields[i].offset <= m_unit.bytes.size());
            REQUIRE(m_fields[i].length <= m_unit.bytes.size() - m_fields[i].offset);
        }
    }

    trace::Smb2Unit m_unit;
    std::vector<trace::WireField> m_fields;
};

inline WireMessage answer(std::uint16_t command, const WireBytes& buffer, std::uint32_t status = 0)
{
    return { command, true, status, wireAnswer(buffer) };
}

inline Told fileAnswer(unsigned infoClass, const WireBytes& buffer)
{
    return Told({ answer(QueryInfo, buffer) }, { 1, std::uint8_t(infoClass) });
}

inline Told volumeAnswer(unsigned infoClass, const WireBytes& buffer)
{
    return Told({ answer(QueryInfo, buffer) }, { 2, std::uint8_t(infoClass) });
}

inline WireMessage setInfo(unsigned type, unsigned infoClass, const WireBytes& buffer)
{
    WireBytes body;
    body.u16(33).u8(type).u8(infoClass).u32(buffer.size()).u16(96).u16(0).u32(0);
    body.u64(1).u64(2).bytes(buffer);
    return { SetInfo, false, 0, body };
}

inline WireMessage ioctl(std::uint32_t code, bool isResponse, const WireBytes& buffer)
{
    WireBytes body;
    if (isResponse) {
        body.u16(49).u16(0).u32(code).u64(1).u64(2).u32(112).u32(0).u32(112).u32(buffer.size());
        body.u32(0).u32(0);
    } else {
        body.u16(57).u16(0).u32(code).u64(1).u64(2).u32(120).u32(buffer.size()).u32(0);
        body.u32(0).u32(0).u32(4096).u32(1).u32(0);
    }
    return { Ioctl, isResponse, 0, body.bytes(buffer) };
}

inline WireBytes times()
{
    return WireBytes().u64(kTime).u64(kTime + 10'000'000).u64(kTime + 20'000'000).u64(0);
}

inline WireBytes sid(std::initializer_list<std::uint32_t> parts)
{
    WireBytes bytes;
    bytes.u8(1).u8(parts.size()).zeros(5).u8(5);
    for (const std::uint32_t part : parts) {
        bytes.u32(part);
    }
    return bytes;
}

// An owner, a group, and who may what.
inline WireBytes descriptor()
{
    const WireBytes owner = sid({ 32, 544 });
    const WireBytes group = sid({ 18 });
    WireBytes one;
    one.u8(0).u8(3).u16(8 + 20).u32(0x001F01FF).bytes(sid({ 21, 7, 1001 }));
    WireBytes other;
    other.u8(1).u8(0x10).u16(8 + 12).u32(0x00010000).bytes(group);
    WireBytes dacl;
    dacl.u8(2).u8(0).u16(8 + one.size() + other.size()).u16(2).u16(0).bytes(one).bytes(other);
    WireBytes bytes;
    bytes.u8(1).u8(0).u16(0x8004).u32(20).u32(20 + owner.size()).u32(0);
    bytes.u32(20 + owner.size() + group.size()).bytes(owner).bytes(group).bytes(dacl);
    return bytes;
}

inline WireBytes reparsePoint(bool inError)
{
    const std::u16string_view name = u"\\??\\C:\\x";
    WireBytes bytes;
    bytes.u32(kSymlinkTag).u16(12 + 4 * name.size()).u16(inError ? 6 : 0);
    bytes.u16(0).u16(2 * name.size()).u16(2 * name.size()).u16(2 * name.size()).u32(1);
    return bytes.wide(name).wide(name);
}

// Which parts an entry of a directory has, in the order of its class.
struct EntryKind
{
    unsigned infoClass;
    std::string_view parts; // t times, e EaSize, r tag, s short name, i id, w wide id, x other
};

constexpr EntryKind kEntryKinds[] = {
    { 1, "t" },      { 2, "te" },     { 3, "tes" },     { 12, "" },      { 37, "tes2i" },
    { 38, "te4i" },  { 50, "tix" },   { 60, "terw" },   { 63, "terws" }, { 78, "teri" },
    { 79, "teris" }, { 80, "teriw" }, { 81, "teriws" },
};

inline WireBytes entry(const EntryKind& kind, std::u16string_view name, bool isLast)
{
    WireBytes bytes;
    bytes.u32(0).u32(77);
    for (const char part : kind.parts) {
        if (part == 't') {
            bytes.bytes(times()).u64(1234).u64(4096).u32(0x20);
        }
    }
    bytes.u32(2 * name.size());
    for (const char part : kind.parts) {
        switch (part) {
        case 'e':
            bytes.u32(6);
            break;
        case 'r':
            bytes.u32(kSymlinkTag);
            break;
        case 's':
            bytes.u8(12).u8(0).wide(u"ABCDE~").zeros(12);
            break;
        case 'i':
            bytes.u64(0x1122334455667788);
            break;
        case 'w':
            bytes.u64(0xAA).u64(0xBB);
            break;
        case 'x':
            bytes.zeros(16).u32(3);
            break;
        case '2':
            bytes.zeros(2);
            break;
        case '4':
            bytes.zeros(4);
            break;
        default:
            break;
        }
    }
    bytes.wide(name);
    if (!isLast) {
        bytes.align(8);
        bytes.put(0, bytes.size(), 4);
    }
    return bytes;
}

inline WireMessage directoryAnswer(const EntryKind& kind)
{
    return answer(
        QueryDirectory, entry(kind, u"first.txt", false).bytes(entry(kind, u"second", true)));
}

inline WireBytes context(std::string_view name, const WireBytes& data, bool isLast)
{
    WireBytes bytes;
    const std::size_t dataOffset = (16 + name.size() + 7) / 8 * 8;
    bytes.u32(0).u16(16).u16(name.size()).u16(0).u16(data.size() != 0 ? dataOffset : 0);
    bytes.u32(data.size()).narrow(name).align(8).bytes(data);
    if (!isLast) {
        bytes.align(8);
        bytes.put(0, bytes.size(), 4);
    }
    return bytes;
}

inline WireMessage create(bool isResponse, const WireBytes& contexts)
{
    WireBytes body;
    if (isResponse) {
        body.u16(89).u8(0xFF).u8(0).u32(1).bytes(times()).u64(4096).u64(10).u32(0x20).u32(0);
        body.u64(1).u64(2).u32(152).u32(contexts.size());
    } else {
        body.u16(57).u8(0).u8(0xFF).u32(2).zeros(16).u32(1).u32(0).u32(7).u32(1).u32(0x40);
        body.u16(120).u16(2).u32(128).u32(contexts.size()).wide(u"a").zeros(6);
    }
    return { Create, isResponse, 0, body.bytes(contexts) };
}

inline WireBytes lease()
{
    return WireBytes().u64(1).u64(2).u32(7).u32(4).u64(0).u64(3).u64(4).u16(9).u16(0);
}

// Requests of which a response is made up of, so that both can be looked at together.
inline std::vector<std::vector<std::byte>> everyUnit()
{
    std::vector<std::vector<std::byte>> units;
    for (const EntryKind& kind : kEntryKinds) {
        units.push_back(wireUnit({ directoryAnswer(kind) }));
    }
    units.push_back(wireUnit({ answer(QueryInfo, descriptor()) }));
    units.push_back(wireUnit({ setInfo(3, 0, descriptor()) }));
    units.push_back(wireUnit({ ioctl(0x000900A8, true, reparsePoint(false)) }));
    units.push_back(wireUnit({ create(
        false, context("RqLs", lease(), false).bytes(context("SecD", descriptor(), true))) }));
    return units;
}

} // namespace rdrlab::test
