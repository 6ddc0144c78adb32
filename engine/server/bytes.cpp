// Text between UTF-8 and UTF-16, and the upcase mapping that makes names case-insensitive.
#include "engine/server/bytes.h"

namespace rdrlab::server {

std::u16string wide(std::string_view utf8)
{
    std::u16string out;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto first = static_cast<unsigned char>(utf8[i]);
        const std::size_t extra = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        char32_t code = extra == 0 ? first : first & (0x3Fu >> extra);
        if ((first >= 0x80 && first < 0xC2) || i + extra >= utf8.size()) {
            out += u'\uFFFD';
            ++i;
            continue;
        }
        for (std::size_t k = 1; k <= extra; ++k) {
            code = code << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3F);
        }
        i += extra + 1;
        if (code >= 0x10000) {
            code -= 0x10000;
            out += static_cast<char16_t>(0xD800 + (code >> 10 & 0x3FF));
            out += static_cast<char16_t>(0xDC00 + (code & 0x3FF));
        } else {
            out += static_cast<char16_t>(code);
        }
    }
    return out;
}

std::string narrow(std::u16string_view utf16)
{
    std::string out;
    for (std::size_t i = 0; i < utf16.size(); ++i) {
        char32_t code = utf16[i];
        if (code >= 0xD800 && code < 0xDC00 && i + 1 < utf16.size()) {
            code = 0x10000 + ((code - 0xD800) << 10) + (utf16[++i] - 0xDC00u);
        }
        if (code < 0x80) {
            out += static_cast<char>(code);
        } else if (code < 0x800) {
            out += static_cast<char>(0xC0 | code >> 6);
            out += static_cast<char>(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            out += static_cast<char>(0xE0 | code >> 12);
            out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
            out += static_cast<char>(0x80 | (code & 0x3F));
        } else {
            out += static_cast<char>(0xF0 | (code >> 18 & 7));
            out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
            out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
            out += static_cast<char>(0x80 | (code & 0x3F));
        }
    }
    return out;
}

char16_t upcase(char16_t c)
{
    const auto minus = [c](int by) { return static_cast<char16_t>(c - by); };
    if (c < 0x80) {
        return c >= u'a' && c <= u'z' ? minus(32) : c;
    }
    if (c >= 0xE0 && c <= 0xFE && c != 0xF7) {
        return minus(32);
    }
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x460 && c <= 0x481)
        || (c >= 0x48A && c <= 0x4BF)) {
        return (c & 1) && c != 0x131 ? minus(1) : c;
    }
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) {
        return (c & 1) ? c : minus(1);
    }
    if (c >= 0x3B1 && c <= 0x3CB && c != 0x3C2) {
        return minus(32);
    }
    if (c >= 0x430 && c <= 0x44F) {
        return minus(32);
    }
    return c >= 0x450 && c <= 0x45F ? minus(80) : c;
}

std::u16string upcase(std::u16string_view text)
{
    std::u16string out(text);
    for (char16_t& c : out) {
        c = upcase(c);
    }
    return out;
}

} // namespace rdrlab::server
