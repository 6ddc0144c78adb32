// The servers of a scenario on the virtual wire.
#pragma once

#include "engine/scenario/language.h"
#include "engine/scenario/plan.h"
#include "engine/scenario/runner.h"
#include "engine/server/server.h"
#include "engine/server/vnetpeer.h"
#include "engine/vnet/network.h"

#include <map>
#include <memory>
#include <string>

namespace rdrlab::recorder {
class Recorder;
}

namespace rdrlab::scenario {

inline constexpr uint16_t kSmbPort = 445;
inline constexpr char kClientHost[] = "client";

class Servers
{
public:
    Servers(
        const Plan& plan,
        vnet::Network& network,
        uint64_t seed,
        recorder::Recorder* recorder,
        const std::optional<RealServer>& real);
    ~Servers();

    std::string setLink(const LinkPlan& link);
    std::vector<LinkPlan> links() const;
    std::string setCut(const std::string& server, bool cut);
    std::string fault(const FaultRequest& request);
    std::string readFile(
        const std::string& server,
        const std::string& share,
        const std::string& path,
        std::string& bytes);

private:
    struct Host;
    std::string find(const std::string& name, Host*& host);

    vnet::Network& m_network;
    std::map<std::string, std::unique_ptr<Host>> m_hosts;
    vnet::HostId m_client;
};

} // namespace rdrlab::scenario
