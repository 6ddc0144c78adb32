// Bookmarks, breakpoints and playing.
#include "gui/app/mainwindow.h"
#include "gui/themes/icons.h"

#include <algorithm>

namespace rdrlab::gui {

namespace {
constexpr int kSlowest = 1; // events a second
constexpr int kFastest = 64;
}

void MainWindow::addMarkCommands()
{
    const QString category = tr("Marks");
    const auto add = [&](const char* id, const QString& text, const QString& hint,
                         const char* bound, std::function<void(Session&)> run) {
        return m_actions.add(
            QString::fromLatin1(id), category, text, hint,
            { QKeySequence(QString::fromLatin1(bound)) }, [this, run = std::move(run)] {
                if (m_current != nullptr && m_current->document.isReady()) {
                    run(*m_current);
                }
            });
    };
    add("mark.toggle", tr("&Bookmark this event"),
        tr("Sets a bookmark at the current event or takes it away."), "B",
        [](Session& session) { session.notes.toggleBookmark(session.focus.seq()); })
        ->setIcon(icon(Glyph::Bookmark));
    add("mark.next", tr("&Next bookmark"), tr("To the next bookmark."), "Ctrl+Down",
        [this](Session& session) {
            const Seq to = session.notes.nextBookmark(session.focus.seq());
            to != 0 ? session.focus.goTo(to) : say(tr("No bookmark ahead."));
        });
    add("mark.previous", tr("&Previous bookmark"), tr("To the last bookmark before."), "Ctrl+Up",
        [this](Session& session) {
            const Seq to = session.notes.previousBookmark(session.focus.seq());
            to != 0 ? session.focus.goTo(to) : say(tr("No bookmark behind."));
        });
    add("break.routine", tr("B&reak at this routine"),
        tr("Adds a breakpoint for the routine of the current call."), "Ctrl+B",
        [this](Session& session) {
            const CallIndex call = step::callOf(session.document, session.focus.seq());
            if (call == kNoCall) {
                say(tr("The current event is in no call."));
                return;
            }
            const auto name
                = session.document.reader().string(session.document.index()->calls[call].routine);
            const QString routine = QString::fromUtf8(name.data(), qsizetype(name.size()));
            const QString error = session.notes.addBreakpoint(
                QStringLiteral("kind == begin && routine == \"%1\"").arg(routine));
            say(error.isEmpty() ? tr("Breakpoint at %1; F5 runs to it.").arg(routine) : error);
        });
    add("run.forward", tr("R&un to the next breakpoint"),
        tr("Forwards, to the next event where a breakpoint's condition holds."), "F5",
        [this](Session&) { runToBreakpoint(true); });
    add("run.backward", tr("Run to the last breakpoint before"),
        tr("Backwards, to the last event before where a breakpoint's condition holds."), "Shift+F5",
        [this](Session&) { runToBreakpoint(false); });
    add("play.toggle", tr("P&lay"), tr("Steps by itself; once more stops."), "Space",
        [this](Session& session) {
            session.isPlaying() ? session.stopPlaying() : session.play(m_eventsPerSecond);
        })
        ->setIcon(icon(Glyph::Play));
    const auto speed = [this](Session& session, int wanted) {
        m_eventsPerSecond = std::clamp(wanted, kSlowest, kFastest);
        say(tr("%1 events a second").arg(m_eventsPerSecond));
        if (session.isPlaying()) {
            session.play(m_eventsPerSecond);
        }
    };
    add("play.faster", tr("Play &faster"), tr("Twice as many events a second."), "Ctrl+.",
        [this, speed](Session& session) { speed(session, m_eventsPerSecond * 2); });
    add("play.slower", tr("Play &slower"), tr("Half as many events a second."), "Ctrl+,",
        [this, speed](Session& session) { speed(session, m_eventsPerSecond / 2); });
}

void MainWindow::runToBreakpoint(bool forward)
{
    const QString condition = m_current->notes.condition();
    if (condition.isEmpty()) {
        say(tr("No breakpoint is set: Ctrl+B sets one at the current routine, the Notes panel any "
               "other."));
        return;
    }
    m_current->runTo(condition, forward, m_search, [this, forward](Seq) {
        say(forward ? tr("No breakpoint ahead.") : tr("No breakpoint behind."));
    });
}

void MainWindow::updateFlags()
{
    std::vector<Seq> flags;
    if (m_current != nullptr) {
        for (const Bookmark& bookmark : m_current->notes.bookmarks()) {
            flags.push_back(bookmark.seq);
        }
    }
    m_timeline->setFlags(std::move(flags));
}

} // namespace rdrlab::gui
