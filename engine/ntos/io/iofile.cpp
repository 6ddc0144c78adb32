// iofile.cpp - the File type: last handle, last reference, names; stream files.
//
//   last handle closed     IRP_MJ_CLEANUP, in the process that closed it
//   last reference gone    IRP_MJ_CLOSE, at PASSIVE_LEVEL in any context; the file object is freed
#include "engine/ntos/io/iopriv.h"

constinit POBJECT_TYPE IopFileObjectType = nullptr;

NTSTATUS IopParseFile(
    PVOID,
    POBJECT_TYPE,
    PACCESS_STATE,
    KPROCESSOR_MODE,
    ULONG,
    PUNICODE_STRING,
    PUNICODE_STRING,
    PVOID,
    PSECURITY_QUALITY_OF_SERVICE,
    PVOID*);

namespace {

// CLEANUP, CLOSE and the unlock of a process' locks: never fail, never refer to the caller's
// buffers.
void IopSendEnd(PFILE_OBJECT FileObject, UCHAR MajorFunction, UCHAR MinorFunction)
{
    PDEVICE_OBJECT Top = IoGetRelatedDeviceObject(FileObject);
    IO_STATUS_BLOCK IoStatus {};
    KEVENT Event;

    PIRP Irp = IopAllocateRequest(nullptr, Top, MajorFunction);
    if (Irp == nullptr) {
        RdrTraceText(
            RdrLayerIo, RdrEventError, IopMajorName(MajorFunction), FileObject,
            "no memory for the IRP");
        return;
    }
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp->Tail.Overlay.OriginalFileObject = FileObject;
    Irp->RequestorMode = KernelMode;
    Irp->Flags |= IRP_SYNCHRONOUS_API | IRP_CLOSE_OPERATION;
    Irp->UserIosb = &IoStatus;
    Irp->UserEvent = &Event;
    PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);
    IrpSp->FileObject = FileObject;
    IrpSp->MinorFunction = MinorFunction;
    (void)IopCallAndWait(Top, Irp, &Event, &IoStatus);
}

void IopUnlockAll(PEPROCESS Process, PFILE_OBJECT FileObject)
{
    PDEVICE_OBJECT Top = IoGetRelatedDeviceObject(FileObject);
    PFAST_IO_DISPATCH Fast = Top->DriverObject->FastIoDispatch;
    IO_STATUS_BLOCK IoStatus;

    if (Fast != nullptr
        && Fast->SizeOfFastIoDispatch > FIELD_OFFSET(FAST_IO_DISPATCH, FastIoUnlockAll)
        && Fast->FastIoUnlockAll != nullptr
        && Fast->FastIoUnlockAll(FileObject, Process, &IoStatus, Top)) {
        return;
    }
    IopSendEnd(FileObject, IRP_MJ_LOCK_CONTROL, IRP_MN_UNLOCK_ALL);
}

void IopCloseFile(
    PEPROCESS Process,
    PVOID Object,
    ACCESS_MASK GrantedAccess,
    ULONG ProcessHandleCount,
    ULONG SystemHandleCount)
{
    auto* FileObject = static_cast<PFILE_OBJECT>(Object);

    UNREFERENCED_PARAMETER(GrantedAccess);
    if (FileObject->DeviceObject == nullptr) {
        return;
    }
    if (ProcessHandleCount == 1 && SystemHandleCount != 1 && FileObject->LockOperation) {
        IopUnlockAll(Process, FileObject);
    }
    if (SystemHandleCount != 1) {
        return;
    }
    BOOLEAN Locked = FALSE;
    if ((FileObject->Flags & FO_SYNCHRONOUS_IO) != 0 && Process != nullptr) {
        Locked = NT_SUCCESS(IopAcquireFileLock(FileObject, KernelMode));
    }
    IopSendEnd(FileObject, IRP_MJ_CLEANUP, 0);
    if (Locked) {
        IopReleaseFileLock(FileObject);
    }
    if (RdrTraceActive()) {
        RdrTraceTouch(FileObject);
    }
}

void IopDeleteFile(PVOID Object)
{
    auto* FileObject = static_cast<PFILE_OBJECT>(Object);
    PDEVICE_OBJECT DeviceObject = FileObject->DeviceObject;

    if (DeviceObject != nullptr) {
        if ((FileObject->Flags & FO_HANDLE_CREATED) == 0) {
            IopCloseFile(nullptr, FileObject, 0, 1, 1); // opened, but no handle was ever given out
        }
        IopSendEnd(FileObject, IRP_MJ_CLOSE, 0);
        if (FileObject->RelatedFileObject != nullptr && (FileObject->Flags & FO_FILE_OPEN) != 0) {
            ObDereferenceObject(FileObject->RelatedFileObject);
        }
        FileObject->DeviceObject = nullptr;
        IopDereferenceDevice(DeviceObject);
        ObDereferenceObject(DeviceObject);
    }
    if (FileObject->FileName.Buffer != nullptr) {
        ExFreePool(FileObject->FileName.Buffer);
    }
}

NTSTATUS IopOpenFile(
    OB_OPEN_REASON Reason,
    PEPROCESS Process,
    PVOID Object,
    ACCESS_MASK GrantedAccess,
    ULONG HandleCount)
{
    UNREFERENCED_PARAMETER(Reason);
    UNREFERENCED_PARAMETER(Process);
    UNREFERENCED_PARAMETER(GrantedAccess);
    UNREFERENCED_PARAMETER(HandleCount);
    static_cast<PFILE_OBJECT>(Object)->Flags |= FO_HANDLE_CREATED;
    return STATUS_SUCCESS;
}

// Device name, then the file's name: the stored one when it is absolute, else what the file system
// says.
NTSTATUS IopQueryFileName(
    PVOID Object,
    BOOLEAN HasObjectName,
    POBJECT_NAME_INFORMATION NameInformation,
    ULONG Length,
    PULONG ReturnLength,
    KPROCESSOR_MODE Mode)
{
    auto* FileObject = static_cast<PFILE_OBJECT>(Object);
    constexpr ULONG QueryBytes = 2048;
    PFILE_NAME_INFORMATION Queried = nullptr;
    UNICODE_STRING Rest = FileObject->FileName;

    UNREFERENCED_PARAMETER(HasObjectName);
    UNREFERENCED_PARAMETER(Mode);
    if (FileObject->DeviceObject == nullptr) {
        return STATUS_OBJECT_PATH_INVALID;
    }
    NTSTATUS Status
        = ObQueryNameString(FileObject->DeviceObject, NameInformation, Length, ReturnLength);
    ULONG DeviceBytes = *ReturnLength > sizeof(OBJECT_NAME_INFORMATION)
        ? *ReturnLength - static_cast<ULONG>(sizeof(OBJECT_NAME_INFORMATION) + sizeof(WCHAR))
        : 0;
    if (FileObject->RelatedFileObject != nullptr && (Rest.Length == 0 || Rest.Buffer[0] != L'\\')) {
        Queried = static_cast<PFILE_NAME_INFORMATION>(
            ExAllocatePoolWithTag(PagedPool, QueryBytes, IOP_TAG_NAME));
        ULONG Bytes = 0;
        if (Queried == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        NTSTATUS Query
            = IoQueryFileInformation(FileObject, FileNameInformation, QueryBytes, Queried, &Bytes);
        if (!NT_SUCCESS(Query)) {
            ExFreePoolWithTag(Queried, IOP_TAG_NAME);
            return Query;
        }
        Rest.Buffer = Queried->FileName;
        Rest.Length = static_cast<USHORT>(Queried->FileNameLength);
    }
    ULONG Needed = static_cast<ULONG>(sizeof(OBJECT_NAME_INFORMATION) + sizeof(WCHAR)) + DeviceBytes
        + Rest.Length;
    *ReturnLength = Needed;
    if (!NT_SUCCESS(Status) || Length < Needed) {
        Status = STATUS_INFO_LENGTH_MISMATCH;
    } else {
        PWCH Text = reinterpret_cast<PWCH>(NameInformation + 1);
        RtlCopyMemory(Text + DeviceBytes / sizeof(WCHAR), Rest.Buffer, Rest.Length);
        Text[(DeviceBytes + Rest.Length) / sizeof(WCHAR)] = 0;
        NameInformation->Name.Buffer = Text;
        NameInformation->Name.Length = static_cast<USHORT>(DeviceBytes + Rest.Length);
        NameInformation->Name.MaximumLength
            = static_cast<USHORT>(NameInformation->Name.Length + sizeof(WCHAR));
    }
    if (Queried != nullptr) {
        ExFreePoolWithTag(Queried, IOP_TAG_NAME);
    }
    return Status;
}

} // namespace

extern "C" {
POBJECT_TYPE* IoFileObjectType = &IopFileObjectType;
}

void IopInitFiles()
{
    OB_TYPE_PROCEDURES Procedures {};

    Procedures.GenericMapping = *IoGetFileObjectGenericMapping();
    Procedures.ValidAccessMask = FILE_ALL_ACCESS;
    Procedures.Open = IopOpenFile;
    Procedures.Close = IopCloseFile;
    Procedures.Delete = IopDeleteFile;
    Procedures.Parse = IopParseFile;
    Procedures.Security = IopFileSecurity;
    Procedures.QueryName = IopQueryFileName;
    Procedures.WaitOffset = FIELD_OFFSET(FILE_OBJECT, Event);
    Procedures.WaitPointerOffset = OBP_NOT_WAITABLE;
    Procedures.TraceKind = RdrObjectFile;
    IopFileObjectType = ObpCreateType(L"File", &Procedures);
}

/// Takes the lock that lines up requests on a synchronous file.
///
/// Errors   STATUS_USER_APC, STATUS_ALERTED (FO_ALERTABLE_IO only): not taken
NTSTATUS IopAcquireFileLock(PFILE_OBJECT FileObject, KPROCESSOR_MODE Mode)
{
    BOOLEAN Alertable = (FileObject->Flags & FO_ALERTABLE_IO) != 0;

    FileObject->Waiters = FileObject->Waiters + 1;
    while (FileObject->Busy != 0) {
        NTSTATUS Status
            = KeWaitForSingleObject(&FileObject->Lock, Executive, Mode, Alertable, nullptr);
        if (Status == STATUS_USER_APC || Status == STATUS_ALERTED) {
            FileObject->Waiters = FileObject->Waiters - 1;
            return Status;
        }
    }
    FileObject->Waiters = FileObject->Waiters - 1;
    FileObject->Busy = 1;
    return STATUS_SUCCESS;
}

void IopReleaseFileLock(PFILE_OBJECT FileObject)
{
    NT_ASSERT(FileObject->Busy != 0);
    FileObject->Busy = 0;
    if (FileObject->Waiters != 0) {
        KeSetEvent(&FileObject->Lock, IO_NO_INCREMENT, FALSE);
    }
}

extern "C" {

/// A file object for a stream the file system itself uses, cached but never opened by a name.
/// Source   windows-driver-docs: ntifs/iocreatestreamfileobjectex
static PFILE_OBJECT
IopCreateStream(PFILE_OBJECT FileObject, PDEVICE_OBJECT DeviceObject, PHANDLE Handle, BOOLEAN Lite)
{
    PVOID Object = nullptr;

    PAGED_CODE();
    if (FileObject != nullptr) {
        DeviceObject = FileObject->DeviceObject;
    }
    if (!NT_SUCCESS(ObCreateObject(
            KernelMode, IopFileObjectType, nullptr, KernelMode, nullptr, sizeof(FILE_OBJECT), 0, 0,
            &Object))) {
        return nullptr;
    }
    auto* Stream = static_cast<PFILE_OBJECT>(Object);
    Stream->Type = IO_TYPE_FILE;
    Stream->Size = sizeof(FILE_OBJECT);
    Stream->Flags = FO_STREAM_FILE;
    Stream->Vpb = FileObject != nullptr ? FileObject->Vpb : nullptr;
    Stream->DeviceObject = DeviceObject;
    KeInitializeEvent(&Stream->Lock, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Stream->Event, NotificationEvent, FALSE);
    InitializeListHead(&Stream->IrpList);
    DeviceObject->ReferenceCount++;
    ObReferenceObject(DeviceObject);
    if (RdrTraceActive()) {
        RdrTraceBorn(RdrObjectFile, Stream, sizeof(FILE_OBJECT), nullptr, DeviceObject);
    }
    if (Lite) {
        Stream->Flags |= FO_HANDLE_CREATED; // no handle, so no cleanup either
        return Stream;
    }
    HANDLE Local = nullptr;
    ObReferenceObject(Object);
    if (!NT_SUCCESS(ObOpenObjectByPointer(
            Object, OBJ_KERNEL_HANDLE, nullptr, 0, IopFileObjectType, KernelMode, &Local))) {
        ObDereferenceObject(Object);
        ObDereferenceObject(Object);
        return nullptr;
    }
    if (Handle != nullptr) {
        *Handle = Local;
        ObDereferenceObject(Object);
    } else {
        (void)ZwClose(Local); // IRP_MJ_CLEANUP comes now, as documented
        ObDereferenceObject(Object);
    }
    return Stream;
}

PFILE_OBJECT NTAPI IoCreateStreamFileObject(PFILE_OBJECT FileObject, PDEVICE_OBJECT DeviceObject)
{
    return IopCreateStream(FileObject, DeviceObject, nullptr, FALSE);
}

PFILE_OBJECT NTAPI IoCreateStreamFileObjectEx(
    PFILE_OBJECT FileObject, PDEVICE_OBJECT DeviceObject, PHANDLE FileObjectHandle)
{
    return IopCreateStream(FileObject, DeviceObject, FileObjectHandle, FALSE);
}

PFILE_OBJECT NTAPI
IoCreateStreamFileObjectLite(PFILE_OBJECT FileObject, PDEVICE_OBJECT DeviceObject)
{
    return IopCreateStream(FileObject, DeviceObject, nullptr, TRUE);
}

} // extern "C"
