#include "tests/recorder/playback.h"

#include "traces/store/writer.h"

#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace rdrlab;
using recorder::EventKind;
using recorder::Layer;
using recorder::ObjectKind;
using Lines = std::vector<std::string>;

TEST_CASE("spans nest per thread and keep their parents", "[recorder][spans]")
{
    test::Playback play("nest");
    play.context.threadId = 8;
    const auto a = play->begin(Layer::App, "A", nullptr);
    play.context.threadId = 12;
    const auto b = play->begin(Layer::App, "B", nullptr);
    play.context.threadId = 8;
    const auto c = play->begin(Layer::Io, "C", nullptr);
    play.context.threadId = 12;
    const auto d = play->begin(Layer::Io, "D", nullptr, c);
    play->event(Layer::Kernel, EventKind::Post, "in D", nullptr, 0, 0);
    play->end(d, 0, 0);
    play->event(Layer::Kernel, EventKind::Post, "in B", nullptr, 0, 0);
    play->end(b, 0, 0);
    CHECK(play->currentSpan() == 0);
    play.context.threadId = 8;
    CHECK(play->currentSpan() == c);
    play->end(c, 0, 0);
    play->end(a, 0, 0);
    CHECK(
        play.events()
        == Lines { "begin A in 1<0", "begin B in 2<0", "begin C in 3<1", "begin D in 4<3",
                   "post in D in 4<3", "end D in 4<3", "post in B in 2<0", "end B in 2<0",
                   "end C in 3<1", "end A in 1<0" });
}

TEST_CASE("what a machine does after the end of its recording is not recorded", "[recorder]")
{
    test::Playback play("after-the-end");
    play->event(Layer::Server, EventKind::Note, "before", nullptr, 0, 0);
    REQUIRE(play->finish());
    // More than the recorder's memory holds: nobody empties it any more.
    const std::vector<std::byte> payload(1000);
    for (int round = 0; round < 100000; ++round) {
        play->event(Layer::Server, EventKind::Note, "after", nullptr, 0, 0);
        play->text(Layer::Server, EventKind::Note, "after", nullptr, "words");
        play->packet({}, payload);
        play->thread(8, 4, "late");
    }
    CHECK(play.events() == Lines { "note before" });
}

TEST_CASE("a call that pends stays open until somebody finishes it", "[recorder][spans]")
{
    test::Playback play("pend");
    int irp = 0;
    play.context.threadId = 8;
    const auto call = play->begin(Layer::Io, "IRP_MJ_READ", nullptr);
    play->bind(&irp, call);
    play->leave(call);
    CHECK(play->currentSpan() == 0);
    CHECK(play->spanOf(&irp) == call);
    play.context.threadId = 12;
    play->enter(play->spanOf(&irp));
    play->leave(call);
    play.context.threadId = 0;
    play->finishSpan(call, 0, 512);
    play->finishSpan(call, 1, 1); // a second time: nothing
    play->enter(call);
    play->bind(&irp, 0);
    CHECK(play->spanOf(&irp) == 0);
    CHECK(
        play.events()
        == Lines { "begin IRP_MJ_READ in 1<0", "pend IRP_MJ_READ in 1<0",
                   "resume IRP_MJ_READ in 1<0", "pend IRP_MJ_READ in 1<0",
                   "end IRP_MJ_READ in 1<0" });
    play.read().spans([](const trace::Span& span) {
        CHECK(span.information == 512);
        return true;
    });
}

TEST_CASE("work that goes on after its call has returned hangs below it", "[recorder][spans]")
{
    test::Playback play("adopt");
    play.context.threadId = 8;
    const auto outer = play->begin(Layer::Rdbss, "outer", nullptr);
    const auto call = play->begin(Layer::Mrx, "MRxCreateSrvCall", nullptr);
    int item = 0;
    play->bind(&item, play->currentSpan());
    play->end(call, 0x103, 0);
    play.context.threadId = 12;
    play->enter(play->spanOf(&item));
    const auto exchange = play->begin(Layer::Wire, "NEGOTIATE", nullptr);
    play->end(exchange, 0, 0);
    int born = 0;
    play->born(ObjectKind::Connection, &born, 0, "", nullptr);
    play->leave(call);
    CHECK(play->currentSpan() == 0);
    play.context.threadId = 8;
    play->end(outer, 0, 0);
    CHECK(
        play.events()
        == Lines { "begin outer in 1<0", "begin MRxCreateSrvCall in 2<1",
                   "end MRxCreateSrvCall in 2<1", "begin NEGOTIATE in 4<2", "end NEGOTIATE in 4<2",
                   "born [CONNECTION#1] in 2<1", "end outer in 1<0" });
    play.read().events(6, 6, [](const trace::Event& event) {
        CHECK(event.layer == Layer::Mrx);
        return true;
    });
}

TEST_CASE(
    "finishing before leaving, and leaving over forgotten calls, do no harm", "[recorder][spans]")
{
    test::Playback play("untidy");
    const auto a = play->begin(Layer::Io, "A", nullptr);
    play->finishSpan(a, 0, 0); // completed inside the driver's own call
    play->leave(a);
    const auto b = play->begin(Layer::Io, "B", nullptr);
    play->begin(Layer::Io, "forgotten", nullptr);
    play->end(b, 0, 0);
    CHECK(play->currentSpan() == 0);
    play->end(0, 0, 0);
    play->leave(12345);
    CHECK(
        play.events()
        == Lines { "begin A in 1<0", "end A in 1<0", "begin B in 3<0", "begin forgotten in 4<3",
                   "end B in 3<0" });
}

TEST_CASE(
    "canonical names number what has no name and what takes a name again", "[recorder][objects]")
{
    test::Playback play("names");
    int first = 0;
    int second = 0;
    play->born(ObjectKind::Fcb, &first, 0, "\\lab\\a", nullptr);
    play->died(&first);
    play->born(ObjectKind::Fcb, &first, 0, "\\lab\\a", nullptr);
    play->born(ObjectKind::Irp, &second, 0, "", &first);
    play->born(
        ObjectKind::Irp, &second, 0, "", nullptr); // the address is born again: the old one is dead
    play->rename(&first, "\\lab\\b");
    play->died(&first);
    play->died(&first);
    CHECK(
        play.events()
        == Lines { "born [FCB:\\lab\\a]", "died [FCB:\\lab\\a]", "born [FCB:\\lab\\b]",
                   "born [IRP#1]", "died [IRP#1]", "born [IRP#2]", "rename [FCB:\\lab\\b]",
                   "died [FCB:\\lab\\b]" });
    const trace::ObjectNames names(play.read());
    CHECK(names.at(2, 3) == "FCB:\\lab\\a#2");
    CHECK(names.at(2, 7) == "FCB:\\lab\\b");
    CHECK(play.read().object(3)->owner == 2);
}

TEST_CASE("each process counts its own handles", "[recorder][objects]")
{
    test::Playback play("handles");
    const auto* handle = reinterpret_cast<const void*>(4);
    play.context.processId = 8;
    play->born(ObjectKind::Handle, handle, 0, "8:4", nullptr);
    play.context.processId = 12;
    play->born(ObjectKind::Handle, handle, 0, "12:4", nullptr);
    play->died(handle);
    play.context.processId = 8;
    play->died(handle);
    CHECK(
        play.events()
        == Lines { "born [HANDLE:8:4]", "born [HANDLE:12:4]", "died [HANDLE:12:4]",
                   "died [HANDLE:8:4]" });
}

TEST_CASE("text is cut at a character and literals may come and go", "[recorder]")
{
    test::Playback play("text");
    std::string text(399, 'x');
    text += "äöü";
    play->text(Layer::App, EventKind::Note, "note", nullptr, text);
    std::string reused = "first";
    play->event(Layer::App, EventKind::Note, reused.c_str(), nullptr, 0, 0);
    play->forgetLiterals();
    reused = "other";
    play->event(Layer::App, EventKind::Note, reused.c_str(), nullptr, 0, 0);
    CHECK(play.events() == Lines { "note note", "note first", "note other" });
    play.read().events(1, 1, [&](const trace::Event& event) {
        CHECK(play.read().string(event.text) == std::string(399, 'x'));
        return true;
    });
}

TEST_CASE("the writer keeps up with far more than the tape holds", "[recorder][slow]")
{
    test::Playback play("many");
    const std::vector<std::byte> payload(70'000, std::byte(7));
    constexpr int kEvents = 300'000;
    for (int i = 0; i < kEvents; ++i) {
        play->event(Layer::Kernel, EventKind::Note, "tick", nullptr, 0, std::uint64_t(i));
        if (i % 200 == 0) {
            play->packet({}, payload);
        }
    }
    std::uint64_t next = 0;
    std::uint64_t packets = 0;
    play.read().events(1, UINT64_MAX, [&](const trace::Event& event) {
        packets += event.kind == EventKind::Packet;
        return event.kind != EventKind::Note || event.argument == next++;
    });
    CHECK(next == kEvents);
    CHECK(packets == kEvents / 200);
}

TEST_CASE("what was recorded is in the file a moment later, without a finish", "[recorder]")
{
    test::Playback play("moment");
    play->note(Layer::App, "hello");
    play->flush();
    std::string error;
    const auto reader = trace::Reader::open(test::temporaryPath("moment"), error);
    INFO(error);
    REQUIRE(reader != nullptr);
    CHECK(reader->lastSeq() == 1);
    CHECK_FALSE(reader->isComplete());
    play.read();
}

TEST_CASE("a lent payload is in the file, and let go of when it is", "[recorder]")
{
    const std::string path = test::temporaryPath("lent");
    const auto bytes = std::make_shared<std::vector<std::byte>>(300'000);
    for (std::size_t i = 0; i < bytes->size(); ++i) {
        (*bytes)[i] = std::byte(i * 7 >> 3);
    }
    std::string error;
    {
        recorder::Recorder recorder(trace::Writer::create(path, error));
        for (std::size_t at = 0; at < bytes->size(); at += 50'000) {
            recorder.packet({}, std::span<const std::byte>(*bytes).subspan(at, 50'000), bytes);
        }
        recorder.packet({}, {}, bytes); // nothing to lend
        REQUIRE(recorder.finish());
    }
    CHECK(bytes.use_count() == 1);
    const auto reader = trace::Reader::open(path, error);
    REQUIRE(reader != nullptr);
    std::vector<std::byte> stored;
    reader->packets([&](const trace::Packet& packet) {
        stored.insert(stored.end(), packet.payload.begin(), packet.payload.end());
        return true;
    });
    CHECK(stored == *bytes);
}

TEST_CASE("a full disk ends recording with one line and leaves the run alone", "[recorder][fault]")
{
    const std::string path = test::temporaryPath("full");
    const pid_t child = fork();
    if (child == 0) {
        const rlimit limit { 400'000, 400'000 };
        setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, SIG_IGN);
        std::string error;
        auto writer = trace::Writer::create(path, error);
        bool isRight = writer != nullptr;
        if (isRight) {
            recorder::Recorder recorder(std::move(writer));
            const std::vector<std::byte> payload(50'000, std::byte(7));
            for (int i = 0; i < 2000; ++i) {
                recorder.packet({}, payload);
            }
            isRight = !recorder.finish() && recorder.error().find(path + ": ") == 0
                && recorder.error().find('\n') == std::string::npos && recorder.lastSeq() == 2000;
        }
        _exit(isRight ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    std::string error;
    CHECK(trace::Reader::open(path, error) != nullptr);
}
