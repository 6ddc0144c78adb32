// choice.h - the one source of every choice the machine makes.
//
// Who runs next, whether a thread is preempted, how long a packet takes, which fault strikes:
// everything that could go another way asks here. The answers come from a seed, are recorded, and
// can be replayed from a recorded list, so a run is its scenario, its seed and its list of choices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rdrlab::sched {

/// xoshiro256** (Blackman and Vigna, public domain algorithm), seeded through splitmix64.
class Random
{
public:
    explicit Random(uint64_t seed);
    uint64_t next();
    /// Uniform in [0, bound); bound > 0.
    uint32_t below(uint32_t bound);

private:
    uint64_t m_state[4];
};

class ChoiceSource
{
public:
    explicit ChoiceSource(uint64_t seed, std::vector<uint32_t> replay = {});

    /// One of `alternatives` (numbered from 0). A choice among one is no choice and is not
    /// recorded. `what` is a literal that names the choice in the message of a replay that went
    /// another way.
    uint32_t choose(uint32_t alternatives, const char* what);

    const std::vector<uint32_t>& recorded() const { return m_recorded; }

    /// Why the replayed list does not fit this run; empty while it does. A list that ends early is
    /// no mismatch: the seed goes on where the list stops.
    const std::string& mismatch() const { return m_mismatch; }

    uint64_t seed() const { return m_seed; }

private:
    uint64_t m_seed;
    Random m_random;
    std::vector<uint32_t> m_recorded;
    std::vector<uint32_t> m_replay;
    size_t m_replayed = 0;
    std::string m_mismatch;
};

} // namespace rdrlab::sched
