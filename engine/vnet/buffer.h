// A byte buffer that is moved, not copied, and whose growth does not clear memory: every payload on
// its way between the memory file system, the virtual wire and a real socket lives in one.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace rdrlab::vnet {

/// Allocator that leaves new elements unwritten. Large reads would otherwise pay for a second pass
/// over every byte.
template <typename T> struct Unwritten : std::allocator<T>
{
    template <typename U> struct rebind
    {
        using other = Unwritten<U>;
    };
    template <typename U> void construct(U* place) noexcept { ::new (static_cast<void*>(place)) U; }
    template <typename U, typename... Args> void construct(U* place, Args&&... args)
    {
        ::new (static_cast<void*>(place)) U(std::forward<Args>(args)...);
    }
};

using Buffer = std::vector<std::byte, Unwritten<std::byte>>;
using ByteSpan = std::span<const std::byte>;

} // namespace rdrlab::vnet
