// Two open traces compared: which, and in which window.
#include "gui/app/comparedialog.h"
#include "gui/app/mainwindow.h"
#include "gui/compare/comparewindow.h"

#include <QFileInfo>
#include <QMenu>
#include <QSettings>
#include <QTabBar>

namespace rdrlab::gui {

void MainWindow::addCompareCommands()
{
    m_actions.add(
        QStringLiteral("file.compare"), tr("File"), tr("Co&mpare with…"),
        tr("Two traces side by side: what differs, what came first, what follows from it."),
        { QKeySequence(QStringLiteral("Ctrl+Shift+C")) }, [this] { chooseComparison(); });
}

QList<CompareWindow*> MainWindow::comparisons() const
{
    QList<CompareWindow*> open;
    for (const QPointer<CompareWindow>& window : m_comparisons) {
        if (window != nullptr) {
            open += window;
        }
    }
    return open;
}

void MainWindow::compareTraces(const QString& a, const QString& b)
{
    Session* sessionB = openTrace(b);
    Session* sessionA = openTrace(a); // last, so that it is in front
    for (CompareWindow* window : comparisons()) {
        if (window->compares(sessionA, sessionB)) {
            window->showNormal();
            window->raise();
            window->activateWindow();
            return;
        }
    }
    auto* window = new CompareWindow(*sessionA, *sessionB);
    window->setAttribute(Qt::WA_DeleteOnClose);
    m_comparisons.removeAll(nullptr);
    m_comparisons += window;
    connect(window, &CompareWindow::wanted, this, [this](Session* session) {
        openTrace(session->document.path());
        show();
        raise();
        activateWindow();
    });
    connect(
        window, &CompareWindow::compareWanted, this, &MainWindow::compareTraces,
        Qt::QueuedConnection);
    if (!QSettings().contains(QStringLiteral("compare/geometry"))) {
        window->resize(size());
    }
    window->show();
}

void MainWindow::closeComparisonsOf(const Session* session)
{
    for (CompareWindow* window : comparisons()) {
        if (session == nullptr || window->uses(session)) {
            window->close(); // keeps its places in the settings
            delete window; // now: its sessions go next
        }
    }
    m_comparisons.removeAll(nullptr);
}

void MainWindow::chooseComparison()
{
    QStringList open;
    for (const auto& session : m_sessions) {
        open += session->document.path();
    }
    CompareDialog dialog(
        open, QSettings().value(QStringLiteral("recent")).toStringList(),
        m_current != nullptr ? m_current->document.path() : QString(), this);
    if (dialog.exec() == QDialog::Accepted) {
        compareTraces(dialog.path(DiffSide::A), dialog.path(DiffSide::B));
    }
}

void MainWindow::offerDropped(const QString& path, QPoint where)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("dropped"));
    menu->addAction(
        tr("&Open %1").arg(QFileInfo(path).fileName()), this, [this, path] { openTrace(path); });
    menu->addAction(
        tr("&Compare %1 with %2").arg(m_current->document.title(), QFileInfo(path).fileName()),
        this, [this, a = m_current->document.path(), path] { compareTraces(a, path); });
    menu->setDefaultAction(menu->actions().constFirst());
    menu->setActiveAction(menu->actions().constFirst());
    menu->popup(where);
}

} // namespace rdrlab::gui
