#include "traces/query/why.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dominator_tree.hpp>
#include <boost/graph/strong_components.hpp>
#include <map>
#include <set>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kMaximumNodes = 20'000; // of one answer
constexpr std::size_t kMaximumPaths = 16;
// Events between an object's birth and its taking a reference: on what it points to, on its owner.
constexpr Seq kSameMoment = 64;
constexpr Seq kNextStep = 1;

// The kind of object that a reason names: "SRV_OPEN" means one, "file object" a FILE_OBJECT.
ObjectKind kindOfReason(std::string_view reason)
{
    for (unsigned kind = 1; kind < unsigned(ObjectKind::Maximum); ++kind) {
        if (objectKindName(ObjectKind(kind)) == reason) {
            return ObjectKind(kind);
        }
    }
    return reason == "file object" ? ObjectKind::File
        : reason == "handle"       ? ObjectKind::Handle
                                   : ObjectKind::None;
}

// Tables and lists hold what is in them for longer than any call.
bool isTable(std::string_view reason)
{
    return reason.ends_with("table") || reason.ends_with("list") || reason == "scavenger"
        || reason == "name";
}

bool isRootKind(ObjectKind kind)
{
    return kind == ObjectKind::Process || kind == ObjectKind::Thread || kind == ObjectKind::Driver
        || kind == ObjectKind::Device;
}

} // namespace

struct Retention::Implementation
{
    Implementation(const Reader& theReader, Seq theAt)
        : reader(theReader)
        , at(std::min(theAt, theReader.lastSeq()))
        , cursor(theReader)
        , causes(theReader)
    {
        cursor.moveTo(at);
        for (const Object& object : reader.objects()) {
            if (!cursor.isAlive(object)) {
                continue;
            }
            alive.push_back(object.id);
            if (object.owner != 0) {
                owned[object.owner].push_back(object.id);
            }
            for (const auto& [field, value] : cursor.of(object.id).fields) {
                if (value.type == Value::Type::Object && value.object != 0
                    && value.object != object.id) {
                    pointers[value.object].emplace_back(object.id, field);
                }
            }
        }
    }

    bool isAlive(ObjectId id) const
    {
        const Object* object = reader.object(id);
        return object != nullptr && cursor.isAlive(*object);
    }
    ObjectKind kindOf(ObjectId id) const
    {
        const Object* object = reader.object(id);
        return object != nullptr ? object->kind : ObjectKind::None;
    }
    bool isOpenAt(SpanId span)
    {
        const Span* call = causes.call(span);
        return call != nullptr && (call->end == 0 || call->end > at);
    }

    const Ledger& ledger(ObjectId object)
    {
        const auto [entry, isNew] = ledgers.try_emplace(object);
        if (isNew) {
            entry->second = ledgerOf(reader, causes, object);
        }
        return entry->second;
    }

    ObjectId objectBehind(ObjectId object, const Reference& taken, const std::set<ObjectId>& used);
    Holder holderOf(ObjectId object, const Reference& taken, const std::set<ObjectId>& used);
    const std::vector<Hold>& holdsOf(ObjectId object);
    std::vector<Hold> barePointers(ObjectId object);
    bool isRoot(const Holder& holder);
    // Whether the owner's book has a reference that is the object's doing: then the object keeps
    // its owner, and not the other way round.
    bool holdsOwner(const Object& object)
    {
        for (const LedgerPair& pair : ledger(object.owner).pairs) {
            if (pair.isHeldAt(at) && objectBehind(object.owner, pair.taken, {}) == object.id) {
                return true;
            }
        }
        return false;
    }

    const Reader& reader;
    Seq at;
    StateCursor cursor;
    Causes causes;
    std::vector<ObjectId> alive;
    std::map<ObjectId, std::vector<ObjectId>> owned;
    std::map<ObjectId, std::vector<std::pair<ObjectId, StringId>>> pointers;
    std::map<ObjectId, Ledger> ledgers;
    std::map<ObjectId, std::vector<Hold>> holds;
};

// Which object of the kind that the reason names took the reference: one that hangs from this
// object or points to it, of several the one born nearest to the line. Each counts for one line.
ObjectId Retention::Implementation::objectBehind(
    ObjectId object, const Reference& taken, const std::set<ObjectId>& used)
{
    const ObjectKind kind = kindOfReason(reader.string(taken.reason));
    ObjectId best = 0;
    Seq bestDistance = UINT64_MAX;
    // A reason that names no kind may still be the doing of an object that was made then and there.
    Seq farthest = UINT64_MAX;
    const auto consider = [&](ObjectId id) {
        const Object* candidate = reader.object(id);
        const bool isKind = candidate != nullptr
            && (kind == ObjectKind::None ? candidate->kind != ObjectKind::Resource
                                         : candidate->kind == kind);
        if (!isKind || used.contains(id)) {
            return;
        }
        const Seq distance = candidate->birth > taken.seq ? candidate->birth - taken.seq
                                                          : taken.seq - candidate->birth;
        if (distance < bestDistance && distance <= farthest) {
            best = id;
            bestDistance = distance;
        }
    };
    if (const auto below = owned.find(object); below != owned.end()) {
        farthest = kind == ObjectKind::None ? kNextStep : UINT64_MAX;
        std::for_each(below->second.begin(), below->second.end(), consider);
    }
    farthest = kind == ObjectKind::None ? kSameMoment : UINT64_MAX;
    if (const auto pointing = pointers.find(object); pointing != pointers.end()) {
        for (const auto& [id, field] : pointing->second) {
            consider(id);
        }
    }
    if (best != 0 || kind != ObjectKind::Irp) {
        return best;
    }
    // A request takes its reference around its own birth, in the same call.
    const Span* call = nullptr;
    if (const auto event = reader.event(taken.seq)) {
        call = causes.call(event->span);
    }
    for (const ObjectId id : alive) {
        const Object* candidate = reader.object(id);
        if (candidate->kind == kind && call != nullptr && candidate->birth >= call->id
            && candidate->birth <= taken.seq + 16) {
            consider(id);
        }
    }
    return best;
}

Holder Retention::Implementation::holderOf(
    ObjectId object, const Reference& taken, const std::set<ObjectId>& used)
{
    Holder holder;
    if (isTable(reader.string(taken.reason))) {
        holder.kind = Holder::Kind::Table;
        holder.name = taken.reason;
        return holder;
    }
    const auto event = reader.event(taken.seq);
    const SpanId span = event ? event->span : 0;
    const bool namesKind = kindOfReason(reader.string(taken.reason)) != ObjectKind::None;
    const ObjectId behind = namesKind || !isOpenAt(span) ? objectBehind(object, taken, used) : 0;
    if (behind != 0) {
        holder.object = behind;
        return holder;
    }
    // The innermost call around the line that has not ended yet answers for it.
    const std::vector<Span> path = causes.path(span);
    for (auto call = path.rbegin(); call != path.rend(); ++call) {
        if (isOpenAt(call->id)) {
            holder.kind = Holder::Kind::Call;
            holder.span = call->id;
            return holder;
        }
    }
    const Object* self = reader.object(object);
    if (taken.reason == kCreationReason && self != nullptr && self->owner != 0
        && isAlive(self->owner)) {
        holder.object = self->owner; // made for it
        return holder;
    }
    holder.kind = Holder::Kind::Nobody;
    holder.span = span;
    return holder;
}

const std::vector<Hold>& Retention::Implementation::holdsOf(ObjectId id)
{
    const auto [entry, isNew] = holds.try_emplace(id);
    std::vector<Hold>& found = entry->second;
    const Object* object = reader.object(id);
    if (!isNew || object == nullptr) {
        return found;
    }
    const Ledger& book = ledger(id);
    std::set<ObjectId> used;
    std::int64_t explained = 0;
    for (const LedgerPair& pair : book.pairs) {
        if (!pair.isHeldAt(at)) {
            continue;
        }
        Hold hold;
        hold.taken = pair.taken;
        hold.count = pair.count;
        hold.holder = holderOf(id, pair.taken, used);
        if (hold.holder.kind == Holder::Kind::Object) {
            used.insert(hold.holder.object);
        }
        explained += pair.count;
        found.push_back(hold);
    }
    // What was there before the first line, less what was given back without having been taken.
    const std::int64_t rest = std::int64_t(book.countAt(at)) - explained;
    if (book.hasLines && rest > 0) {
        Hold hold;
        hold.holder.kind = Holder::Kind::Opening;
        hold.count = std::int32_t(std::min<std::int64_t>(rest, INT32_MAX));
        found.push_back(hold);
    }
    if (const auto pointing = pointers.find(id); pointing != pointers.end()) {
        for (const auto& [from, field] : pointing->second) {
            const auto known
                = std::find_if(found.begin(), found.end(), [&, from = from](const Hold& hold) {
                      return hold.holder.kind == Holder::Kind::Object && hold.holder.object == from;
                  });
            if (known != found.end()) {
                known->field = known->field != 0 ? known->field : field;
            } else if (!book.hasLines) {
                Hold hold;
                hold.holder.object = from;
                hold.field = field;
                found.push_back(hold);
            }
        }
    }
    // What nobody counts lives as long as what it hangs from. A handle is its process's, whatever
    // it is open on.
    if (!book.hasLines && object->kind == ObjectKind::Handle) {
        const std::string_view name = reader.string(object->name);
        const std::size_t colon = name.find(':');
        const std::size_t mark = name.find('!');
        if (colon != name.npos && mark != name.npos && mark > colon) {
            const std::string process
                = "PROCESS:" + std::string(name.substr(colon + 1, mark - colon - 1));
            Hold hold;
            for (const ObjectId candidate : reader.objectsNamed(process)) {
                if (isAlive(candidate)) {
                    hold.holder.object = candidate;
                }
            }
            if (hold.holder.object != 0) {
                hold.isOwner = true;
                found.push_back(hold);
            }
        }
    } else if (
        !book.hasLines && object->owner != 0 && isAlive(object->owner) && !holdsOwner(*object)) {
        const auto known = std::find_if(found.begin(), found.end(), [&](const Hold& hold) {
            return hold.holder.object == object->owner;
        });
        if (known != found.end()) {
            known->isOwner = true;
        } else {
            Hold hold;
            hold.holder.object = object->owner;
            hold.isOwner = true;
            found.push_back(hold);
        }
    }
    return found;
}

std::vector<Hold> Retention::Implementation::barePointers(ObjectId id)
{
    std::vector<Hold> found;
    const std::vector<Hold>& held = holdsOf(id);
    if (const auto pointing = pointers.find(id); pointing != pointers.end()) {
        for (const auto& [from, field] : pointing->second) {
            const bool isHolder = std::any_of(
                held.begin(), held.end(), [&, from = from, field = field](const Hold& hold) {
                    return hold.holder.kind == Holder::Kind::Object && hold.holder.object == from
                        && hold.field == field;
                });
            if (!isHolder) {
                Hold hold;
                hold.holder.object = from;
                hold.field = field;
                found.push_back(hold);
            }
        }
    }
    return found;
}

bool Retention::Implementation::isRoot(const Holder& holder)
{
    switch (holder.kind) {
    case Holder::Kind::Object: {
        const ObjectKind kind = kindOf(holder.object);
        // A request is under way until it dies, whoever made it.
        const bool isRequest = kind == ObjectKind::Irp || kind == ObjectKind::RxContext
            || kind == ObjectKind::Exchange;
        if (ledger(holder.object).hasLines && ledger(holder.object).countAt(at) == 0) {
            return true; // on its way out, with all it still holds
        }
        // What nobody counts and nothing recorded holds stands by itself, too: its owner knows it.
        return isRootKind(kind) || isRequest
            || (!ledger(holder.object).hasLines && holdsOf(holder.object).empty());
    }
    case Holder::Kind::Table:
    case Holder::Kind::Call:
    case Holder::Kind::Opening:
        return true;
    case Holder::Kind::Nobody:
        return false;
    }
    return false;
}

Retention::Retention(const Reader& reader, Seq at)
    : m_implementation(std::make_unique<Implementation>(reader, at))
{
}

Retention::~Retention() = default;

namespace {

// The holders of an object, theirs, and so on: node 0 is what stands above all roots, node 1 the
// object.
struct Closure
{
    using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;
    std::vector<Holder> nodes { Holder {}, Holder {} };
    std::map<std::pair<std::size_t, std::size_t>, Hold> edges; // holder, held
    Graph graph;
};

} // namespace

Why Retention::why(ObjectId object)
{
    Implementation& self = *m_implementation;
    Why answer;
    answer.object = object;
    answer.at = self.at;
    answer.isAlive = self.isAlive(object);
    answer.ledger = self.ledger(object);
    answer.count = answer.ledger.countAt(self.at);
    if (!answer.isAlive) {
        return answer;
    }
    answer.holds = self.holdsOf(object);
    answer.pointers = self.barePointers(object);

    Closure closure;
    closure.nodes[1].object = object;
    std::map<Holder, std::size_t> index { { closure.nodes[1], 1 } };
    for (std::size_t i = 1; i < closure.nodes.size() && closure.nodes.size() < kMaximumNodes; ++i) {
        const Holder node = closure.nodes[i];
        if (self.isRoot(node)) {
            closure.edges[{ 0, i }] = {};
        }
        if (node.kind != Holder::Kind::Object || (i != 1 && isRootKind(self.kindOf(node.object)))) {
            continue; // what holds a root is another story
        }
        for (const Hold& hold : self.holdsOf(node.object)) {
            const auto [entry, isNew] = index.try_emplace(hold.holder, closure.nodes.size());
            if (isNew) {
                closure.nodes.push_back(hold.holder);
            }
            closure.edges.try_emplace({ entry->second, i }, hold);
        }
    }
    closure.graph = Closure::Graph(closure.nodes.size());
    for (const auto& [edge, hold] : closure.edges) {
        boost::add_edge(edge.first, edge.second, closure.graph);
    }

    // Shortest paths: breadth first from the object towards its holders, ending at the roots.
    constexpr std::size_t kNone = SIZE_MAX;
    std::vector<std::size_t> next(closure.nodes.size(), kNone);
    std::vector<std::size_t> queue { 1 };
    next[1] = 1;
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const std::size_t node = queue[i];
        if (closure.edges.contains({ 0, node }) && answer.paths.size() < kMaximumPaths
            && (node != 1 || closure.nodes.size() == 2)) {
            RetainingPath path;
            for (std::size_t at = node;; at = next[at]) {
                path.nodes.push_back(closure.nodes[at]);
                if (at == 1) {
                    break;
                }
                path.holds.push_back(closure.edges.at({ at, next[at] }));
            }
            answer.paths.push_back(std::move(path));
            if (node != 1 && closure.nodes[node].kind != Holder::Kind::Object) {
                continue;
            }
        }
        const auto [first, last] = boost::in_edges(node, closure.graph);
        std::vector<std::size_t> sources;
        for (auto edge = first; edge != last; ++edge) {
            sources.push_back(boost::source(*edge, closure.graph));
        }
        std::sort(sources.begin(), sources.end());
        for (const std::size_t source : sources) {
            if (source != 0 && next[source] == kNone) {
                next[source] = node;
                queue.push_back(source);
            }
        }
    }

    // Who alone could let go: the dominators between the virtual root and the object.
    std::vector<std::size_t> dominator(closure.nodes.size(), kNone);
    boost::lengauer_tarjan_dominator_tree(
        closure.graph, std::size_t(0),
        boost::make_iterator_property_map(
            dominator.begin(), boost::get(boost::vertex_index, closure.graph)));
    for (std::size_t at = dominator[1]; at != kNone && at != 0; at = dominator[at]) {
        answer.dominators.push_back(closure.nodes[at]);
    }

    std::vector<std::size_t> component(closure.nodes.size());
    boost::strong_components(
        closure.graph,
        boost::make_iterator_property_map(
            component.begin(), boost::get(boost::vertex_index, closure.graph)));
    std::map<std::size_t, std::vector<ObjectId>> members;
    for (std::size_t i = 1; i < closure.nodes.size(); ++i) {
        if (closure.nodes[i].kind == Holder::Kind::Object) {
            members[component[i]].push_back(closure.nodes[i].object);
        }
    }
    for (auto& [number, set] : members) {
        if (set.size() > 1) {
            std::sort(set.begin(), set.end());
            answer.cycles.push_back(std::move(set));
        }
    }
    std::sort(answer.cycles.begin(), answer.cycles.end());
    return answer;
}

LeakReport Retention::leaks(Seq from, const Progress& progress)
{
    Implementation& self = *m_implementation;
    LeakReport report;
    // What something that stands by itself reaches, over everything alive.
    std::map<Holder, std::vector<ObjectId>> heldBy;
    std::vector<Holder> queue;
    std::set<Holder> seen;
    const auto reach = [&](const Holder& holder) {
        if (seen.insert(holder).second) {
            queue.push_back(holder);
        }
    };
    std::uint64_t done = 0;
    for (const ObjectId id : self.alive) {
        if (progress && !progress(++done, self.alive.size())) {
            return {};
        }
        Holder itself;
        itself.object = id;
        if (self.isRoot(itself)) {
            reach(itself);
        }
        for (const Hold& hold : self.holdsOf(id)) {
            heldBy[hold.holder].push_back(id);
            if (self.isRoot(hold.holder)) {
                reach(hold.holder);
            }
        }
    }
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const auto held = heldBy.find(queue[i]);
        if (held != heldBy.end()) {
            for (const ObjectId id : held->second) {
                Holder next;
                next.object = id;
                reach(next);
            }
        }
    }
    std::set<ObjectId> shown;
    for (const ObjectId id : self.alive) {
        const Object* object = self.reader.object(id);
        for (const Hold& hold : self.holdsOf(id)) {
            if (hold.holder.kind == Holder::Kind::Nobody && hold.taken.seq >= from) {
                report.leaks.push_back({ id, hold.taken, hold.count, hold.holder.span });
                shown.insert(id);
            }
        }
        if (object->birth >= from && object->kind != ObjectKind::Resource) {
            shown.insert(id);
        }
    }
    // Owners first; an owner that is older than the range stands above its family all the same.
    std::map<ObjectId, std::vector<ObjectId>> children;
    std::set<ObjectId> all = shown;
    for (const ObjectId id : shown) {
        for (ObjectId at = id; all.size() < kMaximumNodes;) {
            const Object* object = self.reader.object(at);
            const ObjectId owner = object != nullptr ? object->owner : 0;
            const bool goesUp = owner != 0 && owner < at && self.isAlive(owner)
                && self.kindOf(owner) != ObjectKind::Device;
            if (!goesUp || !all.insert(owner).second) {
                break;
            }
            at = owner;
        }
    }
    std::vector<std::pair<ObjectId, std::uint32_t>> todo;
    for (auto id = all.rbegin(); id != all.rend(); ++id) {
        const Object* object = self.reader.object(*id);
        if (object->owner < *id && all.contains(object->owner)) {
            children[object->owner].push_back(*id);
        } else {
            todo.emplace_back(*id, 0);
        }
    }
    while (!todo.empty()) {
        const auto [id, parent] = todo.back();
        todo.pop_back();
        FamilyMember member;
        member.object = id;
        member.parent = parent;
        member.depth = parent != 0 ? report.family[parent - 1].depth + 1 : 0;
        member.count = self.ledger(id).countAt(self.at);
        member.isCounted = self.ledger(id).hasLines;
        member.holds = self.holdsOf(id);
        Holder itself;
        itself.object = id;
        member.isRooted = seen.contains(itself);
        report.family.push_back(std::move(member));
        const auto number = std::uint32_t(report.family.size());
        for (const ObjectId child : children[id]) {
            todo.emplace_back(child, number);
        }
    }
    return report;
}

} // namespace rdrlab::trace
