// The commands of the window, its menus and its tool bar.
#include "gui/app/commandpalette.h"
#include "gui/app/keysheet.h"
#include "gui/app/mainwindow.h"
#include "gui/themes/icons.h"

#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QTabBar>
#include <QToolBar>

namespace rdrlab::gui {

namespace {

QKeySequence keys(const char* text)
{
    return QKeySequence(QString::fromLatin1(text));
}

} // namespace

QAction* MainWindow::action(const char* id) const
{
    QAction* found = m_actions.find(QString::fromLatin1(id));
    Q_ASSERT(found != nullptr);
    return found;
}

void MainWindow::addCommands()
{
    addFileCommands();
    addStepCommands();
    addMarkCommands();
    addViewCommands();
    addOutputCommands();
    addCompareCommands();
    addSessionCommands();
    addViewHistoryCommands();
    addHelpCommands();
}

void MainWindow::addFileCommands()
{
    const QString category = tr("File");
    m_actions.add(
        QStringLiteral("file.open"), category, tr("&Open…"), tr("Open one or more traces."),
        { QKeySequence::Open }, [this] { chooseFile(); });
    m_actions.add(
        QStringLiteral("file.close"), category, tr("&Close trace"), tr("Close the trace in front."),
        { QKeySequence::Close }, [this] { closeTrace(m_tabs->currentIndex()); });
    m_actions.add(
        QStringLiteral("file.next"), category, tr("&Next trace"), tr("Show the next open trace."),
        { keys("Ctrl+Tab") }, [this] {
            if (m_tabs->count() > 0) {
                m_tabs->setCurrentIndex((m_tabs->currentIndex() + 1) % m_tabs->count());
            }
        });
    m_actions.add(
        QStringLiteral("file.quit"), category, tr("&Quit"), tr("Leave the visualizer."),
        { QKeySequence(QKeySequence::Quit).isEmpty() ? keys("Ctrl+Q") : QKeySequence::Quit },
        [this] { close(); });
    action("file.open")->setIcon(icon(Glyph::Open));
}

void MainWindow::addStepCommands()
{
    const QString category = tr("Step");
    struct Step
    {
        const char* id;
        QString text;
        QString hint;
        QList<QKeySequence> keys;
        Seq (*where)(const TraceDocument&, Seq, Direction);
        Direction direction;
        Glyph glyph;
    };
    const Step steps[] = {
        { "step.event.forward",
          tr("&Next event"),
          tr("To the next event."),
          { keys(".") },
          &step::byEvent,
          Direction::Forward,
          Glyph::StepForward },
        { "step.event.backward",
          tr("&Previous event"),
          tr("To the event before."),
          { keys(",") },
          &step::byEvent,
          Direction::Backward,
          Glyph::StepForward },
        { "step.into.forward",
          tr("Step &into"),
          tr("To the next begin or end of a call."),
          { keys("F11") },
          &step::byCall,
          Direction::Forward,
          Glyph::CallInto },
        { "step.into.backward",
          tr("Step into, backwards"),
          tr("To the begin or end of a call before."),
          { keys("Ctrl+F11") },
          &step::byCall,
          Direction::Backward,
          Glyph::CallInto },
        { "step.over.forward",
          tr("Step &over"),
          tr("From a call's begin to its end; else to the next call on this level."),
          { keys("F10") },
          &step::overCall,
          Direction::Forward,
          Glyph::CallOver },
        { "step.over.backward",
          tr("Step over, backwards"),
          tr("From a call's end to its begin; else to the call before on this level."),
          { keys("Ctrl+F10") },
          &step::overCall,
          Direction::Backward,
          Glyph::CallOver },
        { "step.out.forward",
          tr("Step o&ut"),
          tr("To the end of the call around."),
          { keys("Shift+F11") },
          &step::outOfCall,
          Direction::Forward,
          Glyph::CallOut },
        { "step.out.backward",
          tr("Step out, backwards"),
          tr("To the begin of the call around."),
          { keys("Ctrl+Shift+F11") },
          &step::outOfCall,
          Direction::Backward,
          Glyph::CallOut },
        { "step.error.forward",
          tr("Next &failure"),
          tr("To the next event with a failure status."),
          { keys("E") },
          &step::toError,
          Direction::Forward,
          Glyph::ErrorNext },
        { "step.error.backward",
          tr("Previous failure"),
          tr("To the last event before with a failure status."),
          { keys("Shift+E") },
          &step::toError,
          Direction::Backward,
          Glyph::ErrorNext },
    };
    for (const Step& one : steps) {
        QAction* added = m_actions.add(
            QString::fromLatin1(one.id), category, one.text, one.hint, one.keys,
            [this, where = one.where, direction = one.direction] { step(where, direction); });
        added->setIcon(icon(one.glyph, one.direction == Direction::Backward));
    }
    m_actions.add(
        QStringLiteral("step.change.forward"), category, tr("Next &change of the selected object"),
        tr("To the next event about the selected object, or change of its selected field."),
        { keys("C") }, [this] { stepToChange(Direction::Forward); });
    m_actions.add(
        QStringLiteral("step.change.backward"), category, tr("&Last change of the selected object"),
        tr("To the last event before about the selected object, or change of its selected field."),
        { keys("Shift+C") }, [this] { stepToChange(Direction::Backward); });
    m_actions.add(
        QStringLiteral("go.first"), category, tr("First event of the scenario"),
        tr("Where the scenario's own processes begin."), { keys("Home") }, [this] {
            if (m_current != nullptr) {
                m_current->focus.goTo(m_current->document.firstOfScenario());
            }
        });
    m_actions.add(
        QStringLiteral("go.last"), category, tr("Last event"), tr("The end of the recording."),
        { keys("End") }, [this] {
            if (m_current != nullptr) {
                m_current->focus.goTo(m_current->focus.last());
            }
        });
    m_actions.add(
        QStringLiteral("go.back"), category, tr("Back"), tr("To the place visited before."),
        { keys("Alt+Left") }, [this] {
            if (m_current != nullptr) {
                m_current->focus.goBack();
            }
        });
    m_actions.add(
        QStringLiteral("go.forward"), category, tr("Forward"), tr("To the place visited next."),
        { keys("Alt+Right") }, [this] {
            if (m_current != nullptr) {
                m_current->focus.goForward();
            }
        });
    m_actions.add(
        QStringLiteral("go.to"), category, tr("&Go to event or time…"),
        tr("Type an event (#42) or a time (2.5 ms)."), { keys("G") }, [this] {
            m_goTo->setFocus();
            m_goTo->selectAll();
        });
    action("go.first")->setIcon(icon(Glyph::First, true));
    action("go.last")->setIcon(icon(Glyph::Last));
    action("go.back")->setIcon(icon(Glyph::Back, true));
    action("go.forward")->setIcon(icon(Glyph::Forward));
    m_actions.add(
        QStringLiteral("marker.a"), category, tr("Set marker A"),
        tr("Marker A at the current event."), { keys("Shift+A") }, [this] {
            if (m_current != nullptr) {
                m_current->focus.setMarkerA(m_current->focus.seq());
            }
        });
    m_actions.add(
        QStringLiteral("marker.b"), category, tr("Set marker B"),
        tr("Marker B at the current event."), { keys("Shift+B") }, [this] {
            if (m_current != nullptr) {
                m_current->focus.setMarkerB(m_current->focus.seq());
            }
        });
    m_actions.add(
        QStringLiteral("marker.clear"), category, tr("Clear markers and selection"),
        tr("Takes both markers away and selects no object."), { keys("Escape") }, [this] {
            if (m_current != nullptr) {
                m_current->focus.setMarkerA(0);
                m_current->focus.setMarkerB(0);
                m_current->focus.choose(0);
                m_timeline->setFocus();
            }
        });
}

void MainWindow::addViewCommands()
{
    const QString category = tr("View");
    const auto add = [&](const char* id, const QString& text, const QString& hint,
                         const QList<QKeySequence>& bound, std::function<void()> run) {
        return m_actions.add(QString::fromLatin1(id), category, text, hint, bound, std::move(run));
    };
    add("view.zoom.in", tr("Zoom &in"), tr("Closer, around the current event."),
        { keys("W"), keys("Ctrl++"), keys("Ctrl+=") }, [this] { m_timeline->zoomIn(); })
        ->setIcon(icon(Glyph::ZoomIn));
    add("view.zoom.out", tr("Zoom &out"), tr("Further away."), { keys("S"), keys("Ctrl+-") },
        [this] { m_timeline->zoomOut(); })
        ->setIcon(icon(Glyph::ZoomOut));
    add("view.zoom.all", tr("Show &all"), tr("The whole trace."), { keys("F"), keys("Ctrl+0") },
        [this] { m_timeline->showAll(); })
        ->setIcon(icon(Glyph::Fit));
    add("view.zoom.call", tr("Show the current &call"), tr("The current call fills the timeline."),
        { keys("Shift+F") }, [this] { m_timeline->showCall(); });
    add("view.zoom.markers", tr("Show from &A to B"), tr("The stretch between the markers."),
        { keys("Ctrl+Shift+F") }, [this] { m_timeline->showMarkers(); });
    add("view.pan.left", tr("Scroll &left"), tr("A part of the width to the left."), { keys("A") },
        [this] { m_timeline->panBy(-0.2); });
    add("view.pan.right", tr("Scroll &right"), tr("A part of the width to the right."),
        { keys("D") }, [this] { m_timeline->panBy(0.2); });

    auto* axes = new QActionGroup(this);
    const auto choice = [&](QActionGroup* group, QAction* added, bool checked) {
        added->setCheckable(true);
        added->setChecked(checked);
        group->addAction(added);
    };
    choice(
        axes,
        add("view.axis.events", tr("Axis: &events"), tr("Every event is as wide as the next."),
            { keys("Ctrl+E") }, [this] { m_timeline->setAxisKind(Axis::Kind::Events); }),
        true);
    choice(
        axes,
        add("view.axis.time", tr("Axis: virtual &time"), tr("Widths are durations."),
            { keys("Ctrl+T") }, [this] { m_timeline->setAxisKind(Axis::Kind::Time); }),
        false);
    auto* modes = new QActionGroup(this);
    choice(
        modes,
        add("view.lanes.layers", tr("Lanes: &layers"), tr("A lane per layer of the system."),
            { keys("Alt+1") }, [this] { m_timeline->setMode(LaneMode::Layers); }),
        true);
    choice(
        modes,
        add("view.lanes.threads", tr("Lanes: t&hreads"), tr("A lane per thread, with its waits."),
            { keys("Alt+2") }, [this] { m_timeline->setMode(LaneMode::Threads); }),
        false);
    choice(
        modes,
        add("view.lanes.objects", tr("Lanes: o&bjects"), tr("Lifetimes of objects, by kind."),
            { keys("Alt+3") }, [this] { m_timeline->setMode(LaneMode::Objects); }),
        false);
    QAction* arrows = add(
        "view.arrows", tr("A&rrows"), tr("From a call left pending to its completion."),
        { keys("R") }, [this] { m_timeline->setArrowsShown(action("view.arrows")->isChecked()); });
    arrows->setCheckable(true);
    arrows->setChecked(true);

    auto* themes = new QActionGroup(this);
    const std::pair<const char*, QString> wishes[]
        = { { "system", tr("Theme: as the &desktop") },
            { "light", tr("Theme: &light") },
            { "dark", tr("Theme: dar&k") },
            { "contrast", tr("Theme: high co&ntrast") } };
    for (const auto& [wish, text] : wishes) {
        const QString id = QString::fromLatin1(wish);
        QAction* added = m_actions.add(
            QStringLiteral("theme.") + id, category, text, tr("Changes the colours."), {},
            [id] { Themes::instance().choose(id); });
        choice(themes, added, id == Themes::instance().wish());
        connect(&Themes::instance(), &Themes::changed, added, [added, id] {
            added->setChecked(Themes::instance().wish() == id);
        });
    }
    int number = 1;
    for (const auto& [panel, dock] : m_panels) {
        const QList<QKeySequence> bound = number <= 9
            ? QList<QKeySequence> { keys(qPrintable(QStringLiteral("Ctrl+%1").arg(number))) }
            : QList<QKeySequence>();
        m_actions.add(
            QStringLiteral("panel.") + dock->objectName(), tr("Panels"), dock->windowTitle(),
            tr("Shows this panel and goes there."), bound, [panel = panel, dock = dock] {
                dock->show();
                dock->raise();
                panel->setFocus();
            });
        ++number;
    }
    m_actions.add(
        QStringLiteral("panel.timeline"), tr("Panels"), tr("Timeline"), tr("Goes to the timeline."),
        { keys("Ctrl+`") }, [this] { m_timeline->setFocus(); });
}

void MainWindow::addHelpCommands()
{
    const QString category = tr("Help");
    m_actions.add(
        QStringLiteral("help.palette"), category, tr("&Commands…"),
        tr("Type some letters of any command."), { keys("Ctrl+Shift+P") }, [this] {
            CommandPalette palette(m_actions, this);
            palette.exec();
        });
    m_actions.add(
        QStringLiteral("help.keys"), category, tr("&Keys…"),
        tr("All commands with their keys; other keys can be bound there."),
        { keys("?"), keys("F1") }, [this] {
            KeySheet sheet(m_actions, this);
            sheet.exec();
        });
    addTourCommand();
    m_actions.add(
        QStringLiteral("help.about"), category, tr("&About rdrlab"), tr("What this is."), {},
        [this] {
            QMessageBox::about(
                this, tr("About rdrlab"),
                tr("A laboratory for Windows network redirectors: step through recorded kernel "
                   "time, "
                   "forwards and backwards.\nMIT licence."));
        });
}

void MainWindow::buildMenus()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(action("file.open"));
    m_recent = file->addMenu(tr("&Recent"));
    connect(m_recent, &QMenu::aboutToShow, this, &MainWindow::fillRecent);
    file->addAction(action("file.compare"));
    file->addAction(action("file.next"));
    file->addAction(action("file.close"));
    file->addSeparator();
    file->addAction(action("file.session.open"));
    file->addAction(action("file.session.save"));
    file->addAction(action("file.session.restore"));
    file->addAction(action("file.link"));
    file->addSeparator();
    file->addAction(action("file.picture"));
    file->addAction(action("find.csv"));
    file->addAction(action("file.print"));
    file->addSeparator();
    file->addAction(action("file.quit"));

    QMenu* stepping = menuBar()->addMenu(tr("&Step"));
    QMenu* search = menuBar()->addMenu(tr("Sea&rch"));
    QMenu* marks = menuBar()->addMenu(tr("&Marks"));
    QMenu* live = menuBar()->addMenu(tr("&Live"));
    QMenu* view = menuBar()->addMenu(tr("&View"));
    QMenu* panels = menuBar()->addMenu(tr("&Panels"));
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    QString group;
    for (const Actions::Entry& entry : m_actions.all()) {
        QMenu* menu = entry.category == tr("Step") ? stepping
            : entry.category == tr("Search")       ? search
            : entry.category == tr("Marks")        ? marks
            : entry.category == tr("Live")         ? live
            : entry.category == tr("View")         ? view
            : entry.category == tr("Panels")       ? panels
            : entry.category == tr("Help")         ? help
                                                   : nullptr;
        if (menu == nullptr) {
            continue;
        }
        // A line between groups: the first two parts of the id.
        const QString now
            = entry.id.section(QLatin1Char('.'), 0, entry.id.count(QLatin1Char('.')) > 1 ? 1 : 0);
        if (!menu->isEmpty() && now != group) {
            menu->addSeparator();
        }
        group = now;
        menu->addAction(entry.action);
    }
}

void MainWindow::buildToolBar()
{
    QToolBar* bar = addToolBar(tr("Stepping"));
    bar->setObjectName(QStringLiteral("stepping"));
    bar->setMovable(false);
    const int letter = std::max(18, fontMetrics().height());
    bar->setIconSize(QSize(letter, letter));
    for (const char* const id : { "file.open",
                                  "",
                                  "go.back",
                                  "go.forward",
                                  "",
                                  "go.first",
                                  "step.event.backward",
                                  "step.event.forward",
                                  "go.last",
                                  "play.toggle",
                                  "",
                                  "step.out.backward",
                                  "step.over.backward",
                                  "step.into.backward",
                                  "step.into.forward",
                                  "step.over.forward",
                                  "step.out.forward",
                                  "",
                                  "step.error.backward",
                                  "step.error.forward",
                                  "" }) {
        if (*id == '\0') {
            bar->addSeparator();
        } else {
            bar->addAction(action(id));
        }
    }
    m_goTo = new QLineEdit;
    m_goTo->setPlaceholderText(tr("go to #42 or 2.5 ms"));
    m_goTo->setAccessibleName(tr("Go to event or time"));
    m_goTo->setMaximumWidth(fontMetrics().averageCharWidth() * 24);
    m_goTo->setClearButtonEnabled(true);
    connect(m_goTo, &QLineEdit::returnPressed, this, [this] {
        goTo(m_goTo->text());
        m_timeline->setFocus();
    });
    bar->addWidget(m_goTo);
    bar->addSeparator();
    for (const char* const id : { "view.zoom.out", "view.zoom.in", "view.zoom.all" }) {
        bar->addAction(action(id));
    }
    bar->addSeparator();
    for (const char* const id :
         { "view.lanes.layers", "view.lanes.threads", "view.lanes.objects" }) {
        bar->addAction(action(id));
    }
    bar->addSeparator();
    for (const char* const id : { "view.axis.events", "view.axis.time" }) {
        bar->addAction(action(id));
    }
    action("view.lanes.layers")->setIconText(tr("Layers"));
    action("view.lanes.threads")->setIconText(tr("Threads"));
    action("view.lanes.objects")->setIconText(tr("Objects"));
    action("view.axis.events")->setIconText(tr("Events"));
    action("view.axis.time")->setIconText(tr("Time"));
}

void MainWindow::updateCommands()
{
    const bool open
        = m_current != nullptr && m_current->document.isReady() && m_current->focus.last() != 0;
    const Seq at = open ? m_current->focus.seq() : 0;
    // What is true of one of them only; the rest needs a trace.
    const std::pair<const char*, bool> own[] = {
        { "step.event.forward", open && at < m_current->focus.last() },
        { "step.event.backward", open && at > 1 },
        { "go.back", open && m_current->focus.canGoBack() },
        { "go.forward", open && m_current->focus.canGoForward() },
        { "file.close", m_current != nullptr },
        { "view.redo", open && m_views.canRedo() },
    };
    static const char* const needTrace[]
        = { "step.",     "go.",      "mark",         "run.",      "play.",
            "find.",     "break.",   "file.picture", "file.link", "file.print",
            "view.zoom", "view.pan", "view.undo" };
    for (const Actions::Entry& entry : m_actions.all()) {
        const auto isEntry
            = [&](const auto& each) { return entry.id == QLatin1String(each.first); };
        const auto isBegin = [&](const char* id) { return entry.id.startsWith(QLatin1String(id)); };
        // Each is set once: a button that changes has its tool bar laid out anew.
        if (const auto* found = std::find_if(std::begin(own), std::end(own), isEntry);
            found != std::end(own)) {
            entry.action->setEnabled(found->second);
        } else if (std::any_of(std::begin(needTrace), std::end(needTrace), isBegin)) {
            entry.action->setEnabled(open);
        }
    }
    const bool playing = m_current != nullptr && m_current->isPlaying();
    if (QAction* play = action("play.toggle");
        std::exchange(m_isPlayingShown, playing) != playing) {
        play->setText(playing ? tr("Pause") : tr("P&lay"));
        play->setIcon(icon(playing ? Glyph::Pause : Glyph::Play));
    }
}

} // namespace rdrlab::gui
