// The frame around messages, and their headers.
#include "traces/query/smb2bytes.h"
#include "traces/query/smb2decoder.h"

#include <algorithm>
#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kFraming = 4;
constexpr std::size_t kHeader = 64;
constexpr unsigned kMostCompounds = 256;

void decodeHeader(Smb2Decoder& decoder, std::size_t at, bool isResponse)
{
    Smb2Decoder::Scope header(decoder, "SMB2 header", at);
    decoder.raw("ProtocolId", 4);
    decoder.number("StructureSize", 2);
    decoder.number("CreditCharge", 2);
    if (isResponse) {
        decoder.status("Status");
    } else {
        decoder.number("ChannelSequence", 2);
        decoder.skip(2);
    }
    decoder.choice("Command", 2, kWireCommands);
    decoder.number(isResponse ? "CreditResponse" : "CreditRequest", 2);
    const std::uint64_t flags = decoder.flags("Flags", 4, kWireHeaderFlags);
    decoder.number("NextCommand", 4);
    decoder.number("MessageId", 8);
    if ((flags & 0x2) != 0) {
        decoder.hex("AsyncId", 8);
    } else {
        decoder.skip(4);
        decoder.hex("TreeId", 4);
    }
    decoder.hex("SessionId", 8);
    decoder.raw("Signature", 16);
}

// A failure has the body of an ERROR response, but for statuses that are half successes
// ([MS-SMB2] 3.3.4.4): their commands answer in their own shape.
bool isErrorBody(std::uint16_t command, std::int32_t status)
{
    constexpr std::int32_t kMoreProcessing = std::int32_t(0xC0000016);
    constexpr std::int32_t kBufferOverflow = std::int32_t(0x80000005);
    constexpr std::uint16_t kQueryInfo = 16;
    return (status < 0 || status == 0x103) && status != kMoreProcessing
        && !(status == kBufferOverflow && command == kQueryInfo);
}

// One message; returns where the next one of the unit begins, 0 when it is the last.
std::size_t
decodeMessage(Smb2Decoder& decoder, std::size_t at, std::size_t end, Smb2Question question)
{
    decoder.setEnd(end);
    const bool isWhole = decoder.has(at, kHeader);
    const std::uint64_t next = isWhole ? decoder.peek(at + 20, 4) : 0;
    const bool isChained = next >= kHeader && next < end - at;
    const std::size_t stop = isChained ? at + std::size_t(next) : end;
    decoder.setEnd(stop);
    const auto command = std::uint16_t(decoder.peek(at + 12, 2));
    const bool isResponse = (decoder.peek(at + 16, 4) & 1) != 0;
    const auto status = std::int32_t(std::uint32_t(decoder.peek(at + 8, 4)));
    const std::string_view name = smb2CommandName(command);
    Smb2Decoder::Scope message(
        decoder,
        fmt::format(
            "{} {}", name.empty() ? fmt::format("command {}", command) : std::string(name),
            isResponse ? "response" : "request"),
        at);
    message.covers(stop - at);
    if (isResponse && status != 0) {
        message.say(
            statusName(status).empty() ? fmt::format("0x{:08x}", std::uint32_t(status))
                                       : std::string(statusName(status)));
    }
    decodeHeader(decoder, at, isResponse);
    if (next != 0 && !isChained && isWhole) {
        decoder.wrong("NextCommand", "leads out of the unit");
    }
    if (decoder.has(at + kHeader, 2)) {
        const bool isError
            = isResponse && isErrorBody(command, status) && decoder.peek(at + kHeader, 2) == 9;
        decoder.setTold({ at, command, isResponse, status, question });
        decodeSmb2Body(decoder, isError);
    }
    return isChained ? stop : 0;
}

void decodeTransform(Smb2Decoder& decoder, std::size_t at, std::size_t end)
{
    Smb2Decoder::Scope transform(decoder, "SMB2 TRANSFORM_HEADER", at);
    transform.say("encrypted: the recording does not have the key");
    decoder.raw("ProtocolId", 4);
    decoder.raw("Signature", 16);
    decoder.raw("Nonce", 16);
    decoder.number("OriginalMessageSize", 4);
    decoder.skip(2);
    // In 3.1.1 a flag; 3.0 has the number of the algorithm here, which is 1 as well.
    static constexpr WireName kFlags[] = { { 1, "Encrypted" } };
    decoder.flags("Flags", 2, kFlags);
    decoder.hex("SessionId", 8);
    if (decoder.at() < end) {
        decoder.blob("Encrypted message", decoder.at(), end - decoder.at());
    }
}

void decodeCompressed(Smb2Decoder& decoder, std::size_t at, std::size_t end)
{
    static constexpr WireName kFlags[]
        = { { 0, "SMB2_COMPRESSION_FLAG_NONE" }, { 1, "SMB2_COMPRESSION_FLAG_CHAINED" } };
    Smb2Decoder::Scope transform(decoder, "SMB2 COMPRESSION_TRANSFORM_HEADER", at);
    transform.say("compressed: the message behind it is not unpacked");
    decoder.raw("ProtocolId", 4);
    decoder.number("OriginalCompressedSegmentSize", 4);
    decoder.choice("CompressionAlgorithm", 2, kWireCompressions);
    const bool isChained = decoder.choice("Flags", 2, kFlags) == 1;
    decoder.number(isChained ? "Length" : "Offset", 4);
    if (decoder.at() < end) {
        decoder.blob("Compressed message", decoder.at(), end - decoder.at());
    }
}

// The NEGOTIATE of SMB1, by which a client may ask for SMB2 too ([MS-SMB2] 3.2.4.2.2.1).
void decodeSmb1(Smb2Decoder& decoder, std::size_t at, std::size_t end)
{
    static constexpr WireName kCommands[] = { { 0x72, "SMB_COM_NEGOTIATE" } };
    constexpr std::size_t kSmb1Header = 32;
    constexpr unsigned kMostDialects = 64;
    Smb2Decoder::Scope message(decoder, "SMB1 message", at);
    message.covers(end - at);
    decoder.raw("Protocol", 4);
    const bool isNegotiate = decoder.choice("Command", 1, kCommands) == 0x72;
    const bool isAnswer = (decoder.peek(at + 9, 1) & 0x80) != 0;
    if (!isNegotiate || isAnswer || decoder.peek(at + kSmb1Header, 1) != 0) {
        decoder.blob("Rest", decoder.at(), end - std::min(end, decoder.at()));
        return;
    }
    decoder.skip(at + kSmb1Header + 1 - decoder.at());
    decoder.number("ByteCount", 2);
    for (unsigned i = 0; i < kMostDialects && decoder.left() > 1; ++i) {
        const std::size_t begin = decoder.at() + 1; // behind the format, 2
        std::size_t stop = begin;
        while (stop < end && decoder.peek(stop, 1) != 0) {
            ++stop;
        }
        decoder.narrowText("Dialect", begin, stop - begin);
        decoder.skip(stop + 1 - decoder.at());
    }
}

std::vector<WireField> decode(
    std::span<const std::byte> unit,
    std::span<const Smb2Question> questions,
    std::span<const WireRange> missing)
{
    Smb2Decoder decoder(unit);
    decoder.setEnd(unit.size());
    if (unit.empty()) {
        return {};
    }
    std::size_t end = unit.size();
    {
        Smb2Decoder::Scope framing(decoder, "Direct TCP transport", 0, false);
        decoder.number("Zero", 1);
        if (decoder.has(1, 3)) {
            const std::size_t length = bigEndian24(unit, 1);
            framing.say(fmt::format("{} bytes follow", length));
            framing.covers(kFraming);
            if (length > unit.size() - kFraming) {
                decoder.wrong(
                    "StreamProtocolLength",
                    fmt::format("{} bytes, {} are here", length, unit.size() - kFraming));
            } else {
                end = kFraming + length;
            }
        }
    }
    std::size_t at = kFraming;
    for (unsigned i = 0; i < kMostCompounds && at < end && !decoder.isFull(); ++i) {
        decoder.setEnd(end); // the message before had its own
        const std::uint64_t protocol = decoder.peek(at, 4);
        if (protocol == 0x424D53FE) {
            const std::size_t next = decodeMessage(
                decoder, at, end, i < questions.size() ? questions[i] : Smb2Question());
            if (next == 0) {
                break;
            }
            at = next;
            continue;
        }
        if (protocol == 0x424D53FD) {
            decodeTransform(decoder, at, end);
        } else if (protocol == 0x424D53FC) {
            decodeCompressed(decoder, at, end);
        } else if (protocol == 0x424D53FF) {
            decodeSmb1(decoder, at, end);
        } else {
            decoder.blob("No SMB2", at, end - at);
        }
        break;
    }
    return decoder.takeFields(missing);
}

} // namespace

std::vector<WireField> decodeSmb2(const Smb2Unit& unit)
{
    return decode(unit.bytes, unit.questions, unit.missing);
}

std::vector<WireField> decodeSmb2(std::span<const std::byte> bytes)
{
    return decode(bytes, {}, {});
}

} // namespace rdrlab::trace
