// What the output goes to, and text with colours for it.
#pragma once

#include "traces/exporters/lines.h"
#include "traces/exporters/text.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rdrlab::cli {

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
std::string paint(trace::Colour colour, std::string_view text);

/// "rdrlab: line" on standard error.
void printError(std::string_view line);

/// Whether a range of events runs forwards; if not, the error has been printed.
bool isRange(std::uint64_t from, std::uint64_t to);

// Words and lines read on the terminal as in what is exported.
using trace::Colour;
using trace::columns;
using trace::durationText;
using trace::harmless;
using trace::makeHarmless;
using trace::shorten;
using trace::statusText;

} // namespace rdrlab::cli
