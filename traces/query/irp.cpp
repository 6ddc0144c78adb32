#include "traces/query/irp.h"

#include "traces/query/cause.h"

#include <algorithm>
#include <unordered_map>

namespace rdrlab::trace {

namespace {

constexpr Seq kLongest = 65'536; // events of a life that are looked at
constexpr std::size_t kMostWork = 200; // calls told of one location
constexpr ObjectId kNearby = 512; // objects born after the IRP that may be its RX_CONTEXT

bool isKind(const Reader& reader, ObjectId id, ObjectKind kind)
{
    const Object* object = reader.object(id);
    return object != nullptr && object->kind == kind;
}

} // namespace

std::size_t IrpStack::current(Seq at) const
{
    for (std::size_t i = locations.size(); i-- > 0;) {
        if (locations[i].isSent(at) && !locations[i].isBack(at)) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool IrpStack::isCompleted(Seq at) const
{
    return !locations.empty() && locations.front().isBack(at);
}

bool IrpStack::sharesLocation(std::size_t index) const
{
    return index > 0 && index < locations.size() && locations[index].sent
        && locations[index - 1].sent
        && locations[index].sent->number == locations[index - 1].sent->number;
}

ObjectId irpOfCall(const Reader& reader, SpanId span)
{
    Causes causes(reader);
    const std::vector<Span> path = causes.path(span);
    for (auto call = path.rbegin(); call != path.rend(); ++call) {
        const ObjectId irp = irpOfObject(reader, call->request);
        if (irp != 0) {
            return irp;
        }
    }
    return 0;
}

ObjectId irpOfObject(const Reader& reader, ObjectId object)
{
    if (isKind(reader, object, ObjectKind::Irp)) {
        return object;
    }
    if (isKind(reader, object, ObjectKind::RxContext)) {
        const ObjectId owner = reader.object(object)->owner;
        return isKind(reader, owner, ObjectKind::Irp) ? owner : 0;
    }
    return 0;
}

IrpStack irpStack(const Reader& reader, const Spine& spine, ObjectId irp)
{
    IrpStack stack;
    const Object* object = reader.object(irp);
    if (object == nullptr || object->kind != ObjectKind::Irp) {
        return stack;
    }
    stack.irp = irp;
    stack.birth = object->birth;
    stack.death = object->death;
    const Seq last
        = std::min(object->death != 0 ? object->death : reader.lastSeq(), object->birth + kLongest);
    std::unordered_map<SpanId, std::size_t> inside; // call → its location; looked up only
    std::unordered_map<SpanId, std::pair<std::size_t, std::size_t>> exchanges; // looked up only
    const auto begin = [&](const SpineColumns& columns, std::size_t i) {
        const Seq seq = columns.first + i;
        const std::optional<Span> span
            = columns.layer[i] == Layer::Io ? reader.span(seq) : std::nullopt;
        if (span && span->request == irp) {
            IrpLocation location;
            location.call = seq;
            location.end = span->end;
            location.beginNs = span->beginNs;
            location.endNs = span->endNs;
            location.function = span->routine;
            location.device = span->object;
            const Object* device = reader.object(span->object);
            location.driver = device != nullptr ? device->owner : 0;
            location.status = span->status;
            location.information = span->information;
            location.process = span->process;
            location.thread = span->thread;
            location.sent = reader.stackLocation(seq);
            if (location.sent && location.sent->irp != irp) {
                location.sent.reset(); // a damaged file
            }
            if (stack.locations.empty()) {
                stack.sender = span->parent;
            }
            if (stack.file == 0 && location.sent) {
                stack.file = location.sent->file;
            }
            inside[seq] = stack.locations.size();
            stack.locations.push_back(std::move(location));
            return;
        }
        const auto around = inside.find(columns.parent[i]);
        if (around == inside.end() || columns.layer[i] == Layer::Io) {
            return; // another IRP's own work is told with that IRP
        }
        const std::size_t at = around->second;
        inside[seq] = at;
        std::vector<IrpWork>& work = stack.locations[at].work;
        if (work.size() < kMostWork) {
            if (columns.layer[i] == Layer::Wire) {
                exchanges[seq] = { at, work.size() };
            }
            work.push_back({ seq, columns.routine[i], columns.layer[i], 0 });
        }
    };
    spine.each(object->birth, last, {}, [&](const SpineColumns& columns, std::size_t i) {
        const Seq seq = columns.first + i;
        switch (columns.kind[i]) {
        case EventKind::Begin:
            begin(columns, i);
            break;
        case EventKind::Pend:
            for (IrpLocation& location : stack.locations) {
                if (location.call == columns.span[i] && location.pended == 0) {
                    location.pended = seq;
                }
            }
            break;
        case EventKind::Packet: {
            const auto exchange = exchanges.find(columns.span[i]);
            if (exchange != exchanges.end()) {
                IrpWork& work
                    = stack.locations[exchange->second.first].work[exchange->second.second];
                work.packet = work.packet != 0 ? work.packet : seq;
            }
            break;
        }
        case EventKind::Reference:
            // The I/O manager references the file on behalf of the IRP, right after its birth.
            if (stack.file == 0 && stack.locations.empty()
                && isKind(reader, columns.object[i], ObjectKind::File)
                && reader.string(columns.routine[i]) == "IRP") {
                stack.file = columns.object[i];
            }
            break;
        default:
            break;
        }
        // Everything of it is over when it is back at the top.
        return stack.locations.empty() || !stack.locations.front().isBack(seq);
    });
    for (ObjectId id = irp + 1; id < irp + kNearby; ++id) {
        const Object* other = reader.object(id);
        if (other == nullptr || (object->death != 0 && other->birth > object->death)) {
            break;
        }
        if (other->owner == irp && other->kind == ObjectKind::RxContext) {
            stack.contexts.push_back(id);
        }
    }
    return stack;
}

} // namespace rdrlab::trace
