#include "gui/models/livelog.h"

#include "gui/themes/theme.h"

#include <QStringList>

namespace rdrlab::gui {

LiveLog::LiveLog(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void LiveLog::add(const QString& line, quint64 seq, bool isProblem)
{
    if (rowCount() >= kMostLines) {
        // Many at once: a long run would move all rows for every line.
        beginRemoveRows({}, 0, kGoneAtOnce - 1);
        m_lines.erase(m_lines.begin(), m_lines.begin() + kGoneAtOnce);
        endRemoveRows();
    }
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_lines.push_back({ line, seq, isProblem });
    endInsertRows();
}

void LiveLog::clear()
{
    beginResetModel();
    m_lines.clear();
    endResetModel();
}

void LiveLog::takeOver(LiveLog& other)
{
    beginResetModel();
    other.beginResetModel();
    m_lines = std::exchange(other.m_lines, {});
    other.endResetModel();
    endResetModel();
}

QString LiveLog::text() const
{
    QStringList lines;
    for (const Line& line : m_lines) {
        lines += (line.seq != 0 ? QStringLiteral("#%1 ").arg(line.seq) : QString()) + line.words;
    }
    return lines.join(QLatin1Char('\n'));
}

int LiveLog::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_lines.size());
}

int LiveLog::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QVariant LiveLog::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Line& line = m_lines[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == Event) {
            return line.seq != 0 ? QString::number(line.seq) : QString();
        }
        return line.isProblem ? severityGlyph(Severity::Failed) + QLatin1Char(' ') + line.words
                              : line.words;
    case Qt::ToolTipRole:
        return line.words;
    case Qt::TextAlignmentRole:
        return index.column() == Event ? int(Qt::AlignRight | Qt::AlignVCenter)
                                       : int(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        if (index.column() == Event) {
            return theme().dim;
        }
        return line.isProblem ? QVariant(theme().ofSeverity(Severity::Failed)) : QVariant();
    case SeqRole:
        return line.seq;
    default:
        return {};
    }
}

QVariant LiveLog::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    return section == Event ? tr("Event") : tr("What the run says");
}

} // namespace rdrlab::gui
