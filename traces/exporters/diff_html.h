// The result of a comparison for other programs, for handing in and for reading. Writing stops
// early when the stream fails, which is also how to give up.
#pragma once

#include "traces/query/diff/diff.h"

#include <ostream>

namespace rdrlab::trace {

/// Everything a comparison found as one JSON object: both traces, totals, causes, requests and
/// objects that differ, differences with what differs in them; `matches` adds the whole match table
/// as [seq of A, seq of B] pairs. `rdrlab diff --help` explains the keys.
void exportDiffJson(const TraceDiff& diff, bool matches, std::ostream& out);

/// One self-contained page, readable without a network: totals, where on the axis the differences
/// are, the causes with what follows from each and both traces side by side around them, requests,
/// objects and durations. Long lists are cut and say so.
void exportDiffHtml(const TraceDiff& diff, std::ostream& out);

struct DiffTextOptions
{
    bool everything = false; // every cause and every consequence
    bool durations = false; // also how long calls took
    unsigned width = 120; // columns
    bool hasColour = false; // for a terminal
};

/// As a person reads it first: header, totals, causes with their consequences folded under them,
/// reordered requests. Depends on nothing but the two traces, the mask and the options.
void exportDiffText(const TraceDiff& diff, const DiffTextOptions& options, std::ostream& out);

/// Both traces side by side on the aligned axis, one line per event: the differences with `context`
/// rows around each, or everything when `context` is negative.
void exportDiffAligned(
    const TraceDiff& diff, long context, const DiffTextOptions& options, std::ostream& out);

} // namespace rdrlab::trace
