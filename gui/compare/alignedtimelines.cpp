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
        shown.setName(tr("%1, aligned").arg(comparetexts::letter(side)));
        shown.setUnderlay([this, side](QPainter& painter, const QRect& lanes) {
            paintDifferences(side, painter, lanes);
        });
        connect(&shown, &TimelineView::viewChanged, this, [this, side] { follow(side); });
    }
    // One bar is enough for two views that scroll together.
    view(DiffSide::A).setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(&comparison, &Comparison::stateChanged, this, &AlignedTimelines::realign);
    realign();
}

void AlignedTimelines::setMode(LaneMode mode)
{
    for (TimelineView* shown : m_views) {
        shown->setMode(mode);
    }
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
    for (const DiffSide side : kBothSides) {
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
    if (m_linked) {
        view(otherSide(side)).showRange(axis.left(), axis.right());
    }
    m_bar->setGutter(view(side).gutter());
    m_bar->setShown(axis.left() - 1, axis.right() - 1);
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
    // Where this trace has nothing.
    const QBrush hatch(theme().line, Qt::BDiagPattern);
    double painted = -1;
    const auto& gaps = m_comparison.gapsOf(side);
    auto gap = std::lower_bound(
        gaps.begin(), gaps.end(), axis.units(0) - 1,
        [](const Comparison::Place& place, double row) { return double(place.last) + 1 < row; });
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
            // Narrower than a pixel: on to the first that ends behind it.
            gap = std::lower_bound(
                std::next(gap), gaps.end(), axis.units(x + 1) - 1,
                [](const Comparison::Place& place, double row) {
                    return double(place.last) + 1 < row;
                });
        }
    }
    const RowMark only = side == DiffSide::A ? RowMark::OnlyA : RowMark::OnlyB;
    for (const RowMark mark : { RowMark::Moved, RowMark::Changed, only }) {
        const QColor colour = comparetexts::colour(mark);
        QColor tint = colour;
        tint.setAlpha(mark == RowMark::Moved ? 26 : 44);
        const QString sign = comparetexts::sign(mark);
        const int band = painter.fontMetrics().height();
        visitRows(
            m_comparison.rowsOf(mark), axis, width,
            [&](double x, double end, std::uint32_t, std::uint32_t) {
                painter.fillRect(QRectF(x, 0, end - x, lanes.height()), tint);
                painter.fillRect(QRectF(x, 0, std::max(1.5, end - x), 3), colour);
                if (end - x >= band) {
                    const QRectF box(x + (end - x) / 2 - band / 2.0, 3, band, band);
                    painter.fillRect(box, colour);
                    painter.setPen(Theme::readableOn(colour));
                    painter.drawText(box, Qt::AlignCenter, sign);
                }
            });
    }
    painter.restore();
}

} // namespace rdrlab::gui
