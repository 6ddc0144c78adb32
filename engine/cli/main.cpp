// rdrlab: the command line of the laboratory.
#include "engine/cli/commands.h"
#include "engine/cli/terminal.h"

#include <CLI/CLI.hpp>
#include <cstdio>

int main(int argc, char** argv)
{
    using namespace rdrlab::cli;
    CLI::App app("A laboratory for Windows network redirectors.", "rdrlab");
    app.require_subcommand(1);
    app.fallthrough();
    int status = 0;
    addRun(app, status);
    addReplay(app, status);
    addShow(app, status);
    addState(app, status);
    addChanges(app, status);
    addSpans(app, status);
    addWaits(app, status);
    addIrp(app, status);
    addWhy(app, status);
    addExplain(app, status);
    addHistory(app, status);
    addPackets(app, status);
    addStatistics(app, status);
    addSql(app, status);
    addExport(app, status);
    addDiff(app, status);
    addCheck(app, status);
    addUpgrade(app, status);
    addServe(app, status);
    addGui(app, status);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
        return app.exit(wanted); // --help
    } catch (const CLI::ParseError& error) {
        // One line, whatever the library would print.
        std::string line = error.what();
        line.resize(std::min(line.size(), line.find('\n')));
        printError(line + " (see rdrlab --help)");
        return 2;
    }
    if (std::fflush(stdout) != 0 && status == 0) {
        printError("cannot write the output");
        status = 1;
    }
    return status;
}
