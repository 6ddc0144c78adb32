// rdrlab run, rdrlab replay: the commands that boot a machine.
#include "engine/cli/commands.h"
#include "engine/cli/control.h"
#include "engine/cli/terminal.h"
#include "engine/scenario/runner.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace rdrlab::cli {

namespace {

namespace fs = std::filesystem;

struct RunArguments
{
    std::string scenario;
    std::string trace;
    std::string server;
    std::string driver;
    uint64_t seed = 1;
    uint32_t payloadLimitBytes = UINT32_MAX;
    bool json = false;
    bool control = false;
    bool quiet = false;
    bool forgetPassword = false;
};

/// The redirector that comes with the program: drivers/ beside bin/.
std::string ownRedirector()
{
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path module = program.parent_path().parent_path() / "drivers" / "minirdr.so";
    return fs::exists(module, error) ? module.string() : std::string();
}

std::string readText(const std::string& path, std::string& text)
{
    constexpr std::uintmax_t kMaximumBytes = 16u << 20;
    std::error_code error;
    if (!fs::exists(path, error))
        return "no such file: " + path;
    if (fs::is_directory(path, error))
        return path + " is a folder, not a scenario";
    if (fs::file_size(path, error) > kMaximumBytes)
        return path + " is larger than 16 MiB, which no scenario is";
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    if (!file)
        return "cannot read " + path;
    text = content.str();
    return {};
}

/// On a terminal, tells how long a run takes and how large its trace grows, from the second second
/// on. It only looks at the clock and the file: the machine knows nothing of it.
class Progress
{
public:
    explicit Progress(std::string tracePath)
        : m_tracePath(std::move(tracePath))
    {
        if (isatty(STDERR_FILENO))
            m_thread = std::thread([this] { show(); });
    }
    ~Progress()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_done = true;
        }
        m_wake.notify_one();
        if (m_thread.joinable())
            m_thread.join();
    }

private:
    void show()
    {
        using namespace std::chrono;
        const auto start = steady_clock::now();
        std::unique_lock lock(m_mutex);
        bool shown = false;
        while (
            !m_wake.wait_for(lock, milliseconds(shown ? 200 : 1000), [this] { return m_done; })) {
            std::error_code error;
            const auto bytes = m_tracePath.empty() ? 0 : fs::file_size(m_tracePath, error);
            const double elapsed = duration<double>(steady_clock::now() - start).count();
            fmt::print(stderr, "\r{:.1f} s", elapsed);
            if (!error && bytes)
                fmt::print(stderr, ", {:.1f} MiB recorded", static_cast<double>(bytes) / (1 << 20));
            fmt::print(stderr, "   ");
            std::fflush(stderr);
            shown = true;
        }
        if (shown)
            fmt::print(stderr, "\r{:40}\r", "");
    }

    std::string m_tracePath;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_done = false;
    std::thread m_thread;
};

void printReport(const scenario::RunReport& report, const scenario::RunOptions& options, bool json)
{
    if (json) {
        nlohmann::json object = { { "ok", report.ok },
                                  { "scenario", options.displayName },
                                  { "seed", options.seed },
                                  { "expectations", report.expectationsMet },
                                  { "virtual_ns", report.virtualNs },
                                  { "events", report.events } };
        if (!report.ok)
            object["error"] = report.error;
        if (!options.tracePath.empty())
            object["trace"] = options.tracePath;
        fmt::print("{}\n", object.dump());
        return;
    }
    if (!report.details.empty())
        fmt::print(stderr, "{}{}", report.details, report.details.back() == '\n' ? "" : "\n");
    if (!report.ok)
        return printError(report.error);
    fmt::print(
        "{}: ok, {} expectations met, {} virtual, seed {}\n", options.displayName,
        report.expectationsMet, durationText(report.virtualNs), options.seed);
}

int execute(scenario::RunOptions& options, const RunArguments& arguments)
{
    if (options.driverPath.empty())
        options.driverPath = ownRedirector();
    if (options.driverPath.empty()) {
        printError("minirdr.so is not where it is built; name a redirector with --driver");
        return 2;
    }
    std::error_code error;
    if (!fs::exists(options.driverPath, error)) {
        printError("no such driver: " + options.driverPath);
        return 2;
    }
    options.driverPath = fs::absolute(options.driverPath).string();
    options.tracePath = arguments.trace;
    options.keepPassword = !arguments.forgetPassword;
    if (!arguments.quiet && !arguments.json && !arguments.control)
        options.log = [](const std::string& line) { fmt::print("  {}\n", harmless(line)); };
    Controller controller(arguments.trace);
    if (arguments.control) {
        if (arguments.trace.empty()) {
            printError("--control needs --trace: the state is read from the recording");
            return 2;
        }
        controller.attach(options);
    }
    scenario::RunReport report;
    {
        const Progress progress(arguments.trace);
        report = scenario::run(options);
    }
    if (arguments.control)
        controller.finished(report);
    else
        printReport(report, options, arguments.json);
    return report.ok ? 0 : 1;
}

int runScenario(const RunArguments& arguments)
{
    scenario::RunOptions options;
    if (const std::string problem = readText(arguments.scenario, options.text); !problem.empty()) {
        printError(problem);
        return 2;
    }
    options.displayName = arguments.scenario;
    options.seed = arguments.seed;
    options.driverPath = arguments.driver;
    options.payloadLimitBytes = arguments.payloadLimitBytes;
    if (!arguments.server.empty()) {
        if (arguments.payloadLimitBytes != UINT32_MAX) {
            printError("--payload: a run against a real server is replayed from its packets, so it "
                       "keeps them whole");
            return 2;
        }
        std::string problem;
        options.server = scenario::parseServerUrl(arguments.server, problem);
        if (!options.server) {
            printError("--server: " + problem);
            return 2;
        }
    }
    return execute(options, arguments);
}

int replayTrace(const RunArguments& arguments)
{
    scenario::RunOptions options;
    options.driverPath = arguments.driver;
    if (!arguments.server.empty()) {
        std::string problem;
        options.server = scenario::parseServerUrl(arguments.server, problem);
        if (!options.server) {
            printError("--server: " + problem);
            return 2;
        }
    }
    if (const std::string problem = scenario::prepareReplay(arguments.scenario, options);
        !problem.empty()) {
        printError(problem);
        return 1;
    }
    return execute(options, arguments);
}

} // namespace

void addRun(CLI::App& app, int& status)
{
    const auto arguments = std::make_shared<RunArguments>();
    CLI::App* command = app.add_subcommand("run", "Run a scenario on the emulated kernel.");
    command
        ->add_option(
            "SCENARIO", arguments->scenario, "a scenario, e.g. labs/01-first-open/scenario.lua")
        ->required();
    command->add_option("--trace", arguments->trace, "record into this file");
    command->add_option("--seed", arguments->seed, "seed of every choice (default 1)");
    command->add_option(
        "--payload", arguments->payloadLimitBytes,
        "record only the first so many bytes of each packet (default: all)");
    command->add_option(
        "--server", arguments->server,
        "put a real server in place of the scenario's first one: smb://user:password@host:port");
    command->add_option("--driver", arguments->driver, "the redirector to load instead of minirdr");
    command->add_flag(
        "--forget-password", arguments->forgetPassword,
        "leave the password of --server out of the trace");
    command->add_flag("--json", arguments->json, "print the result as JSON");
    command->add_flag(
        "--control", arguments->control,
        "take commands as JSON lines on standard input: break, step, out, continue, state, fault, "
        "cut, heal, quit");
    command->add_flag("-q,--quiet", arguments->quiet, "leave out the scenario's log() lines");
    command->callback([arguments, &status] { status = runScenario(*arguments); });
}

void addReplay(CLI::App& app, int& status)
{
    const auto arguments = std::make_shared<RunArguments>();
    CLI::App* command = app.add_subcommand(
        "replay",
        "Run a recorded scenario again from its trace: same choices, same input, no server.");
    command->add_option("TRACE", arguments->scenario, "a trace that run has made")->required();
    command->add_option("--trace", arguments->trace, "record the replay into this file");
    command->add_option(
        "--server", arguments->server, "the credentials, when the trace has no password");
    command->add_option("--driver", arguments->driver, "the redirector to load instead of minirdr");
    command->add_flag("--json", arguments->json, "print the result as JSON");
    command->add_flag("-q,--quiet", arguments->quiet, "leave out the scenario's log() lines");
    command->callback([arguments, &status] { status = replayTrace(*arguments); });
}

} // namespace rdrlab::cli
