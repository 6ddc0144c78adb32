/* rxprocs.h - routines of RDBSS. */
#ifndef RDR_RXPROCS_H
#define RDR_RXPROCS_H

#include "backpack.h"
#include "rxlog.h"
#include "rxtimer.h"
#include "rxstruc.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FCB_MODE_EXCLUSIVE 1
#define FCB_MODE_SHARED 2
#define FCB_MODE_SHARED_WAIT_FOR_EXCLUSIVE 3
#define FCB_MODE_SHARED_STARVE_EXCLUSIVE 4
#define CHANGE_BUFFERING_STATE_CONTEXT ((PRX_CONTEXT)IntToPtr(0xffffffff))
#define CHANGE_BUFFERING_STATE_CONTEXT_WAIT ((PRX_CONTEXT)IntToPtr(0xfffffffe))

typedef enum _RX_NAME_CONJURING_METHODS {
    VNetRoot_As_Prefix = 0,
    VNetRoot_As_UNC_Name = 1,
    VNetRoot_As_DriveLetter = 2
} RX_NAME_CONJURING_METHODS, *PRX_NAME_CONJURING_METHODS;

extern PVOID RxNull;

VOID NTAPI RxLogEventDirect(
    PRDBSS_DEVICE_OBJECT DeviceObject, PUNICODE_STRING OriginatorId, ULONG EventId, NTSTATUS Status,
    ULONG Line);
VOID NTAPI RxLogEventWithAnnotation(
    PRDBSS_DEVICE_OBJECT DeviceObject, ULONG EventId, NTSTATUS Status, PVOID DataBuffer,
    USHORT DataBufferLength, PUNICODE_STRING Annotation, ULONG AnnotationCount);
PVOID NTAPI RxMapSystemBuffer(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxFsdPostRequest(PRX_CONTEXT RxContext);
VOID NTAPI RxCompleteRequest_Real(PRX_CONTEXT RxContext, PIRP Irp, NTSTATUS Status);
NTSTATUS NTAPI RxCompleteRequest(PRX_CONTEXT pContext, NTSTATUS Status);
NTSTATUS NTAPI RxChangeBufferingState(PSRV_OPEN SrvOpen, PVOID Context, BOOLEAN ComputeNewState);
VOID NTAPI RxIndicateChangeOfBufferingStateForSrvOpen(
    PMRX_SRV_CALL SrvCall, PMRX_SRV_OPEN SrvOpen, PVOID SrvOpenKey, PVOID Context);
NTSTATUS NTAPI RxPrepareToReparseSymbolicLink(
    PRX_CONTEXT RxContext, BOOLEAN SymbolicLinkEmbeddedInOldPath, PUNICODE_STRING NewPath,
    BOOLEAN NewPathIsAbsolute, PBOOLEAN ReparseRequired);
VOID NTAPI RxReference(PVOID Instance);
VOID NTAPI RxDereference(PVOID Instance, LOCK_HOLDING_STATE LockHoldingState);
NTSTATUS NTAPI RxFinalizeConnection(PNET_ROOT NetRoot, PV_NET_ROOT VNetRoot, LOGICAL ForceFilesClosed);
NTSTATUS NTAPI RxDriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
BOOLEAN NTAPI RxFinalizeNetFcb(
    PFCB ThisFcb, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize, LONG ReferenceCount);
BOOLEAN NTAPI RxIsThisACscAgentOpen(PRX_CONTEXT RxContext);
NTSTATUS NTAPI RxPrefixClaim(PRX_CONTEXT RxContext);
VOID NTAPI RxpPrepareCreateContextForReuse(PRX_CONTEXT RxContext);
NTSTATUS NTAPI RxLowIoCompletionTail(PRX_CONTEXT RxContext);
LUID NTAPI RxGetUid(PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext);
ULONG NTAPI RxGetSessionId(PIO_STACK_LOCATION IrpSp);
NTSTATUS NTAPI RxFindOrCreateConnections(
    PRX_CONTEXT RxContext, PIRP Irp, PUNICODE_STRING CanonicalName, NET_ROOT_TYPE NetRootType,
    BOOLEAN TreeConnect, PUNICODE_STRING LocalNetRootName, PUNICODE_STRING FilePathName,
    PLOCK_HOLDING_STATE LockState, PRX_CONNECTION_ID RxConnectionId);
VOID NTAPI RxConjureOriginalName(
    PFCB Fcb, PFOBX Fobx, PULONG ActualNameLength, PWCHAR OriginalName, PLONG LengthRemaining,
    RX_NAME_CONJURING_METHODS NameConjuringMethod);
NTSTATUS NTAPI RxCompleteMdl(PRX_CONTEXT RxContext, PIRP Irp);
VOID NTAPI RxLockUserBuffer(PRX_CONTEXT RxContext, PIRP Irp, LOCK_OPERATION Operation, ULONG BufferLength);
#ifdef RDBSS_TRACKER
NTSTATUS NTAPI __RxAcquireFcb(
    PFCB Fcb, PRX_CONTEXT RxContext, ULONG Mode, ULONG LineNumber, PCSTR FileName, ULONG SerialNumber);
#else
NTSTATUS NTAPI __RxAcquireFcb(
    PFCB Fcb, PRX_CONTEXT RxContext, ULONG Mode);
#endif
#ifdef RDBSS_TRACKER
VOID NTAPI __RxReleaseFcb(
    PRX_CONTEXT RxContext, PMRX_FCB MrxFcb, ULONG LineNumber, PCSTR FileName, ULONG SerialNumber);
#else
VOID NTAPI __RxReleaseFcb(
    PRX_CONTEXT RxContext, PMRX_FCB MrxFcb);
#endif
#ifdef RDBSS_TRACKER
VOID NTAPI __RxReleaseFcbForThread(
    PRX_CONTEXT RxContext, PMRX_FCB MrxFcb, ERESOURCE_THREAD ResourceThreadId, ULONG LineNumber,
    PCSTR FileName, ULONG SerialNumber);
#else
VOID NTAPI __RxReleaseFcbForThread(
    PRX_CONTEXT RxContext, PMRX_FCB MrxFcb, ERESOURCE_THREAD ResourceThreadId);
#endif
#ifdef RDBSS_TRACKER
VOID NTAPI RxTrackerUpdateHistory(
    PRX_CONTEXT RxContext, PMRX_FCB MrxFcb, ULONG Operation, ULONG LineNumber, PCSTR FileName,
    ULONG SerialNumber);
#endif
VOID NTAPI RxTrackPagingIoResource(PVOID Instance, ULONG Type, ULONG Line, PCSTR File);
BOOLEAN NTAPI RxAcquireFcbForLazyWrite(PVOID Null, BOOLEAN Wait);
VOID NTAPI RxReleaseFcbFromLazyWrite(PVOID Null);
BOOLEAN NTAPI RxAcquireFcbForReadAhead(PVOID Null, BOOLEAN Wait);
VOID NTAPI RxReleaseFcbFromReadAhead(PVOID Null);
BOOLEAN NTAPI RxNoOpAcquire(PVOID Fcb, BOOLEAN Wait);
VOID NTAPI RxNoOpRelease(PVOID Fcb);
VOID NTAPI RxVerifyOperationIsLegal(PRX_CONTEXT RxContext);
VOID NTAPI RxPrePostIrp(PVOID Context, PIRP Irp);
VOID NTAPI RxAddToWorkque(PRX_CONTEXT RxContext, PIRP Irp);
NTSTATUS NTAPI RxConstructSrvCall(
    PRX_CONTEXT RxContext, PIRP Irp, PSRV_CALL SrvCall, PLOCK_HOLDING_STATE LockHoldingState);
NTSTATUS NTAPI RxConstructNetRoot(
    PRX_CONTEXT RxContext, PSRV_CALL SrvCall, PNET_ROOT NetRoot, PV_NET_ROOT VirtualNetRoot,
    PLOCK_HOLDING_STATE LockHoldingState);
NTSTATUS NTAPI RxConstructVirtualNetRoot(
    PRX_CONTEXT RxContext, PIRP Irp, PUNICODE_STRING CanonicalName, NET_ROOT_TYPE NetRootType,
    BOOLEAN TreeConnect, PV_NET_ROOT *VirtualNetRootPointer, PLOCK_HOLDING_STATE LockHoldingState,
    PRX_CONNECTION_ID RxConnectionId);
NTSTATUS NTAPI RxFindOrConstructVirtualNetRoot(
    PRX_CONTEXT RxContext, PIRP Irp, PUNICODE_STRING CanonicalName, NET_ROOT_TYPE NetRootType,
    PUNICODE_STRING RemainingName);
NTSTATUS NTAPI RxLowIoLockControlShell(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb);
VOID NTAPI RxWaitForStableCondition(
    PRX_BLOCK_CONDITION Condition, PLIST_ENTRY TransitionWaitList, PRX_CONTEXT RxContext,
    NTSTATUS *AsyncStatus);
VOID NTAPI RxUpdateCondition(
    RX_BLOCK_CONDITION NewConditionValue, PRX_BLOCK_CONDITION Condition, PLIST_ENTRY TransitionWaitList);
NTSTATUS NTAPI RxCloseAssociatedSrvOpen(PRX_CONTEXT RxContext, PFOBX Fobx);
#if DBG
VOID NTAPI RxDumpWantedAccess(
    PSZ where1, PSZ where2, PSZ wherelogtag, ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess);
#endif
#if DBG
VOID NTAPI RxDumpCurrentAccess(PSZ where1, PSZ where2, PSZ wherelogtag, PSHARE_ACCESS ShareAccess);
#endif
NTSTATUS NTAPI RxCheckShareAccessPerSrvOpens(PFCB Fcb, ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess);
VOID NTAPI RxUpdateShareAccessPerSrvOpens(PSRV_OPEN SrvOpen);
VOID NTAPI RxRemoveShareAccessPerSrvOpens(PSRV_OPEN SrvOpen);
#if DBG
NTSTATUS NTAPI RxCheckShareAccess(
    ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess, PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess,
    BOOLEAN Update, PSZ where, PSZ wherelogtag);
#endif
#if DBG
VOID NTAPI RxRemoveShareAccess(
    PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess, PSZ where, PSZ wherelogtag);
#endif
#if DBG
VOID NTAPI RxSetShareAccess(
    ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess, PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess,
    PSZ where, PSZ wherelogtag);
#endif
#if DBG
VOID NTAPI RxUpdateShareAccess(
    PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess, PSZ where, PSZ wherelogtag);
#endif
VOID NTAPI RxUnload(PDRIVER_OBJECT DriverObject);
VOID NTAPI RxInitializeMinirdrDispatchTable(PDRIVER_OBJECT DriverObject);
ULONG NTAPI RxGetNetworkProviderPriority(PUNICODE_STRING DeviceName);
VOID NTAPI RxPrepareRequestForReuse(PCHANGE_BUFFERING_STATE_REQUEST Request);
VOID NTAPI RxpDiscardChangeBufferingStateRequests(PLIST_ENTRY DiscardedRequests);
VOID NTAPI RxGatherRequestsForSrvOpen(PSRV_CALL SrvCall, PSRV_OPEN SrvOpen, PLIST_ENTRY RequestsListHead);
NTSTATUS NTAPI RxpLookupSrvOpenForRequestLite(PSRV_CALL SrvCall, PCHANGE_BUFFERING_STATE_REQUEST Request);
VOID NTAPI RxProcessChangeBufferingStateRequestsForSrvOpen(PSRV_OPEN SrvOpen);
NTSTATUS NTAPI RxPurgeFobxFromCache(PFOBX FobxToBePurged);
BOOLEAN NTAPI RxPurgeFobx(PFOBX pFobx);
VOID NTAPI RxUndoScavengerFinalizationMarking(PVOID Instance);
ULONG NTAPI RxTableComputePathHashValue(PUNICODE_STRING Name);
VOID NTAPI RxExtractServerName(
    PUNICODE_STRING FilePathName, PUNICODE_STRING SrvCallName, PUNICODE_STRING RestOfName);
VOID NTAPI RxCreateNetRootCallBack(PMRX_CREATENETROOT_CONTEXT CreateNetRootContext);
PVOID NTAPI RxAllocateObject(NODE_TYPE_CODE NodeType, PMINIRDR_DISPATCH MRxDispatch, ULONG NameLength);
VOID NTAPI RxFreeObject(PVOID pObject);
NTSTATUS NTAPI RxInitializeSrvCallParameters(PRX_CONTEXT RxContext, PSRV_CALL SrvCall);
VOID NTAPI RxAddVirtualNetRootToNetRoot(PNET_ROOT NetRoot, PV_NET_ROOT VNetRoot);
VOID NTAPI RxRemoveVirtualNetRootFromNetRoot(PNET_ROOT NetRoot, PV_NET_ROOT VNetRoot);
PVOID NTAPI RxAllocateFcbObject(
    PRDBSS_DEVICE_OBJECT RxDeviceObject, NODE_TYPE_CODE NodeType, POOL_TYPE PoolType, ULONG NameSize,
    PVOID AlreadyAllocatedObject);
VOID NTAPI RxFreeFcbObject(PVOID Object);
VOID NTAPI RxPurgeFcb(PFCB Fcb);
VOID NTAPI RxCheckFcbStructuresForAlignment(VOID);
NTSTATUS NTAPI RxInitializeWorkQueueDispatcher(PRX_WORK_QUEUE_DISPATCHER Dispatcher);
VOID NTAPI RxInitializeWorkQueue(
    PRX_WORK_QUEUE WorkQueue, WORK_QUEUE_TYPE WorkQueueType, ULONG MaximumNumberOfWorkerThreads,
    ULONG MinimumNumberOfWorkerThreads);
NTSTATUS NTAPI RxSpinUpWorkerThread(
    PRX_WORK_QUEUE WorkQueue, PRX_WORKERTHREAD_ROUTINE Routine, PVOID Parameter);
VOID NTAPI RxSpinUpWorkerThreads(PRX_WORK_QUEUE WorkQueue);
VOID NTAPI RxSpinUpRequestsDispatcher(PVOID Dispatcher);
VOID NTAPI RxpWorkerThreadDispatcher(PRX_WORK_QUEUE WorkQueue, PLARGE_INTEGER WaitInterval);
VOID NTAPI RxBootstrapWorkerThreadDispatcher(PVOID WorkQueue);
PRX_PREFIX_ENTRY NTAPI RxTableLookupName_ExactLengthMatch(
    PRX_PREFIX_TABLE ThisTable, PUNICODE_STRING Name, ULONG HashValue, PRX_CONNECTION_ID RxConnectionId);
PVOID NTAPI RxTableLookupName(
    PRX_PREFIX_TABLE ThisTable, PUNICODE_STRING Name, PUNICODE_STRING RemainingName,
    PRX_CONNECTION_ID RxConnectionId);
VOID NTAPI RxOrphanSrvOpens(PV_NET_ROOT ThisVNetRoot);
VOID NTAPI RxOrphanThisFcb(PFCB Fcb);
VOID NTAPI RxOrphanSrvOpensForThisFcb(PFCB Fcb, PV_NET_ROOT ThisVNetRoot, BOOLEAN OrphanAll);
NTSTATUS NTAPI RxLockOperationCompletion(PVOID Context, PIRP Irp);
VOID NTAPI RxUnlockOperation(PVOID Context, PFILE_LOCK_INFO LockInfo);
NTSTATUS NTAPI RxPostStackOverflowRead(PRX_CONTEXT RxContext, PFCB Fcb);
VOID NTAPI RxCancelRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp);
VOID NTAPI RxForceFinalizeAllVNetRoots(PNET_ROOT NetRoot);
VOID NTAPI RxIndicateChangeOfBufferingState(PMRX_SRV_CALL SrvCall, PVOID SrvOpenKey, PVOID MRxContext);
BOOLEAN NTAPI RxLockEnumerator(
    PMRX_SRV_OPEN SrvOpen, PVOID *ContinuationHandle, PLARGE_INTEGER FileOffset, PLARGE_INTEGER LockRange,
    PBOOLEAN IsLockExclusive);
VOID NTAPI RxLogEventWithBufferDirect(
    PVOID DeviceObject, PUNICODE_STRING OriginatorId, ULONG EventId, NTSTATUS Status, PVOID DataBuffer,
    USHORT DataBufferLength, ULONG LineNumber);
VOID NTAPI RxPurgeAllFobxs(PRDBSS_DEVICE_OBJECT RxDeviceObject);
VOID NTAPI RxScavengeAllFobxs(PRDBSS_DEVICE_OBJECT RxDeviceObject);
NTSTATUS NTAPI RxSetSrvCallDomainName(PMRX_SRV_CALL SrvCall, PUNICODE_STRING DomainName);

#define RxLogFailure(DO, Originator, Event, Status) RxLogEventDirect((DO), (Originator), (Event), (Status), __LINE__)

#define RX_GET_MRX_FCB(F) ((PMRX_FCB)(F))
#ifdef RDBSS_TRACKER
#define RxAcquireExclusiveFcb(R, F) __RxAcquireFcb((PFCB)(F), (R), FCB_MODE_EXCLUSIVE, __LINE__, __FILE__, 0)
#else
#define RxAcquireExclusiveFcb(R, F) __RxAcquireFcb((PFCB)(F), (R), FCB_MODE_EXCLUSIVE)
#endif
#ifdef RDBSS_TRACKER
#define RxAcquireSharedFcb(R, F) __RxAcquireFcb((PFCB)(F), (R), FCB_MODE_SHARED, __LINE__, __FILE__, 0)
#else
#define RxAcquireSharedFcb(R, F) __RxAcquireFcb((PFCB)(F), (R), FCB_MODE_SHARED)
#endif
#ifdef RDBSS_TRACKER
#define RxAcquireSharedFcbWaitForEx(R, F) __RxAcquireFcb((PFCB)(F), (R), FCB_MODE_SHARED_WAIT_FOR_EXCLUSIVE, __LINE__, __FILE__, 0)
#else
#define RxAcquireSharedFcbWaitForEx(R, F) __RxAcquireFcb((PFCB)(F), (R), FCB_MODE_SHARED_WAIT_FOR_EXCLUSIVE)
#endif
#ifdef RDBSS_TRACKER
#define RxAcquireSharedFcbStarveEx(R, F) __RxAcquireFcb((PFCB)(F), (R), FCB_MODE_SHARED_STARVE_EXCLUSIVE, __LINE__, __FILE__, 0)
#else
#define RxAcquireSharedFcbStarveEx(R, F) __RxAcquireFcb((PFCB)(F), (R), FCB_MODE_SHARED_STARVE_EXCLUSIVE)
#endif
#ifdef RDBSS_TRACKER
#define RxReleaseFcb(R, F) __RxReleaseFcb((R), RX_GET_MRX_FCB(F), __LINE__, __FILE__, 0)
#define RxReleaseFcbForThread(R, F, T) __RxReleaseFcbForThread((R), RX_GET_MRX_FCB(F), (T), __LINE__, __FILE__, 0)
#else
#define RxReleaseFcb(R, F) __RxReleaseFcb((R), RX_GET_MRX_FCB(F))
#define RxReleaseFcbForThread(R, F, T) __RxReleaseFcbForThread((R), RX_GET_MRX_FCB(F), (T))
#define RxTrackerUpdateHistory(R, F, O, L, FF, S) ((VOID)0)
#endif

#define RxIsFcbAcquiredShared(Fcb) ExIsResourceAcquiredSharedLite((Fcb)->Header.Resource)
#define RxIsFcbAcquiredExclusive(Fcb) ExIsResourceAcquiredExclusiveLite((Fcb)->Header.Resource)
#define RxIsFcbAcquired(Fcb) \
    (ExIsResourceAcquiredSharedLite((Fcb)->Header.Resource) || ExIsResourceAcquiredExclusiveLite((Fcb)->Header.Resource))
#define RxConvertToSharedFcb(R, F) ExConvertExclusiveToSharedLite(RX_GET_MRX_FCB(F)->Header.Resource)

FORCEINLINE BOOLEAN RdrAcquirePagingIoResource(
    PRX_CONTEXT RxContext, PVOID Fcb, BOOLEAN Exclusive, BOOLEAN Wait, ULONG Line, PCSTR File)
{
    PERESOURCE Resource = RX_GET_MRX_FCB(Fcb)->Header.PagingIoResource;
    BOOLEAN Acquired
        = Exclusive ? ExAcquireResourceExclusiveLite(Resource, Wait) : ExAcquireResourceSharedLite(Resource, Wait);

    if (Acquired) {
        if (RxContext != NULL) {
            RxContext->FcbPagingIoResourceAcquired = TRUE;
        }
        RxTrackPagingIoResource(Fcb, Exclusive ? 1 : 2, Line, File);
    }
    return Acquired;
}

FORCEINLINE VOID RdrReleasePagingIoResource(
    PRX_CONTEXT RxContext, PVOID Fcb, ERESOURCE_THREAD Thread, ULONG Line, PCSTR File)
{
    RxTrackPagingIoResource(Fcb, 3, Line, File);
    if (RxContext != NULL) {
        RxContext->FcbPagingIoResourceAcquired = FALSE;
    }
    if (Thread == 0) {
        ExReleaseResourceLite(RX_GET_MRX_FCB(Fcb)->Header.PagingIoResource);
    } else {
        ExReleaseResourceForThreadLite(RX_GET_MRX_FCB(Fcb)->Header.PagingIoResource, Thread);
    }
}

#define RxAcquirePagingIoResource(RxContext, Fcb) \
    RdrAcquirePagingIoResource((PRX_CONTEXT)(RxContext), (Fcb), TRUE, TRUE, __LINE__, __FILE__)
#define RxAcquirePagingIoResourceShared(RxContext, Fcb, Flag) \
    RdrAcquirePagingIoResource((PRX_CONTEXT)(RxContext), (Fcb), FALSE, (BOOLEAN)(Flag), __LINE__, __FILE__)
#define RxReleasePagingIoResource(RxContext, Fcb) \
    RdrReleasePagingIoResource((PRX_CONTEXT)(RxContext), (Fcb), 0, __LINE__, __FILE__)
#define RxReleasePagingIoResourceForThread(RxContext, Fcb, Thread) \
    RdrReleasePagingIoResource((PRX_CONTEXT)(RxContext), (Fcb), (Thread), __LINE__, __FILE__)

#define QuadAlign(V) ((((ULONG)(V)) + 7) & 0xfffffff8)
#define RxCompleteAsynchronousRequest(C, S) RxCompleteRequest((C), (S))
#if !DBG
#define RxDumpWantedAccess(w1, w2, wlt, DA, DSA) ((VOID)0)
#define RxDumpCurrentAccess(w1, w2, wlt, SA) ((VOID)0)
#define RxCheckShareAccess(a1, a2, a3, a4, a5, a6, a7) IoCheckShareAccess(a1, a2, a3, a4, a5)
#define RxRemoveShareAccess(a1, a2, a3, a4) IoRemoveShareAccess(a1, a2)
#define RxSetShareAccess(a1, a2, a3, a4, a5, a6) IoSetShareAccess(a1, a2, a3, a4)
#define RxUpdateShareAccess(a1, a2, a3, a4) IoUpdateShareAccess(a1, a2)
#endif
#define RxEqualConnectionId(C1, C2) RtlEqualMemory((C1), (C2), sizeof(RX_CONNECTION_ID))

#ifdef __cplusplus
}
#endif

#endif
