// server.cpp - see server.h.
#include "minirdr/smb2/server.h"

namespace {
BOOLEAN SameString(PCUNICODE_STRING A, PCUNICODE_STRING B, BOOLEAN CaseInSensitive)
{
    return RtlEqualUnicodeString(A, B, CaseInSensitive);
}

BOOLEAN
SameUser(const SMB2_SESSION* Session, const SMB2_CREDENTIALS* Credentials, const LUID* LogonId)
{
    return Session->LogonId.LowPart == LogonId->LowPart
        && Session->LogonId.HighPart == LogonId->HighPart
        && SameString(&Session->Credentials.User, &Credentials->User, TRUE)
        && SameString(&Session->Credentials.Domain, &Credentials->Domain, TRUE)
        && SameString(&Session->Credentials.Password, &Credentials->Password, FALSE);
}

VOID ForgetTree(SMB2_TREE* Tree)
{
    RemoveEntryList(&Tree->Links);
    InitializeListHead(&Tree->Links);
    Smb2DereferenceTree(Tree);
}

VOID ForgetSession(SMB2_SESSION* Session)
{
    RemoveEntryList(&Session->Links);
    InitializeListHead(&Session->Links);
    Smb2DereferenceSession(Session);
}

// The connection and everything on it is history. Server->Lock held.
VOID ForgetConnection(SMB2_SERVER* Server)
{
    while (!IsListEmpty(&Server->Trees))
        ForgetTree(CONTAINING_RECORD(Server->Trees.Flink, SMB2_TREE, Links));
    while (!IsListEmpty(&Server->Sessions))
        ForgetSession(CONTAINING_RECORD(Server->Sessions.Flink, SMB2_SESSION, Links));
    if (Server->Connection) {
        Smb2CloseConnection(Server->Connection);
        Smb2DereferenceConnection(Server->Connection);
        Server->Connection = nullptr;
    }
}

NTSTATUS EnsureConnection(SMB2_SERVER* Server)
{
    if (Server->Connection && Smb2ConnectionIsAlive(Server->Connection))
        return STATUS_SUCCESS;
    ForgetConnection(Server);
    return Smb2OpenConnection(
        Server->Transport, &Server->Name, &Server->Config, &Server->ClientGuid, &Server->Events,
        Server->Owner, ++Server->Generation, &Server->Connection);
}

NTSTATUS EnsureSession(
    SMB2_SERVER* Server,
    const SMB2_CREDENTIALS* Credentials,
    const LUID* LogonId,
    SMB2_SESSION** Result)
{
    for (LIST_ENTRY* Entry = Server->Sessions.Flink; Entry != &Server->Sessions;
         Entry = Entry->Flink) {
        auto* Session = CONTAINING_RECORD(Entry, SMB2_SESSION, Links);
        if (!Session->Invalid && SameUser(Session, Credentials, LogonId)) {
            *Result = Session;
            return STATUS_SUCCESS;
        }
    }
    SMB2_SESSION* Session;
    const NTSTATUS Status = Smb2LogOn(Server->Connection, Credentials, LogonId, &Session);
    if (!NT_SUCCESS(Status))
        return Status;
    InsertTailList(&Server->Sessions, &Session->Links); // the list's reference
    *Result = Session;
    return STATUS_SUCCESS;
}

// "\\server\share"
NTSTATUS MakeSharePath(const SMB2_SERVER* Server, PCUNICODE_STRING ShareName, UNICODE_STRING* Path)
{
    const ULONG Bytes = 3u * sizeof(WCHAR) + Server->Name.Length + ShareName->Length;
    if (Bytes > 1024)
        return STATUS_BAD_NETWORK_NAME;
    Path->Buffer = static_cast<PWCHAR>(MinirdrAllocateRaw(Bytes));
    if (!Path->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    Path->Length = Path->MaximumLength = static_cast<USHORT>(Bytes);
    PWCHAR At = Path->Buffer;
    *At++ = L'\\';
    *At++ = L'\\';
    RtlCopyMemory(At, Server->Name.Buffer, Server->Name.Length);
    At += Server->Name.Length / sizeof(WCHAR);
    *At++ = L'\\';
    RtlCopyMemory(At, ShareName->Buffer, ShareName->Length);
    return STATUS_SUCCESS;
}

NTSTATUS
EnsureTree(SMB2_SERVER* Server, SMB2_SESSION* Session, PCUNICODE_STRING Path, SMB2_TREE** Result)
{
    for (LIST_ENTRY* Entry = Server->Trees.Flink; Entry != &Server->Trees; Entry = Entry->Flink) {
        auto* Tree = CONTAINING_RECORD(Entry, SMB2_TREE, Links);
        if (!Tree->Invalid && Tree->Session == Session && SameString(&Tree->Share, Path, TRUE)) {
            *Result = Tree;
            return STATUS_SUCCESS;
        }
    }
    SMB2_TREE* Tree;
    const NTSTATUS Status = Smb2ConnectTree(Session, Path, &Tree);
    if (!NT_SUCCESS(Status))
        return Status;
    InsertTailList(&Server->Trees, &Tree->Links); // the list's reference
    ++Session->TreeCount;
    *Result = Tree;
    return STATUS_SUCCESS;
}

// A session nobody uses any more: say good-bye.
VOID RetireSession(SMB2_SESSION* Session)
{
    Smb2LogOff(Session);
    if (!IsListEmpty(&Session->Links))
        ForgetSession(Session);
}

BOOLEAN ServerForgot(NTSTATUS Status)
{
    return Status == STATUS_USER_SESSION_DELETED || Status == STATUS_NETWORK_SESSION_EXPIRED;
}
}

NTSTATUS Smb2CreateServer(
    PCUNICODE_STRING Name,
    const TRANSPORT* Transport,
    const SMB2_CONFIG* Config,
    const GUID* ClientGuid,
    const SMB2_CONNECTION_EVENTS* Events,
    PVOID Owner,
    SMB2_SERVER** Result)
{
    auto* Server = MinirdrAllocateObject<SMB2_SERVER>();
    if (!Server)
        return STATUS_INSUFFICIENT_RESOURCES;
    const NTSTATUS Status = Smb2CopyString(&Server->Name, Name);
    if (!NT_SUCCESS(Status)) {
        MinirdrFree(Server);
        return Status;
    }
    Server->Transport = Transport;
    Server->Config = *Config;
    Server->ClientGuid = *ClientGuid;
    if (Events)
        Server->Events = *Events;
    Server->Owner = Owner;
    SleepLockInitialize(&Server->Lock);
    InitializeListHead(&Server->Sessions);
    InitializeListHead(&Server->Trees);
    *Result = Server;
    return STATUS_SUCCESS;
}

VOID Smb2DestroyServer(SMB2_SERVER* Server)
{
    {
        SLEEP_GUARD Guard(&Server->Lock);
        for (LIST_ENTRY* Entry = Server->Trees.Flink; Entry != &Server->Trees; Entry = Entry->Flink)
            Smb2DisconnectTree(CONTAINING_RECORD(Entry, SMB2_TREE, Links));
        for (LIST_ENTRY* Entry = Server->Sessions.Flink; Entry != &Server->Sessions;
             Entry = Entry->Flink)
            Smb2LogOff(CONTAINING_RECORD(Entry, SMB2_SESSION, Links));
        ForgetConnection(Server);
    }
    Smb2FreeString(&Server->Name);
    MinirdrFree(Server);
}

NTSTATUS Smb2ConnectServer(SMB2_SERVER* Server)
{
    SLEEP_GUARD Guard(&Server->Lock);
    return EnsureConnection(Server);
}

NTSTATUS Smb2OpenTree(
    SMB2_SERVER* Server,
    PCUNICODE_STRING ShareName,
    const SMB2_CREDENTIALS* Credentials,
    const LUID* LogonId,
    SMB2_TREE** Result)
{
    UNICODE_STRING Path = {};
    NTSTATUS Status = MakeSharePath(Server, ShareName, &Path);
    if (!NT_SUCCESS(Status))
        return Status;
    SLEEP_GUARD Guard(&Server->Lock);
    // Once more when the server turns out to have forgotten the session that an earlier user made.
    for (ULONG Attempt = 0; Attempt < 2; ++Attempt) {
        SMB2_SESSION* Session = nullptr;
        SMB2_TREE* Tree = nullptr;
        Status = EnsureConnection(Server);
        if (NT_SUCCESS(Status))
            Status = EnsureSession(Server, Credentials, LogonId, &Session);
        if (NT_SUCCESS(Status))
            Status = EnsureTree(Server, Session, &Path, &Tree);
        if (NT_SUCCESS(Status)) {
            Smb2ReferenceTree(Tree);
            ++Tree->Users;
            *Result = Tree;
            break;
        }
        if (Session && ServerForgot(Status))
            ForgetSession(Session);
        else {
            if (Session && Session->TreeCount == 0)
                RetireSession(Session);
            break;
        }
    }
    Smb2FreeString(&Path);
    return Status;
}

VOID Smb2CloseTree(SMB2_SERVER* Server, SMB2_TREE* Tree)
{
    SLEEP_GUARD Guard(&Server->Lock);
    if (--Tree->Users == 0) {
        SMB2_SESSION* Session = Tree->Session;
        Smb2ReferenceSession(Session);
        Smb2DisconnectTree(Tree);
        if (!IsListEmpty(&Tree->Links))
            ForgetTree(Tree);
        if (--Session->TreeCount == 0)
            RetireSession(Session);
        Smb2DereferenceSession(Session);
    }
    Smb2DereferenceTree(Tree);
}
