// Who did it: the calls around an event, from the system call down to the routine.
#pragma once

#include "traces/store/reader.h"

#include <optional>
#include <unordered_map>
#include <vector>

namespace rdrlab::trace {

/// An event and the calls it happened in, outermost first. No call for what happens outside of all.
struct Cause
{
    Event event;
    std::vector<Span> calls;

    /// The innermost and the outermost call, nullptr when there is none.
    const Span* inner() const { return calls.empty() ? nullptr : &calls.back(); }
    const Span* outer() const { return calls.empty() ? nullptr : &calls.front(); }
    /// The outermost call's id: the request this is part of; 0 when it is part of none.
    SpanId request() const { return calls.empty() ? 0 : calls.front().id; }
    /// The system call's process and thread when there is one (a worker acts on its behalf), else
    /// who ran.
    std::uint32_t process() const;
    std::uint32_t thread() const;
};

/// Finds causes, remembering the calls it has seen. Borrows the reader.
class Causes
{
public:
    explicit Causes(const Reader& reader)
        : m_reader(reader)
    {
    }

    /// Nothing when the trace has no such event.
    std::optional<Cause> at(Seq seq);
    Cause of(const Event& event);
    /// A call and the calls around it, outermost first; at most kMaximumDepth.
    std::vector<Span> path(SpanId span);
    /// nullptr when the trace has no such call.
    const Span* call(SpanId span);
    /// The outermost call around a call; 0 for 0.
    SpanId request(SpanId span);

    /// Nested deeper than any kernel stack allows: only a damaged file gets there.
    static constexpr std::size_t kMaximumDepth = 256;

private:
    const Reader& m_reader;
    std::unordered_map<SpanId, std::optional<Span>> m_calls; // looked up only
    std::unordered_map<SpanId, SpanId> m_requests; // looked up only
};

} // namespace rdrlab::trace
