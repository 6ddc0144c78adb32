// queue.cpp - kernel queues: entries handed to waiting threads, latest waiter first, as documented
// for KeRemoveQueue.
#include "engine/ntos/inc/kep.h"

namespace {

LONG KipInsert(PRKQUEUE Queue, PLIST_ENTRY Entry, BOOLEAN Head)
{
    const LONG Old = Queue->Header.SignalState;

    KiRequireIrql(DISPATCH_LEVEL, "KeInsertQueue");
    if (!IsListEmpty(&Queue->Header.WaitListHead) && IsListEmpty(&Queue->EntryListHead)) {
        PKWAIT_BLOCK Block
            = CONTAINING_RECORD(Queue->Header.WaitListHead.Blink, KWAIT_BLOCK, WaitListEntry);
        Block->Thread->QueueEntry = Entry;
        KiUnwait(Block->Thread, STATUS_SUCCESS);
        return Old;
    }
    Queue->Header.SignalState += 1;
    if (Head) {
        InsertHeadList(&Queue->EntryListHead, Entry);
    } else {
        InsertTailList(&Queue->EntryListHead, Entry);
    }
    return Old;
}

} // namespace

extern "C" {

VOID NTAPI KeInitializeQueue(PRKQUEUE Queue, ULONG Count)
{
    RtlZeroMemory(Queue, sizeof(*Queue));
    Queue->Header.Type = KiObjectQueue;
    InitializeListHead(&Queue->Header.WaitListHead);
    InitializeListHead(&Queue->EntryListHead);
    InitializeListHead(&Queue->ThreadListHead);
    Queue->MaximumCount = Count == 0 ? KeQueryActiveProcessorCount(nullptr) : Count;
}

LONG NTAPI KeInsertQueue(PRKQUEUE Queue, PLIST_ENTRY Entry)
{
    return KipInsert(Queue, Entry, FALSE);
}

LONG NTAPI KeInsertHeadQueue(PRKQUEUE Queue, PLIST_ENTRY Entry)
{
    return KipInsert(Queue, Entry, TRUE);
}

LONG NTAPI KeReadStateQueue(PRKQUEUE Queue)
{
    return Queue->Header.SignalState;
}

/// Returns an entry, or STATUS_TIMEOUT, STATUS_USER_APC or STATUS_ABANDONED in place of one.
PLIST_ENTRY NTAPI KeRemoveQueue(PRKQUEUE Queue, KPROCESSOR_MODE WaitMode, PLARGE_INTEGER Timeout)
{
    PKTHREAD Thread = KiCurrentThread();

    if (!IsListEmpty(&Queue->EntryListHead)) {
        Queue->Header.SignalState -= 1;
        return RemoveHeadList(&Queue->EntryListHead);
    }
    Thread->QueueEntry = nullptr;
    const NTSTATUS Status
        = KeWaitForSingleObject(Queue, WrQueue, WaitMode, WaitMode == UserMode, Timeout);
    if (Thread->QueueEntry != nullptr) {
        return Thread->QueueEntry;
    }
    return reinterpret_cast<PLIST_ENTRY>(static_cast<LONG_PTR>(Status));
}

/// Removes up to Count entries, waiting for the first. Returns how many, or the status of the wait
/// in their place.
ULONG NTAPI KeRemoveQueueEx(
    PKQUEUE Queue,
    KPROCESSOR_MODE WaitMode,
    BOOLEAN Alertable,
    PLARGE_INTEGER Timeout,
    PLIST_ENTRY* EntryArray,
    ULONG Count)
{
    ULONG Removed = 0;

    UNREFERENCED_PARAMETER(Alertable);
    if (IsListEmpty(&Queue->EntryListHead)) {
        PLIST_ENTRY First = KeRemoveQueue(Queue, WaitMode, Timeout);
        const auto Status = static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(First));
        if (Status == STATUS_TIMEOUT || Status == STATUS_USER_APC || Status == STATUS_ABANDONED) {
            return Status;
        }
        EntryArray[Removed++] = First;
    }
    while (Removed < Count && !IsListEmpty(&Queue->EntryListHead)) {
        Queue->Header.SignalState -= 1;
        EntryArray[Removed++] = RemoveHeadList(&Queue->EntryListHead);
    }
    return Removed;
}

/// Detaches every entry; the returned entry is one of the ring of them, NULL when there was none.
PLIST_ENTRY NTAPI KeRundownQueue(PRKQUEUE Queue)
{
    PLIST_ENTRY First = nullptr;

    if (!IsListEmpty(&Queue->EntryListHead)) {
        First = Queue->EntryListHead.Flink;
        RemoveEntryListUnsafe(&Queue->EntryListHead);
        InitializeListHead(&Queue->EntryListHead);
    }
    Queue->Header.SignalState = 0;
    return First;
}

} // extern "C"
