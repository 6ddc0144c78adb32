// Lines from standard input, read by a thread of their own, so that a machine which runs can hear a
// word without waiting for one.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace rdrlab::cli {

class LineQueue
{
public:
    LineQueue() = default;
    ~LineQueue();
    LineQueue(const LineQueue&) = delete;
    LineQueue& operator=(const LineQueue&) = delete;

    /// Begins to read. Lines longer than kMaximumBytes are cut there.
    void start();

    /// The next line; waits for it. Nothing when the input has ended and all of it was taken.
    std::optional<std::string> next();
    /// True when a line waits that may not wait for a pause. Costs one load.
    bool hasUrgent() const { return m_urgentCount.load(std::memory_order_relaxed) != 0; }
    /// The next urgent line, if any.
    std::optional<std::string> nextUrgent();
    /// Returns early when an urgent line comes.
    void waitFor(std::chrono::microseconds time);

    static constexpr std::size_t kMaximumBytes = 64u << 10;

private:
    void read();
    void add(std::string line);

    std::mutex m_mutex; // Guards the queues and m_ended. Held for moments, never with another lock.
    std::condition_variable m_changed;
    std::deque<std::string> m_lines;
    std::deque<std::string> m_urgent;
    bool m_ended = false;
    std::atomic<std::size_t> m_urgentCount { 0 };
    int m_stop[2] = { -1, -1 }; // a pipe; closing its writing end ends the thread
    std::thread m_thread;
};

} // namespace rdrlab::cli
