// What stands behind a Writer: its connection, the batch at hand, and what waits to be written.
// Private to traces/store.
#pragma once

#include "traces/store/packer.h"
#include "traces/store/rowbinder.h"
#include "traces/store/writer.h"

#include <array>
#include <sys/stat.h>
#include <unordered_set>
#include <vector>

namespace rdrlab::trace {

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
    kStackLocation,
    kStackPended,
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

// Smaller files are written anew into small pages at the end.
constexpr off_t kShrinkBelowBytes = 2 << 20;

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
    std::vector<StackLocation> locations;
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
        for (const StackLocation& location : locations) {
            Row bound = row(kStackLocation);
            bound.number(location.id)
                .number(location.irp)
                .number(location.number)
                .number(location.major)
                .number(location.minor)
                .number(location.flags)
                .number(location.control)
                .optional(location.file)
                .optional(location.routine)
                .number(location.hasContext);
            for (const std::uint64_t parameter : location.parameters) {
                bound.number(parameter);
            }
            bound.optional(location.name).optional(location.pended);
            put(kStackLocation);
        }
        locations.clear();
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

} // namespace rdrlab::trace
