#include "gui/models/calltreemodel.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

namespace rdrlab::gui {

CallTreeModel::CallTreeModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

void CallTreeModel::setDocument(const TraceDocument* document)
{
    if (m_document != nullptr) {
        disconnect(m_document, nullptr, this, nullptr);
    }
    m_document = document;
    if (document != nullptr) {
        connect(document, &TraceDocument::grew, this, &CallTreeModel::reload);
    }
    reload();
}

void CallTreeModel::reload()
{
    beginResetModel();
    m_index = m_document != nullptr && m_document->isReady() ? m_document->index() : nullptr;
    endResetModel();
}

CallIndex CallTreeModel::callOf(const QModelIndex& index) const
{
    return index.isValid() ? CallIndex(index.internalId()) : kNoCall;
}

QModelIndex CallTreeModel::indexOf(CallIndex call) const
{
    if (m_index == nullptr || call >= m_index->calls.size()) {
        return {};
    }
    return createIndex(int(m_index->rowOf(call)), 0, quintptr(call));
}

QModelIndex CallTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    if (m_index == nullptr || row < 0 || column < 0 || column >= Columns || parent.column() > 0) {
        return {};
    }
    const auto children = m_index->childrenOf(callOf(parent));
    return std::size_t(row) < children.size() ? createIndex(row, column, quintptr(children[row]))
                                              : QModelIndex();
}

QModelIndex CallTreeModel::parent(const QModelIndex& child) const
{
    const CallIndex call = callOf(child);
    return m_index != nullptr && call < m_index->calls.size() ? indexOf(m_index->calls[call].parent)
                                                              : QModelIndex();
}

int CallTreeModel::rowCount(const QModelIndex& parent) const
{
    if (m_index == nullptr || parent.column() > 0) {
        return 0;
    }
    return int(m_index->childrenOf(callOf(parent)).size());
}

int CallTreeModel::columnCount(const QModelIndex&) const
{
    return Columns;
}

QVariant CallTreeModel::data(const QModelIndex& index, int role) const
{
    const CallIndex at = callOf(index);
    if (m_index == nullptr || at >= m_index->calls.size() || !m_document->isReady()) {
        return {};
    }
    const Call& call = m_index->calls[at];
    switch (role) {
    case SeqRole:
        return QVariant::fromValue<qulonglong>(call.begin);
    case LayerRole:
        return int(call.layer);
    case SeverityRole:
        return int(call.severity);
    case Qt::ForegroundRole:
        return call.severity >= Severity::Warned && index.column() == Title
            ? QVariant(theme().ofSeverity(call.severity))
            : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == Number || index.column() == Duration
            ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : QVariant();
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        break;
    default:
        return {};
    }
    const trace::Reader& reader = m_document->reader();
    switch (index.column()) {
    case Title: {
        const QString title = texts::call(reader, call);
        if (role == Qt::ToolTipRole) {
            const QString text
                = tr("%1: %2\n#%3 to #%4, %5\n%6")
                      .arg(texts::layer(call.layer), title)
                      .arg(call.begin)
                      .arg(call.end)
                      .arg(
                          texts::thread(reader, call.process, call.thread),
                          call.end != 0 ? texts::status(call.status) : tr("not finished"));
            return explainTip(texts::foreign(reader.string(call.routine)), text);
        }
        const QString process = texts::foreign(reader.processName(call.process));
        const bool isTold = call.end == 0 || call.status != 0;
        const QString glyph = severityGlyph(call.severity);
        const QString result = !isTold ? QString()
            : call.end == 0            ? tr("  (not finished)")
                                       : QStringLiteral("  → ")
                + (glyph.isEmpty() ? glyph : glyph + QLatin1Char(' ')) + texts::status(call.status);
        return (call.layer == trace::Layer::App && !process.isEmpty()
                    ? process + QStringLiteral(": ") + title
                    : title)
            + result;
    }
    case Number:
        return QString::number(call.begin);
    case Duration:
        return call.end != 0 ? texts::duration(call.endNs - call.beginNs) : tr("open");
    default:
        return {};
    }
}

QVariant CallTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    switch (section) {
    case Title:
        return tr("Call");
    case Number:
        return tr("#");
    case Duration:
        return tr("Duration");
    default:
        return {};
    }
}

} // namespace rdrlab::gui
