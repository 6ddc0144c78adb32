// negotiate.cpp - dialect, capabilities and the preauthentication hash.
//
// Source   [MS-SMB2] 2.2.3, 2.2.4, 3.2.4.2.2, 3.2.5.2
#include "minirdr/smb2/connection.h"

namespace {
constexpr USHORT Dialects[]
    = { SMB2_DIALECT_202, SMB2_DIALECT_210, SMB2_DIALECT_300, SMB2_DIALECT_302, SMB2_DIALECT_311 };
constexpr ULONG CONTEXT_ROOM = 128;
constexpr ULONG SALT_BYTES = 32;
constexpr ULONG MAX_CONTEXTS = 32;
constexpr ULONG SMALLEST_MAXIMUM = 65536; // [MS-SMB2] 3.2.5.2: a server allows at least this much

BOOLEAN IsOffered(const SMB2_CONNECTION* Connection, USHORT Dialect)
{
    return Dialect >= Connection->Config.MinimumDialect
        && Dialect <= Connection->Config.MaximumDialect;
}

struct CONTEXT_WRITER
{
    SMB2_EXCHANGE* Exchange;
    USHORT Count;
};

// Starts a context on an 8-byte boundary of the message.
PUCHAR BeginContext(CONTEXT_WRITER* Writer, USHORT Type, USHORT Bytes)
{
    const ULONG Padding = (8 - Writer->Exchange->RequestBytes % 8) % 8;
    Smb2Append(Writer->Exchange, Padding);
    auto* Context = static_cast<SMB2_NEGOTIATE_CONTEXT*>(
        Smb2Append(Writer->Exchange, sizeof(SMB2_NEGOTIATE_CONTEXT) + Bytes));
    Context->ContextType = Type;
    Context->DataLength = Bytes;
    ++Writer->Count;
    return reinterpret_cast<PUCHAR>(Context + 1);
}

VOID PutUshorts(PUCHAR At, const USHORT* Values, ULONG Count)
{
    RtlCopyMemory(At, Values, Count * sizeof(USHORT));
}

NTSTATUS AppendContexts(SMB2_EXCHANGE* Exchange, SMB2_NEGOTIATE_REQUEST* Request)
{
    Smb2Append(Exchange, (8 - Exchange->RequestBytes % 8) % 8);
    Request->NegotiateContextOffset = Exchange->RequestBytes;
    CONTEXT_WRITER Writer = { Exchange, 0 };
    const USHORT Preauth[] = { 1, SALT_BYTES, SMB2_PREAUTH_SHA512 };
    PUCHAR At
        = BeginContext(&Writer, SMB2_PREAUTH_INTEGRITY_CAPABILITIES, sizeof Preauth + SALT_BYTES);
    PutUshorts(At, Preauth, 3);
    const NTSTATUS Status = Smb2Random(At + sizeof Preauth, SALT_BYTES);
    const USHORT Signing[]
        = { 3, SMB2_SIGNING_AES_GMAC, SMB2_SIGNING_AES_CMAC, SMB2_SIGNING_HMAC_SHA256 };
    PutUshorts(BeginContext(&Writer, SMB2_SIGNING_CAPABILITIES, sizeof Signing), Signing, 4);
    Request->NegotiateContextCount = Writer.Count;
    Request->Reserved2 = 0;
    return Status;
}

NTSTATUS ReadContexts(
    SMB2_CONNECTION* Connection,
    const SMB2_EXCHANGE* Exchange,
    const SMB2_NEGOTIATE_RESPONSE* Response)
{
    ULONG Offset = Response->NegotiateContextOffset;
    BOOLEAN SawPreauth = FALSE;
    // Without an answer to our signing context the dialect's own algorithm holds.
    Connection->SigningAlgorithm = SMB2_SIGNING_AES_CMAC;
    for (ULONG i = 0; i < Response->NegotiateContextCount; ++i) {
        if (i == MAX_CONTEXTS)
            return STATUS_INVALID_NETWORK_RESPONSE;
        const UCHAR* Head = Smb2ResponseSlice(Exchange, Offset, sizeof(SMB2_NEGOTIATE_CONTEXT));
        if (!Head)
            return STATUS_INVALID_NETWORK_RESPONSE;
        SMB2_NEGOTIATE_CONTEXT Context;
        RtlCopyMemory(&Context, Head, sizeof Context);
        const UCHAR* Data
            = Smb2ResponseSlice(Exchange, Offset + sizeof Context, Context.DataLength);
        if (!Data)
            return STATUS_INVALID_NETWORK_RESPONSE;
        USHORT Values[3] = {};
        RtlCopyMemory(
            Values, Data, Context.DataLength < sizeof Values ? Context.DataLength : sizeof Values);
        if (Context.ContextType == SMB2_PREAUTH_INTEGRITY_CAPABILITIES) {
            if (Values[0] != 1 || Values[2] != SMB2_PREAUTH_SHA512)
                return STATUS_INVALID_NETWORK_RESPONSE;
            SawPreauth = TRUE;
        } else if (Context.ContextType == SMB2_SIGNING_CAPABILITIES) {
            if (Values[0] != 1 || Values[1] > SMB2_SIGNING_AES_GMAC)
                return STATUS_INVALID_NETWORK_RESPONSE;
            Connection->SigningAlgorithm = Values[1];
        }
        Offset += (static_cast<ULONG>(sizeof Context) + Context.DataLength + 7) & ~7u;
    }
    return SawPreauth ? STATUS_SUCCESS : STATUS_INVALID_NETWORK_RESPONSE;
}

ULONG Limit(ULONG Given)
{
    return Given < SMALLEST_MAXIMUM ? SMALLEST_MAXIMUM : Given;
}

NTSTATUS AdoptResponse(SMB2_CONNECTION* Connection, SMB2_EXCHANGE* Exchange)
{
    const auto* Response = Smb2ResponseBody<SMB2_NEGOTIATE_RESPONSE>(Exchange, 65);
    if (!Response)
        return STATUS_INVALID_NETWORK_RESPONSE;
    if (!IsOffered(Connection, Response->DialectRevision))
        return STATUS_NOT_SUPPORTED;
    Connection->Dialect = Response->DialectRevision;
    Connection->ServerSecurityMode = Response->SecurityMode;
    Connection->ServerCapabilities = Response->Capabilities;
    Connection->ServerGuid = Response->ServerGuid;
    Connection->MaxTransactSize = Limit(Response->MaxTransactSize);
    Connection->MaxReadSize = Limit(Response->MaxReadSize);
    Connection->MaxWriteSize = Limit(Response->MaxWriteSize);
    Connection->MultiCredit = Connection->Dialect > SMB2_DIALECT_202
        && (Response->Capabilities & SMB2_GLOBAL_CAP_LARGE_MTU);
    if (!Connection->MultiCredit)
        Connection->MaxTransactSize = Connection->MaxReadSize = Connection->MaxWriteSize
            = SMB2_CREDIT_BYTES;
    if (Connection->Dialect != SMB2_DIALECT_311) {
        Connection->SigningAlgorithm = Connection->Dialect >= SMB2_DIALECT_300
            ? SMB2_SIGNING_AES_CMAC
            : SMB2_SIGNING_HMAC_SHA256;
        return STATUS_SUCCESS;
    }
    NTSTATUS Status = ReadContexts(Connection, Exchange, Response);
    if (NT_SUCCESS(Status))
        Status = Smb2ExtendHash(
            Connection->PreauthHash, Smb2RequestHeader(Exchange), Exchange->RequestBytes);
    if (NT_SUCCESS(Status))
        Status
            = Smb2ExtendHash(Connection->PreauthHash, Exchange->Response, Exchange->ResponseBytes);
    return Status;
}

NTSTATUS NegotiateSmb2(SMB2_CONNECTION* Connection)
{
    SMB2_EXCHANGE* Exchange = Smb2AllocateExchange(
        Connection, Smb2Negotiate, sizeof(SMB2_NEGOTIATE_REQUEST) + sizeof Dialects + CONTEXT_ROOM);
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    auto* Request = Smb2AppendBody<SMB2_NEGOTIATE_REQUEST>(Exchange, 36);
    Request->SecurityMode = Connection->ClientSecurityMode;
    Request->Capabilities = Connection->ClientCapabilities;
    Request->ClientGuid = Connection->ClientGuid;
    for (const USHORT Dialect : Dialects)
        if (IsOffered(Connection, Dialect)) {
            *static_cast<USHORT UNALIGNED*>(Smb2Append(Exchange, sizeof(USHORT))) = Dialect;
            ++Request->DialectCount;
        }
    NTSTATUS Status = Request->DialectCount ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(Status) && IsOffered(Connection, SMB2_DIALECT_311))
        Status = AppendContexts(Exchange, Request);
    if (NT_SUCCESS(Status))
        Status = Smb2Transact(Exchange);
    if (NT_SUCCESS(Status))
        Status = AdoptResponse(Connection, Exchange);
    Smb2ReleaseExchange(Exchange);
    return Status;
}

// The SMB1-shaped NEGOTIATE that asks "do you speak SMB 2?" before anything is known about the
// server. 2.0.2 is settled by its answer; the wildcard answer is followed by a proper SMB2
// NEGOTIATE.
NTSTATUS NegotiateMultiProtocol(SMB2_CONNECTION* Connection, BOOLEAN* Settled)
{
    static constexpr UCHAR Request[] = {
        0xff,
        'S',
        'M',
        'B',
        0x72,
        0,
        0,
        0,
        0,
        0x18,
        0x53,
        0xc8, // flags: caseless,
              // canonical; flags2:
              // Unicode, NT status,
              // ...
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0xff,
        0xff,
        0xfe,
        0xff,
        0,
        0,
        0,
        0, // pid high, signature, tid, pid, uid, mid
        0, // word count
        22,
        0, // byte count
        2,
        'S',
        'M',
        'B',
        ' ',
        '2',
        '.',
        '0',
        '0',
        '2',
        0, //
        2,
        'S',
        'M',
        'B',
        ' ',
        '2',
        '.',
        '?',
        '?',
        '?',
        0,
    };
    SMB2_EXCHANGE* Exchange = Smb2AllocateExchange(Connection, Smb2Negotiate, sizeof Request);
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    Exchange->Flags |= SMB2_EXCHANGE_RAW;
    Exchange->RequestBytes = sizeof Request;
    RtlZeroMemory(Exchange->Request, 4 + sizeof(SMB2_HEADER));
    RtlCopyMemory(Exchange->Request + 4, Request, sizeof Request);
    NTSTATUS Status = Smb2Transact(Exchange);
    *Settled = FALSE;
    if (NT_SUCCESS(Status)) {
        const auto* Response = Smb2ResponseBody<SMB2_NEGOTIATE_RESPONSE>(Exchange, 65);
        if (!Response)
            Status = STATUS_INVALID_NETWORK_RESPONSE;
        else if (Response->DialectRevision == SMB2_DIALECT_202) {
            Status = AdoptResponse(Connection, Exchange);
            *Settled = TRUE;
        } else if (Response->DialectRevision != SMB2_DIALECT_WILDCARD)
            Status = STATUS_NOT_SUPPORTED;
    }
    Smb2ReleaseExchange(Exchange);
    return Status;
}
}

NTSTATUS Smb2pNegotiate(SMB2_CONNECTION* Connection)
{
    Connection->ClientSecurityMode = SMB2_NEGOTIATE_SIGNING_ENABLED;
    // [MS-SMB2] 2.2.3: capabilities are zero unless a 3.x dialect is offered.
    if (Connection->Config.MaximumDialect >= SMB2_DIALECT_300)
        Connection->ClientCapabilities
            = SMB2_GLOBAL_CAP_LARGE_MTU | (Connection->Config.Leases ? SMB2_GLOBAL_CAP_LEASING : 0);
    if (Connection->Config.MultiProtocolNegotiate) {
        BOOLEAN Settled;
        const NTSTATUS Status = NegotiateMultiProtocol(Connection, &Settled);
        if (!NT_SUCCESS(Status) || Settled)
            return Status;
    }
    return NegotiateSmb2(Connection);
}
