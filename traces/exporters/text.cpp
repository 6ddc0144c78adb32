#include "traces/exporters/text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace rdrlab::trace {

namespace {

constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kReplacement = "\uFFFD";

// The bytes of the next character, or of one malformed byte.
std::size_t step(std::string_view text)
{
    return std::max<std::size_t>(utf8Length(text), 1);
}

std::string_view firstCharacters(std::string_view text, std::size_t count)
{
    std::size_t bytes = 0;
    for (; count != 0 && bytes < text.size(); --count) {
        bytes += step(text.substr(bytes));
    }
    return text.substr(0, bytes);
}

} // namespace

std::size_t utf8Length(std::string_view text)
{
    if (text.empty()) {
        return 0;
    }
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    const std::size_t length = first < 0x80 ? 1
        : first < 0xC2                      ? 0
        : first < 0xE0                      ? 2
        : first < 0xF0                      ? 3
        : first < 0xF5                      ? 4
                                            : 0;
    if (length == 0 || length > text.size()) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) {
            return 0;
        }
    }
    const bool isWrong = length > 2
        && ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)
            || (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F));
    return isWrong ? 0 : length;
}

std::string xmlText(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8Length(text);
        const char first = text[0];
        const bool isForbidden = length == 0
            || (length == 1 && static_cast<unsigned char>(first) < 0x20 && first != '\n'
                && first != '\t')
            || first == 0x7f || text.starts_with("\uFFFE") || text.starts_with("\uFFFF");
        if (isForbidden) {
            out += kReplacement;
        } else if (first == '<') {
            out += "&lt;";
        } else if (first == '>') {
            out += "&gt;";
        } else if (first == '&') {
            out += "&amp;";
        } else if (first == '"') {
            out += "&quot;";
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::size_t characters(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += step(text.substr(at))) {
        ++count;
    }
    return count;
}

std::string cutEnd(std::string_view text, std::size_t most)
{
    if (characters(text) <= most) {
        return std::string(text);
    }
    return most == 0 ? std::string()
                     : std::string(firstCharacters(text, most - 1)) + std::string(kEllipsis);
}

std::string cutMiddle(std::string_view text, std::size_t most)
{
    const std::size_t count = characters(text);
    if (count <= most || most < 3) {
        return cutEnd(text, most);
    }
    const std::size_t front = (most - 1) / 3;
    const std::size_t back = most - 1 - front;
    const std::string_view start = firstCharacters(text, front);
    const std::size_t skipped = firstCharacters(text, count - back).size();
    return std::string(start) + std::string(kEllipsis) + std::string(text.substr(skipped));
}

std::string statusText(std::int32_t status)
{
    const std::string_view name = statusName(status);
    if (!name.empty()) {
        return std::string(name);
    }
    char text[16];
    std::snprintf(text, sizeof text, "0x%08x", static_cast<unsigned>(status));
    return text;
}

std::string durationText(std::uint64_t nanoseconds)
{
    struct Unit
    {
        std::uint64_t below;
        double size;
        int digits;
        const char* name;
    };
    static constexpr Unit kUnits[] = { { 1'000, 1, 0, " ns" },
                                       { 1'000'000, 1e3, 1, " µs" },
                                       { 1'000'000'000, 1e6, 2, " ms" },
                                       { UINT64_MAX, 1e9, 2, " s" } };
    const Unit* unit = kUnits;
    for (; unit->below != UINT64_MAX && nanoseconds >= unit->below; ++unit) { }
    return fixedText(double(nanoseconds) / unit->size, unit->digits) + unit->name;
}

std::string fixedText(double value, int digits)
{
    char text[64];
    const auto end
        = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
    return end.ec == std::errc() ? std::string(text, end.ptr) : std::string("?");
}

std::string counted(std::uint64_t number, std::string_view noun)
{
    return std::to_string(number) + ' ' + std::string(noun) + (number == 1 ? "" : "s");
}

NameParts nameParts(std::string_view canonical)
{
    const std::size_t colon = canonical.find(':');
    const std::size_t mark = canonical.find('#');
    const std::size_t split = std::min(colon, mark);
    if (split == canonical.npos) {
        return { canonical, {} };
    }
    return { canonical.substr(0, split), canonical.substr(split + (split == colon ? 1 : 0)) };
}

} // namespace rdrlab::trace
