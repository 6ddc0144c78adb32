#include "gui/app/panel.h"

#include "gui/app/taborder.h"

#include <QDockWidget>
#include <QFocusEvent>

namespace rdrlab::gui {

Panel::Panel(QWidget* parent)
    : QWidget(parent)
{
    if (const auto* dock = qobject_cast<QDockWidget*>(parent)) {
        connect(
            dock, &QDockWidget::visibilityChanged, this, [this] { isSeen() ? seen() : unseen(); });
    }
}

Panel::~Panel() = default;

bool Panel::isSeen() const
{
    const auto* dock = qobject_cast<const QDockWidget*>(parentWidget());
    return isVisible() && (dock == nullptr || !isBehindAnother(*dock));
}

void Panel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (isSeen()) {
        seen();
    }
}

void Panel::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    unseen();
}

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
