// The rows of a trace on their way into their tables.
#include "traces/store/writerimpl.h"

#include <algorithm>
#include <cstdio>

namespace rdrlab::trace {

namespace {

std::string addressText(std::uint32_t address)
{
    char text[16];
    std::snprintf(
        text, sizeof text, "%u.%u.%u.%u", address >> 24, (address >> 16) & 255u,
        (address >> 8) & 255u, address & 255u);
    return text;
}

// The row with this id among those not written yet.
template <typename Waiting> Waiting* waitingRow(std::vector<Waiting>& rows, std::uint64_t id)
{
    const auto found = std::lower_bound(
        rows.begin(), rows.end(), id,
        [](const Waiting& row, std::uint64_t wanted) { return row.id < wanted; });
    return found != rows.end() && found->id == id ? &*found : nullptr;
}

} // namespace

void Writer::meta(std::string_view key, std::string_view value)
{
    m_implementation->row(kMeta).text(key).text(value);
    m_implementation->put(kMeta);
}

void Writer::meta(std::string_view key, std::int64_t value)
{
    m_implementation->row(kMeta).text(key).signedNumber(value);
    m_implementation->put(kMeta);
}

void Writer::process(const Process& process)
{
    m_implementation->row(kProcess).number(process.id).text(process.name).number(process.birth);
    m_implementation->put(kProcess);
}

void Writer::thread(const Thread& thread)
{
    m_implementation->row(kThread)
        .number(thread.id)
        .number(thread.process)
        .text(thread.name)
        .number(thread.birth);
    m_implementation->put(kThread);
}

void Writer::string(StringId id, std::string_view text)
{
    std::vector<std::string>& strings = m_implementation->strings;
    if (id >= strings.size()) {
        strings.resize(std::max<std::size_t>(id + 1, strings.size() * 2));
    }
    strings[id] = text;
    m_implementation->row(kString).number(id).text(text);
    m_implementation->put(kString);
}

void Writer::event(const Event& event)
{
    Implementation& self = *m_implementation;
    Row bound = self.row(kEvent);
    bound.number(event.seq)
        .number(event.timeNs)
        .number(unsigned(event.kind))
        .number(unsigned(event.layer));
    bound.number(event.cpu)
        .number(event.irql)
        .number(event.process)
        .number(event.thread)
        .optional(event.span);
    bound.optional(event.parent).optional(event.routine).optional(event.object);
    if (event.hasStatus) {
        bound.signedNumber(event.status);
    } else {
        bound.null();
    }
    bound.number(event.argument).optional(event.text);
    self.put(kEvent);
    if (event.hasStatus) {
        self.status(event.status);
    }
    self.packer.event(event);
    self.events = event.seq;
    self.lastTimeNs = std::max(self.lastTimeNs, event.timeNs);
}

void Writer::spanBegin(const Span& span)
{
    std::vector<Span>& spans = m_implementation->spans;
    if (!spans.empty() && spans.back().id >= span.id) {
        m_implementation->flushPending(); // not as a recorder numbers them: the file decides
    }
    spans.push_back(span);
}

void Writer::spanEnd(
    SpanId id, Seq end, std::uint64_t endNs, std::int32_t status, std::uint64_t information)
{
    Implementation& self = *m_implementation;
    if (Span* waiting = waitingRow(self.spans, id)) {
        Span& span = *waiting;
        span.end = end;
        span.endNs = endNs;
        span.status = status;
        span.information = information;
        return;
    }
    self.row(kSpanEnd).number(id).number(end).number(endNs).signedNumber(status).number(
        information);
    self.put(kSpanEnd);
}

void Writer::spanRequest(SpanId id, ObjectId request)
{
    Implementation& self = *m_implementation;
    if (Span* waiting = waitingRow(self.spans, id)) {
        waiting->request = request;
        return;
    }
    self.row(kSpanRequest).number(id).number(request);
    self.put(kSpanRequest);
}

void Writer::objectBorn(const Object& object)
{
    std::vector<Object>& objects = m_implementation->objects;
    if (!objects.empty() && objects.back().id >= object.id) {
        m_implementation->flushPending();
    }
    objects.push_back(object);
    m_implementation->packer.born(object);
}

void Writer::objectDied(ObjectId id, Seq death)
{
    Implementation& self = *m_implementation;
    self.packer.died(id, death);
    if (Object* waiting = waitingRow(self.objects, id)) {
        waiting->death = death;
        return;
    }
    self.row(kObjectDeath).number(id).number(death);
    self.put(kObjectDeath);
}

void Writer::objectRenamed(ObjectId id, StringId name)
{
    Implementation& self = *m_implementation;
    if (Object* waiting = waitingRow(self.objects, id)) {
        waiting->name = name;
        return;
    }
    self.row(kObjectName).number(id).number(name);
    self.put(kObjectName);
}

void Writer::change(const Change& change)
{
    Implementation& self = *m_implementation;
    Row bound = self.row(kChange);
    bound.number(change.seq).number(change.object).number(change.field);
    self.value(bound, change.before);
    self.value(bound, change.after);
    bound.optional(
        change.before.type == Value::Type::Object ? std::uint64_t(change.before.number) : 0);
    bound.optional(
        change.after.type == Value::Type::Object ? std::uint64_t(change.after.number) : 0);
    self.put(kChange);
    self.packer.change(change);
}

void Writer::reference(const Reference& reference)
{
    Row bound = m_implementation->row(kReference);
    bound.number(reference.seq)
        .number(reference.object)
        .signedNumber(reference.delta)
        .signedNumber(reference.count);
    bound.optional(reference.reason);
    m_implementation->put(kReference);
    m_implementation->packer.reference(reference);
}

void Writer::stackLocation(const StackLocation& location)
{
    std::vector<StackLocation>& locations = m_implementation->locations;
    if (!locations.empty() && locations.back().id >= location.id) {
        m_implementation->flushPending();
    }
    locations.push_back(location);
}

void Writer::stackPended(SpanId id, Seq seq)
{
    Implementation& self = *m_implementation;
    if (StackLocation* waiting = waitingRow(self.locations, id)) {
        waiting->pended = waiting->pended != 0 ? waiting->pended : seq;
        return;
    }
    self.row(kStackPended).number(id).number(seq);
    self.put(kStackPended);
}

void Writer::packet(const Packet& packet)
{
    this->packet(packet, packet.payload.data(), packet.payload.size());
}

void Writer::packet(const Packet& head, const std::byte* payload, std::size_t length)
{
    Implementation& self = *m_implementation;
    const std::string client = addressText(head.clientAddress);
    const std::string server = addressText(head.serverAddress);
    Row bound = self.row(kPacket);
    bound.number(head.seq)
        .number(head.timeNs)
        .number(head.connection)
        .number(unsigned(head.direction));
    bound.text(client).number(head.clientPort).text(server).number(head.serverPort);
    bound.number(head.tcpSequence)
        .number(head.tcpAcknowledge)
        .number(head.flags)
        .number(head.length);
    bound.blob(payload, std::min<std::size_t>(length, self.options.payloadLimit));
    self.put(kPacket);
}

void Writer::input(const Input& input)
{
    Row bound = m_implementation->row(kInput);
    bound.null().number(input.index).number(input.timeNs).number(input.channel).number(input.kind);
    if (input.wireBytes != 0) {
        bound.null().number(input.seq).number(input.wireBytes);
    } else {
        bound.blob(input.bytes.data(), input.bytes.size()).number(input.seq).null();
    }
    m_implementation->put(kInput);
}

void Writer::choice(const Choice& choice)
{
    m_implementation->row(kChoice).number(choice.index).number(choice.options).number(choice.taken);
    m_implementation->put(kChoice);
}

} // namespace rdrlab::trace
