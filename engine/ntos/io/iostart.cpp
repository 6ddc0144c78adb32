// iostart.cpp - device queues and StartIo: one request of a device at a time.
//
// Source   windows-driver-docs: wdm/keinsertdevicequeue, wdm/iostartpacket
#include "engine/ntos/io/iopriv.h"

namespace {

PKDEVICE_QUEUE_ENTRY IopEntry(PLIST_ENTRY Link)
{
    return CONTAINING_RECORD(Link, KDEVICE_QUEUE_ENTRY, DeviceListEntry);
}

PKDEVICE_QUEUE_ENTRY IopTake(PKDEVICE_QUEUE Queue, PLIST_ENTRY Link)
{
    PKDEVICE_QUEUE_ENTRY Entry = IopEntry(Link);

    UNREFERENCED_PARAMETER(Queue);
    RemoveEntryList(Link);
    Entry->Inserted = FALSE;
    return Entry;
}

// Starts the next request, or leaves the device idle.
void IopStartNext(
    PDEVICE_OBJECT DeviceObject,
    BOOLEAN Cancelable,
    PKDEVICE_QUEUE_ENTRY (*Remove)(PKDEVICE_QUEUE, ULONG),
    ULONG Key)
{
    KIRQL Irql = 0;

    if (Cancelable) {
        IoAcquireCancelSpinLock(&Irql);
    }
    DeviceObject->CurrentIrp = nullptr;
    PKDEVICE_QUEUE_ENTRY Entry = Remove(&DeviceObject->DeviceQueue, Key);
    PIRP Irp
        = Entry != nullptr ? CONTAINING_RECORD(Entry, IRP, Tail.Overlay.DeviceQueueEntry) : nullptr;
    DeviceObject->CurrentIrp = Irp;
    if (Cancelable) {
        IoReleaseCancelSpinLock(Irql);
    }
    if (Irp != nullptr) {
        DeviceObject->DriverObject->DriverStartIo(DeviceObject, Irp);
    }
}

PKDEVICE_QUEUE_ENTRY IopRemoveFirst(PKDEVICE_QUEUE Queue, ULONG Key)
{
    UNREFERENCED_PARAMETER(Key);
    return KeRemoveDeviceQueue(Queue);
}

PKDEVICE_QUEUE_ENTRY IopRemoveByKey(PKDEVICE_QUEUE Queue, ULONG Key)
{
    return KeRemoveByKeyDeviceQueue(Queue, Key);
}

} // namespace

extern "C" {

VOID NTAPI KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    DeviceQueue->Type = IO_TYPE_DEVICE_QUEUE;
    DeviceQueue->Size = sizeof(KDEVICE_QUEUE);
    InitializeListHead(&DeviceQueue->DeviceListHead);
    KeInitializeSpinLock(&DeviceQueue->Lock);
    DeviceQueue->Busy = FALSE;
}

/// FALSE: the queue was idle; the entry is not queued and its owner serves it now.
BOOLEAN NTAPI KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)
{
    DeviceQueueEntry->Inserted = DeviceQueue->Busy;
    if (DeviceQueue->Busy) {
        InsertTailList(&DeviceQueue->DeviceListHead, &DeviceQueueEntry->DeviceListEntry);
    }
    DeviceQueue->Busy = TRUE;
    return DeviceQueueEntry->Inserted;
}

BOOLEAN NTAPI KeInsertByKeyDeviceQueue(
    PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry, ULONG SortKey)
{
    DeviceQueueEntry->SortKey = SortKey;
    DeviceQueueEntry->Inserted = DeviceQueue->Busy;
    if (DeviceQueue->Busy) {
        PLIST_ENTRY Link = DeviceQueue->DeviceListHead.Flink;
        while (Link != &DeviceQueue->DeviceListHead && IopEntry(Link)->SortKey <= SortKey) {
            Link = Link->Flink;
        }
        InsertTailList(Link, &DeviceQueueEntry->DeviceListEntry);
    }
    DeviceQueue->Busy = TRUE;
    return DeviceQueueEntry->Inserted;
}

PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    NT_ASSERT(DeviceQueue->Busy);
    if (IsListEmpty(&DeviceQueue->DeviceListHead)) {
        DeviceQueue->Busy = FALSE;
        return nullptr;
    }
    return IopTake(DeviceQueue, DeviceQueue->DeviceListHead.Flink);
}

/// The first entry with a key not below SortKey, else the first one.
PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)
{
    for (PLIST_ENTRY Link = DeviceQueue->DeviceListHead.Flink; Link != &DeviceQueue->DeviceListHead;
         Link = Link->Flink) {
        if (IopEntry(Link)->SortKey >= SortKey) {
            return IopTake(DeviceQueue, Link);
        }
    }
    return KeRemoveDeviceQueue(DeviceQueue);
}

PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueueIfBusy(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)
{
    return DeviceQueue->Busy ? KeRemoveByKeyDeviceQueue(DeviceQueue, SortKey) : nullptr;
}

BOOLEAN NTAPI
KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)
{
    BOOLEAN Inserted = DeviceQueueEntry->Inserted;

    if (Inserted) {
        (void)IopTake(DeviceQueue, &DeviceQueueEntry->DeviceListEntry);
    }
    return Inserted;
}

VOID NTAPI
IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key, PDRIVER_CANCEL CancelFunction)
{
    KIRQL Irql;
    KIRQL CancelIrql = 0;

    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    if (CancelFunction != nullptr) {
        IoAcquireCancelSpinLock(&CancelIrql);
        Irp->CancelRoutine = CancelFunction;
    }
    PKDEVICE_QUEUE_ENTRY Entry = &Irp->Tail.Overlay.DeviceQueueEntry;
    BOOLEAN Queued = Key != nullptr
        ? KeInsertByKeyDeviceQueue(&DeviceObject->DeviceQueue, Entry, *Key)
        : KeInsertDeviceQueue(&DeviceObject->DeviceQueue, Entry);
    if (!Queued) {
        DeviceObject->CurrentIrp = Irp;
        if (CancelFunction != nullptr) {
            IoReleaseCancelSpinLock(CancelIrql);
        }
        DeviceObject->DriverObject->DriverStartIo(DeviceObject, Irp);
    } else if (CancelFunction != nullptr) {
        if (Irp->Cancel) {
            // Cancelled before it was queued: its routine runs now, and releases the lock.
            Irp->CancelIrql = CancelIrql;
            Irp->CancelRoutine = nullptr;
            CancelFunction(DeviceObject, Irp);
        } else {
            IoReleaseCancelSpinLock(CancelIrql);
        }
    }
    KeLowerIrql(Irql);
}

VOID NTAPI IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable)
{
    IopStartNext(DeviceObject, Cancelable, IopRemoveFirst, 0);
}

VOID NTAPI IoStartNextPacketByKey(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable, ULONG Key)
{
    IopStartNext(DeviceObject, Cancelable, IopRemoveByKey, Key);
}

} // extern "C"
