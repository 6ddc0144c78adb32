#include "tests/cli/program.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("sql prints comma separated values with quotes where they are needed", "[cli]")
{
    const std::string path = test::firstOpenTrace("csv.rdrtrace");
    const Outcome csv = run(
        "sql --csv " + path
        + " \"SELECT 'a,b' AS x, 'say ' || char(34) || 'hi' AS y, x'0a' AS z, NULL AS n, 1.5 AS "
          "r\"");
    CHECK(csv.status == 0);
    CHECK(csv.output == "x,y,z,n,r\r\n\"a,b\",\"say \"\"hi\",0a,,1.5\r\n");
    CHECK(run("sql --csv --json " + path + " 'SELECT 1'").status == 2);
}

TEST_CASE("sql keeps numbers as numbers in JSON", "[cli]")
{
    const std::string path = test::firstOpenTrace("json.rdrtrace");
    const auto json = nlohmann::json::parse(
        run("sql --json " + path
            + " \"SELECT 7 AS i, 2.5 AS r, 9e999 AS big, 't' AS t, x'ff' AS b, NULL AS n\"")
            .output);
    CHECK(json[0]["i"] == 7);
    CHECK(json[0]["r"] == 2.5);
    CHECK(json[0]["big"].is_null());
    CHECK(json[0]["t"] == "t");
    CHECK(json[0]["b"] == "ff");
    CHECK(json[0]["n"].is_null());
    CHECK(nlohmann::json::parse(run("sql --json " + path + " 'SELECT 1 WHERE 0'").output).empty());
}

TEST_CASE("sql reads statements from standard input up to the first that fails", "[cli]")
{
    const std::string path = test::firstOpenTrace("stdin.rdrtrace");
    const std::string file = test::temporaryPath("questions.sql");
    std::ofstream(file) << "SELECT ';' AS a; -- a comment; with a semicolon\nSELECT 2 AS b\n;\n";
    const Outcome both = run("sql " + path + " <" + file);
    CHECK(both.status == 0);
    CHECK(both.output == "a\n;\nb\n2\n");
    std::ofstream(file) << "SELECT 1 AS a; SELECT nothing; SELECT 3 AS c;";
    const Outcome stopped = run("sql " + path + " <" + file);
    CHECK(stopped.status == 1);
    CHECK(stopped.output == "a\n1\n");
    CHECK(isOneLine(stopped.errors));
}

TEST_CASE("sql stops a statement that takes too long or writes", "[cli][badfile]")
{
    const std::string path = test::firstOpenTrace("slow.rdrtrace");
    const Outcome slow = run(
        "sql --seconds 1 " + path
        + " 'SELECT count(*) FROM events a, events b, events c, events d, events e, events f'");
    CHECK(slow.status == 1);
    CHECK(slow.errors == "rdrlab: stopped after 1000 ms\n");
    // One function call on one value: nothing inside SQLite can stop it.
    const Outcome deep = run(
        "sql --seconds 1 " + path + " 'SELECT instr(zeroblob(16000000), zeroblob(8000000) || 1)'");
    CHECK(deep.status == 1);
    CHECK(isOneLine(deep.errors));
    CHECK(run("sql --seconds 0 " + path + " 'SELECT 1'").status == 2);
}
