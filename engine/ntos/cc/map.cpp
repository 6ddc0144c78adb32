// map.cpp - life of cache maps: caching a file, its sizes, and the end of caching.
#include "cci.h"

#include <rdrtrace.h>

extern "C" {

KSPIN_LOCK CcpMasterLock;
LIST_ENTRY CcpSharedMaps;
ULONG CcpDirtyThreshold;
CCP_COUNTERS CcpCounters;

namespace {

constexpr ULONG kTagShared = 'cScC';
constexpr ULONG kTagPrivate = 'cPcC';
constexpr ULONG kDefaultDirtyThreshold = 8192;

struct LockGuard
{
    KIRQL Irql;
    LockGuard() { KeAcquireSpinLock(&CcpMasterLock, &Irql); }
    ~LockGuard() { KeReleaseSpinLock(&CcpMasterLock, Irql); }
    LockGuard(const LockGuard&) = delete;
    LockGuard& operator=(const LockGuard&) = delete;
};

/// Whether a map has no reason to live on; the master lock is held.
bool IsDone(PSHARED_CACHE_MAP Map)
{
    return Map->OpenCount == 0 && Map->References == 0 && MmpDirtyPages(Map->Segment) == 0;
}

/// Takes a map out of sight; the master lock is held. The caller then calls Bury without the lock.
void Unlink(PSHARED_CACHE_MAP Map)
{
    RemoveEntryList(&Map->Links);
    Map->Pointers->SharedCacheMap = nullptr;
    --CcpCounters.SharedMaps;
}

void Bury(PSHARED_CACHE_MAP Map)
{
    RdrTraceDied(Map);
    PCACHE_UNINITIALIZE_EVENT Event = Map->UninitializeEvents;
    MmpDereferenceSegment(Map->Segment);
    ObDereferenceObject(Map->FileObject);
    ExFreePoolWithTag(Map, kTagShared);
    while (Event != nullptr) {
        PCACHE_UNINITIALIZE_EVENT Next = Event->Next;
        KeSetEvent(&Event->Event, IO_NO_INCREMENT, FALSE);
        Event = Next;
    }
}

/// Ends caching for one file object; the master lock is held.
void RemovePrivate(PSHARED_CACHE_MAP Map, PPRIVATE_CACHE_MAP Private)
{
    Private->FileObject->PrivateCacheMap = nullptr;
    RemoveEntryList(&Private->Links);
    ExFreePoolWithTag(Private, kTagPrivate);
    NT_ASSERT(Map->OpenCount > 0);
    --Map->OpenCount;
}

/// Drops cached data beyond a smaller end of file.
void Truncate(PSHARED_CACHE_MAP Map, LONGLONG FileSize)
{
    (void)MmpPurgeSegment(Map->Segment, static_cast<LONGLONG>(ROUND_TO_PAGES(FileSize)), 0);
    MmpZeroTail(Map->Segment, FileSize);
}

} // namespace

PSHARED_CACHE_MAP CcpReferenceMap(PSECTION_OBJECT_POINTERS Pointers)
{
    if (Pointers == nullptr) {
        return nullptr;
    }
    LockGuard Lock;
    auto Map = static_cast<PSHARED_CACHE_MAP>(Pointers->SharedCacheMap);
    if (Map != nullptr) {
        ++Map->References;
    }
    return Map;
}

void CcpDereferenceMap(PSHARED_CACHE_MAP Map, BOOLEAN DeleteNow)
{
    {
        LockGuard Lock;
        NT_ASSERT(Map->References > 0);
        --Map->References;
        if (!IsDone(Map)) {
            return;
        }
        if (DeleteNow) {
            Unlink(Map);
        }
    }
    if (DeleteNow) {
        Bury(Map);
    } else {
        CcpWakeLazyWriter(TRUE);
    }
}

void CcpAdvanceGoal(PSHARED_CACHE_MAP Map, LONGLONG End)
{
    LockGuard Lock;
    if (End > Map->ValidDataGoal.QuadPart) {
        Map->ValidDataGoal.QuadPart = End;
    }
}

void CcpRaise(NTSTATUS Status)
{
    ExRaiseStatus(FsRtlNormalizeNtstatus(Status, STATUS_UNEXPECTED_IO_ERROR));
}

/// Starts caching of a file for one file object.
///
/// IRQL     PASSIVE_LEVEL
/// Locks    the caller holds the file's main resource exclusive
/// Owns     CcUninitializeCacheMap; the map references the first file object
/// Errors   raises STATUS_INSUFFICIENT_RESOURCES
VOID NTAPI CcInitializeCacheMap(
    PFILE_OBJECT FileObject,
    PCC_FILE_SIZES FileSizes,
    BOOLEAN PinAccess,
    PCACHE_MANAGER_CALLBACKS Callbacks,
    PVOID LazyWriteContext)
{
    PAGED_CODE();
    if (FileObject->PrivateCacheMap != nullptr) {
        return;
    }
    auto Private = static_cast<PPRIVATE_CACHE_MAP>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(PRIVATE_CACHE_MAP), kTagPrivate));
    if (Private == nullptr) {
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    }
    RtlZeroMemory(Private, sizeof(*Private));
    Private->NodeTypeCode = CCP_NTC_PRIVATE_CACHE_MAP;
    Private->NodeByteSize = sizeof(*Private);
    Private->ReadAheadMask = PAGE_SIZE - 1;
    Private->FileObject = FileObject;

    bool Born = false;
    PSHARED_CACHE_MAP Map;
    NTSTATUS Status = STATUS_SUCCESS;
    {
        LockGuard Lock;
        Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
        if (Map == nullptr) {
            Map = static_cast<PSHARED_CACHE_MAP>(
                ExAllocatePoolWithTag(NonPagedPool, sizeof(SHARED_CACHE_MAP), kTagShared));
            Status = STATUS_INSUFFICIENT_RESOURCES;
            if (Map != nullptr) {
                RtlZeroMemory(Map, sizeof(*Map));
                Status = MmpReferenceSegment(FileObject, &Map->Segment);
            }
            if (NT_SUCCESS(Status)) {
                Map->NodeTypeCode = CCP_NTC_SHARED_CACHE_MAP;
                Map->NodeByteSize = sizeof(*Map);
                Map->Pointers = FileObject->SectionObjectPointer;
                Map->FileObject = FileObject;
                Map->Callbacks = *Callbacks;
                Map->LazyWriteContext = LazyWriteContext;
                Map->FileSize = FileSizes->FileSize;
                Map->SectionSize = FileSizes->AllocationSize;
                Map->ValidDataLength = FileSizes->ValidDataLength;
                if (FileSizes->ValidDataLength.QuadPart != MAXLONGLONG) {
                    Map->Flags |= CCP_TRACK_VALID_DATA;
                    Map->ValidDataGoal = FileSizes->ValidDataLength;
                } else {
                    Map->ValidDataGoal.QuadPart = MAXLONGLONG;
                }
                if (PinAccess) {
                    Map->Flags |= CCP_PIN_ACCESS;
                }
                InitializeListHead(&Map->PrivateMaps);
                InsertTailList(&CcpSharedMaps, &Map->Links);
                ObReferenceObject(FileObject);
                FileObject->SectionObjectPointer->SharedCacheMap = Map;
                ++CcpCounters.SharedMaps;
                Born = true;
            }
        }
        if (NT_SUCCESS(Status)) {
            InsertTailList(&Map->PrivateMaps, &Private->Links);
            ++Map->OpenCount;
            FileObject->PrivateCacheMap = Private;
        }
    }
    if (!NT_SUCCESS(Status)) {
        if (Map != nullptr) {
            ExFreePoolWithTag(Map, kTagShared);
        }
        ExFreePoolWithTag(Private, kTagPrivate);
        ExRaiseStatus(Status);
    }
    if (Born) {
        RdrTraceBorn(RdrObjectCacheMap, Map, 0, nullptr, FileObject);
    }
}

/// Ends caching for one file object. File systems call it at every cleanup, whether the file was
/// cached or not.
///
/// TruncateSize says that the file was cut: data beyond is dropped with the last user. The event is
/// set as soon as the map is gone, which is at once unless dirty pages remain for the lazy writer.
///
/// IRQL     PASSIVE_LEVEL
/// Returns  TRUE when the map is gone
BOOLEAN NTAPI CcUninitializeCacheMap(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER TruncateSize,
    PCACHE_UNINITIALIZE_EVENT UninitializeCompleteEvent)
{
    PAGED_CODE();
    PSHARED_CACHE_MAP Map = CcpReferenceMap(FileObject->SectionObjectPointer);
    if (Map == nullptr) {
        if (UninitializeCompleteEvent != nullptr) {
            KeSetEvent(&UninitializeCompleteEvent->Event, IO_NO_INCREMENT, FALSE);
        }
        return FALSE;
    }
    bool Last;
    {
        LockGuard Lock;
        if (FileObject->PrivateCacheMap != nullptr) {
            RemovePrivate(Map, static_cast<PPRIVATE_CACHE_MAP>(FileObject->PrivateCacheMap));
        }
        Last = Map->OpenCount == 0;
    }
    if (Last && TruncateSize != nullptr) {
        {
            LockGuard Lock;
            Map->FileSize = *TruncateSize;
            if (Map->ValidDataGoal.QuadPart > TruncateSize->QuadPart
                && (Map->Flags & CCP_TRACK_VALID_DATA) != 0) {
                Map->ValidDataGoal = *TruncateSize;
            }
        }
        Truncate(Map, TruncateSize->QuadPart);
    }
    bool Gone = false;
    bool Write = false;
    {
        LockGuard Lock;
        --Map->References;
        Gone = IsDone(Map);
        if (Gone) {
            Unlink(Map);
        }
        if (UninitializeCompleteEvent != nullptr) {
            if (Map->OpenCount == 0) {
                UninitializeCompleteEvent->Next = Map->UninitializeEvents;
                Map->UninitializeEvents = UninitializeCompleteEvent;
            } else {
                KeSetEvent(&UninitializeCompleteEvent->Event, IO_NO_INCREMENT, FALSE);
            }
        }
        Write = !Gone && Map->OpenCount == 0;
    }
    if (Gone) {
        Bury(Map);
    } else if (Write) {
        CcpWakeLazyWriter(FALSE);
    }
    return Gone;
}

/// Tells the cache that the file system changed the sizes of a file. A smaller file loses what was
/// cached beyond its end.
///
/// IRQL     PASSIVE_LEVEL
NTSTATUS NTAPI CcSetFileSizesEx(PFILE_OBJECT FileObject, PCC_FILE_SIZES FileSizes)
{
    PAGED_CODE();
    PSHARED_CACHE_MAP Map = CcpReferenceMap(FileObject->SectionObjectPointer);
    if (Map == nullptr) {
        return STATUS_SUCCESS;
    }
    bool Shrinks;
    {
        LockGuard Lock;
        const LONGLONG FileSize = FileSizes->FileSize.QuadPart;
        Shrinks = FileSize < Map->FileSize.QuadPart;
        Map->FileSize.QuadPart = FileSize;
        Map->SectionSize = FileSizes->AllocationSize;
        if ((Map->Flags & CCP_TRACK_VALID_DATA) != 0) {
            if (Map->ValidDataGoal.QuadPart > FileSize) {
                Map->ValidDataGoal.QuadPart = FileSize;
            }
            if (Map->ValidDataLength.QuadPart > FileSize) {
                Map->ValidDataLength.QuadPart = FileSize;
            }
        }
    }
    if (Shrinks) {
        Truncate(Map, FileSizes->FileSize.QuadPart);
    }
    CcpDereferenceMap(Map, FALSE);
    return STATUS_SUCCESS;
}

VOID NTAPI CcSetFileSizes(PFILE_OBJECT FileObject, PCC_FILE_SIZES FileSizes)
{
    (void)CcSetFileSizesEx(FileObject, FileSizes);
}

/// Discards cached data of a range (all without FileOffset), dirty data too: who wants it written
/// flushes first.
///
/// With the uninitialize flag caching ends for every file object, which drops the cache's reference
/// on the file.
///
/// IRQL     PASSIVE_LEVEL
/// Returns  FALSE when something in the range is mapped, pinned or (if so flagged) dirty
BOOLEAN NTAPI CcPurgeCacheSection(
    PSECTION_OBJECT_POINTERS SectionObjectPointer,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    ULONG Flags)
{
    PAGED_CODE();
    constexpr ULONG kUninitializeCacheMaps = 1;
    constexpr ULONG kDoNotPurgeDirtyPages = 4;
    PSHARED_CACHE_MAP Map = CcpReferenceMap(SectionObjectPointer);
    if (Map == nullptr) {
        return SectionObjectPointer->DataSectionObject == nullptr
            || MmpPurgeSegment(
                   static_cast<PMMP_SEGMENT>(SectionObjectPointer->DataSectionObject),
                   FileOffset != nullptr ? FileOffset->QuadPart : 0,
                   FileOffset != nullptr ? Length : 0);
    }
    if ((Flags & kUninitializeCacheMaps) != 0) {
        LockGuard Lock;
        while (!IsListEmpty(&Map->PrivateMaps)) {
            RemovePrivate(Map, CONTAINING_RECORD(Map->PrivateMaps.Flink, PRIVATE_CACHE_MAP, Links));
        }
    }
    BOOLEAN Purged = FALSE;
    if ((Flags & kDoNotPurgeDirtyPages) == 0 || MmpDirtyPages(Map->Segment) == 0) {
        Purged = MmpPurgeSegment(
            Map->Segment, FileOffset != nullptr ? FileOffset->QuadPart : 0,
            FileOffset != nullptr ? Length : 0);
    }
    CcpDereferenceMap(Map, TRUE);
    return Purged;
}

VOID NTAPI CcSetAdditionalCacheAttributes(
    PFILE_OBJECT FileObject, BOOLEAN DisableReadAhead, BOOLEAN DisableWriteBehind)
{
    LockGuard Lock;
    auto Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
    if (Map != nullptr) {
        Map->Flags &= ~static_cast<ULONG>(CCP_DISABLE_READ_AHEAD | CCP_DISABLE_WRITE_BEHIND);
        Map->Flags |= (DisableReadAhead ? CCP_DISABLE_READ_AHEAD : 0)
            | (DisableWriteBehind ? CCP_DISABLE_WRITE_BEHIND : 0);
    }
}

VOID NTAPI CcSetDirtyPageThreshold(PFILE_OBJECT FileObject, ULONG DirtyPageThreshold)
{
    LockGuard Lock;
    auto Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
    if (Map != nullptr) {
        Map->DirtyPageThreshold = DirtyPageThreshold;
    }
}

VOID NTAPI
CcSetLogHandleForFile(PFILE_OBJECT FileObject, PVOID LogHandle, PFLUSH_TO_LSN FlushToLsnRoutine)
{
    LockGuard Lock;
    auto Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
    if (Map != nullptr) {
        Map->LogHandle = LogHandle;
        Map->FlushToLsn = FlushToLsnRoutine;
    }
}

VOID NTAPI CcSetParallelFlushFile(PFILE_OBJECT FileObject, BOOLEAN EnableParallelFlush)
{
    // Flushes keep several transfers under way for every file.
    (void)FileObject;
    (void)EnableParallelFlush;
}

PFILE_OBJECT NTAPI CcGetFileObjectFromSectionPtrs(PSECTION_OBJECT_POINTERS SectionObjectPointer)
{
    LockGuard Lock;
    auto Map = static_cast<PSHARED_CACHE_MAP>(SectionObjectPointer->SharedCacheMap);
    return Map != nullptr ? Map->FileObject : nullptr;
}

PFILE_OBJECT NTAPI CcGetFileObjectFromSectionPtrsRef(PSECTION_OBJECT_POINTERS SectionObjectPointer)
{
    LockGuard Lock;
    auto Map = static_cast<PSHARED_CACHE_MAP>(SectionObjectPointer->SharedCacheMap);
    if (Map == nullptr) {
        return nullptr;
    }
    ObReferenceObject(Map->FileObject);
    return Map->FileObject;
}

LARGE_INTEGER NTAPI
CcGetFlushedValidData(PSECTION_OBJECT_POINTERS SectionObjectPointer, BOOLEAN BcbListHeld)
{
    (void)BcbListHeld;
    LARGE_INTEGER Valid;
    Valid.QuadPart = MAXLONGLONG;
    LockGuard Lock;
    auto Map = static_cast<PSHARED_CACHE_MAP>(SectionObjectPointer->SharedCacheMap);
    if (Map != nullptr) {
        Valid = MmpDirtyPages(Map->Segment) != 0 ? Map->ValidDataLength : Map->ValidDataGoal;
    }
    return Valid;
}

BOOLEAN NTAPI CcIsThereDirtyDataEx(PVPB Vpb, PULONG NumberOfDirtyPages)
{
    LockGuard Lock;
    ULONG Pages = 0;
    for (PLIST_ENTRY Entry = CcpSharedMaps.Flink; Entry != &CcpSharedMaps; Entry = Entry->Flink) {
        auto Map = CONTAINING_RECORD(Entry, SHARED_CACHE_MAP, Links);
        if (Map->FileObject->Vpb == Vpb && (Map->FileObject->Flags & FO_TEMPORARY_FILE) == 0) {
            Pages += MmpDirtyPages(Map->Segment);
        }
    }
    if (NumberOfDirtyPages != nullptr) {
        *NumberOfDirtyPages = Pages;
    }
    return Pages != 0;
}

BOOLEAN NTAPI CcIsThereDirtyData(PVPB Vpb)
{
    return CcIsThereDirtyDataEx(Vpb, nullptr);
}

void CcpQueryCounters(PCCP_COUNTERS Counters)
{
    LockGuard Lock;
    *Counters = CcpCounters;
}

void CcpSetDirtyThreshold(ULONG Pages)
{
    LockGuard Lock;
    CcpDirtyThreshold = Pages == 0 ? kDefaultDirtyThreshold : Pages;
}

NTSTATUS CcInitSystem(void)
{
    KeInitializeSpinLock(&CcpMasterLock);
    InitializeListHead(&CcpSharedMaps);
    RtlZeroMemory(&CcpCounters, sizeof(CcpCounters));
    CcpDirtyThreshold = kDefaultDirtyThreshold;
    return CcpStartLazyWriter();
}

void CcShutdownSystem(void)
{
    CcpStopLazyWriter();
}

} // extern "C"
