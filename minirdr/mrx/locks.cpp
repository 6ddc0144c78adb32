// locks.cpp - byte-range locks. They belong to the server's handle; RDBSS has settled conflicts
// between our own processes.
#include "minirdr/mrx/minirdr.h"

namespace {
constexpr USHORT MAX_UNLOCKS = 64; // elements of one request

NTSTATUS LockDone(MINIRDR_PENDING* Pending, NTSTATUS Status, const SMB2_MESSAGE* Message)
{
    UNREFERENCED_PARAMETER(Pending);
    UNREFERENCED_PARAMETER(Message);
    return Status;
}

ULONG LockFlags(const LOWIO_CONTEXT* LowIo)
{
    if (LowIo->Operation == LOWIO_OP_UNLOCK)
        return SMB2_LOCKFLAG_UNLOCK;
    const ULONG Kind = LowIo->Operation == LOWIO_OP_EXCLUSIVELOCK ? SMB2_LOCKFLAG_EXCLUSIVE
                                                                  : SMB2_LOCKFLAG_SHARED;
    return (LowIo->ParamsFor.Locks.Flags & SL_FAIL_IMMEDIATELY)
        ? Kind | SMB2_LOCKFLAG_FAIL_IMMEDIATELY
        : Kind;
}
}

NTSTATUS NTAPI MinirdrLock(PRX_CONTEXT RxContext)
{
    MINIRDR_SRVOPEN* Open;
    const NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    PLOWIO_CONTEXT LowIo = &RxContext->LowIoContext;
    const SMB2_LOCK_ELEMENT Element
        = { static_cast<ULONGLONG>(LowIo->ParamsFor.Locks.ByteOffset),
            static_cast<ULONGLONG>(LowIo->ParamsFor.Locks.Length), LockFlags(LowIo), 0 };
    SMB2_EXCHANGE* Exchange = Smb2BuildLock(Open->Tree, Open->FileId, &Element, 1);
    // A lock may wait for another client for ever; nobody else should wait for the file meanwhile.
    if (RxContext->FcbResourceAcquired
        && !(Element.Flags & (SMB2_LOCKFLAG_FAIL_IMMEDIATELY | SMB2_LOCKFLAG_UNLOCK)))
        RxReleaseFcbResourceForThreadInMRx(RxContext, RxContext->pFcb, LowIo->ResourceThreadId);
    return MinirdrPendExchange(RxContext, Exchange, LockDone);
}

/// Gives back many locks, some at a time. Synchronous: the list is RDBSS' and lives only during the
/// call.
NTSTATUS NTAPI MinirdrUnlockMultiple(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    auto* Elements
        = static_cast<SMB2_LOCK_ELEMENT*>(MinirdrAllocate(MAX_UNLOCKS * sizeof(SMB2_LOCK_ELEMENT)));
    if (!Elements)
        return STATUS_INSUFFICIENT_RESOURCES;
    PLOWIO_LOCK_LIST Lock = RxContext->LowIoContext.ParamsFor.Locks.LockList;
    while (Lock && NT_SUCCESS(Status)) {
        USHORT Count = 0;
        for (; Lock && Count < MAX_UNLOCKS; Lock = Lock->Next)
            Elements[Count++] = { static_cast<ULONGLONG>(Lock->ByteOffset),
                                  static_cast<ULONGLONG>(Lock->Length), SMB2_LOCKFLAG_UNLOCK, 0 };
        SMB2_EXCHANGE* Exchange = Smb2BuildLock(Open->Tree, Open->FileId, Elements, Count);
        Status = Exchange ? Smb2Transact(Exchange) : STATUS_INSUFFICIENT_RESOURCES;
        Smb2ReleaseExchange(Exchange);
    }
    MinirdrFree(Elements);
    return MinirdrMapIoStatus(Status);
}

/// SMB2 locks any 64-bit range, shared or exclusive, on files of a disk share.
NTSTATUS NTAPI MinirdrIsLockRealizable(
    PMRX_FCB Fcb, PLARGE_INTEGER ByteOffset, PLARGE_INTEGER Length, ULONG LowIoLockFlags)
{
    UNREFERENCED_PARAMETER(ByteOffset);
    UNREFERENCED_PARAMETER(Length);
    UNREFERENCED_PARAMETER(LowIoLockFlags);
    return Fcb->pNetRoot->Type == NET_ROOT_DISK ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}
