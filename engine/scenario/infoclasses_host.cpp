// Information classes of files, directories and volumes as named values: the members keep their
// names in ntifs.h.
#include <ntifs.h>

#include "engine/host/text.h"
#include "engine/scenario/ntcalls.h"

#include <algorithm>
#include <cstring>

namespace rdrlab::scenario::nt {

namespace {

struct ClassName
{
    std::string_view name;
    uint32_t number;
};

constexpr ClassName kFileClasses[] = {
    { "FileBasicInformation", FileBasicInformation },
    { "FileStandardInformation", FileStandardInformation },
    { "FileInternalInformation", FileInternalInformation },
    { "FileEaInformation", FileEaInformation },
    { "FileAccessInformation", FileAccessInformation },
    { "FileNameInformation", FileNameInformation },
    { "FileRenameInformation", FileRenameInformation },
    { "FileDispositionInformation", FileDispositionInformation },
    { "FilePositionInformation", FilePositionInformation },
    { "FileModeInformation", FileModeInformation },
    { "FileAlignmentInformation", FileAlignmentInformation },
    { "FileAllInformation", FileAllInformation },
    { "FileAllocationInformation", FileAllocationInformation },
    { "FileEndOfFileInformation", FileEndOfFileInformation },
    { "FileStreamInformation", FileStreamInformation },
    { "FileNetworkOpenInformation", FileNetworkOpenInformation },
    { "FileAttributeTagInformation", FileAttributeTagInformation },
};

constexpr ClassName kDirectoryClasses[] = {
    { "FileDirectoryInformation", FileDirectoryInformation },
    { "FileFullDirectoryInformation", FileFullDirectoryInformation },
    { "FileBothDirectoryInformation", FileBothDirectoryInformation },
    { "FileNamesInformation", FileNamesInformation },
    { "FileIdBothDirectoryInformation", FileIdBothDirectoryInformation },
    { "FileIdFullDirectoryInformation", FileIdFullDirectoryInformation },
};

constexpr ClassName kVolumeClasses[] = {
    { "FileFsVolumeInformation", FileFsVolumeInformation },
    { "FileFsSizeInformation", FileFsSizeInformation },
    { "FileFsDeviceInformation", FileFsDeviceInformation },
    { "FileFsAttributeInformation", FileFsAttributeInformation },
    { "FileFsFullSizeInformation", FileFsFullSizeInformation },
};

template <typename Visit> void forEachClass(Family family, Visit visit)
{
    if (family == Family::File)
        for (const ClassName& entry : kFileClasses)
            visit(entry);
    else if (family == Family::Directory)
        for (const ClassName& entry : kDirectoryClasses)
            visit(entry);
    else
        for (const ClassName& entry : kVolumeClasses)
            visit(entry);
}

std::string text(const void* units, size_t bytes)
{
    std::u16string copy(bytes / 2, u'\0');
    std::memcpy(copy.data(), units, copy.size() * 2);
    return host::toUtf8(copy);
}

/// Copies a structure out of bytes that may be cut short; missing members stay 0.
template <typename Structure> Structure take(const std::byte* bytes, size_t length)
{
    Structure value {};
    std::memcpy(&value, bytes, std::min(length, sizeof(Structure)));
    return value;
}

/// The name behind a structure's fixed part, bounded by what was returned.
template <typename Structure>
std::string nameBehind(const std::byte* bytes, size_t length, size_t offset, size_t nameBytes)
{
    return offset >= length ? std::string()
                            : text(bytes + offset, std::min(nameBytes, length - offset));
}

int64_t number(const LARGE_INTEGER& value)
{
    return value.QuadPart;
}

void addBasic(Record& record, const FILE_BASIC_INFORMATION& value)
{
    record.emplace_back("CreationTime", number(value.CreationTime));
    record.emplace_back("LastAccessTime", number(value.LastAccessTime));
    record.emplace_back("LastWriteTime", number(value.LastWriteTime));
    record.emplace_back("ChangeTime", number(value.ChangeTime));
    record.emplace_back("FileAttributes", int64_t(value.FileAttributes));
}

void addStandard(Record& record, const FILE_STANDARD_INFORMATION& value)
{
    record.emplace_back("AllocationSize", number(value.AllocationSize));
    record.emplace_back("EndOfFile", number(value.EndOfFile));
    record.emplace_back("NumberOfLinks", int64_t(value.NumberOfLinks));
    record.emplace_back("DeletePending", value.DeletePending != 0);
    record.emplace_back("Directory", value.Directory != 0);
}

std::vector<Record> decodeStreams(const std::byte* bytes, size_t length)
{
    std::vector<Record> records;
    size_t at = 0;
    while (at + FIELD_OFFSET(FILE_STREAM_INFORMATION, StreamName) <= length) {
        const auto value = take<FILE_STREAM_INFORMATION>(bytes + at, length - at);
        Record& record = records.emplace_back();
        record.emplace_back(
            "StreamName",
            nameBehind<FILE_STREAM_INFORMATION>(
                bytes + at, length - at, FIELD_OFFSET(FILE_STREAM_INFORMATION, StreamName),
                value.StreamNameLength));
        record.emplace_back("StreamSize", number(value.StreamSize));
        if (value.NextEntryOffset == 0)
            break;
        at += value.NextEntryOffset;
    }
    return records;
}

std::vector<Record> decodeFile(uint32_t informationClass, const std::byte* bytes, size_t length)
{
    Record record;
    switch (informationClass) {
    case FileBasicInformation:
        addBasic(record, take<FILE_BASIC_INFORMATION>(bytes, length));
        break;
    case FileStandardInformation:
        addStandard(record, take<FILE_STANDARD_INFORMATION>(bytes, length));
        break;
    case FileInternalInformation:
        record.emplace_back(
            "IndexNumber", number(take<FILE_INTERNAL_INFORMATION>(bytes, length).IndexNumber));
        break;
    case FileEaInformation:
        record.emplace_back("EaSize", int64_t(take<FILE_EA_INFORMATION>(bytes, length).EaSize));
        break;
    case FileAccessInformation:
        record.emplace_back(
            "AccessFlags", int64_t(take<FILE_ACCESS_INFORMATION>(bytes, length).AccessFlags));
        break;
    case FilePositionInformation:
        record.emplace_back(
            "CurrentByteOffset",
            number(take<FILE_POSITION_INFORMATION>(bytes, length).CurrentByteOffset));
        break;
    case FileModeInformation:
        record.emplace_back("Mode", int64_t(take<FILE_MODE_INFORMATION>(bytes, length).Mode));
        break;
    case FileAlignmentInformation:
        record.emplace_back(
            "AlignmentRequirement",
            int64_t(take<FILE_ALIGNMENT_INFORMATION>(bytes, length).AlignmentRequirement));
        break;
    case FileNameInformation:
        record.emplace_back(
            "FileName",
            nameBehind<FILE_NAME_INFORMATION>(
                bytes, length, FIELD_OFFSET(FILE_NAME_INFORMATION, FileName),
                take<FILE_NAME_INFORMATION>(bytes, length).FileNameLength));
        break;
    case FileNetworkOpenInformation: {
        const auto value = take<FILE_NETWORK_OPEN_INFORMATION>(bytes, length);
        record.emplace_back("CreationTime", number(value.CreationTime));
        record.emplace_back("LastAccessTime", number(value.LastAccessTime));
        record.emplace_back("LastWriteTime", number(value.LastWriteTime));
        record.emplace_back("ChangeTime", number(value.ChangeTime));
        record.emplace_back("AllocationSize", number(value.AllocationSize));
        record.emplace_back("EndOfFile", number(value.EndOfFile));
        record.emplace_back("FileAttributes", int64_t(value.FileAttributes));
        break;
    }
    case FileAttributeTagInformation: {
        const auto value = take<FILE_ATTRIBUTE_TAG_INFORMATION>(bytes, length);
        record.emplace_back("FileAttributes", int64_t(value.FileAttributes));
        record.emplace_back("ReparseTag", int64_t(value.ReparseTag));
        break;
    }
    case FileAllInformation: {
        const auto value = take<FILE_ALL_INFORMATION>(bytes, length);
        addBasic(record, value.BasicInformation);
        addStandard(record, value.StandardInformation);
        record.emplace_back("IndexNumber", number(value.InternalInformation.IndexNumber));
        record.emplace_back("EaSize", int64_t(value.EaInformation.EaSize));
        record.emplace_back("AccessFlags", int64_t(value.AccessInformation.AccessFlags));
        record.emplace_back(
            "CurrentByteOffset", number(value.PositionInformation.CurrentByteOffset));
        record.emplace_back("Mode", int64_t(value.ModeInformation.Mode));
        record.emplace_back(
            "AlignmentRequirement", int64_t(value.AlignmentInformation.AlignmentRequirement));
        record.emplace_back(
            "FileName",
            nameBehind<FILE_ALL_INFORMATION>(
                bytes, length,
                FIELD_OFFSET(FILE_ALL_INFORMATION, NameInformation)
                    + FIELD_OFFSET(FILE_NAME_INFORMATION, FileName),
                value.NameInformation.FileNameLength));
        break;
    }
    case FileStreamInformation:
        return decodeStreams(bytes, length);
    default:
        break;
    }
    return { record };
}

/// One entry of a directory listing; the classes share their head and differ in where the name
/// stands.
template <typename Entry> Record decodeEntry(const std::byte* bytes, size_t length)
{
    const auto value = take<Entry>(bytes, length);
    Record record;
    record.emplace_back(
        "FileName",
        nameBehind<Entry>(bytes, length, FIELD_OFFSET(Entry, FileName), value.FileNameLength));
    if constexpr (requires { value.EndOfFile; }) {
        record.emplace_back("EndOfFile", number(value.EndOfFile));
        record.emplace_back("AllocationSize", number(value.AllocationSize));
        record.emplace_back("FileAttributes", int64_t(value.FileAttributes));
        record.emplace_back("CreationTime", number(value.CreationTime));
        record.emplace_back("LastWriteTime", number(value.LastWriteTime));
    }
    if constexpr (requires { value.ShortName; })
        record.emplace_back(
            "ShortName",
            text(value.ShortName, std::min<size_t>(value.ShortNameLength, sizeof value.ShortName)));
    if constexpr (requires { value.FileId; })
        record.emplace_back("FileId", number(value.FileId));
    return record;
}

template <typename Entry> std::vector<Record> decodeList(const std::byte* bytes, size_t length)
{
    std::vector<Record> records;
    size_t at = 0;
    while (at + FIELD_OFFSET(Entry, FileName) <= length) {
        records.push_back(decodeEntry<Entry>(bytes + at, length - at));
        const ULONG next = take<Entry>(bytes + at, length - at).NextEntryOffset;
        if (next == 0)
            break;
        at += next;
    }
    return records;
}

std::vector<Record>
decodeDirectory(uint32_t informationClass, const std::byte* bytes, size_t length)
{
    switch (informationClass) {
    case FileDirectoryInformation:
        return decodeList<FILE_DIRECTORY_INFORMATION>(bytes, length);
    case FileFullDirectoryInformation:
        return decodeList<FILE_FULL_DIR_INFORMATION>(bytes, length);
    case FileBothDirectoryInformation:
        return decodeList<FILE_BOTH_DIR_INFORMATION>(bytes, length);
    case FileIdBothDirectoryInformation:
        return decodeList<FILE_ID_BOTH_DIR_INFORMATION>(bytes, length);
    case FileIdFullDirectoryInformation:
        return decodeList<FILE_ID_FULL_DIR_INFORMATION>(bytes, length);
    case FileNamesInformation:
        return decodeList<FILE_NAMES_INFORMATION>(bytes, length);
    default:
        return {};
    }
}

std::vector<Record> decodeVolume(uint32_t informationClass, const std::byte* bytes, size_t length)
{
    Record record;
    switch (informationClass) {
    case FileFsVolumeInformation: {
        const auto value = take<FILE_FS_VOLUME_INFORMATION>(bytes, length);
        record.emplace_back("VolumeCreationTime", number(value.VolumeCreationTime));
        record.emplace_back("VolumeSerialNumber", int64_t(value.VolumeSerialNumber));
        record.emplace_back("SupportsObjects", value.SupportsObjects != 0);
        record.emplace_back(
            "VolumeLabel",
            nameBehind<FILE_FS_VOLUME_INFORMATION>(
                bytes, length, FIELD_OFFSET(FILE_FS_VOLUME_INFORMATION, VolumeLabel),
                value.VolumeLabelLength));
        break;
    }
    case FileFsSizeInformation: {
        const auto value = take<FILE_FS_SIZE_INFORMATION>(bytes, length);
        record.emplace_back("TotalAllocationUnits", number(value.TotalAllocationUnits));
        record.emplace_back("AvailableAllocationUnits", number(value.AvailableAllocationUnits));
        record.emplace_back("SectorsPerAllocationUnit", int64_t(value.SectorsPerAllocationUnit));
        record.emplace_back("BytesPerSector", int64_t(value.BytesPerSector));
        break;
    }
    case FileFsFullSizeInformation: {
        const auto value = take<FILE_FS_FULL_SIZE_INFORMATION>(bytes, length);
        record.emplace_back("TotalAllocationUnits", number(value.TotalAllocationUnits));
        record.emplace_back(
            "CallerAvailableAllocationUnits", number(value.CallerAvailableAllocationUnits));
        record.emplace_back(
            "ActualAvailableAllocationUnits", number(value.ActualAvailableAllocationUnits));
        record.emplace_back("SectorsPerAllocationUnit", int64_t(value.SectorsPerAllocationUnit));
        record.emplace_back("BytesPerSector", int64_t(value.BytesPerSector));
        break;
    }
    case FileFsDeviceInformation: {
        const auto value = take<FILE_FS_DEVICE_INFORMATION>(bytes, length);
        record.emplace_back("DeviceType", int64_t(value.DeviceType));
        record.emplace_back("Characteristics", int64_t(value.Characteristics));
        break;
    }
    case FileFsAttributeInformation: {
        const auto value = take<FILE_FS_ATTRIBUTE_INFORMATION>(bytes, length);
        record.emplace_back("FileSystemAttributes", int64_t(value.FileSystemAttributes));
        record.emplace_back(
            "MaximumComponentNameLength", int64_t(value.MaximumComponentNameLength));
        record.emplace_back(
            "FileSystemName",
            nameBehind<FILE_FS_ATTRIBUTE_INFORMATION>(
                bytes, length, FIELD_OFFSET(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName),
                value.FileSystemNameLength));
        break;
    }
    default:
        break;
    }
    return { record };
}

int64_t numberOf(const Record& values, std::string_view name)
{
    for (const auto& [key, value] : values) {
        if (key != name)
            continue;
        if (const auto* number = std::get_if<int64_t>(&value))
            return *number;
        if (const auto* flag = std::get_if<bool>(&value))
            return *flag ? 1 : 0;
    }
    return 0;
}

std::string textOf(const Record& values, std::string_view name)
{
    for (const auto& [key, value] : values)
        if (key == name && std::holds_alternative<std::string>(value))
            return std::get<std::string>(value);
    return {};
}

template <typename Structure> std::vector<std::byte> bytesOf(const Structure& value)
{
    const auto* first = reinterpret_cast<const std::byte*>(&value);
    return { first, first + sizeof value };
}

std::vector<std::byte> encodeRename(const Record& values)
{
    // A full path is put below \??; a bare name stays as it is and means "in the same directory".
    const std::u16string name = host::toUtf16(ntPath(textOf(values, "FileName")));
    std::vector<std::byte> bytes(std::max<size_t>(
        FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) + name.size() * 2,
        sizeof(FILE_RENAME_INFORMATION)));
    auto* value = reinterpret_cast<FILE_RENAME_INFORMATION*>(bytes.data());
    value->ReplaceIfExists = numberOf(values, "ReplaceIfExists") != 0;
    value->FileNameLength = static_cast<ULONG>(name.size() * 2);
    std::memcpy(value->FileName, name.data(), name.size() * 2);
    return bytes;
}

} // namespace

uint32_t informationClass(Family family, std::string_view name)
{
    uint32_t number = 0;
    forEachClass(family, [&](const ClassName& entry) {
        if (entry.name == name)
            number = entry.number;
    });
    return number;
}

std::vector<std::string_view> informationClassNames(Family family)
{
    std::vector<std::string_view> names;
    forEachClass(family, [&](const ClassName& entry) { names.push_back(entry.name); });
    return names;
}

std::vector<Record>
decode(Family family, uint32_t informationClass, const std::byte* bytes, size_t length)
{
    switch (family) {
    case Family::File:
        return decodeFile(informationClass, bytes, length);
    case Family::Directory:
        return decodeDirectory(informationClass, bytes, length);
    case Family::Volume:
        return decodeVolume(informationClass, bytes, length);
    }
    return {};
}

std::vector<std::string_view> settableFields(uint32_t informationClass)
{
    switch (informationClass) {
    case FileBasicInformation:
        return { "CreationTime", "LastAccessTime", "LastWriteTime", "ChangeTime",
                 "FileAttributes" };
    case FileRenameInformation:
        return { "FileName", "ReplaceIfExists" };
    case FileDispositionInformation:
        return { "DeleteFile" };
    case FilePositionInformation:
        return { "CurrentByteOffset" };
    case FileAllocationInformation:
        return { "AllocationSize" };
    case FileEndOfFileInformation:
        return { "EndOfFile" };
    default:
        return {};
    }
}

std::vector<std::byte> encode(uint32_t informationClass, const Record& values)
{
    switch (informationClass) {
    case FileBasicInformation: {
        FILE_BASIC_INFORMATION value {};
        value.CreationTime.QuadPart = numberOf(values, "CreationTime");
        value.LastAccessTime.QuadPart = numberOf(values, "LastAccessTime");
        value.LastWriteTime.QuadPart = numberOf(values, "LastWriteTime");
        value.ChangeTime.QuadPart = numberOf(values, "ChangeTime");
        value.FileAttributes = static_cast<ULONG>(numberOf(values, "FileAttributes"));
        return bytesOf(value);
    }
    case FileRenameInformation:
        return encodeRename(values);
    case FileDispositionInformation: {
        FILE_DISPOSITION_INFORMATION value {};
        value.DeleteFile = numberOf(values, "DeleteFile") != 0;
        return bytesOf(value);
    }
    default: { // position, allocation and end of file are one 64-bit number each
        LARGE_INTEGER value {};
        for (std::string_view name : settableFields(informationClass))
            value.QuadPart = numberOf(values, name);
        return bytesOf(value);
    }
    }
}

} // namespace rdrlab::scenario::nt
