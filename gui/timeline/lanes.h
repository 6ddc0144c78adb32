// What a timeline shows, arranged: lanes, each with rows of things that do not overlap.
//
// A row is sorted, so that finding what a pixel shows is a binary search, and carries a pyramid of
// the worst severities, so that a failure never disappears however far one zooms out.
#pragma once

#include "gui/models/objectkinds.h"
#include "gui/models/savedlanes.h"
#include "gui/timeline/axis.h"

#include <QString>

namespace rdrlab::gui {

/// The maximum of any range of severities, in logarithmic time and about 1.07 bytes an item.
class WorstPyramid
{
public:
    void build(std::vector<std::uint8_t> severities);
    Severity worst(std::size_t from, std::size_t to) const; // [from, to)

private:
    static constexpr std::size_t kFan = 16;
    std::vector<std::vector<std::uint8_t>> m_levels;
};

struct LaneRow
{
    std::vector<std::uint32_t> items; // calls, or lifetimes
    WorstPyramid worst;
};

struct Lane
{
    QString title;
    QString explanation; // a sentence for the tool tip
    trace::Layer layer = trace::Layer::App; // its colour; Maximum: each item has its own
    bool isLifetimes = false;
    std::vector<LaneRow> rows;
    std::vector<std::uint32_t> marks; // positions in TraceIndex::marks
    std::shared_ptr<const std::vector<Mark>> ownMarks; // what `marks` are positions in, when set
    WorstPyramid worstMark;
    std::vector<std::uint32_t> waits; // positions in TraceIndex::waits
    std::size_t hidden = 0; // items beyond the deepest row
};

enum class LaneMode
{
    Layers,
    Threads,
    Objects
};

constexpr double kLeastPixels = 3; // narrower bars are merged

class LaneSet
{
public:
    /// Needs the reader only for names. `saved` stand above all others.
    LaneSet(
        std::shared_ptr<const TraceIndex> index,
        LaneMode mode,
        const trace::Reader& reader,
        const std::vector<SavedLane>& saved = {});

    LaneMode mode() const { return m_mode; }
    const TraceIndex& index() const { return *m_index; }
    const std::vector<Lane>& lanes() const { return m_lanes; }

    /// What a lane's marks are positions in.
    const std::vector<Mark>& marksOf(const Lane& lane) const
    {
        return lane.ownMarks != nullptr ? *lane.ownMarks : m_index->marks;
    }

    double begin(const Lane& lane, std::uint32_t item, const Axis& axis) const
    {
        return lane.isLifetimes ? axis.begin(m_index->lifetimes[item])
                                : axis.begin(m_index->calls[item]);
    }
    double finish(const Lane& lane, std::uint32_t item, const Axis& axis) const
    {
        return lane.isLifetimes ? axis.finish(m_index->lifetimes[item])
                                : axis.finish(m_index->calls[item]);
    }

    /// What stands side by side closer than a few pixels, as one.
    struct Run
    {
        std::size_t first = 0; // positions in LaneRow::items, [first, last)
        std::size_t last = 0;
        double from = 0; // content pixels
        double to = 0;
        bool isOne() const { return last == first + 1; }
    };
    /// Visits a row from content pixel `from` to `to`, in order; what is narrower than `least`
    /// pixels is merged, so that there is at most one run for each.
    template <typename Visit>
    void runs(
        const Lane& lane,
        const LaneRow& row,
        const Axis& axis,
        double from,
        double to,
        Visit visit,
        double least = kLeastPixels) const;

    /// The position in `row` of the item at or just before `units`; row.items.size() when none.
    std::size_t itemAt(const Lane& lane, const LaneRow& row, const Axis& axis, double units) const;

    /// Lane and row of a call or a lifetime; -1 when it is not shown.
    struct Place
    {
        int lane = -1;
        int row = -1;
    };
    Place placeOfCall(CallIndex call) const;

private:
    void addSaved(const SavedLane& saved);
    void byLayer();
    void byThread(const trace::Reader& reader);
    void byObject(const trace::Reader& reader);
    void arrange(Lane& lane, const std::vector<CallIndex>& calls);
    void finishLanes();
    // The first position from `at` on whose begin is not before `units`.
    std::size_t firstFrom(
        const Lane& lane, const LaneRow& row, const Axis& axis, std::size_t at, double units) const;

    std::shared_ptr<const TraceIndex> m_index;
    LaneMode m_mode;
    std::vector<Lane> m_lanes;
    std::vector<std::uint8_t> m_rowOfCall; // 255: not shown
    std::vector<std::uint16_t> m_laneOfCall;
};

template <typename Visit>
void LaneSet::runs(
    const Lane& lane,
    const LaneRow& row,
    const Axis& axis,
    double from,
    double to,
    Visit visit,
    double least) const
{
    const std::size_t count = row.items.size();
    std::size_t at = itemAt(lane, row, axis, from * axis.perPixel());
    at = at == count ? 0 : at;
    while (at < count) {
        Run run;
        run.first = at;
        run.from = axis.content(begin(lane, row.items[at], axis));
        run.to = axis.content(finish(lane, row.items[at], axis));
        if (run.from >= to) {
            return;
        }
        run.last = at + 1;
        if (run.to - run.from < least) {
            const double limit = run.from + least;
            run.last = firstFrom(lane, row, axis, at + 1, limit * axis.perPixel());
            // A long one that merely begins here stands for itself.
            const double lastEnd = axis.content(finish(lane, row.items[run.last - 1], axis));
            if (run.last > at + 1 && lastEnd > limit + kLeastPixels) {
                --run.last;
            }
            run.to = std::max(run.to, axis.content(finish(lane, row.items[run.last - 1], axis)));
        }
        if (run.to >= from) {
            visit(run);
        }
        at = run.last;
    }
}

} // namespace rdrlab::gui
