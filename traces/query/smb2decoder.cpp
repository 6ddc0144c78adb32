// The machinery that messages are told with.
#include "traces/query/smb2decoder.h"
#include "traces/query/smb2bytes.h"

#include <chrono>
#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kMostText = 2048; // bytes of one text that are shown

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

std::string wireTime(std::uint64_t ticks)
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

std::vector<WireField> Smb2Decoder::takeFields(std::span<const WireRange> missing)
{
    std::vector<bool> isStructure(missing.empty() ? 0 : m_fields.size());
    for (std::size_t i = isStructure.size(); i-- > 0;) {
        WireField& field = m_fields[i];
        if (field.parent >= 0) {
            isStructure[std::size_t(field.parent)] = true;
        }
        const auto behind
            = std::partition_point(missing.begin(), missing.end(), [&](const WireRange& range) {
                  return range.end <= field.offset;
              });
        const bool isMissing
            = behind != missing.end() && behind->begin < field.offset + std::max(field.length, 1u);
        if (isMissing && (field.isWrong || !isStructure[i])) {
            // What zeros would say, or what is wrong with them, is nobody's fault.
            field.value = "not recorded";
            field.isWrong = false;
        } else if (isMissing && behind->begin <= field.offset) {
            field.value.clear();
        }
    }
    if (isFull()) {
        m_fields.pop_back();
        WireField last;
        last.name = "…";
        last.value = fmt::format("more than {} fields: the rest is not told", kMostWireFields);
        last.isWrong = true;
        m_fields.push_back(std::move(last));
    }
    return std::move(m_fields);
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
        add(name, wireTime(value), m_at - 8, 8, false);
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

namespace {

std::string notThere(std::size_t at, std::size_t count)
{
    return fmt::format("{} bytes at offset {} that are not there", count, at);
}

} // namespace

std::string Smb2Decoder::text(const char* name, std::size_t at, std::size_t count)
{
    if (!has(at, count)) {
        wrong(name, notThere(at, count));
        return {};
    }
    std::string shown = wireText(m_bytes.subspan(at, std::min(count, kMostText)));
    shown += count > kMostText ? "…" : "";
    add(name, "\"" + shown + "\"", at, count, false);
    return shown;
}

std::string Smb2Decoder::narrowText(const char* name, std::size_t at, std::size_t count)
{
    if (!has(at, count)) {
        wrong(name, notThere(at, count));
        return {};
    }
    std::string shown;
    for (std::size_t i = 0; i < std::min(count, kMostText); ++i) {
        const auto letter = std::uint8_t(m_bytes[at + i]);
        shown += letter >= 0x20 && letter < 0x7F ? std::string(1, char(letter)) : "\uFFFD";
    }
    shown += count > kMostText ? "…" : "";
    add(name, "\"" + shown + "\"", at, count, false);
    return shown;
}

Smb2Decoder::Area Smb2Decoder::area(
    const char* offsetName,
    std::size_t offsetBytes,
    const char* lengthName,
    std::size_t lengthBytes)
{
    const std::uint64_t offset = number(offsetName, offsetBytes);
    const std::uint64_t length = number(lengthName, lengthBytes);
    return { m_told.header + std::size_t(offset), std::size_t(length) };
}

void Smb2Decoder::said(const char* name, std::string value, std::size_t at, std::size_t count)
{
    if (has(at, count)) {
        add(name, std::move(value), at, count, false);
    }
}

void Smb2Decoder::blob(const char* name, std::size_t at, std::size_t count)
{
    if (count == 0) {
        return;
    }
    if (!has(at, count)) {
        wrong(name, notThere(at, count));
        return;
    }
    add(name, fmt::format("{} bytes", count), at, count, false);
}

void decodeChain(
    Smb2Decoder& decoder,
    const char* name,
    std::size_t at,
    std::size_t bytes,
    std::size_t smallest,
    const std::function<std::string()>& record,
    const char* nextName)
{
    if (!decoder.has(at, bytes)) {
        decoder.blob(name, at, bytes);
        return;
    }
    // Each record is at least `smallest` bytes behind the one before: the loop ends.
    const std::size_t end = at + bytes;
    while (end - at >= smallest && !decoder.isFull()) {
        Smb2Decoder::Scope scope(decoder, name, at);
        const auto next = std::size_t(decoder.peek(at, 4));
        const bool isLast = next < smallest || next > end - at;
        const std::size_t stop = isLast ? end : at + next;
        const Smb2Decoder::Window window(decoder, stop);
        scope.covers(stop - at);
        decoder.number(nextName, 4);
        scope.say(record());
        if (isLast) {
            if (next != 0) {
                decoder.wrong(nextName, fmt::format("{} leads to no other entry", next));
            }
            return;
        }
        at = stop;
    }
}

} // namespace rdrlab::trace
