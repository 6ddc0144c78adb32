// The past and future of one object: its fields' values, its references, everything that happened
// to it.
#pragma once

#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <optional>
#include <vector>

namespace rdrlab::trace {

/// The last change of a field at or before `at`, by one look into an index. Nothing when there is
/// none.
std::optional<FieldChange>
lastChange(const Reader& reader, ObjectId object, StringId field, Seq at);
/// The first change of a field after `at`.
std::optional<FieldChange>
nextChange(const Reader& reader, ObjectId object, StringId field, Seq at);

/// The last line of an object's ledger at or before `at`, the first one after it.
std::optional<Reference> lastReference(const Reader& reader, ObjectId object, Seq at);
std::optional<Reference> nextReference(const Reader& reader, ObjectId object, Seq at);

/// All values of a field from `from` to `to`, both included, oldest first.
std::vector<FieldChange>
fieldHistory(const Reader& reader, ObjectId object, StringId field, Seq from, Seq to);

/// The fields an object ever had a value for, in order of their first change.
std::vector<StringId> fieldsOf(const Reader& reader, ObjectId object);

/// One moment in an object's life.
struct LifeMoment
{
    enum class What : std::uint8_t
    {
        Born,
        Died,
        Renamed,
        Changed, // `changes`
        Referenced, // `reference`
        Event // whatever else names the object: calls on it, locks, states, notes
    };
    What what = What::Event;
    Event event; // empty but for seq when the file lacks the event
    std::vector<FieldChange> changes; // Changed, Renamed
    Reference reference; // Referenced
};

/// Everything recorded about an object in a range, in order. Moments go to `visit`, which returns
/// false to stop. False when the trace cannot be read.
bool lifeOf(
    const Reader& reader,
    ObjectId object,
    Seq from,
    Seq to,
    const std::function<bool(const LifeMoment&)>& visit);

} // namespace rdrlab::trace
