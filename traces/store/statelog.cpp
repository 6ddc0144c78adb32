#include "traces/store/statelog.h"

#include "traces/store/readerimpl.h"

#include <algorithm>

namespace rdrlab::trace {

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kMostEntries = 1 << 20; // of one chunk: far above what a writer makes

void putValue(Bytes& out, ObjectId of, const Value& value)
{
    switch (value.type) {
    case Value::Type::None:
        break;
    case Value::Type::Integer:
        putVarint(out, zigzag(value.number));
        break;
    case Value::Type::Text:
        putVarint(out, value.text);
        break;
    case Value::Type::Object:
        putVarint(out, distance(of, std::uint64_t(value.number)));
        putVarint(out, value.text);
        break;
    }
}

Value getValue(ByteReader& from, ObjectId of, unsigned type)
{
    Value value;
    value.type = Value::Type(type & 3);
    switch (value.type) {
    case Value::Type::None:
        break;
    case Value::Type::Integer:
        value.number = unzigzag(from.number());
        break;
    case Value::Type::Text:
        value.text = StringId(from.number(UINT32_MAX));
        break;
    case Value::Type::Object:
        value.number = std::int64_t(std::uint32_t(walked(of, from.number())));
        value.text = StringId(from.number(UINT32_MAX));
        break;
    }
    return value;
}

} // namespace

Value PackedState::put(StringId field, const Value& value)
{
    const auto at = std::lower_bound(
        fields.begin(), fields.end(), field,
        [](const FieldState& known, StringId wanted) { return known.field < wanted; });
    if (at == fields.end() || at->field != field) {
        if (value.type != Value::Type::None) {
            fields.insert(at, { field, value });
        }
        return {};
    }
    const Value before = at->value;
    if (value.type == Value::Type::None) {
        fields.erase(at);
    } else {
        at->value = value;
    }
    return before;
}

// Keyframe: format, last object, how many; for each its distance in ids and its bytes; then those.
// An object: its references (0: none known, else the count zigzag + 1); for each field the distance
// in ids with the type of the value in the low bits, and the value.
void Keyframe::pack(
    ObjectId lastObject,
    std::span<const std::pair<ObjectId, const PackedState*>> objects,
    Bytes& out)
{
    Bytes states;
    out.push_back(kFormat);
    putVarint(out, lastObject);
    putVarint(out, objects.size());
    ObjectId before = 0;
    for (const auto& [id, state] : objects) {
        const std::size_t begin = states.size();
        putVarint(states, state->references ? zigzag(*state->references) + 1 : 0);
        StringId field = 0;
        for (const FieldState& known : state->fields) {
            putVarint(states, std::uint64_t(known.field - field) << 2 | unsigned(known.value.type));
            putValue(states, id, known.value);
            field = known.field;
        }
        putVarint(out, id - before);
        putVarint(out, states.size() - begin);
        before = id;
    }
    out.insert(out.end(), states.begin(), states.end());
}

bool Keyframe::unpack(Seq seq, Bytes bytes)
{
    m_seq = seq;
    m_lastObject = 0;
    m_entries.clear();
    m_bytes = std::move(bytes);
    if (m_bytes.empty()) {
        return seq == 0;
    }
    ByteReader from(m_bytes.data(), m_bytes.size());
    if (from.byte() != kFormat) {
        return false;
    }
    m_lastObject = ObjectId(from.number(UINT32_MAX));
    const std::size_t count = std::size_t(from.number(m_bytes.size() / 2));
    m_entries.reserve(count);
    std::uint64_t id = 0;
    std::size_t offset = 0;
    for (std::size_t i = 0; i < count && from.good(); ++i) {
        const std::uint64_t step = from.number(UINT32_MAX);
        const std::size_t size = std::size_t(from.number(m_bytes.size()));
        id += step;
        if (step == 0 || id > UINT32_MAX || !from.good()) {
            m_entries.clear();
            return false;
        }
        m_entries.push_back({ ObjectId(id), std::uint32_t(size), offset });
        offset += size;
    }
    if (!from.good() || offset != from.left()) {
        m_entries.clear();
        return false;
    }
    const std::size_t head = m_bytes.size() - offset;
    for (Entry& entry : m_entries) {
        entry.offset += head;
    }
    return true;
}

const Keyframe::Entry* Keyframe::find(ObjectId object) const
{
    const auto found = std::lower_bound(
        m_entries.begin(), m_entries.end(), object,
        [](const Entry& entry, ObjectId wanted) { return entry.id < wanted; });
    return found != m_entries.end() && found->id == object ? &*found : nullptr;
}

bool Keyframe::state(ObjectId object, PackedState& into) const
{
    into.fields.clear();
    into.references.reset();
    const Entry* entry = find(object);
    if (entry == nullptr) {
        return false;
    }
    ByteReader from(m_bytes.data() + entry->offset, entry->size);
    if (const std::uint64_t count = from.number(); count != 0) {
        into.references = std::int32_t(unzigzag(count - 1));
    }
    std::uint64_t field = 0;
    while (from.left() != 0) {
        const std::uint64_t head = from.number();
        field += head >> 2;
        if (head >> 2 == 0 || field > UINT32_MAX) {
            return false;
        }
        into.fields.push_back({ StringId(field), getValue(from, object, head & 3) });
    }
    return from.good();
}

// Log: format, how many; for each the distance in seq, kind of entry and type of value in one
// number, the distance in object ids from the entry before, the field, the value.
void packLog(Seq first, std::span<const LogEntry> entries, Bytes& out)
{
    out.push_back(kFormat);
    putVarint(out, entries.size());
    Seq seq = first;
    ObjectId object = 0;
    for (const LogEntry& entry : entries) {
        putVarint(
            out, (entry.seq - seq) << 4 | unsigned(entry.kind) << 2 | unsigned(entry.value.type));
        putVarint(out, distance(object, entry.object));
        if (entry.kind == LogEntry::Kind::Field) {
            putVarint(out, entry.field);
        }
        putValue(out, entry.object, entry.value);
        seq = entry.seq;
        object = entry.object;
    }
}

bool unpackLog(
    const std::uint8_t* data, std::size_t size, Seq first, Seq last, std::vector<LogEntry>& into)
{
    ByteReader from(data, size);
    if (from.byte() != kFormat) {
        return false;
    }
    const std::size_t count = std::size_t(from.number(std::min(size / 2, kMostEntries)));
    Seq seq = first;
    ObjectId object = 0;
    const std::size_t begin = into.size();
    into.resize(begin + count);
    for (std::size_t i = begin; i < begin + count; ++i) {
        LogEntry& entry = into[i];
        const std::uint64_t head = from.number();
        seq += head >> 4;
        if (seq > last || !from.good()) {
            into.resize(begin);
            return false;
        }
        entry.seq = seq;
        entry.kind = LogEntry::Kind(head >> 2 & 3);
        entry.object = object = ObjectId(walked(object, from.number()));
        if (entry.kind == LogEntry::Kind::Field) {
            entry.field = StringId(from.number(UINT32_MAX));
        }
        entry.value = getValue(from, object, head & 3);
    }
    if (!from.good() || from.left() != 0) {
        into.resize(begin);
        return false;
    }
    return true;
}

struct StateLog::Implementation
{
    const Reader::Implementation& file;
    bool isThere;
    Seq covered = 0;
    mutable Cursor keyframe;
    mutable Cursor chunk;

    explicit Implementation(const Reader::Implementation& of)
        : file(of)
        , isThere(of.hasTable("keyframes") && of.hasTable("state_log"))
        , keyframe(
              isThere ? of.database : nullptr,
              "SELECT seq, state FROM keyframes WHERE seq <= ? ORDER BY seq DESC LIMIT 1")
        , chunk(
              isThere ? of.database : nullptr,
              "SELECT last, first, entries FROM state_log WHERE last >= ? ORDER BY last LIMIT 1")
    {
        if (isThere) {
            of.each(
                "SELECT last FROM state_log ORDER BY last DESC LIMIT 1", {},
                [&](const Cursor& row) {
                    covered = std::min<Seq>(row.number(0), of.lastSeq);
                    return false;
                });
        }
    }
};

StateLog::StateLog(const Reader& reader)
    : m_implementation(std::make_unique<Implementation>(ReaderDoor::open(reader)))
{
}

StateLog::~StateLog() = default;

Seq StateLog::coveredTo() const
{
    return m_implementation->covered;
}

bool StateLog::keyframeAt(Seq seq, Keyframe& into) const
{
    const Implementation& self = *m_implementation;
    if (!self.isThere || seq == 0) {
        return into.unpack(0, {});
    }
    Cursor& cursor = self.keyframe;
    cursor.reset();
    cursor.bind(1, seq);
    bool good = true;
    if (cursor.next()) {
        const auto blob = cursor.bytes(1);
        good = into.unpack(cursor.number(0), Bytes(blob.begin(), blob.end()))
            || self.file.damaged("a keyframe cannot be unpacked");
    } else {
        good = self.file.done(cursor, false);
        into.unpack(0, {});
    }
    cursor.reset();
    return good;
}

bool StateLog::chunkAt(Seq seq, Seq& last, std::vector<LogEntry>& into) const
{
    const Implementation& self = *m_implementation;
    Cursor& cursor = self.chunk;
    cursor.reset();
    cursor.bind(1, seq);
    bool good = cursor.next();
    if (good) {
        last = cursor.number(0);
        const Seq first = cursor.number(1);
        const auto blob = cursor.bytes(2);
        good = first <= seq && unpackLog(blob.data(), blob.size(), first, last, into);
    } else if (!self.file.done(cursor, false)) {
        return false;
    }
    cursor.reset();
    return good || self.file.damaged("a piece of the state log cannot be unpacked");
}

} // namespace rdrlab::trace
