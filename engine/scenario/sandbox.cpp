#include "engine/scenario/sandbox.h"

#include "engine/scenario/fields.h"

#include <lua.hpp>

#include <cstdlib>
#include <cstring>

namespace rdrlab::scenario {

namespace {

constexpr int kInstructionsPerCount = 100'000;

// What must not differ between two runs is defined again in Lua. `pairs` visits numbers in order,
// then strings in order: Lua's own order depends on a hash seed made from addresses and the clock.
constexpr char kPrelude[] = R"lua(
local next, type, sort, rawtostring, rawformat, select, error, getmetatable =
  next, type, table.sort, tostring, string.format, select, error, getmetatable

local function sorted_keys(t)
  local numbers, strings, booleans = {}, {}, {}
  for key in next, t do
    local kind = type(key)
    if kind == "number" then numbers[#numbers + 1] = key
    elseif kind == "string" then strings[#strings + 1] = key
    elseif kind == "boolean" then booleans[#booleans + 1] = key
    else error("pairs: a key of type " .. kind .. " has no order that two runs would share", 3) end
  end
  sort(numbers); sort(strings)
  sort(booleans, function(a, b) return not a and b end)
  for _, key in ipairs(strings) do numbers[#numbers + 1] = key end
  for _, key in ipairs(booleans) do numbers[#numbers + 1] = key end
  return numbers
end

function pairs(t)
  local meta = getmetatable(t)
  if meta and meta.__pairs then return meta.__pairs(t) end
  local keys, i = sorted_keys(t), 0
  return function()
    i = i + 1
    local key = keys[i]
    while key ~= nil and t[key] == nil do i = i + 1; key = keys[i] end
    if key ~= nil then return key, t[key] end
  end, t, nil
end

function tostring(value)
  local kind = type(value)
  if kind == "table" or kind == "function" or kind == "thread" or kind == "userdata" then
    local meta = getmetatable(value)
    if meta and meta.__tostring then return meta.__tostring(value) end
    return kind
  end
  return rawtostring(value)
end

function string.format(format, ...)
  local arguments = { ... }
  for i = 1, select("#", ...) do
    local kind = type(arguments[i])
    if kind ~= "number" and kind ~= "string" and kind ~= "boolean" and kind ~= "nil" then
      arguments[i] = tostring(arguments[i])
    end
  end
  if format:gsub("%%%%", ""):find("%%[%-%+ #0-9%.]*p") then error("string.format: %p would show an address", 2) end
  return rawformat(format, table.unpack(arguments, 1, select("#", ...)))
end
)lua";

constexpr const char* kRemovedGlobals[]
    = { "dofile", "loadfile", "load", "require", "collectgarbage", "next", "warn", "print" };

int unknownName(lua_State* state)
{
    {
        std::string message;
        std::vector<std::string_view> known;
        std::string problem;
        lua_pushglobaltable(state);
        const std::vector<std::string> names = sortedKeys(state, -1, problem);
        known.assign(names.begin(), names.end());
        size_t length = 0;
        const char* name = luaL_tolstring(state, 2, &length);
        message = "unknown name '" + std::string(name, length) + "'" + didYouMean(name, known);
        luaL_where(state, 1);
        lua_pushlstring(state, message.data(), message.size());
        lua_concat(state, 2);
    } // lua_error jumps: nothing on the heap may be left behind
    return lua_error(state);
}

} // namespace

Sandbox::Sandbox(SandboxLimits limits, uint64_t seed, void* owner)
    : m_limits(limits)
    , m_owner(owner)
{
    m_state = lua_newstate(&Sandbox::allocate, this);
    if (!m_state)
        std::abort(); // the limit leaves no room for an empty state: a wrong limit, not a wrong
                      // scenario
    Sandbox* self = this;
    std::memcpy(lua_getextraspace(m_state), &self, sizeof(self));
    openLibraries(seed);
    lua_sethook(m_state, &Sandbox::countInstructions, LUA_MASKCOUNT, kInstructionsPerCount);
}

Sandbox::~Sandbox()
{
    lua_close(m_state);
}

void* Sandbox::ownerOf(lua_State* state)
{
    Sandbox* self = nullptr;
    std::memcpy(&self, lua_getextraspace(state), sizeof(self));
    return self->m_owner;
}

void* Sandbox::allocate(void* context, void* block, size_t oldBytes, size_t newBytes)
{
    auto* self = static_cast<Sandbox*>(context);
    if (!block)
        oldBytes = 0; // Lua passes the kind of object here
    if (newBytes == 0) {
        std::free(block);
        self->m_usedBytes -= oldBytes;
        return nullptr;
    }
    if (newBytes > oldBytes
        && self->m_usedBytes + (newBytes - oldBytes) > self->m_limits.memoryBytes)
        return nullptr;
    void* moved = std::realloc(block, newBytes);
    if (moved)
        self->m_usedBytes += newBytes - oldBytes;
    return moved;
}

void Sandbox::countInstructions(lua_State* state, lua_Debug*)
{
    Sandbox* self = nullptr;
    std::memcpy(&self, lua_getextraspace(state), sizeof(self));
    self->m_usedInstructions += kInstructionsPerCount;
    if (self->m_usedInstructions < self->m_limits.instructions)
        return;
    // From now on every instruction fails, so that a scenario which catches the error gets no
    // further.
    lua_sethook(state, &Sandbox::countInstructions, LUA_MASKCOUNT, 1);
    luaL_where(state, 0); // inside a hook the running function is level 0
    lua_pushfstring(
        state, "%sthe scenario ran for more than %d million Lua instructions",
        lua_tostring(state, -1), static_cast<int>(self->m_limits.instructions / 1'000'000));
    lua_error(state);
}

void Sandbox::openLibraries(uint64_t seed)
{
    static constexpr luaL_Reg kLibraries[] = {
        { LUA_GNAME, luaopen_base },        { LUA_TABLIBNAME, luaopen_table },
        { LUA_STRLIBNAME, luaopen_string }, { LUA_MATHLIBNAME, luaopen_math },
        { LUA_UTF8LIBNAME, luaopen_utf8 },  { LUA_COLIBNAME, luaopen_coroutine },
    };
    for (const luaL_Reg& library : kLibraries) {
        luaL_requiref(m_state, library.name, library.func, 1);
        lua_pop(m_state, 1);
    }
    if (const std::string problem = run(kPrelude, "prelude"); !problem.empty())
        std::abort();
    for (const char* name : kRemovedGlobals) {
        lua_pushnil(m_state);
        lua_setglobal(m_state, name);
    }
    lua_getglobal(m_state, "string");
    lua_pushnil(m_state);
    lua_setfield(m_state, -2, "dump");
    lua_pop(m_state, 1);

    lua_getglobal(m_state, "math");
    lua_getfield(m_state, -1, "randomseed");
    lua_pushinteger(m_state, static_cast<lua_Integer>(seed));
    lua_call(m_state, 1, 0);
    lua_pushnil(m_state);
    lua_setfield(m_state, -2, "randomseed");
    lua_pop(m_state, 1);
}

std::string Sandbox::run(const std::string& text, const std::string& displayName)
{
    const std::string chunkName = "@" + displayName;
    if (luaL_loadbufferx(m_state, text.data(), text.size(), chunkName.c_str(), "t") != LUA_OK
        || lua_pcall(m_state, 0, 0, 0) != LUA_OK) {
        size_t length = 0;
        const char* message = luaL_tolstring(m_state, -1, &length);
        std::string problem(message, length);
        lua_pop(m_state, 2);
        // Running out of memory and refused bytecode come without a place.
        return problem.starts_with(displayName) ? problem : displayName + ": " + problem;
    }
    return {};
}

void Sandbox::makeStrict()
{
    lua_pushglobaltable(m_state);
    lua_createtable(m_state, 0, 1);
    lua_pushcfunction(m_state, unknownName);
    lua_setfield(m_state, -2, "__index");
    lua_setmetatable(m_state, -2);
    lua_pop(m_state, 1);
}

} // namespace rdrlab::scenario
