// NET_ROOT: a share of a server. It owns the table of the share's open files.
#include "calldown.h"

/// A NET_ROOT in transition, in the name table.
///
/// Locks    NetName table lock exclusive
/// Owns     count 1, the table's; SrvCall gains one
/// Errors   NULL when there is no memory
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxcreatenetroot.md
PNET_ROOT NTAPI RxCreateNetRoot(
    PSRV_CALL SrvCall, PUNICODE_STRING Name, ULONG NetRootFlags, PRX_CONNECTION_ID RxConnectionId)
{
    PAGED_CODE();
    PRDBSS_DEVICE_OBJECT RxDeviceObject = SrvCall->RxDeviceObject;
    PNET_ROOT NetRoot
        = (PNET_ROOT)RxAllocateObject(RDBSS_NTC_NETROOT, RxDeviceObject->Dispatch, Name->Length);
    if (NetRoot == nullptr) {
        return nullptr;
    }
    RtlCopyMemory(NetRoot->PrefixEntry.Prefix.Buffer, Name->Buffer, Name->Length);
    NetRoot->NodeReferenceCount = 1;
    NetRoot->pSrvCall = RxpMrx(SrvCall);
    NetRoot->Flags = NetRootFlags;
    NetRoot->Type = NET_ROOT_WILD;
    NetRoot->DeviceType = FILE_DEVICE_DISK;
    NetRoot->pNetRootName = &NetRoot->PrefixEntry.Prefix;
    NetRoot->Condition = Condition_InTransition;
    NetRoot->DiskParameters.ClusterSize = 1;
    NetRoot->DiskParameters.ReadAheadGranularity = 32 * 1024;
    InitializeListHead(&NetRoot->TransitionWaitList);
    InitializeListHead(&NetRoot->ScavengerFinalizationList);
    InitializeListHead(&NetRoot->VirtualNetRoots);
    RxInitializePurgeSyncronizationContext(&NetRoot->PurgeSyncronizationContext);
    RxInitializeFcbTable(
        &NetRoot->FcbTable, BooleanFlagOn(SrvCall->Flags, SRVCALL_FLAG_CASE_INSENSITIVE_FILENAMES));
    USHORT Folded = FlagOn(SrvCall->Flags, SRVCALL_FLAG_CASE_INSENSITIVE_NETROOTS)
        ? Name->Length
        : SrvCall->PrefixEntry.Prefix.Length;
    RxPrefixTableInsertName(
        RxpNetNameTable(RxDeviceObject), &NetRoot->PrefixEntry, NetRoot,
        (PULONG)&NetRoot->NodeReferenceCount, Folded, RxConnectionId);
    RdrTraceBorn(RdrObjectNetRoot, NetRoot, sizeof(NET_ROOT), Name, SrvCall);
    RdrTraceReference(NetRoot, 1, 1, "name table");
    RxpReference(SrvCall, "NET_ROOT");
    return NetRoot;
}

/// Closes a NET_ROOT: tells the mini-redirector, then frees it when nothing refers to it any more.
///
/// Locks    NetName table lock exclusive
/// Errors   FALSE: not freed (it still has references, or somebody else is at it)
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxfinalizenetroot.md
BOOLEAN NTAPI
RxFinalizeNetRoot(PNET_ROOT ThisNetRoot, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize)
{
    PAGED_CODE();
    PSRV_CALL SrvCall = RxpSrvCall(ThisNetRoot->pSrvCall);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = SrvCall->RxDeviceObject;
    PRX_PREFIX_TABLE Table = RxpNetNameTable(RxDeviceObject);
    NT_ASSERT(RxIsPrefixTableLockExclusive(Table));
    if (FlagOn(ThisNetRoot->Flags, NETROOT_FLAG_FINALIZATION_IN_PROGRESS)) {
        return FALSE;
    }
    if (ThisNetRoot->NodeReferenceCount != 1 && !ForceFinalize) {
        return FALSE;
    }
    SetFlag(ThisNetRoot->Flags, NETROOT_FLAG_FINALIZATION_IN_PROGRESS);
    if (RecursiveFinalize && ThisNetRoot->NodeReferenceCount != 1) {
        RxForceFinalizeAllVNetRoots(ThisNetRoot);
    }
    if (!ThisNetRoot->UpperFinalizationDone) {
        ThisNetRoot->UpperFinalizationDone = TRUE;
        RxRemovePrefixTableEntry(Table, &ThisNetRoot->PrefixEntry);
        SetFlag(ThisNetRoot->Flags, NETROOT_FLAG_NAME_ALREADY_REMOVED);
        if (ThisNetRoot->Condition == Condition_Good || ThisNetRoot->Context != nullptr) {
            BOOLEAN Force = FALSE;
            RxpCalldownThrough(
                "MRxFinalizeNetRoot", ThisNetRoot, RXP_SLOT(RxDeviceObject, MRxFinalizeNetRoot),
                RxpMrx(ThisNetRoot), &Force);
        }
        ThisNetRoot->Condition = Condition_Closed;
        RdrTraceTouch(ThisNetRoot);
    }
    ClearFlag(ThisNetRoot->Flags, NETROOT_FLAG_FINALIZATION_IN_PROGRESS);
    if (ThisNetRoot->NodeReferenceCount != 1) {
        return FALSE;
    }
    RxpUndoScavengerFinalizationMarking(ThisNetRoot);
    RxFinalizeFcbTable(&ThisNetRoot->FcbTable);
    RxFreeObject(ThisNetRoot);
    RxpDereference(SrvCall, LHS_ExclusiveLockHeld, "NET_ROOT");
    return TRUE;
}

/// Finalizes every V_NET_ROOT of a share, whether its files are open or not.
///
/// Locks    NetName table lock exclusive
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxforcefinalizeallvnetroots.md
VOID NTAPI RxForceFinalizeAllVNetRoots(PNET_ROOT NetRoot)
{
    PLIST_ENTRY Link = NetRoot->VirtualNetRoots.Flink;
    while (Link != &NetRoot->VirtualNetRoots) {
        PV_NET_ROOT VNetRoot = CONTAINING_RECORD(Link, V_NET_ROOT, NetRootListEntry);
        Link = Link->Flink;
        RxFinalizeVNetRoot(VNetRoot, TRUE, TRUE);
    }
}

VOID NTAPI RxAddVirtualNetRootToNetRoot(PNET_ROOT NetRoot, PV_NET_ROOT VNetRoot)
{
    VNetRoot->pNetRoot = RxpMrx(NetRoot);
    InsertTailList(&NetRoot->VirtualNetRoots, &VNetRoot->NetRootListEntry);
    NetRoot->NumberOfVirtualNetRoots += 1;
    if (NetRoot->DefaultVNetRoot == nullptr) {
        NetRoot->DefaultVNetRoot = VNetRoot;
    }
}

VOID NTAPI RxRemoveVirtualNetRootFromNetRoot(PNET_ROOT NetRoot, PV_NET_ROOT VNetRoot)
{
    RemoveEntryList(&VNetRoot->NetRootListEntry);
    InitializeListHead(&VNetRoot->NetRootListEntry);
    NetRoot->NumberOfVirtualNetRoots -= 1;
    if (NetRoot->DefaultVNetRoot == VNetRoot) {
        NetRoot->DefaultVNetRoot = IsListEmpty(&NetRoot->VirtualNetRoots)
            ? nullptr
            : CONTAINING_RECORD(NetRoot->VirtualNetRoots.Flink, V_NET_ROOT, NetRootListEntry);
    }
}
