// netiop.h - private to netio: sockets, requests, and the border to the wire that wire_host.cpp
// implements.
//
// A socket goes through these states; each arrow is a WSK call or what the wire reported:
//
//   Opened ──WskBind──► Bound ──WskConnect──► Connecting ──► Connected ──► Ended
//                         ▲                       │            WskDisconnect, FIN or RST
//                         └─────── failure ───────┘
//   any ──WskCloseSocket──► Closing ──► freed with the last request
//
// What the wire reports arrives in interrupt context at DISPATCH_LEVEL; calls of the client arrive
// at any IRQL up to that. Everything of a socket is guarded by its spin lock, which is never held
// while an IRP completes or the client is called.
#pragma once

#include <ntifs.h>
#include <wsk.h>

#include <rdrtrace.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETIO_TAG_CLIENT 'lCsW'
#define NETIO_TAG_SOCKET 'kSsW'
#define NETIO_TAG_REQUEST 'qRsW'
#define NETIO_TAG_DATA 'tDsW'
#define NETIO_TAG_ADDRESS 'dAsW'

typedef struct _NETIO_CLIENT
{
    LIST_ENTRY Links;
    WSK_CLIENT_NPI Npi; // what the client registered
    PWSK_REGISTRATION Registration;
    LONG Captures; // WskCaptureProviderNPI minus WskReleaseProviderNPI
    LONG Sockets;
    BOOLEAN Leaving; // WskDeregister waits
    KEVENT Idle; // set when Captures and Sockets fall to zero
    ULONG StaticEvents; // events enabled for every new socket
} NETIO_CLIENT, *PNETIO_CLIENT;

typedef enum _NETIO_STATE
{
    NetioOpened,
    NetioBound,
    NetioConnecting,
    NetioConnected,
    NetioEnded
} NETIO_STATE;

typedef ULONGLONG NETIO_WIRE; // 0: none

typedef struct _NETIO_SOCKET
{
    WSK_SOCKET Wsk; // first: the client's view
    // constant
    PNETIO_CLIENT Client;
    PVOID Context;
    const WSK_CLIENT_CONNECTION_DISPATCH* Dispatch;
    // guarded by Lock
    KSPIN_LOCK Lock;
    NETIO_STATE State;
    NTSTATUS EndStatus; // what requests get after the end; STATUS_SUCCESS: orderly end of stream
    BOOLEAN SendShut; // WskDisconnect was called
    BOOLEAN Closing;
    BOOLEAN EventsBlocked; // the client refused data: no indication until it has fetched all with
                           // WskReceive
    BOOLEAN Indicating; // an indication runs further up the stack, or elsewhere
    BOOLEAN DisconnectTold; // WskDisconnectEvent was called
    ULONG EventMask;
    NETIO_WIRE Wire;
    SOCKADDR_IN Local;
    SOCKADDR_IN Remote;
    struct _NETIO_REQUEST* Connect;
    LIST_ENTRY Receives; // NETIO_REQUEST, oldest first
    LIST_ENTRY Sends; // NETIO_REQUEST whose bytes are on the wire but not yet in flight
    struct _NETIO_REQUEST* Close;
    LIST_ENTRY Data; // NETIO_DATA received and not fetched
    SIZE_T DataBytes;
    LONG Retained; // indications the client keeps
    LONG Holds; // who still touches the structure; the client's open is one
    // options
    ULONG NoDelay;
    ULONG KeepAlive;
    ULONG ReuseAddress;
    ULONG ExclusiveAddress;
    ULONG SendBuffer;
    ULONG ReceiveBuffer;
} NETIO_SOCKET, *PNETIO_SOCKET;

// One IRP of a client on its way.
typedef struct _NETIO_REQUEST
{
    LIST_ENTRY Links;
    PNETIO_SOCKET Socket;
    PIRP Irp;
    WSK_BUF Buffer;
    SIZE_T Done;
    ULONG Flags;
    BOOLEAN Cancelled; // the cancel routine owns it
} NETIO_REQUEST, *PNETIO_REQUEST;

// A piece of received data, laid out so that it can be indicated as it is.
typedef struct _NETIO_DATA
{
    LIST_ENTRY Links;
    PNETIO_SOCKET Socket;
    WSK_DATA_INDICATION Indication; // Buffer.Offset moves forward as the data is fetched
    PUCHAR Bytes;
} NETIO_DATA, *PNETIO_DATA;

// --- register.cpp: called by the world (engine/ntos/inc/init.h)

NTSTATUS NetioInitSystem(void);
void NetioShutdownSystem(void);

// --- stream.cpp

extern const WSK_PROVIDER_CONNECTION_DISPATCH NetioConnectionDispatch;
extern const WSK_PROVIDER_STREAM_DISPATCH NetioStreamDispatch;

PNETIO_SOCKET NetioCreateSocket(
    PNETIO_CLIENT Client,
    PVOID Context,
    const WSK_CLIENT_CONNECTION_DISPATCH* Dispatch,
    bool Stream);
void NetioReleaseSocket(PNETIO_SOCKET Socket);

/// Takes an IRP over from the client: moves to WSK's own stack location and marks it pending.
void NetioBeginIrp(PIRP Irp);
/// Completes an IRP that NetioBeginIrp took; returns Status.
NTSTATUS NetioCompleteIrp(PIRP Irp, NTSTATUS Status, ULONG_PTR Information);

NTSTATUS WSKAPI NetioBind(PWSK_SOCKET Socket, PSOCKADDR LocalAddress, ULONG Flags, PIRP Irp);
NTSTATUS WSKAPI NetioConnect(PWSK_SOCKET Socket, PSOCKADDR RemoteAddress, ULONG Flags, PIRP Irp);
NTSTATUS NetioStartConnect(PNETIO_SOCKET Socket, PSOCKADDR RemoteAddress, PIRP Irp);

/// From the wire, in interrupt context.
void NetioWireConnected(PNETIO_SOCKET Socket, NTSTATUS Status, USHORT LocalPort);
void NetioWireData(PNETIO_SOCKET Socket, const void* Bytes, SIZE_T Length);
void NetioWireSpace(PNETIO_SOCKET Socket);
/// Status STATUS_SUCCESS: orderly end; otherwise why the connection is gone.
void NetioWireClosed(PNETIO_SOCKET Socket, NTSTATUS Status);

// --- wire_host.cpp

/// Starts to connect from this machine. 0 when there is no network.
NETIO_WIRE NetioOpenWire(PNETIO_SOCKET Socket, ULONG Address, USHORT Port);
/// Gathers Length bytes from the list, starting Offset bytes into it, and hands them to the wire.
/// FALSE when a list is shorter than told or cannot be mapped.
BOOLEAN NetioSendWire(NETIO_WIRE Wire, PMDL Mdl, ULONG Offset, SIZE_T Length);
BOOLEAN NetioWireHasSpace(NETIO_WIRE Wire);
/// After either call nothing is reported for the socket any more.
void NetioCloseWire(NETIO_WIRE Wire);
void NetioAbortWire(NETIO_WIRE Wire);
/// Address (host byte order) of a name.
NTSTATUS NetioResolveName(PCUNICODE_STRING Name, PULONG Address);
NTSTATUS NetioNameOfAddress(ULONG Address, PUNICODE_STRING Name);
ULONG NetioLocalAddress(void);

#ifdef __cplusplus
}
#endif
