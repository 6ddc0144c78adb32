// One of two compared traces, reduced to what an alignment needs: a few numbers per event.
//
// Private to traces/query/diff. Events are numbered by position here (`Index`), because a damaged
// or still growing file may lack some seq. What the mask leaves out never reaches a key.
#pragma once

#include "traces/query/diff/mask.h"
#include "traces/query/diff/sequence.h"
#include "traces/store/reader.h"

#include <functional>
#include <unordered_map>

namespace rdrlab::trace::diff {

using Index = std::uint32_t;
constexpr Index kNone = UINT32_MAX;

/// Hashes that are equal on every machine.
constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}
/// Without the numbers behind '#', which only tell things of one name apart; without any digit when
/// asked.
std::uint64_t hashText(std::string_view text, bool withoutDigits);

/// A canonical name without its ordinal: "FCB:\a" of "FCB:\a#2", "IRP" of "IRP#14".
std::string_view stemOf(std::string_view name);

/// A call with what happened directly in it, in order: events, and the begin events of calls made
/// in it, which are nodes of their own. So what overlaps in time stays apart.
struct Node
{
    Index begin = kNone; // kNone: what happened outside of calls in one lane and layer
    std::uint32_t parent = kNone; // always less than its own number
    std::uint32_t request = 0;
    std::uint64_t strong = 0; // of everything below it
    std::uint64_t close = 0; // of the call and its result
};

/// One thing somebody asked for: a node without a parent.
struct Request
{
    std::uint32_t node = 0;
    std::uint32_t lane = 0;
    Layer layer = Layer::App; // of its first event
    Keys keys; // 0 outside of calls
};

/// Whoever makes requests one after the other.
struct Lane
{
    std::uint32_t process = 0;
    std::uint64_t name = 0; // of process and thread
    std::vector<std::uint32_t> requests; // calls, in order of begin
    std::unordered_map<std::uint32_t, std::uint32_t> outside; // layer -> request outside of calls
};

class Side
{
public:
    Side(const Reader& reader, const DiffMask& mask);

    /// Reads the trace. False when it cannot be read to its end or `progress` (0 to 1) said stop.
    bool load(const std::function<bool(double)>& progress);

    const Reader& reader() const { return m_reader; }
    Index size() const { return Index(m_kind.size()); }
    Seq seqOf(Index at) const { return m_seqs.empty() ? at + m_first : m_seqs[at]; }
    Index find(Seq seq) const; // kNone: no such event

    EventKind kind(Index at) const { return EventKind(m_kind[at] & kKindBits); }
    bool isLeftOut(Index at) const { return (m_kind[at] & kLeftOut) != 0; }
    /// The call it happened in; for a begin event the call that it begins. Of one that is left out
    /// the call around it, or kNone.
    std::uint32_t nodeOf(Index at) const { return m_node[at]; }
    std::uint32_t requestOf(Index at) const { return m_nodes[m_node[at]].request; }
    bool isCall(Index at) const { return kind(at) == EventKind::Begin && !isLeftOut(at); }
    /// What it is about: index into reader().objects() plus one, or 0.
    std::uint32_t object(Index at) const { return m_object[at]; }
    std::uint32_t objectIndex(ObjectId id) const;
    std::uint32_t objectCount() const { return std::uint32_t(m_stems.size()); } // including 0

    /// Of an object by index. `setStem` makes it equal to another one's.
    std::uint64_t stem(std::uint32_t object) const { return m_stems[object]; }
    void setStem(std::uint32_t object, std::uint64_t stem) { m_stems[object] = stem; }
    /// Its name alone says which it is, at least to a few.
    bool isNamed(std::uint32_t object) const { return m_isNamed[object]; }

    std::uint64_t weakKey(Index at) const { return mix(m_shape[at], m_stems[m_object[at]]); }
    std::uint64_t strongKey(Index at) const;
    Keys keys(Index at) const;
    /// The objects its fields point to, in order.
    std::span<const std::pair<Index, std::uint32_t>> pointers(Index at) const;

    const std::vector<Node>& nodes() const { return m_nodes; }
    /// What happened directly in a node, in order. A call's own begin is in its parent; that of a
    /// request is in none.
    std::span<const Index> itemsOf(std::uint32_t node) const;
    const std::vector<Request>& requests() const { return m_requests; }
    const std::vector<Lane>& lanes() const { return m_lanes; }
    Index rootOf(std::uint32_t request) const { return m_nodes[m_requests[request].node].begin; }

    /// Finds the keys of all calls and requests; again after setStem().
    void keyCalls();
    /// Gives back what only the search for partners needs.
    void forgetKeys();

private:
    struct Window;
    void take(const Window& window);
    void place(const Event& event, Index at);
    std::uint32_t laneOf(const Event& event);
    std::uint64_t normal(StringId id);
    std::uint64_t contentOf(const Event& event);
    void addChange(const FieldChange& change, Index at, std::uint64_t& hash);
    FieldRule ruleOf(ObjectId object, StringId field);
    struct EventRule
    {
        bool isLeftOut = false;
        bool hasArgument = true;
    };
    EventRule ruleOf(const Event& event);
    std::uint32_t addRequest(Index begin, std::uint32_t lane, Layer layer);
    void sortByNode();

    static constexpr std::uint8_t kKindBits = 0x1F;
    static constexpr std::uint8_t kLeftOut = 0x40;
    static constexpr std::uint8_t kHasPointers = 0x80;
    static_assert(unsigned(EventKind::Maximum) <= kKindBits);

    const Reader& m_reader;
    const DiffMask& m_mask;
    bool m_withoutDigits = false;

    Seq m_first = 1;
    std::vector<Seq> m_seqs; // only where they have gaps
    std::vector<std::uint64_t> m_content;
    std::vector<std::uint32_t> m_shape;
    std::vector<std::uint32_t> m_object;
    std::vector<std::uint32_t> m_node;
    std::vector<std::uint8_t> m_kind; // and the bits above
    std::vector<std::pair<Index, std::uint32_t>> m_pointers; // by event

    std::vector<std::uint64_t> m_stems;
    std::vector<bool> m_isNamed;
    std::vector<std::uint64_t> m_normal; // of strings, 0: not known yet
    std::unordered_map<std::uint64_t, FieldRule> m_rules;
    std::unordered_map<std::uint64_t, EventRule> m_eventRules;

    std::vector<Node> m_nodes; // in order of begin
    std::vector<Request> m_requests;
    std::vector<Lane> m_lanes;
    std::unordered_map<std::uint64_t, std::uint32_t> m_laneOf; // process, thread
    std::vector<Index> m_order; // events sorted by node
    std::vector<std::uint32_t> m_firstOf; // of each node in m_order
};

} // namespace rdrlab::trace::diff
