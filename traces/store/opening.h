// The guarded door of a trace file. Private to traces/store.
#pragma once

#include "traces/store/reader.h"

struct sqlite3;

namespace rdrlab::trace {

/// A checked read-only connection, or nullptr and one line in `error`.
sqlite3* openTrace(const std::string& path, std::string& error);

/// A message of SQLite's as one printable line.
std::string oneLine(std::string_view message);

/// What went wrong on this connection, in words for a person with a trace file.
std::string damageText(sqlite3* database);

/// Checks every page of the file, and tells up to `limit` faults as one line each.
void checkPages(
    sqlite3* database, unsigned limit, const std::function<void(const std::string&)>& tell);

} // namespace rdrlab::trace
