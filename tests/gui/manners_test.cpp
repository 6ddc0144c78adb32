// Links to places, sessions that survive, and what a person drops into the window.
#include "gui/app/eventpanel.h"
#include "gui/i18n/languages.h"
#include "gui/models/eventcsv.h"
#include "gui/models/link.h"
#include "gui/models/texts.h"
#include "tests/gui/guisupport.h"

#include <QDropEvent>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QMimeData>
#include <QPrinter>
#include <QSettings>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

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

TEST_CASE("events are written as CSV, the same in every language, and can be cancelled", "[gui]")
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("events.csv"));
    MainWindow window;
    Session* session = opened(window, "06-failures");
    auto* panel = qobject_cast<EventPanel*>(window.panel(QStringLiteral("events")));
    const auto written = [&] {
        panel->writeCsv(path);
        REQUIRE(QTest::qWaitFor([&] { return !panel->isWriting(); }, 60'000));
        QFile file(path);
        REQUIRE(file.open(QIODevice::ReadOnly));
        return file.readAll();
    };
    const QByteArray all = written();
    CHECK(all.count("\r\n") == qsizetype(session->document.lastSeq()) + 1);
    CHECK(all.startsWith("seq,time_ns,"));
    CHECK(all.contains("STATUS_BAD_NETWORK_PATH"));
    QLocale::setDefault(QLocale(QLocale::German));
    CHECK(texts::duration(1'500'000) == QStringLiteral("1,50 ms"));
    CHECK(written() == all);
    QLocale::setDefault(QLocale::c());
    CHECK(texts::duration(1'500'000) == QStringLiteral("1.50 ms"));
    panel->setFilter(QStringLiteral("layer == mrx && kind == end"));
    REQUIRE(QTest::qWaitFor([&] { return !panel->isFiltering(); }, 30'000));
    CHECK(written().count("\r\n") == panel->model().rowCount() + 1);

    panel->writeCsv(folder.filePath(QStringLiteral("no/such/folder.csv")));
    REQUIRE(QTest::qWaitFor([&] { return !panel->isWriting(); }, 30'000));
    CHECK(window.statusBar()->currentMessage().contains(QStringLiteral("folder.csv")));

    // Cancelled from the beginning: no file, no error.
    Background work;
    QString problem = QStringLiteral("never run");
    const QString none = folder.filePath(QStringLiteral("none.csv"));
    work.start(
        [&](Background::Control& control) {
            while (!control.isCancelled()) {
                std::this_thread::yield();
            }
            problem = writeEventsCsv(session->document.path(), nullptr, none, control);
        },
        {});
    work.cancel();
    CHECK(problem.isEmpty());
    CHECK_FALSE(QFile::exists(none));
}

TEST_CASE("zoom, lanes and filter are taken back and done again", "[gui]")
{
    MainWindow window;
    window.resize(1366, 768);
    window.show();
    opened(window, "01-first-open");
    QTest::qWait(500); // until the view counts
    TimelineView& timeline = window.timeline();
    const auto run
        = [&](const char* id) { window.actions().find(QString::fromLatin1(id))->trigger(); };
    auto* panel = qobject_cast<EventPanel*>(window.panel(QStringLiteral("events")));
    timeline.showRange(100, 300);
    run("view.undo");
    const double first = timeline.axis().left();
    run("view.redo");
    CHECK(timeline.axis().left() == Approx(100).margin(1));
    timeline.panBy(0.1); // scrolling is no step of its own
    timeline.panBy(0.1);
    QTest::qWait(500); // until the place counts
    run("view.lanes.threads");
    run("view.undo");
    CHECK(timeline.mode() == LaneMode::Layers);
    CHECK(timeline.axis().left() == Approx(140).margin(1));
    panel->setFilter(QStringLiteral("failed"));
    run("view.undo");
    CHECK(panel->filter().isEmpty());
    run("view.redo");
    CHECK(panel->filter() == QStringLiteral("failed"));
    run("view.undo");
    run("view.undo");
    CHECK(timeline.axis().left() == Approx(first));
    run("view.undo");
    CHECK_FALSE(window.statusBar()->currentMessage().isEmpty());
}

TEST_CASE("colours can be told apart by eyes of every kind", "[gui]")
{
    // What the three kinds of colour blindness leave of a colour: Machado, Oliveira and Fernandes
    // 2009, at full severity, on linear light.
    using Matrix = std::array<std::array<double, 3>, 3>;
    constexpr std::array<std::pair<const char*, Matrix>, 4> eyes = { {
        { "usual", { { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } } },
        { "protan",
          { { { 0.152286, 1.052583, -0.204868 },
              { 0.114503, 0.786281, 0.099216 },
              { -0.003882, -0.048116, 1.051998 } } } },
        { "deutan",
          { { { 0.367322, 0.860646, -0.227968 },
              { 0.280085, 0.672501, 0.047413 },
              { -0.011820, 0.042940, 0.968881 } } } },
        { "tritan",
          { { { 1.255528, -0.076749, -0.178779 },
              { -0.078411, 0.930809, 0.147602 },
              { 0.004733, 0.691367, 0.303900 } } } },
    } };
    const auto seen = [](const QColor& colour, const Matrix& eye) {
        const auto linear = [](double part) {
            return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
        };
        const std::array<double, 3> in
            = { linear(colour.redF()), linear(colour.greenF()), linear(colour.blueF()) };
        std::array<double, 3> out {};
        for (std::size_t i = 0; i < 3; ++i) {
            out[i]
                = std::clamp(eye[i][0] * in[0] + eye[i][1] * in[1] + eye[i][2] * in[2], 0.0, 1.0);
        }
        return out;
    };
    // CIE 1976 L*a*b*, D65.
    const auto lab = [](const std::array<double, 3>& c) {
        const auto f
            = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
        const double x = f((0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.95047);
        const double y = f(0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]);
        const double z = f((0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.08883);
        return std::array<double, 3> { 116 * y - 16, 500 * (x - y), 200 * (y - z) };
    };
    for (const QString& id : Themes::ids()) {
        Themes::instance().choose(id);
        const Theme& theme = gui::theme();
        for (const auto& [eyeName, eye] : eyes) {
            const auto distance = [&, &eye = eye](const QColor& one, const QColor& other) {
                const auto a = lab(seen(one, eye));
                const auto b = lab(seen(other, eye));
                return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
            };
            INFO(id.toStdString() << ", " << eyeName);
            // Lanes that stand side by side; each has its title as well, so a little is enough.
            for (std::size_t i = 0; i + 1 < std::size_t(trace::Layer::Maximum); ++i) {
                INFO("layers " << i << " and " << i + 1);
                CHECK(distance(theme.layer[i], theme.layer[i + 1]) >= 10);
            }
            // What the comparison and the graph say by colour; each has a glyph as well.
            CHECK(distance(theme.added, theme.removed) >= 20);
            CHECK(distance(theme.now, theme.markerA) >= 20);
            CHECK(distance(theme.now, theme.markerB) >= 10);
            CHECK(distance(theme.failed, theme.text) >= 20);
            CHECK(distance(theme.failed, theme.base) >= 30);
        }
    }
    Themes::instance().choose(QStringLiteral("light"));
}

TEST_CASE("the timeline is printed with its title", "[gui]")
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("t.pdf"));
    Themes::instance().choose(QStringLiteral("dark"));
    MainWindow window;
    window.resize(1000, 700);
    window.show();
    opened(window, "01-first-open");
    QTest::qWait(1);
    QPrinter printer(QPrinter::HighResolution);
    printer.setOutputFormat(QPrinter::PdfFormat);
    printer.setPageOrientation(QPageLayout::Landscape);
    printer.setOutputFileName(path);
    CHECK(window.printTo(printer));
    CHECK(QFileInfo(path).size() > 5000);
    CHECK(printer.resolution() == window.logicalDpiX()); // letters and lines in proportion
    CHECK(Themes::instance().wish() == QStringLiteral("dark")); // as before
    Themes::instance().choose(QStringLiteral("light"));
    printer.setOutputFileName(folder.filePath(QStringLiteral("no/such/t.pdf")));
    CHECK_FALSE(window.printTo(printer));
}

TEST_CASE("in another language the window is built anew with the same traces", "[gui]")
{
    Languages::instance().choose(QStringLiteral("en"));
    auto window = std::make_unique<MainWindow>();
    window->resize(1200, 700);
    window->show();
    opened(*window, "01-first-open")->focus.goTo(222);
    CHECK(window->panel(QStringLiteral("events"))->window()->windowTitle().contains("seed"));
    QString chosen;
    QObject::connect(
        window.get(), &MainWindow::languageChosen, [&](const QString& id) { chosen = id; });
    window->actions().find(QStringLiteral("language.de"))->trigger();
    CHECK(chosen == QStringLiteral("de"));
    Languages::instance().choose(chosen);
    auto other = MainWindow::rebuilt(*window);
    window.reset();
    REQUIRE(other->current() != nullptr);
    REQUIRE(testing::waitUntilLoaded(*other->current()));
    CHECK(other->current()->focus.seq() == 222);
    CHECK(
        other->actions().find(QStringLiteral("step.event.forward"))->text().remove(QLatin1Char('&'))
        == QStringLiteral("Nächstes Ereignis"));
    CHECK(QLocale().language() == QLocale::German);
    // Every command of a menu's category is in that menu in German too.
    CHECK(other->actions().collisions().isEmpty());
    Languages::instance().choose(QStringLiteral("en"));
    QLocale::setDefault(QLocale::c());
    QSettings().remove(QStringLiteral("language"));
}
