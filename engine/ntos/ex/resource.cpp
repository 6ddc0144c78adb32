// resource.cpp - ERESOURCE: the reader/writer lock of file systems.
//
// Owners are named by ERESOURCE_THREAD: a thread, or a pointer with its two low bits set that
// ExSetResourceOwnerPointer put in a thread's place, so that another thread may release. The first
// owner stands in OwnerEntry, further shared owners in OwnerTable, whose first entry holds only its
// size.
//
// Waiting: a release decides who is next and counts him as an owner before he runs (his entry is
// filled in when he wakes), so nobody can slip in between. When an exclusive owner lets go, all
// shared waiters are let in together before the next exclusive one; when the last shared owner lets
// go, one exclusive waiter is. New shared requests wait behind exclusive waiters (unless they ask
// to starve them), so neither side waits for ever.
//
//   ActiveCount     0 free, else owned      Flag & ResourceOwnedExclusive    how
//   ActiveEntries   number of owners, those that were let in and have not run yet included
//
// Source   windows-driver-docs: kernel/introduction-to-eresource-routines.md and the pages of the
// routines
#include "engine/ntos/inc/exp.h"
#include "engine/ntos/inc/kep.h"
#include "engine/ntos/inc/psp.h"

#include <rdrtrace.h>

#define EX_TAG_RESOURCE 'seRE'

namespace {

constexpr ULONG kFirstTableSize = 4;
constexpr ERESOURCE_THREAD kGranted = 1; // let in, not awake yet

ERESOURCE_THREAD ExpSelf()
{
    return reinterpret_cast<ERESOURCE_THREAD>(KiCurrentThread());
}

BOOLEAN ExpIsExclusive(PERESOURCE Resource)
{
    return (Resource->Flag & ResourceOwnedExclusive) != 0;
}

POWNER_ENTRY ExpFindOwner(PERESOURCE Resource, ERESOURCE_THREAD Owner)
{
    if (Resource->OwnerEntry.OwnerThread == Owner) {
        return &Resource->OwnerEntry;
    }
    if (Resource->OwnerTable != nullptr) {
        for (ULONG Index = 1; Index < Resource->OwnerTable[0].TableSize; ++Index) {
            if (Resource->OwnerTable[Index].OwnerThread == Owner) {
                return &Resource->OwnerTable[Index];
            }
        }
    }
    return nullptr;
}

// An empty entry for a new owner; grows the table.
POWNER_ENTRY ExpNewOwner(PERESOURCE Resource)
{
    POWNER_ENTRY Entry = ExpFindOwner(Resource, 0);
    if (Entry != nullptr) {
        return Entry;
    }
    const ULONG Old = Resource->OwnerTable == nullptr ? 0 : Resource->OwnerTable[0].TableSize;
    const ULONG New = Old == 0 ? kFirstTableSize : Old * 2;
    auto* Table = static_cast<POWNER_ENTRY>(
        ExAllocatePoolWithTag(NonPagedPool, New * sizeof(OWNER_ENTRY), EX_TAG_RESOURCE));
    if (Table == nullptr) {
        KiBugCheckNote("no memory for the owners of a resource", MEMORY_MANAGEMENT, 0, 0, 0, 0);
    }
    RtlZeroMemory(Table, New * sizeof(OWNER_ENTRY));
    if (Old != 0) {
        RtlCopyMemory(Table, Resource->OwnerTable, Old * sizeof(OWNER_ENTRY));
        ExFreePoolWithTag(Resource->OwnerTable, EX_TAG_RESOURCE);
    }
    Table[0].TableSize = New;
    Resource->OwnerTable = Table;
    return &Table[Old == 0 ? 1 : Old];
}

void ExpSetOwner(PERESOURCE Resource)
{
    POWNER_ENTRY Entry = ExpNewOwner(Resource);
    Entry->OwnerThread = ExpSelf();
    Entry->OwnerCount = 1;
}

void ExpNote(PERESOURCE Resource, const char* Routine, RDR_EVENT_KIND Kind, ULONG Exclusive)
{
    if (RdrTraceActive()) {
        RdrTraceEvent(RdrLayerKernel, Kind, Routine, Resource, STATUS_SUCCESS, Exclusive);
    }
}

// A thread that owns the resource; not one that has put a pointer in its place.
PKTHREAD ExpAnOwner(PERESOURCE Resource)
{
    for (ULONG Index = 0; Index == 0
         || (Resource->OwnerTable != nullptr && Index < Resource->OwnerTable[0].TableSize);
         ++Index) {
        const ERESOURCE_THREAD Owner = Index == 0 ? Resource->OwnerEntry.OwnerThread
                                                  : Resource->OwnerTable[Index].OwnerThread;
        if (Owner != 0 && (Owner & 3) == 0) {
            return reinterpret_cast<PKTHREAD>(Owner);
        }
    }
    return nullptr;
}

void ExpWait(PERESOURCE Resource, BOOLEAN Exclusive)
{
    Resource->ContentionCount += 1;
    KiWaitFor(
        Exclusive ? "ERESOURCE exclusive" : "ERESOURCE shared", Resource, ExpAnOwner(Resource));
    if (Exclusive) {
        if (Resource->ExclusiveWaiters == nullptr) {
            auto* Event = static_cast<PKEVENT>(
                ExAllocatePoolWithTag(NonPagedPool, sizeof(KEVENT), EX_TAG_RESOURCE));
            NT_ASSERT(Event != nullptr);
            KeInitializeEvent(Event, SynchronizationEvent, FALSE);
            Resource->ExclusiveWaiters = Event;
        }
        Resource->NumberOfExclusiveWaiters += 1;
        KeWaitForSingleObject(Resource->ExclusiveWaiters, WrResource, KernelMode, FALSE, nullptr);
        Resource->OwnerEntry.OwnerThread = ExpSelf();
        Resource->OwnerEntry.OwnerCount = 1;
    } else {
        if (Resource->SharedWaiters == nullptr) {
            auto* Semaphore = static_cast<PKSEMAPHORE>(
                ExAllocatePoolWithTag(NonPagedPool, sizeof(KSEMAPHORE), EX_TAG_RESOURCE));
            NT_ASSERT(Semaphore != nullptr);
            KeInitializeSemaphore(Semaphore, 0, MAXLONG);
            Resource->SharedWaiters = Semaphore;
        }
        Resource->NumberOfSharedWaiters += 1;
        KeWaitForSingleObject(Resource->SharedWaiters, WrResource, KernelMode, FALSE, nullptr);
        ExpSetOwner(Resource);
    }
}

// Lets all shared waiters in. The resource is free or owned shared.
void ExpGrantShared(PERESOURCE Resource)
{
    const ULONG Count = Resource->NumberOfSharedWaiters;
    Resource->NumberOfSharedWaiters = 0;
    Resource->ActiveEntries += Count;
    Resource->ActiveCount = 1;
    KeReleaseSemaphore(Resource->SharedWaiters, 0, static_cast<LONG>(Count), TRUE);
}

// The last owner has gone.
void ExpGrantNext(PERESOURCE Resource, BOOLEAN WasExclusive)
{
    Resource->ActiveCount = 0;
    Resource->Flag &= static_cast<USHORT>(~ResourceOwnedExclusive);
    const BOOLEAN SharedFirst = Resource->NumberOfSharedWaiters != 0
        && (WasExclusive || Resource->NumberOfExclusiveWaiters == 0);
    if (SharedFirst) {
        ExpGrantShared(Resource);
    } else if (Resource->NumberOfExclusiveWaiters != 0) {
        Resource->NumberOfExclusiveWaiters -= 1;
        Resource->ActiveCount = 1;
        Resource->ActiveEntries = 1;
        Resource->Flag |= ResourceOwnedExclusive;
        Resource->OwnerEntry.OwnerThread = kGranted;
        Resource->OwnerEntry.OwnerCount = 0;
        KeSetEvent(Resource->ExclusiveWaiters, 0, TRUE);
    }
}

void ExpRelease(PERESOURCE Resource, ERESOURCE_THREAD Owner)
{
    POWNER_ENTRY Entry = Resource->ActiveCount == 0 ? nullptr : ExpFindOwner(Resource, Owner);

    KiRequireIrql(DISPATCH_LEVEL, "ExReleaseResourceLite");
    if (Entry == nullptr) {
        KiBugCheckNote(
            "a resource was released by who does not own it", RESOURCE_NOT_OWNED,
            reinterpret_cast<ULONG_PTR>(Resource), Owner, 0, 0);
    }
    ExpNote(Resource, "ExReleaseResourceLite", RdrEventUnlock, 0);
    Entry->OwnerCount -= 1;
    if (Entry->OwnerCount == 0) {
        const BOOLEAN WasExclusive = ExpIsExclusive(Resource);
        Entry->OwnerThread = 0;
        Resource->ActiveEntries -= 1;
        if (Resource->ActiveEntries == 0) {
            ExpGrantNext(Resource, WasExclusive);
        }
    }
    KiSchedulePoint();
}

enum class SharedKind
{
    Normal,
    StarveExclusive,
    WaitForExclusive
};

BOOLEAN ExpAcquireShared(PERESOURCE Resource, BOOLEAN Wait, SharedKind Kind)
{
    KiRequireIrql(Wait ? APC_LEVEL : DISPATCH_LEVEL, "ExAcquireResourceSharedLite");
    if (Wait) {
        KiSchedulePoint();
    }
    if (Resource->ActiveCount == 0) {
        Resource->ActiveCount = 1;
        Resource->ActiveEntries = 1;
        ExpSetOwner(Resource);
    } else if (ExpIsExclusive(Resource)) {
        if (Resource->OwnerEntry.OwnerThread == ExpSelf()) {
            Resource->OwnerEntry.OwnerCount += 1;
        } else if (Wait) {
            ExpWait(Resource, FALSE);
        } else {
            return FALSE;
        }
    } else {
        POWNER_ENTRY Entry = ExpFindOwner(Resource, ExpSelf());
        const BOOLEAN Behind = Resource->NumberOfExclusiveWaiters != 0
            && (Kind == SharedKind::WaitForExclusive
                || (Kind == SharedKind::Normal && Entry == nullptr));
        if (Behind) {
            if (!Wait) {
                return FALSE;
            }
            ExpWait(Resource, FALSE);
        } else if (Entry != nullptr) {
            Entry->OwnerCount += 1;
        } else {
            Resource->ActiveEntries += 1;
            ExpSetOwner(Resource);
        }
    }
    ExpNote(Resource, "ExAcquireResourceSharedLite", RdrEventLock, 0);
    return TRUE;
}

} // namespace

extern "C" {

NTSTATUS NTAPI ExInitializeResourceLite(PERESOURCE Resource)
{
    RtlZeroMemory(Resource, sizeof(*Resource));
    InitializeListHead(&Resource->SystemResourcesList);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ExDeleteResourceLite(PERESOURCE Resource)
{
    if (Resource->NumberOfSharedWaiters != 0 || Resource->NumberOfExclusiveWaiters != 0) {
        KiBugCheckNote(
            "a resource was deleted while threads wait for it", RESOURCE_NOT_OWNED,
            reinterpret_cast<ULONG_PTR>(Resource), 0, 0, 1);
    }
    if (RdrTraceActive()) {
        RdrTraceDied(Resource);
    }
    if (Resource->OwnerTable != nullptr) {
        ExFreePoolWithTag(Resource->OwnerTable, EX_TAG_RESOURCE);
    }
    if (Resource->SharedWaiters != nullptr) {
        ExFreePoolWithTag(Resource->SharedWaiters, EX_TAG_RESOURCE);
    }
    if (Resource->ExclusiveWaiters != nullptr) {
        ExFreePoolWithTag(Resource->ExclusiveWaiters, EX_TAG_RESOURCE);
    }
    RtlZeroMemory(Resource, sizeof(*Resource));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ExReinitializeResourceLite(PERESOURCE Resource)
{
    ExDeleteResourceLite(Resource);
    return ExInitializeResourceLite(Resource);
}

/// IRQL     <= APC_LEVEL, <= DISPATCH_LEVEL without Wait
BOOLEAN NTAPI ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait)
{
    KiRequireIrql(Wait ? APC_LEVEL : DISPATCH_LEVEL, "ExAcquireResourceExclusiveLite");
    if (Wait) {
        KiSchedulePoint();
    }
    if (Resource->ActiveCount == 0) {
        Resource->ActiveCount = 1;
        Resource->ActiveEntries = 1;
        Resource->Flag |= ResourceOwnedExclusive;
        Resource->OwnerEntry.OwnerThread = ExpSelf();
        Resource->OwnerEntry.OwnerCount = 1;
    } else if (ExpIsExclusive(Resource) && Resource->OwnerEntry.OwnerThread == ExpSelf()) {
        Resource->OwnerEntry.OwnerCount += 1;
    } else if (Wait) {
        ExpWait(Resource, TRUE);
    } else {
        return FALSE;
    }
    ExpNote(Resource, "ExAcquireResourceExclusiveLite", RdrEventLock, 1);
    return TRUE;
}

BOOLEAN NTAPI ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait)
{
    return ExpAcquireShared(Resource, Wait, SharedKind::Normal);
}

BOOLEAN NTAPI ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    return ExpAcquireShared(Resource, Wait, SharedKind::StarveExclusive);
}

BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    return ExpAcquireShared(Resource, Wait, SharedKind::WaitForExclusive);
}

VOID NTAPI ExReleaseResourceLite(PERESOURCE Resource)
{
    ExpRelease(Resource, ExpSelf());
}

VOID NTAPI ExReleaseResourceForThreadLite(PERESOURCE Resource, ERESOURCE_THREAD ResourceThreadId)
{
    ExpRelease(Resource, ResourceThreadId);
}

VOID NTAPI ExConvertExclusiveToSharedLite(PERESOURCE Resource)
{
    if (!ExpIsExclusive(Resource)) {
        KiBugCheckNote(
            "a resource that is not owned exclusive was converted to shared", RESOURCE_NOT_OWNED,
            reinterpret_cast<ULONG_PTR>(Resource), 0, 0, 2);
    }
    Resource->Flag &= static_cast<USHORT>(~ResourceOwnedExclusive);
    if (Resource->NumberOfSharedWaiters != 0) {
        ExpGrantShared(Resource);
    }
}

BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource)
{
    return ExpIsExclusive(Resource) && Resource->OwnerEntry.OwnerThread == ExpSelf();
}

/// How often the calling thread has acquired the resource, shared or exclusive.
ULONG NTAPI ExIsResourceAcquiredSharedLite(PERESOURCE Resource)
{
    if (Resource->ActiveCount == 0) {
        return 0;
    }
    POWNER_ENTRY Entry = ExpFindOwner(Resource, ExpSelf());
    return Entry == nullptr ? 0 : Entry->OwnerCount;
}

ULONG NTAPI ExGetExclusiveWaiterCount(PERESOURCE Resource)
{
    return Resource->NumberOfExclusiveWaiters;
}

ULONG NTAPI ExGetSharedWaiterCount(PERESOURCE Resource)
{
    return Resource->NumberOfSharedWaiters;
}

/// The calling thread's ownership now belongs to OwnerPointer (low two bits set); only
/// ExReleaseResourceForThreadLite with that pointer gives it back.
VOID NTAPI ExSetResourceOwnerPointer(PERESOURCE Resource, PVOID OwnerPointer)
{
    POWNER_ENTRY Entry = Resource->ActiveCount == 0 ? nullptr : ExpFindOwner(Resource, ExpSelf());

    if ((reinterpret_cast<ULONG_PTR>(OwnerPointer) & 3) != 3 || Entry == nullptr) {
        KiBugCheckNote(
            "ExSetResourceOwnerPointer without ownership or with a plain pointer",
            RESOURCE_NOT_OWNED, reinterpret_cast<ULONG_PTR>(Resource),
            reinterpret_cast<ULONG_PTR>(OwnerPointer), 0, 3);
    }
    Entry->OwnerThread = reinterpret_cast<ERESOURCE_THREAD>(OwnerPointer);
}

/// Likewise; an entry that the pointer already has takes the count over.
VOID NTAPI ExSetResourceOwnerPointerEx(PERESOURCE Resource, PVOID OwnerPointer, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    POWNER_ENTRY Old = ExpFindOwner(Resource, reinterpret_cast<ERESOURCE_THREAD>(OwnerPointer));
    POWNER_ENTRY Own = ExpFindOwner(Resource, ExpSelf());

    if (Old == nullptr || Own == nullptr || ExpIsExclusive(Resource)) {
        ExSetResourceOwnerPointer(Resource, OwnerPointer);
        return;
    }
    Old->OwnerCount += Own->OwnerCount;
    Own->OwnerThread = 0;
    Own->OwnerCount = 0;
    Resource->ActiveEntries -= 1;
}

VOID NTAPI ExDisableResourceBoostLite(PERESOURCE Resource)
{
    UNREFERENCED_PARAMETER(Resource);
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(Resource, TRUE);
    return nullptr;
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(Resource, TRUE);
    return nullptr;
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    ExAcquireSharedWaitForExclusive(Resource, TRUE);
    return nullptr;
}

VOID NTAPI ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource)
{
    ExReleaseResourceLite(Resource);
    KeLeaveCriticalRegion();
}

} // extern "C"
