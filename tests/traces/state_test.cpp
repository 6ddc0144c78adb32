#include "tests/support/synthetic.h"
#include "traces/query/spantree.h"
#include "traces/query/state.h"
#include "traces/store/writer.h"

#include <catch2/catch.hpp>
#include <random>

using namespace rdrlab;

namespace {

// Every state after every event, kept whole: slow and obviously right.
struct Model
{
    std::vector<std::map<trace::ObjectId, std::map<trace::StringId, std::int64_t>>> fields { {} };
    std::vector<std::map<trace::ObjectId, std::int32_t>> references { {} };
};

Model writeRandomTrace(const std::string& path, unsigned seed)
{
    std::mt19937 random(seed);
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    for (trace::StringId id = 1; id <= 6; ++id) {
        writer->string(id, "field" + std::to_string(id));
    }
    Model model;
    for (trace::Seq seq = 1; seq <= 400; ++seq) {
        model.fields.push_back(model.fields.back());
        model.references.push_back(model.references.back());
        trace::Event event;
        event.seq = seq;
        const trace::ObjectId object = 1 + random() % 5;
        if (seq <= 5) {
            event.kind = trace::EventKind::Born;
            writer->event(event);
            writer->objectBorn({ trace::ObjectId(seq), trace::ObjectKind::Fcb, 1, 0, seq, 0 });
            continue;
        }
        if (random() % 3 == 0) {
            event.kind = trace::EventKind::Reference;
            writer->event(event);
            auto& count = model.references.back()[object];
            const std::int32_t delta = random() % 2 == 0 ? 1 : -1;
            count += delta;
            writer->reference({ seq, object, delta, count, 1 });
            continue;
        }
        event.kind = trace::EventKind::Change;
        writer->event(event);
        const unsigned changes = 1 + random() % 3;
        for (unsigned i = 0; i < changes; ++i) {
            // The same field may change twice in one event.
            const trace::StringId field = 1 + random() % 6;
            auto& fields = model.fields.back()[object];
            const auto old = fields.find(field);
            trace::Change change { seq,
                                   object,
                                   field,
                                   {},
                                   { trace::Value::Type::Integer, std::int64_t(random() % 9), 0 } };
            if (old != fields.end()) {
                change.before = { trace::Value::Type::Integer, old->second, 0 };
            }
            fields[field] = change.after.number;
            writer->change(change);
        }
    }
    REQUIRE(writer->finish());
    return model;
}

void compare(const trace::StateCursor& cursor, const Model& model)
{
    const trace::Seq at = cursor.position();
    for (trace::ObjectId object = 1; object <= 5; ++object) {
        std::map<trace::StringId, std::int64_t> fields;
        for (const auto& [field, value] : cursor.of(object).fields) {
            fields[field] = value.number;
        }
        const auto expected = model.fields[at].find(object);
        INFO("object " << object << " after #" << at);
        CHECK(
            fields
            == (expected != model.fields[at].end() ? expected->second : decltype(fields) {}));
        const auto references = model.references[at].find(object);
        CHECK(
            cursor.of(object).references.has_value() == (references != model.references[at].end()));
        CHECK(
            cursor.of(object).references.value_or(0)
            == (references != model.references[at].end() ? references->second : 0));
    }
}

} // namespace

TEST_CASE("the state at any event is right, whichever way one comes to it", "[traces][state]")
{
    const unsigned seed = GENERATE(1u, 2u, 3u);
    const std::string path = test::temporaryPath("random" + std::to_string(seed));
    const Model model = writeRandomTrace(path, seed);
    std::string error;
    const auto reader = trace::Reader::open(path, error);
    REQUIRE(reader != nullptr);
    trace::StateCursor cursor(*reader);
    std::mt19937 random(seed);
    for (int i = 0; i < 120; ++i) {
        REQUIRE(cursor.moveTo(random() % 401));
        compare(cursor, model);
    }
    for (trace::Seq at = 400; at > 390; --at) {
        REQUIRE(cursor.moveTo(at));
        compare(cursor, model);
        const trace::ObjectState single = trace::stateOf(*reader, 2, at);
        CHECK(single.fields == cursor.of(2).fields);
        CHECK(single.references == cursor.of(2).references);
    }
}

TEST_CASE("objects born, changed and died in a range are told apart", "[traces][state]")
{
    std::string error;
    const auto reader = trace::Reader::open(test::firstOpenTrace("activity"), error);
    REQUIRE(reader != nullptr);
    const auto whole = trace::activityBetween(*reader, 1, reader->lastSeq());
    CHECK(whole.born.size() == reader->objects().size());
    CHECK(whole.died.size() == 6);
    CHECK(whole.changed.size() == 2);
    const trace::Object& irp = *reader->object(reader->objectsNamed("IRP#1").at(0));
    const auto around = trace::activityBetween(*reader, irp.birth, irp.birth);
    CHECK(around.born == std::vector<trace::ObjectId> { irp.id });
    CHECK(around.died.empty());
}

TEST_CASE("the span tree has every call below the one that made it", "[traces][spans]")
{
    std::string error;
    const auto reader = trace::Reader::open(test::firstOpenTrace("spans"), error);
    REQUIRE(reader != nullptr);
    const trace::SpanTree tree(*reader);
    REQUIRE(tree.nodes()[0].children.size() == 3);
    const trace::SpanNode& open = tree.nodes()[tree.nodes()[0].children[0]];
    CHECK(reader->string(open.span.routine) == "NtCreateFile");
    CHECK(tree.count(tree.nodes()[0].children[0], trace::Layer::Mrx) == 3);
    CHECK(tree.count(tree.nodes()[0].children[0], trace::Layer::Wire) == 1);
    for (const trace::SpanNode& node : tree.nodes()) {
        for (const std::uint32_t child : node.children) {
            CHECK(tree.nodes()[child].span.id > node.span.id);
        }
    }
    CHECK(tree.find(open.span.id) == tree.nodes()[0].children[0]);
    CHECK(tree.find(open.span.id + 1) == 0);
}
