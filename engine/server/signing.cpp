// Signatures and the encryption transform: [MS-SMB2] 3.1.4.1 to 3.1.4.3.
#include "engine/server/core.h"

namespace rdrlab::server {

namespace {

constexpr std::size_t kSignatureAt = 48;

ByteSpan sized(const char* text, std::size_t bytes)
{
    return std::as_bytes(std::span(text, bytes));
}

} // namespace

crypto::Key ConnectionCore::signature(const Session& session, ByteSpan message) const
{
    // `message` has zeros where the signature goes.
    if (dialect <= Dialect::Smb210 || m_signingAlgorithm == 0) {
        const auto digest = crypto::hmacSha256(session.signingKey, message);
        crypto::Key key;
        std::memcpy(key.data(), digest.data(), key.size());
        return key;
    }
    if (m_signingAlgorithm == 1) {
        return crypto::aesCmac(session.signingKey, message);
    }
    Reader header(message);
    header.seek(12);
    const std::uint16_t command = header.u16();
    header.seek(16);
    const std::uint32_t flags = header.u32();
    header.seek(24);
    Writer nonce;
    nonce.u64(header.u64());
    nonce.u32(
        ((flags & headerflag::kResponse) ? 1u : 0u)
        | (command == static_cast<std::uint16_t>(Command::Cancel) ? 2u : 0u));
    return crypto::aesGmac(session.signingKey, nonce.buffer, message);
}

void ConnectionCore::sign(const Session& session, std::span<std::byte> message) const
{
    std::uint32_t flags;
    std::memcpy(&flags, message.data() + 16, sizeof flags);
    flags |= headerflag::kSigned;
    std::memcpy(message.data() + 16, &flags, sizeof flags);
    std::memset(message.data() + kSignatureAt, 0, 16);
    const crypto::Key value = signature(session, message);
    std::memcpy(message.data() + kSignatureAt, value.data(), value.size());
}

bool ConnectionCore::verify(const Session& session, ByteSpan message) const
{
    crypto::Key claimed;
    std::memcpy(claimed.data(), message.data() + kSignatureAt, claimed.size());
    // The message lies in our own receive buffer or in a copy of ours; zeroing in place saves a
    // copy of every large write.
    auto* place = const_cast<std::byte*>(message.data()) + kSignatureAt;
    std::memset(place, 0, claimed.size());
    const crypto::Key actual = signature(session, message);
    std::memcpy(place, claimed.data(), claimed.size());
    return crypto::equal(claimed, actual);
}

void ConnectionCore::deriveKeys(Session& session)
{
    session.hasKey = true;
    const ByteSpan key = session.sessionKey;
    if (dialect <= Dialect::Smb210) {
        session.signingKey = session.sessionKey;
    } else if (dialect < Dialect::Smb311) {
        session.signingKey = crypto::deriveKey(key, { "SMB2AESCMAC\0", 12 }, sized("SmbSign\0", 8));
        session.clientKey
            = crypto::deriveKey(key, { "SMB2AESCCM\0", 11 }, sized("ServerIn \0", 10));
        session.serverKey
            = crypto::deriveKey(key, { "SMB2AESCCM\0", 11 }, sized("ServerOut\0", 10));
    } else {
        session.signingKey = crypto::deriveKey(key, { "SMBSigningKey\0", 14 }, session.preauth);
        session.clientKey = crypto::deriveKey(key, { "SMBC2SCipherKey\0", 16 }, session.preauth);
        session.serverKey = crypto::deriveKey(key, { "SMBS2CCipherKey\0", 16 }, session.preauth);
    }
}

std::optional<Buffer> ConnectionCore::decrypt(ByteSpan bytes, std::shared_ptr<Session>& session)
{
    Reader in(bytes);
    in.skip(4);
    const ByteSpan tag = in.bytes(16);
    const ByteSpan nonce = in.bytes(16);
    const std::uint32_t size = in.u32();
    in.u16();
    const std::uint16_t flags = in.u16();
    const std::uint64_t sessionId = in.u64();
    const auto found = sessions.find(sessionId);
    if (!in.ok() || flags != 1 || size != in.left() || m_cipher == crypto::Cipher::None
        || found == sessions.end() || !found->second->established || !found->second->hasKey) {
        return std::nullopt;
    }
    session = found->second;
    Buffer plain(in.all().begin() + static_cast<std::ptrdiff_t>(kTransformBytes), in.all().end());
    const ByteSpan aad = bytes.subspan(20, 32);
    if (!crypto::open(
            m_cipher, session->clientKey, nonce.first(crypto::nonceBytes(m_cipher)), aad, plain,
            tag)) {
        return std::nullopt;
    }
    return plain;
}

void ConnectionCore::encrypt(Session& session, Buffer& frame)
{
    // `frame` has room for the transform header between its length and the plain messages.
    std::byte* header = frame.data() + 4;
    std::memset(header, 0, kTransformBytes);
    std::memcpy(header, "\xFDSMB", 4);
    const std::uint64_t nonce = ++session.nonce;
    std::memcpy(header + 20, &nonce, sizeof nonce);
    const auto size = static_cast<std::uint32_t>(frame.size() - 4 - kTransformBytes);
    std::memcpy(header + 36, &size, sizeof size);
    header[42] = std::byte { 1 };
    std::memcpy(header + 44, &session.id, sizeof session.id);
    const std::span<std::byte> data(frame.data() + 4 + kTransformBytes, size);
    const crypto::Key tag = crypto::seal(
        m_cipher, session.serverKey, ByteSpan(header + 20, crypto::nonceBytes(m_cipher)),
        ByteSpan(header + 20, 32), data);
    std::memcpy(header + 4, tag.data(), tag.size());
}

} // namespace rdrlab::server
