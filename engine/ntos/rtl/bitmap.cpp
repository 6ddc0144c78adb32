// RTL_BITMAP: bits in ULONGs, least significant first; searches go on at the start when the end is
// reached.
#include <ntifs.h>

namespace {

BOOLEAN RtlpBit(PRTL_BITMAP Map, ULONG Index)
{
    return (Map->Buffer[Index / 32] >> (Index % 32)) & 1;
}

void RtlpWriteRun(PRTL_BITMAP Map, ULONG First, ULONG Count, BOOLEAN Value)
{
    for (ULONG Index = First; Index < First + Count; Index++) {
        if (Index % 32 == 0 && First + Count - Index >= 32) {
            Map->Buffer[Index / 32] = Value ? MAXULONG : 0;
            Index += 31;
        } else if (Value) {
            Map->Buffer[Index / 32] |= 1u << (Index % 32);
        } else {
            Map->Buffer[Index / 32] &= ~(1u << (Index % 32));
        }
    }
}

/// Length of the run of `Value` that starts at First.
ULONG RtlpRunLength(PRTL_BITMAP Map, ULONG First, BOOLEAN Value)
{
    ULONG Index = First;
    while (Index < Map->SizeOfBitMap) {
        if (Index % 32 == 0 && Index + 32 <= Map->SizeOfBitMap
            && Map->Buffer[Index / 32] == (Value ? MAXULONG : 0))
            Index += 32;
        else if (RtlpBit(Map, Index) == Value)
            Index++;
        else
            break;
    }
    return Index - First;
}

ULONG RtlpFindBetween(PRTL_BITMAP Map, ULONG Count, ULONG From, ULONG To, BOOLEAN Value)
{
    for (ULONG Index = From; Index < To;) {
        const ULONG Run = RtlpRunLength(Map, Index, Value);
        if (Run >= Count)
            return Index;
        Index += Run;
        Index += RtlpRunLength(Map, Index, !Value);
    }
    return MAXULONG;
}

ULONG RtlpFind(PRTL_BITMAP Map, ULONG Count, ULONG Hint, BOOLEAN Value)
{
    if (Hint >= Map->SizeOfBitMap)
        Hint = 0;
    if (Count == 0)
        return Hint & ~7u;
    if (Count > Map->SizeOfBitMap)
        return MAXULONG;
    const ULONG Found = RtlpFindBetween(Map, Count, Hint, Map->SizeOfBitMap, Value);
    return Found != MAXULONG || Hint == 0 ? Found : RtlpFindBetween(Map, Count, 0, Hint, Value);
}

} // namespace

extern "C" {

VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap)
{
    BitMapHeader->SizeOfBitMap = SizeOfBitMap;
    BitMapHeader->Buffer = BitMapBuffer;
}

VOID NTAPI RtlClearAllBits(PRTL_BITMAP BitMapHeader)
{
    RtlZeroMemory(BitMapHeader->Buffer, (BitMapHeader->SizeOfBitMap + 31) / 32 * sizeof(ULONG));
}

VOID NTAPI RtlSetAllBits(PRTL_BITMAP BitMapHeader)
{
    RtlFillMemory(
        BitMapHeader->Buffer, (BitMapHeader->SizeOfBitMap + 31) / 32 * sizeof(ULONG), 0xFF);
}

VOID NTAPI RtlClearBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    RtlpWriteRun(BitMapHeader, BitNumber, 1, FALSE);
}

VOID NTAPI RtlSetBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    RtlpWriteRun(BitMapHeader, BitNumber, 1, TRUE);
}

BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    return BitNumber < BitMapHeader->SizeOfBitMap && RtlpBit(BitMapHeader, BitNumber);
}

VOID NTAPI RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToClear)
{
    RtlpWriteRun(BitMapHeader, StartingIndex, NumberToClear, FALSE);
}

VOID NTAPI RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet)
{
    RtlpWriteRun(BitMapHeader, StartingIndex, NumberToSet, TRUE);
}

BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    return Length && StartingIndex < BitMapHeader->SizeOfBitMap
        && RtlpRunLength(BitMapHeader, StartingIndex, FALSE) >= Length;
}

BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    return Length && StartingIndex < BitMapHeader->SizeOfBitMap
        && RtlpRunLength(BitMapHeader, StartingIndex, TRUE) >= Length;
}

ULONG NTAPI RtlFindClearBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return RtlpFind(BitMapHeader, NumberToFind, HintIndex, FALSE);
}

ULONG NTAPI RtlFindSetBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return RtlpFind(BitMapHeader, NumberToFind, HintIndex, TRUE);
}

ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    const ULONG Found = RtlpFind(BitMapHeader, NumberToFind, HintIndex, FALSE);
    if (Found != MAXULONG)
        RtlpWriteRun(BitMapHeader, Found, NumberToFind, TRUE);
    return Found;
}

ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    const ULONG Found = RtlpFind(BitMapHeader, NumberToFind, HintIndex, TRUE);
    if (Found != MAXULONG)
        RtlpWriteRun(BitMapHeader, Found, NumberToFind, FALSE);
    return Found;
}

ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP BitMapHeader)
{
    ULONG Count = 0;
    for (ULONG Index = 0; Index < BitMapHeader->SizeOfBitMap; Index++)
        Count += RtlpBit(BitMapHeader, Index);
    return Count;
}

ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP BitMapHeader)
{
    return BitMapHeader->SizeOfBitMap - RtlNumberOfSetBits(BitMapHeader);
}

ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR Target)
{
    return (ULONG)__builtin_popcountll(Target);
}

/// Returns the length of the first clear run at or behind FromIndex, 0 when there is none.
ULONG NTAPI
RtlFindNextForwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex)
{
    if (FromIndex < BitMapHeader->SizeOfBitMap)
        FromIndex += RtlpRunLength(BitMapHeader, FromIndex, TRUE);
    *StartingRunIndex = FromIndex;
    return FromIndex < BitMapHeader->SizeOfBitMap ? RtlpRunLength(BitMapHeader, FromIndex, FALSE)
                                                  : 0;
}

ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
    return RtlFindNextForwardRunClear(BitMapHeader, 0, StartingIndex);
}

ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
    ULONG Best = 0;
    *StartingIndex = 0;
    for (ULONG From = 0;;) {
        ULONG Start;
        const ULONG Run = RtlFindNextForwardRunClear(BitMapHeader, From, &Start);
        if (Run == 0)
            return Best;
        if (Run > Best) {
            Best = Run;
            *StartingIndex = Start;
        }
        From = Start + Run;
    }
}

} // extern "C"
