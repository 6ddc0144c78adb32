// Keys as objects: the type Key, the parse procedure below \Registry, and the Zw calls.
#include "engine/ntos/inc/cmp.h"
#include "engine/ntos/inc/obp.h"

extern "C" void CmpCreateTree(void);
extern "C" void CmpDeleteTree(void);

namespace {

struct KeyObject
{
    PCMP_KEY Key;
};

/// What ZwCreateKey hands to the parse procedure.
struct CreateContext
{
    BOOLEAN Create;
    BOOLEAN Created;
    BOOLEAN Volatile;
};

POBJECT_TYPE CmpKeyType;
KeyObject* CmpRootObject;

void CmpDeleteKeyObject(PVOID Object)
{
    if (PCMP_KEY Key = ((KeyObject*)Object)->Key)
        CmpDereferenceKey(Key);
}

NTSTATUS CmpMakeObject(PCMP_KEY Key, PVOID* Object)
{
    const NTSTATUS Status = ObCreateObject(
        KernelMode, CmpKeyType, nullptr, KernelMode, nullptr, sizeof(KeyObject), 0, 0, Object);
    if (NT_SUCCESS(Status)) {
        ((KeyObject*)*Object)->Key = Key;
        Key->References++;
    }
    return Status;
}

NTSTATUS CmpParse(
    PVOID ParseObject,
    POBJECT_TYPE ObjectType,
    PACCESS_STATE,
    KPROCESSOR_MODE,
    ULONG,
    PUNICODE_STRING,
    PUNICODE_STRING RemainingName,
    PVOID Context,
    PSECURITY_QUALITY_OF_SERVICE,
    PVOID* Object)
{
    *Object = nullptr;
    if (ObjectType && ObjectType != CmpKeyType)
        return STATUS_OBJECT_TYPE_MISMATCH;
    CreateContext* Create = (CreateContext*)Context;
    PCMP_KEY Start = ((KeyObject*)ParseObject)->Key;
    if (Start->Deleted)
        return STATUS_KEY_DELETED;
    PCMP_KEY Key = CmpWalk(Start, RemainingName, FALSE, nullptr);
    if (!Key && Create && Create->Create) {
        // All but the last name must exist.
        UNICODE_STRING Parent = *RemainingName;
        while (Parent.Length && Parent.Buffer[Parent.Length / sizeof(WCHAR) - 1] != '\\')
            Parent.Length -= sizeof(WCHAR);
        if (CmpWalk(Start, &Parent, FALSE, nullptr))
            Key = CmpWalk(Start, RemainingName, TRUE, &Create->Created);
        if (Key)
            Key->Volatile = Create->Volatile;
    }
    return Key ? CmpMakeObject(Key, Object) : STATUS_OBJECT_NAME_NOT_FOUND;
}

/// Writes "\Registry\..." of a key; returns the bytes it needs.
ULONG CmpFullName(PCMP_KEY Key, PWCH Buffer, ULONG BufferBytes)
{
    ULONG Bytes = 0;
    for (PCMP_KEY At = Key; At; At = At->Parent)
        Bytes += sizeof(WCHAR) + At->Name.Length;
    if (Bytes > BufferBytes)
        return Bytes;
    ULONG End = Bytes;
    for (PCMP_KEY At = Key; At; At = At->Parent) {
        End -= At->Name.Length;
        RtlCopyMemory((PUCHAR)Buffer + End, At->Name.Buffer, At->Name.Length);
        End -= sizeof(WCHAR);
        Buffer[End / sizeof(WCHAR)] = '\\';
    }
    return Bytes;
}

NTSTATUS CmpQueryName(
    PVOID Object,
    BOOLEAN,
    POBJECT_NAME_INFORMATION NameInformation,
    ULONG Length,
    PULONG ReturnLength,
    KPROCESSOR_MODE)
{
    PCMP_KEY Key = ((KeyObject*)Object)->Key;
    if (Key->Deleted)
        return STATUS_KEY_DELETED;
    const ULONG Room
        = Length > sizeof(*NameInformation) ? Length - (ULONG)sizeof(*NameInformation) : 0;
    const ULONG Bytes = CmpFullName(Key, (PWCH)(NameInformation + 1), Room);
    *ReturnLength = (ULONG)sizeof(*NameInformation) + Bytes + (ULONG)sizeof(WCHAR);
    if (*ReturnLength > Length)
        return STATUS_INFO_LENGTH_MISMATCH;
    NameInformation->Name.Buffer = (PWCH)(NameInformation + 1);
    NameInformation->Name.Length = (USHORT)Bytes;
    NameInformation->Name.MaximumLength = (USHORT)(Bytes + sizeof(WCHAR));
    NameInformation->Name.Buffer[Bytes / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

/// References the key behind a handle; STATUS_KEY_DELETED when it is gone.
NTSTATUS CmpFromHandle(HANDLE Handle, ACCESS_MASK Access, KeyObject** Object)
{
    NTSTATUS Status = ObReferenceObjectByHandle(
        Handle, Access, CmpKeyType, ExGetPreviousMode(), (PVOID*)Object, nullptr);
    if (NT_SUCCESS(Status) && (*Object)->Key->Deleted) {
        ObDereferenceObject(*Object);
        Status = STATUS_KEY_DELETED;
    }
    return Status;
}

/// Result of a query into a caller's buffer: as much as fits of a fixed part and a variable part.
NTSTATUS CmpCopyOut(
    PVOID Buffer,
    ULONG Length,
    PULONG ResultLength,
    const VOID* Fixed,
    ULONG FixedBytes,
    const VOID* First,
    ULONG FirstBytes,
    ULONG SecondOffset = 0,
    const VOID* Second = nullptr,
    ULONG SecondBytes = 0)
{
    const ULONG Needed = Second ? SecondOffset + SecondBytes : FixedBytes + FirstBytes;
    *ResultLength = Needed;
    if (Length < FixedBytes)
        return STATUS_BUFFER_TOO_SMALL;
    RtlCopyMemory(Buffer, Fixed, FixedBytes);
    const ULONG FirstRoom = Length - FixedBytes < FirstBytes ? Length - FixedBytes : FirstBytes;
    RtlCopyMemory((PUCHAR)Buffer + FixedBytes, First, FirstRoom);
    if (Second && Length > SecondOffset)
        RtlCopyMemory(
            (PUCHAR)Buffer + SecondOffset, Second,
            Length - SecondOffset < SecondBytes ? Length - SecondOffset : SecondBytes);
    return Length < Needed ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTATUS CmpQueryValueInformation(
    PCMP_VALUE Value,
    KEY_VALUE_INFORMATION_CLASS Class,
    PVOID Buffer,
    ULONG Length,
    PULONG ResultLength)
{
    switch (Class) {
    case KeyValueBasicInformation: {
        KEY_VALUE_BASIC_INFORMATION Basic = {};
        Basic.Type = Value->Type;
        Basic.NameLength = Value->Name.Length;
        return CmpCopyOut(
            Buffer, Length, ResultLength, &Basic, FIELD_OFFSET(KEY_VALUE_BASIC_INFORMATION, Name),
            Value->Name.Buffer, Value->Name.Length);
    }
    case KeyValuePartialInformation: {
        KEY_VALUE_PARTIAL_INFORMATION Partial = {};
        Partial.Type = Value->Type;
        Partial.DataLength = Value->DataLength;
        return CmpCopyOut(
            Buffer, Length, ResultLength, &Partial,
            FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data), Value->Data, Value->DataLength);
    }
    case KeyValueFullInformation: {
        KEY_VALUE_FULL_INFORMATION Full = {};
        Full.Type = Value->Type;
        Full.NameLength = Value->Name.Length;
        Full.DataLength = Value->DataLength;
        Full.DataOffset
            = (FIELD_OFFSET(KEY_VALUE_FULL_INFORMATION, Name) + Value->Name.Length + 7u) & ~7u;
        return CmpCopyOut(
            Buffer, Length, ResultLength, &Full, FIELD_OFFSET(KEY_VALUE_FULL_INFORMATION, Name),
            Value->Name.Buffer, Value->Name.Length, Full.DataOffset,
            Value->Data ? Value->Data : (PUCHAR) "", Value->DataLength);
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS CmpQueryKeyInformation(
    PCMP_KEY Key, KEY_INFORMATION_CLASS Class, PVOID Buffer, ULONG Length, PULONG ResultLength)
{
    switch (Class) {
    case KeyBasicInformation: {
        KEY_BASIC_INFORMATION Basic = {};
        Basic.LastWriteTime = Key->LastWriteTime;
        Basic.NameLength = Key->Name.Length;
        return CmpCopyOut(
            Buffer, Length, ResultLength, &Basic, FIELD_OFFSET(KEY_BASIC_INFORMATION, Name),
            Key->Name.Buffer, Key->Name.Length);
    }
    case KeyNodeInformation: {
        KEY_NODE_INFORMATION Node = {};
        Node.LastWriteTime = Key->LastWriteTime;
        Node.ClassOffset = MAXULONG;
        Node.NameLength = Key->Name.Length;
        return CmpCopyOut(
            Buffer, Length, ResultLength, &Node, FIELD_OFFSET(KEY_NODE_INFORMATION, Name),
            Key->Name.Buffer, Key->Name.Length);
    }
    case KeyFullInformation: {
        KEY_FULL_INFORMATION Full = {};
        Full.LastWriteTime = Key->LastWriteTime;
        Full.ClassOffset = MAXULONG;
        for (PLIST_ENTRY Link = Key->Children.Flink; Link != &Key->Children; Link = Link->Flink) {
            const ULONG Bytes = CONTAINING_RECORD(Link, CMP_KEY, Links)->Name.Length;
            Full.SubKeys++;
            Full.MaxNameLen = Bytes > Full.MaxNameLen ? Bytes : Full.MaxNameLen;
        }
        for (PLIST_ENTRY Link = Key->Values.Flink; Link != &Key->Values; Link = Link->Flink) {
            PCMP_VALUE Value = CONTAINING_RECORD(Link, CMP_VALUE, Links);
            Full.Values++;
            Full.MaxValueNameLen = Value->Name.Length > Full.MaxValueNameLen ? Value->Name.Length
                                                                             : Full.MaxValueNameLen;
            Full.MaxValueDataLen = Value->DataLength > Full.MaxValueDataLen ? Value->DataLength
                                                                            : Full.MaxValueDataLen;
        }
        return CmpCopyOut(
            Buffer, Length, ResultLength, &Full, FIELD_OFFSET(KEY_FULL_INFORMATION, Class), nullptr,
            0);
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

PLIST_ENTRY CmpNth(PLIST_ENTRY Head, ULONG Index)
{
    PLIST_ENTRY Link = Head->Flink;
    while (Link != Head && Index--)
        Link = Link->Flink;
    return Link == Head ? nullptr : Link;
}

} // namespace

extern "C" {

void CmInitSystem(void)
{
    static const GENERIC_MAPPING Mapping = { KEY_READ, KEY_WRITE, KEY_EXECUTE, KEY_ALL_ACCESS };
    CmpCreateTree();
    OB_TYPE_PROCEDURES Procedures = {};
    Procedures.GenericMapping = Mapping;
    Procedures.ValidAccessMask = KEY_ALL_ACCESS;
    Procedures.Delete = CmpDeleteKeyObject;
    Procedures.Parse = CmpParse;
    Procedures.QueryName = CmpQueryName;
    Procedures.WaitOffset = OBP_NOT_WAITABLE;
    Procedures.WaitPointerOffset = OBP_NOT_WAITABLE;
    CmpKeyType = ObpCreateType(L"Key", &Procedures);

    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Registry");
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(
        &Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, nullptr, nullptr);
    PVOID Object;
    if (!NT_SUCCESS(ObCreateObject(
            KernelMode, CmpKeyType, &Attributes, KernelMode, nullptr, sizeof(KeyObject), 0, 0,
            &Object)))
        return;
    CmpRootObject = (KeyObject*)Object;
    CmpRootObject->Key = CmpRootKey;
    CmpRootKey->References++;
    ObInsertObject(Object, nullptr, 0, 1, &Object, nullptr);
}

void CmShutdownSystem(void)
{
    if (CmpRootObject) {
        ObMakeTemporaryObject(CmpRootObject);
        ObDereferenceObject(CmpRootObject);
        CmpRootObject = nullptr;
    }
    CmpDeleteTree();
}

static NTSTATUS CmpOpen(
    PHANDLE KeyHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    CreateContext* Context)
{
    return ObOpenObjectByName(
        ObjectAttributes, CmpKeyType, ExGetPreviousMode(), nullptr, DesiredAccess, Context,
        KeyHandle);
}

NTSTATUS NTAPI
ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    CreateContext Context = {};
    return CmpOpen(KeyHandle, DesiredAccess, ObjectAttributes, &Context);
}

NTSTATUS NTAPI ZwOpenKeyEx(
    PHANDLE KeyHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    ULONG OpenOptions)
{
    UNREFERENCED_PARAMETER(
        OpenOptions); // link and backup semantics have no meaning for a registry in memory
    return ZwOpenKey(KeyHandle, DesiredAccess, ObjectAttributes);
}

NTSTATUS NTAPI ZwCreateKey(
    PHANDLE KeyHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    ULONG TitleIndex,
    PUNICODE_STRING Class,
    ULONG CreateOptions,
    PULONG Disposition)
{
    UNREFERENCED_PARAMETER(TitleIndex);
    UNREFERENCED_PARAMETER(Class);
    CreateContext Context = { TRUE, FALSE, (CreateOptions & REG_OPTION_VOLATILE) != 0 };
    const NTSTATUS Status = CmpOpen(KeyHandle, DesiredAccess, ObjectAttributes, &Context);
    if (NT_SUCCESS(Status) && Disposition)
        *Disposition = Context.Created ? REG_CREATED_NEW_KEY : REG_OPENED_EXISTING_KEY;
    return Status;
}

NTSTATUS NTAPI ZwDeleteKey(HANDLE KeyHandle)
{
    KeyObject* Object;
    NTSTATUS Status = CmpFromHandle(KeyHandle, DELETE, &Object);
    if (NT_SUCCESS(Status)) {
        Status = CmpDeleteKey(Object->Key);
        ObDereferenceObject(Object);
    }
    return Status;
}

NTSTATUS NTAPI ZwFlushKey(HANDLE KeyHandle)
{
    KeyObject* Object;
    const NTSTATUS Status = CmpFromHandle(KeyHandle, 0, &Object);
    if (NT_SUCCESS(Status))
        ObDereferenceObject(Object); // there is no disk to flush to
    return Status;
}

NTSTATUS NTAPI ZwQueryKey(
    HANDLE KeyHandle,
    KEY_INFORMATION_CLASS KeyInformationClass,
    PVOID KeyInformation,
    ULONG Length,
    PULONG ResultLength)
{
    KeyObject* Object;
    NTSTATUS Status = CmpFromHandle(KeyHandle, KEY_QUERY_VALUE, &Object);
    if (NT_SUCCESS(Status)) {
        Status = CmpQueryKeyInformation(
            Object->Key, KeyInformationClass, KeyInformation, Length, ResultLength);
        ObDereferenceObject(Object);
    }
    return Status;
}

NTSTATUS NTAPI ZwEnumerateKey(
    HANDLE KeyHandle,
    ULONG Index,
    KEY_INFORMATION_CLASS KeyInformationClass,
    PVOID KeyInformation,
    ULONG Length,
    PULONG ResultLength)
{
    KeyObject* Object;
    NTSTATUS Status = CmpFromHandle(KeyHandle, KEY_ENUMERATE_SUB_KEYS, &Object);
    if (!NT_SUCCESS(Status))
        return Status;
    PLIST_ENTRY Link = CmpNth(&Object->Key->Children, Index);
    Status = Link ? CmpQueryKeyInformation(
                 CONTAINING_RECORD(Link, CMP_KEY, Links), KeyInformationClass, KeyInformation,
                 Length, ResultLength)
                  : STATUS_NO_MORE_ENTRIES;
    ObDereferenceObject(Object);
    return Status;
}

NTSTATUS NTAPI ZwQueryValueKey(
    HANDLE KeyHandle,
    PUNICODE_STRING ValueName,
    KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
    PVOID KeyValueInformation,
    ULONG Length,
    PULONG ResultLength)
{
    KeyObject* Object;
    NTSTATUS Status = CmpFromHandle(KeyHandle, KEY_QUERY_VALUE, &Object);
    if (!NT_SUCCESS(Status))
        return Status;
    PCMP_VALUE Value = CmpFindValue(Object->Key, ValueName);
    Status = Value ? CmpQueryValueInformation(
                 Value, KeyValueInformationClass, KeyValueInformation, Length, ResultLength)
                   : STATUS_OBJECT_NAME_NOT_FOUND;
    ObDereferenceObject(Object);
    return Status;
}

NTSTATUS NTAPI ZwEnumerateValueKey(
    HANDLE KeyHandle,
    ULONG Index,
    KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
    PVOID KeyValueInformation,
    ULONG Length,
    PULONG ResultLength)
{
    KeyObject* Object;
    NTSTATUS Status = CmpFromHandle(KeyHandle, KEY_QUERY_VALUE, &Object);
    if (!NT_SUCCESS(Status))
        return Status;
    PLIST_ENTRY Link = CmpNth(&Object->Key->Values, Index);
    Status = Link ? CmpQueryValueInformation(
                 CONTAINING_RECORD(Link, CMP_VALUE, Links), KeyValueInformationClass,
                 KeyValueInformation, Length, ResultLength)
                  : STATUS_NO_MORE_ENTRIES;
    ObDereferenceObject(Object);
    return Status;
}

NTSTATUS NTAPI ZwSetValueKey(
    HANDLE KeyHandle,
    PUNICODE_STRING ValueName,
    ULONG TitleIndex,
    ULONG Type,
    PVOID Data,
    ULONG DataSize)
{
    UNREFERENCED_PARAMETER(TitleIndex);
    KeyObject* Object;
    NTSTATUS Status = CmpFromHandle(KeyHandle, KEY_SET_VALUE, &Object);
    if (NT_SUCCESS(Status)) {
        Status = CmpSetValue(Object->Key, ValueName, Type, Data, DataSize);
        ObDereferenceObject(Object);
    }
    return Status;
}

NTSTATUS NTAPI ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName)
{
    KeyObject* Object;
    NTSTATUS Status = CmpFromHandle(KeyHandle, KEY_SET_VALUE, &Object);
    if (!NT_SUCCESS(Status))
        return Status;
    if (PCMP_VALUE Value = CmpFindValue(Object->Key, ValueName))
        CmpRemoveValue(Object->Key, Value);
    else
        Status = STATUS_OBJECT_NAME_NOT_FOUND;
    ObDereferenceObject(Object);
    return Status;
}

} // extern "C"
