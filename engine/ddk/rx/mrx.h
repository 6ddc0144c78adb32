/* mrx.h - what a mini-redirector registers: the dispatch table, its routine types and their contexts. */
#ifndef RDR_MRX_H
#define RDR_MRX_H

#include "mrxfcb.h"
#include "rxworkq.h"
#include "prefix.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RX_REGISTERMINI_FLAG_DONT_PROVIDE_UNCS 0x00000001
#define RX_REGISTERMINI_FLAG_DONT_PROVIDE_MAILSLOTS 0x00000002
#define RX_REGISTERMINI_FLAG_DONT_INIT_DRIVER_DISPATCH 0x00000004
#define RX_REGISTERMINI_FLAG_DONT_INIT_PREFIX_N_SCAVENGER 0x00000008
#define LOWIO_CONTEXT_FLAG_SYNCCALL 0x01
#define LOWIO_CONTEXT_FLAG_SAVEUNLOCKS 0x2
#define LOWIO_CONTEXT_FLAG_LOUDOPS 0x04
#define LOWIO_CONTEXT_FLAG_CAN_COMPLETE_AT_DPC_LEVEL 0x08
#define LOWIO_READWRITEFLAG_PAGING_IO 0x01
#define LOWIO_READWRITEFLAG_EXTENDING_FILESIZE 0x02
#define LOWIO_READWRITEFLAG_EXTENDING_VDL 0x04
#define RDBSS_MANAGE_SRV_CALL_EXTENSION 0x01
#define RDBSS_MANAGE_NET_ROOT_EXTENSION 0x02
#define RDBSS_MANAGE_V_NET_ROOT_EXTENSION 0x04
#define RDBSS_MANAGE_FCB_EXTENSION 0x08
#define RDBSS_MANAGE_SRV_OPEN_EXTENSION 0x10
#define RDBSS_MANAGE_FOBX_EXTENSION 0x20
#define RDBSS_NO_DEFERRED_CACHE_READAHEAD 0x1000

typedef LONGLONG RXVBO;

typedef enum _RX_BLOCK_CONDITION {
    Condition_Uninitialized = 0,
    Condition_InTransition = 1,
    Condition_Closing = 2,
    Condition_Good = 3,
    Condition_Bad = 4,
    Condition_Closed = 5
} RX_BLOCK_CONDITION, *PRX_BLOCK_CONDITION;

typedef enum _LOWIO_OPS {
    LOWIO_OP_READ = 0x0,
    LOWIO_OP_WRITE = 0x1,
    LOWIO_OP_SHAREDLOCK = 0x2,
    LOWIO_OP_EXCLUSIVELOCK = 0x3,
    LOWIO_OP_UNLOCK = 0x4,
    LOWIO_OP_UNLOCK_MULTIPLE = 0x5,
    LOWIO_OP_FSCTL = 0x6,
    LOWIO_OP_IOCTL = 0x7,
    LOWIO_OP_NOTIFY_CHANGE_DIRECTORY = 0x8,
    LOWIO_OP_CLEAROUT = 0x9,
    LOWIO_OP_MAXIMUM = 0xa
} LOWIO_OPS;

typedef NTSTATUS (NTAPI *PMRX_CALLDOWN)(PRX_CONTEXT RxContext);
typedef NTSTATUS (NTAPI *PMRX_CALLDOWN_CTX)(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject);
typedef NTSTATUS (NTAPI *PMRX_CHKDIR_CALLDOWN)(PRX_CONTEXT RxContext, PUNICODE_STRING DirectoryName);
typedef NTSTATUS (NTAPI *PMRX_CHKFCB_CALLDOWN)(PFCB Fcb1, PFCB Fcb2);
typedef VOID (NTAPI *PMRX_NETROOT_CALLBACK)(PMRX_CREATENETROOT_CONTEXT CreateContext);
typedef VOID (NTAPI *PMRX_EXTRACT_NETROOT_NAME)(
    PUNICODE_STRING FilePathName, PMRX_SRV_CALL SrvCall, PUNICODE_STRING NetRootName,
    PUNICODE_STRING RestOfName);
typedef NTSTATUS (NTAPI *PMRX_CREATE_V_NET_ROOT)(PMRX_CREATENETROOT_CONTEXT Context);
typedef NTSTATUS (NTAPI *PMRX_UPDATE_NETROOT_STATE)(PMRX_NET_ROOT NetRoot);
typedef VOID (NTAPI *PMRX_SRVCALL_CALLBACK)(PMRX_SRVCALL_CALLBACK_CONTEXT Context);
typedef NTSTATUS (NTAPI *PMRX_CREATE_SRVCALL)(
    PMRX_SRV_CALL SrvCall, PMRX_SRVCALL_CALLBACK_CONTEXT SrvCallCallBackContext);
typedef NTSTATUS (NTAPI *PMRX_SRVCALL_WINNER_NOTIFY)(
    PMRX_SRV_CALL SrvCall, BOOLEAN ThisMinirdrIsTheWinner, PVOID RecommunicateContext);
typedef NTSTATUS (NTAPI *PMRX_DEALLOCATE_FOR_FCB)(PMRX_FCB Fcb);
typedef NTSTATUS (NTAPI *PMRX_DEALLOCATE_FOR_FOBX)(PMRX_FOBX Fobx);
typedef NTSTATUS (NTAPI *PMRX_IS_LOCK_REALIZABLE)(
    PMRX_FCB Fcb, PLARGE_INTEGER ByteOffset, PLARGE_INTEGER Length, ULONG LowIoLockFlags);
typedef NTSTATUS (NTAPI *PMRX_FORCECLOSED_CALLDOWN)(PMRX_SRV_OPEN SrvOpen);
typedef NTSTATUS (NTAPI *PMRX_FINALIZE_SRVCALL_CALLDOWN)(PMRX_SRV_CALL SrvCall, BOOLEAN Force);
typedef NTSTATUS (NTAPI *PMRX_FINALIZE_V_NET_ROOT_CALLDOWN)(PMRX_V_NET_ROOT VirtualNetRoot, PBOOLEAN Force);
typedef NTSTATUS (NTAPI *PMRX_FINALIZE_NET_ROOT_CALLDOWN)(PMRX_NET_ROOT NetRoot, PBOOLEAN Force);
typedef ULONG (NTAPI *PMRX_EXTENDFILE_CALLDOWN)(
    PRX_CONTEXT RxContext, PLARGE_INTEGER NewFileSize, PLARGE_INTEGER NewAllocationSize);
typedef NTSTATUS (NTAPI *PMRX_CHANGE_BUFFERING_STATE_CALLDOWN)(
    PRX_CONTEXT RxContext, PMRX_SRV_OPEN SrvOpen, PVOID MRxContext);
typedef NTSTATUS (NTAPI *PMRX_PREPARSE_NAME)(PRX_CONTEXT RxContext, PUNICODE_STRING Name);
typedef NTSTATUS (NTAPI *PMRX_GET_CONNECTION_ID)(PRX_CONTEXT RxContext, PRX_CONNECTION_ID UniqueId);
typedef NTSTATUS (NTAPI *PMRX_COMPUTE_NEW_BUFFERING_STATE)(
    PMRX_SRV_OPEN SrvOpen, PVOID MRxContext, PULONG NewBufferingState);
typedef NTSTATUS (NTAPI *PLOWIO_COMPLETION_ROUTINE)(PRX_CONTEXT RxContext);

typedef struct _MRX_CREATENETROOT_CONTEXT {
    PRX_CONTEXT RxContext;
    PV_NET_ROOT pVNetRoot;
    KEVENT FinishEvent;
    NTSTATUS VirtualNetRootStatus;
    NTSTATUS NetRootStatus;
    RX_WORK_QUEUE_ITEM WorkQueueItem;
    PMRX_NETROOT_CALLBACK Callback;
} MRX_CREATENETROOT_CONTEXT, *PMRX_CREATENETROOT_CONTEXT;

typedef struct _MRX_SRVCALL_CALLBACK_CONTEXT {
    PMRX_SRVCALLDOWN_STRUCTURE SrvCalldownStructure;
    ULONG CallbackContextOrdinal;
    PRDBSS_DEVICE_OBJECT RxDeviceObject;
    NTSTATUS Status;
    PVOID RecommunicateContext;
} MRX_SRVCALL_CALLBACK_CONTEXT, *PMRX_SRVCALL_CALLBACK_CONTEXT;

typedef struct _MRX_SRVCALLDOWN_STRUCTURE {
    KEVENT FinishEvent;
    LIST_ENTRY SrvCalldownList;
    PRX_CONTEXT RxContext;
    PMRX_SRV_CALL SrvCall;
    PMRX_SRVCALL_CALLBACK CallBack;
    BOOLEAN CalldownCancelled;
    ULONG NumberRemaining;
    ULONG NumberToWait;
    ULONG BestFinisherOrdinal;
    PRDBSS_DEVICE_OBJECT BestFinisher;
    MRX_SRVCALL_CALLBACK_CONTEXT CallbackContexts[1];
} MRX_SRVCALLDOWN_STRUCTURE, *PMRX_SRVCALLDOWN_STRUCTURE;

typedef struct _LOWIO_LOCK_LIST {
    struct _LOWIO_LOCK_LIST *Next;
    ULONG LockNumber;
    RXVBO ByteOffset;
    LONGLONG Length;
    BOOLEAN ExclusiveLock;
    ULONG Key;
} LOWIO_LOCK_LIST, *PLOWIO_LOCK_LIST;

typedef struct _XXCTL_LOWIO_COMPONENT {
    ULONG Flags;
    union {
        ULONG FsControlCode;
        ULONG IoControlCode;
    };
    ULONG InputBufferLength;
    PVOID pInputBuffer;
    ULONG OutputBufferLength;
    PVOID pOutputBuffer;
    UCHAR MinorFunction;
} XXCTL_LOWIO_COMPONENT, *PXXCTL_LOWIO_COMPONENT;

typedef struct _LOWIO_CONTEXT {
    USHORT Operation;
    USHORT Flags;
    PLOWIO_COMPLETION_ROUTINE CompletionRoutine;
    PERESOURCE Resource;
    ERESOURCE_THREAD ResourceThreadId;
    union {
        struct {
            ULONG Flags;
            PMDL Buffer;
            RXVBO ByteOffset;
            ULONG ByteCount;
            ULONG Key;
            PNON_PAGED_FCB NonPagedFcb;
        } ReadWrite;
        struct {
            union {
                PLOWIO_LOCK_LIST LockList;
                LONGLONG Length;
            };
            ULONG Flags;
            RXVBO ByteOffset;
            ULONG Key;
        } Locks;
        XXCTL_LOWIO_COMPONENT FsCtl;
        XXCTL_LOWIO_COMPONENT IoCtl;
        struct {
            BOOLEAN WatchTree;
            ULONG CompletionFilter;
            ULONG NotificationBufferLength;
            PVOID pNotificationBuffer;
        } NotifyChangeDirectory;
    } ParamsFor;
} LOWIO_CONTEXT, *PLOWIO_CONTEXT;

typedef struct _MINIRDR_DISPATCH {
    NODE_TYPE_CODE NodeTypeCode;
    NODE_BYTE_SIZE NodeByteSize;
    ULONG MRxFlags;
    ULONG MRxSrvCallSize;
    ULONG MRxNetRootSize;
    ULONG MRxVNetRootSize;
    ULONG MRxFcbSize;
    ULONG MRxSrvOpenSize;
    ULONG MRxFobxSize;
    PMRX_CALLDOWN_CTX MRxStart;
    PMRX_CALLDOWN_CTX MRxStop;
    PMRX_CALLDOWN MRxCancel;
    PMRX_CALLDOWN MRxCreate;
    PMRX_CALLDOWN MRxCollapseOpen;
    PMRX_CALLDOWN MRxShouldTryToCollapseThisOpen;
    PMRX_CALLDOWN MRxFlush;
    PMRX_CALLDOWN MRxZeroExtend;
    PMRX_CALLDOWN MRxTruncate;
    PMRX_CALLDOWN MRxCleanupFobx;
    PMRX_CALLDOWN MRxCloseSrvOpen;
    PMRX_DEALLOCATE_FOR_FCB MRxDeallocateForFcb;
    PMRX_DEALLOCATE_FOR_FOBX MRxDeallocateForFobx;
    PMRX_IS_LOCK_REALIZABLE MRxIsLockRealizable;
    PMRX_FORCECLOSED_CALLDOWN MRxForceClosed;
    PMRX_CHKFCB_CALLDOWN MRxAreFilesAliased;
    PMRX_CALLDOWN MRxOpenPrintFile;
    PMRX_CALLDOWN MRxClosePrintFile;
    PMRX_CALLDOWN MRxWritePrintFile;
    PMRX_CALLDOWN MRxEnumeratePrintQueue;
    PMRX_CALLDOWN MRxClosedSrvOpenTimeOut;
    PMRX_CALLDOWN MRxClosedFcbTimeOut;
    PMRX_CALLDOWN MRxQueryDirectory;
    PMRX_CALLDOWN MRxQueryFileInfo;
    PMRX_CALLDOWN MRxSetFileInfo;
    PMRX_CALLDOWN MRxSetFileInfoAtCleanup;
    PMRX_CALLDOWN MRxQueryEaInfo;
    PMRX_CALLDOWN MRxSetEaInfo;
    PMRX_CALLDOWN MRxQuerySdInfo;
    PMRX_CALLDOWN MRxSetSdInfo;
    PMRX_CALLDOWN MRxQueryQuotaInfo;
    PMRX_CALLDOWN MRxSetQuotaInfo;
    PMRX_CALLDOWN MRxQueryVolumeInfo;
    PMRX_CALLDOWN MRxSetVolumeInfo;
    PMRX_CHKDIR_CALLDOWN MRxIsValidDirectory;
    PMRX_COMPUTE_NEW_BUFFERING_STATE MRxComputeNewBufferingState;
    PMRX_CALLDOWN MRxLowIOSubmit[LOWIO_OP_MAXIMUM+1];
    PMRX_EXTENDFILE_CALLDOWN MRxExtendForCache;
    PMRX_EXTENDFILE_CALLDOWN MRxExtendForNonCache;
    PMRX_CHANGE_BUFFERING_STATE_CALLDOWN MRxCompleteBufferingStateChangeRequest;
    PMRX_CREATE_V_NET_ROOT MRxCreateVNetRoot;
    PMRX_FINALIZE_V_NET_ROOT_CALLDOWN MRxFinalizeVNetRoot;
    PMRX_FINALIZE_NET_ROOT_CALLDOWN MRxFinalizeNetRoot;
    PMRX_UPDATE_NETROOT_STATE MRxUpdateNetRootState;
    PMRX_EXTRACT_NETROOT_NAME MRxExtractNetRootName;
    PMRX_CREATE_SRVCALL MRxCreateSrvCall;
    PMRX_CREATE_SRVCALL MRxCancelCreateSrvCall;
    PMRX_SRVCALL_WINNER_NOTIFY MRxSrvCallWinnerNotify;
    PMRX_FINALIZE_SRVCALL_CALLDOWN MRxFinalizeSrvCall;
    PMRX_CALLDOWN MRxDevFcbXXXControlFile;
    PMRX_PREPARSE_NAME MRxPreparseName;
    PMRX_GET_CONNECTION_ID MRxGetConnectionId;
    ULONG ScavengerTimeout;
} MINIRDR_DISPATCH, *PMINIRDR_DISPATCH;

NTSTATUS NTAPI RxRegisterMinirdr(
    PRDBSS_DEVICE_OBJECT *DeviceObject, PDRIVER_OBJECT DriverObject, PMINIRDR_DISPATCH MrdrDispatch,
    ULONG Controls, PUNICODE_STRING DeviceName, ULONG DeviceExtensionSize, DEVICE_TYPE DeviceType,
    ULONG DeviceCharacteristics);
VOID NTAPI RxpUnregisterMinirdr(PRDBSS_DEVICE_OBJECT RxDeviceObject);
NTSTATUS NTAPI RxStartMinirdr(PRX_CONTEXT RxContext, PBOOLEAN PostToFsp);
NTSTATUS NTAPI RxStopMinirdr(PRX_CONTEXT RxContext, PBOOLEAN PostToFsp);
NTSTATUS NTAPI RxFsdDispatch(PRDBSS_DEVICE_OBJECT RxDeviceObject, PIRP Irp);
VOID NTAPI __RxFillAndInstallFastIoDispatch(
    PRDBSS_DEVICE_OBJECT RxDeviceObject, PFAST_IO_DISPATCH FastIoDispatch, ULONG FastIoDispatchSize);
VOID NTAPI RxMakeLateDeviceAvailable(PRDBSS_DEVICE_OBJECT RxDeviceObject);
NTSTATUS NTAPI RxSetDomainForMailslotBroadcast(PUNICODE_STRING DomainName);

/* inferred: Locks.Flags carries IrpSp->Flags, so these are SL_FAIL_IMMEDIATELY and SL_EXCLUSIVE_LOCK. */
#define LOWIO_LOCKSFLAG_FAIL_IMMEDIATELY 0x01
#define LOWIO_LOCKSFLAG_EXCLUSIVELOCK 0x02

#define RxSetIoStatusStatus(R, S) ((R)->CurrentIrp->IoStatus.Status = (S))
#define RxSetIoStatusInfo(R, I) ((R)->CurrentIrp->IoStatus.Information = (I))
#define RxShouldPostCompletion() ((KeGetCurrentIrql() >= DISPATCH_LEVEL))
#define StableCondition(X) ((X) >= Condition_Good)

#ifdef __cplusplus
}
#endif

#endif
