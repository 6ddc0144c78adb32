#include "engine/ntos/inc/kep.h"
#include "tests/support/kernelworld.h"

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

NTSTATUS waitFor(PVOID object, LONGLONG milliseconds)
{
    LARGE_INTEGER timeout = relativeMs(milliseconds);
    return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, &timeout);
}

} // namespace

TEST_CASE("a wait of a minute ends with STATUS_TIMEOUT, on time", "[ke]")
{
    onKernel([](ntos::World&) {
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        const LONGLONG start = systemTime();
        CHECK(waitFor(&event, 60000) == STATUS_TIMEOUT);
        const LONGLONG passed = systemTime() - start;
        CHECK(passed >= 60 * 10000000LL);
        CHECK(passed < 60 * 10000000LL + 10000);
    });
}

TEST_CASE("a wait until an absolute time ends then", "[ke]")
{
    onKernel([](ntos::World&) {
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        LARGE_INTEGER until;
        until.QuadPart = systemTime() + 5 * 10000000LL;
        CHECK(
            KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &until) == STATUS_TIMEOUT);
        CHECK(systemTime() >= until.QuadPart);
        CHECK(systemTime() < until.QuadPart + 10000);
    });
}

TEST_CASE("a synchronization event lets one waiter go, a notification event all", "[ke]")
{
    for (const EVENT_TYPE type : { SynchronizationEvent, NotificationEvent }) {
        ntos::World world;
        KEVENT event;
        KeInitializeEvent(&event, type, FALSE);
        int woken = 0;
        for (int index = 0; index < 3; ++index)
            world.createSystemThread("waiter", [&] {
                if (waitFor(&event, 1000) == STATUS_SUCCESS)
                    ++woken;
            });
        world.createSystemThread("setter", [&] {
            LARGE_INTEGER pause = relativeMs(100);
            KeDelayExecutionThread(KernelMode, FALSE, &pause);
            CHECK(KeSetEvent(&event, 0, FALSE) == 0);
        });
        CHECK(world.run().ok());
        CHECK(woken == (type == SynchronizationEvent ? 1 : 3));
        CHECK(KeReadStateEvent(&event) == (type == SynchronizationEvent ? 0 : 1));
    }
}

TEST_CASE("waiters are served in the order they came", "[ke]")
{
    onKernel([](ntos::World& world) {
        KSEMAPHORE semaphore;
        KeInitializeSemaphore(&semaphore, 0, 10);
        std::string order;
        std::vector<ntos::Thread*> threads;
        for (char name : { 'a', 'b', 'c' }) {
            threads.push_back(world.createSystemThread("waiter", [&, name] {
                KeWaitForSingleObject(&semaphore, Executive, KernelMode, FALSE, nullptr);
                order += name;
            }));
            ObReferenceObject(threads.back());
            // Each is waiting before the next is made.
            LARGE_INTEGER pause = relativeMs(1);
            KeDelayExecutionThread(KernelMode, FALSE, &pause);
        }
        for (ntos::Thread* thread : threads) {
            KeReleaseSemaphore(&semaphore, 0, 1, FALSE);
            KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr);
            ObDereferenceObject(thread);
        }
        CHECK(order == "abc");
    });
}

TEST_CASE("a wait for any tells which object ended it, a wait for all takes them together", "[ke]")
{
    onKernel([](ntos::World&) {
        KEVENT first, second;
        KeInitializeEvent(&first, SynchronizationEvent, FALSE);
        KeInitializeEvent(&second, SynchronizationEvent, TRUE);
        PVOID objects[] = { &first, &second };
        LARGE_INTEGER zero {};
        CHECK(
            KeWaitForMultipleObjects(
                2, objects, WaitAll, Executive, KernelMode, FALSE, &zero, nullptr)
            == STATUS_TIMEOUT);
        CHECK(KeReadStateEvent(&second) == 1);
        CHECK(
            KeWaitForMultipleObjects(
                2, objects, WaitAny, Executive, KernelMode, FALSE, &zero, nullptr)
            == STATUS_WAIT_1);
        CHECK(KeReadStateEvent(&second) == 0);
        KeSetEvent(&first, 0, FALSE);
        KeSetEvent(&second, 0, FALSE);
        CHECK(
            KeWaitForMultipleObjects(
                2, objects, WaitAll, Executive, KernelMode, FALSE, nullptr, nullptr)
            == STATUS_SUCCESS);
        CHECK(KeReadStateEvent(&first) == 0);
        CHECK(KeReadStateEvent(&second) == 0);
    });
}

TEST_CASE("a wait for all sleeps until the last of its objects is signalled", "[ke]")
{
    onKernel([](ntos::World& world) {
        KEVENT first, second;
        KeInitializeEvent(&first, SynchronizationEvent, FALSE);
        KeInitializeEvent(&second, SynchronizationEvent, FALSE);
        NTSTATUS status = STATUS_PENDING;
        ntos::Thread* waiter = world.createSystemThread("waiter", [&] {
            PVOID objects[] = { &first, &second };
            status = KeWaitForMultipleObjects(
                2, objects, WaitAll, Executive, KernelMode, FALSE, nullptr, nullptr);
        });
        ObReferenceObject(waiter);
        LARGE_INTEGER pause = relativeMs(1);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        KeSetEvent(&first, 0, FALSE);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        CHECK(status == STATUS_PENDING);
        CHECK(KeReadStateEvent(&first) == 1);
        KeSetEvent(&second, 0, FALSE);
        KeWaitForSingleObject(waiter, Executive, KernelMode, FALSE, nullptr);
        ObDereferenceObject(waiter);
        CHECK(status == STATUS_SUCCESS);
        CHECK(KeReadStateEvent(&first) == 0);
    });
}

TEST_CASE("a mutex is recursive for its owner and disables kernel APCs", "[ke]")
{
    onKernel([](ntos::World&) {
        KMUTEX mutex;
        KeInitializeMutex(&mutex, 0);
        CHECK(
            KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, nullptr) == STATUS_SUCCESS);
        CHECK(
            KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, nullptr) == STATUS_SUCCESS);
        CHECK(KeAreApcsDisabled());
        KeReleaseMutex(&mutex, FALSE);
        CHECK(KeReadStateMutex(&mutex) == 0);
        KeReleaseMutex(&mutex, FALSE);
        CHECK(KeReadStateMutex(&mutex) == 1);
        CHECK_FALSE(KeAreApcsDisabled());
    });
}

TEST_CASE("a mutant whose owner ended is handed on as abandoned", "[ke]")
{
    onKernel([](ntos::World& world) {
        KMUTANT mutant;
        KeInitializeMutant(&mutant, FALSE);
        ntos::Thread* owner = world.createSystemThread("owner", [&] {
            KeWaitForSingleObject(&mutant, Executive, KernelMode, FALSE, nullptr);
        });
        ObReferenceObject(owner);
        KeWaitForSingleObject(owner, Executive, KernelMode, FALSE, nullptr);
        ObDereferenceObject(owner);
        CHECK(
            KeWaitForSingleObject(&mutant, Executive, KernelMode, FALSE, nullptr)
            == STATUS_ABANDONED);
        KeReleaseMutant(&mutant, 0, FALSE, FALSE);
    });
}

TEST_CASE("a periodic timer signals again and again until it is cancelled", "[ke]")
{
    onKernel([](ntos::World&) {
        KTIMER timer;
        KeInitializeTimerEx(&timer, SynchronizationTimer);
        CHECK_FALSE(KeSetTimerEx(&timer, relativeMs(10), 20, nullptr));
        const LONGLONG start = systemTime();
        for (int tick = 0; tick < 3; ++tick)
            KeWaitForSingleObject(&timer, Executive, KernelMode, FALSE, nullptr);
        CHECK((systemTime() - start) / 10000 == 50);
        CHECK(KeCancelTimer(&timer));
        CHECK_FALSE(KeCancelTimer(&timer));
        CHECK(waitFor(&timer, 1000) == STATUS_TIMEOUT);
    });
}

TEST_CASE("an alert ends an alertable wait, and only that", "[ke]")
{
    onKernel([](ntos::World& world) {
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        NTSTATUS deaf = STATUS_PENDING, alert = STATUS_PENDING;
        ntos::Thread* waiter = world.createSystemThread("waiter", [&] {
            deaf = waitFor(&event, 10);
            LARGE_INTEGER timeout = relativeMs(1000);
            alert = KeWaitForSingleObject(&event, Executive, KernelMode, TRUE, &timeout);
        });
        ObReferenceObject(waiter);
        LARGE_INTEGER pause = relativeMs(1);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        KeAlertThread(KeGetCurrentThread(), KernelMode);
        KeTestAlertThread(KernelMode);
        KeAlertThread(reinterpret_cast<PKTHREAD>(waiter), KernelMode);
        KeWaitForSingleObject(waiter, Executive, KernelMode, FALSE, nullptr);
        ObDereferenceObject(waiter);
        CHECK(deaf == STATUS_TIMEOUT);
        CHECK(alert == STATUS_ALERTED);
    });
}

TEST_CASE("a kernel APC runs on its thread in the middle of a wait, which goes on", "[ke]")
{
    onKernel([](ntos::World& world) {
        struct Seen
        {
            PKTHREAD thread = nullptr;
            KIRQL irql = 0;
        };
        static Seen seen;
        seen = {};
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        NTSTATUS status = STATUS_PENDING;
        LONGLONG waited = 0;
        ntos::Thread* waiter = world.createSystemThread("waiter", [&] {
            const LONGLONG start = systemTime();
            status = waitFor(&event, 100);
            waited = systemTime() - start;
        });
        ObReferenceObject(waiter);
        LARGE_INTEGER pause = relativeMs(50);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        KAPC apc;
        KeInitializeApc(
            &apc, reinterpret_cast<PKTHREAD>(waiter), OriginalApcEnvironment,
            [](PKAPC, PKNORMAL_ROUTINE*, PVOID*, PVOID*, PVOID*) {
                seen.thread = KeGetCurrentThread();
                seen.irql = KeGetCurrentIrql();
            },
            nullptr, nullptr, KernelMode, nullptr);
        CHECK(KeInsertQueueApc(&apc, nullptr, nullptr, 0));
        KeWaitForSingleObject(waiter, Executive, KernelMode, FALSE, nullptr);
        CHECK(seen.thread == reinterpret_cast<PKTHREAD>(waiter));
        CHECK(seen.irql == APC_LEVEL);
        CHECK(status == STATUS_TIMEOUT);
        CHECK(waited / 10000 == 100);
        ObDereferenceObject(waiter);
    });
}

TEST_CASE("a semaphore does not pass its limit", "[ke]")
{
    onKernel([](ntos::World&) {
        KSEMAPHORE semaphore;
        KeInitializeSemaphore(&semaphore, 1, 2);
        CHECK(KeReleaseSemaphore(&semaphore, 0, 1, FALSE) == 1);
        CHECK(KeReadStateSemaphore(&semaphore) == 2);
    });
    CHECK(
        bugCheckOf([](ntos::World&) {
            KSEMAPHORE semaphore;
            KeInitializeSemaphore(&semaphore, 1, 2);
            KeReleaseSemaphore(&semaphore, 0, 2, FALSE);
        }).find("exception 0xc0000047 was not handled")
        != std::string::npos);
}
