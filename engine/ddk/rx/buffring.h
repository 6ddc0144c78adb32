/* buffring.h - changes of buffering state (oplocks, leases) on their way to the opens they concern. */
#ifndef RDR_BUFFRING_H
#define RDR_BUFFRING_H

#include "rxworkq.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RX_REQUEST_PREPARED_FOR_HANDLING 0x10000000

typedef struct _CHANGE_BUFFERING_STATE_REQUEST {
    LIST_ENTRY ListEntry;
    ULONG Flags;
    PSRV_OPEN SrvOpen;
    PVOID SrvOpenKey;
    PVOID MRxContext;
} CHANGE_BUFFERING_STATE_REQUEST, *PCHANGE_BUFFERING_STATE_REQUEST;

typedef struct _RX_BUFFERING_MANAGER {
    BOOLEAN DispatcherActive;
    BOOLEAN HandlerInactive;
    BOOLEAN LastChanceHandlerActive;
    UCHAR Pad;
    KSPIN_LOCK SpinLock;
    volatile LONG CumulativeNumberOfBufferingChangeRequests;
    LONG NumberOfUnhandledRequests;
    LONG NumberOfUndispatchedRequests;
    volatile LONG NumberOfOutstandingOpens;
    LIST_ENTRY DispatcherList;
    LIST_ENTRY HandlerList;
    LIST_ENTRY LastChanceHandlerList;
    RX_WORK_QUEUE_ITEM DispatcherWorkItem;
    RX_WORK_QUEUE_ITEM HandlerWorkItem;
    RX_WORK_QUEUE_ITEM LastChanceHandlerWorkItem;
    FAST_MUTEX Mutex;
    LIST_ENTRY SrvOpenLists[1];
} RX_BUFFERING_MANAGER, *PRX_BUFFERING_MANAGER;

VOID NTAPI RxpProcessChangeBufferingStateRequests(PSRV_CALL SrvCall, BOOLEAN UpdateHandlerState);
VOID NTAPI RxProcessChangeBufferingStateRequests(PVOID SrvCall);
VOID NTAPI RxProcessFcbChangeBufferingStateRequest(PFCB Fcb);
VOID NTAPI RxPurgeChangeBufferingStateRequestsForSrvOpen(PSRV_OPEN SrvOpen);
VOID NTAPI RxCompleteSrvOpenKeyAssociation(PSRV_OPEN SrvOpen);
VOID NTAPI RxInitiateSrvOpenKeyAssociation(PSRV_OPEN SrvOpen);
NTSTATUS NTAPI RxInitializeBufferingManager(PSRV_CALL SrvCall);
NTSTATUS NTAPI RxTearDownBufferingManager(PSRV_CALL SrvCall);
NTSTATUS NTAPI RxFlushFcbInSystemCache(PFCB Fcb, BOOLEAN SynchronizeWithLazyWriter);
NTSTATUS NTAPI RxPurgeFcbInSystemCache(
    PFCB Fcb, PLARGE_INTEGER FileOffset, ULONG Length, BOOLEAN UninitializeCacheMaps, BOOLEAN FlushFile);

#define RxAcquireBufferingManagerMutex(BufMan) ExAcquireFastMutex(&(BufMan)->Mutex)
#define RxReleaseBufferingManagerMutex(BufMan) ExReleaseFastMutex(&(BufMan)->Mutex)

#ifdef __cplusplus
}
#endif

#endif
