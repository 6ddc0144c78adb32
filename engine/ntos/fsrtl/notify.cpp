// notify.cpp - change notification for file systems that see the changes themselves.
//
// One notify structure per directory handle (FsContext). It remembers changes while no IRP waits,
// in a buffer as large as the first IRP's; when that is full, the next IRP is answered with
// STATUS_NOTIFY_ENUM_DIR: look at the whole directory.
#include <ntifs.h>

#include <rdrtrace.h>

namespace {

constexpr ULONG kTagNotify = 'tNSF';

struct NotifySync
{
    FAST_MUTEX Mutex; // guards every list of the file system that uses this object
};

struct Notify
{
    LIST_ENTRY Links; // the file system's list
    PVOID FsContext;
    PSTRING DirectoryName; // the file system's string, of the handle
    PUNICODE_STRING WideName; // the same where names are wide
    ULONG Filter;
    BOOLEAN WatchTree;
    BOOLEAN IgnoreBuffer;
    BOOLEAN Overflowed;
    BOOLEAN Finished; // cleanup has begun
    PCHECK_FOR_TRAVERSE_ACCESS Traverse;
    PFILTER_REPORT_CHANGE FilterCallback;
    PSECURITY_SUBJECT_CONTEXT Subject;
    LIST_ENTRY Irps; // waiting, oldest first (Tail.Overlay.ListEntry)
    PUCHAR Buffer; // changes nobody has fetched
    ULONG BufferLength;
    ULONG DataLength;
    ULONG LastEntry; // offset of the last record
};

inline NotifySync* SyncOf(PNOTIFY_SYNC Sync)
{
    return static_cast<NotifySync*>(Sync);
}

Notify* Find(PLIST_ENTRY List, PVOID FsContext)
{
    for (PLIST_ENTRY Entry = List->Flink; Entry != List; Entry = Entry->Flink) {
        auto Each = CONTAINING_RECORD(Entry, Notify, Links);
        if (Each->FsContext == FsContext) {
            return Each;
        }
    }
    return nullptr;
}

ULONG BufferLengthOf(PIRP Irp)
{
    return IoGetCurrentIrpStackLocation(Irp)->Parameters.NotifyDirectory.Length;
}

void Complete(PIRP Irp, NTSTATUS Status, ULONG Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_DISK_INCREMENT);
}

/// Copies remembered changes into an IRP's buffer and completes it.
void Deliver(PIRP Irp, const UCHAR* Data, ULONG Length, bool Overflowed)
{
    if (Overflowed || Length == 0 || Length > BufferLengthOf(Irp)) {
        Complete(Irp, STATUS_NOTIFY_ENUM_DIR, 0);
        return;
    }
    PVOID To = Irp->MdlAddress != nullptr
        ? MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority)
        : Irp->AssociatedIrp.SystemBuffer != nullptr ? Irp->AssociatedIrp.SystemBuffer
                                                     : Irp->UserBuffer;
    if (To == nullptr) {
        Complete(Irp, STATUS_NOTIFY_ENUM_DIR, 0);
        return;
    }
    RtlCopyMemory(To, Data, Length);
    Complete(Irp, STATUS_SUCCESS, Length);
}

/// Takes the oldest IRP whose cancel routine has not started; the mutex is held.
PIRP TakeIrp(Notify* Watch)
{
    for (PLIST_ENTRY Entry = Watch->Irps.Flink; Entry != &Watch->Irps; Entry = Entry->Flink) {
        PIRP Irp = CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry);
        if (IoSetCancelRoutine(Irp, nullptr) != nullptr) {
            RemoveEntryList(Entry);
            return Irp;
        }
    }
    return nullptr;
}

VOID NTAPI CancelNotify(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    (void)DeviceObject;
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    auto Sync = static_cast<NotifySync*>(Irp->Tail.Overlay.DriverContext[0]);
    ExAcquireFastMutex(&Sync->Mutex);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    ExReleaseFastMutex(&Sync->Mutex);
    Complete(Irp, STATUS_CANCELLED, 0);
}

void Free(Notify* Watch)
{
    if (Watch->Buffer != nullptr) {
        ExFreePoolWithTag(Watch->Buffer, kTagNotify);
    }
    if (Watch->Subject != nullptr) {
        SeReleaseSubjectContext(Watch->Subject);
        ExFreePool(Watch->Subject);
    }
    ExFreePoolWithTag(Watch, kTagNotify);
}

void Queue(NotifySync* Sync, Notify* Watch, PIRP Irp)
{
    Irp->Tail.Overlay.DriverContext[0] = Sync;
    IoMarkIrpPending(Irp);
    InsertTailList(&Watch->Irps, &Irp->Tail.Overlay.ListEntry);
    (void)IoSetCancelRoutine(Irp, CancelNotify);
    if (Irp->Cancel && IoSetCancelRoutine(Irp, nullptr) != nullptr) {
        RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
        Complete(Irp, STATUS_CANCELLED, 0);
    }
}

/// Appends one FILE_NOTIFY_INFORMATION. Name: the target relative to the watched directory.
void Append(Notify* Watch, ULONG Action, const UNICODE_STRING* Name)
{
    const ULONG Start = (Watch->DataLength + 3) & ~3UL;
    const ULONG Size = FIELD_OFFSET(FILE_NOTIFY_INFORMATION, FileName) + Name->Length;
    if (Watch->Overflowed || Watch->Buffer == nullptr || Start + Size > Watch->BufferLength) {
        Watch->Overflowed = TRUE;
        return;
    }
    if (Watch->DataLength != 0) {
        reinterpret_cast<PFILE_NOTIFY_INFORMATION>(Watch->Buffer + Watch->LastEntry)
            ->NextEntryOffset
            = Start - Watch->LastEntry;
    }
    auto Entry = reinterpret_cast<PFILE_NOTIFY_INFORMATION>(Watch->Buffer + Start);
    Entry->NextEntryOffset = 0;
    Entry->Action = Action;
    Entry->FileNameLength = Name->Length;
    RtlCopyMemory(Entry->FileName, Name->Buffer, Name->Length);
    Watch->LastEntry = Start;
    Watch->DataLength = Start + Size;
}

/// Names in this interface are STRINGs that hold wide characters when the file system's names are
/// wide.
UNICODE_STRING AsWide(PSTRING Name)
{
    UNICODE_STRING Wide;
    Wide.Length = Name->Length;
    Wide.MaximumLength = Name->MaximumLength;
    Wide.Buffer = reinterpret_cast<PWSTR>(Name->Buffer);
    return Wide;
}

/// Whether a directory (Length bytes of a full name) is the watched one or, with WatchTree, below
/// it.
bool IsWatched(Notify* Watch, const UNICODE_STRING& Target, USHORT ParentLength, USHORT* Relative)
{
    UNICODE_STRING Watched = AsWide(Watch->DirectoryName);
    if (Watched.Length >= sizeof(WCHAR)
        && Watched.Buffer[Watched.Length / sizeof(WCHAR) - 1] == L'\\') {
        Watched.Length -= sizeof(WCHAR); // the root directory is written with its backslash
    }
    UNICODE_STRING Parent = Target;
    Parent.Length = ParentLength;
    while (Parent.Length != 0 && Parent.Buffer[Parent.Length / sizeof(WCHAR) - 1] == L'\\') {
        Parent.Length -= sizeof(WCHAR);
    }
    if (Parent.Length < Watched.Length) {
        return false;
    }
    if (Parent.Length > Watched.Length
        && (!Watch->WatchTree || Parent.Buffer[Watched.Length / sizeof(WCHAR)] != L'\\')) {
        return false;
    }
    UNICODE_STRING Head = Parent;
    Head.Length = Watched.Length;
    if (!RtlEqualUnicodeString(&Head, &Watched, TRUE)) {
        return false;
    }
    *Relative = static_cast<USHORT>(Watched.Length + sizeof(WCHAR));
    return true;
}

} // namespace

extern "C" {

/// Makes the object that synchronises a notify list. Raises STATUS_INSUFFICIENT_RESOURCES.
VOID NTAPI FsRtlNotifyInitializeSync(PNOTIFY_SYNC* Sync)
{
    auto Made = static_cast<NotifySync*>(
        FsRtlAllocatePoolWithTag(NonPagedPool, sizeof(NotifySync), kTagNotify));
    ExInitializeFastMutex(&Made->Mutex);
    *Sync = Made;
}

VOID NTAPI FsRtlNotifyUninitializeSync(PNOTIFY_SYNC* Sync)
{
    if (*Sync != nullptr) {
        ExFreePoolWithTag(*Sync, kTagNotify);
        *Sync = nullptr;
    }
}

/// Makes a notify structure for a directory handle, or lets an IRP wait on the one there is.
/// Without an IRP the handle is being deleted: what waits on it ends with STATUS_DELETE_PENDING.
///
/// IRQL     PASSIVE_LEVEL
VOID NTAPI FsRtlNotifyFilterChangeDirectory(
    PNOTIFY_SYNC Sync,
    PLIST_ENTRY NotifyList,
    PVOID FsContext,
    PSTRING FullDirectoryName,
    BOOLEAN WatchTree,
    BOOLEAN IgnoreBuffer,
    ULONG CompletionFilter,
    PIRP NotifyIrp,
    PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback,
    PSECURITY_SUBJECT_CONTEXT SubjectContext,
    PFILTER_REPORT_CHANGE FilterCallback)
{
    PAGED_CODE();
    NotifySync* Lock = SyncOf(Sync);
    ExAcquireFastMutex(&Lock->Mutex);
    Notify* Watch = Find(NotifyList, FsContext);
    if (NotifyIrp == nullptr) {
        while (Watch != nullptr) {
            PIRP Irp = TakeIrp(Watch);
            if (Irp == nullptr) {
                break;
            }
            ExReleaseFastMutex(&Lock->Mutex);
            Complete(Irp, STATUS_DELETE_PENDING, 0);
            ExAcquireFastMutex(&Lock->Mutex);
            Watch = Find(NotifyList, FsContext);
        }
        ExReleaseFastMutex(&Lock->Mutex);
        return;
    }
    if ((IoGetCurrentIrpStackLocation(NotifyIrp)->FileObject->Flags & FO_CLEANUP_COMPLETE) != 0) {
        ExReleaseFastMutex(&Lock->Mutex);
        Complete(NotifyIrp, STATUS_NOTIFY_CLEANUP, 0);
        return;
    }
    if (Watch == nullptr) {
        Watch
            = static_cast<Notify*>(ExAllocatePoolWithTag(NonPagedPool, sizeof(Notify), kTagNotify));
        if (Watch == nullptr) {
            ExReleaseFastMutex(&Lock->Mutex);
            ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
        }
        RtlZeroMemory(Watch, sizeof(*Watch));
        Watch->FsContext = FsContext;
        Watch->DirectoryName = FullDirectoryName;
        Watch->Filter = CompletionFilter;
        Watch->WatchTree = WatchTree;
        Watch->IgnoreBuffer = IgnoreBuffer;
        Watch->Traverse = TraverseCallback;
        Watch->FilterCallback = FilterCallback;
        Watch->Subject = SubjectContext;
        InitializeListHead(&Watch->Irps);
        Watch->BufferLength = BufferLengthOf(NotifyIrp);
        if (Watch->BufferLength != 0 && !IgnoreBuffer) {
            Watch->Buffer = static_cast<PUCHAR>(
                ExAllocatePoolWithTag(NonPagedPool, Watch->BufferLength, kTagNotify));
        }
        InsertTailList(NotifyList, &Watch->Links);
    } else if (SubjectContext != nullptr) {
        // Only the first context is kept.
        SeReleaseSubjectContext(SubjectContext);
        ExFreePool(SubjectContext);
    }
    if (Watch->DataLength != 0 || Watch->Overflowed) {
        // Changes were waiting for this IRP.
        const ULONG Length = Watch->DataLength;
        const bool Overflowed = Watch->Overflowed;
        Watch->DataLength = 0;
        Watch->Overflowed = FALSE;
        IoMarkIrpPending(NotifyIrp);
        Deliver(NotifyIrp, Watch->Buffer, Length, Overflowed);
        ExReleaseFastMutex(&Lock->Mutex);
        return;
    }
    Queue(Lock, Watch, NotifyIrp);
    ExReleaseFastMutex(&Lock->Mutex);
}

VOID NTAPI FsRtlNotifyFullChangeDirectory(
    PNOTIFY_SYNC Sync,
    PLIST_ENTRY NotifyList,
    PVOID FsContext,
    PSTRING FullDirectoryName,
    BOOLEAN WatchTree,
    BOOLEAN IgnoreBuffer,
    ULONG CompletionFilter,
    PIRP NotifyIrp,
    PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback,
    PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    FsRtlNotifyFilterChangeDirectory(
        Sync, NotifyList, FsContext, FullDirectoryName, WatchTree, IgnoreBuffer, CompletionFilter,
        NotifyIrp, TraverseCallback, SubjectContext, nullptr);
}

VOID NTAPI FsRtlNotifyChangeDirectory(
    PNOTIFY_SYNC Sync,
    PVOID FsContext,
    PSTRING FullDirectoryName,
    PLIST_ENTRY NotifyList,
    BOOLEAN WatchTree,
    ULONG CompletionFilter,
    PIRP NotifyIrp)
{
    FsRtlNotifyFilterChangeDirectory(
        Sync, NotifyList, FsContext, FullDirectoryName, WatchTree, TRUE, CompletionFilter,
        NotifyIrp, nullptr, nullptr, nullptr);
}

/// Tells every handle that watches the parent of FullTargetName of a change.
///
/// TargetNameOffset  where the last component starts in FullTargetName, in bytes
VOID NTAPI FsRtlNotifyFilterReportChange(
    PNOTIFY_SYNC Sync,
    PLIST_ENTRY NotifyList,
    PSTRING FullTargetName,
    USHORT TargetNameOffset,
    PSTRING StreamName,
    PSTRING NormalizedParentName,
    ULONG FilterMatch,
    ULONG Action,
    PVOID TargetContext,
    PVOID FilterContext)
{
    PAGED_CODE();
    (void)NormalizedParentName;
    NotifySync* Lock = SyncOf(Sync);
    UNICODE_STRING Target = FullTargetName != nullptr ? AsWide(FullTargetName) : UNICODE_STRING {};
    ExAcquireFastMutex(&Lock->Mutex);
    for (PLIST_ENTRY Entry = NotifyList->Flink; Entry != NotifyList; Entry = Entry->Flink) {
        auto Watch = CONTAINING_RECORD(Entry, Notify, Links);
        USHORT Relative = 0;
        if ((Watch->Filter & FilterMatch) == 0 || Watch->Finished || FullTargetName == nullptr
            || Watch->DirectoryName == nullptr
            || !IsWatched(Watch, Target, TargetNameOffset, &Relative)) {
            continue;
        }
        if (Watch->FilterCallback != nullptr
            && !Watch->FilterCallback(Watch->FsContext, FilterContext)) {
            continue;
        }
        if (Watch->Traverse != nullptr && TargetContext != nullptr && Watch->WatchTree
            && !Watch->Traverse(Watch->FsContext, TargetContext, Watch->Subject)) {
            continue;
        }
        UNICODE_STRING Name;
        Name.Buffer = Target.Buffer + Relative / sizeof(WCHAR);
        Name.Length = static_cast<USHORT>(Target.Length > Relative ? Target.Length - Relative : 0);
        Name.MaximumLength = Name.Length;
        (void)StreamName;
        if (Watch->IgnoreBuffer) {
            Watch->Overflowed = TRUE;
        } else {
            Append(Watch, Action, &Name);
        }
        PIRP Irp = TakeIrp(Watch);
        if (Irp != nullptr) {
            const ULONG Length = Watch->DataLength;
            const bool Overflowed = Watch->Overflowed;
            Watch->DataLength = 0;
            Watch->Overflowed = FALSE;
            Deliver(Irp, Watch->Buffer, Length, Overflowed);
        }
    }
    ExReleaseFastMutex(&Lock->Mutex);
}

VOID NTAPI FsRtlNotifyFullReportChange(
    PNOTIFY_SYNC Sync,
    PLIST_ENTRY NotifyList,
    PSTRING FullTargetName,
    USHORT TargetNameOffset,
    PSTRING StreamName,
    PSTRING NormalizedParentName,
    ULONG FilterMatch,
    ULONG Action,
    PVOID TargetContext)
{
    FsRtlNotifyFilterReportChange(
        Sync, NotifyList, FullTargetName, TargetNameOffset, StreamName, NormalizedParentName,
        FilterMatch, Action, TargetContext, nullptr);
}

VOID NTAPI FsRtlNotifyReportChange(
    PNOTIFY_SYNC Sync,
    PLIST_ENTRY NotifyList,
    PSTRING FullTargetName,
    PUSHORT FileNamePartLength,
    ULONG FilterMatch)
{
    FsRtlNotifyFilterReportChange(
        Sync, NotifyList, FullTargetName,
        static_cast<USHORT>(FullTargetName->Length - *FileNamePartLength), nullptr, nullptr,
        FilterMatch, 0, nullptr, nullptr);
}

/// Ends the notifications of a directory handle: IRPs that wait end with STATUS_NOTIFY_CLEANUP.
VOID NTAPI FsRtlNotifyCleanup(PNOTIFY_SYNC Sync, PLIST_ENTRY NotifyList, PVOID FsContext)
{
    NotifySync* Lock = SyncOf(Sync);
    ExAcquireFastMutex(&Lock->Mutex);
    Notify* Watch = Find(NotifyList, FsContext);
    if (Watch != nullptr) {
        Watch->Finished = TRUE;
        while (PIRP Irp = TakeIrp(Watch)) {
            ExReleaseFastMutex(&Lock->Mutex);
            Complete(Irp, STATUS_NOTIFY_CLEANUP, 0);
            ExAcquireFastMutex(&Lock->Mutex);
        }
        // IRPs whose cancel routine is about to run unlink themselves; their list head must be
        // theirs alone by then.
        while (!IsListEmpty(&Watch->Irps)) {
            PLIST_ENTRY Entry = RemoveHeadList(&Watch->Irps);
            InitializeListHead(Entry);
        }
        RemoveEntryList(&Watch->Links);
        Free(Watch);
    }
    ExReleaseFastMutex(&Lock->Mutex);
}

VOID NTAPI FsRtlNotifyCleanupAll(PNOTIFY_SYNC Sync, PLIST_ENTRY NotifyList)
{
    while (!IsListEmpty(NotifyList)) {
        FsRtlNotifyCleanup(
            Sync, NotifyList, CONTAINING_RECORD(NotifyList->Flink, Notify, Links)->FsContext);
    }
}

} // extern "C"
