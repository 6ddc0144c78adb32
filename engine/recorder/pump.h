// The writer's thread: takes slots from the tape and hands them to the trace writer as rows.
#pragma once

#include "engine/recorder/tape.h"
#include "traces/store/writer.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace rdrlab::recorder {

class Pump
{
public:
    Pump(Tape& tape, std::unique_ptr<trace::Writer> writer);
    ~Pump();

    /// Waits until everything published before the call is committed.
    void flush();
    /// Writes everything, completes the file and ends the thread.
    bool finish();
    const std::string& error() const { return m_error; }

    /// Asks for a flush and waits by polling; safe in a signal handler.
    void flushFromSignal() noexcept;

private:
    void run();
    bool drain();
    void take(const Slot& slot);

    Tape& m_tape;
    std::unique_ptr<trace::Writer> m_writer;
    std::uint64_t m_seq = 0; // of the last event taken
    std::string m_error;
    std::atomic<std::uint32_t> m_asked { 0 };
    std::atomic<std::uint32_t> m_served { 0 };
    std::atomic<bool> m_stop { false };
    std::thread m_thread;
};

} // namespace rdrlab::recorder
