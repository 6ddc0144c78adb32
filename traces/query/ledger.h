// The reference ledger of an object as a double-entry book: which line gave back what another took.
//
// Code names its references differently when it takes and when it gives back (a lookup is undone by
// a dereference of another name), so lines are paired by evidence, best first: the same reason
// within the same request; a reason that is only ever taken with one that is only ever given back,
// within the same request; the same reason at all; such a couple at all; whatever the request has;
// whatever there is. Of equals one
// taken in the very same call, then the latest.
#pragma once

#include "traces/query/cause.h"
#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <vector>

namespace rdrlab::trace {

/// The reason of a line that stands for the count an object was created with.
inline constexpr StringId kCreationReason = 0;

/// `count` references that were taken by one line and, when `returned` is set, given back by
/// another.
struct LedgerPair
{
    Reference taken;
    Reference returned; // seq 0: not given back in this trace
    std::int32_t count = 1;

    bool isHeldAt(Seq at) const
    {
        return taken.seq <= at && (returned.seq == 0 || returned.seq > at);
    }
};

struct Ledger
{
    std::vector<LedgerPair> pairs; // in order of taking
    std::vector<Reference> unmatched; // gave back what no line took
    std::int32_t opening = 0; // the count before the first line, when its birth does not explain it
    bool hasLines = false;

    /// The count after `at`: that of its last line there.
    std::int32_t countAt(Seq at) const;
    std::vector<Reference> lines;
};

/// Pairs the whole ledger of an object: what happens later tells what an earlier line meant. What
/// there is so far when `progress` gives up.
Ledger
ledgerOf(const Reader& reader, Causes& causes, ObjectId object, const Progress& progress = {});

} // namespace rdrlab::trace
