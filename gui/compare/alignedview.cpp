#include "gui/compare/alignedview.h"

#include "gui/models/comparetexts.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMenu>
#include <QScopedValueRollback>
#include <set>

namespace rdrlab::gui {

AlignedView::AlignedView(Comparison& comparison, CompareLink& link, QWidget* parent)
    : QTableView(parent)
    , m_comparison(comparison)
    , m_link(link)
    , m_rows(comparison)
{
    setModel(&m_rows);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setShowGrid(false);
    setWordWrap(false);
    setFrameShape(QFrame::NoFrame);
    setTabKeyNavigation(false); // Tab leaves the table
    setAccessibleName(tr("Both traces, aligned"));
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(4);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 2);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(fontMetrics().averageCharWidth() * 3);
    setColumnsShown(false, false);
    connect(
        selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& current) {
            if (current.isValid() && !m_following) {
                const QScopedValueRollback guard(m_following, true);
                Q_EMIT picked(m_rows.axisRow(current.row()), CompareRows::sideOf(current.column()));
            }
        });
    connect(&comparison, &Comparison::moved, this, &AlignedView::follow);
    connect(&m_rows, &QAbstractItemModel::modelReset, this, &AlignedView::follow);
    connect(&Themes::instance(), &Themes::changed, viewport(), qOverload<>(&QWidget::update));
    follow();
}

void AlignedView::setColumnsShown(bool times, bool threads)
{
    setColumnHidden(CompareRows::TimeA, !times);
    setColumnHidden(CompareRows::TimeB, !times);
    setColumnHidden(CompareRows::ThreadA, !threads);
    setColumnHidden(CompareRows::ThreadB, !threads);
    fitColumns();
}

// Both halves are equally wide and share what there is, unless that would hide the words.
void AlignedView::fitColumns()
{
    const int letter = fontMetrics().averageCharWidth();
    const int sign = letter * 4;
    const int number = letter * 8;
    const int time = letter * 13;
    const int thread = letter * 15;
    int rest = (viewport()->width() - sign) / 2 - number;
    rest -= isColumnHidden(CompareRows::TimeA) ? 0 : time;
    rest -= isColumnHidden(CompareRows::ThreadA) ? 0 : thread;
    rest = std::max(rest, letter * 50);
    setColumnWidth(CompareRows::Sign, sign);
    for (const int first : { int(CompareRows::NumberA), int(CompareRows::NumberB) }) {
        setColumnWidth(first, number);
        setColumnWidth(first + CompareRows::TimeA, time);
        setColumnWidth(first + CompareRows::ThreadA, thread);
        setColumnWidth(first + CompareRows::EventA, rest * 36 / 100);
        setColumnWidth(first + CompareRows::ObjectA, rest * 34 / 100);
        setColumnWidth(first + CompareRows::ResultA, rest - rest * 36 / 100 - rest * 34 / 100);
    }
}

void AlignedView::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    fitColumns();
}

void AlignedView::follow()
{
    if (m_following || !m_comparison.isReady()) {
        return;
    }
    const int row = m_rows.tableRow(m_comparison.row());
    if (row < 0) {
        return;
    }
    const QScopedValueRollback guard(m_following, true);
    const int column = currentIndex().isValid() ? currentIndex().column() : CompareRows::EventA;
    const QModelIndex index = m_rows.index(row, column);
    // Without a scroll sideways: only the row is followed.
    selectionModel()->setCurrentIndex(
        index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    const int top = rowAt(0);
    const int visible = std::max(1, viewport()->height() / std::max(1, rowHeight(0)));
    if (top < 0 || row < top + 1 || row >= top + visible - 2) {
        scrollTo(index, QAbstractItemView::PositionAtCenter);
    }
}

void AlignedView::copy() const
{
    constexpr int kMost = 10'000; // rows: more is a report's work
    std::set<int> selected;
    for (const QItemSelectionRange& range : selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom() && int(selected.size()) < kMost; ++row) {
            selected.insert(row);
        }
    }
    QStringList lines;
    for (const int row : selected) {
        QStringList cells;
        for (int column = 0; column < CompareRows::Columns; ++column) {
            if (!isColumnHidden(column)) {
                cells += m_rows.index(row, column).data().toString();
            }
        }
        lines += cells.join(QLatin1Char('\t'));
    }
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void AlignedView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    menu.addActions(actions());
    menu.exec(event->globalPos());
}

} // namespace rdrlab::gui
