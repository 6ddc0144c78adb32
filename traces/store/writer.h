// Writes one trace file.
//
// Rows arrive in the order of the run and are put into SQLite in batches: one transaction per
// commit(), no index maintained until finish(). The packed copies (spine, state log, keyframes) are
// made on the way and go into the batch of the rows they repeat. After finish() the trace is a
// single self-contained file. When the program dies before that, the file holds every committed
// batch: SQLite rolls a torn last batch back from the journal beside the file. Not thread-safe: one
// thread at a time calls it (the recorder's writer thread).
#pragma once

#include "traces/model/trace.h"

#include <memory>
#include <string>
#include <string_view>

namespace rdrlab::trace {

struct WriterOptions
{
    /// Keep only the first N payload bytes of each packet. Default: all. What was cut stays visible
    /// in `length`.
    std::uint32_t payloadLimit = UINT32_MAX;
};

class Writer
{
public:
    /// Creates the file, replacing an older trace (but nothing else) that is there. Returns nullptr
    /// and one line in `error` when it cannot.
    static std::unique_ptr<Writer>
    create(const std::string& path, std::string& error, const WriterOptions& options = {});

    /// Finishes the file when finish() has not been called.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void meta(std::string_view key, std::string_view value);
    void meta(std::string_view key, std::int64_t value);
    void process(const Process& process);
    void thread(const Thread& thread);
    void string(StringId id, std::string_view text);
    void event(const Event& event);
    void spanBegin(const Span& span);
    void spanEnd(
        SpanId id, Seq end, std::uint64_t endNs, std::int32_t status, std::uint64_t information);
    void spanRequest(SpanId id, ObjectId request);
    void objectBorn(const Object& object);
    void objectDied(ObjectId id, Seq death);
    void objectRenamed(ObjectId id, StringId name);
    void change(const Change& change);
    void reference(const Reference& reference);
    void stackLocation(const StackLocation& location);
    /// SL_PENDING_RETURNED was seen in the location that the call `id` sent; the first time counts.
    void stackPended(SpanId id, Seq seq);
    void packet(const Packet& packet);
    void packet(const Packet& head, const std::byte* payload, std::size_t length);
    void input(const Input& input);
    void choice(const Choice& choice);

    /// Makes everything so far durable against the end of this process.
    void commit();

    /// Commits, builds the indexes, marks the trace complete and closes the file. False when any
    /// write failed.
    bool finish();

    /// The first error, as one line; empty while all went well. After an error further rows are
    /// dropped.
    const std::string& error() const;

private:
    struct Implementation;
    explicit Writer(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace rdrlab::trace
