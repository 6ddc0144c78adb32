// The lists that hang from NEGOTIATE, CREATE and ERROR ([MS-SMB2] 2.2.2, 2.2.3.1, 2.2.13.2,
// 2.2.14.2).
#include "traces/query/smb2decoder.h"

#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

using Area = Smb2Decoder::Area;

constexpr std::size_t kMostContexts = 64;

void list(
    Smb2Decoder& decoder, std::uint64_t count, const char* name, std::size_t bytes, WireNames names)
{
    for (std::uint64_t i = 0; i < count && !decoder.isAtEnd() && !decoder.isFull(); ++i) {
        decoder.choice(name, bytes, names);
    }
}

void hashContext(Smb2Decoder& decoder)
{
    const std::uint64_t count = decoder.number("HashAlgorithmCount", 2);
    const std::uint64_t salt = decoder.number("SaltLength", 2);
    list(decoder, count, "HashAlgorithm", 2, kWireHashes);
    decoder.raw("Salt", std::size_t(salt));
}

void compressionContext(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[] = { { 1, "SMB2_COMPRESSION_CAPABILITIES_FLAG_CHAINED" } };
    const std::uint64_t count = decoder.number("CompressionAlgorithmCount", 2);
    decoder.skip(2);
    decoder.flags("Flags", 4, kFlags);
    list(decoder, count, "CompressionAlgorithm", 2, kWireCompressions);
}

void transformContext(Smb2Decoder& decoder)
{
    static constexpr WireName kTransforms[] = {
        { 0, "SMB2_RDMA_TRANSFORM_NONE" },
        { 1, "SMB2_RDMA_TRANSFORM_ENCRYPTION" },
        { 2, "SMB2_RDMA_TRANSFORM_SIGNING" },
    };
    const std::uint64_t count = decoder.number("TransformCount", 2);
    decoder.skip(6);
    list(decoder, count, "RDMATransformId", 2, kTransforms);
}

void negotiateContext(Smb2Decoder& decoder, std::uint64_t type)
{
    static constexpr WireName kTransportFlags[] = { { 1, "SMB2_ACCEPT_TRANSPORT_LEVEL_SECURITY" } };
    switch (type) {
    case 1:
        hashContext(decoder);
        break;
    case 2:
        list(decoder, decoder.number("CipherCount", 2), "Cipher", 2, kWireCiphers);
        break;
    case 3:
        compressionContext(decoder);
        break;
    case 5:
        decoder.text("NetName", decoder.at(), decoder.left());
        break;
    case 6:
        decoder.flags("Flags", 4, kTransportFlags);
        break;
    case 7:
        transformContext(decoder);
        break;
    case 8:
        list(
            decoder, decoder.number("SigningAlgorithmCount", 2), "SigningAlgorithm", 2,
            kWireSignings);
        break;
    default:
        decoder.raw("Data", decoder.left());
        break;
    }
}

constexpr WireName kHandleFlags[] = { { 2, "SMB2_DHANDLE_FLAG_PERSISTENT" } };

void lease(Smb2Decoder& decoder)
{
    constexpr std::size_t kSecondVersion = 52;
    const bool isSecond = decoder.left() >= kSecondVersion;
    decoder.guid("LeaseKey");
    decoder.flags("LeaseState", 4, kWireLeaseStates);
    decoder.flags("LeaseFlags", 4, kWireLeaseFlags);
    decoder.number("LeaseDuration", 8);
    if (isSecond) {
        decoder.guid("ParentLeaseKey");
        decoder.number("Epoch", 2);
    }
}

void maximalAccess(Smb2Decoder& decoder)
{
    if (decoder.told().isResponse) {
        decoder.status("QueryStatus");
        decoder.flags("MaximalAccess", 4, kWireAccess);
    } else {
        decoder.time("Timestamp");
    }
}

void diskId(Smb2Decoder& decoder)
{
    decoder.hex("DiskFileId", 8);
    decoder.hex("VolumeId", 8);
}

void allocationSize(Smb2Decoder& decoder)
{
    decoder.number("AllocationSize", 8);
}

void timestamp(Smb2Decoder& decoder)
{
    decoder.time("Timestamp");
}

// DHnQ says nothing: its 16 bytes, 8 in the response, are reserved.
void reserved(Smb2Decoder& decoder)
{
    decoder.raw("Reserved", decoder.left());
}

void reconnect(Smb2Decoder& decoder)
{
    decoder.fileId("FileId");
}

void durable(Smb2Decoder& decoder)
{
    decoder.number("Timeout", 4); // ms
    decoder.flags("Flags", 4, kHandleFlags);
    if (!decoder.told().isResponse) {
        decoder.skip(8);
        decoder.guid("CreateGuid");
    }
}

void durableReconnect(Smb2Decoder& decoder)
{
    decoder.fileId("FileId");
    decoder.guid("CreateGuid");
    decoder.flags("Flags", 4, kHandleFlags);
}

void attributes(Smb2Decoder& decoder)
{
    decodeAttributes(decoder, { decoder.at(), decoder.left() });
}

void security(Smb2Decoder& decoder)
{
    decodeSecurityDescriptor(decoder, { decoder.at(), decoder.left() });
}

void instanceId(Smb2Decoder& decoder)
{
    decoder.number("StructureSize", 2);
    decoder.skip(2);
    decoder.guid("AppInstanceId");
}

void instanceVersion(Smb2Decoder& decoder)
{
    decoder.number("StructureSize", 2);
    decoder.skip(6);
    decoder.number("AppInstanceVersionHigh", 8);
    decoder.number("AppInstanceVersionLow", 8);
}

void sharedDisk(Smb2Decoder& decoder) // [MS-RSVD] 2.2.4.12
{
    constexpr std::size_t kHostName = 126;
    decoder.number("Version", 4);
    decoder.choice("HasInitiatorId", 1, kWireBooleans);
    decoder.skip(3);
    decoder.guid("InitiatorId");
    decoder.hex("Flags", 4);
    decoder.number("OriginatorFlags", 4);
    decoder.hex("OpenRequestId", 8);
    const auto length = std::size_t(decoder.number("InitiatorHostNameLength", 2));
    if (!decoder.hasFailed()) {
        decoder.text("InitiatorHostName", decoder.at(), std::min(length, kHostName));
    }
}

void posix(Smb2Decoder& decoder)
{
    if (decoder.told().isResponse) {
        decoder.number("NumberOfLinks", 4);
        decoder.choice("ReparseTag", 4, kWireReparseTags);
    }
    decoder.hex("Mode", 4);
    if (decoder.told().isResponse) {
        decodeSid(decoder, "Owner");
        decodeSid(decoder, "Group");
    }
}

struct Context
{
    std::string_view name; // as it stands on the wire: four letters, or the bytes of a GUID
    const char* meaning;
    void (*tell)(Smb2Decoder& decoder);
};

using namespace std::string_view_literals;

constexpr Context kContexts[] = {
    { "ExtA"sv, "ExtA (SMB2_CREATE_EA_BUFFER)", attributes },
    { "SecD"sv, "SecD (SMB2_CREATE_SD_BUFFER)", security },
    { "DHnQ"sv, "DHnQ (SMB2_CREATE_DURABLE_HANDLE_REQUEST)", reserved },
    { "DHnC"sv, "DHnC (SMB2_CREATE_DURABLE_HANDLE_RECONNECT)", reconnect },
    { "DH2Q"sv, "DH2Q (SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2)", durable },
    { "DH2C"sv, "DH2C (SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2)", durableReconnect },
    { "AlSi"sv, "AlSi (SMB2_CREATE_ALLOCATION_SIZE)", allocationSize },
    { "MxAc"sv, "MxAc (SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST)", maximalAccess },
    { "TWrp"sv, "TWrp (SMB2_CREATE_TIMEWARP_TOKEN)", timestamp },
    { "QFid"sv, "QFid (SMB2_CREATE_QUERY_ON_DISK_ID)", diskId },
    { "RqLs"sv, "RqLs (SMB2_CREATE_REQUEST_LEASE)", lease },
    { "\x45\xBC\xA6\x6A\xEF\xA7\xF7\x4A\x90\x08\xFA\x46\x2E\x14\x4D\x74"sv,
      "SMB2_CREATE_APP_INSTANCE_ID", instanceId },
    { "\xB9\x82\xD0\xB7\x3B\x56\x07\x4F\xA0\x7B\x52\x4A\x81\x16\xA0\x10"sv,
      "SMB2_CREATE_APP_INSTANCE_VERSION", instanceVersion },
    { "\x9C\xCB\xCF\x9E\x04\xC1\xE6\x43\x98\x0E\x15\x8D\xA1\xF6\xEC\x83"sv,
      "SVHDX_OPEN_DEVICE_CONTEXT", sharedDisk },
    { "\x93\xAD\x25\x50\x9C\xB4\x11\xE7\xB4\x23\x83\xDE\x96\x8B\xCD\x7C"sv, "SMB2_CREATE_TAG_POSIX",
      posix },
    { "AAPL"sv, "AAPL (extensions of macOS)", reserved },
};

const Context* contextOf(std::string_view name)
{
    for (const Context& context : kContexts) {
        if (context.name == name) {
            return &context;
        }
    }
    return nullptr;
}

std::string printable(std::string_view name)
{
    std::string text;
    for (const char letter : name.substr(0, 16)) {
        text += letter > 0x20 && letter < 0x7F ? letter : '.';
    }
    return text;
}

void contextData(Smb2Decoder& decoder, const Context* context, Area area)
{
    if (area.bytes == 0) {
        return;
    }
    if (context == nullptr || !decoder.has(area.at, area.bytes)) {
        decoder.blob("Data", area);
        return;
    }
    Smb2Decoder::Scope data(decoder, "Data", area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    data.covers(area.bytes);
    context->tell(decoder);
}

void symbolicLink(Smb2Decoder& decoder)
{
    decoder.number("SymLinkLength", 4);
    static constexpr WireName kTags[] = { { 0x4C4D5953, "SYML" } };
    decoder.choice("SymLinkErrorTag", 4, kTags);
    decodeReparsePoint(decoder);
}

void errorData(Smb2Decoder& decoder)
{
    constexpr std::int32_t kStoppedOnSymlink = std::int32_t(0x8000002D);
    constexpr std::int32_t kBufferTooSmall = std::int32_t(0xC0000023);
    const std::int32_t status = decoder.told().status;
    if (status == kStoppedOnSymlink) {
        symbolicLink(decoder);
    } else if (status == kBufferTooSmall && decoder.left() == 4) {
        decoder.number("RequiredBufferLength", 4);
    } else {
        decoder.raw("Data", decoder.left());
    }
}

} // namespace

void decodeNegotiateContexts(Smb2Decoder& decoder, std::size_t at, std::size_t count)
{
    for (std::size_t i = 0; i < std::min(count, kMostContexts) && !decoder.isFull(); ++i) {
        const auto length = std::size_t(decoder.peek(at + 2, 2));
        if (!decoder.has(at, 8 + length)) {
            decoder.wrong("NegotiateContext", "leads out of the message");
            return;
        }
        Smb2Decoder::Scope context(decoder, "NegotiateContext", at);
        const Smb2Decoder::Window window(decoder, at + 8 + length);
        context.covers(8 + length);
        const std::uint64_t type = decoder.choice("ContextType", 2, kWireContextTypes);
        decoder.number("DataLength", 2);
        decoder.skip(4);
        context.say(wireChoice(type, kWireContextTypes));
        negotiateContext(decoder, type);
        at += 8 + (length + 7) / 8 * 8; // each begins at a multiple of 8
    }
}

void decodeCreateContexts(Smb2Decoder& decoder, Area area)
{
    if (area.bytes == 0) {
        return;
    }
    const auto context = [&decoder] {
        const std::size_t begin = decoder.at() - 4; // behind Next
        const auto nameOffset = std::size_t(decoder.number("NameOffset", 2));
        const auto nameLength = std::size_t(decoder.number("NameLength", 2));
        decoder.skip(2);
        const auto dataOffset = std::size_t(decoder.number("DataOffset", 2));
        const auto dataLength = std::size_t(decoder.number("DataLength", 4));
        const std::span<const std::byte> bytes = decoder.bytes(begin + nameOffset, nameLength);
        const std::string_view name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const Context* known = contextOf(name);
        const std::string title = known != nullptr ? known->meaning : printable(name);
        decoder.said("Name", title, begin + nameOffset, nameLength);
        contextData(decoder, known, { begin + dataOffset, dataLength });
        return title;
    };
    decodeChain(decoder, "CreateContext", area.at, area.bytes, 16, context, "Next");
}

void decodeErrorData(Smb2Decoder& decoder, std::size_t contexts, Area area)
{
    // Without data there is one byte all the same, which means nothing.
    if (area.bytes == 0 || !decoder.has(area.at, area.bytes)) {
        decoder.blob("ErrorData", area);
        return;
    }
    Smb2Decoder::Scope data(decoder, "ErrorData", area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    data.covers(area.bytes);
    if (contexts == 0) {
        errorData(decoder);
        return;
    }
    static constexpr WireName kIds[]
        = { { 0, "SMB2_ERROR_ID_DEFAULT" }, { 0x72645253, "SMB2_ERROR_ID_SHARE_REDIRECT" } };
    std::size_t at = area.at;
    for (std::size_t i = 0; i < std::min(contexts, kMostContexts) && !decoder.isFull(); ++i) {
        const auto length = std::size_t(decoder.peek(at, 4));
        if (!decoder.has(at, 8) || !decoder.has(at, 8 + length)) {
            decoder.wrong("ErrorContext", "leads out of the message");
            return;
        }
        Smb2Decoder::Scope context(decoder, "ErrorContext", at);
        const Smb2Decoder::Window inner(decoder, at + 8 + length);
        context.covers(8 + length);
        decoder.number("ErrorDataLength", 4);
        if (decoder.choice("ErrorId", 4, kIds) == 0) {
            errorData(decoder);
        } else {
            decoder.raw("ErrorContextData", decoder.left());
        }
        at += 8 + (length + 7) / 8 * 8;
    }
}

} // namespace rdrlab::trace
