#include "tests/support/synthetic.h"
#include "traces/store/spine.h"
#include "traces/store/writer.h"

#include <catch2/catch.hpp>

using namespace rdrlab;

namespace {

std::unique_ptr<trace::Reader> open(const std::string& path)
{
    std::string error;
    auto reader = trace::Reader::open(path, error);
    INFO(error);
    REQUIRE(reader != nullptr);
    return reader;
}

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
    const auto reader = open(test::firstOpenTrace("spine.rdrtrace"));
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
