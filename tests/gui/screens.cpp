// gui_screens FOLDER TRACE... : takes the pictures that people look at, and fails when a view in
// them is blank.
//
// Every picture is a state of the window that a lesson passes through, in sizes from a projector to
// a large screen and in all themes.
#include "gui/app/keysheet.h"
#include "gui/compare/comparewindow.h"
#include "gui/graph/graphpanel.h"
#include "gui/i18n/languages.h"
#include "gui/inspect/sqlpanel.h"
#include "gui/live/livepanel.h"
#include "gui/live/rundialog.h"
#include "gui/models/labs.h"
#include "gui/models/texts.h"
#include "gui/themes/appstyle.h"
#include "tests/gui/guisupport.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QPrinter>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <cstdio>

using namespace rdrlab::gui;

namespace {

constexpr int kFewestColours = 12; // a view with fewer shows nothing but its frame

struct Shooter
{
    MainWindow& window;
    QDir folder;
    int blank = 0;

    void take(const QString& name)
    {
        QTest::qWait(50);
        testing::waitUntilSharp(window.timeline());
        const QImage picture = window.grab().toImage();
        picture.save(folder.filePath(name + QStringLiteral(".png")));
        std::printf("%s\n", qPrintable(folder.filePath(name + QStringLiteral(".png"))));
        check(name, window.timeline().viewport());
        for (QDockWidget* dock : window.findChildren<QDockWidget*>()) {
            if (dock->isVisible() && !dock->visibleRegion().isEmpty()) {
                check(name, dock->widget());
            }
        }
    }

    void check(const QString& name, QWidget* view)
    {
        if (testing::coloursIn(view->grab().toImage(), kFewestColours) < kFewestColours) {
            std::fprintf(
                stderr, "%s: the view '%s' is blank\n", qPrintable(name),
                qPrintable(view->metaObject()->className()));
            ++blank;
        }
    }

    void run(const char* id)
    {
        QAction* action = window.actions().find(QString::fromLatin1(id));
        if (action == nullptr) {
            std::fprintf(stderr, "no command '%s'\n", id);
            ++blank;
            return;
        }
        action->trigger();
    }
};

// The explanations beside a call that failed or answered something.
void takeExplanations(Shooter& shooter, const QString& prefix)
{
    Session* session = shooter.window.current();
    const auto& errors = session->document.index()->errors;
    session->focus.goTo(errors.empty() ? session->document.lastSeq() / 2 : errors.front());
    shooter.run("panel.explain");
    shooter.take(prefix + QStringLiteral("explain"));
}

// The object inspector: the step chart of a field, its flags, and the book of references.
void takeInspector(Shooter& shooter, const QString& prefix)
{
    Session* session = shooter.window.current();
    const rdrlab::trace::Reader& reader = session->document.reader();
    const auto objects = reader.objectsNamed("FCB:\\lab\\public\\readme.txt");
    if (objects.empty()) {
        return;
    }
    session->focus.goTo(session->document.lastSeq() * 3 / 4);
    auto* tabs = shooter.window.panel(QStringLiteral("object"))->findChild<QTabWidget*>();
    const std::pair<const char*, const char*> views[] = {
        { "object-count", "UncleanCount" },
        { "object-flags", "FcbState" },
        { "object-words", "Condition" },
    };
    for (const auto& [name, field] : views) {
        session->focus.choose(objects[0], reader.findString(field));
        shooter.run("object.history");
        QTest::qWait(200); // read beside the window
        shooter.take(prefix + QString::fromLatin1(name));
    }
    shooter.run("object.references");
    QTest::qWait(200);
    shooter.take(prefix + QStringLiteral("object-references"));
    tabs->setCurrentIndex(tabs->count() - 1);
    shooter.take(prefix + QStringLiteral("object-book"));
    tabs->setCurrentIndex(0);
}

// The object graph by itself, as on a projector of its own, and with who holds a file.
void takeGraph(Shooter& shooter, const QString& prefix)
{
    constexpr int kLongestMs = 10'000;
    Session* session = shooter.window.current();
    auto* panel = qobject_cast<GraphPanel*>(shooter.window.panel(QStringLiteral("graph")));
    const auto settle
        = [&] { shooter.blank += !QTest::qWaitFor([&] { return !panel->isBusy(); }, kLongestMs); };
    const auto take = [&](const char* name) {
        QTest::qWait(200);
        const QString file
            = shooter.folder.filePath(prefix + QString::fromLatin1(name) + QStringLiteral(".png"));
        panel->grab().save(file);
        std::printf("%s\n", qPrintable(file));
        shooter.check(prefix + QString::fromLatin1(name), panel);
    };
    const auto objects = session->document.reader().objectsNamed("FCB:\\lab\\public\\readme.txt");
    if (panel == nullptr || objects.empty()) {
        return;
    }
    shooter.run("panel.graph");
    session->focus.goTo(session->document.reader().object(objects[0])->birth + 44);
    session->focus.choose(objects[0]);
    panel->setWhyShown(true);
    settle();
    shooter.take(prefix + QStringLiteral("graph-who-holds"));
    QDockWidget* dock = shooter.window.dock(QStringLiteral("graph"));
    dock->setFloating(true);
    dock->resize(shooter.window.size());
    settle();
    take("graph-wide");
    panel->setWhyShown(false);
    panel->setCompact(true);
    take("graph-compact");
    panel->setListShown(true);
    take("graph-list");
    panel->setListShown(false);
    panel->setCompact(false);
    dock->setFloating(false);
}

// Two traces compared, at the first divergence and with the window as large as the main one.
void takeComparison(Shooter& shooter, const QString& prefix, const QStringList& traces)
{
    if (traces.size() < 2) {
        return;
    }
    constexpr int kLongestMs = 60'000;
    shooter.window.compareTraces(traces[0], traces[1]);
    CompareWindow* compare = shooter.window.comparisons().constLast();
    compare->resize(shooter.window.size());
    if (!QTest::qWaitFor([&] { return compare->comparison().isReady(); }, kLongestMs)) {
        std::fprintf(stderr, "%s: no comparison\n", qPrintable(prefix));
        ++shooter.blank;
        return;
    }
    const auto take = [&](const char* name) {
        QTest::qWait(50);
        const QString file
            = shooter.folder.filePath(prefix + QString::fromLatin1(name) + QStringLiteral(".png"));
        compare->grab().save(file);
        std::printf("%s\n", qPrintable(file));
        shooter.check(prefix + QString::fromLatin1(name), compare->centralWidget());
        for (QDockWidget* dock : compare->findChildren<QDockWidget*>()) {
            if (dock->isVisible() && !dock->visibleRegion().isEmpty()) {
                shooter.check(prefix + QString::fromLatin1(name), dock->widget());
            }
        }
    };
    take("compare-1-first");
    compare->actions().find(QStringLiteral("view.rows.differences"))->trigger();
    compare->actions().find(QStringLiteral("compare.next"))->trigger();
    compare->actions().find(QStringLiteral("panel.object"))->trigger();
    take("compare-2-differences");
    compare->actions().find(QStringLiteral("axis.time"))->trigger();
    compare->actions().find(QStringLiteral("compare.cause.next"))->trigger();
    compare->actions().find(QStringLiteral("zoom.place"))->trigger();
    take("compare-3-time");
    compare->close();
}

// In the second language, and as it comes out of the printer.
void takeGerman(QDir folder, const QString& trace, int& blank)
{
    Languages::instance().choose(QStringLiteral("de"));
    {
        MainWindow window;
        window.resize(1366, 768);
        window.show();
        Session* session = window.openTrace(trace);
        testing::waitUntilLoaded(*session);
        Shooter shooter { window, folder, 0 };
        for (int i = 0; i < 12; ++i) {
            shooter.run("step.into.forward");
        }
        shooter.take(QStringLiteral("projector-light-german"));
        KeySheet keys(window.actions(), &window);
        keys.grab().save(folder.filePath(QStringLiteral("projector-light-german-keys.png")));
        takeExplanations(shooter, QStringLiteral("projector-light-german-"));
        QPrinter printer(QPrinter::HighResolution);
        printer.setOutputFormat(QPrinter::PdfFormat);
        printer.setPageOrientation(QPageLayout::Landscape);
        printer.setOutputFileName(folder.filePath(QStringLiteral("printed.pdf")));
        blank += shooter.blank + (window.printTo(printer) ? 0 : 1);
    }
    Languages::instance().choose(QStringLiteral("en"));
}

// The messages on the wire, at a READ.
void takePackets(Shooter& shooter, const QString& prefix)
{
    Session* session = shooter.window.current();
    const TraceIndex& index = *session->document.index();
    for (const Call& call : index.calls) {
        if (call.layer == rdrlab::trace::Layer::Wire) {
            session->focus.goTo(call.begin + 2);
        }
    }
    shooter.run("panel.packets");
    const auto* list = shooter.window.panel(QStringLiteral("packets"))->findChild<QTableView*>();
    constexpr int kLongestMs = 10'000;
    static_cast<void>(QTest::qWaitFor([&] { return list->model()->rowCount() > 0; }, kLongestMs));
    shooter.take(prefix + QStringLiteral("packets"));
    shooter.run("panel.statistics");
    const auto* rows = shooter.window.panel(QStringLiteral("statistics"))->findChild<QTableView*>();
    static_cast<void>(QTest::qWaitFor([&] { return rows->model()->rowCount() > 0; }, kLongestMs));
    shooter.take(prefix + QStringLiteral("statistics"));
    for (const Call& call : index.calls) {
        if (call.layer == rdrlab::trace::Layer::Mrx && call.routine != 0) {
            session->focus.goTo(call.begin + 1); // the last one inside RDBSS' locks
        }
    }
    shooter.run("panel.locks");
    QTest::qWait(200);
    shooter.run("panel.irp");
    shooter.take(prefix + QStringLiteral("locks"));
    for (const Call& call : index.calls) {
        if (call.layer == rdrlab::trace::Layer::Mrx) {
            session->focus.goTo(call.begin); // the first one: inside a create
            if (texts::routine(session->document.reader(), call.routine)
                == QLatin1String("MRxCreate")) {
                break;
            }
        }
    }
    shooter.take(prefix + QStringLiteral("irp"));
}

// Who lives from when to when, by kind and by family.
void takeLifetimes(Shooter& shooter, const QString& prefix)
{
    auto* panel = shooter.window.panel(QStringLiteral("lifetimes"));
    shooter.run("panel.lifetimes");
    QTest::qWait(300); // read beside the window
    shooter.take(prefix + QStringLiteral("lifetimes"));
    panel->findChild<QComboBox*>()->setCurrentIndex(1);
    QTest::qWait(200);
    shooter.take(prefix + QStringLiteral("lifetimes-family"));
    panel->findChild<QComboBox*>()->setCurrentIndex(0);
}

// The SQL console with an answer, and the answer as a lane of the timeline.
void takeSql(Shooter& shooter, const QString& prefix)
{
    auto* panel = static_cast<SqlPanel*>(shooter.window.panel(QStringLiteral("sql")));
    shooter.run("panel.sql");
    panel->setStatement(QStringLiteral("SELECT id, routine, object, status_name, duration\n"
                                       "FROM v_spans WHERE layer = 'mrx' ORDER BY id;"));
    panel->run();
    constexpr int kLongestMs = 10'000;
    if (!QTest::qWaitFor([&] { return !panel->isRunning(); }, kLongestMs)
        || !panel->saveAsLane(QStringLiteral("MRx calls"))
        || !QTest::qWaitFor(
            [&] { return !shooter.window.current()->lanes.all().empty(); }, kLongestMs)) {
        std::fprintf(stderr, "%s: no answer\n", qPrintable(prefix));
        ++shooter.blank;
        return;
    }
    shooter.take(prefix + QStringLiteral("sql"));
    shooter.window.current()->lanes.remove(0);
}

// The page without a trace, the dialog that asks what to run, a run that is paused with its network
// cut, and the tour.
void takeFirstMinute(const QSize& size, const QDir& folder, const QString& prefix, int& blank)
{
    MainWindow window;
    window.resize(size);
    window.show();
    Shooter shooter { window, folder, 0 };
    const auto picture = [&](const QString& name, QWidget& of) {
        QTest::qWait(50);
        of.grab().save(folder.filePath(prefix + name + QStringLiteral(".png")));
        shooter.check(prefix + name, &of);
    };
    picture(QStringLiteral("start"), window);
    RunDialog dialog(&window);
    dialog.show();
    picture(QStringLiteral("run-dialog"), dialog);
    dialog.hide();
    if (!laboratoryProgram().isEmpty()) {
        const QTemporaryDir runs;
        auto* live = qobject_cast<LivePanel*>(window.panel(QStringLiteral("live")));
        RunRequest request;
        request.scenario = dialog.request().scenario;
        request.trace = runs.filePath(QStringLiteral("01-first-open seed 1.rdrtrace"));
        while (live->breaks().rowCount() > 0) {
            live->breaks().remove(0); // of the picture before
        }
        live->breaks().add({ QStringLiteral("MRxCreate"), {}, {}, false, true, 0 });
        live->breaks().add({ {}, {}, {}, true, false, 0 });
        live->start(request);
        constexpr int kLongMs = 20'000;
        static_cast<void>(QTest::qWaitFor(
            [&] {
                return live->run().moment().routine == QLatin1String("MRxCreate")
                    && window.current() != nullptr && window.current()->document.isReady()
                    && window.current()->focus.seq() == live->run().moment().seq;
            },
            kLongMs));
        shooter.run("live.cut");
        static_cast<void>(
            QTest::qWaitFor([&] { return live->run().links().front().isCut; }, kLongMs));
        QTest::qWait(400); // the graph glides to what was born last
        shooter.take(prefix + QStringLiteral("live"));
        live->run().stop();
        static_cast<void>(QTest::qWaitFor([&] { return !live->run().isAlive(); }, kLongMs));
        shooter.take(prefix + QStringLiteral("live-ended"));
    }
    window.closeTrace(0);
    shooter.run("help.tour");
    static_cast<void>(
        QTest::qWaitFor([&] { return window.findChild<Tour*>() != nullptr; }, 20'000));
    if (auto* tour = window.findChild<Tour*>()) {
        for (const int stop : { 1, 3, tour->count() - 2 }) {
            tour->goTo(stop);
            picture(QStringLiteral("tour-%1").arg(stop + 1), window);
        }
    }
    blank += shooter.blank;
}

} // namespace

int main(int argc, char** argv)
{
    testing::useOwnSettings();
    QApplication application(argc, argv);
    QApplication::setStyle(new AppStyle);
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() < 3) {
        std::fputs("usage: gui_screens FOLDER TRACE...\n", stderr);
        return 2;
    }
    QDir().mkpath(arguments[1]);
    Languages::instance().choose(QStringLiteral("en")); // not the desktop's
    int blank = 0;
    const std::pair<const char*, QSize> sizes[]
        = { { "projector", QSize(1366, 768) }, { "large", QSize(3840, 2160) } };
    for (const auto& [sizeName, size] : sizes) {
        // A large screen is used with larger letters.
        QFont font = QApplication::font();
        font.setPointSizeF(size.width() > 3000 ? 16 : 9);
        QApplication::setFont(font);
        for (const QString& theme : Themes::ids()) {
            if (size.width() > 3000 && theme != QLatin1String("light")) {
                continue;
            }
            Themes::instance().choose(theme);
            const QString prefix
                = QString::fromLatin1(sizeName) + QLatin1Char('-') + theme + QLatin1Char('-');
            takeFirstMinute(size, QDir(arguments[1]), prefix, blank);
            MainWindow window;
            window.resize(size);
            window.show();
            Shooter shooter { window, QDir(arguments[1]), 0 };
            for (qsizetype i = arguments.size(); i-- > 2;) {
                Session* session = window.openTrace(arguments[i]);
                if (!testing::waitUntilLoaded(*session) || !session->document.isReady()) {
                    std::fprintf(
                        stderr, "%s: %s\n", qPrintable(arguments[i]),
                        qPrintable(session->document.error()));
                    return 1;
                }
            }
            shooter.take(prefix + QStringLiteral("1-open"));
            for (int i = 0; i < 12; ++i) {
                shooter.run("step.into.forward");
            }
            shooter.take(prefix + QStringLiteral("2-stepped"));
            shooter.run("view.zoom.call");
            shooter.take(prefix + QStringLiteral("3-call"));
            shooter.run("view.lanes.threads");
            shooter.run("view.axis.time");
            shooter.run("view.zoom.all");
            shooter.take(prefix + QStringLiteral("4-threads-time"));
            shooter.run("view.lanes.objects");
            shooter.run("view.axis.events");
            shooter.take(prefix + QStringLiteral("5-objects"));
            shooter.run("view.lanes.layers");
            shooter.run("panel.object");
            for (const Lifetime& life : window.current()->document.index()->lifetimes) {
                const rdrlab::trace::Object* object
                    = window.current()->document.reader().object(life.object);
                if (object != nullptr && object->kind == rdrlab::trace::ObjectKind::Fcb) {
                    window.current()->focus.goTo(life.birth + 40);
                    window.current()->focus.choose(life.object);
                }
            }
            shooter.take(prefix + QStringLiteral("6-object"));
            takeGraph(shooter, prefix);
            takeExplanations(shooter, prefix);
            takeInspector(shooter, prefix);
            takeComparison(shooter, prefix, arguments.mid(2));
            takePackets(shooter, prefix);
            takeLifetimes(shooter, prefix);
            takeSql(shooter, prefix);
            blank += shooter.blank;
            if (size.width() < 3000 && theme == QLatin1String("light")) {
                takeGerman(QDir(arguments[1]), arguments[2], blank);
            }
        }
    }
    return blank == 0 ? 0 : 1;
}
