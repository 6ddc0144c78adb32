#include "tests/gui/walker.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QColorDialog>
#include <QComboBox>
#include <QDockWidget>
#include <QFileDialog>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QPrintDialog>
#include <QSet>
#include <QStyle>
#include <QTabBar>
#include <QTabWidget>
#include <QTest>
#include <QTimer>
#include <QToolButton>

namespace rdrlab::gui::testing {

namespace {

// Whether the person can see it; what is scrolled out of sight counts as well.
bool isSeen(const QWidget& widget)
{
    return widget.isVisible() && !widget.size().isEmpty();
}

// Dialogs of Qt bring Qt's own translations.
bool isQtOwn(const QWidget& widget)
{
    return qobject_cast<const QFileDialog*>(&widget) != nullptr
        || qobject_cast<const QColorDialog*>(&widget) != nullptr || widget.inherits("QPrintDialog");
}

} // namespace

QString describe(const QWidget& widget)
{
    QStringList chain;
    for (const QWidget* at = &widget; at != nullptr && chain.size() < 3; at = at->parentWidget()) {
        QString one = QString::fromLatin1(at->metaObject()->className());
        if (!at->objectName().isEmpty()) {
            one += QStringLiteral(" '%1'").arg(at->objectName());
        }
        if (const auto* button = qobject_cast<const QAbstractButton*>(at)) {
            one += QStringLiteral(" “%1”").arg(button->text());
        }
        chain += one;
    }
    return chain.join(QStringLiteral(" in "));
}

std::vector<Shown> textsOf(QWidget& top)
{
    std::vector<Shown> shown;
    const auto add = [&](const QWidget& widget, const QString& text, const char* what) {
        if (!text.isEmpty()) {
            shown.push_back(
                { text, QString::fromLatin1(what) + QStringLiteral(" of ") + describe(widget) });
        }
    };
    const auto addAction = [&](const QWidget& widget, const QAction* action) {
        if (!action->isSeparator()) {
            add(widget, action->text(), "command");
            add(widget, action->statusTip(), "hint of a command");
        }
    };
    QList<QWidget*> widgets = top.findChildren<QWidget*>();
    widgets.prepend(&top);
    for (QWidget* widget : widgets) {
        // Menus are not visible, but will be.
        if (auto* menu = qobject_cast<QMenu*>(widget)) {
            if (menu->objectName() == QLatin1String("qt_toolbar_ext_menu")) {
                continue;
            }
            add(*menu, menu->title(), "title");
            for (const QAction* action : menu->actions()) {
                addAction(*menu, action);
            }
            continue;
        }
        if (!isSeen(*widget)) {
            continue;
        }
        if (widget->isWindow() || qobject_cast<QDockWidget*>(widget) != nullptr) {
            add(*widget, widget->windowTitle(), "title");
        }
        add(*widget, widget->toolTip(), "tool tip");
        add(*widget, widget->accessibleName(), "accessible name");
        add(*widget, widget->accessibleDescription(), "accessible description");
        if (const auto* label = qobject_cast<QLabel*>(widget)) {
            add(*widget, label->text(), "text");
        } else if (const auto* button = qobject_cast<QAbstractButton*>(widget)) {
            add(*widget, button->text(), "text");
        } else if (const auto* box = qobject_cast<QGroupBox*>(widget)) {
            add(*widget, box->title(), "title");
        } else if (const auto* line = qobject_cast<QLineEdit*>(widget)) {
            add(*widget, line->placeholderText(), "placeholder");
        } else if (const auto* choice = qobject_cast<QComboBox*>(widget)) {
            for (int i = 0; i < choice->count(); ++i) {
                add(*widget, choice->itemText(i), "choice");
            }
        } else if (const auto* tabs = qobject_cast<QTabBar*>(widget)) {
            for (int i = 0; i < tabs->count(); ++i) {
                add(*widget, tabs->tabText(i), "tab");
            }
        } else if (const auto* header = qobject_cast<QHeaderView*>(widget)) {
            if (header->model() != nullptr && header->orientation() == Qt::Horizontal) {
                for (int i = 0; i < header->count(); ++i) {
                    add(*widget,
                        header->model()->headerData(i, Qt::Horizontal, Qt::DisplayRole).toString(),
                        "column");
                }
            }
        }
    }
    return shown;
}

QStringList clippedIn(QWidget& top)
{
    // Work beside the window may have changed a text since the last time all was laid out.
    QApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
    QStringList clipped;
    for (const QWidget* widget : top.findChildren<QWidget*>()) {
        if (!isSeen(*widget)) {
            continue;
        }
        const auto* label = qobject_cast<const QLabel*>(widget);
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        QString text;
        QSize needed;
        if (label != nullptr && !label->text().isEmpty() && !label->hasScaledContents()) {
            text = label->text();
            // A label that may break its lines needs the height for its width.
            needed = label->wordWrap() ? QSize(0, label->heightForWidth(label->width()))
                                       : label->minimumSizeHint();
        } else if (
            button != nullptr && !button->text().isEmpty()
            && button->parentWidget()->metaObject()->className() != QByteArray("QToolBar")) {
            text = button->text();
            needed = button->minimumSizeHint();
        }
        if (widget->width() + 1 < needed.width() || widget->height() + 1 < needed.height()) {
            clipped += QStringLiteral("“%1” needs %2x%3, has %4x%5: %6")
                           .arg(text)
                           .arg(needed.width())
                           .arg(needed.height())
                           .arg(widget->width())
                           .arg(widget->height())
                           .arg(describe(*widget));
        }
    }
    return clipped;
}

void visitAll(MainWindow& window, const std::function<void(QWidget& top)>& visit)
{
    QTest::qWait(1);
    visit(window);
    for (QDockWidget* dock : window.findChildren<QDockWidget*>()) {
        dock->show();
        dock->raise();
        QTest::qWait(1);
        visit(window);
    }
    QSet<QWidget*> seen { &window };
    const auto visitOthers = [&] {
        for (QWidget* top : QApplication::topLevelWidgets()) {
            if (top->isVisible() && !seen.contains(top) && !isQtOwn(*top)
                && (top->isWindow() && qobject_cast<QMenu*>(top) == nullptr)
                && !(top->windowFlags() & Qt::ToolTip & ~Qt::Window)) {
                QTest::qWait(1);
                visit(*top);
                seen.insert(top);
            }
        }
    };
    std::vector<QAction*> actions; // running one may change the list
    for (const Actions::Entry& entry : window.actions().all()) {
        const bool opens = entry.action->text().contains(QChar(0x2026))
            || entry.id == QLatin1String("help.about");
        if (opens && entry.action->isEnabled()) {
            actions.push_back(entry.action);
        }
    }
    for (QAction* action : actions) {
        // A modal dialog runs a loop of its own: it is visited from inside and closed.
        constexpr int kSoonMs = 20;
        QTimer timer;
        QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
            if (QWidget* modal = QApplication::activeModalWidget()) {
                if (!isQtOwn(*modal)) {
                    visit(*modal);
                    seen.insert(modal);
                }
                modal->close();
            }
        });
        timer.start(kSoonMs);
        action->trigger();
        visitOthers();
    }
    for (QWidget* top : seen) {
        if (top != &window && QApplication::topLevelWidgets().contains(top)) {
            top->close();
        }
    }
}

} // namespace rdrlab::gui::testing
