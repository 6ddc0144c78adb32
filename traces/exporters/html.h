// The parts of the page that a range of a trace becomes.
#pragma once

#include "traces/exporters/exporters.h"
#include "traces/query/spantree.h"
#include "traces/query/state.h"

#include <ostream>
#include <string_view>

namespace rdrlab::trace {

/// What all parts look at.
struct HtmlRange
{
    const Reader& reader;
    const ObjectNames& names;
    const SpanTree& tree;
    Seq from;
    Seq until;
};

/// The page's style: light, dark where the reader's system is, and for paper.
std::string_view htmlStyle();

/// One packet's SMB2 messages as a line: "CREATE request · READ response STATUS_END_OF_FILE".
/// Empty where no message begins in it.
std::string smb2Line(const Packet& packet);

void htmlCalls(const HtmlRange& range, std::ostream& out); // the tree of calls
void htmlPackets(const HtmlRange& range, std::ostream& out);
void htmlChanges(const HtmlRange& range, std::ostream& out); // what is different at the end
void htmlObjects(const HtmlRange& range, std::ostream& out); // the state at the end

} // namespace rdrlab::trace
