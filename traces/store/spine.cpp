#include "traces/store/spine.h"

#include <algorithm>

namespace rdrlab::trace {

Event SpineColumns::event(std::size_t i) const
{
    Event event;
    event.seq = first + i;
    event.timeNs = timeNs[i];
    event.argument = argument[i];
    event.span = span[i];
    event.parent = parent[i];
    event.routine = routine[i];
    event.object = object[i];
    event.text = text[i];
    event.status = status[i];
    event.thread = thread[i];
    event.process = process[i];
    event.kind = kind[i];
    event.layer = layer[i];
    event.cpu = cpu[i];
    event.irql = irql[i];
    event.hasStatus = hasStatus[i] != 0;
    return event;
}

void SpineColumns::resize(std::size_t events)
{
    count = events;
    for (auto* column : { &timeNs, &span, &parent, &argument }) {
        column->resize(events);
    }
    for (auto* column : { &routine, &object, &text, &thread, &process }) {
        column->resize(events);
    }
    status.resize(events);
    kind.resize(events);
    layer.resize(events);
    for (auto* column : { &cpu, &irql, &hasStatus }) {
        column->resize(events);
    }
}

void SpineColumns::put(std::size_t i, const Event& event)
{
    timeNs[i] = event.timeNs;
    argument[i] = event.argument;
    span[i] = event.span;
    parent[i] = event.parent;
    routine[i] = event.routine;
    object[i] = event.object;
    text[i] = event.text;
    status[i] = event.status;
    thread[i] = event.thread;
    process[i] = event.process;
    kind[i] = event.kind;
    layer[i] = event.layer;
    cpu[i] = event.cpu;
    irql[i] = event.irql;
    hasStatus[i] = event.hasStatus ? 1 : 0;
}

struct Spine::Implementation
{
    const Reader& reader;
    std::vector<SpineChunkInfo> chunks;
    std::uint64_t events = 0;

    explicit Implementation(const Reader& of)
        : reader(of)
    {
    }

    // Lays chunks over rows that nobody has packed: one look into the table for each.
    void layOverRows(Seq from)
    {
        const Seq last = reader.lastSeq();
        while (from <= last) {
            SpineChunkInfo info;
            reader.events(from, last, [&](const Event& event) {
                info.first = event.seq;
                info.beginNs = event.timeNs;
                return false;
            });
            if (info.first < from) {
                return;
            }
            info.count = std::uint32_t(std::min<Seq>(kSpineEvents, last - info.first + 1));
            info.kinds = info.layers = UINT32_MAX;
            info.hasError = true;
            if (!chunks.empty() && !chunks.back().isExact) {
                chunks.back().endNs = std::max(chunks.back().beginNs, info.beginNs);
            }
            info.endNs = std::max(info.beginNs, reader.endTimeNs());
            chunks.push_back(info);
            from = info.first + info.count;
        }
    }

    bool packRows(SpineChunkInfo& info, SpineColumns& into) const
    {
        Event missing;
        missing.kind = EventKind::Maximum;
        missing.layer = Layer::Maximum;
        missing.timeNs = info.beginNs;
        into.first = info.first;
        into.resize(info.count);
        std::size_t at = 0;
        std::uint32_t kinds = 0;
        std::uint32_t layers = 0;
        bool hasError = false;
        const bool good
            = reader.events(info.first, info.first + info.count - 1, [&](const Event& event) {
                  const std::size_t i = event.seq - info.first;
                  while (at < i) {
                      into.put(at++, missing);
                  }
                  into.put(at++, event);
                  missing.timeNs = event.timeNs;
                  kinds |= 1u << unsigned(event.kind);
                  layers |= 1u << unsigned(event.layer);
                  hasError = hasError || (event.hasStatus && event.status < 0)
                      || event.kind == EventKind::Error;
                  return true;
              });
        while (at < info.count) {
            into.put(at++, missing);
        }
        if (!good) {
            into.resize(0);
            return false;
        }
        if (!info.isExact) {
            info.isExact = true;
            info.kinds = kinds;
            info.layers = layers;
            info.hasError = hasError;
            info.endNs = std::max(info.beginNs, missing.timeNs);
        }
        return true;
    }
};

Spine::Spine(const Reader& reader)
    : m_implementation(std::make_unique<Implementation>(reader))
{
    m_implementation->layOverRows(1);
    for (const SpineChunkInfo& info : m_implementation->chunks) {
        m_implementation->events += info.count;
    }
}

Spine::~Spine() = default;

std::size_t Spine::chunkCount() const
{
    return m_implementation->chunks.size();
}

const SpineChunkInfo& Spine::info(std::size_t chunk) const
{
    return m_implementation->chunks[chunk];
}

std::uint64_t Spine::eventCount() const
{
    return m_implementation->events;
}

std::size_t Spine::chunkOf(Seq seq) const
{
    const auto& chunks = m_implementation->chunks;
    const auto behind
        = std::partition_point(chunks.begin(), chunks.end(), [&](const SpineChunkInfo& info) {
              return info.first + info.count <= seq;
          });
    return std::size_t(behind - chunks.begin());
}

std::size_t Spine::chunkAt(std::uint64_t timeNs) const
{
    const auto& chunks = m_implementation->chunks;
    const auto found
        = std::partition_point(chunks.begin(), chunks.end(), [&](const SpineChunkInfo& info) {
              return info.endNs < timeNs;
          });
    return std::size_t(found - chunks.begin());
}

bool Spine::mayMention(std::size_t, ObjectId) const
{
    return true;
}

bool Spine::decode(std::size_t chunk, SpineColumns& into) const
{
    return m_implementation->packRows(m_implementation->chunks[chunk], into);
}

bool Spine::each(
    Seq from,
    Seq to,
    const std::function<bool(const SpineChunkInfo&)>& wanted,
    const std::function<bool(const SpineColumns&, std::size_t)>& visit) const
{
    SpineColumns columns;
    for (std::size_t chunk = chunkOf(from); chunk < chunkCount() && info(chunk).first <= to;
         ++chunk) {
        if (wanted && !wanted(info(chunk))) {
            continue;
        }
        if (!decode(chunk, columns)) {
            return false;
        }
        const std::size_t begin = from > columns.first ? std::size_t(from - columns.first) : 0;
        for (std::size_t i = begin; i < columns.count && columns.first + i <= to; ++i) {
            if (!columns.isMissing(i) && !visit(columns, i)) {
                return true;
            }
        }
    }
    return true;
}

} // namespace rdrlab::trace
