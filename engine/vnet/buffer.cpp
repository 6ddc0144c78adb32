#include "engine/vnet/buffer.h"

#include <mutex>

namespace rdrlab::vnet {

namespace {

constexpr std::size_t kWorthKeeping = 64u << 10; // smaller ones the allocator recycles itself
constexpr std::size_t kMostKept = 32;

} // namespace

struct BufferPool::Shelf
{
    std::mutex mutex; // Guards the list. No other lock is taken while it is held.
    std::vector<std::unique_ptr<Buffer>> buffers;
};

BufferPool::BufferPool()
    : m_shelf(std::make_shared<Shelf>())
{
    m_shelf->buffers.reserve(kMostKept);
}

std::shared_ptr<Buffer> BufferPool::take(std::size_t bytes)
{
    if (bytes < kWorthKeeping) {
        return std::make_shared<Buffer>(bytes);
    }
    std::unique_ptr<Buffer> buffer;
    {
        // The latest to come back is the likeliest to be in a cache still.
        const std::lock_guard lock(m_shelf->mutex);
        if (!m_shelf->buffers.empty()) {
            buffer = std::move(m_shelf->buffers.back());
            m_shelf->buffers.pop_back();
        }
    }
    if (!buffer) {
        buffer = std::make_unique<Buffer>();
    }
    if (buffer->capacity() < bytes) {
        buffer->clear(); // growing must not copy what nobody wants
    }
    buffer->resize(bytes);
    return { buffer.release(), [shelf = m_shelf](Buffer* back) {
                std::unique_ptr<Buffer> owned(back);
                const std::lock_guard lock(shelf->mutex);
                if (shelf->buffers.size() < kMostKept) {
                    shelf->buffers.push_back(std::move(owned));
                }
            } };
}

} // namespace rdrlab::vnet
