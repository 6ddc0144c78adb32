#include "gui/models/comparerows.h"

#include "gui/models/comparetexts.h"
#include "gui/models/texts.h"

#include <QBrush>
#include <algorithm>
#include <climits>

namespace rdrlab::gui {

namespace {
constexpr std::size_t kContext = 3; // rows around a difference

// The column of side A that says the same.
int columnOfA(int column)
{
    return column > CompareRows::Sign ? column - CompareRows::NumberB : column;
}

} // namespace

CompareRows::CompareRows(Comparison& comparison, QObject* parent)
    : QAbstractTableModel(parent)
    , m_comparison(comparison)
{
    connect(&comparison, &Comparison::stateChanged, this, &CompareRows::refresh);
    refresh();
}

void CompareRows::show(Shown shown)
{
    if (shown != m_shown) {
        m_shown = shown;
        refresh();
    }
}

void CompareRows::refresh()
{
    beginResetModel();
    m_rows.clear();
    m_count = 0;
    if (m_comparison.isReady()) {
        const std::size_t all = m_comparison.diff().rowCount();
        if (m_shown == Shown::WithoutLeftOut) {
            for (std::uint32_t row = 0; row < all; ++row) {
                if (m_comparison.mark(row) != RowMark::LeftOut) {
                    m_rows.push_back(row);
                }
            }
        } else if (m_shown == Shown::Differences) {
            std::size_t next = 0; // the first row not taken yet
            for (const Comparison::Place& place : m_comparison.places()) {
                std::size_t from = place.first;
                for (std::size_t found = 0; from > next && found < kContext;) {
                    --from;
                    found += m_comparison.mark(from) != RowMark::LeftOut;
                }
                std::size_t found = 0;
                for (std::size_t row = std::max(from, next);
                     row < all && (row <= place.last || found < kContext); ++row) {
                    const bool isShown = m_comparison.mark(row) != RowMark::LeftOut;
                    found += row > place.last && isShown;
                    if (isShown) {
                        m_rows.push_back(std::uint32_t(row));
                    }
                    next = row + 1;
                }
            }
        }
        m_count = int(
            std::min<std::size_t>(m_shown == Shown::Everything ? all : m_rows.size(), INT_MAX));
    }
    endResetModel();
}

std::size_t CompareRows::axisRow(int row) const
{
    return m_shown == Shown::Everything ? std::size_t(row) : m_rows[std::size_t(row)];
}

int CompareRows::tableRow(std::size_t axisRow) const
{
    if (m_shown == Shown::Everything) {
        return int(std::min(axisRow, std::size_t(m_count)))
            - (axisRow < std::size_t(m_count) ? 0 : 1);
    }
    return int(std::upper_bound(m_rows.begin(), m_rows.end(), axisRow) - m_rows.begin()) - 1;
}

int CompareRows::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_count;
}

int CompareRows::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QString CompareRows::text(DiffSide side, Seq seq, int column) const
{
    const trace::Reader& reader = m_comparison.reader(side);
    const trace::Event event = m_comparison.events(side).event(seq);
    switch (columnOfA(column)) {
    case NumberA:
        return QString::number(seq);
    case TimeA:
        return texts::moment(event.timeNs);
    case ThreadA:
        return texts::thread(reader, event.process, event.thread);
    case EventA:
        return texts::layer(event.layer) + QLatin1Char(' ') + texts::kind(event.kind)
            + QLatin1Char(' ') + texts::routine(reader, event.routine);
    case ObjectA:
        return texts::object(reader, event.object);
    default: {
        const QString detail = texts::detail(reader, event);
        if (!event.hasStatus) {
            return detail;
        }
        const QString glyph = severityGlyph(severityOf(event.status));
        return (glyph.isEmpty() ? glyph : glyph + QLatin1Char(' ')) + texts::status(event.status)
            + (detail.isEmpty() ? detail : QStringLiteral("  ") + detail);
    }
    }
}

QString CompareRows::toolTip(std::size_t row, int column) const
{
    const RowMark mark = m_comparison.mark(row);
    const trace::DiffRow own = m_comparison.diff().rows()[row];
    const DiffSide side = sideOf(column);
    const Seq seq = side == DiffSide::A ? own.a : own.b;
    if (column != Sign && seq != 0) {
        return text(side, seq, column);
    }
    const std::uint32_t difference = m_comparison.differenceAt(row);
    QString line = comparetexts::word(mark);
    const trace::DiffRow pair = m_comparison.pairAt(row);
    if (pair.a != own.a || pair.b != own.b) {
        line += QLatin1Char('\n') + tr("#%1 in A, #%2 in B").arg(pair.a).arg(pair.b);
    }
    if (difference != kNoDifference) {
        const QString details
            = comparetexts::details(m_comparison, m_comparison.diff().differences()[difference]);
        line += details.isEmpty() ? details : QLatin1Char('\n') + details;
    }
    return line;
}

QVariant CompareRows::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_comparison.isReady()) {
        return {};
    }
    const std::size_t row = axisRow(index.row());
    const RowMark mark = m_comparison.mark(row);
    const int column = index.column();
    const DiffSide side = sideOf(column);
    const trace::DiffRow pair = m_comparison.diff().rows()[row];
    const Seq seq = column == Sign ? 0 : side == DiffSide::A ? pair.a : pair.b;
    const bool isGap = column != Sign && seq == 0;
    switch (role) {
    case Qt::DisplayRole:
        return column == Sign ? comparetexts::sign(mark)
            : seq != 0        ? text(side, seq, column)
                              : QString();
    case Qt::ToolTipRole:
        return toolTip(row, column);
    case Qt::AccessibleTextRole:
        return column == Sign ? comparetexts::word(mark)
            : isGap           ? tr("nothing")
                              : text(side, seq, column);
    case Qt::TextAlignmentRole:
        return column == Sign            ? QVariant(Qt::AlignCenter)
            : columnOfA(column) <= TimeA ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                         : QVariant();
    case Qt::BackgroundRole:
        if (isGap) {
            return QBrush(theme().line, Qt::BDiagPattern);
        }
        return differs(mark)
            ? QVariant(mixed(comparetexts::colour(mark), theme().base, column == Sign ? 0.4 : 0.16))
            : QVariant();
    case Qt::ForegroundRole:
        return mark == RowMark::LeftOut ? QVariant(theme().dim) : QVariant();
    case MarkRole:
        return int(mark);
    case GapRole:
        return isGap;
    case SeqRole:
        return QVariant::fromValue<qulonglong>(seq);
    default:
        return {};
    }
}

QVariant CompareRows::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal
        || (role != Qt::DisplayRole && role != Qt::AccessibleTextRole && role != Qt::ToolTipRole)) {
        return {};
    }
    if (section == Sign) {
        return role == Qt::DisplayRole
            ? QString()
            : tr("~ changed, − only in A, + only in B, ↕ at another point");
    }
    const QString letter = comparetexts::letter(sideOf(section));
    switch (columnOfA(section)) {
    case NumberA:
        return tr("%1 #").arg(letter);
    case TimeA:
        return tr("%1 time").arg(letter);
    case ThreadA:
        return tr("%1 thread").arg(letter);
    case EventA:
        return tr("%1 event").arg(letter);
    case ObjectA:
        return tr("%1 object").arg(letter);
    default:
        return tr("%1 result").arg(letter);
    }
}

} // namespace rdrlab::gui
