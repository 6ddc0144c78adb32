// later.cpp - routines of later kernels and odds and ends: UTF-8 strings, 64-bit numbers, one-time
// initialisation.
#include "engine/ntos/inc/kep.h"

#define RTL_TAG_STRING 'rtSR'

namespace {

// RTL_RUN_ONCE.Ptr: 0 not begun, 1 under way, else context | 2.
constexpr ULONG_PTR kUnderWay = 1;
constexpr ULONG_PTR kDone = 2;
constexpr ULONG_PTR kBits = 3;

BOOLEAN RtlpDigit(WCHAR Character, ULONG Base, PULONG Digit)
{
    ULONG Value;
    if (Character >= L'0' && Character <= L'9') {
        Value = Character - L'0';
    } else if (Character >= L'a' && Character <= L'z') {
        Value = Character - L'a' + 10u;
    } else if (Character >= L'A' && Character <= L'Z') {
        Value = Character - L'A' + 10u;
    } else {
        return FALSE;
    }
    *Digit = Value;
    return Value < Base;
}

// "0x", "0o" and "0b" choose the base when none is given.
ULONG RtlpPrefixBase(PCWCH At, ULONG Left)
{
    if (Left < 2 || At[0] != L'0') {
        return 10;
    }
    switch (At[1]) {
    case L'x':
        return 16;
    case L'o':
        return 8;
    case L'b':
        return 2;
    default:
        return 10;
    }
}

} // namespace

extern "C" {

/// Reads a number with optional blanks, sign and prefix before it. EndPointer (optional) points
/// behind what was read.
///
/// Errors   STATUS_INVALID_PARAMETER (base), STATUS_OBJECT_NAME_INVALID never; a text without
/// digits gives 0
NTSTATUS NTAPI
RtlUnicodeStringToInt64(PCUNICODE_STRING String, ULONG Base, PLONG64 Number, PWSTR* EndPointer)
{
    PCWCH At = String->Buffer;
    ULONG Left = String->Length / sizeof(WCHAR);
    BOOLEAN Negative = FALSE;
    ULONGLONG Value = 0;

    if (Base != 0 && Base != 2 && Base != 8 && Base != 10 && Base != 16) {
        return STATUS_INVALID_PARAMETER;
    }
    while (Left != 0 && *At <= L' ') {
        ++At;
        --Left;
    }
    if (Left != 0 && (*At == L'-' || *At == L'+')) {
        Negative = *At == L'-';
        ++At;
        --Left;
    }
    if (Base == 0) {
        Base = RtlpPrefixBase(At, Left);
        if (Base != 10) {
            At += 2;
            Left -= 2;
        }
    }
    for (ULONG Digit; Left != 0 && RtlpDigit(*At, Base, &Digit); ++At, --Left) {
        if (__builtin_mul_overflow(Value, Base, &Value)
            || __builtin_add_overflow(Value, Digit, &Value)) {
            return STATUS_INTEGER_OVERFLOW;
        }
    }
    *Number = static_cast<LONG64>(Negative ? 0 - Value : Value);
    if (EndPointer != nullptr) {
        *EndPointer = const_cast<PWSTR>(At);
    }
    return STATUS_SUCCESS;
}

/// Owns     with AllocateDestinationString the buffer, free with RtlFreeUnicodeString
/// Errors   STATUS_BUFFER_OVERFLOW, STATUS_NO_MEMORY, STATUS_SOME_NOT_MAPPED (malformed text became
/// U+FFFD)
NTSTATUS NTAPI RtlUTF8StringToUnicodeString(
    PUNICODE_STRING DestinationString, PUTF8_STRING SourceString, BOOLEAN AllocateDestinationString)
{
    ULONG Bytes = 0;
    NTSTATUS Status
        = RtlUTF8ToUnicodeN(nullptr, 0, &Bytes, SourceString->Buffer, SourceString->Length);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Bytes + sizeof(WCHAR) > UNICODE_STRING_MAX_BYTES) {
        return STATUS_INVALID_PARAMETER_2;
    }
    if (AllocateDestinationString) {
        DestinationString->MaximumLength = static_cast<USHORT>(Bytes + sizeof(WCHAR));
        DestinationString->Buffer = static_cast<PWCH>(
            ExAllocatePoolWithTag(PagedPool, DestinationString->MaximumLength, RTL_TAG_STRING));
        if (DestinationString->Buffer == nullptr) {
            return STATUS_NO_MEMORY;
        }
    } else if (Bytes > DestinationString->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    Status = RtlUTF8ToUnicodeN(
        DestinationString->Buffer, Bytes, &Bytes, SourceString->Buffer, SourceString->Length);
    DestinationString->Length = static_cast<USHORT>(Bytes);
    if (DestinationString->MaximumLength >= Bytes + sizeof(WCHAR)) {
        DestinationString->Buffer[Bytes / sizeof(WCHAR)] = 0;
    }
    return Status;
}

NTSTATUS NTAPI RtlUnicodeStringToUTF8String(
    PUTF8_STRING DestinationString,
    PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    ULONG Bytes = 0;
    NTSTATUS Status
        = RtlUnicodeToUTF8N(nullptr, 0, &Bytes, SourceString->Buffer, SourceString->Length);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Bytes + 1 > 0xFFFF) {
        return STATUS_INVALID_PARAMETER_2;
    }
    if (AllocateDestinationString) {
        DestinationString->MaximumLength = static_cast<USHORT>(Bytes + 1);
        DestinationString->Buffer = static_cast<PCHAR>(
            ExAllocatePoolWithTag(PagedPool, DestinationString->MaximumLength, RTL_TAG_STRING));
        if (DestinationString->Buffer == nullptr) {
            return STATUS_NO_MEMORY;
        }
    } else if (Bytes > DestinationString->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    Status = RtlUnicodeToUTF8N(
        DestinationString->Buffer, Bytes, &Bytes, SourceString->Buffer, SourceString->Length);
    DestinationString->Length = static_cast<USHORT>(Bytes);
    if (DestinationString->MaximumLength > Bytes) {
        DestinationString->Buffer[Bytes] = 0;
    }
    return Status;
}

#undef RtlSecureZeroMemory
PVOID NTAPI RtlSecureZeroMemory(PVOID Pointer, SIZE_T Bytes)
{
    RtlZeroMemory(Pointer, Bytes);
    // The compiler must believe that somebody looks.
    __asm__ volatile("" : : "r"(Pointer) : "memory");
    return Pointer;
}

VOID NTAPI RtlRunOnceInitialize(PRTL_RUN_ONCE RunOnce)
{
    RunOnce->Ptr = nullptr;
}

/// STATUS_SUCCESS: done before, *Context is its result. STATUS_PENDING: the caller does it now and
/// tells RtlRunOnceComplete. Others wait meanwhile.
///
/// IRQL     <= APC_LEVEL
NTSTATUS NTAPI RtlRunOnceBeginInitialize(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID* Context)
{
    constexpr ULONG CheckOnly = 1; // RTL_RUN_ONCE_CHECK_ONLY
    LARGE_INTEGER Pause;

    Pause.QuadPart = -10000; // 1 ms
    for (;;) {
        const ULONG_PTR Value = reinterpret_cast<ULONG_PTR>(RunOnce->Ptr);
        if ((Value & kBits) == kDone) {
            if (Context != nullptr) {
                *Context = reinterpret_cast<PVOID>(Value & ~kBits);
            }
            return STATUS_SUCCESS;
        }
        if ((Flags & CheckOnly) != 0) {
            return STATUS_UNSUCCESSFUL;
        }
        if (Value == 0) {
            RunOnce->Ptr = reinterpret_cast<PVOID>(kUnderWay);
            return STATUS_PENDING;
        }
        KeDelayExecutionThread(KernelMode, FALSE, &Pause);
    }
}

NTSTATUS NTAPI RtlRunOnceComplete(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID Context)
{
    constexpr ULONG InitFailed = 4; // RTL_RUN_ONCE_INIT_FAILED

    if (reinterpret_cast<ULONG_PTR>(RunOnce->Ptr) != kUnderWay) {
        return STATUS_UNSUCCESSFUL;
    }
    RunOnce->Ptr = (Flags & InitFailed) != 0
        ? nullptr
        : reinterpret_cast<PVOID>(reinterpret_cast<ULONG_PTR>(Context) | kDone);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlRunOnceExecuteOnce(
    PRTL_RUN_ONCE RunOnce, PRTL_RUN_ONCE_INIT_FN InitFn, PVOID Parameter, PVOID* Context)
{
    PVOID Result = nullptr;
    NTSTATUS Status = RtlRunOnceBeginInitialize(RunOnce, 0, Context);

    if (Status != STATUS_PENDING) {
        return Status;
    }
    const BOOLEAN Done = InitFn(RunOnce, Parameter, &Result) != 0;
    Status = RtlRunOnceComplete(RunOnce, Done ? 0 : 4, Result);
    if (Done && Context != nullptr) {
        *Context = Result;
    }
    return Done ? Status : STATUS_UNSUCCESSFUL;
}

} // extern "C"
