// connection.cpp - life of connections and exchanges; credits. See connection.h.
#include "minirdr/smb2/connection.h"
#include "minirdr/smb2/session.h"

const SMB2_CONFIG Smb2DefaultConfig = {
    .Port = 445,
    .MinimumDialect = SMB2_DIALECT_202,
    .MaximumDialect = SMB2_DIALECT_311,
    .MultiProtocolNegotiate = FALSE,
    .Spnego = TRUE,
    .AllowGuest = TRUE,
    .Leases = TRUE,
    .Signing = SMB2_SIGNING_POLICY::Always,
    .ConnectTimeoutMs = 10000,
    .RequestTimeoutMs = 60000,
    .MaximumTransferBytes = 1024 * 1024,
};

const CHAR* const Smb2pCommandNames[Smb2CommandMaximum] = {
    "SMB2 NEGOTIATE",
    "SMB2 SESSION_SETUP",
    "SMB2 LOGOFF",
    "SMB2 TREE_CONNECT",
    "SMB2 TREE_DISCONNECT",
    "SMB2 CREATE",
    "SMB2 CLOSE",
    "SMB2 FLUSH",
    "SMB2 READ",
    "SMB2 WRITE",
    "SMB2 LOCK",
    "SMB2 IOCTL",
    "SMB2 CANCEL",
    "SMB2 ECHO",
    "SMB2 QUERY_DIRECTORY",
    "SMB2 CHANGE_NOTIFY",
    "SMB2 QUERY_INFO",
    "SMB2 SET_INFO",
    "SMB2 OPLOCK_BREAK",
};

namespace {
constexpr LONG CREDIT_TARGET = 512; // what we try to hold, in flight included
constexpr USHORT CREDITS_PER_REQUEST = 64; // the most one request asks for beyond its own charge
constexpr LONG CREDITS_TO_KEEP_ONE
    = 8; // from here on one credit is kept for break acknowledgements
constexpr ULONG INTERIM_TIMEOUT_FACTOR
    = 5; // a server that said STATUS_PENDING is given this much longer

LIST_ENTRY* BucketOf(SMB2_CONNECTION* Connection, ULONGLONG MessageId)
{
    return &Connection->Pending[MessageId % SMB2_PENDING_BUCKETS];
}

VOID ArmTimer(SMB2_CONNECTION* Connection, LONGLONG Deadline, LONGLONG Now)
{
    LARGE_INTEGER Due;
    Due.QuadPart = Deadline > Now ? Now - Deadline : -1;
    Connection->TimerArmed = TRUE;
    KeSetTimer(&Connection->Timer, Due, &Connection->TimerDpc);
}

VOID NTAPI TimerExpired(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    auto* Connection = static_cast<SMB2_CONNECTION*>(Context);
    BOOLEAN Expired = FALSE;
    {
        SPIN_GUARD Guard(&Connection->Lock);
        Connection->TimerArmed = FALSE;
        if (Connection->State == SMB2_CONNECTION_STATE::Dead)
            return;
        const LONGLONG Now = MinirdrNow();
        LONGLONG Next = 0;
        for (LIST_ENTRY& Bucket : Connection->Pending)
            for (LIST_ENTRY* Entry = Bucket.Flink; Entry != &Bucket; Entry = Entry->Flink) {
                const auto* Exchange = CONTAINING_RECORD(Entry, SMB2_EXCHANGE, Links);
                if (Exchange->Deadline == 0)
                    continue;
                if (Exchange->Deadline <= Now)
                    Expired = TRUE;
                else if (Next == 0 || Exchange->Deadline < Next)
                    Next = Exchange->Deadline;
            }
        if (!Expired && Next)
            ArmTimer(Connection, Next, Now);
    }
    if (Expired)
        Smb2FailConnection(Connection, STATUS_IO_TIMEOUT);
}

VOID FreeConnection(SMB2_CONNECTION* Connection)
{
    RdrTraceDied(Connection);
    MinirdrFree(Connection->ReceiveBuffer);
    MinirdrFree(Connection);
}

VOID DereferenceExchange(SMB2_EXCHANGE* Exchange)
{
    if (InterlockedDecrement(&Exchange->References) != 0)
        return;
    RdrTraceDied(Exchange);
    if (Exchange->Session)
        Smb2DereferenceSession(Exchange->Session);
    SMB2_CONNECTION* Connection = Exchange->Connection;
    MinirdrFree(Exchange->Response);
    MinirdrFree(Exchange);
    Smb2DereferenceConnection(Connection);
}

VOID SendFinished(TRANSPORT_SEND* Send, NTSTATUS Status)
{
    // A failed send shows as a dead stream too; the exchange is completed from there.
    UNREFERENCED_PARAMETER(Status);
    DereferenceExchange(CONTAINING_RECORD(Send, SMB2_EXCHANGE, Send));
}

VOID KeepResponse(SMB2_EXCHANGE* Exchange, NTSTATUS Status, const SMB2_MESSAGE* Message)
{
    if (Message) {
        Exchange->Response = static_cast<PUCHAR>(MinirdrAllocateRaw(Message->Bytes));
        if (Exchange->Response) {
            RtlCopyMemory(Exchange->Response, Message->Data, Message->Bytes);
            Exchange->ResponseBytes = Message->Bytes;
        } else {
            Status = STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    Exchange->Status = Status;
    KeSetEvent(&Exchange->Done, IO_NETWORK_INCREMENT, FALSE);
}

USHORT CreditsToAskFor(const SMB2_CONNECTION* Connection, const SMB2_EXCHANGE* Exchange)
{
    const USHORT Own = Exchange->CreditCharge ? Exchange->CreditCharge : 1;
    if (Connection->Credits >= CREDIT_TARGET)
        return Own;
    return static_cast<USHORT>(Own + CREDITS_PER_REQUEST);
}

// Signs and sends. The caller has taken the send's reference and counted itself in ActiveSenders.
VOID SendExchange(SMB2_EXCHANGE* Exchange)
{
    SMB2_CONNECTION* Connection = Exchange->Connection;
    const ULONG Bytes = Exchange->RequestBytes + Exchange->BodyBytes;
    Exchange->Request[0] = 0;
    Exchange->Request[1] = static_cast<UCHAR>(Bytes >> 16);
    Exchange->Request[2] = static_cast<UCHAR>(Bytes >> 8);
    Exchange->Request[3] = static_cast<UCHAR>(Bytes);
    NTSTATUS Status = STATUS_SUCCESS;
    if (!(Exchange->Flags & SMB2_EXCHANGE_RAW) && Exchange->Session
        && Exchange->Session->Signing.Valid
        && ((Exchange->Flags & SMB2_EXCHANGE_SIGN) || Exchange->Session->SignAlways)) {
        SMB2_HEADER* Header = Smb2RequestHeader(Exchange);
        Header->Flags |= SMB2_FLAGS_SIGNED;
        const SMB2_SPAN Spans[]
            = { { Header, Exchange->RequestBytes }, { Exchange->Body, Exchange->BodyBytes } };
        UCHAR Signature[16];
        Status = Smb2ComputeSignature(
            &Exchange->Session->Signing, Spans, 2, Header->MessageId, FALSE,
            Exchange->Command == Smb2Cancel, Signature);
        RtlCopyMemory(Header->Signature, Signature, sizeof Signature);
    }
    Exchange->Send = { .Head = Exchange->Request,
                       .HeadBytes = Exchange->RequestBytes + 4,
                       .Body = Exchange->Body,
                       .BodyMdl = Exchange->BodyMdl,
                       .BodyBytes = Exchange->BodyBytes,
                       .Sent = SendFinished };
    if (NT_SUCCESS(Status)) {
        Connection->Transport->Send(Connection->Stream, &Exchange->Send);
    } else {
        SendFinished(&Exchange->Send, Status);
        Smb2FailConnection(Connection, Status);
    }
    BOOLEAN Last;
    {
        SPIN_GUARD Guard(&Connection->Lock);
        Last = --Connection->ActiveSenders == 0 && Connection->State == SMB2_CONNECTION_STATE::Dead;
    }
    if (Last)
        KeSetEvent(&Connection->SendersGone, IO_NO_INCREMENT, FALSE);
}

// SMB2 CANCEL names its target and is never answered, so it is an exchange that is only sent.
VOID SendCancel(SMB2_EXCHANGE* Target, ULONGLONG AsyncId, ULONGLONG MessageId)
{
    SMB2_CONNECTION* Connection = Target->Connection;
    SMB2_EXCHANGE* Cancel = Smb2AllocateExchange(Connection, Smb2Cancel, sizeof(SMB2_EMPTY_BODY));
    if (!Cancel)
        return;
    Smb2AppendBody<SMB2_EMPTY_BODY>(Cancel, 4);
    SMB2_HEADER* Header = Smb2RequestHeader(Cancel);
    const SMB2_HEADER* TargetHeader = Smb2RequestHeader(Target);
    Header->SessionId = TargetHeader->SessionId;
    Header->MessageId = MessageId;
    Header->TreeId = TargetHeader->TreeId;
    if (AsyncId) {
        Header->Flags |= SMB2_FLAGS_ASYNC_COMMAND;
        Header->AsyncId = AsyncId;
    }
    if (Target->Session) {
        Smb2ReferenceSession(Target->Session);
        Cancel->Session = Target->Session;
    }
    BOOLEAN Alive;
    {
        SPIN_GUARD Guard(&Connection->Lock);
        Alive = Connection->State != SMB2_CONNECTION_STATE::Dead;
        if (Alive)
            ++Connection->ActiveSenders;
    }
    if (Alive) {
        InterlockedIncrement(&Cancel->References);
        SendExchange(Cancel);
    }
    DereferenceExchange(Cancel);
}
}

NTSTATUS Smb2OpenConnection(
    const TRANSPORT* Transport,
    PCUNICODE_STRING Host,
    const SMB2_CONFIG* Config,
    const GUID* ClientGuid,
    const SMB2_CONNECTION_EVENTS* Events,
    PVOID Owner,
    ULONG Generation,
    SMB2_CONNECTION** Result)
{
    auto* Connection = MinirdrAllocateObject<SMB2_CONNECTION>();
    if (!Connection)
        return STATUS_INSUFFICIENT_RESOURCES;
    Connection->References = 1;
    Connection->Transport = Transport;
    Connection->Config = *Config;
    Connection->ClientGuid = *ClientGuid;
    Connection->Events = Events;
    Connection->Owner = Owner;
    Connection->Generation = Generation;
    Connection->SigningAlgorithm = SMB2_SIGNING_HMAC_SHA256;
    Connection->Credits = Connection->HighestCredits = 1;
    KeInitializeSpinLock(&Connection->Lock);
    InitializeListHead(&Connection->Waiting);
    for (LIST_ENTRY& Bucket : Connection->Pending)
        InitializeListHead(&Bucket);
    KeInitializeEvent(&Connection->SendersGone, NotificationEvent, FALSE);
    KeInitializeTimer(&Connection->Timer);
    KeInitializeDpc(&Connection->TimerDpc, TimerExpired, Connection);
    RdrTraceBorn(RdrObjectConnection, Connection, 0, Host, Owner);

    NTSTATUS Status = Transport->Connect(
        Transport->Provider, Host, Config->Port, Config->ConnectTimeoutMs, &Smb2pTransportEvents,
        Connection, &Connection->Stream);
    if (!NT_SUCCESS(Status)) {
        Connection->Stream = nullptr;
        Smb2DereferenceConnection(Connection);
        return Status;
    }
    Status = Smb2pNegotiate(Connection);
    if (NT_SUCCESS(Status)) {
        SPIN_GUARD Guard(&Connection->Lock);
        if (Connection->State == SMB2_CONNECTION_STATE::Dead)
            Status = Connection->DeathStatus;
        else
            Connection->State = SMB2_CONNECTION_STATE::Ready;
    }
    if (!NT_SUCCESS(Status)) {
        Smb2CloseConnection(Connection);
        Smb2DereferenceConnection(Connection);
        return Status;
    }
    *Result = Connection;
    return STATUS_SUCCESS;
}

VOID Smb2ReferenceConnection(SMB2_CONNECTION* Connection)
{
    InterlockedIncrement(&Connection->References);
}

VOID Smb2DereferenceConnection(SMB2_CONNECTION* Connection)
{
    if (InterlockedDecrement(&Connection->References) == 0)
        FreeConnection(Connection);
}

BOOLEAN Smb2ConnectionIsAlive(SMB2_CONNECTION* Connection)
{
    SPIN_GUARD Guard(&Connection->Lock);
    return Connection->State != SMB2_CONNECTION_STATE::Dead;
}

namespace {
// Abort: the stream is cut. A connection that is closed in good order ends its stream in good
// order.
VOID KillConnection(SMB2_CONNECTION* Connection, NTSTATUS Status, BOOLEAN Abort)
{
    LIST_ENTRY Failed;
    InitializeListHead(&Failed);
    {
        SPIN_GUARD Guard(&Connection->Lock);
        if (Connection->State == SMB2_CONNECTION_STATE::Dead)
            return;
        Connection->State = SMB2_CONNECTION_STATE::Dead;
        Connection->DeathStatus = Status;
        while (!IsListEmpty(&Connection->Waiting))
            InsertTailList(&Failed, RemoveHeadList(&Connection->Waiting));
        for (LIST_ENTRY& Bucket : Connection->Pending)
            while (!IsListEmpty(&Bucket))
                InsertTailList(&Failed, RemoveHeadList(&Bucket));
        Connection->PendingCount = Connection->PendingSinks = 0;
        for (LIST_ENTRY* Entry = Failed.Flink; Entry != &Failed; Entry = Entry->Flink)
            CONTAINING_RECORD(Entry, SMB2_EXCHANGE, Links)->State = SMB2_EXCHANGE_STATE::Done;
        // Bytes still move into this one's sink; it fails when they have stopped (receive.cpp).
        if (Connection->Direct && Connection->DirectLent)
            RemoveEntryList(&Connection->Direct->Links);
        else
            Connection->Direct = nullptr;
        // A sender that is still on its way out sets the event after this.
        if (Connection->ActiveSenders != 0)
            KeClearEvent(&Connection->SendersGone);
    }
    RdrTraceEvent(RdrLayerWire, RdrEventState, "connection died", Connection, Status, 0);
    if (Abort && Connection->Stream)
        Connection->Transport->Abort(Connection->Stream);
    while (!IsListEmpty(&Failed))
        Smb2pCompleteExchange(
            CONTAINING_RECORD(RemoveHeadList(&Failed), SMB2_EXCHANGE, Links), Status, nullptr);
    if (Connection->Events && Connection->Events->Died)
        Connection->Events->Died(Connection->Owner, Connection, Status);
}
}

VOID Smb2FailConnection(SMB2_CONNECTION* Connection, NTSTATUS Status)
{
    KillConnection(Connection, Status, TRUE);
}

VOID Smb2CloseConnection(SMB2_CONNECTION* Connection)
{
    KillConnection(Connection, STATUS_CONNECTION_DISCONNECTED, FALSE);
    BOOLEAN Wait;
    {
        SPIN_GUARD Guard(&Connection->Lock);
        Wait = Connection->ActiveSenders != 0;
    }
    if (Wait)
        KeWaitForSingleObject(&Connection->SendersGone, Executive, KernelMode, FALSE, nullptr);
    if (Connection->Stream)
        Connection->Transport->Close(Connection->Stream);
    Connection->Stream = nullptr;
    KeCancelTimer(&Connection->Timer);
    KeFlushQueuedDpcs();
}

SMB2_EXCHANGE* Smb2AllocateExchange(SMB2_CONNECTION* Connection, USHORT Command, ULONG BodyBytes)
{
    const ULONG Capacity = 4 + static_cast<ULONG>(sizeof(SMB2_HEADER)) + BodyBytes;
    auto* Exchange = static_cast<SMB2_EXCHANGE*>(MinirdrAllocate(sizeof(SMB2_EXCHANGE) + Capacity));
    if (!Exchange)
        return nullptr;
    Smb2ReferenceConnection(Connection);
    Exchange->Connection = Connection;
    Exchange->Command = Command;
    Exchange->CreditCharge
        = Connection->Dialect > SMB2_DIALECT_202 && Connection->MultiCredit ? 1 : 0;
    Exchange->Request = reinterpret_cast<PUCHAR>(Exchange + 1);
    Exchange->RequestCapacity = BodyBytes;
    Exchange->RequestBytes = sizeof(SMB2_HEADER);
    Exchange->References = 1;
    KeInitializeEvent(&Exchange->Done, NotificationEvent, FALSE);
    SMB2_HEADER* Header = Smb2RequestHeader(Exchange);
    Header->ProtocolId = SMB2_PROTOCOL_ID;
    Header->StructureSize = sizeof(SMB2_HEADER);
    Header->Command = Command;
    RdrTraceBorn(RdrObjectExchange, Exchange, 0, nullptr, Connection);
    return Exchange;
}

SMB2_EXCHANGE* Smb2AllocateTreeExchange(SMB2_TREE* Tree, USHORT Command, ULONG BodyBytes)
{
    SMB2_EXCHANGE* Exchange = Smb2AllocateExchange(Tree->Session->Connection, Command, BodyBytes);
    if (!Exchange)
        return nullptr;
    Smb2ReferenceSession(Tree->Session);
    Exchange->Session = Tree->Session;
    SMB2_HEADER* Header = Smb2RequestHeader(Exchange);
    Header->TreeId = Tree->TreeId;
    Header->SessionId = Tree->Session->SessionId;
    return Exchange;
}

VOID Smb2ReleaseExchange(SMB2_EXCHANGE* Exchange)
{
    if (Exchange)
        DereferenceExchange(Exchange);
}

VOID Smb2SetCreditCharge(SMB2_EXCHANGE* Exchange, ULONG Bytes)
{
    if (Exchange->Connection->MultiCredit && Bytes > SMB2_CREDIT_BYTES)
        Exchange->CreditCharge = static_cast<USHORT>((Bytes - 1) / SMB2_CREDIT_BYTES + 1);
}

PVOID Smb2Append(SMB2_EXCHANGE* Exchange, ULONG Bytes)
{
    const ULONG Used = Exchange->RequestBytes - static_cast<ULONG>(sizeof(SMB2_HEADER));
    NT_ASSERT(Bytes <= Exchange->RequestCapacity - Used);
    if (Bytes > Exchange->RequestCapacity - Used)
        return nullptr;
    PUCHAR At = Exchange->Request + 4 + Exchange->RequestBytes;
    Exchange->RequestBytes += Bytes;
    return At;
}

VOID Smb2Submit(SMB2_EXCHANGE* Exchange)
{
    SMB2_CONNECTION* Connection = Exchange->Connection;
    if (!Exchange->Complete)
        Exchange->Complete = KeepResponse;
    InterlockedIncrement(&Exchange->References); // the lists'
    Exchange->Span = RdrTraceBegin(RdrLayerWire, Smb2pCommandNames[Exchange->Command], Exchange, 0);
    const RDR_SPAN Span = Exchange->Span;
    NTSTATUS Status = STATUS_SUCCESS;
    {
        SPIN_GUARD Guard(&Connection->Lock);
        if (Connection->State == SMB2_CONNECTION_STATE::Dead) {
            Status = Connection->DeathStatus;
            Exchange->State = SMB2_EXCHANGE_STATE::Done;
        } else {
            Exchange->State = SMB2_EXCHANGE_STATE::Waiting;
            if (Exchange->Flags & SMB2_EXCHANGE_URGENT)
                InsertHeadList(&Connection->Waiting, &Exchange->Links);
            else
                InsertTailList(&Connection->Waiting, &Exchange->Links);
        }
    }
    if (NT_SUCCESS(Status))
        Smb2pStartWaiting(Connection);
    else
        Smb2pCompleteExchange(Exchange, Status, nullptr);
    RdrTraceLeave(Span);
}

NTSTATUS Smb2Transact(SMB2_EXCHANGE* Exchange)
{
    Smb2Submit(Exchange);
    KeWaitForSingleObject(&Exchange->Done, Executive, KernelMode, FALSE, nullptr);
    return Exchange->Status;
}

// Sends what the credits allow, oldest first.
VOID Smb2pStartWaiting(SMB2_CONNECTION* Connection)
{
    for (;;) {
        SMB2_EXCHANGE* Exchange;
        {
            SPIN_GUARD Guard(&Connection->Lock);
            if (Connection->State == SMB2_CONNECTION_STATE::Dead
                || IsListEmpty(&Connection->Waiting))
                return;
            Exchange = CONTAINING_RECORD(Connection->Waiting.Flink, SMB2_EXCHANGE, Links);
            const LONG Charge = Exchange->CreditCharge ? Exchange->CreditCharge : 1;
            // One credit stays behind for a break acknowledgement once there are enough to spare
            // one. A charge above what the server ever granted could wait for ever, so it may take
            // the last one.
            const LONG Kept = Connection->HighestCredits >= CREDITS_TO_KEEP_ONE
                    && Charge < Connection->HighestCredits
                    && !(Exchange->Flags & SMB2_EXCHANGE_URGENT)
                ? 1
                : 0;
            if (Connection->Credits < Charge + Kept)
                return;
            RemoveHeadList(&Connection->Waiting);
            Connection->Credits -= Charge;
            Exchange->MessageId = Connection->NextMessageId;
            Connection->NextMessageId += static_cast<ULONGLONG>(Charge);
            if (!(Exchange->Flags & SMB2_EXCHANGE_RAW)) {
                SMB2_HEADER* Header = Smb2RequestHeader(Exchange);
                Header->MessageId = Exchange->MessageId;
                Header->CreditCharge = Exchange->CreditCharge;
                Header->Credits = CreditsToAskFor(Connection, Exchange);
            }
            Exchange->State = SMB2_EXCHANGE_STATE::Sent;
            InsertTailList(BucketOf(Connection, Exchange->MessageId), &Exchange->Links);
            ++Connection->PendingCount;
            if (Exchange->Sink)
                ++Connection->PendingSinks;
            if (!(Exchange->Flags & SMB2_EXCHANGE_NO_TIMEOUT)
                && Connection->Config.RequestTimeoutMs) {
                const LONGLONG Now = MinirdrNow();
                Exchange->Deadline = Now + Connection->Config.RequestTimeoutMs * TICKS_PER_MS;
                if (!Connection->TimerArmed)
                    ArmTimer(Connection, Exchange->Deadline, Now);
            }
            ++Connection->ActiveSenders;
            InterlockedIncrement(&Exchange->References); // the send's
        }
        SendExchange(Exchange);
    }
}

VOID Smb2pCompleteExchange(SMB2_EXCHANGE* Exchange, NTSTATUS Status, const SMB2_MESSAGE* Message)
{
    RdrTraceFinish(
        Exchange->Span, Status,
        Message ? static_cast<ULONGLONG>(Message->Bytes) + Message->PayloadBytes : 0);
    Exchange->Complete(Exchange, Status, Message);
    DereferenceExchange(Exchange);
}

SMB2_EXCHANGE* Smb2pFindPending(SMB2_CONNECTION* Connection, ULONGLONG MessageId)
{
    LIST_ENTRY* Bucket = BucketOf(Connection, MessageId);
    for (LIST_ENTRY* Entry = Bucket->Flink; Entry != Bucket; Entry = Entry->Flink) {
        auto* Exchange = CONTAINING_RECORD(Entry, SMB2_EXCHANGE, Links);
        if (Exchange->MessageId == MessageId)
            return Exchange;
    }
    return nullptr;
}

SMB2_EXCHANGE*
Smb2pMatchResponse(SMB2_CONNECTION* Connection, const SMB2_HEADER* Header, BOOLEAN* Interim)
{
    *Interim = FALSE;
    SPIN_GUARD Guard(&Connection->Lock);
    if (Connection->State == SMB2_CONNECTION_STATE::Dead)
        return nullptr;
    SMB2_EXCHANGE* Exchange = Smb2pFindPending(Connection, Header->MessageId);
    if (!Exchange || Exchange->Command != Header->Command)
        return nullptr;
    Connection->Credits += Header->Credits;
    if (Connection->Credits > Connection->HighestCredits)
        Connection->HighestCredits = Connection->Credits;
    if (Header->Status == static_cast<ULONG>(STATUS_PENDING)
        && (Header->Flags & SMB2_FLAGS_ASYNC_COMMAND)) {
        *Interim = TRUE;
        Exchange->State = SMB2_EXCHANGE_STATE::Interim;
        Exchange->AsyncId = Header->AsyncId;
        if (Exchange->Deadline)
            Exchange->Deadline = MinirdrNow()
                + Connection->Config.RequestTimeoutMs * TICKS_PER_MS * INTERIM_TIMEOUT_FACTOR;
        return Exchange;
    }
    RemoveEntryList(&Exchange->Links);
    --Connection->PendingCount;
    if (Exchange->Sink)
        --Connection->PendingSinks;
    Exchange->State = SMB2_EXCHANGE_STATE::Done;
    return Exchange;
}

VOID Smb2CancelExchange(SMB2_EXCHANGE* Exchange)
{
    SMB2_CONNECTION* Connection = Exchange->Connection;
    BOOLEAN Unsent = FALSE;
    BOOLEAN OnWire = FALSE;
    ULONGLONG AsyncId = 0;
    {
        SPIN_GUARD Guard(&Connection->Lock);
        if (Exchange->State == SMB2_EXCHANGE_STATE::Waiting) {
            RemoveEntryList(&Exchange->Links);
            Exchange->State = SMB2_EXCHANGE_STATE::Done;
            Unsent = TRUE;
        } else if (
            Exchange->State == SMB2_EXCHANGE_STATE::Sent
            || Exchange->State == SMB2_EXCHANGE_STATE::Interim) {
            OnWire = !Exchange->CancelRequested;
            Exchange->CancelRequested = TRUE;
            AsyncId = Exchange->AsyncId;
        }
    }
    RdrTraceEvent(
        RdrLayerWire, RdrEventCancel, Smb2pCommandNames[Exchange->Command], Exchange,
        STATUS_CANCELLED, OnWire);
    if (Unsent)
        Smb2pCompleteExchange(Exchange, STATUS_CANCELLED, nullptr);
    else if (OnWire)
        SendCancel(Exchange, AsyncId, Exchange->MessageId);
}
