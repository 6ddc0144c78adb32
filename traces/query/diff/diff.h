// Compares two recordings: what is the same, what differs, what came first.
//
// Two runs of one program never agree on times, thread numbers or the order in which independent
// requests meet, so a comparison line by line drowns. This one pairs requests with requests, events
// with events inside them and objects with objects, and tells four things apart: an event is the
// same, changed (same place, other result or value), missing (only in A) or extra (only in B). A
// pair that stands at another place is reordered, whether or not it is the same. Differences are
// folded: what follows from an earlier one, because it is in the same request, about the same
// object, or later in a thread whose system calls went another way, counts as its consequence.
//
// Memory is about 40 bytes per event of both traces, beside what the readers hold.
#pragma once

#include "traces/query/diff/mask.h"
#include "traces/store/reader.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace rdrlab::trace {

enum class DiffOp : std::uint8_t
{
    Same,
    Changed,
    Missing, // only in A
    Extra, // only in B
    LeftOut // by the mask
};

/// Where an event stands relative to its partner.
enum class DiffOrder : std::uint8_t
{
    Kept,
    Between, // kept inside its call, which met other calls at another point
    Inside, // at another point of the same request
    Elsewhere // in another request
};

std::string_view diffOpName(DiffOp op);
std::string_view diffOrderName(DiffOrder order);

enum class DiffSide : std::uint8_t
{
    A,
    B
};

struct DiffCounts
{
    std::uint64_t same = 0;
    std::uint64_t changed = 0;
    std::uint64_t missing = 0;
    std::uint64_t extra = 0;
    std::uint64_t between = 0; // of `same` and `changed`, by order
    std::uint64_t inside = 0;
    std::uint64_t elsewhere = 0;
    std::uint64_t leftOutA = 0;
    std::uint64_t leftOutB = 0;

    std::uint64_t reordered() const { return between + inside + elsewhere; }
};

constexpr std::uint32_t kNoCause = UINT32_MAX;

/// One event or pair that is not simply the same. 0: not on that side.
struct Difference
{
    Seq a = 0;
    Seq b = 0;
    DiffOp op = DiffOp::Same;
    DiffOrder order = DiffOrder::Kept;
    std::uint32_t request = 0; // index into requests()
    std::uint32_t object = kNoCause; // index into objects()
    std::uint32_t cause = kNoCause; // index into causes()
    std::uint32_t row = 0; // on the aligned axis
};

/// A call made in no other call, with its partner; or (isOutside) what happened outside of calls.
struct DiffRequest
{
    Seq a = 0; // the seq of its first event: of the begin event unless isOutside
    Seq b = 0;
    bool isOutside = false;
    DiffOp op = DiffOp::Same;
    DiffOrder order = DiffOrder::Kept; // Between or Elsewhere when it ran at another point
    std::uint32_t same = 0;
    std::uint32_t changed = 0;
    std::uint32_t missing = 0;
    std::uint32_t extra = 0;
    std::uint32_t reordered = 0;
    std::uint32_t cause = kNoCause; // of its first difference
};

/// An object and its counterpart.
struct DiffObject
{
    ObjectId a = 0;
    ObjectId b = 0;
    DiffOp op = DiffOp::Same;
    std::uint32_t differences = 0;
    std::uint32_t first = kNoCause; // index into differences()
    std::uint32_t cause = kNoCause; // of the first
};

/// A difference that follows from no earlier one, and how much follows from it.
struct DiffCause
{
    std::uint32_t first = 0; // index into differences()
    std::uint32_t consequences = 0; // further differences
    std::uint32_t requests = 0; // that differ because of it
    std::uint32_t objects = 0; // whose first divergence is here
};

/// One step of the aligned axis: a pair in order, or an event of one side. A reordered pair takes
/// two rows, one at each place; partner() links them.
struct DiffRow
{
    Seq a = 0;
    Seq b = 0;
};

class TraceDiff
{
public:
    /// `progress` gets 0 to 1 and returns false to stop. Returns nullptr then, and when a trace
    /// cannot be read, with one line in `error`. Both readers must outlive the result.
    static std::unique_ptr<TraceDiff> compare(
        const Reader& a,
        const Reader& b,
        const DiffMask& mask,
        std::string& error,
        const std::function<bool(double)>& progress = {});
    ~TraceDiff();
    TraceDiff(const TraceDiff&) = delete;
    TraceDiff& operator=(const TraceDiff&) = delete;

    /// The same result, read through other readers of the same two traces: for another thread. Ask
    /// for rows() first. Costs nothing; both readers must outlive it.
    std::unique_ptr<TraceDiff> through(const Reader& a, const Reader& b) const;

    const Reader& reader(DiffSide side) const;
    const DiffMask& mask() const;
    const DiffCounts& counts() const;
    /// What the comparison was asked for: nothing changed, missing or extra, and, unless the mask
    /// leaves order out, nothing reordered.
    bool isSame() const;

    // The match table.
    Seq partner(DiffSide side, Seq seq) const; // 0: none
    DiffOp op(DiffSide side, Seq seq) const;
    DiffOrder order(DiffSide side, Seq seq) const;
    ObjectId partnerOf(DiffSide side, ObjectId object) const; // 0: none

    // In order of the aligned axis.
    const std::vector<Difference>& differences() const;
    const std::vector<DiffCause>& causes() const;
    const std::vector<DiffRequest>& requests() const;
    const std::vector<DiffObject>& objects() const; // that differ, by first divergence

    std::size_t rowCount() const;
    /// The whole axis; made at the first call (24 bytes per row).
    const std::vector<DiffRow>& rows() const;
    /// The row of an event; rowCount() when there is none.
    std::size_t rowOf(DiffSide side, Seq seq) const;
    /// How many differences are in each of `buckets` equal parts of the axis.
    std::vector<std::uint32_t> density(std::size_t buckets) const;

private:
    struct Implementation;
    TraceDiff(std::shared_ptr<Implementation> implementation, const Reader& a, const Reader& b);
    std::shared_ptr<Implementation> m_implementation; // shared with through(), which only reads it
    const Reader* m_readers[2];
};

} // namespace rdrlab::trace
