#include "gui/models/comparecauses.h"

#include "gui/models/comparetexts.h"
#include "gui/models/texts.h"

#include <QFont>
#include <QLocale>
#include <algorithm>

namespace rdrlab::gui {

namespace {

// Internal ids: the cause's position in the lower half; in the upper half 0 for a cause's own line,
// 1 for a request below it, 2 + its group for a difference.
constexpr quintptr idOf(std::uint32_t cause, std::uint32_t upper)
{
    return quintptr(cause) | quintptr(upper) << 32;
}
static_assert(sizeof(quintptr) == 8);

QString seqText(Seq seq)
{
    return seq != 0 ? QStringLiteral("#%1").arg(seq) : QString();
}

} // namespace

CompareCauses::CompareCauses(Comparison& comparison, QObject* parent)
    : QAbstractItemModel(parent)
    , m_comparison(comparison)
{
    connect(&comparison, &Comparison::stateChanged, this, [this] {
        beginResetModel();
        endResetModel();
    });
}

CompareCauses::Line CompareCauses::lineOf(const QModelIndex& index) const
{
    const auto upper = std::uint32_t(index.internalId() >> 32);
    const auto lower = std::uint32_t(index.internalId());
    const auto row = std::uint32_t(index.row());
    return upper == 0 ? Line { Line::Cause, row, 0, 0 }
        : upper == 1  ? Line { Line::Group, lower, row, 0 }
                      : Line { Line::One, lower, upper - 2, row };
}

const trace::DiffCause& CompareCauses::causeOf(const Line& line) const
{
    return m_comparison.diff().causes()[m_comparison.causes()[line.cause]];
}

const Comparison::Group& CompareCauses::groupOf(const Line& line) const
{
    return m_comparison.groupsOf(m_comparison.causes()[line.cause])[line.group];
}

const trace::Difference& CompareCauses::differenceOf(const Line& line) const
{
    const auto& all = m_comparison.diff().differences();
    return line.kind == Line::Cause
        ? all[causeOf(line).first]
        : all[m_comparison.sortedDifferences()[groupOf(line).from + line.item]];
}

int CompareCauses::rowCount(const QModelIndex& parent) const
{
    if (!m_comparison.isReady() || parent.column() > 0) {
        return 0;
    }
    if (!parent.isValid()) {
        return int(m_comparison.causes().size());
    }
    const Line line = lineOf(parent);
    switch (line.kind) {
    case Line::Cause:
        return int(m_comparison.groupsOf(m_comparison.causes()[line.cause]).size());
    case Line::Group:
        return int(groupOf(line).to - groupOf(line).from);
    default:
        return 0;
    }
}

int CompareCauses::columnCount(const QModelIndex&) const
{
    return Columns;
}

QModelIndex CompareCauses::index(int row, int column, const QModelIndex& parent) const
{
    if (row < 0 || column < 0 || column >= Columns || row >= rowCount(parent)) {
        return {};
    }
    if (!parent.isValid()) {
        return createIndex(row, column, idOf(0, 0));
    }
    const Line line = lineOf(parent);
    return createIndex(
        row, column,
        line.kind == Line::Cause ? idOf(line.cause, 1) : idOf(line.cause, 2 + line.group));
}

QModelIndex CompareCauses::parent(const QModelIndex& index) const
{
    if (!index.isValid() || !m_comparison.isReady()) {
        return {};
    }
    const Line line = lineOf(index);
    switch (line.kind) {
    case Line::Group:
        return createIndex(int(line.cause), 0, idOf(0, 0));
    case Line::One:
        return createIndex(int(line.group), 0, idOf(line.cause, 1));
    default:
        return {};
    }
}

QModelIndex CompareCauses::indexOf(std::size_t axisRow) const
{
    const std::uint32_t wanted
        = m_comparison.isReady() ? m_comparison.differenceAt(axisRow) : kNoDifference;
    if (wanted == kNoDifference) {
        return {};
    }
    const trace::Difference& difference = m_comparison.diff().differences()[wanted];
    const auto& causes = m_comparison.causes();
    const auto cause = std::find(causes.begin(), causes.end(), difference.cause);
    const QModelIndex top = index(int(cause - causes.begin()), 0);
    if (m_comparison.diff().causes()[difference.cause].first == wanted) {
        return top;
    }
    const auto groups = m_comparison.groupsOf(difference.cause);
    const auto& sorted = m_comparison.sortedDifferences();
    for (std::uint32_t g = 0; g < groups.size(); ++g) {
        if (groups[g].request != difference.request) {
            continue;
        }
        const auto from = sorted.begin() + groups[g].from;
        const auto to = sorted.begin() + groups[g].to;
        const auto found = std::lower_bound(from, to, wanted);
        if (found != to && *found == wanted) {
            return index(int(found - from), 0, index(int(g), 0, top));
        }
    }
    return top;
}

RowMark CompareCauses::markOf(const Line& line) const
{
    if (line.kind == Line::Group) {
        const trace::DiffRequest& request = m_comparison.diff().requests()[groupOf(line).request];
        return comparetexts::markOf(request.op, request.order);
    }
    const trace::Difference& difference = differenceOf(line);
    return comparetexts::markOf(difference.op, difference.order);
}

QString CompareCauses::text(const Line& line, int column) const
{
    const trace::TraceDiff& diff = m_comparison.diff();
    if (line.kind == Line::Group) {
        const Comparison::Group& group = groupOf(line);
        const trace::DiffRequest& request = diff.requests()[group.request];
        switch (column) {
        case What:
            return (group.request == diff.differences()[causeOf(line).first].request
                        ? tr("also in it: ")
                        : QString())
                + comparetexts::request(m_comparison, request);
        case Count:
            return QLocale().toString(group.to - group.from);
        case Details:
            return comparetexts::word(comparetexts::markOf(request.op, request.order));
        case EventsA:
            return seqText(request.a);
        default:
            return seqText(request.b);
        }
    }
    const trace::Difference& difference = differenceOf(line);
    switch (column) {
    case What: {
        const DiffSide side = difference.a != 0 ? DiffSide::A : DiffSide::B;
        const trace::Event event
            = m_comparison.events(side).event(difference.a != 0 ? difference.a : difference.b);
        const trace::Reader& reader = m_comparison.reader(side);
        const QString object = texts::object(reader, event.object);
        const QString text = comparetexts::event(reader, event)
            + (object.isEmpty() ? object : QStringLiteral("  ") + object);
        const bool isBoot
            = line.kind == Line::Cause && line.cause >= m_comparison.causesOfScenario();
        return isBoot ? tr("while the machine starts: %1").arg(text) : text;
    }
    case Count:
        return line.kind == Line::Cause && causeOf(line).consequences != 0
            ? QLocale().toString(causeOf(line).consequences)
            : QString();
    case Details:
        return comparetexts::details(m_comparison, difference);
    case EventsA:
        return seqText(difference.a);
    default:
        return seqText(difference.b);
    }
}

QVariant CompareCauses::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_comparison.isReady()) {
        return {};
    }
    const Line line = lineOf(index);
    switch (role) {
    case Qt::DisplayRole: {
        const QString sign = comparetexts::sign(markOf(line));
        const QString said = text(line, index.column());
        return index.column() == What && !sign.isEmpty() ? sign + QLatin1Char(' ') + said : said;
    }
    case Qt::AccessibleTextRole:
        return index.column() == What
            ? comparetexts::word(markOf(line)) + QStringLiteral(": ") + text(line, What)
            : text(line, index.column());
    case Qt::ToolTipRole: {
        QString tip = comparetexts::word(markOf(line)) + QStringLiteral(": ") + text(line, What);
        if (line.kind == Line::Cause) {
            const trace::Difference& first = differenceOf(line);
            tip += QLatin1Char('\n')
                + tr("in %1").arg(comparetexts::request(
                    m_comparison, m_comparison.diff().requests()[first.request]));
            tip += QLatin1Char('\n')
                + tr("%n difference(s) follow from it", nullptr, int(causeOf(line).consequences));
        }
        const QString details = line.kind == Line::Group ? QString() : text(line, Details);
        return details.isEmpty() ? tip : tip + QLatin1Char('\n') + details;
    }
    case Qt::TextAlignmentRole:
        return index.column() == Count || index.column() >= EventsA
            ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : QVariant();
    case Qt::ForegroundRole:
        return index.column() == What ? QVariant(comparetexts::colour(markOf(line))) : QVariant();
    case Qt::FontRole:
        if (line.kind == Line::Cause && index.column() == What) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    case MarkRole:
        return int(markOf(line));
    case RowRole: {
        if (line.kind != Line::Group) {
            return QVariant::fromValue<qulonglong>(differenceOf(line).row);
        }
        // A request begins where it begins, which may be the same on both sides.
        const trace::DiffRequest& request = m_comparison.diff().requests()[groupOf(line).request];
        return QVariant::fromValue<qulonglong>(
            request.a != 0 ? m_comparison.diff().rowOf(DiffSide::A, request.a)
                           : m_comparison.diff().rowOf(DiffSide::B, request.b));
    }
    default:
        return {};
    }
}

QVariant CompareCauses::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::DisplayRole) {
        switch (section) {
        case What:
            return tr("First divergence, and what follows");
        case Count:
            return tr("Follow");
        case Details:
            return tr("A → B");
        case EventsA:
            return tr("A #");
        default:
            return tr("B #");
        }
    }
    if (role == Qt::ToolTipRole && section == Count) {
        return tr("How many further differences follow from it");
    }
    return {};
}

} // namespace rdrlab::gui
