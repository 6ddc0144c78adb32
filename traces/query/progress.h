// How a long question reports and stops.
#pragma once

#include <cstdint>
#include <functional>

namespace rdrlab::trace {

/// Called now and then with how much of the work is done. Returning false gives up: the question
/// returns what it has, and false where it returns a bool.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

} // namespace rdrlab::trace
