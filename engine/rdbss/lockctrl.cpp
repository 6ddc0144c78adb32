// IRP_MJ_LOCK_CONTROL: byte-range locks.
//
// The server arbitrates; FCB->FileLock repeats what it granted, so that reads and writes through
// other handles of this machine are checked here, and so that cleanup knows what to give back. With
// FCB_STATE_LOCK_BUFFERING_ENABLED the locks stay here alone until the buffering state changes.
//
//      IRP_MN_LOCK            MRxIsLockRealizable, LOWIO_OP_EXCLUSIVELOCK or LOWIO_OP_SHAREDLOCK,
//      then FileLock IRP_MN_UNLOCK_SINGLE   FileLock, LOWIO_OP_UNLOCK IRP_MN_UNLOCK_ALL... FileLock
//      (collecting the ranges), LOWIO_OP_UNLOCK_MULTIPLE with the list
#include "calldown.h"

namespace {

bool RxpBuffersLocks(PFCB Fcb)
{
    return FlagOn(Fcb->FcbState, FCB_STATE_LOCK_BUFFERING_ENABLED) != 0;
}

void RxpFreeLockList(PLOWIO_LOCK_LIST List)
{
    while (List != nullptr) {
        PLOWIO_LOCK_LIST Next = List->Next;
        ExFreePoolWithTag(List, RX_MISC_POOLTAG);
        List = Next;
    }
}

PLOWIO_LOCK_LIST RxpNewLock(LONGLONG Offset, LONGLONG Length, BOOLEAN Exclusive, ULONG Key)
{
    PLOWIO_LOCK_LIST Lock = (PLOWIO_LOCK_LIST)ExAllocatePoolWithTag(
        RxpNonPaged, sizeof(LOWIO_LOCK_LIST), RX_MISC_POOLTAG);
    if (Lock != nullptr) {
        RtlZeroMemory(Lock, sizeof(*Lock));
        Lock->ByteOffset = Offset;
        Lock->Length = Length;
        Lock->ExclusiveLock = Exclusive;
        Lock->Key = Key;
    }
    return Lock;
}

/// Records a lock that the server granted (or, when locks are buffered, decides it).
NTSTATUS RxpLockHere(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    IO_STATUS_BLOCK IoStatus;
    IoStatus.Status = STATUS_SUCCESS;
    BOOLEAN Granted = FsRtlFastLock(
        &Fcb->FileLock, IrpSp->FileObject, &IrpSp->Parameters.LockControl.ByteOffset,
        IrpSp->Parameters.LockControl.Length, IoGetRequestorProcess(Irp),
        IrpSp->Parameters.LockControl.Key, TRUE, BooleanFlagOn(IrpSp->Flags, SL_EXCLUSIVE_LOCK),
        &IoStatus, RxContext, FALSE);
    return Granted ? IoStatus.Status : STATUS_LOCK_NOT_GRANTED;
}

NTSTATUS NTAPI RxpLockCompletion(PRX_CONTEXT RxContext)
{
    PIRP Irp = RxContext->CurrentIrp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    NTSTATUS Status = RxContext->StoredStatus;
    if (Status == STATUS_SUCCESS) {
        // The server has decided; a refusal here would only mean that it lets two handles of ours
        // share a range.
        NTSTATUS Here = RxpLockHere(RxContext, Irp, Fcb);
        if (!NT_SUCCESS(Here)) {
            RdrTraceEvent(RdrLayerRdbss, RdrEventError, "FsRtlFastLock", Fcb, Here, 0);
        }
    }
    Irp->IoStatus.Information = 0;
    RxpDecrement(&Fcb->OutstandingLockOperationsCount);
    RxpReleaseIoResources(RxContext, Fcb, RxContext->LowIoContext.ResourceThreadId);
    return Status;
}

NTSTATUS NTAPI RxpUnlockCompletion(PRX_CONTEXT RxContext)
{
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    if (RxContext->LowIoContext.Operation == LOWIO_OP_UNLOCK_MULTIPLE) {
        RxpFreeLockList(RxContext->LowIoContext.ParamsFor.Locks.LockList);
        RxContext->LowIoContext.ParamsFor.Locks.LockList = nullptr;
    }
    RxContext->CurrentIrp->IoStatus.Information = 0;
    RxpDecrement(&Fcb->OutstandingLockOperationsCount);
    RxpReleaseIoResources(RxContext, Fcb, RxContext->LowIoContext.ResourceThreadId);
    return RxContext->StoredStatus;
}

/// Collects the locks of one file object, those with Key when ByKey is set.
PLOWIO_LOCK_LIST RxpCollectLocks(PFCB Fcb, PFILE_OBJECT FileObject, bool ByKey, ULONG Key)
{
    PLOWIO_LOCK_LIST Head = nullptr;
    PLOWIO_LOCK_LIST* Tail = &Head;
    ULONG Number = 0;
    for (PFILE_LOCK_INFO Info = FsRtlGetNextFileLock(&Fcb->FileLock, TRUE); Info != nullptr;
         Info = FsRtlGetNextFileLock(&Fcb->FileLock, FALSE)) {
        if ((FileObject != nullptr && Info->FileObject != FileObject)
            || (ByKey && Info->Key != Key)) {
            continue;
        }
        PLOWIO_LOCK_LIST Lock = RxpNewLock(
            Info->StartingByte.QuadPart, Info->Length.QuadPart, Info->ExclusiveLock, Info->Key);
        if (Lock == nullptr) {
            break;
        }
        Lock->LockNumber = Number;
        Number += 1;
        *Tail = Lock;
        Tail = &Lock->Next;
    }
    return Head;
}

void RxpFillSingle(PRX_CONTEXT RxContext, bool WithFlags)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    auto* Locks = &RxContext->LowIoContext.ParamsFor.Locks;
    Locks->ByteOffset = IrpSp->Parameters.LockControl.ByteOffset.QuadPart;
    Locks->Length = IrpSp->Parameters.LockControl.Length->QuadPart;
    Locks->Key = IrpSp->Parameters.LockControl.Key;
    Locks->Flags = WithFlags ? IrpSp->Flags : 0;
}

NTSTATUS RxpLock(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    auto Realizable = RXP_SLOT(RxContext->RxDeviceObject, MRxIsLockRealizable);
    if (Realizable != nullptr) {
        LARGE_INTEGER Offset = IrpSp->Parameters.LockControl.ByteOffset;
        LARGE_INTEGER Length = *IrpSp->Parameters.LockControl.Length;
        NTSTATUS Status = RxpCalldown(
            RxContext, "MRxIsLockRealizable", Fcb, Realizable, RxpMrx(Fcb), &Offset, &Length,
            (ULONG)IrpSp->Flags);
        if (Status != STATUS_SUCCESS) {
            RxpReleaseIoResources(RxContext, Fcb, ExGetCurrentResourceThread());
            return Status;
        }
    }
    if (RxpBuffersLocks(Fcb)) {
        NTSTATUS Status = RxpLockHere(RxContext, Irp, Fcb);
        RxpReleaseIoResources(RxContext, Fcb, ExGetCurrentResourceThread());
        return Status;
    }
    ULONG Operation
        = FlagOn(IrpSp->Flags, SL_EXCLUSIVE_LOCK) ? LOWIO_OP_EXCLUSIVELOCK : LOWIO_OP_SHAREDLOCK;
    RxInitializeLowIoContext(RxContext, Operation, &RxContext->LowIoContext);
    RxpFillSingle(RxContext, true);
    RxpIncrement(&Fcb->OutstandingLockOperationsCount);
    return RxLowIoSubmit(RxContext, Irp, Fcb, RxpLockCompletion);
}

NTSTATUS RxpUnlockSingle(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    NTSTATUS Status = FsRtlFastUnlockSingle(
        &Fcb->FileLock, IrpSp->FileObject, &IrpSp->Parameters.LockControl.ByteOffset,
        IrpSp->Parameters.LockControl.Length, IoGetRequestorProcess(Irp),
        IrpSp->Parameters.LockControl.Key, nullptr, FALSE);
    if (RxpBuffersLocks(Fcb) || !NT_SUCCESS(Status)) {
        RxpReleaseIoResources(RxContext, Fcb, ExGetCurrentResourceThread());
        return Status;
    }
    RxInitializeLowIoContext(RxContext, LOWIO_OP_UNLOCK, &RxContext->LowIoContext);
    RxpFillSingle(RxContext, false);
    RxpIncrement(&Fcb->OutstandingLockOperationsCount);
    return RxLowIoSubmit(RxContext, Irp, Fcb, RxpUnlockCompletion);
}

NTSTATUS RxpUnlockMany(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb, bool ByKey)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFILE_OBJECT FileObject = IrpSp->FileObject;
    ULONG Key = IrpSp->Parameters.LockControl.Key;
    PLOWIO_LOCK_LIST List = RxpCollectLocks(Fcb, FileObject, ByKey, Key);
    PEPROCESS Process = IoGetRequestorProcess(Irp);
    NTSTATUS Status = ByKey
        ? FsRtlFastUnlockAllByKey(&Fcb->FileLock, FileObject, Process, Key, nullptr)
        : FsRtlFastUnlockAll(&Fcb->FileLock, FileObject, Process, nullptr);
    if (List == nullptr || RxpBuffersLocks(Fcb)) {
        RxpFreeLockList(List);
        RxpReleaseIoResources(RxContext, Fcb, ExGetCurrentResourceThread());
        return Status;
    }
    RxInitializeLowIoContext(RxContext, LOWIO_OP_UNLOCK_MULTIPLE, &RxContext->LowIoContext);
    RxContext->LowIoContext.ParamsFor.Locks.LockList = List;
    RxContext->LowIoContext.ParamsFor.Locks.Key = Key;
    RxpIncrement(&Fcb->OutstandingLockOperationsCount);
    return RxLowIoSubmit(RxContext, Irp, Fcb, RxpUnlockCompletion);
}

} // namespace

NTSTATUS NTAPI RxLowIoLockControlShell(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    switch (RxContext->CurrentIrpSp->MinorFunction) {
    case IRP_MN_LOCK:
        return RxpLock(RxContext, Irp, Fcb);
    case IRP_MN_UNLOCK_SINGLE:
        return RxpUnlockSingle(RxContext, Irp, Fcb);
    case IRP_MN_UNLOCK_ALL:
        return RxpUnlockMany(RxContext, Irp, Fcb, false);
    case IRP_MN_UNLOCK_ALL_BY_KEY:
        return RxpUnlockMany(RxContext, Irp, Fcb, true);
    default:
        RxpReleaseIoResources(RxContext, Fcb, ExGetCurrentResourceThread());
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

NTSTATUS NTAPI RxCommonLockControl(PRX_CONTEXT RxContext, PIRP Irp)
{
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    Irp->IoStatus.Information = 0;
    if (RxContext->pFobx == nullptr || !RxpIsFile(Fcb)) {
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, FALSE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    return RxLowIoLockControlShell(RxContext, Irp, Fcb);
}

/// Gives back every lock of a file object that is cleaned up. FCB held exclusive; the operation is
/// synchronous.
void RxpReleaseAllLocks(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    PLOWIO_LOCK_LIST List = RxpCollectLocks(Fcb, FileObject, false, 0);
    if (List == nullptr) {
        return;
    }
    FsRtlFastUnlockAll(&Fcb->FileLock, FileObject, IoGetRequestorProcess(Irp), nullptr);
    PMRX_CALLDOWN Slot
        = RxContext->RxDeviceObject->Dispatch->MRxLowIOSubmit[LOWIO_OP_UNLOCK_MULTIPLE];
    bool Dead
        = FlagOn(RxContext->pRelevantSrvOpen->Flags, SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_ORPHANED)
        != 0;
    if (!RxpBuffersLocks(Fcb) && Slot != nullptr && !Dead) {
        RxInitializeLowIoContext(RxContext, LOWIO_OP_UNLOCK_MULTIPLE, &RxContext->LowIoContext);
        SetFlag(RxContext->LowIoContext.Flags, LOWIO_CONTEXT_FLAG_SYNCCALL);
        RxContext->LowIoContext.ParamsFor.Locks.LockList = List;
        KeClearEvent(&RxContext->SyncEvent);
        // Cleanup keeps the FCB: the mini-redirector must not release what this request still
        // needs.
        NTSTATUS Status = RxpCalldown(
            RxContext, "MRxLowIOSubmit[LOWIO_OP_UNLOCK_MULTIPLE]", RxContext->pRelevantSrvOpen,
            Slot, RxContext);
        if (Status == STATUS_PENDING) {
            RxWaitSync(RxContext);
        }
        RxContext->LowIoContext.ParamsFor.Locks.LockList = nullptr;
        if (!RxContext->FcbResourceAcquired) {
            RxAcquireExclusiveFcb(nullptr, Fcb);
            RxContext->FcbResourceAcquired = TRUE;
        }
    }
    RxpFreeLockList(List);
}

VOID NTAPI RxUnlockOperation(PVOID Context, PFILE_LOCK_INFO LockInfo)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(LockInfo);
    // Ranges are collected before they are unlocked (RxpCollectLocks), so there is nothing to
    // gather here.
}

NTSTATUS NTAPI RxLockOperationCompletion(PVOID Context, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Context);
    return Irp->IoStatus.Status;
}

// ---- for mini-redirectors
// -------------------------------------------------------------------------------------------------

/// Lists the locks of a file, one a call; a NULL handle starts.
///
/// Errors   FALSE: there are no more, or no memory
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxlockenumerator.md
BOOLEAN NTAPI RxLockEnumerator(
    PMRX_SRV_OPEN SrvOpen,
    PVOID* ContinuationHandle,
    PLARGE_INTEGER FileOffset,
    PLARGE_INTEGER LockRange,
    PBOOLEAN IsLockExclusive)
{
    PFCB Fcb = RxpFcb(SrvOpen->pFcb);
    if (*ContinuationHandle == nullptr) {
        *ContinuationHandle = RxpCollectLocks(Fcb, nullptr, false, 0);
    }
    PLOWIO_LOCK_LIST Lock = (PLOWIO_LOCK_LIST)*ContinuationHandle;
    if (Lock == nullptr || Lock->Length == -1) {
        if (Lock != nullptr) {
            ExFreePoolWithTag(Lock, RX_MISC_POOLTAG);
            *ContinuationHandle = nullptr;
        }
        return FALSE;
    }
    FileOffset->QuadPart = Lock->ByteOffset;
    LockRange->QuadPart = Lock->Length;
    *IsLockExclusive = Lock->ExclusiveLock;
    PLOWIO_LOCK_LIST Next = Lock->Next;
    if (Next == nullptr) {
        Lock->Length = -1; // a mark that the list is at its end: a NULL handle would start over
    } else {
        ExFreePoolWithTag(Lock, RX_MISC_POOLTAG);
        *ContinuationHandle = Next;
    }
    return TRUE;
}

/// The list of a file's locks for MRxCompleteBufferingStateChangeRequest; freed with
/// RxpFreeBufferedLocks.
PLOWIO_LOCK_LIST RxpListBufferedLocks(PFCB Fcb)
{
    return RxpCollectLocks(Fcb, nullptr, false, 0);
}

void RxpFreeBufferedLocks(PLOWIO_LOCK_LIST List)
{
    RxpFreeLockList(List);
}
