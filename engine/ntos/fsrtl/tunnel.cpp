// tunnel.cpp - what a file that vanished leaves for one that appears under its name soon after.
//
// Programs save by writing a new file, deleting the old one and renaming. So that the new file
// inherits the short name and the creation time, a file system puts these here for fifteen seconds.
// The newest entry wins; at most 1024 are kept.
#include <ntifs.h>

namespace {

constexpr ULONG kTagTunnel = 'nTSF';
constexpr LONGLONG kLifetime = 15LL * 10 * 1000 * 1000;
constexpr USHORT kMaximumEntries = 1024;

struct Entry
{
    LIST_ENTRY Links; // TUNNEL.TimerQueue, oldest first
    LARGE_INTEGER Created;
    ULONGLONG Directory;
    BOOLEAN KeyIsShort;
    UNICODE_STRING ShortName;
    UNICODE_STRING LongName;
    ULONG DataLength;
    PUCHAR Data;
};

void Drop(PTUNNEL Cache, Entry* Old)
{
    RemoveEntryList(&Old->Links);
    --Cache->NumEntries;
    ExFreePoolWithTag(Old, kTagTunnel);
}

/// Forgets what is too old; the mutex is held.
void Prune(PTUNNEL Cache)
{
    LARGE_INTEGER Now;
    KeQuerySystemTime(&Now);
    while (!IsListEmpty(&Cache->TimerQueue)) {
        auto Oldest = CONTAINING_RECORD(Cache->TimerQueue.Flink, Entry, Links);
        if (Cache->NumEntries <= kMaximumEntries
            && Now.QuadPart - Oldest->Created.QuadPart < kLifetime) {
            break;
        }
        Drop(Cache, Oldest);
    }
}

/// Newest entry of a directory whose key is the name; the mutex is held.
Entry* Find(PTUNNEL Cache, ULONGLONG Directory, PUNICODE_STRING Name)
{
    for (PLIST_ENTRY Link = Cache->TimerQueue.Blink; Link != &Cache->TimerQueue;
         Link = Link->Blink) {
        auto Each = CONTAINING_RECORD(Link, Entry, Links);
        if (Each->Directory == Directory
            && RtlEqualUnicodeString(
                Each->KeyIsShort ? &Each->ShortName : &Each->LongName, Name, TRUE)) {
            return Each;
        }
    }
    return nullptr;
}

/// Copies a name out; a buffer that is too small is replaced by one from pool, which the caller
/// frees.
bool CopyName(PUNICODE_STRING To, const UNICODE_STRING& From)
{
    if (To->MaximumLength < From.Length) {
        PVOID Buffer = ExAllocatePoolWithTag(PagedPool, From.Length, kTagTunnel);
        if (Buffer == nullptr) {
            return false;
        }
        To->Buffer = static_cast<PWSTR>(Buffer);
        To->MaximumLength = From.Length;
    }
    To->Length = From.Length;
    RtlCopyMemory(To->Buffer, From.Buffer, From.Length);
    return true;
}

} // namespace

extern "C" {

VOID NTAPI FsRtlInitializeTunnelCache(PTUNNEL Cache)
{
    RtlZeroMemory(Cache, sizeof(*Cache));
    ExInitializeFastMutex(&Cache->Mutex);
    InitializeListHead(&Cache->TimerQueue);
}

VOID NTAPI FsRtlDeleteTunnelCache(PTUNNEL Cache)
{
    while (!IsListEmpty(&Cache->TimerQueue)) {
        Drop(Cache, CONTAINING_RECORD(Cache->TimerQueue.Flink, Entry, Links));
    }
}

VOID NTAPI FsRtlAddToTunnelCache(
    PTUNNEL Cache,
    ULONGLONG DirectoryKey,
    PUNICODE_STRING ShortName,
    PUNICODE_STRING LongName,
    BOOLEAN KeyByShortName,
    ULONG DataLength,
    PVOID Data)
{
    const SIZE_T Bytes = sizeof(Entry) + ShortName->Length + LongName->Length + DataLength;
    auto New = static_cast<Entry*>(ExAllocatePoolWithTag(PagedPool, Bytes, kTagTunnel));
    if (New == nullptr) {
        return; // a courtesy to programs, nothing that must work
    }
    auto Tail = reinterpret_cast<PUCHAR>(New + 1);
    New->Directory = DirectoryKey;
    New->KeyIsShort = KeyByShortName;
    New->ShortName = { ShortName->Length, ShortName->Length, reinterpret_cast<PWSTR>(Tail) };
    RtlCopyMemory(Tail, ShortName->Buffer, ShortName->Length);
    Tail += ShortName->Length;
    New->LongName = { LongName->Length, LongName->Length, reinterpret_cast<PWSTR>(Tail) };
    RtlCopyMemory(Tail, LongName->Buffer, LongName->Length);
    Tail += LongName->Length;
    New->DataLength = DataLength;
    New->Data = Tail;
    RtlCopyMemory(Tail, Data, DataLength);
    KeQuerySystemTime(&New->Created);

    ExAcquireFastMutex(&Cache->Mutex);
    if (Entry* Old = Find(Cache, DirectoryKey, KeyByShortName ? ShortName : LongName)) {
        Drop(Cache, Old);
    }
    InsertTailList(&Cache->TimerQueue, &New->Links);
    ++Cache->NumEntries;
    Prune(Cache);
    ExReleaseFastMutex(&Cache->Mutex);
}

BOOLEAN NTAPI FsRtlFindInTunnelCache(
    PTUNNEL Cache,
    ULONGLONG DirectoryKey,
    PUNICODE_STRING Name,
    PUNICODE_STRING ShortName,
    PUNICODE_STRING LongName,
    PULONG DataLength,
    PVOID Data)
{
    BOOLEAN Found = FALSE;
    ExAcquireFastMutex(&Cache->Mutex);
    Prune(Cache);
    Entry* Each = Find(Cache, DirectoryKey, Name);
    if (Each != nullptr && *DataLength >= Each->DataLength && CopyName(ShortName, Each->ShortName)
        && CopyName(LongName, Each->LongName)) {
        *DataLength = Each->DataLength;
        RtlCopyMemory(Data, Each->Data, Each->DataLength);
        Found = TRUE;
    }
    ExReleaseFastMutex(&Cache->Mutex);
    return Found;
}

VOID NTAPI FsRtlDeleteKeyFromTunnelCache(PTUNNEL Cache, ULONGLONG DirectoryKey)
{
    ExAcquireFastMutex(&Cache->Mutex);
    for (PLIST_ENTRY Link = Cache->TimerQueue.Flink; Link != &Cache->TimerQueue;) {
        auto Each = CONTAINING_RECORD(Link, Entry, Links);
        Link = Link->Flink;
        if (Each->Directory == DirectoryKey) {
            Drop(Cache, Each);
        }
    }
    ExReleaseFastMutex(&Cache->Mutex);
}

} // extern "C"
