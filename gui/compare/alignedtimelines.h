// Two timelines, one above the other; what differs is tinted. They scroll and zoom together.
//
// On the axis that both traces share, partners stand above each other, and where a trace has
// nothing it is hatched. By time each trace has an axis of its own: a nanosecond is as wide in
// both, so that what took longer looks longer, and the current pair stands at the same place. What
// only the other trace has takes no time here and is a line. Where one trace begins or ends it
// stands as near to that place as it can.
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
    /// Events: the aligned axis; Time: each trace in its own virtual time.
    void setAxisKind(Axis::Kind kind);
    Axis::Kind axisKind() const { return m_views[0]->axisKind(); }
    /// Shows rows [first, last] in the active timeline, which takes the other one along; by time in
    /// the one where they took longer.
    void showRows(DiffSide active, double first, double last);
    /// Scrolls and zooms together; else each by itself.
    void setLinked(bool linked);

private:
    void realign();
    void follow(DiffSide side);
    void followInTime(DiffSide side);
    void nameViews();
    double rowAt(DiffSide side, double units) const;
    void paintDifferences(DiffSide side, QPainter& painter, const QRect& lanes) const;
    void paintGaps(DiffSide side, QPainter& painter, const QRect& lanes) const;

    Comparison& m_comparison;
    std::array<TimelineView*, 2> m_views;
    DifferenceBar* m_bar;
    bool m_linked = true;
    bool m_following = false;
};

} // namespace rdrlab::gui
