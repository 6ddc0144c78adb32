// Two timelines, one above the other, on the axis that both traces share; what differs is tinted,
// and where a trace has nothing it is hatched. They scroll and zoom together.
#pragma once

#include "gui/compare/differencebar.h"
#include "gui/timeline/timeline.h"

class QSplitter;

namespace rdrlab::gui {

class Session;

class AlignedTimelines : public QWidget
{
    Q_OBJECT
public:
    /// All outlive the view.
    AlignedTimelines(Comparison& comparison, Session& a, Session& b, QWidget* parent = nullptr);

    TimelineView& view(DiffSide side) { return *m_views[std::size_t(side)]; }
    DifferenceBar& bar() { return *m_bar; }
    void setMode(LaneMode mode);
    /// Scrolls and zooms together; else each by itself.
    void setLinked(bool linked);

private:
    void realign();
    void follow(DiffSide side);
    void paintDifferences(DiffSide side, QPainter& painter, const QRect& lanes) const;

    Comparison& m_comparison;
    std::array<TimelineView*, 2> m_views;
    DifferenceBar* m_bar;
    bool m_linked = true;
    bool m_following = false;
};

} // namespace rdrlab::gui
