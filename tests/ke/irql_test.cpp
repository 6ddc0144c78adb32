#include "engine/ntos/inc/kep.h"
#include "tests/support/kernelworld.h"

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("a wait at DISPATCH_LEVEL is a bug check with a report, and the program lives on", "[ke]")
{
    const std::string report = bugCheckOf([](ntos::World&) {
        KEVENT event;
        KIRQL old;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        KeRaiseIrql(DISPATCH_LEVEL, &old);
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
    });
    CHECK(
        report.find("bug check 0x0000000A IRQL_NOT_LESS_OR_EQUAL: KeWaitForSingleObject called at "
                    "IRQL 2, highest allowed is 1")
        == 0);
    CHECK(report.find("IRQL 2)") != std::string::npos);
}

TEST_CASE("a wait with a timeout of zero is allowed at DISPATCH_LEVEL", "[ke]")
{
    onKernel([](ntos::World&) {
        KEVENT event;
        KIRQL old;
        LARGE_INTEGER zero {};
        KeInitializeEvent(&event, SynchronizationEvent, TRUE);
        KeRaiseIrql(DISPATCH_LEVEL, &old);
        CHECK(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &zero) == STATUS_SUCCESS);
        CHECK(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &zero) == STATUS_TIMEOUT);
        KeLowerIrql(old);
        CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    });
}

TEST_CASE("the IRQL cannot be lowered by raising or raised by lowering", "[ke]")
{
    CHECK(
        bugCheckOf([](ntos::World&) { KeLowerIrql(DISPATCH_LEVEL); }).find("IRQL_NOT_LESS_OR_EQUAL")
        != std::string::npos);
    CHECK(
        bugCheckOf([](ntos::World&) {
            KIRQL old;
            KeRaiseIrql(DISPATCH_LEVEL, &old);
            KeRaiseIrql(APC_LEVEL, &old);
        }).find("IRQL_NOT_GREATER_OR_EQUAL")
        != std::string::npos);
}

TEST_CASE("a spin lock holds DISPATCH_LEVEL and nobody else runs meanwhile", "[ke]")
{
    ntos::World world({ .preemptOneIn = 1 });
    KSPIN_LOCK lock;
    KeInitializeSpinLock(&lock);
    int inside = 0, most = 0, entered = 0;
    for (int index = 0; index < 4; ++index)
        world.createSystemThread("taker", [&] {
            for (int round = 0; round < 20; ++round) {
                KIRQL old;
                KeAcquireSpinLock(&lock, &old);
                most = std::max(most, ++inside);
                ++entered;
                KiSchedulePoint();
                --inside;
                KeReleaseSpinLock(&lock, old);
                KiSchedulePoint();
            }
        });
    CHECK(world.run().ok());
    CHECK(entered == 80);
    CHECK(most == 1);
}

TEST_CASE("a spin lock taken twice or released by who does not hold it is a bug check", "[ke]")
{
    CHECK(
        bugCheckOf([](ntos::World&) {
            KSPIN_LOCK lock;
            KIRQL old;
            KeInitializeSpinLock(&lock);
            KeAcquireSpinLock(&lock, &old);
            KeAcquireSpinLock(&lock, &old);
        }).find("SPIN_LOCK_ALREADY_OWNED: a spin lock was acquired twice")
        != std::string::npos);
    CHECK(
        bugCheckOf([](ntos::World&) {
            KSPIN_LOCK lock;
            KeInitializeSpinLock(&lock);
            KeReleaseSpinLock(&lock, PASSIVE_LEVEL);
        }).find("SPIN_LOCK_NOT_OWNED")
        != std::string::npos);
}

TEST_CASE("critical regions nest, and leaving one too many is a bug check", "[ke]")
{
    onKernel([](ntos::World&) {
        KeEnterCriticalRegion();
        KeEnterCriticalRegion();
        KeLeaveCriticalRegion();
        CHECK(KeAreApcsDisabled());
        KeLeaveCriticalRegion();
        CHECK_FALSE(KeAreApcsDisabled());
    });
    CHECK(
        bugCheckOf([](ntos::World&) {
            KeLeaveCriticalRegion();
        }).find("KeLeaveCriticalRegion without")
        != std::string::npos);
}

TEST_CASE("a thread that ends in a critical region is a bug check", "[ke][ps]")
{
    ntos::World world;
    world.createSystemThread("careless", [] { KeEnterCriticalRegion(); });
    const ntos::RunResult result = world.run();
    CHECK(result.bugcheck);
    CHECK(result.bugcheckCode == KERNEL_APC_PENDING_DURING_EXIT);
    CHECK(result.report.find("ended within a critical or guarded region") != std::string::npos);
}
