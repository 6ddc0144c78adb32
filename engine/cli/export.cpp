// rdrlab export: a trace in other tools' formats, and as pictures and pages for people.
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/progress.h"
#include "engine/cli/terminal.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
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
    trace::PictureOptions picture;
    std::string object;
    bool hasAt = false;
    std::string table;
    bool keepPorts = false;
    std::string request;
    trace::HtmlOptions html;
    bool hasRange = false;
};

// Draws on a terminal, when there is time to.
trace::Progress bar(const Options& options)
{
    auto shown = std::make_shared<ProgressBar>("export " + options.format);
    return [shown](std::uint64_t done, std::uint64_t total) {
        shown->show(total != 0 ? double(done) / double(total) : 1);
        return true;
    };
}

using Write = bool (*)(const trace::Reader&, const Options&, std::ostream&, std::string& problem);

enum Uses : unsigned // which options mean something for a format
{
    kNothing = 0,
    kPicture = 1,
    kTable = 2,
    kPorts = 4,
    kRequest = 8,
    kRange = 16
};

struct Format
{
    std::string_view name;
    std::string_view what;
    unsigned uses;
    bool isText;
    Write write;
};

constexpr std::array kFormats = {
    Format {
        "svg", "a drawing of the object graph at one event", kPicture, true,
        [](const trace::Reader& reader, const Options& options, std::ostream& out, std::string&) {
            return trace::exportSvg(reader, options.picture, out);
        } },
    Format {
        "dot", "the same graph for Graphviz and the tools that read its language", kPicture, true,
        [](const trace::Reader& reader, const Options& options, std::ostream& out, std::string&) {
            return trace::exportDot(reader, options.picture, out);
        } },
    Format { "svg-sequence", "a sequence diagram of one request", kRequest, true,
             [](const trace::Reader& reader,
                const Options& options,
                std::ostream& out,
                std::string& problem) {
                 const trace::SpanId call = trace::findRequest(reader, options.request, problem);
                 return call != 0 && trace::exportSequenceSvg(reader, call, out);
             } },
    Format { "mermaid", "the same in Mermaid's language, for wikis and README files", kRequest,
             true,
             [](const trace::Reader& reader,
                const Options& options,
                std::ostream& out,
                std::string& problem) {
                 const trace::SpanId call = trace::findRequest(reader, options.request, problem);
                 return call != 0 && trace::exportMermaid(reader, call, out);
             } },
    Format {
        "html", "a range as one page with calls, pictures and packets: to print and hand in",
        kRange, true,
        [](const trace::Reader& reader, const Options& options, std::ostream& out, std::string&) {
            return trace::exportHtml(reader, options.html, out);
        } },
    Format {
        "pcapng", "the packets, for Wireshark and tshark", kPorts, false,
        [](const trace::Reader& reader, const Options& options, std::ostream& out, std::string&) {
            return trace::exportPcapng(reader, out, { options.keepPorts }, bar(options));
        } },
    Format {
        "perfetto", "the timeline, for ui.perfetto.dev and chrome://tracing", kNothing, true,
        [](const trace::Reader& reader, const Options& options, std::ostream& out, std::string&) {
            return trace::exportPerfetto(reader, out, bar(options));
        } },
    Format { "csv", "one table or view, for spreadsheets", kTable, true,
             [](const trace::Reader& reader,
                const Options& options,
                std::ostream& out,
                std::string& problem) {
                 return trace::exportTable(
                     reader, options.table, trace::TableFormat::Csv, out, problem);
             } },
    Format { "json", "everything, or one table or view, for programs", kTable, true,
             [](const trace::Reader& reader,
                const Options& options,
                std::ostream& out,
                std::string& problem) {
                 return options.table.empty()
                     ? trace::exportJson(reader, out, bar(options))
                     : trace::exportTable(
                         reader, options.table, trace::TableFormat::Json, out, problem);
             } },
};

const Format* formatNamed(std::string_view name)
{
    const auto found = std::find_if(
        kFormats.begin(), kFormats.end(), [&](const Format& each) { return each.name == name; });
    return found != kFormats.end() ? &*found : nullptr;
}

std::string formatList()
{
    std::string text = "FORMATS\n";
    for (const Format& format : kFormats) {
        text += fmt::format("  {:<13} {}\n", format.name, format.what);
    }
    return text;
}

// What the options ask for must be in the trace. An empty string, or what is wrong.
std::string resolve(const trace::Reader& reader, Options& options)
{
    if (!options.hasAt) {
        options.picture.at = trace::busiestEvent(reader);
    }
    if (options.picture.at > reader.lastSeq()) {
        return fmt::format("{}: the last event is #{}", options.trace, reader.lastSeq());
    }
    if (!options.object.empty()) {
        const auto found = reader.objectsNamed(options.object);
        if (found.empty()) {
            return fmt::format("{}: no object is named {}", options.trace, options.object);
        }
        const auto lives = std::find_if(found.begin(), found.end(), [&](trace::ObjectId id) {
            const trace::Object* object = reader.object(id);
            return object != nullptr && object->birth <= options.picture.at
                && (object->death == 0 || object->death >= options.picture.at);
        });
        if (lives == found.end() && options.hasAt) {
            return fmt::format(
                "{}: {} is not alive at #{}", options.trace, options.object, options.picture.at);
        }
        options.picture.around = lives != found.end() ? *lives : found.front();
        if (lives == found.end()) { // then its last event
            const trace::Object* object = reader.object(options.picture.around);
            options.picture.at = object->death != 0 ? object->death : reader.lastSeq();
        }
    }
    return {};
}

// An option that means nothing for the format, or one that it needs. Empty when all is well.
std::string misused(const Options& options, const Format& format)
{
    const auto check = [&](bool isGiven, unsigned use, std::string_view name) {
        return isGiven && (format.uses & use) == 0
            ? fmt::format("{} means nothing for {}", name, format.name)
            : std::string();
    };
    std::string wrong;
    for (const std::string& found : { check(options.hasAt, kPicture, "--at"),
                                      check(!options.object.empty(), kPicture, "--object"),
                                      check(options.picture.everything, kPicture, "--all"),
                                      check(options.picture.isPinned, kPicture, "--pinned"),
                                      check(!options.table.empty(), kTable, "--table"),
                                      check(options.hasRange, kRange, "--from and --until"),
                                      check(!options.html.title.empty(), kRange, "--title"),
                                      check(!options.request.empty(), kRequest, "--request"),
                                      check(options.keepPorts, kPorts, "--keep-ports") }) {
        wrong = wrong.empty() ? found : wrong;
    }
    if (wrong.empty() && options.html.from > options.html.until) {
        wrong = "--from is behind --until";
    }
    if (wrong.empty() && format.name == "csv" && options.table.empty()) {
        wrong = "csv is one table: say which with --table (rdrlab sql lists what is in them)";
    }
    return wrong;
}

int exportTrace(Options options)
{
    const Format& format = *formatNamed(options.format);
    const std::string misuse = misused(options, format);
    if (!misuse.empty()) {
        printError(misuse);
        return 2;
    }
    std::string error;
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    std::string problem = (format.uses & kPicture) != 0 ? resolve(*reader, options) : std::string();
    if ((format.uses & kRange) != 0 && options.html.from > reader->lastSeq()) {
        problem = fmt::format("{}: the last event is #{}", options.trace, reader->lastSeq());
    }
    if (!problem.empty()) {
        printError(problem);
        return 1;
    }
    if (options.html.from == 0) { // what the scenario's own processes did
        const std::string setup = reader->meta("setup_events", "0");
        std::from_chars(setup.data(), setup.data() + setup.size(), options.html.from);
        options.html.from = std::min(options.html.from, reader->lastSeq()) + 1;
    }
    std::ofstream file;
    if (!options.output.empty()) {
        file.open(options.output, std::ios::binary | std::ios::trunc);
        if (!file) {
            printError(options.output + ": " + std::strerror(errno));
            return 1;
        }
    } else if (!format.isText && terminal().isTerminal) {
        printError(fmt::format(
            "{} is no text: give a file with -o, or pipe it into another program", format.name));
        return 2;
    }
    std::ostream& out = options.output.empty() ? std::cout : file;
    const bool good = format.write(*reader, options, out, problem);
    out.flush();
    if (!good || !out) {
        file.close();
        std::error_code ignored;
        if (std::filesystem::is_regular_file(options.output, ignored)) { // not a device or a pipe
            std::filesystem::remove(options.output, ignored); // half of it would mislead
        }
        printError(
            !problem.empty()               ? options.trace + ": " + problem
                : !reader->error().empty() ? reader->error()
                                           : "cannot write the output");
        return 1;
    }
    return 0;
}

} // namespace

void addExport(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command
        = app.add_subcommand("export", "Write a trace in another tool's format, or as a picture.");
    command->footer(formatList());
    command->add_option("TRACE", options->trace, "the trace file")->required();
    std::vector<std::string> names;
    for (const Format& format : kFormats) {
        names.emplace_back(format.name);
    }
    command->add_option("--to", options->format, "the format, see below")
        ->required()
        ->check(CLI::IsMember(names));
    command->add_option(
        "-o,--output", options->output, "the file to write; standard output when missing");
    CLI::Option* at = command->add_option(
        "--at", options->picture.at,
        "svg, dot: the state right after this event; without it, when most is open");
    command->add_option(
        "--object", options->object,
        "svg, dot: only this one, what it belongs to and holds, and what points to it");
    command->add_flag(
        "--all", options->picture.everything,
        "svg, dot: drivers, devices and processes too, and every field");
    command->add_flag(
        "--pinned", options->picture.isPinned,
        "svg: each object where it stands in all drawings of this trace");
    command
        ->add_option(
            "--most", options->picture.most,
            "svg, dot: so many boxes; of more, those alike become one (default 150)")
        ->check(CLI::Range(1u, 1'000'000u));
    command->add_option(
        "--request", options->request,
        "mermaid, svg-sequence: IRP#14, RX_CONTEXT#3, NtReadFile, #295; without it, the first "
        "system call that asked a server");
    CLI::Option* from = command->add_option(
        "--from", options->html.from,
        "html: the range's first event; without it, the first after the setup");
    CLI::Option* until
        = command->add_option("--until", options->html.until, "html: the range's last event");
    command->add_option("--title", options->html.title, "html: what stands above it all");
    command->add_option(
        "--table", options->table, "csv, json: the table or view, such as events or v_spans");
    command->add_flag(
        "--keep-ports", options->keepPorts,
        "pcapng: the server's real port, where it is not 445 (Wireshark must then be told)");
    command->callback([options, at, from, until, &status] {
        options->hasRange = from->count() + until->count() != 0;
        options->html.from = from->count() != 0 ? options->html.from : 0;
        options->hasAt = at->count() != 0;
        status = exportTrace(*options);
    });
}

} // namespace rdrlab::cli
