// Runs a scenario: builds the declared world, boots the machine, loads and starts the redirector,
// runs the processes, and tells how it went. The one door of this room for the command line and the
// tests.
#pragma once

#include "traces/model/trace.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rdrlab::sched {
class Scheduler;
}
namespace rdrlab::recorder {
class Recorder;
}

namespace rdrlab::scenario {

class Machine;

/// A real server in place of the scenario's first one: smb://user:password@host:port
struct RealServer
{
    std::string user;
    std::string password;
    std::string host;
    uint16_t port = 445;
};

/// Parses "smb://user:password@host:port"; on failure returns nothing and one line in `error`.
std::optional<RealServer> parseServerUrl(const std::string& url, std::string& error);

/// What a recorded run depended on besides its scenario and seed.
struct Replay
{
    std::vector<uint32_t> choices;
    std::vector<trace::Input> inputs;
};

struct RunOptions
{
    std::string text; // of the scenario
    std::string displayName; // what messages call it
    uint64_t seed = 1;
    std::string tracePath; // empty: nothing is recorded
    uint32_t payloadLimitBytes = UINT32_MAX; // what the recording keeps of each packet
    std::string driverPath; // the redirector's module
    std::optional<RealServer> server;
    bool keepPassword = true; // in the trace, for replay
    std::optional<Replay> replay;
    uint64_t dispatchLimit = UINT64_MAX;
    /// Hears log() lines and notes as they come.
    std::function<void(const std::string&)> log;
    /// A live controller: called when the recording is open, before the machine boots, and again
    /// when all is built, just before the first process starts.
    std::function<void(Machine&, recorder::Recorder&)> opened;
    std::function<void()> built;
};

struct RunReport
{
    bool ok = false;
    bool stopped = false; // by the controller
    std::string error; // one line; empty when ok
    std::string details; // further lines: deadlock and bug check reports
    uint64_t expectationsMet = 0;
    uint64_t virtualNs = 0;
    uint64_t events = 0;
};

RunReport run(const RunOptions& options);

/// Reads scenario, seed, choices and inputs of a trace. Returns one line when the trace cannot be
/// replayed.
std::string prepareReplay(const std::string& tracePath, RunOptions& options);

} // namespace rdrlab::scenario
