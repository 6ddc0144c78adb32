// minirdr.h - what the MRx routines share: the driver's global state and what hangs behind each
// RDBSS structure.
//
//      SRV_CALL.Context    MINIRDR_SRVCALL     ours: server object, table of leases
//      NET_ROOT.Context    the share type, so that the first V_NET_ROOT can be told from later ones
//      V_NET_ROOT.Context  MINIRDR_VNETROOT    RDBSS allocates: the tree connect of one user
//      FCB.Context         MINIRDR_FCB         RDBSS allocates: the lease all opens of the file
//      share SRV_OPEN.Context    MINIRDR_SRVOPEN     RDBSS allocates: the server's handle
//      FOBX.Context        MINIRDR_FOBX        RDBSS allocates: enumeration state of one file
//      object
//
// Lock order: FCB resource (RDBSS), MINIRDR_VNETROOT.Lock, SMB2_SERVER.Lock, then spin locks, never
// two of those.
#pragma once

#include "minirdr/world.h"

#include <rx.h>

#include "minirdr/smb2/fileops.h"
#include "minirdr/smb2/server.h"

struct MINIRDR_STORED_CREDENTIALS
{
    LIST_ENTRY Links;
    LUID LogonId;
    SMB2_CREDENTIALS Credentials;
};

struct MINIRDR_GLOBALS
{
    PRDBSS_DEVICE_OBJECT Device;
    MINIRDR_DISPATCH Dispatch;
    GUID ClientGuid;
    TRANSPORT Transport;
    BOOLEAN TransportUp;
    BOOLEAN CryptoUp;
    ULONGLONG NextLease; // guarded by Lock
    SLEEP_LOCK Lock; // Guards Config and Credentials.
    SMB2_CONFIG Config;
    LIST_ENTRY Credentials;
};

extern MINIRDR_GLOBALS Minirdr;

/// One lease: one file of one server, all our opens of it. Guarded by MINIRDR_SRVCALL.LeaseLock.
struct MINIRDR_LEASE
{
    LIST_ENTRY Links;
    LIST_ENTRY SrvOpens;
    SMB2_LEASE_KEY Key; // constant
    ULONG State; // what the server last let us have
    USHORT Epoch;
};

struct MINIRDR_SRVCALL
{
    SMB2_SERVER* Server;
    PMRX_SRV_CALL SrvCall;
    KSPIN_LOCK LeaseLock;
    LIST_ENTRY Leases;
};

struct MINIRDR_VNETROOT
{
    SMB2_TREE* Tree; // guarded by Lock
    SLEEP_LOCK Lock;
};

struct MINIRDR_FCB
{
    MINIRDR_LEASE* Lease; // guarded by the FCB resource
};

struct MINIRDR_SRVOPEN
{
    SMB2_TREE* Tree; // referenced while IsOpen
    SMB2_FILE_ID FileId;
    BOOLEAN IsOpen;
    BOOLEAN WasDirectory;
    PVOID Key;
    MINIRDR_LEASE* Lease;
    LIST_ENTRY LeaseLinks;
};

struct MINIRDR_FOBX
{
    SMB2_EXCHANGE* Listing; // holds the entries below
    const UCHAR* Entries;
    ULONG EntryBytes;
    ULONG Position;
    BOOLEAN Ended; // the server has no more
};

inline MINIRDR_SRVCALL* SrvCallExtension(PMRX_SRV_CALL SrvCall)
{
    return static_cast<MINIRDR_SRVCALL*>(SrvCall->Context);
}
inline MINIRDR_VNETROOT* VNetRootExtension(PMRX_V_NET_ROOT VNetRoot)
{
    return static_cast<MINIRDR_VNETROOT*>(VNetRoot->Context);
}
inline MINIRDR_FCB* FcbExtension(PMRX_FCB Fcb)
{
    return static_cast<MINIRDR_FCB*>(Fcb->Context);
}
inline MINIRDR_SRVOPEN* SrvOpenExtension(PMRX_SRV_OPEN SrvOpen)
{
    return static_cast<MINIRDR_SRVOPEN*>(SrvOpen->Context);
}
inline MINIRDR_FOBX* FobxExtension(PMRX_FOBX Fobx)
{
    return static_cast<MINIRDR_FOBX*>(Fobx->Context);
}

/// The open a request is about.
inline PMRX_SRV_OPEN RelevantSrvOpen(PRX_CONTEXT RxContext)
{
    return RxContext->pFobx ? RxContext->pFobx->pSrvOpen : RxContext->pRelevantSrvOpen;
}

// What the server said, in the words RDBSS and MUP expect (DESIGN.md has the tables).
NTSTATUS MinirdrMapConnectStatus(NTSTATUS Status);
NTSTATUS MinirdrMapTreeStatus(NTSTATUS Status);
NTSTATUS MinirdrMapIoStatus(NTSTATUS Status);

/// The server's handle of a request's open. STATUS_FILE_CLOSED when it has none.
NTSTATUS MinirdrGetHandle(PRX_CONTEXT RxContext, MINIRDR_SRVOPEN** Open);
/// A live tree for a V_NET_ROOT, reconnecting if need be; the caller holds a reference.
NTSTATUS MinirdrGetTree(PMRX_V_NET_ROOT VNetRoot, SMB2_TREE** Tree);
/// True when a second try on a fresh tree may succeed.
BOOLEAN MinirdrTreeWasLost(NTSTATUS Status);
/// The name a request goes by on the server: without a leading backslash, without a trailing one.
UNICODE_STRING MinirdrServerName(PCUNICODE_STRING Name);
/// The credentials of a V_NET_ROOT: its own, those set for its logon session, the default, guest.
/// Copies; free them.
NTSTATUS MinirdrCopyCredentials(PMRX_V_NET_ROOT VNetRoot, SMB2_CREDENTIALS* Credentials);
VOID MinirdrFreeCredentials(SMB2_CREDENTIALS* Credentials);

// Low I/O that ends later (lowio.cpp).
struct MINIRDR_PENDING
{
    volatile LONG References;
    PRX_CONTEXT RxContext;
    SMB2_EXCHANGE* Exchange;
    SMB2_TRANSFER* Transfer;
    NTSTATUS (*Finish)(MINIRDR_PENDING* Pending, NTSTATUS Status, const SMB2_MESSAGE* Message);
};
/// Hands an exchange to the server on behalf of a low I/O request; RxLowIoCompletion follows in
/// every case. Owns     takes the caller's reference on Exchange, which may be null (then the
/// request completes for want of memory)
NTSTATUS MinirdrPendExchange(
    PRX_CONTEXT RxContext,
    SMB2_EXCHANGE* Exchange,
    NTSTATUS (*Finish)(MINIRDR_PENDING* Pending, NTSTATUS Status, const SMB2_MESSAGE* Message));

// Leases (buffering.cpp).
NTSTATUS MinirdrPrepareLease(PRX_CONTEXT RxContext, MINIRDR_SRVOPEN* Open);
VOID MinirdrAdoptLease(
    PRX_CONTEXT RxContext, MINIRDR_SRVOPEN* Open, const SMB2_CREATE_RESULT* Result);
VOID MinirdrForgetLease(PMRX_SRV_OPEN SrvOpen);
VOID MinirdrHandleBreak(PVOID Owner, SMB2_CONNECTION* Connection, const SMB2_MESSAGE* Message);
VOID MinirdrConnectionDied(PVOID Owner, SMB2_CONNECTION* Connection, NTSTATUS Status);

VOID MinirdrDropListing(MINIRDR_FOBX* Fobx);

// Copying from and to where the caller's buffers may be bad (guard.cpp).
NTSTATUS MinirdrCopyFromCaller(PVOID To, const VOID* From, SIZE_T Bytes, KPROCESSOR_MODE Mode);
NTSTATUS MinirdrCopyToCaller(PVOID To, const VOID* From, SIZE_T Bytes, KPROCESSOR_MODE Mode);

/// WSK (transport/wsk.cpp).
NTSTATUS MinirdrStartWsk(TRANSPORT* Transport);
VOID MinirdrStopWsk(TRANSPORT* Transport);

// The dispatch table's routines, by file.
// startstop.cpp
NTSTATUS NTAPI MinirdrStart(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject);
NTSTATUS NTAPI MinirdrStop(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject);
// devfcb.cpp
NTSTATUS NTAPI MinirdrDevFcbXXXControlFile(PRX_CONTEXT RxContext);
// names.cpp
VOID NTAPI MinirdrExtractNetRootName(
    PUNICODE_STRING FilePathName,
    PMRX_SRV_CALL SrvCall,
    PUNICODE_STRING NetRootName,
    PUNICODE_STRING RestOfName);
// srvcall.cpp
NTSTATUS NTAPI
MinirdrCreateSrvCall(PMRX_SRV_CALL SrvCall, PMRX_SRVCALL_CALLBACK_CONTEXT CallbackContext);
NTSTATUS NTAPI MinirdrSrvCallWinnerNotify(
    PMRX_SRV_CALL SrvCall, BOOLEAN ThisMinirdrIsTheWinner, PVOID RecommunicateContext);
NTSTATUS NTAPI MinirdrFinalizeSrvCall(PMRX_SRV_CALL SrvCall, BOOLEAN Force);
// vnetroot.cpp
NTSTATUS NTAPI MinirdrCreateVNetRoot(PMRX_CREATENETROOT_CONTEXT Context);
NTSTATUS NTAPI MinirdrFinalizeVNetRoot(PMRX_V_NET_ROOT VirtualNetRoot, PBOOLEAN Force);
NTSTATUS NTAPI MinirdrFinalizeNetRoot(PMRX_NET_ROOT NetRoot, PBOOLEAN Force);
// create.cpp
NTSTATUS NTAPI MinirdrCreate(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrShouldTryToCollapseThisOpen(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrCollapseOpen(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrIsValidDirectory(PRX_CONTEXT RxContext, PUNICODE_STRING DirectoryName);
// close.cpp
NTSTATUS NTAPI MinirdrCleanupFobx(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrCloseSrvOpen(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrForceClosed(PMRX_SRV_OPEN SrvOpen);
NTSTATUS NTAPI MinirdrDeallocateForFcb(PMRX_FCB Fcb);
NTSTATUS NTAPI MinirdrDeallocateForFobx(PMRX_FOBX Fobx);
// lowio.cpp
NTSTATUS NTAPI MinirdrRead(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrWrite(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrFlush(PRX_CONTEXT RxContext);
ULONG NTAPI MinirdrExtendForCache(
    PRX_CONTEXT RxContext, PLARGE_INTEGER NewFileSize, PLARGE_INTEGER NewAllocationSize);
ULONG NTAPI MinirdrExtendForNonCache(
    PRX_CONTEXT RxContext, PLARGE_INTEGER NewFileSize, PLARGE_INTEGER NewAllocationSize);
// locks.cpp
NTSTATUS NTAPI MinirdrLock(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrUnlockMultiple(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrIsLockRealizable(
    PMRX_FCB Fcb, PLARGE_INTEGER ByteOffset, PLARGE_INTEGER Length, ULONG LowIoLockFlags);
// notify.cpp
NTSTATUS NTAPI MinirdrNotifyChangeDirectory(PRX_CONTEXT RxContext);
// fsctl.cpp
NTSTATUS NTAPI MinirdrFsctl(PRX_CONTEXT RxContext);
// fileinfo.cpp
NTSTATUS NTAPI MinirdrQueryFileInfo(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrSetFileInfo(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrSetFileInfoAtCleanup(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrTruncate(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrZeroExtend(PRX_CONTEXT RxContext);
// directory.cpp
NTSTATUS NTAPI MinirdrQueryDirectory(PRX_CONTEXT RxContext);
// volume.cpp
NTSTATUS NTAPI MinirdrQueryVolumeInfo(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrSetVolumeInfo(PRX_CONTEXT RxContext);
// security.cpp
NTSTATUS NTAPI MinirdrQuerySdInfo(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrSetSdInfo(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrQueryEaInfo(PRX_CONTEXT RxContext);
NTSTATUS NTAPI MinirdrSetEaInfo(PRX_CONTEXT RxContext);
// buffering.cpp
NTSTATUS NTAPI
MinirdrComputeNewBufferingState(PMRX_SRV_OPEN SrvOpen, PVOID MRxContext, PULONG NewBufferingState);
NTSTATUS NTAPI MinirdrCompleteBufferingStateChangeRequest(
    PRX_CONTEXT RxContext, PMRX_SRV_OPEN SrvOpen, PVOID MRxContext);
