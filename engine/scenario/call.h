// Lets a C++ function serve a Lua call safely: Lua raises errors by longjmp, which must not skip
// destructors, so the function reports its problem and this wrapper raises it, with file and line,
// once every C++ object is gone.
#pragma once

#include <lua.hpp>

#include <string>

namespace rdrlab::scenario {

using CallBody = int (*)(lua_State*, std::string& problem);

template <CallBody kBody> int call(lua_State* state)
{
    int results = 0;
    {
        std::string problem;
        results = kBody(state, problem);
        if (problem.empty())
            return results;
        luaL_where(state, 1);
        lua_pushlstring(state, problem.data(), problem.size());
        lua_concat(state, 2);
    }
    return lua_error(state);
}

} // namespace rdrlab::scenario
