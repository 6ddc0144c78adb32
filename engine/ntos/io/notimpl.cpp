// notimpl.cpp - routines of the I/O and object managers that are declared but absent: the one list
// of them.
//
// Each returns STATUS_NOT_IMPLEMENTED (or NULL, FALSE, nothing, as its type wants) and says so in
// the trace, so that a driver that needs one fails loudly. The stubs ignore their arguments,
// therefore they are named to the linker only; they are weak, so a part that grows the real routine
// replaces its stub by defining it.
#include <ntifs.h>

#include <rdrtrace.h>

namespace {

NTSTATUS IopMissing(const char* Name)
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
        return IopMissing(#Name);                                                                  \
    }

// Returns NULL, FALSE or 0; also for routines without a result.
#define MISSING_NULL(Name)                                                                         \
    extern "C" __attribute__((weak, used, visibility("default")))                                  \
    PVOID Missing##Name() __asm__(#Name);                                                          \
    PVOID Missing##Name()                                                                          \
    {                                                                                              \
        (void)IopMissing(#Name);                                                                   \
        return nullptr;                                                                            \
    }

// I/O manager
MISSING_NULL(IoAcquireVpbSpinLock)
MISSING_NULL(IoAllocateController)
MISSING_NULL(IoAllocateErrorLogEntry)
MISSING(IoAllocateSfioStreamIdentifier)
MISSING(IoAssignResources)
MISSING(IoCheckFunctionAccess)
MISSING_NULL(IoCreateController)
MISSING_NULL(IoDeleteController)
MISSING(IoEnumerateRegisteredFiltersList)
MISSING_NULL(IoFastQueryNetworkAttributes)
MISSING_NULL(IoFreeController)
MISSING_NULL(IoFreeErrorLogEntry)
MISSING(IoFreeSfioStreamIdentifier)
MISSING_NULL(IoGetConfigurationInformation)
MISSING(IoGetContainerInformation)
MISSING(IoGetDeviceInterfaceAlias)
MISSING(IoGetDeviceInterfaces)
MISSING(IoGetDeviceProperty)
MISSING_NULL(IoGetDeviceToVerify)
MISSING(IoGetDiskDeviceObject)
MISSING_NULL(IoGetInitialStack)
MISSING_NULL(IoGetPagingIoPriority)
MISSING_NULL(IoGetSfioStreamIdentifier)
MISSING(IoInitializeTimer)
MISSING_NULL(IoInvalidateDeviceRelations)
MISSING_NULL(IoInvalidateDeviceState)
MISSING_NULL(IoIsFileObjectIgnoringSharing)
MISSING_NULL(IoIsValidNameGraftingBuffer)
MISSING(IoOpenDeviceInterfaceRegistryKey)
MISSING(IoOpenDeviceRegistryKey)
MISSING(IoQueryDeviceDescription)
MISSING(IoQueryFileDosDeviceName)
MISSING_NULL(IoRaiseHardError)
MISSING_NULL(IoRaiseInformationalHardError)
MISSING(IoReadDiskSignature)
MISSING_NULL(IoRegisterBootDriverReinitialization)
MISSING(IoRegisterContainerNotification)
MISSING(IoRegisterDeviceInterface)
MISSING_NULL(IoRegisterDriverReinitialization)
MISSING(IoRegisterPlugPlayNotification)
MISSING_NULL(IoReleaseVpbSpinLock)
MISSING(IoReportDetectedDevice)
MISSING(IoReportResourceForDetection)
MISSING(IoReportResourceUsage)
MISSING(IoReportTargetDeviceChange)
MISSING(IoReportTargetDeviceChangeAsynchronous)
MISSING_NULL(IoRequestDeviceEject)
MISSING(IoRequestDeviceEjectEx)
MISSING(IoSetDeviceInterfaceState)
MISSING_NULL(IoSetDeviceToVerify)
MISSING(IoSetFileObjectIgnoreSharing)
MISSING_NULL(IoSetStartIoAttributes)
MISSING_NULL(IoStartTimer)
MISSING_NULL(IoStopTimer)
MISSING_NULL(IoTranslateBusAddress)
MISSING_NULL(IoUnregisterContainerNotification)
MISSING(IoUnregisterPlugPlayNotification)
MISSING(IoUnregisterPlugPlayNotificationEx)
MISSING(IoVerifyVolume)
MISSING(IoVolumeDeviceToDosName)
MISSING(IoWMIAllocateInstanceIds)
MISSING(IoWMIDeviceObjectToInstanceName)
MISSING_NULL(IoWMIDeviceObjectToProviderId)
MISSING(IoWMIExecuteMethod)
MISSING(IoWMIHandleToInstanceName)
MISSING(IoWMIOpenBlock)
MISSING(IoWMIQueryAllData)
MISSING(IoWMIQueryAllDataMultiple)
MISSING(IoWMIQuerySingleInstance)
MISSING(IoWMIQuerySingleInstanceMultiple)
MISSING(IoWMIRegistrationControl)
MISSING(IoWMISetNotificationCallback)
MISSING(IoWMISetSingleInstance)
MISSING(IoWMISetSingleItem)
MISSING(IoWMISuggestInstanceName)
MISSING(IoWMIWriteEvent)
MISSING_NULL(IoWriteErrorLogEntry)

// Object manager
MISSING_NULL(ObGetFilterVersion)
MISSING(ObGetObjectSecurity)
MISSING(ObQueryObjectAuditingByHandle)
MISSING(ObRegisterCallbacks)
MISSING_NULL(ObReleaseObjectSecurity)
MISSING_NULL(ObUnRegisterCallbacks)

// Power
MISSING(PoRequestPowerIrp)
MISSING_NULL(PoSetPowerState)

// System calls
MISSING(NtAccessCheckAndAuditAlarm)
MISSING(NtAccessCheckByTypeAndAuditAlarm)
MISSING(NtAccessCheckByTypeResultListAndAuditAlarm)
MISSING(NtAccessCheckByTypeResultListAndAuditAlarmByHandle)
MISSING(NtAdjustGroupsToken)
MISSING(NtAdjustPrivilegesToken)
MISSING(NtAllocateVirtualMemory)
MISSING(NtCloseObjectAuditAlarm)
MISSING(NtCommitComplete)
MISSING(NtCreateSection)
MISSING(NtDeleteObjectAuditAlarm)
MISSING(NtDuplicateToken)
MISSING(NtFilterToken)
MISSING(NtFreeVirtualMemory)
MISSING(NtImpersonateAnonymousToken)
MISSING(NtOpenJobObjectToken)
MISSING(NtOpenObjectAuditAlarm)
MISSING(NtOpenProcess)
MISSING(NtOpenProcessToken)
MISSING(NtOpenProcessTokenEx)
MISSING(NtOpenThreadToken)
MISSING(NtOpenThreadTokenEx)
MISSING(NtPrePrepareComplete)
MISSING(NtPrepareComplete)
MISSING(NtPrivilegeCheck)
MISSING(NtPrivilegeObjectAuditAlarm)
MISSING(NtPrivilegedServiceAuditAlarm)
MISSING(NtPropagationComplete)
MISSING(NtPropagationFailed)
MISSING(NtQueryInformationProcess)
MISSING(NtQueryInformationToken)
MISSING(NtRollbackComplete)
MISSING(NtSetInformationThread)
MISSING(NtSetInformationToken)
MISSING(NtSinglePhaseReject)

// System calls of drivers
MISSING(ZwAccessCheckAndAuditAlarm)
MISSING(ZwAdjustPrivilegesToken)
MISSING(ZwAlertThread)
MISSING(ZwAllocateLocallyUniqueId)
MISSING(ZwAllocateVirtualMemory)
MISSING(ZwCancelTimer)
MISSING(ZwCloseObjectAuditAlarm)
MISSING(ZwCommitComplete)
MISSING(ZwCreateKeyTransacted)
MISSING(ZwCreateSection)
MISSING(ZwCreateTimer)
MISSING(ZwDisplayString)
MISSING(ZwDuplicateToken)
MISSING(ZwFlushInstructionCache)
MISSING(ZwFlushVirtualMemory)
MISSING(ZwFreeVirtualMemory)
MISSING(ZwInitiatePowerAction)
MISSING(ZwLoadDriver)
MISSING(ZwLoadKey)
MISSING(ZwMapViewOfSection)
MISSING(ZwNotifyChangeKey)
MISSING(ZwNotifyChangeMultipleKeys)
MISSING(ZwOpenKeyTransacted)
MISSING(ZwOpenKeyTransactedEx)
MISSING(ZwOpenProcess)
MISSING(ZwOpenProcessToken)
MISSING(ZwOpenProcessTokenEx)
MISSING(ZwOpenSection)
MISSING(ZwOpenThread)
MISSING(ZwOpenThreadToken)
MISSING(ZwOpenThreadTokenEx)
MISSING(ZwOpenTimer)
MISSING(ZwPowerInformation)
MISSING(ZwPrePrepareComplete)
MISSING(ZwPrepareComplete)
MISSING(ZwQueryDefaultLocale)
MISSING(ZwQueryInformationProcess)
MISSING(ZwQueryInformationToken)
MISSING(ZwQueryMultipleValueKey)
MISSING(ZwRenameKey)
MISSING(ZwReplaceKey)
MISSING(ZwRestoreKey)
MISSING(ZwRollbackComplete)
MISSING(ZwSaveKey)
MISSING(ZwSetDefaultLocale)
MISSING(ZwSetDefaultUILanguage)
MISSING(ZwSetInformationKey)
MISSING(ZwSetInformationProcess)
MISSING(ZwSetInformationThread)
MISSING(ZwSetInformationToken)
MISSING(ZwSetSystemTime)
MISSING(ZwSetTimer)
MISSING(ZwSetTimerEx)
MISSING(ZwSinglePhaseReject)
MISSING(ZwTerminateProcess)
MISSING(ZwUnloadDriver)
MISSING(ZwUnloadKey)
MISSING(ZwUnmapViewOfSection)
MISSING(ZwYieldExecution)
