// Makes the packed side of a trace while its rows are being written: spine chunks, the state log
// and keyframes. Private to traces/store.
//
// It sees every row once, in the order of the run, and hands finished pieces to its owner, who puts
// them into the file in the same transaction as the rows they repeat: a file that was cut off has
// pieces up to some event, and only rows after it. Rows that come out of order end the packing (a
// recorder never does that); readers then work from the rows.
#pragma once

#include "traces/store/spine.h"
#include "traces/store/statelog.h"

#include <functional>
#include <unordered_map>

namespace rdrlab::trace {

class Packer
{
public:
    struct Sink
    {
        std::function<void(const SpineChunkInfo&, const Bytes& objects, const Bytes& columns)>
            spine;
        std::function<void(Seq first, Seq last, std::size_t entries, const Bytes&)> log;
        std::function<void(Seq, std::size_t objects, const Bytes&)> keyframe;
        std::function<void()> dropSpine; // what was handed over is worth nothing
        std::function<void()> dropState;
    };
    explicit Packer(Sink sink);

    void event(const Event& event);
    void born(const Object& object);
    void died(ObjectId object, Seq death);
    void change(const Change& change);
    void reference(const Reference& reference);
    /// Hands over what is not a whole piece yet. Nothing may follow.
    void finish();

private:
    void closeChunk();
    void closeLog(Seq last);
    void putKeyframe(Seq seq);
    void enter(const LogEntry& entry);
    void dropSpine();
    void dropState();

    Sink m_sink;
    Bytes m_bytes;
    Bytes m_objects;

    bool m_hasSpine = true;
    SpineChunkInfo m_chunk;
    SpineColumns m_columns;
    Seq m_lastEvent = 0;

    bool m_hasState = true;
    std::vector<LogEntry> m_log;
    Seq m_logFirst = 1;
    ObjectId m_lastObject = 0;
    std::unordered_map<ObjectId, PackedState> m_live; // sorted where it reaches the file
    std::vector<bool> m_dead; // by id: a change after its death is logged, not kept
    // How much has been written since the last keyframe, and what the next one may take: a
    // long-lived crowd of objects must not make the file grow.
    std::uint64_t m_rowBytes = 0;
    std::size_t m_keyframeBytes = 0;
};

} // namespace rdrlab::trace
