// What a comparison found, and what the views need to know of it, made once on the comparison's
// thread: only comparison.cpp lends it to others.
#pragma once

#include "gui/models/comparison.h"

namespace rdrlab::gui {

struct Comparison::Result
{
    struct Side
    {
        std::unique_ptr<trace::Reader> reader;
        std::unique_ptr<trace::Spine> spine;
        std::unique_ptr<EventStore> events;
        std::unique_ptr<trace::StateCursor> cursor;
        std::vector<Place> gaps;
        std::array<std::vector<TimePart>, kRowMarks> parts;
        std::vector<std::uint64_t> gapTimes;
        std::shared_ptr<std::vector<std::uint32_t>> places
            = std::make_shared<std::vector<std::uint32_t>>();
    };
    std::array<Side, 2> sides;
    std::unique_ptr<trace::TraceDiff> diff;
    std::string error;

    std::vector<trace::DurationRow> durations;

    std::vector<RowMark> marks; // by row
    std::array<std::vector<std::uint32_t>, kRowMarks> rowsOf;
    std::vector<Place> places;
    std::vector<std::uint32_t> causes;
    std::size_t causesOfScenario = 0;
    std::vector<std::uint32_t> sorted; // differences by cause, then request
    std::vector<Group> groups;
    std::vector<std::uint32_t> groupsFrom; // by cause, one more than causes
    std::vector<std::uint32_t> causeRows; // of the first difference of each, ascending
    std::size_t firstOfScenario = 0;

    Side& side(DiffSide which) { return sides[std::size_t(which)]; }
    void markRows();
    void findPlaces();
    void findTimes(DiffSide which, const Background::Control& control);
    void sortCauses();
    RowMark markOf(const trace::DiffRow& row) const;
};

} // namespace rdrlab::gui
