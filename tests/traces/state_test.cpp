#include "tests/support/synthetic.h"
#include "traces/query/spantree.h"
#include "traces/query/state.h"
#include "traces/store/writer.h"

#include <catch2/catch.hpp>
#include <filesystem>
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

namespace {

// Some hundred short lives and a few long ones, with more changes than fit into one piece of the
// state log; finished, or as a program that died after its last commit leaves it.
std::string writeLives(const std::string& name, bool isFinished)
{
    const std::string path = test::temporaryPath(name);
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    for (trace::StringId id = 1; id <= 40; ++id) {
        writer->string(id, "text " + std::to_string(id));
    }
    std::mt19937 random(7);
    struct Live
    {
        std::map<trace::StringId, trace::Value> fields;
        std::int32_t references = 0;
    };
    std::map<trace::ObjectId, Live> live;
    trace::ObjectId last = 0;
    for (trace::Seq seq = 1; seq <= 9000; ++seq) {
        trace::Event event;
        event.seq = seq;
        event.timeNs = seq * 10;
        writer->event(event);
        if (live.size() < 30 && random() % 8 == 0) {
            writer->objectBorn({ ++last, trace::ObjectKind::Fcb, 1 + last % 40, 0, seq, 0 });
            live[last];
            continue;
        }
        if (live.empty()) {
            continue;
        }
        const auto at = std::next(live.begin(), std::ptrdiff_t(random() % live.size()));
        if (at->first > 5 && random() % 30 == 0) {
            writer->objectDied(at->first, seq);
            live.erase(at);
            continue;
        }
        for (unsigned i = random() % 3; i > 0; --i) {
            const trace::StringId field = 1 + random() % 6;
            trace::Value value;
            switch (random() % 5) {
            case 0:
                break;
            case 1:
                value = { trace::Value::Type::Text, 0, 1 + trace::StringId(random() % 40) };
                break;
            case 2:
                value = { trace::Value::Type::Object, std::int64_t(1 + random() % last),
                          1 + trace::StringId(random() % 40) };
                break;
            default:
                value = { trace::Value::Type::Integer, std::int64_t(random()) - 2'000'000'000, 0 };
            }
            writer->change({ seq, at->first, field, at->second.fields[field], value });
            at->second.fields[field] = value;
        }
        if (random() % 4 == 0) {
            const int delta = random() % 2 == 0 ? 1 : -1;
            at->second.references += delta;
            writer->reference({ seq, at->first, delta, at->second.references, 1 });
        }
        if (seq % 500 == 0) {
            writer->commit();
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

struct Rows
{
    std::vector<trace::FieldChange> changes;
    std::vector<trace::Reference> references;
};

trace::ObjectState replayed(const Rows& rows, trace::ObjectId object, trace::Seq at)
{
    trace::ObjectState state;
    for (const trace::FieldChange& change : rows.changes) {
        if (change.object == object && change.seq <= at) {
            state.fields[change.field] = change.after;
            if (change.after.type == trace::Value::Type::None) {
                state.fields.erase(change.field);
            }
        }
    }
    for (const trace::Reference& reference : rows.references) {
        if (reference.object == object && reference.seq <= at) {
            state.references = reference.count;
        }
    }
    return state;
}

} // namespace

TEST_CASE("keyframes and the state log tell what the rows tell", "[traces][state]")
{
    enum Kind
    {
        Finished,
        Cut,
        WithoutLog
    };
    const Kind kind = GENERATE(Finished, Cut, WithoutLog);
    const std::string path
        = writeLives("lives" + std::to_string(int(kind)) + ".rdrtrace", kind != Cut);
    std::string error;
    if (kind == WithoutLog) { // as an older program wrote it
        test::alterTrace(
            path,
            "DROP TABLE state_log; DROP TABLE keyframes; DROP TABLE spine_chunks;"
            "DROP TABLE spine_columns; DROP TABLE stack_locations; PRAGMA user_version = 2");
    }
    const auto reader = trace::Reader::open(path, error);
    INFO(error);
    REQUIRE(reader != nullptr);
    REQUIRE(reader->lastSeq() == 9000);
    const trace::StateLog log(*reader);
    trace::Keyframe keyframe;
    if (kind == Finished) {
        CHECK(log.coveredTo() == 9000);
        REQUIRE(log.keyframeAt(9000, keyframe));
        CHECK(keyframe.seq() > 4000);
        CHECK(keyframe.count() > 5);
    } else if (kind == Cut) {
        CHECK(log.coveredTo() > 4000);
        CHECK(log.coveredTo() < 9000);
    } else {
        CHECK(log.coveredTo() == 0);
    }
    Rows rows;
    reader->changes(1, 9000, [&](const trace::FieldChange& change) {
        rows.changes.push_back(change);
        return true;
    });
    reader->references(1, 9000, [&](const trace::Reference& reference) {
        rows.references.push_back(reference);
        return true;
    });
    std::mt19937 random(3);
    trace::StateCursor cursor(*reader);
    const trace::Seq boundary = kind == Cut ? log.coveredTo() : 4500;
    const std::vector<trace::Seq> stops
        = { 0,        9000, 1,    boundary, boundary + 1, boundary - 1, boundary + 2,
            boundary, 8999, 0,    8000,     7999,         8001,         30,
            29,       31,   4400, 4401,     4399,         9000 };
    for (std::size_t i = 0; i < stops.size() + 20; ++i) {
        const trace::Seq at = i < stops.size() ? stops[i] : random() % 9001;
        REQUIRE(cursor.moveTo(at));
        CHECK(cursor.position() == at);
        std::vector<trace::ObjectId> alive;
        for (const trace::Object& object : reader->objects()) {
            if (cursor.isAlive(object)) {
                alive.push_back(object.id);
            }
            if (object.birth <= at && (object.id % 7 == 0 || cursor.isAlive(object))) {
                INFO("object " << object.id << " after #" << at);
                CHECK(cursor.of(object.id) == replayed(rows, object.id, at));
            }
        }
        CHECK(cursor.alive() == alive);
    }
    CHECK(trace::stateOf(*reader, 3, 5000) == replayed(rows, 3, 5000));
    const auto whole = trace::activityBetween(*reader, 1, 9000);
    CHECK(whole.born.size() == reader->objects().size());
    const auto part = trace::activityBetween(*reader, 4000, 8500);
    for (const trace::Object& object : reader->objects()) {
        const bool born = object.birth >= 4000 && object.birth <= 8500;
        CHECK(std::binary_search(part.born.begin(), part.born.end(), object.id) == born);
    }
    CHECK(reader->error().empty());
}

TEST_CASE("a keyframe or log of any bytes gives a state or an error", "[traces][state]")
{
    trace::PackedState first;
    first.put(3, { trace::Value::Type::Integer, -5, 0 });
    first.put(1, { trace::Value::Type::Object, 9, 4 });
    first.references = -1;
    const trace::PackedState second;
    const std::vector<std::pair<trace::ObjectId, const trace::PackedState*>> objects
        = { { 2, &first }, { 7, &second } };
    trace::Bytes bytes;
    trace::Keyframe::pack(9, objects, bytes);
    const std::vector<trace::LogEntry> entries
        = { { 5, 2, 3, trace::LogEntry::Kind::Field, { trace::Value::Type::Text, 0, 8 } },
            { 5, 2, 0, trace::LogEntry::Kind::References, { trace::Value::Type::Integer, 4, 0 } },
            { 9, 7, 0, trace::LogEntry::Kind::Died, {} } };
    trace::Bytes logged;
    trace::packLog(5, entries, logged);

    trace::Keyframe keyframe;
    REQUIRE(keyframe.unpack(4, bytes));
    trace::PackedState state;
    REQUIRE(keyframe.state(2, state));
    CHECK(state.fields == first.fields);
    CHECK(state.references == first.references);
    REQUIRE(keyframe.state(7, state));
    CHECK(state.fields.empty());
    CHECK_FALSE(keyframe.state(3, state));
    CHECK(keyframe.lastObject() == 9);
    std::vector<trace::LogEntry> back;
    REQUIRE(trace::unpackLog(logged.data(), logged.size(), 5, 9, back));
    REQUIRE(back.size() == 3);
    CHECK(back[0].value == entries[0].value);
    CHECK(back[2].seq == 9);
    back.clear();
    CHECK_FALSE(trace::unpackLog(logged.data(), logged.size(), 5, 8, back));
    CHECK(back.empty());

    std::mt19937 random(11);
    for (int i = 0; i < 4000; ++i) {
        trace::Bytes torn = i % 2 == 0 ? bytes : logged;
        torn[random() % torn.size()] = std::uint8_t(random());
        torn.resize(random() % (torn.size() + 1));
        if (keyframe.unpack(4, torn)) {
            for (std::size_t k = 0; k < keyframe.count(); ++k) {
                keyframe.state(keyframe.object(k), state);
            }
        }
        back.clear();
        if (!trace::unpackLog(torn.data(), torn.size(), 5, 9, back)) {
            CHECK(back.empty());
        }
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
