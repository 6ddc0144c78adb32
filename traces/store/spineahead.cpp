#include "traces/store/spineahead.h"

#include <algorithm>

namespace rdrlab::trace {

SpineAhead::SpineAhead(const Spine& spine)
    : m_spine(spine)
    , m_chunks(spine.chunkCount())
    , m_thread([this] { decodeAll(); })
{
}

SpineAhead::~SpineAhead()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopped = true;
    }
    m_free.notify_all();
    m_thread.join();
}

void SpineAhead::decodeAll()
{
    for (std::size_t chunk = 0; chunk < m_chunks; ++chunk) {
        {
            // The chunk that next() gave last is still being looked at: its slot is not free.
            std::unique_lock lock(m_mutex);
            const auto room = [this] { return std::max<std::size_t>(m_taken, 1) - 1 + kAhead; };
            if (chunk >= room()) {
                m_free.wait(lock, [&] { return m_isStopped || chunk + kBatch <= room(); });
            }
            if (m_isStopped) {
                return;
            }
        }
        SpineColumns& columns = m_columns[chunk % kAhead];
        if (!m_spine.decode(chunk, columns)) {
            columns.first = m_spine.info(chunk).first;
            columns.resize(0);
        }
        const std::lock_guard lock(m_mutex);
        m_decoded = chunk + 1;
        if (m_decoded == m_wanted) {
            m_ready.notify_one();
        }
    }
}

const SpineColumns* SpineAhead::next()
{
    std::unique_lock lock(m_mutex);
    if (m_taken == m_chunks) {
        return nullptr;
    }
    ++m_taken;
    if (m_taken % kBatch == 0) {
        m_free.notify_one();
    }
    if (m_decoded < m_taken) {
        m_wanted = std::min(m_chunks, m_taken - 1 + kBatch);
        m_ready.wait(lock, [this] { return m_decoded >= m_wanted; });
    }
    return &m_columns[(m_taken - 1) % kAhead];
}

} // namespace rdrlab::trace
