// From frames to requests and from answers to frames: [MS-SMB2] 3.3.5.1 and 3.3.5.2 (message ids,
// compounds, signatures) and 3.3.4.1 (sending). How answers are put together is in answer.cpp, what
// the commands do in the other files of the room.
#include <algorithm>
#include <utility>

#include "engine/server/core.h"

namespace rdrlab::server {

namespace {

constexpr std::size_t kFrameSlack
    = 128 * 1024; // headers, names and compound company around one payload
constexpr std::size_t kReadAhead = 64 * 1024;
constexpr std::size_t kMaxCompound = 64;
constexpr std::size_t kMaxWaiting = 1024;

} // namespace

const ConnectionCore::Row ConnectionCore::kRows[] = {
    { &ConnectionCore::negotiate, 36, false, false },
    { &ConnectionCore::sessionSetup, 25, false, false },
    { &ConnectionCore::logoff, 4, true, false },
    { &ConnectionCore::treeConnect, 9, true, false },
    { &ConnectionCore::treeDisconnect, 4, true, true },
    { &ConnectionCore::create, 57, true, true },
    { &ConnectionCore::close, 24, true, true },
    { &ConnectionCore::flushFile, 24, true, true },
    { &ConnectionCore::read, 49, true, true },
    { &ConnectionCore::write, 49, true, true },
    { &ConnectionCore::lock, 48, true, true },
    { &ConnectionCore::ioctl, 57, true, true },
    { &ConnectionCore::cancelCommand, 4, false, false },
    { &ConnectionCore::echo, 4, false, false },
    { &ConnectionCore::queryDirectory, 33, true, true },
    { &ConnectionCore::changeNotify, 32, true, true },
    { &ConnectionCore::queryInfo, 41, true, true },
    { &ConnectionCore::setInfo, 33, true, true },
    { &ConnectionCore::oplockBreak, 0, true, false }, // 24 or 36
};

ConnectionCore::ConnectionCore(ServerCore& server, Output& output, std::uint64_t number)
    : id(number)
    , m_server(server)
    , m_output(output)
{
    m_server.connections.emplace(id, this);
}

ConnectionCore::~ConnectionCore()
{
    disconnect(false);
    m_server.connections.erase(id);
}

std::uint32_t ConnectionCore::maxIo() const
{
    return dialect == Dialect::Smb202 ? 65536 : m_server.options.maxIoBytes;
}

void ConnectionCore::disconnect(bool closeOutput)
{
    if (m_ended) {
        return;
    }
    m_ended = true;
    m_waiting.clear();
    m_delayed.clear();
    for (auto& [number, session] : sessions) {
        m_server.closeOpensOf(*session, *this, true);
    }
    sessions.clear();
    if (closeOutput) {
        m_output.close();
    }
    m_server.kick();
}

// Bytes to frames

std::span<std::byte> ConnectionCore::prepare()
{
    if (m_inBegin == m_inEnd) {
        m_inBegin = m_inEnd = 0;
    }
    std::size_t want = kReadAhead;
    if (m_inEnd - m_inBegin >= 4) {
        const auto* head = reinterpret_cast<const unsigned char*>(m_in.data() + m_inBegin);
        const std::size_t length
            = std::size_t { head[1] } << 16 | std::size_t { head[2] } << 8 | head[3];
        // commit() has consumed whole frames and refused long ones, so this one is legal and
        // incomplete.
        want = std::max<std::size_t>(4 + length - (m_inEnd - m_inBegin), 1);
        want = std::max(want, std::min(kReadAhead, want + 4096));
    }
    if (m_in.size() - m_inEnd < want) {
        if (m_inBegin > 0) {
            std::memmove(m_in.data(), m_in.data() + m_inBegin, m_inEnd - m_inBegin);
            m_inEnd -= m_inBegin;
            m_inBegin = 0;
        }
        if (m_in.size() - m_inEnd < want) {
            m_in.resize(m_inEnd + want);
        }
    }
    return std::span(m_in).subspan(m_inEnd);
}

void ConnectionCore::commit(std::size_t count)
{
    m_inEnd += count;
    while (!m_ended && m_inEnd - m_inBegin >= 4) {
        const auto* head = reinterpret_cast<const unsigned char*>(m_in.data() + m_inBegin);
        const std::size_t length
            = std::size_t { head[1] } << 16 | std::size_t { head[2] } << 8 | head[3];
        if (head[0] != 0 || length > m_server.options.maxIoBytes + kFrameSlack) {
            disconnect(true);
            break;
        }
        if (m_inEnd - m_inBegin - 4 < length) {
            break;
        }
        const ByteSpan bytes(m_in.data() + m_inBegin + 4, length);
        m_inBegin += 4 + length;
        frame(bytes);
    }
    m_server.settle();
}

void ConnectionCore::receive(ByteSpan bytes)
{
    while (!bytes.empty() && !m_ended) {
        const std::span<std::byte> space = prepare();
        const std::size_t count = std::min(space.size(), bytes.size());
        std::memcpy(space.data(), bytes.data(), count);
        bytes = bytes.subspan(count);
        commit(count);
    }
}

void ConnectionCore::frame(ByteSpan bytes)
{
    auto chain = std::make_shared<Chain>();
    chain->bytes = bytes;
    if (bytes.size() >= 4 && std::memcmp(bytes.data(), "\xFDSMB", 4) == 0) {
        auto plain = decrypt(bytes, chain->encryptionSession);
        if (!plain) {
            disconnect(true);
            return;
        }
        chain->encrypted = true;
        chain->kept = std::move(*plain);
        chain->bytes = chain->kept;
    }
    if (chain->bytes.size() >= 32 && std::memcmp(chain->bytes.data(), "\xFFSMB", 4) == 0
        && !m_negotiated && !m_multiProtocol) {
        smb1Negotiate(chain->bytes);
        return;
    }
    run(chain);
}

// Requests

bool ConnectionCore::begin(Chain& chain)
{
    const ByteSpan rest = chain.bytes.subspan(chain.offset);
    Reader in(rest);
    const ByteSpan protocol = in.bytes(4);
    const std::uint16_t headerSize = in.u16();
    Request request;
    request.charge = in.u16();
    in.u32(); // status, or channel sequence
    const std::uint16_t command = in.u16();
    request.creditsAsked = in.u16();
    request.flags = in.u32();
    const std::uint32_t next = in.u32();
    request.messageId = in.u64();
    if (request.flags & headerflag::kAsync) {
        request.asyncId = in.u64();
    } else {
        in.u32();
        request.treeId = in.u32();
    }
    request.sessionId = in.u64();
    if (rest.size() < kHeaderBytes || std::memcmp(protocol.data(), "\xFESMB", 4) != 0
        || headerSize != 64 || (request.flags & headerflag::kResponse)
        || (next != 0 && (next < kHeaderBytes || next % 8 != 0 || next >= rest.size()))) {
        return false;
    }
    chain.length = next ? next : rest.size();
    request.message = rest.first(chain.length);
    request.body = request.message.subspan(kHeaderBytes);
    request.command = command < static_cast<std::uint16_t>(Command::Count)
        ? static_cast<Command>(command)
        : Command::Count;
    request.encrypted = chain.encrypted;
    if (request.flags & headerflag::kRelated) {
        if (chain.first) {
            request.sessionId = 0; // refused by check()
        } else {
            request.sessionId = chain.sessionId;
            request.treeId = chain.treeId;
        }
    } else {
        chain.persistentId = chain.volatileId = ~0ull;
    }
    chain.request = std::move(request);
    chain.started = true;
    return true;
}

bool ConnectionCore::consumeIds(const Request& request)
{
    const std::uint64_t count = multiCredit() ? std::max<std::uint64_t>(request.charge, 1) : 1;
    const std::uint64_t from = request.messageId;
    if (from < m_lowId || from >= m_highId || count > m_highId - from) {
        return false;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        if (m_usedIds[static_cast<std::size_t>(from - m_lowId + i)]) {
            return false;
        }
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        m_usedIds[static_cast<std::size_t>(from - m_lowId + i)] = true;
    }
    m_unused -= static_cast<std::size_t>(count);
    while (!m_usedIds.empty() && m_usedIds.front()) {
        m_usedIds.pop_front();
        ++m_lowId;
    }
    return true;
}

std::uint16_t ConnectionCore::grant(const Request& request)
{
    // [MS-SMB2] 3.3.1.2: what was asked, at least one, and never a window wider than twice the
    // limit.
    const std::size_t limit = m_server.options.maxCredits;
    const std::size_t used = std::max<std::size_t>(request.charge, 1);
    std::size_t give = std::max<std::size_t>(request.creditsAsked, used);
    const bool known = request.session && request.session->established;
    if (!known) {
        give = std::min<std::size_t>(give, 1);
    }
    give = std::min(give, limit > m_unused ? limit - m_unused : 0);
    const std::size_t width = static_cast<std::size_t>(m_highId - m_lowId);
    give = std::min(give, 2 * limit > width ? 2 * limit - width : 0);
    if (m_unused == 0 && give == 0) {
        give = 1;
    }
    m_highId += give;
    m_unused += give;
    m_usedIds.resize(m_usedIds.size() + give, false);
    return static_cast<std::uint16_t>(give);
}

std::uint32_t ConnectionCore::checkLengths(const Request& request) const
{
    // 3.3.5.2.5: what the request sends or asks for must be paid for.
    Reader body(request.body);
    std::uint64_t bytes = 0;
    switch (request.command) {
    case Command::Read:
    case Command::Write:
        body.seek(4);
        bytes = body.u32();
        break;
    case Command::Ioctl: {
        body.seek(28);
        const std::uint32_t input = body.u32();
        body.seek(44);
        bytes = std::max(input, body.u32());
        break;
    }
    case Command::QueryDirectory:
        body.seek(28);
        bytes = body.u32();
        break;
    case Command::ChangeNotify:
    case Command::SetInfo:
        body.seek(4);
        bytes = body.u32();
        break;
    case Command::QueryInfo:
        body.seek(4);
        bytes = body.u32();
        break;
    default:
        return status::kSuccess;
    }
    if (bytes > maxIo()) {
        return status::kInvalidParameter;
    }
    if (multiCredit()) {
        const std::uint64_t due = bytes == 0 ? 1 : (bytes - 1) / 65536 + 1;
        if (std::max<std::uint64_t>(request.charge, 1) < due) {
            return status::kInvalidParameter;
        }
    }
    return status::kSuccess;
}

std::uint32_t ConnectionCore::check(Request& request, Chain& chain)
{
    if (request.command == Command::Count) {
        return status::kInvalidParameter;
    }
    const Row& row = kRows[static_cast<std::size_t>(request.command)];
    const bool related = (request.flags & headerflag::kRelated) != 0;
    if (related && chain.first) {
        return status::kInvalidParameter;
    }
    if (const auto found = sessions.find(request.sessionId); found != sessions.end()) {
        request.session = found->second;
    }
    const Session* session = request.session.get();
    if (chain.encrypted && request.session != chain.encryptionSession
        && request.command != Command::Echo) {
        return status::kAccessDenied;
    }
    if (request.command != Command::Negotiate && request.command != Command::SessionSetup) {
        if ((row.needsSession || request.sessionId != 0) && (!session || !session->established)) {
            if (row.needsSession) {
                return status::kUserSessionDeleted;
            }
        }
        if (session && session->established && !chain.encrypted) {
            if ((request.flags & headerflag::kSigned) && session->hasKey) {
                if (!verify(*session, request.message)) {
                    return status::kAccessDenied;
                }
            } else if (session->signingRequired && session->hasKey && row.needsSession) {
                return status::kAccessDenied;
            }
            if (session->encrypt && row.needsSession) {
                return status::kAccessDenied;
            }
        }
        if (session && session->expired && row.needsSession && request.command != Command::Logoff
            && request.command != Command::Close) {
            return status::kNetworkSessionExpired;
        }
    }
    if (related && status::isError(chain.status) && chain.volatileId == ~0ull && row.needsTree
        && request.command != Command::Create && request.command != Command::TreeDisconnect) {
        return chain.status; // 3.3.5.2.7.2: the create this one depends on has failed
    }
    if (row.needsTree) {
        const auto tree = request.session->trees.find(request.treeId);
        if (tree == request.session->trees.end() || tree->second->share->deleted) {
            return status::kNetworkNameDeleted;
        }
        request.tree = tree->second;
        if (request.tree->share->options.encryptionRequired && !chain.encrypted) {
            return status::kAccessDenied;
        }
    }
    Reader body(request.body);
    const std::uint16_t size = body.u16();
    if (!body.ok() || (row.structureSize != 0 && size != row.structureSize)
        || request.body.size() < static_cast<std::size_t>(row.structureSize & ~1u)) {
        return status::kInvalidParameter;
    }
    return checkLengths(request);
}

void ConnectionCore::cancel(const Request& request)
{
    for (auto& chain : m_waiting) {
        const Request& waiting = chain->request;
        const bool same = (request.flags & headerflag::kAsync)
            ? waiting.asyncId == request.asyncId
            : waiting.messageId == request.messageId;
        if (same && waiting.sessionId == request.sessionId) {
            chain->request.cancelled = true;
            m_server.kick();
            return;
        }
    }
}

bool ConnectionCore::applyFault(Chain& chain)
{
    chain.fault = m_server.faults.next(chain.request.command);
    if (!chain.fault) {
        return false;
    }
    Writer out;
    switch (chain.fault->action) {
    case FaultRule::Action::CloseConnection:
        disconnect(true);
        return true;
    case FaultRule::Action::Garbage:
        // A legal frame around nonsense: what a decoder has to survive.
        out.u32(0x40000000u);
        for (int i = 0; i < 8; ++i) {
            out.u64(m_server.random());
        }
        transmit(std::move(out.buffer), 0);
        disconnect(true);
        return true;
    case FaultRule::Action::HugeFrame:
        out.u32(0xFFFFFFFFu);
        out.bytes(bytesOf(std::string_view("\xFESMB", 4)));
        transmit(std::move(out.buffer), 0);
        return true;
    default:
        return false;
    }
}

void ConnectionCore::run(const std::shared_ptr<Chain>& pinned)
{
    Chain& chain = *pinned;
    for (std::size_t count = 0; !m_ended && chain.offset < chain.bytes.size(); ++count) {
        Request& request = chain.request;
        std::uint32_t result = status::kSuccess;
        if (!chain.started) {
            if (count == kMaxCompound || !begin(chain)) {
                disconnect(true);
                return;
            }
            if (request.command == Command::Cancel) {
                const auto found = sessions.find(request.sessionId);
                const bool forged = found != sessions.end() && found->second->established
                    && found->second->hasKey && !chain.encrypted
                    && (request.flags & headerflag::kSigned)
                    && !verify(*found->second, request.message);
                if (!forged) {
                    cancel(request);
                }
                chain.offset += chain.length;
                chain.started = false;
                continue;
            }
            if (!consumeIds(request) || (!m_negotiated && request.command != Command::Negotiate)) {
                disconnect(true);
                return;
            }
            result = check(request, chain);
            if (applyFault(chain)) {
                return;
            }
            if (result == status::kSuccess && chain.fault
                && chain.fault->action == FaultRule::Action::OverrideStatus) {
                result = chain.fault->status;
            }
        }
        startAnswer(chain);
        if (request.cancelled) {
            result = status::kCancelled;
        }
        if (result == status::kSuccess && request.command < Command::Count) {
            const Handler handler = kRows[static_cast<std::size_t>(request.command)].handler;
            result = (this->*handler)(request, chain.reply, chain);
            if (m_ended) {
                return;
            }
        }
        if (result == status::kPending) {
            chain.reply.buffer.resize(chain.reply.base);
            if (m_waiting.size() >= kMaxWaiting) {
                result = status::kInsufficientResources;
            } else {
                if (!request.resumed) {
                    if (chain.kept.empty()) {
                        chain.kept.assign(chain.bytes.begin(), chain.bytes.end());
                        chain.bytes = chain.kept;
                        request.message = chain.bytes.subspan(chain.offset, chain.length);
                        request.body = request.message.subspan(kHeaderBytes);
                    }
                    interim(chain);
                    request.resumed = true;
                }
                m_waiting.push_back(pinned);
                return;
            }
        }
        endAnswer(chain, result);
        chain.sessionId = request.session ? request.session->id : request.sessionId;
        chain.treeId = request.tree ? request.tree->id : request.treeId;
        chain.status = result;
        chain.offset += chain.length;
        chain.started = false;
        chain.first = false;
    }
    flush(chain);
}

bool ConnectionCore::retryWaiting()
{
    const std::size_t before = m_waiting.size();
    std::vector<std::shared_ptr<Chain>> again;
    again.swap(m_waiting);
    for (const auto& chain : again) {
        if (!m_ended) {
            run(chain);
        }
    }
    return m_waiting.size() != before;
}

std::shared_ptr<Open> ConnectionCore::findOpen(
    const Request& request, Chain& chain, std::uint64_t persistentId, std::uint64_t volatileId)
{
    if (persistentId == ~0ull && volatileId == ~0ull && (request.flags & headerflag::kRelated)) {
        persistentId = chain.persistentId;
        volatileId = chain.volatileId;
    }
    const auto found = m_server.opens.find(persistentId);
    if (found == m_server.opens.end() || found->second->volatileId != volatileId
        || found->second->session != request.session.get()
        || found->second->tree != request.tree.get()) {
        return nullptr;
    }
    chain.persistentId = persistentId;
    chain.volatileId = volatileId;
    return found->second;
}

} // namespace rdrlab::server
