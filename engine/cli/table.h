// Rows of cells as columns for people, or as comma separated values.
#pragma once

#include "engine/cli/terminal.h"

#include <string>
#include <vector>

namespace rdrlab::cli {

struct Column
{
    std::string name;
    bool isRight = false; // numbers and times
    std::size_t most = 0; // columns that a cell takes at most; 0: as many as it wants
};

class Table
{
public:
    explicit Table(std::vector<Column> columns);

    /// As many cells as there are columns; they may have colours.
    void add(std::vector<std::string> cells);
    bool isEmpty() const { return m_rows.empty(); }
    /// The names, then the rows, on a terminal each at most as wide as that.
    void print() const;

private:
    std::vector<Column> m_columns;
    std::vector<std::vector<std::string>> m_rows;
};

/// One line of comma separated values, as RFC 4180 wants it, with its end.
std::string csvLine(const std::vector<std::string>& cells);

} // namespace rdrlab::cli
