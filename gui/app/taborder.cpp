#include "gui/app/taborder.h"

#include <QDockWidget>
#include <QGuiApplication>
#include <QStyleHints>

namespace rdrlab::gui {

namespace {

bool isInSight(const QWidget& widget)
{
    for (const QWidget* at = &widget; at != nullptr && !at->isWindow(); at = at->parentWidget()) {
        const auto* dock = qobject_cast<const QDockWidget*>(at);
        if (dock != nullptr && isBehindAnother(*dock)) {
            return false;
        }
    }
    return true;
}

bool isStop(const QWidget& widget, const QWidget& window, bool next)
{
    const QWidget* receiver = &widget;
    while (receiver->focusProxy() != nullptr) {
        receiver = receiver->focusProxy();
    }
    // What hands its focus on, and the child or parent that gets it, are one stop.
    const bool isPartOfOne = receiver != &widget
        && (next ? receiver->isAncestorOf(&widget) : widget.isAncestorOf(receiver));
    const Qt::FocusPolicy wanted
        = QGuiApplication::styleHints()->tabFocusBehavior() == Qt::TabFocusAllControls
        ? Qt::TabFocus
        : Qt::StrongFocus;
    return !isPartOfOne && (receiver->focusPolicy() & wanted) == wanted
        && widget.window() == &window && widget.isVisibleTo(&window) && widget.isEnabled()
        && isInSight(widget);
}

} // namespace

bool isBehindAnother(const QDockWidget& dock)
{
    return !dock.isFloating() && (dock.geometry().right() < 0 || dock.geometry().bottom() < 0);
}

bool focusNextInSight(QWidget& window, bool next)
{
    QWidget* const from = window.focusWidget() != nullptr ? window.focusWidget() : &window;
    const auto after = [next](const QWidget* widget) {
        return next ? widget->nextInFocusChain() : widget->previousInFocusChain();
    };
    for (QWidget* at = after(from); at != nullptr && at != from; at = after(at)) {
        if (isStop(*at, window, next)) {
            at->setFocus(next ? Qt::TabFocusReason : Qt::BacktabFocusReason);
            return true;
        }
    }
    return false;
}

} // namespace rdrlab::gui
