// The promises that are one question to the file each. Private to check.cpp.
#pragma once

#include <string>
#include <vector>

namespace rdrlab::trace {

/// `sql` gives one row per breach: the key of the row that breaks the promise, and the breach in
/// words. It joins over primary keys only, so that it is as fast on a trace without indexes (still
/// being recorded, or cut off).
struct CheckRule
{
    std::string table;
    std::string sql;
};

std::vector<CheckRule> checkRules();

} // namespace rdrlab::trace
