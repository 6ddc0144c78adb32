#include "gui/timeline/lanepainter.h"

#include "gui/timeline/gallop.h"

#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

using trace::EventKind;

namespace {
constexpr double kLabelPixels = 26; // narrower bars have no words
constexpr double kMarkWords = 54; // room that a mark's words need
}

LaneShape LaneShape::of(const Lane& lane, int rowHeight, bool collapsed)
{
    LaneShape shape;
    shape.rowHeight = collapsed ? 4 : rowHeight;
    shape.markHeight = std::max(12, rowHeight - 4);
    int y = shape.rowsTop + int(lane.rows.size()) * shape.rowHeight;
    shape.waitsTop = y + 1;
    if (!lane.waits.empty()) {
        y += shape.waitHeight() + 2;
    }
    shape.marksTop = y;
    if (!lane.marks.empty()) {
        y += shape.markHeight;
    }
    shape.height = std::max(y + 4, collapsed ? 18 : rowHeight + 6);
    return shape;
}

QColor LanePainter::colourOf(const Lane& lane, std::uint32_t item) const
{
    if (lane.layer == trace::Layer::Maximum && !lane.isLifetimes) {
        return m_theme.ofLayer(m_lanes.index().calls[item].layer);
    }
    return m_theme.ofLayer(lane.layer);
}

void LanePainter::paintPends(
    QPainter& painter, CallIndex call, const QRectF& bar, const QColor& colour, double from) const
{
    for (const Stretch& stretch : m_lanes.index().pendsOf(call)) {
        const double left = m_axis.content(m_axis.begin(stretch)) - from;
        const double right = m_axis.content(m_axis.finish(stretch)) - from;
        const QRectF part = QRectF(left, bar.top(), right - left, bar.height()).intersected(bar);
        if (part.width() >= 2) {
            painter.fillRect(part, m_theme.base);
            painter.fillRect(part, QBrush(mixed(colour, m_theme.base, 0.45), Qt::BDiagPattern));
        }
    }
}

void LanePainter::paintRow(
    QPainter& painter,
    const Lane& lane,
    const LaneRow& row,
    int y,
    int height,
    double from,
    double to) const
{
    const bool isThin = height < 8;
    m_lanes.runs(lane, row, m_axis, from, to, [&](const LaneSet::Run& run) {
        const Severity worst = row.worst.worst(run.first, run.last);
        const QColor own = colourOf(lane, row.items[run.first]);
        const QColor edge = worst >= Severity::Warned ? m_theme.ofSeverity(worst) : own;
        // Clipped to somewhat beyond the tile: coordinates of ten digits are no friend of a
        // painter.
        const double left = std::max(run.from, from - 8) - from;
        const double right = std::min(std::max(run.to, run.from + 1), to + 8) - from;
        const QRectF bar(left, y + 1, right - left, height - 2);
        if (bar.width() < kLeastPixels || isThin || !run.isOne()) {
            const double wide = std::max(bar.width(), run.isOne() ? 1.5 : kLeastPixels - 1);
            painter.fillRect(
                QRectF(bar.left(), bar.top(), wide, bar.height()),
                run.isOne() && !isThin && bar.width() >= kLeastPixels
                    ? mixed(edge, m_theme.base, 0.3)
                    : edge);
            return;
        }
        painter.fillRect(bar, mixed(edge, m_theme.base, worst >= Severity::Warned ? 0.32 : 0.24));
        if (!lane.isLifetimes) {
            paintPends(painter, row.items[run.first], bar, own, from);
        }
        painter.setPen(QPen(edge, worst == Severity::Failed ? 2 : 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5));
        if (run.from >= from - 4) {
            painter.fillRect(
                QRectF(bar.left(), bar.top(), std::min(3.0, bar.width()), bar.height()), edge);
        }
    });
}

void LanePainter::paintWaits(
    QPainter& painter, const Lane& lane, const LaneShape& shape, double from, double to) const
{
    const std::vector<Stretch>& waits = m_lanes.index().waits;
    const auto first = std::upper_bound(
        lane.waits.begin(), lane.waits.end(), from * m_axis.perPixel(),
        [&](double wanted, std::uint32_t wait) { return wanted < m_axis.finish(waits[wait]); });
    const QBrush hatch(m_theme.dim, Qt::BDiagPattern);
    double drawn = from - 1;
    for (auto it = first; it != lane.waits.end(); ++it) {
        const double left = m_axis.content(m_axis.begin(waits[*it]));
        if (left > to) {
            break;
        }
        const double right = std::max(m_axis.content(m_axis.finish(waits[*it])), left + 1);
        if (right <= drawn + 1) {
            // Many in one pixel: go on where the pixel ends.
            const double end = (drawn + 1) * m_axis.perPixel();
            it = gallop(
                     std::next(it), lane.waits.end(),
                     [&](std::uint32_t wait) { return m_axis.finish(waits[wait]) < end; })
                - 1;
            drawn += 1;
            continue;
        }
        drawn = right;
        const QRectF part(
            std::max(left, from - 8) - from, shape.waitsTop,
            std::min(right, to + 8) - std::max(left, from - 8), shape.waitHeight());
        painter.fillRect(part, hatch);
        painter.setPen(m_theme.dim);
        painter.drawLine(part.bottomLeft(), part.bottomRight());
    }
}

namespace {

void drawMark(QPainter& painter, const Mark& mark, QPointF at, double r, const QColor& colour)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    switch (mark.kind) {
    case EventKind::Packet: {
        // The server's lane is below: what goes there points down.
        const double tip = mark.toServer ? r : -r;
        const QPointF points[]
            = { at + QPointF(0, tip), at + QPointF(-r, -tip), at + QPointF(r, -tip) };
        painter.drawPolygon(points, 3);
        break;
    }
    case EventKind::Callback: {
        const QPointF points[] = { at + QPointF(-r, 0), at + QPointF(r, -r), at + QPointF(r, r) };
        painter.drawPolygon(points, 3);
        break;
    }
    case EventKind::Error:
    case EventKind::Missing:
    case EventKind::Cancel:
        painter.setPen(QPen(colour, 2));
        painter.drawLine(at + QPointF(-r, -r) * 0.8, at + QPointF(r, r) * 0.8);
        painter.drawLine(at + QPointF(-r, r) * 0.8, at + QPointF(r, -r) * 0.8);
        break;
    case EventKind::Post: {
        const QPointF points[] = { at + QPointF(r, 0), at + QPointF(-r, -r), at + QPointF(-r, r) };
        painter.drawPolygon(points, 3);
        break;
    }
    default:
        painter.drawEllipse(at, r * 0.75, r * 0.75);
        break;
    }
}

} // namespace

void LanePainter::paintMarks(
    QPainter& painter, const Lane& lane, const LaneShape& shape, double from, double to) const
{
    const double markPixels = shape.markHeight * 0.65; // closer marks are drawn as ticks
    const std::vector<Mark>& marks = m_lanes.marksOf(lane);
    const auto unitsOf
        = [&](std::uint32_t mark) { return m_axis.at(marks[mark].seq, marks[mark].timeNs); };
    const auto before = [&](std::uint32_t mark, double wanted) { return unitsOf(mark) < wanted; };
    auto it = std::lower_bound(
        lane.marks.begin(), lane.marks.end(), (from - markPixels) * m_axis.perPixel(), before);
    painter.setRenderHint(QPainter::Antialiasing);
    while (it != lane.marks.end()) {
        const double at = m_axis.content(unitsOf(*it));
        if (at > to + markPixels) {
            break;
        }
        const auto next = std::next(it);
        const bool isAlone
            = next == lane.marks.end() || m_axis.content(unitsOf(*next)) - at >= markPixels;
        const QColor own = m_theme.ofLayer(marks[*it].layer);
        if (isAlone) {
            const Severity severity = marks[*it].severity;
            drawMark(
                painter, marks[*it], QPointF(at - from, shape.marksTop + shape.markHeight / 2.0),
                shape.markHeight * 0.29,
                severity >= Severity::Warned ? m_theme.ofSeverity(severity) : own);
            it = next;
            continue;
        }
        // Too close for shapes: a tick for each pair of pixels, coloured by the worst in it.
        const double limit = (at + 2) * m_axis.perPixel();
        const auto end = gallop(
            next, lane.marks.end(), [&](std::uint32_t mark) { return unitsOf(mark) < limit; });
        const Severity worst = lane.worstMark.worst(
            std::size_t(it - lane.marks.begin()), std::size_t(end - lane.marks.begin()));
        painter.fillRect(
            QRectF(at - from, shape.marksTop + 2, 1.5, shape.markHeight - 4),
            worst >= Severity::Warned ? m_theme.ofSeverity(worst) : own);
        it = end;
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void LanePainter::paint(
    QPainter& painter, const Lane& lane, const LaneShape& shape, double from, double to) const
{
    for (std::size_t row = 0; row < lane.rows.size(); ++row) {
        paintRow(painter, lane, lane.rows[row], shape.rowTop(int(row)), shape.rowHeight, from, to);
    }
    if (!lane.waits.empty()) {
        paintWaits(painter, lane, shape, from, to);
    }
    if (!lane.marks.empty()) {
        paintMarks(painter, lane, shape, from, to);
    }
}

void LanePainter::label(
    QPainter& painter,
    const Lane& lane,
    const LaneShape& shape,
    double from,
    double to,
    const std::function<QString(const Lane&, std::uint32_t item)>& nameOf,
    const std::function<QString(const Mark&)>& nameOfMark) const
{
    const QFontMetrics metrics(painter.font());
    painter.setPen(m_theme.text);
    for (std::size_t row = 0; row < lane.rows.size() && shape.rowHeight >= 10; ++row) {
        const LaneRow& items = lane.rows[row];
        const int y = shape.rowTop(int(row));
        m_lanes.runs(
            lane, items, m_axis, from, to,
            [&](const LaneSet::Run& run) {
                const double left = std::max(run.from, from) - from;
                const double right = std::min(run.to, to) - from;
                if (!run.isOne() || right - left < kLabelPixels) {
                    return;
                }
                const std::uint32_t item = items.items[run.first];
                QString text = nameOf(lane, item);
                if (!lane.isLifetimes) {
                    const QString glyph = severityGlyph(m_lanes.index().calls[item].severity);
                    text = glyph.isEmpty() ? text : glyph + QLatin1Char(' ') + text;
                }
                const QRectF box(left + 5, y, right - left - 7, shape.rowHeight);
                const QString fitting = metrics.elidedText(text, Qt::ElideRight, int(box.width()));
                if (fitting.size() > 1) {
                    painter.drawText(
                        box, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, fitting);
                }
            },
            kLabelPixels);
    }
    if (lane.marks.empty()) {
        return;
    }
    const std::vector<Mark>& marks = m_lanes.marksOf(lane);
    const auto unitsOf
        = [&](std::uint32_t mark) { return m_axis.at(marks[mark].seq, marks[mark].timeNs); };
    auto it = std::lower_bound(
        lane.marks.begin(), lane.marks.end(), from * m_axis.perPixel(),
        [&](std::uint32_t mark, double wanted) { return unitsOf(mark) < wanted; });
    painter.setPen(m_theme.dim);
    while (it != lane.marks.end()) {
        const double at = m_axis.content(unitsOf(*it));
        if (at > to) {
            break;
        }
        // Of the marks closer than the room for words, only the last can have that room behind it.
        const double limit = (at + kMarkWords) * m_axis.perPixel();
        const auto next = gallop(std::next(it), lane.marks.end(), [&](std::uint32_t mark) {
            return unitsOf(mark) < limit;
        });
        const auto last = std::prev(next);
        if (last != it) {
            it = last;
            continue;
        }
        const double end = next != lane.marks.end() ? m_axis.content(unitsOf(*next)) : to;
        if (end - at >= kMarkWords) {
            const QRectF box(
                at - from + shape.markHeight / 2.0, shape.marksTop, std::min(end, to) - at - 12,
                shape.markHeight);
            painter.drawText(
                box, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                metrics.elidedText(nameOfMark(marks[*it]), Qt::ElideRight, int(box.width())));
        }
        it = next;
    }
}

} // namespace rdrlab::gui
