// session.cpp - see session.h.
//
// Source   [MS-SMB2] 3.2.4.2.3, 3.2.5.3, 3.2.4.2.4, 3.2.5.5
#include "minirdr/smb2/session.h"

namespace {
constexpr ULONG MAX_LOGON_ROUNDS = 4; // NTLM needs two

VOID FreeSession(SMB2_SESSION* Session)
{
    RdrTraceDied(Session);
    Smb2DestroySigningKey(&Session->Signing);
    Smb2FreeString(&Session->Credentials.User);
    Smb2FreeString(&Session->Credentials.Domain);
    if (Session->Credentials.Password.Buffer)
        RtlZeroMemory(Session->Credentials.Password.Buffer, Session->Credentials.Password.Length);
    Smb2FreeString(&Session->Credentials.Password);
    SMB2_CONNECTION* Connection = Session->Connection;
    MinirdrFree(Session);
    Smb2DereferenceConnection(Connection);
}

// The key that signs: the session key itself below 3.0, derived from it above; 3.1.1 binds it to
// everything said so far.
NTSTATUS PrepareKeys(
    SMB2_SESSION* Session, const UCHAR SessionKey[16], const UCHAR Preauth[SMB2_HASH512_BYTES])
{
    const SMB2_CONNECTION* Connection = Session->Connection;
    if (Connection->Dialect < SMB2_DIALECT_300)
        return Smb2PrepareSigningKey(&Session->Signing, SMB2_SIGNING_HMAC_SHA256, SessionKey);
    static constexpr CHAR Label30[] = "SMB2AESCMAC";
    static constexpr CHAR Context30[] = "SmbSign";
    static constexpr CHAR Label311[] = "SMBSigningKey";
    UCHAR Key[16];
    NTSTATUS Status = Connection->Dialect == SMB2_DIALECT_311
        ? Smb2DeriveKey(SessionKey, Label311, sizeof Label311, Preauth, SMB2_HASH512_BYTES, Key)
        : Smb2DeriveKey(SessionKey, Label30, sizeof Label30, Context30, sizeof Context30, Key);
    if (NT_SUCCESS(Status))
        Status = Smb2PrepareSigningKey(&Session->Signing, Connection->SigningAlgorithm, Key);
    RtlZeroMemory(Key, sizeof Key);
    return Status;
}

// The last SESSION_SETUP response is signed with the key it lets us compute.
NTSTATUS VerifyFinalResponse(SMB2_SESSION* Session, SMB2_EXCHANGE* Exchange)
{
    auto* Header = reinterpret_cast<SMB2_HEADER*>(Exchange->Response);
    if (!(Header->Flags & SMB2_FLAGS_SIGNED))
        // [MS-SMB2] 3.2.5.3.1: required in 3.1.1; older servers sign only when they require
        // signing.
        return Session->Connection->Dialect == SMB2_DIALECT_311 ? STATUS_ACCESS_DENIED
                                                                : STATUS_SUCCESS;
    UCHAR Given[16];
    UCHAR Computed[16];
    RtlCopyMemory(Given, Header->Signature, sizeof Given);
    RtlZeroMemory(Header->Signature, sizeof Header->Signature);
    const SMB2_SPAN Span = { Exchange->Response, Exchange->ResponseBytes };
    const NTSTATUS Status = Smb2ComputeSignature(
        &Session->Signing, &Span, 1, Header->MessageId, TRUE, FALSE, Computed);
    if (!NT_SUCCESS(Status))
        return Status;
    return RtlCompareMemory(Given, Computed, sizeof Given) == sizeof Given ? STATUS_SUCCESS
                                                                           : STATUS_ACCESS_DENIED;
}

// One SESSION_SETUP round trip. Exchange comes back to the caller, who releases it.
NTSTATUS SetupRound(
    SMB2_SESSION* Session,
    const SMB2_BLOB* Token,
    UCHAR Preauth[SMB2_HASH512_BYTES],
    SMB2_EXCHANGE** Result)
{
    SMB2_CONNECTION* Connection = Session->Connection;
    SMB2_EXCHANGE* Exchange = Smb2AllocateExchange(
        Connection, Smb2SessionSetup, sizeof(SMB2_SESSION_SETUP_REQUEST) + Token->Bytes);
    *Result = Exchange;
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    Exchange->Flags |= SMB2_EXCHANGE_NO_VERIFY;
    Smb2RequestHeader(Exchange)->SessionId = Session->SessionId;
    auto* Request = Smb2AppendBody<SMB2_SESSION_SETUP_REQUEST>(Exchange, 25);
    Request->SecurityMode = static_cast<UCHAR>(Connection->ClientSecurityMode);
    Request->Capabilities = SMB2_GLOBAL_CAP_DFS & Connection->ClientCapabilities;
    Request->SecurityBufferOffset = sizeof(SMB2_HEADER) + sizeof *Request;
    Request->SecurityBufferLength = static_cast<USHORT>(Token->Bytes);
    RtlCopyMemory(Smb2Append(Exchange, Token->Bytes), Token->Data, Token->Bytes);
    const NTSTATUS Status = Smb2Transact(Exchange);
    if (Connection->Dialect == SMB2_DIALECT_311 && Exchange->Response) {
        Smb2ExtendHash(Preauth, Smb2RequestHeader(Exchange), Exchange->RequestBytes);
        // The chain ends with the last request: the response that says yes is no part of it.
        if (Status == STATUS_MORE_PROCESSING_REQUIRED)
            Smb2ExtendHash(Preauth, Exchange->Response, Exchange->ResponseBytes);
    }
    if (Exchange->Response)
        Session->SessionId = reinterpret_cast<const SMB2_HEADER*>(Exchange->Response)->SessionId;
    return Status;
}

NTSTATUS FinishLogOn(
    SMB2_SESSION* Session,
    SMB2_NTLM* Logon,
    SMB2_EXCHANGE* Exchange,
    const UCHAR Preauth[SMB2_HASH512_BYTES])
{
    const SMB2_CONNECTION* Connection = Session->Connection;
    const auto* Response = Smb2ResponseBody<SMB2_SESSION_SETUP_RESPONSE>(Exchange, 9);
    if (!Response)
        return STATUS_INVALID_NETWORK_RESPONSE;
    Session->SessionFlags = Response->SessionFlags;
    if (Response->SessionFlags & (SMB2_SESSION_FLAG_IS_GUEST | SMB2_SESSION_FLAG_IS_NULL)) {
        // Nobody proved anything: there is no key, so whoever sits in between can read and write
        // this session.
        return Connection->Config.AllowGuest ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
    }
    if (!Logon->HasSessionKey)
        return STATUS_SUCCESS;
    NTSTATUS Status = PrepareKeys(Session, Logon->SessionKey, Preauth);
    if (NT_SUCCESS(Status))
        Status = VerifyFinalResponse(Session, Exchange);
    Session->SignAlways = Connection->Config.Signing == SMB2_SIGNING_POLICY::Always
        || (Connection->ServerSecurityMode & SMB2_NEGOTIATE_SIGNING_REQUIRED);
    return Status;
}

// [MS-SMB2] 3.2.5.5: below 3.1.1 a signed FSCTL repeats what was negotiated, so that a downgrade in
// between shows.
NTSTATUS ValidateNegotiate(SMB2_TREE* Tree)
{
    SMB2_CONNECTION* Connection = Tree->Session->Connection;
    if (Connection->Dialect == SMB2_DIALECT_311
        || Connection->Config.MaximumDialect < SMB2_DIALECT_300 || !Tree->Session->Signing.Valid)
        return STATUS_SUCCESS;
    static constexpr USHORT Offered[] = { SMB2_DIALECT_202, SMB2_DIALECT_210, SMB2_DIALECT_300,
                                          SMB2_DIALECT_302, SMB2_DIALECT_311 };
    SMB2_EXCHANGE* Exchange = Smb2AllocateTreeExchange(
        Tree, Smb2Ioctl,
        sizeof(SMB2_IOCTL_REQUEST) + sizeof(SMB2_VALIDATE_NEGOTIATE_REQUEST) + sizeof Offered);
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    Exchange->Flags |= SMB2_EXCHANGE_SIGN;
    auto* Request = Smb2AppendBody<SMB2_IOCTL_REQUEST>(Exchange, 57);
    Request->CtlCode = SMB2_FSCTL_VALIDATE_NEGOTIATE_INFO;
    Request->FileId = { ~0ull, ~0ull };
    Request->InputOffset = sizeof(SMB2_HEADER) + sizeof *Request;
    Request->MaxOutputResponse = sizeof(SMB2_VALIDATE_NEGOTIATE_RESPONSE);
    Request->Flags = SMB2_0_IOCTL_IS_FSCTL;
    auto* Info = static_cast<SMB2_VALIDATE_NEGOTIATE_REQUEST*>(
        Smb2Append(Exchange, sizeof(SMB2_VALIDATE_NEGOTIATE_REQUEST)));
    Info->Capabilities = Connection->ClientCapabilities;
    Info->Guid = Connection->ClientGuid;
    Info->SecurityMode = Connection->ClientSecurityMode;
    for (const USHORT Dialect : Offered)
        if (Dialect >= Connection->Config.MinimumDialect
            && Dialect <= Connection->Config.MaximumDialect) {
            *static_cast<USHORT UNALIGNED*>(Smb2Append(Exchange, sizeof(USHORT))) = Dialect;
            ++Info->DialectCount;
        }
    Request->InputCount = static_cast<ULONG>(sizeof *Info)
        + Info->DialectCount * static_cast<ULONG>(sizeof(USHORT));
    NTSTATUS Status = Smb2Transact(Exchange);
    if (Status == STATUS_NOT_SUPPORTED || Status == STATUS_INVALID_DEVICE_REQUEST
        || Status == STATUS_FILE_CLOSED) {
        // A signed refusal: a server older than the check, and nobody in between could have forged
        // it.
        Smb2ReleaseExchange(Exchange);
        return STATUS_SUCCESS;
    }
    if (NT_SUCCESS(Status)) {
        const auto* Response = Smb2ResponseBody<SMB2_IOCTL_RESPONSE>(Exchange, 49);
        const UCHAR* Output = Response
            ? Smb2ResponseSlice(
                Exchange, Response->OutputOffset, sizeof(SMB2_VALIDATE_NEGOTIATE_RESPONSE))
            : nullptr;
        if (!Output || Response->OutputCount != sizeof(SMB2_VALIDATE_NEGOTIATE_RESPONSE)) {
            Status = STATUS_INVALID_NETWORK_RESPONSE;
        } else {
            const auto* Told = reinterpret_cast<const SMB2_VALIDATE_NEGOTIATE_RESPONSE*>(Output);
            if (Told->Capabilities != Connection->ServerCapabilities
                || Told->SecurityMode != Connection->ServerSecurityMode
                || Told->Dialect != Connection->Dialect
                || RtlCompareMemory(&Told->Guid, &Connection->ServerGuid, sizeof(GUID))
                    != sizeof(GUID))
                Status = STATUS_DOWNGRADE_DETECTED;
        }
    }
    Smb2ReleaseExchange(Exchange);
    if (!NT_SUCCESS(Status)) {
        RdrTraceEvent(
            RdrLayerWire, RdrEventError, "negotiation was tampered with", Connection, Status, 0);
        Smb2FailConnection(Connection, STATUS_DOWNGRADE_DETECTED);
    }
    return Status;
}

VOID SendEmpty(SMB2_SESSION* Session, USHORT Command, ULONG TreeId)
{
    if (!Smb2ConnectionIsAlive(Session->Connection) || Session->Invalid)
        return;
    SMB2_EXCHANGE* Exchange
        = Smb2AllocateExchange(Session->Connection, Command, sizeof(SMB2_EMPTY_BODY));
    if (!Exchange)
        return;
    Smb2ReferenceSession(Session);
    Exchange->Session = Session;
    Smb2AppendBody<SMB2_EMPTY_BODY>(Exchange, 4);
    Smb2RequestHeader(Exchange)->SessionId = Session->SessionId;
    Smb2RequestHeader(Exchange)->TreeId = TreeId;
    Smb2Transact(Exchange);
    Smb2ReleaseExchange(Exchange);
}
}

NTSTATUS Smb2CopyString(UNICODE_STRING* To, PCUNICODE_STRING From)
{
    *To = {};
    if (From->Length == 0)
        return STATUS_SUCCESS;
    To->Buffer = static_cast<PWCHAR>(MinirdrAllocateRaw(From->Length));
    if (!To->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlCopyMemory(To->Buffer, From->Buffer, From->Length);
    To->Length = To->MaximumLength = From->Length;
    return STATUS_SUCCESS;
}

VOID Smb2FreeString(UNICODE_STRING* String)
{
    MinirdrFree(String->Buffer);
    *String = {};
}

NTSTATUS Smb2LogOn(
    SMB2_CONNECTION* Connection,
    const SMB2_CREDENTIALS* Credentials,
    const LUID* LogonId,
    SMB2_SESSION** Result)
{
    auto* Session = MinirdrAllocateObject<SMB2_SESSION>();
    if (!Session)
        return STATUS_INSUFFICIENT_RESOURCES;
    Session->References = 1;
    Smb2ReferenceConnection(Connection);
    Session->Connection = Connection;
    Session->LogonId = *LogonId;
    RdrTraceBorn(RdrObjectSession, Session, 0, &Credentials->User, Connection);
    NTSTATUS Status = Smb2CopyString(&Session->Credentials.User, &Credentials->User);
    if (NT_SUCCESS(Status))
        Status = Smb2CopyString(&Session->Credentials.Domain, &Credentials->Domain);
    if (NT_SUCCESS(Status))
        Status = Smb2CopyString(&Session->Credentials.Password, &Credentials->Password);

    UCHAR Preauth[SMB2_HASH512_BYTES];
    RtlCopyMemory(Preauth, Connection->PreauthHash, sizeof Preauth);
    SMB2_NTLM Logon = {};
    Logon.Spnego = Connection->Config.Spnego;
    SMB2_BLOB Token = {};
    if (NT_SUCCESS(Status))
        Status = Smb2NtlmNegotiate(&Logon, &Token);
    for (ULONG Round = 0; NT_SUCCESS(Status); ++Round) {
        if (Round == MAX_LOGON_ROUNDS) {
            Status = STATUS_INVALID_NETWORK_RESPONSE;
            break;
        }
        SMB2_EXCHANGE* Exchange;
        Status = SetupRound(Session, &Token, Preauth, &Exchange);
        MinirdrFree(Token.Data);
        Token = {};
        if (Status == STATUS_MORE_PROCESSING_REQUIRED) {
            const auto* Response = Smb2ResponseBody<SMB2_SESSION_SETUP_RESPONSE>(Exchange, 9);
            const UCHAR* Challenge = Response
                ? Smb2ResponseSlice(
                    Exchange, Response->SecurityBufferOffset, Response->SecurityBufferLength)
                : nullptr;
            Status = Challenge ? Smb2NtlmAuthenticate(
                         &Logon, Challenge, Response->SecurityBufferLength, &Session->Credentials,
                         &Token)
                               : STATUS_INVALID_NETWORK_RESPONSE;
            Smb2ReleaseExchange(Exchange);
            continue;
        }
        if (NT_SUCCESS(Status))
            Status = FinishLogOn(Session, &Logon, Exchange, Preauth);
        Smb2ReleaseExchange(Exchange);
        break;
    }
    MinirdrFree(Token.Data);
    Smb2NtlmReset(&Logon);
    if (!NT_SUCCESS(Status)) {
        Smb2DereferenceSession(Session);
        return Status;
    }
    *Result = Session;
    return STATUS_SUCCESS;
}

VOID Smb2LogOff(SMB2_SESSION* Session)
{
    SendEmpty(Session, Smb2Logoff, 0);
    InterlockedExchange(&Session->Invalid, 1);
}

VOID Smb2ReferenceSession(SMB2_SESSION* Session)
{
    InterlockedIncrement(&Session->References);
}

VOID Smb2DereferenceSession(SMB2_SESSION* Session)
{
    if (InterlockedDecrement(&Session->References) == 0)
        FreeSession(Session);
}

NTSTATUS Smb2ConnectTree(SMB2_SESSION* Session, PCUNICODE_STRING Share, SMB2_TREE** Result)
{
    auto* Tree = MinirdrAllocateObject<SMB2_TREE>();
    SMB2_EXCHANGE* Exchange = Smb2AllocateExchange(
        Session->Connection, Smb2TreeConnect, sizeof(SMB2_TREE_CONNECT_REQUEST) + Share->Length);
    if (!Tree || !Exchange) {
        MinirdrFree(Tree);
        Smb2ReleaseExchange(Exchange);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Tree->References = 1;
    Smb2ReferenceSession(Session);
    Tree->Session = Session;
    RdrTraceBorn(RdrObjectTree, Tree, 0, Share, Session);
    NTSTATUS Status = Smb2CopyString(&Tree->Share, Share);

    Smb2ReferenceSession(Session);
    Exchange->Session = Session;
    // [MS-SMB2] 3.2.4.1.1: signed in 3.1.1 even when nothing else is.
    if (Session->Connection->Dialect >= SMB2_DIALECT_300)
        Exchange->Flags |= SMB2_EXCHANGE_SIGN;
    Smb2RequestHeader(Exchange)->SessionId = Session->SessionId;
    auto* Request = Smb2AppendBody<SMB2_TREE_CONNECT_REQUEST>(Exchange, 9);
    Request->PathOffset = sizeof(SMB2_HEADER) + sizeof *Request;
    Request->PathLength = Share->Length;
    RtlCopyMemory(Smb2Append(Exchange, Share->Length), Share->Buffer, Share->Length);
    if (NT_SUCCESS(Status))
        Status = Smb2Transact(Exchange);
    if (NT_SUCCESS(Status)) {
        if (const auto* Response = Smb2ResponseBody<SMB2_TREE_CONNECT_RESPONSE>(Exchange, 16)) {
            Tree->TreeId = reinterpret_cast<const SMB2_HEADER*>(Exchange->Response)->TreeId;
            Tree->ShareType = Response->ShareType;
            Tree->ShareFlags = Response->ShareFlags;
            Tree->MaximalAccess = Response->MaximalAccess;
            // A share that wants encryption refuses everything in the clear; say so at once instead
            // of at the first open.
            if (Response->ShareFlags & SMB2_SHAREFLAG_ENCRYPT_DATA)
                Status = STATUS_ACCESS_DENIED;
        } else {
            Status = STATUS_INVALID_NETWORK_RESPONSE;
        }
    }
    Smb2ReleaseExchange(Exchange);
    if (NT_SUCCESS(Status))
        Status = ValidateNegotiate(Tree);
    if (!NT_SUCCESS(Status)) {
        Smb2DereferenceTree(Tree);
        return Status;
    }
    *Result = Tree;
    return STATUS_SUCCESS;
}

VOID Smb2DisconnectTree(SMB2_TREE* Tree)
{
    if (!Tree->Invalid)
        SendEmpty(Tree->Session, Smb2TreeDisconnect, Tree->TreeId);
    InterlockedExchange(&Tree->Invalid, 1);
}

VOID Smb2ReferenceTree(SMB2_TREE* Tree)
{
    InterlockedIncrement(&Tree->References);
}

VOID Smb2DereferenceTree(SMB2_TREE* Tree)
{
    if (InterlockedDecrement(&Tree->References) != 0)
        return;
    RdrTraceDied(Tree);
    SMB2_SESSION* Session = Tree->Session;
    Smb2FreeString(&Tree->Share);
    MinirdrFree(Tree);
    Smb2DereferenceSession(Session);
}

BOOLEAN Smb2TreeIsAlive(SMB2_TREE* Tree)
{
    return !Tree->Invalid && !Tree->Session->Invalid
        && Smb2ConnectionIsAlive(Tree->Session->Connection);
}

VOID Smb2NoteStatus(SMB2_TREE* Tree, NTSTATUS Status)
{
    if (Status == STATUS_USER_SESSION_DELETED || Status == STATUS_NETWORK_SESSION_EXPIRED)
        InterlockedExchange(&Tree->Session->Invalid, 1);
    else if (Status == STATUS_NETWORK_NAME_DELETED)
        InterlockedExchange(&Tree->Invalid, 1);
}
