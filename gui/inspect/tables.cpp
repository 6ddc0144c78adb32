#include "gui/inspect/tables.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCoreApplication>
#include <QTreeView>
#include <algorithm>

namespace rdrlab::gui::tables {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Tables)
};

QStringList headings(const QAbstractItemModel& model)
{
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column) {
        cells += model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    }
    return cells;
}

QStringList rowOf(const QAbstractItemModel& model, int row)
{
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column) {
        cells += model.index(row, column).data().toString();
    }
    return cells;
}

} // namespace

void prepare(QTreeView* view, const QString& accessibleName)
{
    view->setRootIsDecorated(false);
    view->setUniformRowHeights(true);
    view->setAlternatingRowColors(true);
    view->setFrameShape(QFrame::NoFrame);
    view->setAccessibleName(accessibleName);
    makeCopyable(view);
}

QString selectedText(const QAbstractItemView& view)
{
    if (view.model() == nullptr || view.selectionModel() == nullptr) {
        return {};
    }
    std::vector<int> rows;
    for (const QModelIndex& index : view.selectionModel()->selectedIndexes()) {
        rows.push_back(index.row());
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    QStringList lines { headings(*view.model()).join(QLatin1Char('\t')) };
    for (const int row : rows) {
        lines += rowOf(*view.model(), row).join(QLatin1Char('\t'));
    }
    return rows.empty() ? QString() : lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void makeCopyable(QAbstractItemView* view)
{
    auto* copy = new QAction(Words::tr("Copy rows"), view);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(copy, &QAction::triggered, view, [view] {
        const QString text = selectedText(*view);
        if (!text.isEmpty()) {
            QApplication::clipboard()->setText(text);
        }
    });
    view->addAction(copy);
    view->setContextMenuPolicy(Qt::ActionsContextMenu);
}

QByteArray toCsv(const QAbstractItemModel& model)
{
    QByteArray csv;
    const auto add = [&](const QStringList& cells) {
        for (qsizetype i = 0; i < cells.size(); ++i) {
            QString cell = cells[i];
            const bool isQuoted = cell.contains(QLatin1Char(',')) || cell.contains(QLatin1Char('"'))
                || cell.contains(QLatin1Char('\n')) || cell.contains(QLatin1Char('\r'));
            if (isQuoted) {
                cell = QLatin1Char('"') + cell.replace(QLatin1Char('"'), QLatin1String("\"\""))
                    + QLatin1Char('"');
            }
            csv += (i != 0 ? "," : "") + cell.toUtf8();
        }
        csv += "\r\n";
    };
    add(headings(model));
    for (int row = 0; row < model.rowCount(); ++row) {
        add(rowOf(model, row));
    }
    return csv;
}

} // namespace rdrlab::gui::tables
