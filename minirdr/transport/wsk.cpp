// wsk.cpp - the transport over Winsock Kernel (Windows Vista and later, and the emulator).
//
// One receive is always outstanding; its completion hands the bytes up, at the level it came at,
// and asks for the next stretch of buffer. Sends go out as they come, each with an IRP and MDLs of
// its own, so that any number may be under way.
//
//      Operations counts the receive pump and every send and abort under way. Close waits until it
//      is zero, so no completion runs on a stream that is gone.
#include "minirdr/mrx/minirdr.h"

#include <wsk.h>

namespace {
constexpr ULONG GRACEFUL_CLOSE_MS = 2000; // how long the peer may take to answer our end of stream

struct WSK_STATE
{
    WSK_REGISTRATION Registration;
    WSK_PROVIDER_NPI Provider;
};

constinit WSK_STATE Wsk = {};
constinit const WSK_CLIENT_DISPATCH ClientDispatch = { MAKE_WSK_VERSION(1, 0), 0, nullptr };

struct STREAM
{
    PWSK_SOCKET Socket;
    const WSK_PROVIDER_CONNECTION_DISPATCH* Dispatch;
    const TRANSPORT_EVENTS* Events;
    PVOID Context;
    volatile LONG Operations;
    volatile LONG Aborted;
    volatile LONG Ended; // Disconnected was said
    volatile LONG Pump; // requests to receive that nobody has served yet
    KEVENT Idle; // Operations became zero
    PIRP ReceiveIrp;
    PMDL ReceiveMdl;
};

struct WSK_SEND
{
    STREAM* Stream;
    TRANSPORT_SEND* Send;
    PMDL Head;
    PMDL Body;
};

VOID LeaveOperation(STREAM* Stream)
{
    if (InterlockedDecrement(&Stream->Operations) == 0)
        KeSetEvent(&Stream->Idle, IO_NO_INCREMENT, FALSE);
}

// An IRP to call WSK with and to wait for.
struct WAITED_IRP
{
    PIRP Irp;
    KEVENT Event;
};

NTSTATUS NTAPI WakeCaller(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(static_cast<PKEVENT>(Context), IO_NETWORK_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

BOOLEAN PrepareWait(WAITED_IRP* Call)
{
    Call->Irp = IoAllocateIrp(1, FALSE);
    if (!Call->Irp)
        return FALSE;
    KeInitializeEvent(&Call->Event, SynchronizationEvent, FALSE);
    IoSetCompletionRoutine(Call->Irp, WakeCaller, &Call->Event, TRUE, TRUE, TRUE);
    return TRUE;
}

VOID RepeatWait(WAITED_IRP* Call)
{
    IoReuseIrp(Call->Irp, STATUS_UNSUCCESSFUL);
    KeClearEvent(&Call->Event);
    IoSetCompletionRoutine(Call->Irp, WakeCaller, &Call->Event, TRUE, TRUE, TRUE);
}

// Waits for a call that was made. After TimeoutMs (0: none) it is cancelled, and STATUS_IO_TIMEOUT
// is the answer.
NTSTATUS FinishWait(WAITED_IRP* Call, ULONG TimeoutMs)
{
    BOOLEAN TimedOut = FALSE;
    if (TimeoutMs) {
        LARGE_INTEGER Due;
        Due.QuadPart = -static_cast<LONGLONG>(TimeoutMs) * TICKS_PER_MS;
        if (KeWaitForSingleObject(&Call->Event, Executive, KernelMode, FALSE, &Due)
            == STATUS_TIMEOUT) {
            TimedOut = TRUE;
            IoCancelIrp(Call->Irp);
            KeWaitForSingleObject(&Call->Event, Executive, KernelMode, FALSE, nullptr);
        }
    } else {
        KeWaitForSingleObject(&Call->Event, Executive, KernelMode, FALSE, nullptr);
    }
    const NTSTATUS Status = Call->Irp->IoStatus.Status;
    return TimedOut && !NT_SUCCESS(Status) ? STATUS_IO_TIMEOUT : Status;
}

VOID EndStream(STREAM* Stream, NTSTATUS Status)
{
    if (InterlockedExchange(&Stream->Ended, 1) == 0)
        Stream->Events->Disconnected(Stream->Context, Status);
}

// Describes Bytes at the system address Buffer: nonpaged pool, or part of a caller's buffer that
// its own locked MDL describes.
PMDL DescribeBuffer(PUCHAR Buffer, ULONG Bytes, PMDL Whole)
{
    PVOID Address = Buffer;
    if (Whole) {
        const auto Offset
            = Buffer - static_cast<PUCHAR>(MmGetSystemAddressForMdlSafe(Whole, NormalPagePriority));
        Address = static_cast<PUCHAR>(MmGetMdlVirtualAddress(Whole)) + Offset;
    }
    PMDL Mdl = IoAllocateMdl(Address, Bytes, FALSE, FALSE, nullptr);
    if (!Mdl)
        return nullptr;
    if (Whole)
        IoBuildPartialMdl(Whole, Mdl, Address, Bytes);
    else
        MmBuildMdlForNonPagedPool(Mdl);
    return Mdl;
}

// ---- receiving

VOID PumpReceive(STREAM* Stream);

NTSTATUS NTAPI ReceiveDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    auto* Stream = static_cast<STREAM*>(Context);
    const NTSTATUS Status = Irp->IoStatus.Status;
    const auto Bytes = static_cast<ULONG>(Irp->IoStatus.Information);
    IoFreeMdl(Stream->ReceiveMdl);
    Stream->ReceiveMdl = nullptr;
    if (!NT_SUCCESS(Status) || Bytes == 0) {
        Stream->Events->Received(Stream->Context, 0);
        EndStream(Stream, NT_SUCCESS(Status) ? STATUS_CONNECTION_DISCONNECTED : Status);
        LeaveOperation(Stream);
    } else if (!Stream->Events->Received(Stream->Context, Bytes)) {
        EndStream(Stream, STATUS_INVALID_NETWORK_RESPONSE);
        LeaveOperation(Stream);
    } else {
        PumpReceive(Stream);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

BOOLEAN IssueReceive(STREAM* Stream)
{
    PUCHAR Buffer;
    ULONG Bytes;
    PMDL Whole;
    if (!Stream->Events->ReceiveBuffer(Stream->Context, &Buffer, &Bytes, &Whole))
        return FALSE;
    Stream->ReceiveMdl = DescribeBuffer(Buffer, Bytes, Whole);
    if (!Stream->ReceiveMdl) {
        Stream->Events->Received(Stream->Context, 0);
        return FALSE;
    }
    IoReuseIrp(Stream->ReceiveIrp, STATUS_UNSUCCESSFUL);
    IoSetCompletionRoutine(Stream->ReceiveIrp, ReceiveDone, Stream, TRUE, TRUE, TRUE);
    WSK_BUF WskBuffer = { Stream->ReceiveMdl, 0, Bytes };
    Stream->Dispatch->WskReceive(Stream->Socket, &WskBuffer, 0, Stream->ReceiveIrp);
    return TRUE;
}

// Data that is there already completes a receive inside WskReceive; counting instead of calling
// keeps the stack flat.
VOID PumpReceive(STREAM* Stream)
{
    if (InterlockedIncrement(&Stream->Pump) > 1)
        return;
    InterlockedIncrement(
        &Stream->Operations); // a receive that ends the stream in here must not free it under us
    do {
        if (!IssueReceive(Stream)) {
            EndStream(Stream, STATUS_INSUFFICIENT_RESOURCES);
            LeaveOperation(Stream);
        }
    } while (InterlockedDecrement(&Stream->Pump) > 0);
    LeaveOperation(Stream);
}

// ---- sending

VOID FreeSend(WSK_SEND* Send)
{
    if (Send->Head)
        IoFreeMdl(Send->Head);
    if (Send->Body)
        IoFreeMdl(Send->Body);
    MinirdrFree(Send);
}

NTSTATUS NTAPI SendDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    auto* Send = static_cast<WSK_SEND*>(Context);
    STREAM* Stream = Send->Stream;
    TRANSPORT_SEND* Owner = Send->Send;
    const NTSTATUS Status = Irp->IoStatus.Status;
    IoFreeIrp(Irp);
    FreeSend(Send);
    if (!NT_SUCCESS(Status))
        EndStream(Stream, Status);
    Owner->Sent(Owner, Status);
    LeaveOperation(Stream);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

// Head and Body as one chain of MDLs.
BOOLEAN BuildChain(WSK_SEND* Send)
{
    const TRANSPORT_SEND* Owner = Send->Send;
    Send->Head = DescribeBuffer(Owner->Head, Owner->HeadBytes, nullptr);
    if (!Send->Head)
        return FALSE;
    if (!Owner->BodyBytes)
        return TRUE;
    Send->Body = DescribeBuffer(Owner->Body, Owner->BodyBytes, Owner->BodyMdl);
    if (!Send->Body)
        return FALSE;
    Send->Head->Next = Send->Body;
    return TRUE;
}

VOID StreamSend(PVOID Handle, TRANSPORT_SEND* Owner)
{
    auto* Stream = static_cast<STREAM*>(Handle);
    auto* Send = MinirdrAllocateObject<WSK_SEND>();
    PIRP Irp = Send ? IoAllocateIrp(1, FALSE) : nullptr;
    if (Send)
        *Send = { Stream, Owner, nullptr, nullptr };
    if (!Irp || !BuildChain(Send)) {
        if (Irp)
            IoFreeIrp(Irp);
        if (Send)
            FreeSend(Send);
        // What was not sent will never be answered: the connection is of no more use.
        InterlockedIncrement(&Stream->Operations);
        EndStream(Stream, STATUS_INSUFFICIENT_RESOURCES);
        Owner->Sent(Owner, STATUS_INSUFFICIENT_RESOURCES);
        LeaveOperation(Stream);
        return;
    }
    InterlockedIncrement(&Stream->Operations);
    IoSetCompletionRoutine(Irp, SendDone, Send, TRUE, TRUE, TRUE);
    WSK_BUF Buffer = { Send->Head, 0, static_cast<SIZE_T>(Owner->HeadBytes) + Owner->BodyBytes };
    Stream->Dispatch->WskSend(Stream->Socket, &Buffer, WSK_FLAG_NODELAY, Irp);
}

// ---- the end

NTSTATUS NTAPI AbortDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoFreeIrp(Irp);
    LeaveOperation(static_cast<STREAM*>(Context));
    return STATUS_MORE_PROCESSING_REQUIRED;
}

VOID StreamAbort(PVOID Handle)
{
    auto* Stream = static_cast<STREAM*>(Handle);
    if (InterlockedExchange(&Stream->Aborted, 1) != 0)
        return;
    PIRP Irp = IoAllocateIrp(1, FALSE);
    if (!Irp)
        return; // Close will end it
    InterlockedIncrement(&Stream->Operations);
    IoSetCompletionRoutine(Irp, AbortDone, Stream, TRUE, TRUE, TRUE);
    Stream->Dispatch->WskDisconnect(Stream->Socket, nullptr, WSK_FLAG_ABORTIVE, Irp);
}

VOID CloseSocket(STREAM* Stream)
{
    WAITED_IRP Call;
    while (!PrepareWait(&Call)) {
        // A socket cannot be left behind; memory will come back.
        LARGE_INTEGER Pause;
        Pause.QuadPart = -10 * TICKS_PER_MS;
        KeDelayExecutionThread(KernelMode, FALSE, &Pause);
    }
    if (InterlockedExchange(&Stream->Aborted, 1) == 0) {
        Stream->Dispatch->WskDisconnect(Stream->Socket, nullptr, 0, Call.Irp);
        FinishWait(&Call, GRACEFUL_CLOSE_MS);
        RepeatWait(&Call);
    }
    Stream->Dispatch->WskCloseSocket(Stream->Socket, Call.Irp);
    FinishWait(&Call, 0);
    IoFreeIrp(Call.Irp);
}

VOID StreamClose(PVOID Handle)
{
    auto* Stream = static_cast<STREAM*>(Handle);
    InterlockedExchange(&Stream->Ended, 1); // nobody wants to hear of it any more
    CloseSocket(Stream);
    // WskCloseSocket completes what is pending before it completes itself; the routines that run
    // then may still be on their way out on another processor.
    LeaveOperation(Stream);
    KeWaitForSingleObject(&Stream->Idle, Executive, KernelMode, FALSE, nullptr);
    IoFreeIrp(Stream->ReceiveIrp);
    MinirdrFree(Stream);
}

// ---- connecting

NTSTATUS Resolve(PCUNICODE_STRING Host, ULONG TimeoutMs, PADDRINFOEXW* Addresses)
{
    WAITED_IRP Call;
    if (!PrepareWait(&Call))
        return STATUS_INSUFFICIENT_RESOURCES;
    Wsk.Provider.Dispatch->WskGetAddressInfo(
        Wsk.Provider.Client, const_cast<PUNICODE_STRING>(Host), nullptr, NS_ALL, nullptr, nullptr,
        Addresses, nullptr, nullptr, Call.Irp);
    const NTSTATUS Status = FinishWait(&Call, TimeoutMs);
    IoFreeIrp(Call.Irp);
    return NT_SUCCESS(Status) ? STATUS_SUCCESS : STATUS_BAD_NETWORK_PATH;
}

NTSTATUS OpenSocket(STREAM* Stream, ADDRESS_FAMILY Family, WAITED_IRP* Call)
{
    Wsk.Provider.Dispatch->WskSocket(
        Wsk.Provider.Client, Family, SOCK_STREAM, IPPROTO_TCP, WSK_FLAG_CONNECTION_SOCKET, Stream,
        nullptr, nullptr, nullptr, nullptr, Call->Irp);
    const NTSTATUS Status = FinishWait(Call, 0);
    if (!NT_SUCCESS(Status))
        return Status;
    Stream->Socket = reinterpret_cast<PWSK_SOCKET>(Call->Irp->IoStatus.Information);
    Stream->Dispatch
        = static_cast<const WSK_PROVIDER_CONNECTION_DISPATCH*>(Stream->Socket->Dispatch);
    return STATUS_SUCCESS;
}

NTSTATUS BindAny(STREAM* Stream, ADDRESS_FAMILY Family, WAITED_IRP* Call)
{
    SOCKADDR_STORAGE Any = {};
    Any.ss_family = Family;
    RepeatWait(Call);
    Stream->Dispatch->WskBind(Stream->Socket, reinterpret_cast<PSOCKADDR>(&Any), 0, Call->Irp);
    return FinishWait(Call, 0);
}

// Small requests must not wait for acknowledgements of earlier ones. A provider that refuses only
// makes us slower.
VOID SetNoDelay(STREAM* Stream, WAITED_IRP* Call)
{
    ULONG On = 1;
    RepeatWait(Call);
    Stream->Dispatch->WskControlSocket(
        Stream->Socket, WskSetOption, TCP_NODELAY, IPPROTO_TCP, sizeof On, &On, 0, nullptr, nullptr,
        Call->Irp);
    FinishWait(Call, 0);
}

NTSTATUS ConnectTo(STREAM* Stream, const ADDRINFOEXW* Address, USHORT Port, ULONG TimeoutMs)
{
    SOCKADDR_STORAGE Peer = {};
    if (Address->ai_addrlen < sizeof(SOCKADDR_IN) || Address->ai_addrlen > sizeof Peer)
        return STATUS_INVALID_ADDRESS;
    RtlCopyMemory(&Peer, Address->ai_addr, Address->ai_addrlen);
    // The port lies at the same place for both families.
    reinterpret_cast<SOCKADDR_IN*>(&Peer)->sin_port = static_cast<USHORT>(Port << 8 | Port >> 8);
    WAITED_IRP Call;
    if (!PrepareWait(&Call))
        return STATUS_INSUFFICIENT_RESOURCES;
    const auto Family = static_cast<ADDRESS_FAMILY>(Address->ai_family);
    NTSTATUS Status = OpenSocket(Stream, Family, &Call);
    const BOOLEAN HaveSocket = NT_SUCCESS(Status);
    if (HaveSocket)
        Status = BindAny(Stream, Family, &Call);
    if (NT_SUCCESS(Status)) {
        SetNoDelay(Stream, &Call);
        RepeatWait(&Call);
        Stream->Dispatch->WskConnect(
            Stream->Socket, reinterpret_cast<PSOCKADDR>(&Peer), 0, Call.Irp);
        Status = FinishWait(&Call, TimeoutMs);
    }
    IoFreeIrp(Call.Irp);
    if (!NT_SUCCESS(Status) && HaveSocket) {
        Stream->Aborted = 1; // there is nothing to end gracefully
        CloseSocket(Stream);
        Stream->Aborted = 0;
        Stream->Socket = nullptr;
    }
    return Status;
}

NTSTATUS StreamConnect(
    PVOID Provider,
    PCUNICODE_STRING Host,
    USHORT Port,
    ULONG TimeoutMs,
    const TRANSPORT_EVENTS* Events,
    PVOID Context,
    PVOID* Result)
{
    UNREFERENCED_PARAMETER(Provider);
    auto* Stream = MinirdrAllocateObject<STREAM>();
    if (!Stream)
        return STATUS_INSUFFICIENT_RESOURCES;
    Stream->Events = Events;
    Stream->Context = Context;
    KeInitializeEvent(&Stream->Idle, NotificationEvent, FALSE);
    Stream->ReceiveIrp = IoAllocateIrp(1, FALSE);
    PADDRINFOEXW Addresses = nullptr;
    NTSTATUS Status
        = Stream->ReceiveIrp ? Resolve(Host, TimeoutMs, &Addresses) : STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(Status)) {
        Status = STATUS_BAD_NETWORK_PATH;
        for (const ADDRINFOEXW* Address = Addresses; Address; Address = Address->ai_next) {
            if (Address->ai_family != AF_INET && Address->ai_family != AF_INET6)
                continue;
            Status = ConnectTo(Stream, Address, Port, TimeoutMs);
            if (NT_SUCCESS(Status))
                break;
        }
        Wsk.Provider.Dispatch->WskFreeAddressInfo(Wsk.Provider.Client, Addresses);
    }
    if (!NT_SUCCESS(Status)) {
        if (Stream->ReceiveIrp)
            IoFreeIrp(Stream->ReceiveIrp);
        MinirdrFree(Stream);
        return Status;
    }
    Stream->Operations = 2; // the stream's own, given back by Close, and the receive pump's
    *Result = Stream;
    PumpReceive(Stream);
    return STATUS_SUCCESS;
}
}

NTSTATUS MinirdrStartWsk(TRANSPORT* Transport)
{
    WSK_CLIENT_NPI Client = { nullptr, &ClientDispatch };
    NTSTATUS Status = WskRegister(&Client, &Wsk.Registration);
    if (!NT_SUCCESS(Status))
        return Status;
    Status = WskCaptureProviderNPI(&Wsk.Registration, WSK_INFINITE_WAIT, &Wsk.Provider);
    if (!NT_SUCCESS(Status)) {
        WskDeregister(&Wsk.Registration);
        return Status;
    }
    *Transport = { StreamConnect, StreamSend, StreamAbort, StreamClose, nullptr };
    return STATUS_SUCCESS;
}

VOID MinirdrStopWsk(TRANSPORT* Transport)
{
    RtlZeroMemory(Transport, sizeof *Transport);
    WskReleaseProviderNPI(&Wsk.Registration);
    WskDeregister(&Wsk.Registration);
}
