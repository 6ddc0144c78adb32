// Fuzz target: bytes as they may stand on a wire, told field by field.
//
// The first byte says how many messages a question is known of, each of which takes two bytes more;
// the rest is a unit. The second half of the first byte's range takes the unit's last bytes for
// missing.
#include "traces/query/smb2.h"

#include <cstdint>
#include <cstdlib>

using namespace rdrlab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t kMostQuestions = 4;
    constexpr std::size_t kMostBytes = 1 << 18;
    if (size < 1 || size > kMostBytes) {
        return 0;
    }
    trace::Smb2Unit unit;
    const std::uint8_t steer = data[0];
    std::size_t at = 1;
    for (std::size_t i = 0; i < steer % kMostQuestions && at + 2 <= size; ++i, at += 2) {
        unit.questions.push_back({ data[at], data[at + 1] });
    }
    const auto* begin = reinterpret_cast<const std::byte*>(data);
    unit.bytes.assign(begin + at, begin + size);
    if (steer >= 128 && unit.bytes.size() > 100) {
        unit.missing.push_back({ 100, std::uint32_t(unit.bytes.size()) });
    }
    const auto fields = trace::decodeSmb2(unit);
    if (fields.size() > trace::kMostWireFields) {
        std::abort();
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].parent >= std::int32_t(i) || fields[i].parent < -1
            || fields[i].offset > unit.bytes.size()
            || fields[i].length > unit.bytes.size() - fields[i].offset || fields[i].name.empty()) {
            std::abort();
        }
    }
    return 0;
}
