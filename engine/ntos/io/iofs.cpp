// iofs.cpp - who wants to hear of what: registered file systems, their watchers, shutdown
// notification.
#include "engine/ntos/io/iopriv.h"

namespace {

struct IOP_WATCHER
{
    LIST_ENTRY Links;
    PDRIVER_OBJECT DriverObject; // referenced
    PDRIVER_FS_NOTIFICATION Routine;
};

struct IOP_SHUTDOWN
{
    LIST_ENTRY Links;
    PDEVICE_OBJECT DeviceObject; // referenced
};

constexpr ULONG kTag = 'sFoI';

constinit LIST_ENTRY IopNetworkFileSystems {}; // DEVICE_OBJECT.Queue.ListEntry, first asked first
constinit LIST_ENTRY IopDiskFileSystems {};
constinit LIST_ENTRY IopCdRomFileSystems {};
constinit LIST_ENTRY IopTapeFileSystems {};
constinit LIST_ENTRY IopWatchers {};
constinit LIST_ENTRY IopShutdownList {}; // last registered first
constinit LIST_ENTRY IopLastChanceList {};

PLIST_ENTRY IopQueueFor(PDEVICE_OBJECT DeviceObject)
{
    switch (DeviceObject->DeviceType) {
    case FILE_DEVICE_NETWORK_FILE_SYSTEM:
        return &IopNetworkFileSystems;
    case FILE_DEVICE_DISK_FILE_SYSTEM:
        return &IopDiskFileSystems;
    case FILE_DEVICE_CD_ROM_FILE_SYSTEM:
        return &IopCdRomFileSystems;
    case FILE_DEVICE_TAPE_FILE_SYSTEM:
        return &IopTapeFileSystems;
    default:
        return nullptr;
    }
}

void IopNotifyWatchers(PDEVICE_OBJECT DeviceObject, BOOLEAN Active)
{
    for (PLIST_ENTRY Link = IopWatchers.Flink; Link != &IopWatchers;) {
        IOP_WATCHER* Watcher = CONTAINING_RECORD(Link, IOP_WATCHER, Links);
        Link = Link->Flink;
        Watcher->Routine(DeviceObject, Active);
    }
}

NTSTATUS IopRegisterShutdown(PLIST_ENTRY List, PDEVICE_OBJECT DeviceObject)
{
    auto* Entry = static_cast<IOP_SHUTDOWN*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(IOP_SHUTDOWN), kTag));

    if (Entry == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Entry->DeviceObject = DeviceObject;
    ObReferenceObject(DeviceObject);
    InsertHeadList(List, &Entry->Links);
    DeviceObject->Flags |= DO_SHUTDOWN_REGISTERED;
    return STATUS_SUCCESS;
}

void IopRemoveShutdown(PLIST_ENTRY List, PDEVICE_OBJECT DeviceObject)
{
    for (PLIST_ENTRY Link = List->Flink; Link != List;) {
        IOP_SHUTDOWN* Entry = CONTAINING_RECORD(Link, IOP_SHUTDOWN, Links);
        Link = Link->Flink;
        if (Entry->DeviceObject == DeviceObject) {
            RemoveEntryList(&Entry->Links);
            ExFreePoolWithTag(Entry, kTag);
            ObDereferenceObject(DeviceObject);
        }
    }
}

void IopCallShutdown(PLIST_ENTRY List)
{
    while (!IsListEmpty(List)) {
        IOP_SHUTDOWN* Entry = CONTAINING_RECORD(RemoveHeadList(List), IOP_SHUTDOWN, Links);
        PDEVICE_OBJECT DeviceObject = Entry->DeviceObject;
        PDEVICE_OBJECT Top = IoGetAttachedDevice(DeviceObject);
        KEVENT Event;
        IO_STATUS_BLOCK IoStatus;

        ExFreePoolWithTag(Entry, kTag);
        DeviceObject->Flags &= ~static_cast<ULONG>(DO_SHUTDOWN_REGISTERED);
        KeInitializeEvent(&Event, NotificationEvent, FALSE);
        PIRP Irp = IoBuildSynchronousFsdRequest(
            IRP_MJ_SHUTDOWN, Top, nullptr, 0, nullptr, &Event, &IoStatus);
        if (Irp != nullptr) {
            (void)IopCallAndWait(Top, Irp, &Event, &IoStatus);
        }
        ObDereferenceObject(DeviceObject);
    }
}

} // namespace

void IopInitFileSystems()
{
    InitializeListHead(&IopNetworkFileSystems);
    InitializeListHead(&IopDiskFileSystems);
    InitializeListHead(&IopCdRomFileSystems);
    InitializeListHead(&IopTapeFileSystems);
    InitializeListHead(&IopWatchers);
    InitializeListHead(&IopShutdownList);
    InitializeListHead(&IopLastChanceList);
}

/// IRP_MJ_SHUTDOWN to everyone who asked for it, and the end of the lists.
void IopSendShutdown()
{
    IopCallShutdown(&IopShutdownList);
    IopCallShutdown(&IopLastChanceList);
    while (!IsListEmpty(&IopWatchers)) {
        IOP_WATCHER* Watcher = CONTAINING_RECORD(RemoveHeadList(&IopWatchers), IOP_WATCHER, Links);
        ObDereferenceObject(Watcher->DriverObject);
        ExFreePoolWithTag(Watcher, kTag);
    }
}

extern "C" {

/// Source   facts IO-10; windows-driver-docs: ntifs/ioregisterfilesystem
VOID NTAPI IoRegisterFileSystem(PDEVICE_OBJECT DeviceObject)
{
    PLIST_ENTRY Queue = IopQueueFor(DeviceObject);

    PAGED_CODE();
    if (Queue == nullptr) {
        return;
    }
    if ((DeviceObject->Flags & DO_LOW_PRIORITY_FILESYSTEM) != 0 && !IsListEmpty(Queue)) {
        // In front of the last one, which is the raw file system on Windows.
        InsertTailList(Queue->Blink, &DeviceObject->Queue.ListEntry);
    } else {
        InsertHeadList(Queue, &DeviceObject->Queue.ListEntry);
    }
    DeviceObject->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
    DeviceObject->ReferenceCount++;
    RdrTraceText(
        RdrLayerIo, RdrEventNote, "IoRegisterFileSystem", DeviceObject, "file system registered");
    IopNotifyWatchers(DeviceObject, TRUE);
}

VOID NTAPI IoUnregisterFileSystem(PDEVICE_OBJECT DeviceObject)
{
    PLIST_ENTRY Queue = IopQueueFor(DeviceObject);

    PAGED_CODE();
    if (Queue == nullptr || IsListEmpty(&DeviceObject->Queue.ListEntry)) {
        return;
    }
    RemoveEntryList(&DeviceObject->Queue.ListEntry);
    InitializeListHead(&DeviceObject->Queue.ListEntry);
    RdrTraceText(
        RdrLayerIo, RdrEventNote, "IoUnregisterFileSystem", DeviceObject,
        "file system unregistered");
    IopNotifyWatchers(DeviceObject, FALSE);
    IopDereferenceDevice(DeviceObject);
}

NTSTATUS NTAPI IoRegisterFsRegistrationChange(
    PDRIVER_OBJECT DriverObject, PDRIVER_FS_NOTIFICATION DriverNotificationRoutine)
{
    PAGED_CODE();
    for (PLIST_ENTRY Link = IopWatchers.Flink; Link != &IopWatchers; Link = Link->Flink) {
        IOP_WATCHER* Known = CONTAINING_RECORD(Link, IOP_WATCHER, Links);
        if (Known->DriverObject == DriverObject && Known->Routine == DriverNotificationRoutine) {
            return STATUS_DEVICE_ALREADY_ATTACHED;
        }
    }
    auto* Watcher
        = static_cast<IOP_WATCHER*>(ExAllocatePoolWithTag(NonPagedPool, sizeof(IOP_WATCHER), kTag));
    if (Watcher == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Watcher->DriverObject = DriverObject;
    Watcher->Routine = DriverNotificationRoutine;
    ObReferenceObject(DriverObject);
    InsertTailList(&IopWatchers, &Watcher->Links);
    // A new watcher hears of the file systems that are there already.
    const PLIST_ENTRY Queues[] = { &IopNetworkFileSystems, &IopCdRomFileSystems,
                                   &IopDiskFileSystems, &IopTapeFileSystems };
    for (PLIST_ENTRY Queue : Queues) {
        for (PLIST_ENTRY Link = Queue->Flink; Link != Queue; Link = Link->Flink) {
            DriverNotificationRoutine(
                CONTAINING_RECORD(Link, DEVICE_OBJECT, Queue.ListEntry), TRUE);
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoRegisterFsRegistrationChangeMountAware(
    PDRIVER_OBJECT DriverObject,
    PDRIVER_FS_NOTIFICATION DriverNotificationRoutine,
    BOOLEAN SynchronizeWithMounts)
{
    UNREFERENCED_PARAMETER(SynchronizeWithMounts); // there are no mounts to race with
    return IoRegisterFsRegistrationChange(DriverObject, DriverNotificationRoutine);
}

VOID NTAPI IoUnregisterFsRegistrationChange(
    PDRIVER_OBJECT DriverObject, PDRIVER_FS_NOTIFICATION DriverNotificationRoutine)
{
    PAGED_CODE();
    for (PLIST_ENTRY Link = IopWatchers.Flink; Link != &IopWatchers; Link = Link->Flink) {
        IOP_WATCHER* Watcher = CONTAINING_RECORD(Link, IOP_WATCHER, Links);
        if (Watcher->DriverObject == DriverObject
            && Watcher->Routine == DriverNotificationRoutine) {
            RemoveEntryList(&Watcher->Links);
            ExFreePoolWithTag(Watcher, kTag);
            ObDereferenceObject(DriverObject);
            return;
        }
    }
}

NTSTATUS NTAPI IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    PAGED_CODE();
    return IopRegisterShutdown(&IopShutdownList, DeviceObject);
}

NTSTATUS NTAPI IoRegisterLastChanceShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    PAGED_CODE();
    return IopRegisterShutdown(&IopLastChanceList, DeviceObject);
}

VOID NTAPI IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    PAGED_CODE();
    DeviceObject->Flags &= ~static_cast<ULONG>(DO_SHUTDOWN_REGISTERED);
    IopRemoveShutdown(&IopShutdownList, DeviceObject);
    IopRemoveShutdown(&IopLastChanceList, DeviceObject);
}

} // extern "C"
