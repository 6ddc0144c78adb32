// The world that a scenario declares, before anything runs: plain data between the Lua language
// (which fills it) and the runner (which builds it).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rdrlab::scenario {

struct FilePlan
{
    std::string path; // below the share, '\' between components; ends in '\' for a directory
    std::string bytes;
    uint64_t randomBytes = 0; // when not 0: this many pseudo-random bytes instead of `bytes`
    uint64_t randomSeed = 0;
};

struct SharePlan
{
    std::string name;
    std::vector<FilePlan> files;
    std::vector<std::string> users; // who may connect; empty: everybody
    bool readOnly = false;
    uint64_t generatedFiles = 0; // this many small files named f00001.txt ...
};

struct AccountPlan
{
    std::string name;
    std::string password;
};

struct ServerPlan
{
    std::string name;
    bool reachable = true; // false: the name resolves, nobody answers
    bool listening = true; // false: connections are refused
    bool guest = false;
    bool signingRequired = false;
    uint16_t minDialect = 0x0202;
    uint16_t maxDialect = 0x0311;
    std::vector<SharePlan> shares;
    std::vector<AccountPlan> users;
};

struct LinkPlan
{
    std::string server; // empty: every server
    uint64_t latencyNs = 200'000;
    uint64_t bandwidthBytesPerSecond = 0; // 0: unlimited
    uint32_t lossPerMille = 0;
    bool cut = false;
};

struct UserPlan
{
    std::string name; // logon name in the emulated machine; "" = the default credentials
    std::string account;
    std::string password;
    std::string domain;
};

struct RegistryPlan
{
    std::string key;
    std::string name;
    std::string text;
    uint32_t number = 0;
    bool isNumber = false;
};

struct DriverPlan
{
    std::string path; // .so; empty: the program's own minirdr
    std::string service; // registry service name
};

struct RedirectorPlan
{
    bool start = true;
    uint16_t minDialect = 0x0202;
    uint16_t maxDialect = 0x0311;
    bool requireSigning = false;
    uint32_t signing = 0; // MINIRDR_SIGNING_*; 0: the driver's default
    uint32_t timeoutMs = 0; // 0: the driver's default
};

struct ProcessPlan
{
    std::string name;
    std::string user;
    uint64_t startNs = 0; // virtual time at which its first thread starts
    int bodyReference = 0; // Lua registry reference of the function
};

struct Plan
{
    std::vector<ServerPlan> servers;
    std::vector<LinkPlan> links;
    std::vector<UserPlan> users;
    std::vector<RegistryPlan> registry;
    std::vector<DriverPlan> drivers;
    RedirectorPlan redirector;
    std::vector<ProcessPlan> processes;
};

} // namespace rdrlab::scenario
