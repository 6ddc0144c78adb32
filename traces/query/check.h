// Whether a trace keeps what SCHEMA.md promises: every id leads somewhere, every row has its event,
// orders ascend, sums agree.
//
// A reader survives any file; this says what is wrong with one. It is for whoever writes traces (a
// recorder on another system, a converter, a student's script) and for the question "can I trust
// what this trace tells me?".
#pragma once

#include "traces/store/reader.h"

#include <functional>
#include <string>
#include <vector>

namespace rdrlab::trace {

/// One promise that one row breaks.
struct Breach
{
    std::string table;
    std::string
        row; // its key as SCHEMA.md names it: a seq, an id, a meta key; empty: the table as a whole
    std::string text;
};

struct CheckOptions
{
    /// Breaches of one kind that are told; further ones are only counted.
    std::uint64_t perRule = 10;
    /// Called between rules with what is done (0 … 1); returning false ends the check early.
    std::function<bool(double done)> progress;
};

struct CheckResult
{
    std::uint64_t breaches = 0; // all, told or not
    std::uint64_t untold = 0;
    bool finished = true; // false: `progress` ended it
};

/// Checks a whole trace and tells each breach as it is found, rule by rule. Reads every row about
/// four times; memory does not grow with the number of events, only with the number of objects
/// alive at one time.
CheckResult check(
    const Reader& reader,
    const CheckOptions& options,
    const std::function<void(const Breach&)>& tell);

} // namespace rdrlab::trace
