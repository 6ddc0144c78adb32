// sockettransport.h - a transport over a real TCP socket, for tests against a real server. One
// thread: the pump polls.
#pragma once

#include "minirdr/transport/transport.h"

#include <cstdint>

/// Connects to 127.0.0.1 whatever the host name. Its pump is kernelshim::pump.
const TRANSPORT* socketTransport();
