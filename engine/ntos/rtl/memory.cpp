// Comparing and clearing memory.
#include <ntifs.h>

#undef RtlCopyMemoryNonTemporal

extern "C" {

/// Returns how many bytes are equal from the start.
SIZE_T NTAPI RtlCompareMemory(const VOID* Source1, const VOID* Source2, SIZE_T Length)
{
    const UCHAR* Left = (const UCHAR*)Source1;
    const UCHAR* Right = (const UCHAR*)Source2;
    SIZE_T Index = 0;
    while (Index < Length && Left[Index] == Right[Index])
        Index++;
    return Index;
}

/// Returns how many bytes from the start are the repeated pattern.
SIZE_T NTAPI RtlCompareMemoryUlong(PVOID Source, SIZE_T Length, ULONG Pattern)
{
    SIZE_T Index = 0;
    while (Index + sizeof(ULONG) <= Length
           && memcmp((PUCHAR)Source + Index, &Pattern, sizeof Pattern) == 0)
        Index += sizeof(ULONG);
    return Index;
}

} // extern "C"
