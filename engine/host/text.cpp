#include "engine/host/text.h"

#include <cstddef>

namespace rdrlab::host {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Decoded
{
    char32_t codePoint;
    size_t bytes;
    bool valid;
};

// Reads one code point at `at` (which is inside the text). The bounds of the second byte exclude
// overlong forms, surrogates and what lies above U+10FFFF.
Decoded decodeUtf8(std::string_view text, size_t at)
{
    const auto byteAt = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned char lead = byteAt(at);
    if (lead < 0x80)
        return { lead, 1, true };
    size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    char32_t value = 0;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
        value = lead & 0x1F;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        value = lead & 0x0F;
        if (lead == 0xE0)
            low = 0xA0;
        if (lead == 0xED)
            high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        value = lead & 0x07;
        if (lead == 0xF0)
            low = 0x90;
        if (lead == 0xF4)
            high = 0x8F;
    } else {
        return { kReplacement, 1, false };
    }
    for (size_t index = 1; index < length; ++index) {
        if (at + index >= text.size() || byteAt(at + index) < low || byteAt(at + index) > high)
            return { kReplacement, index, false };
        value = (value << 6) | (byteAt(at + index) & 0x3F);
        low = 0x80;
        high = 0xBF;
    }
    return { value, length, true };
}

void appendUtf8(std::string& out, char32_t value)
{
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (value < 0x80) {
        put(value);
    } else if (value < 0x800) {
        put(0xC0 | (value >> 6));
        put(0x80 | (value & 0x3F));
    } else if (value < 0x10000) {
        put(0xE0 | (value >> 12));
        put(0x80 | ((value >> 6) & 0x3F));
        put(0x80 | (value & 0x3F));
    } else {
        put(0xF0 | (value >> 18));
        put(0x80 | ((value >> 12) & 0x3F));
        put(0x80 | ((value >> 6) & 0x3F));
        put(0x80 | (value & 0x3F));
    }
}

} // namespace

std::u16string toUtf16(std::string_view utf8)
{
    std::u16string out;
    out.reserve(utf8.size());
    for (size_t at = 0; at < utf8.size();) {
        const Decoded next = decodeUtf8(utf8, at);
        at += next.bytes;
        if (next.codePoint < 0x10000) {
            out.push_back(static_cast<char16_t>(next.codePoint));
        } else {
            const char32_t offset = next.codePoint - 0x10000;
            out.push_back(static_cast<char16_t>(0xD800 + (offset >> 10)));
            out.push_back(static_cast<char16_t>(0xDC00 + (offset & 0x3FF)));
        }
    }
    return out;
}

std::string toUtf8(std::u16string_view utf16)
{
    std::string out;
    out.reserve(utf16.size());
    for (size_t at = 0; at < utf16.size(); ++at) {
        char32_t value = utf16[at];
        if (value >= 0xD800 && value < 0xE000) {
            const bool paired = value < 0xDC00 && at + 1 < utf16.size() && utf16[at + 1] >= 0xDC00
                && utf16[at + 1] < 0xE000;
            value = paired
                ? 0x10000 + ((value - 0xD800) << 10) + (utf16[++at] - char32_t { 0xDC00 })
                : kReplacement;
        }
        appendUtf8(out, value);
    }
    return out;
}

bool isUtf8(std::string_view text)
{
    for (size_t at = 0; at < text.size();) {
        const Decoded next = decodeUtf8(text, at);
        if (!next.valid)
            return false;
        at += next.bytes;
    }
    return true;
}

} // namespace rdrlab::host
