// Tab in a window with docks: it visits what a person sees.
//
// A dock behind another one's tab is not hidden for Qt, which moves it out of the window instead;
// left alone, Tab would wander through every such panel before it comes back into sight.
#pragma once

class QDockWidget;
class QWidget;

namespace rdrlab::gui {

/// The dock lies behind another one's tab.
bool isBehindAnother(const QDockWidget& dock);

/// What QWidget::focusNextPrevChild() does for a window, without docks that lie behind others.
/// False when there is no other stop.
bool focusNextInSight(QWidget& window, bool next);

} // namespace rdrlab::gui
