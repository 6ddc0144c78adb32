// The shipped scenarios and the program around them: every lab meets its expectations, two runs of
// one seed give the same recording, and every mistake a user can make is one clear line.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct Outcome
{
    int status = -1;
    std::string text; // standard output and standard error
};

Outcome command(const std::string& line)
{
    Outcome outcome;
    FILE* pipe = popen(("timeout 120 " + line + " 2>&1").c_str(), "r");
    REQUIRE(pipe);
    std::array<char, 65536> bytes {};
    size_t count = 0;
    while ((count = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0)
        outcome.text.append(bytes.data(), count);
    const int status = pclose(pipe);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return outcome;
}

/// A folder of this test alone, gone with it.
class Folder
{
public:
    Folder()
    {
        std::string name = (fs::temp_directory_path() / "rdrlab-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()));
        m_path = name;
    }
    ~Folder() { fs::remove_all(m_path); }
    std::string operator/(const std::string& name) const { return (m_path / name).string(); }

private:
    fs::path m_path;
};

Outcome rdrlab(const std::string& arguments)
{
    return command(RDRLAB_PROGRAM " " + arguments);
}

std::string writeScenario(const Folder& folder, const std::string& text)
{
    const std::string path = folder / "test.lua";
    std::ofstream(path) << text;
    return path;
}

std::vector<std::string> labs()
{
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(RDRLAB_SOURCE "/labs"))
        if (fs::exists(entry.path() / "scenario.lua"))
            found.push_back((entry.path() / "scenario.lua").string());
    std::sort(found.begin(), found.end());
    return found;
}

const std::string kServer = R"(server { name = "lab", users = { alice = "pw" },
  shares = { public = { files = { ["a.txt"] = ("x"):rep(5000) } } } }
user { name = "alice", password = "pw" }
redirector { timeout = "5s" }
)";

std::string inProcess(const std::string& body)
{
    return kServer + "process('p', { user = 'alice' }, function()\n" + body + "\nend)\n";
}

} // namespace

TEST_CASE("every lab meets its expectations, whatever the seed", "[scenario]")
{
    REQUIRE(labs().size() >= 6);
    for (const std::string& lab : labs())
        for (int seed : { 1, 2, 3, 77 }) {
            const Outcome outcome = rdrlab("run -q --seed " + std::to_string(seed) + " " + lab);
            INFO("rdrlab run --seed " << seed << " " << lab << "\n" << outcome.text);
            CHECK(outcome.status == 0);
        }
}

TEST_CASE("two runs of one scenario and seed give the same dump, byte for byte", "[scenario]")
{
    Folder folder;
    for (const std::string& lab : labs())
        for (int seed : { 1, 42 }) {
            std::string dumps[2];
            for (int i = 0; i < 2; i++) {
                const std::string trace = folder / ("trace" + std::to_string(i));
                REQUIRE(
                    rdrlab(
                        "run -q --seed " + std::to_string(seed) + " --trace " + trace + " " + lab)
                        .status
                    == 0);
                dumps[i] = rdrlab("show " + trace).text;
            }
            INFO(lab << " seed " << seed);
            CHECK(dumps[0].size() > 10000);
            CHECK((dumps[0] == dumps[1]));
        }
}

TEST_CASE("recording does not change what runs", "[scenario]")
{
    Folder folder;
    for (const std::string& lab : labs()) {
        const Outcome silent = rdrlab("run " + lab);
        const Outcome recorded = rdrlab("run --trace " + (folder / "trace") + " " + lab);
        CHECK(silent.text == recorded.text); // log lines, virtual time and expectations
    }
}

TEST_CASE("a replay gives the dump of the recorded run", "[scenario]")
{
    Folder folder;
    for (const std::string& lab : labs()) {
        REQUIRE(rdrlab("run -q --seed 5 --trace " + (folder / "first") + " " + lab).status == 0);
        const Outcome again
            = rdrlab("replay -q --trace " + (folder / "second") + " " + (folder / "first"));
        INFO(lab << "\n" << again.text);
        REQUIRE(again.status == 0);
        CHECK(
            (rdrlab("show " + (folder / "first")).text
             == rdrlab("show " + (folder / "second")).text));
    }
}

TEST_CASE("the first open records MUP's query and every MRx call of it in order", "[scenario]")
{
    Folder folder;
    REQUIRE(
        rdrlab(
            "run -q --trace " + (folder / "trace")
            + " " RDRLAB_SOURCE "/labs/01-first-open/scenario.lua")
            .status
        == 0);
    const std::string tree = rdrlab("show --tree " + (folder / "trace")).text;
    size_t at = 0;
    for (const char* step :
         { "NtCreateFile", "QUERY_PATH_EX", "MRxCreateSrvCall", "MRxSrvCallWinnerNotify",
           "MRxCreateVNetRoot", "claimed", "MRxCreate ", "MRxLowIOSubmit", "MRxCleanupFobx",
           "MRxCloseSrvOpen" }) {
        const size_t found = tree.find(step, at);
        INFO(step << " is missing behind\n" << tree.substr(at > 300 ? at - 300 : 0, 300));
        REQUIRE(found != std::string::npos);
        at = found;
    }
}

TEST_CASE(
    "S-ST-20 stopping asks the I/O manager to unregister the file system, before MRxStop",
    "[scenario]")
{
    Folder folder;
    REQUIRE(
        rdrlab(
            "run -q --trace " + (folder / "trace")
            + " " RDRLAB_SOURCE "/labs/01-first-open/scenario.lua")
            .status
        == 0);
    const std::string dump = rdrlab("show " + (folder / "trace")).text;
    const size_t unregistered = dump.find("IoUnregisterFileSystem");
    const size_t stopped = dump.find("begin MRxStop");
    REQUIRE(unregistered != std::string::npos);
    REQUIRE(stopped != std::string::npos);
    CHECK(unregistered < stopped);
}

TEST_CASE("a mistake in a scenario is one line with file and line, and exit status 1", "[scenario]")
{
    Folder folder;
    const auto check = [&](const std::string& text, const std::string& expected) {
        const std::string path = writeScenario(folder, text);
        const Outcome outcome = rdrlab("run " + path);
        CHECK(outcome.status == 1);
        CHECK(outcome.text.find(expected) != std::string::npos);
        CHECK(std::count(outcome.text.begin(), outcome.text.end(), '\n') == 1);
    };
    check("server {\n", "test.lua:2: unexpected symbol near <eof>");
    check(
        "process('p', function() NtCreatFile {} end)",
        "test.lua:1: unknown name 'NtCreatFile' (did you mean 'NtCreateFile'?)");
    check("server { name = {} }", "test.lua:1: server: field 'name': expected a string, got table");
    check(
        inProcess("NtCreateFile { path = 5 }"),
        "test.lua:6: NtCreateFile: field 'path': expected a string, got number");
    check(
        inProcess("expect(NtClose(12345), 'STATUS_SUCCESS')"),
        "test.lua:6: expected STATUS_SUCCESS, got STATUS_INVALID_HANDLE");
}

TEST_CASE("a file that is not there, a folder, and a wrong option are exit status 2", "[scenario]")
{
    CHECK(rdrlab("run /nowhere.lua").status == 2);
    CHECK(rdrlab("run /nowhere.lua").text == "rdrlab: no such file: /nowhere.lua\n");
    CHECK(rdrlab("run /tmp").status == 2);
    CHECK(rdrlab("run --sed 3 x.lua").status == 2);
    CHECK(rdrlab("frobnicate").status == 2);
    CHECK(
        rdrlab("run " RDRLAB_SOURCE "/labs/01-first-open/scenario.lua --server http://x").status
        == 2);
    CHECK(
        rdrlab("run " RDRLAB_SOURCE "/labs/01-first-open/scenario.lua --driver /nowhere.so").status
        == 2);
}

TEST_CASE("a server that misbehaves is an error of the call, never a crash or a hang", "[scenario]")
{
    Folder folder;
    for (const char* fault : { "kind = 'close'", "kind = 'garbage'", "kind = 'oversize'",
                               "kind = 'silent'", "kind = 'bad_signature'" })
        for (const char* command :
             { "NEGOTIATE", "SESSION_SETUP", "TREE_CONNECT", "CREATE", "READ", "CLOSE" }) {
            const std::string path = writeScenario(
                folder,
                inProcess(
                    std::string("fault { server = 'lab', command = '") + command + "', " + fault
                    + R"( }
local status, file = NtCreateFile { path = [[\\lab\public\a.txt]], options = "no_intermediate_buffering" }
log(status)
if file then log((NtReadFile { handle = file, offset = 0 })); NtClose(file) end
-- the redirector must have recovered
wait("2s")
local again, file = NtCreateFile { path = [[\\lab\public\a.txt]] }
expect(again, "STATUS_SUCCESS")
expect(NtClose(file), "STATUS_SUCCESS"))"));
            const Outcome outcome = rdrlab("run --trace " + (folder / "trace") + " " + path);
            INFO(fault << " at " << command << "\n" << outcome.text);
            CHECK(outcome.status == 0);
            CHECK(rdrlab("show " + (folder / "trace")).status == 0);
        }
}

TEST_CASE(
    "a recording with --payload keeps the first bytes of each packet and tells how many there were",
    "[scenario]")
{
    Folder folder;
    const std::string lab = RDRLAB_SOURCE "/labs/03-read-write/scenario.lua";
    REQUIRE(rdrlab("run -q --payload 100 --trace " + (folder / "trace") + " " + lab).status == 0);
    const Outcome sizes = rdrlab(
        "sql --json " + (folder / "trace")
        + " 'SELECT max(length(payload)) AS kept, max(length) > 1000 AS sent FROM packets'");
    INFO(sizes.text);
    CHECK(sizes.text.find(R"("kept":100,"sent":1)") != std::string::npos);
    // A live run is replayed from its packets.
    const Outcome live = rdrlab("run --payload 100 --server smb://u:p@127.0.0.1:1 " + lab);
    CHECK(live.status == 2);
    CHECK(live.text.find("--payload") != std::string::npos);
}

TEST_CASE("a controller can pause at a call, look, step, disturb and quit", "[scenario]")
{
    Folder folder;
    const std::string commands = folder / "commands";
    std::ofstream(commands) << R"({"do":"break","routine":"MRxCreate"}
{"do":"continue"}
{"do":"state","object":"SRV_CALL:\\lab"}
{"do":"clear"}
{"do":"out"}
{"do":"step"}
{"do":"cut","server":"nowhere"}
nonsense
{"do":"quit"}
)";
    const Outcome outcome = command(
        RDRLAB_PROGRAM " run --control --trace " + (folder / "trace")
        + " " RDRLAB_SOURCE "/labs/01-first-open/scenario.lua <" + commands);
    INFO(outcome.text);
    CHECK(outcome.status == 1);
    size_t at = 0;
    for (const char* step :
         { "\"ready\"", "\"at\":\"begin\"", "\"MRxCreate\"", "\"Condition\":\"Condition_Good\"",
           "\"at\":\"end\"", "\"STATUS_SUCCESS\"", "\"at\":\"begin\"", "no server 'nowhere'",
           "expected one JSON object", "\"finished\"" }) {
        const size_t found = outcome.text.find(step, at);
        INFO(step);
        REQUIRE(found != std::string::npos);
        at = found;
    }
    CHECK(rdrlab("show " + (folder / "trace")).status == 0);
}

TEST_CASE(
    "a live kernel is stepped by event, over a call and out of it, and breaks where all parts hold",
    "[scenario]")
{
    Folder folder;
    const std::string commands = folder / "commands";
    std::ofstream(commands) << R"({"do":"break","routine":"mrx*","layer":"mrx","object":"readme"}
{"do":"continue"}
{"do":"step","to":"event"}
{"do":"step","to":"event"}
{"do":"step","to":"out"}
{"do":"clear","id":1}
{"do":"clear","id":1}
{"do":"break","layer":"app","at":"end"}
{"do":"link","server":"lab","latency_ns":5000000,"loss_per_mille":0}
{"do":"links"}
{"do":"continue"}
{"do":"step","to":"over"}
{"do":"step","to":"sideways"}
{"do":"break"}
{"do":"break","layer":"nowhere"}
{"do":"break","routine":"X","at":"noon"}
{"do":"link","server":"nowhere"}
{"do":"fault","server":"lab","kind":"status","status":"STATUS_NONSENSE"}
)";
    const Outcome outcome = command(
        RDRLAB_PROGRAM " run --control --trace " + (folder / "trace")
        + " " RDRLAB_SOURCE "/labs/01-first-open/scenario.lua <" + commands);
    INFO(outcome.text);
    CHECK(outcome.status == 0); // the rest of the run went on without its controller
    std::vector<nlohmann::json> told;
    std::istringstream lines(outcome.text);
    for (std::string line; std::getline(lines, line);)
        told.push_back(nlohmann::json::parse(line));
    std::vector<nlohmann::json> pauses;
    std::vector<std::string> errors;
    for (const nlohmann::json& one : told) {
        if (one["event"] == "paused")
            pauses.push_back(one);
        if (one["event"] == "error")
            errors.push_back(one["message"]);
    }
    REQUIRE(pauses.size() == 6);
    CHECK(told.front()["links"][0]["server"] == "lab");
    CHECK(pauses[0]["layer"] == "mrx");
    CHECK(pauses[0]["break"] == 1);
    CHECK(pauses[0]["object"].get<std::string>().find("readme") != std::string::npos);
    CHECK(pauses[1]["at"] == "event");
    CHECK(pauses[1]["seq"] == pauses[0]["seq"].get<int>() + 1);
    CHECK(pauses[2]["seq"] == pauses[0]["seq"].get<int>() + 2);
    CHECK(pauses[3]["at"] == "end"); // of the call around the one paused at first
    CHECK(pauses[3]["span"] < pauses[0]["span"]);
    CHECK(pauses[4]["layer"] == "app");
    CHECK(pauses[4]["links"][0]["latency_ns"] == 5'000'000);
    CHECK(pauses[5]["seq"] > pauses[4]["seq"]);
    REQUIRE(errors.size() == 7);
    const char* const wanted[]
        = { "no breakpoint",      "not 'sideways'",      "is missing",     "no layer",
            "begin, end or both", "no server 'nowhere'", "STATUS_NONSENSE" };
    for (size_t i = 0; i < errors.size(); i++)
        CHECK(errors[i].find(wanted[i]) != std::string::npos);
    CHECK(rdrlab("check " + (folder / "trace")).status == 0);
}

TEST_CASE(
    "a run that is stepped by single events records the same as one that was not", "[scenario]")
{
    Folder folder;
    const std::string lab = RDRLAB_SOURCE "/labs/01-first-open/scenario.lua";
    REQUIRE(rdrlab("run -q --trace " + (folder / "plain") + " " + lab).status == 0);
    const Outcome stepped = command(
        "sh -c '(for i in $(seq 250); do echo "
        "\"{\\\"do\\\":\\\"step\\\",\\\"to\\\":\\\"event\\\"}\"; done) | " RDRLAB_PROGRAM
        " run --control --trace "
        + (folder / "stepped") + " " + lab + "'");
    REQUIRE(stepped.status == 0);
    size_t pauses = 0;
    for (size_t at = 0; (at = stepped.text.find("\"paused\"", at)) != std::string::npos; at++)
        pauses++;
    CHECK(pauses == 250);
    CHECK(
        (rdrlab("show " + (folder / "plain")).text == rdrlab("show " + (folder / "stepped")).text));
}

TEST_CASE("a paused run records the same as one that was not", "[scenario]")
{
    Folder folder;
    const std::string lab = RDRLAB_SOURCE "/labs/02-second-open/scenario.lua";
    REQUIRE(rdrlab("run -q --trace " + (folder / "plain") + " " + lab).status == 0);
    const Outcome paused = command(
        "sh -c '(for i in $(seq 60); do echo \"{\\\"do\\\":\\\"step\\\"}\"; done) | " RDRLAB_PROGRAM
        " run --control --trace "
        + (folder / "paused") + " " + lab + "'");
    REQUIRE(paused.status == 0);
    CHECK(
        (rdrlab("show " + (folder / "plain")).text == rdrlab("show " + (folder / "paused")).text));
}
