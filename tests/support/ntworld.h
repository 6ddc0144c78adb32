// ntworld.h - a booted machine for tests of kernel parts: run a piece of kernel code on a system
// thread of a fresh world.
#pragma once

#include <catch2/catch.hpp>

#include "engine/ntos/world_host.h"

#include <cstdint>
#include <type_traits>

extern "C" std::int32_t rdrTestRaised(void (*body)(void*), void* context); // raised.cpp

namespace rdrlab::test {

/// Status a piece of kernel code raises as an exception, STATUS_SUCCESS when it raises none.
template <typename Body> std::int32_t raised(Body&& body)
{
    return rdrTestRaised(
        [](void* context) { (*static_cast<std::remove_reference_t<Body>*>(context))(); }, &body);
}

/// Boots a world, runs `body` on a system thread, lets everything settle and checks that nothing
/// leaked. Assertions inside must be CHECK: a REQUIRE would throw across the machine's threads.
template <typename Body> void inWorld(Body&& body, ntos::BootOptions options = {})
{
    ntos::World world(std::move(options));
    world.runAsSystem(std::forward<Body>(body));
    INFO(world.bugcheckReport());
    CHECK_FALSE(world.bugchecked());
    const auto leaks = world.shutdown();
    for (const auto& line : leaks.lines)
        UNSCOPED_INFO(line);
    CHECK(leaks.poolBlocks == 0);
}

} // namespace rdrlab::test
