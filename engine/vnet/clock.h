// What the wire needs from the machine it runs in: a clock, timers and one source of choices. The
// scheduler implements it; tests use a clock of their own. Nothing in this room asks for the time
// or for chance in any other way.
#pragma once

#include <cstdint>
#include <functional>

namespace rdrlab::vnet {

class Clock
{
public:
    using TimerId = std::uint64_t;
    static constexpr TimerId kNoTimer = 0;

    virtual ~Clock() = default;

    /// Virtual nanoseconds since boot; never goes back.
    virtual std::uint64_t nowNs() const = 0;
    /// Calls `run` once at `deadlineNs` (at once, but not from inside this call, when that is
    /// past). Never returns kNoTimer.
    virtual TimerId setTimer(std::uint64_t deadlineNs, std::function<void()> run) = 0;
    /// Forgets a timer that has not run yet; any other value is ignored.
    virtual void cancelTimer(TimerId timer) = 0;
    /// Calls `run` soon, at the present virtual time and not from inside this call. Order is kept.
    virtual void post(std::function<void()> run) = 0;
    /// A choice in [0, bound), recorded and replayed with the run. Only asked where a link is set
    /// to lose segments.
    virtual std::uint32_t choose(std::uint32_t bound) = 0;
};

} // namespace rdrlab::vnet
