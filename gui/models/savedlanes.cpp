#include "gui/models/savedlanes.h"

#include "gui/models/eventstore.h"
#include "traces/store/reader.h"

#include <algorithm>

namespace rdrlab::gui {

void SavedLanes::add(const SavedLane& lane)
{
    if (lane.marks == nullptr || lane.marks->empty()) {
        return;
    }
    const auto same = std::find_if(m_lanes.begin(), m_lanes.end(), [&](const SavedLane& other) {
        return other.title == lane.title;
    });
    if (same != m_lanes.end()) {
        *same = lane;
    } else {
        m_lanes.push_back(lane);
    }
    Q_EMIT changed();
}

void SavedLanes::remove(std::size_t at)
{
    if (at < m_lanes.size()) {
        m_lanes.erase(m_lanes.begin() + std::ptrdiff_t(at));
        Q_EMIT changed();
    }
}

std::shared_ptr<const std::vector<Mark>> marksOf(
    const trace::Reader& reader,
    const std::vector<Seq>& events,
    const std::function<bool()>& isCancelled)
{
    const trace::Spine spine(reader);
    const EventStore store(reader, spine);
    auto marks = std::make_shared<std::vector<Mark>>();
    for (const Seq seq : events) {
        if (isCancelled && isCancelled()) {
            return nullptr;
        }
        const trace::Event event = store.event(seq);
        if (event.kind == trace::EventKind::Maximum) {
            continue;
        }
        Mark mark;
        mark.seq = seq;
        mark.timeNs = event.timeNs;
        mark.thread = event.thread;
        mark.kind = event.kind;
        mark.layer = event.layer;
        mark.severity = event.hasStatus ? severityOf(event.status) : Severity::Fine;
        marks->push_back(mark);
    }
    return marks;
}

} // namespace rdrlab::gui
