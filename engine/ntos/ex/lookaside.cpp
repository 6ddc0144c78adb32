// lookaside.cpp - lookaside lists and the sequenced lists below them.
#include "engine/ntos/inc/kep.h"

namespace {

// SLIST_HEADER: the first word counts, the second points.
PSLIST_ENTRY ExpFirst(PSLIST_HEADER Head)
{
    return reinterpret_cast<PSLIST_ENTRY>(Head->Region);
}

constexpr USHORT kDepth = 256; // entries a list keeps at most

template <typename Lookaside>
void ExpInitGeneral(Lookaside* List, POOL_TYPE Type, ULONG Flags, SIZE_T Size, ULONG Tag)
{
    RtlZeroMemory(List, sizeof(*List));
    InitializeSListHead(&List->ListHead);
    List->Depth = kDepth;
    List->MaximumDepth = kDepth;
    List->Type = static_cast<POOL_TYPE>(Type | (Flags & POOL_RAISE_IF_ALLOCATION_FAILURE));
    List->Tag = Tag;
    List->Size = static_cast<ULONG>(Size < sizeof(SLIST_ENTRY) ? sizeof(SLIST_ENTRY) : Size);
    InitializeListHead(&List->ListEntry);
}

PVOID NTAPI
ExpAllocateEx(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag, PLOOKASIDE_LIST_EX Lookaside)
{
    UNREFERENCED_PARAMETER(Lookaside);
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}

VOID NTAPI ExpFreeEx(PVOID Buffer, PLOOKASIDE_LIST_EX Lookaside)
{
    UNREFERENCED_PARAMETER(Lookaside);
    ExFreePool(Buffer);
}

} // namespace

extern "C" {

VOID NTAPI InitializeSListHead(PSLIST_HEADER SListHead)
{
    SListHead->Alignment = 0;
    SListHead->Region = 0;
}

USHORT NTAPI ExQueryDepthSList(PSLIST_HEADER SListHead)
{
    return static_cast<USHORT>(SListHead->Alignment);
}

PSLIST_ENTRY NTAPI ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead)
{
    PSLIST_ENTRY First = ExpFirst(ListHead);
    if (First != nullptr) {
        ListHead->Region = reinterpret_cast<ULONGLONG>(First->Next);
        ListHead->Alignment -= 1;
    }
    return First;
}

PSLIST_ENTRY NTAPI ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry)
{
    PSLIST_ENTRY First = ExpFirst(ListHead);
    ListEntry->Next = First;
    ListHead->Region = reinterpret_cast<ULONGLONG>(ListEntry);
    ListHead->Alignment += 1;
    return First;
}

PSLIST_ENTRY NTAPI ExpInterlockedFlushSList(PSLIST_HEADER ListHead)
{
    PSLIST_ENTRY First = ExpFirst(ListHead);
    InitializeSListHead(ListHead);
    return First;
}

VOID NTAPI ExInitializeNPagedLookasideList(
    PNPAGED_LOOKASIDE_LIST Lookaside,
    PALLOCATE_FUNCTION Allocate,
    PFREE_FUNCTION Free,
    ULONG Flags,
    SIZE_T Size,
    ULONG Tag,
    USHORT Depth)
{
    UNREFERENCED_PARAMETER(Depth);
    ExpInitGeneral(&Lookaside->L, NonPagedPool, Flags, Size, Tag);
    Lookaside->L.Allocate = Allocate == nullptr ? ExAllocatePoolWithTag : Allocate;
    Lookaside->L.Free = Free == nullptr ? ExFreePool : Free;
}

VOID NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    while (PSLIST_ENTRY Entry = ExpInterlockedPopEntrySList(&Lookaside->L.ListHead)) {
        Lookaside->L.Free(Entry);
    }
}

VOID NTAPI ExInitializePagedLookasideList(
    PPAGED_LOOKASIDE_LIST Lookaside,
    PALLOCATE_FUNCTION Allocate,
    PFREE_FUNCTION Free,
    ULONG Flags,
    SIZE_T Size,
    ULONG Tag,
    USHORT Depth)
{
    UNREFERENCED_PARAMETER(Depth);
    ExpInitGeneral(&Lookaside->L, PagedPool, Flags, Size, Tag);
    Lookaside->L.Allocate = Allocate == nullptr ? ExAllocatePoolWithTag : Allocate;
    Lookaside->L.Free = Free == nullptr ? ExFreePool : Free;
}

VOID NTAPI ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    while (PSLIST_ENTRY Entry = ExpInterlockedPopEntrySList(&Lookaside->L.ListHead)) {
        Lookaside->L.Free(Entry);
    }
}

NTSTATUS NTAPI ExInitializeLookasideListEx(
    PLOOKASIDE_LIST_EX Lookaside,
    PALLOCATE_FUNCTION_EX Allocate,
    PFREE_FUNCTION_EX Free,
    POOL_TYPE PoolType,
    ULONG Flags,
    SIZE_T Size,
    ULONG Tag,
    USHORT Depth)
{
    constexpr ULONG RaiseOnFail = 1; // EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL
    constexpr ULONG FailNoRaise = 2; // EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE

    UNREFERENCED_PARAMETER(Depth);
    if ((Flags & ~(RaiseOnFail | FailNoRaise)) != 0 || Flags == (RaiseOnFail | FailNoRaise)) {
        return STATUS_INVALID_PARAMETER_5;
    }
    ExpInitGeneral(
        &Lookaside->L, PoolType, Flags == RaiseOnFail ? POOL_RAISE_IF_ALLOCATION_FAILURE : 0, Size,
        Tag);
    Lookaside->L.AllocateEx = Allocate == nullptr ? ExpAllocateEx : Allocate;
    Lookaside->L.FreeEx = Free == nullptr ? ExpFreeEx : Free;
    return STATUS_SUCCESS;
}

VOID NTAPI ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
    while (PSLIST_ENTRY Entry = ExpInterlockedPopEntrySList(&Lookaside->L.ListHead)) {
        Lookaside->L.FreeEx(Entry, Lookaside);
    }
}

VOID NTAPI ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
    ExFlushLookasideListEx(Lookaside);
}

} // extern "C"
