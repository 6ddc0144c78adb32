#include "gui/models/historymodel.h"

#include "gui/models/explain.h"
#include "gui/models/stepper.h"
#include "gui/models/texts.h"
#include "traces/query/history.h"

#include <QCoreApplication>
#include <algorithm>
#include <climits>

namespace rdrlab::gui {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(texts)
};

bool isFlagName(const QString& word)
{
    return word.contains(QLatin1Char('_'))
        && std::all_of(word.begin(), word.end(), [](QChar letter) {
               return letter.isLetterOrNumber() || letter == QLatin1Char('_');
           });
}

FieldHistory::Shape shapeOf(const std::vector<trace::FieldChange>& changes)
{
    bool areNumbers = true;
    bool hasSeveral = false; // of a single name nobody can tell whether it is a flag
    for (const trace::FieldChange& change : changes) {
        for (const trace::FieldValue& value : { change.before, change.after }) {
            if (value.type != trace::Value::Type::Integer
                && value.type != trace::Value::Type::None) {
                areNumbers = false;
            }
            if (value.type == trace::Value::Type::Object) {
                return FieldHistory::Shape::Words;
            }
            if (value.text.find('|') != std::string::npos) {
                const QStringList parts = flagsOf(texts::foreign(value.text));
                hasSeveral = hasSeveral || std::all_of(parts.begin(), parts.end(), isFlagName);
            }
        }
    }
    return areNumbers ? FieldHistory::Shape::Numbers
        : hasSeveral  ? FieldHistory::Shape::Flags
                      : FieldHistory::Shape::Words;
}

void findLife(const trace::Reader& reader, trace::ObjectId object, Seq& birth, Seq& death)
{
    if (const trace::Object* self = reader.object(object)) {
        birth = self->birth;
        death = self->death;
    }
}

} // namespace

std::size_t FieldHistory::changeAt(Seq at) const
{
    const auto after = std::upper_bound(
        changes.begin(), changes.end(), at,
        [](Seq wanted, const trace::FieldChange& change) { return wanted < change.seq; });
    return after == changes.begin() ? changes.size() : std::size_t(after - changes.begin()) - 1;
}

QStringList flagsOf(const QString& value)
{
    QStringList flags = value.split(QLatin1Char('|'), Qt::SkipEmptyParts);
    flags.removeAll(QStringLiteral("0"));
    return flags;
}

std::shared_ptr<const FieldHistory> readHistory(
    const trace::Reader& reader,
    trace::ObjectId object,
    trace::StringId field,
    const std::function<bool()>& isCancelled)
{
    auto history = std::make_shared<FieldHistory>();
    history->object = object;
    history->field = field;
    findLife(reader, object, history->birth, history->death);
    bool isLeft = false;
    reader.fieldChanges(object, field, 0, UINT64_MAX, false, [&](const trace::FieldChange& change) {
        isLeft = isCancelled && isCancelled();
        history->isCut = history->changes.size() == FieldHistory::kMostChanges;
        if (isLeft || history->isCut) {
            return false;
        }
        history->changes.push_back(change);
        return true;
    });
    if (isLeft) {
        return nullptr;
    }
    history->shape = shapeOf(history->changes);
    return history;
}

std::shared_ptr<const ReferenceBook> readReferences(
    const trace::Reader& reader,
    trace::ObjectId object,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& tell)
{
    auto book = std::make_shared<ReferenceBook>();
    book->object = object;
    findLife(reader, object, book->birth, book->death);
    trace::Causes causes(reader);
    bool isLeft = false;
    book->ledger
        = trace::ledgerOf(reader, causes, object, [&](std::uint64_t done, std::uint64_t total) {
              isLeft = tell && !tell(done, total);
              return !isLeft;
          });
    return isLeft ? nullptr : book;
}

HistoryModel::HistoryModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void HistoryModel::show(const TraceDocument* document, std::shared_ptr<const FieldHistory> history)
{
    beginResetModel();
    m_document = document;
    m_history = document != nullptr ? std::move(history) : nullptr;
    endResetModel();
}

int HistoryModel::rowAt(Seq seq) const
{
    const std::size_t at = m_history != nullptr ? m_history->changeAt(seq) : 0;
    return m_history != nullptr && at < m_history->changes.size() ? int(at) : -1;
}

int HistoryModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || m_history == nullptr ? 0 : int(m_history->changes.size());
}

int HistoryModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QVariant HistoryModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || m_history == nullptr || !m_document->isReady()) {
        return {};
    }
    const trace::FieldChange& change = m_history->changes[std::size_t(index.row())];
    switch (role) {
    case SeqRole:
        return QVariant::fromValue<qulonglong>(change.seq);
    case TargetRole:
        return change.after.object;
    case Qt::TextAlignmentRole:
        return index.column() <= Time ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        break;
    default:
        return {};
    }
    switch (index.column()) {
    case Number:
        return QString::number(change.seq);
    case Time:
        return texts::moment(m_document->events().event(change.seq).timeNs);
    case Value: {
        const QString value = texts::foreign(change.after.print());
        const QString shown = value.isEmpty() ? tr("(none)") : value;
        return role == Qt::ToolTipRole ? explainTip(value, shown) : shown;
    }
    case Call: {
        const QString call = texts::callAround(*m_document, change.seq);
        return role == Qt::ToolTipRole ? explainTip(call.section(QLatin1Char(' '), 0, 0), call)
                                       : call;
    }
    default:
        return {};
    }
}

QVariant HistoryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    switch (section) {
    case Number:
        return tr("#");
    case Time:
        return tr("Time");
    case Value:
        return tr("Value");
    default:
        return tr("Changed in");
    }
}

LedgerModel::LedgerModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void LedgerModel::show(const TraceDocument* document, std::shared_ptr<const ReferenceBook> book)
{
    beginResetModel();
    m_document = document;
    m_book = document != nullptr ? std::move(book) : nullptr;
    endResetModel();
}

int LedgerModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || m_book == nullptr ? 0 : int(m_book->ledger.pairs.size());
}

int LedgerModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QVariant LedgerModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || m_book == nullptr || !m_document->isReady()) {
        return {};
    }
    const trace::LedgerPair& pair = m_book->ledger.pairs[std::size_t(index.row())];
    const bool isOpen = m_book->isOpen(pair);
    const bool isReturn = index.column() >= Returned && !isOpen;
    switch (role) {
    case SeqRole:
        return QVariant::fromValue<qulonglong>(isReturn ? pair.returned.seq : pair.taken.seq);
    case OpenRole:
        return isOpen;
    case Qt::ForegroundRole:
        return isOpen ? QVariant(theme().failed) : QVariant();
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        break;
    default:
        return {};
    }
    const trace::Reader& reader = m_document->reader();
    const auto reason = [&](const trace::Reference& line) {
        const QString text = texts::reason(reader, line.reason);
        if (role == Qt::ToolTipRole) {
            return explainTip(text + QStringLiteral(" reference"), text);
        }
        return pair.count > 1 ? tr("%1 × %2").arg(pair.count).arg(text) : text;
    };
    switch (index.column()) {
    case Taken:
        return QStringLiteral("#%1").arg(pair.taken.seq);
    case Reason:
        return reason(pair.taken);
    case TakenBy:
        return texts::callAround(*m_document, pair.taken.seq);
    case Returned:
        return isOpen ? tr("✖ not given back") : QStringLiteral("#%1").arg(pair.returned.seq);
    case ReturnedBy:
        return isOpen ? QString()
                      : tr("%1 in %2")
                            .arg(
                                texts::reason(reader, pair.returned.reason),
                                texts::callAround(*m_document, pair.returned.seq));
    default:
        return {};
    }
}

QVariant LedgerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    switch (section) {
    case Taken:
        return tr("Taken");
    case Reason:
        return tr("Reason");
    case TakenBy:
        return tr("Taken in");
    case Returned:
        return tr("Given back");
    default:
        return tr("Given back by");
    }
}

namespace texts {

QString reason(const trace::Reader& reader, trace::StringId reason)
{
    return reason == trace::kCreationReason ? Words::tr("creation")
                                            : foreign(reader.string(reason));
}

QString callAround(const TraceDocument& document, Seq seq)
{
    const CallIndex call = step::callOf(document, seq);
    return call != kNoCall ? texts::call(document.reader(), document.index()->calls[call])
                           : QString();
}

} // namespace texts

} // namespace rdrlab::gui
