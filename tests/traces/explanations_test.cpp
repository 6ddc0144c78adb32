#include "traces/model/explanations.h"
#include "traces/query/irpparameters.h"
#include "traces/store/reader.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
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

TEST_CASE("every name that a stack location can show is explained", "[traces][explanations]")
{
    std::set<std::string_view> missing;
    for (const std::string_view name : trace::stackNames()) {
        if (trace::explain(name) == nullptr) {
            missing.insert(name);
        }
    }
    CHECK(missing == std::set<std::string_view> {});
    CHECK(trace::stackNames().size() > 200);
    // Where a member's name means something else in another structure.
    CHECK(trace::explain("IO_STACK_LOCATION.Context")->name == "IO_STACK_LOCATION.Context");
    CHECK(trace::explain("Read.Length")->name == "Length");
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

namespace {

// Names of the field in a text, which no language changes: SRV_OPEN, IoStatus.Information. Not the
// s of a plural, which is English.
std::set<std::string> identifiersIn(std::string_view text)
{
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view kInside
        = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";
    std::set<std::string> found;
    for (std::size_t at = text.find_first_of(kLetters); at != text.npos;
         at = text.find_first_of(kLetters, at)) {
        const std::size_t end = std::min(text.find_first_not_of(kInside, at), text.size());
        std::string name(text.substr(at, end - at));
        at = end;
        name.resize(name.find_last_not_of('.') + 1);
        if (name.size() < 2) {
            continue;
        }
        const auto capitals = std::count_if(
            name.begin(), name.end(), [](char letter) { return letter >= 'A' && letter <= 'Z'; });
        if (name.find('_') == name.npos && capitals < 2) {
            continue;
        }
        if (name.back() == 's' && name[name.size() - 2] < 'a') {
            name.pop_back();
        }
        found.insert(name);
    }
    return found;
}

} // namespace

TEST_CASE("every explanation has its German, with the same names in it", "[traces][explanations]")
{
    for (const trace::Explanation& entry : trace::explanations()) {
        const trace::Explanation& german = trace::inLanguage(entry, trace::Language::German);
        INFO(entry.name << ": " << entry.text);
        CHECK(german.name == entry.name);
        REQUIRE(german.text != entry.text); // what lacks German is the English one
        CHECK(german.text.ends_with('.'));
        CHECK(german.text.find("  ") == german.text.npos);
        const std::set<std::string> kept = identifiersIn(german.text);
        for (const std::string& name : identifiersIn(entry.text)) {
            INFO("German: " << german.text);
            INFO("does not name " << name);
            CHECK(kept.count(name) == 1);
        }
        CHECK(
            (german.page.find("{}") == german.page.npos)
            == (entry.page.find("{}") == entry.page.npos));
        CHECK(&trace::inLanguage(entry, trace::Language::English) == &entry);
    }
}

TEST_CASE("no German explanation is left whose English is gone", "[traces][explanations]")
{
    std::ifstream file(RDRLAB_SAMPLES "/../model/explanations.de.json");
    REQUIRE(file.is_open());
    std::size_t count = 0;
    for (const nlohmann::json& group : nlohmann::json::parse(file)) {
        const auto kind = group.at("of").get<std::string>();
        for (const auto& [name, text] : group.at("entries").items()) {
            INFO(kind << " " << name);
            const trace::Explanation* entry = trace::explain(name);
            REQUIRE(entry != nullptr);
            CHECK(entry->name == name);
            CHECK(entry->kind == kind);
            ++count;
        }
    }
    CHECK(count == trace::explanations().size());
}

TEST_CASE("an entry is shown in the language that was asked for", "[traces][explanations]")
{
    CHECK(trace::languageOf("de") == trace::Language::German);
    CHECK(trace::languageOf("de_AT.UTF-8") == trace::Language::German);
    CHECK(trace::languageOf("den") == trace::Language::English);
    CHECK(trace::languageOf("") == trace::Language::English);
    const trace::Explanation& event = *trace::explain("error event");
    const trace::Explanation& create = *trace::explain("MRxCreate");
    CHECK(trace::inLanguage(event, trace::Language::German).kind == "Ereignis");
    CHECK(trace::titleOf(event, trace::Language::English) == "error event");
    CHECK(trace::titleOf(event, trace::Language::German) == "Ereignis „error“");
    CHECK(trace::titleOf(create, trace::Language::German) == "MRxCreate");
    CHECK(trace::pageOf(create, trace::Language::German).starts_with("MRxCreate ("));
    CHECK(
        trace::pageOf(*trace::explain("FCB"), trace::Language::German)
        == "Die Struktur FCB (windows-driver-docs)");
}
