#include "engine/host/check.h"

#include <cstdio>
#include <cstdlib>

namespace rdrlab::host {

void checkFailed(const char* condition, const char* file, int line, const char* note) noexcept
{
    std::fprintf(
        stderr, "rdrlab: internal error: %s:%d: %s%s%s\n", file, line, condition, note ? ": " : "",
        note ? note : "");
    std::abort();
}

} // namespace rdrlab::host
