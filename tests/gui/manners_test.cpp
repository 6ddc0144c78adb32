// Links to places, sessions that survive, and what a person drops into the window.
#include "gui/app/eventpanel.h"
#include "gui/models/link.h"
#include "tests/gui/guisupport.h"

#include <QDropEvent>
#include <QFile>
#include <QMimeData>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QTest>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

Session* opened(MainWindow& window, const char* name)
{
    Session* session = window.openTrace(testing::sample(name));
    REQUIRE(testing::waitUntilLoaded(*session));
    REQUIRE(session->document.isReady());
    return session;
}

void write(const QString& path, const QByteArray& text)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly));
    REQUIRE(file.write(text) == text.size());
}

} // namespace

TEST_CASE("a link says the same place after writing and reading it", "[gui]")
{
    Link link { QStringLiteral("/tmp/a b.rdrtrace"), {}, true };
    link.place.seq = 42;
    link.place.object = QStringLiteral("RX_CONTEXT#1&x=\\a b");
    link.place.field = QStringLiteral("UncleanCount");
    link.place.markerA = 7;
    Link again;
    QString error;
    REQUIRE(Link::parse(link.print(), again, error));
    CHECK(again.path == link.path);
    CHECK(again.place.seq == 42);
    CHECK(again.place.object == link.place.object);
    CHECK(again.place.field == link.place.field);
    CHECK(again.place.markerA == 7);
    CHECK(again.place.markerB == 0);
    CHECK(again.hasPlace);

    REQUIRE(Link::parse(QStringLiteral("plain.rdrtrace"), again, error));
    CHECK_FALSE(again.hasPlace);
    for (const char* const wrong : { "t#seq=many", "t#colour=red", "t#seq=-1", "t#seq=", "t#42" }) {
        INFO(wrong);
        error.clear();
        CHECK_FALSE(Link::parse(QString::fromLatin1(wrong), again, error));
        CHECK_FALSE(error.isEmpty());
        CHECK_FALSE(error.contains(QLatin1Char('\n')));
    }
}

TEST_CASE("a file whose name looks like a link is a file", "[gui]")
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("t#seq=3"));
    write(path, "x");
    Link link;
    QString error;
    REQUIRE(Link::parse(path, link, error));
    CHECK(link.path == path);
    CHECK_FALSE(link.hasPlace);
}

TEST_CASE("a copied link leads another window to the same event, object and markers", "[gui]")
{
    MainWindow window;
    Session* session = opened(window, "01-first-open");
    const auto objects = session->document.reader().objectsNamed("FCB:\\lab\\public\\readme.txt");
    REQUIRE_FALSE(objects.empty());
    const trace::StringId field = session->document.reader().findString("UncleanCount");
    session->focus.goTo(321);
    session->focus.choose(objects[0], field);
    session->focus.setMarkerA(300);
    session->focus.setMarkerB(310);
    const QString text = window.link();

    MainWindow other;
    Session* there = other.openLink(text);
    REQUIRE(there != nullptr);
    REQUIRE(testing::waitUntilLoaded(*there));
    CHECK(there->focus.seq() == 321);
    CHECK(there->focus.object() == objects[0]);
    CHECK(there->focus.field() == field);
    CHECK(there->focus.markerA() == 300);
    CHECK(there->focus.markerB() == 310);

    // By name, beyond the end, about an object that is not there: as far as the trace has it.
    other.openLink(
        there->document.path()
        + QStringLiteral("#seq=99999999&object=FCB:%5Clab%5Cpublic%5Creadme.txt"));
    CHECK(there->focus.seq() == there->focus.last());
    CHECK(there->focus.object() == objects[0]);
    other.openLink(QStringLiteral("#seq=5&object=4000000000"));
    CHECK(there->focus.seq() == 5);
    CHECK(there->focus.object() == objects[0]);
    CHECK(other.openLink(QStringLiteral("#seq=nowhere")) == nullptr);
    CHECK(other.statusBar()->currentMessage().contains(QStringLiteral("nowhere")));
}

TEST_CASE("a session brings back traces, places, what is shown and the filter", "[gui]")
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("lesson.rdrsession"));
    double from = 0;
    double to = 0;
    {
        MainWindow window;
        window.resize(1366, 768);
        window.show();
        Session* first = opened(window, "01-first-open");
        first->focus.goTo(321);
        first->focus.setMarkerA(300);
        window.timeline().showRange(300, 400);
        from = window.timeline().axis().left();
        to = window.timeline().axis().right();
        opened(window, "06-failures")->focus.goTo(77);
        window.actions().find(QStringLiteral("view.lanes.threads"))->trigger();
        window.actions().find(QStringLiteral("view.arrows"))->trigger();
        auto* events = qobject_cast<EventPanel*>(window.panel(QStringLiteral("events")));
        events->setFilter(QStringLiteral("layer == mrx"));
        window.actions().find(QStringLiteral("file.next"))->trigger(); // of two: the first one
        CHECK(window.timeline().axis().left() == Approx(from).margin(1));
        REQUIRE(window.saveSession(path).isEmpty());
    }
    MainWindow window;
    window.resize(1366, 768);
    window.show();
    REQUIRE(window.openSession(path));
    REQUIRE(window.sessions().size() == 2);
    for (const auto& session : window.sessions()) {
        REQUIRE(testing::waitUntilLoaded(*session));
    }
    CHECK(window.current() == window.sessions()[0].get());
    CHECK(window.sessions()[0]->focus.seq() == 321);
    CHECK(window.sessions()[0]->focus.markerA() == 300);
    CHECK(window.sessions()[1]->focus.seq() == 77);
    CHECK(window.timeline().mode() == LaneMode::Threads);
    CHECK_FALSE(window.timeline().areArrowsShown());
    CHECK(window.timeline().axis().left() == Approx(from).margin(1));
    CHECK(window.timeline().axis().right() == Approx(to).margin(8)); // of another width
    auto* events = qobject_cast<EventPanel*>(window.panel(QStringLiteral("events")));
    REQUIRE(
        QTest::qWaitFor([&] { return !events->isFiltering() && events->model().isFiltered(); }));
    CHECK(events->model().rowCount() < int(window.current()->document.lastSeq()));
}

TEST_CASE("a session file finds its traces beside it, and says which are gone", "[gui]")
{
    const QTemporaryDir one;
    const QTemporaryDir two;
    REQUIRE(
        QFile::copy(testing::sample("01-first-open"), one.filePath(QStringLiteral("t.rdrtrace"))));
    {
        MainWindow window;
        REQUIRE(testing::waitUntilLoaded(
            *window.openTrace(one.filePath(QStringLiteral("t.rdrtrace")))));
        REQUIRE(window.saveSession(one.filePath(QStringLiteral("s.rdrsession"))).isEmpty());
    }
    // The folder is handed on: the files are elsewhere together.
    for (const char* const name : { "t.rdrtrace", "s.rdrsession" }) {
        REQUIRE(QFile::rename(
            one.filePath(QString::fromLatin1(name)), two.filePath(QString::fromLatin1(name))));
    }
    MainWindow window;
    REQUIRE(window.openSession(two.filePath(QStringLiteral("s.rdrsession"))));
    REQUIRE(window.sessions().size() == 1);
    CHECK(window.current()->document.path() == two.filePath(QStringLiteral("t.rdrtrace")));
    window.closeTrace(0);
    REQUIRE(QFile::remove(two.filePath(QStringLiteral("t.rdrtrace"))));
    CHECK(window.openSession(two.filePath(QStringLiteral("s.rdrsession"))));
    CHECK(window.sessions().empty());
    CHECK(window.statusBar()->currentMessage().contains(QLatin1Char('1')));
}

TEST_CASE("a damaged or foreign session gives one line and changes nothing", "[gui]")
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("s.rdrsession"));
    MainWindow window;
    for (const char* const text :
         { "", "{", "[]", "{\"rdrlab\": \"session\"}", "{\"rdrlab\": \"session\", \"version\": 99}",
           "\x00\xff\xfe" }) {
        write(path, text);
        window.statusBar()->clearMessage();
        CHECK_FALSE(window.openSession(path));
        CHECK(window.sessions().empty());
        CHECK_FALSE(window.statusBar()->currentMessage().isEmpty());
        CHECK_FALSE(window.statusBar()->currentMessage().contains(QLatin1Char('\n')));
    }
    CHECK_FALSE(window.openSession(folder.filePath(QStringLiteral("none.rdrsession"))));
    // Values of any kind where others are expected.
    write(
        path,
        "{\"rdrlab\": \"session\", \"version\": 1, \"traces\": [1, \"x\", {\"path\": 3}, {}], "
        "\"front\": \"a\", \"view\": {\"a\": 1}, \"panels\": [], \"docks\": 7, \"arrows\": \"?\"}");
    CHECK(window.openSession(path));
    CHECK(window.sessions().empty());
    CHECK_FALSE(window.saveSession(folder.filePath(QStringLiteral("no/such/folder/s"))).isEmpty());
}

TEST_CASE("the session is kept for the next start while the window is open", "[gui]")
{
    QFile::remove(MainWindow::keptSession());
    {
        MainWindow window;
        window.show();
        window.keepSession();
        opened(window, "01-first-open")->focus.goTo(111);
        window.close();
    }
    MainWindow next;
    REQUIRE(next.openSession(MainWindow::keptSession()));
    REQUIRE(next.current() != nullptr);
    REQUIRE(testing::waitUntilLoaded(*next.current()));
    CHECK(next.current()->focus.seq() == 111);
    QFile::remove(MainWindow::keptSession());
    {
        MainWindow fresh; // does not keep one
        fresh.show();
        opened(fresh, "01-first-open");
        fresh.close();
    }
    CHECK_FALSE(QFile::exists(MainWindow::keptSession()));
}

TEST_CASE("several files dropped into the window open, foreign ones with a message", "[gui]")
{
    const QTemporaryDir folder;
    const QString foreign = folder.filePath(QStringLiteral("picture.png"));
    write(foreign, "\x89PNG\r\n");
    MainWindow window;
    window.resize(900, 600);
    window.show();
    QMimeData data;
    data.setUrls({ QUrl::fromLocalFile(testing::sample("01-first-open")),
                   QUrl::fromLocalFile(foreign),
                   QUrl::fromLocalFile(testing::sample("02-second-open")),
                   QUrl(QStringLiteral("https://example.org/t.rdrtrace")) });
    QDragEnterEvent enter({ 10, 10 }, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &enter);
    CHECK(enter.isAccepted());
    QDropEvent drop({ 10, 10 }, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &drop);
    REQUIRE(window.sessions().size() == 3);
    for (const auto& session : window.sessions()) {
        REQUIRE(testing::waitUntilLoaded(*session));
    }
    CHECK(window.sessions()[0]->document.isReady());
    CHECK(window.sessions()[1]->document.state() == TraceDocument::State::Failed);
    CHECK_FALSE(window.sessions()[1]->document.error().isEmpty());
    CHECK(window.sessions()[2]->document.isReady());
}
