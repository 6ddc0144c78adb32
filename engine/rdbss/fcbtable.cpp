// The FCB table of one NET_ROOT: the open files of a share by their path below it.
//
// Guards:  TableLock, shared for lookup, exclusive for change. Rank 3. A reference on the table's
// FCBs (R-1: the one that
//          remains when nothing is open) belongs to the table.
#include "calldown.h"

namespace {

PLIST_ENTRY RxpFcbBucket(PRX_FCB_TABLE Table, ULONG HashValue)
{
    return &Table->HashBuckets[HashValue % Table->NumberOfBuckets];
}

} // namespace

ULONG RxpHashPath(PCUNICODE_STRING Path)
{
    ULONG Hash = 0;
    for (USHORT Index = 0; Index < Path->Length / sizeof(WCHAR); Index += 1) {
        Hash = Hash * 31 + RtlUpcaseUnicodeChar(Path->Buffer[Index]);
    }
    return Hash;
}

ULONG NTAPI RxTableComputePathHashValue(PUNICODE_STRING Name)
{
    return RxpHashPath(Name);
}

VOID NTAPI RxInitializeFcbTable(PRX_FCB_TABLE FcbTable, BOOLEAN CaseInsensitiveMatch)
{
    FcbTable->NodeTypeCode = RDBSS_NTC_FCB_TABLE;
    FcbTable->NodeByteSize = sizeof(RX_FCB_TABLE);
    FcbTable->Version = 0;
    FcbTable->Lookups = 0;
    FcbTable->FailedLookups = 0;
    FcbTable->Compares = 0;
    FcbTable->CaseInsensitiveMatch = CaseInsensitiveMatch;
    FcbTable->NumberOfBuckets = RX_FCB_TABLE_NUMBER_OF_HASH_BUCKETS;
    FcbTable->TableEntryForNull = nullptr;
    ExInitializeResourceLite(&FcbTable->TableLock);
    [[maybe_unused]] UNICODE_STRING LockName = RTL_CONSTANT_STRING(L"FCB table");
    RdrTraceBorn(RdrObjectResource, &FcbTable->TableLock, 0, &LockName, nullptr);
    for (USHORT Index = 0; Index < FcbTable->NumberOfBuckets; Index += 1) {
        InitializeListHead(&FcbTable->HashBuckets[Index]);
    }
}

VOID NTAPI RxFinalizeFcbTable(PRX_FCB_TABLE FcbTable)
{
    for (USHORT Index = 0; Index < FcbTable->NumberOfBuckets; Index += 1) {
        NT_ASSERT(IsListEmpty(&FcbTable->HashBuckets[Index]));
    }
    ExDeleteResourceLite(&FcbTable->TableLock);
}

/// Finds the FCB of a path.
///
/// Locks    TableLock, shared or exclusive
/// Owns     on success the caller holds one reference on the FCB, release with RxDereferenceNetFcb
PFCB NTAPI RxFcbTableLookupFcb(PRX_FCB_TABLE FcbTable, PUNICODE_STRING Path)
{
    InterlockedIncrement(&FcbTable->Lookups);
    ULONG HashValue = RxpHashPath(Path);
    PLIST_ENTRY Bucket = RxpFcbBucket(FcbTable, HashValue);
    for (PLIST_ENTRY Link = Bucket->Flink; Link != Bucket; Link = Link->Flink) {
        PRX_FCB_TABLE_ENTRY Entry = CONTAINING_RECORD(Link, RX_FCB_TABLE_ENTRY, HashLinks);
        InterlockedIncrement(&FcbTable->Compares);
        if (Entry->HashValue == HashValue
            && RtlEqualUnicodeString(&Entry->Path, Path, FcbTable->CaseInsensitiveMatch)) {
            Entry->Lookups += 1;
            PFCB Fcb = CONTAINING_RECORD(Entry, FCB, FcbTableEntry);
            RxpReferenceFcb(Fcb, "RxFcbTableLookupFcb");
            return Fcb;
        }
    }
    InterlockedIncrement(&FcbTable->FailedLookups);
    return nullptr;
}

/// Locks    TableLock exclusive
NTSTATUS NTAPI RxFcbTableInsertFcb(PRX_FCB_TABLE FcbTable, PFCB Fcb)
{
    PRX_FCB_TABLE_ENTRY Entry = &Fcb->FcbTableEntry;
    Entry->NodeTypeCode = RDBSS_NTC_FCB_TABLE_ENTRY;
    Entry->NodeByteSize = sizeof(RX_FCB_TABLE_ENTRY);
    Entry->HashValue = RxpHashPath(&Entry->Path);
    InsertTailList(RxpFcbBucket(FcbTable, Entry->HashValue), &Entry->HashLinks);
    InterlockedIncrement((volatile LONG*)&FcbTable->Version);
    return STATUS_SUCCESS;
}

/// Locks    TableLock exclusive
NTSTATUS NTAPI RxFcbTableRemoveFcb(PRX_FCB_TABLE FcbTable, PFCB Fcb)
{
    RemoveEntryList(&Fcb->FcbTableEntry.HashLinks);
    InitializeListHead(&Fcb->FcbTableEntry.HashLinks);
    InterlockedIncrement((volatile LONG*)&FcbTable->Version);
    return STATUS_SUCCESS;
}
