// How long calls took in both traces, by routine; only calls that are partners count.
#pragma once

#include "gui/models/comparison.h"
#include "traces/query/diff/describe.h"

#include <QAbstractTableModel>

namespace rdrlab::gui {

class CompareDurations : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        LayerName,
        Routine,
        Calls,
        TotalA,
        TotalB,
        Ratio, // of the totals
        Median, // of the pairs' ratios
        Longer,
        Shorter,
        Columns
    };
    enum Role
    {
        SortRole = Qt::UserRole // a number, or a text
    };

    explicit CompareDurations(Comparison& comparison, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    Comparison& m_comparison;
};

} // namespace rdrlab::gui
