// NTLM messages ([MS-NLMP] 2.2.1, 2.2.2). Offsets in them count from the message's begin.
#include "traces/query/smb2decoder.h"

#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

using Area = Smb2Decoder::Area;

constexpr std::uint64_t kUnicode = 0x00000001;
constexpr std::uint64_t kHasVersion = 0x02000000;
constexpr WireName kFlags[] = {
    { 0x00000001, "NTLMSSP_NEGOTIATE_UNICODE" },
    { 0x00000002, "NTLM_NEGOTIATE_OEM" },
    { 0x00000004, "NTLMSSP_REQUEST_TARGET" },
    { 0x00000010, "NTLMSSP_NEGOTIATE_SIGN" },
    { 0x00000020, "NTLMSSP_NEGOTIATE_SEAL" },
    { 0x00000040, "NTLMSSP_NEGOTIATE_DATAGRAM" },
    { 0x00000080, "NTLMSSP_NEGOTIATE_LM_KEY" },
    { 0x00000200, "NTLMSSP_NEGOTIATE_NTLM" },
    { 0x00000800, "NTLMSSP_ANONYMOUS" },
    { 0x00001000, "NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED" },
    { 0x00002000, "NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED" },
    { 0x00008000, "NTLMSSP_NEGOTIATE_ALWAYS_SIGN" },
    { 0x00010000, "NTLMSSP_TARGET_TYPE_DOMAIN" },
    { 0x00020000, "NTLMSSP_TARGET_TYPE_SERVER" },
    { 0x00080000, "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY" },
    { 0x00100000, "NTLMSSP_NEGOTIATE_IDENTIFY" },
    { 0x00400000, "NTLMSSP_REQUEST_NON_NT_SESSION_KEY" },
    { 0x00800000, "NTLMSSP_NEGOTIATE_TARGET_INFO" },
    { 0x02000000, "NTLMSSP_NEGOTIATE_VERSION" },
    { 0x20000000, "NTLMSSP_NEGOTIATE_128" },
    { 0x40000000, "NTLMSSP_NEGOTIATE_KEY_EXCH" },
    { 0x80000000, "NTLMSSP_NEGOTIATE_56" },
};

// Length, room and offset of what stands behind the fixed part: three fields in one.
Area buffer(Smb2Decoder& decoder, const char* name, std::size_t message)
{
    const Smb2Decoder::Scope fields(decoder, std::string(name) + "Fields", decoder.at(), false);
    const auto length = std::size_t(decoder.number("Len", 2));
    decoder.number("MaxLen", 2);
    const auto offset = std::size_t(decoder.number("BufferOffset", 4));
    return { message + offset, length };
}

void text(Smb2Decoder& decoder, const char* name, Area area, bool isUnicode)
{
    if (area.bytes == 0) {
        return;
    }
    if (isUnicode) {
        decoder.text(name, area.at, area.bytes);
    } else {
        decoder.narrowText(name, area.at, area.bytes);
    }
}

void version(Smb2Decoder& decoder, std::uint64_t flags)
{
    if ((flags & kHasVersion) == 0 || !decoder.has(decoder.at(), 8)) {
        decoder.skip(8);
        return;
    }
    const std::size_t at = decoder.at();
    decoder.said(
        "Version",
        fmt::format(
            "{}.{} build {}, NTLM revision {}", decoder.peek(at, 1), decoder.peek(at + 1, 1),
            decoder.peek(at + 2, 2), decoder.peek(at + 7, 1)),
        at, 8);
    decoder.skip(8);
}

void attributeValue(Smb2Decoder& decoder, std::uint64_t id, std::size_t length)
{
    static constexpr WireName kAvFlags[] = {
        { 1, "the account is constrained" },
        { 2, "a MIC is in the message" },
        { 4, "the SPN comes from an untrusted source" },
    };
    constexpr std::uint64_t kAvFlagsId = 6, kTimestamp = 7, kTargetName = 9;
    if (id == kAvFlagsId && length == 4) {
        decoder.flags("Value", 4, kAvFlags);
    } else if (id == kTimestamp && length == 8) {
        decoder.time("Value");
    } else if (id < kAvFlagsId || id == kTargetName) {
        decoder.text("Value", decoder.at(), length);
    } else {
        decoder.raw("Value", length);
    }
}

// AV_PAIRs, up to the one that says that it is the last.
void targetInfo(Smb2Decoder& decoder, Area area)
{
    static constexpr WireName kIds[] = {
        { 0, "MsvAvEOL" },
        { 1, "MsvAvNbComputerName" },
        { 2, "MsvAvNbDomainName" },
        { 3, "MsvAvDnsComputerName" },
        { 4, "MsvAvDnsDomainName" },
        { 5, "MsvAvDnsTreeName" },
        { 6, "MsvAvFlags" },
        { 7, "MsvAvTimestamp" },
        { 8, "MsvAvSingleHost" },
        { 9, "MsvAvTargetName" },
        { 10, "MsvAvChannelBindings" },
    };
    constexpr unsigned kMost = 64;
    if (area.bytes == 0 || !decoder.has(area.at, area.bytes)) {
        decoder.blob("TargetInfo", area);
        return;
    }
    Smb2Decoder::Scope info(decoder, "TargetInfo", area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    info.covers(area.bytes);
    for (unsigned i = 0; i < kMost && decoder.left() >= 4; ++i) {
        const std::size_t at = decoder.at();
        const auto length = std::size_t(decoder.peek(at + 2, 2));
        {
            Smb2Decoder::Scope pair(decoder, "AV_PAIR", at);
            const Smb2Decoder::Window inner(decoder, at + 4 + length);
            const std::uint64_t id = decoder.choice("AvId", 2, kIds);
            decoder.number("AvLen", 2);
            pair.say(wireChoice(id, kIds));
            pair.covers(4 + length);
            if (id == 0) {
                return;
            }
            attributeValue(decoder, id, length);
        }
        decoder.skip(4 + length);
    }
}

void negotiate(Smb2Decoder& decoder, std::size_t message)
{
    const std::uint64_t flags = decoder.flags("NegotiateFlags", 4, kFlags);
    // Everything behind the flags may be missing.
    if (decoder.left() < 16) {
        return;
    }
    const Area domain = buffer(decoder, "DomainName", message);
    const Area workstation = buffer(decoder, "Workstation", message);
    version(decoder, flags);
    text(decoder, "DomainName", domain, false);
    text(decoder, "Workstation", workstation, false);
}

void challenge(Smb2Decoder& decoder, std::size_t message)
{
    const Area target = buffer(decoder, "TargetName", message);
    const std::uint64_t flags = decoder.flags("NegotiateFlags", 4, kFlags);
    decoder.raw("ServerChallenge", 8);
    decoder.skip(8);
    const Area info = buffer(decoder, "TargetInfo", message);
    version(decoder, flags);
    if (decoder.hasFailed()) {
        return;
    }
    text(decoder, "TargetName", target, (flags & kUnicode) != 0);
    targetInfo(decoder, info);
}

// The response of NTLM version 2 has structure, that of version 1 is 24 bytes of hash.
void response(Smb2Decoder& decoder, Area area)
{
    constexpr std::size_t kVersion1 = 24;
    constexpr std::size_t kFixed = 44;
    if (area.bytes <= kVersion1 || area.bytes < kFixed || !decoder.has(area.at, area.bytes)) {
        decoder.blob("NtChallengeResponse", area);
        return;
    }
    Smb2Decoder::Scope scope(decoder, "NtChallengeResponse", area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    scope.say("NTLMv2_RESPONSE");
    scope.covers(area.bytes);
    decoder.raw("Response", 16);
    decoder.number("RespType", 1);
    decoder.number("HiRespType", 1);
    decoder.skip(6);
    decoder.time("TimeStamp");
    decoder.raw("ChallengeFromClient", 8);
    decoder.skip(4);
    targetInfo(decoder, { decoder.at(), decoder.left() });
}

void authenticate(Smb2Decoder& decoder, std::size_t message)
{
    constexpr std::size_t kMic = 16;
    const Area lm = buffer(decoder, "LmChallengeResponse", message);
    const Area nt = buffer(decoder, "NtChallengeResponse", message);
    const Area domain = buffer(decoder, "DomainName", message);
    const Area user = buffer(decoder, "UserName", message);
    const Area workstation = buffer(decoder, "Workstation", message);
    const Area key = buffer(decoder, "EncryptedRandomSessionKey", message);
    const std::uint64_t flags = decoder.flags("NegotiateFlags", 4, kFlags);
    if (decoder.hasFailed()) {
        return;
    }
    // What is fixed ends where the first text or response begins: old clients have neither a
    // version nor a MIC.
    std::size_t first = decoder.end();
    for (const Area& area : { lm, nt, domain, user, workstation, key }) {
        first = area.bytes != 0 ? std::min(first, area.at) : first;
    }
    if (decoder.at() + 8 <= first) {
        version(decoder, flags);
    }
    if (decoder.at() + kMic <= first) {
        decoder.raw("MIC", kMic);
    }
    const bool isUnicode = (flags & kUnicode) != 0;
    text(decoder, "DomainName", domain, isUnicode);
    text(decoder, "UserName", user, isUnicode);
    text(decoder, "Workstation", workstation, isUnicode);
    decoder.blob("LmChallengeResponse", lm);
    response(decoder, nt);
    decoder.blob("EncryptedRandomSessionKey", key);
}

} // namespace

void decodeNtlm(Smb2Decoder& decoder, Area area)
{
    static constexpr WireName kTypes[]
        = { { 1, "NEGOTIATE_MESSAGE" }, { 2, "CHALLENGE_MESSAGE" }, { 3, "AUTHENTICATE_MESSAGE" } };
    Smb2Decoder::Scope message(decoder, "NTLM message", area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    message.covers(area.bytes);
    decoder.narrowText("Signature", decoder.at(), std::min<std::size_t>(7, decoder.left()));
    decoder.skip(8);
    const std::uint64_t type = decoder.choice("MessageType", 4, kTypes);
    message.say(wireChoice(type, kTypes));
    if (type == 1) {
        negotiate(decoder, area.at);
    } else if (type == 2) {
        challenge(decoder, area.at);
    } else if (type == 3) {
        authenticate(decoder, area.at);
    }
}

} // namespace rdrlab::trace
