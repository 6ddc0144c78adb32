#include "tests/support/synthetic.h"
#include "traces/query/check.h"

#include <catch2/catch.hpp>

using namespace rdrlab;

namespace {

std::vector<std::string>
breachesOf(const std::string& path, const trace::CheckOptions& options = {})
{
    std::string error;
    const auto reader = trace::Reader::open(path, error);
    INFO(error);
    REQUIRE(reader != nullptr);
    std::vector<std::string> lines;
    const trace::CheckResult result
        = trace::check(*reader, options, [&](const trace::Breach& breach) {
              lines.push_back(breach.table + " " + breach.row + ": " + breach.text);
          });
    CHECK(result.breaches == lines.size() + result.untold);
    return lines;
}

std::vector<std::string> afterDamage(const std::string& sql)
{
    const std::string path = test::firstOpenTrace("damage.rdrtrace");
    test::alterTrace(path, sql);
    return breachesOf(path);
}

bool tells(const std::vector<std::string>& lines, const std::string& what)
{
    for (const std::string& line : lines) {
        if (line.find(what) != std::string::npos) {
            return true;
        }
        UNSCOPED_INFO(line);
    }
    return false;
}

} // namespace

TEST_CASE("a recorded trace keeps every promise of its format", "[traces][check]")
{
    CHECK(breachesOf(test::firstOpenTrace("sound.rdrtrace")) == std::vector<std::string> {});
}

TEST_CASE("each promise that a trace breaks is told with the row that breaks it", "[traces][check]")
{
    struct Damage
    {
        const char* sql;
        const char* told;
    };
    const Damage damage = GENERATE(values<Damage>({
        { "UPDATE events SET time = 3 WHERE seq = (SELECT max(seq) FROM events)",
          "its time 3 lies before" },
        { "DELETE FROM events WHERE seq = 9", "events 10: event 9 before it is missing" },
        { "UPDATE events SET kind = 200 WHERE seq = 9", "there is no event kind 200" },
        { "UPDATE events SET layer = -1 WHERE seq = 9", "there is no layer -1" },
        { "UPDATE events SET thread = 77 WHERE seq = 9", "thread 77 is not in threads" },
        { "UPDATE events SET process = 77 WHERE seq = 9", "process 77 is not in processes" },
        { "UPDATE events SET span = 100000 WHERE seq = 9", "span 100000 is not in spans" },
        { "UPDATE events SET routine = 4000 WHERE seq = 9", "routine 4000 is not in strings" },
        { "UPDATE events SET object = 4000 WHERE seq = 9", "object 4000 is not in objects" },
        { "UPDATE events SET argument = 'x' WHERE seq = 9", "events 9: argument is of type text" },
        { "UPDATE events SET status = -1 WHERE status IS NOT NULL", "statuses -1: has no row" },
        { "UPDATE spans SET parent = id + 1 WHERE id = (SELECT max(id) FROM spans)",
          "does not come before it" },
        { "UPDATE spans SET end_seq = id - 1 WHERE id = (SELECT max(id) FROM spans)",
          "before it begins" },
        { "UPDATE spans SET routine = 1 WHERE id = (SELECT max(id) FROM spans)",
          "its span says otherwise" },
        { "DELETE FROM spans WHERE id = (SELECT max(id) FROM spans)",
          "it begins a span that is not in spans" },
        { "UPDATE spans SET request = 4000 WHERE id = (SELECT max(id) FROM spans)",
          "its request 4000 is not in objects" },
        { "UPDATE objects SET owner = id WHERE id = 5", "objects 5: it owns itself" },
        { "UPDATE objects SET birth = birth + 1 WHERE id = 5", "objects 5: it is not born at #" },
        { "UPDATE objects SET death = birth - 1 WHERE id = 5",
          "objects 5: it dies before it is born" },
        { "UPDATE objects SET name = (SELECT name FROM objects WHERE id = 2) WHERE id = 5",
          "2 objects are called" },
        { "UPDATE objects SET kind = 99 WHERE id = 5", "there is no object kind 99" },
        { "UPDATE changes SET old = 'x' WHERE old IS NOT NULL",
          "Condition changes from x, but was Condition_InTransition" },
        { "UPDATE changes SET field = 4000", "field 4000 is not in strings" },
        { "UPDATE changes SET seq = 100000", "there is no such event" },
        { "UPDATE refs SET count = 9 WHERE count = 2", "1 +1 makes not 9" },
        { "UPDATE refs SET object = 1", "it has no row in refs, or one that says otherwise" },
        { "DELETE FROM refs", "it has no row in refs" },
        { "UPDATE stack_locations SET irp = 1", "it is of object 1, but its call carries" },
        { "UPDATE stack_locations SET seq = 100000", "there is no such call" },
        { "UPDATE stack_locations SET major = 28", "there is no major function 28" },
        { "UPDATE stack_locations SET flags = 256", "minor, flags and control are bytes" },
        { "UPDATE stack_locations SET file = 4000", "file 4000 is not in objects" },
        { "UPDATE stack_locations SET completion_routine = 4000",
          "completion routine 4000 is not in strings" },
        { "UPDATE stack_locations SET file_name = 4000", "file name 4000 is not in strings" },
        { "UPDATE stack_locations SET pended = seq", "it was marked pending, is not in its call" },
        { "UPDATE packets SET length = 3 WHERE length > 3", "bytes of a payload of 3" },
        { "UPDATE packets SET tcp_seq = 9 WHERE flags = 2 AND direction = 0",
          "connection 1 goes on at 9 instead of" },
        { "UPDATE packets SET direction = 7", "there is no direction 7" },
        { "INSERT INTO choices VALUES(1, 2, 2)", "choices 1: number 2 of 2 is taken" },
        { "INSERT INTO inputs VALUES(1, 1, 1, 1, 1, x'00', 1, NULL)",
          "inputs 1: event 1 is no input" },
        { "INSERT INTO inputs VALUES(1, 1, 1, 1, 1, NULL, 1, 99999999)",
          "the packets of an input are missing" },
        { "UPDATE events SET argument = 77 WHERE seq = 9", "event 9 is not what events says" },
        { "UPDATE spine_chunks SET kinds = 0", "its summary leaves event 1 out" },
        { "UPDATE spine_columns SET columns = x'00'", "spine_columns 1: damaged" },
        { "UPDATE refs SET count = count + 5", "is not what changes and refs say of object" },
        { "UPDATE keyframes SET state = x'ff'; UPDATE state_log SET entries = x'ff'",
          "cannot be made: damaged" },
        { "UPDATE meta SET value = 7 WHERE key = 'events'", "meta events: says 7, but there are" },
        { "DELETE FROM meta WHERE key = 'end_time'", "meta end_time: is missing" },
        { "UPDATE threads SET process = 99", "threads 12: its process 99 is not in processes" },
        { "UPDATE layers SET name = 'x' WHERE id = 4", "layers 4: is called x instead of mrx" },
        { "DELETE FROM event_kinds WHERE id = 0",
          "event_kinds 0: has no row, but occurs in events" },
        { "UPDATE statuses SET name = 'x' WHERE value = 0",
          "statuses 0: is called x instead of STATUS_SUCCESS" },
    }));
    INFO(damage.sql);
    const std::vector<std::string> told = afterDamage(damage.sql);
    CHECK(tells(told, damage.told));
}

TEST_CASE("a check tells so many breaches of a kind and counts the others", "[traces][check]")
{
    const std::string path = test::firstOpenTrace("many.rdrtrace");
    test::alterTrace(path, "UPDATE events SET cpu = 'x'");
    CHECK(breachesOf(path, { .perRule = 3, .progress = {} }).size() < 20);
    CHECK(breachesOf(path, { .perRule = 1000, .progress = {} }).size() > 80);
}

TEST_CASE("a check can be ended early", "[traces][check]")
{
    const std::string path = test::firstOpenTrace("early.rdrtrace");
    test::alterTrace(path, "DELETE FROM refs");
    CHECK(breachesOf(path, { .perRule = 3, .progress = [](double) { return false; } }).empty());
}
