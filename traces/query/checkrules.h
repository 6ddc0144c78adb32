// The promises that check() goes through. Private to check*.cpp.
#pragma once

#include "traces/store/reader.h"

#include <functional>
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

/// Tells one breach: table, row, text.
using CheckTell = std::function<void(std::string table, std::string row, std::string text)>;

/// The packed chunks hold what events holds.
void checkSpine(const Reader& reader, const CheckTell& tell);

/// The state log and the keyframes give the states that changes and refs give, at some events.
void checkStates(const Reader& reader, const CheckTell& tell);

} // namespace rdrlab::trace
