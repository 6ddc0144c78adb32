// Bookmarks with their notes, and breakpoints with their conditions.
#pragma once

#include "gui/app/panels.h"

class QLabel;
class QLineEdit;
class QTreeView;

namespace rdrlab::gui {

class NotePanel : public Panel
{
    Q_OBJECT
public:
    explicit NotePanel(QWidget* parent = nullptr);
    void setSession(Session* session) override;

private:
    void addBreakpoint();

    Session* m_session = nullptr;
    BookmarkModel m_bookmarks;
    BreakpointModel m_breakpoints;
    QTreeView* m_bookmarkView;
    QTreeView* m_breakpointView;
    QLineEdit* m_condition;
    QLabel* m_answer;
};

} // namespace rdrlab::gui
