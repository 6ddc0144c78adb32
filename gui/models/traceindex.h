// What the visualizer keeps of a whole trace in memory: its calls, waits, marks and lifetimes.
//
// Events themselves stay in the file (EventStore decodes the chunk that is looked at). One pass
// over the spine fills the index, so that opening costs some tens of nanoseconds an event;
// afterwards it never changes and may be read from any thread. A recording that grows gets a new
// index.
#pragma once

#include "gui/themes/theme.h"
#include "traces/store/spine.h"

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace rdrlab::gui {

using trace::Seq;

/// A position in TraceIndex::calls.
using CallIndex = std::uint32_t;
constexpr CallIndex kNoCall = UINT32_MAX;

/// One call (a span of the trace).
struct Call
{
    Seq begin = 0; // seq of its begin event, which is its id
    Seq end = 0; // 0: still open when the recording stopped
    std::uint64_t beginNs = 0;
    std::uint64_t endNs = 0; // of the last event while open
    std::uint64_t information = 0;
    CallIndex parent = kNoCall;
    trace::StringId routine = 0;
    trace::ObjectId object = 0;
    std::uint32_t thread = 0;
    std::uint32_t process = 0;
    std::int32_t status = 0;
    trace::Layer layer = trace::Layer::App;
    Severity severity = Severity::Fine;
};

/// A stretch in which a call was pending or a thread waited.
struct Stretch
{
    Seq from = 0;
    Seq to = 0; // the event that ended it; 0: never
    std::uint64_t fromNs = 0;
    std::uint64_t toNs = 0;
    CallIndex call = kNoCall;
    std::uint32_t thread = 0;
};

/// A single event worth a mark of its own: packets, callbacks, notes, errors, cancels, posts.
struct Mark
{
    Seq seq = 0;
    std::uint64_t timeNs = 0;
    std::uint32_t thread = 0;
    CallIndex call = kNoCall;
    trace::EventKind kind = trace::EventKind::Note;
    trace::Layer layer = trace::Layer::App;
    Severity severity = Severity::Fine;
    bool toServer = false; // packets
};

/// An object from birth to death, as its events tell; its kind and name are the reader's.
struct Lifetime
{
    trace::ObjectId object = 0;
    Seq birth = 0;
    Seq death = 0; // 0: alive at the end
    std::uint64_t birthNs = 0;
    std::uint64_t deathNs = 0; // of the last event while alive
};

/// Cause and effect: a call that was left pending and what ended it, a post and its worker.
struct Flow
{
    Seq from = 0;
    Seq to = 0;
    std::uint64_t fromNs = 0;
    std::uint64_t toNs = 0;
    CallIndex fromCall = kNoCall;
    CallIndex toCall = kNoCall;
    trace::EventKind kind = trace::EventKind::Callback; // of the later event
};

class TraceIndex
{
public:
    struct Progress
    {
        std::function<void(std::uint64_t done, std::uint64_t total)> tell; // from the worker
        const std::atomic<bool>* cancelled = nullptr;
    };

    /// Reads the whole spine. Null when cancelled. Damaged chunks are skipped and counted.
    static std::shared_ptr<const TraceIndex>
    build(const trace::Reader& reader, const trace::Spine& spine, const Progress& progress);

    std::vector<Call> calls; // by begin
    std::vector<CallIndex> ends; // calls that ended, by end
    std::vector<Stretch> pends; // by call, then from
    std::vector<Stretch> waits; // by from
    std::vector<Mark> marks; // by seq
    std::vector<Flow> flows; // by from
    std::vector<Lifetime> lifetimes; // by object id
    std::vector<Seq> errors; // events with a failure status, ascending
    std::vector<std::uint32_t> threads; // that own at least one call or wait, ascending
    Seq lastSeq = 0;
    std::uint64_t endNs = 0;
    std::size_t damagedChunks = 0;

    /// The call that begins at `seq`; kNoCall when none does.
    CallIndex callAt(Seq seq) const;
    /// Made inside `parent`, in order; of kNoCall the outermost ones.
    std::span<const CallIndex> childrenOf(CallIndex parent) const;
    /// The position of a call among its siblings.
    std::uint32_t rowOf(CallIndex call) const;
    std::uint32_t depthOf(CallIndex call) const;
    std::span<const Stretch> pendsOf(CallIndex call) const;
    const Lifetime* lifetimeOf(trace::ObjectId object) const;
    /// The first call event (begin or end of any call) behind `seq`, or before it; 0 when none.
    Seq nextCallEvent(Seq seq) const;
    Seq previousCallEvent(Seq seq) const;
    /// The call that ends at `seq`; kNoCall when none does.
    CallIndex callEndingAt(Seq seq) const;
    Seq nextError(Seq seq) const;
    Seq previousError(Seq seq) const;

private:
    friend class IndexBuilder;
    std::vector<std::uint32_t> m_childOffsets; // calls + 2 entries; slot 0 belongs to the roots
    std::vector<CallIndex> m_children;
    std::vector<std::uint32_t> m_rows;
};

} // namespace rdrlab::gui
