#include "gui/timeline/timeline.h"

#include "gui/models/stepper.h"
#include "gui/models/texts.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

namespace {
constexpr double kZoomStep = 1.25;
constexpr int kHitPixels = 5;
constexpr int kBarSteps = 1'000'000; // of the horizontal scroll bar: content may exceed an int
}

TimelineView::TimelineView(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Timeline"));
    setAccessibleDescription(tr("Calls over time. The same calls are in the call tree, the same "
                                "events in the event table."));
    connect(&Themes::instance(), &Themes::changed, this, [this] {
        forgetTiles();
        viewport()->update();
    });
}

TimelineView::~TimelineView() = default;

QFont TimelineView::smallFont() const
{
    QFont small = font();
    small.setPointSizeF(std::max(7.5, small.pointSizeF() * 0.9));
    return small;
}

int TimelineView::rowHeight() const
{
    return QFontMetrics(smallFont()).height() + 3;
}

int TimelineView::rulerHeight() const
{
    return QFontMetrics(smallFont()).height() * 2 + 6;
}

void TimelineView::setSource(const TraceDocument* document, Focus* focus)
{
    if (m_document != nullptr) {
        disconnect(m_document, nullptr, this, nullptr);
    }
    if (m_focus != nullptr) {
        disconnect(m_focus, nullptr, this, nullptr);
    }
    m_document = document;
    m_focus = focus;
    if (document != nullptr) {
        connect(document, &TraceDocument::ready, this, [this] { reload(false); });
        connect(document, &TraceDocument::grew, this, [this] { reload(true); });
        connect(document, &TraceDocument::stateChanged, this, [this] {
            if (!m_document->isReady()) {
                reload(false);
            }
        });
    }
    if (focus != nullptr) {
        connect(focus, &Focus::moved, this, &TimelineView::focusMoved);
        connect(focus, &Focus::markersMoved, viewport(), qOverload<>(&QWidget::update));
        connect(focus, &Focus::chosen, viewport(), qOverload<>(&QWidget::update));
    }
    reload(false);
}

void TimelineView::reload(bool keepView)
{
    if (m_document == nullptr || !m_document->isReady()) {
        m_lanes.reset();
        m_currentCall = kNoCall;
        arrange();
        return;
    }
    rebuildLanes();
    const TraceIndex& index = *m_document->index();
    m_axis.setRange(
        m_axisKind,
        m_axisKind == Axis::Kind::Events ? double(index.lastSeq) + 1 : double(index.endNs));
    if (!keepView) {
        m_isUntouched = true;
        showScenario();
    }
    m_currentCall = m_focus != nullptr && m_focus->seq() != 0
        ? step::callOf(*m_document, m_focus->seq())
        : kNoCall;
    axisMoved();
}

// The story begins where the scenario does; the machine's start is to the left of it.
void TimelineView::showScenario()
{
    m_axis.showAll();
    const Seq first = m_document->firstOfScenario();
    if (first > 1 && first < m_document->lastSeq()) {
        const double from = m_axisKind == Axis::Kind::Events ? double(first) : unitsOf(first);
        m_axis.show(from - (m_axis.end() - from) * 0.01, m_axis.end());
    }
}

void TimelineView::rebuildLanes()
{
    m_lanes = std::make_unique<LaneSet>(m_document->index(), m_mode, m_document->reader());
    forgetTiles();
    arrange();
}

void TimelineView::arrange()
{
    m_shapes.clear();
    m_tops.clear();
    int y = 0;
    if (m_lanes != nullptr) {
        for (const Lane& lane : m_lanes->lanes()) {
            m_shapes.push_back(LaneShape::of(lane, rowHeight(), m_collapsed.contains(lane.title)));
            m_tops.push_back(y);
            y += m_shapes.back().height + 1;
        }
    }
    m_contentHeight = y;
    updateScrollBars();
    viewport()->update();
}

void TimelineView::setMode(LaneMode mode)
{
    if (mode != m_mode) {
        m_mode = mode;
        if (m_lanes != nullptr) {
            rebuildLanes();
        }
        Q_EMIT viewChanged();
    }
}

void TimelineView::setAxisKind(Axis::Kind kind)
{
    if (kind == m_axisKind) {
        return;
    }
    // The same events stay in sight.
    const Seq from = m_lanes != nullptr ? seqAt(0) : 0;
    const Seq to = m_lanes != nullptr ? seqAt(m_axis.width()) : 0;
    const bool all = m_axis.showsAll();
    m_axisKind = kind;
    if (m_lanes != nullptr) {
        const TraceIndex& index = *m_document->index();
        m_axis.setRange(
            kind, kind == Axis::Kind::Events ? double(index.lastSeq) + 1 : double(index.endNs));
        if (!all) {
            m_axis.show(unitsOf(from), std::max(unitsOf(to), unitsOf(from) + 1));
        }
    }
    axisMoved();
}

void TimelineView::setArrowsShown(bool shown)
{
    m_arrowsShown = shown;
    viewport()->update();
}

void TimelineView::forgetTiles()
{
    m_tiles.clear();
    m_tileBytes = 0;
}

void TimelineView::axisMoved()
{
    if (m_tilePerPixel != m_axis.perPixel() || m_tileKind != m_axis.kind()) {
        forgetTiles();
        m_tilePerPixel = m_axis.perPixel();
        m_tileKind = m_axis.kind();
    }
    updateScrollBars();
    viewport()->update();
    Q_EMIT viewChanged();
}

void TimelineView::updateScrollBars()
{
    m_settingBars = true;
    const int lanesHeight = viewport()->height() - rulerHeight();
    verticalScrollBar()->setRange(0, std::max(0, m_contentHeight - lanesHeight));
    verticalScrollBar()->setPageStep(std::max(1, lanesHeight));
    verticalScrollBar()->setSingleStep(rowHeight());
    const double whole = m_axis.content(m_axis.end()) * 1.02;
    const double share = whole > 0 ? std::min(1.0, m_axis.width() / whole) : 1;
    const int page = std::max(1, int(share * kBarSteps));
    horizontalScrollBar()->setRange(0, kBarSteps - page);
    horizontalScrollBar()->setPageStep(page);
    horizontalScrollBar()->setSingleStep(std::max(1, page / 10));
    horizontalScrollBar()->setValue(
        whole > 0 ? int(double(m_axis.scrolled()) / whole * kBarSteps) : 0);
    m_settingBars = false;
}

void TimelineView::scrollContentsBy(int dx, int)
{
    if (dx != 0 && !m_settingBars) {
        const double whole = m_axis.content(m_axis.end()) * 1.02;
        const double wanted = double(horizontalScrollBar()->value()) / kBarSteps * whole;
        m_isUntouched = false;
        m_axis.pan(wanted - double(m_axis.scrolled()));
        Q_EMIT viewChanged();
    }
    viewport()->update();
}

void TimelineView::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    m_axis.setWidth(std::max(1, viewport()->width() - kGutter));
    if (m_isUntouched && m_lanes != nullptr) {
        showScenario();
    }
    axisMoved();
}

void TimelineView::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        forgetTiles();
        arrange();
    }
}

double TimelineView::unitsOf(Seq seq) const
{
    if (m_axisKind == Axis::Kind::Events || m_document == nullptr || !m_document->isReady()) {
        return double(seq) + 0.5;
    }
    return seq == 0 ? 0 : double(m_document->events().event(seq).timeNs);
}

double TimelineView::xOf(Seq seq) const
{
    return kGutter + m_axis.x(unitsOf(seq));
}

Seq TimelineView::seqAt(double x) const
{
    if (m_document == nullptr || !m_document->isReady()) {
        return 0;
    }
    const double units = std::max(0.0, m_axis.units(x));
    const Seq last = std::max<Seq>(1, m_document->lastSeq());
    const Seq seq = m_axisKind == Axis::Kind::Events
        ? Seq(units)
        : m_document->events().at(std::uint64_t(units));
    return std::clamp<Seq>(seq, 1, last);
}

void TimelineView::focusMoved()
{
    if (m_lanes == nullptr) {
        return;
    }
    const Seq seq = m_focus->seq();
    m_currentCall = seq != 0 ? step::callOf(*m_document, seq) : kNoCall;
    if (m_drag == Drag::None && m_axis.reveal(unitsOf(seq))) {
        m_isUntouched = m_isUntouched && m_focus->seq() == m_document->firstOfScenario();
        axisMoved();
    }
    const LaneSet::Place place = m_lanes->placeOfCall(m_currentCall);
    if (place.lane >= 0 && m_drag == Drag::None) {
        // Vertically as well: the current call's row is visible.
        const LaneShape& shape = m_shapes[std::size_t(place.lane)];
        const int top = m_tops[std::size_t(place.lane)] + shape.rowTop(place.row);
        const int scrolled = verticalScrollBar()->value();
        const int page = verticalScrollBar()->pageStep();
        if (top < scrolled) {
            verticalScrollBar()->setValue(top);
        } else if (top + shape.rowHeight > scrolled + page) {
            verticalScrollBar()->setValue(top + shape.rowHeight - page);
        }
    }
    viewport()->update();
}

void TimelineView::zoomIn()
{
    m_isUntouched = false;
    const double at = m_focus != nullptr ? m_axis.x(unitsOf(m_focus->seq())) : -1;
    m_axis.zoom(1 / kZoomStep, at >= 0 && at <= m_axis.width() ? at : m_axis.width() / 2.0);
    axisMoved();
}

void TimelineView::zoomOut()
{
    m_isUntouched = false;
    const double at = m_focus != nullptr ? m_axis.x(unitsOf(m_focus->seq())) : -1;
    m_axis.zoom(kZoomStep, at >= 0 && at <= m_axis.width() ? at : m_axis.width() / 2.0);
    axisMoved();
}

void TimelineView::showAll()
{
    m_isUntouched = false;
    m_axis.showAll();
    axisMoved();
}

void TimelineView::showRange(double from, double to)
{
    m_isUntouched = false;
    m_axis.show(from, std::max(to, from + 1e-6));
    axisMoved();
}

void TimelineView::showCall()
{
    if (m_lanes == nullptr || m_currentCall == kNoCall) {
        return;
    }
    const Call& call = m_lanes->index().calls[m_currentCall];
    const double from = m_axis.begin(call);
    const double length = std::max(m_axis.finish(call) - from, 4.0);
    showRange(from - length * 0.05, from + length * 1.05);
}

void TimelineView::showMarkers()
{
    if (m_focus == nullptr || m_focus->markerA() == 0 || m_focus->markerB() == 0) {
        return;
    }
    const double a = unitsOf(m_focus->markerA());
    const double b = unitsOf(m_focus->markerB());
    const double length = std::max(std::abs(a - b), 4.0);
    showRange(std::min(a, b) - length * 0.05, std::min(a, b) + length * 1.05);
}

void TimelineView::panBy(double share)
{
    m_isUntouched = false;
    m_axis.pan(share * m_axis.width());
    axisMoved();
}

void TimelineView::centreOn(double units)
{
    m_isUntouched = false;
    m_axis.pan(m_axis.x(units) - m_axis.width() / 2.0);
    axisMoved();
}

void TimelineView::wheelEvent(QWheelEvent* event)
{
    m_isUntouched = false;
    const QPoint delta = event->angleDelta();
    const double x = event->position().x() - kGutter;
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
    hit.inGutter = point.x() < kGutter;
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
    const double x = point.x() - kGutter;
    const double units = m_axis.units(x);
    if (!lane.marks.empty() && inside >= shape.marksTop) {
        const std::vector<Mark>& marks = m_lanes->index().marks;
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
        return text;
    }
    if (hit.life != nullptr) {
        return texts::object(reader, hit.life->object) + QLatin1Char('\n')
            + (hit.life->death != 0
                   ? tr("born #%1, died #%2").arg(hit.life->birth).arg(hit.life->death)
                   : tr("born #%1, alive at the end").arg(hit.life->birth));
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
        m_focus->goTo(seqAt(m_pressed.x() - kGutter));
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
        m_focus->goTo(seqAt(m_pressed.x() - kGutter));
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
        m_focus->goTo(seqAt(m_moved.x() - kGutter), Focus::How::Step);
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
    const double from = m_pressed.x() - kGutter;
    const double to = event->pos().x() - kGutter;
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

} // namespace rdrlab::gui
