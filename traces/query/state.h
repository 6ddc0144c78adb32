// The state of every object at any event, and what happened to objects in a range.
//
// A seek takes the last keyframe before the event and what the state log says since; it keeps what
// each entry replaced, so that a step back is an undo. Where a file has no log (a run still being
// recorded, its last batch after a crash, an old trace) the rows in changes and refs do the same,
// which hold old and new values too. Either way a step costs what lies in it, never a replay from
// the start.
#pragma once

#include "traces/store/reader.h"
#include "traces/store/statelog.h"

#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

namespace rdrlab::trace {

/// The fields known of one object; a field that was zero when first seen has no entry.
struct ObjectState
{
    std::map<StringId, FieldValue> fields;
    std::optional<std::int32_t> references; // from the ledger; absent before its first line

    friend bool operator==(const ObjectState&, const ObjectState&) = default;
};

class StateCursor
{
public:
    /// Borrows the reader.
    explicit StateCursor(const Reader& reader);

    /// Moves to the state after event `seq` (0: before the first). False when the trace cannot be
    /// read. Costs a keyframe and some thousand log entries at most, whatever the distance.
    bool moveTo(Seq seq);
    Seq position() const { return m_position; }

    /// What is known of an object, dead ones included; an empty state when nothing is. Valid until
    /// the cursor moves.
    const ObjectState& of(ObjectId object) const;

    /// The same without making strings: for looking at all objects at once. Texts are ids for
    /// text(). Valid until the cursor moves or another object is asked for.
    const PackedState& packed(ObjectId object) const;
    std::string_view text(StringId id) const;

    /// The objects alive at the position, by id.
    std::vector<ObjectId> alive() const;

    /// Born at or before the position and not dead at it.
    bool isAlive(const Object& object) const;

private:
    struct Undo
    {
        Value value;
        std::optional<std::int32_t> references;
        bool wasAlive = false;
    };
    struct Overlaid
    {
        PackedState state;
        bool isAlive = false;
    };

    bool moveInLog(Seq to);
    bool seek(Seq to);
    bool load(Seq to);
    void apply(const LogEntry& entry);
    void undo();
    bool forwardsByRows(Seq to);
    bool backwardsByRows(Seq to);
    Overlaid& touch(ObjectId object);
    PackedState stateByRows(ObjectId object, Seq seq) const;
    Value interned(const FieldValue& value) const;
    FieldValue spelled(const Value& value) const;
    Seq firstReference(ObjectId object);

    const Reader& m_reader;
    StateLog m_log;
    Seq m_position = 0;

    // The keyframe at or before the position, and what differs from it.
    Keyframe m_base;
    std::unordered_map<ObjectId, Overlaid> m_overlay; // sorted where it leaves the class

    // The log from the keyframe on, as far as it has been needed; the first m_undo.size() entries
    // have been applied.
    std::vector<LogEntry> m_entries;
    Seq m_loadedTo = 0;
    std::vector<Undo> m_undo;

    std::optional<std::map<ObjectId, Seq>> m_firstReferences; // read at the first step backwards

    mutable PackedState m_packed; // the last one asked for
    mutable std::unordered_map<ObjectId, ObjectState> m_spelled; // at this position; looked up only

    // Texts that only rows hold, with numbers no dictionary uses.
    mutable std::deque<std::string> m_texts;
    mutable std::unordered_map<std::string_view, StringId> m_textIds; // looked up only
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
    enum class Lookup
    {
        AsAsked, // each object's renames at its first at()
        AllNow // one pass over the rename events: for who asks about most objects
    };
    /// Borrows the reader.
    explicit ObjectNames(const Reader& reader, Lookup lookup = Lookup::AsAsked);
    std::string at(ObjectId object, Seq seq) const;

private:
    using Renames = std::map<Seq, std::string>; // the name until then
    const Renames& renamesOf(ObjectId object) const;

    const Reader& m_reader;
    StringId m_renamed; // the field "(name)"
    bool m_hasIndex;
    mutable std::unordered_map<ObjectId, Renames> m_renames; // looked up only
};

} // namespace rdrlab::trace
