#include "engine/host/fiber.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using rdrlab::host::Fiber;

TEST_CASE("a fiber and its resumer take turns", "[host]")
{
    std::string order;
    Fiber* self = nullptr;
    Fiber fiber([&] {
        order += "a";
        self->suspend();
        order += "b";
    });
    self = &fiber;
    fiber.resume();
    order += "1";
    CHECK_FALSE(fiber.ended());
    fiber.resume();
    order += "2";
    CHECK(fiber.ended());
    CHECK(order == "a1b2");
}

TEST_CASE("an exception that leaves a fiber reaches whoever resumed it", "[host]")
{
    Fiber fiber([] { throw std::runtime_error("from within"); });
    CHECK_THROWS_WITH(fiber.resume(), "from within");
    CHECK(fiber.ended());
}

TEST_CASE("a thousand fibers keep their stacks apart", "[host]")
{
    std::vector<std::unique_ptr<Fiber>> fibers;
    std::vector<int> sums(1000, 0);
    for (int index = 0; index < 1000; ++index) {
        fibers.push_back(std::make_unique<Fiber>([&, index] {
            volatile int local[256];
            for (int at = 0; at < 256; ++at)
                local[at] = index;
            fibers[index]->suspend();
            for (int at = 0; at < 256; ++at)
                sums[index] += local[at];
        }));
    }
    for (auto& fiber : fibers)
        fiber->resume();
    for (auto& fiber : fibers)
        fiber->resume();
    for (int index = 0; index < 1000; ++index)
        REQUIRE(sums[index] == 256 * index);
}

TEST_CASE("a suspended fiber can be abandoned", "[host]")
{
    std::unique_ptr<Fiber> fiber;
    fiber = std::make_unique<Fiber>([&] { fiber->suspend(); });
    fiber->resume();
    fiber.reset();
    SUCCEED();
}

namespace {

[[gnu::noinline]] int sink(volatile char* bytes, int depth)
{
    volatile char frame[4096];
    frame[0] = bytes[0];
    return depth == 0 ? frame[0] : sink(frame, depth - 1) + frame[0];
}

} // namespace

TEST_CASE("a fiber that overruns its stack faults instead of overwriting memory", "[host]")
{
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // The child must die of the fault itself, without Catch's report of it.
        signal(SIGSEGV, SIG_DFL);
        signal(SIGBUS, SIG_DFL);
        close(1);
        close(2);
        Fiber fiber([] {
            volatile char start[1] = { 0 };
            sink(start, 1 << 20);
        });
        fiber.resume();
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK_FALSE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}
