// The window that compares two traces, and files: what it opens, follows and writes.
#include "gui/models/comparereport.h"
#include "tests/gui/compared.h"
#include "traces/exporters/diff_html.h"
#include "traces/store/writer.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QStatusBar>
#include <QTemporaryDir>
#include <sstream>

using namespace rdrlab;
using namespace rdrlab::gui;
using testing::kLongestMs;
using testing::waitFor;
using testing::Window;

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

TEST_CASE("a cancelled report leaves the folder as it was", "[gui][compare]")
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("kept.html"));
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write("what was there before");
    file.close();
    Window w("busy-minute", "network-cut");
    for (const ReportKind kind :
         { ReportKind::Html, ReportKind::Json, ReportKind::Text, ReportKind::Aligned }) {
        w.window->writeReportTo(path, kind);
        REQUIRE(w.window->isWriting());
        auto* cancel = w.window->findChild<QAbstractButton*>(QStringLiteral("cancel"));
        REQUIRE(cancel != nullptr);
        CHECK(cancel->isVisible());
        cancel->click();
        CHECK_FALSE(w.window->isWriting());
        CHECK_FALSE(cancel->isVisible());
        CHECK(w.window->statusBar()->currentMessage().contains(QStringLiteral("Cancelled")));
        REQUIRE(file.open(QIODevice::ReadOnly));
        CHECK(file.readAll() == "what was there before");
        file.close();
        CHECK(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size() == 1);
    }
    CHECK(w.comparison().isReady()); // the comparison itself is not what was cancelled
}

TEST_CASE("a growing trace is compared as far as it goes, and again when asked", "[gui][compare]")
{
    const QTemporaryDir folder;
    struct Recording
    {
        std::unique_ptr<trace::Writer> writer;
        Seq last = 0;

        explicit Recording(const QString& path)
        {
            std::string error;
            writer = trace::Writer::create(path.toStdString(), error);
            REQUIRE(writer != nullptr);
            writer->string(1, "MRxCreate");
        }
        void grow(int calls)
        {
            for (int i = 0; i < 2 * calls; ++i) {
                trace::Event event;
                event.seq = ++last;
                event.timeNs = last * 10;
                event.kind = i % 2 == 0 ? trace::EventKind::Begin : trace::EventKind::End;
                event.layer = trace::Layer::Mrx;
                event.routine = 1;
                event.span = i % 2 == 0 ? last : last - 1;
                writer->event(event);
            }
            writer->commit();
        }
    };
    const QString pathA = folder.filePath(QStringLiteral("a.rdrtrace"));
    const QString pathB = folder.filePath(QStringLiteral("b.rdrtrace"));
    Recording a(pathA);
    Recording b(pathB);
    a.grow(5);
    b.grow(8);
    CHECK(b.writer->finish());
    MainWindow main;
    main.compareTraces(pathA, pathB);
    REQUIRE(main.comparisons().size() == 1);
    CompareWindow* window = main.comparisons().front();
    Comparison& comparison = window->comparison();
    REQUIRE(QTest::qWaitFor([&] { return comparison.isReady(); }, kLongestMs));
    auto* strip = window->findChild<QWidget*>(QStringLiteral("growth"));
    REQUIRE(strip != nullptr);
    auto* label = strip->findChild<QLabel*>();
    auto* button = strip->findChild<QPushButton*>();
    CHECK(strip->isVisible());
    CHECK(label->text().startsWith(QStringLiteral("A ")));
    CHECK(label->text().contains(QStringLiteral("10")));
    CHECK_FALSE(button->isEnabled());
    CHECK(comparison.lastCompared(DiffSide::A) == 10);
    CHECK(comparison.lastCompared(DiffSide::B) == 16);
    comparison.goTo(comparison.diff().rowOf(DiffSide::A, 5));

    const TraceDocument& document = window->session(DiffSide::A).document;
    a.grow(2);
    REQUIRE(QTest::qWaitFor([&] { return document.lastSeq() == 14; }, kLongestMs));
    CHECK_FALSE(comparison.isRunning()); // nobody asked
    CHECK(label->text().contains(QStringLiteral("10")));
    CHECK(label->text().contains(QStringLiteral("14")));
    REQUIRE(button->isEnabled());
    button->click();
    REQUIRE(waitFor(comparison));
    CHECK(comparison.lastCompared(DiffSide::A) == 14);
    CHECK(comparison.lastAt(DiffSide::A, comparison.row()) == 5);
    CHECK(strip->isVisible());
    CHECK_FALSE(button->isEnabled());

    // Complete, it is compared without being asked.
    a.grow(1);
    CHECK(a.writer->finish());
    REQUIRE(QTest::qWaitFor(
        [&] { return !comparison.isRunning() && comparison.lastCompared(DiffSide::A) == 16; },
        kLongestMs));
    CHECK_FALSE(strip->isVisible());
    CHECK(comparison.places().empty());
    CHECK(comparison.lastAt(DiffSide::A, comparison.row()) == 5);
}

TEST_CASE("what is dropped on a trace is opened or compared with it", "[gui][compare]")
{
    MainWindow main;
    main.resize(1366, 768);
    main.show();
    Session* first = main.openTrace(testing::sample("01-first-open"));
    REQUIRE(testing::waitUntilLoaded(*first));
    QMimeData data;
    data.setUrls({ QUrl::fromLocalFile(testing::sample("02-second-open")) });
    const auto drop = [&]() -> QMenu* {
        QDragEnterEvent enter({ 10, 10 }, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&main, &enter);
        CHECK(enter.isAccepted());
        QDropEvent event({ 10, 10 }, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&main, &event);
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        REQUIRE(menu != nullptr);
        CHECK(menu->objectName() == QStringLiteral("dropped"));
        REQUIRE(menu->actions().size() == 2);
        return menu;
    };
    // Escape does neither.
    QTest::keyClick(drop(), Qt::Key_Escape);
    CHECK(QApplication::activePopupWidget() == nullptr);
    CHECK(main.sessions().size() == 1);
    // The first of the two is the one that Return takes.
    QMenu* menu = drop();
    CHECK(menu->actions()[0]->text().contains(QStringLiteral("02-second-open")));
    QTest::keyClick(menu, Qt::Key_Return);
    REQUIRE(main.sessions().size() == 2);
    CHECK(main.current() != first);
    CHECK(main.comparisons().isEmpty());
    main.openTrace(testing::sample("01-first-open"));
    menu = drop();
    CHECK(menu->actions()[1]->text().contains(QStringLiteral("01-first-open")));
    QTest::keyClick(menu, Qt::Key_Down);
    QTest::keyClick(menu, Qt::Key_Return);
    REQUIRE(main.comparisons().size() == 1);
    CHECK(main.comparisons()[0]->compares(main.sessions()[0].get(), main.sessions()[1].get()));
    CHECK(main.sessions().size() == 2);
}

TEST_CASE(
    "in another language the same traces are compared, and the same one is in front",
    "[gui][compare]")
{
    Window w;
    w.main.openTrace(testing::sample("03-read-write"));
    const auto other = MainWindow::rebuilt(w.main);
    CHECK(w.main.comparisons().isEmpty());
    REQUIRE(other->comparisons().size() == 1);
    CompareWindow* window = other->comparisons().front();
    CHECK(window->session(DiffSide::A).document.path() == testing::sample("01-first-open"));
    CHECK(window->session(DiffSide::B).document.path() == testing::sample("02-second-open"));
    REQUIRE(other->sessions().size() == 3);
    REQUIRE(other->current() != nullptr);
    CHECK(other->current()->document.path() == testing::sample("03-read-write"));
    REQUIRE(QTest::qWaitFor([&] { return window->comparison().isReady(); }, kLongestMs));
}
