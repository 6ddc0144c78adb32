// The bytes of a unit, and what is known about them.
#include "traces/query/smb2.h"

#include <algorithm>

namespace rdrlab::trace {

namespace {

constexpr std::uint32_t kMostBytes = (1u << 24) + 4;

std::vector<Smb2Question> questionsOf(const Smb2Messages& all, std::size_t index)
{
    const Smb2Message& message = all.messages[index];
    // Messages of one unit stand side by side.
    const auto isSame = [&](const Smb2Message& other) {
        return other.connection == message.connection && other.direction == message.direction
            && other.tcpSequence == message.tcpSequence && other.seq == message.seq
            && other.last == message.last;
    };
    std::size_t first = index;
    while (first > 0 && isSame(all.messages[first - 1])) {
        --first;
    }
    std::vector<Smb2Question> questions;
    for (std::size_t i = first; i < all.messages.size() && isSame(all.messages[i]); ++i) {
        questions.push_back(all.messages[i].question);
    }
    return questions;
}

// What of `length` bytes no range of `recorded` has.
std::vector<WireRange> missingOf(std::vector<WireRange>& recorded, std::uint32_t length)
{
    std::sort(recorded.begin(), recorded.end(), [](const WireRange& one, const WireRange& other) {
        return one.begin < other.begin;
    });
    std::vector<WireRange> missing;
    std::uint32_t at = 0;
    for (const WireRange& range : recorded) {
        if (range.begin > at) {
            missing.push_back({ at, range.begin });
        }
        at = std::max(at, range.end);
    }
    if (at < length) {
        missing.push_back({ at, length });
    }
    return missing;
}

} // namespace

Smb2Unit smb2Unit(const Reader& reader, const Smb2Messages& all, std::size_t index)
{
    Smb2Unit unit;
    if (index >= all.messages.size()) {
        return unit;
    }
    const Smb2Message& message = all.messages[index];
    const std::uint32_t length = std::min(message.unitBytes, kMostBytes);
    unit.bytes.resize(length);
    std::vector<WireRange> recorded;
    std::uint32_t end = 0;
    reader.packets(message.seq, message.last, [&](const Packet& packet) {
        if (packet.connection != message.connection || packet.direction != message.direction) {
            return true;
        }
        const auto place = std::int64_t(std::int32_t(packet.tcpSequence - message.tcpSequence));
        const auto inside = [&](std::int64_t at) {
            return std::uint32_t(std::clamp<std::int64_t>(at, 0, std::int64_t(length)));
        };
        const std::uint32_t begin = inside(place);
        const std::uint32_t stop = inside(place + std::int64_t(packet.payload.size()));
        if (begin < stop) {
            std::copy_n(
                packet.payload.begin() + (std::int64_t(begin) - place), stop - begin,
                unit.bytes.begin() + begin);
            recorded.push_back({ begin, stop });
        }
        end = std::max(end, inside(place + std::int64_t(packet.length)));
        return true;
    });
    unit.bytes.resize(end);
    unit.missing = missingOf(recorded, end);
    unit.questions = questionsOf(all, index);
    return unit;
}

} // namespace rdrlab::trace
