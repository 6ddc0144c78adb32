// The scavenger: what is not used any more but might be again waits here for a while.
//
//      SRV_CALL, NET_ROOT, V_NET_ROOT, FCB   marked when only their table refers to them; a new
//      reference unmarks them FOBX (dormant)                        a delayed close: the file
//      object is gone, the server's handle still open FOBX (close pending)                  cleaned
//      up, its close still to come; purging its file makes the close come
//
// The first entry sets a one-shot timer; nothing runs while the lists are empty. The timer's
// routine runs on a worker of the FSP, finalizes what is old enough and sets the timer again if
// something is left. Guards:  RxScavengerMutex guards all lists and counters. FOBXs on the lists
// are kept by the reference of their former file
//          object, their FCB through them.
#include "calldown.h"

namespace {

PRDBSS_DEVICE_OBJECT RxpDeviceOf(PVOID Instance)
{
    switch (RxpNodeType(Instance)) {
    case RDBSS_NTC_SRVCALL:
        return ((PSRV_CALL)Instance)->RxDeviceObject;
    case RDBSS_NTC_NETROOT:
        return ((PNET_ROOT)Instance)->pSrvCall->RxDeviceObject;
    case RDBSS_NTC_V_NETROOT:
        return ((PV_NET_ROOT)Instance)->pNetRoot->pSrvCall->RxDeviceObject;
    case RDBSS_NTC_SRVOPEN:
        return RxpFcb(((PSRV_OPEN)Instance)->pFcb)->RxDeviceObject;
    case RDBSS_NTC_FOBX:
        return ((PFOBX)Instance)->RxDeviceObject;
    default:
        return ((PFCB)Instance)->RxDeviceObject;
    }
}

// The entry, list and counter that a structure is marked with; NULL for kinds that are never marked
// this way.
PLIST_ENTRY
RxpMarkOf(PVOID Instance, PRDBSS_SCAVENGER Scavenger, PLIST_ENTRY* List, PULONG* Counter)
{
    switch (RxpNodeType(Instance)) {
    case RDBSS_NTC_SRVCALL:
        *List = &Scavenger->SrvCallFinalizationList;
        *Counter = &Scavenger->SrvCallsToBeFinalized;
        return &((PSRV_CALL)Instance)->ScavengerFinalizationList;
    case RDBSS_NTC_NETROOT:
        *List = &Scavenger->NetRootFinalizationList;
        *Counter = &Scavenger->NetRootsToBeFinalized;
        return &((PNET_ROOT)Instance)->ScavengerFinalizationList;
    case RDBSS_NTC_V_NETROOT:
        *List = &Scavenger->VNetRootFinalizationList;
        *Counter = &Scavenger->VNetRootsToBeFinalized;
        return &((PV_NET_ROOT)Instance)->ScavengerFinalizationList;
    case RDBSS_NTC_SRVOPEN:
    case RDBSS_NTC_FOBX:
        return nullptr;
    default:
        *List = &Scavenger->FcbFinalizationList;
        *Counter = &Scavenger->FcbsToBeFinalized;
        return &((PFCB)Instance)->ScavengerFinalizationList;
    }
}

VOID NTAPI RxScavengerTimerRoutine(PVOID Context);

// Holder: RxScavengerMutex.
void RxpStartScavengerTimer(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    PRDBSS_SCAVENGER Scavenger = RxDeviceObject->pRdbssScavenger;
    if (Scavenger->State != RDBSS_SCAVENGER_INACTIVE
        || RxDeviceObject->DispatcherContext.NumberOfWorkerThreads == 0) {
        return; // running already, or stopped: then the next start or the unregistration finalizes
                // what is marked
    }
    Scavenger->State = RDBSS_SCAVENGER_DORMANT;
    KeClearEvent(&Scavenger->SyncEvent);
    RxPostOneShotTimerRequest(
        RxDeviceObject, &Scavenger->WorkItem, RxScavengerTimerRoutine, RxDeviceObject,
        Scavenger->TimeLimit);
}

// Holder: RxScavengerMutex.
bool RxpAnythingMarked(PRDBSS_SCAVENGER Scavenger)
{
    return !IsListEmpty(&Scavenger->SrvCallFinalizationList)
        || !IsListEmpty(&Scavenger->NetRootFinalizationList)
        || !IsListEmpty(&Scavenger->VNetRootFinalizationList)
        || !IsListEmpty(&Scavenger->FcbFinalizationList)
        || !IsListEmpty(&Scavenger->FobxFinalizationList);
}

// Holder: RxScavengerMutex.
void RxpRemoveDormantMark(PFOBX Fobx)
{
    PRDBSS_SCAVENGER Scavenger = Fobx->RxDeviceObject->pRdbssScavenger;
    ClearFlag(Fobx->Flags, FOBX_FLAG_MARKED_AS_DORMANT);
    RemoveEntryList(&Fobx->ScavengerFinalizationList);
    InitializeListHead(&Fobx->ScavengerFinalizationList);
    Scavenger->FobxsToBeFinalized -= 1;
    InterlockedDecrement(&Scavenger->NumberOfDormantFiles);
    ClearFlag(Fobx->pSrvOpen->Flags, SRVOPEN_FLAG_CLOSE_DELAYED);
    InterlockedDecrement(
        &RxpSrvCall(Fobx->pSrvOpen->pFcb->pNetRoot->pSrvCall)->NumberOfCloseDelayedFiles);
}

/// Carries out one delayed close. FCB held exclusive.
void RxpFinishDelayedClose(PFOBX Fobx)
{
    RxAcquireScavengerMutex();
    bool Mine = FlagOn(Fobx->Flags, FOBX_FLAG_MARKED_AS_DORMANT) != 0;
    if (Mine) {
        RxpRemoveDormantMark(Fobx);
    }
    RxReleaseScavengerMutex();
    if (Mine) {
        RxCloseAssociatedSrvOpen(nullptr, Fobx);
        RxpDereference(Fobx, LHS_ExclusiveLockHeld, "file object");
    }
}

/// Calls Matches for the FOBXs on one of the scavenger's lists; the first match is answered,
/// referenced with its FCB.
template <typename Predicate>
PFOBX RxpTakeFobx(PLIST_ENTRY List, SIZE_T LinkOffset, Predicate Matches)
{
    PFOBX Found = nullptr;
    RxAcquireScavengerMutex();
    for (PLIST_ENTRY Link = List->Flink; Link != List; Link = Link->Flink) {
        PFOBX Fobx = (PFOBX)((PUCHAR)Link - LinkOffset);
        if (Matches(Fobx)) {
            Found = Fobx;
            RxpReference(Found, "scavenger");
            RxpReferenceFcb(RxpFcb(Found->pSrvOpen->pFcb), "scavenger");
            break;
        }
    }
    RxReleaseScavengerMutex();
    return Found;
}

template <typename Predicate>
bool RxpCloseDormant(PRDBSS_DEVICE_OBJECT RxDeviceObject, Predicate Matches)
{
    bool Any = false;
    PRDBSS_SCAVENGER Scavenger = RxDeviceObject->pRdbssScavenger;
    for (;;) {
        PFOBX Fobx = RxpTakeFobx(
            &Scavenger->FobxFinalizationList, FIELD_OFFSET(FOBX, ScavengerFinalizationList),
            Matches);
        if (Fobx == nullptr) {
            return Any;
        }
        Any = true;
        PFCB Fcb = RxpFcb(Fobx->pSrvOpen->pFcb);
        RxAcquireExclusiveFcb(nullptr, Fcb);
        RxpFinishDelayedClose(Fobx);
        RxpDereference(Fobx, LHS_ExclusiveLockHeld, "scavenger");
        RxpReleaseAndDereferenceFcb(nullptr, Fcb, "scavenger");
    }
}

bool RxpConcerns(
    PRDBSS_DEVICE_OBJECT RxDeviceObject, PNET_ROOT NetRoot, PFCB PurgingFcb, PFOBX Fobx)
{
    PFCB Fcb = RxpFcb(Fobx->pSrvOpen->pFcb);
    if (NetRoot != nullptr && RxpNetRootOf(Fcb) != NetRoot) {
        return false;
    }
    if (PurgingFcb == nullptr || Fcb == PurgingFcb) {
        return true;
    }
    // Two names may be one file, its short name and its long one; only the redirector can tell. Its
    // answer is inverted: STATUS_SUCCESS means they are different files.
    auto Slot = RXP_SLOT(RxDeviceObject, MRxAreFilesAliased);
    return Slot != nullptr
        && RxpCalldownThrough("MRxAreFilesAliased", Fcb, Slot, Fcb, PurgingFcb) != STATUS_SUCCESS;
}

// Finalizes one marked structure at a time, so that no lock is held from one to the next.
template <typename Node, typename Finalize>
void RxpFinalizeMarked(PLIST_ENTRY List, SIZE_T LinkOffset, PULONG Counter, Finalize Finalizer)
{
    LIST_ENTRY Taken;
    InitializeListHead(&Taken);
    for (;;) {
        RxAcquireScavengerMutex();
        if (IsListEmpty(List)) {
            RxReleaseScavengerMutex();
            return;
        }
        PLIST_ENTRY Link = RemoveHeadList(List);
        InitializeListHead(Link);
        *Counter -= 1;
        Node* Instance = (Node*)((PUCHAR)Link - LinkOffset);
        RxReleaseScavengerMutex();
        Finalizer(Instance);
    }
}

void RxpFinalizeMarkedConnections(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    PRDBSS_SCAVENGER Scavenger = RxDeviceObject->pRdbssScavenger;
    PRX_PREFIX_TABLE Table = RxDeviceObject->pRxNetNameTable;
    // Children first: each gives its parent back.
    RxAcquirePrefixTableLockExclusive(Table, TRUE);
    RxpFinalizeMarked<V_NET_ROOT>(
        &Scavenger->VNetRootFinalizationList, FIELD_OFFSET(V_NET_ROOT, ScavengerFinalizationList),
        &Scavenger->VNetRootsToBeFinalized,
        [](PV_NET_ROOT VNetRoot) { RxFinalizeVNetRoot(VNetRoot, TRUE, FALSE); });
    RxpFinalizeMarked<NET_ROOT>(
        &Scavenger->NetRootFinalizationList, FIELD_OFFSET(NET_ROOT, ScavengerFinalizationList),
        &Scavenger->NetRootsToBeFinalized,
        [](PNET_ROOT NetRoot) { RxFinalizeNetRoot(NetRoot, TRUE, FALSE); });
    RxpFinalizeMarked<SRV_CALL>(
        &Scavenger->SrvCallFinalizationList, FIELD_OFFSET(SRV_CALL, ScavengerFinalizationList),
        &Scavenger->SrvCallsToBeFinalized,
        [](PSRV_CALL SrvCall) { RxFinalizeSrvCall(SrvCall, FALSE); });
    RxReleasePrefixTableLock(Table);
}

void RxpFinalizeMarkedFcbs(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    PRDBSS_SCAVENGER Scavenger = RxDeviceObject->pRdbssScavenger;
    for (;;) {
        RxAcquireScavengerMutex();
        if (IsListEmpty(&Scavenger->FcbFinalizationList)) {
            RxReleaseScavengerMutex();
            return;
        }
        PFCB Fcb = CONTAINING_RECORD(
            Scavenger->FcbFinalizationList.Flink, FCB, ScavengerFinalizationList);
        RxpUndoScavengerFinalizationMarking(Fcb);
        RxpReferenceFcb(Fcb, "scavenger");
        RxReleaseScavengerMutex();
        RxAcquireExclusiveFcb(nullptr, Fcb);
        RxpReleaseAndDereferenceFcb(nullptr, Fcb, "scavenger");
    }
}

VOID NTAPI RxScavengerTimerRoutine(PVOID Context)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = (PRDBSS_DEVICE_OBJECT)Context;
    PRDBSS_SCAVENGER Scavenger = RxDeviceObject->pRdbssScavenger;
    RxpFileSystemScope Scope;
    RDR_SPAN Span = RdrTraceBegin(RdrLayerRdbss, "RxScavengerTimerRoutine", RxDeviceObject, 0);
    RxAcquireScavengerMutex();
    Scavenger->State = RDBSS_SCAVENGER_ACTIVE;
    Scavenger->CurrentScavengerThread = PsGetCurrentThread();
    RxReleaseScavengerMutex();

    LARGE_INTEGER Now;
    KeQuerySystemTime(&Now);
    LONGLONG OldEnough = Now.QuadPart - Scavenger->TimeLimit.QuadPart;
    RxpCloseDormant(
        RxDeviceObject, [OldEnough](PFOBX Fobx) { return Fobx->CloseTime.QuadPart <= OldEnough; });
    RxpFinalizeMarkedFcbs(RxDeviceObject);
    RxpFinalizeMarkedConnections(RxDeviceObject);

    RxAcquireScavengerMutex();
    Scavenger->CurrentScavengerThread = nullptr;
    Scavenger->State = RDBSS_SCAVENGER_INACTIVE;
    if (RxpAnythingMarked(Scavenger)) {
        RxpStartScavengerTimer(RxDeviceObject);
    }
    KeSetEvent(&Scavenger->SyncEvent, IO_NO_INCREMENT, FALSE);
    RxReleaseScavengerMutex();
    RdrTraceEnd(Span, STATUS_SUCCESS, 0);
}

} // namespace

/// Marks a structure that only its table refers to. Holder: RxScavengerMutex.
VOID NTAPI RxpMarkInstanceForScavengedFinalization(PVOID Instance)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxpDeviceOf(Instance);
    PRDBSS_SCAVENGER Scavenger = RxDeviceObject->pRdbssScavenger;
    PLIST_ENTRY List;
    PULONG Counter;
    PLIST_ENTRY Mark
        = Scavenger != nullptr ? RxpMarkOf(Instance, Scavenger, &List, &Counter) : nullptr;
    if (Mark == nullptr || !IsListEmpty(Mark)) {
        return;
    }
    InsertTailList(List, Mark);
    *Counter += 1;
    RxpStartScavengerTimer(RxDeviceObject);
}

/// Takes the mark away: somebody uses the structure again, or it is freed.
VOID NTAPI RxpUndoScavengerFinalizationMarking(PVOID Instance)
{
    RxAcquireScavengerMutex();
    PRDBSS_SCAVENGER Scavenger = RxpDeviceOf(Instance)->pRdbssScavenger;
    PLIST_ENTRY List;
    PULONG Counter;
    PLIST_ENTRY Mark
        = Scavenger != nullptr ? RxpMarkOf(Instance, Scavenger, &List, &Counter) : nullptr;
    if (Mark != nullptr && !IsListEmpty(Mark)) {
        RemoveEntryList(Mark);
        InitializeListHead(Mark);
        *Counter -= 1;
    }
    RxReleaseScavengerMutex();
}

VOID NTAPI RxUndoScavengerFinalizationMarking(PVOID Instance)
{
    RxpUndoScavengerFinalizationMarking(Instance);
}

// ---- delayed closes
// ------------------------------------------------------------------------------------------------------

/// Makes a FOBX dormant instead of closing it. FCB held exclusive; the FOBX keeps its former file
/// object's reference.
BOOLEAN RxpDelayClose(PRX_CONTEXT RxContext, PFOBX Fobx)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    PRDBSS_SCAVENGER Scavenger = RxDeviceObject->pRdbssScavenger;
    PMRX_SRV_OPEN SrvOpen = Fobx->pSrvOpen;
    RxAcquireScavengerMutex();
    KeQuerySystemTime(&Fobx->CloseTime);
    SetFlag(Fobx->Flags, FOBX_FLAG_MARKED_AS_DORMANT);
    SetFlag(SrvOpen->Flags, SRVOPEN_FLAG_CLOSE_DELAYED);
    InsertTailList(&Scavenger->FobxFinalizationList, &Fobx->ScavengerFinalizationList);
    Scavenger->FobxsToBeFinalized += 1;
    InterlockedIncrement(&Scavenger->NumberOfDormantFiles);
    InterlockedIncrement(&RxpSrvCall(SrvOpen->pFcb->pNetRoot->pSrvCall)->NumberOfCloseDelayedFiles);
    RxpStartScavengerTimer(RxDeviceObject);
    RxReleaseScavengerMutex();
    RdrTraceEvent(RdrLayerRdbss, RdrEventState, "close delayed", SrvOpen, STATUS_SUCCESS, 0);
    return TRUE;
}

/// The dormant FOBXs of a SRV_OPEN that has a new user go, without the server. FCB held exclusive.
void RxpReviveDormant(PSRV_OPEN SrvOpen)
{
    PLIST_ENTRY Link = SrvOpen->FobxList.Flink;
    while (Link != &SrvOpen->FobxList) {
        PFOBX Fobx = CONTAINING_RECORD(Link, FOBX, FobxQLinks);
        Link = Link->Flink;
        RxAcquireScavengerMutex();
        bool Dormant = FlagOn(Fobx->Flags, FOBX_FLAG_MARKED_AS_DORMANT) != 0;
        if (Dormant) {
            RxpRemoveDormantMark(Fobx);
        }
        RxReleaseScavengerMutex();
        if (Dormant) {
            RxpDereference(Fobx, LHS_ExclusiveLockHeld, "file object");
        }
    }
}

/// Carries out the delayed closes of one file now. FCB held exclusive.
BOOLEAN RxpCloseDormantOpens(PRX_CONTEXT RxContext, PFCB Fcb)
{
    UNREFERENCED_PARAMETER(RxContext);
    BOOLEAN Any = FALSE;
    for (;;) {
        PFOBX Dormant = nullptr;
        for (PLIST_ENTRY Link = Fcb->SrvOpenList.Flink;
             Link != &Fcb->SrvOpenList && Dormant == nullptr; Link = Link->Flink) {
            PSRV_OPEN SrvOpen = CONTAINING_RECORD(Link, SRV_OPEN, SrvOpenQLinks);
            for (PLIST_ENTRY Inner = SrvOpen->FobxList.Flink; Inner != &SrvOpen->FobxList;
                 Inner = Inner->Flink) {
                PFOBX Fobx = CONTAINING_RECORD(Inner, FOBX, FobxQLinks);
                if (FlagOn(Fobx->Flags, FOBX_FLAG_MARKED_AS_DORMANT)) {
                    Dormant = Fobx;
                    break;
                }
            }
        }
        if (Dormant == nullptr) {
            return Any;
        }
        Any = TRUE;
        RxpFinishDelayedClose(Dormant);
    }
}

BOOLEAN NTAPI RxScavengeRelatedFobxs(PFCB Fcb)
{
    return RxpCloseDormantOpens(nullptr, Fcb);
}

/// A FOBX was cleaned up: until its close comes it can be asked to hurry (RxPurgeRelatedFobxs).
VOID NTAPI RxMarkFobxOnCleanup(PFOBX pFobx, PBOOLEAN NeedPurge)
{
    *NeedPurge = FALSE;
    PRDBSS_SCAVENGER Scavenger = pFobx->RxDeviceObject->pRdbssScavenger;
    if (Scavenger == nullptr) {
        return;
    }
    RxAcquireScavengerMutex();
    if (IsListEmpty(&pFobx->ClosePendingList)) {
        InsertTailList(&Scavenger->ClosePendingFobxsList, &pFobx->ClosePendingList);
    }
    RxReleaseScavengerMutex();
}

VOID NTAPI RxMarkFobxOnClose(PFOBX Fobx)
{
    RxAcquireScavengerMutex();
    if (!IsListEmpty(&Fobx->ClosePendingList)) {
        RemoveEntryList(&Fobx->ClosePendingList);
        InitializeListHead(&Fobx->ClosePendingList);
    }
    RxReleaseScavengerMutex();
}

/// A FOBX that is freed leaves every list.
void RxpRemoveFromScavenger(PFOBX Fobx)
{
    RxAcquireScavengerMutex();
    if (FlagOn(Fobx->Flags, FOBX_FLAG_MARKED_AS_DORMANT)) {
        RxpRemoveDormantMark(Fobx);
    }
    if (!IsListEmpty(&Fobx->ClosePendingList)) {
        RemoveEntryList(&Fobx->ClosePendingList);
        InitializeListHead(&Fobx->ClosePendingList);
    }
    RxReleaseScavengerMutex();
}

// ---- on request
// ------------------------------------------------------------------------------------------------------------

VOID NTAPI
RxInitializePurgeSyncronizationContext(PPURGE_SYNCHRONIZATION_CONTEXT PurgeSyncronizationContext)
{
    InitializeListHead(&PurgeSyncronizationContext->ContextsAwaitingPurgeCompletion);
    PurgeSyncronizationContext->PurgeInProgress = FALSE;
}

/// Throws a file's pages out of the cache, so that the cache manager gives its file object up.
BOOLEAN NTAPI RxPurgeFobx(PFOBX pFobx)
{
    PFCB Fcb = RxpFcb(pFobx->pSrvOpen->pFcb);
    RxAcquireExclusiveFcb(nullptr, Fcb);
    NTSTATUS Status = RxPurgeFcbInSystemCache(Fcb, nullptr, 0, TRUE, TRUE);
    RxReleaseFcb(nullptr, Fcb);
    return NT_SUCCESS(Status);
}

NTSTATUS NTAPI RxPurgeFobxFromCache(PFOBX FobxToBePurged)
{
    return RxPurgeFobx(FobxToBePurged) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/// Hurries the closes of files of a share that were cleaned up; with PurgingFcb only those of the
/// same file.
///
/// IRQL     <= APC_LEVEL
/// Errors   STATUS_UNSUCCESSFUL: there was none
/// Source   windows-driver-docs-ddi: scavengr/nf-scavengr-rxpurgerelatedfobxs.md
NTSTATUS NTAPI RxPurgeRelatedFobxs(
    PNET_ROOT NetRoot, PRX_CONTEXT RxContext, BOOLEAN AttemptFinalization, PFCB PurgingFcb)
{
    UNREFERENCED_PARAMETER(RxContext);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = NetRoot->pSrvCall->RxDeviceObject;
    PRDBSS_SCAVENGER Scavenger = RxDeviceObject->pRdbssScavenger;
    bool Any = false;
    // Each close-pending FOBX is asked once: a purge need not bring the close about.
    ULONG Bound = 0;
    RxAcquireScavengerMutex();
    for (PLIST_ENTRY Link = Scavenger->ClosePendingFobxsList.Flink;
         Link != &Scavenger->ClosePendingFobxsList; Link = Link->Flink) {
        Bound += 1;
    }
    RxReleaseScavengerMutex();
    while (Bound != 0) {
        Bound -= 1;
        PFOBX Fobx = RxpTakeFobx(
            &Scavenger->ClosePendingFobxsList, FIELD_OFFSET(FOBX, ClosePendingList),
            [&](PFOBX Candidate) {
                return RxpConcerns(RxDeviceObject, NetRoot, PurgingFcb, Candidate);
            });
        if (Fobx == nullptr) {
            break;
        }
        RxAcquireScavengerMutex();
        if (!IsListEmpty(&Fobx->ClosePendingList)) {
            RemoveEntryList(&Fobx->ClosePendingList);
            InsertTailList(&Scavenger->ClosePendingFobxsList, &Fobx->ClosePendingList);
        }
        RxReleaseScavengerMutex();
        PFCB Fcb = RxpFcb(Fobx->pSrvOpen->pFcb);
        Any = RxPurgeFobx(Fobx) || Any;
        RxAcquireExclusiveFcb(nullptr, Fcb);
        RxpDereference(Fobx, LHS_ExclusiveLockHeld, "scavenger");
        RxpReleaseAndDereferenceFcb(nullptr, Fcb, "scavenger");
    }
    if (AttemptFinalization) {
        Any = RxpCloseDormant(
                  RxDeviceObject,
                  [&](PFOBX Fobx) {
                      return RxpConcerns(RxDeviceObject, NetRoot, PurgingFcb, Fobx);
                  })
            || Any;
    }
    return Any ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/// Carries out the delayed closes of a share; with PurgingFcb only those of the same file.
///
/// IRQL     <= APC_LEVEL
/// Source   windows-driver-docs-ddi: scavengr/nf-scavengr-rxscavengefobxsfornetroot.md
VOID NTAPI
RxScavengeFobxsForNetRoot(PNET_ROOT NetRoot, PFCB PurgingFcb, BOOLEAN SynchronizeWithScavenger)
{
    UNREFERENCED_PARAMETER(SynchronizeWithScavenger);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = NetRoot->pSrvCall->RxDeviceObject;
    RxpCloseDormant(RxDeviceObject, [&](PFOBX Fobx) {
        return RxpConcerns(RxDeviceObject, NetRoot, PurgingFcb, Fobx);
    });
}

/// Carries out every delayed close of a redirector.
VOID NTAPI RxScavengeAllFobxs(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    if (RxDeviceObject->pRdbssScavenger != nullptr) {
        RxpCloseDormant(RxDeviceObject, [](PFOBX) { return true; });
    }
}

/// Purges every file of a redirector that was cleaned up but not closed.
VOID NTAPI RxPurgeAllFobxs(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    PRX_PREFIX_TABLE Table = RxDeviceObject->pRxNetNameTable;
    if (Table == nullptr) {
        return;
    }
    RxAcquirePrefixTableLockShared(Table, TRUE);
    for (PLIST_ENTRY Link = Table->MemberQueue.Flink; Link != &Table->MemberQueue;
         Link = Link->Flink) {
        PRX_PREFIX_ENTRY Entry = CONTAINING_RECORD(Link, RX_PREFIX_ENTRY, MemberQLinks);
        if (RxpNodeType(Entry->ContainingRecord) == RDBSS_NTC_NETROOT) {
            RxPurgeRelatedFobxs(
                (PNET_ROOT)Entry->ContainingRecord, nullptr, DONT_ATTEMPT_FINALIZE_ON_PURGE,
                nullptr);
        }
    }
    RxReleasePrefixTableLock(Table);
}

VOID NTAPI RxSynchronizeWithScavenger(PRX_CONTEXT RxContext, PFCB Fcb)
{
    UNREFERENCED_PARAMETER(Fcb);
    PRDBSS_SCAVENGER Scavenger = RxContext->RxDeviceObject->pRdbssScavenger;
    RxAcquireScavengerMutex();
    bool Wait = Scavenger->State == RDBSS_SCAVENGER_ACTIVE
        && Scavenger->CurrentScavengerThread != PsGetCurrentThread();
    RxReleaseScavengerMutex();
    if (Wait) {
        KeWaitForSingleObject(&Scavenger->SyncEvent, Executive, KernelMode, FALSE, nullptr);
    }
}

BOOLEAN NTAPI RxScavengeVNetRoots(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    RxpFinalizeMarkedConnections(RxDeviceObject);
    return TRUE;
}

/// Finalizes everything that is marked, and leaves the timer off: the redirector is stopping.
void RxpTerminateScavenging(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    PRDBSS_SCAVENGER Scavenger = RxDeviceObject->pRdbssScavenger;
    if (NT_SUCCESS(RxCancelTimerRequest(RxDeviceObject, RxScavengerTimerRoutine, RxDeviceObject))) {
        RxAcquireScavengerMutex();
        Scavenger->State = RDBSS_SCAVENGER_INACTIVE;
        RxReleaseScavengerMutex();
    } else if (
        Scavenger->State == RDBSS_SCAVENGER_ACTIVE
        || (Scavenger->State == RDBSS_SCAVENGER_DORMANT
            && RxDeviceObject->DispatcherContext.NumberOfWorkerThreads != 0)) {
        // The timer's routine runs, or is on its way to a worker.
        KeWaitForSingleObject(&Scavenger->SyncEvent, Executive, KernelMode, FALSE, nullptr);
    }
    Scavenger->State = RDBSS_SCAVENGER_INACTIVE;
    RxpScavengeNow(RxDeviceObject);
    if (NT_SUCCESS(RxCancelTimerRequest(RxDeviceObject, RxScavengerTimerRoutine, RxDeviceObject))) {
        RxAcquireScavengerMutex();
        Scavenger->State = RDBSS_SCAVENGER_INACTIVE;
        RxReleaseScavengerMutex();
    }
}

/// Sets the timer for what was marked while the redirector was stopped.
void RxpResumeScavenging(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    if (RxDeviceObject->pRdbssScavenger == nullptr) {
        return;
    }
    RxAcquireScavengerMutex();
    if (RxpAnythingMarked(RxDeviceObject->pRdbssScavenger)) {
        RxpStartScavengerTimer(RxDeviceObject);
    }
    RxReleaseScavengerMutex();
}

void RxpScavengeNow(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    RxpCloseDormant(RxDeviceObject, [](PFOBX) { return true; });
    RxpFinalizeMarkedFcbs(RxDeviceObject);
    RxpFinalizeMarkedConnections(RxDeviceObject);
}

/// Finalizes every connection of a redirector that is unregistered, idle or not.
void RxpFinalizeNetNameTable(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    PRX_PREFIX_TABLE Table = RxDeviceObject->pRxNetNameTable;
    RxAcquirePrefixTableLockExclusive(Table, TRUE);
    constexpr NODE_TYPE_CODE Order[]
        = { RDBSS_NTC_V_NETROOT, RDBSS_NTC_NETROOT, RDBSS_NTC_SRVCALL };
    for (NODE_TYPE_CODE Type : Order) {
        PLIST_ENTRY Link = Table->MemberQueue.Flink;
        while (Link != &Table->MemberQueue) {
            PVOID Container
                = CONTAINING_RECORD(Link, RX_PREFIX_ENTRY, MemberQLinks)->ContainingRecord;
            if (RxpNodeType(Container) != Type) {
                Link = Link->Flink;
                continue;
            }
            // A finalizer takes this entry off the queue and may take its parent's off as well, so
            // start over.
            if (Type == RDBSS_NTC_V_NETROOT) {
                PV_NET_ROOT VNetRoot = (PV_NET_ROOT)Container;
                if (InterlockedExchange(&VNetRoot->AdditionalReferenceForDeleteFsctlTaken, 0)
                    != 0) {
                    RxpReference(VNetRoot, "unregister");
                    RxpDereference(VNetRoot, LHS_SharedLockHeld, "explicit connection");
                    RxpDereference(VNetRoot, LHS_SharedLockHeld, "unregister");
                }
                RxFinalizeVNetRoot(VNetRoot, TRUE, TRUE);
            } else if (Type == RDBSS_NTC_NETROOT) {
                RxFinalizeNetRoot((PNET_ROOT)Container, TRUE, TRUE);
            } else {
                RxFinalizeSrvCall((PSRV_CALL)Container, TRUE);
            }
            Link = Table->MemberQueue.Flink;
        }
    }
    RxReleasePrefixTableLock(Table);
    RxpTerminateScavenging(RxDeviceObject);
}
