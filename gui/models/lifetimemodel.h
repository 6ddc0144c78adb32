// The lives of all objects as a table: who lived from when to when, in an order and a selection
// that the person chose.
//
// A trace may have a million objects. What they are and which of them leaked is read once, beside
// the window; putting them in order is done there, too. The table only looks up what it shows.
#pragma once

#include "gui/models/document.h"
#include "traces/query/why.h"

#include <QAbstractTableModel>
#include <bitset>

namespace rdrlab::gui {

/// What is kept of every life beside the index; positions are those of TraceIndex::lifetimes.
struct LifeTable
{
    static constexpr std::uint32_t kNobody = UINT32_MAX;

    std::shared_ptr<const TraceIndex> index;
    std::vector<trace::ObjectKind> kinds;
    std::vector<std::uint32_t> owners; // positions; kNobody: hangs from none that is known
    std::vector<trace::Leak> leaks; // by object; empty while the recording goes on
    bool areLeaksKnown = false; // else nobody has looked for them yet
    std::size_t count(trace::ObjectKind kind) const;
    /// The first leak of an object, null when it has none.
    const trace::Leak* leakOf(trace::ObjectId object) const;
};

using KindSet = std::bitset<std::size_t(trace::ObjectKind::Maximum) + 1>;

enum class LifeOrder
{
    Kind, // by kind, then birth
    Family, // owners above what hangs from them
    Birth,
    Length // the longest first
};

enum class LifeChoice
{
    All,
    AliveAtEnd,
    Leaked // a reference on it was never given back
};

struct LifeWish
{
    LifeOrder order = LifeOrder::Kind;
    LifeChoice choice = LifeChoice::All;
    KindSet hidden; // kinds that are not shown
    QString words; // in the name, case ignored; empty: any

    friend bool operator==(const LifeWish&, const LifeWish&) = default;
};

/// The rows of the table.
struct LifeRows
{
    std::vector<std::uint32_t> rows; // positions in lifetimes
    std::vector<std::uint8_t> depths; // of each row, in order Family; else empty
    std::vector<std::int32_t> rowOf; // of each lifetime; -1: not shown
};

/// Reads the table, but for the leaks.
std::shared_ptr<const LifeTable>
readLives(const trace::Reader& reader, std::shared_ptr<const TraceIndex> index);

/// The table with the leaks, which take longer to find than all the rest; null when cancelled.
std::shared_ptr<const LifeTable>
findLeaks(const LifeTable& table, const trace::Reader& reader, const trace::Progress& progress);

/// Puts the lives in order; null when cancelled. Asks the reader for names only when the wish has
/// words.
std::shared_ptr<const LifeRows> arrangeLives(
    const LifeTable& table,
    const trace::Reader& reader,
    const LifeWish& wish,
    const std::function<bool()>& isCancelled);

class LifetimeModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Name,
        Kind,
        Born,
        Died,
        Lasted,
        Life, // drawn, not written
        Columns
    };
    enum Role
    {
        ObjectRole = Qt::UserRole,
        BirthRole,
        DeathRole, // 0: alive at the end
        LeakRole // bool
    };

    explicit LifetimeModel(QObject* parent = nullptr);
    /// Borrows the document until the next call; nulls: no rows.
    void show(
        const TraceDocument* document,
        std::shared_ptr<const LifeTable> table,
        std::shared_ptr<const LifeRows> rows);
    /// The same lives, of which more is known.
    void learn(std::shared_ptr<const LifeTable> table);

    const Lifetime* lifeOf(int row) const; // null outside
    trace::ObjectKind kindOf(int row) const;
    int rowOf(trace::ObjectId object) const; // -1: not shown

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(int row, const Lifetime& life, int column) const;
    QString leakText(trace::ObjectId object) const;

    const TraceDocument* m_document = nullptr;
    std::shared_ptr<const LifeTable> m_table;
    std::shared_ptr<const LifeRows> m_rows;
};

} // namespace rdrlab::gui
