#include "engine/sched/choice.h"

#include "engine/host/check.h"

#include <utility>

namespace rdrlab::sched {

namespace {

uint64_t splitmix(uint64_t& state)
{
    uint64_t z = (state += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

uint64_t rotateLeft(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

} // namespace

Random::Random(uint64_t seed)
{
    for (uint64_t& word : m_state)
        word = splitmix(seed);
}

uint64_t Random::next()
{
    const uint64_t result = rotateLeft(m_state[1] * 5, 7) * 9;
    const uint64_t shifted = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= shifted;
    m_state[3] = rotateLeft(m_state[3], 45);
    return result;
}

uint32_t Random::below(uint32_t bound)
{
    RDRLAB_CHECK(bound > 0);
    // The high half times the bound: the bias is below 2^-32 for any bound in use, and the cost is
    // one draw, always.
    return static_cast<uint32_t>(((next() >> 32) * bound) >> 32);
}

ChoiceSource::ChoiceSource(uint64_t seed, std::vector<uint32_t> replay)
    : m_seed(seed)
    , m_random(seed)
    , m_replay(std::move(replay))
{
}

uint32_t ChoiceSource::choose(uint32_t alternatives, const char* what)
{
    RDRLAB_CHECK(alternatives > 0);
    if (alternatives == 1)
        return 0;
    // Drawn in a replay too, so that the seed can go on where the list ends.
    uint32_t choice = m_random.below(alternatives);
    if (m_replayed < m_replay.size() && m_mismatch.empty()) {
        const uint32_t recordedChoice = m_replay[m_replayed];
        if (recordedChoice >= alternatives) {
            m_mismatch = "choice " + std::to_string(m_replayed) + " (" + what + ") has "
                + std::to_string(alternatives) + " alternatives, the recording took number "
                + std::to_string(recordedChoice);
        } else {
            choice = recordedChoice;
        }
        ++m_replayed;
    }
    m_recorded.push_back(choice);
    return choice;
}

} // namespace rdrlab::sched
