// receive.cpp - from bytes to completed exchanges.
//
// The transport writes into one buffer per connection; whole PDUs are processed in place, the rest
// moves to the front when room runs out. Everything here trusts nothing: lengths are checked before
// a byte is looked at, and a PDU that breaks the rules ends the connection.
//
// The payload of a large READ goes where the reader wants it, without a stop here: receives end
// with the head of each response, and when that is the plain answer to a READ which has a sink, the
// next receives are into the sink:
//
//      head of a PDU ─► BeginDirect ─► sink lent to the transport ─► Received ... all there ─►
//      verify, complete
//                                          │ connection dies: the exchange fails when the sink has
//                                          come back
//
// So a reader may see bytes of an answer whose signature then proves wrong; its read fails.
#include "minirdr/smb2/connection.h"
#include "minirdr/smb2/session.h"

namespace {
constexpr ULONG INITIAL_BUFFER = 128 * 1024;
constexpr ULONG PDU_OVERHEAD = 64 * 1024; // headers and padding beyond the largest payload
constexpr ULONG MINIMUM_ROOM
    = 16 * 1024; // with less than this free behind the data, it is moved to the front
constexpr ULONG LARGEST_PDU = 16 * 1024 * 1024; // whatever the server announces
constexpr ULONG READ_HEAD
    = sizeof(SMB2_HEADER) + sizeof(SMB2_READ_RESPONSE); // what precedes a READ's payload
constexpr ULONG IDLE_ROOM = 1024; // holds most answers; while it is awaited a READ may be sent

ULONG LargestPdu(const SMB2_CONNECTION* Connection)
{
    ULONG Payload = Connection->MaxTransactSize;
    if (Connection->Config.MaximumTransferBytes > Payload)
        Payload = Connection->Config.MaximumTransferBytes;
    if (Payload < INITIAL_BUFFER)
        Payload = INITIAL_BUFFER;
    return Payload > LARGEST_PDU - PDU_OVERHEAD ? LARGEST_PDU : Payload + PDU_OVERHEAD;
}

// The length of the PDU that starts at the front, 0 while its frame header is incomplete.
BOOLEAN NextPdu(const SMB2_CONNECTION* Connection, ULONG* Bytes)
{
    *Bytes = 0;
    if (Connection->ReceiveEnd - Connection->ReceiveStart < 4)
        return TRUE;
    const UCHAR* Frame = Connection->ReceiveBuffer + Connection->ReceiveStart;
    const ULONG Length = static_cast<ULONG>(Frame[1] << 16 | Frame[2] << 8 | Frame[3]);
    if (Frame[0] != 0 || Length == 0 || Length > LargestPdu(Connection))
        return FALSE;
    *Bytes = Length;
    return TRUE;
}

BOOLEAN ReserveBuffer(SMB2_CONNECTION* Connection, ULONG Needed)
{
    const ULONG Held = Connection->ReceiveEnd - Connection->ReceiveStart;
    if (Needed > Connection->ReceiveCapacity) {
        ULONG Capacity = Connection->ReceiveCapacity ? Connection->ReceiveCapacity : INITIAL_BUFFER;
        while (Capacity < Needed)
            Capacity *= 2;
        auto* Buffer = static_cast<PUCHAR>(MinirdrAllocateRaw(Capacity));
        if (!Buffer)
            return FALSE;
        if (Held)
            RtlCopyMemory(Buffer, Connection->ReceiveBuffer + Connection->ReceiveStart, Held);
        MinirdrFree(Connection->ReceiveBuffer);
        Connection->ReceiveBuffer = Buffer;
        Connection->ReceiveCapacity = Capacity;
    } else {
        RtlMoveMemory(
            Connection->ReceiveBuffer, Connection->ReceiveBuffer + Connection->ReceiveStart, Held);
    }
    Connection->ReceiveStart = 0;
    Connection->ReceiveEnd = Held;
    return TRUE;
}

BOOLEAN ReceiveBuffer(PVOID Context, PUCHAR* Buffer, PULONG Bytes, PMDL* Mdl)
{
    auto* Connection = static_cast<SMB2_CONNECTION*>(Context);
    BOOLEAN SinksWait;
    {
        SPIN_GUARD Guard(&Connection->Lock);
        if (Connection->Direct) {
            Connection->DirectLent = TRUE;
            *Buffer = Connection->Direct->Sink + Connection->DirectDone;
            *Bytes = Connection->DirectBytes - Connection->DirectDone;
            *Mdl = Connection->Direct->SinkMdl;
            return TRUE;
        }
        SinksWait = Connection->PendingSinks != 0;
    }
    if (Connection->ReceiveStart == Connection->ReceiveEnd)
        Connection->ReceiveStart = Connection->ReceiveEnd = 0;
    ULONG Pdu;
    if (!NextPdu(Connection, &Pdu))
        return FALSE;
    const ULONG Needed = Pdu ? Pdu + 4 : MINIMUM_ROOM;
    const ULONG Room = Connection->ReceiveCapacity - Connection->ReceiveStart;
    if (Needed > Room || Connection->ReceiveCapacity - Connection->ReceiveEnd == 0) {
        if (!ReserveBuffer(Connection, Needed))
            return FALSE;
    }
    const ULONG Held = Connection->ReceiveEnd - Connection->ReceiveStart;
    const ULONG Free = Connection->ReceiveCapacity - Connection->ReceiveEnd;
    ULONG Most = Free;
    // A receive must not run far into the payload of a READ that could go to its sink.
    if (SinksWait)
        Most = (Held < READ_HEAD + 4 ? READ_HEAD + 4 : Pdu + 4) - Held;
    else if (Held == 0)
        Most = IDLE_ROOM;
    *Buffer = Connection->ReceiveBuffer + Connection->ReceiveEnd;
    *Bytes = Most < Free ? Most : Free;
    *Mdl = nullptr;
    return TRUE;
}

// Statuses that a server which lost the session cannot sign.
BOOLEAN MayBeUnsigned(NTSTATUS Status)
{
    return Status == STATUS_USER_SESSION_DELETED || Status == STATUS_NETWORK_SESSION_EXPIRED
        || Status == STATUS_NETWORK_NAME_DELETED || Status == STATUS_ACCESS_DENIED;
}

// The signature is checked over the bytes as sent, with the signature itself taken as zero.
NTSTATUS VerifySignature(SMB2_EXCHANGE* Exchange, PUCHAR Data, const SMB2_MESSAGE* Message)
{
    SMB2_SESSION* Session = Exchange->Session;
    if (!Session || !Session->Signing.Valid || (Exchange->Flags & SMB2_EXCHANGE_NO_VERIFY))
        return STATUS_SUCCESS;
    auto* Header = reinterpret_cast<SMB2_HEADER*>(Data);
    if (!(Header->Flags & SMB2_FLAGS_SIGNED)) {
        const BOOLEAN Expected = (Smb2RequestHeader(Exchange)->Flags & SMB2_FLAGS_SIGNED) != 0;
        return Expected && !MayBeUnsigned(static_cast<NTSTATUS>(Header->Status))
            ? STATUS_INVALID_NETWORK_RESPONSE
            : STATUS_SUCCESS;
    }
    UCHAR Given[16];
    UCHAR Computed[16];
    RtlCopyMemory(Given, Header->Signature, sizeof Given);
    RtlZeroMemory(Header->Signature, sizeof Header->Signature);
    const SMB2_SPAN Spans[]
        = { { Data, Message->Bytes }, { Message->Payload, Message->PayloadBytes } };
    const NTSTATUS Status = Smb2ComputeSignature(
        &Session->Signing, Spans, 2, Header->MessageId, TRUE, FALSE, Computed);
    RtlCopyMemory(Header->Signature, Given, sizeof Given);
    if (!NT_SUCCESS(Status))
        return Status;
    return RtlCompareMemory(Given, Computed, sizeof Given) == sizeof Given
        ? STATUS_SUCCESS
        : STATUS_INVALID_NETWORK_RESPONSE;
}

BOOLEAN ProcessMessage(
    SMB2_CONNECTION* Connection, PUCHAR Data, ULONG Bytes, const UCHAR* Payload, ULONG PayloadBytes)
{
    const auto* Header = reinterpret_cast<const SMB2_HEADER*>(Data);
    const SMB2_MESSAGE Message = { Data, Bytes, Payload, PayloadBytes };
    if (!(Header->Flags & SMB2_FLAGS_SERVER_TO_REDIR))
        return FALSE;
    if (Header->MessageId == SMB2_UNSOLICITED_MESSAGE_ID) {
        if (Header->Command != Smb2OplockBreak)
            return FALSE;
        RdrTraceEvent(
            RdrLayerWire, RdrEventNote, "SMB2 OPLOCK_BREAK", Connection, STATUS_SUCCESS, 0);
        if (Connection->Events && Connection->Events->Break)
            Connection->Events->Break(Connection->Owner, Connection, &Message);
        return TRUE;
    }
    BOOLEAN Interim;
    SMB2_EXCHANGE* Exchange = Smb2pMatchResponse(Connection, Header, &Interim);
    if (!Exchange)
        return FALSE; // an answer to nothing we asked
    if (Interim) {
        RdrTraceEvent(
            RdrLayerWire, RdrEventNote, "interim response", Exchange, STATUS_PENDING,
            Header->AsyncId);
        return TRUE;
    }
    NTSTATUS Status = VerifySignature(Exchange, Data, &Message);
    if (!NT_SUCCESS(Status)) {
        RdrTraceEvent(RdrLayerWire, RdrEventError, "signature does not match", Exchange, Status, 0);
        Smb2pCompleteExchange(Exchange, Status, nullptr);
        // The server holds whatever the lost answer granted (a lease would be broken to nobody),
        // and somebody may be tampering: the stream is given up, as [MS-SMB2] 3.2.5.1.3 allows.
        return FALSE;
    }
    Status = static_cast<NTSTATUS>(Header->Status);
    // No final response says STATUS_PENDING; taken at its word it would promise a completion that
    // never comes.
    if (Status == STATUS_PENDING)
        Status = STATUS_INVALID_NETWORK_RESPONSE;
    Smb2pCompleteExchange(Exchange, Status, &Message);
    return TRUE;
}

BOOLEAN ProcessPdu(SMB2_CONNECTION* Connection, PUCHAR Data, ULONG Bytes)
{
    for (ULONG i = 0; i < SMB2_MAX_COMPOUND; ++i) {
        if (Bytes < sizeof(SMB2_HEADER))
            return FALSE;
        const auto* Header = reinterpret_cast<const SMB2_HEADER*>(Data);
        if (Header->ProtocolId != SMB2_PROTOCOL_ID || Header->StructureSize != sizeof(SMB2_HEADER))
            return FALSE;
        const ULONG Next = Header->NextCommand;
        if (Next && (Next < sizeof(SMB2_HEADER) || Next >= Bytes || Next % 8))
            return FALSE;
        if (!ProcessMessage(Connection, Data, Next ? Next : Bytes, nullptr, 0))
            return FALSE;
        if (!Next)
            return TRUE;
        Data += Next;
        Bytes -= Next;
    }
    return FALSE;
}

enum class DIRECT
{
    None, // no sink is being filled
    Wants, // more has to come
    Whole, // all is there; nobody writes any more
    Failed // the connection died meanwhile; the exchange has been told
};

// Takes the sink back, in which Bytes more have arrived.
DIRECT EndLoan(SMB2_CONNECTION* Connection, ULONG Bytes)
{
    SMB2_EXCHANGE* Orphan;
    NTSTATUS Status;
    {
        SPIN_GUARD Guard(&Connection->Lock);
        if (!Connection->Direct)
            return DIRECT::None;
        Connection->DirectLent = FALSE;
        Connection->DirectDone += Bytes;
        NT_ASSERT(Connection->DirectDone <= Connection->DirectBytes);
        if (Connection->State != SMB2_CONNECTION_STATE::Dead)
            return Connection->DirectDone < Connection->DirectBytes ? DIRECT::Wants : DIRECT::Whole;
        Orphan = Connection->Direct;
        Connection->Direct = nullptr;
        Status = Connection->DeathStatus;
    }
    Smb2pCompleteExchange(Orphan, Status, nullptr);
    return DIRECT::Failed;
}

// The sink for the READ response whose head is at the front, or null: it is something else, or
// wrong in a way that the rest will show. Found, it is lent to the caller.
PUCHAR FindSink(SMB2_CONNECTION* Connection, ULONG Pdu)
{
    const UCHAR* Data = Connection->ReceiveBuffer + Connection->ReceiveStart + 4;
    const auto* Header = reinterpret_cast<const SMB2_HEADER*>(Data);
    const auto* Response = reinterpret_cast<const SMB2_READ_RESPONSE*>(Header + 1);
    if (Pdu <= READ_HEAD || Header->ProtocolId != SMB2_PROTOCOL_ID
        || Header->StructureSize != sizeof(SMB2_HEADER) || Header->Command != Smb2Read
        || Header->NextCommand || !(Header->Flags & SMB2_FLAGS_SERVER_TO_REDIR)
        || Header->Status != static_cast<ULONG>(STATUS_SUCCESS) || Response->StructureSize != 17
        || Response->DataOffset != READ_HEAD || Response->DataLength != Pdu - READ_HEAD)
        return nullptr;
    SPIN_GUARD Guard(&Connection->Lock);
    SMB2_EXCHANGE* Exchange = Smb2pFindPending(Connection, Header->MessageId);
    if (!Exchange || Exchange->Command != Smb2Read || Response->DataLength > Exchange->SinkBytes)
        return nullptr;
    Connection->Direct = Exchange;
    Connection->DirectLent = TRUE;
    Connection->DirectDone = 0;
    Connection->DirectBytes = Response->DataLength;
    return Exchange->Sink;
}

// The head of a large answer to a READ, and what came with it: from here on its payload goes to the
// sink.
VOID BeginDirect(SMB2_CONNECTION* Connection, ULONG Pdu)
{
    const ULONG Held = Connection->ReceiveEnd - Connection->ReceiveStart;
    if (Held < READ_HEAD + 4)
        return;
    PUCHAR Sink = FindSink(Connection, Pdu);
    if (!Sink)
        return;
    const ULONG Early = Held - READ_HEAD - 4;
    RtlCopyMemory(Sink, Connection->ReceiveBuffer + Connection->ReceiveEnd - Early, Early);
    Connection->ReceiveEnd -= Early;
    EndLoan(Connection, Early);
}

// The sink is full. The head of the answer is all that the buffer holds.
BOOLEAN FinishDirect(SMB2_CONNECTION* Connection)
{
    PUCHAR Head = Connection->ReceiveBuffer + Connection->ReceiveStart + 4;
    Connection->ReceiveStart += READ_HEAD + 4;
    NT_ASSERT(Connection->ReceiveStart == Connection->ReceiveEnd);
    PUCHAR Sink;
    {
        SPIN_GUARD Guard(&Connection->Lock);
        if (!Connection->Direct)
            return FALSE; // failed with the connection just now
        Sink = Connection->Direct->Sink;
        Connection->Direct = nullptr;
    }
    return ProcessMessage(Connection, Head, READ_HEAD, Sink, Connection->DirectBytes);
}

// Works off what the buffer holds. FALSE: it breaks the rules.
BOOLEAN ProcessBuffer(SMB2_CONNECTION* Connection)
{
    for (;;) {
        ULONG Pdu;
        if (!NextPdu(Connection, &Pdu))
            return FALSE;
        if (Pdu == 0 || Connection->ReceiveEnd - Connection->ReceiveStart < Pdu + 4) {
            if (Pdu)
                BeginDirect(Connection, Pdu);
            return TRUE;
        }
        PUCHAR Data = Connection->ReceiveBuffer + Connection->ReceiveStart + 4;
        Connection->ReceiveStart += Pdu + 4;
        if (!ProcessPdu(Connection, Data, Pdu))
            return FALSE;
    }
}

BOOLEAN Received(PVOID Context, ULONG Bytes)
{
    auto* Connection = static_cast<SMB2_CONNECTION*>(Context);
    BOOLEAN Good = TRUE;
    switch (EndLoan(Connection, Bytes)) {
    case DIRECT::Failed:
        return FALSE;
    case DIRECT::Wants:
        return TRUE;
    case DIRECT::Whole:
        Good = FinishDirect(Connection);
        break;
    case DIRECT::None:
        NT_ASSERT(Bytes <= Connection->ReceiveCapacity - Connection->ReceiveEnd);
        Connection->ReceiveEnd += Bytes;
        break;
    }
    if (Bytes == 0)
        return FALSE; // Disconnected follows, or Close has come before
    if (Good && ProcessBuffer(Connection)) {
        // New credits may let waiting exchanges go; once per arrival is often enough.
        Smb2pStartWaiting(Connection);
        return TRUE;
    }
    RdrTraceEvent(
        RdrLayerWire, RdrEventError, "malformed response", Connection,
        STATUS_INVALID_NETWORK_RESPONSE, 0);
    Smb2FailConnection(Connection, STATUS_INVALID_NETWORK_RESPONSE);
    return FALSE;
}

VOID Disconnected(PVOID Context, NTSTATUS Status)
{
    Smb2FailConnection(
        static_cast<SMB2_CONNECTION*>(Context),
        NT_SUCCESS(Status) ? STATUS_CONNECTION_DISCONNECTED : Status);
}
}

const TRANSPORT_EVENTS Smb2pTransportEvents = { ReceiveBuffer, Received, Disconnected };
