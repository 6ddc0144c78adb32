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

} // namespace

const Terminal& terminal()
{
    static const Terminal found = look();
    return found;
}

std::string paint(Colour colour, std::string_view text)
{
    return trace::paint(colour, text, terminal().hasColour);
}

void printError(std::string_view line)
{
    fmt::print(stderr, "rdrlab: {}\n", line);
}

bool isRange(std::uint64_t from, std::uint64_t to)
{
    if (from > to) {
        printError("--from lies behind --to");
    }
    return from <= to;
}

} // namespace rdrlab::cli
