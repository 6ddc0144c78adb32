// memorytransport.h - a transport that ends in an embedded server of the same process. What the
// server says is delivered by the pump, so only while the client waits, in pieces of a size the
// test chooses.
#pragma once

#include "engine/server/server.h"
#include "minirdr/transport/transport.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

struct MemoryNetwork
{
    rdrlab::server::Server& server;
    size_t pieceBytes = ~size_t { 0 }; // largest delivery to the client
    bool refuse = false; // connections
    /// Runs while the memory for the next piece is lent, before anything is put there.
    std::function<void(const unsigned char* lent, size_t bytes)> onLoan;
    uint64_t nowNs = 0;
    std::function<void()>
        onIdle; // tried once when nothing is left to deliver, before a wait is declared endless
    std::vector<std::vector<uint8_t>>* recordAnswers = nullptr; // whole PDUs, in order

    explicit MemoryNetwork(rdrlab::server::Server& theServer);
    ~MemoryNetwork();
    const TRANSPORT* transport() { return &m_transport; }
    /// Delivers one piece. False when there was nothing.
    bool pump();
    /// Cuts every connection, as a network does.
    void cut();

    struct Stream;

private:
    friend struct Stream;
    TRANSPORT m_transport;
    std::vector<Stream*> m_streams;
};
