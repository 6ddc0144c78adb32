#include "gui/models/comparedurations.h"

#include "gui/models/comparetexts.h"
#include "gui/models/texts.h"

#include <QLocale>

namespace rdrlab::gui {

namespace {

// Where the eye should go: a tenth more or less is as good as the same.
constexpr double kSame = 0.1;

QString ratioText(double ratio)
{
    const QString sign = ratio > 1 + kSame ? QStringLiteral("▲ ")
        : ratio < 1 - kSame                ? QStringLiteral("▼ ")
                                           : QString();
    return sign + QLocale().toString(ratio, 'f', 2);
}

} // namespace

CompareDurations::CompareDurations(Comparison& comparison, QObject* parent)
    : QAbstractTableModel(parent)
    , m_comparison(comparison)
{
    connect(&comparison, &Comparison::stateChanged, this, [this] {
        beginResetModel();
        endResetModel();
    });
}

int CompareDurations::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_comparison.isReady() ? 0 : int(m_comparison.durations().size());
}

int CompareDurations::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QVariant CompareDurations::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_comparison.isReady()) {
        return {};
    }
    const trace::DurationRow& row = m_comparison.durations()[std::size_t(index.row())];
    const double ratio = row.a != 0 ? double(row.b) / double(row.a) : 0;
    if (role == Qt::TextAlignmentRole) {
        return index.column() >= Calls ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    }
    if (role == Qt::ForegroundRole && (index.column() == Ratio || index.column() == Median)) {
        const double shown = index.column() == Ratio ? ratio : row.medianRatio;
        return shown == 0       ? QVariant()
            : shown > 1 + kSame ? QVariant(comparetexts::colour(DiffSide::B))
            : shown < 1 - kSame ? QVariant(comparetexts::colour(DiffSide::A))
                                : QVariant();
    }
    const bool isSort = role == SortRole;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && !isSort) {
        return {};
    }
    const auto number = [&](std::uint64_t value) {
        return isSort ? QVariant(qulonglong(value))
                      : QVariant(QLocale().toString(qulonglong(value)));
    };
    const auto time = [&](std::uint64_t ns) {
        return isSort ? QVariant(qulonglong(ns)) : QVariant(texts::duration(ns));
    };
    const auto share = [&](double value) {
        return isSort ? QVariant(value) : QVariant(value == 0 ? QString() : ratioText(value));
    };
    switch (index.column()) {
    case LayerName:
        return isSort ? QVariant(int(row.layer)) : QVariant(texts::layer(row.layer));
    case Routine:
        return texts::foreign(row.routine);
    case Calls:
        return number(row.calls);
    case TotalA:
        return time(row.a);
    case TotalB:
        return time(row.b);
    case Ratio:
        return share(ratio);
    case Median:
        return share(row.medianRatio);
    case Longer:
        return number(row.longer);
    default:
        return number(row.shorter);
    }
}

QVariant CompareDurations::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    const bool isTip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !isTip) {
        return {};
    }
    switch (section) {
    case LayerName:
        return isTip ? QVariant() : tr("Layer");
    case Routine:
        return isTip ? QVariant() : tr("Routine");
    case Calls:
        return isTip ? tr("Calls that both traces made") : tr("Calls");
    case TotalA:
        return isTip ? tr("Time of all of them in A") : tr("A");
    case TotalB:
        return isTip ? tr("Time of all of them in B") : tr("B");
    case Ratio:
        return isTip ? tr("Time of all of them in B, divided by that in A") : tr("B / A");
    case Median:
        return isTip ? tr("B / A of the pair in the middle: one slow call does not move it")
                     : tr("Median");
    case Longer:
        return isTip ? tr("Calls that took longer in B") : tr("Longer");
    default:
        return isTip ? tr("Calls that took less time in B") : tr("Shorter");
    }
}

} // namespace rdrlab::gui
