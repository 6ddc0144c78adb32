// rdrlab sql: one read-only question to a trace.
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/terminal.h"
#include "traces/exporters/exporters.h"
#include "traces/store/reader.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <iterator>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string trace;
    std::string query;
    std::uint64_t rows = 10'000;
    unsigned seconds = 10;
    bool json = false;
};

using Cells = std::vector<std::string>;

void printTable(const std::vector<Cells>& rows)
{
    std::vector<std::size_t> widths(rows.front().size());
    for (const Cells& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], columns(row[i]));
        }
    }
    bool isHead = true;
    for (const Cells& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            line.append(i + 1 < row.size() ? widths[i] - columns(row[i]) + 2 : 0, ' ');
        }
        line = terminal().isTerminal ? shorten(line, terminal().width) : line;
        fmt::print("{}\n", isHead ? paint(Colour::Bold, line) : line);
        isHead = false;
    }
}

void printSeparated(const std::vector<Cells>& rows)
{
    for (const Cells& row : rows) {
        fmt::print("{}\n", fmt::join(row, "\t"));
    }
}

int sql(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    std::string query = options.query;
    if (query.empty()) {
        query.assign(std::istreambuf_iterator<char>(std::cin), {});
    }
    const trace::SqlLimits limits { options.rows, options.seconds * 1000 };
    std::vector<Cells> rows;
    Cells names;
    std::string json = "[";
    const std::string problem
        = reader->sql(query, limits, [&](const std::vector<const char*>& cells) {
              if (options.json && names.empty()) {
                  names.assign(cells.begin(), cells.end());
                  return;
              }
              if (options.json) {
                  json += json.size() == 1 ? "\n{" : ",\n{";
                  for (std::size_t i = 0; i < cells.size(); ++i) {
                      json += (i == 0 ? "" : ",") + trace::jsonString(names[i]) + ":"
                          + (cells[i] == nullptr ? "null" : trace::jsonString(cells[i]));
                  }
                  json += '}';
                  return;
              }
              Cells row;
              for (const char* cell : cells) {
                  row.push_back(cell == nullptr ? "" : harmless(cell));
              }
              rows.push_back(std::move(row));
          });
    if (options.json && (problem.empty() || json.size() > 1)) {
        fmt::print("{}\n]\n", json);
    } else if (!rows.empty()) {
        terminal().isTerminal ? printTable(rows) : printSeparated(rows);
    }
    if (!problem.empty()) {
        std::fflush(stdout);
        printError(problem);
        return 1;
    }
    return 0;
}

} // namespace

void addSql(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command
        = app.add_subcommand("sql", "Ask a trace one question in SQL (tables: traces/SCHEMA.md).");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option(
        "QUERY", options->query, "the statement; read from standard input when missing");
    command->add_option("--rows", options->rows, "stop after this many rows")
        ->capture_default_str();
    command->add_option("--seconds", options->seconds, "stop after this time")
        ->capture_default_str();
    command->add_flag("--json", options->json, "rows as a JSON array of objects");
    command->callback([options, &status] { status = sql(*options); });
}

} // namespace rdrlab::cli
