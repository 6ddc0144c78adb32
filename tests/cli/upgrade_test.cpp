#include "tests/cli/program.h"

#include <catch2/catch.hpp>

using namespace rdrlab::test;

TEST_CASE("upgrade brings an older trace to today's layout, in its place or elsewhere", "[cli]")
{
    const std::string path = firstOpenTrace("upgrade.rdrtrace");
    const std::string shown = run("show " + path).output;
    alterTrace(
        path,
        "DROP TABLE spine_chunks; DROP TABLE spine_columns; DROP TABLE state_log;"
        "DROP TABLE keyframes; DROP TABLE stack_locations; PRAGMA user_version = 2");
    CHECK(run("show " + path).output == shown);
    const std::string elsewhere = temporaryPath("elsewhere.rdrtrace");
    const Outcome copied = run("upgrade " + path + " -o " + elsewhere);
    CHECK(copied.status == 0);
    CHECK(copied.output.starts_with(elsewhere + ": schema version 4, "));
    CHECK(run("check " + elsewhere).status == 0);
    CHECK(run("upgrade " + path).status == 0);
    CHECK(contentOf(path) == contentOf(elsewhere));
    CHECK(run("show " + path).output == shown);
    CHECK(run("upgrade " + path).output == path + ": schema version 4 and complete already\n");
}

TEST_CASE("upgrade refuses what it cannot do in one line", "[cli]")
{
    const std::string path = firstOpenTrace("refused.rdrtrace");
    const Outcome itself = run("upgrade " + path + " -o " + path);
    CHECK(itself.status == 2);
    CHECK(isOneLine(itself.errors));
    const Outcome absent = run("upgrade /nonexistent.rdrtrace");
    CHECK(absent.status == 1);
    CHECK(isOneLine(absent.errors));
    alterTrace(path, "PRAGMA user_version = 5");
    const Outcome newer = run("show " + path);
    CHECK(newer.status == 0);
    CHECK(
        newer.errors
        == "rdrlab: " + path
            + ": trace schema version 5 is newer than this program's 4: what it added is not "
              "shown\n");
    const Outcome refused = run("upgrade " + path);
    CHECK(refused.status == 1);
    CHECK(refused.errors.find("stays as it is") != std::string::npos);
}
