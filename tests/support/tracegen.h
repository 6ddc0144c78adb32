// Makes a long trace out of a real recording: what the scenario's processes did is repeated until
// the trace has as many events as asked for.
//
// The boot stays as it is and happens once. Every later pass shifts sequence numbers, times, spans,
// objects and connections, and names its objects as the recorder does when a name is used again
// ("FCB:\lab\public\readme.txt#7", "IRP#1204"), so that the result is what one run of that length
// would have left: names, ledgers and old values hold over the seams. Process and thread numbers
// are used again, as a kernel does. Inputs, choices and the scenario's text are left out: there is
// no run that such a trace would replay. The same arguments give the same file.
#pragma once

#include "traces/store/reader.h"
#include "traces/store/writer.h"

#include <cstdint>
#include <functional>
#include <string>

namespace rdrlab::test {

struct RepeatOptions
{
    /// The length of the result in events. Where it ends inside a pass, calls stay open and objects
    /// alive.
    std::uint64_t events = 0;
    /// Edits in a thousand events of the repeated part, in equal shares: an event left out that
    /// nothing hangs on (a note, a lock, a wait), a call that fails instead of succeeding, a note
    /// that was not there. For two traces that differ in a known number of places.
    unsigned editsPerMille = 0;
    std::uint64_t editSeed = 1;
    /// Told now and then how many events are there.
    std::function<void(std::uint64_t)> progress;
};

struct RepeatResult
{
    std::uint64_t events = 0;
    std::uint64_t passes = 0; // begun
    std::uint64_t edits = 0;
};

/// Writes the long trace into `writer` and finishes it. False and one line in `error` when the
/// recording cannot be read or is empty, or the file cannot be written.
bool repeatTrace(
    const trace::Reader& recording,
    trace::Writer& writer,
    const RepeatOptions& options,
    RepeatResult& result,
    std::string& error);

} // namespace rdrlab::test
