// A clock for tests of the wire: nothing happens until run() is called, then everything does, in
// order of virtual time.
#pragma once

#include <deque>
#include <map>

#include "engine/vnet/clock.h"

namespace rdrlab::vnet {

class FakeClock final : public Clock
{
public:
    std::uint64_t nowNs() const override { return now; }
    TimerId setTimer(std::uint64_t deadlineNs, std::function<void()> run) override
    {
        const TimerId id = ++m_last;
        m_timers.emplace(std::pair(std::max(deadlineNs, now), id), std::move(run));
        return id;
    }
    void cancelTimer(TimerId timer) override
    {
        std::erase_if(m_timers, [&](const auto& entry) { return entry.first.second == timer; });
    }
    void post(std::function<void()> run) override { m_posts.push_back(std::move(run)); }
    std::uint32_t choose(std::uint32_t bound) override
    {
        m_random = m_random * 6364136223846793005ull + 1442695040888963407ull;
        return static_cast<std::uint32_t>((m_random >> 33) % bound);
    }

    /// Runs posts, then timers up to `untilNs`; the clock ends at the last of them.
    void run(std::uint64_t untilNs = ~0ull)
    {
        for (;;) {
            if (!m_posts.empty()) {
                auto run = std::move(m_posts.front());
                m_posts.pop_front();
                run();
            } else if (!m_timers.empty() && m_timers.begin()->first.first <= untilNs) {
                auto node = m_timers.extract(m_timers.begin());
                now = node.key().first;
                node.mapped()();
            } else {
                return;
            }
        }
    }
    std::uint64_t now = 0;

private:
    std::map<std::pair<std::uint64_t, TimerId>, std::function<void()>> m_timers;
    std::deque<std::function<void()>> m_posts;
    TimerId m_last = 0;
    std::uint64_t m_random = 1;
};

} // namespace rdrlab::vnet
