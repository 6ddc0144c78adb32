// Controls a mini-redirector through its device, as a service would: only system calls, from a
// thread of the machine.
#pragma once

#include "engine/scenario/plan.h"

#include <cstdint>
#include <string>

namespace rdrlab::scenario::redirector {

/// Sends the settings of the plan, then the start request. Returns the status of the first call
/// that failed.
uint32_t start(const RedirectorPlan& plan, uint16_t serverPort);
uint32_t stop();
/// Tells the credentials of the calling thread's logon session.
uint32_t setCredentials(const UserPlan& user);

} // namespace rdrlab::scenario::redirector
