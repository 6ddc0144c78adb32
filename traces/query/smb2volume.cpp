// What a file system says about itself ([MS-FSCC] 2.5).
#include "traces/query/smb2decoder.h"

namespace rdrlab::trace {

namespace {

void volume(Smb2Decoder& decoder)
{
    decoder.time("VolumeCreationTime");
    decoder.hex("VolumeSerialNumber", 4);
    const std::uint64_t length = decoder.number("VolumeLabelLength", 4);
    decoder.choice("SupportsObjects", 1, kWireBooleans);
    decoder.skip(1);
    decoder.text("VolumeLabel", decoder.at(), std::size_t(length));
}

void label(Smb2Decoder& decoder)
{
    const std::uint64_t length = decoder.number("VolumeLabelLength", 4);
    decoder.text("VolumeLabel", decoder.at(), std::size_t(length));
}

void unitSizes(Smb2Decoder& decoder)
{
    decoder.number("SectorsPerAllocationUnit", 4);
    decoder.number("BytesPerSector", 4);
}

void volumeSize(Smb2Decoder& decoder)
{
    decoder.number("TotalAllocationUnits", 8);
    decoder.number("AvailableAllocationUnits", 8);
    unitSizes(decoder);
}

void volumeFullSize(Smb2Decoder& decoder)
{
    decoder.number("TotalAllocationUnits", 8);
    decoder.number("CallerAvailableAllocationUnits", 8);
    decoder.number("ActualAvailableAllocationUnits", 8);
    unitSizes(decoder);
}

void device(Smb2Decoder& decoder)
{
    static constexpr WireName kTypes[] = {
        { 0x02, "FILE_DEVICE_CD_ROM" },       { 0x07, "FILE_DEVICE_DISK" },
        { 0x11, "FILE_DEVICE_NAMED_PIPE" },   { 0x14, "FILE_DEVICE_NETWORK_FILE_SYSTEM" },
        { 0x24, "FILE_DEVICE_VIRTUAL_DISK" },
    };
    static constexpr WireName kCharacteristics[] = {
        { 0x001, "FILE_REMOVABLE_MEDIA" },
        { 0x002, "FILE_READ_ONLY_DEVICE" },
        { 0x004, "FILE_FLOPPY_DISKETTE" },
        { 0x008, "FILE_WRITE_ONCE_MEDIA" },
        { 0x010, "FILE_REMOTE_DEVICE" },
        { 0x020, "FILE_DEVICE_IS_MOUNTED" },
        { 0x040, "FILE_VIRTUAL_VOLUME" },
        { 0x100, "FILE_DEVICE_SECURE_OPEN" },
        { 0x40000, "FILE_DEVICE_ALLOW_APPCONTAINER_TRAVERSAL" },
    };
    decoder.choice("DeviceType", 4, kTypes);
    decoder.flags("Characteristics", 4, kCharacteristics);
}

void volumeAttributes(Smb2Decoder& decoder)
{
    static constexpr WireName kAttributes[] = {
        { 0x00000001, "FILE_CASE_SENSITIVE_SEARCH" },
        { 0x00000002, "FILE_CASE_PRESERVED_NAMES" },
        { 0x00000004, "FILE_UNICODE_ON_DISK" },
        { 0x00000008, "FILE_PERSISTENT_ACLS" },
        { 0x00000010, "FILE_FILE_COMPRESSION" },
        { 0x00000020, "FILE_VOLUME_QUOTAS" },
        { 0x00000040, "FILE_SUPPORTS_SPARSE_FILES" },
        { 0x00000080, "FILE_SUPPORTS_REPARSE_POINTS" },
        { 0x00000100, "FILE_SUPPORTS_REMOTE_STORAGE" },
        { 0x00008000, "FILE_VOLUME_IS_COMPRESSED" },
        { 0x00010000, "FILE_SUPPORTS_OBJECT_IDS" },
        { 0x00020000, "FILE_SUPPORTS_ENCRYPTION" },
        { 0x00040000, "FILE_NAMED_STREAMS" },
        { 0x00080000, "FILE_READ_ONLY_VOLUME" },
        { 0x00100000, "FILE_SEQUENTIAL_WRITE_ONCE" },
        { 0x00200000, "FILE_SUPPORTS_TRANSACTIONS" },
        { 0x00400000, "FILE_SUPPORTS_HARD_LINKS" },
        { 0x00800000, "FILE_SUPPORTS_EXTENDED_ATTRIBUTES" },
        { 0x01000000, "FILE_SUPPORTS_OPEN_BY_FILE_ID" },
        { 0x02000000, "FILE_SUPPORTS_USN_JOURNAL" },
        { 0x04000000, "FILE_SUPPORTS_INTEGRITY_STREAMS" },
        { 0x08000000, "FILE_SUPPORTS_BLOCK_REFCOUNTING" },
        { 0x10000000, "FILE_SUPPORTS_SPARSE_VDL" },
    };
    decoder.flags("FileSystemAttributes", 4, kAttributes);
    decoder.number("MaximumComponentNameLength", 4);
    const std::uint64_t length = decoder.number("FileSystemNameLength", 4);
    decoder.text("FileSystemName", decoder.at(), std::size_t(length));
}

void control(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[] = {
        { 0x001, "FILE_VC_QUOTA_TRACK" },
        { 0x002, "FILE_VC_QUOTA_ENFORCE" },
        { 0x008, "FILE_VC_CONTENT_INDEX_DISABLED" },
        { 0x010, "FILE_VC_LOG_QUOTA_THRESHOLD" },
        { 0x020, "FILE_VC_LOG_QUOTA_LIMIT" },
        { 0x040, "FILE_VC_LOG_VOLUME_THRESHOLD" },
        { 0x080, "FILE_VC_LOG_VOLUME_LIMIT" },
        { 0x100, "FILE_VC_QUOTAS_INCOMPLETE" },
        { 0x200, "FILE_VC_QUOTAS_REBUILDING" },
    };
    for (const char* field :
         { "FreeSpaceStartFiltering", "FreeSpaceThreshold", "FreeSpaceStopFiltering",
           "DefaultQuotaThreshold", "DefaultQuotaLimit" }) {
        decoder.number(field, 8);
    }
    decoder.flags("FileSystemControlFlags", 4, kFlags);
}

void objectId(Smb2Decoder& decoder)
{
    decoder.guid("ObjectId");
    decoder.raw("ExtendedInfo", 48);
}

void sectorSize(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[] = {
        { 1, "SSINFO_FLAGS_ALIGNED_DEVICE" },
        { 2, "SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE" },
        { 4, "SSINFO_FLAGS_NO_SEEK_PENALTY" },
        { 8, "SSINFO_FLAGS_TRIM_ENABLED" },
    };
    for (const char* field : { "LogicalBytesPerSector", "PhysicalBytesPerSectorForAtomicity",
                               "PhysicalBytesPerSectorForPerformance",
                               "FileSystemEffectivePhysicalBytesPerSectorForAtomicity" }) {
        decoder.number(field, 4);
    }
    decoder.flags("Flags", 4, kFlags);
    decoder.number("ByteOffsetForSectorAlignment", 4);
    decoder.number("ByteOffsetForPartitionAlignment", 4);
}

constexpr WireShape kVolumeShapes[] = {
    { 1, volume },           { 2, label },   { 3, volumeSize },     { 4, device },
    { 5, volumeAttributes }, { 6, control }, { 7, volumeFullSize }, { 8, objectId },
    { 11, sectorSize },
};

} // namespace

bool decodeVolume(Smb2Decoder& decoder, std::uint8_t infoClass)
{
    return decodeShape(decoder, kVolumeShapes, infoClass);
}

} // namespace rdrlab::trace
