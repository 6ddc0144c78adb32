// What makes the state of every object at any event quick to find: keyframes, which hold the state
// of all live objects at one event, and the log of what happened to objects between them. Both are
// packed copies of rows in objects, changes and refs; a writer makes them while it writes those.
//
// A keyframe is unpacked only as far as its list of objects. The fields of one are read when asked
// for, so a seek does not pay for what nobody looks at.
#pragma once

#include "traces/store/reader.h"
#include "traces/store/varint.h"

#include <optional>
#include <span>

namespace rdrlab::trace {

/// One field of an object, with its value's text still in the dictionary.
struct FieldState
{
    StringId field = 0;
    Value value;

    friend bool operator==(const FieldState&, const FieldState&) = default;
};

/// All that is known of one object.
struct PackedState
{
    std::vector<FieldState> fields; // by field
    std::optional<std::int32_t> references; // from the ledger; absent before its first line

    /// Sets or, with a value of type None, forgets a field. Returns what was there before.
    Value put(StringId field, const Value& value);
};

/// One thing that happened to an object.
struct LogEntry
{
    enum class Kind : std::uint8_t
    {
        Field,
        References, // value.number = the count after it
        Born,
        Died
    };
    Seq seq = 0;
    ObjectId object = 0;
    StringId field = 0;
    Kind kind = Kind::Field;
    Value value; // after it
};

class Keyframe
{
public:
    /// The state at `seq`; 0 and no bytes: before the first event. False when the bytes are
    /// damaged.
    bool unpack(Seq seq, Bytes bytes);

    Seq seq() const { return m_seq; }
    /// Objects with higher ids had not been born.
    ObjectId lastObject() const { return m_lastObject; }
    std::size_t count() const { return m_entries.size(); }
    ObjectId object(std::size_t i) const { return m_entries[i].id; }
    bool has(ObjectId object) const { return find(object) != nullptr; }
    /// False when it is not there or damaged.
    bool state(ObjectId object, PackedState& into) const;

    /// Appends the packed form. Objects by id, ascending.
    static void pack(
        ObjectId lastObject,
        std::span<const std::pair<ObjectId, const PackedState*>> objects,
        Bytes& out);

private:
    struct Entry
    {
        ObjectId id = 0;
        std::uint32_t size = 0;
        std::size_t offset = 0;
    };
    const Entry* find(ObjectId object) const;

    Seq m_seq = 0;
    ObjectId m_lastObject = 0;
    std::vector<Entry> m_entries; // by id
    Bytes m_bytes;
};

/// Packs entries in order of seq; `first` is the lowest seq they may have.
void packLog(Seq first, std::span<const LogEntry> entries, Bytes& out);

/// Appends the entries of one chunk. False when it is damaged or leaves [first, last].
bool unpackLog(
    const std::uint8_t* data, std::size_t size, Seq first, Seq last, std::vector<LogEntry>& into);

/// The keyframes and the log of a file. Borrows the reader.
class StateLog
{
public:
    explicit StateLog(const Reader& reader);
    ~StateLog();
    StateLog(const StateLog&) = delete;
    StateLog& operator=(const StateLog&) = delete;

    /// The log holds everything up to this event; 0 when the file has none.
    Seq coveredTo() const;

    /// The last keyframe at or before `seq`. False when the trace cannot be read.
    bool keyframeAt(Seq seq, Keyframe& into) const;

    /// Appends the chunk of the log that holds `seq`, whole, and says where it ends.
    bool chunkAt(Seq seq, Seq& last, std::vector<LogEntry>& into) const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace rdrlab::trace
