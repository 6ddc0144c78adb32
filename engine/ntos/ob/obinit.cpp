// obinit.cpp - birth and end of the object manager, and the name space a world starts with.
//
//   \                     root
//   \ObjectTypes          (reserved; types are not listed)
//   \Device  \Driver  \FileSystem  \BaseNamedObjects
//   \??                   DOS device names: drive letters and UNC
//   \DosDevices, \GLOBAL??   links to \??
//   \??\UNC               link to \Device\Mup
//   \??\GLOBALROOT        link to the root, as on Windows
#include "engine/ntos/inc/init.h"
#include "engine/ntos/ob/obpriv.h"

namespace {

void ObpRequire(NTSTATUS Status, ULONG Step)
{
    if (!NT_SUCCESS(Status)) {
        KeBugCheckEx(OBJECT_INITIALIZATION_FAILED, static_cast<ULONG_PTR>(Status), Step, 0, 0);
    }
}

OB_TYPE_PROCEDURES ObpTypeDefaults()
{
    OB_TYPE_PROCEDURES Procedures {};
    Procedures.WaitOffset = OBP_NOT_WAITABLE;
    Procedures.WaitPointerOffset = OBP_NOT_WAITABLE;
    return Procedures;
}

NTSTATUS ObpCreatePermanent(PCWSTR Path, POBJECT_TYPE Type, ULONG Bytes, PVOID* Object)
{
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;

    RtlInitUnicodeString(&Name, Path);
    InitializeObjectAttributes(
        &Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, nullptr, nullptr);
    return ObCreateObject(KernelMode, Type, &Attributes, KernelMode, nullptr, Bytes, 0, 0, Object);
}

// The directory or link created last that still has its boot name.
OBP_HEADER* ObpYoungestName()
{
    for (PLIST_ENTRY Link = ObpLiveObjects.Blink; Link != &ObpLiveObjects; Link = Link->Blink) {
        OBP_HEADER* Header = CONTAINING_RECORD(Link, OBP_HEADER, LiveLinks);
        if ((Header->Type == ObpDirectoryType || Header->Type == ObpSymbolicLinkType)
            && Header->Name != nullptr && (Header->Flags & kObpPermanent) != 0) {
            return Header;
        }
    }
    return nullptr;
}

} // namespace

NTSTATUS ObpCreatePermanentDirectory(PCWSTR Path)
{
    PVOID Object = nullptr;
    NTSTATUS Status = ObpCreatePermanent(Path, ObpDirectoryType, sizeof(OBP_DIRECTORY), &Object);

    if (NT_SUCCESS(Status)) {
        InitializeListHead(&static_cast<OBP_DIRECTORY*>(Object)->Entries);
        Status = ObInsertObject(Object, nullptr, 0, 0, nullptr, nullptr);
    }
    return Status;
}

NTSTATUS ObpCreatePermanentSymbolicLink(PCWSTR Path, PCWSTR Target)
{
    PVOID Object = nullptr;
    UNICODE_STRING TargetName;
    NTSTATUS Status
        = ObpCreatePermanent(Path, ObpSymbolicLinkType, sizeof(OBP_SYMBOLIC_LINK), &Object);

    if (NT_SUCCESS(Status)) {
        RtlInitUnicodeString(&TargetName, Target);
        Status = ObpDuplicateName(&TargetName, &static_cast<OBP_SYMBOLIC_LINK*>(Object)->Target);
        if (NT_SUCCESS(Status)) {
            Status = ObInsertObject(Object, nullptr, 0, 0, nullptr, nullptr);
        } else {
            ObMakeTemporaryObject(Object);
            ObfDereferenceObject(Object);
        }
    }
    return Status;
}

/// Types Type, Directory and SymbolicLink and the name space above. Runs before any process exists:
/// no handle is made.
///
/// IRQL     PASSIVE_LEVEL
void ObInitSystem()
{
    static const PCWSTR Directories[] = { L"\\ObjectTypes", L"\\Device",           L"\\Driver",
                                          L"\\FileSystem",  L"\\BaseNamedObjects", L"\\??" };
    static const PCWSTR Links[][2] = { { L"\\DosDevices", L"\\??" },
                                       { L"\\GLOBAL?\?", L"\\??" },
                                       { L"\\??\\UNC", L"\\Device\\Mup" },
                                       { L"\\??\\GLOBALROOT", L"" } };

    InitializeListHead(&ObpLiveObjects);
    ObpTypeType = nullptr;
    ObpSecurityReady = FALSE;
    OB_TYPE_PROCEDURES Procedures = ObpTypeDefaults();
    Procedures.ValidAccessMask = STANDARD_RIGHTS_ALL;
    ObpCreateType(L"Type", &Procedures);

    Procedures = ObpTypeDefaults();
    Procedures.GenericMapping
        = { STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
            STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY,
            STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE, DIRECTORY_ALL_ACCESS };
    Procedures.ValidAccessMask = DIRECTORY_ALL_ACCESS;
    Procedures.Delete = ObpDeleteDirectory;
    ObpDirectoryType = ObpCreateType(L"Directory", &Procedures);

    Procedures = ObpTypeDefaults();
    Procedures.GenericMapping
        = { STANDARD_RIGHTS_READ | SYMBOLIC_LINK_QUERY, STANDARD_RIGHTS_WRITE,
            STANDARD_RIGHTS_EXECUTE | SYMBOLIC_LINK_QUERY, SYMBOLIC_LINK_ALL_ACCESS };
    Procedures.ValidAccessMask = SYMBOLIC_LINK_ALL_ACCESS;
    Procedures.Delete = ObpDeleteSymbolicLink;
    Procedures.Parse = ObpParseSymbolicLink;
    ObpSymbolicLinkType = ObpCreateType(L"SymbolicLink", &Procedures);

    ObpInitEvents();

    PVOID Root = nullptr;
    ObpRequire(
        ObCreateObject(
            KernelMode, ObpDirectoryType, nullptr, KernelMode, nullptr, sizeof(OBP_DIRECTORY), 0, 0,
            &Root),
        1);
    ObpRootDirectory = static_cast<OBP_DIRECTORY*>(Root);
    InitializeListHead(&ObpRootDirectory->Entries);
    ObpMakePermanentObject(Root);
    for (PCWSTR Path : Directories) {
        ObpRequire(ObpCreatePermanentDirectory(Path), 2);
    }
    for (const auto& Link : Links) {
        ObpRequire(ObpCreatePermanentSymbolicLink(Link[0], Link[1]), 3);
    }
}

/// Takes the boot name space and the types down again. What else is alive stays for the leak report
/// of pool.
void ObShutdownSystem()
{
    ObpDrainDeferred();
    // Youngest first: links and inner directories go before the directories they are in.
    for (OBP_HEADER* Header = ObpYoungestName(); Header != nullptr; Header = ObpYoungestName()) {
        Header->Flags &= static_cast<UCHAR>(~kObpPermanent);
        ObpDeleteNameCheck(Header);
    }
    // The root kept the reference of its creation; types keep theirs.
    if (ObpRootDirectory != nullptr && ObpPointerCount(ObpRootDirectory) == 1) {
        ObfDereferenceObject(ObpRootDirectory);
    }
    ObpRootDirectory = nullptr;
    for (PLIST_ENTRY Link = ObpLiveObjects.Blink; Link != &ObpLiveObjects;) {
        OBP_HEADER* Header = CONTAINING_RECORD(Link, OBP_HEADER, LiveLinks);
        Link = Link->Blink;
        if (Header->Type == ObpTypeType && ObpBody(Header) != ObpTypeType) {
            ObfDereferenceObject(ObpBody(Header));
        }
    }
    if (ObpTypeType != nullptr) {
        OBP_HEADER* Header = ObpHeader(ObpTypeType);
        RemoveEntryList(&Header->LiveLinks);
        ExFreePoolWithTag(Header, OBP_TAG_OBJECT);
        ObpTypeType = nullptr;
    }
}

/// From here on access states capture the security context of the thread. IoInitSystem calls it: ps
/// and se are up.
void ObpSecurityIsReady()
{
    ObpSecurityReady = TRUE;
}
