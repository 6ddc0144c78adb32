// The door for SQL that others wrote: one statement that reads, within limits. Private to
// traces/store.
//
// Beside the tables of the file such a statement sees the views of this program (in place of those
// in the file, which may be an older program's or a stranger's) and the table `spine`: the events
// out of the packed chunks.
#pragma once

#include "traces/store/reader.h"

struct sqlite3;

namespace rdrlab::trace {

/// Adds the views and `spine` to a Reader's connection; once, before the first runSql(). Borrows
/// `reader`.
void prepareSql(sqlite3* database, const Reader& reader);

std::string runSql(
    sqlite3* database,
    const std::string& statement,
    const SqlLimits& limits,
    const Reader::SqlValueRow& row);

/// The table `spine`: (seq, time, kind, layer, cpu, irql, process, thread, span, parent, routine,
/// object, status, argument, text), the columns of `events`. Limits on seq and time, and equality
/// of kind, layer, object and status < x skip chunks.
void addSpineTable(sqlite3* database, const Reader& reader);

} // namespace rdrlab::trace
