// One IRP and its stack: which drivers have it, in which order, and how far each of them is.
//
// The recording has a call for each driver that an IRP was sent to (IoCallDriver), finished when
// the IRP came back through that driver's location (IoCompleteRequest), and what was in that
// location (irpparameters.h has its names). Recordings of schema version 3 and older lack the
// latter.
#pragma once

#include "traces/store/spine.h"

#include <optional>
#include <vector>

namespace rdrlab::trace {

/// A call that one driver made to answer the IRP.
struct IrpWork
{
    SpanId call = 0;
    StringId routine = 0;
    Layer layer = Layer::Rdbss;
    Seq packet = 0; // of an exchange: its first segment; 0: none
};

/// One IO_STACK_LOCATION, as the driver it belongs to saw it.
struct IrpLocation
{
    SpanId call = 0; // = the seq of the event at which it was sent
    Seq end = 0; // the event at which it came back; 0: never
    std::uint64_t beginNs = 0;
    std::uint64_t endNs = 0;
    StringId function = 0; // IRP_MJ_…
    ObjectId device = 0;
    ObjectId driver = 0; // the device's owner
    std::int32_t status = 0; // IoStatus, once it came back
    std::uint64_t information = 0;
    std::uint32_t process = 0; // that sent it
    std::uint32_t thread = 0;
    Seq pended = 0; // the event at which the sending thread left it open; 0: never
    std::vector<IrpWork> work; // in order
    std::optional<StackLocation> sent; // what was in it; none: an older recording

    bool isSent(Seq at) const { return call <= at; }
    bool isBack(Seq at) const { return end != 0 && end <= at; }
    bool isPending(Seq at) const { return pended != 0 && pended <= at && !isBack(at); }
};

struct IrpStack
{
    ObjectId irp = 0;
    Seq birth = 0;
    Seq death = 0; // 0: alive at the end
    SpanId sender = 0; // the call that sent it
    ObjectId file = 0; // its FILE_OBJECT where the recording tells
    std::vector<IrpLocation> locations; // the highest driver's first
    std::vector<ObjectId> contexts; // RX_CONTEXTs made for it

    /// The location of the driver that has the IRP at an event: the lowest one it was sent to and
    /// did not come back from. SIZE_MAX: not sent yet, or completed.
    std::size_t current(Seq at) const;
    bool isCompleted(Seq at) const;
    /// Whether the driver above passed its own location on instead of filling in the next one.
    bool sharesLocation(std::size_t index) const;
    /// Whether the recording has what was in the locations.
    bool hasParameters() const { return !locations.empty() && locations.front().sent.has_value(); }
};

/// The IRP that an event belongs to: the one that carries the innermost such call around it, or
/// that the object is about (an IRP or its RX_CONTEXT). 0: none.
ObjectId irpOfCall(const Reader& reader, SpanId span);
ObjectId irpOfObject(const Reader& reader, ObjectId object);

/// The stack of an IRP; without locations when it was never sent. Costs the events of its life, at
/// most some ten thousand.
IrpStack irpStack(const Reader& reader, const Spine& spine, ObjectId irp);

} // namespace rdrlab::trace
