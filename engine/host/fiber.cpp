#include "engine/host/fiber.h"

#include "engine/host/check.h"

#include <boost/context/detail/fcontext.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define RDRLAB_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RDRLAB_ASAN 1
#endif
#endif

#ifdef RDRLAB_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace rdrlab::host {

namespace {

namespace ctx = boost::context::detail;

// Only touched pages cost memory; the sanitizer's frames are several times larger.
#ifdef RDRLAB_ASAN
constexpr size_t kStackBytes = 1024 * 1024;
#else
constexpr size_t kStackBytes = 256 * 1024;
#endif
constexpr size_t kPooledStacks = 64;

class StackPool
{
public:
    ~StackPool()
    {
        for (std::byte* stack : m_free)
            unmap(stack);
    }

    std::byte* take()
    {
        if (!m_free.empty()) {
            std::byte* stack = m_free.back();
            m_free.pop_back();
            return stack;
        }
        const size_t guard = guardBytes();
        void* base = mmap(
            nullptr, kStackBytes + guard, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        RDRLAB_CHECK_NOTE(base != MAP_FAILED, "no memory for a fiber's stack");
        RDRLAB_CHECK(mprotect(base, guard, PROT_NONE) == 0);
        return static_cast<std::byte*>(base) + guard;
    }

    void give(std::byte* stack)
    {
#ifdef RDRLAB_ASAN
        ASAN_UNPOISON_MEMORY_REGION(stack, kStackBytes);
#endif
        if (m_free.size() < kPooledStacks)
            m_free.push_back(stack);
        else
            unmap(stack);
    }

private:
    static size_t guardBytes()
    {
        return static_cast<size_t>(sysconf(_SC_PAGESIZE));
    }
    static void unmap(std::byte* stack)
    {
        munmap(stack - guardBytes(), kStackBytes + guardBytes());
    }

    std::vector<std::byte*> m_free;
};

StackPool& stackPool()
{
    static StackPool pool;
    return pool;
}

} // namespace

struct Fiber::Entry
{
    static void run(ctx::transfer_t from)
    {
        Fiber& fiber = *static_cast<Fiber*>(from.data);
        fiber.m_outside = from.fctx;
#ifdef RDRLAB_ASAN
        __sanitizer_finish_switch_fiber(nullptr, &fiber.m_outsideLow, &fiber.m_outsideBytes);
#endif
        try {
            fiber.m_body();
        } catch (...) {
            fiber.m_failure = std::current_exception();
        }
        fiber.m_ended = true;
#ifdef RDRLAB_ASAN
        // A null store tells the sanitizer that this fiber's frames are gone for good.
        __sanitizer_start_switch_fiber(nullptr, fiber.m_outsideLow, fiber.m_outsideBytes);
#endif
        ctx::jump_fcontext(fiber.m_outside, nullptr);
        RDRLAB_CHECK_NOTE(false, "an ended fiber was resumed");
    }
};

Fiber::Fiber(std::function<void()> body)
    : m_body(std::move(body))
    , m_stackLow(stackPool().take())
    , m_stackBytes(kStackBytes)
{
    m_inside = ctx::make_fcontext(m_stackLow + m_stackBytes, m_stackBytes, &Entry::run);
}

Fiber::~Fiber()
{
    stackPool().give(m_stackLow);
}

void Fiber::resume()
{
    RDRLAB_CHECK(!m_ended);
#ifdef RDRLAB_ASAN
    __sanitizer_start_switch_fiber(&m_fakeOutside, m_stackLow, m_stackBytes);
#endif
    const ctx::transfer_t back = ctx::jump_fcontext(m_inside, this);
#ifdef RDRLAB_ASAN
    __sanitizer_finish_switch_fiber(m_fakeOutside, nullptr, nullptr);
#endif
    m_inside = back.fctx;
    if (m_ended && m_failure)
        std::rethrow_exception(std::exchange(m_failure, nullptr));
}

void Fiber::suspend()
{
#ifdef RDRLAB_ASAN
    __sanitizer_start_switch_fiber(&m_fakeInside, m_outsideLow, m_outsideBytes);
#endif
    const ctx::transfer_t back = ctx::jump_fcontext(m_outside, nullptr);
#ifdef RDRLAB_ASAN
    __sanitizer_finish_switch_fiber(m_fakeInside, &m_outsideLow, &m_outsideBytes);
#endif
    m_outside = back.fctx;
}

} // namespace rdrlab::host
