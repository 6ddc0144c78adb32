// One request as a sequence diagram: who calls whom, what comes back, and what came of it.
#pragma once

#include "traces/exporters/exporters.h"
#include "traces/query/spantree.h"
#include "traces/query/state.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rdrlab::trace {

/// One row of the diagram.
struct SequenceStep
{
    enum class Kind
    {
        Call,
        Return,
        CallAndReturn, // nothing happened inside: one arrow tells both
        Callback, // the answer to a call that returned STATUS_PENDING
        Note // about `from` alone
    };

    Kind kind = Kind::Note;
    Seq seq = 0;
    std::uint64_t timeNs = 0; // since the request began
    std::size_t from = 0; // participants
    std::size_t to = 0;
    std::string text;
    std::string result; // of CallAndReturn
    bool isError = false;
    SpanId call = 0; // of Call and Return: which belong together
};

struct Sequence
{
    std::vector<std::string> participants; // from left to right, only those that take part
    std::vector<std::string_view> families; // their colours, beside them
    std::vector<SequenceStep> steps;
    std::size_t leftOut = 0; // steps beyond the most that are told
    std::string title;
    std::string subtitle;
};

/// The story of one call. Nothing when the trace cannot be read or has no such call.
std::optional<Sequence> makeSequence(const Reader& reader, SpanId call);
/// The same for callers that have the trace's tree and names already.
std::optional<Sequence>
makeSequence(const Reader& reader, const SpanTree& tree, const ObjectNames& names, SpanId call);

/// For each node of the tree, whether anything at or below it is on that layer.
std::vector<bool> reachesLayer(const SpanTree& tree, Layer layer);

/// Draws it as SVG; `isInline`: inside an HTML page that brings the style sheet.
void drawSequence(const Sequence& sequence, std::ostream& out, bool isInline);

} // namespace rdrlab::trace
