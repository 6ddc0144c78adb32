// SRV_CALL: a server with which a connection exists or is being made.
//
// Built in two phases. RxCreateSrvCall puts it into the name table in transition;
// RxConstructSrvCall asks the mini-redirector to connect and waits for the callback, with the table
// unlocked so that others can find the SRV_CALL and wait for it:
//
//      creator   insert (InTransition) ── unlock ── MRxCreateSrvCall ── wait ──
//      MRxSrvCallWinnerNotify ── Good | Bad ── lock mini-rdr └─ ... ── CallBack (exactly once) ─┘
//      others    find it, RxWaitForStableSrvCall
//      ─────────────────────────────────────────────────────────┘
#include "calldown.h"

namespace {

// What RDBSS keeps beside the documented calldown structure.
struct RXP_SRVCALL_CALLDOWN
{
    MRX_SRVCALLDOWN_STRUCTURE Calldown;
    volatile LONG Callbacks;
};

VOID NTAPI RxCreateSrvCallCallBack(PMRX_SRVCALL_CALLBACK_CONTEXT Context)
{
    PMRX_SRVCALLDOWN_STRUCTURE Calldown = Context->SrvCalldownStructure;
    RXP_SRVCALL_CALLDOWN* Private = CONTAINING_RECORD(Calldown, RXP_SRVCALL_CALLDOWN, Calldown);
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventCallback, "MRxCreateSrvCall", Calldown->SrvCall, Context->Status, 0);
    if (InterlockedIncrement(&Private->Callbacks) != 1) {
        RdrTraceText(
            RdrLayerRdbss, RdrEventError, "MRxCreateSrvCall", Calldown->SrvCall,
            "contract violation: the callback was called more than once");
        return;
    }
    Calldown->NumberRemaining -= 1;
    Calldown->BestFinisher = Context->RxDeviceObject;
    Calldown->BestFinisherOrdinal = Context->CallbackContextOrdinal;
    KeSetEvent(&Calldown->FinishEvent, IO_NETWORK_INCREMENT, FALSE);
}

NTSTATUS RxpRunCreateSrvCall(PRX_CONTEXT RxContext, PSRV_CALL SrvCall)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    auto* Private = (RXP_SRVCALL_CALLDOWN*)ExAllocatePoolWithTag(
        RxpNonPaged, sizeof(RXP_SRVCALL_CALLDOWN), RX_SRVCALL_POOLTAG);
    if (Private == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Private, sizeof(*Private));
    PMRX_SRVCALLDOWN_STRUCTURE Calldown = &Private->Calldown;
    PMRX_SRVCALL_CALLBACK_CONTEXT Context = &Calldown->CallbackContexts[0];
    KeInitializeEvent(&Calldown->FinishEvent, SynchronizationEvent, FALSE);
    Calldown->RxContext = RxContext;
    Calldown->SrvCall = RxpMrx(SrvCall);
    Calldown->CallBack = RxCreateSrvCallCallBack;
    Calldown->NumberRemaining = Calldown->NumberToWait
        = 1; // each redirector has its own RDBSS: one candidate (S-T-56)
    Context->SrvCalldownStructure = Calldown;
    Context->RxDeviceObject = RxDeviceObject;
    Context->Status = STATUS_BAD_NETWORK_PATH;
    RxAcquireSerializationMutex();
    InsertTailList(&RxSrvCalldownList, &Calldown->SrvCalldownList);
    RxReleaseSerializationMutex();

    NTSTATUS Returned = RxpCalldown(
        RxContext, "MRxCreateSrvCall", SrvCall, RXP_SLOT(RxDeviceObject, MRxCreateSrvCall),
        RxpMrx(SrvCall), Context);
    NTSTATUS Status;
    if (Returned == STATUS_PENDING || Private->Callbacks != 0) {
        KeWaitForSingleObject(&Calldown->FinishEvent, Executive, KernelMode, FALSE, nullptr);
        Status = Context->Status;
    } else {
        // It neither pended nor called back: its word is final (facts.md A45).
        RdrTraceText(
            RdrLayerRdbss, RdrEventError, "MRxCreateSrvCall", SrvCall,
            "contract violation: returned without STATUS_PENDING and without the callback");
        Status = Returned == STATUS_SUCCESS ? Context->Status : Returned;
    }
    if (Status == STATUS_SUCCESS) {
        NTSTATUS Notified = RxpCalldown(
            RxContext, "MRxSrvCallWinnerNotify", SrvCall,
            RXP_SLOT(RxDeviceObject, MRxSrvCallWinnerNotify), RxpMrx(SrvCall), (BOOLEAN)TRUE,
            Context->RecommunicateContext);
        Status = Notified == STATUS_NOT_IMPLEMENTED
                && RXP_SLOT(RxDeviceObject, MRxSrvCallWinnerNotify) == nullptr
            ? STATUS_SUCCESS
            : Notified;
    } else if (Status == STATUS_PENDING) {
        Status = STATUS_UNEXPECTED_NETWORK_ERROR;
    }
    RxAcquireSerializationMutex();
    RemoveEntryList(&Calldown->SrvCalldownList);
    RxReleaseSerializationMutex();
    ExFreePoolWithTag(Private, RX_SRVCALL_POOLTAG);
    return Status;
}

VOID NTAPI RxpFinalizeSrvCallInFsp(PVOID Context)
{
    PSRV_CALL SrvCall = (PSRV_CALL)Context;
    PRX_PREFIX_TABLE Table = RxpNetNameTable(SrvCall->RxDeviceObject);
    FsRtlEnterFileSystem();
    RxAcquirePrefixTableLockExclusive(Table, TRUE);
    RxpDereference(SrvCall, LHS_ExclusiveLockHeld, "finalize in the FSP");
    RxReleasePrefixTableLock(Table);
    FsRtlExitFileSystem();
}

} // namespace

/// A SRV_CALL in transition, in the name table.
///
/// Locks    NetName table lock exclusive
/// Owns     count 1, the table's
/// Errors   NULL when there is no memory
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxcreatesrvcall.md
PSRV_CALL NTAPI RxCreateSrvCall(
    PRX_CONTEXT RxContext,
    PUNICODE_STRING Name,
    PUNICODE_STRING InnerNamePrefix,
    PRX_CONNECTION_ID RxConnectionId)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(InnerNamePrefix);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    PSRV_CALL SrvCall
        = (PSRV_CALL)RxAllocateObject(RDBSS_NTC_SRVCALL, RxDeviceObject->Dispatch, Name->Length);
    if (SrvCall == nullptr) {
        return nullptr;
    }
    RtlCopyMemory(SrvCall->PrefixEntry.Prefix.Buffer, Name->Buffer, Name->Length);
    SrvCall->NodeReferenceCount = 1;
    SrvCall->RxDeviceObject = RxDeviceObject;
    SrvCall->pSrvCallName = &SrvCall->PrefixEntry.Prefix;
    SrvCall->Condition = Condition_InTransition;
    InitializeListHead(&SrvCall->TransitionWaitList);
    InitializeListHead(&SrvCall->ScavengerFinalizationList);
    RxInitializePurgeSyncronizationContext(&SrvCall->PurgeSyncronizationContext);
    RxInitializeBufferingManager(SrvCall);
    RxInitializeSrvCallParameters(RxContext, SrvCall);
    RxPrefixTableInsertName(
        RxpNetNameTable(RxDeviceObject), &SrvCall->PrefixEntry, SrvCall,
        (PULONG)&SrvCall->NodeReferenceCount, Name->Length, RxConnectionId);
    RdrTraceBorn(RdrObjectSrvCall, SrvCall, sizeof(SRV_CALL), Name, RxDeviceObject);
    RdrTraceReference(SrvCall, 1, 1, "name table");
    return SrvCall;
}

NTSTATUS NTAPI RxInitializeSrvCallParameters(PRX_CONTEXT RxContext, PSRV_CALL SrvCall)
{
    UNREFERENCED_PARAMETER(RxContext);
    // inferred: no page gives the number a redirector starts with; it may lower or raise it when it
    // connects.
    SrvCall->MaximumNumberOfCloseDelayedFiles = 64;
    return STATUS_SUCCESS;
}

/// Connects a SRV_CALL that RxCreateSrvCall made.
///
/// IRQL     PASSIVE_LEVEL
/// Locks    NetName table lock exclusive on entry; released around the calldowns and held exclusive
/// again on exit Errors   the callback's status, or MRxSrvCallWinnerNotify's
NTSTATUS NTAPI RxConstructSrvCall(
    PRX_CONTEXT RxContext, PIRP Irp, PSRV_CALL SrvCall, PLOCK_HOLDING_STATE LockHoldingState)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(Irp);
    PRX_PREFIX_TABLE Table = RxpNetNameTable(RxContext->RxDeviceObject);
    NT_ASSERT(*LockHoldingState == LHS_ExclusiveLockHeld);
    RxReleasePrefixTableLock(Table);
    *LockHoldingState = LHS_LockNotHeld;

    RxContext->Create.pSrvCall = RxpMrx(SrvCall);
    NTSTATUS Status = RxpRunCreateSrvCall(RxContext, SrvCall);

    RxAcquirePrefixTableLockExclusive(Table, TRUE);
    *LockHoldingState = LHS_ExclusiveLockHeld;
    SrvCall->Status = Status;
    if (Status != STATUS_SUCCESS) {
        // Nobody shall find it again: the next open of this server starts afresh.
        RxRemovePrefixTableEntry(Table, &SrvCall->PrefixEntry);
    }
    RxTransitionSrvCall(SrvCall, Status == STATUS_SUCCESS ? Condition_Good : Condition_Bad);
    RdrTraceTouch(SrvCall);
    return Status;
}

/// Closes a SRV_CALL: tells the mini-redirector, then frees it when nothing refers to it any more.
///
/// Locks    NetName table lock exclusive
/// Errors   FALSE: it still has references, or the work was handed to the FSP
/// Source   windows-driver-docs-ddi: mrx/nc-mrx-pmrx_finalize_srvcall_calldown.md
BOOLEAN NTAPI RxFinalizeSrvCall(PSRV_CALL ThisSrvCall, BOOLEAN ForceFinalize)
{
    PAGED_CODE();
    PRDBSS_DEVICE_OBJECT RxDeviceObject = ThisSrvCall->RxDeviceObject;
    PRX_PREFIX_TABLE Table = RxpNetNameTable(RxDeviceObject);
    NT_ASSERT(RxIsPrefixTableLockExclusive(Table));
    if (ThisSrvCall->NodeReferenceCount != 1 && !ForceFinalize) {
        return FALSE;
    }
    if (!ThisSrvCall->UpperFinalizationDone) {
        RxRemovePrefixTableEntry(Table, &ThisSrvCall->PrefixEntry);
        ThisSrvCall->UpperFinalizationDone = TRUE;
    }
    if (!RxpInFsp()) {
        RxpReference(ThisSrvCall, "finalize in the FSP");
        if (!NT_SUCCESS(RxDispatchToWorkerThread(
                RxDeviceObject, DelayedWorkQueue, RxpFinalizeSrvCallInFsp, ThisSrvCall))) {
            RxpDereference(ThisSrvCall, LHS_SharedLockHeld, "finalize in the FSP");
        }
        return FALSE;
    }
    if (ThisSrvCall->Condition != Condition_Closed) {
        bool EverSeen = ThisSrvCall->Condition == Condition_Good || ThisSrvCall->Context != nullptr;
        ThisSrvCall->Condition = Condition_Closed;
        RxTearDownBufferingManager(ThisSrvCall);
        if (EverSeen) {
            RxpCalldownThrough(
                "MRxFinalizeSrvCall", ThisSrvCall, RXP_SLOT(RxDeviceObject, MRxFinalizeSrvCall),
                RxpMrx(ThisSrvCall), ForceFinalize);
        }
    }
    if (ThisSrvCall->NodeReferenceCount != 1) {
        return FALSE;
    }
    RxpUndoScavengerFinalizationMarking(ThisSrvCall);
    if (ThisSrvCall->pDomainName != nullptr) {
        ExFreePoolWithTag(ThisSrvCall->pDomainName, RX_SRVCALL_POOLTAG);
        ThisSrvCall->pDomainName = nullptr;
    }
    RxFreeObject(ThisSrvCall);
    return TRUE;
}

/// Replaces the name of the domain a server belongs to.
///
/// Errors   STATUS_INSUFFICIENT_RESOURCES
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxsetsrvcalldomainname.md
NTSTATUS NTAPI RxSetSrvCallDomainName(PMRX_SRV_CALL SrvCall, PUNICODE_STRING DomainName)
{
    PUNICODE_STRING Copy = nullptr;
    if (DomainName != nullptr && DomainName->Length > 0) {
        Copy = (PUNICODE_STRING)ExAllocatePoolWithTag(
            RxpNonPaged, sizeof(UNICODE_STRING) + DomainName->Length, RX_SRVCALL_POOLTAG);
        if (Copy == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Copy->Buffer = (PWCH)(Copy + 1);
        Copy->Length = Copy->MaximumLength = DomainName->Length;
        RtlCopyMemory(Copy->Buffer, DomainName->Buffer, DomainName->Length);
    }
    PUNICODE_STRING Old = SrvCall->pDomainName;
    SrvCall->pDomainName = Copy;
    if (Old != nullptr) {
        ExFreePoolWithTag(Old, RX_SRVCALL_POOLTAG);
    }
    return STATUS_SUCCESS;
}
