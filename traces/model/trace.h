// The rows of a trace as plain structs: what the recorder writes, and what every reader of a trace
// works on.
//
// Times are virtual nanoseconds since boot. `Seq` numbers events from 1 in the order in which they
// happened; ids count from 1 in order of birth or first use, so that two runs of one scenario and
// seed give equal rows. 0 means "none" everywhere.
#pragma once

#include "traces/model/kinds.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rdrlab::trace {

using Seq = std::uint64_t;
using SpanId = std::uint64_t; // the seq of the event that opened it
using ObjectId = std::uint32_t;
using StringId = std::uint32_t;

struct Event
{
    Seq seq = 0;
    std::uint64_t timeNs = 0;
    std::uint64_t argument = 0;
    SpanId span = 0;
    SpanId parent = 0;
    StringId routine = 0;
    ObjectId object = 0;
    StringId text = 0;
    std::int32_t status = 0;
    std::uint32_t thread = 0;
    std::uint32_t process = 0;
    EventKind kind = EventKind::Note;
    Layer layer = Layer::App;
    std::uint8_t cpu = 0;
    std::uint8_t irql = 0;
    bool hasStatus = false;
};

struct Span
{
    SpanId id = 0; // = the seq of its begin event
    Seq end = 0; // 0: still open
    SpanId parent = 0;
    std::uint64_t beginNs = 0;
    std::uint64_t endNs = 0;
    std::uint64_t information = 0;
    StringId routine = 0;
    ObjectId object = 0;
    ObjectId request = 0; // the IRP, RX_CONTEXT or exchange that carries it
    std::int32_t status = 0;
    std::uint32_t thread = 0;
    std::uint32_t process = 0;
    Layer layer = Layer::App;
};

struct Object
{
    ObjectId id = 0;
    ObjectKind kind = ObjectKind::None;
    StringId name = 0; // canonical, unique within the trace
    ObjectId owner = 0;
    Seq birth = 0;
    Seq death = 0; // 0: alive at the end
};

/// Names for the process and thread numbers of events. `birth` is the last event before it was
/// made.
struct Process
{
    std::uint32_t id = 0;
    std::string name;
    Seq birth = 0;
};

struct Thread
{
    std::uint32_t id = 0;
    std::uint32_t process = 0;
    std::string name;
    Seq birth = 0;
};

/// The value of one field. A pointer is an Object: the id it pointed to and that object's canonical
/// name at the time.
struct Value
{
    enum class Type : std::uint8_t
    {
        None,
        Integer,
        Text,
        Object
    };
    Type type = Type::None;
    std::int64_t number = 0; // Integer: the value; Object: the id
    StringId text = 0; // Text: the string; Object: its canonical name

    friend bool operator==(const Value&, const Value&) = default;
};

struct Change
{
    Seq seq = 0;
    ObjectId object = 0;
    StringId field = 0;
    Value before; // None: first time this field is seen
    Value after;
};

/// One IO_STACK_LOCATION of an IRP, as the I/O manager gave it to a driver (IoCallDriver). No
/// pointer is kept: an object is its id, anything else behind a pointer only whether it is there.
struct StackLocation
{
    static constexpr std::size_t kParameters = 5;

    SpanId id = 0; // the call that sent it, = its `begin` event
    ObjectId irp = 0;
    std::uint8_t number = 0; // CurrentLocation, 1: the lowest driver's
    std::uint8_t major = 0; // MajorFunction, MinorFunction
    std::uint8_t minor = 0;
    std::uint8_t flags = 0;
    std::uint8_t control = 0; // as it was sent: when the completion routine is called
    bool hasContext = false; // for the completion routine
    ObjectId file = 0; // FileObject; 0: none
    StringId routine = 0; // the CompletionRoutine's name; 0: none
    StringId name = 0; // Parameters.QueryDirectory.FileName; 0: none
    /// Parameters, in the order of the function's members; query/irpparameters.h has their names.
    std::array<std::uint64_t, kParameters> parameters {};
    Seq pended = 0; // the event after which SL_PENDING_RETURNED was first seen; 0: never
};

/// One line of the reference ledger.
struct Reference
{
    Seq seq = 0;
    ObjectId object = 0;
    std::int32_t delta = 0;
    std::int32_t count = 0; // after it
    StringId reason = 0;
};

enum class Direction : std::uint8_t
{
    ToServer,
    ToClient
};

/// What a segment did beside carrying bytes.
enum PacketFlag : std::uint8_t
{
    kPacketSyn = 1,
    kPacketFin = 2,
    kPacketRst = 4,
    kPacketLost = 8, // put on the wire, never delivered
    kPacketRetransmission = 16 // the same bytes once more
};

struct Packet
{
    Seq seq = 0;
    std::uint64_t timeNs = 0;
    std::uint32_t clientAddress = 0; // IPv4, host byte order
    std::uint32_t serverAddress = 0;
    std::uint16_t clientPort = 0;
    std::uint16_t serverPort = 0;
    std::uint32_t tcpSequence = 0; // of the first payload byte
    std::uint32_t tcpAcknowledge = 0;
    std::uint32_t connection = 0; // numbers the connections of a run from 1
    Direction direction = Direction::ToServer;
    std::uint8_t flags = 0;
    std::uint32_t length
        = 0; // of the payload on the wire; the stored bytes may be fewer when the recording was cut
    std::vector<std::byte> payload;
};

/// Live data as the scheduler delivered it; replaying a run feeds these back.
struct Input
{
    std::uint64_t index = 0; // which idle point of the scheduler took it
    std::uint64_t timeNs = 0; // the virtual time it arrived at
    std::uint32_t channel = 0; // the source: a socket number
    std::uint32_t kind = 0; // the channel's own word for it: data, connected, closed
    std::vector<std::byte> bytes;
    Seq seq = 0; // the `input` event
    /// Where the bytes went straight onto the wire they are in the file once, as the payload of the
    /// packets of this connection that follow. A writer takes the number from here and leaves
    /// `bytes` alone; a reader has put them together.
    std::uint64_t wireBytes = 0;
};

/// One decision of the scheduler's choice source.
struct Choice
{
    std::uint64_t index = 0;
    std::uint32_t options = 0; // how many it chose from
    std::uint32_t taken = 0;
};

} // namespace rdrlab::trace
