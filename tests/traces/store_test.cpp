#include "tests/support/synthetic.h"
#include "traces/store/reader.h"
#include "traces/store/spine.h"
#include "traces/store/writer.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sqlite3.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace rdrlab;

namespace {

std::unique_ptr<trace::Writer>
create(const std::string& path, const trace::WriterOptions& options = {})
{
    std::string error;
    auto writer = trace::Writer::create(path, error, options);
    INFO(error);
    REQUIRE(writer != nullptr);
    return writer;
}

} // namespace

TEST_CASE("every row comes back from the file as it was written", "[traces][store]")
{
    const std::string path = test::temporaryPath("rows.rdrtrace");
    auto writer = create(path);
    writer->meta("seed", 7);
    writer->process({ 8, "notepad", 0 });
    writer->thread({ 12, 8, "main", 0 });
    writer->string(1, "NtReadFile");
    writer->string(2, "FCB:\\lab\\ä");
    writer->string(3, "FileSize");
    trace::Event event;
    event.seq = 1;
    event.timeNs = 1'000'000'000'000;
    event.argument = UINT64_C(0x8000000000000001);
    event.span = 1;
    event.routine = 1;
    event.object = 1;
    event.status = std::int32_t(0xC0000022);
    event.hasStatus = true;
    event.thread = 12;
    event.process = 8;
    event.kind = trace::EventKind::Begin;
    event.layer = trace::Layer::Mrx;
    event.cpu = 1;
    event.irql = 2;
    writer->event(event);
    trace::Span span;
    span.id = 1;
    span.routine = 1;
    span.layer = trace::Layer::Mrx;
    span.thread = 12;
    span.process = 8;
    writer->spanBegin(span);
    trace::Object object { 1, trace::ObjectKind::Fcb, 2, 0, 1, 0 };
    writer->objectBorn(object);
    writer->commit();
    writer->change({ 1, 1, 3, {}, { trace::Value::Type::Integer, -5, 0 } });
    writer->change(
        { 1, 1, 3, { trace::Value::Type::Integer, -5, 0 }, { trace::Value::Type::Object, 1, 2 } });
    writer->reference({ 1, 1, -1, 3, 1 });
    trace::StackLocation location;
    location.id = 1;
    location.irp = 1;
    location.number = 127;
    location.major = 17;
    location.minor = 255;
    location.flags = 2;
    location.control = 0xE0;
    location.hasContext = true;
    location.file = 1;
    location.routine = 1;
    location.name = 2;
    location.parameters = { 1, 2, UINT64_C(0xFFFFFFFFFFFFFFFE), 4, 5 };
    writer->stackLocation(location);
    writer->commit();
    writer->stackPended(1, 2);
    writer->stackPended(1, 3); // the first one counts
    trace::Packet packet;
    packet.seq = 1;
    packet.clientAddress = 0xFFFEFDFC;
    packet.serverPort = 445;
    packet.tcpSequence = 0xFFFFFFFF;
    packet.direction = trace::Direction::ToClient;
    packet.length = 70'000;
    packet.payload.assign(70'000, std::byte(0x5A));
    writer->packet(packet);
    writer->input({ 3, 99, 2, 1, { std::byte(1), std::byte(2) } });
    writer->choice({ 1, 4, 3 });
    writer->spanEnd(1, 2, 1'000'000'000'005, 0, 12);
    writer->objectDied(1, 2);
    REQUIRE(writer->finish());
    REQUIRE_FALSE(std::filesystem::exists(path + "-journal"));

    const auto reader = test::openTrace(path);
    CHECK(reader->isComplete());
    CHECK(reader->meta("seed") == "7");
    CHECK(reader->processName(8) == "notepad");
    CHECK(reader->threadName(12) == "main");
    CHECK(reader->string(2) == "FCB:\\lab\\ä");
    CHECK(reader->string(99) == "?");
    int rows = 0;
    CHECK(reader->events(1, 9, [&](const trace::Event& read) {
        ++rows;
        CHECK(read.timeNs == event.timeNs);
        CHECK(read.argument == event.argument);
        CHECK(read.status == event.status);
        CHECK(read.hasStatus);
        CHECK(read.kind == event.kind);
        CHECK(read.layer == event.layer);
        CHECK(read.irql == 2);
        CHECK(read.object == 1);
        return true;
    }));
    CHECK(rows == 1);
    CHECK(reader->spans([&](const trace::Span& read) {
        CHECK(read.end == 2);
        CHECK(read.endNs == 1'000'000'000'005);
        CHECK(read.information == 12);
        return true;
    }));
    CHECK(reader->object(1)->death == 2);
    CHECK(reader->object(2) == nullptr);
    std::vector<trace::FieldChange> changes;
    CHECK(reader->changes(1, 1, [&](const trace::FieldChange& change) {
        changes.push_back(change);
        return true;
    }));
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].before.type == trace::Value::Type::None);
    CHECK(changes[0].after.number == -5);
    CHECK(changes[1].after.type == trace::Value::Type::Object);
    CHECK(changes[1].after.object == 1);
    CHECK(changes[1].after.text == "FCB:\\lab\\ä");
    CHECK(reader->references(1, 1, [&](const trace::Reference& read) {
        CHECK(read.delta == -1);
        CHECK(read.count == 3);
        return true;
    }));
    const auto sent = reader->stackLocation(1);
    REQUIRE(sent);
    CHECK(sent->irp == 1);
    CHECK(sent->number == 127);
    CHECK(sent->major == 17);
    CHECK(sent->minor == 255);
    CHECK(sent->flags == 2);
    CHECK(sent->control == 0xE0);
    CHECK(sent->hasContext);
    CHECK(sent->file == 1);
    CHECK(sent->routine == 1);
    CHECK(sent->name == 2);
    CHECK(sent->parameters == location.parameters);
    CHECK(sent->pended == 2);
    CHECK_FALSE(reader->stackLocation(2));
    CHECK(reader->packets([&](const trace::Packet& read) {
        CHECK(read.payload == packet.payload);
        CHECK(read.clientAddress == packet.clientAddress);
        CHECK(read.tcpSequence == packet.tcpSequence);
        CHECK(read.direction == packet.direction);
        return true;
    }));
    CHECK(reader->inputs([&](const trace::Input& read) {
        CHECK(read.index == 3);
        CHECK(read.bytes.size() == 2);
        return true;
    }));
    CHECK(reader->choices([&](const trace::Choice& read) {
        CHECK(read.options == 4);
        CHECK(read.taken == 3);
        return true;
    }));
    CHECK(reader->error().empty());
}

TEST_CASE("what arrived from the wire is kept once, with its packets", "[traces][store]")
{
    const std::string path = test::temporaryPath("wire.rdrtrace");
    auto writer = create(path);
    const auto packet
        = [&](trace::Seq seq, std::uint32_t connection, trace::Direction direction, int length) {
              trace::Packet row;
              row.seq = seq;
              row.connection = connection;
              row.direction = direction;
              row.length = std::uint32_t(length);
              row.payload.assign(std::size_t(length), std::byte(seq));
              writer->packet(row);
          };
    const auto input = [&](trace::Seq seq, std::uint64_t wireBytes) {
        trace::Input row;
        row.channel = 7;
        row.seq = seq;
        row.wireBytes = wireBytes;
        writer->input(row);
    };
    input(1, 5);
    packet(2, 7, trace::Direction::ToClient, 3);
    packet(3, 8, trace::Direction::ToClient, 9);
    packet(4, 7, trace::Direction::ToServer, 9);
    packet(5, 7, trace::Direction::ToClient, 2);
    input(6, 4);
    packet(7, 7, trace::Direction::ToClient, 4);
    SECTION("and is put together from them")
    {
        REQUIRE(writer->finish());
        std::vector<std::vector<int>> got;
        const auto reader = test::openTrace(path);
        CHECK(reader->inputs([&](const trace::Input& read) {
            auto& row = got.emplace_back();
            for (const std::byte value : read.bytes) {
                row.push_back(int(value));
            }
            return true;
        }));
        CHECK(got == std::vector<std::vector<int>> { { 2, 2, 2, 5, 5 }, { 7, 7, 7, 7 } });
    }
    SECTION("and its absence is damage")
    {
        input(8, 1);
        REQUIRE(writer->finish());
        const auto reader = test::openTrace(path);
        CHECK_FALSE(reader->inputs([](const trace::Input&) { return true; }));
        CHECK(reader->error().find("packets of an input are missing") != std::string::npos);
    }
}

TEST_CASE("a recording told to keep less of each packet says how long it was", "[traces][store]")
{
    const std::string path = test::temporaryPath("short.rdrtrace");
    trace::WriterOptions options;
    options.payloadLimit = 16;
    auto writer = create(path, options);
    trace::Packet packet;
    packet.seq = 1;
    packet.length = 1000;
    packet.payload.assign(1000, std::byte(1));
    writer->packet(packet);
    REQUIRE(writer->finish());
    test::openTrace(path)->packets([&](const trace::Packet& read) {
        CHECK(read.length == 1000);
        CHECK(read.payload.size() == 16);
        return true;
    });
}

TEST_CASE("a writer that cannot create its file says so in one line", "[traces][store]")
{
    std::string error;
    CHECK(trace::Writer::create("/nonexistent/folder/x.rdrtrace", error) == nullptr);
    CHECK(error.find("/nonexistent/folder/x.rdrtrace: ") == 0);
    CHECK(error.find('\n') == std::string::npos);
}

TEST_CASE("a writer replaces an older trace and nothing else", "[traces][store]")
{
    const std::string path = test::temporaryPath("precious.txt");
    std::ofstream(path) << "a letter that is not a trace";
    std::string error;
    CHECK(trace::Writer::create(path, error) == nullptr);
    CHECK(error == path + ": is there already and is no trace, so it is not replaced");
    CHECK(std::filesystem::file_size(path) == 28);
    CHECK(trace::Writer::create("/dev/null", error) == nullptr);
    const std::string old = test::firstOpenTrace("old.rdrtrace");
    CHECK(create(old)->finish());
    CHECK(test::openTrace(old)->lastSeq() == 0);
}

TEST_CASE("two recordings of the same run are equal row by row", "[traces][store]")
{
    const std::string dump = "SELECT seq, time, span, parent, layer, kind, routine, object, "
                             "status, argument, text FROM v_events";
    std::vector<std::string> rows[2];
    for (int i = 0; i < 2; ++i) {
        const auto reader = test::openTrace(test::firstOpenTrace("equal" + std::to_string(i)));
        reader->sql(dump, {}, [&](const std::vector<const char*>& cells) {
            std::string row;
            for (const char* cell : cells) {
                row += std::string(cell != nullptr ? cell : "-") + "|";
            }
            rows[i].push_back(row);
        });
    }
    CHECK(rows[0].size() > 20);
    CHECK(rows[0] == rows[1]);
}

namespace {

// Records in a child process until it is killed in the way `die` asks for; the child tells through
// a pipe what it has done.
std::uint64_t recordAndDie(const std::string& path, void (*die)())
{
    int pipes[2];
    REQUIRE(pipe(pipes) == 0);
    const pid_t child = fork();
    if (child == 0) {
        for (const int signal : { SIGABRT, SIGSEGV, SIGTERM }) {
            std::signal(signal, SIG_DFL); // not the test program's own handlers
        }
        std::string error;
        auto writer = trace::Writer::create(path, error);
        recorder::Recorder recorder(std::move(writer));
        sched::Context context;
        recorder.setContext(&context);
        recorder::installCrashFlush();
        int thing = 0;
        recorder.born(recorder::ObjectKind::Fcb, &thing, 0, "\\lab\\x", nullptr);
        for (int i = 0; i < 50'000; ++i) {
            ++context.nowNs;
            recorder.event(
                recorder::Layer::Kernel, recorder::EventKind::Note, "tick", &thing, 0,
                std::uint64_t(i));
        }
        if (die == nullptr) {
            recorder.flush();
            for (int i = 0; i < 5'000; ++i) {
                recorder.event(
                    recorder::Layer::Kernel, recorder::EventKind::Note, "tock", &thing, 0,
                    std::uint64_t(i));
            }
        }
        const std::uint64_t seq = recorder.lastSeq();
        [[maybe_unused]] const auto written = write(pipes[1], &seq, sizeof seq);
        if (die == nullptr) {
            pause(); // until it is killed
        }
        die();
        _exit(3);
    }
    close(pipes[1]);
    std::uint64_t seq = 0;
    REQUIRE(read(pipes[0], &seq, sizeof seq) == sizeof seq);
    close(pipes[0]);
    if (die == nullptr) {
        kill(child, SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    return seq;
}

} // namespace

TEST_CASE(
    "a killed recording opens and holds everything up to the last batch", "[traces][store][fault]")
{
    const std::string path = test::temporaryPath("killed.rdrtrace");
    recordAndDie(path, nullptr);
    const auto reader = test::openTrace(path);
    CHECK_FALSE(reader->isComplete());
    CHECK(reader->lastSeq() >= 50'001);
    trace::Seq expected = 0;
    CHECK(reader->events(
        1, UINT64_MAX, [&](const trace::Event& event) { return event.seq == ++expected; }));
    CHECK(expected == reader->lastSeq());
    // The packed side was written with the rows, and the rest comes from them.
    const trace::Spine spine(*reader);
    CHECK(spine.eventCount() == reader->lastSeq());
    CHECK(spine.info(spine.chunkOf(40'000)).isExact);
    trace::Seq next = 0;
    CHECK(spine.each(1, UINT64_MAX, {}, [&](const trace::SpineColumns& columns, std::size_t i) {
        return columns.first + i == ++next && columns.object[i] == 1;
    }));
    CHECK(next == reader->lastSeq());
}

TEST_CASE("a recording that ends by abort or a fault holds every event", "[traces][store][fault]")
{
    const auto die = GENERATE(
        +[] { std::abort(); }, +[] { raise(SIGSEGV); }, +[] { raise(SIGTERM); });
    const std::string path = test::temporaryPath("aborted.rdrtrace");
    const std::uint64_t last = recordAndDie(path, die);
    const auto reader = test::openTrace(path);
    CHECK(reader->lastSeq() == last);
}

TEST_CASE("a batch torn by a kill is undone when the trace is opened", "[traces][store][fault]")
{
    // Keeps copies of the file and its journal from the middle of a commit: what a kill at that
    // moment would leave.
    const std::string path = test::temporaryPath("torn.rdrtrace");
    int started[2];
    REQUIRE(pipe(started) == 0);
    const pid_t child = fork();
    if (child == 0) {
        std::string error;
        auto writer = trace::Writer::create(path, error);
        trace::Packet packet;
        packet.length = 1 << 20;
        packet.payload.assign(1 << 20, std::byte(3));
        for (std::uint64_t i = 1;; ++i) {
            trace::Event event;
            event.seq = packet.seq = i;
            writer->event(event);
            writer->packet(packet);
            if (i % 8 == 0) {
                writer->commit();
            }
            if (i == 8 && write(started[1], "", 1) != 1) {
                _exit(1);
            }
            if (i > 4000) {
                _exit(0);
            }
        }
    }
    // Before the first commit there is no trace yet, which a slow machine may take long to reach.
    close(started[1]);
    char first;
    REQUIRE(read(started[0], &first, 1) == 1);
    close(started[0]);
    int torn = 0;
    for (int i = 0; i < 5; ++i) {
        usleep(60'000);
        const std::string copy = path + std::to_string(i);
        kill(child, SIGSTOP);
        // It may run on for a moment; a copy made meanwhile would be torn as no kill tears it.
        REQUIRE(waitpid(child, nullptr, WUNTRACED) == child);
        std::error_code ignored;
        std::filesystem::copy_file(path, copy, ignored);
        std::filesystem::copy_file(path + "-journal", copy + "-journal", ignored);
        kill(child, SIGCONT);
        if (!std::filesystem::exists(copy)) {
            continue;
        }
        std::error_code none;
        torn += std::filesystem::file_size(copy + "-journal", none) > 0 && !none;
        std::string error;
        const auto reader = trace::Reader::open(copy, error);
        INFO(error);
        REQUIRE(reader != nullptr);
        CHECK(reader->lastSeq() % 8 == 0);
        CHECK(reader->sql("SELECT count(*) FROM packets", {}, [](const auto&) {}).empty());
        std::filesystem::remove(copy);
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    WARN("copies taken in the middle of a commit: " << torn);
}

TEST_CASE(
    "a reader that holds a growing trace delays its writer and costs it nothing", "[traces][store]")
{
    const std::string path = test::temporaryPath("held.rdrtrace");
    const auto writer = create(path);
    trace::Event event;
    event.seq = 1;
    writer->event(event);
    writer->commit();
    sqlite3* reader = nullptr;
    REQUIRE(sqlite3_open_v2(path.c_str(), &reader, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    REQUIRE(
        sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM events", nullptr, nullptr, nullptr)
        == SQLITE_OK);
    // Opening it once more leaves the first reader its lock: closing another handle of the file
    // would have taken it away. A process sees only the locks of others.
    CHECK(test::openTrace(path)->lastSeq() == 1);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        struct flock wanted
        {
        };
        wanted.l_type = F_WRLCK;
        wanted.l_whence = SEEK_SET;
        wanted.l_start = 0x40000002; // where SQLite's readers hold theirs
        wanted.l_len = 510;
        const int file = ::open(path.c_str(), O_RDWR);
        _exit(fcntl(file, F_GETLK, &wanted) == 0 && wanted.l_type == F_RDLCK ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
    std::thread waiting([&] {
        event.seq = 2;
        writer->event(event);
        writer->commit();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20)); // mostly, the writer waits by now
    sqlite3_exec(reader, "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_close(reader);
    waiting.join();
    CHECK(writer->finish());
    CHECK(writer->error() == "");
    CHECK(test::openTrace(path)->lastSeq() == 2);
}
