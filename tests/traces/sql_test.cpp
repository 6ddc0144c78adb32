#include "tests/support/synthetic.h"
#include "tests/support/tracegen.h"
#include "traces/store/reader.h"

#include <catch2/catch.hpp>

using namespace rdrlab;

namespace {

using Table = std::vector<std::vector<std::string>>;

// The rows of an answer, without the names.
Table ask(const trace::Reader& reader, const std::string& statement)
{
    Table table;
    const std::string problem
        = reader.sql(statement, { 1'000'000, 60'000 }, [&](const std::vector<const char*>& cells) {
              auto& row = table.emplace_back();
              for (const char* cell : cells) {
                  row.emplace_back(cell == nullptr ? "NULL" : cell);
              }
          });
    INFO(statement);
    CHECK(problem == "");
    REQUIRE_FALSE(table.empty());
    table.erase(table.begin());
    return table;
}

constexpr const char* kColumns
    = "seq, time, kind, layer, cpu, irql, process, thread, span, parent, routine, object, status, "
      "argument, text";

} // namespace

TEST_CASE("the table spine has the rows of events", "[traces][sql][spine]")
{
    for (const char* name : { "03-read-write", "busy-minute" }) {
        const auto reader = test::openTrace(std::string(RDRLAB_SAMPLES) + "/" + name + ".rdrtrace");
        const std::string columns = kColumns;
        CHECK(
            ask(*reader, "SELECT " + columns + " FROM spine")
            == ask(*reader, "SELECT " + columns + " FROM events"));
    }
}

TEST_CASE(
    "a question to spine has the answer that events has, whatever is skipped for it",
    "[traces][sql][spine]")
{
    const auto reader = test::openTrace(RDRLAB_SAMPLES "/busy-minute.rdrtrace");
    for (const char* condition : { "seq = 5000",
                                   "seq = 0",
                                   "seq = -1",
                                   "seq = 99999999",
                                   "seq BETWEEN 4000 AND 4200",
                                   "seq > 27800",
                                   "seq < 5 OR seq > 27870",
                                   "time BETWEEN 5000000 AND 6000000",
                                   "time > 59000000000",
                                   "time < 0",
                                   "kind = 12 AND seq < 9000",
                                   "kind = 'end'",
                                   "kind = NULL",
                                   "kind = 99",
                                   "kind = -1",
                                   "layer = 4",
                                   "layer = 4 AND kind = 11",
                                   "object = 70",
                                   "object = 70 AND seq > 3000",
                                   "object = 0",
                                   "object = 4000000000",
                                   "status < 0",
                                   "status <= 0 AND seq < 900",
                                   "status < -1073741000",
                                   "status < 5 AND seq < 900",
                                   "kind = 11.0",
                                   "seq >= 17.5 AND seq < '30'",
                                   "rowid = 77",
                                   "seq IN (3, 4500, 9, 3)",
                                   "kind IN (9, 10)",
                                   "object = 70 AND object = 71",
                                   "kind = 3 AND kind = 4",
                                   "span IS NULL AND seq < 99",
                                   "time = 0" }) {
        INFO(condition);
        const std::string from = std::string("SELECT ") + kColumns + " FROM ";
        const std::string where = std::string(" WHERE ") + condition + " ORDER BY seq";
        CHECK(ask(*reader, from + "spine" + where) == ask(*reader, from + "events" + where));
    }
    CHECK(
        ask(*reader, "SELECT seq FROM spine ORDER BY seq DESC LIMIT 2")
        == ask(*reader, "SELECT seq FROM events ORDER BY seq DESC LIMIT 2"));
    CHECK(
        ask(*reader, "SELECT count(*) FROM objects o JOIN spine s ON s.seq = o.birth")
        == ask(*reader, "SELECT count(*) FROM objects o JOIN events s ON s.seq = o.birth"));
}

TEST_CASE("spine answers for a trace without packed chunks", "[traces][sql][spine]")
{
    const std::string path = test::firstOpenTrace("unpacked.rdrtrace");
    test::alterTrace(path, "DELETE FROM spine_chunks; DELETE FROM spine_columns");
    const auto reader = test::openTrace(path);
    CHECK(
        ask(*reader, std::string("SELECT ") + kColumns + " FROM spine")
        == ask(*reader, std::string("SELECT ") + kColumns + " FROM events"));
}

TEST_CASE("a damaged chunk ends a question to spine with an error", "[traces][sql][spine][badfile]")
{
    const std::string path = test::firstOpenTrace("chunk.rdrtrace");
    test::alterTrace(path, "UPDATE spine_columns SET columns = zeroblob(20)");
    const auto reader = test::openTrace(path);
    const std::string problem
        = reader->sql("SELECT sum(argument) FROM spine", {}, [](const auto&) {});
    CHECK(problem != "");
    CHECK(problem.find('\n') == std::string::npos);
    CHECK(ask(*reader, "SELECT count(*) FROM events WHERE seq = 1") == Table { { "1" } });
}

TEST_CASE(
    "views are this program's, whatever a file calls by their names", "[traces][sql][badfile]")
{
    const std::string path = test::firstOpenTrace("views.rdrtrace");
    test::alterTrace(
        path,
        "DROP VIEW v_irp; DROP VIEW v_mrx; CREATE VIEW v_mrx AS SELECT 'lie' AS call; CREATE VIEW "
        "spine AS SELECT 'lie' AS seq");
    const auto reader = test::openTrace(path);
    CHECK(ask(*reader, "SELECT count(*) > 0 FROM v_irp") == Table { { "1" } });
    CHECK(ask(*reader, "SELECT DISTINCT call = 'lie' FROM v_mrx") == Table { { "0" } });
}

TEST_CASE("sql tells numbers, texts, blobs and nothing apart", "[traces][sql]")
{
    const auto reader = test::openTrace(test::firstOpenTrace("values.rdrtrace"));
    std::vector<trace::SqlValue::Type> types;
    std::string blob;
    int calls = 0;
    const std::string problem = reader->sqlValues(
        "SELECT 1, 2.5, 'x', x'610062', NULL UNION ALL SELECT 2, 2, 2, 2, 2", {},
        [&](const std::vector<trace::SqlValue>& cells) {
            if (++calls == 2) {
                for (const trace::SqlValue& cell : cells) {
                    types.push_back(cell.type);
                }
                blob.assign(cells[3].text, cells[3].bytes);
            }
            return calls < 2;
        });
    CHECK(problem == "");
    CHECK(calls == 2);
    using Type = trace::SqlValue::Type;
    CHECK(
        types
        == std::vector<Type> { Type::Integer, Type::Real, Type::Text, Type::Blob, Type::Null });
    CHECK(blob == std::string("a\0b", 3));
}

TEST_CASE(
    "a statement cannot use more time, memory or room than it is given", "[traces][sql][badfile]")
{
    const auto reader = test::openTrace(test::firstOpenTrace("greedy.rdrtrace"));
    const auto run = [&](const std::string& statement) {
        return reader->sql(statement, { 1000, 2000 }, [](const auto&) {});
    };
    CHECK(run("SELECT zeroblob(100000000)") != "");
    CHECK(run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n "
              "ORDER BY random()")
              .starts_with("stopped"));
    CHECK(run("WITH RECURSIVE n(i, t) AS (SELECT 1, zeroblob(8000000) UNION ALL SELECT i + 1, "
              "zeroblob(8000000) FROM n WHERE i < 1000)"
              " SELECT length(t) FROM n ORDER BY t, i")
              .starts_with("stopped"));
    CHECK(run("SELECT count(*) FROM events a, events b, events c, events d, events e")
              .starts_with("stopped after 2000 ms"));
    CHECK(run(std::string("SELECT 1\0; DELETE FROM events", 29)) != "");
    CHECK(run("SELECT * FROM pragma_table_info('events')") != "");
    CHECK(run("EXPLAIN DELETE FROM events") != "");
    CHECK(run("SELECT 1") == "");
    CHECK(reader->error() == "");
}
