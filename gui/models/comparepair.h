// What two events that stand beside each other have in common and what not, line by line; and the
// same for the state of an object and its counterpart.
#pragma once

#include "gui/models/comparison.h"

#include <QAbstractTableModel>

namespace rdrlab::gui {

/// A table "what, A, B" with a mark per line.
class CompareLines : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        What,
        ValueA,
        ValueB,
        Columns
    };
    enum Role
    {
        MarkRole = Qt::UserRole, // int of RowMark
        FieldRole // a field's name as in the trace; "" for other lines
    };

    explicit CompareLines(Comparison& comparison, QObject* parent = nullptr);

    /// Both events; 0: none on that side.
    void showEvents(trace::DiffRow pair);
    /// An object of A after event `at.a`, its counterpart in B after `at.b`; 0: none on that side.
    void showObjects(trace::ObjectId a, trace::ObjectId b, trace::DiffRow at);
    void clear();
    /// Only lines that differ.
    void setOnlyDifferent(bool only);
    std::size_t differing() const { return m_differing; }
    bool isEmpty() const { return m_all.empty(); } // nothing to show, whether or not it differs

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Line
    {
        QString what, a, b;
        RowMark mark = RowMark::Same;
        QString field;
    };
    void take(std::vector<Line> lines);
    void apply();

    Comparison& m_comparison;
    std::vector<Line> m_all;
    std::vector<Line> m_lines;
    std::size_t m_differing = 0;
    bool m_onlyDifferent = false;
};

} // namespace rdrlab::gui
