#include "traces/query/state.h"

#include <algorithm>
#include <set>

namespace rdrlab::trace {

StateCursor::StateCursor(const Reader& reader)
    : m_reader(reader)
{
}

void StateCursor::put(ObjectId object, StringId field, const FieldValue& value)
{
    std::map<StringId, FieldValue>& fields = m_states[object].fields;
    if (value.type == Value::Type::None) {
        fields.erase(field);
    } else {
        fields[field] = value;
    }
}

bool StateCursor::forwards(Seq to)
{
    return m_reader.changes(m_position + 1, to, [&](const FieldChange& change) {
        put(change.object, change.field, change.after);
        return true;
    }) && m_reader.references(m_position + 1, to, [&](const Reference& reference) {
        m_states[reference.object].references = reference.count;
        return true;
    });
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

bool StateCursor::backwards(Seq to)
{
    // Forwards in the undone part: an object's first line there tells the count before all of them.
    std::map<ObjectId, std::int32_t> before;
    const bool good = m_reader.changesBackwards(to + 1, m_position, [&](const FieldChange& change) {
        put(change.object, change.field, change.before);
        return true;
    }) && m_reader.references(to + 1, m_position, [&](const Reference& reference) {
        before.try_emplace(reference.object, reference.count - reference.delta);
        return true;
    });
    for (const auto& [object, count] : before) {
        std::optional<std::int32_t>& references = m_states[object].references;
        references = count;
        if (firstReference(object) > to) {
            references.reset(); // before its first line nothing is known
        }
    }
    return good;
}

bool StateCursor::moveTo(Seq seq)
{
    seq = std::min(seq, m_reader.lastSeq());
    const bool good = seq >= m_position ? forwards(seq) : backwards(seq);
    m_position = seq;
    return good;
}

const ObjectState& StateCursor::of(ObjectId object) const
{
    static const ObjectState nothing;
    const auto found = m_states.find(object);
    return found != m_states.end() ? found->second : nothing;
}

bool StateCursor::isAlive(const Object& object) const
{
    return object.birth <= m_position && (object.death == 0 || object.death > m_position);
}

ObjectState stateOf(const Reader& reader, ObjectId object, Seq seq)
{
    ObjectState state;
    reader.changesOf(object, seq, [&](const FieldChange& change) {
        state.fields[change.field] = change.after;
        return true;
    });
    reader.references(1, seq, [&](const Reference& reference) {
        if (reference.object == object) {
            state.references = reference.count;
        }
        return true;
    });
    return state;
}

ObjectActivity activityBetween(const Reader& reader, Seq from, Seq to)
{
    ObjectActivity activity;
    for (const Object& object : reader.objects()) {
        if (object.birth >= from && object.birth <= to) {
            activity.born.push_back(object.id);
        }
        if (object.death >= from && object.death <= to && object.death != 0) {
            activity.died.push_back(object.id);
        }
    }
    std::set<ObjectId> changed;
    reader.changes(from, to, [&](const FieldChange& change) {
        changed.insert(change.object);
        return true;
    });
    reader.references(from, to, [&](const Reference& reference) {
        changed.insert(reference.object);
        return true;
    });
    activity.changed.assign(changed.begin(), changed.end());
    return activity;
}

ObjectNames::ObjectNames(const Reader& reader)
    : m_reader(reader)
{
    reader.changes(1, reader.lastSeq(), [&](const FieldChange& change) {
        if (reader.string(change.field) == "(name)") {
            m_renames[change.object][change.seq] = { change.before.text, change.after.text };
        }
        return true;
    });
}

std::string ObjectNames::at(ObjectId id, Seq seq) const
{
    const auto renames = m_renames.find(id);
    if (renames != m_renames.end()) {
        const auto later = renames->second.upper_bound(seq);
        if (later != renames->second.end()) {
            return later->second.first;
        }
    }
    const Object* object = m_reader.object(id);
    return object != nullptr ? std::string(m_reader.string(object->name)) : std::string("?");
}

} // namespace rdrlab::trace
