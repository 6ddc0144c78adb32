// From a canonical name to the V_NET_ROOT that serves it: found in the name table, or built.
//
//      lookup shared ── found, stable ──────────────────────────────► V_NET_ROOT
//          │   └────── found, in transition ── wait ── same answer as its builder's
//          ▼ miss
//      lookup exclusive (again: it may have come meanwhile)
//          ▼ miss
//      SRV_CALL   found | wait | create and connect
//      NET_ROOT   MRxExtractNetRootName, found | wait | create
//      V_NET_ROOT create, MRxCreateVNetRoot ── callback ── good | bad
//
// The table is never locked while the mini-redirector talks to a server.
#include "calldown.h"

namespace {

constexpr ULONG RxpMaximumRounds
    = 16; // how often a lookup starts over because what it found went bad meanwhile

struct RXP_NETROOT_CALLDOWN
{
    MRX_CREATENETROOT_CONTEXT Calldown;
    volatile LONG Callbacks;
};

struct RxpCaller
{
    LUID LogonId;
    ULONG SessionId;
};

bool RxpServes(PV_NET_ROOT VNetRoot, const RxpCaller& Caller)
{
    return !VNetRoot->UpperFinalizationDone && VNetRoot->Condition != Condition_Bad
        && VNetRoot->LogonId.LowPart == Caller.LogonId.LowPart
        && VNetRoot->LogonId.HighPart == Caller.LogonId.HighPart
        && VNetRoot->SessionId == Caller.SessionId;
}

bool RxpSameView(PV_NET_ROOT VNetRoot, PCUNICODE_STRING Name)
{
    return RtlEqualUnicodeString(&VNetRoot->PrefixEntry.Prefix, Name, TRUE);
}

/// The view of this caller among those named Name. Holder: the table lock. Takes a reference.
PV_NET_ROOT RxpSelectView(PNET_ROOT NetRoot, PCUNICODE_STRING Name, const RxpCaller& Caller)
{
    for (PLIST_ENTRY Link = NetRoot->VirtualNetRoots.Flink; Link != &NetRoot->VirtualNetRoots;
         Link = Link->Flink) {
        PV_NET_ROOT VNetRoot = CONTAINING_RECORD(Link, V_NET_ROOT, NetRootListEntry);
        if (RxpServes(VNetRoot, Caller) && RxpSameView(VNetRoot, Name)) {
            RxpReference(VNetRoot, "lookup");
            return VNetRoot;
        }
    }
    return nullptr;
}

/// Looks a canonical name up for one caller. Holder: the table lock. Takes a reference.
PV_NET_ROOT RxpLookupView(
    PRX_PREFIX_TABLE Table,
    PUNICODE_STRING CanonicalName,
    PUNICODE_STRING RemainingName,
    PRX_CONNECTION_ID ConnectionId,
    const RxpCaller& Caller)
{
    PVOID Container = RxPrefixTableLookupName(Table, CanonicalName, RemainingName, ConnectionId);
    if (Container == nullptr) {
        return nullptr;
    }
    PV_NET_ROOT View = nullptr;
    if (RxpNodeType(Container) == RDBSS_NTC_V_NETROOT) {
        PV_NET_ROOT Found = (PV_NET_ROOT)Container;
        View = RxpSelectView(RxpNetRoot(Found->pNetRoot), &Found->PrefixEntry.Prefix, Caller);
    } else if (RxpNodeType(Container) == RDBSS_NTC_NETROOT) {
        PNET_ROOT Found = (PNET_ROOT)Container;
        View = RxpSelectView(Found, &Found->PrefixEntry.Prefix, Caller);
    }
    RxpDereference(Container, LHS_SharedLockHeld, "lookup");
    return View;
}

void RxpUseView(PRX_CONTEXT RxContext, PV_NET_ROOT VNetRoot)
{
    RxContext->Create.pVNetRoot = RxpMrx(VNetRoot);
    RxContext->Create.pNetRoot = VNetRoot->pNetRoot;
    RxContext->Create.pSrvCall = VNetRoot->pNetRoot->pSrvCall;
    RxContext->Create.NetNamePrefixEntry = &VNetRoot->PrefixEntry;
    RxContext->Create.Type = VNetRoot->pNetRoot->Type;
}

/// NetRootName as the mini-redirector cut it, made whole: public redirectors answer the part after
/// the server (\share), the documentation may be read as the whole (\server\share).
USHORT
RxpWholeNetRootLength(PSRV_CALL SrvCall, PUNICODE_STRING FilePathName, PUNICODE_STRING NetRootName)
{
    USHORT Server = SrvCall->PrefixEntry.Prefix.Length;
    UNICODE_STRING Whole = { NetRootName->Length, NetRootName->Length, FilePathName->Buffer };
    bool IsWhole = NetRootName->Length > Server && RtlEqualUnicodeString(&Whole, NetRootName, TRUE);
    ULONG Length = IsWhole ? NetRootName->Length : (ULONG)Server + NetRootName->Length;
    return (USHORT)(Length <= FilePathName->Length ? Length : FilePathName->Length);
}

/// The part of FilePathName that names the share: \server\share.
NTSTATUS RxpExtractNetRootName(
    PRX_CONTEXT RxContext,
    PSRV_CALL SrvCall,
    PUNICODE_STRING FilePathName,
    PUNICODE_STRING NetRootName)
{
    USHORT Server = SrvCall->PrefixEntry.Prefix.Length;
    auto Slot = RXP_SLOT(RxContext->RxDeviceObject, MRxExtractNetRootName);
    UNICODE_STRING Part = { 0, 0, nullptr };
    if (Slot != nullptr) {
        UNICODE_STRING Rest = { 0, 0, nullptr };
        RDR_SPAN Span = RdrTraceBegin(RdrLayerMrx, "MRxExtractNetRootName", SrvCall, 0);
        Slot(FilePathName, RxpMrx(SrvCall), &Part, &Rest);
        RdrTraceEnd(Span, STATUS_SUCCESS, Part.Length);
    } else {
        Part.Buffer = (PWCH)((PUCHAR)FilePathName->Buffer + Server);
        USHORT Characters = (USHORT)((FilePathName->Length - Server) / sizeof(WCHAR));
        USHORT Index = 1;
        while (Index < Characters && Part.Buffer[Index] != L'\\') {
            Index += 1;
        }
        Part.Length = Part.MaximumLength
            = (USHORT)((Index < Characters ? Index : Characters) * sizeof(WCHAR));
    }
    if (Part.Length <= sizeof(WCHAR)) {
        return STATUS_BAD_NETWORK_NAME;
    }
    NetRootName->Buffer = FilePathName->Buffer;
    NetRootName->Length = NetRootName->MaximumLength
        = RxpWholeNetRootLength(SrvCall, FilePathName, &Part);
    return NetRootName->Length > Server + sizeof(WCHAR) ? STATUS_SUCCESS : STATUS_BAD_NETWORK_NAME;
}

void RxpWaitUnlocked(
    PRX_CONTEXT RxContext,
    PRX_PREFIX_TABLE Table,
    PLOCK_HOLDING_STATE LockState,
    PRX_BLOCK_CONDITION Condition,
    PLIST_ENTRY WaitList)
{
    RxReleasePrefixTableLock(Table);
    *LockState = LHS_LockNotHeld;
    RxWaitForStableCondition(Condition, WaitList, RxContext, nullptr);
    RxAcquirePrefixTableLockExclusive(Table, TRUE);
    *LockState = LHS_ExclusiveLockHeld;
}

/// The connected SRV_CALL of a server. Holder: table exclusive, on entry and exit. Takes a
/// reference.
NTSTATUS RxpFindOrConnectServer(
    PRX_CONTEXT RxContext,
    PIRP Irp,
    PUNICODE_STRING ServerName,
    PLOCK_HOLDING_STATE LockState,
    PRX_CONNECTION_ID ConnectionId,
    PSRV_CALL* SrvCallPointer)
{
    PRX_PREFIX_TABLE Table = RxpNetNameTable(RxContext->RxDeviceObject);
    PRX_PREFIX_ENTRY Entry = RxTableLookupName_ExactLengthMatch(
        Table, ServerName, RxTableComputeHashValue(ServerName), ConnectionId);
    PSRV_CALL SrvCall;
    NTSTATUS Status;
    if (Entry != nullptr && RxpNodeType(Entry->ContainingRecord) == RDBSS_NTC_SRVCALL) {
        SrvCall = (PSRV_CALL)Entry->ContainingRecord;
        RxpReference(SrvCall, "lookup");
        if (!StableCondition(SrvCall->Condition)) {
            RxpWaitUnlocked(
                RxContext, Table, LockState, &SrvCall->Condition, &SrvCall->TransitionWaitList);
        }
        Status = SrvCall->Condition == Condition_Good ? STATUS_SUCCESS : SrvCall->Status;
        if (Status == STATUS_SUCCESS && SrvCall->Condition != Condition_Good) {
            Status = STATUS_BAD_NETWORK_PATH;
        }
    } else {
        SrvCall = RxCreateSrvCall(RxContext, ServerName, nullptr, ConnectionId);
        if (SrvCall == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RxpReference(SrvCall, "lookup");
        Status = RxConstructSrvCall(RxContext, Irp, SrvCall, LockState);
    }
    if (Status != STATUS_SUCCESS) {
        RxpDereference(SrvCall, LHS_ExclusiveLockHeld, "lookup");
        return Status;
    }
    *SrvCallPointer = SrvCall;
    return STATUS_SUCCESS;
}

/// The NET_ROOT of a share, in transition if it is new. Holder: table exclusive, on entry and exit.
/// Takes a reference.
NTSTATUS RxpFindOrCreateShare(
    PRX_CONTEXT RxContext,
    PSRV_CALL SrvCall,
    PUNICODE_STRING NetRootName,
    PLOCK_HOLDING_STATE LockState,
    PRX_CONNECTION_ID ConnectionId,
    PNET_ROOT* NetRootPointer)
{
    PRX_PREFIX_TABLE Table = RxpNetNameTable(RxContext->RxDeviceObject);
    for (ULONG Round = 0; Round < RxpMaximumRounds; Round += 1) {
        PRX_PREFIX_ENTRY Entry = RxTableLookupName_ExactLengthMatch(
            Table, NetRootName, RxTableComputeHashValue(NetRootName), ConnectionId);
        PNET_ROOT NetRoot = nullptr;
        if (Entry != nullptr && RxpNodeType(Entry->ContainingRecord) == RDBSS_NTC_NETROOT) {
            NetRoot = (PNET_ROOT)Entry->ContainingRecord;
        } else if (
            Entry != nullptr && RxpNodeType(Entry->ContainingRecord) == RDBSS_NTC_V_NETROOT) {
            NetRoot = RxpNetRoot(((PV_NET_ROOT)Entry->ContainingRecord)->pNetRoot);
        }
        if (NetRoot == nullptr || NetRoot->UpperFinalizationDone) {
            NetRoot = RxCreateNetRoot(SrvCall, NetRootName, 0, ConnectionId);
            if (NetRoot == nullptr) {
                return STATUS_INSUFFICIENT_RESOURCES;
            }
            RxpReference(NetRoot, "lookup");
            *NetRootPointer = NetRoot;
            return STATUS_SUCCESS;
        }
        RxpReference(NetRoot, "lookup");
        if (!StableCondition(NetRoot->Condition)) {
            RxpWaitUnlocked(
                RxContext, Table, LockState, &NetRoot->Condition, &NetRoot->TransitionWaitList);
        }
        if (NetRoot->Condition == Condition_Good) {
            *NetRootPointer = NetRoot;
            return STATUS_SUCCESS;
        }
        // Somebody else's attempt failed, with other credentials: this caller makes one of his own.
        RxpDereference(NetRoot, LHS_ExclusiveLockHeld, "lookup");
    }
    return STATUS_BAD_NETWORK_NAME;
}

} // namespace

/// Cuts \server off a name that begins with it.
VOID NTAPI RxExtractServerName(
    PUNICODE_STRING FilePathName, PUNICODE_STRING SrvCallName, PUNICODE_STRING RestOfName)
{
    USHORT Characters = FilePathName->Length / sizeof(WCHAR);
    USHORT Index = 1;
    while (Index < Characters && FilePathName->Buffer[Index] != L'\\') {
        Index += 1;
    }
    if (Index > Characters) {
        Index = Characters;
    }
    SrvCallName->Buffer = FilePathName->Buffer;
    SrvCallName->Length = SrvCallName->MaximumLength = (USHORT)(Index * sizeof(WCHAR));
    if (RestOfName != nullptr) {
        RestOfName->Buffer = &FilePathName->Buffer[Index];
        RestOfName->Length = RestOfName->MaximumLength
            = (USHORT)(FilePathName->Length - SrvCallName->Length);
    }
}

/// Asks the mini-redirector which connection a request belongs to; its answer takes part in every
/// name lookup.
NTSTATUS
RxpGetConnectionId(PRX_CONTEXT RxContext, PRX_CONNECTION_ID ConnectionId, PRX_CONNECTION_ID* Use)
{
    RtlZeroMemory(ConnectionId, sizeof(*ConnectionId));
    *Use = nullptr;
    NTSTATUS Status = RxpCalldown(
        RxContext, "MRxGetConnectionId", RxContext,
        RXP_SLOT(RxContext->RxDeviceObject, MRxGetConnectionId), RxContext, ConnectionId);
    if (Status == STATUS_SUCCESS) {
        *Use = ConnectionId;
    }
    return Status == STATUS_NOT_IMPLEMENTED ? STATUS_SUCCESS : Status;
}

VOID NTAPI RxCreateNetRootCallBack(PMRX_CREATENETROOT_CONTEXT CreateNetRootContext)
{
    RXP_NETROOT_CALLDOWN* Private
        = CONTAINING_RECORD(CreateNetRootContext, RXP_NETROOT_CALLDOWN, Calldown);
    NTSTATUS Status = CreateNetRootContext->NetRootStatus != STATUS_SUCCESS
        ? CreateNetRootContext->NetRootStatus
        : CreateNetRootContext->VirtualNetRootStatus;
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventCallback, "MRxCreateVNetRoot", CreateNetRootContext->pVNetRoot,
        Status, 0);
    if (InterlockedIncrement(&Private->Callbacks) != 1) {
        RdrTraceText(
            RdrLayerRdbss, RdrEventError, "MRxCreateVNetRoot", CreateNetRootContext->pVNetRoot,
            "contract violation: the callback was called more than once");
        return;
    }
    KeSetEvent(&CreateNetRootContext->FinishEvent, IO_NETWORK_INCREMENT, FALSE);
}

/// Has the mini-redirector build a V_NET_ROOT, and the NET_ROOT below it if that is new.
///
/// IRQL     PASSIVE_LEVEL
/// Locks    NetName table lock exclusive on entry; released around the calldown and held exclusive
/// again on exit Errors   the callback's NetRootStatus, or its VirtualNetRootStatus when the former
/// is STATUS_SUCCESS Source   the MRxCreateVNetRoot page (seed), facts.md S-VN-1 to S-VN-31
NTSTATUS NTAPI RxConstructNetRoot(
    PRX_CONTEXT RxContext,
    PSRV_CALL SrvCall,
    PNET_ROOT NetRoot,
    PV_NET_ROOT VirtualNetRoot,
    PLOCK_HOLDING_STATE LockHoldingState)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(SrvCall);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    PRX_PREFIX_TABLE Table = RxpNetNameTable(RxDeviceObject);
    NT_ASSERT(*LockHoldingState == LHS_ExclusiveLockHeld);
    NTSTATUS NetRootStatus = STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS VirtualStatus = STATUS_INSUFFICIENT_RESOURCES;
    RxpUseView(RxContext, VirtualNetRoot);
    RxReleasePrefixTableLock(Table);
    *LockHoldingState = LHS_LockNotHeld;

    auto* Private = (RXP_NETROOT_CALLDOWN*)ExAllocatePoolWithTag(
        RxpNonPaged, sizeof(RXP_NETROOT_CALLDOWN), RX_NETROOT_POOLTAG);
    if (Private != nullptr) {
        RtlZeroMemory(Private, sizeof(*Private));
        PMRX_CREATENETROOT_CONTEXT Calldown = &Private->Calldown;
        KeInitializeEvent(&Calldown->FinishEvent, SynchronizationEvent, FALSE);
        Calldown->RxContext = RxContext;
        Calldown->pVNetRoot = VirtualNetRoot;
        Calldown->VirtualNetRootStatus = STATUS_SUCCESS;
        Calldown->NetRootStatus = STATUS_SUCCESS;
        Calldown->Callback = RxCreateNetRootCallBack;
        NTSTATUS Returned = RxpCalldown(
            RxContext, "MRxCreateVNetRoot", VirtualNetRoot,
            RXP_SLOT(RxDeviceObject, MRxCreateVNetRoot), Calldown);
        if (Returned == STATUS_PENDING || Private->Callbacks != 0) {
            KeWaitForSingleObject(&Calldown->FinishEvent, Executive, KernelMode, FALSE, nullptr);
            NetRootStatus = Calldown->NetRootStatus;
            VirtualStatus = Calldown->VirtualNetRootStatus;
        } else {
            RdrTraceText(
                RdrLayerRdbss, RdrEventError, "MRxCreateVNetRoot", VirtualNetRoot,
                "contract violation: returned without STATUS_PENDING and without the callback");
            NetRootStatus = Returned;
            VirtualStatus = Returned;
        }
        ExFreePoolWithTag(Private, RX_NETROOT_POOLTAG);
    }

    RxAcquirePrefixTableLockExclusive(Table, TRUE);
    *LockHoldingState = LHS_ExclusiveLockHeld;
    bool NetRootGood = NetRootStatus == STATUS_SUCCESS;
    bool ViewGood = NetRootGood && VirtualStatus == STATUS_SUCCESS;
    NTSTATUS Status = NetRootGood ? VirtualStatus : NetRootStatus;
    if (Status == STATUS_PENDING) {
        Status = STATUS_UNEXPECTED_NETWORK_ERROR;
    }
    VirtualNetRoot->ConstructionStatus = Status;
    if (!ViewGood) {
        RxRemovePrefixTableEntry(Table, &VirtualNetRoot->PrefixEntry);
    }
    if (!StableCondition(NetRoot->Condition)) {
        if (!NetRootGood) {
            RxRemovePrefixTableEntry(Table, &NetRoot->PrefixEntry);
            SetFlag(NetRoot->Flags, NETROOT_FLAG_NAME_ALREADY_REMOVED);
        }
        RxTransitionNetRoot(NetRoot, NetRootGood ? Condition_Good : Condition_Bad);
    }
    RxTransitionVNetRoot(VirtualNetRoot, ViewGood ? Condition_Good : Condition_Bad);
    RxpUseView(RxContext, VirtualNetRoot);
    RdrTraceTouch(NetRoot);
    RdrTraceTouch(VirtualNetRoot);
    return Status;
}

/// Finds or connects the server and the share of a name.
///
/// Locks    NetName table lock exclusive on entry and exit, may be released in between
/// Owns     on success references on Create.pSrvCall and Create.pNetRoot; LocalNetRootName and
/// FilePathName point into
///          CanonicalName
NTSTATUS NTAPI RxFindOrCreateConnections(
    PRX_CONTEXT RxContext,
    PIRP Irp,
    PUNICODE_STRING CanonicalName,
    NET_ROOT_TYPE NetRootType,
    BOOLEAN TreeConnect,
    PUNICODE_STRING LocalNetRootName,
    PUNICODE_STRING FilePathName,
    PLOCK_HOLDING_STATE LockState,
    PRX_CONNECTION_ID RxConnectionId)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(NetRootType);
    UNREFERENCED_PARAMETER(TreeConnect);
    USHORT Drive = RxpDrivePartLength(CanonicalName);
    LocalNetRootName->Buffer = CanonicalName->Buffer;
    LocalNetRootName->Length = LocalNetRootName->MaximumLength = Drive;
    FilePathName->Buffer = (PWCH)((PUCHAR)CanonicalName->Buffer + Drive);
    FilePathName->Length = FilePathName->MaximumLength = (USHORT)(CanonicalName->Length - Drive);

    UNICODE_STRING ServerName;
    RxExtractServerName(FilePathName, &ServerName, nullptr);
    if (ServerName.Length <= sizeof(WCHAR)) {
        return STATUS_BAD_NETWORK_PATH;
    }
    PSRV_CALL SrvCall;
    NTSTATUS Status
        = RxpFindOrConnectServer(RxContext, Irp, &ServerName, LockState, RxConnectionId, &SrvCall);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    RxContext->Create.pSrvCall = RxpMrx(SrvCall);
    UNICODE_STRING NetRootName;
    Status = RxpExtractNetRootName(RxContext, SrvCall, FilePathName, &NetRootName);
    PNET_ROOT NetRoot = nullptr;
    if (Status == STATUS_SUCCESS) {
        Status = RxpFindOrCreateShare(
            RxContext, SrvCall, &NetRootName, LockState, RxConnectionId, &NetRoot);
    }
    if (Status != STATUS_SUCCESS) {
        RxpDereference(SrvCall, LHS_SharedLockHeld, "lookup");
        RxContext->Create.pSrvCall = nullptr;
        return Status;
    }
    RxContext->Create.pNetRoot = RxpMrx(NetRoot);
    return STATUS_SUCCESS;
}

/// Builds the V_NET_ROOT of a name, unless somebody else did while the table was unlocked.
///
/// Locks    NetName table lock exclusive on entry and exit, may be released in between
/// Owns     on success a reference on *VirtualNetRootPointer, which may still be in somebody else's
/// transition
NTSTATUS NTAPI RxConstructVirtualNetRoot(
    PRX_CONTEXT RxContext,
    PIRP Irp,
    PUNICODE_STRING CanonicalName,
    NET_ROOT_TYPE NetRootType,
    BOOLEAN TreeConnect,
    PV_NET_ROOT* VirtualNetRootPointer,
    PLOCK_HOLDING_STATE LockHoldingState,
    PRX_CONNECTION_ID RxConnectionId)
{
    PAGED_CODE();
    *VirtualNetRootPointer = nullptr;
    UNICODE_STRING LocalNetRootName;
    UNICODE_STRING FilePathName;
    NTSTATUS Status = RxFindOrCreateConnections(
        RxContext, Irp, CanonicalName, NetRootType, TreeConnect, &LocalNetRootName, &FilePathName,
        LockHoldingState, RxConnectionId);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    PSRV_CALL SrvCall = RxpSrvCall(RxContext->Create.pSrvCall);
    PNET_ROOT NetRoot = RxpNetRoot(RxContext->Create.pNetRoot);

    // A view spans the share; that of a drive also the folder that the drive is mapped to.
    USHORT Share = (USHORT)(LocalNetRootName.Length + NetRoot->PrefixEntry.Prefix.Length);
    bool Deep = TreeConnect && LocalNetRootName.Length != 0;
    UNICODE_STRING ViewName = { Deep ? CanonicalName->Length : Share,
                                Deep ? CanonicalName->Length : Share, CanonicalName->Buffer };
    UNICODE_STRING Mapped;
    Mapped.Buffer = (PWCH)((PUCHAR)CanonicalName->Buffer + Share);
    Mapped.Length = Mapped.MaximumLength = (USHORT)(ViewName.Length - Share);

    RxpCaller Caller;
    RxpCaptureCaller(RxContext, &Caller.LogonId, &Caller.SessionId);
    PV_NET_ROOT VNetRoot = RxpSelectView(NetRoot, &ViewName, Caller);
    if (VNetRoot == nullptr) {
        VNetRoot = RxCreateVNetRoot(
            RxContext, NetRoot, &ViewName, &LocalNetRootName, &Mapped, RxConnectionId);
        if (VNetRoot == nullptr) {
            Status = STATUS_INSUFFICIENT_RESOURCES;
            if (!StableCondition(NetRoot->Condition)) {
                RxRemovePrefixTableEntry(
                    RxpNetNameTable(RxContext->RxDeviceObject), &NetRoot->PrefixEntry);
                RxTransitionNetRoot(NetRoot, Condition_Bad);
            }
        } else {
            RxpReference(VNetRoot, "lookup");
            Status = RxConstructNetRoot(RxContext, SrvCall, NetRoot, VNetRoot, LockHoldingState);
            if (Status != STATUS_SUCCESS) {
                RxpDereference(VNetRoot, LHS_ExclusiveLockHeld, "lookup");
                VNetRoot = nullptr;
            }
        }
    }
    // The view, if there is one, holds the share, and the share the server.
    LOCK_HOLDING_STATE Held = Status == STATUS_SUCCESS ? LHS_SharedLockHeld : LHS_ExclusiveLockHeld;
    RxpDereference(NetRoot, Held, "lookup");
    RxpDereference(SrvCall, LHS_SharedLockHeld, "lookup");
    if (Status != STATUS_SUCCESS) {
        RxContext->Create.pSrvCall = nullptr;
        RxContext->Create.pNetRoot = nullptr;
        RxContext->Create.pVNetRoot = nullptr;
    }
    *VirtualNetRootPointer = VNetRoot;
    return Status;
}

/// Finds or builds the V_NET_ROOT of a name.
///
/// IRQL     PASSIVE_LEVEL
/// Locks    none held; the NetName table lock is taken and released
/// Owns     on success a reference on Create.pVNetRoot; RemainingName is the tail of CanonicalName
/// below the V_NET_ROOT Errors   the status with which server, share or view could not be built;
/// the same for everybody who waited for it
NTSTATUS NTAPI RxFindOrConstructVirtualNetRoot(
    PRX_CONTEXT RxContext,
    PIRP Irp,
    PUNICODE_STRING CanonicalName,
    NET_ROOT_TYPE NetRootType,
    PUNICODE_STRING RemainingName)
{
    PAGED_CODE();
    PRX_PREFIX_TABLE Table = RxpNetNameTable(RxContext->RxDeviceObject);
    if (Table == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST; // registered without a name table
    }
    RX_CONNECTION_ID ConnectionId;
    PRX_CONNECTION_ID UseId;
    NTSTATUS Status = RxpGetConnectionId(RxContext, &ConnectionId, &UseId);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RxpCaller Caller;
    RxpCaptureCaller(RxContext, &Caller.LogonId, &Caller.SessionId);

    RxAcquirePrefixTableLockShared(Table, TRUE);
    LOCK_HOLDING_STATE LockState = LHS_SharedLockHeld;
    PV_NET_ROOT VNetRoot = RxpLookupView(Table, CanonicalName, RemainingName, UseId, Caller);
    if (VNetRoot == nullptr) {
        RxReleasePrefixTableLock(Table);
        RxAcquirePrefixTableLockExclusive(Table, TRUE);
        LockState = LHS_ExclusiveLockHeld;
        VNetRoot = RxpLookupView(Table, CanonicalName, RemainingName, UseId, Caller);
        if (VNetRoot == nullptr) {
            Status = RxConstructVirtualNetRoot(
                RxContext, Irp, CanonicalName, NetRootType,
                RxContext->Create.ThisIsATreeConnectOpen
                    && !RxpIsQueryPath(RxContext->CurrentIrpSp),
                &VNetRoot, &LockState, UseId);
        }
    }
    RxReleasePrefixTableLock(Table);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    if (!StableCondition(VNetRoot->Condition)) {
        RxWaitForStableVNetRoot(VNetRoot, RxContext);
    }
    if (VNetRoot->Condition != Condition_Good) {
        Status = VNetRoot->ConstructionStatus;
        RxpDereference(VNetRoot, LHS_LockNotHeld, "lookup");
        return NT_SUCCESS(Status) ? STATUS_BAD_NETWORK_PATH : Status;
    }
    USHORT Matched = VNetRoot->PrefixEntry.Prefix.Length;
    RemainingName->Buffer = (PWCH)((PUCHAR)CanonicalName->Buffer + Matched);
    RemainingName->Length = RemainingName->MaximumLength
        = (USHORT)(CanonicalName->Length - Matched);
    RxpUseView(RxContext, VNetRoot);
    return STATUS_SUCCESS;
}
