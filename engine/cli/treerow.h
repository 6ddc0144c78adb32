// One row of the call tree: label, indented text, result, and at the right the duration and the
// event's number.
#pragma once

#include "engine/cli/terminal.h"
#include "traces/model/trace.h"

#include <ostream>
#include <string>

namespace rdrlab::cli {

constexpr std::size_t kLabelColumns = 10;
constexpr std::size_t kResultColumn = 62; // where "→ STATUS" stands when the call leaves room
constexpr std::size_t kRightColumns = 20; // duration and event number

struct Row
{
    std::string label;
    Colour labelColour = Colour::Plain;
    std::size_t indent = 0;
    std::string text;
    std::string result;
    std::string items; // what the call gave birth to, changed and released
    std::uint64_t durationNs = 0;
    std::string remark;
    trace::Seq seq = 0;
    trace::SpanId span = 0;
    bool isOpen = false;

    // The last item, so that what follows about the same object can join it.
    trace::ObjectId object = 0;
    trace::EventKind kind = trace::EventKind::Maximum;
    std::int64_t count = 0;

    /// Columns used so far by everything left of the duration.
    std::size_t used() const;
};

void printRow(const Row& row, std::size_t width, std::ostream& out);

} // namespace rdrlab::cli
