// UNICODE_STRING and STRING: initialise, compare, copy, append, hash. Lengths are bytes everywhere.
#include <ntifs.h>

#include "rtlp.h"

extern "C" {

VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    SIZE_T Bytes = SourceString ? wcslen(SourceString) * sizeof(WCHAR) : 0;
    if (Bytes > UNICODE_STRING_MAX_BYTES - sizeof(WCHAR))
        Bytes = UNICODE_STRING_MAX_BYTES - sizeof(WCHAR);
    DestinationString->Length = (USHORT)Bytes;
    DestinationString->MaximumLength = SourceString ? (USHORT)(Bytes + sizeof(WCHAR)) : 0;
    DestinationString->Buffer = (PWCH)SourceString;
}

NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    if (SourceString
        && wcslen(SourceString) * sizeof(WCHAR) > UNICODE_STRING_MAX_BYTES - sizeof(WCHAR))
        return STATUS_NAME_TOO_LONG;
    RtlInitUnicodeString(DestinationString, SourceString);
    return STATUS_SUCCESS;
}

VOID NTAPI RtlInitString(PSTRING DestinationString, PCSZ SourceString)
{
    SIZE_T Bytes = SourceString ? strlen((const char*)SourceString) : 0;
    if (Bytes > MAXUSHORT - 1)
        Bytes = MAXUSHORT - 1;
    DestinationString->Length = (USHORT)Bytes;
    DestinationString->MaximumLength = SourceString ? (USHORT)(Bytes + 1) : 0;
    DestinationString->Buffer = (PCHAR)SourceString;
}

VOID NTAPI RtlInitAnsiString(PANSI_STRING DestinationString, PCSZ SourceString)
{
    RtlInitString(DestinationString, SourceString);
}

NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING DestinationString, PCSZ SourceString)
{
    if (SourceString && strlen((const char*)SourceString) > MAXUSHORT - 1)
        return STATUS_NAME_TOO_LONG;
    RtlInitString(DestinationString, SourceString);
    return STATUS_SUCCESS;
}

LONG NTAPI RtlCompareUnicodeStrings(
    PCWCH String1,
    SIZE_T String1Length,
    PCWCH String2,
    SIZE_T String2Length,
    BOOLEAN CaseInSensitive)
{
    const SIZE_T Common = String1Length < String2Length ? String1Length : String2Length;
    for (SIZE_T Index = 0; Index < Common; Index++) {
        WCHAR Left = String1[Index];
        WCHAR Right = String2[Index];
        if (Left == Right)
            continue;
        if (CaseInSensitive) {
            Left = RtlUpcaseUnicodeChar(Left);
            Right = RtlUpcaseUnicodeChar(Right);
            if (Left == Right)
                continue;
        }
        return (LONG)Left - (LONG)Right;
    }
    return (LONG)String1Length - (LONG)String2Length;
}

LONG NTAPI
RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)
{
    return RtlCompareUnicodeStrings(
        String1->Buffer, String1->Length / sizeof(WCHAR), String2->Buffer,
        String2->Length / sizeof(WCHAR), CaseInSensitive);
}

BOOLEAN NTAPI RtlEqualUnicodeString(
    const UNICODE_STRING* String1, const UNICODE_STRING* String2, BOOLEAN CaseInSensitive)
{
    return String1->Length == String2->Length
        && RtlCompareUnicodeString(String1, String2, CaseInSensitive) == 0;
}

BOOLEAN NTAPI
RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)
{
    if (String2->Length < String1->Length)
        return FALSE;
    return RtlCompareUnicodeStrings(
               String1->Buffer, String1->Length / sizeof(WCHAR), String2->Buffer,
               String1->Length / sizeof(WCHAR), CaseInSensitive)
        == 0;
}

LONG NTAPI RtlCompareString(const PSTRING String1, const PSTRING String2, BOOLEAN CaseInSensitive)
{
    const USHORT Common = String1->Length < String2->Length ? String1->Length : String2->Length;
    for (USHORT Index = 0; Index < Common; Index++) {
        CHAR Left = String1->Buffer[Index];
        CHAR Right = String2->Buffer[Index];
        if (CaseInSensitive) {
            Left = RtlUpperChar(Left);
            Right = RtlUpperChar(Right);
        }
        if (Left != Right)
            return (LONG)(UCHAR)Left - (LONG)(UCHAR)Right;
    }
    return (LONG)String1->Length - (LONG)String2->Length;
}

BOOLEAN NTAPI RtlEqualString(const PSTRING String1, const PSTRING String2, BOOLEAN CaseInSensitive)
{
    return String1->Length == String2->Length
        && RtlCompareString(String1, String2, CaseInSensitive) == 0;
}

VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
    if (!SourceString) {
        DestinationString->Length = 0;
        return;
    }
    const USHORT Bytes = SourceString->Length < DestinationString->MaximumLength
        ? SourceString->Length
        : DestinationString->MaximumLength;
    RtlMoveMemory(DestinationString->Buffer, SourceString->Buffer, Bytes);
    DestinationString->Length = Bytes;
    if (Bytes + sizeof(WCHAR) <= DestinationString->MaximumLength)
        DestinationString->Buffer[Bytes / sizeof(WCHAR)] = 0;
}

VOID NTAPI RtlCopyString(PSTRING DestinationString, const PSTRING SourceString)
{
    if (!SourceString) {
        DestinationString->Length = 0;
        return;
    }
    const USHORT Bytes = SourceString->Length < DestinationString->MaximumLength
        ? SourceString->Length
        : DestinationString->MaximumLength;
    RtlMoveMemory(DestinationString->Buffer, SourceString->Buffer, Bytes);
    DestinationString->Length = Bytes;
}

static NTSTATUS RtlpAppend(PUNICODE_STRING Destination, PCWCH Source, SIZE_T Bytes)
{
    if (Destination->Length + Bytes > Destination->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    RtlMoveMemory((PUCHAR)Destination->Buffer + Destination->Length, Source, Bytes);
    Destination->Length = (USHORT)(Destination->Length + Bytes);
    if (Destination->Length + sizeof(WCHAR) <= Destination->MaximumLength)
        Destination->Buffer[Destination->Length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    return RtlpAppend(Destination, Source->Buffer, Source->Length);
}

NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)
{
    return Source ? RtlpAppend(Destination, Source, wcslen(Source) * sizeof(WCHAR))
                  : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendStringToString(PSTRING Destination, const STRING* Source)
{
    if (Destination->Length + Source->Length > Destination->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    RtlMoveMemory(Destination->Buffer + Destination->Length, Source->Buffer, Source->Length);
    Destination->Length = (USHORT)(Destination->Length + Source->Length);
    return STATUS_SUCCESS;
}

VOID NTAPI RtlUpperString(PSTRING DestinationString, const PSTRING SourceString)
{
    const USHORT Bytes = SourceString->Length < DestinationString->MaximumLength
        ? SourceString->Length
        : DestinationString->MaximumLength;
    for (USHORT Index = 0; Index < Bytes; Index++)
        DestinationString->Buffer[Index] = RtlUpperChar(SourceString->Buffer[Index]);
    DestinationString->Length = Bytes;
}

/// Makes the result string of a conversion: allocates it, or checks that the caller's holds `Bytes`
/// and a terminator.
///
/// IRQL     PASSIVE_LEVEL when it allocates
/// Owns     what was allocated is freed with RtlFreeUnicodeString
NTSTATUS RtlpMakeRoom(PUNICODE_STRING Destination, SIZE_T Bytes, BOOLEAN Allocate)
{
    if (Bytes > UNICODE_STRING_MAX_BYTES - sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER_2;
    if (Allocate) {
        Destination->Buffer
            = (PWCH)ExAllocatePoolWithTag(PagedPool, Bytes + sizeof(WCHAR), RTLP_STRING_TAG);
        if (!Destination->Buffer)
            return STATUS_NO_MEMORY;
        Destination->MaximumLength = (USHORT)(Bytes + sizeof(WCHAR));
    } else if (Bytes > Destination->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    Destination->Length = (USHORT)Bytes;
    if (Bytes + sizeof(WCHAR) <= Destination->MaximumLength)
        Destination->Buffer[Bytes / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeString(
    PUNICODE_STRING DestinationString,
    PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    const NTSTATUS Status
        = RtlpMakeRoom(DestinationString, SourceString->Length, AllocateDestinationString);
    if (NT_SUCCESS(Status))
        for (ULONG Index = 0; Index < SourceString->Length / sizeof(WCHAR); Index++)
            DestinationString->Buffer[Index] = RtlUpcaseUnicodeChar(SourceString->Buffer[Index]);
    return Status;
}

NTSTATUS NTAPI RtlDowncaseUnicodeString(
    PUNICODE_STRING UniDest, PCUNICODE_STRING UniSource, BOOLEAN AllocateDestinationString)
{
    const NTSTATUS Status = RtlpMakeRoom(UniDest, UniSource->Length, AllocateDestinationString);
    if (NT_SUCCESS(Status))
        for (ULONG Index = 0; Index < UniSource->Length / sizeof(WCHAR); Index++)
            UniDest->Buffer[Index] = RtlDowncaseUnicodeChar(UniSource->Buffer[Index]);
    return Status;
}

BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    UNICODE_STRING Source;
    RtlInitUnicodeString(&Source, SourceString);
    if (!NT_SUCCESS(RtlpMakeRoom(DestinationString, Source.Length, TRUE)))
        return FALSE;
    RtlCopyMemory(DestinationString->Buffer, Source.Buffer, Source.Length);
    return TRUE;
}

NTSTATUS NTAPI RtlDuplicateUnicodeString(
    ULONG Flags, PCUNICODE_STRING SourceString, PUNICODE_STRING DestinationString)
{
    if (!SourceString || !DestinationString)
        return STATUS_INVALID_PARAMETER;
    if (SourceString->Length == 0 && !(Flags & RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING)) {
        *DestinationString = {};
        return STATUS_SUCCESS;
    }
    const NTSTATUS Status = RtlpMakeRoom(DestinationString, SourceString->Length, TRUE);
    if (NT_SUCCESS(Status))
        RtlCopyMemory(DestinationString->Buffer, SourceString->Buffer, SourceString->Length);
    return Status;
}

VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING UnicodeString)
{
    if (UnicodeString->Buffer)
        ExFreePool(UnicodeString->Buffer);
    *UnicodeString = {};
}

VOID NTAPI RtlFreeAnsiString(PANSI_STRING AnsiString)
{
    if (AnsiString->Buffer)
        ExFreePool(AnsiString->Buffer);
    *AnsiString = {};
}

VOID NTAPI RtlFreeOemString(POEM_STRING OemString)
{
    RtlFreeAnsiString(OemString);
}

/// The x65599 hash over code units, upper case when asked. Source: RtlHashUnicodeString
/// (HASH_STRING_ALGORITHM_X65599).
NTSTATUS NTAPI RtlHashUnicodeString(
    const UNICODE_STRING* String, BOOLEAN CaseInSensitive, ULONG HashAlgorithm, PULONG HashValue)
{
    if (!String || !HashValue || HashAlgorithm > HASH_STRING_ALGORITHM_X65599)
        return STATUS_INVALID_PARAMETER;
    ULONG Hash = 0;
    for (ULONG Index = 0; Index < String->Length / sizeof(WCHAR); Index++)
        Hash = Hash * 65599
            + (CaseInSensitive ? RtlUpcaseUnicodeChar(String->Buffer[Index])
                               : String->Buffer[Index]);
    *HashValue = Hash;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String)
{
    if (Flags != 0)
        return STATUS_INVALID_PARAMETER;
    if (!String)
        return STATUS_SUCCESS;
    if (String->Length % sizeof(WCHAR) || String->MaximumLength % sizeof(WCHAR)
        || String->Length > String->MaximumLength)
        return STATUS_INVALID_PARAMETER;
    return !String->Buffer && String->MaximumLength ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

} // extern "C"
