// What one looked at before: zoom, lanes and filter, to be taken back and done again.
//
// Scrolling alone makes no entry, else ten steps back would lead ten screens along; an entry keeps
// the place last scrolled to.
#pragma once

#include "gui/timeline/timeline.h"

#include <vector>

namespace rdrlab::gui {

struct ViewState
{
    Axis::Kind axis = Axis::Kind::Events;
    LaneMode lanes = LaneMode::Layers;
    double from = 0;
    double to = 0;
    QString filter;

    /// But for where it is scrolled to.
    bool isLike(const ViewState& other) const;
};

class ViewHistory
{
public:
    /// The view is now like this; forgets what was undone, unless only the place is another.
    void note(const ViewState& state);
    void clear();
    bool canUndo() const { return m_now > 0; }
    bool canRedo() const { return m_now + 1 < m_states.size(); }
    /// The state to show; only while one can.
    const ViewState& undo() { return m_states[--m_now]; }
    const ViewState& redo() { return m_states[++m_now]; }

private:
    std::vector<ViewState> m_states;
    std::size_t m_now = 0;
};

} // namespace rdrlab::gui
