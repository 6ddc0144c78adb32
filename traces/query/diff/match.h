// Finds the partner of every event, request and object of one trace in the other.
//
// Private to traces/query/diff. From the outside in: lanes (who asks) with lanes, requests with
// requests inside a pair of lanes and then across lanes, and so on down the tree of calls: in a
// pair of calls what happened directly in them. What is left over is looked for elsewhere: calls
// with everything in them first, then single events of objects that are already known to be the
// same. The partners of births tell which objects correspond; where such objects have different
// names the search runs again with them made equal.
#pragma once

#include "traces/query/diff/side.h"

namespace rdrlab::trace::diff {

/// Where an event stands relative to its partner.
enum class Place : std::uint8_t
{
    Here, // in order
    Between, // in order inside its call, which met other calls at another point
    Inside, // at another point of the same request
    Elsewhere // in another request
};

struct Partners
{
    std::vector<Index> a, b; // per event: its partner on the other side, or kNone
    std::vector<Place> place; // per event of A
    std::vector<bool> isSame; // per event of A that has a partner
    std::vector<std::uint32_t> requestOfA, requestOfB; // per request, or kNone
    std::vector<std::uint32_t> objectOfA, objectOfB; // per object index, 0: none
};

/// Needs both sides loaded. Nothing when `progress` said stop.
bool findPartners(
    Side& a, Side& b, Partners& partners, const std::function<bool(double)>& progress);

} // namespace rdrlab::trace::diff
