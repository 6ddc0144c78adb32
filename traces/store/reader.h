// Reads one trace file, which may come from anyone.
//
// The file is opened read-only with SQLite's defences on; its shape is checked before anything is
// read, and every number that selects something is checked again by the caller of this class (ids
// may be missing, enumerators unknown). A trace whose program died is repaired first from the
// journal beside it, as SQLite does for any database.
#pragma once

#include "traces/model/trace.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdrlab::trace {

/// A field's value as the file holds it.
struct FieldValue
{
    Value::Type type = Value::Type::None;
    std::int64_t number = 0;
    std::string text;
    ObjectId object = 0; // for Type::Object

    /// As a person reads it: the number, the text, or "" for None.
    std::string print() const;
    friend bool operator==(const FieldValue&, const FieldValue&) = default;
};

struct FieldChange
{
    Seq seq = 0;
    ObjectId object = 0;
    StringId field = 0;
    FieldValue before;
    FieldValue after;
};

struct SqlLimits
{
    std::uint64_t rows = 10'000;
    unsigned milliseconds = 10'000;
    /// Set from another thread to stop; null: nobody will.
    const std::atomic<bool>* isCancelled = nullptr;
};

/// One cell of an answer. `text` lives until the next row; for a blob it is its bytes.
struct SqlValue
{
    enum class Type : std::uint8_t
    {
        Null,
        Integer,
        Real,
        Text,
        Blob
    };
    /// Of a heading: what the numbers of the column are, as far as it can be told.
    enum class Meaning : std::uint8_t
    {
        None,
        Event, // a seq, or the id of a call, which is one
        Object
    };
    Type type = Type::Null;
    Meaning meaning = Meaning::None;
    const char* text = nullptr; // nullptr: NULL
    std::size_t bytes = 0;
};

class Reader
{
public:
    /// Opens and checks a trace. Returns nullptr and one line in `error` (without a path the caller
    /// did not give).
    static std::unique_ptr<Reader> open(const std::string& path, std::string& error);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    const std::string& path() const;

    /// The first error met while reading, as one line; empty while all went well.
    const std::string& error() const;

    /// The version of the file's layout, and one line on what a newer one means; else empty.
    int schemaVersion() const;
    std::string note() const;

    /// What the run is: scenario, seed, version, arguments, events, end_time, complete.
    const std::map<std::string, std::string>& meta() const;
    /// The value of one key, or `otherwise`.
    std::string meta(const std::string& key, const std::string& otherwise = {}) const;
    /// False while it is being recorded, or when the recording program died.
    bool isComplete() const;
    Seq lastSeq() const;
    std::uint64_t endTimeNs() const;

    // Dictionaries; fetched as they are asked for, and what they give stays valid as long as the
    // reader. An id the file does not have gives "?" or nullptr.
    std::string_view string(StringId id) const;
    /// The id of a text, 0 when the trace does not have it.
    StringId findString(std::string_view text) const;
    const Object* object(ObjectId id) const;
    const std::vector<Object>& objects() const; // by id
    /// Objects whose canonical name is `name`, exactly or from the kind's colon on.
    std::vector<ObjectId> objectsNamed(std::string_view name) const;
    std::string_view processName(std::uint32_t id) const;
    std::string_view threadName(std::uint32_t id) const;

    // Rows of a range of events, both ends included, in order. The visitor returns false to stop.
    bool events(Seq from, Seq to, const std::function<bool(const Event&)>& visit) const;
    bool changes(Seq from, Seq to, const std::function<bool(const FieldChange&)>& visit) const;
    bool
    changesBackwards(Seq from, Seq to, const std::function<bool(const FieldChange&)>& visit) const;
    bool
    changesOf(ObjectId object, Seq to, const std::function<bool(const FieldChange&)>& visit) const;
    /// One field of one object, newest first when asked. Costs the rows visited, not the trace.
    bool fieldChanges(
        ObjectId object,
        StringId field,
        Seq from,
        Seq to,
        bool newestFirst,
        const std::function<bool(const FieldChange&)>& visit) const;
    bool references(Seq from, Seq to, const std::function<bool(const Reference&)>& visit) const;
    /// The ledger of one object, newest line first when asked.
    bool referencesOf(
        ObjectId object,
        Seq from,
        Seq to,
        bool newestFirst,
        const std::function<bool(const Reference&)>& visit) const;
    /// The events about one object.
    bool eventsOf(
        ObjectId object, Seq from, Seq to, const std::function<bool(const Event&)>& visit) const;
    bool packets(const std::function<bool(const Packet&)>& visit) const;
    bool packets(Seq from, Seq to, const std::function<bool(const Packet&)>& visit) const;
    bool spans(const std::function<bool(const Span&)>& visit) const; // by id
    bool stackLocations(const std::function<bool(const StackLocation&)>& visit) const; // by id
    // Single rows by number; nothing when the file has none.
    std::optional<Event> event(Seq seq) const;
    std::optional<Span> span(SpanId id) const;
    /// What the call gave its driver. Files of schema version 3 and older have none.
    std::optional<StackLocation> stackLocation(SpanId call) const;
    bool inputs(const std::function<bool(const Input&)>& visit) const;
    bool choices(const std::function<bool(const Choice&)>& visit) const;

    /// Checks every page of the file (opening does so for small files only) and tells up to `limit`
    /// faults, one line each.
    void
    checkPages(unsigned limit, const std::function<void(const std::string& fault)>& tell) const;

    /// Runs one statement that only reads. The first call of `row` gets the column names, the
    /// others one row each (NULL as nullptr). Returns an empty string, or one line saying why it
    /// stopped.
    using SqlRow = std::function<void(const std::vector<const char*>& columns)>;
    std::string sql(const std::string& statement, const SqlLimits& limits, const SqlRow& row) const;

    /// The same with types; `row` returns false to stop, which is no error.
    using SqlValueRow = std::function<bool(const std::vector<SqlValue>& cells)>;
    std::string
    sqlValues(const std::string& statement, const SqlLimits& limits, const SqlValueRow& row) const;

    struct Implementation; // for the other classes of the store

private:
    friend struct ReaderDoor;
    explicit Reader(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace rdrlab::trace
