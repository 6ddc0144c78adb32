#include "gui/compare/alignedtimelines.h"

#include "gui/app/session.h"
#include "gui/models/comparetexts.h"

#include <QPainter>
#include <QScopedValueRollback>
#include <QSplitter>
#include <QVBoxLayout>

namespace rdrlab::gui {

AlignedTimelines::AlignedTimelines(Comparison& comparison, Session& a, Session& b, QWidget* parent)
    : QWidget(parent)
    , m_comparison(comparison)
    , m_views { new TimelineView, new TimelineView }
    , m_bar(new DifferenceBar(comparison))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    layout->addWidget(splitter, 1);
    for (const DiffSide side : kBothSides) {
        Session& session = side == DiffSide::A ? a : b;
        TimelineView& shown = view(side);
        splitter->addWidget(&shown);
        shown.setAccessibleName(tr("Timeline of %1").arg(comparetexts::letter(side)));
        shown.setMinimumHeight(fontMetrics().height() * 4);
        shown.setSource(&session.document, &session.focus);
        shown.setUnderlay([this, side](QPainter& painter, const QRect& lanes) {
            paintDifferences(side, painter, lanes);
        });
        connect(&shown, &TimelineView::viewChanged, this, [this, side] { follow(side); });
    }
    // One bar is enough for two views that scroll together.
    view(DiffSide::A).setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    nameViews();
    connect(&comparison, &Comparison::stateChanged, this, &AlignedTimelines::realign);
    realign();
}

void AlignedTimelines::setMode(LaneMode mode)
{
    for (TimelineView* shown : m_views) {
        shown->setMode(mode);
    }
}

void AlignedTimelines::nameViews()
{
    const QString name
        = axisKind() == Axis::Kind::Events ? tr("%1, aligned") : tr("%1, by its own time");
    for (const DiffSide side : kBothSides) {
        view(side).setName(name.arg(comparetexts::letter(side)));
    }
}

void AlignedTimelines::setAxisKind(Axis::Kind kind)
{
    if (kind == axisKind()) {
        return;
    }
    {
        const QScopedValueRollback guard(m_following, true);
        for (TimelineView* shown : m_views) {
            shown->setAxisKind(kind);
        }
    }
    nameViews();
    follow(DiffSide::A);
}

void AlignedTimelines::showRows(DiffSide active, double first, double last)
{
    if (!m_comparison.isReady()) {
        return;
    }
    if (axisKind() == Axis::Kind::Events) {
        view(active).showRange(first + 1, last + 2);
        return;
    }
    const auto timeAt = [&](DiffSide side, double row) {
        return m_comparison.timeAt(side, std::size_t(std::max(0.0, row)));
    };
    const auto length = [&](DiffSide side) { return timeAt(side, last) - timeAt(side, first); };
    // What only one side has takes no time on the other.
    const DiffSide other = otherSide(active);
    const DiffSide side = m_linked && length(other) > length(active) ? other : active;
    const double room = std::max(1.0, length(side) * 0.05);
    view(side).showRange(timeAt(side, first) - room, timeAt(side, last) + room);
}

void AlignedTimelines::setLinked(bool linked)
{
    m_linked = linked;
    view(DiffSide::A)
        .setHorizontalScrollBarPolicy(linked ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAlwaysOn);
    if (linked) {
        follow(DiffSide::A);
    }
}

void AlignedTimelines::realign()
{
    if (!m_comparison.isReady() || m_comparison.isRunning()) {
        return;
    }
    const QScopedValueRollback guard(m_following, true);
    std::uint64_t longestNs = 0;
    for (const DiffSide side : kBothSides) {
        longestNs = std::max(longestNs, m_comparison.reader(side).endTimeNs());
    }
    for (const DiffSide side : kBothSides) {
        view(side).setLongestTime(longestNs);
        view(side).setPlaces(
            m_comparison.placesOf(side), double(m_comparison.diff().rowCount()) + 1);
    }
    m_following = false;
    follow(DiffSide::A);
}

void AlignedTimelines::follow(DiffSide side)
{
    if (m_following || !m_comparison.isReady()) {
        return;
    }
    const QScopedValueRollback guard(m_following, true);
    const Axis& axis = view(side).axis();
    const bool isTime = axisKind() == Axis::Kind::Time;
    if (m_linked && isTime) {
        followInTime(side);
    } else if (m_linked) {
        view(otherSide(side)).showRange(axis.left(), axis.right());
    }
    m_bar->setGutter(view(side).gutter());
    m_bar->setShown(rowAt(side, axis.left()), rowAt(side, axis.right()));
}

double AlignedTimelines::rowAt(DiffSide side, double units) const
{
    if (axisKind() == Axis::Kind::Events) {
        return units - 1;
    }
    const Seq seq = m_comparison.events(side).at(std::uint64_t(std::max(0.0, units)));
    return double(m_comparison.diff().rowOf(side, seq));
}

void AlignedTimelines::followInTime(DiffSide side)
{
    const Axis& axis = view(side).axis();
    const double left = axis.left();
    const double right = axis.right();
    // When the current pair is out of sight, the middle stands above its counterpart instead.
    const double now = m_comparison.timeAt(side, m_comparison.row());
    const bool isNowSeen = now >= left && now <= right;
    const double held = isNowSeen ? now : (left + right) / 2;
    const double beside = isNowSeen ? m_comparison.timeAt(otherSide(side), m_comparison.row())
                                    : m_comparison.timeBeside(side, held);
    view(otherSide(side)).showRange(beside - (held - left), beside + (right - held));
}

void AlignedTimelines::paintGaps(DiffSide side, QPainter& painter, const QRect& lanes) const
{
    const Axis& axis = m_views[std::size_t(side)]->axis();
    const double width = lanes.width();
    if (axisKind() == Axis::Kind::Time) {
        const auto same = [](std::uint64_t ns) { return double(ns); };
        painter.setPen(QPen(
            comparetexts::colour(side == DiffSide::A ? RowMark::OnlyB : RowMark::OnlyA), 1,
            Qt::DotLine));
        visitStretches(
            m_comparison.gapTimesOf(side), same, same, axis, width,
            [&](double x, double, std::uint64_t, std::uint64_t) {
                painter.drawLine(QPointF(x, 0), QPointF(x, lanes.height()));
            });
        return;
    }
    // Gaps narrower than a pixel are left out: together they would hatch what is not empty.
    const QBrush hatch(theme().line, Qt::BDiagPattern);
    double painted = -1;
    const auto& gaps = m_comparison.gapsOf(side);
    const auto endsBefore
        = [](const Comparison::Place& place, double row) { return double(place.last) + 1 < row; };
    auto gap = std::lower_bound(gaps.begin(), gaps.end(), axis.units(0) - 1, endsBefore);
    while (gap != gaps.end()) {
        const double x = axis.x(double(gap->first) + 1);
        const double end = axis.x(double(gap->last) + 2);
        if (x >= width) {
            break;
        }
        if (end - std::max(x, painted) >= 1) {
            painter.fillRect(QRectF(x, 0, end - x, lanes.height()), hatch);
            painted = end;
            ++gap;
        } else {
            gap = std::lower_bound(std::next(gap), gaps.end(), axis.units(x + 1) - 1, endsBefore);
        }
    }
}

void AlignedTimelines::paintDifferences(DiffSide side, QPainter& painter, const QRect& lanes) const
{
    if (!m_comparison.isReady()) {
        return;
    }
    const Axis& axis = m_views[std::size_t(side)]->axis();
    const double width = lanes.width();
    painter.save();
    painter.translate(lanes.left(), lanes.top());
    paintGaps(side, painter, lanes);
    const RowMark only = side == DiffSide::A ? RowMark::OnlyA : RowMark::OnlyB;
    for (const RowMark mark : { RowMark::Moved, RowMark::Changed, only }) {
        const QColor colour = comparetexts::colour(mark);
        QColor tint = colour;
        tint.setAlpha(mark == RowMark::Moved ? 26 : 44);
        const QString sign = comparetexts::sign(mark);
        const int band = painter.fontMetrics().height();
        const auto paint = [&](double x, double end) {
            painter.fillRect(QRectF(x, 0, end - x, lanes.height()), tint);
            painter.fillRect(QRectF(x, 0, std::max(1.5, end - x), 3), colour);
            if (end - x >= band) {
                const QRectF box(x + (end - x) / 2 - band / 2.0, 3, band, band);
                painter.fillRect(box, colour);
                painter.setPen(Theme::readableOn(colour));
                painter.drawText(box, Qt::AlignCenter, sign);
            }
        };
        if (axisKind() == Axis::Kind::Events) {
            visitRows(
                m_comparison.rowsOf(mark), axis, width,
                [&](double x, double end, auto, auto) { paint(x, end); });
        } else {
            using Part = Comparison::TimePart;
            visitStretches(
                m_comparison.partsOf(side, mark),
                [](const Part& part) { return double(part.fromNs); },
                [](const Part& part) { return double(part.toNs); }, axis, width,
                [&](double x, double end, const Part&, const Part&) { paint(x, end); });
        }
    }
    painter.restore();
}

} // namespace rdrlab::gui
