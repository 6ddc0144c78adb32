/* scavengr.h - the scavenger: delayed finalization and close. */
#ifndef RDR_SCAVENGR_H
#define RDR_SCAVENGR_H

#include "rxtimer.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RX_SCAVENGER_FINALIZATION_TIME_INTERVAL (10 * 1000 * 1000 * 10)
#define DONT_ATTEMPT_FINALIZE_ON_PURGE FALSE
#define ATTEMPT_FINALIZE_ON_PURGE TRUE

typedef enum _RDBSS_SCAVENGER_STATE {
    RDBSS_SCAVENGER_INACTIVE = 0,
    RDBSS_SCAVENGER_DORMANT = 1,
    RDBSS_SCAVENGER_ACTIVE = 2,
    RDBSS_SCAVENGER_SUSPENDED = 3
} RDBSS_SCAVENGER_STATE, *PRDBSS_SCAVENGER_STATE;

typedef struct _RX_SCAVENGER_ENTRY {
    LIST_ENTRY List;
    UCHAR Type;
    UCHAR Operation;
    UCHAR State;
    UCHAR Flags;
    struct _RX_SCAVENGER_ENTRY *pContinuationEntry;
} RX_SCAVENGER_ENTRY, *PRX_SCAVENGER_ENTRY;

typedef struct _RDBSS_SCAVENGER {
    RDBSS_SCAVENGER_STATE State;
    LONG MaximumNumberOfDormantFiles;
    volatile LONG NumberOfDormantFiles;
    LARGE_INTEGER TimeLimit;
    ULONG SrvCallsToBeFinalized;
    ULONG NetRootsToBeFinalized;
    ULONG VNetRootsToBeFinalized;
    ULONG FcbsToBeFinalized;
    ULONG SrvOpensToBeFinalized;
    ULONG FobxsToBeFinalized;
    LIST_ENTRY SrvCallFinalizationList;
    LIST_ENTRY NetRootFinalizationList;
    LIST_ENTRY VNetRootFinalizationList;
    LIST_ENTRY FcbFinalizationList;
    LIST_ENTRY SrvOpenFinalizationList;
    LIST_ENTRY FobxFinalizationList;
    LIST_ENTRY ClosePendingFobxsList;
    RX_WORK_ITEM WorkItem;
    KEVENT SyncEvent;
    KEVENT ScavengeEvent;
    PETHREAD CurrentScavengerThread;
    PNET_ROOT CurrentNetRootForClosePendingProcessing;
    PFCB CurrentFcbForClosePendingProcessing;
    KEVENT ClosePendingProcessingSyncEvent;
} RDBSS_SCAVENGER, *PRDBSS_SCAVENGER;

typedef struct _PURGE_SYNCHRONIZATION_CONTEXT {
    LIST_ENTRY ContextsAwaitingPurgeCompletion;
    BOOLEAN PurgeInProgress;
} PURGE_SYNCHRONIZATION_CONTEXT, *PPURGE_SYNCHRONIZATION_CONTEXT;

extern KMUTEX RxScavengerMutex;

NTSTATUS NTAPI RxPurgeRelatedFobxs(
    PNET_ROOT NetRoot, PRX_CONTEXT RxContext, BOOLEAN AttemptFinalization, PFCB PurgingFcb);
VOID NTAPI RxScavengeFobxsForNetRoot(PNET_ROOT NetRoot, PFCB PurgingFcb, BOOLEAN SynchronizeWithScavenger);
VOID NTAPI RxMarkFobxOnCleanup(PFOBX pFobx, PBOOLEAN NeedPurge);
VOID NTAPI RxMarkFobxOnClose(PFOBX Fobx);
VOID NTAPI RxInitializePurgeSyncronizationContext(PPURGE_SYNCHRONIZATION_CONTEXT PurgeSyncronizationContext);
BOOLEAN NTAPI RxScavengeRelatedFobxs(PFCB Fcb);
VOID NTAPI RxpMarkInstanceForScavengedFinalization(PVOID Instance);
VOID NTAPI RxpUndoScavengerFinalizationMarking(PVOID Instance);
BOOLEAN NTAPI RxScavengeVNetRoots(PRDBSS_DEVICE_OBJECT RxDeviceObject);
VOID NTAPI RxSynchronizeWithScavenger(PRX_CONTEXT RxContext, PFCB Fcb);

#define RxInitializeScavengerEntry(ScavengerEntry)              \
    do {                                                        \
        InitializeListHead(&(ScavengerEntry)->List);            \
        (ScavengerEntry)->State = 0;                            \
        (ScavengerEntry)->Flags = 0;                            \
        (ScavengerEntry)->Type = 0;                             \
        (ScavengerEntry)->Operation = 0;                        \
        (ScavengerEntry)->pContinuationEntry = NULL;            \
    } while (0)
#define RxAcquireScavengerMutex() KeWaitForSingleObject(&RxScavengerMutex, Executive, KernelMode, FALSE, NULL)
#define RxReleaseScavengerMutex() KeReleaseMutex(&RxScavengerMutex, FALSE)
#define RxInitializeRdbssScavenger(Scavenger, ScavengerTimeLimit)                                       \
    do {                                                                                                \
        RtlZeroMemory((Scavenger), sizeof(RDBSS_SCAVENGER));                                            \
        (Scavenger)->State = RDBSS_SCAVENGER_INACTIVE;                                                  \
        (Scavenger)->TimeLimit = (ScavengerTimeLimit);                                                  \
        KeInitializeEvent(&(Scavenger)->SyncEvent, NotificationEvent, FALSE);                           \
        KeInitializeEvent(&(Scavenger)->ScavengeEvent, SynchronizationEvent, TRUE);                     \
        KeInitializeEvent(&(Scavenger)->ClosePendingProcessingSyncEvent, NotificationEvent, FALSE);     \
        InitializeListHead(&(Scavenger)->SrvCallFinalizationList);                                      \
        InitializeListHead(&(Scavenger)->NetRootFinalizationList);                                      \
        InitializeListHead(&(Scavenger)->VNetRootFinalizationList);                                     \
        InitializeListHead(&(Scavenger)->FcbFinalizationList);                                          \
        InitializeListHead(&(Scavenger)->SrvOpenFinalizationList);                                      \
        InitializeListHead(&(Scavenger)->FobxFinalizationList);                                         \
        InitializeListHead(&(Scavenger)->ClosePendingFobxsList);                                        \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif
