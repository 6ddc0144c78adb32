// rdrlab gui: starts the visualizer, a program of its own that lies beside this one.
#include "engine/cli/commands.h"
#include "engine/cli/terminal.h"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <unistd.h>

namespace rdrlab::cli {

namespace {

struct GuiArguments
{
    std::vector<std::string> traces;
    std::string at;
    std::string theme;
    std::string language;
    bool isFresh = false;
    bool compare = false;
};

int startGui(const GuiArguments& arguments)
{
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path() / "rdrlab-gui";
    if (!fs::exists(program, error)) {
        printError(
            "the visualizer was not built: it needs Qt 6 (./dev setup gui, then ./dev build)");
        return 1;
    }
    std::vector<std::string> words = { program.string() };
    if (!arguments.at.empty()) {
        words.insert(words.end(), { "--at", arguments.at });
    }
    if (!arguments.theme.empty()) {
        words.insert(words.end(), { "--theme", arguments.theme });
    }
    if (arguments.compare) {
        words.push_back("--compare");
    }
    if (!arguments.language.empty()) {
        words.insert(words.end(), { "--language", arguments.language });
    }
    if (arguments.isFresh) {
        words.push_back("--fresh");
    }
    words.push_back("--");
    words.insert(words.end(), arguments.traces.begin(), arguments.traces.end());
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    execv(program.c_str(), pointers.data());
    printError(std::string("cannot start the visualizer: ") + std::strerror(errno));
    return 1;
}

} // namespace

void addGui(CLI::App& app, int& status)
{
    auto arguments = std::make_shared<GuiArguments>();
    CLI::App* command = app.add_subcommand("gui", "Open traces in the visualizer.");
    command->add_option(
        "TRACE", arguments->traces, "trace files, sessions, or places: TRACE#seq=N&object=ID");
    command->add_option("--at", arguments->at, "start at this event");
    command->add_flag("--compare", arguments->compare, "compare the two traces side by side");
    command->add_option("--theme", arguments->theme, "system, light, dark or contrast");
    command->add_option("--language", arguments->language, "system, en or de");
    command->add_flag(
        "--fresh", arguments->isFresh, "start without the traces of the last time, keep none");
    command->callback([arguments, &status] { status = startGui(*arguments); });
}

} // namespace rdrlab::cli
