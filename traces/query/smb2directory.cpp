// The entries of a directory, in each of the classes that QUERY_DIRECTORY can ask for ([MS-FSCC]
// 2.4). They are one structure with more or less in it.
#include "traces/query/smb2decoder.h"

#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

// What stands between the attributes and the name of a directory's entry.
enum EntryPart : unsigned
{
    HasTimes = 1, // and sizes and attributes
    HasEaSize = 2,
    HasTag = 4,
    HasShortName = 8,
    HasId = 16,
    HasWideId = 32,
    HasTransaction = 64
};

struct EntryShape
{
    std::uint8_t infoClass;
    unsigned parts;
};

constexpr EntryShape kEntries[] = {
    { 1, HasTimes },
    { 2, HasTimes | HasEaSize },
    { 3, HasTimes | HasEaSize | HasShortName },
    { 12, 0 },
    { 37, HasTimes | HasEaSize | HasShortName | HasId },
    { 38, HasTimes | HasEaSize | HasId },
    { 50, HasTimes | HasId | HasTransaction },
    { 60, HasTimes | HasEaSize | HasTag | HasWideId },
    { 63, HasTimes | HasEaSize | HasTag | HasWideId | HasShortName },
    { 78, HasTimes | HasEaSize | HasTag | HasId },
    { 79, HasTimes | HasEaSize | HasTag | HasId | HasShortName },
    { 80, HasTimes | HasEaSize | HasTag | HasId | HasWideId },
    { 81, HasTimes | HasEaSize | HasTag | HasId | HasWideId | HasShortName },
};

void shortName(Smb2Decoder& decoder)
{
    constexpr std::size_t kShortNameBytes = 24;
    const auto length = std::size_t(decoder.number("ShortNameLength", 1));
    decoder.skip(1);
    if (length > kShortNameBytes) {
        decoder.wrong("ShortName", fmt::format("{} bytes are longer than its place", length));
    } else if (!decoder.hasFailed()) {
        decoder.text("ShortName", decoder.at(), length);
    }
    decoder.skip(kShortNameBytes);
}

std::string entry(Smb2Decoder& decoder, unsigned parts)
{
    constexpr std::uint64_t kReparsePoint = 0x400;
    decoder.number("FileIndex", 4);
    std::uint64_t attributes = 0;
    if ((parts & HasTimes) != 0) {
        decodeTimes(decoder);
        decoder.number("EndOfFile", 8);
        decoder.number("AllocationSize", 8);
        attributes = decoder.flags("FileAttributes", 4, kWireAttributes);
    }
    const std::uint64_t length = decoder.number("FileNameLength", 4);
    const bool isLink = (attributes & kReparsePoint) != 0 && (parts & HasTag) == 0;
    if ((parts & HasEaSize) != 0 && isLink) {
        decoder.choice("ReparsePointTag", 4, kWireReparseTags); // in the place of EaSize
    } else if ((parts & HasEaSize) != 0) {
        decoder.number("EaSize", 4);
    }
    if ((parts & HasTag) != 0) {
        decoder.choice("ReparsePointTag", 4, kWireReparseTags);
    }
    const bool isOld = (parts & (HasTag | HasTransaction)) == 0; // the name before the id
    if ((parts & HasShortName) != 0 && isOld) {
        shortName(decoder);
    }
    if ((parts & HasId) != 0) {
        // Eight bytes lie at a multiple of eight.
        decoder.skip(!isOld || (parts & HasEaSize) == 0 ? 0 : (parts & HasShortName) != 0 ? 2 : 4);
        decoder.hex("FileId", 8);
    }
    if ((parts & HasWideId) != 0) {
        decoder.raw((parts & HasId) != 0 ? "FileId128" : "FileId", 16);
    }
    if ((parts & HasShortName) != 0 && !isOld) {
        shortName(decoder);
    }
    if ((parts & HasTransaction) != 0) {
        decoder.guid("LockingTransactionId");
        decoder.hex("TxInfoFlags", 4);
    }
    return decoder.hasFailed() ? std::string()
                               : decoder.text("FileName", decoder.at(), std::size_t(length));
}

} // namespace

bool decodeDirectory(Smb2Decoder& decoder, std::uint8_t infoClass)
{
    constexpr std::size_t kSmallest = 12; // FileNamesInformation
    for (const EntryShape& shape : kEntries) {
        if (shape.infoClass == infoClass) {
            decodeChain(decoder, "Entry", decoder.at(), decoder.left(), kSmallest, [&] {
                return entry(decoder, shape.parts);
            });
            return true;
        }
    }
    return false;
}

} // namespace rdrlab::trace
