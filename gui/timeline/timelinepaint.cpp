// How the timeline looks; timeline.cpp has what it does.
#include "gui/models/texts.h"
#include "gui/timeline/timeline.h"

#include <QElapsedTimer>
#include <QFile>
#include <QPaintEvent>
#include <QPainterPath>
#include <QScrollBar>
#include <QSvgGenerator>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

namespace {

constexpr std::size_t kFaintArrows = 60; // beyond that only those of the current call
constexpr std::size_t kArrowsLooked = 4000;

} // namespace

void TimelineView::paintEvent(QPaintEvent*)
{
    QElapsedTimer timer;
    timer.start();
    QPainter painter(viewport());
    paintAll(painter);
    m_frameMs = double(timer.nsecsElapsed()) / 1e6;
    if (isSharp() && !std::exchange(m_wasSharp, true)) {
        // Not from within a painting: who hears it may want another one.
        QMetaObject::invokeMethod(this, &TimelineView::sharpened, Qt::QueuedConnection);
    }
}

void TimelineView::paintAll(QPainter& painter)
{
    painter.setFont(smallFont());
    const QRect whole = viewport()->rect();
    painter.fillRect(whole, theme().base);
    if (m_lanes == nullptr) {
        paintNothing(painter);
        return;
    }
    const QRect lanes(
        gutter(), rulerHeight(), whole.width() - gutter(), whole.height() - rulerHeight());
    paintLanes(painter, lanes);
    painter.setClipRect(lanes);
    paintArrows(painter, lanes);
    paintCurrentCall(painter, lanes);
    painter.setClipping(false);
    paintGutter(painter, QRect(0, lanes.top(), gutter(), lanes.height()));
    paintRuler(painter, QRect(gutter(), 0, lanes.width(), lanes.top()));
    painter.setClipRect(QRect(gutter(), 0, lanes.width(), whole.height()));
    const int line = QFontMetrics(smallFont()).height();
    paintFlags(painter, QRect(gutter(), 0, lanes.width(), lanes.top()));
    if (m_focus != nullptr) {
        paintLine(painter, whole, m_focus->markerA(), theme().markerA, QStringLiteral("A"), 1);
        paintLine(painter, whole, m_focus->markerB(), theme().markerB, QStringLiteral("B"), 1);
        paintLine(
            painter, whole, m_focus->seq(), theme().now, QStringLiteral("#%1").arg(m_focus->seq()),
            line + 3);
    }
    paintBand(painter, whole);
    painter.setClipping(false);
}

void TimelineView::paintNothing(QPainter& painter)
{
    painter.setPen(theme().dim);
    const TraceDocument::State state
        = m_document != nullptr ? m_document->state() : TraceDocument::State::Empty;
    painter.drawText(
        viewport()->rect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap,
        state == TraceDocument::State::Loading ? tr("Loading %1 …").arg(m_document->title())
            : state == TraceDocument::State::Failed
            ? m_document->error()
            : tr("Open a trace (Ctrl+O), or drop one here."));
}

void TimelineView::paintBand(QPainter& painter, const QRect& area)
{
    if (m_drag == Drag::Zoom) {
        QColor band = theme().accent;
        band.setAlpha(50);
        painter.fillRect(
            QRect(m_pressed.x(), area.top(), m_moved.x() - m_pressed.x(), area.height())
                .normalized(),
            band);
    }
}

void TimelineView::paintFlags(QPainter& painter, const QRect& area)
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().markerB);
    for (const Seq flag : m_flags) {
        const double x = xOf(flag);
        if (x >= area.left() - 8 && x <= area.right() + 8) {
            const double y = area.bottom();
            const QPointF shape[] = {
                { x, y }, { x, y - 13 }, { x + 8, y - 10 }, { x + 1.5, y - 6 }, { x + 1.5, y }
            };
            painter.drawPolygon(shape, 5);
        }
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void TimelineView::paintVectors(QPainter& painter)
{
    m_asVectors = true;
    paintAll(painter);
    m_asVectors = false;
}

QString TimelineView::savePng(const QString& path)
{
    constexpr double kSharper = 2;
    const QSize size = viewport()->size();
    QImage image(size * kSharper, QImage::Format_RGB32);
    image.setDevicePixelRatio(kSharper);
    QPainter painter(&image);
    paintVectors(painter);
    painter.end();
    return image.save(path, "PNG") ? QString() : tr("%1 cannot be written").arg(path);
}

QString TimelineView::saveSvg(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) {
        return tr("%1 cannot be written: %2").arg(path, file.errorString());
    }
    QSvgGenerator generator;
    generator.setOutputDevice(&file);
    generator.setSize(viewport()->size());
    generator.setViewBox(viewport()->rect());
    generator.setTitle(m_document != nullptr ? m_document->title() : QString());
    QPainter painter(&generator);
    paintVectors(painter);
    return painter.end() ? QString() : tr("%1 cannot be written").arg(path);
}

void TimelineView::paintLanes(QPainter& painter, const QRect& area)
{
    const int scrolled = verticalScrollBar()->value();
    const LanePainter words(*m_lanes, m_axis, theme());
    if (m_tilesAreStale && !m_asVectors) {
        m_tiles.show({ m_lanes, m_axis, theme(), m_shapes, devicePixelRatioF() });
        m_tilesAreStale = false;
    }
    m_tiles.beginFrame();
    const trace::Reader& reader = m_document->reader();
    const TraceIndex& index = m_lanes->index();
    const auto nameOf = [&](const Lane& lane, std::uint32_t item) {
        return lane.isLifetimes ? texts::shortObject(reader, index.lifetimes[item].object)
                                : texts::call(reader, index.calls[item]);
    };
    const auto nameOfMark = [&](const Mark& mark) {
        const trace::Event event = m_document->events().event(mark.seq);
        const QString name = texts::routine(reader, event.routine);
        if (mark.kind == trace::EventKind::Packet) {
            return tr("%1 bytes").arg(event.argument);
        }
        const QString note
            = event.text != 0 ? texts::foreign(reader.string(event.text)) : QString();
        return note.isEmpty() ? name : name + QStringLiteral(": ") + note;
    };
    painter.setClipRect(area);
    if (m_underlay) {
        m_underlay(painter, area);
    }
    // Before the scenario: the machine's start, dimmed so that nobody takes it for the story.
    const Seq first = m_document->firstOfScenario();
    for (std::size_t i = 0; i < m_shapes.size(); ++i) {
        const int top = area.top() + m_tops[i] - scrolled;
        if (top > area.bottom() || top + m_shapes[i].height < area.top()) {
            continue;
        }
        if (i % 2 == 1 && !m_underlay) {
            painter.fillRect(
                QRect(area.left(), top, area.width(), m_shapes[i].height), theme().alternate);
        }
        if (m_asVectors) {
            painter.save();
            painter.translate(area.left(), top);
            words.paint(
                painter, m_lanes->lanes()[i], m_shapes[i], double(m_axis.scrolled()),
                double(m_axis.scrolled() + area.width()));
            painter.restore();
        } else {
            const std::int64_t begin = m_axis.scrolled() / TileCache::kWidth;
            const std::int64_t end = (m_axis.scrolled() + area.width()) / TileCache::kWidth;
            for (std::int64_t column = begin; column <= end; ++column) {
                const int x = area.left() + int(column * TileCache::kWidth - m_axis.scrolled());
                m_tiles.draw(painter, int(i), column, QPoint(x, top));
            }
            m_tiles.prepare(int(i), begin - 1);
            m_tiles.prepare(int(i), end + 1);
        }
        painter.save();
        painter.translate(area.left(), top);
        words.label(
            painter, m_lanes->lanes()[i], m_shapes[i], double(m_axis.scrolled()),
            double(m_axis.scrolled() + area.width()), nameOf, nameOfMark);
        painter.restore();
        painter.setPen(theme().line);
        painter.drawLine(
            area.left(), top + m_shapes[i].height, area.right(), top + m_shapes[i].height);
    }
    if (first > 1) {
        const double start = area.left()
            + m_axis.x(m_axisKind == Axis::Kind::Events ? m_axis.place(first) : unitsOf(first));
        if (start > area.left()) {
            QColor veil = theme().window;
            veil.setAlpha(150);
            painter.fillRect(
                QRectF(area.left(), area.top(), start - area.left(), area.height()), veil);
            painter.setPen(theme().dim);
            if (start - area.left() > 120) {
                painter.drawText(
                    QRectF(area.left(), area.bottom() - 22, start - area.left() - 6, 20),
                    Qt::AlignRight | Qt::AlignVCenter, tr("the machine starts"));
            }
        }
    }
    painter.setClipping(false);
}

void TimelineView::paintGutter(QPainter& painter, const QRect& area)
{
    painter.setClipRect(area);
    painter.fillRect(area, theme().window);
    const int scrolled = verticalScrollBar()->value();
    for (std::size_t i = 0; i < m_shapes.size(); ++i) {
        const Lane& lane = m_lanes->lanes()[i];
        const int top = area.top() + m_tops[i] - scrolled;
        if (top > area.bottom() || top + m_shapes[i].height < area.top()) {
            continue;
        }
        painter.fillRect(
            QRect(area.left(), top + 2, 4, m_shapes[i].height - 3), theme().ofLayer(lane.layer));
        const int line = painter.fontMetrics().height();
        // The title stays visible while any of its lane is.
        const int y = std::clamp(
            area.top() + 2, top + 2, std::max(top + 2, top + m_shapes[i].height - line - 1));
        painter.setPen(theme().text);
        const QRect box(area.left() + 9, y, area.width() - 13, line);
        const QString glyph = m_collapsed.contains(lane.title) ? QStringLiteral("▸ ") : QString();
        painter.drawText(
            box, Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(glyph + lane.title, Qt::ElideMiddle, box.width()));
        if (lane.hidden != 0 && m_shapes[i].height > 2 * line + 4) {
            painter.setPen(theme().dim);
            painter.drawText(
                box.translated(0, line), Qt::AlignLeft | Qt::AlignVCenter,
                tr("+%1 deeper").arg(lane.hidden));
        }
        painter.setPen(theme().line);
        painter.drawLine(
            area.left(), top + m_shapes[i].height, area.right(), top + m_shapes[i].height);
    }
    painter.setPen(theme().line);
    painter.drawLine(area.right(), area.top(), area.right(), area.bottom());
    painter.setClipping(false);
}

void TimelineView::paintRuler(QPainter& painter, const QRect& area)
{
    const QRect corner(0, 0, gutter(), area.height());
    painter.fillRect(corner.united(area), theme().window);
    painter.setPen(theme().dim);
    painter.drawText(
        corner.adjusted(9, 2, -4, -2), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap,
        !m_name.isEmpty()                      ? m_name
            : m_axisKind != Axis::Kind::Events ? tr("by time")
            : m_axis.hasPlaces()               ? tr("aligned")
                                               : tr("by event"));
    painter.setClipRect(area);
    const int line = painter.fontMetrics().height();
    const double widest = painter.fontMetrics().horizontalAdvance(QStringLiteral("#88888888"));
    double step = niceStep(m_axis.perPixel() * (widest + 24));
    if (m_axisKind == Axis::Kind::Events) {
        step = std::max(1.0, step);
    }
    const double first = std::floor(m_axis.left() / step) * step;
    constexpr int kMostTicks = 1000;
    int ticks = 0;
    for (double at = first; at <= std::min(m_axis.right(), m_axis.end()) && ticks < kMostTicks;
         at += step, ++ticks) {
        const double shown = m_axisKind == Axis::Kind::Events ? at + 0.5 : at;
        const int x = area.left() + int(std::lround(m_axis.x(shown)));
        if (at < 0 || (m_axisKind == Axis::Kind::Events && m_axis.seqAt(at) < 1)) {
            continue;
        }
        painter.setPen(theme().line);
        painter.drawLine(x, area.bottom() - 5, x, area.bottom());
        painter.setPen(theme().dim);
        const double told = m_axisKind == Axis::Kind::Events ? double(m_axis.seqAt(at)) : at;
        painter.drawText(
            x + 3, 2 + painter.fontMetrics().ascent(), tickText(m_axisKind, told, step));
        if (m_axisKind == Axis::Kind::Events) {
            const Seq seq = Seq(told);
            painter.drawText(
                x + 3, 3 + line + painter.fontMetrics().ascent(),
                texts::duration(m_document->events().event(seq).timeNs));
        }
    }
    painter.setPen(theme().line);
    painter.drawLine(0, area.bottom(), area.right(), area.bottom());
    painter.setClipping(false);
}

QPointF TimelineView::placeOf(CallIndex call, double units, bool& visible) const
{
    const LaneSet::Place place = m_lanes->placeOfCall(call);
    visible = place.lane >= 0;
    if (!visible) {
        return {};
    }
    const LaneShape& shape = m_shapes[std::size_t(place.lane)];
    const double y = rulerHeight() + m_tops[std::size_t(place.lane)] + shape.rowTop(place.row)
        + shape.rowHeight / 2.0 - verticalScrollBar()->value();
    return { gutter() + m_axis.x(units), y };
}

void TimelineView::paintArrows(QPainter& painter, const QRect& area)
{
    if (!m_arrowsShown || m_mode == LaneMode::Objects) {
        return;
    }
    const std::vector<Flow>& flows = m_lanes->index().flows;
    const double left = m_axis.left();
    const double right = m_axis.right();
    struct Arrow
    {
        QPointF from, to;
        bool isOwn;
    };
    std::vector<Arrow> arrows;
    std::size_t faint = 0;
    std::size_t looked = 0;
    // Flows begin in order; long ones from before the left edge are found by looking back some way.
    auto it
        = std::lower_bound(flows.begin(), flows.end(), left, [&](const Flow& flow, double wanted) {
              return m_axis.at(flow.from, flow.fromNs) < wanted;
          });
    it -= std::min<std::ptrdiff_t>(it - flows.begin(), 200);
    for (; it != flows.end() && looked < kArrowsLooked; ++it, ++looked) {
        const double from = m_axis.at(it->from, it->fromNs);
        const double to = m_axis.at(it->to, it->toNs);
        if (from > right) {
            break;
        }
        const bool isOwn = m_currentCall != kNoCall
            && (it->fromCall == m_currentCall || it->toCall == m_currentCall);
        if (to < left || (!isOwn && (to - from) / m_axis.perPixel() < 8)) {
            continue;
        }
        bool fromVisible = false;
        bool toVisible = false;
        const QPointF start = placeOf(it->fromCall, from, fromVisible);
        const QPointF end = placeOf(it->toCall, to, toVisible);
        if (fromVisible && toVisible) {
            faint += isOwn ? 0 : 1;
            arrows.push_back({ start, end, isOwn });
        }
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    for (const Arrow& arrow : arrows) {
        if (!arrow.isOwn && faint > kFaintArrows) {
            continue;
        }
        QColor colour = arrow.isOwn ? theme().accent : theme().dim;
        colour.setAlpha(arrow.isOwn ? 255 : 110);
        painter.setPen(QPen(colour, arrow.isOwn ? 2 : 1));
        // A call's own completion bows downwards, so that it is not lost in the bar.
        const double bow = std::abs(arrow.from.y() - arrow.to.y()) < 2 ? 16 : 0;
        const double reach = std::min(60.0, std::abs(arrow.to.x() - arrow.from.x()) / 2 + 6);
        QPainterPath path(arrow.from);
        path.cubicTo(arrow.from + QPointF(reach, bow), arrow.to + QPointF(-reach, bow), arrow.to);
        painter.drawPath(path);
        painter.drawLine(arrow.to, arrow.to + QPointF(-6, bow != 0 ? 1 : -4));
        painter.drawLine(arrow.to, arrow.to + QPointF(-5, bow != 0 ? 7 : 4));
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    Q_UNUSED(area);
}

void TimelineView::paintCurrentCall(QPainter& painter, const QRect& area)
{
    painter.setBrush(Qt::NoBrush);
    CallIndex call = m_currentCall;
    for (int depth = 0; call != kNoCall; ++depth) {
        const Call& shown = m_lanes->index().calls[call];
        const LaneSet::Place place = m_lanes->placeOfCall(call);
        if (place.lane >= 0) {
            const LaneShape& shape = m_shapes[std::size_t(place.lane)];
            const double y = area.top() + m_tops[std::size_t(place.lane)] + shape.rowTop(place.row)
                - verticalScrollBar()->value();
            const double from = std::max(-10.0, m_axis.x(m_axis.begin(shown)));
            const double to = std::min(m_axis.width() + 10.0, m_axis.x(m_axis.finish(shown)));
            const QRectF bar(
                area.left() + from, y + 1, std::max(3.0, to - from), shape.rowHeight - 2);
            QPen pen(
                theme().selection, depth == 0 ? 2 : 1, depth == 0 ? Qt::SolidLine : Qt::DotLine);
            painter.setPen(pen);
            painter.drawRect(bar);
        }
        call = shown.parent;
    }
}

void TimelineView::paintLine(
    QPainter& painter,
    const QRect& area,
    Seq seq,
    const QColor& colour,
    const QString& flag,
    int flagY)
{
    if (seq == 0) {
        return;
    }
    const double x = xOf(seq);
    if (x < area.left() - 2 || x > area.right() + 2) {
        return;
    }
    painter.setPen(QPen(colour, 1.5));
    painter.drawLine(QPointF(x, flagY), QPointF(x, area.bottom()));
    const QFontMetrics metrics(painter.font());
    QRectF box(x, flagY, metrics.horizontalAdvance(flag) + 8, metrics.height());
    if (box.right() > area.right()) {
        box.moveRight(x);
    }
    painter.fillRect(box, colour);
    painter.setPen(Theme::readableOn(colour));
    painter.drawText(box, Qt::AlignCenter, flag);
}

} // namespace rdrlab::gui
