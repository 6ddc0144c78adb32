#include "tests/support/synthetic.h"
#include "traces/store/reader.h"
#include "traces/store/workedqueries.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

using namespace rdrlab;

namespace {

std::string page()
{
    std::ifstream file(RDRLAB_SCHEMA_PAGE);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

TEST_CASE(
    "every worked query of SCHEMA.md runs and finds rows in a lab's trace", "[traces][schema]")
{
    std::string error;
    const auto reader = trace::Reader::open(RDRLAB_SAMPLES "/03-read-write.rdrtrace", error);
    INFO(error);
    REQUIRE(reader != nullptr);
    // The program has the page as it is.
    const auto queries = trace::workedQueriesOf(page());
    REQUIRE(queries.size() == trace::workedQueries().size());
    CHECK(queries.size() >= 25);
    for (std::size_t i = 0; i < queries.size(); ++i) {
        const trace::WorkedQuery& query = queries[i];
        INFO(query.title << "\n" << query.sql);
        CHECK(query.sql == trace::workedQueries()[i].sql);
        CHECK(query.title == trace::workedQueries()[i].title);
        CHECK(query.title.size() > 10);
        CHECK(query.title.find('`') == std::string::npos);
        CHECK(query.sql.find("```") == std::string::npos);
        int rows = -1; // the first call is the head
        CHECK(reader->sql(query.sql, {}, [&](const auto&) { ++rows; }) == "");
        CHECK(rows >= 1);
    }
}

TEST_CASE("a page without worked queries has none, and a torn one ends", "[traces][schema]")
{
    CHECK(trace::workedQueriesOf("").empty());
    CHECK(trace::workedQueriesOf("text\n\nmore").empty());
    const auto torn = trace::workedQueriesOf("A\nquestion:\n\n```sql\nSELECT 1;\nSELECT");
    REQUIRE(torn.size() == 1);
    CHECK(torn[0].title == "A question");
    CHECK(torn[0].sql == "SELECT 1;\nSELECT");
}

TEST_CASE("the columns of an answer tell which of them are events and objects", "[traces][schema]")
{
    using Meaning = trace::SqlValue::Meaning;
    std::string error;
    const auto reader = trace::Reader::open(RDRLAB_SAMPLES "/03-read-write.rdrtrace", error);
    REQUIRE(reader != nullptr);
    const auto meanings = [&](const char* query) {
        std::vector<Meaning> found;
        CHECK(reader->sqlValues(query, {}, [&](const std::vector<trace::SqlValue>& cells) {
            for (const trace::SqlValue& cell : cells) {
                found.push_back(cell.meaning);
            }
            return false; // the heading is enough
        }) == "");
        return found;
    };
    using Meanings = std::vector<Meaning>;
    CHECK(
        meanings("SELECT seq, object, time FROM events")
        == Meanings { Meaning::Event, Meaning::Object, Meaning::None });
    CHECK(
        meanings("SELECT id, end_seq, layer FROM v_spans")
        == Meanings { Meaning::Event, Meaning::Event, Meaning::None });
    CHECK(
        meanings("SELECT id AS o, birth FROM objects")
        == Meanings { Meaning::Object, Meaning::Event });
    CHECK(meanings("SELECT seq FROM spine") == Meanings { Meaning::Event });
    CHECK(
        meanings("SELECT max(seq) AS seq, count(*) AS object_id, max(seq) AS most FROM events")
        == Meanings { Meaning::Event, Meaning::Object, Meaning::None });
}

TEST_CASE("a statement stops when somebody cancels it", "[traces][schema]")
{
    std::string error;
    const auto reader = trace::Reader::open(RDRLAB_SAMPLES "/03-read-write.rdrtrace", error);
    REQUIRE(reader != nullptr);
    const std::atomic<bool> cancelled = true;
    trace::SqlLimits limits;
    limits.milliseconds = 600'000;
    limits.isCancelled = &cancelled;
    CHECK(
        reader->sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
            limits, [](const auto&) {})
        == "cancelled");
}

TEST_CASE("SCHEMA.md names every table and column, and the version", "[traces][schema]")
{
    std::string error;
    const auto reader = trace::Reader::open(test::firstOpenTrace("columns"), error);
    REQUIRE(reader != nullptr);
    const std::string text = page();
    CHECK(text.find("**version 4**") != std::string::npos);
    std::vector<std::string> tables;
    reader->sql(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE "
        "'sqlite_%'",
        {}, [&](const std::vector<const char*>& cells) { tables.push_back(cells[0]); });
    CHECK(tables.size() > 16);
    for (std::size_t i = 1; i < tables.size(); ++i) {
        INFO(tables[i]);
        CHECK(text.find(tables[i]) != std::string::npos);
        reader->sql(
            "SELECT * FROM " + tables[i] + " LIMIT 0", {},
            [&](const std::vector<const char*>& cells) {
                for (const char* cell : cells) {
                    INFO(cell);
                    CHECK(text.find(cell) != std::string::npos);
                }
            });
    }
}
