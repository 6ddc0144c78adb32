#include "gui/graph/graphpanel.h"
#include "gui/models/stepper.h"
#include "tests/gui/guisupport.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QFile>
#include <QLineEdit>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>
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

struct Window
{
    MainWindow window;
    Session* session = nullptr;
    GraphPanel* panel = nullptr;

    explicit Window(const char* name = "01-first-open")
    {
        QSettings().remove(QStringLiteral("graph"));
        window.resize(1366, 768);
        window.show();
        panel = qobject_cast<GraphPanel*>(window.panel(QStringLiteral("graph")));
        REQUIRE(panel != nullptr);
        session = window.openTrace(testing::sample(name));
        REQUIRE(testing::waitUntilLoaded(*session));
        settle();
    }
    void settle()
    {
        REQUIRE(QTest::qWaitFor([&] { return !panel->isBusy(); }, 10'000));
        QTest::qWait(1);
    }
    ObjectId named(const char* name) const
    {
        const auto found = session->document.reader().objectsNamed(name);
        REQUIRE_FALSE(found.empty());
        return found.front();
    }
    Seq birthOf(ObjectId object) const { return session->document.reader().object(object)->birth; }
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
