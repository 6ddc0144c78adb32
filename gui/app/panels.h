// The panels a window has: one list says which, so that a new panel is a class and a line.
#pragma once

#include "gui/app/actions.h"
#include "gui/app/session.h"

#include <QWidget>

namespace rdrlab::gui {

class Panel : public QWidget
{
    Q_OBJECT
public:
    using QWidget::QWidget;
    /// Shows this session from now on; null: nothing. The session outlives the next call.
    virtual void setSession(Session* session) = 0;
    /// Commands that only make sense with this panel; called once.
    virtual void addActions(Actions& actions) { Q_UNUSED(actions); }
    using QWidget::addActions;

Q_SIGNALS:
    /// A line for the status bar.
    void said(const QString& line);
};

struct PanelType
{
    const char* id; // of its dock, kept in the session file
    const char* title; // translated in context "Panels"
    Qt::DockWidgetArea area;
    bool isShownFirst; // of the tabs that share an area
    std::function<Panel*(QWidget* parent)> create;
};

const std::vector<PanelType>& panelTypes();

} // namespace rdrlab::gui
