// The packed side of a trace against its rows: the rows are the record.
#include "traces/query/checkrules.h"
#include "traces/query/state.h"
#include "traces/store/spine.h"

#include <algorithm>

namespace rdrlab::trace {

namespace {

// States that are compared, evenly spread over a trace.
constexpr Seq kStates = 16;

std::string withoutPath(const Reader& reader)
{
    const std::string prefix = reader.path() + ": ";
    const std::string& error = reader.error();
    return error.starts_with(prefix) ? error.substr(prefix.size()) : error;
}

bool isSame(const Event& a, const Event& b)
{
    return a.timeNs == b.timeNs && a.argument == b.argument && a.span == b.span
        && a.parent == b.parent && a.routine == b.routine && a.object == b.object
        && a.text == b.text && a.status == b.status && a.thread == b.thread
        && a.process == b.process && a.kind == b.kind && a.layer == b.layer && a.cpu == b.cpu
        && a.irql == b.irql && a.hasStatus == b.hasStatus;
}

ObjectState stateByRows(const Reader& reader, ObjectId object, Seq at)
{
    ObjectState state;
    reader.changesOf(object, at, [&](const FieldChange& change) {
        if (change.after.type == Value::Type::None) {
            state.fields.erase(change.field);
        } else {
            state.fields[change.field] = change.after;
        }
        return true;
    });
    reader.referencesOf(object, 0, at, false, [&](const Reference& reference) {
        state.references = reference.count;
        return true;
    });
    return state;
}

} // namespace

void checkSpine(const Reader& reader, const CheckTell& tell)
{
    const Spine spine(reader);
    SpineColumns columns;
    Seq next = 1;
    for (std::size_t chunk = 0; chunk < spine.chunkCount(); ++chunk) {
        const SpineChunkInfo info = spine.info(chunk);
        const std::string row = std::to_string(info.first);
        if (!spine.decode(chunk, columns)) {
            tell("spine_columns", row, withoutPath(reader));
            next = info.first + info.count;
            continue;
        }
        // Rows between the chunks belong to none.
        reader.events(next, info.first - 1, [&](const Event& event) {
            tell(
                "spine_chunks", row,
                "event " + std::to_string(event.seq) + " before it is in no chunk");
            return false;
        });
        next = info.first + info.count;
        std::size_t at = 0;
        const auto missing = [&](std::size_t until) {
            for (; at < until; ++at) {
                if (!columns.isMissing(at)) {
                    tell(
                        "spine_columns", row,
                        "event " + std::to_string(info.first + at) + " is not in events");
                }
            }
        };
        bool mentioned = true;
        reader.events(info.first, next - 1, [&](const Event& event) {
            const std::size_t i = std::size_t(event.seq - info.first);
            missing(i);
            at = i + 1;
            if (!isSame(columns.event(i), event)) {
                tell(
                    "spine_columns", row,
                    "event " + std::to_string(event.seq) + " is not what events says");
            }
            const bool isError
                = (event.hasStatus && event.status < 0) || event.kind == EventKind::Error;
            if (!info.mayHave(event.kind) || !info.mayHave(event.layer)
                || (isError && !info.hasError) || event.timeNs < info.beginNs
                || event.timeNs > info.endNs
                || (event.object != 0 && !spine.mayMention(chunk, event.object))) {
                if (mentioned) {
                    tell(
                        "spine_chunks", row,
                        "its summary leaves event " + std::to_string(event.seq) + " out");
                }
                mentioned = false;
            }
            return true;
        });
        missing(columns.count);
    }
    reader.events(next, reader.lastSeq(), [&](const Event& event) {
        tell(
            "spine_chunks", "",
            "event " + std::to_string(event.seq) + " and what follows is in no chunk");
        return false;
    });
}

void checkStates(const Reader& reader, const CheckTell& tell)
{
    if (!reader.isComplete()) {
        return; // no log and no indexes yet: states are made from the rows, by reading all of them
    }
    StateCursor cursor(reader);
    const Seq last = reader.lastSeq();
    for (Seq i = 1; i <= kStates; ++i) {
        const Seq at = last / kStates * i + (i == kStates ? last % kStates : 0);
        const std::string place = "the state after #" + std::to_string(at);
        if (at == 0) {
            continue;
        }
        if (!cursor.moveTo(at)) {
            tell("keyframes", "", place + " cannot be made: " + withoutPath(reader));
            return;
        }
        std::vector<ObjectId> alive;
        const std::vector<ObjectId> packed = cursor.alive();
        for (const Object& object : reader.objects()) {
            if (object.birth <= at && (object.death == 0 || object.death > at)) {
                alive.push_back(object.id);
            }
        }
        if (alive != packed) {
            tell(
                "keyframes", "",
                place + " has " + std::to_string(packed.size()) + " living objects, but objects "
                    + std::to_string(alive.size()));
            continue;
        }
        for (const ObjectId id : alive) {
            if (!(cursor.of(id) == stateByRows(reader, id, at))) {
                tell(
                    "keyframes", "",
                    place + " is not what changes and refs say of object " + std::to_string(id));
            }
        }
    }
}

} // namespace rdrlab::trace
