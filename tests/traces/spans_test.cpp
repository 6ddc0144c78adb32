#include "tests/support/synthetic.h"
#include "traces/query/spans.h"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace rdrlab;
using trace::TimeKind;

namespace {

std::vector<std::string> samples()
{
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(RDRLAB_SAMPLES "")) {
        if (entry.path().extension() == ".rdrtrace") {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

// A stage on which every kind of waiting can be played: two threads of two processes, one lock.
struct Stage
{
    explicit Stage(const std::string& name)
        : path(test::temporaryPath(name))
        , recorder(test::recordTo(path))
    {
        recorder->setContext(&context);
        recorder->process(8, "one");
        recorder->thread(12, 8, "main");
        recorder->process(16, "two");
        recorder->thread(20, 16, "main");
        on(8, 12);
    }

    void on(std::uint32_t process, std::uint32_t thread)
    {
        context.processId = process;
        context.threadId = thread;
    }
    void pass(std::uint64_t ns) { context.nowNs += ns; }
    void kernel(trace::EventKind kind, const char* what, std::uint64_t argument)
    {
        recorder->event(trace::Layer::Kernel, kind, what, nullptr, 0, argument);
    }
    void packet(trace::Direction direction)
    {
        recorder::PacketInfo info;
        info.connection = 1;
        info.direction = direction;
        const std::byte bytes[100] {};
        recorder->packet(info, bytes);
    }
    std::unique_ptr<trace::Reader> finish()
    {
        REQUIRE(recorder->finish());
        return test::openTrace(path);
    }

    std::string path;
    std::unique_ptr<recorder::Recorder> recorder;
    sched::Context context;
};

} // namespace

TEST_CASE("the parts of every request add up to its duration", "[traces][spans]")
{
    const std::string path = GENERATE(from_range(samples()));
    INFO(path);
    const auto reader = test::openTrace(path);
    std::uint64_t callsWithParts = 0;
    std::uint64_t requests = 0;
    std::map<trace::SpanId, std::uint64_t> seen;
    REQUIRE(trace::requests(*reader, 1, UINT64_MAX, [&](trace::Request&& request) {
        ++requests;
        // One stretch follows the other, from begin to end.
        std::uint64_t at = request.root().span.beginNs;
        trace::TimeSplit sum;
        for (const trace::TimeSlice& slice : request.slices) {
            CHECK(slice.beginNs == at);
            CHECK(slice.endNs > slice.beginNs);
            at = slice.endNs;
            sum.ns[std::size_t(slice.kind)] += slice.endNs - slice.beginNs;
        }
        CHECK(at == request.root().span.endNs);
        CHECK(sum.ns == request.root().split.ns);
        for (const trace::RequestCall& call : request.calls) {
            if (call.split.total() != call.span.endNs - call.span.beginNs) {
                FAIL("call #" << call.span.id);
            }
            callsWithParts += call.split.total() != 0;
            seen[call.span.id] = call.span.endNs - call.span.beginNs;
        }
        return true;
    }));
    CHECK(requests > 4);
    CHECK(callsWithParts > 20);
    // Every call of the file is part of exactly one request, with the file's own times.
    std::uint64_t calls = 0;
    reader->spans([&](const trace::Span& span) {
        ++calls;
        const auto found = seen.find(span.id);
        REQUIRE(found != seen.end());
        CHECK((span.end == 0 || found->second == span.endNs - span.beginNs));
        return true;
    });
    CHECK(calls == seen.size());
}

TEST_CASE("a request alone is the same as in the list of all", "[traces][spans]")
{
    const auto reader = test::openTrace(RDRLAB_SAMPLES "/05-sharing.rdrtrace");
    std::vector<trace::Request> all;
    trace::requests(*reader, 1, UINT64_MAX, [&](trace::Request&& request) {
        all.push_back(std::move(request));
        return true;
    });
    for (const trace::Request& request : all) {
        const auto single = trace::requestOf(*reader, request.calls.back().span.id);
        REQUIRE(single);
        CHECK(single->calls.size() == request.calls.size());
        CHECK(single->root().span.id == request.root().span.id);
        CHECK(single->durationNs() == request.durationNs());
        CHECK(single->root().split.total() == single->durationNs());
        CHECK(single->root().split[TimeKind::Wire] == request.root().split[TimeKind::Wire]);
    }
    CHECK_FALSE(trace::requestOf(*reader, 999'999'999));
    const auto named = reader->objectsNamed("RX_CONTEXT#14");
    REQUIRE(named.size() == 1);
    const auto carried = trace::requestOf(*reader, trace::callCarrying(*reader, named[0]));
    REQUIRE(carried);
    CHECK(carried->root().span.layer == trace::Layer::App);
}

TEST_CASE("time is running, wire, server, lock, waiting or queued", "[traces][spans]")
{
    Stage stage("stage");
    trace::SpanId call = 0;
    {
        auto& recorder = *stage.recorder;
        int exchange = 0;
        recorder.born(recorder::ObjectKind::Exchange, &exchange, 0, "", nullptr);
        call = recorder.begin(trace::Layer::App, "NtReadFile", nullptr);
        stage.pass(10); // running
        stage.kernel(trace::EventKind::Wait, "ERESOURCE exclusive", 20);
        stage.pass(200); // lock, thread 20 owns it
        stage.on(16, 20);
        stage.kernel(trace::EventKind::Signal, "ERESOURCE exclusive", 12);
        stage.pass(3); // ready
        stage.on(8, 12);
        stage.kernel(trace::EventKind::Wake, "ERESOURCE exclusive", 20);
        stage.pass(7); // running
        const auto wire = recorder.begin(trace::Layer::Wire, "SMB2 READ", &exchange);
        stage.packet(trace::Direction::ToServer);
        recorder.leave(wire);
        stage.kernel(trace::EventKind::Wait, "KEVENT", 0);
        stage.pass(1000); // wire
        stage.on(0, 0);
        recorder.event(trace::Layer::Server, trace::EventKind::State, "READ", nullptr, 0x103, 5);
        stage.pass(5000); // server
        recorder.event(trace::Layer::Server, trace::EventKind::Note, "READ", nullptr, 0, 5);
        stage.pass(1100); // wire
        stage.packet(trace::Direction::ToClient);
        recorder.finishSpan(wire, 0, 100);
        stage.kernel(trace::EventKind::Signal, "KEVENT", 12);
        stage.pass(2); // ready
        stage.on(8, 12);
        stage.kernel(trace::EventKind::Wake, "KEVENT", 0);
        stage.pass(4); // running
        const auto rx = recorder.begin(trace::Layer::Rdbss, "IRP_MJ_READ", nullptr);
        stage.kernel(trace::EventKind::Post, "ExQueueWorkItem", 0);
        recorder.leave(rx);
        stage.kernel(trace::EventKind::Wait, "KEVENT", 0);
        stage.pass(50); // the thread waits: that explains more than the queue
        stage.on(16, 20);
        recorder.enter(rx);
        stage.pass(60); // running, on another thread
        recorder.end(rx, 0, 0);
        stage.kernel(trace::EventKind::Signal, "KEVENT", 12);
        stage.on(8, 12);
        stage.kernel(trace::EventKind::Wake, "KEVENT", 20);
        recorder.leave(call);
        recorder.finishSpan(call, 0, 0);
    }
    const auto reader = stage.finish();
    const auto request = trace::requestOf(*reader, call);
    REQUIRE(request);
    const trace::TimeSplit& split = request->root().split;
    CHECK(split[TimeKind::Running] == 10 + 7 + 4 + 60);
    CHECK(split[TimeKind::Lock] == 200);
    CHECK(split[TimeKind::Ready] == 3 + 2);
    CHECK(split[TimeKind::Wire] == 1000 + 1100);
    CHECK(split[TimeKind::Server] == 5000);
    CHECK(split[TimeKind::Waiting] == 50);
    CHECK(split.total() == request->durationNs());
    const auto lock = std::find_if(
        request->slices.begin(), request->slices.end(),
        [](const trace::TimeSlice& slice) { return slice.kind == TimeKind::Lock; });
    REQUIRE(lock != request->slices.end());
    CHECK(lock->whom == 20);
    // The posted call by itself: queued until the other thread takes it up.
    const trace::RequestCall& posted = request->calls.back();
    CHECK(posted.split[TimeKind::Queued] == 50);
    CHECK(posted.split[TimeKind::Running] == 60);
    const trace::RequestCall& exchange = request->calls[1];
    REQUIRE(exchange.packets.size() == 2);
    CHECK(exchange.packets[0].isToServer);
    CHECK_FALSE(exchange.packets[1].isToServer);
}

TEST_CASE("what is open at the end of a trace is a request still", "[traces][spans]")
{
    Stage stage("open");
    const auto call = stage.recorder->begin(trace::Layer::App, "NtReadFile", nullptr);
    stage.pass(10);
    stage.kernel(trace::EventKind::Wait, "KEVENT", 0);
    stage.pass(90);
    stage.on(0, 0);
    stage.recorder->note(trace::Layer::Kernel, "the end");
    const auto reader = stage.finish();
    const auto request = trace::requestOf(*reader, call);
    REQUIRE(request);
    CHECK(request->root().isOpen);
    CHECK(request->root().split[TimeKind::Running] == 10);
    CHECK(request->root().split[TimeKind::Waiting] == 90);
}
