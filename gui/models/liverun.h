// One run of the laboratory as a child process: started, watched, paused, stepped, disturbed and
// stopped by JSON lines (engine/cli/CONTROL.md), while it records into a file that a TraceDocument
// follows.
//
//            start()          "ready"             go(), step()
//   Idle ──────────► Starting ──────► Standing ◄──────────────► Running
//    ▲                  │                │        "paused"         │
//    └── Ended ◄────────┴────────────────┴─────────────────────────┘   the process is gone
#pragma once

#include "gui/models/livebreaks.h"

#include <QPointer>
#include <QProcess>
#include <QTimer>
#include <memory>

namespace rdrlab::gui {

/// What to run and how.
struct RunRequest
{
    QString scenario; // path of the Lua file
    QString title; // what people call it
    quint64 seed = 1;
    QString server; // smb://user:password@host:port, or "": the emulated ones
    QString driver; // a redirector of the person's own, or ""
    qint64 payloadLimit = -1; // bytes kept of each packet, -1: all
    bool forgetPassword = false;
    bool standsAtStart = false;
    int callsPerSecond = 0; // 0: as fast as it runs
    QString trace; // where it records

    QStringList arguments() const;
};

/// The link to one server.
struct LiveLink
{
    QString server;
    bool isCut = false;
    quint64 latencyNs = 0;
    int lossPerMille = 0;
};

/// Where the machine stands still.
struct LiveMoment
{
    quint64 seq = 0;
    QString at; // "begin", "end" or "event"; "" before the first process
    QString routine;
    QString object;
    QString status;
    quint64 breakId = 0;
};

class LiveRun : public QObject
{
    Q_OBJECT
public:
    enum class State
    {
        Idle,
        Starting,
        Standing,
        Running,
        Ended
    };
    enum class Step
    {
        Event,
        Call, // to the next call's begin or end
        Over,
        Out
    };

    explicit LiveRun(QObject* parent = nullptr);
    ~LiveRun() override; // ends the child

    /// Starts the program; ends a run that is under way. False when there is no such program, and
    /// ended() has told so.
    bool start(const RunRequest& request, LiveBreakModel* breaks);

    /// Goes on with what `other` runs or ran, as if it had been started here; `other` is Idle then.
    /// The breakpoints of `breaks` that are equal to those of `other` are the machine's.
    void takeOver(LiveRun& other, LiveBreakModel* breaks);

    State state() const { return m_own.state; }
    bool isAlive() const
    {
        return m_own.state == State::Starting || m_own.state == State::Standing
            || m_own.state == State::Running;
    }
    qint64 processId() const { return m_own.process->processId(); } // 0: none
    const RunRequest& request() const { return m_own.request; }
    const LiveMoment& moment() const { return m_own.moment; }
    const std::vector<LiveLink>& links() const { return m_own.links; }
    bool wasGood() const { return m_own.isGood; } // once Ended
    bool wasStopped() const { return m_own.wasStopped; } // as the person wished
    /// How it ended, one line.
    const QString& outcome() const { return m_own.outcome; }

    void go();
    void step(Step step);
    void pause();
    /// Lets the machine complete its trace; who does not answer soon is killed.
    void stop();
    void setPace(int callsPerSecond);
    void cut(const QString& server, bool cut);
    /// Of one server, or of all when `server` is empty.
    void setLatency(const QString& server, quint64 nanoseconds);
    void setLoss(const QString& server, int perMille);
    /// As fault{} of the scenario language.
    void fault(
        const QString& server,
        const QString& kind,
        const QString& command,
        int nth,
        const QString& status,
        quint64 delayNs);

Q_SIGNALS:
    void stateChanged();
    /// The recording can be opened from now on.
    void traceReady(const QString& path);
    /// It stands still; everything up to moment().seq is in the file.
    void stood();
    void linksChanged();
    /// A line of the run; `seq` is where it belongs, 0: nowhere. Problems are marked.
    void told(const QString& line, quint64 seq, bool isProblem);
    void ended();

private:
    void send(const QJsonObject& command);
    void sendNow(QJsonObject command); // heard while it runs, too
    void letGo(const QJsonObject& command);
    void readLines();
    void hear(const QByteArray& line);
    void ready(const QJsonObject& message);
    void paused(const QJsonObject& message);
    void finished(const QJsonObject& message);
    void addBreak(int row);
    void clearBreak(quint64 id);
    void takeLinks(const QJsonObject& message);
    void setState(State state);
    void processEnded();
    void end(bool good, const QString& outcome);
    void listenToProcess();
    void listenToBreaks(LiveBreakModel* breaks);

    // What one object hands to another in takeOver().
    struct Own
    {
        std::unique_ptr<QProcess> process = std::make_unique<QProcess>();
        RunRequest request;
        std::vector<LiveBreak> breaksSent; // whose number is not known yet, in order
        LiveMoment moment;
        std::vector<LiveLink> links;
        QString outcome;
        QString details;
        QByteArray errors; // of standard error
        State state = State::Idle;
        bool isGood = false;
        bool hasFinished = false;
        bool stopWanted = false;
        bool wasStopped = false;
    };
    Own m_own;
    QTimer m_patience; // after stop()
    QPointer<LiveBreakModel> m_breaks;
};

} // namespace rdrlab::gui
