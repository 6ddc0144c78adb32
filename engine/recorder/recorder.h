// Records one run.
//
// Everything that happens in the machine reaches the trace through here: kernel country calls the C
// hooks of rdrtrace.h, which end in the active Recorder; host country (virtual wire, server,
// scheduler, scenario) calls it directly. The engine's thread only fills 64-byte slots; a writer
// thread of its own turns them into rows. Recording decides nothing: it takes no scheduler lock,
// reads no clock, allocates from no pool, and an id depends only on the order of calls.
//
// Threads: all calls come from the engine's one OS thread. Routine names, reasons and field names
// are string literals (kept by address); call forgetLiterals() before unloading a module that owned
// some.
#pragma once

#include "engine/sched/context.h"
#include "traces/model/trace.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rdrlab::trace {
class Writer;
}

namespace rdrlab::recorder {

using trace::EventKind;
using trace::Layer;
using trace::ObjectId;
using trace::ObjectKind;
using trace::Seq;
using trace::SpanId;

/// One TCP segment as the virtual wire sees it. Addresses are IPv4 in host byte order.
struct PacketInfo
{
    trace::Direction direction = trace::Direction::ToServer;
    std::uint8_t flags = 0; // trace::PacketFlag
    std::uint16_t clientPort = 0;
    std::uint16_t serverPort = 0;
    std::uint32_t clientAddress = 0;
    std::uint32_t serverAddress = 0;
    std::uint32_t tcpSequence = 0; // of the first payload byte
    std::uint32_t tcpAcknowledge = 0; // next byte expected from the other side
    std::uint32_t connection = 0; // numbers the connections of a run from 1
};

/// An IO_STACK_LOCATION as it is sent; trace::StackLocation tells what the members are.
struct StackInfo
{
    std::uint8_t number = 0;
    std::uint8_t major = 0;
    std::uint8_t minor = 0;
    std::uint8_t flags = 0;
    std::uint8_t control = 0;
    bool hasContext = false;
    const void* file = nullptr;
    const void* completionRoutine = nullptr;
    const void* target = nullptr; // an object that becomes the third parameter
    std::string_view name; // UTF-8
    /// The fifth has 32 bits.
    std::array<std::uint64_t, trace::StackLocation::kParameters> parameters {};
};

class Recorder
{
public:
    explicit Recorder(std::unique_ptr<trace::Writer> writer);
    ~Recorder(); // finish()
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// Attaches to a machine (whose Context stays valid until the next call) and makes this the
    /// active recorder of the process, so that the C hooks reach it. nullptr detaches. At most one
    /// recorder is active at a time.
    void setContext(const sched::Context* context);

    /// The recorder that the hooks reach, or nullptr.
    static Recorder* active();

    // What the run is; read by replay and by the header line of `show`.
    void meta(std::string_view key, std::string_view value);
    void meta(std::string_view key, std::int64_t value);

    /// Names for the ids that sched::Context carries; called when a process or thread is made.
    void process(std::uint32_t id, std::string_view name);
    void thread(std::uint32_t id, std::uint32_t process, std::string_view name);

    // Spans and events; rdrtrace.h has the contract. Every routine accepts span 0 as "no span".
    SpanId begin(Layer layer, const char* routine, const void* object, SpanId parent = 0);
    void enter(SpanId span);
    void leave(SpanId span);
    void finishSpan(SpanId span, std::int32_t status, std::uint64_t information);
    void end(SpanId span, std::int32_t status, std::uint64_t information);
    void bind(const void* object, SpanId span);
    SpanId spanOf(const void* object) const;
    /// The stack location with which `span`, begun just now, sends an IRP. An IRP that was not born
    /// has none.
    void stackLocation(SpanId span, const void* irp, const StackInfo& info);
    /// SL_PENDING_RETURNED has been seen in it; the first time counts.
    void stackPended(SpanId span);
    /// The innermost span of the running thread.
    SpanId currentSpan() const;

    Seq event(
        Layer layer,
        EventKind kind,
        const char* routine,
        const void* object,
        std::int32_t status,
        std::uint64_t argument);
    /// One event with text (copied; at most kMaximumTextBytes are kept, cut at a character).
    Seq text(
        Layer layer,
        EventKind kind,
        const char* routine,
        const void* object,
        std::string_view text);
    Seq note(Layer layer, std::string_view text)
    {
        return this->text(layer, EventKind::Note, nullptr, nullptr, text);
    }

    // Objects. `bytes` is how much of the structure touch() may read.
    ObjectId born(
        ObjectKind kind,
        const void* object,
        std::uint32_t bytes,
        std::string_view name,
        const void* owner);
    void died(const void* object);
    void rename(const void* object, std::string_view name);
    void reference(const void* object, std::int32_t delta, std::int32_t count, const char* reason);
    void touch(const void* object);
    /// Records that a field of an object without a field table changed (host country's own
    /// objects).
    void
    changed(const void* object, const char* field, std::string_view before, std::string_view after);

    // The wire, live data and the scheduler's choices.
    /// With an owner the payload is not copied: the owner is kept, from another thread too, until
    /// the bytes are in the file, and they must not change.
    void packet(
        const PacketInfo& packet,
        std::span<const std::byte> payload,
        std::shared_ptr<const void> owner = {});
    void input(
        std::uint64_t index,
        std::uint32_t channel,
        std::uint32_t kind,
        std::span<const std::byte> bytes);
    /// Live data that the wire reports as packets right after this call: `channel` is their
    /// connection, all of them go to the client, and the file keeps the bytes once, with them.
    void inputOnWire(
        std::uint64_t index, std::uint32_t channel, std::uint32_t kind, std::uint64_t bytes);
    void choice(std::uint32_t options, std::uint32_t taken);

    /// A call that begins or ends, told to the observer while it happens.
    struct Moment
    {
        Seq seq;
        EventKind kind; // Begin or End
        Layer layer;
        SpanId span;
        SpanId parent; // the call around, 0: none
        std::string_view routine; // valid during the call
        std::string_view object; // canonical name or empty; valid during the call
        std::int32_t status; // of an End
        const sched::Context& where;
    };
    /// Hears every call. The machine stands still while it runs: a live controller may wait for its
    /// user here, and the run goes on as if nothing had happened. Set it before the run: names that
    /// are older than the observer stay empty for it.
    void setObserver(std::function<void(const Moment&)> observer);
    /// Heard between two events: whenever another one may follow, when all rows of those before it
    /// are on their way to the file. May come more than once, or without an event behind it. The
    /// machine stands still while it runs; it may record itself (it is not called for that).
    void setBetween(std::function<void()> between);

    /// Forgets the addresses of all string literals; a module that held some is about to go.
    void forgetLiterals();

    /// Waits until everything so far is in the file.
    void flush();

    /// Detaches, writes what is left and completes the file. False (and error()) when the trace
    /// could not be written.
    bool finish();
    const std::string& error() const;

    Seq lastSeq() const;

    /// Largest text of one event in bytes.
    static constexpr std::size_t kMaximumTextBytes = 400;

    /// Called from a fatal-signal handler: asks the writer thread to commit and waits for it, at
    /// most about two seconds.
    static void flushFromSignal() noexcept;

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

/// Installs handlers for fatal signals that flush the active recorder and then let the previous
/// handler act.
void installCrashFlush();

} // namespace rdrlab::recorder
