// FOBX: what RDBSS keeps per file object, that is per handle.
#include "calldown.h"

/// The FOBX of a successful open; a mini-redirector calls this at the end of MRxCreate or
/// MRxCollapseOpen.
///
/// Locks    FCB exclusive
/// Owns     count 1, the file object's (released by its close); SRV_OPEN gains one
/// Errors   NULL when there is no memory
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxcreatenetfobx.md
PMRX_FOBX NTAPI RxCreateNetFobx(PRX_CONTEXT RxContext, PMRX_SRV_OPEN MrxSrvOpen)
{
    PAGED_CODE();
    PSRV_OPEN SrvOpen = RxpSrvOpen(MrxSrvOpen);
    PFCB Fcb = RxpFcb(SrvOpen->pFcb);
    PFOBX Fobx;
    NT_ASSERT(RxIsFcbAcquiredExclusive(Fcb));
    if (!FlagOn(SrvOpen->Flags, SRVOPEN_FLAG_FOBX_USED)) {
        Fobx = SrvOpen->InternalFobx;
        PVOID Extension = Fobx->Context;
        RtlZeroMemory(Fobx, sizeof(FOBX));
        if (Extension != nullptr) {
            RtlZeroMemory(Extension, Fcb->RxDeviceObject->Dispatch->MRxFobxSize);
        }
        Fobx->NodeTypeCode = RDBSS_NTC_FOBX;
        Fobx->NodeByteSize = sizeof(FOBX);
        Fobx->Context = Extension;
        Fobx->Flags = FOBX_FLAG_ENCLOSED_ALLOCATED;
        SetFlag(SrvOpen->Flags, SRVOPEN_FLAG_FOBX_USED);
    } else {
        Fobx = (PFOBX)RxAllocateFcbObject(
            Fcb->RxDeviceObject, RDBSS_NTC_FOBX, RxpNonPaged, 0, nullptr);
        if (Fobx == nullptr) {
            return nullptr;
        }
    }
    Fobx->NodeReferenceCount = 1;
    Fobx->FobxSerialNumber = 0;
    Fobx->pSrvOpen = MrxSrvOpen;
    Fobx->RxDeviceObject = Fcb->RxDeviceObject;
    Fobx->fOpenCountDecremented = FALSE;
    if (RxContext->MajorFunction == IRP_MJ_CREATE) {
        ULONG Options = RxContext->Create.NtCreateParameters.CreateOptions;
        if (FlagOn(Options, FILE_OPEN_FOR_BACKUP_INTENT)) {
            SetFlag(Fobx->Flags, FOBX_FLAG_BACKUP_INTENT);
        }
        if (FlagOn(Options, FILE_DELETE_ON_CLOSE)) {
            SetFlag(Fobx->Flags, FOBX_FLAG_DELETE_ON_CLOSE);
        }
        if (FlagOn(RxContext->Create.Flags, RX_CONTEXT_CREATE_FLAG_UNC_NAME)) {
            SetFlag(Fobx->Flags, FOBX_FLAG_UNC_NAME);
        }
        if (RxContext->CurrentIrpSp != nullptr) {
            Fobx->AssociatedFileObject = RxContext->CurrentIrpSp->FileObject;
        }
        if (MrxSrvOpen->pVNetRoot->pNetRoot->Type == NET_ROOT_PIPE) {
            Fobx->PipeHandleInformation = &Fobx->Specific.NamedPipe.PipeHandleInformation;
            Fobx->Specific.NamedPipe.PipeHandleInformation.TypeOfPipe = RxContext->Create.PipeType;
            Fobx->Specific.NamedPipe.PipeHandleInformation.ReadMode
                = RxContext->Create.PipeReadMode;
            Fobx->Specific.NamedPipe.PipeHandleInformation.CompletionMode
                = RxContext->Create.PipeCompletionMode;
            InitializeListHead(&Fobx->Specific.NamedPipe.ReadSerializationQueue);
            InitializeListHead(&Fobx->Specific.NamedPipe.WriteSerializationQueue);
        }
    }
    InitializeListHead(&Fobx->ScavengerFinalizationList);
    InitializeListHead(&Fobx->ClosePendingList);
    InsertTailList(&SrvOpen->FobxList, &Fobx->FobxQLinks);
    RxpIncrement(&SrvOpen->pVNetRoot->NumberOfFobxs);
    RxContext->pFobx = RxpMrx(Fobx);
    RdrTraceBorn(RdrObjectFobx, Fobx, sizeof(FOBX), nullptr, SrvOpen);
    RdrTraceReference(Fobx, 1, 1, "file object");
    RxpReference(SrvOpen, "FOBX");
    return RxpMrx(Fobx);
}

/// Frees a FOBX.
///
/// Locks    FCB exclusive
/// Errors   FALSE: it has references and ForceFinalize is not set
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxfinalizenetfobx.md
BOOLEAN NTAPI RxFinalizeNetFobx(PFOBX ThisFobx, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(RecursiveFinalize);
    PSRV_OPEN SrvOpen = RxpSrvOpen(ThisFobx->pSrvOpen);
    if (ThisFobx->NodeReferenceCount != 0 && !ForceFinalize) {
        return FALSE;
    }
    if (!ThisFobx->UpperFinalizationDone) {
        ThisFobx->UpperFinalizationDone = TRUE;
        RxpRemoveFromScavenger(ThisFobx);
        RxpCalldownThrough(
            "MRxDeallocateForFobx", ThisFobx,
            RXP_SLOT(ThisFobx->RxDeviceObject, MRxDeallocateForFobx), RxpMrx(ThisFobx));
        RemoveEntryList(&ThisFobx->FobxQLinks);
        RxpDecrement(&SrvOpen->pVNetRoot->NumberOfFobxs);
    }
    bool IsPipe = SrvOpen->pVNetRoot->pNetRoot->Type == NET_ROOT_PIPE;
    if (!IsPipe && FlagOn(ThisFobx->Flags, FOBX_FLAG_FREE_UNICODE)) {
        ExFreePoolWithTag(ThisFobx->UnicodeQueryTemplate.Buffer, RX_DIRCTL_POOLTAG);
        ThisFobx->UnicodeQueryTemplate.Buffer = nullptr;
    }
    if (FlagOn(ThisFobx->Flags, FOBX_FLAG_ENCLOSED_ALLOCATED)) {
        ClearFlag(SrvOpen->Flags, SRVOPEN_FLAG_FOBX_USED);
    }
    RxFreeFcbObject(ThisFobx);
    RxpDereference(SrvOpen, LHS_ExclusiveLockHeld, "FOBX");
    return TRUE;
}
