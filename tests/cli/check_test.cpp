#include "tests/cli/program.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("check finds a recording sound, and tells what is wrong with a changed one", "[cli]")
{
    const std::string path = test::firstOpenTrace("check.rdrtrace");
    const Outcome sound = run("check " + path);
    CHECK(sound.status == 0);
    CHECK(sound.output.starts_with(path + ": sound, "));
    CHECK(nlohmann::json::parse(run("check --json " + path).output)["sound"] == true);
    alterTrace(path, "UPDATE events SET time = 1 WHERE seq > 40 AND seq % 2 = 0");
    const Outcome broken = run("check " + path);
    CHECK(broken.status == 1);
    CHECK(broken.output.find("events #42: its time 1 lies before") != std::string::npos);
    CHECK(broken.errors.empty());
    const auto json = nlohmann::json::parse(run("check --json --limit 1 " + path).output);
    CHECK(json["sound"] == false);
    CHECK(json["breaches"][0]["table"] == "events");
    CHECK(json["breaches"][0]["row"] == "42");
}

TEST_CASE("check counts what it does not tell", "[cli]")
{
    const std::string path = test::firstOpenTrace("checkmany.rdrtrace");
    alterTrace(path, "UPDATE events SET cpu = 'x'");
    const Outcome broken = run("check --limit 2 " + path);
    CHECK(broken.status == 1);
    CHECK(broken.output.find("more like these") != std::string::npos);
}
