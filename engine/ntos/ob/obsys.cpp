// obsys.cpp - system calls on handles, directories, symbolic links and events.
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/inc/ntframe.h"
#include "engine/ntos/ob/obpriv.h"

namespace {

// Gives a new handle to the caller, or takes it back when it cannot be told.
NTSTATUS ObpReturnHandle(KPROCESSOR_MODE Mode, PHANDLE Target, HANDLE Handle, NTSTATUS Status)
{
    if (NT_SUCCESS(Status)) {
        *Target = Handle;
    }
    UNREFERENCED_PARAMETER(Mode);
    return Status;
}

NTSTATUS ObpOpenByName(
    KPROCESSOR_MODE Mode,
    PHANDLE Handle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    POBJECT_TYPE Type)
{
    HANDLE Local = nullptr;
    NTSTATUS Status = ObpProbeForWrite(Mode, Handle, sizeof(HANDLE), alignof(HANDLE));

    if (NT_SUCCESS(Status)) {
        Status = ObOpenObjectByName(
            ObjectAttributes, Type, Mode, nullptr, DesiredAccess, nullptr, &Local);
        Status = ObpReturnHandle(Mode, Handle, Local, Status);
    }
    return Status;
}

NTSTATUS ObpDuplicateObject(
    KPROCESSOR_MODE Mode,
    HANDLE SourceProcessHandle,
    HANDLE SourceHandle,
    HANDLE TargetProcessHandle,
    PHANDLE TargetHandle,
    ACCESS_MASK DesiredAccess,
    ULONG HandleAttributes,
    ULONG Options)
{
    PVOID SourceProcess = nullptr;
    PVOID TargetProcess = nullptr;
    PVOID Object = nullptr;
    OBJECT_HANDLE_INFORMATION Information {};
    KAPC_STATE ApcState;
    HANDLE NewHandle = nullptr;

    if (TargetHandle != nullptr) {
        NTSTATUS Probed = ObpProbeForWrite(Mode, TargetHandle, sizeof(HANDLE), alignof(HANDLE));
        if (!NT_SUCCESS(Probed)) {
            return Probed;
        }
    }
    if ((Options
         & ~static_cast<ULONG>(
             DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS | DUPLICATE_SAME_ATTRIBUTES))
        != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS Status = ObReferenceObjectByHandle(
        SourceProcessHandle, PROCESS_DUP_HANDLE, *PsProcessType, Mode, &SourceProcess, nullptr);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    KeStackAttachProcess(static_cast<PRKPROCESS>(SourceProcess), &ApcState);
    Status = ObReferenceObjectByHandle(SourceHandle, 0, nullptr, Mode, &Object, &Information);
    KeUnstackDetachProcess(&ApcState);
    if (NT_SUCCESS(Status) && TargetProcessHandle != nullptr) {
        Status = ObReferenceObjectByHandle(
            TargetProcessHandle, PROCESS_DUP_HANDLE, *PsProcessType, Mode, &TargetProcess, nullptr);
        if (NT_SUCCESS(Status)) {
            ACCESS_MASK Granted = (Options & DUPLICATE_SAME_ACCESS) != 0
                ? Information.GrantedAccess
                : ObpGrantAccess(ObpTypeOf(Object), DesiredAccess);
            // A duplicate never has more than the type allows; files, whose access was decided at
            // open, no more than then.
            if ((Granted & ~Information.GrantedAccess) != 0
                && ObpHeader(Object)->Type->Procedures.Security != nullptr) {
                Status = STATUS_ACCESS_DENIED;
            } else {
                ULONG Attributes = (Options & DUPLICATE_SAME_ATTRIBUTES) != 0
                    ? Information.HandleAttributes
                    : HandleAttributes;
                KeStackAttachProcess(static_cast<PRKPROCESS>(TargetProcess), &ApcState);
                Status = ObpCreateHandle(
                    Object, ObDuplicateHandle, Granted, Attributes, Mode, &NewHandle);
                KeUnstackDetachProcess(&ApcState);
            }
            ObfDereferenceObject(TargetProcess);
        }
    }
    if (Object != nullptr) {
        if ((Options & DUPLICATE_CLOSE_SOURCE) != 0) {
            KeStackAttachProcess(static_cast<PRKPROCESS>(SourceProcess), &ApcState);
            (void)ObpCloseHandle(SourceHandle, Mode);
            KeUnstackDetachProcess(&ApcState);
        }
        ObfDereferenceObject(Object);
    }
    ObfDereferenceObject(SourceProcess);
    if (NT_SUCCESS(Status) && TargetHandle != nullptr) {
        *TargetHandle = NewHandle;
    }
    return Status;
}

NTSTATUS ObpCreateDirectory(
    KPROCESSOR_MODE Mode,
    PHANDLE Handle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes)
{
    PVOID Object = nullptr;
    HANDLE Local = nullptr;
    NTSTATUS Status = ObpProbeForWrite(Mode, Handle, sizeof(HANDLE), alignof(HANDLE));

    if (NT_SUCCESS(Status)) {
        Status = ObCreateObject(
            Mode, ObpDirectoryType, ObjectAttributes, Mode, nullptr, sizeof(OBP_DIRECTORY), 0, 0,
            &Object);
    }
    if (NT_SUCCESS(Status)) {
        InitializeListHead(&static_cast<OBP_DIRECTORY*>(Object)->Entries);
        Status = ObInsertObject(Object, nullptr, DesiredAccess, 0, nullptr, &Local);
        Status = ObpReturnHandle(Mode, Handle, Local, Status);
    }
    return Status;
}

NTSTATUS ObpQueryDirectory(
    KPROCESSOR_MODE Mode,
    HANDLE DirectoryHandle,
    PVOID Buffer,
    ULONG Length,
    BOOLEAN ReturnSingleEntry,
    BOOLEAN RestartScan,
    PULONG Context,
    PULONG ReturnLength)
{
    PVOID Object = nullptr;
    NTSTATUS Status = ObpProbeForWrite(Mode, Buffer, Length, alignof(WCHAR));

    if (NT_SUCCESS(Status)) {
        Status = ObpProbeForWrite(Mode, Context, sizeof(ULONG), alignof(ULONG));
    }
    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(
            DirectoryHandle, DIRECTORY_QUERY, ObpDirectoryType, Mode, &Object, nullptr);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    auto* Directory = static_cast<OBP_DIRECTORY*>(Object);
    ULONG Skip = RestartScan ? 0 : *Context;
    ULONG Position = 0;
    ULONG Count = 0;
    ULONG Needed = sizeof(OBJECT_DIRECTORY_INFORMATION); // the empty entry at the end
    BOOLEAN Full = FALSE;
    // First count what fits, then write headers at the start and strings behind them.
    for (PLIST_ENTRY Link = Directory->Entries.Flink; Link != &Directory->Entries && !Full;
         Link = Link->Flink) {
        OBP_NAME* Name = CONTAINING_RECORD(Link, OBP_NAME, DirectoryLinks);
        if (Position++ < Skip) {
            continue;
        }
        UNICODE_STRING TypeName;
        RtlInitUnicodeString(&TypeName, Name->Header->Type->Name);
        ULONG Bytes = static_cast<ULONG>(
            sizeof(OBJECT_DIRECTORY_INFORMATION) + Name->Name.Length + TypeName.Length
            + 2 * sizeof(WCHAR));
        if (Needed + Bytes > Length || (ReturnSingleEntry && Count == 1)) {
            Full = TRUE;
            if (Count == 0) {
                Needed += Bytes;
            }
        } else {
            Needed += Bytes;
            Count++;
        }
    }
    if (Count == 0) {
        Status = Full ? STATUS_BUFFER_TOO_SMALL : STATUS_NO_MORE_ENTRIES;
    } else {
        auto* Entry = static_cast<POBJECT_DIRECTORY_INFORMATION>(Buffer);
        PWCH Text = reinterpret_cast<PWCH>(Entry + Count + 1);
        Position = 0;
        ULONG Written = 0;
        for (PLIST_ENTRY Link = Directory->Entries.Flink; Written < Count; Link = Link->Flink) {
            OBP_NAME* Name = CONTAINING_RECORD(Link, OBP_NAME, DirectoryLinks);
            if (Position++ < Skip) {
                continue;
            }
            UNICODE_STRING Parts[2] = { Name->Name, {} };
            RtlInitUnicodeString(&Parts[1], Name->Header->Type->Name);
            PUNICODE_STRING Targets[2] = { &Entry[Written].Name, &Entry[Written].TypeName };
            for (ULONG Part = 0; Part < 2; Part++) {
                RtlCopyMemory(Text, Parts[Part].Buffer, Parts[Part].Length);
                Text[Parts[Part].Length / sizeof(WCHAR)] = 0;
                Targets[Part]->Buffer = Text;
                Targets[Part]->Length = Parts[Part].Length;
                Targets[Part]->MaximumLength
                    = static_cast<USHORT>(Parts[Part].Length + sizeof(WCHAR));
                Text += Parts[Part].Length / sizeof(WCHAR) + 1;
            }
            Written++;
        }
        RtlZeroMemory(&Entry[Count], sizeof(*Entry));
        *Context = Skip + Count;
        Status = Full && !ReturnSingleEntry ? STATUS_MORE_ENTRIES : STATUS_SUCCESS;
    }
    if (ReturnLength != nullptr) {
        *ReturnLength = Needed;
    }
    ObfDereferenceObject(Object);
    return Status;
}

NTSTATUS ObpCreateSymbolicLink(
    KPROCESSOR_MODE Mode,
    PHANDLE Handle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PUNICODE_STRING TargetName)
{
    PVOID Object = nullptr;
    HANDLE Local = nullptr;
    NTSTATUS Status = ObpProbeForWrite(Mode, Handle, sizeof(HANDLE), alignof(HANDLE));

    if (NT_SUCCESS(Status)) {
        Status = ObpProbeForRead(Mode, TargetName, sizeof(UNICODE_STRING), alignof(PVOID));
    }
    if (NT_SUCCESS(Status)
        && (TargetName->Length == 0 || TargetName->Length % sizeof(WCHAR) != 0
            || TargetName->Length > TargetName->MaximumLength)) {
        Status = STATUS_INVALID_PARAMETER;
    }
    if (NT_SUCCESS(Status)) {
        Status = ObpProbeForRead(Mode, TargetName->Buffer, TargetName->Length, sizeof(WCHAR));
    }
    if (NT_SUCCESS(Status)) {
        Status = ObCreateObject(
            Mode, ObpSymbolicLinkType, ObjectAttributes, Mode, nullptr, sizeof(OBP_SYMBOLIC_LINK),
            0, 0, &Object);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    auto* Link = static_cast<OBP_SYMBOLIC_LINK*>(Object);
    KeQuerySystemTime(&Link->CreationTime);
    Status = ObpDuplicateName(TargetName, &Link->Target);
    if (!NT_SUCCESS(Status)) {
        ObMakeTemporaryObject(Object);
        ObfDereferenceObject(Object);
        return Status;
    }
    Status = ObInsertObject(Object, nullptr, DesiredAccess, 0, nullptr, &Local);
    return ObpReturnHandle(Mode, Handle, Local, Status);
}

NTSTATUS ObpQuerySymbolicLink(
    KPROCESSOR_MODE Mode, HANDLE LinkHandle, PUNICODE_STRING LinkTarget, PULONG ReturnedLength)
{
    PVOID Object = nullptr;
    NTSTATUS Status = ObpProbeForWrite(Mode, LinkTarget, sizeof(UNICODE_STRING), alignof(PVOID));

    if (NT_SUCCESS(Status)) {
        Status
            = ObpProbeForWrite(Mode, LinkTarget->Buffer, LinkTarget->MaximumLength, sizeof(WCHAR));
    }
    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(
            LinkHandle, SYMBOLIC_LINK_QUERY, ObpSymbolicLinkType, Mode, &Object, nullptr);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    auto* Link = static_cast<OBP_SYMBOLIC_LINK*>(Object);
    if (LinkTarget->MaximumLength < Link->Target.Length) {
        Status = STATUS_BUFFER_TOO_SMALL;
    } else {
        RtlCopyMemory(LinkTarget->Buffer, Link->Target.Buffer, Link->Target.Length);
        LinkTarget->Length = Link->Target.Length;
        if (LinkTarget->MaximumLength >= Link->Target.Length + sizeof(WCHAR)) {
            LinkTarget->Buffer[Link->Target.Length / sizeof(WCHAR)] = 0;
        }
    }
    if (ReturnedLength != nullptr) {
        *ReturnedLength = Link->Target.Length;
    }
    ObfDereferenceObject(Object);
    return Status;
}

NTSTATUS ObpQueryObject(
    KPROCESSOR_MODE Mode,
    HANDLE Handle,
    OBJECT_INFORMATION_CLASS Class,
    PVOID Buffer,
    ULONG Length,
    PULONG ReturnLength)
{
    PVOID Object = nullptr;
    OBJECT_HANDLE_INFORMATION Information {};
    ULONG Needed = 0;
    NTSTATUS Status = ObpProbeForWrite(Mode, Buffer, Length, alignof(ULONG));

    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(Handle, 0, nullptr, Mode, &Object, &Information);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    OBP_HEADER* Header = ObpHeader(Object);
    switch (Class) {
    case ObjectBasicInformation:
        Needed = sizeof(OBJECT_BASIC_INFORMATION);
        if (Length != Needed) {
            Status = STATUS_INFO_LENGTH_MISMATCH;
        } else {
            auto* Basic = static_cast<POBJECT_BASIC_INFORMATION>(Buffer);
            RtlZeroMemory(Basic, sizeof(*Basic));
            Basic->Attributes = Information.HandleAttributes
                | ((Header->Flags & kObpPermanent) != 0 ? OBJ_PERMANENT : 0);
            Basic->GrantedAccess = Information.GrantedAccess;
            Basic->HandleCount = static_cast<ULONG>(Header->HandleCount);
            Basic->PointerCount
                = static_cast<ULONG>(Header->PointerCount - 1); // not the one this call holds
        }
        break;
    case ObjectNameInformation:
        Status = ObQueryNameString(
            Object, static_cast<POBJECT_NAME_INFORMATION>(Buffer), Length, &Needed);
        break;
    case ObjectTypeInformation: {
        UNICODE_STRING Name;
        RtlInitUnicodeString(&Name, Header->Type->Name);
        Needed = static_cast<ULONG>(sizeof(UNICODE_STRING) + Name.Length + sizeof(WCHAR));
        if (Length < Needed) {
            Status = STATUS_INFO_LENGTH_MISMATCH;
        } else {
            auto* Target = static_cast<PUNICODE_STRING>(Buffer);
            Target->Buffer = reinterpret_cast<PWCH>(Target + 1);
            Target->Length = Name.Length;
            Target->MaximumLength = static_cast<USHORT>(Name.Length + sizeof(WCHAR));
            RtlCopyMemory(Target->Buffer, Name.Buffer, Name.Length + sizeof(WCHAR));
        }
        break;
    }
    default:
        Status = STATUS_INVALID_INFO_CLASS;
        break;
    }
    if (ReturnLength != nullptr) {
        *ReturnLength = Needed;
    }
    ObfDereferenceObject(Object);
    return Status;
}

} // namespace

extern "C" {

NTSTATUS NTAPI NtClose(HANDLE Handle)
{
    NT_SYSTEM_CALL(Close);
    return Call.Leave(ObpCloseHandle(Handle, Call.Mode()), reinterpret_cast<ULONG_PTR>(Handle));
}

NTSTATUS NTAPI ZwClose(HANDLE Handle)
{
    ZwScope Scope;
    return NtClose(Handle);
}

NTSTATUS NTAPI NtDuplicateObject(
    HANDLE SourceProcessHandle,
    HANDLE SourceHandle,
    HANDLE TargetProcessHandle,
    PHANDLE TargetHandle,
    ACCESS_MASK DesiredAccess,
    ULONG HandleAttributes,
    ULONG Options)
{
    NT_SYSTEM_CALL(DuplicateObject);
    return Call.Leave(ObpDuplicateObject(
        Call.Mode(), SourceProcessHandle, SourceHandle, TargetProcessHandle, TargetHandle,
        DesiredAccess, HandleAttributes, Options));
}

NTSTATUS NTAPI ZwDuplicateObject(
    HANDLE SourceProcessHandle,
    HANDLE SourceHandle,
    HANDLE TargetProcessHandle,
    PHANDLE TargetHandle,
    ACCESS_MASK DesiredAccess,
    ULONG HandleAttributes,
    ULONG Options)
{
    ZwScope Scope;
    return NtDuplicateObject(
        SourceProcessHandle, SourceHandle, TargetProcessHandle, TargetHandle, DesiredAccess,
        HandleAttributes, Options);
}

NTSTATUS NTAPI NtMakeTemporaryObject(HANDLE Handle)
{
    NT_SYSTEM_CALL(MakeTemporaryObject);
    PVOID Object = nullptr;
    NTSTATUS Status
        = ObReferenceObjectByHandle(Handle, DELETE, nullptr, Call.Mode(), &Object, nullptr);
    if (NT_SUCCESS(Status)) {
        ObMakeTemporaryObject(Object);
        ObfDereferenceObject(Object);
    }
    return Call.Leave(Status);
}

NTSTATUS NTAPI ZwMakeTemporaryObject(HANDLE Handle)
{
    ZwScope Scope;
    return NtMakeTemporaryObject(Handle);
}

NTSTATUS NTAPI NtCreateDirectoryObject(
    PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_SYSTEM_CALL(CreateDirectoryObject);
    return Call.Leave(
        ObpCreateDirectory(Call.Mode(), DirectoryHandle, DesiredAccess, ObjectAttributes));
}

NTSTATUS NTAPI ZwCreateDirectoryObject(
    PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    ZwScope Scope;
    return NtCreateDirectoryObject(DirectoryHandle, DesiredAccess, ObjectAttributes);
}

NTSTATUS NTAPI NtOpenDirectoryObject(
    PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_SYSTEM_CALL(OpenDirectoryObject);
    return Call.Leave(ObpOpenByName(
        Call.Mode(), DirectoryHandle, DesiredAccess, ObjectAttributes, ObpDirectoryType));
}

NTSTATUS NTAPI ZwOpenDirectoryObject(
    PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    ZwScope Scope;
    return NtOpenDirectoryObject(DirectoryHandle, DesiredAccess, ObjectAttributes);
}

NTSTATUS NTAPI NtQueryDirectoryObject(
    HANDLE DirectoryHandle,
    PVOID Buffer,
    ULONG Length,
    BOOLEAN ReturnSingleEntry,
    BOOLEAN RestartScan,
    PULONG Context,
    PULONG ReturnLength)
{
    NT_SYSTEM_CALL(QueryDirectoryObject);
    return Call.Leave(ObpQueryDirectory(
        Call.Mode(), DirectoryHandle, Buffer, Length, ReturnSingleEntry, RestartScan, Context,
        ReturnLength));
}

NTSTATUS NTAPI ZwQueryDirectoryObject(
    HANDLE DirectoryHandle,
    PVOID Buffer,
    ULONG Length,
    BOOLEAN ReturnSingleEntry,
    BOOLEAN RestartScan,
    PULONG Context,
    PULONG ReturnLength)
{
    ZwScope Scope;
    return NtQueryDirectoryObject(
        DirectoryHandle, Buffer, Length, ReturnSingleEntry, RestartScan, Context, ReturnLength);
}

NTSTATUS NTAPI NtCreateSymbolicLinkObject(
    PHANDLE LinkHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PUNICODE_STRING TargetName)
{
    NT_SYSTEM_CALL(CreateSymbolicLinkObject);
    return Call.Leave(ObpCreateSymbolicLink(
        Call.Mode(), LinkHandle, DesiredAccess, ObjectAttributes, TargetName));
}

NTSTATUS NTAPI ZwCreateSymbolicLinkObject(
    PHANDLE LinkHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PUNICODE_STRING TargetName)
{
    ZwScope Scope;
    return NtCreateSymbolicLinkObject(LinkHandle, DesiredAccess, ObjectAttributes, TargetName);
}

NTSTATUS NTAPI NtOpenSymbolicLinkObject(
    PHANDLE LinkHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_SYSTEM_CALL(OpenSymbolicLinkObject);
    return Call.Leave(ObpOpenByName(
        Call.Mode(), LinkHandle, DesiredAccess, ObjectAttributes, ObpSymbolicLinkType));
}

NTSTATUS NTAPI ZwOpenSymbolicLinkObject(
    PHANDLE LinkHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    ZwScope Scope;
    return NtOpenSymbolicLinkObject(LinkHandle, DesiredAccess, ObjectAttributes);
}

NTSTATUS NTAPI
NtQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget, PULONG ReturnedLength)
{
    NT_SYSTEM_CALL(QuerySymbolicLinkObject);
    return Call.Leave(ObpQuerySymbolicLink(Call.Mode(), LinkHandle, LinkTarget, ReturnedLength));
}

NTSTATUS NTAPI
ZwQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget, PULONG ReturnedLength)
{
    ZwScope Scope;
    return NtQuerySymbolicLinkObject(LinkHandle, LinkTarget, ReturnedLength);
}

NTSTATUS NTAPI NtQueryObject(
    HANDLE Handle,
    OBJECT_INFORMATION_CLASS ObjectInformationClass,
    PVOID ObjectInformation,
    ULONG ObjectInformationLength,
    PULONG ReturnLength)
{
    NT_SYSTEM_CALL(QueryObject);
    return Call.Leave(ObpQueryObject(
        Call.Mode(), Handle, ObjectInformationClass, ObjectInformation, ObjectInformationLength,
        ReturnLength));
}

NTSTATUS NTAPI ZwQueryObject(
    HANDLE Handle,
    OBJECT_INFORMATION_CLASS ObjectInformationClass,
    PVOID ObjectInformation,
    ULONG ObjectInformationLength,
    PULONG ReturnLength)
{
    ZwScope Scope;
    return NtQueryObject(
        Handle, ObjectInformationClass, ObjectInformation, ObjectInformationLength, ReturnLength);
}

} // extern "C"
