#include "gui/models/graphmodel.h"

#include "gui/models/texts.h"

#include <algorithm>

namespace rdrlab::gui {

GraphModel::GraphModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

void GraphModel::show(const GraphScene* scene)
{
    beginResetModel();
    m_scene = scene;
    m_rows.clear();
    m_roots.clear();
    if (scene != nullptr) {
        const std::vector<GraphNode>& nodes = scene->nodes();
        m_rows.resize(nodes.size() + scene->pills().size());
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            const bool isNode = i < nodes.size();
            Row& row = m_rows[i];
            row.object = isNode ? nodes[i].object : 0;
            row.pill = isNode ? 0 : i - nodes.size() + 1;
            const trace::ObjectId home
                = isNode ? nodes[i].home : scene->pills()[i - nodes.size()].home;
            const std::size_t at = home != 0 ? scene->indexOf(home) : GraphScene::kNothing;
            row.parent = at != GraphScene::kNothing ? at + 1 : 0;
            childrenOf(row.parent).push_back(i);
        }
        // As they stand on the canvas.
        const auto sort = [&](std::vector<std::size_t>& children) {
            std::stable_sort(children.begin(), children.end(), [&](std::size_t a, std::size_t b) {
                if (a >= nodes.size() || b >= nodes.size()) {
                    return a < nodes.size() && b >= nodes.size();
                }
                const bool isDown = scene->layout()->flow() == GraphFlow::Down;
                return isDown ? nodes[a].box.left() < nodes[b].box.left()
                              : nodes[a].box.top() < nodes[b].box.top();
            });
            for (std::size_t place = 0; place < children.size(); ++place) {
                m_rows[children[place]].place = int(place);
            }
        };
        sort(m_roots);
        for (Row& row : m_rows) {
            sort(row.children);
        }
    }
    endResetModel();
}

std::vector<std::size_t>& GraphModel::childrenOf(std::size_t parent)
{
    return parent != 0 ? m_rows[parent - 1].children : m_roots;
}

const std::vector<std::size_t>& GraphModel::childrenOf(const QModelIndex& parent) const
{
    return parent.isValid() ? m_rows[std::size_t(parent.internalId())].children : m_roots;
}

QModelIndex GraphModel::indexOf(trace::ObjectId object) const
{
    const std::size_t at
        = m_scene != nullptr && object != 0 ? m_scene->indexOf(object) : GraphScene::kNothing;
    return at < m_rows.size() && m_rows[at].object == object
        ? createIndex(m_rows[at].place, 0, quintptr(at))
        : QModelIndex();
}

QModelIndex GraphModel::index(int row, int column, const QModelIndex& parent) const
{
    if (row < 0 || column < 0 || column >= Columns || parent.column() > 0) {
        return {};
    }
    const std::vector<std::size_t>& children = childrenOf(parent);
    return std::size_t(row) < children.size()
        ? createIndex(row, column, quintptr(children[std::size_t(row)]))
        : QModelIndex();
}

QModelIndex GraphModel::parent(const QModelIndex& child) const
{
    if (!child.isValid()) {
        return {};
    }
    const std::size_t parent = m_rows[std::size_t(child.internalId())].parent;
    return parent != 0 ? createIndex(m_rows[parent - 1].place, 0, quintptr(parent - 1))
                       : QModelIndex();
}

int GraphModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : int(childrenOf(parent).size());
}

int GraphModel::columnCount(const QModelIndex&) const
{
    return Columns;
}

QVariant GraphModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || m_scene == nullptr) {
        return {};
    }
    const Row& row = m_rows[std::size_t(index.internalId())];
    if (m_rows.size() != m_scene->nodes().size() + m_scene->pills().size()) {
        return {}; // the scene has moved on; show() follows
    }
    if (row.pill != 0) {
        const GraphPill& pill = m_scene->pills()[row.pill - 1];
        switch (role) {
        case Qt::DisplayRole:
        case Qt::AccessibleTextRole:
            return index.column() == Title ? pill.words()
                : index.column() == Step && pill.marked != 0
                ? tr("~ %n inside", nullptr, int(pill.marked))
                : QString();
        case Qt::ToolTipRole:
            return tr("Closed; Enter opens it.");
        case ObjectRole:
            return 0;
        case HomeRole:
            return pill.home;
        case KindRole:
            return int(pill.kind);
        default:
            return {};
        }
    }
    const GraphNode& node = m_scene->nodes()[std::size_t(index.internalId())];
    switch (role) {
    case Qt::DisplayRole:
        break;
    case Qt::ToolTipRole:
        return m_scene->describe(node.object);
    case Qt::AccessibleTextRole: // the whole box in one sentence
        return index.column() == Title
            ? m_scene->describe(node.object).replace(QLatin1Char('\n'), QStringLiteral(", "))
            : data(index, Qt::DisplayRole);
    case Qt::ForegroundRole:
        return node.mark == GraphMark::Born                             ? QVariant(theme().added)
            : node.mark == GraphMark::Died                              ? QVariant(theme().removed)
            : node.mark == GraphMark::Changed && index.column() == Step ? QVariant(theme().changed)
                                                                        : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == References ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                            : QVariant();
    case ObjectRole:
        return node.object;
    case KindRole:
        return int(node.kind);
    default:
        return {};
    }
    switch (index.column()) {
    case Title:
        return m_scene->titleOf(node.object);
    case References: {
        const auto references = m_scene->referencesOf(node.object);
        return references ? QVariant(*references) : QVariant();
    }
    default: {
        if (node.mark == GraphMark::Born || node.mark == GraphMark::Died) {
            return graphGlyph(node.mark) + QLatin1Char(' ')
                + (node.mark == GraphMark::Born ? tr("born") : tr("died"));
        }
        QStringList changes;
        for (const GraphLine& line : m_scene->linesOf(node.object)) {
            if (line.isChanged) {
                changes += QStringLiteral("%1: %2 → %3")
                               .arg(line.key, line.isNew ? tr("(new)") : line.before, line.value);
            }
        }
        const trace::ObjectDelta* delta = m_scene->deltaOf(node.object);
        if (delta != nullptr && delta->countBefore && delta->countAfter
            && *delta->countBefore != *delta->countAfter) {
            changes += tr("references: %1 → %2").arg(*delta->countBefore).arg(*delta->countAfter);
        }
        return changes.isEmpty() ? QString()
                                 : QStringLiteral("~ ") + changes.join(QStringLiteral(", "));
    }
    }
}

QVariant GraphModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    return section == Title ? tr("Object") : section == References ? tr("References") : tr("Step");
}

} // namespace rdrlab::gui
