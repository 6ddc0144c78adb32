// What a window is made anew from: session files, the session kept for the next start, links to
// places, the language.
//
// A session file is JSON (SESSION.rdrsession): the traces with the place in each, what the views
// show, the docks. A trace is looked for beside the session file first, so that a folder can be
// handed on, then where it was.
#include "gui/app/mainwindow.h"
#include "gui/compare/comparewindow.h"
#include "gui/i18n/languages.h"
#include "gui/live/livepanel.h"

#include <QActionGroup>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>
#include <QSettings>
#include <QStandardPaths>
#include <QTabBar>

namespace rdrlab::gui {

namespace {

constexpr int kVersion = 1;
constexpr int kKeepEveryMs = 20'000;
constexpr qint64 kLargestFile = 4LL << 20;
constexpr qsizetype kMostTraces = 64;
const char* const kViewChoices[] = { "view.lanes.layers", "view.lanes.threads",
                                     "view.lanes.objects", "view.axis.events", "view.axis.time" };

QString key(const char* name)
{
    return QString::fromLatin1(name);
}

Seq seqIn(const QJsonObject& object, const char* name)
{
    const double value = object.value(key(name)).toDouble();
    return value >= 1 && value < 9e15 ? Seq(value) : 0;
}

} // namespace

void MainWindow::addSessionCommands()
{
    const QString category = tr("File");
    m_actions.add(
        QStringLiteral("file.session.open"), category, tr("Open s&ession…"),
        tr("Opens the traces of a saved session, each where it was."), {}, [this] {
            const QString path = QFileDialog::getOpenFileName(
                this, tr("Open session"), {}, tr("Sessions (*.rdrsession)"));
            if (!path.isEmpty()) {
                openSession(path);
            }
        });
    m_actions.add(
        QStringLiteral("file.session.save"), category, tr("Save sess&ion as…"),
        tr("Keeps the open traces, the place in each, and the panels in a file."), {}, [this] {
            QString path = QFileDialog::getSaveFileName(
                this, tr("Save session"), QStringLiteral("session.rdrsession"),
                tr("Sessions (*.rdrsession)"));
            if (!path.isEmpty()) {
                const QString error = saveSession(path);
                say(error.isEmpty() ? tr("Written: %1").arg(path) : error);
            }
        });
    QAction* again = m_actions.add(
        QStringLiteral("file.session.restore"), category, tr("&Continue where I left off"),
        tr("Opens the traces of the last time again when the visualizer starts."), {}, [this] {
            QSettings().setValue(
                QStringLiteral("restoreSession"), action("file.session.restore")->isChecked());
        });
    again->setCheckable(true);
    again->setChecked(QSettings().value(QStringLiteral("restoreSession"), true).toBool());
    m_actions.add(
        QStringLiteral("file.link"), category, tr("Copy a &link to this place"),
        tr("Trace, event, selected object and markers as text: rdrlab gui 'LINK' goes there."),
        { QKeySequence(QStringLiteral("Ctrl+Shift+L")) }, [this] {
            const QString text = link();
            if (!text.isEmpty()) {
                QGuiApplication::clipboard()->setText(text);
                say(tr("Copied: %1").arg(text));
            }
        });

    auto* languages = new QActionGroup(this);
    const auto language = [&](const QString& id, const QString& text) {
        QAction* added = m_actions.add(
            QStringLiteral("language.") + id, tr("View"), text, tr("Changes the language."), {},
            [this, id] {
                QSettings().setValue(QStringLiteral("language"), id);
                Q_EMIT languageChosen(id);
            });
        added->setCheckable(true);
        added->setChecked(id == Languages::instance().wish());
        languages->addAction(added);
    };
    language(QStringLiteral("system"), tr("Language: as the desktop"));
    for (const Languages::Language& one : Languages::all()) {
        language(one.id, tr("Language: %1").arg(one.name));
    }
}

QString MainWindow::link() const
{
    return m_current == nullptr
        ? QString()
        : Link { m_current->document.path(), m_current->place(), true }.print();
}

Session* MainWindow::openLink(const QString& text)
{
    QString error;
    Link link;
    if (!Link::parse(text, link, error)) {
        say(error);
        return nullptr;
    }
    if (link.path.endsWith(QLatin1String(".rdrsession"))) {
        openSession(link.path);
        return m_current;
    }
    Session* session = link.path.isEmpty() ? m_current : openTrace(link.path);
    if (session != nullptr && link.hasPlace) {
        session->startAt(link.place);
    }
    return session;
}

void MainWindow::keepRange()
{
    if (m_current != nullptr && m_timeline->lanes() != nullptr) {
        const Axis& axis = m_timeline->axis();
        m_current->range = m_timeline->isUntouched()
            ? Session::Range {}
            : Session::Range { axis.kind() == Axis::Kind::Time, axis.left(), axis.right() };
    }
}

QJsonObject MainWindow::sessionState(const QString& folder)
{
    keepRange();
    QJsonArray traces;
    for (const auto& session : m_sessions) {
        const Place place = session->place();
        QJsonObject trace { { key("path"), session->document.path() } };
        if (!folder.isEmpty()) {
            trace.insert(key("relative"), QDir(folder).relativeFilePath(session->document.path()));
        }
        const auto number = [&](const char* name, Seq value) {
            if (value != 0) {
                trace.insert(key(name), qint64(value));
            }
        };
        number("seq", place.seq);
        number("markerA", place.markerA);
        number("markerB", place.markerB);
        if (!place.object.isEmpty()) {
            trace.insert(key("object"), place.object);
            trace.insert(key("field"), place.field);
        }
        if (session->range.to > session->range.from) {
            trace.insert(
                key("shown"),
                QJsonObject { { key("axis"), key(session->range.isTime ? "time" : "events") },
                              { key("from"), session->range.from },
                              { key("to"), session->range.to } });
        }
        traces.append(trace);
    }
    QJsonArray choices;
    for (const char* const id : kViewChoices) {
        if (action(id)->isChecked()) {
            choices.append(key(id));
        }
    }
    QJsonObject panels;
    for (const auto& [panel, dock] : m_panels) {
        const QJsonObject state = panel->state();
        if (!state.isEmpty()) {
            panels.insert(dock->objectName(), state);
        }
    }
    return { { key("rdrlab"), key("session") },
             { key("version"), kVersion },
             { key("traces"), traces },
             { key("front"), m_tabs->currentIndex() },
             { key("view"), choices },
             { key("arrows"), m_timeline->areArrowsShown() },
             { key("panels"), panels },
             { key("docks"), QString::fromLatin1(layoutState().toBase64()) } };
}

QString MainWindow::restoreSession(const QJsonObject& state, const QString& folder)
{
    if (state.value(key("rdrlab")).toString() != QLatin1String("session")
        || state.value(key("version")).toInt() != kVersion) {
        return tr("it is no session of this version");
    }
    const QByteArray docks
        = QByteArray::fromBase64(state.value(key("docks")).toString().toLatin1());
    if (!docks.isEmpty()) {
        setLayoutState(docks);
    }
    for (const QJsonValue& choice : state.value(key("view")).toArray()) {
        for (const char* const id : kViewChoices) {
            if (choice.toString() == QLatin1String(id)) {
                action(id)->trigger();
            }
        }
    }
    if (state.value(key("arrows")).toBool(true) != m_timeline->areArrowsShown()) {
        action("view.arrows")->trigger();
    }
    // The filter before the traces: it is applied when one is there.
    const QJsonObject panels = state.value(key("panels")).toObject();
    for (const auto& [panel, dock] : m_panels) {
        if (panels.contains(dock->objectName())) {
            panel->restore(panels.value(dock->objectName()).toObject());
        }
    }
    int missing = 0;
    Session* front = nullptr;
    qsizetype count = 0;
    for (const QJsonValue& value : state.value(key("traces")).toArray()) {
        const QJsonObject trace = value.toObject();
        const QString beside = folder.isEmpty() || !trace.contains(key("relative"))
            ? QString()
            : QDir(folder).absoluteFilePath(trace.value(key("relative")).toString());
        const QString path
            = QFileInfo::exists(beside) ? beside : trace.value(key("path")).toString();
        if (!QFileInfo(path).isFile() || count >= kMostTraces) {
            ++missing;
        } else {
            Session* session = openTrace(path);
            Place place;
            place.seq = seqIn(trace, "seq");
            place.markerA = seqIn(trace, "markerA");
            place.markerB = seqIn(trace, "markerB");
            place.object = trace.value(key("object")).toString();
            place.field = trace.value(key("field")).toString();
            session->startAt(place);
            const QJsonObject shown = trace.value(key("shown")).toObject();
            session->range
                = { shown.value(key("axis")).toString() == QLatin1String("time"),
                    shown.value(key("from")).toDouble(), shown.value(key("to")).toDouble() };
            startWithRange(); // of the session, which is in front
            front = count == state.value(key("front")).toInt() ? session : front;
        }
        ++count;
    }
    for (std::size_t i = 0; i < m_sessions.size(); ++i) {
        if (m_sessions[i].get() == front) {
            m_tabs->setCurrentIndex(int(i));
        }
    }
    if (missing != 0) {
        say(tr("%n trace(s) of the session cannot be found.", nullptr, missing));
    }
    return {};
}

void MainWindow::startWithRange()
{
    if (m_current != nullptr && m_current->range.to > m_current->range.from) {
        m_timeline->startWith(
            m_current->range.isTime ? Axis::Kind::Time : Axis::Kind::Events, m_current->range.from,
            m_current->range.to);
    }
}

QString MainWindow::saveSession(const QString& path)
{
    const QByteArray text = QJsonDocument(sessionState(QFileInfo(path).absolutePath())).toJson();
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit()) {
        return tr("%1 cannot be written: %2").arg(path, file.errorString());
    }
    return {};
}

bool MainWindow::openSession(const QString& path)
{
    QFile file(path);
    QString error;
    if (!file.open(QIODevice::ReadOnly)) {
        error = file.errorString();
    } else if (file.size() > kLargestFile) {
        error = tr("the file is too large");
    } else {
        QJsonParseError problem;
        const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &problem);
        error = problem.error != QJsonParseError::NoError
            ? problem.errorString()
            : restoreSession(document.object(), QFileInfo(path).absolutePath());
    }
    if (!error.isEmpty()) {
        say(tr("%1 cannot be opened: %2").arg(path, error));
    }
    return error.isEmpty();
}

QString MainWindow::keptSession()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
        + QStringLiteral("/last.rdrsession");
}

void MainWindow::keepSession()
{
    m_keeper.setInterval(kKeepEveryMs);
    connect(&m_keeper, &QTimer::timeout, this, &MainWindow::saveKeptSession);
    m_keeper.start();
}

void MainWindow::saveKeptSession()
{
    if (!m_keeper.isActive()) {
        return;
    }
    const QJsonObject state = sessionState({});
    if (state != m_kept && QDir().mkpath(QFileInfo(keptSession()).path())
        && saveSession(keptSession()).isEmpty()) {
        m_kept = state;
    }
}

std::unique_ptr<MainWindow> MainWindow::rebuilt(MainWindow& old)
{
    auto window = std::make_unique<MainWindow>();
    old.saveLayout();
    const QJsonObject state = old.sessionState({});
    QList<std::pair<QString, QString>> compared;
    for (const CompareWindow* comparison : old.comparisons()) {
        compared.emplaceBack(
            comparison->session(DiffSide::A).document.path(),
            comparison->session(DiffSide::B).document.path());
    }
    const int front = old.m_tabs->currentIndex();
    old.closeComparisonsOf(nullptr);
    window->resize(old.size());
    window->restoreLayout();
    const QString live = QStringLiteral("live");
    auto* running = qobject_cast<LivePanel*>(old.panel(live));
    auto* heir = qobject_cast<LivePanel*>(window->panel(live));
    if (running != nullptr && heir != nullptr) {
        heir->takeOver(*running);
    }
    window->restoreSession(state, {});
    for (const auto& [a, b] : compared) {
        window->compareTraces(a, b);
    }
    if (!compared.isEmpty()) {
        window->m_tabs->setCurrentIndex(front);
    }
    if (old.m_keeper.isActive()) {
        old.m_keeper.stop();
        window->keepSession();
    }
    return window;
}

} // namespace rdrlab::gui
