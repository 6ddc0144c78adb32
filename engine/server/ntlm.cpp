// NTLMSSP and just enough DER for SPNEGO.
#include "engine/server/ntlm.h"

namespace rdrlab::server {

namespace {

constexpr std::uint32_t kUnicode = 0x00000001;
constexpr std::uint32_t kRequestTarget = 0x00000004;
constexpr std::uint32_t kSign = 0x00000010;
constexpr std::uint32_t kSeal = 0x00000020;
constexpr std::uint32_t kNtlm = 0x00000200;
constexpr std::uint32_t kAlwaysSign = 0x00008000;
constexpr std::uint32_t kTargetTypeServer = 0x00020000;
constexpr std::uint32_t kExtendedSecurity = 0x00080000;
constexpr std::uint32_t kTargetInfo = 0x00800000;
constexpr std::uint32_t kVersion = 0x02000000;
constexpr std::uint32_t k128 = 0x20000000;
constexpr std::uint32_t kKeyExchange = 0x40000000;
constexpr std::uint32_t k56 = 0x80000000;
constexpr std::string_view kSignature("NTLMSSP\0", 8);

// 1.3.6.1.4.1.311.2.2.10 and 1.3.6.1.5.5.2, with tag and length
constexpr std::uint8_t kNtlmOid[]
    = { 0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0A };
constexpr std::uint8_t kSpnegoOid[] = { 0x06, 0x06, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x02 };

Buffer tlv(std::uint8_t tag, ByteSpan content)
{
    Writer out;
    out.u8(tag);
    if (content.size() < 0x80) {
        out.u8(static_cast<std::uint8_t>(content.size()));
    } else {
        out.u8(0x82);
        out.u8(static_cast<std::uint8_t>(content.size() >> 8));
        out.u8(static_cast<std::uint8_t>(content.size()));
    }
    out.bytes(content);
    return std::move(out.buffer);
}

struct Tlv
{
    std::uint8_t tag = 0;
    ByteSpan content;
    ByteSpan whole;
};

std::optional<Tlv> nextTlv(Reader& in)
{
    const std::size_t start = in.at();
    Tlv item;
    item.tag = in.u8();
    std::size_t length = in.u8();
    if (length & 0x80) {
        const std::size_t count = length & 0x7F;
        if (count == 0 || count > 4) {
            return std::nullopt;
        }
        length = 0;
        for (std::size_t i = 0; i < count; ++i) {
            length = length << 8 | in.u8();
        }
    }
    item.content = in.bytes(length);
    if (!in.ok()) {
        return std::nullopt;
    }
    item.whole = in.all().subspan(start, in.at() - start);
    return item;
}

std::optional<Tlv> expect(ByteSpan bytes, std::uint8_t tag)
{
    Reader in(bytes);
    const auto item = nextTlv(in);
    return item && item->tag == tag ? item : std::nullopt;
}

struct Spnego
{
    ByteSpan mechTypes;
    ByteSpan token;
    ByteSpan mic;
};

std::optional<Spnego> parseSpnego(ByteSpan bytes)
{
    Spnego out;
    std::optional<Tlv> choice = expect(bytes, 0xA1);
    if (const auto application = expect(bytes, 0x60)) {
        Reader in(application->content);
        const auto oid = nextTlv(in);
        if (!oid || !crypto::equal(oid->whole, std::as_bytes(std::span(kSpnegoOid)))) {
            return std::nullopt;
        }
        choice = nextTlv(in);
        if (!choice || choice->tag != 0xA0) {
            return std::nullopt;
        }
    }
    if (!choice) {
        return std::nullopt;
    }
    const bool init = choice->tag == 0xA0;
    const auto sequence = expect(choice->content, 0x30);
    if (!sequence) {
        return std::nullopt;
    }
    Reader in(sequence->content);
    while (in.left() > 0) {
        const auto field = nextTlv(in);
        if (!field) {
            return std::nullopt;
        }
        if (init && field->tag == 0xA0) {
            out.mechTypes = field->content;
        } else if (field->tag == 0xA2 || field->tag == 0xA3) {
            const auto octets = expect(field->content, 0x04);
            if (octets) {
                (field->tag == 0xA2 ? out.token : out.mic) = octets->content;
            }
        }
    }
    return out;
}

/// The mechanism the client put first; a token for another one must not be read as NTLM.
bool prefersNtlm(ByteSpan mechTypes)
{
    const auto list = expect(mechTypes, 0x30);
    if (!list) {
        return false;
    }
    Reader in(list->content);
    const auto first = nextTlv(in);
    return first && crypto::equal(first->whole, std::as_bytes(std::span(kNtlmOid)));
}

Buffer response(std::uint8_t state, bool mech, ByteSpan token, ByteSpan mic)
{
    Writer fields;
    const std::byte stateByte[] = { std::byte { state } };
    fields.bytes(tlv(0xA0, tlv(0x0A, stateByte)));
    if (mech) {
        fields.bytes(tlv(0xA1, std::as_bytes(std::span(kNtlmOid))));
    }
    if (!token.empty()) {
        fields.bytes(tlv(0xA2, tlv(0x04, token)));
    }
    if (!mic.empty()) {
        fields.bytes(tlv(0xA3, tlv(0x04, mic)));
    }
    return tlv(0xA1, tlv(0x30, fields.buffer));
}

void avPair(Writer& out, std::uint16_t id, ByteSpan value)
{
    out.u16(id);
    out.u16(static_cast<std::uint16_t>(value.size()));
    out.bytes(value);
}

ByteSpan wideBytes(const std::u16string& text)
{
    return std::as_bytes(std::span(text));
}

} // namespace

Buffer negotiateHint()
{
    const Buffer mechTypes = tlv(0xA0, tlv(0x30, std::as_bytes(std::span(kNtlmOid))));
    Writer body;
    body.bytes(std::as_bytes(std::span(kSpnegoOid)));
    body.bytes(tlv(0xA0, tlv(0x30, mechTypes)));
    return tlv(0x60, body.buffer);
}

crypto::Key ntHash(std::u16string_view password)
{
    return crypto::md4(std::as_bytes(std::span(password)));
}

crypto::Key
ntowfV2(std::u16string_view password, std::u16string_view user, std::u16string_view domain)
{
    const std::u16string name = upcase(user);
    return crypto::hmacMd5(ntHash(password), wideBytes(name), std::as_bytes(std::span(domain)));
}

Buffer NtlmServer::mechListMic(bool fromServer) const
{
    // [MS-NLMP] 3.4.4.2 with sequence number 0.
    constexpr std::string_view kSigning[]
        = { { "session key to client-to-server signing key magic constant\0", 59 },
            { "session key to server-to-client signing key magic constant\0", 59 } };
    constexpr std::string_view kSealing[]
        = { { "session key to client-to-server sealing key magic constant\0", 59 },
            { "session key to server-to-client sealing key magic constant\0", 59 } };
    const crypto::Key signKey = crypto::md5(sessionKey, bytesOf(kSigning[fromServer]));
    const std::uint32_t sequence = 0;
    crypto::Key checksum
        = crypto::hmacMd5(signKey, std::as_bytes(std::span(&sequence, 1)), m_mechTypes);
    if (m_flags & kKeyExchange) {
        const std::size_t strength = (m_flags & k128) ? 16 : (m_flags & k56) ? 7 : 5;
        const crypto::Key sealKey
            = crypto::md5(ByteSpan(sessionKey).first(strength), bytesOf(kSealing[fromServer]));
        crypto::rc4(sealKey, std::span(checksum).first(8));
    }
    Writer out;
    out.u32(1);
    out.bytes(ByteSpan(checksum).first(8));
    out.u32(sequence);
    return std::move(out.buffer);
}

std::uint32_t NtlmServer::step(ByteSpan token, Writer& answer)
{
    if (token.size() >= 8 && std::memcmp(token.data(), kSignature.data(), 8) == 0) {
        return inner(token, answer);
    }
    const auto spnego = parseSpnego(token);
    if (!spnego) {
        return status::kInvalidParameter;
    }
    if (!spnego->mechTypes.empty()) {
        m_mechTypes.assign(spnego->mechTypes.begin(), spnego->mechTypes.end());
        if (!prefersNtlm(spnego->mechTypes)) {
            // request-mic: the client goes on with our choice of mechanism.
            answer.bytes(response(3, true, {}, {}));
            return status::kMoreProcessingRequired;
        }
    }
    Writer reply;
    const std::uint32_t result = inner(spnego->token, reply);
    if (result == status::kMoreProcessingRequired) {
        answer.bytes(response(1, true, reply.buffer, {}));
    } else if (result == status::kSuccess) {
        Buffer mic;
        if (!spnego->mic.empty() && !guest && !anonymous) {
            if (!crypto::equal(mechListMic(false), spnego->mic)) {
                return status::kLogonFailure;
            }
            mic = mechListMic(true);
        }
        answer.bytes(response(0, false, {}, mic));
    }
    return result;
}

std::uint32_t NtlmServer::inner(ByteSpan token, Writer& answer)
{
    Reader in(token);
    const ByteSpan signature = in.bytes(8);
    const std::uint32_t type = in.u32();
    if (!in.ok() || std::memcmp(signature.data(), kSignature.data(), 8) != 0) {
        return status::kInvalidParameter;
    }
    if (type == 1) {
        challenge(token, answer);
        return status::kMoreProcessingRequired;
    }
    if (type == 3 && m_challenged) {
        m_challenged = false;
        return authenticate(token);
    }
    return status::kInvalidParameter;
}

void NtlmServer::challenge(ByteSpan negotiate, Writer& answer)
{
    Reader in(negotiate);
    in.skip(12);
    const std::uint32_t asked = in.u32();
    m_negotiate.assign(negotiate.begin(), negotiate.end());
    m_flags = kUnicode | kNtlm | kAlwaysSign | kTargetTypeServer | kTargetInfo | kExtendedSecurity
        | kVersion | (asked & (kRequestTarget | kSign | kSeal | k128 | k56 | kKeyExchange));

    Writer info;
    const std::u16string& name = m_options.serverName;
    std::u16string dns;
    for (char16_t c : name) {
        dns += c >= u'A' && c <= u'Z' ? static_cast<char16_t>(c + 32) : c;
    }
    avPair(info, 2, wideBytes(name));
    avPair(info, 1, wideBytes(name));
    avPair(info, 4, wideBytes(dns));
    avPair(info, 3, wideBytes(dns));
    avPair(info, 7, std::as_bytes(std::span(&m_options.fileTime, 1)));
    avPair(info, 0, {});

    Writer out;
    out.bytes(bytesOf(kSignature));
    out.u32(2);
    const auto nameBytes = static_cast<std::uint16_t>(name.size() * 2);
    out.u16(nameBytes);
    out.u16(nameBytes);
    out.u32(56);
    out.u32(m_flags);
    out.bytes(ByteSpan(m_options.challenge).first(8));
    out.u64(0);
    out.u16(static_cast<std::uint16_t>(info.size()));
    out.u16(static_cast<std::uint16_t>(info.size()));
    out.u32(56u + nameBytes);
    out.u64(0x0F00000000000A0Aull | 0x0000'4563'0000ull << 0); // version 10.0, NTLM revision 15
    out.text(name);
    out.bytes(info.buffer);
    m_challenge = out.buffer;
    m_challenged = true;
    answer.bytes(out.buffer);
}

std::uint32_t NtlmServer::authenticate(ByteSpan token)
{
    Reader in(token);
    in.skip(12);
    const auto field = [&] {
        const std::uint16_t length = in.u16();
        in.u16();
        const std::uint32_t offset = in.u32();
        return in.part(offset, length);
    };
    field(); // LM response
    const ByteSpan ntResponse = field();
    const ByteSpan domain = field();
    const ByteSpan name = field();
    field(); // workstation
    const ByteSpan encryptedKey = field();
    const std::uint32_t flags = in.u32();
    if (!in.ok()) {
        return status::kInvalidParameter;
    }
    m_flags &= flags | ~(kKeyExchange | k128 | k56);
    user = textOf(name);
    if (user.empty() && ntResponse.empty()) {
        anonymous = true;
        return status::kSuccess;
    }
    const auto password = m_options.password(user);
    if (!password) {
        guest = m_options.guestAllowed;
        return guest ? status::kSuccess : status::kLogonFailure;
    }
    // 16 bytes of proof, then the client's blob of at least 28 bytes
    if (ntResponse.size() < 16 + 28) {
        return status::kLogonFailure;
    }
    const ByteSpan blob = ntResponse.subspan(16);
    const crypto::Key responseKey = ntowfV2(*password, user, textOf(domain));
    const crypto::Key proof
        = crypto::hmacMd5(responseKey, ByteSpan(m_options.challenge).first(8), blob);
    if (!crypto::equal(proof, ntResponse.first(16))) {
        return status::kLogonFailure;
    }
    sessionKey = crypto::hmacMd5(responseKey, proof);
    if (flags & kKeyExchange) {
        if (encryptedKey.size() != 16) {
            return status::kInvalidParameter;
        }
        crypto::Key exported;
        std::memcpy(exported.data(), encryptedKey.data(), exported.size());
        crypto::rc4(sessionKey, exported);
        sessionKey = exported;
    }
    // MsvAvFlags bit 1 says that the message carries a MIC at offset 72.
    bool hasMic = false;
    Reader pairs(blob);
    pairs.skip(28);
    while (pairs.left() >= 4) {
        const std::uint16_t id = pairs.u16();
        const ByteSpan value = pairs.bytes(pairs.u16());
        if (id == 0) {
            break;
        }
        hasMic |= id == 6 && value.size() == 4 && (std::to_integer<unsigned>(value[0]) & 2) != 0;
    }
    if (hasMic) {
        if (token.size() < 88) {
            return status::kInvalidParameter;
        }
        Buffer zeroed(token.begin(), token.end());
        std::memset(zeroed.data() + 72, 0, 16);
        if (!crypto::equal(
                crypto::hmacMd5(sessionKey, m_negotiate, m_challenge, zeroed),
                token.subspan(72, 16))) {
            return status::kLogonFailure;
        }
    }
    return status::kSuccess;
}

} // namespace rdrlab::server
