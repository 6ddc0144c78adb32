// Taking a connection away while it may be in use: net use /delete, and what becomes of the files
// that are open on it.
//
// An orphan is an open whose share is gone: its server handle is given up (MRxForceClosed), further
// I/O on it answers STATUS_FILE_CLOSED, its cleanup and close still succeed.
#include "calldown.h"

namespace {

/// Calls Visit for every FCB of a share, referenced and held exclusive.
template <typename Visitor> void RxpForEachFcb(PNET_ROOT NetRoot, Visitor Visit)
{
    PRX_FCB_TABLE Table = &NetRoot->FcbTable;
    for (USHORT Bucket = 0; Bucket < Table->NumberOfBuckets; Bucket += 1) {
        ULONG Skip = 0;
        for (;;) {
            PFCB Fcb = nullptr;
            RxAcquireFcbTableLockShared(Table, TRUE);
            PLIST_ENTRY Link = Table->HashBuckets[Bucket].Flink;
            for (ULONG Index = 0; Index < Skip && Link != &Table->HashBuckets[Bucket]; Index += 1) {
                Link = Link->Flink;
            }
            if (Link != &Table->HashBuckets[Bucket]) {
                Fcb = CONTAINING_RECORD(Link, FCB, FcbTableEntry.HashLinks);
                RxpReferenceFcb(Fcb, "orphan");
            }
            RxReleaseFcbTableLock(Table);
            if (Fcb == nullptr) {
                break;
            }
            RxAcquireExclusiveFcb(nullptr, Fcb);
            Visit(Fcb);
            RxpReleaseAndDereferenceFcb(nullptr, Fcb, "orphan");
            Skip += 1;
        }
    }
}

bool RxpHasOpenFiles(PV_NET_ROOT VNetRoot)
{
    return VNetRoot->NumberOfFobxs != 0;
}

} // namespace

VOID NTAPI RxOrphanSrvOpensForThisFcb(PFCB Fcb, PV_NET_ROOT ThisVNetRoot, BOOLEAN OrphanAll)
{
    bool AllOrphaned = true;
    for (PLIST_ENTRY Link = Fcb->SrvOpenList.Flink; Link != &Fcb->SrvOpenList; Link = Link->Flink) {
        PSRV_OPEN SrvOpen = CONTAINING_RECORD(Link, SRV_OPEN, SrvOpenQLinks);
        if (OrphanAll || SrvOpen->pVNetRoot == RxpMrx(ThisVNetRoot)) {
            RxpForceClosed(SrvOpen);
        } else {
            AllOrphaned = false;
        }
    }
    if (AllOrphaned && !IsListEmpty(&Fcb->SrvOpenList)) {
        RxOrphanThisFcb(Fcb);
    }
}

/// Locks    FCB exclusive
VOID NTAPI RxOrphanThisFcb(PFCB Fcb)
{
    if (Fcb->NonPaged->SectionObjectPointers.DataSectionObject != nullptr) {
        // What is dirty cannot be written any more: the server's handle is gone.
        CcPurgeCacheSection(&Fcb->NonPaged->SectionObjectPointers, nullptr, 0, FALSE);
    }
    SetFlag(Fcb->FcbState, FCB_STATE_ORPHANED);
    ClearFlag(Fcb->FcbState, FCB_STATE_BUFFERING_STATE_MASK);
    Fcb->fShouldBeOrphaned = FALSE;
    RdrTraceTouch(Fcb);
}

/// Cuts every open of a V_NET_ROOT off.
///
/// Locks    NetName table lock exclusive
VOID NTAPI RxOrphanSrvOpens(PV_NET_ROOT ThisVNetRoot)
{
    PAGED_CODE();
    PNET_ROOT NetRoot = RxpNetRoot(ThisVNetRoot->pNetRoot);
    RxpReference(NetRoot, "orphan");
    RxpForEachFcb(NetRoot, [ThisVNetRoot](PFCB Fcb) {
        RxOrphanSrvOpensForThisFcb(Fcb, ThisVNetRoot, FALSE);
    });
    // Orphaned files lose their names, so that opens through another view find their own.
    PRX_FCB_TABLE Table = &NetRoot->FcbTable;
    RxAcquireFcbTableLockExclusive(Table, TRUE);
    for (USHORT Bucket = 0; Bucket < Table->NumberOfBuckets; Bucket += 1) {
        PLIST_ENTRY Link = Table->HashBuckets[Bucket].Flink;
        while (Link != &Table->HashBuckets[Bucket]) {
            PFCB Fcb = CONTAINING_RECORD(Link, FCB, FcbTableEntry.HashLinks);
            Link = Link->Flink;
            if (FlagOn(Fcb->FcbState, FCB_STATE_ORPHANED)) {
                RxRemoveNameNetFcb(Fcb);
            }
        }
    }
    RxReleaseFcbTableLock(Table);
    RxpDereference(NetRoot, LHS_SharedLockHeld, "orphan");
}

/// Deletes a connection.
///
/// ForceFilesClosed TRUE closes what is open; FALSE refuses if something is; 0xff only gives back
/// the reference that making the connection took, and refuses like FALSE.
///
/// IRQL     <= APC_LEVEL
/// Locks    none held; the NetName table lock is taken
/// Errors   STATUS_FILES_OPEN, STATUS_CONNECTION_IN_USE
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxfinalizeconnection.md
NTSTATUS NTAPI
RxFinalizeConnection(PNET_ROOT NetRoot, PV_NET_ROOT VNetRoot, LOGICAL ForceFilesClosed)
{
    PAGED_CODE();
    if (VNetRoot == nullptr) {
        return STATUS_INVALID_PARAMETER;
    }
    if (NetRoot == nullptr) {
        NetRoot = RxpNetRoot(VNetRoot->pNetRoot);
    }
    RxpFileSystemScope Scope;
    PRDBSS_DEVICE_OBJECT RxDeviceObject = NetRoot->pSrvCall->RxDeviceObject;
    PRX_PREFIX_TABLE Table = RxpNetNameTable(RxDeviceObject);
    bool Force = ForceFilesClosed == TRUE;
    NTSTATUS Status = RxCancelNotifyChangeDirectoryRequestsForVNetRoot(VNetRoot, Force);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    // Files whose close is only delayed are not open.
    RxPurgeRelatedFobxs(NetRoot, nullptr, ATTEMPT_FINALIZE_ON_PURGE, nullptr);
    RxScavengeFobxsForNetRoot(NetRoot, nullptr, TRUE);

    RxpReference(VNetRoot, "finalize connection");
    RxAcquirePrefixTableLockExclusive(Table, TRUE);
    if (!Force && RxpHasOpenFiles(VNetRoot)) {
        Status = STATUS_FILES_OPEN;
    } else if (!Force && VNetRoot->NumberOfOpens > 1) {
        Status = STATUS_CONNECTION_IN_USE; // handles on the connection, besides the one this is
                                           // asked through
    } else {
        Status = STATUS_SUCCESS;
        if (InterlockedExchange(&VNetRoot->AdditionalReferenceForDeleteFsctlTaken, 0) != 0) {
            RxpDereference(VNetRoot, LHS_SharedLockHeld, "explicit connection");
        }
        RxFinalizeVNetRoot(VNetRoot, TRUE, TRUE);
    }
    // Not with the table held exclusive: a SRV_CALL may go with the view, and that takes a worker
    // of the FSP.
    RxReleasePrefixTableLock(Table);
    RxpDereference(VNetRoot, LHS_LockNotHeld, "finalize connection");
    if (Status == STATUS_SUCCESS && RxDeviceObject->pRdbssScavenger != nullptr) {
        RxScavengeVNetRoots(RxDeviceObject);
    }
    return Status;
}
