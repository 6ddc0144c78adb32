// tracegen IN.rdrtrace EVENTS OUT.rdrtrace: a recording repeated to any length
// (tests/support/tracegen.h).
#include "tests/support/tracegen.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <unistd.h>

using namespace rdrlab;

int main(int argc, char** argv)
{
    CLI::App app("Repeats a real recording until it has EVENTS events (10000, 10k, 10M).");
    std::string in;
    std::string out;
    test::RepeatOptions options;
    trace::WriterOptions writing;
    writing.payloadLimit = 128;
    app.add_option("IN", in, "a trace that rdrlab run has recorded")->required();
    app.add_option("EVENTS", options.events, "the length of the result")
        ->required()
        ->transform(CLI::AsNumberWithUnit(
            std::map<std::string, std::uint64_t> { { "k", 1000 }, { "M", 1'000'000 } },
            CLI::AsNumberWithUnit::CASE_INSENSITIVE))
        ->check(CLI::Range(std::uint64_t(1), std::uint64_t(1'000'000'000)));
    app.add_option("OUT", out, "the trace to make; an older one is replaced")->required();
    app.add_option(
        "--payload", writing.payloadLimit, "payload bytes kept of a packet (default 128)");
    app.add_option("--edits", options.editsPerMille, "edits in a thousand events (default 0)")
        ->check(CLI::Range(0, 1000));
    app.add_option("--edit-seed", options.editSeed, "seed of the edits (default 1)");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? 0 : 2;
    }
    const bool isTerminal = isatty(STDERR_FILENO) != 0;
    options.progress = [&](std::uint64_t events) {
        if (isTerminal) {
            std::fprintf(stderr, "\r%llu events", static_cast<unsigned long long>(events));
        }
    };
    std::string error;
    test::RepeatResult result;
    bool good = false;
    if (const auto reader = trace::Reader::open(in, error)) {
        if (const auto writer = trace::Writer::create(out, error, writing)) {
            good = test::repeatTrace(*reader, *writer, options, result, error);
        }
    }
    if (isTerminal) {
        std::fprintf(stderr, "\r%20s\r", "");
    }
    if (!good) {
        std::fprintf(stderr, "tracegen: %s\n", error.c_str());
        return 1;
    }
    std::printf(
        "%s: %llu events, %llu passes, %llu edits\n", out.c_str(),
        static_cast<unsigned long long>(result.events),
        static_cast<unsigned long long>(result.passes),
        static_cast<unsigned long long>(result.edits));
    return 0;
}
