// Gives the readers of traces hostile ones.
//
// The first byte steers: even, the rest is a whole file; odd, the rest is a list of edits to a
// sound trace, which is how a mutator gets behind SQLite's own checks: any cell of any table may
// hold anything, packed columns included. What comes of it does not matter; that every reading
// ends, within its memory, does.
#include "traces/exporters/exporters.h"
#include "traces/query/changes.h"
#include "traces/query/check.h"
#include "traces/query/diff/diff.h"
#include "traces/query/diff/mask.h"
#include "traces/query/history.h"
#include "traces/query/irp.h"
#include "traces/query/irql.h"
#include "traces/query/layout.h"
#include "traces/query/smb2.h"
#include "traces/query/spans.h"
#include "traces/query/spantree.h"
#include "traces/query/state.h"
#include "traces/query/statistics.h"
#include "traces/query/waits.h"
#include "traces/query/why.h"
#include "traces/store/reader.h"
#include "traces/store/spine.h"

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace rdrlab;

namespace {

constexpr std::size_t kMostEdits = 40;
constexpr std::size_t kMostBytes = 4 << 20;

// Takes what it is given and keeps nothing.
struct Nowhere : std::streambuf
{
    int overflow(int letter) override { return letter == EOF ? 0 : letter; }
    std::streamsize xsputn(const char*, std::streamsize count) override { return count; }
};

struct Folder
{
    std::string path;
    std::string base; // the bytes of a sound trace
    Folder()
    {
        std::string pattern = (std::filesystem::exists("/dev/shm")
                                   ? "/dev/shm"
                                   : std::filesystem::temp_directory_path().string())
            + "/rdrlab-fuzz-XXXXXX";
        path = mkdtemp(pattern.data()) != nullptr ? pattern : std::string("/nonexistent");
        std::ifstream file(RDRLAB_FUZZ_TRACE, std::ios::binary);
        std::ostringstream bytes;
        bytes << file.rdbuf();
        base = bytes.str();
    }
    ~Folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

const Folder& folder()
{
    static const Folder made;
    return made;
}

void write(const std::string& path, const char* bytes, std::size_t length)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes, std::streamsize(length));
}

struct Bytes
{
    const std::uint8_t* at;
    const std::uint8_t* end;
    std::size_t left() const { return std::size_t(end - at); }
    unsigned byte() { return at < end ? *at++ : 0; }
    std::uint64_t number(unsigned bytes)
    {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < bytes; ++i) {
            value = value << 8 | byte();
        }
        return value;
    }
};

// What an edit may name; without the columns' types, since a cell takes any.
struct Cells
{
    const char* table;
    const char* columns[13];
};

constexpr Cells kCells[] = {
    { "events",
      { "seq", "time", "kind", "layer", "span", "parent", "routine", "object", "status", "argument",
        "text", "thread", "cpu" } },
    { "spans",
      { "id", "parent", "layer", "routine", "object", "request", "begin_time", "end_seq",
        "end_time", "status", "information" } },
    { "objects", { "id", "kind", "name", "owner", "birth", "death" } },
    { "changes", { "seq", "object", "field", "old", "new", "old_object", "new_object" } },
    { "refs", { "seq", "object", "delta", "count", "reason" } },
    { "packets",
      { "seq", "time", "connection", "direction", "client", "client_port", "tcp_seq", "tcp_ack",
        "flags", "length", "payload" } },
    { "strings", { "id", "text" } },
    { "spine_chunks", { "first", "count", "begin_time", "end_time", "kinds", "layers", "errors" } },
    { "spine_columns", { "first", "objects", "columns" } },
    { "state_log", { "last", "first", "count", "entries" } },
    { "keyframes", { "seq", "objects", "state" } },
    { "meta", { "value" } },
    { "processes", { "id", "name", "birth" } },
    { "threads", { "id", "process", "name" } },
};

void bindCell(sqlite3_stmt* statement, Bytes& input)
{
    constexpr std::int64_t kValues[]
        = { 0,          1,         -1,        2,    255, 65535, INT32_MAX,
            UINT32_MAX, INT64_MAX, INT64_MIN, 4096, 7,   100,   1 << 20 };
    switch (input.byte() % 6) {
    case 0:
        sqlite3_bind_null(statement, 1);
        break;
    case 1:
        sqlite3_bind_int64(statement, 1, kValues[input.byte() % std::size(kValues)]);
        break;
    case 2:
        sqlite3_bind_int64(statement, 1, sqlite3_int64(input.number(2)));
        break;
    case 3:
        sqlite3_bind_double(statement, 1, double(input.number(3)) / 7);
        break;
    default: {
        const bool isText = input.byte() % 2 == 0;
        const std::size_t length = std::min<std::size_t>(input.byte() * 2, input.left());
        if (isText) {
            sqlite3_bind_text(
                statement, 1, reinterpret_cast<const char*>(input.at), int(length),
                SQLITE_TRANSIENT);
        } else {
            sqlite3_bind_blob(statement, 1, input.at, int(length), SQLITE_TRANSIENT);
        }
        input.at += length;
        break;
    }
    }
}

// Puts some bytes into the middle of a packed blob, where a decoder looks at them.
void patchBlob(
    sqlite3* database, const Cells& cells, const char* column, std::uint64_t row, Bytes& input)
{
    sqlite3_blob* blob = nullptr;
    if (sqlite3_blob_open(database, "main", cells.table, column, sqlite3_int64(row), 1, &blob)
        == SQLITE_OK) {
        const int size = sqlite3_blob_bytes(blob);
        const auto offset = int(input.number(2));
        const std::size_t length = std::min<std::size_t>(input.byte() % 16 + 1, input.left());
        if (size > 0 && length > 0 && std::size_t(size) > length) {
            sqlite3_blob_write(blob, input.at, int(length), offset % (size - int(length)));
        }
        input.at += length;
    }
    sqlite3_blob_close(blob);
}

void edit(const std::string& path, Bytes input)
{
    sqlite3* database = nullptr;
    if (sqlite3_open(path.c_str(), &database) == SQLITE_OK) {
        sqlite3_exec(
            database, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; BEGIN", nullptr, nullptr,
            nullptr);
        for (std::size_t i = 0; i < kMostEdits && input.left() > 3; ++i) {
            const Cells& cells = kCells[input.byte() % std::size(kCells)];
            std::size_t columns = 0;
            while (columns < std::size(cells.columns) && cells.columns[columns] != nullptr) {
                ++columns;
            }
            const unsigned what = input.byte();
            const char* column = cells.columns[what % columns];
            const std::uint64_t row = input.number(2) % 1200;
            if (what >= 224) {
                sqlite3_exec(
                    database,
                    (std::string("DELETE FROM ") + cells.table
                     + " WHERE rowid >= " + std::to_string(row))
                        .c_str(),
                    nullptr, nullptr, nullptr);
                continue;
            }
            if (what >= 160) {
                patchBlob(database, cells, column, row % 2 == 0 ? 1 : row, input);
                continue;
            }
            const bool everyRow = what >= 140;
            const std::string sql = std::string("UPDATE OR IGNORE ") + cells.table + " SET "
                + column + " = ?1"
                + (everyRow || std::strcmp(cells.table, "meta") == 0
                       ? ""
                       : " WHERE rowid = (SELECT rowid FROM " + std::string(cells.table)
                           + " WHERE rowid >= " + std::to_string(row) + " LIMIT 1)");
            sqlite3_stmt* statement = nullptr;
            if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK) {
                bindCell(statement, input);
                sqlite3_step(statement);
            }
            sqlite3_finalize(statement);
        }
        sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
    }
    sqlite3_close(database);
}

void readSpine(const trace::Reader& reader)
{
    const trace::Spine spine(reader);
    trace::SpineColumns columns;
    for (std::size_t i = 0; i < spine.chunkCount(); ++i) {
        spine.decode(i, columns);
        spine.mayMention(i, 70);
    }
    spine.chunkOf(500);
    spine.chunkAt(3'000'000);
    spine.each(1, reader.lastSeq(), {}, [](const trace::SpineColumns& from, std::size_t i) {
        return from.event(i).seq != 0;
    });
}

void readStates(const trace::Reader& reader)
{
    trace::StateCursor cursor(reader);
    for (const trace::Seq at : { trace::Seq(300), reader.lastSeq(), trace::Seq(10),
                                 reader.lastSeq() / 2, trace::Seq(0) }) {
        cursor.moveTo(at);
        std::size_t looked = 0;
        for (const trace::ObjectId id : cursor.alive()) {
            cursor.of(id);
            if (++looked == 50) {
                break;
            }
        }
    }
}

void readQueries(const trace::Reader& reader)
{
    trace::SpanTree tree(reader);
    tree.count(0, trace::Layer::Wire);
    std::vector<trace::ObjectDelta> deltas;
    trace::changesBetween(reader, 100, 400, 0, deltas);
    const trace::ObjectNames names(reader);
    std::size_t looked = 0;
    for (const trace::Object& object : reader.objects()) {
        if (++looked % 13 != 0) {
            continue;
        }
        names.at(object.id, 200);
        for (const trace::StringId field : trace::fieldsOf(reader, object.id)) {
            trace::fieldHistory(reader, object.id, field, 0, reader.lastSeq());
            trace::lastChange(reader, object.id, field, 400);
            trace::nextChange(reader, object.id, field, 400);
        }
        trace::lifeOf(
            reader, object.id, 0, reader.lastSeq(), [](const trace::LifeMoment&) { return true; });
        if (looked > 300) {
            break;
        }
    }
}

void readCauses(const trace::Reader& reader)
{
    const trace::Seq at = reader.lastSeq() / 2;
    trace::Retention retention(reader, at);
    std::size_t looked = 0;
    for (const trace::Object& object : reader.objects()) {
        retention.why(object.id);
        if (++looked == 100) {
            break;
        }
    }
    trace::Retention(reader, reader.lastSeq()).leaks(1);
    trace::Waits waits;
    trace::waitsAt(reader, at, waits);
    looked = 0;
    trace::requests(
        reader, 1, reader.lastSeq(), [&](const trace::Request&) { return ++looked < 50; });
    trace::StableLayout(trace::layoutItems(reader));
}

void readWire(const trace::Reader& reader)
{
    trace::Smb2Messages all;
    trace::smb2Messages(reader, all);
    std::size_t looked = 0;
    for (std::size_t at = 0; at < all.messages.size(); ++at) {
        const trace::Smb2Message& message = all.messages[at];
        if (message.name >= all.names.size()
            || (message.partner != trace::kNoMessage && message.partner >= all.messages.size())) {
            std::abort();
        }
        trace::responseTimeNs(all, message);
        const trace::Smb2Unit unit = trace::smb2Unit(reader, all, at);
        const auto fields = trace::decodeSmb2(unit);
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i].parent >= std::int32_t(i) || fields[i].offset > unit.bytes.size()
                || fields[i].length > unit.bytes.size() - fields[i].offset) {
                std::abort();
            }
        }
        if (++looked == 100) {
            break;
        }
    }
    // Bytes as they are, without the stream around them.
    reader.packets(300, 800, [](const trace::Packet& packet) {
        trace::decodeSmb2(packet.payload);
        return true;
    });
}

void readCalls(const trace::Reader& reader)
{
    trace::CallStatistics statistics;
    statistics.read(reader, 1, UINT64_MAX);
    for (int by = 0; by < int(trace::StatisticsBy::Maximum); ++by) {
        statistics.rows(trace::StatisticsBy(by));
    }
    trace::IrqlHistory levels;
    trace::irqlHistory(reader, levels);
    levels.highest(0, 1, UINT64_MAX);
    trace::WaitCursor waits(reader);
    trace::Waits at;
    for (const trace::Seq seq : { trace::Seq(400), trace::Seq(20), trace::Seq(UINT64_MAX) }) {
        waits.moveTo(seq, at);
    }
    const trace::Spine spine(reader);
    std::size_t looked = 0;
    for (const trace::Object& object : reader.objects()) {
        const trace::IrpStack stack = trace::irpStack(reader, spine, object.id);
        stack.current(500);
        looked += stack.irp != 0;
        if (looked == 20) {
            break;
        }
    }
}

void writeExports(const trace::Reader& reader)
{
    Nowhere nowhere;
    std::ostream out(&nowhere);
    std::string problem;
    trace::exportJson(reader, out);
    trace::exportPcapng(reader, out);
    trace::exportPerfetto(reader, out);
    trace::exportHtml(reader, { .from = 1, .until = 600 }, out);
    for (const std::string& table : trace::tableNames(reader)) {
        trace::exportTable(reader, table, trace::TableFormat::Csv, out, problem);
    }
    const trace::PictureOptions picture { .at = trace::busiestEvent(reader) };
    trace::exportDot(reader, picture, out);
    trace::exportSvg(reader, picture, out);
    reader.spans([&](const trace::Span& span) {
        if (span.parent != 0) {
            return true;
        }
        trace::exportMermaid(reader, span.id, out);
        trace::exportSequenceSvg(reader, span.id, out);
        return span.id < 400;
    });
}

void askSql(const trace::Reader& reader)
{
    for (const char* view : { "v_irp", "v_mrx", "v_exchange", "v_refcount", "v_open_handles",
                              "v_srv_open_life", "v_life", "v_state", "v_events",
                              "spine WHERE object = 70", "spine WHERE kind = 11 AND seq > 100" }) {
        reader.sql(std::string("SELECT * FROM ") + view, { 2000, 500 }, [](const auto&) {});
    }
}

void readAll(const std::string& path)
{
    std::string error;
    const auto reader = trace::Reader::open(path, error);
    if (reader == nullptr) {
        if (error.empty() || error.find('\n') != error.npos) {
            std::abort();
        }
        return;
    }
    reader->inputs([](const trace::Input&) { return true; });
    reader->choices([](const trace::Choice&) { return true; });
    readSpine(*reader);
    readStates(*reader);
    readQueries(*reader);
    readCauses(*reader);
    readWire(*reader);
    readCalls(*reader);
    writeExports(*reader);
    askSql(*reader);
    trace::check(*reader, { .perRule = 3, .progress = {} }, [](const trace::Breach&) {});
    const auto other = trace::Reader::open(RDRLAB_FUZZ_TRACE, error);
    if (other != nullptr) {
        trace::TraceDiff::compare(*other, *reader, trace::DiffMask::standard(), error);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 1 || size > kMostBytes) {
        return 0;
    }
    const std::string path = folder().path + "/" + std::to_string(getpid()) + ".rdrtrace";
    const Bytes input { data + 1, data + size };
    if (data[0] % 2 == 0) {
        write(path, reinterpret_cast<const char*>(input.at), input.left());
    } else {
        write(path, folder().base.data(), folder().base.size());
        edit(path, input);
    }
    readAll(path);
    return 0;
}
