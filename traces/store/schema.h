// The layout of a trace file. SCHEMA.md describes every table and column for people; a change of
// layout bumps kSchemaVersion and SCHEMA.md in the same commit.
#pragma once

#include <cstdint>
#include <string>

namespace rdrlab::trace {

constexpr std::int32_t kApplicationId = 0x52445254; // "RDRT"
constexpr std::int32_t kSchemaVersion = 4;

/// Statements that create the tables and views, and fill the vocabularies.
std::string schemaSql();

/// Statements that create the views. `temporary`: for one connection, where they stand before views
/// of the same name in the file, which may be an older program's or a stranger's.
std::string viewsSql(bool temporary);

/// Statements that build the indexes; run once, when the recording is finished.
std::string indexSql();

} // namespace rdrlab::trace
