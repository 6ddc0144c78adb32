// copy.cpp - copying between callers' buffers and cached pages, and read-ahead.
#include "cci.h"

#include <rdrtrace.h>

extern "C" {

namespace {

constexpr LONGLONG kView = static_cast<LONGLONG>(MMP_VIEW_BYTES);
constexpr ULONG kTagReadAhead = 'aRcC';
constexpr ULONG kFirstWindow = 128 * 1024;
constexpr ULONG kLargestWindow = 2 * 1024 * 1024;
constexpr ULONG kReadAheadsAtOnce
    = 2; // of one file: the second is prepared while the first is consumed

inline LONGLONG PieceEnd(LONGLONG Offset, LONGLONG End)
{
    const LONGLONG ViewEnd = (Offset / kView + 1) * kView;
    return End < ViewEnd ? End : ViewEnd;
}

struct ReadAheadItem
{
    WORK_QUEUE_ITEM Work;
    PSHARED_CACHE_MAP Map;
    LONGLONG Offset;
    ULONG Length;
};

VOID NTAPI ReadAheadWorker(PVOID Context)
{
    auto Item = static_cast<ReadAheadItem*>(Context);
    PSHARED_CACHE_MAP Map = Item->Map;
    if (Map->Callbacks.AcquireForReadAhead == nullptr
        || Map->Callbacks.AcquireForReadAhead(Map->LazyWriteContext, TRUE)) {
        MmpPrefetch(Map->Segment, Item->Offset, Item->Length);
        if (Map->Callbacks.ReleaseFromReadAhead != nullptr) {
            Map->Callbacks.ReleaseFromReadAhead(Map->LazyWriteContext);
        }
    }
    ExFreePoolWithTag(Item, kTagReadAhead);
    KIRQL Irql;
    KeAcquireSpinLock(&CcpMasterLock, &Irql);
    --Map->ReadAheads;
    KeReleaseSpinLock(&CcpMasterLock, Irql);
    CcpDereferenceMap(Map, TRUE);
}

} // namespace

/// Notes a read and, when reads follow one another, has the pages behind them fetched by a worker.
///
/// The window doubles from 128 KiB to 2 MiB while the pattern lasts. The next window is asked for
/// when the reader has come within half a window of what was fetched so far.
///
/// IRQL     PASSIVE_LEVEL
VOID NTAPI CcScheduleReadAhead(PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length)
{
    auto Private = static_cast<PPRIVATE_CACHE_MAP>(FileObject->PrivateCacheMap);
    auto Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
    if (Private == nullptr || Map == nullptr) {
        return;
    }
    LONGLONG Start = 0;
    LONGLONG End = 0;
    {
        KIRQL Irql;
        KeAcquireSpinLock(&CcpMasterLock, &Irql);
        const LONGLONG Beyond = FileOffset->QuadPart + Length;
        const LONGLONG Gap = FileOffset->QuadPart - Private->BeyondLastByte.QuadPart;
        const bool Continues = Private->BeyondLastByte.QuadPart != 0 && Gap >= 0
            && Gap <= static_cast<LONGLONG>(Private->ReadAheadMask);
        Private->Sequential = Continues ? Private->Sequential + 1 : 0;
        Private->BeyondLastByte.QuadPart = Beyond;
        if (!Continues) {
            Private->ReadAheadWindow = 0;
            Private->ReadAheadEnd.QuadPart = 0;
        }
        const bool Wanted = (Continues || (FileObject->Flags & FO_SEQUENTIAL_ONLY) != 0)
            && (FileObject->Flags & FO_RANDOM_ACCESS) == 0
            && (Map->Flags & CCP_DISABLE_READ_AHEAD) == 0;
        if (Wanted && Map->ReadAheads < kReadAheadsAtOnce) {
            const ULONG Granularity = Private->ReadAheadMask + 1;
            ULONG Window = Private->ReadAheadWindow == 0 ? kFirstWindow : Private->ReadAheadWindow;
            Window = Window < Granularity ? Granularity : Window;
            LONGLONG From = Private->ReadAheadEnd.QuadPart;
            if (From < Beyond) {
                From = (Beyond + Granularity - 1) / Granularity * Granularity;
            }
            if (From < Map->FileSize.QuadPart
                && From - Beyond <= static_cast<LONGLONG>(Window / 2)) {
                Start = From;
                End = From + Window < Map->FileSize.QuadPart ? From + Window
                                                             : Map->FileSize.QuadPart;
                Private->ReadAheadEnd.QuadPart = End;
                Private->ReadAheadWindow = Window < kLargestWindow ? Window * 2 : Window;
                ++Map->ReadAheads;
                ++Map->References;
                ++CcpCounters.ReadAheads;
            }
        }
        KeReleaseSpinLock(&CcpMasterLock, Irql);
    }
    if (End == Start) {
        return;
    }
    auto Item = static_cast<ReadAheadItem*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(ReadAheadItem), kTagReadAhead));
    if (Item == nullptr) {
        KIRQL Irql;
        KeAcquireSpinLock(&CcpMasterLock, &Irql);
        --Map->ReadAheads;
        KeReleaseSpinLock(&CcpMasterLock, Irql);
        CcpDereferenceMap(Map, FALSE);
        return;
    }
    Item->Map = Map;
    Item->Offset = Start;
    Item->Length = static_cast<ULONG>(End - Start);
    RdrTraceEvent(
        RdrLayerKernel, RdrEventPost, "read-ahead", FileObject, STATUS_SUCCESS, Item->Length);
    ExInitializeWorkItem(&Item->Work, ReadAheadWorker, Item);
    ExQueueWorkItem(&Item->Work, CriticalWorkQueue);
}

VOID NTAPI CcSetReadAheadGranularity(PFILE_OBJECT FileObject, ULONG Granularity)
{
    NT_ASSERT(Granularity >= PAGE_SIZE && (Granularity & (Granularity - 1)) == 0);
    auto Private = static_cast<PPRIVATE_CACHE_MAP>(FileObject->PrivateCacheMap);
    if (Private != nullptr) {
        Private->ReadAheadMask = Granularity - 1;
    }
}

/// Copies cached data to a buffer, reading missing pages.
///
/// IRQL     PASSIVE_LEVEL
/// Returns  FALSE only without Wait: not everything is in memory, nothing was promised about the
/// buffer Errors   raises the status of a failed paging read, STATUS_ACCESS_VIOLATION for a bad
/// buffer
BOOLEAN NTAPI CcCopyRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN Wait,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus)
{
    PAGED_CODE();
    auto Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
    NT_ASSERT(Map != nullptr && FileOffset->QuadPart >= 0);

    LONGLONG Offset = FileOffset->QuadPart;
    LONGLONG End = Offset + Length;
    if (End > Map->FileSize.QuadPart) {
        End = Map->FileSize.QuadPart > Offset ? Map->FileSize.QuadPart : Offset;
    }
    MmpProbeCopy(Buffer, static_cast<SIZE_T>(End - Offset), TRUE);
    if (FileObject->PrivateCacheMap != nullptr) {
        LARGE_INTEGER Here;
        Here.QuadPart = Offset;
        CcScheduleReadAhead(FileObject, &Here, static_cast<ULONG>(End - Offset));
    }

    auto To = static_cast<PUCHAR>(Buffer);
    while (Offset < End) {
        const LONGLONG Stop = PieceEnd(Offset, End);
        const SIZE_T Piece = static_cast<SIZE_T>(Stop - Offset);
        PMMP_VIEW View = MmpPinView(Map->Segment, Offset);
        if (View == nullptr) {
            ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
        }
        const NTSTATUS Status = MmpMakeValid(View, MmpPagesOf(Offset, Piece), Wait);
        if (Status != STATUS_SUCCESS) {
            MmpUnpinView(View);
            if (Status == STATUS_PENDING) {
                return FALSE;
            }
            CcpRaise(Status);
        }
        RtlCopyMemory(To, MmpViewBase(View) + (Offset - MmpViewOffset(View)), Piece);
        MmpUnpinView(View);
        To += Piece;
        Offset = Stop;
    }
    IoStatus->Status = STATUS_SUCCESS;
    IoStatus->Information = static_cast<ULONG_PTR>(End - FileOffset->QuadPart);
    return TRUE;
}

VOID NTAPI CcFastCopyRead(
    PFILE_OBJECT FileObject,
    ULONG FileOffset,
    ULONG Length,
    ULONG PageCount,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus)
{
    (void)PageCount;
    LARGE_INTEGER Offset;
    Offset.QuadPart = FileOffset;
    (void)CcCopyRead(FileObject, &Offset, Length, TRUE, Buffer, IoStatus);
}

NTSTATUS
CcpWrite(PSHARED_CACHE_MAP Map, LONGLONG Offset, LONGLONG Length, BOOLEAN Wait, const VOID* Buffer)
{
    const LONGLONG End = Offset + Length;
    auto From = static_cast<const UCHAR*>(Buffer);
    while (Offset < End) {
        const LONGLONG Stop = PieceEnd(Offset, End);
        const SIZE_T Piece = static_cast<SIZE_T>(Stop - Offset);
        PMMP_VIEW View = MmpPinView(Map->Segment, Offset);
        if (View == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        const LONGLONG Base = MmpViewOffset(View);
        const MMP_PAGES Touched = MmpPagesOf(Offset, Piece);

        // Pages at the edges keep old data around the new: they must be read, unless nothing valid
        // lies there.
        MMP_PAGES Edges = 0;
        const LONGLONG FirstPage = Offset & ~static_cast<LONGLONG>(PAGE_SIZE - 1);
        const LONGLONG LastPage = (Stop - 1) & ~static_cast<LONGLONG>(PAGE_SIZE - 1);
        const LONGLONG Goal = Map->ValidDataGoal.QuadPart < Map->FileSize.QuadPart
            ? Map->ValidDataGoal.QuadPart
            : Map->FileSize.QuadPart;
        if (FirstPage < Offset && FirstPage < Goal) {
            Edges |= MmpPagesOf(Offset, 1);
        }
        if (Stop < LastPage + PAGE_SIZE && Stop < Goal) {
            Edges |= MmpPagesOf(Stop - 1, 1);
        }
        if (Edges != 0) {
            const NTSTATUS Status = MmpMakeValid(View, Edges, Wait);
            if (Status != STATUS_SUCCESS) {
                MmpUnpinView(View);
                return Status;
            }
        }
        const MMP_PAGES Claimed = MmpClaimPages(View, Touched);
        PUCHAR Memory = MmpViewBase(View);
        if (Claimed != 0) {
            if (FirstPage < Offset && (Claimed & MmpPagesOf(Offset, 1)) != 0) {
                RtlZeroMemory(Memory + (FirstPage - Base), static_cast<SIZE_T>(Offset - FirstPage));
            }
            if (Stop < LastPage + PAGE_SIZE && (Claimed & MmpPagesOf(Stop - 1, 1)) != 0) {
                RtlZeroMemory(
                    Memory + (Stop - Base), static_cast<SIZE_T>(LastPage + PAGE_SIZE - Stop));
            }
        }
        if (From != nullptr) {
            RtlCopyMemory(Memory + (Offset - Base), From, Piece);
            From += Piece;
        } else {
            RtlZeroMemory(Memory + (Offset - Base), Piece);
        }
        MmpFinishClaim(View, Claimed);
        MmpMarkDirty(View, Touched);
        MmpUnpinView(View);
        CcpAdvanceGoal(Map, Stop);
        Offset = Stop;
    }
    return STATUS_SUCCESS;
}

/// Copies a buffer into the cache. The lazy writer writes it later, or this routine at once for a
/// write-through file.
///
/// IRQL     PASSIVE_LEVEL
/// Returns  FALSE only without Wait: a page would have to be read, the caller repeats the whole
/// write elsewhere Errors   raises the status of a failed paging read or write,
/// STATUS_ACCESS_VIOLATION for a bad buffer
BOOLEAN NTAPI CcCopyWrite(
    PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length, BOOLEAN Wait, PVOID Buffer)
{
    PAGED_CODE();
    auto Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
    NT_ASSERT(Map != nullptr && FileOffset->QuadPart >= 0);
    const bool Through = (FileObject->Flags & FO_WRITE_THROUGH) != 0;
    if (Through && !Wait) {
        return FALSE;
    }
    MmpProbeCopy(Buffer, Length, FALSE);
    NTSTATUS Status = CcpWrite(Map, FileOffset->QuadPart, Length, Wait, Buffer);
    if (Status == STATUS_PENDING) {
        return FALSE;
    }
    if (NT_SUCCESS(Status) && Through) {
        Status = MmpFlushSegment(
            Map->Segment, FileOffset->QuadPart, Length, Map->FileSize.QuadPart, MAXULONG, TRUE,
            nullptr, nullptr);
    }
    if (!NT_SUCCESS(Status)) {
        CcpRaise(Status);
    }
    FileObject->Flags |= FO_FILE_MODIFIED;
    return TRUE;
}

VOID NTAPI CcFastCopyWrite(PFILE_OBJECT FileObject, ULONG FileOffset, ULONG Length, PVOID Buffer)
{
    LARGE_INTEGER Offset;
    Offset.QuadPart = FileOffset;
    (void)CcCopyWrite(FileObject, &Offset, Length, TRUE, Buffer);
}

BOOLEAN NTAPI CcCopyWriteWontFlush(PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length)
{
    (void)FileOffset;
    constexpr ULONG kFlushedAtOnce = 64 * 1024;
    return (FileObject->Flags & FO_WRITE_THROUGH) == 0 && Length < kFlushedAtOnce;
}

namespace {

struct PageWrite
{
    KEVENT Event;
    IO_STATUS_BLOCK Status;
};

NTSTATUS NTAPI PageWriteCompletion(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    (void)DeviceObject;
    auto Write = static_cast<PageWrite*>(Context);
    Write->Status = Irp->IoStatus;
    Irp->MdlAddress = nullptr;
    IoFreeIrp(Irp);
    KeSetEvent(&Write->Event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/// Writes zeros past the cache, in pieces.
NTSTATUS ZeroUncached(PFILE_OBJECT FileObject, LONGLONG Offset, LONGLONG End)
{
    constexpr ULONG kPiece = 64 * 1024;
    PVOID Zeros = ExAllocatePoolWithTag(NonPagedPool, kPiece, 'eZcC');
    if (Zeros == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Zeros, kPiece);
    PDEVICE_OBJECT Device = IoGetRelatedDeviceObject(FileObject);
    NTSTATUS Status = STATUS_SUCCESS;
    while (Offset < End && NT_SUCCESS(Status)) {
        const ULONG Length = End - Offset < kPiece ? static_cast<ULONG>(End - Offset) : kPiece;
        PMDL Mdl = IoAllocateMdl(Zeros, Length, FALSE, FALSE, nullptr);
        PIRP Irp = IoAllocateIrp(Device->StackSize, FALSE);
        if (Mdl == nullptr || Irp == nullptr) {
            if (Mdl != nullptr) {
                IoFreeMdl(Mdl);
            }
            if (Irp != nullptr) {
                IoFreeIrp(Irp);
            }
            Status = STATUS_INSUFFICIENT_RESOURCES;
            break;
        }
        MmBuildMdlForNonPagedPool(Mdl);
        PageWrite Write;
        KeInitializeEvent(&Write.Event, NotificationEvent, FALSE);
        Irp->Flags = IRP_PAGING_IO | IRP_NOCACHE | IRP_SYNCHRONOUS_PAGING_IO;
        Irp->RequestorMode = KernelMode;
        Irp->MdlAddress = Mdl;
        Irp->UserBuffer = Zeros;
        Irp->Tail.Overlay.OriginalFileObject = FileObject;
        Irp->Tail.Overlay.Thread = PsGetCurrentThread();
        PIO_STACK_LOCATION Stack = IoGetNextIrpStackLocation(Irp);
        Stack->MajorFunction = IRP_MJ_WRITE;
        Stack->FileObject = FileObject;
        Stack->Parameters.Write.Length = Length;
        Stack->Parameters.Write.ByteOffset.QuadPart = Offset;
        IoSetCompletionRoutine(Irp, PageWriteCompletion, &Write, TRUE, TRUE, TRUE);
        (void)IoCallDriver(Device, Irp);
        KeWaitForSingleObject(&Write.Event, Executive, KernelMode, FALSE, nullptr);
        IoFreeMdl(Mdl);
        Status = Write.Status.Status;
        Offset += Length;
    }
    ExFreePoolWithTag(Zeros, 'eZcC');
    return Status;
}

} // namespace

/// Writes zeros to a range: through the cache when the file is cached, otherwise directly.
///
/// IRQL     PASSIVE_LEVEL
/// Errors   raises the status of a failed transfer
BOOLEAN NTAPI CcZeroData(
    PFILE_OBJECT FileObject, PLARGE_INTEGER StartOffset, PLARGE_INTEGER EndOffset, BOOLEAN Wait)
{
    PAGED_CODE();
    PSHARED_CACHE_MAP Map = CcpReferenceMap(FileObject->SectionObjectPointer);
    if (StartOffset->QuadPart >= EndOffset->QuadPart) {
        if (Map != nullptr) {
            CcpDereferenceMap(Map, FALSE);
        }
        return TRUE;
    }
    const LONGLONG Length = EndOffset->QuadPart - StartOffset->QuadPart;
    NTSTATUS Status;
    if (Map == nullptr) {
        if (!Wait) {
            return FALSE;
        }
        Status = ZeroUncached(FileObject, StartOffset->QuadPart, EndOffset->QuadPart);
    } else {
        // A hole of any size would fill memory with dirty zeros: large ones are written out as they
        // are made.
        constexpr LONGLONG kPiece = 16 * 1024 * 1024;
        if (!Wait && Length > kPiece) {
            CcpDereferenceMap(Map, FALSE);
            return FALSE;
        }
        Status = STATUS_SUCCESS;
        for (LONGLONG Offset = StartOffset->QuadPart;
             Offset < EndOffset->QuadPart && Status == STATUS_SUCCESS;) {
            const LONGLONG Stop
                = EndOffset->QuadPart - Offset > kPiece ? Offset + kPiece : EndOffset->QuadPart;
            Status = CcpWrite(Map, Offset, Stop - Offset, Wait, nullptr);
            if (Status == STATUS_SUCCESS
                && (Length > kPiece || (FileObject->Flags & FO_WRITE_THROUGH) != 0)) {
                Status = MmpFlushSegment(
                    Map->Segment, Offset, Stop - Offset, Map->FileSize.QuadPart, MAXULONG, TRUE,
                    nullptr, nullptr);
            }
            Offset = Stop;
        }
        CcpDereferenceMap(Map, FALSE);
        if (Status == STATUS_PENDING) {
            return FALSE;
        }
    }
    if (!NT_SUCCESS(Status)) {
        CcpRaise(Status);
    }
    return TRUE;
}

} // extern "C"
