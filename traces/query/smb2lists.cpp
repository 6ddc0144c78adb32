// What hangs from a command's fixed part: negotiate contexts, create contexts, information classes,
// security tokens.
#include "traces/query/smb2decoder.h"

#include <algorithm>
#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kMostContexts = 64;

void hashContext(Smb2Decoder& decoder)
{
    const std::uint64_t count = decoder.number("HashAlgorithmCount", 2);
    const std::uint64_t salt = decoder.number("SaltLength", 2);
    for (std::uint64_t i = 0; i < count && !decoder.isAtEnd() && !decoder.isFull(); ++i) {
        decoder.choice("HashAlgorithm", 2, kWireHashes);
    }
    decoder.raw("Salt", std::size_t(salt));
}

void listContext(Smb2Decoder& decoder, const char* countName, const char* name, WireNames names)
{
    const std::uint64_t count = decoder.number(countName, 2);
    for (std::uint64_t i = 0; i < count && !decoder.isAtEnd() && !decoder.isFull(); ++i) {
        decoder.choice(name, 2, names);
    }
}

void leaseContext(Smb2Decoder& decoder, std::size_t bytes)
{
    decoder.guid("LeaseKey");
    decoder.flags("LeaseState", 4, kWireLeaseStates);
    decoder.flags("LeaseFlags", 4, kWireLeaseFlags);
    decoder.skip(8);
    if (bytes >= 52) {
        decoder.guid("ParentLeaseKey");
        decoder.number("Epoch", 2);
    }
}

void createContext(Smb2Decoder& decoder, std::string_view name, std::size_t at, std::size_t bytes)
{
    if (bytes == 0) {
        return;
    }
    if (!decoder.has(at, bytes)) {
        decoder.blob("Data", at, bytes);
        return;
    }
    Smb2Decoder::Scope data(decoder, "Data", at);
    data.covers(bytes);
    if (name == "RqLs" && bytes >= 32) {
        leaseContext(decoder, bytes);
    } else if (name == "MxAc" && bytes == 8) {
        decoder.status("QueryStatus");
        decoder.flags("MaximalAccess", 4, kWireAccess);
    } else if (name == "MxAc") {
        decoder.time("Timestamp");
    } else if (name == "QFid") {
        decoder.hex("DiskFileId", 8);
        decoder.hex("VolumeId", 8);
    } else if (name == "AlSi") {
        decoder.number("AllocationSize", 8);
    } else if (name == "DHnC") {
        decoder.fileId("FileId");
    } else if (name == "DH2Q" && bytes >= 32) {
        decoder.number("Timeout", 4);
        decoder.hex("Flags", 4);
        decoder.skip(8);
        decoder.guid("CreateGuid");
    } else if (name == "TWrp") {
        decoder.time("Timestamp");
    } else {
        data.say(fmt::format("{} bytes", bytes));
    }
}

std::string meaningOf(std::string_view name)
{
    static constexpr std::pair<std::string_view, const char*> kMeanings[] = {
        { "ExtA", "extended attributes" },
        { "SecD", "security descriptor" },
        { "DHnQ", "durable handle request" },
        { "DHnC", "durable handle reconnect" },
        { "DH2Q", "durable handle v2" },
        { "DH2C", "durable handle v2 reconnect" },
        { "AlSi", "allocation size" },
        { "MxAc", "maximal access" },
        { "TWrp", "previous version" },
        { "QFid", "file id on disk" },
        { "RqLs", "lease" },
    };
    for (const auto& [known, meaning] : kMeanings) {
        if (known == name) {
            return fmt::format("{} ({})", name, meaning);
        }
    }
    std::string text;
    for (const char letter : name.substr(0, 16)) {
        text += letter > 0x20 && letter < 0x7F ? letter : '.';
    }
    return text;
}

void basicInformation(Smb2Decoder& decoder)
{
    decoder.time("CreationTime");
    decoder.time("LastAccessTime");
    decoder.time("LastWriteTime");
    decoder.time("ChangeTime");
    decoder.flags("FileAttributes", 4, kWireAttributes);
}

void renameInformation(Smb2Decoder& decoder)
{
    decoder.number("ReplaceIfExists", 1);
    decoder.skip(7);
    decoder.hex("RootDirectory", 8);
    const std::uint64_t length = decoder.number("FileNameLength", 4);
    decoder.text("FileName", decoder.at(), std::size_t(length));
}

} // namespace

void decodeNegotiateContexts(
    Smb2Decoder& decoder, std::size_t header, std::size_t offset, std::size_t count)
{
    std::size_t at = header + offset;
    for (std::size_t i = 0; i < std::min(count, kMostContexts) && !decoder.isFull(); ++i) {
        if (!decoder.has(at, 8)) {
            decoder.wrong("NegotiateContext", "leads out of the message");
            return;
        }
        Smb2Decoder::Scope context(decoder, "NegotiateContext", at);
        const std::uint64_t type = decoder.choice("ContextType", 2, kWireContextTypes);
        const auto length = std::size_t(decoder.number("DataLength", 2));
        decoder.skip(4);
        context.say(wireChoice(type, kWireContextTypes));
        context.covers(8 + length);
        switch (type) {
        case 1:
            hashContext(decoder);
            break;
        case 2:
            listContext(decoder, "CipherCount", "Cipher", kWireCiphers);
            break;
        case 5:
            decoder.text("NetName", decoder.at(), length);
            break;
        case 8:
            listContext(decoder, "SigningAlgorithmCount", "SigningAlgorithm", kWireSignings);
            break;
        default:
            decoder.blob("Data", decoder.at(), length);
            break;
        }
        at += 8 + (length + 7) / 8 * 8; // each begins at a multiple of 8
    }
}

void decodeCreateContexts(Smb2Decoder& decoder, std::size_t at, std::size_t bytes)
{
    if (!decoder.has(at, bytes)) {
        decoder.blob("CreateContexts", at, bytes);
        return;
    }
    const std::size_t end = at + bytes;
    for (std::size_t i = 0; i < kMostContexts && end - at >= 16 && !decoder.isFull(); ++i) {
        Smb2Decoder::Scope context(decoder, "CreateContext", at);
        const std::uint64_t next = decoder.number("Next", 4);
        const auto nameOffset = std::size_t(decoder.number("NameOffset", 2));
        const auto nameLength = std::size_t(decoder.number("NameLength", 2));
        decoder.skip(2);
        const auto dataOffset = std::size_t(decoder.number("DataOffset", 2));
        const auto dataLength = std::size_t(decoder.number("DataLength", 4));
        const std::span<const std::byte> nameBytes = decoder.bytes(at + nameOffset, nameLength);
        const std::string_view name(
            reinterpret_cast<const char*>(nameBytes.data()), nameBytes.size());
        context.say(meaningOf(name));
        createContext(decoder, name, at + dataOffset, dataLength);
        const bool isLast = next < 16 || next > end - at;
        context.covers(isLast ? end - at : std::size_t(next));
        if (isLast) {
            break;
        }
        at += std::size_t(next);
    }
}

void decodeInformation(
    Smb2Decoder& decoder, unsigned type, unsigned infoClass, std::size_t at, std::size_t bytes)
{
    if (!decoder.has(at, bytes) || type != 1) {
        decoder.blob("Buffer", at, bytes);
        return;
    }
    Smb2Decoder::Scope information(decoder, "Buffer", at);
    information.covers(bytes);
    information.say(wireChoice(infoClass, kWireFileClasses));
    switch (infoClass) {
    case 4:
        basicInformation(decoder);
        break;
    case 10:
    case 11:
        renameInformation(decoder);
        break;
    case 13:
        decoder.number("DeletePending", 1);
        break;
    case 19:
        decoder.number("AllocationSize", 8);
        break;
    case 20:
        decoder.number("EndOfFile", 8);
        break;
    case 39:
        decoder.number("ValidDataLength", 8);
        break;
    case 64:
        decoder.hex("Flags", 4);
        break;
    default:
        information.say(
            fmt::format("{}, {} bytes", wireChoice(infoClass, kWireFileClasses), bytes));
        break;
    }
}

void decodeToken(Smb2Decoder& decoder, std::size_t at, std::size_t bytes)
{
    if (bytes == 0 || !decoder.has(at, bytes)) {
        decoder.blob("SecurityBuffer", at, bytes);
        return;
    }
    static constexpr std::string_view kSignature("NTLMSSP\0", 8);
    const std::span<const std::byte> token = decoder.bytes(at, bytes);
    const std::string_view text(reinterpret_cast<const char*>(token.data()), token.size());
    const std::size_t found = text.find(kSignature);
    Smb2Decoder::Scope buffer(decoder, "SecurityBuffer", at);
    buffer.covers(bytes);
    buffer.say(fmt::format(
        "{} bytes{}", bytes,
        found == 0                            ? ", NTLM"
            : found != std::string_view::npos ? ", SPNEGO with NTLM inside"
            : text.size() > 1 && (text[0] == '\x60' || text[0] == '\xa1') ? ", SPNEGO"
                                                                          : ""));
    if (found != std::string_view::npos) {
        static constexpr WireName kTypes[] = { { 1, "NEGOTIATE_MESSAGE" },
                                               { 2, "CHALLENGE_MESSAGE" },
                                               { 3, "AUTHENTICATE_MESSAGE" } };
        decoder.skip(found);
        const Smb2Decoder::Scope message(decoder, "NTLM message", at + found);
        decoder.raw("Signature", 8);
        decoder.choice("MessageType", 4, kTypes);
    }
}

} // namespace rdrlab::trace
