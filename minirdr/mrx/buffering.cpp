// buffering.cpp - leases, and what they let RDBSS cache.
//
//      lease R   read cache, and size and times stay as known      FCB_STATE_READ*, FILESIZE*,
//      FILETIME* lease W   write-behind                                      FCB_STATE_WRITE* lease
//      H   the handle outlives its file objects              FCB_STATE_COLLAPSING_ENABLED
//
// A lease is the file's: all our opens of an FCB share one key, so only other clients break it. A
// break arrives where responses are received (DISPATCH_LEVEL); it is handed to RDBSS under the key
// of one open, RDBSS flushes and purges with the FCB held, and calls back here to acknowledge. If
// the file was closed meanwhile nobody acknowledges: the close has done it.
//
// Source   [MS-SMB2] 3.2.5.19.2; windows-driver-docs: ifs/buffering-state-control.md
#include "minirdr/mrx/minirdr.h"

namespace {
// What travels with a break through RDBSS, in a pointer.
constexpr ULONG_PTR BREAK_STATE = 0x07;
constexpr ULONG_PTR BREAK_ACKNOWLEDGE = 0x10;
constexpr ULONG_PTR BREAK_MARK = 0x100; // so that "to nothing" is not NULL

ULONG BufferingFlags(ULONG LeaseState)
{
    ULONG Flags = 0;
    if (LeaseState & SMB2_LEASE_READ_CACHING)
        Flags |= FCB_STATE_READBUFFERING_ENABLED | FCB_STATE_READCACHING_ENABLED
            | FCB_STATE_FILESIZECACHEING_ENABLED | FCB_STATE_FILETIMECACHEING_ENABLED;
    if (LeaseState & SMB2_LEASE_WRITE_CACHING)
        Flags |= FCB_STATE_WRITEBUFFERING_ENABLED | FCB_STATE_WRITECACHING_ENABLED;
    if (LeaseState & SMB2_LEASE_HANDLE_CACHING)
        Flags |= FCB_STATE_COLLAPSING_ENABLED;
    return Flags;
}

MINIRDR_SRVCALL* ServerOf(PMRX_SRV_OPEN SrvOpen)
{
    return SrvCallExtension(SrvOpen->pVNetRoot->pNetRoot->pSrvCall);
}

// 16-bit epochs wrap: newer means less than half the circle ahead.
BOOLEAN IsNewer(USHORT Epoch, USHORT Than)
{
    return Epoch != Than && static_cast<USHORT>(Epoch - Than) < 0x8000;
}
}

/// Gives the open of a CREATE about to be sent the FCB's lease, making one for the first open. FCB
/// held exclusively.
NTSTATUS MinirdrPrepareLease(PRX_CONTEXT RxContext, MINIRDR_SRVOPEN* Open)
{
    if (Open->Lease)
        return STATUS_SUCCESS;
    MINIRDR_FCB* Fcb = FcbExtension(RxContext->pFcb);
    MINIRDR_SRVCALL* Server = ServerOf(RxContext->pRelevantSrvOpen);
    if (!Fcb->Lease) {
        auto* Lease = MinirdrAllocateObject<MINIRDR_LEASE>();
        if (!Lease)
            return STATUS_INSUFFICIENT_RESOURCES;
        InitializeListHead(&Lease->SrvOpens);
        {
            SLEEP_GUARD Guard(&Minirdr.Lock);
            Lease->Key.Low = ++Minirdr.NextLease;
        }
        // Unique among this client's leases; what the other half is does not matter, and a name
        // helps in a packet trace.
        Lease->Key.High = 0x6c72646e696dull; // "mindrl"
        SPIN_GUARD Guard(&Server->LeaseLock);
        InsertTailList(&Server->Leases, &Lease->Links);
        Fcb->Lease = Lease;
    }
    SPIN_GUARD Guard(&Server->LeaseLock);
    Open->Lease = Fcb->Lease;
    // The key by which RDBSS finds this open when a break names the lease.
    Open->Key = Open;
    InsertTailList(&Fcb->Lease->SrvOpens, &Open->LeaseLinks);
    return STATUS_SUCCESS;
}

/// What the server granted becomes the open's buffering flags. FCB held exclusively.
VOID MinirdrAdoptLease(
    PRX_CONTEXT RxContext, MINIRDR_SRVOPEN* Open, const SMB2_CREATE_RESULT* Result)
{
    PMRX_SRV_OPEN SrvOpen = RxContext->pRelevantSrvOpen;
    SrvOpen->BufferingFlags = 0;
    if (!Open->Lease)
        return;
    if (Result->OplockLevel != SMB2_OPLOCK_LEVEL_LEASE) {
        MinirdrForgetLease(SrvOpen);
        return;
    }
    SrvOpen->Key = Open->Key;
    MINIRDR_SRVCALL* Server = ServerOf(SrvOpen);
    SPIN_GUARD Guard(&Server->LeaseLock);
    MINIRDR_LEASE* Lease = Open->Lease;
    // A break that overtook this response is newer; its state stands.
    if (Result->LeaseEpoch == 0 || Lease->Epoch == 0
        || !IsNewer(Lease->Epoch, Result->LeaseEpoch)) {
        Lease->State = Result->LeaseState;
        Lease->Epoch = Result->LeaseEpoch;
    }
    SrvOpen->BufferingFlags = BufferingFlags(Lease->State);
}

/// The open no longer takes part in the FCB's lease; the last one takes the lease away. FCB held
/// exclusively.
VOID MinirdrForgetLease(PMRX_SRV_OPEN SrvOpen)
{
    MINIRDR_SRVOPEN* Open = SrvOpenExtension(SrvOpen);
    if (!Open->Lease)
        return;
    MINIRDR_SRVCALL* Server = ServerOf(SrvOpen);
    MINIRDR_LEASE* Gone = nullptr;
    {
        SPIN_GUARD Guard(&Server->LeaseLock);
        RemoveEntryList(&Open->LeaseLinks);
        InitializeListHead(&Open->LeaseLinks);
        if (IsListEmpty(&Open->Lease->SrvOpens)) {
            Gone = Open->Lease;
            RemoveEntryList(&Gone->Links);
        }
        Open->Lease = nullptr;
    }
    if (Gone) {
        FcbExtension(SrvOpen->pFcb)->Lease = nullptr;
        MinirdrFree(Gone);
    }
}

/// <= DISPATCH_LEVEL.
VOID MinirdrHandleBreak(PVOID Owner, SMB2_CONNECTION* Connection, const SMB2_MESSAGE* Message)
{
    UNREFERENCED_PARAMETER(Connection);
    auto* Server = static_cast<MINIRDR_SRVCALL*>(Owner);
    const auto* Break = Smb2BodyOf<SMB2_LEASE_BREAK_NOTIFICATION>(Message, 44);
    if (!Break)
        return; // an oplock break: we hold none
    const SMB2_LEASE_KEY Key = Break->LeaseKey;
    PVOID SrvOpenKey = nullptr;
    {
        SPIN_GUARD Guard(&Server->LeaseLock);
        for (LIST_ENTRY* Entry = Server->Leases.Flink; Entry != &Server->Leases;
             Entry = Entry->Flink) {
            auto* Lease = CONTAINING_RECORD(Entry, MINIRDR_LEASE, Links);
            if (Lease->Key.Low != Key.Low || Lease->Key.High != Key.High
                || IsListEmpty(&Lease->SrvOpens))
                continue;
            Lease->State = Break->NewLeaseState;
            Lease->Epoch = Break->NewEpoch;
            SrvOpenKey = CONTAINING_RECORD(Lease->SrvOpens.Flink, MINIRDR_SRVOPEN, LeaseLinks)->Key;
            break;
        }
    }
    if (!SrvOpenKey)
        return;
    ULONG_PTR Context = BREAK_MARK | (Break->NewLeaseState & BREAK_STATE);
    if (Break->Flags & SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED)
        Context |= BREAK_ACKNOWLEDGE;
    RxIndicateChangeOfBufferingState(Server->SrvCall, SrvOpenKey, reinterpret_cast<PVOID>(Context));
}

/// The server's leases died with the connection: from now on nobody tells us of changes. What is
/// cached is purged as after a break to nothing; dirty data fails on the dead handle, which is the
/// truth. <= DISPATCH_LEVEL.
VOID MinirdrConnectionDied(PVOID Owner, SMB2_CONNECTION* Connection, NTSTATUS Status)
{
    UNREFERENCED_PARAMETER(Connection);
    UNREFERENCED_PARAMETER(Status);
    auto* Server = static_cast<MINIRDR_SRVCALL*>(Owner);
    constexpr ULONG MAX_AT_ONCE = 32;
    for (;;) {
        PVOID Keys[MAX_AT_ONCE];
        ULONG Count = 0;
        {
            SPIN_GUARD Guard(&Server->LeaseLock);
            for (LIST_ENTRY* Entry = Server->Leases.Flink;
                 Entry != &Server->Leases && Count < MAX_AT_ONCE; Entry = Entry->Flink) {
                auto* Lease = CONTAINING_RECORD(Entry, MINIRDR_LEASE, Links);
                if (Lease->State == 0 || IsListEmpty(&Lease->SrvOpens))
                    continue;
                Lease->State = 0;
                Keys[Count++]
                    = CONTAINING_RECORD(Lease->SrvOpens.Flink, MINIRDR_SRVOPEN, LeaseLinks)->Key;
            }
        }
        for (ULONG i = 0; i < Count; ++i)
            RxIndicateChangeOfBufferingState(
                Server->SrvCall, Keys[i], reinterpret_cast<PVOID>(BREAK_MARK));
        if (Count < MAX_AT_ONCE)
            return;
    }
}

NTSTATUS NTAPI
MinirdrComputeNewBufferingState(PMRX_SRV_OPEN SrvOpen, PVOID MRxContext, PULONG NewBufferingState)
{
    const auto Break = reinterpret_cast<ULONG_PTR>(MRxContext);
    SrvOpen->BufferingFlags = BufferingFlags(static_cast<ULONG>(Break & BREAK_STATE));
    *NewBufferingState = SrvOpen->BufferingFlags;
    return STATUS_SUCCESS;
}

/// RDBSS has flushed and purged what the new state no longer allows; the server may go on.
NTSTATUS NTAPI MinirdrCompleteBufferingStateChangeRequest(
    PRX_CONTEXT RxContext, PMRX_SRV_OPEN SrvOpen, PVOID MRxContext)
{
    UNREFERENCED_PARAMETER(RxContext);
    PAGED_CODE();
    const auto Break = reinterpret_cast<ULONG_PTR>(MRxContext);
    MINIRDR_SRVOPEN* Open = SrvOpenExtension(SrvOpen);
    if (!(Break & BREAK_ACKNOWLEDGE) || !Open->IsOpen || !Open->Lease)
        return STATUS_SUCCESS;
    return MinirdrMapIoStatus(Smb2AcknowledgeLeaseBreak(
        Open->Tree, &Open->Lease->Key, static_cast<ULONG>(Break & BREAK_STATE)));
}
