// packets and statistics on the recordings of the repository.
#include "tests/cli/program.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

std::string sample(const std::string& name)
{
    return std::string(RDRLAB_SAMPLES) + "/" + name + ".rdrtrace";
}

nlohmann::json jsonOf(const std::string& arguments)
{
    const Outcome told = run(arguments);
    INFO(arguments << "\n" << told.errors);
    REQUIRE(told.status == 0);
    CHECK(told.errors.empty());
    return nlohmann::json::parse(told.output);
}

std::size_t linesOf(const std::string& text)
{
    return std::size_t(std::count(text.begin(), text.end(), '\n'));
}

// The first field of that name, however deep.
const nlohmann::json* fieldNamed(const nlohmann::json& fields, const std::string& name)
{
    for (const auto& field : fields) {
        if (field["name"] == name) {
            return &field;
        }
        if (field.contains("fields")) {
            if (const auto* inner = fieldNamed(field["fields"], name)) {
                return inner;
            }
        }
    }
    return nullptr;
}

} // namespace

TEST_CASE("packets lists every message with what became of it", "[cli][packets]")
{
    const std::string path = sample("06-failures");
    const auto all = jsonOf("packets --json " + path);
    REQUIRE(all.size() > 20);
    std::set<std::string> commands;
    std::size_t requests = 0;
    for (const auto& message : all) {
        CHECK(message["form"] == "message");
        commands.insert(message["command"]);
        requests += message["response"] == false;
        CHECK(message["status"].is_null() == (message["response"] == false));
        CHECK_FALSE(message.contains("fields"));
    }
    CHECK(commands.count("NEGOTIATE") == 1);
    CHECK(commands.count("SESSION_SETUP") == 1);
    const Outcome text = run("packets " + path);
    CHECK(text.status == 0);
    // The names of the columns, a line for each message, a blank one and the count.
    CHECK(linesOf(text.output) == all.size() + 3);
    CHECK(text.output.find("STATUS_LOGON_FAILURE") != std::string::npos);
    const Outcome csv = run("packets --csv " + path);
    CHECK(linesOf(csv.output) == all.size() + 1);
    CHECK(csv.output.starts_with("seq,last,time,connection,direction,command,response,"));
    CHECK(run("packets " + path).output == text.output);
    CHECK(jsonOf("packets --json --filter request " + path).size() == requests);
    const auto failed = jsonOf("packets --json --filter failed " + path);
    REQUIRE_FALSE(failed.empty());
    CHECK(failed.size() < all.size());
    for (const auto& message : failed) {
        CHECK(message["status"] != "STATUS_SUCCESS");
        CHECK(message["status"] != "STATUS_MORE_PROCESSING_REQUIRED");
    }
    CHECK(jsonOf("packets --json --filter 'failed request' " + path).empty());
}

TEST_CASE("packets takes a range, a filter and one packet", "[cli][packets]")
{
    const std::string path = sample("04-directory");
    const auto create = jsonOf("packets --json --filter 'create request' " + path);
    REQUIRE(create.size() >= 2);
    const std::uint64_t seq = create[1]["seq"];
    const auto part = jsonOf(
        "packets --json --from " + std::to_string(seq) + " --to " + std::to_string(seq) + " "
        + path);
    REQUIRE(part.size() == 1);
    CHECK(part[0] == create[1]);
    const Outcome tree = run("packets --packet " + std::to_string(seq) + " " + path);
    CHECK(tree.status == 0);
    CHECK(tree.output.find("CREATE request body") != std::string::npos);
    CHECK(tree.output.find("CreateDisposition: FILE_OPEN (1)") != std::string::npos);
    CHECK(tree.output.find("\033") == std::string::npos);
    const Outcome none = run("packets --packet 1 " + path);
    CHECK(none.status == 1);
    CHECK(none.output.empty());
    CHECK(isOneLine(none.errors));
    const Outcome empty = run("packets --filter nothing-of-that-name " + path);
    CHECK(empty.status == 0);
    CHECK(
        empty.output
        == "0 messages of " + std::to_string(jsonOf("packets --json " + path).size()) + "\n");
}

TEST_CASE("packets --decode tells what an answer means by its request", "[cli][packets]")
{
    const std::string path = sample("04-directory");
    const auto found
        = jsonOf("packets --json --decode --filter 'query_directory response' " + path);
    std::set<std::string> names;
    for (const auto& message : found) {
        const auto* buffer = fieldNamed(message["fields"], "Buffer");
        if (buffer == nullptr) {
            CHECK(message["status"] != "STATUS_SUCCESS");
            continue;
        }
        CHECK((*buffer)["value"] == "FileIdBothDirectoryInformation (37)");
        for (const auto& entry : (*buffer)["fields"]) {
            names.insert(entry["value"]);
            const auto* name = fieldNamed(entry["fields"], "FileName");
            REQUIRE(name != nullptr);
            CHECK((*name)["value"] == "\"" + std::string(entry["value"]) + "\"");
        }
    }
    CHECK(names.count("f00128.txt") == 1);
    CHECK(names.size() > 100);
    const auto size = jsonOf("packets --json --decode --filter 'query_info response' " + path);
    REQUIRE(size.size() == 1);
    const auto* sector = fieldNamed(size[0]["fields"], "BytesPerSector");
    REQUIRE(sector != nullptr);
    CHECK((*sector)["value"] == "512");
    const Outcome text = run("packets --decode " + path);
    CHECK(text.status == 0);
    CHECK(text.output.find("      Entry: f00128.txt\n") != std::string::npos);
    CHECK(text.output.find("UserName: \"alice\"") != std::string::npos);
}

TEST_CASE("a trace without packets has none to show", "[cli][packets]")
{
    const std::string path = temporaryPath("nowire.rdrtrace");
    {
        auto recorder = recordTo(path);
        sched::Context context;
        recorder->setContext(&context);
        recorder->note(trace::Layer::Kernel, "nothing");
        REQUIRE(recorder->finish());
    }
    CHECK(run("packets " + path).output == "0 messages\n");
    CHECK(jsonOf("packets --json " + path).empty());
    CHECK(linesOf(run("packets --csv " + path).output) == 1);
    CHECK(run("statistics " + path).output == "0 calls of the range\n");
    CHECK(jsonOf("statistics --json " + path).empty());
}

TEST_CASE("statistics counts calls by what they are", "[cli][statistics]")
{
    const std::string path = sample("04-directory");
    const auto commands = jsonOf("statistics --by command --json " + path);
    std::uint64_t exchanges = 0;
    for (const auto& row : commands) {
        exchanges += std::uint64_t(row["calls"]);
        CHECK(row["layer"] == "wire");
        CHECK(row["p50"] <= row["p90"]);
        CHECK(row["p99"] <= row["longest"]);
    }
    // As many as there are requests on the wire.
    CHECK(exchanges == jsonOf("packets --json --filter request " + path).size());
    const auto routines = jsonOf("statistics --json " + path);
    const auto row = std::find_if(routines.begin(), routines.end(), [](const auto& one) {
        return one["name"] == "NtQueryDirectoryFile";
    });
    REQUIRE(row != routines.end());
    CHECK((*row)["calls"] == 15);
    CHECK((*row)["failed"] == 1);
    const auto slowest = std::uint64_t((*row)["slowest"]);
    CHECK(run("spans --request " + std::to_string(slowest) + " " + path).status == 0);
    std::uint64_t calls = 0;
    for (const auto& one : routines) {
        calls += std::uint64_t(one["calls"]);
    }
    for (const char* by : { "layer", "status", "process" }) {
        INFO(by);
        std::uint64_t counted = 0;
        for (const auto& one : jsonOf(std::string("statistics --json --by ") + by + " " + path)) {
            counted += std::uint64_t(one["calls"]);
        }
        CHECK(counted <= calls);
        CHECK(counted > 0);
    }
    const Outcome csv = run("statistics --csv " + path);
    CHECK(linesOf(csv.output) == routines.size() + 1);
    const Outcome text = run("statistics " + path);
    CHECK(linesOf(text.output) == routines.size() + 3);
    CHECK(text.output.find(std::to_string(calls) + " calls of the range") != std::string::npos);
    const auto first = jsonOf("statistics --json --to 1000 " + path);
    CHECK(first.size() < routines.size());
}
