// Where the time of a request went.
//
// A request is an outermost call (a system call, or a worker's own task) with everything it caused:
// IRPs, RX_CONTEXTs, calls into the mini-redirector, exchanges with the server, on whatever thread
// they ran. At each moment of its duration exactly one thing is the reason why it is not done yet;
// the first of these that applies:
//
//      running    a thread runs one of its calls
//      ready      a thread could go on with it, but does not run yet
//      server     the server holds an exchange back (a lock, a break, a slow disk)
//      wire       an exchange is on its way, there or back
//      lock       a thread waits for a lock; `whom` owns it
//      waiting    a thread waits for something else; `whom` ended the wait
//      queued     its work stands in a queue
//      other      nothing recorded tells
//
// so the parts add up to the duration, to the nanosecond. A call inside a request is split the same
// way, over its own duration and with its own inner calls only.
#pragma once

#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace rdrlab::trace {

enum class TimeKind : std::uint8_t
{
    Running,
    Ready,
    Server,
    Wire,
    Lock,
    Waiting,
    Queued,
    Other,
    Maximum
};
std::string_view timeKindName(TimeKind kind);

/// Nanoseconds by kind.
struct TimeSplit
{
    std::array<std::uint64_t, std::size_t(TimeKind::Maximum)> ns {};

    std::uint64_t operator[](TimeKind kind) const { return ns[std::size_t(kind)]; }
    std::uint64_t total() const;
};

/// A stretch of time with one reason.
struct TimeSlice
{
    std::uint64_t beginNs = 0;
    std::uint64_t endNs = 0;
    TimeKind kind = TimeKind::Other;
    SpanId span = 0; // the call it belongs to; for server and wire the exchange
    Seq seq = 0; // the event that began it
    StringId what = 0; // Lock, Waiting: the word for what was waited for
    ObjectId object = 0; // Lock, Waiting: that thing, when it is recorded
    std::uint32_t whom = 0; // thread: Lock: its owner; Waiting: who ended the wait, 0 an interrupt
    Seq endedBy = 0; // Lock, Waiting: the signal event
};

/// One segment of an exchange.
struct RequestPacket
{
    Seq seq = 0;
    std::uint64_t timeNs = 0;
    std::uint64_t bytes = 0;
    bool isToServer = false;
};

struct RequestCall
{
    Span span; // without `request`, which only the file's row has; endNs of an open call: the
               // trace's end
    std::uint32_t parent = 0; // index into calls; the root's is 0
    std::uint32_t depth = 0;
    bool isOpen = false;
    TimeSplit split;
    std::vector<RequestPacket> packets; // of an exchange
};

struct Request
{
    std::vector<RequestCall> calls; // by begin; [0] is the request itself
    std::vector<TimeSlice> slices; // the request's duration, without gap or overlap
    std::uint32_t exchanges = 0;

    const RequestCall& root() const { return calls.front(); }
    std::uint64_t durationNs() const { return root().span.endNs - root().span.beginNs; }
};

/// Visits the requests that begin from event `from` to event `to`, in the order in which they are
/// done: when a call has ended and nothing goes on on its behalf any more (a system call may return
/// long before its IRP is completed); those still open at the trace's end come last. One pass over
/// the events. The visitor returns false to stop. False when the trace cannot be read or `progress`
/// gave up.
bool requests(
    const Reader& reader,
    Seq from,
    Seq to,
    const std::function<bool(Request&&)>& visit,
    const Progress& progress = {});

/// The request that a call is part of. Nothing when the trace has no such call.
std::optional<Request> requestOf(const Reader& reader, SpanId span);

/// The call that carries an object: the outermost one of an IRP, RX_CONTEXT or exchange; 0 when
/// none does.
SpanId callCarrying(const Reader& reader, ObjectId object);

} // namespace rdrlab::trace
