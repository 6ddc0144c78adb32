// Who waits for whom: the threads that are blocked at an event, what holds them up, and the rings
// among them.
#pragma once

#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <memory>
#include <vector>

namespace rdrlab::trace {

/// Somebody who has a lock.
struct LockHolder
{
    std::uint32_t thread = 0;
    std::uint32_t process = 0;
    Seq since = 0;
    bool isExclusive = false;
};

/// What a blocked thread's way on depends on.
struct WaitReason
{
    enum class Kind : std::uint8_t
    {
        Lock, // `object`, which `thread` has since `seq`
        Thread, // `thread` works on the call `span` that this one waits for
        Server, // the server has the exchange `span` since `seq` and holds it back
        Wire, // the exchange `span` was sent at `seq`; nothing came back
        Unsent, // the exchange `span` waits for credits, or for the connection
        Queue // the call `span` stands in a queue since `seq`
    };
    Kind kind = Kind::Thread;
    std::uint32_t thread = 0;
    std::uint32_t process = 0;
    ObjectId object = 0;
    SpanId span = 0;
    Seq seq = 0;
    bool isExclusive = false;
};

struct BlockedThread
{
    std::uint32_t thread = 0;
    std::uint32_t process = 0;
    Seq since = 0; // its wait event
    std::uint64_t sinceNs = 0;
    StringId what = 0; // the kernel's word for what it waits for
    ObjectId object = 0; // that thing, when it is recorded
    SpanId span = 0; // the call it waits in; 0: it waits for work
    bool hasTimeout = false;
    std::vector<WaitReason> reasons; // empty: nothing recorded tells
};

/// A lock that somebody has or waits for.
struct LockState
{
    ObjectId object = 0; // 0: one that has no object of its own, known by who waits for it
    StringId what = 0; // the kernel's word for it then: "FAST_MUTEX"
    std::vector<LockHolder> holders; // in the order in which they took it
    std::vector<std::uint32_t> waiters; // indexes into Waits::threads
};

struct Waits
{
    Seq at = 0;
    std::uint64_t atNs = 0;
    std::vector<BlockedThread> threads; // by number; those that wait for work left out
    std::uint32_t idle = 0; // how many of those there are
    std::vector<std::vector<std::uint32_t>> rings; // indexes into threads: each waits for the next
    std::vector<LockState> locks; // by object
    std::vector<SpanId> open; // the requests under way, oldest first
};

/// The waits after event `at` (the last one when it is greater). One pass over the events before
/// it. False when the trace cannot be read or `progress` gave up.
bool waitsAt(const Reader& reader, Seq at, Waits& into, const Progress& progress = {});

/// The same for who asks at one event after another: goes on from the last answer, or from a place
/// kept on the way there. A step forwards costs the events between, a step back some ten thousand
/// at most.
class WaitCursor
{
public:
    /// Borrows the reader.
    explicit WaitCursor(const Reader& reader);
    ~WaitCursor();
    WaitCursor(const WaitCursor&) = delete;
    WaitCursor& operator=(const WaitCursor&) = delete;

    /// As waitsAt(). After giving up it can be asked again.
    bool moveTo(Seq at, Waits& into, const Progress& progress = {});

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace rdrlab::trace
