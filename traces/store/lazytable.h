// A table of rows by number, fetched some hundred at a time when first asked for, so that opening a
// file does not depend on how many it has. Private to traces/store.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rdrlab::trace {

template <typename Row> class LazyTable
{
public:
    using Rows = std::vector<std::pair<std::uint32_t, Row>>; // by number, ascending

    /// The row, which stays where it is as long as the table lives; nullptr when there is none.
    /// `load(first, last, into)` fetches the rows of a range that has not been asked for yet.
    template <typename Load> const Row* find(std::uint32_t id, Load load)
    {
        const std::uint32_t block = id / kBlock;
        if (m_last == nullptr || block != m_lastBlock) {
            const auto [at, isNew] = m_blocks.try_emplace(block);
            if (isNew) {
                const std::uint64_t first = std::uint64_t(block) * kBlock;
                load(first, first + kBlock - 1, at->second);
            }
            m_last = &at->second;
            m_lastBlock = block;
        }
        const auto found = std::lower_bound(
            m_last->begin(), m_last->end(), id,
            [](const auto& row, std::uint32_t wanted) { return row.first < wanted; });
        return found != m_last->end() && found->first == id ? &found->second : nullptr;
    }

private:
    static constexpr std::uint32_t kBlock = 256;
    std::unordered_map<std::uint32_t, Rows> m_blocks; // looked up only
    const Rows* m_last = nullptr;
    std::uint32_t m_lastBlock = 0;
};

} // namespace rdrlab::trace
