// text.h - UTF-8 outside, UTF-16 inside.
//
// The kernel's strings are UTF-16 and may hold unpaired surrogates, which a file name can carry;
// they become U+FFFD on the way out. Malformed UTF-8 becomes U+FFFD on the way in, one per maximal
// ill-formed part.
#pragma once

#include <string>
#include <string_view>

namespace rdrlab::host {

std::u16string toUtf16(std::string_view utf8);
std::string toUtf8(std::u16string_view utf16);

/// True when the bytes are well-formed UTF-8 (no overlong forms, no surrogates).
bool isUtf8(std::string_view text);

} // namespace rdrlab::host
