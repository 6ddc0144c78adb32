// `rdrlab serve`: the embedded server on real TCP, for smbclient, Windows and live runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/server/server.h"

namespace rdrlab::server {

struct ServeShare
{
    std::string name;
    std::string folder; // host folder loaded once at start; empty for an empty share
    bool readOnly = false;
};

struct ServeOptions
{
    std::string address = "127.0.0.1";
    std::uint16_t port = 1445; // 0 picks a free one
    std::vector<ServeShare> shares;
    std::vector<std::pair<std::string, std::string>> users; // name and password
    ServerOptions server; // nowNs is set by serve()
    bool quiet = false;
    std::function<void(std::uint16_t)> onReady; // called with the port once it listens
    const volatile bool* stop = nullptr; // tests end it this way; SIGINT and SIGTERM always do
};

/// Serves until it is told to stop. Returns 0, or 1 after one clear line on standard error.
int serve(const ServeOptions& options);

} // namespace rdrlab::server
