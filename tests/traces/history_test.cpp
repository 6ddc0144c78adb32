#include "tests/support/synthetic.h"
#include "traces/query/cause.h"
#include "traces/query/changes.h"
#include "traces/query/history.h"
#include "traces/query/state.h"

#include <catch2/catch.hpp>
#include <random>

using namespace rdrlab;

namespace {

std::unique_ptr<trace::Reader> firstOpen(const std::string& name)
{
    std::string error;
    auto reader = trace::Reader::open(test::firstOpenTrace(name), error);
    REQUIRE(reader != nullptr);
    return reader;
}

} // namespace

TEST_CASE("changes between two events lead from one state to the other", "[traces][changes]")
{
    const auto reader = firstOpen("between");
    std::mt19937 random(1);
    for (int i = 0; i < 60; ++i) {
        trace::Seq from = 1 + random() % reader->lastSeq();
        trace::Seq to = 1 + random() % reader->lastSeq();
        if (from > to) {
            std::swap(from, to);
        }
        trace::StateCursor before(*reader);
        trace::StateCursor after(*reader);
        REQUIRE(before.moveTo(from - 1));
        REQUIRE(after.moveTo(to));
        std::vector<trace::ObjectDelta> deltas;
        REQUIRE(trace::changesBetween(*reader, from, to, 0, deltas));
        std::size_t next = 0;
        for (const trace::Object& object : reader->objects()) {
            auto fields = before.of(object.id).fields;
            auto references = before.of(object.id).references;
            bool alive = before.isAlive(object);
            if (next < deltas.size() && deltas[next].object == object.id) {
                const trace::ObjectDelta& delta = deltas[next++];
                for (const trace::FieldDelta& field : delta.fields) {
                    const auto known = fields.find(field.field);
                    CHECK(
                        field.before
                        == (known != fields.end() ? known->second : trace::FieldValue {}));
                    fields[field.field] = field.after;
                    CHECK(field.first >= from);
                    CHECK(field.last <= to);
                }
                if (delta.countAfter) {
                    const std::int64_t start = references.value_or(0);
                    CHECK(*delta.countAfter == start + delta.taken - delta.given);
                    references = delta.countAfter;
                }
                alive = (alive || delta.isBorn) && !delta.isDead;
                std::vector<trace::ObjectDelta> single;
                REQUIRE(trace::changesBetween(*reader, from, to, object.id, single));
                REQUIRE(single.size() == 1);
                CHECK(single[0].fields.size() == delta.fields.size());
                CHECK(single[0].isDifferent() == delta.isDifferent());
            }
            INFO("from #" << from << " to #" << to << ", object " << object.id);
            CHECK(fields == after.of(object.id).fields);
            CHECK(references == after.of(object.id).references);
            CHECK(alive == after.isAlive(object));
        }
        CHECK(next == deltas.size());
    }
}

TEST_CASE("a long question stops when it is told to", "[traces][changes]")
{
    const std::string path = test::temporaryPath("long");
    {
        auto recorder = test::recordTo(path);
        sched::Context context;
        recorder->setContext(&context);
        int thing = 0;
        recorder->born(recorder::ObjectKind::Fcb, &thing, 0, "x", nullptr);
        for (int i = 0; i < 40'000; ++i) {
            recorder->reference(&thing, 1, i + 1, "again");
        }
        REQUIRE(recorder->finish());
    }
    std::string error;
    const auto reader = trace::Reader::open(path, error);
    REQUIRE(reader != nullptr);
    std::vector<trace::ObjectDelta> deltas;
    int asked = 0;
    const auto stop = [&](std::uint64_t done, std::uint64_t total) {
        CHECK(done <= total);
        ++asked;
        return false;
    };
    CHECK_FALSE(trace::changesBetween(*reader, 1, UINT64_MAX, 0, deltas, stop));
    CHECK(asked == 1);
}

TEST_CASE("last and next change agree with the whole history", "[traces][history]")
{
    const auto reader = firstOpen("lastnext");
    for (const trace::Object& object : reader->objects()) {
        for (const trace::StringId field : trace::fieldsOf(*reader, object.id)) {
            const auto all = trace::fieldHistory(*reader, object.id, field, 1, reader->lastSeq());
            REQUIRE_FALSE(all.empty());
            for (trace::Seq at = 0; at <= reader->lastSeq(); ++at) {
                const trace::FieldChange* last = nullptr;
                const trace::FieldChange* next = nullptr;
                for (const trace::FieldChange& change : all) {
                    last = change.seq <= at ? &change : last;
                    next = change.seq > at && next == nullptr ? &change : next;
                }
                const auto foundLast = trace::lastChange(*reader, object.id, field, at);
                const auto foundNext = trace::nextChange(*reader, object.id, field, at);
                CHECK(foundLast.has_value() == (last != nullptr));
                CHECK((!foundLast || foundLast->seq == last->seq));
                CHECK(foundNext.has_value() == (next != nullptr));
                CHECK((!foundNext || foundNext->seq == next->seq));
            }
        }
    }
}

TEST_CASE("an object's life begins with its birth and ends with its death", "[traces][history]")
{
    const auto reader = firstOpen("whole-life");
    for (const trace::Object& object : reader->objects()) {
        std::vector<trace::LifeMoment> moments;
        REQUIRE(trace::lifeOf(
            *reader, object.id, 1, reader->lastSeq(), [&](const trace::LifeMoment& moment) {
                CHECK((moments.empty() || moments.back().event.seq < moment.event.seq));
                moments.push_back(moment);
                return true;
            }));
        REQUIRE_FALSE(moments.empty());
        CHECK(moments.front().what == trace::LifeMoment::What::Born);
        CHECK(moments.front().event.seq == object.birth);
        // Only a call that killed its object ends after that.
        for (const trace::LifeMoment& moment : moments) {
            CHECK(
                (moment.what == trace::LifeMoment::What::Died)
                == (moment.event.seq == object.death));
            CHECK(
                (object.death == 0 || moment.event.seq <= object.death
                 || moment.event.kind == trace::EventKind::End));
        }
    }
}

TEST_CASE("a cause is the path of calls around an event", "[traces][cause]")
{
    const auto reader = firstOpen("cause");
    trace::Causes causes(*reader);
    reader->events(1, reader->lastSeq(), [&](const trace::Event& event) {
        const auto cause = causes.at(event.seq);
        REQUIRE(cause);
        CHECK((cause->inner() != nullptr) == (event.span != 0));
        for (std::size_t i = 0; i < cause->calls.size(); ++i) {
            CHECK(cause->calls[i].parent == (i == 0 ? 0 : cause->calls[i - 1].id));
        }
        CHECK((cause->inner() == nullptr || cause->inner()->id == event.span));
        CHECK(causes.request(event.span) == cause->request());
        return true;
    });
    CHECK_FALSE(causes.at(reader->lastSeq() + 1));
    CHECK(causes.path(999'999).empty());
}
