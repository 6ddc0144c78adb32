#include "traces/query/state.h"

#include "traces/store/spine.h"

#include <algorithm>
#include <set>

namespace rdrlab::trace {

namespace {
constexpr StringId kOwnTexts = 0x80000000; // texts from here on are the cursor's
}

StateCursor::StateCursor(const Reader& reader)
    : m_reader(reader)
    , m_log(reader)
{
}

bool StateCursor::moveTo(Seq seq)
{
    seq = std::min(seq, m_reader.lastSeq());
    m_spelled.clear();
    const Seq covered = m_log.coveredTo();
    bool good = true;
    if (seq < covered || m_position < covered) {
        good = moveInLog(std::min(seq, covered));
    }
    if (good && m_position != seq) {
        good = seq > m_position ? forwardsByRows(seq) : backwardsByRows(seq);
    }
    if (!good && m_position != 0) { // nothing half done stays
        m_position = 0;
        seek(0);
    }
    return good;
}

bool StateCursor::moveInLog(Seq to)
{
    if (m_position > m_log.coveredTo() || to < m_base.seq() || to > m_loadedTo) {
        // Rows have been applied, or it may be another keyframe's turn.
        Keyframe keyframe;
        if (!m_log.keyframeAt(to, keyframe)) {
            return false;
        }
        if (m_position > m_log.coveredTo() || keyframe.seq() != m_base.seq()) {
            m_base = std::move(keyframe);
            m_overlay.clear();
            m_entries.clear();
            m_undo.clear();
            m_loadedTo = m_base.seq();
            m_position = m_base.seq();
        }
    }
    if (!load(to)) {
        return false;
    }
    while (m_undo.size() < m_entries.size() && m_entries[m_undo.size()].seq <= to) {
        apply(m_entries[m_undo.size()]);
    }
    while (!m_undo.empty() && m_entries[m_undo.size() - 1].seq > to) {
        undo();
    }
    m_position = to;
    return true;
}

// Forgets everything; the next move starts from a keyframe.
bool StateCursor::seek(Seq to)
{
    m_overlay.clear();
    m_entries.clear();
    m_undo.clear();
    m_base.unpack(0, {});
    m_loadedTo = 0;
    return to == 0;
}

bool StateCursor::load(Seq to)
{
    while (m_loadedTo < to) {
        Seq last = 0;
        if (!m_log.chunkAt(m_loadedTo + 1, last, m_entries) || last <= m_loadedTo) {
            return false;
        }
        m_loadedTo = last;
    }
    return true;
}

// What is known of the object before the change to come.
StateCursor::Overlaid& StateCursor::touch(ObjectId object)
{
    const auto [at, isNew] = m_overlay.try_emplace(object);
    Overlaid& known = at->second;
    if (isNew && object <= m_base.lastObject()) {
        known.isAlive = m_base.state(object, known.state);
        if (!known.isAlive) { // dead before the keyframe
            known.state = stateByRows(object, m_base.seq());
        }
    }
    return known;
}

void StateCursor::apply(const LogEntry& entry)
{
    Overlaid& known = touch(entry.object);
    Undo before;
    before.wasAlive = known.isAlive;
    before.references = known.state.references;
    switch (entry.kind) {
    case LogEntry::Kind::Field:
        before.value = known.state.put(entry.field, entry.value);
        break;
    case LogEntry::Kind::References:
        known.state.references = std::int32_t(entry.value.number);
        break;
    case LogEntry::Kind::Born:
        known.isAlive = true;
        break;
    case LogEntry::Kind::Died:
        known.isAlive = false;
        break;
    }
    m_undo.push_back(before);
}

void StateCursor::undo()
{
    const LogEntry& entry = m_entries[m_undo.size() - 1];
    const Undo& before = m_undo.back();
    Overlaid& known = m_overlay[entry.object];
    if (entry.kind == LogEntry::Kind::Field) {
        known.state.put(entry.field, before.value);
    }
    known.state.references = before.references;
    known.isAlive = before.wasAlive;
    m_undo.pop_back();
}

bool StateCursor::forwardsByRows(Seq to)
{
    const Seq from = m_position + 1;
    m_position = to;
    return m_reader.changes(from, to, [&](const FieldChange& change) {
        touch(change.object).state.put(change.field, interned(change.after));
        return true;
    }) && m_reader.references(from, to, [&](const Reference& reference) {
        touch(reference.object).state.references = reference.count;
        return true;
    });
}

bool StateCursor::backwardsByRows(Seq to)
{
    const Seq from = m_position;
    m_position = to;
    // Forwards in the undone part: an object's first line there tells the count before all of them.
    std::map<ObjectId, std::int32_t> before;
    const bool good = m_reader.changesBackwards(to + 1, from, [&](const FieldChange& change) {
        touch(change.object).state.put(change.field, interned(change.before));
        return true;
    }) && m_reader.references(to + 1, from, [&](const Reference& reference) {
        before.try_emplace(reference.object, reference.count - reference.delta);
        return true;
    });
    for (const auto& [object, count] : before) {
        std::optional<std::int32_t>& references = touch(object).state.references;
        references = count;
        if (firstReference(object) > to) {
            references.reset(); // before its first line nothing is known
        }
    }
    return good;
}

Seq StateCursor::firstReference(ObjectId object)
{
    if (!m_firstReferences) {
        m_firstReferences.emplace();
        m_reader.references(1, m_reader.lastSeq(), [&](const Reference& reference) {
            m_firstReferences->try_emplace(reference.object, reference.seq);
            return true;
        });
    }
    const auto found = m_firstReferences->find(object);
    return found != m_firstReferences->end() ? found->second : 0;
}

PackedState StateCursor::stateByRows(ObjectId object, Seq seq) const
{
    PackedState state;
    m_reader.changesOf(object, seq, [&](const FieldChange& change) {
        state.put(change.field, interned(change.after));
        return true;
    });
    m_reader.referencesOf(object, 1, seq, false, [&](const Reference& reference) {
        state.references = reference.count;
        return true;
    });
    return state;
}

Value StateCursor::interned(const FieldValue& value) const
{
    Value packed { value.type, value.number, 0 };
    if (value.type == Value::Type::Object) {
        packed.number = value.object;
    }
    if (value.type == Value::Type::Text || value.type == Value::Type::Object) {
        const auto known = m_textIds.find(value.text);
        if (known != m_textIds.end()) {
            packed.text = known->second;
        } else {
            packed.text = kOwnTexts + StringId(m_texts.size());
            m_textIds.emplace(m_texts.emplace_back(value.text), packed.text);
        }
    }
    return packed;
}

std::string_view StateCursor::text(StringId id) const
{
    return id >= kOwnTexts && id - kOwnTexts < m_texts.size() ? m_texts[id - kOwnTexts]
                                                              : m_reader.string(id);
}

FieldValue StateCursor::spelled(const Value& value) const
{
    FieldValue spelled;
    spelled.type = value.type;
    if (value.type == Value::Type::Integer) {
        spelled.number = value.number;
    } else if (value.type != Value::Type::None) {
        spelled.text = text(value.text);
        spelled.object = value.type == Value::Type::Object ? ObjectId(value.number) : 0;
    }
    return spelled;
}

const PackedState& StateCursor::packed(ObjectId object) const
{
    const auto found = m_overlay.find(object);
    if (found != m_overlay.end()) {
        return found->second.state;
    }
    if (object > m_base.lastObject()) {
        m_packed = {};
    } else if (!m_base.state(object, m_packed)) {
        m_packed = stateByRows(object, m_position);
    }
    return m_packed;
}

const ObjectState& StateCursor::of(ObjectId object) const
{
    const auto [at, isNew] = m_spelled.try_emplace(object);
    if (isNew) {
        const PackedState& state = packed(object);
        at->second.references = state.references;
        for (const FieldState& known : state.fields) {
            at->second.fields.emplace_hint(
                at->second.fields.end(), known.field, spelled(known.value));
        }
    }
    return at->second;
}

std::vector<ObjectId> StateCursor::alive() const
{
    std::vector<ObjectId> alive;
    if (m_position > m_log.coveredTo()) { // rows do not say who was born
        for (const Object& object : m_reader.objects()) {
            if (isAlive(object)) {
                alive.push_back(object.id);
            }
        }
        return alive;
    }
    for (std::size_t i = 0; i < m_base.count(); ++i) {
        if (!m_overlay.contains(m_base.object(i))) {
            alive.push_back(m_base.object(i));
        }
    }
    for (const auto& [object, known] : m_overlay) {
        if (known.isAlive) {
            alive.push_back(object);
        }
    }
    std::sort(alive.begin(), alive.end());
    return alive;
}

bool StateCursor::isAlive(const Object& object) const
{
    return object.birth <= m_position && (object.death == 0 || object.death > m_position);
}

ObjectState stateOf(const Reader& reader, ObjectId object, Seq seq)
{
    StateCursor cursor(reader);
    cursor.moveTo(seq);
    return cursor.of(object);
}

ObjectActivity activityBetween(const Reader& reader, Seq from, Seq to)
{
    ObjectActivity activity;
    to = std::min(to, reader.lastSeq());
    const StateLog log(reader);
    std::set<ObjectId> changed;
    Seq at = std::max<Seq>(from, 1);
    std::vector<LogEntry> entries;
    Seq last = 0;
    for (; at <= std::min(to, log.coveredTo()); at = last + 1) {
        entries.clear();
        if (!log.chunkAt(at, last, entries) || last < at) {
            return activity;
        }
        for (const LogEntry& entry : entries) {
            if (entry.seq < from || entry.seq > to) {
                continue;
            }
            switch (entry.kind) {
            case LogEntry::Kind::Born:
                activity.born.push_back(entry.object);
                break;
            case LogEntry::Kind::Died:
                activity.died.push_back(entry.object);
                break;
            default:
                changed.insert(entry.object);
                break;
            }
        }
    }
    if (at <= to) { // what no log covers
        for (const Object& object : reader.objects()) {
            if (object.birth >= at && object.birth <= to) {
                activity.born.push_back(object.id);
            }
            if (object.death >= at && object.death <= to) {
                activity.died.push_back(object.id);
            }
        }
        reader.changes(at, to, [&](const FieldChange& change) {
            changed.insert(change.object);
            return true;
        });
        reader.references(at, to, [&](const Reference& reference) {
            changed.insert(reference.object);
            return true;
        });
    }
    for (std::vector<ObjectId>* list : { &activity.born, &activity.died }) {
        std::sort(list->begin(), list->end());
        list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    activity.changed.assign(changed.begin(), changed.end());
    return activity;
}

ObjectNames::ObjectNames(const Reader& reader, Lookup lookup)
    : m_reader(reader)
    , m_renamed(reader.findString("(name)"))
    , m_hasIndex(false)
{
    if (m_renamed == 0) {
        return;
    }
    const auto keep = [&](const FieldChange& change) {
        if (change.field == m_renamed) {
            m_renames[change.object][change.seq] = change.before.text;
        }
        return true;
    };
    if (lookup == Lookup::AllNow) {
        Spine(reader).each(
            1, reader.lastSeq(),
            [](const SpineChunkInfo& info) { return info.mayHave(EventKind::Rename); },
            [&](const SpineColumns& columns, std::size_t i) {
                const Seq seq = columns.first + i;
                return columns.kind[i] != EventKind::Rename || reader.changes(seq, seq, keep);
            });
        return;
    }
    // Without the index one pass is cheaper than one for each object.
    bool isHead = true;
    reader.sql(
        "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'changes_by_field'", {},
        [&](const std::vector<const char*>&) {
            m_hasIndex = !isHead;
            isHead = false;
        });
    if (!m_hasIndex) {
        reader.changes(1, reader.lastSeq(), keep);
    }
}

const ObjectNames::Renames& ObjectNames::renamesOf(ObjectId object) const
{
    const auto [at, isNew] = m_renames.try_emplace(object);
    if (isNew && m_renamed != 0 && m_hasIndex) {
        m_reader.fieldChanges(
            object, m_renamed, 1, m_reader.lastSeq(), false,
            [&, at = at](const FieldChange& change) {
                at->second[change.seq] = change.before.text;
                return true;
            });
    }
    return at->second;
}

std::string ObjectNames::at(ObjectId id, Seq seq) const
{
    const Renames& renames = renamesOf(id);
    const auto later = renames.upper_bound(seq);
    if (later != renames.end()) {
        return later->second;
    }
    const Object* object = m_reader.object(id);
    return object != nullptr ? std::string(m_reader.string(object->name)) : std::string("?");
}

} // namespace rdrlab::trace
