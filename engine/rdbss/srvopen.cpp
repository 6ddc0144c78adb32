// SRV_OPEN: one open of a file at the server. Several handles share it when they may (collapsing).
#include "calldown.h"

/// A SRV_OPEN in transition, on its FCB's list.
///
/// Locks    FCB exclusive
/// Owns     count 1, the caller's; FCB and V_NET_ROOT gain one each
/// Errors   NULL when there is no memory
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxcreatesrvopen.md
PSRV_OPEN NTAPI RxCreateSrvOpen(PV_NET_ROOT VNetRoot, PFCB Fcb)
{
    PAGED_CODE();
    NT_ASSERT(RxIsFcbAcquiredExclusive(Fcb));
    PSRV_OPEN SrvOpen;
    if (!FlagOn(Fcb->FcbState, FCB_STATE_SRVOPEN_USED)) {
        SrvOpen = Fcb->InternalSrvOpen;
        PVOID Extension = SrvOpen->Context;
        PFOBX Fobx = SrvOpen->InternalFobx;
        RtlZeroMemory(SrvOpen, sizeof(SRV_OPEN));
        if (Extension != nullptr) {
            RtlZeroMemory(Extension, Fcb->RxDeviceObject->Dispatch->MRxSrvOpenSize);
        }
        SrvOpen->NodeTypeCode = RDBSS_NTC_SRVOPEN;
        SrvOpen->NodeByteSize = sizeof(SRV_OPEN);
        SrvOpen->Context = Extension;
        SrvOpen->InternalFobx = Fobx;
        SrvOpen->Flags = SRVOPEN_FLAG_ENCLOSED_ALLOCATED;
        SetFlag(Fcb->FcbState, FCB_STATE_SRVOPEN_USED);
    } else {
        SrvOpen = (PSRV_OPEN)RxAllocateFcbObject(
            Fcb->RxDeviceObject, RDBSS_NTC_SRVOPEN, RxpNonPaged, 0, nullptr);
        if (SrvOpen == nullptr) {
            return nullptr;
        }
    }
    SrvOpen->NodeReferenceCount = 1;
    SrvOpen->pFcb = RxpMrx(Fcb);
    SrvOpen->pVNetRoot = RxpMrx(VNetRoot);
    SrvOpen->pAlreadyPrefixedName = &Fcb->PrivateAlreadyPrefixedName;
    SrvOpen->ulFileSizeVersion = Fcb->ulFileSizeVersion;
    SrvOpen->Condition = Condition_InTransition;
    InitializeListHead(&SrvOpen->SrvOpenQLinks);
    InitializeListHead(&SrvOpen->ScavengerFinalizationList);
    InitializeListHead(&SrvOpen->TransitionWaitList);
    InitializeListHead(&SrvOpen->FobxList);
    InitializeListHead(&SrvOpen->SrvOpenKeyList);
    InsertTailList(&Fcb->SrvOpenList, &SrvOpen->SrvOpenQLinks);
    Fcb->SrvOpenListVersion += 1;
    RxpIncrement(&VNetRoot->pNetRoot->NumberOfSrvOpens);
    RdrTraceBorn(RdrObjectSrvOpen, SrvOpen, sizeof(SRV_OPEN), nullptr, Fcb);
    RdrTraceReference(SrvOpen, 1, 1, "create");
    RxpReferenceFcb(Fcb, "SRV_OPEN");
    RxpReference(VNetRoot, "SRV_OPEN");
    return SrvOpen;
}

/// Frees a SRV_OPEN. One whose server handle was not closed by RDBSS (it went bad, or was marked
/// closed) is forced closed.
///
/// Locks    FCB exclusive
/// Errors   FALSE: it has references and ForceFinalize is not set
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxfinalizesrvopen.md; facts.md A9, A30
BOOLEAN NTAPI
RxFinalizeSrvOpen(PSRV_OPEN ThisSrvOpen, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize)
{
    PAGED_CODE();
    PFCB Fcb = RxpFcb(ThisSrvOpen->pFcb);
    PV_NET_ROOT VNetRoot = RxpVNetRoot(ThisSrvOpen->pVNetRoot);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = Fcb->RxDeviceObject;
    if (ThisSrvOpen->NodeReferenceCount != 0 && !ForceFinalize) {
        return FALSE;
    }
    if (RecursiveFinalize) {
        while (!IsListEmpty(&ThisSrvOpen->FobxList)) {
            RxFinalizeNetFobx(
                CONTAINING_RECORD(ThisSrvOpen->FobxList.Flink, FOBX, FobxQLinks), TRUE,
                ForceFinalize);
        }
    }
    if (!ThisSrvOpen->UpperFinalizationDone) {
        ThisSrvOpen->UpperFinalizationDone = TRUE;
        bool ClosedByUs = ThisSrvOpen->Condition == Condition_Closed;
        bool Dead = ThisSrvOpen->Condition == Condition_Bad
            || FlagOn(ThisSrvOpen->Flags, SRVOPEN_FLAG_CLOSED);
        if (!ClosedByUs && Dead) {
            RxpCalldownThrough(
                "MRxForceClosed", ThisSrvOpen, RXP_SLOT(RxDeviceObject, MRxForceClosed),
                RxpMrx(ThisSrvOpen));
        }
        RxPurgeChangeBufferingStateRequestsForSrvOpen(ThisSrvOpen);
        RemoveEntryList(&ThisSrvOpen->SrvOpenQLinks);
        InitializeListHead(&ThisSrvOpen->SrvOpenQLinks);
        Fcb->SrvOpenListVersion += 1;
        RxRemoveShareAccessPerSrvOpens(ThisSrvOpen);
        RxpDecrement(&VNetRoot->pNetRoot->NumberOfSrvOpens);
    }
    if (FlagOn(ThisSrvOpen->Flags, SRVOPEN_FLAG_ENCLOSED_ALLOCATED)) {
        ClearFlag(Fcb->FcbState, FCB_STATE_SRVOPEN_USED);
    }
    RxFreeFcbObject(ThisSrvOpen);
    RxpDereference(VNetRoot, LHS_LockNotHeld, "SRV_OPEN");
    // The caller holds a reference of his own on the FCB, so this cannot be its last.
    [[maybe_unused]] LONG Count = RxpDecrement(&Fcb->NodeReferenceCount);
    NT_ASSERT(Count >= 1);
    RdrTraceReference(Fcb, -1, Count, "SRV_OPEN");
    return TRUE;
}

// ---- what the SRV_OPENs of a file let others do
// --------------------------------------------------------------------------
//
// FCB->ShareAccess counts the open handles; FCB->ShareAccessPerSrvOpens counts the opens at the
// server, which outlive their handles while a close is delayed.

namespace {

struct RxpAccess
{
    bool Read;
    bool Write;
    bool Delete;

    explicit RxpAccess(ACCESS_MASK Access)
        : Read((Access & (FILE_EXECUTE | FILE_READ_DATA)) != 0)
        , Write((Access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0)
        , Delete((Access & DELETE) != 0)
    {
    }
    [[nodiscard]] bool Any() const { return Read || Write || Delete; }
};

void RxpCountShare(PSHARE_ACCESS Share, const RxpAccess& Access, ULONG ShareAccess, bool Add)
{
    if (!Access.Any()) {
        return;
    }
    auto Move = [Add](ULONG* Counter, bool Counts) {
        if (Counts) {
            *Counter = Add ? *Counter + 1 : *Counter - 1;
        }
    };
    Move(&Share->OpenCount, true);
    Move(&Share->Readers, Access.Read);
    Move(&Share->Writers, Access.Write);
    Move(&Share->Deleters, Access.Delete);
    Move(&Share->SharedRead, FlagOn(ShareAccess, FILE_SHARE_READ) != 0);
    Move(&Share->SharedWrite, FlagOn(ShareAccess, FILE_SHARE_WRITE) != 0);
    Move(&Share->SharedDelete, FlagOn(ShareAccess, FILE_SHARE_DELETE) != 0);
}

} // namespace

/// Would the server refuse this open because of opens of ours?
///
/// Locks    FCB exclusive
/// Errors   STATUS_SHARING_VIOLATION
NTSTATUS NTAPI
RxCheckShareAccessPerSrvOpens(PFCB Fcb, ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess)
{
    PAGED_CODE();
    PSHARE_ACCESS Share = &Fcb->ShareAccessPerSrvOpens;
    RxpAccess Access(DesiredAccess);
    if (!Access.Any()) {
        return STATUS_SUCCESS;
    }
    bool Conflict = (Access.Read && Share->SharedRead < Share->OpenCount)
        || (Access.Write && Share->SharedWrite < Share->OpenCount)
        || (Access.Delete && Share->SharedDelete < Share->OpenCount)
        || (Share->Readers != 0 && !FlagOn(DesiredShareAccess, FILE_SHARE_READ))
        || (Share->Writers != 0 && !FlagOn(DesiredShareAccess, FILE_SHARE_WRITE))
        || (Share->Deleters != 0 && !FlagOn(DesiredShareAccess, FILE_SHARE_DELETE));
    return Conflict ? STATUS_SHARING_VIOLATION : STATUS_SUCCESS;
}

VOID NTAPI RxUpdateShareAccessPerSrvOpens(PSRV_OPEN SrvOpen)
{
    PAGED_CODE();
    if (!FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_SHAREACCESS_UPDATED)) {
        RxpCountShare(
            &RxpFcb(SrvOpen->pFcb)->ShareAccessPerSrvOpens, RxpAccess(SrvOpen->DesiredAccess),
            SrvOpen->ShareAccess, true);
        SetFlag(SrvOpen->Flags, SRVOPEN_FLAG_SHAREACCESS_UPDATED);
    }
}

VOID NTAPI RxRemoveShareAccessPerSrvOpens(PSRV_OPEN SrvOpen)
{
    PAGED_CODE();
    if (FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_SHAREACCESS_UPDATED)) {
        RxpCountShare(
            &RxpFcb(SrvOpen->pFcb)->ShareAccessPerSrvOpens, RxpAccess(SrvOpen->DesiredAccess),
            SrvOpen->ShareAccess, false);
        ClearFlag(SrvOpen->Flags, SRVOPEN_FLAG_SHAREACCESS_UPDATED);
    }
}
