// mdl.cpp - memory descriptor lists.
//
// A page frame number is the system address of the page shifted by PAGE_SHIFT: every page has
// exactly one system address (heap and cache pages their own, user pages their alias), so mapping
// locked pages is looking at the first frame. What a list describes is always contiguous in system
// space; the assertions below hold that.
#include "mi.h"

#include <rdrtrace.h>

extern "C" {

constinit LONG MiLockedMdls = 0;

namespace {

constexpr ULONG kTagMdl = 'ldmM';
// The Size field counts to 32767; longer lists carry this mark and are measured by ByteCount.
constexpr SIZE_T kMaximumSizeField = 0x7FF8;

PVOID MiSystemAddress(PVOID VirtualAddress)
{
    const ULONG_PTR Address = reinterpret_cast<ULONG_PTR>(VirtualAddress);
    if (Address >= MMP_USER_BASE && Address < MMP_USER_END) {
        return reinterpret_cast<PVOID>(Address - MMP_USER_BASE + MMP_ALIAS_BASE);
    }
    return VirtualAddress;
}

bool MiIsUserMdl(PMDL Mdl)
{
    const ULONG_PTR Address = reinterpret_cast<ULONG_PTR>(Mdl->StartVa);
    return Address >= MMP_USER_BASE && Address < MMP_USER_END;
}

} // namespace

void MiFillFrames(PMDL Mdl)
{
    const ULONG Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(Mdl), Mdl->ByteCount);
    const ULONG_PTR First
        = reinterpret_cast<ULONG_PTR>(MiSystemAddress(Mdl->StartVa)) >> PAGE_SHIFT;
    PPFN_NUMBER Frames = MmGetMdlPfnArray(Mdl);
    for (ULONG Page = 0; Page < Pages; ++Page) {
        Frames[Page] = static_cast<PFN_NUMBER>(First + Page);
    }
}

SIZE_T NTAPI MmSizeOfMdl(PVOID Base, SIZE_T Length)
{
    return sizeof(MDL) + ADDRESS_AND_SIZE_TO_SPAN_PAGES(Base, Length) * sizeof(PFN_NUMBER);
}

PMDL NTAPI MmCreateMdl(PMDL MemoryDescriptorList, PVOID Base, SIZE_T Length)
{
    PMDL Mdl = MemoryDescriptorList;
    const SIZE_T Size = MmSizeOfMdl(Base, Length);
    if (Length > MAXULONG - PAGE_SIZE) {
        return nullptr;
    }
    if (Mdl == nullptr) {
        Mdl = static_cast<PMDL>(ExAllocatePoolWithTag(NonPagedPool, Size, kTagMdl));
        if (Mdl == nullptr) {
            return nullptr;
        }
    }
    MmInitializeMdl(Mdl, Base, Length);
    Mdl->Size = static_cast<CSHORT>(Size > kMaximumSizeField ? kMaximumSizeField : Size);
    Mdl->Process = nullptr;
    Mdl->MappedSystemVa = nullptr;
    return Mdl;
}

/// Allocates a list that describes a buffer and, with Irp, hangs it at the IRP: as its MdlAddress,
/// or (SecondaryBuffer) at the end of the chain.
///
/// IRQL     <= DISPATCH_LEVEL
/// Owns     IoFreeMdl; a list that hangs at an IRP is freed with it by whoever completes the
/// transfer
PMDL NTAPI IoAllocateMdl(
    PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN ChargeQuota, PIRP Irp)
{
    (void)ChargeQuota;
    PMDL Mdl = MmCreateMdl(nullptr, VirtualAddress, Length);
    if (Mdl == nullptr || Irp == nullptr) {
        return Mdl;
    }
    if (!SecondaryBuffer) {
        Irp->MdlAddress = Mdl;
    } else {
        PMDL* Link = &Irp->MdlAddress;
        while (*Link != nullptr) {
            Link = &(*Link)->Next;
        }
        *Link = Mdl;
    }
    return Mdl;
}

VOID NTAPI IoFreeMdl(PMDL Mdl)
{
    // A partial list may have been mapped by itself. Freeing locked pages would lose the lock.
    if ((Mdl->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) != 0) {
        MmUnmapLockedPages(Mdl->MappedSystemVa, Mdl);
    }
    NT_ASSERT((Mdl->MdlFlags & MDL_PAGES_LOCKED) == 0);
    ExFreePoolWithTag(Mdl, kTagMdl);
}

VOID NTAPI IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length)
{
    const ULONG_PTR SourceStart = reinterpret_cast<ULONG_PTR>(MmGetMdlVirtualAddress(SourceMdl));
    const ULONG_PTR Start = reinterpret_cast<ULONG_PTR>(VirtualAddress);
    NT_ASSERT(Start >= SourceStart && Start <= SourceStart + SourceMdl->ByteCount);
    const ULONG Skipped = static_cast<ULONG>(Start - SourceStart);
    const ULONG Count = Length == 0 ? SourceMdl->ByteCount - Skipped : Length;
    NT_ASSERT(Count <= SourceMdl->ByteCount - Skipped);

    const ULONG Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(VirtualAddress, Count);
    NT_ASSERT(
        TargetMdl->Size == static_cast<CSHORT>(kMaximumSizeField)
        || sizeof(MDL) + Pages * sizeof(PFN_NUMBER) <= static_cast<SIZE_T>(TargetMdl->Size));
    TargetMdl->StartVa = PAGE_ALIGN(VirtualAddress);
    TargetMdl->ByteOffset = BYTE_OFFSET(VirtualAddress);
    TargetMdl->ByteCount = Count;
    TargetMdl->Process = SourceMdl->Process;
    TargetMdl->MdlFlags = static_cast<CSHORT>(
        TargetMdl->MdlFlags & (MDL_ALLOCATED_FIXED_SIZE | MDL_ALLOCATED_MUST_SUCCEED));
    TargetMdl->MdlFlags |= MDL_PARTIAL;
    if ((SourceMdl->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL) != 0) {
        TargetMdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
        TargetMdl->MappedSystemVa = static_cast<PUCHAR>(SourceMdl->MappedSystemVa) + Skipped;
    } else if ((SourceMdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0) {
        TargetMdl->MdlFlags |= MDL_PARENT_MAPPED_SYSTEM_VA | MDL_MAPPED_TO_SYSTEM_VA;
        TargetMdl->MappedSystemVa = static_cast<PUCHAR>(SourceMdl->MappedSystemVa) + Skipped;
    } else {
        TargetMdl->MappedSystemVa = nullptr;
    }
    const SIZE_T FirstPage = (reinterpret_cast<ULONG_PTR>(TargetMdl->StartVa)
                              - reinterpret_cast<ULONG_PTR>(SourceMdl->StartVa))
        >> PAGE_SHIFT;
    RtlCopyMemory(
        MmGetMdlPfnArray(TargetMdl), MmGetMdlPfnArray(SourceMdl) + FirstPage,
        Pages * sizeof(PFN_NUMBER));
}

VOID NTAPI MmBuildMdlForNonPagedPool(PMDLX MemoryDescriptorList)
{
    PMDL Mdl = MemoryDescriptorList;
    NT_ASSERT(
        (Mdl->MdlFlags
         & (MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL))
        == 0);
    NT_ASSERT(!MiIsUserMdl(Mdl));
    Mdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
    Mdl->Process = nullptr;
    Mdl->MappedSystemVa = MmGetMdlVirtualAddress(Mdl);
    MiFillFrames(Mdl);
}

/// Checks that the memory may be accessed and locks it.
///
/// IRQL     <= APC_LEVEL for user addresses, <= DISPATCH_LEVEL for nonpaged system memory
/// Errors   raises STATUS_ACCESS_VIOLATION
VOID NTAPI
MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation)
{
    PMDL Mdl = MemoryDescriptorList;
    PVOID Address = MmGetMdlVirtualAddress(Mdl);
    NT_ASSERT(Mdl->ByteCount != 0);
    NT_ASSERT(
        (Mdl->MdlFlags
         & (MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL))
        == 0);

    const bool Write = Operation != IoReadAccess;
    if ((AccessMode != KernelMode && !MmpIsUserRange(Address, Mdl->ByteCount))
        || !MmpIsRangeAccessible(Address, Mdl->ByteCount, Write)) {
        ExRaiseStatus(STATUS_ACCESS_VIOLATION);
    }
    Mdl->Process = nullptr;
    if (MiIsUserMdl(Mdl)) {
        Mdl->Process = PsGetCurrentProcess();
        MiLockUser(Address, Mdl->ByteCount, 1);
    }
    Mdl->MdlFlags |= MDL_PAGES_LOCKED;
    if (Write) {
        Mdl->MdlFlags |= MDL_WRITE_OPERATION;
    }
    MiFillFrames(Mdl);
    InterlockedIncrement(&MiLockedMdls);
}

VOID NTAPI MmProbeAndLockProcessPages(
    PMDL MemoryDescriptorList,
    PEPROCESS Process,
    KPROCESSOR_MODE AccessMode,
    LOCK_OPERATION Operation)
{
    // User addresses of all processes are distinct here, so the other process need not be attached
    // to.
    MmProbeAndLockPages(MemoryDescriptorList, AccessMode, Operation);
    if (MemoryDescriptorList->Process != nullptr) {
        MemoryDescriptorList->Process = Process;
    }
}

VOID NTAPI MmUnlockPages(PMDL MemoryDescriptorList)
{
    PMDL Mdl = MemoryDescriptorList;
    NT_ASSERT((Mdl->MdlFlags & MDL_PAGES_LOCKED) != 0);
    NT_ASSERT((Mdl->MdlFlags & (MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL)) == 0);
    if ((Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0) {
        MmUnmapLockedPages(Mdl->MappedSystemVa, Mdl);
    }
    Mdl->MdlFlags &= static_cast<CSHORT>(~(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION));
    if (Mdl->Process != nullptr) {
        MiLockUser(MmGetMdlVirtualAddress(Mdl), Mdl->ByteCount, -1);
        Mdl->Process = nullptr;
    }
    InterlockedDecrement(&MiLockedMdls);
}

/// Maps locked pages into system space. A mapping for user mode does not exist here and is refused
/// loudly.
///
/// IRQL     <= DISPATCH_LEVEL
PVOID NTAPI MmMapLockedPagesSpecifyCache(
    PMDLX MemoryDescriptorList,
    KPROCESSOR_MODE AccessMode,
    MEMORY_CACHING_TYPE CacheType,
    PVOID BaseAddress,
    ULONG BugCheckOnFailure,
    ULONG Priority)
{
    (void)CacheType;
    (void)BaseAddress;
    (void)BugCheckOnFailure;
    (void)Priority;
    PMDL Mdl = MemoryDescriptorList;
    if (AccessMode != KernelMode) {
        RdrTraceEvent(
            RdrLayerKernel, RdrEventMissing, "MmMapLockedPagesSpecifyCache(UserMode)", nullptr,
            STATUS_NOT_IMPLEMENTED, 0);
        ExRaiseStatus(STATUS_NOT_IMPLEMENTED);
    }
    NT_ASSERT((Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) == 0);
    NT_ASSERT(
        (Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_PARTIAL | MDL_SOURCE_IS_NONPAGED_POOL)) != 0);
    const PPFN_NUMBER Frames = MmGetMdlPfnArray(Mdl);
    Mdl->MappedSystemVa = reinterpret_cast<PUCHAR>(static_cast<ULONG_PTR>(Frames[0]) << PAGE_SHIFT)
        + Mdl->ByteOffset;
    Mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    if ((Mdl->MdlFlags & MDL_PARTIAL) != 0) {
        Mdl->MdlFlags |= MDL_PARTIAL_HAS_BEEN_MAPPED;
    }
    return Mdl->MappedSystemVa;
}

PVOID NTAPI MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode)
{
    return MmMapLockedPagesSpecifyCache(
        MemoryDescriptorList, AccessMode, MmCached, nullptr, TRUE, HighPagePriority);
}

VOID NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList)
{
    PMDL Mdl = MemoryDescriptorList;
    NT_ASSERT((Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0);
    NT_ASSERT((Mdl->MdlFlags & MDL_PARENT_MAPPED_SYSTEM_VA) == 0);
    NT_ASSERT(BaseAddress == Mdl->MappedSystemVa);
    (void)BaseAddress;
    Mdl->MdlFlags &= static_cast<CSHORT>(~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED));
    Mdl->MappedSystemVa = nullptr;
}

NTSTATUS NTAPI MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes)
{
    if ((Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL)) == 0
        || NumberOfBytes >= Mdl->ByteCount) {
        return STATUS_INVALID_PARAMETER_2;
    }
    // Only the part within the first page can be dropped without moving frames; more pages move the
    // array down.
    const ULONG NewOffset = Mdl->ByteOffset + NumberOfBytes;
    const ULONG PagesDropped = NewOffset >> PAGE_SHIFT;
    const ULONG Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(Mdl), Mdl->ByteCount);
    if (PagesDropped != 0) {
        PPFN_NUMBER Frames = MmGetMdlPfnArray(Mdl);
        RtlMoveMemory(Frames, Frames + PagesDropped, (Pages - PagesDropped) * sizeof(PFN_NUMBER));
    }
    Mdl->StartVa
        = static_cast<PUCHAR>(Mdl->StartVa) + (static_cast<SIZE_T>(PagesDropped) << PAGE_SHIFT);
    Mdl->ByteOffset = NewOffset & (PAGE_SIZE - 1);
    Mdl->ByteCount -= NumberOfBytes;
    if (Mdl->MappedSystemVa != nullptr) {
        Mdl->MappedSystemVa = static_cast<PUCHAR>(Mdl->MappedSystemVa) + NumberOfBytes;
    }
    return STATUS_SUCCESS;
}

/// Allocates zeroed pages that only the returned list describes. There is no physical memory to
/// choose from, so the address limits do not matter.
PMDL NTAPI MmAllocatePagesForMdlEx(
    PHYSICAL_ADDRESS LowAddress,
    PHYSICAL_ADDRESS HighAddress,
    PHYSICAL_ADDRESS SkipBytes,
    SIZE_T TotalBytes,
    MEMORY_CACHING_TYPE CacheType,
    ULONG Flags)
{
    (void)LowAddress;
    (void)HighAddress;
    (void)SkipBytes;
    (void)CacheType;
    const SIZE_T Bytes = ROUND_TO_PAGES(TotalBytes);
    if (Bytes == 0 || Bytes > MAXULONG - PAGE_SIZE) {
        return nullptr;
    }
    PVOID Pages = ExAllocatePoolWithTag(NonPagedPool, Bytes, kTagMdl);
    if (Pages == nullptr) {
        return nullptr;
    }
    NT_ASSERT(BYTE_OFFSET(Pages) == 0);
    PMDL Mdl = MmCreateMdl(nullptr, Pages, TotalBytes);
    if (Mdl == nullptr) {
        ExFreePoolWithTag(Pages, kTagMdl);
        return nullptr;
    }
    if ((Flags & MM_DONT_ZERO_ALLOCATION) == 0) {
        RtlZeroMemory(Pages, Bytes);
    }
    MiFillFrames(Mdl);
    Mdl->MdlFlags |= MDL_PAGES_LOCKED;
    InterlockedIncrement(&MiLockedMdls);
    return Mdl;
}

PMDL NTAPI MmAllocatePagesForMdl(
    PHYSICAL_ADDRESS LowAddress,
    PHYSICAL_ADDRESS HighAddress,
    PHYSICAL_ADDRESS SkipBytes,
    SIZE_T TotalBytes)
{
    return MmAllocatePagesForMdlEx(LowAddress, HighAddress, SkipBytes, TotalBytes, MmCached, 0);
}

VOID NTAPI MmFreePagesFromMdl(PMDLX MemoryDescriptorList)
{
    PMDL Mdl = MemoryDescriptorList;
    NT_ASSERT((Mdl->MdlFlags & MDL_PAGES_LOCKED) != 0 && Mdl->Process == nullptr);
    if ((Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0) {
        MmUnmapLockedPages(Mdl->MappedSystemVa, Mdl);
    }
    Mdl->MdlFlags &= static_cast<CSHORT>(~MDL_PAGES_LOCKED);
    InterlockedDecrement(&MiLockedMdls);
    ExFreePoolWithTag(Mdl->StartVa, kTagMdl);
    Mdl->StartVa = nullptr;
}

NTSTATUS NTAPI MmProtectMdlSystemAddress(PMDL MemoryDescriptorList, ULONG NewProtect)
{
    // The protection of one alias cannot differ from the page's own here; only the documented check
    // is done.
    (void)NewProtect;
    return (MemoryDescriptorList->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0 ? STATUS_SUCCESS
                                                                           : STATUS_NOT_MAPPED_VIEW;
}

} // extern "C"
