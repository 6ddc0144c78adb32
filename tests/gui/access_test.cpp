// What a person finds who does not see the window or does not use a mouse.
#include "gui/access/canvas.h"
#include "gui/compare/comparewindow.h"
#include "tests/gui/guisupport.h"
#include "tests/gui/walker.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QLineEdit>
#include <QMainWindow>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSet>
#include <QTabBar>
#include <QTest>
#include <QToolBar>
#include <QToolButton>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

// Something the person can do something with.
bool isInteractive(const QWidget& widget)
{
    return qobject_cast<const QAbstractButton*>(&widget) != nullptr
        || qobject_cast<const QLineEdit*>(&widget) != nullptr
        || qobject_cast<const QComboBox*>(&widget) != nullptr
        || qobject_cast<const QAbstractItemView*>(&widget) != nullptr
        || qobject_cast<const QAbstractSpinBox*>(&widget) != nullptr
        || qobject_cast<const QPlainTextEdit*>(&widget) != nullptr
        || qobject_cast<const QTabBar*>(&widget) != nullptr
        || dynamic_cast<const CanvasItems*>(&widget) != nullptr;
}

// Parts that belong to another widget, or that a key or menu reaches.
bool isReachedOtherwise(const QWidget& widget)
{
    const QWidget* parent = widget.parentWidget();
    if (parent == nullptr || qobject_cast<const QScrollBar*>(&widget) != nullptr
        || widget.objectName().startsWith(QLatin1String("qt_"))) {
        return true; // Qt's own: the dock's buttons are in its context menu as well
    }
    if (const auto* button = qobject_cast<const QToolButton*>(&widget)) {
        if (button->defaultAction() != nullptr) {
            return true; // a command: in a menu, in the palette
        }
    }
    for (const QWidget* at = parent; at != nullptr; at = at->parentWidget()) {
        // A button in a line edit or a table's corner; an editor in a box.
        if (qobject_cast<const QLineEdit*>(at) != nullptr
            || qobject_cast<const QComboBox*>(at) != nullptr
            || qobject_cast<const QAbstractSpinBox*>(at) != nullptr
            || qobject_cast<const QAbstractItemView*>(at) != nullptr
            || qobject_cast<const QTabBar*>(at) != nullptr || at->inherits("QKeySequenceEdit")) {
            return true;
        }
    }
    // Tabs of docks stacked on one another: the panels have keys of their own.
    return qobject_cast<const QTabBar*>(&widget) != nullptr
        && qobject_cast<const QMainWindow*>(parent) != nullptr;
}

bool takesTab(const QWidget& widget)
{
    return (widget.focusPolicy() & Qt::TabFocus) != 0 && widget.isEnabled() && widget.isVisible()
        && !widget.visibleRegion().isEmpty();
}

// In a panel behind another one's tab: there, but nobody sees it.
bool liesBehind(const QWidget& widget)
{
    for (const QWidget* at = &widget; at != nullptr; at = at->parentWidget()) {
        if (qobject_cast<const QDockWidget*>(at) != nullptr) {
            return at->visibleRegion().isEmpty();
        }
    }
    return false;
}

// Presses Tab from the first widget until it comes round; who is never reached is in `missed`, who
// does not let go in `traps`.
void walkByTab(QWidget& top, QStringList& missed, QStringList& traps)
{
    QSet<const QWidget*> wanted;
    for (const QWidget* widget : top.findChildren<QWidget*>()) {
        if (widget->window() == &top && takesTab(*widget) && widget->focusProxy() == nullptr) {
            wanted.insert(widget);
        }
    }
    if (wanted.size() < 2) {
        return;
    }
    top.activateWindow();
    if (!QTest::qWaitFor([&] { return QApplication::activeWindow() == &top; }, 1000)) {
        traps += QStringLiteral("the window does not become active: ") + testing::describe(top);
        return;
    }
    if (QApplication::focusWidget() == nullptr || QApplication::focusWidget()->window() != &top) {
        const_cast<QWidget*>(*wanted.begin())->setFocus();
    }
    const qsizetype stops
        = 2 * wanted.size() + 20; // a table's cell or a line's button more or less
    QSet<const QWidget*> reached;
    const QWidget* last = nullptr;
    for (qsizetype i = 0; i < stops; ++i) {
        QWidget* now = QApplication::focusWidget();
        if (now == nullptr) {
            traps += QStringLiteral("the focus is lost after %1")
                         .arg(last != nullptr ? testing::describe(*last) : QString());
            return;
        }
        if (i != 0 && liesBehind(*now)) { // where the focus was before is nobody's fault
            traps += QStringLiteral("it came to what lies behind another panel: ")
                + testing::describe(*now);
            return;
        }
        reached.insert(now);
        last = now;
        // A text with links goes through these first.
        constexpr int kMostLinks = 200;
        for (int press = 0; press < kMostLinks && QApplication::focusWidget() == now; ++press) {
            QTest::keyClick(now, Qt::Key_Tab);
        }
        if (QApplication::focusWidget() == now) {
            traps += testing::describe(*now);
            return;
        }
    }
    for (const QWidget* widget : wanted) {
        if (!reached.contains(widget)) {
            missed += testing::describe(*widget);
        }
    }
}

std::vector<QString> announced;

void listen(QAccessibleEvent& event)
{
    if (event.type() == QAccessible::NameChanged && event.accessibleInterface() != nullptr) {
        announced.push_back(event.accessibleInterface()->text(QAccessible::Name));
    }
}

} // namespace

TEST_CASE("everything one can use has a name, a role and a place in the order of Tab", "[gui]")
{
    MainWindow window;
    window.resize(1366, 768);
    window.show();
    QSet<QString> problems;
    const auto visit = [&](QWidget& top) {
        QList<QWidget*> widgets = top.findChildren<QWidget*>();
        for (QWidget* widget : widgets) {
            if (!widget->isVisible() || widget->window() != &top) {
                continue;
            }
            const bool takesFocus = (widget->focusPolicy() & Qt::TabFocus) != 0;
            if (!isInteractive(*widget) && !takesFocus) {
                continue;
            }
            const bool elsewhere = isReachedOtherwise(*widget);
            QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
            if (face == nullptr || face->role() == QAccessible::NoRole) {
                problems.insert(QStringLiteral("no role: ") + testing::describe(*widget));
            } else if (!elsewhere && face->text(QAccessible::Name).isEmpty()) {
                problems.insert(QStringLiteral("no name: ") + testing::describe(*widget));
            }
            if (!elsewhere && !takesFocus && widget->focusProxy() == nullptr) {
                problems.insert(QStringLiteral("no focus by keys: ") + testing::describe(*widget));
            }
        }
        QStringList missed;
        QStringList traps;
        walkByTab(top, missed, traps);
        for (const QString& one : missed) {
            problems.insert(QStringLiteral("Tab never comes to: ") + one);
        }
        for (const QString& one : traps) {
            problems.insert(QStringLiteral("Tab does not leave: ") + one);
        }
    };
    testing::visitAll(window, visit);
    Session* session = window.openTrace(testing::sample("01-first-open"));
    REQUIRE(testing::waitUntilLoaded(*session));
    testing::visitAll(window, visit);
    for (const QString& problem : problems) {
        UNSCOPED_INFO(problem.toStdString());
    }
    CHECK(problems.isEmpty());
}

TEST_CASE("Tab goes round in what is seen, and Shift+Tab the same way back", "[gui]")
{
    MainWindow main;
    main.resize(1366, 768);
    main.show();
    Session* session = main.openTrace(testing::sample("01-first-open"));
    REQUIRE(testing::waitUntilLoaded(*session));
    main.compareTraces(testing::sample("01-first-open"), testing::sample("02-second-open"));
    CompareWindow* compare = main.comparisons().constFirst();
    REQUIRE(QTest::qWaitFor([&] { return compare->comparison().isReady(); }, 60'000));
    for (QMainWindow* window : std::initializer_list<QMainWindow*> { &main, compare }) {
        INFO(window->metaObject()->className());
        window->activateWindow();
        REQUIRE(QTest::qWaitFor([&] { return QApplication::activeWindow() == window; }, 1000));
        std::size_t behind = 0;
        for (const QDockWidget* dock : window->findChildren<QDockWidget*>()) {
            behind += liesBehind(*dock) ? 1 : 0;
        }
        REQUIRE(behind >= 2); // else there is nothing to go astray in
        // From wherever Tab leads to, so that the round is one.
        QTest::keyClick(window, Qt::Key_Tab);
        QWidget* first = QApplication::focusWidget();
        const auto round = [&](Qt::Key key) {
            std::vector<QWidget*> stops;
            do {
                stops.push_back(QApplication::focusWidget());
                REQUIRE(stops.back() != nullptr);
                INFO(testing::describe(*stops.back()).toStdString());
                CHECK_FALSE(liesBehind(*stops.back()));
                REQUIRE(stops.size() < 300);
                QTest::keyClick(
                    window, key, key == Qt::Key_Backtab ? Qt::ShiftModifier : Qt::NoModifier);
            } while (QApplication::focusWidget() != first);
            return stops;
        };
        std::vector<QWidget*> there = round(Qt::Key_Tab);
        std::vector<QWidget*> back = round(Qt::Key_Backtab);
        CHECK(there.size() > 4);
        std::reverse(back.begin() + 1, back.end());
        CHECK(there == back);
    }
}

TEST_CASE("every view that paints itself can be read, and says each step", "[gui]")
{
    announced.clear();
    hearAnnouncements(&listen);
    {
        MainWindow window;
        window.resize(1366, 768);
        window.show();
        Session* session = window.openTrace(testing::sample("01-first-open"));
        REQUIRE(testing::waitUntilLoaded(*session));
        session->focus.goTo(321);
        int canvases = 0;
        for (QWidget* widget : window.findChildren<QWidget*>()) {
            auto* items = dynamic_cast<CanvasItems*>(widget);
            if (items == nullptr || !widget->isVisible() || items->canvasItems().empty()) {
                continue;
            }
            ++canvases;
            INFO(testing::describe(*widget).toStdString());
            QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
            REQUIRE(face != nullptr);
            const std::vector<CanvasItem> told = items->canvasItems();
            CHECK(told.size() <= 40); // what is told is a neighbourhood, not everything
            REQUIRE(face->childCount() >= int(told.size()));
            for (std::size_t i = 0; i < told.size(); ++i) {
                QAccessibleInterface* child = face->child(int(i));
                REQUIRE(child != nullptr);
                CHECK(child->text(QAccessible::Name) == told[i].name);
                CHECK_FALSE(told[i].name.isEmpty());
                CHECK(child->role() != QAccessible::NoRole);
                CHECK(child->parent() == face);
                CHECK(face->indexOfChild(child) == int(i));
                CHECK(child->actionInterface() != nullptr);
            }
            CHECK(face->child(-1) == nullptr);
            CHECK(face->child(face->childCount()) == nullptr);
        }
        CHECK(canvases >= 2);

        // A step is announced, with the event's number in the name.
        window.timeline().setFocus();
        announced.clear();
        session->focus.goTo(322);
        const auto tells = [](const QString& what) {
            return std::any_of(announced.begin(), announced.end(), [&](const QString& name) {
                return name.contains(what);
            });
        };
        CHECK(tells(QStringLiteral("322")));

        // Pressing the call around goes there.
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(&window.timeline());
        REQUIRE(face->focusChild() != nullptr);
        CHECK(face->focusChild()->state().focused);
        const std::size_t count = window.timeline().canvasItems().size();
        REQUIRE(count > 1);
        face->child(1)->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        CHECK(session->focus.seq() != 322);
    }
    hearAnnouncements(nullptr);
}
