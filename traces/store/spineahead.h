// A trace read from its first event to its last, decoded ahead by a thread of its own: decoding and
// what is done with the events take about as long, and a machine has more than one processor.
#pragma once

#include "traces/store/spine.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace rdrlab::trace {

class SpineAhead
{
public:
    /// Borrows `spine`, and with it its reader, which nobody else may use until this is gone.
    explicit SpineAhead(const Spine& spine);
    /// Stops the thread; what was decoded ahead is let go.
    ~SpineAhead();
    SpineAhead(const SpineAhead&) = delete;
    SpineAhead& operator=(const SpineAhead&) = delete;

    /// The next chunk, in order, which stays until the next call; null at the end. A damaged chunk
    /// comes as one without events.
    const SpineColumns* next();

private:
    void decodeAll();

    static constexpr std::size_t kAhead = 32; // chunks in the ring: some ten MiB
    static constexpr std::size_t kBatch = 8; // who waits is woken for as many: waking costs, too
    const Spine& m_spine;
    const std::size_t m_chunks;
    std::array<SpineColumns, kAhead> m_columns; // a ring: chunk i is in slot i % kAhead
    std::mutex m_mutex;
    std::condition_variable m_ready;
    std::condition_variable m_free;
    std::size_t m_decoded = 0; // chunks that are ready or were
    std::size_t m_taken = 0; // chunks that next() has given
    std::size_t m_wanted = 0; // chunks that next() waits for
    bool m_isStopped = false;
    std::thread m_thread; // last: it uses the rest
};

} // namespace rdrlab::trace
