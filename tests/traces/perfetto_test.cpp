// The JSON timeline against what the public description of the trace event format demands.
#include "tests/support/synthetic.h"
#include "traces/exporters/exporters.h"
#include "traces/store/writer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

using namespace rdrlab;
using nlohmann::json;

namespace {

json exported(const std::string& path)
{
    std::string error;
    const auto reader = trace::Reader::open(path, error);
    REQUIRE(reader != nullptr);
    std::ostringstream out;
    REQUIRE(trace::exportPerfetto(*reader, out));
    return json::parse(out.str());
}

struct Slice
{
    std::int64_t begin;
    std::int64_t end;
};

std::int64_t nanoseconds(const json& value)
{
    return std::llround(value.get<double>() * 1000);
}

// Every demand of the format that a viewer relies on; each breach is a failed check.
void checkFormat(const json& whole)
{
    REQUIRE(whole["traceEvents"].is_array());
    using Track = std::pair<std::int64_t, std::int64_t>;
    std::map<Track, std::vector<Slice>> slices;
    std::map<std::int64_t, json> starts;
    std::map<std::int64_t, json> ends;
    std::set<std::tuple<std::string, std::int64_t, std::string>> asynchronous;
    for (const json& event : whole["traceEvents"]) {
        INFO(event.dump());
        REQUIRE(event["ph"].is_string());
        const std::string phase = event["ph"];
        CHECK(std::string("XbeistfMC").find(phase) != std::string::npos);
        CHECK(event["pid"].is_number_unsigned());
        CHECK(event["tid"].is_number_unsigned());
        CHECK(event["name"].is_string());
        CHECK(event["ts"].get<double>() >= 0);
        const std::int64_t at = nanoseconds(event["ts"]);
        if (phase == "X") {
            CHECK(event["dur"].get<double>() >= 0);
            CHECK(event["cat"].is_string());
            slices[{ event["pid"], event["tid"] }].push_back(
                { at, at + nanoseconds(event["dur"]) });
        } else if (phase == "s" || phase == "f") {
            CHECK((phase == "s" || event["bp"] == "e"));
            const bool isNew = (phase == "s" ? starts : ends).emplace(event["id"], event).second;
            CHECK(isNew);
        } else if (phase == "b") {
            CHECK(asynchronous.emplace(event["cat"], event["id"], event["name"]).second);
        } else if (phase == "e") {
            CHECK(asynchronous.erase({ event["cat"], event["id"], event["name"] }) == 1);
        } else if (phase == "i") {
            CHECK(event["s"] == "t");
        } else if (phase == "C") {
            CHECK(event["args"]["alive"].get<std::int64_t>() >= 0);
        } else if (phase == "M") {
            const std::set<std::string> known
                = { "process_name", "thread_name", "process_sort_index" };
            CHECK(known.contains(event["name"]));
        }
    }
    CHECK(asynchronous.empty());
    for (auto& [track, list] : slices) { // nested or apart, never across each other
        std::stable_sort(list.begin(), list.end(), [](const Slice& a, const Slice& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
        });
        std::vector<Slice> open;
        for (const Slice& slice : list) {
            while (!open.empty() && open.back().end <= slice.begin) {
                open.pop_back();
            }
            CHECK((open.empty() || slice.end <= open.back().end));
            open.push_back(slice);
        }
    }
    CHECK(starts.size() == ends.size());
    for (const auto& [id, start] :
         starts) { // an arrow begins and ends in slices, and runs forwards
        REQUIRE(ends.contains(id));
        const json& end = ends[id];
        CHECK(nanoseconds(start["ts"]) <= nanoseconds(end["ts"]));
        CHECK(start["cat"] == end["cat"]);
        CHECK(start["name"] == end["name"]);
        for (const json& side : { start, end }) {
            const std::int64_t at = nanoseconds(side["ts"]);
            const auto& list = slices[{ side["pid"], side["tid"] }];
            CHECK(std::any_of(list.begin(), list.end(), [&](const Slice& slice) {
                return slice.begin <= at && at <= slice.end;
            }));
        }
    }
}

std::size_t count(const json& whole, const std::string& phase, const std::string& name)
{
    std::size_t found = 0;
    for (const json& event : whole["traceEvents"]) {
        found += event["ph"] == phase && event["name"] == name;
    }
    return found;
}

// One thread makes a call that pends; another takes it up, and a third completes it.
std::string pendingTrace(const std::string& name)
{
    const std::string path = test::temporaryPath(name);
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    writer->string(1, "NtReadFile");
    writer->string(2, "IRP_MJ_READ");
    writer->string(3, "wait");
    trace::Seq seq = 0;
    const auto put = [&](trace::EventKind kind, std::uint64_t timeNs, std::uint32_t thread,
                         trace::SpanId span, trace::SpanId parent, trace::StringId routine) {
        trace::Event event;
        event.seq = ++seq;
        event.kind = kind;
        event.timeNs = timeNs;
        event.process = thread != 0 ? 4 : 0;
        event.thread = thread;
        event.span = span;
        event.parent = parent;
        event.routine = routine;
        event.layer = routine == 1 ? trace::Layer::App : trace::Layer::Rdbss;
        event.hasStatus = kind == trace::EventKind::End;
        writer->event(event);
    };
    using trace::EventKind;
    put(EventKind::Begin, 100, 8, 1, 0, 1);
    put(EventKind::Begin, 200, 8, 2, 1, 2);
    put(EventKind::Pend, 300, 8, 2, 1, 2);
    put(EventKind::Wait, 300, 8, 1, 0, 3);
    put(EventKind::Resume, 400, 12, 2, 1, 2);
    put(EventKind::Pend, 500, 12, 2, 1, 2);
    put(EventKind::End, 700, 0, 2, 1, 2);
    put(EventKind::Wake, 800, 8, 1, 0, 3);
    put(EventKind::End, 900, 8, 1, 0, 1);
    put(EventKind::Begin, 950, 8, 10, 0, 1); // never ends
    put(EventKind::Wait, 960, 8, 10, 0, 3);
    REQUIRE(writer->finish());
    return path;
}

} // namespace

TEST_CASE("the timeline of a recording keeps to the trace event format", "[traces][perfetto]")
{
    const json whole = exported(test::firstOpenTrace("perfetto.rdrtrace"));
    checkFormat(whole);
    CHECK(count(whole, "X", "NtCreateFile") == 1);
    CHECK(count(whole, "b", "NtCreateFile") == 1);
    CHECK(count(whole, "C", "FCB") == 2); // born and died
    bool foundThread = false;
    for (const json& event : whole["traceEvents"]) {
        foundThread
            = foundThread || (event["ph"] == "M" && event["args"].value("name", "") == "notepad");
    }
    CHECK(foundThread);
}

TEST_CASE(
    "a call that pends is one slice per thread that worked on it, with arrows between",
    "[traces][perfetto]")
{
    const json whole = exported(pendingTrace("pending.rdrtrace"));
    checkFormat(whole);
    CHECK(count(whole, "X", "IRP_MJ_READ") == 2);
    CHECK(count(whole, "X", "completes IRP_MJ_READ") == 1);
    CHECK(count(whole, "s", "continues") == 2);
    CHECK(count(whole, "b", "IRP_MJ_READ") == 1);
    CHECK(count(whole, "X", "wait") == 2);
    std::size_t unfinished = 0;
    for (const json& event : whole["traceEvents"]) {
        unfinished += event.contains("args") && event["args"].contains("unfinished");
        if (event["ph"] == "X" && event["name"] == "IRP_MJ_READ" && event["tid"] == 8) {
            CHECK(event["ts"] == 0.2);
            CHECK(event["dur"] == 0.1);
        }
    }
    CHECK(unfinished == 2); // the slice and the request's bar
}
