#include "gui/models/stepper.h"

#include <algorithm>

namespace rdrlab::gui::step {

namespace {

// The call that lies around the event: of a begin or end the one around its own.
CallIndex around(const TraceIndex& index, CallIndex own, Seq at)
{
    if (own == kNoCall) {
        return kNoCall;
    }
    const Call& call = index.calls[own];
    return at == call.begin || at == call.end ? call.parent : own;
}

} // namespace

CallIndex callOf(const TraceDocument& document, Seq at)
{
    const TraceIndex& index = *document.index();
    const CallIndex begun = index.callAt(at);
    if (begun != kNoCall) {
        return begun;
    }
    const trace::Event event = document.events().event(at);
    return event.span != 0 ? index.callAt(event.span) : kNoCall;
}

Seq byEvent(const TraceDocument& document, Seq at, Direction direction)
{
    if (direction == Direction::Forward) {
        return at < document.lastSeq() ? at + 1 : 0;
    }
    return at > 1 ? at - 1 : 0;
}

Seq byCall(const TraceDocument& document, Seq at, Direction direction)
{
    return direction == Direction::Forward ? document.index()->nextCallEvent(at)
                                           : document.index()->previousCallEvent(at);
}

Seq overCall(const TraceDocument& document, Seq at, Direction direction)
{
    const TraceIndex& index = *document.index();
    const CallIndex own = callOf(document, at);
    const bool forward = direction == Direction::Forward;
    if (own != kNoCall) {
        const Call& call = index.calls[own];
        if (forward && at == call.begin && call.end != 0) {
            return call.end;
        }
        if (!forward && at == call.end) {
            return call.begin;
        }
    }
    const CallIndex outer = around(index, own, at);
    const std::span<const CallIndex> siblings = index.childrenOf(outer);
    if (forward) {
        const auto next
            = std::upper_bound(siblings.begin(), siblings.end(), at, [&](Seq seq, CallIndex call) {
                  return seq < index.calls[call].begin;
              });
        const Seq sibling = next != siblings.end() ? index.calls[*next].begin : 0;
        const Seq end = outer != kNoCall ? index.calls[outer].end : 0;
        return sibling == 0 ? (end > at ? end : 0) : end > at ? std::min(sibling, end) : sibling;
    }
    // Calls that ran at the same time end in another order than they begin: look at some of them.
    constexpr int kLooked = 64;
    const auto from
        = std::lower_bound(siblings.begin(), siblings.end(), at, [&](CallIndex call, Seq seq) {
              return index.calls[call].begin < seq;
          });
    Seq best = outer != kNoCall ? index.calls[outer].begin : 0;
    int looked = 0;
    for (auto it = from; it != siblings.begin() && looked < kLooked; ++looked) {
        const Call& call = index.calls[*--it];
        best = std::max(best, call.end != 0 && call.end < at ? call.end : call.begin);
    }
    return best < at ? best : 0;
}

Seq outOfCall(const TraceDocument& document, Seq at, Direction direction)
{
    const TraceIndex& index = *document.index();
    const CallIndex outer = around(index, callOf(document, at), at);
    if (outer == kNoCall) {
        return 0;
    }
    const Call& call = index.calls[outer];
    if (direction == Direction::Backward) {
        return call.begin;
    }
    return call.end > at ? call.end : 0;
}

Seq toError(const TraceDocument& document, Seq at, Direction direction)
{
    return direction == Direction::Forward ? document.index()->nextError(at)
                                           : document.index()->previousError(at);
}

Seq toChange(
    const TraceDocument& document,
    Seq at,
    trace::ObjectId object,
    trace::StringId field,
    Direction direction)
{
    const trace::Reader& reader = document.reader();
    const bool forward = direction == Direction::Forward;
    if (!forward && at <= 1) {
        return 0;
    }
    const Seq from = forward ? at + 1 : 1;
    const Seq to = forward ? document.lastSeq() : at - 1;
    Seq best = 0;
    if (field != 0) {
        reader.fieldChanges(object, field, from, to, !forward, [&](const trace::FieldChange& row) {
            best = row.seq;
            return false;
        });
        return best;
    }
    const auto consider = [&](Seq seq) {
        best = best == 0 ? seq : forward ? std::min(best, seq) : std::max(best, seq);
    };
    if (forward) {
        reader.eventsOf(object, from, to, [&](const trace::Event& event) {
            consider(event.seq);
            return false;
        });
    } else {
        reader.eventsOf(object, from, to, [&](const trace::Event& event) {
            consider(event.seq);
            return true;
        });
    }
    return best;
}

} // namespace rdrlab::gui::step
