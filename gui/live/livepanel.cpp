#include "gui/live/livepanel.h"

#include "gui/live/breakbox.h"
#include "gui/live/faultdialog.h"
#include "gui/live/networkbox.h"
#include "gui/live/rundialog.h"
#include "gui/models/listen.h"
#include "gui/models/runfolder.h"
#include "gui/models/texts.h"
#include "gui/themes/icons.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {

QLabel* heading(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

} // namespace

const std::vector<int>& LivePanel::paces()
{
    static const std::vector<int> all = { 0, 1000, 100, 20, 5, 1 };
    return all;
}

QString LivePanel::paceText(int callsPerSecond)
{
    return callsPerSecond == 0 ? tr("as fast as it runs")
                               : tr("%n step(s) a second", nullptr, callsPerSecond);
}

LivePanel::LivePanel(QWidget* parent)
    : Panel(parent)
    , m_breaks(this)
    , m_log(this)
    , m_title(new QLabel(this))
    , m_state(new QLabel(this))
    , m_pace(new QComboBox(this))
    , m_says(new QTreeView(this))
    , m_again(new QPushButton(tr("Run again"), this))
    , m_compare(new QPushButton(tr("Another seed, and compare"), this))
    , m_save(new QPushButton(tr("Save as…"), this))
    , m_network(nullptr)
    , m_bar(new QHBoxLayout)
    , m_run(this)
{
    m_network = new NetworkBox(m_run, this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 4);
    m_title->setWordWrap(true);
    m_state->setWordWrap(true);
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_state->setAccessibleName(tr("How the run stands"));
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    layout->addWidget(m_title);
    layout->addWidget(m_state);
    m_bar->setSpacing(1);
    layout->addLayout(m_bar);
    auto* paceRow = new QHBoxLayout;
    auto* paceLabel = new QLabel(tr("&Pace:"), this);
    paceLabel->setBuddy(m_pace);
    for (const int pace : paces()) {
        m_pace->addItem(paceText(pace), pace);
    }
    m_pace->setToolTip(
        tr("How fast calls may begin and end, in real time. The virtual time, and so "
           "what happens, stays the same."));
    m_pace->setAccessibleName(tr("Pace"));
    paceRow->addWidget(paceLabel);
    paceRow->addWidget(m_pace, 1);
    layout->addLayout(paceRow);
    layout->addWidget(heading(tr("Network"), this));
    layout->addWidget(m_network);
    layout->addWidget(heading(tr("Pause at"), this));
    layout->addWidget(new BreakBox(m_breaks, this));
    layout->addWidget(heading(tr("What the run says"), this));
    layout->addWidget(m_says, 1);
    auto* endRow = new QHBoxLayout;
    endRow->addWidget(m_again);
    endRow->addWidget(m_compare);
    endRow->addStretch(1);
    endRow->addWidget(m_save);
    layout->addLayout(endRow);

    m_says->setModel(&m_log);
    m_says->setRootIsDecorated(false);
    m_says->setUniformRowHeights(true);
    m_says->setHeaderHidden(true);
    m_says->setAccessibleName(tr("What the run says"));
    m_says->header()->resizeSection(
        LiveLog::Event, fontMetrics().horizontalAdvance(QStringLiteral("8888888")));
    m_says->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* copy = new QAction(tr("Copy all lines"), m_says);
    connect(copy, &QAction::triggered, this, [this] {
        QApplication::clipboard()->setText(m_log.text());
    });
    m_says->addAction(copy);
    connect(
        m_says->selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& current) {
            const Seq seq = current.data(LiveLog::SeqRole).toULongLong();
            if (seq != 0 && m_live != nullptr && m_live == m_session) {
                m_live->focus.goTo(seq);
            }
        });
    connect(m_pace, &QComboBox::currentIndexChanged, this, [this] {
        QSettings().setValue(QStringLiteral("live/pace"), m_pace->currentData().toInt());
        if (m_run.isAlive()) {
            m_run.setPace(m_pace->currentData().toInt());
        }
    });
    m_pace->setCurrentIndex(
        std::max(0, m_pace->findData(QSettings().value(QStringLiteral("live/pace"), 100).toInt())));
    connect(m_again, &QPushButton::clicked, this, [this] { m_againAction->trigger(); });
    connect(m_compare, &QPushButton::clicked, this, [this] { m_compareAction->trigger(); });
    connect(m_save, &QPushButton::clicked, this, [this] { m_saveAction->trigger(); });
    connect(&m_run, &LiveRun::stateChanged, this, &LivePanel::refresh);
    connect(&m_run, &LiveRun::stood, this, &LivePanel::stood);
    connect(&m_run, &LiveRun::ended, this, &LivePanel::ended);
    connect(&m_run, &LiveRun::told, this, &LivePanel::told);
    connect(&m_run, &LiveRun::traceReady, this, &Panel::openWanted);
    connect(&Themes::instance(), &Themes::changed, this, &LivePanel::refresh);
    m_breaks.load();
}

LivePanel::~LivePanel()
{
    m_run.disconnect(this);
}

void LivePanel::addActions(Actions& actions)
{
    const QString category = tr("Live");
    const auto add = [&](const char* id, const QString& text, const QString& hint, const char* keys,
                         std::function<void()> run) {
        QList<QKeySequence> bound;
        if (*keys != '\0') {
            bound += QKeySequence(QString::fromLatin1(keys));
        }
        return actions.add(QString::fromLatin1(id), category, text, hint, bound, std::move(run));
    };
    m_choose = add(
        "live.run", tr("&Run a lab or scenario…"),
        tr("Choose what to run on the emulated kernel, and watch it."), "Ctrl+R",
        [this] { choose(); });
    m_goOn = add(
        "live.continue", tr("&Continue"), tr("Lets the live kernel go on, or pauses it."), "F8",
        [this] { m_run.state() == LiveRun::State::Running ? m_run.pause() : m_run.go(); });
    m_stop = add(
        "live.stop", tr("S&top"), tr("Ends the live run; its trace is completed."), "Shift+F8",
        [this] { m_run.stop(); });
    struct OneStep
    {
        const char* id;
        QString text;
        QString hint;
        const char* keys;
        Glyph glyph;
        LiveRun::Step step;
    };
    const OneStep steps[] = {
        { "live.step.event", tr("Live: next &event"), tr("The live kernel goes on for one event."),
          "Ctrl+F7", Glyph::StepForward, LiveRun::Step::Event },
        { "live.step.into", tr("Live: step &into"),
          tr("The live kernel goes on until the next call begins or ends."), "F7", Glyph::CallInto,
          LiveRun::Step::Call },
        { "live.step.over", tr("Live: step &over"),
          tr("The live kernel goes on to the end of this call, or to the next one on its level."),
          "F6", Glyph::CallOver, LiveRun::Step::Over },
        { "live.step.out", tr("Live: step o&ut"),
          tr("The live kernel goes on to the end of the call around."), "Shift+F7", Glyph::CallOut,
          LiveRun::Step::Out },
    };
    for (const OneStep& one : steps) {
        QAction* action = add(
            one.id, one.text, one.hint, one.keys, [this, step = one.step] { m_run.step(step); });
        action->setIcon(icon(one.glyph));
        m_steps.push_back(action);
    }
    m_cut = add(
        "live.cut", tr("Cut or restore the &network"),
        tr("Pulls the cables of all servers, or puts them back."), "Ctrl+Shift+X",
        [this] { m_network->toggleAll(); });
    m_fault = add(
        "live.fault", tr("&Disturb a server…"),
        tr("Makes a server answer late, wrongly or not at all."), "", [this] { disturb(); });
    m_followEnd = add(
        "live.follow", tr("&Follow the run"),
        tr("While it runs, the current event is the latest one."), "", [] {});
    m_followEnd->setCheckable(true);
    m_followEnd->setChecked(true);
    m_againAction = add(
        "live.again", tr("Run &again"), tr("The same scenario with the same seed."), "Ctrl+Shift+R",
        [this] { runAgain(m_run.request().seed, false); });
    m_compareAction = add(
        "live.compare", tr("Run with another seed, and co&mpare"),
        tr("Runs it with the next seed and compares both recordings."), "Ctrl+Alt+R",
        [this] { runAgain(m_run.request().seed + 1, true); });
    m_saveAction = add(
        "live.save", tr("&Save the run's trace as…"),
        tr("Copies the recording of the last run to a place of your choice."), "",
        [this] { saveAs(); });
    m_choose->setIcon(icon(Glyph::Play));
    m_stop->setIcon(icon(Glyph::Stop));

    const auto button = [&](QAction* action, bool withText) {
        auto* made = new QToolButton(this);
        made->setDefaultAction(action);
        made->setAutoRaise(true);
        made->setFocusPolicy(Qt::StrongFocus);
        made->setToolButtonStyle(withText ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
        m_bar->addWidget(made);
        return made;
    };
    m_choose->setIconText(tr("Run…"));
    button(m_choose, true);
    button(m_goOn, true);
    for (QAction* const step : m_steps) {
        button(step, false);
    }
    button(m_stop, false);
    m_bar->addStretch(1);
    refresh();
}

void LivePanel::setSession(Session* session)
{
    m_session = session;
    if (session != nullptr && m_run.state() != LiveRun::State::Idle
        && session->document.path() == m_run.request().trace && m_live != session) {
        m_live = session;
        // Behind the views, which learn by the same signals that there is more to show.
        for (const auto signal : { &TraceDocument::ready, &TraceDocument::grew }) {
            connect(&session->document, signal, this, &LivePanel::follow, Qt::QueuedConnection);
        }
        follow();
    }
}

void LivePanel::takeOver(LivePanel& other)
{
    if (other.m_run.state() == LiveRun::State::Idle) {
        return;
    }
    m_log.takeOver(other.m_log);
    m_goTo = other.m_goTo;
    m_before = std::exchange(other.m_before, {});
    m_followEnd->setChecked(other.m_followEnd->isChecked());
    showPace(other.m_run.request().callsPerSecond);
    m_run.takeOver(other.m_run, &m_breaks);
}

void LivePanel::showPace(int callsPerSecond)
{
    const QSignalBlocker quiet(m_pace);
    m_pace->setCurrentIndex(std::max(0, m_pace->findData(callsPerSecond)));
}

void LivePanel::choose(const QString& scenario)
{
    RunDialog dialog(window());
    if (!scenario.isEmpty()) {
        dialog.choose(scenario);
    }
    if (dialog.exec() == QDialog::Accepted) {
        start(dialog.request());
    }
}

void LivePanel::start(RunRequest request)
{
    if (request.trace.isEmpty()) {
        QString error;
        const QString folder = runFolder(error);
        if (folder.isEmpty()) {
            m_log.add(error, 0, true);
            Q_EMIT said(error);
            return;
        }
        request.trace = newTracePath(folder, labOf(request.scenario).id, request.seed);
    }
    if (request.title.isEmpty()) {
        request.title = labOf(request.scenario).title;
    }
    m_live = nullptr;
    m_goTo = 0;
    m_log.clear();
    showPace(request.callsPerSecond);
    Q_EMIT raiseWanted();
    m_run.start(request, &m_breaks);
}

void LivePanel::runAgain(quint64 seed, bool compare)
{
    if (m_run.request().scenario.isEmpty()) {
        return;
    }
    RunRequest request = m_run.request();
    m_before = compare ? request.trace : QString();
    request.seed = seed;
    request.trace.clear();
    if (compare) {
        request.standsAtStart = false;
    }
    start(request);
}

void LivePanel::told(const QString& line, quint64 seq, bool isProblem)
{
    const QScrollBar* bar = m_says->verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    m_log.add(line, seq, isProblem);
    if (atEnd) {
        m_says->scrollToBottom();
    }
    if (isProblem) {
        Q_EMIT said(line);
    }
}

void LivePanel::stood()
{
    const LiveMoment& moment = m_run.moment();
    m_goTo = moment.seq;
    if (!moment.routine.isEmpty() && moment.breakId != 0) {
        told(tr("paused at %1").arg(moment.routine), moment.seq, false);
    }
    if (m_live != nullptr) {
        m_live->document.lookNow();
        goToMoment();
    }
    refresh();
}

void LivePanel::goToMoment()
{
    if (m_live != nullptr && m_goTo != 0 && m_live->document.isReady()
        && m_live->document.lastSeq() >= m_goTo) {
        m_live->focus.goTo(std::exchange(m_goTo, 0), Focus::How::Step);
    }
}

void LivePanel::follow()
{
    if (m_live == nullptr || !m_live->document.isReady()) {
        return;
    }
    if (m_goTo != 0) {
        goToMoment();
    } else if (m_run.state() == LiveRun::State::Running && m_followEnd->isChecked()) {
        m_live->focus.goTo(m_live->document.lastSeq(), Focus::How::Step);
    }
}

void LivePanel::ended()
{
    m_goTo = 0;
    told(m_run.outcome(), 0, !m_run.wasGood() && !m_run.wasStopped());
    if (m_live != nullptr) {
        m_live->document.lookNow();
    }
    refresh();
    Q_EMIT said(m_run.outcome());
    const QString before = std::exchange(m_before, {});
    if (!before.isEmpty() && QFileInfo::exists(m_run.request().trace)) {
        Q_EMIT compareWanted(before, m_run.request().trace);
    }
}

void LivePanel::disturb()
{
    FaultDialog dialog(m_run, window());
    if (dialog.exec() == QDialog::Accepted) {
        dialog.send(m_run);
        told(dialog.words(), 0, false);
    }
}

void LivePanel::saveAs()
{
    const QString from = m_run.request().trace;
    const QString to = QFileDialog::getSaveFileName(
        this, tr("Save the run's trace"), QFileInfo(from).fileName(), tr("Traces (*.rdrtrace)"));
    if (!to.isEmpty()) {
        const QString problem = copyTrace(from, to);
        Q_EMIT said(problem.isEmpty() ? tr("Saved as %1.").arg(to) : problem);
    }
}

QString LivePanel::stateText() const
{
    const LiveMoment& moment = m_run.moment();
    switch (m_run.state()) {
    case LiveRun::State::Idle:
        return tr("Nothing runs. Ctrl+R chooses a lab; the live kernel can be paused at any call, "
                  "stepped, and its network cut.");
    case LiveRun::State::Starting:
        return tr("The machine boots …");
    case LiveRun::State::Standing:
        if (moment.at.isEmpty()) {
            return tr("❚❚ Paused before the first process starts.");
        }
        if (moment.at == QLatin1String("event")) {
            return tr("❚❚ Paused behind event %1.").arg(moment.seq);
        }
        return moment.at == QLatin1String("begin")
            ? tr("❚❚ Paused where %1 begins, event %2.").arg(moment.routine).arg(moment.seq)
            : tr("❚❚ Paused where %1 ends with %2, event %3.")
                  .arg(moment.routine, moment.status)
                  .arg(moment.seq);
    case LiveRun::State::Running:
        return tr("▶ Running …");
    case LiveRun::State::Ended:
        return (m_run.wasGood()          ? QStringLiteral("✓ ")
                    : m_run.wasStopped() ? QStringLiteral("■ ")
                                         : severityGlyph(Severity::Failed) + QLatin1Char(' '))
            + m_run.outcome();
    }
    return {};
}

void LivePanel::refresh()
{
    const RunRequest& request = m_run.request();
    m_title->setVisible(!request.scenario.isEmpty());
    m_title->setText(tr("%1, seed %2").arg(request.title).arg(request.seed));
    m_title->setToolTip(request.trace);
    m_state->setText(stateText());
    QPalette colours = palette();
    if (m_run.state() == LiveRun::State::Ended && !m_run.wasGood() && !m_run.wasStopped()) {
        colours.setColor(QPalette::WindowText, theme().ofSeverity(Severity::Failed));
    }
    m_state->setPalette(colours);
    if (m_choose == nullptr) {
        return; // before addActions()
    }
    const bool standing = m_run.state() == LiveRun::State::Standing;
    const bool running = m_run.state() == LiveRun::State::Running;
    const bool known = !request.scenario.isEmpty();
    const bool ended = m_run.state() == LiveRun::State::Ended;
    m_goOn->setText(running ? tr("Pa&use") : tr("&Continue"));
    m_goOn->setIconText(running ? tr("Pause") : tr("Continue"));
    m_goOn->setIcon(icon(running ? Glyph::Pause : Glyph::Play));
    m_goOn->setEnabled(standing || running);
    for (QAction* const step : m_steps) {
        step->setEnabled(standing);
    }
    m_stop->setEnabled(m_run.isAlive());
    m_cut->setEnabled(standing || running);
    m_fault->setEnabled((standing || running) && !m_run.links().empty());
    m_againAction->setEnabled(known);
    m_compareAction->setEnabled(known && ended);
    m_saveAction->setEnabled(ended && QFileInfo::exists(request.trace));
    m_again->setEnabled(m_againAction->isEnabled());
    m_compare->setEnabled(m_compareAction->isEnabled());
    m_save->setEnabled(m_saveAction->isEnabled());
    m_again->setToolTip(m_againAction->statusTip());
    m_compare->setToolTip(m_compareAction->statusTip());
    m_save->setToolTip(m_saveAction->statusTip());
}

} // namespace rdrlab::gui
