// cache.cpp - the prefix cache: which provider claimed which beginning of a name, for how long.
//
// A linear list, oldest entry first: it is bounded by PrefixCacheSizeInKB, and a name is compared
// with a few dozen prefixes at most. A table by hash could not find "the longest remembered
// beginning" without hashing every beginning.
#include "engine/mup/mupp.h"

namespace {

ULONG SizeOf(const MUP_PREFIX* Prefix)
{
    return static_cast<ULONG>(sizeof(MUP_PREFIX)) + Prefix->Name.Length;
}

void FreePrefix(PMUP_PREFIX Prefix)
{
    RemoveEntryList(&Prefix->Links);
    RdrTraceDied(Prefix);
    MuppDereferenceProvider(Prefix->Provider);
    ExFreePoolWithTag(Prefix, MUP_TAG_PREFIX);
}

// Whole components, without regard to case: \server\share covers \SERVER\share and \server\share\x,
// not \server\shares.
BOOLEAN Covers(PCUNICODE_STRING Prefix, PCUNICODE_STRING Path)
{
    return RtlPrefixUnicodeString(Prefix, Path, TRUE)
        && (Path->Length == Prefix->Length
            || Path->Buffer[Prefix->Length / sizeof(WCHAR)] == L'\\');
}

void DropExpired(ULONGLONG Now)
{
    for (PLIST_ENTRY Entry = MupPrefixes.Flink; Entry != &MupPrefixes;) {
        PMUP_PREFIX Prefix = CONTAINING_RECORD(Entry, MUP_PREFIX, Links);
        Entry = Entry->Flink;
        if (Prefix->ExpiresAt <= Now) {
            MuppNote(RdrEventNote, "MupPrefixCache", Prefix, "expired: %wZ", &Prefix->Name);
            FreePrefix(Prefix);
            MupCounters.Expired++;
        }
    }
}

} // namespace

/// Reads a REG_SZ (or a list of strings, of which the first counts). FALSE when it is absent, of
/// another type or too long.
///
/// IRQL     PASSIVE_LEVEL
BOOLEAN
MuppReadString(PCUNICODE_STRING Key, PCWSTR Name, PWCH Buffer, USHORT Bytes, PUNICODE_STRING Value)
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING ValueName;
    HANDLE Handle = nullptr;
    ULONG Used = 0;
    BOOLEAN Found = FALSE;

    InitializeObjectAttributes(
        &Attributes, const_cast<PUNICODE_STRING>(Key), OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
        nullptr, nullptr);
    if (!NT_SUCCESS(ZwOpenKey(&Handle, KEY_READ, &Attributes))) {
        return FALSE;
    }
    RtlInitUnicodeString(&ValueName, Name);
    auto* Information = static_cast<PKEY_VALUE_PARTIAL_INFORMATION>(ExAllocatePoolWithTag(
        PagedPool, sizeof(KEY_VALUE_PARTIAL_INFORMATION) + Bytes, MUP_TAG_ORDER));
    if (Information != nullptr) {
        if (NT_SUCCESS(ZwQueryValueKey(
                Handle, &ValueName, KeyValuePartialInformation, Information,
                sizeof(KEY_VALUE_PARTIAL_INFORMATION) + Bytes, &Used))
            && (Information->Type == REG_SZ || Information->Type == REG_EXPAND_SZ
                || Information->Type == REG_MULTI_SZ)
            && Information->DataLength <= Bytes) {
            RtlCopyMemory(Buffer, Information->Data, Information->DataLength);
            USHORT Length = 0;
            while (Length + sizeof(WCHAR) <= Information->DataLength
                   && Buffer[Length / sizeof(WCHAR)] != L'\0') {
                Length += sizeof(WCHAR);
            }
            Value->Buffer = Buffer;
            Value->Length = Value->MaximumLength = Length;
            Found = Length != 0;
        }
        ExFreePoolWithTag(Information, MUP_TAG_ORDER);
    }
    ZwClose(Handle);
    return Found;
}

/// A REG_DWORD, or Default.
///
/// IRQL     PASSIVE_LEVEL
ULONG MuppReadNumber(PCUNICODE_STRING Key, PCWSTR Name, ULONG Default)
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING ValueName;
    HANDLE Handle = nullptr;
    ULONG Used = 0;
    UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
    auto* Information = reinterpret_cast<PKEY_VALUE_PARTIAL_INFORMATION>(Buffer);

    PAGED_CODE();
    InitializeObjectAttributes(
        &Attributes, const_cast<PUNICODE_STRING>(Key), OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
        nullptr, nullptr);
    if (!NT_SUCCESS(ZwOpenKey(&Handle, KEY_READ, &Attributes))) {
        return Default;
    }
    RtlInitUnicodeString(&ValueName, Name);
    if (NT_SUCCESS(ZwQueryValueKey(
            Handle, &ValueName, KeyValuePartialInformation, Information, sizeof(Buffer), &Used))
        && Information->Type == REG_DWORD && Information->DataLength == sizeof(ULONG)) {
        RtlCopyMemory(&Default, Information->Data, sizeof(ULONG));
    }
    ZwClose(Handle);
    return Default;
}

/// A number below Services\Mup\Parameters, or Default.
ULONG MuppParameter(PCWSTR Name, ULONG Default)
{
    UNICODE_STRING Key = RTL_CONSTANT_STRING(
        L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\Mup\\Parameters");

    return MuppReadNumber(&Key, Name, Default);
}

/// Finds the provider of the longest remembered beginning of Path. Entries whose time is over are
/// dropped on the way.
///
/// IRQL     PASSIVE_LEVEL
/// Owns     one reference on the provider returned
/// Source   S-QP-11, S-QP-12; longest match and disregard of case are inferred
PMUP_PROVIDER MuppLookupPrefix(PCUNICODE_STRING Path)
{
    PMUP_PREFIX Best = nullptr;
    PMUP_PROVIDER Provider = nullptr;

    PAGED_CODE();
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&MupLock, TRUE);
    DropExpired(KeQueryInterruptTime());
    for (PLIST_ENTRY Entry = MupPrefixes.Flink; Entry != &MupPrefixes; Entry = Entry->Flink) {
        PMUP_PREFIX Prefix = CONTAINING_RECORD(Entry, MUP_PREFIX, Links);
        if (Covers(&Prefix->Name, Path)
            && (Best == nullptr || Prefix->Name.Length > Best->Name.Length)) {
            Best = Prefix;
        }
    }
    if (Best != nullptr) {
        Provider = Best->Provider;
        MuppReferenceProvider(Provider);
        MupCounters.CacheHits++;
        MuppNote(
            RdrEventNote, "MupPrefixCache", Best, "hit: %wZ -> %wZ", &Best->Name,
            &Provider->DeviceName);
    } else {
        MuppNote(RdrEventNote, "MupPrefixCache", nullptr, "miss: %wZ", Path);
    }
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
    return Provider;
}

/// Remembers that Provider claimed the first Length bytes of Path. Without memory the claim is
/// simply not remembered.
///
/// IRQL     PASSIVE_LEVEL
/// Source   S-QP-10, S-QP-12: the time runs from the moment the entry is added
void MuppRememberPrefix(PCUNICODE_STRING Path, USHORT Length, PMUP_PROVIDER Provider)
{
    PAGED_CODE();
    const ULONG Seconds = MuppParameter(L"PrefixCacheTimeoutInSeconds", MUP_DEFAULT_PREFIX_SECONDS);
    ULONG Room = MuppParameter(L"PrefixCacheSizeInKB", MUP_DEFAULT_PREFIX_KILOBYTES);
    Room = Room > MAXULONG / 1024 ? MAXULONG : Room * 1024;

    while (Length > sizeof(WCHAR) && Path->Buffer[Length / sizeof(WCHAR) - 1] == L'\\') {
        Length -= sizeof(WCHAR);
    }
    auto* Prefix = static_cast<PMUP_PREFIX>(
        ExAllocatePoolWithTag(PagedPool, sizeof(MUP_PREFIX) + Length, MUP_TAG_PREFIX));
    if (Prefix == nullptr) {
        return;
    }
    RtlZeroMemory(Prefix, sizeof(*Prefix));
    Prefix->Provider = Provider;
    Prefix->Name.Buffer = reinterpret_cast<PWCH>(Prefix + 1);
    Prefix->Name.Length = Prefix->Name.MaximumLength = Length;
    RtlCopyMemory(Prefix->Name.Buffer, Path->Buffer, Length);
    MuppReferenceProvider(Provider);

    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&MupLock, TRUE);
    const ULONGLONG Now = KeQueryInterruptTime();
    Prefix->ExpiresAt = Now + Seconds * 10000000ull;
    ULONG Total = SizeOf(Prefix);
    for (PLIST_ENTRY Entry = MupPrefixes.Flink; Entry != &MupPrefixes;) {
        PMUP_PREFIX Other = CONTAINING_RECORD(Entry, MUP_PREFIX, Links);
        Entry = Entry->Flink;
        if (RtlEqualUnicodeString(&Other->Name, &Prefix->Name, TRUE)) {
            FreePrefix(Other); // two opens asked at the same time; the later answer counts
        } else {
            Total += SizeOf(Other);
        }
    }
    InsertTailList(&MupPrefixes, &Prefix->Links);
    RdrTraceBorn(
        RdrObjectMupPrefix, Prefix, sizeof(MUP_PREFIX), &Prefix->Name, Provider->DeviceObject);
    MuppNote(
        RdrEventNote, "MupPrefixCache", Prefix, "claimed: %wZ by %wZ for %u s", &Prefix->Name,
        &Provider->DeviceName, Seconds);
    // Too full: the oldest go first (inferred), the new one last of all.
    while (Total > Room && !IsListEmpty(&MupPrefixes)) {
        PMUP_PREFIX Oldest = CONTAINING_RECORD(MupPrefixes.Flink, MUP_PREFIX, Links);
        Total -= SizeOf(Oldest);
        MuppNote(RdrEventNote, "MupPrefixCache", Oldest, "evicted: %wZ", &Oldest->Name);
        FreePrefix(Oldest);
        MupCounters.Evicted++;
    }
    if (!Provider->Registered) {
        // It went while it was being asked: what it said is worth nothing any more.
        for (PLIST_ENTRY Entry = MupPrefixes.Flink; Entry != &MupPrefixes;) {
            PMUP_PREFIX Other = CONTAINING_RECORD(Entry, MUP_PREFIX, Links);
            Entry = Entry->Flink;
            if (Other->Provider == Provider) {
                FreePrefix(Other);
            }
        }
    }
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
}

/// Drops what one provider claimed, or everything (nullptr).
void MuppForgetPrefixes(PMUP_PROVIDER Provider)
{
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&MupLock, TRUE);
    for (PLIST_ENTRY Entry = MupPrefixes.Flink; Entry != &MupPrefixes;) {
        PMUP_PREFIX Prefix = CONTAINING_RECORD(Entry, MUP_PREFIX, Links);
        Entry = Entry->Flink;
        if (Provider == nullptr || Prefix->Provider == Provider) {
            FreePrefix(Prefix);
        }
    }
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
}

void MupReportPrefixes(MUP_PREFIX_REPORT Report, void* Context)
{
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&MupLock, TRUE);
    const ULONGLONG Now = KeQueryInterruptTime();
    for (PLIST_ENTRY Entry = MupPrefixes.Flink; Entry != &MupPrefixes; Entry = Entry->Flink) {
        PMUP_PREFIX Prefix = CONTAINING_RECORD(Entry, MUP_PREFIX, Links);
        const ULONGLONG Left
            = Prefix->ExpiresAt > Now ? (Prefix->ExpiresAt - Now) / 10000000ull : 0;
        Report(Context, &Prefix->Name, &Prefix->Provider->DeviceName, static_cast<ULONG>(Left));
    }
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
}
