// The events as a table of any length: a cell is decoded when it is looked at.
#pragma once

#include "gui/models/document.h"

#include <QAbstractTableModel>
#include <vector>

namespace rdrlab::gui {

class EventModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Number,
        Time,
        Thread,
        LayerName,
        KindName,
        Routine,
        Object,
        Status,
        Detail,
        Columns
    };
    enum Role
    {
        SeqRole = Qt::UserRole, // the event's number
        SeverityRole, // int of Severity
        LayerRole // int of trace::Layer
    };

    explicit EventModel(QObject* parent = nullptr);

    /// Borrows the document, which must outlive the model or be replaced; may be null.
    void setDocument(const TraceDocument* document);
    /// Shows only these events, ascending; all of them after clearRows().
    void setRows(std::vector<Seq> rows);
    void clearRows();
    bool isFiltered() const { return m_filtered; }
    const std::vector<Seq>& rows() const { return m_rows; } // while isFiltered()

    Seq seqOf(int row) const;
    /// The row that shows `seq`, or the last one before it; -1 when there is none.
    int rowOf(Seq seq) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const trace::Event& event, int column) const;
    void refresh(); // after the document grew

    const TraceDocument* m_document = nullptr;
    std::vector<Seq> m_rows;
    int m_count = 0;
    bool m_filtered = false;
};

} // namespace rdrlab::gui
