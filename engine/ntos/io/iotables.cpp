// iotables.cpp - what each information class needs: smallest buffer, access, alignment.
//
// A class with length 0 is refused with STATUS_INVALID_INFO_CLASS.
// Source   [MS-FSCC] 2.4 and 2.5 (structures), windows-driver-docs: ntifs/ntqueryinformationfile,
// ntsetinformationfile
#include "engine/ntos/io/iotables.h"

namespace {

constexpr ACCESS_MASK kAny = 0;

constexpr IOP_CLASS kQuery[] = {
    { FileDirectoryInformation, 0, kAny }, // NtQueryDirectoryFile only
    { FileBasicInformation, sizeof(FILE_BASIC_INFORMATION), FILE_READ_ATTRIBUTES },
    { FileStandardInformation, sizeof(FILE_STANDARD_INFORMATION), kAny },
    { FileInternalInformation, sizeof(FILE_INTERNAL_INFORMATION), kAny },
    { FileEaInformation, sizeof(FILE_EA_INFORMATION), kAny },
    { FileAccessInformation, sizeof(FILE_ACCESS_INFORMATION), kAny },
    { FileNameInformation, sizeof(FILE_NAME_INFORMATION), kAny },
    { FilePositionInformation, sizeof(FILE_POSITION_INFORMATION), kAny },
    { FileModeInformation, sizeof(FILE_MODE_INFORMATION), kAny },
    { FileAlignmentInformation, sizeof(FILE_ALIGNMENT_INFORMATION), kAny },
    { FileAllInformation, sizeof(FILE_ALL_INFORMATION), FILE_READ_ATTRIBUTES },
    { FileAlternateNameInformation, sizeof(FILE_NAME_INFORMATION), kAny },
    { FileStreamInformation, FIELD_OFFSET(FILE_STREAM_INFORMATION, StreamName), kAny },
    { FilePipeInformation, sizeof(FILE_PIPE_INFORMATION), FILE_READ_ATTRIBUTES },
    { FilePipeLocalInformation, sizeof(FILE_PIPE_LOCAL_INFORMATION), FILE_READ_ATTRIBUTES },
    { FilePipeRemoteInformation, sizeof(FILE_PIPE_REMOTE_INFORMATION), FILE_READ_ATTRIBUTES },
    { FileMailslotQueryInformation, sizeof(FILE_MAILSLOT_QUERY_INFORMATION), kAny },
    { FileCompressionInformation, sizeof(FILE_COMPRESSION_INFORMATION), kAny },
    { FileObjectIdInformation, sizeof(FILE_OBJECTID_INFORMATION), kAny },
    { FileQuotaInformation, sizeof(FILE_QUOTA_INFORMATION), kAny },
    { FileReparsePointInformation, sizeof(FILE_REPARSE_POINT_INFORMATION), kAny },
    { FileNetworkOpenInformation, sizeof(FILE_NETWORK_OPEN_INFORMATION), FILE_READ_ATTRIBUTES },
    { FileAttributeTagInformation, sizeof(FILE_ATTRIBUTE_TAG_INFORMATION), FILE_READ_ATTRIBUTES },
    { FileHardLinkInformation, sizeof(ULONG) * 2, kAny },
    { FileNormalizedNameInformation, sizeof(FILE_NAME_INFORMATION), kAny },
    { FileNetworkPhysicalNameInformation, sizeof(FILE_NETWORK_PHYSICAL_NAME_INFORMATION), kAny },
    { FileStandardLinkInformation, sizeof(FILE_STANDARD_LINK_INFORMATION), kAny },
    { FileRemoteProtocolInformation, sizeof(FILE_REMOTE_PROTOCOL_INFORMATION), kAny },
    { FileIdInformation, kIdInformationBytes, FILE_READ_ATTRIBUTES },
};

constexpr IOP_CLASS kSet[] = {
    { FileBasicInformation, sizeof(FILE_BASIC_INFORMATION), FILE_WRITE_ATTRIBUTES },
    { FileRenameInformation, sizeof(FILE_RENAME_INFORMATION), DELETE_ACCESS },
    { FileLinkInformation, sizeof(FILE_LINK_INFORMATION), kAny },
    { FileDispositionInformation, sizeof(FILE_DISPOSITION_INFORMATION), DELETE_ACCESS },
    { FilePositionInformation, sizeof(FILE_POSITION_INFORMATION), kAny },
    { FileModeInformation, sizeof(FILE_MODE_INFORMATION), kAny },
    { FileAllocationInformation, sizeof(FILE_ALLOCATION_INFORMATION), FILE_WRITE_DATA },
    { FileEndOfFileInformation, sizeof(FILE_END_OF_FILE_INFORMATION), FILE_WRITE_DATA },
    { FilePipeInformation, sizeof(FILE_PIPE_INFORMATION), FILE_WRITE_ATTRIBUTES },
    { FilePipeRemoteInformation, sizeof(FILE_PIPE_REMOTE_INFORMATION), FILE_WRITE_ATTRIBUTES },
    { FileMailslotSetInformation, sizeof(FILE_MAILSLOT_SET_INFORMATION), kAny },
    { FileObjectIdInformation, sizeof(FILE_OBJECTID_INFORMATION), FILE_WRITE_DATA },
    { FileQuotaInformation, sizeof(FILE_QUOTA_INFORMATION), FILE_WRITE_DATA },
    { FileTrackingInformation, sizeof(FILE_TRACKING_INFORMATION), FILE_WRITE_DATA },
    { FileValidDataLengthInformation, sizeof(FILE_VALID_DATA_LENGTH_INFORMATION), FILE_WRITE_DATA },
    { FileShortNameInformation, sizeof(FILE_NAME_INFORMATION), DELETE_ACCESS },
    { FileDispositionInformationEx, sizeof(ULONG), DELETE_ACCESS },
    { FileRenameInformationEx, sizeof(FILE_RENAME_INFORMATION), DELETE_ACCESS },
    { FileLinkInformationEx, sizeof(FILE_LINK_INFORMATION), kAny },
};

constexpr IOP_CLASS kVolumeQuery[] = {
    { FileFsVolumeInformation, FIELD_OFFSET(FILE_FS_VOLUME_INFORMATION, VolumeLabel), kAny },
    { FileFsSizeInformation, sizeof(FILE_FS_SIZE_INFORMATION), kAny },
    { FileFsDeviceInformation, sizeof(FILE_FS_DEVICE_INFORMATION), kAny },
    { FileFsAttributeInformation, FIELD_OFFSET(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName),
      kAny },
    { FileFsControlInformation, sizeof(FILE_FS_CONTROL_INFORMATION), FILE_READ_DATA },
    { FileFsFullSizeInformation, sizeof(FILE_FS_FULL_SIZE_INFORMATION), kAny },
    { FileFsObjectIdInformation, sizeof(FILE_FS_OBJECTID_INFORMATION), kAny },
    { FileFsDriverPathInformation, sizeof(FILE_FS_DRIVER_PATH_INFORMATION), kAny },
    { FileFsSectorSizeInformation, sizeof(FILE_FS_SECTOR_SIZE_INFORMATION), kAny },
};

constexpr IOP_CLASS kVolumeSet[] = {
    { FileFsLabelInformation, sizeof(FILE_FS_LABEL_INFORMATION), FILE_WRITE_DATA },
    { FileFsControlInformation, sizeof(FILE_FS_CONTROL_INFORMATION), FILE_WRITE_DATA },
    { FileFsObjectIdInformation, sizeof(FILE_FS_OBJECTID_INFORMATION), FILE_WRITE_DATA },
};

template <ULONG Count> const IOP_CLASS* IopFind(const IOP_CLASS (&Table)[Count], int Class)
{
    for (const IOP_CLASS& Entry : Table) {
        if (Entry.Class == Class && Entry.Length != 0) {
            return &Entry;
        }
    }
    return nullptr;
}

} // namespace

const IOP_CLASS* IopFileClass(FILE_INFORMATION_CLASS Class, BOOLEAN Set)
{
    return Set ? IopFind(kSet, Class) : IopFind(kQuery, Class);
}

const IOP_CLASS* IopVolumeClass(FS_INFORMATION_CLASS Class, BOOLEAN Set)
{
    return Set ? IopFind(kVolumeSet, Class) : IopFind(kVolumeQuery, Class);
}

namespace {

NTSTATUS IopCheckClass(const IOP_CLASS* Entry, ULONG Length)
{
    if (Entry == nullptr) {
        return STATUS_INVALID_INFO_CLASS;
    }
    return Length < Entry->Length ? STATUS_INFO_LENGTH_MISMATCH : STATUS_SUCCESS;
}

} // namespace

extern "C" {

NTSTATUS NTAPI IoCheckQuerySetFileInformation(
    FILE_INFORMATION_CLASS FileInformationClass, ULONG Length, BOOLEAN SetOperation)
{
    return IopCheckClass(IopFileClass(FileInformationClass, SetOperation), Length);
}

NTSTATUS NTAPI IoCheckQuerySetVolumeInformation(
    FS_INFORMATION_CLASS FsInformationClass, ULONG Length, BOOLEAN SetOperation)
{
    return IopCheckClass(IopVolumeClass(FsInformationClass, SetOperation), Length);
}

} // extern "C"
