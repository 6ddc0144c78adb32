// The scenario language by itself: what it declares, what it refuses, and that it cannot reach
// outside.
#include <catch2/catch.hpp>

#include "engine/scenario/fields.h"
#include "engine/scenario/language.h"
#include "engine/scenario/userdata.h"

#include <array>

using namespace rdrlab::scenario;

namespace {

/// The error line of a main chunk, or "" when it is fine; a process is added so that only the text
/// itself is judged.
std::string errorOf(const std::string& text, SandboxLimits limits = {})
{
    Language language(text + "\nprocess('p', function() end)\n", "test.lua", 1, limits);
    return language.declare();
}

Plan planOf(const std::string& text)
{
    Language language(text + "\nprocess('p', function() end)\n", "test.lua", 1);
    REQUIRE(language.declare() == "");
    return language.plan();
}

} // namespace

TEST_CASE("a server is declared with its shares, files and users", "[scenario]")
{
    const Plan plan = planOf(R"(
server { name = "lab", users = { alice = "pw" }, min_dialect = "2.1",
  shares = { public = { files = { ["b.txt"] = "bee", ["dir\\a.txt"] = "ay" } }, vault = { users = { "alice" } } } })");
    REQUIRE(plan.servers.size() == 1);
    const ServerPlan& server = plan.servers[0];
    CHECK(server.name == "lab");
    CHECK(server.minDialect == 0x0210);
    CHECK(server.users.at(0).password == "pw");
    REQUIRE(server.shares.size() == 2);
    CHECK(server.shares[0].name == "public");
    REQUIRE(server.shares[0].files.size() == 2);
    CHECK(server.shares[0].files[0].path == "b.txt");
    CHECK(server.shares[0].files[1].path == "dir\\a.txt");
    CHECK(server.shares[1].users == std::vector<std::string> { "alice" });
}

TEST_CASE("an error names file and line", "[scenario]")
{
    CHECK(errorOf("\n\nserver(") == "test.lua:5: ')' expected (to close '(' at line 3) near <eof>");
    CHECK(errorOf("\nserver { }") == "test.lua:2: server: field 'name' is missing");
    CHECK(errorOf("\nlocal x = 1 .. {}") == "test.lua:2: attempt to concatenate a table value");
}

TEST_CASE("an unknown call suggests the nearest one", "[scenario]")
{
    CHECK(
        errorOf("sever { name = 'lab' }")
        == "test.lua:1: unknown name 'sever' (did you mean 'server'?)");
    CHECK(
        errorOf("NtCreatFile { }")
        == "test.lua:1: unknown name 'NtCreatFile' (did you mean 'NtCreateFile'?)");
    CHECK(errorOf("zzzzqqqq()") == "test.lua:1: unknown name 'zzzzqqqq'");
}

TEST_CASE("an unknown field suggests the nearest one", "[scenario]")
{
    CHECK(
        errorOf("server { name = 'lab', shars = {} }")
        == "test.lua:1: server: unknown field 'shars' (did you mean 'shares'?)");
}

TEST_CASE("a value of the wrong type is refused", "[scenario]")
{
    CHECK(
        errorOf("server { name = 7 }")
        == "test.lua:1: server: field 'name': expected a string, got number");
    CHECK(errorOf("server 'lab'") == "test.lua:1: server: expected a table { ... }, got string");
    CHECK(
        errorOf("link { latency = 'soon' }")
        == "test.lua:1: link: field 'latency': expected a time such as 5 (milliseconds) or "
           "\"200us\"");
    CHECK(
        errorOf("server { name = 'x', max_dialect = '4.0' }")
        == "test.lua:1: server: field 'max_dialect': unknown word '4.0' (did you mean '3.0'?)");
}

TEST_CASE("system calls work only inside a process", "[scenario]")
{
    CHECK(
        errorOf("NtCreateFile { path = 'x' }")
        == "test.lua:1: NtCreateFile: works only inside a process(...)");
    CHECK(errorOf("wait(5)") == "test.lua:1: wait: works only inside a process(...)");
}

TEST_CASE("a scenario without a process says so", "[scenario]")
{
    Language language("server { name = 'lab' }", "test.lua", 1);
    CHECK(
        language.declare()
        == "test.lua: the scenario declares no process(...), so nothing would run");
}

TEST_CASE("files, processes, modules and bytecode are out of reach", "[scenario]")
{
    for (const char* name : { "io", "os", "require", "package", "debug", "dofile", "loadfile",
                              "load", "collectgarbage" })
        CHECK(
            errorOf(std::string("local x = ") + name)
                .find("unknown name '" + std::string(name) + "'")
            != std::string::npos);
    CHECK(
        errorOf("string.dump(function() end)")
        == "test.lua:1: attempt to call a nil value (field 'dump')");
    CHECK(errorOf("\x1bLua").find("test.lua") != std::string::npos);
}

TEST_CASE("a scenario that never ends is stopped, even when it catches errors", "[scenario]")
{
    SandboxLimits limits;
    limits.instructions = 5'000'000;
    CHECK(
        errorOf("while true do end", limits)
        == "test.lua:1: the scenario ran for more than 5 million Lua instructions");
    CHECK(
        errorOf("while true do pcall(function() while true do end end) end", limits)
        == "test.lua:1: the scenario ran for more than 5 million Lua instructions");
}

TEST_CASE("a scenario that eats memory is stopped", "[scenario]")
{
    SandboxLimits limits;
    limits.memoryBytes = 8u << 20;
    CHECK(
        errorOf("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end", limits)
        == "test.lua: not enough memory");
}

TEST_CASE("nothing a scenario can see differs between two runs", "[scenario]")
{
    const std::string text = R"(
local keys = {}
local t = {} for i = 1, 50 do t["k" .. i * 7919 % 1000] = i end
for k in pairs(t) do keys[#keys + 1] = k end
keys[#keys + 1] = tostring({}) .. tostring(print) .. string.format("%s", {})
keys[#keys + 1] = math.random(1e9)
error(table.concat(keys, " "), 0))";
    const std::string first = errorOf(text);
    INFO(first);
    CHECK(first == errorOf(text));
    CHECK(first.find("tablefunctiontable") != std::string::npos);
    CHECK(first.find("0x") == std::string::npos);
}

TEST_CASE("times and rates take units", "[scenario]")
{
    CHECK(parseTime("200us") == 200'000u);
    CHECK(parseTime("1.5 ms") == 1'500'000u);
    CHECK(parseTime("2s") == 2'000'000'000u);
    CHECK_FALSE(parseTime("2"));
    CHECK_FALSE(parseTime("fast"));
    CHECK(parseRate("10MB/s") == 10'000'000u);
    CHECK(parseRate("1Gbit/s") == 125'000'000u);
    CHECK_FALSE(parseRate("10MB"));
}

TEST_CASE("a random stream has the same bytes wherever it is cut", "[scenario]")
{
    std::array<std::byte, 1000> whole {};
    fillRandom(whole.data(), whole.size(), 7, 0);
    for (size_t cut : { 1u, 8u, 13u, 999u }) {
        std::array<std::byte, 1000> parts {};
        fillRandom(parts.data(), cut, 7, 0);
        fillRandom(parts.data() + cut, parts.size() - cut, 7, cut);
        CHECK(parts == whole);
    }
    std::array<std::byte, 1000> other {};
    fillRandom(other.data(), other.size(), 8, 0);
    CHECK(other != whole);
}
