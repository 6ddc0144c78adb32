// The result of a comparison for other programs and for handing in.
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

} // namespace rdrlab::trace
