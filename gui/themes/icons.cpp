#include "gui/themes/icons.h"

#include "gui/themes/theme.h"

#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

namespace rdrlab::gui {

namespace {

// All shapes live in a 16 by 16 box.
void draw(QPainter& painter, Glyph glyph, const QColor& ink)
{
    const QPen pen(ink, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    const auto triangle = [&](qreal x, qreal y, qreal w, qreal h) {
        QPainterPath path(QPointF(x, y));
        path.lineTo(x + w, y + h / 2);
        path.lineTo(x, y + h);
        path.closeSubpath();
        painter.fillPath(path, ink);
    };
    const auto head = [&](QPointF tip, QPointF along) {
        const QPointF side(-along.y(), along.x());
        painter.drawLine(tip, tip - along + side);
        painter.drawLine(tip, tip - along - side);
    };
    switch (glyph) {
    case Glyph::StepForward:
    case Glyph::StepBackward:
        painter.drawLine(QPointF(4, 3.5), QPointF(4, 12.5));
        triangle(7, 3.5, 6, 9);
        break;
    case Glyph::Play:
        triangle(4.5, 2.5, 8.5, 11);
        break;
    case Glyph::Pause:
        painter.fillRect(QRectF(4, 3, 3, 10), ink);
        painter.fillRect(QRectF(9, 3, 3, 10), ink);
        break;
    case Glyph::Stop:
        painter.fillRect(QRectF(3.5, 3.5, 9, 9), ink);
        break;
    case Glyph::First:
    case Glyph::Last:
        triangle(3, 3.5, 7, 9);
        painter.drawLine(QPointF(12, 3.5), QPointF(12, 12.5));
        break;
    case Glyph::CallInto:
        painter.drawLine(QPointF(8, 2), QPointF(8, 10));
        head({ 8, 10 }, { 0, 3 });
        painter.drawLine(QPointF(3, 13.5), QPointF(13, 13.5));
        break;
    case Glyph::CallOver: {
        QPainterPath path(QPointF(2.5, 9));
        path.cubicTo(3, 2, 12, 2, 12.8, 8.5);
        painter.drawPath(path);
        head({ 12.8, 8.8 }, { 0.4, 3 });
        painter.setBrush(ink);
        painter.drawEllipse(QPointF(7.7, 12.3), 1.6, 1.6);
        break;
    }
    case Glyph::CallOut:
        painter.drawLine(QPointF(8, 10.5), QPointF(8, 2.5));
        head({ 8, 2.5 }, { 0, -3 });
        painter.drawLine(QPointF(3, 13.5), QPointF(13, 13.5));
        break;
    case Glyph::ErrorNext:
    case Glyph::ErrorPrevious:
        painter.drawLine(QPointF(2.5, 5), QPointF(7.5, 11));
        painter.drawLine(QPointF(7.5, 5), QPointF(2.5, 11));
        triangle(9.5, 4.5, 4.5, 7);
        break;
    case Glyph::DifferenceNext:
        painter.drawLine(QPointF(1.5, 6), QPointF(8, 6));
        painter.drawLine(QPointF(1.5, 10), QPointF(8, 10));
        painter.drawLine(QPointF(3, 12.5), QPointF(6.5, 3.5));
        triangle(10, 4.5, 4.5, 7);
        break;
    case Glyph::Back:
    case Glyph::Forward:
        painter.drawLine(QPointF(3, 8), QPointF(13, 8));
        head({ 13, 8 }, { 3.5, 0 });
        break;
    case Glyph::ZoomIn:
    case Glyph::ZoomOut:
    case Glyph::Search:
        painter.drawEllipse(QPointF(6.7, 6.7), 4.4, 4.4);
        painter.drawLine(QPointF(10, 10), QPointF(13.6, 13.6));
        if (glyph != Glyph::Search) {
            painter.drawLine(QPointF(4.7, 6.7), QPointF(8.7, 6.7));
        }
        if (glyph == Glyph::ZoomIn) {
            painter.drawLine(QPointF(6.7, 4.7), QPointF(6.7, 8.7));
        }
        break;
    case Glyph::Fit:
        painter.drawLine(QPointF(2, 3), QPointF(2, 13));
        painter.drawLine(QPointF(14, 3), QPointF(14, 13));
        painter.drawLine(QPointF(4.5, 8), QPointF(11.5, 8));
        head({ 11.7, 8 }, { 2.4, 0 });
        head({ 4.3, 8 }, { -2.4, 0 });
        break;
    case Glyph::Bookmark: {
        QPainterPath path(QPointF(4.5, 2.5));
        path.lineTo(11.5, 2.5);
        path.lineTo(11.5, 13.5);
        path.lineTo(8, 10.4);
        path.lineTo(4.5, 13.5);
        path.closeSubpath();
        painter.drawPath(path);
        break;
    }
    case Glyph::Break:
        painter.setBrush(ink);
        painter.drawEllipse(QPointF(8, 8), 4.6, 4.6);
        break;
    case Glyph::Open: {
        QPainterPath path(QPointF(2, 12.5));
        path.lineTo(2, 3.5);
        path.lineTo(6, 3.5);
        path.lineTo(7.5, 5.5);
        path.lineTo(13.5, 5.5);
        path.lineTo(13.5, 12.5);
        path.closeSubpath();
        painter.drawPath(path);
        break;
    }
    }
}

class Engine : public QIconEngine
{
public:
    Engine(Glyph glyph, bool mirrored)
        : m_glyph(glyph)
        , m_mirrored(mirrored)
    {
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.topLeft());
        painter->scale(rect.width() / 16.0, rect.height() / 16.0);
        if (m_mirrored) {
            painter->translate(16, 0);
            painter->scale(-1, 1);
        }
        QColor ink = theme().text;
        if (mode == QIcon::Disabled) {
            ink.setAlphaF(0.35F);
        }
        draw(*painter, m_glyph, ink);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new Engine(m_glyph, m_mirrored); }

private:
    Glyph m_glyph;
    bool m_mirrored;
};

} // namespace

QIcon icon(Glyph glyph, bool mirrored)
{
    return QIcon(new Engine(glyph, mirrored));
}

} // namespace rdrlab::gui
