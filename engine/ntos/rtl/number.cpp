// Numbers, GUIDs and chance: text to value and back, byte order, bit scans, pseudo-random series.
#include <ntifs.h>

#include "rtlp.h"

#undef RtlUshortByteSwap
#undef RtlUlongByteSwap
#undef RtlUlonglongByteSwap

namespace {

/// Digits of Value in Base, without leading zeros; returns the count. Text holds 64 units.
ULONG RtlpDigits(ULONGLONG Value, ULONG Base, PWCHAR Text)
{
    WCHAR Reverse[64];
    ULONG Count = 0;
    do {
        const ULONG Digit = (ULONG)(Value % Base);
        Reverse[Count++] = (WCHAR)(Digit < 10 ? '0' + Digit : 'A' + Digit - 10);
        Value /= Base;
    } while (Value);
    for (ULONG Index = 0; Index < Count; Index++)
        Text[Index] = Reverse[Count - 1 - Index];
    return Count;
}

BOOLEAN RtlpIsBase(ULONG Base)
{
    return Base == 2 || Base == 8 || Base == 10 || Base == 16;
}

LONG RtlpDigitValue(ULONG Character, ULONG Base)
{
    ULONG Digit = 99;
    if (Character >= '0' && Character <= '9')
        Digit = Character - '0';
    else if (Character >= 'a' && Character <= 'f')
        Digit = Character - 'a' + 10;
    else if (Character >= 'A' && Character <= 'F')
        Digit = Character - 'A' + 10;
    return Digit < Base ? (LONG)Digit : -1;
}

/// Blanks, a sign, a base prefix (0x, 0o, 0b when Base is 0), digits; stops at the first character
/// that is no digit.
template <typename Character>
NTSTATUS RtlpParse(const Character* Text, ULONG Count, ULONG Base, PULONG Value)
{
    if (Base != 0 && !RtlpIsBase(Base))
        return STATUS_INVALID_PARAMETER;
    ULONG Index = 0;
    while (Index < Count && Text[Index] <= ' ')
        Index++;
    const BOOLEAN Negative = Index < Count && Text[Index] == '-';
    if (Index < Count && (Text[Index] == '-' || Text[Index] == '+'))
        Index++;
    if (Base == 0) {
        Base = 10;
        if (Index + 1 < Count && Text[Index] == '0') {
            const Character Letter = Text[Index + 1];
            const ULONG Prefixed = Letter == 'x' ? 16 : Letter == 'o' ? 8 : Letter == 'b' ? 2 : 0;
            if (Prefixed) {
                Base = Prefixed;
                Index += 2;
            }
        }
    }
    ULONG Result = 0;
    for (; Index < Count; Index++) {
        const LONG Digit = RtlpDigitValue((ULONG)Text[Index], Base);
        if (Digit < 0)
            break;
        Result = Result * Base + (ULONG)Digit;
    }
    *Value = Negative ? 0 - Result : Result;
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String)
{
    if (Base == 0)
        Base = 10;
    if (!RtlpIsBase(Base))
        return STATUS_INVALID_PARAMETER;
    WCHAR Text[64];
    const ULONG Bytes = RtlpDigits(Value, Base, Text) * sizeof(WCHAR);
    if (Bytes > String->MaximumLength)
        return STATUS_BUFFER_OVERFLOW;
    RtlCopyMemory(String->Buffer, Text, Bytes);
    String->Length = (USHORT)Bytes;
    if (Bytes + sizeof(WCHAR) <= String->MaximumLength)
        String->Buffer[Bytes / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)
{
    return RtlInt64ToUnicodeString(Value, Base, String);
}

NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)
{
    return RtlpParse(String->Buffer, String->Length / sizeof(WCHAR), Base, Value);
}

NTSTATUS NTAPI RtlCharToInteger(PCSZ String, ULONG Base, PULONG Value)
{
    return RtlpParse((const char*)String, (ULONG)strlen((const char*)String), Base, Value);
}

/// {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}, allocated.
NTSTATUS NTAPI RtlStringFromGUID(const GUID* const Guid, PUNICODE_STRING GuidString)
{
    const NTSTATUS Status = RtlpMakeRoom(GuidString, 38 * sizeof(WCHAR), TRUE);
    if (!NT_SUCCESS(Status))
        return Status;
    static constexpr UCHAR Order[] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
    const UCHAR* Bytes = (const UCHAR*)Guid;
    PWCH Text = GuidString->Buffer;
    ULONG At = 0;
    Text[At++] = '{';
    for (ULONG Index = 0; Index < 16; Index++) {
        if (Index == 4 || Index == 6 || Index == 8 || Index == 10)
            Text[At++] = '-';
        Text[At++] = "0123456789abcdef"[Bytes[Order[Index]] >> 4];
        Text[At++] = "0123456789abcdef"[Bytes[Order[Index]] & 15];
    }
    Text[At] = '}';
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGUIDFromString(PUNICODE_STRING GuidString, GUID* Guid)
{
    static constexpr UCHAR Order[] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
    if (GuidString->Length != 38 * sizeof(WCHAR) || GuidString->Buffer[0] != '{'
        || GuidString->Buffer[37] != '}')
        return STATUS_INVALID_PARAMETER;
    ULONG At = 1;
    for (ULONG Index = 0; Index < 16; Index++) {
        if ((Index == 4 || Index == 6 || Index == 8 || Index == 10)
            && GuidString->Buffer[At++] != '-')
            return STATUS_INVALID_PARAMETER;
        const LONG High = RtlpDigitValue(GuidString->Buffer[At++], 16);
        const LONG Low = RtlpDigitValue(GuidString->Buffer[At++], 16);
        if (High < 0 || Low < 0)
            return STATUS_INVALID_PARAMETER;
        ((UCHAR*)Guid)[Order[Index]] = (UCHAR)(High * 16 + Low);
    }
    return STATUS_SUCCESS;
}

USHORT NTAPI RtlUshortByteSwap(USHORT Source)
{
    return __builtin_bswap16(Source);
}

ULONG NTAPI RtlUlongByteSwap(ULONG Source)
{
    return __builtin_bswap32(Source);
}

ULONGLONG NTAPI RtlUlonglongByteSwap(ULONGLONG Source)
{
    return __builtin_bswap64(Source);
}

CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG Set)
{
    return Set ? (CCHAR)__builtin_ctzll(Set) : -1;
}

CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG Set)
{
    return Set ? (CCHAR)(63 - __builtin_clzll(Set)) : -1;
}

/// A linear congruential series modulo 2^31 - 1 (Lehmer), seeded by the caller alone: the same seed
/// gives the same numbers.
ULONG NTAPI RtlRandomEx(PULONG Seed)
{
    ULONGLONG State = *Seed % 0x7FFFFFFF;
    State = (State ? State : 1) * 48271 % 0x7FFFFFFF;
    *Seed = (ULONG)State;
    return (ULONG)State;
}

ULONG NTAPI RtlRandom(PULONG Seed)
{
    return RtlRandomEx(Seed);
}

} // extern "C"
