// The table of both traces, side by side: it follows the current row and is where a person picks
// one.
#pragma once

#include "gui/models/comparelink.h"
#include "gui/models/comparerows.h"

#include <QTableView>

namespace rdrlab::gui {

class AlignedView : public QTableView
{
    Q_OBJECT
public:
    /// Both outlive the view.
    AlignedView(Comparison& comparison, CompareLink& link, QWidget* parent = nullptr);

    CompareRows& rows() { return m_rows; }
    /// Whether times and threads have columns.
    void setColumnsShown(bool times, bool threads);
    void copy() const; // the first 10,000 selected rows, as lines with tabs

Q_SIGNALS:
    /// A person went to a row, on this side.
    void picked(std::size_t axisRow, rdrlab::trace::DiffSide side);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    void follow();
    void fitColumns();

    Comparison& m_comparison;
    CompareLink& m_link;
    CompareRows m_rows;
    bool m_following = false; // a selection made by follow() is not a wish of the person
};

} // namespace rdrlab::gui
