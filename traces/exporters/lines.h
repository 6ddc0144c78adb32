// Lines of text as a terminal shows them: columns, colours, and nothing that could steer it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rdrlab::trace {

enum class Colour
{
    Plain,
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan
};

/// `text` in a colour, or as it is unless `hasColour`.
std::string paint(Colour colour, std::string_view text, bool hasColour);

/// Columns that `text` takes, colour sequences not counted.
std::size_t columns(std::string_view text);

/// At most `width` columns of `text`; what is left out is shown by an ellipsis. Colours end there.
std::string shorten(std::string_view text, std::size_t width);

/// `text` without control characters, which a foreign trace could aim at the terminal.
std::string harmless(std::string_view text);
/// The same, in place.
void makeHarmless(char* begin, char* end);

} // namespace rdrlab::trace
