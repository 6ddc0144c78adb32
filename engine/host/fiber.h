// fiber.h - one flow of control on a stack of its own.
//
// A fiber is resumed by whoever owns it (the scheduler's loop) and suspends back to it. Stacks are
// mapped with a guard page below, so an overrun is a fault at once and never a silent overwrite,
// and are pooled because mapping one costs more than everything else in a fiber's birth.
//
// A fiber that is destroyed while suspended is abandoned: its frames are not unwound. Kernel frames
// cannot be unwound (they are compiled without exceptions), and a machine that stopped has nothing
// left to clean up.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>

namespace rdrlab::host {

class Fiber
{
public:
    /// The body runs at the first resume. An exception that leaves it is rethrown from that resume
    /// call.
    explicit Fiber(std::function<void()> body);
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    /// Runs the fiber until it suspends or ends. Never called from a fiber.
    void resume();

    /// Returns to the resume call. Only the fiber itself may call it.
    void suspend();

    bool ended() const { return m_ended; }

    /// Lowest and one past the highest usable address of the stack.
    const std::byte* stackLow() const { return m_stackLow; }
    const std::byte* stackHigh() const { return m_stackLow + m_stackBytes; }

private:
    struct Entry;

    std::function<void()> m_body;
    std::byte* m_stackLow = nullptr;
    size_t m_stackBytes = 0;
    void* m_inside = nullptr; // where the fiber continues
    void* m_outside = nullptr; // where its resumer continues
    bool m_ended = false;
    std::exception_ptr m_failure;

    // Address sanitizer bookkeeping; unused otherwise.
    [[maybe_unused]] void* m_fakeInside = nullptr;
    [[maybe_unused]] void* m_fakeOutside = nullptr;
    [[maybe_unused]] const void* m_outsideLow = nullptr;
    [[maybe_unused]] size_t m_outsideBytes = 0;
};

} // namespace rdrlab::host
