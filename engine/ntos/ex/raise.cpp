// raise.cpp - exceptions that kernel code raises itself.
#include "engine/ntos/inc/kep.h"

extern "C" {

VOID NTAPI ExRaiseStatus(NTSTATUS Status)
{
    EXCEPTION_RECORD Record {};
    Record.ExceptionCode = Status;
    Record.ExceptionFlags = 1; // EXCEPTION_NONCONTINUABLE
    Record.ExceptionAddress = __builtin_return_address(0);
    RdrSehRaise(&Record);
}

VOID NTAPI ExRaiseAccessViolation(VOID)
{
    ExRaiseStatus(STATUS_ACCESS_VIOLATION);
}

VOID NTAPI ExRaiseDatatypeMisalignment(VOID)
{
    ExRaiseStatus(STATUS_DATATYPE_MISALIGNMENT);
}

} // extern "C"
