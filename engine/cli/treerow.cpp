#include "engine/cli/treerow.h"

#include <algorithm>
#include <fmt/format.h>

namespace rdrlab::cli {

namespace {

constexpr std::size_t kNumberColumns = 6;

// Text and result, the result in its column where the text leaves room.
std::string leftPart(const Row& row)
{
    const std::string label = shorten(row.label, kLabelColumns - 1);
    std::string line = paint(row.labelColour, label)
        + std::string(kLabelColumns - std::min(columns(label), kLabelColumns) + row.indent, ' ')
        + row.text;
    if (!row.result.empty()) {
        const std::size_t used = columns(line);
        line += std::string(used + 2 < kResultColumn ? kResultColumn - used : 2, ' ') + row.result;
    }
    if (!row.items.empty()) {
        line += (row.text.empty() && row.result.empty() ? "" : "   ") + row.items;
    }
    return line;
}

} // namespace

std::size_t Row::used() const
{
    return columns(leftPart(*this));
}

void printRow(const Row& row, std::size_t width, std::ostream& out)
{
    std::string right = row.remark;
    if (row.durationNs != 0) {
        right = durationText(row.durationNs) + (right.empty() ? "" : ", " + right);
    }
    const std::string number = fmt::format("#{}", row.seq);
    const std::size_t numberColumns = std::max(number.size(), kNumberColumns);
    const std::size_t rightColumns = columns(right) + (right.empty() ? 0 : 2) + numberColumns;
    const std::size_t room = width > rightColumns + 22 ? width - rightColumns - 2 : 20;
    const std::string left = shorten(leftPart(row), room);
    out << left << std::string(room - std::min(room, columns(left)) + 2, ' ') << right
        << (right.empty() ? "" : "  ") << std::string(numberColumns - number.size(), ' ')
        << paint(Colour::Dim, number) << '\n';
}

} // namespace rdrlab::cli
