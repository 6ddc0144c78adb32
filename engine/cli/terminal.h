// What the output goes to, and text with colours for it.
#pragma once

#include "traces/exporters/text.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rdrlab::cli {

enum class Colour
{
    Plain,
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan
};

struct Terminal
{
    bool isTerminal = false;
    bool hasColour = false; // on a terminal, unless NO_COLOR is set
    unsigned width
        = 120; // the terminal's; fixed elsewhere, so that output into files is always the same
};

/// Standard output's.
const Terminal& terminal();

/// `text` in a colour where colours are shown.
std::string paint(Colour colour, std::string_view text);

/// Columns that `text` takes, colour sequences not counted.
std::size_t columns(std::string_view text);

/// At most `width` columns of `text`; what is left out is shown by an ellipsis.
std::string shorten(std::string_view text, std::size_t width);

/// `text` without control characters, which a foreign trace could aim at the terminal.
std::string harmless(std::string_view text);
/// The same, in place.
void makeHarmless(char* begin, char* end);

/// "rdrlab: line" on standard error.
void printError(std::string_view line);

// Durations and statuses read on the terminal as in what is exported.
using trace::durationText;
using trace::statusText;

} // namespace rdrlab::cli
