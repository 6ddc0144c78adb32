// ioparse.cpp - from a name below a device to a file object: IRP_MJ_CREATE.
//
// The object manager's walk ends at a device (or at an open file, for relative names) and hands
// over what is left of the name. Here a file object is made, the create IRP goes to the top of the
// device's stack, and the file object is the result when the file system agrees. STATUS_REPARSE
// replaces the name and sends the walk around again.
#include "engine/ntos/io/iopriv.h"

namespace {

ULONG IopFileFlags(const OPEN_PACKET* Packet)
{
    ULONG Flags = 0;

    if ((Packet->CreateOptions & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)) != 0) {
        Flags |= FO_SYNCHRONOUS_IO;
    }
    Flags |= (Packet->CreateOptions & FILE_SYNCHRONOUS_IO_ALERT) != 0 ? FO_ALERTABLE_IO : 0;
    Flags |= (Packet->CreateOptions & FILE_NO_INTERMEDIATE_BUFFERING) != 0
        ? FO_NO_INTERMEDIATE_BUFFERING
        : 0;
    Flags |= (Packet->CreateOptions & FILE_WRITE_THROUGH) != 0 ? FO_WRITE_THROUGH : 0;
    Flags |= (Packet->CreateOptions & FILE_SEQUENTIAL_ONLY) != 0 ? FO_SEQUENTIAL_ONLY : 0;
    Flags |= (Packet->CreateOptions & FILE_RANDOM_ACCESS) != 0 ? FO_RANDOM_ACCESS : 0;
    Flags |= Packet->CaseInsensitive ? 0 : FO_OPENED_CASE_SENSITIVE;
    return Flags;
}

NTSTATUS IopCheckDeviceOpen(PDEVICE_OBJECT DeviceObject, const OPEN_PACKET* Packet)
{
    if ((DeviceObject->Flags & DO_DEVICE_INITIALIZING) != 0
        || (IopDevice(DeviceObject)->ExtensionFlags & IOP_DEVICE_DELETE_PENDING) != 0) {
        return STATUS_NO_SUCH_DEVICE;
    }
    if ((DeviceObject->Flags & DO_EXCLUSIVE) != 0 && DeviceObject->ReferenceCount != 0
        && Packet->RelatedFileObject == nullptr) {
        return STATUS_ACCESS_DENIED;
    }
    return STATUS_SUCCESS;
}

NTSTATUS IopMakeFile(
    PDEVICE_OBJECT DeviceObject, OPEN_PACKET* Packet, PUNICODE_STRING Name, PFILE_OBJECT* Result)
{
    PVOID Object = nullptr;
    NTSTATUS Status = ObCreateObject(
        KernelMode, IopFileObjectType, nullptr, KernelMode, nullptr, sizeof(FILE_OBJECT), 0, 0,
        &Object);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    auto* FileObject = static_cast<PFILE_OBJECT>(Object);
    FileObject->Type = IO_TYPE_FILE;
    FileObject->Size = sizeof(FILE_OBJECT);
    FileObject->Flags = IopFileFlags(Packet);
    KeInitializeEvent(&FileObject->Lock, SynchronizationEvent, FALSE);
    KeInitializeEvent(&FileObject->Event, NotificationEvent, FALSE);
    KeInitializeSpinLock(&FileObject->IrpListLock);
    InitializeListHead(&FileObject->IrpList);
    if (Name->Length != 0) {
        // File systems write into the buffer and replace it: some room, and never a tag they would
        // have to know.
        USHORT Maximum = static_cast<USHORT>(Name->Length < 56 ? 56 : Name->Length + sizeof(WCHAR));
        FileObject->FileName.Buffer
            = static_cast<PWCH>(ExAllocatePoolWithTag(PagedPool, Maximum, IOP_TAG_NAME));
        if (FileObject->FileName.Buffer == nullptr) {
            ObDereferenceObject(Object);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlZeroMemory(FileObject->FileName.Buffer, Maximum);
        FileObject->FileName.MaximumLength = Maximum;
        FileObject->FileName.Length = Name->Length;
        RtlCopyMemory(FileObject->FileName.Buffer, Name->Buffer, Name->Length);
    }
    FileObject->DeviceObject = DeviceObject;
    FileObject->RelatedFileObject = Packet->RelatedFileObject;
    DeviceObject->ReferenceCount++;
    ObReferenceObject(DeviceObject);
    if (RdrTraceActive()) {
        RdrTraceBorn(
            RdrObjectFile, FileObject, sizeof(FILE_OBJECT), Name->Length != 0 ? Name : nullptr,
            DeviceObject);
    }
    *Result = FileObject;
    return STATUS_SUCCESS;
}

// A file whose create failed: it never was open, so its deletion sends no close.
void IopDropFile(PFILE_OBJECT FileObject)
{
    PDEVICE_OBJECT DeviceObject = FileObject->DeviceObject;

    FileObject->DeviceObject = nullptr;
    FileObject->RelatedFileObject = nullptr;
    IopDereferenceDevice(DeviceObject);
    ObDereferenceObject(DeviceObject);
    ObDereferenceObject(FileObject);
}

UCHAR IopCreateMajor(CREATE_FILE_TYPE Type)
{
    switch (Type) {
    case CreateFileTypeNamedPipe:
        return IRP_MJ_CREATE_NAMED_PIPE;
    case CreateFileTypeMailslot:
        return IRP_MJ_CREATE_MAILSLOT;
    default:
        return IRP_MJ_CREATE;
    }
}

// Sends the create and waits for its end. *Information holds what the file system said.
NTSTATUS IopSendCreate(
    PFILE_OBJECT FileObject,
    PDEVICE_OBJECT Top,
    OPEN_PACKET* Packet,
    PACCESS_STATE AccessState,
    KPROCESSOR_MODE Mode,
    PSECURITY_QUALITY_OF_SERVICE SecurityQos,
    PULONG_PTR Information)
{
    IO_SECURITY_CONTEXT SecurityContext {};
    IO_STATUS_BLOCK IoStatus {};
    KEVENT Event;

    PIRP Irp = IopAllocateRequest(FileObject, Top, IopCreateMajor(Packet->CreateFileType));
    if (Irp == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    SecurityContext.SecurityQos = SecurityQos;
    SecurityContext.AccessState = AccessState;
    SecurityContext.DesiredAccess
        = AccessState->RemainingDesiredAccess | AccessState->PreviouslyGrantedAccess;
    SecurityContext.FullCreateOptions = Packet->CreateOptions;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp->RequestorMode = Mode;
    Irp->Flags |= IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API;
    Irp->UserIosb = &IoStatus;
    Irp->UserEvent = &Event;
    Irp->Overlay.AllocationSize = Packet->AllocationSize;
    Irp->AssociatedIrp.SystemBuffer = Packet->EaBuffer;
    Irp->Tail.Overlay.AuxiliaryBuffer = reinterpret_cast<PCHAR>(Packet->EcpList);
    PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);
    IrpSp->Flags
        = static_cast<UCHAR>(Packet->Options & (IO_FORCE_ACCESS_CHECK | IO_OPEN_TARGET_DIRECTORY));
    if (!Packet->CaseInsensitive) {
        IrpSp->Flags |= SL_CASE_SENSITIVE;
    }
    if (Packet->CreateFileType == CreateFileTypeNone) {
        IrpSp->Parameters.Create.SecurityContext = &SecurityContext;
        IrpSp->Parameters.Create.Options
            = (Packet->Disposition << 24) | (Packet->CreateOptions & 0x00FFFFFF);
        IrpSp->Parameters.Create.FileAttributes = Packet->FileAttributes;
        IrpSp->Parameters.Create.ShareAccess = Packet->ShareAccess;
        IrpSp->Parameters.Create.EaLength = Packet->EaLength;
    } else {
        // Pipes and mailslots share the layout up to the pointer to their own parameters.
        IrpSp->Parameters.CreatePipe.SecurityContext = &SecurityContext;
        IrpSp->Parameters.CreatePipe.Options
            = (Packet->Disposition << 24) | (Packet->CreateOptions & 0x00FFFFFF);
        IrpSp->Parameters.CreatePipe.ShareAccess = Packet->ShareAccess;
        IrpSp->Parameters.CreatePipe.Parameters
            = static_cast<PNAMED_PIPE_CREATE_PARAMETERS>(Packet->ExtraParameters);
    }
    Irp->Flags |= IRP_DEFER_IO_COMPLETION;
    IopQueueIrp(Irp, PsGetCurrentThread());
    NTSTATUS Status = IofCallDriver(Top, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, nullptr);
        Status = IoStatus.Status;
        *Information = IoStatus.Information;
    } else {
        *Information = Irp->IoStatus.Information;
        Irp->AssociatedIrp.SystemBuffer = nullptr; // the EA buffer belongs to the caller
        IopFinishHere(Irp, FileObject);
    }
    return Status;
}

NTSTATUS IopParse(
    PDEVICE_OBJECT DeviceObject,
    OPEN_PACKET* Packet,
    PACCESS_STATE AccessState,
    KPROCESSOR_MODE Mode,
    ULONG Attributes,
    PUNICODE_STRING CompleteName,
    PUNICODE_STRING RemainingName,
    PSECURITY_QUALITY_OF_SERVICE SecurityQos,
    PVOID* Object)
{
    PFILE_OBJECT FileObject = nullptr;
    ULONG_PTR Information = 0;

    *Object = nullptr;
    NTSTATUS Status = IopCheckDeviceOpen(DeviceObject, Packet);
    if (!NT_SUCCESS(Status)) {
        Packet->FinalStatus = Status;
        return Status;
    }
    Packet->CaseInsensitive = (Attributes & OBJ_CASE_INSENSITIVE) != 0;
    Status = IopMakeFile(DeviceObject, Packet, RemainingName, &FileObject);
    if (!NT_SUCCESS(Status)) {
        Packet->FinalStatus = Status;
        return Status;
    }
    FileObject->Vpb = DeviceObject->Vpb != nullptr && (DeviceObject->Vpb->Flags & VPB_MOUNTED) != 0
        ? DeviceObject->Vpb
        : nullptr;
    if (Packet->RelatedFileObject != nullptr) {
        FileObject->Vpb = Packet->RelatedFileObject->Vpb;
    }
    PDEVICE_OBJECT Top
        = Packet->DeviceHint != nullptr ? Packet->DeviceHint : IoGetRelatedDeviceObject(FileObject);
    // The stack must not lose its upper device while the create is on its way.
    ObReferenceObject(Top);
    Status = IopSendCreate(FileObject, Top, Packet, AccessState, Mode, SecurityQos, &Information);
    ObDereferenceObject(Top);
    Packet->ParseCheck = TRUE;
    Packet->FinalStatus = Status;
    Packet->Information = Information;
    if (RdrTraceActive()) {
        RdrTraceTouch(FileObject);
    }
    if (Status == STATUS_REPARSE) {
        if (Information == IO_REPARSE) {
            Status = ObpReplaceCompleteName(CompleteName, &FileObject->FileName);
            Status = NT_SUCCESS(Status) ? STATUS_REPARSE : Status;
        } else if (Information != IO_REMOUNT) {
            Status = STATUS_IO_REPARSE_TAG_NOT_HANDLED;
            Packet->FinalStatus = Status;
        }
        Packet->RelatedFileObject = nullptr;
        IopDropFile(FileObject);
        return Status;
    }
    if (!NT_SUCCESS(Status)) {
        if ((FileObject->Flags & FO_FILE_OPEN_CANCELLED) != 0) {
            FileObject->Flags &= ~static_cast<ULONG>(FO_FILE_OPEN_CANCELLED);
        }
        IopDropFile(FileObject);
        return Status;
    }
    if (FileObject->RelatedFileObject != nullptr) {
        // Kept as long as the file: its name is relative to the other's.
        ObReferenceObject(FileObject->RelatedFileObject);
    }
    FileObject->Flags |= FO_FILE_OPEN;
    Packet->FileObject = FileObject;
    *Object = FileObject;
    return Status;
}

} // namespace

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
    PVOID* Object)
{
    auto* Packet = static_cast<OPEN_PACKET*>(Context);

    *Object = nullptr;
    if (Packet == nullptr || Packet->Type != IO_TYPE_OPEN_PACKET) {
        // Not a file open: the device object itself is meant, when the name ends here.
        if (RemainingName->Length != 0
            || (ObjectType != nullptr && ObjectType != IopDeviceObjectType)) {
            return STATUS_OBJECT_TYPE_MISMATCH;
        }
        ObReferenceObject(ParseObject);
        *Object = ParseObject;
        return STATUS_SUCCESS;
    }
    return IopParse(
        static_cast<PDEVICE_OBJECT>(ParseObject), Packet, AccessState, AccessMode, Attributes,
        CompleteName, RemainingName, SecurityQos, Object);
}

/// Relative open: the file that RootDirectory names leads to its device.
NTSTATUS IopParseFile(
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
    auto* FileObject = static_cast<PFILE_OBJECT>(ParseObject);
    auto* Packet = static_cast<OPEN_PACKET*>(Context);

    UNREFERENCED_PARAMETER(ObjectType);
    *Object = nullptr;
    if (Packet == nullptr || Packet->Type != IO_TYPE_OPEN_PACKET
        || FileObject->DeviceObject == nullptr) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    Packet->RelatedFileObject = FileObject;
    return IopParse(
        FileObject->DeviceObject, Packet, AccessState, AccessMode, Attributes, CompleteName,
        RemainingName, SecurityQos, Object);
}
