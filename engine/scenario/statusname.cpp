#include "engine/scenario/statusname.h"

#include "traces/model/kinds.h"

#include <cstdio>

namespace rdrlab::scenario {

namespace {

struct Entry
{
    std::string_view name;
    uint32_t value;
};

constexpr Entry kTable[] = {
#define X(name, value) { #name, value },
#include "engine/ddk/statusnames.def"
#undef X
};

} // namespace

std::string statusName(uint32_t status)
{
    if (const std::string_view name = trace::statusName(static_cast<int32_t>(status));
        !name.empty())
        return std::string(name);
    char text[16];
    std::snprintf(text, sizeof text, "0x%08X", status);
    return text;
}

std::optional<uint32_t> statusValue(std::string_view name)
{
    for (const Entry& entry : kTable)
        if (entry.name == name)
            return entry.value;
    return std::nullopt;
}

} // namespace rdrlab::scenario
