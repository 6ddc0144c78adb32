// Name caches for mini-redirectors: what the server said of a name a moment ago, so that it need
// not be asked again.
//
// An entry is made (or reused), activated for a lifetime, fetched by name (which takes it off the
// active list, so that its owner has it alone), checked, and activated again, expired or freed.
// Guards:  NameCacheLock guards both lists and the counters. A fetched entry belongs to who fetched
// it.
#include "calldown.h"

#include <namcache.h>

// The public part comes first; a mini-redirector sees only that.
struct _NAME_CACHE
{
    ULONG Context; // MRX_NAME_CACHE: the redirector's own
    NTSTATUS PriorStatus;
    PVOID ContextExtension;
    LIST_ENTRY Link;
    ULONGLONG ExpireTime; // interrupt time, 100 ns; 0: never
    ULONG HashValue;
    BOOLEAN CaseInsensitive;
    UNICODE_STRING Name;
};

namespace {

constexpr ULONG RxpNameCacheTag = RX_MISC_POOLTAG;

PNAME_CACHE RxpEntryOf(PLIST_ENTRY Link)
{
    return CONTAINING_RECORD(Link, _NAME_CACHE, Link);
}

void RxpFreeNameEntry(PNAME_CACHE Entry)
{
    if (Entry->Name.Buffer != nullptr) {
        ExFreePoolWithTag(Entry->Name.Buffer, RxpNameCacheTag);
    }
    ExFreePoolWithTag(Entry, RxpNameCacheTag);
}

bool RxpEndsWithName(PCUNICODE_STRING Name, PCUNICODE_STRING Tail)
{
    if (Tail->Length > Name->Length) {
        return false;
    }
    UNICODE_STRING End = { Tail->Length, Tail->Length,
                           (PWCH)((PUCHAR)Name->Buffer + Name->Length - Tail->Length) };
    return RtlEqualUnicodeString(&End, Tail, TRUE);
}

} // namespace

/// Source   windows-driver-docs-ddi: namcache/nf-namcache-rxnamecacheinitialize.md
VOID NTAPI RxNameCacheInitialize(
    PNAME_CACHE_CONTROL NameCacheCtl, ULONG MRxNameCacheSize, ULONG MaximumEntries)
{
    RtlZeroMemory(NameCacheCtl, sizeof(*NameCacheCtl));
    ExInitializeFastMutex(&NameCacheCtl->NameCacheLock);
    InitializeListHead(&NameCacheCtl->ActiveList);
    InitializeListHead(&NameCacheCtl->FreeList);
    NameCacheCtl->MaximumEntries = MaximumEntries;
    NameCacheCtl->MRxNameCacheSize = MRxNameCacheSize;
}

/// An entry for a name; the caller has it alone until it is activated.
///
/// Errors   NULL: no memory, or the cache has as many entries as it may
PNAME_CACHE NTAPI RxNameCacheCreateEntry(
    PNAME_CACHE_CONTROL NameCacheCtl, PUNICODE_STRING Name, BOOLEAN CaseInsensitive)
{
    PNAME_CACHE Entry = nullptr;
    ExAcquireFastMutex(&NameCacheCtl->NameCacheLock);
    if (!IsListEmpty(&NameCacheCtl->FreeList)) {
        Entry = RxpEntryOf(RemoveHeadList(&NameCacheCtl->FreeList));
    } else if (NameCacheCtl->EntryCount < NameCacheCtl->MaximumEntries) {
        RxpIncrement(&NameCacheCtl->EntryCount);
    } else if (!IsListEmpty(&NameCacheCtl->ActiveList)) {
        Entry = RxpEntryOf(
            RemoveTailList(&NameCacheCtl->ActiveList)); // the one that was activated longest ago
    } else {
        ExReleaseFastMutex(&NameCacheCtl->NameCacheLock);
        return nullptr;
    }
    ExReleaseFastMutex(&NameCacheCtl->NameCacheLock);
    ULONG Bytes = sizeof(_NAME_CACHE) + NameCacheCtl->MRxNameCacheSize;
    if (Entry == nullptr) {
        Entry = (PNAME_CACHE)ExAllocatePoolWithTag(RxpNonPaged, Bytes, RxpNameCacheTag);
    } else if (Entry->Name.Buffer != nullptr) {
        ExFreePoolWithTag(Entry->Name.Buffer, RxpNameCacheTag);
    }
    PWCH Buffer = Entry == nullptr || Name->Length == 0
        ? nullptr
        : (PWCH)ExAllocatePoolWithTag(RxpNonPaged, Name->Length, RxpNameCacheTag);
    if (Entry == nullptr || (Buffer == nullptr && Name->Length != 0)) {
        if (Entry != nullptr) {
            ExFreePoolWithTag(Entry, RxpNameCacheTag);
        }
        RxpDecrement(&NameCacheCtl->EntryCount);
        return nullptr;
    }
    RtlZeroMemory(Entry, Bytes);
    Entry->ContextExtension = NameCacheCtl->MRxNameCacheSize != 0 ? Entry + 1 : nullptr;
    Entry->Name.Buffer = Buffer;
    Entry->Name.Length = Entry->Name.MaximumLength = Name->Length;
    if (Buffer != nullptr) {
        RtlCopyMemory(Buffer, Name->Buffer, Name->Length);
    }
    Entry->CaseInsensitive = CaseInsensitive;
    Entry->HashValue = RxpHashPath(&Entry->Name);
    InitializeListHead(&Entry->Link);
    return Entry;
}

/// Puts an entry into the cache for LifeTime seconds (0: keep the time it has) with a context that
/// a check compares (0: keep).
VOID NTAPI RxNameCacheActivateEntry(
    PNAME_CACHE_CONTROL NameCacheCtl, PNAME_CACHE NameCache, ULONG LifeTime, ULONG MRxContext)
{
    if (LifeTime != 0) {
        NameCache->ExpireTime = KeQueryInterruptTime() + (ULONGLONG)LifeTime * RxpOneSecond;
    }
    if (MRxContext != 0) {
        NameCache->Context = MRxContext;
    }
    ExAcquireFastMutex(&NameCacheCtl->NameCacheLock);
    InsertHeadList(&NameCacheCtl->ActiveList, &NameCache->Link);
    NameCacheCtl->NumberActivates += 1;
    ExReleaseFastMutex(&NameCacheCtl->NameCacheLock);
}

/// Is a fetched entry still good?
RX_NC_CHECK_STATUS NTAPI RxNameCacheCheckEntry(PNAME_CACHE NameCache, ULONG MRxContext)
{
    if (MRxContext != 0 && NameCache->Context != MRxContext) {
        return RX_NC_MRXCTX_FAIL;
    }
    return NameCache->ExpireTime != 0 && KeQueryInterruptTime() > NameCache->ExpireTime
        ? RX_NC_TIME_EXPIRED
        : RX_NC_SUCCESS;
}

/// Takes the entry of a name off the active list, expired or not.
PNAME_CACHE NTAPI RxNameCacheFetchEntry(PNAME_CACHE_CONTROL NameCacheCtl, PUNICODE_STRING Name)
{
    PNAME_CACHE Found = nullptr;
    ULONG HashValue = RxpHashPath(Name);
    ExAcquireFastMutex(&NameCacheCtl->NameCacheLock);
    NameCacheCtl->NumberChecks += 1;
    for (PLIST_ENTRY Link = NameCacheCtl->ActiveList.Flink; Link != &NameCacheCtl->ActiveList;
         Link = Link->Flink) {
        PNAME_CACHE Entry = RxpEntryOf(Link);
        if (Entry->HashValue == HashValue
            && RtlEqualUnicodeString(&Entry->Name, Name, Entry->CaseInsensitive)) {
            RemoveEntryList(Link);
            InitializeListHead(Link);
            NameCacheCtl->NumberNameHits += 1;
            Found = Entry;
            break;
        }
    }
    ExReleaseFastMutex(&NameCacheCtl->NameCacheLock);
    return Found;
}

/// An entry its owner has no more use for: its memory serves the next one.
VOID NTAPI RxNameCacheExpireEntry(PNAME_CACHE_CONTROL NameCacheCtl, PNAME_CACHE NameCache)
{
    ExAcquireFastMutex(&NameCacheCtl->NameCacheLock);
    InsertTailList(&NameCacheCtl->FreeList, &NameCache->Link);
    ExReleaseFastMutex(&NameCacheCtl->NameCacheLock);
}

/// Expires every active entry that ends in Name; a name of no length expires all.
VOID NTAPI
RxNameCacheExpireEntryWithShortName(PNAME_CACHE_CONTROL NameCacheCtl, PUNICODE_STRING Name)
{
    ExAcquireFastMutex(&NameCacheCtl->NameCacheLock);
    PLIST_ENTRY Link = NameCacheCtl->ActiveList.Flink;
    while (Link != &NameCacheCtl->ActiveList) {
        PNAME_CACHE Entry = RxpEntryOf(Link);
        Link = Link->Flink;
        if (RxpEndsWithName(&Entry->Name, Name)) {
            RemoveEntryList(&Entry->Link);
            InsertTailList(&NameCacheCtl->FreeList, &Entry->Link);
        }
    }
    ExReleaseFastMutex(&NameCacheCtl->NameCacheLock);
}

VOID NTAPI RxNameCacheFreeEntry(PNAME_CACHE_CONTROL NameCacheCtl, PNAME_CACHE NameCache)
{
    RxpFreeNameEntry(NameCache);
    RxpDecrement(&NameCacheCtl->EntryCount);
}

VOID NTAPI RxNameCacheFinalize(PNAME_CACHE_CONTROL NameCacheCtl)
{
    PLIST_ENTRY Lists[] = { &NameCacheCtl->ActiveList, &NameCacheCtl->FreeList };
    for (PLIST_ENTRY List : Lists) {
        while (!IsListEmpty(List)) {
            RxNameCacheFreeEntry(NameCacheCtl, RxpEntryOf(RemoveHeadList(List)));
        }
    }
}
