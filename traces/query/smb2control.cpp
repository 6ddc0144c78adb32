// What IOCTL carries ([MS-SMB2] 2.2.31, 2.2.32; [MS-FSCC] 2.1.2, 2.3; [MS-DFSC] 2.2).
#include "traces/query/smb2decoder.h"

#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

using Area = Smb2Decoder::Area;

void negotiateInfo(Smb2Decoder& decoder)
{
    decoder.flags("Capabilities", 4, kWireCapabilities);
    decoder.guid("Guid");
    decoder.flags("SecurityMode", 2, kWireSecurityModes);
}

void validateInput(Smb2Decoder& decoder)
{
    negotiateInfo(decoder);
    const std::uint64_t count = decoder.number("DialectCount", 2);
    for (std::uint64_t i = 0; i < count && !decoder.isAtEnd(); ++i) {
        decoder.choice("Dialect", 2, kWireDialects);
    }
}

void validateOutput(Smb2Decoder& decoder)
{
    negotiateInfo(decoder);
    decoder.choice("Dialect", 2, kWireDialects);
}

// A text that ends with a zero, anywhere between here and the end.
std::string endedText(Smb2Decoder& decoder, const char* name, std::size_t at)
{
    std::size_t stop = at;
    while (decoder.has(stop, 2) && decoder.peek(stop, 2) != 0) {
        stop += 2;
    }
    return decoder.text(name, at, stop - at);
}

void referralsInput(Smb2Decoder& decoder)
{
    decoder.number("MaxReferralLevel", 2);
    if (!decoder.hasFailed()) {
        endedText(decoder, "RequestFileName", decoder.at());
    }
}

std::string referralOne(Smb2Decoder& decoder, std::size_t begin, std::uint64_t version)
{
    static constexpr WireName kServers[] = { { 0, "non-root" }, { 1, "root" } };
    static constexpr WireName kFlags[] = { { 2, "NameListReferral" }, { 4, "TargetSetBoundary" } };
    decoder.choice("ServerType", 2, kServers);
    const std::uint64_t flags = decoder.flags("ReferralEntryFlags", 2, kFlags);
    if (version == 1) {
        return endedText(decoder, "ShareName", decoder.at());
    }
    if (version == 2) {
        decoder.number("Proximity", 4);
    }
    decoder.number("TimeToLive", 4);
    const bool isNames = version >= 3 && (flags & 2) != 0;
    const auto first
        = std::size_t(decoder.number(isNames ? "SpecialNameOffset" : "DFSPathOffset", 2));
    if (isNames) {
        decoder.number("NumberOfExpandedNames", 2);
        const auto expanded = std::size_t(decoder.number("ExpandedNameOffset", 2));
        endedText(decoder, "ExpandedName", begin + expanded);
        return endedText(decoder, "SpecialName", begin + first);
    }
    const auto other = std::size_t(decoder.number("DFSAlternatePathOffset", 2));
    const auto address = std::size_t(decoder.number("NetworkAddressOffset", 2));
    if (version >= 3) {
        decoder.raw("ServiceSiteGuid", 16);
    }
    if (decoder.hasFailed()) {
        return {};
    }
    endedText(decoder, "DFSPath", begin + first);
    endedText(decoder, "DFSAlternatePath", begin + other);
    return endedText(decoder, "NetworkAddress", begin + address);
}

void referralsOutput(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[]
        = { { 1, "ReferralServers" }, { 2, "StorageServers" }, { 4, "TargetFailback" } };
    constexpr std::size_t kSmallest = 8;
    decoder.number("PathConsumed", 2);
    const std::uint64_t count = decoder.number("NumberOfReferrals", 2);
    decoder.flags("ReferralHeaderFlags", 4, kFlags);
    // The texts of all stand behind the last: only the fixed parts follow each other.
    std::size_t at = decoder.at();
    for (std::uint64_t i = 0; i < count && !decoder.hasFailed() && !decoder.isFull(); ++i) {
        const auto size = std::size_t(decoder.peek(at + 2, 2));
        if (size < kSmallest || !decoder.has(at, size)) {
            decoder.wrong("Referral", fmt::format("{} of {} does not fit", i + 1, count));
            return;
        }
        Smb2Decoder::Scope referral(decoder, "Referral", at);
        referral.covers(size);
        const std::uint64_t version = decoder.number("VersionNumber", 2);
        decoder.number("Size", 2);
        referral.say(referralOne(decoder, at, version));
        at += size;
    }
}

std::string socketAddress(Smb2Decoder& decoder)
{
    static constexpr WireName kFamilies[] = { { 2, "InterNetwork" }, { 0x17, "InterNetworkV6" } };
    const std::uint64_t family = decoder.choice("Family", 2, kFamilies);
    decoder.skip(2); // the port, which means nothing here
    std::string text;
    if (family == 2 && decoder.has(decoder.at(), 4)) {
        for (std::size_t i = 0; i < 4; ++i) {
            text += fmt::format("{}{}", i == 0 ? "" : ".", decoder.peek(decoder.at() + i, 1));
        }
        decoder.said("IPv4Address", text, decoder.at(), 4);
    } else if (family == 0x17 && decoder.has(decoder.at() + 4, 16)) {
        for (std::size_t i = 0; i < 16; i += 2) {
            text += fmt::format(
                "{}{:x}", i == 0 ? "" : ":",
                decoder.peek(decoder.at() + 4 + i, 1) << 8 | decoder.peek(decoder.at() + 5 + i, 1));
        }
        decoder.said("IPv6Address", text, decoder.at() + 4, 16);
    }
    return text;
}

void interfacesOutput(Smb2Decoder& decoder)
{
    static constexpr WireName kCapabilities[] = { { 1, "RSS_CAPABLE" }, { 2, "RDMA_CAPABLE" } };
    decodeChain(
        decoder, "NETWORK_INTERFACE_INFO", decoder.at(), decoder.left(), 152,
        [&] {
            decoder.number("IfIndex", 4);
            decoder.flags("Capability", 4, kCapabilities);
            decoder.skip(4);
            decoder.number("LinkSpeed", 8); // bits a second
            const Smb2Decoder::Scope address(decoder, "SockAddr_Storage", decoder.at());
            return socketAddress(decoder);
        },
        "Next");
}

void reparse(Smb2Decoder& decoder)
{
    decodeReparsePoint(decoder);
}

void resumeKeyOutput(Smb2Decoder& decoder)
{
    decoder.raw("ResumeKey", 24);
    decoder.number("ContextLength", 4);
}

void copyInput(Smb2Decoder& decoder)
{
    decoder.raw("SourceKey", 24);
    const std::uint64_t count = decoder.number("ChunkCount", 4);
    decoder.skip(4);
    for (std::uint64_t i = 0; i < count && !decoder.isAtEnd() && !decoder.isFull(); ++i) {
        const Smb2Decoder::Scope chunk(
            decoder, fmt::format("Chunk {}", i + 1), decoder.at(), false);
        decoder.number("SourceOffset", 8);
        decoder.number("TargetOffset", 8);
        decoder.number("Length", 4);
        decoder.skip(4);
    }
}

void copyOutput(Smb2Decoder& decoder)
{
    decoder.number("ChunksWritten", 4);
    decoder.number("ChunkBytesWritten", 4);
    decoder.number("TotalBytesWritten", 4);
}

void snapshotsOutput(Smb2Decoder& decoder)
{
    decoder.number("NumberOfSnapShots", 4);
    decoder.number("NumberOfSnapShotsReturned", 4);
    decoder.number("SnapShotArraySize", 4);
    while (decoder.left() >= 2 && decoder.peek(decoder.at(), 2) != 0 && !decoder.isFull()) {
        const std::size_t begin = decoder.at();
        std::size_t stop = begin;
        while (decoder.has(stop, 2) && decoder.peek(stop, 2) != 0) {
            stop += 2;
        }
        decoder.text("SnapShot", begin, stop - begin);
        decoder.skip(stop + 2 - begin);
    }
}

void hashInput(Smb2Decoder& decoder)
{
    static constexpr WireName kTypes[] = { { 1, "SRV_HASH_TYPE_PEER_DIST" } };
    static constexpr WireName kKinds[]
        = { { 1, "SRV_HASH_RETRIEVE_HASH_BASED" }, { 2, "SRV_HASH_RETRIEVE_FILE_BASED" } };
    decoder.choice("HashType", 4, kTypes);
    decoder.number("HashVersion", 4);
    decoder.choice("HashRetrievalType", 4, kKinds);
    decoder.number("Length", 4);
    decoder.number("Offset", 8);
}

void resiliencyInput(Smb2Decoder& decoder)
{
    decoder.number("Timeout", 4); // ms
}

void zeroInput(Smb2Decoder& decoder)
{
    decoder.number("FileOffset", 8);
    decoder.number("BeyondFinalZero", 8);
}

void ranges(Smb2Decoder& decoder)
{
    for (unsigned i = 1; decoder.left() >= 16 && !decoder.isFull(); ++i) {
        const Smb2Decoder::Scope range(decoder, fmt::format("Range {}", i), decoder.at(), false);
        decoder.number("FileOffset", 8);
        decoder.number("Length", 8);
    }
}

void trimInput(Smb2Decoder& decoder)
{
    decoder.number("Key", 4);
    decoder.number("NumRanges", 4);
    ranges(decoder);
}

void trimOutput(Smb2Decoder& decoder)
{
    decoder.number("NumRangesProcessed", 4);
}

void sparseInput(Smb2Decoder& decoder)
{
    decoder.choice("SetSparse", 1, kWireBooleans);
}

void compression(Smb2Decoder& decoder)
{
    static constexpr WireName kFormats[] = { { 0, "COMPRESSION_FORMAT_NONE" },
                                             { 1, "COMPRESSION_FORMAT_DEFAULT" },
                                             { 2, "COMPRESSION_FORMAT_LZNT1" } };
    decoder.choice("CompressionState", 2, kFormats);
}

void objectId(Smb2Decoder& decoder)
{
    for (const char* field : { "ObjectId", "BirthVolumeId", "BirthObjectId", "DomainId" }) {
        decoder.guid(field);
    }
}

void pipeWaitInput(Smb2Decoder& decoder)
{
    decoder.number("Timeout", 8); // 100 ns
    const auto length = std::size_t(decoder.number("NameLength", 4));
    decoder.choice("TimeoutSpecified", 1, kWireBooleans);
    decoder.skip(1);
    if (!decoder.hasFailed()) {
        decoder.text("Name", decoder.at(), length);
    }
}

void pipePeekOutput(Smb2Decoder& decoder)
{
    for (const char* field :
         { "NamedPipeState", "ReadDataAvailable", "NumberOfMessages", "MessageLength" }) {
        decoder.number(field, 4);
    }
    decoder.raw("Data", decoder.left());
}

void duplicateInput(Smb2Decoder& decoder)
{
    decoder.fileId("SourceFileID");
    decoder.number("SourceFileOffset", 8);
    decoder.number("TargetFileOffset", 8);
    decoder.number("ByteCount", 8);
}

void integrity(Smb2Decoder& decoder)
{
    static constexpr WireName kAlgorithms[] = { { 0, "CHECKSUM_TYPE_NONE" },
                                                { 2, "CHECKSUM_TYPE_CRC64" },
                                                { 0xFFFF, "CHECKSUM_TYPE_UNCHANGED" } };
    static constexpr WireName kFlags[] = { { 1, "FSCTL_INTEGRITY_FLAG_CHECKSUM_ENFORCEMENT_OFF" } };
    decoder.choice("ChecksumAlgorithm", 2, kAlgorithms);
    decoder.skip(2);
    decoder.flags("Flags", 4, kFlags);
    if (decoder.left() >= 8) {
        decoder.number("ChecksumChunkSizeInBytes", 4);
        decoder.number("ClusterSizeInBytes", 4);
    }
}

struct Shape
{
    std::uint32_t code;
    void (*input)(Smb2Decoder& decoder); // null: nothing that means anything
    void (*output)(Smb2Decoder& decoder);
};

constexpr Shape kShapes[] = {
    { 0x00060194, referralsInput, referralsOutput },
    { 0x00140204, validateInput, validateOutput },
    { 0x001401FC, nullptr, interfacesOutput },
    { 0x000900A4, reparse, nullptr },
    { 0x000900A8, nullptr, reparse },
    { 0x000900AC, reparse, nullptr },
    { 0x00140078, nullptr, resumeKeyOutput },
    { 0x001440F2, copyInput, copyOutput },
    { 0x001480F2, copyInput, copyOutput },
    { 0x00144064, nullptr, snapshotsOutput },
    { 0x001441BB, hashInput, nullptr },
    { 0x001401D4, resiliencyInput, nullptr },
    { 0x000980C8, zeroInput, nullptr },
    { 0x000940CF, ranges, ranges },
    { 0x00098208, trimInput, trimOutput },
    { 0x00098344, duplicateInput, nullptr },
    { 0x000900C4, sparseInput, nullptr },
    { 0x0009003C, nullptr, compression },
    { 0x0009C040, compression, nullptr },
    { 0x0009009C, nullptr, objectId },
    { 0x000900C0, nullptr, objectId },
    { 0x00090098, objectId, nullptr },
    { 0x00110018, pipeWaitInput, nullptr },
    { 0x0011400C, nullptr, pipePeekOutput },
    { 0x0009027C, nullptr, integrity },
    { 0x0009C280, integrity, nullptr },
};

} // namespace

void decodeControl(Smb2Decoder& decoder, std::uint32_t code, bool isOutput, Area area)
{
    const char* name = isOutput ? "Output" : "Input";
    void (*tell)(Smb2Decoder & decoder) = nullptr;
    for (const Shape& shape : kShapes) {
        if (shape.code == code) {
            tell = isOutput ? shape.output : shape.input;
        }
    }
    if (tell == nullptr || area.bytes == 0 || !decoder.has(area.at, area.bytes)) {
        decoder.blob(name, area);
        return;
    }
    Smb2Decoder::Scope buffer(decoder, name, area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    buffer.covers(area.bytes);
    tell(decoder);
}

void decodeReparsePoint(Smb2Decoder& decoder)
{
    constexpr std::uint64_t kMountPoint = 0xA0000003;
    constexpr std::uint64_t kSymbolicLink = 0xA000000C;
    constexpr std::uint64_t kMicrosoft = 0x80000000;
    static constexpr WireName kFlags[] = { { 1, "SYMLINK_FLAG_RELATIVE" } };
    const std::uint64_t tag = decoder.choice("ReparseTag", 4, kWireReparseTags);
    const auto length = std::size_t(decoder.number("ReparseDataLength", 2));
    if (decoder.told().isResponse && decoder.told().status < 0) {
        decoder.number("UnparsedPathLength", 2); // in an ERROR response
    } else {
        decoder.skip(2);
    }
    if (decoder.hasFailed()) {
        return;
    }
    if (tag != kMountPoint && tag != kSymbolicLink) {
        if ((tag & kMicrosoft) == 0) {
            decoder.guid("ReparseGuid");
        }
        decoder.raw("DataBuffer", std::min(length, decoder.left()));
        return;
    }
    const auto substituteOffset = std::size_t(decoder.number("SubstituteNameOffset", 2));
    const auto substituteLength = std::size_t(decoder.number("SubstituteNameLength", 2));
    const auto printOffset = std::size_t(decoder.number("PrintNameOffset", 2));
    const auto printLength = std::size_t(decoder.number("PrintNameLength", 2));
    if (tag == kSymbolicLink) {
        decoder.flags("Flags", 4, kFlags);
    }
    if (!decoder.hasFailed()) {
        const std::size_t names = decoder.at();
        decoder.text("SubstituteName", names + substituteOffset, substituteLength);
        decoder.text("PrintName", names + printOffset, printLength);
    }
}

} // namespace rdrlab::trace
