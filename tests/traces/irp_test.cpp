// IRPs and their stack locations, against the rows of their calls.
#include "tests/traces/samples.h"
#include "traces/query/cause.h"
#include "traces/query/irp.h"
#include "traces/query/irpparameters.h"

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

TEST_CASE("every call into a driver has what was in its stack location", "[traces][irp]")
{
    for (const char* name : { "01-first-open", "04-directory", "05-sharing", "network-cut" }) {
        INFO(name);
        const auto reader = test::openSample(name);
        std::size_t calls = 0, marked = 0;
        reader->spans([&](const trace::Span& span) {
            const trace::Object* irp = reader->object(span.request);
            if (span.layer != trace::Layer::Io || irp == nullptr) {
                return true;
            }
            ++calls;
            INFO("call " << span.id);
            const auto sent = reader->stackLocation(span.id);
            REQUIRE(sent);
            CHECK(sent->irp == span.request);
            CHECK(sent->number >= 1);
            // The name of the call is the function that is in the location.
            trace::StackLocation create = *sent;
            create.major = 0;
            CHECK(
                (reader->string(span.routine) == "IRP_MJ_CREATE")
                == (trace::stackMember(*sent) == trace::stackMember(create)));
            if (sent->pended != 0) {
                ++marked;
                CHECK(sent->pended > span.id);
                CHECK((span.end == 0 || sent->pended <= span.end));
                CHECK(trace::stackControl(*sent, sent->pended).starts_with("SL_PENDING_RETURNED"));
                CHECK(
                    trace::stackControl(*sent, sent->pended - 1).find("SL_PENDING")
                    == std::string::npos);
            }
            CHECK((sent->routine != 0) == ((sent->control & 0xE0) != 0));
            return true;
        });
        CHECK(calls > 10);
        CHECK(marked > 0);
    }
}

namespace {

// "Length=4096 Key=0 …" of the first location of a function in a sample.
std::string firstOf(const trace::Reader& reader, std::string_view member)
{
    std::string text;
    reader.stackLocations([&](const trace::StackLocation& location) {
        if (trace::stackMember(location) != member) {
            return true;
        }
        text = trace::stackMinorFunction(location) + ", " + trace::stackFlags(location) + ":";
        for (const trace::StackValue& value : trace::stackParameters(reader, location)) {
            text += " " + std::string(value.name) + "=" + value.text;
            CHECK((!value.isNumber || value.text == std::to_string(value.number)));
            CHECK((value.object == 0 || reader.object(value.object) != nullptr));
        }
        return false;
    });
    return text;
}

} // namespace

TEST_CASE("the parameters of a location have the names and values of the WDK", "[traces][irp]")
{
    const auto directory = test::openSample("04-directory");
    CHECK(
        firstOf(*directory, "QueryDirectory")
        == "IRP_MN_QUERY_DIRECTORY, 0: Length=4096 FileName=* "
           "FileInformationClass=FileBothDirectoryInformation FileIndex=0");
    const auto first = test::openSample("01-first-open");
    CHECK(
        firstOf(*first, "Create")
        == "0, 0: SecurityContext.DesiredAccess=FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE "
           "Options=FILE_SYNCHRONOUS_IO_NONALERT Disposition=FILE_OPEN FileAttributes=0 "
           "ShareAccess=FILE_SHARE_READ | FILE_SHARE_WRITE EaLength=0");
    const auto busy = test::openSample("busy-minute");
    CHECK(firstOf(*busy, "NotifyDirectory").starts_with("IRP_MN_NOTIFY_CHANGE_DIRECTORY, "));
    CHECK(firstOf(*busy, "SetFile").find("FileInformationClass=File") != std::string::npos);
    CHECK(firstOf(*busy, "nothing of the kind").empty());
}

TEST_CASE("a driver that skips its location shares it with the next one", "[traces][irp]")
{
    const auto reader = test::openSample("01-first-open");
    const trace::Spine spine(*reader);
    std::size_t shared = 0, own = 0;
    for (const trace::Object& object : reader->objects()) {
        const trace::IrpStack stack = trace::irpStack(*reader, spine, object.id);
        if (stack.locations.size() != 2) {
            continue;
        }
        CHECK(stack.hasParameters());
        CHECK(stack.file == stack.locations[0].sent->file);
        CHECK_FALSE(stack.sharesLocation(0));
        const bool isShared = stack.sharesLocation(1);
        // A create goes down with a completion routine of MUP's, for which it needs one of its own.
        const std::string_view function = reader->string(stack.locations[1].function);
        CHECK(isShared == (function != "IRP_MJ_CREATE"));
        // In a shared location the routine is still that of whoever sent the IRP to the upper one.
        CHECK(
            (reader->string(stack.locations[1].sent->routine) == "MuppCreateCompleted")
            == !isShared);
        CHECK((stack.locations[1].sent->routine == stack.locations[0].sent->routine) == isShared);
        ++(isShared ? shared : own);
    }
    CHECK(shared > 0);
    CHECK(own > 0);
}

TEST_CASE("numbers that no function has give a text all the same", "[traces][irp]")
{
    const auto reader = test::openSample("01-first-open");
    trace::StackLocation location;
    for (unsigned major = 0; major < 256; ++major) {
        for (const unsigned minor : { 0u, 1u, 2u, 4u, 7u, 8u, 255u }) {
            location.major = std::uint8_t(major);
            location.minor = std::uint8_t(minor);
            location.flags = 0xFF;
            location.control = 0xFF;
            location.name = 999'999;
            location.parameters = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX };
            CHECK_FALSE(trace::stackMinorFunction(location).empty());
            CHECK_FALSE(trace::stackFlags(location).empty());
            CHECK_FALSE(trace::stackControl(location, 0).empty());
            const auto values = trace::stackParameters(*reader, location);
            CHECK(values.empty() == trace::stackMember(location).empty());
            for (const trace::StackValue& value : values) {
                CHECK_FALSE(value.text.empty());
            }
        }
    }
    location.major = 14;
    location.parameters = { 0, 0, 0x00142404, 0 };
    CHECK(
        trace::stackParameters(*reader, location)[2].text
        == "CTL_CODE(0x14, 0x901, METHOD_BUFFERED, FILE_ANY_ACCESS)");
    location.parameters[2] = 0x00142004;
    CHECK(trace::stackParameters(*reader, location)[2].text == "IOCTL_MINIRDR_START");
    location.major = 4;
    location.minor = 0;
    location.parameters = { 1, 0, std::uint64_t(-1), 0 };
    CHECK(trace::stackParameters(*reader, location)[3].text == "FILE_WRITE_TO_END_OF_FILE");
    location.major = 6;
    location.parameters = { 1, 20, 0, 0x100 };
    CHECK(trace::stackParameters(*reader, location).back().name == "AdvanceOnly");
    CHECK(trace::stackParameters(*reader, location).back().text == "TRUE");
    location.parameters = { 1, 10, 77'777, 1 };
    CHECK(trace::stackParameters(*reader, location)[2].text == "0x12fd1");
    CHECK(trace::stackParameters(*reader, location).back().name == "ReplaceIfExists");
    location.parameters = { 1, 4, 0, 1 };
    CHECK(trace::stackParameters(*reader, location).back().name == "FileObject");
}
