// Who is running right now, as far as a trace row needs to know. The scheduler keeps one at a
// stable address and updates it on every switch; the recorder reads it for every event.
#pragma once

#include <cstdint>

namespace rdrlab::sched {

struct Context
{
    std::uint64_t nowNs = 0; // virtual time since boot
    std::uint32_t threadId = 0; // 0: interrupt context (timers, wire)
    std::uint32_t processId = 0;
    std::uint8_t cpu = 0;
    std::uint8_t irql = 0;
};

} // namespace rdrlab::sched
