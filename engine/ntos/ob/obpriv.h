// obpriv.h - structures only the object manager itself knows.
#pragma once

#include "engine/ntos/inc/obp.h"

#include <rdrtrace.h>

#define OBP_TAG_OBJECT 'tjbO'
#define OBP_TAG_NAME 'mNbO'
#define OBP_TAG_DIRECTORY 'iDbO'
#define OBP_TAG_HANDLES 'bTbO'

// Object names longer than this cannot be represented in a UNICODE_STRING with room for what a
// parse appends.
constexpr ULONG kObpMaximumNameBytes = 0xFFFE - 2 * sizeof(WCHAR);

// A chain of symbolic links and reparses is followed this far. Source: the limit is documented for
// file systems as the maximum number of reparse points on a path (63 since Windows 10, 31 before);
// the same bound is used for links here.
constexpr ULONG kObpMaximumReparses = 63;

struct _OBJECT_TYPE
{
    PCWSTR Name;
    OB_TYPE_PROCEDURES Procedures;
    RDR_OBJECT_KIND TraceKind; // RdrObjectNone: births and references are not recorded
    ULONG TotalNumberOfObjects;
    ULONG TotalNumberOfHandles;
};

struct OBP_DIRECTORY;

// One name in one directory. Exists from ObInsertObject to the removal of the name, owned by the
// object's header.
struct OBP_NAME
{
    LIST_ENTRY DirectoryLinks; // in Directory->Entries while Directory is not NULL
    OBP_DIRECTORY* Directory; // referenced while the name is entered
    struct OBP_HEADER* Header; // referenced while the name is entered
    UNICODE_STRING Name; // own buffer, last component only
};

// What ObCreateObject captured until ObInsertObject uses it.
struct OBP_CREATE
{
    HANDLE RootDirectory;
    ULONG Attributes;
    KPROCESSOR_MODE ProbeMode;
    PVOID ParseContext;
    PSECURITY_DESCRIPTOR SecurityDescriptor;
    UNICODE_STRING FullName; // own buffer
};

constexpr ULONG kObpSignature = 0x4A424F45;
constexpr UCHAR kObpPermanent = 0x01;
constexpr UCHAR kObpDeleting = 0x02;
constexpr UCHAR kObpExclusive = 0x04;

struct alignas(16) OBP_HEADER
{
    // constant after creation
    ULONG Signature;
    POBJECT_TYPE Type;
    // guarded as obp.h says (no schedule point inside)
    LONG PointerCount;
    LONG HandleCount;
    UCHAR Flags;
    OBP_NAME* Name;
    OBP_CREATE* Create;
    LIST_ENTRY LiveLinks; // ObpLiveObjects, in order of creation
    OBP_HEADER* NextDeferred; // while on the list of deferred deletions
};

FORCEINLINE OBP_HEADER* ObpHeader(PVOID Object)
{
    return reinterpret_cast<OBP_HEADER*>(Object) - 1;
}

FORCEINLINE PVOID ObpBody(OBP_HEADER* Header)
{
    return Header + 1;
}

struct OBP_DIRECTORY
{
    LIST_ENTRY Entries; // OBP_NAME, in order of insertion
};

struct OBP_SYMBOLIC_LINK
{
    UNICODE_STRING Target; // own buffer
    LARGE_INTEGER CreationTime;
};

// Handle tables. Entries live in blocks that never move, so an entry's address names the handle in
// the trace.
constexpr ULONG kObpEntriesPerBlock = 64;
constexpr ULONG kObpMaximumBlocks = 1024;

struct OBP_HANDLE_ENTRY
{
    OBP_HEADER* Header; // NULL: free
    ACCESS_MASK GrantedAccess;
    ULONG Attributes; // OBJ_INHERIT, OBP_PROTECT_CLOSE
    ULONG NextFree; // index + 1 of the next free entry while free
};

constexpr ULONG OBP_PROTECT_CLOSE = 0x00000001;

struct _HANDLE_TABLE
{
    PEPROCESS Process; // not referenced: the table dies before the process
    ULONG BlockCount;
    ULONG
    FirstFree; // index + 1, 0: none. Last in, first out, as the numbers students see on Windows
    ULONG HandleCount;
    OBP_HANDLE_ENTRY* Blocks[kObpMaximumBlocks];
};
typedef struct _HANDLE_TABLE HANDLE_TABLE, *PHANDLE_TABLE;

// Kernel handles carry the sign bit of a 32-bit handle, as on Windows.
constexpr LONG_PTR kObpKernelHandleBit = static_cast<LONG_PTR>(0xFFFFFFFF80000000ull);

extern LIST_ENTRY ObpLiveObjects;
extern OBP_DIRECTORY* ObpRootDirectory;
extern BOOLEAN ObpSecurityReady; // tokens exist: access states capture their caller's

struct OBP_LOOKUP
{
    // in
    HANDLE RootDirectory;
    PUNICODE_STRING Name;
    ULONG Attributes;
    POBJECT_TYPE Type;
    KPROCESSOR_MODE Mode;
    PACCESS_STATE AccessState;
    PVOID ParseContext;
    PSECURITY_QUALITY_OF_SERVICE SecurityQos;
    PVOID Insert; // object to enter under this name when it is free, or NULL
    // out
    PVOID Object; // with one reference
    BOOLEAN Inserted;
};

NTSTATUS ObpLookup(OBP_LOOKUP* Lookup);
OBP_NAME* ObpFindInDirectory(OBP_DIRECTORY* Directory, PCUNICODE_STRING Name);
void ObpEnterName(OBP_DIRECTORY* Directory, OBP_HEADER* Header, OBP_NAME* Name);
void ObpRemoveName(OBP_HEADER* Header);
void ObpDeleteNameCheck(OBP_HEADER* Header);

NTSTATUS ObpCreateHandle(
    PVOID Object,
    OB_OPEN_REASON Reason,
    ACCESS_MASK GrantedAccess,
    ULONG Attributes,
    KPROCESSOR_MODE Mode,
    PHANDLE Handle);
PHANDLE_TABLE ObpTableOfHandle(HANDLE* Handle, KPROCESSOR_MODE Mode);
OBP_HANDLE_ENTRY* ObpLookupEntry(PHANDLE_TABLE Table, HANDLE Handle);
NTSTATUS ObpCloseHandle(HANDLE Handle, KPROCESSOR_MODE Mode);

ACCESS_MASK ObpGrantAccess(POBJECT_TYPE Type, ACCESS_MASK DesiredAccess);
void ObpInitAccessState(PACCESS_STATE State, POBJECT_TYPE Type, ACCESS_MASK DesiredAccess);
void ObpDeleteAccessState(PACCESS_STATE State);
NTSTATUS ObpDuplicateName(PCUNICODE_STRING Source, PUNICODE_STRING Target);
void ObpFreeName(PUNICODE_STRING Name);
void ObpFreeCreate(OBP_HEADER* Header);

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
    PVOID* Object);
void ObpDeleteSymbolicLink(PVOID Object);
void ObpDeleteDirectory(PVOID Object);
void ObpInitEvents();
