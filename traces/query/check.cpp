#include "traces/query/check.h"

#include "traces/query/checkrules.h"
#include "traces/store/shape.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace rdrlab::trace {

namespace {

constexpr unsigned kPageFaults = 20;
// How often what is known of dead objects is thrown away: bounds the memory of a walk over all
// changes.
constexpr std::uint64_t kSweepEvery = 1 << 18;

std::string valueText(const FieldValue& value)
{
    constexpr std::size_t kLongest = 60;
    std::string text = value.type == Value::Type::None ? "nothing" : value.print();
    if (text.size() > kLongest) {
        text.resize(kLongest);
        text += "...";
    }
    return text;
}

class Checker
{
public:
    Checker(
        const Reader& reader,
        const CheckOptions& options,
        const std::function<void(const Breach&)>& tell)
        : m_reader(reader)
        , m_options(options)
        , m_tell(tell)
    {
    }

    CheckResult run();

private:
    void startRule() { m_ofRule = 0; }
    void breach(std::string table, std::string row, std::string text);
    void ask(const std::string& table, const std::string& sql);
    bool pages();
    void vocabulary(
        const char* table, unsigned count, const std::function<std::string_view(unsigned)>& name);
    void statuses();
    void types(const TableShape& table);
    void changes();
    void references();
    void streams();
    void inputs();
    bool isDead(ObjectId id, Seq at) const;

    const Reader& m_reader;
    const CheckOptions& m_options;
    const std::function<void(const Breach&)>& m_tell;
    CheckResult m_result;
    std::uint64_t m_ofRule = 0;
};

void Checker::breach(std::string table, std::string row, std::string text)
{
    ++m_result.breaches;
    if (++m_ofRule > m_options.perRule) {
        ++m_result.untold;
        return;
    }
    m_tell({ std::move(table), std::move(row), std::move(text) });
}

void Checker::ask(const std::string& table, const std::string& sql)
{
    const SqlLimits limits { std::numeric_limits<std::uint64_t>::max(),
                             std::numeric_limits<unsigned>::max() };
    bool isHead = true;
    const std::string problem
        = m_reader.sql(sql, limits, [&](const std::vector<const char*>& cells) {
              if (!isHead) {
                  breach(
                      table, cells[0] == nullptr ? "" : cells[0],
                      cells[1] == nullptr ? "?" : cells[1]);
              }
              isHead = false;
          });
    if (!problem.empty()) {
        breach(table, "", "cannot be read: " + problem);
    }
}

bool Checker::pages()
{
    bool good = true;
    m_reader.checkPages(kPageFaults, [&](const std::string& fault) {
        breach("file", "", fault);
        good = false;
    });
    return good;
}

void Checker::vocabulary(
    const char* table, unsigned count, const std::function<std::string_view(unsigned)>& name)
{
    bool isHead = true;
    m_reader.sql(
        std::string("SELECT id, name FROM ") + table + " ORDER BY id", { 1000, 10'000 },
        [&](const std::vector<const char*>& cells) {
            if (!isHead && cells[0] != nullptr && cells[1] != nullptr) {
                const unsigned long id = std::strtoul(cells[0], nullptr, 10);
                if (id < count && name(unsigned(id)) != cells[1]) {
                    breach(
                        table, cells[0],
                        std::string("is called ") + cells[1] + " instead of "
                            + std::string(name(unsigned(id))));
                }
            }
            isHead = false;
        });
    // Rules and readers go by number, so the names of those that occur must be there for people.
    const std::string column = table == std::string_view("layers") ? "layer" : "kind";
    const std::string user = table == std::string_view("object_kinds") ? "objects" : "events";
    ask(table,
        "SELECT DISTINCT u." + column + ", 'has no row, but occurs in " + user + "' FROM " + user
            + " u LEFT JOIN " + table + " v ON v.id = u." + column + " WHERE v.id IS NULL");
}

void Checker::statuses()
{
    bool isHead = true;
    m_reader.sql(
        "SELECT value, name FROM statuses ORDER BY value", { 100'000, 10'000 },
        [&](const std::vector<const char*>& cells) {
            if (!isHead && cells[0] != nullptr && cells[1] != nullptr) {
                const std::string_view name
                    = statusName(std::int32_t(std::strtoll(cells[0], nullptr, 10)));
                if (!name.empty() && name != cells[1]) {
                    breach(
                        "statuses", cells[0],
                        std::string("is called ") + cells[1] + " instead of " + std::string(name));
                }
            }
            isHead = false;
        });
}

// A column declared INTEGER may still hold text: SQLite does not insist, so readers would take it
// for 0.
void Checker::types(const TableShape& table)
{
    std::string cases;
    std::string key = "rowid";
    for (const ColumnShape& column : table.columns) {
        if (column.isKey || column.name == "seq") {
            key = column.name;
        }
        if (column.isKey && column.type == "INTEGER") {
            continue; // SQLite's own row number
        }
        std::string allowed = column.type == "INTEGER" ? "'integer'"
            : column.type == "TEXT"                    ? "'text'"
            : column.type == "BLOB"                    ? "'blob'"
                                                       : "'integer','text'";
        allowed += column.mayBeNull ? ",'null'" : "";
        cases += " WHEN typeof(" + column.name + ") NOT IN (" + allowed + ") THEN '" + column.name
            + " is of type ' || typeof(" + column.name + ")";
    }
    if (!cases.empty()) {
        ask(table.name,
            "SELECT " + key + ", CASE" + cases + " END AS breach FROM " + table.name
                + " WHERE breach IS NOT NULL");
    }
}

bool Checker::isDead(ObjectId id, Seq at) const
{
    const Object* object = m_reader.object(id);
    return object == nullptr || (object->death != 0 && object->death < at);
}

// Each change starts from where the one before it left the field.
void Checker::changes()
{
    std::unordered_map<ObjectId, std::vector<std::pair<StringId, FieldValue>>> known;
    std::uint64_t count = 0;
    m_reader.changes(0, std::numeric_limits<Seq>::max(), [&](const FieldChange& change) {
        if (++count % kSweepEvery == 0) {
            std::erase_if(
                known, [&](const auto& entry) { return isDead(entry.first, change.seq); });
        }
        const std::string row = std::to_string(change.seq);
        const std::string field(m_reader.string(change.field));
        auto& fields = known[change.object];
        const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& entry) {
            return entry.first == change.field;
        });
        if (found == fields.end()) {
            // A field that was zero at first has no row of its own, so this may start from zero.
            fields.emplace_back(change.field, change.after);
        } else {
            if (change.before.type != found->second.type
                || change.before.print() != found->second.print()) {
                breach(
                    "changes", row,
                    field + " changes from " + valueText(change.before) + ", but was "
                        + valueText(found->second));
            }
            found->second = change.after;
        }
        return true;
    });
}

// The counts of the ledger are the sums of its lines.
void Checker::references()
{
    std::unordered_map<ObjectId, std::int32_t> counts;
    std::uint64_t count = 0;
    m_reader.references(0, std::numeric_limits<Seq>::max(), [&](const Reference& reference) {
        if (++count % kSweepEvery == 0) {
            std::erase_if(
                counts, [&](const auto& entry) { return isDead(entry.first, reference.seq); });
        }
        const auto [known, isFirst]
            = counts.try_emplace(reference.object, reference.count - reference.delta);
        if (std::int64_t(known->second) + reference.delta != reference.count) {
            breach(
                "refs", std::to_string(reference.seq),
                std::to_string(known->second) + (reference.delta < 0 ? " " : " +")
                    + std::to_string(reference.delta) + " makes not "
                    + std::to_string(reference.count) + " for object "
                    + std::to_string(reference.object));
        } else if (reference.count < 0) {
            breach(
                "refs", std::to_string(reference.seq),
                "object " + std::to_string(reference.object) + " has fewer than no references");
        }
        known->second = reference.count;
        return true;
    });
}

// Each segment of a TCP stream continues the one before it, unless it was lost or sent again.
void Checker::streams()
{
    std::unordered_map<std::uint64_t, std::uint32_t> next;
    m_reader.packets([&](const Packet& packet) {
        constexpr std::uint8_t kOutOfLine = kPacketRst | kPacketRetransmission;
        if ((packet.flags & kOutOfLine) == 0) {
            const std::uint32_t end = packet.tcpSequence + packet.length
                + ((packet.flags & kPacketSyn) != 0) + ((packet.flags & kPacketFin) != 0);
            const auto [known, isFirst] = next.try_emplace(
                std::uint64_t(packet.connection) << 1 | (packet.direction == Direction::ToClient),
                packet.tcpSequence);
            if (known->second != packet.tcpSequence) {
                breach(
                    "packets", std::to_string(packet.seq),
                    "connection " + std::to_string(packet.connection) + " goes on at "
                        + std::to_string(packet.tcpSequence) + " instead of "
                        + std::to_string(known->second));
            }
            known->second = end;
        }
        return true;
    });
}

void Checker::inputs()
{
    if (!m_reader.inputs([](const Input&) { return true; })) {
        std::string error = m_reader.error();
        const std::string prefix = m_reader.path() + ": ";
        breach("inputs", "", error.starts_with(prefix) ? error.substr(prefix.size()) : error);
    }
}

CheckResult Checker::run()
{
    std::vector<std::function<void()>> rules;
    rules.emplace_back([this] {
        vocabulary(
            "layers", unsigned(Layer::Maximum), [](unsigned id) { return layerName(Layer(id)); });
    });
    rules.emplace_back([this] {
        vocabulary("object_kinds", unsigned(ObjectKind::Maximum), [](unsigned id) {
            return objectKindName(ObjectKind(id));
        });
    });
    rules.emplace_back([this] {
        vocabulary("event_kinds", unsigned(EventKind::Maximum), [](unsigned id) {
            return eventKindName(EventKind(id));
        });
    });
    rules.emplace_back([this] { statuses(); });
    const int version = m_reader.schemaVersion();
    for (TableShape& table : tableShapesOf(version)) {
        rules.emplace_back([this, table = std::move(table)] { types(table); });
    }
    for (CheckRule& rule : checkRules()) {
        if ((rule.table == "inputs" && version < 2)
            || (rule.table == "stack_locations" && version < 4)) {
            continue; // it says what version 2 added
        }
        rules.emplace_back([this, rule = std::move(rule)] { ask(rule.table, rule.sql); });
    }
    rules.emplace_back([this] { changes(); });
    rules.emplace_back([this] { references(); });
    rules.emplace_back([this] { streams(); });
    rules.emplace_back([this] { inputs(); });
    const CheckTell tell = [this](std::string table, std::string row, std::string text) {
        breach(std::move(table), std::move(row), std::move(text));
    };
    rules.emplace_back([&] { checkSpine(m_reader, tell); });
    rules.emplace_back([&] { checkStates(m_reader, tell); });
    if (!pages()) {
        return m_result; // what such pages say of each other is not worth telling
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (m_options.progress && !m_options.progress(double(i + 1) / double(rules.size() + 1))) {
            m_result.finished = false;
            break;
        }
        startRule();
        rules[i]();
    }
    return m_result;
}

} // namespace

CheckResult check(
    const Reader& reader,
    const CheckOptions& options,
    const std::function<void(const Breach&)>& tell)
{
    return Checker(reader, options, tell).run();
}

} // namespace rdrlab::trace
