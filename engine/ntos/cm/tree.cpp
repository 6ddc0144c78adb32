// The tree of keys and values. Names keep their case and are compared without it.
#include "engine/ntos/inc/cmp.h"

#define CMP_TAG 'yekC'

PCMP_KEY CmpRootKey;

namespace {

constexpr ULONG CmpMaximumNameBytes = 255 * sizeof(WCHAR);
constexpr ULONG CmpMaximumDepth = 512;

PCMP_KEY CmpAllocateKey(PCMP_KEY Parent, PCUNICODE_STRING Name)
{
    PCMP_KEY Key
        = (PCMP_KEY)ExAllocatePoolWithTag(PagedPool, sizeof(CMP_KEY) + Name->Length, CMP_TAG);
    if (!Key)
        return nullptr;
    *Key = {};
    Key->Parent = Parent;
    Key->References = 1;
    InitializeListHead(&Key->Children);
    InitializeListHead(&Key->Values);
    Key->Name.Buffer = (PWCH)(Key + 1);
    Key->Name.Length = Key->Name.MaximumLength = Name->Length;
    RtlCopyMemory(Key->Name.Buffer, Name->Buffer, Name->Length);
    KeQuerySystemTime(&Key->LastWriteTime);
    return Key;
}

PCMP_KEY CmpFindChild(PCMP_KEY Parent, PCUNICODE_STRING Name)
{
    for (PLIST_ENTRY Link = Parent->Children.Flink; Link != &Parent->Children; Link = Link->Flink) {
        PCMP_KEY Child = CONTAINING_RECORD(Link, CMP_KEY, Links);
        if (RtlEqualUnicodeString(&Child->Name, Name, TRUE))
            return Child;
    }
    return nullptr;
}

PCMP_KEY CmpAddChild(PCMP_KEY Parent, PCUNICODE_STRING Name)
{
    PCMP_KEY Key = CmpAllocateKey(Parent, Name);
    if (!Key)
        return nullptr;
    PLIST_ENTRY Before = Parent->Children.Flink;
    while (Before != &Parent->Children
           && RtlCompareUnicodeString(&CONTAINING_RECORD(Before, CMP_KEY, Links)->Name, Name, TRUE)
               < 0)
        Before = Before->Flink;
    InsertTailList(Before, &Key->Links);
    KeQuerySystemTime(&Parent->LastWriteTime);
    return Key;
}

/// Cuts the first name off a path. FALSE at its end.
BOOLEAN CmpNextName(PUNICODE_STRING Path, PUNICODE_STRING Name)
{
    while (Path->Length && Path->Buffer[0] == '\\') {
        Path->Buffer++;
        Path->Length -= sizeof(WCHAR);
    }
    Name->Buffer = Path->Buffer;
    Name->Length = 0;
    while (Name->Length < Path->Length && Name->Buffer[Name->Length / sizeof(WCHAR)] != '\\')
        Name->Length += sizeof(WCHAR);
    Name->MaximumLength = Name->Length;
    Path->Buffer += Name->Length / sizeof(WCHAR);
    Path->Length -= Name->Length;
    return Name->Length != 0;
}

} // namespace

extern "C" PCMP_KEY
CmpWalk(PCMP_KEY Parent, PCUNICODE_STRING Path, BOOLEAN Create, PBOOLEAN Created)
{
    UNICODE_STRING Rest = *Path;
    UNICODE_STRING Name;
    PCMP_KEY Key = Parent;
    if (Created)
        *Created = FALSE;
    for (ULONG Depth = 0; CmpNextName(&Rest, &Name); Depth++) {
        if (Name.Length > CmpMaximumNameBytes || Depth == CmpMaximumDepth || Key->Deleted)
            return nullptr;
        PCMP_KEY Child = CmpFindChild(Key, &Name);
        if (!Child && Create) {
            Child = CmpAddChild(Key, &Name);
            if (Child && Created)
                *Created = TRUE;
        }
        if (!Child)
            return nullptr;
        Key = Child;
    }
    return Key;
}

extern "C" void CmpDereferenceKey(PCMP_KEY Key)
{
    if (--Key->References)
        return;
    while (!IsListEmpty(&Key->Values))
        CmpRemoveValue(Key, CONTAINING_RECORD(Key->Values.Flink, CMP_VALUE, Links));
    ExFreePool(Key);
}

extern "C" NTSTATUS CmpDeleteKey(PCMP_KEY Key)
{
    if (Key->Deleted)
        return STATUS_KEY_DELETED;
    if (!Key->Parent || !IsListEmpty(&Key->Children))
        return STATUS_CANNOT_DELETE;
    RemoveEntryList(&Key->Links);
    KeQuerySystemTime(&Key->Parent->LastWriteTime);
    Key->Parent = nullptr;
    Key->Deleted = TRUE;
    CmpDereferenceKey(Key);
    return STATUS_SUCCESS;
}

extern "C" PCMP_VALUE CmpFindValue(PCMP_KEY Key, PCUNICODE_STRING Name)
{
    for (PLIST_ENTRY Link = Key->Values.Flink; Link != &Key->Values; Link = Link->Flink) {
        PCMP_VALUE Value = CONTAINING_RECORD(Link, CMP_VALUE, Links);
        if (RtlEqualUnicodeString(&Value->Name, Name, TRUE))
            return Value;
    }
    return nullptr;
}

extern "C" NTSTATUS
CmpSetValue(PCMP_KEY Key, PCUNICODE_STRING Name, ULONG Type, const VOID* Data, ULONG DataLength)
{
    if (Key->Deleted)
        return STATUS_KEY_DELETED;
    PUCHAR Copy = nullptr;
    if (DataLength) {
        Copy = (PUCHAR)ExAllocatePoolWithTag(PagedPool, DataLength, CMP_TAG);
        if (!Copy)
            return STATUS_INSUFFICIENT_RESOURCES;
        RtlCopyMemory(Copy, Data, DataLength);
    }
    PCMP_VALUE Value = CmpFindValue(Key, Name);
    if (!Value) {
        Value = (PCMP_VALUE)ExAllocatePoolWithTag(
            PagedPool, sizeof(CMP_VALUE) + Name->Length, CMP_TAG);
        if (!Value) {
            if (Copy)
                ExFreePool(Copy);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        *Value = {};
        Value->Name.Buffer = (PWCH)(Value + 1);
        Value->Name.Length = Value->Name.MaximumLength = Name->Length;
        RtlCopyMemory(Value->Name.Buffer, Name->Buffer, Name->Length);
        InsertTailList(&Key->Values, &Value->Links);
    } else if (Value->Data) {
        ExFreePool(Value->Data);
    }
    Value->Type = Type;
    Value->Data = Copy;
    Value->DataLength = DataLength;
    KeQuerySystemTime(&Key->LastWriteTime);
    return STATUS_SUCCESS;
}

extern "C" void CmpRemoveValue(PCMP_KEY Key, PCMP_VALUE Value)
{
    RemoveEntryList(&Value->Links);
    if (Value->Data)
        ExFreePool(Value->Data);
    ExFreePool(Value);
    KeQuerySystemTime(&Key->LastWriteTime);
}

extern "C" NTSTATUS CmSetValueByPath(
    PCUNICODE_STRING Path, PCUNICODE_STRING Name, ULONG Type, const VOID* Data, ULONG DataLength)
{
    static const UNICODE_STRING Prefix = RTL_CONSTANT_STRING(L"\\Registry\\");
    if (!RtlPrefixUnicodeString(&Prefix, Path, TRUE))
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    UNICODE_STRING Rest = *Path;
    Rest.Buffer += Prefix.Length / sizeof(WCHAR);
    Rest.Length -= Prefix.Length;
    PCMP_KEY Key = CmpWalk(CmpRootKey, &Rest, TRUE, nullptr);
    return Key ? CmpSetValue(Key, Name, Type, Data, DataLength) : STATUS_INSUFFICIENT_RESOURCES;
}

/// Frees a whole subtree, children first, without recursion.
static void CmpFreeTree(PCMP_KEY Root)
{
    PCMP_KEY Key = Root;
    for (;;) {
        if (!IsListEmpty(&Key->Children)) {
            Key = CONTAINING_RECORD(Key->Children.Flink, CMP_KEY, Links);
            continue;
        }
        PCMP_KEY Parent = Key->Parent;
        if (Parent)
            RemoveEntryList(&Key->Links);
        Key->Parent = nullptr;
        Key->Deleted = TRUE;
        CmpDereferenceKey(Key);
        if (!Parent)
            return;
        Key = Parent;
    }
}

extern "C" void CmpCreateTree(void)
{
    static const UNICODE_STRING RootName = RTL_CONSTANT_STRING(L"Registry");
    static const UNICODE_STRING Keys[] = {
        RTL_CONSTANT_STRING(L"Machine\\System\\CurrentControlSet\\Services"),
        RTL_CONSTANT_STRING(L"Machine\\System\\CurrentControlSet\\Control\\NetworkProvider\\Order"),
        RTL_CONSTANT_STRING(L"Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion"),
        RTL_CONSTANT_STRING(L"Machine\\Hardware\\DeviceMap"),
        RTL_CONSTANT_STRING(L"User\\.Default"),
    };
    CmpRootKey = CmpAllocateKey(nullptr, &RootName);
    for (const UNICODE_STRING& Path : Keys)
        CmpWalk(CmpRootKey, &Path, TRUE, nullptr);
}

extern "C" void CmpDeleteTree(void)
{
    if (CmpRootKey)
        CmpFreeTree(CmpRootKey);
    CmpRootKey = nullptr;
}
