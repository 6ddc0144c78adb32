#include "tests/support/synthetic.h"
#include "traces/exporters/exporters.h"
#include "traces/store/writer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace rdrlab;

namespace {

std::string
exported(const trace::Reader& reader, const std::string& table, trace::TableFormat format)
{
    std::ostringstream out;
    std::string problem;
    const bool good = trace::exportTable(reader, table, format, out, problem);
    INFO(table << ": " << problem);
    REQUIRE(good);
    return out.str();
}

// A reader of CSV as RFC 4180 describes it.
std::vector<std::vector<std::string>> parsedCsv(const std::string& text)
{
    std::vector<std::vector<std::string>> rows(1, { "" });
    bool isQuoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string& cell = rows.back().back();
        if (isQuoted) {
            if (text[i] != '"') {
                cell += text[i];
            } else if (i + 1 < text.size() && text[i + 1] == '"') {
                cell += text[++i];
            } else {
                isQuoted = false;
            }
        } else if (text[i] == '"') {
            isQuoted = true;
        } else if (text[i] == ',') {
            rows.back().emplace_back();
        } else if (text[i] == '\n') {
            rows.push_back({ "" });
        } else {
            cell += text[i];
        }
    }
    rows.pop_back();
    return rows;
}

} // namespace

TEST_CASE("every table and view becomes CSV and JSON with the same rows", "[traces][table]")
{
    const auto reader = test::openTrace(test::firstOpenTrace("tables"));
    const auto names = trace::tableNames(*reader);
    for (const char* wanted : { "events", "spans", "packets", "meta", "v_changes" }) {
        CHECK(std::find(names.begin(), names.end(), wanted) != names.end());
    }
    for (const std::string& name : names) {
        INFO(name);
        const auto rows = parsedCsv(exported(*reader, name, trace::TableFormat::Csv));
        const auto json
            = nlohmann::ordered_json::parse(exported(*reader, name, trace::TableFormat::Json));
        REQUIRE(rows.size() == json.size() + 1);
        for (std::size_t i = 0; i < json.size(); ++i) {
            REQUIRE(rows[i + 1].size() == rows[0].size());
            std::size_t column = 0;
            for (const auto& [key, value] : json[i].items()) {
                CHECK(rows[0][column] == key);
                const std::string text = value.is_null() ? ""
                    : value.is_string()                  ? value.get<std::string>()
                                                         : value.dump();
                CHECK(rows[i + 1][column] == text);
                ++column;
            }
        }
    }
    CHECK(
        parsedCsv(exported(*reader, "events", trace::TableFormat::Csv)).size()
        == reader->lastSeq() + 1);
}

TEST_CASE("CSV quotes what would break it, and tells nothing from an empty text", "[traces][table]")
{
    const std::string path = test::temporaryPath("quotes.rdrtrace");
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    writer->string(1, "a,b \"c\"\r\nd");
    writer->string(2, "");
    REQUIRE(writer->finish());
    const auto reader = test::openTrace(path);
    CHECK(
        exported(*reader, "strings", trace::TableFormat::Csv)
        == "id,text\n1,\"a,b \"\"c\"\"\r\nd\"\n2,\"\"\n");
    CHECK(
        exported(*reader, "strings", trace::TableFormat::Json)
        == "[\n{\"id\":1,\"text\":\"a,b "
           "\\\"c\\\"\\u000d\\u000ad\"},\n{\"id\":2,\"text\":\"\"}\n]\n");
}

TEST_CASE("a table that does not exist is named together with those that do", "[traces][table]")
{
    const auto reader = test::openTrace(test::firstOpenTrace("notable"));
    std::ostringstream out;
    std::string problem;
    CHECK_FALSE(trace::exportTable(
        *reader, "x\"; DROP TABLE events; --", trace::TableFormat::Csv, out, problem));
    CHECK(problem.starts_with("no table x\"; DROP"));
    CHECK(problem.find("v_spans") != std::string::npos);
    CHECK(out.str().empty());
}
