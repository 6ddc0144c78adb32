// What changed between two events: the difference of two states, with who made it.
#pragma once

#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <optional>
#include <vector>

namespace rdrlab::trace {

/// One field over a range: its value before the first and after the last change in it.
struct FieldDelta
{
    StringId field = 0;
    FieldValue before; // None: not known before
    FieldValue after;
    std::uint32_t changes = 0;
    Seq first = 0;
    Seq last = 0;
};

struct ObjectDelta
{
    ObjectId object = 0;
    bool isBorn = false; // in the range
    bool isDead = false; // died in the range
    std::vector<FieldDelta> fields; // in order of their first change; `(name)` is a rename

    // The reference ledger; countBefore is absent when the ledger begins in the range.
    std::uint32_t taken = 0; // sum of the lines that took
    std::uint32_t given = 0; // sum of the lines that gave back
    std::optional<std::int32_t> countBefore;
    std::optional<std::int32_t> countAfter;
    Seq lastReference = 0;

    /// True when the state after the range differs from the one before it.
    bool isDifferent() const;
};

/// The objects that were born, died or changed from event `from` to event `to`, both included, by
/// id; only `only` when it is not 0. False when the trace cannot be read or `progress` gave up.
bool changesBetween(
    const Reader& reader,
    Seq from,
    Seq to,
    ObjectId only,
    std::vector<ObjectDelta>& into,
    const Progress& progress = {});

} // namespace rdrlab::trace
