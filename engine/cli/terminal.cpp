#include "engine/cli/terminal.h"

#include "traces/model/kinds.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rdrlab::cli {

namespace {

constexpr unsigned kSmallestWidth = 60;

Terminal look()
{
    Terminal found;
    found.isTerminal = isatty(STDOUT_FILENO) == 1;
    if (!found.isTerminal) {
        return found;
    }
    const char* noColour = std::getenv("NO_COLOR");
    const char* kind = std::getenv("TERM");
    found.hasColour = (noColour == nullptr || *noColour == '\0')
        && (kind == nullptr || std::string_view(kind) != "dumb");
    winsize size {};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
        found.width = std::max<unsigned>(size.ws_col, kSmallestWidth);
    }
    return found;
}

constexpr std::string_view kCodes[] = { "", "1", "2", "31", "32", "33", "34", "35", "36" };

} // namespace

const Terminal& terminal()
{
    static const Terminal found = look();
    return found;
}

std::string paint(Colour colour, std::string_view text)
{
    if (!terminal().hasColour || colour == Colour::Plain || text.empty()) {
        return std::string(text);
    }
    return fmt::format("\033[{}m{}\033[0m", kCodes[int(colour)], text);
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
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\033') {
            const std::size_t end = std::min(text.find('m', i), text.size() - 1);
            out += text.substr(i, end - i + 1);
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
    return terminal().hasColour ? out + "\033[0m" : out;
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

void printError(std::string_view line)
{
    fmt::print(stderr, "rdrlab: {}\n", line);
}

} // namespace rdrlab::cli
