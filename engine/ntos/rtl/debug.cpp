// DbgPrint and its kin: the text goes to the run's report and to the trace. Version and product
// queries.
#include <ntifs.h>

#include "engine/ntos/inc/kep.h"

namespace {

constexpr size_t RtlpDebugBytes = 400;

void RtlpPrint(PCSTR Format, va_list Arguments)
{
    char Text[RtlpDebugBytes + 1];
    int Length = _vsnprintf(Text, RtlpDebugBytes, Format, Arguments);
    if (Length < 0)
        Length = RtlpDebugBytes;
    while (Length > 0 && (Text[Length - 1] == '\n' || Text[Length - 1] == '\r'))
        Length--;
    Text[Length] = 0;
    KiPrint(Text);
}

} // namespace

extern "C" {

ULONG NTAPI DbgPrint(PCSTR Format, ...)
{
    va_list Arguments;
    va_start(Arguments, Format);
    RtlpPrint(Format, Arguments);
    va_end(Arguments);
    return STATUS_SUCCESS;
}

ULONG NTAPI DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    UNREFERENCED_PARAMETER(ComponentId);
    UNREFERENCED_PARAMETER(Level);
    va_list Arguments;
    va_start(Arguments, Format);
    RtlpPrint(Format, Arguments);
    va_end(Arguments);
    return STATUS_SUCCESS;
}

/// No debugger is attached: a breakpoint is a bug check, so that it is seen.
VOID NTAPI DbgBreakPoint(VOID)
{
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)STATUS_BREAKPOINT, 0, 0, 0);
}

VOID NTAPI DbgBreakPointWithStatus(ULONG Status)
{
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)STATUS_BREAKPOINT, Status, 0, 0);
}

VOID NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message)
{
    char Text[RtlpDebugBytes];
    _snprintf(
        Text, sizeof Text - 1, "assertion failed: %s (%s:%u) %s", (const char*)FailedAssertion,
        (const char*)FileName, LineNumber, Message ? Message : "");
    Text[sizeof Text - 1] = 0;
    KiBugCheckNote(
        Text, KMODE_EXCEPTION_NOT_HANDLED, (ULONG)STATUS_ASSERTION_FAILURE, 0, LineNumber, 0);
}

/// The system that the world plays: Windows 10 version 2004, the level of the headers, or Windows
/// Server 2003.
NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation)
{
    lpVersionInformation->dwMajorVersion = KiNtVersion.Major;
    lpVersionInformation->dwMinorVersion = KiNtVersion.Minor;
    lpVersionInformation->dwBuildNumber = KiNtVersion.Build;
    lpVersionInformation->dwPlatformId = 2; // VER_PLATFORM_WIN32_NT
    lpVersionInformation->szCSDVersion[0] = 0;
    return STATUS_SUCCESS;
}

} // extern "C"
