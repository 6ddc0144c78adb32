// NTSTATUS values the server answers with ([MS-ERREF] 2.3.1). Host country has no ntstatus.h.
#pragma once

#include <cstdint>

namespace rdrlab::server::status {

using S = std::uint32_t;
inline constexpr S kSuccess = 0;
inline constexpr S kPending = 0x00000103;
inline constexpr S kNotifyCleanup = 0x0000010B;
inline constexpr S kNotifyEnumDir = 0x0000010C;
inline constexpr S kBufferOverflow = 0x80000005;
inline constexpr S kNoMoreFiles = 0x80000006;
inline constexpr S kNoMoreEntries = 0x8000001A;
inline constexpr S kUnsuccessful = 0xC0000001;
inline constexpr S kInvalidInfoClass = 0xC0000003;
inline constexpr S kInfoLengthMismatch = 0xC0000004;
inline constexpr S kInvalidHandle = 0xC0000008;
inline constexpr S kInvalidParameter = 0xC000000D;
inline constexpr S kNoSuchFile = 0xC000000F;
inline constexpr S kInvalidDeviceRequest = 0xC0000010;
inline constexpr S kEndOfFile = 0xC0000011;
inline constexpr S kMoreProcessingRequired = 0xC0000016;
inline constexpr S kAccessDenied = 0xC0000022;
inline constexpr S kBufferTooSmall = 0xC0000023;
inline constexpr S kObjectNameInvalid = 0xC0000033;
inline constexpr S kObjectNameNotFound = 0xC0000034;
inline constexpr S kObjectNameCollision = 0xC0000035;
inline constexpr S kObjectPathNotFound = 0xC000003A;
inline constexpr S kSharingViolation = 0xC0000043;
inline constexpr S kEaTooLarge = 0xC0000050;
inline constexpr S kNonexistentEaEntry = 0xC0000051;
inline constexpr S kNoEasOnFile = 0xC0000052;
inline constexpr S kFileLockConflict = 0xC0000054;
inline constexpr S kLockNotGranted = 0xC0000055;
inline constexpr S kDeletePending = 0xC0000056;
inline constexpr S kPrivilegeNotHeld = 0xC0000061;
inline constexpr S kLogonFailure = 0xC000006D;
inline constexpr S kInvalidSecurityDescr = 0xC0000079;
inline constexpr S kRangeNotLocked = 0xC000007E;
inline constexpr S kDiskFull = 0xC000007F;
inline constexpr S kInsufficientResources = 0xC000009A;
inline constexpr S kMediaWriteProtected = 0xC00000A2;
inline constexpr S kFileIsADirectory = 0xC00000BA;
inline constexpr S kNotSupported = 0xC00000BB;
inline constexpr S kNetworkNameDeleted = 0xC00000C9;
inline constexpr S kBadNetworkName = 0xC00000CC;
inline constexpr S kRequestNotAccepted = 0xC00000D0;
inline constexpr S kNotSameDevice = 0xC00000D4;
inline constexpr S kInvalidOplockProtocol = 0xC00000E3;
inline constexpr S kDirectoryNotEmpty = 0xC0000101;
inline constexpr S kNotADirectory = 0xC0000103;
inline constexpr S kCancelled = 0xC0000120;
inline constexpr S kCannotDelete = 0xC0000121;
inline constexpr S kFileClosed = 0xC0000128;
inline constexpr S kUserSessionDeleted = 0xC0000203;
inline constexpr S kNotFound = 0xC0000225;
inline constexpr S kNotAReparsePoint = 0xC0000275;
inline constexpr S kNetworkSessionExpired = 0xC000035C;
inline constexpr S kPreauthHashOverlap = 0xC05D0000;

inline bool isError(S status)
{
    return status >= 0xC0000000u;
}

} // namespace rdrlab::server::status
