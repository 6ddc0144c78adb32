// Buffering state: what of a file may be kept here, as the server's oplocks and leases allow, and
// how it changes.
//
//      mini-redirector: RxIndicateChangeOfBufferingState[ForSrvOpen] at any time
//          │ this thread holds the FCB exclusive ──► changed at once
//          ▼ otherwise a request in the SRV_CALL's buffering manager
//      DispatcherList  key only: find its SRV_OPEN
//      HandlerList     try the FCB exclusive; held by others: mark it, whoever releases it next
//      does the change LastChanceHandlerList  a delayed worker waits for the FCB
//
//      the change: FCB_STATE_BUFFERSTATE_CHANGING, MRxComputeNewBufferingState, dirty pages written
//      if they may not stay, pages thrown away if they may not be read,
//      MRxCompleteBufferingStateChangeRequest
// Guards:  BufferingManager.SpinLock guards the three lists and the active flags; Mutex guards
// SrvOpenLists (the keys). Requests
//          refer to their SRV_OPEN and FCB.
#include "calldown.h"

PLOWIO_LOCK_LIST RxpListBufferedLocks(PFCB Fcb);
void RxpFreeBufferedLocks(PLOWIO_LOCK_LIST List);

namespace {

constexpr ULONG RxpFullBuffering = FCB_STATE_WRITECACHING_ENABLED
    | FCB_STATE_FILESIZECACHEING_ENABLED | FCB_STATE_FILETIMECACHEING_ENABLED
    | FCB_STATE_WRITEBUFFERING_ENABLED | FCB_STATE_LOCK_BUFFERING_ENABLED
    | FCB_STATE_READBUFFERING_ENABLED | FCB_STATE_READCACHING_ENABLED;

bool RxpOpenedExclusively(PFCB Fcb)
{
    return Fcb->ShareAccess.OpenCount != 0 && Fcb->ShareAccess.SharedRead == 0
        && Fcb->ShareAccess.SharedWrite == 0 && Fcb->ShareAccess.SharedDelete == 0;
}

/// What the opens of a file allow together: the least that any of them has.
ULONG RxpFlagsOfOpens(PFCB Fcb, PSRV_OPEN SrvOpen)
{
    ULONG Flags = SrvOpen->BufferingFlags;
    for (PLIST_ENTRY Link = Fcb->SrvOpenList.Flink; Link != &Fcb->SrvOpenList; Link = Link->Flink) {
        PSRV_OPEN Other = CONTAINING_RECORD(Link, SRV_OPEN, SrvOpenQLinks);
        constexpr ACCESS_MASK Data
            = FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_EXECUTE;
        if (Other != SrvOpen && Other->Condition == Condition_Good
            && FlagOn(Other->DesiredAccess, Data)) {
            Flags &= Other->BufferingFlags;
        }
    }
    return Flags;
}

void RxpApply(PFCB Fcb, ULONG NewState)
{
    ULONG OldState = FlagOn(Fcb->FcbState, FCB_STATE_BUFFERING_STATE_MASK);
    bool LosesWrites = FlagOn(OldState, FCB_STATE_WRITECACHING_ENABLED)
        && !FlagOn(NewState, FCB_STATE_WRITECACHING_ENABLED);
    bool LosesReads = FlagOn(OldState, FCB_STATE_READCACHING_ENABLED)
        && !FlagOn(NewState, FCB_STATE_READCACHING_ENABLED);
    if (LosesWrites) {
        RxFlushFcbInSystemCache(Fcb, TRUE);
    }
    if (LosesReads) {
        RxPurgeFcbInSystemCache(Fcb, nullptr, 0, FALSE, TRUE);
    }
    ClearFlag(Fcb->FcbState, FCB_STATE_BUFFERING_STATE_MASK);
    SetFlag(Fcb->FcbState, NewState);
}

// What becomes of requests that need no more attention: their references go.
void RxpDiscardRequest(PCHANGE_BUFFERING_STATE_REQUEST Request)
{
    ExFreePoolWithTag(Request, RX_MISC_POOLTAG);
}

PCHANGE_BUFFERING_STATE_REQUEST RxpPopRequest(PRX_BUFFERING_MANAGER Manager, PLIST_ENTRY List)
{
    PCHANGE_BUFFERING_STATE_REQUEST Request = nullptr;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Manager->SpinLock, &OldIrql);
    if (!IsListEmpty(List)) {
        Request
            = CONTAINING_RECORD(RemoveHeadList(List), CHANGE_BUFFERING_STATE_REQUEST, ListEntry);
    }
    KeReleaseSpinLock(&Manager->SpinLock, OldIrql);
    return Request;
}

void RxpPushRequest(
    PRX_BUFFERING_MANAGER Manager, PLIST_ENTRY List, PCHANGE_BUFFERING_STATE_REQUEST Request)
{
    KIRQL OldIrql;
    KeAcquireSpinLock(&Manager->SpinLock, &OldIrql);
    InsertTailList(List, &Request->ListEntry);
    KeReleaseSpinLock(&Manager->SpinLock, OldIrql);
}

/// The SRV_OPEN of a key, with a reference on it and on its FCB.
PSRV_OPEN RxpFindByKey(PSRV_CALL SrvCall, PVOID Key)
{
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    PSRV_OPEN Found = nullptr;
    RxAcquireBufferingManagerMutex(Manager);
    for (PLIST_ENTRY Link = Manager->SrvOpenLists[0].Flink; Link != &Manager->SrvOpenLists[0];
         Link = Link->Flink) {
        PSRV_OPEN SrvOpen = CONTAINING_RECORD(Link, SRV_OPEN, SrvOpenKeyList);
        if (SrvOpen->Key == Key) {
            Found = SrvOpen;
            RxpReferenceFcb(RxpFcb(SrvOpen->pFcb), "buffering request");
            RxpReference(SrvOpen, "buffering request");
            break;
        }
    }
    RxReleaseBufferingManagerMutex(Manager);
    return Found;
}

/// Carries a request out. FCB held exclusive; both references of the request are given back, the
/// FCB's lock is released.
void RxpCarryOut(PCHANGE_BUFFERING_STATE_REQUEST Request)
{
    PSRV_OPEN SrvOpen = Request->SrvOpen;
    PFCB Fcb = RxpFcb(SrvOpen->pFcb);
    ClearFlag(SrvOpen->Flags, SRVOPEN_FLAG_BUFFERING_STATE_CHANGE_PENDING);
    ClearFlag(Fcb->FcbState, FCB_STATE_BUFFERING_STATE_CHANGE_PENDING);
    if (!FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_NO_BUFFERING_STATE_CHANGE)) {
        RxChangeBufferingState(SrvOpen, Request->MRxContext, TRUE);
        if (FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_CLOSE_DELAYED)
            && !FlagOn(Fcb->FcbState, FCB_STATE_COLLAPSING_ENABLED)) {
            RxpCloseDormantOpens(nullptr, Fcb); // nobody may collapse onto it any more
        }
    }
    RxpDiscardRequest(Request);
    RxpDereference(SrvOpen, LHS_ExclusiveLockHeld, "buffering request");
    RxpReleaseAndDereferenceFcb(nullptr, Fcb, "buffering request");
}

VOID NTAPI RxLastChanceHandlerForChangeBufferingStateRequests(PVOID Context)
{
    PSRV_CALL SrvCall = (PSRV_CALL)Context;
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    RxpFileSystemScope Scope;
    for (;;) {
        PCHANGE_BUFFERING_STATE_REQUEST Request
            = RxpPopRequest(Manager, &Manager->LastChanceHandlerList);
        if (Request == nullptr) {
            KIRQL OldIrql;
            KeAcquireSpinLock(&Manager->SpinLock, &OldIrql);
            bool Done = IsListEmpty(&Manager->LastChanceHandlerList);
            if (Done) {
                Manager->LastChanceHandlerActive = FALSE;
            }
            KeReleaseSpinLock(&Manager->SpinLock, OldIrql);
            if (Done) {
                break;
            }
            continue;
        }
        RxAcquireExclusiveFcb(nullptr, Request->SrvOpen->pFcb);
        RxpCarryOut(Request);
    }
    RxpDereference(SrvCall, LHS_LockNotHeld, "buffering worker");
}

void RxpStartLastChance(PSRV_CALL SrvCall)
{
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Manager->SpinLock, &OldIrql);
    bool Start = !Manager->LastChanceHandlerActive && !IsListEmpty(&Manager->LastChanceHandlerList);
    if (Start) {
        Manager->LastChanceHandlerActive = TRUE;
    }
    KeReleaseSpinLock(&Manager->SpinLock, OldIrql);
    if (!Start) {
        return;
    }
    RxpReference(SrvCall, "buffering worker");
    if (!NT_SUCCESS(RxPostToWorkerThread(
            SrvCall->RxDeviceObject, DelayedWorkQueue, &Manager->LastChanceHandlerWorkItem,
            RxLastChanceHandlerForChangeBufferingStateRequests, SrvCall))) {
        Manager->LastChanceHandlerActive = FALSE;
        RxpDereference(SrvCall, LHS_LockNotHeld, "buffering worker");
    }
}

// Runs on a worker: maps keys to SRV_OPENs, then carries out what can be carried out without
// waiting.
VOID NTAPI RxDispatchChangeBufferingStateRequests(PVOID Context)
{
    PSRV_CALL SrvCall = (PSRV_CALL)Context;
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    {
        RxpFileSystemScope Scope;
        RxpProcessChangeBufferingStateRequests(SrvCall, TRUE);
    }
    KIRQL OldIrql;
    KeAcquireSpinLock(&Manager->SpinLock, &OldIrql);
    // Keys whose open is still being made are looked at again when it is, so they are no reason to
    // go round.
    bool More = !IsListEmpty(&Manager->HandlerList);
    if (!More) {
        Manager->DispatcherActive = FALSE;
    }
    KeReleaseSpinLock(&Manager->SpinLock, OldIrql);
    if (More
        && NT_SUCCESS(RxPostToWorkerThread(
            SrvCall->RxDeviceObject, CriticalWorkQueue, &Manager->DispatcherWorkItem,
            RxDispatchChangeBufferingStateRequests, SrvCall))) {
        return;
    }
    RxpDereference(SrvCall, LHS_LockNotHeld, "buffering worker");
}

void RxpStartDispatcher(PSRV_CALL SrvCall)
{
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Manager->SpinLock, &OldIrql);
    bool Start = !Manager->DispatcherActive;
    Manager->DispatcherActive = TRUE;
    KeReleaseSpinLock(&Manager->SpinLock, OldIrql);
    if (!Start) {
        return;
    }
    // Taken without the scavenger's mutex: this may run at DISPATCH_LEVEL, and the SRV_CALL is kept
    // by the open the break is for.
    [[maybe_unused]] LONG Count = RxpIncrement(&SrvCall->NodeReferenceCount);
    RdrTraceReference(SrvCall, 1, Count, "buffering worker");
    NTSTATUS Status = RxPostToWorkerThread(
        SrvCall->RxDeviceObject, CriticalWorkQueue, &Manager->DispatcherWorkItem,
        RxDispatchChangeBufferingStateRequests, SrvCall);
    if (!NT_SUCCESS(Status)) {
        Manager->DispatcherActive = FALSE;
        Count = RxpDecrement(&SrvCall->NodeReferenceCount);
        RdrTraceReference(SrvCall, -1, Count, "buffering worker");
    }
}

PCHANGE_BUFFERING_STATE_REQUEST RxpNewRequest(PSRV_OPEN SrvOpen, PVOID Key, PVOID MRxContext)
{
    auto* Request = (PCHANGE_BUFFERING_STATE_REQUEST)ExAllocatePoolWithTag(
        RxpNonPaged, sizeof(CHANGE_BUFFERING_STATE_REQUEST), RX_MISC_POOLTAG);
    if (Request != nullptr) {
        RtlZeroMemory(Request, sizeof(*Request));
        Request->SrvOpen = SrvOpen;
        Request->SrvOpenKey = Key;
        Request->MRxContext = MRxContext;
    }
    return Request;
}

} // namespace

NTSTATUS NTAPI RxInitializeBufferingManager(PSRV_CALL SrvCall)
{
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    RtlZeroMemory(Manager, sizeof(*Manager));
    KeInitializeSpinLock(&Manager->SpinLock);
    InitializeListHead(&Manager->DispatcherList);
    InitializeListHead(&Manager->HandlerList);
    InitializeListHead(&Manager->LastChanceHandlerList);
    InitializeListHead(&Manager->SrvOpenLists[0]);
    ExInitializeFastMutex(&Manager->Mutex);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RxTearDownBufferingManager(PSRV_CALL SrvCall)
{
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    // No opens, hence no SRV_OPENs, are left; only keys that never got one can be.
    while (PCHANGE_BUFFERING_STATE_REQUEST Request
           = RxpPopRequest(Manager, &Manager->DispatcherList)) {
        RxpDiscardRequest(Request);
    }
    NT_ASSERT(IsListEmpty(&Manager->HandlerList) && IsListEmpty(&Manager->LastChanceHandlerList));
    return STATUS_SUCCESS;
}

/// Changes the buffering state of a file now.
///
/// IRQL     <= APC_LEVEL
/// Locks    FCB exclusive, kept
/// Errors   always STATUS_SUCCESS; when the redirector cannot tell, nothing is buffered
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxchangebufferingstate.md
NTSTATUS NTAPI RxChangeBufferingState(PSRV_OPEN SrvOpen, PVOID Context, BOOLEAN ComputeNewState)
{
    PAGED_CODE();
    PFCB Fcb = RxpFcb(SrvOpen->pFcb);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = Fcb->RxDeviceObject;
    ULONG NewState = 0;
    NTSTATUS Status = STATUS_SUCCESS;
    SetFlag(Fcb->FcbState, FCB_STATE_BUFFERSTATE_CHANGING);
    if (ComputeNewState) {
        Status = RxpCalldownThrough(
            "MRxComputeNewBufferingState", SrvOpen,
            RXP_SLOT(RxDeviceObject, MRxComputeNewBufferingState), RxpMrx(SrvOpen), Context,
            &NewState);
        if (Status == STATUS_SUCCESS) {
            SrvOpen->BufferingFlags = NewState;
        } else {
            NewState = 0;
        }
    } else {
        NewState = RxpFlagsOfOpens(Fcb, SrvOpen);
        if (RxpOpenedExclusively(Fcb)) {
            NewState |= RxpFullBuffering;
        }
    }
    if (FlagOn(Fcb->FcbState, FCB_STATE_DISABLE_LOCAL_BUFFERING)) {
        NewState = 0;
    }
    NewState = FlagOn(NewState, FCB_STATE_BUFFERING_STATE_MASK);
    bool BufferedLocks = FlagOn(Fcb->FcbState, FCB_STATE_LOCK_BUFFERING_ENABLED) != 0;
    RxpApply(Fcb, NewState);
    if (ComputeNewState) {
        PRX_CONTEXT RxContext = RxCreateRxContext(nullptr, RxDeviceObject, RX_CONTEXT_FLAG_WAIT);
        if (RxContext != nullptr) {
            RxContext->pFcb = RxpMrx(Fcb);
            RxContext->NonPagedFcb = Fcb->NonPaged;
            RxContext->pRelevantSrvOpen = RxpMrx(SrvOpen);
            if (!IsListEmpty(&SrvOpen->FobxList)) {
                RxContext->pFobx
                    = RxpMrx(CONTAINING_RECORD(SrvOpen->FobxList.Flink, FOBX, FobxQLinks));
            }
            PLOWIO_LOCK_LIST Locks = BufferedLocks ? RxpListBufferedLocks(Fcb) : nullptr;
            RxContext->LowIoContext.ParamsFor.Locks.LockList = Locks;
            RxpCalldown(
                RxContext, "MRxCompleteBufferingStateChangeRequest", SrvOpen,
                RXP_SLOT(RxDeviceObject, MRxCompleteBufferingStateChangeRequest), RxContext,
                RxpMrx(SrvOpen), Context);
            RxContext->LowIoContext.ParamsFor.Locks.LockList = nullptr;
            RxpFreeBufferedLocks(Locks);
            RxDereferenceAndDeleteRxContext_Real(RxContext);
        }
    }
    ClearFlag(Fcb->FcbState, FCB_STATE_BUFFERSTATE_CHANGING);
    RdrTraceTouch(Fcb);
    RdrTraceTouch(SrvOpen);
    return STATUS_SUCCESS;
}

/// Tells RDBSS that the server changed what may be buffered for one open.
///
/// IRQL     <= DISPATCH_LEVEL
/// Errors   none; for lack of memory the indication is lost (the server will break again or time
/// out) Source   windows-driver-docs-ddi:
/// rxprocs/nf-rxprocs-rxindicatechangeofbufferingstateforsrvopen.md
VOID NTAPI RxIndicateChangeOfBufferingStateForSrvOpen(
    PMRX_SRV_CALL SrvCall, PMRX_SRV_OPEN SrvOpen, PVOID SrvOpenKey, PVOID Context)
{
    PSRV_OPEN Open = RxpSrvOpen(SrvOpen);
    PFCB Fcb = RxpFcb(Open->pFcb);
    bool Passive = KeGetCurrentIrql() <= APC_LEVEL;
    if (Passive && RxIsFcbAcquiredExclusive(Fcb)) {
        RxChangeBufferingState(Open, Context, TRUE);
        return;
    }
    if (!Passive) {
        RxIndicateChangeOfBufferingState(SrvCall, SrvOpenKey, Context);
        return;
    }
    PCHANGE_BUFFERING_STATE_REQUEST Request = RxpNewRequest(Open, SrvOpenKey, Context);
    if (Request == nullptr) {
        return;
    }
    RxpReferenceFcb(Fcb, "buffering request");
    RxpReference(Open, "buffering request");
    SetFlag(Request->Flags, RX_REQUEST_PREPARED_FOR_HANDLING);
    SetFlag(Open->Flags, SRVOPEN_FLAG_BUFFERING_STATE_CHANGE_PENDING);
    PSRV_CALL Full = RxpSrvCall(SrvCall);
    InterlockedIncrement(&Full->BufferingManager.CumulativeNumberOfBufferingChangeRequests);
    RxpPushRequest(&Full->BufferingManager, &Full->BufferingManager.HandlerList, Request);
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventPost, "RxIndicateChangeOfBufferingStateForSrvOpen", Open,
        STATUS_PENDING, 0);
    RxpStartDispatcher(Full);
}

/// The same when only the server's key of the open is known (SrvOpen->Key).
VOID NTAPI
RxIndicateChangeOfBufferingState(PMRX_SRV_CALL SrvCall, PVOID SrvOpenKey, PVOID MRxContext)
{
    PCHANGE_BUFFERING_STATE_REQUEST Request = RxpNewRequest(nullptr, SrvOpenKey, MRxContext);
    if (Request == nullptr) {
        return;
    }
    PSRV_CALL Full = RxpSrvCall(SrvCall);
    InterlockedIncrement(&Full->BufferingManager.CumulativeNumberOfBufferingChangeRequests);
    RxpPushRequest(&Full->BufferingManager, &Full->BufferingManager.DispatcherList, Request);
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventPost, "RxIndicateChangeOfBufferingState", SrvCall, STATUS_PENDING,
        0);
    RxpStartDispatcher(Full);
}

/// Works the lists of a server off.
///
/// IRQL     <= APC_LEVEL, in a critical region
VOID NTAPI RxpProcessChangeBufferingStateRequests(PSRV_CALL SrvCall, BOOLEAN UpdateHandlerState)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(UpdateHandlerState);
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    LIST_ENTRY Unmapped;
    InitializeListHead(&Unmapped);
    while (PCHANGE_BUFFERING_STATE_REQUEST Request
           = RxpPopRequest(Manager, &Manager->DispatcherList)) {
        Request->SrvOpen = RxpFindByKey(SrvCall, Request->SrvOpenKey);
        if (Request->SrvOpen != nullptr) {
            SetFlag(Request->SrvOpen->Flags, SRVOPEN_FLAG_BUFFERING_STATE_CHANGE_PENDING);
            RxpPushRequest(Manager, &Manager->HandlerList, Request);
        } else if (Manager->NumberOfOutstandingOpens > 0) {
            InsertTailList(&Unmapped, &Request->ListEntry); // its open is still being made; the end
                                                            // of that looks here again
        } else {
            RxpDiscardRequest(Request);
        }
    }
    // Opens in the making take their requests when their key is known
    // (RxCompleteSrvOpenKeyAssociation).
    KIRQL OldIrql;
    KeAcquireSpinLock(&Manager->SpinLock, &OldIrql);
    while (!IsListEmpty(&Unmapped)) {
        InsertTailList(&Manager->DispatcherList, RemoveHeadList(&Unmapped));
    }
    KeReleaseSpinLock(&Manager->SpinLock, OldIrql);
    while (PCHANGE_BUFFERING_STATE_REQUEST Request
           = RxpPopRequest(Manager, &Manager->HandlerList)) {
        PFCB Fcb = RxpFcb(Request->SrvOpen->pFcb);
        if (RxAcquireExclusiveFcb(CHANGE_BUFFERING_STATE_CONTEXT, Fcb) == STATUS_SUCCESS) {
            RxpCarryOut(Request);
        } else {
            SetFlag(Fcb->FcbState, FCB_STATE_BUFFERING_STATE_CHANGE_PENDING);
            RxpPushRequest(Manager, &Manager->LastChanceHandlerList, Request);
        }
    }
    RxpStartLastChance(SrvCall);
}

VOID NTAPI RxProcessChangeBufferingStateRequests(PVOID SrvCall)
{
    RxpProcessChangeBufferingStateRequests((PSRV_CALL)SrvCall, TRUE);
}

namespace {

// Takes the requests of one FCB (or SRV_OPEN) off a list.
PCHANGE_BUFFERING_STATE_REQUEST RxpTakeRequestOf(PSRV_CALL SrvCall, PFCB Fcb, PSRV_OPEN SrvOpen)
{
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    PLIST_ENTRY Lists[] = { &Manager->HandlerList, &Manager->LastChanceHandlerList };
    PCHANGE_BUFFERING_STATE_REQUEST Found = nullptr;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Manager->SpinLock, &OldIrql);
    for (PLIST_ENTRY List : Lists) {
        for (PLIST_ENTRY Link = List->Flink; Link != List && Found == nullptr; Link = Link->Flink) {
            auto* Request = CONTAINING_RECORD(Link, CHANGE_BUFFERING_STATE_REQUEST, ListEntry);
            if (Request->SrvOpen != nullptr && (SrvOpen == nullptr || Request->SrvOpen == SrvOpen)
                && Request->SrvOpen->pFcb == RxpMrx(Fcb)) {
                RemoveEntryList(Link);
                Found = Request;
                break;
            }
        }
    }
    KeReleaseSpinLock(&Manager->SpinLock, OldIrql);
    return Found;
}

// Like RxpCarryOut, for a caller that keeps the FCB: the request's references cannot be the last.
void RxpCarryOutKeeping(PCHANGE_BUFFERING_STATE_REQUEST Request, bool Change)
{
    PSRV_OPEN SrvOpen = Request->SrvOpen;
    PFCB Fcb = RxpFcb(SrvOpen->pFcb);
    ClearFlag(SrvOpen->Flags, SRVOPEN_FLAG_BUFFERING_STATE_CHANGE_PENDING);
    if (Change && !FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_CLOSED)) {
        RxChangeBufferingState(SrvOpen, Request->MRxContext, TRUE);
    }
    RxpDiscardRequest(Request);
    RxpDereference(SrvOpen, LHS_ExclusiveLockHeld, "buffering request");
    [[maybe_unused]] LONG Count = RxpDecrement(&Fcb->NodeReferenceCount);
    NT_ASSERT(Count >= 1);
    RdrTraceReference(Fcb, -1, Count, "buffering request");
}

} // namespace

/// Carries out what came for a file while it was held. FCB held exclusive, kept.
VOID NTAPI RxProcessFcbChangeBufferingStateRequest(PFCB Fcb)
{
    PSRV_CALL SrvCall = RxpSrvCall(Fcb->pNetRoot->pSrvCall);
    ClearFlag(Fcb->FcbState, FCB_STATE_BUFFERING_STATE_CHANGE_PENDING);
    while (PCHANGE_BUFFERING_STATE_REQUEST Request = RxpTakeRequestOf(SrvCall, Fcb, nullptr)) {
        RxpCarryOutKeeping(Request, true);
    }
}

VOID NTAPI RxProcessChangeBufferingStateRequestsForSrvOpen(PSRV_OPEN SrvOpen)
{
    PFCB Fcb = RxpFcb(SrvOpen->pFcb);
    PSRV_CALL SrvCall = RxpSrvCall(Fcb->pNetRoot->pSrvCall);
    while (PCHANGE_BUFFERING_STATE_REQUEST Request = RxpTakeRequestOf(SrvCall, Fcb, SrvOpen)) {
        RxpCarryOutKeeping(Request, true);
    }
}

/// Forgets what came for an open that is closed; it leaves the list of keys. FCB held exclusive.
VOID NTAPI RxPurgeChangeBufferingStateRequestsForSrvOpen(PSRV_OPEN SrvOpen)
{
    PFCB Fcb = RxpFcb(SrvOpen->pFcb);
    PSRV_CALL SrvCall = RxpSrvCall(Fcb->pNetRoot->pSrvCall);
    RxAcquireBufferingManagerMutex(&SrvCall->BufferingManager);
    if (!IsListEmpty(&SrvOpen->SrvOpenKeyList)) {
        RemoveEntryList(&SrvOpen->SrvOpenKeyList);
        InitializeListHead(&SrvOpen->SrvOpenKeyList);
    }
    RxReleaseBufferingManagerMutex(&SrvCall->BufferingManager);
    SetFlag(SrvOpen->Flags, SRVOPEN_FLAG_BUFFERING_STATE_CHANGE_REQUESTS_PURGED);
    if (SrvOpen->NodeReferenceCount == 0) {
        return; // requests hold references, so there are none
    }
    while (PCHANGE_BUFFERING_STATE_REQUEST Request = RxpTakeRequestOf(SrvCall, Fcb, SrvOpen)) {
        RxpCarryOutKeeping(Request, false);
    }
}

/// An open is being made: its server may break it before its key is known here.
VOID NTAPI RxInitiateSrvOpenKeyAssociation(PSRV_OPEN SrvOpen)
{
    PSRV_CALL SrvCall = RxpSrvCall(SrvOpen->pFcb->pNetRoot->pSrvCall);
    InterlockedIncrement(&SrvCall->BufferingManager.NumberOfOutstandingOpens);
    SrvOpen->Key = nullptr;
}

/// The open is made: MRxCreate set its Key, and from now on the key finds it.
VOID NTAPI RxCompleteSrvOpenKeyAssociation(PSRV_OPEN SrvOpen)
{
    PSRV_CALL SrvCall = RxpSrvCall(SrvOpen->pFcb->pNetRoot->pSrvCall);
    PRX_BUFFERING_MANAGER Manager = &SrvCall->BufferingManager;
    InterlockedDecrement(&Manager->NumberOfOutstandingOpens);
    if (SrvOpen->Condition != Condition_Good) {
        return;
    }
    RxAcquireBufferingManagerMutex(Manager);
    InsertTailList(&Manager->SrvOpenLists[0], &SrvOpen->SrvOpenKeyList);
    RxReleaseBufferingManagerMutex(Manager);
    // Breaks that came before the key was known wait for it; look at them again.
    KIRQL OldIrql;
    KeAcquireSpinLock(&Manager->SpinLock, &OldIrql);
    bool Any = !IsListEmpty(&Manager->DispatcherList);
    KeReleaseSpinLock(&Manager->SpinLock, OldIrql);
    if (Any) {
        RxpStartDispatcher(SrvCall);
    }
}
