// Says which difference follows from which.
//
// Private to traces/query/diff. A difference is a consequence of an earlier one when it is in the
// same request, about the same object, about an object hanging from one that exists on one side
// only, in a request that only one side made, by a thread whose earlier system call ended
// differently, or outside of calls while a request that differs was under way. Otherwise it is a
// cause of its own.
#pragma once

#include "traces/query/diff/diff.h"
#include "traces/query/diff/match.h"

namespace rdrlab::trace::diff {

/// Fills the `cause` of each difference, request and object, and makes the causes. Differences must
/// be in order.
void fold(
    const Side& a,
    const Side& b,
    const Partners& partners,
    std::vector<Difference>& differences,
    std::vector<DiffRequest>& requests,
    std::vector<DiffObject>& objects,
    std::vector<DiffCause>& causes);

} // namespace rdrlab::trace::diff
