#include "gui/models/rowtree.h"

namespace rdrlab::gui {

int RowTreeModel::addRow(int parent)
{
    const int number = int(m_places.size());
    auto& siblings = parent < 0 ? m_outermost : m_places[std::size_t(parent)].children;
    const int row = int(siblings.size());
    siblings.push_back(number);
    m_places.push_back({ parent, row, {} });
    return number;
}

void RowTreeModel::clearRows()
{
    m_places.clear();
    m_outermost.clear();
}

QModelIndex RowTreeModel::indexOf(int number) const
{
    return createIndex(m_places[std::size_t(number)].row, 0, quintptr(number));
}

const std::vector<int>& RowTreeModel::childrenOf(int number) const
{
    return number < 0 ? m_outermost : m_places[std::size_t(number)].children;
}

QModelIndex RowTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    if (row < 0 || row >= rowCount(parent) || column < 0 || column >= columnCount(parent)) {
        return {};
    }
    const auto& siblings = childrenOf(parent.isValid() ? numberOf(parent) : -1);
    return createIndex(row, column, quintptr(siblings[std::size_t(row)]));
}

QModelIndex RowTreeModel::parent(const QModelIndex& child) const
{
    const int own = child.isValid() ? m_places[std::size_t(numberOf(child))].parent : -1;
    return own < 0 ? QModelIndex() : indexOf(own);
}

int RowTreeModel::rowCount(const QModelIndex& parent) const
{
    if (parent.isValid() && parent.column() != 0) {
        return 0;
    }
    return int(childrenOf(parent.isValid() ? numberOf(parent) : -1).size());
}

} // namespace rdrlab::gui
