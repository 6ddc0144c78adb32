// transport.h - the byte stream below SMB2, as the driver sees it.
//
// One table of routines per transport (WSK; a memory pipe in the unit tests). The stream calls its
// owner back at up to DISPATCH_LEVEL; after Close has returned no further call comes.
#pragma once

#include "minirdr/world.h"

/// What the owner of a stream is told. Context is the owner's, given to Connect.
struct TRANSPORT_EVENTS
{
    /// Where the next bytes may be put: a system address, and the MDL that describes it when it is
    /// not nonpaged pool (else null). The memory is lent until Received is called, which happens
    /// exactly once for each TRUE. FALSE closes the stream for want of memory.
    BOOLEAN (*ReceiveBuffer)(PVOID Context, PUCHAR* Buffer, PULONG Bytes, PMDL* Mdl);
    /// So many bytes were put there. None: the stream ends, only the memory comes back; said after
    /// Disconnected too, and while Close waits. FALSE: they were garbage; the stream is taken down.
    BOOLEAN (*Received)(PVOID Context, ULONG Bytes);
    /// The peer or the network ended the stream. Said once, unless Close came first.
    VOID (*Disconnected)(PVOID Context, NTSTATUS Status);
};

/// One gather write. The memory stays valid until Sent was called, which happens exactly once
/// whatever Send returned.
struct TRANSPORT_SEND
{
    PUCHAR Head;
    ULONG HeadBytes;
    PUCHAR Body; // system address, or null
    PMDL BodyMdl; // describes Body when that is not nonpaged pool; else null
    ULONG BodyBytes;
    VOID (*Sent)(TRANSPORT_SEND* Send, NTSTATUS Status);
};

/// IRQL     Connect, Close: PASSIVE_LEVEL; Send: <= DISPATCH_LEVEL
struct TRANSPORT
{
    /// Resolves Host, connects, starts receiving. Blocks up to TimeoutMs.
    /// Errors   STATUS_BAD_NETWORK_PATH (name), the connect's own status otherwise
    NTSTATUS(*Connect)
    (PVOID Provider,
     PCUNICODE_STRING Host,
     USHORT Port,
     ULONG TimeoutMs,
     const TRANSPORT_EVENTS* Events,
     PVOID Context,
     PVOID* Stream);
    VOID (*Send)(PVOID Stream, TRANSPORT_SEND* Send);
    /// Ends the stream from above without waiting; Disconnected follows. <= DISPATCH_LEVEL.
    VOID (*Abort)(PVOID Stream);
    VOID (*Close)(PVOID Stream);
    PVOID Provider;
};
