/* rxstruc.h - the RDBSS device object and global data. */
#ifndef RDR_RXSTRUC_H
#define RDR_RXSTRUC_H

#include "prefix.h"
#include "lowio.h"
#include "scavengr.h"
#include "rxcontx.h"
#include "fcb.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DEVICE_OBJECT_MEMBERS                   \
    CSHORT Type;                                \
    USHORT Size;                                \
    LONG ReferenceCount;                        \
    struct _DRIVER_OBJECT* DriverObject;        \
    struct _DEVICE_OBJECT* NextDevice;          \
    struct _DEVICE_OBJECT* AttachedDevice;      \
    struct _IRP* CurrentIrp;                    \
    PIO_TIMER Timer;                            \
    ULONG Flags;                                \
    ULONG Characteristics;                      \
    volatile PVPB Vpb;                          \
    PVOID DeviceExtension;                      \
    DEVICE_TYPE DeviceType;                     \
    CCHAR StackSize;                            \
    union {                                     \
        LIST_ENTRY ListEntry;                   \
        WAIT_CONTEXT_BLOCK Wcb;                 \
    } Queue;                                    \
    ULONG AlignmentRequirement;                 \
    KDEVICE_QUEUE DeviceQueue;                  \
    KDPC Dpc;                                   \
    ULONG ActiveThreadCount;                    \
    PSECURITY_DESCRIPTOR SecurityDescriptor;    \
    KEVENT DeviceLock;                          \
    USHORT SectorSize;                          \
    USHORT Spare1;                              \
    struct _DEVOBJ_EXTENSION* DeviceObjectExtension; \
    PVOID Reserved;

typedef RDBSS_DATA *PRDBSS_DATA;

typedef enum _LOCK_HOLDING_STATE {
    LHS_LockNotHeld = 0,
    LHS_SharedLockHeld = 1,
    LHS_ExclusiveLockHeld = 2
} LOCK_HOLDING_STATE, *PLOCK_HOLDING_STATE;

typedef enum _RX_RDBSS_STATE {
    RDBSS_STARTABLE = 0,
    RDBSS_STARTED = 1,
    RDBSS_STOP_IN_PROGRESS = 2
} RX_RDBSS_STATE, *PRX_RDBSS_STATE;

typedef struct _RDBSS_EXPORTS {
    PRX_SPIN_LOCK pRxStrucSupSpinLock;
    PLONG pRxDebugTraceIndent;
} RDBSS_EXPORTS, *PRDBSS_EXPORTS;

typedef struct _RDBSS_DATA {
    NODE_TYPE_CODE NodeTypeCode;
    NODE_BYTE_SIZE NodeByteSize;
    PDRIVER_OBJECT DriverObject;
    volatile LONG NumberOfMinirdrsStarted;
    FAST_MUTEX MinirdrRegistrationMutex;
    LIST_ENTRY RegisteredMiniRdrs;
    LONG NumberOfMinirdrsRegistered;
    PEPROCESS OurProcess;
    CACHE_MANAGER_CALLBACKS CacheManagerCallbacks;
    ERESOURCE Resource;
} RDBSS_DATA;

typedef struct _RDBSS_STARTSTOP_CONTEXT {
    RX_RDBSS_STATE State;
    ULONG Version;
    PRX_CONTEXT pStopContext;
} RDBSS_STARTSTOP_CONTEXT, *PRDBSS_STARTSTOP_CONTEXT;

typedef struct _RX_DISPATCHER_CONTEXT {
    volatile LONG NumberOfWorkerThreads;
    PKEVENT volatile pTearDownEvent;
} RX_DISPATCHER_CONTEXT, *PRX_DISPATCHER_CONTEXT;

typedef struct _RDBSS_DEVICE_OBJECT {
    union {
        DEVICE_OBJECT DeviceObject;
        RDR_ANONYMOUS(DEVICE_OBJECT);
    };
    ULONG RegistrationControls;
    PRDBSS_EXPORTS RdbssExports;
    PDEVICE_OBJECT RDBSSDeviceObject;
    PMINIRDR_DISPATCH Dispatch;
    UNICODE_STRING DeviceName;
    ULONG NetworkProviderPriority;
    HANDLE MupHandle;
    BOOLEAN RegisterUncProvider;
    BOOLEAN RegisterMailSlotProvider;
    BOOLEAN RegisteredAsFileSystem;
    BOOLEAN Unused;
    LIST_ENTRY MiniRdrListLinks;
    volatile ULONG NumberOfActiveFcbs;
    volatile ULONG NumberOfActiveContexts;
    struct {
        LARGE_INTEGER PagingReadBytesRequested;
        LARGE_INTEGER NonPagingReadBytesRequested;
        LARGE_INTEGER CacheReadBytesRequested;
        LARGE_INTEGER FastReadBytesRequested;
        LARGE_INTEGER NetworkReadBytesRequested;
        volatile ULONG ReadOperations;
        ULONG FastReadOperations;
        volatile ULONG RandomReadOperations;
        LARGE_INTEGER PagingWriteBytesRequested;
        LARGE_INTEGER NonPagingWriteBytesRequested;
        LARGE_INTEGER CacheWriteBytesRequested;
        LARGE_INTEGER FastWriteBytesRequested;
        LARGE_INTEGER NetworkWriteBytesRequested;
        volatile ULONG WriteOperations;
        ULONG FastWriteOperations;
        volatile ULONG RandomWriteOperations;
    };
    volatile LONG PostedRequestCount[RxMaximumWorkQueue];
    LONG OverflowQueueCount[RxMaximumWorkQueue];
    LIST_ENTRY OverflowQueue[RxMaximumWorkQueue];
    RX_SPIN_LOCK OverflowQueueSpinLock;
    LONG AsynchronousRequestsPending;
    PKEVENT pAsynchronousRequestsCompletionEvent;
    RDBSS_STARTSTOP_CONTEXT StartStopContext;
    RX_DISPATCHER_CONTEXT DispatcherContext;
    PRX_PREFIX_TABLE pRxNetNameTable;
    RX_PREFIX_TABLE RxNetNameTableInDeviceObject;
    PRDBSS_SCAVENGER pRdbssScavenger;
    RDBSS_SCAVENGER RdbssScavengerInDeviceObject;
} RDBSS_DEVICE_OBJECT, *PRDBSS_DEVICE_OBJECT;

extern RX_SPIN_LOCK RxStrucSupSpinLock;
extern RDBSS_DATA RxData;

PEPROCESS NTAPI RxGetRDBSSProcess(VOID);

#define RxSetRdbssState(RxDeviceObject, NewState)                               \
    do {                                                                        \
        (RxDeviceObject)->StartStopContext.State = (NewState);                  \
    } while (0)
#define RxGetRdbssState(RxDeviceObject) ((RxDeviceObject)->StartStopContext.State)

FORCEINLINE VOID RxUnregisterMinirdr(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    RxpUnregisterMinirdr(RxDeviceObject);
}

#ifdef __cplusplus
}
#endif

#endif
