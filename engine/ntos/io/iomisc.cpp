// iomisc.cpp - small questions drivers ask about IRPs, threads and files.
#include "engine/ntos/io/iopriv.h"

constinit static GENERIC_MAPPING IopFileMapping
    = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS };

extern "C" {

PGENERIC_MAPPING NTAPI IoGetFileObjectGenericMapping(VOID)
{
    return &IopFileMapping;
}

PIRP NTAPI IoGetTopLevelIrp(VOID)
{
    return static_cast<PIRP>(PsGetCurrentThread()->TopLevelIrp);
}

VOID NTAPI IoSetTopLevelIrp(PIRP Irp)
{
    PsGetCurrentThread()->TopLevelIrp = Irp;
}

/// Source   windows-driver-docs: ntifs/ioisoperationsynchronous
BOOLEAN NTAPI IoIsOperationSynchronous(PIRP Irp)
{
    PFILE_OBJECT FileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    BOOLEAN Synchronous = (FileObject != nullptr && (FileObject->Flags & FO_SYNCHRONOUS_IO) != 0)
        || (Irp->Flags & (IRP_SYNCHRONOUS_API | IRP_SYNCHRONOUS_PAGING_IO)) != 0;

    // IRP_SYNCHRONOUS_PAGING_IO shares its bit with IRP_INPUT_OPERATION: it means paging only with
    // IRP_PAGING_IO.
    if ((Irp->Flags & IRP_PAGING_IO) == 0 && (Irp->Flags & IRP_SYNCHRONOUS_API) == 0
        && (FileObject == nullptr || (FileObject->Flags & FO_SYNCHRONOUS_IO) == 0)) {
        Synchronous = FALSE;
    }
    if ((Irp->Flags & IRP_PAGING_IO) != 0 && (Irp->Flags & IRP_SYNCHRONOUS_PAGING_IO) == 0) {
        Synchronous = FALSE; // asynchronous paging I/O, whatever the file says
    }
    return Synchronous;
}

PEPROCESS NTAPI IoThreadToProcess(PETHREAD Thread)
{
    return Thread->ThreadsProcess;
}

PEPROCESS NTAPI IoGetRequestorProcess(PIRP Irp)
{
    return Irp->Tail.Overlay.Thread != nullptr ? IoThreadToProcess(Irp->Tail.Overlay.Thread)
                                               : nullptr;
}

ULONG NTAPI IoGetRequestorProcessId(PIRP Irp)
{
    PEPROCESS Process = IoGetRequestorProcess(Irp);

    return Process != nullptr
        ? static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(PsGetProcessId(Process)))
        : 0;
}

NTSTATUS NTAPI IoGetRequestorSessionId(PIRP Irp, PULONG pSessionId)
{
    PEPROCESS Process = IoGetRequestorProcess(Irp);

    *pSessionId = Process != nullptr ? Process->SessionId : MAXULONG;
    return Process != nullptr ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

BOOLEAN NTAPI IoIsSystemThread(PETHREAD Thread)
{
    return Thread->SystemThread;
}

BOOLEAN NTAPI IoIs32bitProcess(PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
    return FALSE; // every process of the emulator is a 64-bit one
}

BOOLEAN NTAPI IoIsWdmVersionAvailable(UCHAR MajorVersion, UCHAR MinorVersion)
{
    // WDM 6.0: Windows Vista, the release whose redirector model is the default.
    return MajorVersion < 6 || (MajorVersion == 6 && MinorVersion == 0);
}

BOOLEAN NTAPI IoIsFileOriginRemote(PFILE_OBJECT FileObject)
{
    return (FileObject->Flags & FO_REMOTE_ORIGIN) != 0;
}

NTSTATUS NTAPI IoSetFileOrigin(PFILE_OBJECT FileObject, BOOLEAN Remote)
{
    BOOLEAN Now = IoIsFileOriginRemote(FileObject);

    if (Now == Remote) {
        return STATUS_INVALID_PARAMETER_MIX;
    }
    FileObject->Flags ^= FO_REMOTE_ORIGIN;
    return STATUS_SUCCESS;
}

VOID NTAPI IoCancelFileOpen(PDEVICE_OBJECT DeviceObject, PFILE_OBJECT FileObject)
{
    KEVENT Event;
    IO_STATUS_BLOCK IoStatus;

    PAGED_CODE();
    NT_ASSERT((FileObject->Flags & FO_HANDLE_CREATED) == 0);
    // The file gets its cleanup and close now; the failed create must not send them again.
    static const UCHAR Majors[] = { IRP_MJ_CLEANUP, IRP_MJ_CLOSE };
    for (UCHAR Major : Majors) {
        KeInitializeEvent(&Event, NotificationEvent, FALSE);
        PIRP Irp = IopAllocateRequest(nullptr, DeviceObject, Major);
        if (Irp == nullptr) {
            break;
        }
        IoGetNextIrpStackLocation(Irp)->FileObject = FileObject;
        Irp->Flags = IRP_SYNCHRONOUS_API | IRP_CLOSE_OPERATION;
        Irp->UserIosb = &IoStatus;
        Irp->UserEvent = &Event;
        (void)IopCallAndWait(DeviceObject, Irp, &Event, &IoStatus);
    }
    FileObject->Flags |= FO_FILE_OPEN_CANCELLED | FO_CLEANUP_COMPLETE;
}

NTSTATUS NTAPI
IoReplaceFileObjectName(PFILE_OBJECT FileObject, PWSTR NewFileName, USHORT FileNameLength)
{
    PWCH Buffer = FileObject->FileName.Buffer;

    PAGED_CODE();
    if (Buffer == nullptr || FileObject->FileName.MaximumLength < FileNameLength) {
        USHORT Maximum = static_cast<USHORT>(FileNameLength < 56 ? 56 : FileNameLength);
        Buffer = static_cast<PWCH>(ExAllocatePoolWithTag(PagedPool, Maximum, IOP_TAG_NAME));
        if (Buffer == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        if (FileObject->FileName.Buffer != nullptr) {
            ExFreePool(FileObject->FileName.Buffer);
        }
        FileObject->FileName.Buffer = Buffer;
        FileObject->FileName.MaximumLength = Maximum;
    }
    RtlMoveMemory(Buffer, NewFileName, FileNameLength);
    FileObject->FileName.Length = FileNameLength;
    return STATUS_SUCCESS;
}

VOID NTAPI IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit)
{
    KiStackLimits(LowLimit, HighLimit);
}

ULONG_PTR NTAPI IoGetRemainingStackSize(VOID)
{
    ULONG_PTR Low = 0;
    ULONG_PTR High = 0;
    ULONG_PTR Here = RdrStackAddress();

    KiStackLimits(&Low, &High);
    return Here > Low ? Here - Low : 0;
}

NTSTATUS NTAPI IoGetIrpExtraCreateParameter(PIRP Irp, struct _ECP_LIST** ExtraCreateParameter)
{
    // The list hangs from the create IRP's auxiliary buffer while the create is on its way.
    *ExtraCreateParameter = (Irp->Flags & IRP_CREATE_OPERATION) != 0
        ? reinterpret_cast<struct _ECP_LIST*>(Irp->Tail.Overlay.AuxiliaryBuffer)
        : nullptr;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoSetIrpExtraCreateParameter(PIRP Irp, struct _ECP_LIST* ExtraCreateParameter)
{
    if ((Irp->Flags & IRP_CREATE_OPERATION) == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Irp->Tail.Overlay.AuxiliaryBuffer != nullptr) {
        return STATUS_INVALID_PARAMETER;
    }
    Irp->Tail.Overlay.AuxiliaryBuffer = reinterpret_cast<PCHAR>(ExtraCreateParameter);
    return STATUS_SUCCESS;
}

VOID NTAPI IoClearIrpExtraCreateParameter(PIRP Irp)
{
    if ((Irp->Flags & IRP_CREATE_OPERATION) != 0) {
        Irp->Tail.Overlay.AuxiliaryBuffer = nullptr;
    }
}

// Priority hints are kept nowhere: requests of this machine have one priority.
IO_PRIORITY_HINT NTAPI IoGetIoPriorityHint(PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
    return IoPriorityNormal;
}

NTSTATUS NTAPI IoValidateDeviceIoControlAccess(PIRP Irp, ULONG RequiredAccess)
{
    // The access a control code demands was checked against the handle when the request was made;
    // kernel requests pass.
    UNREFERENCED_PARAMETER(Irp);
    return (RequiredAccess & ~static_cast<ULONG>(FILE_READ_ACCESS | FILE_WRITE_ACCESS)) != 0
        ? STATUS_INVALID_PARAMETER
        : STATUS_SUCCESS;
}

PEPROCESS NTAPI IoGetCurrentProcess(VOID) __attribute__((weak));
PEPROCESS NTAPI IoGetCurrentProcess(VOID)
{
    return PspCurrentProcess();
}

} // extern "C"

// Remove locks. Source: windows-driver-docs wdm/ioacquireremovelockex
extern "C" {

VOID NTAPI IoInitializeRemoveLockEx(
    PIO_REMOVE_LOCK Lock,
    ULONG AllocateTag,
    ULONG MaxLockedMinutes,
    ULONG HighWatermark,
    ULONG RemlockSize)
{
    UNREFERENCED_PARAMETER(AllocateTag);
    UNREFERENCED_PARAMETER(MaxLockedMinutes);
    UNREFERENCED_PARAMETER(HighWatermark);
    RtlZeroMemory(Lock, RemlockSize);
    Lock->Common.IoCount = 1; // the owner's own, given back by the wait
    KeInitializeEvent(&Lock->Common.RemoveEvent, SynchronizationEvent, FALSE);
}

NTSTATUS NTAPI IoAcquireRemoveLockEx(
    PIO_REMOVE_LOCK RemoveLock, PVOID Tag, PCSTR File, ULONG Line, ULONG RemlockSize)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(File);
    UNREFERENCED_PARAMETER(Line);
    InterlockedIncrement(&RemoveLock->Common.IoCount);
    if (RemoveLock->Common.Removed) {
        IoReleaseRemoveLockEx(RemoveLock, Tag, RemlockSize);
        return STATUS_DELETE_PENDING;
    }
    return STATUS_SUCCESS;
}

VOID NTAPI IoReleaseRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(RemlockSize);
    if (InterlockedDecrement(&RemoveLock->Common.IoCount) == 0) {
        NT_ASSERT(RemoveLock->Common.Removed);
        KeSetEvent(&RemoveLock->Common.RemoveEvent, IO_NO_INCREMENT, FALSE);
    }
}

VOID NTAPI IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize)
{
    PAGED_CODE();
    RemoveLock->Common.Removed = TRUE;
    IoReleaseRemoveLockEx(RemoveLock, Tag, RemlockSize);
    if (InterlockedDecrement(&RemoveLock->Common.IoCount) > 0) {
        KeWaitForSingleObject(
            &RemoveLock->Common.RemoveEvent, Executive, KernelMode, FALSE, nullptr);
    }
}

VOID NTAPI IoSetHardErrorOrVerifyDevice(PIRP Irp, PDEVICE_OBJECT DeviceObject)
{
    // Only a user would be asked about it, and there is none: the mark is kept for drivers that
    // look at it.
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(DeviceObject);
}

BOOLEAN NTAPI IoSetThreadHardErrorMode(BOOLEAN EnableHardErrors)
{
    UNREFERENCED_PARAMETER(EnableHardErrors);
    return FALSE; // hard error boxes are never shown
}

NTSTATUS NTAPI IoSetIoPriorityHint(PIRP Irp, IO_PRIORITY_HINT PriorityHint)
{
    UNREFERENCED_PARAMETER(Irp);
    return PriorityHint >= IoPriorityVeryLow && PriorityHint < MaxIoPriorityTypes
        ? STATUS_SUCCESS
        : STATUS_INVALID_PARAMETER;
}

LOGICAL NTAPI IoWithinStackLimits(ULONG_PTR RegionStart, SIZE_T RegionSize)
{
    ULONG_PTR Low = 0;
    ULONG_PTR High = 0;

    KiStackLimits(&Low, &High);
    return RegionStart >= Low && RegionStart + RegionSize <= High
        && RegionStart + RegionSize >= RegionStart;
}

NTSTATUS NTAPI PoCallDriver(struct _DEVICE_OBJECT* DeviceObject, struct _IRP* Irp)
{
    return IofCallDriver(DeviceObject, Irp);
}

VOID NTAPI PoStartNextPowerIrp(struct _IRP* Irp)
{
    UNREFERENCED_PARAMETER(Irp); // power IRPs have not been serialised this way since Windows Vista
}

} // extern "C"
