// The spine as a table for SQL.
//
// A question about a few columns of many events costs a fifth of what it costs on the rows, because
// chunks that cannot answer it are never unpacked and the others are unpacked once. SQLite checks
// every condition again itself, so what is skipped here is only ever speed.
#include "traces/store/spine.h"
#include "traces/store/sql.h"

#include <sqlite3.h>

#include <algorithm>
#include <new>
#include <optional>

namespace rdrlab::trace {

namespace {

enum Column
{
    kSeq,
    kTime,
    kKind,
    kLayer,
    kCpu,
    kIrql,
    kProcess,
    kThread,
    kSpan,
    kParent,
    kRoutine,
    kObject,
    kStatus,
    kArgument,
    kText
};

constexpr const char* kDeclaration = "CREATE TABLE spine(seq INTEGER, time INTEGER, kind INTEGER, "
                                     "layer INTEGER, cpu INTEGER, irql INTEGER,"
                                     " process INTEGER, thread INTEGER, span INTEGER, parent "
                                     "INTEGER, routine INTEGER, object INTEGER, status INTEGER,"
                                     " argument INTEGER, text INTEGER)";

// How a condition reaches xFilter: one letter each, in the order of its arguments.
enum : char
{
    kSeqFrom = 'f', // seq >= and >
    kSeqTo = 't',
    kSeqIs = 's',
    kTimeFrom = 'a',
    kTimeTo = 'z',
    kKindIs = 'k',
    kLayerIs = 'l',
    kObjectIs = 'o',
    kStatusBelow = 'e'
};

struct Table
{
    sqlite3_vtab base {};
    const Reader* reader = nullptr;
    std::unique_ptr<Spine> spine; // made by the first question
};

struct Cursor
{
    sqlite3_vtab_cursor base {};
    SpineColumns columns;
    std::size_t chunk = 0;
    std::size_t at = 0;
    bool isEnd = true;
    // The conditions; inclusive.
    Seq from = 0;
    Seq to = INT64_MAX;
    std::uint64_t timeFrom = 0;
    std::uint64_t timeTo = UINT64_MAX;
    std::optional<std::int64_t> kind;
    std::optional<std::int64_t> layer;
    std::optional<std::int64_t> object;
    bool onlyErrors = false;

    Table& table() const { return *reinterpret_cast<Table*>(base.pVtab); }
    bool wants(const SpineChunkInfo& info, const Spine& spine, std::size_t index) const;
    bool wants(std::size_t i) const;
    int advance();
};

bool Cursor::wants(const SpineChunkInfo& info, const Spine& spine, std::size_t index) const
{
    const auto has = [](const std::optional<std::int64_t>& wanted, std::uint32_t set) {
        return !wanted || (*wanted >= 0 && *wanted < 32 && (set >> *wanted & 1u) != 0);
    };
    return has(kind, info.kinds) && has(layer, info.layers) && (!onlyErrors || info.hasError)
        && (!info.isExact || (info.endNs >= timeFrom && info.beginNs <= timeTo))
        && (!object
            || (*object > 0 && *object <= UINT32_MAX
                && spine.mayMention(index, ObjectId(*object))));
}

bool Cursor::wants(std::size_t i) const
{
    return !columns.isMissing(i) && (!kind || unsigned(columns.kind[i]) == *kind)
        && (!layer || unsigned(columns.layer[i]) == *layer)
        && (!object || columns.object[i] == *object)
        && (!onlyErrors || (columns.hasStatus[i] != 0 && columns.status[i] < 0))
        && columns.timeNs[i] >= timeFrom && columns.timeNs[i] <= timeTo;
}

// From row `at` of the present chunk on to the next one wanted.
int Cursor::advance()
{
    const Spine& spine = *table().spine;
    for (;;) {
        for (; at < columns.count && columns.first + at <= to; ++at) {
            if (columns.first + at >= from && wants(at)) {
                return SQLITE_OK;
            }
        }
        do {
            ++chunk;
            if (chunk >= spine.chunkCount() || spine.info(chunk).first > to) {
                isEnd = true;
                return SQLITE_OK;
            }
        } while (!wants(spine.info(chunk), spine, chunk));
        at = 0;
        if (!spine.decode(chunk, columns)) {
            sqlite3_free(base.pVtab->zErrMsg);
            base.pVtab->zErrMsg = sqlite3_mprintf("%s", table().reader->error().c_str());
            isEnd = true;
            return SQLITE_CORRUPT_VTAB;
        }
    }
}

int connect(sqlite3* database, void* reader, int, const char* const*, sqlite3_vtab** made, char**)
{
    const int result = sqlite3_declare_vtab(database, kDeclaration);
    if (result == SQLITE_OK) {
        auto* table = new Table;
        table->reader = static_cast<const Reader*>(reader);
        *made = &table->base;
        sqlite3_vtab_config(database, SQLITE_VTAB_INNOCUOUS);
    }
    return result;
}

int disconnect(sqlite3_vtab* table)
{
    delete reinterpret_cast<Table*>(table);
    return SQLITE_OK;
}

// What a condition is for the spine; 0: nothing.
char conditionOf(const sqlite3_index_info::sqlite3_index_constraint& constraint)
{
    const bool isEqual = constraint.op == SQLITE_INDEX_CONSTRAINT_EQ;
    const bool isFrom = constraint.op == SQLITE_INDEX_CONSTRAINT_GE
        || constraint.op == SQLITE_INDEX_CONSTRAINT_GT;
    const bool isTo = constraint.op == SQLITE_INDEX_CONSTRAINT_LE
        || constraint.op == SQLITE_INDEX_CONSTRAINT_LT;
    switch (constraint.iColumn) {
    case -1: // rowid
    case kSeq:
        return isEqual ? kSeqIs : isFrom ? kSeqFrom : isTo ? kSeqTo : 0;
    case kTime:
        return isFrom ? kTimeFrom : isTo ? kTimeTo : 0;
    case kKind:
        return isEqual ? kKindIs : 0;
    case kLayer:
        return isEqual ? kLayerIs : 0;
    case kObject:
        return isEqual ? kObjectIs : 0;
    case kStatus:
        return constraint.op == SQLITE_INDEX_CONSTRAINT_LT ? kStatusBelow : 0;
    default:
        return 0;
    }
}

int bestIndex(sqlite3_vtab*, sqlite3_index_info* info)
{
    std::string plan;
    double rows = 1e7;
    for (int i = 0; i < info->nConstraint; ++i) {
        const auto& constraint = info->aConstraint[i];
        const char condition = constraint.usable != 0 ? conditionOf(constraint) : char(0);
        if (condition == 0) {
            continue;
        }
        plan += condition;
        info->aConstraintUsage[i].argvIndex = int(plan.size());
        if (condition == kSeqIs) {
            rows = 1;
            info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
        } else {
            rows = std::max(1.0, rows / (condition == kObjectIs ? 1000 : 4));
        }
    }
    info->idxStr = sqlite3_mprintf("%s", plan.c_str());
    info->needToFreeIdxStr = 1;
    // One event means unpacking its chunk.
    info->estimatedCost = rows == 1 ? 4096 : rows;
    info->estimatedRows = sqlite3_int64(rows);
    info->orderByConsumed = info->nOrderBy == 1 && info->aOrderBy[0].desc == 0
        && (info->aOrderBy[0].iColumn == kSeq || info->aOrderBy[0].iColumn == -1);
    return SQLITE_OK;
}

int open(sqlite3_vtab* table, sqlite3_vtab_cursor** made)
{
    Table& self = *reinterpret_cast<Table*>(table);
    if (self.spine == nullptr) {
        self.spine = std::make_unique<Spine>(*self.reader);
    }
    *made = &(new Cursor)->base;
    return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor)
{
    delete reinterpret_cast<Cursor*>(cursor);
    return SQLITE_OK;
}

// A limit as a whole number: any other type compares with numbers by rules of its own, and SQLite
// checks again.
std::optional<std::int64_t> wholeNumber(sqlite3_value* value)
{
    return sqlite3_value_type(value) == SQLITE_INTEGER
        ? std::optional<std::int64_t>(sqlite3_value_int64(value))
        : std::nullopt;
}

int filter(sqlite3_vtab_cursor* cursor, int, const char* plan, int count, sqlite3_value** values)
{
    Cursor& self = *reinterpret_cast<Cursor*>(cursor);
    self.from = 0;
    self.to = INT64_MAX;
    self.timeFrom = 0;
    self.timeTo = UINT64_MAX;
    self.kind = self.layer = self.object = std::nullopt;
    self.onlyErrors = false;
    bool isImpossible = false;
    for (int i = 0; i < count; ++i) {
        const std::optional<std::int64_t> value = wholeNumber(values[i]);
        if (!value) {
            isImpossible = isImpossible || sqlite3_value_type(values[i]) == SQLITE_NULL;
            continue;
        }
        const auto atLeast0 = std::uint64_t(std::max<std::int64_t>(*value, 0));
        switch (plan[i]) {
        case kSeqIs:
            self.from = std::max<Seq>(self.from, atLeast0);
            self.to = std::min<Seq>(self.to, atLeast0);
            isImpossible = isImpossible || *value < 1;
            break;
        case kSeqFrom:
            self.from = std::max<Seq>(self.from, atLeast0);
            break;
        case kSeqTo:
            self.to = std::min<Seq>(self.to, atLeast0);
            break;
        case kTimeFrom:
            self.timeFrom = std::max(self.timeFrom, atLeast0);
            break;
        case kTimeTo:
            self.timeTo = std::min(self.timeTo, atLeast0);
            break;
        case kKindIs:
            isImpossible = isImpossible || (self.kind && self.kind != value);
            self.kind = value;
            break;
        case kLayerIs:
            isImpossible = isImpossible || (self.layer && self.layer != value);
            self.layer = value;
            break;
        case kObjectIs:
            isImpossible = isImpossible || (self.object && self.object != value);
            self.object = value;
            break;
        default: // status < x
            self.onlyErrors = self.onlyErrors || *value <= 0;
            break;
        }
    }
    const Spine& spine = *self.table().spine;
    self.columns.resize(0);
    self.at = 0;
    self.isEnd = isImpossible || self.from > self.to;
    if (self.isEnd) {
        return SQLITE_OK;
    }
    self.chunk = spine.chunkOf(self.from) - 1; // advance() looks at the next one
    return self.advance();
}

int next(sqlite3_vtab_cursor* cursor)
{
    Cursor& self = *reinterpret_cast<Cursor*>(cursor);
    ++self.at;
    return self.advance();
}

int isAtEnd(sqlite3_vtab_cursor* cursor)
{
    return reinterpret_cast<const Cursor*>(cursor)->isEnd;
}

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int index)
{
    const Cursor& self = *reinterpret_cast<const Cursor*>(cursor);
    const SpineColumns& columns = self.columns;
    const std::size_t i = self.at;
    const auto number
        = [context](std::uint64_t value) { sqlite3_result_int64(context, sqlite3_int64(value)); };
    const auto optional = [&](std::uint64_t value) {
        if (value != 0) { // else NULL, as in the rows
            number(value);
        }
    };
    switch (index) {
    case kSeq:
        number(columns.first + i);
        break;
    case kTime:
        number(columns.timeNs[i]);
        break;
    case kKind:
        number(unsigned(columns.kind[i]));
        break;
    case kLayer:
        number(unsigned(columns.layer[i]));
        break;
    case kCpu:
        number(columns.cpu[i]);
        break;
    case kIrql:
        number(columns.irql[i]);
        break;
    case kProcess:
        number(columns.process[i]);
        break;
    case kThread:
        number(columns.thread[i]);
        break;
    case kSpan:
        optional(columns.span[i]);
        break;
    case kParent:
        optional(columns.parent[i]);
        break;
    case kRoutine:
        optional(columns.routine[i]);
        break;
    case kObject:
        optional(columns.object[i]);
        break;
    case kStatus:
        if (columns.hasStatus[i] != 0) {
            sqlite3_result_int64(context, columns.status[i]);
        }
        break;
    case kArgument:
        number(columns.argument[i]);
        break;
    case kText:
        optional(columns.text[i]);
        break;
    default:
        break;
    }
    return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* id)
{
    const Cursor& self = *reinterpret_cast<const Cursor*>(cursor);
    *id = sqlite3_int64(self.columns.first + self.at);
    return SQLITE_OK;
}

constexpr sqlite3_module makeModule()
{
    sqlite3_module module {};
    module.iVersion = 1;
    module.xConnect = connect; // no xCreate: it is there without being created, and cannot be
    module.xBestIndex = bestIndex;
    module.xDisconnect = disconnect;
    module.xOpen = open;
    module.xClose = close;
    module.xFilter = filter;
    module.xNext = next;
    module.xEof = isAtEnd;
    module.xColumn = column;
    module.xRowid = rowid;
    return module;
}

constexpr sqlite3_module kModule = makeModule();

} // namespace

void addSpineTable(sqlite3* database, const Reader& reader)
{
    sqlite3_create_module_v2(database, "spine", &kModule, const_cast<Reader*>(&reader), nullptr);
}

} // namespace rdrlab::trace
