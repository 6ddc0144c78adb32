// How often calls happened, how long they took and how they ended, grouped by what they are.
#pragma once

#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <vector>

namespace rdrlab::trace {

/// Whether a status says that something failed: 0xC… other than STATUS_MORE_PROCESSING_REQUIRED.
bool isFailure(std::int32_t status);

enum class StatisticsBy : std::uint8_t
{
    Routine, // of each layer by itself
    Layer,
    Command, // SMB2 exchanges only
    Status, // of calls that ended
    Process, // that made them
    Maximum
};

/// The calls with one key. Durations are of those that ended, from begin to end, waiting included;
/// what is inside a call counts for both.
struct StatisticsRow
{
    Layer layer = Layer::App; // Routine, Layer, Command
    StringId routine = 0; // Routine, Command
    std::int32_t status = 0; // Status
    std::uint32_t process = 0; // Process

    std::uint64_t count = 0;
    std::uint64_t open = 0; // still under way when the recording ended
    std::uint64_t failed = 0; // ended with a status 0xC… other than STATUS_MORE_PROCESSING_REQUIRED
    std::uint64_t bytes = 0; // on the wire for exchanges, moved for reads and writes
    std::uint64_t totalNs = 0;
    std::uint64_t minimumNs = 0;
    std::uint64_t maximumNs = 0;
    std::uint64_t p50Ns = 0; // nearest rank
    std::uint64_t p90Ns = 0;
    std::uint64_t p99Ns = 0;
    SpanId slowest = 0;

    std::uint64_t ended() const { return count - open; }
    std::uint64_t meanNs() const { return ended() != 0 ? totalNs / ended() : 0; }
};

class CallStatistics
{
public:
    /// Takes in the calls that begin from event `from` to event `to`, both included, with their
    /// whole durations. One pass over the events from `from` on. False when the trace cannot be
    /// read or `progress` gave up; what was read so far counts.
    bool read(const Reader& reader, Seq from, Seq to, const Progress& progress = {});

    /// One row for each key, the longest total first. Costs a sort of the durations.
    std::vector<StatisticsRow> rows(StatisticsBy by) const;
    std::size_t calls() const { return m_calls.size(); }

private:
    struct Call
    {
        SpanId id = 0;
        std::uint64_t beginNs = 0;
        std::uint64_t durationNs = 0;
        std::uint64_t bytes = 0;
        StringId routine = 0;
        std::uint32_t process = 0;
        std::int32_t status = 0;
        Layer layer = Layer::App;
        bool isOpen = true;
    };
    std::vector<Call> m_calls; // by id
};

} // namespace rdrlab::trace
