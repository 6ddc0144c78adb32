// Puts a Server behind a port of the virtual wire: network.listen(host, 445, &acceptor).
#pragma once

#include "engine/server/server.h"
#include "engine/vnet/network.h"

namespace rdrlab::server {

/// Must outlive the connections it accepted, and is outlived by its server.
class VnetAcceptor final : public vnet::Acceptor
{
public:
    explicit VnetAcceptor(Server& server)
        : m_server(server)
        , m_alive(std::make_shared<bool>(true))
    {
    }
    ~VnetAcceptor() override { *m_alive = false; }
    std::unique_ptr<vnet::Peer> accept(vnet::PeerChannel& channel) override;
    /// Looks at the server's deadlines again; needed after a call of Server from outside.
    void schedule();

private:
    friend class VnetPeer;
    Server& m_server;
    vnet::Clock* m_clock = nullptr;
    vnet::Clock::TimerId m_timer = vnet::Clock::kNoTimer;
    std::uint64_t m_timerNs = 0;
    std::shared_ptr<bool> m_alive;
};

} // namespace rdrlab::server
