#include "tests/support/synthetic.h"
#include "traces/store/spine.h"
#include "traces/store/spineahead.h"
#include "traces/store/writer.h"

#include "traces/store/columns.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

using namespace rdrlab;

namespace {

bool same(const trace::Event& a, const trace::Event& b)
{
    return a.seq == b.seq && a.timeNs == b.timeNs && a.argument == b.argument && a.span == b.span
        && a.parent == b.parent && a.routine == b.routine && a.object == b.object
        && a.text == b.text && a.status == b.status && a.thread == b.thread
        && a.process == b.process && a.kind == b.kind && a.layer == b.layer && a.cpu == b.cpu
        && a.irql == b.irql && a.hasStatus == b.hasStatus;
}

} // namespace

TEST_CASE("the spine holds the events of the rows", "[traces][spine]")
{
    const auto reader = test::openTrace(test::firstOpenTrace("spine.rdrtrace"));
    const trace::Spine spine(*reader);
    REQUIRE(spine.chunkCount() == 1);
    CHECK(spine.eventCount() == reader->lastSeq());
    trace::SpineColumns columns;
    REQUIRE(spine.decode(0, columns));
    std::size_t at = 0;
    CHECK(reader->events(1, reader->lastSeq(), [&](const trace::Event& event) {
        CHECK(same(columns.event(at++), event));
        return true;
    }));
    CHECK(at == columns.count);
}

namespace {

trace::Event randomEvent(std::mt19937_64& random, trace::Seq seq)
{
    trace::Event event;
    event.seq = seq;
    event.timeNs = seq * 100 + random() % 50; // not quite in order
    event.kind = trace::EventKind(random() % unsigned(trace::EventKind::Maximum));
    event.layer = trace::Layer(random() % unsigned(trace::Layer::Maximum));
    event.thread = std::uint32_t(random() % 3);
    event.process = event.thread / 2;
    event.span = random() % 4 == 0 ? random() : seq - seq % 7;
    event.parent = random() % 4 == 0 ? 0 : event.span / 2;
    event.routine = std::uint32_t(random() % 20);
    event.object = random() % 3 == 0 ? std::uint32_t(random()) : 0;
    event.hasStatus = random() % 5 == 0;
    event.status = event.hasStatus ? std::int32_t(random()) : 0;
    event.argument = random() % 3 == 0 ? random() : random() % 200;
    event.text = random() % 9 == 0 ? std::uint32_t(random()) : 0;
    event.cpu = std::uint8_t(random() % 2);
    event.irql = std::uint8_t(random() % 3);
    return event;
}

// Events `first` to `last` but those in `holes`; finished, or cut off after the last commit.
std::string writeEvents(
    const std::string& name, trace::Seq last, bool isFinished, const std::vector<trace::Seq>& holes)
{
    const std::string path = test::temporaryPath(name);
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    std::mt19937_64 random(5);
    for (trace::Seq seq = 1; seq <= last; ++seq) {
        const trace::Event event = randomEvent(random, seq);
        if (std::find(holes.begin(), holes.end(), seq) == holes.end()) {
            writer->event(event);
        }
    }
    if (isFinished) {
        REQUIRE(writer->finish());
        return path;
    }
    writer->commit();
    std::filesystem::copy_file(path, path + ".cut");
    return path + ".cut";
}

// Every event of the rows is in the spine, in order, and nothing else but what is marked missing.
void compareWithRows(const trace::Reader& reader, const trace::Spine& spine)
{
    std::vector<trace::Event> rows;
    CHECK(reader.events(1, UINT64_MAX, [&](const trace::Event& event) {
        rows.push_back(event);
        return true;
    }));
    std::size_t at = 0;
    std::size_t different = 0;
    trace::SpineColumns columns;
    trace::Seq next = 1;
    for (std::size_t chunk = 0; chunk < spine.chunkCount(); ++chunk) {
        REQUIRE(spine.decode(chunk, columns));
        const trace::SpineChunkInfo& info = spine.info(chunk);
        CHECK(info.first == columns.first);
        CHECK(info.count == columns.count);
        CHECK(info.first >= next);
        next = info.first + info.count;
        for (std::size_t i = 0; i < columns.count; ++i) {
            if (columns.isMissing(i)) {
                continue;
            }
            const trace::Event event = columns.event(i);
            REQUIRE(at < rows.size());
            different += !same(event, rows[at++]);
            CHECK_FALSE(
                (!info.mayHave(event.kind) || !info.mayHave(event.layer)
                 || event.timeNs > info.endNs || !spine.mayMention(chunk, event.object)));
            CHECK(spine.chunkOf(event.seq) == chunk);
        }
    }
    CHECK(at == rows.size());
    CHECK(different == 0);
    CHECK(reader.error().empty());
}

} // namespace

TEST_CASE("the spine equals the rows whatever state the file is in", "[traces][spine]")
{
    SECTION("finished")
    {
        const auto reader = test::openTrace(writeEvents("spine-whole.rdrtrace", 9000, true, {}));
        const trace::Spine spine(*reader);
        CHECK(spine.chunkCount() == 3);
        CHECK(spine.eventCount() == 9000);
        CHECK(spine.info(0).isExact);
        CHECK(spine.info(2).isExact);
        compareWithRows(*reader, spine);
    }
    SECTION("cut off while it was recorded")
    {
        const auto reader = test::openTrace(writeEvents("spine-cut.rdrtrace", 9000, false, {}));
        const trace::Spine spine(*reader);
        CHECK(spine.chunkCount() == 3);
        CHECK(spine.info(1).isExact);
        CHECK_FALSE(spine.info(2).isExact);
        compareWithRows(*reader, spine);
        CHECK(spine.info(2).isExact);
    }
    SECTION("with holes")
    {
        const auto reader = test::openTrace(
            writeEvents("spine-holes.rdrtrace", 9000, GENERATE(true, false), { 1, 2, 500, 8999 }));
        compareWithRows(*reader, trace::Spine(*reader));
    }
}

TEST_CASE("a search in the spine sees the events of its range and no others", "[traces][spine]")
{
    const auto reader = test::openTrace(writeEvents("spine-each.rdrtrace", 9000, true, {}));
    const trace::Spine spine(*reader);
    std::vector<trace::Seq> seen;
    CHECK(spine.each(4095, 4099, {}, [&](const trace::SpineColumns& columns, std::size_t i) {
        seen.push_back(columns.first + i);
        return true;
    }));
    CHECK(seen == std::vector<trace::Seq> { 4095, 4096, 4097, 4098, 4099 });
    int chunks = 0;
    CHECK(spine.each(
        1, UINT64_MAX, [&](const trace::SpineChunkInfo&) { return ++chunks == 2; },
        [&](const trace::SpineColumns& columns, std::size_t) {
            CHECK(columns.first == 4097);
            return false;
        }));
    CHECK(spine.chunkAt(0) == 0);
    CHECK(spine.chunkAt(5'000 * 100) == 1);
    CHECK(spine.chunkAt(UINT64_MAX) == 3);
    CHECK(spine.chunkOf(0) == 0);
    CHECK(spine.chunkOf(9001) == 3);
}

TEST_CASE("packed columns of any bytes are unpacked or refused", "[traces][spine]")
{
    std::mt19937_64 random(2);
    trace::SpineColumns columns;
    columns.resize(300);
    columns.first = 77;
    for (std::size_t i = 0; i < 300; ++i) {
        columns.put(i, randomEvent(random, columns.first + i));
    }
    trace::Bytes bytes;
    trace::packColumns(columns, bytes);
    trace::SpineColumns back;
    REQUIRE(trace::unpackColumns(bytes.data(), bytes.size(), 77, 300, back));
    for (std::size_t i = 0; i < 300; ++i) {
        REQUIRE(same(back.event(i), columns.event(i)));
    }
    CHECK_FALSE(trace::unpackColumns(bytes.data(), bytes.size(), 77, 0, back));
    CHECK_FALSE(trace::unpackColumns(bytes.data(), bytes.size(), 77, 299, back));
    CHECK_FALSE(trace::unpackColumns(bytes.data(), bytes.size(), 77, 5000, back));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(trace::unpackColumns(bytes.data(), size, 77, 300, back));
    }
    for (int i = 0; i < 3000; ++i) {
        trace::Bytes torn = bytes;
        for (int k = 0; k < 1 + i % 3; ++k) {
            torn[random() % torn.size()] = std::uint8_t(random());
        }
        if (trace::unpackColumns(torn.data(), torn.size(), 77, 300, back)) {
            CHECK(back.count == 300);
        }
    }
}

TEST_CASE("chunks decoded ahead come in order, whole, and end", "[traces][spine]")
{
    for (const bool isFinished : { true, false }) {
        const auto reader = test::openTrace(writeEvents(
            isFinished ? "spine-ahead.rdrtrace" : "spine-behind.rdrtrace", 100'000, isFinished,
            {}));
        const trace::Spine spine(*reader);
        REQUIRE(spine.chunkCount() > 20);
        trace::SpineColumns expected;
        std::vector<trace::SpineColumns> seen;
        {
            trace::SpineAhead ahead(spine);
            while (const trace::SpineColumns* columns = ahead.next()) {
                seen.push_back(*columns);
            }
            CHECK(ahead.next() == nullptr);
        }
        REQUIRE(seen.size() == spine.chunkCount());
        for (std::size_t chunk = 0; chunk < seen.size(); ++chunk) {
            REQUIRE(spine.decode(chunk, expected));
            REQUIRE(seen[chunk].count == expected.count);
            for (std::size_t i = 0; i < expected.count; ++i) {
                REQUIRE(same(seen[chunk].event(i), expected.event(i)));
            }
        }
    }
}

TEST_CASE("reading ahead may stop anywhere", "[traces][spine]")
{
    const auto reader = test::openTrace(writeEvents("spine-stop.rdrtrace", 100'000, true, {}));
    const trace::Spine spine(*reader);
    for (const std::size_t taken : { 0, 1, 7, 8, 9 }) {
        trace::SpineAhead ahead(spine);
        for (std::size_t i = 0; i < taken; ++i) {
            REQUIRE(ahead.next() != nullptr);
        }
    }
}
