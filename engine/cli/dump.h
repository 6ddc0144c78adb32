// The two texts of a recording: the plain dump, which tests compare byte for byte, and the call
// tree for people.
#pragma once

#include "traces/store/reader.h"

#include <ostream>

namespace rdrlab::cli {

struct Range
{
    trace::Seq from = 1;
    trace::Seq to = UINT64_MAX;
};

/// Every event of the range as one line, with what changed indented below it. Nothing in it depends
/// on the machine, the time of day or the terminal.
bool dumpEvents(const trace::Reader& reader, const Range& range, bool onlyMrx, std::ostream& out);

/// The call tree: header line, one line per call with what it gave birth to and changed, summary
/// line.
struct TreeOptions
{
    Range range;
    bool onlyMrx = false;
    bool everything = false; // also waits, locks, packets and changes of the requests themselves
};
bool printTree(const trace::Reader& reader, const TreeOptions& options, std::ostream& out);

} // namespace rdrlab::cli
