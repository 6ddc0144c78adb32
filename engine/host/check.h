// check.h - assertions that stay on in every build.
//
// A CHECK states what a bug would break. It prints the condition and where it stands, then aborts:
// a wrong machine must not go on to write a plausible trace.
#pragma once

namespace rdrlab::host {

[[noreturn]] void
checkFailed(const char* condition, const char* file, int line, const char* note = nullptr) noexcept;

} // namespace rdrlab::host

#define RDRLAB_CHECK(condition)                                                                    \
    ((condition) ? (void)0 : ::rdrlab::host::checkFailed(#condition, __FILE__, __LINE__))
#define RDRLAB_CHECK_NOTE(condition, note)                                                         \
    ((condition) ? (void)0 : ::rdrlab::host::checkFailed(#condition, __FILE__, __LINE__, note))
