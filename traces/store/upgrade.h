// Brings a trace into the layout of this program.
#pragma once

#include "traces/store/reader.h"

#include <functional>

namespace rdrlab::trace {

/// Writes `from` anew as a finished trace at `to`: with the tables, views, indexes and packed side
/// that an older program did not write, or that a recording did not live to write. Rows stay what
/// they are; one that was interrupted gets the meta key `interrupted`. `progress` (may be empty)
/// hears of events done and of all, and stops the work by returning false. False and one line in
/// `error` when it could not be done; there is nothing at `to` then.
bool upgradeTrace(
    const Reader& from,
    const std::string& to,
    std::string& error,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress);

} // namespace rdrlab::trace
