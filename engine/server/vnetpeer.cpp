// One Connection per accepted socket of the virtual wire, and one timer for the server's deadlines.
#include "engine/server/vnetpeer.h"
#include <utility>

namespace rdrlab::server {

class VnetPeer final : public vnet::Peer, public Output
{
public:
    VnetPeer(VnetAcceptor& acceptor, vnet::PeerChannel& channel)
        : m_acceptor(acceptor)
        , m_alive(acceptor.m_alive)
        , m_channel(&channel)
        , m_connection(acceptor.m_server.connect(*this))
    {
    }
    void onData(ByteSpan bytes) override
    {
        if (*m_alive) {
            m_connection->receive(bytes);
            m_acceptor.schedule();
        }
    }
    void onClosed(vnet::CloseReason) override
    {
        m_channel = nullptr;
        if (*m_alive) {
            m_connection->disconnected();
            m_acceptor.m_server.tick(); // what waited for this client's locks and leases goes on
            m_acceptor.schedule();
        }
    }
    void send(Buffer bytes) override
    {
        if (m_channel) {
            m_channel->send(std::move(bytes));
        }
    }
    void close() override
    {
        if (m_channel) {
            m_channel->close();
        }
    }

private:
    VnetAcceptor& m_acceptor;
    std::shared_ptr<bool> m_alive;
    vnet::PeerChannel* m_channel;
    std::unique_ptr<Connection> m_connection;
};

std::unique_ptr<vnet::Peer> VnetAcceptor::accept(vnet::PeerChannel& channel)
{
    m_clock = &channel.clock();
    return std::make_unique<VnetPeer>(*this, channel);
}

void VnetAcceptor::schedule()
{
    const auto due = m_server.nextDeadlineNs();
    if (!m_clock || (due && m_timer != vnet::Clock::kNoTimer && m_timerNs == *due)) {
        return;
    }
    m_clock->cancelTimer(std::exchange(m_timer, vnet::Clock::kNoTimer));
    if (due) {
        m_timerNs = *due;
        m_timer = m_clock->setTimer(*due, [this, alive = m_alive] {
            if (*alive) {
                m_timer = vnet::Clock::kNoTimer;
                m_server.tick();
                schedule();
            }
        });
    }
}

} // namespace rdrlab::server
