// driver.cpp - DriverEntry, the dispatch table, unload.
#include "minirdr/mrx/minirdr.h"

#include "minirdr/driver/minirdrctl.h"

constinit MINIRDR_GLOBALS Minirdr = {};

namespace {
DRIVER_UNLOAD Unload;

// Slots that are not named here stay NULL: RDBSS then answers STATUS_NOT_IMPLEMENTED, which is the
// truth.
VOID FillDispatch(PMINIRDR_DISPATCH Dispatch)
{
    ZeroAndInitializeNodeType(Dispatch, RDBSS_NTC_MINIRDR_DISPATCH, sizeof(MINIRDR_DISPATCH));
    Dispatch->MRxFlags = RDBSS_MANAGE_V_NET_ROOT_EXTENSION | RDBSS_MANAGE_FCB_EXTENSION
        | RDBSS_MANAGE_SRV_OPEN_EXTENSION | RDBSS_MANAGE_FOBX_EXTENSION;
    Dispatch->MRxVNetRootSize = sizeof(MINIRDR_VNETROOT);
    Dispatch->MRxFcbSize = sizeof(MINIRDR_FCB);
    Dispatch->MRxSrvOpenSize = sizeof(MINIRDR_SRVOPEN);
    Dispatch->MRxFobxSize = sizeof(MINIRDR_FOBX);

    Dispatch->MRxStart = MinirdrStart;
    Dispatch->MRxStop = MinirdrStop;
    Dispatch->MRxDevFcbXXXControlFile = MinirdrDevFcbXXXControlFile;

    Dispatch->MRxCreateSrvCall = MinirdrCreateSrvCall;
    Dispatch->MRxSrvCallWinnerNotify = MinirdrSrvCallWinnerNotify;
    Dispatch->MRxFinalizeSrvCall = MinirdrFinalizeSrvCall;
    Dispatch->MRxCreateVNetRoot = MinirdrCreateVNetRoot;
    Dispatch->MRxFinalizeVNetRoot = MinirdrFinalizeVNetRoot;
    Dispatch->MRxFinalizeNetRoot = MinirdrFinalizeNetRoot;
    Dispatch->MRxExtractNetRootName = MinirdrExtractNetRootName;

    Dispatch->MRxCreate = MinirdrCreate;
    Dispatch->MRxShouldTryToCollapseThisOpen = MinirdrShouldTryToCollapseThisOpen;
    Dispatch->MRxCollapseOpen = MinirdrCollapseOpen;
    Dispatch->MRxIsValidDirectory = MinirdrIsValidDirectory;
    Dispatch->MRxCleanupFobx = MinirdrCleanupFobx;
    Dispatch->MRxCloseSrvOpen = MinirdrCloseSrvOpen;
    Dispatch->MRxForceClosed = MinirdrForceClosed;
    Dispatch->MRxDeallocateForFcb = MinirdrDeallocateForFcb;
    Dispatch->MRxDeallocateForFobx = MinirdrDeallocateForFobx;

    Dispatch->MRxFlush = MinirdrFlush;
    Dispatch->MRxExtendForCache = MinirdrExtendForCache;
    Dispatch->MRxExtendForNonCache = MinirdrExtendForNonCache;
    Dispatch->MRxTruncate = MinirdrTruncate;
    Dispatch->MRxZeroExtend = MinirdrZeroExtend;

    Dispatch->MRxLowIOSubmit[LOWIO_OP_READ] = MinirdrRead;
    Dispatch->MRxLowIOSubmit[LOWIO_OP_WRITE] = MinirdrWrite;
    Dispatch->MRxLowIOSubmit[LOWIO_OP_SHAREDLOCK] = MinirdrLock;
    Dispatch->MRxLowIOSubmit[LOWIO_OP_EXCLUSIVELOCK] = MinirdrLock;
    Dispatch->MRxLowIOSubmit[LOWIO_OP_UNLOCK] = MinirdrLock;
    Dispatch->MRxLowIOSubmit[LOWIO_OP_UNLOCK_MULTIPLE] = MinirdrUnlockMultiple;
    Dispatch->MRxLowIOSubmit[LOWIO_OP_FSCTL] = MinirdrFsctl;
    Dispatch->MRxLowIOSubmit[LOWIO_OP_NOTIFY_CHANGE_DIRECTORY] = MinirdrNotifyChangeDirectory;
    Dispatch->MRxIsLockRealizable = MinirdrIsLockRealizable;

    Dispatch->MRxQueryDirectory = MinirdrQueryDirectory;
    Dispatch->MRxQueryFileInfo = MinirdrQueryFileInfo;
    Dispatch->MRxSetFileInfo = MinirdrSetFileInfo;
    Dispatch->MRxSetFileInfoAtCleanup = MinirdrSetFileInfoAtCleanup;
    Dispatch->MRxQueryVolumeInfo = MinirdrQueryVolumeInfo;
    Dispatch->MRxSetVolumeInfo = MinirdrSetVolumeInfo;
    Dispatch->MRxQueryEaInfo = MinirdrQueryEaInfo;
    Dispatch->MRxSetEaInfo = MinirdrSetEaInfo;
    Dispatch->MRxQuerySdInfo = MinirdrQuerySdInfo;
    Dispatch->MRxSetSdInfo = MinirdrSetSdInfo;

    Dispatch->MRxComputeNewBufferingState = MinirdrComputeNewBufferingState;
    Dispatch->MRxCompleteBufferingStateChangeRequest = MinirdrCompleteBufferingStateChangeRequest;
}

VOID FreeStoredCredentials()
{
    while (!IsListEmpty(&Minirdr.Credentials)) {
        auto* Stored = CONTAINING_RECORD(
            RemoveHeadList(&Minirdr.Credentials), MINIRDR_STORED_CREDENTIALS, Links);
        MinirdrFreeCredentials(&Stored->Credentials);
        MinirdrFree(Stored);
    }
}

NTSTATUS NTAPI Dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return RxFsdDispatch(reinterpret_cast<PRDBSS_DEVICE_OBJECT>(DeviceObject), Irp);
}

VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    UNICODE_STRING Link;
    RtlInitUnicodeString(&Link, MINIRDR_USER_DEVICE_NAME);
    IoDeleteSymbolicLink(&Link);
    RxUnregisterMinirdr(Minirdr.Device);
    RxUnload(DriverObject);
    if (Minirdr.CryptoUp)
        Smb2CryptoUninitialize();
    FreeStoredCredentials();
    RtlZeroMemory(&Minirdr, sizeof Minirdr);
}
}

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    RtlZeroMemory(&Minirdr, sizeof Minirdr);
    SleepLockInitialize(&Minirdr.Lock);
    InitializeListHead(&Minirdr.Credentials);
    Minirdr.Config = Smb2DefaultConfig;

    NTSTATUS Status = RxDriverEntry(DriverObject, RegistryPath);
    if (!NT_SUCCESS(Status))
        return Status;
    FillDispatch(&Minirdr.Dispatch);
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, MINIRDR_DEVICE_NAME);
    // Mailslots belong to one redirector of the machine, which this is not.
    Status = RxRegisterMinirdr(
        &Minirdr.Device, DriverObject, &Minirdr.Dispatch,
        RX_REGISTERMINI_FLAG_DONT_PROVIDE_MAILSLOTS, &Name, 0, FILE_DEVICE_NETWORK_FILE_SYSTEM,
        FILE_REMOTE_DEVICE);
    if (!NT_SUCCESS(Status)) {
        RxUnload(DriverObject);
        return Status;
    }
    UNICODE_STRING Link;
    RtlInitUnicodeString(&Link, MINIRDR_USER_DEVICE_NAME);
    IoCreateSymbolicLink(
        &Link, &Name); // a convenience for Win32 programs; the device works without
    for (ULONG i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; ++i)
        DriverObject->MajorFunction[i] = Dispatch;
    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
