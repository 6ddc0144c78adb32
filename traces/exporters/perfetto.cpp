// A trace as the JSON that Perfetto's user interface, chrome://tracing and speedscope open.
//
// Every thread is a track on which calls are nested slices. A call that pends ends its slice there,
// and goes on as another slice where a thread takes it up again; an arrow (a flow) leads from the
// one to the other, from a call to what it started on another thread, and from a request to where
// it was completed. Waits are slices too. Above the threads each system call, each exchange with a
// server and each call that pended has a bar of its own (an asynchronous slice) for its whole
// duration. Counters tell how many objects of a kind are alive.
//
// Times are microseconds with three digits behind the point, which is every nanosecond.
#include "traces/exporters/exporters.h"
#include "traces/exporters/picture.h"
#include "traces/exporters/text.h"
#include "traces/query/state.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace rdrlab::trace {

namespace {

// Ids of processes count in fours from 4, so these are nobody's.
constexpr std::uint32_t kInterrupts = 0;
constexpr std::uint32_t kWirePid = 2'000'000'001;
constexpr std::uint32_t kServerPid = 2'000'000'002;
constexpr std::uint32_t kObjectsPid = 2'000'000'003;

struct Track
{
    std::uint32_t process = 0;
    std::uint32_t thread = 0;
    friend bool operator==(const Track&, const Track&) = default;
    friend auto operator<=>(const Track&, const Track&) = default;
};

std::string microseconds(std::uint64_t nanoseconds)
{
    std::string fraction = std::to_string(nanoseconds % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    return std::to_string(nanoseconds / 1000) + '.' + fraction;
}

class Exporter
{
public:
    Exporter(const Reader& reader, std::ostream& out)
        : m_reader(reader)
        , m_out(out)
        , m_names(reader)
    {
    }

    bool run(const Progress& progress);

private:
    struct Slice // open on a thread
    {
        SpanId span = 0; // 0: a wait
        std::uint64_t beginNs = 0;
        Seq seq = 0;
    };
    struct Call // a span that is not over
    {
        std::string title;
        std::string arguments; // members of its args, without the braces
        Layer layer = Layer::App;
        Track begun; // where it was made
        std::uint64_t beginNs = 0;
        Track last; // its last slice: where, and a time inside it
        std::uint64_t lastNs = 0;
        bool hasPended = false;
        bool isOver = false; // only kept for what it started
        bool isOpen = false; // has a slice on a thread right now
    };

    void metadata();
    void take(const Event& event);
    void begin(const Event& event);
    void end(const Event& event);
    void pend(const Event& event);
    void resume(const Event& event);
    void callback(const Event& event);
    void wait(const Event& event);
    void wake(const Event& event);
    void packet(const Event& event);
    void life(const Event& event);
    void instant(const Event& event, Track track);
    void closeSlices(Track track, std::size_t down, std::uint64_t atNs, const std::string& result);
    bool closeSlice(SpanId span, const Call& call, std::uint64_t atNs, const std::string& result);
    void flow(const Call& from, Track to, std::uint64_t toNs);
    void asynchronous(SpanId id, const Call& call, std::uint64_t endNs, const std::string& result);
    std::string argumentsOf(const Event& event) const;
    std::string titleOf(const Event& event) const;

    std::ostream& record(char phase, Track track, std::uint64_t atNs)
    {
        m_out << (m_isFirst ? "\n" : ",\n") << "{\"ph\":\"" << phase
              << "\",\"pid\":" << track.process << ",\"tid\":" << track.thread
              << ",\"ts\":" << microseconds(atNs);
        m_isFirst = false;
        return m_out;
    }
    void slice(
        Track track,
        std::uint64_t beginNs,
        std::uint64_t endNs,
        std::string_view category,
        const std::string& title,
        const std::string& arguments)
    {
        record('X', track, beginNs)
            << ",\"dur\":" << microseconds(std::max(beginNs, endNs) - beginNs) << ",\"cat\":\""
            << category << "\",\"name\":" << jsonString(title) << ",\"args\":{" << arguments
            << "}}";
    }

    const Reader& m_reader;
    std::ostream& m_out;
    ObjectNames m_names;
    std::map<Track, std::vector<Slice>> m_threads;
    std::unordered_map<SpanId, Call> m_calls; // looked up only
    std::map<ObjectKind, std::int64_t> m_alive;
    std::uint64_t m_flows = 0;
    std::uint64_t m_nowNs = 0;
    bool m_isFirst = true;
};

void Exporter::metadata()
{
    const auto name = [&](const char* what, Track track, std::string_view text) {
        record('M', track, 0) << ",\"name\":\"" << what
                              << "\",\"args\":{\"name\":" << jsonString(text) << "}}";
    };
    const auto order = [&](std::uint32_t process, int index) {
        record('M', { process, 0 }, 0)
            << ",\"name\":\"process_sort_index\",\"args\":{\"sort_index\":" << index << "}}";
    };
    std::map<Track, bool> tracks;
    m_reader.events(1, m_reader.lastSeq(), [&](const Event& event) {
        tracks.try_emplace({ event.process, event.thread }, true);
        return true;
    });
    std::uint32_t named = UINT32_MAX;
    for (const auto& [track, ignored] : tracks) {
        if (track.process != named) {
            named = track.process;
            const std::string_view process = m_reader.processName(track.process);
            name(
                "process_name", { track.process, 0 },
                track.process == kInterrupts ? "interrupts"
                    : process.empty()        ? "process " + std::to_string(track.process)
                                             : std::string(process));
        }
        const std::string_view thread = m_reader.threadName(track.thread);
        name(
            "thread_name", track,
            track.thread == 0    ? std::string("timers and the wire")
                : thread.empty() ? "thread " + std::to_string(track.thread)
                                 : std::string(thread));
    }
    name("process_name", { kWirePid, 0 }, "wire");
    name("process_name", { kServerPid, 0 }, "server");
    name("process_name", { kObjectsPid, 0 }, "objects alive");
    order(kInterrupts, 1000);
    order(kWirePid, 1001);
    order(kServerPid, 1002);
    order(kObjectsPid, 1003);
}

std::string Exporter::argumentsOf(const Event& event) const
{
    std::string text = "\"seq\":" + std::to_string(event.seq);
    if (event.object != 0) {
        text += ",\"object\":" + jsonString(m_names.at(event.object, event.seq));
    }
    if (event.hasStatus) {
        text += ",\"status\":" + jsonString(statusText(event.status));
    }
    if (event.argument != 0) {
        text += ",\"argument\":" + std::to_string(event.argument);
    }
    if (event.text != 0) {
        text += ",\"text\":" + jsonString(m_reader.string(event.text));
    }
    return text;
}

std::string Exporter::titleOf(const Event& event) const
{
    const std::string_view routine = m_reader.string(event.routine);
    return routine.empty() || event.routine == 0 ? std::string(eventKindName(event.kind))
                                                 : std::string(routine);
}

// Ends slices of a thread from the top down to the one at `down`; the last gets the result.
void Exporter::closeSlices(
    Track track, std::size_t down, std::uint64_t atNs, const std::string& result)
{
    std::vector<Slice>& open = m_threads[track];
    while (open.size() > down) {
        const Slice top = open.back();
        open.pop_back();
        const auto call = m_calls.find(top.span);
        if (top.span == 0 || call == m_calls.end()) {
            slice(track, top.beginNs, atNs, "wait", "wait", "\"seq\":" + std::to_string(top.seq));
            continue;
        }
        call->second.isOpen = false;
        slice(
            track, top.beginNs, atNs, layerName(call->second.layer), call->second.title,
            call->second.arguments + (open.size() == down ? result : std::string()));
    }
}

// Ends the slice of a call, and those inside it. False when it has none.
bool Exporter::closeSlice(
    SpanId span, const Call& call, std::uint64_t atNs, const std::string& result)
{
    if (!call.isOpen) {
        return false;
    }
    const std::vector<Slice>& open = m_threads[call.last];
    const auto found = std::find_if(
        open.begin(), open.end(), [&](const Slice& slice) { return slice.span == span; });
    closeSlices(call.last, std::size_t(found - open.begin()), atNs, result);
    return true;
}

// An arrow from a slice of one thread to the slice that begins, or is, on another.
void Exporter::flow(const Call& from, Track to, std::uint64_t toNs)
{
    if (from.last == to || from.lastNs > toNs) {
        return;
    }
    const std::uint64_t id = ++m_flows;
    record('s', from.last, from.lastNs)
        << ",\"cat\":\"flow\",\"name\":\"continues\",\"id\":" << id << '}';
    record('f', to, toNs) << ",\"bp\":\"e\",\"cat\":\"flow\",\"name\":\"continues\",\"id\":" << id
                          << '}';
}

void Exporter::begin(const Event& event)
{
    const Track track { event.process, event.thread };
    std::vector<Slice>& open = m_threads[track];
    const bool isInside = std::any_of(
        open.begin(), open.end(), [&](const Slice& slice) { return slice.span == event.parent; });
    const auto parent = m_calls.find(event.parent);
    if (!isInside && parent != m_calls.end()) {
        flow(parent->second, track, event.timeNs);
    }
    Call& call = m_calls[event.span];
    call = {};
    call.title = titleOf(event);
    call.arguments = argumentsOf(event);
    call.layer = event.layer;
    call.begun = call.last = track;
    call.beginNs = call.lastNs = event.timeNs;
    call.isOpen = true;
    open.push_back({ event.span, event.timeNs, event.seq });
}

void Exporter::pend(const Event& event)
{
    const auto call = m_calls.find(event.span);
    if (call == m_calls.end()) {
        return;
    }
    call->second.hasPended = true;
    closeSlice(event.span, call->second, event.timeNs, ",\"pended\":true");
}

void Exporter::resume(const Event& event)
{
    const auto call = m_calls.find(event.span);
    if (call == m_calls.end() || call->second.isOver || call->second.isOpen) {
        return;
    }
    const Track track { event.process, event.thread };
    flow(call->second, track, event.timeNs);
    call->second.last = track;
    call->second.lastNs = event.timeNs;
    call->second.isOpen = true;
    m_threads[track].push_back({ event.span, event.timeNs, event.seq });
}

void Exporter::asynchronous(
    SpanId id, const Call& call, std::uint64_t endNs, const std::string& result)
{
    const bool isExchange = call.layer == Layer::Wire;
    if (call.layer != Layer::App && !isExchange && !call.hasPended) {
        return;
    }
    const Track track = isExchange ? Track { kWirePid, 0 } : call.begun;
    const char* category = isExchange ? "exchange"
        : call.layer == Layer::App    ? "request"
                                      : "pending";
    for (const char phase : { 'b', 'e' }) {
        record(phase, track, phase == 'b' ? call.beginNs : std::max(call.beginNs, endNs))
            << ",\"cat\":\"" << category << "\",\"id\":" << id
            << ",\"name\":" << jsonString(call.title) << ",\"args\":{"
            << (phase == 'b' ? call.arguments + result : std::string()) << "}}";
    }
}

void Exporter::end(const Event& event)
{
    const auto found = m_calls.find(event.span);
    if (found == m_calls.end() || found->second.isOver) {
        return;
    }
    Call& call = found->second;
    std::string result;
    if (event.hasStatus) {
        result += ",\"result\":" + jsonString(statusText(event.status));
    }
    result += ",\"information\":" + std::to_string(event.argument);
    const Track here { event.process, event.thread };
    const bool wasOpen = closeSlice(event.span, call, event.timeNs, result);
    if (!wasOpen) { // completed from elsewhere: a moment of its own there, and an arrow to it
        slice(
            here, event.timeNs, event.timeNs, layerName(call.layer), "completes " + call.title,
            "\"seq\":" + std::to_string(event.seq) + result);
        flow(call, here, event.timeNs);
    }
    asynchronous(event.span, call, event.timeNs, result);
    call.isOver = true;
    if (call.layer != Layer::Mrx || event.status != 0x103) { // STATUS_PENDING: a callback follows
        m_calls.erase(found);
    }
}

void Exporter::callback(const Event& event)
{
    const Track track { event.process, event.thread };
    slice(
        track, event.timeNs, event.timeNs, layerName(event.layer), "callback " + titleOf(event),
        argumentsOf(event));
    const auto call = m_calls.find(event.span);
    if (call != m_calls.end()) {
        flow(call->second, track, event.timeNs);
    }
}

void Exporter::wait(const Event& event)
{
    m_threads[{ event.process, event.thread }].push_back({ 0, event.timeNs, event.seq });
}

void Exporter::wake(const Event& event)
{
    const Track track { event.process, event.thread };
    const std::vector<Slice>& open = m_threads[track];
    if (!open.empty() && open.back().span == 0) {
        closeSlices(track, open.size() - 1, event.timeNs, {});
    }
}

void Exporter::packet(const Event& event)
{
    const bool toServer = m_reader.string(event.text) != "to client"
        && m_reader.string(event.routine) != "to client";
    slice(
        { kWirePid, toServer ? 1u : 2u }, event.timeNs, event.timeNs, "wire",
        toServer ? "packet to the server" : "packet to the client", argumentsOf(event));
}

void Exporter::life(const Event& event)
{
    const Object* object = m_reader.object(event.object);
    if (object == nullptr) {
        return;
    }
    std::int64_t& count = m_alive[object->kind];
    count += event.kind == EventKind::Born ? 1 : -1;
    record('C', { kObjectsPid, 0 }, event.timeNs)
        << ",\"name\":" << jsonString(objectKindName(object->kind))
        << ",\"args\":{\"alive\":" << count << "}}";
}

void Exporter::instant(const Event& event, Track track)
{
    record('i', track, event.timeNs)
        << ",\"s\":\"t\",\"cat\":\"" << layerName(event.layer) << "\",\"name\":"
        << jsonString(std::string(eventKindName(event.kind)) + " " + titleOf(event))
        << ",\"args\":{" << argumentsOf(event) << "}}";
}

void Exporter::take(const Event& event)
{
    m_nowNs = std::max(m_nowNs, event.timeNs);
    const Track track { event.process, event.thread };
    switch (event.kind) {
    case EventKind::Begin:
        return begin(event);
    case EventKind::End:
        return end(event);
    case EventKind::Pend:
        return pend(event);
    case EventKind::Resume:
        return resume(event);
    case EventKind::Callback:
        return callback(event);
    case EventKind::Wait:
        return wait(event);
    case EventKind::Wake:
        return wake(event);
    case EventKind::Packet:
        return packet(event);
    case EventKind::Born:
    case EventKind::Died:
        return life(event);
    case EventKind::Note:
        return instant(event, event.layer == Layer::Server ? Track { kServerPid, 0 } : track);
    case EventKind::Post:
    case EventKind::Cancel:
    case EventKind::State:
    case EventKind::Error:
    case EventKind::Missing:
    case EventKind::Rename:
        return instant(event, track);
    default:
        return; // references, changes, locks: too many to draw, and all in the other exports
    }
}

bool Exporter::run(const Progress& progress)
{
    m_out << "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"title\":"
          << jsonString(traceTitle(m_reader)) << "},\"traceEvents\":[";
    metadata();
    const Track tracks[] = { { kWirePid, 1 }, { kWirePid, 2 } };
    for (const Track& track : tracks) {
        record('M', track, 0) << ",\"name\":\"thread_name\",\"args\":{\"name\":\""
                              << (track.thread == 1 ? "to the server" : "to the client") << "\"}}";
    }
    bool isGivenUp = false;
    const bool good = m_reader.events(1, m_reader.lastSeq(), [&](const Event& event) {
        take(event);
        isGivenUp = !goesOn(progress, event.seq, m_reader.lastSeq());
        return bool(m_out) && !isGivenUp;
    });
    // What is still open when the recording ends.
    for (auto& [track, open] : m_threads) {
        closeSlices(track, 0, m_nowNs, ",\"unfinished\":true");
    }
    std::map<SpanId, const Call*> left;
    for (const auto& [id, call] : m_calls) {
        if (!call.isOver) {
            left.emplace(id, &call);
        }
    }
    for (const auto& [id, call] : left) {
        asynchronous(id, *call, m_nowNs, ",\"unfinished\":true");
    }
    m_out << "\n]}\n";
    return good && !isGivenUp && bool(m_out);
}

} // namespace

bool exportPerfetto(const Reader& reader, std::ostream& out, const Progress& progress)
{
    return Exporter(reader, out).run(progress);
}

} // namespace rdrlab::trace
