// stream.cpp - connection sockets: connecting, sending, receiving, indications, disconnecting.
//
// Sending copies: the client's bytes are gathered into one buffer of the wire at once, so that what
// was signed is what is sent whatever happens to the pages later. The IRP completes when the wire's
// send buffer has room again, which is how a slow link slows the client down. Receiving fills the
// oldest WskReceive directly; only data nobody waits for is stored.
#include "netiop.h"

extern "C" {

namespace {

struct LockGuard
{
    PNETIO_SOCKET Socket;
    KIRQL Irql;
    explicit LockGuard(PNETIO_SOCKET Which)
        : Socket(Which)
    {
        KeAcquireSpinLock(&Socket->Lock, &Irql);
    }
    ~LockGuard() { KeReleaseSpinLock(&Socket->Lock, Irql); }
    LockGuard(const LockGuard&) = delete;
    LockGuard& operator=(const LockGuard&) = delete;
};

inline PNETIO_SOCKET SocketOf(PWSK_SOCKET Socket)
{
    return CONTAINING_RECORD(Socket, NETIO_SOCKET, Wsk);
}

inline void Hold(PNETIO_SOCKET Socket)
{
    InterlockedIncrement(&Socket->Holds);
}

PNETIO_REQUEST MakeRequest(PNETIO_SOCKET Socket, PIRP Irp, PWSK_BUF Buffer, ULONG Flags)
{
    auto Request = static_cast<PNETIO_REQUEST>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(NETIO_REQUEST), NETIO_TAG_REQUEST));
    if (Request != nullptr) {
        RtlZeroMemory(Request, sizeof(*Request));
        InitializeListHead(&Request->Links);
        Request->Socket = Socket;
        Request->Irp = Irp;
        Request->Flags = Flags;
        if (Buffer != nullptr) {
            Request->Buffer = *Buffer;
        }
        Irp->Tail.Overlay.DriverContext[0] = Request;
        Hold(Socket);
    }
    return Request;
}

/// Completes a request that nobody else can reach any more.
void FinishRequest(PNETIO_REQUEST Request, NTSTATUS Status, ULONG_PTR Information)
{
    PNETIO_SOCKET Socket = Request->Socket;
    PIRP Irp = Request->Irp;
    ExFreePoolWithTag(Request, NETIO_TAG_REQUEST);
    NetioCompleteIrp(Irp, Status, Information);
    NetioReleaseSocket(Socket);
}

/// Takes the request away from its cancel routine; the lock is held. FALSE: the cancel routine will
/// finish it.
bool Disarm(PNETIO_REQUEST Request)
{
    if (IoSetCancelRoutine(Request->Irp, nullptr) == nullptr) {
        Request->Cancelled = TRUE;
        return false;
    }
    return true;
}

VOID NTAPI CancelRequest(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    (void)DeviceObject;
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    auto Request = static_cast<PNETIO_REQUEST>(Irp->Tail.Overlay.DriverContext[0]);
    PNETIO_SOCKET Socket = Request->Socket;
    NETIO_WIRE Abandoned = 0;
    {
        LockGuard Lock(Socket);
        RemoveEntryList(&Request->Links);
        InitializeListHead(&Request->Links);
        if (Socket->Connect == Request) {
            Socket->Connect = nullptr;
            if (Socket->State == NetioConnecting) {
                Socket->State = NetioBound;
                Abandoned = Socket->Wire;
                Socket->Wire = 0;
            }
        }
    }
    if (Abandoned != 0) {
        NetioAbortWire(Abandoned);
        NetioReleaseSocket(Socket); // the wire's hold
    }
    RdrTraceEvent(RdrLayerWire, RdrEventCancel, "WSK", Irp, STATUS_CANCELLED, 0);
    FinishRequest(Request, STATUS_CANCELLED, Request->Done);
}

/// Arms cancellation of a request just queued; the lock is held. FALSE: it is cancelled already and
/// off its queue, the caller finishes it.
bool Arm(PNETIO_REQUEST Request)
{
    (void)IoSetCancelRoutine(Request->Irp, CancelRequest);
    if (Request->Irp->Cancel && IoSetCancelRoutine(Request->Irp, nullptr) != nullptr) {
        RemoveEntryList(&Request->Links);
        InitializeListHead(&Request->Links);
        return false;
    }
    return true;
}

/// Copies into the list of a receive; returns how much fitted.
SIZE_T FillRequest(PNETIO_REQUEST Request, const UCHAR* Bytes, SIZE_T Length)
{
    SIZE_T Room = Request->Buffer.Length - Request->Done;
    Length = Length < Room ? Length : Room;
    SIZE_T Skip = Request->Buffer.Offset + Request->Done;
    SIZE_T Copied = 0;
    for (PMDL Mdl = Request->Buffer.Mdl; Mdl != nullptr && Copied < Length; Mdl = Mdl->Next) {
        const SIZE_T Count = MmGetMdlByteCount(Mdl);
        if (Skip >= Count) {
            Skip -= Count;
            continue;
        }
        auto To = static_cast<PUCHAR>(MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority));
        if (To == nullptr) {
            break;
        }
        const SIZE_T Piece = Count - Skip < Length - Copied ? Count - Skip : Length - Copied;
        RtlCopyMemory(To + Skip, Bytes + Copied, Piece);
        Copied += Piece;
        Skip = 0;
    }
    Request->Done += Copied;
    return Copied;
}

inline bool IsFilled(PNETIO_REQUEST Request)
{
    return (Request->Flags & WSK_FLAG_WAITALL) == 0 ? Request->Done != 0
                                                    : Request->Done == Request->Buffer.Length;
}

/// Moves satisfied receives to Finished; the lock is held.
void FeedReceives(PNETIO_SOCKET Socket, PLIST_ENTRY Finished)
{
    while (!IsListEmpty(&Socket->Receives) && !IsListEmpty(&Socket->Data)) {
        auto Request = CONTAINING_RECORD(Socket->Receives.Flink, NETIO_REQUEST, Links);
        auto Data = CONTAINING_RECORD(Socket->Data.Flink, NETIO_DATA, Links);
        const SIZE_T Copied = FillRequest(
            Request, Data->Bytes + Data->Indication.Buffer.Offset, Data->Indication.Buffer.Length);
        Data->Indication.Buffer.Offset += static_cast<ULONG>(Copied);
        Data->Indication.Buffer.Length -= Copied;
        Socket->DataBytes -= Copied;
        if (Data->Indication.Buffer.Length == 0) {
            RemoveEntryList(&Data->Links);
            IoFreeMdl(Data->Indication.Buffer.Mdl);
            ExFreePoolWithTag(Data, NETIO_TAG_DATA);
        }
        if (!IsFilled(Request)) {
            if (Copied == 0) {
                break; // the client's list is shorter than it said; it gets no more than that
            }
            continue;
        }
        RemoveEntryList(&Request->Links);
        InitializeListHead(&Request->Links);
        if (Disarm(Request)) {
            InsertTailList(Finished, &Request->Links);
        }
    }
    if (IsListEmpty(&Socket->Data)) {
        Socket->EventsBlocked = FALSE;
    }
}

void FinishList(PLIST_ENTRY Finished, NTSTATUS Status)
{
    while (!IsListEmpty(Finished)) {
        auto Request = CONTAINING_RECORD(RemoveHeadList(Finished), NETIO_REQUEST, Links);
        FinishRequest(Request, Status, Request->Done);
    }
}

PNETIO_DATA MakeData(PNETIO_SOCKET Socket, const UCHAR* Bytes, SIZE_T Length)
{
    auto Data = static_cast<PNETIO_DATA>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(NETIO_DATA) + Length, NETIO_TAG_DATA));
    if (Data == nullptr) {
        return nullptr;
    }
    RtlZeroMemory(Data, sizeof(*Data));
    Data->Socket = Socket;
    Data->Bytes = reinterpret_cast<PUCHAR>(Data + 1);
    PMDL Mdl = IoAllocateMdl(Data->Bytes, static_cast<ULONG>(Length), FALSE, FALSE, nullptr);
    if (Mdl == nullptr) {
        ExFreePoolWithTag(Data, NETIO_TAG_DATA);
        return nullptr;
    }
    MmBuildMdlForNonPagedPool(Mdl);
    RtlCopyMemory(Data->Bytes, Bytes, Length);
    Data->Indication.Buffer.Mdl = Mdl;
    Data->Indication.Buffer.Length = Length;
    return Data;
}

void FreeData(PNETIO_DATA Data)
{
    IoFreeMdl(Data->Indication.Buffer.Mdl);
    ExFreePoolWithTag(Data, NETIO_TAG_DATA);
}

ULONG EventFlags()
{
    return KeGetCurrentIrql() == DISPATCH_LEVEL ? WSK_FLAG_AT_DISPATCH_LEVEL : 0;
}

/// Indicates stored data while the client takes it, then the end of the stream. One indication at a
/// time.
void Indicate(PNETIO_SOCKET Socket)
{
    KIRQL Irql;
    KeAcquireSpinLock(&Socket->Lock, &Irql);
    if (Socket->Indicating) {
        KeReleaseSpinLock(&Socket->Lock, Irql);
        return; // whoever is at it looks again before it leaves
    }
    Socket->Indicating = TRUE;
    while (!Socket->Closing && !Socket->EventsBlocked && IsListEmpty(&Socket->Receives)
           && !IsListEmpty(&Socket->Data) && (Socket->EventMask & WSK_EVENT_RECEIVE) != 0
           && Socket->Dispatch != nullptr && Socket->Dispatch->WskReceiveEvent != nullptr) {
        auto Data = CONTAINING_RECORD(RemoveHeadList(&Socket->Data), NETIO_DATA, Links);
        const SIZE_T Bytes = Data->Indication.Buffer.Length;
        Socket->DataBytes -= Bytes;
        ++Socket->Retained;
        KeReleaseSpinLock(&Socket->Lock, Irql);

        // Bytes accepted is meaningful only when the client leaves some behind; silence means all.
        SIZE_T Accepted = Bytes;
        const NTSTATUS Status = Socket->Dispatch->WskReceiveEvent(
            Socket->Context, EventFlags(), &Data->Indication, Bytes, &Accepted);

        KeAcquireSpinLock(&Socket->Lock, &Irql);
        if (Status == STATUS_PENDING) {
            continue; // WskRelease gives it back
        }
        --Socket->Retained;
        if (Status == STATUS_DATA_NOT_ACCEPTED) {
            Accepted = 0;
        } else if (!NT_SUCCESS(Status)) {
            RdrTraceEvent(RdrLayerWire, RdrEventError, "WskReceiveEvent", Socket, Status, Bytes);
            Accepted = 0;
        }
        if (Accepted >= Bytes) {
            FreeData(Data);
            continue;
        }
        Data->Indication.Buffer.Offset += static_cast<ULONG>(Accepted);
        Data->Indication.Buffer.Length -= Accepted;
        Socket->DataBytes += Data->Indication.Buffer.Length;
        InsertHeadList(&Socket->Data, &Data->Links);
        Socket->EventsBlocked = TRUE;
    }
    const bool TellEnd = Socket->State == NetioEnded && !Socket->DisconnectTold && !Socket->Closing
        && !Socket->SendShut && IsListEmpty(&Socket->Data)
        && (Socket->EventMask & WSK_EVENT_DISCONNECT) != 0 && Socket->Dispatch != nullptr
        && Socket->Dispatch->WskDisconnectEvent != nullptr;
    if (TellEnd) {
        Socket->DisconnectTold = TRUE;
        const ULONG Flags = EventFlags() | (NT_SUCCESS(Socket->EndStatus) ? 0 : WSK_FLAG_ABORTIVE);
        KeReleaseSpinLock(&Socket->Lock, Irql);
        (void)Socket->Dispatch->WskDisconnectEvent(Socket->Context, Flags);
        KeAcquireSpinLock(&Socket->Lock, &Irql);
    }
    Socket->Indicating = FALSE;
    LIST_ENTRY Finished;
    InitializeListHead(&Finished);
    FeedReceives(Socket, &Finished);
    KeReleaseSpinLock(&Socket->Lock, Irql);
    FinishList(&Finished, STATUS_SUCCESS);
}

/// Status a request gets on a socket that does not carry data. STATUS_SUCCESS: it does.
NTSTATUS ConnectionStatus(PNETIO_SOCKET Socket)
{
    if (Socket->Closing) {
        return STATUS_FILE_CLOSED;
    }
    if (Socket->State == NetioConnected) {
        return STATUS_SUCCESS;
    }
    if (Socket->State == NetioEnded) {
        return NT_SUCCESS(Socket->EndStatus) ? STATUS_CONNECTION_DISCONNECTED : Socket->EndStatus;
    }
    return STATUS_INVALID_DEVICE_STATE;
}

/// Takes every queued request off; the lock is held.
void DrainRequests(PNETIO_SOCKET Socket, PLIST_ENTRY Queue, PLIST_ENTRY Finished)
{
    while (!IsListEmpty(Queue)) {
        auto Request = CONTAINING_RECORD(RemoveHeadList(Queue), NETIO_REQUEST, Links);
        InitializeListHead(&Request->Links);
        if (Disarm(Request)) {
            InsertTailList(Finished, &Request->Links);
        }
    }
    (void)Socket;
}

} // namespace

void NetioBeginIrp(PIRP Irp)
{
    IoSetNextIrpStackLocation(Irp);
    IoMarkIrpPending(Irp);
    Irp->IoStatus.Information = 0;
}

NTSTATUS NetioCompleteIrp(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NETWORK_INCREMENT);
    return Status;
}

PNETIO_SOCKET NetioCreateSocket(
    PNETIO_CLIENT Client,
    PVOID Context,
    const WSK_CLIENT_CONNECTION_DISPATCH* Dispatch,
    bool Stream)
{
    auto Socket = static_cast<PNETIO_SOCKET>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(NETIO_SOCKET), NETIO_TAG_SOCKET));
    if (Socket == nullptr) {
        return nullptr;
    }
    RtlZeroMemory(Socket, sizeof(*Socket));
    Socket->Wsk.Dispatch
        = Stream ? static_cast<const VOID*>(&NetioStreamDispatch) : &NetioConnectionDispatch;
    Socket->Client = Client;
    Socket->Context = Context;
    Socket->Dispatch = Dispatch;
    KeInitializeSpinLock(&Socket->Lock);
    InitializeListHead(&Socket->Receives);
    InitializeListHead(&Socket->Sends);
    InitializeListHead(&Socket->Data);
    Socket->EventMask = Client->StaticEvents;
    Socket->Holds = 1;
    Socket->SendBuffer = Socket->ReceiveBuffer = 65536;
    Socket->Local.sin_family = AF_INET;
    InterlockedIncrement(&Client->Sockets);
    return Socket;
}

void NetioReleaseSocket(PNETIO_SOCKET Socket)
{
    if (InterlockedDecrement(&Socket->Holds) != 0) {
        return;
    }
    NT_ASSERT(Socket->Closing && Socket->Wire == 0 && Socket->Retained == 0);
    while (!IsListEmpty(&Socket->Data)) {
        FreeData(CONTAINING_RECORD(RemoveHeadList(&Socket->Data), NETIO_DATA, Links));
    }
    PNETIO_CLIENT Client = Socket->Client;
    ExFreePoolWithTag(Socket, NETIO_TAG_SOCKET);
    if (InterlockedDecrement(&Client->Sockets) == 0 && Client->Captures == 0) {
        KeSetEvent(&Client->Idle, IO_NO_INCREMENT, FALSE);
    }
}

NTSTATUS WSKAPI NetioBind(PWSK_SOCKET WskSocket, PSOCKADDR LocalAddress, ULONG Flags, PIRP Irp)
{
    PNETIO_SOCKET Socket = SocketOf(WskSocket);
    NetioBeginIrp(Irp);
    NTSTATUS Status = STATUS_SUCCESS;
    const auto Address = reinterpret_cast<PSOCKADDR_IN>(LocalAddress);
    {
        LockGuard Lock(Socket);
        const ULONG Own = RtlUlongByteSwap(NetioLocalAddress());
        if (Flags != 0 || Address->sin_family != AF_INET) {
            Status = STATUS_INVALID_PARAMETER;
        } else if (Socket->State != NetioOpened) {
            Status = STATUS_INVALID_DEVICE_STATE;
        } else if (Address->sin_addr.s_addr != INADDR_ANY && Address->sin_addr.s_addr != Own) {
            Status = STATUS_INVALID_ADDRESS_COMPONENT;
        } else {
            Socket->Local = *Address;
            Socket->State = NetioBound;
        }
    }
    return NetioCompleteIrp(Irp, Status, 0);
}

/// The common part of WskConnect and WskSocketConnect; the IRP was begun.
NTSTATUS NetioStartConnect(PNETIO_SOCKET Socket, PSOCKADDR RemoteAddress, PIRP Irp)
{
    const auto Address = reinterpret_cast<PSOCKADDR_IN>(RemoteAddress);
    if (Address->sin_family != AF_INET) {
        return NetioCompleteIrp(Irp, STATUS_INVALID_ADDRESS_COMPONENT, 0);
    }
    PNETIO_REQUEST Request = MakeRequest(Socket, Irp, nullptr, 0);
    if (Request == nullptr) {
        return NetioCompleteIrp(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    }
    NTSTATUS Status = STATUS_PENDING;
    {
        LockGuard Lock(Socket);
        if (Socket->Closing) {
            Status = STATUS_FILE_CLOSED;
        } else if (Socket->State == NetioConnecting || Socket->State == NetioConnected) {
            Status = STATUS_CONNECTION_ACTIVE;
        } else if (Socket->State != NetioBound) {
            Status = STATUS_INVALID_DEVICE_STATE;
        } else {
            Socket->Connect = Request;
            if (!Arm(Request)) {
                Socket->Connect = nullptr;
                Status = STATUS_CANCELLED;
            } else {
                Socket->State = NetioConnecting;
                Socket->Remote = *Address;
                Hold(Socket); // for the wire
                Socket->Wire = NetioOpenWire(
                    Socket, RtlUlongByteSwap(Address->sin_addr.s_addr),
                    RtlUshortByteSwap(Address->sin_port));
                if (Socket->Wire == 0) {
                    Socket->State = NetioBound;
                    Socket->Connect = nullptr;
                    InterlockedDecrement(&Socket->Holds);
                    Status = Disarm(Request) ? STATUS_NETWORK_UNREACHABLE : STATUS_PENDING;
                }
            }
        }
    }
    if (Status != STATUS_PENDING) {
        FinishRequest(Request, Status, 0);
    }
    return Status;
}

NTSTATUS WSKAPI NetioConnect(PWSK_SOCKET WskSocket, PSOCKADDR RemoteAddress, ULONG Flags, PIRP Irp)
{
    NetioBeginIrp(Irp);
    if (Flags != 0) {
        return NetioCompleteIrp(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    return NetioStartConnect(SocketOf(WskSocket), RemoteAddress, Irp);
}

void NetioWireConnected(PNETIO_SOCKET Socket, NTSTATUS Status, USHORT LocalPort)
{
    PNETIO_REQUEST Request;
    bool Mine;
    {
        LockGuard Lock(Socket);
        Request = Socket->Connect;
        Socket->Connect = nullptr;
        Mine = Request != nullptr && Disarm(Request);
        if (NT_SUCCESS(Status)) {
            Socket->State = NetioConnected;
            Socket->EndStatus = STATUS_SUCCESS;
            Socket->Local.sin_port = RtlUshortByteSwap(LocalPort);
            Socket->Local.sin_addr.s_addr = RtlUlongByteSwap(NetioLocalAddress());
        } else {
            Socket->State = NetioBound;
            Socket->Wire = 0;
        }
    }
    RdrTraceEvent(
        RdrLayerWire, NT_SUCCESS(Status) ? RdrEventNote : RdrEventError, "WskConnect", Socket,
        Status, LocalPort);
    if (Mine) {
        FinishRequest(Request, Status, 0);
    }
    if (!NT_SUCCESS(Status)) {
        NetioReleaseSocket(Socket);
    }
}

NTSTATUS WSKAPI NetioSend(PWSK_SOCKET WskSocket, PWSK_BUF Buffer, ULONG Flags, PIRP Irp)
{
    PNETIO_SOCKET Socket = SocketOf(WskSocket);
    NetioBeginIrp(Irp);
    if ((Flags & ~static_cast<ULONG>(WSK_FLAG_NODELAY)) != 0) {
        return NetioCompleteIrp(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    PNETIO_REQUEST Request = MakeRequest(Socket, Irp, Buffer, Flags);
    if (Request == nullptr) {
        return NetioCompleteIrp(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    }
    NTSTATUS Status;
    {
        LockGuard Lock(Socket);
        Status = ConnectionStatus(Socket);
        if (NT_SUCCESS(Status) && Socket->SendShut) {
            Status = STATUS_CONNECTION_DISCONNECTED;
        }
        if (NT_SUCCESS(Status) && Irp->Cancel) {
            Status = STATUS_CANCELLED;
        }
        if (NT_SUCCESS(Status)
            && !NetioSendWire(Socket->Wire, Buffer->Mdl, Buffer->Offset, Buffer->Length)) {
            Status = STATUS_INVALID_PARAMETER;
        }
        if (NT_SUCCESS(Status)) {
            Request->Done = Buffer->Length;
            if (!NetioWireHasSpace(Socket->Wire)) {
                InsertTailList(&Socket->Sends, &Request->Links);
                Status = Arm(Request) ? STATUS_PENDING : STATUS_CANCELLED;
            }
        }
    }
    if (Status != STATUS_PENDING) {
        FinishRequest(Request, Status, NT_SUCCESS(Status) ? Buffer->Length : 0);
    }
    return Status;
}

void NetioWireSpace(PNETIO_SOCKET Socket)
{
    LIST_ENTRY Finished;
    InitializeListHead(&Finished);
    bool Backlog;
    {
        LockGuard Lock(Socket);
        DrainRequests(Socket, &Socket->Sends, &Finished);
        Backlog = (Socket->EventMask & WSK_EVENT_SEND_BACKLOG) != 0 && Socket->Dispatch != nullptr
            && Socket->Dispatch->WskSendBacklogEvent != nullptr && !Socket->Closing;
        Hold(Socket);
    }
    FinishList(&Finished, STATUS_SUCCESS);
    if (Backlog) {
        (void)Socket->Dispatch->WskSendBacklogEvent(Socket->Context, Socket->SendBuffer);
    }
    NetioReleaseSocket(Socket);
}

NTSTATUS WSKAPI NetioReceive(PWSK_SOCKET WskSocket, PWSK_BUF Buffer, ULONG Flags, PIRP Irp)
{
    PNETIO_SOCKET Socket = SocketOf(WskSocket);
    NetioBeginIrp(Irp);
    if ((Flags & ~static_cast<ULONG>(WSK_FLAG_WAITALL | WSK_FLAG_DRAIN)) != 0
        || Buffer->Length == 0) {
        return NetioCompleteIrp(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    PNETIO_REQUEST Request = MakeRequest(Socket, Irp, Buffer, Flags);
    if (Request == nullptr) {
        return NetioCompleteIrp(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    }
    LIST_ENTRY Finished;
    LIST_ENTRY Ended;
    InitializeListHead(&Finished);
    InitializeListHead(&Ended);
    NTSTATUS Status = STATUS_PENDING;
    NTSTATUS EndStatus = STATUS_SUCCESS;
    {
        LockGuard Lock(Socket);
        if (Socket->Closing) {
            Status = STATUS_FILE_CLOSED;
        } else if (Socket->State != NetioConnected && Socket->State != NetioEnded) {
            Status = STATUS_INVALID_DEVICE_STATE;
        } else {
            InsertTailList(&Socket->Receives, &Request->Links);
            if (!Arm(Request)) {
                Status = STATUS_CANCELLED;
            } else {
                FeedReceives(Socket, &Finished);
                if (Socket->State == NetioEnded && IsListEmpty(&Socket->Data)) {
                    // Nothing more will come: what waits gets what there is, zero bytes being the
                    // end of the stream.
                    EndStatus = Socket->EndStatus;
                    DrainRequests(Socket, &Socket->Receives, &Ended);
                }
            }
        }
    }
    if (Status != STATUS_PENDING) {
        FinishRequest(Request, Status, 0);
        return Status;
    }
    // Whether this very request is among the finished ones does not matter to the caller: WSK may
    // always say pending.
    const bool Any = !IsListEmpty(&Finished) || !IsListEmpty(&Ended);
    if (Any) {
        Hold(Socket);
        FinishList(&Finished, STATUS_SUCCESS);
        FinishList(&Ended, EndStatus);
        Indicate(Socket);
        NetioReleaseSocket(Socket);
    }
    return STATUS_PENDING;
}

/// Puts bytes from the wire into waiting receives, the oldest first; the lock is held. Those that
/// are satisfied move to Finished.
static void
FeedFromWire(PNETIO_SOCKET Socket, const UCHAR** Next, SIZE_T* Length, PLIST_ENTRY Finished)
{
    while (*Length != 0 && !IsListEmpty(&Socket->Receives)) {
        auto Request = CONTAINING_RECORD(Socket->Receives.Flink, NETIO_REQUEST, Links);
        const SIZE_T Copied = FillRequest(Request, *Next, *Length);
        *Next += Copied;
        *Length -= Copied;
        if (!IsFilled(Request)) {
            break;
        }
        RemoveEntryList(&Request->Links);
        InitializeListHead(&Request->Links);
        if (Disarm(Request)) {
            InsertTailList(Finished, &Request->Links);
        }
    }
}

void NetioWireData(PNETIO_SOCKET Socket, const void* Bytes, SIZE_T Length)
{
    auto Next = static_cast<const UCHAR*>(Bytes);
    LIST_ENTRY Finished;
    InitializeListHead(&Finished);
    Hold(Socket);
    do {
        FinishList(&Finished, STATUS_SUCCESS);
        LockGuard Lock(Socket);
        if (Socket->Closing || Socket->State != NetioConnected) {
            break; // the client hung up when it saw the first part
        }
        if (IsListEmpty(&Socket->Data)) {
            FeedFromWire(Socket, &Next, &Length, &Finished);
        }
        // Most clients ask for more as soon as a receive completes: only what then still is left
        // is stored.
        if (Length != 0 && IsListEmpty(&Finished)) {
            PNETIO_DATA Data = MakeData(Socket, Next, Length);
            if (Data != nullptr) {
                InsertTailList(&Socket->Data, &Data->Links);
                Socket->DataBytes += Length;
            } else {
                // Bytes that cannot be kept break the stream: better an error than a hole.
                RdrTraceEvent(
                    RdrLayerWire, RdrEventError, "WskReceive", Socket,
                    STATUS_INSUFFICIENT_RESOURCES, Length);
                Socket->EndStatus = STATUS_INSUFFICIENT_RESOURCES;
                Socket->State = NetioEnded;
            }
        }
    } while (!IsListEmpty(&Finished));
    Indicate(Socket);
    NetioReleaseSocket(Socket);
}

void NetioWireClosed(PNETIO_SOCKET Socket, NTSTATUS Status)
{
    LIST_ENTRY Receives;
    LIST_ENTRY Sends;
    InitializeListHead(&Receives);
    InitializeListHead(&Sends);
    {
        LockGuard Lock(Socket);
        Socket->State = NetioEnded;
        Socket->EndStatus = Status;
        Socket->Wire = 0;
        DrainRequests(Socket, &Socket->Sends, &Sends);
        DrainRequests(Socket, &Socket->Receives, &Receives);
    }
    RdrTraceEvent(
        RdrLayerWire, NT_SUCCESS(Status) ? RdrEventNote : RdrEventError, "WSK disconnected", Socket,
        Status, 0);
    // What was sent before an orderly end was taken by the wire; a reset leaves its fate unknown.
    FinishList(&Sends, NT_SUCCESS(Status) ? STATUS_CONNECTION_DISCONNECTED : Status);
    FinishList(&Receives, Status);
    Indicate(Socket);
    NetioReleaseSocket(Socket); // the wire's hold
}

/// Ends the connection. The wire model has no half-open connections: after an orderly disconnect
/// nothing is received any more, which the documentation allows a transport.
NTSTATUS WSKAPI NetioDisconnect(PWSK_SOCKET WskSocket, PWSK_BUF Buffer, ULONG Flags, PIRP Irp)
{
    PNETIO_SOCKET Socket = SocketOf(WskSocket);
    NetioBeginIrp(Irp);
    const bool Abortive = (Flags & WSK_FLAG_ABORTIVE) != 0;
    if ((Flags & ~static_cast<ULONG>(WSK_FLAG_ABORTIVE)) != 0 || (Abortive && Buffer != nullptr)) {
        return NetioCompleteIrp(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    LIST_ENTRY Receives;
    LIST_ENTRY Sends;
    InitializeListHead(&Receives);
    InitializeListHead(&Sends);
    NTSTATUS Status;
    NETIO_WIRE Wire = 0;
    {
        LockGuard Lock(Socket);
        Status = ConnectionStatus(Socket);
        if (NT_SUCCESS(Status)) {
            if (Buffer != nullptr
                && !NetioSendWire(Socket->Wire, Buffer->Mdl, Buffer->Offset, Buffer->Length)) {
                Status = STATUS_INVALID_PARAMETER;
            } else {
                Wire = Socket->Wire;
                Socket->Wire = 0;
                Socket->SendShut = TRUE;
                Socket->State = NetioEnded;
                Socket->EndStatus = Abortive ? STATUS_LOCAL_DISCONNECT : STATUS_SUCCESS;
                DrainRequests(Socket, &Socket->Sends, &Sends);
                DrainRequests(Socket, &Socket->Receives, &Receives);
            }
        } else if (
            Socket->State == NetioEnded && NT_SUCCESS(Socket->EndStatus) && !Socket->Closing) {
            Socket->SendShut = TRUE; // the other side went first; this completes the disconnect
            Status = STATUS_SUCCESS;
        }
    }
    if (Wire != 0) {
        if (Abortive) {
            NetioAbortWire(Wire);
        } else {
            NetioCloseWire(Wire);
        }
    }
    FinishList(&Sends, Abortive ? STATUS_LOCAL_DISCONNECT : STATUS_SUCCESS);
    FinishList(&Receives, Abortive ? STATUS_LOCAL_DISCONNECT : STATUS_SUCCESS);
    if (Wire != 0) {
        NetioReleaseSocket(Socket);
    }
    return NetioCompleteIrp(Irp, Status, 0);
}

NTSTATUS WSKAPI NetioRelease(PWSK_SOCKET WskSocket, PWSK_DATA_INDICATION DataIndication)
{
    PNETIO_SOCKET Socket = SocketOf(WskSocket);
    while (DataIndication != nullptr) {
        PWSK_DATA_INDICATION Next = DataIndication->Next;
        auto Data = CONTAINING_RECORD(DataIndication, NETIO_DATA, Indication);
        NT_ASSERT(Data->Socket == Socket);
        FreeData(Data);
        {
            LockGuard Lock(Socket);
            NT_ASSERT(Socket->Retained > 0);
            --Socket->Retained;
        }
        DataIndication = Next;
    }
    return STATUS_SUCCESS;
}

NTSTATUS WSKAPI NetioGetLocalAddress(PWSK_SOCKET WskSocket, PSOCKADDR LocalAddress, PIRP Irp)
{
    PNETIO_SOCKET Socket = SocketOf(WskSocket);
    NetioBeginIrp(Irp);
    NTSTATUS Status = STATUS_INVALID_DEVICE_STATE;
    {
        LockGuard Lock(Socket);
        if (Socket->State != NetioOpened) {
            *reinterpret_cast<PSOCKADDR_IN>(LocalAddress) = Socket->Local;
            Status = STATUS_SUCCESS;
        }
    }
    return NetioCompleteIrp(Irp, Status, 0);
}

NTSTATUS WSKAPI NetioGetRemoteAddress(PWSK_SOCKET WskSocket, PSOCKADDR RemoteAddress, PIRP Irp)
{
    PNETIO_SOCKET Socket = SocketOf(WskSocket);
    NetioBeginIrp(Irp);
    NTSTATUS Status = STATUS_INVALID_DEVICE_STATE;
    {
        LockGuard Lock(Socket);
        if (Socket->State == NetioConnected || Socket->State == NetioEnded) {
            *reinterpret_cast<PSOCKADDR_IN>(RemoteAddress) = Socket->Remote;
            Status = STATUS_SUCCESS;
        }
    }
    return NetioCompleteIrp(Irp, Status, 0);
}

namespace {

NTSTATUS ControlOption(
    PNETIO_SOCKET Socket,
    bool Set,
    ULONG Code,
    ULONG Level,
    SIZE_T InputSize,
    PVOID Input,
    SIZE_T OutputSize,
    PVOID Output,
    SIZE_T* Returned)
{
    PULONG Value = nullptr;
    if (Level == SOL_SOCKET) {
        switch (Code) {
        case SO_WSK_EVENT_CALLBACK: {
            if (!Set || InputSize < sizeof(WSK_EVENT_CALLBACK_CONTROL)) {
                return STATUS_INVALID_PARAMETER;
            }
            const ULONG Mask = static_cast<const WSK_EVENT_CALLBACK_CONTROL*>(Input)->EventMask;
            LockGuard Lock(Socket);
            if ((Mask & WSK_EVENT_DISABLE) != 0) {
                // Static events cannot be switched off for one socket.
                Socket->EventMask &= ~(Mask & ~static_cast<ULONG>(WSK_EVENT_DISABLE))
                    | Socket->Client->StaticEvents;
            } else {
                Socket->EventMask |= Mask;
                Socket->EventsBlocked = FALSE;
            }
            return STATUS_SUCCESS;
        }
        case SO_KEEPALIVE:
            Value = &Socket->KeepAlive;
            break;
        case SO_REUSEADDR:
            Value = &Socket->ReuseAddress;
            break;
        case static_cast<ULONG>(SO_EXCLUSIVEADDRUSE):
            Value = &Socket->ExclusiveAddress;
            break;
        case SO_SNDBUF:
            Value = &Socket->SendBuffer;
            break;
        case SO_RCVBUF:
            Value = &Socket->ReceiveBuffer;
            break;
        default:
            break;
        }
    } else if (Level == IPPROTO_TCP && Code == TCP_NODELAY) {
        Value = &Socket->NoDelay; // the wire never delays small segments
    }
    if (Value == nullptr) {
        RdrTraceEvent(
            RdrLayerWire, RdrEventMissing, "WskControlSocket", Socket, STATUS_NOT_SUPPORTED, Code);
        return STATUS_NOT_SUPPORTED;
    }
    if (Set) {
        if (InputSize < sizeof(ULONG)) {
            return STATUS_INVALID_PARAMETER;
        }
        *Value = *static_cast<const ULONG*>(Input);
        return STATUS_SUCCESS;
    }
    if (OutputSize < sizeof(ULONG)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    *static_cast<PULONG>(Output) = *Value;
    if (Returned != nullptr) {
        *Returned = sizeof(ULONG);
    }
    return STATUS_SUCCESS;
}

} // namespace

NTSTATUS WSKAPI NetioControlSocket(
    PWSK_SOCKET WskSocket,
    WSK_CONTROL_SOCKET_TYPE RequestType,
    ULONG ControlCode,
    ULONG Level,
    SIZE_T InputSize,
    PVOID InputBuffer,
    SIZE_T OutputSize,
    PVOID OutputBuffer,
    SIZE_T* OutputSizeReturned,
    PIRP Irp)
{
    PNETIO_SOCKET Socket = SocketOf(WskSocket);
    if (Irp != nullptr) {
        NetioBeginIrp(Irp);
    }
    if (OutputSizeReturned != nullptr) {
        *OutputSizeReturned = 0;
    }
    NTSTATUS Status;
    switch (RequestType) {
    case WskSetOption:
    case WskGetOption:
        Status = ControlOption(
            Socket, RequestType == WskSetOption, ControlCode, Level, InputSize, InputBuffer,
            OutputSize, OutputBuffer, OutputSizeReturned);
        break;
    case WskIoctl:
        RdrTraceEvent(
            RdrLayerWire, RdrEventMissing, "WskControlSocket(WskIoctl)", Socket,
            STATUS_NOT_SUPPORTED, ControlCode);
        Status = STATUS_NOT_SUPPORTED;
        break;
    default:
        Status = STATUS_INVALID_PARAMETER;
        break;
    }
    if (Irp != nullptr) {
        NetioCompleteIrp(Irp, Status, OutputSizeReturned != nullptr ? *OutputSizeReturned : 0);
    }
    if (NT_SUCCESS(Status) && ControlCode == SO_WSK_EVENT_CALLBACK) {
        Indicate(Socket);
    }
    return Status;
}

NTSTATUS WSKAPI NetioCloseSocket(PWSK_SOCKET WskSocket, PIRP Irp)
{
    PNETIO_SOCKET Socket = SocketOf(WskSocket);
    NetioBeginIrp(Irp);
    LIST_ENTRY Finished;
    InitializeListHead(&Finished);
    NETIO_WIRE Wire;
    PNETIO_REQUEST Connect;
    bool Orderly;
    {
        LockGuard Lock(Socket);
        NT_ASSERT(!Socket->Closing);
        NT_ASSERT(Socket->Retained == 0); // the client must release what it keeps first
        Socket->Closing = TRUE;
        Orderly = Socket->State == NetioConnected && Socket->SendShut;
        Wire = Socket->Wire;
        Socket->Wire = 0;
        Connect = Socket->Connect;
        Socket->Connect = nullptr;
        if (Connect != nullptr && !Disarm(Connect)) {
            Connect = nullptr;
        }
        Socket->State = NetioEnded;
        DrainRequests(Socket, &Socket->Sends, &Finished);
        DrainRequests(Socket, &Socket->Receives, &Finished);
    }
    if (Wire != 0) {
        if (Orderly) {
            NetioCloseWire(Wire);
        } else {
            // Closing without a disconnect is an abortive one.
            NetioAbortWire(Wire);
        }
    }
    if (Connect != nullptr) {
        FinishRequest(Connect, STATUS_FILE_CLOSED, 0);
    }
    FinishList(&Finished, STATUS_FILE_CLOSED);
    if (Wire != 0) {
        NetioReleaseSocket(Socket);
    }
    // Requests whose cancel routines still run hold the structure, not the close: the client has
    // been told of all others.
    NetioReleaseSocket(Socket);
    return NetioCompleteIrp(Irp, STATUS_SUCCESS, 0);
}

NTSTATUS WSKAPI NetioSendEx(
    PWSK_SOCKET Socket,
    PWSK_BUF Buffer,
    ULONG Flags,
    ULONG ControlInfoLength,
    PCMSGHDR ControlInfo,
    PIRP Irp)
{
    if (ControlInfoLength != 0 || ControlInfo != nullptr) {
        NetioBeginIrp(Irp);
        return NetioCompleteIrp(Irp, STATUS_NOT_SUPPORTED, 0);
    }
    return NetioSend(Socket, Buffer, Flags, Irp);
}

NTSTATUS WSKAPI NetioReceiveEx(
    PWSK_SOCKET Socket,
    PWSK_BUF Buffer,
    ULONG Flags,
    PULONG ControlInfoLength,
    PCMSGHDR ControlInfo,
    PULONG ControlFlags,
    PIRP Irp)
{
    if (ControlInfoLength != nullptr) {
        *ControlInfoLength = 0;
    }
    if (ControlFlags != nullptr) {
        *ControlFlags = 0;
    }
    (void)ControlInfo;
    return NetioReceive(Socket, Buffer, Flags, Irp);
}

// This machine only calls out: a stream socket that would listen says so.
NTSTATUS WSKAPI NetioListen(PWSK_SOCKET Socket, PIRP Irp)
{
    NetioBeginIrp(Irp);
    RdrTraceEvent(RdrLayerWire, RdrEventMissing, "WskListen", Socket, STATUS_NOT_IMPLEMENTED, 0);
    return NetioCompleteIrp(Irp, STATUS_NOT_IMPLEMENTED, 0);
}

NTSTATUS WSKAPI NetioAccept(
    PWSK_SOCKET Socket,
    ULONG Flags,
    PVOID Context,
    const WSK_CLIENT_CONNECTION_DISPATCH* Dispatch,
    PSOCKADDR Local,
    PSOCKADDR Remote,
    PIRP Irp)
{
    (void)Flags;
    (void)Context;
    (void)Dispatch;
    (void)Local;
    (void)Remote;
    NetioBeginIrp(Irp);
    RdrTraceEvent(RdrLayerWire, RdrEventMissing, "WskAccept", Socket, STATUS_NOT_IMPLEMENTED, 0);
    return NetioCompleteIrp(Irp, STATUS_NOT_IMPLEMENTED, 0);
}

constinit const WSK_PROVIDER_CONNECTION_DISPATCH NetioConnectionDispatch = {
    { NetioControlSocket, NetioCloseSocket },
    NetioBind,
    NetioConnect,
    NetioGetLocalAddress,
    NetioGetRemoteAddress,
    NetioSend,
    NetioReceive,
    NetioDisconnect,
    NetioRelease,
    nullptr,
    NetioSendEx,
    NetioReceiveEx,
};

constinit const WSK_PROVIDER_STREAM_DISPATCH NetioStreamDispatch = {
    { NetioControlSocket, NetioCloseSocket },
    NetioBind,
    NetioAccept,
    NetioConnect,
    NetioListen,
    NetioSend,
    NetioReceive,
    NetioDisconnect,
    NetioRelease,
    NetioGetLocalAddress,
    NetioGetRemoteAddress,
    nullptr,
    NetioSendEx,
    NetioReceiveEx,
};

} // extern "C"
