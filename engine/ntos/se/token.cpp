// token.cpp - tokens, logon sessions, well-known SIDs, and how se comes up.
#include "engine/ntos/se/sei.h"

extern "C" {

constinit SEP_SID SepWorldSid = { 1, 1, { 0, 0, 0, 0, 0, 1 }, { 0 } };
constinit SEP_SID SepLocalSystemSid = { 1, 1, { 0, 0, 0, 0, 0, 5 }, { 18 } };
constinit SEP_SID SepAuthenticatedUsersSid = { 1, 1, { 0, 0, 0, 0, 0, 5 }, { 11 } };
constinit SEP_SID SepAliasAdminsSid = { 1, 2, { 0, 0, 0, 0, 0, 5 }, { 32, 544 } };
constinit SEP_SID SepAliasUsersSid = { 1, 2, { 0, 0, 0, 0, 0, 5 }, { 32, 545 } };
constinit SEP_SID SepAnonymousSid = { 1, 1, { 0, 0, 0, 0, 0, 5 }, { 7 } };
constinit SEP_SID SepInteractiveSid = { 1, 1, { 0, 0, 0, 0, 0, 5 }, { 4 } };
constinit SEP_SID SepCreatorOwnerSid = { 1, 1, { 0, 0, 0, 0, 0, 3 }, { 0 } };
constinit SEP_SID SepOwnerRightsSid = { 1, 1, { 0, 0, 0, 0, 0, 3 }, { 4 } };
constinit SEP_SID SepNetworkSid = { 1, 1, { 0, 0, 0, 0, 0, 5 }, { 2 } };

constinit POBJECT_TYPE SepTokenType = nullptr;
POBJECT_TYPE* SeTokenObjectType = &SepTokenType;

} // extern "C"

namespace {

// Users that have logged on, in order of their first logon.
struct LOGON_SESSION
{
    LIST_ENTRY Links;
    UNICODE_STRING User; // as given, own buffer
    LUID LogonId;
    ULONG Number;
};

constexpr ULONG kFirstLogonId = 0x10000;
constexpr ULONG kSystemLogonId = 0x3e7;
constexpr ULONG kFirstUserRid = 1001; // as Windows numbers the accounts an administrator creates

constinit LIST_ENTRY SepSessions {};
constinit ULONG SepSessionCount = 0;
constinit ULONG SepLastTokenId = 0;

NTSTATUS SepDuplicateName(PCUNICODE_STRING Source, PUNICODE_STRING Target)
{
    Target->Length = 0;
    Target->MaximumLength = static_cast<USHORT>(Source->Length + sizeof(WCHAR));
    Target->Buffer
        = static_cast<PWCH>(ExAllocatePoolWithTag(PagedPool, Target->MaximumLength, SE_TAG_TOKEN));
    if (Target->Buffer == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyUnicodeString(Target, Source);
    return STATUS_SUCCESS;
}

NTSTATUS SepFindSession(PCUNICODE_STRING User, LOGON_SESSION** Session)
{
    for (PLIST_ENTRY Link = SepSessions.Flink; Link != &SepSessions; Link = Link->Flink) {
        auto* Candidate = CONTAINING_RECORD(Link, LOGON_SESSION, Links);
        if (RtlEqualUnicodeString(&Candidate->User, User, TRUE)) {
            *Session = Candidate;
            return STATUS_SUCCESS;
        }
    }
    auto* New = static_cast<LOGON_SESSION*>(
        ExAllocatePoolWithTag(PagedPool, sizeof(LOGON_SESSION), SE_TAG_LOGON));
    if (New == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    const NTSTATUS Status = SepDuplicateName(User, &New->User);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(New, SE_TAG_LOGON);
        return Status;
    }
    New->Number = SepSessionCount++;
    New->LogonId.LowPart = kFirstLogonId + New->Number;
    New->LogonId.HighPart = 0;
    InsertTailList(&SepSessions, &New->Links);
    *Session = New;
    return STATUS_SUCCESS;
}

// "DOMAIN\name" in its parts; the domain of a plain name is the machine.
void SepSplitName(PCUNICODE_STRING User, PUNICODE_STRING Domain, PUNICODE_STRING Name)
{
    *Name = *User;
    RtlInitUnicodeString(Domain, L"LABHOST");
    for (USHORT Index = 0; Index < User->Length / sizeof(WCHAR); ++Index) {
        if (User->Buffer[Index] == L'\\') {
            const USHORT Bytes = static_cast<USHORT>(Index * sizeof(WCHAR));
            Domain->Buffer = User->Buffer;
            Domain->Length = Domain->MaximumLength = Bytes;
            Name->Buffer = User->Buffer + Index + 1;
            Name->Length = Name->MaximumLength
                = static_cast<USHORT>(User->Length - Bytes - sizeof(WCHAR));
            return;
        }
    }
}

void SepAddGroup(PSEP_TOKEN Token, SEP_SID* Sid)
{
    constexpr ULONG Enabled
        = 7; // SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED
    Token->Groups[Token->GroupCount].Sid = Sid;
    Token->Groups[Token->GroupCount].Attributes = Enabled;
    Token->GroupCount += 1;
}

void SepAddPrivilege(PSEP_TOKEN Token, ULONG Privilege)
{
    constexpr ULONG Enabled = 3; // SE_PRIVILEGE_ENABLED_BY_DEFAULT | SE_PRIVILEGE_ENABLED
    Token->Privileges[Token->PrivilegeCount].Luid = RtlConvertUlongToLuid(Privilege);
    Token->Privileges[Token->PrivilegeCount].Attributes = Enabled;
    Token->PrivilegeCount += 1;
}

void SepDeleteToken(PVOID Object)
{
    auto* Token = static_cast<PSEP_TOKEN>(Object);
    if (Token->UserName.Buffer != nullptr) {
        ExFreePoolWithTag(Token->UserName.Buffer, SE_TAG_TOKEN);
    }
    if (Token->DomainName.Buffer != nullptr) {
        ExFreePoolWithTag(Token->DomainName.Buffer, SE_TAG_TOKEN);
    }
}

NTSTATUS SepNewToken(PSEP_TOKEN* Token)
{
    PVOID Object = nullptr;
    const NTSTATUS Status = ObCreateObject(
        KernelMode, SepTokenType, nullptr, KernelMode, nullptr, sizeof(SEP_TOKEN), 0, 0, &Object);
    if (NT_SUCCESS(Status)) {
        *Token = static_cast<PSEP_TOKEN>(Object);
        (*Token)->TokenId = RtlConvertUlongToLuid(++SepLastTokenId);
    }
    return Status;
}

void SepFillSystem(PSEP_TOKEN Token)
{
    Token->System = TRUE;
    Token->Administrator = TRUE;
    Token->AuthenticationId.LowPart = kSystemLogonId;
    RtlCopyMemory(Token->UserSid, &SepLocalSystemSid, SeLengthSid(&SepLocalSystemSid));
    SepAddGroup(Token, &SepAliasAdminsSid);
    SepAddGroup(Token, &SepWorldSid);
    SepAddGroup(Token, &SepAuthenticatedUsersSid);
    for (ULONG Privilege = SE_MIN_WELL_KNOWN_PRIVILEGE;
         Privilege < SE_MIN_WELL_KNOWN_PRIVILEGE + SEP_PRIVILEGES; ++Privilege) {
        SepAddPrivilege(Token, Privilege);
    }
}

void SepFillUser(PSEP_TOKEN Token, LOGON_SESSION* Session)
{
    // One machine, one domain identifier; the account's number makes the SID its own.
    SEP_SID User = { 1,
                     5,
                     { 0, 0, 0, 0, 0, 5 },
                     { 21, 1000000001, 1000000002, 1000000003, kFirstUserRid + Session->Number } };
    UNICODE_STRING Administrator;

    Token->AuthenticationId = Session->LogonId;
    RtlCopyMemory(Token->UserSid, &User, SeLengthSid(&User));
    RtlInitUnicodeString(&Administrator, L"Administrator");
    Token->Administrator = RtlEqualUnicodeString(&Token->UserName, &Administrator, TRUE);
    SepAddGroup(Token, &SepWorldSid);
    SepAddGroup(Token, &SepAliasUsersSid);
    SepAddGroup(Token, &SepAuthenticatedUsersSid);
    SepAddGroup(Token, &SepInteractiveSid);
    SepAddPrivilege(Token, SE_CHANGE_NOTIFY_PRIVILEGE);
    if (Token->Administrator) {
        SepAddGroup(Token, &SepAliasAdminsSid);
        SepAddPrivilege(Token, SE_BACKUP_PRIVILEGE);
        SepAddPrivilege(Token, SE_RESTORE_PRIVILEGE);
        SepAddPrivilege(Token, SE_SECURITY_PRIVILEGE);
        SepAddPrivilege(Token, SE_TAKE_OWNERSHIP_PRIVILEGE);
        SepAddPrivilege(Token, SE_LOAD_DRIVER_PRIVILEGE);
    }
}

} // namespace

extern "C" {

void SeInitSystem(void)
{
    OB_TYPE_PROCEDURES Procedures {};

    InitializeListHead(&SepSessions);
    SepSessionCount = 0;
    SepLastTokenId = 0;
    SepInitExports();
    Procedures.WaitOffset = OBP_NOT_WAITABLE;
    Procedures.WaitPointerOffset = OBP_NOT_WAITABLE;
    Procedures.ValidAccessMask = TOKEN_ALL_ACCESS;
    Procedures.GenericMapping = { TOKEN_READ, TOKEN_WRITE, TOKEN_EXECUTE, TOKEN_ALL_ACCESS };
    Procedures.Delete = SepDeleteToken;
    SepTokenType = ObpCreateType(L"Token", &Procedures);
}

void SeShutdownSystem(void)
{
    while (!IsListEmpty(&SepSessions)) {
        auto* Session = CONTAINING_RECORD(RemoveHeadList(&SepSessions), LOGON_SESSION, Links);
        ExFreePoolWithTag(Session->User.Buffer, SE_TAG_TOKEN);
        ExFreePoolWithTag(Session, SE_TAG_LOGON);
    }
}

NTSTATUS SepCreateUserToken(PCUNICODE_STRING User, PACCESS_TOKEN* Token)
{
    UNICODE_STRING Domain;
    UNICODE_STRING Name;
    UNICODE_STRING System;
    LOGON_SESSION* Session = nullptr;
    PSEP_TOKEN New = nullptr;

    RtlInitUnicodeString(&System, L"SYSTEM");
    const BOOLEAN IsSystem = RtlEqualUnicodeString(User, &System, TRUE);
    NTSTATUS Status = IsSystem ? STATUS_SUCCESS : SepFindSession(User, &Session);
    if (NT_SUCCESS(Status)) {
        Status = SepNewToken(&New);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    SepSplitName(User, &Domain, &Name);
    if (IsSystem) {
        RtlInitUnicodeString(&Domain, L"NT AUTHORITY");
    }
    New->Type = TokenPrimary;
    New->ImpersonationLevel = SecurityAnonymous;
    New->SessionId = IsSystem ? 0 : 1;
    Status = SepDuplicateName(&Name, &New->UserName);
    if (NT_SUCCESS(Status)) {
        Status = SepDuplicateName(&Domain, &New->DomainName);
    }
    if (!NT_SUCCESS(Status)) {
        ObfDereferenceObject(New);
        return Status;
    }
    if (IsSystem) {
        SepFillSystem(New);
    } else {
        SepFillUser(New, Session);
    }
    *Token = New;
    return STATUS_SUCCESS;
}

NTSTATUS SepDuplicateToken(
    PACCESS_TOKEN Source, TOKEN_TYPE Type, SECURITY_IMPERSONATION_LEVEL Level, PACCESS_TOKEN* Token)
{
    auto* Old = static_cast<PSEP_TOKEN>(Source);
    PSEP_TOKEN New = nullptr;
    NTSTATUS Status = SepNewToken(&New);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    const LUID Id = New->TokenId;
    *New = *Old;
    New->TokenId = Id;
    New->UserName = {};
    New->DomainName = {};
    New->Type = Type;
    New->ImpersonationLevel = Level;
    Status = SepDuplicateName(&Old->UserName, &New->UserName);
    if (NT_SUCCESS(Status)) {
        Status = SepDuplicateName(&Old->DomainName, &New->DomainName);
    }
    if (!NT_SUCCESS(Status)) {
        ObfDereferenceObject(New);
        return Status;
    }
    *Token = New;
    return STATUS_SUCCESS;
}

PCUNICODE_STRING SepTokenUserName(PACCESS_TOKEN Token)
{
    return &static_cast<PSEP_TOKEN>(Token)->UserName;
}

PSID SepTokenUserSid(PACCESS_TOKEN Token)
{
    return static_cast<PSEP_TOKEN>(Token)->UserSid;
}

BOOLEAN SepTokenHasSid(PACCESS_TOKEN Token, PSID Sid, BOOLEAN ForDeny)
{
    auto* Own = static_cast<PSEP_TOKEN>(Token);

    UNREFERENCED_PARAMETER(ForDeny); // no token here has deny-only groups
    if (RtlEqualSid(Own->UserSid, Sid)) {
        return TRUE;
    }
    for (ULONG Index = 0; Index < Own->GroupCount; ++Index) {
        if (RtlEqualSid(Own->Groups[Index].Sid, Sid)) {
            return TRUE;
        }
    }
    return FALSE;
}

BOOLEAN SepHasPrivilege(PSEP_TOKEN Token, LUID Privilege)
{
    constexpr ULONG Enabled = 2; // SE_PRIVILEGE_ENABLED
    for (ULONG Index = 0; Index < Token->PrivilegeCount; ++Index) {
        if (RtlEqualLuid(&Token->Privileges[Index].Luid, &Privilege)) {
            return (Token->Privileges[Index].Attributes & Enabled) != 0;
        }
    }
    return FALSE;
}

} // extern "C"
