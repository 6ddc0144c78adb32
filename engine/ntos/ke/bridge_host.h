// bridge_host.h - hands the kernel layer the scheduler of the world that boots. Host side of
// kep.h's boundary.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rdrlab::sched {
class Scheduler;
}

namespace rdrlab::ntos {

void attachScheduler(sched::Scheduler* scheduler);
void setPrintListener(std::function<void(std::string_view)> listener);

/// Waits of threads are described with the names the other parts give their objects.
std::string describeObject(const void* object);

} // namespace rdrlab::ntos
