#include "traces/store/shape.h"

#include "traces/store/opening.h"
#include "traces/store/schema.h"

#include <sqlite3.h>

#include <algorithm>

namespace rdrlab::trace {

namespace {

std::string textOf(sqlite3_stmt* statement, int column)
{
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return text == nullptr ? std::string() : std::string(text);
}

// The columns of one table; `hidden` counts those that are computed and not stored.
std::vector<ColumnShape> columnsOf(sqlite3* database, const std::string& table, int& hidden)
{
    std::vector<ColumnShape> columns;
    sqlite3_stmt* statement = nullptr;
    // cid, name, type, notnull, dflt_value, pk, hidden
    const std::string sql = "PRAGMA table_xinfo(" + table + ")";
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK) {
        while (sqlite3_step(statement) == SQLITE_ROW) {
            const bool isKey = sqlite3_column_int(statement, 5) != 0;
            columns.push_back({ textOf(statement, 1), textOf(statement, 2),
                                sqlite3_column_int(statement, 3) == 0 && !isKey, isKey });
            hidden += sqlite3_column_int(statement, 6) != 0;
        }
    }
    sqlite3_finalize(statement);
    return columns;
}

// Made from the rows; who reads them does without where an older or cut off file has none.
bool isDerived(const std::string& table)
{
    return table == "spine_chunks" || table == "spine_columns" || table == "state_log"
        || table == "keyframes";
}

// What schema versions added: an older file need not have it.
bool isOf(int version, const std::string& table, const std::string& column)
{
    return (version >= 2 || table != "inputs" || (column != "seq" && column != "wire_bytes"))
        && (version >= 3 || !isDerived(table)) && (version >= 4 || table != "stack_locations");
}

bool mayMiss(int version, const TableShape& table)
{
    return isDerived(table.name) || !isOf(version, table.name, table.columns.front().name);
}

std::vector<TableShape> build()
{
    std::vector<TableShape> shapes;
    sqlite3* database = nullptr;
    if (sqlite3_open(":memory:", &database) == SQLITE_OK
        && sqlite3_exec(database, schemaSql().c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(
            database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid", -1,
            &statement, nullptr);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            int hidden = 0;
            const std::string name = textOf(statement, 0);
            shapes.push_back({ name, columnsOf(database, name, hidden) });
        }
        sqlite3_finalize(statement);
    }
    sqlite3_close(database);
    return shapes;
}

} // namespace

const std::vector<TableShape>& tableShapes()
{
    static const std::vector<TableShape> shapes = build();
    return shapes;
}

std::vector<TableShape> tableShapesOf(int version)
{
    std::vector<TableShape> shapes;
    for (const TableShape& table : tableShapes()) {
        TableShape shape { table.name, {} };
        for (const ColumnShape& column : table.columns) {
            if (isOf(version, table.name, column.name)) {
                shape.columns.push_back(column);
            }
        }
        if (!shape.columns.empty()) {
            shapes.push_back(std::move(shape));
        }
    }
    return shapes;
}

std::string shapeProblem(sqlite3* database, int version)
{
    for (const TableShape& table : tableShapes()) {
        sqlite3_stmt* statement = nullptr;
        int result = sqlite3_prepare_v2(
            database, "SELECT type, rootpage FROM sqlite_schema WHERE name = ? COLLATE NOCASE", -1,
            &statement, nullptr);
        if (result == SQLITE_OK) {
            sqlite3_bind_text(
                statement, 1, table.name.c_str(), int(table.name.size()), SQLITE_STATIC);
            result = sqlite3_step(statement);
        }
        const bool isPlain = result == SQLITE_ROW && textOf(statement, 0) == "table"
            && sqlite3_column_int(statement, 1) > 1;
        sqlite3_finalize(statement);
        if (result == SQLITE_DONE && mayMiss(version, table)) {
            continue;
        }
        if (result == SQLITE_DONE) {
            return "damaged: table " + table.name + " is missing";
        }
        if (result != SQLITE_ROW) {
            return damageText(database);
        }
        if (!isPlain) {
            return "damaged: " + table.name + " is no plain table";
        }
        int hidden = 0;
        const std::vector<ColumnShape> columns = columnsOf(database, table.name, hidden);
        if (hidden != 0) {
            return "damaged: table " + table.name + " has computed columns";
        }
        for (const ColumnShape& wanted : table.columns) {
            const bool isThere
                = std::any_of(columns.begin(), columns.end(), [&](const ColumnShape& column) {
                      return column.name == wanted.name;
                  });
            if (!isThere && isOf(version, table.name, wanted.name)) {
                return "damaged: table " + table.name + " has no column " + wanted.name;
            }
        }
    }
    return {};
}

} // namespace rdrlab::trace
