// The Rtl routines over the registry. They work on the tree directly: their callers are kernel code
// at PASSIVE_LEVEL.
#include "engine/ntos/inc/cmp.h"

namespace {

constexpr ULONG CmpMaximumPathUnits = 512;

constexpr PCWSTR CmpRelativePaths[] = {
    L"",
    L"Machine\\System\\CurrentControlSet\\Services\\",
    L"Machine\\System\\CurrentControlSet\\Control\\",
    L"Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion\\",
    L"Machine\\Hardware\\DeviceMap\\",
    L"User\\.Default\\",
};

/// The key that RelativeTo and Path name, NULL when there is none.
NTSTATUS CmpResolve(ULONG RelativeTo, PCWSTR Path, BOOLEAN Create, PCMP_KEY* Key)
{
    *Key = nullptr;
    const ULONG Base = RelativeTo & ~RTL_REGISTRY_OPTIONAL;
    UNICODE_STRING Rest;
    RtlInitUnicodeString(&Rest, Path);
    if (Base == RTL_REGISTRY_ABSOLUTE) {
        static const UNICODE_STRING Prefix = RTL_CONSTANT_STRING(L"\\Registry\\");
        if (!RtlPrefixUnicodeString(&Prefix, &Rest, TRUE))
            return STATUS_OBJECT_PATH_SYNTAX_BAD;
        Rest.Buffer += Prefix.Length / sizeof(WCHAR);
        Rest.Length -= Prefix.Length;
        *Key = CmpWalk(CmpRootKey, &Rest, Create, nullptr);
    } else if (Base < RTL_REGISTRY_MAXIMUM) {
        UNICODE_STRING Start;
        RtlInitUnicodeString(&Start, CmpRelativePaths[Base]);
        PCMP_KEY Parent = CmpWalk(CmpRootKey, &Start, TRUE, nullptr);
        *Key = Parent ? CmpWalk(Parent, &Rest, Create, nullptr) : nullptr;
    } else {
        return STATUS_INVALID_PARAMETER; // RTL_REGISTRY_HANDLE is resolved by the callers that take
                                         // it
    }
    return *Key ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

/// Stores a value where a DIRECT entry wants it: strings into a UNICODE_STRING, numbers as they
/// are.
NTSTATUS CmpStoreDirect(PVOID Target, ULONG Type, const VOID* Data, ULONG Bytes)
{
    if (Type == REG_SZ || Type == REG_EXPAND_SZ || Type == REG_MULTI_SZ) {
        PUNICODE_STRING String = (PUNICODE_STRING)Target;
        ULONG TextBytes = Bytes;
        if (Type != REG_MULTI_SZ && TextBytes >= sizeof(WCHAR)
            && ((PCWCH)Data)[TextBytes / sizeof(WCHAR) - 1] == 0)
            TextBytes -= sizeof(WCHAR);
        if (!String->Buffer) {
            String->Buffer
                = (PWCH)ExAllocatePoolWithTag(PagedPool, Bytes ? Bytes : sizeof(WCHAR), 'grtS');
            if (!String->Buffer)
                return STATUS_NO_MEMORY;
            String->MaximumLength = (USHORT)Bytes;
        } else if (Bytes > String->MaximumLength) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        RtlCopyMemory(String->Buffer, Data, Bytes);
        String->Length = (USHORT)TextBytes;
    } else if (Bytes <= sizeof(ULONG)) {
        RtlCopyMemory(Target, Data, Bytes);
    } else if (*(PLONG)Target < 0) { // a negative length: the buffer holds the bare data
        if (Bytes > (ULONG) - *(PLONG)Target)
            return STATUS_BUFFER_TOO_SMALL;
        RtlCopyMemory(Target, Data, Bytes);
    } else { // length, type, data
        const ULONG Room = *(PULONG)Target;
        if (Bytes + 2 * sizeof(ULONG) > Room)
            return STATUS_BUFFER_TOO_SMALL;
        ((PULONG)Target)[0] = Bytes;
        ((PULONG)Target)[1] = Type;
        RtlCopyMemory((PULONG)Target + 2, Data, Bytes);
    }
    return STATUS_SUCCESS;
}

NTSTATUS CmpGive(
    PRTL_QUERY_REGISTRY_TABLE Entry,
    PCWSTR Name,
    ULONG Type,
    const VOID* Data,
    ULONG Bytes,
    PVOID Context)
{
    if (Entry->Flags & RTL_QUERY_REGISTRY_DIRECT)
        return CmpStoreDirect(Entry->EntryContext, Type, Data, Bytes);
    if (Type != REG_MULTI_SZ || (Entry->Flags & RTL_QUERY_REGISTRY_NOEXPAND))
        return Entry->QueryRoutine(
            (PWSTR)Name, Type, (PVOID)Data, Bytes, Context, Entry->EntryContext);
    // REG_MULTI_SZ is handed out string by string.
    PCWCH At = (PCWCH)Data;
    const PCWCH End = At + Bytes / sizeof(WCHAR);
    while (At < End && *At) {
        PCWCH Next = At;
        while (Next < End && *Next)
            Next++;
        const NTSTATUS Status = Entry->QueryRoutine(
            (PWSTR)Name, REG_SZ, (PVOID)At, (ULONG)((Next - At + 1) * sizeof(WCHAR)), Context,
            Entry->EntryContext);
        if (!NT_SUCCESS(Status))
            return Status;
        At = Next + 1;
    }
    return STATUS_SUCCESS;
}

NTSTATUS CmpGiveDefault(PRTL_QUERY_REGISTRY_TABLE Entry, PVOID Context)
{
    if ((Entry->DefaultType & 0xFF) == REG_NONE || !Entry->DefaultData)
        return Entry->Flags & RTL_QUERY_REGISTRY_REQUIRED ? STATUS_OBJECT_NAME_NOT_FOUND
                                                          : STATUS_SUCCESS;
    const ULONG Type = Entry->DefaultType & 0xFF;
    ULONG Bytes = Entry->DefaultLength;
    if (Bytes == 0 && (Type == REG_SZ || Type == REG_EXPAND_SZ))
        Bytes = (ULONG)((wcslen((PCWSTR)Entry->DefaultData) + 1) * sizeof(WCHAR));
    return CmpGive(Entry, Entry->Name, Type, Entry->DefaultData, Bytes, Context);
}

/// Every value of a key, for an entry without name.
NTSTATUS CmpGiveAll(PCMP_KEY Key, PRTL_QUERY_REGISTRY_TABLE Entry, PVOID Context)
{
    for (PLIST_ENTRY Link = Key->Values.Flink; Link != &Key->Values; Link = Link->Flink) {
        PCMP_VALUE Value = CONTAINING_RECORD(Link, CMP_VALUE, Links);
        WCHAR Name[CmpMaximumPathUnits];
        if (Value->Name.Length / sizeof(WCHAR) >= CmpMaximumPathUnits)
            continue;
        RtlCopyMemory(Name, Value->Name.Buffer, Value->Name.Length);
        Name[Value->Name.Length / sizeof(WCHAR)] = 0;
        const NTSTATUS Status
            = CmpGive(Entry, Name, Value->Type, Value->Data, Value->DataLength, Context);
        if (!NT_SUCCESS(Status))
            return Status;
    }
    return STATUS_SUCCESS;
}

NTSTATUS CmpRunTable(PCMP_KEY Top, PRTL_QUERY_REGISTRY_TABLE Table, PVOID Context)
{
    PCMP_KEY Key = Top;
    for (PRTL_QUERY_REGISTRY_TABLE Entry = Table; Entry->QueryRoutine
         || (Entry->Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_DIRECT));
         Entry++) {
        if ((Entry->Flags & RTL_QUERY_REGISTRY_DIRECT) && (!Entry->Name || Entry->QueryRoutine))
            return STATUS_INVALID_PARAMETER;
        if (Entry->Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_TOPKEY))
            Key = Top;
        NTSTATUS Status = STATUS_SUCCESS;
        UNICODE_STRING Name;
        RtlInitUnicodeString(&Name, Entry->Name);
        if (Entry->Flags & RTL_QUERY_REGISTRY_SUBKEY) {
            Key = Top ? CmpWalk(Top, &Name, FALSE, nullptr) : nullptr;
            if (!Key && (Entry->Flags & RTL_QUERY_REGISTRY_REQUIRED))
                return STATUS_OBJECT_NAME_NOT_FOUND;
            if (Key && Entry->QueryRoutine)
                Status = CmpGiveAll(Key, Entry, Context);
        } else if (Entry->Flags & RTL_QUERY_REGISTRY_NOVALUE) {
            Status
                = Entry->QueryRoutine(nullptr, REG_NONE, nullptr, 0, Context, Entry->EntryContext);
        } else if (!Entry->Name) {
            Status = Key ? CmpGiveAll(Key, Entry, Context) : STATUS_SUCCESS;
        } else {
            PCMP_VALUE Value = Key ? CmpFindValue(Key, &Name) : nullptr;
            Status = Value
                ? CmpGive(Entry, Entry->Name, Value->Type, Value->Data, Value->DataLength, Context)
                : CmpGiveDefault(Entry, Context);
            if (Value && NT_SUCCESS(Status) && (Entry->Flags & RTL_QUERY_REGISTRY_DELETE))
                CmpRemoveValue(Key, Value);
        }
        if (!NT_SUCCESS(Status))
            return Status;
    }
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// differs: RTL_REGISTRY_HANDLE is refused with STATUS_INVALID_PARAMETER, environment variables are
/// not expanded.
NTSTATUS NTAPI RtlQueryRegistryValues(
    ULONG RelativeTo,
    PCWSTR Path,
    PRTL_QUERY_REGISTRY_TABLE QueryTable,
    PVOID Context,
    PVOID Environment)
{
    UNREFERENCED_PARAMETER(Environment);
    PCMP_KEY Key;
    const NTSTATUS Status = CmpResolve(RelativeTo, Path, FALSE, &Key);
    if (!NT_SUCCESS(Status)
        && !(Status == STATUS_OBJECT_NAME_NOT_FOUND && (RelativeTo & RTL_REGISTRY_OPTIONAL)))
        return Status;
    return CmpRunTable(Key, QueryTable, Context);
}

NTSTATUS NTAPI RtlWriteRegistryValue(
    ULONG RelativeTo,
    PCWSTR Path,
    PCWSTR ValueName,
    ULONG ValueType,
    PVOID ValueData,
    ULONG ValueLength)
{
    PCMP_KEY Key;
    const NTSTATUS Status = CmpResolve(RelativeTo, Path, TRUE, &Key);
    if (!NT_SUCCESS(Status))
        return Status;
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, ValueName);
    return CmpSetValue(Key, &Name, ValueType, ValueData, ValueLength);
}

NTSTATUS NTAPI RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName)
{
    PCMP_KEY Key;
    const NTSTATUS Status = CmpResolve(RelativeTo, Path, FALSE, &Key);
    if (!NT_SUCCESS(Status))
        return Status;
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, ValueName);
    PCMP_VALUE Value = CmpFindValue(Key, &Name);
    if (!Value)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    CmpRemoveValue(Key, Value);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    PCMP_KEY Key;
    return CmpResolve(RelativeTo, Path, FALSE, &Key);
}

NTSTATUS NTAPI RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    PCMP_KEY Key;
    return CmpResolve(RelativeTo, Path, TRUE, &Key);
}

} // extern "C"
