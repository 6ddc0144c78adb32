// Live runs in the visualizer, with the laboratory itself.
#include "gui/compare/comparewindow.h"
#include "gui/i18n/languages.h"
#include "gui/live/faultdialog.h"
#include "tests/gui/live.h"
#include "traces/store/writer.h"

#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QSpinBox>
#include <QStatusBar>
#include <QTableView>
#include <QTimer>
#include <csignal>

using namespace rdrlab;
using namespace rdrlab::gui;
using testing::kLongMs;
using testing::lab;
using testing::Live;

namespace {

// Runs a command that asks in a dialog, and answers there.
template <typename Dialog, typename Answer>
bool answered(Live& live, const char* command, Answer answer)
{
    bool isAsked = false;
    constexpr int kSoonMs = 5;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
        auto* dialog = qobject_cast<Dialog*>(QApplication::activeModalWidget());
        if (dialog != nullptr && !isAsked) {
            isAsked = true;
            answer(*dialog);
        }
    });
    timer.start(kSoonMs);
    live.press(command);
    return isAsked;
}

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

TEST_CASE("a live run goes on when the window is made anew in another language", "[gui][live]")
{
    Live live;
    live.panel->breaks().add({ QStringLiteral("MRxCreate"), {}, {}, false, true, 0 });
    live.start("01-first-open");
    REQUIRE(live.wait(LiveRun::State::Standing));
    REQUIRE(live.shows());
    const qint64 process = live.run().processId();
    REQUIRE(process > 0);
    const Seq seq = live.run().moment().seq;
    const QString said = live.panel->log().text();

    Languages::instance().choose(QStringLiteral("de"));
    std::unique_ptr<MainWindow> german = MainWindow::rebuilt(live.window);
    german->show();
    CHECK_FALSE(live.run().isAlive());
    CHECK(live.run().state() == LiveRun::State::Idle);
    // And back again; the window between ends, as it does in the program.
    Languages::instance().choose(QStringLiteral("en"));
    QLocale::setDefault(QLocale::c());
    std::unique_ptr<MainWindow> window = MainWindow::rebuilt(*german);
    window->show();
    german.reset();
    auto* panel = qobject_cast<LivePanel*>(window->panel(QStringLiteral("live")));
    REQUIRE(panel != nullptr);
    LiveRun& run = panel->run();
    CHECK(run.processId() == process);
    CHECK(run.state() == LiveRun::State::Standing);
    CHECK(run.moment().seq == seq);
    CHECK(run.links().size() == 1);
    CHECK(panel->log().text() == said);
    CHECK(window->actions().find(QStringLiteral("live.continue"))->isEnabled());
    REQUIRE(window->current() != nullptr);
    REQUIRE(testing::waitUntilLoaded(*window->current()));
    CHECK(window->current()->document.path() == run.request().trace);
    CHECK(window->current()->focus.seq() == seq);

    // It still pauses at its breakpoint, which is still the machine's to take away.
    const auto wait = [&](LiveRun::State state) {
        return QTest::qWaitFor([&] { return run.state() == state; }, kLongMs);
    };
    window->actions().find(QStringLiteral("live.continue"))->trigger();
    REQUIRE(wait(LiveRun::State::Running));
    REQUIRE(wait(LiveRun::State::Standing));
    CHECK(run.moment().routine == QStringLiteral("MRxCreate"));
    REQUIRE(QTest::qWaitFor(
        [&] { return window->current()->focus.seq() == run.moment().seq; }, kLongMs));
    REQUIRE(panel->breaks().rowCount() == 1);
    CHECK(panel->breaks().breaks()[0].id != 0);
    panel->breaks().remove(0);
    window->actions().find(QStringLiteral("live.continue"))->trigger();
    REQUIRE(wait(LiveRun::State::Ended));
    INFO(run.outcome().toStdString());
    CHECK(run.wasGood());
    CHECK(live.run().state() == LiveRun::State::Idle);
}

TEST_CASE("a disturbance asked for in its dialog reaches the server", "[gui][live]")
{
    Live live;
    live.start("01-first-open");
    REQUIRE(live.wait(LiveRun::State::Standing));
    const auto ask = [&](const char* status) {
        return answered<FaultDialog>(live, "live.fault", [&](FaultDialog& dialog) {
            const auto box = [&](const char* name) {
                auto* found = dialog.findChild<QComboBox*>(QLatin1String(name));
                REQUIRE(found != nullptr);
                return found;
            };
            CHECK(box("server")->currentText() == QStringLiteral("lab"));
            CHECK_FALSE(box("status")->isEnabled()); // closing a connection has none
            box("kind")->setCurrentIndex(box("kind")->findData(QStringLiteral("status")));
            CHECK(box("status")->isEnabled());
            box("command")->setCurrentText(QStringLiteral("CREATE"));
            box("status")->setEditText(QLatin1String(status));
            auto* nth = dialog.findChild<QSpinBox*>(QStringLiteral("nth"));
            REQUIRE(nth != nullptr);
            nth->setValue(1);
            QTest::keyClick(&dialog, Qt::Key_Return);
        });
    };
    // What is no status is refused by the machine, in a line.
    REQUIRE(ask("STATUS_OF_NOTHING"));
    REQUIRE(QTest::qWaitFor(
        [&] { return live.panel->log().text().contains(QStringLiteral("STATUS_OF_NOTHING")); },
        kLongMs));
    CHECK(live.run().state() == LiveRun::State::Standing);
    REQUIRE(ask("STATUS_DISK_FULL"));
    CHECK(live.panel->log().text().contains(QStringLiteral("CREATE")));
    live.press("live.continue");
    REQUIRE(live.wait(LiveRun::State::Ended));
    INFO(live.run().outcome().toStdString());
    CHECK_FALSE(live.run().wasGood()); // the scenario expected its file
    CHECK(live.run().outcome().contains(QStringLiteral("STATUS_DISK_FULL")));
    // Escape disturbs nobody.
    live.start("01-first-open");
    REQUIRE(live.wait(LiveRun::State::Standing));
    const int lines = live.panel->log().rowCount();
    REQUIRE(answered<FaultDialog>(
        live, "live.fault", [](FaultDialog& dialog) { QTest::keyClick(&dialog, Qt::Key_Escape); }));
    CHECK(live.panel->log().rowCount() == lines);
    live.press("live.continue");
    REQUIRE(live.wait(LiveRun::State::Ended));
    CHECK(live.run().wasGood());
}

TEST_CASE("the trace of a run is saved where its dialog says", "[gui][live]")
{
    Live live;
    live.start("01-first-open", false);
    REQUIRE(live.wait(LiveRun::State::Ended));
    const QTemporaryDir elsewhere;
    const QString path = elsewhere.filePath(QStringLiteral("mine.rdrtrace"));
    REQUIRE(answered<QFileDialog>(live, "live.save", [&](QFileDialog& dialog) {
        dialog.findChild<QLineEdit*>()->setText(path);
        QTest::keyClick(&dialog, Qt::Key_Return);
    }));
    CHECK(live.window.statusBar()->currentMessage().contains(path));
    const auto bytes = [](const QString& of) {
        QFile file(of);
        REQUIRE(file.open(QIODevice::ReadOnly));
        return file.readAll();
    };
    CHECK(bytes(path) == bytes(live.run().request().trace));
    std::string error;
    const auto reader = trace::Reader::open(path.toStdString(), error);
    REQUIRE(reader != nullptr);
    CHECK(reader->isComplete());
    // Given up, nothing appears.
    REQUIRE(answered<QFileDialog>(live, "live.save", [](QFileDialog& dialog) { dialog.reject(); }));
    CHECK(QDir(elsewhere.path()).entryList(QDir::Files).size() == 1);
}
