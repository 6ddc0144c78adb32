// Single events of a trace of any size: decodes the chunk that is asked for and keeps the last few.
#pragma once

#include "traces/store/spine.h"

#include <list>
#include <unordered_map>

namespace rdrlab::gui {

class EventStore
{
public:
    /// Borrows both; one thread only.
    EventStore(const trace::Reader& reader, const trace::Spine& spine);

    /// The event; one of kind Maximum when the trace has none of this number or is damaged there.
    trace::Event event(trace::Seq seq) const;
    /// The last event at or before a time; 1 before the first.
    trace::Seq at(std::uint64_t timeNs) const;
    const trace::Spine& spine() const { return m_spine; }

private:
    struct Entry
    {
        std::size_t chunk;
        trace::SpineColumns columns;
    };
    const trace::SpineColumns* columns(std::size_t chunk) const;

    const trace::Reader& m_reader;
    const trace::Spine& m_spine;
    mutable std::list<Entry> m_recent; // the last used first
    mutable std::unordered_map<std::size_t, std::list<Entry>::iterator> m_byChunk;
};

} // namespace rdrlab::gui
