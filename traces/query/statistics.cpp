#include "traces/query/statistics.h"

#include "traces/store/spine.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

namespace rdrlab::trace {

// STATUS_MORE_PROCESSING_REQUIRED has the form of an error and says that all goes well.
bool isFailure(std::int32_t status)
{
    constexpr std::uint32_t kMoreProcessing = 0xC0000016;
    return std::uint32_t(status) >> 30 == 3 && std::uint32_t(status) != kMoreProcessing;
}

namespace {

// Whether a routine's Information says how many bytes it moved.
bool movesBytes(std::string_view routine)
{
    for (const std::string_view word : { "Read", "READ", "Write", "WRITE" }) {
        if (routine.find(word) != routine.npos) {
            return true;
        }
    }
    return false;
}

using Key = std::tuple<int, StringId, std::int32_t, std::uint32_t>;

// The value that a share of all is not above: the nearest rank, of at least one.
std::uint64_t percentile(const std::vector<std::uint64_t>& sorted, unsigned percent)
{
    const std::size_t rank = (sorted.size() * percent + 99) / 100;
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

} // namespace

bool CallStatistics::read(const Reader& reader, Seq from, Seq to, const Progress& progress)
{
    m_calls.clear();
    std::unordered_map<SpanId, std::size_t> open; // looked up only
    std::unordered_map<StringId, bool> moves; // looked up only
    const Seq last = reader.lastSeq();
    const Seq stop = std::min(to, last);
    bool gaveUp = false;
    const Spine spine(reader);
    const auto wanted = [&](const SpineChunkInfo& chunk) {
        gaveUp = gaveUp
            || (progress && chunk.first > from && !progress(chunk.first - from, last - from + 1));
        return !gaveUp
            && (chunk.mayHave(EventKind::Begin) || chunk.mayHave(EventKind::End)
                || chunk.mayHave(EventKind::Packet));
    };
    const auto visit = [&](const SpineColumns& columns, std::size_t i) {
        const Seq seq = columns.first + i;
        const EventKind kind = columns.kind[i];
        if (kind == EventKind::Begin && seq <= stop) {
            open[seq] = m_calls.size();
            m_calls.push_back({ seq, columns.timeNs[i], 0, 0, columns.routine[i],
                                columns.process[i], 0, columns.layer[i], true });
        } else if (kind == EventKind::End || kind == EventKind::Packet) {
            const auto found = open.find(columns.span[i]);
            if (found != open.end()) {
                Call& call = m_calls[found->second];
                if (kind == EventKind::Packet) {
                    call.bytes += columns.argument[i];
                    return true;
                }
                call.isOpen = false;
                call.status = columns.status[i];
                call.durationNs = columns.timeNs[i] - std::min(call.beginNs, columns.timeNs[i]);
                const auto [entry, isNew] = moves.try_emplace(call.routine, false);
                if (isNew) {
                    entry->second = movesBytes(reader.string(call.routine));
                }
                if (call.layer != Layer::Wire && entry->second && call.status >= 0) {
                    call.bytes = columns.argument[i];
                }
                open.erase(found);
            }
        }
        return !gaveUp && (seq < stop || !open.empty());
    };
    const bool good = from > last || spine.each(from, last, wanted, visit);
    return good && !gaveUp;
}

std::vector<StatisticsRow> CallStatistics::rows(StatisticsBy by) const
{
    struct Group
    {
        StatisticsRow row;
        std::vector<std::uint64_t> durations;
    };
    std::map<Key, Group> groups;
    for (const Call& call : m_calls) {
        Key key(-1, 0, 0, 0);
        switch (by) {
        case StatisticsBy::Command:
            if (call.layer != Layer::Wire) {
                continue;
            }
            [[fallthrough]];
        case StatisticsBy::Routine:
            key = Key(int(call.layer), call.routine, 0, 0);
            break;
        case StatisticsBy::Layer:
            key = Key(int(call.layer), 0, 0, 0);
            break;
        case StatisticsBy::Status:
            if (call.isOpen) {
                continue;
            }
            key = Key(-1, 0, call.status, 0);
            break;
        default:
            key = Key(-1, 0, 0, call.process);
            break;
        }
        Group& group = groups[key];
        StatisticsRow& row = group.row;
        if (row.count++ == 0) {
            row.layer = call.layer;
            row.routine = std::get<1>(key);
            row.status = std::get<2>(key);
            row.process = std::get<3>(key);
        }
        row.bytes += call.bytes;
        if (call.isOpen) {
            ++row.open;
            continue;
        }
        row.failed += isFailure(call.status);
        row.totalNs += call.durationNs;
        if (row.slowest == 0 || call.durationNs > row.maximumNs) {
            row.maximumNs = call.durationNs;
            row.slowest = call.id;
        }
        group.durations.push_back(call.durationNs);
    }
    std::vector<StatisticsRow> rows;
    for (auto& [key, group] : groups) {
        std::vector<std::uint64_t>& durations = group.durations;
        std::sort(durations.begin(), durations.end());
        if (!durations.empty()) {
            group.row.minimumNs = durations.front();
            group.row.p50Ns = percentile(durations, 50);
            group.row.p90Ns = percentile(durations, 90);
            group.row.p99Ns = percentile(durations, 99);
        }
        rows.push_back(group.row);
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& one, const auto& other) {
        return one.totalNs > other.totalNs;
    });
    return rows;
}

} // namespace rdrlab::trace
