/* rxcontx.h - RX_CONTEXT: one request on its way through RDBSS. */
#ifndef RDR_RXCONTX_H
#define RDR_RXCONTX_H

#include "lowio.h"
#include "scavengr.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RX_TOPLEVELIRP_CONTEXT_SIGNATURE 'LTxR'
#define RDBSS_TRACKER_HISTORY_SIZE 32
#define MRX_CONTEXT_FIELD_COUNT 4
#define RX_CONTEXT_PRESERVED_FLAGS (RX_CONTEXT_FLAG_FROM_POOL | \
        RX_CONTEXT_FLAG_MUST_SUCCEED_ALLOCATED | \
        RX_CONTEXT_FLAG_IN_FSP)
#define RX_CONTEXT_INITIALIZATION_FLAGS (RX_CONTEXT_FLAG_WAIT | \
        RX_CONTEXT_FLAG_MUST_SUCCEED | \
        RX_CONTEXT_FLAG_MUST_SUCCEED_NONBLOCKING)

typedef struct _DFS_NAME_CONTEXT_ *PDFS_NAME_CONTEXT;

typedef enum _RX_CONTEXT_FLAGS {
    RX_CONTEXT_FLAG_FROM_POOL = 0x1,
    RX_CONTEXT_FLAG_WAIT = 0x2,
    RX_CONTEXT_FLAG_WRITE_THROUGH = 0x4,
    RX_CONTEXT_FLAG_FLOPPY = 0x8,
    RX_CONTEXT_FLAG_RECURSIVE_CALL = 0x10,
    RX_CONTEXT_FLAG_THIS_DEVICE_TOP_LEVEL = 0x20,
    RX_CONTEXT_FLAG_DEFERRED_WRITE = 0x40,
    RX_CONTEXT_FLAG_VERIFY_READ = 0x80,
    RX_CONTEXT_FLAG_STACK_IO_CONTEZT = 0x100,
    RX_CONTEXT_FLAG_IN_FSP = 0x200,
    RX_CONTEXT_FLAG_CREATE_MAILSLOT = 0x400,
    RX_CONTEXT_FLAG_MAILSLOT_REPARSE = 0x800,
    RX_CONTEXT_FLAG_ASYNC_OPERATION = 0x1000,
    RX_CONTEXT_FLAG_NO_COMPLETE_FROM_FSP = 0x2000,
    RX_CONTEXT_FLAG_POST_ON_STABLE_CONDITION = 0x4000,
    RX_CONTEXT_FLAG_FSP_DELAYED_OVERFLOW_QUEUE = 0x8000,
    RX_CONTEXT_FLAG_FSP_CRITICAL_OVERFLOW_QUEUE = 0x10000,
    RX_CONTEXT_FLAG_MINIRDR_INVOKED = 0x20000,
    RX_CONTEXT_FLAG_WAITING_FOR_RESOURCE = 0x40000,
    RX_CONTEXT_FLAG_CANCELLED = 0x80000,
    RX_CONTEXT_FLAG_SYNC_EVENT_WAITERS = 0x100000,
    RX_CONTEXT_FLAG_NO_PREPOSTING_NEEDED = 0x200000,
    RX_CONTEXT_FLAG_BYPASS_VALIDOP_CHECK = 0x400000,
    RX_CONTEXT_FLAG_BLOCKED_PIPE_RESUME = 0x800000,
    RX_CONTEXT_FLAG_IN_SERIALIZATION_QUEUE = 0x1000000,
    RX_CONTEXT_FLAG_NO_EXCEPTION_BREAKPOINT = 0x2000000,
    RX_CONTEXT_FLAG_NEEDRECONNECT = 0x4000000,
    RX_CONTEXT_FLAG_MUST_SUCCEED = 0x8000000,
    RX_CONTEXT_FLAG_MUST_SUCCEED_NONBLOCKING = 0x10000000,
    RX_CONTEXT_FLAG_MUST_SUCCEED_ALLOCATED = 0x20000000,
    RX_CONTEXT_FLAG_MINIRDR_INITIATED = 0x80000000
} RX_CONTEXT_FLAGS, *PRX_CONTEXT_FLAGS;

typedef enum _RX_CONTEXT_CREATE_FLAGS {
    RX_CONTEXT_CREATE_FLAG_UNC_NAME = 0x1,
    RX_CONTEXT_CREATE_FLAG_STRIPPED_TRAILING_BACKSLASH = 0x2,
    RX_CONTEXT_CREATE_FLAG_ADDEDBACKSLASH = 0x4,
    RX_CONTEXT_CREATE_FLAG_REPARSE = 0x8,
    RX_CONTEXT_CREATE_FLAG_SPECIAL_PATH = 0x10
} RX_CONTEXT_CREATE_FLAGS, *PRX_CONTEXT_CREATE_FLAGS;

typedef enum _RX_CONTEXT_LOWIO_FLAGS {
    RXCONTEXT_FLAG4LOWIO_PIPE_OPERATION = 0x1,
    RXCONTEXT_FLAG4LOWIO_PIPE_SYNC_OPERATION = 0x2,
    RXCONTEXT_FLAG4LOWIO_READAHEAD = 0x4,
    RXCONTEXT_FLAG4LOWIO_THIS_READ_ENLARGED = 0x8,
    RXCONTEXT_FLAG4LOWIO_THIS_IO_BUFFERED = 0x10,
    RXCONTEXT_FLAG4LOWIO_LOCK_FCB_RESOURCE_HELD = 0x20,
    RXCONTEXT_FLAG4LOWIO_LOCK_WAS_QUEUED_IN_LOCKMANAGER = 0x40,
    RXCONTEXT_FLAG4LOWIO_THIS_IO_FAST = 0x80,
    RXCONTEXT_FLAG4LOWIO_LOCK_OPERATION_COMPLETED = 0x100,
    RXCONTEXT_FLAG4LOWIO_LOCK_BUFFERED_ON_ENTRY = 0x200
} RX_CONTEXT_LOWIO_FLAGS, *PRX_CONTEXT_LOWIO_FLAGS;

typedef NTSTATUS (NTAPI *PRX_DISPATCH)(PRX_CONTEXT RxContext, PIRP Irp);

typedef struct _RX_TOPLEVELIRP_CONTEXT {
    union {
        RDR_ANONYMOUS(LIST_ENTRY);
        LIST_ENTRY ListEntry;
    };
    ULONG Signature;
    PRDBSS_DEVICE_OBJECT RxDeviceObject;
    PRX_CONTEXT RxContext;
    PIRP Irp;
    ULONG Flags;
    PVOID Previous;
    PETHREAD Thread;
} RX_TOPLEVELIRP_CONTEXT, *PRX_TOPLEVELIRP_CONTEXT;

typedef struct _RX_FCBTRACKER_CALLINFO {
    ULONG AcquireRelease;
    USHORT SavedTrackerValue;
    USHORT LineNumber;
    PSZ FileName;
    ULONG Flags;
} RX_FCBTRACKER_CALLINFO, *PRX_FCBTRACKER_CALLINFO;

typedef struct _NT_CREATE_PARAMETERS {
    ACCESS_MASK DesiredAccess;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG ShareAccess;
    ULONG Disposition;
    ULONG CreateOptions;
    PIO_SECURITY_CONTEXT SecurityContext;
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
    PVOID DfsContext;
    PDFS_NAME_CONTEXT DfsNameContext;
} NT_CREATE_PARAMETERS, *PNT_CREATE_PARAMETERS;

typedef struct _RX_CONTEXT {
    NODE_TYPE_CODE NodeTypeCode;
    NODE_BYTE_SIZE NodeByteSize;
    volatile ULONG ReferenceCount;
    LIST_ENTRY ContextListEntry;
    UCHAR MajorFunction;
    UCHAR MinorFunction;
    BOOLEAN PendingReturned;
    BOOLEAN PostRequest;
    PDEVICE_OBJECT RealDevice;
    PIRP CurrentIrp;
    PIO_STACK_LOCATION CurrentIrpSp;
    PMRX_FCB pFcb;
    PMRX_FOBX pFobx;
    PMRX_SRV_OPEN pRelevantSrvOpen;
    PNON_PAGED_FCB NonPagedFcb;
    PRDBSS_DEVICE_OBJECT RxDeviceObject;
    PETHREAD OriginalThread;
    PETHREAD LastExecutionThread;
    PVOID volatile LockManagerContext;
    PVOID RdbssDbgExtension;
    RX_SCAVENGER_ENTRY ScavengerEntry;
    ULONG SerialNumber;
    ULONG FobxSerialNumber;
    ULONG Flags;
    BOOLEAN FcbResourceAcquired;
    BOOLEAN FcbPagingIoResourceAcquired;
    UCHAR MustSucceedDescriptorNumber;
    union {
        struct {
            union {
                NTSTATUS StoredStatus;
                PVOID StoredStatusAlignment;
            };
            ULONG_PTR InformationToReturn;
        };
        IO_STATUS_BLOCK IoStatusBlock;
    };
    union {
        ULONGLONG ForceLonglongAligmentDummyField;
        PVOID MRxContext[MRX_CONTEXT_FIELD_COUNT];
    };
    PVOID WriteOnlyOpenRetryContext;
    PMRX_CALLDOWN MRxCancelRoutine;
    PRX_DISPATCH ResumeRoutine;
    RX_WORK_QUEUE_ITEM WorkQueueItem;
    LIST_ENTRY OverflowListEntry;
    KEVENT SyncEvent;
    LIST_ENTRY BlockedOperations;
    PFAST_MUTEX BlockedOpsMutex;
    LIST_ENTRY RxContextSerializationQLinks;
    union {
        struct {
            union {
                FS_INFORMATION_CLASS FsInformationClass;
                FILE_INFORMATION_CLASS FileInformationClass;
            };
            PVOID Buffer;
            union {
                LONG Length;
                LONG LengthRemaining;
            };
            BOOLEAN ReplaceIfExists;
            BOOLEAN AdvanceOnly;
        } Info;
        struct {
            UNICODE_STRING SuppliedPathName;
            NET_ROOT_TYPE NetRootType;
            PIO_SECURITY_CONTEXT pSecurityContext;
        } PrefixClaim;
    };
    union {
        struct {
            NT_CREATE_PARAMETERS NtCreateParameters;
            ULONG ReturnedCreateInformation;
            PWCH CanonicalNameBuffer;
            PRX_PREFIX_ENTRY NetNamePrefixEntry;
            PMRX_SRV_CALL pSrvCall;
            PMRX_NET_ROOT pNetRoot;
            PMRX_V_NET_ROOT pVNetRoot;
            PVOID EaBuffer;
            ULONG EaLength;
            ULONG SdLength;
            ULONG PipeType;
            ULONG PipeReadMode;
            ULONG PipeCompletionMode;
            USHORT Flags;
            NET_ROOT_TYPE Type;
            UCHAR RdrFlags;
            BOOLEAN FcbAcquired;
            BOOLEAN TryForScavengingOnSharingViolation;
            BOOLEAN ScavengingAlreadyTried;
            BOOLEAN ThisIsATreeConnectOpen;
            BOOLEAN TreeConnectOpenDeferred;
            UNICODE_STRING TransportName;
            UNICODE_STRING UserName;
            UNICODE_STRING Password;
            UNICODE_STRING UserDomainName;
        } Create;
        struct {
            ULONG FileIndex;
            BOOLEAN RestartScan;
            BOOLEAN ReturnSingleEntry;
            BOOLEAN IndexSpecified;
            BOOLEAN InitialQuery;
        } QueryDirectory;
        struct {
            PMRX_V_NET_ROOT pVNetRoot;
        } NotifyChangeDirectory;
        struct {
            PUCHAR UserEaList;
            ULONG UserEaListLength;
            ULONG UserEaIndex;
            BOOLEAN RestartScan;
            BOOLEAN ReturnSingleEntry;
            BOOLEAN IndexSpecified;
        } QueryEa;
        struct {
            SECURITY_INFORMATION SecurityInformation;
            ULONG Length;
        } QuerySecurity;
        struct {
            SECURITY_INFORMATION SecurityInformation;
            PSECURITY_DESCRIPTOR SecurityDescriptor;
        } SetSecurity;
        struct {
            ULONG Length;
            PSID StartSid;
            PFILE_GET_QUOTA_INFORMATION SidList;
            ULONG SidListLength;
            BOOLEAN RestartScan;
            BOOLEAN ReturnSingleEntry;
            BOOLEAN IndexSpecified;
        } QueryQuota;
        struct {
            ULONG Length;
        } SetQuota;
        struct {
            PV_NET_ROOT VNetRoot;
            PSRV_CALL SrvCall;
            PNET_ROOT NetRoot;
        } DosVolumeFunction;
        struct {
            ULONG FlagsForLowIo;
            LOWIO_CONTEXT LowIoContext;
        };
        LUID FsdUid;
    };
    PWCH AlsoCanonicalNameBuffer;
    PUNICODE_STRING LoudCompletionString;
#ifdef RDBSS_TRACKER
    volatile LONG AcquireReleaseFcbTrackerX;
#endif
#ifdef RDBSS_TRACKER
    volatile ULONG TrackerHistoryPointer;
#endif
#ifdef RDBSS_TRACKER
    RX_FCBTRACKER_CALLINFO TrackerHistory[RDBSS_TRACKER_HISTORY_SIZE];
#endif
#if DBG
    ULONG ShadowCritOwner;
#endif
} RX_CONTEXT, *PRX_CONTEXT;

extern NPAGED_LOOKASIDE_LIST RxContextLookasideList;
extern FAST_MUTEX RxContextPerFileSerializationMutex;

VOID NTAPI RxInitializeContext(
    PIRP Irp, PRDBSS_DEVICE_OBJECT RxDeviceObject, ULONG InitialContextFlags, PRX_CONTEXT RxContext);
PRX_CONTEXT NTAPI RxCreateRxContext(PIRP Irp, PRDBSS_DEVICE_OBJECT RxDeviceObject, ULONG InitialContextFlags);
VOID NTAPI RxPrepareContextForReuse(PRX_CONTEXT RxContext);
VOID NTAPI RxDereferenceAndDeleteRxContext_Real(PRX_CONTEXT RxContext);
VOID NTAPI RxResumeBlockedOperations_Serially(PRX_CONTEXT RxContext, PLIST_ENTRY BlockingIoQ);
BOOLEAN NTAPI RxTryToBecomeTheTopLevelIrp(
    PRX_TOPLEVELIRP_CONTEXT TopLevelContext, PIRP Irp, PRDBSS_DEVICE_OBJECT RxDeviceObject,
    BOOLEAN ForceTopLevel);
VOID NTAPI __RxInitializeTopLevelIrpContext(
    PRX_TOPLEVELIRP_CONTEXT TopLevelContext, PIRP Irp, PRDBSS_DEVICE_OBJECT RxDeviceObject, ULONG Flags);
PIRP NTAPI RxGetTopIrpIfRdbssIrp(VOID);
PRDBSS_DEVICE_OBJECT NTAPI RxGetTopDeviceObjectIfRdbssIrp(VOID);
VOID NTAPI RxUnwindTopLevelIrp(PRX_TOPLEVELIRP_CONTEXT TopLevelContext);
BOOLEAN NTAPI RxIsThisTheTopLevelIrp(PIRP Irp);
#if DBG
VOID NTAPI __RxItsTheSameContext(
    PRX_CONTEXT RxContext, ULONG CapturedRxContextSerialNumber, ULONG Line, PCSTR File);
#endif
NTSTATUS NTAPI RxCancelNotifyChangeDirectoryRequestsForVNetRoot(
    PV_NET_ROOT VNetRoot, BOOLEAN ForceFilesClosed);
VOID NTAPI RxCancelNotifyChangeDirectoryRequestsForFobx(PFOBX Fobx);
VOID NTAPI RxReinitializeContext(PRX_CONTEXT RxContext);
VOID NTAPI RxResumeBlockedOperations_ALL(PRX_CONTEXT RxContext);
VOID NTAPI RxCancelBlockingOperation(PRX_CONTEXT RxContext, PIRP Irp);
VOID NTAPI RxRemoveOperationFromBlockingQueue(PRX_CONTEXT RxContext);
NTSTATUS NTAPI __RxSynchronizeBlockingOperations(
    PRX_CONTEXT RxContext, PFCB Fcb, PLIST_ENTRY BlockingIoQ, BOOLEAN DropFcbLock);
NTSTATUS NTAPI RxSetMinirdrCancelRoutine(PRX_CONTEXT RxContext, PMRX_CALLDOWN MRxCancelRoutine);

#define RxInitializeTopLevelIrpContext(a, b, c) __RxInitializeTopLevelIrpContext((a), (b), (c), 0)

#if DBG
#define RxSaveAndSetExceptionNoBreakpointFlag(R, F)                             \
    do {                                                                        \
        (F) = (R)->Flags & RX_CONTEXT_FLAG_NO_EXCEPTION_BREAKPOINT;             \
        (R)->Flags |= RX_CONTEXT_FLAG_NO_EXCEPTION_BREAKPOINT;                  \
    } while (0)
#define RxRestoreExceptionNoBreakpointFlag(R, F)                                \
    do {                                                                        \
        (R)->Flags &= ~RX_CONTEXT_FLAG_NO_EXCEPTION_BREAKPOINT;                 \
        (R)->Flags |= (F);                                                      \
    } while (0)
#define RxItsTheSameContext() __RxItsTheSameContext(RxContext, CapturedRxContextSerialNumber, __LINE__, __FILE__)
#else
#define RxSaveAndSetExceptionNoBreakpointFlag(R, F) ((VOID)(F))
#define RxRestoreExceptionNoBreakpointFlag(R, F) ((VOID)(F))
#define RxItsTheSameContext() ((VOID)0)
#endif

/* A calldown without the cancel test: for routines called outside any request. */
#define MINIRDR_CALL_THROUGH(STATUS, DISPATCH, FUNC, ARGLIST)    \
    do {                                                         \
        if ((DISPATCH)->FUNC == NULL) {                          \
            (STATUS) = STATUS_NOT_IMPLEMENTED;                   \
        } else {                                                 \
            (STATUS) = (DISPATCH)->FUNC ARGLIST;                 \
        }                                                        \
    } while (0)

/* A calldown for a request: a cancelled one is not sent down; the four MRxContext words are the routine's own and start zero. */
#define MINIRDR_CALL(STATUS, CONTEXT, DISPATCH, FUNC, ARGLIST)                                   \
    do {                                                                                         \
        if ((DISPATCH)->FUNC == NULL) {                                                          \
            (STATUS) = STATUS_NOT_IMPLEMENTED;                                                   \
        } else if (((CONTEXT)->Flags & RX_CONTEXT_FLAG_CANCELLED) != 0) {                        \
            (STATUS) = STATUS_CANCELLED;                                                         \
        } else {                                                                                 \
            RtlZeroMemory(&(CONTEXT)->MRxContext[0], sizeof((CONTEXT)->MRxContext));             \
            (STATUS) = (DISPATCH)->FUNC ARGLIST;                                                 \
        }                                                                                        \
    } while (0)

#define RxWaitSync(RxContext)                                                                        \
    do {                                                                                             \
        (RxContext)->Flags |= RX_CONTEXT_FLAG_SYNC_EVENT_WAITERS;                                    \
        KeWaitForSingleObject(&(RxContext)->SyncEvent, Executive, KernelMode, FALSE, NULL);          \
    } while (0)
#define RxSignalSynchronousWaiter(RxContext)                                \
    do {                                                                    \
        (RxContext)->Flags &= ~RX_CONTEXT_FLAG_SYNC_EVENT_WAITERS;          \
        KeSetEvent(&(RxContext)->SyncEvent, IO_NO_INCREMENT, FALSE);        \
    } while (0)
#define RxInsertContextInSerializationQueue(SerializationQueue, RxContext)                      \
    do {                                                                                        \
        (RxContext)->Flags |= RX_CONTEXT_FLAG_IN_SERIALIZATION_QUEUE;                           \
        InsertTailList((SerializationQueue), &((RxContext)->RxContextSerializationQLinks));     \
    } while (0)
#define RxTransferList(Destination, Source)                     \
    do {                                                        \
        if (IsListEmpty((Source))) {                            \
            InitializeListHead((Destination));                  \
        } else {                                                \
            *(Destination) = *(Source);                         \
            (Destination)->Flink->Blink = (Destination);        \
            (Destination)->Blink->Flink = (Destination);        \
            InitializeListHead((Source));                       \
        }                                                       \
    } while (0)
#define RxTransferListWithMutex(Destination, Source, Mutex)     \
    do {                                                        \
        ExAcquireFastMutex(Mutex);                              \
        RxTransferList(Destination, Source);                    \
        ExReleaseFastMutex(Mutex);                              \
    } while (0)
#define RxDereferenceAndDeleteRxContext(RXCONTEXT) RxDereferenceAndDeleteRxContext_Real((RXCONTEXT))

FORCEINLINE PRX_CONTEXT RxRemoveFirstContextFromSerializationQueue(PLIST_ENTRY SerializationQueue)
{
    PRX_CONTEXT RxContext;

    if (IsListEmpty(SerializationQueue)) {
        return NULL;
    }
    RxContext = CONTAINING_RECORD(SerializationQueue->Flink, RX_CONTEXT, RxContextSerializationQLinks);
    RemoveEntryList(SerializationQueue->Flink);
    RxContext->RxContextSerializationQLinks.Flink = NULL;
    RxContext->RxContextSerializationQLinks.Blink = NULL;
    return RxContext;
}

#ifdef __cplusplus
}
#endif

#endif
