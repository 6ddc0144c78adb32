#include "tests/support/synthetic.h"
#include "traces/query/check.h"
#include "traces/query/state.h"
#include "traces/store/schema.h"
#include "traces/store/spine.h"
#include "traces/store/upgrade.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

using namespace rdrlab;

namespace {

// The layout of an older program, made from today's.
std::string asVersion(int version, const std::string& name)
{
    const std::string path = test::firstOpenTrace(name);
    if (version == 3) {
        test::alterTrace(path, "DROP TABLE stack_locations; PRAGMA user_version = 3");
        return path;
    }
    test::alterTrace(
        path,
        "DROP TABLE spine_chunks; DROP TABLE spine_columns; DROP TABLE state_log;"
        "DROP TABLE keyframes; DROP TABLE stack_locations; PRAGMA user_version = 2");
    if (version == 1) {
        test::alterTrace(
            path,
            "DROP VIEW v_stack; ALTER TABLE inputs DROP COLUMN seq; ALTER TABLE inputs DROP COLUMN "
            "wire_bytes;"
            "PRAGMA user_version = 1");
    }
    return path;
}

trace::SpanId irpCall(const trace::Reader& reader)
{
    trace::SpanId call = 0;
    reader.spans([&](const trace::Span& span) {
        call = span.layer == trace::Layer::Io ? span.id : call;
        return call == 0;
    });
    return call;
}

// Every row of every table, packed ones too.
std::string dump(const trace::Reader& reader)
{
    std::vector<std::string> tables;
    reader.sql(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name",
        {}, [&](const std::vector<const char*>& row) { tables.emplace_back(row[0]); });
    std::ostringstream text;
    for (std::size_t i = 1; i < tables.size(); ++i) {
        text << tables[i] << '\n';
        std::string columns;
        reader.sql(
            "SELECT * FROM " + tables[i] + " LIMIT 0", {},
            [&](const std::vector<const char*>& row) {
                for (const char* column : row) {
                    columns += std::string(columns.empty() ? "quote(" : ", quote(") + column + ")";
                }
            });
        const std::string problem = reader.sql(
            "SELECT " + columns + " FROM " + tables[i] + " ORDER BY 1", {},
            [&](const std::vector<const char*>& row) {
                for (const char* cell : row) {
                    text << (cell != nullptr ? cell : "NULL") << ' ';
                }
                text << '\n';
            });
        CHECK(problem.empty());
    }
    return text.str();
}

} // namespace

TEST_CASE("a trace of an older layout reads like one of today's", "[traces][upgrade]")
{
    const int version = GENERATE(1, 2, 3);
    const auto today = test::openTrace(test::firstOpenTrace("today.rdrtrace"));
    const auto old = test::openTrace(asVersion(version, "old.rdrtrace"));
    CHECK(old->schemaVersion() == version);
    CHECK(old->note().empty());
    CHECK(old->lastSeq() == today->lastSeq());
    CHECK(trace::Spine(*old).eventCount() == old->lastSeq());
    trace::StateCursor then(*old);
    trace::StateCursor now(*today);
    for (trace::Seq at = 0; at <= old->lastSeq(); at += 3) {
        REQUIRE(then.moveTo(at));
        REQUIRE(now.moveTo(at));
        CHECK(then.alive() == now.alive());
        for (const trace::Object& object : today->objects()) {
            CHECK(then.of(object.id) == now.of(object.id));
        }
    }
    CHECK(old->inputs([](const trace::Input&) { return true; }));
    // What it lacks is empty, for those who ask the views too.
    CHECK_FALSE(old->stackLocation(irpCall(*today)));
    CHECK(today->stackLocation(irpCall(*today)));
    CHECK(old->stackLocations([](const trace::StackLocation&) { return false; }));
    int rows = -1; // the first call is the head
    CHECK(old->sql("SELECT * FROM v_stack", {}, [&](const auto&) { ++rows; }) == "");
    CHECK(rows == 0);
    CHECK(
        trace::check(
            *old, {},
            [](const trace::Breach& breach) { FAIL_CHECK(breach.table + ": " + breach.text); })
            .breaches
        == 0);
    CHECK(old->error().empty());
}

TEST_CASE("an upgraded trace is what today's program would have written", "[traces][upgrade]")
{
    const int version = GENERATE(1, 2, 3, 4);
    const std::string goal = test::firstOpenTrace("goal.rdrtrace");
    if (version < 4) {
        test::alterTrace(goal, "DELETE FROM stack_locations"); // cannot be made from the rest
    }
    const auto today = test::openTrace(goal);
    const auto old = test::openTrace(
        version == 4 ? test::firstOpenTrace("from.rdrtrace") : asVersion(version, "from.rdrtrace"));
    const std::string to = test::temporaryPath("to.rdrtrace");
    std::string error;
    REQUIRE(trace::upgradeTrace(*old, to, error, {}));
    const auto upgraded = test::openTrace(to);
    CHECK(upgraded->schemaVersion() == trace::kSchemaVersion);
    CHECK(upgraded->isComplete());
    CHECK(dump(*upgraded) == dump(*today));
}

TEST_CASE("an upgrade that is given up or cannot write leaves nothing", "[traces][upgrade]")
{
    const auto old = test::openTrace(asVersion(2, "stopped.rdrtrace"));
    const std::string to = test::temporaryPath("half.rdrtrace");
    std::string error;
    CHECK_FALSE(
        trace::upgradeTrace(*old, to, error, [](std::uint64_t, std::uint64_t) { return false; }));
    CHECK(error == to + ": given up");
    CHECK_FALSE(std::filesystem::exists(to));
    CHECK_FALSE(trace::upgradeTrace(*old, "/nonexistent/x.rdrtrace", error, {}));
    CHECK_FALSE(error.empty());
}

TEST_CASE("an interrupted recording is finished by an upgrade, and says so", "[traces][upgrade]")
{
    const std::string path = test::temporaryPath("running.rdrtrace");
    const std::string cut = path + ".cut";
    auto recorder = test::recordTo(path);
    sched::Context context;
    recorder->setContext(&context);
    test::recordFirstOpen(*recorder, context);
    recorder->flush();
    std::filesystem::copy_file(path, cut);
    const auto reader = test::openTrace(cut);
    CHECK_FALSE(reader->isComplete());
    const std::string to = test::temporaryPath("finished.rdrtrace");
    std::string error;
    REQUIRE(trace::upgradeTrace(*reader, to, error, {}));
    const auto finished = test::openTrace(to);
    CHECK(finished->isComplete());
    CHECK(finished->meta("interrupted") == "1");
    CHECK(finished->lastSeq() == reader->lastSeq());
    const trace::Spine spine(*finished);
    REQUIRE(spine.chunkCount() == 1);
    CHECK(spine.info(0).isExact);
    CHECK(trace::StateLog(*finished).coveredTo() == finished->lastSeq());
}
