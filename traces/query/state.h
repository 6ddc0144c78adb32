// The state of every object at any event, and what happened to objects in a range.
//
// Each change holds its old and its new value, so the cursor moves forwards by doing and backwards
// by undoing the changes between where it is and where it should be: a step costs what lies in it,
// never a replay from the start.
#pragma once

#include "traces/store/reader.h"

#include <map>
#include <optional>
#include <unordered_map>

namespace rdrlab::trace {

/// The fields known of one object; a field that was zero when first seen has no entry.
struct ObjectState
{
    std::map<StringId, FieldValue> fields;
    std::optional<std::int32_t> references; // from the ledger; absent before its first line
};

class StateCursor
{
public:
    explicit StateCursor(const Reader& reader);

    /// Moves to the state after event `seq` (0: before the first). False when the trace cannot be
    /// read.
    bool moveTo(Seq seq);
    Seq position() const { return m_position; }

    /// What is known of an object; an empty state when nothing is.
    const ObjectState& of(ObjectId object) const;

    /// Born at or before the position and not dead at it.
    bool isAlive(const Object& object) const;

private:
    bool forwards(Seq to);
    bool backwards(Seq to);
    void put(ObjectId object, StringId field, const FieldValue& value);
    Seq firstReference(ObjectId object);

    const Reader& m_reader;
    std::optional<std::map<ObjectId, Seq>> m_firstReferences; // read at the first step backwards
    Seq m_position = 0;
    std::unordered_map<ObjectId, ObjectState>
        m_states; // looked up only, never iterated into output
};

/// The state of one object at `seq`, without touching the others.
ObjectState stateOf(const Reader& reader, ObjectId object, Seq seq);

/// What happened to objects from event `from` to event `to`, both included; ids in ascending order.
struct ObjectActivity
{
    std::vector<ObjectId> born;
    std::vector<ObjectId> died;
    std::vector<ObjectId> changed;
};
ObjectActivity activityBetween(const Reader& reader, Seq from, Seq to);

/// The canonical name an object had at an event (objects can be renamed).
class ObjectNames
{
public:
    explicit ObjectNames(const Reader& reader);
    std::string at(ObjectId object, Seq seq) const;

private:
    const Reader& m_reader;
    std::map<ObjectId, std::map<Seq, std::pair<std::string, std::string>>>
        m_renames; // seq -> old, new
};

} // namespace rdrlab::trace
