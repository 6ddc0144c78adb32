// NTSTATUS values and their names, from the one table of the kernel headers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdrlab::scenario {

/// "STATUS_SUCCESS"; a value without a name is printed as "0xC0000999".
std::string statusName(uint32_t status);
/// The value of a name; empty when there is none of that name.
std::optional<uint32_t> statusValue(std::string_view name);

} // namespace rdrlab::scenario
