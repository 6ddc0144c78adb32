#include "gui/graph/graphpanel.h"
#include "gui/inspect/explainpanel.h"
#include "gui/inspect/lifetimepanel.h"
#include "gui/models/fieldmodel.h"
#include "gui/models/texts.h"
#include "tests/gui/guisupport.h"

#include <QAbstractItemModelTester>

#include <QAccessible>
#include <QDockWidget>
#include <QTableView>
#include <QTest>
#include <QTreeView>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

struct Window
{
    MainWindow window;
    Session* session = nullptr;

    explicit Window(const char* name = "01-first-open")
    {
        window.resize(1366, 768);
        window.show();
        session = window.openTrace(testing::sample(name));
        REQUIRE(testing::waitUntilLoaded(*session));
        REQUIRE(session->document.isReady());
        QTest::qWait(1);
    }
    Seq seq() const { return session->focus.seq(); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(&window, key, modifiers);
    }
};

// Counts what is laid out anew.
class LayoutCounter : public QObject
{
public:
    int count = 0;
    bool eventFilter(QObject*, QEvent* event) override
    {
        count += event->type() == QEvent::LayoutRequest;
        return false;
    }
};

} // namespace

TEST_CASE("the keys step, and every view follows", "[gui]")
{
    Window w;
    const Seq start = w.seq();
    CHECK(start == w.session->document.firstOfScenario());
    w.press(Qt::Key_Period);
    CHECK(w.seq() == start + 1);
    w.press(Qt::Key_Comma);
    CHECK(w.seq() == start);
    w.press(Qt::Key_F11);
    CHECK(w.session->document.index()->callAt(w.seq()) != kNoCall);
    const Seq begin = w.seq();
    w.press(Qt::Key_F10);
    const CallIndex call = w.session->document.index()->callAt(begin);
    CHECK(w.seq() == w.session->document.index()->calls[call].end);
    w.press(Qt::Key_F10, Qt::ControlModifier);
    CHECK(w.seq() == begin);

    const auto* table = w.window.panel(QStringLiteral("events"))->findChild<QTableView*>();
    CHECK(table->currentIndex().row() == int(w.seq()) - 1);
    const auto* tree = w.window.panel(QStringLiteral("calls"))->findChild<QTreeView*>();
    CHECK(tree->currentIndex().siblingAtColumn(1).data().toString() == QString::number(begin));
    const double x = w.window.timeline().xOf(w.seq());
    CHECK(x >= w.window.timeline().gutter());
    CHECK(x <= w.window.timeline().viewport()->width());
}

TEST_CASE("a click in one view moves the others", "[gui]")
{
    Window w;
    auto* table = w.window.panel(QStringLiteral("events"))->findChild<QTableView*>();
    const TraceIndex& index = *w.session->document.index();
    const auto exchange
        = std::find_if(index.calls.begin(), index.calls.end(), [](const Call& call) {
              return call.layer == trace::Layer::Wire;
          });
    REQUIRE(exchange != index.calls.end());
    table->setCurrentIndex(table->model()->index(int(exchange->begin) - 1, 0));
    CHECK(w.seq() == exchange->begin);
    const auto* tree = w.window.panel(QStringLiteral("calls"))->findChild<QTreeView*>();
    CHECK(
        tree->currentIndex().siblingAtColumn(1).data().toString()
        == QString::number(exchange->begin));

    TimelineView& timeline = w.window.timeline();
    timeline.showAll();
    const QPoint ruler(int(timeline.xOf(500)), 4);
    QTest::mouseClick(timeline.viewport(), Qt::LeftButton, {}, ruler);
    CHECK(w.seq() >= 498);
    CHECK(w.seq() <= 502);
}

TEST_CASE("zooming keeps what is under the pointer, and panning moves by pixels", "[gui]")
{
    Axis axis;
    axis.setWidth(1000);
    axis.setRange(Axis::Kind::Events, 10'000'001);
    axis.showAll();
    CHECK(axis.showsAll());
    const double kept = axis.units(300);
    for (int i = 0; i < 40; ++i) {
        axis.zoom(0.8, 300);
    }
    CHECK(std::abs(axis.units(300) - kept) < 2 * axis.perPixel() + 1);
    const double left = axis.left();
    axis.pan(50);
    CHECK(axis.left() == Approx(left + 50 * axis.perPixel()));
    for (int i = 0; i < 100; ++i) {
        axis.zoom(1.25, 10);
    }
    CHECK(axis.showsAll());
    CHECK(axis.scrolled() == 0);
}

TEST_CASE("no two commands share a key, and bound keys survive", "[gui]")
{
    MainWindow window;
    CHECK(window.actions().collisions().join(QLatin1Char('\n')).toStdString() == "");
    for (const Actions::Entry& entry : window.actions().all()) {
        INFO(entry.id.toStdString());
        CHECK_FALSE(entry.action->text().isEmpty());
        CHECK_FALSE(entry.action->statusTip().isEmpty());
    }
    CHECK(
        window.actions().setKeys(
            QStringLiteral("step.event.forward"), { QKeySequence(QStringLiteral("F10")) })
        == QStringLiteral("step.over.forward"));
    CHECK(window.actions()
              .setKeys(
                  QStringLiteral("step.event.forward"),
                  { QKeySequence(QStringLiteral("Ctrl+Alt+J")) })
              .isEmpty());
    const QByteArray json = window.actions().toJson();
    MainWindow other;
    QString error;
    REQUIRE(other.actions().fromJson(json, error));
    CHECK(
        other.actions().find(QStringLiteral("step.event.forward"))->shortcut()
        == QKeySequence(QStringLiteral("Ctrl+Alt+J")));
    CHECK_FALSE(other.actions().fromJson("{]", error));
    CHECK_FALSE(error.isEmpty());
}

TEST_CASE("traces open in tabs, once each, and close in any order", "[gui]")
{
    Window w;
    Session* first = w.session;
    Session* second = w.window.openTrace(testing::sample("02-second-open"));
    REQUIRE(testing::waitUntilLoaded(*second));
    CHECK(w.window.current() == second);
    CHECK(w.window.openTrace(testing::sample("01-first-open")) == first);
    CHECK(w.window.current() == first);
    w.window.closeTrace(0);
    CHECK(w.window.current() == second);
    w.window.closeTrace(0);
    CHECK(w.window.current() == nullptr);
    CHECK(w.window.grab().width() == 1366);
}

TEST_CASE("a trace that is not one is reported and can be closed", "[gui]")
{
    MainWindow window;
    window.resize(800, 600);
    window.show();
    Session* session = window.openTrace(QStringLiteral(__FILE__));
    REQUIRE(testing::waitUntilLoaded(*session));
    CHECK(session->document.state() == TraceDocument::State::Failed);
    window.grab();
    window.closeTrace(0);
    CHECK(window.current() == nullptr);
}

TEST_CASE("every visible widget that takes the focus has a name for screen readers", "[gui]")
{
    Window w;
    for (const QWidget* widget : w.window.findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()
            || !(widget->focusPolicy() & Qt::TabFocus)) {
            continue;
        }
        QAccessibleInterface* accessible
            = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget));
        INFO(widget->metaObject()->className() << " " << widget->objectName().toStdString());
        REQUIRE(accessible != nullptr);
        CHECK_FALSE(accessible->text(QAccessible::Name).isEmpty());
    }
}

TEST_CASE("the object panel shows what the event changed, and finds the last change", "[gui]")
{
    Window w;
    const trace::Reader& reader = w.session->document.reader();
    const auto objects = reader.objectsNamed("FCB:\\lab\\public\\readme.txt");
    REQUIRE_FALSE(objects.empty());
    const trace::StringId field = reader.findString("UncleanCount");
    std::vector<trace::FieldChange> changes;
    reader.fieldChanges(
        objects[0], field, 1, UINT64_MAX, false, [&](const trace::FieldChange& change) {
            changes.push_back(change);
            return true;
        });
    REQUIRE(changes.size() >= 2);
    FieldModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto rowOf = [&] {
        for (int row = 0; row < model.rowCount(); ++row) {
            if (model.index(row, 0).data(FieldModel::FieldRole).toUInt() == field) {
                return row;
            }
        }
        return -1;
    };
    model.show(&w.session->document, objects[0], changes[1].seq);
    REQUIRE(rowOf() >= 0);
    CHECK(
        model.index(rowOf(), FieldModel::Value).data().toString().toStdString()
        == changes[1].after.print());
    CHECK(
        model.index(rowOf(), FieldModel::Before).data().toString().toStdString()
        == changes[1].before.print());
    CHECK(model.index(rowOf(), 0).data(FieldModel::ChangedRole).toBool());
    model.show(&w.session->document, objects[0], changes[1].seq - 1);
    REQUIRE(rowOf() >= 0);
    CHECK(
        model.index(rowOf(), FieldModel::Value).data().toString().toStdString()
        == changes[0].after.print());
    CHECK_FALSE(model.index(rowOf(), 0).data(FieldModel::ChangedRole).toBool());

    auto* view = w.window.panel(QStringLiteral("object"))->findChild<QTreeView*>();
    w.window.dock(QStringLiteral("object"))->raise();
    REQUIRE(QTest::qWaitFor([&] { return view->isVisible(); }));
    w.session->focus.goTo(changes[1].seq + 3);
    w.session->focus.choose(objects[0], field);
    REQUIRE(view->currentIndex().data(FieldModel::FieldRole).toUInt() == field);
    Q_EMIT view->activated(view->currentIndex());
    CHECK(w.seq() == changes[1].seq);
    model.show(nullptr, 0, 0);
    CHECK(model.rowCount() == 0);
}

TEST_CASE("a step lays nothing of the window out anew", "[gui]")
{
    Window w("03-read-write");
    auto* graph = w.window.findChild<GraphPanel*>();
    REQUIRE(graph != nullptr);
    REQUIRE(QTest::qWaitFor([&] { return !graph->isBusy(); }));
    const Seq last = w.session->document.lastSeq();
    w.session->focus.goTo(last, Focus::How::Step); // the widest number
    QTest::qWait(1);
    LayoutCounter counter;
    qApp->installEventFilter(&counter);
    int stepped = 0;
    for (Seq seq = last - 1; seq > last - 20; --seq) {
        const int before = counter.count;
        w.session->focus.goTo(seq, Focus::How::Step);
        QApplication::processEvents();
        stepped += counter.count == before;
    }
    qApp->removeEventFilter(&counter);
    CHECK(stepped >= 15); // a longer thread's name asks for room, now and then
}

TEST_CASE("a panel behind another one does not work", "[gui]")
{
    Window w;
    auto* lives = qobject_cast<LifetimePanel*>(w.window.panel(QStringLiteral("lifetimes")));
    auto* explain = qobject_cast<ExplainPanel*>(w.window.panel(QStringLiteral("explain")));
    REQUIRE(lives != nullptr);
    REQUIRE(explain != nullptr);
    w.press(Qt::Key_Right);
    QTest::qWait(20);
    CHECK_FALSE(lives->isSeen());
    CHECK_FALSE(lives->isArranging());
    CHECK(lives->model().rowCount() == 0);
    CHECK_FALSE(explain->isSeen());
    w.window.dock(QStringLiteral("lifetimes"))->raise();
    CHECK(QTest::qWaitFor([&] { return lives->model().rowCount() > 0; }));
    CHECK(lives->isSeen());
    CHECK(QTest::qWaitFor([&] { return !lives->isArranging(); }));
}
