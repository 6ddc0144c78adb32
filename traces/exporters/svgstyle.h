// What all drawings of a trace have in common: the style sheet, and the head of the file.
//
// Colours are those of Okabe and Ito, which people with every kind of colour vision tell apart, and
// each has a second cue beside it (a word, a sign or a line style). Everything is styled by class,
// once for light and once for dark backgrounds; custom properties would be shorter, but the
// programs that turn SVG into pictures and paper do not know them. Text is of fixed width, so that
// it fits wherever it is shown.
#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>

namespace rdrlab::trace {

inline constexpr double kGlyphWidth = 0.603; // of the font size, in the usual fixed-width fonts

/// The style sheet of all drawings, without its element.
std::string_view svgStyle();

/// Opens a drawing: the svg element with its size in pixels, title and description for those who
/// cannot see it, the style sheet and the background. `isInline` leaves out what a page brings.
void svgBegin(
    std::ostream& out,
    std::uint32_t width,
    std::uint32_t height,
    std::string_view title,
    std::string_view description,
    bool isInline);
void svgEnd(std::ostream& out);

} // namespace rdrlab::trace
