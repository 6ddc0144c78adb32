// NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_DISCONNECT, ECHO: [MS-SMB2] 3.3.5.3
// to 3.3.5.8 and 3.3.5.17.
#include <algorithm>

#include "engine/server/core.h"

namespace rdrlab::server {

namespace {

constexpr std::uint32_t kCapDfs = 1, kCapLeasing = 2, kCapLargeMtu = 4, kCapEncryption = 0x40;
constexpr std::uint16_t kPreauthContext = 1, kEncryptionContext = 2, kSigningContext = 8;

} // namespace

void ConnectionCore::smb1Negotiate(ByteSpan bytes)
{
    // [MS-SMB2] 3.3.5.3: the dialect strings follow the word and byte counts, each after a byte 2.
    Reader in(bytes);
    in.seek(4);
    const std::uint8_t command = in.u8();
    in.seek(32);
    in.skip(in.u8() * 2u);
    const ByteSpan strings = in.bytes(in.u16());
    if (!in.ok() || command != 0x72) {
        disconnect(true);
        return;
    }
    bool any = false;
    bool plain = false;
    Reader text(strings);
    while (text.left() > 0) {
        text.u8();
        std::string name;
        for (char c; text.left() > 0 && (c = static_cast<char>(text.u8())) != 0;) {
            name += c;
        }
        any |= name == "SMB 2.???";
        plain |= name == "SMB 2.002";
    }
    Reply reply;
    reply.zeros(4);
    reply.base = 4;
    reply.zeros(kHeaderBytes);
    std::memcpy(reply.buffer.data() + 4, "\xFESMB", 4);
    reply.buffer[8] = std::byte { 64 };
    reply.buffer[4 + 14] = std::byte { 1 };
    reply.buffer[4 + 16] = std::byte { 1 };
    if (any && m_server.options.maxDialect >= Dialect::Smb210) {
        m_multiProtocol = true;
        negotiateReply(reply, 0x02FF, false);
    } else if ((plain || any) && m_server.options.minDialect == Dialect::Smb202) {
        m_negotiated = true;
        dialect = Dialect::Smb202;
        negotiateReply(reply, 0x0202, false);
    } else {
        disconnect(true);
        return;
    }
    // The SMB1 request stood for message id 0.
    m_lowId = 1;
    m_highId = 2;
    transmit(std::move(reply.buffer), 0);
}

void ConnectionCore::negotiateReply(Reply& reply, std::uint16_t dialectCode, bool contexts)
{
    const bool modern = dialectCode >= 0x0300 && dialectCode != 0x02FF;
    std::uint32_t capabilities = kCapDfs;
    if (dialectCode != 0x0202) {
        capabilities |= kCapLargeMtu | (m_server.options.leases ? kCapLeasing : 0);
    }
    if (modern && dialectCode < 0x0311 && m_cipher != crypto::Cipher::None) {
        capabilities |= kCapEncryption;
    }
    const Buffer hint = negotiateHint();
    const std::uint32_t most = dialectCode == 0x0202 ? 65536 : m_server.options.maxIoBytes;
    reply.u16(65);
    reply.u16(m_server.options.signingRequired ? 3 : 1);
    reply.u16(dialectCode);
    const std::size_t countAt = reply.size();
    reply.u16(0);
    reply.bytes(m_server.guid);
    reply.u32(capabilities);
    reply.u32(most);
    reply.u32(most);
    reply.u32(most);
    reply.u64(m_server.fileTime());
    reply.u64(0);
    reply.u16(static_cast<std::uint16_t>(kHeaderBytes + 64));
    reply.u16(static_cast<std::uint16_t>(hint.size()));
    const std::size_t contextsAt = reply.size();
    reply.u32(0);
    reply.bytes(hint);
    if (!contexts) {
        return;
    }
    std::uint16_t count = 0;
    const auto context = [&](std::uint16_t type, ByteSpan data) {
        reply.align(8, reply.base);
        if (count == 0) {
            reply.put32(contextsAt, static_cast<std::uint32_t>(reply.here()));
        }
        ++count;
        reply.u16(type);
        reply.u16(static_cast<std::uint16_t>(data.size()));
        reply.u32(0);
        reply.bytes(data);
    };
    Writer data;
    data.u16(1);
    data.u16(32);
    data.u16(1); // SHA-512
    for (int i = 0; i < 4; ++i) {
        data.u64(m_server.random());
    }
    context(kPreauthContext, data.buffer);
    if (m_cipher != crypto::Cipher::None) {
        data.buffer.clear();
        data.u16(1);
        data.u16(static_cast<std::uint16_t>(m_cipher));
        context(kEncryptionContext, data.buffer);
    }
    if (m_signingContext) {
        data.buffer.clear();
        data.u16(1);
        data.u16(m_signingAlgorithm);
        context(kSigningContext, data.buffer);
    }
    reply.put16(countAt, count);
}

std::uint32_t
ConnectionCore::negotiateContexts(ByteSpan message, std::uint32_t offset, std::uint16_t count)
{
    Reader in(message);
    in.seek(offset);
    bool preauth = false;
    for (std::uint16_t i = 0; i < count; ++i) {
        in.skip((8 - in.at() % 8) % 8);
        const std::uint16_t type = in.u16();
        const std::uint16_t length = in.u16();
        in.u32();
        Reader data(in.bytes(length));
        if (!in.ok()) {
            return status::kInvalidParameter;
        }
        const std::uint16_t choices = data.u16();
        if (type == kPreauthContext) {
            if (preauth) {
                return status::kInvalidParameter;
            }
            data.u16();
            bool sha512 = false;
            for (std::uint16_t k = 0; k < choices; ++k) {
                sha512 |= data.u16() == 1;
            }
            if (!data.ok()) {
                return status::kInvalidParameter;
            }
            if (!sha512) {
                return status::kPreauthHashOverlap;
            }
            preauth = true;
        } else if (type == kEncryptionContext && m_server.options.encryption) {
            for (std::uint16_t k = 0; k < choices && data.left() >= 2; ++k) {
                const std::uint16_t cipher = data.u16();
                if (m_cipher == crypto::Cipher::None && (cipher == 1 || cipher == 2)) {
                    m_cipher = static_cast<crypto::Cipher>(cipher);
                }
            }
        } else if (type == kSigningContext) {
            for (std::uint16_t k = 0; k < choices && data.left() >= 2; ++k) {
                const std::uint16_t algorithm = data.u16();
                if (!m_signingContext && algorithm <= 2) {
                    m_signingContext = true;
                    m_signingAlgorithm = algorithm;
                }
            }
        }
    }
    return preauth ? status::kSuccess : status::kInvalidParameter;
}

std::uint32_t ConnectionCore::negotiate(Request& request, Reply& reply, Chain&)
{
    if (m_negotiated) {
        disconnect(true);
        return status::kInvalidParameter;
    }
    Reader in(request.body);
    in.u16();
    const std::uint16_t count = in.u16();
    m_clientSecurityMode = in.u16();
    in.u16();
    m_clientCapabilities = in.u32();
    std::memcpy(clientGuid.data(), in.bytes(16).data(), 16);
    const std::uint32_t contextOffset = in.u32();
    const std::uint16_t contextCount = in.u16();
    in.u16();
    if (count == 0) {
        return status::kInvalidParameter;
    }
    std::uint16_t best = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        const std::uint16_t offered = in.u16();
        const bool known = offered == 0x0202 || offered == 0x0210 || offered == 0x0300
            || offered == 0x0302 || offered == 0x0311;
        if (known && offered >= static_cast<std::uint16_t>(m_server.options.minDialect)
            && offered <= static_cast<std::uint16_t>(m_server.options.maxDialect)) {
            best = std::max(best, offered);
        }
    }
    if (!in.ok()) {
        return status::kInvalidParameter;
    }
    if (best == 0) {
        return status::kNotSupported;
    }
    m_cipher = crypto::Cipher::None;
    m_signingContext = false;
    m_signingAlgorithm = 1;
    if (best == 0x0311) {
        const std::uint32_t result
            = negotiateContexts(request.message, contextOffset, contextCount);
        if (result != status::kSuccess) {
            return result;
        }
    } else if (
        best >= 0x0300 && m_server.options.encryption && (m_clientCapabilities & kCapEncryption)) {
        m_cipher = crypto::Cipher::Aes128Ccm;
    }
    dialect = static_cast<Dialect>(best);
    m_negotiated = true;
    if (dialect == Dialect::Smb311) {
        m_preauth = crypto::sha512(crypto::Hash512 {}, request.message);
    }
    negotiateReply(reply, best, best == 0x0311);
    return status::kSuccess;
}

std::uint32_t ConnectionCore::sessionSetup(Request& request, Reply& reply, Chain&)
{
    Reader in(request.body);
    in.u16();
    const std::uint8_t flags = in.u8();
    const std::uint8_t securityMode = in.u8();
    in.u32();
    in.u32();
    const std::uint16_t offset = in.u16();
    const std::uint16_t length = in.u16();
    const std::uint64_t previous = in.u64();
    Reader whole(request.message);
    const ByteSpan token = whole.part(offset, length);
    if (!in.ok() || !whole.ok()) {
        return status::kInvalidParameter;
    }
    if (flags & 1) {
        return dialect >= Dialect::Smb300 ? status::kRequestNotAccepted
                                          : status::kInvalidParameter; // no multichannel
    }
    std::shared_ptr<Session> session = request.session;
    if (!session) {
        if (request.sessionId != 0) {
            return status::kUserSessionDeleted;
        }
        session = std::make_shared<Session>();
        session->id = m_server.nextSessionId();
        sessions.emplace(session->id, session);
        request.session = session;
    }
    if (!session->auth) {
        NtlmOptions options;
        options.serverName = m_server.serverName;
        options.fileTime = m_server.fileTime();
        const std::uint64_t challenge = m_server.random();
        std::memcpy(options.challenge.data(), &challenge, sizeof challenge);
        options.guestAllowed = m_server.options.guest;
        options.password = [this](std::u16string_view name) -> std::optional<std::u16string> {
            const auto found = m_server.users.find(upcase(name));
            return found == m_server.users.end() ? std::nullopt
                                                 : std::optional(found->second.password);
        };
        session->auth = std::make_unique<NtlmServer>(std::move(options));
        session->preauth = m_preauth;
    }
    if (dialect == Dialect::Smb311) {
        session->preauth = crypto::sha512(session->preauth, request.message);
    }
    Writer answer;
    std::uint32_t result = session->auth->step(token, answer);
    const bool again = session->established;
    if (result == status::kSuccess) {
        const std::unique_ptr<NtlmServer> auth = std::move(session->auth);
        request.text = narrow(auth->user);
        session->expired = false;
        if (!again) {
            session->user = auth->user;
            session->guest = auth->guest;
            session->anonymous = auth->anonymous;
            session->established = true;
            if (!auth->guest && !auth->anonymous) {
                session->sessionKey = auth->sessionKey;
                deriveKeys(*session);
                session->signingRequired = m_server.options.signingRequired || (securityMode & 2)
                    || (m_clientSecurityMode & 2);
                session->encrypt
                    = m_server.options.encryptionRequired && m_cipher != crypto::Cipher::None;
            }
            if (previous != 0 && previous != session->id) {
                // 3.3.5.5.3: the client lost its old connection and tells so.
                for (auto& [number, connection] : m_server.connections) {
                    const auto old = connection->sessions.find(previous);
                    if (old != connection->sessions.end() && old->second->established
                        && upcase(old->second->user) == upcase(session->user)) {
                        connection->dropSession(previous);
                        break;
                    }
                }
            }
        }
    } else if (result != status::kMoreProcessingRequired) {
        session->auth.reset();
        if (!again) {
            sessions.erase(session->id);
        }
        return result;
    }
    reply.u16(9);
    reply.u16(static_cast<std::uint16_t>(
        (session->guest ? 1 : 0) | (session->anonymous ? 2 : 0) | (session->encrypt ? 4 : 0)));
    reply.u16(kHeaderBytes + 8);
    reply.u16(static_cast<std::uint16_t>(answer.size()));
    reply.bytes(answer.buffer);
    return result;
}

void ConnectionCore::dropSession(std::uint64_t number)
{
    const auto found = sessions.find(number);
    if (found == sessions.end()) {
        return;
    }
    const std::shared_ptr<Session> session = found->second;
    sessions.erase(found);
    m_server.closeOpensOf(*session, *this, false);
    for (auto& chain : m_waiting) {
        if (chain->request.session == session) {
            chain->request.cancelled = true;
        }
    }
    m_server.kick();
}

std::uint32_t ConnectionCore::logoff(Request& request, Reply& reply, Chain&)
{
    dropSession(request.session->id);
    reply.u16(4);
    reply.u16(0);
    return status::kSuccess;
}

std::uint32_t ConnectionCore::treeConnect(Request& request, Reply& reply, Chain&)
{
    Reader in(request.body);
    in.seek(4);
    const std::uint16_t offset = in.u16();
    const std::uint16_t length = in.u16();
    Reader whole(request.message);
    const std::u16string path = textOf(whole.part(offset, length));
    if (!whole.ok()) {
        return status::kInvalidParameter;
    }
    Session& session = *request.session;
    if (dialect == Dialect::Smb311 && session.hasKey && !request.encrypted
        && !(request.flags & headerflag::kSigned)) {
        return status::kAccessDenied; // as Samba and Windows answer
    }
    request.text = narrow(path);
    const std::size_t slash = path.rfind(u'\\');
    const auto share = m_server.findShare(
        slash == path.npos ? std::u16string_view(path)
                           : std::u16string_view(path).substr(slash + 1));
    if (!share) {
        return status::kBadNetworkName;
    }
    const auto& users = share->options.users;
    const bool listed = users.empty() || std::ranges::any_of(users, [&](const std::string& name) {
                            return upcase(wide(name)) == upcase(session.user);
                        });
    const bool outsider = session.guest || session.anonymous;
    if (share->volume && (outsider ? !share->options.guestAllowed || session.anonymous : !listed)) {
        return status::kAccessDenied;
    }
    if (share->options.encryptionRequired
        && (m_cipher == crypto::Cipher::None || !session.hasKey)) {
        return status::kAccessDenied;
    }
    auto tree = std::make_shared<Tree>();
    tree->id = m_server.nextTreeId();
    tree->share = share;
    tree->maximalAccess = share->options.readOnly ? access::kReadOnlyShare : access::kAll;
    session.trees.emplace(tree->id, tree);
    request.tree = tree;
    reply.u16(16);
    reply.u8(share->volume ? 1 : 2);
    reply.u8(0);
    reply.u32(share->options.encryptionRequired ? 0x8000 : 0x30 * (share->volume ? 0u : 1u));
    reply.u32(0);
    reply.u32(tree->maximalAccess);
    return status::kSuccess;
}

std::uint32_t ConnectionCore::treeDisconnect(Request& request, Reply& reply, Chain&)
{
    request.text = narrow(request.tree->share->name);
    m_server.closeOpensOf(*request.tree, *request.session);
    request.session->trees.erase(request.tree->id);
    reply.u16(4);
    reply.u16(0);
    return status::kSuccess;
}

std::uint32_t ConnectionCore::echo(Request&, Reply& reply, Chain&)
{
    reply.u16(4);
    reply.u16(0);
    return status::kSuccess;
}

void ConnectionCore::closeSessions()
{
    while (!sessions.empty()) {
        dropSession(sessions.begin()->first);
    }
}

void ConnectionCore::expireSessions()
{
    for (auto& [number, session] : sessions) {
        session->expired = session->established;
    }
}

} // namespace rdrlab::server
