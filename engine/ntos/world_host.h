// world_host.h - the whole machine as host country sees it: boot it, give it users and programs,
// run it.
//
//      World world({ .seed = 7 });                      boots on the boot thread, in well under
//      five milliseconds auto* notepad = world.createProcess("notepad", "alice");
//      world.createThread(notepad, "main", [] { NtCreateFile(...); });
//      RunResult result = world.run();                  until every application thread has ended
//
// At most one world is alive in a program at a time. Everything of it lives on the thread that made
// it.
#pragma once

#include "engine/sched/scheduler.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// The kernel's objects, opaque here; *_host.cpp files include <ntifs.h> and see through them.
struct _EPROCESS;
struct _ETHREAD;

namespace rdrlab::recorder {
class Recorder;
}
namespace rdrlab::vnet {
class Network;
}

namespace rdrlab::ntos {

using Process = ::_EPROCESS;
using Thread = ::_ETHREAD;
using Status = int32_t; // NTSTATUS

struct BootOptions
{
    uint64_t seed = 1;
    unsigned cpus = 2;
    recorder::Recorder* recorder = nullptr;
    vnet::Network* network
        = nullptr; // must outlive the world; null: the world makes one of its own
    const std::vector<uint32_t>* replayChoices = nullptr;
    bool profile2003
        = false; // play Windows Server 2003 (NT 5.2): MUP's old way of asking providers
    // Makes the wire instead, when the scheduler exists and nothing else does. The maker owns it
    // and its idle source, and destroys it after shutdown() and before the world.
    std::function<vnet::Network*(sched::Scheduler&)> makeNetwork;
    uint32_t preemptOneIn = 16;
    uint64_t dispatchLimit = sched::kForever;
};

struct RunResult
{
    sched::RunEnd end = sched::RunEnd::Finished;
    bool bugcheck = false;
    uint32_t bugcheckCode = 0;
    uint64_t virtualNs = 0;
    std::string report; // empty when all went well; else one clear line, then details

    bool ok() const { return end == sched::RunEnd::Finished && !bugcheck; }
};

class World
{
public:
    explicit World(BootOptions options = {});
    /// Shuts the machine down part by part (after a bug check: drops it).
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    sched::Scheduler& scheduler();
    /// The wire; the machine itself is the host "client" on it. Acceptors given to it must outlive
    /// the world.
    vnet::Network& network();
    static World* current();
    const BootOptions& options() const;

    /// A program of a user ("alice", "DOMAIN\\alice"; "SYSTEM" for a service). Lives until its last
    /// thread has ended.
    Process* createProcess(std::string_view name, std::string_view user);

    /// An application thread: the Nt calls it makes have PreviousMode UserMode. It starts when the
    /// world runs.
    Thread* createThread(Process* process, std::string_view name, std::function<void()> body);

    /// A thread of the System process. Daemon: run() does not wait for it.
    Thread*
    createSystemThread(std::string_view name, std::function<void()> body, bool daemon = false);

    /// Runs fn on a new thread of the System process and returns when fn has. From outside it pumps
    /// the machine, from one of the machine's own threads it waits. A bug check on the way makes it
    /// return without fn having ended.
    void runAsSystem(std::function<void()> fn);

    /// Loads a driver module and calls its DriverEntry, or DriverUnload and unloads it, on a system
    /// thread.
    Status loadDriver(const std::string& modulePath, std::string_view serviceName);
    Status unloadDriver(std::string_view serviceName);

    /// Sets a value, creating the key. Paths begin with \Registry\Machine.
    void setRegistry(std::string_view path, std::string_view name, uint32_t value);
    void setRegistry(std::string_view path, std::string_view name, std::string_view value);
    void setRegistry(
        std::string_view path, std::string_view name, const std::vector<std::string>& value);

    /// Runs until every application thread has ended, or nothing can run any more.
    RunResult run();

    /// Lets virtual time pass (delayed closes, lazy writes, timeouts).
    RunResult runFor(uint64_t ns);

    /// Runs until done() holds; asked between dispatches.
    RunResult runUntil(const std::function<bool()>& done);

    bool bugchecked() const;
    std::string bugcheckReport() const;

    /// What the kernel printed (DbgPrint), line by line; also goes to the listener.
    void setPrintListener(std::function<void(std::string_view)> listener);

    /// What was not given back: filled by shutdown(), which the destructor calls. Empty lines mean
    /// none.
    struct Leaks
    {
        uint64_t poolBlocks = 0;
        uint64_t poolBytes = 0;
        std::vector<std::string> lines;
    };
    /// Shuts down early, to look at the leaks; the world cannot run afterwards.
    Leaks shutdown();

private:
    struct State;
    State* m_state;
};

} // namespace rdrlab::ntos
