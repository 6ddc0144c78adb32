// What lies over the object graph: who holds the chosen object, and what is out of sight.
#include "gui/graph/graphdraw.h"
#include "gui/graph/graphview.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <map>

namespace rdrlab::gui {

using trace::ObjectId;

void GraphView::paintWhy(QPainter& painter, const QRectF& area)
{
    if (m_why.object == 0) {
        return;
    }
    const QColor ink = theme().now;
    std::map<ObjectId, int> capsules; // so many stand above a box
    for (const WhyOverlay::Step& step : m_why.steps) {
        const QRectF held = boxOf(step.held);
        if (held.isEmpty()) {
            continue;
        }
        QPen pen(ink, step.isMain ? 3.0 : 1.6);
        if (!step.isMain) {
            pen.setDashPattern({ 5, 2 });
        }
        const QRectF holder = boxOf(step.holder);
        QPointF from, to;
        if (holder.isEmpty()) {
            // Not an object, or one that is not shown: a capsule above what it holds.
            painter.setFont(m_fonts.text);
            const QFontMetricsF letters(m_fonts.text);
            const double width
                = std::min(letters.horizontalAdvance(step.words) + 14, held.width() * 1.6);
            const int level = capsules[step.held]++;
            const QRectF box(
                held.left() + 10, held.top() - (level + 1) * (m_fonts.line + 5) - 2, width,
                m_fonts.line + 2);
            if (area.intersects(box)) {
                painter.setPen(pen);
                painter.drawLine(
                    QPointF(box.left() + 8, box.bottom()), QPointF(box.left() + 8, held.top()));
                drawCapsule(painter, box, step.words, theme().base, ink, theme().text);
            }
            continue;
        }
        if (!area.intersects(holder.united(held))) {
            continue;
        }
        const bool isDown = m_scene->layout()->flow() == GraphFlow::Down;
        const auto side = [&](const QRectF& of, const QRectF& towards) {
            if (isDown) {
                return QPointF(
                    of.center().x() + of.width() * 0.18,
                    towards.center().y() > of.center().y() ? of.bottom() : of.top());
            }
            return QPointF(
                towards.center().x() > of.center().x() ? of.right() : of.left(),
                of.center().y() + of.height() * 0.18);
        };
        from = side(holder, held);
        to = side(held, holder);
        painter.setPen(pen);
        painter.drawLine(from, to);
        drawTip(painter, from, to, step.isMain ? 11 : 8);
        if (step.isMain && m_zoom > 0.4 && !step.words.isEmpty()) {
            painter.setFont(m_fonts.text);
            const QSizeF size = QFontMetricsF(m_fonts.text).size(Qt::TextSingleLine, step.words);
            QRectF label(QPointF(), size + QSizeF(8, 2));
            label.moveCenter((from + to) / 2);
            label.moveLeft(std::max(label.left(), (from.x() + to.x()) / 2 + 4));
            painter.setPen(QPen(ink, 1));
            painter.setBrush(theme().base);
            painter.drawRoundedRect(label, 4, 4);
            painter.setBrush(Qt::NoBrush);
            painter.setPen(theme().text);
            painter.drawText(label, Qt::AlignCenter, step.words);
        }
    }
    painter.setBrush(Qt::NoBrush);
    for (const ObjectId node : m_why.nodes) {
        const QRectF box = boxOf(node);
        if (box.isEmpty() || !area.intersects(box)) {
            continue;
        }
        painter.setPen(QPen(ink, 2));
        painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 5, 5);
        if (m_why.dominators.contains(node)) {
            // A second line and words: nothing reaches the object but through this one.
            painter.drawRoundedRect(box.adjusted(-5, -5, 5, 5), 7, 7);
            painter.setFont(m_fonts.bold);
            const QString words = tr("◆ all paths");
            const double width = QFontMetricsF(m_fonts.bold).horizontalAdvance(words) + 14;
            drawCapsule(
                painter,
                QRectF(
                    box.right() - width, box.top() - m_fonts.line * 0.8, width, m_fonts.line + 2),
                words, ink, ink, Theme::readableOn(ink));
        }
    }
}

// What lives out of sight: a sign at the edge that leads there, a loud one where the step changed
// something.
void GraphView::paintHints(QPainter& painter)
{
    m_hints.clear();
    const QRectF view = viewport()->rect();
    struct Side
    {
        int count = 0;
        int changed = 0;
        double nearest = 1e18;
        ObjectId target = 0;
    };
    std::array<Side, 4> sides; // left, right, top, bottom
    for (const GraphNode& node : m_scene->nodes()) {
        const QRectF box = shown(node.box);
        if (view.intersects(box)) {
            continue;
        }
        Side& side = sides
            [box.right() < view.left()       ? 0
                 : box.left() > view.right() ? 1
                 : box.bottom() < view.top() ? 2
                                             : 3];
        const bool isChanged = node.mark != GraphMark::None;
        // What changed goes before what is near.
        const double distance
            = QLineF(box.center(), view.center()).length() + (isChanged ? 0 : 1e9);
        ++side.count;
        side.changed += isChanged;
        if (distance < side.nearest) {
            side.nearest = distance;
            side.target = node.object;
        }
    }
    static constexpr std::array<const char*, 4> kArrows { "◀ %1", "%1 ▶", "▲ %1", "▼ %1" };
    for (std::size_t i = 0; i < sides.size(); ++i) {
        const Side& side = sides[i];
        if (side.count == 0) {
            continue;
        }
        QString words = QString::fromUtf8(kArrows[i]).arg(side.count);
        if (side.changed != 0) {
            words += QStringLiteral("  ~%1").arg(side.changed);
        }
        painter.setFont(side.changed != 0 ? m_fonts.bold : m_fonts.text);
        QRectF box(
            0, 0, QFontMetricsF(painter.font()).horizontalAdvance(words) + 14, m_fonts.line + 4);
        box.moveCenter(view.center());
        i == 0       ? box.moveLeft(2)
            : i == 1 ? box.moveRight(view.right() - 2)
            : i == 2 ? box.moveTop(2)
                     : box.moveBottom(view.bottom() - 2);
        const QColor fill = side.changed != 0 ? theme().changed : theme().window;
        drawCapsule(
            painter, box, words, fill, theme().dim,
            side.changed != 0 ? Theme::readableOn(fill) : theme().text);
        m_hints.push_back({ box, side.target, side.count, side.changed });
    }
}

} // namespace rdrlab::gui
