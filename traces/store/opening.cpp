#include "traces/store/opening.h"

#include "traces/store/schema.h"
#include "traces/store/shape.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace rdrlab::trace {

namespace {

// Files up to this size get every page checked when opened (some milliseconds); larger ones are
// checked as they are read.
constexpr off_t kFullCheckBytes = 1 << 20;

std::int64_t pragma(sqlite3* database, const char* sql, int& result)
{
    sqlite3_stmt* statement = nullptr;
    std::int64_t value = -1;
    result = sqlite3_prepare_v2(database, sql, -1, &statement, nullptr);
    if (result == SQLITE_OK) {
        result = sqlite3_step(statement);
        value = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    }
    sqlite3_finalize(statement);
    return value;
}

// The header says how many pages the file has; a cut file has fewer. Read through SQLite's own
// handle: opening and closing the file once more would take away every lock that this process holds
// on it, and other threads may be reading a recording that still grows. `size` is as of now.
std::string checkHeader(sqlite3* database)
{
    std::array<unsigned char, 100> header {};
    sqlite3_file* file = nullptr;
    sqlite3_int64 size = 0;
    if (sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK
        || file == nullptr || file->pMethods == nullptr
        || file->pMethods->xFileSize(file, &size) != SQLITE_OK) {
        return "cannot be read";
    }
    const std::size_t got = std::size_t(std::min<sqlite3_int64>(size, header.size()));
    if (got != 0 && file->pMethods->xRead(file, header.data(), int(got), 0) != SQLITE_OK) {
        return "cannot be read";
    }
    if (got == 0) {
        return "empty, so not an rdrlab trace";
    }
    const std::size_t compared = std::min<std::size_t>(got, 16);
    if (std::memcmp(header.data(), "SQLite format 3", compared) != 0) {
        return "not a database, so not an rdrlab trace";
    }
    if (got < header.size()) {
        return "truncated: not even a database header is left";
    }
    std::uint32_t pageBytes = header[16] << 8 | header[17];
    pageBytes = pageBytes == 1 ? 65536 : pageBytes;
    const std::uint32_t pages = std::uint32_t(header[28]) << 24 | std::uint32_t(header[29]) << 16
        | std::uint32_t(header[30]) << 8 | header[31];
    if (sqlite3_int64(pageBytes) * pages > size) {
        return "truncated: " + std::to_string(size) + " of "
            + std::to_string(std::uint64_t(pageBytes) * pages) + " bytes are left";
    }
    return {};
}

void defend(sqlite3* database)
{
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, 256 << 20);
    sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_busy_timeout(database, 2000);
    sqlite3_exec(
        database,
        "PRAGMA cell_size_check=ON; PRAGMA query_only=ON; PRAGMA cache_size=-16384; PRAGMA "
        "temp_store=MEMORY;",
        nullptr, nullptr, nullptr);
}

// The program that recorded it died with a batch half written. SQLite undoes that batch for whoever
// may write.
bool repair(const std::string& path)
{
    sqlite3* database = nullptr;
    bool good
        = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK;
    if (good) {
        sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        int result = 0;
        pragma(database, "SELECT count(*) FROM sqlite_schema", result);
        good = result == SQLITE_ROW;
    }
    sqlite3_close(database);
    return good;
}

std::string checkShape(sqlite3* database, off_t size)
{
    int result = 0;
    const std::int64_t application = pragma(database, "PRAGMA application_id", result);
    if (result != SQLITE_ROW) {
        return damageText(database);
    }
    if (application != kApplicationId) {
        return "a database, but not an rdrlab trace";
    }
    const std::int64_t version = pragma(database, "PRAGMA user_version", result);
    if (version < 1) {
        return "trace schema version " + std::to_string(version) + ", which no program has written";
    }
    if (const std::string problem = shapeProblem(database, int(version)); !problem.empty()) {
        return problem;
    }
    if (size <= kFullCheckBytes) {
        bool good = true;
        checkPages(database, 1, [&](const std::string&) { good = false; });
        if (!good) {
            return "damaged: the database fails its consistency check";
        }
    }
    return {};
}

} // namespace

// SQLite quotes from the file, which may hold anything.
std::string oneLine(std::string_view message)
{
    constexpr std::size_t kLongest = 160;
    std::string line(message.substr(0, kLongest));
    for (char& letter : line) {
        letter = letter >= ' ' && letter <= '~' ? letter : '?';
    }
    return line;
}

std::string damageText(sqlite3* database)
{
    switch (sqlite3_errcode(database)) {
    case SQLITE_NOTADB:
        return "not a database, so not an rdrlab trace";
    case SQLITE_CORRUPT:
        return "damaged: " + oneLine(sqlite3_errmsg(database));
    default:
        return oneLine(sqlite3_errmsg(database));
    }
}

void checkPages(
    sqlite3* database, unsigned limit, const std::function<void(const std::string&)>& tell)
{
    sqlite3_stmt* statement = nullptr;
    const std::string sql = "PRAGMA quick_check(" + std::to_string(limit) + ")";
    int result = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr);
    unsigned told = 0;
    while (result == SQLITE_OK || result == SQLITE_ROW) {
        result = sqlite3_step(statement);
        if (result == SQLITE_ROW) {
            const auto* line = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
            if (line == nullptr || std::strcmp(line, "ok") != 0) {
                ++told;
                tell(line == nullptr ? std::string("?") : oneLine(line));
            }
        }
    }
    sqlite3_finalize(statement);
    if (result != SQLITE_DONE && told == 0) {
        tell(damageText(database));
    }
}

sqlite3* openTrace(const std::string& path, std::string& error)
{
    struct stat info
    {
    };
    std::string problem;
    if (stat(path.c_str(), &info) != 0) {
        problem = std::strerror(errno);
        problem[0] = char(problem[0] == 'N' ? 'n' : problem[0]);
    } else if (!S_ISREG(info.st_mode)) {
        problem = "not a file";
    } else if (access(path.c_str(), R_OK) != 0) {
        problem = std::strerror(errno);
    }
    if (!problem.empty()) {
        error = path + ": " + problem;
        return nullptr;
    }
    sqlite3* database = nullptr;
    for (const bool mayRepair : { true, false }) {
        const int opened = sqlite3_open_v2(
            path.c_str(), &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
        if (opened != SQLITE_OK) {
            problem = damageText(database);
            break;
        }
        defend(database);
        // One transaction around all checks: a file that grows meanwhile is seen as of one moment.
        sqlite3_exec(database, "BEGIN", nullptr, nullptr, nullptr);
        int result = 0;
        pragma(database, "SELECT count(*) FROM sqlite_schema", result);
        const int extended = sqlite3_extended_errcode(database);
        if (result != SQLITE_ROW && (extended & 0xff) == SQLITE_READONLY && mayRepair) {
            sqlite3_close(database);
            database = nullptr;
            if (!repair(path)) {
                problem = "its recording was interrupted, and it cannot be repaired here (no "
                          "permission to write)";
                break;
            }
            continue;
        }
        if (result == SQLITE_BUSY) {
            problem = "is being written and cannot be read just now";
            break;
        }
        problem = checkHeader(database);
        if (problem.empty()) {
            problem = checkShape(database, info.st_size);
        }
        sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
        break;
    }
    if (!problem.empty()) {
        sqlite3_close(database);
        error = path + ": " + problem;
        return nullptr;
    }
    return database;
}

} // namespace rdrlab::trace
