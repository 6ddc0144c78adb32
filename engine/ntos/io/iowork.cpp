// iowork.cpp - I/O work items: work for a system thread that keeps its device or driver object
// alive.
#include "engine/ntos/io/iopriv.h"

struct _IO_WORKITEM
{
    WORK_QUEUE_ITEM Item;
    PVOID IoObject; // device or driver object; referenced while the item is queued or runs
    PIO_WORKITEM_ROUTINE Routine;
    PIO_WORKITEM_ROUTINE_EX RoutineEx;
    PVOID Context;
    BOOLEAN Queued;
};

namespace {

VOID NTAPI IopRunWorkItem(PVOID Parameter)
{
    auto* Item = static_cast<PIO_WORKITEM>(Parameter);
    PVOID IoObject = Item->IoObject;

    // The routine may free or queue the item: everything is read before it runs.
    PIO_WORKITEM_ROUTINE Routine = Item->Routine;
    PIO_WORKITEM_ROUTINE_EX RoutineEx = Item->RoutineEx;
    PVOID Context = Item->Context;
    Item->Queued = FALSE;
    if (RoutineEx != nullptr) {
        RoutineEx(IoObject, Context, Item);
    } else {
        Routine(static_cast<PDEVICE_OBJECT>(IoObject), Context);
    }
    ObDereferenceObject(IoObject);
}

void IopQueue(PIO_WORKITEM Item, WORK_QUEUE_TYPE QueueType)
{
    if (Item->Queued) {
        IopMisuse(0x131, Item->IoObject, Item, "IoQueueWorkItem: the work item is queued already");
    }
    Item->Queued = TRUE;
    ObReferenceObject(Item->IoObject);
    ExInitializeWorkItem(&Item->Item, IopRunWorkItem, Item);
    ExQueueWorkItem(&Item->Item, QueueType);
}

} // namespace

extern "C" {

ULONG NTAPI IoSizeofWorkItem(VOID)
{
    return sizeof(_IO_WORKITEM);
}

VOID NTAPI IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem)
{
    RtlZeroMemory(IoWorkItem, sizeof(*IoWorkItem));
    IoWorkItem->IoObject = IoObject;
}

VOID NTAPI IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem)
{
    NT_ASSERT(!IoWorkItem->Queued);
    IoWorkItem->IoObject = nullptr;
}

PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)
{
    auto* Item = static_cast<PIO_WORKITEM>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(_IO_WORKITEM), IOP_TAG_WORK));

    if (Item != nullptr) {
        IoInitializeWorkItem(DeviceObject, Item);
    }
    return Item;
}

VOID NTAPI IoFreeWorkItem(PIO_WORKITEM IoWorkItem)
{
    NT_ASSERT(!IoWorkItem->Queued);
    ExFreePoolWithTag(IoWorkItem, IOP_TAG_WORK);
}

VOID NTAPI IoQueueWorkItem(
    PIO_WORKITEM IoWorkItem,
    PIO_WORKITEM_ROUTINE WorkerRoutine,
    WORK_QUEUE_TYPE QueueType,
    PVOID Context)
{
    IoWorkItem->Routine = WorkerRoutine;
    IoWorkItem->RoutineEx = nullptr;
    IoWorkItem->Context = Context;
    IopQueue(IoWorkItem, QueueType);
}

VOID NTAPI IoQueueWorkItemEx(
    PIO_WORKITEM IoWorkItem,
    PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
    WORK_QUEUE_TYPE QueueType,
    PVOID Context)
{
    IoWorkItem->Routine = nullptr;
    IoWorkItem->RoutineEx = WorkerRoutine;
    IoWorkItem->Context = Context;
    IopQueue(IoWorkItem, QueueType);
}

} // extern "C"
