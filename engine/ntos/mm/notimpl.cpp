// notimpl.cpp - routines of mm, cc and fsrtl that are declared but absent: the one list of them.
//
// Each returns STATUS_NOT_IMPLEMENTED (or NULL, FALSE, nothing, as its type wants) and says so in
// the trace, so that a driver that needs one fails loudly. Besides these, CcGetDirtyPages and
// CcGetLsnForFileObject answer zero (no file system of this machine logs) and
// MmMapLockedPagesSpecifyCache refuses mappings for user mode, both with the same event.
#include <ntifs.h>

#include <rdrtrace.h>

namespace {

NTSTATUS MiMissing(const char* Name)
{
    RdrTraceEvent(RdrLayerKernel, RdrEventMissing, Name, nullptr, STATUS_NOT_IMPLEMENTED, 0);
    DbgPrint("kernel: %s is not implemented\n", Name);
    return STATUS_NOT_IMPLEMENTED;
}

} // namespace

// The stubs ignore their arguments, therefore they are named to the linker only.
#define MISSING(Name)                                                                              \
    extern "C" __attribute__((weak, used, visibility("default")))                                  \
    NTSTATUS Missing##Name() __asm__(#Name);                                                       \
    NTSTATUS Missing##Name()                                                                       \
    {                                                                                              \
        return MiMissing(#Name);                                                                   \
    }
#define MISSING_NULL(Name)                                                                         \
    extern "C" __attribute__((weak, used, visibility("default")))                                  \
    PVOID Missing##Name() __asm__(#Name);                                                          \
    PVOID Missing##Name()                                                                          \
    {                                                                                              \
        (void)MiMissing(#Name);                                                                    \
        return nullptr;                                                                            \
    }

// Physical memory and devices on a bus: this machine has neither.
MISSING(MmAddPhysicalMemory)
MISSING(MmCreateMirror)
MISSING(MmRemovePhysicalMemory)
MISSING(MmRotatePhysicalView)
MISSING(MmMapUserAddressesToPage)
MISSING_NULL(MmAllocateContiguousMemorySpecifyCacheNode)
MISSING_NULL(MmGetPhysicalMemoryRanges)
MISSING_NULL(MmIsIoSpaceActive)
MISSING_NULL(MmMapIoSpace)
MISSING_NULL(MmUnmapIoSpace)
MISSING_NULL(MmMapVideoDisplay)
MISSING_NULL(MmUnmapVideoDisplay)

// Mappings
MISSING_NULL(MmAllocateMappingAddress)
MISSING_NULL(MmFreeMappingAddress)
MISSING_NULL(MmMapLockedPagesWithReservedMapping)
MISSING_NULL(MmUnmapReservedMapping)
MISSING_NULL(MmSecureVirtualMemory)
MISSING_NULL(MmUnsecureVirtualMemory)
MISSING(MmMapViewInSessionSpace)
MISSING(MmMapViewInSystemSpace)
MISSING(MmUnmapViewInSessionSpace)
MISSING(MmUnmapViewInSystemSpace)
MISSING(MmPrefetchPages)
MISSING(MmAddVerifierThunks)
MISSING(NtCreateSection)
MISSING(NtOpenSection)
MISSING(NtMapViewOfSection)
MISSING(NtUnmapViewOfSection)
MISSING(ZwCreateSection)
MISSING(ZwOpenSection)
MISSING(ZwMapViewOfSection)
MISSING(ZwUnmapViewOfSection)

// File system run-time library
MISSING(FsRtlChangeBackingFileObject)
MISSING(FsRtlCreateSectionForDataScan)
MISSING(FsRtlGetVirtualDiskNestingLevel)
MISSING(FsRtlQueryMaximumVirtualDiskNestingLevel)
MISSING(FsRtlLogCcFlushError)
MISSING(FsRtlNotifyStreamFileObject)
MISSING(FsRtlNotifyVolumeEvent)
MISSING(FsRtlNotifyVolumeEventEx)
MISSING(FsRtlRegisterFileSystemFilterCallbacks)

// Oplocks of the read/write/handle kind (oplock.cpp has the older ones)
MISSING(FsRtlOplockBreakH)
MISSING(FsRtlOplockBreakToNone)
MISSING(FsRtlOplockBreakToNoneEx)
MISSING_NULL(FsRtlOplockIsSharedRequest)
MISSING_NULL(FsRtlOplockKeysEqual)
