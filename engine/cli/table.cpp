#include "engine/cli/table.h"

#include "traces/exporters/exporters.h"

#include <algorithm>
#include <fmt/format.h>

namespace rdrlab::cli {

Table::Table(std::vector<Column> columns)
    : m_columns(std::move(columns))
{
}

void Table::add(std::vector<std::string> cells)
{
    for (std::size_t i = 0; i < cells.size() && i < m_columns.size(); ++i) {
        if (m_columns[i].most != 0) {
            cells[i] = shorten(cells[i], m_columns[i].most);
        }
    }
    m_rows.push_back(std::move(cells));
}

void Table::print() const
{
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        std::size_t width = columns(m_columns[i].name);
        for (const auto& row : m_rows) {
            width = std::max(width, columns(row[i]));
        }
        widths.push_back(width);
    }
    const auto line = [&](auto cellOf) {
        std::string text;
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            const std::string cell = cellOf(i);
            const std::string space(widths[i] - columns(cell), ' ');
            text += m_columns[i].isRight ? space + cell : cell + space;
            text += i + 1 < m_columns.size() ? "  " : "";
        }
        text.resize(text.find_last_not_of(' ') + 1);
        // Whoever reads it with another program wants all of it.
        return terminal().isTerminal ? shorten(text, terminal().width) : text;
    };
    fmt::print("{}\n", paint(Colour::Bold, line([&](std::size_t i) { return m_columns[i].name; })));
    for (const auto& row : m_rows) {
        fmt::print("{}\n", line([&](std::size_t i) { return row[i]; }));
    }
}

std::string csvLine(const std::vector<std::string>& cells)
{
    std::string line;
    for (const std::string& cell : cells) {
        line += &cell == &cells.front() ? "" : ",";
        line += cell.empty() ? std::string() : trace::csvText(cell);
    }
    return line + "\r\n";
}

} // namespace rdrlab::cli
