#include "gui/timeline/timeline.h"

#include "gui/models/listen.h"
#include "gui/models/stepper.h"

#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

namespace {
constexpr double kZoomStep = 1.25;
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
    installCanvasAccess();
    setAccessibleName(tr("Timeline"));
    setAccessibleDescription(tr("Calls over time. The same calls are in the call tree, the same "
                                "events in the event table."));
    connect(&m_tiles, &TileCache::painted, viewport(), qOverload<>(&QWidget::update));
    connect(&Themes::instance(), &Themes::changed, this, [this] {
        forgetTiles();
        viewport()->update();
    });
}

TimelineView::~TimelineView() = default;

bool TimelineView::isSharp() const
{
    return m_lanes == nullptr || (!m_tilesAreStale && m_tiles.isComplete());
}

QFont TimelineView::smallFont() const
{
    QFont small = font();
    small.setPointSizeF(std::max(7.5, small.pointSizeF() * 0.9));
    return small;
}

int TimelineView::gutter() const
{
    constexpr int kLetters = 15;
    return QFontMetrics(smallFont()).averageCharWidth() * kLetters + 20;
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
    listenTo(this, m_document, document);
    listenTo(this, m_focus, focus);
    m_start = {};
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
        const auto repaint = [this] { viewport()->update(); };
        connect(focus, &Focus::markersMoved, this, repaint);
        connect(focus, &Focus::chosen, this, repaint);
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
    m_axis.setRange(m_axisKind, axisEnd());
    if (!keepView) {
        m_isUntouched = true;
        showScenario();
        takeStart();
    }
    m_currentCall = m_focus != nullptr && m_focus->seq() != 0
        ? step::callOf(*m_document, m_focus->seq())
        : kNoCall;
    axisMoved();
}

void TimelineView::startWith(Axis::Kind kind, double from, double to)
{
    m_start = { kind, from, to };
    if (m_lanes != nullptr) {
        takeStart();
    }
}

void TimelineView::takeStart()
{
    if (m_start.to > m_start.from && m_start.kind == m_axisKind) {
        showRange(m_start.from, m_start.to);
    }
    m_start = {};
}

// The story begins where the scenario does; the machine's start is to the left of it.
void TimelineView::showScenario()
{
    m_axis.showAll();
    const Seq first = m_document->firstOfScenario();
    if (first > 1 && first < m_document->lastSeq()) {
        const double from = m_axisKind == Axis::Kind::Events ? m_axis.place(first) : unitsOf(first);
        m_axis.show(from - (m_axis.end() - from) * 0.01, m_axis.end());
    }
}

void TimelineView::setSavedLanes(const SavedLanes* lanes)
{
    const auto hasAny
        = [](const SavedLanes* some) { return some != nullptr && !some->all().empty(); };
    const bool isDifferent = hasAny(m_saved) || hasAny(lanes);
    listenTo(this, m_saved, lanes);
    const auto rebuild = [this] {
        if (m_lanes != nullptr) {
            rebuildLanes();
            updateScrollBars();
            verticalScrollBar()->setValue(0); // where the lane is that somebody just made
            viewport()->update();
            Q_EMIT viewChanged();
        }
    };
    if (lanes != nullptr) {
        connect(lanes, &SavedLanes::changed, this, rebuild);
    }
    if (isDifferent) {
        rebuild();
    }
}

double TimelineView::axisEnd() const
{
    const TraceIndex& index = *m_document->index();
    return m_axisKind == Axis::Kind::Events ? m_axis.endOfEvents(index.lastSeq)
                                            : double(std::max(index.endNs, m_longestNs));
}

void TimelineView::rebuildLanes()
{
    m_lanes = std::make_shared<const LaneSet>(
        m_document->index(), m_mode, m_document->reader(),
        m_saved != nullptr ? m_saved->all() : std::vector<SavedLane> {});
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
        m_axis.setRange(kind, axisEnd());
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

void TimelineView::setPlaces(std::shared_ptr<const std::vector<std::uint32_t>> places, double end)
{
    m_axis.setPlaces(std::move(places), end);
    forgetTiles();
    reload(false);
}

void TimelineView::setName(const QString& name)
{
    m_name = name;
    viewport()->update();
}

void TimelineView::setUnderlay(std::function<void(QPainter&, const QRect&)> underlay)
{
    m_underlay = std::move(underlay);
    viewport()->update();
}

void TimelineView::setFlags(std::vector<Seq> flags)
{
    m_flags = std::move(flags);
    viewport()->update();
}

void TimelineView::forgetTiles()
{
    m_tilesAreStale = true;
    m_wasSharp = false;
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
    m_axis.setWidth(std::max(1, viewport()->width() - gutter()));
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
        return m_axis.place(seq) + 0.5;
    }
    return seq == 0 ? 0 : double(m_document->events().event(seq).timeNs);
}

double TimelineView::xOf(Seq seq) const
{
    return gutter() + m_axis.x(unitsOf(seq));
}

Seq TimelineView::seqAt(double x) const
{
    if (m_document == nullptr || !m_document->isReady()) {
        return 0;
    }
    const double units = std::max(0.0, m_axis.units(x));
    const Seq last = std::max<Seq>(1, m_document->lastSeq());
    const Seq seq = m_axisKind == Axis::Kind::Events
        ? m_axis.seqAt(units)
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
    announceCanvas(*this);
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

} // namespace rdrlab::gui
