#include "traces/query/spantree.h"

#include <algorithm>

namespace rdrlab::trace {

SpanTree::SpanTree(const Reader& reader)
    : m_nodes(1)
{
    reader.spans([&](const Span& span) {
        SpanNode node;
        node.span = span;
        node.parent = span.parent != 0 ? find(span.parent) : 0;
        const auto self = std::uint32_t(m_nodes.size());
        node.depth = node.parent != 0 ? m_nodes[node.parent].depth + 1 : 0;
        node.root = node.parent != 0 ? m_nodes[node.parent].root : self;
        m_nodes[node.parent].children.push_back(self);
        m_nodes.push_back(std::move(node));
        return true;
    });
}

std::uint32_t SpanTree::find(SpanId id) const
{
    const auto found = std::lower_bound(
        m_nodes.begin() + 1, m_nodes.end(), id,
        [](const SpanNode& node, SpanId wanted) { return node.span.id < wanted; });
    return id != 0 && found != m_nodes.end() && found->span.id == id
        ? std::uint32_t(found - m_nodes.begin())
        : 0;
}

std::uint32_t SpanTree::count(std::uint32_t node, Layer layer) const
{
    std::uint32_t counted = 0;
    std::vector<std::uint32_t> open { node };
    while (!open.empty()) {
        const SpanNode& at = m_nodes[open.back()];
        open.pop_back();
        counted += at.span.layer == layer;
        open.insert(open.end(), at.children.begin(), at.children.end());
    }
    return counted;
}

} // namespace rdrlab::trace
