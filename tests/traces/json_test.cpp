#include "tests/support/synthetic.h"
#include "traces/exporters/exporters.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace rdrlab;

TEST_CASE("the JSON export parses and holds every object, span and event", "[traces][json]")
{
    std::string error;
    const auto reader = trace::Reader::open(test::firstOpenTrace("json"), error);
    REQUIRE(reader != nullptr);
    std::ostringstream text;
    REQUIRE(trace::exportJson(*reader, text));
    const auto whole = nlohmann::json::parse(text.str());
    CHECK(whole["meta"]["seed"] == "1");
    CHECK(whole["objects"].size() == reader->objects().size());
    CHECK(whole["events"].size() == reader->lastSeq());
    bool foundChange = false;
    for (const auto& event : whole["events"]) {
        foundChange = foundChange
            || (event["kind"] == "change" && event["changes"][0]["new"] == "Condition_Good"
                && event["object"] == "SRV_CALL:\\lab");
    }
    CHECK(foundChange);
}

TEST_CASE("any bytes become a JSON string", "[traces][json]")
{
    CHECK(trace::jsonString("a\"b\\c\n") == "\"a\\\"b\\\\c\\u000a\"");
    CHECK(trace::jsonString("\xC3\xA4") == "\"\xC3\xA4\"");
    CHECK(trace::jsonString("\xC3") == "\"\\ufffd\"");
    CHECK(trace::jsonString("\xED\xA0\x80") == "\"\\ufffd\\ufffd\\ufffd\"");
    CHECK(nlohmann::json::parse(trace::jsonString(std::string("\0\xFF\x80", 3))).is_string());
}
