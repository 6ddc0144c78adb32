// tokeninfo.cpp - what tokens tell.
#include "engine/ntos/se/sei.h"

namespace {

PVOID SepBuffer(SIZE_T Bytes)
{
    PVOID Buffer = ExAllocatePoolWithTag(PagedPool, Bytes, SE_TAG_TOKEN);
    if (Buffer != nullptr) {
        RtlZeroMemory(Buffer, Bytes);
    }
    return Buffer;
}

// TOKEN_USER, TOKEN_OWNER and TOKEN_PRIMARY_GROUP: a pointer first, the SID behind the structure.
PVOID SepSidInformation(PSID Sid, SIZE_T HeaderBytes)
{
    const ULONG Bytes = RtlLengthSid(Sid);
    PVOID Buffer = SepBuffer(HeaderBytes + Bytes);
    if (Buffer != nullptr) {
        PSID Copy = static_cast<PUCHAR>(Buffer) + HeaderBytes;
        RtlCopySid(Bytes, Copy, Sid);
        *static_cast<PSID*>(Buffer) = Copy;
    }
    return Buffer;
}

PVOID SepGroups(PSEP_TOKEN Token)
{
    const SIZE_T Header
        = FIELD_OFFSET(TOKEN_GROUPS, Groups) + Token->GroupCount * sizeof(SID_AND_ATTRIBUTES);
    auto* Groups
        = static_cast<PTOKEN_GROUPS>(SepBuffer(Header + Token->GroupCount * SEP_MAXIMUM_SID));
    if (Groups == nullptr) {
        return nullptr;
    }
    PUCHAR At = reinterpret_cast<PUCHAR>(Groups) + Header;
    Groups->GroupCount = Token->GroupCount;
    for (ULONG Index = 0; Index < Token->GroupCount; ++Index) {
        RtlCopySid(SEP_MAXIMUM_SID, At, Token->Groups[Index].Sid);
        Groups->Groups[Index].Sid = At;
        Groups->Groups[Index].Attributes = Token->Groups[Index].Attributes;
        At += SEP_MAXIMUM_SID;
    }
    return Groups;
}

PVOID SepPrivileges(PSEP_TOKEN Token)
{
    auto* Privileges = static_cast<PTOKEN_PRIVILEGES>(SepBuffer(
        FIELD_OFFSET(TOKEN_PRIVILEGES, Privileges)
        + Token->PrivilegeCount * sizeof(LUID_AND_ATTRIBUTES)));
    if (Privileges != nullptr) {
        Privileges->PrivilegeCount = Token->PrivilegeCount;
        RtlCopyMemory(
            Privileges->Privileges, Token->Privileges,
            Token->PrivilegeCount * sizeof(LUID_AND_ATTRIBUTES));
    }
    return Privileges;
}

PVOID SepStatistics(PSEP_TOKEN Token)
{
    auto* Statistics = static_cast<PTOKEN_STATISTICS>(SepBuffer(sizeof(TOKEN_STATISTICS)));
    if (Statistics != nullptr) {
        Statistics->TokenId = Token->TokenId;
        Statistics->AuthenticationId = Token->AuthenticationId;
        Statistics->ExpirationTime.QuadPart = MAXLONGLONG;
        Statistics->TokenType = Token->Type;
        Statistics->ImpersonationLevel = Token->ImpersonationLevel;
        Statistics->GroupCount = Token->GroupCount;
        Statistics->PrivilegeCount = Token->PrivilegeCount;
        Statistics->ModifiedId = Token->TokenId;
    }
    return Statistics;
}

PVOID SepSource(PSEP_TOKEN Token)
{
    auto* Source = static_cast<PTOKEN_SOURCE>(SepBuffer(sizeof(TOKEN_SOURCE)));
    if (Source != nullptr) {
        RtlCopyMemory(Source->SourceName, Token->System ? "*SYSTEM*" : "User32  ", 8);
    }
    return Source;
}

} // namespace

extern "C" {

NTSTATUS NTAPI SeQueryAuthenticationIdToken(PACCESS_TOKEN Token, PLUID AuthenticationId)
{
    *AuthenticationId = static_cast<PSEP_TOKEN>(Token)->AuthenticationId;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI SeQuerySessionIdToken(PACCESS_TOKEN Token, PULONG SessionId)
{
    *SessionId = static_cast<PSEP_TOKEN>(Token)->SessionId;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI SeSetSessionIdToken(PACCESS_TOKEN Token, ULONG SessionId)
{
    static_cast<PSEP_TOKEN>(Token)->SessionId = SessionId;
    return STATUS_SUCCESS;
}

/// TokenSessionId, TokenType and TokenImpersonationLevel answer with the value in place of a
/// pointer to it, as documented for TokenSessionId and TokenImpersonationLevel; all others with a
/// buffer.
///
/// Owns     the buffer, free with ExFreePool
/// Errors   STATUS_INVALID_INFO_CLASS, STATUS_INSUFFICIENT_RESOURCES
NTSTATUS NTAPI SeQueryInformationToken(
    PACCESS_TOKEN Token, TOKEN_INFORMATION_CLASS TokenInformationClass, PVOID* TokenInformation)
{
    auto* Own = static_cast<PSEP_TOKEN>(Token);
    PVOID Answer = nullptr;

    switch (TokenInformationClass) {
    case TokenUser:
        Answer = SepSidInformation(Own->UserSid, sizeof(TOKEN_USER));
        break;
    case TokenOwner:
        Answer = SepSidInformation(
            Own->Administrator ? static_cast<PSID>(&SepAliasAdminsSid)
                               : static_cast<PSID>(Own->UserSid),
            sizeof(TOKEN_OWNER));
        break;
    case TokenPrimaryGroup:
        Answer = SepSidInformation(
            Own->System ? static_cast<PSID>(&SepLocalSystemSid)
                        : static_cast<PSID>(&SepAliasUsersSid),
            sizeof(TOKEN_PRIMARY_GROUP));
        break;
    case TokenGroups:
        Answer = SepGroups(Own);
        break;
    case TokenPrivileges:
        Answer = SepPrivileges(Own);
        break;
    case TokenStatistics:
        Answer = SepStatistics(Own);
        break;
    case TokenSource:
        Answer = SepSource(Own);
        break;
    case TokenType:
        *reinterpret_cast<PULONG>(TokenInformation) = Own->Type;
        return STATUS_SUCCESS;
    case TokenImpersonationLevel:
        if (Own->Type != TokenImpersonation) {
            return STATUS_INVALID_INFO_CLASS;
        }
        *reinterpret_cast<PULONG>(TokenInformation) = Own->ImpersonationLevel;
        return STATUS_SUCCESS;
    case TokenSessionId:
        *reinterpret_cast<PULONG>(TokenInformation) = Own->SessionId;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
    *TokenInformation = Answer;
    return Answer == nullptr ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

TOKEN_TYPE NTAPI SeTokenType(PACCESS_TOKEN Token)
{
    return static_cast<PSEP_TOKEN>(Token)->Type;
}

NTKERNELAPI SECURITY_IMPERSONATION_LEVEL NTAPI SeTokenImpersonationLevel(PACCESS_TOKEN Token)
{
    return static_cast<PSEP_TOKEN>(Token)->ImpersonationLevel;
}

BOOLEAN NTAPI SeTokenIsAdmin(PACCESS_TOKEN Token)
{
    return static_cast<PSEP_TOKEN>(Token)->Administrator;
}

BOOLEAN NTAPI SeTokenIsRestricted(PACCESS_TOKEN Token)
{
    UNREFERENCED_PARAMETER(Token);
    return FALSE;
}

BOOLEAN NTAPI SeTokenIsWriteRestricted(PACCESS_TOKEN Token)
{
    UNREFERENCED_PARAMETER(Token);
    return FALSE;
}

// Who is told of the end of a logon session: sessions end with the machine, when nobody is left to
// tell.
NTSTATUS NTAPI SeMarkLogonSessionForTerminationNotification(PLUID LogonId)
{
    UNREFERENCED_PARAMETER(LogonId);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI
SeRegisterLogonSessionTerminatedRoutine(PSE_LOGON_SESSION_TERMINATED_ROUTINE CallbackRoutine)
{
    return CallbackRoutine == nullptr ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

NTSTATUS NTAPI
SeUnregisterLogonSessionTerminatedRoutine(PSE_LOGON_SESSION_TERMINATED_ROUTINE CallbackRoutine)
{
    return CallbackRoutine == nullptr ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

} // extern "C"
