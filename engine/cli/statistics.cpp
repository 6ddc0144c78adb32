// rdrlab statistics: how often calls happened, how long they took and how they ended.
#include "traces/query/statistics.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/progress.h"
#include "engine/cli/table.h"
#include "engine/cli/words.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

using trace::StatisticsBy;
using trace::StatisticsRow;

struct Options
{
    std::string trace;
    trace::Seq from = 1;
    trace::Seq to = UINT64_MAX;
    StatisticsBy by = StatisticsBy::Routine;
    bool json = false;
    bool csv = false;
};

const std::map<std::string, StatisticsBy> kGroups = {
    { "routine", StatisticsBy::Routine }, { "layer", StatisticsBy::Layer },
    { "command", StatisticsBy::Command }, { "status", StatisticsBy::Status },
    { "process", StatisticsBy::Process },
};

class Printer
{
public:
    Printer(const trace::Reader& reader, const Options& options)
        : m_reader(reader)
        , m_by(options.by)
    {
    }

    void table(const std::vector<StatisticsRow>& rows, std::size_t calls) const;
    void csv(const std::vector<StatisticsRow>& rows) const;
    void json(const std::vector<StatisticsRow>& rows) const;

private:
    bool hasLayer() const { return m_by != StatisticsBy::Status && m_by != StatisticsBy::Process; }
    std::string nameOf(const StatisticsRow& row) const;
    std::string layerOf(const StatisticsRow& row) const
    {
        return hasLayer() ? std::string(trace::layerName(row.layer)) : std::string();
    }

    const trace::Reader& m_reader;
    StatisticsBy m_by;
};

std::string Printer::nameOf(const StatisticsRow& row) const
{
    switch (m_by) {
    case StatisticsBy::Routine:
    case StatisticsBy::Command:
        return harmless(m_reader.string(row.routine));
    case StatisticsBy::Layer:
        return std::string(trace::layerName(row.layer));
    case StatisticsBy::Status:
        return statusText(row.status);
    default:
        return row.process == 0
            ? "interrupt"
            : fmt::format("{}/{}", harmless(m_reader.processName(row.process)), row.process);
    }
}

void Printer::table(const std::vector<StatisticsRow>& rows, std::size_t calls) const
{
    constexpr std::size_t kNameColumns = 30;
    Table table({ { "name", false, kNameColumns },
                  { hasLayer() && m_by != StatisticsBy::Layer ? "layer" : "" },
                  { "calls", true },
                  { "failed", true },
                  { "total", true },
                  { "mean", true },
                  { "p50", true },
                  { "p90", true },
                  { "p99", true },
                  { "longest", true },
                  { "bytes", true } });
    for (const StatisticsRow& row : rows) {
        const auto time
            = [&](std::uint64_t ns) { return row.ended() != 0 ? durationText(ns) : std::string(); };
        table.add({ nameOf(row), m_by == StatisticsBy::Layer ? "" : layerOf(row),
                    std::to_string(row.count),
                    row.failed != 0 ? paint(Colour::Red, std::to_string(row.failed)) : "",
                    time(row.totalNs), time(row.meanNs()), time(row.p50Ns), time(row.p90Ns),
                    time(row.p99Ns), time(row.maximumNs),
                    row.bytes != 0 ? std::to_string(row.bytes) : "" });
    }
    if (!table.isEmpty()) {
        table.print();
        fmt::print("\n");
    }
    fmt::print(
        "{}\n",
        paint(Colour::Dim, fmt::format("{} call{} of the range", calls, calls == 1 ? "" : "s")));
}

void Printer::csv(const std::vector<StatisticsRow>& rows) const
{
    fmt::print(
        "{}",
        csvLine({ "name", "layer", "calls", "open", "failed", "total", "mean", "shortest", "p50",
                  "p90", "p99", "longest", "bytes", "slowest" }));
    for (const StatisticsRow& row : rows) {
        std::vector<std::string> cells { nameOf(row), layerOf(row) };
        for (const std::uint64_t number :
             { row.count, row.open, row.failed, row.totalNs, row.meanNs(), row.minimumNs, row.p50Ns,
               row.p90Ns, row.p99Ns, row.maximumNs, row.bytes, row.slowest }) {
            cells.push_back(std::to_string(number));
        }
        fmt::print("{}", csvLine(cells));
    }
}

void Printer::json(const std::vector<StatisticsRow>& rows) const
{
    fmt::print("[");
    const char* comma = "\n";
    for (const StatisticsRow& row : rows) {
        fmt::print(
            "{}{{\"name\":{},\"layer\":{},\"calls\":{},\"open\":{},\"failed\":{},\"total\":{},"
            "\"mean\":{},\"shortest\":{},\"p50\":{},\"p90\":{},\"p99\":{},\"longest\":{},"
            "\"bytes\":{},\"slowest\":{}}}",
            comma, trace::jsonString(nameOf(row)),
            hasLayer() ? trace::jsonString(layerOf(row)) : "null", row.count, row.open, row.failed,
            row.totalNs, row.meanNs(), row.minimumNs, row.p50Ns, row.p90Ns, row.p99Ns,
            row.maximumNs, row.bytes, row.slowest != 0 ? std::to_string(row.slowest) : "null");
        comma = ",\n";
    }
    fmt::print("{}]\n", rows.empty() ? "" : "\n");
}

int statistics(const Options& options)
{
    if (!isRange(options.from, options.to)) {
        return 2;
    }
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    trace::CallStatistics counted;
    {
        ProgressBar bar("reading");
        counted.read(*reader, options.from, options.to, bar.follow());
    }
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    const Printer printer(*reader, options);
    const std::vector<StatisticsRow> rows = counted.rows(options.by);
    if (options.json) {
        printer.json(rows);
    } else if (options.csv) {
        printer.csv(rows);
    } else {
        printer.table(rows, counted.calls());
    }
    return 0;
}

} // namespace

void addStatistics(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "statistics", "Print how often calls happened, how long they took and how they ended.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command
        ->add_option(
            "--by", options->by, "what a row is: routine, layer, command (SMB2), status, process")
        ->transform(CLI::CheckedTransformer(kGroups).description(""))
        ->default_str("routine");
    command->add_option("--from", options->from, "calls that begin from this event on");
    command->add_option("--to", options->to, "calls that begin up to this event");
    CLI::Option* json
        = command->add_flag("--json", options->json, "as JSON; times in virtual nanoseconds");
    command->add_flag("--csv", options->csv, "as comma separated values, the names first")
        ->excludes(json);
    command->footer(
        "A call's duration is from its begin to its end, waiting included; p50 is what half of the "
        "calls took at most. A call counts as failed with a status 0xC….");
    command->callback([options, &status] { status = statistics(*options); });
}

} // namespace rdrlab::cli
