// rdrlab explain: what a routine, structure, field, status or flag means.
#include "engine/cli/commands.h"
#include "engine/cli/terminal.h"
#include "traces/exporters/exporters.h"
#include "traces/model/explanations.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string name;
    std::string language = "en";
    bool list = false;
    bool json = false;
};

// "text" in lines of at most the terminal's width, each below the other.
void printWrapped(std::string_view text)
{
    const std::size_t width = std::min<std::size_t>(terminal().width, 100) - 2;
    std::string line;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        if (!line.empty() && columns(line) + 1 + columns(word) > width) {
            fmt::print("  {}\n", line);
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    fmt::print("  {}\n", line);
}

void printJson(const trace::Explanation& entry, trace::Language language)
{
    const trace::Explanation& shown = trace::inLanguage(entry, language);
    fmt::print(
        "{{\"name\":{},\"kind\":{},\"text\":{},\"page\":{}}}", trace::jsonString(entry.name),
        trace::jsonString(shown.kind), trace::jsonString(shown.text),
        trace::jsonString(trace::pageOf(entry, language)));
}

int list(const Options& options)
{
    const trace::Language language = trace::languageOf(options.language);
    const char* comma = "[\n";
    for (const trace::Explanation& entry : trace::explanations()) {
        if (options.json) {
            fmt::print("{}", comma);
            printJson(entry, language);
            comma = ",\n";
        } else {
            const trace::Explanation& shown = trace::inLanguage(entry, language);
            const std::string head = fmt::format("{:<50} {:<14} ", entry.name, shown.kind);
            fmt::print("{}\n", shorten(head + std::string(shown.text), terminal().width));
        }
    }
    fmt::print("{}", options.json ? "\n]\n" : "");
    return 0;
}

int explain(const Options& options)
{
    if (options.list) {
        return list(options);
    }
    if (options.name.empty()) {
        printError("explain what? a name, or --list");
        return 2;
    }
    const trace::Explanation* entry = trace::explain(options.name);
    if (entry == nullptr) {
        std::string near;
        std::size_t count = 0;
        for (const trace::Explanation& other : trace::explanations()) {
            if (other.name.find(options.name) != other.name.npos && ++count <= 4) {
                near += (near.empty() ? "; there is " : ", ") + std::string(other.name);
            }
        }
        printError(fmt::format(
            "nothing is known of {}{}{}", harmless(options.name), near, count > 4 ? " …" : ""));
        return 1;
    }
    const trace::Language language = trace::languageOf(options.language);
    if (options.json) {
        printJson(*entry, language);
        fmt::print("\n");
        return 0;
    }
    const trace::Explanation& shown = trace::inLanguage(*entry, language);
    fmt::print(
        "{}  {}\n", paint(Colour::Bold, trace::titleOf(*entry, language)),
        paint(Colour::Dim, shown.kind));
    printWrapped(shown.text);
    const std::string see = language == trace::Language::German ? "siehe: " : "see: ";
    fmt::print("  {}\n", paint(Colour::Dim, see + trace::pageOf(*entry, language)));
    return 0;
}

} // namespace

void addExplain(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command
        = app.add_subcommand("explain", "Explain a routine, structure, field, status or flag.");
    command->add_option(
        "NAME", options->name, "STATUS_PENDING, MRxCreate, FCB, Condition, IRP_NOCACHE …");
    command->add_flag("--list", options->list, "everything that is explained");
    command->add_option("--language", options->language, "of the explanation: en or de")
        ->check(CLI::IsMember({ "en", "de" }));
    command->add_flag("--json", options->json, "as JSON");
    command->callback([options, &status] { status = explain(*options); });
}

} // namespace rdrlab::cli
