// sep.h - tokens as the other parts of the executive see them.
//
// A token names a user: SID, groups, privileges and the LUID of its logon session. Tokens of one
// user share the logon id; System is 0x3e7, as on Windows, users get 0x10000 + n in order of their
// first logon.
#pragma once

#include <ntifs.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEP_MAXIMUM_SID 68
#define SEP_GROUPS 5
#define SEP_PRIVILEGES 24

typedef struct _SEP_TOKEN
{
    // constant after creation
    LUID TokenId;
    LUID AuthenticationId; // logon session
    TOKEN_TYPE Type;
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
    ULONG SessionId;
    UNICODE_STRING UserName; // own buffer
    UNICODE_STRING DomainName; // own buffer
    UCHAR UserSid[SEP_MAXIMUM_SID];
    ULONG GroupCount;
    SID_AND_ATTRIBUTES Groups[SEP_GROUPS]; // well-known SIDs, not owned
    BOOLEAN Administrator;
    BOOLEAN System;

    ULONG PrivilegeCount;
    LUID_AND_ATTRIBUTES Privileges[SEP_PRIVILEGES];
} SEP_TOKEN, *PSEP_TOKEN;

extern POBJECT_TYPE SepTokenType;

/// A primary token for a user of the world ("alice", "DOMAIN\alice"; "SYSTEM" is the system
/// itself). A user logs on once: later tokens share the logon id. The caller owns one reference.
NTSTATUS SepCreateUserToken(PCUNICODE_STRING User, PACCESS_TOKEN* Token);

/// A copy of another type or level. The caller owns one reference.
NTSTATUS SepDuplicateToken(
    PACCESS_TOKEN Source,
    TOKEN_TYPE Type,
    SECURITY_IMPERSONATION_LEVEL Level,
    PACCESS_TOKEN* Token);

PCUNICODE_STRING SepTokenUserName(PACCESS_TOKEN Token);
PSID SepTokenUserSid(PACCESS_TOKEN Token);
BOOLEAN SepTokenHasSid(PACCESS_TOKEN Token, PSID Sid, BOOLEAN ForDeny);

#ifdef __cplusplus
}
#endif
