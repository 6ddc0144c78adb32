// A Lua state that can do nothing but compute: no files, no processes, no modules, no bytecode, a
// limit on memory and on instructions, and nothing that differs between two runs (tables iterate in
// key order, addresses cannot be seen, math.random is seeded).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

struct lua_State;
struct lua_Debug;

namespace rdrlab::scenario {

struct SandboxLimits
{
    size_t memoryBytes = 256u << 20;
    uint64_t instructions = 2'000'000'000;
};

class Sandbox
{
public:
    Sandbox(SandboxLimits limits, uint64_t seed, void* owner);
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    lua_State* state() { return m_state; }

    /// Loads and runs the text as the chunk `displayName`; returns the error as "name:line: what",
    /// or nothing.
    std::string run(const std::string& text, const std::string& displayName);

    /// Makes reading an undefined global an error that suggests the nearest name. Call after all
    /// names are registered.
    void makeStrict();

    /// The `owner` given to the constructor, from any state or coroutine of this sandbox.
    static void* ownerOf(lua_State* state);

private:
    static void* allocate(void* self, void* block, size_t oldBytes, size_t newBytes);
    static void countInstructions(lua_State* state, lua_Debug*);
    void openLibraries(uint64_t seed);

    SandboxLimits m_limits;
    size_t m_usedBytes = 0;
    uint64_t m_usedInstructions = 0;
    void* m_owner;
    lua_State* m_state = nullptr;
};

} // namespace rdrlab::scenario
