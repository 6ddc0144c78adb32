// segment.cpp - pages of files and the paging I/O that fills and empties them.
//
// A segment is the memory side of one file (one SECTION_OBJECT_POINTERS). It holds views of 256
// KiB; each view knows its 64 pages by bit sets:
//
//            claim / read          mark dirty           flush
//   absent ───────────────► valid ────────────► dirty ──────────► writing ──► valid
//      ▲    (reading while    │                   ▲                  │
//      └─────── the IRP runs) ┘ purge, eviction   └── write failed ──┘
//
// Who wants a page that is being read waits for the event of the segment. A page may become dirty
// again while it is written; it is not written a second time before the first write has ended, so
// writes of one page never overtake each other.
//
// The file system sees what it would see from the real memory manager: IRP_MJ_READ and IRP_MJ_WRITE
// with IRP_PAGING_IO and IRP_NOCACHE on the file object the segment was made with. A single
// transfer is marked IRP_SYNCHRONOUS_PAGING_IO; where several are under way at once (read-ahead,
// flush of more than one run) they are asynchronous, as the modified page writer's are.
#include "mi.h"

#include <rdrtrace.h>

struct _MMP_VIEW
{
    LIST_ENTRY UseLinks; // MiUseOrder; oldest use first
    // constant
    PMMP_SEGMENT Segment;
    LONGLONG Offset;
    PUCHAR Base;
    ULONG Slot;
    // guarded by MiPageLock
    LONG PinCount; // copies and page lists being worked on; they end by themselves
    LONG LentCount; // MDLs and BCBs in the hands of file systems
    MMP_PAGES Valid;
    MMP_PAGES Dirty;
    MMP_PAGES Reading;
    MMP_PAGES Writing;
};

struct _MMP_SEGMENT
{
    LIST_ENTRY Links; // MiSegments
    // constant
    PSECTION_OBJECT_POINTERS Pointers;
    PFILE_OBJECT FileObject; // referenced
    KEVENT Changed; // set whenever I/O of the segment ends or a view is unpinned
    // guarded by MiPageLock
    LONG References;
    LONG InFlight; // paging IRPs
    LONG UserMappings; // views mapped by applications
    ULONG DirtyPages;
    LONGLONG ReadLimit;
    PMMP_VIEW** Directory; // leaves of kLeafViews views
    ULONG DirectoryLeaves;
};

extern "C" {
constinit MMP_DIRTY_NOTIFY MmpDirtyPagesChanged = nullptr;
}

namespace {

constexpr ULONG kTagSegment = 'gSmM';
constexpr ULONG kTagView = 'wVmM';
constexpr ULONG kTagLeaf = 'fLmM';
constexpr ULONG kTagPageIo = 'oImM';
constexpr ULONG kLeafViews = 512;
constexpr LONG kMaximumInFlight = 16; // paging IRPs of one flush or read-ahead
// Enough to keep several streams going; reused memory is much faster than new memory, so more would
// make streams slower.
constexpr ULONG kDefaultViewLimit = 384; // 96 MiB

// Guards everything of segments and views. Never held across a wait, a copy to a caller's buffer or
// a call to a driver. Rank: innermost; pool may be allocated under it.
KSPIN_LOCK MiPageLock;
LIST_ENTRY MiSegments;
LIST_ENTRY MiUseOrder;
ULONG MiViewLimit;
ULONG MiViews;
ULONG MiSegmentCount;
ULONG MiDirtyTotal;
ULONG MiWritingTotal;
MMP_COUNTERS MiCounters;
PMMP_VIEW MiSlots[MMP_CACHE_VIEWS];

/// Paging IRPs that someone waits for together.
struct MI_BATCH
{
    KEVENT Event; // synchronization; set at each end
    LONG Outstanding;
    NTSTATUS FirstError;
    ULONGLONG Bytes;
    LONGLONG EndOffset;
};

struct MI_PAGE_IO
{
    PMMP_VIEW View;
    MMP_PAGES Pages;
    MI_BATCH* Batch;
    PMDL Mdl;
    LONGLONG Offset;
    ULONG Length;
    BOOLEAN Write;
    BOOLEAN KeepOnError;
};

struct LockGuard
{
    KIRQL Irql;
    LockGuard() { KeAcquireSpinLock(&MiPageLock, &Irql); }
    ~LockGuard() { KeReleaseSpinLock(&MiPageLock, Irql); }
    LockGuard(const LockGuard&) = delete;
    LockGuard& operator=(const LockGuard&) = delete;
};

inline ULONG CountPages(MMP_PAGES Pages)
{
    return static_cast<ULONG>(__builtin_popcountll(Pages));
}

inline MMP_PAGES RunMask(ULONG First, ULONG Count)
{
    return (Count == MMP_VIEW_PAGES ? ~0ULL : ((1ULL << Count) - 1)) << First;
}

/// The first run of neighbouring pages in a set that is not empty.
inline MMP_PAGES FirstRun(MMP_PAGES Pages, PULONG First, PULONG Count)
{
    *First = static_cast<ULONG>(__builtin_ctzll(Pages));
    const MMP_PAGES Shifted = Pages >> *First;
    *Count = ~Shifted == 0 ? MMP_VIEW_PAGES : static_cast<ULONG>(__builtin_ctzll(~Shifted));
    return RunMask(*First, *Count);
}

/// Waits until I/O of the segment made progress. The lock is held on entry and exit and released
/// meanwhile.
void WaitChanged(PMMP_SEGMENT Segment, KIRQL* Irql)
{
    KeClearEvent(&Segment->Changed);
    KeReleaseSpinLock(&MiPageLock, *Irql);
    KeWaitForSingleObject(&Segment->Changed, WrPageIn, KernelMode, FALSE, nullptr);
    KeAcquireSpinLock(&MiPageLock, Irql);
}

PMMP_VIEW LookupView(PMMP_SEGMENT Segment, LONGLONG Offset)
{
    const ULONGLONG Index = static_cast<ULONGLONG>(Offset) / MMP_VIEW_BYTES;
    const ULONGLONG Leaf = Index / kLeafViews;
    if (Leaf >= Segment->DirectoryLeaves || Segment->Directory[Leaf] == nullptr) {
        return nullptr;
    }
    return Segment->Directory[Leaf][Index % kLeafViews];
}

void AddDirty(PMMP_SEGMENT Segment, ULONG Pages)
{
    Segment->DirtyPages += Pages;
    MiDirtyTotal += Pages;
}

void SubtractDirty(PMMP_SEGMENT Segment, ULONG Pages)
{
    NT_ASSERT(Segment->DirtyPages >= Pages && MiDirtyTotal >= Pages);
    Segment->DirtyPages -= Pages;
    MiDirtyTotal -= Pages;
}

void FreeView(PMMP_VIEW View)
{
    PMMP_SEGMENT Segment = View->Segment;
    NT_ASSERT((View->PinCount | View->LentCount) == 0 && View->Reading == 0 && View->Writing == 0);
    SubtractDirty(Segment, CountPages(View->Dirty));
    const ULONGLONG Index = static_cast<ULONGLONG>(View->Offset) / MMP_VIEW_BYTES;
    Segment->Directory[Index / kLeafViews][Index % kLeafViews] = nullptr;
    RemoveEntryList(&View->UseLinks);
    MiSlots[View->Slot] = nullptr;
    MiFreeViewMemory(View->Slot);
    --MiViews;
    ExFreePoolWithTag(View, kTagView);
}

/// Gives up clean views nobody uses, oldest use first, until there is room for one more.
void MakeRoom()
{
    PLIST_ENTRY Entry = MiUseOrder.Flink;
    while (MiViews >= MiViewLimit && Entry != &MiUseOrder) {
        PMMP_VIEW View = CONTAINING_RECORD(Entry, MMP_VIEW, UseLinks);
        Entry = Entry->Flink;
        if ((View->PinCount | View->LentCount) == 0
            && (View->Dirty | View->Reading | View->Writing) == 0
            && View->Segment->UserMappings == 0) {
            FreeView(View);
        }
    }
}

/// Makes the directory reach a leaf.
bool ExtendDirectory(PMMP_SEGMENT Segment, ULONGLONG Leaf)
{
    constexpr ULONGLONG kMaximumLeaves = 1ULL << 20; // 128 TiB of file
    if (Leaf >= kMaximumLeaves) {
        return false;
    }
    if (Leaf >= Segment->DirectoryLeaves) {
        ULONG Leaves = Segment->DirectoryLeaves == 0 ? 4 : Segment->DirectoryLeaves;
        while (Leaves <= Leaf) {
            Leaves *= 2;
        }
        const SIZE_T Bytes = Leaves * sizeof(PMMP_VIEW*);
        auto Directory
            = static_cast<PMMP_VIEW**>(ExAllocatePoolWithTag(NonPagedPool, Bytes, kTagLeaf));
        if (Directory == nullptr) {
            return false;
        }
        RtlZeroMemory(Directory, Bytes);
        if (Segment->Directory != nullptr) {
            RtlCopyMemory(
                Directory, Segment->Directory, Segment->DirectoryLeaves * sizeof(PMMP_VIEW*));
            ExFreePoolWithTag(Segment->Directory, kTagLeaf);
        }
        Segment->Directory = Directory;
        Segment->DirectoryLeaves = Leaves;
    }
    if (Segment->Directory[Leaf] == nullptr) {
        const SIZE_T Bytes = kLeafViews * sizeof(PMMP_VIEW);
        auto Views = static_cast<PMMP_VIEW*>(ExAllocatePoolWithTag(NonPagedPool, Bytes, kTagLeaf));
        if (Views == nullptr) {
            return false;
        }
        RtlZeroMemory(Views, Bytes);
        Segment->Directory[Leaf] = Views;
    }
    return true;
}

PMMP_VIEW MakeView(PMMP_SEGMENT Segment, LONGLONG Offset)
{
    const ULONGLONG Index = static_cast<ULONGLONG>(Offset) / MMP_VIEW_BYTES;
    MakeRoom();
    if (!ExtendDirectory(Segment, Index / kLeafViews)) {
        return nullptr;
    }
    auto View
        = static_cast<PMMP_VIEW>(ExAllocatePoolWithTag(NonPagedPool, sizeof(MMP_VIEW), kTagView));
    if (View == nullptr) {
        return nullptr;
    }
    RtlZeroMemory(View, sizeof(*View));
    if (!MiAllocateViewMemory(&View->Slot)) {
        ExFreePoolWithTag(View, kTagView);
        return nullptr;
    }
    View->Segment = Segment;
    View->Offset = static_cast<LONGLONG>(Index * MMP_VIEW_BYTES);
    View->Base = reinterpret_cast<PUCHAR>(MMP_CACHE_BASE + View->Slot * MMP_VIEW_BYTES);
    InsertTailList(&MiUseOrder, &View->UseLinks);
    Segment->Directory[Index / kLeafViews][Index % kLeafViews] = View;
    MiSlots[View->Slot] = View;
    ++MiViews;
    return View;
}

/// End of one paging transfer, at any IRQL up to DISPATCH_LEVEL.
void FinishPageIo(MI_PAGE_IO* Io, NTSTATUS Status, ULONG_PTR Information)
{
    PMMP_VIEW View = Io->View;
    PMMP_SEGMENT Segment = View->Segment;
    bool Cleaned = false;
    if (!Io->Write) {
        const ULONG RunBytes = CountPages(Io->Pages) * PAGE_SIZE;
        PUCHAR Run = View->Base + (Io->Offset - View->Offset);
        if (Status == STATUS_END_OF_FILE) {
            Status = STATUS_SUCCESS;
            Information = 0;
        }
        if (NT_SUCCESS(Status)) {
            const ULONG Got = static_cast<ULONG>(Information < RunBytes ? Information : RunBytes);
            RtlZeroMemory(Run + Got, RunBytes - Got);
        }
    }
    {
        LockGuard Lock;
        if (Io->Write) {
            View->Writing &= ~Io->Pages;
            MiWritingTotal -= CountPages(Io->Pages);
            if (!NT_SUCCESS(Status) && Io->KeepOnError) {
                AddDirty(Segment, CountPages(Io->Pages & ~View->Dirty));
                View->Dirty |= Io->Pages;
            }
            Cleaned = true;
        } else {
            View->Reading &= ~Io->Pages;
            if (NT_SUCCESS(Status)) {
                View->Valid |= Io->Pages;
            }
        }
        MI_BATCH* Batch = Io->Batch;
        if (!NT_SUCCESS(Status)) {
            if (NT_SUCCESS(Batch->FirstError)) {
                Batch->FirstError = Status;
            }
        } else {
            Batch->Bytes += Io->Length;
            const LONGLONG End = Io->Offset + Io->Length;
            Batch->EndOffset = End > Batch->EndOffset ? End : Batch->EndOffset;
        }
        --Batch->Outstanding;
        KeSetEvent(&Batch->Event, IO_NO_INCREMENT, FALSE);
        --Segment->InFlight;
        KeSetEvent(&Segment->Changed, IO_NO_INCREMENT, FALSE);
    }
    if ((Io->Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0) {
        MmUnmapLockedPages(Io->Mdl->MappedSystemVa, Io->Mdl);
    }
    Io->Mdl->MdlFlags &= static_cast<CSHORT>(~MDL_PAGES_LOCKED);
    IoFreeMdl(Io->Mdl);
    ExFreePoolWithTag(Io, kTagPageIo);
    if (Cleaned && MmpDirtyPagesChanged != nullptr) {
        MmpDirtyPagesChanged(FALSE);
    }
}

NTSTATUS NTAPI PageIoCompletion(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    (void)DeviceObject;
    const NTSTATUS Status = Irp->IoStatus.Status;
    const ULONG_PTR Information = Irp->IoStatus.Information;
    // The list belongs to the transfer, not to the IRP.
    Irp->MdlAddress = nullptr;
    FinishPageIo(static_cast<MI_PAGE_IO*>(Context), Status, Information);
    IoFreeIrp(Irp);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/// Sends one paging IRP for pages already marked reading or writing.
void StartPageIo(
    PMMP_VIEW View,
    ULONG First,
    ULONG Count,
    ULONG Length,
    bool Write,
    bool Synchronous,
    bool KeepOnError,
    MI_BATCH* Batch)
{
    PMMP_SEGMENT Segment = View->Segment;
    PFILE_OBJECT FileObject = Segment->FileObject;
    PDEVICE_OBJECT Device = IoGetRelatedDeviceObject(FileObject);
    PUCHAR Address = View->Base + First * static_cast<SIZE_T>(PAGE_SIZE);

    auto Io = static_cast<MI_PAGE_IO*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(MI_PAGE_IO), kTagPageIo));
    PMDL Mdl = IoAllocateMdl(Address, Length, FALSE, FALSE, nullptr);
    PIRP Irp = IoAllocateIrp(Device->StackSize, FALSE);
    if (Io == nullptr || Mdl == nullptr || Irp == nullptr) {
        if (Irp != nullptr) {
            IoFreeIrp(Irp);
        }
        if (Mdl != nullptr) {
            IoFreeMdl(Mdl);
        }
        if (Io != nullptr) {
            ExFreePoolWithTag(Io, kTagPageIo);
        }
        LockGuard Lock;
        const MMP_PAGES Pages = RunMask(First, Count);
        if (Write) {
            View->Writing &= ~Pages;
            MiWritingTotal -= CountPages(Pages);
            AddDirty(Segment, CountPages(Pages & ~View->Dirty));
            View->Dirty |= Pages;
        } else {
            View->Reading &= ~Pages;
        }
        if (NT_SUCCESS(Batch->FirstError)) {
            Batch->FirstError = STATUS_INSUFFICIENT_RESOURCES;
        }
        --Batch->Outstanding;
        --Segment->InFlight;
        KeSetEvent(&Segment->Changed, IO_NO_INCREMENT, FALSE);
        return;
    }

    Io->View = View;
    Io->Pages = RunMask(First, Count);
    Io->Batch = Batch;
    Io->Mdl = Mdl;
    Io->Offset = View->Offset + static_cast<LONGLONG>(First) * PAGE_SIZE;
    Io->Length = Length;
    Io->Write = Write;
    Io->KeepOnError = KeepOnError;

    Mdl->MdlFlags |= MDL_PAGES_LOCKED;
    if (!Write) {
        Mdl->MdlFlags |= MDL_IO_PAGE_READ | MDL_WRITE_OPERATION;
    }
    MiFillFrames(Mdl);

    Irp->Flags = IRP_PAGING_IO | IRP_NOCACHE;
    if (Synchronous) {
        Irp->Flags |= IRP_SYNCHRONOUS_PAGING_IO;
    }
    if (!Write) {
        Irp->Flags |= IRP_INPUT_OPERATION;
    }
    Irp->RequestorMode = KernelMode;
    Irp->MdlAddress = Mdl;
    Irp->UserBuffer = Address;
    Irp->Tail.Overlay.OriginalFileObject = FileObject;
    Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    PIO_STACK_LOCATION Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MajorFunction = Write ? IRP_MJ_WRITE : IRP_MJ_READ;
    Stack->MinorFunction = IRP_MN_NORMAL;
    Stack->FileObject = FileObject;
    if (Write) {
        Stack->Parameters.Write.Length = Length;
        Stack->Parameters.Write.ByteOffset.QuadPart = Io->Offset;
        ++MiCounters.PageWrites;
        MiCounters.PageWriteBytes += Length;
    } else {
        Stack->Parameters.Read.Length = Length;
        Stack->Parameters.Read.ByteOffset.QuadPart = Io->Offset;
        ++MiCounters.PageReads;
        MiCounters.PageReadBytes += Length;
    }
    IoSetCompletionRoutine(Irp, PageIoCompletion, Io, TRUE, TRUE, TRUE);
    (void)IoCallDriver(Device, Irp);
}

void InitializeBatch(MI_BATCH* Batch)
{
    RtlZeroMemory(Batch, sizeof(*Batch));
    KeInitializeEvent(&Batch->Event, SynchronizationEvent, FALSE);
}

void WaitBatch(MI_BATCH* Batch, LONG AtMost)
{
    for (;;) {
        {
            LockGuard Lock;
            if (Batch->Outstanding <= AtMost) {
                return;
            }
        }
        KeWaitForSingleObject(&Batch->Event, WrPageIn, KernelMode, FALSE, nullptr);
    }
}

LONGLONG RangeEnd(PMMP_SEGMENT Segment, LONGLONG Offset, LONGLONG Length)
{
    const LONGLONG Reach = static_cast<LONGLONG>(Segment->DirectoryLeaves) * kLeafViews
        * static_cast<LONGLONG>(MMP_VIEW_BYTES);
    if (Length == 0 || Length > Reach - Offset) {
        return Reach;
    }
    return Offset + Length;
}

/// The next view of the range at or behind *Position that exists; the lock is held. *Position moves
/// behind it, *Mask receives the pages of the range within it.
PMMP_VIEW NextView(PMMP_SEGMENT Segment, PLONGLONG Position, LONGLONG End, MMP_PAGES* Mask)
{
    while (*Position < End) {
        const ULONGLONG Index = static_cast<ULONGLONG>(*Position) / MMP_VIEW_BYTES;
        const ULONGLONG Leaf = Index / kLeafViews;
        if (Leaf >= Segment->DirectoryLeaves) {
            return nullptr;
        }
        if (Segment->Directory[Leaf] == nullptr) {
            *Position = static_cast<LONGLONG>((Leaf + 1) * kLeafViews * MMP_VIEW_BYTES);
            continue;
        }
        const LONGLONG Start = *Position;
        const LONGLONG ViewEnd = static_cast<LONGLONG>((Index + 1) * MMP_VIEW_BYTES);
        *Position = ViewEnd;
        PMMP_VIEW View = Segment->Directory[Leaf][Index % kLeafViews];
        if (View != nullptr) {
            *Mask = MmpPagesOf(Start, static_cast<SIZE_T>((End < ViewEnd ? End : ViewEnd) - Start));
            return View;
        }
    }
    return nullptr;
}

} // namespace

extern "C" {

void MiInitSegments(void);
void MiShutdownSegments(void);

void MiInitSegments(void)
{
    KeInitializeSpinLock(&MiPageLock);
    InitializeListHead(&MiSegments);
    InitializeListHead(&MiUseOrder);
    MiViewLimit = kDefaultViewLimit;
    MiViews = MiSegmentCount = MiDirtyTotal = MiWritingTotal = 0;
    RtlZeroMemory(&MiCounters, sizeof(MiCounters));
    MmpDirtyPagesChanged = nullptr;
}

void MiShutdownSegments(void)
{
    // What is left belongs to file objects that leaked; the pool report names their memory.
    MmpDirtyPagesChanged = nullptr;
}

NTSTATUS MmpReferenceSegment(PFILE_OBJECT FileObject, PMMP_SEGMENT* Segment)
{
    PSECTION_OBJECT_POINTERS Pointers = FileObject->SectionObjectPointer;
    NT_ASSERT(Pointers != nullptr);
    LockGuard Lock;
    auto Found = static_cast<PMMP_SEGMENT>(Pointers->DataSectionObject);
    if (Found == nullptr) {
        Found = static_cast<PMMP_SEGMENT>(
            ExAllocatePoolWithTag(NonPagedPool, sizeof(MMP_SEGMENT), kTagSegment));
        if (Found == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlZeroMemory(Found, sizeof(*Found));
        KeInitializeEvent(&Found->Changed, NotificationEvent, FALSE);
        Found->Pointers = Pointers;
        Found->FileObject = FileObject;
        Found->ReadLimit = MAXLONGLONG;
        ObReferenceObject(FileObject);
        Pointers->DataSectionObject = Found;
        InsertTailList(&MiSegments, &Found->Links);
        ++MiSegmentCount;
    }
    ++Found->References;
    *Segment = Found;
    return STATUS_SUCCESS;
}

void MmpDereferenceSegment(PMMP_SEGMENT Segment)
{
    PFILE_OBJECT FileObject;
    {
        KIRQL Irql;
        KeAcquireSpinLock(&MiPageLock, &Irql);
        if (Segment->References > 1) {
            --Segment->References;
            KeReleaseSpinLock(&MiPageLock, Irql);
            return;
        }
        // Transfers under way hold views; the reference keeps the segment alive until they are
        // over.
        while (Segment->InFlight != 0) {
            WaitChanged(Segment, &Irql);
        }
        if (--Segment->References > 0) {
            KeReleaseSpinLock(&MiPageLock, Irql);
            return;
        }
        LONGLONG Position = 0;
        MMP_PAGES Mask;
        while (PMMP_VIEW View = NextView(Segment, &Position, RangeEnd(Segment, 0, 0), &Mask)) {
            FreeView(View);
        }
        for (ULONG Leaf = 0; Leaf < Segment->DirectoryLeaves; ++Leaf) {
            if (Segment->Directory[Leaf] != nullptr) {
                ExFreePoolWithTag(Segment->Directory[Leaf], kTagLeaf);
            }
        }
        if (Segment->Directory != nullptr) {
            ExFreePoolWithTag(Segment->Directory, kTagLeaf);
        }
        RemoveEntryList(&Segment->Links);
        --MiSegmentCount;
        Segment->Pointers->DataSectionObject = nullptr;
        FileObject = Segment->FileObject;
        KeReleaseSpinLock(&MiPageLock, Irql);
    }
    ExFreePoolWithTag(Segment, kTagSegment);
    ObDereferenceObject(FileObject);
}

PFILE_OBJECT MmpSegmentFileObject(PMMP_SEGMENT Segment)
{
    return Segment->FileObject;
}

void MmpSetSegmentReadLimit(PMMP_SEGMENT Segment, LONGLONG ReadLimit)
{
    LockGuard Lock;
    Segment->ReadLimit = ReadLimit;
}

PMMP_VIEW MmpPinView(PMMP_SEGMENT Segment, LONGLONG Offset)
{
    LockGuard Lock;
    PMMP_VIEW View = LookupView(Segment, Offset);
    if (View == nullptr) {
        View = MakeView(Segment, Offset);
        if (View == nullptr) {
            return nullptr;
        }
    } else if (MiUseOrder.Blink != &View->UseLinks) {
        RemoveEntryList(&View->UseLinks);
        InsertTailList(&MiUseOrder, &View->UseLinks);
    }
    ++View->PinCount;
    return View;
}

void MmpUnpinView(PMMP_VIEW View)
{
    LockGuard Lock;
    NT_ASSERT(View->PinCount > 0);
    --View->PinCount;
    // A purge waits with a pin of its own.
    if (View->PinCount <= 1) {
        KeSetEvent(&View->Segment->Changed, IO_NO_INCREMENT, FALSE);
    }
}

void MmpLendView(PMMP_VIEW View)
{
    LockGuard Lock;
    NT_ASSERT(View->PinCount > 0);
    --View->PinCount;
    ++View->LentCount;
    KeSetEvent(&View->Segment->Changed, IO_NO_INCREMENT, FALSE);
}

void MmpReturnView(PMMP_VIEW View)
{
    LockGuard Lock;
    NT_ASSERT(View->LentCount > 0);
    --View->LentCount;
}

PUCHAR MmpViewBase(PMMP_VIEW View)
{
    return View->Base;
}

LONGLONG MmpViewOffset(PMMP_VIEW View)
{
    return View->Offset;
}

PMMP_SEGMENT MmpViewSegment(PMMP_VIEW View)
{
    return View->Segment;
}

PMMP_VIEW MmpViewFromAddress(PVOID Address)
{
    const ULONG_PTR Where = reinterpret_cast<ULONG_PTR>(Address);
    NT_ASSERT(Where >= MMP_CACHE_BASE && Where < MMP_CACHE_BASE + MMP_CACHE_VIEWS * MMP_VIEW_BYTES);
    return MiSlots[(Where - MMP_CACHE_BASE) / MMP_VIEW_BYTES];
}

MMP_PAGES MmpPagesOf(LONGLONG Offset, SIZE_T Length)
{
    if (Length == 0) {
        return 0;
    }
    const ULONGLONG InView = static_cast<ULONGLONG>(Offset) % MMP_VIEW_BYTES;
    NT_ASSERT(InView + Length <= MMP_VIEW_BYTES);
    const ULONG First = static_cast<ULONG>(InView / PAGE_SIZE);
    const ULONG Last = static_cast<ULONG>((InView + Length - 1) / PAGE_SIZE);
    return RunMask(First, Last - First + 1);
}

NTSTATUS MmpMakeValid(PMMP_VIEW View, MMP_PAGES Pages, BOOLEAN Wait)
{
    PMMP_SEGMENT Segment = View->Segment;
    KIRQL Irql;
    KeAcquireSpinLock(&MiPageLock, &Irql);
    for (;;) {
        MMP_PAGES Missing = Pages & ~View->Valid;
        if (Missing == 0) {
            break;
        }
        if (!Wait) {
            KeReleaseSpinLock(&MiPageLock, Irql);
            return STATUS_PENDING;
        }
        Missing &= ~View->Reading;
        if (Missing == 0) {
            WaitChanged(Segment, &Irql);
            continue;
        }
        ULONG First;
        ULONG Count;
        FirstRun(Missing, &First, &Count);
        const LONGLONG Offset = View->Offset + static_cast<LONGLONG>(First) * PAGE_SIZE;
        if (Offset >= Segment->ReadLimit) {
            RtlZeroMemory(
                View->Base + First * static_cast<SIZE_T>(PAGE_SIZE),
                Count * static_cast<SIZE_T>(PAGE_SIZE));
            View->Valid |= RunMask(First, Count);
            continue;
        }
        // Only up to the limit: the rest of the run comes around again as zeros.
        const LONGLONG Readable = (Segment->ReadLimit - Offset - 1) / PAGE_SIZE + 1;
        if (Readable < Count) {
            Count = static_cast<ULONG>(Readable);
        }
        View->Reading |= RunMask(First, Count);
        ++Segment->InFlight;
        MI_BATCH Batch;
        InitializeBatch(&Batch);
        Batch.Outstanding = 1;
        KeReleaseSpinLock(&MiPageLock, Irql);
        StartPageIo(View, First, Count, Count * PAGE_SIZE, false, true, false, &Batch);
        WaitBatch(&Batch, 0);
        if (!NT_SUCCESS(Batch.FirstError)) {
            return Batch.FirstError;
        }
        KeAcquireSpinLock(&MiPageLock, &Irql);
    }
    KeReleaseSpinLock(&MiPageLock, Irql);
    return STATUS_SUCCESS;
}

MMP_PAGES MmpClaimPages(PMMP_VIEW View, MMP_PAGES Pages)
{
    KIRQL Irql;
    KeAcquireSpinLock(&MiPageLock, &Irql);
    while ((View->Reading & Pages) != 0) {
        WaitChanged(View->Segment, &Irql);
    }
    const MMP_PAGES Claimed = Pages & ~View->Valid;
    View->Reading |= Claimed;
    KeReleaseSpinLock(&MiPageLock, Irql);
    return Claimed;
}

void MmpFinishClaim(PMMP_VIEW View, MMP_PAGES Claimed)
{
    LockGuard Lock;
    NT_ASSERT((View->Reading & Claimed) == Claimed);
    View->Reading &= ~Claimed;
    View->Valid |= Claimed;
    if (Claimed != 0) {
        KeSetEvent(&View->Segment->Changed, IO_NO_INCREMENT, FALSE);
    }
}

MMP_PAGES MmpValidPages(PMMP_VIEW View)
{
    LockGuard Lock;
    return View->Valid;
}

void MmpMarkDirty(PMMP_VIEW View, MMP_PAGES Pages)
{
    ULONG Added;
    {
        LockGuard Lock;
        NT_ASSERT((View->Valid & Pages) == Pages);
        Added = CountPages(Pages & ~View->Dirty);
        View->Dirty |= Pages;
        AddDirty(View->Segment, Added);
    }
    if (Added != 0 && MmpDirtyPagesChanged != nullptr) {
        MmpDirtyPagesChanged(TRUE);
    }
}

ULONG MmpDirtyPages(PMMP_SEGMENT Segment)
{
    LockGuard Lock;
    return Segment != nullptr ? Segment->DirtyPages : MiDirtyTotal;
}

ULONG MmpUncleanPages(void)
{
    LockGuard Lock;
    return MiDirtyTotal + MiWritingTotal;
}

void MmpPrefetch(PMMP_SEGMENT Segment, LONGLONG Offset, ULONG Length)
{
    MI_BATCH Batch;
    InitializeBatch(&Batch);
    const LONGLONG End = Offset + Length;
    for (LONGLONG Position = Offset; Position < End;) {
        const LONGLONG ViewEnd = (Position / static_cast<LONGLONG>(MMP_VIEW_BYTES) + 1)
            * static_cast<LONGLONG>(MMP_VIEW_BYTES);
        const LONGLONG Stop = End < ViewEnd ? End : ViewEnd;
        const MMP_PAGES Mask = MmpPagesOf(Position, static_cast<SIZE_T>(Stop - Position));
        Position = Stop;
        PMMP_VIEW View = MmpPinView(Segment, Position - 1);
        if (View == nullptr) {
            break;
        }
        for (;;) {
            ULONG First;
            ULONG Count;
            {
                LockGuard Lock;
                const MMP_PAGES Missing = Mask & ~(View->Valid | View->Reading);
                if (Missing == 0) {
                    break;
                }
                FirstRun(Missing, &First, &Count);
                const LONGLONG RunOffset = View->Offset + static_cast<LONGLONG>(First) * PAGE_SIZE;
                if (RunOffset >= Segment->ReadLimit) {
                    break;
                }
                const LONGLONG Readable = (Segment->ReadLimit - RunOffset - 1) / PAGE_SIZE + 1;
                if (Readable < Count) {
                    Count = static_cast<ULONG>(Readable);
                }
                View->Reading |= RunMask(First, Count);
                ++Segment->InFlight;
                ++Batch.Outstanding;
            }
            StartPageIo(View, First, Count, Count * PAGE_SIZE, false, false, false, &Batch);
            WaitBatch(&Batch, kMaximumInFlight - 1);
        }
        MmpUnpinView(View);
    }
    WaitBatch(&Batch, 0);
}

NTSTATUS MmpFlushSegment(
    PMMP_SEGMENT Segment,
    LONGLONG Offset,
    LONGLONG Length,
    LONGLONG FileSize,
    ULONG MaximumPages,
    BOOLEAN KeepOnError,
    PULONGLONG BytesWritten,
    PLONGLONG EndOffset)
{
    MI_BATCH Batch;
    InitializeBatch(&Batch);
    ULONG PagesLeft = MaximumPages;

    // One run is held back: only when a second one follows are the transfers made asynchronous.
    PMMP_VIEW HeldView = nullptr;
    ULONG HeldFirst = 0;
    ULONG HeldCount = 0;
    const auto Issue = [&](bool Synchronous) {
        const LONGLONG RunOffset = HeldView->Offset + static_cast<LONGLONG>(HeldFirst) * PAGE_SIZE;
        LONGLONG Bytes = static_cast<LONGLONG>(HeldCount) * PAGE_SIZE;
        if (FileSize - RunOffset < Bytes) {
            Bytes = FileSize - RunOffset;
        }
        StartPageIo(
            HeldView, HeldFirst, HeldCount, static_cast<ULONG>(Bytes), true, Synchronous,
            KeepOnError != FALSE, &Batch);
        MmpUnpinView(HeldView);
        HeldView = nullptr;
        WaitBatch(&Batch, kMaximumInFlight - 1);
    };

    KIRQL Irql;
    KeAcquireSpinLock(&MiPageLock, &Irql);
    LONGLONG Position = Offset;
    MMP_PAGES Mask = 0;
    const LONGLONG End = RangeEnd(Segment, Offset, Length);
    PMMP_VIEW View = nullptr;
    while (PagesLeft != 0) {
        View = NextView(Segment, &Position, End, &Mask);
        if (View == nullptr) {
            break;
        }
        ++View->PinCount;
        while (PagesLeft != 0 && NT_SUCCESS(Batch.FirstError)) {
            MMP_PAGES Dirty = View->Dirty & Mask;
            if (FileSize <= View->Offset + static_cast<LONGLONG>(MMP_VIEW_BYTES)) {
                // Pages wholly beyond the end of the file have nothing to be written to.
                const MMP_PAGES Inside = FileSize <= View->Offset
                    ? 0
                    : MmpPagesOf(View->Offset, static_cast<SIZE_T>(FileSize - View->Offset));
                const MMP_PAGES Beyond = Dirty & ~Inside;
                SubtractDirty(Segment, CountPages(Beyond));
                View->Dirty &= ~Beyond;
                Dirty &= Inside;
            }
            if (Dirty == 0) {
                break;
            }
            const MMP_PAGES Ready = Dirty & ~View->Writing;
            if (Ready == 0) {
                if (HeldView != nullptr) {
                    KeReleaseSpinLock(&MiPageLock, Irql);
                    Issue(false);
                    KeAcquireSpinLock(&MiPageLock, &Irql);
                } else {
                    WaitChanged(Segment, &Irql);
                }
                continue;
            }
            ULONG First;
            ULONG Count;
            FirstRun(Ready, &First, &Count);
            Count = Count < PagesLeft ? Count : PagesLeft;
            PagesLeft -= Count;
            const MMP_PAGES Run = RunMask(First, Count);
            View->Dirty &= ~Run;
            View->Writing |= Run;
            MiWritingTotal += Count;
            SubtractDirty(Segment, Count);
            ++Segment->InFlight;
            ++View->PinCount;
            ++Batch.Outstanding;
            if (HeldView != nullptr) {
                KeReleaseSpinLock(&MiPageLock, Irql);
                Issue(false);
                KeAcquireSpinLock(&MiPageLock, &Irql);
            }
            HeldView = View;
            HeldFirst = First;
            HeldCount = Count;
        }
        --View->PinCount;
        KeSetEvent(&Segment->Changed, IO_NO_INCREMENT, FALSE);
        if (!NT_SUCCESS(Batch.FirstError)) {
            break;
        }
    }
    KeReleaseSpinLock(&MiPageLock, Irql);
    if (HeldView != nullptr) {
        Issue(Batch.Outstanding == 1 && Batch.Bytes == 0);
    }
    WaitBatch(&Batch, 0);

    // Writes of others in the range must be over too before the data counts as written.
    if (PagesLeft != 0) {
        KeAcquireSpinLock(&MiPageLock, &Irql);
        Position = Offset;
        while ((View = NextView(Segment, &Position, End, &Mask)) != nullptr) {
            ++View->PinCount;
            while ((View->Writing & Mask) != 0) {
                WaitChanged(Segment, &Irql);
            }
            --View->PinCount;
            KeSetEvent(&Segment->Changed, IO_NO_INCREMENT, FALSE);
        }
        KeReleaseSpinLock(&MiPageLock, Irql);
    }
    if (BytesWritten != nullptr) {
        *BytesWritten = Batch.Bytes;
    }
    if (EndOffset != nullptr) {
        *EndOffset = Batch.EndOffset;
    }
    return Batch.FirstError;
}

BOOLEAN MmpPurgeSegment(PMMP_SEGMENT Segment, LONGLONG Offset, LONGLONG Length)
{
    BOOLEAN Purged = TRUE;
    KIRQL Irql;
    KeAcquireSpinLock(&MiPageLock, &Irql);
    if (Segment->UserMappings != 0) {
        KeReleaseSpinLock(&MiPageLock, Irql);
        return FALSE;
    }
    LONGLONG Position = Offset;
    MMP_PAGES Mask = 0;
    const LONGLONG End = RangeEnd(Segment, Offset, Length);
    while (PMMP_VIEW View = NextView(Segment, &Position, End, &Mask)) {
        ++View->PinCount;
        while (View->PinCount > 1 || ((View->Reading | View->Writing) & Mask) != 0) {
            if (View->LentCount != 0) {
                break; // whoever waits for the lender may be us
            }
            WaitChanged(Segment, &Irql);
        }
        --View->PinCount;
        if ((View->PinCount | View->LentCount) != 0) {
            Purged = FALSE;
            continue;
        }
        SubtractDirty(Segment, CountPages(View->Dirty & Mask));
        View->Dirty &= ~Mask;
        View->Valid &= ~Mask;
        if ((View->Valid | View->Reading | View->Writing) == 0) {
            FreeView(View);
        }
    }
    KeReleaseSpinLock(&MiPageLock, Irql);
    if (MmpDirtyPagesChanged != nullptr) {
        MmpDirtyPagesChanged(FALSE);
    }
    return Purged;
}

void MmpZeroTail(PMMP_SEGMENT Segment, LONGLONG Offset)
{
    const ULONG InPage = static_cast<ULONG>(Offset & (PAGE_SIZE - 1));
    if (InPage == 0) {
        return;
    }
    LockGuard Lock;
    PMMP_VIEW View = LookupView(Segment, Offset);
    if (View != nullptr && (View->Valid & MmpPagesOf(Offset, 1)) != 0) {
        RtlZeroMemory(View->Base + (Offset - View->Offset), PAGE_SIZE - InPage);
    }
}

void MmpSetViewLimit(ULONG Views)
{
    LockGuard Lock;
    MiViewLimit = Views == 0 ? kDefaultViewLimit : Views;
}

void MmpQueryCounters(PMMP_COUNTERS Counters)
{
    LockGuard Lock;
    *Counters = MiCounters;
    Counters->Segments = MiSegmentCount;
    Counters->Views = MiViews;
    Counters->LockedMdls = static_cast<ULONG>(MiLockedMdls);
    Counters->UserAllocations = MiUserAllocations();
}

// --- What file systems ask about sections (none is mapped as an image here, so no image stands in
// the way).

BOOLEAN NTAPI
MmFlushImageSection(PSECTION_OBJECT_POINTERS SectionObjectPointer, MMFLUSH_TYPE FlushType)
{
    (void)FlushType;
    if (SectionObjectPointer == nullptr) {
        return TRUE;
    }
    if (FlushType == MmFlushForDelete && SectionObjectPointer->DataSectionObject != nullptr) {
        LockGuard Lock;
        auto Segment = static_cast<PMMP_SEGMENT>(SectionObjectPointer->DataSectionObject);
        if (Segment->UserMappings != 0) {
            return FALSE;
        }
    }
    return SectionObjectPointer->ImageSectionObject == nullptr;
}

BOOLEAN NTAPI
MmCanFileBeTruncated(PSECTION_OBJECT_POINTERS SectionObjectPointer, PLARGE_INTEGER NewFileSize)
{
    (void)NewFileSize;
    if (SectionObjectPointer->ImageSectionObject != nullptr) {
        return FALSE;
    }
    LockGuard Lock;
    auto Segment = static_cast<PMMP_SEGMENT>(SectionObjectPointer->DataSectionObject);
    return Segment == nullptr || Segment->UserMappings == 0;
}

BOOLEAN NTAPI
MmForceSectionClosed(PSECTION_OBJECT_POINTERS SectionObjectPointer, BOOLEAN DelayClose)
{
    (void)DelayClose;
    // The cache map keeps a segment open; without one the segment is gone already.
    return SectionObjectPointer->DataSectionObject == nullptr
        && SectionObjectPointer->ImageSectionObject == nullptr;
}

ULONG NTAPI MmDoesFileHaveUserWritableReferences(PSECTION_OBJECT_POINTERS SectionPointer)
{
    LockGuard Lock;
    auto Segment = static_cast<PMMP_SEGMENT>(SectionPointer->DataSectionObject);
    return Segment == nullptr ? 0 : static_cast<ULONG>(Segment->UserMappings);
}

BOOLEAN NTAPI MmSetAddressRangeModified(PVOID Address, SIZE_T Length)
{
    PMMP_VIEW View = MmpViewFromAddress(Address);
    if (View == nullptr) {
        return FALSE;
    }
    MmpMarkDirty(
        View, MmpPagesOf(View->Offset + (static_cast<PUCHAR>(Address) - View->Base), Length));
    return TRUE;
}

BOOLEAN NTAPI MmIsRecursiveIoFault(VOID)
{
    return FALSE; // nothing here faults: pages are made valid before they are touched
}

} // extern "C"
