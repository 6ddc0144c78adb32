#include "traces/store/writer.h"

#include "traces/store/packer.h"
#include "traces/store/rowbinder.h"
#include "traces/store/schema.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_set>
#include <vector>

namespace rdrlab::trace {

namespace {

constexpr off_t kShrinkBelowBytes = 2 << 20;

enum Statement
{
    kMeta,
    kString,
    kEvent,
    kSpan,
    kSpanEnd,
    kSpanRequest,
    kObject,
    kObjectDeath,
    kObjectName,
    kChange,
    kReference,
    kPacket,
    kInput,
    kChoice,
    kStatus,
    kProcess,
    kThread,
    kSpineChunk,
    kSpineColumns,
    kStateLog,
    kKeyframe,
    kStatementCount
};

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

std::string addressText(std::uint32_t address)
{
    char text[16];
    std::snprintf(
        text, sizeof text, "%u.%u.%u.%u", address >> 24, (address >> 16) & 255u,
        (address >> 8) & 255u, address & 255u);
    return text;
}

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

// The row with this id among those not written yet.
template <typename Waiting> Waiting* waitingRow(std::vector<Waiting>& rows, std::uint64_t id)
{
    const auto found = std::lower_bound(
        rows.begin(), rows.end(), id,
        [](const Waiting& row, std::uint64_t wanted) { return row.id < wanted; });
    return found != rows.end() && found->id == id ? &*found : nullptr;
}

} // namespace

struct Writer::Implementation
{
    sqlite3* database = nullptr;
    std::array<sqlite3_stmt*, kStatementCount> statements {};
    WriterOptions options;
    std::string path;
    std::string error;
    bool inBatch = false;
    bool finished = false;
    std::uint64_t events = 0;
    std::uint64_t lastTimeNs = 0;
    std::uint64_t choices = 0;

    // Rows whose end commonly comes within the same batch wait here, so that most are written once
    // and never updated. Ids ascend, so the lists are in key order.
    std::vector<Span> spans;
    std::vector<Object> objects;
    std::unordered_set<std::int32_t> statusesSeen;

    // Object values are text in the file; their strings have been defined before.
    std::vector<std::string> strings;

    // The packed side goes into the batch of the rows it repeats.
    Packer packer { packerSink() };

    Implementation() = default;
    ~Implementation() { close(); }
    Implementation(const Implementation&) = delete;
    Implementation& operator=(const Implementation&) = delete;

    Packer::Sink packerSink()
    {
        Packer::Sink sink;
        sink.spine
            = [this](const SpineChunkInfo& chunk, const Bytes& objectSet, const Bytes& columns) {
                  row(kSpineChunk)
                      .number(chunk.first)
                      .number(chunk.count)
                      .number(chunk.beginNs)
                      .number(chunk.endNs)
                      .number(chunk.kinds)
                      .number(chunk.layers)
                      .number(chunk.hasError);
                  put(kSpineChunk);
                  row(kSpineColumns)
                      .number(chunk.first)
                      .blob(objectSet.data(), objectSet.size())
                      .blob(columns.data(), columns.size());
                  put(kSpineColumns);
              };
        sink.log = [this](Seq first, Seq last, std::size_t count, const Bytes& entries) {
            row(kStateLog).number(last).number(first).number(count).blob(
                entries.data(), entries.size());
            put(kStateLog);
        };
        sink.keyframe = [this](Seq seq, std::size_t count, const Bytes& state) {
            row(kKeyframe).number(seq).number(count).blob(state.data(), state.size());
            put(kKeyframe);
        };
        sink.dropSpine = [this] { drop("DELETE FROM spine_chunks; DELETE FROM spine_columns;"); };
        sink.dropState = [this] { drop("DELETE FROM state_log; DELETE FROM keyframes;"); };
        return sink;
    }

    void drop(const char* sql)
    {
        row(kMeta); // within the batch
        execute(sql);
    }

    void close()
    {
        for (sqlite3_stmt*& statement : statements) {
            sqlite3_finalize(statement);
            statement = nullptr;
        }
        sqlite3_close(database);
        database = nullptr;
    }

    bool fail()
    {
        if (error.empty()) {
            error
                = path + ": " + (database != nullptr ? sqlite3_errmsg(database) : "out of memory");
        }
        return false;
    }

    bool execute(const std::string& sql)
    {
        return sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK
            || fail();
    }

    Row row(Statement which)
    {
        if (!inBatch && error.empty()) {
            inBatch = execute("BEGIN");
        }
        return Row(statements[which]);
    }

    void put(Statement which)
    {
        if (error.empty() && sqlite3_step(statements[which]) != SQLITE_DONE) {
            fail();
        }
        sqlite3_reset(statements[which]);
    }

    void status(std::int32_t value)
    {
        if (!statusesSeen.insert(value).second) {
            return;
        }
        const std::string_view name = statusName(value);
        if (!name.empty()) {
            row(kStatus).signedNumber(value).text(name);
            put(kStatus);
        }
    }

    void flushPending()
    {
        for (const Span& span : spans) {
            Row bound = row(kSpan);
            bound.number(span.id)
                .optional(span.parent)
                .number(unsigned(span.layer))
                .optional(span.routine);
            bound.optional(span.object)
                .optional(span.request)
                .number(span.process)
                .number(span.thread)
                .number(span.beginNs);
            if (span.end != 0) {
                bound.number(span.end)
                    .number(span.endNs)
                    .signedNumber(span.status)
                    .number(span.information);
            } else {
                bound.null().null().null().null();
            }
            put(kSpan);
        }
        spans.clear();
        for (const Object& object : objects) {
            row(kObject)
                .number(object.id)
                .number(unsigned(object.kind))
                .number(object.name)
                .optional(object.owner)
                .number(object.birth)
                .optional(object.death);
            put(kObject);
        }
        objects.clear();
    }

    // Each table and index takes a page at least: a short run fits much better into small ones.
    void shrink()
    {
        struct stat info
        {
        };
        if (::stat(path.c_str(), &info) == 0 && info.st_size < kShrinkBelowBytes) {
            for (sqlite3_stmt*& statement : statements) {
                sqlite3_finalize(statement);
                statement = nullptr;
            }
            execute("PRAGMA page_size=4096; VACUUM;");
        }
    }

    void value(Row& bound, const Value& field)
    {
        switch (field.type) {
        case Value::Type::None:
            bound.null();
            return;
        case Value::Type::Integer:
            bound.signedNumber(field.number);
            return;
        case Value::Type::Text:
        case Value::Type::Object:
            bound.text(field.text < strings.size() ? strings[field.text] : std::string_view());
            return;
        }
    }
};

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

void Writer::meta(std::string_view key, std::string_view value)
{
    m_implementation->row(kMeta).text(key).text(value);
    m_implementation->put(kMeta);
}

void Writer::meta(std::string_view key, std::int64_t value)
{
    m_implementation->row(kMeta).text(key).signedNumber(value);
    m_implementation->put(kMeta);
}

void Writer::process(const Process& process)
{
    m_implementation->row(kProcess).number(process.id).text(process.name).number(process.birth);
    m_implementation->put(kProcess);
}

void Writer::thread(const Thread& thread)
{
    m_implementation->row(kThread)
        .number(thread.id)
        .number(thread.process)
        .text(thread.name)
        .number(thread.birth);
    m_implementation->put(kThread);
}

void Writer::string(StringId id, std::string_view text)
{
    std::vector<std::string>& strings = m_implementation->strings;
    if (id >= strings.size()) {
        strings.resize(std::max<std::size_t>(id + 1, strings.size() * 2));
    }
    strings[id] = text;
    m_implementation->row(kString).number(id).text(text);
    m_implementation->put(kString);
}

void Writer::event(const Event& event)
{
    Implementation& self = *m_implementation;
    Row bound = self.row(kEvent);
    bound.number(event.seq)
        .number(event.timeNs)
        .number(unsigned(event.kind))
        .number(unsigned(event.layer));
    bound.number(event.cpu)
        .number(event.irql)
        .number(event.process)
        .number(event.thread)
        .optional(event.span);
    bound.optional(event.parent).optional(event.routine).optional(event.object);
    if (event.hasStatus) {
        bound.signedNumber(event.status);
    } else {
        bound.null();
    }
    bound.number(event.argument).optional(event.text);
    self.put(kEvent);
    if (event.hasStatus) {
        self.status(event.status);
    }
    self.packer.event(event);
    self.events = event.seq;
    self.lastTimeNs = std::max(self.lastTimeNs, event.timeNs);
}

void Writer::spanBegin(const Span& span)
{
    std::vector<Span>& spans = m_implementation->spans;
    if (!spans.empty() && spans.back().id >= span.id) {
        m_implementation->flushPending(); // not as a recorder numbers them: the file decides
    }
    spans.push_back(span);
}

void Writer::spanEnd(
    SpanId id, Seq end, std::uint64_t endNs, std::int32_t status, std::uint64_t information)
{
    Implementation& self = *m_implementation;
    if (Span* waiting = waitingRow(self.spans, id)) {
        Span& span = *waiting;
        span.end = end;
        span.endNs = endNs;
        span.status = status;
        span.information = information;
        return;
    }
    self.row(kSpanEnd).number(id).number(end).number(endNs).signedNumber(status).number(
        information);
    self.put(kSpanEnd);
}

void Writer::spanRequest(SpanId id, ObjectId request)
{
    Implementation& self = *m_implementation;
    if (Span* waiting = waitingRow(self.spans, id)) {
        waiting->request = request;
        return;
    }
    self.row(kSpanRequest).number(id).number(request);
    self.put(kSpanRequest);
}

void Writer::objectBorn(const Object& object)
{
    std::vector<Object>& objects = m_implementation->objects;
    if (!objects.empty() && objects.back().id >= object.id) {
        m_implementation->flushPending();
    }
    objects.push_back(object);
    m_implementation->packer.born(object);
}

void Writer::objectDied(ObjectId id, Seq death)
{
    Implementation& self = *m_implementation;
    self.packer.died(id, death);
    if (Object* waiting = waitingRow(self.objects, id)) {
        waiting->death = death;
        return;
    }
    self.row(kObjectDeath).number(id).number(death);
    self.put(kObjectDeath);
}

void Writer::objectRenamed(ObjectId id, StringId name)
{
    Implementation& self = *m_implementation;
    if (Object* waiting = waitingRow(self.objects, id)) {
        waiting->name = name;
        return;
    }
    self.row(kObjectName).number(id).number(name);
    self.put(kObjectName);
}

void Writer::change(const Change& change)
{
    Implementation& self = *m_implementation;
    Row bound = self.row(kChange);
    bound.number(change.seq).number(change.object).number(change.field);
    self.value(bound, change.before);
    self.value(bound, change.after);
    bound.optional(
        change.before.type == Value::Type::Object ? std::uint64_t(change.before.number) : 0);
    bound.optional(
        change.after.type == Value::Type::Object ? std::uint64_t(change.after.number) : 0);
    self.put(kChange);
    self.packer.change(change);
}

void Writer::reference(const Reference& reference)
{
    Row bound = m_implementation->row(kReference);
    bound.number(reference.seq)
        .number(reference.object)
        .signedNumber(reference.delta)
        .signedNumber(reference.count);
    bound.optional(reference.reason);
    m_implementation->put(kReference);
    m_implementation->packer.reference(reference);
}

void Writer::packet(const Packet& packet)
{
    this->packet(packet, packet.payload.data(), packet.payload.size());
}

void Writer::packet(const Packet& head, const std::byte* payload, std::size_t length)
{
    Implementation& self = *m_implementation;
    const std::string client = addressText(head.clientAddress);
    const std::string server = addressText(head.serverAddress);
    Row bound = self.row(kPacket);
    bound.number(head.seq)
        .number(head.timeNs)
        .number(head.connection)
        .number(unsigned(head.direction));
    bound.text(client).number(head.clientPort).text(server).number(head.serverPort);
    bound.number(head.tcpSequence)
        .number(head.tcpAcknowledge)
        .number(head.flags)
        .number(head.length);
    bound.blob(payload, std::min<std::size_t>(length, self.options.payloadLimit));
    self.put(kPacket);
}

void Writer::input(const Input& input)
{
    Row bound = m_implementation->row(kInput);
    bound.null().number(input.index).number(input.timeNs).number(input.channel).number(input.kind);
    if (input.wireBytes != 0) {
        bound.null().number(input.seq).number(input.wireBytes);
    } else {
        bound.blob(input.bytes.data(), input.bytes.size()).number(input.seq).null();
    }
    m_implementation->put(kInput);
}

void Writer::choice(const Choice& choice)
{
    m_implementation->row(kChoice).number(choice.index).number(choice.options).number(choice.taken);
    m_implementation->put(kChoice);
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
