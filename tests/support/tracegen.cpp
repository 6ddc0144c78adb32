#include "tests/support/tracegen.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace rdrlab::test {

namespace {

using namespace trace;

constexpr std::uint64_t kEventsPerCommit = 16'384;
constexpr std::uint64_t kGapNs = 1'000'000; // of virtual time between two passes
constexpr unsigned kFirstPort = 49'152; // the ports a client uses are taken from here on
constexpr unsigned kPorts = 65'536 - kFirstPort;
constexpr auto kFailure = static_cast<std::int32_t>(0xC0000001); // STATUS_UNSUCCESSFUL

struct NamedNumber
{
    std::uint32_t id = 0;
    std::uint32_t process = 0;
    std::string name;
    Seq birth = 0;
};

// A recording in memory; the rows of each table in the order of the run.
struct Recording
{
    std::vector<std::string> strings { "" }; // by id
    std::unordered_map<std::string, StringId> stringIds;
    std::vector<Event> events;
    std::vector<Span> spans;
    std::vector<Object> objects;
    std::vector<StringId> birthNames; // of objects, before any rename
    std::vector<Change> changes;
    std::vector<Reference> references;
    std::vector<Packet> packets;
    std::vector<NamedNumber> processes;
    std::vector<NamedNumber> threads;
    std::vector<std::pair<Seq, std::size_t>> requests; // when a span's request is known; its index
    StringId renamed = UINT32_MAX; // the field "(name)", where something was renamed
    std::size_t bodyEvent = 0; // the first event that is repeated
    std::size_t bodyObjects = 0; // objects before this index are the boot's
    std::uint32_t connections = 0;
    std::map<std::string, std::string> meta;

    StringId intern(const std::string& text)
    {
        const auto [at, isNew] = stringIds.try_emplace(text, StringId(strings.size()));
        if (isNew) {
            strings.push_back(text);
        }
        return at->second;
    }

    std::size_t objectIndex(ObjectId id) const
    {
        const auto found = std::lower_bound(
            objects.begin(), objects.end(), id,
            [](const Object& object, ObjectId wanted) { return object.id < wanted; });
        return found != objects.end() && found->id == id ? std::size_t(found - objects.begin())
                                                         : objects.size();
    }

    bool isOfBody(std::size_t object) const { return object >= bodyObjects; }
};

// The rows a Reader has no method for.
bool loadNumbers(const Reader& reader, const char* sql, std::vector<NamedNumber>& into)
{
    SqlLimits limits;
    limits.rows = UINT32_MAX;
    bool first = true;
    return reader
        .sql(
            sql, limits,
            [&](const std::vector<const char*>& row) {
                if (!first && row.size() == 4 && row[0] && row[1] && row[2] && row[3]) {
                    into.push_back({ std::uint32_t(std::stoul(row[0])),
                                     std::uint32_t(std::stoul(row[1])), row[2],
                                     std::stoull(row[3]) });
                }
                first = false;
            })
        .empty();
}

Value internedValue(Recording& into, const FieldValue& value)
{
    switch (value.type) {
    case Value::Type::None:
        return {};
    case Value::Type::Integer:
        return { Value::Type::Integer, value.number, 0 };
    case Value::Type::Text:
        return { Value::Type::Text, 0, into.intern(value.text) };
    case Value::Type::Object:
        break;
    }
    return { Value::Type::Object, std::int64_t(value.object), into.intern(value.text) };
}

void loadRows(const Reader& reader, Recording& into)
{
    reader.events(1, reader.lastSeq(), [&](const Event& event) {
        into.events.push_back(event);
        return true;
    });
    reader.spans([&](const Span& span) {
        into.spans.push_back(span);
        return true;
    });
    into.objects = reader.objects();
    for (const Object& object : into.objects) {
        into.birthNames.push_back(into.intern(std::string(reader.string(object.name))));
    }
    if (reader.findString("(name)") != 0) {
        into.renamed = into.intern("(name)");
    }
    std::map<ObjectId, bool> seen;
    reader.changes(1, reader.lastSeq(), [&](const FieldChange& change) {
        const StringId field = into.intern(std::string(reader.string(change.field)));
        into.changes.push_back({ change.seq, change.object, field,
                                 internedValue(into, change.before),
                                 internedValue(into, change.after) });
        const std::size_t index = into.objectIndex(change.object);
        if (field == into.renamed && index < into.objects.size()
            && seen.emplace(change.object, true).second) {
            into.birthNames[index] = into.intern(change.before.text);
        }
        return true;
    });
    reader.references(1, reader.lastSeq(), [&](const Reference& reference) {
        into.references.push_back(reference);
        return true;
    });
    reader.packets([&](const Packet& packet) {
        into.packets.push_back(packet);
        into.connections = std::max(into.connections, packet.connection);
        return true;
    });
}

void reintern(const Reader& reader, Recording& into)
{
    const auto again
        = [&](StringId& id) { id = id == 0 ? 0 : into.intern(std::string(reader.string(id))); };
    for (Event& event : into.events) {
        again(event.routine);
        again(event.text);
    }
    for (Span& span : into.spans) {
        again(span.routine);
    }
    for (Reference& reference : into.references) {
        again(reference.reason);
    }
}

bool load(const Reader& reader, Recording& into, std::string& error)
{
    loadRows(reader, into);
    reintern(reader, into);
    if (!loadNumbers(
            reader, "SELECT id, 0, name, birth FROM processes ORDER BY birth, id", into.processes)
        || !loadNumbers(
            reader, "SELECT id, process, name, birth FROM threads ORDER BY birth, id", into.threads)
        || !reader.error().empty()) {
        error = reader.error().empty() ? reader.path() + ": cannot be read" : reader.error();
        return false;
    }
    into.meta = reader.meta();
    const std::string boot = reader.meta("setup_events", "0");
    const Seq bootEnd = std::strtoull(boot.c_str(), nullptr, 10);
    while (into.bodyEvent < into.events.size() && into.events[into.bodyEvent].seq <= bootEnd) {
        ++into.bodyEvent;
    }
    if (into.bodyEvent == into.events.size()) {
        error = reader.path() + ": nothing happens in it after the boot";
        return false;
    }
    while (into.bodyObjects < into.objects.size()
           && into.objects[into.bodyObjects].birth <= bootEnd) {
        ++into.bodyObjects;
    }
    for (std::size_t i = 0; i < into.spans.size(); ++i) {
        const std::size_t object = into.objectIndex(into.spans[i].request);
        if (object < into.objects.size()) {
            into.requests.emplace_back(std::max(into.spans[i].id, into.objects[object].birth), i);
        }
    }
    std::sort(into.requests.begin(), into.requests.end());
    return true;
}

// "FCB:\lab\x#2" is the second use of "FCB:\lab\x"; "IRP#7" the seventh IRP.
std::string_view baseName(std::string_view name)
{
    const std::size_t mark = name.find_last_not_of("0123456789");
    return mark != name.npos && mark + 1 < name.size() && name[mark] == '#' ? name.substr(0, mark)
                                                                            : name;
}

class Repetition
{
public:
    Repetition(const Recording& recording, Writer& writer, const RepeatOptions& options)
        : m_recording(recording)
        , m_writer(writer)
        , m_options(options)
        , m_random(options.editSeed)
        , m_seqs(recording.events.size(), 0)
        , m_names(recording.objects.size(), 0)
        , m_drift(recording.objects.size(), 0)
    {
    }

    RepeatResult run()
    {
        const Recording& from = m_recording;
        for (StringId id = 1; id < from.strings.size(); ++id) {
            m_writer.string(id, from.strings[id]);
        }
        m_nextString = StringId(from.strings.size());
        m_passEvents = from.events.size() - from.bodyEvent;
        const std::uint64_t wanted = m_options.events;
        const std::uint64_t bootEndNs
            = from.bodyEvent == 0 ? 0 : from.events[from.bodyEvent - 1].timeNs;
        const std::uint64_t passNs = from.events.back().timeNs - bootEndNs + kGapNs;
        emit(0, from.bodyEvent, true);
        while (m_seq < wanted && m_writer.error().empty()) {
            rewind();
            m_isLastPass = m_seq + m_passEvents >= wanted;
            emit(from.bodyEvent, from.events.size(), false);
            for (std::size_t i = 0; i < from.bodyObjects; ++i) {
                m_drift[i] += m_balance[i];
            }
            ++m_result.passes;
            m_shiftNs += passNs;
        }
        m_result.events = m_seq;
        return m_result;
    }

private:
    // Where the rows of the tables stand beside the events.
    struct At
    {
        std::size_t span = 0, request = 0, object = 0, change = 0, reference = 0, packet = 0,
                    process = 0, thread = 0;
    };

    void rewind()
    {
        if (m_result.passes == 0) {
            m_bodyAt = m_at;
            m_balance.assign(m_recording.bodyObjects, 0);
            for (std::size_t i = m_bodyAt.reference; i < m_recording.references.size(); ++i) {
                const std::size_t object
                    = m_recording.objectIndex(m_recording.references[i].object);
                if (object < m_recording.bodyObjects) {
                    m_balance[object] += m_recording.references[i].delta;
                }
            }
        }
        m_at = m_bodyAt;
    }

    std::uint64_t random()
    {
        std::uint64_t value = (m_random += UINT64_C(0x9E3779B97F4A7C15)); // splitmix64
        value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
        return value ^ (value >> 31);
    }

    enum class Edit
    {
        None,
        LeftOut,
        Failed,
        Added
    };

    // Which edit this event gets; one that does not fit it is none.
    Edit editOf(const Event& event)
    {
        if (m_options.editsPerMille == 0 || random() % 1000 >= m_options.editsPerMille) {
            return Edit::None;
        }
        switch (event.kind) {
        case EventKind::Note:
        case EventKind::Lock:
        case EventKind::Unlock:
        case EventKind::Wait:
        case EventKind::Wake:
            return Edit::LeftOut;
        case EventKind::End:
            return event.hasStatus && event.status >= 0 ? Edit::Failed : Edit::Added;
        default:
            return Edit::Added;
        }
    }

    void emit(std::size_t begin, std::size_t end, bool isBoot)
    {
        for (std::size_t i = begin; i < end && (isBoot || m_seq < m_options.events); ++i) {
            const Event& event = m_recording.events[i];
            const Edit edit = isBoot ? Edit::None : editOf(event);
            m_result.edits += edit != Edit::None;
            m_seqs[i] = m_seq + 1;
            if (edit == Edit::LeftOut || (!isBoot && isDeferredDeath(event))) {
                skipRows(event.seq);
                continue;
            }
            emitEvent(event, edit == Edit::Failed);
            if (edit == Edit::Added && m_seq < m_options.events) {
                Event note = moved(event);
                note.kind = EventKind::Note;
                note.hasStatus = false;
                note.status = 0;
                note.argument = 0;
                note.text = addedText();
                put(note);
            }
        }
    }

    // An object of the boot that the recording saw die lives until the last pass.
    bool isDeferredDeath(const Event& event) const
    {
        return event.kind == EventKind::Died && !m_isLastPass && event.object != 0
            && !m_recording.isOfBody(m_recording.objectIndex(event.object));
    }

    void put(const Event& event)
    {
        m_seq = event.seq;
        m_writer.event(event);
        if (m_seq % kEventsPerCommit == 0) {
            m_writer.commit();
            if (m_options.progress) {
                m_options.progress(m_seq);
            }
        }
    }

    Event moved(const Event& event) const
    {
        Event out = event;
        out.seq = m_seq + 1;
        out.timeNs = event.timeNs + m_shiftNs;
        out.span = seqOf(event.span);
        out.parent = seqOf(event.parent);
        out.object = objectOf(event.object);
        return out;
    }

    void emitEvent(const Event& event, bool fails)
    {
        Event out = moved(event);
        if (event.kind == EventKind::Begin) {
            out.span = out.seq;
        }
        if (fails) {
            out.status = kFailure;
        }
        // What the rows of this event need comes first: names, then the event, then its rows.
        const std::size_t born = bornAt(event.seq);
        if (born < m_recording.objects.size()) {
            m_names[born] = freshName(m_recording.birthNames[born]);
        }
        if (event.kind == EventKind::Rename) {
            out.text = renamedTo(event);
        }
        const std::size_t object = m_recording.objectIndex(event.object);
        if (event.kind == EventKind::Reference && object < m_recording.objects.size()) {
            out.argument = std::uint64_t(std::int64_t(event.argument) + m_drift[object]);
        }
        put(out);
        emitSpan(event, out);
        emitObjects(event, born);
        emitChanges(event.seq);
        emitReferences(event.seq);
        emitPackets(event.seq);
        emitNumbers(event.seq);
    }

    void emitSpan(const Event& event, const Event& out)
    {
        const std::vector<Span>& spans = m_recording.spans;
        for (; m_at.span < spans.size() && spans[m_at.span].id <= event.seq; ++m_at.span) {
            Span span = spans[m_at.span];
            span.id = out.seq;
            span.parent = seqOf(span.parent);
            span.object = objectOf(span.object);
            span.beginNs = out.timeNs;
            span.request = 0;
            span.end = 0;
            span.endNs = 0;
            span.status = 0;
            span.information = 0;
            m_writer.spanBegin(span);
        }
        const auto& requests = m_recording.requests;
        for (; m_at.request < requests.size() && requests[m_at.request].first <= event.seq;
             ++m_at.request) {
            const Span& span = spans[requests[m_at.request].second];
            m_writer.spanRequest(seqOf(span.id), objectOf(span.request));
        }
        if (event.kind == EventKind::End) {
            m_writer.spanEnd(out.span, out.seq, out.timeNs, out.status, out.argument);
        }
    }

    std::size_t bornAt(Seq seq) const
    {
        const std::vector<Object>& objects = m_recording.objects;
        return m_at.object < objects.size() && objects[m_at.object].birth == seq ? m_at.object
                                                                                 : objects.size();
    }

    void emitObjects(const Event& event, std::size_t born)
    {
        if (born < m_recording.objects.size()) {
            Object object = m_recording.objects[born];
            object.id = objectOf(object.id);
            object.owner = objectOf(object.owner);
            object.name = m_names[born];
            object.birth = m_seq;
            object.death = 0;
            m_writer.objectBorn(object);
            ++m_at.object;
        }
        if (event.kind == EventKind::Died) {
            m_writer.objectDied(objectOf(event.object), m_seq);
        }
    }

    // The boot's objects outlive a pass: the first old value of the next is what this one left.
    Value movedValue(const Value& value) const
    {
        if (value.type != Value::Type::Object) {
            return value;
        }
        const std::size_t index = m_recording.objectIndex(ObjectId(value.number));
        Value out = value;
        out.number = objectOf(ObjectId(value.number));
        out.text = index < m_names.size() && m_names[index] != 0 ? m_names[index] : value.text;
        return out;
    }

    void emitChanges(Seq seq)
    {
        const std::vector<Change>& changes = m_recording.changes;
        for (; m_at.change < changes.size() && changes[m_at.change].seq <= seq; ++m_at.change) {
            const Change& change = changes[m_at.change];
            const std::size_t index = m_recording.objectIndex(change.object);
            Change out { m_seq, objectOf(change.object), change.field, movedValue(change.before),
                         movedValue(change.after) };
            if (change.field == m_recording.renamed && index < m_names.size()) {
                out.before = { Value::Type::Text, 0, m_nameBefore };
                out.after = { Value::Type::Text, 0, m_names[index] };
                m_writer.objectRenamed(out.object, m_names[index]);
            }
            if (!m_recording.isOfBody(index)) {
                const auto [last, isFirst]
                    = m_lastValues.try_emplace({ out.object, out.field }, out.before);
                out.before = last->second;
                last->second = out.after;
            }
            m_writer.change(out);
        }
    }

    void emitReferences(Seq seq)
    {
        const std::vector<Reference>& references = m_recording.references;
        for (; m_at.reference < references.size() && references[m_at.reference].seq <= seq;
             ++m_at.reference) {
            Reference reference = references[m_at.reference];
            const std::size_t index = m_recording.objectIndex(reference.object);
            reference.seq = m_seq;
            reference.object = objectOf(reference.object);
            reference.count += index < m_drift.size() ? m_drift[index] : 0;
            m_writer.reference(reference);
        }
    }

    void emitPackets(Seq seq)
    {
        const std::vector<Packet>& packets = m_recording.packets;
        for (; m_at.packet < packets.size() && packets[m_at.packet].seq <= seq; ++m_at.packet) {
            const Packet& packet = packets[m_at.packet];
            Packet head;
            head.seq = m_seq;
            head.timeNs = packet.timeNs + m_shiftNs;
            head.clientAddress = packet.clientAddress;
            head.serverAddress = packet.serverAddress;
            head.clientPort = packet.clientPort;
            head.serverPort = packet.serverPort;
            head.tcpSequence = packet.tcpSequence;
            head.tcpAcknowledge = packet.tcpAcknowledge;
            head.connection
                = packet.connection + std::uint32_t(m_result.passes) * m_recording.connections;
            head.direction = packet.direction;
            head.flags = packet.flags;
            head.length = packet.length;
            if (packet.clientPort >= kFirstPort) {
                const std::uint64_t moves = m_result.passes * m_recording.connections;
                head.clientPort
                    = std::uint16_t(kFirstPort + (packet.clientPort - kFirstPort + moves) % kPorts);
            }
            m_writer.packet(head, packet.payload.data(), packet.payload.size());
        }
    }

    void emitNumbers(Seq seq)
    {
        const Recording& from = m_recording;
        for (; m_at.process < from.processes.size() && from.processes[m_at.process].birth <= seq;
             ++m_at.process) {
            const NamedNumber& process = from.processes[m_at.process];
            if (m_result.passes == 0) {
                m_writer.process({ process.id, process.name, process.birth });
            }
        }
        for (; m_at.thread < from.threads.size() && from.threads[m_at.thread].birth <= seq;
             ++m_at.thread) {
            const NamedNumber& thread = from.threads[m_at.thread];
            if (m_result.passes == 0) {
                m_writer.thread({ thread.id, thread.process, thread.name, thread.birth });
            }
        }
    }

    // The rows of an event that was left out.
    void skipRows(Seq seq)
    {
        while (m_at.change < m_recording.changes.size()
               && m_recording.changes[m_at.change].seq <= seq) {
            ++m_at.change;
        }
        while (m_at.reference < m_recording.references.size()
               && m_recording.references[m_at.reference].seq <= seq) {
            ++m_at.reference;
        }
    }

    StringId define(const std::string& text)
    {
        m_writer.string(m_nextString, text);
        return m_nextString++;
    }

    StringId addedText()
    {
        if (m_addedText == 0) {
            m_addedText = define("a note that was not there");
        }
        return m_addedText;
    }

    // As the recorder names a new object of this name.
    StringId freshName(StringId name)
    {
        const std::string& text = m_recording.strings[name];
        const std::string base(baseName(text));
        const std::uint64_t use = ++m_nameUses[base];
        if (m_result.passes == 0) {
            return name;
        }
        return define(base + '#' + std::to_string(use));
    }

    StringId renamedTo(const Event& event)
    {
        const std::size_t index = m_recording.objectIndex(event.object);
        if (index >= m_names.size()) {
            return event.text;
        }
        m_nameBefore = m_names[index];
        m_names[index] = freshName(event.text);
        return m_names[index];
    }

    Seq seqOf(Seq seq) const
    {
        if (seq == 0) {
            return 0;
        }
        const auto found = std::lower_bound(
            m_recording.events.begin(), m_recording.events.end(), seq,
            [](const Event& event, Seq wanted) { return event.seq < wanted; });
        return found != m_recording.events.end()
            ? m_seqs[std::size_t(found - m_recording.events.begin())]
            : seq;
    }

    ObjectId objectOf(ObjectId id) const
    {
        const std::size_t index = m_recording.objectIndex(id);
        if (id == 0 || index >= m_recording.objects.size() || !m_recording.isOfBody(index)) {
            return id;
        }
        const std::size_t perPass = m_recording.objects.size() - m_recording.bodyObjects;
        return ObjectId(id + m_result.passes * perPass);
    }

    const Recording& m_recording;
    Writer& m_writer;
    const RepeatOptions& m_options;
    std::uint64_t m_random;
    RepeatResult m_result;

    Seq m_seq = 0;
    std::uint64_t m_shiftNs = 0;
    std::uint64_t m_passEvents = 0;
    bool m_isLastPass = false;
    At m_at;
    At m_bodyAt;
    std::vector<Seq> m_seqs; // by index of event: its number in this pass
    std::vector<StringId> m_names; // by index of object: its name now
    StringId m_nameBefore = 0;
    std::vector<std::int32_t> m_drift; // by index of object: what all passes so far added
    std::vector<std::int32_t> m_balance; // what one pass adds to the boot's objects
    std::map<std::pair<ObjectId, StringId>, Value> m_lastValues; // of the boot's objects
    std::unordered_map<std::string, std::uint64_t> m_nameUses;
    StringId m_nextString = 1;
    StringId m_addedText = 0;
};

} // namespace

bool repeatTrace(
    const Reader& reader,
    Writer& writer,
    const RepeatOptions& options,
    RepeatResult& result,
    std::string& error)
{
    Recording recording;
    if (!load(reader, recording, error)) {
        return false;
    }
    for (const char* key : { "scenario", "seed", "version", "driver", "setup_events", "start" }) {
        const auto found = recording.meta.find(key);
        if (found != recording.meta.end()) {
            writer.meta(key, found->second);
        }
    }
    result = Repetition(recording, writer, options).run();
    writer.meta("repeated", std::int64_t(result.passes));
    if (result.edits != 0) {
        writer.meta("edits", std::int64_t(result.edits));
    }
    if (!writer.finish()) {
        error = writer.error();
        return false;
    }
    return true;
}

} // namespace rdrlab::test
