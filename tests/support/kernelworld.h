// kernelworld.h - a world for tests of the executive: `onKernel` runs a body on a system thread and
// wants it to end.
#pragma once

#include "engine/ntos/world_host.h"

#include <catch2/catch.hpp>

#include <ntifs.h>

#include <functional>
#include <string>
#include <utility>

namespace rdrlab::test {

inline void onKernel(const std::function<void(ntos::World&)>& body, ntos::BootOptions options = {})
{
    ntos::World world(std::move(options));
    bool ended = false;
    world.runAsSystem([&] {
        body(world);
        ended = true;
    });
    INFO(world.bugcheckReport());
    REQUIRE(ended);
    const ntos::World::Leaks leaks = world.shutdown();
    for (const std::string& line : leaks.lines)
        UNSCOPED_INFO(line);
    CHECK(leaks.lines.empty());
}

/// Runs a body that must end in a bug check and returns the report.
inline std::string bugCheckOf(const std::function<void(ntos::World&)>& body)
{
    ntos::World world;
    bool ended = false;
    world.runAsSystem([&] {
        body(world);
        ended = true;
    });
    CHECK_FALSE(ended);
    CHECK(world.bugchecked());
    return world.bugcheckReport();
}

inline LARGE_INTEGER relativeMs(LONGLONG milliseconds)
{
    LARGE_INTEGER time;
    time.QuadPart = -milliseconds * 10000;
    return time;
}

inline LONGLONG systemTime()
{
    LARGE_INTEGER time;
    KeQuerySystemTime(&time);
    return time.QuadPart;
}

} // namespace rdrlab::test
