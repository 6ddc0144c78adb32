#include "traces/store/spine.h"

#include "traces/store/columns.h"
#include "traces/store/readerimpl.h"

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

void SpineChunkInfo::add(const Event& event)
{
    kinds |= 1u << unsigned(event.kind);
    layers |= 1u << unsigned(event.layer);
    hasError = hasError || (event.hasStatus && event.status < 0) || event.kind == EventKind::Error;
    endNs = std::max(endNs, event.timeNs);
}

namespace {

// More chunks than this are not listed: a file with so many packed ones is no writer's work.
constexpr std::size_t kMostChunks = 1 << 24;

struct ObjectSet
{
    bool isRead = false;
    bool isKnown = false;
    std::vector<ObjectId> objects;
};

} // namespace

struct Spine::Implementation
{
    const Reader& reader;
    const Reader::Implementation& file;
    mutable std::vector<SpineChunkInfo> chunks;
    mutable std::vector<ObjectSet> sets; // of packed chunks, as asked for
    std::size_t packed = 0; // this many chunks come from the file, the others from its rows
    std::uint64_t events = 0;
    mutable std::optional<Cursor> columns;
    mutable std::optional<Cursor> objects;

    explicit Implementation(const Reader& of)
        : reader(of)
        , file(ReaderDoor::open(of))
    {
    }

    // What the file's own chunks cover. Those that overlap or go backwards are not a writer's: then
    // none of them count.
    Seq listPacked()
    {
        if (!file.hasTable("spine_chunks") || !file.hasTable("spine_columns")) {
            return 1;
        }
        Seq next = 1;
        bool good = true;
        const bool isRead = file.each(
            "SELECT first, count, begin_time, end_time, kinds, layers, errors FROM spine_chunks"
            " ORDER BY first",
            {}, [&](const Cursor& row) {
                SpineChunkInfo info;
                info.first = row.number(0);
                const std::uint64_t count = row.number(1);
                good = info.first >= next && count != 0 && count <= kSpineEvents
                    && info.first <= file.lastSeq && count <= file.lastSeq - info.first + 1
                    && chunks.size() < kMostChunks;
                info.count = std::uint32_t(count);
                info.beginNs = row.number(2);
                info.endNs = row.number(3);
                info.kinds = row.small(4);
                info.layers = row.small(5);
                info.hasError = row.number(6) != 0;
                info.isExact = true;
                if (good) {
                    chunks.push_back(info);
                    next = info.first + info.count;
                }
                return good;
            });
        if (!isRead || !good) {
            file.damaged("its spine chunks are out of order");
            chunks.clear();
            return 1;
        }
        packed = chunks.size();
        sets.resize(packed);
        columns.emplace(file.database, "SELECT columns FROM spine_columns WHERE first = ?");
        objects.emplace(file.database, "SELECT objects FROM spine_columns WHERE first = ?");
        return next;
    }

    // Lays chunks over rows that nobody has packed: one look into the table for each.
    void layOverRows(Seq from)
    {
        Cursor cursor(
            file.database, "SELECT seq, time FROM events WHERE seq >= ? ORDER BY seq LIMIT 1");
        while (from <= file.lastSeq) {
            cursor.reset();
            cursor.bind(1, from);
            if (!cursor.next() || cursor.number(0) < from || chunks.size() >= kMostChunks) {
                break;
            }
            SpineChunkInfo info;
            info.first = cursor.number(0);
            info.beginNs = cursor.number(1);
            info.count = std::uint32_t(std::min<Seq>(kSpineEvents, file.lastSeq - info.first + 1));
            info.kinds = info.layers = UINT32_MAX;
            info.hasError = true;
            if (!chunks.empty() && !chunks.back().isExact) {
                chunks.back().endNs = std::max(chunks.back().beginNs, info.beginNs);
            }
            info.endNs = std::max(info.beginNs, file.endTimeNs);
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
        SpineChunkInfo found;
        found.first = info.first;
        found.count = info.count;
        found.beginNs = found.endNs = info.beginNs;
        found.isExact = true;
        std::size_t at = 0;
        const bool good
            = reader.events(info.first, info.first + info.count - 1, [&](const Event& event) {
                  const std::size_t i = event.seq - info.first;
                  while (at < i) {
                      into.put(at++, missing);
                  }
                  into.put(at++, event);
                  missing.timeNs = event.timeNs;
                  found.add(event);
                  return true;
              });
        while (at < info.count) {
            into.put(at++, missing);
        }
        if (!good) {
            into.resize(0);
            return false;
        }
        info = found;
        return true;
    }

    bool unpack(const SpineChunkInfo& info, SpineColumns& into) const
    {
        columns->reset();
        columns->bind(1, info.first);
        bool good = columns->next();
        if (good) {
            const auto bytes = columns->bytes(0);
            good = unpackColumns(bytes.data(), bytes.size(), info.first, info.count, into);
        }
        columns->reset();
        if (!good) {
            into.resize(0);
            file.damaged("a spine chunk cannot be unpacked");
        }
        return good;
    }

    const ObjectSet& setOf(std::size_t chunk) const
    {
        ObjectSet& set = sets[chunk];
        if (!set.isRead) {
            set.isRead = true;
            objects->reset();
            objects->bind(1, chunks[chunk].first);
            if (objects->next()) {
                const auto bytes = objects->bytes(0);
                set.isKnown = unpackObjectSet(bytes.data(), bytes.size(), set.objects);
            }
            objects->reset();
        }
        return set;
    }
};

Spine::Spine(const Reader& reader)
    : m_implementation(std::make_unique<Implementation>(reader))
{
    m_implementation->layOverRows(m_implementation->listPacked());
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

bool Spine::mayMention(std::size_t chunk, ObjectId object) const
{
    if (chunk >= m_implementation->packed) {
        return true;
    }
    const ObjectSet& set = m_implementation->setOf(chunk);
    return object == 0 || !set.isKnown
        || std::binary_search(set.objects.begin(), set.objects.end(), object);
}

bool Spine::decode(std::size_t chunk, SpineColumns& into) const
{
    SpineChunkInfo& info = m_implementation->chunks[chunk];
    return chunk < m_implementation->packed ? m_implementation->unpack(info, into)
                                            : m_implementation->packRows(info, into);
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
