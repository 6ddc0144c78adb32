// The server's inside: who owns what between connections, and how a request becomes an answer.
// Private to the room.
//
//   ServerCore ─┬─ shares ── Volume (memfs.h)
//               ├─ opens, by id: outlive their connection when durable
//               ├─ leases, by (client, key)
//               └─ connections ── sessions ── trees
//
// Waiting. A handler that cannot go on (break to be acknowledged, lock not free, nothing to notify)
// returns PENDING; its whole compound is kept as a Chain and the handler is run again from the
// start whenever something changed (ServerCore::kick). So a handler must have no effect before it
// returns PENDING.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "engine/server/memfs.h"
#include "engine/server/ntlm.h"
#include "engine/server/server.h"

namespace rdrlab::server {

class ConnectionCore;
class ServerCore;
struct Session;
struct Tree;

inline constexpr std::size_t kHeaderBytes = 64;
inline constexpr std::size_t kTransformBytes = 52;

namespace headerflag {
inline constexpr std::uint32_t kResponse = 1, kAsync = 2, kRelated = 4, kSigned = 8,
                               kReplay = 0x20000000;
}
namespace access {
inline constexpr std::uint32_t kReadData = 0x1, kWriteData = 0x2, kAppendData = 0x4, kReadEa = 0x8,
                               kWriteEa = 0x10, kExecute = 0x20, kDeleteChild = 0x40,
                               kReadAttributes = 0x80, kWriteAttributes = 0x100, kDelete = 0x10000,
                               kReadControl = 0x20000, kWriteDac = 0x40000, kWriteOwner = 0x80000,
                               kSynchronize = 0x100000, kSystemSecurity = 0x1000000,
                               kMaximumAllowed = 0x2000000, kAll = 0x1F01FF,
                               kReadOnlyShare = 0x1200A9;
}
namespace oplock {
inline constexpr std::uint8_t kNone = 0, kLevel2 = 1, kExclusive = 8, kBatch = 9, kLease = 0xFF;
}
namespace lease {
inline constexpr std::uint32_t kRead = 1, kHandle = 2, kWrite = 4;
}

struct Share
{
    ShareOptions options;
    std::u16string name;
    std::unique_ptr<Volume> volume; // null for IPC$
    bool deleted = false;
};

using Guid = std::array<std::byte, 16>;

struct Lease
{
    Guid client {};
    Guid key {};
    Guid parent {};
    std::shared_ptr<Node> node;
    Stream* stream = nullptr;
    std::uint32_t state = 0;
    std::uint32_t breakTo = 0;
    bool breaking = false;
    std::uint64_t breakDeadlineNs = 0;
    bool v2 = false;
    bool parentSet = false;
    std::uint16_t epoch = 0;
    std::set<Open*> opens;
};

struct NotifyEvent
{
    std::uint32_t action;
    std::u16string name;
};

struct Open
{
    std::uint64_t persistentId = 0;
    std::uint64_t volatileId = 0;
    ConnectionCore* connection = nullptr; // null while a durable open waits for its client
    Session* session = nullptr;
    Tree* tree = nullptr;
    std::shared_ptr<Share> share;
    std::u16string user;
    Guid clientGuid {};
    std::shared_ptr<Node> node;
    Stream* stream = nullptr; // null for directories
    std::u16string name; // path as opened, for traces
    Node::Link link; // which name it was opened by
    std::uint32_t access = 0;
    std::uint32_t shareAccess = 0;
    std::uint32_t options = 0;
    bool deleteOnClose = false;
    bool writtenTo = false;
    bool timesFrozen[4] = {};

    // Directory enumeration
    bool scanStarted = false;
    std::u16string pattern;
    std::u16string scanAfter; // upcased name of the last entry returned
    unsigned dotsDone = 0;

    // Change notification
    bool watching = false;
    bool watchTree = false;
    bool watchOverflow = false;
    std::uint32_t watchFilter = 0;
    std::size_t watchBytes = 0;
    std::size_t watchLimit = 0;
    std::deque<NotifyEvent> events;

    // Oplock of its own, or the lease it shares
    std::uint8_t oplockLevel = 0;
    std::uint8_t oplockBreakTo = 0;
    bool oplockBreaking = false;
    std::uint64_t oplockDeadlineNs = 0;
    std::shared_ptr<Lease> lease;

    bool durable = false;
    Guid createGuid {};
    std::uint64_t durableTimeoutNs = 0;
    std::uint64_t durableDeadlineNs = 0;
    std::map<unsigned, unsigned> lockSequences;
};

struct Session
{
    std::uint64_t id = 0;
    std::u16string user;
    bool guest = false;
    bool anonymous = false;
    bool established = false;
    bool hasKey = false;
    bool signingRequired = false;
    bool encrypt = false;
    bool expired = false;
    crypto::Key sessionKey {};
    crypto::Key signingKey {};
    crypto::Key clientKey {}; // decrypts what the client sent
    crypto::Key serverKey {}; // encrypts our answers
    crypto::Hash512 preauth {};
    std::uint64_t nonce = 0;
    std::unique_ptr<NtlmServer> auth;
    std::map<std::uint32_t, std::shared_ptr<Tree>> trees;
};

struct Tree
{
    std::uint32_t id = 0;
    std::shared_ptr<Share> share;
    std::uint32_t maximalAccess = 0;
};

struct Request
{
    Command command = Command::Count;
    std::uint64_t messageId = 0;
    std::uint32_t flags = 0;
    std::uint16_t charge = 0;
    std::uint16_t creditsAsked = 0;
    std::uint16_t creditsGranted = 0;
    std::uint64_t sessionId = 0;
    std::uint32_t treeId = 0;
    std::uint64_t asyncId = 0;
    ByteSpan message; // from its header on
    ByteSpan body;
    std::shared_ptr<Session> session;
    std::shared_ptr<Tree> tree;
    bool encrypted = false;
    bool resumed = false;
    bool cancelled = false;
    std::string text;
};

/// One answer under construction; offsets in SMB2 bodies count from the header at `base`.
struct Reply : Writer
{
    std::size_t base = 0;
    std::size_t here() const { return size() - base; }
};

struct Chain
{
    Buffer kept; // own copy of the bytes once it waits
    ByteSpan bytes; // the whole compound
    std::size_t offset = 0;
    std::size_t length = 0; // of the request at offset
    Request request;
    bool started = false; // request is parsed and checked
    bool first = true;
    bool encrypted = false;
    std::shared_ptr<Session> encryptionSession;
    std::uint32_t status = 0; // of the last request, for related ones
    std::uint64_t sessionId = 0;
    std::uint32_t treeId = 0;
    std::uint64_t persistentId = ~0ull;
    std::uint64_t volatileId = ~0ull;
    std::optional<FaultRule> fault;
    std::uint64_t delayNs = 0;
    struct Notice // what the observer hears when the delayed frame goes out
    {
        Command command;
        std::uint64_t messageId;
        std::uint32_t status;
        std::string text;
    };
    std::vector<Notice> notices;

    struct Answer
    {
        std::size_t start;
        Request request;
        std::uint32_t status;
        bool sign;
        bool spoil;
    };
    Reply reply;
    std::vector<Answer> answers;
};

class ConnectionCore
{
public:
    ConnectionCore(ServerCore& server, Output& output, std::uint64_t id);
    ~ConnectionCore();

    std::span<std::byte> prepare();
    void commit(std::size_t count);
    void receive(ByteSpan bytes);
    void disconnect(bool closeOutput);
    bool ended() const { return m_ended; }

    // Called by the server core
    bool retryWaiting();
    void flushDelayed(std::uint64_t now);
    std::optional<std::uint64_t> nextDelayedNs() const;
    void sendOplockBreak(const Open& open, std::uint8_t level);
    void sendLeaseBreak(const Lease& lease, std::uint32_t newState, bool ackRequired);
    void closeSessions();
    void expireSessions();
    void dropSession(std::uint64_t id);

    const std::uint64_t id;
    Guid clientGuid {};
    std::map<std::uint64_t, std::shared_ptr<Session>> sessions;
    Dialect dialect = Dialect::Smb202;

private:
    friend class ServerCore;
    using Handler = std::uint32_t (ConnectionCore::*)(Request&, Reply&, Chain&);
    struct Row
    {
        Handler handler;
        std::uint16_t structureSize;
        bool needsSession, needsTree;
    };
    static const Row kRows[];

    // connection.cpp: frames, compounds, credits
    void frame(ByteSpan bytes);
    void smb1Negotiate(ByteSpan bytes);
    void run(const std::shared_ptr<Chain>& chain);
    bool begin(Chain& chain);
    std::uint32_t check(Request& request, Chain& chain);
    std::uint32_t checkLengths(const Request& request) const;
    bool applyFault(Chain& chain);
    void startAnswer(Chain& chain);
    void endAnswer(Chain& chain, std::uint32_t status);
    void flush(Chain& chain);
    void interim(Chain& chain);
    void transmit(Buffer frame, std::uint64_t delayNs, std::vector<Chain::Notice> notices = {});
    bool consumeIds(const Request& request);
    std::uint16_t grant(const Request& request);
    void cancel(const Request& request);

    // signing.cpp
    crypto::Key signature(const Session& session, ByteSpan message) const;
    void sign(const Session& session, std::span<std::byte> message) const;
    bool verify(const Session& session, ByteSpan message) const;
    std::optional<Buffer> decrypt(ByteSpan bytes, std::shared_ptr<Session>& session);
    void encrypt(Session& session, Buffer& frame);
    void deriveKeys(Session& session);

    // session.cpp
    std::uint32_t negotiate(Request&, Reply&, Chain&);
    std::uint32_t sessionSetup(Request&, Reply&, Chain&);
    std::uint32_t logoff(Request&, Reply&, Chain&);
    std::uint32_t treeConnect(Request&, Reply&, Chain&);
    std::uint32_t treeDisconnect(Request&, Reply&, Chain&);
    std::uint32_t echo(Request&, Reply&, Chain&);
    std::uint32_t negotiateContexts(ByteSpan message, std::uint32_t offset, std::uint16_t count);
    void negotiateReply(Reply& reply, std::uint16_t dialectCode, bool contexts);
    // create.cpp
    std::uint32_t create(Request&, Reply&, Chain&);
    std::uint32_t close(Request&, Reply&, Chain&);
    // io.cpp
    std::uint32_t read(Request&, Reply&, Chain&);
    std::uint32_t write(Request&, Reply&, Chain&);
    std::uint32_t flushFile(Request&, Reply&, Chain&);
    std::uint32_t lock(Request&, Reply&, Chain&);
    // ioctl.cpp
    std::uint32_t ioctl(Request&, Reply&, Chain&);
    // directory.cpp
    std::uint32_t queryDirectory(Request&, Reply&, Chain&);
    std::uint32_t changeNotify(Request&, Reply&, Chain&);
    // info.cpp, setinfo.cpp
    std::uint32_t queryInfo(Request&, Reply&, Chain&);
    std::uint32_t setInfo(Request&, Reply&, Chain&);
    // oplock.cpp
    std::uint32_t oplockBreak(Request&, Reply&, Chain&);
    std::uint32_t cancelCommand(Request&, Reply&, Chain&) { return 0; }

    std::shared_ptr<Open> findOpen(
        const Request& request, Chain& chain, std::uint64_t persistentId, std::uint64_t volatileId);
    std::uint32_t maxIo() const;
    bool multiCredit() const { return dialect >= Dialect::Smb210 && m_negotiated; }

    ServerCore& m_server;
    Output& m_output;
    bool m_ended = false;
    bool m_negotiated = false;
    bool m_multiProtocol = false; // answered an SMB1 negotiate with 0x02FF
    std::uint16_t m_clientSecurityMode = 0;
    std::uint32_t m_clientCapabilities = 0;
    std::uint16_t m_signingAlgorithm = 1; // 0 HMAC-SHA256, 1 AES-CMAC, 2 AES-GMAC
    crypto::Cipher m_cipher = crypto::Cipher::None;
    crypto::Hash512 m_preauth {};
    bool m_signingContext = false;

    // Credits: ids in [m_lowId, m_highId) may be used once each
    std::uint64_t m_lowId = 0;
    std::uint64_t m_highId = 1;
    std::deque<bool> m_usedIds { false };
    std::size_t m_unused = 1;

    Buffer m_in;
    std::size_t m_inBegin = 0;
    std::size_t m_inEnd = 0;
    std::vector<std::shared_ptr<Chain>> m_waiting;
    struct Delayed
    {
        std::uint64_t dueNs;
        Buffer bytes;
        std::vector<Chain::Notice> notices;
    };
    std::deque<Delayed> m_delayed;
    std::uint64_t m_nextAsyncId = 1;
};

class ServerCore
{
public:
    explicit ServerCore(ServerOptions serverOptions);

    ServerOptions options;
    FaultPlan faults;
    Observer* observer = nullptr;
    Guid guid {};
    std::map<std::u16string, std::shared_ptr<Share>> shares; // by upcased name
    struct User
    {
        std::u16string name, password;
        std::uint32_t rid;
    };
    std::map<std::u16string, User> users; // by upcased name
    std::map<std::uint64_t, std::shared_ptr<Open>> opens; // by persistent id
    std::map<std::pair<Guid, Guid>, std::shared_ptr<Lease>> leases;
    std::map<std::uint64_t, ConnectionCore*> connections;

    std::uint64_t nowNs() const { return options.nowNs ? options.nowNs() : 0; }
    std::uint64_t fileTime() const { return options.bootFileTime + nowNs() / 100; }
    std::uint64_t random();
    std::shared_ptr<Share> findShare(std::u16string_view name) const;
    std::uint64_t nextSessionId() { return m_nextSession += 0x0000040000000004ull; }
    std::uint32_t nextTreeId() { return m_nextTree++; }
    std::uint64_t nextOpenId() { return m_nextOpen++; }

    /// Something changed that a waiting request may wait for.
    void kick() { m_kicked = true; }
    /// Runs waiting requests until nothing moves; called at the end of every entry from outside.
    void settle();
    void tick();
    std::optional<std::uint64_t> nextDeadlineNs() const;

    void closeOpen(std::shared_ptr<Open> open); // by value: the table of opens lets go of it
    void closeOpensOf(const Session& session, ConnectionCore& connection, bool keepDurable);
    void closeOpensOf(const Tree& tree, const Session& session);
    void deleteNode(Node& node, const Node::Link& link, Share& share);

    // oplock.cpp. Each returns true while a break has to be waited for.
    bool breakForOpen(
        Stream& stream,
        const Open* opener,
        const Guid* client,
        const Guid* key,
        bool overwrite,
        bool handleToo);
    bool breakHandles(Node& node, const Open* actor);
    void breakReaders(Stream& stream, const Open& writer);
    void grantOplock(Open& open, std::uint8_t level);
    bool anyBreaking(const Stream& stream) const;

    /// Reports a change of `name` in `directory` to whoever watches it or a parent.
    void notify(
        Share& share,
        Node& directory,
        std::u16string_view name,
        std::uint32_t action,
        std::uint32_t filter);
    std::vector<std::uint8_t> sidOf(std::u16string_view user) const;
    std::uint32_t allowed(const Node& node, std::u16string_view user, bool guest) const;

    std::u16string serverName;

private:
    void startBreak(Open& open, std::uint8_t level);
    void startBreak(Lease& lease, std::uint32_t state);
    bool m_kicked = false;
    bool m_settling = false;
    std::uint64_t m_random;
    std::uint64_t m_nextSession = 0;
    std::uint32_t m_nextTree = 1;
    std::uint64_t m_nextOpen = 1;
    std::uint64_t m_nextConnection = 1;
    friend class Server;
};

namespace notifyfilter {
inline constexpr std::uint32_t kFileName = 1, kDirName = 2, kAttributes = 4, kSize = 8,
                               kLastWrite = 0x10, kLastAccess = 0x20, kCreation = 0x40, kEa = 0x80,
                               kSecurity = 0x100, kStreamName = 0x200;
}
namespace notifyaction {
inline constexpr std::uint32_t kAdded = 1, kRemoved = 2, kModified = 3, kOldName = 4, kNewName = 5;
}

/// Reports a change of the file behind an open under the name it was opened by.
void notifyModified(ServerCore& server, Open& open, std::uint32_t filter);
/// Parses a chain of FILE_FULL_EA_INFORMATION into the node.
std::uint32_t setExtendedAttributes(Node& node, ByteSpan bytes);
std::uint32_t setSecurity(Node& node, std::uint32_t what, ByteSpan descriptor);
Buffer securityDescriptor(const ServerCore& server, const Node& node, std::uint32_t what);

} // namespace rdrlab::server
