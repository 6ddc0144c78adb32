#include "traces/store/packer.h"

#include "traces/store/columns.h"

#include <algorithm>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kLogEntries = 4096; // what a seek reads and applies at most, as a rule
constexpr std::size_t kMostLogEntries = 1 << 19; // no event has that many rows
constexpr ObjectId kMostObjects = 1 << 28; // bounds the memory of m_dead
// Rough sizes of rows with their indexes, for keeping keyframes below a sixth of the file.
constexpr std::uint64_t kEventBytes = 48;
constexpr std::uint64_t kEntryBytes = 48;
constexpr std::uint64_t kKeyframeShare = 6;

} // namespace

Packer::Packer(Sink sink)
    : m_sink(std::move(sink))
{
    m_columns.resize(kSpineEvents);
}

void Packer::event(const Event& event)
{
    if (event.seq <= m_lastEvent) {
        dropSpine();
        dropState();
        return;
    }
    m_rowBytes += kEventBytes;
    if (m_hasState && m_log.size() >= kLogEntries) {
        if (m_log.back().seq < event.seq) {
            closeLog(event.seq - 1);
        } else if (m_log.size() > kMostLogEntries) {
            dropState();
        }
    }
    if (m_hasSpine) {
        if (m_chunk.count != 0 && event.seq != m_lastEvent + 1) {
            closeChunk();
        }
        if (m_chunk.count == 0) {
            m_chunk = {};
            m_chunk.first = event.seq;
            m_chunk.beginNs = m_chunk.endNs = event.timeNs;
        }
        m_columns.put(m_chunk.count++, event);
        m_chunk.add(event);
        if (m_chunk.count == kSpineEvents) {
            closeChunk();
        }
    }
    m_lastEvent = event.seq;
}

void Packer::closeChunk()
{
    m_columns.first = m_chunk.first;
    m_columns.count = m_chunk.count;
    m_objects.clear();
    m_bytes.clear();
    packObjectSet(m_columns, m_objects);
    packColumns(m_columns, m_bytes);
    m_sink.spine(m_chunk, m_objects, m_bytes);
    m_columns.count = kSpineEvents;
    m_chunk.count = 0;
}

void Packer::enter(const LogEntry& entry)
{
    if (entry.seq < m_logFirst || (!m_log.empty() && entry.seq < m_log.back().seq)
        || entry.object >= kMostObjects) {
        dropState();
        return;
    }
    m_log.push_back(entry);
    m_rowBytes += kEntryBytes;
}

void Packer::born(const Object& object)
{
    if (!m_hasState) {
        return;
    }
    enter({ object.birth, object.id, 0, LogEntry::Kind::Born, {} });
    m_lastObject = std::max(m_lastObject, object.id);
    m_live.try_emplace(object.id);
}

void Packer::died(ObjectId object, Seq death)
{
    if (!m_hasState) {
        return;
    }
    enter({ death, object, 0, LogEntry::Kind::Died, {} });
    m_live.erase(object);
    if (m_hasState) {
        if (object >= m_dead.size()) {
            m_dead.resize(std::max<std::size_t>(object + 1, m_dead.size() * 2), false);
        }
        m_dead[object] = true;
    }
}

void Packer::change(const Change& change)
{
    if (!m_hasState) {
        return;
    }
    enter({ change.seq, change.object, change.field, LogEntry::Kind::Field, change.after });
    if (change.object >= m_dead.size() || !m_dead[change.object]) {
        m_live[change.object].put(change.field, change.after);
    }
}

void Packer::reference(const Reference& reference)
{
    if (!m_hasState) {
        return;
    }
    const Value count { Value::Type::Integer, reference.count, 0 };
    enter({ reference.seq, reference.object, 0, LogEntry::Kind::References, count });
    if (reference.object >= m_dead.size() || !m_dead[reference.object]) {
        m_live[reference.object].references = reference.count;
    }
}

void Packer::closeLog(Seq last)
{
    m_bytes.clear();
    packLog(m_logFirst, m_log, m_bytes);
    m_sink.log(m_logFirst, last, m_log.size(), m_bytes);
    m_log.clear();
    m_logFirst = last + 1;
    // About what the next one takes, before it is made.
    const std::uint64_t expected = std::max<std::uint64_t>(m_keyframeBytes, 8 * m_live.size());
    if (m_rowBytes >= kKeyframeShare * expected) {
        putKeyframe(last);
    }
}

void Packer::putKeyframe(Seq seq)
{
    std::vector<std::pair<ObjectId, const PackedState*>> objects;
    objects.reserve(m_live.size());
    for (const auto& [id, state] : m_live) {
        objects.emplace_back(id, &state);
    }
    std::sort(objects.begin(), objects.end());
    m_bytes.clear();
    Keyframe::pack(m_lastObject, objects, m_bytes);
    m_sink.keyframe(seq, objects.size(), m_bytes);
    m_keyframeBytes = m_bytes.size();
    m_rowBytes = 0;
}

void Packer::finish()
{
    if (m_hasSpine && m_chunk.count != 0) {
        closeChunk();
    }
    if (m_hasState && m_lastEvent >= m_logFirst) {
        if (m_log.empty() || m_log.back().seq <= m_lastEvent) {
            closeLog(m_lastEvent);
        } else {
            dropState();
        }
    }
}

void Packer::dropSpine()
{
    if (m_hasSpine) {
        m_hasSpine = false;
        m_sink.dropSpine();
    }
}

void Packer::dropState()
{
    if (m_hasState) {
        m_hasState = false;
        m_log = {};
        m_live.clear();
        m_dead = {};
        m_sink.dropState();
    }
}

} // namespace rdrlab::trace
