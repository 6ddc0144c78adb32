// What stands behind a Reader: its connection, its dictionaries, and rows as structs. Private to
// traces/store.
#pragma once

#include "traces/store/lazytable.h"
#include "traces/store/opening.h"
#include "traces/store/reader.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

namespace rdrlab::trace {

/// One statement on its way through its rows.
class Cursor
{
public:
    Cursor(sqlite3* database, const std::string& sql)
    {
        if (database != nullptr) {
            sqlite3_prepare_v2(database, sql.c_str(), int(sql.size()), &m_statement, nullptr);
        }
    }
    ~Cursor() { sqlite3_finalize(m_statement); }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    void bind(int at, std::uint64_t value)
    {
        sqlite3_bind_int64(
            m_statement, at, static_cast<sqlite3_int64>(std::min<std::uint64_t>(value, INT64_MAX)));
    }
    void bind(int at, std::string_view text)
    {
        sqlite3_bind_text(m_statement, at, text.data(), int(text.size()), SQLITE_TRANSIENT);
    }
    bool isPrepared() const { return m_statement != nullptr; }
    /// Ready for other values and to run again.
    void reset() { sqlite3_reset(m_statement); }
    bool next()
    {
        m_result = m_statement != nullptr ? sqlite3_step(m_statement) : SQLITE_ERROR;
        return m_result == SQLITE_ROW;
    }
    bool ended() const { return m_result == SQLITE_DONE; }

    bool isNull(int column) const
    {
        return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
    }
    std::int64_t signedNumber(int column) const
    {
        return sqlite3_column_int64(m_statement, column);
    }
    std::uint64_t number(int column) const
    {
        return static_cast<std::uint64_t>(signedNumber(column));
    }
    std::uint32_t small(int column) const
    {
        return static_cast<std::uint32_t>(signedNumber(column));
    }
    template <typename Enum> Enum enumerator(int column) const
    {
        const std::int64_t value = signedNumber(column);
        return value >= 0 && value < std::int64_t(Enum::Maximum) ? Enum(value) : Enum::Maximum;
    }
    std::string text(int column) const
    {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
        return bytes == nullptr
            ? std::string()
            : std::string(bytes, std::size_t(sqlite3_column_bytes(m_statement, column)));
    }
    /// Valid until the cursor moves.
    std::span<const std::uint8_t> bytes(int column) const
    {
        const auto* data
            = static_cast<const std::uint8_t*>(sqlite3_column_blob(m_statement, column));
        return { data,
                 data == nullptr ? 0 : std::size_t(sqlite3_column_bytes(m_statement, column)) };
    }
    std::vector<std::byte> blob(int column) const
    {
        const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(m_statement, column));
        return bytes == nullptr
            ? std::vector<std::byte>()
            : std::vector<std::byte>(bytes, bytes + sqlite3_column_bytes(m_statement, column));
    }
    FieldValue value(int column, int objectColumn) const
    {
        FieldValue value;
        switch (sqlite3_column_type(m_statement, column)) {
        case SQLITE_NULL:
            return value;
        case SQLITE_INTEGER:
            value.type = Value::Type::Integer;
            value.number = signedNumber(column);
            return value;
        default:
            value.type = isNull(objectColumn) ? Value::Type::Text : Value::Type::Object;
            value.text = text(column);
            value.object = isNull(objectColumn) ? 0 : small(objectColumn);
            return value;
        }
    }

private:
    sqlite3_stmt* m_statement = nullptr;
    int m_result = SQLITE_ERROR;
};

inline constexpr const char* kObjectColumns
    = "SELECT id, kind, name, owner, birth, death FROM objects ";

inline Object objectOf(const Cursor& row)
{
    Object object;
    object.id = row.small(0);
    object.kind = row.enumerator<ObjectKind>(1);
    object.name = row.small(2);
    object.owner = row.small(3);
    object.birth = row.number(4);
    object.death = row.number(5);
    return object;
}

struct Reader::Implementation
{
    sqlite3* database = nullptr;
    std::string path;
    mutable std::string error;
    std::map<std::string, std::string> meta;
    int version = 0;
    Seq lastSeq = 0;
    std::uint64_t endTimeNs = 0;

    mutable LazyTable<std::string> strings;
    mutable LazyTable<Object> objects;
    mutable bool haveAllObjects = false;
    mutable std::vector<Object> allObjects;
    mutable bool haveNames = false;
    bool sqlReady = false; // the views and `spine` are there
    mutable std::map<std::uint32_t, std::string> processes;
    mutable std::map<std::uint32_t, std::string> threads;

    // Statements that have run, to run again: to prepare one costs more than most of them do. More
    // than one of a text when it was run within itself.
    mutable std::unordered_map<std::string, std::vector<std::unique_ptr<Cursor>>> idle; // looked up

    ~Implementation()
    {
        idle.clear();
        sqlite3_close(database);
    }

    // True when the cursor ran to its end or the visitor stopped it; remembers the first failure
    // otherwise.
    bool done(const Cursor& cursor, bool stopped) const
    {
        if (stopped || cursor.ended()) {
            return true;
        }
        if (error.empty()) {
            error = path + ": " + damageText(database);
        }
        return false;
    }

    /// Remembers what is wrong with the file, and is false.
    bool damaged(const char* what) const
    {
        if (error.empty()) {
            error = path + ": damaged: " + what;
        }
        return false;
    }

    /// Tables that older programs did not write.
    bool hasTable(const char* name) const
    {
        return sqlite3_table_column_metadata(
                   database, "main", name, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr)
            == SQLITE_OK;
    }

    template <typename Visit>
    bool each(const std::string& sql, std::initializer_list<std::uint64_t> bound, Visit visit) const
    {
        std::unique_ptr<Cursor> cursor;
        if (const auto known = idle.find(sql); known != idle.end() && !known->second.empty()) {
            cursor = std::move(known->second.back());
            known->second.pop_back();
        } else {
            cursor = std::make_unique<Cursor>(database, sql);
        }
        int at = 0;
        for (const std::uint64_t value : bound) {
            cursor->bind(++at, value);
        }
        bool stopped = false;
        while (!stopped && cursor->next()) {
            stopped = !visit(*cursor);
        }
        const bool good = done(*cursor, stopped);
        if (cursor->isPrepared()) {
            cursor->reset(); // and lets go of the file, which somebody else may be writing
            idle[sql].push_back(std::move(cursor));
        }
        return good;
    }

    // Rows in the order of their primary key, column 0. In a damaged tree pages can come again and
    // again, and keys from outside a range: that ends here instead of never.
    template <typename Visit>
    bool
    eachByKey(const std::string& sql, std::initializer_list<std::uint64_t> range, Visit visit) const
    {
        std::int64_t before = INT64_MIN;
        if (range.size() > 0) {
            before = std::int64_t(std::min<std::uint64_t>(*range.begin(), INT64_MAX)) - 1;
        }
        bool isOrdered = true;
        const bool good = each(sql, range, [&](const Cursor& row) {
            isOrdered = row.signedNumber(0) > before;
            before = row.signedNumber(0);
            return isOrdered && visit(row);
        });
        if (!isOrdered && error.empty()) {
            error = path + ": damaged: rows are out of order";
        }
        return good && isOrdered;
    }

    // Puts the bytes of an input together from its packets. `after` only grows, so that no file can
    // make them add up to more than it holds.
    bool collect(Input& input, Seq& after) const
    {
        after = std::max(after, input.seq);
        input.bytes.clear();
        const bool good = each(
            "SELECT seq, payload FROM packets WHERE seq > ? AND connection = ? AND direction = 1"
            " ORDER BY seq",
            { after, input.channel }, [&](const Cursor& row) {
                const std::vector<std::byte> part = row.blob(1);
                input.bytes.insert(input.bytes.end(), part.begin(), part.end());
                after = row.number(0);
                return input.bytes.size() < input.wireBytes;
            });
        if (good && input.bytes.size() == input.wireBytes) {
            return true;
        }
        // A recording that was cut off may end between an input and its packets.
        if (good && meta.contains("complete") && error.empty()) {
            error = path + ": damaged: the packets of an input are missing";
        }
        return false;
    }

    const std::string* string(StringId id) const
    {
        return strings.find(id, [this](std::uint64_t first, std::uint64_t last, auto& into) {
            each(
                "SELECT id, text FROM strings WHERE id BETWEEN ? AND ? ORDER BY id",
                { first, last }, [&](const Cursor& row) {
                    into.emplace_back(row.small(0), row.text(1));
                    return true;
                });
        });
    }

    const Object* object(ObjectId id) const
    {
        return objects.find(id, [this](std::uint64_t first, std::uint64_t last, auto& into) {
            each(
                std::string(kObjectColumns) + "WHERE id BETWEEN ? AND ? ORDER BY id",
                { first, last }, [&](const Cursor& row) {
                    into.emplace_back(row.small(0), objectOf(row));
                    return true;
                });
        });
    }

    void loadNames() const
    {
        if (!haveNames) {
            haveNames = true;
            each("SELECT id, name FROM processes ORDER BY id", {}, [&](const Cursor& row) {
                processes[row.small(0)] = row.text(1);
                return true;
            });
            each("SELECT id, name FROM threads ORDER BY id", {}, [&](const Cursor& row) {
                threads[row.small(0)] = row.text(1);
                return true;
            });
        }
    }
};

/// Lets the other classes of the store at what a Reader has.
struct ReaderDoor
{
    static const Reader::Implementation& open(const Reader& reader)
    {
        return *reader.m_implementation;
    }
};

} // namespace rdrlab::trace
