// What came first and what followed from it: causes, below each the requests it reached, below
// those the differences.
#pragma once

#include "gui/models/comparison.h"

#include <QAbstractItemModel>

namespace rdrlab::gui {

class CompareCauses : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column
    {
        What,
        Count, // of differences below it
        Details, // old and new
        EventsA,
        EventsB,
        Columns
    };
    enum Role
    {
        RowRole = Qt::UserRole, // on the axis; invalid for headings
        MarkRole // int of RowMark
    };

    explicit CompareCauses(Comparison& comparison, QObject* parent = nullptr);

    /// The line that shows the difference at an axis row, its cause's line when it is the first;
    /// invalid when nothing differs there.
    QModelIndex indexOf(std::size_t axisRow) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    // What a line is, out of its internal id: 0 a cause; group + 1 of the cause in the upper half.
    struct Line
    {
        enum Kind
        {
            Cause,
            Group, // a request
            One // a difference
        };
        Kind kind = Cause;
        std::uint32_t cause = 0; // position in Comparison::causes()
        std::uint32_t group = 0; // position in groupsOf()
        std::uint32_t item = 0; // position in the group
    };
    Line lineOf(const QModelIndex& index) const;
    const trace::DiffCause& causeOf(const Line& line) const;
    const Comparison::Group& groupOf(const Line& line) const;
    const trace::Difference& differenceOf(const Line& line) const;
    QString text(const Line& line, int column) const;
    RowMark markOf(const Line& line) const;

    Comparison& m_comparison;
};

} // namespace rdrlab::gui
