#include "gui/compare/comparewindow.h"
#include "gui/live/livepanel.h"
#include "gui/live/rundialog.h"
#include "gui/models/labs.h"
#include "gui/models/runfolder.h"
#include "gui/models/texts.h"
#include "tests/gui/guisupport.h"
#include "traces/store/writer.h"

#include <QAbstractItemModelTester>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <catch2/catch.hpp>
#include <csignal>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

constexpr int kLongMs = 30'000;

QString lab(const char* name)
{
    return QStringLiteral(RDRLAB_SOURCE "/labs/%1/scenario.lua").arg(QLatin1String(name));
}

// A window with its Run panel, and a folder of its own for what runs record.
struct Live
{
    QTemporaryDir folder;
    MainWindow window;
    LivePanel* panel;

    Live()
    {
        qputenv("RDRLAB_PROGRAM", RDRLAB_PROGRAM);
        QSettings().remove(QStringLiteral("live"));
        setRunFolder(folder.path());
        window.resize(1366, 768);
        window.show();
        panel = qobject_cast<LivePanel*>(window.panel(QStringLiteral("live")));
        REQUIRE(panel != nullptr);
        while (panel->breaks().rowCount() > 0) {
            panel->breaks().remove(0);
        }
    }

    LiveRun& run() { return panel->run(); }
    bool wait(LiveRun::State state)
    {
        return QTest::qWaitFor([&] { return run().state() == state; }, kLongMs);
    }
    void start(const char* name, bool standsAtStart = true, int pace = 0)
    {
        RunRequest request;
        request.scenario = lab(name);
        request.standsAtStart = standsAtStart;
        request.callsPerSecond = pace;
        panel->start(request);
    }
    // The document shows the event where the machine stands.
    bool shows()
    {
        return QTest::qWaitFor(
            [&] {
                return window.current() != nullptr && window.current()->document.isReady()
                    && window.current()->focus.seq() == run().moment().seq;
            },
            kLongMs);
    }
    void press(const char* command) { window.actions().find(QLatin1String(command))->trigger(); }
    QString routine()
    {
        const TraceDocument& document = window.current()->document;
        const CallIndex call = document.index()->callAt(window.current()->focus.seq());
        return call == kNoCall
            ? QString()
            : texts::routine(document.reader(), document.index()->calls[call].routine);
    }
};

} // namespace

TEST_CASE("a lab runs live, pauses at MRx calls, is stepped, and the views follow", "[gui][live]")
{
    Live live;
    REQUIRE(live.panel->breaks().add({ QStringLiteral("MRxCreate"), {}, {}, false, true, 0 }));
    live.start("01-first-open");
    REQUIRE(live.wait(LiveRun::State::Standing));
    REQUIRE(live.shows());
    CHECK(live.window.current()->document.isGrowing());
    const Seq start = live.run().moment().seq;
    live.press("live.continue");
    REQUIRE(live.wait(LiveRun::State::Running));
    REQUIRE(live.wait(LiveRun::State::Standing));
    CHECK(live.run().moment().routine == QStringLiteral("MRxCreate"));
    CHECK(live.run().moment().breakId != 0);
    REQUIRE(live.shows());
    CHECK(live.run().moment().seq > start);
    CHECK(live.window.current()->document.lastSeq() == live.run().moment().seq);
    CHECK(live.routine() == QStringLiteral("MRxCreate"));
    CHECK(live.window.current()->focus.seq() == live.run().moment().seq);

    const Seq at = live.run().moment().seq;
    live.press("live.step.event");
    REQUIRE(QTest::qWaitFor([&] { return live.run().moment().seq == at + 1; }, kLongMs));
    REQUIRE(live.shows());
    live.press("live.step.into");
    REQUIRE(live.wait(LiveRun::State::Standing));
    REQUIRE(live.shows());
    CHECK(live.run().moment().seq > at + 1);
    live.press("live.step.out");
    REQUIRE(QTest::qWaitFor(
        [&] {
            return live.run().state() == LiveRun::State::Standing
                && live.run().moment().at == QLatin1String("end");
        },
        kLongMs));
    REQUIRE(live.shows());

    // A breakpoint that is taken away while it stands no longer counts.
    live.panel->breaks().remove(0);
    live.press("live.continue");
    REQUIRE(live.wait(LiveRun::State::Ended));
    INFO(live.run().outcome().toStdString());
    CHECK(live.run().wasGood());
    REQUIRE(QTest::qWaitFor(
        [&] { return live.window.current()->document.reader().isComplete(); }, kLongMs));
    CHECK_FALSE(live.window.current()->document.isGrowing());
    CHECK(live.panel->log().rowCount() >= 2);
}

TEST_CASE("a live run that was paused and slowed down records what a plain one does", "[gui][live]")
{
    Live live;
    live.panel->breaks().add({ {}, QStringLiteral("mrx"), {}, false, true, 0 });
    live.start("02-second-open", false);
    int pauses = 0;
    while (live.run().isAlive() && pauses < 1000) {
        REQUIRE(QTest::qWaitFor(
            [&] { return live.run().state() != LiveRun::State::Running; }, kLongMs));
        if (live.run().state() == LiveRun::State::Standing) {
            ++pauses;
            live.run().go();
        } else {
            QTest::qWait(1);
        }
    }
    CHECK(pauses > 5);
    CHECK(live.run().wasGood());
    std::string error;
    const auto mine = trace::Reader::open(live.run().request().trace.toStdString(), error);
    INFO(error);
    REQUIRE(mine != nullptr);
    const auto sample = trace::Reader::open(testing::sample("02-second-open").toStdString(), error);
    REQUIRE(sample != nullptr);
    CHECK(mine->lastSeq() == sample->lastSeq());
    CHECK(mine->endTimeNs() == sample->endTimeNs());
    CHECK(mine->meta("scenario") == sample->meta("scenario"));
}

TEST_CASE("the network of a live run is cut and restored while it runs", "[gui][live]")
{
    Live live;
    live.start("01-first-open");
    REQUIRE(live.wait(LiveRun::State::Standing));
    REQUIRE(live.run().links().size() == 1);
    CHECK(live.run().links()[0].server == QStringLiteral("lab"));
    CHECK_FALSE(live.run().links()[0].isCut);
    live.press("live.cut");
    REQUIRE(QTest::qWaitFor([&] { return live.run().links()[0].isCut; }, kLongMs));
    live.press("live.cut");
    REQUIRE(QTest::qWaitFor([&] { return !live.run().links()[0].isCut; }, kLongMs));
    live.run().setLatency(QStringLiteral("lab"), 7'000'000);
    REQUIRE(QTest::qWaitFor([&] { return live.run().links()[0].latencyNs == 7'000'000; }, kLongMs));
    live.run().cut(QStringLiteral("lab"), true);
    live.press("live.continue");
    REQUIRE(live.wait(LiveRun::State::Ended));
    CHECK_FALSE(live.run().wasGood()); // the scenario expected its file
    CHECK(live.run().outcome().contains(QStringLiteral("STATUS_BAD_NETWORK_PATH")));
    CHECK_FALSE(live.run().outcome().contains(QLatin1Char('\n')));
}

TEST_CASE("a run in motion is paused, sped up and stopped", "[gui][live]")
{
    Live live;
    live.start("06-failures", false, 20);
    REQUIRE(live.wait(LiveRun::State::Running));
    REQUIRE(QTest::qWaitFor(
        [&] {
            return live.window.current() != nullptr && live.window.current()->document.isReady();
        },
        kLongMs));
    live.press("live.continue"); // is Pause now
    REQUIRE(live.wait(LiveRun::State::Standing));
    REQUIRE(live.shows());
    live.run().setPace(0);
    live.press("live.step.over");
    REQUIRE(live.wait(LiveRun::State::Standing));
    live.press("live.stop");
    REQUIRE(live.wait(LiveRun::State::Ended));
    CHECK(live.run().outcome().startsWith(QStringLiteral("Stopped after")));
    std::string error;
    const auto reader = trace::Reader::open(live.run().request().trace.toStdString(), error);
    REQUIRE(reader != nullptr);
    CHECK(reader->isComplete());
}

TEST_CASE("what is wrong with a scenario is one line", "[gui][live]")
{
    Live live;
    const auto fails = [&](const QString& scenario, const char* why) {
        RunRequest request;
        request.scenario = scenario;
        live.panel->start(request);
        REQUIRE(live.wait(LiveRun::State::Ended));
        INFO(live.run().outcome().toStdString());
        CHECK_FALSE(live.run().wasGood());
        CHECK(live.run().outcome().contains(QLatin1String(why)));
        CHECK_FALSE(live.run().outcome().contains(QLatin1Char('\n')));
        CHECK_FALSE(live.run().outcome().contains(QStringLiteral("rdrlab: ")));
    };
    fails(live.folder.filePath(QStringLiteral("missing.lua")), "no such file");
    const auto written = [&](const char* name, const char* text) {
        QFile file(live.folder.filePath(QLatin1String(name)));
        REQUIRE(file.open(QIODevice::WriteOnly));
        file.write(text);
        return file.fileName();
    };
    fails(written("wrong.lua", "process(\"a\", function()\n  nonsense(\nend)\n"), "wrong.lua:3:");
    fails(written("empty.lua", "-- nothing\n"), "declares no process");
    fails(written("late.lua", "process(\"a\", function() expect(1, 2) end)"), "expected 2, got 1");
    RunRequest request;
    request.scenario = lab("01-first-open");
    request.driver = live.folder.filePath(QStringLiteral("none.so"));
    live.panel->start(request);
    REQUIRE(live.wait(LiveRun::State::Ended));
    CHECK(live.run().outcome().contains(QStringLiteral("no such driver")));
    qputenv("RDRLAB_PROGRAM", "/nonexistent/rdrlab");
    live.start("01-first-open");
    REQUIRE(live.wait(LiveRun::State::Ended));
    CHECK(live.run().outcome().contains(QStringLiteral("/nonexistent/rdrlab")));
}

TEST_CASE("the machine ends with its window, and a second run replaces the first", "[gui][live]")
{
    QString path;
    {
        Live live;
        live.start("01-first-open");
        REQUIRE(live.wait(LiveRun::State::Standing));
        const QString first = live.run().request().trace;
        live.start("03-read-write");
        REQUIRE(live.wait(LiveRun::State::Standing));
        CHECK(live.run().request().trace != first);
        CHECK(QFileInfo::exists(first));
        live.folder.setAutoRemove(false);
        path = live.folder.path();
    }
    CHECK(QDir(path).entryList({ QStringLiteral("*.rdrtrace") }).size() == 2);
    CHECK(QDir(path).removeRecursively());
}

TEST_CASE("a recording is followed while it grows, also when its writer is gone", "[gui][live]")
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("growing.rdrtrace"));
    std::string error;
    auto writer = trace::Writer::create(path.toStdString(), error);
    REQUIRE(writer != nullptr);
    const trace::StringId routine = 1;
    writer->string(routine, "MRxCreate");
    Seq last = 0;
    const auto grow = [&](int events) {
        for (int i = 0; i < events; ++i) {
            trace::Event event;
            event.seq = ++last;
            event.timeNs = last * 10;
            event.kind = i % 2 == 0 ? trace::EventKind::Begin : trace::EventKind::End;
            event.layer = trace::Layer::Mrx;
            event.routine = routine;
            event.span = i % 2 == 0 ? last : last - 1;
            writer->event(event);
        }
        writer->commit();
    };
    grow(10);
    MainWindow window;
    window.show();
    Session* session = window.openTrace(path);
    REQUIRE(testing::waitUntilLoaded(*session));
    REQUIRE(session->document.isReady());
    CHECK(session->document.lastSeq() == 10);
    CHECK(session->document.isGrowing());
    // More than a packed chunk, so that the tail moves from rows into the spine while we look.
    for (const int events : { 2, 6000, 30 }) {
        grow(events);
        REQUIRE(QTest::qWaitFor([&] { return session->document.lastSeq() == last; }, kLongMs));
        session->focus.goTo(last);
        CHECK(session->focus.seq() == last);
        CHECK(session->document.events().event(last).timeNs == last * 10);
        window.grab();
    }
    session->focus.goTo(5);
    CHECK(session->document.events().event(5).seq == 5);
    // A copy of the file as it is: what a killed writer leaves.
    const QString left = folder.filePath(QStringLiteral("left.rdrtrace"));
    REQUIRE(QFile::copy(path, left));
    Session* orphan = window.openTrace(left);
    REQUIRE(testing::waitUntilLoaded(*orphan));
    REQUIRE(orphan->document.isReady());
    CHECK(orphan->document.lastSeq() == last);
    // Cut off while it is looked at: what was shown stays, nothing crashes.
    REQUIRE(QFile::resize(left, QFileInfo(left).size() / 2));
    orphan->document.lookNow();
    QTest::qWait(50);
    CHECK(orphan->document.isReady());
    window.grab();

    CHECK(writer->finish());
    window.openTrace(path);
    REQUIRE(QTest::qWaitFor([&] { return !session->document.isGrowing(); }, kLongMs));
    CHECK(session->document.reader().isComplete());
    CHECK(session->document.lastSeq() == last);
    CHECK(session->focus.seq() == 5); // growing moves nobody
}

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

TEST_CASE("a run with another seed is compared with the one before", "[gui][live]")
{
    Live live;
    live.start("01-first-open", false);
    REQUIRE(live.wait(LiveRun::State::Ended));
    const QString first = live.run().request().trace;
    live.press("live.compare");
    REQUIRE(QTest::qWaitFor([&] { return !live.window.comparisons().isEmpty(); }, kLongMs));
    CHECK(live.run().wasGood());
    CHECK(live.run().request().seed == 2);
    CompareWindow* compare = live.window.comparisons().constLast();
    REQUIRE(QTest::qWaitFor([&] { return compare->comparison().isReady(); }, kLongMs));
    CHECK(live.run().request().trace != first);
    CHECK(QFileInfo(first).fileName() == QStringLiteral("01-first-open seed 1.rdrtrace"));
}

TEST_CASE("a killed machine leaves what it had recorded", "[gui][live]")
{
    Live live;
    live.panel->breaks().add({ QStringLiteral("MRxCreate"), {}, {}, false, true, 0 });
    live.start("01-first-open", false);
    REQUIRE(live.wait(LiveRun::State::Running));
    REQUIRE(live.wait(LiveRun::State::Standing));
    REQUIRE(live.shows());
    const Seq seq = live.run().moment().seq;
    auto* table = live.window.panel(QStringLiteral("events"))->findChild<QTableView*>();
    CHECK(QTest::qWaitFor([&] { return table->currentIndex().row() == int(seq) - 1; }, kLongMs));
    REQUIRE(live.run().processId() > 0);
    REQUIRE(::kill(pid_t(live.run().processId()), SIGKILL) == 0);
    REQUIRE(live.wait(LiveRun::State::Ended));
    CHECK(live.run().outcome().contains(QStringLiteral("crashed")));
    CHECK(live.window.current()->document.isReady());
    CHECK(live.window.current()->document.lastSeq() == seq);
    std::string error;
    const auto reader = trace::Reader::open(live.run().request().trace.toStdString(), error);
    INFO(error);
    REQUIRE(reader != nullptr);
    CHECK(reader->lastSeq() == seq);
    CHECK_FALSE(reader->isComplete());
}
