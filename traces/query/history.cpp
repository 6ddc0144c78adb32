#include "traces/query/history.h"

#include <algorithm>
#include <map>

namespace rdrlab::trace {

std::optional<FieldChange> lastChange(const Reader& reader, ObjectId object, StringId field, Seq at)
{
    std::optional<FieldChange> found;
    reader.fieldChanges(object, field, 0, at, true, [&](const FieldChange& change) {
        found = change;
        return false;
    });
    return found;
}

std::optional<FieldChange> nextChange(const Reader& reader, ObjectId object, StringId field, Seq at)
{
    std::optional<FieldChange> found;
    reader.fieldChanges(object, field, at + 1, UINT64_MAX, false, [&](const FieldChange& change) {
        found = change;
        return false;
    });
    return found;
}

std::optional<Reference> lastReference(const Reader& reader, ObjectId object, Seq at)
{
    std::optional<Reference> found;
    reader.referencesOf(object, 0, at, true, [&](const Reference& line) {
        found = line;
        return false;
    });
    return found;
}

std::optional<Reference> nextReference(const Reader& reader, ObjectId object, Seq at)
{
    std::optional<Reference> found;
    reader.referencesOf(object, at + 1, UINT64_MAX, false, [&](const Reference& line) {
        found = line;
        return false;
    });
    return found;
}

std::vector<FieldChange>
fieldHistory(const Reader& reader, ObjectId object, StringId field, Seq from, Seq to)
{
    std::vector<FieldChange> changes;
    reader.fieldChanges(object, field, from, to, false, [&](const FieldChange& change) {
        changes.push_back(change);
        return true;
    });
    return changes;
}

std::vector<StringId> fieldsOf(const Reader& reader, ObjectId object)
{
    std::vector<StringId> fields;
    reader.changesOf(object, reader.lastSeq(), [&](const FieldChange& change) {
        if (std::find(fields.begin(), fields.end(), change.field) == fields.end()) {
            fields.push_back(change.field);
        }
        return true;
    });
    return fields;
}

bool lifeOf(
    const Reader& reader,
    ObjectId id,
    Seq from,
    Seq to,
    const std::function<bool(const LifeMoment&)>& visit)
{
    // An object's rows are few beside the trace: gathered by kind, told in order.
    std::map<Seq, LifeMoment> moments;
    const auto at = [&](Seq seq, LifeMoment::What what) -> LifeMoment& {
        LifeMoment& moment = moments[seq];
        moment.event.seq = seq;
        moment.what = what;
        return moment;
    };
    const StringId rename = reader.findString("(name)");
    const bool good = reader.changesOf(id, to, [&](const FieldChange& change) {
        if (change.seq >= from) {
            at(change.seq,
               change.field == rename ? LifeMoment::What::Renamed : LifeMoment::What::Changed)
                .changes.push_back(change);
        }
        return true;
    }) && reader.referencesOf(id, from, to, false, [&](const Reference& reference) {
        at(reference.seq, LifeMoment::What::Referenced).reference = reference;
        return true;
    }) && reader.eventsOf(id, from, to, [&](const Event& event) {
        LifeMoment& moment = moments[event.seq];
        moment.event = event;
        return true;
    });
    if (const Object* object = reader.object(id)) {
        if (object->birth >= from && object->birth <= to) {
            at(object->birth, LifeMoment::What::Born);
        }
        if (object->death != 0 && object->death >= from && object->death <= to) {
            at(object->death, LifeMoment::What::Died);
        }
    }
    for (const auto& [seq, moment] : moments) {
        if (!visit(moment)) {
            break;
        }
    }
    return good;
}

} // namespace rdrlab::trace
