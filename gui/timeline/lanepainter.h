// Paints one lane: bars of calls or lifetimes, hatches of waiting, marks of single events.
#pragma once

#include "gui/timeline/lanes.h"

#include <QPainter>

namespace rdrlab::gui {

/// Where the parts of a lane stand, in pixels from its top.
struct LaneShape
{
    int rowHeight = 18;
    int rowsTop = 3;
    int marksTop = 0;
    int waitsTop = 0;
    int height = 0;

    int markHeight = 14;
    int waitHeight() const { return markHeight / 2; }
    static LaneShape of(const Lane& lane, int rowHeight, bool collapsed);
    int rowTop(int row) const { return rowsTop + row * rowHeight; }
};

class LanePainter
{
public:
    LanePainter(const LaneSet& lanes, const Axis& axis, const Theme& theme)
        : m_lanes(lanes)
        , m_axis(axis)
        , m_theme(theme)
    {
    }

    /// Bars, hatches and marks from content pixel `from` to `to`; the painter's x 0 is `from`, its
    /// y 0 the top of the lane.
    void paint(
        QPainter& painter, const Lane& lane, const LaneShape& shape, double from, double to) const;

    /// The words in the bars, each where it is visible. `nameOf` is asked for items that have room.
    void label(
        QPainter& painter,
        const Lane& lane,
        const LaneShape& shape,
        double from,
        double to,
        const std::function<QString(const Lane&, std::uint32_t item)>& nameOf,
        const std::function<QString(const Mark&)>& nameOfMark) const;

    QColor colourOf(const Lane& lane, std::uint32_t item) const;

private:
    void paintRow(
        QPainter& painter,
        const Lane& lane,
        const LaneRow& row,
        int y,
        int height,
        double from,
        double to) const;
    void paintPends(
        QPainter& painter,
        CallIndex call,
        const QRectF& bar,
        const QColor& colour,
        double from) const;
    void paintMarks(
        QPainter& painter, const Lane& lane, const LaneShape& shape, double from, double to) const;
    void paintWaits(
        QPainter& painter, const Lane& lane, const LaneShape& shape, double from, double to) const;

    const LaneSet& m_lanes;
    const Axis& m_axis;
    const Theme& m_theme;
};

} // namespace rdrlab::gui
