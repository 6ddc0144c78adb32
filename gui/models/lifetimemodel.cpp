#include "gui/models/lifetimemodel.h"

#include "gui/models/explain.h"
#include "gui/models/historymodel.h"
#include "gui/models/objectkinds.h"
#include "gui/models/texts.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <numeric>

namespace rdrlab::gui {

namespace {

constexpr std::size_t kLooksBetweenAsking = 4096;
constexpr std::uint8_t kDeepest = 60; // more indentation than a screen has

// The order of kinds in the file is that of their invention; this is the network programmer's, from
// the server down to the request.
int kindRank(trace::ObjectKind kind)
{
    const auto order = objectKindOrder();
    return int(std::find(order.begin(), order.end(), kind) - order.begin());
}

std::uint64_t lengthOf(const Lifetime& life)
{
    return life.deathNs - life.birthNs;
}

// Owners above what hangs from them; both by birth.
void orderByFamily(const LifeTable& table, const std::vector<bool>& isShown, LifeRows& into)
{
    const std::size_t count = table.kinds.size();
    // Children by counting sort: slot 0 belongs to those without an owner.
    std::vector<std::uint32_t> offsets(count + 2, 0);
    const auto slot = [&](std::uint32_t life) {
        return table.owners[life] == LifeTable::kNobody ? 0U : table.owners[life] + 1U;
    };
    for (std::uint32_t life = 0; life < count; ++life) {
        ++offsets[slot(life) + 1];
    }
    std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
    std::vector<std::uint32_t> children(count);
    std::vector<std::uint32_t> filled = offsets;
    for (std::uint32_t life = 0; life < count; ++life) {
        children[filled[slot(life)]++] = life; // ids grow with birth
    }
    std::vector<std::pair<std::uint32_t, std::uint8_t>> todo;
    const auto push = [&](std::uint32_t of, std::uint8_t depth) {
        for (std::uint32_t at = offsets[of + 1]; at-- > offsets[of];) {
            todo.emplace_back(children[at], depth);
        }
    };
    push(0, 0);
    while (!todo.empty()) {
        const auto [life, depth] = todo.back();
        todo.pop_back();
        std::uint8_t below = depth;
        if (isShown[life]) {
            into.rows.push_back(life);
            into.depths.push_back(depth);
            below = std::min<std::uint8_t>(kDeepest, std::uint8_t(depth + 1));
        }
        push(life + 1, below);
    }
}

} // namespace

std::size_t LifeTable::count(trace::ObjectKind kind) const
{
    return std::size_t(std::count(kinds.begin(), kinds.end(), kind));
}

const trace::Leak* LifeTable::leakOf(trace::ObjectId object) const
{
    const auto found = std::lower_bound(
        leaks.begin(), leaks.end(), object,
        [](const trace::Leak& leak, trace::ObjectId wanted) { return leak.object < wanted; });
    return found != leaks.end() && found->object == object ? &*found : nullptr;
}

std::shared_ptr<const LifeTable>
readLives(const trace::Reader& reader, std::shared_ptr<const TraceIndex> index)
{
    auto table = std::make_shared<LifeTable>();
    const std::vector<Lifetime>& lives = index->lifetimes;
    table->kinds.assign(lives.size(), trace::ObjectKind::None);
    table->owners.assign(lives.size(), LifeTable::kNobody);
    // Both are in order of id.
    auto life = lives.begin();
    for (const trace::Object& object : reader.objects()) {
        while (life != lives.end() && life->object < object.id) {
            ++life;
        }
        if (life == lives.end() || life->object != object.id) {
            continue;
        }
        const auto at = std::size_t(life - lives.begin());
        table->kinds[at]
            = object.kind < trace::ObjectKind::Maximum ? object.kind : trace::ObjectKind::Maximum;
        // Only an older one, so that a damaged file makes no circle.
        const Lifetime* owner
            = object.owner < object.id ? index->lifetimeOf(object.owner) : nullptr;
        if (owner != nullptr) {
            table->owners[at] = std::uint32_t(owner - lives.data());
        }
    }
    table->index = std::move(index);
    return table;
}

std::shared_ptr<const LifeTable>
findLeaks(const LifeTable& table, const trace::Reader& reader, const trace::Progress& progress)
{
    auto known = std::make_shared<LifeTable>(table);
    known->areLeaksKnown = true;
    if (!reader.isComplete()) {
        return known;
    }
    bool isLeft = false;
    const Seq from = std::strtoull(reader.meta("setup_events", "0").c_str(), nullptr, 10) + 1;
    trace::Retention retention(reader, reader.lastSeq());
    known->leaks = retention
                       .leaks(
                           from,
                           [&](std::uint64_t done, std::uint64_t total) {
                               isLeft = progress && !progress(done, total);
                               return !isLeft;
                           })
                       .leaks;
    if (isLeft) {
        return nullptr;
    }
    std::stable_sort(
        known->leaks.begin(), known->leaks.end(),
        [](const trace::Leak& a, const trace::Leak& b) { return a.object < b.object; });
    return known;
}

std::shared_ptr<const LifeRows> arrangeLives(
    const LifeTable& table,
    const trace::Reader& reader,
    const LifeWish& wish,
    const std::function<bool()>& isCancelled)
{
    auto arranged = std::make_shared<LifeRows>();
    const std::vector<Lifetime>& lives = table.index->lifetimes;
    const std::size_t count = lives.size();
    std::vector<bool> isShown(count, false);
    for (std::size_t i = 0; i < count; ++i) {
        if (i % kLooksBetweenAsking == 0 && isCancelled && isCancelled()) {
            return nullptr;
        }
        const Lifetime& life = lives[i];
        const bool isChosen = wish.choice == LifeChoice::All
            || (wish.choice == LifeChoice::AliveAtEnd && life.death == 0)
            || (wish.choice == LifeChoice::Leaked && table.leakOf(life.object) != nullptr);
        isShown[i] = isChosen && !wish.hidden[std::size_t(table.kinds[i])]
            && (wish.words.isEmpty()
                || texts::object(reader, life.object).contains(wish.words, Qt::CaseInsensitive));
    }
    if (wish.order == LifeOrder::Family) {
        orderByFamily(table, isShown, *arranged);
    } else {
        for (std::uint32_t i = 0; i < count; ++i) {
            if (isShown[i]) {
                arranged->rows.push_back(i);
            }
        }
        // Ids grow with birth, so what is equal stays in order of birth.
        std::vector<std::uint32_t>& rows = arranged->rows;
        if (wish.order == LifeOrder::Kind) {
            std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
                return kindRank(table.kinds[a]) < kindRank(table.kinds[b]);
            });
        } else if (wish.order == LifeOrder::Length) {
            std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
                return lengthOf(lives[a]) > lengthOf(lives[b]);
            });
        } else {
            std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
                return lives[a].birth < lives[b].birth;
            });
        }
    }
    arranged->rowOf.assign(count, -1);
    for (std::size_t row = 0; row < arranged->rows.size(); ++row) {
        arranged->rowOf[arranged->rows[row]] = std::int32_t(row);
    }
    return isCancelled && isCancelled() ? nullptr : arranged;
}

LifetimeModel::LifetimeModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void LifetimeModel::show(
    const TraceDocument* document,
    std::shared_ptr<const LifeTable> table,
    std::shared_ptr<const LifeRows> rows)
{
    beginResetModel();
    const bool isGood = document != nullptr && table != nullptr && rows != nullptr;
    m_document = isGood ? document : nullptr;
    m_table = isGood ? std::move(table) : nullptr;
    m_rows = isGood ? std::move(rows) : nullptr;
    endResetModel();
}

void LifetimeModel::learn(std::shared_ptr<const LifeTable> table)
{
    m_table = m_table != nullptr ? std::move(table) : nullptr;
    if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, Columns - 1));
    }
}

const Lifetime* LifetimeModel::lifeOf(int row) const
{
    return m_rows != nullptr && row >= 0 && std::size_t(row) < m_rows->rows.size()
        ? &m_table->index->lifetimes[m_rows->rows[std::size_t(row)]]
        : nullptr;
}

trace::ObjectKind LifetimeModel::kindOf(int row) const
{
    return lifeOf(row) != nullptr ? m_table->kinds[m_rows->rows[std::size_t(row)]]
                                  : trace::ObjectKind::None;
}

int LifetimeModel::rowOf(trace::ObjectId object) const
{
    const Lifetime* life = m_table != nullptr ? m_table->index->lifetimeOf(object) : nullptr;
    return life != nullptr ? m_rows->rowOf[std::size_t(life - m_table->index->lifetimes.data())]
                           : -1;
}

int LifetimeModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || m_rows == nullptr
        ? 0
        : int(std::min<std::size_t>(m_rows->rows.size(), INT_MAX));
}

int LifetimeModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QString LifetimeModel::leakText(trace::ObjectId object) const
{
    const trace::Leak* leak = m_table->leakOf(object);
    if (leak == nullptr) {
        return {};
    }
    return tr("✖ Never given back: %n reference(s) taken at #%1 (%2) in %3", "", leak->count)
        .arg(
            QString::number(leak->taken.seq),
            texts::reason(m_document->reader(), leak->taken.reason),
            texts::callAround(*m_document, leak->taken.seq));
}

QString LifetimeModel::text(int row, const Lifetime& life, int column) const
{
    switch (column) {
    case Name: {
        const int depth = m_rows->depths.empty() ? 0 : int(m_rows->depths[std::size_t(row)]);
        const QString sign
            = m_table->leakOf(life.object) != nullptr ? QStringLiteral("✖ ") : QString();
        return QString(depth * 2, QChar(0x00A0)) + sign
            + texts::shortObject(m_document->reader(), life.object);
    }
    case Kind:
        return texts::objectKind(kindOf(row));
    case Born:
        return QString::number(life.birth);
    case Died:
        return life.death != 0 ? QString::number(life.death) : tr("–");
    case Lasted:
        return life.death != 0 ? texts::duration(lengthOf(life))
                               : tr("> %1").arg(texts::duration(lengthOf(life)));
    default:
        return {};
    }
}

QVariant LifetimeModel::data(const QModelIndex& index, int role) const
{
    const Lifetime* life = index.isValid() ? lifeOf(index.row()) : nullptr;
    if (life == nullptr || !m_document->isReady()) {
        return {};
    }
    switch (role) {
    case ObjectRole:
        return life->object;
    case BirthRole:
        return QVariant::fromValue<qulonglong>(life->birth);
    case DeathRole:
        return QVariant::fromValue<qulonglong>(life->death);
    case LeakRole:
        return m_table->leakOf(life->object) != nullptr;
    case Qt::TextAlignmentRole:
        return index.column() >= Born ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case Qt::ForegroundRole:
        return m_table->leakOf(life->object) != nullptr ? QVariant(theme().failed) : QVariant();
    case Qt::DisplayRole:
        return text(index.row(), *life, index.column());
    case Qt::AccessibleTextRole:
        return index.column() == Life
            ? (life->death != 0 ? tr("born #%1, died #%2").arg(life->birth).arg(life->death)
                                : tr("born #%1, alive at the end").arg(life->birth))
            : text(index.row(), *life, index.column());
    case Qt::ToolTipRole: {
        const QString name = texts::object(m_document->reader(), life->object);
        QString above = name + QLatin1Char('\n')
            + (life->death != 0 ? tr("born #%1, died #%2").arg(life->birth).arg(life->death)
                                : tr("born #%1, alive at the end").arg(life->birth));
        const QString leak = leakText(life->object);
        above += leak.isEmpty() ? QString() : QLatin1Char('\n') + leak;
        return explainTip(texts::objectKind(kindOf(index.row())), above);
    }
    default:
        return {};
    }
}

QVariant LifetimeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole)) {
        return {};
    }
    const bool isTip = role == Qt::ToolTipRole;
    switch (section) {
    case Name:
        return isTip ? tr("Click: owners above what hangs from them") : tr("Object");
    case Kind:
        return isTip ? tr("Click: by kind") : tr("Kind");
    case Born:
        return isTip ? tr("Click: in order of birth") : tr("Born #");
    case Died:
        return isTip ? tr("The event at which it was freed; –: alive at the end") : tr("Died #");
    case Lasted:
        return isTip ? tr("Click: the longest life first") : tr("Lasted");
    default:
        return isTip ? tr("Ctrl+wheel zooms, Shift+wheel or dragging moves; double-click a bar "
                          "goes to its birth or death")
                     : tr("Life");
    }
}

} // namespace rdrlab::gui
