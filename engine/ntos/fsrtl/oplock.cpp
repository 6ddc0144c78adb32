// oplock.cpp - opportunistic locks: level 1, level 2, batch and filter.
//
// An oplock is a promise to the holder of one file object, kept by an IRP that pends as long as the
// promise holds:
//
//            request               break by another's open, read or write
//   none ─────────────► exclusive ───────────────────────────► breaking
//     ▲                     │                                     │
//     ├── holder's cleanup ─┘      cleanup, or acknowledged to ───┤
//     │                                                           │ acknowledged to level 2
//     └────── somebody writes (not asked) ────── level 2 ◄────────┘
//
// Whoever causes the break waits until the holder has acknowledged or closed: in its thread, or,
// with a completion routine, by IRP. The newer read/write/handle kinds (FSCTL_REQUEST_OPLOCK) are
// not offered and are refused.
#include <ntifs.h>

#include <rdrtrace.h>

namespace {

constexpr ULONG kTagOplock = 'lOSF';

enum class Level : ULONG
{
    None,
    Exclusive,
    Batch,
    Filter
};

struct Oplock
{
    FAST_MUTEX Mutex;
    Level Held; // of the exclusive kinds
    bool Breaking;
    bool BreakToNone;
    bool ClosePending;
    PFILE_OBJECT Owner; // of the exclusive kinds
    PIRP Irp; // pends until the break
    LIST_ENTRY SharedIrps; // level 2 holders (Tail.Overlay.ListEntry)
    LIST_ENTRY Waiters;
};

struct Waiter
{
    LIST_ENTRY Links;
    PIRP Irp; // NULL: a thread waits for the event
    PVOID Context;
    POPLOCK_WAIT_COMPLETE_ROUTINE Complete;
    KEVENT Event;
};

struct Guard
{
    Oplock* Lock;
    explicit Guard(Oplock* Which)
        : Lock(Which)
    {
        ExAcquireFastMutex(&Lock->Mutex);
    }
    ~Guard() { ExReleaseFastMutex(&Lock->Mutex); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
};

inline Oplock* Of(POPLOCK Handle)
{
    return static_cast<Oplock*>(*Handle);
}

Oplock* Make(POPLOCK Handle)
{
    if (*Handle == nullptr) {
        auto New = static_cast<Oplock*>(
            FsRtlAllocatePoolWithTag(NonPagedPool, sizeof(Oplock), kTagOplock));
        RtlZeroMemory(New, sizeof(*New));
        ExInitializeFastMutex(&New->Mutex);
        InitializeListHead(&New->SharedIrps);
        InitializeListHead(&New->Waiters);
        *Handle = New;
    }
    return Of(Handle);
}

NTSTATUS Finish(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_DISK_INCREMENT);
    return Status;
}

VOID NTAPI CancelOplock(PDEVICE_OBJECT DeviceObject, PIRP Irp);

/// Lets an IRP pend; FALSE when it was cancelled already (the caller completes it). The mutex is
/// held.
bool Pend(Oplock* Lock, PIRP Irp)
{
    Irp->Tail.Overlay.DriverContext[0] = Lock;
    IoMarkIrpPending(Irp);
    (void)IoSetCancelRoutine(Irp, CancelOplock);
    return !(Irp->Cancel && IoSetCancelRoutine(Irp, nullptr) != nullptr);
}

/// Ends the exclusive state and lets everybody who waits go on. Called with the mutex, which is
/// released meanwhile.
void ReleaseWaiters(Oplock* Lock)
{
    Lock->Held = Level::None;
    Lock->Owner = nullptr;
    Lock->Breaking = Lock->BreakToNone = Lock->ClosePending = false;
    while (!IsListEmpty(&Lock->Waiters)) {
        auto Next = CONTAINING_RECORD(RemoveHeadList(&Lock->Waiters), Waiter, Links);
        if (Next->Irp == nullptr) {
            KeSetEvent(&Next->Event, IO_NO_INCREMENT, FALSE); // its memory is the waiting thread's
            continue;
        }
        ExReleaseFastMutex(&Lock->Mutex);
        Next->Complete(Next->Context, Next->Irp);
        ExFreePoolWithTag(Next, kTagOplock);
        ExAcquireFastMutex(&Lock->Mutex);
    }
}

/// Completes the holder's IRP, if its cancellation does not. The mutex is held.
void TellHolder(Oplock* Lock, ULONG_PTR Information)
{
    PIRP Irp = Lock->Irp;
    if (Irp != nullptr && IoSetCancelRoutine(Irp, nullptr) != nullptr) {
        Lock->Irp = nullptr;
        Finish(Irp, STATUS_SUCCESS, Information);
    }
}

void BreakShared(Oplock* Lock, PFILE_OBJECT Except)
{
    for (PLIST_ENTRY Entry = Lock->SharedIrps.Flink; Entry != &Lock->SharedIrps;) {
        PIRP Irp = CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry);
        Entry = Entry->Flink;
        if ((Except == nullptr || IoGetCurrentIrpStackLocation(Irp)->FileObject == Except)
            && IoSetCancelRoutine(Irp, nullptr) != nullptr) {
            RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
            Finish(Irp, STATUS_SUCCESS, FILE_OPLOCK_BROKEN_TO_NONE);
        }
    }
}

VOID NTAPI CancelOplock(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    (void)DeviceObject;
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    auto Lock = static_cast<Oplock*>(Irp->Tail.Overlay.DriverContext[0]);
    {
        Guard Held(Lock);
        if (Lock->Irp == Irp) {
            // The holder gave up its promise.
            Lock->Irp = nullptr;
            ReleaseWaiters(Lock);
        } else {
            RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
        }
    }
    Finish(Irp, STATUS_CANCELLED, 0);
}

enum class Effect
{
    None,
    ToLevel2,
    ToNone
};

/// What an operation of somebody else does to an exclusive oplock.
Effect EffectOf(PIO_STACK_LOCATION Stack, Level Held)
{
    switch (Stack->MajorFunction) {
    case IRP_MJ_CREATE: {
        const ULONG Disposition = Stack->Parameters.Create.Options >> 24;
        const ACCESS_MASK Access = Stack->Parameters.Create.SecurityContext->DesiredAccess;
        const bool Overwrites = Disposition == FILE_SUPERSEDE || Disposition == FILE_OVERWRITE
            || Disposition == FILE_OVERWRITE_IF;
        if (!Overwrites
            && (Access & ~(FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE)) == 0) {
            return Effect::None; // looks at attributes only
        }
        if (Held == Level::Filter
            && (Access & (FILE_WRITE_DATA | FILE_APPEND_DATA | DELETE | WRITE_DAC | WRITE_OWNER))
                == 0
            && !Overwrites) {
            return Effect::None; // a filter oplock lets readers in
        }
        return Overwrites ? Effect::ToNone : Effect::ToLevel2;
    }
    case IRP_MJ_READ:
        return Held == Level::Filter ? Effect::None : Effect::ToLevel2;
    case IRP_MJ_FLUSH_BUFFERS:
        return Effect::ToLevel2;
    case IRP_MJ_WRITE:
    case IRP_MJ_LOCK_CONTROL:
        return Effect::ToNone;
    case IRP_MJ_SET_INFORMATION:
        switch (Stack->Parameters.SetFile.FileInformationClass) {
        case FileEndOfFileInformation:
        case FileAllocationInformation:
        case FileRenameInformation:
        case FileLinkInformation:
        case FileShortNameInformation:
            return Effect::ToNone;
        default:
            return Effect::None;
        }
    case IRP_MJ_FILE_SYSTEM_CONTROL:
        return Stack->Parameters.FileSystemControl.FsControlCode == FSCTL_SET_ZERO_DATA
            ? Effect::ToNone
            : Effect::None;
    default:
        return Effect::None;
    }
}

bool BreaksShared(PIO_STACK_LOCATION Stack)
{
    switch (Stack->MajorFunction) {
    case IRP_MJ_CREATE: {
        const ULONG Disposition = Stack->Parameters.Create.Options >> 24;
        return Disposition == FILE_SUPERSEDE || Disposition == FILE_OVERWRITE
            || Disposition == FILE_OVERWRITE_IF;
    }
    case IRP_MJ_READ:
    case IRP_MJ_FLUSH_BUFFERS:
        return false;
    default:
        return EffectOf(Stack, Level::Exclusive) == Effect::ToNone;
    }
}

} // namespace

extern "C" {

VOID NTAPI FsRtlInitializeOplock(POPLOCK Oplock)
{
    *Oplock = nullptr;
}

VOID NTAPI FsRtlUninitializeOplock(POPLOCK Handle)
{
    Oplock* Lock = Of(Handle);
    if (Lock == nullptr) {
        return;
    }
    {
        Guard Held(Lock);
        BreakShared(Lock, nullptr);
        TellHolder(Lock, FILE_OPLOCK_BROKEN_TO_NONE);
        ReleaseWaiters(Lock);
    }
    *Handle = nullptr;
    ExFreePoolWithTag(Lock, kTagOplock);
}

/// Does one of the oplock FSCTLs and completes the IRP, or lets it pend as the promise it asks for.
///
/// OpenCount  level 1, batch, filter: open handles; level 2: byte-range locks
/// Errors     STATUS_OPLOCK_NOT_GRANTED, STATUS_INVALID_OPLOCK_PROTOCOL, STATUS_NOT_SUPPORTED (the
/// read/write/handle kinds)
NTSTATUS NTAPI FsRtlOplockFsctrl(POPLOCK Handle, PIRP Irp, ULONG OpenCount)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PFILE_OBJECT FileObject = Stack->FileObject;
    const ULONG Code = Stack->Parameters.FileSystemControl.FsControlCode;
    Oplock* Lock = Make(Handle);
    ExAcquireFastMutex(&Lock->Mutex);
    NTSTATUS Status;
    ULONG_PTR Information = 0;
    switch (Code) {
    case FSCTL_REQUEST_OPLOCK_LEVEL_1:
    case FSCTL_REQUEST_BATCH_OPLOCK:
    case FSCTL_REQUEST_FILTER_OPLOCK:
        Status = STATUS_OPLOCK_NOT_GRANTED;
        if (Lock->Held == Level::None && OpenCount == 1 && !IoIsOperationSynchronous(Irp)) {
            BreakShared(Lock, FileObject); // one's own level 2 gives way
            if (IsListEmpty(&Lock->SharedIrps)) {
                if (!Pend(Lock, Irp)) {
                    Status = STATUS_CANCELLED;
                    break;
                }
                Lock->Held = Code == FSCTL_REQUEST_OPLOCK_LEVEL_1 ? Level::Exclusive
                    : Code == FSCTL_REQUEST_BATCH_OPLOCK          ? Level::Batch
                                                                  : Level::Filter;
                Lock->Owner = FileObject;
                Lock->Irp = Irp;
                Status = STATUS_PENDING;
            }
        }
        break;
    case FSCTL_REQUEST_OPLOCK_LEVEL_2:
        Status = STATUS_OPLOCK_NOT_GRANTED;
        if (Lock->Held == Level::None && OpenCount == 0 && !IoIsOperationSynchronous(Irp)) {
            InsertTailList(&Lock->SharedIrps, &Irp->Tail.Overlay.ListEntry);
            Status = STATUS_PENDING;
            if (!Pend(Lock, Irp)) {
                RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
                Status = STATUS_CANCELLED;
            }
        }
        break;
    case FSCTL_OPLOCK_BREAK_ACKNOWLEDGE:
    case FSCTL_OPLOCK_BREAK_ACK_NO_2:
        Status = STATUS_INVALID_OPLOCK_PROTOCOL;
        if (Lock->Breaking && Lock->Owner == FileObject) {
            const bool KeepsShared = Code == FSCTL_OPLOCK_BREAK_ACKNOWLEDGE && !Lock->BreakToNone;
            Status = STATUS_SUCCESS;
            if (KeepsShared) {
                InsertTailList(&Lock->SharedIrps, &Irp->Tail.Overlay.ListEntry);
                Status = STATUS_PENDING;
                if (!Pend(Lock, Irp)) {
                    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
                    Status = STATUS_CANCELLED;
                }
            }
            ReleaseWaiters(Lock);
        }
        break;
    case FSCTL_OPBATCH_ACK_CLOSE_PENDING:
        Status = STATUS_INVALID_OPLOCK_PROTOCOL;
        if (Lock->Breaking && Lock->Owner == FileObject) {
            Lock->ClosePending = true; // those who wait go on at the cleanup
            Status = STATUS_SUCCESS;
        }
        break;
    case FSCTL_OPLOCK_BREAK_NOTIFY:
        Status = STATUS_SUCCESS;
        if (Lock->Breaking) {
            auto Next = static_cast<Waiter*>(
                ExAllocatePoolWithTag(NonPagedPool, sizeof(Waiter), kTagOplock));
            if (Next == nullptr) {
                Status = STATUS_INSUFFICIENT_RESOURCES;
                break;
            }
            RtlZeroMemory(Next, sizeof(*Next));
            Next->Irp = Irp;
            Next->Complete = [](PVOID, PIRP Waiting) { Finish(Waiting, STATUS_SUCCESS, 0); };
            IoMarkIrpPending(Irp);
            InsertTailList(&Lock->Waiters, &Next->Links);
            Status = STATUS_PENDING;
        }
        break;
    default:
        RdrTraceEvent(
            RdrLayerKernel, RdrEventMissing, "FsRtlOplockFsctrl", nullptr, STATUS_NOT_SUPPORTED,
            Code);
        Status = STATUS_NOT_SUPPORTED;
        break;
    }
    ExReleaseFastMutex(&Lock->Mutex);
    return Status == STATUS_PENDING ? Status : Finish(Irp, Status, Information);
}

NTSTATUS NTAPI FsRtlOplockFsctrlEx(POPLOCK Oplock, PIRP Irp, ULONG OpenCount, ULONG Flags)
{
    (void)Flags;
    return FsRtlOplockFsctrl(Oplock, Irp, OpenCount);
}

/// Breaks what an operation must not find and waits for the holder.
///
/// IRQL     PASSIVE_LEVEL
/// Returns  STATUS_SUCCESS: go on. STATUS_PENDING: CompletionRoutine is called later.
/// STATUS_OPLOCK_BREAK_IN_PROGRESS: the
///          create asked not to wait (FILE_COMPLETE_IF_OPLOCKED)
NTSTATUS NTAPI FsRtlCheckOplockEx(
    POPLOCK Handle,
    PIRP Irp,
    ULONG Flags,
    PVOID Context,
    POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine,
    POPLOCK_FS_PREPOST_IRP PostIrpRoutine)
{
    Oplock* Lock = Of(Handle);
    if (Lock == nullptr || (Irp->Flags & IRP_PAGING_IO) != 0) {
        return STATUS_SUCCESS;
    }
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PFILE_OBJECT FileObject = Stack->FileObject;
    ExAcquireFastMutex(&Lock->Mutex);
    if (Stack->MajorFunction == IRP_MJ_CLEANUP) {
        BreakShared(Lock, FileObject);
        if (Lock->Held != Level::None && Lock->Owner == FileObject) {
            TellHolder(Lock, FILE_OPLOCK_BROKEN_TO_NONE);
            ReleaseWaiters(Lock);
        }
        ExReleaseFastMutex(&Lock->Mutex);
        return STATUS_SUCCESS;
    }
    if (BreaksShared(Stack)) {
        BreakShared(Lock, nullptr);
    }
    const Effect Does = Lock->Held == Level::None || Lock->Owner == FileObject
        ? Effect::None
        : EffectOf(Stack, Lock->Held);
    if (Does == Effect::None) {
        ExReleaseFastMutex(&Lock->Mutex);
        return STATUS_SUCCESS;
    }
    if (!Lock->Breaking) {
        Lock->Breaking = true;
        Lock->BreakToNone = Does == Effect::ToNone;
        TellHolder(
            Lock,
            Does == Effect::ToNone ? FILE_OPLOCK_BROKEN_TO_NONE : FILE_OPLOCK_BROKEN_TO_LEVEL_2);
    } else if (Does == Effect::ToNone) {
        Lock->BreakToNone = true;
    }
    if ((Flags & OPLOCK_FLAG_COMPLETE_IF_OPLOCKED) != 0
        || (Stack->MajorFunction == IRP_MJ_CREATE
            && (Stack->Parameters.Create.Options & FILE_COMPLETE_IF_OPLOCKED) != 0)) {
        ExReleaseFastMutex(&Lock->Mutex);
        return STATUS_OPLOCK_BREAK_IN_PROGRESS;
    }
    if (CompletionRoutine != nullptr) {
        auto Next
            = static_cast<Waiter*>(ExAllocatePoolWithTag(NonPagedPool, sizeof(Waiter), kTagOplock));
        if (Next == nullptr) {
            ExReleaseFastMutex(&Lock->Mutex);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlZeroMemory(Next, sizeof(*Next));
        Next->Irp = Irp;
        Next->Context = Context;
        Next->Complete = CompletionRoutine;
        if (PostIrpRoutine != nullptr) {
            PostIrpRoutine(Context, Irp);
        }
        IoMarkIrpPending(Irp);
        InsertTailList(&Lock->Waiters, &Next->Links);
        ExReleaseFastMutex(&Lock->Mutex);
        return STATUS_PENDING;
    }
    Waiter Self;
    RtlZeroMemory(&Self, sizeof(Self));
    KeInitializeEvent(&Self.Event, NotificationEvent, FALSE);
    InsertTailList(&Lock->Waiters, &Self.Links);
    ExReleaseFastMutex(&Lock->Mutex);
    KeWaitForSingleObject(&Self.Event, Executive, KernelMode, FALSE, nullptr);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI FsRtlCheckOplock(
    POPLOCK Oplock,
    PIRP Irp,
    PVOID Context,
    POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine,
    POPLOCK_FS_PREPOST_IRP PostIrpRoutine)
{
    return FsRtlCheckOplockEx(Oplock, Irp, 0, Context, CompletionRoutine, PostIrpRoutine);
}

/// FALSE while an oplock could be broken by the request, which only the IRP path does.
BOOLEAN NTAPI FsRtlOplockIsFastIoPossible(POPLOCK Handle)
{
    Oplock* Lock = Of(Handle);
    return Lock == nullptr || (!Lock->Breaking && IsListEmpty(&Lock->SharedIrps));
}

BOOLEAN NTAPI FsRtlCurrentBatchOplock(POPLOCK Handle)
{
    Oplock* Lock = Of(Handle);
    return Lock != nullptr && (Lock->Held == Level::Batch || Lock->Held == Level::Filter);
}

BOOLEAN NTAPI FsRtlCurrentOplock(POPLOCK Handle)
{
    Oplock* Lock = Of(Handle);
    return Lock != nullptr && (Lock->Held != Level::None || !IsListEmpty(&Lock->SharedIrps));
}

BOOLEAN NTAPI FsRtlCurrentOplockH(POPLOCK Oplock)
{
    (void)Oplock;
    return FALSE; // the handle-caching kind is not offered
}

} // extern "C"
