// What the tables of this room have in common: looks, and rows that can be copied.
#pragma once

#include <QString>

class QAbstractItemModel;
class QAbstractItemView;
class QTreeView;

namespace rdrlab::gui::tables {

/// A flat table of rows; Ctrl+C and a context menu copy the selected rows with their headings.
void prepare(QTreeView* view, const QString& accessibleName);

/// The selected rows of a view, columns separated by tabs, with a line of headings.
QString selectedText(const QAbstractItemView& view);

/// Copying by Ctrl+C and by a context menu, for a view that was made otherwise.
void makeCopyable(QAbstractItemView* view);

/// All rows as CSV (RFC 4180, UTF-8).
QByteArray toCsv(const QAbstractItemModel& model);

} // namespace rdrlab::gui::tables
