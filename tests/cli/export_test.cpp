// rdrlab export as a person meets it: what each format gives, and what is said when it cannot.
#include "tests/cli/program.h"

#include <catch2/catch.hpp>
#include <fstream>

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

Outcome exported(const std::string& arguments)
{
    return run("export " + arguments);
}

constexpr const char* kFormats[] = { "svg",
                                     "dot",
                                     "html",
                                     "pcapng",
                                     "perfetto",
                                     "svg-sequence",
                                     "mermaid",
                                     "json",
                                     "csv --table events",
                                     "json --table v_spans" };

} // namespace

TEST_CASE(
    "every format goes to a file or to standard output, the same bytes each time", "[cli][export]")
{
    const std::string trace = test::firstOpenTrace("formats.rdrtrace");
    const std::string again = test::firstOpenTrace("again.rdrtrace");
    for (const std::string format : kFormats) {
        INFO(format);
        const Outcome piped = exported(trace + " --to " + format);
        CHECK(piped.status == 0);
        CHECK(piped.errors.empty());
        CHECK(piped.output.size() > 200);
        const std::string file = test::temporaryPath("formats.out");
        CHECK(exported(trace + " --to " + format + " -o " + file).status == 0);
        CHECK(contentOf(file) == piped.output);
        CHECK(exported(again + " --to " + format).output == piped.output);
    }
}

TEST_CASE("the help names every format and what it is for", "[cli][export]")
{
    const Outcome help = exported("--help");
    CHECK(help.status == 0);
    for (const std::string format : kFormats) {
        CHECK(
            help.output.find("\n  " + format.substr(0, format.find(' ')) + " ")
            != std::string::npos);
    }
}

TEST_CASE("an option that means nothing for a format is a mistake in the call", "[cli][export]")
{
    const std::string trace = test::firstOpenTrace("misuse.rdrtrace");
    for (const std::string arguments :
         { "--to csv", "--to pcapng --at 5", "--to svg --table events", "--to dot --keep-ports",
           "--to json --request IRP#1", "--to perfetto --from 3",
           "--to csv --table events --title x", "--to html --from 9 --until 3", "--to gif",
           "--to svg --at x", "--to svg --most 0" }) {
        INFO(arguments);
        const Outcome outcome = exported(trace + " " + arguments);
        CHECK(outcome.status == 2);
        CHECK(isOneLine(outcome.errors));
        CHECK(outcome.output.empty());
    }
}

TEST_CASE("what the trace does not have is said in one line", "[cli][export]")
{
    const std::string trace = test::firstOpenTrace("absent.rdrtrace");
    for (const std::string arguments :
         { "--to csv --table nothing", "--to svg --at 99999999", "--to svg --object FCB:\\\\\\\\no",
           "--to mermaid --request 'IRP#99'", "--to html --from 99999999",
           "--to svg -o /nonexistent/x.svg" }) {
        INFO(arguments);
        const Outcome outcome = exported(trace + " " + arguments);
        CHECK(outcome.status == 1);
        CHECK(isOneLine(outcome.errors));
    }
    CHECK(exported("/nonexistent/trace --to svg").status == 1);
}

TEST_CASE("an export that fails leaves no half of a file", "[cli][export]")
{
    const std::string trace = test::firstOpenTrace("failing.rdrtrace");
    const std::string file = test::temporaryPath("failing.html");
    const std::string errors = test::temporaryPath("failing.err");
    // A disk that is full after some kilobytes.
    const int status = std::system(("trap '' XFSZ; ulimit -f 8; " RDRLAB_PROGRAM " export " + trace
                                    + " --to html -o " + file + " 2>" + errors)
                                       .c_str());
    CHECK(WEXITSTATUS(status) == 1);
    CHECK(isOneLine(contentOf(errors)));
    CHECK_FALSE(std::ifstream(file).good());
    const Outcome device = exported(trace + " --to html -o /dev/full");
    CHECK(device.status == 1);
    CHECK(isOneLine(device.errors));
    CHECK(std::ifstream("/dev/full").good());
}
