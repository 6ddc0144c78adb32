// rdrlab diff on real recordings: seeds, scenarios, faults, dialects, drivers; and what it refuses.
#include "tests/cli/program.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

std::string lab(const std::string& name)
{
    return std::string(RDRLAB_LABS) + "/" + name + "/scenario.lua";
}

std::string
record(const std::string& scenario, const std::string& name, const std::string& more = {})
{
    const std::string trace = test::temporaryPath(name + ".rdrtrace");
    const std::string driver = more.find("--driver") == more.npos ? " --driver " RDRLAB_DRIVER : "";
    const Outcome outcome = run("run -q " + scenario + " --trace " + trace + driver + " " + more);
    INFO(outcome.output << outcome.errors);
    REQUIRE(outcome.status == 0);
    return trace;
}

// The scenario of a lab with some of its text replaced.
std::string
changed(const std::string& name, const std::vector<std::pair<std::string, std::string>>& edits)
{
    std::string text = contentOf(lab(name));
    for (const auto& [from, to] : edits) {
        const std::size_t at = text.find(from);
        INFO(from << " in " << name);
        REQUIRE(at != text.npos);
        text.replace(at, from.size(), to);
    }
    const std::string path = test::temporaryPath(name + "-changed.lua");
    std::ofstream(path) << text;
    return path;
}

struct Result
{
    int status = 0;
    nlohmann::json json;

    std::uint64_t events(const char* what) const { return json["events"][what]; }
    std::uint64_t requests(const char* op) const
    {
        std::uint64_t count = 0;
        for (const auto& request : json["requests"]) {
            count += !request["outside"] && request["op"] == op;
        }
        return count;
    }
};

Result diff(const std::string& a, const std::string& b, const std::string& options = {})
{
    const Outcome outcome = run("diff --json " + a + " " + b + " " + options);
    INFO(outcome.errors);
    REQUIRE(outcome.status != 2);
    return { outcome.status, nlohmann::json::parse(outcome.output) };
}

} // namespace

TEST_CASE("two seeds of every lab differ in nothing but the order", "[cli][diff]")
{
    for (const auto& entry : std::filesystem::directory_iterator(RDRLAB_LABS)) {
        const std::string name = entry.path().filename().string();
        if (!std::filesystem::exists(lab(name))) {
            continue;
        }
        const std::string first = record(lab(name), "first");
        for (const char* seed : { "2", "3" }) {
            const Result result
                = diff(first, record(lab(name), "second", std::string("--seed ") + seed));
            INFO(name << " seed " << seed << ": " << result.json["events"]);
            CHECK(result.requests("missing") == 0);
            CHECK(result.requests("extra") == 0);
            CHECK(result.events("changed") == 0);
            // A thread that got there first takes no detour: at most that is on one side only.
            const std::uint64_t oneSided = result.events("missing") + result.events("extra");
            CHECK(oneSided * 200 <= result.events("same"));
            CHECK((result.status == 0) == (oneSided + result.events("reordered") == 0));
        }
    }
}

TEST_CASE("a request more is extra with its causes and consequences", "[cli][diff]")
{
    const std::string first = record(lab("03-read-write"), "plain");
    const std::string more = record(
        changed(
            "03-read-write",
            { { "  log(\"write around the cache\")",
                "  NtCreateFile { path = [[\\\\lab\\public\\none.bin]], access = \"read\" }\n"
                "  log(\"write around the cache\")" } }),
        "more");
    const Result result = diff(first, more);
    CHECK(result.status == 1);
    CHECK(result.requests("extra") == 1);
    CHECK(result.requests("missing") == 0);
    CHECK(result.events("missing") == 0);
    // What the next open finds is a little different; that follows from it.
    CHECK(result.events("changed") <= 2);
    CHECK(result.json["causes"].size() == 1);
    const Result back = diff(more, first);
    CHECK(back.requests("missing") == 1);
    CHECK(back.requests("extra") == 0);
}

TEST_CASE("a fault is the first divergence and what it causes is below it", "[cli][diff]")
{
    const std::string first = record(lab("05-sharing"), "plain");
    const std::string faulty = record(
        changed(
            "05-sharing",
            { { "  wait(20)\n",
                "  wait(20)\n  fault { server = \"lab\", command = \"WRITE\", kind = \"status\", "
                "status = \"STATUS_DISK_FULL\" }\n" },
              { "expect(NtClose(file), \"STATUS_SUCCESS\")\nend)", "NtClose(file)\nend)" },
              { "expect(text, \"final\\n\")", "log(text)" } }),
        "faulty");
    const Result result = diff(first, faulty);
    CHECK(result.status == 1);
    const auto& differences = result.json["differences"];
    const auto& head = differences[std::size_t(result.json["causes"][0]["first"])];
    INFO(head);
    CHECK(head["routine"] == "WRITE");
    CHECK(head["details"][0]["what"] == "status");
    CHECK(head["details"][0]["b"] == "STATUS_DISK_FULL");
    CHECK(result.json["causes"][0]["consequences"] > 10);
    CHECK(result.json["causes"].size() < 4);
    const Outcome text = run("diff " + first + " " + faulty);
    CHECK(text.status == 1);
    CHECK(text.output.find("STATUS_SUCCESS → STATUS_DISK_FULL") != std::string::npos);
}

TEST_CASE("the oldest dialect against the newest", "[cli][diff]")
{
    const Result result = diff(
        record(lab("01-first-open"), "newest"),
        record(
            changed(
                "01-first-open",
                { { "name = \"lab\",", "name = \"lab\", max_dialect = \"2.0.2\"," } }),
            "oldest"));
    INFO(result.json["events"]);
    CHECK(result.status == 1);
    // The application does the same, one layer below it does not.
    CHECK(result.requests("missing") == 0);
    CHECK(result.requests("extra") == 0);
    CHECK(result.events("same") > 600);
    const auto& first = result.json["differences"][std::size_t(result.json["causes"][0]["first"])];
    CHECK(first["routine"] == "SMB2 NEGOTIATE");
}

#ifdef RDRLAB_CREDIR
TEST_CASE("two redirectors under one application", "[cli][diff]")
{
    const std::string application = R"lua(
process("notepad", { user = "alice", start = "1s" }, function()
  local status, file = NtCreateFile { path = [[\\lab\public\readme.txt]], access = "read", share = "read" }
  expect(status, "STATUS_SUCCESS")
  local status, text = NtReadFile { handle = file, offset = 0, length = 4096 }
  expect(text, "Hello from the lab.\r\n")
  expect(NtClose(file), "STATUS_SUCCESS")
end)
)lua";
    const std::string server = R"lua(
server { name = "lab", users = { alice = "wonderland" },
  shares = { public = { files = { ["readme.txt"] = "Hello from the lab.\r\n" } } } }
user { name = "alice", password = "wonderland" }
)lua";
    const std::string starter = R"lua(
redirector { start = false }
process("starter", {}, function()
  local status, device = NtCreateFile { path = [[\Device\Credir]], access = "read|write" }
  expect(NtDeviceIoControlFile { handle = device, code = 0x00142400 }, "STATUS_SUCCESS")
  expect(NtClose(device), "STATUS_SUCCESS")
end)
)lua";
    const std::string mine = test::temporaryPath("mine.lua");
    const std::string theirs = test::temporaryPath("theirs.lua");
    std::ofstream(mine) << server << application;
    std::ofstream(theirs) << server << starter << application;
    const Result result
        = diff(record(mine, "mine"), record(theirs, "theirs", "--driver " RDRLAB_CREDIR));
    CHECK(result.status == 1);
    // The application's three requests are partners, whoever serves them.
    std::uint64_t paired = 0;
    for (const auto& request : result.json["requests"]) {
        paired += request["process"] == "notepad" && !request["outside"] && request.contains("a")
            && request.contains("b");
    }
    CHECK(paired == 3);
    bool isDriverTold = false;
    for (const auto& object : result.json["objects"]) {
        isDriverTold = isDriverTold
            || (object.value("a", "") == "DRIVER:minirdr"
                && object.value("b", "") == "DRIVER:credir");
    }
    CHECK(isDriverTold);
}
#endif

TEST_CASE("the report of a comparison is the same each time", "[cli][diff]")
{
    const std::string a = record(lab("03-read-write"), "a");
    const std::string b = record(lab("03-read-write"), "b", "--seed 2");
    for (const char* options : { "", "--all --durations", "--json --matches", "--aligned" }) {
        const Outcome first = run("diff " + a + " " + b + " " + options);
        CHECK(first.status == 1);
        CHECK(first.output == run("diff " + a + " " + b + " " + options).output);
        CHECK(first.errors.empty());
    }
    const Outcome whole = run("diff --aligned --context -1 " + a + " " + b);
    CHECK(std::count(whole.output.begin(), whole.output.end(), '\n') > 1700);
    const std::string page = test::temporaryPath("report.html");
    CHECK(run("diff -q " + a + " " + b + " --html " + page).output.empty());
    CHECK(contentOf(page).find("NtReadFile") != std::string::npos);
}

TEST_CASE("the exit status of a comparison tells same, different and trouble", "[cli][diff]")
{
    const std::string a = record(lab("01-first-open"), "a");
    const std::string b = record(lab("01-first-open"), "b", "--seed 2");
    CHECK(run("diff -q " + a + " " + a).status == 0);
    CHECK(run("diff -q " + a + " " + b + " --ignore order").status == 0);
    CHECK(run("diff -q " + a + " " + b + " --ignore order --compare times").status == 1);
    const std::string text = test::temporaryPath("text.toml");
    std::ofstream(text) << "ignore = ['nothing like it']\n";
    for (const std::string& wrong :
         { std::string("diff"), ("diff " + a), ("diff " + a + " /nonexistent"),
           ("diff " + a + " " + text), ("diff " + a + " " + a + " --ignore nonsense"),
           ("diff " + a + " " + a + " --mask " + text),
           ("diff " + a + " " + a + " --mask /nonexistent"),
           ("diff " + a + " " + a + " --nonsense"),
           ("diff " + a + " " + a + " --html /nonexistent/page.html") }) {
        const Outcome outcome = run(wrong);
        INFO(wrong);
        CHECK(outcome.status == 2);
        CHECK(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
        CHECK(outcome.errors.starts_with("rdrlab: "));
    }
    const Outcome mask = run("diff --print-mask");
    CHECK(mask.status == 0);
    std::ofstream(text) << mask.output;
    CHECK(run("diff -q " + a + " " + a + " --mask " + text).status == 0);
}
