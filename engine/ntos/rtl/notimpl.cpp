// notimpl.cpp - routines of the kernel layer, the executive support, processes, security and the
// run-time library that are declared but absent: the one list of them (io/notimpl.cpp has those of
// the I/O and object managers).
//
// Each returns STATUS_NOT_IMPLEMENTED (or NULL, FALSE, nothing, as its type wants) and says so in
// the trace. The stubs ignore their arguments, therefore they are named to the linker only; they
// are weak, so the real routine replaces its stub.
#include <ntifs.h>

#include <rdrtrace.h>

namespace {

NTSTATUS RtlpMissing(const char* Name)
{
    RdrTraceEvent(RdrLayerKernel, RdrEventMissing, Name, nullptr, STATUS_NOT_IMPLEMENTED, 0);
    DbgPrint("kernel: %s is not implemented\n", Name);
    return STATUS_NOT_IMPLEMENTED;
}

} // namespace

#define MISSING(Name)                                                                              \
    extern "C" __attribute__((weak, used, visibility("default")))                                  \
    NTSTATUS Missing##Name() __asm__(#Name);                                                       \
    NTSTATUS Missing##Name()                                                                       \
    {                                                                                              \
        return RtlpMissing(#Name);                                                                 \
    }

// Returns NULL, FALSE or 0; also for routines without a result.
#define MISSING_NULL(Name)                                                                         \
    extern "C" __attribute__((weak, used, visibility("default")))                                  \
    PVOID Missing##Name() __asm__(#Name);                                                          \
    PVOID Missing##Name()                                                                          \
    {                                                                                              \
        (void)RtlpMissing(#Name);                                                                  \
        return nullptr;                                                                            \
    }

// Kernel layer
MISSING(KdDisableDebugger)
MISSING(KdEnableDebugger)
MISSING_NULL(KeAcquireQueuedSpinLock)
MISSING_NULL(KeDeregisterBugCheckReasonCallback)
MISSING(KeDeregisterNmiCallback)
MISSING_NULL(KeDeregisterProcessorChangeCallback)
MISSING_NULL(KeFlushWriteBuffer)
MISSING_NULL(KeInvalidateAllCaches)
MISSING_NULL(KeInvalidateRangeAllCaches)
MISSING_NULL(KeIpiGenericCall)
MISSING(KeQueryDpcWatchdogInformation)
MISSING(KeQueryHardwareCounterConfiguration)
MISSING(KeQueryLogicalProcessorRelationship)
MISSING_NULL(KeQueryNodeActiveAffinity)
MISSING_NULL(KeQueryNodeMaximumProcessorCount)
MISSING_NULL(KeQueryOwnerMutant)
MISSING_NULL(KeQueryRuntimeThread)
MISSING_NULL(KeQueryTotalCycleTimeProcess)
MISSING_NULL(KeQueryTotalCycleTimeThread)
MISSING_NULL(KeRegisterBugCheckReasonCallback)
MISSING_NULL(KeRegisterNmiCallback)
MISSING_NULL(KeRegisterProcessorChangeCallback)
MISSING_NULL(KeReleaseQueuedSpinLock)
MISSING_NULL(KeRevertToUserGroupAffinityThread)
MISSING(KeSetHardwareCounterConfiguration)
MISSING_NULL(KeSetKernelStackSwapEnable)
MISSING_NULL(KeSetSystemGroupAffinityThread)
MISSING_NULL(KeSynchronizeExecution)
MISSING_NULL(KeTryToAcquireQueuedSpinLock)

// Executive support
MISSING_NULL(ExAcquireRundownProtectionCacheAware)
MISSING_NULL(ExAcquireRundownProtectionCacheAwareEx)
MISSING_NULL(ExAdjustLookasideDepth)
MISSING_NULL(ExAllocateCacheAwareRundownProtection)
MISSING_NULL(ExAllocateTimer)
MISSING_NULL(ExCancelTimer)
MISSING(ExCreateCallback)
MISSING_NULL(ExDeleteTimer)
MISSING_NULL(ExFreeCacheAwareRundownProtection)
MISSING_NULL(ExInitializeRundownProtectionCacheAware)
MISSING_NULL(ExNotifyCallback)
MISSING_NULL(ExReInitializeRundownProtectionCacheAware)
MISSING_NULL(ExRegisterCallback)
MISSING_NULL(ExReleaseRundownProtectionCacheAware)
MISSING_NULL(ExReleaseRundownProtectionCacheAwareEx)
MISSING_NULL(ExRundownCompletedCacheAware)
MISSING_NULL(ExSetTimer)
MISSING_NULL(ExSizeOfRundownProtectionCacheAware)
MISSING_NULL(ExUnregisterCallback)
MISSING_NULL(ExWaitForRundownProtectionReleaseCacheAware)

// Processes
MISSING(PsRemoveLoadImageNotifyRoutine)
MISSING_NULL(PsSetCurrentThreadPrefetching)
MISSING(PsSetLoadImageNotifyRoutine)
MISSING(PsWrapApcWow64Thread)

// Security
MISSING_NULL(SeAccessCheckFromState)
MISSING_NULL(SeAuditHardLinkCreation)
MISSING_NULL(SeAuditingAnyFileEventsWithContext)
MISSING_NULL(SeAuditingFileEventsWithContext)
MISSING_NULL(SeAuditingHardLinkEvents)
MISSING_NULL(SeAuditingHardLinkEventsWithContext)
MISSING_NULL(SeComputeAutoInheritByObjectType)
MISSING_NULL(SeDeleteObjectAuditAlarm)
MISSING_NULL(SeExamineGlobalSacl)
MISSING_NULL(SeExamineSacl)
MISSING(SeFilterToken)
MISSING(SeLocateProcessImageName)
MISSING_NULL(SeMaximumAuditMaskFromGlobalSacl)
MISSING_NULL(SeObjectCreateSaclAccessBits)
MISSING_NULL(SeOpenObjectForDeleteAuditAlarm)
MISSING_NULL(SeQueryTokenIntegrity)
MISSING(SeReportSecurityEvent)
MISSING(SeReportSecurityEventWithSubCategory)
MISSING(SeSetAuditParameter)

// Registry
MISSING(CmRegisterCallback)

// Run-time library
MISSING_NULL(DbgPrintReturnControlC)
MISSING_NULL(DbgPrompt)
MISSING(DbgQueryDebugFilterState)
MISSING(DbgSetDebugFilterState)
MISSING(DbgSetDebugPrintCallback)
MISSING_NULL(PfxFindPrefix)
MISSING_NULL(PfxInitialize)
MISSING_NULL(PfxInsertPrefix)
MISSING_NULL(PfxRemovePrefix)
MISSING(RtlAddAce)
MISSING_NULL(RtlAllocateHeap)
MISSING_NULL(RtlCaptureContext)
MISSING_NULL(RtlCaptureStackBackTrace)
MISSING_NULL(RtlCmDecodeMemIoResource)
MISSING(RtlCmEncodeMemIoResource)
MISSING_NULL(RtlCompareAltitudes)
MISSING(RtlCompressBuffer)
MISSING_NULL(RtlCreateHeap)
MISSING(RtlCreateSecurityDescriptorRelative)
MISSING(RtlCreateServiceSid)
MISSING(RtlCreateSystemVolumeInformationFolder)
MISSING(RtlCreateVirtualAccountSid)
MISSING(RtlDecompressBuffer)
MISSING(RtlDecompressChunks)
MISSING(RtlDecompressFragment)
MISSING(RtlDescribeChunk)
MISSING_NULL(RtlDestroyHeap)
MISSING_NULL(RtlEnumerateGenericTableLikeADirectory)
MISSING_NULL(RtlFindClearRuns)
MISSING(RtlFindClosestEncodableLength)
MISSING_NULL(RtlFindLastBackwardRunClear)
MISSING_NULL(RtlFindUnicodePrefix)
MISSING_NULL(RtlFreeHeap)
MISSING(RtlGenerate8dot3Name)
MISSING(RtlGetCompressionWorkSpaceSize)
MISSING_NULL(RtlGetProductInfo)
MISSING(RtlIdnToAscii)
MISSING(RtlIdnToNameprepUnicode)
MISSING(RtlIdnToUnicode)
MISSING_NULL(RtlInitializeUnicodePrefix)
MISSING_NULL(RtlInsertUnicodePrefix)
MISSING_NULL(RtlIoDecodeMemIoResource)
MISSING(RtlIoEncodeMemIoResource)
MISSING_NULL(RtlIsNameLegalDOS8Dot3)
MISSING(RtlIsNormalizedString)
MISSING_NULL(RtlIsValidOemCharacter)
MISSING_NULL(RtlLookupFirstMatchingElementGenericTableAvl)
MISSING_NULL(RtlNextUnicodePrefix)
MISSING(RtlNormalizeString)
MISSING_NULL(RtlNtStatusToDosError)
MISSING_NULL(RtlNtStatusToDosErrorNoTeb)
MISSING_NULL(RtlRemoveUnicodePrefix)
MISSING(RtlReplaceSidInSd)
MISSING(RtlReserveChunk)
MISSING(RtlSelfRelativeToAbsoluteSD)
MISSING(RtlVerifyVersionInfo)
MISSING(RtlVolumeDeviceToDosName)
MISSING_NULL(RtlWalkFrameChain)
MISSING_NULL(VerSetConditionMask)
