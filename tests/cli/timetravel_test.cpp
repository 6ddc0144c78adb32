// changes, last-change, history and life on a recording made here.
#include "tests/cli/program.h"

#include <nlohmann/json.hpp>

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("changes tells what a range of events made different", "[cli][golden][timetravel]")
{
    const std::string path = firstOpenTrace("changes.rdrtrace");
    const Outcome whole = run("changes " + path);
    CHECK(whole.status == 0);
    CHECK(whole.errors.empty());
    checkGolden("first-open.changes", whole.output);
    const Outcome one = run("changes " + path + " --object '\\lab' --from 15 --to 40 --json");
    const auto json = nlohmann::json::parse(one.output);
    REQUIRE(json["objects"].size() == 1);
    CHECK(json["objects"][0]["name"] == "SRV_CALL:\\lab");
    CHECK(json["objects"][0]["references"]["after"] == 2);
    CHECK(json["objects"][0]["fields"][0]["after"] == "Condition_Good");
    const Outcome nothing = run("changes --json --from 1 --to 1 " + path);
    CHECK(nlohmann::json::parse(nothing.output)["objects"].size() == 1); // the device is born
}

TEST_CASE("last-change names the call that gave a field its value", "[cli][golden][timetravel]")
{
    const std::string path = firstOpenTrace("lastchange.rdrtrace");
    const Outcome found = run("last-change " + path + " 'SRV_CALL:\\lab' condition");
    CHECK(found.status == 0);
    checkGolden("first-open.last-change", found.output);
    const auto earlier = nlohmann::json::parse(
        run("last-change --json --at 20 " + path + " 'SRV_CALL:\\lab' Condition").output);
    CHECK(earlier["change"]["after"] == "Condition_InTransition");
    CHECK(earlier["change"]["before"].is_null());
    CHECK(earlier["change"]["calls"].size() == 4);
    const auto later = nlohmann::json::parse(
        run("last-change --json --next --at 20 " + path + " 'SRV_CALL:\\lab' Condition").output);
    CHECK(later["change"]["before"] == "Condition_InTransition");
    CHECK(later["change"]["seq"] > earlier["change"]["seq"]);
    const auto count = nlohmann::json::parse(
        run("last-change --json " + path + " 'SRV_CALL:\\lab' references").output);
    CHECK(count["change"]["reason"] == "RxCreateNetRoot");
    CHECK(run("last-change --next " + path + " 'SRV_CALL:\\lab' Condition").status == 1);
}

TEST_CASE("history tells a field's values, life an object's moments", "[cli][golden][timetravel]")
{
    const std::string path = firstOpenTrace("history.rdrtrace");
    const Outcome life = run("history " + path + " 'SRV_CALL:\\lab'");
    CHECK(life.status == 0);
    checkGolden("first-open.life", life.output);
    CHECK(run("life " + path + " '\\lab'").output == life.output);
    const auto values = nlohmann::json::parse(
        run("history --json " + path + " 'SRV_CALL:\\lab' Condition").output);
    REQUIRE(values["changes"].size() == 2);
    CHECK(values["changes"][1]["after"] == "Condition_Good");
    const auto moments
        = nlohmann::json::parse(run("life --json " + path + " IRP#1").output)["moments"];
    REQUIRE(moments.size() >= 2);
    CHECK(moments.front()["what"] == "born");
    CHECK(moments.back()["what"] == "died");
}

TEST_CASE("a wrong object or field is answered with the names there are", "[cli][timetravel]")
{
    const std::string path = firstOpenTrace("names.rdrtrace");
    for (const auto& [question, hint] :
         { std::pair("history TRACE nobody", "no object is named nobody"),
           std::pair("history TRACE srv_call:\\\\lab", "there is SRV_CALL:\\lab"),
           std::pair("history TRACE '\\lab\\public'", "objects are named \\lab\\public: NET_ROOT"),
           std::pair("history TRACE 'SRV_CALL:\\lab' Nothing", "there is Condition"),
           std::pair("last-change TRACE FOBX#1 Nothing", "no field of FOBX#1 ever changed"),
           std::pair("changes TRACE --object nobody", "no object is named nobody"),
           std::pair("changes TRACE --from 9999", "the last event is #") }) {
        std::string command = question;
        replaceAll(command, "TRACE", path);
        INFO(command);
        const Outcome refused = run(command);
        CHECK(refused.status == 1);
        CHECK(isOneLine(refused.errors));
        CHECK(refused.errors.find(hint) != std::string::npos);
    }
    CHECK(run("changes " + path + " --from 5 --to 3").status == 2);
    CHECK(run("history " + path + " FOBX#1 --from 5 --to 3").status == 2);
    CHECK(run("last-change " + path + " FOBX#1").status == 2);
}
