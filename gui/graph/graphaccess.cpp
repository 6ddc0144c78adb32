// What a screen reader is told of the object graph: the chosen object and what arrow keys reach.
#include "gui/graph/graphview.h"

namespace rdrlab::gui {

using trace::ObjectId;

std::vector<std::pair<ObjectId, QString>> GraphView::reachable() const
{
    constexpr std::size_t kMost = 12;
    std::vector<std::pair<ObjectId, QString>> all;
    if (m_scene == nullptr || m_scene->nodes().empty()) {
        return all;
    }
    const std::vector<GraphNode>& nodes = m_scene->nodes();
    const std::size_t chosen = m_scene->indexOf(m_chosen);
    if (chosen == GraphScene::kNothing) {
        // Nobody has chosen yet: what the step changed, else what there is.
        for (const bool changed : { true, false }) {
            for (const GraphNode& node : nodes) {
                if ((node.mark != GraphMark::None) == changed && all.size() < kMost) {
                    all.emplace_back(
                        node.object, changed ? tr("changed by this step") : tr("shown"));
                }
            }
        }
        return all;
    }
    all.emplace_back(m_chosen, tr("the chosen object"));
    if (nodes[chosen].home != 0) {
        all.emplace_back(nodes[chosen].home, tr("it belongs to this one"));
    }
    for (const GraphNode& node : nodes) {
        if (node.home == m_chosen && all.size() < kMost) {
            all.emplace_back(node.object, tr("belongs to it"));
        }
    }
    for (const GraphEdge& edge : m_scene->edges()) {
        if (all.size() >= kMost || edge.isHome) {
            continue;
        }
        if (edge.from == chosen) {
            all.emplace_back(nodes[edge.to].object, tr("it points to this one"));
        } else if (edge.to == chosen) {
            all.emplace_back(nodes[edge.from].object, tr("points to it"));
        }
    }
    return all;
}

std::vector<CanvasItem> GraphView::canvasItems() const
{
    std::vector<CanvasItem> items;
    for (const auto& [object, where] : reachable()) {
        CanvasItem item;
        const std::size_t node = m_scene->indexOf(object);
        const QString glyph = graphGlyph(m_scene->nodes()[node].mark);
        item.name = items.empty()
            ? m_scene->describe(object).replace(QLatin1Char('\n'), QStringLiteral(", "))
            : m_scene->titleOf(object);
        item.name += glyph.isEmpty() || items.empty() ? QString() : QLatin1Char(' ') + glyph;
        item.description = where;
        const QRect box = boxOf(object).toRect();
        item.rect
            = box.intersects(viewport()->rect()) ? box.translated(viewport()->pos()) : QRect();
        items.push_back(std::move(item));
    }
    return items;
}

void GraphView::activateCanvasItem(std::size_t at)
{
    const auto all = reachable();
    if (at < all.size()) {
        Q_EMIT picked(all[at].first, 0);
        reveal(all[at].first);
    }
}

} // namespace rdrlab::gui
