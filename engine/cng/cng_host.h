// cng_host.h - the emulated machine's door to the BCrypt routines.
//
// Drivers use the BCryptXxx names of <bcrypt.h>; only the world calls what is here, once per boot.
#pragma once

#include <cstdint>

namespace rdrlab::cng {
/// Restarts the generator behind BCryptGenRandom. Two worlds with the same seed see the same
/// "random" bytes, which is what makes session keys, lease keys and therefore packets repeat; the
/// generator is no source of secrets.
void seed(uint64_t value) noexcept;

/// Providers, hashes and keys that are open: a driver that stops should bring this back to where it
/// found it.
uint64_t openObjects() noexcept;
}
