#include "traces/exporters/lines.h"

#include <algorithm>

namespace rdrlab::trace {

namespace {
constexpr std::string_view kCodes[] = { "", "1", "2", "31", "32", "33", "34", "35", "36" };
}

std::string paint(Colour colour, std::string_view text, bool hasColour)
{
    if (!hasColour || colour == Colour::Plain || text.empty()) {
        return std::string(text);
    }
    return "\033[" + std::string(kCodes[int(colour)]) + "m" + std::string(text) + "\033[0m";
}

std::size_t columns(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\033') {
            const std::size_t end = text.find('m', i);
            if (end == text.npos) {
                return count;
            }
            i = end;
            continue;
        }
        count += (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    }
    return count;
}

std::string shorten(std::string_view text, std::size_t width)
{
    if (columns(text) <= width || width == 0) {
        return std::string(text);
    }
    std::string out;
    std::size_t used = 0;
    bool isPainted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\033') {
            const std::size_t end = std::min(text.find('m', i), text.size() - 1);
            out += text.substr(i, end - i + 1);
            isPainted = true;
            i = end;
            continue;
        }
        const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
        if (starts && used + 1 == width) {
            out += "…";
            break;
        }
        used += starts;
        out += text[i];
    }
    return isPainted ? out + "\033[0m" : out;
}

void makeHarmless(char* begin, char* end)
{
    for (; begin != end; ++begin) {
        if (static_cast<unsigned char>(*begin) < 0x20 || *begin == 0x7f) {
            *begin = '?';
        }
    }
}

std::string harmless(std::string_view text)
{
    std::string out(text);
    makeHarmless(out.data(), out.data() + out.size());
    return out;
}

} // namespace rdrlab::trace
