// rdrlab diff: two recordings aligned, and what differs between them.
#include "traces/query/diff/diff.h"
#include "engine/cli/commands.h"
#include "engine/cli/progress.h"
#include "engine/cli/terminal.h"
#include "traces/exporters/diff_html.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

namespace rdrlab::cli {

namespace {

constexpr const char* kFooter = R"(
  ~ changed     in both, with another result or value
  - only A      missing in the second trace
  + only B      extra in the second trace
  ↕ reordered   in both, at another point: it counts as different unless --ignore order is given

Requests are paired with requests, then what happened in each call, then objects, so that times, thread numbers and the order
of independent requests do not matter. Each first divergence is told with what follows from it. The two columns of #numbers are
events of A and of B, for rdrlab show --from.

  rdrlab diff old.rdrtrace new.rdrtrace                     what changed, and why
  rdrlab diff a b --ignore order,locks -q && echo same      in a script
  rdrlab diff a b --aligned --context 10                    beside each other
  rdrlab diff --print-mask >my.toml; rdrlab diff a b --mask my.toml

--json: a, b (the traces), same, ignored, events (totals), causes (first: index into differences; how many consequences,
requests, objects), requests and objects that were looked at or differ, differences (a, b: events; op, order, request, object,
cause, what differs in details), durations in ns of calls that both made, and with --matches the pairs of events.)";

struct Options
{
    std::vector<std::string> traces;
    std::string mask;
    std::vector<std::string> ignored;
    std::vector<std::string> compared;
    trace::DiffTextOptions text;
    long context = 3;
    bool printMask = false;
    bool aligned = false;
    bool quiet = false;
    bool json = false;
    bool matches = false;
    std::string html;
};

int usage(const std::string& line)
{
    printError(line);
    return 2;
}

// The mask of the command line; nothing after a message when it makes no sense.
std::optional<trace::DiffMask> maskOf(const Options& options)
{
    trace::DiffMask mask = trace::DiffMask::standard();
    if (!options.mask.empty()) {
        std::ifstream file(options.mask, std::ios::binary);
        std::ostringstream text;
        if (!file || !(text << file.rdbuf())) {
            printError(options.mask + ": " + std::strerror(errno != 0 ? errno : EIO));
            return std::nullopt;
        }
        std::string error;
        const auto read = trace::DiffMask::parse(text.str(), error);
        if (!read) {
            printError(options.mask + ": " + error);
            return std::nullopt;
        }
        mask = *read;
    }
    for (const auto* list : { &options.ignored, &options.compared }) {
        for (const std::string& category : *list) {
            if (!mask.knows(category)) {
                printError(
                    "there is no category '" + category + "' in the mask (see --print-mask)");
                return std::nullopt;
            }
            list == &options.ignored ? mask.ignore(category) : mask.compare(category);
        }
    }
    return mask;
}

int diff(const Options& options)
{
    auto mask = maskOf(options);
    if (!mask) {
        return 2;
    }
    if (options.printMask) {
        std::cout << mask->print();
        return 0;
    }
    if (options.traces.size() != 2) {
        return usage("diff takes two traces (see rdrlab diff --help)");
    }
    std::unique_ptr<trace::Reader> readers[2];
    for (int i = 0; i < 2; ++i) {
        std::string error;
        readers[i] = trace::Reader::open(options.traces[std::size_t(i)], error);
        if (readers[i] == nullptr) {
            return usage(error);
        }
    }
    if (options.mask.empty()
        && trace::DiffMask::standardFor(*readers[0], *readers[1]).ignores("server")) {
        mask->ignore("server");
    }
    std::string error;
    const auto result = [&] {
        ProgressBar bar("comparing");
        return trace::TraceDiff::compare(*readers[0], *readers[1], *mask, error, [&](double done) {
            bar.show(done);
            return true;
        });
    }();
    if (result == nullptr) {
        return usage(error);
    }
    if (!options.html.empty()) {
        std::ofstream page(options.html, std::ios::binary | std::ios::trunc);
        if (!page) {
            return usage(options.html + ": " + std::strerror(errno));
        }
        trace::exportDiffHtml(*result, page);
        page.close();
        if (!page) {
            return usage(options.html + ": cannot write the page");
        }
    }
    trace::DiffTextOptions text = options.text;
    text.width = terminal().width;
    text.hasColour = terminal().hasColour;
    if (options.json) {
        trace::exportDiffJson(*result, options.matches, std::cout);
    } else if (options.aligned) {
        trace::exportDiffAligned(*result, options.context, text, std::cout);
    } else if (!options.quiet) {
        trace::exportDiffText(*result, text, std::cout);
    }
    std::cout.flush();
    for (const auto& reader : readers) {
        if (!reader->error().empty()) {
            return usage(reader->error());
        }
    }
    return !std::cout ? usage("cannot write the output") : result->isSame() ? 0 : 1;
}

} // namespace

void addDiff(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "diff", "Compare two recordings. Exit status: 0 the same, 1 different, 2 trouble.");
    command->footer(kFooter);
    command->add_option("TRACES", options->traces, "the two trace files")->type_name("A B");
    command->add_flag("--all", options->text.everything, "every difference with its details");
    command->add_flag(
        "--durations", options->text.durations, "also compare how long calls of each routine took");
    command->add_flag("--aligned", options->aligned, "both side by side, one line per event");
    command->add_option(
        "--context", options->context,
        "rows around each difference in --aligned (default 3; -1: everything)");
    command->add_option("--mask", options->mask, "leave out what this file says (TOML)");
    command->add_flag("--print-mask", options->printMask, "print what is left out, as such a file");
    command
        ->add_option("--ignore", options->ignored, "leave these categories out too: order,irql,…")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--compare", options->compared, "compare these categories: times,threads,…")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_flag("--json", options->json, "everything found as one JSON object");
    command->add_flag(
        "--matches", options->matches, "with --json: also the whole match table, as pairs of seq");
    command->add_option("--html", options->html, "write a self-contained page into this file");
    command->add_flag("-q,--quiet", options->quiet, "no output, only the exit status");
    command->callback([options, &status] { status = diff(*options); });
}

} // namespace rdrlab::cli
