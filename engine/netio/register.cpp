// register.cpp - clients of WSK: registration, the provider's dispatch, names and addresses.
#include "netiop.h"

extern "C" {

namespace {

LIST_ENTRY NetioClients;

PNETIO_CLIENT ClientOf(PWSK_REGISTRATION Registration)
{
    return static_cast<PNETIO_CLIENT>(Registration->ReservedRegistrationContext);
}

NTSTATUS WSKAPI NetioSocket(
    PWSK_CLIENT Client,
    ADDRESS_FAMILY AddressFamily,
    USHORT SocketType,
    ULONG Protocol,
    ULONG Flags,
    PVOID SocketContext,
    const VOID* Dispatch,
    PEPROCESS OwningProcess,
    PETHREAD OwningThread,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PIRP Irp)
{
    (void)OwningProcess;
    (void)OwningThread;
    (void)SecurityDescriptor;
    NetioBeginIrp(Irp);
    const bool Stream = (Flags & WSK_FLAG_STREAM_SOCKET) != 0;
    if (AddressFamily != AF_INET || SocketType != SOCK_STREAM || Protocol != IPPROTO_TCP
        || (!Stream && (Flags & WSK_FLAG_CONNECTION_SOCKET) == 0)) {
        // Listening and datagram sockets, and IPv6, do not exist on this machine.
        RdrTraceEvent(
            RdrLayerWire, RdrEventMissing, "WskSocket", nullptr, STATUS_NOT_SUPPORTED, Flags);
        return NetioCompleteIrp(Irp, STATUS_NOT_SUPPORTED, 0);
    }
    auto Connection = static_cast<const WSK_CLIENT_CONNECTION_DISPATCH*>(Dispatch);
    if (Stream) {
        Connection = Dispatch != nullptr
            ? static_cast<const WSK_CLIENT_STREAM_DISPATCH*>(Dispatch)->Connect
            : nullptr;
    }
    PNETIO_SOCKET Socket
        = NetioCreateSocket(static_cast<PNETIO_CLIENT>(Client), SocketContext, Connection, Stream);
    if (Socket == nullptr) {
        return NetioCompleteIrp(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    }
    return NetioCompleteIrp(Irp, STATUS_SUCCESS, reinterpret_cast<ULONG_PTR>(&Socket->Wsk));
}

/// What WskSocketConnect remembers until the connection is made: its IRP answers with the socket.
struct SocketConnect
{
    PIRP Client;
    PNETIO_SOCKET Socket;
};

NTSTATUS NTAPI SocketConnected(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    (void)DeviceObject;
    auto Connect = static_cast<SocketConnect*>(Context);
    const NTSTATUS Status = Irp->IoStatus.Status;
    PIRP Client = Connect->Client;
    PNETIO_SOCKET Socket = Connect->Socket;
    ExFreePoolWithTag(Connect, NETIO_TAG_REQUEST);
    IoFreeIrp(Irp);
    if (NT_SUCCESS(Status)) {
        NetioCompleteIrp(Client, Status, reinterpret_cast<ULONG_PTR>(&Socket->Wsk));
    } else {
        Socket->Closing = TRUE;
        NetioReleaseSocket(Socket);
        NetioCompleteIrp(Client, Status, 0);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS WSKAPI NetioSocketConnect(
    PWSK_CLIENT Client,
    USHORT SocketType,
    ULONG Protocol,
    PSOCKADDR LocalAddress,
    PSOCKADDR RemoteAddress,
    ULONG Flags,
    PVOID SocketContext,
    const WSK_CLIENT_CONNECTION_DISPATCH* Dispatch,
    PEPROCESS OwningProcess,
    PETHREAD OwningThread,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PIRP Irp)
{
    (void)OwningProcess;
    (void)OwningThread;
    (void)SecurityDescriptor;
    NetioBeginIrp(Irp);
    if (SocketType != SOCK_STREAM || Protocol != IPPROTO_TCP || Flags != 0
        || LocalAddress->sa_family != AF_INET) {
        return NetioCompleteIrp(Irp, STATUS_NOT_SUPPORTED, 0);
    }
    auto Connect = static_cast<SocketConnect*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(SocketConnect), NETIO_TAG_REQUEST));
    PNETIO_SOCKET Socket
        = NetioCreateSocket(static_cast<PNETIO_CLIENT>(Client), SocketContext, Dispatch, false);
    PIRP Inner = IoAllocateIrp(2, FALSE);
    if (Connect == nullptr || Socket == nullptr || Inner == nullptr) {
        if (Connect != nullptr) {
            ExFreePoolWithTag(Connect, NETIO_TAG_REQUEST);
        }
        if (Socket != nullptr) {
            Socket->Closing = TRUE;
            NetioReleaseSocket(Socket);
        }
        if (Inner != nullptr) {
            IoFreeIrp(Inner);
        }
        return NetioCompleteIrp(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    }
    Socket->Local = *reinterpret_cast<PSOCKADDR_IN>(LocalAddress);
    Socket->State = NetioBound;
    Connect->Client = Irp;
    Connect->Socket = Socket;
    IoSetCompletionRoutine(Inner, SocketConnected, Connect, TRUE, TRUE, TRUE);
    NetioBeginIrp(Inner);
    (void)NetioStartConnect(Socket, RemoteAddress, Inner);
    return STATUS_PENDING;
}

NTSTATUS WSKAPI NetioControlClient(
    PWSK_CLIENT Client,
    ULONG ControlCode,
    SIZE_T InputSize,
    PVOID InputBuffer,
    SIZE_T OutputSize,
    PVOID OutputBuffer,
    SIZE_T* OutputSizeReturned,
    PIRP Irp)
{
    (void)OutputSize;
    (void)OutputBuffer;
    auto Which = static_cast<PNETIO_CLIENT>(Client);
    if (Irp != nullptr) {
        NetioBeginIrp(Irp);
    }
    if (OutputSizeReturned != nullptr) {
        *OutputSizeReturned = 0;
    }
    NTSTATUS Status = STATUS_NOT_SUPPORTED;
    if (ControlCode == WSK_SET_STATIC_EVENT_CALLBACKS) {
        if (InputSize < sizeof(WSK_EVENT_CALLBACK_CONTROL)) {
            Status = STATUS_INVALID_PARAMETER;
        } else if (Which->Sockets != 0) {
            Status = STATUS_INVALID_DEVICE_STATE; // must come before the first socket
        } else {
            Which->StaticEvents
                = static_cast<const WSK_EVENT_CALLBACK_CONTROL*>(InputBuffer)->EventMask
                & ~static_cast<ULONG>(WSK_EVENT_DISABLE);
            Status = STATUS_SUCCESS;
        }
    } else {
        RdrTraceEvent(
            RdrLayerWire, RdrEventMissing, "WskControlClient", nullptr, STATUS_NOT_SUPPORTED,
            ControlCode);
    }
    return Irp != nullptr ? NetioCompleteIrp(Irp, Status, 0) : Status;
}

/// Decimal port of a service name; the few names a redirector may ask for are known.
bool ServicePort(PCUNICODE_STRING Service, PUSHORT Port)
{
    *Port = 0;
    if (Service == nullptr || Service->Length == 0) {
        return true;
    }
    ULONG Value = 0;
    for (USHORT Index = 0; Index < Service->Length / sizeof(WCHAR); ++Index) {
        const WCHAR C = Service->Buffer[Index];
        if (C < L'0' || C > L'9') {
            UNICODE_STRING Name;
            RtlInitUnicodeString(&Name, L"microsoft-ds");
            if (RtlEqualUnicodeString(Service, &Name, TRUE)) {
                *Port = 445;
                return true;
            }
            RtlInitUnicodeString(&Name, L"netbios-ssn");
            if (RtlEqualUnicodeString(Service, &Name, TRUE)) {
                *Port = 139;
                return true;
            }
            return false;
        }
        Value = Value * 10 + static_cast<ULONG>(C - L'0');
        if (Value > 65535) {
            return false;
        }
    }
    *Port = static_cast<USHORT>(Value);
    return true;
}

NTSTATUS WSKAPI NetioGetAddressInfo(
    PWSK_CLIENT Client,
    PUNICODE_STRING NodeName,
    PUNICODE_STRING ServiceName,
    ULONG NameSpace,
    GUID* Provider,
    PADDRINFOEXW Hints,
    PADDRINFOEXW* Result,
    PEPROCESS OwningProcess,
    PETHREAD OwningThread,
    PIRP Irp)
{
    (void)Client;
    (void)Provider;
    (void)OwningProcess;
    (void)OwningThread;
    NetioBeginIrp(Irp);
    *Result = nullptr;
    USHORT Port;
    if (NodeName == nullptr || NodeName->Length == 0 || (NameSpace != NS_ALL && NameSpace != NS_DNS)
        || (Hints != nullptr && Hints->ai_family != AF_UNSPEC && Hints->ai_family != AF_INET)
        || !ServicePort(ServiceName, &Port)) {
        return NetioCompleteIrp(
            Irp, NodeName == nullptr ? STATUS_INVALID_PARAMETER : STATUS_NO_MATCH, 0);
    }
    ULONG Address;
    NTSTATUS Status = NetioResolveName(NodeName, &Address);
    RdrTraceText(
        RdrLayerWire, NT_SUCCESS(Status) ? RdrEventNote : RdrEventError, "WskGetAddressInfo",
        nullptr, NT_SUCCESS(Status) ? "name found" : "no such name");
    if (!NT_SUCCESS(Status)) {
        return NetioCompleteIrp(Irp, Status, 0);
    }
    struct Answer
    {
        ADDRINFOEXW Info;
        SOCKADDR_IN Address;
    };
    auto Found = static_cast<Answer*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(Answer), NETIO_TAG_ADDRESS));
    if (Found == nullptr) {
        return NetioCompleteIrp(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    }
    RtlZeroMemory(Found, sizeof(*Found));
    Found->Address.sin_family = AF_INET;
    Found->Address.sin_port = RtlUshortByteSwap(Port);
    Found->Address.sin_addr.s_addr = RtlUlongByteSwap(Address);
    Found->Info.ai_family = AF_INET;
    Found->Info.ai_socktype = SOCK_STREAM;
    Found->Info.ai_protocol = IPPROTO_TCP;
    Found->Info.ai_addrlen = sizeof(SOCKADDR_IN);
    Found->Info.ai_addr = reinterpret_cast<PSOCKADDR>(&Found->Address);
    *Result = &Found->Info;
    return NetioCompleteIrp(Irp, STATUS_SUCCESS, 0);
}

VOID WSKAPI NetioFreeAddressInfo(PWSK_CLIENT Client, PADDRINFOEXW AddrInfo)
{
    (void)Client;
    while (AddrInfo != nullptr) {
        PADDRINFOEXW Next = AddrInfo->ai_next;
        ExFreePoolWithTag(AddrInfo, NETIO_TAG_ADDRESS);
        AddrInfo = Next;
    }
}

NTSTATUS WSKAPI NetioGetNameInfo(
    PWSK_CLIENT Client,
    PSOCKADDR SockAddr,
    ULONG SockAddrLength,
    PUNICODE_STRING NodeName,
    PUNICODE_STRING ServiceName,
    ULONG Flags,
    PEPROCESS OwningProcess,
    PETHREAD OwningThread,
    PIRP Irp)
{
    (void)Client;
    (void)Flags;
    (void)OwningProcess;
    (void)OwningThread;
    NetioBeginIrp(Irp);
    if (SockAddrLength < sizeof(SOCKADDR_IN) || SockAddr->sa_family != AF_INET
        || NodeName == nullptr) {
        return NetioCompleteIrp(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    if (ServiceName != nullptr) {
        ServiceName->Length = 0;
    }
    const auto Address = reinterpret_cast<PSOCKADDR_IN>(SockAddr);
    return NetioCompleteIrp(
        Irp, NetioNameOfAddress(RtlUlongByteSwap(Address->sin_addr.s_addr), NodeName), 0);
}

constinit const WSK_PROVIDER_DISPATCH NetioProviderDispatch = {
    MAKE_WSK_VERSION(1, 0),
    0,
    NetioSocket,
    NetioSocketConnect,
    NetioControlClient,
    NetioGetAddressInfo,
    NetioFreeAddressInfo,
    NetioGetNameInfo,
};

} // namespace

/// Registers a client of WSK.
///
/// IRQL     PASSIVE_LEVEL
/// Owns     WskDeregister
NTSTATUS WSKAPI WskRegister(PWSK_CLIENT_NPI WskClientNpi, PWSK_REGISTRATION WskRegistration)
{
    PAGED_CODE();
    if (WskClientNpi == nullptr || WskClientNpi->Dispatch == nullptr
        || WskRegistration == nullptr) {
        return STATUS_INVALID_PARAMETER;
    }
    auto Client = static_cast<PNETIO_CLIENT>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(NETIO_CLIENT), NETIO_TAG_CLIENT));
    if (Client == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Client, sizeof(*Client));
    Client->Npi = *WskClientNpi;
    Client->Registration = WskRegistration;
    KeInitializeEvent(&Client->Idle, SynchronizationEvent, FALSE);
    InsertTailList(&NetioClients, &Client->Links);
    RtlZeroMemory(WskRegistration, sizeof(*WskRegistration));
    WskRegistration->ReservedRegistrationContext = Client;
    return STATUS_SUCCESS;
}

/// Ends a registration. Waits until every capture was released and every socket closed.
VOID WSKAPI WskDeregister(PWSK_REGISTRATION WskRegistration)
{
    PAGED_CODE();
    PNETIO_CLIENT Client = ClientOf(WskRegistration);
    NT_ASSERT(Client != nullptr);
    Client->Leaving = TRUE;
    while (Client->Captures != 0 || Client->Sockets != 0) {
        KeWaitForSingleObject(&Client->Idle, Executive, KernelMode, FALSE, nullptr);
    }
    RemoveEntryList(&Client->Links);
    WskRegistration->ReservedRegistrationContext = nullptr;
    ExFreePoolWithTag(Client, NETIO_TAG_CLIENT);
}

/// Hands out the provider's dispatch. WSK is there from the boot on, so there is never anything to
/// wait for.
///
/// Errors   STATUS_NOINTERFACE (the client asks for a version that does not exist),
/// STATUS_DEVICE_NOT_READY (leaving)
NTSTATUS WSKAPI WskCaptureProviderNPI(
    PWSK_REGISTRATION WskRegistration, ULONG WaitTimeout, PWSK_PROVIDER_NPI WskProviderNpi)
{
    (void)WaitTimeout;
    PNETIO_CLIENT Client = ClientOf(WskRegistration);
    NT_ASSERT(Client != nullptr);
    if (Client->Leaving) {
        return STATUS_DEVICE_NOT_READY;
    }
    if (WSK_MAJOR_VERSION(Client->Npi.Dispatch->Version) != 1) {
        return STATUS_NOINTERFACE;
    }
    InterlockedIncrement(&Client->Captures);
    WskProviderNpi->Client = Client;
    WskProviderNpi->Dispatch = &NetioProviderDispatch;
    return STATUS_SUCCESS;
}

VOID WSKAPI WskReleaseProviderNPI(PWSK_REGISTRATION WskRegistration)
{
    PNETIO_CLIENT Client = ClientOf(WskRegistration);
    NT_ASSERT(Client != nullptr && Client->Captures > 0);
    if (InterlockedDecrement(&Client->Captures) == 0 && Client->Sockets == 0) {
        KeSetEvent(&Client->Idle, IO_NO_INCREMENT, FALSE);
    }
}

NTSTATUS WSKAPI WskQueryProviderCharacteristics(
    PWSK_REGISTRATION WskRegistration, PWSK_PROVIDER_CHARACTERISTICS WskProviderCharacteristics)
{
    (void)WskRegistration;
    WskProviderCharacteristics->HighestVersion = MAKE_WSK_VERSION(1, 0);
    WskProviderCharacteristics->LowestVersion = MAKE_WSK_VERSION(1, 0);
    return STATUS_SUCCESS;
}

NTSTATUS NetioInitSystem(void)
{
    InitializeListHead(&NetioClients);
    return STATUS_SUCCESS;
}

void NetioShutdownSystem(void)
{
    // Clients that did not deregister leak their sockets; the pool report names them.
}

} // extern "C"
