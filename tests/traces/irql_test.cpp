// The IRQL of each processor, and the locks at each event, against the events themselves.
#include "tests/traces/samples.h"
#include "traces/query/irql.h"
#include "traces/query/waits.h"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace rdrlab;

namespace {

bool isSame(const trace::Waits& one, const trace::Waits& other)
{
    const auto locksOf = [](const trace::Waits& waits) {
        std::string text;
        for (const trace::LockState& lock : waits.locks) {
            text += std::to_string(lock.object) + ":";
            for (const trace::LockHolder& holder : lock.holders) {
                text += std::to_string(holder.thread) + "@" + std::to_string(holder.since) + " ";
            }
            text += std::to_string(lock.waiters.size()) + ";";
        }
        for (const trace::BlockedThread& thread : waits.threads) {
            text += std::to_string(thread.thread) + "<" + std::to_string(thread.since) + " "
                + std::to_string(thread.reasons.size()) + ";";
        }
        return text;
    };
    return one.at == other.at && one.atNs == other.atNs && one.idle == other.idle
        && one.open == other.open && one.rings == other.rings && locksOf(one) == locksOf(other);
}

} // namespace

TEST_CASE("the level of a processor is that of its last event", "[traces][irql]")
{
    const auto reader = test::openSample("busy-minute");
    trace::IrqlHistory history;
    REQUIRE(trace::irqlHistory(*reader, history));
    std::map<unsigned, unsigned> levels;
    std::map<unsigned, unsigned> highest;
    reader->events(1, reader->lastSeq(), [&](const trace::Event& event) {
        levels[event.cpu] = event.irql;
        if (event.seq > 5000 && event.seq <= 6000) {
            highest[event.cpu] = std::max(highest[event.cpu], unsigned(event.irql));
        }
        for (const auto& [cpu, level] : levels) {
            if (history.at(cpu, event.seq) != level) {
                FAIL("CPU " << cpu << " at event " << event.seq);
            }
        }
        return true;
    });
    REQUIRE(levels.size() == history.processors.size());
    for (const auto& [cpu, level] : highest) {
        CHECK(history.highest(cpu, 5000, 6000).value_or(0) >= level);
    }
    CHECK_FALSE(history.at(77, 100));
    CHECK_FALSE(history.highest(77, 1, 100));
    CHECK(trace::irqlName(2) == "DISPATCH_LEVEL");
}

TEST_CASE(
    "going from event to event finds the same waits as going there at once", "[traces][waits]")
{
    for (const char* name : { "05-sharing", "network-cut" }) {
        const auto reader = test::openSample(name);
        trace::WaitCursor cursor(*reader);
        std::uint32_t random = 3;
        for (int i = 0; i < 60; ++i) {
            random = random * 1664525 + 1013904223;
            // Steps either way, and jumps.
            const trace::Seq at = 1 + (random >> 8) % reader->lastSeq();
            trace::Waits stepped, whole;
            REQUIRE(cursor.moveTo(at, stepped));
            REQUIRE(trace::waitsAt(*reader, at, whole));
            INFO(name << " at " << at);
            CHECK(isSame(stepped, whole));
            REQUIRE(cursor.moveTo(at + 1, stepped));
            REQUIRE(trace::waitsAt(*reader, at + 1, whole));
            CHECK(isSame(stepped, whole));
        }
    }
}

TEST_CASE("the locks after an event are those taken and not given back", "[traces][waits]")
{
    const auto reader = test::openSample("busy-minute");
    std::map<trace::ObjectId, std::size_t> held;
    trace::WaitCursor cursor(*reader);
    trace::Seq checked = 0;
    reader->events(1, 9000, [&](const trace::Event& event) {
        if (event.layer == trace::Layer::Kernel && event.object != 0) {
            held[event.object] += event.kind == trace::EventKind::Lock;
            held[event.object] -= event.kind == trace::EventKind::Unlock && held[event.object] > 0;
        }
        if (event.kind == trace::EventKind::Died) {
            held.erase(event.object);
        }
        if (event.seq >= checked + 500) {
            checked = event.seq;
            trace::Waits waits;
            REQUIRE(cursor.moveTo(event.seq, waits));
            std::map<trace::ObjectId, std::size_t> found;
            for (const trace::LockState& lock : waits.locks) {
                found[lock.object] = lock.holders.size();
            }
            std::erase_if(held, [](const auto& entry) { return entry.second == 0; });
            std::erase_if(found, [](const auto& entry) { return entry.second == 0; });
            CHECK(found == held);
        }
        return true;
    });
    CHECK(checked > 0);
}
