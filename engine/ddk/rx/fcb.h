/* fcb.h - RDBSS' own view of the six structures. */
#ifndef RDR_FCB_H
#define RDR_FCB_H

#include "rxcontx.h"
#include "buffring.h"
#include "backpack.h"
#include "fcbtable.h"
#include "prefix.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NETROOT_FLAG_FINALIZATION_IN_PROGRESS 0x00040000
#define NETROOT_FLAG_NAME_ALREADY_REMOVED 0x00080000
#define FCB_STATE_DELETE_ON_CLOSE 0x00000001
#define FCB_STATE_TRUNCATE_ON_CLOSE 0x00000002
#define FCB_STATE_PAGING_FILE 0x00000004
#define FCB_STATE_DISABLE_LOCAL_BUFFERING 0x00000010
#define FCB_STATE_TEMPORARY 0x00000020
#define FCB_STATE_BUFFERING_STATE_CHANGE_PENDING 0x00000040
#define FCB_STATE_ORPHANED 0x00000080
#define FCB_STATE_READAHEAD_DEFERRED 0x00000100
#define FCB_STATE_DELAY_CLOSE 0x00000800
#define FCB_STATE_FAKEFCB 0x00001000
#define FCB_STATE_FILE_IS_BUF_COMPRESSED 0x00004000
#define FCB_STATE_FILE_IS_DISK_COMPRESSED 0x00008000
#define FCB_STATE_FILE_IS_SHADOWED 0x00010000
#define FCB_STATE_BUFFERSTATE_CHANGING 0x00002000
#define FCB_STATE_SPECIAL_PATH 0x00020000
#define FCB_STATE_TIME_AND_SIZE_ALREADY_SET 0x00040000
#define FCB_STATE_FILETIMECACHEING_ENABLED 0x00080000
#define FCB_STATE_FILESIZECACHEING_ENABLED 0x00100000
#define FCB_STATE_LOCK_BUFFERING_ENABLED 0x00200000
#define FCB_STATE_COLLAPSING_ENABLED 0x00400000
#define FCB_STATE_OPENSHARING_ENABLED 0x00800000
#define FCB_STATE_READBUFFERING_ENABLED 0x01000000
#define FCB_STATE_READCACHING_ENABLED 0x02000000
#define FCB_STATE_WRITEBUFFERING_ENABLED 0x04000000
#define FCB_STATE_WRITECACHING_ENABLED 0x08000000
#define FCB_STATE_NAME_ALREADY_REMOVED 0x10000000
#define FCB_STATE_ADDEDBACKSLASH 0x20000000
#define FCB_STATE_FOBX_USED 0x40000000
#define FCB_STATE_SRVOPEN_USED 0x80000000
#define FCB_STATE_BUFFERING_STATE_MASK ((FCB_STATE_WRITECACHING_ENABLED | \
        FCB_STATE_WRITEBUFFERING_ENABLED | \
        FCB_STATE_READCACHING_ENABLED | \
        FCB_STATE_READBUFFERING_ENABLED | \
        FCB_STATE_OPENSHARING_ENABLED | \
        FCB_STATE_COLLAPSING_ENABLED | \
        FCB_STATE_LOCK_BUFFERING_ENABLED | \
        FCB_STATE_FILESIZECACHEING_ENABLED | \
        FCB_STATE_FILETIMECACHEING_ENABLED))
#define SRVOPEN_FLAG_ENCLOSED_ALLOCATED 0x10000
#define SRVOPEN_FLAG_FOBX_USED 0x20000
#define SRVOPEN_FLAG_SHAREACCESS_UPDATED 0x40000
#define FOBX_FLAG_MATCH_ALL 0x10000
#define FOBX_FLAG_FREE_UNICODE 0x20000
#define FOBX_FLAG_USER_SET_LAST_WRITE 0x40000
#define FOBX_FLAG_USER_SET_LAST_ACCESS 0x80000
#define FOBX_FLAG_USER_SET_CREATION 0x100000
#define FOBX_FLAG_USER_SET_LAST_CHANGE 0x200000
#define FOBX_FLAG_DELETE_ON_CLOSE 0x800000
#define FOBX_FLAG_SRVOPEN_CLOSED 0x1000000
#define FOBX_FLAG_UNC_NAME 0x2000000
#define FOBX_FLAG_ENCLOSED_ALLOCATED 0x4000000
#define FOBX_FLAG_MARKED_AS_DORMANT 0x8000000
#define RDBSS_REF_TRACK_SRVCALL 0x00000001
#define RDBSS_REF_TRACK_NETROOT 0x00000002
#define RDBSS_REF_TRACK_VNETROOT 0x00000004
#define RDBSS_REF_TRACK_NETFOBX 0x00000008
#define RDBSS_REF_TRACK_NETFCB 0x00000010
#define RDBSS_REF_TRACK_SRVOPEN 0x00000020
#define RX_PRINT_REF_TRACKING 0x40000000
#define RX_LOG_REF_TRACKING 0x80000000

typedef struct _FCB_INIT_PACKET *PFCB_INIT_PACKET;

typedef enum _RX_FCBTRACKER_CASES {
    RX_FCBTRACKER_CASE_NORMAL = 0,
    RX_FCBTRACKER_CASE_NULLCONTEXT = 1,
    RX_FCBTRACKER_CASE_CBS_CONTEXT = 2,
    RX_FCBTRACKER_CASE_CBS_WAIT_CONTEXT = 3,
    RX_FCBTRACKER_CASE_MAXIMUM = 4
} RX_FCBTRACKER_CASES, *PRX_FCBTRACKER_CASES;

typedef struct _SRV_CALL {
    union {
        RDR_ANONYMOUS(MRX_SRV_CALL);
        struct {
            MRX_NORMAL_NODE_HEADER spacer;
        };
    };
    BOOLEAN UpperFinalizationDone;
    RX_PREFIX_ENTRY PrefixEntry;
    RX_BLOCK_CONDITION Condition;
    ULONG SerialNumberForEnum;
    volatile LONG NumberOfCloseDelayedFiles;
    LIST_ENTRY TransitionWaitList;
    LIST_ENTRY ScavengerFinalizationList;
    PURGE_SYNCHRONIZATION_CONTEXT PurgeSyncronizationContext;
    RX_BUFFERING_MANAGER BufferingManager;
} SRV_CALL, *PSRV_CALL;

typedef struct _NET_ROOT {
    union {
        RDR_ANONYMOUS(MRX_NET_ROOT);
        struct {
            MRX_NORMAL_NODE_HEADER spacer;
            PSRV_CALL SrvCall;
        };
    };
    BOOLEAN UpperFinalizationDone;
    RX_BLOCK_CONDITION Condition;
    LIST_ENTRY TransitionWaitList;
    LIST_ENTRY ScavengerFinalizationList;
    PURGE_SYNCHRONIZATION_CONTEXT PurgeSyncronizationContext;
    PV_NET_ROOT DefaultVNetRoot;
    LIST_ENTRY VirtualNetRoots;
    ULONG NumberOfVirtualNetRoots;
    ULONG SerialNumberForEnum;
    RX_PREFIX_ENTRY PrefixEntry;
    RX_FCB_TABLE FcbTable;
} NET_ROOT, *PNET_ROOT;

typedef struct _V_NET_ROOT {
    union {
        RDR_ANONYMOUS(MRX_V_NET_ROOT);
        struct {
            MRX_NORMAL_NODE_HEADER spacer;
            PNET_ROOT NetRoot;
        };
    };
    BOOLEAN UpperFinalizationDone;
    BOOLEAN ConnectionFinalizationDone;
    RX_BLOCK_CONDITION Condition;
    volatile LONG AdditionalReferenceForDeleteFsctlTaken;
    RX_PREFIX_ENTRY PrefixEntry;
    UNICODE_STRING NamePrefix;
    ULONG PrefixOffsetInBytes;
    LIST_ENTRY NetRootListEntry;
    ULONG SerialNumberForEnum;
    LIST_ENTRY TransitionWaitList;
    LIST_ENTRY ScavengerFinalizationList;
} V_NET_ROOT, *PV_NET_ROOT;

typedef struct _NON_PAGED_FCB {
    NODE_TYPE_CODE NodeTypeCode;
    NODE_BYTE_SIZE NodeByteSize;
    SECTION_OBJECT_POINTERS SectionObjectPointers;
    ERESOURCE HeaderResource;
    ERESOURCE PagingIoResource;
#ifdef USE_FILESIZE_LOCK
    FAST_MUTEX FileSizeLock;
#endif
    LIST_ENTRY TransitionWaitList;
    ULONG OutstandingAsyncWrites;
    PKEVENT OutstandingAsyncEvent;
    KEVENT TheActualEvent;
    PVOID MiniRdrContext[2];
    FAST_MUTEX AdvancedFcbHeaderMutex;
    ERESOURCE BufferedLocksResource;
#if DBG
    PFCB FcbBackPointer;
#endif
} NON_PAGED_FCB, *PNON_PAGED_FCB;

typedef struct _FCB_LOCK {
    struct _FCB_LOCK *Next;
    LARGE_INTEGER Length;
    LARGE_INTEGER BytesOffset;
    ULONG Key;
    BOOLEAN ExclusiveLock;
} FCB_LOCK, *PFCB_LOCK;

typedef struct _FCB_BUFFERED_LOCKS {
    struct _FCB_LOCK *List;
    volatile ULONG PendingLockOps;
    PERESOURCE Resource;
} FCB_BUFFERED_LOCKS, *PFCB_BUFFERED_LOCKS;

typedef struct _FCB {
    union {
        RDR_ANONYMOUS(MRX_FCB);
        struct {
            FSRTL_ADVANCED_FCB_HEADER spacer;
            PNET_ROOT NetRoot;
        };
    };
    PV_NET_ROOT VNetRoot;
    PNON_PAGED_FCB NonPaged;
    LIST_ENTRY ScavengerFinalizationList;
    PKEVENT pBufferingStateChangeCompletedEvent;
    LONG NumberOfBufferingStateChangeWaiters;
    RX_FCB_TABLE_ENTRY FcbTableEntry;
    UNICODE_STRING PrivateAlreadyPrefixedName;
    BOOLEAN UpperFinalizationDone;
    RX_BLOCK_CONDITION Condition;
    PRX_FSD_DISPATCH_VECTOR PrivateDispatchVector;
    PRDBSS_DEVICE_OBJECT RxDeviceObject;
    PMINIRDR_DISPATCH MRxDispatch;
    PFAST_IO_DISPATCH MRxFastIoDispatch;
    PSRV_OPEN InternalSrvOpen;
    PFOBX InternalFobx;
    SHARE_ACCESS ShareAccess;
    SHARE_ACCESS ShareAccessPerSrvOpens;
    ULONG NumberOfLinks;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER LastChangeTime;
    ULONG ulFileSizeVersion;
    FILE_LOCK FileLock;
    union {
        RDR_ANONYMOUS(LOWIO_PER_FCB_INFO);
        LOWIO_PER_FCB_INFO LowIoPerFcbInfo;
    };
#ifdef USE_FILESIZE_LOCK
    PFAST_MUTEX FileSizeLock;
#endif
    ULONG EaModificationCount;
    FCB_BUFFERED_LOCKS BufferedLocks;
#if DBG
    PNON_PAGED_FCB CopyOfNonPaged;
#endif
#ifdef RDBSS_TRACKER
    ULONG FcbAcquires[RX_FCBTRACKER_CASE_MAXIMUM];
#endif
#ifdef RDBSS_TRACKER
    ULONG FcbReleases[RX_FCBTRACKER_CASE_MAXIMUM];
#endif
    PCHAR PagingIoResourceFile;
    ULONG PagingIoResourceLine;
} FCB, *PFCB;

typedef struct _FCB_INIT_PACKET {
    PULONG pAttributes;
    PULONG pNumLinks;
    PLARGE_INTEGER pCreationTime;
    PLARGE_INTEGER pLastAccessTime;
    PLARGE_INTEGER pLastWriteTime;
    PLARGE_INTEGER pLastChangeTime;
    PLARGE_INTEGER pAllocationSize;
    PLARGE_INTEGER pFileSize;
    PLARGE_INTEGER pValidDataLength;
} FCB_INIT_PACKET;

typedef struct _SRV_OPEN {
    union {
        RDR_ANONYMOUS(MRX_SRV_OPEN);
        struct {
            MRX_NORMAL_NODE_HEADER spacer;
            PFCB Fcb;
            PV_NET_ROOT VNetRoot;
        };
    };
    BOOLEAN UpperFinalizationDone;
    RX_BLOCK_CONDITION Condition;
    volatile LONG BufferingToken;
    LIST_ENTRY ScavengerFinalizationList;
    LIST_ENTRY TransitionWaitList;
    LIST_ENTRY FobxList;
    PFOBX InternalFobx;
    union {
        LIST_ENTRY SrvOpenKeyList;
        ULONG SequenceNumber;
    };
    NTSTATUS OpenStatus;
} SRV_OPEN, *PSRV_OPEN;

typedef struct _FOBX {
    union {
        RDR_ANONYMOUS(MRX_FOBX);
        struct {
            MRX_NORMAL_NODE_HEADER spacer;
            PSRV_OPEN SrvOpen;
        };
    };
    volatile ULONG FobxSerialNumber;
    LIST_ENTRY FobxQLinks;
    LIST_ENTRY ScavengerFinalizationList;
    LIST_ENTRY ClosePendingList;
    LARGE_INTEGER CloseTime;
    BOOLEAN UpperFinalizationDone;
    BOOLEAN ContainsWildCards;
    BOOLEAN fOpenCountDecremented;
    union {
        struct {
            union {
                RDR_ANONYMOUS(MRX_PIPE_HANDLE_INFORMATION);
                MRX_PIPE_HANDLE_INFORMATION PipeHandleInformation;
            };
            LARGE_INTEGER CollectDataTime;
            ULONG CollectDataSize;
            THROTTLING_STATE ThrottlingState;
            LIST_ENTRY ReadSerializationQueue;
            LIST_ENTRY WriteSerializationQueue;
        } NamedPipe;
        struct {
            RXVBO PredictedReadOffset;
            RXVBO PredictedWriteOffset;
            THROTTLING_STATE LockThrottlingState;
            LARGE_INTEGER LastLockOffset;
            LARGE_INTEGER LastLockRange;
        } DiskFile;
    } Specific;
    PRDBSS_DEVICE_OBJECT RxDeviceObject;
} FOBX, *PFOBX;

extern ULONG RdbssReferenceTracingValue;

VOID NTAPI RxpTrackReference(ULONG TraceType, PCSTR FileName, ULONG Line, PVOID Instance);
BOOLEAN NTAPI RxpTrackDereference(ULONG TraceType, PCSTR FileName, ULONG Line, PVOID Instance);
PSRV_CALL NTAPI RxCreateSrvCall(
    PRX_CONTEXT RxContext, PUNICODE_STRING Name, PUNICODE_STRING InnerNamePrefix,
    PRX_CONNECTION_ID RxConnectionId);
BOOLEAN NTAPI RxFinalizeSrvCall(PSRV_CALL ThisSrvCall, BOOLEAN ForceFinalize);
PNET_ROOT NTAPI RxCreateNetRoot(
    PSRV_CALL SrvCall, PUNICODE_STRING Name, ULONG NetRootFlags, PRX_CONNECTION_ID RxConnectionId);
BOOLEAN NTAPI RxFinalizeNetRoot(PNET_ROOT ThisNetRoot, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize);
PV_NET_ROOT NTAPI RxCreateVNetRoot(
    PRX_CONTEXT RxContext, PNET_ROOT NetRoot, PUNICODE_STRING CanonicalName,
    PUNICODE_STRING LocalNetRootName, PUNICODE_STRING FilePath, PRX_CONNECTION_ID RxConnectionId);
BOOLEAN NTAPI RxFinalizeVNetRoot(PV_NET_ROOT ThisVNetRoot, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize);
VOID NTAPI RxGetFileSizeWithLock(PFCB Fcb, PLONGLONG FileSize);
PFCB NTAPI RxCreateNetFcb(PRX_CONTEXT RxContext, PIRP Irp, PV_NET_ROOT VNetRoot, PUNICODE_STRING Name);
VOID NTAPI RxFinishFcbInitialization(PMRX_FCB Fcb, RX_FILE_TYPE FileType, PFCB_INIT_PACKET InitPacket);
LONG NTAPI RxpReferenceNetFcb(PFCB Fcb);
LONG NTAPI RxpDereferenceNetFcb(PFCB Fcb);
BOOLEAN NTAPI RxpDereferenceAndFinalizeNetFcb(
    PFCB ThisFcb, PRX_CONTEXT RxContext, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize);
PSRV_OPEN NTAPI RxCreateSrvOpen(PV_NET_ROOT VNetRoot, PFCB Fcb);
BOOLEAN NTAPI RxFinalizeSrvOpen(PSRV_OPEN ThisSrvOpen, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize);
PMRX_FOBX NTAPI RxCreateNetFobx(PRX_CONTEXT RxContext, PMRX_SRV_OPEN MrxSrvOpen);
BOOLEAN NTAPI RxFinalizeNetFobx(PFOBX ThisFobx, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize);
NTSTATUS NTAPI RxInitializeVNetRootParameters(
    PRX_CONTEXT RxContext, LUID *LogonId, PULONG SessionId, PUNICODE_STRING *UserNamePtr,
    PUNICODE_STRING *UserDomainNamePtr, PUNICODE_STRING *PasswordPtr, PULONG Flags);
VOID NTAPI RxUninitializeVNetRootParameters(
    PUNICODE_STRING UserName, PUNICODE_STRING UserDomainName, PUNICODE_STRING Password, PULONG Flags);
VOID NTAPI RxSetFileSizeWithLock(PFCB Fcb, PLONGLONG FileSize);
VOID NTAPI RxRemoveNameNetFcb(PFCB ThisFcb);
RX_FILE_TYPE NTAPI RxInferFileType(PRX_CONTEXT RxContext);

#define REF_TRACING_ON(TraceMask) ((TraceMask)&RdbssReferenceTracingValue)
#define PRINT_REF_COUNT(TYPE, Count) ((VOID)0)
#define RxReferenceSrvCall(Instance)                                                                     \
    do {                                                                                              \
        RxpTrackReference(RDBSS_REF_TRACK_SRVCALL, __FILE__, __LINE__, (Instance));                      \
        RxReference((Instance));                                                                       \
    } while (0)
#define RxDereferenceSrvCall(Instance, LockHoldingState)                                                 \
    do {                                                                                              \
        RxpTrackDereference(RDBSS_REF_TRACK_SRVCALL, __FILE__, __LINE__, (Instance));                    \
        RxDereference((Instance), (LockHoldingState));                                                 \
    } while (0)
#define RxReferenceNetRoot(Instance)                                                                     \
    do {                                                                                              \
        RxpTrackReference(RDBSS_REF_TRACK_NETROOT, __FILE__, __LINE__, (Instance));                      \
        RxReference((Instance));                                                                       \
    } while (0)
#define RxDereferenceNetRoot(Instance, LockHoldingState)                                                 \
    do {                                                                                              \
        RxpTrackDereference(RDBSS_REF_TRACK_NETROOT, __FILE__, __LINE__, (Instance));                    \
        RxDereference((Instance), (LockHoldingState));                                                 \
    } while (0)
#define RxReferenceVNetRoot(Instance)                                                                     \
    do {                                                                                              \
        RxpTrackReference(RDBSS_REF_TRACK_VNETROOT, __FILE__, __LINE__, (Instance));                      \
        RxReference((Instance));                                                                       \
    } while (0)
#define RxDereferenceVNetRoot(Instance, LockHoldingState)                                                 \
    do {                                                                                              \
        RxpTrackDereference(RDBSS_REF_TRACK_VNETROOT, __FILE__, __LINE__, (Instance));                    \
        RxDereference((Instance), (LockHoldingState));                                                 \
    } while (0)
#define RxReferenceNetFobx(Instance)                                                                     \
    do {                                                                                              \
        RxpTrackReference(RDBSS_REF_TRACK_NETFOBX, __FILE__, __LINE__, (Instance));                      \
        RxReference((Instance));                                                                       \
    } while (0)
#define RxDereferenceNetFobx(Instance, LockHoldingState)                                                 \
    do {                                                                                              \
        RxpTrackDereference(RDBSS_REF_TRACK_NETFOBX, __FILE__, __LINE__, (Instance));                    \
        RxDereference((Instance), (LockHoldingState));                                                 \
    } while (0)
#define RxReferenceSrvOpen(Instance)                                                                     \
    do {                                                                                              \
        RxpTrackReference(RDBSS_REF_TRACK_SRVOPEN, __FILE__, __LINE__, (Instance));                      \
        RxReference((Instance));                                                                       \
    } while (0)
#define RxDereferenceSrvOpen(Instance, LockHoldingState)                                                 \
    do {                                                                                              \
        RxpTrackDereference(RDBSS_REF_TRACK_SRVOPEN, __FILE__, __LINE__, (Instance));                    \
        RxDereference((Instance), (LockHoldingState));                                                 \
    } while (0)
#define RxReferenceNetFcb(Fcb) \
    (RxpTrackReference(RDBSS_REF_TRACK_NETFCB, __FILE__, __LINE__, (Fcb)), RxpReferenceNetFcb((PFCB)(Fcb)))
#define RxDereferenceNetFcb(Fcb) \
    ((LONG)RxpTrackDereference(RDBSS_REF_TRACK_NETFCB, __FILE__, __LINE__, (Fcb)), RxpDereferenceNetFcb((PFCB)(Fcb)))
#define RxDereferenceAndFinalizeNetFcb(Fcb, RxContext, RecursiveFinalize, ForceFinalize)         \
    (RxpTrackDereference(RDBSS_REF_TRACK_NETFCB, __FILE__, __LINE__, (Fcb)),                     \
        RxpDereferenceAndFinalizeNetFcb((PFCB)(Fcb), (RxContext), (RecursiveFinalize), (ForceFinalize)))
#define RxWaitForStableSrvCall(Instance, RxContext) \
    RxWaitForStableCondition(&(Instance)->Condition, &(Instance)->TransitionWaitList, (RxContext), NULL)
#define RxTransitionSrvCall(Instance, NewCondition) \
    RxUpdateCondition((NewCondition), &(Instance)->Condition, &(Instance)->TransitionWaitList)
#define RxWaitForStableNetRoot(Instance, RxContext) \
    RxWaitForStableCondition(&(Instance)->Condition, &(Instance)->TransitionWaitList, (RxContext), NULL)
#define RxTransitionNetRoot(Instance, NewCondition) \
    RxUpdateCondition((NewCondition), &(Instance)->Condition, &(Instance)->TransitionWaitList)
#define RxWaitForStableVNetRoot(Instance, RxContext) \
    RxWaitForStableCondition(&(Instance)->Condition, &(Instance)->TransitionWaitList, (RxContext), NULL)
#define RxTransitionVNetRoot(Instance, NewCondition) \
    RxUpdateCondition((NewCondition), &(Instance)->Condition, &(Instance)->TransitionWaitList)
#define RxWaitForStableSrvOpen(Instance, RxContext) \
    RxWaitForStableCondition(&(Instance)->Condition, &(Instance)->TransitionWaitList, (RxContext), NULL)
#define RxTransitionSrvOpen(Instance, NewCondition) \
    RxUpdateCondition((NewCondition), &(Instance)->Condition, &(Instance)->TransitionWaitList)
#define RxWaitForStableNetFcb(Fcb, RxContext) \
    RxWaitForStableCondition(&(Fcb)->Condition, &(Fcb)->NonPaged->TransitionWaitList, (RxContext), NULL)
#define RxTransitionNetFcb(Fcb, NewCondition) \
    RxUpdateCondition((NewCondition), &(Fcb)->Condition, &(Fcb)->NonPaged->TransitionWaitList)
#define ASSERT_CORRECT_FCB_STRUCTURE_DBG_ONLY(Fcb) ((VOID)0)
#define ASSERT_CORRECT_FCB_STRUCTURE(Fcb)                                                          \
    do {                                                                                           \
        NT_ASSERT(NodeTypeIsFcb(Fcb));                                                             \
        NT_ASSERT((Fcb)->NonPaged != NULL);                                                        \
        NT_ASSERT((Fcb)->NonPaged->NodeTypeCode == RDBSS_NTC_NONPAGED_FCB);                        \
    } while (0)

FORCEINLINE PFCB_INIT_PACKET RdrFormInitPacket(
    PFCB_INIT_PACKET Packet, PULONG Attributes, PULONG NumLinks, PLARGE_INTEGER CreationTime, PLARGE_INTEGER LastAccessTime,
    PLARGE_INTEGER LastWriteTime, PLARGE_INTEGER LastChangeTime, PLARGE_INTEGER AllocationSize, PLARGE_INTEGER FileSize,
    PLARGE_INTEGER ValidDataLength)
{
    Packet->pAttributes = Attributes;
    Packet->pNumLinks = NumLinks;
    Packet->pCreationTime = CreationTime;
    Packet->pLastAccessTime = LastAccessTime;
    Packet->pLastWriteTime = LastWriteTime;
    Packet->pLastChangeTime = LastChangeTime;
    Packet->pAllocationSize = AllocationSize;
    Packet->pFileSize = FileSize;
    Packet->pValidDataLength = ValidDataLength;
    return Packet;
}
#define RxFormInitPacket(IP, I1, I1a, I2, I3, I4a, I4b, I5, I6, I7) \
    RdrFormInitPacket(&(IP), (I1), (I1a), (I2), (I3), (I4a), (I4b), (I5), (I6), (I7))

/* The name of the file below its net root, as the server knows it. The SRV_OPEN is unused: one name serves all opens. */
FORCEINLINE PUNICODE_STRING GET_ALREADY_PREFIXED_NAME(PMRX_SRV_OPEN SrvOpen, PMRX_FCB Fcb)
{
    UNREFERENCED_PARAMETER(SrvOpen);
    return Fcb == NULL ? NULL : &((PFCB)Fcb)->PrivateAlreadyPrefixedName;
}
#define GET_ALREADY_PREFIXED_NAME_FROM_CONTEXT(Rxcontext) \
    GET_ALREADY_PREFIXED_NAME((Rxcontext)->pRelevantSrvOpen, (Rxcontext)->pFcb)

#ifdef __cplusplus
}
#endif

#endif
