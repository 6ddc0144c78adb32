#include "gui/models/statisticsmodel.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <QLocale>
#include <algorithm>

namespace rdrlab::gui {

using trace::StatisticsBy;
using trace::StatisticsRow;

StatisticsModel::StatisticsModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void StatisticsModel::setRows(
    const TraceDocument* document, StatisticsBy by, std::vector<StatisticsRow> rows)
{
    beginResetModel();
    m_document = document;
    m_by = by;
    m_rows = std::move(rows);
    m_greatestNs = 0;
    for (const StatisticsRow& row : m_rows) {
        m_greatestNs = std::max(m_greatestNs, row.totalNs);
    }
    endResetModel();
    sort(m_sortColumn, m_sortOrder);
}

const StatisticsRow* StatisticsModel::rowAt(int row) const
{
    return row >= 0 && std::size_t(row) < m_rows.size() ? &m_rows[std::size_t(row)] : nullptr;
}

QString StatisticsModel::filterOf(int row) const
{
    const StatisticsRow* own = rowAt(row);
    if (own == nullptr || m_document == nullptr || !m_document->isReady()) {
        return {};
    }
    QString routine = texts::foreign(m_document->reader().string(own->routine));
    routine.remove(QLatin1Char('"'));
    switch (m_by) {
    case StatisticsBy::Routine:
    case StatisticsBy::Command:
        return QStringLiteral("layer == %1 && routine == \"%2\"")
            .arg(texts::layer(own->layer), routine);
    case StatisticsBy::Layer:
        return QStringLiteral("layer == %1 && (kind == begin || kind == end)")
            .arg(texts::layer(own->layer));
    case StatisticsBy::Status:
        return QStringLiteral("kind == end && status == %1").arg(texts::status(own->status));
    default:
        return QStringLiteral("process == %1 && (kind == begin || kind == end)").arg(own->process);
    }
}

int StatisticsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int StatisticsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QString StatisticsModel::nameOf(const StatisticsRow& row) const
{
    const trace::Reader& reader = m_document->reader();
    switch (m_by) {
    case StatisticsBy::Routine:
    case StatisticsBy::Command:
        return texts::foreign(reader.string(row.routine));
    case StatisticsBy::Layer:
        return texts::layer(row.layer);
    case StatisticsBy::Status: {
        const QString glyph = severityGlyph(severityOf(row.status));
        return (glyph.isEmpty() ? glyph : glyph + QLatin1Char(' ')) + texts::status(row.status);
    }
    default: {
        const QString name = texts::foreign(reader.processName(row.process));
        return row.process == 0 ? tr("interrupt")
                                : name + QLatin1Char('/') + QString::number(row.process);
    }
    }
}

QString StatisticsModel::text(const StatisticsRow& row, int column) const
{
    const QLocale locale;
    const auto time
        = [&](std::uint64_t ns) { return row.ended() != 0 ? texts::duration(ns) : QString(); };
    switch (column) {
    case Name:
        return nameOf(row);
    case LayerName:
        return m_by == StatisticsBy::Status || m_by == StatisticsBy::Process
            ? QString()
            : texts::layer(row.layer);
    case Count:
        return locale.toString(qulonglong(row.count));
    case Errors:
        return row.failed != 0 ? QStringLiteral("✖ ") + locale.toString(qulonglong(row.failed))
                               : QString();
    case Total:
        return time(row.totalNs);
    case Mean:
        return time(row.meanNs());
    case Median:
        return time(row.p50Ns);
    case P90:
        return time(row.p90Ns);
    case P99:
        return time(row.p99Ns);
    case Longest:
        return time(row.maximumNs);
    case Bytes:
        return row.bytes != 0 ? locale.toString(qulonglong(row.bytes)) : QString();
    default:
        return {};
    }
}

QVariant StatisticsModel::data(const QModelIndex& index, int role) const
{
    const StatisticsRow* row = index.isValid() ? rowAt(index.row()) : nullptr;
    if (row == nullptr || m_document == nullptr || !m_document->isReady()) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return text(*row, index.column());
    case Qt::ToolTipRole:
        if (index.column() == Name && m_by != StatisticsBy::Process) {
            return explainTip(nameOf(*row), nameOf(*row));
        }
        return row->open != 0 ? tr(
                   "%n calls were still open at the end; they have no duration", nullptr,
                   int(row->open))
                              : text(*row, index.column());
    case Qt::TextAlignmentRole:
        return index.column() >= Count ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case Qt::ForegroundRole:
        return index.column() == Errors && row->failed != 0 ? QVariant(theme().failed) : QVariant();
    case ShareRole:
        return m_greatestNs != 0 ? double(row->totalNs) / double(m_greatestNs) : 0.0;
    case LayerRole:
        return m_by == StatisticsBy::Status || m_by == StatisticsBy::Process ? -1 : int(row->layer);
    case SlowestRole:
        return QVariant::fromValue<qulonglong>(row->slowest);
    default:
        return {};
    }
}

QVariant StatisticsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole)) {
        return {};
    }
    const bool isTip = role == Qt::ToolTipRole;
    switch (section) {
    case Name:
        return isTip ? tr("What the calls of the row have in common") : tr("Name");
    case LayerName:
        return tr("Layer");
    case Count:
        return isTip ? tr("How many calls") : tr("Calls");
    case Errors:
        return isTip ? tr("How many ended with a status 0xC…") : tr("Failed");
    case Total:
        return isTip ? tr("All their durations together, from begin to end, waiting included")
                     : tr("Total");
    case Mean:
        return isTip ? tr("Total divided by calls") : tr("Mean");
    case Median:
        return isTip ? tr("Half of the calls took at most this long (50th percentile)") : tr("p50");
    case P90:
        return isTip ? tr("Nine of ten calls took at most this long (90th percentile)") : tr("p90");
    case P99:
        return isTip ? tr("99 of 100 calls took at most this long (99th percentile)") : tr("p99");
    case Longest:
        return isTip ? tr("The slowest call; the context menu goes there") : tr("Longest");
    case Bytes:
        return isTip ? tr("On the wire for exchanges; read and written for calls that move data")
                     : tr("Bytes");
    default:
        return {};
    }
}

void StatisticsModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column;
    m_sortOrder = order;
    if (m_document == nullptr || m_rows.empty()) {
        return;
    }
    Q_EMIT layoutAboutToBeChanged();
    const auto number = [column](const StatisticsRow& row) -> std::uint64_t {
        switch (column) {
        case LayerName:
            return std::uint64_t(row.layer);
        case Count:
            return row.count;
        case Errors:
            return row.failed;
        case Total:
            return row.totalNs;
        case Mean:
            return row.meanNs();
        case Median:
            return row.p50Ns;
        case P90:
            return row.p90Ns;
        case P99:
            return row.p99Ns;
        case Longest:
            return row.maximumNs;
        default:
            return row.bytes;
        }
    };
    const auto isLess = [&](const StatisticsRow& one, const StatisticsRow& other) {
        return column == Name
            ? QString::compare(nameOf(one), nameOf(other), Qt::CaseInsensitive) < 0
            : number(one) < number(other);
    };
    std::stable_sort(
        m_rows.begin(), m_rows.end(), [&](const StatisticsRow& one, const StatisticsRow& other) {
            return order == Qt::AscendingOrder ? isLess(one, other) : isLess(other, one);
        });
    // Whatever was selected stays with its place: nobody holds on to a row of a statistics table.
    Q_EMIT layoutChanged();
}

} // namespace rdrlab::gui
