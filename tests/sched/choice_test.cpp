#include "engine/sched/choice.h"

#include <catch2/catch.hpp>

#include <set>

using rdrlab::sched::ChoiceSource;
using rdrlab::sched::Random;

TEST_CASE("one seed gives one list of choices", "[sched]")
{
    ChoiceSource a(42), b(42), c(43);
    for (int at = 0; at < 100; ++at) {
        a.choose(7, "test");
        b.choose(7, "test");
        c.choose(7, "test");
    }
    CHECK(a.recorded() == b.recorded());
    CHECK(a.recorded() != c.recorded());
}

TEST_CASE("a choice among one is not recorded", "[sched]")
{
    ChoiceSource source(1);
    CHECK(source.choose(1, "test") == 0);
    CHECK(source.recorded().empty());
}

TEST_CASE("a replayed list decides, and the seed goes on where it ends", "[sched]")
{
    ChoiceSource plain(5);
    for (int at = 0; at < 6; ++at)
        plain.choose(10, "test");
    ChoiceSource replay(5, { 9, 8, 7 });
    CHECK(replay.choose(10, "test") == 9);
    CHECK(replay.choose(10, "test") == 8);
    CHECK(replay.choose(10, "test") == 7);
    for (int at = 3; at < 6; ++at)
        CHECK(replay.choose(10, "test") == plain.recorded()[at]);
    CHECK(replay.mismatch().empty());
}

TEST_CASE("a replayed choice that does not exist is told with its number and name", "[sched]")
{
    ChoiceSource replay(5, { 1, 4 });
    replay.choose(2, "dispatch");
    CHECK(replay.choose(3, "dispatch") < 3);
    CHECK(
        replay.mismatch() == "choice 1 (dispatch) has 3 alternatives, the recording took number 4");
}

TEST_CASE("every alternative comes up", "[sched]")
{
    Random random(1);
    std::set<uint32_t> seen;
    for (int at = 0; at < 400; ++at)
        seen.insert(random.below(16));
    CHECK(seen.size() == 16);
}
