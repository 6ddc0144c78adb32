#include "traces/query/diff/side.h"

#include "traces/store/spine.h"

#include <algorithm>

namespace rdrlab::trace::diff {

namespace {

// Texts with higher ids are hashed each time: a file may claim any number.
constexpr StringId kRememberedStrings = 1 << 22;

bool isDigit(char letter)
{
    return letter >= '0' && letter <= '9';
}

std::uint64_t spread(std::uint64_t value)
{
    return mix(mix(0x5bd1e995, value), value >> 32);
}

} // namespace

std::uint64_t hashText(std::string_view text, bool withoutDigits)
{
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (withoutDigits && isDigit(text[i])) {
            continue;
        }
        hash = (hash ^ static_cast<unsigned char>(text[i])) * 0x100000001b3u;
        if (text[i] == '#') {
            while (i + 1 < text.size() && isDigit(text[i + 1])) {
                ++i;
            }
        }
    }
    return spread(hash);
}

std::string_view stemOf(std::string_view name)
{
    std::size_t end = name.size();
    while (end > 0 && isDigit(name[end - 1])) {
        --end;
    }
    return end > 0 && end < name.size() && name[end - 1] == '#' ? name.substr(0, end - 1) : name;
}

// A stretch of events with what the other tables tell about each.
struct Side::Window
{
    std::vector<Event> events;
    std::vector<std::uint64_t> changes; // hash of the rows of the event
    std::vector<std::int64_t> deltas;
    std::vector<bool> hasPointers;

    std::size_t find(Seq seq) const
    {
        if (seq >= events.front().seq && seq - events.front().seq < events.size()
            && events[seq - events.front().seq].seq == seq) {
            return seq - events.front().seq;
        }
        const auto found = std::lower_bound(
            events.begin(), events.end(), seq,
            [](const Event& event, Seq wanted) { return event.seq < wanted; });
        return found != events.end() && found->seq == seq ? std::size_t(found - events.begin())
                                                          : events.size();
    }
};

Side::Side(const Reader& reader, const DiffMask& mask)
    : m_reader(reader)
    , m_mask(mask)
    , m_withoutDigits(mask.ignores("numbers"))
{
}

std::uint32_t Side::objectIndex(ObjectId id) const
{
    const std::vector<Object>& all = m_reader.objects();
    if (id != 0 && id <= all.size() && all[id - 1].id == id) {
        return id; // the usual case: ids are dense
    }
    const auto found
        = std::lower_bound(all.begin(), all.end(), id, [](const Object& entry, ObjectId wanted) {
              return entry.id < wanted;
          });
    return id != 0 && found != all.end() && found->id == id ? std::uint32_t(found - all.begin()) + 1
                                                            : 0;
}

Index Side::find(Seq seq) const
{
    if (m_seqs.empty()) {
        return seq >= m_first && seq - m_first < m_kind.size() ? Index(seq - m_first) : kNone;
    }
    const auto found = std::lower_bound(m_seqs.begin(), m_seqs.end(), seq);
    return found != m_seqs.end() && *found == seq ? Index(found - m_seqs.begin()) : kNone;
}

std::uint64_t Side::normal(StringId id)
{
    if (id == 0) {
        return 0;
    }
    if (id > kRememberedStrings) {
        return hashText(m_reader.string(id), m_withoutDigits);
    }
    if (id >= m_normal.size()) {
        m_normal.resize(std::size_t(id) + 1 + m_normal.size() / 2);
    }
    if (m_normal[id] == 0) {
        m_normal[id] = hashText(m_reader.string(id), m_withoutDigits) | 1;
    }
    return m_normal[id];
}

FieldRule Side::ruleOf(ObjectId object, StringId field)
{
    const std::uint32_t index = objectIndex(object);
    const ObjectKind kind = index != 0 ? m_reader.objects()[index - 1].kind : ObjectKind::None;
    const std::uint64_t key = std::uint64_t(kind) << 32 | field;
    const auto [entry, isNew] = m_rules.try_emplace(key, FieldRule::Compare);
    if (isNew) {
        entry->second = m_mask.fieldRule(kind, m_reader.string(field));
    }
    return entry->second;
}

Side::EventRule Side::ruleOf(const Event& event)
{
    const std::uint64_t key = std::uint64_t(event.routine) << 16 | unsigned(event.kind) << 8
        | std::uint64_t(event.layer);
    const auto [entry, isNew] = m_eventRules.try_emplace(key);
    if (isNew) {
        const std::string_view routine = m_reader.string(event.routine);
        entry->second = { m_mask.leavesOut(event.layer, event.kind, routine),
                          m_mask.comparesArgument(event.layer, event.kind, routine) };
    }
    return entry->second;
}

void Side::addChange(const FieldChange& change, Index at, std::uint64_t& hash)
{
    const FieldRule rule = ruleOf(change.object, change.field);
    if (rule == FieldRule::Ignore) {
        return;
    }
    // The old value is what the change before it left: a difference there has been told already.
    hash = mix(hash, normal(change.field));
    const FieldValue& value = change.after;
    if (rule == FieldRule::Step && value.type == Value::Type::Integer) {
        const bool isFirst = change.before.type != Value::Type::Integer;
        hash = mix(
            hash,
            isFirst ? 0
                    : static_cast<std::uint64_t>(value.number)
                    - static_cast<std::uint64_t>(change.before.number));
        return;
    }
    switch (value.type) {
    case Value::Type::None:
        hash = mix(hash, 1);
        return;
    case Value::Type::Integer:
        hash = mix(mix(hash, 2), static_cast<std::uint64_t>(value.number));
        return;
    default:
        if (const std::uint32_t index = objectIndex(value.object); index != 0) {
            m_pointers.emplace_back(at, index);
        } else {
            hash = mix(hash, hashText(value.text, m_withoutDigits));
        }
    }
}

// Everything about an event that is compared, beside what it is and which object it is about.
std::uint64_t Side::contentOf(const Event& event)
{
    std::uint64_t hash = 0;
    if (event.hasStatus) {
        hash = mix(hash, static_cast<std::uint32_t>(event.status) | std::uint64_t(1) << 32);
    }
    if (ruleOf(event).hasArgument) {
        hash = mix(hash, event.argument);
    }
    hash = mix(hash, normal(event.text));
    if (!m_mask.ignores("irql")) {
        hash = mix(hash, event.irql);
    }
    if (!m_mask.ignores("cpus")) {
        hash = mix(hash, event.cpu);
    }
    if (!m_mask.ignores("times")) {
        hash = mix(hash, event.timeNs);
    }
    if (!m_mask.ignores("threads")) {
        hash = mix(hash, std::uint64_t(event.process) << 32 | event.thread);
    }
    return hash;
}

std::uint32_t Side::laneOf(const Event& event)
{
    // Whichever of the system's workers is free takes what is next: they are one.
    const std::string_view process = m_reader.processName(event.process);
    const bool isSystem = process == "System" || event.thread == 0;
    const std::uint64_t key = std::uint64_t(isSystem && event.thread == 0 ? 0 : event.process) << 32
        | (isSystem ? 0 : event.thread);
    const auto [entry, isNew] = m_laneOf.try_emplace(key, std::uint32_t(m_lanes.size()));
    if (isNew) {
        Lane lane;
        lane.process = isSystem && event.thread == 0 ? 0 : event.process;
        lane.name = mix(
            hashText(lane.process != 0 ? process : std::string_view(), false),
            isSystem ? 0 : hashText(m_reader.threadName(event.thread), false));
        m_lanes.push_back(std::move(lane));
    }
    return entry->second;
}

std::uint32_t Side::addRequest(Index begin, std::uint32_t lane, Layer layer)
{
    const auto node = std::uint32_t(m_nodes.size());
    const auto request = std::uint32_t(m_requests.size());
    m_nodes.push_back({ begin, kNone, request, 0, 0 });
    m_requests.push_back({ node, lane, layer, {} });
    return request;
}

// Finds the call and the request an event belongs to.
void Side::place(const Event& event, Index at)
{
    const bool isBegin = event.kind == EventKind::Begin;
    const SpanId around = isBegin ? event.parent : event.span;
    const Index enclosing = around != 0 && around < event.seq ? find(around) : kNone;
    // In a damaged file any number may stand there.
    const bool isInCall
        = enclosing != kNone && enclosing < at && kind(enclosing) == EventKind::Begin;
    std::uint32_t node = isInCall ? m_node[enclosing] : kNone;
    if (ruleOf(event).isLeftOut) {
        m_kind[at] |= kLeftOut;
        m_node[at] = node;
        return;
    }
    if (isBegin && node != kNone) {
        m_node[at] = std::uint32_t(m_nodes.size());
        m_nodes.push_back({ at, node, m_nodes[node].request, 0, 0 });
        return;
    }
    if (node == kNone) {
        const std::uint32_t number = laneOf(event);
        Lane& lane = m_lanes[number];
        if (isBegin) {
            lane.requests.push_back(addRequest(at, number, event.layer));
            node = m_requests.back().node;
        } else {
            const auto [entry, isNew] = lane.outside.try_emplace(std::uint32_t(event.layer), 0);
            entry->second = isNew ? addRequest(kNone, number, event.layer) : entry->second;
            node = m_requests[entry->second].node;
        }
    }
    m_node[at] = node;
}

void Side::take(const Window& window)
{
    for (std::size_t i = 0; i < window.events.size(); ++i) {
        const Event& event = window.events[i];
        const auto at = Index(m_kind.size());
        if (at == 0) {
            m_first = event.seq;
        } else if (m_seqs.empty() && event.seq != m_first + at) {
            m_seqs.resize(at);
            for (Index before = 0; before < at; ++before) {
                m_seqs[before] = m_first + before;
            }
        }
        if (!m_seqs.empty()) {
            m_seqs.push_back(event.seq);
        }
        std::uint64_t content = contentOf(event);
        if (window.changes[i] != 0) {
            content = mix(content, window.changes[i]);
        }
        if (window.deltas[i] != 0) {
            content = mix(content, static_cast<std::uint64_t>(window.deltas[i]));
        }
        m_content.push_back(content);
        const std::uint64_t shape
            = mix(mix(7, unsigned(event.kind) << 8 | unsigned(event.layer)), normal(event.routine));
        m_shape.push_back(std::uint32_t(shape >> 32 ^ shape));
        m_object.push_back(objectIndex(event.object));
        m_kind.push_back(
            std::uint8_t(unsigned(event.kind) | (window.hasPointers[i] ? kHasPointers : 0u)));
        m_node.push_back(kNone);
        place(event, at);
    }
}

bool Side::load(const std::function<bool(double)>& progress)
{
    const std::vector<Object>& objects = m_reader.objects();
    m_stems.resize(objects.size() + 1);
    m_isNamed.resize(objects.size() + 1);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const std::string_view name = m_reader.string(objects[i].name);
        const std::string_view kind = objectKindName(objects[i].kind);
        const std::string_view stem = m_mask.hidesName(name) ? kind : stemOf(name);
        m_stems[i + 1] = hashText(stem, false);
        m_isNamed[i + 1] = stem != kind;
    }
    const std::size_t expected
        = std::size_t(std::min<std::uint64_t>(m_reader.lastSeq(), 1 << 24)); // a file may lie
    m_content.reserve(expected);
    m_shape.reserve(expected);
    m_object.reserve(expected);
    m_node.reserve(expected);
    m_kind.reserve(expected);

    Window window;
    bool isGood = true;
    const auto flush = [&] {
        if (window.events.empty()) {
            return true;
        }
        const std::size_t count = window.events.size();
        window.changes.assign(count, 0);
        window.deltas.assign(count, 0);
        window.hasPointers.assign(count, false);
        const Seq from = window.events.front().seq;
        const Seq to = window.events.back().seq;
        const auto base = Index(m_kind.size());
        const bool good = m_reader.changes(from, to, [&](const FieldChange& change) {
            const std::size_t i = window.find(change.seq);
            if (i < count) {
                const std::size_t before = m_pointers.size();
                addChange(change, base + Index(i), window.changes[i]);
                window.hasPointers[i] = window.hasPointers[i] || m_pointers.size() != before;
            }
            return true;
        }) && m_reader.references(from, to, [&](const Reference& reference) {
            if (const std::size_t i = window.find(reference.seq); i < count) {
                window.deltas[i] = reference.delta;
            }
            return true;
        });
        take(window);
        window.events.clear();
        return good && progress(double(to) / double(std::max<Seq>(m_reader.lastSeq(), 1)));
    };
    const Spine spine(m_reader);
    SpineColumns columns;
    for (std::size_t chunk = 0; chunk < spine.chunkCount() && isGood; ++chunk) {
        isGood = spine.decode(chunk, columns);
        for (std::size_t i = 0; isGood && i < columns.count; ++i) {
            if (!columns.isMissing(i)) {
                window.events.push_back(columns.event(i));
            }
        }
        isGood = isGood && flush();
    }
    m_normal.clear();
    m_normal.shrink_to_fit();
    sortByNode();
    keyCalls();
    return isGood;
}

void Side::sortByNode()
{
    const auto listOf = [&](Index at) {
        return isLeftOut(at) ? kNone : isCall(at) ? m_nodes[m_node[at]].parent : m_node[at];
    };
    m_firstOf.assign(m_nodes.size() + 1, 0);
    for (Index at = 0; at < size(); ++at) {
        if (const std::uint32_t node = listOf(at); node != kNone) {
            ++m_firstOf[node + 1];
        }
    }
    for (std::size_t i = 1; i < m_firstOf.size(); ++i) {
        m_firstOf[i] += m_firstOf[i - 1];
    }
    m_order.resize(m_firstOf.back());
    std::vector<std::uint32_t> next = m_firstOf;
    for (Index at = 0; at < size(); ++at) {
        if (const std::uint32_t node = listOf(at); node != kNone) {
            m_order[next[node]++] = at;
        }
    }
}

std::span<const Index> Side::itemsOf(std::uint32_t node) const
{
    return std::span(m_order).subspan(m_firstOf[node], m_firstOf[node + 1] - m_firstOf[node]);
}

std::span<const std::pair<Index, std::uint32_t>> Side::pointers(Index at) const
{
    if ((m_kind[at] & kHasPointers) == 0) {
        return {};
    }
    const auto range = std::equal_range(
        m_pointers.begin(), m_pointers.end(), std::pair<Index, std::uint32_t>(at, 0),
        [](const auto& x, const auto& y) { return x.first < y.first; });
    return { range.first, range.second };
}

std::uint64_t Side::strongKey(Index at) const
{
    std::uint64_t key = mix(weakKey(at), m_content[at]);
    for (const auto& [event, object] : pointers(at)) {
        key = mix(key, m_stems[object]);
    }
    return key;
}

Keys Side::keys(Index at) const
{
    Keys keys { strongKey(at), 0, weakKey(at), 0 };
    // Calls and births carry the rest: what they are about may have another name on the other side.
    switch (kind(at)) {
    case EventKind::Begin:
    case EventKind::End:
    case EventKind::Callback:
    case EventKind::Born: {
        const std::uint32_t object = m_object[at];
        const ObjectKind of = object != 0 ? m_reader.objects()[object - 1].kind : ObjectKind::None;
        // A process is what the scenario calls it.
        keys.loose = of == ObjectKind::Process ? 0 : mix(m_shape[at], unsigned(of) + 1);
        break;
    }
    default:
        break;
    }
    return keys;
}

void Side::forgetKeys()
{
    m_content = {};
    m_shape = {};
    m_pointers = {};
    for (std::uint8_t& kind : m_kind) {
        kind &= std::uint8_t(~kHasPointers);
    }
}

void Side::keyCalls()
{
    // Inner calls have higher numbers than outer ones.
    for (std::size_t i = m_nodes.size(); i-- > 0;) {
        Node& node = m_nodes[i];
        node.strong = node.begin != kNone ? strongKey(node.begin) : 3;
        node.close = 0;
        for (const Index at : itemsOf(std::uint32_t(i))) {
            if (kind(at) == EventKind::End && node.begin != kNone) {
                node.close = mix(weakKey(node.begin), m_content[at]);
            }
            node.strong = mix(node.strong, isCall(at) ? m_nodes[m_node[at]].strong : strongKey(at));
        }
    }
    // A request is known by its routine and the file it is about.
    std::vector<std::uint64_t> files(m_requests.size(), 0);
    const std::vector<Object>& objects = m_reader.objects();
    for (Index at = 0; at < size(); ++at) {
        const std::uint32_t object = isLeftOut(at) ? 0 : m_object[at];
        if (object != 0 && objects[object - 1].kind == ObjectKind::File
            && files[requestOf(at)] == 0) {
            files[requestOf(at)] = m_stems[object];
        }
    }
    for (std::size_t i = 0; i < m_requests.size(); ++i) {
        Request& request = m_requests[i];
        const Node& node = m_nodes[request.node];
        if (node.begin != kNone) {
            request.keys.strong = node.strong;
            request.keys.close = node.close != 0 ? mix(node.close, files[i]) : 0;
            request.keys.loose = mix(11, m_shape[node.begin]);
            request.keys.weak
                = mix(mix(request.keys.loose, m_stems[m_object[node.begin]]), files[i]);
        }
    }
}

} // namespace rdrlab::trace::diff
