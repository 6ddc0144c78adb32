// probe.cpp - questions about addresses: probes, validity, exports, and the facts a driver may ask
// about the machine.
#include "mi.h"

extern "C" {

void MmpProbeCopy(const volatile void* Address, SIZE_T Length, BOOLEAN Write)
{
    // Only user addresses can go bad under a careful driver; system buffers are its own
    // responsibility.
    const ULONG_PTR Start = reinterpret_cast<ULONG_PTR>(Address);
    if (Start < MMP_USER_END && !MmpIsRangeAccessible(Address, Length, Write)) {
        ExRaiseStatus(STATUS_ACCESS_VIOLATION);
    }
}

/// Checks that a range lies in user space and is aligned.
///
/// differs: the memory is looked at here and now; the real routine checks the range only and leaves
/// the rest to the fault at the first touch, which this machine could not turn into an exception.
///
/// Errors   raises STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT
VOID NTAPI ProbeForRead(const VOID* Address, SIZE_T Length, ULONG Alignment)
{
    PAGED_CODE();
    NT_ASSERT(
        Alignment == 1 || Alignment == 2 || Alignment == 4 || Alignment == 8 || Alignment == 16);
    if (Length == 0) {
        return;
    }
    if ((reinterpret_cast<ULONG_PTR>(Address) & (Alignment - 1)) != 0) {
        ExRaiseDatatypeMisalignment();
    }
    if (!MmpIsUserRange(Address, Length) || !MmpIsRangeAccessible(Address, Length, FALSE)) {
        ExRaiseAccessViolation();
    }
}

VOID NTAPI ProbeForWrite(PVOID Address, SIZE_T Length, ULONG Alignment)
{
    PAGED_CODE();
    NT_ASSERT(
        Alignment == 1 || Alignment == 2 || Alignment == 4 || Alignment == 8 || Alignment == 16);
    if (Length == 0) {
        return;
    }
    if ((reinterpret_cast<ULONG_PTR>(Address) & (Alignment - 1)) != 0) {
        ExRaiseDatatypeMisalignment();
    }
    if (!MmpIsUserRange(Address, Length) || !MmpIsRangeAccessible(Address, Length, TRUE)) {
        ExRaiseAccessViolation();
    }
}

BOOLEAN NTAPI MmIsAddressValid(PVOID VirtualAddress)
{
    return MmpIsRangeAccessible(VirtualAddress, 1, FALSE);
}

BOOLEAN NTAPI MmIsNonPagedSystemAddressValid(PVOID VirtualAddress)
{
    return !MmpIsUserRange(VirtualAddress, 1) && MmpIsRangeAccessible(VirtualAddress, 1, FALSE);
}

/// Finds an exported kernel routine by name.
///
/// IRQL     PASSIVE_LEVEL
/// Errors   NULL when the kernel has no such routine
PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
    PAGED_CODE();
    CHAR Name[128];
    const USHORT Length = SystemRoutineName->Length / sizeof(WCHAR);
    if (Length == 0 || Length >= RTL_NUMBER_OF(Name)) {
        return nullptr;
    }
    for (USHORT Index = 0; Index < Length; ++Index) {
        if (SystemRoutineName->Buffer[Index] >= 0x80) {
            return nullptr;
        }
        Name[Index] = static_cast<CHAR>(SystemRoutineName->Buffer[Index]);
    }
    Name[Length] = '\0';
    return MiFindExport(Name);
}

PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID BaseAddress)
{
    PHYSICAL_ADDRESS Physical;
    const ULONG_PTR Address = reinterpret_cast<ULONG_PTR>(BaseAddress);
    Physical.QuadPart = static_cast<LONGLONG>(
        Address >= MMP_USER_BASE && Address < MMP_USER_END
            ? Address - MMP_USER_BASE + MMP_ALIAS_BASE
            : Address);
    return Physical;
}

PVOID NTAPI MmGetVirtualForPhysical(PHYSICAL_ADDRESS PhysicalAddress)
{
    return reinterpret_cast<PVOID>(static_cast<ULONG_PTR>(PhysicalAddress.QuadPart));
}

MM_SYSTEMSIZE NTAPI MmQuerySystemSize(VOID)
{
    return MmMediumSystem;
}

BOOLEAN NTAPI MmIsThisAnNtAsSystem(VOID)
{
    return FALSE;
}

// Driver images are never paged out: locking their sections has nothing to do and always works.
PVOID NTAPI MmLockPagableDataSection(PVOID AddressWithinSection)
{
    return AddressWithinSection;
}

VOID NTAPI MmLockPagableSectionByHandle(PVOID ImageSectionHandle)
{
    (void)ImageSectionHandle;
}

VOID NTAPI MmUnlockPagableImageSection(PVOID ImageSectionHandle)
{
    (void)ImageSectionHandle;
}

PVOID NTAPI MmPageEntireDriver(PVOID AddressWithinSection)
{
    return AddressWithinSection;
}

VOID NTAPI MmResetDriverPaging(PVOID AddressWithinSection)
{
    (void)AddressWithinSection;
}

LOGICAL NTAPI MmIsDriverVerifying(struct _DRIVER_OBJECT* DriverObject)
{
    (void)DriverObject;
    return FALSE;
}

LOGICAL NTAPI MmIsDriverVerifyingByAddress(PVOID AddressWithinSection)
{
    (void)AddressWithinSection;
    return FALSE;
}

NTSTATUS NTAPI MmIsVerifierEnabled(PULONG VerifierFlags)
{
    *VerifierFlags = 0;
    return STATUS_NOT_SUPPORTED;
}

// Contiguity is a matter of physical pages; every allocation is as contiguous as this machine can
// tell.
PVOID NTAPI
MmAllocateContiguousMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    (void)HighestAcceptableAddress;
    return ExAllocatePoolWithTag(NonPagedPool, ROUND_TO_PAGES(NumberOfBytes), 'tnoC');
}

PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(
    SIZE_T NumberOfBytes,
    PHYSICAL_ADDRESS LowestAcceptableAddress,
    PHYSICAL_ADDRESS HighestAcceptableAddress,
    PHYSICAL_ADDRESS BoundaryAddressMultiple,
    MEMORY_CACHING_TYPE CacheType)
{
    (void)LowestAcceptableAddress;
    (void)BoundaryAddressMultiple;
    (void)CacheType;
    return MmAllocateContiguousMemory(NumberOfBytes, HighestAcceptableAddress);
}

VOID NTAPI MmFreeContiguousMemory(PVOID BaseAddress)
{
    ExFreePoolWithTag(BaseAddress, 'tnoC');
}

VOID NTAPI MmFreeContiguousMemorySpecifyCache(
    PVOID BaseAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType)
{
    (void)NumberOfBytes;
    (void)CacheType;
    MmFreeContiguousMemory(BaseAddress);
}

PVOID NTAPI MmAllocateNonCachedMemory(SIZE_T NumberOfBytes)
{
    return ExAllocatePoolWithTag(NonPagedPool, ROUND_TO_PAGES(NumberOfBytes), 'tnoC');
}

VOID NTAPI MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T NumberOfBytes)
{
    (void)NumberOfBytes;
    ExFreePoolWithTag(BaseAddress, 'tnoC');
}

} // extern "C"
