// The IRQL of each processor around the current event, as steps; by wheel and keys up to the whole
// trace.
#pragma once

#include "gui/access/canvas.h"
#include "gui/models/traceindex.h"
#include "traces/query/irql.h"

#include <QWidget>
#include <memory>

namespace rdrlab::gui {

class IrqlChart : public QWidget, public CanvasItems
{
    Q_OBJECT
public:
    explicit IrqlChart(QWidget* parent = nullptr);

    void setHistory(std::shared_ptr<const trace::IrqlHistory> history); // null: none
    /// Marks the current event and brings it into sight.
    void setNow(Seq seq);

    Seq left() const { return m_left; }
    Seq span() const { return m_span; } // events in sight
    void zoom(double factor, double at); // at: 0 … 1 across the chart
    void pan(double share); // of the width, to the right

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    std::vector<CanvasItem> canvasItems() const override;
    void activateCanvasItem(std::size_t at) override;

Q_SIGNALS:
    void wanted(rdrlab::trace::Seq seq); // the person clicked there

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRect chart() const; // without the names at the left and the ruler below
    QRect laneOf(std::size_t processor) const;
    Seq seqAt(double x) const;
    double xOf(Seq seq) const;
    void setRange(double left, double span);
    QString sentence(std::size_t processor, Seq seq) const;

    std::shared_ptr<const trace::IrqlHistory> m_history;
    int m_highest = 2; // level that occurs, at least DISPATCH_LEVEL
    Seq m_now = 0;
    Seq m_left = 1;
    Seq m_span = 400;
    QPoint m_grip;
    Seq m_gripLeft = 0;
};

} // namespace rdrlab::gui
