// The cost of recording one event, beside LTTng-UST on the same machine in the same run.
//
// Ours is the whole path of the engine's thread: object by address, routine by literal, one slot
// published, while the writer thread puts the rows into SQLite. The peer writes five integers into
// its shared-memory buffers, which outlive the process and are read by another one: it guarantees
// more, ours keeps more (names, objects, a queryable file). Both loops record 1,000,000 events,
// seven times; the medians are compared.
#include "engine/recorder/recorder.h"
#include "traces/store/writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace rdrlab;

extern "C" volatile unsigned int RdrTraceOn;

namespace {

constexpr std::uint64_t kEvents = 1'000'000;
constexpr int kRepeats = 7;
constexpr double kGoal = 0.4;

double nanoseconds(std::chrono::steady_clock::time_point since)
{
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - since)
        .count();
}

double median(std::array<double, kRepeats> values)
{
    std::sort(values.begin(), values.end());
    return values[kRepeats / 2];
}

void printSpread(const char* what, std::array<double, kRepeats> values)
{
    std::sort(values.begin(), values.end());
    std::fprintf(
        stderr, "%s: median %.1f, min %.1f, max %.1f ns/event\n", what, values[kRepeats / 2],
        values.front(), values.back());
}

struct Ours
{
    double recording = 0;
    double spans = 0;
    double off = 0;
    double bytesPerEvent = 0;
};

Ours measureOurs(const std::string& folder)
{
    const std::string path = folder + "/record.rdrtrace";
    std::string error;
    auto writer = trace::Writer::create(path, error);
    if (writer == nullptr) {
        std::fprintf(stderr, "%s\n", error.c_str());
        std::exit(1);
    }
    std::array<double, kRepeats> recording {};
    std::array<double, kRepeats> spans {};
    std::array<double, kRepeats> off {};
    {
        recorder::Recorder recorder(std::move(writer));
        sched::Context context;
        context.threadId = 8;
        recorder.setContext(&context);
        std::vector<std::array<char, 64>> objects(1024);
        for (auto& object : objects) {
            recorder.born(recorder::ObjectKind::Irp, &object, 0, "", nullptr);
        }
        const auto outer = recorder.begin(recorder::Layer::App, "NtReadFile", nullptr);
        for (double& result : recording) {
            const auto start = std::chrono::steady_clock::now();
            for (std::uint64_t i = 0; i < kEvents; ++i) {
                ++context.nowNs;
                recorder.event(
                    recorder::Layer::Mrx, recorder::EventKind::Note, "MRxRead", &objects[i & 1023],
                    0, i);
            }
            result = nanoseconds(start) / kEvents;
            recorder.flush();
        }
        for (double& result : spans) {
            const auto start = std::chrono::steady_clock::now();
            for (std::uint64_t i = 0; i < kEvents / 2; ++i) {
                ++context.nowNs;
                recorder.end(
                    recorder.begin(recorder::Layer::Mrx, "MRxRead", &objects[i & 1023]), 0, i);
            }
            result = nanoseconds(start) / kEvents;
            recorder.flush();
        }
        recorder.end(outer, 0, 0);
        recorder.finish();
    }
    Ours ours;
    ours.bytesPerEvent = double(std::filesystem::file_size(path)) / (2.0 * kRepeats * kEvents);
    std::filesystem::remove(path);
    for (double& result : off) {
        const auto start = std::chrono::steady_clock::now();
        for (std::uint64_t i = 0; i < kEvents; ++i) {
            if (RdrTraceOn != 0) [[unlikely]] // what RdrTraceActive() of rdrtrace.h tests
            {
                recorder::Recorder::active()->event(
                    recorder::Layer::Mrx, recorder::EventKind::Note, "MRxRead", nullptr, 0, i);
            }
        }
        result = nanoseconds(start) / kEvents;
    }
    printSpread("rdrlab, one event", recording);
    printSpread("rdrlab, begin or end of a call", spans);
    printSpread("rdrlab, not recording", off);
    std::fprintf(
        stderr, "rdrlab: %.1f bytes per event in the finished file, indexes included\n",
        ours.bytesPerEvent);
    ours.recording = median(recording);
    ours.spans = median(spans);
    ours.off = median(off);
    return ours;
}

} // namespace

#ifdef RDRLAB_HAVE_LTTNG

extern "C" void emitPeerEvents(unsigned long count);
extern "C" int isPeerEnabled(void);

namespace {

// Runs in a process of its own, started after the session: that is how an instrumented program
// meets LTTng.
int emitAsPeer()
{
    for (int i = 0; i < 500 && !isPeerEnabled(); ++i) {
        usleep(10'000);
    }
    if (!isPeerEnabled()) {
        return 1;
    }
    for (int i = 0; i < kRepeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        emitPeerEvents(kEvents);
        std::printf("%f\n", nanoseconds(start) / kEvents);
        std::fflush(stdout);
        usleep(500'000); // the consumer catches up, so that no event is dropped
    }
    return 0;
}

// The median of the peer, 0 when it cannot be run.
double measurePeer(const std::string& folder, const char* self)
{
    const std::string quiet = " >>" + folder + "/lttng.log 2>&1";
    const std::string pidFile = folder + "/sessiond.pid";
    const auto run
        = [&](const std::string& command) { return std::system((command + quiet).c_str()) == 0; };
    if (!run("command -v lttng")
        || !run("lttng-sessiond --daemonize --no-kernel --pidfile=" + pidFile)) {
        return 0;
    }
    const std::string session = "rdrlab-bench-" + std::to_string(getpid());
    double result = 0;
    if (run("lttng create " + session + " --output=" + folder + "/ctf")
        && run("lttng enable-channel -u c --subbuf-size=16M --num-subbuf=8 --buffers-uid")
        && run("lttng enable-event -u -c c 'rdrlab_bench:*'") && run("lttng start")) {
        std::array<double, kRepeats> values {};
        int got = 0;
        if (std::FILE* pipe = popen((std::string(self) + " --as-peer").c_str(), "r")) {
            while (got < kRepeats && std::fscanf(pipe, "%lf", &values[std::size_t(got)]) == 1) {
                ++got;
            }
            pclose(pipe);
        }
        run("lttng stop");
        if (got == kRepeats) {
            printSpread("LTTng-UST, one event", values);
            result = median(values);
        }
    }
    run("lttng destroy " + session);
    std::ifstream file(pidFile);
    if (pid_t pid = 0; file >> pid && pid > 1) {
        kill(pid, SIGTERM);
    }
    return result;
}

} // namespace

#endif

int main(int argc, char** argv)
{
    double peer = 0;
    std::string pattern = (std::filesystem::temp_directory_path() / "rdrlab-bench-XXXXXX").string();
#ifdef RDRLAB_HAVE_LTTNG
    if (argc > 1 && std::strcmp(argv[1], "--as-peer") == 0) {
        return emitAsPeer();
    }
#endif
    const std::string folder = mkdtemp(pattern.data());
    const Ours ours = measureOurs(folder);
#ifdef RDRLAB_HAVE_LTTNG
    peer = measurePeer(folder, argv[0]);
#endif
    if (peer > 0) {
        std::printf(
            "record one event | %.1f ns | LTTng-UST %.1f ns | %.2f | <= %.1f\n", ours.recording,
            peer, ours.recording / peer, kGoal);
        std::printf(
            "record begin or end of a call | %.1f ns | LTTng-UST %.1f ns | %.2f | <= %.1f\n",
            ours.spans, peer, ours.spans / peer, kGoal);
    } else {
        std::fprintf(stderr, "LTTng-UST is not installed or cannot run here: no peer\n");
        std::printf("record one event | %.1f ns | - | - | <= %.1f\n", ours.recording, kGoal);
    }
    std::printf("event while not recording | %.2f ns | - | - | <= 1 ns\n", ours.off);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return 0;
}
