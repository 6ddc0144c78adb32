// The tape between the engine's thread and the writer's thread: a chain of chunks of 64-byte slots.
//
// One producer, one consumer, no lock per slot: the producer fills a slot and publishes it by one
// store; the consumer reads up to the published count. Full chunks are handed back for reuse, so a
// long run touches the same memory again. The consumer may lag by kMaximumChunks; then the producer
// waits for it (host time only: nothing the run can observe).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <semaphore.h>
#include <vector>

namespace rdrlab::recorder {

enum class SlotKind : std::uint8_t
{
    Event,
    String,
    Numbered, // a string made of an object kind and an ordinal: most objects have no other name
    SpanRequest,
    Born,
    Died,
    Renamed,
    Change,
    Reference,
    StackLocation,
    StackPended,
    Packet,
    Input,
    Choice,
    Process,
    Thread,
    MetaText,
    MetaNumber
};

/// One fixed-size record. `Event` slots count seq; the others carry what hangs from the event
/// before them.
struct alignas(64) Slot
{
    SlotKind slot;
    std::uint8_t kind;
    std::uint8_t layer;
    std::uint8_t cpu;
    std::uint8_t irql;
    std::uint8_t flags;
    std::uint16_t isLent; // the attached bytes are a Lent, not a copy
    std::uint64_t timeNs;
    std::uint64_t argument;
    std::uint64_t span;
    std::uint64_t parent;
    std::uint32_t object;
    std::uint32_t routine;
    std::uint32_t text;
    std::int32_t status;
    std::uint32_t thread;
    std::uint32_t process;
};
static_assert(sizeof(Slot) == 64);

/// Bytes attached to a slot without a copy: they stay where they are until the consumer has written
/// them and lets go of their owner.
struct Lent
{
    const std::byte* data;
    std::shared_ptr<const void> owner;
};

class Tape
{
public:
    static constexpr std::uint32_t kChunkSlots = 2048; // 128 KiB
    static constexpr std::uint32_t kMaximumChunks = 1024; // 128 MiB, two million events
    static constexpr std::size_t kMaximumHeldBytes = 16u << 20; // payloads not yet written

    Tape();
    ~Tape();
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    // Producer.

    /// The next free slot; fill it, then publish().
    Slot& next()
    {
        if (m_fill == kChunkSlots) [[unlikely]] {
            advance();
        }
        return m_writing->slots[m_fill];
    }
    void publish() { m_writing->published.store(++m_fill, std::memory_order_release); }

    /// Called before bytes are attached to a slot: waits while too many are in flight.
    void hold(std::size_t bytes);

    // Consumer.

    /// The next published slot, or nullptr when there is none now.
    const Slot* read();
    /// Counts attached bytes as written.
    void release(std::size_t bytes) { m_heldBytes.fetch_sub(bytes, std::memory_order_relaxed); }
    /// Sleeps until there is likely work, at most `milliseconds`.
    void sleep(unsigned milliseconds);

    /// Wakes the consumer; may be called from a signal handler.
    void wake() { sem_post(&m_work); }

private:
    struct Chunk
    {
        std::atomic<std::uint32_t> published { 0 };
        std::atomic<Chunk*> following { nullptr };
        Slot slots[kChunkSlots];
    };

    void advance();

    // Producer's own.
    Chunk* m_writing = nullptr;
    std::uint32_t m_fill = 0;

    // Consumer's own.
    alignas(64) Chunk* m_reading = nullptr;
    std::uint32_t m_taken = 0;

    // Both; the mutex guards the lists and ranks below nothing: no other lock is taken while it is
    // held.
    alignas(64) std::mutex m_mutex;
    std::vector<std::unique_ptr<Chunk>> m_all;
    std::vector<Chunk*> m_free;
    std::atomic<std::size_t> m_heldBytes { 0 };
    sem_t m_work;
};

} // namespace rdrlab::recorder
