// The FCB's resource: acquired by RDBSS around every operation, and by mini-redirectors through the
// ...InMRx routines.
//
// A request that may not wait is told STATUS_LOCK_NOT_GRANTED and posted by its caller. Buffering
// state changes that arrived while the FCB was busy are carried out by whoever releases it last
// (facts.md L-4).
#include "calldown.h"

namespace {

bool RxpIsRealContext(PRX_CONTEXT RxContext)
{
    return RxContext != nullptr && RxContext != CHANGE_BUFFERING_STATE_CONTEXT
        && RxContext != CHANGE_BUFFERING_STATE_CONTEXT_WAIT;
}

BOOLEAN RxpTakeResource(PERESOURCE Resource, ULONG Mode, BOOLEAN Wait)
{
    switch (Mode) {
    case FCB_MODE_EXCLUSIVE:
        return ExAcquireResourceExclusiveLite(Resource, Wait);
    case FCB_MODE_SHARED:
        return ExAcquireResourceSharedLite(Resource, Wait);
    case FCB_MODE_SHARED_WAIT_FOR_EXCLUSIVE:
        return ExAcquireSharedWaitForExclusive(Resource, Wait);
    default:
        return ExAcquireSharedStarveExclusive(Resource, Wait);
    }
}

} // namespace

/// Acquires an FCB.
///
/// IRQL     <= APC_LEVEL, in a critical region
/// Errors   STATUS_LOCK_NOT_GRANTED: the request may not wait and the FCB is held
NTSTATUS NTAPI __RxAcquireFcb(
    PFCB Fcb,
    PRX_CONTEXT RxContext,
    ULONG Mode,
    ULONG LineNumber,
    PCSTR FileName,
    ULONG SerialNumber)
{
    UNREFERENCED_PARAMETER(LineNumber);
    UNREFERENCED_PARAMETER(FileName);
    UNREFERENCED_PARAMETER(SerialNumber);
    PERESOURCE Resource = Fcb->Header.Resource;
    bool Real = RxpIsRealContext(RxContext);
    bool MayWait
        = RxContext == CHANGE_BUFFERING_STATE_CONTEXT ? false : !Real || RxpCanWait(RxContext);
    if (!RxpTakeResource(Resource, Mode, FALSE)) {
        if (!MayWait) {
            return STATUS_LOCK_NOT_GRANTED;
        }
        RdrTraceEvent(RdrLayerRdbss, RdrEventWait, "RxAcquireFcb", Fcb, STATUS_SUCCESS, Mode);
        if (Real) {
            SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_WAITING_FOR_RESOURCE);
        }
        RxpTakeResource(Resource, Mode, TRUE);
        if (Real) {
            ClearFlag(RxContext->Flags, RX_CONTEXT_FLAG_WAITING_FOR_RESOURCE);
        }
    }
    if (Real) {
        InterlockedIncrement(&RxContext->AcquireReleaseFcbTrackerX);
    }
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventLock, "FCB", Fcb, STATUS_SUCCESS, Mode == FCB_MODE_EXCLUSIVE);
    return STATUS_SUCCESS;
}

/// Releases an FCB the calling thread holds.
VOID NTAPI __RxReleaseFcb(
    PRX_CONTEXT RxContext, PMRX_FCB MrxFcb, ULONG LineNumber, PCSTR FileName, ULONG SerialNumber)
{
    UNREFERENCED_PARAMETER(LineNumber);
    UNREFERENCED_PARAMETER(FileName);
    UNREFERENCED_PARAMETER(SerialNumber);
    PFCB Fcb = RxpFcb(MrxFcb);
    if (FlagOn(Fcb->FcbState, FCB_STATE_BUFFERING_STATE_CHANGE_PENDING)
        && RxIsFcbAcquiredExclusive(MrxFcb)
        && !FlagOn(Fcb->FcbState, FCB_STATE_BUFFERSTATE_CHANGING)) {
        RxProcessFcbChangeBufferingStateRequest(Fcb);
    }
    if (RxpIsRealContext(RxContext)) {
        InterlockedDecrement(&RxContext->AcquireReleaseFcbTrackerX);
    }
    RdrTraceEvent(RdrLayerRdbss, RdrEventUnlock, "FCB", Fcb, STATUS_SUCCESS, 0);
    ExReleaseResourceLite(MrxFcb->Header.Resource);
}

/// Releases an FCB for the thread that acquired it.
VOID NTAPI __RxReleaseFcbForThread(
    PRX_CONTEXT RxContext,
    PMRX_FCB MrxFcb,
    ERESOURCE_THREAD ResourceThreadId,
    ULONG LineNumber,
    PCSTR FileName,
    ULONG SerialNumber)
{
    UNREFERENCED_PARAMETER(LineNumber);
    UNREFERENCED_PARAMETER(FileName);
    UNREFERENCED_PARAMETER(SerialNumber);
    if (RxpIsRealContext(RxContext)) {
        InterlockedDecrement(&RxContext->AcquireReleaseFcbTrackerX);
    }
    RdrTraceEvent(RdrLayerRdbss, RdrEventUnlock, "FCB", MrxFcb, STATUS_SUCCESS, 0);
    ExReleaseResourceForThreadLite(MrxFcb->Header.Resource, ResourceThreadId);
}

VOID NTAPI RxTrackerUpdateHistory(
    PRX_CONTEXT RxContext,
    PMRX_FCB MrxFcb,
    ULONG Operation,
    ULONG LineNumber,
    PCSTR FileName,
    ULONG SerialNumber)
{
    UNREFERENCED_PARAMETER(MrxFcb);
    UNREFERENCED_PARAMETER(SerialNumber);
    if (!RxpIsRealContext(RxContext)) {
        return;
    }
    ULONG Slot = (ULONG)RxpIncrement(&RxContext->TrackerHistoryPointer) - 1;
    if (Slot < RDBSS_TRACKER_HISTORY_SIZE) {
        PRX_FCBTRACKER_CALLINFO Info = &RxContext->TrackerHistory[Slot];
        Info->AcquireRelease = Operation;
        Info->SavedTrackerValue = (USHORT)RxContext->AcquireReleaseFcbTrackerX;
        Info->LineNumber = (USHORT)LineNumber;
        Info->FileName = (PSZ)FileName;
        Info->Flags = RxContext->Flags;
    }
}

VOID NTAPI RxTrackPagingIoResource(PVOID Instance, ULONG Type, ULONG Line, PCSTR File)
{
    PFCB Fcb = (PFCB)Instance;
    bool Acquired = Type != 3;
    Fcb->PagingIoResourceFile = Acquired ? (PCHAR)File : nullptr;
    Fcb->PagingIoResourceLine = Acquired ? Line : 0;
}

// ---- for mini-redirectors
// -------------------------------------------------------------------------------------------------

/// Source   windows-driver-docs-ddi: mrxfcb/nf-mrxfcb-rxacquireexclusivefcbresourceinmrx.md
NTSTATUS NTAPI RxAcquireExclusiveFcbResourceInMRx(PMRX_FCB Fcb)
{
    return RxAcquireExclusiveFcb(nullptr, Fcb);
}

NTSTATUS NTAPI RxAcquireSharedFcbResourceInMRx(PMRX_FCB pFcb)
{
    return RxAcquireSharedFcb(nullptr, pFcb);
}

/// Acquires also for a cancelled request (facts.md A28).
NTSTATUS NTAPI RxAcquireSharedFcbResourceInMRxEx(PRX_CONTEXT pRxContext, PMRX_FCB pFcb)
{
    NTSTATUS Status = RxAcquireSharedFcb(nullptr, pFcb);
    if (Status == STATUS_SUCCESS && pRxContext != nullptr) {
        pRxContext->FcbResourceAcquired = TRUE;
        InterlockedIncrement(&pRxContext->AcquireReleaseFcbTrackerX);
    }
    return Status;
}

VOID NTAPI RxReleaseFcbResourceInMRx(PMRX_FCB pFcb)
{
    RxReleaseFcb(nullptr, pFcb);
}

/// Releases the FCB that RDBSS acquired for a request, before slow work at the server; from any
/// thread.
///
/// Source   windows-driver-docs-ddi: mrxfcb/nf-mrxfcb-rxreleasefcbresourceforthreadinmrx.md
VOID NTAPI RxReleaseFcbResourceForThreadInMRx(
    PRX_CONTEXT pRxContext, PMRX_FCB MrxFcb, ERESOURCE_THREAD ResourceThreadId)
{
    if (pRxContext != nullptr) {
        pRxContext->FcbResourceAcquired = FALSE;
    }
    RxReleaseFcbForThread(pRxContext, MrxFcb, ResourceThreadId);
}
