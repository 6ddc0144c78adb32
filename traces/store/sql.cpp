#include "traces/store/sql.h"

#include "traces/store/opening.h"
#include "traces/store/schema.h"
#include "traces/store/shape.h"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>

namespace rdrlab::trace {

namespace {

constexpr int kProgressSteps = 4000;
// What one statement may use; sorting a whole large trace needs some hundreds of megabytes.
constexpr sqlite3_int64 kHeapBytes = 1 << 30;
// The longest text or blob that a foreign statement may make: functions that work on one cannot be
// interrupted.
constexpr int kLongestValue = 16 << 20;
constexpr int kLongestPattern = 200;

// Only reading is allowed: no write, no other file, no pragma, no extension.
int authorize(void*, int action, const char*, const char* second, const char*, const char*)
{
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return second != nullptr && std::strcmp(second, "load_extension") == 0 ? SQLITE_DENY
                                                                               : SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

using Clock = std::chrono::steady_clock;

struct Stop
{
    Clock::time_point deadline;
    const std::atomic<bool>* isCancelled = nullptr;
};

int isToStop(void* context)
{
    const auto& stop = *static_cast<const Stop*>(context);
    return (stop.isCancelled != nullptr && *stop.isCancelled) || Clock::now() > stop.deadline;
}

// The limits of one foreign statement; they end with it.
class Guard
{
public:
    Guard(sqlite3* database, const SqlLimits& limits)
        : m_database(database)
        , m_stop { Clock::now() + std::chrono::milliseconds(limits.milliseconds),
                   limits.isCancelled }
        , m_heapBefore(sqlite3_hard_heap_limit64(sqlite3_memory_used() + kHeapBytes))
        , m_lengthBefore(sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kLongestValue))
    {
        sqlite3_limit(database, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, kLongestPattern);
        sqlite3_set_authorizer(database, authorize, nullptr);
        sqlite3_progress_handler(database, kProgressSteps, isToStop, &m_stop);
    }
    ~Guard()
    {
        sqlite3_progress_handler(m_database, 0, nullptr, nullptr);
        sqlite3_set_authorizer(m_database, nullptr, nullptr);
        sqlite3_limit(m_database, SQLITE_LIMIT_LENGTH, m_lengthBefore);
        sqlite3_hard_heap_limit64(m_heapBefore);
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

private:
    sqlite3* m_database;
    Stop m_stop;
    sqlite3_int64 m_heapBefore;
    int m_lengthBefore;
};

SqlValue valueOf(sqlite3_stmt* statement, int column)
{
    SqlValue value;
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
        return value;
    case SQLITE_INTEGER:
        value.type = SqlValue::Type::Integer;
        break;
    case SQLITE_FLOAT:
        value.type = SqlValue::Type::Real;
        break;
    case SQLITE_BLOB:
        value.type = SqlValue::Type::Blob;
        break;
    default:
        value.type = SqlValue::Type::Text;
        break;
    }
    // As text a blob keeps its bytes and gets a zero behind them.
    value.text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    value.bytes = std::size_t(sqlite3_column_bytes(statement, column));
    value.text = value.text == nullptr ? "" : value.text; // out of memory
    return value;
}

// Which columns of the file number events, and which objects.
constexpr std::pair<std::string_view, std::string_view> kEventColumns[] = {
    { "events", "seq" },
    { "events", "span" },
    { "events", "parent" },
    { "spine", "seq" },
    { "spine", "span" },
    { "spine", "parent" },
    { "spans", "id" },
    { "spans", "parent" },
    { "spans", "end_seq" },
    { "objects", "birth" },
    { "objects", "death" },
    { "changes", "seq" },
    { "refs", "seq" },
    { "packets", "seq" },
    { "inputs", "seq" },
    { "processes", "birth" },
    { "threads", "birth" },
    { "keyframes", "seq" },
    { "stack_locations", "seq" },
    { "stack_locations", "pended" },
};
constexpr std::pair<std::string_view, std::string_view> kObjectColumns[] = {
    { "events", "object" },  { "spine", "object" },        { "spans", "object" },
    { "spans", "request" },  { "objects", "id" },          { "objects", "owner" },
    { "changes", "object" }, { "changes", "old_object" },  { "changes", "new_object" },
    { "refs", "object" },    { "stack_locations", "irp" }, { "stack_locations", "file" },
};

SqlValue::Meaning meaningOf(sqlite3_stmt* statement, int column)
{
    const auto text
        = [](const char* name) { return std::string_view(name != nullptr ? name : ""); };
    std::pair<std::string_view, std::string_view> origin;
#ifdef RDRLAB_SQLITE_TELLS_ORIGIN
    origin = { text(sqlite3_column_table_name(statement, column)),
               text(sqlite3_column_origin_name(statement, column)) };
#endif
    for (const auto& known : kEventColumns) {
        if (origin == known) {
            return SqlValue::Meaning::Event;
        }
    }
    for (const auto& known : kObjectColumns) {
        if (origin == known) {
            return SqlValue::Meaning::Object;
        }
    }
    // What was computed is known by the names that the views and the page use.
    const std::string_view name = text(sqlite3_column_name(statement, column));
    if (!origin.second.empty()) {
        return SqlValue::Meaning::None;
    }
    return name == "seq" || name.ends_with("_seq") ? SqlValue::Meaning::Event
        : name == "object_id"                      ? SqlValue::Meaning::Object
                                                   : SqlValue::Meaning::None;
}

} // namespace

void prepareSql(sqlite3* database, const Reader& reader)
{
    addSpineTable(database, reader);
    // The first use declares its columns, which the authorizer would take for an attempt to write.
    sqlite3_exec(database, "SELECT seq FROM spine LIMIT 0", nullptr, nullptr, nullptr);
    sqlite3_exec(database, "PRAGMA query_only=OFF;", nullptr, nullptr, nullptr);
    if (reader.schemaVersion() < 4) { // the views need the table, be it empty
        std::string columns;
        for (const TableShape& table : tableShapes()) {
            for (const ColumnShape& column : table.columns) {
                if (table.name == "stack_locations") {
                    columns += (columns.empty() ? "" : ", ") + column.name;
                }
            }
        }
        const std::string empty = "CREATE TEMP TABLE stack_locations(" + columns + ")";
        sqlite3_exec(database, empty.c_str(), nullptr, nullptr, nullptr);
    }
    sqlite3_exec(database, viewsSql(true).c_str(), nullptr, nullptr, nullptr);
    sqlite3_exec(database, "PRAGMA query_only=ON;", nullptr, nullptr, nullptr);
}

std::string runSql(
    sqlite3* database,
    const std::string& text,
    const SqlLimits& limits,
    const Reader::SqlValueRow& row)
{
    const Guard guard(database, limits);
    std::string problem;
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    // The statement ends where its text does, so a zero in the middle must not hide a second one.
    if (text.find('\0') != std::string::npos) {
        return "no statement: it has a zero in it";
    }
    if (sqlite3_prepare_v2(database, text.c_str(), int(text.size()), &statement, &rest)
        != SQLITE_OK) {
        problem = sqlite3_errcode(database) == SQLITE_AUTH ? "only statements that read are allowed"
                                                           : oneLine(sqlite3_errmsg(database));
    } else if (statement == nullptr) {
        problem = "no statement";
    } else if (std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
        problem = "one statement at a time";
    } else {
        const int columns = sqlite3_column_count(statement);
        std::vector<SqlValue> cells(static_cast<std::size_t>(columns));
        for (int i = 0; i < columns; ++i) {
            const char* name = sqlite3_column_name(statement, i);
            cells[std::size_t(i)] = { SqlValue::Type::Text, meaningOf(statement, i), name,
                                      name == nullptr ? 0 : std::strlen(name) };
        }
        bool wanted = row(cells);
        std::uint64_t rows = 0;
        int result = SQLITE_ROW;
        while (wanted && (result = sqlite3_step(statement)) == SQLITE_ROW) {
            if (++rows > limits.rows) {
                problem = "stopped after " + std::to_string(limits.rows) + " rows";
                break;
            }
            for (int i = 0; i < columns; ++i) {
                cells[std::size_t(i)] = valueOf(statement, i);
            }
            wanted = row(cells);
        }
        if (result == SQLITE_INTERRUPT) {
            problem = limits.isCancelled != nullptr && *limits.isCancelled
                ? "cancelled"
                : "stopped after " + std::to_string(limits.milliseconds) + " ms";
        } else if (result == SQLITE_NOMEM) {
            problem = "stopped: it needs more than " + std::to_string(kHeapBytes >> 20)
                + " MiB of memory";
        } else if (result != SQLITE_ROW && result != SQLITE_DONE) {
            problem = damageText(database);
        }
    }
    sqlite3_finalize(statement);
    return problem;
}

} // namespace rdrlab::trace
