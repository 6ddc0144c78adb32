#include "traces/query/changes.h"

#include "traces/query/state.h"

#include <algorithm>
#include <map>

namespace rdrlab::trace {

namespace {

constexpr std::uint64_t kReportEvery = 1u << 14; // rows

class Collector
{
public:
    Collector(Seq from, Seq to, const Progress& progress)
        : m_from(from)
        , m_to(to)
        , m_progress(progress)
    {
    }

    bool add(const FieldChange& change)
    {
        ObjectDelta& object = at(change.object);
        auto field = std::find_if(
            object.fields.begin(), object.fields.end(),
            [&](const FieldDelta& known) { return known.field == change.field; });
        if (field == object.fields.end()) {
            object.fields.push_back({ change.field, change.before, {}, 0, change.seq, change.seq });
            field = object.fields.end() - 1;
        }
        field->after = change.after;
        field->last = change.seq;
        ++field->changes;
        return report(change.seq, 0);
    }

    bool add(const Reference& reference)
    {
        ObjectDelta& object = at(reference.object);
        if (!object.countAfter) {
            object.countBefore = reference.count - reference.delta;
        }
        const std::int64_t delta = reference.delta;
        (delta > 0 ? object.taken : object.given) += std::uint32_t(std::abs(delta));
        object.countAfter = reference.count;
        object.lastReference = reference.seq;
        return report(reference.seq, m_to - m_from);
    }

    ObjectDelta& at(ObjectId object)
    {
        ObjectDelta& delta = m_objects[object];
        delta.object = object;
        return delta;
    }

    std::map<ObjectId, ObjectDelta>& objects() { return m_objects; }

private:
    bool report(Seq seq, std::uint64_t before)
    {
        return !m_progress || ++m_rows % kReportEvery != 0
            || m_progress(before + seq - m_from, 2 * (m_to - m_from) + 1);
    }

    Seq m_from;
    Seq m_to;
    const Progress& m_progress;
    std::uint64_t m_rows = 0;
    std::map<ObjectId, ObjectDelta> m_objects;
};

} // namespace

bool ObjectDelta::isDifferent() const
{
    return isBorn || isDead || taken != given
        || std::any_of(fields.begin(), fields.end(), [](const FieldDelta& field) {
               return field.before != field.after;
           });
}

bool changesBetween(
    const Reader& reader,
    Seq from,
    Seq to,
    ObjectId only,
    std::vector<ObjectDelta>& into,
    const Progress& progress)
{
    into.clear();
    to = std::min(to, reader.lastSeq());
    from = std::min(from, to);
    Collector all(from, to, progress);
    bool gaveUp = false;
    const auto change = [&](const FieldChange& row) {
        gaveUp = row.seq >= from && !all.add(row);
        return !gaveUp;
    };
    const auto reference = [&](const Reference& row) {
        gaveUp = !all.add(row);
        return !gaveUp;
    };
    const bool good = only == 0
        ? reader.changes(from, to, change) && !gaveUp && reader.references(from, to, reference)
        : reader.changesOf(only, to, change) && !gaveUp
            && reader.referencesOf(only, from, to, false, reference);
    if (only == 0) {
        const ObjectActivity lives = activityBetween(reader, from, to);
        for (const ObjectId id : lives.born) {
            all.at(id).isBorn = true;
        }
        for (const ObjectId id : lives.died) {
            all.at(id).isDead = true;
        }
    } else if (const Object* object = reader.object(only)) {
        if (object->birth >= from && object->birth <= to) {
            all.at(only).isBorn = true;
        }
        if (object->death != 0 && object->death >= from && object->death <= to) {
            all.at(only).isDead = true;
        }
    }
    for (auto& [id, object] : all.objects()) {
        // A ledger that begins in the range says nothing about what was before it.
        if (object.isBorn && object.countBefore == 0) {
            object.countBefore.reset();
        }
        into.push_back(std::move(object));
    }
    return good && !gaveUp;
}

} // namespace rdrlab::trace
