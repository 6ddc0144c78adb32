#include "gui/models/comparisonresult.h"

#include <algorithm>
#include <cstdlib>

namespace rdrlab::gui {

using trace::DiffOp;
using trace::DiffOrder;
using trace::DiffRow;
using trace::TraceDiff;

namespace {

Seq startOf(const trace::Reader& reader)
{
    return std::strtoull(reader.meta("start", "0").c_str(), nullptr, 10);
}

} // namespace

RowMark Comparison::Result::markOf(const DiffRow& row) const
{
    const DiffSide side = row.a != 0 ? DiffSide::A : DiffSide::B;
    const Seq seq = row.a != 0 ? row.a : row.b;
    const DiffOp op = diff->op(side, seq);
    switch (op) {
    case DiffOp::LeftOut:
        return RowMark::LeftOut;
    case DiffOp::Changed:
        return RowMark::Changed;
    case DiffOp::Missing:
        return RowMark::OnlyA;
    case DiffOp::Extra:
        return RowMark::OnlyB;
    case DiffOp::Same:
        break;
    }
    const DiffOrder order = diff->order(side, seq);
    return order == DiffOrder::Kept   ? RowMark::Same
        : order == DiffOrder::Between ? RowMark::Between
                                      : RowMark::Moved;
}

void Comparison::Result::markRows()
{
    const std::vector<DiffRow>& rows = diff->rows();
    marks.reserve(rows.size());
    const auto extend = [](std::vector<Place>& gaps, std::uint32_t row) {
        if (!gaps.empty() && gaps.back().last + 1 == row) {
            gaps.back().last = row;
        } else {
            gaps.push_back({ row, row });
        }
    };
    // Numbers that a damaged file lacks stand where the event before them does. Where it lacks more
    // than it has, the rest stays out: a file may claim any number.
    constexpr Seq kSparsest = 4;
    const Seq greatest = kSparsest * rows.size() + 4096;
    const auto put = [greatest](std::vector<std::uint32_t>& into, Seq seq, std::uint32_t row) {
        if (seq > greatest) {
            return;
        }
        into.resize(std::size_t(seq), into.empty() ? 1 : into.back());
        into.push_back(row + 1);
    };
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        if (rows[row].a != 0) {
            put(*side(DiffSide::A).places, rows[row].a, row);
        }
        if (rows[row].b != 0) {
            put(*side(DiffSide::B).places, rows[row].b, row);
        }
        const RowMark mark = markOf(rows[row]);
        marks.push_back(mark);
        if (mark > RowMark::LeftOut) {
            rowsOf[std::size_t(mark)].push_back(row);
        }
        if (rows[row].a == 0) {
            extend(side(DiffSide::A).gaps, row);
        } else if (rows[row].b == 0) {
            extend(side(DiffSide::B).gaps, row);
        }
    }
}

void Comparison::Result::findPlaces()
{
    bool isOpen = false;
    for (std::uint32_t row = 0; row < marks.size(); ++row) {
        if (differs(marks[row])) {
            if (isOpen) {
                places.back().last = row;
            } else {
                places.push_back({ row, row });
            }
            isOpen = true;
        } else if (marks[row] != RowMark::LeftOut) {
            isOpen = false;
        }
    }
}

void Comparison::Result::findTimes(DiffSide which, const Background::Control& control)
{
    Side& own = side(which);
    const std::vector<DiffRow>& rows = diff->rows();
    std::uint64_t now = 0;
    RowMark before = RowMark::Same; // of the last event
    for (std::size_t row = 0; row < rows.size() && !control.isCancelled(); ++row) {
        const Seq seq = which == DiffSide::A ? rows[row].a : rows[row].b;
        if (seq == 0) {
            if (marks[row] != RowMark::LeftOut
                && (own.gapTimes.empty() || own.gapTimes.back() != now)) {
                own.gapTimes.push_back(now);
            }
            continue;
        }
        now = std::max(now, own.events->event(seq).timeNs); // a damaged file may go back
        auto& parts = own.parts[std::size_t(marks[row])];
        if (differs(marks[row])) {
            if (before == marks[row]) {
                parts.back().toNs = now;
            } else {
                parts.push_back({ now, now });
            }
        }
        before = marks[row];
    }
}

void Comparison::Result::sortCauses()
{
    const auto& differences = diff->differences();
    const auto& all = diff->causes();
    const Seq startA = startOf(*side(DiffSide::A).reader);
    const Seq startB = startOf(*side(DiffSide::B).reader);
    std::vector<std::uint32_t> atBoot;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        const trace::Difference& first = differences[all[i].first];
        const bool isBoot = first.a != 0 ? first.a < startA : first.b < startB;
        (isBoot ? atBoot : causes).push_back(i);
        causeRows.push_back(first.row);
    }
    std::sort(causeRows.begin(), causeRows.end());
    causesOfScenario = causes.size();
    causes.insert(causes.end(), atBoot.begin(), atBoot.end());
    firstOfScenario = startA > 1 ? diff->rowOf(DiffSide::A, startA) : 0;
    firstOfScenario = firstOfScenario < marks.size() ? firstOfScenario : 0;

    sorted.reserve(differences.size());
    for (std::uint32_t i = 0; i < differences.size(); ++i) {
        if (all[differences[i].cause].first != i) {
            sorted.push_back(i);
        }
    }
    // The cause's own request leads its groups.
    const auto key = [&](std::uint32_t i) {
        const trace::Difference& difference = differences[i];
        const std::uint32_t own = differences[all[difference.cause].first].request;
        return std::tuple(difference.cause, difference.request != own, difference.request, i);
    };
    std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t x, std::uint32_t y) {
        return key(x) < key(y);
    });
    std::uint32_t cause = 0;
    groupsFrom.push_back(0);
    for (std::uint32_t at = 0; at < sorted.size(); ++at) {
        const trace::Difference& difference = differences[sorted[at]];
        for (; cause < difference.cause; ++cause) {
            groupsFrom.push_back(std::uint32_t(groups.size()));
        }
        const bool continues
            = groups.size() > groupsFrom.back() && groups.back().request == difference.request;
        if (!continues) {
            groups.push_back({ difference.request, at, at });
        }
        groups.back().to = at + 1;
    }
    for (; cause < all.size(); ++cause) {
        groupsFrom.push_back(std::uint32_t(groups.size()));
    }
}

void Comparison::compare(
    const std::array<std::string, 2>& paths,
    const std::optional<trace::DiffMask>& mask,
    Result& result,
    Background::Control& control)
{
    for (const DiffSide side : kBothSides) {
        Result::Side& made = result.side(side);
        made.reader = trace::Reader::open(paths[std::size_t(side)], result.error);
        if (made.reader == nullptr) {
            return;
        }
        made.reader->string(1); // the dictionary, which the views need at once, is read here
        made.spine = std::make_unique<trace::Spine>(*made.reader);
        made.events = std::make_unique<EventStore>(*made.reader, *made.spine);
        made.cursor = std::make_unique<trace::StateCursor>(*made.reader);
    }
    constexpr double kWhole = 1000;
    const trace::Reader& a = *result.sides[0].reader;
    const trace::Reader& b = *result.sides[1].reader;
    result.diff = TraceDiff::compare(
        a, b, mask ? *mask : trace::DiffMask::standardFor(a, b), result.error, [&](double done) {
            control.tell(std::uint64_t(done * kWhole * 0.95), std::uint64_t(kWhole));
            return !control.isCancelled();
        });
    if (result.diff != nullptr) {
        result.markRows();
        result.findPlaces();
        for (const DiffSide side : kBothSides) {
            result.findTimes(side, control);
        }
        result.sortCauses();
        result.durations
            = trace::compareDurations(*result.diff, [&] { return !control.isCancelled(); });
    }
}

} // namespace rdrlab::gui
