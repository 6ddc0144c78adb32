// forward.cpp - requests on open files: each goes to the provider its file was opened with.
#include "engine/mup/mupp.h"

namespace {

// Open files, by the address of the file object. Only ever looked up, never walked for a decision.
constinit LIST_ENTRY MupFiles[MUP_FILE_BUCKETS] {};
constinit ULONG MupFileCount = 0;

PLIST_ENTRY Bucket(PFILE_OBJECT FileObject)
{
    return &MupFiles[(reinterpret_cast<ULONG_PTR>(FileObject) >> 6) % MUP_FILE_BUCKETS];
}

// MupFileLock held.
PMUP_FILE Find(PFILE_OBJECT FileObject)
{
    PLIST_ENTRY Head = Bucket(FileObject);
    for (PLIST_ENTRY Entry = Head->Flink; Entry != Head; Entry = Entry->Flink) {
        PMUP_FILE File = CONTAINING_RECORD(Entry, MUP_FILE, Links);
        if (File->FileObject == FileObject) {
            return File;
        }
    }
    return nullptr;
}

// What MUP itself answers: requests on a handle to \Device\Mup.
NTSTATUS AnswerOwn(PIRP Irp)
{
    switch (IoGetCurrentIrpStackLocation(Irp)->MajorFunction) {
    case IRP_MJ_CLEANUP:
    case IRP_MJ_FLUSH_BUFFERS:
        return MuppComplete(Irp, STATUS_SUCCESS, 0);
    default:
        return MuppComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

} // namespace

void MuppFilesInit(void);
void MuppFilesInit(void)
{
    for (LIST_ENTRY& Head : MupFiles) {
        InitializeListHead(&Head);
    }
    MupFileCount = 0;
}

/// What MUP knows of a file; nullptr when it was not opened through MUP. It stays valid while the
/// file is open.
PMUP_FILE MuppFindFile(PFILE_OBJECT FileObject)
{
    KIRQL Irql;
    KeAcquireSpinLock(&MupFileLock, &Irql);
    PMUP_FILE File = Find(FileObject);
    KeReleaseSpinLock(&MupFileLock, Irql);
    return File;
}

/// IRQL     <= DISPATCH_LEVEL
/// Owns     the file holds a reference on Provider until MuppFreeFile
NTSTATUS MuppInsertFile(PFILE_OBJECT FileObject, PMUP_PROVIDER Provider)
{
    KIRQL Irql;
    auto* File = static_cast<PMUP_FILE>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(MUP_FILE), MUP_TAG_FILE));

    if (File == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(File, sizeof(*File));
    File->FileObject = FileObject;
    File->Provider = Provider;
    if (Provider != nullptr) {
        MuppReferenceProvider(Provider);
    }
    RdrTraceBorn(RdrObjectMupFile, File, sizeof(MUP_FILE), &FileObject->FileName, FileObject);
    KeAcquireSpinLock(&MupFileLock, &Irql);
    InsertTailList(Bucket(FileObject), &File->Links);
    MupFileCount++;
    KeReleaseSpinLock(&MupFileLock, Irql);
    return STATUS_SUCCESS;
}

/// Takes the file out of the table; the caller frees it.
PMUP_FILE MuppRemoveFile(PFILE_OBJECT FileObject)
{
    KIRQL Irql;
    KeAcquireSpinLock(&MupFileLock, &Irql);
    PMUP_FILE File = Find(FileObject);
    if (File != nullptr) {
        RemoveEntryList(&File->Links);
        MupFileCount--;
    }
    KeReleaseSpinLock(&MupFileLock, Irql);
    return File;
}

void MuppFreeFile(PMUP_FILE File)
{
    RdrTraceDied(File);
    if (File->Provider != nullptr) {
        MuppDereferenceProvider(File->Provider);
    }
    ExFreePoolWithTag(File, MUP_TAG_FILE);
}

ULONG MuppOpenFiles(void)
{
    return MupFileCount;
}

NTSTATUS MuppComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = NT_SUCCESS(Status) ? Information : 0;
    IoCompleteRequest(Irp, IO_NETWORK_INCREMENT);
    return Status;
}

/// Every request but create and close: to the same provider, in MUP's own stack location (nothing
/// is left to do afterwards).
///
/// IRQL     that of the request
/// Source   S-QP-8; bug check MUP_FILE_SYSTEM for a file MUP never saw opened
NTSTATUS NTAPI MupForward(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PFILE_OBJECT FileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (FileObject == nullptr) {
        return MuppComplete(
            Irp, STATUS_INVALID_DEVICE_REQUEST, 0); // power, plug and play: nothing of ours
    }
    PMUP_FILE File = MuppFindFile(FileObject);
    if (File == nullptr) {
        KeBugCheckEx(
            MUP_FILE_SYSTEM, 1, reinterpret_cast<ULONG_PTR>(FileObject),
            reinterpret_cast<ULONG_PTR>(Irp), 0);
    }
    if (File->Provider == nullptr) {
        return AnswerOwn(Irp);
    }
    InterlockedIncrement(reinterpret_cast<volatile LONG*>(&MupCounters.Forwarded));
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(File->Provider->DeviceObject, Irp);
}

/// The last request on a file: MUP forgets it, the provider closes it.
NTSTATUS NTAPI MupClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PFILE_OBJECT FileObject = IoGetCurrentIrpStackLocation(Irp)->FileObject;

    UNREFERENCED_PARAMETER(DeviceObject);
    PMUP_FILE File = MuppRemoveFile(FileObject);
    if (File == nullptr) {
        KeBugCheckEx(
            MUP_FILE_SYSTEM, 1, reinterpret_cast<ULONG_PTR>(FileObject),
            reinterpret_cast<ULONG_PTR>(Irp), 0);
    }
    PMUP_PROVIDER Provider = File->Provider;
    if (Provider == nullptr) {
        MuppFreeFile(File);
        return MuppComplete(Irp, STATUS_SUCCESS, 0);
    }
    InterlockedIncrement(reinterpret_cast<volatile LONG*>(&MupCounters.Forwarded));
    IoSkipCurrentIrpStackLocation(Irp);
    NTSTATUS Status = IoCallDriver(Provider->DeviceObject, Irp);
    MuppFreeFile(File);
    return Status;
}
