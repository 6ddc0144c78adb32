#include "engine/recorder/pump.h"

#include <chrono>
#include <csignal>
#include <cstring>
#include <pthread.h>
#include <time.h>

namespace rdrlab::recorder {

namespace {

constexpr unsigned kIdleMs = 50; // how long a published slot may wait for the file at most
constexpr unsigned kSlotsPerBatch = 65536; // bounds the journal and the memory of one transaction
constexpr std::size_t kBytesPerBatch = 8u << 20;

// Bytes attached to a slot travel as a pointer the consumer frees.
class Attached
{
public:
    explicit Attached(const Slot& slot)
        : size(slot.text)
    {
        if (slot.isLent) {
            m_lent.reset(reinterpret_cast<const Lent*>(slot.argument));
            data = m_lent->data;
        } else {
            m_copy.reset(reinterpret_cast<const std::byte*>(slot.argument));
            data = m_copy.get();
        }
    }

    const std::byte* data;
    std::size_t size;

private:
    std::unique_ptr<const Lent> m_lent;
    std::unique_ptr<const std::byte[]> m_copy;
};

std::string_view textOf(const Attached& bytes)
{
    return { reinterpret_cast<const char*>(bytes.data), bytes.size };
}

trace::Value valueOf(std::uint8_t type, std::uint64_t number, std::uint32_t text)
{
    return { trace::Value::Type(type), static_cast<std::int64_t>(number), text };
}

} // namespace

Pump::Pump(Tape& tape, std::unique_ptr<trace::Writer> writer)
    : m_tape(tape)
    , m_writer(std::move(writer))
{
    // Signals belong to the engine's thread; this one must stay able to write when that one is in
    // trouble.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    m_thread = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Pump::~Pump()
{
    finish();
}

void Pump::run()
{
    while (true) {
        const bool stop = m_stop.load(std::memory_order_acquire);
        const std::uint32_t asked = m_asked.load(std::memory_order_acquire);
        while (drain()) { }
        m_served.store(asked, std::memory_order_release);
        if (stop) {
            return;
        }
        if (m_asked.load(std::memory_order_acquire) == asked) {
            m_tape.sleep(kIdleMs);
        }
    }
}

// Writes one batch. True when there may be more.
bool Pump::drain()
{
    std::size_t bytes = 0;
    unsigned slots = 0;
    while (slots < kSlotsPerBatch && bytes < kBytesPerBatch) {
        const Slot* slot = m_tape.read();
        if (slot == nullptr) {
            break;
        }
        ++slots;
        if (slot->slot == SlotKind::Packet || slot->slot == SlotKind::Input) {
            bytes += slot->text;
        }
        take(*slot);
    }
    if (slots != 0) {
        m_writer->commit();
    }
    return slots == kSlotsPerBatch || bytes >= kBytesPerBatch;
}

void Pump::take(const Slot& slot)
{
    switch (slot.slot) {
    case SlotKind::Event: {
        trace::Event event;
        event.seq = ++m_seq;
        event.timeNs = slot.timeNs;
        event.argument = slot.argument;
        event.span = slot.span;
        event.parent = slot.parent;
        event.routine = slot.routine;
        event.object = slot.object;
        event.text = slot.text;
        event.status = slot.status;
        event.thread = slot.thread;
        event.process = slot.process;
        event.kind = trace::EventKind(slot.kind);
        event.layer = trace::Layer(slot.layer);
        event.cpu = slot.cpu;
        event.irql = slot.irql;
        event.hasStatus = slot.flags != 0;
        m_writer->event(event);
        if (event.kind == trace::EventKind::Begin) {
            trace::Span span;
            span.id = event.seq;
            span.parent = event.parent;
            span.beginNs = event.timeNs;
            span.routine = event.routine;
            span.object = event.object;
            span.thread = event.thread;
            span.process = event.process;
            span.layer = event.layer;
            m_writer->spanBegin(span);
        } else if (event.kind == trace::EventKind::End) {
            m_writer->spanEnd(event.span, event.seq, event.timeNs, event.status, event.argument);
        }
        return;
    }
    case SlotKind::String: {
        const Attached bytes(slot);
        m_writer->string(slot.object, textOf(bytes));
        return;
    }
    case SlotKind::Numbered:
        m_writer->string(
            slot.object, trace::numberedName(trace::ObjectKind(slot.kind), slot.argument));
        return;
    case SlotKind::SpanRequest:
        m_writer->spanRequest(slot.span, slot.object);
        return;
    case SlotKind::Born: {
        trace::Object object;
        object.id = slot.object;
        object.kind = trace::ObjectKind(slot.kind);
        object.name = slot.text;
        object.owner = slot.routine;
        object.birth = m_seq;
        m_writer->objectBorn(object);
        return;
    }
    case SlotKind::Died:
        m_writer->objectDied(slot.object, m_seq);
        return;
    case SlotKind::Renamed:
        m_writer->objectRenamed(slot.object, slot.text);
        return;
    case SlotKind::Change: {
        trace::Change change;
        change.seq = m_seq;
        change.object = slot.object;
        change.field = slot.routine;
        change.before = valueOf(slot.kind, slot.span, slot.text);
        change.after = valueOf(slot.layer, slot.parent, slot.thread);
        m_writer->change(change);
        return;
    }
    case SlotKind::Reference:
        m_writer->reference({ m_seq, slot.object, slot.status,
                              static_cast<std::int32_t>(slot.argument), slot.routine });
        return;
    case SlotKind::StackLocation: {
        trace::StackLocation location;
        location.id = m_seq - std::uint32_t(slot.status);
        location.irp = slot.object;
        location.number = slot.kind;
        location.major = slot.layer;
        location.minor = slot.cpu;
        location.flags = slot.irql;
        location.control = slot.flags;
        location.hasContext = slot.isLent != 0;
        location.file = slot.thread;
        location.routine = slot.routine;
        location.name = slot.text;
        location.parameters = { slot.timeNs, slot.argument, slot.span, slot.parent, slot.process };
        m_writer->stackLocation(location);
        return;
    }
    case SlotKind::StackPended:
        m_writer->stackPended(slot.span, m_seq);
        return;
    case SlotKind::Packet: {
        const Attached bytes(slot);
        trace::Packet packet;
        packet.seq = m_seq;
        packet.timeNs = slot.timeNs;
        packet.clientAddress = slot.object;
        packet.serverAddress = slot.routine;
        packet.clientPort = std::uint16_t(slot.span >> 16);
        packet.serverPort = std::uint16_t(slot.span);
        packet.connection = std::uint32_t(slot.parent);
        packet.tcpSequence = slot.thread;
        packet.tcpAcknowledge = slot.process;
        packet.direction = trace::Direction(slot.kind);
        packet.flags = slot.flags;
        packet.length = slot.text;
        m_writer->packet(packet, bytes.data, bytes.size);
        m_tape.release(bytes.size);
        return;
    }
    case SlotKind::Input: {
        const Attached bytes(slot);
        trace::Input input;
        input.index = slot.span;
        input.timeNs = slot.timeNs;
        input.channel = slot.object;
        input.kind = slot.routine;
        input.bytes.assign(bytes.data, bytes.data + bytes.size);
        input.seq = m_seq;
        input.wireBytes = slot.parent;
        m_writer->input(input);
        m_tape.release(bytes.size);
        return;
    }
    case SlotKind::Choice:
        m_writer->choice({ slot.span, slot.object, slot.routine });
        return;
    case SlotKind::Process: {
        const Attached bytes(slot);
        m_writer->process({ slot.object, std::string(textOf(bytes)), m_seq });
        return;
    }
    case SlotKind::Thread: {
        const Attached bytes(slot);
        m_writer->thread({ slot.object, slot.process, std::string(textOf(bytes)), m_seq });
        return;
    }
    case SlotKind::MetaText: {
        // "key\0value"
        const Attached bytes(slot);
        const std::string_view both = textOf(bytes);
        const std::size_t split = both.find('\0');
        m_writer->meta(both.substr(0, split), both.substr(split + 1));
        return;
    }
    case SlotKind::MetaNumber: {
        const Attached bytes(slot);
        m_writer->meta(textOf(bytes), static_cast<std::int64_t>(slot.span));
        return;
    }
    }
}

void Pump::flush()
{
    const std::uint32_t mine = m_asked.fetch_add(1, std::memory_order_acq_rel) + 1;
    m_tape.wake();
    while (static_cast<std::int32_t>(m_served.load(std::memory_order_acquire) - mine) < 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
}

void Pump::flushFromSignal() noexcept
{
    const std::uint32_t mine = m_asked.fetch_add(1, std::memory_order_acq_rel) + 1;
    m_tape.wake();
    for (int i = 0;
         i < 2000 && static_cast<std::int32_t>(m_served.load(std::memory_order_acquire) - mine) < 0;
         ++i) {
        const timespec millisecond { 0, 1'000'000 };
        nanosleep(&millisecond, nullptr);
    }
}

bool Pump::finish()
{
    if (m_thread.joinable()) {
        m_stop.store(true, std::memory_order_release);
        m_tape.wake();
        m_thread.join();
        m_writer->finish();
        m_error = m_writer->error();
        m_writer.reset();
    }
    return m_error.empty();
}

} // namespace rdrlab::recorder
