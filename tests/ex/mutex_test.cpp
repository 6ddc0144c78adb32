#include "engine/ntos/inc/kep.h"
#include "tests/support/kernelworld.h"

using namespace rdrlab;
using namespace rdrlab::test;

extern "C" {
VOID NTAPI ExAcquirePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags);
VOID NTAPI ExAcquirePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags);
VOID NTAPI ExReleasePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags);
VOID NTAPI ExReleasePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags);
}

namespace {

// Four threads that go through a critical section under one lock; tells how many were ever inside
// at once.
int mostInside(const std::function<void()>& take, const std::function<void()>& give)
{
    ntos::World world({ .seed = 3, .preemptOneIn = 2 });
    int inside = 0, most = 0, rounds = 0;
    for (int index = 0; index < 4; ++index)
        world.createSystemThread("taker", [&] {
            for (int round = 0; round < 25; ++round) {
                take();
                most = std::max(most, ++inside);
                ++rounds;
                KiYield();
                --inside;
                give();
            }
        });
    const ntos::RunResult result = world.run();
    INFO(result.report);
    CHECK(result.ok());
    CHECK(rounds == 100);
    return most;
}

} // namespace

TEST_CASE("a fast mutex lets one thread in at APC_LEVEL", "[ex]")
{
    FAST_MUTEX mutex;
    ExInitializeFastMutex(&mutex);
    CHECK(
        mostInside(
            [&] {
                ExAcquireFastMutex(&mutex);
                CHECK(KeGetCurrentIrql() == APC_LEVEL);
            },
            [&] { ExReleaseFastMutex(&mutex); })
        == 1);
    CHECK(mutex.Contention > 0);
}

TEST_CASE("a fast mutex is tried without waiting", "[ex]")
{
    onKernel([](ntos::World&) {
        FAST_MUTEX mutex;
        ExInitializeFastMutex(&mutex);
        CHECK(ExTryToAcquireFastMutex(&mutex));
        CHECK_FALSE(ExTryToAcquireFastMutex(&mutex));
        ExReleaseFastMutex(&mutex);
        CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    });
}

TEST_CASE("a guarded mutex lets one thread in and disables all APCs", "[ex]")
{
    KGUARDED_MUTEX mutex;
    KeInitializeGuardedMutex(&mutex);
    CHECK(
        mostInside(
            [&] {
                KeAcquireGuardedMutex(&mutex);
                CHECK(KeAreAllApcsDisabled());
            },
            [&] { KeReleaseGuardedMutex(&mutex); })
        == 1);
}

TEST_CASE("a push lock is exclusive for one and shared for many", "[ex]")
{
    ULONG_PTR lock = 0;
    CHECK(
        mostInside(
            [&] { ExAcquirePushLockExclusiveEx(&lock, 0); },
            [&] { ExReleasePushLockExclusiveEx(&lock, 0); })
        == 1);
    CHECK(lock == 0);
    CHECK(
        mostInside(
            [&] { ExAcquirePushLockSharedEx(&lock, 0); },
            [&] { ExReleasePushLockSharedEx(&lock, 0); })
        > 1);
    CHECK(lock == 0);
}

TEST_CASE("run-down waits for the last user and refuses new ones", "[ex]")
{
    onKernel([](ntos::World& world) {
        EX_RUNDOWN_REF reference;
        ExInitializeRundownProtection(&reference);
        CHECK(ExAcquireRundownProtection(&reference));
        CHECK(ExAcquireRundownProtection(&reference));
        bool down = false;
        ntos::Thread* thread = world.createSystemThread("end", [&] {
            ExWaitForRundownProtectionRelease(&reference);
            down = true;
        });
        ObReferenceObject(thread);
        LARGE_INTEGER pause = relativeMs(1);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        CHECK_FALSE(ExAcquireRundownProtection(&reference));
        ExReleaseRundownProtection(&reference);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        CHECK_FALSE(down);
        ExReleaseRundownProtection(&reference);
        KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr);
        ObDereferenceObject(thread);
        CHECK(down);
        CHECK_FALSE(ExAcquireRundownProtection(&reference));
    });
}
