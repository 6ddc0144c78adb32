// What there is before and around a live run: labs, dialogs, the start page, the tour.
#include "gui/live/rundialog.h"
#include "gui/models/labs.h"
#include "tests/gui/live.h"

#include <QAbstractItemModelTester>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QListView>

using namespace rdrlab;
using namespace rdrlab::gui;
using testing::kLongMs;
using testing::lab;
using testing::Live;

TEST_CASE("labs and samples are found and described by their own words", "[gui][live]")
{
    const std::vector<Lab> labs = findLabs({ QStringLiteral(RDRLAB_SOURCE "/labs") });
    REQUIRE(labs.size() >= 6);
    CHECK(labs[0].id == QStringLiteral("01-first-open"));
    CHECK(labs[0].title == QStringLiteral("01 First open"));
    CHECK(labs[0].summary.startsWith(QStringLiteral("notepad opens \\\\lab\\public\\readme.txt.")));
    CHECK_FALSE(labs[0].summary.contains(QLatin1Char('`')));
    const std::vector<Sample> samples
        = findSamples({ QStringLiteral(RDRLAB_SOURCE "/traces/samples") }, labs);
    CHECK(samples.size() >= 8);
    for (const Sample& sample : samples) {
        INFO(sample.path.toStdString());
        CHECK_FALSE(sample.summary.isEmpty());
    }
    LabModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setLabs(labs);
    CHECK(model.rowOf(lab("03-read-write")) == 2);
    const int row = model.rowOf(QStringLiteral(RDRLAB_SOURCE "/traces/samples/network-cut.lua"));
    CHECK(row == int(labs.size()));
    CHECK(model.index(row, 0).data().toString() == QStringLiteral("network-cut"));
    CHECK(model.index(row, 0)
              .data(LabModel::SummaryRole)
              .toString()
              .contains(QStringLiteral("cable is pulled")));
    CHECK(findLabs({ QStringLiteral("/nonexistent") }).empty());
}

TEST_CASE("live breakpoints are kept, said in words and never doubled", "[gui][live]")
{
    QSettings().remove(QStringLiteral("live"));
    LiveBreakModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    CHECK(model.add({ QStringLiteral("MRx*"), {}, QStringLiteral("readme"), false, true, 0 }));
    CHECK_FALSE(
        model.add({ QStringLiteral("MRx*"), {}, QStringLiteral("readme"), false, true, 0 }));
    CHECK_FALSE(model.add({}));
    CHECK(model.add({ {}, {}, {}, true, true, 0 }));
    CHECK(model.index(0, 0).data().toString() == QStringLiteral("MRx*, about “readme”"));
    CHECK(model.index(1, 0).data().toString() == QStringLiteral("any call that fails"));
    CHECK(model.setData(model.index(1, 0), Qt::Unchecked, Qt::CheckStateRole));
    LiveBreakModel other;
    other.load();
    REQUIRE(other.rowCount() == 2);
    CHECK(other.breaks()[0] == model.breaks()[0]);
    CHECK_FALSE(other.breaks()[1].isEnabled);
    model.remove(0);
    model.remove(7);
    CHECK(model.rowCount() == 1);
    QSettings().setValue(QStringLiteral("live/breakpoints"), "[[[ no json");
    other.load();
    CHECK(other.rowCount() == 0);
}

TEST_CASE("the log of a run keeps its newest lines", "[gui][live]")
{
    LiveLog log;
    for (int i = 0; i <= LiveLog::kMostLines; ++i) {
        log.add(QString::number(i), quint64(i), i % 2 == 0);
    }
    CHECK(log.rowCount() == LiveLog::kMostLines - LiveLog::kGoneAtOnce + 1);
    CHECK(log.index(0, LiveLog::Event).data().toString() == QString::number(LiveLog::kGoneAtOnce));
    CHECK(log.text().endsWith(QString::number(LiveLog::kMostLines)));
    log.clear();
    QAbstractItemModelTester tester(&log, QAbstractItemModelTester::FailureReportingMode::Fatal);
    log.add(QStringLiteral("a line"), 7, false);
    log.add(QStringLiteral("a problem"), 0, true);
    CHECK(log.rowCount() == 2);
    CHECK(log.text() == QStringLiteral("#7 a line\na problem"));
    log.clear();
    CHECK(log.rowCount() == 0);
}

TEST_CASE("runs get names of their own in the person's folder", "[gui][live]")
{
    const QTemporaryDir folder;
    setRunFolder(folder.filePath(QStringLiteral("new/deep")));
    QString error;
    const QString made = runFolder(error);
    CHECK(made == folder.filePath(QStringLiteral("new/deep")));
    const QString first = newTracePath(made, QStringLiteral("a/b:c"), 7);
    CHECK(first == made + QStringLiteral("/a_b_c seed 7.rdrtrace"));
    QFile file(first);
    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write("bytes");
    file.close();
    CHECK(
        newTracePath(made, QStringLiteral("a/b:c"), 7)
        == made + QStringLiteral("/a_b_c seed 7 (2).rdrtrace"));
    CHECK(copyTrace(first, made + QStringLiteral("/copy")).isEmpty());
    QFile copy(made + QStringLiteral("/copy"));
    REQUIRE(copy.open(QIODevice::ReadOnly));
    CHECK(copy.readAll() == "bytes");
    CHECK(copyTrace(first, first).isEmpty());
    CHECK_FALSE(copyTrace(first, QStringLiteral("/nonexistent/x")).isEmpty());
    CHECK_FALSE(copyTrace(QStringLiteral("/nonexistent/x"), made + QStringLiteral("/y")).isEmpty());
    setRunFolder(QStringLiteral("/proc/no"));
    CHECK(runFolder(error).isEmpty());
    CHECK_FALSE(error.isEmpty());
}

TEST_CASE("the run dialog offers the labs and refuses what cannot run", "[gui][live]")
{
    const QTemporaryDir folder;
    setRunFolder(folder.path());
    QSettings().remove(QStringLiteral("live"));
    RunDialog dialog;
    dialog.show();
    dialog.choose(lab("04-directory"));
    CHECK(dialog.request().scenario == lab("04-directory"));
    CHECK(dialog.request().title == QStringLiteral("04 Directory"));
    CHECK(dialog.request().seed == 1);
    auto* seed = dialog.findChild<QLineEdit*>(QStringLiteral("seed"));
    REQUIRE(seed != nullptr);
    seed->setText(QStringLiteral("-3"));
    dialog.accept();
    CHECK(dialog.isVisible());
    seed->setText(QStringLiteral("18446744073709551615"));
    CHECK(dialog.request().seed == UINT64_MAX);
    dialog.accept();
    CHECK_FALSE(dialog.isVisible());
    CHECK(dialog.result() == QDialog::Accepted);
    RunDialog again;
    CHECK(again.request().scenario == lab("04-directory"));
}

TEST_CASE("a window without a trace offers what to begin with", "[gui][live]")
{
    QSettings().setValue(QStringLiteral("recent"), QStringList { testing::sample("06-failures") });
    MainWindow window;
    window.resize(1366, 768);
    window.show();
    auto* page = window.findChild<StartPage*>();
    REQUIRE(page != nullptr);
    CHECK(page->isVisible());
    CHECK_FALSE(window.timeline().isVisible());
    CHECK_FALSE(window.dock(QStringLiteral("calls"))->isVisible());
    const auto lists = page->findChildren<QListView*>();
    REQUIRE(lists.size() == 3);
    CHECK(lists[0]->model()->rowCount() >= 6); // found above the test program
    CHECK(lists[1]->model()->rowCount() >= 8);
    REQUIRE(lists[2]->model()->rowCount() == 1);
    CHECK(testing::coloursIn(page->grab().toImage(), 10) == 10);
    for (const QListView* list : lists) {
        CHECK_FALSE(list->accessibleName().isEmpty());
    }
    Q_EMIT lists[2]->activated(lists[2]->model()->index(0, 0));
    REQUIRE(window.current() != nullptr);
    REQUIRE(testing::waitUntilLoaded(*window.current()));
    CHECK_FALSE(page->isVisible());
    CHECK(window.timeline().isVisible());
    CHECK(window.dock(QStringLiteral("calls"))->isVisible());
    CHECK(window.dock(QStringLiteral("events"))->isVisible());
    window.dock(QStringLiteral("events"))->hide(); // a choice that survives the page
    window.closeTrace(0);
    CHECK(page->isVisible());
    window.openTrace(testing::sample("01-first-open"));
    CHECK_FALSE(window.dock(QStringLiteral("events"))->isVisible());
    CHECK(window.dock(QStringLiteral("calls"))->isVisible());
}

TEST_CASE("what the page keeps of the panels is what is kept for the next start", "[gui][live]")
{
    QSettings().remove(QStringLiteral("docks"));
    {
        MainWindow window;
        window.show();
        window.close(); // on the start page, where no panel is visible
    }
    MainWindow window;
    window.restoreLayout();
    window.show();
    window.openTrace(testing::sample("01-first-open"));
    CHECK(window.dock(QStringLiteral("calls"))->isVisible());
    CHECK(window.dock(QStringLiteral("events"))->isVisible());
    QSettings().remove(QStringLiteral("docks"));
}

TEST_CASE("a run from the start page brings its panel to the front", "[gui][live]")
{
    Live live;
    CHECK_FALSE(live.window.dock(QStringLiteral("live"))->isVisible());
    live.start("01-first-open");
    REQUIRE(live.wait(LiveRun::State::Standing));
    REQUIRE(live.shows());
    CHECK(live.panel->isVisible());
    CHECK_FALSE(live.panel->visibleRegion().isEmpty());
    CHECK(live.window.dock(QStringLiteral("events"))->isVisible());
}

TEST_CASE("the tour opens a sample, notices what is tried, and is left at any time", "[gui][live]")
{
    MainWindow window;
    window.resize(1366, 768);
    window.show();
    window.actions().find(QStringLiteral("help.tour"))->trigger();
    REQUIRE(QTest::qWaitFor([&] { return window.findChild<Tour*>() != nullptr; }, kLongMs));
    QPointer<Tour> tour = window.findChild<Tour*>();
    CHECK(tour->isVisible());
    CHECK(tour->count() >= 7);
    CHECK(window.rect().contains(tour->geometry()));
    Session* session = window.current();
    REQUIRE(session != nullptr);
    CHECK(session->document.title() == QStringLiteral("01-first-open.rdrtrace"));
    // Every stop can be read: in the window, with words, not over what it points to where there is
    // room.
    for (int i = 0; i < tour->count(); ++i) {
        tour->goTo(i);
        QTest::qWait(1);
        INFO(i);
        CHECK(window.rect().contains(tour->geometry()));
        CHECK_FALSE(tour->accessibleDescription().isEmpty());
        for (const QLabel* label : tour->findChildren<QLabel*>()) {
            CHECK(
                (!label->isVisible() || !label->hasHeightForWidth()
                 || label->height() >= label->heightForWidth(label->width())));
        }
    }
    tour->goTo(2);
    const auto done = [&] {
        for (const QLabel* label : tour->findChildren<QLabel*>()) {
            if (label->text().contains(QStringLiteral("✓"))) {
                return true;
            }
        }
        return false;
    };
    CHECK_FALSE(done());
    QTest::keyClick(&window, Qt::Key_Period); // the window's keys work beside the tour
    CHECK(done());
    QTest::keyClick(tour, Qt::Key_Left);
    CHECK(tour->stop() == 1);
    QTest::keyClick(tour, Qt::Key_Escape);
    CHECK(QTest::qWaitFor([&] { return tour.isNull(); }, kLongMs));
    // A trace that closes takes its tour along.
    window.actions().find(QStringLiteral("help.tour"))->trigger();
    tour = window.findChild<Tour*>();
    REQUIRE(tour != nullptr);
    window.closeTrace(0);
    CHECK(QTest::qWaitFor([&] { return tour.isNull(); }, kLongMs));
}
