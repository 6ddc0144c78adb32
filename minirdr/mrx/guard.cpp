// guard.cpp - the one file with structured exceptions: copying from and to addresses a user gave
// us.
#include "minirdr/mrx/minirdr.h"

#include <rdrseh.h>

NTSTATUS MinirdrCopyFromCaller(PVOID To, const VOID* From, SIZE_T Bytes, KPROCESSOR_MODE Mode)
{
    volatile NTSTATUS Status = STATUS_SUCCESS;
    __try {
        if (Mode != KernelMode)
            ProbeForRead(const_cast<PVOID>(From), Bytes, 1);
        RtlCopyMemory(To, From, Bytes);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
    }
    return Status;
}

NTSTATUS MinirdrCopyToCaller(PVOID To, const VOID* From, SIZE_T Bytes, KPROCESSOR_MODE Mode)
{
    volatile NTSTATUS Status = STATUS_SUCCESS;
    __try {
        if (Mode != KernelMode)
            ProbeForWrite(To, Bytes, 1);
        RtlCopyMemory(To, From, Bytes);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
    }
    return Status;
}
