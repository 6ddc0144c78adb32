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

/// Bytes that several hold at once, the recorder's thread among them: whoever keeps `owner` may
/// read them. Nobody writes them any more. A null owner lends them for the call only.
struct SharedBytes
{
    ByteSpan bytes;
    std::shared_ptr<const void> owner;
};

/// Large buffers that come back when their last holder lets go, from whatever thread: fresh memory
/// of this size costs more (the kernel clears its pages) than filling it does.
class BufferPool
{
public:
    BufferPool();
    /// A buffer of so many bytes, their content left over from its last use.
    std::shared_ptr<Buffer> take(std::size_t bytes);

private:
    struct Shelf;
    std::shared_ptr<Shelf> m_shelf; // also held by every buffer that is out
};

} // namespace rdrlab::vnet
