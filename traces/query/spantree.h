// The tree of spans: which call was made inside which.
#pragma once

#include "traces/store/reader.h"

#include <vector>

namespace rdrlab::trace {

struct SpanNode
{
    Span span;
    std::uint32_t parent = 0; // index, 0: a root
    std::uint32_t depth = 0; // 0: a root
    std::uint32_t root = 0; // index of the outermost span it belongs to
    std::vector<std::uint32_t> children; // indexes, in order of begin
};

class SpanTree
{
public:
    /// Reads all spans. A parent that does not exist, or does not come before its child, makes the
    /// child a root.
    explicit SpanTree(const Reader& reader);

    /// All spans in order of begin. Index 0 is a placeholder whose children are the roots.
    const std::vector<SpanNode>& nodes() const { return m_nodes; }
    /// The index of a span, 0 when there is none of that id.
    std::uint32_t find(SpanId id) const;

    /// How many spans of a layer are at or below a node.
    std::uint32_t count(std::uint32_t node, Layer layer) const;

private:
    std::vector<SpanNode> m_nodes;
};

} // namespace rdrlab::trace
