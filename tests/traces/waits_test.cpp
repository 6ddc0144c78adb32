#include "tests/support/synthetic.h"
#include "traces/query/waits.h"

#include <catch2/catch.hpp>

using namespace rdrlab;
using Kind = trace::WaitReason::Kind;

namespace {

// Threads 12, 16, 20 … of process 8, and locks by address.
struct Threads
{
    explicit Threads(const std::string& name)
        : path(test::temporaryPath(name))
        , recorder(test::recordTo(path))
    {
        recorder->setContext(&context);
        recorder->process(8, "app");
        context.processId = 8;
        for (std::uint32_t thread = 12; thread < 40; thread += 4) {
            recorder->thread(thread, 8, "t" + std::to_string(thread));
        }
    }
    Threads& on(std::uint32_t thread)
    {
        context.threadId = thread;
        context.nowNs += 100;
        return *this;
    }
    Threads& call(const char* routine)
    {
        recorder->begin(trace::Layer::App, routine, nullptr);
        return *this;
    }
    Threads& take(const void* lock)
    {
        event(trace::EventKind::Lock, "ExAcquireResourceExclusiveLite", lock, 0, 1);
        return *this;
    }
    Threads& release(const void* lock)
    {
        event(trace::EventKind::Unlock, "ExReleaseResourceLite", lock, 0, 0);
        return *this;
    }
    Threads& wait(const char* what, const void* lock, std::uint32_t owner = 0)
    {
        event(trace::EventKind::Wait, what, lock, 0, owner);
        return *this;
    }
    void event(
        trace::EventKind kind,
        const char* routine,
        const void* object,
        std::int32_t status,
        std::uint64_t argument)
    {
        recorder->event(trace::Layer::Kernel, kind, routine, object, status, argument);
    }
    trace::Waits finish(trace::Seq at = UINT64_MAX)
    {
        REQUIRE(recorder->finish());
        std::string error;
        reader = trace::Reader::open(path, error);
        REQUIRE(reader != nullptr);
        trace::Waits waits;
        REQUIRE(trace::waitsAt(*reader, at, waits));
        return waits;
    }

    std::string path;
    std::unique_ptr<recorder::Recorder> recorder;
    std::unique_ptr<trace::Reader> reader;
    sched::Context context;
};

} // namespace

TEST_CASE("two threads that take two locks crosswise are a ring", "[traces][waits]")
{
    Threads scene("crosswise");
    int a = 0;
    int b = 0;
    scene.on(12).call("NtWriteFile").take(&a);
    scene.on(16).call("NtReadFile").take(&b);
    scene.on(12).wait("ERESOURCE exclusive", &b, 16);
    scene.on(16).wait("ERESOURCE exclusive", &a, 12);
    scene.on(20).wait("KSEMAPHORE", nullptr); // a worker without work
    const trace::Waits waits = scene.finish();
    REQUIRE(waits.threads.size() == 2);
    CHECK(waits.idle == 1);
    CHECK(waits.open.size() == 2);
    REQUIRE(waits.rings.size() == 1);
    CHECK(waits.rings[0].size() == 2);
    REQUIRE(waits.threads[0].reasons.size() == 1);
    CHECK(waits.threads[0].reasons[0].kind == Kind::Lock);
    CHECK(waits.threads[0].reasons[0].thread == 16);
    CHECK(waits.threads[0].reasons[0].isExclusive);
    CHECK(scene.reader->object(waits.threads[0].object)->kind == trace::ObjectKind::Resource);
}

TEST_CASE("a chain of waiters without a ring is no deadlock", "[traces][waits]")
{
    Threads scene("chain");
    int a = 0;
    int b = 0;
    scene.on(12).call("NtWriteFile").take(&a);
    scene.on(16).call("NtReadFile").take(&b).wait("ERESOURCE exclusive", &a, 12);
    scene.on(20).call("NtReadFile").wait("ERESOURCE shared", &b, 16);
    // This one let go and took again, and the wait it was in is over.
    scene.on(24).call("NtClose").take(&b).release(&b).wait("KEVENT", nullptr);
    scene.on(12).event(trace::EventKind::Signal, "KEVENT", nullptr, 0, 24);
    const trace::Waits waits = scene.finish();
    CHECK(waits.rings.empty());
    REQUIRE(waits.threads.size() == 2);
    CHECK(waits.threads[1].reasons[0].thread == 16);
    // Before thread 16 began to wait nobody did.
    trace::Waits before;
    REQUIRE(trace::waitsAt(*scene.reader, waits.threads[0].since - 1, before));
    CHECK(before.threads.empty());
}

TEST_CASE("a ring among many waiters is found whoever waits outside it", "[traces][waits]")
{
    Threads scene("three");
    int locks[3] = {};
    for (std::uint32_t i = 0; i < 3; ++i) {
        scene.on(12 + 4 * i).call("NtWriteFile").take(&locks[i]);
    }
    scene.on(32).call("NtReadFile").wait("ERESOURCE shared", &locks[0], 12);
    for (std::uint32_t i = 0; i < 3; ++i) {
        scene.on(12 + 4 * i)
            .wait("ERESOURCE exclusive", &locks[(i + 1) % 3], 12 + 4 * ((i + 1) % 3));
    }
    const trace::Waits waits = scene.finish();
    CHECK(waits.threads.size() == 4);
    REQUIRE(waits.rings.size() == 1);
    CHECK(waits.rings[0].size() == 3);
}

TEST_CASE("a thread waits for its worker, the worker for the server", "[traces][waits]")
{
    Threads scene("server");
    int exchange = 0;
    auto& recorder = *scene.recorder;
    recorder.born(recorder::ObjectKind::Exchange, &exchange, 0, "", nullptr);
    scene.on(12).call("NtReadFile");
    const auto rx = recorder.begin(trace::Layer::Rdbss, "IRP_MJ_READ", nullptr);
    recorder.event(trace::Layer::Rdbss, trace::EventKind::Post, "RxPostToWorker", nullptr, 0, 0);
    recorder.leave(rx);
    scene.wait("KEVENT", nullptr);
    const trace::Seq queued = recorder.lastSeq();
    scene.on(16);
    recorder.enter(rx);
    const auto wire = recorder.begin(trace::Layer::Wire, "SMB2 READ", &exchange);
    recorder::PacketInfo info;
    info.connection = 1;
    const std::byte bytes[10] {};
    recorder.packet(info, bytes);
    recorder.leave(wire);
    scene.wait("KEVENT", nullptr);
    const trace::Seq sent = recorder.lastSeq();
    scene.on(0);
    recorder.event(trace::Layer::Server, trace::EventKind::State, "READ", nullptr, 0x103, 7);
    const trace::Waits waits = scene.finish();
    REQUIRE(waits.threads.size() == 2);
    const auto has = [](const trace::BlockedThread& thread, Kind kind) {
        return std::any_of(
            thread.reasons.begin(), thread.reasons.end(),
            [&](const trace::WaitReason& reason) { return reason.kind == kind; });
    };
    CHECK(has(waits.threads[0], Kind::Thread));
    CHECK(has(waits.threads[1], Kind::Server));
    trace::Waits earlier;
    REQUIRE(trace::waitsAt(*scene.reader, queued, earlier));
    REQUIRE(earlier.threads.size() == 1);
    CHECK(has(earlier.threads[0], Kind::Queue));
    REQUIRE(trace::waitsAt(*scene.reader, sent, earlier));
    REQUIRE(earlier.threads.size() == 2);
    CHECK(has(earlier.threads[1], Kind::Wire));
}
