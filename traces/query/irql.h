// The interrupt request level of each processor over time.
#pragma once

#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <string_view>
#include <vector>

namespace rdrlab::trace {

/// From this event on the processor was seen at this level.
struct IrqlChange
{
    Seq seq = 0;
    std::uint8_t irql = 0;
};

/// What the recording shows: the level at which each event ran. A processor is not seen between
/// its events.
struct IrqlHistory
{
    std::vector<std::vector<IrqlChange>> processors; // by number; each by seq
    Seq last = 0;

    /// The level of a processor at an event; nothing before its first one.
    std::optional<std::uint8_t> at(std::size_t processor, Seq seq) const;
    /// The highest level of a processor from `from` to `to`, both included.
    std::optional<std::uint8_t> highest(std::size_t processor, Seq from, Seq to) const;
};

/// One pass over the events. False when the trace cannot be read or `progress` gave up.
bool irqlHistory(const Reader& reader, IrqlHistory& into, const Progress& progress = {});

/// "PASSIVE_LEVEL"; empty for a level without a name of its own on x64.
std::string_view irqlName(std::uint8_t irql);

} // namespace rdrlab::trace
