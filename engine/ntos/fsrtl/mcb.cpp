// mcb.cpp - map control blocks: which disk sectors (LBN) hold which sectors of a file (VBN).
//
// The mapping is an array of extents in order of their VBN, neighbours that continue each other
// merged. Holes are not stored: where runs are numbered, the gap before an extent counts as a run
// with LBN -1.
#include <ntifs.h>

namespace {

constexpr ULONG kTagMcb = 'bcSF';

struct Extent
{
    LONGLONG Vbn;
    LONGLONG Lbn;
    LONGLONG Count;
};

inline Extent* ExtentsOf(PBASE_MCB Mcb)
{
    return static_cast<Extent*>(Mcb->Mapping);
}

/// The first extent that ends behind Vbn.
ULONG FindExtent(PBASE_MCB Mcb, LONGLONG Vbn)
{
    const Extent* Extents = ExtentsOf(Mcb);
    ULONG Low = 0;
    ULONG High = Mcb->PairCount;
    while (Low < High) {
        const ULONG Middle = (Low + High) / 2;
        if (Extents[Middle].Vbn + Extents[Middle].Count <= Vbn) {
            Low = Middle + 1;
        } else {
            High = Middle;
        }
    }
    return Low;
}

bool Reserve(PBASE_MCB Mcb, ULONG Needed)
{
    if (Needed <= Mcb->MaximumPairCount) {
        return true;
    }
    ULONG Maximum = Mcb->MaximumPairCount == 0 ? 16 : Mcb->MaximumPairCount;
    while (Maximum < Needed) {
        Maximum *= 2;
    }
    PVOID Mapping = ExAllocatePoolWithTag(
        static_cast<POOL_TYPE>(Mcb->PoolType), Maximum * sizeof(Extent), kTagMcb);
    if (Mapping == nullptr) {
        if ((Mcb->Flags & MCB_FLAG_RAISE_ON_ALLOCATION_FAILURE) != 0) {
            ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
        }
        return false;
    }
    if (Mcb->Mapping != nullptr) {
        RtlCopyMemory(Mapping, Mcb->Mapping, Mcb->PairCount * sizeof(Extent));
        ExFreePoolWithTag(Mcb->Mapping, kTagMcb);
    }
    Mcb->Mapping = Mapping;
    Mcb->MaximumPairCount = Maximum;
    return true;
}

void InsertAt(PBASE_MCB Mcb, ULONG Index, const Extent& New)
{
    Extent* Extents = ExtentsOf(Mcb);
    RtlMoveMemory(Extents + Index + 1, Extents + Index, (Mcb->PairCount - Index) * sizeof(Extent));
    Extents[Index] = New;
    ++Mcb->PairCount;
}

void RemoveAt(PBASE_MCB Mcb, ULONG Index)
{
    Extent* Extents = ExtentsOf(Mcb);
    RtlMoveMemory(
        Extents + Index, Extents + Index + 1, (Mcb->PairCount - Index - 1) * sizeof(Extent));
    --Mcb->PairCount;
}

bool Continues(const Extent& Left, const Extent& Right)
{
    return Left.Vbn + Left.Count == Right.Vbn && Left.Lbn + Left.Count == Right.Lbn;
}

struct Guard
{
    PKGUARDED_MUTEX Mutex;
    explicit Guard(PLARGE_MCB Mcb)
        : Mutex(Mcb->GuardedMutex)
    {
        KeAcquireGuardedMutex(Mutex);
    }
    ~Guard() { KeReleaseGuardedMutex(Mutex); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
};

inline PLARGE_MCB LargeOf(PMCB Mcb)
{
    return &Mcb->DummyFieldThatSizesThisStructureCorrectly;
}

} // namespace

extern "C" {

VOID NTAPI FsRtlInitializeBaseMcb(PBASE_MCB Mcb, POOL_TYPE PoolType)
{
    (void)FsRtlInitializeBaseMcbEx(Mcb, PoolType, MCB_FLAG_RAISE_ON_ALLOCATION_FAILURE);
}

BOOLEAN NTAPI FsRtlInitializeBaseMcbEx(PBASE_MCB Mcb, POOL_TYPE PoolType, USHORT Flags)
{
    RtlZeroMemory(Mcb, sizeof(*Mcb));
    Mcb->PoolType = static_cast<USHORT>(PoolType);
    Mcb->Flags = Flags;
    return TRUE;
}

VOID NTAPI FsRtlUninitializeBaseMcb(PBASE_MCB Mcb)
{
    if (Mcb->Mapping != nullptr) {
        ExFreePoolWithTag(Mcb->Mapping, kTagMcb);
    }
    Mcb->Mapping = nullptr;
    Mcb->PairCount = Mcb->MaximumPairCount = 0;
}

VOID NTAPI FsRtlResetBaseMcb(PBASE_MCB Mcb)
{
    Mcb->PairCount = 0;
}

VOID NTAPI FsRtlTruncateBaseMcb(PBASE_MCB Mcb, LONGLONG Vbn)
{
    const ULONG Index = FindExtent(Mcb, Vbn);
    if (Index < Mcb->PairCount) {
        Extent& Last = ExtentsOf(Mcb)[Index];
        if (Last.Vbn < Vbn) {
            Last.Count = Vbn - Last.Vbn;
            Mcb->PairCount = Index + 1;
        } else {
            Mcb->PairCount = Index;
        }
    }
}

/// Maps a run. FALSE when a part of it is mapped elsewhere already; mapping the same again is
/// allowed.
BOOLEAN NTAPI FsRtlAddBaseMcbEntry(PBASE_MCB Mcb, LONGLONG Vbn, LONGLONG Lbn, LONGLONG SectorCount)
{
    if (SectorCount <= 0 || Vbn < 0) {
        return FALSE;
    }
    Extent New = { Vbn, Lbn, SectorCount };
    ULONG Index = FindExtent(Mcb, Vbn);
    // What lies in the way must map to the same sectors; it is swallowed.
    while (Index < Mcb->PairCount && ExtentsOf(Mcb)[Index].Vbn < New.Vbn + New.Count) {
        const Extent Old = ExtentsOf(Mcb)[Index];
        if (Old.Lbn - Old.Vbn != New.Lbn - New.Vbn) {
            return FALSE;
        }
        const LONGLONG Start = Old.Vbn < New.Vbn ? Old.Vbn : New.Vbn;
        const LONGLONG OldEnd = Old.Vbn + Old.Count;
        const LONGLONG NewEnd = New.Vbn + New.Count;
        // A conflict further on must not leave this one changed.
        for (ULONG Ahead = Index + 1; Ahead < Mcb->PairCount && ExtentsOf(Mcb)[Ahead].Vbn < NewEnd;
             ++Ahead) {
            if (ExtentsOf(Mcb)[Ahead].Lbn - ExtentsOf(Mcb)[Ahead].Vbn != New.Lbn - New.Vbn) {
                return FALSE;
            }
        }
        New.Lbn += Start - New.Vbn;
        New.Vbn = Start;
        New.Count = (OldEnd > NewEnd ? OldEnd : NewEnd) - Start;
        RemoveAt(Mcb, Index);
    }
    if (Index > 0 && Continues(ExtentsOf(Mcb)[Index - 1], New)) {
        --Index;
        New = { ExtentsOf(Mcb)[Index].Vbn, ExtentsOf(Mcb)[Index].Lbn,
                ExtentsOf(Mcb)[Index].Count + New.Count };
        RemoveAt(Mcb, Index);
    }
    if (Index < Mcb->PairCount && Continues(New, ExtentsOf(Mcb)[Index])) {
        New.Count += ExtentsOf(Mcb)[Index].Count;
        RemoveAt(Mcb, Index);
    }
    if (!Reserve(Mcb, Mcb->PairCount + 1)) {
        return FALSE;
    }
    InsertAt(Mcb, Index, New);
    return TRUE;
}

NTSTATUS NTAPI
FsRtlAddBaseMcbEntryEx(PBASE_MCB Mcb, LONGLONG Vbn, LONGLONG Lbn, LONGLONG SectorCount)
{
    return FsRtlAddBaseMcbEntry(Mcb, Vbn, Lbn, SectorCount) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/// Unmaps a range; the mapping behind it keeps its place.
BOOLEAN NTAPI FsRtlRemoveBaseMcbEntry(PBASE_MCB Mcb, LONGLONG Vbn, LONGLONG SectorCount)
{
    const LONGLONG End = SectorCount > MAXLONGLONG - Vbn ? MAXLONGLONG : Vbn + SectorCount;
    ULONG Index = FindExtent(Mcb, Vbn);
    while (Index < Mcb->PairCount && ExtentsOf(Mcb)[Index].Vbn < End) {
        const Extent Old = ExtentsOf(Mcb)[Index];
        const LONGLONG OldEnd = Old.Vbn + Old.Count;
        if (Old.Vbn < Vbn && OldEnd > End && !Reserve(Mcb, Mcb->PairCount + 1)) {
            return FALSE;
        }
        RemoveAt(Mcb, Index);
        if (Old.Vbn < Vbn) {
            InsertAt(Mcb, Index++, { Old.Vbn, Old.Lbn, Vbn - Old.Vbn });
        }
        if (OldEnd > End) {
            InsertAt(Mcb, Index++, { End, Old.Lbn + (End - Old.Vbn), OldEnd - End });
        }
    }
    return TRUE;
}

/// Opens a hole of Amount sectors at Vbn: what was mapped from there on moves up.
BOOLEAN NTAPI FsRtlSplitBaseMcb(PBASE_MCB Mcb, LONGLONG Vbn, LONGLONG Amount)
{
    ULONG Index = FindExtent(Mcb, Vbn);
    if (Index < Mcb->PairCount && ExtentsOf(Mcb)[Index].Vbn < Vbn) {
        if (!Reserve(Mcb, Mcb->PairCount + 1)) {
            return FALSE;
        }
        const Extent Old = ExtentsOf(Mcb)[Index];
        ExtentsOf(Mcb)[Index].Count = Vbn - Old.Vbn;
        ++Index;
        InsertAt(Mcb, Index, { Vbn, Old.Lbn + (Vbn - Old.Vbn), Old.Count - (Vbn - Old.Vbn) });
    }
    for (; Index < Mcb->PairCount; ++Index) {
        ExtentsOf(Mcb)[Index].Vbn += Amount;
    }
    return TRUE;
}

/// The run in run numbering: holes count.
BOOLEAN NTAPI FsRtlGetNextBaseMcbEntry(
    PBASE_MCB Mcb, ULONG RunIndex, PLONGLONG Vbn, PLONGLONG Lbn, PLONGLONG SectorCount)
{
    LONGLONG Position = 0;
    ULONG Run = 0;
    for (ULONG Index = 0; Index < Mcb->PairCount; ++Index) {
        const Extent& Each = ExtentsOf(Mcb)[Index];
        if (Each.Vbn > Position && Run++ == RunIndex) {
            *Vbn = Position;
            *Lbn = -1;
            *SectorCount = Each.Vbn - Position;
            return TRUE;
        }
        if (Run++ == RunIndex) {
            *Vbn = Each.Vbn;
            *Lbn = Each.Lbn;
            *SectorCount = Each.Count;
            return TRUE;
        }
        Position = Each.Vbn + Each.Count;
    }
    return FALSE;
}

ULONG NTAPI FsRtlNumberOfRunsInBaseMcb(PBASE_MCB Mcb)
{
    LONGLONG Position = 0;
    ULONG Runs = 0;
    for (ULONG Index = 0; Index < Mcb->PairCount; ++Index) {
        const Extent& Each = ExtentsOf(Mcb)[Index];
        Runs += Each.Vbn > Position ? 2 : 1;
        Position = Each.Vbn + Each.Count;
    }
    return Runs;
}

BOOLEAN NTAPI FsRtlLookupBaseMcbEntry(
    PBASE_MCB Mcb,
    LONGLONG Vbn,
    PLONGLONG Lbn,
    PLONGLONG SectorCountFromLbn,
    PLONGLONG StartingLbn,
    PLONGLONG SectorCountFromStartingLbn,
    PULONG Index)
{
    LONGLONG RunVbn;
    LONGLONG RunLbn;
    LONGLONG Count;
    for (ULONG Run = 0; FsRtlGetNextBaseMcbEntry(Mcb, Run, &RunVbn, &RunLbn, &Count); ++Run) {
        if (Vbn < RunVbn || Vbn >= RunVbn + Count) {
            continue;
        }
        const LONGLONG Into = Vbn - RunVbn;
        if (Lbn != nullptr) {
            *Lbn = RunLbn == -1 ? -1 : RunLbn + Into;
        }
        if (SectorCountFromLbn != nullptr) {
            *SectorCountFromLbn = Count - Into;
        }
        if (StartingLbn != nullptr) {
            *StartingLbn = RunLbn;
        }
        if (SectorCountFromStartingLbn != nullptr) {
            *SectorCountFromStartingLbn = Count;
        }
        if (Index != nullptr) {
            *Index = Run;
        }
        return TRUE;
    }
    return FALSE;
}

BOOLEAN NTAPI FsRtlLookupLastBaseMcbEntryAndIndex(
    PBASE_MCB OpaqueMcb, PLONGLONG LargeVbn, PLONGLONG LargeLbn, PULONG Index)
{
    if (OpaqueMcb->PairCount == 0) {
        return FALSE;
    }
    const Extent& Last = ExtentsOf(OpaqueMcb)[OpaqueMcb->PairCount - 1];
    *LargeVbn = Last.Vbn + Last.Count - 1;
    *LargeLbn = Last.Lbn + Last.Count - 1;
    if (Index != nullptr) {
        *Index = FsRtlNumberOfRunsInBaseMcb(OpaqueMcb) - 1;
    }
    return TRUE;
}

BOOLEAN NTAPI FsRtlLookupLastBaseMcbEntry(PBASE_MCB Mcb, PLONGLONG Vbn, PLONGLONG Lbn)
{
    return FsRtlLookupLastBaseMcbEntryAndIndex(Mcb, Vbn, Lbn, nullptr);
}

// --- With a mutex of their own

VOID NTAPI FsRtlInitializeLargeMcb(PLARGE_MCB Mcb, POOL_TYPE PoolType)
{
    Mcb->GuardedMutex = static_cast<PKGUARDED_MUTEX>(
        FsRtlAllocatePoolWithTag(NonPagedPool, sizeof(KGUARDED_MUTEX), kTagMcb));
    KeInitializeGuardedMutex(Mcb->GuardedMutex);
    FsRtlInitializeBaseMcb(&Mcb->BaseMcb, PoolType);
}

VOID NTAPI FsRtlUninitializeLargeMcb(PLARGE_MCB Mcb)
{
    if (Mcb->GuardedMutex != nullptr) {
        ExFreePoolWithTag(Mcb->GuardedMutex, kTagMcb);
        Mcb->GuardedMutex = nullptr;
        FsRtlUninitializeBaseMcb(&Mcb->BaseMcb);
    }
}

VOID NTAPI FsRtlResetLargeMcb(PLARGE_MCB Mcb, BOOLEAN SelfSynchronized)
{
    if (SelfSynchronized) {
        FsRtlResetBaseMcb(&Mcb->BaseMcb);
        return;
    }
    Guard Lock(Mcb);
    FsRtlResetBaseMcb(&Mcb->BaseMcb);
}

VOID NTAPI FsRtlTruncateLargeMcb(PLARGE_MCB Mcb, LONGLONG Vbn)
{
    Guard Lock(Mcb);
    FsRtlTruncateBaseMcb(&Mcb->BaseMcb, Vbn);
}

BOOLEAN NTAPI
FsRtlAddLargeMcbEntry(PLARGE_MCB Mcb, LONGLONG Vbn, LONGLONG Lbn, LONGLONG SectorCount)
{
    Guard Lock(Mcb);
    return FsRtlAddBaseMcbEntry(&Mcb->BaseMcb, Vbn, Lbn, SectorCount);
}

VOID NTAPI FsRtlRemoveLargeMcbEntry(PLARGE_MCB Mcb, LONGLONG Vbn, LONGLONG SectorCount)
{
    Guard Lock(Mcb);
    (void)FsRtlRemoveBaseMcbEntry(&Mcb->BaseMcb, Vbn, SectorCount);
}

BOOLEAN NTAPI FsRtlLookupLargeMcbEntry(
    PLARGE_MCB Mcb,
    LONGLONG Vbn,
    PLONGLONG Lbn,
    PLONGLONG SectorCountFromLbn,
    PLONGLONG StartingLbn,
    PLONGLONG SectorCountFromStartingLbn,
    PULONG Index)
{
    Guard Lock(Mcb);
    return FsRtlLookupBaseMcbEntry(
        &Mcb->BaseMcb, Vbn, Lbn, SectorCountFromLbn, StartingLbn, SectorCountFromStartingLbn,
        Index);
}

BOOLEAN NTAPI FsRtlLookupLastLargeMcbEntryAndIndex(
    PLARGE_MCB OpaqueMcb, PLONGLONG LargeVbn, PLONGLONG LargeLbn, PULONG Index)
{
    Guard Lock(OpaqueMcb);
    return FsRtlLookupLastBaseMcbEntryAndIndex(&OpaqueMcb->BaseMcb, LargeVbn, LargeLbn, Index);
}

BOOLEAN NTAPI FsRtlLookupLastLargeMcbEntry(PLARGE_MCB Mcb, PLONGLONG Vbn, PLONGLONG Lbn)
{
    return FsRtlLookupLastLargeMcbEntryAndIndex(Mcb, Vbn, Lbn, nullptr);
}

ULONG NTAPI FsRtlNumberOfRunsInLargeMcb(PLARGE_MCB Mcb)
{
    Guard Lock(Mcb);
    return FsRtlNumberOfRunsInBaseMcb(&Mcb->BaseMcb);
}

BOOLEAN NTAPI FsRtlGetNextLargeMcbEntry(
    PLARGE_MCB Mcb, ULONG RunIndex, PLONGLONG Vbn, PLONGLONG Lbn, PLONGLONG SectorCount)
{
    Guard Lock(Mcb);
    return FsRtlGetNextBaseMcbEntry(&Mcb->BaseMcb, RunIndex, Vbn, Lbn, SectorCount);
}

BOOLEAN NTAPI FsRtlSplitLargeMcb(PLARGE_MCB Mcb, LONGLONG Vbn, LONGLONG Amount)
{
    Guard Lock(Mcb);
    return FsRtlSplitBaseMcb(&Mcb->BaseMcb, Vbn, Amount);
}

// --- The older interface with 32-bit numbers

VOID NTAPI FsRtlInitializeMcb(PMCB Mcb, POOL_TYPE PoolType)
{
    FsRtlInitializeLargeMcb(LargeOf(Mcb), PoolType);
}

VOID NTAPI FsRtlUninitializeMcb(PMCB Mcb)
{
    FsRtlUninitializeLargeMcb(LargeOf(Mcb));
}

VOID NTAPI FsRtlTruncateMcb(PMCB Mcb, VBN Vbn)
{
    FsRtlTruncateLargeMcb(LargeOf(Mcb), Vbn);
}

BOOLEAN NTAPI FsRtlAddMcbEntry(PMCB Mcb, VBN Vbn, LBN Lbn, ULONG SectorCount)
{
    return FsRtlAddLargeMcbEntry(LargeOf(Mcb), Vbn, Lbn, SectorCount);
}

VOID NTAPI FsRtlRemoveMcbEntry(PMCB Mcb, VBN Vbn, ULONG SectorCount)
{
    FsRtlRemoveLargeMcbEntry(LargeOf(Mcb), Vbn, SectorCount);
}

BOOLEAN NTAPI FsRtlLookupMcbEntry(PMCB Mcb, VBN Vbn, PLBN Lbn, PULONG SectorCount, PULONG Index)
{
    LONGLONG Large;
    LONGLONG Count;
    if (!FsRtlLookupLargeMcbEntry(LargeOf(Mcb), Vbn, &Large, &Count, nullptr, nullptr, Index)) {
        return FALSE;
    }
    *Lbn = static_cast<LBN>(Large);
    if (SectorCount != nullptr) {
        *SectorCount = static_cast<ULONG>(Count);
    }
    return TRUE;
}

BOOLEAN NTAPI FsRtlLookupLastMcbEntry(PMCB Mcb, PVBN Vbn, PLBN Lbn)
{
    LONGLONG LargeVbn;
    LONGLONG LargeLbn;
    if (!FsRtlLookupLastLargeMcbEntry(LargeOf(Mcb), &LargeVbn, &LargeLbn)) {
        return FALSE;
    }
    *Vbn = static_cast<VBN>(LargeVbn);
    *Lbn = static_cast<LBN>(LargeLbn);
    return TRUE;
}

ULONG NTAPI FsRtlNumberOfRunsInMcb(PMCB Mcb)
{
    return FsRtlNumberOfRunsInLargeMcb(LargeOf(Mcb));
}

BOOLEAN NTAPI FsRtlGetNextMcbEntry(PMCB Mcb, ULONG RunIndex, PVBN Vbn, PLBN Lbn, PULONG SectorCount)
{
    LONGLONG LargeVbn;
    LONGLONG LargeLbn;
    LONGLONG Count;
    if (!FsRtlGetNextLargeMcbEntry(LargeOf(Mcb), RunIndex, &LargeVbn, &LargeLbn, &Count)) {
        return FALSE;
    }
    *Vbn = static_cast<VBN>(LargeVbn);
    *Lbn = static_cast<LBN>(LargeLbn);
    *SectorCount = static_cast<ULONG>(Count);
    return TRUE;
}

} // extern "C"
