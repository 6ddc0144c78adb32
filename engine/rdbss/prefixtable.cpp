// The prefix table: the names of the SRV_CALLs, NET_ROOTs and V_NET_ROOTs of one redirector.
//
//      \lab                    SRV_CALL
//      \lab\public             NET_ROOT, and its V_NET_ROOTs of the same name (one per logon)
//      \;Z:0\lab\public        V_NET_ROOT of a mapped drive
//
// An entry is found by the hash of its name folded to upper case; its first CaseInsensitiveLength
// bytes are compared without regard to case, the rest byte by byte. Connection ids are opaque and
// compared byte by byte. Guards:  TableLock, shared for lookup, exclusive for change. Rank 2.
#include "calldown.h"

namespace {

constexpr ULONG RxpHashMultiplier = 31;

PLIST_ENTRY RxpBucket(PRX_PREFIX_TABLE Table, ULONG HashValue)
{
    return &Table->HashBuckets[HashValue % Table->TableSize];
}

bool RxpSameName(PRX_PREFIX_ENTRY Entry, PUNICODE_STRING Name, PRX_PREFIX_TABLE Table)
{
    if (Entry->Prefix.Length != Name->Length) {
        return false;
    }
    USHORT Folded = Table->CaseInsensitiveMatch ? Name->Length : Entry->CaseInsensitiveLength;
    UNICODE_STRING A = { Folded, Folded, Entry->Prefix.Buffer };
    UNICODE_STRING B = { Folded, Folded, Name->Buffer };
    if (!RtlEqualUnicodeString(&A, &B, TRUE)) {
        return false;
    }
    return RtlCompareMemory(
               (PUCHAR)Entry->Prefix.Buffer + Folded, (PUCHAR)Name->Buffer + Folded,
               (SIZE_T)(Name->Length - Folded))
        == (SIZE_T)(Name->Length - Folded);
}

bool RxpSameConnection(PRX_PREFIX_ENTRY Entry, PRX_CONNECTION_ID ConnectionId)
{
    RX_CONNECTION_ID None;
    RtlZeroMemory(&None, sizeof(None));
    PRX_CONNECTION_ID Wanted = ConnectionId != nullptr ? ConnectionId : &None;
    return RtlCompareMemory(&Entry->ConnectionId, Wanted, sizeof(RX_CONNECTION_ID))
        == sizeof(RX_CONNECTION_ID);
}

} // namespace

PRX_PREFIX_TABLE RxpNetNameTable(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    return RxDeviceObject->pRxNetNameTable;
}

ULONG NTAPI RxTableComputeHashValue(PUNICODE_STRING Name)
{
    ULONG Hash = 0;
    for (USHORT Index = 0; Index < Name->Length / sizeof(WCHAR); Index += 1) {
        Hash = Hash * RxpHashMultiplier + RtlUpcaseUnicodeChar(Name->Buffer[Index]);
    }
    return Hash;
}

VOID NTAPI
RxInitializePrefixTable(PRX_PREFIX_TABLE ThisTable, ULONG TableSize, BOOLEAN CaseInsensitiveMatch)
{
    RtlZeroMemory(ThisTable, sizeof(*ThisTable));
    ThisTable->NodeTypeCode = RDBSS_NTC_PREFIX_TABLE;
    ThisTable->NodeByteSize = sizeof(RX_PREFIX_TABLE);
    ThisTable->TableSize = TableSize == 0 || TableSize > RX_PREFIX_TABLE_DEFAULT_LENGTH
        ? RX_PREFIX_TABLE_DEFAULT_LENGTH
        : TableSize;
    ThisTable->CaseInsensitiveMatch = CaseInsensitiveMatch;
    InitializeListHead(&ThisTable->MemberQueue);
    ExInitializeResourceLite(&ThisTable->TableLock);
    [[maybe_unused]] UNICODE_STRING LockName = RTL_CONSTANT_STRING(L"name table");
    RdrTraceBorn(RdrObjectResource, &ThisTable->TableLock, 0, &LockName, nullptr);
    for (ULONG Index = 0; Index < ThisTable->TableSize; Index += 1) {
        InitializeListHead(&ThisTable->HashBuckets[Index]);
    }
}

void RxpFinalizePrefixTable(PRX_PREFIX_TABLE Table)
{
    ExDeleteResourceLite(&Table->TableLock);
}

/// The entry with exactly this name and connection id; several may share both, the first one is
/// answered.
///
/// Locks    TableLock, shared or exclusive
PRX_PREFIX_ENTRY NTAPI RxTableLookupName_ExactLengthMatch(
    PRX_PREFIX_TABLE ThisTable,
    PUNICODE_STRING Name,
    ULONG HashValue,
    PRX_CONNECTION_ID RxConnectionId)
{
    PLIST_ENTRY Bucket = RxpBucket(ThisTable, HashValue);
    for (PLIST_ENTRY Link = Bucket->Flink; Link != Bucket; Link = Link->Flink) {
        PRX_PREFIX_ENTRY Entry = CONTAINING_RECORD(Link, RX_PREFIX_ENTRY, HashLinks);
        if (Entry->SavedHashValue == HashValue && RxpSameName(Entry, Name, ThisTable)
            && RxpSameConnection(Entry, RxConnectionId)) {
            return Entry;
        }
    }
    return nullptr;
}

/// The container of the longest entry that is Name or a prefix of it that ends before a backslash.
///
/// Locks    TableLock, shared or exclusive
PVOID NTAPI RxTableLookupName(
    PRX_PREFIX_TABLE ThisTable,
    PUNICODE_STRING Name,
    PUNICODE_STRING RemainingName,
    PRX_CONNECTION_ID RxConnectionId)
{
    PVOID Found = nullptr;
    USHORT Characters = Name->Length / sizeof(WCHAR);
    ULONG Hash = 0;
    for (USHORT Index = 0; Index < Characters; Index += 1) {
        Hash = Hash * RxpHashMultiplier + RtlUpcaseUnicodeChar(Name->Buffer[Index]);
        bool EndsHere = Index + 1 == Characters || Name->Buffer[Index + 1] == L'\\';
        if (!EndsHere) {
            continue;
        }
        UNICODE_STRING Prefix;
        Prefix.Buffer = Name->Buffer;
        Prefix.Length = Prefix.MaximumLength = (USHORT)((Index + 1) * sizeof(WCHAR));
        PRX_PREFIX_ENTRY Entry
            = RxTableLookupName_ExactLengthMatch(ThisTable, &Prefix, Hash, RxConnectionId);
        if (Entry != nullptr) {
            Found = Entry->ContainingRecord;
            if (RemainingName != nullptr) {
                RemainingName->Buffer = &Name->Buffer[Index + 1];
                RemainingName->Length = RemainingName->MaximumLength
                    = (USHORT)(Name->Length - Prefix.Length);
            }
        }
    }
    return Found;
}

/// Finds a name in the table.
///
/// Locks    TableLock, shared or exclusive
/// Owns     on success the caller holds one reference on the node, release with RxDereference
/// Errors   NULL: no prefix of CanonicalName is in the table
/// Source   windows-driver-docs-ddi: prefix/nf-prefix-rxprefixtablelookupname.md
PVOID NTAPI RxPrefixTableLookupName(
    PRX_PREFIX_TABLE ThisTable,
    PUNICODE_STRING CanonicalName,
    PUNICODE_STRING RemainingName,
    PRX_CONNECTION_ID ConnectionId)
{
    NT_ASSERT(CanonicalName->Length > 0);
    NT_ASSERT(RxIsPrefixTableLockAcquired(ThisTable));
    PVOID Container = RxTableLookupName(ThisTable, CanonicalName, RemainingName, ConnectionId);
    if (Container != nullptr) {
        RxpReference(Container, "RxPrefixTableLookupName");
    }
    return Container;
}

/// Puts a node's name into the table.
///
/// Locks    TableLock exclusive
PRX_PREFIX_ENTRY NTAPI RxPrefixTableInsertName(
    PRX_PREFIX_TABLE ThisTable,
    PRX_PREFIX_ENTRY ThisEntry,
    PVOID Container,
    PULONG ContainerRefCount,
    USHORT CaseInsensitiveLength,
    PRX_CONNECTION_ID ConnectionId)
{
    NT_ASSERT(RxIsPrefixTableLockExclusive(ThisTable));
    ThisEntry->NodeTypeCode = RDBSS_NTC_PREFIX_ENTRY;
    ThisEntry->NodeByteSize = sizeof(RX_PREFIX_ENTRY);
    ThisEntry->ContainingRecord = Container;
    ThisEntry->ContainerRefCount = ContainerRefCount;
    ThisEntry->CaseInsensitiveLength = CaseInsensitiveLength;
    ThisEntry->SavedHashValue = RxTableComputeHashValue(&ThisEntry->Prefix);
    if (ConnectionId != nullptr) {
        ThisEntry->ConnectionId = *ConnectionId;
    } else {
        RtlZeroMemory(&ThisEntry->ConnectionId, sizeof(ThisEntry->ConnectionId));
    }
    InsertTailList(RxpBucket(ThisTable, ThisEntry->SavedHashValue), &ThisEntry->HashLinks);
    InsertTailList(&ThisTable->MemberQueue, &ThisEntry->MemberQLinks);
    ThisTable->Version += 1;
    return ThisEntry;
}

/// Locks    TableLock exclusive
VOID NTAPI RxRemovePrefixTableEntry(PRX_PREFIX_TABLE ThisTable, PRX_PREFIX_ENTRY Entry)
{
    NT_ASSERT(RxIsPrefixTableLockExclusive(ThisTable));
    if (Entry->ContainingRecord == nullptr) {
        return; // removed before
    }
    RemoveEntryList(&Entry->HashLinks);
    RemoveEntryList(&Entry->MemberQLinks);
    Entry->ContainingRecord = nullptr;
    ThisTable->Version += 1;
}

VOID NTAPI RxExclusivePrefixTableLockToShared(PRX_PREFIX_TABLE Table)
{
    ExConvertExclusiveToSharedLite(&Table->TableLock);
}

BOOLEAN NTAPI RxpAcquirePrefixTableLockShared(
    PRX_PREFIX_TABLE pTable, BOOLEAN Wait, BOOLEAN ProcessBufferingStateChangeRequests)
{
    UNREFERENCED_PARAMETER(ProcessBufferingStateChangeRequests);
    return ExAcquireResourceSharedLite(&pTable->TableLock, Wait);
}

BOOLEAN NTAPI RxpAcquirePrefixTableLockExclusive(
    PRX_PREFIX_TABLE pTable, BOOLEAN Wait, BOOLEAN ProcessBufferingStateChangeRequests)
{
    UNREFERENCED_PARAMETER(ProcessBufferingStateChangeRequests);
    return ExAcquireResourceExclusiveLite(&pTable->TableLock, Wait);
}

VOID NTAPI
RxpReleasePrefixTableLock(PRX_PREFIX_TABLE pTable, BOOLEAN ProcessBufferingStateChangeRequests)
{
    UNREFERENCED_PARAMETER(ProcessBufferingStateChangeRequests);
    ExReleaseResourceLite(&pTable->TableLock);
}
