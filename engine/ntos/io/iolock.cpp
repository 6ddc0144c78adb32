// iolock.cpp - byte-range locks (NtLockFile, NtUnlockFile) and security descriptors of files.
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/io/iopriv.h"

namespace {

// The lock range as IRPs carry it: the length behind a pointer that lives as long as the IRP.
NTSTATUS IopCaptureRange(
    KPROCESSOR_MODE Mode,
    PLARGE_INTEGER ByteOffset,
    PLARGE_INTEGER Length,
    PLARGE_INTEGER Offset,
    PLARGE_INTEGER Bytes)
{
    NTSTATUS Status = ObpProbeForRead(Mode, ByteOffset, sizeof(LARGE_INTEGER), alignof(ULONG));

    if (NT_SUCCESS(Status)) {
        Status = ObpProbeForRead(Mode, Length, sizeof(LARGE_INTEGER), alignof(ULONG));
    }
    if (NT_SUCCESS(Status)) {
        *Offset = *ByteOffset;
        *Bytes = *Length;
    }
    return Status;
}

// Locks need any data access at all; which, depends on the file system.
BOOLEAN IopMayLock(const IOP_REQUEST* Request)
{
    return Request->Mode == KernelMode
        || (Request->HandleInformation.GrantedAccess & (FILE_READ_DATA | FILE_WRITE_DATA)) != 0;
}

NTSTATUS IopAttachRange(
    IOP_REQUEST* Request, UCHAR MinorFunction, LARGE_INTEGER Offset, LARGE_INTEGER Bytes, ULONG Key)
{
    auto* Copy = static_cast<PLARGE_INTEGER>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(LARGE_INTEGER), IOP_TAG_BUFFER));

    if (Copy == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *Copy = Bytes;
    IopIrpHeader(Request->Irp)->Attached = Copy;
    Request->IrpSp->MinorFunction = MinorFunction;
    Request->IrpSp->Parameters.LockControl.Length = Copy;
    Request->IrpSp->Parameters.LockControl.Key = Key;
    Request->IrpSp->Parameters.LockControl.ByteOffset = Offset;
    return STATUS_SUCCESS;
}

NTSTATUS IopLockRange(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER ByteOffset,
    PLARGE_INTEGER Length,
    ULONG Key,
    BOOLEAN FailImmediately,
    BOOLEAN ExclusiveLock)
{
    IOP_REQUEST Request;
    IO_STATUS_BLOCK IoStatus {};
    LARGE_INTEGER Offset;
    LARGE_INTEGER Bytes;

    NTSTATUS Status = IopCaptureRange(Mode, ByteOffset, Length, &Offset, &Bytes);
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(&Request, Mode, FileHandle, 0, Event, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (!IopMayLock(&Request)) {
        return IopFail(&Request, STATUS_ACCESS_DENIED);
    }
    Request.FileObject->LockOperation = TRUE;
    PFAST_IO_DISPATCH Fast = Request.DeviceObject->DriverObject->FastIoDispatch;
    if (Fast != nullptr && Fast->SizeOfFastIoDispatch > FIELD_OFFSET(FAST_IO_DISPATCH, FastIoLock)
        && Fast->FastIoLock != nullptr
        && Fast->FastIoLock(
            Request.FileObject, &Offset, &Bytes, PspCurrentProcess(), Key, FailImmediately,
            ExclusiveLock, &IoStatus, Request.DeviceObject)) {
        return IopDone(&Request, &IoStatus);
    }
    Status = IopLock(&Request);
    if (Status == STATUS_SUCCESS) {
        Status = IopBuildRequest(&Request, IRP_MJ_LOCK_CONTROL, FALSE);
    }
    if (Status == STATUS_SUCCESS) {
        Status = IopAttachRange(&Request, IRP_MN_LOCK, Offset, Bytes, Key);
    }
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    IopSetApc(&Request, ApcRoutine, ApcContext);
    Request.IrpSp->Flags = static_cast<UCHAR>(
        (FailImmediately ? SL_FAIL_IMMEDIATELY : 0) | (ExclusiveLock ? SL_EXCLUSIVE_LOCK : 0));
    return IopSend(&Request);
}

NTSTATUS IopUnlockRange(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER ByteOffset,
    PLARGE_INTEGER Length,
    ULONG Key)
{
    IOP_REQUEST Request;
    IO_STATUS_BLOCK IoStatus {};
    LARGE_INTEGER Offset;
    LARGE_INTEGER Bytes;

    NTSTATUS Status = IopCaptureRange(Mode, ByteOffset, Length, &Offset, &Bytes);
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(&Request, Mode, FileHandle, 0, nullptr, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (!IopMayLock(&Request)) {
        return IopFail(&Request, STATUS_ACCESS_DENIED);
    }
    PFAST_IO_DISPATCH Fast = Request.DeviceObject->DriverObject->FastIoDispatch;
    if (Fast != nullptr
        && Fast->SizeOfFastIoDispatch > FIELD_OFFSET(FAST_IO_DISPATCH, FastIoUnlockSingle)
        && Fast->FastIoUnlockSingle != nullptr
        && Fast->FastIoUnlockSingle(
            Request.FileObject, &Offset, &Bytes, PspCurrentProcess(), Key, &IoStatus,
            Request.DeviceObject)) {
        return IopDone(&Request, &IoStatus);
    }
    Status = IopLock(&Request);
    if (Status == STATUS_SUCCESS) {
        Status = IopBuildRequest(&Request, IRP_MJ_LOCK_CONTROL, TRUE);
    }
    if (Status == STATUS_SUCCESS) {
        Status = IopAttachRange(&Request, IRP_MN_UNLOCK_SINGLE, Offset, Bytes, Key);
    }
    return Status == STATUS_SUCCESS ? IopSend(&Request) : IopFail(&Request, Status);
}

// Access a security query or change needs. Source: windows-driver-docs ntifs/ntquerysecurityobject
ACCESS_MASK IopSecurityAccess(SECURITY_INFORMATION Information, BOOLEAN Set)
{
    ACCESS_MASK Access = 0;

    if ((Information & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION)) != 0) {
        Access |= Set ? WRITE_OWNER : READ_CONTROL;
    }
    if ((Information & DACL_SECURITY_INFORMATION) != 0) {
        Access |= Set ? WRITE_DAC : READ_CONTROL;
    }
    if ((Information & SACL_SECURITY_INFORMATION) != 0) {
        Access |= ACCESS_SYSTEM_SECURITY;
    }
    return Access;
}

} // namespace

/// The File type's security procedure: the file system keeps the descriptors.
NTSTATUS IopFileSecurity(
    PVOID Object,
    OB_SECURITY_OPERATION Operation,
    SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PULONG Length,
    KPROCESSOR_MODE AccessMode)
{
    auto* FileObject = static_cast<PFILE_OBJECT>(Object);
    PDEVICE_OBJECT Top = IoGetRelatedDeviceObject(FileObject);
    IO_STATUS_BLOCK IoStatus {};
    BOOLEAN Locked = FALSE;
    KEVENT Event;

    if ((FileObject->Flags & FO_SYNCHRONOUS_IO) != 0) {
        NTSTATUS Status = IopAcquireFileLock(FileObject, AccessMode);
        if (Status != STATUS_SUCCESS) {
            return Status;
        }
        Locked = TRUE;
    }
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;
    PIRP Irp = IopAllocateRequest(
        nullptr, Top, Operation == ObQuerySecurity ? IRP_MJ_QUERY_SECURITY : IRP_MJ_SET_SECURITY);
    if (Irp != nullptr) {
        KeInitializeEvent(&Event, NotificationEvent, FALSE);
        Irp->RequestorMode = AccessMode;
        Irp->Flags |= IRP_SYNCHRONOUS_API | IRP_CLOSE_OPERATION;
        Irp->UserIosb = &IoStatus;
        Irp->UserEvent = &Event;
        PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);
        IrpSp->FileObject = FileObject;
        if (Operation == ObQuerySecurity) {
            Irp->UserBuffer = SecurityDescriptor;
            IrpSp->Parameters.QuerySecurity.SecurityInformation = SecurityInformation;
            IrpSp->Parameters.QuerySecurity.Length = *Length;
        } else {
            IrpSp->Parameters.SetSecurity.SecurityInformation = SecurityInformation;
            IrpSp->Parameters.SetSecurity.SecurityDescriptor = SecurityDescriptor;
        }
        Status = IopCallAndWait(Top, Irp, &Event, &IoStatus);
        if (Operation == ObQuerySecurity) {
            *Length = static_cast<ULONG>(IoStatus.Information);
            // File systems answer a short buffer with a warning; the call reports an error, as
            // documented.
            Status = Status == STATUS_BUFFER_OVERFLOW ? STATUS_BUFFER_TOO_SMALL : Status;
        }
    }
    if (Locked) {
        IopReleaseFileLock(FileObject);
    }
    return Status;
}

extern "C" {

NTSTATUS NTAPI NtLockFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER ByteOffset,
    PLARGE_INTEGER Length,
    ULONG Key,
    BOOLEAN FailImmediately,
    BOOLEAN ExclusiveLock)
{
    NT_SYSTEM_CALL(LockFile);
    return Call.Leave(IopLockRange(
        Call.Mode(), FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, ByteOffset, Length,
        Key, FailImmediately, ExclusiveLock));
}

NTSTATUS NTAPI ZwLockFile(
    HANDLE FileHandle,
    HANDLE Event,
    PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER ByteOffset,
    PLARGE_INTEGER Length,
    ULONG Key,
    BOOLEAN FailImmediately,
    BOOLEAN ExclusiveLock)
{
    ZwScope Scope;
    return NtLockFile(
        FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, ByteOffset, Length, Key,
        FailImmediately, ExclusiveLock);
}

NTSTATUS NTAPI NtUnlockFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER ByteOffset,
    PLARGE_INTEGER Length,
    ULONG Key)
{
    NT_SYSTEM_CALL(UnlockFile);
    return Call.Leave(
        IopUnlockRange(Call.Mode(), FileHandle, IoStatusBlock, ByteOffset, Length, Key));
}

NTSTATUS NTAPI ZwUnlockFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER ByteOffset,
    PLARGE_INTEGER Length,
    ULONG Key)
{
    ZwScope Scope;
    return NtUnlockFile(FileHandle, IoStatusBlock, ByteOffset, Length, Key);
}

NTSTATUS NTAPI NtQuerySecurityObject(
    HANDLE Handle,
    SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    ULONG Length,
    PULONG LengthNeeded)
{
    NT_SYSTEM_CALL(QuerySecurityObject);
    PVOID Object = nullptr;
    ULONG Local = Length;
    NTSTATUS Status = ObpProbeForWrite(Call.Mode(), LengthNeeded, sizeof(ULONG), alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = ObpProbeForWrite(Call.Mode(), SecurityDescriptor, Length, alignof(ULONG));
    }
    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(
            Handle, IopSecurityAccess(SecurityInformation, FALSE), nullptr, Call.Mode(), &Object,
            nullptr);
    }
    if (NT_SUCCESS(Status)) {
        Status = ObpSecurity(
            Object, ObQuerySecurity, SecurityInformation, SecurityDescriptor, &Local, Call.Mode());
        *LengthNeeded = Local;
        ObDereferenceObject(Object);
    }
    return Call.Leave(Status);
}

NTSTATUS NTAPI ZwQuerySecurityObject(
    HANDLE FileHandle,
    SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    ULONG Length,
    PULONG ResultLength)
{
    ZwScope Scope;
    return NtQuerySecurityObject(
        FileHandle, SecurityInformation, SecurityDescriptor, Length, ResultLength);
}

NTSTATUS NTAPI NtSetSecurityObject(
    HANDLE Handle,
    SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    NT_SYSTEM_CALL(SetSecurityObject);
    PVOID Object = nullptr;
    NTSTATUS Status = SecurityDescriptor == nullptr
        ? STATUS_ACCESS_VIOLATION
        : ObpProbeForRead(Call.Mode(), SecurityDescriptor, 20, alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(
            Handle, IopSecurityAccess(SecurityInformation, TRUE), nullptr, Call.Mode(), &Object,
            nullptr);
    }
    if (NT_SUCCESS(Status)) {
        Status = ObpSecurity(
            Object, ObSetSecurity, SecurityInformation, SecurityDescriptor, nullptr, Call.Mode());
        ObDereferenceObject(Object);
    }
    return Call.Leave(Status);
}

NTSTATUS NTAPI ZwSetSecurityObject(
    HANDLE Handle,
    SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    ZwScope Scope;
    return NtSetSecurityObject(Handle, SecurityInformation, SecurityDescriptor);
}

} // extern "C"
