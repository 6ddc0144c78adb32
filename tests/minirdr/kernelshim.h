// kernelshim.h - the few kernel routines that smb2/ needs, over the host, for one thread.
//
// A wait on an event that is not set runs the pump until it is; so a test's "network" moves exactly
// while the code under test waits for it. Time stands still unless a test moves it.
#pragma once

#include <cstdint>
#include <functional>

namespace kernelshim {
/// Moves the network on; false: nothing left that could happen, so the wait would never end (the
/// test aborts).
extern std::function<bool()> pump;
/// 100 ns ticks of KeQueryInterruptTime; advance() runs the timers that come due.
void advance(uint64_t ticks);
/// The due time of the earliest timer from now on, 0 without one.
uint64_t nextTimer();
/// Pool blocks not freed yet.
int64_t poolBlocks();
/// Allocations from now on that succeed before one fails; negative: all succeed.
void failAllocationAfter(int count);
}
