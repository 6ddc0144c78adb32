// A tree model over one table: each row has a number, in the order in which the rows were added,
// and knows its parent. What stands in a row is the business of the classes derived from it.
#pragma once

#include <QAbstractItemModel>
#include <vector>

namespace rdrlab::gui {

class RowTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    using QAbstractItemModel::QAbstractItemModel;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;

protected:
    /// Adds a row below another one (-1: outermost) and returns its number. As clearRows(), only
    /// between begin and end of a reset.
    int addRow(int parent);
    void clearRows();

    static int numberOf(const QModelIndex& index) { return int(index.internalId()); }
    QModelIndex indexOf(int number) const; // of its first column
    const std::vector<int>& childrenOf(int number) const; // -1: the outermost

private:
    struct Place
    {
        int parent;
        int row; // among its siblings
        std::vector<int> children;
    };
    std::vector<Place> m_places;
    std::vector<int> m_outermost;
};

} // namespace rdrlab::gui
