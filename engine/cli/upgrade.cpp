// rdrlab upgrade: brings an older or interrupted trace into today's layout.
#include "traces/store/upgrade.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/progress.h"
#include "engine/cli/terminal.h"
#include "traces/store/schema.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string trace;
    std::string output;
};

int upgrade(const Options& options)
{
    auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    const int version = reader->schemaVersion();
    if (version > trace::kSchemaVersion) {
        printError(fmt::format("{}: a newer program's, and stays as it is", options.trace));
        return 1;
    }
    const bool inPlace = options.output.empty();
    if (inPlace && version == trace::kSchemaVersion && reader->isComplete()) {
        fmt::print("{}: schema version {} and complete already\n", options.trace, version);
        return 0;
    }
    std::error_code problem;
    if (!inPlace && std::filesystem::equivalent(options.trace, options.output, problem)) {
        printError(fmt::format("{}: is the trace itself", options.output));
        return 2;
    }
    const std::string to = inPlace ? options.trace + ".upgrade" : options.output;
    ProgressBar bar("upgrading");
    std::string error;
    const bool good = trace::upgradeTrace(*reader, to, error, bar.follow());
    bar.clear();
    if (!good) {
        printError(error);
        return 1;
    }
    const bool wasComplete = reader->isComplete();
    const trace::Seq events = reader->lastSeq();
    reader.reset();
    if (inPlace && std::rename(to.c_str(), options.trace.c_str()) != 0) {
        printError(fmt::format("{}: {}", options.trace, std::strerror(errno)));
        std::remove(to.c_str());
        return 1;
    }
    fmt::print(
        "{}: schema version {}, {} events{}\n", inPlace ? options.trace : options.output,
        trace::kSchemaVersion, events, wasComplete ? "" : ", as far as it was recorded");
    return 0;
}

} // namespace

void addUpgrade(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "upgrade",
        "Write a trace of an older program, or one whose recording was interrupted, anew with all "
        "tables and indexes of today.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option(
        "-o,--output", options->output, "where to write it; default: it takes the trace's place");
    command->callback([options, &status] { status = upgrade(*options); });
}

} // namespace rdrlab::cli
