// Shapes that the parts of the object graph's painting share.
#pragma once

#include <QColor>
#include <QRectF>
#include <QString>

class QPainter;

namespace rdrlab::gui {

/// One line in the painter's font and pen, with an ellipsis where it does not fit.
void drawWords(
    QPainter& painter, const QRectF& box, const QString& text, int align, Qt::TextElideMode mode);

/// An arrow's head at `tip`, coming from `from`, in the colour of the pen.
void drawTip(QPainter& painter, QPointF from, QPointF tip, double size);

/// Words in a box with round ends.
void drawCapsule(
    QPainter& painter,
    const QRectF& box,
    const QString& text,
    const QColor& fill,
    const QColor& line,
    const QColor& ink);

} // namespace rdrlab::gui
