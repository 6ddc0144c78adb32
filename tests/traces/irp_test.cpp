// IRPs and their stack locations, against the rows of their calls.
#include "tests/traces/samples.h"
#include "traces/query/cause.h"
#include "traces/query/irp.h"

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <string>

using namespace rdrlab;

TEST_CASE("an IRP has a location for each driver it was sent to", "[traces][irp]")
{
    for (const char* name : { "01-first-open", "06-failures", "network-cut" }) {
        INFO(name);
        const auto reader = test::openSample(name);
        const trace::Spine spine(*reader);
        std::map<trace::ObjectId, std::vector<trace::Span>> sent;
        reader->spans([&](const trace::Span& span) {
            if (span.layer == trace::Layer::Io && span.request != 0) {
                sent[span.request].push_back(span);
            }
            return true;
        });
        REQUIRE_FALSE(sent.empty());
        for (const auto& [irp, spans] : sent) {
            const trace::IrpStack stack = trace::irpStack(*reader, spine, irp);
            INFO("IRP object " << irp);
            REQUIRE(stack.irp == irp);
            REQUIRE(stack.locations.size() == spans.size());
            for (std::size_t i = 0; i < spans.size(); ++i) {
                const trace::IrpLocation& location = stack.locations[i];
                CHECK(location.call == spans[i].id);
                CHECK(location.end == spans[i].end);
                CHECK(location.device == spans[i].object);
                CHECK(location.status == spans[i].status);
                CHECK(
                    (location.driver == 0
                     || reader->object(location.driver)->kind == trace::ObjectKind::Driver));
                CHECK(trace::irpOfCall(*reader, location.call) == irp);
            }
            CHECK(stack.sender == spans.front().parent);
            for (const trace::ObjectId context : stack.contexts) {
                CHECK(trace::irpOfObject(*reader, context) == irp);
            }
        }
    }
}

TEST_CASE("the current location goes down with the IRP and up again", "[traces][irp]")
{
    const auto reader = test::openSample("01-first-open");
    const trace::Spine spine(*reader);
    bool sawTwo = false;
    for (const trace::Object& object : reader->objects()) {
        const trace::IrpStack stack = trace::irpStack(*reader, spine, object.id);
        if (stack.locations.size() < 2) {
            continue;
        }
        sawTwo = true;
        const trace::IrpLocation& upper = stack.locations[0];
        const trace::IrpLocation& lower = stack.locations[1];
        CHECK(stack.current(upper.call - 1) == SIZE_MAX);
        CHECK(stack.current(upper.call) == 0);
        CHECK(stack.current(lower.call - 1) == 0);
        CHECK(stack.current(lower.call) == 1);
        CHECK(stack.current(lower.end) == 0);
        CHECK_FALSE(stack.isCompleted(lower.end));
        CHECK(stack.current(upper.end) == SIZE_MAX);
        CHECK(stack.isCompleted(upper.end));
    }
    CHECK(sawTwo);
}

TEST_CASE("an IRP that reaches the server knows its exchange and its file", "[traces][irp]")
{
    const auto reader = test::openSample("01-first-open");
    const trace::Spine spine(*reader);
    std::set<std::string> exchanges;
    std::size_t files = 0, pending = 0;
    for (const trace::Object& object : reader->objects()) {
        const trace::IrpStack stack = trace::irpStack(*reader, spine, object.id);
        files += stack.file != 0;
        for (const trace::IrpLocation& location : stack.locations) {
            pending += location.pended != 0;
            if (location.pended != 0) {
                CHECK(location.pended > location.call);
                CHECK(location.isPending(location.pended));
            }
            for (const trace::IrpWork& work : location.work) {
                if (work.layer == trace::Layer::Wire) {
                    exchanges.insert(std::string(reader->string(work.routine)));
                    const auto packet = reader->event(work.packet);
                    REQUIRE(packet);
                    CHECK(packet->kind == trace::EventKind::Packet);
                    CHECK(packet->span == work.call);
                }
            }
        }
    }
    CHECK(exchanges.contains("SMB2 CREATE"));
    CHECK(exchanges.contains("SMB2 READ"));
    CHECK(files > 0);
    CHECK(pending > 0);
    CHECK(trace::irpStack(*reader, spine, 0).irp == 0);
    CHECK(trace::irpStack(*reader, spine, 1).irp == 0); // a process
    CHECK(trace::irpOfObject(*reader, 999'999) == 0);
    CHECK(trace::irpOfCall(*reader, 999'999) == 0);
}
