// netio_host.h - how the world gives netio its wire.
#pragma once

namespace rdrlab::vnet {
class Network;
}

namespace rdrlab::netio {

/// Connects WSK to a network, as the host named clientHost (added when the network has none of that
/// name). Called before the world boots and again with nullptr after it is gone. Without a network
/// connections fail with STATUS_NETWORK_UNREACHABLE and no name is found.
void attachNetwork(vnet::Network* network, const char* clientHost = "client");

} // namespace rdrlab::netio
