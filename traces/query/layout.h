// Where each object stands in a drawing of the object graph, once for the whole trace.
//
// A drawing that is laid out anew at every event throws the reader's map away at every event. Here
// the layout knows the future: it sees every object's birth and death, gives each a place for life,
// and stepping through the trace only shows and hides what stands there. Nothing ever moves.
//
// The drawing is a table. Its columns are fixed by the kind of object (SRV_CALL, NET_ROOT,
// V_NET_ROOT, FCB, SRV_OPEN, FOBX, then the files, handles and requests), its rows are slots: the
// objects at home beside the same object share its rows, one below the other; two that never live
// at the same time may use one slot. The lifetime of a slot's occupant is that of all that is at
// home in it, so no child is ever without a place. (Diehl, Görg and Kerren call this foresighted
// layout; for a forest of owners it is interval colouring, O(n log n).)
//
// A row is the caller's unit: a node's height in the visualizer, a line of text in a picture.
#pragma once

#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace rdrlab::trace {

struct LayoutItem
{
    ObjectId object = 0;
    ObjectId home = 0; // beside which object it stands; 0: a root
    std::uint32_t height = 1; // rows it covers itself, at least 1
    std::uint8_t column = 0; // greater than its home's, or it becomes a root
    std::uint8_t group = 0; // of those at home in one place, lower groups stand above
    Seq birth = 0;
    Seq death = 0; // 0: alive at the end
};

struct Place
{
    std::uint32_t column = 0;
    std::uint32_t row = 0; // the topmost
    std::uint32_t height = 0; // rows of its own; 0: not in the layout
    std::uint32_t extent = 0; // rows that it and all that is at home in it may ever cover

    friend bool operator==(const Place&, const Place&) = default;
};

class StableLayout
{
public:
    StableLayout() = default;
    /// Places everything. Items may come in any order; of two with the same object the first
    /// counts, and a home that is missing or not to the left makes an item a root.
    explicit StableLayout(std::vector<LayoutItem> items);

    /// Adds what a growing trace brought, or tells the death of what is already placed. Nothing
    /// placed before moves: what finds no free slot at its home is put at the bottom. A layout made
    /// by additions alone is larger than one that knew the future.
    void extend(std::span<const LayoutItem> more);

    /// Where an object stands; height 0 for one that has no place.
    Place of(ObjectId object) const;
    /// All items: by object, then those added out of that order.
    const std::vector<LayoutItem>& items() const { return m_items; }
    std::uint32_t rows() const { return m_rows; }
    std::uint32_t columns() const { return m_columns; }

private:
    struct Slot
    {
        std::uint32_t row = 0;
        std::uint32_t extent = 0;
        std::uint8_t group = 0;
        std::size_t occupant = 0; // the last one
    };
    struct Additions // at one home
    {
        std::vector<Slot> slots;
        std::uint32_t used = 0; // rows of the home's extent that are given away
    };

    static constexpr std::size_t kNothing = SIZE_MAX;
    std::size_t indexOf(ObjectId object) const; // kNothing: unknown
    std::size_t homeOf(const LayoutItem& item) const;
    void placeAll();
    void add(const LayoutItem& item);
    bool isOver(std::size_t index, Seq at) const;
    std::uint32_t takeRows(std::size_t home, std::uint32_t count);

    std::vector<LayoutItem> m_items;
    std::vector<Place> m_places; // beside m_items
    std::size_t m_sorted = 0; // so many items from the front are in order of object
    std::map<ObjectId, std::size_t> m_late; // the others
    std::map<std::size_t, Additions> m_additions; // by home; kNothing: the roots
    std::uint32_t m_rows = 0;
    std::uint32_t m_columns = 0;
};

/// The rows of a layout without those on which nothing is shown: the order stays, so that showing
/// or hiding an object only shifts what is below it. All calls take O(log rows).
class CompactRows
{
public:
    explicit CompactRows(const StableLayout& layout);

    void show(ObjectId object);
    void hide(ObjectId object); // as often as it was shown
    /// The row that `row` of the layout has here.
    std::uint32_t rowOf(std::uint32_t row) const;
    std::uint32_t rows() const;

private:
    void count(std::uint32_t row, std::int32_t by);

    const StableLayout& m_layout;
    std::vector<std::uint32_t> m_shown; // per row, how many objects cover it
    std::vector<std::int32_t> m_tree; // Fenwick tree over the rows that are covered
};

/// The column of a kind of object; columns have names for a heading.
std::uint8_t layoutColumn(ObjectKind kind);

/// An item for every object of a trace, as in Reader::objects(), height 1: at home beside its
/// owner, except that a file object stands beside the FOBX it points to (or will point to), a
/// request beside its file object, and a server or a connection starts a row of its own. Reads the
/// changes and the ledger once; nothing when `progress` gave up.
std::vector<LayoutItem> layoutItems(const Reader& reader, const Progress& progress = {});

} // namespace rdrlab::trace
