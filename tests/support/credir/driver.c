/* driver.c - loading, starting and connecting. */
#include "credir.h"

FAST_MUTEX CredirMutex;
CREDIR_COUNTERS CredirCounters;
ULONG CredirMode;
PRDBSS_DEVICE_OBJECT CredirDevice;
static MINIRDR_DISPATCH CredirDispatch;

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD CredirUnload;

static NTSTATUS NTAPI CredirStart(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(RxContext);
    UNREFERENCED_PARAMETER(RxDeviceObject);
    ExAcquireFastMutex(&CredirMutex);
    Status = CredirTreeCreate();
    ExReleaseFastMutex(&CredirMutex);
    return Status;
}

static NTSTATUS NTAPI CredirStop(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    UNREFERENCED_PARAMETER(RxContext);
    UNREFERENCED_PARAMETER(RxDeviceObject);
    ExAcquireFastMutex(&CredirMutex);
    CredirTreeDestroy();
    ExReleaseFastMutex(&CredirMutex);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI CredirDeviceControl(PRX_CONTEXT RxContext)
{
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    XXCTL_LOWIO_COMPONENT* Control = &LowIoContext->ParamsFor.FsCtl;

    if (RxContext->MajorFunction != IRP_MJ_DEVICE_CONTROL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    switch (Control->FsControlCode) {
    case IOCTL_CREDIR_START:
        return RxStartMinirdr(RxContext, &RxContext->PostRequest);
    case IOCTL_CREDIR_STOP:
        return RxStopMinirdr(RxContext, &RxContext->PostRequest);
    case IOCTL_CREDIR_SET_MODE:
        if (Control->InputBufferLength < sizeof(ULONG)) {
            return STATUS_INVALID_PARAMETER;
        }
        RtlCopyMemory(&CredirMode, Control->pInputBuffer, sizeof(ULONG));
        return STATUS_SUCCESS;
    case IOCTL_CREDIR_QUERY_COUNTERS:
        if (Control->OutputBufferLength < sizeof(CREDIR_COUNTERS)) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        RtlCopyMemory(Control->pOutputBuffer, &CredirCounters, sizeof(CREDIR_COUNTERS));
        RxContext->InformationToReturn = sizeof(CREDIR_COUNTERS);
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* Tells RDBSS how the attempt to reach a server ended. Runs in the process of RDBSS. */
static VOID NTAPI CredirCreateSrvCallWorker(PVOID Context)
{
    PMRX_SRVCALL_CALLBACK_CONTEXT CallbackContext = (PMRX_SRVCALL_CALLBACK_CONTEXT)Context;
    PMRX_SRVCALLDOWN_STRUCTURE Calldown = CallbackContext->SrvCalldownStructure;
    PMRX_SRV_CALL SrvCall = Calldown->SrvCall;
    UNICODE_STRING Lab = RTL_CONSTANT_STRING(L"\\lab");

    if (FlagOn(CredirMode, CREDIR_MODE_UNREACHABLE)) {
        CallbackContext->Status = STATUS_NETWORK_UNREACHABLE;
    } else if (!RtlEqualUnicodeString(SrvCall->pSrvCallName, &Lab, TRUE)) {
        CallbackContext->Status = STATUS_BAD_NETWORK_PATH;
    } else {
        CallbackContext->RecommunicateContext = SrvCall;
        CallbackContext->Status = STATUS_SUCCESS;
    }
    Calldown->CallBack(CallbackContext);
}

static NTSTATUS NTAPI
CredirCreateSrvCall(PMRX_SRV_CALL SrvCall, PMRX_SRVCALL_CALLBACK_CONTEXT CallbackContext)
{
    UNREFERENCED_PARAMETER(SrvCall);
    CredirCounters.CreateSrvCall++;
    if (IoGetCurrentProcess() == RxGetRDBSSProcess()) {
        CredirCreateSrvCallWorker(CallbackContext);
    } else {
        NTSTATUS Status = RxDispatchToWorkerThread(
            CredirDevice, DelayedWorkQueue, CredirCreateSrvCallWorker, CallbackContext);
        if (!NT_SUCCESS(Status)) {
            CallbackContext->Status = Status;
            CallbackContext->SrvCalldownStructure->CallBack(CallbackContext);
        }
    }
    return STATUS_PENDING;
}

static NTSTATUS NTAPI CredirWinnerNotify(
    PMRX_SRV_CALL SrvCall, BOOLEAN ThisMinirdrIsTheWinner, PVOID RecommunicateContext)
{
    CredirCounters.WinnerNotify++;
    if (!ThisMinirdrIsTheWinner || RecommunicateContext != SrvCall) {
        return STATUS_UNSUCCESSFUL;
    }
    SrvCall->Context = RecommunicateContext;
    SrvCall->Flags
        |= SRVCALL_FLAG_CASE_INSENSITIVE_NETROOTS | SRVCALL_FLAG_CASE_INSENSITIVE_FILENAMES;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI CredirFinalizeSrvCall(PMRX_SRV_CALL SrvCall, BOOLEAN Force)
{
    UNREFERENCED_PARAMETER(Force);
    CredirCounters.FinalizeSrvCall++;
    SrvCall->Context = NULL;
    return STATUS_SUCCESS;
}

/* \server\share\rest: the net root is \server\share. */
static VOID NTAPI CredirExtractNetRootName(
    PUNICODE_STRING FilePathName,
    PMRX_SRV_CALL SrvCall,
    PUNICODE_STRING NetRootName,
    PUNICODE_STRING RestOfName)
{
    USHORT End = SrvCall->pSrvCallName->Length / sizeof(WCHAR);
    USHORT Length = FilePathName->Length / sizeof(WCHAR);

    if (End < Length) {
        End++; /* the backslash after the server */
    }
    while (End < Length && FilePathName->Buffer[End] != L'\\') {
        End++;
    }
    NetRootName->Buffer = FilePathName->Buffer;
    NetRootName->Length = NetRootName->MaximumLength = (USHORT)(End * sizeof(WCHAR));
    if (RestOfName != NULL) {
        RestOfName->Buffer = FilePathName->Buffer + End;
        RestOfName->Length = RestOfName->MaximumLength = (USHORT)((Length - End) * sizeof(WCHAR));
    }
}

static VOID NTAPI CredirCreateVNetRootWorker(PVOID Context)
{
    PMRX_CREATENETROOT_CONTEXT CreateContext = (PMRX_CREATENETROOT_CONTEXT)Context;
    PMRX_V_NET_ROOT VNetRoot = (PMRX_V_NET_ROOT)CreateContext->pVNetRoot;
    PMRX_NET_ROOT NetRoot = VNetRoot->pNetRoot;
    UNICODE_STRING Share = *NetRoot->pNetRootName;
    USHORT Skip = NetRoot->pSrvCall->pSrvCallName->Length + sizeof(WCHAR);
    PCREDIR_NODE Root = NULL;

    CreateContext->NetRootStatus = STATUS_SUCCESS;
    CreateContext->VirtualNetRootStatus = STATUS_SUCCESS;
    if (Share.Length > Skip) {
        Share.Buffer += Skip / sizeof(WCHAR);
        Share.Length -= Skip;
        Share.MaximumLength = Share.Length;
        ExAcquireFastMutex(&CredirMutex);
        Root = CredirFindShare(&Share);
        ExReleaseFastMutex(&CredirMutex);
    }
    if (FlagOn(CredirMode, CREDIR_MODE_BAD_PASSWORD)) {
        CreateContext->NetRootStatus = CreateContext->VirtualNetRootStatus = STATUS_LOGON_FAILURE;
    } else if (Root == NULL) {
        CreateContext->NetRootStatus = CreateContext->VirtualNetRootStatus
            = STATUS_BAD_NETWORK_NAME;
    } else {
        if (NetRoot->Context == NULL) { /* a new share; otherwise one more view of a known one */
            NetRoot->Context = Root;
            NetRoot->Type = NET_ROOT_DISK;
            NetRoot->DeviceType = FILE_DEVICE_DISK;
            NetRoot->MRxNetRootState = MRX_NET_ROOT_STATE_GOOD;
        }
        VNetRoot->Context = Root;
    }
    CreateContext->Callback(CreateContext);
}

static NTSTATUS NTAPI CredirCreateVNetRoot(PMRX_CREATENETROOT_CONTEXT CreateContext)
{
    CredirCounters.CreateVNetRoot++;
    if (IoGetCurrentProcess() == RxGetRDBSSProcess()) {
        CredirCreateVNetRootWorker(CreateContext);
    } else {
        NTSTATUS Status = RxDispatchToWorkerThread(
            CredirDevice, DelayedWorkQueue, CredirCreateVNetRootWorker, CreateContext);
        if (!NT_SUCCESS(Status)) {
            CreateContext->NetRootStatus = CreateContext->VirtualNetRootStatus = Status;
            CreateContext->Callback(CreateContext);
        }
    }
    return STATUS_PENDING;
}

static NTSTATUS NTAPI CredirFinalizeVNetRoot(PMRX_V_NET_ROOT VNetRoot, PBOOLEAN Force)
{
    UNREFERENCED_PARAMETER(Force);
    CredirCounters.FinalizeVNetRoot++;
    VNetRoot->Context = NULL;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI CredirFinalizeNetRoot(PMRX_NET_ROOT NetRoot, PBOOLEAN Force)
{
    UNREFERENCED_PARAMETER(Force);
    CredirCounters.FinalizeNetRoot++;
    NetRoot->Context = NULL;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI CredirUpdateNetRootState(PMRX_NET_ROOT NetRoot)
{
    UNREFERENCED_PARAMETER(NetRoot);
    return STATUS_SUCCESS;
}

static VOID CredirFillDispatch(VOID)
{
    PMRX_CALLDOWN* LowIo = CredirDispatch.MRxLowIOSubmit;

    ZeroAndInitializeNodeType(
        &CredirDispatch, RDBSS_NTC_MINIRDR_DISPATCH, sizeof(MINIRDR_DISPATCH));
    CredirDispatch.MRxFlags = RDBSS_MANAGE_NET_ROOT_EXTENSION;
    CredirDispatch.MRxStart = CredirStart;
    CredirDispatch.MRxStop = CredirStop;
    CredirDispatch.MRxDevFcbXXXControlFile = CredirDeviceControl;
    CredirDispatch.MRxCreateSrvCall = CredirCreateSrvCall;
    CredirDispatch.MRxSrvCallWinnerNotify = CredirWinnerNotify;
    CredirDispatch.MRxFinalizeSrvCall = CredirFinalizeSrvCall;
    CredirDispatch.MRxExtractNetRootName = CredirExtractNetRootName;
    CredirDispatch.MRxCreateVNetRoot = CredirCreateVNetRoot;
    CredirDispatch.MRxFinalizeVNetRoot = CredirFinalizeVNetRoot;
    CredirDispatch.MRxFinalizeNetRoot = CredirFinalizeNetRoot;
    CredirDispatch.MRxUpdateNetRootState = CredirUpdateNetRootState;
    CredirDispatch.MRxCreate = CredirCreate;
    CredirDispatch.MRxShouldTryToCollapseThisOpen = CredirShouldTryToCollapse;
    CredirDispatch.MRxCollapseOpen = CredirCollapseOpen;
    CredirDispatch.MRxFlush = CredirFlush;
    CredirDispatch.MRxZeroExtend = CredirNothing;
    CredirDispatch.MRxTruncate = CredirNothing;
    CredirDispatch.MRxCleanupFobx = CredirCleanupFobx;
    CredirDispatch.MRxCloseSrvOpen = CredirCloseSrvOpen;
    CredirDispatch.MRxForceClosed = CredirForceClosed;
    CredirDispatch.MRxDeallocateForFcb = CredirDeallocateForFcb;
    CredirDispatch.MRxDeallocateForFobx = CredirDeallocateForFobx;
    CredirDispatch.MRxIsLockRealizable = CredirIsLockRealizable;
    CredirDispatch.MRxAreFilesAliased = CredirAreFilesAliased;
    CredirDispatch.MRxIsValidDirectory = CredirIsValidDirectory;
    CredirDispatch.MRxQueryDirectory = CredirQueryDirectory;
    CredirDispatch.MRxQueryFileInfo = CredirQueryFileInfo;
    CredirDispatch.MRxSetFileInfo = CredirSetFileInfo;
    CredirDispatch.MRxSetFileInfoAtCleanup = CredirSetFileInfo;
    CredirDispatch.MRxQueryVolumeInfo = CredirQueryVolumeInfo;
    CredirDispatch.MRxComputeNewBufferingState = CredirComputeBuffering;
    CredirDispatch.MRxCompleteBufferingStateChangeRequest = CredirBufferingChanged;
    CredirDispatch.MRxExtendForCache = CredirExtend;
    CredirDispatch.MRxExtendForNonCache = CredirExtend;
    LowIo[LOWIO_OP_READ] = CredirRead;
    LowIo[LOWIO_OP_WRITE] = CredirWrite;
    LowIo[LOWIO_OP_SHAREDLOCK] = CredirLock;
    LowIo[LOWIO_OP_EXCLUSIVELOCK] = CredirLock;
    LowIo[LOWIO_OP_UNLOCK] = CredirLock;
    LowIo[LOWIO_OP_UNLOCK_MULTIPLE] = CredirLock;
    LowIo[LOWIO_OP_FSCTL] = CredirRefuse;
    LowIo[LOWIO_OP_IOCTL] = CredirRefuse;
    LowIo[LOWIO_OP_NOTIFY_CHANGE_DIRECTORY] = CredirRefuse;
}

VOID NTAPI CredirUnload(PDRIVER_OBJECT DriverObject)
{
    RxUnregisterMinirdr(CredirDevice);
    RxUnload(DriverObject);
    ExAcquireFastMutex(&CredirMutex);
    CredirTreeDestroy();
    ExReleaseFastMutex(&CredirMutex);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\Credir");
    NTSTATUS Status;

    ExInitializeFastMutex(&CredirMutex);
    RtlZeroMemory(&CredirCounters, sizeof(CredirCounters));
    Status = RxDriverEntry(DriverObject, RegistryPath);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CredirFillDispatch();
    Status = RxRegisterMinirdr(
        &CredirDevice, DriverObject, &CredirDispatch, RX_REGISTERMINI_FLAG_DONT_PROVIDE_MAILSLOTS,
        &DeviceName, 0, FILE_DEVICE_NETWORK_FILE_SYSTEM, FILE_REMOTE_DEVICE);
    if (!NT_SUCCESS(Status)) {
        RxUnload(DriverObject);
        return Status;
    }
    DriverObject->DriverUnload = CredirUnload;
    return STATUS_SUCCESS;
}
