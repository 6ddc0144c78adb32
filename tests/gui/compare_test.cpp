// Two traces compared in the visualizer: models, stepping, window.
#include "gui/app/comparedialog.h"
#include "gui/compare/alignedtimelines.h"
#include "gui/compare/alignedview.h"
#include "gui/compare/comparewindow.h"
#include "gui/compare/maskeditor.h"
#include "gui/models/comparecauses.h"
#include "gui/models/comparedurations.h"
#include "gui/models/comparepair.h"
#include "gui/models/comparereport.h"
#include "gui/models/comparerows.h"
#include "gui/models/comparetexts.h"
#include "tests/gui/guisupport.h"
#include "traces/exporters/diff_html.h"

#include <QAbstractItemModelTester>

#include <QClipboard>
#include <QFile>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <catch2/catch.hpp>
#include <sstream>

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

TEST_CASE("every visible row is in one stretch, at most one a pixel", "[gui][compare]")
{
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 3; row < 100'000; row += row % 7 == 0 ? 1 : 13) {
        rows.push_back(row);
    }
    Axis axis;
    axis.setWidth(700);
    axis.setRange(Axis::Kind::Events, 100'001);
    for (const double from : { 0.0, 40'000.0, 99'000.0 }) {
        for (const double length : { 100.0, 5'000.0, 100'000.0 }) {
            axis.show(from, from + length);
            std::size_t seen = 0;
            std::size_t stretches = 0;
            double lastX = -1e9;
            visitRows(
                rows, axis, 700,
                [&](double x, double end, std::uint32_t first, std::uint32_t last) {
                    CHECK(first <= last);
                    CHECK(end > x);
                    CHECK(x >= lastX);
                    lastX = x;
                    ++stretches;
                    seen += std::size_t(
                        std::upper_bound(rows.begin(), rows.end(), last)
                        - std::lower_bound(rows.begin(), rows.end(), first));
                });
            const auto visible = std::size_t(
                std::lower_bound(rows.begin(), rows.end(), axis.units(700) - 1)
                - std::lower_bound(rows.begin(), rows.end(), axis.units(0) - 1));
            CHECK(seen >= visible - std::min<std::size_t>(visible, 1));
            CHECK(stretches <= 1402);
        }
    }
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

TEST_CASE("the mask editor's list and text say the same", "[gui][compare]")
{
    const trace::DiffMask standard = trace::DiffMask::standard();
    MaskEditor editor(standard, standard);
    MaskModel model(standard);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    CHECK(editor.text().toStdString() == standard.print());
    trace::DiffMask mask = standard;
    mask.ignore("order");
    mask.compare("times");
    CHECK(editor.setText(QString::fromStdString(mask.print())));
    CHECK(editor.mask().ignores("order"));
    CHECK_FALSE(editor.mask().ignores("times"));
    CHECK_FALSE(editor.setText(QStringLiteral("ignore = [\"nothing of the kind\"]")));
    CHECK(editor.mask().ignores("order")); // the last good one
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex name = model.index(row, MaskModel::Name);
        const bool was = name.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        CHECK(model.setData(name, int(was ? Qt::Unchecked : Qt::Checked), Qt::CheckStateRole));
        CHECK(model.mask().ignores(name.data().toString().toStdString()) != was);
        CHECK_FALSE(model.index(row, MaskModel::Explanation).data().toString().isEmpty());
    }
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

TEST_CASE("reports are what the exporters write", "[gui][compare]")
{
    const QTemporaryDir folder;
    Window w("05-sharing", "06-failures");
    const auto written = [&](const char* name, ReportKind kind) {
        const QString path = folder.filePath(QString::fromLatin1(name));
        w.window->writeReportTo(path, kind);
        REQUIRE(QTest::qWaitFor([&] { return !w.window->isWriting(); }, kLongestMs));
        QFile file(path);
        REQUIRE(file.open(QIODevice::ReadOnly));
        return file.readAll().toStdString();
    };
    const trace::TraceDiff& diff = w.comparison().diff();
    std::ostringstream json, html, text;
    trace::exportDiffJson(diff, false, json);
    trace::exportDiffHtml(diff, html);
    trace::DiffTextOptions options;
    options.everything = options.durations = true;
    trace::exportDiffText(diff, options, text);
    CHECK(written("a.json", ReportKind::Json) == json.str());
    CHECK(written("a.html", ReportKind::Html) == html.str());
    CHECK(written("a.txt", ReportKind::Text) == text.str());
    CHECK(written("b.txt", ReportKind::Aligned).find("kernel born") != std::string::npos);
    CHECK(reportKindOf(QStringLiteral("x/y.HTML")) == ReportKind::Html);
    CHECK(reportKindOf(QStringLiteral("y.json")) == ReportKind::Json);
    CHECK(reportKindOf(QStringLiteral("y")) == ReportKind::Text);

    // A place where nothing can be written is one line, not a crash.
    QString error;
    Background background;
    writeReport(
        w.comparison(), ReportKind::Json, folder.filePath(QStringLiteral("no/such/folder.json")),
        background, [&](const QString& line) { error = line; });
    REQUIRE(QTest::qWaitFor([&] { return !background.isRunning(); }, kLongestMs));
    CHECK_FALSE(error.isEmpty());
    CHECK_FALSE(error.contains(QLatin1Char('\n')));

    // Cancelled, nothing appears.
    const QString never = folder.filePath(QStringLiteral("never.json"));
    writeReport(w.comparison(), ReportKind::Json, never, background, [](const QString&) {});
    background.cancel();
    CHECK((!QFile::exists(never) || QFile(never).size() == qint64(json.str().size())));
}

TEST_CASE("durations pair calls with calls", "[gui][compare]")
{
    Compared compared("01-first-open", "01-first-open");
    CompareDurations model(compared.comparison);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    REQUIRE(model.rowCount() > 5);
    for (const trace::DurationRow& row : compared.comparison.durations()) {
        CHECK(row.a == row.b);
        CHECK(row.longer == 0);
        CHECK(row.shorter == 0);
        CHECK((row.medianRatio == 0 || row.medianRatio == 1));
    }
    Compared other("01-first-open", "02-second-open");
    for (const trace::DurationRow& row : other.comparison.durations()) {
        CHECK(row.longer + row.shorter <= row.calls);
        CHECK(row.medianRatio >= 0);
    }
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
