// A comparison of two traces as a person reads it first.
#pragma once

#include "traces/query/diff/diff.h"

#include <ostream>

namespace rdrlab::cli {

struct DiffTextOptions
{
    bool everything = false; // every cause and every consequence
    bool durations = false; // also how long calls took
};

/// Header, totals, causes with their consequences folded under them, reordered requests. Depends on
/// nothing but the two traces, the mask and the terminal's width.
void printDiff(const trace::TraceDiff& diff, const DiffTextOptions& options, std::ostream& out);

/// Both traces side by side on the aligned axis, one line per event: the differences with `context`
/// rows around each, or everything when `context` is negative.
void printAligned(const trace::TraceDiff& diff, long context, std::ostream& out);

} // namespace rdrlab::cli
