// Where a step leads: by event, by call, by change, by error, in both directions.
#pragma once

#include "gui/models/document.h"

namespace rdrlab::gui {

enum class Direction
{
    Forward,
    Backward
};

/// Each returns the seq to go to, 0 when there is none in that direction. `at` is where one stands.
namespace step {

Seq byEvent(const TraceDocument& document, Seq at, Direction direction);
/// To the next begin or end of any call.
Seq byCall(const TraceDocument& document, Seq at, Direction direction);
/// From a call's begin to its end (or back), else to the next call on the same level, else to the
/// end (begin) of the call around.
Seq overCall(const TraceDocument& document, Seq at, Direction direction);
/// To the end (begin) of the call around.
Seq outOfCall(const TraceDocument& document, Seq at, Direction direction);
Seq toError(const TraceDocument& document, Seq at, Direction direction);
/// To the next change of an object's field; of any field and of its references when `field` is 0.
Seq toChange(
    const TraceDocument& document,
    Seq at,
    trace::ObjectId object,
    trace::StringId field,
    Direction direction);

/// The innermost call an event belongs to; a begin or end belongs to its own call.
CallIndex callOf(const TraceDocument& document, Seq at);

} // namespace step

} // namespace rdrlab::gui
