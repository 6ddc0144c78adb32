// Alignment of two sequences whose elements can be equal to several degrees.
//
// Calls, and the events inside a call, are aligned with the same routine. Equal in every compared
// detail is worth more than equal in what they are, and that more than the same operation on
// another thing; the alignment looks for the greatest worth, so that one changed call stays the
// partner of what it was before and does not shift its neighbours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rdrlab::trace::diff {

/// One element. Each key that is equal implies that those below it are. 0 is equal to nothing.
struct Keys
{
    std::uint64_t strong = 0; // in every compared detail
    std::uint64_t close = 0; // a call with the same result, whatever happened in it
    std::uint64_t weak = 0; // the same operation on the same thing
    std::uint64_t loose = 0; // the same operation
};

struct Pair
{
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    bool isMoved = false; // out of order with the pairs that are not moved

    friend bool operator==(const Pair&, const Pair&) = default;
};

/// Pairs of indexes, ascending in both: an alignment. Small sequences are aligned optimally. In
/// long ones elements that are unique on both sides are kept together, and what lies between them
/// is aligned by Myers' difference algorithm with a bounded search; the neighbourhood of every
/// difference is then aligned optimally again. Time grows with length plus differences squared,
/// up to a bound.
std::vector<Pair> align(std::span<const Keys> a, std::span<const Keys> b);

/// align(), then pairs what is left over by its keys except the loose one, first with first: those
/// pairs are moved. Ascending in `a`.
std::vector<Pair> alignWithMoves(std::span<const Keys> a, std::span<const Keys> b);

/// Marks the indexes of one longest ascending run through `values` (all different).
std::vector<bool> longestAscending(std::span<const std::uint32_t> values);

} // namespace rdrlab::trace::diff
