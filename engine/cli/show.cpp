// rdrlab show: the recording as text.
#include "engine/cli/commands.h"
#include "engine/cli/dump.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/terminal.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string trace;
    TreeOptions tree;
    bool isTree = false;
    bool fromGiven = false;
    bool json = false;
};

int show(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    // The tree is for people: it begins where the scenario does, not where the machine boots.
    TreeOptions tree = options.tree;
    if (options.isTree && !options.fromGiven && !tree.everything) {
        tree.range.from = std::strtoull(reader->meta("start", "1").c_str(), nullptr, 10);
    }
    const Range& range = tree.range;
    if (!isRange(range.from, range.to)) {
        return 2;
    }
    if (options.json) {
        trace::exportEventsJson(*reader, range.from, range.to, std::cout);
        std::cout << '\n';
    } else if (options.isTree) {
        printTree(*reader, tree, std::cout);
    } else {
        dumpEvents(*reader, range, options.tree.onlyMrx, std::cout);
    }
    std::cout.flush();
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    return 0;
}

} // namespace

void addShow(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("show", "Print a recording as text.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_flag(
        "--tree", options->isTree, "as a tree of calls, with what each gave birth to and changed");
    command->add_flag(
        "--mrx", options->tree.onlyMrx, "only calls into the mini-redirector and its callbacks");
    command->add_flag(
        "--all", options->tree.everything,
        "in the tree: also the machine's start, waits, locks, packets and request fields");
    CLI::Option* from = command->add_option("--from", options->tree.range.from, "first event");
    command->add_option("--to", options->tree.range.to, "last event");
    command->add_flag("--json", options->json, "events as a JSON array");
    command->callback([options, from, &status] {
        options->fromGiven = from->count() > 0;
        status = show(*options);
    });
}

} // namespace rdrlab::cli
