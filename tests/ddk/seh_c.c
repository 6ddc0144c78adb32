/* seh_c.c - structured exceptions in C. */
#include <ntifs.h>
#define SEH_NAME(Name) Name##C
#include "seh.inc"

NTSTATUS SehLeaveC(ULONG How, ULONG* Trace);
NTSTATUS SehNestC(ULONG How, ULONG* Trace);
NTSTATUS SehLeaveC(ULONG How, ULONG* Trace)
{
    return LeaveC(How, Trace);
}
NTSTATUS SehNestC(ULONG How, ULONG* Trace)
{
    return NestC(How, Trace);
}
ULONG SehFramesLeft(VOID);
ULONG SehFramesLeft(VOID)
{
    return RdrSehState()->Top != NULL;
}
