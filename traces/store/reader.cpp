#include "traces/store/readerimpl.h"
#include "traces/store/schema.h"
#include "traces/store/sql.h"

namespace rdrlab::trace {

std::string FieldValue::print() const
{
    return type == Value::Type::Integer ? std::to_string(number) : text;
}

Reader::Reader(std::unique_ptr<Implementation> implementation)
    : m_implementation(std::move(implementation))
{
}

Reader::~Reader() = default;

std::unique_ptr<Reader> Reader::open(const std::string& path, std::string& error)
{
    auto self = std::make_unique<Implementation>();
    self->path = path;
    self->database = openTrace(path, error);
    if (self->database == nullptr) {
        return nullptr;
    }
    self->each("PRAGMA user_version", {}, [&](const Cursor& row) {
        self->version = int(row.signedNumber(0));
        return true;
    });
    const bool good = self->each(
                          "SELECT key, value FROM meta ORDER BY key", {},
                          [&](const Cursor& row) {
                              self->meta[row.text(0)] = row.text(1);
                              return true;
                          })
        && self->each(
            "SELECT seq, time FROM events ORDER BY seq DESC LIMIT 1", {}, [&](const Cursor& row) {
                self->lastSeq = row.number(0);
                self->endTimeNs = row.number(1);
                return true;
            });
    if (!good) {
        error = self->error;
        return nullptr;
    }
    return std::unique_ptr<Reader>(new Reader(std::move(self)));
}

const std::string& Reader::path() const
{
    return m_implementation->path;
}

const std::string& Reader::error() const
{
    return m_implementation->error;
}

int Reader::schemaVersion() const
{
    return m_implementation->version;
}

std::string Reader::note() const
{
    const int version = m_implementation->version;
    return version <= kSchemaVersion
        ? std::string()
        : "trace schema version " + std::to_string(version) + " is newer than this program's "
            + std::to_string(kSchemaVersion) + ": what it added is not shown";
}

const std::map<std::string, std::string>& Reader::meta() const
{
    return m_implementation->meta;
}

std::string Reader::meta(const std::string& key, const std::string& otherwise) const
{
    const auto found = m_implementation->meta.find(key);
    return found != m_implementation->meta.end() ? found->second : otherwise;
}

bool Reader::isComplete() const
{
    return meta("complete") == "1";
}

Seq Reader::lastSeq() const
{
    return m_implementation->lastSeq;
}

std::uint64_t Reader::endTimeNs() const
{
    return m_implementation->endTimeNs;
}

std::string_view Reader::string(StringId id) const
{
    if (id == 0) {
        return {};
    }
    const std::string* found = m_implementation->string(id);
    return found != nullptr ? std::string_view(*found) : std::string_view("?");
}

StringId Reader::findString(std::string_view text) const
{
    Cursor cursor(
        m_implementation->database, "SELECT id FROM strings WHERE text = ? ORDER BY id LIMIT 1");
    cursor.bind(1, text);
    const bool found = cursor.next();
    const StringId id = found ? cursor.small(0) : 0;
    m_implementation->done(cursor, found);
    return id;
}

const std::vector<Object>& Reader::objects() const
{
    const Implementation& self = *m_implementation;
    if (!self.haveAllObjects) {
        self.haveAllObjects = true;
        self.each(std::string(kObjectColumns) + "ORDER BY id", {}, [&](const Cursor& row) {
            self.allObjects.push_back(objectOf(row));
            return true;
        });
    }
    return self.allObjects;
}

const Object* Reader::object(ObjectId id) const
{
    return id != 0 ? m_implementation->object(id) : nullptr;
}

std::vector<ObjectId> Reader::objectsNamed(std::string_view name) const
{
    // Names are not indexed: an index would cost every trace the size of the dictionary once more,
    // and looking at a million of them takes a tenth of a second.
    std::vector<ObjectId> found;
    Cursor cursor(
        m_implementation->database,
        "SELECT o.id FROM strings s CROSS JOIN objects o ON o.name = s.id WHERE s.text = ?1"
        " OR (instr(s.text, ':') > 0 AND substr(s.text, instr(s.text, ':') + 1) = ?1)"
        " ORDER BY o.id");
    cursor.bind(1, name);
    while (cursor.next()) {
        found.push_back(cursor.small(0));
    }
    m_implementation->done(cursor, false);
    return found;
}

std::string_view Reader::processName(std::uint32_t id) const
{
    m_implementation->loadNames();
    const auto found = m_implementation->processes.find(id);
    return found != m_implementation->processes.end() ? std::string_view(found->second)
                                                      : std::string_view();
}

std::string_view Reader::threadName(std::uint32_t id) const
{
    m_implementation->loadNames();
    const auto found = m_implementation->threads.find(id);
    return found != m_implementation->threads.end() ? std::string_view(found->second)
                                                    : std::string_view();
}

void Reader::checkPages(
    unsigned limit, const std::function<void(const std::string& fault)>& tell) const
{
    trace::checkPages(m_implementation->database, limit, tell);
}

std::string
Reader::sql(const std::string& statement, const SqlLimits& limits, const SqlRow& row) const
{
    std::vector<const char*> texts;
    return sqlValues(statement, limits, [&](const std::vector<SqlValue>& cells) {
        texts.clear();
        for (const SqlValue& cell : cells) {
            texts.push_back(cell.text);
        }
        row(texts);
        return true;
    });
}

std::string Reader::sqlValues(
    const std::string& statement, const SqlLimits& limits, const SqlValueRow& row) const
{
    Implementation& self = *m_implementation;
    if (!self.sqlReady) {
        self.sqlReady = true;
        prepareSql(self.database, *this);
    }
    // A statement that is stopped, stops what it reads through the spine: no fault of the trace.
    const std::string before = self.error;
    std::string problem = runSql(self.database, statement, limits, row);
    self.error = before;
    return problem;
}

} // namespace rdrlab::trace
