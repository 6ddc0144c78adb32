// Any table as text: for the clipboard and for spreadsheets.
#pragma once

#include <QAbstractItemModel>
#include <QString>
#include <functional>

class QAbstractItemView;
class QIODevice;

namespace rdrlab::gui {

/// The rows (of any columns of theirs) with tabs between the cells, one line each, headings first
/// where there is more than one row.
QString tabbedText(const QAbstractItemModel& model, const QModelIndexList& cells);

/// Writes all rows as CSV (RFC 4180, UTF-8), those of a tree in the order in which they are seen.
/// `goesOn` is asked now and then with the number of rows written; false stops. False when stopped
/// or when the device fails.
bool writeCsv(
    const QAbstractItemModel& model,
    QIODevice& device,
    const std::function<bool(int rows)>& goesOn = {});

} // namespace rdrlab::gui
