#include "engine/recorder/tape.h"

#include <cerrno>
#include <chrono>
#include <ctime>
#include <thread>

namespace rdrlab::recorder {

Tape::Tape()
{
    sem_init(&m_work, 0, 0);
    m_all.reserve(kMaximumChunks);
    m_free.reserve(kMaximumChunks);
    m_all.push_back(std::make_unique<Chunk>());
    m_writing = m_reading = m_all.back().get();
}

Tape::~Tape()
{
    sem_destroy(&m_work);
}

void Tape::advance()
{
    Chunk* chunk = nullptr;
    while (chunk == nullptr) {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_free.empty()) {
                chunk = m_free.back();
                m_free.pop_back();
            } else if (m_all.size() < kMaximumChunks) {
                // Not value-initialised: slots are always written before they are published.
                m_all.push_back(std::unique_ptr<Chunk>(new Chunk));
                chunk = m_all.back().get();
            }
        }
        if (chunk == nullptr) {
            wake();
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    }
    chunk->published.store(0, std::memory_order_relaxed);
    chunk->following.store(nullptr, std::memory_order_relaxed);
    m_writing->following.store(chunk, std::memory_order_release);
    m_writing = chunk;
    m_fill = 0;
    wake();
}

void Tape::hold(std::size_t bytes)
{
    while (m_heldBytes.load(std::memory_order_relaxed) > kMaximumHeldBytes) {
        wake();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    if (m_heldBytes.fetch_add(bytes, std::memory_order_relaxed) > kMaximumHeldBytes / 8) {
        wake();
    }
}

const Slot* Tape::read()
{
    if (m_taken == kChunkSlots) {
        Chunk* following = m_reading->following.load(std::memory_order_acquire);
        if (following == nullptr) {
            return nullptr;
        }
        {
            const std::lock_guard lock(m_mutex);
            m_free.push_back(m_reading);
        }
        m_reading = following;
        m_taken = 0;
    }
    if (m_taken == m_reading->published.load(std::memory_order_acquire)) {
        return nullptr;
    }
    return &m_reading->slots[m_taken++];
}

void Tape::sleep(unsigned milliseconds)
{
    timespec until {};
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += long(milliseconds) * 1'000'000;
    until.tv_sec += until.tv_nsec / 1'000'000'000;
    until.tv_nsec %= 1'000'000'000;
    while (sem_timedwait(&m_work, &until) != 0 && errno == EINTR) { }
    // Several wakes ask for one round of work.
    while (sem_trywait(&m_work) == 0) { }
}

} // namespace rdrlab::recorder
