// boot_bench.cpp - how long the whole world takes to boot and to go, beside what is published for a
// rump kernel.
//
// The whole world is what a scenario finds when its first process runs: the executive, the network,
// MUP, and minirdr loaded (from its module file), registered with MUP and started by its control
// device. The kernel without drivers and the whole program are rows of their own.
#include "engine/ntos/world_host.h"
#include "engine/scenario/plan.h"
#include "engine/scenario/redirector.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kRounds = 50;
constexpr int kPrograms = 15;
constexpr double kPeerMs = 10.0; // rump kernel, published
constexpr std::uint16_t kSmbPort = 445;

double sinceMs(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Times
{
    std::vector<double> kernelMs, bootMs, wholeMs;
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// Boots a world and shuts it down. What went wrong, or nothing.
std::string boot(Times& times)
{
    const auto start = Clock::now();
    std::optional<rdrlab::ntos::World> world;
    world.emplace();
    times.kernelMs.push_back(sinceMs(start));
    if (world->bugchecked()) {
        return world->bugcheckReport();
    }
    if (world->loadDriver(RDRLAB_MINIRDR, "minirdr") != 0) {
        return "minirdr cannot be loaded";
    }
    std::uint32_t status = 0;
    world->createThread(world->createProcess("services", "SYSTEM"), "main", [&] {
        status = rdrlab::scenario::redirector::start({}, kSmbPort);
    });
    const rdrlab::ntos::RunResult result = world->run();
    if (!result.ok() || status != 0) {
        return "minirdr does not start: " + result.report;
    }
    times.bootMs.push_back(sinceMs(start));
    world->createThread(world->createProcess("services", "SYSTEM"), "main", [] {
        rdrlab::scenario::redirector::stop();
    });
    world->run();
    world.reset();
    times.wholeMs.push_back(sinceMs(start));
    return {};
}

// The program as a person runs it, with a scenario that does nothing; recorded or not. Negative:
// it failed.
double program(const std::string& options)
{
    const std::string scenario = "/tmp/rdrlab-boot-bench-" + std::to_string(getpid()) + ".lua";
    std::ofstream(scenario) << "process(\"idle\", {}, function() end)\n";
    std::vector<double> times;
    bool isRight = true;
    for (int i = 0; i < kPrograms && isRight; ++i) {
        const auto start = Clock::now();
        isRight
            = std::system((RDRLAB_PROGRAM " run -q " + scenario + options + " >/dev/null").c_str())
            == 0;
        times.push_back(sinceMs(start));
    }
    std::remove(scenario.c_str());
    return isRight ? median(times) : -1;
}

} // namespace

int main()
{
    Times times;
    for (int round = 0; round < kRounds; ++round) {
        const std::string problem = boot(times);
        if (!problem.empty()) {
            std::fprintf(stderr, "%s\n", problem.c_str());
            return 1;
        }
    }
    const std::string trace = "/tmp/rdrlab-boot-bench-" + std::to_string(getpid()) + ".rdrtrace";
    const double quietMs = program("");
    const double recordedMs = program(" --trace " + trace);
    std::remove(trace.c_str());
    if (quietMs < 0 || recordedMs < 0) {
        std::fprintf(stderr, "rdrlab run failed\n");
        return 1;
    }
    const double coldMs = times.bootMs.front();
    std::printf(
        "boot the whole world, minirdr loaded and started, first in its process | %.2f ms | %.0f "
        "ms "
        "(rump kernel, published) | %.3f | < 5 ms\n",
        coldMs, kPeerMs, coldMs / kPeerMs);
    std::printf(
        "of that the kernel up to MUP, without drivers | %.2f ms | | |\n", times.kernelMs.front());
    std::printf(
        "boot the whole world again | %.2f ms | %.0f ms (likewise) | %.3f | < 5 ms\n",
        median(times.bootMs), kPeerMs, median(times.bootMs) / kPeerMs);
    std::printf("boot, stop minirdr and shut down again | %.2f ms | | |\n", median(times.wholeMs));
    std::printf("whole program, a process that does nothing | %.1f ms | | |\n", quietMs);
    std::printf("likewise, recorded | %.1f ms | | |\n", recordedMs);
    return coldMs < 5.0 ? 0 : 1;
}
