// Two recordings compared: made beside the window, then lent to the views, with the place on the
// aligned axis where the person is.
//
// The axis is TraceDiff's: one row per pair in order, or per event that stands on one side. What a
// person calls a difference is a Place here: rows that differ one after the other, so that a
// request which only one side made is one difference and not two hundred. The comparison has
// readers of its own, because a reader serves one thread.
#pragma once

#include "gui/models/background.h"
#include "gui/models/eventstore.h"
#include "gui/models/visits.h"
#include "traces/query/diff/describe.h"
#include "traces/query/diff/diff.h"
#include "traces/query/state.h"

#include <QObject>
#include <array>
#include <optional>

namespace rdrlab::gui {

using trace::DiffSide;
using trace::Seq;

inline constexpr std::array kBothSides { DiffSide::A, DiffSide::B };
constexpr DiffSide otherSide(DiffSide side)
{
    return side == DiffSide::A ? DiffSide::B : DiffSide::A;
}

/// What a row of the axis is; from Moved on it is a difference.
enum class RowMark : std::uint8_t
{
    Same,
    LeftOut, // by the mask
    Between, // the same, but its call met other calls at another point
    Moved, // in both, at another point of its request or in another request
    Changed,
    OnlyA,
    OnlyB
};
constexpr std::size_t kRowMarks = std::size_t(RowMark::OnlyB) + 1;
constexpr bool differs(RowMark mark)
{
    return mark >= RowMark::Moved;
}

constexpr std::uint32_t kNoDifference = UINT32_MAX;

class Comparison : public QObject
{
    Q_OBJECT
public:
    enum class State
    {
        Empty,
        Running,
        Ready,
        Failed
    };
    /// Rows [first, last] that differ, with at most what is left out between them.
    struct Place
    {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
    };
    /// What of one kind follows one on the other in a side's own time.
    struct TimePart
    {
        std::uint64_t fromNs = 0;
        std::uint64_t toNs = 0; // the last event's: no later than fromNs when it is alone
    };
    /// What follows from one cause in one request: [from, to) in sortedDifferences().
    struct Group
    {
        std::uint32_t request = 0;
        std::uint32_t from = 0;
        std::uint32_t to = 0;
    };

    explicit Comparison(QObject* parent = nullptr);
    ~Comparison() override;

    /// Starts to compare; stateChanged() follows. Without a mask the standard one for these two
    /// traces. What was there before stays until then, so that another mask does not blank the
    /// views; a cancelled start leaves it.
    void start(const QString& a, const QString& b, const std::optional<trace::DiffMask>& mask);
    void cancel();

    State state() const { return m_state; }
    bool isReady() const { return m_result != nullptr; }
    bool isRunning() const { return m_background.isRunning(); }
    const QString& error() const { return m_error; }
    const QString& path(DiffSide side) const { return m_paths[std::size_t(side)]; }
    // Only while isReady(), on the window's thread.
    const trace::TraceDiff& diff() const;
    const trace::Reader& reader(DiffSide side) const;
    const EventStore& events(DiffSide side) const;
    trace::StateCursor& stateAt(DiffSide side, Seq seq) const;
    RowMark mark(std::size_t row) const;
    const std::vector<Place>& places() const;
    /// The rows of one mark, ascending; empty for Same and LeftOut, which are most.
    const std::vector<std::uint32_t>& rowsOf(RowMark mark) const;
    /// Where a side has nothing, as [first, last] rows.
    const std::vector<Place>& gapsOf(DiffSide side) const;
    /// Row + 1 of every event of a side, by seq: for Axis::setPlaces().
    std::shared_ptr<const std::vector<std::uint32_t>> placesOf(DiffSide side) const;
    /// rowsOf() in a side's own time, without what only the other side has; ascending.
    const std::vector<TimePart>& partsOf(DiffSide side, RowMark mark) const;
    /// When a side lacks what the other has: after the event at each of these times.
    const std::vector<std::uint64_t>& gapTimesOf(DiffSide side) const;
    /// Causes as a report tells them: those of the scenario first, then those of the machine's
    /// start, of which the first is at causesOfScenario().
    const std::vector<std::uint32_t>& causes() const;
    std::size_t causesOfScenario() const;
    const std::vector<std::uint32_t>& sortedDifferences() const;
    /// What follows from a cause, by request, its own first. None is empty; the cause itself is in
    /// none.
    std::span<const Group> groupsOf(std::uint32_t cause) const;

    /// How long calls of each routine took on both sides, the greatest difference first.
    const std::vector<trace::DurationRow>& durations() const;
    /// Keeps what diff() and the readers are alive while another thread reads through them, also
    /// when another comparison takes their place.
    std::shared_ptr<const trace::TraceDiff> sharedDiff() const;

    /// Both events of a row: of a moved pair also the one that stands elsewhere. 0: none.
    trace::DiffRow pairAt(std::size_t row) const;
    /// The difference told at this row or at that of its partner; kNoDifference when none is.
    std::uint32_t differenceAt(std::size_t row) const;
    /// The last event of a side at or before a row; 0 before its first.
    Seq lastAt(DiffSide side, std::size_t row) const;
    /// The last event of a side that was compared: a recording may have grown since.
    Seq lastCompared(DiffSide side) const;
    /// When the other side was where `side` was at a time: between two events as far as they are
    /// apart there.
    double timeBeside(DiffSide side, double ns) const;
    /// The time of lastAt().
    double timeAt(DiffSide side, std::size_t row) const;
    /// The row where the scenario's own events begin.
    std::size_t firstOfScenario() const;

    // The person's place.
    std::size_t row() const { return m_row; }
    /// A small move, or one that was made elsewhere: it does not enter the visit history.
    void goTo(std::size_t row);
    /// To a place the person chose: it does.
    void visit(std::size_t row);
    /// The person came here by a jump from that row, which somebody else made.
    void noteVisit(std::size_t from);
    bool canGoBack() const { return m_visits.canGoBack(); }
    bool canGoForward() const { return m_visits.canGoForward(); }
    void goBack();
    void goForward();
    /// The place that holds the current row, or the last one before it; places().size() when it is
    /// before all of them.
    std::size_t placeIndex() const;
    bool isInPlace() const;
    /// Visits the next (previous) place; false when there is none.
    bool goToPlace(bool forward);
    /// Visits the next (previous) cause on the axis; false when there is none.
    bool goToCause(bool forward);

Q_SIGNALS:
    void progressed(int permille);
    void stateChanged();
    void moved(std::size_t row);
    void visitsChanged();

private:
    struct Result;
    static void compare(
        const std::array<std::string, 2>& paths,
        const std::optional<trace::DiffMask>& mask,
        Result& result,
        Background::Control& control);
    void take(const std::shared_ptr<Result>& result);

    std::array<QString, 2> m_paths;
    State m_state = State::Empty;
    QString m_error;
    std::shared_ptr<Result> m_result; // shared only with the thread while it fills it
    std::size_t m_row = 0;
    Visits m_visits; // rows
    Background m_background; // last: its thread ends before the rest goes
};

} // namespace rdrlab::gui
