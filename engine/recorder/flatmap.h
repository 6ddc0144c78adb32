// A small open-addressing map for the recorder's hot path: linear probing, deletion by shifting
// back (no tombstones), keys are non-zero 64-bit numbers. Its order never reaches a trace row: it
// is only ever looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rdrlab::recorder {

template <typename Value> class FlatMap
{
public:
    explicit FlatMap(std::size_t slots = 1024)
        : m_entries(slots)
        , m_mask(slots - 1)
    {
    }

    Value* find(std::uint64_t key)
    {
        for (std::size_t at = home(key);; at = (at + 1) & m_mask) {
            Entry& entry = m_entries[at];
            if (entry.key == key) {
                return &entry.value;
            }
            if (entry.key == 0) {
                return nullptr;
            }
        }
    }
    const Value* find(std::uint64_t key) const { return const_cast<FlatMap*>(this)->find(key); }

    /// The value of `key`, made when it is not there. Other pointers into the map may be invalid
    /// afterwards.
    Value& at(std::uint64_t key)
    {
        if (Value* found = find(key)) {
            return *found;
        }
        if ((m_count + 1) * 2 > m_entries.size()) {
            grow();
        }
        std::size_t at = home(key);
        while (m_entries[at].key != 0) {
            at = (at + 1) & m_mask;
        }
        m_entries[at] = { key, Value {} };
        ++m_count;
        return m_entries[at].value;
    }

    void erase(std::uint64_t key)
    {
        std::size_t at = home(key);
        while (m_entries[at].key != key) {
            if (m_entries[at].key == 0) {
                return;
            }
            at = (at + 1) & m_mask;
        }
        for (std::size_t from = (at + 1) & m_mask; m_entries[from].key != 0;
             from = (from + 1) & m_mask) {
            // An entry may fill the gap unless its home lies between the gap and itself.
            if (((from - home(m_entries[from].key)) & m_mask) >= ((from - at) & m_mask)) {
                m_entries[at] = m_entries[from];
                at = from;
            }
        }
        m_entries[at] = {};
        --m_count;
    }

    void clear()
    {
        m_entries.assign(m_entries.size(), {});
        m_count = 0;
    }

private:
    struct Entry
    {
        std::uint64_t key = 0;
        Value value {};
    };

    std::size_t home(std::uint64_t key) const
    {
        return std::size_t((key * 0x9E3779B97F4A7C15u) >> 20) & m_mask;
    }

    void grow()
    {
        std::vector<Entry> old(m_entries.size() * 2);
        old.swap(m_entries);
        m_mask = m_entries.size() - 1;
        for (const Entry& entry : old) {
            if (entry.key != 0) {
                std::size_t at = home(entry.key);
                while (m_entries[at].key != 0) {
                    at = (at + 1) & m_mask;
                }
                m_entries[at] = entry;
            }
        }
    }

    std::vector<Entry> m_entries;
    std::size_t m_mask;
    std::size_t m_count = 0;
};

} // namespace rdrlab::recorder
