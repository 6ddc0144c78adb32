#include "gui/models/comparisonresult.h"
#include "gui/models/texts.h"

#include <algorithm>

namespace rdrlab::gui {

using trace::DiffRow;
using trace::TraceDiff;

Comparison::Comparison(QObject* parent)
    : QObject(parent)
    , m_background(this)
{
    connect(&m_background, &Background::progressed, this, &Comparison::progressed);
}

Comparison::~Comparison() = default;

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
    // The same events stay current under another mask, and those visited are the same.
    const auto seqOf = [this](std::uint64_t row) { return lastAt(DiffSide::A, std::size_t(row)); };
    const Seq at = isReady() ? seqOf(m_row) : 0;
    if (isReady()) {
        m_visits.translate(seqOf);
    }
    m_result = result;
    m_state = State::Ready;
    m_visits.translate([this](Seq seq) -> std::uint64_t {
        const std::size_t row = seq != 0 ? diff().rowOf(DiffSide::A, seq) : 0;
        return row < diff().rowCount() ? row : 0;
    });
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

const std::vector<Comparison::TimePart>& Comparison::partsOf(DiffSide side, RowMark mark) const
{
    return m_result->side(side).parts[std::size_t(mark)];
}

const std::vector<std::uint64_t>& Comparison::gapTimesOf(DiffSide side) const
{
    return m_result->side(side).gapTimes;
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

Seq Comparison::lastCompared(DiffSide side) const
{
    const auto& known = *m_result->side(side).places;
    return std::max<Seq>(reader(side).lastSeq(), known.empty() ? 0 : known.size() - 1);
}

double Comparison::timeAt(DiffSide side, std::size_t row) const
{
    const std::size_t last = diff().rowCount() - std::min<std::size_t>(1, diff().rowCount());
    const Seq seq = lastAt(side, std::min(row, last));
    return seq != 0 ? double(events(side).event(seq).timeNs) : 0;
}

double Comparison::timeBeside(DiffSide side, double ns) const
{
    const DiffSide other = otherSide(side);
    const EventStore& own = events(side);
    const Seq from = own.at(std::uint64_t(std::max(0.0, ns)));
    const double ownFrom = double(own.event(from).timeNs);
    const double otherFrom = timeAt(other, diff().rowOf(side, from));
    if (ns <= ownFrom) {
        return std::max(0.0, otherFrom - (ownFrom - ns)); // before the first event
    }
    // The next event; behind the last one both go on alike.
    const bool isLast = from >= lastCompared(side);
    const double ownTo = isLast ? ns : double(own.event(from + 1).timeNs);
    const double otherTo
        = isLast ? otherFrom + (ns - ownFrom) : timeAt(other, diff().rowOf(side, from + 1));
    return ownTo > ownFrom ? otherFrom + (otherTo - otherFrom) * (ns - ownFrom) / (ownTo - ownFrom)
                           : otherFrom;
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

void Comparison::visit(std::size_t row)
{
    const std::size_t from = m_row;
    goTo(row);
    noteVisit(from);
}

void Comparison::noteVisit(std::size_t from)
{
    if (from != m_row) {
        m_visits.enter(from, m_row);
        Q_EMIT visitsChanged();
    }
}

void Comparison::goBack()
{
    if (canGoBack() && isReady()) {
        goTo(std::size_t(m_visits.goBack()));
        Q_EMIT visitsChanged();
    }
}

void Comparison::goForward()
{
    if (canGoForward() && isReady()) {
        goTo(std::size_t(m_visits.goForward()));
        Q_EMIT visitsChanged();
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
    visit(places()[to].first);
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
        visit(*next);
        return true;
    }
    const auto here = std::lower_bound(rows.begin(), rows.end(), m_row);
    if (here == rows.begin()) {
        return false;
    }
    visit(*std::prev(here));
    return true;
}

} // namespace rdrlab::gui
