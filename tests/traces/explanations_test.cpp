#include "traces/model/explanations.h"
#include "traces/store/reader.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

using namespace rdrlab;

TEST_CASE("every name that the samples contain is explained", "[traces][explanations]")
{
    std::set<std::string> missing;
    std::size_t names = 0;
    const auto look = [&](const std::string& name) {
        ++names;
        if (!name.empty() && trace::explain(name) == nullptr) {
            missing.insert(name);
        }
    };
    for (const auto& file : std::filesystem::directory_iterator(RDRLAB_SAMPLES)) {
        if (file.path().extension() != ".rdrtrace") {
            continue;
        }
        std::string error;
        const auto reader = trace::Reader::open(file.path().string(), error);
        REQUIRE(reader != nullptr);
        const auto ask = [&](const char* query) {
            const std::string problem = reader->sql(
                query, { 100'000, 60'000 }, [&, isHead = true](const auto& row) mutable {
                    if (!isHead && row[0] != nullptr) {
                        look(row[0]);
                    }
                    isHead = false;
                });
            CHECK(problem.empty());
        };
        ask("SELECT DISTINCT routine FROM v_spans WHERE layer IN ('mrx', 'wire')"
            " AND (routine LIKE 'MRx%' OR routine LIKE 'SMB2 %')");
        ask("SELECT DISTINCT routine FROM v_spans WHERE routine LIKE 'IRP_MJ_%'");
        ask("SELECT DISTINCT routine FROM v_spans");
        ask("SELECT name || ' event' FROM event_kinds");
        ask("SELECT name || ' layer' FROM layers");
        reader->events(1, UINT64_MAX, [&](const trace::Event& event) {
            const std::string name(reader->string(event.routine));
            // A packet's routine is its direction, which says itself.
            if (event.routine != 0 && event.kind != trace::EventKind::Packet
                && trace::explainRoutine(event.kind, event.layer, name) == nullptr) {
                missing.insert(name);
            }
            return true;
        });
        ask("SELECT DISTINCT kind FROM v_objects");
        ask("SELECT DISTINCT field FROM v_changes");
        ask("SELECT name FROM statuses");
        const std::string problem = reader->sql(
            "SELECT DISTINCT new FROM v_changes WHERE typeof(new) = 'text' AND new_object IS NULL",
            { 100'000, 60'000 }, [&, isHead = true](const auto& row) mutable {
                const std::string value = isHead || row[0] == nullptr ? "" : row[0];
                isHead = false;
                for (std::size_t at = 0; at < value.size();) {
                    const std::size_t end = std::min(value.find('|', at), value.size());
                    const std::string part = value.substr(at, end - at);
                    // Flags and enumerators are words with an underscore, and nothing else is.
                    const bool isName = part.find('_') != part.npos
                        && part.find_first_not_of(
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
                            == part.npos;
                    if (isName) {
                        look(part);
                    }
                    at = end + 1;
                }
            });
        CHECK(problem.empty());
    }
    CHECK(names > 500);
    CHECK(missing == std::set<std::string> {});
}

TEST_CASE("a name is found in any case, and by what it belongs to", "[traces][explanations]")
{
    REQUIRE(trace::explain("status_pending") != nullptr);
    CHECK(trace::explain("status_pending")->name == "STATUS_PENDING");
    CHECK(trace::explain("FCB:\\lab\\a.txt")->name == "FCB");
    CHECK(trace::explain("IRP#14")->name == "IRP");
    CHECK(trace::explain("FCB.OpenCount")->name == "OpenCount");
    CHECK(trace::explain("Header.FileSize")->kind == "field");
    CHECK(
        trace::explainRoutine(trace::EventKind::Reference, trace::Layer::Rdbss, "FCB")->name
        == "FCB reference");
    CHECK(
        trace::explainRoutine(trace::EventKind::Note, trace::Layer::Server, "CREATE")->name
        == "SMB2 CREATE");
    CHECK(
        trace::explainRoutine(trace::EventKind::Begin, trace::Layer::Io, "IRP_MJ_CREATE")->name
        == "IRP_MJ_CREATE");
    CHECK(trace::explain("nothing of the kind") == nullptr);
    CHECK(trace::explain("") == nullptr);
}

TEST_CASE(
    "every explanation is a sentence with a page, and no name has two", "[traces][explanations]")
{
    std::string last;
    for (const trace::Explanation& entry : trace::explanations()) {
        INFO(entry.name);
        CHECK(entry.name != last);
        CHECK(entry.text.ends_with('.'));
        CHECK(entry.text.size() >= 5);
        CHECK_FALSE(entry.page.empty());
        last = entry.name;
    }
    CHECK(trace::explanations().size() > 450);
}
