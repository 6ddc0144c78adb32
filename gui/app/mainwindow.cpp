#include "gui/app/mainwindow.h"

#include "gui/app/eventpanel.h"
#include "gui/models/texts.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QSettings>
#include <QStatusBar>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {
constexpr int kRecentFiles = 10;
constexpr int kSaidMs = 6000;
}

MainWindow::MainWindow()
    : m_actions(this)
    , m_search(this)
    , m_tabs(new QTabBar)
    , m_timeline(new TimelineView)
    , m_overview(new Overview(*m_timeline))
    , m_start(new StartPage)
{
    setObjectName(QStringLiteral("window"));
    setWindowTitle(tr("rdrlab"));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    auto* middle = new QWidget(this);
    auto* layout = new QVBoxLayout(middle);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_tabs);
    layout->addWidget(m_overview);
    layout->addWidget(m_timeline, 1);
    layout->addWidget(m_start, 1);
    setCentralWidget(middle);
    m_tabs->setTabsClosable(true);
    m_tabs->setDocumentMode(true);
    m_tabs->setExpanding(false);
    m_tabs->setAccessibleName(tr("Open traces"));
    m_tabs->hide();
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        present(
            tab >= 0 && std::size_t(tab) < m_sessions.size() ? m_sessions[std::size_t(tab)].get()
                                                             : nullptr);
    });
    connect(m_tabs, &QTabBar::tabCloseRequested, this, &MainWindow::closeTrace);
    buildDocks();
    addCommands();
    buildMenus();
    buildToolBar();
    buildStatusBar();
    updateCommands();
    updateStatus();
    connectFirstMinute();
    updateStart();
    m_timeline->setFocus();
}

MainWindow::~MainWindow()
{
    closeComparisonsOf(nullptr);
    present(nullptr); // the panels let go of the sessions before these end
}

void MainWindow::buildDocks()
{
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    for (const PanelType& type : panelTypes()) {
        auto* dock = new QDockWidget(QCoreApplication::translate("Panels", type.title), this);
        dock->setObjectName(QString::fromLatin1(type.id));
        Panel* panel = type.create(dock);
        dock->setWidget(panel);
        QDockWidget* neighbour = nullptr;
        for (const auto& [other, otherDock] : m_panels) {
            if (dockWidgetArea(otherDock) == type.area) {
                neighbour = otherDock;
            }
        }
        addDockWidget(type.area, dock);
        if (neighbour != nullptr) {
            tabifyDockWidget(neighbour, dock);
        }
        panel->lendFocus();
        panel->addActions(m_actions);
        connect(panel, &Panel::said, this, &MainWindow::say);
        connect(panel, &Panel::openWanted, this, &MainWindow::openTrace);
        connect(panel, &Panel::compareWanted, this, &MainWindow::compareTraces);
        connect(panel, &Panel::filterWanted, this, &MainWindow::filterEvents);
        connect(panel, &Panel::raiseWanted, dock, [dock] {
            dock->show();
            dock->raise();
        });
        m_panels.emplace_back(panel, dock);
    }
    sizeDocks();
}

void MainWindow::sizeDocks()
{
    const auto widthOf = [this](int letters) { return fontMetrics().averageCharWidth() * letters; };
    for (const auto& [panel, dock] : m_panels) {
        const Qt::DockWidgetArea area = dockWidgetArea(dock);
        if (area == Qt::BottomDockWidgetArea) {
            resizeDocks({ dock }, { fontMetrics().height() * 14 }, Qt::Vertical);
        } else {
            resizeDocks(
                { dock }, { widthOf(area == Qt::LeftDockWidgetArea ? 48 : 64) }, Qt::Horizontal);
        }
    }
    for (std::size_t i = 0; i < m_panels.size(); ++i) {
        if (panelTypes()[i].isShownFirst) {
            m_panels[i].second->raise();
        }
    }
}

void MainWindow::filterEvents(const QString& expression)
{
    const QString id = QStringLiteral("events");
    if (auto* events = qobject_cast<EventPanel*>(panel(id))) {
        dock(id)->show();
        dock(id)->raise();
        events->setFilter(expression);
    }
}

void MainWindow::buildStatusBar()
{
    m_where = new TextLine;
    m_markers = new TextLine;
    m_where->setTakesRoom(true);
    m_markers->setTakesRoom(true);
    m_progress = new QProgressBar;
    m_progress->setRange(0, 1000);
    m_progress->setMaximumWidth(180);
    m_progress->setAccessibleName(tr("Progress"));
    m_cancel = new QToolButton;
    m_cancel->setText(tr("Cancel"));
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        if (m_current != nullptr) {
            m_current->document.cancel();
        }
    });
    statusBar()->addPermanentWidget(m_progress);
    statusBar()->addPermanentWidget(m_cancel);
    statusBar()->addPermanentWidget(m_markers);
    statusBar()->addPermanentWidget(m_where);
    m_progress->hide();
    m_cancel->hide();
}

Panel* MainWindow::panel(const QString& id) const
{
    for (const auto& [panel, dock] : m_panels) {
        if (dock->objectName() == id) {
            return panel;
        }
    }
    return nullptr;
}

QDockWidget* MainWindow::dock(const QString& id) const
{
    for (const auto& [panel, dock] : m_panels) {
        if (dock->objectName() == id) {
            return dock;
        }
    }
    return nullptr;
}

Session* MainWindow::openTrace(const QString& path)
{
    const QString absolute = QFileInfo(path).absoluteFilePath();
    for (std::size_t i = 0; i < m_sessions.size(); ++i) {
        if (m_sessions[i]->document.path() == absolute) {
            m_tabs->setCurrentIndex(int(i));
            return m_sessions[i].get();
        }
    }
    const bool isEarly = m_early != nullptr && m_early->document.path() == absolute;
    m_sessions.push_back(isEarly ? std::move(m_early) : std::make_unique<Session>());
    Session* session = m_sessions.back().get();
    connect(&session->document, &TraceDocument::stateChanged, this, [this, session] {
        sessionChanged(session);
    });
    connect(&session->document, &TraceDocument::grew, this, [this, session] {
        sessionChanged(session);
    });
    connect(&session->document, &TraceDocument::progressed, this, [this, session](int permille) {
        if (session == m_current) {
            m_progress->setValue(permille);
        }
    });
    connect(&session->document, &TraceDocument::failed, this, &MainWindow::say);
    connect(&session->focus, &Focus::moved, this, [this, session] {
        if (session == m_current) {
            updateStatus();
            updateCommands();
        }
    });
    connect(&session->focus, &Focus::markersMoved, this, &MainWindow::updateStatus);
    connect(&session->notes, &Notes::bookmarksChanged, this, &MainWindow::updateFlags);
    connect(session, &Session::said, this, &MainWindow::say);
    connect(session, &Session::eventsWanted, this, [this, session](const QString&, bool isShown) {
        if (QDockWidget* events = dock(QStringLiteral("events"));
            isShown && session == m_current && events != nullptr) {
            events->show();
            events->raise();
        }
    });
    connect(session, &Session::playingChanged, this, &MainWindow::updateCommands);
    connect(&session->focus, &Focus::visitsChanged, this, &MainWindow::updateCommands);
    connect(&session->focus, &Focus::chosen, this, &MainWindow::updateCommands);
    if (!isEarly) {
        session->document.open(absolute);
    }
    const int tab = m_tabs->addTab(session->document.title());
    m_tabs->setTabToolTip(tab, absolute);
    m_tabs->setVisible(m_tabs->count() > 1);
    m_tabs->setCurrentIndex(tab);
    present(session);
    updateStart();
    return session;
}

void MainWindow::closeTrace(int tab)
{
    if (tab < 0 || std::size_t(tab) >= m_sessions.size()) {
        return;
    }
    closeComparisonsOf(m_sessions[std::size_t(tab)].get());
    const std::unique_ptr<Session> closing = std::move(m_sessions[std::size_t(tab)]);
    if (m_current == closing.get()) {
        present(nullptr);
    }
    m_sessions.erase(m_sessions.begin() + tab);
    m_tabs->removeTab(tab);
    m_tabs->setVisible(m_tabs->count() > 1);
    const int now = m_tabs->currentIndex();
    present(now >= 0 ? m_sessions[std::size_t(now)].get() : nullptr);
    updateStart();
}

void MainWindow::present(Session* session)
{
    if (session == m_current) {
        return;
    }
    m_search.cancel();
    if (m_current != nullptr) {
        m_current->stopPlaying();
    }
    keepRange();
    m_views.clear();
    m_current = session;
    m_timeline->setSource(
        session != nullptr ? &session->document : nullptr,
        session != nullptr ? &session->focus : nullptr);
    m_timeline->setSavedLanes(session != nullptr ? &session->lanes : nullptr);
    m_overview->setSource(
        session != nullptr ? &session->document : nullptr,
        session != nullptr ? &session->focus : nullptr);
    startWithRange();
    for (const auto& [panel, dock] : m_panels) {
        panel->setSession(session);
    }
    updateTitles();
    updateStatus();
    updateFlags();
    updateCommands();
}

void MainWindow::sessionChanged(Session* session)
{
    if (session->document.isReady()) {
        remember(session->document.path());
    }
    if (session == m_current) {
        updateTitles();
        updateStatus();
        updateCommands();
    }
}

void MainWindow::updateTitles()
{
    if (m_current == nullptr) {
        setWindowTitle(tr("rdrlab"));
        return;
    }
    QString title = m_current->document.title();
    if (m_current->document.isReady()) {
        const QString scenario = texts::foreign(m_current->document.reader().meta("scenario"))
                                     .section(QLatin1Char('\n'), 0, 0);
        title += scenario.isEmpty() ? QString() : QStringLiteral(" – ") + scenario;
        const QString seed = texts::foreign(m_current->document.reader().meta("seed"));
        title += seed.isEmpty() ? QString() : tr(", seed %1").arg(seed);
    }
    setWindowTitle(tr("%1 – rdrlab").arg(title));
}

void MainWindow::updateStatus()
{
    const bool loading
        = m_current != nullptr && m_current->document.state() == TraceDocument::State::Loading;
    m_progress->setVisible(loading);
    m_cancel->setVisible(loading);
    if (m_current == nullptr || !m_current->document.isReady() || m_current->focus.seq() == 0) {
        m_where->clear();
        m_markers->clear();
        return;
    }
    const TraceDocument& document = m_current->document;
    const Focus& focus = m_current->focus;
    const trace::Event event = document.events().event(focus.seq());
    m_where->setText(tr("event %1 of %2   %3   cpu %4, IRQL %5   %6")
                         .arg(focus.seq())
                         .arg(document.lastSeq())
                         .arg(texts::moment(event.timeNs))
                         .arg(event.cpu)
                         .arg(event.irql)
                         .arg(texts::thread(document.reader(), event.process, event.thread)));
    const auto timeOf = [&](Seq seq) { return document.events().event(seq).timeNs; };
    QString markers;
    if (focus.markerA() != 0) {
        markers += tr("A #%1").arg(focus.markerA());
    }
    if (focus.markerB() != 0) {
        markers += (markers.isEmpty() ? QString() : QStringLiteral("  "))
            + tr("B #%1").arg(focus.markerB());
    }
    if (focus.markerA() != 0 && focus.markerB() != 0) {
        const Seq low = std::min(focus.markerA(), focus.markerB());
        const Seq high = std::max(focus.markerA(), focus.markerB());
        markers += tr("  Δ %1 events, %2")
                       .arg(high - low)
                       .arg(texts::duration(timeOf(high) - timeOf(low)));
    }
    m_markers->setText(markers);
}

void MainWindow::say(const QString& line)
{
    statusBar()->showMessage(line, kSaidMs);
}

void MainWindow::step(Seq (*where)(const TraceDocument&, Seq, Direction), Direction direction)
{
    if (m_current == nullptr || !m_current->document.isReady()) {
        return;
    }
    const Seq to = where(m_current->document, m_current->focus.seq(), direction);
    if (to != 0) {
        m_current->focus.goTo(to, Focus::How::Step);
    } else {
        say(direction == Direction::Forward ? tr("Nothing further ahead.")
                                            : tr("Nothing further back."));
    }
}

void MainWindow::stepToChange(Direction direction)
{
    if (m_current == nullptr || !m_current->document.isReady()) {
        return;
    }
    const Focus& focus = m_current->focus;
    if (focus.object() == 0) {
        say(tr("Choose an object first: click a call or an event that is about one."));
        return;
    }
    const Seq to = step::toChange(
        m_current->document, focus.seq(), focus.object(), focus.field(), direction);
    if (to != 0) {
        m_current->focus.goTo(to);
    } else {
        say(tr("No other change of %1 in that direction.")
                .arg(texts::object(m_current->document.reader(), focus.object())));
    }
}

void MainWindow::goTo(const QString& text)
{
    if (m_current == nullptr || !m_current->document.isReady()) {
        return;
    }
    if (text.contains(QLatin1Char('#')) && text.contains(QLatin1Char('='))) {
        openLink(text.trimmed()); // a link somebody sent; without a path it is about this trace
        return;
    }
    QString number = text.trimmed();
    number.remove(QLatin1Char('#'));
    number.replace(QLocale().decimalPoint(), QLatin1String(".")); // 2,5 ms
    bool good = false;
    const Seq seq = number.toULongLong(&good);
    if (good) {
        m_current->focus.goTo(seq);
        return;
    }
    // A time: "2.5 ms", "1 s", "400us".
    static const std::pair<const char*, double> units[]
        = { { "ns", 1 }, { "us", 1e3 }, { "µs", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
    for (const auto& [unit, scale] : units) {
        const QString suffix = QString::fromUtf8(unit);
        if (number.endsWith(suffix)) {
            const double value = number.chopped(suffix.size()).trimmed().toDouble(&good);
            if (good && value >= 0 && value * scale < 9e18) {
                m_current->focus.goTo(
                    m_current->document.events().at(std::uint64_t(value * scale)));
                return;
            }
        }
    }
    say(tr("“%1” is neither an event (#42) nor a time (2.5 ms).").arg(text));
}

void MainWindow::chooseFile()
{
    const QStringList paths = QFileDialog::getOpenFileNames(
        this, tr("Open traces"), {}, tr("Traces (*.rdrtrace);;All files (*)"));
    for (const QString& path : paths) {
        openLink(path);
    }
}

void MainWindow::remember(const QString& path)
{
    QSettings settings;
    QStringList recent = settings.value(QStringLiteral("recent")).toStringList();
    recent.removeAll(path);
    recent.prepend(path);
    settings.setValue(QStringLiteral("recent"), recent.mid(0, kRecentFiles));
}

void MainWindow::fillRecent()
{
    m_recent->clear();
    for (const QString& path : QSettings().value(QStringLiteral("recent")).toStringList()) {
        if (QFileInfo::exists(path)) {
            m_recent->addAction(path, this, [this, path] { openTrace(path); });
        }
    }
    if (m_recent->isEmpty()) {
        m_recent->addAction(tr("None yet"))->setEnabled(false);
    }
}

void MainWindow::restoreLayout()
{
    const QSettings settings;
    Themes::instance().choose(
        settings.value(QStringLiteral("theme"), QStringLiteral("system")).toString());
    restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    setLayoutState(settings.value(QStringLiteral("docks")).toByteArray());
    const QByteArray keys = settings.value(QStringLiteral("keys")).toByteArray();
    QString error;
    if (!keys.isEmpty() && !m_actions.fromJson(keys, error)) {
        say(tr("Keys: %1").arg(error));
    }
}

void MainWindow::saveLayout()
{
    QSettings settings;
    settings.setValue(QStringLiteral("theme"), Themes::instance().wish());
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    settings.setValue(QStringLiteral("docks"), layoutState());
    settings.setValue(QStringLiteral("keys"), m_actions.toJson());
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    saveLayout();
    saveKeptSession();
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile() && m_current != nullptr) {
        offerDropped(urls.front().toLocalFile(), mapToGlobal(event->position().toPoint()));
        return;
    }
    for (const QUrl& url : urls) {
        if (url.isLocalFile()) {
            openLink(url.toLocalFile()); // a trace or a session
        }
    }
}

} // namespace rdrlab::gui
