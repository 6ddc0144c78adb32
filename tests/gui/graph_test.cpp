#include "gui/models/graphmodel.h"
#include "gui/models/stepper.h"
#include "tests/gui/guisupport.h"
#include "traces/store/writer.h"

#include <QAbstractItemModelTester>
#include <QTemporaryDir>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;
using trace::ObjectId;
using trace::ObjectKind;

namespace {

GraphKinds allKinds()
{
    GraphKinds all;
    all.set();
    all.reset(std::size_t(ObjectKind::None));
    return all;
}

// A loaded trace with its scene, no window.
struct Scene
{
    Session session;
    std::shared_ptr<const GraphSource> source;
    std::unique_ptr<GraphLayout> layout;
    GraphScene scene;

    explicit Scene(
        const char* name, GraphKinds kinds = usualGraphKinds(), GraphFlow flow = GraphFlow::Down)
    {
        session.document.open(testing::sample(name));
        REQUIRE(testing::waitUntilLoaded(session));
        REQUIRE(session.document.isReady());
        source = GraphSource::read(session.document.reader());
        layout = std::make_unique<GraphLayout>(source, kinds, flow, GraphMetrics());
        scene.setSource(&session.document, layout.get());
    }
    const trace::Reader& reader() const { return session.document.reader(); }
    ObjectId named(const char* name) const
    {
        const auto found = reader().objectsNamed(name);
        REQUIRE_FALSE(found.empty());
        return found.front();
    }
};

} // namespace

TEST_CASE("no node of the object graph moves from one event to any other", "[gui][graph]")
{
    const char* const samples[] = { "01-first-open", "02-second-open", "03-read-write",
                                    "04-directory",  "05-sharing",     "06-failures" };
    for (const char* const name : samples) {
        const GraphFlow flow = name[1] % 2 == 0 ? GraphFlow::Right : GraphFlow::Down;
        Scene s(name, allKinds(), flow);
        std::map<ObjectId, QRectF> stands;
        std::size_t moved = 0;
        std::size_t overlaps = 0;
        for (Seq at = 1; at <= s.session.document.lastSeq(); ++at) {
            s.scene.show(at, at - 1);
            const std::vector<GraphNode>& nodes = s.scene.nodes();
            for (const GraphNode& node : nodes) {
                moved += stands.try_emplace(node.object, node.box).first->second != node.box;
            }
            // Looking at all pairs of every event would take minutes.
            for (std::size_t i = 0; at % 61 == 0 && i < nodes.size(); ++i) {
                for (std::size_t k = i + 1; k < nodes.size(); ++k) {
                    overlaps += nodes[i].box.intersects(nodes[k].box);
                }
            }
        }
        INFO(name);
        CHECK(stands.size() == s.reader().objects().size());
        CHECK(moved == 0);
        CHECK(overlaps == 0);
    }
}

TEST_CASE("no node moves in the long samples either", "[gui][graph]")
{
    Scene s("network-cut", allKinds(), GraphFlow::Right);
    std::map<ObjectId, QRectF> stands;
    std::size_t moved = 0;
    for (Seq at = 1; at <= s.session.document.lastSeq(); ++at) {
        s.scene.show(at, at - 1);
        for (const GraphNode& node : s.scene.nodes()) {
            moved += stands.try_emplace(node.object, node.box).first->second != node.box;
        }
    }
    CHECK(stands.size() == s.reader().objects().size());
    CHECK(moved == 0);
}

TEST_CASE("no node moves in the busiest sample, stepping by calls and back", "[gui][graph]")
{
    Scene s("busy-minute");
    std::map<ObjectId, QRectF> stands;
    std::size_t moved = 0;
    const auto look = [&](Seq at) {
        s.scene.show(at, at - 1);
        for (const GraphNode& node : s.scene.nodes()) {
            moved += stands.try_emplace(node.object, node.box).first->second != node.box;
        }
    };
    std::size_t stops = 0;
    for (Seq at = 1; at != 0; at = step::byCall(s.session.document, at, Direction::Forward)) {
        look(at);
        ++stops;
    }
    for (Seq at = s.session.document.lastSeq(); at > 43; at -= 43) {
        look(at);
    }
    CHECK(stops > 5000);
    CHECK(stands.size() > 500);
    CHECK(moved == 0);
}

TEST_CASE("compact view keeps the order of all objects and leaves no empty place", "[gui][graph]")
{
    Scene pinned("03-read-write");
    Scene compact("03-read-write");
    compact.scene.setCompact(true);
    double widest = 0;
    for (Seq at = 1; at <= pinned.session.document.lastSeq(); at += 3) {
        pinned.scene.show(at, at - 1);
        compact.scene.show(at, at - 1);
        const std::vector<GraphNode>& wide = pinned.scene.nodes();
        const std::vector<GraphNode>& close = compact.scene.nodes();
        REQUIRE(wide.size() == close.size());
        std::set<double> slots;
        std::size_t inversions = 0;
        for (std::size_t i = 0; i < wide.size(); ++i) {
            CHECK(wide[i].box.top() == close[i].box.top());
            slots.insert(close[i].box.left());
            for (std::size_t k = 0; k < i; ++k) {
                inversions += (wide[i].box.left() < wide[k].box.left())
                    != (close[i].box.left() < close[k].box.left());
            }
        }
        CHECK(inversions == 0);
        // One slot beside the other, from the margin on.
        const double pitch = GraphMetrics().boxWidth + GraphMetrics().slotGap;
        double expected = GraphMetrics().margin;
        for (const double slot : slots) {
            CHECK(slot == Approx(expected));
            expected += pitch;
        }
        widest = std::max(widest, compact.scene.size().width());
    }
    CHECK(widest > 0);
    CHECK(widest < pinned.scene.size().width());
}

TEST_CASE("a step marks what was born, what changed from what, and what died", "[gui][graph]")
{
    Scene s("01-first-open");
    const ObjectId fcb = s.named("FCB:\\lab\\public\\readme.txt");
    const trace::Object& object = *s.reader().object(fcb);
    const auto markOf = [&](ObjectId id) {
        const std::size_t at = s.scene.indexOf(id);
        REQUIRE(at != GraphScene::kNothing);
        return s.scene.nodes()[at].mark;
    };
    s.scene.show(object.birth - 1, object.birth - 2);
    CHECK(s.scene.indexOf(fcb) == GraphScene::kNothing);
    s.scene.show(object.birth, object.birth - 1);
    CHECK(markOf(fcb) == GraphMark::Born);
    CHECK(s.scene.count(GraphMark::Born) == 1);

    const trace::StringId field = s.reader().findString("UncleanCount");
    std::vector<trace::FieldChange> changes;
    s.reader().fieldChanges(fcb, field, 1, UINT64_MAX, false, [&](const trace::FieldChange& each) {
        changes.push_back(each);
        return true;
    });
    REQUIRE(changes.size() >= 2);
    const trace::FieldChange& change = changes.back();
    s.scene.show(change.seq, change.seq - 1);
    CHECK(markOf(fcb) == GraphMark::Changed);
    const std::vector<GraphLine>& lines = s.scene.linesOf(fcb);
    const auto line = std::find_if(
        lines.begin(), lines.end(), [&](const GraphLine& each) { return each.field == field; });
    REQUIRE(line != lines.end());
    CHECK(line->isChanged);
    CHECK(line->before.toStdString() == change.before.print());
    CHECK(line->value.toStdString() == change.after.print());
    CHECK(line - lines.begin() < GraphLayout::lines(ObjectKind::Fcb) - 2); // it is seen

    REQUIRE(object.death != 0);
    s.scene.show(object.death, object.death - 1);
    CHECK(markOf(fcb) == GraphMark::Died);
    s.scene.show(object.death + 1, object.death);
    CHECK(s.scene.indexOf(fcb) == GraphScene::kNothing);

    // A step over many events marks all that they did; one backwards only the last event.
    s.scene.show(change.seq, object.birth - 1);
    CHECK(markOf(fcb) == GraphMark::Born);
    CHECK(s.scene.since() == object.birth - 1);
    s.scene.show(change.seq, change.seq + 20);
    CHECK(s.scene.since() == change.seq - 1);
    CHECK(markOf(fcb) == GraphMark::Changed);
}

TEST_CASE("kinds that are not shown take no room, and what they held stays placed", "[gui][graph]")
{
    GraphKinds few;
    few.set(std::size_t(ObjectKind::SrvCall));
    few.set(std::size_t(ObjectKind::Fcb));
    Scene s("01-first-open", few);
    const ObjectId fcb = s.named("FCB:\\lab\\public\\readme.txt");
    const ObjectId server = s.named("SRV_CALL:\\lab");
    CHECK(s.layout->homeOf(fcb) == server); // its NET_ROOT is not shown
    s.scene.show(s.reader().object(fcb)->birth + 5, 0);
    for (const GraphNode& node : s.scene.nodes()) {
        CHECK((node.kind == ObjectKind::SrvCall || node.kind == ObjectKind::Fcb));
    }
    CHECK(s.scene.hiddenChanges() > 0);
    Scene all("01-first-open", allKinds());
    all.scene.show(1, 0);
    s.scene.show(1, 0);
    CHECK(s.scene.size().height() < all.scene.size().height());
}

TEST_CASE(
    "closed sub-trees become pills that tell how many, and the chosen object stays", "[gui][graph]")
{
    Scene s("busy-minute");
    // When most is open.
    Seq busiest = 0;
    std::size_t most = 0;
    for (Seq at = 1; at < s.session.document.lastSeq(); at += 97) {
        s.scene.show(at, at - 1);
        if (s.scene.nodes().size() > most) {
            most = s.scene.nodes().size();
            busiest = at;
        }
    }
    s.scene.show(busiest, busiest - 1);
    CHECK(s.scene.pills().empty());
    std::map<ObjectId, std::vector<ObjectId>> fcbs;
    for (const GraphNode& node : s.scene.nodes()) {
        if (node.kind == ObjectKind::Fcb) {
            fcbs[node.home].push_back(node.object);
        }
    }
    const auto home = std::max_element(fcbs.begin(), fcbs.end(), [](const auto& a, const auto& b) {
        return a.second.size() < b.second.size();
    });
    REQUIRE(home != fcbs.end());
    REQUIRE(home->second.size() >= 3);
    s.scene.setClosed(home->first, ObjectKind::Fcb, true);
    s.scene.showAgain();
    REQUIRE(s.scene.pills().size() == 1);
    const GraphPill pill = s.scene.pills().front();
    CHECK(pill.count == home->second.size());
    CHECK(pill.total == most - s.scene.nodes().size());
    CHECK(pill.words().toStdString() == "▸ " + std::to_string(pill.count) + " FCBs");
    for (const ObjectId fcb : home->second) {
        CHECK(s.scene.indexOf(fcb) == GraphScene::kNothing);
    }
    s.scene.setKept({ home->second[1] });
    s.scene.showAgain();
    CHECK(s.scene.indexOf(home->second[1]) != GraphScene::kNothing);
    CHECK(s.scene.pills().front().count == home->second.size() - 1);
    s.scene.setKept({});
    CHECK(s.scene.toggle(home->first)); // something of it shows, so all of it closes
    s.scene.showAgain();
    CHECK(s.scene.toggle(home->first));
    s.scene.showAgain();
    CHECK(s.scene.nodes().size() == most);
    CHECK_FALSE(s.scene.toggle(4'000'000'000));
}

namespace {

// A server with one share and so many files open at once.
QString manyFiles(const QTemporaryDir& folder, unsigned files)
{
    const QString path = folder.filePath(QStringLiteral("many.rdrtrace"));
    std::string error;
    const auto writer = trace::Writer::create(path.toStdString(), error);
    REQUIRE(writer != nullptr);
    trace::Seq seq = 0;
    const auto born = [&](ObjectKind kind, ObjectId owner, const std::string& name) {
        ++seq;
        trace::Object object;
        object.id = ObjectId(seq);
        object.kind = kind;
        object.owner = owner;
        object.name = trace::StringId(seq);
        object.birth = seq;
        writer->string(object.name, name);
        trace::Event event;
        event.seq = seq;
        event.timeNs = seq * 100;
        event.kind = trace::EventKind::Born;
        event.layer = trace::Layer::Rdbss;
        event.object = object.id;
        writer->event(event);
        writer->objectBorn(object);
        return object.id;
    };
    const ObjectId server = born(ObjectKind::SrvCall, 0, "SRV_CALL:\\many");
    const ObjectId share = born(ObjectKind::NetRoot, server, "NET_ROOT:\\many\\share");
    for (unsigned i = 0; i < files; ++i) {
        born(ObjectKind::Fcb, share, "FCB:\\many\\share\\file" + std::to_string(i));
    }
    REQUIRE(writer->finish());
    return path;
}

} // namespace

TEST_CASE("of more objects than can be looked at, sub-trees close by themselves", "[gui][graph]")
{
    const QTemporaryDir folder;
    constexpr unsigned kFiles = 1000;
    Session session;
    session.document.open(manyFiles(folder, kFiles));
    REQUIRE(testing::waitUntilLoaded(session));
    REQUIRE(session.document.isReady());
    GraphLayout layout(
        GraphSource::read(session.document.reader()), usualGraphKinds(), GraphFlow::Down,
        GraphMetrics());
    GraphScene scene;
    scene.setSource(&session.document, &layout);
    scene.show(250, 249);
    CHECK(scene.nodes().size() == 250);
    CHECK(scene.pills().empty());
    scene.show(900, 899);
    REQUIRE(scene.pills().size() == 1);
    CHECK(scene.nodes().size() == 2);
    CHECK(scene.pills().front().count == 898);
    CHECK(scene.pills().front().marked == 1);
    scene.show(290, 289); // still closed: it would flicker around the limit
    CHECK(scene.pills().size() == 1);
    scene.show(190, 189);
    CHECK(scene.pills().empty());
    scene.show(900, 899);
    scene.setClosed(scene.pills().front().home, ObjectKind::Fcb, false);
    scene.showAgain();
    CHECK(scene.nodes().size() == 900); // the person's wish counts more
}

TEST_CASE("a growing recording adds places and moves none", "[gui][graph]")
{
    Scene s("05-sharing");
    for (const GraphFlow flow : { GraphFlow::Down, GraphFlow::Right }) {
        std::map<ObjectId, QRectF> stands;
        std::unique_ptr<GraphLayout> layout;
        const Seq last = s.session.document.lastSeq();
        std::size_t moved = 0;
        for (Seq until = last / 8; until <= last; until += last / 8) {
            // What the file would have told by then.
            auto known = std::make_shared<GraphSource>();
            for (std::size_t i = 0; i < s.source->items.size(); ++i) {
                trace::LayoutItem item = s.source->items[i];
                if (item.birth <= until) {
                    item.death = item.death <= until ? item.death : 0;
                    known->items.push_back(item);
                    known->kinds.push_back(s.source->kinds[i]);
                }
            }
            known->isComplete = false;
            if (layout == nullptr) {
                layout = std::make_unique<GraphLayout>(known, allKinds(), flow, GraphMetrics());
            } else {
                layout->extend(*known);
            }
            s.scene.setSource(&s.session.document, layout.get());
            for (Seq at = 1; at <= until; at += 5) {
                s.scene.show(at, at - 1);
                for (const GraphNode& node : s.scene.nodes()) {
                    moved += stands.try_emplace(node.object, node.box).first->second != node.box;
                }
            }
            for (const trace::LayoutItem& item : known->items) {
                CHECK(layout->has(item.object));
            }
        }
        CHECK(moved == 0);
        CHECK(stands.size() > 100);
        s.scene.setSource(nullptr, nullptr);
    }
}

TEST_CASE("the list beside the canvas holds the same objects", "[gui][graph]")
{
    Scene s("01-first-open");
    GraphModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto count = [&](const auto& self, const QModelIndex& parent) -> int {
        int rows = model.rowCount(parent);
        for (int row = 0; row < model.rowCount(parent); ++row) {
            rows += self(self, model.index(row, 0, parent));
        }
        return rows;
    };
    for (Seq at = 300; at < 830; at += 53) {
        s.scene.show(at, at - 1);
        model.show(&s.scene);
        CHECK(count(count, {}) == int(s.scene.nodes().size() + s.scene.pills().size()));
        for (const GraphNode& node : s.scene.nodes()) {
            const QModelIndex index = model.indexOf(node.object);
            CHECK(index.data() == s.scene.titleOf(node.object));
            CHECK(index.parent() == model.indexOf(node.home));
            CHECK_FALSE(index.data(Qt::AccessibleTextRole).toString().isEmpty());
        }
    }
    const ObjectId server = s.named("SRV_CALL:\\lab");
    s.scene.show(s.reader().object(s.named("FCB:\\lab\\public\\readme.txt"))->birth + 10, 0);
    REQUIRE(s.scene.toggle(server));
    s.scene.showAgain();
    model.show(&s.scene);
    const QModelIndex pill = model.index(0, 0, model.indexOf(server));
    CHECK(pill.data(GraphModel::HomeRole).toUInt() == server);
    CHECK(pill.data().toString().contains(QStringLiteral("NET_ROOT")));
    model.show(nullptr);
    CHECK(model.rowCount() == 0);
}
