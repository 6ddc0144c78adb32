// Words and characters that several exporters share.
#pragma once

#include "traces/model/kinds.h"

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace rdrlab::trace {

/// Whether somebody still wants what is written: a stream that fails is how an export is given up.
/// What is buffered is written first, so that a failure shows at once.
inline bool stillWanted(std::ostream& out)
{
    return bool(out.flush());
}

/// The length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none.
std::size_t utf8Length(std::string_view text);

/// `text` for XML and HTML, in elements as in attributes; bytes that are no UTF-8 and characters
/// that XML forbids become U+FFFD.
std::string xmlText(std::string_view text);

/// Characters, each malformed byte being one.
std::size_t characters(std::string_view text);

/// At most `most` characters; what is left out at the end, or in the middle, is an ellipsis.
std::string cutEnd(std::string_view text, std::size_t most);
std::string cutMiddle(std::string_view text, std::size_t most);

/// The status' name, or its number when it has none.
std::string statusText(std::int32_t status);

/// "1.25 ms" and the like.
std::string durationText(std::uint64_t nanoseconds);

/// So many digits behind the point, which is a point in every locale.
std::string fixedText(double value, int digits);

/// The number with its noun: "1 object", "2 objects".
std::string counted(std::uint64_t number, std::string_view noun);

/// A canonical name taken apart: "FCB:\lab\a#2" is "FCB" and "\lab\a#2", "IRP#14" is "IRP", "#14".
struct NameParts
{
    std::string_view kind;
    std::string_view name;
};
NameParts nameParts(std::string_view canonical);

} // namespace rdrlab::trace
