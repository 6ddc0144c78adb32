// rdrlab export: a trace in other tools' formats.
#include "engine/cli/commands.h"
#include "engine/cli/terminal.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string trace;
    std::string format;
    std::string output;
};

int exportTrace(const Options& options)
{
    std::string error;
    const auto reader = trace::Reader::open(options.trace, error);
    if (reader == nullptr) {
        printError(error);
        return 1;
    }
    std::ofstream file;
    if (!options.output.empty()) {
        file.open(options.output, std::ios::binary | std::ios::trunc);
        if (!file) {
            printError(options.output + ": " + std::strerror(errno));
            return 1;
        }
    } else if (options.format == "pcapng" && terminal().isTerminal) {
        printError("pcapng is no text: give a file with -o, or pipe it into another program");
        return 2;
    }
    std::ostream& out = options.output.empty() ? std::cout : file;
    bool good = options.format == "pcapng" ? trace::exportPcapng(*reader, out)
                                           : trace::exportJson(*reader, out);
    out.flush();
    if (!good || !out) {
        printError(!reader->error().empty() ? reader->error() : "cannot write the output");
        return 1;
    }
    return 0;
}

} // namespace

void addExport(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("export", "Write a trace in another tool's format.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option("--to", options->format, "pcapng (for Wireshark and tshark) or json")
        ->required()
        ->check(CLI::IsMember({ "pcapng", "json" }));
    command->add_option(
        "-o,--output", options->output, "the file to write; standard output when missing");
    command->callback([options, &status] { status = exportTrace(*options); });
}

} // namespace rdrlab::cli
