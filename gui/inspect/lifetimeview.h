// The table of lives with a chart in its last column: one bar an object, from birth to death, and
// the current event as a line through all of them.
#pragma once

#include "gui/models/focus.h"
#include "gui/models/lifetimemodel.h"
#include "gui/timeline/axis.h"

#include <QHeaderView>
#include <QTableView>

namespace rdrlab::gui {

class LifetimeView : public QTableView
{
    Q_OBJECT
public:
    explicit LifetimeView(LifetimeModel& model, QWidget* parent = nullptr);

    /// Borrows both until it is called again; may be null.
    void setPlace(const TraceDocument* document, Focus* focus);
    void setAxisKind(Axis::Kind kind);
    const Axis& axis() const { return m_axis; }
    void showAll();
    /// The events' axis after the document has changed.
    void refresh();
    double nowUnits() const; // where the current event stands on the axis; below 0: nowhere

    /// Where the bar of a row is, in the viewport; invalid when it is out of sight.
    QRectF barOf(int row) const;

Q_SIGNALS:
    void chosen(rdrlab::trace::ObjectId object);
    void wanted(rdrlab::trace::Seq seq);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    class Ruler;
    class Delegate;
    QRect chartArea() const; // of the last column, in the viewport
    void axisMoved();
    double xOf(double units) const; // in the viewport
    void goToEnd(int row, bool death);

    LifetimeModel& m_model;
    const TraceDocument* m_document = nullptr;
    Focus* m_focus = nullptr;
    Axis m_axis;
    Axis::Kind m_kind = Axis::Kind::Events;
    QPoint m_pressed;
    QPoint m_dragged;
    bool m_isDragging = false;
};

} // namespace rdrlab::gui
