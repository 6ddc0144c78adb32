#include "engine/ntos/inc/exp.h"
#include "engine/ntos/inc/kep.h"
#include "engine/ntos/inc/psp.h"
#include "tests/support/kernelworld.h"

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

struct Work
{
    WORK_QUEUE_ITEM item;
    KEVENT done;
    std::function<void()> body;

    explicit Work(std::function<void()> fn)
        : body(std::move(fn))
    {
        KeInitializeEvent(&done, NotificationEvent, FALSE);
        ExInitializeWorkItem(
            &item,
            [](PVOID context) {
                auto* work = static_cast<Work*>(context);
                work->body();
                KeSetEvent(&work->done, 0, FALSE);
            },
            this);
    }
    void queue(WORK_QUEUE_TYPE type) { ExQueueWorkItem(&item, type); }
    void wait() { KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr); }
};

} // namespace

TEST_CASE("a work item runs on a worker thread of the System process at PASSIVE_LEVEL", "[ex]")
{
    onKernel([](ntos::World&) {
        for (const WORK_QUEUE_TYPE type :
             { CriticalWorkQueue, DelayedWorkQueue, HyperCriticalWorkQueue }) {
            Work work([] {
                CHECK(PsGetCurrentProcess() == PsInitialSystemProcess);
                CHECK(PsIsSystemThread(PsGetCurrentThread()));
                CHECK(ExpIsWorkerThread());
                CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
            });
            work.queue(type);
            work.wait();
        }
        CHECK_FALSE(ExpIsWorkerThread());
    });
}

TEST_CASE("a work item may be queued at DISPATCH_LEVEL", "[ex]")
{
    onKernel([](ntos::World&) {
        bool ran = false;
        Work work([&] { ran = true; });
        KIRQL old;
        KeRaiseIrql(DISPATCH_LEVEL, &old);
        work.queue(DelayedWorkQueue);
        CHECK_FALSE(ran);
        KeLowerIrql(old);
        work.wait();
        CHECK(ran);
    });
}

TEST_CASE("work items that wait for later items of their queue do not lock it up", "[ex]")
{
    onKernel([](ntos::World&) {
        Work last([] {});
        std::vector<std::unique_ptr<Work>> blocked;
        for (int index = 0; index < 6; ++index)
            blocked.push_back(std::make_unique<Work>([&] { last.wait(); }));
        for (auto& work : blocked)
            work->queue(DelayedWorkQueue);
        last.queue(DelayedWorkQueue);
        for (auto& work : blocked)
            work->wait();
    });
}

TEST_CASE("draining waits for items that queue further items", "[ex]")
{
    onKernel([](ntos::World&) {
        int ran = 0;
        Work second([&] { ++ran; });
        Work first([&] {
            ++ran;
            second.queue(CriticalWorkQueue);
        });
        first.queue(DelayedWorkQueue);
        ExpDrainWorkQueues();
        CHECK(ran == 2);
        CHECK(ExpWorkQueuesIdle());
    });
}

TEST_CASE("a work item that returns with its IRQL raised is a bug check", "[ex]")
{
    CHECK(
        bugCheckOf([](ntos::World&) {
            Work work([] {
                KIRQL old;
                KeRaiseIrql(APC_LEVEL, &old);
            });
            work.queue(DelayedWorkQueue);
            LARGE_INTEGER pause = relativeMs(10);
            KeDelayExecutionThread(KernelMode, FALSE, &pause);
        }).find("WORKER_THREAD_RETURNED_AT_BAD_IRQL")
        != std::string::npos);
}

TEST_CASE("UUIDs come from the seed: the same in each run, different from each other", "[ex]")
{
    const auto draw = [](uint64_t seed) {
        std::vector<UUID> result(2);
        onKernel(
            [&](ntos::World&) {
                for (UUID& one : result)
                    CHECK(ExUuidCreate(&one) == STATUS_SUCCESS);
            },
            { .seed = seed });
        return result;
    };
    const std::vector<UUID> first = draw(1), again = draw(1), other = draw(2);
    CHECK(memcmp(first.data(), again.data(), 2 * sizeof(UUID)) == 0);
    CHECK(memcmp(&first[0], &first[1], sizeof(UUID)) != 0);
    CHECK(memcmp(&first[0], &other[0], sizeof(UUID)) != 0);
    CHECK((first[0].Data3 >> 12) == 4);
}
