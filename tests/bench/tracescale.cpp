// What one trace costs to open, read, seek in and ask, printed as "name value" lines for
// traces_bench.sh.
//
//   tracescale TRACE            the figures of one trace
//   tracescale --run CMD...     runs a command; prints its wall and CPU seconds, peak KiB and
//   status tracescale --emit EVENTS    (with LTTng) emits so many events of the record benchmark's
//   peer
//
// All figures are CPU time (user and system) with a warm page cache, each taken several times in
// one process: on a quiet machine that is the time on the wall, and on a busy one it still means
// something, down to the slowest of a hundred.
#include "traces/query/history.h"
#include "traces/query/state.h"
#include "traces/store/reader.h"
#include "traces/store/spine.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vector>

using namespace rdrlab::trace;

#ifdef RDRLAB_HAVE_LTTNG
extern "C" void emitPeerEvents(unsigned long count);
extern "C" int isPeerEnabled(void);
#endif

namespace {

constexpr int kRepeats = 7;
constexpr std::size_t kSeeks = 1'000;
constexpr double kSecondsForSeeks = 20; // a store that seeks slowly is measured with fewer

using Wall = std::chrono::steady_clock;

// The CPU time of this process, which has one thread.
struct Clock
{
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    static constexpr bool is_steady = true;
    using time_point = std::chrono::time_point<Clock, duration>;
    static time_point now()
    {
        timespec time {};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return time_point(std::chrono::seconds(time.tv_sec) + duration(time.tv_nsec));
    }
};

template <typename Point> double secondsSince(Point start)
{
    return std::chrono::duration<double>(Point::clock::now() - start).count();
}

std::uint64_t random64()
{
    static std::uint64_t state = 1; // the same places in each run
    std::uint64_t value = (state += UINT64_C(0x9E3779B97F4A7C15));
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

double quantile(std::vector<double> values, double which)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[std::size_t(which * double(values.size() - 1) + 0.5)];
}

void print(const char* name, double value)
{
    std::printf("%s %.15g\n", name, value);
    std::fflush(stdout);
}

std::unique_ptr<Reader> open(const std::string& path)
{
    std::string error;
    auto reader = Reader::open(path, error);
    if (reader == nullptr) {
        std::fprintf(stderr, "tracescale: %s\n", error.c_str());
        std::exit(1);
    }
    return reader;
}

void check(const Reader& reader, bool good)
{
    if (!good || !reader.error().empty()) {
        std::fprintf(stderr, "tracescale: %s\n", reader.error().c_str());
        std::exit(1);
    }
}

// Until a list of the last 64 events with their names could be drawn.
void measureOpen(const std::string& path)
{
    std::vector<double> opened;
    std::vector<double> shown;
    for (int i = 0; i < kRepeats; ++i) {
        const auto start = Clock::now();
        const auto reader = open(path);
        opened.push_back(secondsSince(start));
        const Seq last = reader->lastSeq();
        std::size_t letters = 0;
        check(
            *reader,
            reader->events(last - std::min<Seq>(last - 1, 63), last, [&](const Event& event) {
                const Object* object = reader->object(event.object);
                letters += reader->string(event.routine).size();
                letters += object != nullptr ? reader->string(object->name).size() : 0;
                return true;
            }));
        shown.push_back(secondsSince(start));
        if (letters == 0) {
            std::fprintf(stderr, "tracescale: the last events have no names\n");
            std::exit(1);
        }
    }
    print("open_ms", quantile(opened, 0.5) * 1e3);
    print("first_page_ms", quantile(shown, 0.5) * 1e3);
}

// What babeltrace2's counter sink does: each event is decoded and counted by kind.
void measureSequential(const Reader& reader)
{
    const double events = double(reader.lastSeq());
    std::vector<double> columns;
    std::uint64_t counted = 0;
    std::uint64_t times = 0;
    for (int i = 0; i < kRepeats; ++i) {
        std::uint64_t counts[unsigned(EventKind::Maximum) + 1] = {};
        const auto start = Clock::now();
        const Spine spine(reader);
        SpineColumns decoded;
        for (std::size_t chunk = 0; chunk < spine.chunkCount(); ++chunk) {
            check(reader, spine.decode(chunk, decoded));
            for (std::size_t at = 0; at < decoded.count; ++at) {
                ++counts[std::min(unsigned(decoded.kind[at]), unsigned(EventKind::Maximum))];
                times += decoded.timeNs[at];
            }
        }
        columns.push_back(secondsSince(start));
        for (const std::uint64_t count : counts) {
            counted += count;
        }
        if (columns.front() > 10) {
            break;
        }
    }
    print("spine_us", quantile(columns, 0.5) / events * 1e6);
    std::vector<double> rows;
    for (int i = 0; i < 3; ++i) {
        const auto start = Clock::now();
        check(reader, reader.events(1, reader.lastSeq(), [&](const Event& event) {
            times += event.timeNs;
            return true;
        }));
        rows.push_back(secondsSince(start));
    }
    print("rows_us", quantile(rows, 0.5) / events * 1e6);
    std::fprintf(
        stderr, "tracescale: %.0f events read %.1f times (%llx)\n", events,
        double(counted) / events, static_cast<unsigned long long>(times));
}

void measureSeeks(const Reader& reader)
{
    StateCursor cursor(reader);
    std::vector<double> seeks;
    std::size_t fields = 0;
    const auto begin = Clock::now();
    while (seeks.size() < kSeeks && (seeks.size() < 5 || secondsSince(begin) < kSecondsForSeeks)) {
        const Seq to = 1 + random64() % reader.lastSeq();
        const auto start = Clock::now();
        check(reader, cursor.moveTo(to));
        // The state of every object, not only the way to it.
        for (const ObjectId object : cursor.alive()) {
            fields += cursor.packed(object).fields.size();
        }
        seeks.push_back(secondsSince(start));
    }
    print("seek_fields", double(fields) / double(seeks.size()));
    print("seek_count", double(seeks.size()));
    print("seek_p50_ms", quantile(seeks, 0.5) * 1e3);
    print("seek_p99_ms", quantile(seeks, 0.99) * 1e3);
    std::vector<double> steps;
    for (std::size_t i = 0; i < kSeeks; ++i) {
        const Seq to = i % 2 == 0 ? cursor.position() + 1 : cursor.position() - 1;
        const auto start = Clock::now();
        check(reader, cursor.moveTo(std::max<Seq>(to, 1)));
        steps.push_back(secondsSince(start));
    }
    print("step_p50_us", quantile(steps, 0.5) * 1e6);
    print("step_p99_us", quantile(steps, 0.99) * 1e6);
}

// Who last wrote a field: of fields that do change, asked from later events.
void measureLastChange(const Reader& reader)
{
    std::vector<double> times;
    for (std::size_t i = 0; i < kSeeks; ++i) {
        const Seq from = 1 + random64() % reader.lastSeq();
        FieldChange about;
        check(reader, reader.changes(from, from + 10'000, [&](const FieldChange& change) {
            about = change;
            return false;
        }));
        if (about.object == 0) {
            continue;
        }
        const Seq at = about.seq + random64() % (reader.lastSeq() - about.seq + 1);
        const auto start = Clock::now();
        const std::optional<FieldChange> found = lastChange(reader, about.object, about.field, at);
        times.push_back(secondsSince(start));
        if (!found || found->seq < about.seq || found->seq > at) {
            std::fprintf(stderr, "tracescale: the last change of a field is not found\n");
            std::exit(1);
        }
    }
    print("last_p50_us", quantile(times, 0.5) * 1e6);
    print("last_p99_us", quantile(times, 0.99) * 1e6);
}

int measureTrace(const std::string& path)
{
    measureOpen(path);
    const auto reader = open(path);
    if (reader->lastSeq() == 0) {
        std::fprintf(stderr, "tracescale: the trace is empty\n");
        return 1;
    }
    print("events", double(reader->lastSeq()));
    print("bytes", double(std::filesystem::file_size(path)));
    measureSequential(*reader);
    measureSeeks(*reader);
    measureLastChange(*reader);
    rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    print("peak_kib", double(usage.ru_maxrss));
    return 0;
}

int runCommand(char** command)
{
    const auto start = Wall::now();
    const pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        std::perror(command[0]);
        _exit(127);
    }
    int status = 0;
    rusage usage {};
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        std::perror("tracescale");
        return 1;
    }
    const auto seconds
        = [](const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
    std::fprintf(
        stderr, "%.3f %.3f %ld %d\n", secondsSince(start),
        seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
        WIFEXITED(status) ? WEXITSTATUS(status) : 128);
    return 0;
}

int emit([[maybe_unused]] std::uint64_t events)
{
#ifdef RDRLAB_HAVE_LTTNG
    constexpr std::uint64_t kBurst = 200'000; // the consumer catches up between two
    for (int i = 0; i < 500 && !isPeerEnabled(); ++i) {
        usleep(10'000);
    }
    if (!isPeerEnabled()) {
        return 1;
    }
    for (std::uint64_t done = 0; done < events; done += kBurst) {
        emitPeerEvents(std::min(kBurst, events - done));
        usleep(60'000);
    }
    return 0;
#else
    return 1;
#endif
}

} // namespace

int main(int argc, char** argv)
{
    if (argc >= 3 && std::strcmp(argv[1], "--run") == 0) {
        return runCommand(argv + 2);
    }
    if (argc == 3 && std::strcmp(argv[1], "--emit") == 0) {
        return emit(std::strtoull(argv[2], nullptr, 10));
    }
    if (argc != 2) {
        std::fprintf(stderr, "usage: tracescale TRACE | --run COMMAND... | --emit EVENTS\n");
        return 2;
    }
    return measureTrace(argv[1]);
}
