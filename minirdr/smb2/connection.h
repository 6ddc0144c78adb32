// connection.h - one transport connection to one server: exchanges, credits, message ids,
// signatures, timeouts.
//
//      Smb2AllocateExchange ─► fill the request ─► Smb2Submit ─► (credits?) ─► wire ─► response ─►
//      Complete, exactly once
//                                                      │                                  │
//                                                      └── Waiting list, first come       └──
//                                                      interim STATUS_PENDING keeps it alive
//
// An exchange is reference counted: its owner, the pending list and the send under way hold one
// each, so it may be abandoned from above while bytes still move. Responses are processed where the
// transport delivers them, at up to DISPATCH_LEVEL.
//
// A connection dies once: on a transport error, on garbage, on a timeout, or when it is closed.
// Every exchange then completes with the reason, later submissions fail at once, and who owns the
// connection makes a new one (server.h).
//
// Source   [MS-SMB2] 3.2.4.1, 3.2.5.1
#pragma once

#include "minirdr/smb2/crypto.h"
#include "minirdr/smb2/wire.h"
#include "minirdr/transport/transport.h"

struct SMB2_CONNECTION;
struct SMB2_SESSION;
struct SMB2_TREE;

enum class SMB2_SIGNING_POLICY : ULONG
{
    WhenRequired, // either side asks for it, or the dialect does
    Always, // whenever the session has a key
};

/// How to talk; fixed when a server object is created.
struct SMB2_CONFIG
{
    USHORT Port;
    USHORT MinimumDialect;
    USHORT MaximumDialect;
    BOOLEAN MultiProtocolNegotiate; // start with the SMB1-shaped NEGOTIATE
    BOOLEAN Spnego; // wrap NTLMSSP
    BOOLEAN AllowGuest;
    BOOLEAN Leases;
    SMB2_SIGNING_POLICY Signing;
    ULONG ConnectTimeoutMs;
    ULONG RequestTimeoutMs;
    ULONG MaximumTransferBytes; // one READ or WRITE
};

extern const SMB2_CONFIG Smb2DefaultConfig;

/// One SMB2 message inside a received PDU; valid only during the call it is given to.
struct SMB2_MESSAGE
{
    const UCHAR* Data;
    ULONG Bytes;
    // The payload of a READ that was received into the exchange's sink; it followed Data.
    const UCHAR* Payload = nullptr;
    ULONG PayloadBytes = 0;
};

enum class SMB2_EXCHANGE_STATE : UCHAR
{
    Idle,
    Waiting, // for credits
    Sent, // in the pending table
    Interim, // the server said STATUS_PENDING
    Done
};

constexpr ULONG SMB2_EXCHANGE_SIGN = 0x01; // sign whatever the session's policy says
constexpr ULONG SMB2_EXCHANGE_NO_TIMEOUT = 0x02; // locks and notifications may wait for ever
constexpr ULONG SMB2_EXCHANGE_NO_VERIFY
    = 0x04; // the owner verifies the signature (last SESSION_SETUP)
constexpr ULONG SMB2_EXCHANGE_RAW = 0x08; // the request is no SMB2 message
constexpr ULONG SMB2_EXCHANGE_URGENT
    = 0x10; // may take the credit kept back for break acknowledgements

struct SMB2_EXCHANGE
{
    // constant after allocation
    SMB2_CONNECTION* Connection;
    SMB2_SESSION* Session; // null before there is one
    USHORT Command;
    USHORT CreditCharge;
    ULONG Flags;
    PUCHAR Request; // four bytes of frame, then the message
    ULONG RequestCapacity;
    ULONG RequestBytes; // of the message, Body not counted
    PUCHAR Body; // gathered payload (WRITE), or null
    PMDL BodyMdl;
    ULONG BodyBytes;
    PUCHAR Sink; // where the payload of a READ may be received at once, or null
    PMDL SinkMdl;
    ULONG SinkBytes;

    // the owner's
    VOID (*Complete)(SMB2_EXCHANGE* Exchange, NTSTATUS Status, const SMB2_MESSAGE* Message);
    PVOID Context[3];

    // guarded by Connection->Lock
    LIST_ENTRY Links;
    SMB2_EXCHANGE_STATE State;
    BOOLEAN CancelRequested;
    ULONGLONG MessageId;
    ULONGLONG AsyncId;
    LONGLONG Deadline; // 0: none

    volatile LONG References;
    TRANSPORT_SEND Send;
    RDR_SPAN Span;

    // of exchanges that are waited for
    KEVENT Done;
    NTSTATUS Status;
    PUCHAR Response;
    ULONG ResponseBytes;
};

constexpr ULONG SMB2_PENDING_BUCKETS = 64;

enum class SMB2_CONNECTION_STATE : UCHAR
{
    Connecting,
    Ready,
    Dead
};

/// What the owner of a connection hears of; called at up to DISPATCH_LEVEL.
struct SMB2_CONNECTION_EVENTS
{
    VOID (*Break)(PVOID Owner, SMB2_CONNECTION* Connection, const SMB2_MESSAGE* Message);
    VOID (*Died)(PVOID Owner, SMB2_CONNECTION* Connection, NTSTATUS Status);
};

struct SMB2_CONNECTION
{
    volatile LONG References;
    // constant after Smb2OpenConnection
    const TRANSPORT* Transport;
    PVOID Stream;
    SMB2_CONFIG Config;
    GUID ClientGuid;
    const SMB2_CONNECTION_EVENTS* Events;
    PVOID Owner;
    ULONG Generation; // told apart from the owner's earlier connections
    USHORT Dialect;
    USHORT SigningAlgorithm;
    USHORT ServerSecurityMode;
    USHORT ClientSecurityMode;
    ULONG ServerCapabilities;
    ULONG ClientCapabilities;
    GUID ServerGuid;
    ULONG MaxTransactSize;
    ULONG MaxReadSize;
    ULONG MaxWriteSize;
    BOOLEAN MultiCredit;
    UCHAR PreauthHash[SMB2_HASH512_BYTES]; // after NEGOTIATE; sessions go on from a copy

    // Guards the fields below and every exchange's links and state. Holder only moves list entries
    // and numbers; callbacks and sends happen after release.
    KSPIN_LOCK Lock;
    SMB2_CONNECTION_STATE State;
    NTSTATUS DeathStatus;
    ULONGLONG NextMessageId;
    LONG Credits;
    LONG HighestCredits;
    ULONG ActiveSenders;
    LIST_ENTRY Waiting;
    LIST_ENTRY Pending[SMB2_PENDING_BUCKETS];
    ULONG PendingCount;
    ULONG PendingSinks; // of those that have a sink
    BOOLEAN TimerArmed;
    SMB2_EXCHANGE* Direct; // the one in the pending table whose sink is being filled, or null
    BOOLEAN DirectLent; // somebody writes there now: nobody may complete it

    KEVENT SendersGone;
    KTIMER Timer;
    KDPC TimerDpc;

    // the receiver's, which the transport never runs twice at a time
    PUCHAR ReceiveBuffer;
    ULONG ReceiveCapacity;
    ULONG ReceiveStart;
    ULONG ReceiveEnd;
    ULONG DirectDone; // bytes in Direct's sink
    ULONG DirectBytes; // bytes its response carries
};

/// Connects and negotiates.
///
/// IRQL     PASSIVE_LEVEL
/// Owns     on success the caller holds one reference; Smb2CloseConnection, then
/// Smb2DereferenceConnection Errors   the transport's; STATUS_NOT_SUPPORTED no common dialect;
/// STATUS_INVALID_NETWORK_RESPONSE
NTSTATUS Smb2OpenConnection(
    const TRANSPORT* Transport,
    PCUNICODE_STRING Host,
    const SMB2_CONFIG* Config,
    const GUID* ClientGuid,
    const SMB2_CONNECTION_EVENTS* Events,
    PVOID Owner,
    ULONG Generation,
    SMB2_CONNECTION** Connection);
/// Ends the stream and everything under way. PASSIVE_LEVEL; afterwards no callback comes.
VOID Smb2CloseConnection(SMB2_CONNECTION* Connection);
VOID Smb2ReferenceConnection(SMB2_CONNECTION* Connection);
VOID Smb2DereferenceConnection(SMB2_CONNECTION* Connection);
/// Declares the connection dead; what is under way completes with Status. <= DISPATCH_LEVEL.
VOID Smb2FailConnection(SMB2_CONNECTION* Connection, NTSTATUS Status);
BOOLEAN Smb2ConnectionIsAlive(SMB2_CONNECTION* Connection);

/// An exchange with room for BodyBytes of request after the header. <= DISPATCH_LEVEL. Null when
/// out of memory.
SMB2_EXCHANGE* Smb2AllocateExchange(SMB2_CONNECTION* Connection, USHORT Command, ULONG BodyBytes);
/// For a request on a tree: header, session and signing come from it.
SMB2_EXCHANGE* Smb2AllocateTreeExchange(SMB2_TREE* Tree, USHORT Command, ULONG BodyBytes);
VOID Smb2ReleaseExchange(SMB2_EXCHANGE* Exchange);
/// The credits that Bytes of payload cost on this connection. Call before Smb2Submit for READ,
/// WRITE, IOCTL and queries.
VOID Smb2SetCreditCharge(SMB2_EXCHANGE* Exchange, ULONG Bytes);

/// Hands the exchange over: Complete is called exactly once, perhaps before this returns.
VOID Smb2Submit(SMB2_EXCHANGE* Exchange);
/// Submits, waits, and returns the response's status. The response stays until Smb2ReleaseExchange.
/// PASSIVE_LEVEL.
NTSTATUS Smb2Transact(SMB2_EXCHANGE* Exchange);
/// Asks for the exchange's end: one still waiting for credits completes with STATUS_CANCELLED here,
/// one on the wire is followed by SMB2 CANCEL and completes with what the server says. <=
/// DISPATCH_LEVEL.
VOID Smb2CancelExchange(SMB2_EXCHANGE* Exchange);

inline SMB2_HEADER* Smb2RequestHeader(SMB2_EXCHANGE* Exchange)
{
    return reinterpret_cast<SMB2_HEADER*>(Exchange->Request + 4);
}

/// Adds Bytes to the request; null when the capacity given at allocation is used up.
PVOID Smb2Append(SMB2_EXCHANGE* Exchange, ULONG Bytes);

template <typename T> T* Smb2AppendBody(SMB2_EXCHANGE* Exchange, USHORT StructureSize)
{
    auto* Body = static_cast<T*>(Smb2Append(Exchange, sizeof(T)));
    Body->StructureSize = StructureSize;
    return Body;
}

/// The fixed part of a message's body, or null when it is too short or of another kind.
template <typename T> const T* Smb2BodyOf(const SMB2_MESSAGE* Message, USHORT StructureSize)
{
    if (!Message || Message->Bytes < sizeof(SMB2_HEADER) + sizeof(T))
        return nullptr;
    const auto* Body = reinterpret_cast<const T*>(Message->Data + sizeof(SMB2_HEADER));
    return Body->StructureSize == StructureSize ? Body : nullptr;
}

template <typename T> const T* Smb2ResponseBody(const SMB2_EXCHANGE* Exchange, USHORT StructureSize)
{
    const SMB2_MESSAGE Message = { Exchange->Response, Exchange->ResponseBytes };
    return Exchange->Response ? Smb2BodyOf<T>(&Message, StructureSize) : nullptr;
}

/// Bytes [Offset, Offset + Length) of a message, counted from its header; null when any of them
/// lies outside.
inline const UCHAR* Smb2Slice(const SMB2_MESSAGE* Message, ULONG Offset, ULONG Length)
{
    return Offset <= Message->Bytes && Length <= Message->Bytes - Offset ? Message->Data + Offset
                                                                         : nullptr;
}

inline const UCHAR* Smb2ResponseSlice(const SMB2_EXCHANGE* Exchange, ULONG Offset, ULONG Length)
{
    const SMB2_MESSAGE Message = { Exchange->Response, Exchange->ResponseBytes };
    return Smb2Slice(&Message, Offset, Length);
}

// connection.cpp and receive.cpp and negotiate.cpp share these.
extern const TRANSPORT_EVENTS Smb2pTransportEvents;
extern const CHAR* const Smb2pCommandNames[Smb2CommandMaximum];
NTSTATUS Smb2pNegotiate(SMB2_CONNECTION* Connection);
VOID Smb2pStartWaiting(SMB2_CONNECTION* Connection);
VOID Smb2pCompleteExchange(SMB2_EXCHANGE* Exchange, NTSTATUS Status, const SMB2_MESSAGE* Message);
VOID Smb2pRemovePending(SMB2_EXCHANGE* Exchange);
/// The exchange on the wire of that number, or null. Connection->Lock is held.
SMB2_EXCHANGE* Smb2pFindPending(SMB2_CONNECTION* Connection, ULONGLONG MessageId);
/// Takes the exchange a response belongs to out of the pending table (interim responses leave it
/// there) and books its credits.
SMB2_EXCHANGE*
Smb2pMatchResponse(SMB2_CONNECTION* Connection, const SMB2_HEADER* Header, BOOLEAN* Interim);
