// Names of [MS-SMB2] 2.2, [MS-FSCC] 2.3-2.5 and [MS-DTYP] 2.4.3.
#include "traces/query/smb2names.h"

#include "traces/query/smb2.h"

#include <fmt/format.h>

namespace rdrlab::trace {

std::string wireChoice(std::uint64_t value, WireNames names)
{
    for (const WireName& entry : names) {
        if (entry.value == value) {
            return value < 0x10000 ? fmt::format("{} ({})", entry.name, value)
                                   : fmt::format("{} (0x{:x})", entry.name, value);
        }
    }
    return value < 0x10000 ? fmt::format("{}", value) : fmt::format("0x{:x}", value);
}

std::string wireFlags(std::uint64_t value, WireNames names)
{
    std::string text;
    std::uint64_t rest = value;
    for (const WireName& entry : names) {
        if (entry.value != 0 && (rest & entry.value) == entry.value) {
            text += (text.empty() ? "" : " | ") + std::string(entry.name);
            rest &= ~entry.value;
        }
    }
    if (rest != 0) {
        text += fmt::format("{}0x{:x}", text.empty() ? "" : " | ", rest);
    }
    return text.empty() ? "0" : text;
}

namespace {

constexpr WireName commands[] = {
    { 0, "NEGOTIATE" },      { 1, "SESSION_SETUP" },   { 2, "LOGOFF" },
    { 3, "TREE_CONNECT" },   { 4, "TREE_DISCONNECT" }, { 5, "CREATE" },
    { 6, "CLOSE" },          { 7, "FLUSH" },           { 8, "READ" },
    { 9, "WRITE" },          { 10, "LOCK" },           { 11, "IOCTL" },
    { 12, "CANCEL" },        { 13, "ECHO" },           { 14, "QUERY_DIRECTORY" },
    { 15, "CHANGE_NOTIFY" }, { 16, "QUERY_INFO" },     { 17, "SET_INFO" },
    { 18, "OPLOCK_BREAK" },
};
constexpr WireName headerFlags[] = {
    { 0x1, "SMB2_FLAGS_SERVER_TO_REDIR" },       { 0x2, "SMB2_FLAGS_ASYNC_COMMAND" },
    { 0x4, "SMB2_FLAGS_RELATED_OPERATIONS" },    { 0x8, "SMB2_FLAGS_SIGNED" },
    { 0x10000000, "SMB2_FLAGS_DFS_OPERATIONS" }, { 0x20000000, "SMB2_FLAGS_REPLAY_OPERATION" },
};
constexpr WireName dialects[] = {
    { 0x0202, "SMB 2.0.2" }, { 0x0210, "SMB 2.1" },   { 0x0300, "SMB 3.0" },
    { 0x0302, "SMB 3.0.2" }, { 0x0311, "SMB 3.1.1" }, { 0x02FF, "any SMB 2" },
};
constexpr WireName securityModes[] = {
    { 1, "SMB2_NEGOTIATE_SIGNING_ENABLED" },
    { 2, "SMB2_NEGOTIATE_SIGNING_REQUIRED" },
};
constexpr WireName capabilities[] = {
    { 0x01, "SMB2_GLOBAL_CAP_DFS" },
    { 0x02, "SMB2_GLOBAL_CAP_LEASING" },
    { 0x04, "SMB2_GLOBAL_CAP_LARGE_MTU" },
    { 0x08, "SMB2_GLOBAL_CAP_MULTI_CHANNEL" },
    { 0x10, "SMB2_GLOBAL_CAP_PERSISTENT_HANDLES" },
    { 0x20, "SMB2_GLOBAL_CAP_DIRECTORY_LEASING" },
    { 0x40, "SMB2_GLOBAL_CAP_ENCRYPTION" },
    { 0x80, "SMB2_GLOBAL_CAP_NOTIFICATIONS" },
};
constexpr WireName contextTypes[] = {
    { 1, "SMB2_PREAUTH_INTEGRITY_CAPABILITIES" }, { 2, "SMB2_ENCRYPTION_CAPABILITIES" },
    { 3, "SMB2_COMPRESSION_CAPABILITIES" },       { 5, "SMB2_NETNAME_NEGOTIATE_CONTEXT_ID" },
    { 6, "SMB2_TRANSPORT_CAPABILITIES" },         { 7, "SMB2_RDMA_TRANSFORM_CAPABILITIES" },
    { 8, "SMB2_SIGNING_CAPABILITIES" },           { 0x100, "SMB2_POSIX_EXTENSIONS_AVAILABLE" },
};
constexpr WireName hashes[] = { { 1, "SHA-512" } };
constexpr WireName ciphers[] = {
    { 1, "AES-128-CCM" },
    { 2, "AES-128-GCM" },
    { 3, "AES-256-CCM" },
    { 4, "AES-256-GCM" },
};
constexpr WireName signings[] = { { 0, "HMAC-SHA256" }, { 1, "AES-CMAC" }, { 2, "AES-GMAC" } };
constexpr WireName sessionFlags[] = {
    { 1, "SMB2_SESSION_FLAG_IS_GUEST" },
    { 2, "SMB2_SESSION_FLAG_IS_NULL" },
    { 4, "SMB2_SESSION_FLAG_ENCRYPT_DATA" },
};
constexpr WireName shareTypes[] = {
    { 1, "SMB2_SHARE_TYPE_DISK" },
    { 2, "SMB2_SHARE_TYPE_PIPE" },
    { 3, "SMB2_SHARE_TYPE_PRINT" },
};
constexpr WireName shareFlags[] = {
    { 0x0001, "SMB2_SHAREFLAG_DFS" },
    { 0x0002, "SMB2_SHAREFLAG_DFS_ROOT" },
    { 0x0010, "SMB2_SHAREFLAG_AUTO_CACHING" },
    { 0x0020, "SMB2_SHAREFLAG_VDO_CACHING" },
    { 0x0100, "SMB2_SHAREFLAG_RESTRICT_EXCLUSIVE_OPENS" },
    { 0x0200, "SMB2_SHAREFLAG_FORCE_SHARED_DELETE" },
    { 0x0400, "SMB2_SHAREFLAG_ALLOW_NAMESPACE_CACHING" },
    { 0x0800, "SMB2_SHAREFLAG_ACCESS_BASED_DIRECTORY_ENUM" },
    { 0x1000, "SMB2_SHAREFLAG_FORCE_LEVELII_OPLOCK" },
    { 0x2000, "SMB2_SHAREFLAG_ENABLE_HASH_V1" },
    { 0x4000, "SMB2_SHAREFLAG_ENABLE_HASH_V2" },
    { 0x8000, "SMB2_SHAREFLAG_ENCRYPT_DATA" },
    { 0x40000, "SMB2_SHAREFLAG_IDENTITY_REMOTING" },
    { 0x100000, "SMB2_SHAREFLAG_COMPRESS_DATA" },
};
constexpr WireName shareCapabilities[] = {
    { 0x08, "SMB2_SHARE_CAP_DFS" },        { 0x10, "SMB2_SHARE_CAP_CONTINUOUS_AVAILABILITY" },
    { 0x20, "SMB2_SHARE_CAP_SCALEOUT" },   { 0x40, "SMB2_SHARE_CAP_CLUSTER" },
    { 0x80, "SMB2_SHARE_CAP_ASYMMETRIC" }, { 0x100, "SMB2_SHARE_CAP_REDIRECT_TO_OWNER" },
};
constexpr WireName oplocks[] = {
    { 0x00, "SMB2_OPLOCK_LEVEL_NONE" },      { 0x01, "SMB2_OPLOCK_LEVEL_II" },
    { 0x08, "SMB2_OPLOCK_LEVEL_EXCLUSIVE" }, { 0x09, "SMB2_OPLOCK_LEVEL_BATCH" },
    { 0xFF, "SMB2_OPLOCK_LEVEL_LEASE" },
};
constexpr WireName leaseStates[] = {
    { 1, "SMB2_LEASE_READ_CACHING" },
    { 2, "SMB2_LEASE_HANDLE_CACHING" },
    { 4, "SMB2_LEASE_WRITE_CACHING" },
};
constexpr WireName leaseFlags[] = {
    { 2, "SMB2_LEASE_FLAG_BREAK_IN_PROGRESS" },
    { 4, "SMB2_LEASE_FLAG_PARENT_LEASE_KEY_SET" },
};
constexpr WireName impersonations[]
    = { { 0, "Anonymous" }, { 1, "Identification" }, { 2, "Impersonation" }, { 3, "Delegate" } };
constexpr WireName access[] = {
    { 0x1F01FF, "FILE_ALL_ACCESS" },
    { 0x00000001, "FILE_READ_DATA" },
    { 0x00000002, "FILE_WRITE_DATA" },
    { 0x00000004, "FILE_APPEND_DATA" },
    { 0x00000008, "FILE_READ_EA" },
    { 0x00000010, "FILE_WRITE_EA" },
    { 0x00000020, "FILE_EXECUTE" },
    { 0x00000040, "FILE_DELETE_CHILD" },
    { 0x00000080, "FILE_READ_ATTRIBUTES" },
    { 0x00000100, "FILE_WRITE_ATTRIBUTES" },
    { 0x00010000, "DELETE" },
    { 0x00020000, "READ_CONTROL" },
    { 0x00040000, "WRITE_DAC" },
    { 0x00080000, "WRITE_OWNER" },
    { 0x00100000, "SYNCHRONIZE" },
    { 0x01000000, "ACCESS_SYSTEM_SECURITY" },
    { 0x02000000, "MAXIMUM_ALLOWED" },
    { 0x10000000, "GENERIC_ALL" },
    { 0x20000000, "GENERIC_EXECUTE" },
    { 0x40000000, "GENERIC_WRITE" },
    { 0x80000000, "GENERIC_READ" },
};
constexpr WireName attributes[] = {
    { 0x0001, "FILE_ATTRIBUTE_READONLY" },
    { 0x0002, "FILE_ATTRIBUTE_HIDDEN" },
    { 0x0004, "FILE_ATTRIBUTE_SYSTEM" },
    { 0x0010, "FILE_ATTRIBUTE_DIRECTORY" },
    { 0x0020, "FILE_ATTRIBUTE_ARCHIVE" },
    { 0x0080, "FILE_ATTRIBUTE_NORMAL" },
    { 0x0100, "FILE_ATTRIBUTE_TEMPORARY" },
    { 0x0200, "FILE_ATTRIBUTE_SPARSE_FILE" },
    { 0x0400, "FILE_ATTRIBUTE_REPARSE_POINT" },
    { 0x0800, "FILE_ATTRIBUTE_COMPRESSED" },
    { 0x1000, "FILE_ATTRIBUTE_OFFLINE" },
    { 0x2000, "FILE_ATTRIBUTE_NOT_CONTENT_INDEXED" },
    { 0x4000, "FILE_ATTRIBUTE_ENCRYPTED" },
    { 0x8000, "FILE_ATTRIBUTE_INTEGRITY_STREAM" },
    { 0x20000, "FILE_ATTRIBUTE_NO_SCRUB_DATA" },
    { 0x40000, "FILE_ATTRIBUTE_RECALL_ON_OPEN" },
    { 0x400000, "FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS" },
};
constexpr WireName shareAccess[]
    = { { 1, "FILE_SHARE_READ" }, { 2, "FILE_SHARE_WRITE" }, { 4, "FILE_SHARE_DELETE" } };
constexpr WireName dispositions[] = {
    { 0, "FILE_SUPERSEDE" }, { 1, "FILE_OPEN" },      { 2, "FILE_CREATE" },
    { 3, "FILE_OPEN_IF" },   { 4, "FILE_OVERWRITE" }, { 5, "FILE_OVERWRITE_IF" },
};
constexpr WireName createOptions[] = {
    { 0x000001, "FILE_DIRECTORY_FILE" },         { 0x000002, "FILE_WRITE_THROUGH" },
    { 0x000004, "FILE_SEQUENTIAL_ONLY" },        { 0x000008, "FILE_NO_INTERMEDIATE_BUFFERING" },
    { 0x000010, "FILE_SYNCHRONOUS_IO_ALERT" },   { 0x000020, "FILE_SYNCHRONOUS_IO_NONALERT" },
    { 0x000040, "FILE_NON_DIRECTORY_FILE" },     { 0x000100, "FILE_COMPLETE_IF_OPLOCKED" },
    { 0x000200, "FILE_NO_EA_KNOWLEDGE" },        { 0x000800, "FILE_RANDOM_ACCESS" },
    { 0x001000, "FILE_DELETE_ON_CLOSE" },        { 0x002000, "FILE_OPEN_BY_FILE_ID" },
    { 0x004000, "FILE_OPEN_FOR_BACKUP_INTENT" }, { 0x008000, "FILE_NO_COMPRESSION" },
    { 0x010000, "FILE_OPEN_REQUIRING_OPLOCK" },  { 0x020000, "FILE_DISALLOW_EXCLUSIVE" },
    { 0x100000, "FILE_RESERVE_OPFILTER" },       { 0x200000, "FILE_OPEN_REPARSE_POINT" },
    { 0x400000, "FILE_OPEN_NO_RECALL" },
};
constexpr WireName createActions[] = {
    { 0, "FILE_SUPERSEDED" },
    { 1, "FILE_OPENED" },
    { 2, "FILE_CREATED" },
    { 3, "FILE_OVERWRITTEN" },
};
constexpr WireName closeFlags[] = { { 1, "SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB" } };
constexpr WireName readFlags[]
    = { { 1, "SMB2_READFLAG_READ_UNBUFFERED" }, { 2, "SMB2_READFLAG_REQUEST_COMPRESSED" } };
constexpr WireName writeFlags[]
    = { { 1, "SMB2_WRITEFLAG_WRITE_THROUGH" }, { 2, "SMB2_WRITEFLAG_WRITE_UNBUFFERED" } };
constexpr WireName lockFlags[] = {
    { 0x01, "SMB2_LOCKFLAG_SHARED_LOCK" },
    { 0x02, "SMB2_LOCKFLAG_EXCLUSIVE_LOCK" },
    { 0x04, "SMB2_LOCKFLAG_UNLOCK" },
    { 0x10, "SMB2_LOCKFLAG_FAIL_IMMEDIATELY" },
};
constexpr WireName controlCodes[] = {
    { 0x00060194, "FSCTL_DFS_GET_REFERRALS" },
    { 0x000601B0, "FSCTL_DFS_GET_REFERRALS_EX" },
    { 0x0011400C, "FSCTL_PIPE_PEEK" },
    { 0x00110018, "FSCTL_PIPE_WAIT" },
    { 0x0011C017, "FSCTL_PIPE_TRANSCEIVE" },
    { 0x001440F2, "FSCTL_SRV_COPYCHUNK" },
    { 0x001480F2, "FSCTL_SRV_COPYCHUNK_WRITE" },
    { 0x00144064, "FSCTL_SRV_ENUMERATE_SNAPSHOTS" },
    { 0x00140078, "FSCTL_SRV_REQUEST_RESUME_KEY" },
    { 0x001441BB, "FSCTL_SRV_READ_HASH" },
    { 0x001401D4, "FSCTL_LMR_REQUEST_RESILIENCY" },
    { 0x001401FC, "FSCTL_QUERY_NETWORK_INTERFACE_INFO" },
    { 0x000900A4, "FSCTL_SET_REPARSE_POINT" },
    { 0x000900A8, "FSCTL_GET_REPARSE_POINT" },
    { 0x000900C4, "FSCTL_SET_SPARSE" },
    { 0x000980C8, "FSCTL_SET_ZERO_DATA" },
    { 0x000940CF, "FSCTL_QUERY_ALLOCATED_RANGES" },
    { 0x0009009C, "FSCTL_GET_OBJECT_ID" },
    { 0x000900C0, "FSCTL_CREATE_OR_GET_OBJECT_ID" },
    { 0x0009003C, "FSCTL_GET_COMPRESSION" },
    { 0x0009C040, "FSCTL_SET_COMPRESSION" },
    { 0x000900AC, "FSCTL_DELETE_REPARSE_POINT" },
    { 0x00090098, "FSCTL_SET_OBJECT_ID" },
    { 0x000900A0, "FSCTL_DELETE_OBJECT_ID" },
    { 0x00090064, "FSCTL_GET_NTFS_VOLUME_DATA" },
    { 0x000900EB, "FSCTL_READ_FILE_USN_DATA" },
    { 0x00098208, "FSCTL_FILE_LEVEL_TRIM" },
    { 0x00098344, "FSCTL_DUPLICATE_EXTENTS_TO_FILE" },
    { 0x0009027C, "FSCTL_GET_INTEGRITY_INFORMATION" },
    { 0x0009C280, "FSCTL_SET_INTEGRITY_INFORMATION" },
    { 0x00140204, "FSCTL_VALIDATE_NEGOTIATE_INFO" },
};
constexpr WireName controlFlags[] = { { 1, "SMB2_0_IOCTL_IS_FSCTL" } };
constexpr WireName directoryFlags[] = {
    { 0x01, "SMB2_RESTART_SCANS" },
    { 0x02, "SMB2_RETURN_SINGLE_ENTRY" },
    { 0x04, "SMB2_INDEX_SPECIFIED" },
    { 0x10, "SMB2_REOPEN" },
};
constexpr WireName notifyFlags[] = { { 1, "SMB2_WATCH_TREE" } };
constexpr WireName notifyFilters[] = {
    { 0x001, "FILE_NOTIFY_CHANGE_FILE_NAME" },   { 0x002, "FILE_NOTIFY_CHANGE_DIR_NAME" },
    { 0x004, "FILE_NOTIFY_CHANGE_ATTRIBUTES" },  { 0x008, "FILE_NOTIFY_CHANGE_SIZE" },
    { 0x010, "FILE_NOTIFY_CHANGE_LAST_WRITE" },  { 0x020, "FILE_NOTIFY_CHANGE_LAST_ACCESS" },
    { 0x040, "FILE_NOTIFY_CHANGE_CREATION" },    { 0x080, "FILE_NOTIFY_CHANGE_EA" },
    { 0x100, "FILE_NOTIFY_CHANGE_SECURITY" },    { 0x200, "FILE_NOTIFY_CHANGE_STREAM_NAME" },
    { 0x400, "FILE_NOTIFY_CHANGE_STREAM_SIZE" }, { 0x800, "FILE_NOTIFY_CHANGE_STREAM_WRITE" },
};
constexpr WireName notifyActions[] = {
    { 1, "FILE_ACTION_ADDED" },
    { 2, "FILE_ACTION_REMOVED" },
    { 3, "FILE_ACTION_MODIFIED" },
    { 4, "FILE_ACTION_RENAMED_OLD_NAME" },
    { 5, "FILE_ACTION_RENAMED_NEW_NAME" },
};
constexpr WireName infoTypes[] = {
    { 1, "SMB2_0_INFO_FILE" },
    { 2, "SMB2_0_INFO_FILESYSTEM" },
    { 3, "SMB2_0_INFO_SECURITY" },
    { 4, "SMB2_0_INFO_QUOTA" },
};
constexpr WireName fileClasses[] = {
    { 1, "FileDirectoryInformation" },
    { 2, "FileFullDirectoryInformation" },
    { 3, "FileBothDirectoryInformation" },
    { 4, "FileBasicInformation" },
    { 5, "FileStandardInformation" },
    { 6, "FileInternalInformation" },
    { 7, "FileEaInformation" },
    { 8, "FileAccessInformation" },
    { 9, "FileNameInformation" },
    { 10, "FileRenameInformation" },
    { 11, "FileLinkInformation" },
    { 12, "FileNamesInformation" },
    { 13, "FileDispositionInformation" },
    { 14, "FilePositionInformation" },
    { 15, "FileFullEaInformation" },
    { 16, "FileModeInformation" },
    { 17, "FileAlignmentInformation" },
    { 18, "FileAllInformation" },
    { 19, "FileAllocationInformation" },
    { 20, "FileEndOfFileInformation" },
    { 21, "FileAlternateNameInformation" },
    { 22, "FileStreamInformation" },
    { 23, "FilePipeInformation" },
    { 24, "FilePipeLocalInformation" },
    { 25, "FilePipeRemoteInformation" },
    { 28, "FileCompressionInformation" },
    { 32, "FileQuotaInformation" },
    { 33, "FileReparsePointInformation" },
    { 34, "FileNetworkOpenInformation" },
    { 35, "FileAttributeTagInformation" },
    { 37, "FileIdBothDirectoryInformation" },
    { 38, "FileIdFullDirectoryInformation" },
    { 39, "FileValidDataLengthInformation" },
    { 40, "FileShortNameInformation" },
    { 48, "FileNormalizedNameInformation" },
    { 50, "FileIdGlobalTxDirectoryInformation" },
    { 46, "FileHardLinkInformation" },
    { 54, "FileStandardLinkInformation" },
    { 59, "FileIdInformation" },
    { 60, "FileIdExtdDirectoryInformation" },
    { 63, "FileIdExtdBothDirectoryInformation" },
    { 64, "FileDispositionInformationEx" },
    { 65, "FileRenameInformationEx" },
    { 71, "FileCaseSensitiveInformation" },
    { 72, "FileLinkInformationEx" },
    { 78, "FileId64ExtdDirectoryInformation" },
    { 79, "FileId64ExtdBothDirectoryInformation" },
    { 80, "FileIdAllExtdDirectoryInformation" },
    { 81, "FileIdAllExtdBothDirectoryInformation" },
};
constexpr WireName volumeClasses[] = {
    { 1, "FileFsVolumeInformation" },      { 2, "FileFsLabelInformation" },
    { 3, "FileFsSizeInformation" },        { 4, "FileFsDeviceInformation" },
    { 5, "FileFsAttributeInformation" },   { 6, "FileFsControlInformation" },
    { 7, "FileFsFullSizeInformation" },    { 8, "FileFsObjectIdInformation" },
    { 11, "FileFsSectorSizeInformation" },
};
constexpr WireName securityParts[] = {
    { 1, "OWNER_SECURITY_INFORMATION" },    { 2, "GROUP_SECURITY_INFORMATION" },
    { 4, "DACL_SECURITY_INFORMATION" },     { 8, "SACL_SECURITY_INFORMATION" },
    { 0x10, "LABEL_SECURITY_INFORMATION" }, { 0x20, "ATTRIBUTE_SECURITY_INFORMATION" },
    { 0x40, "SCOPE_SECURITY_INFORMATION" }, { 0x10000, "BACKUP_SECURITY_INFORMATION" },
};
constexpr WireName breakFlags[] = { { 1, "SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED" } };
constexpr WireName compressions[] = {
    { 0, "NONE" },         { 1, "LZNT1" },      { 2, "LZ77" },
    { 3, "LZ77+Huffman" }, { 4, "Pattern_V1" }, { 5, "LZ4" },
};
constexpr WireName reparseTags[] = {
    { 0x00000000, "IO_REPARSE_TAG_RESERVED_ZERO" }, { 0xA0000003, "IO_REPARSE_TAG_MOUNT_POINT" },
    { 0xA000000C, "IO_REPARSE_TAG_SYMLINK" },       { 0x8000000A, "IO_REPARSE_TAG_DFS" },
    { 0x80000012, "IO_REPARSE_TAG_DFSR" },          { 0x80000013, "IO_REPARSE_TAG_DEDUP" },
    { 0x80000014, "IO_REPARSE_TAG_NFS" },           { 0x80000017, "IO_REPARSE_TAG_WOF" },
    { 0xA000001D, "IO_REPARSE_TAG_LX_SYMLINK" },    { 0x80000023, "IO_REPARSE_TAG_AF_UNIX" },
    { 0x8000001B, "IO_REPARSE_TAG_APPEXECLINK" },   { 0x9000001A, "IO_REPARSE_TAG_CLOUD" },
};
constexpr WireName booleans[] = { { 0, "FALSE" }, { 1, "TRUE" } };

} // namespace

constexpr WireNames kWireCommands
    = commands,
    kWireHeaderFlags = headerFlags, kWireDialects = dialects, kWireSecurityModes = securityModes,
    kWireCapabilities = capabilities, kWireContextTypes = contextTypes, kWireHashes = hashes,
    kWireCiphers = ciphers, kWireSignings = signings, kWireSessionFlags = sessionFlags,
    kWireShareTypes = shareTypes, kWireShareFlags = shareFlags,
    kWireShareCapabilities = shareCapabilities, kWireOplocks = oplocks,
    kWireLeaseStates = leaseStates, kWireLeaseFlags = leaseFlags,
    kWireImpersonations = impersonations, kWireAccess = access, kWireAttributes = attributes,
    kWireShareAccess = shareAccess, kWireDispositions = dispositions,
    kWireCreateOptions = createOptions, kWireCreateActions = createActions,
    kWireCloseFlags = closeFlags, kWireReadFlags = readFlags, kWireWriteFlags = writeFlags,
    kWireLockFlags = lockFlags, kWireControlCodes = controlCodes, kWireControlFlags = controlFlags,
    kWireDirectoryFlags = directoryFlags, kWireNotifyFlags = notifyFlags,
    kWireNotifyFilters = notifyFilters, kWireNotifyActions = notifyActions,
    kWireInfoTypes = infoTypes, kWireFileClasses = fileClasses, kWireVolumeClasses = volumeClasses,
    kWireSecurityParts = securityParts, kWireBreakFlags = breakFlags,
    kWireCompressions = compressions, kWireBooleans = booleans, kWireReparseTags = reparseTags;

std::string_view smb2CommandName(std::uint16_t command)
{
    return command < std::size(commands) ? commands[command].name : std::string_view();
}

} // namespace rdrlab::trace
