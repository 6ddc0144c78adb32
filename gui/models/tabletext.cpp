#include "gui/models/tabletext.h"

#include <QIODevice>
#include <QSet>
#include <QStringList>
#include <algorithm>

namespace rdrlab::gui {

namespace {

QString headings(const QAbstractItemModel& model, const QString& separator)
{
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column) {
        cells += model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    }
    return cells.join(separator);
}

QByteArray quoted(QString text)
{
    text.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return (QLatin1Char('"') + text + QLatin1Char('"')).toUtf8();
}

} // namespace

QString tabbedText(const QAbstractItemModel& model, const QModelIndexList& cells)
{
    QModelIndexList rows;
    for (const QModelIndex& cell : cells) {
        const QModelIndex row = cell.siblingAtColumn(0);
        if (!rows.contains(row)) {
            rows += row;
        }
    }
    std::sort(rows.begin(), rows.end());
    QStringList lines;
    if (rows.size() > 1) {
        lines += headings(model, QStringLiteral("\t"));
    }
    for (const QModelIndex& row : rows) {
        QStringList texts;
        for (int column = 0; column < model.columnCount(row.parent()); ++column) {
            texts += row.siblingAtColumn(column).data().toString().simplified();
        }
        lines += texts.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

bool writeCsv(
    const QAbstractItemModel& model, QIODevice& device, const std::function<bool(int rows)>& goesOn)
{
    constexpr int kRowsBetween = 1000;
    const int columns = model.columnCount();
    const auto line = [&](auto textOf) {
        QByteArray bytes;
        for (int column = 0; column < columns; ++column) {
            bytes += (column == 0 ? "" : ",") + quoted(textOf(column));
        }
        bytes += "\r\n";
        return device.write(bytes) == bytes.size();
    };
    bool good = line([&](int column) {
        return model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    });
    int written = 0;
    // Rows inside others follow them, set in by two blanks for each level.
    const std::function<void(const QModelIndex&, int)> rowsIn
        = [&](const QModelIndex& parent, int depth) {
              for (int row = 0; row < model.rowCount(parent) && good; ++row) {
                  if (goesOn && written % kRowsBetween == 0 && !goesOn(written)) {
                      good = false;
                      return;
                  }
                  ++written;
                  good = line([&](int column) {
                      const QString text = model.index(row, column, parent).data().toString();
                      return column == 0 ? QString(2 * depth, QLatin1Char(' ')) + text : text;
                  });
                  rowsIn(model.index(row, 0, parent), depth + 1);
              }
          };
    rowsIn({}, 0);
    return good;
}

} // namespace rdrlab::gui
