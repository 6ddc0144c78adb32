#include "traces/query/spans.h"

#include "traces/query/cause.h"
#include "traces/store/spine.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kMaximumCalls = 1u
    << 20; // of one request; what a file claims beyond is left out
constexpr std::string_view kExchangePrefix = "SMB2 ";

// A thread between two of its events.
struct ThreadState
{
    SpanId span = 0; // the innermost call it runs
    std::uint64_t sinceNs = 0;
    Seq seq = 0;
    enum class What : std::uint8_t
    {
        Nothing,
        Runs,
        Waits,
        Signalled
    } what = What::Nothing;
    TimeKind waitKind = TimeKind::Waiting;
    StringId waitWhat = 0;
    ObjectId waitObject = 0;
    std::uint32_t waitOwner = 0;
};

struct Exchange
{
    SpanId span = 0;
    std::uint64_t sentNs = 0; // its last segment so far
    Seq sentSeq = 0;
    std::uint64_t heldNs = 0;
    Seq heldSeq = 0;
    std::uint64_t message = UINT64_MAX; // the server's number, once it is known
    bool isSent = false;
    bool isHeld = false;
    bool isAnswered = false;
};

struct Work
{
    Request request;
    std::vector<TimeSlice> raw; // overlapping
    std::unordered_map<SpanId, std::uint32_t> calls; // index by id
    // What may still add to it: calls that have not ended, work in queues, threads inside it.
    std::uint32_t openCalls = 0;
    std::uint32_t posted = 0;
    std::uint32_t threads = 0;
};

// Calls of one duration in the order of their reasons: a sweep over the ends of the slices.
template <typename Take>
void sweep(
    std::vector<TimeSlice> slices,
    std::uint64_t beginNs,
    std::uint64_t endNs,
    SpanId span,
    Take take)
{
    struct End
    {
        std::uint64_t timeNs;
        bool isBegin;
        std::size_t slice;
    };
    std::vector<End> ends;
    for (std::size_t i = 0; i < slices.size(); ++i) {
        slices[i].beginNs = std::max(slices[i].beginNs, beginNs);
        slices[i].endNs = std::min(slices[i].endNs, endNs);
        if (slices[i].beginNs < slices[i].endNs) {
            ends.push_back({ slices[i].beginNs, true, i });
            ends.push_back({ slices[i].endNs, false, i });
        }
    }
    std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) {
        return std::tie(a.timeNs, a.isBegin, a.slice) < std::tie(b.timeNs, b.isBegin, b.slice);
    });
    // Of equal reasons the latest one explains best: the innermost call, the newest wait.
    const auto before = [&](std::size_t a, std::size_t b) {
        return std::tuple(slices[a].kind, ~slices[a].span, ~slices[a].seq, a)
            < std::tuple(slices[b].kind, ~slices[b].span, ~slices[b].seq, b);
    };
    std::set<std::size_t, decltype(before)> active(before);
    std::uint64_t at = beginNs;
    for (std::size_t i = 0; i <= ends.size(); ++i) {
        const std::uint64_t next = i < ends.size() ? ends[i].timeNs : endNs;
        if (next > at) {
            TimeSlice slice;
            slice.span = span;
            if (!active.empty()) {
                slice = slices[*active.begin()];
            }
            slice.beginNs = at;
            slice.endNs = next;
            take(slice);
            at = next;
        }
        if (i < ends.size()) {
            if (ends[i].isBegin) {
                active.insert(ends[i].slice);
            } else {
                active.erase(ends[i].slice);
            }
        }
    }
}

class Collector
{
public:
    Collector(const Reader& reader, Seq to, const std::function<bool(Request&&)>& visit)
        : m_reader(reader)
        , m_to(to)
        , m_visit(visit)

    {
    }

    bool take(const Event& event);
    void finish(std::uint64_t endNs);
    bool isStopped() const { return m_stopped; }
    bool isIdle() const { return m_works.empty(); }

private:
    Work* workOf(SpanId span)
    {
        const auto root = m_roots.find(span);
        const auto work = root != m_roots.end() ? m_works.find(root->second) : m_works.end();
        return work != m_works.end() ? &work->second : nullptr;
    }
    RequestCall* callOf(SpanId span)
    {
        Work* work = workOf(span);
        const auto index
            = work != nullptr ? work->calls.find(span) : decltype(work->calls.end()) {};
        return work != nullptr && index != work->calls.end() ? &work->request.calls[index->second]
                                                             : nullptr;
    }
    SpanId parentOf(SpanId span)
    {
        const RequestCall* call = callOf(span);
        return call != nullptr ? call->span.parent : 0;
    }
    void slice(const TimeSlice& slice)
    {
        if (slice.beginNs < slice.endNs) {
            if (Work* work = workOf(slice.span)) {
                work->raw.push_back(slice);
            }
        }
    }
    void close(ThreadState& thread, std::uint64_t nowNs, Seq signal, std::uint32_t ender);
    void begin(const Event& event);
    void end(const Event& event);
    void threads(const Event& event);
    void wire(const Event& event);
    Exchange* exchangeFor(const Event& event);
    void endExchange(SpanId span, std::uint64_t nowNs);
    bool isLock(StringId what);
    bool deliver(SpanId root, std::uint64_t nowNs);
    bool deliverIfDone(SpanId root, std::uint64_t nowNs);
    SpanId rootOf(SpanId span) const
    {
        const auto root = span != 0 ? m_roots.find(span) : m_roots.end();
        return root != m_roots.end() ? root->second : 0;
    }

    const Reader& m_reader;
    Seq m_to;
    const std::function<bool(Request&&)>& m_visit;
    std::map<SpanId, Work> m_works; // by root, open ones
    std::unordered_map<SpanId, SpanId> m_roots; // of the calls of open requests
    std::map<std::uint32_t, ThreadState> m_threads;
    std::map<SpanId, Exchange> m_exchanges; // open ones, oldest first
    std::map<SpanId, std::pair<std::uint64_t, Seq>> m_posted; // by the call it goes on with
    std::unordered_map<StringId, bool> m_locks;
    Seq m_lastToClient = 0;
    std::uint64_t m_lastToClientNs = 0;
    std::uint64_t m_lastToClientBytes = 0;
    SpanId m_left = 0; // the request that a thread left with this event
    bool m_stopped = false;
};

bool Collector::isLock(StringId what)
{
    const auto [entry, isNew] = m_locks.try_emplace(what, false);
    if (isNew) {
        const std::string_view text = m_reader.string(what);
        entry->second = text.starts_with("ERESOURCE") || text == "FAST_MUTEX"
            || text == "EX_PUSH_LOCK" || text == "KMUTANT";
    }
    return entry->second;
}

// What the thread did since its last event.
void Collector::close(ThreadState& thread, std::uint64_t nowNs, Seq signal, std::uint32_t ender)
{
    TimeSlice part;
    part.beginNs = thread.sinceNs;
    part.endNs = nowNs;
    part.span = thread.span;
    part.seq = thread.seq;
    switch (thread.what) {
    case ThreadState::What::Nothing:
        return;
    case ThreadState::What::Runs:
        part.kind = TimeKind::Running;
        break;
    case ThreadState::What::Signalled:
        part.kind = TimeKind::Ready;
        break;
    case ThreadState::What::Waits:
        part.kind = thread.waitKind;
        part.what = thread.waitWhat;
        part.object = thread.waitObject;
        part.whom
            = thread.waitKind == TimeKind::Lock && thread.waitOwner != 0 ? thread.waitOwner : ender;
        part.endedBy = signal;
        break;
    }
    slice(part);
}

void Collector::begin(const Event& event)
{
    // A call that names no older call as its parent begins a request.
    const bool isRoot = event.parent == 0 || event.parent >= event.seq;
    SpanId root = event.seq;
    if (!isRoot) {
        // One whose request is over, or began before the range, is told by itself.
        const auto known = m_roots.find(event.parent);
        root = known != m_roots.end() ? known->second : root;
    }
    if (root == event.seq && event.seq > m_to) {
        return;
    }
    Work& work = m_works[root];
    if (work.request.calls.size() >= kMaximumCalls) {
        return;
    }
    RequestCall call;
    call.span.id = event.seq;
    call.span.parent = root == event.seq ? 0 : event.parent;
    call.span.beginNs = event.timeNs;
    call.span.routine = event.routine;
    call.span.object = event.object;
    call.span.thread = event.thread;
    call.span.process = event.process;
    call.span.layer = event.layer;
    call.isOpen = true;
    const auto parent = work.calls.find(call.span.parent);
    if (parent != work.calls.end()) {
        call.parent = parent->second;
        call.depth = work.request.calls[parent->second].depth + 1;
    }
    work.calls[event.seq] = std::uint32_t(work.request.calls.size());
    work.request.calls.push_back(std::move(call));
    ++work.openCalls;
    m_roots[event.seq] = root;
    if (event.layer == Layer::Wire && m_reader.string(event.routine).starts_with(kExchangePrefix)) {
        m_exchanges[event.seq].span = event.seq;
        ++work.request.exchanges;
    }
}

void Collector::end(const Event& event)
{
    RequestCall* call = callOf(event.span);
    if (call == nullptr || !call->isOpen) {
        return;
    }
    call->isOpen = false;
    --workOf(event.span)->openCalls;
    call->span.end = event.seq;
    call->span.endNs = std::max(event.timeNs, call->span.beginNs);
    call->span.status = event.status;
    call->span.information = event.argument;
    // The answer came with the segment that arrived just now.
    if (m_exchanges.contains(event.span) && m_lastToClientNs == event.timeNs
        && m_lastToClient != 0) {
        call->packets.push_back({ m_lastToClient, m_lastToClientNs, m_lastToClientBytes, false });
    }
    endExchange(event.span, event.timeNs);
}

void Collector::endExchange(SpanId span, std::uint64_t nowNs)
{
    const auto found = m_exchanges.find(span);
    if (found == m_exchanges.end()) {
        return;
    }
    const Exchange& exchange = found->second;
    if (exchange.isSent) {
        TimeSlice part;
        part.kind = exchange.isHeld && !exchange.isAnswered ? TimeKind::Server : TimeKind::Wire;
        part.span = span;
        part.seq = part.kind == TimeKind::Server ? exchange.heldSeq : exchange.sentSeq;
        part.beginNs = part.kind == TimeKind::Server ? exchange.heldNs : exchange.sentNs;
        part.endNs = nowNs;
        slice(part);
    }
    m_exchanges.erase(found);
}

// The exchange a server's event is about: the one with its message number, else the oldest of its
// command that the server has not been seen with.
Exchange* Collector::exchangeFor(const Event& event)
{
    const std::string_view command = m_reader.string(event.routine);
    Exchange* oldest = nullptr;
    for (auto& [span, exchange] : m_exchanges) {
        const RequestCall* call = callOf(span);
        const bool isCommand = call != nullptr
            && m_reader.string(call->span.routine).substr(kExchangePrefix.size()) == command;
        if (!isCommand || !exchange.isSent || exchange.isAnswered) {
            continue;
        }
        if (exchange.message == event.argument) {
            return &exchange;
        }
        if (oldest == nullptr && exchange.message == UINT64_MAX) {
            oldest = &exchange;
        }
    }
    return oldest;
}

void Collector::wire(const Event& event)
{
    if (event.kind == EventKind::Packet) {
        if (m_reader.string(event.routine) != "to server") {
            m_lastToClient = event.seq;
            m_lastToClientNs = event.timeNs;
            m_lastToClientBytes = event.argument;
            return;
        }
        const auto found = m_exchanges.find(event.span);
        if (found == m_exchanges.end()) {
            return;
        }
        Exchange& exchange = found->second;
        if (!exchange.isSent) {
            exchange.isSent = true;
            exchange.sentNs = event.timeNs;
            exchange.sentSeq = event.seq;
        }
        if (RequestCall* call = callOf(event.span)) {
            call->packets.push_back({ event.seq, event.timeNs, event.argument, true });
        }
        return;
    }
    Exchange* exchange = event.layer == Layer::Server ? exchangeFor(event) : nullptr;
    if (exchange == nullptr) {
        return;
    }
    exchange->message = event.argument;
    TimeSlice part;
    part.span = exchange->span;
    part.endNs = event.timeNs;
    if (exchange->isHeld) {
        part.kind = TimeKind::Server;
        part.beginNs = exchange->heldNs;
        part.seq = exchange->heldSeq;
    } else {
        part.kind = TimeKind::Wire;
        part.beginNs = exchange->sentNs;
        part.seq = exchange->sentSeq;
    }
    slice(part);
    if (event.kind == EventKind::State) {
        exchange->isHeld = true;
        exchange->heldNs = event.timeNs;
        exchange->heldSeq = event.seq;
    } else {
        exchange->isAnswered = true; // and on its way back
        exchange->sentNs = event.timeNs;
        exchange->sentSeq = event.seq;
    }
}

void Collector::threads(const Event& event)
{
    if (event.kind == EventKind::Signal) {
        const auto woken = m_threads.find(std::uint32_t(event.argument));
        if (woken != m_threads.end() && woken->second.what == ThreadState::What::Waits) {
            ThreadState& thread = woken->second;
            // An interrupt that ends a wait in the moment a segment arrived: the wire was it.
            if (event.thread == 0 && m_lastToClient != 0 && m_lastToClientNs == event.timeNs
                && thread.waitKind == TimeKind::Waiting) {
                thread.waitKind = TimeKind::Wire;
            }
            close(thread, event.timeNs, event.seq, event.thread);
            thread.what = ThreadState::What::Signalled;
            thread.sinceNs = event.timeNs;
            thread.seq = event.seq;
        }
    }
    if (event.thread == 0) {
        return; // an interrupt takes no time of its own
    }
    ThreadState& thread = m_threads[event.thread];
    close(thread, event.timeNs, 0, 0);
    const SpanId left = rootOf(thread.span);
    thread.sinceNs = event.timeNs;
    thread.seq = event.seq;
    thread.what = ThreadState::What::Runs;
    thread.span = event.span;
    switch (event.kind) {
    case EventKind::End:
    case EventKind::Pend:
        thread.span = parentOf(event.span);
        break;
    case EventKind::Wait:
        // RDBSS tells besides what its threads are about to wait for; the kernel's word counts.
        if (event.layer == Layer::Kernel) {
            thread.what = ThreadState::What::Waits;
            thread.waitKind = isLock(event.routine) ? TimeKind::Lock : TimeKind::Waiting;
            thread.waitWhat = event.routine;
            thread.waitObject = event.object;
            thread.waitOwner = std::uint32_t(event.argument);
        }
        break;
    case EventKind::Post:
        if (Work* work = workOf(event.span)) {
            work->posted
                += m_posted.insert_or_assign(event.span, std::pair(event.timeNs, event.seq)).second;
        }
        break;
    default:
        break;
    }
    // A worker takes the work up: whoever resumes or begins below the call that posted it.
    const SpanId goesOn = event.kind == EventKind::Resume ? event.span
        : event.kind == EventKind::Begin                  ? event.parent
                                                          : 0;
    const auto posted = goesOn != 0 ? m_posted.find(goesOn) : m_posted.end();
    if (posted != m_posted.end()) {
        TimeSlice part;
        part.kind = TimeKind::Queued;
        part.beginNs = posted->second.first;
        part.seq = posted->second.second;
        part.endNs = event.timeNs;
        part.span = goesOn;
        slice(part);
        m_posted.erase(posted);
        if (Work* work = workOf(goesOn)) {
            --work->posted;
        }
    }
    const SpanId entered = rootOf(thread.span);
    if (entered != left) {
        if (const auto work = m_works.find(left); work != m_works.end()) {
            --work->second.threads;
            m_left = left;
        }
        if (const auto work = m_works.find(entered); work != m_works.end()) {
            ++work->second.threads;
        }
    }
}

bool Collector::take(const Event& event)
{
    m_left = 0;
    if (event.kind == EventKind::Begin) {
        begin(event);
    }
    threads(event);
    if (event.kind == EventKind::Packet || event.layer == Layer::Server) {
        wire(event);
    }
    const SpanId root = rootOf(event.span);
    if (event.kind == EventKind::End) {
        end(event);
    }
    return deliverIfDone(root, event.timeNs)
        && (m_left == root || deliverIfDone(m_left, event.timeNs));
}

bool Collector::deliverIfDone(SpanId root, std::uint64_t nowNs)
{
    const auto found = root != 0 ? m_works.find(root) : m_works.end();
    const bool isDone = found != m_works.end() && found->second.openCalls == 0
        && found->second.posted == 0 && found->second.threads == 0;
    return !isDone || deliver(root, nowNs);
}

// The request is over (or the trace is): makes its splits and hands it out.
bool Collector::deliver(SpanId root, std::uint64_t nowNs)
{
    const auto found = m_works.find(root);
    Work& work = found->second;
    // What is still going on belongs to it up to now.
    for (auto& [number, thread] : m_threads) {
        const auto at = m_roots.find(thread.span);
        if (at != m_roots.end() && at->second == root) {
            close(thread, nowNs, 0, 0);
            thread.what = ThreadState::What::Nothing;
        }
    }
    Request& request = work.request;
    for (RequestCall& call : request.calls) {
        if (call.isOpen) {
            call.span.endNs = std::max(nowNs, call.span.beginNs);
            endExchange(call.span.id, call.span.endNs);
            const auto posted = m_posted.find(call.span.id);
            if (posted != m_posted.end()) {
                TimeSlice part;
                part.kind = TimeKind::Queued;
                part.beginNs = posted->second.first;
                part.seq = posted->second.second;
                part.endNs = nowNs;
                part.span = call.span.id;
                slice(part);
                m_posted.erase(posted);
            }
        }
    }
    // Every call is split over its own inner calls: theirs are collected from the innermost up.
    std::vector<std::vector<TimeSlice>> inside(request.calls.size());
    for (const TimeSlice& part : work.raw) {
        inside[work.calls.at(part.span)].push_back(part);
    }
    for (std::size_t i = request.calls.size(); i-- > 0;) {
        RequestCall& call = request.calls[i];
        const auto count = [&](const TimeSlice& part) {
            call.split.ns[std::size_t(part.kind)] += part.endNs - part.beginNs;
            if (i != 0) {
                return;
            }
            std::vector<TimeSlice>& all = request.slices;
            const bool goesOn = !all.empty() && all.back().kind == part.kind
                && all.back().span == part.span && all.back().what == part.what
                && all.back().whom == part.whom;
            if (goesOn) {
                all.back().endNs = part.endNs;
            } else {
                all.push_back(part);
            }
        };
        sweep(inside[i], call.span.beginNs, call.span.endNs, call.span.id, count);
        if (i != 0) {
            std::vector<TimeSlice>& above = inside[call.parent];
            if (above.empty()) {
                above.swap(inside[i]);
            } else {
                above.insert(above.end(), inside[i].begin(), inside[i].end());
            }
            std::vector<TimeSlice>().swap(inside[i]);
        }
    }
    for (const RequestCall& call : request.calls) {
        m_roots.erase(call.span.id);
    }
    m_stopped = !m_visit(std::move(request));
    m_works.erase(found);
    return !m_stopped;
}

void Collector::finish(std::uint64_t endNs)
{
    while (!m_stopped && !m_works.empty()) {
        deliver(m_works.begin()->first, endNs);
    }
}

} // namespace

std::string_view timeKindName(TimeKind kind)
{
    static constexpr std::array<std::string_view, std::size_t(TimeKind::Maximum)> kNames {
        "running", "ready", "server", "wire", "lock", "waiting", "queued", "other"
    };
    return kind < TimeKind::Maximum ? kNames[std::size_t(kind)] : "?";
}

std::uint64_t TimeSplit::total() const
{
    std::uint64_t sum = 0;
    for (const std::uint64_t part : ns) {
        sum += part;
    }
    return sum;
}

bool requests(
    const Reader& reader,
    Seq from,
    Seq to,
    const std::function<bool(Request&&)>& visit,
    const Progress& progress)
{
    from = std::max<Seq>(from, 1);
    to = std::min(to, reader.lastSeq());
    Collector collector(reader, to, visit);
    const Spine spine(reader);
    bool gaveUp = false;
    const bool good
        = spine.each(from, reader.lastSeq(), {}, [&](const SpineColumns& columns, std::size_t i) {
              if (columns.isMissing(i)) {
                  return true;
              }
              const Event event = columns.event(i);
              if (progress && event.seq % kSpineEvents == 0) {
                  gaveUp = !progress(event.seq - from, reader.lastSeq() - from + 1);
              }
              // Behind the range only what began in it is still of interest.
              return !gaveUp && collector.take(event) && (event.seq < to || !collector.isIdle());
          });
    if (!collector.isStopped() && !gaveUp) {
        collector.finish(reader.endTimeNs());
    }
    return good && !gaveUp;
}

std::optional<Request> requestOf(const Reader& reader, SpanId span)
{
    Causes causes(reader);
    const SpanId root = causes.call(span) != nullptr ? causes.request(span) : 0;
    std::optional<Request> found;
    if (root != 0) {
        requests(reader, root, root, [&](Request&& request) {
            found = std::move(request);
            return false;
        });
    }
    return found;
}

SpanId callCarrying(const Reader& reader, ObjectId id)
{
    const Object* object = reader.object(id);
    const bool isRequest = object != nullptr
        && (object->kind == ObjectKind::Irp || object->kind == ObjectKind::RxContext
            || object->kind == ObjectKind::Exchange);
    if (!isRequest) {
        return 0;
    }
    // The IRP's own call begins after its birth and names it as its request; the RX_CONTEXT and the
    // exchange are what theirs is about.
    SpanId found = 0;
    const Seq last = object->death != 0 ? object->death : reader.lastSeq();
    const bool isIrp = object->kind == ObjectKind::Irp;
    Causes causes(reader);
    reader.events(object->birth, last, [&](const Event& event) {
        if (event.kind == EventKind::Begin) {
            const Span* call = isIrp ? causes.call(event.seq) : nullptr;
            if (event.object == id || (call != nullptr && call->request == id)) {
                found = event.seq;
            }
        }
        return found == 0;
    });
    return found;
}

} // namespace rdrlab::trace
