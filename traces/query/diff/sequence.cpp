#include "traces/query/diff/sequence.h"

#include <algorithm>
#include <unordered_map>

namespace rdrlab::trace::diff {

namespace {

constexpr int kStrongWorth = 8; // more than two weak pairs: a shift by one is told as a shift
constexpr int kCloseWorth = 7;
constexpr int kWeakWorth = 3;
constexpr int kLooseWorth = 1;

// Cells of one optimal alignment; each takes a byte.
constexpr std::uint64_t kOptimalCells = 1 << 20;
// How many equal pairs around a difference are put up for disposal again.
constexpr std::uint32_t kMargin = 24;
constexpr std::size_t kLongestWindow = 512;
// Differences after which the search for the middle of a path takes the best place it has seen.
constexpr std::int64_t kMaximumCost = 1024;

struct Box
{
    std::uint32_t aLow, aHigh, bLow, bHigh;
    std::uint64_t cells() const { return std::uint64_t(aHigh - aLow) * (bHigh - bLow); }
    bool isEmpty() const { return aLow == aHigh || bLow == bHigh; }
};

class Aligner
{
public:
    Aligner(std::span<const Keys> a, std::span<const Keys> b)
        : m_a(a)
        , m_b(b)
    {
    }

    std::vector<Pair> run()
    {
        Box all { 0, std::uint32_t(m_a.size()), 0, std::uint32_t(m_b.size()) };
        trim(all);
        if (all.cells() <= kOptimalCells) {
            optimal(all);
        } else {
            anchored(all);
            std::sort(m_pairs.begin(), m_pairs.end(), [](const Pair& x, const Pair& y) {
                return x.a < y.a;
            });
            refine();
        }
        std::sort(
            m_pairs.begin(), m_pairs.end(), [](const Pair& x, const Pair& y) { return x.a < y.a; });
        return std::move(m_pairs);
    }

private:
    bool same(std::uint32_t i, std::uint32_t j) const
    {
        return m_a[i].strong == m_b[j].strong && m_a[i].strong != 0;
    }
    int worth(std::uint32_t i, std::uint32_t j) const
    {
        const Keys& x = m_a[i];
        const Keys& y = m_b[j];
        return x.strong == y.strong && x.strong != 0 ? kStrongWorth
            : x.close == y.close && x.close != 0     ? kCloseWorth
            : x.weak == y.weak && x.weak != 0        ? kWeakWorth
            : x.loose == y.loose && x.loose != 0     ? kLooseWorth
                                                     : 0;
    }

    // Takes off what is equal at both ends.
    void trim(Box& box)
    {
        while (!box.isEmpty() && same(box.aLow, box.bLow)) {
            m_pairs.push_back({ box.aLow++, box.bLow++ });
        }
        while (!box.isEmpty() && same(box.aHigh - 1, box.bHigh - 1)) {
            m_pairs.push_back({ --box.aHigh, --box.bHigh });
        }
    }

    // The alignment of greatest worth, by dynamic programming.
    void optimal(const Box& box)
    {
        if (box.isEmpty()) {
            return;
        }
        const std::uint32_t rows = box.aHigh - box.aLow;
        const std::uint32_t columns = box.bHigh - box.bLow;
        enum : std::uint8_t
        {
            Both,
            OnlyA,
            OnlyB
        };
        m_steps.resize(std::size_t(rows) * columns);
        m_row.assign(columns + 1, 0);
        for (std::uint32_t i = 0; i < rows; ++i) {
            int diagonal = 0; // the row above, one column to the left
            for (std::uint32_t j = 0; j < columns; ++j) {
                const int above = m_row[j + 1];
                const int left = m_row[j];
                const int pair = worth(box.aLow + i, box.bLow + j);
                int best = above;
                std::uint8_t step = OnlyA;
                if (left > best) {
                    best = left;
                    step = OnlyB;
                }
                // On equal worth the pair wins: later elements stay together.
                if (pair != 0 && diagonal + pair >= best) {
                    best = diagonal + pair;
                    step = Both;
                }
                m_steps[std::size_t(i) * columns + j] = step;
                diagonal = above;
                m_row[j + 1] = best;
            }
        }
        std::uint32_t i = rows;
        std::uint32_t j = columns;
        while (i > 0 && j > 0) {
            switch (m_steps[std::size_t(i - 1) * columns + j - 1]) {
            case Both:
                m_pairs.push_back({ box.aLow + --i, box.bLow + --j });
                break;
            case OnlyA:
                --i;
                break;
            default:
                --j;
            }
        }
    }

    // Splits a long box at elements that occur once on each side; what lies between goes to Myers.
    void anchored(const Box& box)
    {
        struct Seen
        {
            std::uint32_t inA = 0;
            std::uint32_t inB = 0;
            std::uint32_t atA = 0;
            std::uint32_t atB = 0;
        };
        std::unordered_map<std::uint64_t, Seen> seen;
        seen.reserve(box.aHigh - box.aLow);
        for (std::uint32_t i = box.aLow; i < box.aHigh; ++i) {
            Seen& entry = seen[m_a[i].strong];
            ++entry.inA;
            entry.atA = i;
        }
        for (std::uint32_t j = box.bLow; j < box.bHigh; ++j) {
            const auto found = seen.find(m_b[j].strong);
            if (found != seen.end()) {
                ++found->second.inB;
                found->second.atB = j;
            }
        }
        std::vector<Pair> anchors;
        std::vector<std::uint32_t> places;
        for (std::uint32_t i = box.aLow; i < box.aHigh; ++i) {
            const Seen& entry = seen[m_a[i].strong];
            if (entry.inA == 1 && entry.inB == 1 && m_a[i].strong != 0) {
                anchors.push_back({ i, entry.atB });
                places.push_back(entry.atB);
            }
        }
        seen.clear();
        const std::vector<bool> ascending = longestAscending(places);
        Box between { box.aLow, box.aLow, box.bLow, box.bLow };
        for (std::size_t i = 0; i < anchors.size(); ++i) {
            if (!ascending[i]) {
                continue;
            }
            between.aHigh = anchors[i].a;
            between.bHigh = anchors[i].b;
            myers(between);
            m_pairs.push_back(anchors[i]);
            between.aLow = anchors[i].a + 1;
            between.bLow = anchors[i].b + 1;
        }
        between.aHigh = box.aHigh;
        between.bHigh = box.bHigh;
        myers(between);
    }

    // The shortest edit script on strong keys, by divide and conquer, in linear space.
    void myers(const Box& whole)
    {
        std::vector<Box> open { whole };
        while (!open.empty()) {
            Box box = open.back();
            open.pop_back();
            trim(box);
            if (box.isEmpty()) {
                continue;
            }
            std::uint32_t x = 0;
            std::uint32_t y = 0;
            split(box, x, y);
            const Box first { box.aLow, x, box.bLow, y };
            const Box second { x, box.aHigh, y, box.bHigh };
            // A half that is the whole would never end.
            if ((first.cells() == 0 && second.cells() == box.cells())
                || (second.cells() == 0 && first.cells() == box.cells())) {
                continue;
            }
            open.push_back(second);
            open.push_back(first);
        }
    }

    // A point on a shortest path through the box, found from both ends at once. Past the cost bound
    // it is the point farthest from either end that a path has reached.
    void split(const Box& box, std::uint32_t& x, std::uint32_t& y)
    {
        const std::int64_t n = box.aHigh - box.aLow;
        const std::int64_t m = box.bHigh - box.bLow;
        const std::int64_t delta = n - m;
        const std::int64_t bound = std::min<std::int64_t>((n + m + 1) / 2, kMaximumCost);
        const std::int64_t middle = bound + 1;
        m_forward.assign(std::size_t(2 * bound + 3), -1);
        m_backward.assign(std::size_t(2 * bound + 3), -1);
        m_forward[std::size_t(middle + 1)] = 0;
        m_backward[std::size_t(middle + 1)] = 0;
        for (std::int64_t d = 0; d <= bound; ++d) {
            for (std::int64_t k = -d; k <= d; k += 2) {
                auto* const v = &m_forward[std::size_t(middle + k)];
                std::int64_t i = k == -d || (k != d && v[-1] < v[1]) ? v[1] : v[-1] + 1;
                std::int64_t j = i - k;
                while (i < n && j >= 0 && j < m
                       && same(box.aLow + std::uint32_t(i), box.bLow + std::uint32_t(j))) {
                    ++i;
                    ++j;
                }
                *v = i;
                const std::int64_t other = delta - k; // the same diagonal seen from the far end
                if ((delta & 1) != 0 && other >= -(d - 1) && other <= d - 1
                    && i + m_backward[std::size_t(middle + other)] >= n && i <= n && j >= 0
                    && j <= m) {
                    x = box.aLow + std::uint32_t(i);
                    y = box.bLow + std::uint32_t(j);
                    return;
                }
            }
            for (std::int64_t k = -d; k <= d; k += 2) {
                auto* const v = &m_backward[std::size_t(middle + k)];
                std::int64_t i = k == -d || (k != d && v[-1] < v[1]) ? v[1] : v[-1] + 1;
                std::int64_t j = i - k;
                while (
                    i < n && j >= 0 && j < m
                    && same(box.aHigh - 1 - std::uint32_t(i), box.bHigh - 1 - std::uint32_t(j))) {
                    ++i;
                    ++j;
                }
                *v = i;
                const std::int64_t other = delta - k;
                if ((delta & 1) == 0 && other >= -d && other <= d
                    && i + m_forward[std::size_t(middle + other)] >= n && i <= n && j >= 0
                    && j <= m) {
                    x = box.aHigh - std::uint32_t(i);
                    y = box.bHigh - std::uint32_t(j);
                    return;
                }
            }
        }
        std::int64_t best = -1;
        for (std::int64_t k = -bound; k <= bound; k += 2) {
            for (const bool isForward : { true, false }) {
                const std::int64_t i
                    = (isForward ? m_forward : m_backward)[std::size_t(middle + k)];
                const std::int64_t j = i - k;
                if (i < 0 || j < 0 || i > n || j > m || i + j <= best) {
                    continue;
                }
                best = i + j;
                x = isForward ? box.aLow + std::uint32_t(i) : box.aHigh - std::uint32_t(i);
                y = isForward ? box.bLow + std::uint32_t(j) : box.bHigh - std::uint32_t(j);
            }
        }
    }

    // Myers saw strong keys only. Around each difference the pairs are given back and found again
    // with all three degrees.
    void refine()
    {
        std::vector<Pair> rough = std::move(m_pairs);
        m_pairs.clear();
        rough.push_back({ std::uint32_t(m_a.size()), std::uint32_t(m_b.size()) }); // the end
        std::size_t kept = 0; // rough pairs before it are dealt with, it stays
        std::size_t lowest = 0; // where a window may begin: behind a pair that stays
        std::size_t at = 0;
        const auto keepUpTo = [&](std::size_t end) {
            m_pairs.insert(
                m_pairs.end(), rough.begin() + std::ptrdiff_t(kept),
                rough.begin() + std::ptrdiff_t(end));
        };
        const auto isGap = [&](std::size_t i) {
            return i == 0 ? rough[0].a != 0 || rough[0].b != 0
                          : rough[i].a != rough[i - 1].a + 1 || rough[i].b != rough[i - 1].b + 1;
        };
        const auto between = [&](std::size_t from, std::size_t to) {
            return Box { from == 0 ? 0 : rough[from - 1].a + 1, rough[to].a,
                         from == 0 ? 0 : rough[from - 1].b + 1, rough[to].b };
        };
        while (at < rough.size()) {
            if (!isGap(at)) {
                ++at;
                continue;
            }
            // Differences closer than the margins share a window.
            std::size_t end = at;
            for (std::size_t next = at + 1;
                 next < rough.size() && next < end + 2 * kMargin && next < at + kLongestWindow;
                 ++next) {
                end = isGap(next) ? next : end;
            }
            const std::size_t from = std::max(lowest, at > kMargin ? at - kMargin : 0);
            const std::size_t to = std::min(end + kMargin, rough.size() - 1);
            const Box window = between(from, to);
            if (window.cells() <= kOptimalCells) {
                keepUpTo(from);
                optimal(window);
                kept = to;
            } else {
                // Too much at once: this gap alone.
                keepUpTo(at);
                const Box gap = between(at, at);
                if (gap.cells() <= kOptimalCells) {
                    optimal(gap);
                } else {
                    inStripes(gap);
                }
                kept = at;
            }
            lowest = kept + 1;
            at = kept + 1;
        }
        if (kept < rough.size()) {
            keepUpTo(rough.size() - 1);
        }
    }

    // A gap without a strong pair that is too long for one optimal alignment: piece by piece along
    // its diagonal.
    void inStripes(const Box& gap)
    {
        constexpr std::uint32_t kStripe = 1000;
        const std::uint32_t count
            = std::max(gap.aHigh - gap.aLow, gap.bHigh - gap.bLow) / kStripe + 1;
        const auto part = [&](std::uint32_t low, std::uint32_t high, std::uint32_t i) {
            return low + std::uint32_t(std::uint64_t(high - low) * i / count);
        };
        for (std::uint32_t i = 0; i < count; ++i) {
            optimal({ part(gap.aLow, gap.aHigh, i), part(gap.aLow, gap.aHigh, i + 1),
                      part(gap.bLow, gap.bHigh, i), part(gap.bLow, gap.bHigh, i + 1) });
        }
    }

    std::span<const Keys> m_a;
    std::span<const Keys> m_b;
    std::vector<Pair> m_pairs;
    std::vector<std::uint8_t> m_steps;
    std::vector<int> m_row;
    std::vector<std::int64_t> m_forward;
    std::vector<std::int64_t> m_backward;
};

} // namespace

std::vector<Pair> align(std::span<const Keys> a, std::span<const Keys> b)
{
    return Aligner(a, b).run();
}

std::vector<Pair> alignWithMoves(std::span<const Keys> a, std::span<const Keys> b)
{
    std::vector<Pair> pairs = align(a, b);
    if (pairs.size() == a.size() || pairs.size() == b.size()) {
        return pairs;
    }
    std::vector<bool> usedA(a.size());
    std::vector<bool> usedB(b.size());
    for (const Pair& pair : pairs) {
        usedA[pair.a] = true;
        usedB[pair.b] = true;
    }
    const std::size_t inOrder = pairs.size();
    for (std::uint64_t Keys::*key : { &Keys::strong, &Keys::close, &Keys::weak }) {
        // The free elements of B under each key, the first on top.
        std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> waiting;
        for (std::uint32_t j = std::uint32_t(b.size()); j-- > 0;) {
            if (!usedB[j] && b[j].*key != 0) {
                waiting[b[j].*key].push_back(j);
            }
        }
        for (std::uint32_t i = 0; i < a.size() && !waiting.empty(); ++i) {
            const auto found = usedA[i] ? waiting.end() : waiting.find(a[i].*key);
            if (found == waiting.end() || found->second.empty()) {
                continue;
            }
            pairs.push_back({ i, found->second.back(), true });
            usedA[i] = true;
            usedB[found->second.back()] = true;
            found->second.pop_back();
        }
    }
    if (pairs.size() != inOrder) {
        std::sort(
            pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) { return x.a < y.a; });
    }
    return pairs;
}

std::vector<bool> longestAscending(std::span<const std::uint32_t> values)
{
    std::vector<bool> chosen(values.size());
    std::vector<std::uint32_t> tails; // index of the smallest end of a run of each length
    std::vector<std::uint32_t> before(values.size());
    for (std::uint32_t i = 0; i < values.size(); ++i) {
        const auto place = tails.empty() || values[tails.back()] < values[i]
            ? tails.end()
            : std::lower_bound(
                tails.begin(), tails.end(), values[i],
                [&](std::uint32_t tail, std::uint32_t value) { return values[tail] < value; });
        before[i] = place == tails.begin() ? UINT32_MAX : *(place - 1);
        if (place == tails.end()) {
            tails.push_back(i);
        } else {
            *place = i;
        }
    }
    for (std::uint32_t at = tails.empty() ? UINT32_MAX : tails.back(); at != UINT32_MAX;
         at = before[at]) {
        chosen[at] = true;
    }
    return chosen;
}

} // namespace rdrlab::trace::diff
