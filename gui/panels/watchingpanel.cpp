#include "gui/panels/watchingpanel.h"

#include "gui/models/tabletext.h"

#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QHeaderView>
#include <QProgressDialog>
#include <QSaveFile>

namespace rdrlab::gui {

void WatchingPanel::setSession(Session* session)
{
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
        disconnect(&m_session->document, nullptr, this, nullptr);
        disconnect(&m_session->focus, nullptr, this, nullptr);
    }
    m_session = session;
    if (session != nullptr) {
        connect(&session->document, &TraceDocument::stateChanged, this, &WatchingPanel::traceMoved);
        connect(&session->document, &TraceDocument::grew, this, &WatchingPanel::traceIsLonger);
        connect(&session->focus, &Focus::moved, this, &WatchingPanel::placeMoved);
        connect(&session->focus, &Focus::chosen, this, &WatchingPanel::placeMoved);
        connect(&session->focus, &Focus::markersMoved, this, &WatchingPanel::placeMoved);
    }
    // Whatever a hidden panel still holds of the old session must go now.
    m_hasNewTrace = false;
    m_hasGrown = false;
    m_hasNewPlace = true;
    traceChanged();
    catchUp();
}

void WatchingPanel::traceMoved()
{
    m_hasNewTrace = true;
    m_hasNewPlace = true;
    catchUp();
}

void WatchingPanel::traceIsLonger()
{
    m_hasGrown = true;
    m_hasNewPlace = true;
    catchUp();
}

void WatchingPanel::placeMoved()
{
    m_hasNewPlace = true;
    catchUp();
}

void WatchingPanel::catchUp()
{
    if (!isSeen()) {
        return;
    }
    if (m_hasNewTrace) {
        m_hasNewTrace = false;
        m_hasGrown = false;
        traceChanged();
    }
    if (m_hasGrown) {
        m_hasGrown = false;
        traceGrew();
    }
    if (m_hasNewPlace) {
        m_hasNewPlace = false;
        placeChanged();
    }
}

void WatchingPanel::seen()
{
    catchUp();
}

void copyRows(const QAbstractItemView* view)
{
    const QModelIndexList cells = view->selectionModel()->selectedIndexes();
    if (!cells.isEmpty()) {
        QApplication::clipboard()->setText(tabbedText(*view->model(), cells));
    }
}

namespace {

void saveTable(
    QAbstractItemView* view,
    const QString& fileName,
    const std::function<void(const QString&)>& said)
{
    const QString path = QFileDialog::getSaveFileName(
        view->window(), QCoreApplication::translate("TableManners", "Save the table"), fileName,
        QCoreApplication::translate("TableManners", "CSV (*.csv)"));
    if (path.isEmpty()) {
        return;
    }
    const QAbstractItemModel& model = *view->model();
    QProgressDialog progress(
        QCoreApplication::translate("TableManners", "Writing %1").arg(path),
        QCoreApplication::translate("TableManners", "Cancel"), 0, model.rowCount(), view->window());
    progress.setWindowModality(Qt::WindowModal);
    QSaveFile file(path);
    const bool good = file.open(QIODevice::WriteOnly)
        && writeCsv(model, file,
                    [&](int rows) {
                        progress.setValue(rows);
                        return !progress.wasCanceled();
                    })
        && file.commit();
    said(
        progress.wasCanceled()
            ? QCoreApplication::translate("TableManners", "Cancelled; nothing was written.")
            : good ? QCoreApplication::translate(
                         "TableManners", "%n rows written to %1", nullptr, model.rowCount())
                         .arg(path)
                   : QCoreApplication::translate("TableManners", "%1 cannot be written: %2")
                         .arg(path, file.errorString()));
}

} // namespace

void giveTableManners(
    QAbstractItemView* view, const QString& fileName, std::function<void(const QString&)> said)
{
    view->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* copy
        = new QAction(QCoreApplication::translate("TableManners", "&Copy the selected rows"), view);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(copy, &QAction::triggered, view, [view] { copyRows(view); });
    auto* save
        = new QAction(QCoreApplication::translate("TableManners", "&Save all rows as CSV…"), view);
    QObject::connect(save, &QAction::triggered, view, [view, fileName, said = std::move(said)] {
        saveTable(view, fileName, said);
    });
    view->addActions({ copy, save });
}

} // namespace rdrlab::gui
