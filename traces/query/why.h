// Why is this object still alive: who holds it, from which roots, and who alone could let go.
//
// The graph behind the answer has an edge from a holder to what it holds: a reference that was
// taken and not given back (by the object its reason names, by a table, by the call that took it),
// a handle, and for objects that nobody counts their owner and the pointers to them. Its roots are
// what stands by itself: processes, drivers, devices, requests and calls under way, tables.
#pragma once

#include "traces/query/ledger.h"
#include "traces/query/progress.h"
#include "traces/query/state.h"

#include <memory>
#include <string>
#include <vector>

namespace rdrlab::trace {

/// A node of the graph: an object, or something that holds objects without being one.
struct Holder
{
    enum class Kind : std::uint8_t
    {
        Object, // `object`
        Table, // a table or list of the system; `name` is the reason it gives
        Call, // a call under way at the time: `span`
        Nobody, // the call `span` (0: none) took it, ended, and did not give it back
        Opening // references from before the ledger's first line
    };
    Kind kind = Kind::Object;
    ObjectId object = 0;
    SpanId span = 0;
    StringId name = 0;

    friend auto operator<=>(const Holder&, const Holder&) = default;
};

/// How a holder holds an object.
struct Hold
{
    Holder holder;
    Reference taken; // seq 0: not by reference
    std::int32_t count = 0; // references
    StringId field = 0; // the holder's member that points to the object
    bool isOwner = false; // the object hangs from the holder
};

struct RetainingPath
{
    /// From the root to the object itself, which is the last. `holds` says how each holds the next.
    std::vector<Holder> nodes;
    std::vector<Hold> holds;
};

struct Why
{
    ObjectId object = 0;
    Seq at = 0;
    bool isAlive = false;
    Ledger ledger;
    std::int32_t count = 0; // references at `at`; meaningless without a ledger
    std::vector<Hold> holds; // in order of taking
    std::vector<Hold> pointers; // objects that point to it without a reference
    std::vector<RetainingPath> paths; // the shortest one from each root, by length
    /// Through whom every path leads, the nearest one first; empty when the roots share nothing.
    std::vector<Holder> dominators;
    std::vector<std::vector<ObjectId>> cycles; // sets of objects that hold each other and this one
};

/// What a reference that nobody gave back is, at the end of a trace.
struct Leak
{
    ObjectId object = 0;
    Reference taken;
    std::int32_t count = 0;
    SpanId span = 0; // the call that took it
};

struct FamilyMember
{
    ObjectId object = 0;
    std::uint32_t parent = 0; // index + 1 of the owner in the family; 0: an ancestor
    std::uint32_t depth = 0;
    std::int32_t count = 0; // references left
    bool isCounted = false; // it has a ledger
    bool isRooted = false; // something that stands by itself still reaches it
    std::vector<Hold> holds; // what holds it
};

struct LeakReport
{
    std::vector<Leak> leaks;
    std::vector<FamilyMember> family; // objects that outlived the run, owners before what they own
};

/// Answers about one event. Borrows the reader.
class Retention
{
public:
    /// Cost: the state at `at`, and the objects alive there.
    Retention(const Reader& reader, Seq at);
    ~Retention();
    Retention(const Retention&) = delete;
    Retention& operator=(const Retention&) = delete;

    Why why(ObjectId object);

    /// What was born or taken at or after `from` and is left at `at`, with its relations. Empty
    /// when `progress` gives up.
    LeakReport leaks(Seq from, const Progress& progress = {});

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace rdrlab::trace
