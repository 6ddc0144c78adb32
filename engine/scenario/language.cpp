#include "engine/scenario/language.h"

#include <lua.hpp>

namespace rdrlab::scenario {

Language::Language(std::string text, std::string displayName, uint64_t seed, SandboxLimits limits)
    : m_text(std::move(text))
    , m_displayName(std::move(displayName))
    , m_sandbox(limits, seed, this)
{
    lua_State* state = m_sandbox.state();
    addDeclarations(state);
    addActions(state);
    addBuffers(state);
    addNtCalls(state);
    m_sandbox.makeStrict();
}

Language::~Language() = default;

std::string Language::declare()
{
    // Lua shortens chunk names beyond 60 characters from the left; the file's own name must
    // survive.
    std::string name = m_displayName;
    if (name.size() > 50)
        name = name.substr(name.find_last_of('/') + 1);
    std::string problem = m_sandbox.run(m_text, name);
    m_declaring = false;
    if (problem.empty() && m_plan.processes.empty())
        problem = name + ": the scenario declares no process(...), so nothing would run";
    return problem;
}

void Language::runBody(int bodyReference)
{
    lua_State* main = m_sandbox.state();
    lua_State* thread = lua_newthread(main);
    // The thread is anchored in the registry, not on the main stack: bodies of several fibers end
    // in any order.
    const int anchor = luaL_ref(main, LUA_REGISTRYINDEX);
    lua_rawgeti(thread, LUA_REGISTRYINDEX, bodyReference);
    if (lua_pcall(thread, 0, 0, 0) != LUA_OK) {
        size_t length = 0;
        const char* message = luaL_tolstring(thread, -1, &length);
        m_machine->reportFailure(std::string(message, length));
    }
    luaL_unref(main, LUA_REGISTRYINDEX, anchor);
}

Language& Language::of(lua_State* state)
{
    return *static_cast<Language*>(Sandbox::ownerOf(state));
}

std::string Language::where(lua_State* state)
{
    luaL_where(state, 1);
    std::string text = lua_tostring(state, -1);
    lua_pop(state, 1);
    while (!text.empty() && (text.back() == ' ' || text.back() == ':'))
        text.pop_back();
    return text;
}

int Language::keep(lua_State* state)
{
    return luaL_ref(state, LUA_REGISTRYINDEX);
}

} // namespace rdrlab::scenario
