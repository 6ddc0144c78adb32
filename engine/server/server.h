// The embedded SMB2 server: dialects 2.0.2 to 3.1.1 over an in-memory file system, without sockets,
// threads or a clock of its own. Bytes go in through Connection::receive, come out through Output,
// time comes from ServerOptions::nowNs; ids, salts and challenges come from the seed. So it runs
// the same on the virtual wire (vnetpeer.h), on real TCP (serve.h) and in a fuzzer.
//
// Callers owe: one thread; tick() when nextDeadlineNs() has come; a Connection is destroyed before
// its Server.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vnet/buffer.h"

namespace rdrlab::server {

using vnet::Buffer;
using vnet::ByteSpan;
using Status = std::uint32_t; // NTSTATUS

enum class Dialect : std::uint16_t
{
    Smb202 = 0x0202,
    Smb210 = 0x0210,
    Smb300 = 0x0300,
    Smb302 = 0x0302,
    Smb311 = 0x0311
};

/// SMB2 command codes, [MS-SMB2] 2.2.1.
enum class Command : std::uint16_t
{
    Negotiate,
    SessionSetup,
    Logoff,
    TreeConnect,
    TreeDisconnect,
    Create,
    Close,
    Flush,
    Read,
    Write,
    Lock,
    Ioctl,
    Cancel,
    Echo,
    QueryDirectory,
    ChangeNotify,
    QueryInfo,
    SetInfo,
    OplockBreak,
    Count
};
const char* commandName(Command command);

struct ServerOptions
{
    std::string name = "LAB";
    std::uint64_t seed = 1;
    std::function<std::uint64_t()> nowNs; // monotonic; without one time stands still
    std::uint64_t bootFileTime
        = 133'485'408'000'000'000; // 2024-01-01 00:00 UTC, 100 ns ticks since 1601
    Dialect minDialect = Dialect::Smb202;
    Dialect maxDialect = Dialect::Smb311;
    bool signingRequired = false;
    bool guest = false; // an unknown user becomes a guest
    bool encryption = true; // offered in 3.x
    bool encryptionRequired = false; // on every session that can
    bool oplocks = true;
    bool leases = true;
    bool durableHandles = true;
    std::uint32_t maxIoBytes = 8u << 20; // read, write and transact; 64 KiB in 2.0.2 always
    std::uint16_t maxCredits = 512;
    std::uint64_t breakTimeoutNs = 35'000'000'000;
};

struct ShareOptions
{
    std::string name;
    std::string remark;
    bool guestAllowed = true;
    bool readOnly = false;
    bool encryptionRequired = false;
    std::vector<std::string> users; // empty: every user
    std::string label = "rdrlab";
    std::uint64_t capacityBytes = 16ull << 30;
};

/// What the server does wrong on purpose. Rules are tried in order; the first that matches acts.
struct FaultRule
{
    enum class Action
    {
        CloseConnection, // instead of an answer
        Garbage, // random bytes instead of an answer, then close
        HugeFrame, // a frame header of 4 GiB - 1
        NeverAnswer, // the request has its effect, the answer is lost
        Delay, // the answer comes delayNs later
        WrongSignature,
        OverrideStatus // the request has no effect and fails with `status`
    };
    Action action = Action::CloseConnection;
    std::optional<Command> command; // any when absent
    std::uint32_t nth = 1; // first match of the command, counted per server from 1
    std::uint32_t times = 1; // how many matches in a row, 0 = for ever
    std::uint64_t delayNs = 0;
    Status status = 0;
};

class FaultPlan
{
public:
    void add(FaultRule rule) { m_rules.push_back({ rule, 0 }); }
    void clear() { m_rules.clear(); }
    /// Counts one request and tells what to do to it.
    std::optional<FaultRule> next(Command command);

private:
    struct Armed
    {
        FaultRule rule;
        std::uint32_t seen;
    };
    std::vector<Armed> m_rules;
};

/// Sees every request and its answer; for traces. Text is the path or share where the command has
/// one.
class Observer
{
public:
    virtual ~Observer() = default;
    virtual void
    answered(Command command, std::uint64_t messageId, Status status, std::string_view text)
        = 0;
    /// The answer will not leave now: the request waits (for a lock, a break, a change), or a fault
    /// keeps its answer back. answered() follows when it goes out.
    virtual void held(Command command, std::uint64_t messageId)
    {
        static_cast<void>(command);
        static_cast<void>(messageId);
    }
};

/// Where a connection's bytes go. Calls arrive during receive(), tick() or another connection's
/// receive().
class Output
{
public:
    virtual ~Output() = default;
    virtual void send(Buffer bytes) = 0;
    /// No more calls follow; what was sent before must still arrive.
    virtual void close() = 0;
};

class ConnectionCore;
class ServerCore;

class Connection
{
public:
    explicit Connection(std::unique_ptr<ConnectionCore> core);
    ~Connection();
    /// Takes any number of bytes of the stream, in any split. After the end of the connection they
    /// are ignored.
    void receive(ByteSpan bytes);
    /// Zero-copy variant: space for at least one byte of the stream, then how many were put there.
    std::span<std::byte> prepare();
    void commit(std::size_t count);
    /// The transport is gone: opens that are not durable are closed.
    void disconnected();
    bool ended() const;

private:
    std::unique_ptr<ConnectionCore> m_core;
};

class Server
{
public:
    explicit Server(ServerOptions options);
    ~Server();

    void addUser(std::string_view name, std::string_view password);
    void addShare(ShareOptions share);
    bool removeShare(std::string_view name);

    // Files, by share and path with \ or / between names (UTF-8). Missing parents are made. False:
    // no such share, bad path.
    bool putFile(std::string_view share, std::string_view path, ByteSpan bytes);
    bool putFile(std::string_view share, std::string_view path, std::string_view text);
    /// `sizeBytes` bytes that depend on `seed` alone.
    bool putPattern(
        std::string_view share, std::string_view path, std::uint64_t sizeBytes, std::uint64_t seed);
    bool putDirectory(std::string_view share, std::string_view path);
    bool removeFile(std::string_view share, std::string_view path);
    std::optional<Buffer> readFile(std::string_view share, std::string_view path) const;
    /// Names of a directory, sorted without case.
    std::vector<std::string> list(std::string_view share, std::string_view path) const;

    std::unique_ptr<Connection> connect(Output& output);
    FaultPlan& faults();
    void setObserver(Observer* observer);
    /// Runs what time has made due: break timeouts, delayed answers, durable handles nobody came
    /// back for.
    void tick();
    std::optional<std::uint64_t> nextDeadlineNs() const;
    /// Sessions are gone (USER_SESSION_DELETED from now on), as after an administrator closed them.
    void closeSessions();
    /// The next request of every session is answered NETWORK_SESSION_EXPIRED until the client
    /// authenticates again.
    void expireSessions();
    std::size_t openCount() const;

private:
    std::unique_ptr<ServerCore> m_core;
};

} // namespace rdrlab::server
