#include "traces/query/irql.h"

#include "traces/store/spine.h"

#include <algorithm>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kMostProcessors = 64; // a file may claim 256

std::size_t behind(const std::vector<IrqlChange>& changes, Seq seq)
{
    return std::size_t(
        std::partition_point(
            changes.begin(), changes.end(),
            [&](const IrqlChange& change) { return change.seq <= seq; })
        - changes.begin());
}

} // namespace

std::optional<std::uint8_t> IrqlHistory::at(std::size_t processor, Seq seq) const
{
    if (processor >= processors.size()) {
        return std::nullopt;
    }
    const std::size_t next = behind(processors[processor], seq);
    return next != 0 ? std::optional(processors[processor][next - 1].irql) : std::nullopt;
}

std::optional<std::uint8_t> IrqlHistory::highest(std::size_t processor, Seq from, Seq to) const
{
    std::optional<std::uint8_t> level = at(processor, from);
    if (processor < processors.size()) {
        const std::vector<IrqlChange>& changes = processors[processor];
        for (std::size_t i = behind(changes, from); i < changes.size() && changes[i].seq <= to;
             ++i) {
            level = std::max(level.value_or(0), changes[i].irql);
        }
    }
    return level;
}

bool irqlHistory(const Reader& reader, IrqlHistory& into, const Progress& progress)
{
    into = {};
    into.last = reader.lastSeq();
    const Spine spine(reader);
    bool gaveUp = false;
    const bool good = spine.each(1, into.last, {}, [&](const SpineColumns& columns, std::size_t i) {
        if (progress && i == 0) {
            gaveUp = !progress(columns.first, into.last);
        }
        const std::size_t cpu = columns.cpu[i];
        if (columns.isMissing(i) || cpu >= kMostProcessors) {
            return !gaveUp;
        }
        if (cpu >= into.processors.size()) {
            into.processors.resize(cpu + 1);
        }
        std::vector<IrqlChange>& changes = into.processors[cpu];
        if (changes.empty() || changes.back().irql != columns.irql[i]) {
            changes.push_back({ columns.first + i, columns.irql[i] });
        }
        return !gaveUp;
    });
    return good && !gaveUp;
}

std::string_view irqlName(std::uint8_t irql)
{
    switch (irql) {
    case 0:
        return "PASSIVE_LEVEL";
    case 1:
        return "APC_LEVEL";
    case 2:
        return "DISPATCH_LEVEL";
    case 13:
        return "CLOCK_LEVEL";
    case 14:
        return "IPI_LEVEL";
    case 15:
        return "HIGH_LEVEL";
    default:
        return {};
    }
}

} // namespace rdrlab::trace
