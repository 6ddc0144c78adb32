// One trace with the person's place in it. A window shows one session at a time; panels are told
// which.
#pragma once

#include "gui/models/document.h"
#include "gui/models/focus.h"
#include "gui/models/link.h"
#include "gui/models/notes.h"
#include "gui/models/savedlanes.h"

#include <QTimer>

namespace rdrlab::gui {

class Session : public QObject
{
    Q_OBJECT
public:
    explicit Session(QObject* parent = nullptr);

    /// Goes to a place, or starts there once the trace is loaded.
    void startAt(const Place& place);
    /// Where one is; where one will start while the trace is loading.
    Place place() const;

    /// What the timeline showed when this session was last in front; nothing while from == to.
    struct Range
    {
        bool isTime = false; // nanoseconds, else events
        double from = 0;
        double to = 0;
    };
    Range range;

    /// Goes to the next (previous) event that matches; the search runs on `searcher`, which cancels
    /// what it ran before. `notFound` is called when there is none.
    void runTo(
        const QString& expression,
        bool forward,
        Background& searcher,
        std::function<void(Seq from)> notFound);

    /// Steps by itself, `eventsPerSecond` forwards, until the end or until it is stopped.
    void play(int eventsPerSecond);
    void stopPlaying();
    bool isPlaying() const { return m_player.isActive(); }

    TraceDocument document;
    Focus focus;
    Notes notes;
    SavedLanes lanes;

Q_SIGNALS:
    void playingChanged();
    /// A view wants the event table to show only what this filter expression matches; `isShown`:
    /// and the table to come to the front.
    void eventsWanted(const QString& filter, bool isShown = true);
    void said(const QString& line);

private:
    QTimer m_player;
    Place m_start;
};

} // namespace rdrlab::gui
