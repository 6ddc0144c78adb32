#include "traces/query/cause.h"

#include <algorithm>

namespace rdrlab::trace {

std::uint32_t Cause::process() const
{
    return !calls.empty() && calls.front().layer == Layer::App ? calls.front().process
                                                               : event.process;
}

std::uint32_t Cause::thread() const
{
    return !calls.empty() && calls.front().layer == Layer::App ? calls.front().thread
                                                               : event.thread;
}

std::optional<Cause> Causes::at(Seq seq)
{
    const std::optional<Event> event = m_reader.event(seq);
    return event ? std::optional(of(*event)) : std::nullopt;
}

Cause Causes::of(const Event& event)
{
    return { event, path(event.span) };
}

const Span* Causes::call(SpanId span)
{
    if (span == 0) {
        return nullptr;
    }
    const auto [entry, isNew] = m_calls.try_emplace(span);
    if (isNew) {
        entry->second = m_reader.span(span);
    }
    return entry->second ? &*entry->second : nullptr;
}

std::vector<Span> Causes::path(SpanId span)
{
    std::vector<Span> calls;
    // A parent is older than its child; anything else is damage and ends the path.
    for (const Span* at = call(span); at != nullptr && calls.size() < kMaximumDepth;
         at = at->parent < at->id ? call(at->parent) : nullptr) {
        calls.push_back(*at);
    }
    std::reverse(calls.begin(), calls.end());
    return calls;
}

SpanId Causes::request(SpanId span)
{
    const auto [entry, isNew] = m_requests.try_emplace(span, 0);
    if (isNew) {
        SpanId outermost = span;
        std::size_t depth = 0;
        for (const Span* at = call(span); at != nullptr && depth < kMaximumDepth; ++depth) {
            outermost = at->id;
            at = at->parent < at->id ? call(at->parent) : nullptr;
        }
        m_requests[span] = outermost; // call() does not touch this map
        return outermost;
    }
    return entry->second;
}

} // namespace rdrlab::trace
