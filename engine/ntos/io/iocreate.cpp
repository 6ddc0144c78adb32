// iocreate.cpp - opening files: argument rules, then the walk along the name.
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/io/iopriv.h"

namespace {

constexpr ULONG kDirectoryOptions = FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_ALERT
    | FILE_SYNCHRONOUS_IO_NONALERT | FILE_WRITE_THROUGH | FILE_COMPLETE_IF_OPLOCKED
    | FILE_OPEN_FOR_BACKUP_INTENT | FILE_DELETE_ON_CLOSE | FILE_OPEN_FOR_FREE_SPACE_QUERY
    | FILE_OPEN_BY_FILE_ID | FILE_CREATE_TREE_CONNECTION | FILE_OPEN_REPARSE_POINT
    | FILE_OPEN_NO_RECALL | FILE_RANDOM_ACCESS | FILE_SEQUENTIAL_ONLY;

// The combinations NtCreateFile refuses.
// Source: windows-driver-docs ntifs/nf-ntifs-ntcreatefile
NTSTATUS IopCheckCreate(
    ACCESS_MASK DesiredAccess,
    ULONG FileAttributes,
    ULONG ShareAccess,
    ULONG Disposition,
    ULONG CreateOptions)
{
    ULONG SyncOptions = CreateOptions & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT);

    if ((FileAttributes & ~static_cast<ULONG>(FILE_ATTRIBUTE_VALID_FLAGS)) != 0
        || (ShareAccess & ~static_cast<ULONG>(FILE_SHARE_VALID_FLAGS)) != 0
        || Disposition > FILE_MAXIMUM_DISPOSITION
        || (CreateOptions & ~static_cast<ULONG>(FILE_VALID_OPTION_FLAGS)) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (SyncOptions != 0 && (DesiredAccess & SYNCHRONIZE) == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (SyncOptions == (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((CreateOptions & FILE_DELETE_ON_CLOSE) != 0 && (DesiredAccess & DELETE) == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((CreateOptions & (FILE_COMPLETE_IF_OPLOCKED | FILE_RESERVE_OPFILTER))
        == (FILE_COMPLETE_IF_OPLOCKED | FILE_RESERVE_OPFILTER)) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((CreateOptions & FILE_NO_INTERMEDIATE_BUFFERING) != 0
        && (DesiredAccess & FILE_APPEND_DATA) != 0 && (DesiredAccess & FILE_WRITE_DATA) == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((CreateOptions & FILE_DIRECTORY_FILE) != 0) {
        if ((CreateOptions & FILE_NON_DIRECTORY_FILE) != 0
            || (CreateOptions & ~kDirectoryOptions) != 0
            || (Disposition != FILE_CREATE && Disposition != FILE_OPEN
                && Disposition != FILE_OPEN_IF)) {
            return STATUS_INVALID_PARAMETER;
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS IopCaptureEa(
    KPROCESSOR_MODE Mode,
    PVOID EaBuffer,
    ULONG EaLength,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID* Copy)
{
    ULONG ErrorOffset = 0;

    *Copy = nullptr;
    if (EaBuffer == nullptr || EaLength == 0) {
        return STATUS_SUCCESS;
    }
    NTSTATUS Status = ObpProbeForRead(Mode, EaBuffer, EaLength, alignof(ULONG));
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    *Copy = ExAllocatePoolWithTag(NonPagedPool, EaLength, IOP_TAG_BUFFER);
    if (*Copy == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(*Copy, EaBuffer, EaLength);
    Status = IoCheckEaBufferValidity(
        static_cast<PFILE_FULL_EA_INFORMATION>(*Copy), EaLength, &ErrorOffset);
    if (!NT_SUCCESS(Status)) {
        IoStatusBlock->Status = Status;
        IoStatusBlock->Information = ErrorOffset;
        ExFreePoolWithTag(*Copy, IOP_TAG_BUFFER);
        *Copy = nullptr;
    }
    return Status;
}

NTSTATUS IopCreateFile(
    KPROCESSOR_MODE Mode,
    PHANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize,
    ULONG FileAttributes,
    ULONG ShareAccess,
    ULONG Disposition,
    ULONG CreateOptions,
    PVOID EaBuffer,
    ULONG EaLength,
    CREATE_FILE_TYPE CreateFileType,
    PVOID InternalParameters,
    ULONG Options,
    PDEVICE_OBJECT DeviceHint,
    struct _ECP_LIST* EcpList)
{
    OPEN_PACKET Packet {};
    HANDLE Handle = nullptr;

    PAGED_CODE();
    NTSTATUS Status = ObpProbeForWrite(Mode, FileHandle, sizeof(HANDLE), alignof(HANDLE));
    if (NT_SUCCESS(Status)) {
        Status = ObpProbeForWrite(Mode, IoStatusBlock, sizeof(IO_STATUS_BLOCK), alignof(ULONG));
    }
    if (NT_SUCCESS(Status) && AllocationSize != nullptr) {
        Status = ObpProbeForRead(Mode, AllocationSize, sizeof(LARGE_INTEGER), alignof(ULONG));
        if (NT_SUCCESS(Status)) {
            Packet.AllocationSize = *AllocationSize;
            Status = Packet.AllocationSize.QuadPart < 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
        }
    }
    if (NT_SUCCESS(Status) && (Options & IO_NO_PARAMETER_CHECKING) == 0) {
        Status = IopCheckCreate(
            DesiredAccess, FileAttributes, ShareAccess, Disposition, CreateOptions);
    }
    if (NT_SUCCESS(Status)) {
        Status = IopCaptureEa(Mode, EaBuffer, EaLength, IoStatusBlock, &Packet.EaBuffer);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Packet.Type = IO_TYPE_OPEN_PACKET;
    Packet.Size = sizeof(OPEN_PACKET);
    Packet.CreateOptions = CreateOptions;
    Packet.FileAttributes = static_cast<USHORT>(FileAttributes);
    Packet.ShareAccess = static_cast<USHORT>(ShareAccess);
    Packet.EaLength = Packet.EaBuffer != nullptr ? EaLength : 0;
    Packet.Options = Options;
    Packet.Disposition = Disposition;
    Packet.CreateFileType = CreateFileType;
    Packet.ExtraParameters = InternalParameters;
    Packet.DeviceHint = DeviceHint;
    Packet.EcpList = EcpList;
    Packet.DesiredAccess = DesiredAccess;
    Packet.FinalStatus = STATUS_SUCCESS;
    Status = ObOpenObjectByName(
        ObjectAttributes, IopFileObjectType, Mode, nullptr, DesiredAccess, &Packet, &Handle);
    if (Packet.EaBuffer != nullptr) {
        ExFreePoolWithTag(Packet.EaBuffer, IOP_TAG_BUFFER);
    }
    if (!NT_SUCCESS(Status)) {
        // Warnings and reparse tags carry something in Information; errors leave the status block
        // alone.
        if (NT_WARNING(Status) || (Packet.ParseCheck && Status == STATUS_SHARING_VIOLATION)) {
            IoStatusBlock->Status = Status;
            IoStatusBlock->Information = Packet.Information;
        }
        return Status;
    }
    Status = Packet.FinalStatus;
    IoStatusBlock->Status = Status;
    IoStatusBlock->Information = Packet.Information;
    *FileHandle = Handle;
    return Status;
}

NTSTATUS IopOpenForQuery(
    KPROCESSOR_MODE Mode,
    POBJECT_ATTRIBUTES ObjectAttributes,
    ACCESS_MASK DesiredAccess,
    ULONG CreateOptions,
    PHANDLE Handle)
{
    OPEN_PACKET Packet {};

    Packet.Type = IO_TYPE_OPEN_PACKET;
    Packet.Size = sizeof(OPEN_PACKET);
    Packet.CreateOptions = CreateOptions;
    Packet.ShareAccess = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    Packet.Disposition = FILE_OPEN;
    Packet.DesiredAccess = DesiredAccess;
    return ObOpenObjectByName(
        ObjectAttributes, IopFileObjectType, Mode, nullptr, DesiredAccess, &Packet, Handle);
}

// The query goes through a handle of its own (differs: Windows opens and closes without one;
// numbers seen are the same otherwise).
NTSTATUS IopQueryFullAttributes(
    KPROCESSOR_MODE Mode,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PFILE_NETWORK_OPEN_INFORMATION Information)
{
    HANDLE Handle = nullptr;
    PVOID Object = nullptr;
    ULONG Returned = 0;

    NTSTATUS Status = IopOpenForQuery(
        Mode, ObjectAttributes, FILE_READ_ATTRIBUTES, FILE_OPEN_REPARSE_POINT, &Handle);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ObReferenceObjectByHandle(Handle, 0, IopFileObjectType, KernelMode, &Object, nullptr);
    if (NT_SUCCESS(Status)) {
        auto* FileObject = static_cast<PFILE_OBJECT>(Object);
        PDEVICE_OBJECT Top = IoGetRelatedDeviceObject(FileObject);
        PFAST_IO_DISPATCH Fast = Top->DriverObject->FastIoDispatch;
        IO_STATUS_BLOCK IoStatus;
        if (Fast != nullptr
            && Fast->SizeOfFastIoDispatch
                > FIELD_OFFSET(FAST_IO_DISPATCH, FastIoQueryNetworkOpenInfo)
            && Fast->FastIoQueryNetworkOpenInfo != nullptr
            && Fast->FastIoQueryNetworkOpenInfo(FileObject, TRUE, Information, &IoStatus, Top)) {
            Status = IoStatus.Status;
        } else {
            Status = IoQueryFileInformation(
                FileObject, FileNetworkOpenInformation, sizeof(*Information), Information,
                &Returned);
        }
        ObDereferenceObject(Object);
    }
    (void)ObCloseHandle(Handle, KernelMode);
    return Status;
}

} // namespace

extern "C" {

NTSTATUS NTAPI IoCreateFile(
    PHANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize,
    ULONG FileAttributes,
    ULONG ShareAccess,
    ULONG Disposition,
    ULONG CreateOptions,
    PVOID EaBuffer,
    ULONG EaLength,
    CREATE_FILE_TYPE CreateFileType,
    PVOID InternalParameters,
    ULONG Options)
{
    KPROCESSOR_MODE Mode = (Options & IO_NO_PARAMETER_CHECKING) != 0
        ? static_cast<KPROCESSOR_MODE>(KernelMode)
        : ExGetPreviousMode();
    return IopCreateFile(
        Mode, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize,
        FileAttributes, ShareAccess, Disposition, CreateOptions, EaBuffer, EaLength, CreateFileType,
        InternalParameters, Options, nullptr, nullptr);
}

NTSTATUS NTAPI IoCreateFileEx(
    PHANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize,
    ULONG FileAttributes,
    ULONG ShareAccess,
    ULONG Disposition,
    ULONG CreateOptions,
    PVOID EaBuffer,
    ULONG EaLength,
    CREATE_FILE_TYPE CreateFileType,
    PVOID InternalParameters,
    ULONG Options,
    PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
    PDEVICE_OBJECT Hint = DriverContext != nullptr
        ? static_cast<PDEVICE_OBJECT>(DriverContext->DeviceObjectHint)
        : nullptr;

    return IopCreateFile(
        ExGetPreviousMode(), FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock,
        AllocationSize, FileAttributes, ShareAccess, Disposition, CreateOptions, EaBuffer, EaLength,
        CreateFileType, InternalParameters, Options, Hint,
        DriverContext != nullptr ? DriverContext->ExtraCreateParameter : nullptr);
}

NTSTATUS NTAPI IoCreateFileSpecifyDeviceObjectHint(
    PHANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize,
    ULONG FileAttributes,
    ULONG ShareAccess,
    ULONG Disposition,
    ULONG CreateOptions,
    PVOID EaBuffer,
    ULONG EaLength,
    CREATE_FILE_TYPE CreateFileType,
    PVOID InternalParameters,
    ULONG Options,
    PVOID DeviceObject)
{
    return IopCreateFile(
        KernelMode, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize,
        FileAttributes, ShareAccess, Disposition, CreateOptions, EaBuffer, EaLength, CreateFileType,
        InternalParameters, Options, static_cast<PDEVICE_OBJECT>(DeviceObject), nullptr);
}

NTSTATUS NTAPI NtCreateFile(
    PHANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize,
    ULONG FileAttributes,
    ULONG ShareAccess,
    ULONG CreateDisposition,
    ULONG CreateOptions,
    PVOID EaBuffer,
    ULONG EaLength)
{
    NT_SYSTEM_CALL(CreateFile);
    NTSTATUS Status = IopCreateFile(
        Call.Mode(), FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize,
        FileAttributes, ShareAccess, CreateDisposition, CreateOptions, EaBuffer, EaLength,
        CreateFileTypeNone, nullptr, 0, nullptr, nullptr);
    return Call.Leave(Status, NT_SUCCESS(Status) ? IoStatusBlock->Information : 0);
}

NTSTATUS NTAPI ZwCreateFile(
    PHANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize,
    ULONG FileAttributes,
    ULONG ShareAccess,
    ULONG CreateDisposition,
    ULONG CreateOptions,
    PVOID EaBuffer,
    ULONG EaLength)
{
    ZwScope Scope;
    return NtCreateFile(
        FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize, FileAttributes,
        ShareAccess, CreateDisposition, CreateOptions, EaBuffer, EaLength);
}

NTSTATUS NTAPI NtOpenFile(
    PHANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    ULONG ShareAccess,
    ULONG OpenOptions)
{
    NT_SYSTEM_CALL(OpenFile);
    NTSTATUS Status = IopCreateFile(
        Call.Mode(), FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, nullptr, 0,
        ShareAccess, FILE_OPEN, OpenOptions, nullptr, 0, CreateFileTypeNone, nullptr, 0, nullptr,
        nullptr);
    return Call.Leave(Status, NT_SUCCESS(Status) ? IoStatusBlock->Information : 0);
}

NTSTATUS NTAPI ZwOpenFile(
    PHANDLE FileHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    ULONG ShareAccess,
    ULONG OpenOptions)
{
    ZwScope Scope;
    return NtOpenFile(
        FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, ShareAccess, OpenOptions);
}

NTSTATUS NTAPI NtCreateNamedPipeFile(
    PHANDLE FileHandle,
    ULONG DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    ULONG ShareAccess,
    ULONG CreateDisposition,
    ULONG CreateOptions,
    ULONG NamedPipeType,
    ULONG ReadMode,
    ULONG CompletionMode,
    ULONG MaximumInstances,
    ULONG InboundQuota,
    ULONG OutboundQuota,
    PLARGE_INTEGER DefaultTimeout)
{
    NT_SYSTEM_CALL(CreateNamedPipeFile);
    NAMED_PIPE_CREATE_PARAMETERS Parameters {};

    Parameters.NamedPipeType = NamedPipeType;
    Parameters.ReadMode = ReadMode;
    Parameters.CompletionMode = CompletionMode;
    Parameters.MaximumInstances = MaximumInstances;
    Parameters.InboundQuota = InboundQuota;
    Parameters.OutboundQuota = OutboundQuota;
    if (DefaultTimeout != nullptr) {
        NTSTATUS Probed
            = ObpProbeForRead(Call.Mode(), DefaultTimeout, sizeof(LARGE_INTEGER), alignof(ULONG));
        if (!NT_SUCCESS(Probed)) {
            return Call.Leave(Probed);
        }
        Parameters.DefaultTimeout = *DefaultTimeout;
        Parameters.TimeoutSpecified = TRUE;
    }
    return Call.Leave(IopCreateFile(
        Call.Mode(), FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, nullptr, 0,
        ShareAccess, CreateDisposition, CreateOptions, nullptr, 0, CreateFileTypeNamedPipe,
        &Parameters, 0, nullptr, nullptr));
}

NTSTATUS NTAPI NtCreateMailslotFile(
    PHANDLE FileHandle,
    ULONG DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock,
    ULONG CreateOptions,
    ULONG MailslotQuota,
    ULONG MaximumMessageSize,
    PLARGE_INTEGER ReadTimeout)
{
    NT_SYSTEM_CALL(CreateMailslotFile);
    MAILSLOT_CREATE_PARAMETERS Parameters {};

    Parameters.MailslotQuota = MailslotQuota;
    Parameters.MaximumMessageSize = MaximumMessageSize;
    if (ReadTimeout != nullptr) {
        NTSTATUS Probed
            = ObpProbeForRead(Call.Mode(), ReadTimeout, sizeof(LARGE_INTEGER), alignof(ULONG));
        if (!NT_SUCCESS(Probed)) {
            return Call.Leave(Probed);
        }
        Parameters.ReadTimeout = *ReadTimeout;
        Parameters.TimeoutSpecified = TRUE;
    }
    return Call.Leave(IopCreateFile(
        Call.Mode(), FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, nullptr, 0,
        FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_CREATE, CreateOptions, nullptr, 0,
        CreateFileTypeMailslot, &Parameters, 0, nullptr, nullptr));
}

NTSTATUS NTAPI NtQueryFullAttributesFile(
    POBJECT_ATTRIBUTES ObjectAttributes, PFILE_NETWORK_OPEN_INFORMATION FileInformation)
{
    NT_SYSTEM_CALL(QueryFullAttributesFile);
    FILE_NETWORK_OPEN_INFORMATION Local;
    NTSTATUS Status = ObpProbeForWrite(Call.Mode(), FileInformation, sizeof(Local), alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = IopQueryFullAttributes(Call.Mode(), ObjectAttributes, &Local);
    }
    if (NT_SUCCESS(Status)) {
        *FileInformation = Local;
    }
    return Call.Leave(Status);
}

NTSTATUS NTAPI ZwQueryFullAttributesFile(
    POBJECT_ATTRIBUTES ObjectAttributes, PFILE_NETWORK_OPEN_INFORMATION FileInformation)
{
    ZwScope Scope;
    return NtQueryFullAttributesFile(ObjectAttributes, FileInformation);
}

NTSTATUS NTAPI
NtQueryAttributesFile(POBJECT_ATTRIBUTES ObjectAttributes, PFILE_BASIC_INFORMATION FileInformation)
{
    NT_SYSTEM_CALL(QueryAttributesFile);
    FILE_NETWORK_OPEN_INFORMATION Local;
    NTSTATUS Status
        = ObpProbeForWrite(Call.Mode(), FileInformation, sizeof(*FileInformation), alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = IopQueryFullAttributes(Call.Mode(), ObjectAttributes, &Local);
    }
    if (NT_SUCCESS(Status)) {
        FileInformation->CreationTime = Local.CreationTime;
        FileInformation->LastAccessTime = Local.LastAccessTime;
        FileInformation->LastWriteTime = Local.LastWriteTime;
        FileInformation->ChangeTime = Local.ChangeTime;
        FileInformation->FileAttributes = Local.FileAttributes;
    }
    return Call.Leave(Status);
}

/// Deletes by opening for delete on close and closing.
/// Source   windows-driver-docs: ntifs/zwdeletefile
NTSTATUS NTAPI NtDeleteFile(POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_SYSTEM_CALL(DeleteFile);
    HANDLE Handle = nullptr;
    NTSTATUS Status
        = IopOpenForQuery(Call.Mode(), ObjectAttributes, DELETE, FILE_DELETE_ON_CLOSE, &Handle);
    if (NT_SUCCESS(Status)) {
        Status = ObCloseHandle(Handle, KernelMode);
    }
    return Call.Leave(Status);
}

NTSTATUS NTAPI ZwDeleteFile(POBJECT_ATTRIBUTES ObjectAttributes)
{
    ZwScope Scope;
    return NtDeleteFile(ObjectAttributes);
}

} // extern "C"
