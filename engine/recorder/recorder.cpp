#include "engine/recorder/recorder.h"

#include "engine/recorder/fields.h"
#include "engine/recorder/flatmap.h"
#include "engine/recorder/pump.h"
#include "engine/recorder/routinename.h"
#include "engine/recorder/tape.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

/// Non-zero while a recorder is attached; the hooks of rdrtrace.h test it before they call.
extern "C" volatile unsigned int RdrTraceOn;
extern "C" {
volatile unsigned int RdrTraceOn = 0;
}

namespace rdrlab::recorder {

namespace {

Recorder* g_active = nullptr;

struct StackEntry
{
    SpanId span = 0;
    SpanId parent = 0;
    Layer layer = Layer::Kernel;
};

struct OpenSpan
{
    SpanId parent = 0;
    ObjectId object = 0;
    trace::StringId routine = 0;
    Layer layer = Layer::App;
    bool hasRequest = false;
};

// What is known of an address: the live object there, and the span bound to it.
struct Place
{
    std::uint32_t state = 0; // index into the states, 0: no object
    ObjectId object = 0;
    SpanId span = 0;
};

struct ObjectState
{
    ObjectId id = 0;
    ObjectKind kind = ObjectKind::None;
    trace::StringId name = 0;
    std::uint32_t bytes = 0;
    bool seen = false; // the snapshot holds the object as last touched
    std::vector<std::byte> snapshot;
    std::vector<trace::Value> values;
};

const sched::Context kNobody {};

// Handles are small numbers that each process counts for itself.
constexpr std::uint64_t kSmallestAddress = 1u << 20;

} // namespace

struct Recorder::Implementation
{
    Tape tape;
    Pump pump;
    const sched::Context* context = &kNobody;
    bool over = false; // finished: what the machine still does while it shuts down is not recorded
    Seq seq = 0;
    std::uint64_t choices = 0;

    std::vector<std::vector<StackEntry>> stacks = std::vector<std::vector<StackEntry>>(16);
    FlatMap<OpenSpan> openSpans;
    std::array<StackEntry, 64>
        finished {}; // some of the latest, for work that goes on after its call
    FlatMap<Place> places { 4096 };
    FlatMap<trace::StringId> literals { 4096 };
    FlatMap<trace::StringId> routines { 64 }; // by address
    std::unordered_map<std::string, trace::StringId> strings;
    trace::StringId lastString = 0;

    ObjectId lastObject = 0;
    std::vector<ObjectState> states = std::vector<ObjectState>(1); // index 0 is nobody
    std::vector<std::uint32_t> freeStates;
    std::function<void(const Moment&)> observer;
    std::function<void()> between;
    bool isBetween = false;
    std::vector<std::string> texts; // by id, kept while somebody observes
    std::uint64_t bornOfKind[std::size_t(ObjectKind::Maximum)] = {};
    std::unordered_map<std::string, std::uint32_t> nameUses;
    FieldNaming naming;

    explicit Implementation(std::unique_ptr<trace::Writer> writer)
        : pump(tape, std::move(writer))
    {
        naming.intern = [this](std::string_view text) { return intern(text); };
        naming.objectAt = [this](const void* address) {
            const Place* place = places.find(key(address));
            return place != nullptr && place->state != 0
                ? std::pair(place->object, states[place->state].name)
                : std::pair(ObjectId(0), trace::StringId(0));
        };
    }

    std::uint64_t key(const void* object) const
    {
        const auto value = reinterpret_cast<std::uint64_t>(object);
        return value < kSmallestAddress && value != 0
            ? value | (std::uint64_t(context->processId) + 1) << 32
            : value;
    }

    ObjectId objectId(const void* object) const
    {
        if (object == nullptr) {
            return 0;
        }
        const Place* place = places.find(key(object));
        return place != nullptr ? place->object : 0;
    }

    void tell(
        EventKind kind,
        Layer layer,
        SpanId span,
        SpanId parent,
        trace::StringId routine,
        ObjectId object,
        std::int32_t status)
    {
        if (!observer) [[likely]] {
            return;
        }
        const std::string routineText = textOf(routine);
        const std::string objectText = nameOf(object);
        observer({ seq, kind, layer, span, parent, routineText, objectText, status, *context });
    }

    // First in every routine that records an event, before it looks at anything: who listens may
    // record too.
    void standStill()
    {
        if (between && !isBetween && !over) [[unlikely]] {
            isBetween = true;
            between();
            isBetween = false;
        }
    }

    // Only while somebody observes: see define().
    std::string textOf(trace::StringId id) const
    {
        return id < texts.size() ? texts[id] : std::string();
    }

    std::string nameOf(ObjectId object) const
    {
        for (const ObjectState& state : states) {
            if (state.id == object && object != 0) {
                return textOf(state.name);
            }
        }
        return {};
    }

    std::vector<StackEntry>& stack()
    {
        const std::size_t index = context->threadId / 4;
        if (index >= stacks.size()) [[unlikely]] {
            stacks.resize(std::max(index + 1, stacks.size() * 2));
        }
        return stacks[index];
    }

    StackEntry top()
    {
        const std::vector<StackEntry>& entries = stack();
        return entries.empty() ? StackEntry {} : entries.back();
    }

    void attach(Slot& slot, const void* data, std::size_t size)
    {
        auto* copy = new std::byte[size == 0 ? 1 : size];
        if (size != 0) {
            std::memcpy(copy, data, size);
        }
        slot.argument = reinterpret_cast<std::uint64_t>(copy);
        slot.text = std::uint32_t(size);
        slot.isLent = false;
    }

    void lend(Slot& slot, std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
    {
        slot.argument
            = reinterpret_cast<std::uint64_t>(new Lent { bytes.data(), std::move(owner) });
        slot.text = std::uint32_t(bytes.size());
        slot.isLent = true;
    }

    trace::StringId define(std::string_view text)
    {
        Slot& slot = tape.next();
        slot.slot = SlotKind::String;
        slot.object = ++lastString;
        attach(slot, text.data(), text.size());
        tape.publish();
        if (observer) [[unlikely]] {
            texts.resize(lastString + 1);
            texts[lastString] = text;
        }
        return lastString;
    }

    trace::StringId intern(std::string_view text)
    {
        const auto [entry, isNew] = strings.try_emplace(std::string(text), 0);
        if (isNew) {
            entry->second = define(text);
        }
        return entry->second;
    }

    trace::StringId literal(const char* text)
    {
        if (text == nullptr) {
            return 0;
        }
        const auto address = reinterpret_cast<std::uint64_t>(text);
        if (const trace::StringId* known = literals.find(address)) [[likely]] {
            return *known;
        }
        const trace::StringId id = intern(text);
        literals.at(address) = id;
        return id;
    }

    trace::StringId routineName(const void* routine)
    {
        if (routine == nullptr) {
            return 0;
        }
        const auto address = reinterpret_cast<std::uint64_t>(routine);
        if (const trace::StringId* known = routines.find(address)) [[likely]] {
            return *known;
        }
        const trace::StringId id = intern(nameOfRoutine(routine));
        routines.at(address) = id;
        return id;
    }

    // Must follow every string the event refers to: the consumer reads in order.
    Seq
    put(EventKind kind,
        Layer layer,
        const StackEntry& where,
        trace::StringId routine,
        ObjectId object,
        std::uint64_t argument,
        trace::StringId text,
        std::int32_t status,
        bool hasStatus)
    {
        Slot& slot = tape.next();
        const sched::Context& now = *context;
        slot.slot = SlotKind::Event;
        slot.kind = std::uint8_t(kind);
        slot.layer = std::uint8_t(layer);
        slot.cpu = now.cpu;
        slot.irql = now.irql;
        slot.flags = hasStatus;
        slot.timeNs = now.nowNs;
        slot.argument = argument;
        slot.span = where.span;
        slot.parent = where.parent;
        slot.object = object;
        slot.routine = routine;
        slot.text = text;
        slot.status = status;
        slot.thread = now.threadId;
        slot.process = now.processId;
        tape.publish();
        return ++seq;
    }

    std::pair<trace::StringId, bool> canonicalName(ObjectKind kind, std::string_view name);
    void change(
        const ObjectState& state,
        trace::StringId field,
        const trace::Value& before,
        const trace::Value& after);
    ObjectState* stateAt(const void* object);
};

// The canonical name of a new object: kind and name, with an ordinal from the second use on;
// unnamed objects are numbered.
std::pair<trace::StringId, bool>
Recorder::Implementation::canonicalName(ObjectKind kind, std::string_view name)
{
    if (name.empty()) {
        const std::uint64_t ordinal = ++bornOfKind[std::size_t(kind)];
        if (observer) [[unlikely]] {
            return { define(trace::numberedName(kind, ordinal)), true };
        }
        Slot& slot = tape.next();
        slot.slot = SlotKind::Numbered;
        slot.object = ++lastString;
        slot.kind = std::uint8_t(kind);
        slot.argument = ordinal;
        tape.publish();
        return { lastString, true };
    }
    std::string text(trace::objectKindName(kind));
    text += ':';
    text += name;
    const std::uint32_t use = ++nameUses[text];
    if (use == 1) {
        return { intern(text), false };
    }
    text += '#' + std::to_string(use);
    return { define(text), true };
}

void Recorder::Implementation::change(
    const ObjectState& state,
    trace::StringId field,
    const trace::Value& before,
    const trace::Value& after)
{
    Slot& slot = tape.next();
    slot.slot = SlotKind::Change;
    slot.object = state.id;
    slot.routine = field;
    slot.kind = std::uint8_t(before.type);
    slot.span = std::uint64_t(before.number);
    slot.text = before.text;
    slot.layer = std::uint8_t(after.type);
    slot.parent = std::uint64_t(after.number);
    slot.thread = after.text;
    tape.publish();
}

ObjectState* Recorder::Implementation::stateAt(const void* object)
{
    const Place* place = places.find(key(object));
    return place != nullptr && place->state != 0 ? &states[place->state] : nullptr;
}

Recorder::Recorder(std::unique_ptr<trace::Writer> writer)
    : m_implementation(std::make_unique<Implementation>(std::move(writer)))
{
}

Recorder::~Recorder()
{
    finish();
}

void Recorder::setContext(const sched::Context* context)
{
    m_implementation->context = context != nullptr ? context : &kNobody;
    if (context != nullptr) {
        registerNtFieldTables();
        g_active = this;
    } else if (g_active == this) {
        g_active = nullptr;
    }
    RdrTraceOn = g_active != nullptr;
}

Recorder* Recorder::active()
{
    return g_active;
}

void Recorder::meta(std::string_view key, std::string_view value)
{
    const std::string both = std::string(key) + '\0' + std::string(value);
    Slot& slot = m_implementation->tape.next();
    slot.slot = SlotKind::MetaText;
    m_implementation->attach(slot, both.data(), both.size());
    m_implementation->tape.publish();
}

void Recorder::meta(std::string_view key, std::int64_t value)
{
    Slot& slot = m_implementation->tape.next();
    slot.slot = SlotKind::MetaNumber;
    slot.span = std::uint64_t(value);
    m_implementation->attach(slot, key.data(), key.size());
    m_implementation->tape.publish();
}

void Recorder::process(std::uint32_t id, std::string_view name)
{
    if (m_implementation->over) {
        return;
    }
    Slot& slot = m_implementation->tape.next();
    slot.slot = SlotKind::Process;
    slot.object = id;
    m_implementation->attach(slot, name.data(), name.size());
    m_implementation->tape.publish();
}

void Recorder::thread(std::uint32_t id, std::uint32_t process, std::string_view name)
{
    if (m_implementation->over) {
        return;
    }
    Slot& slot = m_implementation->tape.next();
    slot.slot = SlotKind::Thread;
    slot.object = id;
    slot.process = process;
    m_implementation->attach(slot, name.data(), name.size());
    m_implementation->tape.publish();
}

SpanId Recorder::begin(Layer layer, const char* routine, const void* object, SpanId parent)
{
    Implementation& self = *m_implementation;
    self.standStill();
    const trace::StringId name = self.literal(routine);
    const ObjectId id = self.objectId(object);
    StackEntry entry { self.seq + 1, parent != 0 ? parent : self.top().span, layer };
    self.put(EventKind::Begin, layer, entry, name, id, 0, 0, 0, false);
    self.openSpans.at(entry.span) = { entry.parent, id, name, layer, false };
    self.stack().push_back(entry);
    self.tell(EventKind::Begin, layer, entry.span, entry.parent, name, id, 0);
    return entry.span;
}

void Recorder::enter(SpanId span)
{
    Implementation& self = *m_implementation;
    self.standStill();
    if (span == 0 || span > self.seq) {
        return;
    }
    const OpenSpan* open = self.openSpans.find(span);
    StackEntry entry { span, 0, Layer::Kernel };
    if (open != nullptr) {
        entry = { span, open->parent, open->layer };
        self.put(
            EventKind::Resume, open->layer, entry, open->routine, open->object, 0, 0, 0, false);
    } else {
        for (const StackEntry& finished : self.finished) {
            entry = finished.span == span ? finished : entry;
        }
    }
    // A finished call can still be why something happens.
    self.stack().push_back(entry);
}

namespace {

// Takes the span off the stack with everything above it (calls that forgot to leave).
bool leaveStack(std::vector<StackEntry>& stack, SpanId span)
{
    for (std::size_t i = stack.size(); i-- > 0;) {
        if (stack[i].span == span) {
            stack.resize(i);
            return true;
        }
    }
    return false;
}

} // namespace

void Recorder::leave(SpanId span)
{
    Implementation& self = *m_implementation;
    self.standStill();
    if (span == 0 || !leaveStack(self.stack(), span)) {
        return;
    }
    if (const OpenSpan* open = self.openSpans.find(span)) {
        const StackEntry entry { span, open->parent, open->layer };
        self.put(EventKind::Pend, open->layer, entry, open->routine, open->object, 0, 0, 0, false);
    }
}

void Recorder::finishSpan(SpanId span, std::int32_t status, std::uint64_t information)
{
    Implementation& self = *m_implementation;
    self.standStill();
    const OpenSpan* open = span != 0 ? self.openSpans.find(span) : nullptr;
    if (open == nullptr) {
        return;
    }
    const StackEntry entry { span, open->parent, open->layer };
    self.put(
        EventKind::End, open->layer, entry, open->routine, open->object, information, 0, status,
        true);
    const OpenSpan ended = *open;
    self.finished[span % self.finished.size()] = entry;
    self.openSpans.erase(span);
    self.tell(EventKind::End, ended.layer, span, ended.parent, ended.routine, ended.object, status);
}

void Recorder::end(SpanId span, std::int32_t status, std::uint64_t information)
{
    if (span != 0) {
        leaveStack(m_implementation->stack(), span);
        finishSpan(span, status, information);
    }
}

void Recorder::bind(const void* object, SpanId span)
{
    Implementation& self = *m_implementation;
    if (object == nullptr) {
        return;
    }
    Place& place = self.places.at(self.key(object));
    place.span = span;
    OpenSpan* open = span != 0 ? self.openSpans.find(span) : nullptr;
    if (open != nullptr && place.object != 0 && !open->hasRequest) {
        open->hasRequest = true;
        Slot& slot = self.tape.next();
        slot.slot = SlotKind::SpanRequest;
        slot.span = span;
        slot.object = place.object;
        self.tape.publish();
    }
    if (span == 0 && place.object == 0) {
        self.places.erase(self.key(object));
    }
}

SpanId Recorder::spanOf(const void* object) const
{
    const Place* place = object != nullptr
        ? m_implementation->places.find(m_implementation->key(object))
        : nullptr;
    return place != nullptr ? place->span : 0;
}

void Recorder::stackLocation(SpanId span, const void* irp, const StackInfo& info)
{
    Implementation& self = *m_implementation;
    const ObjectId id = self.objectId(irp);
    if (span == 0 || span > self.seq || id == 0 || self.over) {
        return;
    }
    const trace::StringId routine = self.routineName(info.completionRoutine);
    const trace::StringId name = info.name.empty() ? 0 : self.intern(info.name);
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::StackLocation;
    slot.kind = info.number;
    slot.layer = info.major;
    slot.cpu = info.minor;
    slot.irql = info.flags;
    slot.flags = info.control;
    slot.isLent = info.hasContext;
    slot.object = id;
    slot.thread = self.objectId(info.file);
    slot.routine = routine;
    slot.text = name;
    slot.timeNs = info.parameters[0];
    slot.argument = info.parameters[1];
    slot.span = info.target != nullptr ? self.objectId(info.target) : info.parameters[2];
    slot.parent = info.parameters[3];
    slot.process = std::uint32_t(info.parameters[4]);
    // Whoever listens to the call may have recorded since, but not much.
    slot.status = std::int32_t(self.seq - span);
    self.tape.publish();
}

void Recorder::stackPended(SpanId span)
{
    Implementation& self = *m_implementation;
    if (span == 0 || span > self.seq || self.over) {
        return;
    }
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::StackPended;
    slot.span = span;
    self.tape.publish();
}

SpanId Recorder::currentSpan() const
{
    return m_implementation->top().span;
}

void Recorder::setObserver(std::function<void(const Moment&)> observer)
{
    m_implementation->observer = std::move(observer);
}

void Recorder::setBetween(std::function<void()> between)
{
    m_implementation->between = std::move(between);
}

Seq Recorder::event(
    Layer layer,
    EventKind kind,
    const char* routine,
    const void* object,
    std::int32_t status,
    std::uint64_t argument)
{
    Implementation& self = *m_implementation;
    self.standStill();
    if (self.over) {
        return 0;
    }
    const trace::StringId name = self.literal(routine);
    ObjectId id = self.objectId(object);
    if (id == 0 && kind == EventKind::Lock && object != nullptr) [[unlikely]] {
        id = born(ObjectKind::Resource, object, 0, {}, nullptr); // a lock that nobody declared
    }
    return self.put(kind, layer, self.top(), name, id, argument, 0, status, true);
}

Seq Recorder::text(
    Layer layer, EventKind kind, const char* routine, const void* object, std::string_view text)
{
    Implementation& self = *m_implementation;
    self.standStill();
    if (self.over) {
        return 0;
    }
    if (text.size() > kMaximumTextBytes) {
        std::size_t length = kMaximumTextBytes;
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
            --length;
        }
        text = text.substr(0, length);
    }
    const trace::StringId name = self.literal(routine);
    const trace::StringId words = self.intern(text);
    return self.put(kind, layer, self.top(), name, self.objectId(object), 0, words, 0, false);
}

ObjectId Recorder::born(
    ObjectKind kind,
    const void* object,
    std::uint32_t bytes,
    std::string_view name,
    const void* owner)
{
    Implementation& self = *m_implementation;
    self.standStill();
    if (object == nullptr || kind >= ObjectKind::Maximum) {
        return 0;
    }
    if (self.stateAt(object) != nullptr) {
        died(object); // its owner forgot to say so
    }
    const trace::StringId canonical = self.canonicalName(kind, name).first;
    std::uint32_t index = 0;
    if (self.freeStates.empty()) {
        index = std::uint32_t(self.states.size());
        self.states.emplace_back();
    } else {
        index = self.freeStates.back();
        self.freeStates.pop_back();
    }
    const ObjectId ownerId = self.objectId(owner);
    ObjectState& state = self.states[index];
    state.id = ++self.lastObject;
    state.kind = kind;
    state.name = canonical;
    state.bytes = bytes;
    state.seen = false;
    Place& place = self.places.at(self.key(object));
    place.state = index;
    place.object = state.id;
    place.span = 0;
    const StackEntry where = self.top();
    self.put(EventKind::Born, where.layer, where, 0, state.id, bytes, 0, 0, false);
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::Born;
    slot.kind = std::uint8_t(kind);
    slot.object = state.id;
    slot.text = canonical;
    slot.routine = ownerId;
    self.tape.publish();
    return state.id;
}

void Recorder::died(const void* object)
{
    Implementation& self = *m_implementation;
    self.standStill();
    const Place* place = object != nullptr ? self.places.find(self.key(object)) : nullptr;
    if (place == nullptr || place->state == 0) {
        return;
    }
    const ObjectId id = place->object;
    const std::uint32_t index = place->state;
    if (self.states[index].kind == ObjectKind::Driver) {
        forgetLiterals();
    }
    self.freeStates.push_back(index);
    self.places.erase(self.key(object));
    const StackEntry where = self.top();
    self.put(EventKind::Died, where.layer, where, 0, id, 0, 0, 0, false);
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::Died;
    slot.object = id;
    self.tape.publish();
}

void Recorder::rename(const void* object, std::string_view name)
{
    Implementation& self = *m_implementation;
    self.standStill();
    ObjectState* state = self.stateAt(object);
    if (state == nullptr) {
        return;
    }
    const trace::Value before { trace::Value::Type::Text, 0, state->name };
    state->name = self.canonicalName(state->kind, name).first;
    const trace::Value after { trace::Value::Type::Text, 0, state->name };
    const trace::StringId field = self.literal("(name)");
    const StackEntry where = self.top();
    self.put(EventKind::Rename, where.layer, where, 0, state->id, 0, state->name, 0, false);
    self.change(*state, field, before, after);
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::Renamed;
    slot.object = state->id;
    slot.text = state->name;
    self.tape.publish();
}

void Recorder::reference(
    const void* object, std::int32_t delta, std::int32_t count, const char* reason)
{
    Implementation& self = *m_implementation;
    self.standStill();
    const ObjectId id = self.objectId(object);
    if (id == 0) {
        return;
    }
    const trace::StringId name = self.literal(reason);
    const StackEntry where = self.top();
    self.put(
        EventKind::Reference, where.layer, where, name, id, std::uint64_t(std::int64_t(count)), 0,
        0, false);
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::Reference;
    slot.object = id;
    slot.status = delta;
    slot.argument = std::uint64_t(std::int64_t(count));
    slot.routine = name;
    self.tape.publish();
}

void Recorder::touch(const void* object)
{
    Implementation& self = *m_implementation;
    self.standStill();
    ObjectState* state = object != nullptr ? self.stateAt(object) : nullptr;
    if (state == nullptr || state->bytes == 0) {
        return;
    }
    const std::span<const Field> fields = fieldTable(state->kind);
    if (fields.empty()
        || (state->seen && std::memcmp(state->snapshot.data(), object, state->bytes) == 0)) {
        return;
    }
    if (!state->seen) {
        state->snapshot.assign(state->bytes, std::byte(0));
        state->values.assign(fields.size(), {});
    }
    const auto* bytes = static_cast<const std::byte*>(object);
    Seq at = 0;
    const StackEntry where = self.top();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Field& field = fields[i];
        const void* now = nullptr;
        bool isZero = false;
        if (field.locate != nullptr) {
            now = field.locate(object, state->bytes);
        } else if (field.offset + field.size <= state->bytes) {
            now = bytes + field.offset;
            if (state->seen
                && std::memcmp(state->snapshot.data() + field.offset, now, field.size) == 0) {
                continue;
            }
        }
        if (now == nullptr) {
            continue;
        }
        isZero = std::all_of(
            static_cast<const std::byte*>(now), static_cast<const std::byte*>(now) + field.size,
            [](std::byte byte) { return byte == std::byte(0); });
        const trace::Value after = formatField(field, now, self.naming);
        trace::Value& before = state->values[i];
        // What is zero when first seen is not worth a row: a field without one is zero.
        if (!(after == before) && !(before.type == trace::Value::Type::None && isZero)) {
            const trace::StringId name = self.literal(field.name);
            if (at == 0) {
                at = self.put(EventKind::Change, where.layer, where, 0, state->id, 0, 0, 0, false);
            }
            self.change(*state, name, before, after);
        }
        before = after;
    }
    std::memcpy(state->snapshot.data(), object, state->bytes);
    state->seen = true;
}

void Recorder::changed(
    const void* object, const char* field, std::string_view before, std::string_view after)
{
    Implementation& self = *m_implementation;
    self.standStill();
    ObjectState* state = self.stateAt(object);
    if (state == nullptr || before == after) {
        return;
    }
    const trace::StringId name = self.literal(field);
    trace::Value old;
    if (!before.empty()) {
        old = { trace::Value::Type::Text, 0, self.intern(before) };
    }
    const trace::Value fresh { trace::Value::Type::Text, 0, self.intern(after) };
    const StackEntry where = self.top();
    self.put(EventKind::Change, where.layer, where, 0, state->id, 0, 0, 0, false);
    self.change(*state, name, old, fresh);
}

void Recorder::packet(
    const PacketInfo& packet, std::span<const std::byte> payload, std::shared_ptr<const void> owner)
{
    Implementation& self = *m_implementation;
    self.standStill();
    if (self.over) {
        return;
    }
    self.tape.hold(payload.size());
    const trace::StringId routine
        = self.literal(packet.direction == trace::Direction::ToServer ? "to server" : "to client");
    self.put(EventKind::Packet, Layer::Wire, self.top(), routine, 0, payload.size(), 0, 0, false);
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::Packet;
    slot.timeNs = self.context->nowNs;
    slot.kind = std::uint8_t(packet.direction);
    slot.flags = packet.flags;
    slot.object = packet.clientAddress;
    slot.routine = packet.serverAddress;
    slot.span = std::uint64_t(packet.clientPort) << 16 | packet.serverPort;
    slot.parent = packet.connection;
    slot.thread = packet.tcpSequence;
    slot.process = packet.tcpAcknowledge;
    if (owner != nullptr && !payload.empty()) {
        self.lend(slot, payload, std::move(owner));
    } else {
        self.attach(slot, payload.data(), payload.size());
    }
    self.tape.publish();
}

void Recorder::input(
    std::uint64_t index,
    std::uint32_t channel,
    std::uint32_t kind,
    std::span<const std::byte> bytes)
{
    Implementation& self = *m_implementation;
    self.standStill();
    if (self.over) {
        return;
    }
    self.tape.hold(bytes.size());
    self.put(EventKind::Input, Layer::Wire, self.top(), 0, 0, bytes.size(), 0, 0, false);
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::Input;
    slot.timeNs = self.context->nowNs;
    slot.span = index;
    slot.object = channel;
    slot.routine = kind;
    slot.parent = 0;
    self.attach(slot, bytes.data(), bytes.size());
    self.tape.publish();
}

void Recorder::inputOnWire(
    std::uint64_t index, std::uint32_t channel, std::uint32_t kind, std::uint64_t bytes)
{
    Implementation& self = *m_implementation;
    self.standStill();
    if (self.over) {
        return;
    }
    self.put(EventKind::Input, Layer::Wire, self.top(), 0, 0, bytes, 0, 0, false);
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::Input;
    slot.timeNs = self.context->nowNs;
    slot.span = index;
    slot.object = channel;
    slot.routine = kind;
    slot.parent = bytes;
    self.attach(slot, nullptr, 0);
    self.tape.publish();
}

void Recorder::choice(std::uint32_t options, std::uint32_t taken)
{
    Implementation& self = *m_implementation;
    Slot& slot = self.tape.next();
    slot.slot = SlotKind::Choice;
    slot.span = ++self.choices;
    slot.object = options;
    slot.routine = taken;
    self.tape.publish();
}

void Recorder::forgetLiterals()
{
    m_implementation->literals.clear();
    m_implementation->routines.clear();
}

void Recorder::flush()
{
    m_implementation->pump.flush();
}

bool Recorder::finish()
{
    if (g_active == this) {
        setContext(nullptr);
    }
    m_implementation->over = true;
    return m_implementation->pump.finish();
}

const std::string& Recorder::error() const
{
    return m_implementation->pump.error();
}

Seq Recorder::lastSeq() const
{
    return m_implementation->seq;
}

void Recorder::flushFromSignal() noexcept
{
    if (g_active != nullptr) {
        g_active->m_implementation->pump.flushFromSignal();
    }
}

} // namespace rdrlab::recorder
