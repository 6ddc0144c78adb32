// A search that costs by the distance of what is found, not by the length of what is searched.
#pragma once

#include <algorithm>
#include <iterator>

namespace rdrlab::gui {

/// The first of [first, last) that is not `before`, as std::partition_point finds it; quick when it
/// lies near `first`.
template <typename Iterator, typename Before>
Iterator gallop(Iterator first, Iterator last, Before before)
{
    typename std::iterator_traits<Iterator>::difference_type step = 1;
    Iterator at = first;
    while (at != last && before(*at)) {
        first = std::next(at);
        at = last - first > step ? first + step : last;
        step *= 2;
    }
    return std::partition_point(first, at, before);
}

} // namespace rdrlab::gui
