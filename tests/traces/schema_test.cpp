#include "tests/support/synthetic.h"
#include "traces/store/reader.h"

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

std::vector<std::string> queriesOf(const std::string& text)
{
    std::vector<std::string> queries;
    for (std::size_t at = 0; (at = text.find("```sql\n", at)) != std::string::npos;) {
        at += 7;
        queries.push_back(text.substr(at, text.find("```", at) - at));
    }
    return queries;
}

} // namespace

TEST_CASE("every worked query of SCHEMA.md runs and finds rows in a lab's trace", "[traces][schema]")
{
    std::string error;
    const auto reader = trace::Reader::open(RDRLAB_SAMPLES "/03-read-write.rdrtrace", error);
    INFO(error);
    REQUIRE(reader != nullptr);
    const auto queries = queriesOf(page());
    CHECK(queries.size() >= 25);
    for (const std::string& query : queries) {
        INFO(query);
        int rows = -1; // the first call is the head
        CHECK(reader->sql(query, {}, [&](const auto&) { ++rows; }) == "");
        CHECK(rows >= 1);
    }
}

TEST_CASE("SCHEMA.md names every table and column, and the version", "[traces][schema]")
{
    std::string error;
    const auto reader = trace::Reader::open(test::firstOpenTrace("columns"), error);
    REQUIRE(reader != nullptr);
    const std::string text = page();
    CHECK(text.find("**version 3**") != std::string::npos);
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
