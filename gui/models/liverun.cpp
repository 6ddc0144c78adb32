#include "gui/models/liverun.h"

#include "gui/models/labs.h"
#include "gui/models/texts.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <algorithm>
#include <csignal>

namespace rdrlab::gui {

namespace {

constexpr int kPatienceMs = 2000; // between asking a machine to stop and killing it
constexpr int kFarewellMs = 400; // the same when the window goes
constexpr qsizetype kMostErrorBytes = 4096;
constexpr qint64 kLongestLineBytes = 64 << 20; // a state of everything is large

QJsonObject doing(const char* what)
{
    return { { QStringLiteral("do"), QLatin1String(what) } };
}

QString textOf(const QJsonObject& message, const char* name)
{
    return texts::foreign(message.value(QLatin1String(name)).toString().toStdString());
}

quint64 numberOf(const QJsonObject& message, const char* name)
{
    return quint64(std::max(0.0, message.value(QLatin1String(name)).toDouble()));
}

QString firstLine(const QByteArray& errors)
{
    QString line = QString::fromUtf8(errors).trimmed().section(QLatin1Char('\n'), 0, 0);
    const QString prefix = QStringLiteral("rdrlab: ");
    if (line.startsWith(prefix)) {
        line = line.mid(prefix.size());
    }
    return texts::foreign(line.toStdString());
}

// A lab is named as in the documentation, "labs/01-first-open/scenario.lua", so that a run from
// here records the same as one from a terminal.
std::pair<QString, QString> folderAndName(const QString& scenario)
{
    const QFileInfo info(scenario);
    QDir folder = info.absoluteDir();
    if (info.fileName() == QLatin1String("scenario.lua")) {
        const QString lab = folder.dirName();
        if (folder.cdUp() && folder.dirName() == QLatin1String("labs") && folder.cdUp()) {
            return { folder.absolutePath(), QStringLiteral("labs/%1/scenario.lua").arg(lab) };
        }
    }
    return { info.absolutePath(), info.fileName() };
}

} // namespace

QStringList RunRequest::arguments() const
{
    QStringList words { QStringLiteral("run"),
                        folderAndName(scenario).second,
                        QStringLiteral("--control"),
                        QStringLiteral("--trace"),
                        trace,
                        QStringLiteral("--seed"),
                        QString::number(seed) };
    if (!server.isEmpty()) {
        words << QStringLiteral("--server") << server;
    }
    if (!driver.isEmpty()) {
        words << QStringLiteral("--driver") << QFileInfo(driver).absoluteFilePath();
    }
    if (payloadLimit >= 0) {
        words << QStringLiteral("--payload") << QString::number(payloadLimit);
    }
    if (forgetPassword) {
        words << QStringLiteral("--forget-password");
    }
    return words;
}

LiveRun::LiveRun(QObject* parent)
    : QObject(parent)
    , m_patience(this)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatienceMs);
    connect(&m_patience, &QTimer::timeout, this, [this] { m_own.process->kill(); });
    listenToProcess();
}

void LiveRun::listenToProcess()
{
    QProcess* process = m_own.process.get();
    connect(process, &QProcess::readyReadStandardOutput, this, &LiveRun::readLines);
    connect(process, &QProcess::readyReadStandardError, this, [this] {
        m_own.errors += m_own.process->readAllStandardError();
        m_own.errors.truncate(kMostErrorBytes);
    });
    connect(process, &QProcess::finished, this, &LiveRun::processEnded);
    connect(process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            end(false,
                tr("The program %1 cannot be started: %2")
                    .arg(m_own.process->program(), m_own.process->errorString()));
        }
    });
}

void LiveRun::listenToBreaks(LiveBreakModel* breaks)
{
    if (m_breaks != nullptr) {
        m_breaks->disconnect(this);
    }
    m_breaks = breaks;
    if (breaks != nullptr) {
        connect(breaks, &LiveBreakModel::added, this, &LiveRun::addBreak);
        connect(breaks, &LiveBreakModel::gone, this, &LiveRun::clearBreak);
    }
}

void LiveRun::takeOver(LiveRun& other, LiveBreakModel* breaks)
{
    m_own.process->disconnect(this);
    other.m_own.process->disconnect(&other);
    const QPointer<LiveBreakModel> before = other.m_breaks;
    other.listenToBreaks(nullptr);
    m_own = std::exchange(other.m_own, Own());
    listenToProcess();
    other.listenToProcess();
    if (other.m_patience.isActive()) {
        m_patience.start(other.m_patience.remainingTime());
        other.m_patience.stop();
    }
    for (int row = 0; breaks != nullptr && before != nullptr && row < before->rowCount(); ++row) {
        const LiveBreak& one = before->breaks()[std::size_t(row)];
        const auto& mine = breaks->breaks();
        const auto same = std::find(mine.begin(), mine.end(), one);
        if (same != mine.end()) {
            breaks->setId(int(same - mine.begin()), one.id);
        } else if (one.id != 0) {
            clearBreak(one.id);
        }
    }
    listenToBreaks(breaks);
    Q_EMIT other.stateChanged();
    Q_EMIT stateChanged();
    Q_EMIT linksChanged();
    readLines(); // what arrived between the two
}

LiveRun::~LiveRun()
{
    m_own.process->disconnect(this);
    if (m_own.process->state() != QProcess::NotRunning) {
        sendNow(doing("quit"));
        m_own.process->closeWriteChannel();
        if (!m_own.process->waitForFinished(kFarewellMs)) {
            m_own.process->kill();
            m_own.process->waitForFinished(kPatienceMs);
        }
    }
}

bool LiveRun::start(const RunRequest& request, LiveBreakModel* breaks)
{
    if (m_own.process->state() != QProcess::NotRunning) {
        const QSignalBlocker quiet(
            *m_own.process); // what the old run still says is nobody's business
        m_own.process->kill();
        m_own.process->waitForFinished(kPatienceMs);
    }
    m_patience.stop();
    Own fresh;
    fresh.process = std::move(m_own.process);
    fresh.request = request;
    fresh.state = State::Starting;
    m_own = std::move(fresh);
    for (int row = 0; breaks != nullptr && row < breaks->rowCount(); ++row) {
        breaks->setId(row, 0);
    }
    listenToBreaks(breaks);
    Q_EMIT stateChanged();
    const QString program = laboratoryProgram();
    if (program.isEmpty()) {
        end(false, tr("The program rdrlab, which runs scenarios, is not beside this one."));
        return false;
    }
    m_own.process->setWorkingDirectory(folderAndName(request.scenario).first);
    m_own.process->start(program, request.arguments());
    return isAlive();
}

void LiveRun::send(const QJsonObject& command)
{
    if (m_own.process->state() != QProcess::NotRunning) {
        m_own.process->write(QJsonDocument(command).toJson(QJsonDocument::Compact) + '\n');
    }
}

void LiveRun::sendNow(QJsonObject command)
{
    command.insert(QStringLiteral("now"), true);
    send(command);
}

void LiveRun::letGo(const QJsonObject& command)
{
    if (m_own.state == State::Standing) {
        send(command);
        setState(State::Running);
    }
}

void LiveRun::go()
{
    letGo(doing("continue"));
}

void LiveRun::step(Step step)
{
    static const char* const kWhere[] = { "event", "call", "over", "out" };
    QJsonObject command = doing("step");
    command.insert(QStringLiteral("to"), QLatin1String(kWhere[int(step)]));
    letGo(command);
}

void LiveRun::pause()
{
    if (m_own.state == State::Running) {
        send(doing("pause"));
    }
}

void LiveRun::stop()
{
    if (isAlive()) {
        m_own.stopWanted = true;
        sendNow(doing("quit"));
        m_own.process->closeWriteChannel();
        m_patience.start();
    }
}

void LiveRun::setPace(int callsPerSecond)
{
    m_own.request.callsPerSecond = callsPerSecond;
    QJsonObject command = doing("pace");
    command.insert(QStringLiteral("per_second"), callsPerSecond);
    sendNow(command);
}

void LiveRun::cut(const QString& server, bool cut)
{
    QJsonObject command = doing(cut ? "cut" : "heal");
    command.insert(QStringLiteral("server"), server);
    sendNow(command);
    sendNow(doing("links"));
}

void LiveRun::setLatency(const QString& server, quint64 nanoseconds)
{
    QJsonObject command = doing("link");
    command.insert(QStringLiteral("server"), server);
    command.insert(QStringLiteral("latency_ns"), qint64(nanoseconds));
    sendNow(command);
    sendNow(doing("links"));
}

void LiveRun::setLoss(const QString& server, int perMille)
{
    QJsonObject command = doing("link");
    command.insert(QStringLiteral("server"), server);
    command.insert(QStringLiteral("loss_per_mille"), perMille);
    sendNow(command);
    sendNow(doing("links"));
}

void LiveRun::fault(
    const QString& server,
    const QString& kind,
    const QString& command,
    int nth,
    const QString& status,
    quint64 delayNs)
{
    QJsonObject line = doing("fault");
    line.insert(QStringLiteral("server"), server);
    line.insert(QStringLiteral("kind"), kind);
    line.insert(QStringLiteral("command"), command);
    line.insert(QStringLiteral("nth"), nth);
    line.insert(QStringLiteral("delay_ns"), qint64(delayNs));
    if (!status.isEmpty()) {
        line.insert(QStringLiteral("status"), status);
    }
    sendNow(line);
}

void LiveRun::addBreak(int row)
{
    if (m_breaks != nullptr && (m_own.state == State::Standing || m_own.state == State::Running)) {
        const LiveBreak& one = m_breaks->breaks()[std::size_t(row)];
        m_own.breaksSent.push_back(one);
        sendNow(one.command());
    }
}

void LiveRun::clearBreak(quint64 id)
{
    QJsonObject command = doing("clear");
    command.insert(QStringLiteral("id"), qint64(id));
    sendNow(command);
}

void LiveRun::readLines()
{
    while (m_own.process->canReadLine()) {
        hear(m_own.process->readLine(kLongestLineBytes));
    }
}

void LiveRun::hear(const QByteArray& line)
{
    const QJsonObject message = QJsonDocument::fromJson(line).object();
    const QString event = message.value(QStringLiteral("event")).toString();
    if (event == QLatin1String("ready")) {
        ready(message);
    } else if (event == QLatin1String("paused")) {
        paused(message);
    } else if (event == QLatin1String("log")) {
        Q_EMIT told(textOf(message, "text"), numberOf(message, "seq"), false);
    } else if (event == QLatin1String("links")) {
        takeLinks(message);
    } else if (event == QLatin1String("error")) {
        Q_EMIT told(textOf(message, "message"), 0, true);
    } else if (event == QLatin1String("finished")) {
        finished(message);
    } else if (
        event == QLatin1String("done")
        && message.value(QStringLiteral("do")) == QLatin1String("break")
        && !m_own.breaksSent.empty()) {
        const LiveBreak sent = m_own.breaksSent.front();
        m_own.breaksSent.erase(m_own.breaksSent.begin());
        const quint64 id = numberOf(message, "id");
        bool kept = false;
        for (int row = 0; m_breaks != nullptr && row < m_breaks->rowCount(); ++row) {
            const LiveBreak& one = m_breaks->breaks()[std::size_t(row)];
            if (one == sent && one.isEnabled && one.id == 0) {
                m_breaks->setId(row, id);
                kept = true;
                break;
            }
        }
        if (!kept) {
            clearBreak(id); // taken away before its number was known
        }
    }
}

void LiveRun::ready(const QJsonObject& message)
{
    takeLinks(message);
    m_own.moment = {};
    m_own.moment.seq = numberOf(message, "seq");
    setState(State::Standing);
    Q_EMIT traceReady(m_own.request.trace);
    for (int row = 0; m_breaks != nullptr && row < m_breaks->rowCount(); ++row) {
        if (m_breaks->breaks()[std::size_t(row)].isEnabled) {
            addBreak(row);
        }
    }
    if (m_own.request.callsPerSecond != 0) {
        setPace(m_own.request.callsPerSecond);
    }
    if (m_own.request.standsAtStart) {
        Q_EMIT stood();
    } else {
        go();
    }
}

void LiveRun::paused(const QJsonObject& message)
{
    takeLinks(message);
    m_own.moment.seq = numberOf(message, "seq");
    m_own.moment.at = textOf(message, "at");
    m_own.moment.routine = textOf(message, "routine");
    m_own.moment.object = textOf(message, "object");
    m_own.moment.status = textOf(message, "status");
    m_own.moment.breakId = numberOf(message, "break");
    setState(State::Standing);
    Q_EMIT stood();
}

void LiveRun::takeLinks(const QJsonObject& message)
{
    m_own.links.clear();
    for (const QJsonValue& value : message.value(QStringLiteral("links")).toArray()) {
        const QJsonObject link = value.toObject();
        m_own.links.push_back({ textOf(link, "server"), link.value(QStringLiteral("cut")).toBool(),
                                numberOf(link, "latency_ns"),
                                int(numberOf(link, "loss_per_mille")) });
    }
    Q_EMIT linksChanged();
}

void LiveRun::finished(const QJsonObject& message)
{
    m_own.hasFinished = true;
    m_own.isGood = message.value(QStringLiteral("ok")).toBool();
    m_own.details = textOf(message, "details");
    const quint64 events = numberOf(message, "events");
    if (m_own.isGood) {
        m_own.outcome = tr("Ended well: %n expectation(s) met, ", nullptr,
                           int(numberOf(message, "expectations")))
            + tr("%n event(s), ", nullptr, int(events))
            + tr("%1 of virtual time.").arg(texts::duration(numberOf(message, "virtual_ns")));
    } else if (message.value(QStringLiteral("stopped")).toBool()) {
        m_own.wasStopped = true;
        m_own.outcome = tr("Stopped after %n event(s).", nullptr, int(events));
    } else {
        m_own.outcome = textOf(message, "error");
    }
}

void LiveRun::setState(State state)
{
    if (m_own.state != state) {
        m_own.state = state;
        Q_EMIT stateChanged();
    }
}

void LiveRun::processEnded()
{
    readLines();
    if (!isAlive()) {
        return;
    }
    if (m_own.hasFinished) {
        for (const QString& line : m_own.details.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
            Q_EMIT told(line, 0, true);
        }
        end(m_own.isGood, m_own.outcome);
    } else if (m_own.process->exitStatus() == QProcess::CrashExit) {
        end(false,
            m_own.stopWanted
                ? tr("Killed: it did not stop by itself. What it had recorded is kept.")
                : tr("The machine crashed; what it had recorded until then is kept."));
    } else {
        m_own.errors += m_own.process->readAllStandardError();
        const QString line = firstLine(m_own.errors);
        end(false, line.isEmpty() ? tr("It ended without a word.") : line);
    }
}

void LiveRun::end(bool good, const QString& outcome)
{
    m_patience.stop();
    m_own.isGood = good;
    m_own.outcome = outcome;
    m_own.breaksSent.clear();
    m_own.state = State::Ended;
    Q_EMIT stateChanged();
    Q_EMIT ended();
}

} // namespace rdrlab::gui
