// rdrlab check: whether a trace keeps the promises of its format.
#include "traces/query/check.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/progress.h"
#include "engine/cli/terminal.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string trace;
    std::uint64_t perRule = 10;
    bool json = false;
};

std::string place(const trace::Breach& breach)
{
    if (breach.row.empty()) {
        return breach.table;
    }
    const bool isSeq = breach.table == "events" || breach.table == "changes"
        || breach.table == "refs" || breach.table == "packets";
    return breach.table + (isSeq ? " #" : " ") + breach.row;
}

int check(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    trace::CheckOptions limits;
    limits.perRule = options.perRule;
    ProgressBar progress("checking");
    limits.progress = [&](double done) {
        progress.show(done);
        return true;
    };
    bool isFirst = true;
    if (options.json) {
        fmt::print("{{\"trace\":{},\"breaches\":[", trace::jsonString(options.trace));
    }
    const trace::CheckResult result
        = trace::check(*reader, limits, [&](const trace::Breach& breach) {
              progress.clear();
              if (options.json) {
                  fmt::print(
                      "{}\n{{\"table\":{},\"row\":{},\"text\":{}}}", isFirst ? "" : ",",
                      trace::jsonString(breach.table),
                      breach.row.empty() ? "null" : trace::jsonString(breach.row),
                      trace::jsonString(breach.text));
              } else {
                  fmt::print(
                      "{}: {}\n", paint(Colour::Bold, harmless(place(breach))),
                      harmless(breach.text));
              }
              isFirst = false;
          });
    progress.clear();
    const bool good = result.breaches == 0;
    if (options.json) {
        fmt::print(
            "{}],\"untold\":{},\"complete\":{},\"sound\":{}}}\n", isFirst ? "" : "\n",
            result.untold, reader->isComplete(), good);
        return good ? 0 : 1;
    }
    if (result.untold != 0) {
        fmt::print("and {} more like these (--limit tells more)\n", result.untold);
    }
    fmt::print(
        "{}: {}{}\n", options.trace,
        good ? paint(Colour::Green, fmt::format("sound, {} events", reader->lastSeq()))
             : paint(
                 Colour::Red,
                 fmt::format("{} breach{}", result.breaches, result.breaches == 1 ? "" : "es")),
        reader->isComplete() ? "" : "; its recording was not finished");
    return good ? 0 : 1;
}

} // namespace

void addCheck(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "check",
        "Check whether a trace keeps what its format promises: one line per breach, exit status "
        "1.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command
        ->add_option(
            "--limit", options->perRule, "breaches of one kind to tell; more are only counted")
        ->capture_default_str();
    command->add_flag("--json", options->json, "as a JSON object");
    command->callback([options, &status] { status = check(*options); });
}

} // namespace rdrlab::cli
