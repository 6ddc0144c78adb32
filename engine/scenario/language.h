// The scenario language: a Lua file that declares a world (servers, users, links, processes) and
// says what its application threads do. The main chunk only declares; the functions given to
// process() run later, each in a thread of the emulated machine, and there the Nt* calls work.
#pragma once

#include "engine/scenario/plan.h"
#include "engine/scenario/sandbox.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rdrlab::scenario {

/// A disturbance of a server, as the fault{} call gives it.
struct FaultRequest
{
    std::string server;
    std::string command; // SMB2 command name, or "ANY"
    std::string kind; // close, garbage, oversize, silent, delay, bad_signature, status
    uint32_t nth = 1; // which message of that command, counted from now
    bool repeat = false; // every one from the nth on
    uint64_t delayNs = 0;
    uint32_t status = 0;
};

/// What the running scenario asks of the machine around it; implemented by the runner.
class Machine
{
public:
    virtual ~Machine() = default;
    virtual uint64_t nowNs() = 0;
    virtual void delay(uint64_t durationNs) = 0;
    virtual std::string setLink(const LinkPlan&) = 0;
    virtual std::string setCut(const std::string& server, bool cut) = 0;
    /// The links to all servers as they are now, by name.
    virtual std::vector<LinkPlan> links() const = 0;
    virtual std::string fault(const FaultRequest&) = 0;
    virtual std::string stopRedirector(uint32_t& status) = 0;
    virtual std::string startRedirector(uint32_t& status) = 0;
    virtual std::string
    loadDriver(const std::string& path, const std::string& service, uint32_t& status)
        = 0;
    virtual std::string unloadDriver(const std::string& service, uint32_t& status) = 0;
    /// Ends the run; does not return to a thread that calls it.
    virtual void stop() = 0;
    /// A line for the trace and for the user.
    virtual void log(const std::string& text) = 0;
    /// Starts a thread in the calling thread's process; returns its number for joinThread.
    virtual int startThread(const std::string& name, int bodyReference) = 0;
    virtual void joinThread(int number) = 0;
    /// A failed expectation or an error of a body: told once, makes the run fail.
    virtual void reportFailure(const std::string& text) = 0;
    virtual void reportExpectation(const std::string& where, const std::string& text, bool met) = 0;
    /// What the file holds on the server's side (not through the redirector).
    virtual std::string serverFile(
        const std::string& server,
        const std::string& share,
        const std::string& path,
        std::string& bytes)
        = 0;
};

class Language
{
public:
    /// `displayName` is what messages call the file.
    Language(std::string text, std::string displayName, uint64_t seed, SandboxLimits limits = {});
    ~Language();

    /// Runs the main chunk. Returns the error line, or nothing; then plan() tells the declared
    /// world.
    std::string declare();
    Plan& plan() { return m_plan; }

    void attach(Machine* machine) { m_machine = machine; }

    /// Runs a declared function to its end on the calling fiber; problems go to
    /// Machine::reportFailure.
    void runBody(int bodyReference);

    static Language& of(lua_State* state);
    Machine* machine() { return m_machine; }
    bool declaring() const { return m_declaring; }
    const std::string& displayName() const { return m_displayName; }

    /// Where the Lua code that called us stands: "file:line".
    static std::string where(lua_State* state);

    /// Keeps the function on top of the stack (pops it) and returns its reference.
    int keep(lua_State* state);

private:
    std::string m_text;
    std::string m_displayName;
    Plan m_plan;
    Sandbox m_sandbox;
    Machine* m_machine = nullptr;
    bool m_declaring = true;
};

/// Registers the declaring calls (declare.cpp), those of running threads (actions.cpp) and the Nt*
/// calls (ntapi.cpp).
void addDeclarations(lua_State* state);
void addActions(lua_State* state);
void addNtCalls(lua_State* state);
void addBuffers(lua_State* state);

} // namespace rdrlab::scenario
