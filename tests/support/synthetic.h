// A recording made through the recorder's own door, shaped like the first open of a file: for tests
// of everything that reads traces, without a machine.
#pragma once

#include "engine/recorder/recorder.h"
#include "traces/store/reader.h"

#include <memory>
#include <string>

namespace rdrlab::test {

/// A temporary folder of this process, removed at exit.
std::string temporaryPath(const std::string& name);

/// A recorder on a new file; fails the test when the file cannot be made.
std::unique_ptr<recorder::Recorder> recordTo(const std::string& path);

/// Records the open, one read and the close of \\lab\public\readme.txt; returns how many events
/// that were.
std::uint64_t recordFirstOpen(recorder::Recorder& recorder, sched::Context& context);

/// The same, finished, in a file.
std::string firstOpenTrace(const std::string& name);

/// A reader of the trace; fails the test, with the reader's reason, when it cannot be opened.
std::unique_ptr<trace::Reader> openTrace(const std::string& path);

/// Runs statements on the file past the trace library, as a stranger could; fails the test when
/// SQLite refuses them.
void alterTrace(const std::string& path, const std::string& statements);

} // namespace rdrlab::test
