// The subcommands. Each adds itself to the application and, when it runs, leaves the exit status: 0
// done, 1 the run or check failed, 2 wrong usage. A new command is a file with one addXxx, a line
// here and a line in main.cpp.
#pragma once

namespace CLI {
class App;
}

namespace rdrlab::cli {

void addRun(CLI::App& app, int& status);
void addReplay(CLI::App& app, int& status);
void addShow(CLI::App& app, int& status);
void addState(CLI::App& app, int& status);
void addChanges(CLI::App& app, int& status);
void addSpans(CLI::App& app, int& status);
void addWaits(CLI::App& app, int& status);
void addIrp(CLI::App& app, int& status);
void addWhy(CLI::App& app, int& status);
void addExplain(CLI::App& app, int& status);
void addHistory(CLI::App& app, int& status);
void addPackets(CLI::App& app, int& status);
void addStatistics(CLI::App& app, int& status);
void addSql(CLI::App& app, int& status);
void addExport(CLI::App& app, int& status);
void addDiff(CLI::App& app, int& status);
void addCheck(CLI::App& app, int& status);
void addUpgrade(CLI::App& app, int& status);
void addServe(CLI::App& app, int& status);
void addGui(CLI::App& app, int& status);

} // namespace rdrlab::cli
