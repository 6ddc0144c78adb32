// pool.cpp - tagged pool over the host's heap.
//
//      | POOL_BLOCK header | caller's bytes ... | trailer (not under a sanitizer, which sees
//      overruns itself) |
//
// New memory is filled with a pattern that is no valid pointer, freed memory with another, so a use
// of either shows. Each block is on one list and each tag is counted, for the leak report; blocks
// of a page and more are page aligned.
#include "engine/ntos/inc/exp.h"
#include "engine/ntos/inc/init.h"
#include "engine/ntos/inc/kep.h"

extern "C" void* malloc(size_t Bytes) noexcept;
extern "C" int posix_memalign(void** Memory, size_t Alignment, size_t Bytes) noexcept;
extern "C" void free(void* Memory) noexcept;

namespace {

constexpr ULONG kSignature = 0x4C4F4F50; // a live block
constexpr ULONG kDeadSignature = 0x44414544;
constexpr UCHAR kFreshFill = 0xB5;
constexpr UCHAR kDeadFill = 0xDD;
constexpr SIZE_T kFillLimit = 4096; // filling more would cost megabytes of writes on the data path
constexpr ULONGLONG kTrailer = 0x5452494C45524C50ull;
#ifdef RDRLAB_SANITIZE
constexpr SIZE_T kTrailerBytes = 0;
#else
constexpr SIZE_T kTrailerBytes = sizeof(kTrailer);
#endif

struct alignas(16) POOL_BLOCK
{
    LIST_ENTRY Links;
    SIZE_T Bytes;
    void* Base; // what the heap gave
    ULONG Signature;
    ULONG Tag;
    POOL_TYPE Type;
};
static_assert(sizeof(POOL_BLOCK) % 16 == 0);

struct POOL_TAG_COUNT
{
    ULONG Tag; // 0: free slot
    ULONGLONG Blocks;
    ULONGLONG Bytes;
};
constexpr ULONG kTags = 1024; // a power of two; more tags than this share the last slot looked at

constinit LIST_ENTRY ExpBlocks {};
constinit POOL_TAG_COUNT ExpTags[kTags] {};
constinit ULONG ExpFailEvery = 0;
constinit ULONG ExpAllocations = 0;

POOL_TAG_COUNT* ExpTagCount(ULONG Tag)
{
    ULONG Slot = (Tag * 2654435761u) % kTags;
    for (ULONG Probe = 0; Probe < kTags - 1 && ExpTags[Slot].Tag != 0 && ExpTags[Slot].Tag != Tag;
         ++Probe) {
        Slot = (Slot + 1) % kTags;
    }
    if (ExpTags[Slot].Tag == 0) {
        ExpTags[Slot].Tag = Tag;
    }
    return &ExpTags[Slot];
}

BOOLEAN ExpIsPaged(POOL_TYPE Type)
{
    return (Type & 1) != 0;
}

SIZE_T ExpAlignment(POOL_TYPE Type, SIZE_T Bytes)
{
    return Bytes >= PAGE_SIZE ? PAGE_SIZE : (Type & NonPagedPoolCacheAligned) != 0 ? 64 : 16;
}

void* ExpHeap(SIZE_T Alignment, SIZE_T Bytes)
{
    void* Memory = nullptr;
    if (Alignment <= 16) {
        return malloc(Bytes);
    }
    return posix_memalign(&Memory, Alignment, Bytes) == 0 ? Memory : nullptr;
}

void* ExpAllocate(POOL_TYPE Type, SIZE_T Bytes, ULONG Tag)
{
    if (Tag == 0 || Bytes == 0) {
        KiBugCheckNote(
            Tag == 0 ? "pool allocation without a tag" : "pool allocation of no bytes",
            BAD_POOL_CALLER, Tag == 0 ? 0x9B : 0, static_cast<ULONG_PTR>(Type), Bytes, Tag);
    }
    KiRequireIrql(ExpIsPaged(Type) ? APC_LEVEL : DISPATCH_LEVEL, "ExAllocatePoolWithTag");
    if (ExpFailEvery != 0 && ++ExpAllocations % ExpFailEvery == 0) {
        return nullptr;
    }
    const SIZE_T Alignment = ExpAlignment(Type, Bytes);
    const SIZE_T Front = (sizeof(POOL_BLOCK) + Alignment - 1) / Alignment * Alignment;
    SIZE_T Whole = 0;
    if (__builtin_add_overflow(Bytes, Front + kTrailerBytes, &Whole)) {
        return nullptr;
    }
    auto* Base = static_cast<UCHAR*>(ExpHeap(Alignment, Whole));
    if (Base == nullptr) {
        return nullptr;
    }
    auto* Memory = Base + Front;
    auto* Block = reinterpret_cast<POOL_BLOCK*>(Memory) - 1;
    Block->Bytes = Bytes;
    Block->Base = Base;
    Block->Signature = kSignature;
    Block->Tag = Tag;
    Block->Type = Type;
    InsertTailList(&ExpBlocks, &Block->Links);
    POOL_TAG_COUNT* Count = ExpTagCount(Tag);
    Count->Blocks += 1;
    Count->Bytes += Bytes;
    RtlFillMemory(Memory, Bytes < kFillLimit ? Bytes : kFillLimit, kFreshFill);
    if (kTrailerBytes != 0) {
        __builtin_memcpy(Memory + Bytes, &kTrailer, sizeof(kTrailer));
    }
    return Memory;
}

void ExpCheckTrailer(POOL_BLOCK* Block)
{
    if (kTrailerBytes != 0
        && __builtin_memcmp(
               reinterpret_cast<UCHAR*>(Block + 1) + Block->Bytes, &kTrailer, sizeof(kTrailer))
            != 0) {
        KiBugCheckNote(
            "bytes after a pool block were overwritten", BAD_POOL_HEADER, 0x20,
            reinterpret_cast<ULONG_PTR>(Block + 1), Block->Tag, Block->Bytes);
    }
}

void ExpFree(void* Memory, ULONG Tag)
{
    if (Memory == nullptr) {
        KiBugCheckNote("a null pointer was freed", BAD_POOL_CALLER, 0x46, 0, Tag, 0);
    }
    auto* Block = static_cast<POOL_BLOCK*>(Memory) - 1;
    if (Block->Signature != kSignature) {
        KiBugCheckNote(
            Block->Signature == kDeadSignature ? "a pool block was freed twice"
                                               : "memory was freed that is no pool block",
            BAD_POOL_CALLER, 0x7, reinterpret_cast<ULONG_PTR>(Memory), Tag, 0);
    }
    KiRequireIrql(ExpIsPaged(Block->Type) ? APC_LEVEL : DISPATCH_LEVEL, "ExFreePoolWithTag");
    if (Tag != 0 && Tag != Block->Tag) {
        KiBugCheckNote(
            "a pool block was freed with another tag", BAD_POOL_CALLER, 0xA,
            reinterpret_cast<ULONG_PTR>(Memory), Block->Tag, Tag);
    }
    ExpCheckTrailer(Block);
    POOL_TAG_COUNT* Count = ExpTagCount(Block->Tag);
    Count->Blocks -= 1;
    Count->Bytes -= Block->Bytes;
    RemoveEntryList(&Block->Links);
    Block->Signature = kDeadSignature;
    RtlFillMemory(Memory, Block->Bytes < kFillLimit ? Block->Bytes : kFillLimit, kDeadFill);
    free(Block->Base);
}

} // namespace

extern "C" {

void ExpInitPushLocks(void);

void ExInitSystem(void)
{
    InitializeListHead(&ExpBlocks);
    RtlZeroMemory(ExpTags, sizeof(ExpTags));
    ExpInitPushLocks();
    ExpFailEvery = 0;
    ExpAllocations = 0;
}

void ExShutdownSystem(void)
{
    ExpTakeBackPool();
}

ULONGLONG ExpTakeBackPool(void)
{
    ULONGLONG Blocks = 0;
    if (ExpBlocks.Flink == nullptr) {
        return 0;
    }
    while (!IsListEmpty(&ExpBlocks)) {
        POOL_BLOCK* Block = CONTAINING_RECORD(RemoveHeadList(&ExpBlocks), POOL_BLOCK, Links);
        Block->Signature = kDeadSignature;
        free(Block->Base);
        ++Blocks;
    }
    return Blocks;
}

// Ascending by tag, so that the report does not depend on where tags fell in the table.
ULONGLONG ExpReportPool(EXP_POOL_REPORT Report, PVOID Context)
{
    ULONGLONG Blocks = 0;
    for (ULONGLONG Last = 0;;) {
        const POOL_TAG_COUNT* Next = nullptr;
        for (const POOL_TAG_COUNT& Count : ExpTags) {
            if (Count.Blocks != 0 && Count.Tag > Last
                && (Next == nullptr || Count.Tag < Next->Tag)) {
                Next = &Count;
            }
        }
        if (Next == nullptr) {
            return Blocks;
        }
        Last = Next->Tag;
        Blocks += Next->Blocks;
        if (Report != nullptr) {
            Report(Context, Next->Tag, Next->Blocks, Next->Bytes);
        }
    }
}

ULONGLONG ExpPoolBlocks(ULONG Tag)
{
    ULONGLONG Blocks = 0;
    for (const POOL_TAG_COUNT& Count : ExpTags) {
        if (Tag == 0 || Count.Tag == Tag) {
            Blocks += Count.Blocks;
        }
    }
    return Blocks;
}

ULONGLONG ExpPoolBytes(ULONG Tag)
{
    ULONGLONG Bytes = 0;
    for (const POOL_TAG_COUNT& Count : ExpTags) {
        if (Tag == 0 || Count.Tag == Tag) {
            Bytes += Count.Bytes;
        }
    }
    return Bytes;
}

void ExpFailEveryNthAllocation(ULONG Nth)
{
    ExpFailEvery = Nth;
    ExpAllocations = 0;
}

/// IRQL     <= DISPATCH_LEVEL, paged pool <= APC_LEVEL
/// Owns     free with ExFreePoolWithTag and the same tag
/// Errors   NULL; raises STATUS_INSUFFICIENT_RESOURCES with POOL_RAISE_IF_ALLOCATION_FAILURE
PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    const BOOLEAN Raise = (PoolType & POOL_RAISE_IF_ALLOCATION_FAILURE) != 0;
    PVOID Memory = ExpAllocate(
        static_cast<POOL_TYPE>(PoolType & ~POOL_RAISE_IF_ALLOCATION_FAILURE), NumberOfBytes, Tag);
    if (Memory == nullptr && Raise) {
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    }
    return Memory;
}

PVOID NTAPI ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, 'enoN');
}

/// Quota is not limited here; like the real one it raises instead of returning NULL, unless told
/// otherwise.
PVOID NTAPI ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    constexpr ULONG QuotaFailInsteadOfRaise = 8; // POOL_QUOTA_FAIL_INSTEAD_OF_RAISE
    const BOOLEAN Raise = (PoolType & QuotaFailInsteadOfRaise) == 0;
    PVOID Memory = ExpAllocate(
        static_cast<POOL_TYPE>(PoolType & ~QuotaFailInsteadOfRaise), NumberOfBytes, Tag);
    if (Memory == nullptr && Raise) {
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    }
    return Memory;
}

PVOID NTAPI ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return ExAllocatePoolWithQuotaTag(PoolType, NumberOfBytes, 'enoN');
}

PVOID NTAPI ExAllocatePoolWithTagPriority(
    POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag, EX_POOL_PRIORITY Priority)
{
    UNREFERENCED_PARAMETER(Priority);
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}

/// Zeroed unless POOL_FLAG_UNINITIALIZED.
PVOID NTAPI ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
    const ULONG Kinds = ((Flags & POOL_FLAG_NON_PAGED) != 0)
        + ((Flags & POOL_FLAG_NON_PAGED_EXECUTE) != 0) + ((Flags & POOL_FLAG_PAGED) != 0);
    if (Kinds != 1 || NumberOfBytes == 0 || Tag == 0) {
        if ((Flags & POOL_FLAG_RAISE_ON_FAILURE) != 0) {
            ExRaiseStatus(STATUS_INVALID_PARAMETER);
        }
        return nullptr;
    }
    ULONG Type = (Flags & POOL_FLAG_PAGED) != 0 ? PagedPool : NonPagedPoolNx;
    if ((Flags & POOL_FLAG_CACHE_ALIGNED) != 0) {
        Type |= NonPagedPoolCacheAligned;
    }
    PVOID Memory = ExpAllocate(static_cast<POOL_TYPE>(Type), NumberOfBytes, Tag);
    if (Memory == nullptr) {
        if ((Flags & POOL_FLAG_RAISE_ON_FAILURE) != 0) {
            ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
        }
        return nullptr;
    }
    if ((Flags & POOL_FLAG_UNINITIALIZED) == 0) {
        RtlZeroMemory(Memory, NumberOfBytes);
    }
    return Memory;
}

VOID NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    ExpFree(P, Tag);
}

VOID NTAPI ExFreePool(PVOID P)
{
    ExpFree(P, 0);
}

VOID NTAPI
ExFreePool2(PVOID Memory, ULONG Tag, PVOID ExtendedParameters, ULONG ExtendedParametersCount)
{
    UNREFERENCED_PARAMETER(ExtendedParameters);
    UNREFERENCED_PARAMETER(ExtendedParametersCount);
    ExpFree(Memory, Tag);
}

SIZE_T NTAPI ExQueryPoolBlockSize(PVOID PoolBlock, PBOOLEAN QuotaCharged)
{
    *QuotaCharged = FALSE;
    return (static_cast<POOL_BLOCK*>(PoolBlock) - 1)->Bytes;
}

} // extern "C"
