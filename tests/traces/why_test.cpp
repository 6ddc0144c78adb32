#include "tests/support/synthetic.h"
#include "traces/query/why.h"

#include <catch2/catch.hpp>

using namespace rdrlab;
using recorder::ObjectKind;
using trace::Holder;

namespace {

trace::ObjectId named(const trace::Reader& reader, const std::string& name)
{
    const auto found = reader.objectsNamed(name);
    REQUIRE(found.size() == 1);
    return found.front();
}

// The structures of one open file, each holding the next as RDBSS does, and one reference that a
// call forgot to give back.
struct Family
{
    explicit Family(const std::string& name)
        : path(test::temporaryPath(name))
    {
        auto recorder = test::recordTo(path);
        sched::Context context;
        recorder->setContext(&context);
        context.processId = 8;
        context.threadId = 12;
        recorder->process(8, "app");
        recorder->thread(12, 8, "main");
        recorder->born(ObjectKind::Process, &process, 0, "app", nullptr);
        const auto create = recorder->begin(trace::Layer::App, "NtCreateFile", nullptr);
        recorder->born(ObjectKind::Fcb, &fcb, 0, "\\lab\\a", nullptr);
        recorder->reference(&fcb, 1, 1, "FCB table");
        recorder->reference(&fcb, 1, 2, "create");
        recorder->born(ObjectKind::SrvOpen, &srvOpen, 0, "", &fcb);
        recorder->reference(&fcb, 1, 3, "SRV_OPEN");
        recorder->born(ObjectKind::Fobx, &fobx, 0, "", &srvOpen);
        recorder->reference(&srvOpen, 1, 1, "FOBX");
        recorder->born(ObjectKind::File, &file, 0, "\\lab\\a", nullptr);
        recorder->born(ObjectKind::Handle, &handle, 0, "app!4", &file);
        recorder->reference(&file, 1, 1, "handle");
        recorder->changed(&file, "FsContext2", "", "FOBX#1");
        recorder->reference(&fcb, -1, 2, "RxDereferenceNetFcb"); // undoes "create"
        recorder->end(create, 0, 0);
        const auto query = recorder->begin(trace::Layer::App, "NtQueryInformationFile", nullptr);
        querySpan = query;
        recorder->reference(&fcb, 1, 3, "RxpReferenceNetFcb");
        forgotten = recorder->lastSeq();
        recorder->end(query, 0, 0);
        opened = recorder->lastSeq();
        const auto close = recorder->begin(trace::Layer::App, "NtClose", nullptr);
        recorder->died(&handle);
        recorder->reference(&file, -1, 0, "handle");
        recorder->died(&file);
        recorder->died(&fobx);
        recorder->reference(&srvOpen, -1, 0, "FOBX");
        recorder->died(&srvOpen);
        recorder->reference(&fcb, -1, 2, "SRV_OPEN");
        recorder->reference(&fcb, -1, 1, "FCB table");
        recorder->end(close, 0, 0);
        REQUIRE(recorder->finish());
    }

    std::string path;
    char process, fcb, srvOpen, fobx, file, handle;
    trace::Seq forgotten = 0;
    trace::Seq opened = 0;
    trace::SpanId querySpan = 0;
};

} // namespace

TEST_CASE("the book of references balances at every event", "[traces][why]")
{
    for (const char* sample : { "01-first-open", "05-sharing", "06-failures" }) {
        const auto reader = test::openTrace(RDRLAB_SAMPLES "/" + std::string(sample) + ".rdrtrace");
        trace::Causes causes(*reader);
        for (const trace::Object& object : reader->objects()) {
            const trace::Ledger ledger = trace::ledgerOf(*reader, causes, object.id);
            for (const trace::Reference& line : ledger.lines) {
                std::int64_t held = ledger.opening;
                for (const trace::LedgerPair& pair : ledger.pairs) {
                    held += pair.isHeldAt(line.seq) ? pair.count : 0;
                }
                for (const trace::Reference& lost : ledger.unmatched) {
                    held += lost.seq <= line.seq ? lost.delta : 0;
                }
                INFO(sample << " " << reader->string(object.name) << " #" << line.seq);
                CHECK(held == line.count);
                CHECK(ledger.countAt(line.seq) == line.count);
            }
            CHECK(ledger.unmatched.empty());
        }
    }
}

TEST_CASE("a line is paired with the one that took, whatever that was called", "[traces][why]")
{
    const Family family("pairs");
    const auto reader = test::openTrace(family.path);
    trace::Causes causes(*reader);
    const trace::Ledger ledger = trace::ledgerOf(*reader, causes, named(*reader, "FCB:\\lab\\a"));
    std::map<std::string, std::string> couples;
    for (const trace::LedgerPair& pair : ledger.pairs) {
        couples[std::string(reader->string(pair.taken.reason))]
            = pair.returned.seq != 0 ? std::string(reader->string(pair.returned.reason)) : "";
    }
    CHECK(couples.at("create") == "RxDereferenceNetFcb");
    CHECK(couples.at("SRV_OPEN") == "SRV_OPEN");
    CHECK(couples.at("FCB table") == "FCB table");
    CHECK(couples.at("RxpReferenceNetFcb").empty());
}

TEST_CASE("why names the holders, the paths from the roots and the dominators", "[traces][why]")
{
    const Family family("paths");
    const auto reader = test::openTrace(family.path);
    trace::Retention retention(*reader, family.opened);
    const trace::Why fcb = retention.why(named(*reader, "FCB:\\lab\\a"));
    CHECK(fcb.isAlive);
    CHECK(fcb.count == 3);
    REQUIRE(fcb.holds.size() == 3);
    CHECK(fcb.holds[0].holder.kind == Holder::Kind::Table);
    CHECK(fcb.holds[1].holder.object == named(*reader, "SRV_OPEN#1"));
    CHECK(fcb.holds[2].holder.kind == Holder::Kind::Nobody);
    CHECK(fcb.holds[2].holder.span == family.querySpan);
    CHECK(fcb.holds[2].taken.seq == family.forgotten);
    CHECK(fcb.dominators.empty());
    // SRV_OPEN is held by the FOBX alone.
    const trace::Why srvOpen = retention.why(named(*reader, "SRV_OPEN#1"));
    REQUIRE(srvOpen.holds.size() == 1);
    REQUIRE_FALSE(srvOpen.dominators.empty());
    CHECK(srvOpen.dominators[0].object == named(*reader, "FOBX#1"));
    const trace::Why file = retention.why(named(*reader, "FILE_OBJECT:\\lab\\a"));
    REQUIRE(file.paths.size() == 1);
    REQUIRE(file.paths[0].nodes.size() == 3); // process, handle, file
    CHECK(file.paths[0].nodes[0].object == named(*reader, "PROCESS:app"));
    CHECK(file.dominators.size() == 2);
    CHECK(file.paths[0].holds.size() == 2);
}

TEST_CASE("why of the dead and the unborn says so", "[traces][why]")
{
    const Family family("dead");
    const auto reader = test::openTrace(family.path);
    trace::Retention late(*reader, UINT64_MAX);
    CHECK_FALSE(late.why(named(*reader, "FOBX#1")).isAlive);
    trace::Retention early(*reader, 1);
    CHECK_FALSE(early.why(named(*reader, "FOBX#1")).isAlive);
    CHECK(early.why(999'999).holds.empty());
}

TEST_CASE("a forgotten reference is a leak with the call that took it", "[traces][why]")
{
    const Family family("leak");
    const auto reader = test::openTrace(family.path);
    trace::Retention retention(*reader, UINT64_MAX);
    const trace::LeakReport report = retention.leaks(1);
    REQUIRE(report.leaks.size() == 1);
    CHECK(report.leaks[0].object == named(*reader, "FCB:\\lab\\a"));
    CHECK(report.leaks[0].taken.seq == family.forgotten);
    CHECK(report.leaks[0].span == family.querySpan);
    REQUIRE(report.family.size() == 2); // the process and the FCB
    CHECK(report.family.back().count == 1);
    CHECK_FALSE(report.family.back().isRooted);
    CHECK(retention.leaks(family.forgotten + 1).leaks.empty());
}

TEST_CASE("no sample leaves a reference behind", "[traces][why]")
{
    for (const char* sample : { "01-first-open", "03-read-write", "05-sharing", "network-cut" }) {
        const auto reader = test::openTrace(RDRLAB_SAMPLES "/" + std::string(sample) + ".rdrtrace");
        trace::Retention retention(*reader, UINT64_MAX);
        const trace::Seq start = std::stoull(reader->meta("start", "1"));
        INFO(sample);
        CHECK(retention.leaks(start).leaks.empty());
    }
}
