// Numbers out of bytes that may be anything; the caller has checked that they are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rdrlab::trace {

inline std::uint64_t
littleEndian(std::span<const std::byte> bytes, std::size_t at, std::size_t count)
{
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) {
        value = value << 8 | std::uint8_t(bytes[at + i]);
    }
    return value;
}

inline std::uint32_t bigEndian24(std::span<const std::byte> bytes, std::size_t at)
{
    return std::uint32_t(std::uint8_t(bytes[at])) << 16
        | std::uint32_t(std::uint8_t(bytes[at + 1])) << 8 | std::uint8_t(bytes[at + 2]);
}

} // namespace rdrlab::trace
