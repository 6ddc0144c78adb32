// create.cpp - IRP_MJ_CREATE: the one operation that works by name, so the one that has to find its
// provider.
#include "engine/mup/mupp.h"

namespace {

// The completion routine's context is the file: a create that fails leaves none behind.
extern "C" NTSTATUS NTAPI MuppCreateCompleted(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (Irp->PendingReturned) {
        IoMarkIrpPending(Irp);
    }
    if (!NT_SUCCESS(Irp->IoStatus.Status) || Irp->IoStatus.Status == STATUS_REPARSE) {
        PMUP_FILE File = MuppRemoveFile(static_cast<PFILE_OBJECT>(Context));
        if (File != nullptr) {
            MuppFreeFile(File);
        }
    }
    return STATUS_SUCCESS;
}

// Sends the create to the provider. The file is entered first, because the provider may use it
// before its create is complete.
NTSTATUS Route(PIRP Irp, PMUP_PROVIDER Provider)
{
    PFILE_OBJECT FileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;

    NTSTATUS Status = MuppInsertFile(FileObject, Provider);
    if (!NT_SUCCESS(Status)) {
        return MuppComplete(Irp, Status, 0);
    }
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, MuppCreateCompleted, FileObject, TRUE, TRUE, TRUE);
    return IoCallDriver(Provider->DeviceObject, Irp);
}

// The older model: the open starts over at the redirector's own device, and MUP is out of it.
NTSTATUS Reparse(PIRP Irp, PMUP_PROVIDER Provider)
{
    PFILE_OBJECT FileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    const ULONG Bytes = Provider->DeviceName.Length + FileObject->FileName.Length;

    if (Bytes > UNICODE_STRING_MAX_BYTES) {
        return MuppComplete(Irp, STATUS_OBJECT_NAME_INVALID, 0);
    }
    auto* Buffer = static_cast<PWCH>(ExAllocatePoolWithTag(PagedPool, Bytes, MUP_TAG_QUERY));
    if (Buffer == nullptr) {
        return MuppComplete(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    }
    RtlCopyMemory(Buffer, Provider->DeviceName.Buffer, Provider->DeviceName.Length);
    RtlCopyMemory(
        reinterpret_cast<PUCHAR>(Buffer) + Provider->DeviceName.Length, FileObject->FileName.Buffer,
        FileObject->FileName.Length);
    if (FileObject->FileName.Buffer != nullptr) {
        ExFreePool(FileObject->FileName.Buffer);
    }
    FileObject->FileName.Buffer = Buffer;
    FileObject->FileName.Length = FileObject->FileName.MaximumLength = static_cast<USHORT>(Bytes);
    return MuppComplete(Irp, STATUS_REPARSE, IO_REPARSE);
}

// Length in bytes of the component that begins at Start, without the backslash before it.
USHORT ComponentLength(PCUNICODE_STRING Name, USHORT Start)
{
    USHORT Index = Start / sizeof(WCHAR);
    while (Index < Name->Length / sizeof(WCHAR) && Name->Buffer[Index] != L'\\') {
        Index++;
    }
    return static_cast<USHORT>(Index * sizeof(WCHAR) - Start);
}

// \;Redirector\rest is what the redirector's device name stands for. Takes the component off the
// name, so that the redirector sees what would follow its device name, and returns the redirector
// (referenced). A drive (\;X:...) is no redirector.
PMUP_PROVIDER TakeRedirector(PUNICODE_STRING Name)
{
    if (Name->Length < 3 * sizeof(WCHAR) || Name->Buffer[0] != L'\\' || Name->Buffer[1] != L';') {
        return nullptr;
    }
    UNICODE_STRING Component;
    Component.Buffer = Name->Buffer + 2;
    Component.Length = Component.MaximumLength = ComponentLength(Name, 2 * sizeof(WCHAR));
    PMUP_PROVIDER Provider = MuppFindProviderByShortName(&Component);
    if (Provider != nullptr) {
        const USHORT Taken = static_cast<USHORT>(2 * sizeof(WCHAR) + Component.Length);
        RtlMoveMemory(
            Name->Buffer, reinterpret_cast<PUCHAR>(Name->Buffer) + Taken, Name->Length - Taken);
        Name->Length -= Taken;
    }
    return Provider;
}

// A UNC name has a server: \server or more. The I/O manager left one leading backslash of the two.
BOOLEAN HasServer(PCUNICODE_STRING Name)
{
    return Name->Length >= 2 * sizeof(WCHAR) && Name->Buffer[0] == L'\\'
        && Name->Buffer[1] != L'\\';
}

// Somebody opens MUP itself.
NTSTATUS OpenMup(PIRP Irp)
{
    NTSTATUS Status = MuppInsertFile(IoGetCurrentIrpStackLocation(Irp)->FileObject, nullptr);
    return MuppComplete(Irp, Status, FILE_OPENED);
}

NTSTATUS RouteAndRelease(PIRP Irp, PMUP_PROVIDER Provider)
{
    NTSTATUS Status = Provider->Legacy ? Reparse(Irp, Provider) : Route(Irp, Provider);
    MuppDereferenceProvider(Provider);
    return Status;
}

} // namespace

/// Opens a file by UNC name, by a redirector's device name, or relative to an open file.
///
/// IRQL     PASSIVE_LEVEL
/// Errors   what the provider said; STATUS_BAD_NETWORK_PATH and its kin when there is none
/// (MuppResolvePrefix);
///          STATUS_INVALID_PARAMETER for a name longer than UNICODE_STRING_MAX_BYTES
/// Source   S-QP-1, 2, 7, 8, 11; facts U-19 (device names bypass the resolution)
NTSTATUS NTAPI MupCreate(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PFILE_OBJECT FileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    PMUP_PROVIDER Provider = nullptr;

    PAGED_CODE();
    UNREFERENCED_PARAMETER(DeviceObject);
    InterlockedIncrement(reinterpret_cast<volatile LONG*>(&MupCounters.Creates));
    if (FileObject->RelatedFileObject != nullptr) {
        PMUP_FILE Related = MuppFindFile(FileObject->RelatedFileObject);
        if (Related == nullptr || Related->Provider == nullptr) {
            return MuppComplete(Irp, STATUS_INVALID_PARAMETER, 0);
        }
        MuppReferenceProvider(Related->Provider);
        return RouteAndRelease(Irp, Related->Provider);
    }
    if (FileObject->FileName.Length == 0) {
        return OpenMup(Irp);
    }
    if (FileObject->FileName.Length > UNICODE_STRING_MAX_BYTES) {
        return MuppComplete(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    Provider = TakeRedirector(&FileObject->FileName);
    if (Provider != nullptr) {
        return RouteAndRelease(Irp, Provider);
    }
    if (!HasServer(&FileObject->FileName)) {
        return MuppComplete(Irp, STATUS_BAD_NETWORK_PATH, 0);
    }
    RDR_SPAN Span = RdrTraceBegin(RdrLayerMup, "MupResolvePrefix", FileObject, 0);
    NTSTATUS Status = STATUS_SUCCESS;
    Provider = MuppLookupPrefix(&FileObject->FileName);
    if (Provider == nullptr) {
        Status = MuppResolvePrefix(Irp, &FileObject->FileName, &Provider);
    }
    RdrTraceEnd(Span, Status, 0);
    if (!NT_SUCCESS(Status)) {
        return MuppComplete(Irp, Status, 0);
    }
    return RouteAndRelease(Irp, Provider);
}

/// Pipes and mailslots are not made over the network.
NTSTATUS NTAPI MupRefuse(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return MuppComplete(Irp, STATUS_OBJECT_NAME_INVALID, 0);
}
