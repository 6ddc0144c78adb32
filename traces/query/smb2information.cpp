// What QUERY_INFO brings and SET_INFO sends: the information classes of files ([MS-FSCC] 2.4), and
// the way to the others.
#include "traces/query/smb2decoder.h"

#include <fmt/format.h>
#include <string_view>

namespace rdrlab::trace {

namespace {

using Area = Smb2Decoder::Area;

enum InfoType : std::uint8_t
{
    FileInfo = 1,
    VolumeInfo,
    SecurityInfo,
    QuotaInfo
};

// A length in front of a name that fills the rest.
std::string lengthAndName(Smb2Decoder& decoder)
{
    const std::uint64_t length = decoder.number("FileNameLength", 4);
    return decoder.hasFailed() ? std::string()
                               : decoder.text("FileName", decoder.at(), std::size_t(length));
}

void basic(Smb2Decoder& decoder)
{
    decodeTimes(decoder);
    decoder.flags("FileAttributes", 4, kWireAttributes);
    decoder.skip(4);
}

void standard(Smb2Decoder& decoder)
{
    decoder.number("AllocationSize", 8);
    decoder.number("EndOfFile", 8);
    decoder.number("NumberOfLinks", 4);
    decoder.choice("DeletePending", 1, kWireBooleans);
    decoder.choice("Directory", 1, kWireBooleans);
    decoder.skip(2);
}

void internal(Smb2Decoder& decoder)
{
    decoder.hex("IndexNumber", 8);
}

void eaSize(Smb2Decoder& decoder)
{
    decoder.number("EaSize", 4);
}

void access(Smb2Decoder& decoder)
{
    decoder.flags("AccessFlags", 4, kWireAccess);
}

void name(Smb2Decoder& decoder)
{
    lengthAndName(decoder);
}

void position(Smb2Decoder& decoder)
{
    decoder.number("CurrentByteOffset", 8);
}

void mode(Smb2Decoder& decoder)
{
    decoder.flags("Mode", 4, kWireCreateOptions);
}

void alignment(Smb2Decoder& decoder)
{
    static constexpr WireName kAlignments[] = {
        { 0x00, "FILE_BYTE_ALIGNMENT" },     { 0x01, "FILE_WORD_ALIGNMENT" },
        { 0x03, "FILE_LONG_ALIGNMENT" },     { 0x07, "FILE_QUAD_ALIGNMENT" },
        { 0x0F, "FILE_OCTA_ALIGNMENT" },     { 0x1F, "FILE_32_BYTE_ALIGNMENT" },
        { 0x3F, "FILE_64_BYTE_ALIGNMENT" },  { 0x7F, "FILE_128_BYTE_ALIGNMENT" },
        { 0xFF, "FILE_256_BYTE_ALIGNMENT" }, { 0x1FF, "FILE_512_BYTE_ALIGNMENT" },
    };
    decoder.choice("AlignmentRequirement", 4, kAlignments);
}

void all(Smb2Decoder& decoder)
{
    static constexpr std::pair<const char*, void (*)(Smb2Decoder&)> kParts[] = {
        { "BasicInformation", basic },       { "StandardInformation", standard },
        { "InternalInformation", internal }, { "EaInformation", eaSize },
        { "AccessInformation", access },     { "PositionInformation", position },
        { "ModeInformation", mode },         { "AlignmentInformation", alignment },
        { "NameInformation", name },
    };
    for (const auto& [part, tell] : kParts) {
        const Smb2Decoder::Scope scope(decoder, part, decoder.at(), false);
        tell(decoder);
    }
}

void renameTarget(Smb2Decoder& decoder)
{
    decoder.skip(4);
    decoder.hex("RootDirectory", 8);
    lengthAndName(decoder);
}

void rename(Smb2Decoder& decoder)
{
    decoder.choice("ReplaceIfExists", 1, kWireBooleans);
    decoder.skip(3);
    renameTarget(decoder);
}

void renameEx(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[] = {
        { 0x01, "FILE_RENAME_REPLACE_IF_EXISTS" },
        { 0x02, "FILE_RENAME_POSIX_SEMANTICS" },
        { 0x04, "FILE_RENAME_SUPPRESS_PIN_STATE_INHERITANCE" },
        { 0x08, "FILE_RENAME_SUPPRESS_STORAGE_RESERVE_INHERITANCE" },
        { 0x40, "FILE_RENAME_IGNORE_READONLY_ATTRIBUTE" },
    };
    decoder.flags("Flags", 4, kFlags);
    renameTarget(decoder);
}

void disposition(Smb2Decoder& decoder)
{
    decoder.choice("DeletePending", 1, kWireBooleans);
}

void dispositionEx(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[] = {
        { 0x01, "FILE_DISPOSITION_DELETE" },
        { 0x02, "FILE_DISPOSITION_POSIX_SEMANTICS" },
        { 0x04, "FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK" },
        { 0x08, "FILE_DISPOSITION_ON_CLOSE" },
        { 0x10, "FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE" },
    };
    decoder.flags("Flags", 4, kFlags);
}

void allocation(Smb2Decoder& decoder)
{
    decoder.number("AllocationSize", 8);
}

void endOfFile(Smb2Decoder& decoder)
{
    decoder.number("EndOfFile", 8);
}

void validData(Smb2Decoder& decoder)
{
    decoder.number("ValidDataLength", 8);
}

void streams(Smb2Decoder& decoder)
{
    decodeChain(decoder, "Stream", decoder.at(), decoder.left(), 24, [&] {
        const std::uint64_t length = decoder.number("StreamNameLength", 4);
        decoder.number("StreamSize", 8);
        decoder.number("StreamAllocationSize", 8);
        return decoder.text("StreamName", decoder.at(), std::size_t(length));
    });
}

void pipe(Smb2Decoder& decoder)
{
    static constexpr WireName kReadModes[]
        = { { 0, "FILE_PIPE_BYTE_STREAM_MODE" }, { 1, "FILE_PIPE_MESSAGE_MODE" } };
    static constexpr WireName kCompletions[]
        = { { 0, "FILE_PIPE_QUEUE_OPERATION" }, { 1, "FILE_PIPE_COMPLETE_OPERATION" } };
    decoder.choice("ReadMode", 4, kReadModes);
    decoder.choice("CompletionMode", 4, kCompletions);
}

void pipeLocal(Smb2Decoder& decoder)
{
    for (const char* field :
         { "NamedPipeType", "NamedPipeConfiguration", "MaximumInstances", "CurrentInstances",
           "InboundQuota", "ReadDataAvailable", "OutboundQuota", "WriteQuotaAvailable",
           "NamedPipeState", "NamedPipeEnd" }) {
        decoder.number(field, 4);
    }
}

void pipeRemote(Smb2Decoder& decoder)
{
    decoder.number("CollectDataTime", 8);
    decoder.number("MaximumCollectionCount", 4);
}

void compression(Smb2Decoder& decoder)
{
    static constexpr WireName kFormats[]
        = { { 0, "COMPRESSION_FORMAT_NONE" }, { 2, "COMPRESSION_FORMAT_LZNT1" } };
    decoder.number("CompressedFileSize", 8);
    decoder.choice("CompressionFormat", 2, kFormats);
    decoder.number("CompressionUnitShift", 1);
    decoder.number("ChunkShift", 1);
    decoder.number("ClusterShift", 1);
}

void networkOpen(Smb2Decoder& decoder)
{
    decodeTimes(decoder);
    decoder.number("AllocationSize", 8);
    decoder.number("EndOfFile", 8);
    decoder.flags("FileAttributes", 4, kWireAttributes);
}

void attributeTag(Smb2Decoder& decoder)
{
    decoder.flags("FileAttributes", 4, kWireAttributes);
    decoder.choice("ReparseTag", 4, kWireReparseTags);
}

void reparsePoint(Smb2Decoder& decoder)
{
    decoder.hex("FileReference", 8);
    decoder.choice("Tag", 4, kWireReparseTags);
}

void standardLink(Smb2Decoder& decoder)
{
    decoder.number("NumberOfAccessibleLinks", 4);
    decoder.number("TotalNumberOfLinks", 4);
    decoder.choice("DeletePending", 1, kWireBooleans);
    decoder.choice("Directory", 1, kWireBooleans);
}

void fileIds(Smb2Decoder& decoder)
{
    decoder.hex("VolumeSerialNumber", 8);
    decoder.raw("FileId", 16);
}

void caseSensitive(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[] = { { 1, "FILE_CS_FLAG_CASE_SENSITIVE_DIR" } };
    decoder.flags("Flags", 4, kFlags);
}

void quota(Smb2Decoder& decoder)
{
    decodeChain(decoder, "FILE_QUOTA_INFORMATION", decoder.at(), decoder.left(), 40, [&] {
        decoder.number("SidLength", 4);
        decoder.time("ChangeTime");
        decoder.number("QuotaUsed", 8);
        decoder.number("QuotaThreshold", 8);
        decoder.number("QuotaLimit", 8);
        return decodeSid(decoder, "Sid");
    });
}

void attributes(Smb2Decoder& decoder)
{
    decodeAttributes(decoder, { decoder.at(), decoder.left() });
}

constexpr WireShape kFileShapes[] = {
    { 4, basic },        { 5, standard },       { 6, internal },    { 7, eaSize },
    { 8, access },       { 9, name },           { 10, rename },     { 11, rename },
    { 13, disposition }, { 14, position },      { 15, attributes }, { 16, mode },
    { 17, alignment },   { 18, all },           { 19, allocation }, { 20, endOfFile },
    { 21, name },        { 22, streams },       { 23, pipe },       { 24, pipeLocal },
    { 25, pipeRemote },  { 28, compression },   { 32, quota },      { 33, reparsePoint },
    { 34, networkOpen }, { 35, attributeTag },  { 39, validData },  { 40, name },
    { 48, name },        { 54, standardLink },  { 59, fileIds },    { 64, dispositionEx },
    { 65, renameEx },    { 71, caseSensitive }, { 72, renameEx },
};

} // namespace

void decodeTimes(Smb2Decoder& decoder)
{
    decoder.time("CreationTime");
    decoder.time("LastAccessTime");
    decoder.time("LastWriteTime");
    decoder.time("ChangeTime");
}

bool decodeShape(Smb2Decoder& decoder, std::span<const WireShape> shapes, std::uint8_t infoClass)
{
    for (const WireShape& shape : shapes) {
        if (shape.infoClass == infoClass) {
            shape.tell(decoder);
            return true;
        }
    }
    return false;
}

void decodeInformation(Smb2Decoder& decoder, Smb2Question question, Area area)
{
    if (area.bytes == 0 || !decoder.has(area.at, area.bytes)) {
        decoder.blob("Buffer", area);
        return;
    }
    Smb2Decoder::Scope information(decoder, "Buffer", area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    information.covers(area.bytes);
    bool isKnown = true;
    std::string title;
    switch (question.infoType) {
    case FileInfo:
        title = wireChoice(question.infoClass, kWireFileClasses);
        isKnown = decodeShape(decoder, kFileShapes, question.infoClass)
            || decodeDirectory(decoder, question.infoClass);
        break;
    case VolumeInfo:
        title = wireChoice(question.infoClass, kWireVolumeClasses);
        isKnown = decodeVolume(decoder, question.infoClass);
        break;
    case SecurityInfo:
        title = "SECURITY_DESCRIPTOR";
        decodeSecurityDescriptor(decoder, area);
        break;
    case QuotaInfo:
        title = "FileQuotaInformation (32)";
        quota(decoder);
        break;
    default:
        information.say(fmt::format(
            "{} bytes; the request that says what they are is not recorded", area.bytes));
        return;
    }
    information.say(isKnown ? title : fmt::format("{}, {} bytes", title, area.bytes));
}

void decodeInformationInput(Smb2Decoder& decoder, Smb2Question question, Area area)
{
    const bool isNames = question.infoType == FileInfo && question.infoClass == 15;
    if (area.bytes == 0 || !decoder.has(area.at, area.bytes)
        || !(isNames || question.infoType == QuotaInfo)) {
        decoder.blob("Buffer", area);
        return;
    }
    Smb2Decoder::Scope input(decoder, "Buffer", area.at);
    const Smb2Decoder::Window window(decoder, area.at + area.bytes);
    input.covers(area.bytes);
    if (isNames) {
        input.say("the attributes that are asked for");
        decodeChain(decoder, "FILE_GET_EA_INFORMATION", area.at, area.bytes, 6, [&] {
            const std::uint64_t length = decoder.number("EaNameLength", 1);
            return decoder.narrowText("EaName", decoder.at(), std::size_t(length));
        });
        return;
    }
    input.say("SMB2_QUERY_QUOTA_INFO");
    decoder.choice("ReturnSingle", 1, kWireBooleans);
    decoder.choice("RestartScan", 1, kWireBooleans);
    decoder.skip(2);
    const auto list = std::size_t(decoder.number("SidListLength", 4));
    decoder.number("StartSidLength", 4);
    decoder.number("StartSidOffset", 4);
    decodeChain(decoder, "FILE_GET_QUOTA_INFORMATION", decoder.at(), list, 16, [&] {
        decoder.number("SidLength", 4);
        return decodeSid(decoder, "Sid");
    });
}

void decodeAttributes(Smb2Decoder& decoder, Area area)
{
    static constexpr WireName kFlags[] = { { 0x80, "FILE_NEED_EA" } };
    decodeChain(decoder, "FILE_FULL_EA_INFORMATION", area.at, area.bytes, 9, [&] {
        decoder.flags("Flags", 1, kFlags);
        const auto nameLength = std::size_t(decoder.number("EaNameLength", 1));
        const auto valueLength = std::size_t(decoder.number("EaValueLength", 2));
        if (decoder.hasFailed()) {
            return std::string();
        }
        std::string title = decoder.narrowText("EaName", decoder.at(), nameLength);
        decoder.skip(nameLength + 1); // a zero behind it
        decoder.raw("EaValue", valueLength);
        return title;
    });
}

} // namespace rdrlab::trace
