// Both traces as one table on the aligned axis: A on the left, B on the right, the sign of what
// differs between them, and nothing where a side has nothing.
#pragma once

#include "gui/models/comparison.h"

#include <QAbstractTableModel>

namespace rdrlab::gui {

class CompareRows : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        NumberA,
        TimeA,
        ThreadA,
        EventA,
        ObjectA,
        ResultA,
        Sign,
        NumberB,
        TimeB,
        ThreadB,
        EventB,
        ObjectB,
        ResultB,
        Columns
    };
    enum Role
    {
        MarkRole = Qt::UserRole, // int of RowMark
        GapRole, // bool: this side has nothing here
        SeqRole // of the column's side; 0: none
    };
    enum class Shown
    {
        Everything,
        WithoutLeftOut, // what the mask leaves out takes no rows
        Differences // with some rows around each
    };

    explicit CompareRows(Comparison& comparison, QObject* parent = nullptr);

    void show(Shown shown);
    Shown shown() const { return m_shown; }

    /// The row on the axis that a row of the table shows.
    std::size_t axisRow(int row) const;
    /// The row that shows `axisRow`, or the last one before it; -1 when there is none.
    int tableRow(std::size_t axisRow) const;
    static DiffSide sideOf(int column) { return column < Sign ? DiffSide::A : DiffSide::B; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void refresh();
    QString text(DiffSide side, Seq seq, int column) const;
    QString toolTip(std::size_t row, int column) const;

    Comparison& m_comparison;
    Shown m_shown = Shown::WithoutLeftOut;
    std::vector<std::uint32_t> m_rows; // unless everything is shown
    int m_count = 0;
};

} // namespace rdrlab::gui
