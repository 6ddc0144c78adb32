// RDBSS and the cache manager: who may use the cache, when a file starts to be cached, and the
// callbacks by which the lazy writer and the read-ahead take the FCB before they come back with
// paging I/O.
#include "calldown.h"

void RxpInitializeCacheCallbacks()
{
    RxData.CacheManagerCallbacks.AcquireForLazyWrite = RxAcquireFcbForLazyWrite;
    RxData.CacheManagerCallbacks.ReleaseFromLazyWrite = RxReleaseFcbFromLazyWrite;
    RxData.CacheManagerCallbacks.AcquireForReadAhead = RxAcquireFcbForReadAhead;
    RxData.CacheManagerCallbacks.ReleaseFromReadAhead = RxReleaseFcbFromReadAhead;
}

namespace {

bool RxpMayCache(
    PFCB Fcb, PFOBX Fobx, PFILE_OBJECT FileObject, ULONG StateFlag, ULONG ForbiddenFlag)
{
    return RxpIsFile(Fcb) && Fobx != nullptr && FlagOn(Fcb->FcbState, StateFlag)
        && !FlagOn(Fcb->FcbState, FCB_STATE_DISABLE_LOCAL_BUFFERING | FCB_STATE_ORPHANED)
        && !FlagOn(FileObject->Flags, FO_NO_INTERMEDIATE_BUFFERING)
        && !FlagOn(Fobx->pSrvOpen->Flags, ForbiddenFlag)
        && !FlagOn(Fobx->pSrvOpen->Flags, SRVOPEN_FLAG_CLOSED | SRVOPEN_FLAG_ORPHANED);
}

} // namespace

bool RxpMayCacheReads(PFCB Fcb, PFOBX Fobx, PFILE_OBJECT FileObject)
{
    return RxpMayCache(
        Fcb, Fobx, FileObject, FCB_STATE_READCACHING_ENABLED, SRVOPEN_FLAG_DONTUSE_READ_CACHING);
}

/// Cached writes fill whole pages, so the open must be one that may read, or the file must be
/// written where it has no data yet.
bool RxpMayCacheWrites(PFCB Fcb, PFOBX Fobx, PFILE_OBJECT FileObject)
{
    return RxpMayCache(
               Fcb, Fobx, FileObject, FCB_STATE_WRITECACHING_ENABLED,
               SRVOPEN_FLAG_DONTUSE_WRITE_CACHING)
        && (FileObject->ReadAccess || FlagOn(Fobx->pSrvOpen->DesiredAccess, FILE_READ_DATA));
}

/// Makes a file object cached.
///
/// Locks    FCB held
NTSTATUS RxpStartCaching(PRX_CONTEXT RxContext, PFCB Fcb, PFILE_OBJECT FileObject)
{
    UNREFERENCED_PARAMETER(RxContext);
    if (FileObject->PrivateCacheMap != nullptr) {
        return STATUS_SUCCESS;
    }
    RxAdjustAllocationSizeforCC(Fcb);
    NTSTATUS Status = RxpCcInitialize(FileObject, Fcb);
    if (NT_SUCCESS(Status)) {
        ULONG Granularity = Fcb->pNetRoot->DiskParameters.ReadAheadGranularity;
        CcSetReadAheadGranularity(FileObject, Granularity != 0 ? Granularity : PAGE_SIZE);
        if (Fcb->Header.IsFastIoPossible == FastIoIsNotPossible) {
            Fcb->Header.IsFastIoPossible = FastIoIsQuestionable;
        }
    }
    return Status;
}

/// Tells the cache manager the sizes of a file that is cached.
void RxpReportSizes(PFCB Fcb, PFILE_OBJECT FileObject)
{
    if (Fcb->NonPaged->SectionObjectPointers.SharedCacheMap == nullptr) {
        return;
    }
    RxAdjustAllocationSizeforCC(Fcb);
    NTSTATUS Status = RxpCcSetFileSizes(FileObject, Fcb);
    if (!NT_SUCCESS(Status)) {
        RdrTraceEvent(RdrLayerRdbss, RdrEventError, "CcSetFileSizes", Fcb, Status, 0);
    }
}

// ---- callbacks
// -----------------------------------------------------------------------------------------------------------

BOOLEAN NTAPI RxAcquireFcbForLazyWrite(PVOID Null, BOOLEAN Wait)
{
    PFCB Fcb = (PFCB)Null;
    KeEnterCriticalRegion();
    if (!ExAcquireResourceSharedLite(Fcb->Header.Resource, Wait)) {
        KeLeaveCriticalRegion();
        return FALSE;
    }
    IoSetTopLevelIrp((PIRP)FSRTL_CACHE_TOP_LEVEL_IRP);
    return TRUE;
}

VOID NTAPI RxReleaseFcbFromLazyWrite(PVOID Null)
{
    PFCB Fcb = (PFCB)Null;
    IoSetTopLevelIrp(nullptr);
    ExReleaseResourceLite(Fcb->Header.Resource);
    KeLeaveCriticalRegion();
}

BOOLEAN NTAPI RxAcquireFcbForReadAhead(PVOID Null, BOOLEAN Wait)
{
    return RxAcquireFcbForLazyWrite(Null, Wait);
}

VOID NTAPI RxReleaseFcbFromReadAhead(PVOID Null)
{
    RxReleaseFcbFromLazyWrite(Null);
}

BOOLEAN NTAPI RxNoOpAcquire(PVOID Fcb, BOOLEAN Wait)
{
    UNREFERENCED_PARAMETER(Fcb);
    UNREFERENCED_PARAMETER(Wait);
    IoSetTopLevelIrp((PIRP)FSRTL_CACHE_TOP_LEVEL_IRP);
    return TRUE;
}

VOID NTAPI RxNoOpRelease(PVOID Fcb)
{
    UNREFERENCED_PARAMETER(Fcb);
    IoSetTopLevelIrp(nullptr);
}

// ---- flush and purge
// ---------------------------------------------------------------------------------------------------------

/// Writes a file's dirty pages.
///
/// Locks    FCB exclusive
/// Source   used by public redirectors; ifs/buffering-state-control.md
NTSTATUS NTAPI RxFlushFcbInSystemCache(PFCB Fcb, BOOLEAN SynchronizeWithLazyWriter)
{
    if (Fcb->NonPaged->SectionObjectPointers.DataSectionObject == nullptr) {
        return STATUS_SUCCESS;
    }
    IO_STATUS_BLOCK IoStatus;
    IoStatus.Status = STATUS_SUCCESS;
    IoStatus.Information = 0;
    CcFlushCache(&Fcb->NonPaged->SectionObjectPointers, nullptr, 0, &IoStatus);
    if (SynchronizeWithLazyWriter && NT_SUCCESS(IoStatus.Status)) {
        RxAcquirePagingIoResource((PRX_CONTEXT) nullptr, Fcb);
        RxReleasePagingIoResource((PRX_CONTEXT) nullptr, Fcb);
    }
    return IoStatus.Status;
}

/// Throws a file's pages away, written before if FlushFile.
///
/// Locks    FCB exclusive
/// Errors   STATUS_UNSUCCESSFUL: some page is mapped
NTSTATUS NTAPI RxPurgeFcbInSystemCache(
    PFCB Fcb,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN UninitializeCacheMaps,
    BOOLEAN FlushFile)
{
    PSECTION_OBJECT_POINTERS Sections = &Fcb->NonPaged->SectionObjectPointers;
    if (FlushFile) {
        NTSTATUS Status = RxFlushFcbInSystemCache(Fcb, TRUE);
        if (!NT_SUCCESS(Status)) {
            RdrTraceEvent(RdrLayerRdbss, RdrEventError, "CcFlushCache", Fcb, Status, 0);
        }
    }
    if (Sections->ImageSectionObject != nullptr) {
        MmFlushImageSection(Sections, MmFlushForWrite);
    }
    if (Sections->DataSectionObject == nullptr) {
        return STATUS_SUCCESS;
    }
    return CcPurgeCacheSection(Sections, FileOffset, Length, UninitializeCacheMaps)
        ? STATUS_SUCCESS
        : STATUS_UNSUCCESSFUL;
}

VOID NTAPI RxPurgeFcb(PFCB Fcb)
{
    RxPurgeFcbInSystemCache(Fcb, nullptr, 0, TRUE, TRUE);
}

/// Writes what the last handle leaves dirty, so that MRxCleanupFobx finds the server up to date.
NTSTATUS RxpFlushForCleanup(PRX_CONTEXT RxContext, PFCB Fcb)
{
    UNREFERENCED_PARAMETER(RxContext);
    return RxpIsFile(Fcb) ? RxFlushFcbInSystemCache(Fcb, FALSE) : STATUS_SUCCESS;
}
