#include "gui/models/traceindex.h"

#include "traces/store/spineahead.h"

#include <algorithm>
#include <unordered_map>

namespace rdrlab::gui {

using trace::EventKind;
using trace::Layer;

/// Takes the events of a trace in order and puts the index together.
class IndexBuilder
{
public:
    IndexBuilder(TraceIndex& index, const trace::Reader& reader)
        : m_index(index)
        , m_toServer(reader.findString("to server"))
    {
    }

    void take(const trace::SpineColumns& columns);
    void finish();

private:
    struct Row
    {
        Seq seq;
        std::uint64_t timeNs;
        CallIndex call;
    };
    void take(const trace::SpineColumns& columns, std::size_t i);
    void begin(const trace::SpineColumns& columns, std::size_t i, Seq seq);
    void end(const trace::SpineColumns& columns, std::size_t i, Seq seq, CallIndex call);
    void mark(const trace::SpineColumns& columns, std::size_t i, const Row& row, Severity severity);
    void flow(const Row& from, const Row& to, EventKind kind);
    void closePend(CallIndex call, Seq seq, std::uint64_t timeNs);
    CallIndex find(Seq id) const;
    void buildTree();
    void buildLifetimes();

    TraceIndex& m_index;
    trace::StringId m_toServer;
    CallIndex m_recent = kNoCall; // most events belong to the call of the event before
    std::unordered_map<CallIndex, std::uint32_t> m_pending; // call -> its open pend
    std::unordered_map<std::uint32_t, std::uint32_t> m_waiting; // thread -> its open wait
    std::unordered_map<CallIndex, Row> m_posted; // call -> its post event
    std::vector<Lifetime> m_lives; // by object id
    std::vector<bool> m_threadSeen;
};

CallIndex IndexBuilder::find(Seq id) const
{
    if (id == 0) {
        return kNoCall;
    }
    if (m_recent < m_index.calls.size() && m_index.calls[m_recent].begin == id) {
        return m_recent;
    }
    return m_index.callAt(id);
}

void IndexBuilder::begin(const trace::SpineColumns& columns, std::size_t i, Seq seq)
{
    Call call;
    call.begin = seq;
    call.beginNs = columns.timeNs[i];
    call.parent = find(columns.parent[i]);
    call.routine = columns.routine[i];
    call.object = columns.object[i];
    call.thread = columns.thread[i];
    call.process = columns.process[i];
    call.layer = columns.layer[i];
    m_recent = CallIndex(m_index.calls.size());
    m_index.calls.push_back(call);
}

void IndexBuilder::closePend(CallIndex index, Seq seq, std::uint64_t timeNs)
{
    const auto pending = m_pending.find(index);
    if (pending != m_pending.end()) {
        Stretch& stretch = m_index.pends[pending->second];
        stretch.to = seq;
        stretch.toNs = timeNs;
        m_pending.erase(pending);
    }
}

void IndexBuilder::end(const trace::SpineColumns& columns, std::size_t i, Seq seq, CallIndex index)
{
    Call& call = m_index.calls[index];
    if (call.end != 0) {
        return; // a second end can only come from a damaged file
    }
    call.end = seq;
    call.endNs = columns.timeNs[i];
    call.information = columns.argument[i];
    call.status = columns.hasStatus[i] != 0 ? columns.status[i] : 0;
    call.severity = severityOf(call.status);
    m_index.ends.push_back(index);
    const auto pending = m_pending.find(index);
    if (pending != m_pending.end()) {
        const Stretch& left = m_index.pends[pending->second];
        flow({ left.from, left.fromNs, index }, { seq, call.endNs, index }, EventKind::End);
        closePend(index, seq, call.endNs);
    }
}

void IndexBuilder::flow(const Row& from, const Row& to, EventKind kind)
{
    m_index.flows.push_back({ from.seq, to.seq, from.timeNs, to.timeNs, from.call, to.call, kind });
}

void IndexBuilder::mark(
    const trace::SpineColumns& columns, std::size_t i, const Row& row, Severity severity)
{
    Mark mark;
    mark.seq = row.seq;
    mark.timeNs = row.timeNs;
    mark.thread = columns.thread[i];
    mark.call = row.call;
    mark.kind = columns.kind[i];
    mark.layer = columns.layer[i];
    mark.severity = severity;
    mark.toServer = columns.kind[i] == EventKind::Packet && columns.routine[i] == m_toServer;
    m_index.marks.push_back(mark);
}

void IndexBuilder::take(const trace::SpineColumns& columns, std::size_t i)
{
    const Seq seq = columns.first + i;
    const std::uint64_t timeNs = columns.timeNs[i];
    const EventKind kind = columns.kind[i];
    if (kind == EventKind::Begin) {
        begin(columns, i, seq);
        return;
    }
    const CallIndex index = find(columns.span[i]);
    if (index != kNoCall) {
        m_recent = index;
    }
    const Row row { seq, timeNs, index };
    const std::uint32_t thread = columns.thread[i];
    // What a wait or a lock returns is bookkeeping, not a result somebody got.
    const bool isBookkeeping = kind == EventKind::Wait || kind == EventKind::Wake
        || kind == EventKind::Lock || kind == EventKind::Unlock;
    const Severity severity = columns.hasStatus[i] != 0 && !isBookkeeping
        ? severityOf(columns.status[i])
        : kind == EventKind::Error ? Severity::Failed
                                   : Severity::Fine;
    if (severity == Severity::Failed) {
        m_index.errors.push_back(seq);
    }
    switch (kind) {
    case EventKind::End:
        if (index != kNoCall) {
            end(columns, i, seq, index);
        }
        break;
    case EventKind::Pend:
        if (index != kNoCall && !m_pending.contains(index)) {
            m_pending[index] = std::uint32_t(m_index.pends.size());
            m_index.pends.push_back({ seq, 0, timeNs, timeNs, index, thread });
        }
        break;
    case EventKind::Resume:
        if (index != kNoCall) {
            const auto posted = m_posted.find(index);
            if (posted != m_posted.end()) {
                flow(posted->second, row, kind);
                m_posted.erase(posted);
            }
            closePend(index, seq, timeNs);
        }
        break;
    case EventKind::Wait:
        m_waiting[thread] = std::uint32_t(m_index.waits.size());
        m_index.waits.push_back({ seq, 0, timeNs, timeNs, index, thread });
        break;
    case EventKind::Wake: {
        const auto waiting = m_waiting.find(thread);
        if (waiting != m_waiting.end()) {
            m_index.waits[waiting->second].to = seq;
            m_index.waits[waiting->second].toNs = timeNs;
            m_waiting.erase(waiting);
        }
        break;
    }
    case EventKind::Born:
    case EventKind::Died: {
        const trace::ObjectId object = columns.object[i];
        // Ids count from 1: one far beyond what was ever born comes from a damaged file.
        if (object <= m_lives.size() + (1U << 20)) {
            if (object >= m_lives.size()) {
                m_lives.resize(std::size_t(object) + 1);
            }
            Lifetime& life = m_lives[object];
            life.object = object;
            (kind == EventKind::Born ? life.birth : life.death) = seq;
            (kind == EventKind::Born ? life.birthNs : life.deathNs) = timeNs;
        }
        break;
    }
    case EventKind::Callback:
        if (index != kNoCall && m_index.calls[index].end != 0) {
            const Call& call = m_index.calls[index];
            flow({ call.end, call.endNs, index }, row, kind);
        }
        mark(columns, i, row, severity);
        break;
    case EventKind::Post:
        if (index != kNoCall) {
            m_posted[index] = row;
        }
        mark(columns, i, row, severity);
        break;
    case EventKind::Note:
    case EventKind::Packet:
    case EventKind::Cancel:
    case EventKind::Error:
    case EventKind::Missing:
    case EventKind::Input:
        mark(columns, i, row, severity);
        break;
    default:
        break;
    }
    if (isBookkeeping && kind == EventKind::Wait) {
        if (thread < (1U << 20)) {
            if (thread >= m_threadSeen.size()) {
                m_threadSeen.resize(thread + 1);
            }
            m_threadSeen[thread] = true;
        }
    }
}

void IndexBuilder::take(const trace::SpineColumns& columns)
{
    for (std::size_t i = 0; i < columns.count; ++i) {
        if (!columns.isMissing(i)) {
            take(columns, i);
        }
    }
    if (columns.count != 0) {
        m_index.lastSeq = std::max(m_index.lastSeq, columns.first + columns.count - 1);
        m_index.endNs = std::max(m_index.endNs, columns.timeNs[columns.count - 1]);
    }
}

void IndexBuilder::buildTree()
{
    const std::size_t count = m_index.calls.size();
    // Counting sort by parent; slot 0 belongs to the roots, slot n + 1 to call n.
    m_index.m_childOffsets.assign(count + 2, 0);
    const auto slot = [&](CallIndex call) {
        const CallIndex parent = m_index.calls[call].parent;
        return parent == kNoCall ? std::size_t(0) : std::size_t(parent) + 1;
    };
    for (CallIndex call = 0; call < count; ++call) {
        ++m_index.m_childOffsets[slot(call) + 1];
    }
    for (std::size_t i = 1; i < m_index.m_childOffsets.size(); ++i) {
        m_index.m_childOffsets[i] += m_index.m_childOffsets[i - 1];
    }
    m_index.m_children.resize(count);
    m_index.m_rows.resize(count);
    std::vector<std::uint32_t> filled(count + 1, 0);
    for (CallIndex call = 0; call < count; ++call) {
        const std::size_t at = slot(call);
        m_index.m_rows[call] = filled[at]++;
        m_index.m_children[m_index.m_childOffsets[at] + m_index.m_rows[call]] = call;
    }
}

void IndexBuilder::buildLifetimes()
{
    std::erase_if(m_lives, [](const Lifetime& life) { return life.birth == 0; });
    for (Lifetime& life : m_lives) {
        if (life.death == 0) {
            life.deathNs = m_index.endNs;
        }
    }
    m_index.lifetimes = std::move(m_lives);
}

void IndexBuilder::finish()
{
    for (Call& call : m_index.calls) {
        if (call.end == 0) {
            call.endNs = m_index.endNs;
        }
        if (call.thread < (1U << 20)) {
            if (call.thread >= m_threadSeen.size()) {
                m_threadSeen.resize(call.thread + 1);
            }
            m_threadSeen[call.thread] = true;
        }
    }
    for (std::vector<Stretch>* stretches : { &m_index.pends, &m_index.waits }) {
        for (Stretch& stretch : *stretches) {
            if (stretch.to == 0) {
                stretch.toNs = m_index.endNs;
            }
        }
    }
    for (std::uint32_t thread = 0; thread < m_threadSeen.size(); ++thread) {
        if (m_threadSeen[thread]) {
            m_index.threads.push_back(thread);
        }
    }
    std::stable_sort(
        m_index.pends.begin(), m_index.pends.end(),
        [](const Stretch& a, const Stretch& b) { return a.call < b.call; });
    std::sort(m_index.flows.begin(), m_index.flows.end(), [](const Flow& a, const Flow& b) {
        return a.from != b.from ? a.from < b.from : a.to < b.to;
    });
    buildTree();
    buildLifetimes();
}

std::shared_ptr<const TraceIndex>
TraceIndex::build(const trace::Reader& reader, const trace::Spine& spine, const Progress& progress)
{
    auto index = std::make_shared<TraceIndex>();
    IndexBuilder builder(*index, reader);
    trace::SpineAhead ahead(spine);
    std::size_t chunk = 0;
    while (const trace::SpineColumns* columns = ahead.next()) {
        if (progress.cancelled != nullptr && *progress.cancelled) {
            return nullptr;
        }
        if (columns->count != 0) {
            builder.take(*columns);
        } else {
            ++index->damagedChunks;
        }
        if (progress.tell && chunk % 16 == 0) {
            progress.tell(chunk, spine.chunkCount());
        }
        ++chunk;
    }
    builder.finish();
    return index;
}

CallIndex TraceIndex::callAt(Seq seq) const
{
    const auto found
        = std::lower_bound(calls.begin(), calls.end(), seq, [](const Call& call, Seq wanted) {
              return call.begin < wanted;
          });
    return found != calls.end() && found->begin == seq ? CallIndex(found - calls.begin()) : kNoCall;
}

std::span<const CallIndex> TraceIndex::childrenOf(CallIndex parent) const
{
    const std::size_t slot = parent == kNoCall ? 0 : std::size_t(parent) + 1;
    if (slot + 1 >= m_childOffsets.size()) {
        return {};
    }
    return std::span(m_children)
        .subspan(m_childOffsets[slot], m_childOffsets[slot + 1] - m_childOffsets[slot]);
}

std::uint32_t TraceIndex::rowOf(CallIndex call) const
{
    return call < m_rows.size() ? m_rows[call] : 0;
}

std::uint32_t TraceIndex::depthOf(CallIndex call) const
{
    std::uint32_t depth = 0;
    // A parent comes before its child, so this ends.
    while (call < calls.size() && calls[call].parent != kNoCall) {
        call = calls[call].parent;
        ++depth;
    }
    return depth;
}

std::span<const Stretch> TraceIndex::pendsOf(CallIndex call) const
{
    const auto range = std::equal_range(
        pends.begin(), pends.end(), Stretch { 0, 0, 0, 0, call, 0 },
        [](const Stretch& a, const Stretch& b) { return a.call < b.call; });
    return { range.first, range.second };
}

const Lifetime* TraceIndex::lifetimeOf(trace::ObjectId object) const
{
    const auto found = std::lower_bound(
        lifetimes.begin(), lifetimes.end(), object,
        [](const Lifetime& life, trace::ObjectId wanted) { return life.object < wanted; });
    return found != lifetimes.end() && found->object == object ? &*found : nullptr;
}

Seq TraceIndex::nextCallEvent(Seq seq) const
{
    const auto begin
        = std::upper_bound(calls.begin(), calls.end(), seq, [](Seq wanted, const Call& call) {
              return wanted < call.begin;
          });
    const auto end
        = std::upper_bound(ends.begin(), ends.end(), seq, [this](Seq wanted, CallIndex call) {
              return wanted < calls[call].end;
          });
    const Seq first = begin != calls.end() ? begin->begin : 0;
    const Seq second = end != ends.end() ? calls[*end].end : 0;
    return first == 0 ? second : second == 0 ? first : std::min(first, second);
}

Seq TraceIndex::previousCallEvent(Seq seq) const
{
    const auto begin
        = std::lower_bound(calls.begin(), calls.end(), seq, [](const Call& call, Seq wanted) {
              return call.begin < wanted;
          });
    const auto end
        = std::lower_bound(ends.begin(), ends.end(), seq, [this](CallIndex call, Seq wanted) {
              return calls[call].end < wanted;
          });
    const Seq first = begin != calls.begin() ? std::prev(begin)->begin : 0;
    const Seq second = end != ends.begin() ? calls[*std::prev(end)].end : 0;
    return std::max(first, second);
}

CallIndex TraceIndex::callEndingAt(Seq seq) const
{
    const auto found
        = std::lower_bound(ends.begin(), ends.end(), seq, [this](CallIndex call, Seq wanted) {
              return calls[call].end < wanted;
          });
    return found != ends.end() && calls[*found].end == seq ? *found : kNoCall;
}

Seq TraceIndex::nextError(Seq seq) const
{
    const auto found = std::upper_bound(errors.begin(), errors.end(), seq);
    return found != errors.end() ? *found : 0;
}

Seq TraceIndex::previousError(Seq seq) const
{
    const auto found = std::lower_bound(errors.begin(), errors.end(), seq);
    return found != errors.begin() ? *std::prev(found) : 0;
}

} // namespace rdrlab::gui
