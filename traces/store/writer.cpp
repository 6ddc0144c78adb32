#include "traces/store/writer.h"

#include "traces/store/schema.h"
#include "traces/store/writerimpl.h"

#include <cstdio>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace rdrlab::trace {

namespace {

constexpr const char* kStatements[kStatementCount] = {
    "INSERT OR REPLACE INTO meta VALUES(?,?)",
    "INSERT INTO strings VALUES(?,?)",
    "INSERT INTO events VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO spans VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "UPDATE spans SET end_seq=?2, end_time=?3, status=?4, information=?5 WHERE id=?1",
    "UPDATE spans SET request=?2 WHERE id=?1",
    "INSERT INTO objects VALUES(?,?,?,?,?,?)",
    "UPDATE objects SET death=?2 WHERE id=?1",
    "UPDATE objects SET name=?2 WHERE id=?1",
    "INSERT INTO changes VALUES(?,?,?,?,?,?,?)",
    "INSERT INTO refs VALUES(?,?,?,?,?)",
    "INSERT INTO stack_locations VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "UPDATE stack_locations SET pended=?2 WHERE seq=?1 AND pended IS NULL",
    "INSERT INTO packets VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO inputs VALUES(?,?,?,?,?,?,?,?)",
    "INSERT INTO choices VALUES(?,?,?)",
    "INSERT OR IGNORE INTO statuses VALUES(?,?)",
    "INSERT OR REPLACE INTO processes VALUES(?,?,?)",
    "INSERT OR REPLACE INTO threads VALUES(?,?,?,?)",
    "INSERT INTO spine_chunks VALUES(?,?,?,?,?,?,?)",
    "INSERT INTO spine_columns VALUES(?,?,?)",
    "INSERT INTO state_log VALUES(?,?,?,?)",
    "INSERT INTO keyframes VALUES(?,?,?)",
};

// Removes an older trace of this name; anything else that is there is somebody's and stays.
std::string clearTheWay(const std::string& path)
{
    struct stat info
    {
    };
    if (::stat(path.c_str(), &info) != 0) {
        return {};
    }
    char magic[16] = {};
    std::FILE* file = S_ISREG(info.st_mode) ? std::fopen(path.c_str(), "rb") : nullptr;
    const std::size_t got = file != nullptr ? std::fread(magic, 1, sizeof magic, file) : 0;
    if (file != nullptr) {
        std::fclose(file);
    }
    if (!S_ISREG(info.st_mode)
        || (got != 0 && std::memcmp(magic, "SQLite format 3", sizeof magic) != 0)) {
        return "is there already and is no trace, so it is not replaced";
    }
    for (const char* suffix : { "", "-journal", "-wal", "-shm" }) {
        ::unlink((path + suffix).c_str());
    }
    return {};
}

} // namespace

Writer::Writer(std::unique_ptr<Implementation> implementation)
    : m_implementation(std::move(implementation))
{
}

Writer::~Writer()
{
    finish();
}

std::unique_ptr<Writer>
Writer::create(const std::string& path, std::string& error, const WriterOptions& options)
{
    error = clearTheWay(path);
    if (!error.empty()) {
        error = path + ": " + error;
        return nullptr;
    }
    // Counting its memory makes SQLite take a lock at every allocation. Too late, and no harm, when
    // somebody has used SQLite before.
    static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(once);
    auto implementation = std::make_unique<Implementation>();
    implementation->path = path;
    implementation->options = options;
    if (sqlite3_open_v2(
            path.c_str(), &implementation->database,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr)
        != SQLITE_OK) {
        implementation->fail();
        error = implementation->error;
        return nullptr;
    }
    // Large pages keep a 64 KiB payload in few pieces. The rollback journal, unlike WAL, writes a
    // payload once: appended pages have no old content to save. Without fsync a crash of the
    // program loses nothing that was committed; a crash of the machine may lose the trace, which a
    // laboratory can record again.
    const std::string setup
        = "PRAGMA page_size=16384; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF;"
          "PRAGMA locking_mode=NORMAL; PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;"
          "PRAGMA application_id="
        + std::to_string(kApplicationId) + "; PRAGMA user_version=" + std::to_string(kSchemaVersion)
        + ";";
    // Somebody may be looking at the trace while it is written, and a long question holds its lock
    // until it is answered. Losing the recording would be worse than waiting.
    constexpr int kLongestWaitMs = 120'000;
    sqlite3_busy_timeout(implementation->database, kLongestWaitMs);
    bool good = implementation->execute(setup)
        && implementation->execute("BEGIN;" + schemaSql() + "COMMIT;");
    for (int i = 0; good && i < kStatementCount; ++i) {
        good = sqlite3_prepare_v3(
                   implementation->database, kStatements[i], -1, SQLITE_PREPARE_PERSISTENT,
                   &implementation->statements[std::size_t(i)], nullptr)
                == SQLITE_OK
            || implementation->fail();
    }
    if (!good) {
        error = implementation->error;
        return nullptr;
    }
    return std::unique_ptr<Writer>(new Writer(std::move(implementation)));
}

void Writer::commit()
{
    Implementation& self = *m_implementation;
    if (self.finished) {
        return;
    }
    self.flushPending();
    if (self.inBatch) {
        self.inBatch = false;
        self.execute("COMMIT");
    }
}

bool Writer::finish()
{
    Implementation& self = *m_implementation;
    if (self.finished) {
        return self.error.empty();
    }
    self.packer.finish();
    commit();
    self.finished = true;
    if (self.error.empty()) {
        self.execute(
            "BEGIN;" + indexSql() + "INSERT OR REPLACE INTO meta VALUES('events',"
            + std::to_string(self.events) + "),('end_time'," + std::to_string(self.lastTimeNs)
            + "),('complete',1); COMMIT; PRAGMA optimize;");
        self.shrink();
        self.execute("PRAGMA journal_mode=DELETE;");
    }
    self.close();
    return self.error.empty();
}

const std::string& Writer::error() const
{
    return m_implementation->error;
}

} // namespace rdrlab::trace
