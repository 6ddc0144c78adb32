// init.cpp - start and end of the memory manager, and its few global variables.
#include "mi.h"

extern "C" {

constinit PVOID MmHighestUserAddress = nullptr;
constinit PVOID MmSystemRangeStart = nullptr;
constinit ULONG64 MmUserProbeAddress = MMP_USER_END;
constinit PVOID MmBadPointer = nullptr;
constinit BOOLEAN Mm64BitPhysicalAddress = TRUE;

void MiInitSegments(void);
void MiShutdownSegments(void);

NTSTATUS MmInitSystem(void)
{
    // Memory of a world that ended in a bug check may still be mapped.
    MiHostRelease();
    if (!MiHostReserve()) {
        return STATUS_NO_MEMORY;
    }
    MmHighestUserAddress = reinterpret_cast<PVOID>(MMP_USER_END - 1);
    MmSystemRangeStart = reinterpret_cast<PVOID>(MMP_USER_END);
    // Non-canonical on the real machine; here an address that no region can contain.
    MmBadPointer = reinterpret_cast<PVOID>(0x8000DEADBEEF0000ULL);
    MiLockedMdls = 0;
    MiInitSegments();
    return STATUS_SUCCESS;
}

void MmShutdownSystem(void)
{
    MiShutdownSegments();
    MiHostRelease();
}

} // extern "C"
