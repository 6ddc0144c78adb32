// What a person meets first: the page that is shown while no trace is open, and the tour.
#include "gui/app/mainwindow.h"
#include "gui/live/livepanel.h"

#include <QDockWidget>
#include <QSettings>
#include <QShowEvent>
#include <QToolBar>

namespace rdrlab::gui {

void MainWindow::connectFirstMinute()
{
    connect(m_start, &StartPage::openWanted, this, &MainWindow::openTrace);
    connect(m_start, &StartPage::chooseWanted, this, &MainWindow::chooseFile);
    connect(m_start, &StartPage::tourWanted, this, &MainWindow::startTour);
    connect(m_start, &StartPage::runWanted, this, [this](const QString& scenario) {
        if (auto* live = qobject_cast<LivePanel*>(panel(QStringLiteral("live")))) {
            live->choose(scenario);
        }
    });
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    updateStart();
}

// Empty panels tell a newcomer nothing: while no trace is open they are away, and the page has the
// room.
void MainWindow::updateStart()
{
    const bool wanted = m_current == nullptr;
    m_start->setVisible(wanted);
    m_timeline->setVisible(!wanted);
    m_overview->setVisible(!wanted);
    if (wanted && !m_docksAreAway && isVisible()) {
        m_layout = saveState();
        m_docksAreAway = true;
        for (const auto& [panel, dock] : m_panels) {
            dock->hide();
        }
        m_start->setFocus();
    } else if (!wanted && m_docksAreAway) {
        m_docksAreAway = false;
        const bool isDefault = !QSettings().contains(QStringLiteral("docks"));
        restoreState(m_layout);
        if (isDefault) {
            sizeDocks(); // what was kept before the first painting has no sizes yet
        }
        m_timeline->setFocus();
        const auto* live = qobject_cast<LivePanel*>(panel(QStringLiteral("live")));
        if (live != nullptr && const_cast<LivePanel*>(live)->run().isAlive()) {
            dock(QStringLiteral("live"))->show();
            dock(QStringLiteral("live"))->raise();
        }
    }
}

QByteArray MainWindow::layoutState() const
{
    return m_docksAreAway ? m_layout : saveState();
}

void MainWindow::setLayoutState(const QByteArray& state)
{
    if (m_docksAreAway) {
        m_layout = state.isEmpty() ? m_layout : state;
    } else {
        restoreState(state);
    }
}

void MainWindow::addTourCommand()
{
    m_actions.add(
        QStringLiteral("help.tour"), tr("Help"), tr("Take the &tour"),
        tr("Shows in two minutes what is where; can be left at any time."), {},
        [this] { startTour(); });
}

void MainWindow::startTour()
{
    if (m_current == nullptr) {
        const QString sample = m_start->tourSample();
        if (sample.isEmpty()) {
            say(tr("Open a trace first; the tour is taken with one."));
            return;
        }
        openTrace(sample);
    }
    Session* session = m_current;
    if (!session->document.isReady()) {
        connect(
            &session->document, &TraceDocument::ready, this, &MainWindow::startTour,
            Qt::SingleShotConnection);
        return;
    }
    delete m_tour;
    const QPointer<Session> here(session);
    const auto seq = [here] { return here != nullptr ? here->focus.seq() : 0; };
    const auto began = std::make_shared<Seq>(0);
    const auto remember = [began, seq] { *began = seq(); };
    const auto moved = [began, seq] { return seq() != *began; };
    const auto shown = [this, remember](const char* id) {
        return [this, remember, id] {
            if (QDockWidget* const wanted = dock(QLatin1String(id))) {
                wanted->show();
                wanted->raise();
            }
            remember();
        };
    };
    const auto widgetOf = [this](const char* id) {
        return [this, id]() -> QWidget* { return panel(QLatin1String(id)); };
    };
    const auto keysOf = [this](const char* id) {
        const QAction* const found = m_actions.find(QLatin1String(id));
        return found != nullptr
            ? QStringLiteral("<b>%1</b>")
                  .arg(found->shortcut().toString(QKeySequence::NativeText).toHtmlEscaped())
            : QString();
    };
    std::vector<TourStop> stops;
    stops.push_back(
        { tr("A recording of kernel time"),
          tr("A program opened a file on a server. What the Windows kernel and its network "
             "redirector "
             "did for it was recorded, event by event. Nothing runs now: you can go forwards and "
             "backwards as you like."),
          {},
          {},
          {},
          {} });
    stops.push_back(
        { tr("The timeline"),
          tr("Time runs to the right. Each lane is a layer: the application on top, then the I/O "
             "manager, MUP, RDBSS, the mini-redirector, the wire and the server. A bar is a call; "
             "what it calls lies inside it or in a lane below."),
          tr("Turn the mouse wheel over it to zoom, drag to move, click a bar to go there."),
          [this]() -> QWidget* { return m_timeline; }, remember, moved });
    stops.push_back(
        { tr("Stepping"), tr("The vertical line is <i>now</i>. All views show this moment."),
          tr("Press %1 a few times, and %2 to go back.")
              .arg(keysOf("step.event.forward"), keysOf("step.event.backward")),
          [this]() -> QWidget* { return findChild<QToolBar*>(QStringLiteral("stepping")); },
          remember, moved });
    stops.push_back({ tr("By calls"),
                      tr("The call tree shows who called whom. As in a debugger you can step into "
                         "a call, over it "
                         "and out of it – but backwards, too."),
                      tr("Press %1 to step into the next call, %2 to its end.")
                          .arg(keysOf("step.into.forward"), keysOf("step.over.forward")),
                      widgetOf("calls"), shown("calls"), moved });
    if (panel(QStringLiteral("graph")) != nullptr) {
        stops.push_back(
            { tr("The objects"),
              tr("SRV_CALL, NET_ROOT, FCB and the others that are alive now, with their fields and "
                 "reference counts. What this event changed is marked; nothing moves from its "
                 "place."),
              tr("Step on with %1 and watch objects being born.").arg(keysOf("step.into.forward")),
              widgetOf("graph"), shown("graph"), moved });
    }
    stops.push_back(
        { tr("The events"),
          tr("Every event is a line here. The filter understands words such as <i>failed</i> and "
             "conditions such as <i>layer == mrx</i>."),
          tr("Press %1 and type: layer == mrx").arg(keysOf("find.focus")),
          widgetOf("events"),
          shown("events"),
          {} });
    if (panel(QStringLiteral("explain")) != nullptr) {
        stops.push_back(
            { tr("What does it mean?"),
              tr("Every routine, structure, field and status is explained here, with the name of "
                 "its "
                 "public documentation. The same words come up when the mouse rests on a name."),
              {},
              widgetOf("explain"),
              shown("explain"),
              {} });
    }
    if (!session->document.index()->errors.empty()) {
        stops.push_back(
            { tr("What went wrong?"),
              tr("Failures are marked ✖ wherever they show, however far you zoom out."),
              tr("Press %1 to go to the next failure.").arg(keysOf("step.error.forward")),
              [this]() -> QWidget* { return m_overview; }, remember, moved });
    }
    stops.push_back(
        { tr("Run it yourself"),
          tr("Here a lab runs live on the emulated kernel: pause it at any call, step it, cut its "
             "network, then run it with another seed and compare both recordings."),
          tr("%1 chooses a lab – after the tour.").arg(keysOf("live.run")),
          widgetOf("live"),
          shown("live"),
          {} });
    stops.push_back(
        { tr("That is all"),
          tr("%1 finds any command by its name, %2 lists all keys, and the tour is in the Help "
             "menu.")
              .arg(keysOf("help.palette"), keysOf("help.keys")),
          {},
          {},
          shown("calls"),
          {} });
    m_tour = new Tour(this, std::move(stops));
    connect(&session->focus, &Focus::moved, m_tour, &Tour::progressed);
    connect(session, &QObject::destroyed, m_tour, &QObject::deleteLater);
    connect(m_tour, &Tour::left, m_timeline, [this] { m_timeline->setFocus(); });
}

} // namespace rdrlab::gui
