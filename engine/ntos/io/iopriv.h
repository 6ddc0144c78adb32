// iopriv.h - structures only the I/O manager itself knows.
#pragma once

#include "engine/ntos/inc/iop.h"
#include "engine/ntos/inc/ntframe.h"
#include "engine/ntos/inc/obp.h"
#include "engine/ntos/inc/psp.h"

#include <rdrtrace.h>

#define IOP_TAG_IRP ' prI'
#define IOP_TAG_FILE 'eliF'
#define IOP_TAG_NAME 'mNoI'
#define IOP_TAG_BUFFER 'fBoI'
#define IOP_TAG_DEVICE 'veDI'
#define IOP_TAG_DRIVER 'virD'
#define IOP_TAG_WORK 'kWoI'

extern POBJECT_TYPE IopFileObjectType;
extern POBJECT_TYPE IopDeviceObjectType;
extern POBJECT_TYPE IopDriverObjectType;

// ---- IRPs
// ------------------------------------------------------------------------------------------------------

// In front of every IRP that IoAllocateIrp made.
struct alignas(16) IOP_IRP_HEADER
{
    LIST_ENTRY LiveLinks; // IopIrps.Live while allocated, IopIrps.Resting after IoFreeIrp
    ULONG Signature;
    CCHAR StackCapacity;
    BOOLEAN Queued; // on its thread's list
    PVOID Attached; // pool that lives as long as the IRP, or NULL
    BOOLEAN FinalStage; // completed by all drivers; only the I/O manager touches it from here
};

constexpr ULONG kIopIrpSignature = 0x50524931;

FORCEINLINE IOP_IRP_HEADER* IopIrpHeader(PIRP Irp)
{
    return reinterpret_cast<IOP_IRP_HEADER*>(Irp) - 1;
}

// Was the IRP made by IoAllocateIrp? IoInitializeIrp on a driver's own memory leaves
// AllocationFlags zero.
FORCEINLINE BOOLEAN IopIsAllocated(PIRP Irp)
{
    return (Irp->AllocationFlags & IRP_ALLOCATED_FIXED_SIZE) != 0;
}

void IopQueueIrp(PIRP Irp, PETHREAD Thread);
void IopUnqueueIrp(PIRP Irp);
void IopFinishIrp(PIRP Irp, PFILE_OBJECT FileObject, PETHREAD Thread);
void IopWriteStatus(KPROCESSOR_MODE Mode, PIO_STATUS_BLOCK Target, const IO_STATUS_BLOCK* Source);
void IopFinalStage(PIRP Irp, CCHAR PriorityBoost);
PIRP IopFindIrp(
    PFILE_OBJECT FileObject, PIO_STATUS_BLOCK UserIosb, PETHREAD Thread, BOOLEAN NotCancelled);
PIRP IopAllocateRequest(PFILE_OBJECT FileObject, PDEVICE_OBJECT DeviceObject, UCHAR MajorFunction);
void IopInitIrps();
void IopInitCalls();
void IopInitCancel();
void IopShutdownIrps();

// One running dispatch routine, on the stack of IofCallDriver. Completion marks the frames whose
// stack location it has walked, so that IofCallDriver can hold what the routine returned against
// what was done.
struct IOP_CALL
{
    IOP_CALL* Next;
    PIRP Irp;
    PIO_STACK_LOCATION IrpSp;
    BOOLEAN Completed;
    BOOLEAN PendingReturned;
};

[[noreturn]] void IopMisuse(ULONG Code, PVOID Parameter2, PVOID Parameter3, const char* What);

#ifndef DRIVER_VERIFIER_IOMANAGER_VIOLATION
#define DRIVER_VERIFIER_IOMANAGER_VIOLATION 0x000000C9
#endif

// Parameter 1 of DRIVER_VERIFIER_IOMANAGER_VIOLATION, as documented for bug check 0xC9 where the
// number is known.
constexpr ULONG kMisuseFreedQueuedIrp = 0x02;
constexpr ULONG kMisuseIrqlChanged = 0x05;
constexpr ULONG kMisuseCompletedPending = 0x06;
constexpr ULONG kMisuseCancelRoutineSet = 0x07;
constexpr ULONG kMisuseCompletedHigh = 0x0E;
constexpr ULONG kMisuseNoCompletionRoutine = 0x0B;
constexpr ULONG kMisusePendingStatus = 0x0D;
constexpr ULONG kMisusePassedDownCancelable = 0x203;
constexpr ULONG kMisuseBadStatus = 0x213;

// ---- devices and drivers
// ---------------------------------------------------------------------------------------

constexpr ULONG IOP_DEVICE_DELETE_PENDING = 0x1;
constexpr ULONG IOP_DEVICE_DELETED = 0x2;

// Behind a device object and its driver's extension.
struct IOP_DEVICE
{
    DEVOBJ_EXTENSION Public; // first: DeviceObject->DeviceObjectExtension points here
    ULONG ExtensionFlags;
    PDEVICE_OBJECT AttachedTo;
};

FORCEINLINE IOP_DEVICE* IopDevice(PDEVICE_OBJECT DeviceObject)
{
    return reinterpret_cast<IOP_DEVICE*>(DeviceObject->DeviceObjectExtension);
}

struct IOP_CLIENT_EXTENSION
{
    IOP_CLIENT_EXTENSION* Next;
    PVOID ClientId;
    // the client's bytes follow
};

struct IOP_DRIVER
{
    DRIVER_OBJECT Public;
    DRIVER_EXTENSION Extension;
    IOP_CLIENT_EXTENSION* Clients;
    PVOID Module; // handle of the loaded module, NULL for drivers without one
    LIST_ENTRY Links; // IopDrivers
    UNICODE_STRING ServiceName; // own buffer
};

void IopDereferenceDevice(PDEVICE_OBJECT DeviceObject);
void IopDeleteDeviceObject(PVOID Object);
void IopDeleteDriverObject(PVOID Object);
void IopInitDevices();
void IopInitDrivers();
void IopShutdownDrivers();
void IopSendShutdown();
NTSTATUS IopParseDevice(
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

// host side (driver_host.cpp)
extern "C" NTSTATUS
IopOpenModule(const char* Path, PVOID* Module, PDRIVER_INITIALIZE* Entry) noexcept;
extern "C" void IopCloseModule(PVOID Module) noexcept;

// ---- files
// -----------------------------------------------------------------------------------------------------

// What IoCreateFile tells IopParseDevice.
struct OPEN_PACKET
{
    CSHORT Type; // IO_TYPE_OPEN_PACKET
    CSHORT Size;
    // in
    LARGE_INTEGER AllocationSize;
    ULONG CreateOptions;
    USHORT FileAttributes;
    USHORT ShareAccess;
    PVOID EaBuffer;
    ULONG EaLength;
    ULONG Options; // IO_FORCE_ACCESS_CHECK ...
    ULONG Disposition;
    CREATE_FILE_TYPE CreateFileType;
    PVOID ExtraParameters;
    PFILE_OBJECT RelatedFileObject;
    PDEVICE_OBJECT DeviceHint;
    struct _ECP_LIST* EcpList;
    ACCESS_MASK DesiredAccess;
    BOOLEAN CaseInsensitive;
    // out
    BOOLEAN ParseCheck; // a parse procedure of ours was reached: the name led to a file
    NTSTATUS FinalStatus;
    ULONG_PTR Information;
    PFILE_OBJECT FileObject;
    ULONG Reparses;
};

void IopInitFiles();
NTSTATUS IopAcquireFileLock(PFILE_OBJECT FileObject, KPROCESSOR_MODE Mode);
void IopReleaseFileLock(PFILE_OBJECT FileObject);

// One system call on a file, from handle to status.
struct IOP_REQUEST
{
    KPROCESSOR_MODE Mode;
    PFILE_OBJECT FileObject; // referenced
    PDEVICE_OBJECT DeviceObject;
    PKEVENT UserEvent; // referenced, may be NULL
    OBJECT_HANDLE_INFORMATION HandleInformation;
    BOOLEAN Synchronous; // FO_SYNCHRONOUS_IO: the file lock is held
    BOOLEAN OwnWait; // IRP_SYNCHRONOUS_API on an asynchronous file: LocalEvent is waited for
    PIO_STATUS_BLOCK UserIosb;
    IO_STATUS_BLOCK LocalIosb;
    KEVENT LocalEvent;
    PIRP Irp;
    PIO_STACK_LOCATION IrpSp;
};

NTSTATUS IopBegin(
    IOP_REQUEST* Request,
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    HANDLE EventHandle,
    PIO_STATUS_BLOCK IoStatusBlock);
NTSTATUS IopLock(IOP_REQUEST* Request);
NTSTATUS IopBuildRequest(IOP_REQUEST* Request, UCHAR MajorFunction, BOOLEAN SynchronousApi);
NTSTATUS IopSend(IOP_REQUEST* Request);
NTSTATUS IopFail(IOP_REQUEST* Request, NTSTATUS Status);
NTSTATUS IopDone(IOP_REQUEST* Request, PIO_STATUS_BLOCK IoStatus);
void IopSetApc(IOP_REQUEST* Request, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext);
NTSTATUS IopAttachSystemBuffer(PIRP Irp, PVOID Source, ULONG CopyLength, ULONG Length);
NTSTATUS
IopAttachMdl(PIRP Irp, KPROCESSOR_MODE Mode, PVOID Buffer, ULONG Length, LOCK_OPERATION Operation);
NTSTATUS IopAttachTransfer(IOP_REQUEST* Request, PVOID Buffer, ULONG Length, BOOLEAN Write);
NTSTATUS
IopCallAndWait(PDEVICE_OBJECT DeviceObject, PIRP Irp, PKEVENT Event, PIO_STATUS_BLOCK Iosb);

void IopInitFileSystems();
void IopFinishHere(PIRP Irp, PFILE_OBJECT FileObject);
NTSTATUS IopLockPages(PMDL Mdl, KPROCESSOR_MODE Mode, LOCK_OPERATION Operation);
NTSTATUS IopFileSecurity(
    PVOID Object,
    OB_SECURITY_OPERATION Operation,
    SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PULONG Length,
    KPROCESSOR_MODE AccessMode);
