// Traces from strangers, given to every command that reads one.
#include "tests/cli/program.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <sqlite3.h>

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

struct Hostile
{
    const char* name;
    const char* sql;
};

constexpr Hostile kHostile[] = {
    { "cyclic",
      "UPDATE spans SET parent = (SELECT max(id) FROM spans) WHERE parent IS NULL;"
      "UPDATE objects SET owner = id % 5 + 1; UPDATE events SET parent = seq + 1 WHERE seq % 3 = "
      "0" },
    { "huge",
      "UPDATE events SET time = 9223372036854775807, argument = -1 WHERE seq % 7 = 0;"
      "UPDATE objects SET death = 9223372036854775807 WHERE id % 3 = 0; UPDATE packets SET length "
      "= 4294967295;"
      "UPDATE refs SET count = 2147483647; UPDATE spans SET end_time = 9223372036854775807, "
      "end_seq = 9223372036854775806;"
      "UPDATE spine_chunks SET count = 4000000000; UPDATE state_log SET count = 4000000000" },
    { "types",
      "UPDATE events SET kind = 'x', layer = 2.5, object = 'y', text = x'00ff' WHERE seq % 4 = 1;"
      "UPDATE spans SET routine = 'r', begin_time = 'b'; UPDATE objects SET birth = 'now', name = "
      "-1 WHERE id % 2 = 0;"
      "UPDATE changes SET old = x'80', new = 1e300, field = 'f'; UPDATE strings SET text = x'c0af' "
      "WHERE id % 5 = 0" },
    { "dangling",
      "DELETE FROM strings; DELETE FROM objects; DELETE FROM processes; DELETE FROM threads; "
      "DELETE FROM layers" },
    { "gaps",
      "DELETE FROM events WHERE seq % 3 = 1; DELETE FROM spans WHERE id % 2 = 0; DELETE FROM refs "
      "WHERE seq % 2 = 0" },
    { "packed",
      "UPDATE spine_columns SET columns = randomblob(900); UPDATE state_log SET entries = "
      "randomblob(900);"
      "UPDATE keyframes SET state = randomblob(300)" },
    { "empty",
      "DELETE FROM events; DELETE FROM spans; DELETE FROM spine_chunks; DELETE FROM spine_columns; "
      "DELETE FROM meta" },
    { "letters",
      "UPDATE strings SET text = char(27) || '[2J' || char(13, 10) || '<script>' || text" },
    { "view",
      "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE type = 'view'; PRAGMA "
      "writable_schema = RESET;"
      "DROP TABLE refs; CREATE VIEW refs AS SELECT 1 AS seq, 1 AS object, 1 AS delta, 1 AS count, "
      "1 AS reason" },
};

constexpr const char* kCommands[] = {
    "show T",
    "show --tree --all T",
    "show --json T",
    "state T --at 20",
    "state T --at 20 --json",
    "changes T --from 1 --to 60",
    "last-change T 'SRV_CALL:\\lab' Condition",
    "history T 'SRV_CALL:\\lab'",
    "life T 'SRV_CALL:\\lab'",
    "why T 'SRV_CALL:\\lab'",
    "check T",
    "spans T",
    "waits T",
    "diff T T",
    "diff T GOOD",
    "diff GOOD T --json",
    "sql T 'SELECT * FROM v_irp'",
    "sql T 'SELECT * FROM spine'",
    "sql T 'SELECT * FROM v_srv_open_life'",
    "export T --to json",
    "export T --to pcapng -o /dev/null",
    "export T --to perfetto",
    "export T --to dot",
    "export T --to svg",
    "export T --to csv --table events",
    "replay T",
};

} // namespace

TEST_CASE(
    "a stranger's trace is read within bounds or refused in one line, by every command",
    "[cli][badfile]")
{
    const std::string good = test::firstOpenTrace("good.rdrtrace");
    for (const Hostile& hostile : kHostile) {
        const std::string path = test::firstOpenTrace(std::string(hostile.name) + ".rdrtrace");
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
        const int result = sqlite3_exec(database, hostile.sql, nullptr, nullptr, nullptr);
        INFO(hostile.name << ": " << sqlite3_errmsg(database));
        REQUIRE(result == SQLITE_OK);
        sqlite3_close(database);
        for (const char* command : kCommands) {
            std::string line = command;
            replaceAll(line, "GOOD", good);
            replaceAll(line, " T", " " + path);
            INFO(line);
            const Outcome outcome = run(line);
            // A signal gives -1 here or 128 and more from the shell.
            CHECK((outcome.status == 0 || outcome.status == 1 || outcome.status == 2));
            CHECK(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') <= 1);
            CHECK(outcome.errors.find("terminate") == std::string::npos);
            const bool isJson = line.find("json") != std::string::npos
                || line.find("perfetto") != std::string::npos;
            CHECK((isJson || outcome.output.find('\033') == std::string::npos));
        }
    }
}
