#include "gui/models/comparison.h"

#include "gui/models/texts.h"

#include <algorithm>
#include <cstdlib>

namespace rdrlab::gui {

using trace::DiffOp;
using trace::DiffOrder;
using trace::DiffRow;
using trace::TraceDiff;

struct Comparison::Result
{
    struct Side
    {
        std::unique_ptr<trace::Reader> reader;
        std::unique_ptr<trace::Spine> spine;
        std::unique_ptr<EventStore> events;
        std::unique_ptr<trace::StateCursor> cursor;
        std::vector<Place> gaps;
        std::shared_ptr<std::vector<std::uint32_t>> places
            = std::make_shared<std::vector<std::uint32_t>>();
    };
    std::array<Side, 2> sides;
    std::unique_ptr<TraceDiff> diff;
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
    void sortCauses();
    RowMark markOf(const DiffRow& row) const;
};

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

Comparison::Comparison(QObject* parent)
    : QObject(parent)
    , m_background(this)
{
    connect(&m_background, &Background::progressed, this, &Comparison::progressed);
}

Comparison::~Comparison() = default;

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
        result.sortCauses();
        result.durations = trace::compareDurations(*result.diff);
    }
}

void Comparison::start(
    const QString& a, const QString& b, const std::optional<trace::DiffMask>& mask)
{
    m_background.cancel();
    m_paths = { a, b };
    m_error.clear();
    auto result = std::make_shared<Result>();
    m_background.start(
        [result, paths = std::array { a.toStdString(), b.toStdString() },
         mask](Background::Control& control) { compare(paths, mask, *result, control); },
        [this, result] { take(result); });
    m_state = State::Running;
    Q_EMIT stateChanged();
}

void Comparison::cancel()
{
    if (m_background.isRunning()) {
        m_background.cancel();
        m_state = isReady() ? State::Ready : State::Empty;
        Q_EMIT stateChanged();
    }
}

void Comparison::take(const std::shared_ptr<Result>& result)
{
    if (result->diff == nullptr) {
        m_result.reset();
        m_state = State::Failed;
        m_error = texts::foreign(result->error);
        Q_EMIT stateChanged();
        return;
    }
    // The same events stay current under another mask.
    const Seq at = isReady() ? lastAt(DiffSide::A, m_row) : 0;
    m_result = result;
    m_state = State::Ready;
    m_row = at != 0 ? diff().rowOf(DiffSide::A, at)
        : !m_result->causes.empty()
        ? diff().differences()[diff().causes()[m_result->causes.front()].first].row
        : m_result->firstOfScenario;
    m_row = m_row < diff().rowCount() ? m_row : 0;
    Q_EMIT stateChanged();
    Q_EMIT moved(m_row);
}

const TraceDiff& Comparison::diff() const
{
    return *m_result->diff;
}

const trace::Reader& Comparison::reader(DiffSide side) const
{
    return *m_result->side(side).reader;
}

const EventStore& Comparison::events(DiffSide side) const
{
    return *m_result->side(side).events;
}

trace::StateCursor& Comparison::stateAt(DiffSide side, Seq seq) const
{
    trace::StateCursor& cursor = *m_result->side(side).cursor;
    cursor.moveTo(seq);
    return cursor;
}

RowMark Comparison::mark(std::size_t row) const
{
    return m_result->marks[row];
}

const std::vector<Comparison::Place>& Comparison::places() const
{
    return m_result->places;
}

const std::vector<std::uint32_t>& Comparison::rowsOf(RowMark mark) const
{
    return m_result->rowsOf[std::size_t(mark)];
}

const std::vector<Comparison::Place>& Comparison::gapsOf(DiffSide side) const
{
    return m_result->side(side).gaps;
}

std::shared_ptr<const std::vector<std::uint32_t>> Comparison::placesOf(DiffSide side) const
{
    return m_result->side(side).places;
}

const std::vector<std::uint32_t>& Comparison::causes() const
{
    return m_result->causes;
}

std::size_t Comparison::causesOfScenario() const
{
    return m_result->causesOfScenario;
}

const std::vector<std::uint32_t>& Comparison::sortedDifferences() const
{
    return m_result->sorted;
}

std::span<const Comparison::Group> Comparison::groupsOf(std::uint32_t cause) const
{
    const auto& from = m_result->groupsFrom;
    return std::span(m_result->groups).subspan(from[cause], from[cause + 1] - from[cause]);
}

const std::vector<trace::DurationRow>& Comparison::durations() const
{
    return m_result->durations;
}

std::shared_ptr<const TraceDiff> Comparison::sharedDiff() const
{
    return { m_result, m_result->diff.get() };
}

DiffRow Comparison::pairAt(std::size_t row) const
{
    DiffRow pair = diff().rows()[row];
    if (pair.a == 0) {
        pair.a = diff().partner(DiffSide::B, pair.b);
    } else if (pair.b == 0) {
        pair.b = diff().partner(DiffSide::A, pair.a);
    }
    return pair;
}

std::uint32_t Comparison::differenceAt(std::size_t row) const
{
    if (!differs(mark(row))) {
        return kNoDifference;
    }
    // A moved pair is told at the row of A.
    const DiffRow pair = pairAt(row);
    if (pair.a != 0) {
        row = diff().rowOf(DiffSide::A, pair.a);
    }
    const auto& all = diff().differences();
    const auto found
        = std::lower_bound(all.begin(), all.end(), row, [](const auto& difference, std::size_t at) {
              return difference.row < at;
          });
    return found != all.end() && found->row == row ? std::uint32_t(found - all.begin())
                                                   : kNoDifference;
}

Seq Comparison::lastAt(DiffSide side, std::size_t row) const
{
    const std::vector<DiffRow>& rows = diff().rows();
    if (row >= rows.size()) {
        return 0;
    }
    const Seq seq = side == DiffSide::A ? rows[row].a : rows[row].b;
    if (seq != 0) {
        return seq;
    }
    // In a gap: the row before it.
    const std::vector<Place>& gaps = gapsOf(side);
    const auto behind
        = std::upper_bound(gaps.begin(), gaps.end(), row, [](std::size_t at, const Place& gap) {
              return at < gap.first;
          });
    const std::uint32_t first = std::prev(behind)->first;
    return first == 0 ? 0 : side == DiffSide::A ? rows[first - 1].a : rows[first - 1].b;
}

std::size_t Comparison::firstOfScenario() const
{
    return m_result->firstOfScenario;
}

void Comparison::goTo(std::size_t row)
{
    if (!isReady() || diff().rowCount() == 0) {
        return;
    }
    row = std::min(row, diff().rowCount() - 1);
    if (row != m_row) {
        m_row = row;
        Q_EMIT moved(row);
    }
}

std::size_t Comparison::placeIndex() const
{
    const auto behind = std::upper_bound(
        places().begin(), places().end(), m_row,
        [](std::size_t row, const Place& place) { return row < place.first; });
    return behind == places().begin() ? places().size()
                                      : std::size_t(behind - places().begin()) - 1;
}

bool Comparison::isInPlace() const
{
    const std::size_t at = placeIndex();
    return at < places().size() && m_row <= places()[at].last;
}

bool Comparison::goToPlace(bool forward)
{
    if (!isReady() || places().empty()) {
        return false;
    }
    const std::size_t at = placeIndex();
    std::size_t to = at;
    if (forward) {
        to = at == places().size() ? 0 : at + 1;
        if (to == places().size()) {
            return false;
        }
    } else {
        // From inside or behind a place: to its first row; from there to the place before.
        if (at == places().size()) {
            return false;
        }
        if (places()[at].first == m_row) {
            if (at == 0) {
                return false;
            }
            to = at - 1;
        }
    }
    goTo(places()[to].first);
    return true;
}

bool Comparison::goToCause(bool forward)
{
    if (!isReady()) {
        return false;
    }
    const auto& rows = m_result->causeRows;
    if (forward) {
        const auto next = std::upper_bound(rows.begin(), rows.end(), m_row);
        if (next == rows.end()) {
            return false;
        }
        goTo(*next);
        return true;
    }
    const auto here = std::lower_bound(rows.begin(), rows.end(), m_row);
    if (here == rows.begin()) {
        return false;
    }
    goTo(*std::prev(here));
    return true;
}

} // namespace rdrlab::gui
