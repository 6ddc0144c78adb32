#include "gui/app/viewhistory.h"

#include "gui/app/eventpanel.h"
#include "gui/app/mainwindow.h"

#include <cmath>

namespace rdrlab::gui {

namespace {
constexpr std::size_t kMostStates = 100;
constexpr int kSettledMs = 400; // a zoom by the wheel is many small ones
}

bool ViewState::isLike(const ViewState& other) const
{
    const double width = to - from;
    return axis == other.axis && lanes == other.lanes && filter == other.filter
        && std::abs(width - (other.to - other.from)) <= 1e-6 * std::abs(width);
}

void ViewHistory::note(const ViewState& state)
{
    if (m_states.empty()) {
        m_states.push_back(state);
        m_now = 0;
    } else if (m_states[m_now].isLike(state)) {
        m_states[m_now] = state;
    } else {
        m_states.resize(m_now + 1);
        m_states.push_back(state);
        if (m_states.size() > kMostStates) {
            m_states.erase(m_states.begin());
        }
        m_now = m_states.size() - 1;
    }
}

void ViewHistory::clear()
{
    m_states.clear();
    m_now = 0;
}

void MainWindow::addViewHistoryCommands()
{
    const QString category = tr("View");
    m_actions.add(
        QStringLiteral("view.undo"), category, tr("&Undo zoom or filter"),
        tr("Back to the zoom, lanes and filter before."), { QKeySequence::Undo },
        [this] { showState(false); });
    m_actions.add(
        QStringLiteral("view.redo"), category, tr("&Redo zoom or filter"),
        tr("Again the zoom, lanes and filter taken back."),
        { QKeySequence(QStringLiteral("Ctrl+Y")), QKeySequence(QStringLiteral("Ctrl+Shift+Z")) },
        [this] { showState(true); });
    m_settled.setSingleShot(true);
    m_settled.setInterval(kSettledMs);
    connect(&m_settled, &QTimer::timeout, this, &MainWindow::noteView);
    const auto restart = [this] { m_settled.start(); };
    connect(m_timeline, &TimelineView::viewChanged, this, restart);
    if (auto* events = qobject_cast<EventPanel*>(panel(QStringLiteral("events")))) {
        connect(events, &EventPanel::filterApplied, this, restart);
    }
}

ViewState MainWindow::viewState() const
{
    const Axis& axis = m_timeline->axis();
    const auto* events = qobject_cast<EventPanel*>(panel(QStringLiteral("events")));
    return { axis.kind(), m_timeline->mode(), axis.left(), axis.right(),
             events != nullptr ? events->filter() : QString() };
}

void MainWindow::noteView()
{
    m_settled.stop();
    if (m_timeline->lanes() != nullptr) {
        m_views.note(viewState());
        updateCommands();
    }
}

void MainWindow::showState(bool redo)
{
    noteView(); // what has not settled yet counts
    if (redo ? !m_views.canRedo() : !m_views.canUndo()) {
        say(redo ? tr("Nothing was taken back.") : tr("No zoom or filter before this one."));
        return;
    }
    const ViewState state = redo ? m_views.redo() : m_views.undo();
    action(
        state.lanes == LaneMode::Layers        ? "view.lanes.layers"
            : state.lanes == LaneMode::Threads ? "view.lanes.threads"
                                               : "view.lanes.objects")
        ->trigger();
    action(state.axis == Axis::Kind::Events ? "view.axis.events" : "view.axis.time")->trigger();
    m_timeline->showRange(state.from, state.to);
    auto* events = qobject_cast<EventPanel*>(panel(QStringLiteral("events")));
    if (events != nullptr && events->filter() != state.filter) {
        events->setFilter(state.filter);
    }
    m_settled.stop(); // what is shown now is no new view
    updateCommands();
}

} // namespace rdrlab::gui
