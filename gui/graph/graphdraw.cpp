#include "gui/graph/graphdraw.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

namespace rdrlab::gui {

void drawWords(
    QPainter& painter, const QRectF& box, const QString& text, int align, Qt::TextElideMode mode)
{
    const QFontMetricsF letters(painter.font());
    painter.drawText(
        box, align | Qt::AlignVCenter | Qt::TextSingleLine,
        letters.elidedText(text, mode, box.width()));
}

// An arrow's head at `tip`, coming from `from`.
void drawTip(QPainter& painter, QPointF from, QPointF tip, double size)
{
    const QLineF line(from, tip);
    if (line.length() < 1) {
        return;
    }
    const QPointF along = (tip - from) / line.length() * size;
    const QPointF side(-along.y() * 0.5, along.x() * 0.5);
    painter.setBrush(painter.pen().color());
    QPainterPath head(tip);
    head.lineTo(tip - along + side);
    head.lineTo(tip - along - side);
    head.closeSubpath();
    painter.fillPath(head, painter.pen().color());
    painter.setBrush(Qt::NoBrush);
}

// A capsule with words in it.
void drawCapsule(
    QPainter& painter,
    const QRectF& box,
    const QString& text,
    const QColor& fill,
    const QColor& line,
    const QColor& ink)
{
    painter.setPen(QPen(line, 1.2));
    painter.setBrush(fill);
    const double round = std::min(box.height() / 2, 8.0);
    painter.drawRoundedRect(box, round, round);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(ink);
    drawWords(painter, box.adjusted(5, 0, -5, 0), text, Qt::AlignHCenter, Qt::ElideRight);
}

} // namespace rdrlab::gui
