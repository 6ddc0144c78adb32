#include "traces/store/reader.h"

#include "traces/store/opening.h"

#include <sqlite3.h>

#include <algorithm>
#include <charconv>

namespace rdrlab::trace {

namespace {

class Cursor
{
public:
    Cursor(sqlite3* database, const std::string& sql)
    {
        sqlite3_prepare_v2(database, sql.c_str(), int(sql.size()), &m_statement, nullptr);
    }
    ~Cursor() { sqlite3_finalize(m_statement); }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    void bind(int at, std::uint64_t value)
    {
        sqlite3_bind_int64(
            m_statement, at, static_cast<sqlite3_int64>(std::min<std::uint64_t>(value, INT64_MAX)));
    }
    bool next()
    {
        m_result = m_statement != nullptr ? sqlite3_step(m_statement) : SQLITE_ERROR;
        return m_result == SQLITE_ROW;
    }
    bool ended() const { return m_result == SQLITE_DONE; }

    bool isNull(int column) const
    {
        return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
    }
    std::int64_t signedNumber(int column) const
    {
        return sqlite3_column_int64(m_statement, column);
    }
    std::uint64_t number(int column) const
    {
        return static_cast<std::uint64_t>(signedNumber(column));
    }
    std::uint32_t small(int column) const
    {
        return static_cast<std::uint32_t>(signedNumber(column));
    }
    template <typename Enum> Enum enumerator(int column) const
    {
        const std::int64_t value = signedNumber(column);
        return value >= 0 && value < std::int64_t(Enum::Maximum) ? Enum(value) : Enum::Maximum;
    }
    std::string text(int column) const
    {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
        return bytes == nullptr
            ? std::string()
            : std::string(bytes, std::size_t(sqlite3_column_bytes(m_statement, column)));
    }
    std::vector<std::byte> blob(int column) const
    {
        const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(m_statement, column));
        return bytes == nullptr
            ? std::vector<std::byte>()
            : std::vector<std::byte>(bytes, bytes + sqlite3_column_bytes(m_statement, column));
    }
    FieldValue value(int column, int objectColumn) const
    {
        FieldValue value;
        switch (sqlite3_column_type(m_statement, column)) {
        case SQLITE_NULL:
            return value;
        case SQLITE_INTEGER:
            value.type = Value::Type::Integer;
            value.number = signedNumber(column);
            return value;
        default:
            value.type = isNull(objectColumn) ? Value::Type::Text : Value::Type::Object;
            value.text = text(column);
            value.object = isNull(objectColumn) ? 0 : small(objectColumn);
            return value;
        }
    }

private:
    sqlite3_stmt* m_statement = nullptr;
    int m_result = SQLITE_ERROR;
};

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

} // namespace

std::string FieldValue::print() const
{
    return type == Value::Type::Integer ? std::to_string(number) : text;
}

struct Reader::Implementation
{
    sqlite3* database = nullptr;
    std::string path;
    mutable std::string error;
    std::map<std::string, std::string> meta;
    Seq lastSeq = 0;
    std::uint64_t endTimeNs = 0;

    mutable bool haveStrings = false;
    mutable std::vector<std::pair<StringId, std::string>> strings;
    mutable bool haveObjects = false;
    mutable std::vector<Object> objects;
    mutable bool haveNames = false;
    mutable std::map<std::uint32_t, std::string> processes;
    mutable std::map<std::uint32_t, std::string> threads;

    ~Implementation() { sqlite3_close(database); }

    // True when the cursor ran to its end or the visitor stopped it; remembers the first failure
    // otherwise.
    bool done(const Cursor& cursor, bool stopped) const
    {
        if (stopped || cursor.ended()) {
            return true;
        }
        if (error.empty()) {
            error = path + ": " + damageText(database);
        }
        return false;
    }

    template <typename Visit>
    bool each(const std::string& sql, std::initializer_list<std::uint64_t> bound, Visit visit) const
    {
        Cursor cursor(database, sql);
        int at = 0;
        for (const std::uint64_t value : bound) {
            cursor.bind(++at, value);
        }
        bool stopped = false;
        while (!stopped && cursor.next()) {
            stopped = !visit(cursor);
        }
        return done(cursor, stopped);
    }

    // Puts the bytes of an input together from its packets. `after` only grows, so that no file can
    // make them add up to more than it holds.
    bool collect(Input& input, Seq& after) const
    {
        after = std::max(after, input.seq);
        input.bytes.clear();
        const bool good = each(
            "SELECT seq, payload FROM packets WHERE seq > ? AND connection = ? AND direction = 1"
            " ORDER BY seq",
            { after, input.channel }, [&](const Cursor& row) {
                const std::vector<std::byte> part = row.blob(1);
                input.bytes.insert(input.bytes.end(), part.begin(), part.end());
                after = row.number(0);
                return input.bytes.size() < input.wireBytes;
            });
        if (good && input.bytes.size() == input.wireBytes) {
            return true;
        }
        // A recording that was cut off may end between an input and its packets.
        if (good && meta.contains("complete") && error.empty()) {
            error = path + ": damaged: the packets of an input are missing";
        }
        return false;
    }

    void loadStrings() const
    {
        if (!haveStrings) {
            haveStrings = true;
            each("SELECT id, text FROM strings ORDER BY id", {}, [&](const Cursor& row) {
                strings.emplace_back(row.small(0), row.text(1));
                return true;
            });
        }
    }

    void loadObjects() const
    {
        if (!haveObjects) {
            haveObjects = true;
            each(
                "SELECT id, kind, name, owner, birth, death FROM objects ORDER BY id", {},
                [&](const Cursor& row) {
                    Object object;
                    object.id = row.small(0);
                    object.kind = row.enumerator<ObjectKind>(1);
                    object.name = row.small(2);
                    object.owner = row.small(3);
                    object.birth = row.number(4);
                    object.death = row.number(5);
                    objects.push_back(object);
                    return true;
                });
        }
    }

    void loadNames() const
    {
        if (!haveNames) {
            haveNames = true;
            each("SELECT id, name FROM processes ORDER BY id", {}, [&](const Cursor& row) {
                processes[row.small(0)] = row.text(1);
                return true;
            });
            each("SELECT id, name FROM threads ORDER BY id", {}, [&](const Cursor& row) {
                threads[row.small(0)] = row.text(1);
                return true;
            });
        }
    }
};

Reader::Reader(std::unique_ptr<Implementation> implementation)
    : m_implementation(std::move(implementation))
{
}

Reader::~Reader() = default;

std::unique_ptr<Reader> Reader::open(const std::string& path, std::string& error)
{
    auto self = std::make_unique<Implementation>();
    self->path = path;
    self->database = openTrace(path, error);
    if (self->database == nullptr) {
        return nullptr;
    }
    const bool good = self->each(
                          "SELECT key, value FROM meta ORDER BY key", {},
                          [&](const Cursor& row) {
                              self->meta[row.text(0)] = row.text(1);
                              return true;
                          })
        && self->each(
            "SELECT seq, time FROM events ORDER BY seq DESC LIMIT 1", {}, [&](const Cursor& row) {
                self->lastSeq = row.number(0);
                self->endTimeNs = row.number(1);
                return true;
            });
    if (!good) {
        error = self->error;
        return nullptr;
    }
    return std::unique_ptr<Reader>(new Reader(std::move(self)));
}

const std::string& Reader::path() const
{
    return m_implementation->path;
}

const std::string& Reader::error() const
{
    return m_implementation->error;
}

const std::map<std::string, std::string>& Reader::meta() const
{
    return m_implementation->meta;
}

std::string Reader::meta(const std::string& key, const std::string& otherwise) const
{
    const auto found = m_implementation->meta.find(key);
    return found != m_implementation->meta.end() ? found->second : otherwise;
}

bool Reader::isComplete() const
{
    return meta("complete") == "1";
}

Seq Reader::lastSeq() const
{
    return m_implementation->lastSeq;
}

std::uint64_t Reader::endTimeNs() const
{
    return m_implementation->endTimeNs;
}

std::string_view Reader::string(StringId id) const
{
    if (id == 0) {
        return {};
    }
    m_implementation->loadStrings();
    const auto& strings = m_implementation->strings;
    if (id <= strings.size() && strings[id - 1].first == id) {
        return strings[id - 1].second; // the usual case: ids are dense
    }
    const auto found = std::lower_bound(
        strings.begin(), strings.end(), id,
        [](const auto& entry, StringId wanted) { return entry.first < wanted; });
    return found != strings.end() && found->first == id ? std::string_view(found->second)
                                                        : std::string_view("?");
}

StringId Reader::findString(std::string_view text) const
{
    m_implementation->loadStrings();
    for (const auto& [id, known] : m_implementation->strings) {
        if (known == text) {
            return id;
        }
    }
    return 0;
}

const std::vector<Object>& Reader::objects() const
{
    m_implementation->loadObjects();
    return m_implementation->objects;
}

const Object* Reader::object(ObjectId id) const
{
    const std::vector<Object>& all = objects();
    const auto found
        = std::lower_bound(all.begin(), all.end(), id, [](const Object& entry, ObjectId wanted) {
              return entry.id < wanted;
          });
    return id != 0 && found != all.end() && found->id == id ? &*found : nullptr;
}

std::vector<ObjectId> Reader::objectsNamed(std::string_view name) const
{
    std::vector<ObjectId> found;
    for (const Object& object : objects()) {
        const std::string_view full = string(object.name);
        const std::size_t colon = full.find(':');
        if (full == name || (colon != full.npos && full.substr(colon + 1) == name)) {
            found.push_back(object.id);
        }
    }
    return found;
}

std::string_view Reader::processName(std::uint32_t id) const
{
    m_implementation->loadNames();
    const auto found = m_implementation->processes.find(id);
    return found != m_implementation->processes.end() ? std::string_view(found->second)
                                                      : std::string_view();
}

std::string_view Reader::threadName(std::uint32_t id) const
{
    m_implementation->loadNames();
    const auto found = m_implementation->threads.find(id);
    return found != m_implementation->threads.end() ? std::string_view(found->second)
                                                    : std::string_view();
}

namespace {

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
    return m_implementation->each(
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
    return m_implementation->each(
        "SELECT seq, object, delta, count, reason FROM refs WHERE seq BETWEEN ? AND ? ORDER BY seq",
        { from, to }, [&](const Cursor& row) { return visit(referenceOf(row)); });
}

bool Reader::referencesOf(
    ObjectId object, Seq from, Seq to, const std::function<bool(const Reference&)>& visit) const
{
    return m_implementation->each(
        "SELECT seq, object, delta, count, reason FROM refs"
        " WHERE object = ? AND seq BETWEEN ? AND ? ORDER BY seq",
        { object, from, to }, [&](const Cursor& row) { return visit(referenceOf(row)); });
}

bool Reader::packets(const std::function<bool(const Packet&)>& visit) const
{
    return m_implementation->each(
        "SELECT seq, time, connection, direction, client, client_port, server, server_port,"
        " tcp_seq, tcp_ack, flags, length, payload FROM packets ORDER BY seq",
        {}, [&](const Cursor& row) {
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
    return m_implementation->each(
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

bool Reader::inputs(const std::function<bool(const Input&)>& visit) const
{
    Seq after = 0;
    const bool good = m_implementation->each(
        "SELECT idle, time, channel, kind, bytes, seq, wire_bytes FROM inputs ORDER BY id", {},
        [&](const Cursor& row) {
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

std::string
Reader::sql(const std::string& statement, const SqlLimits& limits, const SqlRow& row) const
{
    return runSql(m_implementation->database, statement, limits, row);
}

} // namespace rdrlab::trace
