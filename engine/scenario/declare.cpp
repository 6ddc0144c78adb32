// The calls of the main chunk: they describe the world and run nothing.
#include "engine/scenario/call.h"
#include "engine/scenario/fields.h"
#include "engine/scenario/language.h"

#include <algorithm>

namespace rdrlab::scenario {

namespace {

const std::vector<Word> kDialects = { { "2.0.2", 0x0202 },
                                      { "2.1", 0x0210 },
                                      { "3.0", 0x0300 },
                                      { "3.0.2", 0x0302 },
                                      { "3.1.1", 0x0311 } };
const std::vector<Word> kSigning = { { "default", 0 }, { "when_required", 1 }, { "always", 2 } };

bool onlyWhileDeclaring(lua_State* state, const char* call, std::string& problem)
{
    if (!Language::of(state).declaring())
        problem = std::string(call)
            + ": belongs to the scenario's main part, not into a running process";
    return problem.empty();
}

bool isNewName(const auto& list, const std::string& name)
{
    return std::none_of(
        list.begin(), list.end(), [&](const auto& element) { return element.name == name; });
}

/// readme = "text", or { random = 4096, seed = 7 }, or { text = "..." }; a name that ends in "\" is
/// a directory.
bool readFile(lua_State* state, const std::string& path, FilePlan& file, std::string& problem)
{
    file.path = path;
    std::replace(file.path.begin(), file.path.end(), '/', '\\');
    if (lua_type(state, -1) == LUA_TSTRING) {
        size_t length = 0;
        const char* bytes = lua_tolstring(state, -1, &length);
        file.bytes.assign(bytes, length);
        return true;
    }
    Fields fields(state, -1, "file '" + path + "'");
    file.randomBytes = fields.integer("random", 0, uint64_t(4) << 30);
    file.randomSeed = fields.integer("seed", 1);
    file.bytes = fields.string("text");
    fields.finish();
    problem = fields.problem();
    return problem.empty();
}

void readFiles(lua_State* state, SharePlan& share, std::string& problem)
{
    for (const std::string& path : sortedKeys(state, -1, problem)) {
        lua_getfield(state, -1, path.c_str());
        FilePlan file;
        if (problem.empty() && readFile(state, path, file, problem))
            share.files.push_back(std::move(file));
        lua_pop(state, 1);
    }
}

void readStrings(lua_State* state, std::vector<std::string>& list, std::string& problem)
{
    const lua_Integer count = luaL_len(state, -1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(state, -1, i);
        if (lua_type(state, -1) == LUA_TSTRING)
            list.emplace_back(lua_tostring(state, -1));
        else
            problem = "expected a list of names";
        lua_pop(state, 1);
    }
}

void readShare(lua_State* state, const std::string& name, SharePlan& share, std::string& problem)
{
    share.name = name;
    Fields fields(state, -1, "share '" + name + "'");
    share.readOnly = fields.boolean("read_only", false);
    share.generatedFiles = fields.integer("generated_files", 0, 1'000'000);
    if (fields.pushTable("files")) {
        readFiles(state, share, problem);
        lua_pop(state, 1);
    }
    if (fields.pushTable("users")) {
        readStrings(state, share.users, problem);
        lua_pop(state, 1);
    }
    fields.finish();
    if (problem.empty())
        problem = fields.problem();
}

void readShares(lua_State* state, ServerPlan& server, std::string& problem)
{
    for (const std::string& name : sortedKeys(state, -1, problem)) {
        lua_getfield(state, -1, name.c_str());
        if (problem.empty())
            readShare(state, name, server.shares.emplace_back(), problem);
        lua_pop(state, 1);
    }
}

void readAccounts(lua_State* state, ServerPlan& server, std::string& problem)
{
    for (const std::string& name : sortedKeys(state, -1, problem)) {
        lua_getfield(state, -1, name.c_str());
        if (lua_type(state, -1) == LUA_TSTRING)
            server.users.push_back({ name, lua_tostring(state, -1) });
        else if (problem.empty())
            problem = "server: users: the password of '" + name + "' must be a string";
        lua_pop(state, 1);
    }
}

int server(lua_State* state, std::string& problem)
{
    if (!onlyWhileDeclaring(state, "server", problem))
        return 0;
    Fields fields(state, 1, "server");
    ServerPlan server;
    server.name = fields.requiredString("name");
    server.reachable = fields.boolean("reachable", true);
    server.listening = fields.boolean("listening", true);
    server.guest = fields.boolean("guest", false);
    server.signingRequired = fields.boolean("signing_required", false);
    server.minDialect
        = static_cast<uint16_t>(fields.word("min_dialect", kDialects, server.minDialect));
    server.maxDialect
        = static_cast<uint16_t>(fields.word("max_dialect", kDialects, server.maxDialect));
    if (fields.pushTable("shares")) {
        readShares(state, server, problem);
        lua_pop(state, 1);
    }
    if (fields.pushTable("users")) {
        readAccounts(state, server, problem);
        lua_pop(state, 1);
    }
    if (!isNewName(Language::of(state).plan().servers, server.name))
        fields.fail("'" + server.name + "' is declared twice");
    if (server.minDialect > server.maxDialect)
        fields.fail("min_dialect is newer than max_dialect");
    fields.finish();
    if (problem.empty())
        problem = fields.problem();
    if (problem.empty())
        Language::of(state).plan().servers.push_back(std::move(server));
    return 0;
}

int user(lua_State* state, std::string& problem)
{
    if (!onlyWhileDeclaring(state, "user", problem))
        return 0;
    Fields fields(state, 1, "user");
    UserPlan user;
    user.name = fields.requiredString("name");
    user.account = fields.string("account", user.name);
    user.password = fields.string("password");
    user.domain = fields.string("domain");
    if (!isNewName(Language::of(state).plan().users, user.name))
        fields.fail("'" + user.name + "' is declared twice");
    fields.finish();
    problem = fields.problem();
    if (problem.empty())
        Language::of(state).plan().users.push_back(std::move(user));
    return 0;
}

int registry(lua_State* state, std::string& problem)
{
    if (!onlyWhileDeclaring(state, "registry", problem))
        return 0;
    Fields fields(state, 1, "registry");
    RegistryPlan value;
    value.key = fields.requiredString("key");
    value.name = fields.requiredString("name");
    if (const auto number
        = fields.has("number") ? fields.optionalInteger("number") : std::nullopt) {
        value.isNumber = true;
        value.number = static_cast<uint32_t>(*number);
    } else {
        value.text = fields.requiredString("text");
    }
    fields.finish();
    problem = fields.problem();
    if (problem.empty())
        Language::of(state).plan().registry.push_back(std::move(value));
    return 0;
}

int redirector(lua_State* state, std::string& problem)
{
    if (!onlyWhileDeclaring(state, "redirector", problem))
        return 0;
    Fields fields(state, 1, "redirector");
    RedirectorPlan& plan = Language::of(state).plan().redirector;
    plan.start = fields.boolean("start", true);
    plan.minDialect = static_cast<uint16_t>(fields.word("min_dialect", kDialects, plan.minDialect));
    plan.maxDialect = static_cast<uint16_t>(fields.word("max_dialect", kDialects, plan.maxDialect));
    plan.requireSigning = fields.boolean("require_signing", plan.requireSigning);
    plan.signing = fields.word("signing", kSigning, plan.signing);
    plan.timeoutMs = static_cast<uint32_t>(fields.timeNs("timeout", 0) / 1'000'000);
    fields.finish();
    problem = fields.problem();
    return 0;
}

int process(lua_State* state, std::string& problem)
{
    if (!onlyWhileDeclaring(state, "process", problem))
        return 0;
    ProcessPlan process;
    if (lua_type(state, 1) != LUA_TSTRING) {
        problem = "process: expected process(\"name\", function() ... end)";
        return 0;
    }
    process.name = lua_tostring(state, 1);
    const bool hasOptions = lua_istable(state, 2);
    if (hasOptions) {
        Fields fields(state, 2, "process");
        process.user = fields.string("user");
        process.startNs = fields.timeNs("start", 0);
        fields.finish();
        problem = fields.problem();
        if (!problem.empty())
            return 0;
    }
    const int body = hasOptions ? 3 : 2;
    if (!lua_isfunction(state, body)) {
        problem = "process: '" + process.name + "' needs a function to run";
        return 0;
    }
    lua_pushvalue(state, body);
    process.bodyReference = Language::of(state).keep(state);
    Language::of(state).plan().processes.push_back(std::move(process));
    return 0;
}

} // namespace

/// Shared with actions.cpp: link{} also works while processes run.
std::string readLink(lua_State* state, LinkPlan& link)
{
    Fields fields(state, 1, "link");
    link.server = fields.string("server");
    link.latencyNs = fields.timeNs("latency", link.latencyNs);
    link.bandwidthBytesPerSecond = fields.rate("bandwidth", 0);
    link.lossPerMille = static_cast<uint32_t>(fields.integer("loss_per_mille", 0, 1000));
    link.cut = fields.boolean("cut", false);
    fields.finish();
    return fields.problem();
}

void addDeclarations(lua_State* state)
{
    lua_register(state, "server", call<server>);
    lua_register(state, "user", call<user>);
    lua_register(state, "registry", call<registry>);
    lua_register(state, "redirector", call<redirector>);
    lua_register(state, "process", call<process>);
}

} // namespace rdrlab::scenario
