#include "traces/query/waits.h"

#include "traces/query/cause.h"
#include "traces/store/spine.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <map>
#include <set>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kMaximumHolders = 64; // of one lock; a file may claim any number

struct Running
{
    Event last; // the thread's latest event
    Event wait; // the wait it is in; seq 0: none
};

struct Sent
{
    Seq seq = 0; // its first segment
    Seq held = 0; // the server said so
    std::uint64_t message = UINT64_MAX;
    std::string_view command;
};

// Everything that is under way, kept up to date event by event.
struct Scene
{
    explicit Scene(const Reader& from)
        : reader(from)
    {
    }

    void take(const Event& event);
    void server(const Event& event);
    void unlock(const Event& event);

    const Reader& reader;
    std::map<std::uint32_t, Running> threads;
    std::map<ObjectId, std::vector<LockHolder>> locks;
    std::map<SpanId, Event> open; // calls by their begin event
    std::map<SpanId, Sent> exchanges; // those that were sent
    std::map<SpanId, Seq> posted;
};

void Scene::unlock(const Event& event)
{
    const auto lock = locks.find(event.object);
    if (lock == locks.end()) {
        return;
    }
    // Normally the owner's own latest hold; else one thread gives back what another took.
    auto& holders = lock->second;
    auto mine = std::find_if(holders.rbegin(), holders.rend(), [&](const LockHolder& holder) {
        return holder.thread == event.thread;
    });
    if (mine != holders.rend()) {
        holders.erase(std::next(mine).base());
    } else if (!holders.empty()) {
        holders.pop_back();
    }
    if (holders.empty()) {
        locks.erase(lock);
    }
}

void Scene::server(const Event& event)
{
    const std::string_view command = reader.string(event.routine);
    const auto isIt = [&](const std::pair<const SpanId, Sent>& entry, bool known) {
        return entry.second.command == command
            && entry.second.message == (known ? event.argument : UINT64_MAX);
    };
    auto found = std::find_if(
        exchanges.begin(), exchanges.end(), [&](const auto& entry) { return isIt(entry, true); });
    if (found == exchanges.end()) {
        found = std::find_if(exchanges.begin(), exchanges.end(), [&](const auto& entry) {
            return isIt(entry, false);
        });
    }
    if (found != exchanges.end()) {
        found->second.message = event.argument;
        found->second.held = event.kind == EventKind::State ? event.seq : 0;
    }
}

void Scene::take(const Event& event)
{
    switch (event.kind) {
    case EventKind::Begin:
        open[event.seq] = event;
        posted.erase(event.parent);
        break;
    case EventKind::End:
        open.erase(event.span);
        exchanges.erase(event.span);
        posted.erase(event.span);
        break;
    case EventKind::Resume:
        posted.erase(event.span);
        break;
    case EventKind::Post:
        posted[event.span] = event.seq;
        break;
    case EventKind::Packet: {
        const auto call = open.find(event.span);
        const std::string_view routine
            = call != open.end() ? reader.string(call->second.routine) : std::string_view();
        if (call != open.end() && call->second.layer == Layer::Wire
            && routine.starts_with("SMB2 ")) {
            Sent& sent = exchanges[event.span];
            sent.seq = sent.seq != 0 ? sent.seq : event.seq;
            sent.command = routine.substr(5);
        }
        break;
    }
    case EventKind::Lock:
        if (event.layer == Layer::Kernel && event.object != 0) {
            auto& holders = locks[event.object];
            if (holders.size() < kMaximumHolders) {
                holders.push_back({ event.thread, event.process, event.seq, event.argument != 0 });
            }
        }
        break;
    case EventKind::Unlock:
        if (event.layer == Layer::Kernel) {
            unlock(event);
        }
        break;
    case EventKind::Died:
        locks.erase(event.object);
        break;
    default:
        if (event.layer == Layer::Server) {
            server(event);
        }
        break;
    }
    if (event.thread != 0) {
        Running& thread = threads[event.thread];
        thread.last = event;
        const bool isWait = event.kind == EventKind::Wait && event.layer == Layer::Kernel;
        thread.wait = isWait ? event : Event {};
    }
    if (event.kind == EventKind::Signal) {
        // The one it wakes is ready, if not running yet.
        const auto woken = threads.find(std::uint32_t(event.argument));
        if (woken != threads.end()) {
            woken->second.wait = {};
        }
    }
}

// Whether `span` is `above` or was made inside it.
bool isInside(Causes& causes, SpanId span, SpanId above)
{
    for (const Span& call : causes.path(span)) {
        if (call.id == above) {
            return true;
        }
    }
    return false;
}

// What the innermost call of a blocked thread is waiting for.
void findReasons(const Scene& scene, Causes& causes, BlockedThread& thread, const Event& wait)
{
    using Kind = WaitReason::Kind;
    const auto lock = scene.locks.find(thread.object);
    if (lock != scene.locks.end()) {
        for (const LockHolder& holder : lock->second) {
            thread.reasons.push_back({ Kind::Lock, holder.thread, holder.process, thread.object, 0,
                                       holder.since, holder.isExclusive });
        }
    }
    const auto owner = scene.threads.find(std::uint32_t(wait.argument));
    if (thread.reasons.empty() && wait.argument != 0 && owner != scene.threads.end()) {
        thread.reasons.push_back(
            { Kind::Lock, owner->first, owner->second.last.process, thread.object, 0, 0, true });
    }
    if (!thread.reasons.empty() || thread.span == 0) {
        return;
    }
    // It sleeps until something inside its call is done: the exchanges there, the threads that work
    // on it, the work that nobody has taken up.
    for (const auto& [span, call] : scene.open) {
        if (span <= thread.span || !isInside(causes, span, thread.span)) {
            continue;
        }
        const auto sent = scene.exchanges.find(span);
        if (sent != scene.exchanges.end()) {
            const bool isHeld = sent->second.held != 0;
            thread.reasons.push_back({ isHeld ? Kind::Server : Kind::Wire, 0, 0, call.object, span,
                                       isHeld ? sent->second.held : sent->second.seq, false });
        } else if (
            call.layer == Layer::Wire && scene.reader.string(call.routine).starts_with("SMB2 ")) {
            thread.reasons.push_back({ Kind::Unsent, 0, 0, call.object, span, span, false });
        }
    }
    for (const auto& [number, other] : scene.threads) {
        const SpanId span = other.last.kind == EventKind::End ? other.last.parent : other.last.span;
        if (number != thread.thread && span != 0 && isInside(causes, span, thread.span)) {
            thread.reasons.push_back(
                { Kind::Thread, number, other.last.process, 0, span, other.last.seq, false });
        }
    }
    for (const auto& [span, seq] : scene.posted) {
        if (span != 0 && isInside(causes, span, thread.span)) {
            thread.reasons.push_back({ Kind::Queue, 0, 0, 0, span, seq, false });
        }
    }
}

// One ring of each set of threads that wait for each other: the shortest through its first member.
std::vector<std::vector<std::uint32_t>> ringsOf(const std::vector<BlockedThread>& threads)
{
    using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
    Graph graph(threads.size());
    const auto indexOf = [&](std::uint32_t number) {
        const auto found = std::lower_bound(
            threads.begin(), threads.end(), number,
            [](const BlockedThread& entry, std::uint32_t wanted) { return entry.thread < wanted; });
        return found != threads.end() && found->thread == number
            ? std::size_t(found - threads.begin())
            : threads.size();
    };
    std::vector<std::vector<std::size_t>> next(threads.size());
    for (std::size_t i = 0; i < threads.size(); ++i) {
        for (const WaitReason& reason : threads[i].reasons) {
            const std::size_t other = indexOf(reason.thread);
            if (reason.thread != 0 && other < threads.size()) {
                boost::add_edge(i, other, graph);
                next[i].push_back(other);
            }
        }
    }
    std::vector<int> component(threads.size());
    if (!threads.empty()) {
        boost::strong_components(
            graph,
            boost::make_iterator_property_map(
                component.begin(), boost::get(boost::vertex_index, graph)));
    }
    std::vector<std::vector<std::uint32_t>> rings;
    std::set<int> told;
    for (std::size_t first = 0; first < threads.size(); ++first) {
        if (told.contains(component[first])) {
            continue;
        }
        // Breadth first from `first` back to it, inside its component.
        std::vector<std::size_t> from(threads.size(), threads.size());
        std::vector<std::size_t> queue { first };
        bool isRing = false;
        std::size_t last = first;
        for (std::size_t i = 0; i < queue.size() && !isRing; ++i) {
            for (const std::size_t other : next[queue[i]]) {
                if (other == first) {
                    isRing = true;
                    last = queue[i];
                    break;
                }
                if (component[other] == component[first] && from[other] == threads.size()) {
                    from[other] = queue[i];
                    queue.push_back(other);
                }
            }
        }
        if (isRing) {
            told.insert(component[first]);
            std::vector<std::uint32_t> ring;
            for (std::size_t at = last; at != first; at = from[at]) {
                ring.push_back(std::uint32_t(at));
            }
            ring.push_back(std::uint32_t(first));
            std::reverse(ring.begin(), ring.end());
            rings.push_back(std::move(ring));
        }
    }
    return rings;
}

// The threads that wait for a lock, at that lock; locks without an object by who owns them.
void addWaiters(Waits& waits)
{
    for (std::size_t i = 0; i < waits.threads.size(); ++i) {
        const BlockedThread& thread = waits.threads[i];
        const auto owner = std::find_if(
            thread.reasons.begin(), thread.reasons.end(),
            [](const WaitReason& reason) { return reason.kind == WaitReason::Kind::Lock; });
        if (owner == thread.reasons.end()) {
            continue;
        }
        auto lock
            = std::find_if(waits.locks.begin(), waits.locks.end(), [&](const LockState& entry) {
                  return thread.object != 0
                      ? entry.object == thread.object
                      : entry.object == 0 && entry.what == thread.what && !entry.holders.empty()
                          && entry.holders.front().thread == owner->thread;
              });
        if (lock == waits.locks.end()) {
            waits.locks.push_back(
                { thread.object,
                  thread.what,
                  { { owner->thread, owner->process, owner->seq, owner->isExclusive } },
                  {} });
            lock = std::prev(waits.locks.end());
        }
        lock->waiters.push_back(std::uint32_t(i));
    }
}

} // namespace

struct WaitCursor::Implementation
{
    explicit Implementation(const Reader& from)
        : reader(from)
        , spine(from)
        , scene(std::make_unique<Scene>(from))
    {
    }

    bool run(Seq to, const Progress& progress);
    void answer(Waits& into);

    const Reader& reader;
    Spine spine;
    std::unique_ptr<Scene> scene; // after event `at`
    Seq at = 0;
    std::uint64_t atNs = 0;

    struct Kept
    {
        Seq at;
        std::uint64_t atNs;
        std::unique_ptr<Scene> scene;
    };
    std::vector<Kept> kept; // by `at`
    Seq spacing = 16 * kSpineEvents; // between kept scenes; grows so that they stay few
};

bool WaitCursor::Implementation::run(Seq to, const Progress& progress)
{
    constexpr std::size_t kMostKept = 256;
    const auto behind = std::partition_point(
        kept.begin(), kept.end(), [&](const Kept& entry) { return entry.at <= to; });
    const Kept* best = behind != kept.begin() ? &*std::prev(behind) : nullptr;
    if (to < at || (best != nullptr && best->at > at)) {
        scene = best != nullptr ? std::make_unique<Scene>(*best->scene)
                                : std::make_unique<Scene>(reader);
        at = best != nullptr ? best->at : 0;
        atNs = best != nullptr ? best->atNs : 0;
    }
    if (at >= to) {
        return true;
    }
    bool gaveUp = false;
    const Seq from = at;
    const bool good = spine.each(at + 1, to, {}, [&](const SpineColumns& columns, std::size_t i) {
        const Seq seq = columns.first + i;
        if (progress && seq % kSpineEvents == 0) {
            gaveUp = !progress(seq - from, to - from);
        }
        if (!columns.isMissing(i)) {
            const Event event = columns.event(i);
            atNs = event.timeNs;
            scene->take(event);
        }
        at = seq;
        if (seq % spacing == 0 && (kept.empty() || kept.back().at < seq)) {
            kept.push_back({ seq, atNs, std::make_unique<Scene>(*scene) });
        }
        return !gaveUp;
    });
    if (kept.size() > kMostKept) {
        spacing *= 2;
        std::erase_if(kept, [&](const Kept& entry) { return entry.at % spacing != 0; });
    }
    return good && !gaveUp;
}

void WaitCursor::Implementation::answer(Waits& into)
{
    Causes causes(reader);
    for (const auto& [number, running] : scene->threads) {
        if (running.wait.seq == 0) {
            continue;
        }
        if (running.wait.span == 0) {
            ++into.idle;
            continue;
        }
        const Event& wait = running.wait;
        BlockedThread thread;
        thread.thread = number;
        thread.process = wait.process;
        thread.since = wait.seq;
        thread.sinceNs = wait.timeNs;
        thread.what = wait.routine;
        thread.object = wait.object;
        thread.span = wait.span;
        thread.hasTimeout = wait.status != 0;
        findReasons(*scene, causes, thread, wait);
        into.threads.push_back(std::move(thread));
    }
    into.rings = ringsOf(into.threads);
    for (const auto& [object, holders] : scene->locks) {
        into.locks.push_back({ object, 0, holders, {} });
    }
    addWaiters(into);
    for (const auto& [span, begin] : scene->open) {
        if (begin.parent == 0 || begin.parent >= span) {
            into.open.push_back(span);
        }
    }
}

WaitCursor::WaitCursor(const Reader& reader)
    : m_implementation(std::make_unique<Implementation>(reader))
{
}

WaitCursor::~WaitCursor() = default;

bool WaitCursor::moveTo(Seq at, Waits& into, const Progress& progress)
{
    into = {};
    into.at = std::min(at, m_implementation->reader.lastSeq());
    const bool good = m_implementation->run(into.at, progress);
    into.atNs = m_implementation->atNs;
    m_implementation->answer(into);
    return good;
}

bool waitsAt(const Reader& reader, Seq at, Waits& into, const Progress& progress)
{
    return WaitCursor(reader).moveTo(at, into, progress);
}

} // namespace rdrlab::trace
