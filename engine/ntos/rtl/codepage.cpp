// Conversion between UTF-16 and byte strings.
//
// The ANSI and the OEM code page are both UTF-8 here. differs: Windows has them per system locale
// (1252 and 437 for English); for ASCII, which is what redirectors convert, all three agree.
#include <ntifs.h>

#include "rtlp.h"

namespace {

constexpr ULONG RtlpReplacement = 0xFFFD;

/// Decodes one character; an ill-formed sequence gives U+FFFD and consumes one byte. Source: The
/// Unicode Standard 3.9, D92.
ULONG RtlpDecodeUtf8(const UCHAR* Bytes, ULONG Count, ULONG* Used)
{
    const UCHAR Lead = Bytes[0];
    *Used = 1;
    if (Lead < 0x80)
        return Lead;
    const ULONG Trail = Lead >= 0xC2 && Lead < 0xE0 ? 1
        : Lead >= 0xE0 && Lead < 0xF0               ? 2
        : Lead >= 0xF0 && Lead < 0xF5               ? 3
                                                    : 0;
    if (Trail == 0 || Count <= Trail)
        return RtlpReplacement;
    ULONG Character = Lead & (0x3F >> Trail);
    for (ULONG Index = 1; Index <= Trail; Index++) {
        if ((Bytes[Index] & 0xC0) != 0x80)
            return RtlpReplacement;
        Character = (Character << 6) | (Bytes[Index] & 0x3F);
    }
    const BOOLEAN TooLong
        = (Trail == 2 && Character < 0x800) || (Trail == 3 && Character < 0x10000);
    if (TooLong || Character > 0x10FFFF || (Character >= 0xD800 && Character < 0xE000))
        return RtlpReplacement;
    *Used = Trail + 1;
    return Character;
}

/// Converts as much as fits; returns the bytes that all of it needs. Destination may be NULL to
/// count only.
ULONG RtlpToUnicode(
    PWCH Destination, ULONG MaximumBytes, ULONG* Written, const CHAR* Source, ULONG SourceBytes)
{
    ULONG Needed = 0;
    ULONG Done = 0;
    for (ULONG Index = 0; Index < SourceBytes;) {
        ULONG Used;
        const ULONG Character
            = RtlpDecodeUtf8((const UCHAR*)Source + Index, SourceBytes - Index, &Used);
        Index += Used;
        const ULONG Bytes = Character >= 0x10000 ? 4 : 2;
        Needed += Bytes;
        if (!Destination || Needed > MaximumBytes)
            continue;
        if (Bytes == 4) {
            Destination[Done / 2] = (WCHAR)(0xD800 + ((Character - 0x10000) >> 10));
            Destination[Done / 2 + 1] = (WCHAR)(0xDC00 + (Character & 0x3FF));
        } else {
            Destination[Done / 2] = (WCHAR)Character;
        }
        Done += Bytes;
    }
    if (Written)
        *Written = Done;
    return Needed;
}

ULONG RtlpFromUnicode(
    PCHAR Destination,
    ULONG MaximumBytes,
    ULONG* Written,
    PCWCH Source,
    ULONG SourceBytes,
    BOOLEAN Upcase)
{
    ULONG Needed = 0;
    ULONG Done = 0;
    const ULONG Units = SourceBytes / sizeof(WCHAR);
    for (ULONG Index = 0; Index < Units; Index++) {
        ULONG Character = Upcase ? RtlUpcaseUnicodeChar(Source[Index]) : Source[Index];
        if (Character >= 0xD800 && Character < 0xE000) {
            const BOOLEAN Pair
                = Character < 0xDC00 && Index + 1 < Units && (Source[Index + 1] & 0xFC00) == 0xDC00;
            Character = Pair ? 0x10000 + ((Character & 0x3FF) << 10) + (Source[++Index] & 0x3FF)
                             : RtlpReplacement;
        }
        const ULONG Bytes = Character < 0x80 ? 1
            : Character < 0x800              ? 2
            : Character < 0x10000            ? 3
                                             : 4;
        Needed += Bytes;
        if (!Destination || Needed > MaximumBytes)
            continue;
        if (Bytes == 1) {
            Destination[Done] = (CHAR)Character;
        } else {
            for (ULONG Place = Bytes; Place-- > 1; Character >>= 6)
                Destination[Done + Place] = (CHAR)(0x80 | (Character & 0x3F));
            Destination[Done] = (CHAR)((0xF00 >> Bytes) | Character);
        }
        Done += Bytes;
    }
    if (Written)
        *Written = Done;
    return Needed;
}

NTSTATUS RtlpToUnicodeString(PUNICODE_STRING Destination, const STRING* Source, BOOLEAN Allocate)
{
    const ULONG Bytes = RtlpToUnicode(nullptr, 0, nullptr, Source->Buffer, Source->Length);
    const NTSTATUS Status = RtlpMakeRoom(Destination, Bytes, Allocate);
    if (NT_SUCCESS(Status))
        RtlpToUnicode(Destination->Buffer, Bytes, nullptr, Source->Buffer, Source->Length);
    return Status;
}

/// Terminated: room for a final 0 is part of the length that is allocated or asked for.
NTSTATUS RtlpFromUnicodeString(
    PSTRING Destination,
    PCUNICODE_STRING Source,
    BOOLEAN Allocate,
    BOOLEAN Upcase,
    BOOLEAN Terminated)
{
    const ULONG Bytes
        = RtlpFromUnicode(nullptr, 0, nullptr, Source->Buffer, Source->Length, Upcase);
    const ULONG Room = Bytes + (Terminated ? 1 : 0);
    if (Room > MAXUSHORT)
        return STATUS_INVALID_PARAMETER_2;
    if (Allocate) {
        Destination->Buffer
            = (PCHAR)ExAllocatePoolWithTag(PagedPool, Room ? Room : 1, RTLP_STRING_TAG);
        if (!Destination->Buffer)
            return STATUS_NO_MEMORY;
        Destination->MaximumLength = (USHORT)Room;
    } else if (Room > Destination->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    RtlpFromUnicode(Destination->Buffer, Bytes, nullptr, Source->Buffer, Source->Length, Upcase);
    Destination->Length = (USHORT)Bytes;
    if (Terminated)
        Destination->Buffer[Bytes] = 0;
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

NTSTATUS NTAPI RtlMultiByteToUnicodeN(
    PWCH UnicodeString,
    ULONG MaxBytesInUnicodeString,
    PULONG BytesInUnicodeString,
    const CHAR* MultiByteString,
    ULONG BytesInMultiByteString)
{
    RtlpToUnicode(
        UnicodeString, MaxBytesInUnicodeString, BytesInUnicodeString, MultiByteString,
        BytesInMultiByteString);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeSize(
    PULONG BytesInUnicodeString, const CHAR* MultiByteString, ULONG BytesInMultiByteString)
{
    *BytesInUnicodeString
        = RtlpToUnicode(nullptr, 0, nullptr, MultiByteString, BytesInMultiByteString);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlOemToUnicodeN(
    PWSTR UnicodeString,
    ULONG MaxBytesInUnicodeString,
    PULONG BytesInUnicodeString,
    PCCH OemString,
    ULONG BytesInOemString)
{
    RtlpToUnicode(
        UnicodeString, MaxBytesInUnicodeString, BytesInUnicodeString, OemString, BytesInOemString);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUTF8ToUnicodeN(
    PWSTR UnicodeStringDestination,
    ULONG UnicodeStringMaxByteCount,
    PULONG UnicodeStringActualByteCount,
    PCCH UTF8StringSource,
    ULONG UTF8StringByteCount)
{
    const ULONG Needed = RtlpToUnicode(
        UnicodeStringDestination, UnicodeStringMaxByteCount, UnicodeStringActualByteCount,
        UTF8StringSource, UTF8StringByteCount);
    if (!UnicodeStringDestination && UnicodeStringActualByteCount)
        *UnicodeStringActualByteCount = Needed;
    return UnicodeStringDestination && Needed > UnicodeStringMaxByteCount ? STATUS_BUFFER_TOO_SMALL
                                                                          : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteN(
    PCHAR MultiByteString,
    ULONG MaxBytesInMultiByteString,
    PULONG BytesInMultiByteString,
    PCWCH UnicodeString,
    ULONG BytesInUnicodeString)
{
    RtlpFromUnicode(
        MultiByteString, MaxBytesInMultiByteString, BytesInMultiByteString, UnicodeString,
        BytesInUnicodeString, FALSE);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteSize(
    PULONG BytesInMultiByteString, PCWCH UnicodeString, ULONG BytesInUnicodeString)
{
    *BytesInMultiByteString
        = RtlpFromUnicode(nullptr, 0, nullptr, UnicodeString, BytesInUnicodeString, FALSE);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(
    PCHAR MultiByteString,
    ULONG MaxBytesInMultiByteString,
    PULONG BytesInMultiByteString,
    PCWCH UnicodeString,
    ULONG BytesInUnicodeString)
{
    RtlpFromUnicode(
        MultiByteString, MaxBytesInMultiByteString, BytesInMultiByteString, UnicodeString,
        BytesInUnicodeString, TRUE);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToOemN(
    PCHAR OemString,
    ULONG MaxBytesInOemString,
    PULONG BytesInOemString,
    PCWCH UnicodeString,
    ULONG BytesInUnicodeString)
{
    return RtlUnicodeToMultiByteN(
        OemString, MaxBytesInOemString, BytesInOemString, UnicodeString, BytesInUnicodeString);
}

NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(
    PCHAR OemString,
    ULONG MaxBytesInOemString,
    PULONG BytesInOemString,
    PCWCH UnicodeString,
    ULONG BytesInUnicodeString)
{
    return RtlUpcaseUnicodeToMultiByteN(
        OemString, MaxBytesInOemString, BytesInOemString, UnicodeString, BytesInUnicodeString);
}

NTSTATUS NTAPI RtlUnicodeToUTF8N(
    PCHAR UTF8StringDestination,
    ULONG UTF8StringMaxByteCount,
    PULONG UTF8StringActualByteCount,
    PCWCH UnicodeStringSource,
    ULONG UnicodeStringByteCount)
{
    const ULONG Needed = RtlpFromUnicode(
        UTF8StringDestination, UTF8StringMaxByteCount, UTF8StringActualByteCount,
        UnicodeStringSource, UnicodeStringByteCount, FALSE);
    if (!UTF8StringDestination && UTF8StringActualByteCount)
        *UTF8StringActualByteCount = Needed;
    return UTF8StringDestination && Needed > UTF8StringMaxByteCount ? STATUS_BUFFER_TOO_SMALL
                                                                    : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAnsiStringToUnicodeString(
    PUNICODE_STRING DestinationString, PANSI_STRING SourceString, BOOLEAN AllocateDestinationString)
{
    return RtlpToUnicodeString(DestinationString, SourceString, AllocateDestinationString);
}

NTSTATUS NTAPI RtlOemStringToUnicodeString(
    PUNICODE_STRING DestinationString, PCOEM_STRING SourceString, BOOLEAN AllocateDestinationString)
{
    return RtlpToUnicodeString(DestinationString, SourceString, AllocateDestinationString);
}

NTSTATUS NTAPI RtlOemStringToCountedUnicodeString(
    PUNICODE_STRING DestinationString, PCOEM_STRING SourceString, BOOLEAN AllocateDestinationString)
{
    return RtlpToUnicodeString(DestinationString, SourceString, AllocateDestinationString);
}

NTSTATUS NTAPI RtlUnicodeStringToAnsiString(
    PANSI_STRING DestinationString,
    PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    return RtlpFromUnicodeString(
        DestinationString, SourceString, AllocateDestinationString, FALSE, TRUE);
}

NTSTATUS NTAPI RtlUnicodeStringToOemString(
    POEM_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString)
{
    return RtlpFromUnicodeString(
        DestinationString, SourceString, AllocateDestinationString, FALSE, TRUE);
}

NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(
    POEM_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString)
{
    return RtlpFromUnicodeString(
        DestinationString, SourceString, AllocateDestinationString, FALSE, FALSE);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(
    POEM_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString)
{
    return RtlpFromUnicodeString(
        DestinationString, SourceString, AllocateDestinationString, TRUE, TRUE);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToCountedOemString(
    POEM_STRING DestinationString, PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString)
{
    return RtlpFromUnicodeString(
        DestinationString, SourceString, AllocateDestinationString, TRUE, FALSE);
}

ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING AnsiString)
{
    return RtlpToUnicode(nullptr, 0, nullptr, AnsiString->Buffer, AnsiString->Length)
        + sizeof(WCHAR);
}

ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING OemString)
{
    return RtlxAnsiStringToUnicodeSize(OemString);
}

ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString)
{
    return RtlpFromUnicode(nullptr, 0, nullptr, UnicodeString->Buffer, UnicodeString->Length, FALSE)
        + 1;
}

ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING UnicodeString)
{
    return RtlxUnicodeStringToAnsiSize(UnicodeString);
}

} // extern "C"
