// lock.cpp - byte-range locks of files.
//
// Rules ([MS-FSA] 2.1.4.10 and the FsRtl documentation):
//   - An exclusive lock conflicts with every overlapping lock of somebody else; shared locks only
//   with exclusive ones.
//     "Somebody" is file object, process and key together. An exclusive lock conflicts with the
//     owner's own locks as well when it is asked for; when data is read or written, the owner's
//     exclusive lock lets him pass.
//   - A shared lock forbids writing to everybody, its owner included.
//   - Zero-length locks exist: they overlap only what has the position strictly inside.
//   - A waiting request is served in order: a later one does not overtake an earlier one it
//   conflicts with.
//
// The list is sorted by nothing but age: files have few locks, and age is the order in which
// FsRtlGetNextFileLock tells them.
#include "../inc/fsrtlp.h"

#include <rdrtrace.h>

extern "C" {

namespace {

constexpr ULONG kTagLock = 'kLSF';

struct Lock
{
    LIST_ENTRY Links;
    FILE_LOCK_INFO Info;
};

struct Waiter
{
    LIST_ENTRY Links;
    PIRP Irp;
    PVOID Context;
    FILE_LOCK_INFO Info;
};

struct LockTable
{
    KSPIN_LOCK
    SpinLock; // guards both lists; never held while a routine of the file system is called
    LIST_ENTRY Granted;
    LIST_ENTRY Waiting;
    PFILE_LOCK Owner;
};

inline LockTable* TableOf(PFILE_LOCK FileLock)
{
    return static_cast<LockTable*>(FileLock->LockInformation);
}

LockTable* MakeTable(PFILE_LOCK FileLock)
{
    LockTable* Table = TableOf(FileLock);
    if (Table == nullptr) {
        Table = static_cast<LockTable*>(
            ExAllocatePoolWithTag(NonPagedPool, sizeof(LockTable), kTagLock));
        if (Table != nullptr) {
            KeInitializeSpinLock(&Table->SpinLock);
            InitializeListHead(&Table->Granted);
            InitializeListHead(&Table->Waiting);
            Table->Owner = FileLock;
            FileLock->LockInformation = Table;
        }
    }
    return Table;
}

/// The last byte of a range; a range of no bytes ends before it starts.
inline ULONGLONG LastByte(ULONGLONG Start, ULONGLONG Length)
{
    return Start + Length - 1;
}

bool Overlaps(const FILE_LOCK_INFO& Held, ULONGLONG Start, ULONGLONG Length)
{
    const auto HeldStart = static_cast<ULONGLONG>(Held.StartingByte.QuadPart);
    const auto HeldLength = static_cast<ULONGLONG>(Held.Length.QuadPart);
    if (Length == 0 && HeldLength == 0) {
        return false;
    }
    if (Length == 0) {
        return HeldStart < Start && Start <= LastByte(HeldStart, HeldLength);
    }
    if (HeldLength == 0) {
        return Start < HeldStart && HeldStart <= LastByte(Start, Length);
    }
    return HeldStart <= LastByte(Start, Length) && Start <= LastByte(HeldStart, HeldLength);
}

bool SameOwner(const FILE_LOCK_INFO& Held, PFILE_OBJECT FileObject, PVOID Process, ULONG Key)
{
    return Held.FileObject == FileObject && Held.ProcessId == Process && Held.Key == Key;
}

bool Conflicts(const FILE_LOCK_INFO& Held, const FILE_LOCK_INFO& Wanted)
{
    return (Held.ExclusiveLock || Wanted.ExclusiveLock)
        && Overlaps(
               Held, static_cast<ULONGLONG>(Wanted.StartingByte.QuadPart),
               static_cast<ULONGLONG>(Wanted.Length.QuadPart));
}

/// Whether a lock can be granted now; the spin lock is held. Before: only waiters ahead of this one
/// count.
bool IsFree(LockTable* Table, const FILE_LOCK_INFO& Wanted, PLIST_ENTRY Before)
{
    for (PLIST_ENTRY Entry = Table->Granted.Flink; Entry != &Table->Granted; Entry = Entry->Flink) {
        if (Conflicts(CONTAINING_RECORD(Entry, Lock, Links)->Info, Wanted)) {
            return false;
        }
    }
    for (PLIST_ENTRY Entry = Table->Waiting.Flink; Before != nullptr && Entry != Before;
         Entry = Entry->Flink) {
        if (Conflicts(CONTAINING_RECORD(Entry, Waiter, Links)->Info, Wanted)) {
            return false;
        }
    }
    return true;
}

void UpdateQuestionable(LockTable* Table)
{
    Table->Owner->FastIoIsQuestionable
        = !IsListEmpty(&Table->Granted) || !IsListEmpty(&Table->Waiting);
}

NTSTATUS Grant(LockTable* Table, const FILE_LOCK_INFO& Info)
{
    auto Held = static_cast<Lock*>(ExAllocatePoolWithTag(NonPagedPool, sizeof(Lock), kTagLock));
    if (Held == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Held->Info = Info;
    InsertTailList(&Table->Granted, &Held->Links);
    Info.FileObject->LastLock = nullptr; // hint of the real implementation, not used
    return STATUS_SUCCESS;
}

/// Ends an IRP through the file system's routine or directly; returns what its dispatch routine
/// should return.
NTSTATUS EndIrp(PFILE_LOCK FileLock, PVOID Context, PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    if (FileLock->CompleteLockIrpRoutine != nullptr) {
        return FileLock->CompleteLockIrpRoutine(Context, Irp);
    }
    IoCompleteRequest(Irp, IO_DISK_INCREMENT);
    return Status;
}

void RemoveGranted(LockTable* Table, const FILE_LOCK_INFO& Info)
{
    for (PLIST_ENTRY Entry = Table->Granted.Blink; Entry != &Table->Granted; Entry = Entry->Blink) {
        auto Held = CONTAINING_RECORD(Entry, Lock, Links);
        if (SameOwner(Held->Info, Info.FileObject, Info.ProcessId, Info.Key)
            && Held->Info.StartingByte.QuadPart == Info.StartingByte.QuadPart
            && Held->Info.Length.QuadPart == Info.Length.QuadPart
            && Held->Info.ExclusiveLock == Info.ExclusiveLock) {
            RemoveEntryList(&Held->Links);
            ExFreePoolWithTag(Held, kTagLock);
            return;
        }
    }
}

/// Grants what has become possible, oldest request first.
void ServeWaiters(PFILE_LOCK FileLock)
{
    LockTable* Table = TableOf(FileLock);
    for (;;) {
        Waiter* Served = nullptr;
        NTSTATUS Status = STATUS_SUCCESS;
        KIRQL Irql;
        KeAcquireSpinLock(&Table->SpinLock, &Irql);
        for (PLIST_ENTRY Entry = Table->Waiting.Flink; Entry != &Table->Waiting;
             Entry = Entry->Flink) {
            auto Each = CONTAINING_RECORD(Entry, Waiter, Links);
            if (IsFree(Table, Each->Info, Entry)
                && IoSetCancelRoutine(Each->Irp, nullptr) != nullptr) {
                Status = Grant(Table, Each->Info);
                RemoveEntryList(&Each->Links);
                Served = Each;
                break;
            }
        }
        UpdateQuestionable(Table);
        KeReleaseSpinLock(&Table->SpinLock, Irql);
        if (Served == nullptr) {
            return;
        }
        const NTSTATUS Kept = EndIrp(FileLock, Served->Context, Served->Irp, Status);
        if (NT_SUCCESS(Status) && !NT_SUCCESS(Kept)) {
            // The file system could not go on with the lock it waited for.
            KeAcquireSpinLock(&Table->SpinLock, &Irql);
            RemoveGranted(Table, Served->Info);
            UpdateQuestionable(Table);
            KeReleaseSpinLock(&Table->SpinLock, Irql);
        }
        ExFreePoolWithTag(Served, kTagLock);
    }
}

VOID NTAPI CancelWaiter(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    (void)DeviceObject;
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    auto FileLock = static_cast<PFILE_LOCK>(Irp->Tail.Overlay.DriverContext[0]);
    auto Each = static_cast<Waiter*>(Irp->Tail.Overlay.DriverContext[1]);
    LockTable* Table = TableOf(FileLock);
    KIRQL Irql;
    KeAcquireSpinLock(&Table->SpinLock, &Irql);
    RemoveEntryList(&Each->Links);
    UpdateQuestionable(Table);
    KeReleaseSpinLock(&Table->SpinLock, Irql);
    (void)EndIrp(FileLock, Each->Context, Irp, STATUS_CANCELLED);
    ExFreePoolWithTag(Each, kTagLock);
    ServeWaiters(FileLock); // whoever stood behind it may go
}

void FillInfo(
    FILE_LOCK_INFO* Info,
    PLARGE_INTEGER Offset,
    PLARGE_INTEGER Length,
    bool Exclusive,
    ULONG Key,
    PFILE_OBJECT FileObject,
    PVOID Process)
{
    RtlZeroMemory(Info, sizeof(*Info));
    Info->StartingByte = *Offset;
    Info->Length = *Length;
    Info->ExclusiveLock = Exclusive;
    Info->Key = Key;
    Info->FileObject = FileObject;
    Info->ProcessId = Process;
    Info->EndingByte.QuadPart = Offset->QuadPart + Length->QuadPart - 1;
}

} // namespace
} // extern "C"

namespace {

/// Removes the locks a predicate picks, telling the file system of each. TRUE when there was one.
template <typename Predicate>
bool RemoveMatching(PFILE_LOCK FileLock, PVOID Context, const Predicate& Picked)
{
    LockTable* Table = TableOf(FileLock);
    bool Any = false;
    for (;;) {
        Lock* Found = nullptr;
        KIRQL Irql;
        KeAcquireSpinLock(&Table->SpinLock, &Irql);
        for (PLIST_ENTRY Entry = Table->Granted.Flink; Entry != &Table->Granted;
             Entry = Entry->Flink) {
            auto Each = CONTAINING_RECORD(Entry, Lock, Links);
            if (Picked(Each->Info)) {
                Found = Each;
                RemoveEntryList(Entry);
                break;
            }
        }
        UpdateQuestionable(Table);
        KeReleaseSpinLock(&Table->SpinLock, Irql);
        if (Found == nullptr) {
            break;
        }
        Any = true;
        if (FileLock->UnlockRoutine != nullptr) {
            FileLock->UnlockRoutine(Context, &Found->Info);
        }
        ExFreePoolWithTag(Found, kTagLock);
    }
    return Any;
}

} // namespace

extern "C" {

VOID NTAPI FsRtlInitializeFileLock(
    PFILE_LOCK FileLock,
    PCOMPLETE_LOCK_IRP_ROUTINE CompleteLockIrpRoutine,
    PUNLOCK_ROUTINE UnlockRoutine)
{
    RtlZeroMemory(FileLock, sizeof(*FileLock));
    FileLock->CompleteLockIrpRoutine = CompleteLockIrpRoutine;
    FileLock->UnlockRoutine = UnlockRoutine;
}

/// Frees all locks of a file. Requests that still wait are completed with STATUS_RANGE_NOT_LOCKED.
VOID NTAPI FsRtlUninitializeFileLock(PFILE_LOCK FileLock)
{
    LockTable* Table = TableOf(FileLock);
    if (Table == nullptr) {
        return;
    }
    while (!IsListEmpty(&Table->Granted)) {
        ExFreePoolWithTag(
            CONTAINING_RECORD(RemoveHeadList(&Table->Granted), Lock, Links), kTagLock);
    }
    for (;;) {
        Waiter* Each = nullptr;
        KIRQL Irql;
        KeAcquireSpinLock(&Table->SpinLock, &Irql);
        for (PLIST_ENTRY Entry = Table->Waiting.Flink; Entry != &Table->Waiting;
             Entry = Entry->Flink) {
            auto Candidate = CONTAINING_RECORD(Entry, Waiter, Links);
            if (IoSetCancelRoutine(Candidate->Irp, nullptr) != nullptr) {
                RemoveEntryList(Entry);
                Each = Candidate;
                break;
            }
        }
        KeReleaseSpinLock(&Table->SpinLock, Irql);
        if (Each == nullptr) {
            break;
        }
        (void)EndIrp(FileLock, Each->Context, Each->Irp, STATUS_RANGE_NOT_LOCKED);
        ExFreePoolWithTag(Each, kTagLock);
    }
    NT_ASSERT(IsListEmpty(&Table->Waiting));
    FileLock->LockInformation = nullptr;
    FileLock->FastIoIsQuestionable = FALSE;
    ExFreePoolWithTag(Table, kTagLock);
}

PFILE_LOCK NTAPI FsRtlAllocateFileLock(
    PCOMPLETE_LOCK_IRP_ROUTINE CompleteLockIrpRoutine, PUNLOCK_ROUTINE UnlockRoutine)
{
    auto FileLock
        = static_cast<PFILE_LOCK>(ExAllocatePoolWithTag(NonPagedPool, sizeof(FILE_LOCK), kTagLock));
    if (FileLock != nullptr) {
        FsRtlInitializeFileLock(FileLock, CompleteLockIrpRoutine, UnlockRoutine);
    }
    return FileLock;
}

VOID NTAPI FsRtlFreeFileLock(PFILE_LOCK FileLock)
{
    FsRtlUninitializeFileLock(FileLock);
    ExFreePoolWithTag(FileLock, kTagLock);
}

/// Takes one lock, for an IRP or on the fast path (Irp NULL).
///
/// Returns  FALSE: on the fast path the caller must send an IRP. Otherwise the status is in *Iosb;
/// STATUS_PENDING means that
///          the IRP waits and will be completed by CompleteLockIrpRoutine.
BOOLEAN NTAPI FsRtlPrivateLock(
    PFILE_LOCK FileLock,
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    PLARGE_INTEGER Length,
    PEPROCESS Process,
    ULONG Key,
    BOOLEAN FailImmediately,
    BOOLEAN ExclusiveLock,
    PIO_STATUS_BLOCK Iosb,
    PIRP Irp,
    PVOID Context,
    BOOLEAN AlreadySynchronized)
{
    (void)AlreadySynchronized;
    FILE_LOCK_INFO Info;
    FillInfo(&Info, FileOffset, Length, ExclusiveLock, Key, FileObject, Process);
    const auto Start = static_cast<ULONGLONG>(FileOffset->QuadPart);
    const auto Bytes = static_cast<ULONGLONG>(Length->QuadPart);
    Iosb->Information = 0;
    LockTable* Table = MakeTable(FileLock);
    NTSTATUS Status;
    if (Bytes != 0 && Start + Bytes - 1 < Start) {
        Status = STATUS_INVALID_LOCK_RANGE;
    } else if (Table == nullptr) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        KIRQL Irql;
        KeAcquireSpinLock(&Table->SpinLock, &Irql);
        if (IsFree(Table, Info, &Table->Waiting)) {
            Status = Grant(Table, Info);
        } else if (FailImmediately) {
            Status = STATUS_LOCK_NOT_GRANTED;
        } else if (Irp == nullptr) {
            KeReleaseSpinLock(&Table->SpinLock, Irql);
            return FALSE;
        } else {
            auto Each = static_cast<Waiter*>(
                ExAllocatePoolWithTag(NonPagedPool, sizeof(Waiter), kTagLock));
            if (Each == nullptr) {
                Status = STATUS_INSUFFICIENT_RESOURCES;
            } else {
                Each->Irp = Irp;
                Each->Context = Context;
                Each->Info = Info;
                Irp->Tail.Overlay.DriverContext[0] = FileLock;
                Irp->Tail.Overlay.DriverContext[1] = Each;
                IoMarkIrpPending(Irp);
                InsertTailList(&Table->Waiting, &Each->Links);
                (void)IoSetCancelRoutine(Irp, CancelWaiter);
                Status = STATUS_PENDING;
                if (Irp->Cancel && IoSetCancelRoutine(Irp, nullptr) != nullptr) {
                    RemoveEntryList(&Each->Links);
                    ExFreePoolWithTag(Each, kTagLock);
                    Status = STATUS_CANCELLED;
                }
            }
        }
        UpdateQuestionable(Table);
        KeReleaseSpinLock(&Table->SpinLock, Irql);
    }
    if (Status != STATUS_PENDING && Irp != nullptr) {
        const NTSTATUS Kept = EndIrp(FileLock, Context, Irp, Status);
        if (NT_SUCCESS(Status) && !NT_SUCCESS(Kept)) {
            KIRQL Irql;
            KeAcquireSpinLock(&Table->SpinLock, &Irql);
            RemoveGranted(Table, Info);
            UpdateQuestionable(Table);
            KeReleaseSpinLock(&Table->SpinLock, Irql);
        }
        Status = Kept;
    }
    Iosb->Status = Status;
    return TRUE;
}

/// Does what an IRP_MJ_LOCK_CONTROL asks for and completes it, or leaves it waiting
/// (STATUS_PENDING).
NTSTATUS NTAPI FsRtlProcessFileLock(PFILE_LOCK FileLock, PIRP Irp, PVOID Context)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PFILE_OBJECT FileObject = Stack->FileObject;
    PEPROCESS Process = IoGetRequestorProcess(Irp);
    IO_STATUS_BLOCK Iosb;
    Irp->IoStatus.Information = 0;
    switch (Stack->MinorFunction) {
    case IRP_MN_LOCK:
        (void)FsRtlPrivateLock(
            FileLock, FileObject, &Stack->Parameters.LockControl.ByteOffset,
            Stack->Parameters.LockControl.Length, Process, Stack->Parameters.LockControl.Key,
            (Stack->Flags & SL_FAIL_IMMEDIATELY) != 0, (Stack->Flags & SL_EXCLUSIVE_LOCK) != 0,
            &Iosb, Irp, Context, FALSE);
        return Iosb.Status;
    case IRP_MN_UNLOCK_SINGLE:
        Iosb.Status = FsRtlFastUnlockSingle(
            FileLock, FileObject, &Stack->Parameters.LockControl.ByteOffset,
            Stack->Parameters.LockControl.Length, Process, Stack->Parameters.LockControl.Key,
            Context, FALSE);
        break;
    case IRP_MN_UNLOCK_ALL:
        Iosb.Status = FsRtlFastUnlockAll(FileLock, FileObject, Process, Context);
        break;
    case IRP_MN_UNLOCK_ALL_BY_KEY:
        Iosb.Status = FsRtlFastUnlockAllByKey(
            FileLock, FileObject, Process, Stack->Parameters.LockControl.Key, Context);
        break;
    default:
        Iosb.Status = STATUS_INVALID_DEVICE_REQUEST;
        break;
    }
    return EndIrp(FileLock, Context, Irp, Iosb.Status);
}

NTSTATUS NTAPI FsRtlFastUnlockSingle(
    PFILE_LOCK FileLock,
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    PLARGE_INTEGER Length,
    PEPROCESS Process,
    ULONG Key,
    PVOID Context,
    BOOLEAN AlreadySynchronized)
{
    (void)AlreadySynchronized;
    if (TableOf(FileLock) == nullptr) {
        return STATUS_RANGE_NOT_LOCKED;
    }
    bool First = true;
    const bool Found = RemoveMatching(FileLock, Context, [&](const FILE_LOCK_INFO& Info) {
        // Only one, the oldest: the same range may be locked shared several times by one owner.
        if (!First || !SameOwner(Info, FileObject, Process, Key)
            || Info.StartingByte.QuadPart != FileOffset->QuadPart
            || Info.Length.QuadPart != Length->QuadPart) {
            return false;
        }
        First = false;
        return true;
    });
    if (!Found) {
        return STATUS_RANGE_NOT_LOCKED;
    }
    ServeWaiters(FileLock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI
FsRtlFastUnlockAll(PFILE_LOCK FileLock, PFILE_OBJECT FileObject, PEPROCESS Process, PVOID Context)
{
    if (TableOf(FileLock) == nullptr) {
        return STATUS_RANGE_NOT_LOCKED;
    }
    const bool Found = RemoveMatching(FileLock, Context, [&](const FILE_LOCK_INFO& Info) {
        return Info.FileObject == FileObject && Info.ProcessId == Process;
    });
    if (!Found) {
        return STATUS_RANGE_NOT_LOCKED;
    }
    ServeWaiters(FileLock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI FsRtlFastUnlockAllByKey(
    PFILE_LOCK FileLock, PFILE_OBJECT FileObject, PEPROCESS Process, ULONG Key, PVOID Context)
{
    if (TableOf(FileLock) == nullptr) {
        return STATUS_RANGE_NOT_LOCKED;
    }
    const bool Found = RemoveMatching(FileLock, Context, [&](const FILE_LOCK_INFO& Info) {
        return SameOwner(Info, FileObject, Process, Key);
    });
    if (!Found) {
        return STATUS_RANGE_NOT_LOCKED;
    }
    ServeWaiters(FileLock);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI FsRtlFastCheckLockForRead(
    PFILE_LOCK FileLock,
    PLARGE_INTEGER FileOffset,
    PLARGE_INTEGER Length,
    ULONG Key,
    PFILE_OBJECT FileObject,
    PVOID Process)
{
    LockTable* Table = TableOf(FileLock);
    if (Table == nullptr || Length->QuadPart == 0) {
        return TRUE;
    }
    BOOLEAN Allowed = TRUE;
    KIRQL Irql;
    KeAcquireSpinLock(&Table->SpinLock, &Irql);
    for (PLIST_ENTRY Entry = Table->Granted.Flink; Entry != &Table->Granted && Allowed;
         Entry = Entry->Flink) {
        const FILE_LOCK_INFO& Info = CONTAINING_RECORD(Entry, Lock, Links)->Info;
        Allowed = !Info.ExclusiveLock || SameOwner(Info, FileObject, Process, Key)
            || !Overlaps(
                Info, static_cast<ULONGLONG>(FileOffset->QuadPart),
                static_cast<ULONGLONG>(Length->QuadPart));
    }
    KeReleaseSpinLock(&Table->SpinLock, Irql);
    return Allowed;
}

BOOLEAN NTAPI FsRtlFastCheckLockForWrite(
    PFILE_LOCK FileLock,
    PLARGE_INTEGER FileOffset,
    PLARGE_INTEGER Length,
    ULONG Key,
    PFILE_OBJECT FileObject,
    PVOID Process)
{
    LockTable* Table = TableOf(FileLock);
    if (Table == nullptr || Length->QuadPart == 0) {
        return TRUE;
    }
    BOOLEAN Allowed = TRUE;
    KIRQL Irql;
    KeAcquireSpinLock(&Table->SpinLock, &Irql);
    for (PLIST_ENTRY Entry = Table->Granted.Flink; Entry != &Table->Granted && Allowed;
         Entry = Entry->Flink) {
        const FILE_LOCK_INFO& Info = CONTAINING_RECORD(Entry, Lock, Links)->Info;
        Allowed = (Info.ExclusiveLock && SameOwner(Info, FileObject, Process, Key))
            || !Overlaps(
                      Info, static_cast<ULONGLONG>(FileOffset->QuadPart),
                      static_cast<ULONGLONG>(Length->QuadPart));
    }
    KeReleaseSpinLock(&Table->SpinLock, Irql);
    return Allowed;
}

BOOLEAN NTAPI FsRtlCheckLockForReadAccess(PFILE_LOCK FileLock, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    LARGE_INTEGER Length;
    Length.QuadPart = Stack->Parameters.Read.Length;
    return FsRtlFastCheckLockForRead(
        FileLock, &Stack->Parameters.Read.ByteOffset, &Length, Stack->Parameters.Read.Key,
        Stack->FileObject, IoGetRequestorProcess(Irp));
}

BOOLEAN NTAPI FsRtlCheckLockForWriteAccess(PFILE_LOCK FileLock, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    LARGE_INTEGER Length;
    Length.QuadPart = Stack->Parameters.Write.Length;
    return FsRtlFastCheckLockForWrite(
        FileLock, &Stack->Parameters.Write.ByteOffset, &Length, Stack->Parameters.Write.Key,
        Stack->FileObject, IoGetRequestorProcess(Irp));
}

/// Tells the granted locks one after the other. The caller keeps the list from changing meanwhile.
PFILE_LOCK_INFO NTAPI FsRtlGetNextFileLock(PFILE_LOCK FileLock, BOOLEAN Restart)
{
    LockTable* Table = TableOf(FileLock);
    if (Table == nullptr) {
        return nullptr;
    }
    PFILE_LOCK_INFO Result = nullptr;
    KIRQL Irql;
    KeAcquireSpinLock(&Table->SpinLock, &Irql);
    PLIST_ENTRY Entry = Table->Granted.Flink;
    if (!Restart) {
        // The place is found again by value, because the lock told last may be gone.
        while (Entry != &Table->Granted && Entry != FileLock->LastReturnedLock) {
            Entry = Entry->Flink;
        }
        Entry = Entry != &Table->Granted ? Entry->Flink : Entry;
    }
    if (Entry != &Table->Granted) {
        FileLock->LastReturnedLock = Entry;
        FileLock->LastReturnedLockInfo = CONTAINING_RECORD(Entry, Lock, Links)->Info;
        Result = &FileLock->LastReturnedLockInfo;
    }
    KeReleaseSpinLock(&Table->SpinLock, Irql);
    return Result;
}

BOOLEAN NTAPI FsRtlAreThereCurrentOrInProgressFileLocks(PFILE_LOCK FileLock)
{
    return FileLock->FastIoIsQuestionable || FileLock->LockRequestsInProgress != 0;
}

} // extern "C"
