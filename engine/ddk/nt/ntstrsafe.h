/* ntstrsafe.h - bounded string routines. Every one of them terminates its destination; a result that does not fit is cut and
 * answered with STATUS_BUFFER_OVERFLOW. */
#ifndef _NTSTRSAFE_H_INCLUDED_
#define _NTSTRSAFE_H_INCLUDED_

#include "ntdef.h"
#include "ntstatus.h"
#include "crt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NTSTRSAFE_MAX_CCH 2147483647
#define NTSTRSAFE_UNICODE_STRING_MAX_CCH (0xffff / sizeof(WCHAR))
typedef char* NTSTRSAFE_PSTR;
typedef const char* NTSTRSAFE_PCSTR;
typedef WCHAR* NTSTRSAFE_PWSTR;
typedef const WCHAR* NTSTRSAFE_PCWSTR;

#define RDR_STRSAFE(Suffix, Char, Length, Format)                                                                         \
    FORCEINLINE NTSTATUS RtlStringCchLength##Suffix(const Char* String, size_t MaximumCount, size_t* Count)               \
    {                                                                                                                     \
        size_t Found = String == NULL ? MaximumCount : 0;                                                                 \
        while (Found < MaximumCount && String[Found] != 0) {                                                              \
            Found++;                                                                                                      \
        }                                                                                                                 \
        if (Count != NULL) {                                                                                              \
            *Count = Found < MaximumCount ? Found : 0;                                                                    \
        }                                                                                                                 \
        return Found < MaximumCount ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;                                          \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCbLength##Suffix(const Char* String, size_t MaximumBytes, size_t* Bytes)                \
    {                                                                                                                     \
        size_t Count = 0;                                                                                                 \
        NTSTATUS Status = RtlStringCchLength##Suffix(String, MaximumBytes / sizeof(Char), &Count);                        \
        if (Bytes != NULL) {                                                                                              \
            *Bytes = Count * sizeof(Char);                                                                                \
        }                                                                                                                 \
        return Status;                                                                                                    \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCchCopyN##Suffix(Char* Destination, size_t Room, const Char* Source, size_t Count)      \
    {                                                                                                                     \
        size_t Index = 0;                                                                                                 \
        if (Room == 0 || Room > NTSTRSAFE_MAX_CCH) {                                                                      \
            return STATUS_INVALID_PARAMETER;                                                                              \
        }                                                                                                                 \
        while (Index < Count && Source[Index] != 0 && Index + 1 < Room) {                                                 \
            Destination[Index] = Source[Index];                                                                           \
            Index++;                                                                                                      \
        }                                                                                                                 \
        Destination[Index] = 0;                                                                                           \
        return Index < Count && Source[Index] != 0 ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;                             \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCchCopy##Suffix(Char* Destination, size_t Room, const Char* Source)                     \
    {                                                                                                                     \
        return RtlStringCchCopyN##Suffix(Destination, Room, Source, NTSTRSAFE_MAX_CCH);                                   \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCbCopy##Suffix(Char* Destination, size_t Bytes, const Char* Source)                     \
    {                                                                                                                     \
        return RtlStringCchCopyN##Suffix(Destination, Bytes / sizeof(Char), Source, NTSTRSAFE_MAX_CCH);                   \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCbCopyN##Suffix(Char* Destination, size_t Bytes, const Char* Source, size_t Count)      \
    {                                                                                                                     \
        return RtlStringCchCopyN##Suffix(Destination, Bytes / sizeof(Char), Source, Count / sizeof(Char));                \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCchCatN##Suffix(Char* Destination, size_t Room, const Char* Source, size_t Count)       \
    {                                                                                                                     \
        size_t Used = 0;                                                                                                  \
        NTSTATUS Status = RtlStringCchLength##Suffix(Destination, Room, &Used);                                           \
        return !NT_SUCCESS(Status) ? Status                                                                               \
                                   : RtlStringCchCopyN##Suffix(Destination + Used, Room - Used, Source, Count);           \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCchCat##Suffix(Char* Destination, size_t Room, const Char* Source)                      \
    {                                                                                                                     \
        return RtlStringCchCatN##Suffix(Destination, Room, Source, NTSTRSAFE_MAX_CCH);                                    \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCbCat##Suffix(Char* Destination, size_t Bytes, const Char* Source)                      \
    {                                                                                                                     \
        return RtlStringCchCatN##Suffix(Destination, Bytes / sizeof(Char), Source, NTSTRSAFE_MAX_CCH);                    \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCbCatN##Suffix(Char* Destination, size_t Bytes, const Char* Source, size_t Count)       \
    {                                                                                                                     \
        return RtlStringCchCatN##Suffix(Destination, Bytes / sizeof(Char), Source, Count / sizeof(Char));                 \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCchVPrintf##Suffix(Char* Destination, size_t Room, const Char* Text, va_list Arguments) \
    {                                                                                                                     \
        int Written;                                                                                                      \
        if (Room == 0 || Room > NTSTRSAFE_MAX_CCH) {                                                                      \
            return STATUS_INVALID_PARAMETER;                                                                              \
        }                                                                                                                 \
        Written = Format(Destination, Room - 1, Text, Arguments);                                                         \
        if (Written < 0 || (size_t)Written >= Room) {                                                                     \
            Destination[Room - 1] = 0;                                                                                    \
            return STATUS_BUFFER_OVERFLOW;                                                                                \
        }                                                                                                                 \
        Destination[Written] = 0;                                                                                         \
        return STATUS_SUCCESS;                                                                                            \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCbVPrintf##Suffix(Char* Destination, size_t Bytes, const Char* Text, va_list Arguments) \
    {                                                                                                                     \
        return RtlStringCchVPrintf##Suffix(Destination, Bytes / sizeof(Char), Text, Arguments);                           \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCchPrintf##Suffix(Char* Destination, size_t Room, const Char* Text, ...)                \
    {                                                                                                                     \
        NTSTATUS Status;                                                                                                  \
        va_list Arguments;                                                                                                \
        va_start(Arguments, Text);                                                                                        \
        Status = RtlStringCchVPrintf##Suffix(Destination, Room, Text, Arguments);                                         \
        va_end(Arguments);                                                                                                \
        return Status;                                                                                                    \
    }                                                                                                                     \
    FORCEINLINE NTSTATUS RtlStringCbPrintf##Suffix(Char* Destination, size_t Bytes, const Char* Text, ...)                \
    {                                                                                                                     \
        NTSTATUS Status;                                                                                                  \
        va_list Arguments;                                                                                                \
        va_start(Arguments, Text);                                                                                        \
        Status = RtlStringCchVPrintf##Suffix(Destination, Bytes / sizeof(Char), Text, Arguments);                         \
        va_end(Arguments);                                                                                                \
        return Status;                                                                                                    \
    }

RDR_STRSAFE(A, char, rdr_strlen, rdr_vsnprintf)
RDR_STRSAFE(W, WCHAR, rdr_wcslen, rdr_vsnwprintf)

FORCEINLINE NTSTATUS RtlUnicodeStringInit(PUNICODE_STRING DestinationString, const WCHAR* Source)
{
    size_t Count = 0;

    DestinationString->Length = 0;
    DestinationString->MaximumLength = 0;
    DestinationString->Buffer = NULL;
    if (Source != NULL) {
        if (!NT_SUCCESS(RtlStringCchLengthW(Source, NTSTRSAFE_UNICODE_STRING_MAX_CCH, &Count))) {
            return STATUS_INVALID_PARAMETER;
        }
        DestinationString->Length = (USHORT)(Count * sizeof(WCHAR));
        DestinationString->MaximumLength = (USHORT)((Count + 1) * sizeof(WCHAR));
        DestinationString->Buffer = (PWSTR)Source;
    }
    return STATUS_SUCCESS;
}

FORCEINLINE NTSTATUS RdrUnicodeStringAppend(PUNICODE_STRING DestinationString, const WCHAR* Source, size_t Bytes)
{
    size_t Room = (size_t)(DestinationString->MaximumLength - DestinationString->Length);
    size_t Taken = Bytes <= Room ? Bytes : Room & ~(size_t)1;

    __builtin_memmove((PUCHAR)DestinationString->Buffer + DestinationString->Length, Source, Taken);
    DestinationString->Length = (USHORT)(DestinationString->Length + Taken);
    return Taken == Bytes ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

FORCEINLINE NTSTATUS RtlUnicodeStringCopy(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
    DestinationString->Length = 0;
    return RdrUnicodeStringAppend(DestinationString, SourceString->Buffer, SourceString->Length);
}

FORCEINLINE NTSTATUS RtlUnicodeStringCat(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
    return RdrUnicodeStringAppend(DestinationString, SourceString->Buffer, SourceString->Length);
}

FORCEINLINE NTSTATUS RtlUnicodeStringCopyString(PUNICODE_STRING DestinationString, const WCHAR* Source)
{
    DestinationString->Length = 0;
    return RdrUnicodeStringAppend(DestinationString, Source, rdr_wcslen(Source) * sizeof(WCHAR));
}

FORCEINLINE NTSTATUS RtlUnicodeStringCatString(PUNICODE_STRING DestinationString, const WCHAR* Source)
{
    return RdrUnicodeStringAppend(DestinationString, Source, rdr_wcslen(Source) * sizeof(WCHAR));
}

FORCEINLINE NTSTATUS RtlUnicodeStringVPrintf(PUNICODE_STRING DestinationString, const WCHAR* Text, va_list Arguments)
{
    size_t Room = DestinationString->MaximumLength / sizeof(WCHAR);
    int Written = rdr_vsnwprintf(DestinationString->Buffer, Room, Text, Arguments);

    if (Written < 0 || (size_t)Written > Room) {
        DestinationString->Length = (USHORT)(Room * sizeof(WCHAR));
        return STATUS_BUFFER_OVERFLOW;
    }
    DestinationString->Length = (USHORT)((size_t)Written * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

FORCEINLINE NTSTATUS RtlUnicodeStringPrintf(PUNICODE_STRING DestinationString, const WCHAR* Text, ...)
{
    NTSTATUS Status;
    va_list Arguments;

    va_start(Arguments, Text);
    Status = RtlUnicodeStringVPrintf(DestinationString, Text, Arguments);
    va_end(Arguments);
    return Status;
}

#ifdef __cplusplus
}
#endif

#endif
