// ioinfo.cpp - NtQueryInformationFile, NtSetInformationFile.
//
// The I/O manager answers what only it knows: access, mode, alignment, and the position of a
// synchronous file. Basic, standard and network-open information are asked through fast I/O first.
// All else is an IRP with a system buffer.
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/io/iopriv.h"
#include "engine/ntos/io/iotables.h"

namespace {

constexpr ULONG kSettableMode = FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY
    | FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;

ULONG IopModeOf(PFILE_OBJECT FileObject)
{
    ULONG Mode = 0;

    if ((FileObject->Flags & FO_SYNCHRONOUS_IO) != 0) {
        Mode |= (FileObject->Flags & FO_ALERTABLE_IO) != 0 ? FILE_SYNCHRONOUS_IO_ALERT
                                                           : FILE_SYNCHRONOUS_IO_NONALERT;
    }
    Mode |= (FileObject->Flags & FO_WRITE_THROUGH) != 0 ? FILE_WRITE_THROUGH : 0;
    Mode |= (FileObject->Flags & FO_SEQUENTIAL_ONLY) != 0 ? FILE_SEQUENTIAL_ONLY : 0;
    Mode |= (FileObject->Flags & FO_NO_INTERMEDIATE_BUFFERING) != 0 ? FILE_NO_INTERMEDIATE_BUFFERING
                                                                    : 0;
    Mode |= (FileObject->Flags & FO_DELETE_ON_CLOSE) != 0 ? FILE_DELETE_ON_CLOSE : 0;
    return Mode;
}

NTSTATUS IopSetMode(PFILE_OBJECT FileObject, ULONG Mode)
{
    ULONG Sync = Mode & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT);
    BOOLEAN IsSync = (FileObject->Flags & FO_SYNCHRONOUS_IO) != 0;

    // An open cannot change between synchronous and asynchronous, only how it waits.
    if ((Mode & ~kSettableMode) != 0
        || Sync == (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)
        || (Sync != 0) != IsSync
        || ((Mode & FILE_SEQUENTIAL_ONLY) != 0
            && (FileObject->Flags & FO_NO_INTERMEDIATE_BUFFERING) != 0)) {
        return STATUS_INVALID_PARAMETER;
    }
    FileObject->Flags
        &= ~static_cast<ULONG>(FO_WRITE_THROUGH | FO_SEQUENTIAL_ONLY | FO_ALERTABLE_IO);
    FileObject->Flags |= (Mode & FILE_WRITE_THROUGH) != 0 ? FO_WRITE_THROUGH : 0;
    FileObject->Flags |= (Mode & FILE_SEQUENTIAL_ONLY) != 0 ? FO_SEQUENTIAL_ONLY : 0;
    FileObject->Flags |= Sync == FILE_SYNCHRONOUS_IO_ALERT ? FO_ALERTABLE_IO : 0;
    return STATUS_SUCCESS;
}

// Answers without the driver. FALSE: the driver has to be asked.
BOOLEAN IopAnswerQuery(
    IOP_REQUEST* Request, FILE_INFORMATION_CLASS Class, PVOID Buffer, PIO_STATUS_BLOCK IoStatus)
{
    PFILE_OBJECT FileObject = Request->FileObject;
    ULONG Bytes = 0;

    switch (Class) {
    case FileAccessInformation:
        static_cast<PFILE_ACCESS_INFORMATION>(Buffer)->AccessFlags
            = Request->HandleInformation.GrantedAccess;
        Bytes = sizeof(FILE_ACCESS_INFORMATION);
        break;
    case FileModeInformation:
        static_cast<PFILE_MODE_INFORMATION>(Buffer)->Mode = IopModeOf(FileObject);
        Bytes = sizeof(FILE_MODE_INFORMATION);
        break;
    case FileAlignmentInformation:
        static_cast<PFILE_ALIGNMENT_INFORMATION>(Buffer)->AlignmentRequirement
            = Request->DeviceObject->AlignmentRequirement;
        Bytes = sizeof(FILE_ALIGNMENT_INFORMATION);
        break;
    case FilePositionInformation:
        if (!Request->Synchronous) {
            return FALSE;
        }
        static_cast<PFILE_POSITION_INFORMATION>(Buffer)->CurrentByteOffset
            = FileObject->CurrentByteOffset;
        Bytes = sizeof(FILE_POSITION_INFORMATION);
        break;
    default:
        return FALSE;
    }
    IoStatus->Status = STATUS_SUCCESS;
    IoStatus->Information = Bytes;
    return TRUE;
}

BOOLEAN IopFastQuery(
    PFILE_OBJECT FileObject,
    PDEVICE_OBJECT DeviceObject,
    FILE_INFORMATION_CLASS Class,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus)
{
    PFAST_IO_DISPATCH Fast = DeviceObject->DriverObject->FastIoDispatch;

    if (Fast == nullptr) {
        return FALSE;
    }
    switch (Class) {
    case FileBasicInformation:
        return Fast->SizeOfFastIoDispatch > FIELD_OFFSET(FAST_IO_DISPATCH, FastIoQueryBasicInfo)
            && Fast->FastIoQueryBasicInfo != nullptr
            && Fast->FastIoQueryBasicInfo(
                FileObject, TRUE, static_cast<PFILE_BASIC_INFORMATION>(Buffer), IoStatus,
                DeviceObject);
    case FileStandardInformation:
        return Fast->SizeOfFastIoDispatch > FIELD_OFFSET(FAST_IO_DISPATCH, FastIoQueryStandardInfo)
            && Fast->FastIoQueryStandardInfo != nullptr
            && Fast->FastIoQueryStandardInfo(
                FileObject, TRUE, static_cast<PFILE_STANDARD_INFORMATION>(Buffer), IoStatus,
                DeviceObject);
    case FileNetworkOpenInformation:
        return Fast->SizeOfFastIoDispatch
            > FIELD_OFFSET(FAST_IO_DISPATCH, FastIoQueryNetworkOpenInfo)
            && Fast->FastIoQueryNetworkOpenInfo != nullptr
            && Fast->FastIoQueryNetworkOpenInfo(
                FileObject, TRUE, static_cast<PFILE_NETWORK_OPEN_INFORMATION>(Buffer), IoStatus,
                DeviceObject);
    default:
        return FALSE;
    }
}

// FileAllInformation is a joint answer: these members are the I/O manager's, the driver fills the
// others around them.
void IopFillAllInformation(IOP_REQUEST* Request, PFILE_ALL_INFORMATION All)
{
    All->AccessInformation.AccessFlags = Request->HandleInformation.GrantedAccess;
    All->ModeInformation.Mode = IopModeOf(Request->FileObject);
    All->AlignmentInformation.AlignmentRequirement = Request->DeviceObject->AlignmentRequirement;
    All->PositionInformation.CurrentByteOffset = Request->FileObject->CurrentByteOffset;
}

NTSTATUS IopQueryInformation(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    FILE_INFORMATION_CLASS Class)
{
    IOP_REQUEST Request;
    IO_STATUS_BLOCK IoStatus {};
    const IOP_CLASS* Entry = IopFileClass(Class, FALSE);

    if (Entry == nullptr) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < Entry->Length) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    NTSTATUS Status = ObpProbeForWrite(Mode, Buffer, Length, alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(&Request, Mode, FileHandle, Entry->Access, nullptr, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopLock(&Request);
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    if (IopAnswerQuery(&Request, Class, Buffer, &IoStatus)
        || IopFastQuery(Request.FileObject, Request.DeviceObject, Class, Buffer, &IoStatus)) {
        return IopDone(&Request, &IoStatus);
    }
    Status = IopBuildRequest(&Request, IRP_MJ_QUERY_INFORMATION, TRUE);
    if (NT_SUCCESS(Status)) {
        Status = IopAttachSystemBuffer(Request.Irp, nullptr, 0, Length);
    }
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    Request.Irp->UserBuffer = Buffer;
    Request.Irp->Flags |= IRP_INPUT_OPERATION;
    Request.IrpSp->Parameters.QueryFile.Length = Length;
    Request.IrpSp->Parameters.QueryFile.FileInformationClass = Class;
    if (Class == FileAllInformation) {
        IopFillAllInformation(
            &Request, static_cast<PFILE_ALL_INFORMATION>(Request.Irp->AssociatedIrp.SystemBuffer));
    }
    return IopSend(&Request);
}

// Opens the directory a rename or link goes to, so that the file system finds its file object in
// the IRP.
NTSTATUS IopOpenLinkTarget(
    IOP_REQUEST* Request, PFILE_RENAME_INFORMATION Rename, PFILE_OBJECT* Target, PHANDLE Handle)
{
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    UNICODE_STRING Name;
    PVOID Object = nullptr;
    ACCESS_MASK Access = FILE_WRITE_DATA | SYNCHRONIZE;

    Name.Buffer = Rename->FileName;
    Name.Length = Name.MaximumLength = static_cast<USHORT>(Rename->FileNameLength);
    InitializeObjectAttributes(
        &Attributes, &Name,
        (Request->FileObject->Flags & FO_OPENED_CASE_SENSITIVE) != 0 ? 0 : OBJ_CASE_INSENSITIVE,
        Rename->RootDirectory, nullptr);
    // A kernel handle, so that no user thread can close it under us; RootDirectory is still the
    // caller's.
    Attributes.Attributes |= OBJ_KERNEL_HANDLE;
    NTSTATUS Status = IoCreateFile(
        Handle, Access, &Attributes, &IoStatus, nullptr, 0,
        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_OPEN,
        FILE_OPEN_FOR_BACKUP_INTENT, nullptr, 0, CreateFileTypeNone, nullptr,
        IO_FORCE_ACCESS_CHECK | IO_OPEN_TARGET_DIRECTORY | IO_NO_PARAMETER_CHECKING);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ObReferenceObjectByHandle(*Handle, 0, IopFileObjectType, KernelMode, &Object, nullptr);
    if (NT_SUCCESS(Status)) {
        *Target = static_cast<PFILE_OBJECT>(Object);
        if (IoGetRelatedDeviceObject(*Target) != Request->DeviceObject) {
            Status = STATUS_NOT_SAME_DEVICE;
        }
        ObDereferenceObject(Object); // the handle keeps it
    }
    if (!NT_SUCCESS(Status)) {
        (void)ObCloseHandle(*Handle, KernelMode);
        *Handle = nullptr;
        *Target = nullptr;
    }
    return Status;
}

BOOLEAN IopIsRename(FILE_INFORMATION_CLASS Class)
{
    return Class == FileRenameInformation || Class == FileLinkInformation
        || Class == FileRenameInformationEx || Class == FileLinkInformationEx;
}

NTSTATUS IopSendSet(IOP_REQUEST* Request, PVOID Buffer, ULONG Length, FILE_INFORMATION_CLASS Class)
{
    HANDLE TargetHandle = nullptr;
    PFILE_OBJECT Target = nullptr;

    NTSTATUS Status = IopBuildRequest(Request, IRP_MJ_SET_INFORMATION, TRUE);
    if (NT_SUCCESS(Status)) {
        Status = IopAttachSystemBuffer(Request->Irp, Buffer, Length, Length);
    }
    if (!NT_SUCCESS(Status)) {
        return IopFail(Request, Status);
    }
    Request->IrpSp->Parameters.SetFile.Length = Length;
    Request->IrpSp->Parameters.SetFile.FileInformationClass = Class;
    if (IopIsRename(Class)) {
        // From the captured copy: the caller's buffer may change meanwhile.
        auto* Rename
            = static_cast<PFILE_RENAME_INFORMATION>(Request->Irp->AssociatedIrp.SystemBuffer);
        ULONG Room = Length - FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName);
        if (Rename->FileNameLength == 0 || Rename->FileNameLength % sizeof(WCHAR) != 0
            || Rename->FileNameLength > Room) {
            return IopFail(Request, STATUS_INVALID_PARAMETER);
        }
        Request->IrpSp->Parameters.SetFile.ReplaceIfExists = Rename->ReplaceIfExists != 0;
        if (Rename->FileName[0] == L'\\' || Rename->RootDirectory != nullptr) {
            Status = IopOpenLinkTarget(Request, Rename, &Target, &TargetHandle);
            if (!NT_SUCCESS(Status)) {
                return IopFail(Request, Status);
            }
            Request->IrpSp->Parameters.SetFile.FileObject = Target;
        }
    }
    Status = IopSend(Request);
    if (TargetHandle != nullptr) {
        (void)ObCloseHandle(TargetHandle, KernelMode);
    }
    return Status;
}

NTSTATUS IopSetInformation(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    FILE_INFORMATION_CLASS Class)
{
    IOP_REQUEST Request;
    IO_STATUS_BLOCK IoStatus {};
    const IOP_CLASS* Entry = IopFileClass(Class, TRUE);

    if (Entry == nullptr) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < Entry->Length) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    NTSTATUS Status = ObpProbeForRead(Mode, Buffer, Length, alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(&Request, Mode, FileHandle, Entry->Access, nullptr, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopLock(&Request);
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    if (Class == FileModeInformation) {
        IoStatus.Status
            = IopSetMode(Request.FileObject, static_cast<PFILE_MODE_INFORMATION>(Buffer)->Mode);
        return NT_SUCCESS(IoStatus.Status) ? IopDone(&Request, &IoStatus)
                                           : IopFail(&Request, IoStatus.Status);
    }
    if (Class == FilePositionInformation && Request.Synchronous) {
        LARGE_INTEGER Position = static_cast<PFILE_POSITION_INFORMATION>(Buffer)->CurrentByteOffset;
        BOOLEAN Uncached = (Request.FileObject->Flags & FO_NO_INTERMEDIATE_BUFFERING) != 0;
        if (Position.QuadPart < 0
            || (Uncached
                && (Position.QuadPart & Request.DeviceObject->AlignmentRequirement) != 0)) {
            return IopFail(&Request, STATUS_INVALID_PARAMETER);
        }
        Request.FileObject->CurrentByteOffset = Position;
        return IopDone(&Request, &IoStatus);
    }
    return IopSendSet(&Request, Buffer, Length, Class);
}

// A synchronous query on behalf of a driver that holds the file object, without its lock.
NTSTATUS IopDriverRequest(
    PFILE_OBJECT FileObject,
    UCHAR MajorFunction,
    ULONG Class,
    ULONG Length,
    PVOID Buffer,
    PULONG Returned)
{
    PDEVICE_OBJECT Top = IoGetRelatedDeviceObject(FileObject);
    BOOLEAN Volume = MajorFunction == IRP_MJ_QUERY_VOLUME_INFORMATION;
    IO_STATUS_BLOCK IoStatus {};
    KEVENT Event;

    PIRP Irp = IopAllocateRequest(nullptr, Top, MajorFunction);
    if (Irp == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp->RequestorMode = KernelMode;
    Irp->Flags |= IRP_SYNCHRONOUS_API
        | IRP_CLOSE_OPERATION; // the issuer reads event and status block, nothing else
    Irp->UserIosb = &IoStatus;
    Irp->UserEvent = &Event;
    Irp->AssociatedIrp.SystemBuffer = Buffer;
    PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);
    IrpSp->FileObject = FileObject;
    if (Volume) {
        IrpSp->Parameters.QueryVolume.Length = Length;
        IrpSp->Parameters.QueryVolume.FsInformationClass = static_cast<FS_INFORMATION_CLASS>(Class);
    } else {
        // QueryFile and SetFile begin alike.
        IrpSp->Parameters.QueryFile.Length = Length;
        IrpSp->Parameters.QueryFile.FileInformationClass
            = static_cast<FILE_INFORMATION_CLASS>(Class);
    }
    NTSTATUS Status = IopCallAndWait(Top, Irp, &Event, &IoStatus);
    if (Returned != nullptr) {
        *Returned = static_cast<ULONG>(IoStatus.Information);
    }
    return Status;
}

} // namespace

extern "C" {

NTSTATUS NTAPI NtQueryInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FileInformation,
    ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass)
{
    NT_SYSTEM_CALL(QueryInformationFile);
    return Call.Leave(
        IopQueryInformation(
            Call.Mode(), FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass),
        static_cast<ULONG_PTR>(FileInformationClass));
}

NTSTATUS NTAPI ZwQueryInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FileInformation,
    ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass)
{
    ZwScope Scope;
    return NtQueryInformationFile(
        FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass);
}

NTSTATUS NTAPI NtSetInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FileInformation,
    ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass)
{
    NT_SYSTEM_CALL(SetInformationFile);
    return Call.Leave(
        IopSetInformation(
            Call.Mode(), FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass),
        static_cast<ULONG_PTR>(FileInformationClass));
}

NTSTATUS NTAPI ZwSetInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FileInformation,
    ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass)
{
    ZwScope Scope;
    return NtSetInformationFile(
        FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass);
}

/// Source   windows-driver-docs: ntifs/ioqueryfileinformation (documented name of the driver's
/// form)
NTSTATUS NTAPI IoQueryFileInformation(
    PFILE_OBJECT FileObject,
    FILE_INFORMATION_CLASS FileInformationClass,
    ULONG Length,
    PVOID FileInformation,
    PULONG ReturnedLength)
{
    PAGED_CODE();
    return IopDriverRequest(
        FileObject, IRP_MJ_QUERY_INFORMATION, FileInformationClass, Length, FileInformation,
        ReturnedLength);
}

NTSTATUS NTAPI IoQueryVolumeInformation(
    PFILE_OBJECT FileObject,
    FS_INFORMATION_CLASS FsInformationClass,
    ULONG Length,
    PVOID FsInformation,
    PULONG ReturnedLength)
{
    PAGED_CODE();
    return IopDriverRequest(
        FileObject, IRP_MJ_QUERY_VOLUME_INFORMATION, FsInformationClass, Length, FsInformation,
        ReturnedLength);
}

NTSTATUS NTAPI IoSetInformation(
    PFILE_OBJECT FileObject,
    FILE_INFORMATION_CLASS FileInformationClass,
    ULONG Length,
    PVOID FileInformation)
{
    PAGED_CODE();
    return IopDriverRequest(
        FileObject, IRP_MJ_SET_INFORMATION, FileInformationClass, Length, FileInformation, nullptr);
}

} // extern "C"
