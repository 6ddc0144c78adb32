// Two traces compared in the visualizer: models, stepping, window.
#include "gui/app/comparedialog.h"
#include "gui/compare/alignedview.h"
#include "gui/compare/comparewindow.h"
#include "gui/models/comparecauses.h"
#include "gui/models/comparepair.h"
#include "gui/models/comparerows.h"
#include "gui/models/comparetexts.h"
#include "tests/gui/guisupport.h"

#include <QAbstractItemModelTester>

#include <QFile>
#include <QLabel>
#include <QTemporaryDir>
#include <QTest>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

constexpr int kLongestMs = 60'000;

bool waitFor(Comparison& comparison)
{
    return QTest::qWaitFor([&] { return !comparison.isRunning(); }, kLongestMs);
}

// Two samples that share most of their calls.
struct Compared
{
    Comparison comparison;

    explicit Compared(const char* a = "01-first-open", const char* b = "02-second-open")
    {
        comparison.start(testing::sample(a), testing::sample(b), std::nullopt);
        REQUIRE(waitFor(comparison));
        INFO(comparison.error().toStdString());
        REQUIRE(comparison.isReady());
    }
    const trace::TraceDiff& diff() const { return comparison.diff(); }
};

// The window as a person has it after "Compare with…".
struct Window
{
    MainWindow main;
    CompareWindow* window = nullptr;

    explicit Window(const char* a = "01-first-open", const char* b = "02-second-open")
    {
        main.compareTraces(testing::sample(a), testing::sample(b));
        REQUIRE(main.comparisons().size() == 1);
        window = main.comparisons().front();
        window->resize(1366, 768);
        REQUIRE(QTest::qWaitFor([&] { return window->comparison().isReady(); }, kLongestMs));
        QTest::qWait(1);
    }
    Comparison& comparison() { return window->comparison(); }
    Seq seq(DiffSide side) { return window->session(side).focus.seq(); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(window, key, modifiers);
    }
};

} // namespace

TEST_CASE("every row of the axis has its mark, and places hold all differences", "[gui][compare]")
{
    Compared compared;
    const Comparison& comparison = compared.comparison;
    const auto& rows = compared.diff().rows();
    REQUIRE(rows.size() > 100);
    std::array<std::uint64_t, kRowMarks> counts {};
    for (std::size_t row = 0; row < rows.size(); ++row) {
        ++counts[std::size_t(comparison.mark(row))];
        const trace::DiffRow pair = comparison.pairAt(row);
        CHECK((rows[row].a == 0 || pair.a == rows[row].a));
        CHECK((rows[row].b == 0 || pair.b == rows[row].b));
        CHECK((comparison.differenceAt(row) != kNoDifference) == differs(comparison.mark(row)));
    }
    const trace::DiffCounts& totals = compared.diff().counts();
    CHECK(counts[std::size_t(RowMark::OnlyA)] == totals.missing);
    CHECK(counts[std::size_t(RowMark::OnlyB)] == totals.extra);
    CHECK(counts[std::size_t(RowMark::LeftOut)] == totals.leftOutA + totals.leftOutB);
    CHECK(totals.extra > 0);
    for (const trace::Difference& difference : compared.diff().differences()) {
        CHECK(
            comparison.differenceAt(difference.row)
            == std::uint32_t(&difference - compared.diff().differences().data()));
    }

    std::size_t inside = 0;
    std::uint32_t next = 0;
    for (const Comparison::Place& place : comparison.places()) {
        CHECK(place.first >= next);
        CHECK(differs(comparison.mark(place.first)));
        CHECK(differs(comparison.mark(place.last)));
        next = place.last + 1;
        for (std::uint32_t row = place.first; row <= place.last; ++row) {
            inside += differs(comparison.mark(row));
            CHECK((differs(comparison.mark(row)) || comparison.mark(row) == RowMark::LeftOut));
        }
    }
    CHECK(
        inside
        == counts[std::size_t(RowMark::OnlyA)] + counts[std::size_t(RowMark::OnlyB)]
            + counts[std::size_t(RowMark::Changed)] + counts[std::size_t(RowMark::Moved)]);

    for (const DiffSide side : kBothSides) {
        Seq last = 0;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const Seq own = side == DiffSide::A ? rows[row].a : rows[row].b;
            last = own != 0 ? own : last;
            CHECK(comparison.lastAt(side, row) == last);
        }
    }
}

TEST_CASE("next and previous difference visit every place once", "[gui][compare]")
{
    Compared compared;
    Comparison& comparison = compared.comparison;
    REQUIRE(!comparison.places().empty());
    comparison.goTo(0);
    std::vector<std::size_t> visited;
    while (comparison.goToPlace(true)) {
        visited.push_back(comparison.row());
        REQUIRE(visited.size() <= comparison.places().size());
        CHECK(comparison.isInPlace());
        CHECK(comparison.placeIndex() + 1 == visited.size() + (comparison.places()[0].first == 0));
    }
    CHECK(visited.size() == comparison.places().size() - (comparison.places()[0].first == 0));
    comparison.goTo(SIZE_MAX);
    CHECK(comparison.row() == compared.diff().rowCount() - 1);
    while (comparison.goToPlace(false)) {
        REQUIRE(!visited.empty());
        CHECK(comparison.row() == visited.back());
        visited.pop_back();
    }
    CHECK(visited.empty());
    std::size_t causes = 0;
    comparison.goTo(0);
    while (comparison.goToCause(true)) {
        ++causes;
    }
    CHECK(causes > 0);
    CHECK(causes <= compared.diff().causes().size());
}

TEST_CASE("the models of a comparison keep the rules of item models", "[gui][compare]")
{
    Comparison comparison;
    CompareRows rows(comparison);
    CompareCauses causes(comparison);
    CompareLines lines(comparison);
    const auto mode = QAbstractItemModelTester::FailureReportingMode::Fatal;
    QAbstractItemModelTester testRows(&rows, mode);
    QAbstractItemModelTester testCauses(&causes, mode);
    QAbstractItemModelTester testLines(&lines, mode);
    CHECK(rows.rowCount() == 0);
    comparison.start(testing::sample("05-sharing"), testing::sample("06-failures"), std::nullopt);
    REQUIRE(waitFor(comparison));
    REQUIRE(comparison.isReady());
    rows.show(CompareRows::Shown::Everything);
    CHECK(std::size_t(rows.rowCount()) == comparison.diff().rowCount());
    rows.show(CompareRows::Shown::Differences);
    CHECK(rows.rowCount() > 0);
    std::size_t last = 0;
    std::size_t shown = 0;
    for (int row = 0; row < rows.rowCount(); ++row) {
        CHECK((row == 0 || rows.axisRow(row) > last));
        last = rows.axisRow(row);
        CHECK(rows.tableRow(last) == row);
        shown += differs(comparison.mark(last));
    }
    std::size_t wanted = 0;
    for (std::size_t row = 0; row < comparison.diff().rowCount(); ++row) {
        wanted += differs(comparison.mark(row));
    }
    CHECK(shown == wanted);

    // Every difference is in the tree once, and is found there.
    std::size_t inTree = 0;
    for (int cause = 0; cause < causes.rowCount(); ++cause) {
        const QModelIndex top = causes.index(cause, 0);
        ++inTree;
        for (int group = 0; group < causes.rowCount(top); ++group) {
            const QModelIndex middle = causes.index(group, 0, top);
            CHECK(causes.rowCount(middle) > 0);
            inTree += std::size_t(causes.rowCount(middle));
        }
    }
    CHECK(inTree == comparison.diff().differences().size());
    for (const trace::Difference& difference : comparison.diff().differences()) {
        const QModelIndex found = causes.indexOf(difference.row);
        REQUIRE(found.isValid());
        CHECK(found.data(CompareCauses::RowRole).toULongLong() == difference.row);
    }
    for (const Comparison::Place& place : comparison.places()) {
        lines.showEvents(comparison.pairAt(place.first));
        CHECK(lines.rowCount() > 0);
    }
}

TEST_CASE("a changed pair tells what differs, and the objects beside it", "[gui][compare]")
{
    Compared compared("05-sharing", "06-failures");
    CompareLines lines(compared.comparison);
    std::size_t changed = 0;
    for (const trace::Difference& difference : compared.diff().differences()) {
        if (difference.op != trace::DiffOp::Changed) {
            continue;
        }
        ++changed;
        lines.showEvents({ difference.a, difference.b });
        INFO("A #" << difference.a << ", B #" << difference.b);
        CHECK(lines.differing() > 0);
        if (difference.object != trace::kNoCause) {
            const trace::DiffObject& object = compared.diff().objects()[difference.object];
            lines.showObjects(object.a, object.b, { difference.a, difference.b });
        }
    }
    CHECK(changed > 0);
}

TEST_CASE("two equal traces are said to be the same", "[gui][compare]")
{
    Compared compared("01-first-open", "01-first-open");
    CHECK(compared.comparison.places().empty());
    CHECK(compared.comparison.causes().empty());
    CHECK(comparetexts::summary(compared.comparison)
              .contains(QStringLiteral("The traces are the same")));
    CHECK_FALSE(compared.comparison.goToPlace(true));
    CHECK_FALSE(compared.comparison.goToCause(true));
}

TEST_CASE("what cannot be compared is told in one line", "[gui][compare]")
{
    const QTemporaryDir folder;
    QFile foreign(folder.filePath(QStringLiteral("foreign.rdrtrace")));
    REQUIRE(foreign.open(QIODevice::WriteOnly));
    foreign.write("no trace at all\n");
    foreign.close();
    Comparison comparison;
    for (const QString& path :
         { foreign.fileName(), folder.filePath(QStringLiteral("absent.rdrtrace")) }) {
        comparison.start(testing::sample("01-first-open"), path, std::nullopt);
        REQUIRE(waitFor(comparison));
        CHECK(comparison.state() == Comparison::State::Failed);
        CHECK_FALSE(comparison.isReady());
        CHECK_FALSE(comparison.error().isEmpty());
        CHECK_FALSE(comparison.error().contains(QLatin1Char('\n')));
    }
}

TEST_CASE("a comparison can be cancelled and another mask keeps the place", "[gui][compare]")
{
    Comparison comparison;
    comparison.start(testing::sample("busy-minute"), testing::sample("network-cut"), std::nullopt);
    comparison.cancel();
    CHECK(comparison.state() == Comparison::State::Empty);
    CHECK_FALSE(comparison.isReady());

    comparison.start(
        testing::sample("01-first-open"), testing::sample("02-second-open"), std::nullopt);
    REQUIRE(waitFor(comparison));
    REQUIRE(comparison.isReady());
    comparison.goTo(comparison.diff().rowOf(DiffSide::A, 400));
    trace::DiffMask mask = comparison.diff().mask();
    mask.ignore("locks");
    const std::uint64_t leftOut = comparison.diff().counts().leftOutA;
    comparison.start(comparison.path(DiffSide::A), comparison.path(DiffSide::B), mask);
    CHECK(comparison.isReady()); // what was there stays until the other is made
    REQUIRE(waitFor(comparison));
    CHECK(comparison.diff().counts().leftOutA > leftOut);
    CHECK(comparison.lastAt(DiffSide::A, comparison.row()) == 400);
}

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

TEST_CASE(
    "closing a trace closes its comparison, and the same pair opens one window", "[gui][compare]")
{
    Window w;
    w.main.compareTraces(testing::sample("01-first-open"), testing::sample("02-second-open"));
    CHECK(w.main.comparisons().size() == 1);
    w.window->actions().find(QStringLiteral("compare.swap"))->trigger();
    REQUIRE(QTest::qWaitFor([&] { return w.main.comparisons().size() == 2; }, kLongestMs));
    CHECK(w.main.comparisons()[1]
              ->session(DiffSide::A)
              .document.path()
              .contains(QStringLiteral("02-second-open")));
    CHECK(w.main.sessions().size() == 2);
    w.main.closeTrace(0);
    CHECK(w.main.comparisons().isEmpty());
}

TEST_CASE("a comparison with a file that is no trace says why in the window", "[gui][compare]")
{
    const QTemporaryDir folder;
    QFile foreign(folder.filePath(QStringLiteral("foreign.rdrtrace")));
    REQUIRE(foreign.open(QIODevice::WriteOnly));
    foreign.write(QByteArray(5000, 'x'));
    foreign.close();
    MainWindow main;
    main.compareTraces(testing::sample("01-first-open"), foreign.fileName());
    REQUIRE(main.comparisons().size() == 1);
    CompareWindow* window = main.comparisons().front();
    Session& bad = window->session(DiffSide::B);
    REQUIRE(testing::waitUntilLoaded(bad));
    CHECK(bad.document.state() == TraceDocument::State::Failed);
    bool isTold = false;
    for (const QLabel* label : window->findChildren<QLabel*>()) {
        isTold = isTold || (label->isVisible() && label->text() == bad.document.error());
    }
    CHECK(isTold);
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
