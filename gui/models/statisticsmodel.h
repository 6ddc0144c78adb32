// How often calls happened and how long they took, as a table that sorts by any column.
#pragma once

#include "gui/models/document.h"
#include "traces/query/statistics.h"

#include <QAbstractTableModel>

namespace rdrlab::gui {

class StatisticsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Name,
        LayerName,
        Count,
        Errors,
        Total,
        Mean,
        Median,
        P90,
        P99,
        Longest,
        Bytes,
        Columns
    };
    enum Role
    {
        ShareRole = Qt::UserRole, // 0 … 1: of the greatest total, for a bar
        LayerRole, // int of trace::Layer, -1 where calls of several layers are in the row
        SlowestRole // the begin event of the longest call; 0: none ended
    };

    explicit StatisticsModel(QObject* parent = nullptr);

    /// Borrows the document, which must outlive the rows; null: none.
    void setRows(
        const TraceDocument* document,
        trace::StatisticsBy by,
        std::vector<trace::StatisticsRow> rows);
    const trace::StatisticsRow* rowAt(int row) const;
    /// An expression of the filter language for the events of a row's calls.
    QString filterOf(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

private:
    QString nameOf(const trace::StatisticsRow& row) const;
    QString text(const trace::StatisticsRow& row, int column) const;

    const TraceDocument* m_document = nullptr;
    trace::StatisticsBy m_by = trace::StatisticsBy::Routine;
    std::vector<trace::StatisticsRow> m_rows;
    std::uint64_t m_greatestNs = 0;
    int m_sortColumn = Total;
    Qt::SortOrder m_sortOrder = Qt::DescendingOrder;
};

} // namespace rdrlab::gui
