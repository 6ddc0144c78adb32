#include "engine/ntos/inc/kep.h"
#include "tests/support/kernelworld.h"

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

// A resource that is deleted at the end, and threads around it.
struct Fixture
{
    ntos::World& world;
    ERESOURCE resource;
    std::string order;
    std::vector<ntos::Thread*> threads;

    explicit Fixture(ntos::World& w)
        : world(w)
    {
        ExInitializeResourceLite(&resource);
    }
    ~Fixture()
    {
        join();
        ExDeleteResourceLite(&resource);
    }
    void thread(std::function<void()> body)
    {
        threads.push_back(world.createSystemThread("actor", std::move(body)));
        ObReferenceObject(threads.back());
        pause(); // until it waits or has ended
    }
    void join()
    {
        for (ntos::Thread* one : threads) {
            KeWaitForSingleObject(one, Executive, KernelMode, FALSE, nullptr);
            ObDereferenceObject(one);
        }
        threads.clear();
    }
    static void pause()
    {
        LARGE_INTEGER time = relativeMs(1);
        KeDelayExecutionThread(KernelMode, FALSE, &time);
    }
    void reader(char name, void (*hold)() = nullptr)
    {
        thread([this, name, hold] {
            ExAcquireResourceSharedLite(&resource, TRUE);
            order += name;
            if (hold)
                hold();
            ExReleaseResourceLite(&resource);
        });
    }
    void writer(char name)
    {
        thread([this, name] {
            ExAcquireResourceExclusiveLite(&resource, TRUE);
            order += name;
            ExReleaseResourceLite(&resource);
        });
    }
};

PVOID ownerPointer(PVOID address)
{
    return reinterpret_cast<PVOID>(reinterpret_cast<ULONG_PTR>(address) | 3);
}

} // namespace

TEST_CASE("a resource is recursive, shared and exclusive, for its owner", "[ex]")
{
    onKernel([](ntos::World& world) {
        Fixture f(world);
        CHECK(ExAcquireResourceExclusiveLite(&f.resource, TRUE));
        CHECK(ExAcquireResourceExclusiveLite(&f.resource, FALSE));
        CHECK(ExAcquireResourceSharedLite(&f.resource, FALSE));
        CHECK(ExIsResourceAcquiredExclusiveLite(&f.resource));
        CHECK(ExIsResourceAcquiredSharedLite(&f.resource) == 3);
        ExReleaseResourceLite(&f.resource);
        ExReleaseResourceLite(&f.resource);
        CHECK(ExIsResourceAcquiredExclusiveLite(&f.resource));
        ExReleaseResourceLite(&f.resource);
        CHECK_FALSE(ExIsResourceAcquiredExclusiveLite(&f.resource));
        CHECK(ExIsResourceAcquiredSharedLite(&f.resource) == 0);
    });
}

TEST_CASE("without Wait a resource that another thread owns is refused", "[ex]")
{
    onKernel([](ntos::World& world) {
        Fixture f(world);
        ExAcquireResourceExclusiveLite(&f.resource, TRUE);
        BOOLEAN shared = TRUE, exclusive = TRUE;
        f.thread([&] {
            shared = ExAcquireResourceSharedLite(&f.resource, FALSE);
            exclusive = ExAcquireResourceExclusiveLite(&f.resource, FALSE);
        });
        CHECK_FALSE(shared);
        CHECK_FALSE(exclusive);
        ExReleaseResourceLite(&f.resource);
    });
}

TEST_CASE(
    "readers share, a writer waits for all of them, and later readers wait behind the writer",
    "[ex]")
{
    onKernel([](ntos::World& world) {
        Fixture f(world);
        ExAcquireResourceSharedLite(&f.resource, TRUE);
        f.reader('a');
        CHECK(f.order == "a");
        f.writer('W');
        f.reader('b');
        CHECK(f.order == "a");
        CHECK(ExGetExclusiveWaiterCount(&f.resource) == 1);
        CHECK(ExGetSharedWaiterCount(&f.resource) == 1);
        ExReleaseResourceLite(&f.resource);
        f.join();
        CHECK(f.order == "aWb");
    });
}

TEST_CASE("a reader that may starve writers goes past a waiting one", "[ex]")
{
    onKernel([](ntos::World& world) {
        Fixture f(world);
        ExAcquireResourceSharedLite(&f.resource, TRUE);
        f.writer('W');
        f.thread([&] {
            CHECK_FALSE(ExAcquireResourceSharedLite(&f.resource, FALSE));
            CHECK(ExAcquireSharedStarveExclusive(&f.resource, FALSE));
            f.order += 's';
            ExReleaseResourceLite(&f.resource);
        });
        CHECK(f.order == "s");
        ExReleaseResourceLite(&f.resource);
    });
}

TEST_CASE(
    "a recursive shared acquire goes past a waiting writer, unless it asks to wait for it", "[ex]")
{
    onKernel([](ntos::World& world) {
        Fixture f(world);
        ExAcquireResourceSharedLite(&f.resource, TRUE);
        f.writer('W');
        CHECK(ExAcquireResourceSharedLite(&f.resource, FALSE));
        CHECK_FALSE(ExAcquireSharedWaitForExclusive(&f.resource, FALSE));
        ExReleaseResourceLite(&f.resource);
        ExReleaseResourceLite(&f.resource);
    });
}

TEST_CASE("a writer lets all waiting readers in together", "[ex]")
{
    onKernel([](ntos::World& world) {
        Fixture f(world);
        static int inside, most;
        inside = most = 0;
        ExAcquireResourceExclusiveLite(&f.resource, TRUE);
        for (char name : { 'a', 'b', 'c' })
            f.reader(name, [] {
                most = std::max(most, ++inside);
                Fixture::pause();
                --inside;
            });
        CHECK(f.order.empty());
        ExReleaseResourceLite(&f.resource);
        f.join();
        CHECK(most == 3);
    });
}

TEST_CASE("neither readers nor writers starve when both keep coming", "[ex]")
{
    ntos::World world({ .seed = 11, .preemptOneIn = 3 });
    ERESOURCE resource;
    ExInitializeResourceLite(&resource);
    int reads = 0, writes = 0, readers = 0, writers = 0;
    bool broken = false;
    for (int index = 0; index < 3; ++index) {
        world.createSystemThread("reader", [&] {
            for (int round = 0; round < 30; ++round) {
                ExAcquireResourceSharedLite(&resource, TRUE);
                ++readers;
                broken = broken || writers != 0;
                KiSchedulePoint();
                --readers;
                ++reads;
                ExReleaseResourceLite(&resource);
            }
        });
        world.createSystemThread("writer", [&] {
            for (int round = 0; round < 30; ++round) {
                ExAcquireResourceExclusiveLite(&resource, TRUE);
                ++writers;
                broken = broken || writers != 1 || readers != 0;
                KiSchedulePoint();
                --writers;
                ++writes;
                ExReleaseResourceLite(&resource);
            }
        });
    }
    const ntos::RunResult result = world.run();
    INFO(result.report);
    CHECK(result.ok());
    CHECK(reads == 90);
    CHECK(writes == 90);
    CHECK_FALSE(broken);
    world.runAsSystem([&] { ExDeleteResourceLite(&resource); });
}

TEST_CASE("an owner pointer lets another thread release", "[ex]")
{
    onKernel([](ntos::World& world) {
        Fixture f(world);
        PVOID owner = ownerPointer(&f);
        for (const bool exclusive : { false, true }) {
            if (exclusive)
                ExAcquireResourceExclusiveLite(&f.resource, TRUE);
            else
                ExAcquireResourceSharedLite(&f.resource, TRUE);
            ExSetResourceOwnerPointer(&f.resource, owner);
            CHECK(ExIsResourceAcquiredSharedLite(&f.resource) == 0);
            CHECK_FALSE(ExIsResourceAcquiredExclusiveLite(&f.resource));
            f.thread([&] {
                ExReleaseResourceForThreadLite(
                    &f.resource, reinterpret_cast<ERESOURCE_THREAD>(owner));
                CHECK(ExAcquireResourceExclusiveLite(&f.resource, FALSE));
                ExReleaseResourceLite(&f.resource);
            });
            f.join();
        }
    });
}

TEST_CASE("an exclusive owner that converts lets waiting readers in", "[ex]")
{
    onKernel([](ntos::World& world) {
        Fixture f(world);
        ExAcquireResourceExclusiveLite(&f.resource, TRUE);
        f.reader('a');
        CHECK(f.order.empty());
        ExConvertExclusiveToSharedLite(&f.resource);
        f.join();
        CHECK(f.order == "a");
        CHECK(ExIsResourceAcquiredSharedLite(&f.resource) == 1);
        ExReleaseResourceLite(&f.resource);
    });
}

TEST_CASE("many shared owners are kept apart", "[ex]")
{
    onKernel([](ntos::World& world) {
        Fixture f(world);
        KEVENT go;
        KeInitializeEvent(&go, NotificationEvent, FALSE);
        for (int index = 0; index < 20; ++index)
            f.thread([&] {
                ExAcquireResourceSharedLite(&f.resource, TRUE);
                KeWaitForSingleObject(&go, Executive, KernelMode, FALSE, nullptr);
                CHECK(ExIsResourceAcquiredSharedLite(&f.resource) == 1);
                ExReleaseResourceLite(&f.resource);
            });
        CHECK(f.resource.ActiveEntries == 20);
        KeSetEvent(&go, 0, FALSE);
        f.join();
        CHECK(f.resource.ActiveCount == 0);
    });
}

TEST_CASE("a release by who does not own the resource is a bug check", "[ex]")
{
    CHECK(
        bugCheckOf([](ntos::World&) {
            ERESOURCE resource;
            ExInitializeResourceLite(&resource);
            ExReleaseResourceLite(&resource);
        }).find("RESOURCE_NOT_OWNED: a resource was released by who does not own it")
        != std::string::npos);
}
