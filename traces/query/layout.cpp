#include "traces/query/layout.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <queue>

namespace rdrlab::trace {

namespace {

constexpr Seq kForever = UINT64_MAX;

Seq endOf(const LayoutItem& item)
{
    return item.death == 0 ? kForever : std::max(item.death, item.birth);
}

// A file may claim any number of rows; a canvas has at most so many.
constexpr std::uint32_t kMostRows = 1u << 30;

std::uint32_t sum(std::uint32_t a, std::uint32_t b)
{
    return std::uint32_t(std::min<std::uint64_t>(std::uint64_t(a) + b, kMostRows));
}

} // namespace

StableLayout::StableLayout(std::vector<LayoutItem> items)
    : m_items(std::move(items))
{
    std::stable_sort(m_items.begin(), m_items.end(), [](const LayoutItem& a, const LayoutItem& b) {
        return a.object < b.object;
    });
    m_items.erase(
        std::unique(
            m_items.begin(), m_items.end(),
            [](const LayoutItem& a, const LayoutItem& b) { return a.object == b.object; }),
        m_items.end());
    m_sorted = m_items.size();
    for (LayoutItem& item : m_items) {
        item.height = std::clamp<std::uint32_t>(item.height, 1, kMostRows);
    }
    placeAll();
}

std::size_t StableLayout::indexOf(ObjectId object) const
{
    // Ids count from 1 without a gap, unless the file is a foreign one.
    if (object != 0 && object <= m_sorted && m_items[object - 1].object == object) {
        return object - 1;
    }
    const auto end = m_items.begin() + std::ptrdiff_t(m_sorted);
    const auto found = std::lower_bound(
        m_items.begin(), end, object,
        [](const LayoutItem& item, ObjectId wanted) { return item.object < wanted; });
    if (found != end && found->object == object) {
        return std::size_t(found - m_items.begin());
    }
    const auto late = m_late.find(object);
    return late != m_late.end() ? late->second : kNothing;
}

std::size_t StableLayout::homeOf(const LayoutItem& item) const
{
    const std::size_t home = item.home != 0 ? indexOf(item.home) : kNothing;
    return home != kNothing && m_items[home].column < item.column ? home : kNothing;
}

void StableLayout::placeAll()
{
    const std::size_t count = m_items.size();
    struct Family // what an item and all at home in it need
    {
        Seq begin;
        Seq end;
        std::uint32_t extent; // the larger of its own height and the children's rows
        std::uint32_t slot; // in its group at its home
    };
    std::vector<Family> families(count);
    std::vector<std::uint32_t> homes(count); // the root's number is `count`
    std::vector<std::uint32_t> order(count);
    for (std::size_t i = 0; i < count; ++i) {
        const LayoutItem& item = m_items[i];
        families[i] = { item.birth, endOf(item), item.height, 0 };
        const std::size_t home = homeOf(item);
        homes[i] = home == kNothing ? std::uint32_t(count) : std::uint32_t(home);
        m_columns = std::max<std::uint32_t>(m_columns, item.column + 1u);
    }
    // A home stands left of what is at home there, so lifetimes add up from right to left.
    std::array<std::uint32_t, 257> starts {};
    for (const LayoutItem& item : m_items) {
        ++starts[256u - item.column];
    }
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    for (std::size_t i = 0; i < count; ++i) {
        order[starts[255u - m_items[i].column]++] = std::uint32_t(i);
    }
    for (const std::uint32_t i : order) {
        if (homes[i] != count) {
            Family& home = families[homes[i]];
            home.begin = std::min(home.begin, families[i].begin);
            home.end = std::max(home.end, families[i].end);
        }
    }

    // All at home in one place, by group and first appearance.
    std::vector<std::uint32_t> first(count + 2, 0);
    for (std::size_t i = 0; i < count; ++i) {
        ++first[homes[i] + 1];
    }
    for (std::size_t i = 0; i <= count; ++i) {
        first[i + 1] += first[i];
    }
    std::vector<std::uint32_t> children(count);
    std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
    for (std::size_t i = 0; i < count; ++i) {
        children[next[homes[i]]++] = std::uint32_t(i);
    }

    std::vector<std::uint32_t> heights; // of the slots of the home at hand
    using Busy = std::pair<Seq, std::uint32_t>; // until when, slot
    std::priority_queue<Busy, std::vector<Busy>, std::greater<>> busy;
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> idle;
    // Slots are numbered through the groups; a group never uses another's. Returns the rows that
    // they need together.
    const auto colour = [&](std::size_t home) {
        const auto begin = children.begin() + first[home];
        const auto end = children.begin() + first[home + 1];
        const auto isBefore = [&](std::uint32_t a, std::uint32_t b) {
            if (m_items[a].group != m_items[b].group) {
                return m_items[a].group < m_items[b].group;
            }
            return families[a].begin != families[b].begin ? families[a].begin < families[b].begin
                                                          : a < b;
        };
        if (!std::is_sorted(begin, end, isBefore)) {
            std::sort(begin, end, isBefore);
        }
        heights.clear();
        for (auto at = begin; at != end; ++at) {
            const std::uint32_t child = *at;
            if (at == begin || m_items[at[-1]].group != m_items[child].group) {
                busy = {};
                idle = {};
            }
            for (; !busy.empty() && busy.top().first <= families[child].begin; busy.pop()) {
                idle.push(busy.top().second);
            }
            auto slot = std::uint32_t(heights.size());
            if (!idle.empty()) {
                slot = idle.top();
                idle.pop();
            } else {
                heights.push_back(0);
            }
            busy.emplace(families[child].end, slot);
            families[child].slot = slot;
            heights[slot] = std::max(heights[slot], families[child].extent);
        }
        std::uint32_t rows = 0;
        for (std::uint32_t& height : heights) {
            const std::uint32_t own = height;
            height = rows; // from now on: the slot's first row
            rows = sum(rows, own);
        }
        return rows;
    };
    // Extents from right to left; each child's row relative to its home is kept in its place.
    m_places.resize(count);
    const auto settle = [&](std::size_t home) {
        const std::uint32_t rows = colour(home);
        for (std::uint32_t at = first[home]; at != first[home + 1]; ++at) {
            m_places[children[at]].row = heights[families[children[at]].slot];
        }
        return rows;
    };
    for (const std::uint32_t i : order) {
        families[i].extent = std::max(families[i].extent, settle(i));
    }
    m_rows = settle(count);
    for (auto i = order.rbegin(); i != order.rend(); ++i) {
        Place& place = m_places[*i];
        place.column = m_items[*i].column;
        place.height = m_items[*i].height;
        place.extent = families[*i].extent;
        place.row = sum(place.row, homes[*i] != count ? m_places[homes[*i]].row : 0);
    }
}

Place StableLayout::of(ObjectId object) const
{
    const std::size_t index = indexOf(object);
    return index != kNothing ? m_places[index] : Place();
}

// Whether neither an item nor anything added at home in it lives at `at` or later.
bool StableLayout::isOver(std::size_t index, Seq at) const
{
    if (endOf(m_items[index]) > at) {
        return false;
    }
    const auto additions = m_additions.find(index);
    return additions == m_additions.end()
        || std::all_of(
               additions->second.slots.begin(), additions->second.slots.end(),
               [&](const Slot& slot) { return isOver(slot.occupant, at); });
}

// Rows for a new slot: free ones beside the home, or new ones at the bottom. When the home's own
// rows are the last of the drawing they grow, and those of the homes around it.
std::uint32_t StableLayout::takeRows(std::size_t home, std::uint32_t count)
{
    if (home != kNothing) {
        Additions& additions = m_additions[home];
        const Place& place = m_places[home];
        const std::uint32_t row = sum(place.row, additions.used);
        const std::uint32_t bottom = sum(row, count);
        bool fits = additions.used + count <= place.extent;
        if (!fits && place.row + place.extent == m_rows) {
            for (std::size_t around = home; around != kNothing; around = homeOf(m_items[around])) {
                Place& outer = m_places[around];
                if (outer.row + outer.extent == m_rows && bottom > outer.row) {
                    outer.extent = std::max(outer.extent, bottom - outer.row);
                    m_additions[around].used
                        = around == home ? additions.used : outer.extent; // what is inside is taken
                }
            }
            m_rows = std::max(m_rows, bottom);
            fits = true;
        }
        if (fits) {
            additions.used += count;
            return row;
        }
    }
    const std::uint32_t row = m_rows;
    m_rows = sum(m_rows, count);
    return row;
}

void StableLayout::add(const LayoutItem& added)
{
    const std::size_t known = indexOf(added.object);
    if (known != kNothing) {
        m_items[known].death = added.death;
        return;
    }
    LayoutItem item = added;
    item.height = std::clamp<std::uint32_t>(item.height, 1, kMostRows);
    std::size_t home = homeOf(item);
    // A place beside an object that is gone may belong to another by now.
    home = home != kNothing && endOf(m_items[home]) > item.birth ? home : kNothing;
    item.home = home != kNothing ? item.home : 0;

    const std::size_t index = m_items.size();
    Slot* slot = nullptr;
    for (Slot& candidate : m_additions[home].slots) {
        if (candidate.group == item.group && candidate.extent >= item.height
            && isOver(candidate.occupant, item.birth)) {
            slot = &candidate;
            break;
        }
    }
    Place place { item.column, 0, item.height, item.height };
    if (slot != nullptr) {
        slot->occupant = index;
        place.row = slot->row;
        place.extent = slot->extent;
    } else {
        place.row = takeRows(home, item.height);
        m_additions[home].slots.push_back({ place.row, place.extent, item.group, index });
    }
    if (m_sorted == index && (index == 0 || m_items.back().object < item.object)) {
        ++m_sorted;
    } else {
        m_late.emplace(item.object, index);
    }
    m_items.push_back(item);
    m_places.push_back(place);
    m_columns = std::max<std::uint32_t>(m_columns, item.column + 1u);
}

void StableLayout::extend(std::span<const LayoutItem> more)
{
    if (m_additions.empty()) {
        // What was placed with foresight keeps its rows to itself.
        for (std::size_t i = 0; i < m_items.size(); ++i) {
            m_additions[i].used = m_places[i].extent;
        }
        m_additions[kNothing];
    }
    for (const LayoutItem& item : more) {
        add(item);
    }
}

CompactRows::CompactRows(const StableLayout& layout)
    : m_layout(layout)
    , m_shown(layout.rows())
    , m_tree(layout.rows() + 1)
{
}

void CompactRows::count(std::uint32_t row, std::int32_t by)
{
    for (std::size_t at = row + 1u; at < m_tree.size(); at += at & (~at + 1)) {
        m_tree[at] += by;
    }
}

void CompactRows::show(ObjectId object)
{
    const Place place = m_layout.of(object);
    for (std::uint32_t row = place.row; row < place.row + place.height && row < m_shown.size();
         ++row) {
        if (m_shown[row]++ == 0) {
            count(row, 1);
        }
    }
}

void CompactRows::hide(ObjectId object)
{
    const Place place = m_layout.of(object);
    for (std::uint32_t row = place.row; row < place.row + place.height && row < m_shown.size();
         ++row) {
        if (m_shown[row] != 0 && --m_shown[row] == 0) {
            count(row, -1);
        }
    }
}

std::uint32_t CompactRows::rowOf(std::uint32_t row) const
{
    std::int32_t covered = 0;
    for (std::size_t at = std::min<std::size_t>(row, m_shown.size()); at != 0;
         at -= at & (~at + 1)) {
        covered += m_tree[at];
    }
    return std::uint32_t(covered);
}

std::uint32_t CompactRows::rows() const
{
    return rowOf(std::uint32_t(m_shown.size()));
}

} // namespace rdrlab::trace
