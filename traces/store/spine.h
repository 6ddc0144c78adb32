// The events of a trace as columns: what everything that looks at many events works on.
//
// Rows are for people and for SQL; reading one costs about half a microsecond. The spine holds the
// same events 4096 to a chunk, each column by itself and packed, beside a summary of the chunk that
// lets a search skip it. A file that has packed chunks is read from them; whatever it lacks (a run
// still being recorded, one whose program died, a trace of an older program) is packed from the
// rows at hand when asked for, so callers never see a difference but in speed.
//
// Not thread-safe, as the Reader it borrows: a second thread opens its own.
#pragma once

#include "traces/store/reader.h"

namespace rdrlab::trace {

inline constexpr std::size_t kSpineEvents = 4096; // in a chunk, at most

/// What a chunk holds, for skipping it. Where `isExact` is false the rows have not been looked at
/// yet: the sets then hold everything, and endNs is no earlier than the last event.
struct SpineChunkInfo
{
    Seq first = 0; // the chunk is [first, first + count)
    std::uint32_t count = 0; // 1 … kSpineEvents
    std::uint64_t beginNs = 0;
    std::uint64_t endNs = 0;
    std::uint32_t kinds = 0; // bit EventKind set: it holds such an event
    std::uint32_t layers = 0; // likewise Layer
    bool hasError = false; // an event with a status < 0 or of kind error
    bool isExact = false;

    /// Takes one more event into the summary; `first` and `count` are the caller's.
    void add(const Event& event);
    bool mayHave(EventKind kind) const { return (kinds >> unsigned(kind) & 1u) != 0; }
    bool mayHave(Layer layer) const { return (layers >> unsigned(layer) & 1u) != 0; }
};

/// The events of one chunk, one entry per event in every column. Event i has the seq first + i. A
/// seq that the rows lack is there as an event of kind and layer Maximum, all else 0 but the time.
struct SpineColumns
{
    Seq first = 0;
    std::size_t count = 0;
    std::vector<std::uint64_t> timeNs, span, parent, argument;
    std::vector<std::uint32_t> routine, object, text, thread, process;
    std::vector<std::int32_t> status;
    std::vector<EventKind> kind;
    std::vector<Layer> layer;
    std::vector<std::uint8_t> cpu, irql, hasStatus;

    Event event(std::size_t i) const;
    bool isMissing(std::size_t i) const
    {
        return kind[i] == EventKind::Maximum && layer[i] == Layer::Maximum;
    }
    void resize(std::size_t events);
    void put(std::size_t i, const Event& event); // the seq is not looked at
};

class Spine
{
public:
    /// Borrows `reader`. Costs one look per chunk, never one per event.
    explicit Spine(const Reader& reader);
    ~Spine();
    Spine(const Spine&) = delete;
    Spine& operator=(const Spine&) = delete;

    std::size_t chunkCount() const;
    const SpineChunkInfo& info(std::size_t chunk) const;
    /// Events in all chunks together.
    std::uint64_t eventCount() const;

    /// The chunk that holds `seq`, or the next one behind it; chunkCount() behind the last.
    std::size_t chunkOf(Seq seq) const;
    /// The chunk with the first event at or after a time; chunkCount() when there is none.
    std::size_t chunkAt(std::uint64_t timeNs) const;
    /// False: no event of the chunk has this object.
    bool mayMention(std::size_t chunk, ObjectId object) const;

    /// Fills `into`, whose memory is used again. False when the chunk is damaged; Reader::error()
    /// then says so, and `into` holds nothing.
    bool decode(std::size_t chunk, SpineColumns& into) const;

    /// Visits events from `from` to `to`, both included, in order; skips chunks that `wanted` (may
    /// be empty) refuses. False when the trace cannot be read.
    bool each(
        Seq from,
        Seq to,
        const std::function<bool(const SpineChunkInfo&)>& wanted,
        const std::function<bool(const SpineColumns&, std::size_t)>& visit) const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace rdrlab::trace
