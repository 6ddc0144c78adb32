// The panels a window has: one list says which, so that a new panel is a class and a line.
#pragma once

#include "gui/app/panel.h"

namespace rdrlab::gui {

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
