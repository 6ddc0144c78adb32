// One table or view of a trace, as it is.
#include "traces/exporters/exporters.h"
#include "traces/exporters/text.h"

#include <algorithm>

namespace rdrlab::trace {

namespace {

constexpr SqlLimits kAllRows { UINT64_MAX, 24u * 60 * 60 * 1000 };

std::string quotedName(std::string_view name)
{
    std::string out = "\"";
    for (const char letter : name) {
        out += letter == '"' ? "\"\"" : std::string(1, letter);
    }
    return out + '"';
}

// Numbers as JSON has them; SQLite's infinities it has not.
bool isNumber(std::string_view text)
{
    const std::size_t first = text.find_first_not_of('-');
    return first != text.npos && text[first] >= '0' && text[first] <= '9';
}

// NULL is nothing between the commas, an empty text a pair of quotes.
void writeCsv(std::ostream& out, const char* value)
{
    if (value != nullptr) {
        out << csvText(value);
    }
}

void writeJson(std::ostream& out, std::string_view type, const char* value)
{
    const bool isNull = value == nullptr || type == "null";
    if (isNull || ((type == "integer" || type == "real") && !isNumber(value))) {
        out << "null";
    } else if (type == "integer" || type == "real") {
        out << value;
    } else {
        out << jsonString(value);
    }
}

} // namespace

std::string csvText(std::string_view text)
{
    const bool isPlain = !text.empty() && text.find_first_of(",\"\r\n") == text.npos
        && text.front() != ' ' && text.back() != ' ';
    return isPlain ? std::string(text) : quotedName(text);
}

std::vector<std::string> tableNames(const Reader& reader)
{
    std::vector<std::string> names;
    bool isHead = true;
    reader.sql(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY type, name",
        kAllRows, [&](const std::vector<const char*>& cells) {
            if (!isHead && !cells.empty() && cells[0] != nullptr) {
                names.emplace_back(cells[0]);
            }
            isHead = false;
        });
    return names;
}

bool exportTable(
    const Reader& reader,
    std::string_view table,
    TableFormat format,
    std::ostream& out,
    std::string& problem)
{
    std::vector<std::string> columns;
    const auto isKnown = [&](const std::string& name) { return name == table; };
    const auto names = tableNames(reader);
    problem = reader.sql(
        "SELECT * FROM " + quotedName(table) + " LIMIT 0", kAllRows,
        [&](const std::vector<const char*>& cells) {
            if (columns.empty()) {
                for (const char* cell : cells) {
                    columns.emplace_back(cell != nullptr ? cell : "");
                }
            }
        });
    if (!problem.empty() && std::none_of(names.begin(), names.end(), isKnown)) {
        problem = "no table " + std::string(table) + "; there are";
        for (const std::string& name : names) {
            problem += (name == names.front() ? " " : ", ") + name;
        }
        return false;
    }
    if (!problem.empty()) {
        return false;
    }

    // The type of each value and the value: a number, a text, bytes in hexadecimal.
    std::string query = "SELECT ";
    for (const std::string& column : columns) {
        const std::string name = quotedName(column);
        query += (&column == &columns.front() ? "" : ", ") + ("typeof(" + name + "), CASE typeof(")
            + name + ") WHEN 'blob' THEN hex(" + name + ") ELSE " + name + " END";
    }
    query += " FROM " + quotedName(table);
    if (format == TableFormat::Csv) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            out << (i == 0 ? "" : ",");
            writeCsv(out, columns[i].c_str());
        }
        out << '\n';
    } else {
        out << '[';
    }
    bool isHead = true;
    bool isFirst = true;
    problem = reader.sql(query, kAllRows, [&](const std::vector<const char*>& cells) {
        if (isHead) {
            isHead = false;
            return;
        }
        if (format == TableFormat::Json) {
            out << (isFirst ? "\n{" : ",\n{");
        }
        isFirst = false;
        for (std::size_t i = 0; i < columns.size() && 2 * i + 1 < cells.size(); ++i) {
            out << (i == 0 ? "" : ",");
            if (format == TableFormat::Csv) {
                writeCsv(out, cells[2 * i + 1]);
            } else {
                out << jsonString(columns[i]) << ':';
                writeJson(out, cells[2 * i] != nullptr ? cells[2 * i] : "null", cells[2 * i + 1]);
            }
        }
        out << (format == TableFormat::Json ? "}" : "\n");
    });
    if (format == TableFormat::Json) {
        out << "\n]\n";
    }
    return problem.empty() && bool(out);
}

} // namespace rdrlab::trace
