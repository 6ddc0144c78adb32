// wire.h - SMB2/3 on the wire: numbers and packed layouts.
//
// Little-endian only, like every machine Windows runs on; members lie where [MS-SMB2] 2.2 puts
// them, and every structure asserts its size. What a peer sent is looked at only through Smb2BodyOf
// and Smb2Slice (exchange.h), which check bounds first.
//
// Source   [MS-SMB2] 2.2
#pragma once

#include "minirdr/world.h"

enum SMB2_COMMAND : USHORT
{
    Smb2Negotiate,
    Smb2SessionSetup,
    Smb2Logoff,
    Smb2TreeConnect,
    Smb2TreeDisconnect,
    Smb2Create,
    Smb2Close,
    Smb2Flush,
    Smb2Read,
    Smb2Write,
    Smb2Lock,
    Smb2Ioctl,
    Smb2Cancel,
    Smb2Echo,
    Smb2QueryDirectory,
    Smb2ChangeNotify,
    Smb2QueryInfo,
    Smb2SetInfo,
    Smb2OplockBreak,
    Smb2CommandMaximum
};

constexpr ULONG SMB2_PROTOCOL_ID = 0x424D53FE; // FE 'S' 'M' 'B'
constexpr ULONG SMB1_PROTOCOL_ID = 0x424D53FF;
constexpr ULONG SMB2_TRANSFORM_ID = 0x424D53FD;
constexpr ULONGLONG SMB2_UNSOLICITED_MESSAGE_ID = ~0ull;

constexpr USHORT SMB2_DIALECT_202 = 0x0202;
constexpr USHORT SMB2_DIALECT_210 = 0x0210;
constexpr USHORT SMB2_DIALECT_300 = 0x0300;
constexpr USHORT SMB2_DIALECT_302 = 0x0302;
constexpr USHORT SMB2_DIALECT_311 = 0x0311;
constexpr USHORT SMB2_DIALECT_WILDCARD = 0x02FF;

constexpr ULONG SMB2_FLAGS_SERVER_TO_REDIR = 0x00000001;
constexpr ULONG SMB2_FLAGS_ASYNC_COMMAND = 0x00000002;
constexpr ULONG SMB2_FLAGS_RELATED_OPERATIONS = 0x00000004;
constexpr ULONG SMB2_FLAGS_SIGNED = 0x00000008;

constexpr USHORT SMB2_NEGOTIATE_SIGNING_ENABLED = 0x0001;
constexpr USHORT SMB2_NEGOTIATE_SIGNING_REQUIRED = 0x0002;

constexpr ULONG SMB2_GLOBAL_CAP_DFS = 0x01;
constexpr ULONG SMB2_GLOBAL_CAP_LEASING = 0x02;
constexpr ULONG SMB2_GLOBAL_CAP_LARGE_MTU = 0x04;
constexpr ULONG SMB2_GLOBAL_CAP_ENCRYPTION = 0x40;

constexpr USHORT SMB2_PREAUTH_INTEGRITY_CAPABILITIES = 1;
constexpr USHORT SMB2_ENCRYPTION_CAPABILITIES = 2;
constexpr USHORT SMB2_SIGNING_CAPABILITIES = 8;
constexpr USHORT SMB2_PREAUTH_SHA512 = 1;

constexpr USHORT SMB2_SIGNING_HMAC_SHA256 = 0;
constexpr USHORT SMB2_SIGNING_AES_CMAC = 1;
constexpr USHORT SMB2_SIGNING_AES_GMAC = 2;

constexpr USHORT SMB2_SESSION_FLAG_IS_GUEST = 0x0001;
constexpr USHORT SMB2_SESSION_FLAG_IS_NULL = 0x0002;
constexpr USHORT SMB2_SESSION_FLAG_ENCRYPT_DATA = 0x0004;

constexpr UCHAR SMB2_SHARE_TYPE_DISK = 1;
constexpr UCHAR SMB2_SHARE_TYPE_PIPE = 2;
constexpr UCHAR SMB2_SHARE_TYPE_PRINT = 3;
constexpr ULONG SMB2_SHAREFLAG_ENCRYPT_DATA = 0x00008000;

constexpr UCHAR SMB2_OPLOCK_LEVEL_NONE = 0x00;
constexpr UCHAR SMB2_OPLOCK_LEVEL_II = 0x01;
constexpr UCHAR SMB2_OPLOCK_LEVEL_EXCLUSIVE = 0x08;
constexpr UCHAR SMB2_OPLOCK_LEVEL_BATCH = 0x09;
constexpr UCHAR SMB2_OPLOCK_LEVEL_LEASE = 0xFF;

constexpr ULONG SMB2_LEASE_READ_CACHING = 0x01;
constexpr ULONG SMB2_LEASE_HANDLE_CACHING = 0x02;
constexpr ULONG SMB2_LEASE_WRITE_CACHING = 0x04;
constexpr ULONG SMB2_LEASE_FLAG_BREAK_IN_PROGRESS = 0x02;
constexpr ULONG SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED = 0x01;

constexpr UCHAR SMB2_0_INFO_FILE = 1;
constexpr UCHAR SMB2_0_INFO_FILESYSTEM = 2;
constexpr UCHAR SMB2_0_INFO_SECURITY = 3;
constexpr UCHAR SMB2_0_INFO_QUOTA = 4;

constexpr UCHAR SMB2_RESTART_SCANS = 0x01;
constexpr UCHAR SMB2_RETURN_SINGLE_ENTRY = 0x02;
constexpr UCHAR SMB2_INDEX_SPECIFIED = 0x04;
constexpr UCHAR SMB2_REOPEN = 0x10;

constexpr ULONG SMB2_LOCKFLAG_SHARED = 0x01;
constexpr ULONG SMB2_LOCKFLAG_EXCLUSIVE = 0x02;
constexpr ULONG SMB2_LOCKFLAG_UNLOCK = 0x04;
constexpr ULONG SMB2_LOCKFLAG_FAIL_IMMEDIATELY = 0x10;

constexpr USHORT SMB2_WATCH_TREE = 0x0001;
constexpr USHORT SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB = 0x0001;
constexpr ULONG SMB2_0_IOCTL_IS_FSCTL = 0x00000001;
constexpr ULONG SMB2_FSCTL_VALIDATE_NEGOTIATE_INFO = 0x00140204;
constexpr ULONG SMB2_WRITEFLAG_WRITE_THROUGH = 0x00000001;

constexpr ULONG SMB2_CREDIT_BYTES = 65536; // one credit pays for this much payload
constexpr ULONG SMB2_MAX_COMPOUND = 64; // responses looked at in one PDU

#pragma pack(push, 1)

struct SMB2_HEADER
{
    ULONG ProtocolId;
    USHORT StructureSize;
    USHORT CreditCharge;
    ULONG Status; // ChannelSequence in requests
    USHORT Command;
    USHORT Credits;
    ULONG Flags;
    ULONG NextCommand;
    ULONGLONG MessageId;
    union
    {
        ULONGLONG AsyncId;
        struct
        {
            ULONG Reserved;
            ULONG TreeId;
        };
    };
    ULONGLONG SessionId;
    UCHAR Signature[16];
};
static_assert(sizeof(SMB2_HEADER) == 64);

struct SMB2_FILE_ID
{
    ULONGLONG Persistent;
    ULONGLONG Volatile;
};

struct SMB2_NEGOTIATE_REQUEST
{
    USHORT StructureSize; // 36
    USHORT DialectCount;
    USHORT SecurityMode;
    USHORT Reserved;
    ULONG Capabilities;
    GUID ClientGuid;
    ULONG NegotiateContextOffset;
    USHORT NegotiateContextCount;
    USHORT Reserved2;
};
static_assert(sizeof(SMB2_NEGOTIATE_REQUEST) == 36);

struct SMB2_NEGOTIATE_RESPONSE
{
    USHORT StructureSize; // 65
    USHORT SecurityMode;
    USHORT DialectRevision;
    USHORT NegotiateContextCount;
    GUID ServerGuid;
    ULONG Capabilities;
    ULONG MaxTransactSize;
    ULONG MaxReadSize;
    ULONG MaxWriteSize;
    ULONGLONG SystemTime;
    ULONGLONG ServerStartTime;
    USHORT SecurityBufferOffset;
    USHORT SecurityBufferLength;
    ULONG NegotiateContextOffset;
};
static_assert(sizeof(SMB2_NEGOTIATE_RESPONSE) == 64);

struct SMB2_NEGOTIATE_CONTEXT
{
    USHORT ContextType;
    USHORT DataLength;
    ULONG Reserved;
};

struct SMB2_SESSION_SETUP_REQUEST
{
    USHORT StructureSize; // 25
    UCHAR Flags;
    UCHAR SecurityMode;
    ULONG Capabilities;
    ULONG Channel;
    USHORT SecurityBufferOffset;
    USHORT SecurityBufferLength;
    ULONGLONG PreviousSessionId;
};
static_assert(sizeof(SMB2_SESSION_SETUP_REQUEST) == 24);

struct SMB2_SESSION_SETUP_RESPONSE
{
    USHORT StructureSize; // 9
    USHORT SessionFlags;
    USHORT SecurityBufferOffset;
    USHORT SecurityBufferLength;
};

struct SMB2_TREE_CONNECT_REQUEST
{
    USHORT StructureSize; // 9
    USHORT Flags;
    USHORT PathOffset;
    USHORT PathLength;
};

struct SMB2_TREE_CONNECT_RESPONSE
{
    USHORT StructureSize; // 16
    UCHAR ShareType;
    UCHAR Reserved;
    ULONG ShareFlags;
    ULONG Capabilities;
    ULONG MaximalAccess;
};
static_assert(sizeof(SMB2_TREE_CONNECT_RESPONSE) == 16);

// LOGOFF, TREE_DISCONNECT, ECHO and CANCEL requests, and the responses that say nothing more than
// "done".
struct SMB2_EMPTY_BODY
{
    USHORT StructureSize; // 4
    USHORT Reserved;
};

struct SMB2_CREATE_REQUEST
{
    USHORT StructureSize; // 57
    UCHAR SecurityFlags;
    UCHAR RequestedOplockLevel;
    ULONG ImpersonationLevel;
    ULONGLONG SmbCreateFlags;
    ULONGLONG Reserved;
    ULONG DesiredAccess;
    ULONG FileAttributes;
    ULONG ShareAccess;
    ULONG CreateDisposition;
    ULONG CreateOptions;
    USHORT NameOffset;
    USHORT NameLength;
    ULONG CreateContextsOffset;
    ULONG CreateContextsLength;
};
static_assert(sizeof(SMB2_CREATE_REQUEST) == 56);

struct SMB2_FILE_TIMES_SIZES
{
    LONGLONG CreationTime;
    LONGLONG LastAccessTime;
    LONGLONG LastWriteTime;
    LONGLONG ChangeTime;
    LONGLONG AllocationSize;
    LONGLONG EndOfFile;
    ULONG FileAttributes;
};

struct SMB2_CREATE_RESPONSE
{
    USHORT StructureSize; // 89
    UCHAR OplockLevel;
    UCHAR Flags;
    ULONG CreateAction;
    SMB2_FILE_TIMES_SIZES Info;
    ULONG Reserved2;
    SMB2_FILE_ID FileId;
    ULONG CreateContextsOffset;
    ULONG CreateContextsLength;
};
static_assert(sizeof(SMB2_CREATE_RESPONSE) == 88);

struct SMB2_CREATE_CONTEXT
{
    ULONG Next;
    USHORT NameOffset;
    USHORT NameLength;
    USHORT Reserved;
    USHORT DataOffset;
    ULONG DataLength;
};
static_assert(sizeof(SMB2_CREATE_CONTEXT) == 16);

struct SMB2_LEASE_KEY
{
    ULONGLONG Low;
    ULONGLONG High;
};

struct SMB2_LEASE_CONTEXT // RqLs, v1; v2 goes on with ParentLeaseKey, Epoch, Reserved
{
    SMB2_LEASE_KEY LeaseKey;
    ULONG LeaseState;
    ULONG LeaseFlags;
    ULONGLONG LeaseDuration;
};
static_assert(sizeof(SMB2_LEASE_CONTEXT) == 32);

struct SMB2_LEASE_CONTEXT_V2
{
    SMB2_LEASE_CONTEXT V1;
    SMB2_LEASE_KEY ParentLeaseKey;
    USHORT Epoch;
    USHORT Reserved;
};
static_assert(sizeof(SMB2_LEASE_CONTEXT_V2) == 52);

struct SMB2_CLOSE_REQUEST
{
    USHORT StructureSize; // 24
    USHORT Flags;
    ULONG Reserved;
    SMB2_FILE_ID FileId;
};

struct SMB2_CLOSE_RESPONSE
{
    USHORT StructureSize; // 60
    USHORT Flags;
    ULONG Reserved;
    SMB2_FILE_TIMES_SIZES Info;
};
static_assert(sizeof(SMB2_CLOSE_RESPONSE) == 60);

struct SMB2_FLUSH_REQUEST
{
    USHORT StructureSize; // 24
    USHORT Reserved1;
    ULONG Reserved2;
    SMB2_FILE_ID FileId;
};

struct SMB2_READ_REQUEST
{
    USHORT StructureSize; // 49
    UCHAR Padding;
    UCHAR Flags;
    ULONG Length;
    ULONGLONG Offset;
    SMB2_FILE_ID FileId;
    ULONG MinimumCount;
    ULONG Channel;
    ULONG RemainingBytes;
    USHORT ReadChannelInfoOffset;
    USHORT ReadChannelInfoLength;
    UCHAR Buffer[1];
};
static_assert(sizeof(SMB2_READ_REQUEST) == 49);

struct SMB2_READ_RESPONSE
{
    USHORT StructureSize; // 17
    UCHAR DataOffset;
    UCHAR Reserved;
    ULONG DataLength;
    ULONG DataRemaining;
    ULONG Flags;
};
static_assert(sizeof(SMB2_READ_RESPONSE) == 16);

struct SMB2_WRITE_REQUEST
{
    USHORT StructureSize; // 49
    USHORT DataOffset;
    ULONG Length;
    ULONGLONG Offset;
    SMB2_FILE_ID FileId;
    ULONG Channel;
    ULONG RemainingBytes;
    USHORT WriteChannelInfoOffset;
    USHORT WriteChannelInfoLength;
    ULONG Flags;
};
static_assert(sizeof(SMB2_WRITE_REQUEST) == 48);

struct SMB2_WRITE_RESPONSE
{
    USHORT StructureSize; // 17
    USHORT Reserved;
    ULONG Count;
    ULONG Remaining;
    USHORT WriteChannelInfoOffset;
    USHORT WriteChannelInfoLength;
};
static_assert(sizeof(SMB2_WRITE_RESPONSE) == 16);

struct SMB2_LOCK_REQUEST
{
    USHORT StructureSize; // 48, which counts one element
    USHORT LockCount;
    ULONG LockSequence;
    SMB2_FILE_ID FileId;
};

struct SMB2_LOCK_ELEMENT
{
    ULONGLONG Offset;
    ULONGLONG Length;
    ULONG Flags;
    ULONG Reserved;
};
static_assert(sizeof(SMB2_LOCK_ELEMENT) == 24);

struct SMB2_IOCTL_REQUEST
{
    USHORT StructureSize; // 57
    USHORT Reserved;
    ULONG CtlCode;
    SMB2_FILE_ID FileId;
    ULONG InputOffset;
    ULONG InputCount;
    ULONG MaxInputResponse;
    ULONG OutputOffset;
    ULONG OutputCount;
    ULONG MaxOutputResponse;
    ULONG Flags;
    ULONG Reserved2;
};
static_assert(sizeof(SMB2_IOCTL_REQUEST) == 56);

struct SMB2_IOCTL_RESPONSE
{
    USHORT StructureSize; // 49
    USHORT Reserved;
    ULONG CtlCode;
    SMB2_FILE_ID FileId;
    ULONG InputOffset;
    ULONG InputCount;
    ULONG OutputOffset;
    ULONG OutputCount;
    ULONG Flags;
    ULONG Reserved2;
};
static_assert(sizeof(SMB2_IOCTL_RESPONSE) == 48);

struct SMB2_QUERY_DIRECTORY_REQUEST
{
    USHORT StructureSize; // 33
    UCHAR FileInformationClass;
    UCHAR Flags;
    ULONG FileIndex;
    SMB2_FILE_ID FileId;
    USHORT FileNameOffset;
    USHORT FileNameLength;
    ULONG OutputBufferLength;
};
static_assert(sizeof(SMB2_QUERY_DIRECTORY_REQUEST) == 32);

struct SMB2_CHANGE_NOTIFY_REQUEST
{
    USHORT StructureSize; // 32
    USHORT Flags;
    ULONG OutputBufferLength;
    SMB2_FILE_ID FileId;
    ULONG CompletionFilter;
    ULONG Reserved;
};
static_assert(sizeof(SMB2_CHANGE_NOTIFY_REQUEST) == 32);

struct SMB2_QUERY_INFO_REQUEST
{
    USHORT StructureSize; // 41
    UCHAR InfoType;
    UCHAR FileInfoClass;
    ULONG OutputBufferLength;
    USHORT InputBufferOffset;
    USHORT Reserved;
    ULONG InputBufferLength;
    ULONG AdditionalInformation;
    ULONG Flags;
    SMB2_FILE_ID FileId;
};
static_assert(sizeof(SMB2_QUERY_INFO_REQUEST) == 40);

// QUERY_DIRECTORY, CHANGE_NOTIFY and QUERY_INFO answer alike.
struct SMB2_OUTPUT_RESPONSE
{
    USHORT StructureSize; // 9
    USHORT OutputBufferOffset;
    ULONG OutputBufferLength;
};

struct SMB2_SET_INFO_REQUEST
{
    USHORT StructureSize; // 33
    UCHAR InfoType;
    UCHAR FileInfoClass;
    ULONG BufferLength;
    USHORT BufferOffset;
    USHORT Reserved;
    ULONG AdditionalInformation;
    SMB2_FILE_ID FileId;
};
static_assert(sizeof(SMB2_SET_INFO_REQUEST) == 32);

struct SMB2_OPLOCK_BREAK // notification, acknowledgement and response alike
{
    USHORT StructureSize; // 24
    UCHAR OplockLevel;
    UCHAR Reserved;
    ULONG Reserved2;
    SMB2_FILE_ID FileId;
};
static_assert(sizeof(SMB2_OPLOCK_BREAK) == 24);

struct SMB2_LEASE_BREAK_NOTIFICATION
{
    USHORT StructureSize; // 44
    USHORT NewEpoch;
    ULONG Flags;
    SMB2_LEASE_KEY LeaseKey;
    ULONG CurrentLeaseState;
    ULONG NewLeaseState;
    ULONG BreakReason;
    ULONG AccessMaskHint;
    ULONG ShareMaskHint;
};
static_assert(sizeof(SMB2_LEASE_BREAK_NOTIFICATION) == 44);

struct SMB2_LEASE_BREAK_ACK // and its response
{
    USHORT StructureSize; // 36
    USHORT Reserved;
    ULONG Flags;
    SMB2_LEASE_KEY LeaseKey;
    ULONG LeaseState;
    ULONGLONG LeaseDuration;
};
static_assert(sizeof(SMB2_LEASE_BREAK_ACK) == 36);

struct SMB2_ERROR_RESPONSE
{
    USHORT StructureSize; // 9
    UCHAR ErrorContextCount;
    UCHAR Reserved;
    ULONG ByteCount;
};

struct SMB2_VALIDATE_NEGOTIATE_REQUEST
{
    ULONG Capabilities;
    GUID Guid;
    USHORT SecurityMode;
    USHORT DialectCount;
};
static_assert(sizeof(SMB2_VALIDATE_NEGOTIATE_REQUEST) == 24);

struct SMB2_VALIDATE_NEGOTIATE_RESPONSE
{
    ULONG Capabilities;
    GUID Guid;
    USHORT SecurityMode;
    USHORT Dialect;
};
static_assert(sizeof(SMB2_VALIDATE_NEGOTIATE_RESPONSE) == 24);

#pragma pack(pop)
