// Life of the library inside one driver: RxDriverEntry, RxRegisterMinirdr, RxUnregisterMinirdr,
// RxUnload.
//
// The device of a redirector that serves UNC names must have no name of its own in the Vista model:
// MUP makes DeviceName a link to itself when the redirector starts. But it must be possible to open
// the device and ask it to start before that. So the device is created under a private name, and
// DeviceName is a link of ours to it for as long as MUP does not own that name:
//
//      registered      DeviceName -> DeviceName.rdbss (the device)         ours
//      started         DeviceName -> \Device\Mup                           MUP's
//      stopped         DeviceName -> DeviceName.rdbss                      ours
// differs: inferred; the documentation calls the device unnamed and is silent on how it is opened
// before the start.
#include "calldown.h"

RDBSS_DATA RxData;
ULONG RxExplodePoolTags = 1;
ULONG RdbssReferenceTracingValue = 0;
PVOID RxNull = nullptr;
LIST_ENTRY RxSrvCalldownList;
KMUTEX RxSerializationMutex;
KMUTEX RxScavengerMutex;
FAST_MUTEX RxLowIoPagingIoSyncMutex;
PRDBSS_DEVICE_OBJECT RxFileSystemDeviceObject;

namespace {

constexpr WCHAR RxpPrivateSuffix[] = { L'.', L'r', L'd', L'b', L's', L's' };

constinit bool RxpInitialized = false;
RDBSS_EXPORTS RxExports;
LONG RxDebugTraceIndent;

NTSTATUS NTAPI RxpDriverDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return RxFsdDispatch((PRDBSS_DEVICE_OBJECT)DeviceObject, Irp);
}

NTSTATUS RxpPrivateName(PUNICODE_STRING DeviceName, PUNICODE_STRING PrivateName)
{
    PrivateName->MaximumLength = (USHORT)(DeviceName->Length + sizeof(RxpPrivateSuffix));
    PrivateName->Length = 0;
    PrivateName->Buffer
        = (PWCH)ExAllocatePoolWithTag(RxpNonPaged, PrivateName->MaximumLength, RX_MISC_POOLTAG);
    if (PrivateName->Buffer == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(PrivateName->Buffer, DeviceName->Buffer, DeviceName->Length);
    RtlCopyMemory(
        (PUCHAR)PrivateName->Buffer + DeviceName->Length, RxpPrivateSuffix,
        sizeof(RxpPrivateSuffix));
    PrivateName->Length = PrivateName->MaximumLength;
    return STATUS_SUCCESS;
}

void RxpInitializeDeviceFcb()
{
    RtlZeroMemory(&RxDeviceFCB, sizeof(RxDeviceFCB));
    PMRX_FCB Mrx = RxpMrx(&RxDeviceFCB);
    Mrx->Header.NodeTypeCode = RDBSS_NTC_DEVICE_FCB;
    Mrx->Header.NodeByteSize = sizeof(FCB);
    Mrx->Header.IsFastIoPossible = FastIoIsNotPossible;
    Mrx->NodeReferenceCount = 1;
    InitializeListHead(&Mrx->SrvOpenList);
    RxDeviceFCB.PrivateDispatchVector = RxDeviceFCBVector;
}

} // namespace

BOOLEAN RxpIsLegacySystem()
{
    RTL_OSVERSIONINFOW Version;
    RtlZeroMemory(&Version, sizeof(Version));
    Version.dwOSVersionInfoSize = sizeof(Version);
    return NT_SUCCESS(RtlGetVersion(&Version)) && Version.dwMajorVersion < 6;
}

/// Makes DeviceName lead to the device while MUP does not own that name.
NTSTATUS RxpLinkDeviceName(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    UNICODE_STRING PrivateName;
    NTSTATUS Status = RxpPrivateName(&RxDeviceObject->DeviceName, &PrivateName);
    if (NT_SUCCESS(Status)) {
        Status = IoCreateSymbolicLink(&RxDeviceObject->DeviceName, &PrivateName);
        ExFreePoolWithTag(PrivateName.Buffer, RX_MISC_POOLTAG);
    }
    return Status;
}

void RxpUnlinkDeviceName(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    IoDeleteSymbolicLink(&RxDeviceObject->DeviceName);
}

bool RxpOwnsPrivateName(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    return RxDeviceObject->RegisterUncProvider && !RxpIsLegacySystem();
}

/// The process RDBSS was loaded in, which its worker threads belong to.
PEPROCESS NTAPI RxGetRDBSSProcess(VOID)
{
    return RxData.OurProcess;
}

/// First call of a mini-redirector: readies the library and points the driver's dispatch table to
/// it.
///
/// IRQL     PASSIVE_LEVEL, in DriverEntry
/// Errors   what readying the worker queues answers
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxdriverentry.md
NTSTATUS NTAPI RxDriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(RegistryPath);
    RtlZeroMemory(&RxData, sizeof(RxData));
    RxData.NodeByteSize = sizeof(RxData);
    RxData.DriverObject = DriverObject;
    RxData.OurProcess = PsGetCurrentProcess();
    ExInitializeFastMutex(&RxData.MinirdrRegistrationMutex);
    InitializeListHead(&RxData.RegisteredMiniRdrs);
    ExInitializeResourceLite(&RxData.Resource);
    [[maybe_unused]] UNICODE_STRING LockName = RTL_CONSTANT_STRING(L"RxData");
    RdrTraceBorn(RdrObjectResource, &RxData.Resource, 0, &LockName, nullptr);
    InitializeListHead(&RxSrvCalldownList);
    KeInitializeMutex(&RxSerializationMutex, 0);
    KeInitializeMutex(&RxScavengerMutex, 0);
    ExInitializeFastMutex(&RxLowIoPagingIoSyncMutex);
    RxExports.pRxStrucSupSpinLock = &RxStrucSupSpinLock;
    RxExports.pRxDebugTraceIndent = &RxDebugTraceIndent;
    RxpInitializeContexts();
    RxpInitializeTopLevel();
    RxpInitializeDeviceFcb();
    RxpInitializeCacheCallbacks();
    RxInitializeRxTimer();
    NTSTATUS Status = RxInitializeDispatcher();
    if (!NT_SUCCESS(Status)) {
        ExDeleteResourceLite(&RxData.Resource);
        return Status;
    }
    RxInitializeMinirdrDispatchTable(DriverObject);
    RxpInitialized = true;
    return STATUS_SUCCESS;
}

VOID NTAPI RxInitializeMinirdrDispatchTable(PDRIVER_OBJECT DriverObject)
{
    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major += 1) {
        DriverObject->MajorFunction[Major] = RxpDriverDispatch;
    }
}

/// Last call of a mini-redirector's unload routine: nothing of the library may run afterwards.
VOID NTAPI RxUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(DriverObject);
    if (!RxpInitialized) {
        return;
    }
    RxpInitialized = false;
    RxpTearDownTimers();
    RxpTearDownDispatcher();
    ExDeleteResourceLite(&RxData.Resource);
}

BOOLEAN RxpIsRegistered(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    BOOLEAN Found = FALSE;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    for (PLIST_ENTRY Link = RxData.RegisteredMiniRdrs.Flink; Link != &RxData.RegisteredMiniRdrs;
         Link = Link->Flink) {
        Found = Found
            || CONTAINING_RECORD(Link, RDBSS_DEVICE_OBJECT, MiniRdrListLinks) == RxDeviceObject;
    }
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    return Found;
}

ULONG NTAPI RxGetNetworkProviderPriority(PUNICODE_STRING DeviceName)
{
    UNREFERENCED_PARAMETER(DeviceName);
    // The order is the business of MUP, which reads ProviderOrder itself.
    return 1;
}

/// Registers a mini-redirector and creates its device.
///
/// IRQL     PASSIVE_LEVEL, in DriverEntry, after RxDriverEntry
/// Owns     the device, until RxUnregisterMinirdr
/// Errors   STATUS_INVALID_PARAMETER (DeviceObject is NULL), STATUS_OBJECT_NAME_COLLISION,
/// STATUS_INSUFFICIENT_RESOURCES,
///          STATUS_UNSUCCESSFUL
/// Source   windows-driver-docs-ddi: mrx/nf-mrx-rxregisterminirdr.md
NTSTATUS NTAPI RxRegisterMinirdr(
    PRDBSS_DEVICE_OBJECT* DeviceObject,
    PDRIVER_OBJECT DriverObject,
    PMINIRDR_DISPATCH MrdrDispatch,
    ULONG Controls,
    PUNICODE_STRING DeviceName,
    ULONG DeviceExtensionSize,
    DEVICE_TYPE DeviceType,
    ULONG DeviceCharacteristics)
{
    PAGED_CODE();
    if (DeviceObject == nullptr || DeviceName == nullptr || DeviceName->Length == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    *DeviceObject = nullptr;
    bool ProvideUncs = !FlagOn(Controls, RX_REGISTERMINI_FLAG_DONT_PROVIDE_UNCS);
    bool PrivateDevice = ProvideUncs && !RxpIsLegacySystem();
    UNICODE_STRING PrivateName = { 0, 0, nullptr };
    NTSTATUS Status;
    if (PrivateDevice && !NT_SUCCESS(Status = RxpPrivateName(DeviceName, &PrivateName))) {
        return Status;
    }
    PRDBSS_DEVICE_OBJECT RxDeviceObject = nullptr;
    Status = IoCreateDevice(
        DriverObject, sizeof(RDBSS_DEVICE_OBJECT) - sizeof(DEVICE_OBJECT) + DeviceExtensionSize,
        PrivateDevice ? &PrivateName : DeviceName, DeviceType, DeviceCharacteristics, FALSE,
        (PDEVICE_OBJECT*)&RxDeviceObject);
    if (PrivateName.Buffer != nullptr) {
        ExFreePoolWithTag(PrivateName.Buffer, RX_MISC_POOLTAG);
    }
    if (Status != STATUS_SUCCESS) {
        return Status; // also STATUS_OBJECT_NAME_EXISTS, which is informational but no success here
                       // (A37)
    }
    if (RxDeviceObject == nullptr) {
        return STATUS_UNSUCCESSFUL;
    }
    RtlZeroMemory(
        (PUCHAR)RxDeviceObject + sizeof(DEVICE_OBJECT),
        sizeof(RDBSS_DEVICE_OBJECT) - sizeof(DEVICE_OBJECT) + DeviceExtensionSize);

    RxDeviceObject->RdbssExports = &RxExports;
    RxDeviceObject->Dispatch = MrdrDispatch;
    RxDeviceObject->RegistrationControls = Controls;
    RxDeviceObject->RegisterUncProvider = ProvideUncs;
    RxDeviceObject->RegisterMailSlotProvider
        = !FlagOn(Controls, RX_REGISTERMINI_FLAG_DONT_PROVIDE_MAILSLOTS);
    RxDeviceObject->NetworkProviderPriority = RxGetNetworkProviderPriority(DeviceName);
    RxDeviceObject->DeviceName.Buffer
        = (PWCH)ExAllocatePoolWithTag(RxpNonPaged, DeviceName->Length, RX_MISC_POOLTAG);
    if (RxDeviceObject->DeviceName.Buffer == nullptr) {
        IoDeleteDevice((PDEVICE_OBJECT)RxDeviceObject);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RxDeviceObject->DeviceName.MaximumLength = DeviceName->Length;
    RtlCopyUnicodeString(&RxDeviceObject->DeviceName, DeviceName);
    KeInitializeSpinLock(&RxDeviceObject->OverflowQueueSpinLock);
    for (ULONG Queue = 0; Queue < RxMaximumWorkQueue; Queue += 1) {
        InitializeListHead(&RxDeviceObject->OverflowQueue[Queue]);
    }
    RxInitializeMRxDispatcher(RxDeviceObject);
    if (!FlagOn(Controls, RX_REGISTERMINI_FLAG_DONT_INIT_PREFIX_N_SCAVENGER)) {
        RxDeviceObject->pRxNetNameTable = &RxDeviceObject->RxNetNameTableInDeviceObject;
        RxInitializePrefixTable(RxDeviceObject->pRxNetNameTable, 0, FALSE);
        RxDeviceObject->RxNetNameTableInDeviceObject.IsNetNameTable = TRUE;
        RxDeviceObject->pRdbssScavenger = &RxDeviceObject->RdbssScavengerInDeviceObject;
        LARGE_INTEGER ScavengerTimeLimit;
        ULONG Seconds = MrdrDispatch != nullptr ? MrdrDispatch->ScavengerTimeout : 0;
        ScavengerTimeLimit.QuadPart
            = Seconds != 0 ? Seconds * RxpOneSecond : RX_SCAVENGER_FINALIZATION_TIME_INTERVAL;
        RxInitializeRdbssScavenger(RxDeviceObject->pRdbssScavenger, ScavengerTimeLimit);
    }
    RxSetRdbssState(RxDeviceObject, RDBSS_STARTABLE);

    if (PrivateDevice && !NT_SUCCESS(Status = RxpLinkDeviceName(RxDeviceObject))) {
        if (RxDeviceObject->pRxNetNameTable != nullptr) {
            RxpFinalizePrefixTable(RxDeviceObject->pRxNetNameTable);
        }
        ExFreePoolWithTag(RxDeviceObject->DeviceName.Buffer, RX_MISC_POOLTAG);
        IoDeleteDevice((PDEVICE_OBJECT)RxDeviceObject);
        return Status;
    }

    ExAcquireFastMutex(&RxData.MinirdrRegistrationMutex);
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    InsertTailList(&RxData.RegisteredMiniRdrs, &RxDeviceObject->MiniRdrListLinks);
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    RxData.NumberOfMinirdrsRegistered += 1;
    ExReleaseFastMutex(&RxData.MinirdrRegistrationMutex);

    if (!FlagOn(Controls, RX_REGISTERMINI_FLAG_DONT_INIT_DRIVER_DISPATCH)) {
        RxInitializeMinirdrDispatchTable(DriverObject);
        RxpInstallFastIo(DriverObject);
    }
    *DeviceObject = RxDeviceObject;
    return STATUS_SUCCESS;
}

/// Takes a mini-redirector's registration back: finalizes its connections, waits for its work and
/// deletes its device.
///
/// IRQL     PASSIVE_LEVEL
/// Source   windows-driver-docs-ddi: mrx/nf-mrx-rxpunregisterminirdr.md
VOID NTAPI RxpUnregisterMinirdr(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    PAGED_CODE();
    if (RxDeviceObject == nullptr) {
        return;
    }
    FsRtlEnterFileSystem();
    if (RxDeviceObject->pRxNetNameTable != nullptr) {
        RxpTerminateScavenging(RxDeviceObject);
        RxpFinalizeNetNameTable(RxDeviceObject);
    }
    FsRtlExitFileSystem();
    RxSpinDownMRxDispatcher(RxDeviceObject);

    ExAcquireFastMutex(&RxData.MinirdrRegistrationMutex);
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    RemoveEntryList(&RxDeviceObject->MiniRdrListLinks);
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    RxData.NumberOfMinirdrsRegistered -= 1;
    ExReleaseFastMutex(&RxData.MinirdrRegistrationMutex);

    if (RxpOwnsPrivateName(RxDeviceObject) && RxDeviceObject->MupHandle == nullptr) {
        RxpUnlinkDeviceName(RxDeviceObject);
    }
    if (RxDeviceObject->pRxNetNameTable != nullptr) {
        RxpFinalizePrefixTable(RxDeviceObject->pRxNetNameTable);
    }
    ExFreePoolWithTag(RxDeviceObject->DeviceName.Buffer, RX_MISC_POOLTAG);
    RxDeviceObject->DeviceName.Buffer = nullptr;
    IoDeleteDevice((PDEVICE_OBJECT)RxDeviceObject);
}

/// Lets a device that was registered after DriverEntry be opened.
VOID NTAPI RxMakeLateDeviceAvailable(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    ClearFlag(((PDEVICE_OBJECT)RxDeviceObject)->Flags, DO_DEVICE_INITIALIZING);
}
