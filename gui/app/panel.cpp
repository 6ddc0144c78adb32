#include "gui/app/panel.h"

namespace rdrlab::gui {

Panel::Panel(QWidget* parent)
    : QWidget(parent)
{
}

Panel::~Panel() = default;

} // namespace rdrlab::gui
