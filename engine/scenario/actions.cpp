// What a running scenario can do besides system calls: wait, start threads, expect, disturb the
// network, load drivers.
#include "engine/scenario/call.h"
#include "engine/scenario/fields.h"
#include "engine/scenario/language.h"
#include "engine/scenario/statusname.h"

#include <algorithm>
#include <optional>

namespace rdrlab::scenario {

std::string readLink(lua_State* state, LinkPlan& link); // declare.cpp

namespace {

Machine* runningMachine(lua_State* state, const char* call, std::string& problem)
{
    Language& language = Language::of(state);
    if (language.declaring() || !language.machine()) {
        problem = std::string(call) + ": works only inside a process(...)";
        return nullptr;
    }
    return language.machine();
}

/// The value as text; a long string is cut where it is only quoted in a message.
std::string textOf(lua_State* state, int index, bool whole = false)
{
    size_t length = 0;
    const char* text = luaL_tolstring(state, index, &length);
    std::string result(text, length);
    lua_pop(state, 1);
    if (!whole && lua_type(state, index) == LUA_TSTRING && result.size() > 60)
        result = result.substr(0, 60) + "... (" + std::to_string(length) + " bytes)";
    return result;
}

/// wait(5), wait("200us"): lets virtual time pass.
int wait(lua_State* state, std::string& problem)
{
    Machine* machine = runningMachine(state, "wait", problem);
    if (!machine)
        return 0;
    std::optional<uint64_t> time;
    if (lua_type(state, 1) == LUA_TNUMBER && lua_tonumber(state, 1) >= 0
        && lua_tonumber(state, 1) < 9e12)
        time = static_cast<uint64_t>(lua_tonumber(state, 1) * 1e6);
    else if (lua_type(state, 1) == LUA_TSTRING)
        time = parseTime(lua_tostring(state, 1));
    if (!time)
        problem = "wait: expected a time such as 5 (milliseconds) or \"200us\"";
    else
        machine->delay(*time);
    return 0;
}

int now(lua_State* state, std::string& problem)
{
    if (Machine* machine = runningMachine(state, "now", problem))
        lua_pushnumber(state, static_cast<lua_Number>(machine->nowNs()) / 1e6);
    return problem.empty() ? 1 : 0;
}

int log(lua_State* state, std::string& problem)
{
    Machine* machine = runningMachine(state, "log", problem);
    if (!machine)
        return 0;
    std::string line;
    for (int i = 1; i <= lua_gettop(state); i++)
        line += (i > 1 ? " " : "") + textOf(state, i, true);
    machine->log(line);
    return 0;
}

/// expect(value, wanted) or expect(condition, "what should hold"). A broken expectation ends the
/// thread and fails the run.
int expect(lua_State* state, std::string& problem)
{
    Machine* machine = runningMachine(state, "expect", problem);
    if (!machine)
        return 0;
    bool met = false;
    std::string text;
    if (lua_isboolean(state, 1)
        && (lua_isnoneornil(state, 2) || lua_type(state, 2) == LUA_TSTRING)) {
        met = lua_toboolean(state, 1);
        text = lua_isnoneornil(state, 2) ? "the condition holds" : textOf(state, 2);
        if (!met)
            problem = "expected: " + text;
    } else if (lua_gettop(state) >= 2) {
        met = lua_compare(state, 1, 2, LUA_OPEQ);
        text = textOf(state, 2);
        if (!met)
            problem = "expected " + text + ", got " + textOf(state, 1);
    } else {
        problem = "expect: expected expect(value, wanted) or expect(condition, \"text\")";
        return 0;
    }
    machine->reportExpectation(Language::where(state), text, met);
    if (!met)
        return 0;
    lua_settop(state, 1);
    return 1;
}

int thread(lua_State* state, std::string& problem)
{
    Machine* machine = runningMachine(state, "thread", problem);
    if (!machine)
        return 0;
    if (lua_type(state, 1) != LUA_TSTRING || !lua_isfunction(state, 2)) {
        problem = "thread: expected thread(\"name\", function() ... end)";
        return 0;
    }
    lua_pushvalue(state, 2);
    const int body = Language::of(state).keep(state);
    lua_pushinteger(state, machine->startThread(lua_tostring(state, 1), body));
    return 1;
}

int join(lua_State* state, std::string& problem)
{
    Machine* machine = runningMachine(state, "join", problem);
    if (machine && !lua_isinteger(state, 1))
        problem = "join: expected what thread(...) returned";
    else if (machine)
        machine->joinThread(static_cast<int>(lua_tointeger(state, 1)));
    return 0;
}

int link(lua_State* state, std::string& problem)
{
    LinkPlan link;
    problem = readLink(state, link);
    Language& language = Language::of(state);
    if (!problem.empty())
        return 0;
    if (language.declaring())
        language.plan().links.push_back(std::move(link));
    else
        problem = language.machine()->setLink(link);
    return 0;
}

int setCut(lua_State* state, const char* call, bool cut, std::string& problem)
{
    Machine* machine = runningMachine(state, call, problem);
    if (machine && lua_type(state, 1) != LUA_TSTRING)
        problem = std::string(call) + ": expected the name of a server";
    else if (machine)
        problem = machine->setCut(lua_tostring(state, 1), cut);
    return 0;
}

int cut(lua_State* state, std::string& problem)
{
    return setCut(state, "cut", true, problem);
}

int heal(lua_State* state, std::string& problem)
{
    return setCut(state, "heal", false, problem);
}

int fault(lua_State* state, std::string& problem)
{
    Machine* machine = runningMachine(state, "fault", problem);
    if (!machine)
        return 0;
    Fields fields(state, 1, "fault");
    FaultRequest request;
    request.server = fields.requiredString("server");
    request.command = fields.string("command", "ANY");
    request.kind = fields.requiredString("kind");
    request.nth = static_cast<uint32_t>(fields.integer("nth", 1, 1'000'000));
    request.repeat = fields.boolean("repeated", false);
    request.delayNs = fields.timeNs("delay", 0);
    if (const std::string status = fields.string("status"); !status.empty()) {
        const std::optional<uint32_t> value = statusValue(status);
        if (value)
            request.status = *value;
        else
            fields.fail("unknown status '" + status + "'");
    }
    static const std::vector<std::string_view> kKinds
        = { "close", "garbage", "oversize", "silent", "delay", "bad_signature", "status" };
    if (fields.ok() && std::find(kKinds.begin(), kKinds.end(), request.kind) == kKinds.end())
        fields.fail("unknown kind '" + request.kind + "'" + didYouMean(request.kind, kKinds));
    fields.finish();
    problem = fields.problem();
    if (problem.empty())
        problem = machine->fault(request);
    return 0;
}

int startRedirector(lua_State* state, std::string& problem)
{
    uint32_t status = 0;
    if (Machine* machine = runningMachine(state, "start_redirector", problem))
        problem = machine->startRedirector(status);
    if (!problem.empty())
        return 0;
    lua_pushstring(state, statusName(status).c_str());
    return 1;
}

int stopRedirector(lua_State* state, std::string& problem)
{
    uint32_t status = 0;
    if (Machine* machine = runningMachine(state, "stop_redirector", problem))
        problem = machine->stopRedirector(status);
    if (!problem.empty())
        return 0;
    lua_pushstring(state, statusName(status).c_str());
    return 1;
}

/// load_driver{ path = "student.so", service = "student" }: before the run, or while it runs
/// (returns the status).
int loadDriver(lua_State* state, std::string& problem)
{
    Fields fields(state, 1, "load_driver");
    DriverPlan driver;
    driver.path = fields.requiredString("path");
    driver.service = fields.string("service");
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    Language& language = Language::of(state);
    if (language.declaring()) {
        language.plan().drivers.push_back(std::move(driver));
        return 0;
    }
    uint32_t status = 0;
    problem = language.machine()->loadDriver(driver.path, driver.service, status);
    if (!problem.empty())
        return 0;
    lua_pushstring(state, statusName(status).c_str());
    return 1;
}

int unloadDriver(lua_State* state, std::string& problem)
{
    Machine* machine = runningMachine(state, "unload_driver", problem);
    uint32_t status = 0;
    if (machine && lua_type(state, 1) != LUA_TSTRING)
        problem = "unload_driver: expected the service name";
    else if (machine)
        problem = machine->unloadDriver(lua_tostring(state, 1), status);
    if (!problem.empty())
        return 0;
    lua_pushstring(state, statusName(status).c_str());
    return 1;
}

/// server_file("lab", "public", "a.txt"): the bytes as the server holds them, or nil.
int serverFile(lua_State* state, std::string& problem)
{
    Machine* machine = runningMachine(state, "server_file", problem);
    if (!machine)
        return 0;
    for (int i = 1; i <= 3; i++)
        if (lua_type(state, i) != LUA_TSTRING) {
            problem = "server_file: expected server_file(server, share, path)";
            return 0;
        }
    std::string bytes;
    const std::string missing = machine->serverFile(
        lua_tostring(state, 1), lua_tostring(state, 2), lua_tostring(state, 3), bytes);
    if (missing.empty())
        lua_pushlstring(state, bytes.data(), bytes.size());
    else
        lua_pushnil(state);
    return 1;
}

} // namespace

void addActions(lua_State* state)
{
    lua_register(state, "wait", call<wait>);
    lua_register(state, "now", call<now>);
    lua_register(state, "log", call<log>);
    lua_register(state, "print", call<log>);
    lua_register(state, "expect", call<expect>);
    lua_register(state, "thread", call<thread>);
    lua_register(state, "join", call<join>);
    lua_register(state, "link", call<link>);
    lua_register(state, "cut", call<cut>);
    lua_register(state, "heal", call<heal>);
    lua_register(state, "fault", call<fault>);
    lua_register(state, "start_redirector", call<startRedirector>);
    lua_register(state, "stop_redirector", call<stopRedirector>);
    lua_register(state, "load_driver", call<loadDriver>);
    lua_register(state, "unload_driver", call<unloadDriver>);
    lua_register(state, "server_file", call<serverFile>);
}

} // namespace rdrlab::scenario
