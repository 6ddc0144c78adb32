// rdrlab sql: read-only questions to a trace.
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/terminal.h"
#include "traces/exporters/exporters.h"
#include "traces/store/reader.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <iostream>
#include <iterator>
#include <memory>
#include <unistd.h>

namespace rdrlab::cli {

namespace {

using trace::SqlValue;

constexpr unsigned kGraceSeconds = 2;
constexpr unsigned kMostSeconds = 86'400;

struct Options
{
    std::string trace;
    std::string query;
    std::uint64_t rows = 10'000;
    unsigned seconds = 10;
    bool json = false;
    bool csv = false;
};

std::string hexOf(const SqlValue& blob)
{
    std::string text;
    for (std::size_t i = 0; i < blob.bytes; ++i) {
        text += fmt::format("{:02x}", static_cast<unsigned char>(blob.text[i]));
    }
    return text;
}

std::string plain(const SqlValue& cell)
{
    switch (cell.type) {
    case SqlValue::Type::Null:
        return {};
    case SqlValue::Type::Blob:
        return "x'" + hexOf(cell) + "'";
    default:
        return harmless({ cell.text, cell.bytes });
    }
}

std::string jsonOf(const SqlValue& cell)
{
    const std::string text(cell.text == nullptr ? "" : cell.text, cell.bytes);
    switch (cell.type) {
    case SqlValue::Type::Null:
        return "null";
    case SqlValue::Type::Integer:
        return text;
    case SqlValue::Type::Real: // JSON has no infinity
        return text.find("Inf") == text.npos ? text : "null";
    case SqlValue::Type::Blob:
        return trace::jsonString(hexOf(cell));
    default:
        return trace::jsonString(text);
    }
}

// RFC 4180: quotes where they are needed, and CRLF at the end of a line.
std::string csvOf(const SqlValue& cell)
{
    if (cell.type == SqlValue::Type::Blob) {
        return hexOf(cell);
    }
    std::string text(cell.text == nullptr ? "" : cell.text, cell.bytes);
    if (text.find_first_of(",\"\r\n") == text.npos) {
        return text;
    }
    for (std::size_t at = 0; (at = text.find('"', at)) != text.npos; at += 2) {
        text.insert(at, 1, '"');
    }
    return '"' + text + '"';
}

// Writes the rows of one answer as they come; a table waits for the last, whose widths it needs.
class Printer
{
public:
    explicit Printer(const Options& options)
        : m_isJson(options.json)
        , m_isCsv(options.csv)
        , m_isTable(!m_isJson && !m_isCsv && terminal().isTerminal)
    {
    }

    void row(const std::vector<SqlValue>& cells)
    {
        ++m_count;
        if (m_isJson) {
            m_count == 1 ? jsonHead(cells) : jsonRow(cells);
        } else if (m_isCsv) {
            printLine(cells, ",", csvOf, "\r\n");
        } else if (m_isTable) {
            std::vector<std::string>& row = m_rows.emplace_back();
            std::transform(cells.begin(), cells.end(), std::back_inserter(row), plain);
            m_isNumber.resize(cells.size(), true);
            for (std::size_t i = 0; m_count > 1 && i < cells.size(); ++i) {
                const auto type = cells[i].type;
                m_isNumber[i] = m_isNumber[i]
                    && (type == SqlValue::Type::Null || type == SqlValue::Type::Integer
                        || type == SqlValue::Type::Real);
            }
        } else {
            printLine(cells, "\t", plain, "\n");
        }
    }

    void finish()
    {
        if (m_isJson && m_count > 0) {
            fmt::print("{}]\n", m_count > 1 ? "\n" : "");
        } else if (m_isTable && m_count > 0) {
            printTable();
        }
        std::fflush(stdout);
    }

private:
    template <typename Text>
    void
    printLine(const std::vector<SqlValue>& cells, const char* between, Text text, const char* end)
    {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            fmt::print("{}{}", i == 0 ? "" : between, text(cells[i]));
        }
        fmt::print("{}", end);
    }

    void jsonHead(const std::vector<SqlValue>& cells)
    {
        for (const SqlValue& cell : cells) {
            m_names.push_back(trace::jsonString({ cell.text, cell.bytes }));
        }
        fmt::print("[");
    }

    void jsonRow(const std::vector<SqlValue>& cells)
    {
        fmt::print("{}", m_count == 2 ? "\n{" : ",\n{");
        for (std::size_t i = 0; i < cells.size(); ++i) {
            fmt::print("{}{}:{}", i == 0 ? "" : ",", m_names[i], jsonOf(cells[i]));
        }
        fmt::print("}}");
    }

    void printTable()
    {
        std::vector<std::size_t> widths(m_rows.front().size());
        for (const auto& row : m_rows) {
            for (std::size_t i = 0; i < row.size(); ++i) {
                widths[i] = std::max(widths[i], columns(row[i]));
            }
        }
        for (std::size_t at = 0; at < m_rows.size(); ++at) {
            const auto& row = m_rows[at];
            std::string line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::string space(widths[i] - columns(row[i]), ' ');
                const bool isRight = m_isNumber[i] && m_rows.size() > 1;
                line += isRight ? space + row[i] : row[i] + (i + 1 < row.size() ? space : "");
                line += i + 1 < row.size() ? "  " : "";
            }
            line = shorten(line, terminal().width);
            fmt::print("{}\n", at == 0 ? paint(Colour::Bold, line) : line);
        }
        fmt::print(
            "{}\n",
            paint(
                Colour::Dim,
                fmt::format("{} row{}", m_rows.size() - 1, m_rows.size() == 2 ? "" : "s")));
    }

    bool m_isJson;
    bool m_isCsv;
    bool m_isTable;
    std::uint64_t m_count = 0; // the head too
    std::vector<std::string> m_names;
    std::vector<std::vector<std::string>> m_rows;
    std::vector<bool> m_isNumber;
};

// The last way out: SQLite cannot be stopped inside one long function on one long text.
void giveUp(int)
{
    constexpr char kLine[] = "rdrlab: stopped: the statement took too long\n";
    [[maybe_unused]] const auto written = write(STDERR_FILENO, kLine, sizeof kLine - 1);
    _exit(1);
}

bool ask(const trace::Reader& reader, const Options& options, const std::string& statement)
{
    const trace::SqlLimits limits { options.rows, options.seconds * 1000 };
    Printer printer(options);
    alarm(options.seconds + kGraceSeconds);
    const std::string problem
        = reader.sqlValues(statement, limits, [&](const std::vector<SqlValue>& cells) {
              printer.row(cells);
              return std::ferror(stdout) == 0;
          });
    alarm(0);
    printer.finish();
    if (!problem.empty()) {
        printError(problem);
    }
    return problem.empty();
}

// Where the first statement of `text` ends: behind its semicolon. npos when it goes on beyond the
// text.
std::size_t endOfStatement(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string_view end;
        switch (text[i]) {
        case ';':
            return i + 1;
        case '\'':
            end = "'";
            break;
        case '"':
            end = "\"";
            break;
        case '`':
            end = "`";
            break;
        case '[':
            end = "]";
            break;
        case '-':
            end = text.substr(i, 2) == "--" ? "\n" : "";
            break;
        case '/':
            end = text.substr(i, 2) == "/*" ? "*/" : "";
            break;
        default:
            break;
        }
        if (!end.empty()) {
            const std::size_t found = text.find(end, i + end.size());
            if (found == text.npos) {
                return text.npos;
            }
            i = found + end.size() - 1;
        }
    }
    return text.npos;
}

bool isBlank(std::string_view text)
{
    return text.find_first_not_of(" \t\r\n;") == text.npos;
}

constexpr const char* kTables
    = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' "
      "UNION"
      " SELECT name FROM sqlite_temp_schema WHERE type = 'view' UNION SELECT 'spine' ORDER BY name";

// Words that are not SQL, as other shells of this kind have them. False: leave.
bool command(const trace::Reader& reader, const Options& options, std::string_view line)
{
    while (!line.empty() && (line.back() == ' ' || line.back() == ';' || line.back() == '\r')) {
        line.remove_suffix(1);
    }
    if (line == ".quit" || line == ".exit") {
        return false;
    }
    if (line == ".tables") {
        ask(reader, options, kTables);
    } else if (line.starts_with(".columns ")) {
        std::string name(line.substr(9));
        for (std::size_t at = 0; (at = name.find('"', at)) != name.npos; at += 2) {
            name.insert(at, 1, '"');
        }
        ask(reader, options, "SELECT * FROM \"" + name + "\" LIMIT 0");
    } else {
        fmt::print("A statement ends with a semicolon. Also: .tables   .columns TABLE   .quit\n");
    }
    return true;
}

int converse(const trace::Reader& reader, const Options& options)
{
    fmt::print(
        "{}: {} events. A statement ends with a semicolon; .help tells more.\n", options.trace,
        reader.lastSeq());
    std::string text;
    std::string line;
    for (;;) {
        fmt::print("{}", text.empty() ? "sql> " : "...> ");
        std::fflush(stdout);
        if (!std::getline(std::cin, line)) {
            fmt::print("\n");
            return 0;
        }
        if (text.empty() && line.starts_with('.')) {
            if (!command(reader, options, line)) {
                return 0;
            }
            continue;
        }
        text += line + '\n';
        std::size_t end = 0;
        while ((end = endOfStatement(text)) != text.npos) {
            const std::string statement = text.substr(0, end);
            text.erase(0, end);
            if (!isBlank(statement)) {
                ask(reader, options, statement);
            }
        }
        if (isBlank(text)) {
            text.clear();
        }
    }
}

int sql(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    std::signal(SIGALRM, giveUp);
    if (!options.query.empty()) {
        return ask(*reader, options, options.query) ? 0 : 1;
    }
    if (isatty(STDIN_FILENO) == 1) {
        return converse(*reader, options);
    }
    // One statement after the other, up to the first that fails.
    std::string text(std::istreambuf_iterator<char>(std::cin), {});
    bool asked = false;
    while (!asked || !isBlank(text)) {
        const std::size_t end = std::min(endOfStatement(text), text.size());
        if (!ask(*reader, options, text.substr(0, end))) {
            return 1;
        }
        asked = true;
        text.erase(0, end);
    }
    return 0;
}

} // namespace

void addSql(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command
        = app.add_subcommand("sql", "Ask a trace questions in SQL (tables: traces/SCHEMA.md).");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option(
        "QUERY", options->query,
        "one statement; without it statements come from standard input, on a terminal one by one");
    command->add_option("--rows", options->rows, "stop an answer after this many rows")
        ->capture_default_str();
    command->add_option("--seconds", options->seconds, "stop a statement after this time")
        ->check(CLI::Range(1u, kMostSeconds))
        ->capture_default_str();
    CLI::Option* json = command->add_flag(
        "--json", options->json, "rows as a JSON array of objects; blobs in hexadecimal");
    command->add_flag("--csv", options->csv, "rows as comma separated values, the names first")
        ->excludes(json);
    command->footer("Only reading is possible. On a terminal an answer is a table, elsewhere lines "
                    "of tab separated values.\n"
                    "Beside the tables and views of the file there is `spine`: the columns of "
                    "`events`, faster for questions about many.");
    command->callback([options, &status] { status = sql(*options); });
}

} // namespace rdrlab::cli
