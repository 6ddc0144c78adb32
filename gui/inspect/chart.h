// A chart of one object over events: ruler, current event, zoom and pan by wheel, mouse and keys.
//
// What is drawn between is the business of the classes derived from it. The same is in a table
// beside the chart, for screen readers and for copying.
#pragma once

#include "gui/access/canvas.h"
#include "gui/models/document.h"
#include "gui/models/focus.h"
#include "gui/timeline/axis.h"

#include <QAbstractScrollArea>

namespace rdrlab::gui {

class Chart : public QAbstractScrollArea, public CanvasItems
{
    Q_OBJECT
public:
    explicit Chart(QWidget* parent = nullptr);

    /// Borrows both until it is called again; both null: nothing to show.
    void setPlace(const TraceDocument* document, Focus* focus);
    /// What to say while there is nothing to draw.
    void setHint(const QString& hint);

    void activateCanvasItem(std::size_t at) override;

Q_SIGNALS:
    /// The person wants to go there.
    void wanted(rdrlab::trace::Seq seq);

protected:
    /// Shows the life of an object, with some room around it; `death` 0: to the end.
    void showLife(Seq birth, Seq death);

    // What a derived chart says about itself.
    virtual bool isEmpty() const = 0;
    virtual int titleLetters() const { return 18; } // room for titles
    virtual int contentHeight() const { return 0; } // beyond the view's: it scrolls
    virtual void paintContent(QPainter& painter, const QRect& area) = 0;
    virtual void paintTitles(QPainter& painter, const QRect& area) = 0; // left of the content
    /// The event that a click at a point of the content means; 0: the one the ruler has there.
    virtual Seq seqAt(QPoint point, bool isDouble) const = 0;
    virtual QString tipAt(QPoint point) const = 0;
    virtual Seq neighbour(Seq seq, bool forward) const = 0; // for the arrow keys; 0: none
    virtual void addMenu(QMenu& menu, QPoint point);

    QRect contentArea() const;
    Seq now() const;
    double xOf(double units) const; // in the viewport
    int titleWidth() const;
    QFont smallFont() const;
    const TraceDocument* document() const { return m_document; }
    Axis& axis() { return m_axis; }
    const Axis& axis() const { return m_axis; }
    /// A bar with its words as far as they fit.
    void paintBar(
        QPainter& painter, const QRectF& bar, const QColor& colour, const QString& words) const;
    void refresh(); // after the content has changed

    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    void paintRuler(QPainter& painter, const QRect& area);
    void paintNow(QPainter& painter);
    void copyPicture();
    void updateBars();
    int rulerHeight() const;

    const TraceDocument* m_document = nullptr;
    Focus* m_focus = nullptr;
    Axis m_axis;
    Seq m_birth = 0;
    Seq m_death = 0;
    bool m_isUntouched = true; // nobody has zoomed yet: a new width shows the whole life again
    QString m_hint;
    QPoint m_pressed;
    QPoint m_dragged;
    bool m_isDragging = false;
};

} // namespace rdrlab::gui
