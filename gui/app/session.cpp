#include "gui/app/session.h"

namespace rdrlab::gui {

Session::Session(QObject* parent)
    : QObject(parent)
{
    connect(&document, &TraceDocument::ready, this, [this] {
        focus.setLast(document.lastSeq());
        const QString problem = notes.load(document.path());
        if (!problem.isEmpty()) {
            Q_EMIT said(problem);
        }
        focus.goTo(document.firstOfScenario(), Focus::How::Step);
        m_start.apply(focus, document.reader());
        m_start = {};
    });
    connect(&document, &TraceDocument::grew, this, [this] { focus.setLast(document.lastSeq()); });
    connect(&notes, &Notes::notWritten, this, &Session::said);
    connect(&m_player, &QTimer::timeout, this, [this] {
        if (focus.seq() >= focus.last()) {
            stopPlaying();
        } else {
            focus.goTo(focus.seq() + 1, Focus::How::Step);
        }
    });
}

void Session::startAt(const Place& place)
{
    if (document.isReady()) {
        place.apply(focus, document.reader());
    } else {
        m_start = place;
    }
}

Place Session::place() const
{
    return document.isReady() ? Place::of(focus, document.reader()) : m_start;
}

void Session::runTo(
    const QString& expression,
    bool forward,
    Background& searcher,
    std::function<void(Seq from)> notFound)
{
    const auto found = std::make_shared<Seq>(0);
    const Seq from = focus.seq();
    searcher.start(
        [=, path = document.path()](Background::Control& control) {
            if (const auto search = TraceSearch::open(path, expression)) {
                *found = search->next(from, forward, [&] { return control.isCancelled(); });
            }
        },
        [this, found, from, notFound = std::move(notFound)] {
            if (*found != 0) {
                focus.goTo(*found);
            } else if (notFound) {
                notFound(from);
            }
        });
}

void Session::play(int eventsPerSecond)
{
    m_player.start(1000 / std::max(1, eventsPerSecond));
    Q_EMIT playingChanged();
}

void Session::stopPlaying()
{
    m_player.stop();
    Q_EMIT playingChanged();
}

} // namespace rdrlab::gui
