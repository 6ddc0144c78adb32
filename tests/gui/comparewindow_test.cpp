// The window that compares two traces: steps, places, axes.
#include "gui/app/comparedialog.h"
#include "gui/compare/alignedtimelines.h"
#include "gui/compare/alignedview.h"
#include "tests/gui/compared.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QSettings>

using namespace rdrlab;
using namespace rdrlab::gui;
using testing::kLongestMs;
using testing::waitFor;
using testing::Window;

TEST_CASE("both traces move together in the window", "[gui][compare]")
{
    Window w;
    REQUIRE(!w.comparison().causes().empty());
    const auto& diff = w.comparison().diff();
    const std::size_t first
        = diff.differences()[diff.causes()[w.comparison().causes()[0]].first].row;
    CHECK(w.comparison().row() == first); // the first divergence is where one begins
    w.press(Qt::Key_Home);
    CHECK(w.comparison().row() == w.comparison().firstOfScenario());
    const auto together = [&] {
        const trace::DiffRow pair = w.comparison().pairAt(w.comparison().row());
        CHECK((pair.a == 0 || w.seq(DiffSide::A) == pair.a));
        CHECK((pair.b == 0 || w.seq(DiffSide::B) == pair.b));
    };
    for (int i = 0; i < 20; ++i) {
        w.press(Qt::Key_Period);
        together();
    }
    w.press(Qt::Key_N);
    together();
    CHECK(w.comparison().isInPlace());
    w.press(Qt::Key_N, Qt::ShiftModifier);
    together();
    w.press(Qt::Key_F11);
    together();

    // A move in the main window's panels takes the other trace along.
    Seq paired = 0;
    for (Seq seq = 200; paired == 0; ++seq) {
        paired = diff.op(DiffSide::A, seq) == trace::DiffOp::Same
                && diff.order(DiffSide::A, seq) == trace::DiffOrder::Kept
            ? seq
            : 0;
    }
    w.window->session(DiffSide::A).focus.goTo(paired);
    CHECK(w.seq(DiffSide::B) == diff.partner(DiffSide::A, paired));
    w.window->session(DiffSide::B).focus.goTo(diff.partner(DiffSide::A, paired) + 7);
    CHECK(w.comparison().lastAt(DiffSide::B, w.comparison().row()) == w.seq(DiffSide::B));

    // Unlinked, the other one stays.
    w.window->actions().find(QStringLiteral("view.linked"))->trigger();
    const Seq stays = w.seq(DiffSide::A);
    w.window->session(DiffSide::B).focus.goTo(3);
    CHECK(w.seq(DiffSide::A) == stays);
}

TEST_CASE("choosing an object chooses its counterpart", "[gui][compare]")
{
    Window w;
    const auto& diff = w.comparison().diff();
    std::size_t checked = 0;
    for (const trace::Object& object : w.comparison().reader(DiffSide::A).objects()) {
        const trace::ObjectId partner = diff.partnerOf(DiffSide::A, object.id);
        if (partner != 0 && checked < 20) {
            w.window->session(DiffSide::A).focus.choose(object.id);
            CHECK(w.window->session(DiffSide::B).focus.object() == partner);
            ++checked;
        }
    }
    CHECK(checked == 20);
}

TEST_CASE("no two commands of the compare window share a key", "[gui][compare]")
{
    Window w;
    CHECK(w.window->actions().collisions().join(QLatin1Char('\n')).toStdString() == "");
    for (const Actions::Entry& entry : w.window->actions().all()) {
        INFO(entry.id.toStdString());
        CHECK_FALSE(entry.action->text().isEmpty());
        CHECK_FALSE(entry.action->statusTip().isEmpty());
    }
}

TEST_CASE("the dialog proposes the open traces", "[gui][compare]")
{
    const QString a = testing::sample("01-first-open");
    const QString b = testing::sample("02-second-open");
    CompareDialog dialog({ a, b }, { a, QStringLiteral("/nowhere/gone.rdrtrace") }, b);
    CHECK(dialog.path(DiffSide::A) == b);
    CHECK(dialog.path(DiffSide::B) == a);
    dialog.choose(DiffSide::B, testing::sample("03-read-write"));
    CHECK(dialog.path(DiffSide::B) == testing::sample("03-read-write"));
}

TEST_CASE("an event stands at the same x as its partner in both timelines", "[gui][compare]")
{
    Window w;
    const auto& diff = w.comparison().diff();
    TimelineView& a = w.window->timelines().view(DiffSide::A);
    TimelineView& b = w.window->timelines().view(DiffSide::B);
    a.zoomIn();
    CHECK(a.axis().left() == Approx(b.axis().left()));
    CHECK(a.axis().right() == Approx(b.axis().right()));
    std::size_t checked = 0;
    for (const trace::DiffRow& row : diff.rows()) {
        if (row.a != 0 && row.b != 0) {
            CHECK(std::abs(a.xOf(row.a) - b.xOf(row.b)) < 1.5);
            ++checked;
        }
    }
    CHECK(checked > 300);
    b.panBy(0.3);
    CHECK(a.axis().left() == Approx(b.axis().left()));
    // What stands at a pixel is what was put there.
    for (Seq seq = 1; seq <= w.comparison().reader(DiffSide::A).lastSeq(); seq += 7) {
        CHECK(a.axis().seqAt(a.axis().place(seq) + 0.5) == seq);
    }
    const std::size_t gap = w.comparison().gapsOf(DiffSide::A).back().last;
    CHECK(
        a.axis().seqAt(double(gap) + 1.5)
        == std::max<Seq>(1, w.comparison().lastAt(DiffSide::A, gap)));
}

TEST_CASE("the overview of differences goes where one clicks, and by keys", "[gui][compare]")
{
    Window w;
    DifferenceBar& bar = w.window->timelines().bar();
    const auto& places = w.comparison().places();
    REQUIRE(places.size() > 2);
    bar.setFocus();
    w.comparison().goTo(places.front().first);
    QTest::keyClick(&bar, Qt::Key_Right);
    CHECK(w.comparison().row() == places[1].first);
    QTest::keyClick(&bar, Qt::Key_Left);
    CHECK(w.comparison().row() == places[0].first);
    QTest::mouseClick(&bar, Qt::LeftButton, {}, QPoint(bar.width() - 2, bar.height() / 2));
    CHECK(w.comparison().row() > w.comparison().diff().rowCount() * 9 / 10);
    w.comparison().goTo(places[1].first);
    const auto items = bar.canvasItems();
    REQUIRE(items.size() == 3);
    CHECK(items[0].name.contains(QStringLiteral("2")));
    bar.activateCanvasItem(2);
    CHECK(w.comparison().row() == places[2].first);
    CHECK(testing::coloursIn(bar.grab().toImage(), 8) == 8);
}

TEST_CASE("a mask of one's own is used and kept for the next comparison", "[gui][compare]")
{
    {
        Window w("05-sharing", "06-failures");
        const std::uint64_t changed = w.comparison().diff().counts().changed;
        trace::DiffMask mask = w.comparison().diff().mask();
        mask.compare("times");
        w.window->setMask(mask);
        REQUIRE(waitFor(w.comparison()));
        CHECK(w.comparison().diff().counts().changed > changed);
    }
    {
        Window w("05-sharing", "06-failures");
        CHECK_FALSE(w.comparison().diff().mask().ignores("times"));
        w.window->actions().find(QStringLiteral("compare.mask.standard"))->trigger();
        REQUIRE(waitFor(w.comparison()));
        CHECK(w.comparison().diff().mask().ignores("times"));
    }
    CHECK_FALSE(QSettings().contains(QStringLiteral("compare/mask")));
}

TEST_CASE("rows are copied with both sides", "[gui][compare]")
{
    Window w;
    w.press(Qt::Key_N);
    w.window->actions().find(QStringLiteral("edit.copy"))->trigger();
    const QString text = QGuiApplication::clipboard()->text();
    CHECK(text.count(QLatin1Char('\t')) >= 8);
    CHECK(text.count(QLatin1Char('\n')) == 0);
}

TEST_CASE("every view of the compare window has a name", "[gui][compare]")
{
    Window w;
    for (const QWidget* widget : w.window->findChildren<QWidget*>()) {
        const bool isView = qobject_cast<const QAbstractItemView*>(widget) != nullptr
            || qobject_cast<const TimelineView*>(widget) != nullptr
            || qobject_cast<const DifferenceBar*>(widget) != nullptr;
        if (isView && widget->isVisible() && qobject_cast<const QHeaderView*>(widget) == nullptr) {
            INFO(widget->metaObject()->className());
            CHECK_FALSE(widget->accessibleName().isEmpty());
            CHECK(widget->focusPolicy() != Qt::NoFocus);
        }
    }
}

TEST_CASE("the compare window goes back and forward among the places visited", "[gui][compare]")
{
    Window w;
    QAction* back = w.window->actions().find(QStringLiteral("go.back"));
    QAction* forward = w.window->actions().find(QStringLiteral("go.forward"));
    CHECK_FALSE(back->isEnabled());
    const std::size_t start = w.comparison().row();
    w.press(Qt::Key_Home);
    const std::size_t home = w.comparison().row();
    REQUIRE(home != start);
    w.press(Qt::Key_Period); // a step is no place of its own, but where it led to is kept
    w.press(Qt::Key_Period);
    const std::size_t stepped = w.comparison().row();
    CHECK(stepped == home + 2);
    w.press(Qt::Key_N);
    const std::size_t place = w.comparison().row();
    REQUIRE(place != stepped);
    CHECK_FALSE(forward->isEnabled());
    w.press(Qt::Key_Left, Qt::AltModifier);
    CHECK(w.comparison().row() == stepped);
    w.press(Qt::Key_Left, Qt::AltModifier);
    CHECK(w.comparison().row() == home);
    back->trigger();
    CHECK(w.comparison().row() == start);
    CHECK_FALSE(back->isEnabled());
    const trace::DiffRow pair = w.comparison().pairAt(start);
    CHECK((pair.a == 0 || w.seq(DiffSide::A) == pair.a));
    CHECK((pair.b == 0 || w.seq(DiffSide::B) == pair.b));
    for (int i = 0; i < 3; ++i) {
        w.press(Qt::Key_Right, Qt::AltModifier);
    }
    CHECK(w.comparison().row() == place);
    CHECK_FALSE(forward->isEnabled());

    // A jump in one of the traces, in the main window say, is one here; a step there is none.
    w.window->session(DiffSide::A).focus.goTo(200, Focus::How::Step);
    const std::size_t before = w.comparison().row();
    w.window->session(DiffSide::A).focus.goTo(100);
    REQUIRE(w.comparison().row() != before);
    back->trigger();
    CHECK(w.comparison().row() == before);

    // Another mask has other rows; the events visited stay the same.
    const Seq at = w.comparison().lastAt(DiffSide::A, before);
    forward->trigger();
    trace::DiffMask mask = w.comparison().diff().mask();
    mask.ignore("locks");
    w.window->setMask(mask);
    REQUIRE(waitFor(w.comparison()));
    back->trigger();
    CHECK(w.comparison().lastAt(DiffSide::A, w.comparison().row()) == at);
    QSettings().remove(QStringLiteral("compare/mask"));
}

TEST_CASE("by time each trace has its own axis, and the current pair one place", "[gui][compare]")
{
    Window w;
    AlignedTimelines& timelines = w.window->timelines();
    TimelineView& a = timelines.view(DiffSide::A);
    TimelineView& b = timelines.view(DiffSide::B);
    const QImage aligned = a.grab().toImage();
    w.window->actions().find(QStringLiteral("axis.time"))->trigger();
    CHECK(a.axisKind() == Axis::Kind::Time);
    CHECK(b.axisKind() == Axis::Kind::Time);
    // Both axes reach as far as the longer trace, or one scale would not do for both.
    const auto endNs
        = [&](DiffSide side) { return double(w.window->session(side).document.index()->endNs); };
    CHECK(endNs(DiffSide::A) != endNs(DiffSide::B));
    CHECK(a.axis().end() == std::max(endNs(DiffSide::A), endNs(DiffSide::B)));
    CHECK(b.axis().end() == a.axis().end());
    CHECK(a.grab().toImage() != aligned);

    std::size_t checked = 0;
    for (const Comparison::Place& place : w.comparison().places()) {
        const trace::DiffRow pair = w.comparison().diff().rows()[place.first - 1];
        if (place.first < w.comparison().firstOfScenario() + 5 || pair.a == 0 || pair.b == 0) {
            continue;
        }
        w.comparison().goTo(place.first - 1);
        const double at = a.unitsOf(pair.a);
        a.showRange(at - 40'000, at + 60'000);
        CHECK(a.axis().perPixel() == Approx(b.axis().perPixel()));
        CHECK(std::abs(a.xOf(pair.a) - b.xOf(pair.b)) < 1.5);
        b.panBy(0.1);
        b.zoomIn();
        CHECK(a.axis().perPixel() == Approx(b.axis().perPixel()));
        CHECK(std::abs(a.xOf(pair.a) - b.xOf(pair.b)) < 1.5);
        ++checked;
    }
    CHECK(checked > 2);
    CHECK(testing::coloursIn(b.grab().toImage(), 12) == 12);

    w.window->actions().find(QStringLiteral("zoom.all"))->trigger();
    CHECK(a.axis().showsAll());
    CHECK(b.axis().showsAll());
    CHECK(a.axis().perPixel() == Approx(b.axis().perPixel()));
    w.press(Qt::Key_N);
    w.press(Qt::Key_F, Qt::ShiftModifier);
    const TimelineView& active = timelines.view(w.window->link().active());
    CHECK_FALSE(active.axis().showsAll());

    // Unlinked, each stays where it is.
    w.window->actions().find(QStringLiteral("view.linked"))->trigger();
    const double left = b.axis().left();
    a.panBy(0.3);
    CHECK(b.axis().left() == left);
    w.window->actions().find(QStringLiteral("axis.aligned"))->trigger();
    CHECK(a.axisKind() == Axis::Kind::Events);
    for (const trace::DiffRow& row : w.comparison().diff().rows()) {
        if (row.a != 0 && row.b != 0) {
            CHECK(a.axis().place(row.a) == b.axis().place(row.b));
        }
    }
}
