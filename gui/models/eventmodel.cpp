#include "gui/models/eventmodel.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <algorithm>
#include <climits>

namespace rdrlab::gui {

EventModel::EventModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void EventModel::setDocument(const TraceDocument* document)
{
    if (m_document != nullptr) {
        disconnect(m_document, nullptr, this, nullptr);
    }
    beginResetModel();
    m_document = document;
    m_rows.clear();
    m_filtered = false;
    m_count = 0;
    if (document != nullptr) {
        connect(document, &TraceDocument::grew, this, &EventModel::refresh);
        m_count = int(std::min<Seq>(document->lastSeq(), INT_MAX));
    }
    endResetModel();
}

void EventModel::refresh()
{
    const int now = int(std::min<Seq>(m_document->lastSeq(), INT_MAX));
    if (m_filtered || now <= m_count) {
        return; // who filtered filters again
    }
    beginInsertRows({}, m_count, now - 1);
    m_count = now;
    endInsertRows();
}

void EventModel::setRows(std::vector<Seq> rows)
{
    beginResetModel();
    m_rows = std::move(rows);
    m_filtered = true;
    m_count = int(std::min<std::size_t>(m_rows.size(), INT_MAX));
    endResetModel();
}

void EventModel::clearRows()
{
    if (m_filtered) {
        beginResetModel();
        m_rows.clear();
        m_rows.shrink_to_fit();
        m_filtered = false;
        m_count = m_document != nullptr ? int(std::min<Seq>(m_document->lastSeq(), INT_MAX)) : 0;
        endResetModel();
    }
}

Seq EventModel::seqOf(int row) const
{
    if (row < 0 || row >= m_count) {
        return 0;
    }
    return m_filtered ? m_rows[std::size_t(row)] : Seq(row) + 1;
}

int EventModel::rowOf(Seq seq) const
{
    if (!m_filtered) {
        return seq == 0 ? -1 : int(std::min<Seq>(seq, Seq(m_count))) - 1;
    }
    return int(std::upper_bound(m_rows.begin(), m_rows.end(), seq) - m_rows.begin()) - 1;
}

int EventModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_count;
}

int EventModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QString EventModel::text(const trace::Event& event, int column) const
{
    const trace::Reader& reader = m_document->reader();
    switch (column) {
    case Number:
        return QString::number(event.seq);
    case Time:
        return texts::moment(event.timeNs);
    case Thread:
        return texts::thread(reader, event.process, event.thread);
    case LayerName:
        return texts::layer(event.layer);
    case KindName:
        return texts::kind(event.kind);
    case Routine:
        return texts::routine(reader, event.routine);
    case Object:
        return texts::object(reader, event.object);
    case Status: {
        if (!event.hasStatus) {
            return {};
        }
        const QString glyph = severityGlyph(severityOf(event.status));
        return (glyph.isEmpty() ? glyph : glyph + QLatin1Char(' ')) + texts::status(event.status);
    }
    case Detail:
        return texts::detail(reader, event);
    default:
        return {};
    }
}

QVariant EventModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || m_document == nullptr || !m_document->isReady()) {
        return {};
    }
    const Seq seq = seqOf(index.row());
    if (role == SeqRole) {
        return QVariant::fromValue<qulonglong>(seq);
    }
    if (role == Qt::TextAlignmentRole) {
        return index.column() <= Time ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::ForegroundRole
        && role != SeverityRole && role != LayerRole) {
        return {};
    }
    const trace::Event event = m_document->events().event(seq);
    const bool isResult = event.hasStatus && event.kind != trace::EventKind::Lock
        && event.kind != trace::EventKind::Unlock;
    const Severity severity = isResult ? severityOf(event.status) : Severity::Fine;
    switch (role) {
    case SeverityRole:
        return int(severity);
    case LayerRole:
        return int(event.layer);
    case Qt::ForegroundRole:
        return severity >= Severity::Warned ? QVariant(theme().ofSeverity(severity)) : QVariant();
    case Qt::ToolTipRole: {
        const QString shown = text(event, index.column());
        switch (index.column()) {
        case Routine: {
            const trace::Explanation* entry = explanationOfRoutine(
                event, texts::foreign(m_document->reader().string(event.routine)));
            return entry != nullptr ? explainTip({ entry }, shown) : shown;
        }
        case Object:
        case Status:
            return explainTip(shown, shown);
        case LayerName:
            return explainTip(shown + QStringLiteral(" layer"), shown);
        case KindName:
            return explainTip(shown + QStringLiteral(" event"), shown);
        default:
            return shown;
        }
    }
    default:
        return text(event, index.column());
    }
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    switch (section) {
    case Number:
        return tr("#");
    case Time:
        return tr("Time");
    case Thread:
        return tr("Thread");
    case LayerName:
        return tr("Layer");
    case KindName:
        return tr("Event");
    case Routine:
        return tr("Routine");
    case Object:
        return tr("Object");
    case Status:
        return tr("Status");
    case Detail:
        return tr("Detail");
    default:
        return {};
    }
}

} // namespace rdrlab::gui
