// obp.h - what the object manager offers to the other parts of the executive.
//
// Every kernel object is a body behind an OBP_HEADER. Bodies are what drivers see; the header
// counts two things:
//
//   PointerCount   who may still touch the memory: kernel pointers and handles alike. At zero the
//   type's delete
//                  procedure runs and the memory goes.
//   HandleCount    who may still name it from a process. At zero the type's close procedure has
//   seen its last call and a
//                  temporary object loses its name.
//
// Locks: the emulator has one host thread and switches fibers only at schedule points (waits,
// IofCallDriver, IofCompleteRequest, work item boundaries). Nothing in the name space or the handle
// tables crosses such a point while it holds a pointer it has not referenced, so these tables need
// no lock. Callbacks of a type may block; the tables are consistent whenever one is called.
#pragma once

#include <ntifs.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _OB_OPEN_REASON
{
    ObCreateHandle,
    ObOpenHandle,
    ObDuplicateHandle,
    ObInheritHandle
} OB_OPEN_REASON;

/// A handle to Object was made. A failure undoes the open.
typedef NTSTATUS (*OB_OPEN_METHOD)(
    OB_OPEN_REASON OpenReason,
    PEPROCESS Process,
    PVOID Object,
    ACCESS_MASK GrantedAccess,
    ULONG HandleCount);

/// A handle was closed. ProcessHandleCount and SystemHandleCount are the counts before this close:
/// 1 is the last one.
typedef void (*OB_CLOSE_METHOD)(
    PEPROCESS Process,
    PVOID Object,
    ACCESS_MASK GrantedAccess,
    ULONG ProcessHandleCount,
    ULONG SystemHandleCount);

/// The last reference is gone. IRQL PASSIVE_LEVEL; the memory is freed when this returns.
typedef void (*OB_DELETE_METHOD)(PVOID Object);

/// Resolves what is left of a name below ParseObject. STATUS_REPARSE: *CompleteName was replaced,
/// start over.
typedef NTSTATUS (*OB_PARSE_METHOD)(
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

/// Query or set of the object's security descriptor through a handle.
typedef enum _OB_SECURITY_OPERATION
{
    ObSetSecurity,
    ObQuerySecurity
} OB_SECURITY_OPERATION;
typedef NTSTATUS (*OB_SECURITY_METHOD)(
    PVOID Object,
    OB_SECURITY_OPERATION Operation,
    SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PULONG Length,
    KPROCESSOR_MODE AccessMode);

/// Closes a handle of the current process (or a kernel handle), with the rights of PreviousMode.
NTKERNELAPI NTSTATUS NTAPI ObCloseHandle(HANDLE Handle, KPROCESSOR_MODE PreviousMode);

/// Full name of an object whose names the type itself keeps (files, keys).
typedef NTSTATUS (*OB_QUERYNAME_METHOD)(
    PVOID Object,
    BOOLEAN HasObjectName,
    POBJECT_NAME_INFORMATION NameInformation,
    ULONG Length,
    PULONG ReturnLength,
    KPROCESSOR_MODE Mode);

typedef struct _OB_TYPE_PROCEDURES
{
    GENERIC_MAPPING GenericMapping;
    ACCESS_MASK ValidAccessMask;
    OB_OPEN_METHOD Open;
    OB_CLOSE_METHOD Close;
    OB_DELETE_METHOD Delete;
    OB_PARSE_METHOD Parse;
    OB_SECURITY_METHOD Security;
    OB_QUERYNAME_METHOD QueryName;
    LONG WaitOffset; // offset of the DISPATCHER_HEADER a wait on the object uses, OBP_NOT_WAITABLE
                     // without one
    LONG WaitPointerOffset; // instead: offset of a pointer to it; OBP_NOT_WAITABLE when unused
    ULONG TraceKind; // RDR_OBJECT_KIND; 0: births and references of this type are not recorded
} OB_TYPE_PROCEDURES, *POB_TYPE_PROCEDURES;
#define OBP_NOT_WAITABLE (-1)

/// Makes an object type. Name is a literal ("File"), kept by pointer. The type appears as
/// \ObjectTypes\Name.
POBJECT_TYPE ObpCreateType(PCWSTR Name, const OB_TYPE_PROCEDURES* Procedures);

// Declared by ntifs.h, implemented here, with what the documentation leaves open:
//
//   ObCreateObject   returns a zeroed body with one pointer reference. A name in ObjectAttributes
//   is captured and entered
//                    into the name space by ObInsertObject. IRQL PASSIVE_LEVEL (<= DISPATCH_LEVEL
//                    without attributes).
//   ObInsertObject   names the object and, when Handle is not NULL, opens a handle in the current
//   process. Consumes the
//                    reference of ObCreateObject, with and without success; ObjectPointerBias > 0
//                    takes that many references for the caller and returns the object in
//                    *NewObject. OBJ_OPENIF may hand out the object that was already there
//                    (STATUS_OBJECT_NAME_EXISTS).
//   ObReferenceObjectByName  looks a name up and returns the object with one reference.

/// Looks a name up and opens a handle. ParseContext goes to the parse procedures met on the way.
NTSTATUS ObOpenObjectByName(
    POBJECT_ATTRIBUTES ObjectAttributes,
    POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode,
    PACCESS_STATE AccessState,
    ACCESS_MASK DesiredAccess,
    PVOID ParseContext,
    PHANDLE Handle);

/// Creates a handle table for a new process / closes every handle it still has and destroys the
/// table (returns how many were left open; each is noted in the trace). PspObjectTable(Process) of
/// psp.h is where the table hangs.
NTSTATUS ObInitProcess(PEPROCESS Process);
ULONG ObKillProcess(PEPROCESS Process);

/// Clears the permanent mark; the name goes as soon as no handle is open.
void ObpMakePermanentObject(PVOID Object);

POBJECT_TYPE ObpTypeOf(PVOID Object);
PCWSTR ObpTypeName(POBJECT_TYPE Type);
LONG ObpPointerCount(PVOID Object);
LONG ObpHandleCount(PVOID Object);

/// The dispatcher object a wait on Object means, NULL when the object cannot be waited on.
PVOID ObpWaitObject(PVOID Object);

/// Names the reason the next reference change on this thread is recorded with ("handle", "IRP"); a
/// literal.
void ObpReference(PVOID Object, const char* Reason);
void ObpDereference(PVOID Object, const char* Reason);

/// Objects that are still alive, for the report at shutdown. Calls Report for each in order of
/// creation.
typedef void (*OBP_REPORT)(
    PVOID Context, PCWSTR TypeName, PCUNICODE_STRING Name, LONG PointerCount, LONG HandleCount);
ULONG ObpReportLiveObjects(OBP_REPORT Report, PVOID Context);

/// Creates a symbolic link object / directory that stays until ObShutdownSystem. Used at boot.
NTSTATUS ObpCreatePermanentDirectory(PCWSTR Path);
NTSTATUS ObpCreatePermanentSymbolicLink(PCWSTR Path, PCWSTR Target);

/// Security of an object through its type. Types without a security procedure have none:
/// STATUS_NOT_SUPPORTED (differs: Windows gives every object a descriptor).
NTSTATUS ObpSecurity(
    PVOID Object,
    OB_SECURITY_OPERATION Operation,
    SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PULONG Length,
    KPROCESSOR_MODE AccessMode);

/// For parse procedures that answer STATUS_REPARSE: replaces *CompleteName by a copy of NewName.
NTSTATUS ObpReplaceCompleteName(PUNICODE_STRING CompleteName, PCUNICODE_STRING NewName);

/// Captures OBJECT_ATTRIBUTES checks that every Nt* call with a name makes. Returns the documented
/// status.
NTSTATUS ObpCheckObjectAttributes(KPROCESSOR_MODE Mode, POBJECT_ATTRIBUTES ObjectAttributes);

/// Buffer checks of system calls: STATUS_SUCCESS for kernel callers, otherwise
/// STATUS_ACCESS_VIOLATION or STATUS_DATATYPE_MISALIGNMENT as ProbeForRead and ProbeForWrite raise
/// them.
NTSTATUS
ObpProbeForRead(KPROCESSOR_MODE Mode, const volatile void* Address, SIZE_T Length, ULONG Alignment);
NTSTATUS
ObpProbeForWrite(KPROCESSOR_MODE Mode, volatile void* Address, SIZE_T Length, ULONG Alignment);

void ObpSecurityIsReady(void);

/// Deletes what waits for a worker to delete it, on this thread (shutdown). IRQL PASSIVE_LEVEL.
void ObpDrainDeferred(void);

extern POBJECT_TYPE ObpTypeType;
extern POBJECT_TYPE ObpDirectoryType;
extern POBJECT_TYPE ObpSymbolicLinkType;

#ifdef __cplusplus
}
#endif
