// Two traces compared in the visualizer: the models.
#include "gui/compare/differencebar.h"
#include "gui/compare/maskeditor.h"
#include "gui/models/comparecauses.h"
#include "gui/models/comparedurations.h"
#include "gui/models/comparepair.h"
#include "gui/models/comparerows.h"
#include "gui/models/comparetexts.h"
#include "tests/gui/compared.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QTemporaryDir>

using namespace rdrlab;
using namespace rdrlab::gui;
using testing::Compared;
using testing::waitFor;

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

TEST_CASE("what differs has its place in each trace's own time", "[gui][compare]")
{
    Compared compared;
    const Comparison& comparison = compared.comparison;
    const auto timeOf
        = [&](DiffSide side, Seq seq) { return comparison.events(side).event(seq).timeNs; };
    for (const DiffSide side : kBothSides) {
        std::array<std::size_t, kRowMarks> inParts {};
        for (const RowMark mark :
             { RowMark::Moved, RowMark::Changed, RowMark::OnlyA, RowMark::OnlyB }) {
            const auto& parts = comparison.partsOf(side, mark);
            for (std::size_t i = 0; i < parts.size(); ++i) {
                CHECK(parts[i].fromNs <= parts[i].toNs);
                CHECK((i == 0 || parts[i - 1].toNs <= parts[i].fromNs));
            }
            for (const std::uint32_t row : comparison.rowsOf(mark)) {
                const trace::DiffRow& pair = compared.diff().rows()[row];
                const Seq seq = side == DiffSide::A ? pair.a : pair.b;
                if (seq == 0) {
                    continue;
                }
                const std::uint64_t ns = timeOf(side, seq);
                const auto part = std::lower_bound(
                    parts.begin(), parts.end(), ns,
                    [](const Comparison::TimePart& one, std::uint64_t at) {
                        return one.toNs < at;
                    });
                CHECK((part != parts.end() && part->fromNs <= ns));
                ++inParts[std::size_t(mark)];
            }
        }
        CHECK(inParts[std::size_t(side == DiffSide::A ? RowMark::OnlyB : RowMark::OnlyA)] == 0);
        CHECK(
            std::is_sorted(comparison.gapTimesOf(side).begin(), comparison.gapTimesOf(side).end()));
    }
    CHECK_FALSE(comparison.partsOf(DiffSide::B, RowMark::OnlyB).empty());
    CHECK_FALSE(comparison.gapTimesOf(DiffSide::A).empty());

    // The map between the times never runs backwards, and joins partners.
    double last = -1;
    std::size_t joined = 0;
    const Seq end = comparison.lastCompared(DiffSide::A);
    for (Seq seq = 1; seq < end; ++seq) {
        const double beside = comparison.timeBeside(DiffSide::A, double(timeOf(DiffSide::A, seq)));
        CHECK(beside >= last);
        last = beside;
        const trace::DiffRow row = compared.diff().rows()[compared.diff().rowOf(DiffSide::A, seq)];
        const bool isAlone = timeOf(DiffSide::A, seq + 1) != timeOf(DiffSide::A, seq);
        if (row.b != 0 && isAlone) {
            CHECK(beside == double(timeOf(DiffSide::B, row.b)));
            ++joined;
        }
    }
    CHECK(joined > 100);
    const Compared same("01-first-open", "01-first-open");
    for (const double ns : { 0.0, 12'345.0, 1e6, 5e6, 1e12 }) {
        CHECK(same.comparison.timeBeside(DiffSide::B, ns) == Approx(ns));
    }
}
