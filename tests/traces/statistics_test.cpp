// Counts and durations of calls, against the rows they are made of.
#include "tests/traces/samples.h"
#include "traces/query/statistics.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>

using namespace rdrlab;

TEST_CASE("statistics say of each routine what its spans say", "[traces][statistics]")
{
    for (const char* name : { "03-read-write", "06-failures", "busy-minute" }) {
        INFO(name);
        const auto reader = test::openSample(name);
        std::map<std::pair<trace::Layer, trace::StringId>, std::vector<trace::Span>> expected;
        reader->spans([&](const trace::Span& span) {
            expected[{ span.layer, span.routine }].push_back(span);
            return true;
        });
        trace::CallStatistics statistics;
        REQUIRE(statistics.read(*reader, 1, UINT64_MAX));
        const auto rows = statistics.rows(trace::StatisticsBy::Routine);
        CHECK(rows.size() == expected.size());
        for (const trace::StatisticsRow& row : rows) {
            INFO(reader->string(row.routine));
            const auto& spans = expected[{ row.layer, row.routine }];
            std::vector<std::uint64_t> durations;
            std::uint64_t total = 0, failed = 0;
            for (const trace::Span& span : spans) {
                if (span.end != 0) {
                    durations.push_back(span.endNs - span.beginNs);
                    total += durations.back();
                    failed += (std::uint32_t(span.status) >> 30) == 3
                        && std::uint32_t(span.status) != 0xC0000016;
                }
            }
            CHECK(row.count == spans.size());
            CHECK(row.ended() == durations.size());
            CHECK(row.totalNs == total);
            CHECK(row.failed == failed);
            if (!durations.empty()) {
                std::sort(durations.begin(), durations.end());
                CHECK(row.minimumNs == durations.front());
                CHECK(row.maximumNs == durations.back());
                const auto notAbove = [&](std::uint64_t value) {
                    return std::size_t(
                        std::upper_bound(durations.begin(), durations.end(), value)
                        - durations.begin());
                };
                CHECK(notAbove(row.p50Ns) * 2 >= durations.size());
                CHECK(notAbove(row.p90Ns) * 10 >= durations.size() * 9);
                CHECK(notAbove(row.p99Ns) * 100 >= durations.size() * 99);
                CHECK((row.p50Ns == 0 || notAbove(row.p50Ns - 1) * 2 < durations.size()));
                const auto slowest = reader->span(row.slowest);
                REQUIRE(slowest);
                CHECK(slowest->endNs - slowest->beginNs == row.maximumNs);
            }
        }
    }
}

TEST_CASE("each grouping counts every call once", "[traces][statistics]")
{
    const auto reader = test::openSample("busy-minute");
    trace::CallStatistics statistics;
    REQUIRE(statistics.read(*reader, 1, UINT64_MAX));
    std::uint64_t ended = 0, wire = 0, bytes = 0;
    reader->spans([&](const trace::Span& span) {
        ended += span.end != 0;
        wire += span.layer == trace::Layer::Wire;
        return true;
    });
    const auto sum = [&](trace::StatisticsBy by) {
        std::uint64_t count = 0;
        bytes = 0;
        for (const trace::StatisticsRow& row : statistics.rows(by)) {
            count += row.count;
            bytes += row.bytes;
        }
        return count;
    };
    CHECK(sum(trace::StatisticsBy::Routine) == statistics.calls());
    CHECK(sum(trace::StatisticsBy::Layer) == statistics.calls());
    CHECK(sum(trace::StatisticsBy::Process) == statistics.calls());
    CHECK(sum(trace::StatisticsBy::Status) == ended);
    CHECK(sum(trace::StatisticsBy::Command) == wire);
    // What the exchanges carried is what the segments of their spans carried.
    std::uint64_t carried = 0;
    reader->packets([&](const trace::Packet& packet) {
        const auto event = reader->event(packet.seq);
        const auto span = event ? reader->span(event->span) : std::nullopt;
        carried += span && span->layer == trace::Layer::Wire ? packet.length : 0;
        return true;
    });
    CHECK(bytes == carried);
}

TEST_CASE("a part of a trace counts the calls that begin in it, whole", "[traces][statistics]")
{
    const auto reader = test::openSample("01-first-open");
    std::uint64_t expected = 0, total = 0;
    const trace::Seq from = 300, to = 480;
    reader->spans([&](const trace::Span& span) {
        if (span.id >= from && span.id <= to) {
            ++expected;
            total += span.end != 0 ? span.endNs - span.beginNs : 0;
        }
        return true;
    });
    trace::CallStatistics statistics;
    REQUIRE(statistics.read(*reader, from, to));
    CHECK(statistics.calls() == expected);
    std::uint64_t found = 0;
    for (const trace::StatisticsRow& row : statistics.rows(trace::StatisticsBy::Layer)) {
        found += row.totalNs;
    }
    CHECK(found == total);
    REQUIRE(statistics.read(*reader, 100'000, 200'000));
    CHECK(statistics.calls() == 0);
    CHECK(statistics.rows(trace::StatisticsBy::Routine).empty());
    REQUIRE(statistics.read(*reader, 500, 400));
    CHECK(statistics.calls() == 0);
}
