// One open trace: loads it beside the window, then lends it to the views.
//
// The views work on the window's thread with reader(), events() and state(); index() may be read
// from any thread. All of them are replaced when the recording grew: a view keeps none of them
// across grew(). A file that is still being written is followed until its recording is complete.
#pragma once

#include "gui/models/background.h"
#include "gui/models/eventstore.h"
#include "gui/models/traceindex.h"
#include "traces/query/state.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QTimer>

namespace rdrlab::gui {

class TraceDocument : public QObject
{
    Q_OBJECT
public:
    enum class State
    {
        Empty,
        Loading,
        Ready,
        Failed
    };

    explicit TraceDocument(QObject* parent = nullptr);
    ~TraceDocument() override;

    /// Starts to load; ready() or failed() follows. Cancelling leaves the document Empty.
    void open(const QString& path);
    void cancel();
    /// Looks at once whether the recording grew, instead of when it is time to.
    void lookNow();

    State state() const { return m_state; }
    bool isReady() const { return m_state == State::Ready; }
    const QString& path() const { return m_path; }
    QString title() const; // the file's name without its folders
    const QString& error() const { return m_error; }
    bool isGrowing() const { return m_follow.isActive(); }

    // Only while isReady().
    const trace::Reader& reader() const { return *m_loaded->reader; }
    const EventStore& events() const { return *m_loaded->events; }
    const std::shared_ptr<const TraceIndex>& index() const { return m_loaded->index; }
    Seq lastSeq() const { return m_state == State::Ready ? m_loaded->index->lastSeq : 0; }
    /// The first event of the scenario proper; what comes before is the machine's start.
    Seq firstOfScenario() const;
    /// The state of every object after `seq`.
    trace::StateCursor& stateAt(Seq seq) const;

Q_SIGNALS:
    void stateChanged();
    void progressed(int permille);
    void ready();
    void grew();
    void failed(const QString& line);

private:
    struct Loaded
    {
        std::unique_ptr<trace::Reader> reader;
        std::unique_ptr<trace::Spine> spine;
        std::unique_ptr<EventStore> events;
        std::unique_ptr<trace::StateCursor> cursor;
        std::shared_ptr<const TraceIndex> index;
        std::string error;
    };
    static void load(const std::string& path, Loaded& loaded, Background::Control& control);
    void start();
    void take(const std::shared_ptr<Loaded>& loaded);
    void lookAgain();
    QPair<qint64, QDateTime> stampOfFile() const;

    QString m_path;
    QString m_error;
    State m_state = State::Empty;
    std::shared_ptr<Loaded> m_loaded; // shared only with the loader while it fills it
    QTimer m_follow;
    QElapsedTimer m_loading;
    QPair<qint64, QDateTime> m_stamp;
    bool m_lookWanted = false; // while a look was under way
    Background m_background; // last: its thread ends before the rest goes
};

} // namespace rdrlab::gui
