#include "traces/store/schema.h"

#include "traces/model/kinds.h"

namespace rdrlab::trace {

namespace {

// Rows for people: numbers as numbers, names through a dictionary, nothing packed. A value that is
// absent is NULL, which costs no byte in the row.
constexpr const char* kTables = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE layers(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE object_kinds(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE event_kinds(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE statuses(value INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE processes(id INTEGER PRIMARY KEY, name TEXT NOT NULL, birth INTEGER NOT NULL);
CREATE TABLE threads(id INTEGER PRIMARY KEY, process INTEGER NOT NULL, name TEXT NOT NULL, birth INTEGER NOT NULL);
CREATE TABLE strings(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE events(seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL, layer INTEGER NOT NULL,
    cpu INTEGER NOT NULL, irql INTEGER NOT NULL, process INTEGER NOT NULL, thread INTEGER NOT NULL, span INTEGER,
    parent INTEGER, routine INTEGER, object INTEGER, status INTEGER, argument INTEGER, text INTEGER);
CREATE TABLE spans(id INTEGER PRIMARY KEY, parent INTEGER, layer INTEGER NOT NULL, routine INTEGER, object INTEGER,
    request INTEGER, process INTEGER NOT NULL, thread INTEGER NOT NULL, begin_time INTEGER NOT NULL, end_seq INTEGER, end_time INTEGER,
    status INTEGER, information INTEGER);
CREATE TABLE objects(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name INTEGER NOT NULL, owner INTEGER,
    birth INTEGER NOT NULL, death INTEGER);
CREATE TABLE changes(seq INTEGER NOT NULL, object INTEGER NOT NULL, field INTEGER NOT NULL, old, new,
    old_object INTEGER, new_object INTEGER);
CREATE TABLE refs(seq INTEGER PRIMARY KEY, object INTEGER NOT NULL, delta INTEGER NOT NULL, count INTEGER NOT NULL,
    reason INTEGER);
CREATE TABLE stack_locations(seq INTEGER PRIMARY KEY, irp INTEGER NOT NULL, location INTEGER NOT NULL,
    major INTEGER NOT NULL, minor INTEGER NOT NULL, flags INTEGER NOT NULL, control INTEGER NOT NULL, file INTEGER,
    completion_routine INTEGER, context INTEGER NOT NULL, parameter1 INTEGER NOT NULL, parameter2 INTEGER NOT NULL,
    parameter3 INTEGER NOT NULL, parameter4 INTEGER NOT NULL, parameter5 INTEGER NOT NULL, file_name INTEGER,
    pended INTEGER);
CREATE TABLE packets(seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, connection INTEGER NOT NULL,
    direction INTEGER NOT NULL, client TEXT NOT NULL, client_port INTEGER NOT NULL, server TEXT NOT NULL,
    server_port INTEGER NOT NULL, tcp_seq INTEGER NOT NULL, tcp_ack INTEGER NOT NULL, flags INTEGER NOT NULL,
    length INTEGER NOT NULL, payload BLOB);
CREATE TABLE inputs(id INTEGER PRIMARY KEY, idle INTEGER NOT NULL, time INTEGER NOT NULL, channel INTEGER NOT NULL,
    kind INTEGER NOT NULL, bytes BLOB, seq INTEGER NOT NULL, wire_bytes INTEGER);
CREATE TABLE choices(id INTEGER PRIMARY KEY, options INTEGER NOT NULL, taken INTEGER NOT NULL);
CREATE TABLE spine_chunks(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, begin_time INTEGER NOT NULL,
    end_time INTEGER NOT NULL, kinds INTEGER NOT NULL, layers INTEGER NOT NULL, errors INTEGER NOT NULL);
CREATE TABLE spine_columns(first INTEGER PRIMARY KEY, objects BLOB NOT NULL, columns BLOB NOT NULL);
CREATE TABLE state_log(last INTEGER PRIMARY KEY, first INTEGER NOT NULL, count INTEGER NOT NULL, entries BLOB NOT NULL);
CREATE TABLE keyframes(seq INTEGER PRIMARY KEY, objects INTEGER NOT NULL, state BLOB NOT NULL);
)sql";

template <typename Enum, typename Name>
void addVocabulary(std::string& sql, const char* table, Name name)
{
    for (unsigned i = 0; i < unsigned(Enum::Maximum); ++i) {
        sql += std::string("INSERT INTO ") + table + " VALUES(" + std::to_string(i) + ",'"
            + std::string(name(Enum(i))) + "');\n";
    }
}

} // namespace

std::string schemaSql()
{
    std::string sql = kTables + viewsSql(false);
    addVocabulary<Layer>(sql, "layers", layerName);
    addVocabulary<ObjectKind>(sql, "object_kinds", objectKindName);
    addVocabulary<EventKind>(sql, "event_kinds", eventKindName);
    return sql;
}

std::string indexSql()
{
    return R"sql(
CREATE INDEX events_by_object ON events(object) WHERE object IS NOT NULL;
CREATE INDEX events_by_span ON events(span) WHERE span IS NOT NULL;
CREATE INDEX spans_by_parent ON spans(parent);
CREATE INDEX objects_by_name ON objects(name);
CREATE INDEX changes_by_seq ON changes(seq);
CREATE INDEX changes_by_field ON changes(object, field, seq);
CREATE INDEX refs_by_object ON refs(object);
)sql";
}

} // namespace rdrlab::trace
