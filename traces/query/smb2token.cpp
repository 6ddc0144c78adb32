// The security tokens of NEGOTIATE and SESSION_SETUP: SPNEGO ([MS-SPNG], RFC 4178) and the NTLM
// messages in it ([MS-NLMP] 2.2).
//
// Only what was on the wire is told: the responses in it are keyed hashes, not passwords.
#include "traces/query/smb2decoder.h"

#include <fmt/format.h>
#include <optional>

namespace rdrlab::trace {

namespace {

using Area = Smb2Decoder::Area;

// One element of DER: where its content stands.
struct Element
{
    std::uint8_t tag = 0;
    std::size_t at = 0;
    std::size_t bytes = 0;
    std::size_t next = 0; // behind it
};

// The element at `at`, which must end before `end`.
std::optional<Element> elementAt(const Smb2Decoder& decoder, std::size_t at, std::size_t end)
{
    constexpr std::size_t kMostLengthBytes = 4;
    if (at >= end || end - at < 2 || !decoder.has(at, 2)) {
        return std::nullopt;
    }
    Element element;
    element.tag = std::uint8_t(decoder.peek(at, 1));
    const auto first = std::size_t(decoder.peek(at + 1, 1));
    std::size_t place = at + 2;
    std::size_t length = first;
    if ((first & 0x80) != 0) {
        const std::size_t count = first & 0x7F;
        if (count == 0 || count > kMostLengthBytes || !decoder.has(place, count)) {
            return std::nullopt;
        }
        length = 0;
        for (std::size_t i = 0; i < count; ++i) {
            length = length << 8 | std::size_t(decoder.peek(place + i, 1));
        }
        place += count;
    }
    if (place > end || length > end - place || !decoder.has(place, length)) {
        return std::nullopt;
    }
    element.at = place;
    element.bytes = length;
    element.next = place + length;
    return element;
}

std::string objectIdentifier(const Smb2Decoder& decoder, const Element& element)
{
    static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        { "1.3.6.1.5.5.2", "SPNEGO" },
        { "1.3.6.1.4.1.311.2.2.10", "NTLMSSP" },
        { "1.3.6.1.4.1.311.2.2.30", "NEGOEX" },
        { "1.2.840.113554.1.2.2", "Kerberos" },
        { "1.2.840.48018.1.2.2", "Kerberos as Windows 2000 wrote it" },
        { "1.2.840.113554.1.2.2.3", "Kerberos user to user" },
    };
    constexpr std::size_t kMostBytes = 32;
    std::string text;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < std::min(element.bytes, kMostBytes); ++i) {
        const std::uint64_t byte = decoder.peek(element.at + i, 1);
        value = value << 7 | (byte & 0x7F);
        if ((byte & 0x80) != 0) {
            continue;
        }
        if (text.empty()) {
            const std::uint64_t top = std::min<std::uint64_t>(value / 40, 2);
            text = fmt::format("{}.{}", top, value - 40 * top);
        } else {
            text += fmt::format(".{}", value);
        }
        value = 0;
    }
    for (const auto& [known, name] : kNames) {
        if (known == text) {
            return fmt::format("{} ({})", name, text);
        }
    }
    return text;
}

void mechanismToken(Smb2Decoder& decoder, const char* name, const Element& element)
{
    static constexpr std::string_view kSignature("NTLMSSP\0", 8);
    const std::span<const std::byte> bytes = decoder.bytes(element.at, element.bytes);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with(kSignature)) {
        Smb2Decoder::Scope token(decoder, name, element.at);
        token.covers(element.bytes);
        decodeNtlm(decoder, { element.at, element.bytes });
    } else {
        decoder.blob(name, element.at, element.bytes);
    }
}

void mechanisms(Smb2Decoder& decoder, const Element& list)
{
    constexpr unsigned kMost = 32;
    std::size_t at = list.at;
    for (unsigned i = 0; i < kMost; ++i) {
        const auto type = elementAt(decoder, at, list.next);
        if (!type) {
            return;
        }
        decoder.said("mechType", objectIdentifier(decoder, *type), type->at, type->bytes);
        at = type->next;
    }
}

// One member of NegTokenInit (tag 0xA0) or NegTokenResp (0xA1): what is in [number].
void member(Smb2Decoder& decoder, bool isInit, unsigned number, const Element& inner)
{
    static constexpr WireName kStates[] = {
        { 0, "accept-completed" },
        { 1, "accept-incomplete" },
        { 2, "reject" },
        { 3, "request-mic" },
    };
    if (isInit && number == 0) {
        mechanisms(decoder, inner);
    } else if (isInit && number == 2) {
        mechanismToken(decoder, "mechToken", inner);
    } else if (isInit && number == 3 && inner.tag == 0x30) {
        // NegHints of NegTokenInit2: a host name that nobody is to believe.
        const auto hint = elementAt(decoder, inner.at, inner.next);
        const auto name = hint ? elementAt(decoder, hint->at, hint->next) : std::nullopt;
        if (name) {
            decoder.narrowText("hintName", name->at, name->bytes);
        }
    } else if (!isInit && number == 0 && inner.bytes == 1) {
        decoder.said(
            "negState", wireChoice(decoder.peek(inner.at, 1), kStates), inner.at, inner.bytes);
    } else if (!isInit && number == 1) {
        decoder.said("supportedMech", objectIdentifier(decoder, inner), inner.at, inner.bytes);
    } else if (!isInit && number == 2) {
        mechanismToken(decoder, "responseToken", inner);
    } else {
        decoder.blob(
            isInit && number == 1            ? "reqFlags"
                : number == 3 || number == 4 ? "mechListMIC"
                                             : "member",
            inner.at, inner.bytes);
    }
}

// NegTokenInit or NegTokenResp; false when the bytes are neither.
bool negotiation(Smb2Decoder& decoder, std::size_t at, std::size_t end)
{
    constexpr unsigned kMostMembers = 8;
    const auto token = elementAt(decoder, at, end);
    if (!token || (token->tag != 0xA0 && token->tag != 0xA1)) {
        return false;
    }
    const auto sequence = elementAt(decoder, token->at, token->next);
    if (!sequence || sequence->tag != 0x30) {
        return false;
    }
    const bool isInit = token->tag == 0xA0;
    Smb2Decoder::Scope scope(decoder, isInit ? "NegTokenInit" : "NegTokenResp", at);
    scope.covers(token->next - at);
    std::size_t place = sequence->at;
    for (unsigned i = 0; i < kMostMembers && place < sequence->next; ++i) {
        const auto outer = elementAt(decoder, place, sequence->next);
        const auto inner = outer ? elementAt(decoder, outer->at, outer->next) : std::nullopt;
        if (!inner) {
            decoder.wrong(isInit ? "NegTokenInit" : "NegTokenResp", "is not well formed");
            return true;
        }
        member(decoder, isInit, outer->tag & 0x1Fu, *inner);
        place = outer->next;
    }
    return true;
}

} // namespace

void decodeToken(Smb2Decoder& decoder, Area area)
{
    if (area.bytes == 0 || !decoder.has(area.at, area.bytes)) {
        decoder.blob("SecurityBuffer", area);
        return;
    }
    Smb2Decoder::Scope buffer(decoder, "SecurityBuffer", area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    buffer.covers(area.bytes);
    const std::size_t end = area.at + area.bytes;
    if (decoder.peek(area.at, 8) == 0x005053534D4C544E) { // "NTLMSSP\0"
        buffer.say("NTLM without SPNEGO");
        decodeNtlm(decoder, area);
        return;
    }
    const auto first = elementAt(decoder, area.at, end);
    bool isKnown = false;
    if (first && first->tag == 0x60) { // the frame of RFC 2743 3.1: which mechanism, then its own
        const auto mechanism = elementAt(decoder, first->at, first->next);
        if (mechanism && mechanism->tag == 0x06) {
            decoder.said(
                "thisMech", objectIdentifier(decoder, *mechanism), mechanism->at, mechanism->bytes);
            isKnown = negotiation(decoder, mechanism->next, first->next);
        }
    } else {
        isKnown = negotiation(decoder, area.at, end);
    }
    buffer.say(
        isKnown ? fmt::format("SPNEGO, {} bytes", area.bytes)
                : fmt::format("{} bytes", area.bytes));
}

} // namespace rdrlab::trace
