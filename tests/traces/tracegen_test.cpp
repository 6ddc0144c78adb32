// The generator of long traces: what comes out must be a trace that one long run could have left.
#include "tests/support/synthetic.h"
#include "tests/support/tracegen.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

using namespace rdrlab;

namespace {

test::RepeatResult
repeat(const std::string& from, const std::string& to, const test::RepeatOptions& options)
{
    std::string error;
    auto writer = trace::Writer::create(to, error);
    REQUIRE(writer != nullptr);
    test::RepeatResult result;
    const bool good = test::repeatTrace(*test::openTrace(from), *writer, options, result, error);
    INFO(error);
    REQUIRE(good);
    return result;
}

// All rows of a query in one string.
std::string ask(const trace::Reader& reader, const std::string& query)
{
    std::string text;
    bool isHead = true;
    const std::string problem = reader.sql(query, {}, [&](const std::vector<const char*>& columns) {
        for (const char* column : columns) {
            text += isHead ? "" : column == nullptr ? "-" : column;
            text += isHead ? "" : " ";
        }
        isHead = false;
    });
    INFO(query);
    CHECK(problem == "");
    return text;
}

std::string bytesOf(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// A boot of one device, and a body that works on it and leaves a reference and a value behind.
std::string recordWithBoot()
{
    const std::string path = test::temporaryPath("booted.rdrtrace");
    const auto recorder = test::recordTo(path);
    sched::Context context;
    recorder->setContext(&context);
    char device = 0;
    char file = 0;
    char irp = 0;
    recorder->born(recorder::ObjectKind::Device, &device, 0, "\\Device\\Mup", nullptr);
    recorder->reference(&device, 1, 1, "name");
    recorder->changed(&device, "Flags", "", "IDLE");
    recorder->meta("setup_events", std::int64_t(recorder->lastSeq()));
    context.nowNs = 5'000;
    const auto call = recorder->begin(recorder::Layer::App, "NtCreateFile", nullptr);
    recorder->born(recorder::ObjectKind::File, &file, 0, "a.txt", &device);
    recorder->rename(&file, "b.txt");
    recorder->born(recorder::ObjectKind::Irp, &irp, 0, "", &file);
    recorder->bind(&irp, call);
    recorder->note(recorder::Layer::App, "works");
    recorder->reference(&device, 1, 2, "open");
    recorder->changed(&device, "Flags", "IDLE", "BUSY");
    recorder->died(&irp);
    context.nowNs += 7'000;
    recorder->end(call, 0, 3);
    recorder->died(&file);
    REQUIRE(recorder->finish());
    return path;
}

} // namespace

TEST_CASE("a trace repeated once has the rows of its recording", "[traces][tracegen]")
{
    const std::string from = test::firstOpenTrace("tracegen-in.rdrtrace");
    const std::string to = test::temporaryPath("tracegen-once.rdrtrace");
    const auto recording = test::openTrace(from);
    test::RepeatOptions options;
    options.events = recording->lastSeq();
    CHECK(repeat(from, to, options).passes == 1);
    const auto made = test::openTrace(to);
    for (const char* query :
         { "SELECT * FROM v_events ORDER BY seq", "SELECT * FROM v_spans ORDER BY id",
           "SELECT * FROM v_objects ORDER BY id", "SELECT * FROM v_changes ORDER BY seq, field",
           "SELECT * FROM v_refs ORDER BY seq",
           "SELECT seq, time, client_port, tcp_seq, flags, hex(payload) FROM packets ORDER BY seq",
           "SELECT * FROM threads ORDER BY id", "SELECT * FROM processes ORDER BY id" }) {
        CHECK(ask(*recording, query) == ask(*made, query));
    }
}

TEST_CASE(
    "names, ledgers and old values hold over the seams of a repeated trace", "[traces][tracegen]")
{
    const std::string from = recordWithBoot();
    const std::string to = test::temporaryPath("tracegen-seams.rdrtrace");
    const std::uint64_t whole = test::openTrace(from)->lastSeq();
    const std::uint64_t boot = std::stoull(test::openTrace(from)->meta("setup_events"));
    test::RepeatOptions options;
    options.events = boot + 3 * (whole - boot);
    CHECK(repeat(from, to, options).passes == 3);
    const auto made = test::openTrace(to);
    CHECK(made->lastSeq() == options.events);
    CHECK(
        ask(*made, "SELECT name FROM v_objects ORDER BY id")
        == "DEVICE:\\Device\\Mup FILE_OBJECT:b.txt IRP#1 FILE_OBJECT:b.txt#2 IRP#2 "
           "FILE_OBJECT:b.txt#3 IRP#3 ");
    CHECK(
        ask(*made, "SELECT old, new FROM v_changes WHERE field = '(name)' ORDER BY seq")
        == "FILE_OBJECT:a.txt FILE_OBJECT:b.txt FILE_OBJECT:a.txt#2 FILE_OBJECT:b.txt#2 "
           "FILE_OBJECT:a.txt#3 FILE_OBJECT:b.txt#3 ");
    CHECK(ask(*made, "SELECT count, delta FROM refs ORDER BY seq") == "1 1 2 1 3 1 4 1 ");
    CHECK(
        ask(*made, "SELECT old, new FROM v_changes WHERE field = 'Flags' ORDER BY seq")
        == "- IDLE IDLE BUSY BUSY BUSY BUSY BUSY ");
    CHECK(
        ask(*made,
            "SELECT count(*) FROM spans s JOIN objects o ON o.id = s.request"
            " WHERE o.birth > s.id AND o.death < s.end_seq")
        == "3 ");
    CHECK(
        ask(*made,
            "SELECT count(*) FROM events e JOIN events f ON f.seq = e.seq - 1"
            " WHERE f.time > e.time")
        == "0 ");
}

TEST_CASE("a repeated trace ends where it was told, with its calls open", "[traces][tracegen]")
{
    const std::string from = recordWithBoot();
    const std::string to = test::temporaryPath("tracegen-short.rdrtrace");
    test::RepeatOptions options;
    options.events = test::openTrace(from)->lastSeq() + 3;
    CHECK(repeat(from, to, options).passes == 2);
    const auto made = test::openTrace(to);
    CHECK(made->lastSeq() == options.events);
    CHECK(ask(*made, "SELECT count(*) FROM spans WHERE end_seq IS NULL") == "1 ");
    CHECK(ask(*made, "SELECT count(*) FROM v_events WHERE kind = 'died'") == "2 ");
}

TEST_CASE(
    "the same arguments give the same long trace, another seed other edits", "[traces][tracegen]")
{
    const std::string from = test::firstOpenTrace("tracegen-in.rdrtrace");
    test::RepeatOptions options;
    options.events = 5'000;
    options.editsPerMille = 20;
    std::string bytes[3];
    std::uint64_t edits = 0;
    for (int i = 0; i < 3; ++i) {
        const std::string to = test::temporaryPath("tracegen-edits.rdrtrace");
        options.editSeed = i == 2 ? 2 : 1;
        edits = repeat(from, to, options).edits;
        bytes[i] = bytesOf(to);
        CHECK(test::openTrace(to)->meta("edits") == std::to_string(edits));
    }
    CHECK(edits > 50);
    CHECK(edits < 200);
    CHECK((bytes[0] == bytes[1]));
    CHECK((bytes[0] != bytes[2]));
}
