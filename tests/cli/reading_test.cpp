#include "tests/cli/program.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("show prints the same bytes for the same run", "[cli][golden]")
{
    const Outcome first = run("show " + test::firstOpenTrace("one.rdrtrace"));
    const Outcome second = run("show " + test::firstOpenTrace("two.rdrtrace"));
    CHECK(first.status == 0);
    CHECK(first.errors.empty());
    CHECK(first.output == second.output);
    checkGolden("first-open.txt", first.output);
}

TEST_CASE("show --tree draws calls, objects and results", "[cli][golden]")
{
    const std::string path = test::firstOpenTrace("tree.rdrtrace");
    Outcome tree = run("show --tree " + path);
    CHECK(tree.status == 0);
    replaceAll(tree.output, path, "TRACE");
    checkGolden("first-open.tree", tree.output);
    CHECK(tree.output.find('\033') == std::string::npos);
    Outcome mrx = run("show --tree --mrx " + path);
    replaceAll(mrx.output, path, "TRACE");
    checkGolden("first-open.mrx", mrx.output);
}

TEST_CASE("show prints a range, and says when it is empty", "[cli]")
{
    const std::string path = test::firstOpenTrace("range.rdrtrace");
    const Outcome part = run("show " + path + " --from 3 --to 5");
    CHECK(part.output.starts_with("#3 "));
    CHECK(std::count(part.output.begin(), part.output.end(), '\n') == 3);
    CHECK(run("show " + path + " --from 99999").output.empty());
    CHECK(
        run("show --tree " + path + " --from 99999").output.find("no event") != std::string::npos);
    const Outcome wrong = run("show " + path + " --from 5 --to 3");
    CHECK(wrong.status == 2);
    CHECK(isOneLine(wrong.errors));
    const auto json = nlohmann::json::parse(run("show --json --from 3 --to 5 " + path).output);
    CHECK(json.size() == 3);
    CHECK(json[0]["seq"] == 3);
}

TEST_CASE("state tells every living object at an event, or one by name", "[cli]")
{
    const std::string path = test::firstOpenTrace("state.rdrtrace");
    const Outcome one = run("state " + path + " --at 20 --object '\\lab'");
    CHECK(one.status == 0);
    CHECK(one.output.find("SRV_CALL:\\lab") != std::string::npos);
    CHECK(one.output.find("Condition_InTransition") != std::string::npos);
    const Outcome later = run("state " + path + " --at 40 --object 'SRV_CALL:\\lab' --json");
    const auto json = nlohmann::json::parse(later.output);
    REQUIRE(json.size() == 1);
    CHECK(json[0]["fields"]["Condition"] == "Condition_Good");
    CHECK(json[0]["references"] == 2);
    CHECK(nlohmann::json::parse(run("state " + path + " --at 1 --json").output).size() == 1);
    for (const char* wrong :
         { " --at 9999", " --at 5 --object nobody", " --at 2 --object 'SRV_CALL:\\lab'" }) {
        const Outcome refused = run("state " + path + wrong);
        CHECK(refused.status == 1);
        CHECK(isOneLine(refused.errors));
    }
}

TEST_CASE("sql prints rows and refuses everything that writes", "[cli]")
{
    const std::string path = test::firstOpenTrace("ask.rdrtrace");
    CHECK(
        run("sql " + path
            + " \"SELECT routine, status_name FROM v_spans WHERE layer = 'mrx' ORDER BY id LIMIT "
              "2\"")
            .output
        == "routine\tstatus_name\nMRxCreateSrvCall\tSTATUS_PENDING\nMRxSrvCallWinnerNotify\tSTATUS_"
           "SUCCESS\n");
    const auto json
        = nlohmann::json::parse(run("sql --json " + path + " 'SELECT 1 AS a, NULL AS b'").output);
    CHECK(json[0]["a"] == 1);
    CHECK(json[0]["b"].is_null());
    const Outcome limited = run("sql --rows 3 " + path + " 'SELECT * FROM events'");
    CHECK(limited.status == 1);
    CHECK(std::count(limited.output.begin(), limited.output.end(), '\n') == 4);
    for (const char* wrong :
         { "'DELETE FROM events'", "'SELECT nothing'", "'PRAGMA user_version = 3'", "''" }) {
        const Outcome refused = run("sql " + path + " " + wrong);
        INFO(wrong);
        CHECK(refused.status == 1);
        CHECK(isOneLine(refused.errors));
    }
}

TEST_CASE("export writes to a file or to standard output", "[cli]")
{
    const std::string path = test::firstOpenTrace("export.rdrtrace");
    const std::string file = test::temporaryPath("x.pcapng");
    CHECK(run("export " + path + " --to pcapng -o " + file).status == 0);
    CHECK(contentOf(file) == run("export " + path + " --to pcapng").output);
    CHECK(
        nlohmann::json::parse(run("export " + path + " --to json").output)["meta"]["complete"]
        == "1");
    const Outcome full = run("export " + path + " --to json -o /dev/full");
    CHECK(full.status == 1);
    CHECK(isOneLine(full.errors));
    CHECK(run("export " + path + " --to json -o /nonexistent/x").status == 1);
    CHECK(run("export " + path + " --to svgz").status == 2);
}

TEST_CASE("bad traces give one clear line and status 1 in every command", "[cli][badfile]")
{
    const std::string text = test::temporaryPath("text.rdrtrace");
    std::ofstream(text) << "this is not a trace, only a text of some length";
    const std::string cut = test::temporaryPath("cut.rdrtrace");
    std::ofstream(cut, std::ios::binary)
        << contentOf(test::firstOpenTrace("whole.rdrtrace")).substr(0, 9000);
    for (const std::string& path : { text, cut, test::temporaryPath("absent.rdrtrace") }) {
        for (const char* command :
             { "show ", "show --tree ", "state --at 1 ", "sql ", "check ", "export --to json ",
               "changes ", "history --json ", "life ", "last-change ", "why ", "leaks ", "spans ",
               "waits ", "packets ", "packets --decode --json ", "statistics " }) {
            INFO(command << path);
            const std::string name = command;
            const bool asksForObject
                = name.starts_with("history") || name.starts_with("li") || name.starts_with("why");
            const Outcome refused = run(
                command + path
                + (asksForObject                         ? " x"
                       : name.starts_with("last-change") ? " x y"
                                                         : ""));
            CHECK(refused.status == 1);
            CHECK(refused.output.empty());
            CHECK(isOneLine(refused.errors));
            CHECK(refused.errors.find(path) != std::string::npos);
        }
    }
}

TEST_CASE("wrong usage gives one line and status 2", "[cli]")
{
    for (const char* wrong :
         { "", "fly", "show", "show a b", "show --from x t", "state t", "export t", "packets",
           "packets --from 5 --to 3 t", "packets --csv --json t", "packets --csv --decode t",
           "packets --filter id:x t", "packets --packet x t", "statistics",
           "statistics --by nothing t", "statistics --from 5 --to 3 t",
           "statistics --csv --json t" }) {
        INFO(wrong);
        const Outcome refused = run(wrong);
        CHECK(refused.status == 2);
        CHECK(isOneLine(refused.errors));
    }
}

TEST_CASE("every command has a help", "[cli]")
{
    for (const char* command :
         { "", "show", "state", "sql", "check", "export", "changes", "last-change", "history",
           "life", "why", "leaks", "spans", "waits", "irp", "packets", "statistics" }) {
        const Outcome help = run(std::string(command) + " --help");
        CHECK(help.status == 0);
        CHECK(help.output.find("--help") != std::string::npos);
    }
}

TEST_CASE("control characters in a foreign trace do not reach the terminal", "[cli][badfile]")
{
    const std::string path = test::temporaryPath("escape.rdrtrace");
    {
        auto recorder = test::recordTo(path);
        sched::Context context;
        recorder->setContext(&context);
        recorder->meta("scenario", "\033[2Jx");
        int thing = 0;
        recorder->born(recorder::ObjectKind::Fcb, &thing, 0, "\033]0;evil\007", nullptr);
        const auto span = recorder->begin(recorder::Layer::Mrx, "\033[31mMRx", &thing);
        recorder->note(recorder::Layer::Mrx, "a\033[1mb\r\n");
        recorder->changed(&thing, "\033field", "\033old", "\033new");
        recorder->end(span, 0, 0);
        REQUIRE(recorder->finish());
    }
    for (const char* command : { "show ", "show --tree --all ", "state --at 5 ", "sql --rows 9 ",
                                 "changes ", "changes --all ", "life ", "leaks ", "spans ",
                                 "spans --request 2 ", "waits ", "statistics " }) {
        const bool isSql = std::string(command).starts_with("sql");
        const bool isLife = std::string(command).starts_with("life");
        const Outcome shown = run(
            command + path
            + (isSql        ? " 'SELECT text FROM strings'"
                   : isLife ? " \"$(printf 'FCB:\\033]0;evil\\007')\""
                            : ""));
        CHECK(shown.status == 0);
        CHECK(shown.output.find('\033') == std::string::npos);
        CHECK(shown.output.find('\r') == std::string::npos);
    }
}

TEST_CASE("irp says in one line what it cannot show", "[cli][irp]")
{
    const std::string path = firstOpenTrace("irp.rdrtrace");
    const Outcome stack = run("irp " + path + " 'IRP#1'");
    CHECK(stack.status == 0);
    CHECK(stack.output.find("location 2  DEVICE \\Device\\Mup") != std::string::npos);
    CHECK(
        stack.output.find("Control                           SL_PENDING_RETURNED\n")
        != std::string::npos);
    for (const char* wrong :
         { "'IRP#7'", "99999", "'#1'", "'SRV_CALL:\\lab'", "'IRP#1' --at 99999" }) {
        INFO(wrong);
        const Outcome refused = run("irp " + path + " " + wrong);
        CHECK(refused.status == 1);
        CHECK(refused.output.empty());
        CHECK(isOneLine(refused.errors));
    }
    CHECK(run("irp").status == 2);
    CHECK(run("irp /nonexistent.rdrtrace").status == 1);
    alterTrace(path, "DROP TABLE stack_locations; PRAGMA user_version = 3");
    const Outcome old = run("irp " + path + " 'IRP#1'");
    CHECK(old.status == 0);
    CHECK(old.output.find("MajorFunction                     IRP_MJ_CREATE") != std::string::npos);
    CHECK(
        old.output.find("not in this recording: it was made by an older rdrlab")
        != std::string::npos);
}
