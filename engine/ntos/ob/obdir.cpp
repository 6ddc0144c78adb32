// obdir.cpp - the name space: directories, symbolic links and the walk along a name.
//
// A walk goes component by component through directories. Whatever else it meets gets the rest of
// the name through its parse procedure: a symbolic link answers STATUS_REPARSE with another name, a
// device opens a file. So one walk of
// \??\UNC\lab\public\a.txt visits the root, \??, the link UNC, starts over with
// \Device\Mup\lab\public\a.txt, and ends in the parse procedure of the device Mup.
//
// Names are compared without regard to case, as Windows does since XP (ObCaseInsensitive);
// Attributes still travel to the parse procedures, so a file system sees whether its caller asked
// for it.
#include "engine/ntos/ob/obpriv.h"

constinit POBJECT_TYPE ObpDirectoryType = nullptr;
constinit POBJECT_TYPE ObpSymbolicLinkType = nullptr;
constinit OBP_DIRECTORY* ObpRootDirectory = nullptr;

namespace {

constexpr WCHAR kSeparator = L'\\';

// Takes the first component off Rest (which may start with one separator).
UNICODE_STRING ObpNextComponent(PUNICODE_STRING Rest)
{
    UNICODE_STRING Component;

    if (Rest->Length != 0 && Rest->Buffer[0] == kSeparator) {
        Rest->Buffer++;
        Rest->Length = static_cast<USHORT>(Rest->Length - sizeof(WCHAR));
    }
    Component.Buffer = Rest->Buffer;
    Component.Length = 0;
    while (Component.Length < Rest->Length
           && Rest->Buffer[Component.Length / sizeof(WCHAR)] != kSeparator) {
        Component.Length = static_cast<USHORT>(Component.Length + sizeof(WCHAR));
    }
    Component.MaximumLength = Component.Length;
    Rest->Buffer += Component.Length / sizeof(WCHAR);
    Rest->Length = static_cast<USHORT>(Rest->Length - Component.Length);
    Rest->MaximumLength = Rest->Length;
    return Component;
}

// Enters Lookup->Insert under Component. The name holds one reference on the object until it is
// removed.
NTSTATUS ObpInsertName(OBP_LOOKUP* Lookup, OBP_DIRECTORY* Directory, PCUNICODE_STRING Component)
{
    auto* Name = static_cast<OBP_NAME*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(OBP_NAME), OBP_TAG_DIRECTORY));

    if (Name == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Name, sizeof(*Name));
    NTSTATUS Status = ObpDuplicateName(Component, &Name->Name);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Name, OBP_TAG_DIRECTORY);
        return Status;
    }
    ObpEnterName(Directory, ObpHeader(Lookup->Insert), Name);
    ObpReference(Lookup->Insert, "lookup");
    Lookup->Object = Lookup->Insert;
    Lookup->Inserted = TRUE;
    return STATUS_SUCCESS;
}

// One walk from Object along Rest. STATUS_REPARSE: *Complete was replaced, walk again from the
// root.
NTSTATUS ObpWalk(OBP_LOOKUP* Lookup, PVOID Start, PUNICODE_STRING Complete, UNICODE_STRING Rest)
{
    PVOID Object = Start;

    ObpReference(Object, "lookup");
    for (;;) {
        POBJECT_TYPE Type = ObpTypeOf(Object);
        if (Type == ObpDirectoryType) {
            if (Rest.Length == 0
                || (Rest.Length == sizeof(WCHAR) && Rest.Buffer[0] == kSeparator
                    && Object == Start)) {
                break;
            }
            UNICODE_STRING Component = ObpNextComponent(&Rest);
            auto* Directory = static_cast<OBP_DIRECTORY*>(Object);
            NTSTATUS Status = STATUS_SUCCESS;
            if (Component.Length == 0) {
                Status = STATUS_OBJECT_NAME_INVALID;
            } else if (OBP_NAME* Name = ObpFindInDirectory(Directory, &Component)) {
                PVOID Next = ObpBody(Name->Header);
                ObpReference(Next, "lookup");
                ObpDereference(Object, "lookup");
                Object = Next;
                continue;
            } else if (Rest.Length != 0) {
                Status = STATUS_OBJECT_PATH_NOT_FOUND;
            } else if (Lookup->Insert != nullptr) {
                Status = ObpInsertName(Lookup, Directory, &Component);
            } else {
                Status = STATUS_OBJECT_NAME_NOT_FOUND;
            }
            ObpDereference(Object, "lookup");
            return Status;
        }
        // A symbolic link that is the end of the name is itself the object when links are asked
        // for.
        BOOLEAN WantsLink = Type == ObpSymbolicLinkType && Rest.Length == 0
            && ((Lookup->Attributes & OBJ_OPENLINK) != 0 || Lookup->Type == ObpSymbolicLinkType);
        if (Type->Procedures.Parse == nullptr || WantsLink) {
            if (Rest.Length != 0) {
                ObpDereference(Object, "lookup");
                return STATUS_OBJECT_TYPE_MISMATCH;
            }
            break;
        }
        if (Lookup->Insert != nullptr && Rest.Length == 0 && Type != ObpSymbolicLinkType) {
            break; // a collision: the caller compares
        }
        PVOID Parsed = nullptr;
        NTSTATUS Status = Type->Procedures.Parse(
            Object, Lookup->Type, Lookup->AccessState, Lookup->Mode, Lookup->Attributes, Complete,
            &Rest, Lookup->ParseContext, Lookup->SecurityQos, &Parsed);
        ObpDereference(Object, "lookup");
        if (Status == STATUS_REPARSE || Status == STATUS_REPARSE_OBJECT) {
            return STATUS_REPARSE;
        }
        if (NT_SUCCESS(Status) && Parsed == nullptr) {
            return STATUS_OBJECT_NAME_NOT_FOUND;
        }
        Lookup->Object = Parsed; // the parse procedure's reference is ours
        return Status;
    }
    Lookup->Object = Object;
    return STATUS_SUCCESS;
}

} // namespace

OBP_NAME* ObpFindInDirectory(OBP_DIRECTORY* Directory, PCUNICODE_STRING Name)
{
    for (PLIST_ENTRY Link = Directory->Entries.Flink; Link != &Directory->Entries;
         Link = Link->Flink) {
        OBP_NAME* Entry = CONTAINING_RECORD(Link, OBP_NAME, DirectoryLinks);
        if (RtlEqualUnicodeString(&Entry->Name, Name, TRUE)) {
            return Entry;
        }
    }
    return nullptr;
}

void ObpEnterName(OBP_DIRECTORY* Directory, OBP_HEADER* Header, OBP_NAME* Name)
{
    NT_ASSERT(Header->Name == nullptr);
    Name->Directory = Directory;
    Name->Header = Header;
    Header->Name = Name;
    ObpReference(Directory, "name");
    ObpReference(ObpBody(Header), "name");
    InsertTailList(&Directory->Entries, &Name->DirectoryLinks);
}

/// Takes the name out of its directory and gives back the name's references. The caller holds one
/// of its own, or is the deletion of the object.
void ObpRemoveName(OBP_HEADER* Header)
{
    OBP_NAME* Name = Header->Name;

    if (Name == nullptr) {
        return;
    }
    OBP_DIRECTORY* Directory = Name->Directory;
    Header->Name = nullptr;
    RemoveEntryList(&Name->DirectoryLinks);
    ObpFreeName(&Name->Name);
    ExFreePoolWithTag(Name, OBP_TAG_DIRECTORY);
    ObpDereference(ObpBody(Header), "name");
    ObpDereference(Directory, "name");
}

/// A temporary object keeps its name as long as somebody has a handle to it.
void ObpDeleteNameCheck(OBP_HEADER* Header)
{
    if (Header->HandleCount == 0 && (Header->Flags & kObpPermanent) == 0) {
        ObpRemoveName(Header);
    }
}

/// Walks a name and returns the object with one reference, or enters Lookup->Insert where the name
/// is free.
///
/// IRQL     PASSIVE_LEVEL; parse procedures may wait
/// Errors   STATUS_OBJECT_PATH_SYNTAX_BAD (no leading separator, no name),
/// STATUS_OBJECT_NAME_INVALID (empty component),
///          STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_NAME_NOT_FOUND (also after too many
///          reparses), STATUS_OBJECT_TYPE_MISMATCH, or what a parse procedure returned
NTSTATUS ObpLookup(OBP_LOOKUP* Lookup)
{
    UNICODE_STRING Complete {};
    NTSTATUS Status;
    PVOID Root = nullptr;

    PAGED_CODE();
    Lookup->Object = nullptr;
    Lookup->Inserted = FALSE;
    if (Lookup->RootDirectory != nullptr) {
        Status = ObReferenceObjectByHandle(
            Lookup->RootDirectory, 0, nullptr, Lookup->Mode, &Root, nullptr);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        POBJECT_TYPE RootType = ObpTypeOf(Root);
        // A name below a directory object is relative; below a file it is the file system's
        // business.
        if (RootType == ObpDirectoryType && Lookup->Name->Length != 0
            && Lookup->Name->Buffer[0] == kSeparator) {
            ObfDereferenceObject(Root);
            return STATUS_OBJECT_PATH_SYNTAX_BAD;
        }
        if (RootType != ObpDirectoryType && RootType->Procedures.Parse == nullptr) {
            ObfDereferenceObject(Root);
            return STATUS_INVALID_HANDLE;
        }
    } else {
        if (Lookup->Name->Length == 0 || Lookup->Name->Buffer[0] != kSeparator) {
            return STATUS_OBJECT_PATH_SYNTAX_BAD;
        }
        Root = ObpRootDirectory;
        ObpReference(Root, "lookup");
    }
    Status = ObpDuplicateName(Lookup->Name, &Complete);
    for (ULONG Reparses = 0; NT_SUCCESS(Status); Reparses++) {
        if (Reparses > kObpMaximumReparses) {
            Status = STATUS_OBJECT_NAME_NOT_FOUND;
            break;
        }
        Status = ObpWalk(Lookup, Root, &Complete, Complete);
        if (Status != STATUS_REPARSE) {
            break;
        }
        if ((Lookup->Attributes & OBJ_DONT_REPARSE) != 0) {
            Status = STATUS_REPARSE_POINT_NOT_RESOLVED;
            break;
        }
        if (Complete.Length == 0 || Complete.Buffer[0] != kSeparator) {
            Status = STATUS_OBJECT_PATH_SYNTAX_BAD;
            break;
        }
        // The new name is absolute, whatever the walk started from.
        ObpDereference(Root, "lookup");
        Root = ObpRootDirectory;
        ObpReference(Root, "lookup");
        Status = STATUS_SUCCESS;
    }
    ObpDereference(Root, "lookup");
    ObpFreeName(&Complete);
    if (NT_SUCCESS(Status) && Lookup->Insert == nullptr && Lookup->Type != nullptr
        && ObpTypeOf(Lookup->Object) != Lookup->Type) {
        ObpDereference(Lookup->Object, "lookup");
        Lookup->Object = nullptr;
        Status = STATUS_OBJECT_TYPE_MISMATCH;
    }
    return Status;
}

/// Replaces *CompleteName by the link's target and what was left behind the link.
NTSTATUS ObpParseSymbolicLink(
    PVOID ParseObject,
    POBJECT_TYPE ObjectType,
    PACCESS_STATE AccessState,
    KPROCESSOR_MODE AccessMode,
    ULONG Attributes,
    PUNICODE_STRING CompleteName,
    PUNICODE_STRING RemainingName,
    PVOID Context,
    PSECURITY_QUALITY_OF_SERVICE SecurityQos,
    PVOID* Object)
{
    UNREFERENCED_PARAMETER(ObjectType);
    UNREFERENCED_PARAMETER(AccessState);
    UNREFERENCED_PARAMETER(AccessMode);
    UNREFERENCED_PARAMETER(Attributes);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(SecurityQos);
    auto* Link = static_cast<OBP_SYMBOLIC_LINK*>(ParseObject);
    ULONG Bytes = ULONG { Link->Target.Length } + RemainingName->Length;

    *Object = nullptr;
    if (Bytes > kObpMaximumNameBytes) {
        return STATUS_NAME_TOO_LONG;
    }
    UNICODE_STRING Joined;
    Joined.Length = static_cast<USHORT>(Bytes);
    Joined.MaximumLength = static_cast<USHORT>(Bytes + sizeof(WCHAR));
    Joined.Buffer = static_cast<PWCH>(
        ExAllocatePoolWithTag(NonPagedPool, Joined.MaximumLength, OBP_TAG_NAME));
    if (Joined.Buffer == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Joined.Buffer, Link->Target.Buffer, Link->Target.Length);
    RtlCopyMemory(
        Joined.Buffer + Link->Target.Length / sizeof(WCHAR), RemainingName->Buffer,
        RemainingName->Length);
    Joined.Buffer[Bytes / sizeof(WCHAR)] = 0;
    ObpFreeName(CompleteName);
    *CompleteName = Joined;
    return STATUS_REPARSE;
}

void ObpDeleteSymbolicLink(PVOID Object)
{
    ObpFreeName(&static_cast<OBP_SYMBOLIC_LINK*>(Object)->Target);
}

void ObpDeleteDirectory(PVOID Object)
{
    NT_ASSERT(IsListEmpty(&static_cast<OBP_DIRECTORY*>(Object)->Entries));
    UNREFERENCED_PARAMETER(Object);
}
