#include "engine/scenario/userdata.h"

#include "engine/scenario/call.h"
#include "engine/scenario/fields.h"
#include "engine/scenario/language.h"
#include "engine/scenario/statusname.h"

#include <nettle/sha2.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace rdrlab::scenario {

namespace {

constexpr char kBufferType[] = "rdrlab.buffer";
constexpr char kRequestType[] = "rdrlab.request";
constexpr char kHashType[] = "rdrlab.sha256";
constexpr size_t kMaximumBuffer = 256u << 20;

using BufferPointer = std::shared_ptr<nt::UserBuffer>;
using RequestPointer = std::shared_ptr<nt::Request>;

template <typename Object> void pushObject(lua_State* state, const char* type, Object object)
{
    new (lua_newuserdatauv(state, sizeof(Object), 0)) Object(std::move(object));
    luaL_setmetatable(state, type);
}

template <typename Object> int destroyObject(lua_State* state)
{
    static_cast<Object*>(lua_touserdata(state, 1))->~Object();
    return 0;
}

uint64_t mix(uint64_t value)
{
    value += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

// --- buffer
// -----------------------------------------------------------------------------------------------------------

int newBuffer(lua_State* state, std::string& problem)
{
    if (Language::of(state).declaring()) {
        problem = "buffer: works only inside a process(...)";
        return 0;
    }
    const lua_Integer bytes = lua_isinteger(state, 1) ? lua_tointeger(state, 1) : 0;
    if (bytes <= 0 || static_cast<size_t>(bytes) > kMaximumBuffer) {
        problem = "buffer: expected a size in bytes, at most 268435456";
        return 0;
    }
    pushObject(state, kBufferType, std::make_shared<nt::UserBuffer>(static_cast<size_t>(bytes)));
    return 1;
}

nt::UserBuffer* self(lua_State* state, std::string& problem)
{
    const BufferPointer* buffer = toBuffer(state, 1);
    if (!buffer)
        problem = "expected a buffer (write b:name(...), with a colon)";
    return buffer ? buffer->get() : nullptr;
}

int bufferSize(lua_State* state, std::string& problem)
{
    if (const nt::UserBuffer* buffer = self(state, problem))
        lua_pushinteger(state, static_cast<lua_Integer>(buffer->size()));
    return problem.empty() ? 1 : 0;
}

/// b:random(seed, offset): the pseudo-random stream `seed` from byte `offset` on.
int bufferRandom(lua_State* state, std::string& problem)
{
    if (const nt::UserBuffer* buffer = self(state, problem))
        fillRandom(
            buffer->data(), buffer->size(), static_cast<uint64_t>(lua_tointeger(state, 2)),
            static_cast<uint64_t>(lua_tointeger(state, 3)));
    return 0;
}

/// b:string(length, offset)
int bufferString(lua_State* state, std::string& problem)
{
    const nt::UserBuffer* buffer = self(state, problem);
    if (!buffer)
        return 0;
    const lua_Integer length = luaL_optinteger(state, 2, static_cast<lua_Integer>(buffer->size()));
    const lua_Integer offset = luaL_optinteger(state, 3, 0);
    if (offset < 0 || length < 0
        || static_cast<uint64_t>(offset) + static_cast<uint64_t>(length) > buffer->size()) {
        problem = "buffer:string: beyond the end of the buffer";
        return 0;
    }
    lua_pushlstring(
        state, reinterpret_cast<const char*>(buffer->data()) + offset, static_cast<size_t>(length));
    return 1;
}

/// b:set("bytes", offset)
int bufferSet(lua_State* state, std::string& problem)
{
    const nt::UserBuffer* buffer = self(state, problem);
    if (!buffer)
        return 0;
    size_t length = 0;
    const char* text = lua_tolstring(state, 2, &length);
    const lua_Integer offset = luaL_optinteger(state, 3, 0);
    if (!text || offset < 0 || static_cast<uint64_t>(offset) + length > buffer->size())
        problem = "buffer:set: expected set(\"bytes\", offset) within the buffer";
    else
        std::memcpy(buffer->data() + offset, text, length);
    return 0;
}

// --- request
// ----------------------------------------------------------------------------------------------------------

int requestField(lua_State* state, std::string& problem)
{
    const auto* request = static_cast<RequestPointer*>(luaL_testudata(state, 1, kRequestType));
    const std::string name
        = request && lua_type(state, 2) == LUA_TSTRING ? lua_tostring(state, 2) : "";
    if (name == "pending") {
        lua_pushboolean(state, (*request)->pending());
    } else if (name == "status") {
        lua_pushstring(
            state,
            (*request)->pending() ? "STATUS_PENDING" : statusName((*request)->status()).c_str());
    } else if (name == "information") {
        lua_pushinteger(
            state, (*request)->pending() ? 0 : static_cast<lua_Integer>((*request)->information()));
    } else if (name == "data") {
        const nt::UserBuffer* buffer = (*request)->buffer.get();
        const bool done = buffer && !(*request)->pending();
        const size_t count = done
            ? static_cast<size_t>(std::min<uint64_t>((*request)->information(), buffer->size()))
            : 0;
        lua_pushlstring(state, count ? reinterpret_cast<const char*>(buffer->data()) : "", count);
    } else {
        static const std::vector<std::string_view> kNames
            = { "pending", "status", "information", "data" };
        problem = "a request has no field '" + name + "'" + didYouMean(name, kNames);
        return 0;
    }
    return 1;
}

// --- sha256
// -----------------------------------------------------------------------------------------------------------

int newHash(lua_State* state, std::string&)
{
    sha256_ctx context;
    sha256_init(&context);
    pushObject(state, kHashType, context);
    return 1;
}

/// h:update(buffer or string, length)
int hashUpdate(lua_State* state, std::string& problem)
{
    auto* context = static_cast<sha256_ctx*>(luaL_testudata(state, 1, kHashType));
    const BufferPointer* buffer = toBuffer(state, 2);
    size_t size = buffer ? (*buffer)->size() : 0;
    const auto* bytes = buffer ? reinterpret_cast<const uint8_t*>((*buffer)->data())
                               : reinterpret_cast<const uint8_t*>(lua_tolstring(state, 2, &size));
    const lua_Integer length = luaL_optinteger(state, 3, static_cast<lua_Integer>(size));
    if (!context || !bytes || length < 0 || static_cast<size_t>(length) > size) {
        problem = "sha256: expected h:update(buffer or string, length)";
        return 0;
    }
    sha256_update(context, static_cast<size_t>(length), bytes);
    return 0;
}

int hashHex(lua_State* state, std::string& problem)
{
    const auto* context = static_cast<sha256_ctx*>(luaL_testudata(state, 1, kHashType));
    if (!context) {
        problem = "sha256: expected h:hex()";
        return 0;
    }
    sha256_ctx copy = *context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(&copy, sizeof digest, digest);
    char text[2 * sizeof digest];
    for (size_t i = 0; i < sizeof digest; i++) {
        text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    lua_pushlstring(state, text, sizeof text);
    return 1;
}

void addType(lua_State* state, const char* type, const luaL_Reg* methods, lua_CFunction destroy)
{
    luaL_newmetatable(state, type);
    lua_newtable(state);
    luaL_setfuncs(state, methods, 0);
    lua_setfield(state, -2, "__index");
    lua_pushstring(state, "locked");
    lua_setfield(state, -2, "__metatable");
    if (destroy) {
        lua_pushcfunction(state, destroy);
        lua_setfield(state, -2, "__gc");
    }
    lua_pop(state, 1);
}

} // namespace

const std::shared_ptr<nt::UserBuffer>* toBuffer(lua_State* state, int index)
{
    return static_cast<const BufferPointer*>(luaL_testudata(state, index, kBufferType));
}

void pushRequest(lua_State* state, std::shared_ptr<nt::Request> request)
{
    pushObject(state, kRequestType, std::move(request));
}

void fillRandom(std::byte* bytes, size_t count, uint64_t seed, uint64_t offset)
{
    const uint64_t key = mix(seed);
    size_t done = 0;
    while (done < count) {
        const uint64_t position = offset + done;
        const uint64_t word = mix(key ^ (position / 8));
        const size_t skip = position % 8;
        const size_t take = std::min<size_t>(8 - skip, count - done);
        std::memcpy(bytes + done, reinterpret_cast<const std::byte*>(&word) + skip, take);
        done += take;
    }
}

void addBuffers(lua_State* state)
{
    static constexpr luaL_Reg kBufferMethods[] = { { "size", call<bufferSize> },
                                                   { "random", call<bufferRandom> },
                                                   { "string", call<bufferString> },
                                                   { "set", call<bufferSet> },
                                                   { nullptr, nullptr } };
    static constexpr luaL_Reg kHashMethods[]
        = { { "update", call<hashUpdate> }, { "hex", call<hashHex> }, { nullptr, nullptr } };
    static constexpr luaL_Reg kNoMethods[] = { { nullptr, nullptr } };
    addType(state, kBufferType, kBufferMethods, destroyObject<BufferPointer>);
    addType(state, kHashType, kHashMethods, nullptr);
    addType(state, kRequestType, kNoMethods, destroyObject<RequestPointer>);
    luaL_getmetatable(state, kRequestType);
    lua_pushcfunction(state, call<requestField>);
    lua_setfield(state, -2, "__index");
    lua_pop(state, 1);
    lua_register(state, "buffer", call<newBuffer>);
    lua_register(state, "sha256", call<newHash>);
}

} // namespace rdrlab::scenario
