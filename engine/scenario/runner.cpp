#include "engine/scenario/runner.h"

#include "engine/ntos/world_host.h"
#include "engine/recorder/recorder.h"
#include "engine/scenario/language.h"
#include "engine/scenario/redirector.h"
#include "engine/scenario/servers.h"
#include "engine/scenario/statusname.h"
#include "engine/scenario/wiring.h"
#include "traces/store/reader.h"
#include "traces/store/writer.h"

#include <algorithm>
#include <charconv>

namespace rdrlab::scenario {

namespace {

constexpr char kServicesUser[] = "SYSTEM";
constexpr char kVersion[] = "0.1.0";

bool isError(uint32_t status)
{
    return (status >> 30) == 3;
}

std::string serviceNameOf(const DriverPlan& driver)
{
    if (!driver.service.empty())
        return driver.service;
    std::string name = driver.path.substr(driver.path.find_last_of('/') + 1);
    return name.substr(0, name.find('.'));
}

/// The redirector's users with the accounts they have on the server that answers. An account that
/// the scenario's server would accept becomes the real server's account; one with a wrong password
/// stays wrong.
std::vector<UserPlan> usersFor(const Plan& plan, const std::optional<RealServer>& real)
{
    std::vector<UserPlan> users = plan.users;
    if (!real || plan.servers.empty())
        return users;
    const std::vector<AccountPlan>& accounts = plan.servers.front().users;
    for (UserPlan& user : users) {
        const auto account
            = std::find_if(accounts.begin(), accounts.end(), [&](const AccountPlan& one) {
                  return one.name == user.account;
              });
        if (account == accounts.end())
            continue;
        if (account->password == user.password)
            user.password = real->password;
        user.account = real->user;
    }
    return users;
}

} // namespace

/// One run. Members are in the order in which they may be destroyed backwards: the world goes
/// first.
class Run final : public Machine
{
public:
    explicit Run(const RunOptions& options)
        : m_options(options)
        , m_language(options.text, options.displayName, options.seed)
    {
    }

    RunReport execute();

    uint64_t nowNs() override { return m_world->scheduler().nowNs(); }
    void delay(uint64_t durationNs) override;
    std::string setLink(const LinkPlan& link) override { return m_servers->setLink(link); }
    std::vector<LinkPlan> links() const override { return m_servers->links(); }
    std::string setCut(const std::string& server, bool cut) override;
    std::string fault(const FaultRequest& request) override { return m_servers->fault(request); }
    std::string stopRedirector(uint32_t& status) override;
    std::string startRedirector(uint32_t& status) override;
    std::string
    loadDriver(const std::string& path, const std::string& service, uint32_t& status) override;
    std::string unloadDriver(const std::string& service, uint32_t& status) override;
    void stop() override
    {
        m_report.stopped = true;
        m_world->scheduler().stop();
    }
    void log(const std::string& text) override;
    int startThread(const std::string& name, int bodyReference) override;
    void joinThread(int number) override;
    void reportFailure(const std::string& text) override;
    void reportExpectation(const std::string& where, const std::string& text, bool met) override;
    std::string serverFile(
        const std::string& server,
        const std::string& share,
        const std::string& path,
        std::string& bytes) override
    {
        return m_servers->readFile(server, share, path, bytes);
    }

private:
    struct AppThread
    {
        bool ended = false;
        std::vector<sched::Thread*> joiners;
    };

    std::string openTrace();
    std::string boot();
    std::string loadDrivers();
    std::string startRedirectors();
    std::string stopRedirectors();
    std::string startProcesses();
    void startAppThread(
        ntos::Process* process, const std::string& name, int body, uint64_t startNs, int number);
    void closeTrace();
    std::string
    runAs(const std::string& user, const std::string& name, const std::function<void()>& body);
    std::string firstLine(const std::string& text);
    RunReport report(std::string error);

    const RunOptions& m_options;
    Language m_language;
    RunReport m_report;
    std::string m_failure;
    ntos::RunResult m_result;
    std::vector<std::unique_ptr<AppThread>> m_threads;
    std::map<uint32_t, ntos::Process*> m_processes; // by id, for threads that start threads
    std::unique_ptr<recorder::Recorder> m_recorder;
    std::unique_ptr<RecordedPackets> m_packets;
    std::unique_ptr<RecordedInputs> m_inputs;
    std::unique_ptr<ReplayedInputs> m_replayed;
    std::unique_ptr<Servers> m_servers; // outlives the world, whose network has its acceptors
    std::unique_ptr<ntos::World> m_world;
};

std::string Run::openTrace()
{
    if (m_options.tracePath.empty())
        return {};
    std::string error;
    auto writer
        = trace::Writer::create(m_options.tracePath, error, { m_options.payloadLimitBytes });
    if (!writer)
        return error;
    m_recorder = std::make_unique<recorder::Recorder>(std::move(writer));
    recorder::installCrashFlush();
    m_recorder->meta("scenario", m_options.displayName);
    m_recorder->meta("scenario_text", m_options.text);
    m_recorder->meta("seed", static_cast<int64_t>(m_options.seed));
    m_recorder->meta("version", kVersion);
    m_recorder->meta("driver", serviceNameOf({ m_options.driverPath, "" }));
    if (m_options.server) {
        m_recorder->meta(
            "server", m_options.server->host + ":" + std::to_string(m_options.server->port));
        m_recorder->meta("server_user", m_options.server->user);
        // Keys come from the password, so a replay cannot do without it.
        if (m_options.keepPassword)
            m_recorder->meta("server_password", m_options.server->password);
    }
    return {};
}

std::string Run::boot()
{
    m_packets = std::make_unique<RecordedPackets>(m_recorder.get());
    m_inputs = std::make_unique<RecordedInputs>(m_recorder.get());
    ntos::BootOptions boot;
    boot.seed = m_options.seed;
    boot.recorder = m_recorder.get();
    boot.dispatchLimit = m_options.dispatchLimit;
    if (m_options.replay)
        boot.replayChoices = &m_options.replay->choices;
    m_world = std::make_unique<ntos::World>(std::move(boot));
    if (m_world->bugchecked())
        return "the machine did not boot: " + firstLine(m_world->bugcheckReport());
    vnet::Network& network = m_world->network();
    network.setPacketSink(m_packets.get());
    m_servers = std::make_unique<Servers>(
        m_language.plan(), network, m_options.seed, m_recorder.get(), m_options.server);
    if (m_options.server)
        network.setInputSink(m_inputs.get());
    if (m_options.replay && m_options.server) {
        m_replayed = std::make_unique<ReplayedInputs>(m_options.replay->inputs);
        network.setInputSource(m_replayed.get());
    }
    for (const RegistryPlan& value : m_language.plan().registry) {
        if (value.isNumber)
            m_world->setRegistry(value.key, value.name, value.number);
        else
            m_world->setRegistry(value.key, value.name, value.text);
    }
    return {};
}

std::string Run::loadDrivers()
{
    std::vector<DriverPlan> drivers = m_language.plan().drivers;
    if (!m_options.driverPath.empty())
        drivers.insert(drivers.begin(), { m_options.driverPath, "" });
    for (const DriverPlan& driver : drivers) {
        const auto status
            = static_cast<uint32_t>(m_world->loadDriver(driver.path, serviceNameOf(driver)));
        if (m_world->bugchecked())
            return driver.path + ": " + firstLine(m_world->bugcheckReport());
        if (isError(status))
            return "cannot load driver " + driver.path + ": " + statusName(status);
    }
    return {};
}

std::string
Run::runAs(const std::string& user, const std::string& name, const std::function<void()>& body)
{
    m_world->createThread(m_world->createProcess(name, user), "main", body);
    const ntos::RunResult result = m_world->run();
    return result.ok() ? std::string() : name + ": " + firstLine(result.report);
}

std::string Run::startRedirectors()
{
    if (!m_language.plan().redirector.start || m_options.driverPath.empty())
        return {};
    uint32_t status = 0;
    std::string problem = runAs(kServicesUser, "services", [&] {
        status = redirector::start(m_language.plan().redirector, kSmbPort);
    });
    if (problem.empty() && isError(status))
        problem = "the redirector did not start: " + statusName(status);
    for (const UserPlan& user : usersFor(m_language.plan(), m_options.server)) {
        if (!problem.empty())
            break;
        problem = runAs(user.name, "logon", [&] { status = redirector::setCredentials(user); });
        if (problem.empty() && isError(status))
            problem = "the redirector refused the credentials of " + user.name + ": "
                + statusName(status);
    }
    return problem;
}

/// Ends what startRedirectors() began, so that delayed closes and disconnections are part of the
/// recording. A scenario may have stopped the redirector itself, or leave files open on purpose:
/// both are no error.
std::string Run::stopRedirectors()
{
    if (!m_language.plan().redirector.start || m_options.driverPath.empty())
        return {};
    return runAs(kServicesUser, "services", [] { redirector::stop(); });
}

std::string Run::startProcesses()
{
    const uint64_t origin = nowNs();
    for (const ProcessPlan& plan : m_language.plan().processes) {
        const std::string user = !plan.user.empty() ? plan.user
            : m_language.plan().users.empty()       ? kServicesUser
                                                    : m_language.plan().users.front().name;
        ntos::Process* process = m_world->createProcess(plan.name, user);
        const int number = static_cast<int>(m_threads.size());
        m_threads.push_back(std::make_unique<AppThread>());
        startAppThread(
            process, "main", plan.bodyReference, plan.startNs ? origin + plan.startNs : 0, number);
    }
    return {};
}

void Run::startAppThread(
    ntos::Process* process, const std::string& name, int body, uint64_t startNs, int number)
{
    m_world->createThread(process, name, [=, this] {
        m_processes[m_world->scheduler().current()->processId()] = process;
        if (startNs > nowNs())
            delay(startNs - nowNs());
        m_language.runBody(body);
        AppThread& thread = *m_threads[static_cast<size_t>(number)];
        thread.ended = true;
        for (sched::Thread* joiner : thread.joiners)
            m_world->scheduler().wake(*joiner);
        thread.joiners.clear();
    });
}

void Run::delay(uint64_t durationNs)
{
    sched::Scheduler& scheduler = m_world->scheduler();
    sched::Thread* self = scheduler.current();
    bool due = false;
    scheduler.setTimer(scheduler.nowNs() + durationNs, [&] {
        due = true;
        scheduler.wake(*self);
    });
    while (!due) {
        sched::BlockReason reason;
        reason.what = "wait()";
        reason.timed = true;
        scheduler.block(reason);
    }
}

std::string Run::setCut(const std::string& server, bool cut)
{
    if (m_recorder)
        m_recorder->note(
            trace::Layer::Wire,
            (cut ? "the link to " : "the link is back to ") + server + (cut ? " is cut" : ""));
    return m_servers->setCut(server, cut);
}

std::string Run::startRedirector(uint32_t& status)
{
    status = redirector::start(m_language.plan().redirector, kSmbPort);
    return {};
}

std::string Run::stopRedirector(uint32_t& status)
{
    status = redirector::stop();
    return {};
}

std::string Run::loadDriver(const std::string& path, const std::string& service, uint32_t& status)
{
    status = static_cast<uint32_t>(m_world->loadDriver(path, serviceNameOf({ path, service })));
    return {};
}

std::string Run::unloadDriver(const std::string& service, uint32_t& status)
{
    status = static_cast<uint32_t>(m_world->unloadDriver(service));
    return {};
}

void Run::log(const std::string& text)
{
    if (m_recorder)
        m_recorder->note(trace::Layer::App, text);
    if (m_options.log)
        m_options.log(text);
}

int Run::startThread(const std::string& name, int bodyReference)
{
    ntos::Process* process = m_processes.at(m_world->scheduler().current()->processId());
    const int number = static_cast<int>(m_threads.size());
    m_threads.push_back(std::make_unique<AppThread>());
    startAppThread(process, name, bodyReference, 0, number);
    return number;
}

void Run::joinThread(int number)
{
    if (number < 0 || static_cast<size_t>(number) >= m_threads.size())
        return;
    AppThread& thread = *m_threads[static_cast<size_t>(number)];
    sched::Scheduler& scheduler = m_world->scheduler();
    while (!thread.ended) {
        thread.joiners.push_back(scheduler.current());
        sched::BlockReason reason;
        reason.what = "join()";
        scheduler.block(reason);
    }
}

void Run::reportFailure(const std::string& text)
{
    if (m_recorder)
        m_recorder->text(trace::Layer::App, trace::EventKind::Error, "scenario", nullptr, text);
    if (m_failure.empty())
        m_failure = text;
    else
        m_report.details += text + "\n";
}

void Run::reportExpectation(const std::string&, const std::string&, bool met)
{
    m_report.expectationsMet += met ? 1 : 0;
}

void Run::closeTrace()
{
    if (!m_recorder)
        return;
    if (m_world)
        for (const uint32_t choice : m_world->scheduler().choices().recorded())
            m_recorder->choice(0, choice);
    m_report.events = m_recorder->lastSeq();
    m_recorder->meta("result", m_failure.empty() ? "ok" : m_failure);
    if (!m_recorder->finish() && m_failure.empty())
        m_failure = m_recorder->error();
}

/// The line for the user; what follows it becomes details.
std::string Run::firstLine(const std::string& text)
{
    const size_t end = text.find('\n');
    if (end != std::string::npos)
        m_report.details += text.substr(end + 1);
    return text.substr(0, end);
}

RunReport Run::report(std::string error)
{
    if (m_failure.empty())
        m_failure = std::move(error);
    if (m_world)
        m_report.virtualNs = nowNs();
    closeTrace();
    m_report.error = m_failure;
    m_report.ok = m_failure.empty();
    return m_report;
}

RunReport Run::execute()
{
    if (std::string problem = m_language.declare(); !problem.empty()) {
        m_report.error = std::move(problem);
        return m_report;
    }
    if (m_options.server && m_language.plan().servers.empty()) {
        m_report.error
            = m_options.displayName + ": --server needs a scenario that declares a server{...}";
        return m_report;
    }
    m_language.attach(this);
    if (std::string problem = openTrace(); !problem.empty()) {
        m_report.error = std::move(problem);
        return m_report;
    }
    if (m_options.opened && m_recorder)
        m_options.opened(*this, *m_recorder);
    std::string problem = boot();
    if (problem.empty())
        problem = loadDrivers();
    if (problem.empty())
        problem = startRedirectors();
    if (m_recorder)
        m_recorder->meta("setup_events", static_cast<int64_t>(m_recorder->lastSeq()));
    if (problem.empty() && m_options.built)
        m_options.built();
    // Where the scenario itself begins: what is before it is the machine coming up.
    if (m_recorder)
        m_recorder->meta("start", static_cast<int64_t>(m_recorder->lastSeq() + 1));
    if (problem.empty())
        problem = startProcesses();
    if (problem.empty()) {
        const ntos::RunResult result = m_world->run();
        if (m_report.stopped)
            problem = "stopped by the controller";
        else if (!result.ok())
            problem = firstLine(result.report);
        else
            problem = stopRedirectors();
    }
    return report(problem);
}

RunReport run(const RunOptions& options)
{
    Run run(options);
    return run.execute();
}

std::optional<RealServer> parseServerUrl(const std::string& url, std::string& error)
{
    constexpr std::string_view kScheme = "smb://";
    error = "expected smb://user:password@host:port, got '" + url + "'";
    if (!url.starts_with(kScheme))
        return std::nullopt;
    const std::string rest = url.substr(kScheme.size());
    const size_t at = rest.rfind('@');
    const size_t secret = rest.find(':');
    if (at == std::string::npos || secret == std::string::npos || secret > at)
        return std::nullopt;
    RealServer server;
    server.user = rest.substr(0, secret);
    server.password = rest.substr(secret + 1, at - secret - 1);
    server.host = rest.substr(at + 1);
    if (const size_t colon = server.host.rfind(':'); colon != std::string::npos) {
        const std::string port = server.host.substr(colon + 1);
        server.host.resize(colon);
        const auto [end, failure]
            = std::from_chars(port.data(), port.data() + port.size(), server.port);
        if (failure != std::errc {} || end != port.data() + port.size() || server.port == 0)
            return std::nullopt;
    }
    if (server.user.empty() || server.host.empty())
        return std::nullopt;
    error.clear();
    return server;
}

std::string prepareReplay(const std::string& tracePath, RunOptions& options)
{
    std::string error;
    const auto reader = trace::Reader::open(tracePath, error);
    if (!reader)
        return error;
    options.text = reader->meta("scenario_text");
    options.displayName = reader->meta("scenario");
    if (options.text.empty())
        return tracePath + ": the trace does not hold its scenario, so it cannot be replayed";
    options.seed = std::strtoull(reader->meta("seed", "1").c_str(), nullptr, 10);
    Replay replay;
    reader->choices([&](const trace::Choice& choice) {
        replay.choices.push_back(choice.taken);
        return true;
    });
    reader->inputs([&](const trace::Input& input) {
        replay.inputs.push_back(input);
        return true;
    });
    if (const std::string server = reader->meta("server"); !server.empty()) {
        const size_t colon = server.rfind(':');
        RealServer real;
        real.user = reader->meta("server_user");
        real.password
            = reader->meta("server_password", options.server ? options.server->password : "");
        real.host = server.substr(0, colon);
        real.port = static_cast<uint16_t>(std::strtoul(server.c_str() + colon + 1, nullptr, 10));
        if (real.password.empty())
            return tracePath
                + ": the trace was recorded with --forget-password; give it with --server";
        options.server = real;
    }
    options.replay = std::move(replay);
    return reader->error();
}

} // namespace rdrlab::scenario
