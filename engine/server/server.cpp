// The server as its users see it, and what lives longer than a connection: opens, deletes,
// notifications, time.
#include "engine/server/server.h"
#include <utility>

#include <algorithm>

#include "engine/server/core.h"

namespace rdrlab::server {

const char* commandName(Command command)
{
    static constexpr const char* kNames[]
        = { "NEGOTIATE",     "SESSION_SETUP", "LOGOFF",   "TREE_CONNECT", "TREE_DISCONNECT",
            "CREATE",        "CLOSE",         "FLUSH",    "READ",         "WRITE",
            "LOCK",          "IOCTL",         "CANCEL",   "ECHO",         "QUERY_DIRECTORY",
            "CHANGE_NOTIFY", "QUERY_INFO",    "SET_INFO", "OPLOCK_BREAK" };
    return command < Command::Count ? kNames[static_cast<std::size_t>(command)] : "UNKNOWN";
}

std::optional<FaultRule> FaultPlan::next(Command command)
{
    std::optional<FaultRule> hit;
    for (Armed& armed : m_rules) {
        if (armed.rule.command && *armed.rule.command != command) {
            continue;
        }
        ++armed.seen;
        const bool due = armed.seen >= armed.rule.nth
            && (armed.rule.times == 0 || armed.seen < armed.rule.nth + armed.rule.times);
        if (due && !hit) {
            hit = armed.rule;
        }
    }
    return hit;
}

ServerCore::ServerCore(ServerOptions serverOptions)
    : options(std::move(serverOptions))
    , serverName(upcase(wide(options.name)))
    , m_random(options.seed)
{
    for (std::size_t i = 0; i < 16; i += 8) {
        const std::uint64_t part = random();
        std::memcpy(guid.data() + i, &part, sizeof part);
    }
    auto ipc = std::make_shared<Share>();
    ipc->name = u"IPC$";
    ipc->options.name = "IPC$";
    shares.emplace(u"IPC$", ipc);
}

std::uint64_t ServerCore::random()
{
    // SplitMix64: the ids and challenges of a laboratory, not of a bank.
    std::uint64_t z = (m_random += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

std::shared_ptr<Share> ServerCore::findShare(std::u16string_view name) const
{
    const auto found = shares.find(upcase(name));
    return found == shares.end() ? nullptr : found->second;
}

void ServerCore::settle()
{
    if (m_settling) {
        return;
    }
    m_settling = true;
    // Rounds that complete nothing are few: a retried request may only start breaks, and those are
    // finite.
    constexpr int kIdleRounds = 4;
    for (int idle = 0; std::exchange(m_kicked, false) && idle < kIdleRounds;) {
        bool moved = false;
        for (auto& [number, connection] : connections) {
            moved |= connection->retryWaiting();
        }
        idle = moved ? 0 : idle + 1;
    }
    m_settling = false;
}

void ServerCore::tick()
{
    const std::uint64_t now = nowNs();
    std::vector<std::shared_ptr<Open>> expired;
    for (auto& [number, open] : opens) {
        if (open->oplockBreaking && open->oplockDeadlineNs <= now) {
            open->oplockBreaking = false;
            open->oplockLevel
                = oplock::kNone; // 3.3.6.1: no acknowledgement, so nothing is held any more
            kick();
        }
        if (!open->connection && open->durableDeadlineNs <= now) {
            expired.push_back(open);
        }
    }
    for (auto& [key, held] : leases) {
        if (held->breaking && held->breakDeadlineNs <= now) {
            held->breaking = false;
            held->state = 0;
            kick();
        }
    }
    for (const auto& open : expired) {
        closeOpen(open);
    }
    for (auto& [number, connection] : connections) {
        connection->flushDelayed(now);
    }
    settle();
}

std::optional<std::uint64_t> ServerCore::nextDeadlineNs() const
{
    std::optional<std::uint64_t> next;
    const auto take = [&](std::uint64_t value) { next = std::min(next.value_or(value), value); };
    for (const auto& [number, open] : opens) {
        if (open->oplockBreaking) {
            take(open->oplockDeadlineNs);
        }
        if (!open->connection) {
            take(open->durableDeadlineNs);
        }
    }
    for (const auto& [key, held] : leases) {
        if (held->breaking) {
            take(held->breakDeadlineNs);
        }
    }
    for (const auto& [number, connection] : connections) {
        if (const auto due = connection->nextDelayedNs()) {
            take(*due);
        }
    }
    return next;
}

void ServerCore::deleteNode(Node& node, const Node::Link& link, Share& share)
{
    if (!link.parent) {
        return;
    }
    const bool directory = node.directory;
    Node& parent = *link.parent;
    const std::u16string name = link.name;
    share.volume->unlink(parent, name);
    parent.written = parent.changed = fileTime();
    node.deletePending = node.links.empty();
    notify(
        share, parent, name, notifyaction::kRemoved,
        directory ? notifyfilter::kDirName : notifyfilter::kFileName);
}

void ServerCore::closeOpen(std::shared_ptr<Open> open)
{
    if (opens.erase(open->persistentId) == 0) {
        return;
    }
    Node& node = *open->node;
    Stream* stream = open->stream;
    if (stream) {
        std::erase(stream->opens, open.get());
        std::erase_if(
            stream->locks, [&](const RangeLock& lock) { return lock.owner == open.get(); });
    }
    if (open->lease) {
        open->lease->opens.erase(open.get());
        if (open->lease->opens.empty()) {
            leases.erase({ open->lease->client, open->lease->key });
        }
    }
    --node.openCount;
    if (open->deleteOnClose && stream && !stream->name.empty()) {
        if (stream->opens.empty()) {
            node.streams.erase(upcase(stream->name));
        }
    } else {
        if (open->deleteOnClose && open->link.parent
            && (!node.directory || node.children.empty())) {
            node.deletePending = true;
        }
        if (node.deletePending && node.openCount == 0 && !node.links.empty()) {
            const auto still = std::ranges::find_if(node.links, [&](const Node::Link& link) {
                return link.parent == open->link.parent
                    && upcase(link.name) == upcase(open->link.name);
            });
            const Node::Link link = still == node.links.end() ? node.links.front() : *still;
            deleteNode(node, link, *open->share);
        }
    }
    open->session = nullptr;
    open->tree = nullptr;
    open->connection = nullptr;
    kick();
}

void ServerCore::closeOpensOf(const Session& session, ConnectionCore& connection, bool keepDurable)
{
    std::vector<std::shared_ptr<Open>> gone;
    for (auto& [number, open] : opens) {
        if (open->session != &session) {
            continue;
        }
        if (keepDurable && open->durable && !open->deleteOnClose) {
            open->session = nullptr;
            open->tree = nullptr;
            open->connection = nullptr;
            open->durableDeadlineNs = nowNs() + open->durableTimeoutNs;
            if (open->oplockBreaking || (open->lease && open->lease->breaking)) {
                gone.push_back(open); // nobody is left to acknowledge
            }
        } else {
            gone.push_back(open);
        }
    }
    for (const auto& open : gone) {
        closeOpen(open);
    }
}

void ServerCore::closeOpensOf(const Tree& tree, const Session& session)
{
    std::vector<std::shared_ptr<Open>> gone;
    for (auto& [number, open] : opens) {
        if (open->tree == &tree && open->session == &session) {
            gone.push_back(open);
        }
    }
    for (const auto& open : gone) {
        closeOpen(open);
    }
}

// The public face

Connection::Connection(std::unique_ptr<ConnectionCore> core)
    : m_core(std::move(core))
{
}

Connection::~Connection() = default;

void Connection::receive(ByteSpan bytes)
{
    m_core->receive(bytes);
}

std::span<std::byte> Connection::prepare()
{
    return m_core->prepare();
}

void Connection::commit(std::size_t count)
{
    m_core->commit(count);
}

void Connection::disconnected()
{
    m_core->disconnect(false);
}

bool Connection::ended() const
{
    return m_core->ended();
}

Server::Server(ServerOptions options)
    : m_core(std::make_unique<ServerCore>(std::move(options)))
{
}

Server::~Server() = default;

void Server::addUser(std::string_view name, std::string_view password)
{
    const std::u16string wideName = wide(name);
    const auto rid = static_cast<std::uint32_t>(1000 + m_core->users.size());
    auto& user = m_core->users[upcase(wideName)];
    user = { wideName, wide(password), user.rid ? user.rid : rid };
}

void Server::addShare(ShareOptions options)
{
    auto share = std::make_shared<Share>();
    share->name = wide(options.name);
    share->volume = std::make_unique<Volume>(
        options.capacityBytes, wide(options.label), static_cast<std::uint32_t>(m_core->random()),
        m_core->fileTime());
    share->options = std::move(options);
    m_core->shares[upcase(share->name)] = std::move(share);
}

bool Server::removeShare(std::string_view name)
{
    const auto found = m_core->shares.find(upcase(wide(name)));
    if (found == m_core->shares.end()) {
        return false;
    }
    found->second->deleted = true;
    m_core->shares.erase(found);
    return true;
}

namespace {

/// Makes the directories of a path and the file at its end.
Node* makePath(ServerCore& core, std::string_view share, std::string_view path, bool directory)
{
    const auto found = core.findShare(wide(share));
    if (!found || !found->volume) {
        return nullptr;
    }
    Volume& volume = *found->volume;
    std::shared_ptr<Node> node = volume.root;
    const auto parts = splitPath(wide(path));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!node->directory || !legalName(parts[i])) {
            return nullptr;
        }
        std::shared_ptr<Node> next = volume.child(*node, parts[i]);
        const bool wantDirectory = directory || i + 1 < parts.size();
        if (!next) {
            next = volume.make(wantDirectory, core.fileTime());
            volume.link(next, *node, parts[i]);
        }
        node = next;
    }
    return node->directory == directory ? node.get() : nullptr;
}

const Node* findPath(const ServerCore& core, std::string_view share, std::string_view path)
{
    const auto found = core.findShare(wide(share));
    return found && found->volume ? found->volume->find(wide(path)).get() : nullptr;
}

} // namespace

bool Server::putFile(std::string_view share, std::string_view path, ByteSpan bytes)
{
    Node* node = makePath(*m_core, share, path, false);
    return node && node->data()->resize(0) == status::kSuccess
        && node->data()->write(0, bytes) == status::kSuccess;
}

bool Server::putFile(std::string_view share, std::string_view path, std::string_view text)
{
    return putFile(share, path, bytesOf(text));
}

bool Server::putPattern(
    std::string_view share, std::string_view path, std::uint64_t sizeBytes, std::uint64_t seed)
{
    Node* node = makePath(*m_core, share, path, false);
    if (!node) {
        return false;
    }
    std::vector<std::uint64_t> block(kChunkBytes / 8);
    for (std::uint64_t at = 0; at < sizeBytes; at += kChunkBytes) {
        for (std::uint64_t& word : block) {
            word = seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        }
        const ByteSpan bytes = std::as_bytes(std::span(block));
        if (node->data()->write(
                at, bytes.first(static_cast<std::size_t>(std::min(kChunkBytes, sizeBytes - at))))
            != status::kSuccess) {
            return false;
        }
    }
    return true;
}

bool Server::putDirectory(std::string_view share, std::string_view path)
{
    return makePath(*m_core, share, path, true) != nullptr;
}

bool Server::removeFile(std::string_view share, std::string_view path)
{
    const auto found = m_core->findShare(wide(share));
    const auto node = found && found->volume ? found->volume->find(wide(path)) : nullptr;
    if (!node || node->links.empty() || !node->links[0].parent || !node->children.empty()) {
        return false;
    }
    const Node::Link link = node->links[0];
    m_core->deleteNode(*node, link, *found);
    m_core->settle();
    return true;
}

std::optional<Buffer> Server::readFile(std::string_view share, std::string_view path) const
{
    const Node* node = findPath(*m_core, share, path);
    if (!node || node->directory) {
        return std::nullopt;
    }
    Buffer bytes;
    const Stream& data = *const_cast<Node*>(node)->data();
    data.read(0, static_cast<std::size_t>(data.size()), bytes);
    return bytes;
}

std::vector<std::string> Server::list(std::string_view share, std::string_view path) const
{
    std::vector<std::string> names;
    if (const Node* node = findPath(*m_core, share, path)) {
        for (const auto& [key, entry] : node->children) {
            names.push_back(narrow(entry.name));
        }
    }
    return names;
}

std::unique_ptr<Connection> Server::connect(Output& output)
{
    return std::make_unique<Connection>(
        std::make_unique<ConnectionCore>(*m_core, output, m_core->m_nextConnection++));
}

FaultPlan& Server::faults()
{
    return m_core->faults;
}

void Server::setObserver(Observer* observer)
{
    m_core->observer = observer;
}

void Server::tick()
{
    m_core->tick();
}

std::optional<std::uint64_t> Server::nextDeadlineNs() const
{
    return m_core->nextDeadlineNs();
}

void Server::closeSessions()
{
    for (auto& [number, connection] : m_core->connections) {
        connection->closeSessions();
    }
    m_core->settle();
}

void Server::expireSessions()
{
    for (auto& [number, connection] : m_core->connections) {
        connection->expireSessions();
    }
}

std::size_t Server::openCount() const
{
    return m_core->opens.size();
}

} // namespace rdrlab::server
