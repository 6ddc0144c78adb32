// processor.cpp - the virtual processors: one group, one node.
#include "engine/ntos/inc/kep.h"

extern "C" {

volatile CCHAR KeNumberProcessors = 1;
ULONG KiProcessorCount = 2;
KI_NT_VERSION KiNtVersion = { 10, 0, 19041 };

void KipInitProcessors(void)
{
    KeNumberProcessors = static_cast<CCHAR>(KiProcessorCount);
}

ULONG NTAPI KeGetCurrentProcessorNumber(VOID)
{
    return KiCpu();
}

ULONG NTAPI KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber)
{
    if (ProcNumber != nullptr) {
        ProcNumber->Group = 0;
        ProcNumber->Number = static_cast<UCHAR>(KiCpu());
        ProcNumber->Reserved = 0;
    }
    return KiCpu();
}

KAFFINITY NTAPI KeQueryActiveProcessors(VOID)
{
    return (1ull << KiProcessorCount) - 1;
}

ULONG NTAPI KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors)
{
    if (ActiveProcessors != nullptr) {
        *ActiveProcessors = KeQueryActiveProcessors();
    }
    return KiProcessorCount;
}

ULONG NTAPI KeQueryActiveProcessorCountEx(USHORT GroupNumber)
{
    return GroupNumber == 0 || GroupNumber == 0xFFFF ? KiProcessorCount : 0;
}

ULONG NTAPI KeQueryMaximumProcessorCount(VOID)
{
    return KiProcessorCount;
}

ULONG NTAPI KeQueryMaximumProcessorCountEx(USHORT GroupNumber)
{
    return KeQueryActiveProcessorCountEx(GroupNumber);
}

USHORT NTAPI KeQueryActiveGroupCount(VOID)
{
    return 1;
}

USHORT NTAPI KeQueryMaximumGroupCount(VOID)
{
    return 1;
}

KAFFINITY NTAPI KeQueryGroupAffinity(USHORT GroupNumber)
{
    return GroupNumber == 0 ? KeQueryActiveProcessors() : 0;
}

USHORT NTAPI KeGetCurrentNodeNumber(VOID)
{
    return 0;
}

USHORT NTAPI KeQueryHighestNodeNumber(VOID)
{
    return 0;
}

ULONG NTAPI KeGetRecommendedSharedDataAlignment(VOID)
{
    return 64;
}

ULONG NTAPI KeGetProcessorIndexFromNumber(PPROCESSOR_NUMBER ProcNumber)
{
    return ProcNumber->Group == 0 && ProcNumber->Number < KiProcessorCount ? ProcNumber->Number
                                                                           : ~0u;
}

NTSTATUS NTAPI KeGetProcessorNumberFromIndex(ULONG ProcIndex, PPROCESSOR_NUMBER ProcNumber)
{
    if (ProcIndex >= KiProcessorCount) {
        return STATUS_INVALID_PARAMETER;
    }
    ProcNumber->Group = 0;
    ProcNumber->Number = static_cast<UCHAR>(ProcIndex);
    ProcNumber->Reserved = 0;
    return STATUS_SUCCESS;
}

// Which virtual processor dispatches a thread next is the scheduler's turn-taking; affinities are
// accepted and told back.
VOID NTAPI KeSetSystemAffinityThread(KAFFINITY Affinity)
{
    UNREFERENCED_PARAMETER(Affinity);
}

KAFFINITY NTAPI KeSetSystemAffinityThreadEx(KAFFINITY Affinity)
{
    UNREFERENCED_PARAMETER(Affinity);
    return 0;
}

VOID NTAPI KeRevertToUserAffinityThread(VOID) { }

VOID NTAPI KeRevertToUserAffinityThreadEx(KAFFINITY Affinity)
{
    UNREFERENCED_PARAMETER(Affinity);
}

UCHAR NTAPI KeSetIdealProcessorThread(PKTHREAD Thread, UCHAR Processor)
{
    UNREFERENCED_PARAMETER(Thread);
    return Processor;
}

} // extern "C"
