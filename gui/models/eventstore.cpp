#include "gui/models/eventstore.h"

#include <algorithm>

namespace rdrlab::gui {

namespace {
constexpr std::size_t kKept = 16; // chunks, about 270 KB each
}

EventStore::EventStore(const trace::Reader& reader, const trace::Spine& spine)
    : m_reader(reader)
    , m_spine(spine)
{
}

const trace::SpineColumns* EventStore::columns(std::size_t chunk) const
{
    const auto found = m_byChunk.find(chunk);
    if (found != m_byChunk.end()) {
        m_recent.splice(m_recent.begin(), m_recent, found->second);
        return &m_recent.front().columns;
    }
    if (m_recent.size() >= kKept) {
        m_byChunk.erase(m_recent.back().chunk);
        m_recent.splice(m_recent.begin(), m_recent, std::prev(m_recent.end()));
    } else {
        m_recent.emplace_front();
    }
    Entry& entry = m_recent.front();
    entry.chunk = chunk;
    if (!m_spine.decode(chunk, entry.columns)) {
        entry.columns.count = 0; // remembered too: a damaged chunk is not tried again and again
    }
    m_byChunk[chunk] = m_recent.begin();
    return &entry.columns;
}

trace::Event EventStore::event(trace::Seq seq) const
{
    trace::Event nothing;
    nothing.seq = seq;
    nothing.kind = trace::EventKind::Maximum;
    nothing.layer = trace::Layer::Maximum;
    const std::size_t chunk = m_spine.chunkOf(seq);
    if (seq == 0 || chunk >= m_spine.chunkCount()) {
        return nothing;
    }
    const trace::SpineColumns* found = columns(chunk);
    if (seq < found->first || seq - found->first >= found->count) {
        return nothing;
    }
    trace::Event event = found->event(std::size_t(seq - found->first));
    event.seq = seq;
    return event;
}

trace::Seq EventStore::at(std::uint64_t timeNs) const
{
    if (m_spine.chunkCount() == 0) {
        return 0;
    }
    // chunkAt names the chunk with the first event at or after the time: ours is in it or before.
    const std::size_t behind = std::min(m_spine.chunkAt(timeNs + 1), m_spine.chunkCount() - 1);
    for (std::size_t chunk = behind + 1; chunk-- > 0;) {
        const trace::SpineColumns* found = columns(chunk);
        const auto end = found->timeNs.begin() + std::ptrdiff_t(found->count);
        const auto later = std::upper_bound(found->timeNs.begin(), end, timeNs);
        if (later != found->timeNs.begin()) {
            return found->first + trace::Seq(later - found->timeNs.begin()) - 1;
        }
    }
    return 1;
}

} // namespace rdrlab::gui
