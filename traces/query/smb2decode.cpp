// The frame, the headers, and the machinery that the commands are told with.
#include "traces/query/smb2bytes.h"
#include "traces/query/smb2decoder.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kFraming = 4;
constexpr std::size_t kHeader = 64;
constexpr unsigned kMostCompounds = 256;
constexpr std::size_t kMostText = 2048; // bytes of one text that are shown

std::string timeText(std::uint64_t ticks)
{
    if (ticks == 0) {
        return "0 (not set)";
    }
    if (ticks > 0x7FFFFFFFFFFFFFFFull) {
        return fmt::format("{} (do not change)", std::int64_t(ticks));
    }
    using namespace std::chrono;
    // 1601-01-01; a tick is 100 ns. The calendar of <chrono> ends with the year 32767.
    constexpr std::uint64_t kTicksPerDay = 864'000'000'000;
    const std::uint64_t days = ticks / kTicksPerDay;
    constexpr std::uint64_t kMostDays = 365 * 30'000;
    if (days > kMostDays) {
        return fmt::format("{}", ticks);
    }
    const year_month_day date(
        sys_days(year(1601) / January / 1) + std::chrono::days(std::int64_t(days)));
    const std::uint64_t rest = ticks % kTicksPerDay;
    const std::uint64_t seconds = rest / 10'000'000;
    return fmt::format(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:07} UTC", int(date.year()), unsigned(date.month()),
        unsigned(date.day()), seconds / 3600, seconds / 60 % 60, seconds % 60, rest % 10'000'000);
}

void appendCharacter(std::string& text, std::uint32_t code)
{
    if (code < 0x80) {
        text += char(code);
    } else if (code < 0x800) {
        text += char(0xC0 | code >> 6);
        text += char(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        text += char(0xE0 | code >> 12);
        text += char(0x80 | (code >> 6 & 0x3F));
        text += char(0x80 | (code & 0x3F));
    } else {
        text += char(0xF0 | code >> 18);
        text += char(0x80 | (code >> 12 & 0x3F));
        text += char(0x80 | (code >> 6 & 0x3F));
        text += char(0x80 | (code & 0x3F));
    }
}

} // namespace

std::string wireText(std::span<const std::byte> bytes)
{
    constexpr std::uint32_t kReplacement = 0xFFFD;
    std::string text;
    const std::size_t units = bytes.size() / 2;
    for (std::size_t i = 0; i < units; ++i) {
        auto code = std::uint32_t(littleEndian(bytes, 2 * i, 2));
        if (code >= 0xD800 && code < 0xE000) {
            const auto low = i + 1 < units ? std::uint32_t(littleEndian(bytes, 2 * i + 2, 2)) : 0u;
            const bool isPair = code < 0xDC00 && low >= 0xDC00 && low < 0xE000;
            code = isPair ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : kReplacement;
            i += isPair ? 1 : 0;
        }
        appendCharacter(text, code < 0x20 || code == 0x7F ? kReplacement : code);
    }
    return text;
}

Smb2Decoder::Scope::Scope(Smb2Decoder& decoder, std::string name, std::size_t at, bool returns)
    : m_decoder(decoder)
    , m_index(decoder.isFull() ? SIZE_MAX : decoder.m_fields.size())
    , m_begin(at)
    , m_back(decoder.m_at)
    , m_parent(decoder.m_parent)
    , m_returns(returns)
    , m_failedBefore(decoder.m_failed)
{
    if (m_index != SIZE_MAX) {
        decoder.add(std::move(name), {}, std::min(at, decoder.m_bytes.size()), 0, false);
        decoder.m_parent = std::int32_t(m_index);
    }
    decoder.m_at = at;
    decoder.m_failed = false;
}

Smb2Decoder::Scope::~Scope()
{
    if (m_index != SIZE_MAX) {
        const std::size_t most = m_decoder.m_bytes.size();
        const std::size_t begin = std::min(m_begin, most);
        const std::size_t length
            = m_length != 0 ? m_length : std::max(m_decoder.m_at, begin) - begin;
        m_decoder.m_fields[m_index].length = std::uint32_t(std::min(length, most - begin));
    }
    m_decoder.m_parent = m_parent;
    if (m_returns) {
        m_decoder.m_at = m_back;
        m_decoder.m_failed = m_failedBefore;
    }
}

void Smb2Decoder::Scope::say(std::string value)
{
    if (m_index != SIZE_MAX) {
        m_decoder.m_fields[m_index].value = std::move(value);
    }
}

std::uint64_t Smb2Decoder::peek(std::size_t at, std::size_t count) const
{
    return has(at, count) ? littleEndian(m_bytes, at, count) : 0;
}

std::span<const std::byte> Smb2Decoder::bytes(std::size_t at, std::size_t count) const
{
    return has(at, count) ? m_bytes.subspan(at, count) : std::span<const std::byte>();
}

void Smb2Decoder::add(
    std::string name, std::string value, std::size_t at, std::size_t count, bool isWrong)
{
    if (!isFull()) {
        m_fields.push_back({ std::move(name), std::move(value), std::uint32_t(at),
                             std::uint32_t(count), m_parent, isWrong });
    }
}

void Smb2Decoder::wrong(const char* name, std::string what)
{
    const std::size_t at = std::min(m_at, m_bytes.size());
    add(name, std::move(what), at, std::min(m_end, m_bytes.size()) - std::min(at, m_end), true);
}

bool Smb2Decoder::take(const char* name, std::size_t count, std::uint64_t& value)
{
    value = 0;
    if (m_failed) {
        return false;
    }
    if (!has(m_at, count)) {
        m_failed = true;
        wrong(name, "the bytes end here");
        return false;
    }
    if (count <= 8) {
        value = littleEndian(m_bytes, m_at, count);
    }
    m_at += count;
    return true;
}

std::uint64_t Smb2Decoder::number(const char* name, std::size_t count)
{
    std::uint64_t value = 0;
    if (take(name, count, value)) {
        add(name, fmt::format("{}", value), m_at - count, count, false);
    }
    return value;
}

std::uint64_t Smb2Decoder::hex(const char* name, std::size_t count)
{
    std::uint64_t value = 0;
    if (take(name, count, value)) {
        add(name, fmt::format("0x{:0{}x}", value, 2 * count), m_at - count, count, false);
    }
    return value;
}

std::uint64_t Smb2Decoder::choice(const char* name, std::size_t count, WireNames names)
{
    std::uint64_t value = 0;
    if (take(name, count, value)) {
        add(name, wireChoice(value, names), m_at - count, count, false);
    }
    return value;
}

std::uint64_t Smb2Decoder::flags(const char* name, std::size_t count, WireNames names)
{
    std::uint64_t value = 0;
    if (take(name, count, value)) {
        add(name, wireFlags(value, names), m_at - count, count, false);
    }
    return value;
}

std::int32_t Smb2Decoder::status(const char* name)
{
    std::uint64_t value = 0;
    const bool good = take(name, 4, value);
    const auto code = std::int32_t(std::uint32_t(value));
    if (good) {
        const std::string_view known = statusName(code);
        add(name,
            known.empty() ? fmt::format("0x{:08x}", value)
                          : fmt::format("{} (0x{:08x})", known, value),
            m_at - 4, 4, false);
    }
    return code;
}

void Smb2Decoder::time(const char* name)
{
    std::uint64_t value = 0;
    if (take(name, 8, value)) {
        add(name, timeText(value), m_at - 8, 8, false);
    }
}

void Smb2Decoder::guid(const char* name)
{
    std::uint64_t value = 0;
    if (take(name, 16, value)) {
        const std::size_t at = m_at - 16;
        std::string text = fmt::format(
            "{:08x}-{:04x}-{:04x}-", littleEndian(m_bytes, at, 4), littleEndian(m_bytes, at + 4, 2),
            littleEndian(m_bytes, at + 6, 2));
        for (std::size_t i = 8; i < 16; ++i) {
            text += fmt::format("{}{:02x}", i == 10 ? "-" : "", std::uint8_t(m_bytes[at + i]));
        }
        add(name, text, at, 16, false);
    }
}

void Smb2Decoder::fileId(const char* name)
{
    std::uint64_t value = 0;
    if (take(name, 16, value)) {
        const std::size_t at = m_at - 16;
        const std::uint64_t lasting = littleEndian(m_bytes, at, 8);
        const std::uint64_t passing = littleEndian(m_bytes, at + 8, 8);
        add(name,
            lasting == UINT64_MAX && passing == UINT64_MAX
                ? "the one that the CREATE before in this unit opens"
                : fmt::format("0x{:x} : 0x{:x}", lasting, passing),
            at, 16, false);
    }
}

void Smb2Decoder::raw(const char* name, std::size_t count)
{
    std::uint64_t value = 0;
    if (count != 0 && take(name, count, value)) {
        constexpr std::size_t kShown = 16;
        std::string text;
        for (std::size_t i = 0; i < std::min(count, kShown); ++i) {
            text += fmt::format("{:02x}", std::uint8_t(m_bytes[m_at - count + i]));
        }
        add(name, text + (count > kShown ? "…" : ""), m_at - count, count, false);
    }
}

void Smb2Decoder::text(const char* name, std::size_t at, std::size_t count)
{
    if (!has(at, count)) {
        wrong(name, fmt::format("{} bytes at offset {} that are not there", count, at));
        return;
    }
    const std::string shown = wireText(m_bytes.subspan(at, std::min(count, kMostText)));
    add(name, "\"" + shown + (count > kMostText ? "…" : "") + "\"", at, count, false);
}

void Smb2Decoder::blob(const char* name, std::size_t at, std::size_t count)
{
    if (count == 0) {
        return;
    }
    if (!has(at, count)) {
        wrong(name, fmt::format("{} bytes at offset {} that are not there", count, at));
        return;
    }
    add(name, fmt::format("{} bytes", count), at, count, false);
}

namespace {

void decodeHeader(Smb2Decoder& decoder, std::size_t at, bool isResponse)
{
    Smb2Decoder::Scope header(decoder, "SMB2 header", at);
    decoder.raw("ProtocolId", 4);
    decoder.number("StructureSize", 2);
    decoder.number("CreditCharge", 2);
    if (isResponse) {
        decoder.status("Status");
    } else {
        decoder.number("ChannelSequence", 2);
        decoder.skip(2);
    }
    decoder.choice("Command", 2, kWireCommands);
    decoder.number(isResponse ? "CreditResponse" : "CreditRequest", 2);
    const std::uint64_t flags = decoder.flags("Flags", 4, kWireHeaderFlags);
    decoder.number("NextCommand", 4);
    decoder.number("MessageId", 8);
    if ((flags & 0x2) != 0) {
        decoder.hex("AsyncId", 8);
    } else {
        decoder.skip(4);
        decoder.hex("TreeId", 4);
    }
    decoder.hex("SessionId", 8);
    decoder.raw("Signature", 16);
}

// One message; returns where the next one of the unit begins, 0 when it is the last.
std::size_t decodeMessage(Smb2Decoder& decoder, std::size_t at, std::size_t end)
{
    decoder.setEnd(end);
    const bool isWhole = decoder.has(at, kHeader);
    const std::uint64_t next = isWhole ? decoder.peek(at + 20, 4) : 0;
    const bool isChained = next >= kHeader && next < end - at;
    const std::size_t stop = isChained ? at + std::size_t(next) : end;
    decoder.setEnd(stop);
    const auto command = std::uint16_t(decoder.peek(at + 12, 2));
    const bool isResponse = (decoder.peek(at + 16, 4) & 1) != 0;
    const auto status = std::int32_t(std::uint32_t(decoder.peek(at + 8, 4)));
    const std::string_view name = smb2CommandName(command);
    Smb2Decoder::Scope message(
        decoder,
        fmt::format(
            "{} {}", name.empty() ? fmt::format("command {}", command) : std::string(name),
            isResponse ? "response" : "request"),
        at);
    message.covers(stop - at);
    if (isResponse && status != 0) {
        message.say(
            statusName(status).empty() ? fmt::format("0x{:08x}", std::uint32_t(status))
                                       : std::string(statusName(status)));
    }
    decodeHeader(decoder, at, isResponse);
    if (next != 0 && !isChained && isWhole) {
        decoder.wrong("NextCommand", "leads out of the unit");
    }
    if (decoder.has(at + kHeader, 2)) {
        // A failure has the body of an ERROR response, but for statuses that are half successes.
        constexpr std::int32_t kMoreProcessing = std::int32_t(0xC0000016);
        const bool isError = isResponse && (status < 0 || status == 0x103)
            && status != kMoreProcessing && decoder.peek(at + kHeader, 2) == 9;
        decodeSmb2Body(decoder, command, isResponse, isError, at);
    }
    return isChained ? stop : 0;
}

void decodeTransform(Smb2Decoder& decoder, std::size_t at, std::size_t end)
{
    Smb2Decoder::Scope transform(decoder, "SMB2 TRANSFORM_HEADER", at);
    transform.say("encrypted: the recording does not have the key");
    decoder.raw("ProtocolId", 4);
    decoder.raw("Signature", 16);
    decoder.raw("Nonce", 16);
    decoder.number("OriginalMessageSize", 4);
    decoder.skip(2);
    decoder.hex("Flags", 2);
    decoder.hex("SessionId", 8);
    if (decoder.at() < end) {
        decoder.blob("Encrypted message", decoder.at(), end - decoder.at());
    }
}

} // namespace

std::vector<WireField> decodeSmb2(std::span<const std::byte> unit)
{
    Smb2Decoder decoder(unit);
    decoder.setEnd(unit.size());
    if (unit.empty()) {
        return {};
    }
    std::size_t end = unit.size();
    {
        Smb2Decoder::Scope framing(decoder, "Direct TCP transport", 0, false);
        decoder.number("Zero", 1);
        if (decoder.has(1, 3)) {
            const std::size_t length = bigEndian24(unit, 1);
            framing.say(fmt::format("{} bytes follow", length));
            framing.covers(kFraming);
            if (length > unit.size() - kFraming) {
                decoder.wrong(
                    "StreamProtocolLength",
                    fmt::format("{} bytes, {} are here", length, unit.size() - kFraming));
            } else {
                end = kFraming + length;
            }
        }
    }
    std::size_t at = kFraming;
    for (unsigned i = 0; i < kMostCompounds && at < end && !decoder.isFull(); ++i) {
        const std::uint64_t protocol = decoder.peek(at, 4);
        decoder.setEnd(end);
        if (protocol == 0x424D53FE) {
            const std::size_t next = decodeMessage(decoder, at, end);
            if (next == 0) {
                break;
            }
            at = next;
            continue;
        }
        if (protocol == 0x424D53FD) {
            decodeTransform(decoder, at, end);
        } else {
            decoder.blob(
                protocol == 0x424D53FF       ? "SMB1 message"
                    : protocol == 0x424D53FC ? "Compressed message"
                                             : "No SMB2",
                at, end - at);
        }
        break;
    }
    return decoder.takeFields();
}

} // namespace rdrlab::trace
