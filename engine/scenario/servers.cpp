#include "engine/scenario/servers.h"

#include "engine/recorder/recorder.h"
#include "engine/scenario/userdata.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace rdrlab::scenario {

namespace {

constexpr uint32_t kClientAddress = 0x0A000001; // 10.0.0.1
constexpr uint32_t kFirstServerAddress = 0x0A000065; // 10.0.0.101
constexpr int32_t kStatusPending = 0x103;

/// What the server does becomes events of the server's layer.
class ObservedServer final : public server::Observer
{
public:
    explicit ObservedServer(recorder::Recorder* recorder)
        : m_recorder(recorder)
    {
    }
    void
    answered(server::Command command, uint64_t messageId, server::Status status, std::string_view)
        override
    {
        if (m_recorder)
            m_recorder->event(
                trace::Layer::Server, trace::EventKind::Note, server::commandName(command), nullptr,
                static_cast<int32_t>(status), messageId);
    }

    void held(server::Command command, uint64_t messageId) override
    {
        if (m_recorder)
            m_recorder->event(
                trace::Layer::Server, trace::EventKind::State, server::commandName(command),
                nullptr, kStatusPending, messageId);
    }

private:
    recorder::Recorder* m_recorder;
};

server::ShareOptions shareOptions(const SharePlan& share, bool guest)
{
    server::ShareOptions options;
    options.name = share.name;
    options.readOnly = share.readOnly;
    options.users = share.users;
    options.guestAllowed = guest && share.users.empty();
    return options;
}

void fill(server::Server& server, const SharePlan& share)
{
    for (const FilePlan& file : share.files) {
        if (!file.path.empty() && file.path.back() == '\\') {
            server.putDirectory(share.name, file.path.substr(0, file.path.size() - 1));
        } else if (file.randomBytes) {
            vnet::Buffer bytes(file.randomBytes);
            fillRandom(bytes.data(), bytes.size(), file.randomSeed, 0);
            server.putFile(share.name, file.path, vnet::ByteSpan(bytes));
        } else {
            server.putFile(share.name, file.path, std::string_view(file.bytes));
        }
    }
    for (uint64_t i = 1; i <= share.generatedFiles; i++) {
        char name[32];
        std::snprintf(name, sizeof name, "f%05llu.txt", static_cast<unsigned long long>(i));
        server.putFile(share.name, name, std::string_view(name));
    }
}

} // namespace

struct Servers::Host
{
    vnet::HostId id = vnet::kNoHost;
    std::unique_ptr<server::Server>
        server; // none for a real server and for one that is not reachable
    std::unique_ptr<server::VnetAcceptor> acceptor;
    std::unique_ptr<ObservedServer> observer;
};

Servers::Servers(
    const Plan& plan,
    vnet::Network& network,
    uint64_t seed,
    recorder::Recorder* recorder,
    const std::optional<RealServer>& real)
    : m_network(network)
    , m_client(network.addHost(kClientHost, { kClientAddress }))
{
    uint32_t address = kFirstServerAddress;
    for (const ServerPlan& declared : plan.servers) {
        auto host = std::make_unique<Host>();
        host->id = network.addHost(declared.name, { address++ });
        const bool isReal = real && &declared == &plan.servers.front();
        if (isReal) {
            network.bindReal(declared.name, kSmbPort, real->host, real->port);
        } else if (declared.reachable && declared.listening) {
            server::ServerOptions options;
            options.name = declared.name;
            options.seed = seed * 1000003 + address;
            options.nowNs = [&network] { return network.clock().nowNs(); };
            options.minDialect = static_cast<server::Dialect>(declared.minDialect);
            options.maxDialect = static_cast<server::Dialect>(declared.maxDialect);
            options.guest = declared.guest;
            options.signingRequired = declared.signingRequired;
            host->server = std::make_unique<server::Server>(std::move(options));
            for (const AccountPlan& account : declared.users)
                host->server->addUser(account.name, account.password);
            for (const SharePlan& share : declared.shares) {
                host->server->addShare(shareOptions(share, declared.guest));
                fill(*host->server, share);
            }
            host->observer = std::make_unique<ObservedServer>(recorder);
            host->server->setObserver(host->observer.get());
            host->acceptor = std::make_unique<server::VnetAcceptor>(*host->server);
            network.listen(host->id, kSmbPort, host->acceptor.get());
        }
        if (!declared.reachable)
            network.cut(m_client, host->id);
        m_hosts.emplace(declared.name, std::move(host));
    }
    for (const LinkPlan& link : plan.links)
        setLink(link);
    for (const ServerPlan& declared : plan.servers)
        if (!declared.reachable)
            setCut(declared.name, true);
}

Servers::~Servers() = default;

std::string Servers::find(const std::string& name, Host*& host)
{
    const auto found = m_hosts.find(name);
    if (found == m_hosts.end())
        return "no server '" + name + "' is declared";
    host = found->second.get();
    return {};
}

std::string Servers::setLink(const LinkPlan& link)
{
    vnet::LinkProperties properties;
    properties.latencyNs = link.latencyNs;
    properties.bandwidthBytesPerSecond = link.bandwidthBytesPerSecond;
    properties.lossPerMille = link.lossPerMille;
    properties.cut = link.cut;
    if (link.server.empty()) {
        for (auto& [name, host] : m_hosts)
            m_network.setLink(m_client, host->id, properties);
        return {};
    }
    Host* host = nullptr;
    if (std::string problem = find(link.server, host); !problem.empty())
        return "link: " + problem;
    m_network.setLink(m_client, host->id, properties);
    return {};
}

std::vector<LinkPlan> Servers::links() const
{
    std::vector<LinkPlan> links;
    for (const auto& [name, host] : m_hosts) {
        const vnet::LinkProperties now = m_network.link(m_client, host->id);
        links.push_back(
            { name, now.latencyNs, now.bandwidthBytesPerSecond, now.lossPerMille, now.cut });
    }
    return links;
}

std::string Servers::setCut(const std::string& server, bool cut)
{
    Host* host = nullptr;
    if (std::string problem = find(server, host); !problem.empty())
        return (cut ? "cut: " : "heal: ") + problem;
    if (cut)
        m_network.cut(m_client, host->id);
    else
        m_network.heal(m_client, host->id);
    return {};
}

std::string Servers::fault(const FaultRequest& request)
{
    using Action = server::FaultRule::Action;
    static constexpr std::array<std::pair<std::string_view, Action>, 7> kActions = { {
        { "close", Action::CloseConnection },
        { "garbage", Action::Garbage },
        { "oversize", Action::HugeFrame },
        { "silent", Action::NeverAnswer },
        { "delay", Action::Delay },
        { "bad_signature", Action::WrongSignature },
        { "status", Action::OverrideStatus },
    } };
    Host* host = nullptr;
    if (std::string problem = find(request.server, host); !problem.empty())
        return "fault: " + problem;
    if (!host->server)
        return "fault: '" + request.server + "' is not an embedded server";
    const auto action = std::find_if(kActions.begin(), kActions.end(), [&](const auto& entry) {
        return entry.first == request.kind;
    });
    if (action == kActions.end())
        return "fault: unknown kind '" + request.kind + "'";
    server::FaultRule rule;
    rule.action = action->second;
    if (request.command != "ANY") {
        for (uint16_t i = 0; i < static_cast<uint16_t>(server::Command::Count); i++)
            if (request.command == server::commandName(static_cast<server::Command>(i)))
                rule.command = static_cast<server::Command>(i);
        if (!rule.command)
            return "fault: unknown SMB2 command '" + request.command + "'";
    }
    rule.nth = request.nth;
    rule.times = request.repeat ? 0 : 1;
    rule.delayNs = request.delayNs;
    rule.status = request.status;
    host->server->faults().add(rule);
    return {};
}

std::string Servers::readFile(
    const std::string& server,
    const std::string& share,
    const std::string& path,
    std::string& bytes)
{
    Host* host = nullptr;
    if (std::string problem = find(server, host); !problem.empty())
        return problem;
    const std::optional<vnet::Buffer> file
        = host->server ? host->server->readFile(share, path) : std::nullopt;
    if (!file)
        return "no file";
    bytes.assign(reinterpret_cast<const char*>(file->data()), file->size());
    return {};
}

} // namespace rdrlab::scenario
