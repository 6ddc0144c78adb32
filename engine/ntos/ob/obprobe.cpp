// obprobe.cpp - buffer checks of system calls, as statuses.
//
// The only place of ob and io that uses structured exceptions: ProbeForRead and ProbeForWrite
// raise, system calls return.
#include "engine/ntos/ob/obpriv.h"

NTSTATUS
ObpProbeForRead(KPROCESSOR_MODE Mode, const volatile void* Address, SIZE_T Length, ULONG Alignment)
{
    NTSTATUS Status = STATUS_SUCCESS;

    if (Mode == KernelMode || Length == 0) {
        return Status;
    }
    __try {
        ProbeForRead(const_cast<PVOID>(Address), Length, Alignment);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
    }
    return Status;
}

NTSTATUS
ObpProbeForWrite(KPROCESSOR_MODE Mode, volatile void* Address, SIZE_T Length, ULONG Alignment)
{
    NTSTATUS Status = STATUS_SUCCESS;

    if (Mode == KernelMode || Length == 0) {
        return Status;
    }
    __try {
        ProbeForWrite(const_cast<PVOID>(Address), Length, Alignment);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
    }
    return Status;
}

/// MmProbeAndLockPages as a status.
NTSTATUS IopLockPages(PMDL Mdl, KPROCESSOR_MODE Mode, LOCK_OPERATION Operation)
{
    NTSTATUS Status = STATUS_SUCCESS;

    __try {
        MmProbeAndLockPages(Mdl, Mode, Operation);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
    }
    return Status;
}
