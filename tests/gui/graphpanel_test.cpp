#include "gui/graph/graphpanel.h"
#include "tests/gui/guisupport.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QLineEdit>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;
using trace::ObjectId;

namespace {

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

TEST_CASE(
    "a click in the graph chooses everywhere, a double click finds the last change", "[gui][graph]")
{
    Window w;
    const ObjectId fcb = w.named("FCB:\\lab\\public\\readme.txt");
    const trace::Reader& reader = w.session->document.reader();
    const trace::StringId field = reader.findString("UncleanCount");
    std::vector<Seq> changes;
    reader.fieldChanges(fcb, field, 1, UINT64_MAX, false, [&](const trace::FieldChange& change) {
        changes.push_back(change.seq);
        return true;
    });
    REQUIRE(changes.size() >= 2);
    w.session->focus.goTo(changes[1] - 1);
    w.session->focus.goTo(changes[1] + 1); // a field that just changed stands first
    GraphView& view = w.panel->view();
    view.setAnimated(false);
    view.setZoom(1, {});
    view.reveal(fcb);
    const QRectF box = view.boxOf(fcb);
    REQUIRE_FALSE(box.isEmpty());
    const QPoint head = QPointF(box.left() + 12, box.top() + 6).toPoint();
    REQUIRE(view.viewport()->rect().contains(head));
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, head);
    CHECK(w.session->focus.object() == fcb);

    w.session->focus.choose(fcb, field);
    const QRectF line = view.lineOf(fcb, field);
    REQUIRE_FALSE(line.isEmpty());
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, line.center().toPoint());
    CHECK(w.session->focus.seq() == changes[1]);
    QTest::mouseDClick(
        view.viewport(), Qt::LeftButton, Qt::ShiftModifier,
        view.lineOf(fcb, field).center().toPoint());
    const Seq next = changes.size() > 2 ? changes[2] : changes[1];
    CHECK(w.session->focus.seq() == next);
    w.session->focus.goTo(changes[0] - 1);
    w.session->focus.choose(fcb, field);
    QTest::keyClick(&view, Qt::Key_Return, Qt::ShiftModifier);
    CHECK(w.session->focus.seq() == changes[0]);
}

TEST_CASE("keys walk along the lines of the graph, and letters find objects", "[gui][graph]")
{
    Window w;
    const ObjectId fcb = w.named("FCB:\\lab\\public\\readme.txt");
    w.session->focus.goTo(w.birthOf(fcb) + 60);
    w.panel->setFlow(0);
    w.settle();
    GraphView& view = w.panel->view();
    w.session->focus.choose(fcb);
    QTest::keyClick(&view, Qt::Key_Up);
    CHECK(
        w.session->focus.object() == w.panel->scene().nodes()[w.panel->scene().indexOf(fcb)].home);
    QTest::keyClick(&view, Qt::Key_Down);
    const std::size_t held = w.panel->scene().indexOf(w.session->focus.object());
    REQUIRE(held != GraphScene::kNothing);
    CHECK(w.panel->scene().nodes()[held].home != 0);
    w.session->focus.choose(fcb);
    QTest::keyClick(&view, Qt::Key_Down, Qt::ShiftModifier);
    CHECK(w.session->focus.field() == w.panel->scene().linesOf(fcb).front().field);
    QTest::keyClick(&view, Qt::Key_Up, Qt::ShiftModifier);
    CHECK(w.session->focus.field() == 0);

    w.session->focus.choose(0);
    auto* find = w.panel->findChild<QLineEdit*>();
    QTest::keyClicks(find, QStringLiteral("readme"));
    CHECK(w.panel->scene().titleOf(w.session->focus.object()).contains(QStringLiteral("readme")));
    const ObjectId first = w.session->focus.object();
    QTest::keyClick(find, Qt::Key_Return);
    CHECK(w.session->focus.object() != first);
    QTest::keyClick(find, Qt::Key_Return, Qt::ShiftModifier);
    CHECK(w.session->focus.object() == first);
}

TEST_CASE(
    "who holds an object is drawn on it and listed, and leads to the taking call", "[gui][graph]")
{
    Window w;
    const ObjectId fcb = w.named("FCB:\\lab\\public\\readme.txt");
    const Seq at = w.birthOf(fcb) + 60;
    w.session->focus.goTo(at);
    w.session->focus.choose(fcb);
    const QImage before = w.panel->view().viewport()->grab().toImage();
    w.panel->setWhyShown(true);
    w.settle();
    CHECK(before != w.panel->view().viewport()->grab().toImage());
    const trace::Why why = trace::Retention(w.session->document.reader(), at).why(fcb);
    const WhyModel& model = w.panel->why();
    REQUIRE(model.rowCount() >= 2);
    CHECK(model.rowCount(model.index(0, 0)) == int(why.holds.size()));
    const QModelIndex hold = model.index(0, 0, model.index(0, 0));
    CHECK(hold.data(WhyModel::SeqRole).toULongLong() == why.holds.front().taken.seq);

    QTreeView* list = nullptr;
    for (QTreeView* view : w.panel->findChildren<QTreeView*>()) {
        list = view->model() == &model ? view : list;
    }
    REQUIRE(list != nullptr);
    REQUIRE(why.holds.front().taken.seq != 0);
    Q_EMIT list->activated(hold);
    CHECK(w.session->focus.seq() == why.holds.front().taken.seq);
    w.settle();
    w.session->focus.goTo(1);
    w.settle();
    CHECK(model.headline().contains(QStringLiteral("not alive")));
    w.panel->setWhyShown(false);
    CHECK(model.rowCount() == 0);

    WhyModel own;
    QAbstractItemModelTester tester(&own, QAbstractItemModelTester::FailureReportingMode::Fatal);
    own.show(w.session->document.reader(), why);
    const WhyOverlay overlay = overlayOf(w.session->document.reader(), why);
    CHECK(overlay.nodes.contains(fcb));
    CHECK(overlay.steps.size() >= why.paths.front().holds.size());
    own.clear();
}

TEST_CASE("what the graph shows is written as PNG, SVG and DOT", "[gui][graph]")
{
    Window w;
    const ObjectId fcb = w.named("FCB:\\lab\\public\\readme.txt");
    w.session->focus.goTo(w.birthOf(fcb) + 60);
    const QTemporaryDir folder;
    const auto written = [&](const char* name) {
        const QString path = folder.filePath(QString::fromLatin1(name));
        CHECK(w.panel->save(path).toStdString() == "");
        QFile file(path);
        REQUIRE(file.open(QIODevice::ReadOnly));
        return file.readAll();
    };
    QImage picture;
    REQUIRE(picture.loadFromData(written("graph.png"), "PNG"));
    CHECK(testing::coloursIn(picture, 20) == 20);
    const QByteArray svg = written("graph.svg");
    CHECK(svg.contains("<svg"));
    CHECK(svg.contains("NET_ROOT"));
    const QByteArray dot = written("graph.dot");
    CHECK(dot.startsWith("digraph objects {"));
    CHECK(dot.trimmed().endsWith("}"));
    CHECK(dot.contains("\\\\lab\\\\public\\\\readme.txt"));
    CHECK(dot.count("-> o") > 3);
    CHECK(w.panel->save(folder.filePath(QStringLiteral("missing/graph.svg"))).toStdString() != "");
    CHECK(w.panel->save(folder.filePath(QStringLiteral("missing/graph.dot"))).toStdString() != "");
    CHECK(w.panel->save(folder.filePath(QStringLiteral("missing/graph.png"))).toStdString() != "");
}

TEST_CASE("something that lives is in sight wherever one goes in the graph", "[gui][graph]")
{
    Window w("03-read-write");
    GraphView& view = w.panel->view();
    view.setAnimated(false);
    std::size_t blank = 0;
    std::size_t unseen = 0;
    for (Seq at = 200; at < w.session->document.lastSeq(); at += 97) {
        w.session->focus.goTo(at);
        std::size_t seen = 0;
        std::size_t marked = 0;
        std::size_t markedSeen = 0;
        for (const GraphNode& node : w.panel->scene().nodes()) {
            const bool isSeen = view.isInSight(node.object);
            seen += isSeen;
            marked += node.mark != GraphMark::None;
            markedSeen += isSeen && node.mark != GraphMark::None;
        }
        blank += seen == 0 && !w.panel->scene().nodes().empty();
        unseen += marked != 0 && markedSeen == 0;
    }
    CHECK(blank == 0);
    CHECK(unseen == 0);
}

TEST_CASE("a screen reader hears the chosen object and what keys reach from it", "[gui][graph]")
{
    Window w;
    const ObjectId fcb = w.named("FCB:\\lab\\public\\readme.txt");
    w.session->focus.goTo(w.birthOf(fcb) + 60);
    w.session->focus.choose(fcb);
    const std::vector<CanvasItem> items = w.panel->view().canvasItems();
    REQUIRE(items.size() >= 3);
    CHECK(items[0].name.startsWith(QStringLiteral("FCB \\lab\\public\\readme.txt")));
    CHECK(items[0].name.contains(QStringLiteral("references")));
    CHECK(items[1].name.startsWith(QStringLiteral("NET_ROOT")));
    w.panel->view().activateCanvasItem(1);
    CHECK(
        w.panel->scene().titleOf(w.session->focus.object()).startsWith(QStringLiteral("NET_ROOT")));
    w.panel->view().activateCanvasItem(1000);
}

TEST_CASE("the graph without a trace, or with a foreign file, says what to do", "[gui][graph]")
{
    MainWindow window;
    window.resize(1000, 700);
    window.show();
    auto* panel = qobject_cast<GraphPanel*>(window.panel(QStringLiteral("graph")));
    REQUIRE(panel != nullptr);
    CHECK(panel->save(QStringLiteral("/tmp/never.png")).toStdString() != "");
    panel->view().fit();
    panel->view().zoomBy(2);
    QTest::keyClick(&panel->view(), Qt::Key_Down);
    QTest::keyClick(&panel->view(), Qt::Key_Return);
    QTest::mouseClick(panel->view().viewport(), Qt::LeftButton);
    CHECK(testing::coloursIn(panel->view().grab().toImage(), 3) == 3); // words
    Session* session = window.openTrace(QStringLiteral(__FILE__));
    REQUIRE(testing::waitUntilLoaded(*session));
    CHECK(panel->view().canvasItems().empty());
    window.closeTrace(0);
}
