// lazywrite.cpp - write-behind: the lazy writer, flushes, and what holds writers up.
//
// One system thread. It sleeps without a timer while nothing is dirty, so that an idle machine
// stays idle; the first dirty page starts the second after which a pass is made. A pass writes an
// eighth of all dirty pages, but at least 2048, file by file; maps nobody has open any more are
// written completely and then deleted. Writers that hit the threshold wake it at once.
#include "cci.h"

#include "../inc/fsrtlp.h"

#include <rdrtrace.h>

extern "C" {

namespace {

constexpr LONGLONG kPeriod = 10LL * 1000 * 1000; // one second in 100 ns ticks
constexpr ULONG kLeastPagesPerPass = 2048;
constexpr ULONG kMaximumFailures
    = 5; // of write-behind to one file in a row, for errors that may pass
constexpr ULONG kTagDeferred = 'fDcC';

KEVENT LazyWake; // synchronization
KEVENT LazyPassDone; // notification; set at the end of each pass
KEVENT LazyCleaned; // notification; set when dirty pages became fewer
PETHREAD LazyThread;
bool LazyStop;
bool LazyNow; // a pass is asked for
bool LazyArmed; // a pass is planned
LIST_ENTRY DeferredWrites;

struct DeferredWrite
{
    LIST_ENTRY Links;
    PFILE_OBJECT FileObject;
    PCC_POST_DEFERRED_WRITE Post;
    PVOID Context1;
    PVOID Context2;
    ULONG Bytes;
};

struct LockGuard
{
    KIRQL Irql;
    LockGuard() { KeAcquireSpinLock(&CcpMasterLock, &Irql); }
    ~LockGuard() { KeReleaseSpinLock(&CcpMasterLock, Irql); }
    LockGuard(const LockGuard&) = delete;
    LockGuard& operator=(const LockGuard&) = delete;
};

/// Whether a pass leaves a map alone: data of temporary files is written only when memory is short,
/// it may never have to be.
bool IsSpared(PSHARED_CACHE_MAP Map)
{
    return Map->OpenCount != 0
        && ((Map->FileObject->Flags & FO_TEMPORARY_FILE) != 0
            || (Map->Flags & CCP_DISABLE_WRITE_BEHIND) != 0);
}

/// Whether there is anything for a pass; the master lock is held.
bool HaveWork()
{
    if (!IsListEmpty(&DeferredWrites)) {
        return true;
    }
    for (PLIST_ENTRY Entry = CcpSharedMaps.Flink; Entry != &CcpSharedMaps; Entry = Entry->Flink) {
        auto Map = CONTAINING_RECORD(Entry, SHARED_CACHE_MAP, Links);
        if (Map->OpenCount == 0 || (MmpDirtyPages(Map->Segment) != 0 && !IsSpared(Map))) {
            return true;
        }
    }
    return false;
}

void OnDirtyPagesChanged(BOOLEAN MoreDirty)
{
    if (!MoreDirty) {
        KeSetEvent(&LazyCleaned, IO_NO_INCREMENT, FALSE);
        return;
    }
    const bool Pressed = MmpDirtyPages(nullptr) >= CcpDirtyThreshold / 4;
    if (!LazyArmed || Pressed) {
        CcpWakeLazyWriter(Pressed);
    }
}

struct EndOfFileRequest
{
    KEVENT Event;
    NTSTATUS Status;
};

NTSTATUS NTAPI EndOfFileCompletion(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    (void)DeviceObject;
    auto Request = static_cast<EndOfFileRequest*>(Context);
    Request->Status = Irp->IoStatus.Status;
    Irp->AssociatedIrp.SystemBuffer = nullptr;
    IoFreeIrp(Irp);
    KeSetEvent(&Request->Event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/// Tells the file system how far the data is valid now (FileEndOfFileInformation with AdvanceOnly).
NTSTATUS SetValidData(PFILE_OBJECT FileObject, LONGLONG ValidData)
{
    PDEVICE_OBJECT Device = IoGetRelatedDeviceObject(FileObject);
    PIRP Irp = IoAllocateIrp(Device->StackSize, FALSE);
    if (Irp == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    FILE_END_OF_FILE_INFORMATION Information;
    Information.EndOfFile.QuadPart = ValidData;
    EndOfFileRequest Request;
    KeInitializeEvent(&Request.Event, NotificationEvent, FALSE);
    Irp->Flags = IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO;
    Irp->RequestorMode = KernelMode;
    Irp->AssociatedIrp.SystemBuffer = &Information;
    Irp->Tail.Overlay.OriginalFileObject = FileObject;
    Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    PIO_STACK_LOCATION Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MajorFunction = IRP_MJ_SET_INFORMATION;
    Stack->FileObject = FileObject;
    Stack->Parameters.SetFile.Length = sizeof(Information);
    Stack->Parameters.SetFile.FileInformationClass = FileEndOfFileInformation;
    Stack->Parameters.SetFile.FileObject = FileObject;
    Stack->Parameters.SetFile.AdvanceOnly = TRUE;
    IoSetCompletionRoutine(Irp, EndOfFileCompletion, &Request, TRUE, TRUE, TRUE);
    (void)IoCallDriver(Device, Irp);
    KeWaitForSingleObject(&Request.Event, Executive, KernelMode, FALSE, nullptr);
    return Request.Status;
}

/// Whether an error of write-behind may go away by itself.
bool IsWorthRetry(NTSTATUS Status)
{
    return Status == STATUS_INSUFFICIENT_RESOURCES || Status == STATUS_FILE_LOCK_CONFLICT
        || Status == STATUS_NO_MEMORY || Status == STATUS_CANT_WAIT || Status == STATUS_RETRY;
}

/// The next map with work that this pass has not seen, with a reference; NULL at the end.
PSHARED_CACHE_MAP NextMap(ULONG Pass)
{
    LockGuard Lock;
    for (PLIST_ENTRY Entry = CcpSharedMaps.Flink; Entry != &CcpSharedMaps; Entry = Entry->Flink) {
        auto Map = CONTAINING_RECORD(Entry, SHARED_CACHE_MAP, Links);
        if (Map->LastPass != Pass && (Map->OpenCount == 0 || MmpDirtyPages(Map->Segment) != 0)) {
            Map->LastPass = Pass;
            ++Map->References;
            return Map;
        }
    }
    return nullptr;
}

void MakePass(bool Pressed)
{
    const ULONG Pass = ++CcpCounters.LazyWriterPasses;
    const ULONG Dirty = MmpDirtyPages(nullptr);
    ULONG Budget = Dirty / 8 > kLeastPagesPerPass ? Dirty / 8 : kLeastPagesPerPass;
    if (Pressed) {
        // Well below the mark that raised the alarm, so that it is not raised by the next write
        // again.
        const ULONG Target = CcpDirtyThreshold / 8;
        const ULONG Excess = Dirty > Target ? Dirty - Target : 0;
        Budget = Excess > Budget ? Excess : Budget;
    }
    while (PSHARED_CACHE_MAP Map = NextMap(Pass)) {
        const bool Orphaned = Map->OpenCount == 0;
        const bool Spared = !Pressed && IsSpared(Map);
        const ULONG Before = MmpDirtyPages(Map->Segment);
        if (Before != 0 && !Spared) {
            CcpWriteBehind(Map, Orphaned ? MAXULONG : Budget);
            const ULONG After = MmpDirtyPages(Map->Segment);
            const ULONG Written = Before > After ? Before - After : 0;
            Budget = Budget > Written ? Budget - Written : 0;
        }
        CcpDereferenceMap(Map, TRUE);
        if (Budget == 0 && !Orphaned) {
            break;
        }
    }
    CcpPostDeferredWrites();
    KeSetEvent(&LazyPassDone, IO_NO_INCREMENT, FALSE);
    KeSetEvent(&LazyCleaned, IO_NO_INCREMENT, FALSE);
}

VOID NTAPI LazyWriterThread(PVOID Context)
{
    (void)Context;
    LARGE_INTEGER Due;
    Due.QuadPart = 0;
    for (;;) {
        const NTSTATUS Status = KeWaitForSingleObject(
            &LazyWake, Executive, KernelMode, FALSE, LazyArmed ? &Due : nullptr);
        if (LazyStop) {
            break;
        }
        if (Status == STATUS_TIMEOUT || LazyNow) {
            const bool Pressed = MmpDirtyPages(nullptr) >= CcpDirtyThreshold / 4;
            LazyNow = false;
            LazyArmed = false;
            MakePass(Pressed);
        }
        bool Work;
        {
            LockGuard Lock;
            Work = HaveWork();
        }
        if (Work && !LazyArmed) {
            LARGE_INTEGER Now;
            KeQuerySystemTime(&Now);
            Due.QuadPart = Now.QuadPart + kPeriod;
            LazyArmed = true;
        }
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

bool CanWriteNow(PSHARED_CACHE_MAP Map, ULONG Bytes)
{
    const ULONG Pages = (Bytes + PAGE_SIZE - 1) / PAGE_SIZE;
    const ULONG Dirty = MmpUncleanPages();
    if (Dirty != 0 && Dirty + Pages > CcpDirtyThreshold) {
        return false;
    }
    if (Map != nullptr && Map->DirtyPageThreshold != 0) {
        const ULONG Own = MmpDirtyPages(Map->Segment);
        return Own == 0 || Own + Pages <= Map->DirtyPageThreshold;
    }
    return true;
}

} // namespace

void CcpWakeLazyWriter(BOOLEAN Now)
{
    if (Now) {
        LazyNow = true;
    }
    KeSetEvent(&LazyWake, IO_NO_INCREMENT, FALSE);
}

BOOLEAN CcpIsLazyWriter(void)
{
    return LazyThread != nullptr && PsGetCurrentThread() == LazyThread;
}

void CcpWriteBehind(PSHARED_CACHE_MAP Map, ULONG MaximumPages)
{
    if (Map->Callbacks.AcquireForLazyWrite != nullptr
        && !Map->Callbacks.AcquireForLazyWrite(Map->LazyWriteContext, TRUE)) {
        return;
    }
    const LONGLONG Goal = Map->ValidDataGoal.QuadPart;
    const RDR_SPAN Span = RdrTraceBegin(RdrLayerKernel, "lazy write", Map->FileObject, 0);
    const bool LastTry = Map->WriteFailures + 1 >= kMaximumFailures;
    ULONGLONG Bytes = 0;
    NTSTATUS Status = MmpFlushSegment(
        Map->Segment, 0, 0, Map->FileSize.QuadPart, MaximumPages, TRUE, &Bytes, nullptr);
    if (NT_SUCCESS(Status)) {
        Map->WriteFailures = 0;
        if ((Map->Flags & CCP_TRACK_VALID_DATA) != 0 && Goal > Map->ValidDataLength.QuadPart
            && MmpDirtyPages(Map->Segment) == 0) {
            const LONGLONG Valid = Goal < Map->FileSize.QuadPart ? Goal : Map->FileSize.QuadPart;
            if (NT_SUCCESS(SetValidData(Map->FileObject, Valid))) {
                LockGuard Lock;
                Map->ValidDataLength.QuadPart = Valid;
            }
        }
    } else if (IsWorthRetry(Status) && !LastTry) {
        ++Map->WriteFailures;
    } else {
        // Nobody is left to tell: the application has its success already. The data is given up,
        // loudly.
        const ULONG Lost = MmpDirtyPages(Map->Segment);
        RdrTraceEvent(
            RdrLayerKernel, RdrEventError, "STATUS_LOST_WRITEBEHIND_DATA", Map->FileObject, Status,
            Lost);
        ++CcpCounters.LostWrites;
        Map->WriteFailures = 0;
        (void)MmpPurgeSegment(Map->Segment, 0, 0);
    }
    RdrTraceEnd(Span, Status, Bytes);
    if (Map->Callbacks.ReleaseFromLazyWrite != nullptr) {
        Map->Callbacks.ReleaseFromLazyWrite(Map->LazyWriteContext);
    }
}

/// Writes the dirty pages of a range (all without FileOffset, to the end with Length 0) and waits
/// for them.
///
/// IRQL     PASSIVE_LEVEL
/// Locks    takes the file's resources through the file system's callback unless the caller is the
/// lazy writer
VOID NTAPI CcFlushCache(
    PSECTION_OBJECT_POINTERS SectionObjectPointer,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    PIO_STATUS_BLOCK IoStatus)
{
    PAGED_CODE();
    IO_STATUS_BLOCK Ignored;
    if (IoStatus == nullptr) {
        IoStatus = &Ignored;
    }
    IoStatus->Status = STATUS_SUCCESS;
    IoStatus->Information = 0;
    PSHARED_CACHE_MAP Map = CcpReferenceMap(SectionObjectPointer);
    if (Map == nullptr) {
        return;
    }
    const bool Acquire = !CcpIsLazyWriter();
    NTSTATUS Status = Acquire ? FsRtlpAcquireFileForCcFlush(Map->FileObject) : STATUS_SUCCESS;
    if (NT_SUCCESS(Status)) {
        ULONGLONG Bytes = 0;
        Status = MmpFlushSegment(
            Map->Segment, FileOffset != nullptr ? FileOffset->QuadPart : 0,
            FileOffset != nullptr ? Length : 0, Map->FileSize.QuadPart, MAXULONG, TRUE, &Bytes,
            nullptr);
        IoStatus->Information = static_cast<ULONG_PTR>(Bytes);
        if (Acquire) {
            FsRtlpReleaseFileForCcFlush(Map->FileObject);
        }
    }
    IoStatus->Status = Status;
    CcpDereferenceMap(Map, FALSE);
}

VOID NTAPI CcCoherencyFlushAndPurgeCache(
    PSECTION_OBJECT_POINTERS SectionObjectPointer,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    PIO_STATUS_BLOCK IoStatus,
    ULONG Flags)
{
    CcFlushCache(SectionObjectPointer, FileOffset, Length, IoStatus);
    if (NT_SUCCESS(IoStatus->Status) && (Flags & CC_FLUSH_AND_PURGE_NO_PURGE) == 0
        && !CcPurgeCacheSection(SectionObjectPointer, FileOffset, Length, FALSE)) {
        IoStatus->Status = STATUS_CACHE_PAGE_LOCKED;
    }
}

/// Whether a write of that size may be cached now. With Wait the routine waits until it may, which
/// the lazy writer brings about; the caller must not hold locks the lazy writer needs.
BOOLEAN NTAPI
CcCanIWrite(PFILE_OBJECT FileObject, ULONG BytesToWrite, BOOLEAN Wait, BOOLEAN Retrying)
{
    PSHARED_CACHE_MAP Map
        = FileObject != nullptr ? CcpReferenceMap(FileObject->SectionObjectPointer) : nullptr;
    // Earlier writes that were deferred go first, and a file system that writes on behalf of the
    // lazy writer is not held up.
    bool Can = CcpIsLazyWriter()
        || ((Retrying || !CcpHaveDeferredWrites()) && CanWriteNow(Map, BytesToWrite));
    if (!Can && Wait) {
        ++CcpCounters.Throttled;
        while (!CanWriteNow(Map, BytesToWrite)) {
            KeClearEvent(&LazyCleaned);
            CcpWakeLazyWriter(TRUE);
            KeWaitForSingleObject(&LazyCleaned, Executive, KernelMode, FALSE, nullptr);
        }
        Can = true;
    }
    if (Map != nullptr) {
        CcpDereferenceMap(Map, FALSE);
    }
    return Can;
}

/// Keeps a write until it can be cached; then PostRoutine is called on the lazy writer's thread.
VOID NTAPI CcDeferWrite(
    PFILE_OBJECT FileObject,
    PCC_POST_DEFERRED_WRITE PostRoutine,
    PVOID Context1,
    PVOID Context2,
    ULONG BytesToWrite,
    BOOLEAN Retrying)
{
    auto Write = static_cast<DeferredWrite*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(DeferredWrite), kTagDeferred));
    if (Write == nullptr) {
        PostRoutine(Context1, Context2); // too little memory to wait for memory: try at once
        return;
    }
    Write->FileObject = FileObject;
    Write->Post = PostRoutine;
    Write->Context1 = Context1;
    Write->Context2 = Context2;
    Write->Bytes = BytesToWrite;
    {
        LockGuard Lock;
        if (Retrying) {
            InsertHeadList(&DeferredWrites, &Write->Links);
        } else {
            InsertTailList(&DeferredWrites, &Write->Links);
        }
        ++CcpCounters.DeferredWrites;
    }
    CcpWakeLazyWriter(TRUE);
}

BOOLEAN CcpHaveDeferredWrites(void)
{
    LockGuard Lock;
    return !IsListEmpty(&DeferredWrites);
}

void CcpPostDeferredWrites(void)
{
    for (;;) {
        DeferredWrite* Write;
        {
            LockGuard Lock;
            if (IsListEmpty(&DeferredWrites)) {
                return;
            }
            Write = CONTAINING_RECORD(DeferredWrites.Flink, DeferredWrite, Links);
            auto Pointers
                = Write->FileObject != nullptr ? Write->FileObject->SectionObjectPointer : nullptr;
            auto Map = Pointers != nullptr
                ? static_cast<PSHARED_CACHE_MAP>(Pointers->SharedCacheMap)
                : nullptr;
            if (!CanWriteNow(Map, Write->Bytes)) {
                return;
            }
            RemoveEntryList(&Write->Links);
        }
        Write->Post(Write->Context1, Write->Context2);
        ExFreePoolWithTag(Write, kTagDeferred);
    }
}

/// Returns when everything that was dirty for write-behind at the call has had its pass.
NTSTATUS NTAPI CcWaitForCurrentLazyWriterActivity(VOID)
{
    PAGED_CODE();
    KeClearEvent(&LazyPassDone);
    CcpWakeLazyWriter(TRUE);
    return KeWaitForSingleObject(&LazyPassDone, Executive, KernelMode, FALSE, nullptr);
}

LARGE_INTEGER NTAPI CcGetDirtyPages(
    PVOID LogHandle, PDIRTY_PAGE_ROUTINE DirtyPageRoutine, PVOID Context1, PVOID Context2)
{
    // Dirty pages carry no log sequence numbers: no file system of this machine logs.
    (void)LogHandle;
    (void)DirtyPageRoutine;
    (void)Context1;
    (void)Context2;
    RdrTraceEvent(
        RdrLayerKernel, RdrEventMissing, "CcGetDirtyPages", nullptr, STATUS_NOT_IMPLEMENTED, 0);
    LARGE_INTEGER Oldest;
    Oldest.QuadPart = 0;
    return Oldest;
}

LARGE_INTEGER NTAPI CcGetLsnForFileObject(PFILE_OBJECT FileObject, PLARGE_INTEGER OldestLsn)
{
    (void)FileObject;
    RdrTraceEvent(
        RdrLayerKernel, RdrEventMissing, "CcGetLsnForFileObject", nullptr, STATUS_NOT_IMPLEMENTED,
        0);
    LARGE_INTEGER Lsn;
    Lsn.QuadPart = 0;
    if (OldestLsn != nullptr) {
        OldestLsn->QuadPart = 0;
    }
    return Lsn;
}

NTSTATUS CcpStartLazyWriter(void)
{
    KeInitializeEvent(&LazyWake, SynchronizationEvent, FALSE);
    KeInitializeEvent(&LazyPassDone, NotificationEvent, FALSE);
    KeInitializeEvent(&LazyCleaned, NotificationEvent, FALSE);
    InitializeListHead(&DeferredWrites);
    LazyStop = LazyNow = LazyArmed = false;
    LazyThread = nullptr;
    MmpDirtyPagesChanged = OnDirtyPagesChanged;

    HANDLE Handle;
    NTSTATUS Status = PsCreateSystemThread(
        &Handle, THREAD_ALL_ACCESS, nullptr, nullptr, nullptr, LazyWriterThread, nullptr);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ObReferenceObjectByHandle(
        Handle, THREAD_ALL_ACCESS, nullptr, KernelMode, reinterpret_cast<PVOID*>(&LazyThread),
        nullptr);
    ZwClose(Handle);
    return Status;
}

void CcpStopLazyWriter(void)
{
    MmpDirtyPagesChanged = nullptr;
    if (LazyThread == nullptr) {
        return;
    }
    LazyStop = true;
    KeSetEvent(&LazyWake, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(LazyThread, Executive, KernelMode, FALSE, nullptr);
    ObDereferenceObject(LazyThread);
    LazyThread = nullptr;
}

} // extern "C"
