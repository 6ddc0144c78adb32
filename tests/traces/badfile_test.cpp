#include "tests/support/synthetic.h"
#include "traces/exporters/exporters.h"
#include "traces/query/spantree.h"
#include "traces/query/state.h"
#include "traces/store/writer.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <sqlite3.h>
#include <sstream>

using namespace rdrlab;

namespace {

std::string bytesOf(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

std::string fileWith(const std::string& name, const std::string& bytes)
{
    const std::string path = test::temporaryPath(name);
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

std::string refusal(const std::string& path)
{
    std::string error;
    CHECK(trace::Reader::open(path, error) == nullptr);
    CHECK(error.find('\n') == std::string::npos);
    CHECK(error.find(path + ": ") == 0);
    return error.substr(std::min(error.size(), path.size() + 2));
}

// Reads a trace in every way the program has; what it says does not matter, that it ends does.
void readEverything(const trace::Reader& reader)
{
    std::ostringstream sink;
    trace::exportJson(reader, sink);
    trace::exportPcapng(reader, sink);
    trace::SpanTree tree(reader);
    tree.count(0, trace::Layer::Wire);
    trace::StateCursor cursor(reader);
    cursor.moveTo(reader.lastSeq());
    cursor.moveTo(0);
    reader.inputs([](const trace::Input&) { return true; });
    reader.choices([](const trace::Choice&) { return true; });
}

} // namespace

TEST_CASE("what is no trace is refused in one clear line", "[traces][badfile]")
{
    CHECK(refusal(test::temporaryPath("missing")) == "no such file or directory");
    CHECK(refusal(fileWith("empty", "")) == "empty, so not an rdrlab trace");
    CHECK(
        refusal(fileWith("text", std::string(5000, 'x')))
        == "not a database, so not an rdrlab trace");
    CHECK(
        refusal(fileWith("stub", "SQLite format 3"))
        == "truncated: not even a database header is left");
    CHECK(
        refusal(std::filesystem::path(test::temporaryPath("x")).parent_path().string())
        == "not a file");
    const std::string other = test::temporaryPath("other.db");
    test::alterTrace(other, "CREATE TABLE t(x)");
    CHECK(refusal(other) == "a database, but not an rdrlab trace");
}

TEST_CASE("a trace of a newer schema opens with a note", "[traces][badfile]")
{
    const std::string path = test::firstOpenTrace("version.rdrtrace");
    test::alterTrace(
        path, "PRAGMA user_version = 99; CREATE TABLE novelty(id INTEGER PRIMARY KEY)");
    std::string error;
    const auto reader = trace::Reader::open(path, error);
    REQUIRE(reader != nullptr);
    CHECK(reader->schemaVersion() == 99);
    CHECK(
        reader->note()
        == "trace schema version 99 is newer than this program's 4: what it added is not shown");
    CHECK(reader->event(1).has_value());
    test::alterTrace(path, "PRAGMA user_version = 0");
    CHECK(refusal(path) == "trace schema version 0, which no program has written");
}

TEST_CASE("a trace without one of its tables is called damaged", "[traces][badfile]")
{
    const std::string path = test::firstOpenTrace("table.rdrtrace");
    test::alterTrace(path, "DROP TABLE refs");
    CHECK(refusal(path) == "damaged: table refs is missing");
}

TEST_CASE("what would run foreign code when a table is read is refused", "[traces][badfile]")
{
    struct Trick
    {
        const char* sql;
        const char* told;
    };
    const Trick trick = GENERATE(values<Trick>({
        { "DROP TABLE events; CREATE VIEW events AS WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL "
          "SELECT seq + 1 FROM n) SELECT seq, 0 AS time, 0 AS kind, 0 AS layer FROM n",
          "damaged: events is no plain table" },
        { "DROP TABLE refs; CREATE VIRTUAL TABLE refs USING fts5(seq, object, delta, count, "
          "reason)",
          "damaged: refs is no plain table" },
        { "ALTER TABLE packets DROP COLUMN payload; ALTER TABLE packets ADD COLUMN payload AS "
          "(zeroblob(200000000))",
          "damaged: table packets has computed columns" },
        { "ALTER TABLE objects DROP COLUMN owner", "damaged: table objects has no column owner" },
    }));
    const std::string path = test::firstOpenTrace("trick.rdrtrace");
    // SQLite lets nobody drop a table that a view needs.
    test::alterTrace(
        path,
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE type = 'view';"
        "PRAGMA writable_schema = RESET");
    test::alterTrace(path, trick.sql);
    INFO(trick.sql);
    CHECK(refusal(path) == trick.told);
}

TEST_CASE("pages that come again do not make a trace endless", "[traces][badfile]")
{
    // Large enough that opening does not look at every page. All children of the root of `events`
    // become the same page: hundreds of times the same rows.
    const std::string path = test::temporaryPath("again.rdrtrace");
    std::string error;
    {
        auto writer = trace::Writer::create(path, error);
        REQUIRE(writer != nullptr);
        trace::Event event;
        for (trace::Seq seq = 1; seq <= 60'000; ++seq) {
            event.seq = seq;
            writer->event(event);
        }
        trace::Packet packet;
        packet.payload.resize(18 << 20);
        packet.seq = 1;
        writer->packet(packet);
        REQUIRE(writer->finish());
    }
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    REQUIRE(
        sqlite3_prepare_v2(
            database,
            "SELECT (SELECT rootpage FROM sqlite_schema WHERE name = 'events'), page_size FROM "
            "pragma_page_size",
            -1, &statement, nullptr)
        == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const std::size_t pageBytes = std::size_t(sqlite3_column_int(statement, 1));
    const std::size_t root = std::size_t(sqlite3_column_int(statement, 0) - 1) * pageBytes;
    sqlite3_finalize(statement);
    sqlite3_close(database);
    std::string bytes = bytesOf(path);
    REQUIRE(bytes[root] == 5); // an interior page of a table
    const std::size_t cells
        = std::size_t(std::uint8_t(bytes[root + 3])) << 8 | std::uint8_t(bytes[root + 4]);
    REQUIRE(cells > 10);
    const auto cell = [&](std::size_t i) {
        const std::size_t at = root + 12 + 2 * i;
        return root + (std::size_t(std::uint8_t(bytes[at])) << 8 | std::uint8_t(bytes[at + 1]));
    };
    for (std::size_t i = 1; i < cells; ++i) {
        bytes.replace(cell(i), 4, bytes.substr(cell(0), 4));
    }
    const std::string damaged = fileWith("again2.rdrtrace", bytes);
    const auto reader = trace::Reader::open(damaged, error);
    INFO(error);
    REQUIRE(reader != nullptr);
    std::uint64_t events = 0;
    CHECK_FALSE(reader->events(1, 60'000, [&](const trace::Event&) { return ++events < 100'000; }));
    CHECK(events < 5'000);
    CHECK(reader->error() == damaged + ": damaged: rows are out of order");
}

TEST_CASE("triggers of a foreign trace never run", "[traces][badfile]")
{
    const std::string path = test::firstOpenTrace("trigger.rdrtrace");
    test::alterTrace(
        path,
        "CREATE TRIGGER evil INSTEAD OF UPDATE ON v_refs BEGIN DELETE FROM events; END;"
        "CREATE TRIGGER worse AFTER UPDATE ON meta BEGIN DELETE FROM events; END");
    const std::string before = bytesOf(path);
    std::string error;
    const auto reader = trace::Reader::open(path, error);
    INFO(error);
    REQUIRE(reader != nullptr);
    readEverything(*reader);
    CHECK_FALSE(reader->sql("UPDATE v_refs SET count = 1", {}, [](const auto&) {}).empty());
    CHECK(bytesOf(path) == before);
}

TEST_CASE("a truncated trace is called truncated wherever it is cut", "[traces][badfile]")
{
    const std::string whole = bytesOf(test::firstOpenTrace("whole.rdrtrace"));
    const std::size_t left = GENERATE(100u, 101u, 4096u, 5000u, 20000u, 40000u);
    REQUIRE(left < whole.size());
    CHECK(refusal(fileWith("cut.rdrtrace", whole.substr(0, left))).find("truncated: ") == 0);
}

TEST_CASE("a trace with flipped bits is refused or read, and never crashes", "[traces][badfile]")
{
    const std::string whole = bytesOf(test::firstOpenTrace("flipped.rdrtrace"));
    std::mt19937 random(7);
    int refused = 0;
    for (int round = 0; round < 300; ++round) {
        std::string bytes = whole;
        const unsigned flips = 1 + random() % 40;
        for (unsigned i = 0; i < flips; ++i) {
            bytes[random() % bytes.size()] ^= char(1u << random() % 8);
        }
        const std::string path = fileWith("flip.rdrtrace", bytes);
        std::string error;
        const auto reader = trace::Reader::open(path, error);
        if (reader == nullptr) {
            ++refused;
            CHECK_FALSE(error.empty());
            CHECK(error.find('\n') == std::string::npos);
            continue;
        }
        readEverything(*reader);
    }
    CHECK(refused > 20);
}

TEST_CASE("rows of a foreign trace may say anything and are still read safely", "[traces][badfile]")
{
    const std::string path = test::firstOpenTrace("foreign.rdrtrace");
    test::alterTrace(
        path,
        "UPDATE events SET kind = 200, layer = -1, object = 4000000000, status = 'text' WHERE seq "
        "% 5 = 0;"
        "UPDATE spans SET parent = id + 1 WHERE id % 2 = 0; UPDATE spans SET layer = 'x', end_time "
        "= -5;"
        "UPDATE objects SET owner = id, kind = 99 WHERE id % 2 = 0;"
        "UPDATE packets SET client = '999.1.1', length = 0 WHERE seq % 2 = 0; UPDATE changes SET "
        "old = x'00ff', new = 1.5;"
        "INSERT INTO strings VALUES(-7, 'negative');");
    std::string error;
    const auto reader = trace::Reader::open(path, error);
    INFO(error);
    REQUIRE(reader != nullptr);
    readEverything(*reader);
}

TEST_CASE("foreign SQL can read and do nothing else", "[traces][sql]")
{
    const std::string path = test::firstOpenTrace("sql.rdrtrace");
    std::string error;
    const auto reader = trace::Reader::open(path, error);
    REQUIRE(reader != nullptr);
    const auto run = [&](const std::string& sql, trace::SqlLimits limits = {}) {
        return reader->sql(sql, limits, [](const std::vector<const char*>&) {});
    };
    CHECK(run("SELECT count(*) FROM events").empty());
    CHECK(run("SELECT count(*) FROM v_events;  ").empty());
    CHECK_FALSE(run("DELETE FROM events").empty());
    CHECK_FALSE(run("PRAGMA writable_schema=1").empty());
    CHECK_FALSE(run("ATTACH '/tmp/x.db' AS x").empty());
    CHECK_FALSE(run("SELECT load_extension('x')").empty());
    CHECK_FALSE(run("CREATE TABLE t(x)").empty());
    CHECK(run("SELECT 1; SELECT 2") == "one statement at a time");
    CHECK(run("  ") == "no statement");
    CHECK(run("SELECT * FROM events", { 5, 1000 }) == "stopped after 5 rows");
    CHECK(
        run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM "
            "n",
            { 5, 50 })
        == "stopped after 50 ms");
    CHECK(run("SELECT count(*) FROM events").empty());
}
