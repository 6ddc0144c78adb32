#include "gui/app/panel.h"

#include <QFocusEvent>

namespace rdrlab::gui {

Panel::Panel(QWidget* parent)
    : QWidget(parent)
{
}

Panel::~Panel() = default;

void Panel::lendFocus()
{
    m_lent = focusProxy();
    setFocusProxy(nullptr);
    setFocusPolicy(Qt::NoFocus);
}

void Panel::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    if (m_lent != nullptr) {
        m_lent->setFocus(event->reason());
    }
}

} // namespace rdrlab::gui
