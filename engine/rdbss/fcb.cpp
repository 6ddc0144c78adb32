// FCB: one file of a share, however often it is open.
//
//      created with count 1 (the FCB table's) ── each SRV_OPEN +1, each looker +1 ── back to 1:
//      removed from the table and freed
//
// Freeing takes two locks, the table's (so that nobody finds it) and its own (so that nobody is
// inside), in this order. A thread that has the second and needs the first gives the second up
// first; its reference keeps the FCB meanwhile.
#include "calldown.h"

namespace {

void RxpNameForTrace(PFCB Fcb, PNET_ROOT NetRoot)
{
    if (!RdrTraceActive()) {
        return;
    }
    PCUNICODE_STRING Share = &NetRoot->PrefixEntry.Prefix;
    PCUNICODE_STRING Path = &Fcb->PrivateAlreadyPrefixedName;
    ULONG Bytes = (ULONG)Share->Length + Path->Length;
    UNICODE_STRING Whole = { 0, (USHORT)Bytes, nullptr };
    if (Bytes <= UNICODE_STRING_MAX_BYTES) {
        Whole.Buffer = (PWCH)ExAllocatePoolWithTag(RxpPaged, Bytes, RX_MISC_POOLTAG);
    }
    if (Whole.Buffer == nullptr) {
        RdrTraceBorn(RdrObjectFcb, Fcb, sizeof(FCB), Path, NetRoot);
        RdrTraceBorn(RdrObjectResource, Fcb->Header.Resource, 0, Path, Fcb);
        return;
    }
    RtlCopyMemory(Whole.Buffer, Share->Buffer, Share->Length);
    RtlCopyMemory((PUCHAR)Whole.Buffer + Share->Length, Path->Buffer, Path->Length);
    Whole.Length = (USHORT)Bytes;
    RdrTraceBorn(RdrObjectFcb, Fcb, sizeof(FCB), &Whole, NetRoot);
    RdrTraceBorn(RdrObjectResource, Fcb->Header.Resource, 0, &Whole, Fcb);
    ExFreePoolWithTag(Whole.Buffer, RX_MISC_POOLTAG);
}

LONG RxpDropFcbReference(PFCB Fcb, const char* Reason)
{
    [[maybe_unused]] LONG Count = RxpDecrement(&Fcb->NodeReferenceCount);
    NT_ASSERT(Count >= 0);
    RdrTraceReference(Fcb, -1, Count, Reason);
    return Count;
}

} // namespace

/// An FCB in transition, in the table of its share.
///
/// Name is the path below the V_NET_ROOT; empty means its root.
///
/// Locks    the FCB table's, exclusive
/// Owns     count 1, the table's; NET_ROOT gains one
/// Errors   NULL when there is no memory or the name is too long
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxcreatenetfcb.md
PFCB NTAPI
RxCreateNetFcb(PRX_CONTEXT RxContext, PIRP Irp, PV_NET_ROOT VNetRoot, PUNICODE_STRING Name)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(Irp);
    PNET_ROOT NetRoot = RxpNetRoot(VNetRoot->pNetRoot);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    ULONG NameBytes = (ULONG)VNetRoot->NamePrefix.Length + Name->Length;
    bool AddBackslash = NameBytes == 0;
    if (AddBackslash) {
        NameBytes = sizeof(WCHAR);
    }
    if (NameBytes > UNICODE_STRING_MAX_BYTES) {
        return nullptr;
    }
    PFCB Fcb = (PFCB)RxAllocateFcbObject(
        RxDeviceObject, RDBSS_NTC_STORAGE_TYPE_UNKNOWN, RxpNonPaged, NameBytes, nullptr);
    if (Fcb == nullptr) {
        return nullptr;
    }
    PUNICODE_STRING Path = &Fcb->PrivateAlreadyPrefixedName;
    if (AddBackslash) {
        Path->Buffer[0] = L'\\';
        SetFlag(RxContext->Create.Flags, RX_CONTEXT_CREATE_FLAG_ADDEDBACKSLASH);
        SetFlag(Fcb->FcbState, FCB_STATE_ADDEDBACKSLASH);
    } else {
        RtlCopyMemory(Path->Buffer, VNetRoot->NamePrefix.Buffer, VNetRoot->NamePrefix.Length);
        RtlCopyMemory(
            (PUCHAR)Path->Buffer + VNetRoot->NamePrefix.Length, Name->Buffer, Name->Length);
    }
    Path->Length = (USHORT)NameBytes;
    Fcb->FcbTableEntry.Path = *Path;

    Fcb->NodeReferenceCount = 1;
    Fcb->pNetRoot = RxpMrx(NetRoot);
    Fcb->VNetRoot = VNetRoot;
    Fcb->RxDeviceObject = RxDeviceObject;
    Fcb->MRxDispatch = RxDeviceObject->Dispatch;
    Fcb->MRxFastIoDispatch = nullptr;
    Fcb->CachedNetRootType = NetRoot->Type;
    Fcb->Condition = Condition_InTransition;
    Fcb->FileSizeLock = &Fcb->NonPaged->FileSizeLock;
    Fcb->BufferedLocks.Resource = &Fcb->NonPaged->BufferedLocksResource;
    InitializeListHead(&Fcb->SrvOpenList);
    InitializeListHead(&Fcb->ScavengerFinalizationList);
    RxInitializeLowIoPerFcbInfo(&Fcb->LowIoPerFcbInfo);
    FsRtlInitializeFileLock(&Fcb->FileLock, nullptr, RxUnlockOperation);
    FsRtlSetupAdvancedHeader(&Fcb->Header, &Fcb->NonPaged->AdvancedFcbHeaderMutex);
    Fcb->Header.NodeTypeCode = (CSHORT)RDBSS_NTC_STORAGE_TYPE_UNKNOWN;
    Fcb->Header.NodeByteSize = sizeof(FCB);
    Fcb->Header.Resource = &Fcb->NonPaged->HeaderResource;
    Fcb->Header.PagingIoResource = &Fcb->NonPaged->PagingIoResource;
    Fcb->Header.IsFastIoPossible = FastIoIsNotPossible;

    RxFcbTableInsertFcb(&NetRoot->FcbTable, Fcb);
    RxpIncrement(&NetRoot->NumberOfFcbs);
    RxpIncrement(&RxDeviceObject->NumberOfActiveFcbs);
    RxpNameForTrace(Fcb, NetRoot);
    RdrTraceReference(Fcb, 1, 1, "FCB table");
    RxpReference(NetRoot, "FCB");
    return Fcb;
}

/// What an open request says about the kind of file it wants.
RX_FILE_TYPE NTAPI RxInferFileType(PRX_CONTEXT RxContext)
{
    ULONG Options = FlagOn(
        RxContext->Create.NtCreateParameters.CreateOptions,
        FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE);
    switch (Options) {
    case FILE_DIRECTORY_FILE:
        return FileTypeDirectory;
    case FILE_NON_DIRECTORY_FILE:
        return FileTypeFile;
    default:
        return FileTypeNotYetKnown;
    }
}

/// Tells RDBSS what a file turned out to be: its kind, and unless it is known already its times and
/// sizes.
///
/// Locks    FCB exclusive
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxfinishfcbinitialization.md
VOID NTAPI
RxFinishFcbInitialization(PMRX_FCB Fcb, RX_FILE_TYPE FileType, PFCB_INIT_PACKET InitPacket)
{
    PAGED_CODE();
    PFCB Full = RxpFcb(Fcb);
    ULONG Code = (ULONG)FileType;
    if (Code < 0x100) {
        Code = RDBSS_STORAGE_NTC(Code);
    }
    Fcb->Header.NodeTypeCode = (CSHORT)Code;
    bool Storage = (Code & 0xFFF0) == RDBSS_NTC_STORAGE_TYPE_UNKNOWN;
    if (!FlagOn(Fcb->FcbState, FCB_STATE_TIME_AND_SIZE_ALREADY_SET) && InitPacket != nullptr
        && Storage) {
        auto Take = [](PLARGE_INTEGER To, const LARGE_INTEGER* From) {
            if (From != nullptr) {
                *To = *From;
            }
        };
        if (InitPacket->pAttributes != nullptr) {
            Fcb->Attributes = *InitPacket->pAttributes;
        }
        if (InitPacket->pNumLinks != nullptr) {
            Full->NumberOfLinks = *InitPacket->pNumLinks;
        }
        Take(&Full->CreationTime, InitPacket->pCreationTime);
        Take(&Full->LastAccessTime, InitPacket->pLastAccessTime);
        Take(&Full->LastWriteTime, InitPacket->pLastWriteTime);
        Take(&Full->LastChangeTime, InitPacket->pLastChangeTime);
        if (InitPacket->pAllocationSize != nullptr) {
            Fcb->ActualAllocationLength = (ULONGLONG)InitPacket->pAllocationSize->QuadPart;
            Fcb->Header.AllocationSize = *InitPacket->pAllocationSize;
        }
        Take(&Fcb->Header.FileSize, InitPacket->pFileSize);
        Take(&Fcb->Header.ValidDataLength, InitPacket->pValidDataLength);
        RxAdjustAllocationSizeforCC(Fcb);
        SetFlag(Fcb->FcbState, FCB_STATE_TIME_AND_SIZE_ALREADY_SET);
    }
    Fcb->fMiniInited = TRUE;
    RdrTraceTouch(Fcb);
}

void RxpReferenceFcb(PFCB Fcb, const char* Reason)
{
    [[maybe_unused]] LONG Count = RxpIncrement(&Fcb->NodeReferenceCount);
    RdrTraceReference(Fcb, 1, Count, Reason);
}

LONG NTAPI RxpReferenceNetFcb(PFCB Fcb)
{
    [[maybe_unused]] LONG Count = RxpIncrement(&Fcb->NodeReferenceCount);
    RdrTraceReference(Fcb, 1, Count, "RxpReferenceNetFcb");
    return Count;
}

/// Gives a reference back without freeing: an FCB that nobody uses any more is left to the
/// scavenger.
///
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxpdereferencenetfcb.md
LONG NTAPI RxpDereferenceNetFcb(PFCB Fcb)
{
    RxAcquireScavengerMutex();
    LONG Count = RxpDropFcbReference(Fcb, "RxpDereferenceNetFcb");
    if (Count == 1) {
        RxpMarkInstanceForScavengedFinalization(Fcb);
    }
    RxReleaseScavengerMutex();
    return Count;
}

/// Gives a reference back and frees the FCB if only the table's is left.
///
/// Locks    FCB exclusive on entry, and on exit unless TRUE is returned; may be dropped and retaken
/// Errors   TRUE: the FCB and its resource are gone
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxpdereferenceandfinalizenetfcb.md
BOOLEAN NTAPI RxpDereferenceAndFinalizeNetFcb(
    PFCB ThisFcb, PRX_CONTEXT RxContext, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize)
{
    PAGED_CODE();
    // With two references besides ours and the table's there is somebody who will come this way
    // later.
    for (;;) {
        LONG Seen = (LONG)ThisFcb->NodeReferenceCount;
        if (Seen <= 2) {
            break;
        }
        if (InterlockedCompareExchange((volatile LONG*)&ThisFcb->NodeReferenceCount, Seen - 1, Seen)
            == Seen) {
            RdrTraceReference(ThisFcb, -1, Seen - 1, "RxDereferenceAndFinalizeNetFcb");
            return FALSE;
        }
    }
    PNET_ROOT NetRoot = RxpNetRootOf(ThisFcb);
    PRX_FCB_TABLE Table = &NetRoot->FcbTable;
    RxpReference(NetRoot, "finalize FCB");
    if (!RxAcquireFcbTableLockExclusive(Table, FALSE)) {
        RxReleaseFcb(RxContext, ThisFcb);
        RxAcquireFcbTableLockExclusive(Table, TRUE);
        RxAcquireExclusiveFcb(nullptr, ThisFcb);
    }
    LONG Count = RxpDropFcbReference(ThisFcb, "RxDereferenceAndFinalizeNetFcb");
    BOOLEAN Finalized = FALSE;
    if (Count == 1 || ForceFinalize) {
        Finalized = RxFinalizeNetFcb(ThisFcb, RecursiveFinalize, ForceFinalize, Count);
    }
    RxReleaseFcbTableLock(Table);
    RxpDereference(NetRoot, LHS_LockNotHeld, "finalize FCB");
    if (Finalized && RxContext != nullptr) {
        RxContext->FcbResourceAcquired = FALSE;
        RxContext->pFcb = nullptr;
        RxContext->NonPagedFcb = nullptr;
    }
    return Finalized;
}

BOOLEAN RxpReleaseAndDereferenceFcb(PRX_CONTEXT RxContext, PFCB Fcb, const char* Reason)
{
    UNREFERENCED_PARAMETER(Reason);
    if (RxpDereferenceAndFinalizeNetFcb(Fcb, RxContext, FALSE, FALSE)) {
        return TRUE;
    }
    RxReleaseFcb(RxContext, Fcb);
    return FALSE;
}

/// Takes an FCB's name away, so that the next open of that name starts afresh: it was renamed,
/// deleted or orphaned.
///
/// Locks    the FCB table's, exclusive
VOID NTAPI RxRemoveNameNetFcb(PFCB ThisFcb)
{
    if (!FlagOn(ThisFcb->FcbState, FCB_STATE_NAME_ALREADY_REMOVED)) {
        RxFcbTableRemoveFcb(&RxpNetRootOf(ThisFcb)->FcbTable, ThisFcb);
        SetFlag(ThisFcb->FcbState, FCB_STATE_NAME_ALREADY_REMOVED);
        RdrTraceTouch(ThisFcb);
    }
}

/// Frees an FCB.
///
/// Locks    the FCB table's and the FCB's, both exclusive; the latter is gone on success
/// Errors   FALSE: ReferenceCount is not 1 and ForceFinalize is not set, or it is still open
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxfinalizenetfcb.md
BOOLEAN NTAPI RxFinalizeNetFcb(
    PFCB ThisFcb, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize, LONG ReferenceCount)
{
    PAGED_CODE();
    PNET_ROOT NetRoot = RxpNetRootOf(ThisFcb);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = ThisFcb->RxDeviceObject;
    if (!RecursiveFinalize && (ThisFcb->OpenCount != 0 || ThisFcb->UncleanCount != 0)) {
        return FALSE;
    }
    if (RecursiveFinalize) {
        while (!IsListEmpty(&ThisFcb->SrvOpenList)) {
            PSRV_OPEN SrvOpen
                = CONTAINING_RECORD(ThisFcb->SrvOpenList.Flink, SRV_OPEN, SrvOpenQLinks);
            if (!RxFinalizeSrvOpen(SrvOpen, TRUE, ForceFinalize)) {
                break;
            }
            ReferenceCount -= 1;
        }
    }
    if (ReferenceCount != 1 && !ForceFinalize) {
        return FALSE;
    }
    NT_ASSERT(IsListEmpty(&ThisFcb->SrvOpenList));
    RxRemoveNameNetFcb(ThisFcb);
    ThisFcb->UpperFinalizationDone = TRUE;
    RxpCalldownThrough(
        "MRxDeallocateForFcb", ThisFcb, RXP_SLOT(RxDeviceObject, MRxDeallocateForFcb),
        RxpMrx(ThisFcb));
    RxAcquireScavengerMutex();
    RxpUndoScavengerFinalizationMarking(ThisFcb);
    RxReleaseScavengerMutex();
    FsRtlUninitializeFileLock(&ThisFcb->FileLock);
    FsRtlTeardownPerStreamContexts(&ThisFcb->Header);
    RxpDecrement(&NetRoot->NumberOfFcbs);
    RxpDecrement(&RxDeviceObject->NumberOfActiveFcbs);
    ExReleaseResourceLite(ThisFcb->Header.Resource);
    RdrTraceReference(ThisFcb, -1, 0, "FCB table");
    RxFreeFcbObject(ThisFcb);
    RxpDereference(NetRoot, LHS_LockNotHeld, "FCB");
    return TRUE;
}

// ---- sizes
// -------------------------------------------------------------------------------------------------------------

VOID NTAPI RxGetFileSizeWithLock(PFCB Fcb, PLONGLONG FileSize)
{
    ExAcquireFastMutex(Fcb->FileSizeLock);
    *FileSize = Fcb->Header.FileSize.QuadPart;
    ExReleaseFastMutex(Fcb->FileSizeLock);
}

VOID NTAPI RxSetFileSizeWithLock(PFCB Fcb, PLONGLONG FileSize)
{
    ExAcquireFastMutex(Fcb->FileSizeLock);
    Fcb->Header.FileSize.QuadPart = *FileSize;
    Fcb->ulFileSizeVersion += 1;
    ExReleaseFastMutex(Fcb->FileSizeLock);
}

/// Sets file size, allocation size and valid data length of a file that somebody truncated,
/// overwrote or extended.
///
/// Locks    FCB exclusive, or its paging resource exclusive
void RxpSetAllSizes(PFCB Fcb, LONGLONG FileSize, LONGLONG AllocationSize)
{
    RxSetFileSizeWithLock(Fcb, &FileSize);
    if (Fcb->Header.ValidDataLength.QuadPart > FileSize) {
        Fcb->Header.ValidDataLength.QuadPart = FileSize;
    }
    Fcb->ActualAllocationLength = (ULONGLONG)AllocationSize;
    Fcb->Header.AllocationSize.QuadPart = AllocationSize;
    RxAdjustAllocationSizeforCC(Fcb);
}
