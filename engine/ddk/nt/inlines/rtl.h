/* rtl.h - memory, strings, luids, large integers, bit maps, security odds and ends. */
#ifndef RDR_NT_INLINES_RTL_H
#define RDR_NT_INLINES_RTL_H

#define RtlCopyMemory(Destination, Source, Length) memcpy((Destination), (Source), (Length))
#define RtlMoveMemory(Destination, Source, Length) memmove((Destination), (Source), (Length))
#define RtlZeroMemory(Destination, Length) memset((Destination), 0, (Length))
#define RtlFillMemory(Destination, Length, Fill) memset((Destination), (Fill), (Length))
#define RtlEqualMemory(Destination, Source, Length) (!memcmp((Destination), (Source), (Length)))
#define RtlCopyBytes RtlCopyMemory
#define RtlZeroBytes RtlZeroMemory
#define RtlFillBytes RtlFillMemory
#define RtlCopyMemoryNonTemporal RtlCopyMemory
#define CopyMemory RtlCopyMemory
#define MoveMemory RtlMoveMemory
#define ZeroMemory RtlZeroMemory
#define FillMemory RtlFillMemory

#define RtlEqualLuid(Luid1, Luid2) (((Luid1)->LowPart == (Luid2)->LowPart) && ((Luid1)->HighPart == (Luid2)->HighPart))
#define RtlIsZeroLuid(Luid) ((BOOLEAN)(((Luid)->LowPart | (ULONG)(Luid)->HighPart) == 0))
#define RtlOffsetToPointer(Base, Offset) ((PCHAR)(((PCHAR)(Base)) + ((ULONG_PTR)(Offset))))
#define RtlPointerToOffset(Base, Pointer) ((ULONG)(((PCHAR)(Pointer)) - ((PCHAR)(Base))))
#define RtlUshortByteSwap(x) __builtin_bswap16((USHORT)(x))
#define RtlUlongByteSwap(x) __builtin_bswap32((ULONG)(x))
#define RtlUlonglongByteSwap(x) __builtin_bswap64((ULONGLONG)(x))
#define RtlIntPtrToUnicodeString(Value, Base, String) RtlInt64ToUnicodeString((ULONGLONG)(Value), Base, String)
#define RtlUnicodeStringToAnsiSize(String) RtlxUnicodeStringToAnsiSize(String)
#define RtlAnsiStringToUnicodeSize(String) RtlxAnsiStringToUnicodeSize(String)
#define RtlUnicodeStringToOemSize(String) RtlxUnicodeStringToOemSize(String)
#define RtlOemStringToUnicodeSize(String) RtlxOemStringToUnicodeSize(String)
#define RtlOemStringToCountedUnicodeSize(String) ((ULONG)(RtlOemStringToUnicodeSize(String) - sizeof(UNICODE_NULL)))
#define RtlStoreUshort(Address, Value) __builtin_memcpy((Address), &(USHORT) { (USHORT)(Value) }, sizeof(USHORT))
#define RtlStoreUlong(Address, Value) __builtin_memcpy((Address), &(ULONG) { (ULONG)(Value) }, sizeof(ULONG))
#define RtlRetrieveUshort(Destination, Source) __builtin_memcpy((Destination), (Source), sizeof(USHORT))
#define RtlRetrieveUlong(Destination, Source) __builtin_memcpy((Destination), (Source), sizeof(ULONG))
#define RtlIsNtDdiVersionAvailable(Version) ((BOOLEAN)((Version) <= NTDDI_VERSION))

FORCEINLINE VOID RtlInitEmptyUnicodeString(PUNICODE_STRING String, PWCH Buffer, USHORT BufferSize)
{
    String->Length = 0;
    String->MaximumLength = BufferSize;
    String->Buffer = Buffer;
}

FORCEINLINE VOID RtlInitEmptyAnsiString(PANSI_STRING String, PCHAR Buffer, USHORT BufferSize)
{
    String->Length = 0;
    String->MaximumLength = BufferSize;
    String->Buffer = Buffer;
}

FORCEINLINE VOID RtlFillMemoryUlong(PVOID Destination, SIZE_T Length, ULONG Pattern)
{
    PULONG Word = (PULONG)Destination;
    for (SIZE_T Left = Length / sizeof(ULONG); Left != 0; --Left) {
        *Word++ = Pattern;
    }
}

FORCEINLINE LARGE_INTEGER RtlConvertLongToLargeInteger(LONG Value)
{
    LARGE_INTEGER Result;
    Result.QuadPart = Value;
    return Result;
}

FORCEINLINE LARGE_INTEGER RtlConvertUlongToLargeInteger(ULONG Value)
{
    LARGE_INTEGER Result;
    Result.QuadPart = (LONGLONG)(ULONGLONG)Value;
    return Result;
}

FORCEINLINE LUID RtlConvertLongToLuid(LONG Value)
{
    LUID Result;
    Result.LowPart = (ULONG)Value;
    Result.HighPart = Value < 0 ? -1 : 0;
    return Result;
}

FORCEINLINE LUID RtlConvertUlongToLuid(ULONG Value)
{
    LUID Result;
    Result.LowPart = Value;
    Result.HighPart = 0;
    return Result;
}

FORCEINLINE LARGE_INTEGER RtlLargeIntegerAdd(LARGE_INTEGER Addend1, LARGE_INTEGER Addend2)
{
    LARGE_INTEGER Result;
    Result.QuadPart = (LONGLONG)((ULONGLONG)Addend1.QuadPart + (ULONGLONG)Addend2.QuadPart);
    return Result;
}

FORCEINLINE LARGE_INTEGER RtlLargeIntegerSubtract(LARGE_INTEGER Number, LARGE_INTEGER Subtrahend)
{
    LARGE_INTEGER Result;
    Result.QuadPart = (LONGLONG)((ULONGLONG)Number.QuadPart - (ULONGLONG)Subtrahend.QuadPart);
    return Result;
}

FORCEINLINE LARGE_INTEGER RtlEnlargedIntegerMultiply(LONG Multiplicand, LONG Multiplier)
{
    LARGE_INTEGER Result;
    Result.QuadPart = (LONGLONG)Multiplicand * Multiplier;
    return Result;
}

FORCEINLINE LARGE_INTEGER RtlEnlargedUnsignedMultiply(ULONG Multiplicand, ULONG Multiplier)
{
    LARGE_INTEGER Result;
    Result.QuadPart = (LONGLONG)((ULONGLONG)Multiplicand * Multiplier);
    return Result;
}

FORCEINLINE BOOLEAN RtlCheckBit(PRTL_BITMAP BitMapHeader, ULONG BitPosition)
{
    return (BOOLEAN)((BitMapHeader->Buffer[BitPosition / 32] >> (BitPosition % 32)) & 1);
}

#define RtlParent(Links) (((PRTL_SPLAY_LINKS)(Links))->Parent)
#define RtlLeftChild(Links) (((PRTL_SPLAY_LINKS)(Links))->LeftChild)
#define RtlRightChild(Links) (((PRTL_SPLAY_LINKS)(Links))->RightChild)
#define RtlIsRoot(Links) (RtlParent(Links) == (PRTL_SPLAY_LINKS)(Links))
#define RtlIsLeftChild(Links) (RtlLeftChild(RtlParent(Links)) == (PRTL_SPLAY_LINKS)(Links))
#define RtlIsRightChild(Links) (RtlRightChild(RtlParent(Links)) == (PRTL_SPLAY_LINKS)(Links))
#define RtlInitializeSplayLinks(Links)                            \
    do {                                                          \
        PRTL_SPLAY_LINKS RdrLinks = (PRTL_SPLAY_LINKS)(Links);    \
        RdrLinks->Parent = RdrLinks;                              \
        RdrLinks->LeftChild = NULL;                               \
        RdrLinks->RightChild = NULL;                              \
    } while (0)

#define VALID_IMPERSONATION_LEVEL(Level) \
    (((Level) >= SECURITY_MIN_IMPERSONATION_LEVEL) && ((Level) <= SECURITY_MAX_IMPERSONATION_LEVEL))
#define SeLengthSid(Sid) (8 + (4 * ((SID*)(Sid))->SubAuthorityCount))
#define SeStopImpersonatingClient() PsRevertToSelf()
#define SeQuerySubjectContextToken(Context)                                                                   \
    (((PSECURITY_SUBJECT_CONTEXT)(Context))->ClientToken != NULL                                              \
            ? ((PSECURITY_SUBJECT_CONTEXT)(Context))->ClientToken                                             \
            : ((PSECURITY_SUBJECT_CONTEXT)(Context))->PrimaryToken)
#define SeDeleteClientSecurity(Context)                                   \
    do {                                                                  \
        if (SeTokenType((Context)->ClientToken) == TokenPrimary) {        \
            PsDereferencePrimaryToken((Context)->ClientToken);            \
        } else {                                                          \
            PsDereferenceImpersonationToken((Context)->ClientToken);      \
        }                                                                 \
    } while (0)

#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define ZwCurrentProcess() NtCurrentProcess()
#define NtCurrentThread() ((HANDLE)(LONG_PTR)-2)
#define ZwCurrentThread() NtCurrentThread()
#define PsGetCurrentProcess IoGetCurrentProcess
#define ObDereferenceObject ObfDereferenceObject
#define ObReferenceObject ObfReferenceObject
#define ObDereferenceObjectWithTag ObfDereferenceObjectWithTag
#define ObReferenceObjectWithTag ObfReferenceObjectWithTag

#endif
