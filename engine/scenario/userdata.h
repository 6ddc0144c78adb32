// The objects a scenario can hold: buffers in the application's memory, outstanding requests,
// running hashes.
#pragma once

#include "engine/scenario/ntcalls.h"

#include <memory>

struct lua_State;

namespace rdrlab::scenario {

/// The buffer at `index`, or nullptr when something else stands there.
const std::shared_ptr<nt::UserBuffer>* toBuffer(lua_State* state, int index);

void pushRequest(lua_State* state, std::shared_ptr<nt::Request> request);

/// Fills `bytes` with the pseudo-random stream `seed` from byte `offset` on: the same bytes
/// wherever it is cut.
void fillRandom(std::byte* bytes, size_t count, uint64_t seed, uint64_t offset);

} // namespace rdrlab::scenario
