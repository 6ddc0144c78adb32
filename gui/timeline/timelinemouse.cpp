// The timeline under mouse and keys: what lies under a point, dragging, the wheel.
#include "gui/models/explain.h"
#include "gui/models/texts.h"
#include "gui/timeline/timeline.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

namespace {
constexpr double kZoomStep = 1.25;
constexpr int kHitPixels = 5;
}

void TimelineView::wheelEvent(QWheelEvent* event)
{
    m_isUntouched = false;
    const QPoint delta = event->angleDelta();
    const double x = event->position().x() - gutter();
    if (event->modifiers() & Qt::ControlModifier || x < 0) {
        verticalScrollBar()->setValue(verticalScrollBar()->value() - delta.y() / 2);
    } else if (event->modifiers() & Qt::ShiftModifier || delta.x() != 0) {
        m_axis.pan(-(delta.x() != 0 ? delta.x() : delta.y()));
        axisMoved();
    } else {
        m_axis.zoom(std::pow(kZoomStep, -delta.y() / 120.0), x);
        axisMoved();
    }
    event->accept();
}

TimelineView::Hit TimelineView::hitAt(QPoint point) const
{
    Hit hit;
    if (m_lanes == nullptr) {
        return hit;
    }
    hit.inRuler = point.y() < rulerHeight();
    hit.inGutter = point.x() < gutter();
    const int y = point.y() - rulerHeight() + verticalScrollBar()->value();
    const auto found = std::upper_bound(m_tops.begin(), m_tops.end(), y);
    if (hit.inRuler || found == m_tops.begin()) {
        return hit;
    }
    const auto at = std::size_t(found - m_tops.begin()) - 1;
    const LaneShape& shape = m_shapes[at];
    const int inside = y - m_tops[at];
    if (inside > shape.height) {
        return hit;
    }
    hit.lane = int(at);
    if (hit.inGutter) {
        return hit;
    }
    const Lane& lane = m_lanes->lanes()[at];
    const double x = point.x() - gutter();
    const double units = m_axis.units(x);
    if (!lane.marks.empty() && inside >= shape.marksTop) {
        const std::vector<Mark>& marks = m_lanes->marksOf(lane);
        double nearest = kHitPixels;
        const auto first = std::lower_bound(
            lane.marks.begin(), lane.marks.end(), m_axis.units(x - kHitPixels),
            [&](std::uint32_t mark, double wanted) {
                return m_axis.at(marks[mark].seq, marks[mark].timeNs) < wanted;
            });
        for (auto it = first; it != lane.marks.end() && it - first < 64; ++it) {
            const double distance
                = std::abs(m_axis.x(m_axis.at(marks[*it].seq, marks[*it].timeNs)) - x);
            if (distance <= nearest) {
                nearest = distance;
                hit.mark = &marks[*it];
            }
        }
        return hit;
    }
    const int row = (inside - shape.rowsTop) / std::max(1, shape.rowHeight);
    if (row < 0 || row >= int(lane.rows.size())) {
        return hit;
    }
    const LaneRow& items = lane.rows[std::size_t(row)];
    std::size_t item = m_lanes->itemAt(lane, items, m_axis, units);
    if (item == items.items.size()) {
        return hit;
    }
    const double missed = x - m_axis.x(m_lanes->finish(lane, items.items[item], m_axis));
    if (missed > kHitPixels) {
        return hit;
    }
    if (lane.isLifetimes) {
        hit.life = &m_lanes->index().lifetimes[items.items[item]];
    } else {
        hit.call = items.items[item];
    }
    return hit;
}

QString TimelineView::describe(const Hit& hit) const
{
    const trace::Reader& reader = m_document->reader();
    const TraceIndex& index = m_lanes->index();
    if (hit.call != kNoCall) {
        const Call& call = index.calls[hit.call];
        QString text
            = QStringLiteral("%1: %2").arg(texts::layer(call.layer), texts::call(reader, call));
        text += QLatin1Char('\n')
            + (call.end != 0 ? tr("#%1 to #%2, %3")
                                   .arg(call.begin)
                                   .arg(call.end)
                                   .arg(texts::duration(call.endNs - call.beginNs))
                             : tr("from #%1, not finished").arg(call.begin));
        text += QLatin1Char('\n') + texts::thread(reader, call.process, call.thread);
        if (call.end != 0) {
            text += QLatin1Char('\n') + texts::status(call.status);
        }
        return explainTip(texts::foreign(reader.string(call.routine)), text);
    }
    if (hit.life != nullptr) {
        const QString name = texts::object(reader, hit.life->object);
        const QString text = name + QLatin1Char('\n')
            + (hit.life->death != 0
                   ? tr("born #%1, died #%2").arg(hit.life->birth).arg(hit.life->death)
                   : tr("born #%1, alive at the end").arg(hit.life->birth));
        return explainTip(name, text);
    }
    if (hit.mark != nullptr) {
        const trace::Event event = m_document->events().event(hit.mark->seq);
        QString text = QStringLiteral("#%1 %2: %3")
                           .arg(event.seq)
                           .arg(texts::kind(event.kind), texts::routine(reader, event.routine));
        const QString detail = texts::detail(reader, event);
        return detail.isEmpty() ? text : text + QLatin1Char('\n') + detail;
    }
    if (hit.lane >= 0 && hit.inGutter) {
        const Lane& lane = m_lanes->lanes()[std::size_t(hit.lane)];
        return lane.title + QLatin1Char('\n') + lane.explanation + QLatin1Char('\n')
            + tr("Double-click folds and unfolds it.");
    }
    return {};
}

void TimelineView::activate(const Hit& hit)
{
    if (m_focus == nullptr) {
        return;
    }
    const TraceIndex& index = m_lanes->index();
    if (hit.call != kNoCall) {
        m_focus->goTo(index.calls[hit.call].begin);
        if (index.calls[hit.call].object != 0) {
            m_focus->choose(index.calls[hit.call].object);
        }
    } else if (hit.life != nullptr) {
        m_focus->goTo(hit.life->birth);
        m_focus->choose(hit.life->object);
    } else if (hit.mark != nullptr) {
        m_focus->goTo(hit.mark->seq);
    } else if (!hit.inGutter) {
        m_focus->goTo(seqAt(m_pressed.x() - gutter()));
    }
}

void TimelineView::toggleLane(int lane)
{
    const QString& title = m_lanes->lanes()[std::size_t(lane)].title;
    if (!m_collapsed.erase(title)) {
        m_collapsed.insert(title);
    }
    forgetTiles();
    arrange();
}

void TimelineView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_lanes == nullptr) {
        return;
    }
    m_pressed = m_moved = event->pos();
    const Hit hit = hitAt(m_pressed);
    if (hit.inGutter) {
        return;
    }
    m_drag = event->modifiers() & Qt::ShiftModifier ? Drag::Zoom
        : hit.inRuler                               ? Drag::Scrub
                                                    : Drag::Pan;
    if (m_drag == Drag::Scrub) {
        m_focus->goTo(seqAt(m_pressed.x() - gutter()));
    }
}

void TimelineView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_drag == Drag::None) {
        return;
    }
    const QPoint before = m_moved;
    m_moved = event->pos();
    switch (m_drag) {
    case Drag::Pan:
        if ((m_moved - m_pressed).manhattanLength() > 3) {
            m_isUntouched = false;
            m_axis.pan(before.x() - m_moved.x());
            verticalScrollBar()->setValue(verticalScrollBar()->value() + before.y() - m_moved.y());
            viewport()->setCursor(Qt::ClosedHandCursor);
            axisMoved();
        } else {
            m_moved = before; // still a click
        }
        break;
    case Drag::Scrub:
        m_focus->goTo(seqAt(m_moved.x() - gutter()), Focus::How::Step);
        break;
    case Drag::Zoom:
        viewport()->update();
        break;
    case Drag::None:
        break;
    }
}

void TimelineView::mouseReleaseEvent(QMouseEvent* event)
{
    const Drag drag = m_drag;
    m_drag = Drag::None;
    viewport()->unsetCursor();
    if (event->button() != Qt::LeftButton || m_lanes == nullptr) {
        return;
    }
    const double from = m_pressed.x() - gutter();
    const double to = event->pos().x() - gutter();
    if (drag == Drag::Zoom && std::abs(to - from) > 6) {
        showRange(m_axis.units(std::min(from, to)), m_axis.units(std::max(from, to)));
    } else if (drag == Drag::Pan && (event->pos() - m_pressed).manhattanLength() <= 3) {
        activate(hitAt(m_pressed));
    }
    viewport()->update();
}

void TimelineView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const Hit hit = hitAt(event->pos());
    if (hit.lane >= 0 && hit.inGutter) {
        toggleLane(hit.lane);
    } else if (hit.call != kNoCall) {
        activate(hit);
        showCall();
    }
}

bool TimelineView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_lanes != nullptr) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = describe(hitAt(help->pos()));
        if (text.isEmpty()) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(help->globalPos(), text, viewport());
        }
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void TimelineView::keyPressEvent(QKeyEvent* event)
{
    // Left and right step: the timeline is what a person looks at while stepping.
    if (m_focus != nullptr && m_focus->seq() != 0 && event->modifiers() == Qt::NoModifier) {
        if (event->key() == Qt::Key_Left && m_focus->seq() > 1) {
            m_focus->goTo(m_focus->seq() - 1, Focus::How::Step);
            return;
        }
        if (event->key() == Qt::Key_Right) {
            m_focus->goTo(m_focus->seq() + 1, Focus::How::Step);
            return;
        }
    }
    QAbstractScrollArea::keyPressEvent(event);
}

} // namespace rdrlab::gui
