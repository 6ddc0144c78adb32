// The shape a trace must have: its tables and columns, taken from the statements that create them.
// Foreign files are held against it before anything is read.
#pragma once

#include <string>
#include <vector>

struct sqlite3;

namespace rdrlab::trace {

struct ColumnShape
{
    std::string name;
    std::string type; // "INTEGER", "TEXT", "BLOB"; empty: a value of any of these
    bool mayBeNull = true;
    bool isKey = false; // of the primary key
};

struct TableShape
{
    std::string name;
    std::vector<ColumnShape> columns;
};

/// The tables that this program writes, in the order of schemaSql().
const std::vector<TableShape>& tableShapes();

/// The same as a file of schema version `version` has to have them at least: without the tables and
/// columns that later versions added.
std::vector<TableShape> tableShapesOf(int version);

/// Holds an open file of schema version `version` against tableShapes(). A table must be a plain
/// table: a view or a virtual or generated column in its place would run foreign code when it is
/// read. Returns one line, empty when all is well.
std::string shapeProblem(sqlite3* database, int version);

} // namespace rdrlab::trace
