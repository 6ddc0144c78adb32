// The rows of a trace, table by table.
#include "traces/store/readerimpl.h"

#include <charconv>

namespace rdrlab::trace {

namespace {

FieldChange changeOf(const Cursor& cursor)
{
    return { cursor.number(0), cursor.small(1), cursor.small(2), cursor.value(3, 5),
             cursor.value(4, 6) };
}

std::uint32_t addressOf(const std::string& text)
{
    std::uint32_t address = 0;
    const char* at = text.data();
    const char* end = at + text.size();
    for (int i = 0; i < 4; ++i) {
        unsigned part = 0;
        const auto result = std::from_chars(at, end, part);
        if (result.ec != std::errc() || part > 255) {
            return 0;
        }
        address = address << 8 | part;
        at = result.ptr < end && *result.ptr == '.' ? result.ptr + 1 : result.ptr;
    }
    return address;
}

constexpr const char* kEventColumns
    = "SELECT seq, time, kind, layer, cpu, irql, process, thread, span, parent, routine,"
      " object, status, argument, text FROM events ";

Event eventOf(const Cursor& row)
{
    Event event;
    event.seq = row.number(0);
    event.timeNs = row.number(1);
    event.kind = row.enumerator<EventKind>(2);
    event.layer = row.enumerator<Layer>(3);
    event.cpu = std::uint8_t(row.small(4));
    event.irql = std::uint8_t(row.small(5));
    event.process = row.small(6);
    event.thread = row.small(7);
    event.span = row.number(8);
    event.parent = row.number(9);
    event.routine = row.small(10);
    event.object = row.small(11);
    event.hasStatus = !row.isNull(12);
    event.status = static_cast<std::int32_t>(row.signedNumber(12));
    event.argument = row.number(13);
    event.text = row.small(14);
    return event;
}

constexpr const char* kSpanColumns
    = "SELECT id, parent, layer, routine, object, request, process, thread, begin_time,"
      " end_seq, end_time, status, information FROM spans ";

Span spanOf(const Cursor& row)
{
    Span span;
    span.id = row.number(0);
    span.parent = row.number(1);
    span.layer = row.enumerator<Layer>(2);
    span.routine = row.small(3);
    span.object = row.small(4);
    span.request = row.small(5);
    span.process = row.small(6);
    span.thread = row.small(7);
    span.beginNs = row.number(8);
    span.end = row.number(9);
    span.endNs = row.number(10);
    span.status = std::int32_t(row.signedNumber(11));
    span.information = row.number(12);
    return span;
}

Reference referenceOf(const Cursor& row)
{
    return { row.number(0), row.small(1), std::int32_t(row.signedNumber(2)),
             std::int32_t(row.signedNumber(3)), row.small(4) };
}

} // namespace

bool Reader::events(Seq from, Seq to, const std::function<bool(const Event&)>& visit) const
{
    return m_implementation->eachByKey(
        std::string(kEventColumns) + "WHERE seq BETWEEN ? AND ? ORDER BY seq", { from, to },
        [&](const Cursor& row) { return visit(eventOf(row)); });
}

bool Reader::eventsOf(
    ObjectId object, Seq from, Seq to, const std::function<bool(const Event&)>& visit) const
{
    return m_implementation->each(
        std::string(kEventColumns) + "WHERE object = ? AND seq BETWEEN ? AND ? ORDER BY seq",
        { object, from, to }, [&](const Cursor& row) { return visit(eventOf(row)); });
}

std::optional<Event> Reader::event(Seq seq) const
{
    std::optional<Event> found;
    events(seq, seq, [&](const Event& event) {
        found = event;
        return true;
    });
    return found;
}

namespace {
constexpr const char* kChangeColumns
    = "SELECT seq, object, field, old, new, old_object, new_object FROM changes ";
}

bool Reader::changes(Seq from, Seq to, const std::function<bool(const FieldChange&)>& visit) const
{
    return m_implementation->each(
        std::string(kChangeColumns) + "WHERE seq BETWEEN ? AND ? ORDER BY seq, rowid", { from, to },
        [&](const Cursor& row) { return visit(changeOf(row)); });
}

bool Reader::changesBackwards(
    Seq from, Seq to, const std::function<bool(const FieldChange&)>& visit) const
{
    return m_implementation->each(
        std::string(kChangeColumns) + "WHERE seq BETWEEN ? AND ? ORDER BY seq DESC, rowid DESC",
        { from, to }, [&](const Cursor& row) { return visit(changeOf(row)); });
}

bool Reader::changesOf(
    ObjectId object, Seq to, const std::function<bool(const FieldChange&)>& visit) const
{
    return m_implementation->each(
        std::string(kChangeColumns) + "WHERE object = ? AND seq <= ? ORDER BY seq, rowid",
        { object, to }, [&](const Cursor& row) { return visit(changeOf(row)); });
}

bool Reader::fieldChanges(
    ObjectId object,
    StringId field,
    Seq from,
    Seq to,
    bool newestFirst,
    const std::function<bool(const FieldChange&)>& visit) const
{
    return m_implementation->each(
        std::string(kChangeColumns) + "WHERE object = ? AND field = ? AND seq BETWEEN ? AND ? "
            + (newestFirst ? "ORDER BY seq DESC, rowid DESC" : "ORDER BY seq, rowid"),
        { object, field, from, to }, [&](const Cursor& row) { return visit(changeOf(row)); });
}

bool Reader::references(Seq from, Seq to, const std::function<bool(const Reference&)>& visit) const
{
    return m_implementation->eachByKey(
        "SELECT seq, object, delta, count, reason FROM refs WHERE seq BETWEEN ? AND ? ORDER BY seq",
        { from, to }, [&](const Cursor& row) { return visit(referenceOf(row)); });
}

bool Reader::referencesOf(
    ObjectId object,
    Seq from,
    Seq to,
    bool newestFirst,
    const std::function<bool(const Reference&)>& visit) const
{
    return m_implementation->each(
        std::string("SELECT seq, object, delta, count, reason FROM refs"
                    " WHERE object = ? AND seq BETWEEN ? AND ? ORDER BY seq")
            + (newestFirst ? " DESC" : ""),
        { object, from, to }, [&](const Cursor& row) { return visit(referenceOf(row)); });
}

bool Reader::packets(const std::function<bool(const Packet&)>& visit) const
{
    return packets(0, UINT64_MAX, visit);
}

bool Reader::packets(Seq from, Seq to, const std::function<bool(const Packet&)>& visit) const
{
    return m_implementation->eachByKey(
        "SELECT seq, time, connection, direction, client, client_port, server, server_port,"
        " tcp_seq, tcp_ack, flags, length, payload FROM packets WHERE seq BETWEEN ? AND ?"
        " ORDER BY seq",
        { from, to }, [&](const Cursor& row) {
            Packet packet;
            packet.seq = row.number(0);
            packet.timeNs = row.number(1);
            packet.connection = row.small(2);
            packet.direction = row.small(3) == 1 ? Direction::ToClient : Direction::ToServer;
            packet.clientAddress = addressOf(row.text(4));
            packet.clientPort = std::uint16_t(row.small(5));
            packet.serverAddress = addressOf(row.text(6));
            packet.serverPort = std::uint16_t(row.small(7));
            packet.tcpSequence = row.small(8);
            packet.tcpAcknowledge = row.small(9);
            packet.flags = std::uint8_t(row.small(10));
            packet.length = row.small(11);
            packet.payload = row.blob(12);
            return visit(packet);
        });
}

bool Reader::spans(const std::function<bool(const Span&)>& visit) const
{
    return m_implementation->eachByKey(
        std::string(kSpanColumns) + "ORDER BY id", {},
        [&](const Cursor& row) { return visit(spanOf(row)); });
}

std::optional<Span> Reader::span(SpanId id) const
{
    std::optional<Span> found;
    m_implementation->each(
        std::string(kSpanColumns) + "WHERE id = ?", { id }, [&](const Cursor& row) {
            found = spanOf(row);
            return false;
        });
    return found;
}

namespace {

constexpr const char* kStackColumns
    = "SELECT seq, irp, location, major, minor, flags, control, file, completion_routine, context,"
      " parameter1, parameter2, parameter3, parameter4, parameter5, file_name, pended"
      " FROM stack_locations ";

StackLocation stackLocationOf(const Cursor& row)
{
    StackLocation location;
    location.id = row.number(0);
    location.irp = row.small(1);
    location.number = std::uint8_t(row.small(2));
    location.major = std::uint8_t(row.small(3));
    location.minor = std::uint8_t(row.small(4));
    location.flags = std::uint8_t(row.small(5));
    location.control = std::uint8_t(row.small(6));
    location.file = row.small(7);
    location.routine = row.small(8);
    location.hasContext = row.number(9) != 0;
    for (std::size_t i = 0; i < StackLocation::kParameters; ++i) {
        location.parameters[i] = row.number(int(10 + i));
    }
    location.name = row.small(15);
    location.pended = row.number(16);
    return location;
}

} // namespace

bool Reader::stackLocations(const std::function<bool(const StackLocation&)>& visit) const
{
    return m_implementation->version < 4
        || m_implementation->eachByKey(
            std::string(kStackColumns) + "ORDER BY seq", {},
            [&](const Cursor& row) { return visit(stackLocationOf(row)); });
}

std::optional<StackLocation> Reader::stackLocation(SpanId call) const
{
    std::optional<StackLocation> found;
    if (m_implementation->version >= 4) {
        m_implementation->each(
            std::string(kStackColumns) + "WHERE seq = ?", { call }, [&](const Cursor& row) {
                found = stackLocationOf(row);
                return false;
            });
    }
    return found;
}

bool Reader::inputs(const std::function<bool(const Input&)>& visit) const
{
    Seq after = 0;
    const bool good = m_implementation->each(
        m_implementation->version >= 2
            ? "SELECT idle, time, channel, kind, bytes, seq, wire_bytes FROM inputs ORDER BY id"
            : "SELECT idle, time, channel, kind, bytes, 0, 0 FROM inputs ORDER BY id",
        {}, [&](const Cursor& row) {
            Input input;
            input.index = row.number(0);
            input.timeNs = row.number(1);
            input.channel = row.small(2);
            input.kind = row.small(3);
            input.bytes = row.blob(4);
            input.seq = row.number(5);
            input.wireBytes = row.number(6);
            return (input.wireBytes == 0 || m_implementation->collect(input, after))
                && visit(input);
        });
    return good && m_implementation->error.empty();
}

bool Reader::choices(const std::function<bool(const Choice&)>& visit) const
{
    return m_implementation->each(
        "SELECT id, options, taken FROM choices ORDER BY id", {}, [&](const Cursor& row) {
            return visit({ row.number(0), row.small(1), row.small(2) });
        });
}

} // namespace rdrlab::trace
