#include "gui/models/texttree.h"

#include "gui/models/explain.h"

#include <QFont>

namespace rdrlab::gui {

TextTreeModel::TextTreeModel(QStringList headings, QList<int> rightColumns, QObject* parent)
    : QAbstractItemModel(parent)
    , m_headings(std::move(headings))
    , m_rightColumns(std::move(rightColumns))
{
}

int TextTreeModel::add(int parent, QStringList texts)
{
    const int at = int(m_nodes.size());
    auto& siblings = parent < 0 ? m_roots : m_nodes[std::size_t(parent)].children;
    Node fresh;
    fresh.texts = std::move(texts);
    fresh.parent = parent;
    fresh.row = int(siblings.size());
    siblings.push_back(at);
    m_nodes.push_back(std::move(fresh));
    return at;
}

void TextTreeModel::clear()
{
    m_nodes.clear();
    m_roots.clear();
}

QModelIndex TextTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    const auto& siblings
        = parent.isValid() ? m_nodes[std::size_t(parent.internalId())].children : m_roots;
    if (row < 0 || std::size_t(row) >= siblings.size() || column < 0 || column >= m_headings.size()
        || (parent.isValid() && parent.column() != 0)) {
        return {};
    }
    return createIndex(row, column, quintptr(siblings[std::size_t(row)]));
}

QModelIndex TextTreeModel::parent(const QModelIndex& child) const
{
    if (!child.isValid()) {
        return {};
    }
    const int own = m_nodes[std::size_t(child.internalId())].parent;
    return own < 0 ? QModelIndex() : createIndex(m_nodes[std::size_t(own)].row, 0, quintptr(own));
}

int TextTreeModel::rowCount(const QModelIndex& parent) const
{
    if (parent.isValid() && parent.column() != 0) {
        return 0;
    }
    return int(
        parent.isValid() ? m_nodes[std::size_t(parent.internalId())].children.size()
                         : m_roots.size());
}

int TextTreeModel::columnCount(const QModelIndex& /*parent*/) const
{
    return int(m_headings.size());
}

QVariant TextTreeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Node& own = m_nodes[std::size_t(index.internalId())];
    const QString text = own.texts.value(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text;
    case Qt::ToolTipRole:
        return own.tip.isEmpty() ? explainTip(text, text) : own.tip;
    case Qt::TextAlignmentRole:
        return m_rightColumns.contains(index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                       : QVariant();
    case Qt::ForegroundRole:
        return own.isAlarm ? QVariant(theme().failed)
            : own.isDim    ? QVariant(theme().dim)
                           : QVariant();
    case Qt::FontRole: {
        if (!own.isCurrent) {
            return {};
        }
        QFont font;
        font.setBold(true);
        return font;
    }
    case SeqRole:
        return QVariant::fromValue<qulonglong>(own.seq);
    case ObjectRole:
        return own.object;
    case AlarmRole:
        return own.isAlarm;
    case CurrentRole:
        return own.isCurrent;
    default:
        return {};
    }
}

QVariant TextTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    return role == Qt::DisplayRole && orientation == Qt::Horizontal
        ? QVariant(m_headings.value(section))
        : QVariant();
}

} // namespace rdrlab::gui
