#include "gui/models/texttree.h"

#include "gui/models/explain.h"

#include <QFont>

namespace rdrlab::gui {

TextTreeModel::TextTreeModel(QStringList headings, QList<int> rightColumns, QObject* parent)
    : RowTreeModel(parent)
    , m_headings(std::move(headings))
    , m_rightColumns(std::move(rightColumns))
{
}

int TextTreeModel::add(int parent, QStringList texts)
{
    Node fresh;
    fresh.texts = std::move(texts);
    m_nodes.push_back(std::move(fresh));
    return addRow(parent);
}

void TextTreeModel::clear()
{
    m_nodes.clear();
    clearRows();
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
    const Node& own = m_nodes[std::size_t(numberOf(index))];
    const QString text = own.texts.value(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text;
    case Qt::ToolTipRole:
        if (!own.tip.isEmpty()) {
            return own.tip;
        }
        return explainTip(index.column() == 0 && !own.meaning.isEmpty() ? own.meaning : text, text);
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
