// seh_cxx.cpp - structured exceptions in C++, and the two routines that the kernel supplies, in
// their smallest form.
#include <ntifs.h>
#define SEH_NAME(Name) Name##Cxx
#include "seh.inc"

extern "C" {

static RDR_SEH_STATE State;

PRDR_SEH_STATE NTAPI RdrSehState(VOID)
{
    return &State;
}

VOID NTAPI RdrSehUnhandled(PEXCEPTION_RECORD)
{
    __builtin_trap();
}

VOID NTAPI ExRaiseStatus(NTSTATUS Status)
{
    EXCEPTION_RECORD Record;
    memset(&Record, 0, sizeof(Record));
    Record.ExceptionCode = Status;
    RdrSehRaise(&Record);
}

NTSTATUS SehLeaveCxx(ULONG How, ULONG* Trace)
{
    return LeaveCxx(How, Trace);
}

NTSTATUS SehNestCxx(ULONG How, ULONG* Trace)
{
    return NestCxx(How, Trace);
}
}
